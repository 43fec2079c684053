//! Ways of saying that mean something of their own beside certain nouns, and what is said of a
//! property of a thing or of all of several.

use super::super::spec::{Kind, Place};
use super::{
    lexer::Lex,
    lexicon::{self, Part, Sense, Trait},
    phrasing::{Phrasing, called, ends, known},
};

impl Phrasing {
    /// "The stiffness of the spring is 20 N/m.": the spring with a stiffness of 20 N/m.
    pub(super) fn what_it_is_of(&mut self) {
        for at in 0..self.lexemes.len() {
            let begins =
                at == 0 || ends(self.lex(at - 1)) || self.sense(at - 1) == Some(Sense::And);
            let prop = matches!(self.sense(at + 1), Some(Sense::Prop(_) | Sense::Dim(_)));
            let of =
                self.sense(at + 2) == Some(Sense::Of) && self.sense(at + 3) == Some(Sense::The);
            if !(begins && self.sense(at) == Some(Sense::The) && prop && of) {
                continue;
            }
            let mut noun = at + 4;
            while self.sense(noun).is_some_and(Sense::is_adjective) {
                noun += 1;
            }
            let value = matches!(self.lex(noun + 2), Some(Lex::Measure(_) | Lex::Number(_)))
                || matches!(self.sense(noun + 2), Some(Sense::Colour(_)));
            if self.is_noun(noun) && self.sense(noun + 1) == Some(Sense::Is) && value {
                let prop = self.lexemes.remove(at + 1);
                // Without "of" and "is": "the spring with stiffness 20 N/m".
                self.lexemes.remove(at + 1);
                self.lexemes.remove(at);
                self.lexemes.splice(noun - 2..noun - 1, [known(Sense::With, "with"), prop]);
            }
        }
    }

    /// Words that mean something else beside certain nouns: "a catapult that throws a ball", "a
    /// cradle from five balls", "a hinged door", "a car on six wheels", "knocks them over".
    pub(super) fn as_others_say(&mut self) {
        // "Let's go to the Moon!" is no ball that is let go.
        if self.text(0) == "let go" && matches!(self.sense(1), Some(Sense::To)) {
            self.lexemes.drain(..2);
        }
        let mut at = 0;
        while at < self.lexemes.len() {
            let kind = |phrasing: &Self, at: usize| match phrasing.sense(at) {
                Some(Sense::Noun(noun)) => Some(noun.kind),
                _ => None,
            };
            let before = at.checked_sub(1).and_then(|at| kind(self, at));
            let leads = matches!(self.sense(at + 1), Some(Sense::A))
                || matches!(self.lex(at + 1), Some(Lex::Number(_)));
            let text = self.text(at).to_owned();
            let throws = text.split(' ').any(|word| {
                ["throw", "launch", "shoot", "hurl", "toss"]
                    .iter()
                    .any(|stem| word.starts_with(stem))
                    && !["thrown", "launched", "shot", "hurled", "tossed"].contains(&word)
            });
            let group =
                matches!(at.checked_sub(1).and_then(|at| self.sense(at)), Some(Sense::Group(_)));
            if before == Some(Kind::Catapult) && throws && leads {
                self.lexemes[at] = known(Sense::With, "with");
            } else if (group
                || before.is_some_and(|kind| {
                    matches!(kind, Kind::NewtonsCradle | Kind::Wall | Kind::Chain | Kind::Bridge)
                }))
                && text == "from"
                && matches!(self.lex(at + 1), Some(Lex::Number(_)))
                && !matches!(self.lex(at + 2), Some(Lex::Measure(_)))
            {
                self.lexemes[at] = known(Sense::Of, "of");
            } else if before == Some(Kind::Car)
                && self.sense(at) == Some(Sense::Place(Place::On))
                && matches!(self.lex(at + 1), Some(Lex::Number(_)))
                && kind(self, at + 2) == Some(Kind::Wheel)
            {
                self.lexemes[at] = known(Sense::With, "with");
            } else if text == "hinged" && self.lex(at) == Some(Lex::Unknown) {
                let mut next = at + 1;
                while self.sense(next).is_some_and(Sense::is_adjective) {
                    next += 1;
                }
                if kind(self, next) == Some(Kind::Door) {
                    self.lexemes.remove(at);
                    continue;
                }
            } else if text.split(' ').next_back().is_some_and(|word| {
                ["knock", "push", "tip", "bowl", "topple"].iter().any(|stem| word.starts_with(stem))
            }) && self.sense(at + 1) == Some(Sense::It)
            {
                let all = usize::from(self.sense(at + 2) == Some(Sense::Each));
                if matches!(self.text(at + 2 + all), "over" | "down") {
                    // What it ran into already.
                    let met = self.lexemes[..at]
                        .iter()
                        .any(|lexeme| lexeme.sense() == Some(Sense::Place(Place::Striking)));
                    if met {
                        let and = at > 0 && self.sense(at - 1) == Some(Sense::And);
                        at -= usize::from(and);
                        self.lexemes.drain(at..at + 3 + all + usize::from(and));
                        continue;
                    }
                    self.lexemes.drain(at + 2..at + 3 + all);
                    self.lexemes[at] = known(Sense::Place(Place::Striking), "knocks over");
                }
            }
            // "a chain with 8 links and a ball at the end"
            if self.sense(at) == Some(Sense::And)
                && at > 0
                && matches!(self.sense(at - 1), Some(Sense::Part(Part::Link)))
                && self.sense(at + 1) == Some(Sense::A)
            {
                let noun = (at + 2..self.lexemes.len()).find(|next| self.is_noun(*next));
                let end = noun.is_some_and(|noun| {
                    (1..=3).any(|by| matches!(self.sense(noun + by), Some(Sense::Part(Part::End))))
                });
                if end {
                    self.lexemes[at] = known(Sense::With, "with");
                }
            }
            // "a square pen with sides of 2 m" is none to write with.
            let outlined = at > 0 && matches!(self.sense(at - 1), Some(Sense::Outline(_)));
            if let (true, "pen", Some(corral)) = (outlined, self.text(at), called("corral")) {
                self.lexemes[at].lex = corral.lex;
            }
            at += 1;
        }
        // "a pulley with 1 kg on the one side and 3 kg on the other side"
        let pulley = self.lexemes.iter().any(
            |lexeme| matches!(lexeme.sense(), Some(Sense::Noun(noun)) if noun.kind == Kind::Pulley),
        );
        for at in (0..self.lexemes.len()).rev().filter(|_| pulley) {
            let one = self.sense(at) == Some(Sense::Place(Place::On))
                && self.sense(at + 1) == Some(Sense::The)
                && self.lex(at + 2) == Some(Lex::Number(1.0))
                && matches!(self.text(at + 3), "side" | "end");
            let sides = ["on one side", "on the other side", "at one end", "at the other end"];
            if one || sides.contains(&self.text(at)) {
                self.lexemes.drain(at..at + if one { 4 } else { 1 });
            }
        }
        // "… and lift the first one"
        for at in 1..self.lexemes.len() {
            let lifts = matches!(self.sense(at), Some(Sense::Verb(lexicon::Verb::Lift)))
                && self.sense(at - 1) == Some(Sense::And)
                && self.sense(at + 1) == Some(Sense::The)
                && matches!(self.sense(at + 2), Some(Sense::Which(_)));
            let cradle = self.lexemes[..at].iter().any(|lexeme| {
                matches!(lexeme.sense(), Some(Sense::Noun(noun)) if noun.kind == Kind::NewtonsCradle)
            });
            if lifts && cradle {
                let mut end = at + 3;
                while !ends(self.lex(end)) && end < self.lexemes.len() {
                    end += 1;
                }
                self.lexemes.insert(end, known(Sense::Trait(Trait::Lifted), "lifted"));
                self.lexemes[at] = known(Sense::With, "with");
                return;
            }
        }
    }

    /// ", all of them red", ", every one of which weighs 2 kg", ", all three red": all of it red.
    pub(super) fn all_of_it(&mut self) {
        for at in 1..self.lexemes.len() {
            let begins = ends(self.lex(at - 1)) || self.sense(at - 1) == Some(Sense::And);
            if !begins || self.sense(at) != Some(Sense::Each) {
                continue;
            }
            let mut next = at + 1;
            next += usize::from(matches!(self.lex(next), Some(Lex::Number(_))));
            let counted =
                next > at + 1 && self.text(at) != "each" && self.sense(next) != Some(Sense::By);
            next += usize::from(self.sense(next) == Some(Sense::Of));
            let of = self.text(at).ends_with(" of") || self.sense(next - 1) == Some(Sense::Of);
            let them = self.sense(next) == Some(Sense::It)
                || matches!(self.text(next), "which" | "these" | "those");
            let whole = of && them && !self.is_noun(next + 1);
            let bare = counted && !of && !self.is_noun(next) && !self.before_a_noun(next);
            if whole || bare {
                self.lexemes.drain(at + 1..next + usize::from(whole));
                let word = self.text(at).split(' ').next().unwrap_or_default().to_owned();
                self.lexemes[at].text = word;
            }
        }
    }
}
