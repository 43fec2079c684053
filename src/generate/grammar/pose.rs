//! How a machine begins: "held out horizontally", "pulled down by 5 cm and let go", "starting at
//! slightly different angles".

use super::super::spec::{Class, Kind};
use super::{
    lexer::Lex,
    lexicon::{Sense, Trait},
    measure::Unit,
    parse::Parser,
};

/// Ways to say that a pendulum is let go from the level: 90, from below: 0, from above: 180.
pub(super) fn phrases() -> Vec<(String, Sense)> {
    let mut out = Vec::new();
    let verbs = [
        "released",
        "let go",
        "dropped",
        "held",
        "held out",
        "held up",
        "started",
        "starting",
        "starts",
        "start",
        "beginning",
        "begins",
        "begin",
        "pulled",
        "pulled up",
        "raised",
        "lifted",
        "swung out",
        "stretched out",
        "extended",
        "pointing",
        "initially",
        "placed",
        "released from rest",
        "that starts",
        "which starts",
        "that start",
        "that begins",
        "starting out",
    ];
    let joints = [
        "",
        "from",
        "from the",
        "from a",
        "at",
        "in",
        "in a",
        "in the",
        "at the",
        "out",
        "to the",
        "out to the",
        "to",
    ];
    let mut say = |words: [&str; 4], angle: f64| {
        let phrase = words.join(" ");
        let phrase = phrase.split_whitespace().collect::<Vec<_>>().join(" ");
        out.push((phrase, Sense::Pose(angle)));
    };
    for verb in verbs {
        for joint in joints {
            for (words, angle) in [
                ("horizontally", 90.0),
                ("horizontal", 90.0),
                ("horizontal position", 90.0),
                ("level position", 90.0),
                ("straight down", 0.0),
                ("hanging down", 0.0),
                ("hanging straight down", 0.0),
                ("vertically down", 0.0),
                ("vertically downwards", 0.0),
                ("hanging position", 0.0),
                ("straight up", 180.0),
                ("upside down", 180.0),
                ("vertically up", 180.0),
                ("vertically upwards", 180.0),
            ] {
                for behind in ["", "at the start"] {
                    say([verb, joint, words, behind], angle);
                }
            }
        }
    }
    for verb in ["hangs", "hanging", "hang"] {
        for words in [
            "straight down",
            "vertically",
            "straight down at the start",
            "down at the start",
            "down at first",
            "down initially",
        ] {
            say([verb, words, "", ""], 0.0);
        }
    }
    out
}

/// Ways to say that several begin at angles that differ.
pub(super) fn unequal() -> Vec<(String, Sense)> {
    let mut out = Vec::new();
    for before in [
        "",
        "start at",
        "starting at",
        "starts at",
        "that start at",
        "which start at",
        "released at",
        "released from",
        "begin at",
        "beginning at",
        "that begin at",
        "with",
        "at",
        "from",
        "let go at",
        "let go from",
        "started at",
        "starting from",
        "start from",
    ] {
        for (how, by) in [
            ("slightly different", 3.0),
            ("a little different", 3.0),
            ("a bit different", 3.0),
            ("nearly identical", 1.0),
            ("nearly the same", 1.0),
            ("almost the same", 1.0),
            ("almost identical", 1.0),
            ("different", 15.0),
            ("minimally different", 1.0),
            ("very slightly different", 1.0),
        ] {
            for which in ["", "initial", "starting", "start", "release"] {
                for what in ["angles", "angle", "positions", "conditions"] {
                    if before.is_empty() && (what != "angles" || by > 10.0)
                        || what == "conditions" && which.is_empty()
                    {
                        continue;
                    }
                    let phrase = [before, how, which, what].join(" ");
                    let phrase = phrase.split_whitespace().collect::<Vec<_>>().join(" ");
                    out.push((phrase, Sense::Unequal(by)));
                }
            }
        }
    }
    out
}

impl Parser {
    /// "held out horizontally": of what swings.
    pub(super) fn posed(&mut self, index: usize, angle: f64) -> bool {
        let draft = &mut self.drafts[index];
        let angle = match draft.kind() {
            Some(Kind::Pendulum | Kind::Swing) => angle,
            // Theirs is counted from above.
            Some(Kind::InvertedPendulum | Kind::CartPole) => 180.0 - angle,
            _ if draft.is_cart => 180.0 - angle,
            _ => return false,
        };
        draft.angle = Some(angle);
        true
    }

    /// "at slightly different angles": each of several by itself.
    pub(super) fn unequal(&mut self, index: usize, by: f64) -> bool {
        let draft = self.drafts[index].clone();
        let swings =
            matches!(draft.kind(), Some(Kind::Pendulum | Kind::InvertedPendulum | Kind::CartPole));
        let (true, Some(count @ 2..=20)) = (swings, draft.count) else { return false };
        let first =
            draft.angle.unwrap_or(if draft.kind() == Some(Kind::Pendulum) { 30.0 } else { 2.0 });
        let members = (0..count)
            .map(|n| {
                let mut member = draft.clone();
                (member.count, member.plural) = (None, false);
                member.angle = Some(first + by * f64::from(n));
                member
            })
            .collect();
        self.granted.push(format!(
            "by how much the angles differ was not said: {by} degrees from one to the next"
        ));
        self.split(index, members)
    }

    /// "is pulled down by 5 cm and let go", "stretched 10 cm": of what is on a spring.
    pub(super) fn pulled(&mut self, index: usize) -> bool {
        let sprung = matches!(self.drafts[index].kind(), Some(Kind::Spring | Kind::SlidingSpring))
            || self.drafts[index].is_load
            || self.drafts[index].kind().is_some_and(|kind| kind.class() == Class::Solid)
                && self.lexemes.iter().any(|lexeme| {
                    matches!(lexeme.sense(), Some(Sense::Noun(noun))
                        if matches!(noun.kind, Kind::Spring | Kind::SlidingSpring))
                });
        if !sprung {
            return false;
        }
        let before = self.clone();
        while matches!(self.peek(), Some(Lex::Comma | Lex::Mark)) {
            self.at += 1;
        }
        self.glue(|sense| {
            matches!(sense, Sense::And | Sense::Is | Sense::Filler | Sense::It | Sense::With)
        });
        let text = self.lexemes.get(self.at).map_or("", |lexeme| &*lexeme.text).to_owned();
        let has = |stems: &[&str]| {
            text.split(' ').any(|word| stems.iter().any(|stem| word.starts_with(stem)))
        };
        let moved = matches!(
            self.sense(),
            Some(Sense::Trait(
                Trait::Stretched | Trait::Released | Trait::Lifted | Trait::Thrown | Trait::Tilted
            ))
        );
        let sign =
            if has(&["compress", "push", "lift", "rais", "up", "squeez"]) { -1.0 } else { 1.0 };
        let told = has(&[
            "pull", "stretch", "compress", "push", "lift", "rais", "displac", "extend", "squeez",
            "elongat", "draw", "releas", "let", "start",
        ]);
        self.at += usize::from(moved);
        self.glue(|sense| {
            matches!(
                sense,
                Sense::By
                    | Sense::At
                    | Sense::To
                    | Sense::Filler
                    | Sense::Direction(_)
                    | Sense::Dim(super::lexicon::Dim::Up)
                    | Sense::From
                    | Sense::A
            )
        });
        self.at += usize::from(
            self.lexemes.get(self.at).is_some_and(|l| matches!(&*l.text, "down" | "by" | "up")),
        );
        self.glue(|sense| matches!(sense, Sense::By));
        let value = match self.peek() {
            Some(Lex::Measure(measure)) if measure.unit == Unit::Length => measure.value,
            _ => {
                *self = before;
                return false;
            }
        };
        if !(moved && told) {
            *self = before;
            return false;
        }
        self.at += 1;
        self.glue(|sense| matches!(sense, Sense::Direction(_)));
        let behind = self.lexemes.get(self.at).map_or(String::new(), |l| l.text.clone());
        let sign = match &*behind {
            "up" => -1.0,
            "below" | "under" => 1.0,
            "above" => -1.0,
            _ => sign,
        };
        if matches!(&*behind, "up" | "down" | "below" | "above" | "under" | "away") {
            self.at += 1;
        }
        // "from its rest position", "below equilibrium"
        let here = self.at;
        self.glue(|sense| matches!(sense, Sense::From | Sense::The | Sense::Of | Sense::A));
        let rest = self.lexemes.get(self.at).is_some_and(|lexeme| {
            ["rest", "equilibrium", "balance", "position", "neutral", "resting"]
                .iter()
                .any(|word| lexeme.text.starts_with(word))
        });
        if rest {
            self.at += 1;
            let more = |lexeme: &super::lexer::Lexeme| lexeme.text.starts_with("position");
            self.at += usize::from(self.lexemes.get(self.at).is_some_and(more));
        } else {
            self.at = here;
        }
        // "and let go"
        let here = self.at;
        self.at += usize::from(self.peek() == Some(Lex::Comma));
        self.glue(|sense| matches!(sense, Sense::And | Sense::Filler | Sense::Is));
        if !self.take(|sense| sense == Sense::Trait(Trait::Released)) {
            self.at = here;
        }
        self.drafts[index].thing.pull = Some(sign * value);
        true
    }
}
