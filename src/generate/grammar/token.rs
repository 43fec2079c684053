//! Text to words, numbers and marks.

/// A piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// As it was written.
    pub text: String,
}

/// What a [`Token`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenKind {
    /// Letters, in lower case; units have `/`, `²` and the like.
    Word(String),
    /// Digits.
    Number(f64),
    /// `,`.
    Comma,
    /// `.`, `;`, `!`, `?` or a new line.
    Stop,
    /// `:`, brackets and quotes, which carry nothing.
    Mark,
    /// A character that belongs into no scene.
    Foreign,
}

/// Takes a text apart. Hyphens part words; `10cm` is a number and a word.
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let mut out: Vec<Token> = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let next = chars.get(at + 1).copied();
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let begins = out.last().is_none_or(|last| !matches!(last.kind, TokenKind::Number(_)));
        let spaced = at == 0 || chars[at - 1].is_whitespace();
        if c.is_ascii_digit()
            || (c == '.' && digit(next))
            || (matches!(c, '-' | '−') && digit(next) && spaced && begins)
        {
            let end = number_end(&chars, at);
            let written: String = chars[at..end].iter().collect();
            let plain = written.replace('−', "-").replace(',', "");
            let kind = plain.parse().map_or(TokenKind::Foreign, TokenKind::Number);
            out.push(Token { kind, text: written });
            at = end;
            if let (Some('/'), true) = (chars.get(at), digit(chars.get(at + 1).copied())) {
                if is_list(&chars, at, &out) {
                    out.push(Token { kind: TokenKind::Comma, text: ",".into() });
                    at += 1;
                } else {
                    at = fraction(&chars, at, &mut out);
                }
            }
            continue;
        }
        if let Some(value) = vulgar(c) {
            match out.last_mut() {
                Some(Token { kind: TokenKind::Number(whole), text })
                    if !spaced || *whole >= 1.0 =>
                {
                    *whole += value;
                    text.push(c);
                }
                _ => out.push(Token { kind: TokenKind::Number(value), text: c.into() }),
            }
            at += 1;
            continue;
        }
        // "doesn't", "I'd": what is behind the apostrophe is a word of its own.
        let within =
            at > 0 && chars[at - 1].is_alphabetic() && next.is_some_and(char::is_alphabetic);
        if matches!(c, '\'' | '’') && within {
            at += 1;
            continue;
        }
        let kind = match c {
            ',' => Some(TokenKind::Comma),
            '.' | ';' | '!' | '?' | '\n' => Some(TokenKind::Stop),
            ':' | '=' | '"' | '\'' | '’' | '‘' | '“' | '”' | '(' | ')' | '-' | '–' | '—' | '‑'
            | '−' => Some(TokenKind::Mark),
            '×' | '*' => Some(TokenKind::Word("x".into())),
            '&' | '+' => Some(TokenKind::Word("and".into())),
            '@' => Some(TokenKind::Word("at".into())),
            c if c.is_whitespace() => None,
            c if word(c) => {
                let end = word_end(
                    &chars,
                    at,
                    matches!(out.last(), Some(Token { kind: TokenKind::Number(_), .. })),
                );
                let written: String = chars[at..end].iter().collect();
                at = end;
                out.push(Token { kind: TokenKind::Word(written.clone()), text: written });
                // The genitive of "table's".
                if matches!(chars.get(at), Some('\'' | '’')) && chars.get(at + 1) == Some(&'s') {
                    at += 2;
                }
                continue;
            }
            _ => Some(TokenKind::Foreign),
        };
        if let Some(kind) = kind {
            out.push(Token { kind, text: c.into() });
        }
        at += 1;
    }
    // Hyphens part words and nothing else.
    out.retain(|token| !(token.kind == TokenKind::Mark && matches!(&*token.text, "-" | "‑")));
    out
}

/// Where a number that begins at `at` ends: digits with one point, and thousands by comma.
fn number_end(chars: &[char], at: usize) -> usize {
    let mut end = at + usize::from(matches!(chars[at], '-' | '−'));
    let mut point = false;
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    loop {
        match chars.get(end) {
            Some(c) if c.is_ascii_digit() => end += 1,
            Some('.') if !point && digit(end + 1) => {
                point = true;
                end += 1;
            }
            Some(',') if !point && (1..=3).all(|n| digit(end + n)) && !digit(end + 4) => end += 4,
            Some('e') if digit(end + 1) || (chars.get(end + 1) == Some(&'-') && digit(end + 2)) => {
                point = true;
                end += 2;
            }
            _ => return end,
        }
    }
}

/// Whether figures with slashes between are several: `0.4/0.3/0.2`, `10/20/30`.
fn is_list(chars: &[char], slash: usize, out: &[Token]) -> bool {
    let end = number_end(chars, slash + 1);
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let listed = |text: &str| text.contains('.');
    let below: String = chars[slash + 1..end].iter().collect();
    let before = out.last().is_some_and(|token| listed(&token.text));
    let third = chars.get(end) == Some(&'/') && digit(end + 1);
    let further = matches!(out, [.., Token { kind: TokenKind::Comma, .. }, _])
        && (0..slash)
            .rev()
            .find(|at| !(digit(*at) || chars[*at] == '.'))
            .is_some_and(|at| chars[at] == '/');
    before || listed(&below) || third || further
}

/// `1/2` and `1 1/2`.
fn fraction(chars: &[char], slash: usize, out: &mut [Token]) -> usize {
    let end = number_end(chars, slash + 1);
    let below: f64 = chars[slash + 1..end].iter().collect::<String>().parse().unwrap_or(0.0);
    if let Some(Token { kind: TokenKind::Number(above), text }) = out.last_mut() {
        text.push('/');
        text.extend(&chars[slash + 1..end]);
        *above /= below;
        if !above.is_finite() {
            out.last_mut().expect("invariant: it was there").kind = TokenKind::Foreign;
        }
    }
    end
}

const fn vulgar(c: char) -> Option<f64> {
    Some(match c {
        '½' => 0.5,
        '¼' => 0.25,
        '¾' => 0.75,
        '⅓' => 1.0 / 3.0,
        '⅔' => 2.0 / 3.0,
        _ => return None,
    })
}

fn word(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '°' | '%' | 'µ')
}

/// Units go on over slashes and powers.
fn word_end(chars: &[char], at: usize, unit: bool) -> usize {
    let mut end = at;
    if unit && chars[at] == 'x' && chars.get(at + 1).is_some_and(char::is_ascii_digit) {
        return at + 1;
    }
    while let Some(&c) = chars.get(end) {
        let next = chars.get(end + 1).copied().unwrap_or(' ');
        let more = word(c)
            || (c == '/' && next.is_alphabetic())
            || matches!(c, '²' | '³')
            || (matches!(c, '^' | '*' | '·') && next.is_alphanumeric())
            || (c.is_ascii_digit()
                && end > at
                && chars[at..end].contains(&'/') | (chars[end - 1] == '^'));
        if !more {
            break;
        }
        end += 1;
    }
    end.max(at + 1)
}
