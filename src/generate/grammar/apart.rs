//! Several that differ in what they have: "two chains, one with six links and the other with nine",
//! "two ramps, the left one of 10 and the right one of 20 degrees". Each is spelled out by itself,
//! as if it had been named with all that was said of it.

use super::super::spec::{Class, Hinges, Kind, Place};
use super::{
    lexer::{Lex, Lexeme},
    lexicon::{Entry, Part, Prop, Sense, Trait, Which},
    measure::Measure,
    phrasing::{Phrasing, ends, known},
};

/// A stretch of lexemes, from and to.
type Stretch = (usize, usize);

impl Phrasing {
    /// Spells out each of several of which every one is told apart.
    pub(super) fn told_apart(&mut self) {
        let mut at = 0;
        while at < self.lexemes.len() {
            if let Some((end, spelled)) = self.spelled(at) {
                let length = spelled.len();
                self.lexemes.splice(at..end, spelled);
                at += length;
            } else {
                at += 1;
            }
        }
    }

    /// "three weights of 1, 2 and 3 kg, each hanging on its own spring": each with what it hangs on.
    pub(super) fn each_on_its_own(&mut self) {
        for at in 0..self.lexemes.len() {
            let count = match self.lex(at) {
                Some(Lex::Number(number)) if (2.0..=8.0).contains(&number) => number as usize,
                _ => continue,
            };
            let mut noun = at + 1;
            while self.sense(noun).is_some_and(Sense::is_adjective)
                || matches!(self.lex(noun), Some(Lex::Measure(_)))
            {
                noun += 1;
            }
            let load = match self.lexemes.get(noun).map(|lexeme| lexeme.lex) {
                Some(Lex::Known(Entry { sense: Sense::Noun(own), plural: true })) => {
                    own.kind.class() == Class::Solid
                }
                Some(Lex::Known(Entry { sense: Sense::Part(Part::Bob), plural: true })) => true,
                _ => self.text(noun) == "masses",
            };
            if !load {
                continue;
            }
            let mut next = noun + 1;
            // "with masses of 1, 2 and 3 kg"
            let massive = matches!(self.sense(next + 1), Some(Sense::Prop(Prop::Mass)))
                || matches!(self.text(next + 1), "masses" | "weights");
            if self.sense(next) == Some(Sense::With) && massive {
                next += 2;
            }
            next += usize::from(self.sense(next) == Some(Sense::Of));
            let mut figures: Vec<Lexeme> = Vec::new();
            while matches!(self.lex(next), Some(Lex::Number(_) | Lex::Measure(_))) {
                figures.extend(self.lexemes.get(next).cloned());
                next += 1;
                while self.lex(next) == Some(Lex::Comma)
                    && self.sense(next + 1) != Some(Sense::Each)
                    || self.sense(next) == Some(Sense::And)
                {
                    next += 1;
                }
            }
            let unit = figures.iter().rev().find_map(|figure| match figure.lex {
                Lex::Measure(measure) => Some(measure),
                _ => None,
            });
            next += usize::from(self.lex(next) == Some(Lex::Comma));
            let each = self.text(next) == "each"
                && matches!(
                    self.sense(next + 1),
                    Some(
                        Sense::Trait(Trait::Hanging | Trait::Spaced)
                            | Sense::Place(Place::On | Place::AttachedTo)
                            | Sense::Is
                    )
                );
            let stop = (next..self.lexemes.len())
                .find(|at| self.lex(*at) == Some(Lex::Stop))
                .unwrap_or(self.lexemes.len());
            let sprung = (next..stop).any(|at| {
                matches!(self.sense(at), Some(Sense::Noun(noun))
                    if matches!(noun.kind, Kind::Spring | Kind::SlidingSpring | Kind::Chain))
            });
            let listed = figures.is_empty() || figures.len() == count;
            let springs = self.hung_from_springs(next, count);
            let each = each || springs.is_some();
            if !(each && sprung && listed && (figures.is_empty() || unit.is_some())) {
                continue;
            }
            let mut tail: Vec<Lexeme> =
                springs.unwrap_or_else(|| self.lexemes[next + 1..stop].to_vec());
            for lexeme in tail.iter_mut().filter(|lexeme| lexeme.text == "its") {
                *lexeme = known(Sense::A, "a");
            }
            let one = match self.lexemes[noun].lex {
                Lex::Known(entry) => Lex::Known(Entry { plural: false, ..entry }),
                lex => lex,
            };
            let one = Lexeme { lex: one, text: self.text(noun).to_owned() };
            let mut new = Vec::new();
            for n in 0..count {
                if n > 0 {
                    new.push(Lexeme { lex: Lex::Comma, text: ",".into() });
                    new.push(known(Sense::And, "and"));
                }
                new.push(known(Sense::A, "a"));
                new.extend(self.lexemes[at + 1..noun].iter().cloned());
                if let (Some(figure), Some(unit)) = (figures.get(n), unit) {
                    let lex = match figure.lex {
                        Lex::Number(number) => {
                            Lex::Measure(Measure { value: number * unit.scale, ..unit })
                        }
                        lex => lex,
                    };
                    new.push(Lexeme { lex, text: figure.text.clone() });
                }
                new.push(one.clone());
                new.extend(tail.iter().cloned());
            }
            self.lexemes.splice(at..stop, new);
            return;
        }
    }

    /// "hanging from three springs", of three: what hangs each of them, to the end of the sentence.
    fn hung_from_springs(&self, at: usize, count: usize) -> Option<Vec<Lexeme>> {
        if !matches!(self.sense(at), Some(Sense::Trait(Trait::Hanging))) {
            return None;
        }
        let stop = (at..self.lexemes.len())
            .find(|at| self.lex(*at) == Some(Lex::Stop))
            .unwrap_or(self.lexemes.len());
        let mut tail = self.lexemes[at..stop].to_vec();
        let spring = tail.iter().take(6).position(|lexeme| {
            matches!(lexeme.lex, Lex::Known(Entry { sense: Sense::Noun(noun), plural: true })
                if noun.kind == Kind::Spring)
        })?;
        if let Lex::Known(entry) = tail[spring].lex {
            tail[spring].lex = Lex::Known(Entry { plural: false, ..entry });
        }
        let number = tail[..spring].iter().position(|lexeme| matches!(lexeme.lex, Lex::Number(_)));
        match number {
            Some(at) if tail[at].lex == Lex::Number(count as f64) => {
                tail[at] = known(Sense::A, "a");
            }
            Some(_) => return None,
            None => {
                let adjectives = tail[..spring]
                    .iter()
                    .rev()
                    .take_while(|lexeme| {
                        lexeme.sense().is_some_and(Sense::is_adjective)
                            && lexeme.sense() != Some(Sense::Trait(Trait::Hanging))
                    })
                    .count();
                tail.insert(spring - adjectives, known(Sense::A, "a"));
            }
        }
        Some(tail)
    }

    /// Where several are counted at `at`: where the words on them end, and those in their place.
    fn spelled(&self, at: usize) -> Option<(usize, Vec<Lexeme>)> {
        let count = match self.lex(at) {
            Some(Lex::Number(number)) if (2.0..=8.0).contains(&number) && number.fract() == 0.0 => {
                number as usize
            }
            _ => return None,
        };
        let mut noun = at + 1;
        while self.sense(noun).is_some_and(|sense| {
            sense.is_adjective() || matches!(sense, Sense::Fold(_) | Sense::Filler | Sense::Twice)
        }) || matches!(self.lex(noun), Some(Lex::Measure(_)))
        {
            noun += 1;
        }
        let machine = match self.lexemes.get(noun)?.lex {
            Lex::Known(Entry { sense: Sense::Noun(own), plural: true }) => {
                matches!(own.kind.class(), Class::Mechanism | Class::Furniture)
            }
            Lex::Known(Entry { sense: Sense::Part(Part::Bob), plural: true }) => true,
            Lex::Known(Entry { sense: Sense::Prop(Prop::Mass), .. }) => self.text(noun) == "masses",
            _ => return None,
        };
        let parts = self.members(noun, count)?;
        let springs = parts.iter().any(|(from, to)| {
            (*from..*to).any(|at| {
                matches!(self.sense(at), Some(Sense::Noun(noun))
                    if matches!(noun.kind, Kind::Spring | Kind::SlidingSpring | Kind::Chain))
            })
        });
        // What only has another colour or size is told apart elsewhere.
        let plain = parts.iter().all(|(from, to)| {
            (*from..*to).all(|at| {
                matches!(self.sense(at), Some(Sense::Colour(_) | Sense::Dark | Sense::Light))
                    || matches!(self.sense(at), Some(Sense::Is | Sense::Filler))
            })
        });
        // "one on the floor and one on a table"
        let placed = parts.iter().all(|(from, _)| {
            matches!(self.sense(*from), Some(Sense::Place(_) | Sense::In))
                || matches!(self.text(*from), "on the floor" | "on the ground")
        });
        if plain || !(machine || springs || placed) {
            return None;
        }
        Some(self.each_by_itself(at, noun, &parts))
    }

    /// The words on each of `count` members, behind the noun.
    fn members(&self, noun: usize, count: usize) -> Option<Vec<Stretch>> {
        let mut begins = Vec::new();
        let mut at = noun + 1;
        let mut stops = 0;
        while at < self.lexemes.len() && begins.len() < count {
            if self.lex(at) == Some(Lex::Stop) {
                stops += 1;
                // Each may have a sentence, but others may not come between.
                if begins.is_empty() && stops > 1 {
                    return None;
                }
            }
            let joined = ends(self.lex(at - 1))
                || matches!(self.sense(at - 1), Some(Sense::And | Sense::With));
            match self
                .begins_a_member(noun, at)
                .filter(|_| joined || begins.is_empty() && at == noun + 1)
            {
                Some(inner) => {
                    begins.push((at, inner));
                    at = inner;
                }
                None => at += 1,
            }
        }
        if begins.len() != count {
            return None;
        }
        let mut parts = Vec::new();
        for (n, (_, inner)) in begins.iter().enumerate() {
            let mut end = match begins.get(n + 1) {
                Some((next, _)) => *next,
                None => self.last_ends(*inner),
            };
            while end > *inner
                && (ends(self.lex(end - 1))
                    || matches!(self.sense(end - 1), Some(Sense::And | Sense::With)))
            {
                end -= 1;
            }
            if end == *inner {
                return None;
            }
            parts.push((*inner, end));
        }
        Some(parts)
    }

    /// "one", "the left one", "the other pendulum", "another": where what is said of it begins.
    fn begins_a_member(&self, noun: usize, at: usize) -> Option<usize> {
        let mut next = at;
        match (self.lex(next), self.sense(next)) {
            (Some(Lex::Number(1.0)), _) => next += 1,
            (_, Some(Sense::More)) if self.text(next) == "another" => next += 1,
            (_, Some(Sense::The | Sense::A)) => {
                let told = matches!(
                    self.sense(next + 1),
                    Some(Sense::Which(
                        Which::First
                            | Which::Last
                            | Which::Left
                            | Which::Right
                            | Which::Middle
                            | Which::Nth(_)
                    ))
                ) || matches!(self.sense(next + 1), Some(Sense::Direction([x, ..])) if x != 0.0)
                    || matches!(self.text(next + 1), "other" | "former" | "latter" | "second");
                if !told {
                    return None;
                }
                next += 2;
            }
            _ => return None,
        }
        if self.lex(next) == Some(Lex::Number(1.0)) || self.sense(next) == Some(Sense::Ones) {
            next += 1;
        }
        let own = self.sense(noun);
        if self.sense(next) == own {
            next += 1;
        } else if self.is_noun(next) {
            // "the left wheel" is of something else.
            return None;
        }
        if self.sense(next) == Some(Sense::Of) && self.sense(next + 1) == Some(Sense::It) {
            next += 2;
        }
        Some(next)
    }

    /// What is said behind the last of them of all ends it.
    fn last_ends(&self, from: usize) -> usize {
        let stop = (from..self.lexemes.len())
            .find(|at| self.lex(*at) == Some(Lex::Stop))
            .unwrap_or(self.lexemes.len());
        let of_all = |begin: usize| {
            (begin..stop).any(|at| {
                self.sense(at) == Some(Sense::Each)
                    || matches!(self.sense(at), Some(Sense::Trait(Trait::Touching)))
            })
        };
        (from..stop).find(|at| self.lex(*at) == Some(Lex::Comma) && of_all(at + 1)).unwrap_or(stop)
    }

    fn each_by_itself(&self, at: usize, noun: usize, parts: &[Stretch]) -> (usize, Vec<Lexeme>) {
        let before = &self.lexemes[at + 1..noun];
        let one = Lexeme {
            lex: match self.lexemes[noun].lex {
                Lex::Known(entry) => Lex::Known(Entry { plural: false, ..entry }),
                lex => lex,
            },
            text: self.text(noun).to_owned(),
        };
        // What is said of all, up to the first of them.
        let begin = (noun + 1..parts[0].0)
            .find(|at| self.begins_a_member(noun, *at).is_some())
            .unwrap_or(parts[0].0);
        let mut middle: Vec<Lexeme> = self.lexemes[noun + 1..begin].to_vec();
        while middle.last().is_some_and(|last| {
            ends(Some(last.lex)) || matches!(last.sense(), Some(Sense::And | Sense::With))
        }) {
            middle.pop();
        }
        middle.retain(|lexeme| {
            !matches!(
                lexeme.sense(),
                Some(Sense::Each | Sense::Trait(Trait::Touching) | Sense::Filler)
            ) && !matches!(lexeme.lex, Lex::Stop | Lex::Mark)
        });
        while middle.first().is_some_and(|first| ends(Some(first.lex))) {
            middle.remove(0);
        }
        let wholes: Vec<Vec<Lexeme>> =
            parts.iter().map(|(from, to)| self.lexemes[*from..*to].to_vec()).collect();
        let mut out = Vec::new();
        for (n, own) in wholes.iter().enumerate() {
            if n > 0 {
                out.push(Lexeme { lex: Lex::Comma, text: ",".into() });
                out.push(known(Sense::And, "and"));
            }
            out.push(known(Sense::A, "a"));
            out.extend(before.iter().cloned());
            out.push(one.clone());
            out.extend(middle.iter().cloned().map(|lexeme| match lexeme.sense() {
                Some(Sense::A) if n > 0 => known(Sense::The, "the"),
                _ => lexeme,
            }));
            let others = wholes.iter().enumerate().filter(|(other, _)| *other != n);
            out.extend(completed(own, others.map(|(_, other)| &**other)));
        }
        (parts.last().map_or(at, |last| last.1), out)
    }
}

/// "the other with nine", "one of 10": with what is said behind the number of another one.
pub(super) fn completed<'l>(
    own: &[Lexeme],
    others: impl Iterator<Item = &'l [Lexeme]>,
) -> Vec<Lexeme> {
    let mut own = own.to_vec();
    let Some(last) = own.last().cloned() else { return own };
    let others: Vec<&[Lexeme]> = others.collect();
    // "one hinged on the left and one on the right"
    let hinged = |lexeme: &Lexeme| matches!(lexeme.sense(), Some(Sense::Hinges(_)));
    if others.iter().any(|other| other.iter().any(hinged)) && !own.iter().any(hinged) {
        let side = own.iter().find_map(|lexeme| match lexeme.sense() {
            Some(Sense::Direction([x, ..])) if x != 0.0 => Some(x < 0.0),
            Some(Sense::Place(Place::OnLeftEnd | Place::LeftOf)) => Some(true),
            Some(Sense::Place(Place::OnRightEnd | Place::RightOf)) => Some(false),
            _ => None,
        });
        if let Some(left) = side {
            let hinges = if left { Hinges::Left } else { Hinges::Right };
            return vec![known(Sense::Hinges(hinges), "hinged")];
        }
    }
    let figure = |lexeme: &Lexeme| matches!(lexeme.lex, Lex::Number(_) | Lex::Measure(_));
    if !figure(&last) {
        return own;
    }
    for other in others {
        let Some(at) = other.iter().rposition(figure) else { continue };
        let behind: Vec<Lexeme> = other[at + 1..]
            .iter()
            .take_while(|lexeme| {
                lexeme.sense().is_some_and(|sense| {
                    matches!(
                        sense,
                        Sense::Part(_)
                            | Sense::Noun(_)
                            | Sense::Dim(_)
                            | Sense::Prop(_)
                            | Sense::Stretch(_)
                    )
                })
            })
            .cloned()
            .collect();
        match (last.lex, other[at].lex) {
            (Lex::Number(number), Lex::Measure(measure)) => {
                let value = number * measure.scale;
                let lex = Lex::Measure(Measure { value, ..measure });
                let end = own.len() - 1;
                own[end].lex = lex;
            }
            (Lex::Number(_), Lex::Number(_)) if behind.is_empty() => continue,
            (Lex::Measure(one), Lex::Measure(two)) if one.unit != two.unit => continue,
            _ => {}
        }
        own.extend(behind);
        break;
    }
    own
}
