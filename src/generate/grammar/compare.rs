//! Sizes and masses that are told by another thing: "twice as tall", "10 cm wider than the other",
//! "as tall as the red box", "half the weight of the first".

use super::super::{
    build::extents,
    spec::{Kind, Size},
};
use super::{
    draft::{Draft, kind_length},
    lexer::{Lex, Lexeme},
    lexicon::{Dim, Prop, Relative, Sense},
    measure::{Measure, Unit},
    parse::{Parser, stretched},
};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum What {
    /// All extents.
    Size,
    /// One of them.
    Extent(Dim),
    Mass,
}

/// How the other thing comes to this one.
#[derive(Clone, Copy, Debug)]
enum By {
    Times(f64),
    More(Measure),
}

impl Parser {
    /// One comparison, of what `index` is.
    pub(super) fn compared(&mut self, index: usize) -> bool {
        let before = self.clone();
        let done = self.compared_within(index);
        if !done {
            *self = before;
        }
        done
    }

    fn said(&self, by: usize) -> &str {
        self.lexemes.get(self.at + by).map_or("", |lexeme| &*lexeme.text)
    }

    fn compared_within(&mut self, index: usize) -> bool {
        self.skip_words(&["just", "exactly", "precisely", "only", "about"]);
        // "weighs ten times as much as the other"
        let weighs = self.take(|sense| sense == Sense::Prop(Prop::Mass));
        let difference = match self.peek() {
            Some(Lex::Measure(measure)) => {
                self.at += 1;
                Some(measure)
            }
            _ => None,
        };
        let mut times = if difference.is_some() { None } else { self.times() };
        let counted = times.filter(|_| {
            matches!(self.at.checked_sub(2).map(|at| self.lexemes[at].lex), Some(Lex::Number(_)))
        });
        let as_well = self.skip_words(&["as"])
            || self.at.checked_sub(1).is_some_and(|at| self.lexemes[at].text == "as");
        if as_well && times.is_none() {
            times = Some(1.0);
        }
        let the = self.take(|sense| sense == Sense::The);
        let sense = self.sense();
        self.at += 1;
        let much = self
            .at
            .checked_sub(1)
            .is_some_and(|at| self.lexemes.get(at).is_some_and(|lexeme| lexeme.text == "much"));
        let (what, by) = match (sense, times, difference) {
            (_, Some(factor), _) if weighs && much && !the => (What::Mass, By::Times(factor)),
            _ if weighs => return false,
            (Some(Sense::Size(size)), Some(factor), _) if !the && (size > 1.0 || factor == 1.0) => {
                (What::Size, By::Times(factor))
            }
            (Some(Sense::Stretch(axes)), Some(factor), _) if !the => {
                (What::Extent(stretched(axes)), By::Times(factor))
            }
            (Some(Sense::Dim(dim)), Some(factor), _) => (What::Extent(dim), By::Times(factor)),
            (Some(Sense::Prop(Prop::Height)), Some(factor), _) => {
                (What::Extent(Dim::High), By::Times(factor))
            }
            (Some(Sense::Prop(Prop::Size)), Some(factor), _) if the => {
                (What::Size, By::Times(factor))
            }
            (Some(Sense::Heft(heft)), Some(factor), _) if !the && heft > 1.0 => {
                (What::Mass, By::Times(factor))
            }
            (Some(Sense::Prop(Prop::Mass)), Some(factor), _) => (What::Mass, By::Times(factor)),
            (Some(Sense::Comparative(axes)), factor, measure) if !the => {
                let grows = axes.iter().any(|axis| *axis > 1.0);
                let even = axes.iter().all(|axis| *axis == axes[0]);
                let what = if even { What::Size } else { What::Extent(longest(axes)) };
                match (factor, measure) {
                    (Some(factor), _) if grows => (what, By::Times(factor)),
                    (None, Some(measure)) if measure.unit == Unit::Length => {
                        let sign = if grows { 1.0 } else { -1.0 };
                        (what, By::More(Measure { value: sign * measure.value, ..measure }))
                    }
                    _ => return false,
                }
            }
            (Some(Sense::Relative(Relative::Mass, usual)), factor, measure) if !the => {
                match (factor, measure) {
                    (Some(factor), _) if usual > 1.0 => (What::Mass, By::Times(factor)),
                    (None, Some(measure)) if measure.unit == Unit::Mass => {
                        let sign = if usual > 1.0 { 1.0 } else { -1.0 };
                        (What::Mass, By::More(Measure { value: sign * measure.value, ..measure }))
                    }
                    _ => return false,
                }
            }
            _ => return false,
        };
        let named = matches!(self.said(0), "as" | "than") || the && self.sense() == Some(Sense::Of);
        let even = matches!(by, By::Times(1.0));
        let found = if named {
            self.at += 1;
            self.skip_words(&["that", "of"]);
            let Some(base) = self.the_compared(index) else { return false };
            Some(base)
        } else {
            self.other_like(index)
        };
        // "as tall" as what?
        if self.heads_a_thing() || even && !named {
            return false;
        }
        let Some(base) = found.filter(|base| *base != index) else { return false };
        if let Some(factor) = counted {
            self.apart.push(factor);
        }
        if let By::More(measure) = by {
            self.apart.push(measure.value.abs());
        }
        let base = self.drafts[base].clone();
        self.compares |= self.told_of_member;
        self.drafts[index].be_like(&base, what, by)
    }

    fn skip_words(&mut self, words: &[&str]) -> bool {
        let begin = self.at;
        while words.contains(&self.said(0)) {
            self.at += 1;
        }
        self.at > begin
    }

    /// "the other", "the first one", "the red box", "it".
    fn the_compared(&mut self, index: usize) -> Option<usize> {
        let the = usize::from(self.sense() == Some(Sense::The));
        let word = self.said(the);
        if matches!(word, "other" | "others" | "rest" | "first" | "former")
            || the == 0 && self.peek() == Some(Lex::Number(1.0))
        {
            let first = matches!(word, "first" | "former");
            self.at += the + 1;
            self.at += usize::from(matches!(self.peek(), Some(Lex::Number(_))));
            let own = self.drafts[index].noun;
            self.glue(|sense| {
                matches!(sense, Sense::Noun(noun) if Some(noun) == own) || sense == Sense::Ones
            });
            let like = |at: &usize| *at != index && self.drafts[*at].noun == own;
            return if first { (0..self.drafts.len()).find(like) } else { self.other_like(index) };
        }
        let known = self.drafts.len();
        let found = self.thing()?;
        self.which = None;
        if found >= known {
            self.drafts.truncate(known);
            return None;
        }
        Some(found)
    }

    /// The one of its kind that was named last, or whatever was.
    fn other_like(&self, index: usize) -> Option<usize> {
        let own = self.drafts[index].noun;
        let others = || (0..self.drafts.len()).rev().filter(|at| *at != index);
        others()
            .find(|at| self.drafts[*at].noun == own)
            .or_else(|| others().find(|at| self.drafts[*at].noun.is_some()))
    }
}

fn longest(axes: [f64; 3]) -> Dim {
    if axes[2] != 1.0 && axes[0] == 1.0 { Dim::High } else { stretched(axes.map(f64::abs)) }
}

impl Draft {
    /// It has what is compared of another.
    pub(super) fn be_as(&mut self, base: &Self, what: What) -> bool {
        self.be_like(base, what, By::Times(1.0))
    }

    /// Whether anybody gave it a size.
    pub(super) fn is_sized(&self) -> bool {
        !self.lengths.is_empty() || self.triple.is_some() || self.thing.size.is_some()
    }

    fn be_like(&mut self, base: &Self, what: What, by: By) -> bool {
        let apply = |value: f64| match by {
            By::Times(factor) => value * factor,
            By::More(measure) => value + measure.value,
        };
        if what == What::Mass {
            match (base.thing.mass, by) {
                (Some(mass), _) => self.thing.mass = Some(apply(mass)),
                (None, By::Times(factor)) => {
                    self.heft = Some(base.heft.unwrap_or(1.0) * factor);
                    self.thing.material = self.thing.material.or(base.thing.material);
                }
                (None, By::More(_)) => return false,
            }
            return self.thing.mass.is_none_or(|mass| mass > 0.0);
        }
        let (Some(kind), true) = (self.kind(), base.kind().is_some()) else { return false };
        let mechanism = kind_length(kind);
        if mechanism {
            let length = base
                .clone()
                .resolve(&mut Vec::new())
                .length
                .unwrap_or_else(|| super::super::build::usual_length(kind, base.thing.parts));
            self.thing.length = Some(apply(length));
            return matches!(what, What::Size | What::Extent(Dim::Long | Dim::High));
        }
        let [x, y, z] = extents(&base.clone().resolve(&mut Vec::new()));
        let alike = self.noun == base.noun;
        let cubic =
            self.noun.is_some_and(|noun| noun.words.starts_with("cube")) || kind == Kind::Sphere;
        let value = match what {
            What::Size => x,
            What::Extent(Dim::Deep) => y,
            What::Extent(Dim::High | Dim::Thick) => z,
            What::Extent(Dim::Long) if base.thing.kind == Kind::Cylinder => z,
            What::Extent(_) => x,
            What::Mass => return false,
        };
        if apply(value) <= 0.0 {
            return false;
        }
        if cubic && what != What::Mass {
            self.lengths = vec![(
                Some(if kind == Kind::Sphere { Dim::Diameter } else { Dim::Edge }),
                apply(value),
            )];
            return true;
        }
        let whole = |[x, y, z]: [f64; 3]| Size { x: Some(x), y: Some(y), z: Some(z) };
        match what {
            What::Size => {
                let scale = apply(x) / x;
                self.thing.size = Some(whole([x * scale, y * scale, z * scale]));
            }
            What::Extent(dim) => {
                // What is like it otherwise has the rest of its extents.
                if alike && self.lengths.is_empty() && self.triple.is_none() {
                    self.thing.size = Some(whole([x, y, z]));
                }
                self.lengths.push((Some(dim), apply(value)));
            }
            What::Mass => {}
        }
        true
    }
}

impl Parser {
    /// "a heavier ball": than the one before.
    pub(super) fn weigh_by(&self, draft: &mut Draft, by: f64) {
        let base = self.drafts.iter().rev().find(|known| known.noun == draft.noun);
        if let Some(mass) = base.and_then(|base| base.thing.mass) {
            draft.thing.mass = Some(mass * by);
            return;
        }
        draft.heft = Some(base.and_then(|base| base.heft).unwrap_or(1.0) * by);
        if let Some(base) = base {
            draft.thing.density = base.thing.density;
            draft.thing.material = draft.thing.material.or(base.thing.material);
        }
    }

    /// "a 50 cm cube and a smaller one": than that before it.
    pub(super) fn size_by_others(&mut self) {
        for index in 1..self.drafts.len() {
            let (before, rest) = self.drafts.split_at_mut(index);
            let draft = &mut rest[0];
            let Some(factors) = draft.compared.filter(|_| !draft.known && !draft.is_sized()) else {
                continue;
            };
            let Some(base) = before.iter().rev().find(|base| base.noun == draft.noun) else {
                continue;
            };
            let even = factors.iter().all(|factor| *factor == factors[0]);
            let longest = longest(factors);
            let (what, factor) = match longest {
                _ if even => (What::Size, factors[0]),
                Dim::High => (What::Extent(longest), factors[2]),
                _ => {
                    let factor = factors.into_iter().find(|factor| *factor != 1.0);
                    (What::Extent(longest), factor.unwrap_or(1.0))
                }
            };
            if factor != 1.0 && draft.be_like(base, what, By::Times(factor)) {
                draft.stretch = None;
            }
        }
    }

    /// "a cylinder as tall as it is wide": two extents that are one.
    pub(super) fn as_tall_as_wide(&mut self, index: usize) -> bool {
        let begin = self.at;
        let factor = self.times();
        let as_well = self.skip_words(&["just", "exactly", "as"])
            || self.at.checked_sub(1).is_some_and(|at| self.lexemes[at].text == "as");
        let dim = |sense: Option<Sense>| match sense {
            Some(Sense::Dim(dim)) => Some(dim),
            Some(Sense::Stretch(axes)) => Some(stretched(axes)),
            _ => None,
        };
        let first = dim(self.sense());
        self.at += 1;
        let joined = self.skip_words(&["as"]);
        let itself = self.take(|sense| sense == Sense::It);
        let is = self.take(|sense| sense == Sense::Is);
        let second = dim(self.lexemes.get(self.at).and_then(Lexeme::sense));
        self.at += 1;
        let (Some(first), Some(second), true) = (first, second, as_well && joined && itself == is)
        else {
            self.at = begin;
            return false;
        };
        let draft = &mut self.drafts[index];
        let Some(kind) = draft.kind() else {
            self.at = begin;
            return false;
        };
        let [x, _, z] = kind.extents();
        let known = draft.lengths.iter().find(|(dim, _)| *dim == Some(second)).map(|(_, v)| *v);
        let other = draft.lengths.iter().find(|(dim, _)| *dim == Some(first)).map(|(_, v)| *v);
        let factor = factor.unwrap_or(1.0);
        let base = known.or(other.map(|value| value / factor));
        let base = base.unwrap_or(if second == Dim::High { z } else { x });
        for (dim, value) in [(first, base * factor), (second, base)] {
            if !draft.lengths.iter().any(|(known, _)| *known == Some(dim)) {
                draft.lengths.push((Some(dim), value));
            }
        }
        if factor.fract() == 0.0 && factor > 1.0 {
            self.apart.push(factor);
        }
        true
    }
}
