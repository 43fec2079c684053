//! Several of which each differs from the one before: "heights grow from 10 cm to 50 cm", "each 5 cm
//! wider than the last", "the lowest is 50 cm wide"; and those that share a length: "over 2 m".

use super::super::{
    build::extents,
    spec::{Kind, Pattern, Place},
};
use super::{
    draft::Draft,
    layout,
    lexer::Lex,
    lexicon::{Dim, Entry, Part, Prop, Relative, Sense, Trait},
    measure::{Measure, Unit},
    parse::{Link, Parser, stretched},
};

/// Words that say that it goes up or down.
const GROWS: &[&str] = &[
    "grow",
    "grows",
    "growing",
    "increase",
    "increases",
    "increasing",
    "rise",
    "rises",
    "rising",
    "range",
    "ranges",
    "ranging",
    "vary",
    "varies",
    "varying",
    "go",
    "goes",
    "going",
    "decrease",
    "decreases",
    "decreasing",
    "shrink",
    "shrinks",
    "shrinking",
    "ascending",
    "descending",
    "fall",
    "falls",
    "falling",
    "run",
    "runs",
    "running",
    "that grow",
    "which grow",
    "climb",
    "climbing",
    "tapering",
    "taper",
    "tapers",
];
/// Words behind "than".
const BEFORE: &[&str] = &[
    "than",
    "the",
    "one",
    "before",
    "below",
    "it",
    "last",
    "previous",
    "next",
    "to",
    "its",
    "left",
    "neighbour",
    "neighbor",
    "underneath",
    "under",
    "beneath",
    "preceding",
    "ones",
    "that",
    "beside",
    "in",
    "front",
    "of",
    "as",
    "was",
];

/// What differs from one to the next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Grade {
    Along(Option<Dim>),
    Mass,
}

impl Parser {
    /// All that is said of a gradient behind the things.
    pub(super) fn graded(&mut self, index: usize) -> bool {
        let before = self.clone();
        let rules = [Self::graded_from_to, Self::each_after_first, Self::over_a_length];
        for rule in rules {
            if rule(self, index) {
                return true;
            }
            self.clone_from(&before);
        }
        false
    }

    /// What has been read here is no place.
    fn quiet(&mut self) {
        if let Some(lexeme) = self.lexemes.get_mut(self.at) {
            lexeme.lex = Lex::Known(Entry { sense: Sense::Filler, plural: false });
        }
    }

    fn own_word(&self) -> &str {
        self.lexemes.get(self.at).map_or("", |lexeme| &*lexeme.text)
    }

    fn grade(&mut self) -> Option<Grade> {
        let grade = match self.sense()? {
            Sense::Dim(
                dim @ (Dim::Long
                | Dim::Wide
                | Dim::High
                | Dim::Deep
                | Dim::Thick
                | Dim::Diameter
                | Dim::Radius),
            ) => Grade::Along(Some(dim)),
            Sense::Dim(Dim::Edge) | Sense::Prop(Prop::Size) => Grade::Along(None),
            Sense::Prop(Prop::Height) => Grade::Along(Some(Dim::High)),
            Sense::Prop(Prop::Mass) => Grade::Mass,
            Sense::Part(Part::Bob) if self.own_word().starts_with("weight") => Grade::Mass,
            Sense::Stretch(factors) => Grade::Along(Some(stretched(factors))),
            _ => return None,
        };
        self.at += 1;
        Some(grade)
    }

    /// "whose heights grow from 10 cm to 50 cm", "with masses from 1 to 5 kg", "from 5 cm to 20 cm tall".
    fn graded_from_to(&mut self, index: usize) -> bool {
        let joins = |sense| {
            matches!(
                sense,
                Sense::With
                    | Sense::And
                    | Sense::Of
                    | Sense::The
                    | Sense::Is
                    | Sense::Filler
                    | Sense::In
                    | Sense::A
            )
        };
        while self.peek() == Some(Lex::Comma) || self.sense().is_some_and(joins) {
            if GROWS.contains(&self.own_word()) {
                break;
            }
            self.at += 1;
        }
        let mut grade = self.grade();
        let mut grows = false;
        while GROWS.contains(&self.own_word())
            || matches!(self.own_word(), "steadily" | "evenly" | "linearly" | "gradually")
        {
            grows = true;
            self.at += 1;
        }
        // "growing in height", "increasing mass"
        self.glue(|sense| matches!(sense, Sense::In | Sense::Filler));
        let more = self.grade();
        grade = grade.or(more);
        if !self.take(|sense| sense == Sense::From) {
            return false;
        }
        let Some((first, unit)) = self.figure() else { return false };
        if !self.take(|sense| sense == Sense::To) {
            return false;
        }
        let Some((last, Some(unit))) = self.figure().map(|(value, own)| (value, own.or(unit)))
        else {
            return false;
        };
        // A number takes the unit of the other one.
        let first = if self.lexeme_is_bare(first) { first * unit.scale } else { first };
        let behind = self.grade();
        if grade.is_none() && behind.is_none() && !grows {
            return false;
        }
        let grade = grade.or(behind).unwrap_or(match unit.unit {
            Unit::Mass => Grade::Mass,
            _ => Grade::Along(None),
        });
        let Some(count @ 2..) = self.drafts[index].count else { return false };
        let step = (last - first) / f64::from(count - 1);
        let values = (0..count).map(|n| first + step * f64::from(n)).collect();
        self.in_steps(index, grade, values, unit)
    }

    /// A measure, or a number whose unit comes later: it is negative then, as no figure is.
    fn figure(&mut self) -> Option<(f64, Option<Measure>)> {
        let found = match self.peek()? {
            Lex::Measure(measure) if matches!(measure.unit, Unit::Length | Unit::Mass) => {
                (measure.value, Some(measure))
            }
            Lex::Number(number) => (number, None),
            _ => return None,
        };
        self.at += 1;
        Some(found)
    }

    /// Whether the first of two figures came without a unit.
    fn lexeme_is_bare(&self, value: f64) -> bool {
        self.lexemes[..self.at].iter().rev().take(5).any(|lexeme| lexeme.lex == Lex::Number(value))
    }

    /// "each 10 cm narrower than the one below", "every further one is 2 kg heavier".
    fn each_more(&mut self, index: usize, start: Option<f64>) -> bool {
        while matches!(self.peek(), Some(Lex::Comma | Lex::Stop))
            || self.sense() == Some(Sense::And)
        {
            self.at += 1;
        }
        if self.sense() != Some(Sense::Each) {
            return false;
        }
        self.quiet();
        self.at += 1;
        loop {
            let own = self.drafts[index].noun;
            let idle = matches!(
                self.sense(),
                Some(
                    Sense::More
                        | Sense::Ones
                        | Sense::Is
                        | Sense::Filler
                        | Sense::It
                        | Sense::Of
                        | Sense::Which(_)
                )
            ) || self.peek() == Some(Lex::Number(1.0))
                || matches!(self.own_word(), "other" | "following" | "subsequent" | "next")
                || matches!(self.sense(), Some(Sense::Noun(noun)) if Some(noun) == own);
            if !idle {
                break;
            }
            self.at += 1;
        }
        let times = if let Some(Lex::Measure(_)) = self.peek() { None } else { self.times() };
        let step = match self.peek() {
            Some(Lex::Measure(measure)) if times.is_none() => {
                self.at += 1;
                Some(measure)
            }
            _ => None,
        };
        self.glue(|sense| matches!(sense, Sense::Filler | Sense::The));
        let (grade, sign) = match self.sense() {
            Some(Sense::Prop(Prop::Size)) if times.is_some() => (Grade::Along(None), 1.0),
            Some(Sense::Prop(Prop::Height)) if times.is_some() => {
                (Grade::Along(Some(Dim::High)), 1.0)
            }
            Some(Sense::Dim(dim @ (Dim::Long | Dim::Wide | Dim::Diameter | Dim::Radius)))
                if times.is_some() =>
            {
                (Grade::Along(Some(dim)), 1.0)
            }
            Some(Sense::Comparative(factors)) => {
                let sign = if factors.iter().any(|factor| *factor > 1.0) { 1.0 } else { -1.0 };
                let dim = match factors.map(|factor| factor != 1.0) {
                    [true, true, true] => None,
                    [_, true, _] => Some(Dim::Wide),
                    [true, _, true] => Some(Dim::High),
                    [true, ..] => Some(Dim::Long),
                    _ => Some(Dim::High),
                };
                (Grade::Along(dim), sign)
            }
            Some(Sense::Relative(Relative::Mass, factor)) => {
                (Grade::Mass, if factor > 1.0 { 1.0 } else { -1.0 })
            }
            Some(Sense::Heft(_) | Sense::Prop(Prop::Mass)) if times.is_some() => (Grade::Mass, 1.0),
            Some(Sense::Light) if times.is_some() => (Grade::Mass, 1.0),
            Some(Sense::Size(_)) if times.is_some() => (Grade::Along(None), 1.0),
            Some(Sense::Stretch(factors)) if times.is_some() => {
                (Grade::Along(Some(stretched(factors))), 1.0)
            }
            _ => return false,
        };
        self.at += 1;
        let here = self.at;
        while self.at < self.lexemes.len()
            && self.own_word().split(' ').all(|word| BEFORE.contains(&word))
        {
            self.quiet();
            self.at += 1;
        }
        if self.at == here && step.is_none() {
            return false;
        }
        let start = start.or(self.starting_with(grade));
        let Some(count @ 2..) = self.drafts[index].count else { return false };
        let unit = match (grade, step) {
            (Grade::Mass, _) => Unit::Mass,
            _ => Unit::Length,
        };
        if step.is_some_and(|step| step.unit != unit) {
            return false;
        }
        let Some(first) = start.or_else(|| self.first_of(index, grade)) else { return false };
        let values: Vec<f64> = (0..count)
            .map(|n| match (step, times) {
                (Some(step), _) => first + sign * step.value * f64::from(n),
                (None, Some(times)) => first * times.powi(n as i32),
                (None, None) => f64::NAN,
            })
            .collect();
        if values.iter().any(|value| !value.is_finite() || *value <= 0.0) {
            return false;
        }
        let measure = Measure { value: first, unit, scale: 1.0 };
        if let Some(step) = step {
            self.apart.push(step.value);
        }
        if let Some(times) = times {
            self.apart.push(times);
        }
        self.in_steps(index, grade, values, measure)
    }

    /// ", starting with 1 kg": what the first of them measures.
    fn starting_with(&mut self, grade: Grade) -> Option<f64> {
        let begin = self.at;
        self.at += usize::from(self.peek() == Some(Lex::Comma));
        let starts = self.own_word().starts_with("start") || self.own_word().starts_with("begin");
        self.at += usize::from(starts);
        let first = self.own_word().starts_with("first");
        self.glue(|sense| {
            matches!(sense, Sense::With | Sense::At | Sense::From | Sense::Of | Sense::Filler)
        });
        let unit = if grade == Grade::Mass { Unit::Mass } else { Unit::Length };
        match self.peek() {
            Some(Lex::Measure(measure)) if starts && !first && measure.unit == unit => {
                self.at += 1;
                Some(measure.value)
            }
            _ => {
                self.at = begin;
                None
            }
        }
    }

    /// What the first of them measures.
    fn first_of(&self, index: usize, grade: Grade) -> Option<f64> {
        let mut draft = self.drafts[index].clone();
        draft.count = None;
        draft.plural = false;
        draft.thing.arrangement = None;
        let thing = draft.resolve(&mut Vec::new());
        let [x, y, z] = extents(&thing);
        match grade {
            Grade::Mass => thing.mass,
            Grade::Along(Some(Dim::High)) => Some(z),
            Grade::Along(Some(Dim::Deep)) => Some(y),
            Grade::Along(Some(Dim::Radius)) => Some(x / 2.0),
            Grade::Along(Some(Dim::Long))
                if matches!(thing.kind, Kind::Cylinder | Kind::Capsule) =>
            {
                Some(z)
            }
            Grade::Along(_) => Some(x),
        }
    }

    /// Each becomes a thing of its own, in the pattern in which all stand.
    fn in_steps(&mut self, index: usize, grade: Grade, values: Vec<f64>, unit: Measure) -> bool {
        let mut draft = self.drafts[index].clone();
        if draft.traits.contains(&Trait::Stacked) && draft.thing.arrangement.is_none() {
            draft.traits.retain(|quality| *quality != Trait::Stacked);
            draft.arrange(Pattern::Stack);
        }
        let arrangement = draft.thing.arrangement.clone();
        let pattern = arrangement.as_ref().map_or(Pattern::Row, |a| a.pattern);
        if !matches!(pattern, Pattern::Row | Pattern::Column | Pattern::Stack)
            || values.len() > 40
            || values.iter().any(|value| *value <= 0.0)
            || draft.known
        {
            return false;
        }
        let colours = draft.thing.colours.clone();
        let mut members: Vec<Draft> = Vec::new();
        for (n, value) in values.iter().enumerate() {
            let mut member = draft.clone();
            member.count = None;
            member.plural = false;
            if colours.len() > 1 {
                member.thing.colours = vec![colours[n % colours.len()].clone()];
            }
            let measure = Measure { value: *value, ..unit };
            match grade {
                Grade::Mass => member.thing.mass = Some(*value),
                Grade::Along(dim) => {
                    member.lengths.retain(|(own, _)| *own != dim);
                    let kind = member.kind();
                    if kind == Some(Kind::Box)
                        && matches!(dim, Some(Dim::Wide))
                        && member.triple.is_none()
                    {
                        // Slabs upon one another are as deep as wide.
                        member.lengths.insert(0, (Some(Dim::Deep), *value));
                        member.lengths.insert(0, (Some(Dim::Wide), *value));
                    } else if !member.measure(measure, dim) {
                        return false;
                    }
                }
            }
            members.push(member);
        }
        let along = |draft: &Draft| {
            let mut draft = draft.clone();
            draft.thing.arrangement = None;
            let [x, y, _] = extents(&draft.resolve(&mut Vec::new()));
            if pattern == Pattern::Column { y } else { x }
        };
        let widths: Vec<f64> = members.iter().map(along).collect();
        let first = self.drafts.len();
        if pattern == Pattern::Stack {
            for member in &mut members {
                member.arrange(Pattern::Stack);
            }
            return self.split(index, members);
        }
        let count = members.len();
        if !self.split(index, members) {
            return false;
        }
        let at = |n: usize| if n == 0 { index } else { first + n - 1 };
        for n in 1..count {
            let gap = match &arrangement {
                Some(a) if a.pitch.is_some() => {
                    a.pitch.map(|pitch| (pitch - (widths[n - 1] + widths[n]) / 2.0).max(0.0))
                }
                Some(a) => a.gap,
                None => None,
            };
            self.links.push(Link {
                subject: at(n),
                place: if pattern == Pattern::Column { Place::Behind } else { Place::RightOf },
                reference: at(n - 1),
                member: None,
                other: None,
                gap: gap.or(Some((0.25 * widths[n]).clamp(0.02, 0.2))),
            });
        }
        if let Some(a) = arrangement {
            self.apart.extend(a.pitch);
        }
        true
    }

    /// "The lowest is 50 cm wide, and every further one is 10 cm narrower than the one below it."
    pub(super) fn graded_sentence(&mut self) -> bool {
        let before = self.clone();
        let done = self.graded_sentence_within();
        if !done {
            *self = before;
        }
        done
    }

    fn graded_sentence_within(&mut self) -> bool {
        let Some(index) =
            self.current.filter(|index| self.drafts[*index].count.is_some_and(|count| count > 1))
        else {
            return false;
        };
        self.each_after_first(index)
    }

    /// "the first is 5 cm wide, each other one 5 cm wider", or without the first.
    fn each_after_first(&mut self, index: usize) -> bool {
        while self.peek() == Some(Lex::Comma) || self.sense() == Some(Sense::And) {
            self.at += 1;
        }
        if self.sense() == Some(Sense::Each) {
            return self.each_more(index, None);
        }
        if !self.take(|sense| sense == Sense::The)
            || !matches!(self.sense(), Some(Sense::Which(which)) if layout::begins_at(which))
        {
            return false;
        }
        self.at += 1;
        let own = self.drafts[index].noun;
        self.at += usize::from(self.peek() == Some(Lex::Number(1.0)));
        self.take(|sense| matches!(sense, Sense::Noun(noun) if Some(noun) == own));
        self.glue(|sense| {
            matches!(
                sense,
                Sense::Is
                    | Sense::With
                    | Sense::A
                    | Sense::Of
                    | Sense::Prop(Prop::Mass)
                    | Sense::Dim(Dim::Diameter | Dim::Radius | Dim::Wide | Dim::Long)
            )
        });
        let Some(Lex::Measure(measure)) = self.peek() else { return false };
        self.at += 1;
        self.glue(|sense| matches!(sense, Sense::In));
        let _ = self.grade();
        self.apart.push(measure.value);
        self.each_more(index, Some(measure.value))
    }

    /// "evenly spaced over 2 m": the first and the last are so far apart.
    fn over_a_length(&mut self, index: usize) -> bool {
        while self.peek() == Some(Lex::Comma)
            || matches!(self.sense(), Some(Sense::Trait(Trait::Spaced) | Sense::Is | Sense::Filler))
        {
            self.at += 1;
        }
        if !matches!(self.own_word(), "over" | "along" | "across" | "over a" | "along a") {
            return false;
        }
        self.quiet();
        self.at += 1;
        loop {
            let idle =
                matches!(self.sense(), Some(Sense::A | Sense::Of | Sense::The | Sense::Filler))
                    || matches!(self.sense(), Some(Sense::Dim(Dim::Long | Dim::Wide | Dim::Gap)))
                    || matches!(self.own_word(), "total" | "stretch" | "span");
            if !idle {
                break;
            }
            self.at += 1;
        }
        let Some(Lex::Measure(measure)) = self.peek() else { return false };
        self.at += 1;
        let ends = matches!(self.peek(), None | Some(Lex::Stop | Lex::Comma))
            || self.sense() == Some(Sense::And);
        let Some(count @ 2..) = self.drafts[index].count else { return false };
        if measure.unit != Unit::Length || !ends {
            return false;
        }
        let mut one = self.drafts[index].clone();
        one.count = None;
        one.thing.arrangement = None;
        let [x, ..] = extents(&one.resolve(&mut Vec::new()));
        let pitch = (measure.value - x) / f64::from(count - 1);
        let pattern =
            self.drafts[index].thing.arrangement.as_ref().map_or(Pattern::Row, |a| a.pattern);
        if !matches!(pattern, Pattern::Row | Pattern::Column) || pitch < x {
            return false;
        }
        self.drafts[index].arrange(pattern).pitch = Some(pitch);
        self.apart.push(measure.value);
        true
    }

    /// "a red cube, a green cylinder and a blue box", of a tower: each on the one before. The lowest.
    pub(super) fn piled(&mut self) -> Option<usize> {
        let before = self.clone();
        let list = std::mem::take(&mut self.list);
        let found = self.piled_within();
        if found.is_none() {
            *self = before;
        } else {
            self.list = list;
        }
        found
    }

    fn piled_within(&mut self) -> Option<usize> {
        let mut members: Vec<usize> = Vec::new();
        loop {
            if !(self.sense() == Some(Sense::A) || self.peek() == Some(Lex::Number(1.0))) {
                return None;
            }
            let known = self.drafts.len();
            let next = self.thing().filter(|next| *next >= known)?;
            let draft = &self.drafts[next];
            if draft.count.is_some_and(|count| count > 1) || draft.thing.arrangement.is_some() {
                return None;
            }
            self.it = Some(next);
            // What is said of this one alone.
            while matches!(self.sense(), Some(Sense::With | Sense::Of | Sense::Is))
                && self.attribute(next)
            {}
            members.push(next);
            let here = self.at;
            loop {
                let joins = self.peek() == Some(Lex::Comma)
                    || matches!(self.sense(), Some(Sense::And | Sense::Filler))
                    || self.sense() == Some(Sense::Inverse(Place::On));
                if joins {
                    self.at += 1;
                } else if self.sense() == Some(Sense::Place(Place::On))
                    && (self.sense_ahead(1) == Some(Sense::It)
                        || self.lexemes[self.at].text.starts_with("on top"))
                {
                    self.at += 1 + usize::from(self.sense_ahead(1) == Some(Sense::It));
                } else {
                    break;
                }
            }
            let again = self.at > here
                && (self.sense() == Some(Sense::A) || self.peek() == Some(Lex::Number(1.0)));
            if !again {
                self.at = here;
                break;
            }
        }
        if members.len() < 2 {
            return None;
        }
        let downwards = self.lexemes.iter().any(|lexeme| {
            matches!(
                &*lexeme.text,
                "from top to bottom" | "from the top down" | "from the top to the bottom"
            )
        });
        if downwards {
            members.reverse();
        }
        for two in members.windows(2) {
            self.links.push(Link {
                subject: two[1],
                place: Place::On,
                reference: two[0],
                member: None,
                other: None,
                gap: None,
            });
        }
        self.it = members.last().copied();
        members.first().copied()
    }
}
