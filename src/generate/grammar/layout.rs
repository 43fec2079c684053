//! Ways of saying how several stand: chessboards, walls and pyramids by their counts, quarter circles,
//! one on each side. They become the ways that the grammar reads.

use super::super::spec::{Kind, Pattern, Place, SceneSpec};
use super::{
    Refusal,
    lexer::{Lex, Lexeme},
    lexicon::{Dim, Entry, Outline, Part, Sense, Trait, Which},
    phrasing::{Phrasing, called, ends, known},
};

/// Words of polygons, and how many corners these have.
const POLYGONS: &[(&str, u32)] =
    &[("pentagon", 5), ("hexagon", 6), ("heptagon", 7), ("octagon", 8)];
/// "running away from me": one behind another.
const AWAY: &[&[&str]] = &[
    &["away", "from", "me"],
    &["away", "from", "us"],
    &["away", "from", "the viewer"],
    &["away", "from", "the", "viewer"],
    &["away", "from", "the", "camera"],
    &["away", "from", "the", "observer"],
    &["into", "the", "distance"],
    &["from", "front", "to", "back"],
    &["from", "the", "front", "to", "the", "back"],
];

fn is_noun(sense: Option<Sense>, kinds: &[Kind]) -> bool {
    matches!(sense, Some(Sense::Noun(noun)) if kinds.contains(&noun.kind))
}

fn number(value: f64) -> Lexeme {
    Lexeme { lex: Lex::Number(value), text: value.to_string() }
}

impl Phrasing {
    /// All of them.
    pub(super) fn layouts(&mut self) {
        self.every_so_many();
        self.stacking();
        self.of_what_later();
        self.measured_leads();
        self.along_walls();
        self.like_a_board();
        self.every_so_far();
        self.rows_in_disguise();
        self.leading_sides();
        self.flanked();
        self.pyramids_of();
        self.bases();
        self.walls_of_bricks();
        self.surrounding();
        self.one_on_each_side();
        self.corners_of_squares();
        self.facing_inwards();
        self.black_wheels();
        self.files();
        self.upon_that();
    }

    fn words_at(&self, at: usize, words: &[&str]) -> usize {
        // Several words may be one lexeme.
        let mut next = at;
        let mut left = words.join(" ");
        while !left.is_empty() {
            let text = self.text(next);
            let Some(rest) = left.strip_prefix(text).filter(|_| !text.is_empty()) else { return 0 };
            if !(rest.is_empty() || rest.starts_with(' ')) {
                return 0;
            }
            left = rest.trim_start().to_owned();
            next += 1;
        }
        next - at
    }

    /// "every second one" is one word: it is more than the second.
    fn every_so_many(&mut self) {
        for at in (0..self.lexemes.len()).rev() {
            let nth = matches!(self.sense(at + 1), Some(Sense::Which(Which::Nth(2..))));
            if nth && matches!(self.text(at), "every" | "each") {
                self.lexemes.remove(at);
                self.lexemes[at].text = format!("every {}", self.lexemes[at].text);
            }
        }
    }

    /// "laid out like a 4x4 chessboard": in one.
    fn like_a_board(&mut self) {
        for at in 0..self.lexemes.len() {
            if !matches!(self.text(at), "like" | "as") || self.sense(at + 1) != Some(Sense::A) {
                continue;
            }
            let mut next = at + 2;
            while matches!(self.lex(next), Some(Lex::Number(_)))
                || matches!(self.sense(next), Some(Sense::By))
                || self.sense(next).is_some_and(Sense::is_adjective)
            {
                next += 1;
            }
            if matches!(self.sense(next), Some(Sense::Group(_))) {
                self.lexemes[at] = known(Sense::In, "in");
            }
        }
    }

    /// "stack a cube on a box": it is put there. "alternating cubes and balls" cannot be said yet.
    fn stacking(&mut self) {
        for at in 0..self.lexemes.len() {
            let begins = at == 0
                || self.lex(at - 1) == Some(Lex::Stop)
                || matches!(self.sense(at - 1), Some(Sense::Filler));
            let leads = matches!(self.sense(at + 1), Some(Sense::A | Sense::The));
            if begins && leads && matches!(self.text(at), "stack" | "pile" | "pile up") {
                let put = Sense::Verb(super::lexicon::Verb::Create);
                self.lexemes[at] = known(put, "put");
            }
            if matches!(self.text(at), "alternating" | "alternately") {
                let plural = |at: usize| {
                    matches!(
                        self.lex(at),
                        Some(Lex::Known(Entry { sense: Sense::Noun(_), plural: true }))
                    )
                };
                let (first, second) = (plural(at + 1), plural(at + 3));
                if first && second && self.sense(at + 2) == Some(Sense::And) {
                    self.lexemes[at].lex = Lex::Unknown;
                }
            }
        }
    }

    /// "a pyramid four layers high made of crates": of crates, with four layers.
    fn of_what_later(&mut self) {
        for at in 0..self.lexemes.len() {
            if !matches!(self.sense(at), Some(Sense::Group(_)))
                || !matches!(self.lex(at + 1), Some(Lex::Number(_)))
                || !matches!(
                    self.sense(at + 2),
                    Some(Sense::Part(Part::Layer | Part::Row | Part::Step))
                )
            {
                continue;
            }
            let mut of = at + 3;
            while matches!(self.sense(of), Some(Sense::Dim(Dim::High) | Sense::Stretch(_))) {
                of += 1;
            }
            if self.sense(of) != Some(Sense::Of) {
                continue;
            }
            let mut noun = of + 1;
            while self.sense(noun).is_some_and(Sense::is_adjective) {
                noun += 1;
            }
            if !matches!(self.sense(noun), Some(Sense::Noun(_))) {
                continue;
            }
            let layers = self.lexemes[at + 1..at + 3].to_vec();
            let named = self.lexemes[of..=noun].to_vec();
            let with = known(Sense::With, "with");
            self.lexemes.splice(at + 1..=noun, named.into_iter().chain([with]).chain(layers));
            return;
        }
    }

    /// "and, one metre to its right, a ball": a ball one metre to the right of it.
    fn measured_leads(&mut self) {
        for at in 1..self.lexemes.len() {
            let measured = matches!(self.lex(at), Some(Lex::Measure(m)) if m.unit == super::measure::Unit::Length);
            let begins = self.lex(at - 1) == Some(Lex::Comma)
                || self.lex(at - 1) == Some(Lex::Stop)
                || self.sense(at - 1) == Some(Sense::And);
            if !(measured && begins) {
                continue;
            }
            let side = match self.sense(at + 3) {
                Some(Sense::Direction([x, ..])) if x < 0.0 => Some(Place::LeftOf),
                Some(Sense::Direction([x, ..])) if x > 0.0 => Some(Place::RightOf),
                _ => None,
            };
            let its = self.sense(at + 1) == Some(Sense::To) && self.text(at + 2) == "its";
            let (place, end) = match (self.sense(at + 1), self.sense(at + 2), side) {
                (_, _, Some(side)) if its => (side, at + 4),
                (Some(Sense::Place(place)), Some(Sense::It), _) => (place, at + 3),
                _ => continue,
            };
            let mut begin = end;
            while self.lex(begin) == Some(Lex::Comma)
                || matches!(self.sense(begin), Some(Sense::Is | Sense::Filler | Sense::Verb(_)))
                || matches!(self.sense(begin), Some(Sense::Trait(Trait::Spaced)))
            {
                begin += 1;
            }
            if !(self.sense(begin) == Some(Sense::A)
                || matches!(self.lex(begin), Some(Lex::Number(_))))
            {
                continue;
            }
            let mut last = begin + 1;
            while last < self.lexemes.len()
                && !ends(self.lex(last))
                && !matches!(
                    self.sense(last),
                    Some(Sense::And | Sense::With | Sense::Place(_) | Sense::In | Sense::Is)
                )
            {
                last += 1;
            }
            let thing = self.lexemes[begin..last].to_vec();
            let measure = self.lexemes[at].clone();
            let words = [measure, known(Sense::Place(place), "beside"), known(Sense::It, "it")];
            self.lexemes.splice(at..last, thing.into_iter().chain(words));
            return;
        }
    }

    /// "a bench along a wall": before it.
    fn along_walls(&mut self) {
        for at in 0..self.lexemes.len() {
            let (along, article) = match self.text(at) {
                "along" | "alongside" => {
                    (matches!(self.sense(at + 1), Some(Sense::A | Sense::The)), at + 1)
                }
                "along a" | "along the" => (true, at),
                _ => continue,
            };
            let mut noun = article + 1;
            while self.sense(noun).is_some_and(Sense::is_adjective) {
                noun += 1;
            }
            if along && is_noun(self.sense(noun), &[Kind::Wall]) {
                let mut words = vec![known(Sense::Place(Place::InFrontOf), "in front of")];
                if article == at {
                    words.push(known(Sense::A, "a"));
                }
                self.lexemes.splice(at..=at, words);
                return;
            }
        }
    }

    /// "a dozen posts, one every 25 cm": 25 cm apart.
    fn every_so_far(&mut self) {
        for at in 1..self.lexemes.len() {
            let every = self.text(at) == "every"
                && matches!(self.lex(at + 1), Some(Lex::Measure(_)))
                && ends(self.lex(at + 2));
            if every {
                let one = usize::from(self.lex(at - 1) == Some(Lex::Number(1.0)));
                let measure = self.lexemes[at + 1].clone();
                let apart = known(Sense::Dim(Dim::Apart), "apart");
                self.lexemes.splice(at - one..at + 2, [measure, apart]);
                return;
            }
        }
    }

    /// "a fence of 12 posts" is a row; "one behind the other" a file; "a wall of 5 x 3 cubes" is so
    /// wide and so high.
    fn rows_in_disguise(&mut self) {
        for at in 0..self.lexemes.len() {
            let of = self.sense(at + 1) == Some(Sense::Of)
                && matches!(self.lex(at + 2), Some(Lex::Number(_)));
            let mut noun = at + 3;
            while self.sense(noun).is_some_and(Sense::is_adjective) {
                noun += 1;
            }
            let things =
                is_noun(self.sense(noun), &[Kind::Post, Kind::Cylinder, Kind::Box, Kind::Cone]);
            if self.text(at) == "fence" && of && things {
                self.lexemes[at] = known(Sense::Group(Pattern::Row), "row");
            }
            let sized = is_noun(self.sense(at), &[Kind::Wall])
                && of
                && self.sense(at + 3) == Some(Sense::By)
                && matches!(self.lex(at + 4), Some(Lex::Number(_)))
                && is_noun(self.sense(at + 5), &[Kind::Box]);
            if sized {
                let mut brick = self.lexemes[at + 5].clone();
                if let Lex::Known(entry) = &mut brick.lex {
                    entry.plural = false;
                }
                let wall = self.lexemes[at].clone();
                let (wide, high) = (self.lexemes[at + 2].clone(), self.lexemes[at + 4].clone());
                let lexemes = [
                    brick,
                    wall,
                    wide,
                    known(Sense::Dim(Dim::Wide), "wide"),
                    known(Sense::And, "and"),
                    high,
                    known(Sense::Dim(Dim::High), "high"),
                ];
                self.lexemes.splice(at..at + 6, lexemes);
                return;
            }
            let behind = self.text(at) == "behind"
                && matches!(self.text(at + 1), "each other" | "one another")
                && at > 0;
            if behind {
                let file = known(Sense::Group(Pattern::Column), "file");
                let row =
                    (0..at).rev().find(|row| self.sense(*row) == Some(Sense::Group(Pattern::Row)));
                if let Some(row) = row {
                    self.lexemes[row].lex = file.lex;
                    self.lexemes.drain(at..at + 2);
                } else {
                    let words = [known(Sense::In, "in"), known(Sense::A, "a"), file];
                    self.lexemes.splice(at..at + 2, words);
                }
                return;
            }
        }
    }

    /// "on the left a red ball, on the right a cube": a red ball on the left, a cube on the right.
    fn leading_sides(&mut self) {
        let side = |phrasing: &Self, at: usize| {
            phrasing.sense(at) == Some(Sense::Place(Place::On))
                && phrasing.sense(at + 1) == Some(Sense::The)
                && matches!(phrasing.sense(at + 2), Some(Sense::Direction([x, ..])) if x != 0.0)
        };
        let leads = |phrasing: &Self, at: usize| {
            side(phrasing, at)
                && (at == 0
                    || ends(phrasing.lex(at - 1))
                    || phrasing.sense(at - 1) == Some(Sense::And))
        };
        let count = (0..self.lexemes.len()).filter(|at| leads(self, *at)).count();
        if count < 2 {
            return;
        }
        let mut at = 0;
        while at < self.lexemes.len() {
            if !leads(self, at) {
                at += 1;
                continue;
            }
            let mut begin = at + 3;
            while self.sense(begin).is_some_and(|sense| {
                matches!(
                    sense,
                    Sense::Is | Sense::Filler | Sense::Verb(_) | Sense::Trait(Trait::Spaced)
                )
            }) || self.lex(begin) == Some(Lex::Mark)
            {
                begin += 1;
            }
            let end = (begin..self.lexemes.len())
                .find(|end| {
                    ends(self.lex(*end))
                        || self.sense(*end) == Some(Sense::And) && leads(self, *end + 1)
                })
                .unwrap_or(self.lexemes.len());
            if !(self.sense(begin) == Some(Sense::A)
                || matches!(self.lex(begin), Some(Lex::Number(_))))
            {
                return;
            }
            let place = self.lexemes[at..at + 3].to_vec();
            let thing = self.lexemes[begin..end].to_vec();
            let length = place.len() + thing.len();
            self.lexemes.splice(at..end, thing.into_iter().chain(place));
            at += length;
        }
    }

    /// "a cylinder flanked by two cubes": with a cube on each side.
    fn flanked(&mut self) {
        for at in 0..self.lexemes.len() {
            let by = matches!(self.sense(at + 1), Some(Sense::By | Sense::At));
            let two = self.lex(at + 2) == Some(Lex::Number(2.0));
            if !(self.text(at) == "flanked" && by && two) {
                continue;
            }
            let mut noun = at + 3;
            while self.sense(noun).is_some_and(Sense::is_adjective) {
                noun += 1;
            }
            if !matches!(self.sense(noun), Some(Sense::Noun(_))) {
                continue;
            }
            if let Lex::Known(entry) = &mut self.lexemes[noun].lex {
                entry.plural = false;
            }
            self.lexemes.insert(noun + 1, known(Sense::Ends, "on each side"));
            self.lexemes.splice(at..at + 3, [known(Sense::With, "with"), known(Sense::A, "a")]);
            return;
        }
    }

    /// "a square pyramid out of wooden cubes" is built of them.
    fn pyramids_of(&mut self) {
        for at in 0..self.lexemes.len() {
            let of = matches!(self.sense(at + 1), Some(Sense::Of | Sense::From | Sense::With));
            if !(is_noun(self.sense(at), &[Kind::SolidPyramid]) && of) {
                continue;
            }
            let mut next = at + 2;
            while self.sense(next).is_some_and(Sense::is_adjective)
                || matches!(self.lex(next), Some(Lex::Number(_)))
            {
                next += 1;
            }
            let many = matches!(
                self.lex(next),
                Some(Lex::Known(Entry { sense: Sense::Noun(_), plural: true }))
            );
            if many {
                self.lexemes[at] = known(Sense::Group(Pattern::Pyramid), "pyramid");
                self.lexemes[at + 1] = known(Sense::Of, "of");
            }
        }
    }

    /// "with a base of 4 by 4", "with a 4 by 4 base", "on a base of four cubes": four wide.
    fn bases(&mut self) {
        let Some(pyramid) = self
            .lexemes
            .iter()
            .position(|lexeme| lexeme.sense() == Some(Sense::Group(Pattern::Pyramid)))
        else {
            return;
        };
        for at in pyramid + 1..self.lexemes.len() {
            let joins = self.lex(at) == Some(Lex::Comma)
                || matches!(
                    self.sense(at),
                    Some(Sense::With | Sense::Of | Sense::Place(Place::On))
                );
            if !joins {
                continue;
            }
            let mut next = at + 1;
            let (mut side, mut base) = (None, false);
            loop {
                match (self.lex(next), self.sense(next)) {
                    (Some(Lex::Number(value)), _) if side.is_none() || side == Some(value) => {
                        side = Some(value);
                    }
                    (_, Some(Sense::Dim(Dim::Wide))) if self.text(next).contains("base") => {
                        base = true;
                    }
                    (_, Some(Sense::A | Sense::Of | Sense::By | Sense::Is | Sense::The))
                    | (_, Some(Sense::Outline(Outline::Square))) => {}
                    (_, Some(Sense::Noun(_))) if side.is_some() => {}
                    (_, Some(Sense::Dim(Dim::Edge))) if side.is_some() => {}
                    (_, Some(Sense::Each | Sense::At | Sense::Ends)) if side.is_some() => {}
                    _ if matches!(self.text(next), "along" | "along the") && side.is_some() => {}
                    (_, Some(Sense::Dim(Dim::Wide) | Sense::Stretch(_)))
                        if base && side.is_some() => {}
                    _ => break,
                }
                next += 1;
            }
            if let (Some(side), true) = (side, base) {
                self.lexemes.splice(at..next, [number(side), known(Sense::Dim(Dim::Wide), "wide")]);
                return;
            }
        }
    }

    /// "a low wall, ten bricks long and two bricks high": one of bricks.
    fn walls_of_bricks(&mut self) {
        for at in 0..self.lexemes.len() {
            if !is_noun(self.sense(at), &[Kind::Wall]) {
                continue;
            }
            let before = at.checked_sub(1).and_then(|before| self.sense(before));
            if is_noun(before, &[Kind::Box]) || self.sense(at + 1) == Some(Sense::Of) {
                continue;
            }
            let stop = (at..self.lexemes.len())
                .find(|next| self.lex(*next) == Some(Lex::Stop))
                .unwrap_or(self.lexemes.len());
            let brick = |at: usize| match self.sense(at) {
                Some(Sense::Noun(noun)) if noun.kind == Kind::Box => Some(at),
                _ => None,
            };
            let counts: Vec<(usize, Option<usize>)> = (at + 1..stop)
                .filter(|next| matches!(self.lex(*next), Some(Lex::Number(n)) if n >= 1.0 && n.fract() == 0.0))
                .filter_map(|next| match brick(next + 1) {
                    Some(brick) if self.is_extent(next + 2) => Some((next, Some(brick))),
                    _ if self.is_extent(next + 1) => Some((next, None)),
                    _ => None,
                })
                .collect();
            let named = counts.iter().find_map(|(_, brick)| *brick);
            if counts.len() < 2 && named.is_none() {
                continue;
            }
            let brick = named.map_or_else(|| called("brick"), |at| Some(self.lexemes[at].clone()));
            let Some(brick) = brick else { return };
            // "by" between the two counts joins them.
            for next in (at + 1..stop).rev() {
                if self.sense(next) == Some(Sense::By) && self.is_extent(next - 1) {
                    self.lexemes[next] = known(Sense::And, "and");
                }
            }
            let mut first = at;
            while first > 0 && matches!(self.sense(first - 1), Some(Sense::Stretch(_))) {
                first -= 1;
            }
            // What a low or long wall is, the counts say.
            if named.is_some() || matches!(&*brick.text, "brick") {
                let mut brick = brick;
                if let Lex::Known(entry) = &mut brick.lex {
                    entry.plural = false;
                }
                self.lexemes.splice(first..at, [brick]);
            }
            return;
        }
    }

    fn is_extent(&self, at: usize) -> bool {
        matches!(
            self.sense(at),
            Some(Sense::Dim(Dim::High | Dim::Wide | Dim::Long | Dim::Diameter) | Sense::Stretch(_))
        )
    }

    /// "surround the cube with four balls": four balls around the cube.
    fn surrounding(&mut self) {
        for at in 0..self.lexemes.len() {
            let leads = at == 0
                || ends(self.lex(at - 1))
                || matches!(self.sense(at - 1), Some(Sense::And | Sense::Filler));
            if !(leads && matches!(self.text(at), "surround" | "encircle" | "ring" | "enclose")) {
                continue;
            }
            let stop = |phrasing: &Self, from: usize| {
                (from..phrasing.lexemes.len())
                    .find(|next| ends(phrasing.lex(*next)))
                    .unwrap_or(phrasing.lexemes.len())
            };
            let Some(with) = (at + 1..stop(self, at + 1))
                .find(|next| matches!(self.sense(*next), Some(Sense::With | Sense::By)))
            else {
                continue;
            };
            let end = stop(self, with);
            let inner = self.lexemes[at + 1..with].to_vec();
            let outer = self.lexemes[with + 1..end].to_vec();
            if inner.is_empty() || outer.is_empty() {
                continue;
            }
            let around = known(Sense::Place(Place::Around), "around");
            self.lexemes.splice(at..end, outer.into_iter().chain([around]).chain(inner));
            return;
        }
    }

    /// "two lamps beside a bed, one on each side": a lamp on each side; four of them stand around it.
    fn one_on_each_side(&mut self) {
        for at in 1..self.lexemes.len() {
            let one = self.lex(at) == Some(Lex::Number(1.0))
                || self.sense(at) == Some(Sense::Each) && self.lex(at + 1) != Some(Lex::Stop);
            let side = at + 1;
            let sides = matches!(self.sense(side), Some(Sense::Ends))
                || self.sense(side) == Some(Sense::Dim(Dim::Edge))
                    && self.text(side).starts_with("per");
            // "four chairs, one at each side of a table"
            let apart = self.sense(side + 1) == Some(Sense::Each)
                && matches!(
                    self.sense(side),
                    Some(Sense::At | Sense::Place(Place::On) | Sense::To)
                )
                && self.sense(side + 2) == Some(Sense::Dim(Dim::Edge));
            let last = if apart { side + 2 } else { side };
            if !(one && (sides || apart)) {
                continue;
            }
            let mut end = last + 1;
            if self.sense(end) == Some(Sense::Of)
                && matches!(self.sense(end + 1), Some(Sense::A | Sense::The))
                && self.lex(at - 1) == Some(Lex::Comma)
                && self.lex(at) == Some(Lex::Number(1.0))
            {
                let sentence =
                    (0..at).rev().find(|b| self.lex(*b) == Some(Lex::Stop)).map_or(0, |b| b + 1);
                let count = (sentence..at).rev().find_map(|n| match self.lex(n) {
                    Some(Lex::Number(number)) => Some(number),
                    _ => None,
                });
                let words = match count {
                    Some(2.0) => vec![known(Sense::Ends, "on each side"), known(Sense::Of, "of")],
                    Some(3.0..) => vec![known(Sense::Place(Place::Around), "around")],
                    _ => continue,
                };
                self.lexemes.splice(at - 1..=end, words);
                return;
            }
            if self.sense(end) == Some(Sense::Of) && self.sense(end + 1) == Some(Sense::It) {
                end += 2;
            }
            if !ends(self.lex(end)) {
                continue;
            }
            let sentence =
                (0..at).rev().find(|b| self.lex(*b) == Some(Lex::Stop)).map_or(0, |b| b + 1);
            let place = (sentence..at).rev().find(|p| {
                matches!(
                    self.sense(*p),
                    Some(Sense::Place(
                        Place::On
                            | Place::Beside
                            | Place::InFrontOf
                            | Place::Around
                            | Place::AttachedTo
                    ))
                )
            });
            let Some(place) = place else { continue };
            let count = (sentence..place).rev().find_map(|n| match self.lex(n) {
                Some(Lex::Number(number)) => Some(number),
                _ => None,
            });
            let from = at - usize::from(self.lex(at - 1) == Some(Lex::Comma));
            match count {
                Some(2.0) => {
                    self.lexemes.drain(from..end);
                    let both = known(Sense::Ends, "on each side");
                    self.lexemes.splice(place..=place, [both, known(Sense::Of, "of")]);
                }
                Some(3.0..) if self.sense(place) != Some(Sense::Place(Place::On)) => {
                    self.lexemes.drain(from..end);
                    self.lexemes[place] = known(Sense::Place(Place::Around), "around");
                }
                _ => {}
            }
            return;
        }
    }

    /// "a post in each corner of a 3 m by 3 m square": four posts at the corners of it.
    fn corners_of_squares(&mut self) {
        for at in 0..self.lexemes.len() {
            let into = matches!(
                self.sense(at),
                Some(Sense::In | Sense::At | Sense::To | Sense::Place(Place::On | Place::Inside))
            );
            let each = matches!(self.sense(at + 1), Some(Sense::Each));
            if !(into && each && self.sense(at + 2) == Some(Sense::Part(Part::Corner)))
                || self.sense(at + 3) != Some(Sense::Of)
                || !matches!(self.sense(at + 4), Some(Sense::A | Sense::The))
            {
                continue;
            }
            let side = self.lex(at + 5);
            let mut next = at + 5;
            let measured = |lex: Option<Lex>| matches!(lex, Some(Lex::Measure(_) | Lex::Number(_)));
            if measured(side) {
                next += 1;
                if self.sense(next) == Some(Sense::By) && measured(self.lex(next + 1)) {
                    next += 2;
                }
            }
            let pattern = matches!(self.sense(next), Some(Sense::Outline(Outline::Square)))
                && !matches!(self.sense(next + 1), Some(Sense::Noun(_)));
            if !pattern {
                continue;
            }
            // "3 m by 3 m" has one side.
            let given = self.lexemes[next - 1].clone();
            if next > at + 5 {
                self.lexemes.splice(at + 5..next, [given]);
            }
            let corners = Lexeme {
                lex: Lex::Known(Entry { sense: Sense::Part(Part::Corner), plural: true }),
                text: "corners".into(),
            };
            self.lexemes
                .splice(at..at + 3, [known(Sense::At, "at"), known(Sense::The, "the"), corners]);
            let first = (0..at).rev().find(|first| {
                matches!(self.sense(*first), Some(Sense::A))
                    || matches!(self.lex(*first), Some(Lex::Number(_)))
            });
            if let Some(first) = first
                && self.sense(first) == Some(Sense::A)
            {
                self.lexemes[first] = number(4.0);
            }
            return;
        }
    }

    /// The wheels of cars are black by themselves.
    fn black_wheels(&mut self) {
        if !self.lexemes.iter().any(|lexeme| is_noun(lexeme.sense(), &[Kind::Car])) {
            return;
        }
        for at in (0..self.lexemes.len()).rev() {
            let mut next = at + 1;
            while self.sense(next).is_some_and(Sense::is_adjective) {
                next += 1;
            }
            if self.text(at) == "black" && is_noun(self.sense(next), &[Kind::Wheel]) {
                self.leave_out(at, at + 1);
            }
        }
    }

    /// "chairs in a circle facing inwards": as they do by themselves.
    fn facing_inwards(&mut self) {
        let seats = self
            .lexemes
            .iter()
            .any(|lexeme| is_noun(lexeme.sense(), &[Kind::Chair, Kind::Sofa, Kind::Stool]));
        let ring = |lexeme: &Lexeme| lexeme.sense() == Some(Sense::Group(Pattern::Ring));
        let facing = (1..self.lexemes.len())
            .find(|at| self.text(*at) == "inwards" && self.text(at - 1) == "facing");
        if let (true, true, Some(at)) = (seats, self.lexemes.iter().any(ring), facing) {
            let comma = usize::from(at > 1 && self.lex(at - 2) == Some(Lex::Comma));
            self.lexemes.drain(at - 1 - comma..=at);
        }
    }

    /// "a line of cones running away from the viewer": one behind another.
    fn files(&mut self) {
        for at in 1..self.lexemes.len() {
            let length = AWAY.iter().map(|words| self.words_at(at, words)).find(|n| *n > 0);
            let Some(length) = length else { continue };
            let Some(row) = (0..at).rev().find(|row| {
                self.sense(*row) == Some(Sense::Group(Pattern::Row))
                    || self.text(*row) == "column of"
            }) else {
                continue;
            };
            let mut from = at;
            while from > 0
                && (matches!(self.sense(from - 1), Some(Sense::Filler | Sense::Trait(_)))
                    && !matches!(self.text(from - 1), "placed" | "arranged")
                    || matches!(
                        self.text(from - 1),
                        "running"
                            | "runs"
                            | "leading"
                            | "leads"
                            | "stretching"
                            | "extending"
                            | "receding"
                            | "pointing"
                    ))
            {
                from -= 1;
            }
            if from > 0 && self.lex(from - 1) == Some(Lex::Comma) {
                from -= 1;
            }
            self.lexemes.drain(from..at + length);
            self.lexemes[row].lex =
                Lex::Known(Entry { sense: Sense::Group(Pattern::Column), plural: false });
            if self.text(row) == "column of" {
                self.lexemes[row].text = "file".into();
                self.lexemes.insert(row + 1, known(Sense::Of, "of"));
            }
            return;
        }
    }

    /// "a cube, on that a ball": on it.
    fn upon_that(&mut self) {
        for at in 0..self.lexemes.len() {
            let on = matches!(self.sense(at), Some(Sense::Place(Place::On | Place::Above)));
            let that = matches!(self.text(at + 1), "that" | "this" | "those" | "these" | "which");
            let leads = ends(self.lex(at + 2))
                || matches!(self.sense(at + 2), Some(Sense::A | Sense::Filler | Sense::Is))
                || matches!(self.lex(at + 2), Some(Lex::Number(_) | Lex::Comma | Lex::Measure(_)));
            if on && that && leads {
                self.lexemes[at + 1] = known(Sense::It, "it");
            }
            // "on which" has a sense of its own.
            if self.text(at) == "one"
                && self.text(at + 1) == "behind"
                && self.text(at + 2) == "the other"
            {
                let column = known(Sense::Group(Pattern::Column), "file");
                self.lexemes
                    .splice(at..at + 3, [known(Sense::In, "in"), known(Sense::A, "a"), column]);
            }
        }
    }
}

/// What the words say of a pattern that its name alone does not: boards of two colours, parts of a
/// circle, polygons.
///
/// # Errors
/// A board that has no such colours, or a polygon of another number.
pub fn finish(lexemes: &[Lexeme], spec: &mut SceneSpec) -> Result<(), Refusal> {
    let says = |part: &str| lexemes.iter().any(|lexeme| lexeme.text.contains(part));
    for thing in &mut spec.things {
        let count = thing.count;
        let rainbow = ["red", "orange", "yellow", "green", "blue", "purple"];
        if thing.colours == rainbow && count == Some(7) && says("rainbow") {
            thing.colours.pop();
            thing.colours.extend(["indigo".to_owned(), "violet".to_owned()]);
        }
        let Some(arrangement) = &mut thing.arrangement else { continue };
        match arrangement.pattern {
            Pattern::Arc if says("quarter") && arrangement.sweep.is_none() => {
                let three = says("three quarter") || says("3 quarter");
                arrangement.sweep = Some(if three { 270.0 } else { 90.0 });
            }
            Pattern::Corners => {
                for (word, corners) in POLYGONS.iter().filter(|(word, _)| says(word)) {
                    if count.is_some_and(|count| count != *corners) {
                        return Err(Refusal::of(format!("a {word} has {corners} corners")));
                    }
                    thing.count = Some(*corners);
                    // A side is as long as two neighbours are apart.
                    let sides = says("side") || says("edge");
                    if let (true, Some(half)) = (sides, arrangement.radius.take_if(|_| sides)) {
                        arrangement.pitch = Some(2.0 * half);
                    }
                }
            }
            Pattern::Grid if says("chess") || says("check") || says("chequer") => {
                let columns = arrangement
                    .columns
                    .unwrap_or_else(|| f64::from(count.unwrap_or(64)).sqrt().round() as u32);
                if count.is_none() && arrangement.rows.is_none() {
                    (arrangement.columns, arrangement.rows) = (Some(columns), Some(columns));
                }
                if thing.colours.is_empty() {
                    thing.colours = vec!["black".into(), "white".into()];
                }
                let [one, other] = &*thing.colours else {
                    return Err(Refusal::of("a board like that has two colours"));
                };
                if columns % 2 == 0 {
                    if columns > 8 {
                        return Err(Refusal::of(
                            "a board of two colours has at most eight columns",
                        ));
                    }
                    let turn = |first: bool, n: u32| {
                        if n.is_multiple_of(2) == first { one.clone() } else { other.clone() }
                    };
                    let both = (0..columns).map(|n| turn(true, n));
                    thing.colours = both.chain((0..columns).map(|n| turn(false, n))).collect();
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Which of several a gradient begins with: "the lowest is 50 cm wide".
pub const fn begins_at(which: Which) -> bool {
    matches!(which, Which::First | Which::Bottom | Which::Left | Which::Front | Which::Most(_))
}
