//! What a change begins with: the things of a plan as drafts, and how words name them.

use super::super::spec::{Class, Kind, Place, SceneSpec, Thing};
use super::{
    Parser, Refusal,
    draft::Draft,
    edit::noun_of,
    lexicon::{Part, Sense},
    parse::Link,
    revise,
};

impl Parser {
    /// Begins with the things of a plan.
    pub(super) fn know(&mut self, present: &SceneSpec) {
        for thing in &present.things {
            // Dominoes are as many as they have parts.
            let rows = thing.parts.filter(|_| thing.kind == Kind::Dominoes);
            self.drafts.push(Draft {
                noun: noun_of(thing),
                count: thing.count.or(rows),
                thing: Thing { parts: thing.parts.filter(|_| rows.is_none()), ..thing.clone() },
                known: true,
                ..Draft::default()
            });
        }
        let index = |id: &str| present.things.iter().position(|thing| thing.id == id);
        for relation in &present.relations {
            if let (Some(subject), Some(reference)) =
                (index(&relation.subject), index(&relation.reference))
            {
                let other = relation.other.as_deref().and_then(index);
                self.links.push(Link {
                    subject,
                    place: relation.place,
                    reference,
                    member: relation.member,
                    other,
                    gap: relation.gap,
                });
            }
        }
        self.world = present.world.clone();
        self.stands = super::super::build::stands(present);
        self.places = super::super::build::stands_of_each(present);
        // "it" is what the scene is about: rather what moves than what it stands on.
        // And rather what is in a vessel.
        let holds = |thing: &Thing| {
            present
                .relations
                .iter()
                .any(|own| own.place == Place::Inside && own.reference == thing.id)
        };
        let about = |thing: &Thing| {
            thing.kind.class() != Class::Furniture
                && !(thing.kind.class() == Class::Vessel && holds(thing))
        };
        self.it = present.things.iter().rposition(about).or(present.things.len().checked_sub(1));
        // What has ends is long.
        let ends = self.lexemes.iter().any(|lexeme| {
            matches!(
                lexeme.sense(),
                Some(Sense::Ends | Sense::Place(Place::OnLeftEnd | Place::OnRightEnd))
            )
        });
        let long = |thing: &Thing| {
            let [x, _, z] = super::super::build::extents(thing);
            thing.kind == Kind::Seesaw || thing.kind.class() == Class::Solid && x > 3.0 * z
        };
        if let (true, Some(long)) = (ends, present.things.iter().rposition(long)) {
            self.it = Some(long);
        }
        // Rather what was spoken of last.
        self.spoken = revise::spoken(present);
        if let [one] = *self.spoken {
            self.it = Some(one);
        }
        self.current = self.it;
    }

    /// A thing that is there, or what the scene is about.
    pub(super) fn meant(&mut self, known: usize) -> Result<usize, Refusal> {
        let named = self.known_thing(known).or(self.it);
        named.ok_or_else(|| Refusal::of("say of which thing in the scene"))
    }

    /// A thing that is there. The words must name one: "the ball", "it", "the pole" of a cart-pole.
    pub(super) fn known_thing(&mut self, known: usize) -> Option<usize> {
        let begin = self.at;
        (self.part_of, self.which) = (None, None);
        self.glue(|sense| matches!(sense, Sense::Each | Sense::Filler | Sense::Of));
        if let Some(index) = self.owner_of_part() {
            return Some(index);
        }
        let here = self.at;
        // Without an article it is still what is there.
        let found = self.definite_thing();
        match found {
            Some(index) if index < known => Some(index),
            _ => {
                self.drafts.truncate(known);
                self.at = here.min(begin);
                None
            }
        }
    }

    /// "the pole", where only a mechanism has one.
    fn owner_of_part(&mut self) -> Option<usize> {
        let begin = self.at;
        self.glue(|sense| sense == Sense::The);
        let owner = match self.sense() {
            Some(Sense::Noun(noun))
                if !self
                    .drafts
                    .iter()
                    .any(|draft| draft.noun.is_some_and(|own| own.words == noun.words)) =>
            {
                self.drafts.iter().rposition(|draft| draft.has_part(noun))
            }
            Some(Sense::Part(part @ (Part::Motor | Part::Leg))) => {
                self.drafts.iter().rposition(|draft| {
                    let legged = matches!(draft.kind(), Some(Kind::Quadruped | Kind::Biped));
                    let machine = draft.thing.kind.class() == Class::Mechanism;
                    (part == Part::Leg && legged || part == Part::Motor && machine)
                        || part == Part::Leg && draft.clone().part(part, None, &Draft::default())
                })
            }
            Some(Sense::Part(
                part @ (Part::Link
                | Part::Bob
                | Part::Cart
                | Part::Joint
                | Part::Wheel
                | Part::Blade
                | Part::Step
                | Part::Layer
                | Part::Hinge),
            )) => self
                .drafts
                .iter()
                .rposition(|draft| draft.clone().part(part, None, &Draft::default())),
            _ => None,
        };
        if owner.is_some() {
            self.part_of = self.sense();
            self.at += 1;
        } else {
            self.at = begin;
        }
        owner
    }

    /// A thing as with an article: what is there is meant, not another one.
    fn definite_thing(&mut self) -> Option<usize> {
        let known = self.drafts.len();
        let found = self.thing()?;
        if found < known {
            return Some(found);
        }
        // "remove ball": what has this name is meant.
        let wanted = self.drafts.get(found)?.noun?;
        let same = self.drafts[..known].iter().rposition(|draft| {
            draft.noun.is_some_and(|own| own.words == wanted.words || own.kind == wanted.kind)
        });
        self.drafts.truncate(known);
        same
    }
}
