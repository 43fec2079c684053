//! What is said of each link, pole or bob of a machine one after another: "links of 40, 30 and
//! 20 cm", "the upper arm 50 cm and the lower one 30 cm long", "bobs of 1 kg and 2 kg".

use super::super::spec::Kind;
use super::{
    lexer::Lex,
    lexicon::{Dim, Part, Prop, Sense, Which},
    measure::{Measure, Unit},
    parse::{Parser, whole},
};

/// Kinds of which each part can be of its own length.
const fn has_series(kind: Kind) -> bool {
    matches!(kind, Kind::Pendulum | Kind::InvertedPendulum | Kind::CartPole | Kind::Arm)
}

impl Parser {
    /// Such a list, of all parts.
    pub(super) fn parts_in_turn(&mut self, index: usize) -> bool {
        if self.drafts[index].count.is_some_and(|count| count > 1) {
            return self.counts_in_turn(index);
        }
        if !self.drafts[index].kind().is_some_and(has_series) {
            return false;
        }
        self.listed_parts(index) || self.named_parts(index)
    }

    fn is_part_of(&self, index: usize) -> bool {
        match self.sense() {
            Some(Sense::Part(Part::Link | Part::Bob)) => true,
            Some(Sense::Part(Part::Joint)) => false,
            Some(Sense::Prop(Prop::Mass)) => self.lexemes[self.at].text == "masses",
            Some(Sense::Noun(noun)) => self.drafts[index].has_part(noun),
            _ => false,
        }
    }

    fn listed_parts(&mut self, index: usize) -> bool {
        let before = self.clone();
        while self.peek() == Some(Lex::Comma) || self.peek() == Some(Lex::Mark) {
            self.at += 1;
        }
        self.glue(|sense| {
            matches!(
                sense,
                Sense::With
                    | Sense::Of
                    | Sense::And
                    | Sense::A
                    | Sense::The
                    | Sense::Filler
                    | Sense::Is
            )
        });
        let mut count = None;
        if let Some(Lex::Number(number)) = self.peek()
            && !matches!(self.ahead(1), Some(Lex::Comma | Lex::Number(_)))
        {
            count = whole(number);
            self.at += 1;
        }
        // "two steel links": of which more is said.
        if self.sense().is_some_and(Sense::is_adjective) && count.is_some() {
            *self = before;
            return false;
        }
        let named = self.is_part_of(index);
        let bobs = named
            && (matches!(self.sense(), Some(Sense::Part(Part::Bob) | Sense::Prop(Prop::Mass)))
                || matches!(self.sense(), Some(Sense::Noun(noun)) if noun.kind == Kind::Sphere));
        self.at += usize::from(named);
        let here = self.at;
        let mut dim = false;
        loop {
            match (self.peek(), self.sense()) {
                (Some(Lex::Comma | Lex::Mark), _) => {}
                (_, Some(Sense::Dim(Dim::Long) | Sense::Prop(Prop::Mass))) => dim = true,
                (
                    _,
                    Some(
                        Sense::Of
                        | Sense::Is
                        | Sense::With
                        | Sense::A
                        | Sense::The
                        | Sense::Filler
                        | Sense::Each,
                    ),
                ) => {}
                _ => break,
            }
            self.at += 1;
        }
        let joined = self.at > here || named || before.at < here;
        let Some((values, unit)) = self.figures().filter(|(values, _)| values.len() > 1) else {
            *self = before;
            return false;
        };
        let behind = self.sense();
        if matches!(behind, Some(Sense::Dim(Dim::Long | Dim::High)))
            || matches!(behind, Some(Sense::Stretch([wide, _, _])) if wide > 1.0)
            || matches!(behind, Some(Sense::Filler)) && self.lexemes[self.at].text == "respectively"
            || !named && count.is_none() && self.is_part_of(index)
        {
            self.at += 1;
        }
        let thing = &self.drafts[index].thing;
        let parts = count.or(thing.parts);
        let fits = parts.map_or(named, |parts| parts as usize == values.len());
        // Without the name of a part only as many as there are.
        let said = named || dim && thing.parts.is_some() || thing.parts.is_some() && joined;
        let kind_of = match unit {
            Unit::Length => !bobs,
            Unit::Mass => true,
            _ => false,
        };
        if !(fits && said && kind_of) {
            *self = before;
            return false;
        }
        self.drafts[index].set_parts(values, unit);
        true
    }

    /// "three chains with 5, 10 and 15 links": each with its own.
    fn counts_in_turn(&mut self, index: usize) -> bool {
        let before = self.clone();
        self.at += usize::from(self.peek() == Some(Lex::Comma));
        let with = self.take(|sense| matches!(sense, Sense::With | Sense::Of));
        let mut counts = Vec::new();
        while let Some(Lex::Number(number)) = self.peek() {
            counts.extend(whole(number));
            self.at += 1;
            while self.peek() == Some(Lex::Comma) || self.sense() == Some(Sense::And) {
                self.at += 1;
            }
        }
        let draft = self.drafts[index].clone();
        let part = match self.sense() {
            Some(Sense::Part(part)) => Some(part),
            Some(Sense::Noun(noun)) if noun.kind == Kind::Wheel => Some(Part::Wheel),
            Some(Sense::Noun(noun)) if noun.kind == Kind::Stairs => Some(Part::Step),
            _ => None,
        };
        self.at += 1;
        let fits = draft.count.is_some_and(|count| count as usize == counts.len());
        let members: Vec<_> = counts
            .iter()
            .filter_map(|count| {
                let mut member = draft.clone();
                (member.count, member.plural) = (None, false);
                let said = super::draft::Draft::default();
                member.part(part?, Some(*count), &said).then_some(member)
            })
            .collect();
        if !(with && fits) || members.len() != counts.len() {
            *self = before;
            return false;
        }
        self.split(index, members)
    }

    /// "40, 30 and 20 cm", "1 kg and 2 kg": of one unit.
    fn figures(&mut self) -> Option<(Vec<f64>, Unit)> {
        let begin = self.at;
        let mut found: Vec<(f64, Option<Measure>)> = Vec::new();
        loop {
            match self.peek() {
                Some(Lex::Number(number)) => found.push((number, None)),
                Some(Lex::Measure(measure)) => found.push((measure.value, Some(measure))),
                _ => break,
            }
            self.at += 1;
            let here = self.at;
            while self.peek() == Some(Lex::Comma) || self.sense() == Some(Sense::And) {
                self.at += 1;
            }
            let more = matches!(self.peek(), Some(Lex::Number(_) | Lex::Measure(_)))
                && !matches!(self.sense_ahead(1), Some(Sense::Part(_) | Sense::Noun(_)));
            if self.at == here || !more {
                self.at = here;
                break;
            }
        }
        // "link lengths 0.4, 0.3, 0.2"
        let bare = found.len() > 1
            && found.iter().all(|(value, measure)| measure.is_none() && *value < 10.0)
            && found.iter().any(|(value, _)| value.fract() != 0.0)
            && begin.checked_sub(1).is_some_and(|before| {
                self.lexemes[..=before]
                    .iter()
                    .rev()
                    .take(3)
                    .any(|lexeme| lexeme.sense() == Some(Sense::Dim(Dim::Long)))
            });
        if bare {
            self.bare("m");
            return Some((found.into_iter().map(|(value, _)| value).collect(), Unit::Length));
        }
        let unit = found.iter().rev().find_map(|(_, measure)| *measure);
        let alike = unit.is_some_and(|unit| {
            found.iter().flat_map(|(_, measure)| measure).all(|measure| measure.unit == unit.unit)
        });
        let (Some(unit), true) = (unit, alike) else {
            self.at = begin;
            return None;
        };
        let values = found
            .into_iter()
            .map(|(value, measure)| if measure.is_some() { value } else { value * unit.scale })
            .collect();
        Some((values, unit.unit))
    }

    /// "the upper arm is 50 cm and the lower one 30 cm long".
    fn named_parts(&mut self, index: usize) -> bool {
        let before = self.clone();
        let (mut values, mut unit) = (Vec::new(), None);
        let mut named = false;
        loop {
            let here = self.at;
            while self.peek() == Some(Lex::Comma)
                || matches!(
                    self.sense(),
                    Some(Sense::With | Sense::Of | Sense::And | Sense::A | Sense::The | Sense::Is)
                )
            {
                self.at += 1;
            }
            let nth = match self.sense() {
                Some(Sense::Which(Which::First | Which::Top)) => 0,
                Some(Sense::Which(Which::Nth(nth))) => nth as usize - 1,
                Some(Sense::Which(Which::Last | Which::Bottom)) => values.len().max(1),
                _ if self.lexemes.get(self.at).is_some_and(|lexeme| lexeme.text == "forearm") => {
                    named = true;
                    values.len().max(1)
                }
                _ => {
                    self.at = here;
                    break;
                }
            };
            self.at += 1;
            let upper = matches!(self.sense(), Some(Sense::Noun(noun)) if noun.kind == Kind::Arm);
            if self.is_part_of(index) || upper {
                named = true;
                self.at += 1;
            } else {
                self.at += usize::from(self.peek() == Some(Lex::Number(1.0)));
            }
            self.glue(|sense| {
                matches!(
                    sense,
                    Sense::Is
                        | Sense::Of
                        | Sense::With
                        | Sense::A
                        | Sense::Filler
                        | Sense::Dim(Dim::Long)
                        | Sense::Prop(Prop::Mass)
                )
            });
            let Some(Lex::Measure(measure)) = self.peek() else { break };
            let own = *unit.get_or_insert(measure.unit);
            if nth != values.len() || own != measure.unit {
                break;
            }
            values.push(measure.value);
            self.at += 1;
            let long = matches!(self.sense(), Some(Sense::Dim(Dim::Long | Dim::High)))
                || matches!(self.sense(), Some(Sense::Stretch(_)));
            self.at += usize::from(long);
        }
        let thing = &self.drafts[index].thing;
        let fits = thing.parts.is_none_or(|parts| parts as usize == values.len());
        let (Some(unit @ (Unit::Length | Unit::Mass)), true) =
            (unit, named && fits && values.len() > 1)
        else {
            *self = before;
            return false;
        };
        self.drafts[index].set_parts(values, unit);
        true
    }
}

impl super::draft::Draft {
    fn set_parts(&mut self, values: Vec<f64>, unit: Unit) {
        let thing = &mut self.thing;
        thing.parts = Some(values.len() as u32);
        let even = values.iter().all(|value| *value == values[0]);
        match unit {
            Unit::Length if even => thing.length = Some(values[0]),
            Unit::Length => thing.lengths = values,
            _ if even => thing.mass = Some(values[0]),
            _ => thing.masses = values,
        }
    }
}
