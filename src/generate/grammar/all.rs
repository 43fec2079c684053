//! What is said at once of all that was named: "all of them 12 cm across", "They both weigh 2 kg.",
//! and what is said of a ring rather than of its members.

use std::ops::Range;

use super::super::{
    build::extents,
    spec::{Kind, Pattern},
};
use super::{
    attribute::Before,
    draft::Draft,
    lexer::{Lex, Lexeme},
    lexicon::{Dim, Part, Prop, Sense, Trait, Which},
    measure::Unit,
    parse::{Parser, stretched, whole},
};

impl Parser {
    /// The others that a word such as "both" between these lexemes speaks of, besides `index`.
    pub(super) fn of_all(&self, words: Range<usize>, index: usize) -> Vec<usize> {
        let Some(all) =
            self.lexemes[words].iter().find(|lexeme| lexeme.sense() == Some(Sense::Each))
        else {
            return Vec::new();
        };
        // "a table and four chairs, each 1 m high": the chairs.
        let single = all.text.starts_with("each") || all.text.starts_with("every");
        let several = self.drafts[index].plural || self.drafts[index].count.is_some();
        if single && several || !self.list.contains(&index) {
            return Vec::new();
        }
        self.list.iter().copied().filter(|other| *other != index).collect()
    }

    /// "not red", "not moving"; "with a red and a blue ball", which is no colour of what has them.
    pub(super) fn is_denied(&self, no: bool, with: bool, sense: Sense) -> bool {
        let moves = matches!(
            sense,
            Sense::Trait(Trait::Moving | Trait::Rolling | Trait::Spinning | Trait::Thrown)
        );
        let article = self.at > 0 && self.sense_at(self.at - 1) == Some(Sense::A);
        no && (sense.is_look() || moves) || with && article && matches!(sense, Sense::Colour(_))
    }

    /// "of 1, 2 and 3 kg, red, green and blue": each has the colour that is its own.
    pub(super) fn colour_in_turn(&mut self) {
        let mut begin = 0;
        while begin < self.drafts.len() {
            let colours = self.drafts[begin].thing.colours.clone();
            let single = |draft: &Draft| draft.count.is_none() && !draft.plural && !draft.known;
            let alike = self.drafts[begin..]
                .iter()
                .take_while(|draft| draft.thing.colours == colours && single(draft))
                .count();
            if colours.len() > 1 && alike == colours.len() {
                for (draft, colour) in self.drafts[begin..].iter_mut().zip(colours) {
                    draft.thing.colours = vec![colour];
                }
            }
            begin += alike.max(1);
        }
    }

    /// "a ball and a box are red", "a ball and a box, 2 kg each": of a list, and not of its last.
    pub(super) fn said_in_plural(&self, begin: usize, index: usize) -> bool {
        let verb = |lexeme: &Lexeme| matches!(&*lexeme.text, "are" | "weigh" | "have" | "measure");
        let single = self.drafts[index].count.is_none() && !self.drafts[index].plural;
        let joints = self.lexemes.get(begin..=self.at).unwrap_or_default();
        let each = matches!(self.peek(), Some(Lex::Measure(_)))
            && self.lexemes.get(self.at + 1).is_some_and(|next| next.text == "each");
        self.list.len() > 1
            && self.list.last() == Some(&index)
            && (joints.iter().any(verb) || each && single)
    }

    /// Each of an enumeration has a colour of its own where all of them have many.
    pub(super) fn in_turn(&mut self, words: Range<usize>, index: usize) {
        let many = self.lexemes[words].iter().any(|lexeme| lexeme.sense() == Some(Sense::Rainbow));
        let single = |at: &usize| self.drafts[*at].count.is_none() && !self.drafts[*at].plural;
        if !many || self.list.len() < 2 || !self.list.contains(&index) {
            return;
        }
        if self.list.iter().all(single) {
            for (turn, at) in self.list.clone().into_iter().enumerate() {
                let colours = &mut self.drafts[at].thing.colours;
                if !colours.is_empty() {
                    *colours = vec![colours[turn % colours.len()].clone()];
                }
            }
        }
    }

    /// A sentence about all of the one before: "They are all red.", "Both weigh 2 kg."
    pub(super) fn said_of_all(&mut self) -> bool {
        let they = self.lexemes.get(self.at).is_some_and(|lexeme| lexeme.text == "they");
        let all = self.sense() == Some(Sense::Each);
        let named = self.named.clone();
        if !(they || all) || !self.list.is_empty() || named.len() < 2 {
            return false;
        }
        let before = self.clone();
        let said = |sense| matches!(sense, Sense::It | Sense::Each | Sense::Of | Sense::Filler);
        self.glue(said);
        let mut any = false;
        loop {
            let (here, mut end) = (self.at, None);
            self.glue(said);
            let begin = self.at;
            for member in &named {
                self.at = begin;
                if !self.attribute(*member) || end.is_some_and(|end| end != self.at) {
                    end = None;
                    break;
                }
                end = Some(self.at);
            }
            let Some(end) = end else {
                self.at = here;
                break;
            };
            self.list.clone_from(&named);
            self.in_turn(begin..end, named[0]);
            self.list.clear();
            any = true;
        }
        let ends = matches!(self.peek(), None | Some(Lex::Stop));
        if any && ends {
            self.list.clear();
            self.named = named;
            return true;
        }
        *self = before;
        they && self.all_of_them()
    }

    /// "a ring of ten balls, 2 m across": of the ring where that can be, and of each otherwise.
    pub(super) fn size_of_ring(&mut self, index: usize, before: Before) -> bool {
        let draft = &self.drafts[index];
        let ring = draft.thing.arrangement.as_ref();
        let open = ring.is_some_and(|a| a.pattern == Pattern::Ring && a.radius.is_none());
        if !open || before.each {
            return false;
        }
        let begin = self.at;
        let mut dim = None;
        if let Some(Sense::Dim(own)) = self.sense() {
            dim = Some(own);
            self.at += 1;
            self.glue(|sense| matches!(sense, Sense::Of | Sense::Is | Sense::At));
        }
        let value = match self.peek() {
            Some(Lex::Measure(measure)) if measure.unit == Unit::Length => measure.value,
            _ => {
                self.at = begin;
                return false;
            }
        };
        self.at += 1;
        if dim.is_none() {
            dim = match self.sense() {
                Some(Sense::Dim(dim)) => Some(dim),
                Some(Sense::Stretch(factors)) => Some(stretched(factors)),
                _ => None,
            };
            self.at += 1;
        }
        let wide = matches!(dim, Some(Dim::Diameter | Dim::Wide));
        if !wide || self.heads_a_thing() {
            self.at = begin;
            return false;
        }
        let member = extents(&self.drafts[index].clone().resolve(&mut Vec::new()))[0];
        let count = f64::from(self.drafts[index].count.unwrap_or(8));
        let ring = value > 2.0 * member && value * std::f64::consts::PI > 1.1 * count * member;
        let of = if ring { "the ring" } else { "each in the ring" };
        self.granted.push(format!("the width of {value} m was taken to be that of {of}"));
        if !ring {
            self.at = begin;
            return false;
        }
        self.drafts[index].arrange(Pattern::Ring).radius = Some(value / 2.0);
        true
    }

    /// "half of them red and the other half white", "two of them red, the rest blue".
    pub(super) fn by_share(&mut self, index: usize) -> bool {
        let Some(count @ 2..=16) = self.drafts[index].count else { return false };
        let begin = self.at;
        let (mut colours, mut shared) = (Vec::new(), false);
        while colours.len() < count as usize {
            while self.peek() == Some(Lex::Comma) || self.sense() == Some(Sense::And) {
                self.at += 1;
            }
            let left = count as usize - colours.len();
            let the = self.take(|sense| sense == Sense::The);
            let word = self.lexemes.get(self.at).map_or("", |lexeme| &*lexeme.text);
            let rest = (the || begin < self.at || !colours.is_empty())
                && matches!(word, "other" | "others" | "rest" | "remaining");
            self.at += usize::from(rest);
            let number = match (self.peek(), self.sense()) {
                (Some(Lex::Number(number)), _) => {
                    self.at += 1;
                    whole(number).map(|number| number as usize)
                }
                (_, Some(Sense::Half)) => {
                    self.at += 1;
                    (count % 2 == 0).then_some(count as usize / 2)
                }
                _ if rest => Some(left),
                _ => None,
            };
            shared |= rest || colours.is_empty() && number == Some(count as usize / 2);
            let own = self.drafts[index].noun;
            self.glue(|sense| {
                matches!(
                    sense,
                    Sense::Of | Sense::It | Sense::Ones | Sense::Is | Sense::The | Sense::Filler
                ) || matches!(sense, Sense::Noun(noun) if Some(noun) == own)
            });
            let colour = match (number, self.sense()) {
                (Some(1..), Some(Sense::Colour(colour))) if number <= Some(left) => colour,
                _ => {
                    self.at = begin;
                    return false;
                }
            };
            self.at += 1;
            colours.extend(std::iter::repeat_n(colour.to_owned(), number.unwrap_or(left)));
        }
        if !shared || self.heads_a_thing() {
            self.at = begin;
            return false;
        }
        self.drafts[index].thing.colours = colours;
        true
    }

    /// "three stacks of cubes: the first has two cubes, the second three and the third four".
    pub(super) fn copies_have(&mut self, index: usize) -> bool {
        if !matches!(self.sense(), Some(Sense::Which(Which::First))) {
            return false;
        }
        let copies = self.copies_of(index);
        let begin = self.at;
        let own = self.drafts[index].noun;
        let mut counts = Vec::new();
        for nth in 0..copies.len() {
            while self.peek() == Some(Lex::Comma)
                || matches!(self.sense(), Some(Sense::And | Sense::The))
            {
                self.at += 1;
            }
            let meant = match self.sense() {
                Some(Sense::Which(Which::First)) => nth == 0,
                Some(Sense::Which(Which::Nth(n))) => nth + 1 == n as usize,
                Some(Sense::Which(Which::Last)) => nth + 1 == copies.len(),
                _ => false,
            };
            self.at += 1;
            self.at += usize::from(self.peek() == Some(Lex::Number(1.0)));
            self.glue(|sense| {
                matches!(
                    sense,
                    Sense::With | Sense::Is | Sense::Of | Sense::Group(_) | Sense::Filler
                )
            });
            let (true, Some(Lex::Number(number))) = (meant, self.peek()) else { break };
            self.at += 1;
            self.glue(|sense| {
                matches!(sense, Sense::Dim(Dim::High))
                    || matches!(sense, Sense::Noun(noun) if Some(noun) == own)
            });
            counts.extend(whole(number));
        }
        if copies.len() < 2 || counts.len() != copies.len() {
            self.at = begin;
            return false;
        }
        for (copy, count) in copies.into_iter().zip(counts) {
            self.drafts[copy].count = Some(count);
        }
        true
    }

    /// "a cart-pole. The pole is 80 cm long": a part of the machine that was named.
    pub(super) fn of_its_part(&mut self) -> bool {
        let before = self.clone();
        if !self.take(|sense| sense == Sense::The) {
            return false;
        }
        let Some(part) = self.sense() else {
            *self = before;
            return false;
        };
        let mut machines = (0..self.drafts.len()).filter(|at| {
            let draft = &self.drafts[*at];
            let swings = matches!(
                draft.kind(),
                Some(
                    Kind::CartPole
                        | Kind::Pendulum
                        | Kind::InvertedPendulum
                        | Kind::Spring
                        | Kind::NewtonsCradle
                )
            );
            let cart = draft.kind() == Some(Kind::CartPole);
            swings
                && match part {
                    Sense::Part(part) => {
                        cart && part == Part::Cart
                            || !cart && matches!(part, Part::Bob | Part::Link)
                    }
                    Sense::Noun(noun) => {
                        draft.has_part(noun)
                            && !self.drafts.iter().any(|other| other.noun == Some(noun))
                    }
                    _ => false,
                }
        });
        let (Some(machine), None) = (machines.next(), machines.next()) else {
            *self = before;
            return false;
        };
        self.at += 1;
        self.glue(|sense| matches!(sense, Sense::Is | Sense::Filler | Sense::With | Sense::A));
        self.take(|sense| matches!(sense, Sense::Dim(Dim::Long) | Sense::Prop(Prop::Mass)));
        self.glue(|sense| sense == Sense::Of);
        let coloured = matches!(self.sense(), Some(Sense::Colour(_)));
        if self.alter_part(machine, part).is_err() {
            *self = before;
            return false;
        }
        if coloured {
            self.granted.push("the colour of a part is that of the whole".to_owned());
        }
        self.current = Some(machine);
        true
    }
}
