//! Rust source as the rules read it: the same text with comments, literals and test code blanked.

use std::ops::Range;

/// A Rust file seen three ways. All views have the same length and the same line breaks, so an
/// offset in one is an offset in the others.
pub struct Source {
    /// Path from the repository root, with `/`.
    pub path: String,
    /// The file as it is.
    pub text: String,
    /// Without comments, and with literals emptied.
    pub code: String,
    /// `code` without the items under `#[cfg(test)]` or `#[test]`.
    pub product: String,
}

impl Source {
    /// Reads `text` as the file at `path`.
    pub fn new(path: &str, text: &str) -> Self {
        let code = blank_comments_and_literals(text);
        let product = blank_tests(&code);
        Self { path: path.to_owned(), text: text.to_owned(), code, product }
    }

    /// The 1-based line of an offset.
    pub fn line_of(&self, offset: usize) -> usize {
        1 + self.text[..offset].bytes().filter(|byte| *byte == b'\n').count()
    }

    /// The module this file is, from the crate root: `src/worker/wire.rs` is `[worker, wire]`.
    /// `None` for a file outside `src`; empty for `lib.rs` and `main.rs`.
    pub fn module_path(&self) -> Option<Vec<&str>> {
        let inner = self.path.strip_prefix("src/")?.strip_suffix(".rs")?;
        let mut parts: Vec<&str> = inner.split('/').collect();
        if matches!(parts.last(), Some(&"mod" | &"lib" | &"main")) {
            parts.pop();
        }
        Some(parts)
    }

    /// The files that hold this one's `#[cfg(test)] mod name;`.
    pub fn test_files(&self) -> Vec<String> {
        let Some(module) = self.module_path() else {
            return Vec::new();
        };
        test_items(&self.code)
            .filter_map(|item| {
                let name =
                    self.code[item].trim_end().strip_suffix(';')?.rsplit("mod ").next()?.trim();
                let folder: Vec<&str> = [&["src"], &module[..], &[name]].concat();
                Some(folder.join("/"))
            })
            .flat_map(|stem| [format!("{stem}.rs"), format!("{stem}/mod.rs")])
            .collect()
    }
}

/// The identifiers and paths of `code`: each maximal run of word characters with its offset.
pub fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + code[rest..].find(is_word)?;
        let end = code[start..].find(|c| !is_word(c)).map_or(code.len(), |length| start + length);
        rest = end;
        Some((start, &code[start..end]))
    })
}

/// The offsets at which `word` stands alone in `code`.
pub fn find_word<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    words(code).filter(move |(_, found)| *found == word).map(|(offset, _)| offset)
}

/// Whether a character belongs to an identifier.
pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The range from `open` (an opening bracket in `code`) to just past its partner.
pub fn bracketed(code: &str, open: usize) -> Range<usize> {
    let mut depth = 0_usize;
    for (index, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return open..index + 1;
        }
    }
    open..code.len()
}

fn blank_comments_and_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = at + lexeme_to_blank(&text[at..], at.checked_sub(1).map(|before| bytes[before]));
        if end == at {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        }
        blank(&mut code, at..end);
        at = end;
    }
    String::from_utf8(code).expect("invariant: whole lexemes were blanked with spaces")
}

/// The length of the comment or literal that `rest` begins with, 0 if with neither.
fn lexeme_to_blank(rest: &str, before: Option<u8>) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment(rest);
    }
    let in_word = before.is_some_and(|byte| is_word(char::from(byte)));
    let prefix =
        if in_word { 0 } else { rest.find(|c| !matches!(c, 'b' | 'c' | 'r')).unwrap_or(0) };
    let (prefix, body) = if prefix <= 2 { rest.split_at(prefix) } else { ("", rest) };
    if prefix.contains('r') {
        let hashes = body.find(|c| c != '#').unwrap_or(0);
        if body[hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let inside = &body[hashes + 1..];
            let length = inside.find(&close).map_or(inside.len(), |found| found + close.len());
            return prefix.len() + hashes + 1 + length;
        }
    } else if body.starts_with('"') {
        return prefix.len() + quoted(body, '"');
    } else if body.starts_with('\'') && is_char_literal(body) {
        return prefix.len() + quoted(body, '\'');
    }
    0
}

fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        match rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a quoted literal with escapes, both quotes included.
fn quoted(body: &str, quote: char) -> usize {
    let mut escaped = false;
    for (index, c) in body.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return index + 1,
            _ => {}
        }
    }
    body.len()
}

/// Tells `'a'` and `'\n'` from the lifetime `'a`.
fn is_char_literal(body: &str) -> bool {
    let mut chars = body.chars().skip(1);
    match (chars.next(), chars.next()) {
        (Some('\\'), _) => true,
        (Some(_), Some(second)) => second == '\'',
        _ => false,
    }
}

fn blank_tests(code: &str) -> String {
    let mut product = code.as_bytes().to_vec();
    for item in test_items(code) {
        blank(&mut product, item);
    }
    String::from_utf8(product).expect("invariant: whole items were blanked with spaces")
}

/// The items under `#[cfg(test)]` and `#[test]`, attribute included.
fn test_items(code: &str) -> impl Iterator<Item = Range<usize>> {
    let starts = |attribute: &'static str| code.match_indices(attribute).map(|(start, _)| start);
    starts("#[cfg(test)]").chain(starts("#[test]")).map(|start| start..item_end(code, start))
}

/// Where the item that begins with attributes at `start` ends: past its `;` or its braces.
fn item_end(code: &str, start: usize) -> usize {
    let mut at = start;
    while at < code.len() {
        at = match code.as_bytes()[at] {
            b'(' | b'[' => bracketed(code, at).end,
            b'{' => return bracketed(code, at).end,
            b';' => return at + 1,
            _ => at + 1,
        };
    }
    code.len()
}

fn blank(bytes: &mut [u8], range: Range<usize>) {
    for byte in &mut bytes[range] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blanked() {
        for (text, code) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            ("f(\"x // y\", z)", "f(        , z)"),
            ("f(\"\\\"{\", z)", "f(     , z)"),
            ("f(r#\"a\"b\"#, z)", "f(        , z)"),
            ("f(b\"{\", c\"{\", br\"{\")", "f(    ,     ,      )"),
            ("f('{', '\\'', b'{')", "f(   ,     ,     )"),
            ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
            ("number\"x\"", "number   "),
            ("// é\nx", "     \nx"),
        ] {
            assert_eq!(blank_comments_and_literals(text).trim_end(), code.trim_end(), "{text}");
        }
    }

    #[test]
    fn tests_are_not_product() {
        let source = Source::new(
            "src/a/mod.rs",
            "mod b;\n#[cfg(test)]\nmod c;\n#[cfg(test)]\nmod tests { fn f() { x(); } }\nfn g() {}",
        );
        let kept: Vec<&str> = source.product.split_whitespace().collect();
        assert_eq!(kept, ["mod", "b;", "fn", "g()", "{}"]);
        assert!(source.test_files().contains(&"src/a/c.rs".to_owned()));
    }

    #[test]
    fn files_know_their_module() {
        let module = |path| Source::new(path, "").module_path().map(|path| path.join("::"));
        assert_eq!(module("src/a/mod.rs").as_deref(), Some("a"));
        assert_eq!(module("src/a/b.rs").as_deref(), Some("a::b"));
        assert_eq!(module("src/lib.rs").as_deref(), Some(""));
        assert_eq!(module("tests/a.rs"), None);
    }
}
