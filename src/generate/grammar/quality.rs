//! Qualities behind a noun, and what they bring along.

use super::super::spec::{Actuator, Class, Kind, Place};
use super::{
    lexicon::{Part, Sense, Trait},
    parse::Parser,
};

impl Parser {
    /// "from the horizontal", "in an upright position": the angle at which a pendulum is let go.
    pub(super) fn pose(&mut self, index: usize) -> bool {
        let begin = self.at;
        self.glue(|sense| {
            matches!(
                sense,
                Sense::From | Sense::At | Sense::In | Sense::A | Sense::The | Sense::Filler
            )
        });
        let angle = match self.sense() {
            Some(Sense::Trait(Trait::Lying)) => 90.0,
            Some(Sense::Trait(Trait::Upright)) => 180.0,
            _ => {
                self.at = begin;
                return false;
            }
        };
        self.at += 1;
        let here = self.at;
        self.glue(|sense| sense == Sense::Filler);
        if self.lexemes.get(self.at).is_some_and(|lexeme| lexeme.text == "position") {
            self.at += 1;
        } else {
            self.at = here;
        }
        if !self.posed(index, angle) {
            self.drafts[index].angle = Some(angle);
        }
        true
    }

    pub(super) fn trait_of(&mut self, index: usize, quality: Trait) -> bool {
        // "on a ramp that should roll down": what is on it.
        let moves = matches!(quality, Trait::Rolling | Trait::Sliding | Trait::Falling);
        // "an arm on a table, driven by servos": the arm.
        let machine = |draft: usize| {
            self.drafts[draft].kind().is_some_and(|kind| kind.class() == Class::Mechanism)
        };
        let upon = self
            .links
            .iter()
            .rev()
            .find(|link| link.reference == index && machine(link.subject))
            .map(|link| link.subject);
        let index = match (quality, upon) {
            (Trait::Actuated | Trait::Servo | Trait::Paced | Trait::Passive, Some(upon))
                if !machine(index) =>
            {
                upon
            }
            _ => index,
        };
        let index = match quality {
            Trait::Spinning => self.turner(index),
            // "drop the table": that itself, with what is on it.
            Trait::Falling if self.drafts[index].known => index,
            _ if moves => self.goer(index),
            _ => index,
        };
        let mechanism =
            self.drafts[index].kind().is_some_and(|kind| kind.class() == Class::Mechanism);
        if quality == Trait::Released && mechanism && self.pose(index) {
            return true;
        }
        let draft = &mut self.drafts[index];
        let Some(kind) = draft.kind() else {
            let of_floors = matches!(
                quality,
                Trait::Slippery
                    | Trait::Frictionless
                    | Trait::Rough
                    | Trait::Tilted
                    | Trait::Level
                    | Trait::Lying
                    | Trait::Fixed
                    | Trait::Spaced
            );
            if of_floors {
                draft.traits.push(quality);
            }
            return draft.is_floor && of_floors;
        };
        match quality {
            // They only introduce a place or a measure.
            Trait::Spaced => {}
            // "a big, a medium and a small cube, stacked": the first is the lowest.
            Trait::Stacked if draft.count.is_none() && !draft.plural && self.list.len() > 1 => {
                let list = self.list.clone();
                for two in list.windows(2) {
                    self.link(two[1], Place::On, two[0], None, None);
                }
            }
            Trait::Actuated if kind.class() == Class::Mechanism => {
                draft.thing.actuator = Some(Actuator::Motor);
            }
            Trait::Hanging if matches!(kind, Kind::CartPole | Kind::InvertedPendulum) => {
                draft.angle = Some(180.0);
            }
            Trait::Hanging => {
                draft.traits.push(quality);
                let here = self.at;
                self.glue(|sense| {
                    matches!(
                        sense,
                        Sense::From | Sense::At | Sense::Place(Place::On) | Sense::A | Sense::The
                    )
                });
                if matches!(self.sense(), Some(Sense::Ceiling | Sense::Part(Part::Hook))) {
                    self.at += 1;
                } else {
                    self.at = here;
                    // Its own stand is what it hangs from.
                    if kind.class() == Class::Mechanism {
                        self.glue(|sense| {
                            matches!(
                                sense,
                                Sense::From
                                    | Sense::At
                                    | Sense::Place(Place::On)
                                    | Sense::A
                                    | Sense::The
                                    | Sense::Material(_)
                            )
                        });
                        if !self.skip(|sense| matches!(sense, Sense::Noun(noun) if ["plank", "rod", "post"].iter().any(|word| noun.words.starts_with(word)))) {
                            self.at = here;
                        }
                        return true;
                    }
                    // What hangs from a thing is a relation.
                    if matches!(self.sense(), Some(Sense::From | Sense::Place(Place::On)))
                        && kind.class() == Class::Solid
                    {
                        self.at += 1;
                        let known = self.drafts.len();
                        let found = self.thing();
                        if let Some(reference) = found.filter(|reference| *reference != index) {
                            self.link(index, Place::AttachedTo, reference, None, None);
                            if reference >= known {
                                self.after(reference);
                            }
                        } else {
                            self.drafts.truncate(known);
                            self.at = here;
                        }
                    }
                }
            }
            Trait::Released | Trait::Lifted if kind == Kind::NewtonsCradle => {
                draft.traits.push(quality);
            }
            _ => draft.traits.push(quality),
        }
        true
    }
}
