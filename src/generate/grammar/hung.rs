//! What hangs from one beam, and what stands within reach of an arm.

use super::super::spec::{Class, Kind, Place};
use super::{
    draft::Draft,
    lexer::Lex,
    lexicon::{self, Dim, Part, Sense, Trait},
    measure::Unit,
    parse::{Link, Parser},
};

/// Most that hang from one beam.
const MOST: u32 = 20;

const fn hangs(kind: Kind) -> bool {
    matches!(kind, Kind::Pendulum | Kind::Spring | Kind::Chain)
}

impl Parser {
    /// "a gripper holding a cube above a box": what holds it is there. Where it cannot be, the places
    /// do not go together.
    pub(super) fn carried(
        &mut self,
        holder: usize,
        held: usize,
        forced: Option<Place>,
    ) -> Option<Place> {
        if forced != Some(Place::AttachedTo) {
            return None;
        }
        let free = !self.links.iter().any(|link| link.subject == holder);
        let floats = self.drafts[holder].kind() == Some(Kind::Gripper);
        let fits = |link: &&mut Link| floats || link.place != Place::Above;
        let mut places =
            self.links.iter_mut().filter(|link| link.subject == held).collect::<Vec<_>>();
        if !free || !places.iter().all(fits) {
            self.misplaced.push("holding".into());
            return None;
        }
        places.iter_mut().for_each(|link| link.subject = holder);
        forced
    }

    /// "three pendulums hanging from one beam".
    pub(super) fn hung_from_one_beam(&mut self, index: usize) -> bool {
        if !self.drafts[index].kind().is_some_and(hangs) {
            return false;
        }
        let several = self.drafts[index].plural || self.drafts[index].count.is_some();
        let others: Vec<usize> = self
            .list
            .iter()
            .copied()
            .filter(|other| *other != index && self.drafts[*other].kind().is_some_and(hangs))
            .collect();
        if !several && others.is_empty() {
            return false;
        }
        let before = self.clone();
        self.at += usize::from(self.peek() == Some(Lex::Comma));
        self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler | Sense::And | Sense::Each));
        let hung = matches!(
            self.sense(),
            Some(Sense::Trait(Trait::Hanging | Trait::Spaced) | Sense::Place(Place::AttachedTo))
        );
        self.at += usize::from(hung);
        self.glue(|sense| {
            matches!(
                sense,
                Sense::From
                    | Sense::At
                    | Sense::To
                    | Sense::By
                    | Sense::Trait(Trait::Touching)
                    | Sense::Place(Place::On | Place::AttachedTo)
            )
        });
        let mut beam = Draft::default();
        loop {
            match (self.peek(), self.sense()) {
                (Some(Lex::Number(1.0)), _) => {}
                (Some(Lex::Measure(measure)), _) if measure.unit == Unit::Length => {
                    self.at += 1;
                    if !self.length_before(&mut beam, measure) {
                        break;
                    }
                    continue;
                }
                (
                    _,
                    Some(
                        Sense::A
                        | Sense::The
                        | Sense::Filler
                        | Sense::Fold(1)
                        | Sense::Trait(Trait::Lying),
                    ),
                ) => {}
                (_, Some(sense)) if sense.is_adjective() => {
                    if !self.adjective_into(&mut beam) {
                        break;
                    }
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        let bar = matches!(self.sense(), Some(Sense::Noun(noun))
            if ["plank", "rod", "post", "gantry"].iter().any(|word| noun.words.starts_with(word)))
            || matches!(self.sense(), Some(Sense::Part(Part::Rail)));
        let (true, true, Some(noun)) = (hung, bar, lexicon::noun_of(Kind::Gantry)) else {
            *self = before;
            return false;
        };
        self.at += 1;
        beam.name(noun, false);
        self.drafts.push(beam);
        let beam = self.drafts.len() - 1;
        for subject in others.into_iter().chain([index]) {
            self.hang(subject, beam);
        }
        true
    }

    fn hang(&mut self, subject: usize, beam: usize) {
        self.links.push(Link {
            subject,
            place: Place::AttachedTo,
            reference: beam,
            member: None,
            other: None,
            gap: None,
        });
    }

    /// Several that hang from a beam are as many things.
    pub(super) fn hang_each(&mut self) {
        for index in 0..self.drafts.len() {
            let draft = self.drafts[index].clone();
            let hung = self.links.iter().any(|link| {
                link.subject == index
                    && link.place == Place::AttachedTo
                    && self.drafts[link.reference].kind() == Some(Kind::Gantry)
            });
            let count = match (draft.count, draft.plural) {
                (Some(count), _) => count,
                (None, true) => 3,
                (None, false) => 1,
            };
            if !hung || !(2..=MOST).contains(&count) || draft.known {
                continue;
            }
            let mut one = draft;
            (one.count, one.plural) = (None, false);
            one.thing.arrangement = None;
            let colours = one.thing.colours.clone();
            let members = (0..count as usize)
                .map(|n| {
                    let mut member = one.clone();
                    if colours.len() > 1 {
                        member.thing.colours = vec![colours[n % colours.len()].clone()];
                    }
                    member
                })
                .collect();
            self.split(index, members);
        }
    }

    /// "within half a metre of its base", "within reach of the arm": whose.
    pub(super) fn within(&mut self) -> Option<usize> {
        let before = self.at;
        if self.lexemes.get(self.at).is_none_or(|lexeme| lexeme.text != "within") {
            return None;
        }
        self.at += 1;
        self.glue(|sense| matches!(sense, Sense::The | Sense::A));
        let mut most = None;
        if let Some(Lex::Measure(measure)) = self.peek()
            && measure.unit == Unit::Length
        {
            most = Some(measure.value);
            self.at += 1;
        } else if self.lexemes.get(self.at).is_some_and(|lexeme| lexeme.text == "reach") {
            self.at += 1;
        } else {
            self.at = before;
            return None;
        }
        let arm = |draft: &Draft| draft.kind() == Some(Kind::Arm);
        let own = self.drafts.iter().rposition(arm);
        let of = self.take(|sense| matches!(sense, Sense::Of | Sense::From));
        let mut found = own;
        if of {
            // "of its base", "of the base of the arm"
            let here = self.at;
            self.glue(|sense| matches!(sense, Sense::The | Sense::A));
            let foot =
                self.lexemes.get(self.at).is_some_and(|lexeme| {
                    matches!(&*lexeme.text, "base" | "foot" | "robot" | "arm")
                }) || self.sense() == Some(Sense::Dim(Dim::Wide));
            if foot {
                self.at += 1;
                if self.take(|sense| sense == Sense::Of) {
                    found = self.thing().or(own);
                }
            } else {
                self.at = here;
                let known = self.drafts.len();
                found = self.thing().filter(|found| *found < known);
            }
        }
        if found.is_none() || !of && most.is_some() {
            self.at = before;
            return None;
        }
        self.apart.extend(most);
        found
    }

    /// Of a thing that is there.
    pub(super) fn within_reach(&mut self, index: usize) -> bool {
        let small = self.drafts[index]
            .kind()
            .is_some_and(|kind| matches!(kind.class(), Class::Solid | Class::Vessel));
        if !small {
            return false;
        }
        let before = self.clone();
        self.at += usize::from(self.peek() == Some(Lex::Comma));
        self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler | Sense::Trait(Trait::Spaced)));
        match self.within().filter(|reference| *reference != index) {
            Some(reference) => {
                let placed = self
                    .links
                    .iter()
                    .any(|link| link.subject == index && link.place != Place::InFrontOf);
                if !placed {
                    self.link(index, Place::InFrontOf, reference, None, None);
                }
                true
            }
            None => {
                *self = before;
                false
            }
        }
    }

    /// "It is pulled down by 5 cm and let go.", of what was named last.
    pub(super) fn pulled_then(&mut self) -> bool {
        [self.current, self.head].into_iter().flatten().any(|index| self.pulled(index))
    }

    /// "The links are 40, 30 and 20 cm long.", of the one machine that has such.
    pub(super) fn parts_of_it(&mut self) -> bool {
        let machines: Vec<usize> = (0..self.drafts.len())
            .filter(|at| {
                self.drafts[*at].kind().is_some_and(|kind| kind.class() == Class::Mechanism)
            })
            .collect();
        match *machines {
            [one] => self.parts_in_turn(one),
            _ => false,
        }
    }
}
