//! What is said of each of several: "each with a ball on it", "a ball on each", "at each corner".

use super::super::spec::{Class, Kind, Pattern, Place};
use super::{
    draft::Draft,
    lexer::Lex,
    lexicon::{Part, Relative, Sense, Which},
    parse::{Link, Parser, stretched},
};

impl Parser {
    fn each(&mut self) -> bool {
        let singular = self
            .lexemes
            .get(self.at)
            .is_some_and(|lexeme| matches!(&*lexeme.text, "each" | "every" | "all of" | "all"));
        singular && self.take(|sense| sense == Sense::Each)
    }

    /// Of a row, "each with a ball on it": as many of what comes with it as there are of them.
    pub(super) fn each_with(&mut self, index: usize) -> bool {
        let before = self.clone();
        self.glue(|sense| matches!(sense, Sense::Filler | Sense::And));
        while self.peek() == Some(Lex::Comma) {
            self.at += 1;
        }
        self.glue(|sense| sense == Sense::And);
        let behind = self.take(|sense| sense == Sense::With);
        let each = self.each();
        let own = self.drafts[index].noun.map(|noun| noun.words);
        self.glue(|sense| {
            matches!(sense, Sense::Of | Sense::It | Sense::Ones | Sense::Is | Sense::The)
                || each && matches!(sense, Sense::Noun(noun) if Some(noun.words) == own)
        });
        self.at += usize::from(each && self.peek() == Some(Lex::Number(1.0)));
        let (forced, said) = match self.sense() {
            Some(Sense::With) if !behind => (None, true),
            Some(Sense::Inverse(place)) => (Some(place), true),
            _ => (None, behind),
        };
        self.at += usize::from(said && !behind);
        let known = self.drafts.len();
        let base = self.drafts[index].kind();
        let inner = if each && said && self.determined() { self.thing() } else { None };
        let Some(inner) = inner.filter(|inner| *inner >= known && base.is_some()) else {
            *self = before;
            return false;
        };
        let links = self.links.len();
        self.it = Some(index);
        let list = std::mem::take(&mut self.list);
        self.after(inner);
        self.list = list;
        self.it = Some(index);
        let placed = self.links[links..].iter().any(|link| link.subject == inner);
        if !placed {
            let seat = matches!(self.drafts[inner].kind(), Some(Kind::Chair | Kind::Stool));
            let place = forced.unwrap_or(match base.map(Kind::class) {
                _ if seat && matches!(base, Some(Kind::Table | Kind::RoundTable)) => Place::Behind,
                Some(Class::Vessel) => Place::Inside,
                _ if matches!(base, Some(Kind::Ramp | Kind::Stairs)) => Place::AtTop,
                _ => Place::On,
            });
            self.link(inner, place, index, None, None);
        }
        if !self.spread_over(inner, index) {
            *self = before;
            return false;
        }
        // "… and a laptop on it": a further one of each.
        loop {
            let here = self.clone();
            while self.peek() == Some(Lex::Comma) {
                self.at += 1;
            }
            let joined = self.take(|sense| sense == Sense::And);
            let known = self.drafts.len();
            let more = if joined && self.determined() { self.thing() } else { None };
            let Some(more) = more.filter(|more| *more >= known) else {
                *self = here;
                break;
            };
            let links = self.links.len();
            self.it = Some(index);
            let list = std::mem::take(&mut self.list);
            self.after(more);
            self.list = list;
            self.it = Some(index);
            let tied = self.links[links..]
                .iter()
                .any(|link| link.subject == more && link.reference == index);
            if !tied || !self.spread_over(more, index) {
                *self = here;
                break;
            }
        }
        true
    }

    /// One of `subject` for each of `reference`, or for each thing that is called so.
    pub(super) fn spread_over(&mut self, subject: usize, reference: usize) -> bool {
        let Some(at) = self
            .links
            .iter()
            .rposition(|link| link.subject == subject && link.reference == reference)
        else {
            return false;
        };
        let link = self.links[at].clone();
        let noun = self.drafts[reference].noun.map(|noun| noun.words);
        let places: Vec<(usize, Option<u32>)> = match self.drafts[reference].many() {
            Some(count) => (1..=count).map(|member| (reference, Some(member))).collect(),
            None => (0..self.drafts.len())
                .filter(|other| {
                    self.drafts[*other].noun.map(|noun| noun.words) == noun
                        && !self.drafts[*other].plural
                        && *other != subject
                })
                .map(|other| (other, None))
                .collect(),
        };
        // "five balls, one in each of the five cups"
        if let Some(count) = self.drafts[subject].count
            && count as usize == places.len()
        {
            self.drafts[subject].count = None;
            self.drafts[subject].plural = false;
        }
        if places.len() < 2 {
            return false;
        }
        for (n, (reference, member)) in places.into_iter().enumerate() {
            let subject = if n == 0 {
                self.links.remove(at);
                subject
            } else {
                self.drafts.push(self.drafts[subject].clone());
                self.drafts.len() - 1
            };
            self.links.push(Link { subject, reference, member, ..link.clone() });
        }
        true
    }

    /// "on each table", "in each of them", behind a place.
    pub(super) fn on_each(&mut self, index: usize, place: Place) -> bool {
        let before = self.clone();
        if !self.each() {
            return false;
        }
        self.at += usize::from(
            self.peek() == Some(Lex::Number(1.0)) && self.sense_ahead(1) == Some(Sense::Of),
        );
        self.glue(|sense| matches!(sense, Sense::Of | Sense::The));
        if self.on_each_board(index, place) {
            return true;
        }
        let known = self.drafts.len();
        let ends = matches!(self.peek(), None | Some(Lex::Stop | Lex::Comma))
            || self.sense() == Some(Sense::And);
        let named = if ends { None } else { self.thing() };
        let several = |draft: &Draft| draft.many().is_some_and(|count| count > 1);
        let reference = match named {
            Some(named) if named < known => Some(named),
            // "each table": those that are there.
            Some(named) => {
                let noun = self.drafts[named].noun.map(|noun| noun.words);
                let counted = self.drafts[named].many().is_some();
                let there = self.drafts[..known]
                    .iter()
                    .rposition(|draft| draft.noun.map(|noun| noun.words) == noun);
                if !counted {
                    self.drafts.truncate(known);
                }
                if counted { Some(named) } else { there }
            }
            None if ends => {
                let others = (0..known).rev().filter(|other| *other != index);
                others.clone().find(|other| several(&self.drafts[*other])).or_else(|| {
                    others.clone().find(|other| self.drafts[*other].kind().is_some_and(large))
                })
            }
            None => None,
        };
        let done = reference.filter(|reference| *reference != index).is_some_and(|reference| {
            self.link(index, place, reference, None, None);
            self.spread_over(index, reference)
        });
        if !done {
            *self = before;
        }
        done
    }

    /// "a box on the top shelf", "on the second board": of a shelf that was named.
    pub(super) fn on_one_board(&mut self, index: usize) -> bool {
        let begin = self.at;
        let shelf = |draft: &Draft| draft.kind() == Some(Kind::Shelf);
        let shelf = self.drafts.iter().rposition(shelf).filter(|shelf| *shelf != index);
        let Some(shelf) = shelf.filter(|shelf| self.drafts[*shelf].count.is_none()) else {
            return false;
        };
        let boards = self.drafts[shelf].thing.parts.unwrap_or(4);
        self.take(|sense| sense == Sense::The);
        let member = match self.sense() {
            Some(Sense::Which(Which::Bottom | Which::First)) => Some(1),
            Some(Sense::Which(Which::Top | Which::Last)) => Some(boards),
            Some(Sense::Which(Which::Middle)) if boards % 2 == 1 => Some(boards.div_ceil(2)),
            Some(Sense::Which(Which::Nth(nth))) if nth <= boards => Some(nth),
            _ => None,
        };
        self.at += 1;
        let board = match self.sense() {
            Some(Sense::Noun(noun)) => noun.kind == Kind::Shelf || noun.words.starts_with("slab"),
            Some(Sense::Part(part)) => part == Part::Layer,
            _ => false,
        };
        // "on the first, … on the second"
        let bare = matches!(self.peek(), None | Some(Lex::Stop | Lex::Comma))
            || self.sense() == Some(Sense::And);
        if member.is_none() || !(board || bare) {
            self.at = begin;
            return false;
        }
        self.at +=
            usize::from(board) + usize::from(!board && self.peek() == Some(Lex::Number(1.0)));
        // "from the top"
        let text = |by: usize| self.lexemes.get(self.at + by).map_or("", |lexeme| &*lexeme.text);
        let (from, top) = match (text(0), text(1), text(2)) {
            ("from the top" | "from the top of", ..) => (1, true),
            ("from the bottom", ..) => (1, false),
            ("from", "the", "top") => (3, true),
            ("from", "the", "bottom") => (3, false),
            _ => (0, false),
        };
        let member = member.map(|member| if top { boards + 1 - member } else { member });
        self.at += from;
        self.links.push(Link {
            subject: index,
            place: Place::Inside,
            reference: shelf,
            member,
            other: None,
            gap: None,
        });
        true
    }

    /// "a box on every board", of a shelf that was named: one on each.
    fn on_each_board(&mut self, index: usize, place: Place) -> bool {
        let board = match self.sense() {
            Some(Sense::Noun(noun)) => noun.kind == Kind::Shelf || noun.words.starts_with("slab"),
            Some(Sense::Part(part)) => part == Part::Layer,
            _ => false,
        };
        let shelf = |draft: &Draft| draft.kind() == Some(Kind::Shelf);
        let shelf = self.drafts.iter().rposition(shelf).filter(|shelf| *shelf != index);
        let (true, Some(shelf)) = (board, shelf) else { return false };
        // "each shelf" of several is each of them.
        if self.drafts[shelf].count.is_some() || self.drafts[shelf].plural {
            return false;
        }
        self.at += 1;
        if self.take(|sense| sense == Sense::Of) {
            self.thing();
        }
        let boards = self.drafts[shelf].thing.parts.unwrap_or(4);
        let subject = self.drafts[index].clone();
        for board in 1..=boards {
            let subject = if board == 1 {
                index
            } else {
                self.drafts.push(subject.clone());
                self.drafts.len() - 1
            };
            let (reference, member) = (shelf, Some(board));
            let place = if place == Place::On { Place::Inside } else { place };
            self.links.push(Link { subject, place, reference, member, other: None, gap: None });
        }
        true
    }

    /// "a cube at each corner of a table", "four balls, one at each corner".
    pub(super) fn at_each_corner(&mut self, index: usize) -> bool {
        let before = self.clone();
        while self.peek() == Some(Lex::Comma) {
            self.at += 1;
        }
        self.at += usize::from(self.peek() == Some(Lex::Number(1.0)));
        self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler));
        let into = match self.sense() {
            Some(Sense::At | Sense::Place(Place::On) | Sense::To) => Some(Place::On),
            Some(Sense::In | Sense::Place(Place::Inside)) => Some(Place::Inside),
            _ => None,
        };
        self.at += usize::from(into.is_some());
        self.glue(|sense| matches!(sense, Sense::Each | Sense::The | Sense::Of));
        self.at += usize::from(self.peek() == Some(Lex::Number(4.0)));
        // "in the corner of a room" is one of them.
        let every =
            self.lexemes[before.at..=self.at.min(self.lexemes.len() - 1)].iter().any(|lexeme| {
                lexeme.sense() == Some(Sense::Each)
                    || matches!(lexeme.lex, Lex::Known(entry) if entry.plural)
            });
        let corner = every && self.take(|sense| sense == Sense::Part(Part::Corner));
        let four = matches!(self.drafts[index].count, None | Some(4));
        if !(into.is_some() && corner && four) {
            *self = before;
            return false;
        }
        let known = self.drafts.len();
        let of = self.take(|sense| sense == Sense::Of);
        let named = if of { self.thing() } else { None };
        let base = named.or(self.it).filter(|base| *base != index);
        let Some(base) = base.filter(|base| self.drafts[*base].kind().is_some()) else {
            *self = before;
            return false;
        };
        self.drafts[index].count = Some(4);
        self.drafts[index].arrange(Pattern::Corners);
        let holds = self.drafts[base]
            .kind()
            .is_some_and(|kind| kind.class() == Class::Vessel || kind == Kind::Pen);
        let place = if holds { Place::Inside } else { Place::On };
        self.link(index, place, base, None, None);
        if base >= known {
            self.after(base);
        }
        true
    }

    /// "two pendulums, one twice as long as the other".
    pub(super) fn one_unlike_the_other(&mut self, index: usize) -> bool {
        let before = self.clone();
        if self.drafts[index].count != Some(2) || self.peek() != Some(Lex::Number(1.0)) {
            return false;
        }
        self.at += 1;
        self.glue(|sense| matches!(sense, Sense::Is | Sense::Of | Sense::It | Sense::Filler));
        let factor = self.times();
        self.glue(|sense| matches!(sense, Sense::Filler | Sense::The));
        let mut other = self.drafts[index].clone();
        other.count = None;
        other.plural = false;
        let mut one = other.clone();
        let by = |usual: f64| factor.unwrap_or(usual);
        match self.sense() {
            Some(Sense::Size(_)) if factor.is_some() => one.scale([by(1.0); 3]),
            Some(Sense::Stretch(which)) if factor.is_some() => {
                let _ = stretched(which);
                one.scale(which.map(|axis| if axis == 1.0 { 1.0 } else { by(1.0) }));
            }
            Some(Sense::Comparative(which)) => {
                one.scale(which.map(|axis| if axis == 1.0 { 1.0 } else { by(axis) }));
            }
            Some(Sense::Heft(_)) if factor.is_some() => one.weigh(by(1.0)),
            Some(Sense::Relative(Relative::Mass, usual)) => one.weigh(by(usual)),
            _ => {
                *self = before;
                return false;
            }
        }
        self.at += 1;
        self.glue(|sense| matches!(sense, Sense::Filler | Sense::The));
        if self.lexemes.get(self.at).is_none_or(|lexeme| lexeme.text != "other") {
            *self = before;
            return false;
        }
        self.at += 1;
        self.at += usize::from(self.peek() == Some(Lex::Number(1.0)));
        self.split(index, vec![one, other])
    }
}

const fn large(kind: Kind) -> bool {
    matches!(kind.class(), Class::Furniture | Class::Vessel)
}

impl Draft {
    /// So many times as large, along each axis.
    fn scale(&mut self, factors: [f64; 3]) {
        let most = factors.iter().copied().fold(1.0, |a: f64, b| if b == 1.0 { a } else { b });
        let even = factors.iter().all(|factor| *factor == factors[0]);
        if self.lengths.is_empty() && self.triple.is_none() {
            let before = self.stretch.unwrap_or([1.0; 3]);
            if even {
                self.factor = Some(self.factor.unwrap_or(1.0) * most);
            } else {
                self.stretch = Some(std::array::from_fn(|axis| before[axis] * factors[axis]));
            }
        }
        for (_, length) in &mut self.lengths {
            *length *= most;
        }
        if let Some(triple) = &mut self.triple {
            *triple = std::array::from_fn(|axis| triple[axis] * factors[axis]);
        }
    }

    fn weigh(&mut self, factor: f64) {
        match &mut self.thing.mass {
            Some(mass) => *mass *= factor,
            None => self.heft = Some(self.heft.unwrap_or(1.0) * factor),
        }
    }
}
