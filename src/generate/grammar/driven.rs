//! Machines of which only some joints are driven: "driven at the shoulder only", "of which only the
//! first two are actuated", "with a passive wrist", "three driven and two passive".

use super::super::spec::Kind;
use super::{
    lexer::{Lex, Lexeme},
    lexicon::{Joints, Part, Sense, Trait, Which},
    phrasing::{JOINTS, Phrasing, known},
};

const fn is_drive(sense: Option<Sense>) -> bool {
    matches!(
        sense,
        Some(Sense::Trait(Trait::Actuated | Trait::Servo | Trait::Paced | Trait::Passive))
            | Some(Sense::Part(Part::Motor))
    )
}

impl Joints {
    /// Whether the joint `n`, from 1 at the base on, of `count` is among them.
    pub const fn has(self, n: u32, count: u32) -> bool {
        let at_shoulder = if count > 2 { 2 } else { 1 };
        match self {
            Self::First(most) => n <= most,
            Self::Last(most) => n + most > count,
            Self::Nth(at) => n == at,
            Self::Shoulder => n == at_shoulder,
            Self::Elbow => n == at_shoulder + 1,
        }
    }
}

impl Phrasing {
    /// What is said of some joints becomes [`Sense::Joints`] beside the drive.
    pub(super) fn some_joints(&mut self) {
        let machine = self.lexemes.iter().any(|lexeme| {
            matches!(lexeme.sense(), Some(Sense::Noun(noun))
                if matches!(noun.kind, Kind::Arm | Kind::Pendulum | Kind::InvertedPendulum))
        });
        if !machine {
            return;
        }
        let mut at = 0;
        while at < self.lexemes.len() {
            let found = self
                .driven_at(at)
                .or_else(|| self.that_are_driven(at))
                .or_else(|| self.so_many_driven(at))
                .or_else(|| self.driven_ones(at));
            let Some((from, to, drive, which)) = found else {
                at += 1;
                continue;
            };
            let passive = drive.sense() == Some(Sense::Trait(Trait::Passive));
            let mut new = Vec::new();
            if !passive {
                if matches!(drive.sense(), Some(Sense::Part(_))) {
                    new.push(known(Sense::Trait(Trait::Actuated), "actuated"));
                } else {
                    new.push(drive);
                }
            }
            let text = self.said(from, to);
            new.extend(
                which.into_iter().map(|joints| known(Sense::Joints(joints, !passive), &text)),
            );
            let length = new.len();
            self.lexemes.splice(from..to, new);
            at = from + length;
        }
    }

    fn past(&self, from: usize, words: &[&str]) -> usize {
        let mut at = from;
        while matches!(self.sense(at), Some(Sense::The | Sense::A)) && self.text(at) != "these"
            || words.contains(&self.text(at))
        {
            at += 1;
        }
        at
    }

    /// "the shoulder and the elbow joint", "the first two joints", "the last one".
    fn joints(&self, from: usize) -> Option<(Vec<Joints>, usize)> {
        let mut found = Vec::new();
        let (mut at, mut end) = (from, from);
        loop {
            at = self.past(at, &["only", "just"]);
            let count = match self.lex(at + 1) {
                Some(Lex::Number(count)) if (1.0..=60.0).contains(&count) => Some(count as u32),
                _ => None,
            };
            let joints = match (self.text(at), self.sense(at)) {
                ("base" | "waist", _) => Joints::Nth(1),
                ("shoulder", _) => Joints::Shoulder,
                ("elbow", _) => Joints::Elbow,
                ("wrist", _) => Joints::Last(1),
                (_, Some(Sense::Which(Which::First | Which::Bottom))) => {
                    Joints::First(count.unwrap_or(1))
                }
                (_, Some(Sense::Which(Which::Top))) => Joints::First(1),
                (_, Some(Sense::Which(Which::Nth(nth)))) => Joints::Nth(nth),
                (_, Some(Sense::Which(Which::Last))) => Joints::Last(count.unwrap_or(1)),
                _ => break,
            };
            let ordinal = !JOINTS.contains(&self.text(at));
            at += 1 + usize::from(ordinal && count.is_some());
            if matches!(self.sense(at), Some(Sense::Part(Part::Joint | Part::Hinge | Part::Link))) {
                at += 1;
            }
            found.push(joints);
            end = at;
            while self.sense(at) == Some(Sense::And) || self.lex(at) == Some(Lex::Comma) {
                at += 1;
            }
            // "a motor at the shoulder and one at the elbow"
            if at > end && self.lex(at) == Some(Lex::Number(1.0)) && self.introduces(at + 1) {
                at += 2;
            }
            if at == end {
                break;
            }
        }
        (!found.is_empty()).then_some((found, end))
    }

    fn introduces(&self, at: usize) -> bool {
        use super::super::spec::Place;
        matches!(
            self.sense(at),
            Some(Sense::At | Sense::In | Sense::To | Sense::Place(Place::On | Place::Inside))
        )
    }

    /// "driven only at the shoulder", "motors in the first two joints only".
    fn driven_at(&self, at: usize) -> Option<(usize, usize, Lexeme, Vec<Joints>)> {
        if !is_drive(self.sense(at)) {
            return None;
        }
        let next = self.past(at + 1, &["only", "just"]);
        if !self.introduces(next) {
            return None;
        }
        // "at the", "in a" have the article with them.
        let (which, end) = self.joints(next + 1)?;
        let to = end + usize::from(matches!(self.text(end), "only" | "alone"));
        let with = at > 0 && matches!(self.sense(at), Some(Sense::Part(_)));
        let mut from = at;
        while with && from > 0 && matches!(self.sense(from - 1), Some(Sense::A | Sense::With)) {
            from -= 1;
        }
        Some((from, to, self.lexemes[at].clone(), which))
    }

    /// "of which only the first is actuated", "only the shoulder is driven", "whose wrist is passive".
    fn that_are_driven(&self, at: usize) -> Option<(usize, usize, Lexeme, Vec<Joints>)> {
        let mut next = at;
        while matches!(
            self.text(next),
            "of" | "which"
                | "of which"
                | "where"
                | "whose"
                | "only"
                | "just"
                | "with"
                | "but"
                | "and"
                | ","
        ) {
            next += 1;
        }
        let (which, end) = self.joints(next)?;
        let mut drive = end;
        while matches!(self.sense(drive), Some(Sense::Is | Sense::Filler)) {
            drive += 1;
        }
        if !is_drive(self.sense(drive)) || matches!(self.sense(drive), Some(Sense::Part(_))) {
            return None;
        }
        Some((at, drive + 1, self.lexemes[drive].clone(), which))
    }

    /// "with an unactuated wrist", "a driven shoulder".
    fn driven_ones(&self, at: usize) -> Option<(usize, usize, Lexeme, Vec<Joints>)> {
        if !is_drive(self.sense(at)) || !JOINTS.contains(&self.text(at + 1)) {
            return None;
        }
        let (which, end) = self.joints(at + 1)?;
        let mut from = at;
        while from > 0 && matches!(self.sense(from - 1), Some(Sense::A | Sense::With)) {
            from -= 1;
        }
        Some((from, end, self.lexemes[at].clone(), which))
    }

    /// "three driven and two passive", "two of which are driven": the first ones.
    fn so_many_driven(&self, at: usize) -> Option<(usize, usize, Lexeme, Vec<Joints>)> {
        let Some(Lex::Number(count)) = self.lex(at) else { return None };
        if !(1.0..=60.0).contains(&count) {
            return None;
        }
        let mut next = at + 1;
        let of = matches!(self.sense(next), Some(Sense::Of));
        while matches!(self.sense(next), Some(Sense::Of | Sense::It | Sense::Is | Sense::The))
            || matches!(self.text(next), "which" | "only")
        {
            next += 1;
        }
        if !is_drive(self.sense(next)) || matches!(self.sense(next), Some(Sense::Part(_))) {
            return None;
        }
        let drive = next;
        let passive = self.sense(drive) == Some(Sense::Trait(Trait::Passive));
        next += 1;
        while matches!(self.sense(next), Some(Sense::And | Sense::Part(Part::Joint)))
            || self.lex(next) == Some(Lex::Comma)
        {
            next += 1;
        }
        let other = matches!(self.lex(next), Some(Lex::Number(_)))
            && is_drive(self.sense(next + 1))
            && !matches!(self.sense(next + 1), Some(Sense::Part(_)));
        if passive || !(of || other) {
            return None;
        }
        let mut end = if other { next + 2 } else { drive + 1 };
        end += usize::from(matches!(self.sense(end), Some(Sense::Part(Part::Joint))));
        Some((at, end, self.lexemes[drive].clone(), vec![Joints::First(count as u32)]))
    }
}
