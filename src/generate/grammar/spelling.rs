//! Slips of the finger in long words, mended aloud.

use super::{
    lexicon, measure,
    token::{TokenKind, tokens},
    wares,
};

/// Shortest word in which one letter is taken for another: in shorter ones, that makes another word.
const SHORTEST: usize = 7;
/// Shortest word of which one letter is missing or too many.
const SHORTEST_UNEVEN: usize = 5;
/// Shortest word in which two neighbours are put into their order.
const SHORTEST_SWAPPED: usize = 5;

/// The text with words that are not known, but one letter off a single word that is, in that
/// word's place. Each is told.
pub fn mended(text: &str, warnings: &mut Vec<String>) -> String {
    let mut out = text.to_lowercase();
    for token in tokens(text) {
        let TokenKind::Word(word) = &token.kind else { continue };
        if !word.chars().all(|c| c.is_ascii_lowercase()) || known(word) {
            continue;
        }
        let mut candidates: Vec<&str> =
            lexicon::vocabulary().filter(|candidate| alike(word, candidate)).collect();
        // There are too many everyday objects to take one for another word: "dance" is no dancer.
        candidates.retain(|candidate| {
            lexicon::meaning(candidate).is_some() && wares::called(candidate).is_none()
        });
        candidates.sort_unstable();
        candidates.dedup();
        // Forms of one word are one word.
        if let [first, rest @ ..] = &*candidates
            && rest.iter().all(|other| lexicon::same(first, other))
            && let Some(single) = candidates.iter().max_by_key(|candidate| candidate.len())
        {
            warnings.push(format!("'{word}' was read as '{single}'"));
            out = out
                .split_inclusive(|c: char| !c.is_alphanumeric())
                .map(|piece| match piece.strip_prefix(&**word) {
                    Some(rest) if !rest.starts_with(char::is_alphanumeric) => {
                        format!("{single}{rest}")
                    }
                    _ => piece.to_owned(),
                })
                .collect();
        }
    }
    out
}

/// Words that have a sense in certain places alone.
const PLACED: &[&str] = &[
    "former",
    "latter",
    "other",
    "others",
    "rest",
    "remaining",
    "remainder",
    "than",
    "leaving",
    "rotated",
    "turned",
    "twisted",
    "clockwise",
    "z",
    "y",
];

fn known(word: &str) -> bool {
    lexicon::in_vocabulary(word)
        || PLACED.contains(&word)
        || measure::unit(word).is_some()
        || measure::number_word(word).is_some()
        || measure::multiplier(word).is_some()
}

/// Whether two words differ by two neighbours that changed places, or, where they are long and
/// begin alike, by one letter, or by one that is missing or too many.
fn alike(word: &str, candidate: &str) -> bool {
    let (a, b) = (word.as_bytes(), candidate.as_bytes());
    if a.first() != b.first() || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let first = a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
    let swapped = a.len() == b.len()
        && a.len() >= SHORTEST_SWAPPED
        && first + 1 < a.len()
        && a[first] == b[first + 1]
        && a[first + 1] == b[first]
        && a[first + 2..] == b[first + 2..];
    let long = a.len() >= SHORTEST;
    let off = match a.len().cmp(&b.len()) {
        std::cmp::Ordering::Equal => first < a.len() && a[first + 1..] == b[first + 1..],
        std::cmp::Ordering::Less => a[first..] == b[first + 1..],
        std::cmp::Ordering::Greater => a[first + 1..] == b[first..],
    };
    let uneven = a.len() != b.len() && a.len().min(b.len()) >= SHORTEST_UNEVEN;
    swapped || (long || uneven) && off
}
