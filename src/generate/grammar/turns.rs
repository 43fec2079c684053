//! Turns of phrase: a text in which they have become the plain words that the grammar reads ("24
//! dominoes forming a closed circle": 24 dominoes in a circle). The rules are in
//! [`super::machinery`] and [`super::scenery`], those of changes in `revise`.
//!
//! A pattern is words with blanks between: `a|b` is either, `?a` may be missing, `#` is a number,
//! `%` one with its unit, `~` adjectives, if any, `*` a word, `**` one to four, `+` one to sixteen
//! words of one part of a sentence, figures too, `<pile>` rows that become shorter by one (`3-2-1`),
//! `<cubed>` a cubic number, `^` stands where a part of a sentence begins, `$` where it ends. In the words that take its place
//! `$1` is what the first of these, or of the words behind a `=`, stood for, `$1x4` four times
//! that number, `$1^` its cube root.

use std::sync::LazyLock;

use super::{
    lexicon, machinery, measure, revise, scenery,
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
    /// One of these, which is blank.
    Caught(Vec<&'static str>),
    /// As many words at most.
    Some(usize),
    Anything,
    Pile,
    Cubed,
    Begin,
    End,
}

static RULES: LazyLock<Vec<Turn>> =
    LazyLock::new(|| machinery::TURNS.iter().chain(scenery::TURNS).map(Turn::of).collect());
/// Those of changes alone.
static CHANGES: LazyLock<Vec<Turn>> =
    LazyLock::new(|| revise::TURNS.iter().map(Turn::of).collect());

impl Turn {
    fn of((beside, pattern, plain): &(&'static str, &'static str, &'static str)) -> Self {
        Self {
            beside: beside.split('|').collect(),
            pattern: pattern.split_whitespace().map(Piece::of).collect(),
            plain,
        }
    }
}

impl Piece {
    fn of(word: &'static str) -> Self {
        match word {
            "#" => Self::Number,
            "%" => Self::Quantity,
            "~" => Self::Adjectives,
            "*" => Self::Some(1),
            "**" => Self::Some(4),
            "+" => Self::Anything,
            "<pile>" => Self::Pile,
            "<cubed>" => Self::Cubed,
            "?" => Self::Words(vec!["?"]),
            "^" => Self::Begin,
            "$" => Self::End,
            _ => match (word.strip_prefix('?'), word.strip_prefix('=')) {
                (Some(maybe), _) => Self::Maybe(maybe.split('|').collect()),
                (_, Some(caught)) => Self::Caught(caught.split('|').collect()),
                _ => Self::Words(word.split('|').collect()),
            },
        }
    }
}

/// The text in plain words, where a rule applies; what was left out is told.
pub fn plain(text: &str, granted: &mut Vec<String>) -> String {
    turned(&RULES, text, granted)
}

/// A change in plain words.
pub fn change(text: &str, granted: &mut Vec<String>) -> String {
    turned(&CHANGES, text, granted)
}

fn turned(rules: &[Turn], text: &str, granted: &mut Vec<String>) -> String {
    let mut words = tokens(text);
    let mut changed = false;
    for turn in rules {
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
        let Some(place) = word.strip_prefix('$') else {
            out.extend(tokens(word));
            continue;
        };
        let digits = place.find(|c: char| !c.is_ascii_digit()).unwrap_or(place.len());
        let (place, how) = place.split_at(digits);
        let blank = place.parse::<usize>().ok().and_then(|n| blanks.get(n.checked_sub(1)?));
        let &(from, to) = blank.expect("invariant: the rule has this blank");
        match how.strip_prefix('x').map(str::parse::<f64>) {
            Some(Ok(times)) => {
                out.extend(tokens(&(number(&words[from]).unwrap_or(1.0) * times).to_string()));
            }
            _ if how == "^" => out.extend(tokens(&root(&words[from]).unwrap_or(2).to_string())),
            _ => {
                out.extend_from_slice(&words[from..to]);
                out.extend(tokens(how));
            }
        }
    }
    out
}

fn parts(token: Option<&Token>) -> bool {
    token.is_none_or(|token| {
        matches!(token.kind, TokenKind::Comma | TokenKind::Stop | TokenKind::Mark)
    })
}

/// A word that is no number.
fn is_plain(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Word(_)) && !is_number(token)
}

/// How many rows "3-2-1" has, each of which is a number.
fn pile(words: &[Token]) -> Option<usize> {
    let figures = words.iter().map_while(|token| match token.kind {
        TokenKind::Number(value) => Some(value),
        _ => None,
    });
    let rows: Vec<f64> = figures.take(LONGEST).collect();
    let falls = rows.windows(2).all(|two| two[0] == two[1] + 1.0);
    (rows.len() > 1 && falls && rows.last() == Some(&1.0)).then_some(rows.len())
}

/// The root of a cubic number from 8 on.
fn root(token: &Token) -> Option<u32> {
    let number = number(token)?;
    (2..=6).find(|root: &u32| f64::from(root.pow(3)) == number)
}

fn number(token: &Token) -> Option<f64> {
    match &token.kind {
        TokenKind::Number(value) => Some(*value),
        TokenKind::Word(word) => measure::number_word(word),
        _ => None,
    }
}

fn is_number(token: &Token) -> bool {
    number(token).is_some()
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
        Piece::Caught(any) if is(any) => blank(at + 1, blanks),
        Piece::Caught(_) => None,
        Piece::Some(most) => {
            let most = words[at..].iter().take(*most).take_while(|token| is_plain(token)).count();
            (1..=most).find_map(|by| blank(at + by, blanks))
        }
        // Its first figure is how many rows there are.
        Piece::Pile => pile(&words[at..]).and_then(|rows| {
            blanks.push((at, at + 1));
            fits(words, at + rows, rest, blanks)
        }),
        Piece::Cubed => words.get(at).and_then(root).and_then(|_| blank(at + 1, blanks)),
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

#[cfg(test)]
mod tests {
    use super::{Piece, plain};

    #[test]
    fn rules_fill_only_blanks_that_they_have() {
        for rule in super::RULES.iter().chain(super::CHANGES.iter()) {
            let blank = |piece: &&Piece| {
                !matches!(piece, Piece::Words(_) | Piece::Maybe(_) | Piece::Begin | Piece::End)
            };
            let blanks = rule.pattern.iter().filter(blank).count();
            let places = rule.plain.split_whitespace().filter_map(|word| word.strip_prefix('$'));
            for place in places {
                let digits: String = place.chars().take_while(char::is_ascii_digit).collect();
                let place: usize = digits.parse().expect("a figure behind $");
                assert!((1..=blanks).contains(&place), "{}", rule.plain);
            }
        }
    }

    #[test]
    fn turns_become_plainer() {
        for (said, plainer) in [
            ("six cans stacked 3-2-1", "six cans in a triangular stack with 3 rows"),
            ("a stool whose seat is 75 cm above the floor", "a stool , 75 cm high"),
            ("stairs that go up to 1.2 m in 8 equal steps.", "stairs with 8 steps , 1.2 m high ."),
            (
                "a pile of three bricks at every corner of a square",
                "12 bricks at the corners of a square , in three layers",
            ),
            (
                "one with a friction of 0.1 and the other with 0.9",
                "one with a friction of 0.1 and the other with a friction of 0.9",
            ),
            ("24 dominoes forming a closed circle", "24 dominoes in a circle"),
            ("a big cube made of 64 small cubes", "a 4 by 4 by 4 grid of small cubes without gaps"),
            ("27 cubes packed together as a 3x3x3 block", "3 by 3 by 3 grid of cubes without gaps"),
            ("a red ball on a table", "a red ball on a table"),
        ] {
            assert_eq!(plain(said, &mut Vec::new()), plainer);
        }
    }
}
