//! What is said once of several that were named one after another: "a wooden and a steel ball
//! dropped from 2 m", "throw a cube and a ball upwards".

use super::super::spec::{Class, Place};
use super::{
    draft::Draft,
    lexer::Lex,
    lexicon::{Sense, Trait},
    parse::Parser,
};

const MOTIONS: &[Trait] = &[
    Trait::Falling,
    Trait::Thrown,
    Trait::Released,
    Trait::Rolling,
    Trait::Sliding,
    Trait::Moving,
    Trait::Spinning,
    Trait::Bouncing,
];

impl Parser {
    /// The motion that a sentence begins with: "drop a red and a blue ball".
    pub(super) fn leading_motion(&self) -> Option<Trait> {
        let Some(Sense::Trait(motion)) = self.sense() else { return None };
        let begins = self.list.is_empty()
            && self.lexemes[..self.at]
                .iter()
                .rev()
                .map_while(|lexeme| match lexeme.lex {
                    Lex::Stop => None,
                    _ => Some(lexeme),
                })
                .all(|lexeme| {
                    matches!(lexeme.sense(), Some(Sense::Filler | Sense::And | Sense::Verb(_)))
                });
        let asked =
            matches!(self.sense_ahead(1), Some(Sense::A | Sense::The | Sense::More | Sense::Each))
                || matches!(self.ahead(1), Some(Lex::Number(_)));
        (begins && asked && MOTIONS.contains(&motion)).then_some(motion)
    }

    /// What moves by itself and has no place yet.
    fn is_free(&self, index: usize) -> bool {
        self.drafts[index].kind().is_some_and(|kind| kind.class() == Class::Solid)
            && !self.links.iter().any(|link| link.subject == index || link.reference == index)
    }

    /// Whether both come down on the same thing.
    fn fall_together(&self, one: usize, other: usize) -> bool {
        let onto = |index: usize| {
            let mut own = self.links.iter().filter(|link| link.subject == index);
            let onto = own.next().filter(|link| link.place == Place::On).map(|link| link.reference);
            onto.filter(|_| own.next().is_none())
        };
        let solid = |index: usize| {
            self.drafts[index].kind().is_some_and(|kind| kind.class() == Class::Solid)
        };
        onto(one).is_some() && onto(one) == onto(other) && solid(one) && solid(other)
    }

    /// What the last of an enumeration does, those before it do, too.
    pub(super) fn share_motion(&mut self, led: Option<Trait>) {
        let Some((&last, others)) = self.list.split_last() else { return };
        if others.is_empty() {
            return;
        }
        let own = self.drafts[last].clone();
        let moves = own.thing.height.is_some()
            || own.speed.is_some()
            || own.turning.is_some()
            || own.traits.iter().any(|quality| MOTIONS.contains(quality));
        if !moves {
            return;
        }
        let others = others.to_vec();
        for other in others {
            let alike = self.drafts[other].noun == own.noun;
            let rests = self.drafts[other].moves_no_more_than(&own);
            let led = led.is_some_and(|motion| self.drafts[other].traits.contains(&motion));
            let free = self.is_free(other) && self.is_free(last);
            if !(free || self.fall_together(other, last))
                || !(rests || led)
                || own.is_apart(&self.drafts[other])
            {
                continue;
            }
            if !alike && !led {
                let said =
                    format!("what moves is each of '{}' and the one before it", own.called());
                if !self.granted.contains(&said) {
                    self.granted.push(said);
                }
            }
            self.drafts[other].moves_like(&own);
        }
    }
}

impl Draft {
    fn called(&self) -> &'static str {
        self.noun.map_or("thing", |noun| super::draft::first_word(noun.words))
    }

    /// Whether of its motion nothing is known that is not the other's.
    fn moves_no_more_than(&self, other: &Self) -> bool {
        let motion = |quality: &&Trait| MOTIONS.contains(quality);
        self.thing.height.is_none()
            && self.speed.is_none()
            && self.turning.is_none()
            && self.traits.iter().filter(motion).all(|quality| other.traits.contains(quality))
    }

    /// Whether both were given figures of their own.
    fn is_apart(&self, other: &Self) -> bool {
        other.thing.height.is_some() && self.thing.height.is_some()
            || other.speed.is_some() && self.speed.is_some()
    }

    fn moves_like(&mut self, other: &Self) {
        self.thing.height = self.thing.height.or(other.thing.height);
        self.speed = self.speed.or(other.speed);
        self.turning = self.turning.or(other.turning);
        self.pace = self.pace.or(other.pace);
        self.direction = self.direction.or(other.direction);
        for quality in &other.traits {
            if MOTIONS.contains(quality) && !self.traits.contains(quality) {
                self.traits.push(*quality);
            }
        }
    }
}
