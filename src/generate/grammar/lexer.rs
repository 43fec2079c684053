//! Tokens to lexemes: numbers with their units, and the longest phrases that are known.

use super::{
    lexicon::{self, Entry, LONGEST, Sense, Trait, Verb},
    measure::{self, Measure, Unit},
    token::{Token, TokenKind, tokens},
};

/// A lexeme and how it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Lexeme {
    /// What it is.
    pub lex: Lex,
    /// As it was written.
    pub text: String,
}

/// What a [`Lexeme`] is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lex {
    /// A known phrase.
    Known(Entry),
    /// A number without a unit.
    Number(f64),
    /// A number with one.
    Measure(Measure),
    /// `,`.
    Comma,
    /// The end of a sentence.
    Stop,
    /// What carries nothing.
    Mark,
    /// A word that is not known.
    Unknown,
}

/// Reads a text as lexemes.
pub fn lexemes(text: &str) -> Vec<Lexeme> {
    let tokens = tokens(text);
    let mut out = Vec::new();
    let mut rest = &*tokens;
    while let [first, ..] = rest {
        let (lex, length) = next(rest, first);
        let text = rest[..length].iter().map(|token| &*token.text).collect::<Vec<_>>().join(" ");
        out.push(Lexeme { lex, text });
        rest = &rest[length..];
    }
    verbs_among_nouns(&mut out);
    out
}

/// "a door that can open", "let it slide": verbs that are nouns elsewhere.
fn verbs_among_nouns(lexemes: &mut [Lexeme]) {
    if let [first, ..] = lexemes
        && first.text == "set"
    {
        first.lex = Lex::Known(Entry { sense: Sense::Verb(Verb::Create), plural: false });
    }
    // "color all of them purple"
    if let [first, second, ..] = lexemes
        && matches!(&*first.text, "color" | "colour")
        && matches!(second.sense(), Some(Sense::It | Sense::The | Sense::Each))
    {
        first.lex = Lex::Known(Entry { sense: Sense::Verb(Verb::Change), plural: false });
    }
    // "space them 20 cm apart"
    for at in 0..lexemes.len().saturating_sub(1) {
        let them = matches!(lexemes[at + 1].sense(), Some(Sense::It | Sense::The | Sense::Each));
        if lexemes[at].text == "space" && them {
            let sense = Sense::Verb(Verb::Change);
            lexemes[at].lex = Lex::Known(Entry { sense, plural: false });
        }
    }
    for at in 1..lexemes.len() {
        let sense = match &*lexemes[at].text {
            "can" | "swing" | "bridge" => Sense::Filler,
            "slide" => Sense::Trait(Trait::Sliding),
            _ => continue,
        };
        let before = &lexemes[at - 1];
        let named = match before.sense() {
            Some(Sense::Noun(_) | Sense::It | Sense::Ones | Sense::To | Sense::Part(_)) => false,
            Some(Sense::Filler) => {
                matches!(&*before.text, "please" | "same" | "identical" | "different" | "equal")
            }
            Some(Sense::The) => !matches!(&*before.text, "that" | "this"),
            Some(Sense::No) => before.text != "not",
            _ => true,
        };
        if !named {
            lexemes[at].lex = Lex::Known(Entry { sense, plural: false });
        }
    }
}

fn next(rest: &[Token], first: &Token) -> (Lex, usize) {
    let phrase = longest(rest);
    if let Some((entry, length @ 2..)) = phrase {
        return (Lex::Known(entry), length);
    }
    if let Some((value, length)) = number(rest) {
        // "seven degrees of freedom" are no angle.
        let named = longest(&rest[length..]).is_some_and(|(_, words)| words > 2);
        return match unit(&rest[length..]).filter(|_| !named) {
            Some((measure, more)) => {
                let measure = Measure { value: value * measure.value, ..measure };
                (Lex::Measure(measure), length + more)
            }
            None => (Lex::Number(value), length),
        };
    }
    if let Some((entry, length)) = phrase {
        return (Lex::Known(entry), length);
    }
    let lex = match first.kind {
        TokenKind::Comma => Lex::Comma,
        TokenKind::Stop => Lex::Stop,
        TokenKind::Mark => Lex::Mark,
        TokenKind::Word(_) | TokenKind::Number(_) | TokenKind::Foreign => Lex::Unknown,
    };
    (lex, 1)
}

fn word(token: Option<&Token>) -> Option<&str> {
    match token {
        Some(Token { kind: TokenKind::Word(word), .. }) => Some(word),
        _ => None,
    }
}

fn longest(rest: &[Token]) -> Option<(Entry, usize)> {
    let words: Vec<&str> = rest.iter().take(LONGEST).map_while(|token| word(Some(token))).collect();
    (1..=words.len()).rev().find_map(|length| {
        lexicon::meaning(&words[..length].join(" ")).map(|entry| (entry, length))
    })
}

/// A number in digits or words: `12`, `two dozen`, `one hundred and five`, `half a`, `2 and a half`.
fn number(rest: &[Token]) -> Option<(f64, usize)> {
    let at = |index: usize| word(rest.get(index));
    let (mut value, mut length) = match (&rest[0].kind, at(0), at(1)) {
        (TokenKind::Number(value), ..) => (*value, 1),
        (_, Some("half"), Some("a" | "an"))
            if at(2).is_some_and(|w| measure::spelled_out(w) || w == "dozen") =>
        {
            (0.5, 2)
        }
        (_, Some("half"), Some(w)) if measure::spelled_out(w) => return Some((0.5, 1)),
        (_, Some("a"), Some("half")) if at(2).is_some_and(measure::spelled_out) => {
            return Some((0.5, 2));
        }
        (_, Some("a"), Some("quarter")) if at(2) == Some("of") && at(3) == Some("a") => {
            return Some((0.25, 4));
        }
        (_, Some("quarter"), Some("of")) if at(2) == Some("a") => return Some((0.25, 3)),
        (_, Some("three"), Some("quarters")) if at(2) == Some("of") && at(3) == Some("a") => {
            return Some((0.75, 4));
        }
        (_, Some("quarter"), Some(w)) if measure::spelled_out(w) => return Some((0.25, 1)),
        (_, Some("a"), Some("quarter")) if at(2).is_some_and(measure::spelled_out) => {
            return Some((0.25, 2));
        }
        (_, Some("a"), Some("third")) if at(2) == Some("of") && at(3) == Some("a") => {
            return Some((1.0 / 3.0, 4));
        }
        (_, Some("a" | "an"), Some(w))
            if measure::spelled_out(w) || measure::multiplier(w).is_some() =>
        {
            (1.0, 1)
        }
        // "a metre-long plank"
        (_, Some(one), Some("long" | "high" | "tall" | "wide" | "thick" | "deep"))
            if measure::spelled_out(one) && !one.ends_with('s') && one != "feet" =>
        {
            (1.0, 0)
        }
        (_, Some(first), _) if measure::multiplier(first).is_some() => (1.0, 0),
        (_, Some(first), _) => (measure::number_word(first)?, 1),
        _ => return None,
    };
    if matches!(rest[0].kind, TokenKind::Word(_))
        && value >= 20.0
        && value % 10.0 == 0.0
        && let Some(ones @ 1.0..=9.0) = at(length).and_then(measure::number_word)
    {
        value += ones;
        length += 1;
    }
    if let Some(factor) = at(length).and_then(measure::multiplier) {
        value *= factor;
        length += 1;
        let skip = usize::from(at(length) == Some("and"));
        if factor == 100.0
            && let Some(more) = at(length + skip).and_then(measure::number_word)
        {
            value += more;
            length += 1 + skip;
        }
        if at(length) == Some("of") {
            length += 1;
        }
    }
    if (at(length), at(length + 1), at(length + 2)) == (Some("and"), Some("a"), Some("half")) {
        (value, length) = (value + 0.5, length + 3);
    }
    // "one" may stand for a noun; the parser decides by what follows.
    Some((value, length))
}

/// A unit, or several that make one: "metres per second".
fn unit(rest: &[Token]) -> Option<(Measure, usize)> {
    // "revolutions per second", "turns a minute", "kilometres per hour"
    let long = [0, 1, 2].map(|index| word(rest.get(index)).unwrap_or_default());
    if matches!(long[1], "per" | "a" | "an" | "each" | "every") {
        let turn = std::f64::consts::TAU;
        let found = match (long[0], long[2]) {
            (
                "revolution" | "revolutions" | "rotation" | "rotations" | "turn" | "turns" | "rev"
                | "revs",
                "second" | "sec" | "s",
            ) => Some((turn, Unit::Turning)),
            (
                "revolution" | "revolutions" | "rotation" | "rotations" | "turn" | "turns" | "rev"
                | "revs",
                "minute" | "min",
            ) => Some((turn / 60.0, Unit::Turning)),
            ("radian" | "radians" | "rad", "second" | "sec" | "s") => Some((1.0, Unit::Turning)),
            ("kilometre" | "kilometres" | "kilometer" | "kilometers" | "km", "hour" | "h") => {
                Some((1.0 / 3.6, Unit::Speed))
            }
            ("mile" | "miles", "hour" | "h") => Some((0.44704, Unit::Speed)),
            _ => None,
        };
        if let Some((value, unit)) = found {
            return Some((Measure { value, unit, scale: value }, 3));
        }
    }
    let (value, unit) = measure::unit(word(rest.first())?)?;
    let simple = Measure { value, unit, scale: value };
    let at = |index: usize| word(rest.get(index));
    let per = at(1) == Some("per") || at(1) == Some("a");
    Some(match (unit, at(2)) {
        (Unit::Length, Some("second" | "s" | "sec")) if per => {
            if at(3) == Some("squared") || (at(3) == Some("per") && at(4) == Some("second")) {
                let length = if at(3) == Some("squared") { 4 } else { 5 };
                (Measure { unit: Unit::Acceleration, ..simple }, length)
            } else {
                (Measure { unit: Unit::Speed, ..simple }, 3)
            }
        }
        (Unit::Angle, Some("second" | "s" | "sec")) if per => (
            Measure { value: value.to_radians(), unit: Unit::Turning, scale: value.to_radians() },
            3,
        ),
        (Unit::Force, Some("metre" | "meter")) if per => {
            (Measure { unit: Unit::Stiffness, ..simple }, 3)
        }
        (Unit::Force, _)
            if matches!(at(1), Some("metre" | "metres" | "meter" | "meters" | "m")) =>
        {
            (Measure { unit: Unit::Torque, ..simple }, 2)
        }
        (Unit::Mass, Some("cubic")) if per && at(3).is_some_and(|w| w.starts_with("met")) => {
            (Measure { unit: Unit::Density, ..simple }, 4)
        }
        _ => (simple, 1),
    })
}

impl Lexeme {
    /// What it means, where it is a known phrase.
    pub fn sense(&self) -> Option<Sense> {
        match self.lex {
            Lex::Known(entry) => Some(entry.sense),
            _ => None,
        }
    }
}
