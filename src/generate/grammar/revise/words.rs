//! Words of references: which are numbers, sides, ordinals and nouns.

use super::super::{
    lexicon::{self, Dim, Noun, Relative, Sense, Which},
    measure::number_word,
};

/// How some are picked out of many.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pick {
    /// From the beginning of the order, or of a direction.
    Nth(usize),
    /// From its end.
    Last(usize),
    /// The most along an axis.
    Side(usize, f64),
    Middle,
    /// The most of a measure.
    Most(Gauge, f64),
    Other,
    New,
    Old,
    /// Every so many, and the first of these.
    Every(usize, usize),
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gauge {
    Size,
    High,
    Long,
    Mass,
    Friction,
}

pub fn is(words: &[String], at: usize, any: &[&str]) -> bool {
    super::super::reword::is(words, at, any)
}

/// A number that counts; "one" is none.
pub fn count(word: &str) -> Option<usize> {
    let number = number_word(word).or_else(|| word.parse().ok())?;
    super::super::parse::whole(number).filter(|n| *n > 1 || word == "1").map(|n| n as usize)
}

pub fn noun_at(word: &str) -> Option<&'static Noun> {
    match lexicon::meaning(word).map(|entry| entry.sense) {
        Some(Sense::Noun(noun)) => Some(noun),
        _ => None,
    }
}

/// A noun of up to three words, how many these are, and whether it is plural.
pub fn longest_noun(words: &[String], at: usize) -> Option<(&'static Noun, usize, bool)> {
    (1..=3).rev().find_map(|length| {
        let phrase = words.get(at..at + length)?.join(" ");
        let entry = lexicon::meaning(&phrase)?;
        match entry.sense {
            Sense::Noun(noun) => Some((noun, length, entry.plural)),
            _ => None,
        }
    })
}

/// Whether a word may also say what becomes of something: "make the last bigger".
pub fn describes(word: &str) -> bool {
    lexicon::meaning(word).is_some_and(|entry| {
        entry.sense.is_adjective()
            || matches!(entry.sense, Sense::Comparative(_) | Sense::Relative(..))
    })
}

/// Whether a noun, "one" or "ones" follows behind no more than adjectives.
pub fn headed_ahead(words: &[String], at: usize) -> bool {
    for i in at..words.len().min(at + 6) {
        let word = &*words[i];
        if matches!(word, "one" | "ones" | "row" | "layer" | "course" | "level" | "column")
            || longest_noun(words, i).is_some()
        {
            return true;
        }
        let joins =
            matches!(word, "and" | ",") && words.get(i + 1).is_some_and(|next| describes(next));
        if !(describes(word)
            || joins
            || count(word).is_some()
            || pick(words, i).is_some()
            || matches!(word, "most" | "more" | "friction"))
        {
            return false;
        }
    }
    false
}

/// "every second", "every other": by how many.
pub fn every_so_many(word: &str) -> Option<usize> {
    Some(match word {
        "other" | "second" | "2nd" => 2,
        "third" | "3rd" => 3,
        "fourth" | "4th" => 4,
        "fifth" | "5th" => 5,
        _ => return None,
    })
}

pub fn side(word: &str) -> Option<(usize, f64)> {
    Some(match word {
        "left" | "leftmost" | "start" | "beginning" => (0, -1.0),
        "right" | "rightmost" | "end" => (0, 1.0),
        "top" | "topmost" | "uppermost" | "upper" | "highest" => (2, 1.0),
        "bottom" | "bottommost" | "lowest" | "lower" | "lowermost" | "base" => (2, -1.0),
        "front" | "frontmost" => (1, -1.0),
        "back" | "rear" | "rearmost" => (1, 1.0),
        _ => return None,
    })
}

pub fn is_middle(word: &str) -> bool {
    matches!(word, "middle" | "centre" | "center" | "central" | "centremost" | "innermost")
}

/// A word, or several, that pick some of many.
pub fn pick(words: &[String], at: usize) -> Option<(Pick, usize)> {
    let word = &**words.get(at)?;
    let next = |by: usize, any: &[&str]| is(words, at + by, any);
    if let Some(Sense::Which(which)) = lexicon::meaning(word).map(|entry| entry.sense) {
        // "the second to last", "the last but one", "the second last"
        if let Which::Nth(n) = which {
            if next(1, &["to"]) && next(2, &["last"]) || next(1, &["from"]) && next(2, &["last"]) {
                return Some((Pick::Last(n as usize), 3));
            }
            if next(1, &["last"]) {
                return Some((Pick::Last(n as usize), 2));
            }
            return Some((Pick::Nth(n as usize), 1));
        }
        if which == Which::Last && next(1, &["but"]) && next(2, &["one"]) {
            return Some((Pick::Last(2), 3));
        }
    }
    if word == "next" && next(1, &["to"]) && next(2, &["last"]) {
        return Some((Pick::Last(2), 3));
    }
    if let Some((axis, sign)) =
        side(word).filter(|_| word != "start" && word != "beginning" && word != "base")
    {
        if word == "end" {
            return None;
        }
        return Some((Pick::Side(axis, sign), 1));
    }
    let most = |dim: Dim| match dim {
        Dim::Edge => (Gauge::Size, 1.0),
        Dim::Thick => (Gauge::Size, -1.0),
        Dim::High => (Gauge::High, 1.0),
        Dim::Deep => (Gauge::High, -1.0),
        Dim::Long => (Gauge::Long, 1.0),
        Dim::Wide => (Gauge::Long, -1.0),
        Dim::Gap => (Gauge::Mass, 1.0),
        _ => (Gauge::Mass, -1.0),
    };
    let single = match word {
        "first" | "1st" => Pick::Nth(1),
        "last" | "final" => Pick::Last(1),
        _ if is_middle(word) => Pick::Middle,
        "other" | "others" | "rest" | "remaining" => Pick::Other,
        "new" | "newest" | "latest" | "added" => Pick::New,
        "old" | "original" | "previous" => Pick::Old,
        "odd" => Pick::Every(2, 0),
        "even" => Pick::Every(2, 1),
        "bigger" | "larger" | "big" | "large" | "huge" => Pick::Most(Gauge::Size, 1.0),
        "smaller" | "small" | "little" | "tiny" => Pick::Most(Gauge::Size, -1.0),
        "heavier" | "heavy" => Pick::Most(Gauge::Mass, 1.0),
        "lighter" | "light" => Pick::Most(Gauge::Mass, -1.0),
        "taller" | "tall" | "higher" | "high" => Pick::Most(Gauge::High, 1.0),
        "shorter" | "short" | "low" => Pick::Most(Gauge::High, -1.0),
        "longer" | "long" => Pick::Most(Gauge::Long, 1.0),
        "slipperiest" | "slippery" => Pick::Most(Gauge::Friction, -1.0),
        "roughest" => Pick::Most(Gauge::Friction, 1.0),
        _ => match lexicon::meaning(word).map(|entry| entry.sense) {
            Some(Sense::Which(Which::Most(dim))) => {
                let (gauge, sign) = most(dim);
                Pick::Most(gauge, sign)
            }
            Some(Sense::Relative(Relative::Friction, by)) => {
                Pick::Most(Gauge::Friction, if by > 1.0 { 1.0 } else { -1.0 })
            }
            _ => return None,
        },
    };
    // "the high friction one"
    if next(1, &["friction"])
        && matches!(word, "high" | "higher" | "highest" | "low" | "lower" | "lowest")
    {
        let sign = if word.starts_with("high") { 1.0 } else { -1.0 };
        return Some((Pick::Most(Gauge::Friction, sign), 2));
    }
    // Light red is no weight.
    if matches!(word, "light" | "high")
        && words
            .get(at + 1)
            .and_then(|w| lexicon::meaning(w))
            .is_some_and(|e| matches!(e.sense, Sense::Colour(_)))
    {
        return None;
    }
    Some((single, 1))
}

/// How many words "except for" and the like are.
pub fn except(words: &[String], at: usize) -> Option<usize> {
    const WORDS: &[&[&str]] = &[
        &["except", "for"],
        &["except"],
        &["apart", "from"],
        &["other", "than"],
        &["aside", "from"],
        &["besides"],
        &["excluding"],
        &["excepting"],
        &["save", "for"],
        &["save"],
        &["but", "not"],
        &["but"],
        &["not"],
        &["without"],
        &["minus"],
    ];
    let comma = usize::from(is(words, at, &[","]));
    let from = at + comma;
    let found = WORDS
        .iter()
        .find(|some| some.iter().enumerate().all(|(by, word)| is(words, from + by, &[word])))?;
    // "but the ball" begins something else where nothing is left out.
    is(words, from + found.len(), &["the", "one", "that", "its", "two", "three"])
        .then_some(comma + found.len())
}
