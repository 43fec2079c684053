//! More ways of saying the same: pronouns that point at what was named last, ranges, roundings,
//! places at the beginning of a sentence, marble as a material.

use super::super::spec::Place;
use super::{
    lexer::Lex,
    lexicon::{Outline, Sense, Trait, Which},
    measure::Measure,
    phrasing::{Phrasing, called, ends, known},
};

impl Phrasing {
    pub(super) fn wording(&mut self) {
        self.is_to_the_left();
        self.about_so_much();
        self.between_two_figures();
        self.on_that();
        self.a_third_one();
        self.in_the_middle_first();
        self.of_marble();
        self.sections();
        self.each_of_which();
        self.places_of_which();
        self.left_and_right();
        self.no_friction_first();
        self.circumference();
        self.one_of_the_two();
        self.high_stacks();
        self.letters();
        self.other_metals();
    }

    /// Metals that look like others and weigh less or more: brass, bronze, titanium, tungsten.
    fn other_metals(&mut self) {
        for at in (0..self.lexemes.len()).rev() {
            let density = match self.text(at) {
                "brass" => 8500.0,
                "bronze" => 8800.0,
                "titanium" => 4500.0,
                "tungsten" => 19250.0,
                _ => continue,
            };
            let before =
                self.is_noun(at + 1) || self.sense(at + 1).is_some_and(Sense::is_adjective);
            let of = at > 0 && matches!(self.sense(at - 1), Some(Sense::Of));
            let unit = super::measure::Unit::Density;
            let figure = super::lexer::Lexeme {
                lex: Lex::Measure(Measure { value: density, unit, scale: 1.0 }),
                text: format!("{density} kg/m³"),
            };
            if before {
                self.lexemes.insert(at, figure);
            } else if of {
                self.lexemes.splice(at + 1..at + 1, [known(Sense::And, "and"), figure]);
            }
        }
    }

    /// "one of the two balls is red": two balls, one is red.
    fn one_of_the_two(&mut self) {
        for at in 0..self.lexemes.len() {
            let begins = at == 0 || self.lex(at - 1) == Some(Lex::Stop);
            let of =
                self.lex(at) == Some(Lex::Number(1.0)) && self.sense(at + 1) == Some(Sense::Of);
            let the = usize::from(self.sense(at + 2) == Some(Sense::The));
            if !(begins && of && matches!(self.lex(at + 2 + the), Some(Lex::Number(n)) if n > 1.0))
            {
                continue;
            }
            let mut noun = at + 3 + the;
            while self.sense(noun).is_some_and(Sense::is_adjective) {
                noun += 1;
            }
            let fresh = matches!(self.sense(noun), Some(own @ Sense::Noun(_))
                if !self.lexemes[..at].iter().any(|lexeme| lexeme.sense() == Some(own)));
            if fresh {
                let one = self.lexemes[at].clone();
                let comma = super::lexer::Lexeme { lex: Lex::Comma, text: ",".into() };
                let group: Vec<_> = self.lexemes[at + 2 + the..=noun].to_vec();
                self.lexemes.splice(at..=noun, group.into_iter().chain([comma, one]));
                return;
            }
        }
    }

    /// "a 20 cm high stack": the stack is 20 cm high.
    fn high_stacks(&mut self) {
        for at in (1..self.lexemes.len()).rev() {
            let measured = matches!(self.lex(at - 1), Some(Lex::Measure(_)));
            let group = match self.text(at) {
                "high stack" | "tall stack" => "stack",
                "high tower" | "tall tower" => "tower",
                _ => continue,
            };
            if let (true, Some(high), Some(group)) = (measured, called("tall"), called(group)) {
                self.lexemes.splice(at..=at, [high, group]);
            }
        }
    }

    /// "w = 30 cm, d = 20 cm": beside a width, d is the depth.
    fn letters(&mut self) {
        let wide = self.lexemes.iter().any(|lexeme| matches!(&*lexeme.text, "w" | "l"));
        if let (true, Some(depth)) = (wide, called("depth")) {
            for lexeme in &mut self.lexemes {
                if lexeme.text == "d" {
                    lexeme.lex = depth.lex;
                }
            }
        }
    }

    /// "a chair, behind which a table stands": the table is behind it.
    fn places_of_which(&mut self) {
        for at in (1..self.lexemes.len()).rev() {
            let Some(Sense::Place(place)) = self.sense(at) else { continue };
            let named = matches!(
                self.sense(at + 2),
                Some(Sense::A | Sense::Is | Sense::Verb(_) | Sense::Trait(Trait::Spaced))
            ) || matches!(self.lex(at + 2), Some(Lex::Number(_)));
            let before = self.is_noun(at - 1) || self.lex(at - 1) == Some(Lex::Comma);
            let which = self.text(at + 1).split(' ').next().unwrap_or_default();
            if matches!(which, "which" | "whom") && named && before {
                self.lexemes.splice(at..at + 2, [known(Sense::Inverse(place), "on which")]);
                if self.lex(at - 1) == Some(Lex::Comma) {
                    self.lexemes.remove(at - 1);
                }
            }
        }
    }

    /// "On the left there is a red box, on the right a green one": one to the right of the other.
    fn left_and_right(&mut self) {
        let side = |phrasing: &Self, at: usize| -> Option<(bool, usize)> {
            let begins =
                at == 0 || ends(phrasing.lex(at - 1)) || phrasing.sense(at - 1) == Some(Sense::And);
            let text = phrasing.text(at);
            let whole = match text {
                "at the left" | "on the left side" | "at left" => Some(true),
                "at the right" | "on the right side" | "at right" => Some(false),
                _ => None,
            };
            let parted = match (text, phrasing.text(at + 1), phrasing.text(at + 2)) {
                ("on" | "to", "the", "left") => Some(true),
                ("on" | "to", "the", "right") => Some(false),
                _ => None,
            };
            let (left, length) = match (whole, parted) {
                (Some(left), _) => (left, 1),
                (_, Some(left)) => (left, 3),
                _ => return None,
            };
            let mut next = at + length;
            while matches!(
                phrasing.sense(next),
                Some(Sense::Is | Sense::Filler | Sense::Verb(_) | Sense::Trait(Trait::Spaced))
            ) || phrasing.lex(next) == Some(Lex::Comma)
            {
                next += 1;
            }
            let named = phrasing.sense(next) == Some(Sense::A)
                || matches!(phrasing.lex(next), Some(Lex::Number(_)));
            (begins && named).then_some((left, next))
        };
        let first = (0..self.lexemes.len()).find_map(|at| side(self, at).map(|s| (at, s)));
        let Some((at, (left, end))) = first else { return };
        // Beside what was named before it is that which has sides.
        if self.lexemes[..at].iter().any(|lexeme| matches!(lexeme.sense(), Some(Sense::Noun(_)))) {
            return;
        }
        let second = (end + 1..self.lexemes.len()).find_map(|at| side(self, at).map(|s| (at, s)));
        let Some((other, (right, behind))) = second.filter(|(_, (side, _))| *side != left) else {
            return;
        };
        let (Some(to), Some(its), Some(way)) =
            (called("to"), called("its"), called(if right { "left" } else { "right" }))
        else {
            return;
        };
        self.lexemes.splice(other..behind, [to, its, way]);
        self.lexemes.drain(at..end);
    }

    /// "No friction: a puck …": the floor has none.
    fn no_friction_first(&mut self) {
        let mut end = 0;
        while end < 6 && !ends(self.lex(end)) {
            end += 1;
        }
        let free = self.sense(0) == Some(Sense::Trait(Trait::Frictionless));
        let fillers = (1..end).all(|at| self.sense(at) == Some(Sense::Filler));
        if let (true, true, Some(floor), true) = (free, fillers, called("floor"), end > 0) {
            self.lexemes.splice(1..end, [floor]);
        }
    }

    /// "with a circumference of 1 m": so wide.
    fn circumference(&mut self) {
        for at in (0..self.lexemes.len()).rev() {
            if self.text(at) != "circumference" {
                continue;
            }
            let next =
                (at + 1..at + 4).find(|next| matches!(self.lex(*next), Some(Lex::Measure(_))));
            if let (Some(next), Some(diameter)) = (next, called("diameter"))
                && let Some(Lex::Measure(measure)) = self.lex(next)
            {
                let value = measure.value / std::f64::consts::PI;
                self.lexemes[next].lex = Lex::Measure(Measure { value, ..measure });
                self.lexemes[at] = diameter;
            }
        }
    }

    /// "is to the left of": "to" belongs to the side.
    fn is_to_the_left(&mut self) {
        for at in 0..self.lexemes.len() {
            let verb = match self.text(at) {
                "is to" => "is",
                "are to" => "are",
                _ => continue,
            };
            let side = self.sense(at + 1) == Some(Sense::The)
                && matches!(self.text(at + 2), "left" | "right" | "left of" | "right of");
            if side {
                let rest = format!("{verb} to {}", self.said(at + 1, self.lexemes.len()));
                self.lexemes.truncate(at);
                let mut rest = super::lexer::lexemes(&rest);
                // One word less makes another phrase.
                if let Some(first) = rest.first()
                    && first.text.ends_with(" to")
                    && let Some(is) = called(verb)
                {
                    let tail = rest[1..].iter().map(|l| &*l.text).collect::<Vec<_>>().join(" ");
                    rest = [is]
                        .into_iter()
                        .chain(super::lexer::lexemes(&format!("to {tail}")))
                        .collect();
                }
                self.lexemes.extend(rest);
            }
        }
    }

    /// "around 15 cm" is 15 cm.
    fn about_so_much(&mut self) {
        for at in (0..self.lexemes.len()).rev() {
            let around = matches!(
                self.text(at),
                "around"
                    | "about"
                    | "some"
                    | "roughly"
                    | "approximately"
                    | "circa"
                    | "ca"
                    | "over"
                    | "almost"
                    | "nearly"
            );
            let vague = matches!(self.text(at), "over" | "some");
            let figure = matches!(self.lex(at + 1), Some(Lex::Measure(_)))
                && !matches!(self.sense(at + 2), Some(Sense::Noun(_)));
            if around && figure && (!vague || at > 0 && self.sense(at - 1) == Some(Sense::Of)) {
                self.lexemes.remove(at);
            }
        }
    }

    /// "between 10 and 20 cm wide": what is in the middle of both.
    fn between_two_figures(&mut self) {
        for at in (0..self.lexemes.len()).rev() {
            if self.sense(at) != Some(Sense::Place(Place::Between))
                || self.sense(at + 2) != Some(Sense::And)
            {
                continue;
            }
            let Some(Lex::Measure(last)) = self.lex(at + 3) else { continue };
            let first = match self.lex(at + 1) {
                Some(Lex::Number(number)) => number * last.scale,
                Some(Lex::Measure(first)) if first.unit == last.unit => first.value,
                _ => continue,
            };
            let said = self.said(at, at + 4);
            let value = (first + last.value) / 2.0;
            let middle = Measure { value, ..last };
            let shown = value / last.scale;
            self.tell(format!("'{said}' was read as {shown} in that unit"));
            self.lexemes.splice(
                at..at + 4,
                [super::lexer::Lexeme { lex: Lex::Measure(middle), text: said }],
            );
        }
    }

    /// "a cube on that", "upon this": on it.
    fn on_that(&mut self) {
        for at in 1..self.lexemes.len() {
            let place = matches!(self.sense(at - 1), Some(Sense::Place(_) | Sense::In));
            let that = matches!(
                self.text(at),
                "that" | "this" | "these" | "those" | "that one" | "this one"
            );
            let alone = ends(self.lex(at + 1))
                || matches!(
                    self.sense(at + 1),
                    Some(Sense::And | Sense::A | Sense::Is | Sense::Trait(Trait::Spaced))
                );
            if place && that && alone && !self.is_noun(at + 1) {
                let plural = self.text(at).starts_with("the");
                self.lexemes[at] = known(Sense::It, if plural { "them" } else { "that" });
            } else if place
                && that
                && self.lex(at + 1) == Some(Lex::Number(1.0))
                && ends(self.lex(at + 2))
            {
                self.lexemes.remove(at + 1);
                self.lexemes[at] = known(Sense::It, "that");
            }
        }
    }

    /// "and a third one on it": another one.
    fn a_third_one(&mut self) {
        for at in (1..self.lexemes.len()).rev() {
            let nth = matches!(self.sense(at), Some(Sense::Which(Which::Nth(_))));
            let a = self.sense(at - 1) == Some(Sense::A) && matches!(self.text(at - 1), "a" | "an");
            let named = self.lex(at + 1) == Some(Lex::Number(1.0)) || self.is_noun(at + 1);
            if let (true, true, true, Some(another)) = (nth, a, named, called("another")) {
                self.lexemes.splice(at - 1..=at, [another]);
            }
        }
    }

    /// "In the middle stands a table": a table.
    fn in_the_middle_first(&mut self) {
        for at in (0..self.lexemes.len()).rev() {
            let begins = at == 0 || self.lex(at - 1) == Some(Lex::Stop);
            let middle = self.sense(at) == Some(Sense::Place(Place::Inside))
                && (self.text(at).contains("middle") || self.text(at).contains("cent"));
            let mut next = at + 1;
            // "in the middle of the scene"
            while matches!(self.sense(next), Some(Sense::Of | Sense::The | Sense::Floor))
                || matches!(
                    self.text(next),
                    "scene" | "room" | "the scene" | "of the scene" | "in the scene" | "there"
                )
            {
                next += 1;
            }
            let joined = self.lex(next) == Some(Lex::Comma)
                || matches!(
                    self.sense(next),
                    Some(Sense::Is | Sense::Verb(_) | Sense::Filler | Sense::Trait(Trait::Spaced))
                );
            if begins && middle && joined {
                while self.lex(next) == Some(Lex::Comma)
                    || matches!(
                        self.sense(next),
                        Some(
                            Sense::Is
                                | Sense::Verb(_)
                                | Sense::Filler
                                | Sense::Trait(Trait::Spaced)
                        )
                    )
                {
                    next += 1;
                }
                if self.sense(next) == Some(Sense::A)
                    || matches!(self.lex(next), Some(Lex::Number(_)))
                {
                    self.lexemes.drain(at..next);
                }
            }
        }
    }

    /// "a marble slab", "made of marble": of stone.
    fn of_marble(&mut self) {
        for at in 0..self.lexemes.len() {
            let behind =
                self.is_noun(at + 1) && !matches!(self.sense(at + 1), Some(Sense::Part(_)));
            let of = at > 0
                && self.sense(at - 1) == Some(Sense::Of)
                && (self.text(at - 1).starts_with("made") || self.text(at - 1).starts_with("out"))
                || at > 1 && self.sense(at - 1) == Some(Sense::Of) && self.is_noun(at - 2);
            if self.text(at) == "marble"
                && (behind || of)
                && let Some(stone) = called("granite")
            {
                self.lexemes[at].lex = stone.lex;
            }
        }
    }

    /// "with a square cross-section of 8 cm": square, and 8 cm wide.
    fn sections(&mut self) {
        for at in (0..self.lexemes.len()).rev() {
            if !matches!(self.text(at), "cross section" | "section" | "profile" | "cross sections")
            {
                continue;
            }
            let round =
                at > 0 && matches!(self.sense(at - 1), Some(Sense::Outline(Outline::Round)));
            let squared =
                at > 0 && matches!(self.sense(at - 1), Some(Sense::Outline(Outline::Square)));
            if !(round || squared || self.text(at).starts_with("cross")) {
                continue;
            }
            let by = matches!(self.sense(at + 2), Some(Sense::By))
                || matches!(self.sense(at + 3), Some(Sense::By));
            let word = if by {
                "footprint"
            } else if round {
                "diameter"
            } else {
                "width"
            };
            let Some(dim) = called(word) else { continue };
            let from = at - usize::from(round || squared);
            self.lexemes.splice(from..=at, [dim]);
            if squared
                && !by
                && let Some(square) = called("square")
            {
                // Said of the thing itself, before its noun.
                let noun = (0..from).rev().find(|noun| self.is_noun(*noun));
                if let Some(noun) = noun {
                    self.lexemes.insert(noun, square);
                }
            }
        }
    }

    /// ", both of which are blue": both are blue.
    fn each_of_which(&mut self) {
        for at in (1..self.lexemes.len()).rev() {
            if self.sense(at) == Some(Sense::Each)
                && ends(self.lex(at - 1))
                && self.sense(at + 1) == Some(Sense::Of)
                && matches!(
                    self.text(at + 2),
                    "which are"
                        | "which is"
                        | "which have"
                        | "which has"
                        | "which weigh"
                        | "which weighs"
                )
            {
                let verb = self.text(at + 2).split(' ').next_back().unwrap_or_default().to_owned();
                if let Some(verb) = called(&verb) {
                    self.lexemes[at + 2] = verb;
                    self.lexemes.remove(at + 1);
                }
            }
        }
    }
}
