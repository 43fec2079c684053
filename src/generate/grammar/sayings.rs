//! Turns of phrase that belong to machines: a text in which they have become the plain words that
//! the grammar reads ("24 dominoes forming a closed circle": 24 dominoes in a circle). The rules are
//! in [`super::machinery`].
//!
//! A pattern is words with blanks between: `a|b` is either, `?a` may be missing, `#` is a number,
//! `%` one with its unit, `~` adjectives, if any, `+` one to sixteen words of one part of a sentence,
//! `^` stands where such a part begins, `$` where it ends. In the words that take its place `$1` is
//! what the first of `#`, `%`, `~` and `+` stood for.

use std::sync::LazyLock;

use super::{
    lexicon,
    machinery::TURNS,
    measure,
    token::{Token, TokenKind, tokens},
};

/// Most words of `+`.
const LONGEST: usize = 16;
/// Most places of a text in which one rule applies.
const MOST: usize = 40;

/// A rule: where one of `beside` is in the text, the words of the pattern become others.
struct Turn {
    beside: Vec<&'static str>,
    pattern: Vec<Piece>,
    plain: &'static str,
}

/// A piece of a pattern.
enum Piece {
    Words(Vec<&'static str>),
    Maybe(Vec<&'static str>),
    Number,
    Quantity,
    Adjectives,
    Anything,
    Begin,
    End,
}

static RULES: LazyLock<Vec<Turn>> = LazyLock::new(|| {
    TURNS
        .iter()
        .map(|(beside, pattern, plain)| Turn {
            beside: beside.split('|').collect(),
            pattern: pattern.split_whitespace().map(Piece::of).collect(),
            plain,
        })
        .collect()
});

impl Piece {
    fn of(word: &'static str) -> Self {
        match word {
            "#" => Self::Number,
            "%" => Self::Quantity,
            "~" => Self::Adjectives,
            "+" => Self::Anything,
            "^" => Self::Begin,
            "$" => Self::End,
            _ => match word.strip_prefix('?') {
                Some(maybe) => Self::Maybe(maybe.split('|').collect()),
                None => Self::Words(word.split('|').collect()),
            },
        }
    }
}

/// The text in plain words, where a rule applies; what was left out is told.
pub fn plain(text: &str, granted: &mut Vec<String>) -> String {
    let mut words = tokens(text);
    let mut changed = false;
    for turn in RULES.iter() {
        let named = |word: &&str| word.is_empty() || words.iter().any(|token| token.text == **word);
        if !turn.beside.iter().any(named) {
            continue;
        }
        let (mut at, mut times) = (0, 0);
        while at < words.len() && times < MOST {
            let mut blanks = Vec::new();
            let Some(end) = fits(&words, at, &turn.pattern, &mut blanks).filter(|end| *end > at)
            else {
                at += 1;
                continue;
            };
            let new = filled(turn.plain, &words, &blanks);
            if turn.plain.is_empty() {
                granted.push(format!("'{}' changes nothing here", said(&words[at..end])));
            }
            let length = new.len();
            words.splice(at..end, new);
            at += length;
            times += 1;
            changed = true;
        }
    }
    if changed { said(&words) } else { text.to_owned() }
}

fn said(words: &[Token]) -> String {
    words.iter().map(|token| &*token.text).collect::<Vec<_>>().join(" ")
}

/// The plain words, with what the blanks stood for.
fn filled(plain: &str, words: &[Token], blanks: &[(usize, usize)]) -> Vec<Token> {
    let mut out = Vec::new();
    for word in plain.split_whitespace() {
        let blank = word
            .strip_prefix('$')
            .and_then(|number| number.parse::<usize>().ok())
            .and_then(|number| number.checked_sub(1))
            .and_then(|number| blanks.get(number));
        match blank {
            Some((from, to)) => out.extend_from_slice(&words[*from..*to]),
            None => out.extend(tokens(word)),
        }
    }
    out
}

fn parts(token: Option<&Token>) -> bool {
    token.is_none_or(|token| {
        matches!(token.kind, TokenKind::Comma | TokenKind::Stop | TokenKind::Mark)
    })
}

fn is_number(token: &Token) -> bool {
    match &token.kind {
        TokenKind::Number(_) => true,
        TokenKind::Word(word) => measure::number_word(word).is_some(),
        _ => false,
    }
}

/// Where a number with its unit ends.
fn quantity(words: &[Token], at: usize) -> Option<usize> {
    let unit = |at: usize| match words.get(at) {
        Some(Token { kind: TokenKind::Word(word), .. }) => measure::unit(word).is_some(),
        _ => false,
    };
    let one = words
        .get(at)
        .is_some_and(|token| is_number(token) || matches!(&*token.text, "a" | "an" | "half"));
    if !one {
        return None;
    }
    let next = at + 1;
    let next = next + usize::from(words.get(next).is_some_and(|token| token.text == "a"));
    if !unit(next) {
        return None;
    }
    // "5 newtons per metre", "2 and a half" is left to the lexer.
    let per = words.get(next + 1).is_some_and(|token| token.text == "per") && unit(next + 2);
    Some(next + 1 + if per { 2 } else { 0 })
}

fn is_adjective(token: &Token) -> bool {
    matches!(&token.kind, TokenKind::Word(word) if lexicon::meaning(word).is_some_and(|entry| entry.sense.is_adjective()))
}

/// Where the words end that fit a pattern from `at` on; what its blanks stand for.
fn fits(
    words: &[Token],
    at: usize,
    pattern: &[Piece],
    blanks: &mut Vec<(usize, usize)>,
) -> Option<usize> {
    let Some((first, rest)) = pattern.split_first() else { return Some(at) };
    let is = |any: &[&str]| words.get(at).is_some_and(|token| any.contains(&&*token.text));
    let before = blanks.len();
    let blank = |to: usize, blanks: &mut Vec<(usize, usize)>| {
        blanks.truncate(before);
        blanks.push((at, to));
        fits(words, to, rest, blanks)
    };
    let found = match first {
        Piece::Words(any) if is(any) => fits(words, at + 1, rest, blanks),
        Piece::Words(_) => None,
        Piece::Maybe(any) if is(any) => fits(words, at + 1, rest, blanks).or_else(|| {
            blanks.truncate(before);
            fits(words, at, rest, blanks)
        }),
        Piece::Maybe(_) => fits(words, at, rest, blanks),
        Piece::Number if words.get(at).is_some_and(is_number) => blank(at + 1, blanks),
        Piece::Number => None,
        Piece::Quantity => quantity(words, at).and_then(|to| blank(to, blanks)),
        Piece::Adjectives => {
            let most = words[at..].iter().take_while(|token| is_adjective(token)).count();
            (0..=most).rev().find_map(|by| blank(at + by, blanks))
        }
        Piece::Anything => {
            let most = words[at..].iter().take(LONGEST).take_while(|token| !parts(Some(token)));
            (1..=most.count()).find_map(|by| blank(at + by, blanks))
        }
        Piece::Begin => {
            let begins = at == 0 || parts(words.get(at - 1)) || words[at - 1].text == "and";
            begins.then(|| fits(words, at, rest, blanks)).flatten()
        }
        Piece::End => parts(words.get(at)).then(|| fits(words, at, rest, blanks)).flatten(),
    };
    if found.is_none() {
        blanks.truncate(before);
    }
    found
}
