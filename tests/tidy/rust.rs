//! Rules for Rust code: unsafe blocks, queues, threads, leftovers.

use crate::{
    Violation,
    source::{Source, bracketed, find_word, is_word},
};

/// Every `unsafe` block and impl has a `// SAFETY:` comment over its statement.
pub fn unsafe_is_explained(file: &Source) -> Vec<Violation> {
    find_word(&file.code, "unsafe")
        .filter(|&at| is_block_or_impl(&file.code, at))
        .filter(|&at| !is_explained(file, file.line_of(at)))
        .map(|at| {
            let message = "`unsafe` without a `// SAFETY:` comment over it";
            Violation::new(&file.path, file.line_of(at), message)
        })
        .collect()
}

/// A file with unsafe code says, itself, that it has and why.
pub fn unsafe_is_opted_into(file: &Source) -> Option<Violation> {
    let in_a_crate_of_its_own = file.path.starts_with("crates/");
    let at = find_word(&file.code, "unsafe").find(|&at| is_block_or_impl(&file.code, at))?;
    (!in_a_crate_of_its_own && !opts_in(&file.code)).then(|| {
        let message = "unsafe code in a file without `allow(unsafe_code, reason = ...)`";
        Violation::new(&file.path, file.line_of(at), message)
    })
}

/// No queue without a bound.
pub fn bounded_queues(file: &Source) -> Vec<Violation> {
    let code = file.product.as_str();
    let always = ["unbounded_channel", "unbounded", "UnboundedSender", "UnboundedReceiver"];
    let named = always.iter().flat_map(|word| find_word(code, word));
    let std_channels = find_word(code, "channel").filter(|&at| is_std_channel(code, at));
    named
        .chain(std_channels)
        .map(|at| Violation::new(&file.path, file.line_of(at), "a queue without a bound"))
        .collect()
}

/// Every thread is made by a builder that names it, those of the runtime included.
pub fn named_threads(file: &Source) -> Vec<Violation> {
    let code = file.product.as_str();
    let mut violations = Vec::new();
    let mut report = |at: usize, message: &str| {
        violations.push(Violation::new(&file.path, file.line_of(at), message));
    };
    for (at, _) in code.match_indices("thread::spawn") {
        report(at, "a thread without a name: use `std::thread::Builder`");
    }
    for (builder, name) in [
        ("thread::Builder::new()", ".name("),
        ("Builder::new_multi_thread()", ".thread_name"),
        ("Runtime::new()", ".thread_name"),
    ] {
        for (at, _) in code.match_indices(builder) {
            if !code[at..].split(';').next().unwrap_or_default().contains(name) {
                report(at, &format!("`{builder}` without `{name}`"));
            }
        }
    }
    violations
}

/// No placeholder and no test that is skipped for good.
pub fn nothing_undone(file: &Source) -> Vec<Violation> {
    let code = file.code.as_str();
    let followed_by = |word: &'static str, next: &'static str| {
        find_word(code, word)
            .filter(move |at| code[at + word.len()..].starts_with(next))
            .map(move |at| (at, format!("`{word}{next}` left in the code")))
    };
    let ignored = find_word(code, "ignore").filter(|&at| code[..at].ends_with("#[")).map(|at| {
        (at, "an ignored test: make it pass, or skip it with a printed reason".to_owned())
    });
    followed_by("todo", "!")
        .chain(followed_by("unimplemented", "!"))
        .chain(ignored)
        .map(|(at, message)| Violation::new(&file.path, file.line_of(at), message))
        .collect()
}

/// Tells `unsafe {` and `unsafe impl` from `unsafe fn` and `#[unsafe(...)]`, which say in their
/// documentation what they ask for.
fn is_block_or_impl(code: &str, at: usize) -> bool {
    let after = code[at + "unsafe".len()..].trim_start();
    after.starts_with('{')
        || after.strip_prefix("impl").is_some_and(|rest| !rest.starts_with(is_word))
}

/// Looks upwards from a 1-based line to the comment over the statement that the line belongs to.
fn is_explained(file: &Source, line: usize) -> bool {
    let texts: Vec<&str> = file.text.lines().collect();
    let codes: Vec<&str> = file.code.lines().collect();
    let mut above = line - 1;
    let mut in_comment = false;
    while above > 0 {
        above -= 1;
        let (text, code) = (texts[above].trim(), codes[above].trim());
        if text.starts_with("//") {
            in_comment = true;
            if text.contains("SAFETY:") {
                return true;
            }
        } else if in_comment || text.is_empty() || ends_statement(code) {
            return false;
        }
    }
    false
}

/// Whether a line of code is complete, so that the next begins a statement of its own.
fn ends_statement(code: &str) -> bool {
    let is_attribute = code.starts_with("#[") && code.ends_with(']');
    !is_attribute && code.ends_with([';', '{', '}', ','])
}

fn opts_in(code: &str) -> bool {
    ["allow", "expect"].iter().flat_map(|level| find_word(code, level)).any(|at| {
        let Some(open) = code[at..].find('(').map(|length| at + length) else {
            return false;
        };
        let arguments = &code[bracketed(code, open)];
        find_word(arguments, "unsafe_code").next().is_some() && arguments.contains("reason")
    })
}

/// Tells the unbounded `channel` of `std::sync::mpsc` from tokio's, which takes a capacity.
fn is_std_channel(code: &str, at: usize) -> bool {
    let before = &code[..at];
    let after = &code[at + "channel".len()..];
    let call = after.strip_prefix("::<").map_or(after, |types| {
        types.split_once('(').map_or("", |(generics, _)| &types[generics.len()..])
    });
    let statement = before.rsplit(';').next().unwrap_or_default();
    let is_import = statement.trim_start().starts_with("use ");
    let from_std = statement.contains("sync::mpsc") && !statement.contains("tokio");
    (before.ends_with("mpsc::") && call.starts_with("()")) || (is_import && from_std)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::new("src/a.rs", text)
    }

    #[test]
    fn unexplained_unsafe_code_is_reported() {
        for text in [
            "fn f() {\n    unsafe { g() }\n}",
            "// Fine.\nunsafe impl Send for X {}",
            "// SAFETY: of the other.\nlet a = 1;\nlet b = unsafe { g() };",
            "// SAFETY: far above.\n\nlet b = unsafe { g() };",
            "f(\"// SAFETY: \"); unsafe { g() }",
        ] {
            assert_eq!(unsafe_is_explained(&source(text)).len(), 1, "{text}");
        }
        for text in [
            "// SAFETY: g asks for nothing.\nunsafe { g() }",
            "// SAFETY: g asks\n// for nothing.\nlet x =\n    unsafe { g() };",
            "// SAFETY: X is plain.\n#[rustfmt::skip]\nunsafe impl Send for X {}",
            "/// # Safety\n/// Call it once.\npub unsafe fn f() {}",
            "#[unsafe(no_mangle)]\nfn f() {} // unsafe {",
        ] {
            assert!(unsafe_is_explained(&source(text)).is_empty(), "{text}");
        }
    }

    #[test]
    fn unsafe_code_without_a_reason_is_reported() {
        let block = "// SAFETY: none.\nunsafe { g() }";
        assert!(unsafe_is_opted_into(&source(block)).is_some());
        let bare = format!("#![allow(unsafe_code)]\n{block}");
        assert!(unsafe_is_opted_into(&source(&bare)).is_some());
        let reasoned = format!("#![allow(\n    unsafe_code,\n    reason = \"FFI\"\n)]\n{block}");
        assert!(unsafe_is_opted_into(&source(&reasoned)).is_none());
        assert!(unsafe_is_opted_into(&source("fn f() {}")).is_none());
    }

    #[test]
    fn unbounded_queues_are_reported() {
        for text in [
            "let (a, b) = tokio::sync::mpsc::unbounded_channel();",
            "let (a, b) = mpsc::channel();",
            "let (a, b) = mpsc::channel::<Option<u8>>();",
            "use std::sync::mpsc::{Receiver, channel};",
            "use std::{sync::mpsc::{channel, Sender}};",
            "struct A { queue: UnboundedSender<u8> }",
        ] {
            assert_eq!(bounded_queues(&source(text)).len(), 1, "{text}");
        }
        for text in [
            "let (a, b) = mpsc::channel(8);",
            "let (a, b) = mpsc::channel::<u8>(8);",
            "let (a, b) = std::sync::mpsc::sync_channel(8);",
            "let (a, b) = oneshot::channel();",
            "peer.channel(); // unbounded",
        ] {
            assert!(bounded_queues(&source(text)).is_empty(), "{text}");
        }
    }

    #[test]
    fn nameless_threads_are_reported() {
        for text in [
            "std::thread::spawn(|| {});",
            "use std::thread::spawn;",
            "thread::Builder::new().spawn(f)?;",
            "runtime::Builder::new_multi_thread().enable_all().build()?;",
            "tokio::runtime::Runtime::new()?;",
        ] {
            assert_eq!(named_threads(&source(text)).len(), 1, "{text}");
        }
        for text in [
            "thread::Builder::new()\n    .name(\"a\".into())\n    .spawn(f)?;",
            "Builder::new_multi_thread().thread_name(\"a\").build()?;",
            "tokio::spawn(async {}); Command::new(\"x\").spawn()?;",
        ] {
            assert!(named_threads(&source(text)).is_empty(), "{text}");
        }
    }

    #[test]
    fn leftovers_are_reported() {
        for text in [
            "todo!()",
            "unimplemented!(\"x\")",
            "#[test]\n#[ignore]\nfn f() {}",
            "#[ignore = \"x\"]",
        ] {
            assert_eq!(nothing_undone(&source(text)).len(), 1, "{text}");
        }
        for text in ["// todo!()", "let todo = 1;", "f(\"todo!\")", "/// ```ignore"] {
            assert!(nothing_undone(&source(text)).is_empty(), "{text}");
        }
    }
}
