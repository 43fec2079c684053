//! Both ends, both sides, and what is between two.

use super::super::spec::{Class, Kind, Place};
use super::{
    lexicon::Sense,
    parse::{Link, Parser},
};

impl Parser {
    /// "with a ball at each end": one there, and one like it here.
    pub(super) fn at_both_ends(&mut self, index: usize) -> bool {
        let begin = self.at;
        self.at += 1;
        let named = if self.take(|sense| sense == Sense::Of) { self.thing() } else { None };
        // "a plank on a log with a box at each end": of what has ends.
        let board = |draft: usize| {
            self.drafts[draft].kind() == Some(Kind::Seesaw)
                || self.drafts[draft].noun.is_some_and(|noun| noun.words.starts_with("plank"))
        };
        let boards = (0..self.drafts.len()).rev().find(|draft| *draft != index && board(*draft));
        let base = named
            .or(boards)
            .or(self.it)
            .filter(|base| *base != index && self.drafts[*base].noun.is_some());
        let one = matches!(self.drafts[index].count, None | Some(1 | 2));
        let (Some(base), true) = (base, one) else {
            self.at = begin;
            return false;
        };
        let on_board = board(base);
        // "a steel ball and a wooden ball on opposite ends": one here and the other there.
        let (first, twin) = match self.pair_with(index) {
            Some(first) => (first, index),
            None => {
                self.drafts[index].count = None;
                self.drafts[index].plural = false;
                let twin = self.drafts[index].clone();
                self.drafts.push(twin);
                (index, self.drafts.len() - 1)
            }
        };
        // "on each side of a table" is beside it, "at each end" upon it.
        let aside = self.lexemes[begin].text.contains("side")
            && (named.is_some() || self.drafts[base].kind() == Some(Kind::Wall))
            && !on_board
            && self.drafts[base].kind().is_some_and(|kind| kind.class() == Class::Furniture);
        let places = if aside {
            [Place::LeftOf, Place::RightOf]
        } else {
            [Place::OnLeftEnd, Place::OnRightEnd]
        };
        self.link(first, places[0], base, None, None);
        self.link(twin, places[1], base, None, None);
        true
    }

    /// "on the left", of what has a left end: a seesaw, a table, a board.
    pub(super) fn on_one_side(&mut self, index: usize) -> bool {
        let begin = self.at;
        let (true, Some(Sense::Direction([x, ..]))) =
            (self.take(|sense| sense == Sense::The), self.sense())
        else {
            self.at = begin;
            return false;
        };
        self.at += 1;
        let ends = !self.determined()
            && !matches!(
                self.sense(),
                Some(Sense::Noun(_) | Sense::Ones | Sense::Of | Sense::Part(_))
            );
        let base = self.it.filter(|it| *it != index && self.drafts[*it].noun.is_some());
        if ends && x != 0.0 && self.turned_to_side(index, x) {
            return true;
        }
        let seesaw = |at: &usize| self.drafts[*at].kind() == Some(Kind::Seesaw);
        let base = base.filter(seesaw).or((0..self.drafts.len()).rev().find(seesaw)).or(base);
        let (true, Some(base)) = (ends && x != 0.0, base) else {
            self.at = begin;
            return false;
        };
        let place = if x < 0.0 { Place::OnLeftEnd } else { Place::OnRightEnd };
        self.link(index, place, base, None, None);
        self.it = Some(base);
        true
    }

    /// "between them": between the two that were named before it.
    pub(super) fn between_them(&mut self, index: usize) -> bool {
        let begin = self.at;
        if !(self.take(|sense| sense == Sense::Place(Place::Between))
            && self.take(|sense| sense == Sense::It))
        {
            self.at = begin;
            return false;
        }
        let others: Vec<usize> = (0..self.drafts.len())
            .filter(|other| *other != index && self.drafts[*other].noun.is_some())
            .collect();
        let pair = others.iter().rev().find(|other| self.drafts[**other].count == Some(2)).copied();
        match (pair, &*others) {
            (Some(pair), _) => self.link(index, Place::Between, pair, None, None),
            (None, [.., a, b]) => self.link(index, Place::Between, *a, Some(*b), None),
            _ => {
                self.at = begin;
                return false;
            }
        }
        true
    }

    /// The second of two towers, for a board across both.
    pub(super) fn twin(&self, index: usize, place: Place, reference: usize) -> Option<usize> {
        let alike = |a: usize, b: usize| {
            let [a, b] = [a, b].map(|at| &self.drafts[at]);
            a.noun == b.noun && a.thing == b.thing && a.count == b.count
        };
        if place != Place::On {
            return None;
        }
        let tied: Vec<&Link> = self
            .links
            .iter()
            .filter(|link| link.place == Place::RightOf)
            .filter(|link| link.reference == reference || link.subject == reference)
            .collect();
        match *tied {
            [link] => {
                let other = if link.subject == reference { link.reference } else { link.subject };
                (other != index && alike(other, reference)).then_some(other)
            }
            _ => None,
        }
    }
}
