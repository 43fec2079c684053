//! Who may use whom: the table of layers, the homes of libraries, the process boundary.

use std::ops::Range;

use crate::{
    Violation,
    source::{Source, bracketed, find_word, is_word, words},
};

/// The modules, lowest layer first. A module uses itself and those of the rows before its own.
const ROWS: [&[&str]; 13] = [
    &["units", "error", "metrics", "disk", "outgoing"],
    &["bundle", "config", "scene", "frame"],
    &["control"],
    &["physics", "worker", "gpu", "encode", "library", "auth"],
    &["color"],
    &["render"],
    &["stream", "peer", "batch", "generate", "record", "replay"],
    &["session"],
    &["http"],
    &["mcp"],
    &["daemon"],
    &["cli"],
    &["main"],
];

/// Uses that the table alone would refuse: (file or folder, module, reason).
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("src/worker/entry.rs", "physics", "the worker process is where physics lives"),
    ("src/worker/drive.rs", "physics", "the worker's own loop, private to its entry point"),
];

/// Crates and the only places that may name them.
const HOMES: &[(&str, &[&str])] = &[
    ("mujoco_rs", &["physics"]),
    ("wgpu", &["gpu", "render", "color"]),
    ("webrtc", &["peer"]),
    ("rtc", &["peer"]),
    ("warp", &["http"]),
];

/// Modules that know nothing of the asynchronous runtime.
const WITHOUT_TOKIO: [&str; 4] = ["physics", "render", "color", "encode"];

/// Every `crate::module` names a module of a lower row, or the file's own.
pub fn imports(file: &Source) -> Vec<Violation> {
    let Some(own) = own_module(file) else {
        return Vec::new();
    };
    let own_row = row_of(own);
    let mut violations = Vec::new();
    for (offset, used) in used_modules(file) {
        let message = match (own_row, row_of(used)) {
            _ if used == own || is_exception(file, used) => continue,
            (None, _) => format!("`{own}` is in no row of the table of layers: give it one"),
            (_, None) => format!("`crate::{used}` is in no row of the table of layers"),
            (Some(mine), Some(theirs)) if theirs < mine => continue,
            (Some(mine), Some(theirs)) => {
                format!("`{own}` (row {mine}) must not use `{used}` (row {theirs})")
            }
        };
        violations.push(Violation::new(&file.path, file.line_of(offset), message));
    }
    violations
}

/// Every library with a home is named only there.
pub fn foreign_crates(file: &Source) -> Vec<Violation> {
    let own = own_module(file).unwrap_or("lib");
    let homeless = HOMES.iter().filter(|(_, homes)| !homes.contains(&own)).map(|(name, _)| *name);
    let tokio = WITHOUT_TOKIO.contains(&own).then_some("tokio");
    homeless
        .chain(tokio)
        .flat_map(|library| paths_into(&file.product, library).map(move |at| (library, at)))
        .map(|(library, at)| {
            let message = format!("`{own}` must not name `{library}`");
            Violation::new(&file.path, file.line_of(at), message)
        })
        .collect()
}

/// Only the worker's entry point reaches `physics`, and only the command line reaches that entry
/// point: the host process never calls libmujoco.
pub fn process_boundary(file: &Source) -> Vec<Violation> {
    let own = own_module(file).unwrap_or("lib");
    let mut violations = Vec::new();
    let mut report = |at: usize, message: &str| {
        violations.push(Violation::new(&file.path, file.line_of(at), message));
    };
    for (at, used) in used_modules(file) {
        if used == "physics" && own != "physics" && !is_exception(file, used) {
            report(at, "only the worker's entry point may reach `physics`");
        }
    }
    let is_start = matches!(own, "daemon" | "cli" | "main" | "lib");
    for at in find_word(&file.product, "entry") {
        let before = &file.product[..at];
        if before.ends_with("worker::") && !is_start {
            report(at, "only the command line may start `worker::entry`");
        }
        let is_host_side = own == "worker" && !is_exception(file, "physics");
        if is_host_side && is_path(&file.product, at) {
            report(at, "the host side of `worker` must not call the worker's entry point");
        }
    }
    violations
}

/// The top module of a file, `main` for the binary; `None` for `lib.rs`, which only lists modules.
fn own_module(file: &Source) -> Option<&str> {
    match file.path.as_str() {
        "src/main.rs" => Some("main"),
        _ => file.module_path()?.first().copied(),
    }
}

fn row_of(module: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&module))
}

fn is_exception(file: &Source, used: &str) -> bool {
    EXCEPTIONS.iter().any(|(place, module, _)| file.path.starts_with(place) && *module == used)
}

/// The top modules that a file names through `crate::`, `mjcast::` or enough `super::`s.
fn used_modules(file: &Source) -> Vec<(usize, &str)> {
    let code = file.product.as_str();
    let depth = file.module_path().map_or(0, |path| path.len());
    let mut used = Vec::new();
    for (start, word) in words(code) {
        let end = start + word.len();
        let rooted = match word {
            "crate" => true,
            "mjcast" => !code[..start].ends_with("::"),
            "super" => depth > 0 && climbs(code, start) == Some(depth),
            _ => false,
        };
        if rooted && let Some(rest) = code[end..].strip_prefix("::") {
            used.extend(heads(code, code.len() - rest.len()));
        }
    }
    used
}

/// How many modules up the `super` at `start` stands, if it is the last of its chain.
fn climbs(code: &str, start: usize) -> Option<usize> {
    if code[start..].starts_with("super::super") {
        return None;
    }
    let chain = code[..start].rsplit(|c: char| !is_word(c) && c != ':').next()?;
    Some(1 + chain.matches("super::").count())
}

/// The first names of the path or group of paths that begins at `start`.
fn heads(code: &str, start: usize) -> Vec<(usize, &str)> {
    if !code[start..].starts_with('{') {
        return word_at(code, start).into_iter().collect();
    }
    let group = bracketed(code, start);
    elements(code, group.start + 1..group.end - 1)
        .into_iter()
        .filter_map(|element| {
            let blank = code[element.clone()].find(|c: char| !c.is_whitespace())?;
            word_at(code, element.start + blank)
        })
        .collect()
}

fn word_at(code: &str, start: usize) -> Option<(usize, &str)> {
    let length = code[start..].find(|c| !is_word(c)).unwrap_or(code.len() - start);
    (length > 0).then(|| (start, &code[start..start + length]))
}

/// Splits a range of `code` at the commas outside brackets.
fn elements(code: &str, range: Range<usize>) -> Vec<Range<usize>> {
    let mut elements = Vec::new();
    let mut start = range.start;
    let mut at = range.start;
    while at < range.end {
        at = match code.as_bytes()[at] {
            b'{' => bracketed(code, at).end,
            b',' => {
                elements.push(start..at);
                start = at + 1;
                start
            }
            _ => at + 1,
        };
    }
    elements.push(start..range.end);
    elements
}

/// Where `library` is named as a crate: at the head of a path, or alone in a `use`.
fn paths_into<'a>(code: &'a str, library: &'a str) -> impl Iterator<Item = usize> + 'a {
    find_word(code, library).filter(move |&at| {
        let before = code[..at].trim_end();
        let after = code[at + library.len()..].trim_start();
        // A leading `::` roots the path outside this crate; after a name it continues one.
        let is_head = match before.strip_suffix("::") {
            Some(parent) => !parent.ends_with(|c| is_word(c) || c == '>'),
            None => !before.ends_with('.'),
        };
        is_head && (after.starts_with("::") || before.ends_with("use") || before.ends_with("crate"))
    })
}

/// Whether the name at `at` is the head of a path.
fn is_path(code: &str, at: usize) -> bool {
    let after = &code[at..];
    let is_member = code[..at].ends_with(['.', ':'])
        && !["self::", "super::"].iter().any(|path| code[..at].ends_with(path));
    !is_member && after.trim_start_matches(is_word).starts_with("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(rule: fn(&Source) -> Vec<Violation>, path: &str, text: &str) -> usize {
        rule(&Source::new(path, text)).len()
    }

    #[test]
    fn imports_upwards_are_reported() {
        for (path, text) in [
            ("src/scene/mod.rs", "use crate::render::X;"),
            ("src/encode/mod.rs", "use crate::{\n    frame::{Frame, color},\n    gpu::Device,\n};"),
            ("src/units.rs", "fn f() { crate::metrics::count() }"),
            ("src/units.rs", "use super::metrics;"),
            ("src/encode/a.rs", "use super::super::session::X;"),
            ("src/http/a.rs", "pub(crate) use crate::mcp as other;"),
            ("src/novel.rs", "use crate::units::Size;"),
            ("src/http/a.rs", "use crate::novel::X;"),
            ("src/session/mod.rs", "use mjcast::http;"),
        ] {
            assert_eq!(count(imports, path, text), 1, "{path}: {text}");
        }
    }

    #[test]
    fn imports_downwards_are_fine() {
        for (path, text) in [
            ("src/render/a.rs", "use crate::{scene::Snapshot, units::Size, render::b};"),
            ("src/render/a.rs", "use super::b; // crate::session"),
            ("src/render/a/b.rs", "use super::super::c;"),
            ("src/render/a.rs", "#[cfg(test)]\nmod tests { use crate::stream::X; }"),
            ("src/main.rs", "use mjcast::cli;"),
            ("src/worker/entry.rs", "use crate::physics::Simulation;"),
            ("src/lib.rs", "pub mod units;"),
            ("src/http/a.rs", "pub(crate) fn f() {} pub(super) fn g() {}"),
        ] {
            assert_eq!(count(imports, path, text), 0, "{path}: {text}");
        }
    }

    #[test]
    fn libraries_away_from_home_are_reported() {
        for (path, text) in [
            ("src/session/mod.rs", "use wgpu::Device;"),
            ("src/session/mod.rs", "fn f(d: &wgpu::Device) {}"),
            ("src/worker/a.rs", "use mujoco_rs as mj;"),
            ("src/session/mod.rs", "use ::webrtc::api;"),
            ("src/http/a.rs", "use rtc::Peer;"),
            ("src/daemon.rs", "warp::serve(routes)"),
            ("src/encode/a.rs", "use tokio::sync::mpsc;"),
            ("src/lib.rs", "extern crate warp;"),
        ] {
            assert_eq!(count(foreign_crates, path, text), 1, "{path}: {text}");
        }
    }

    #[test]
    fn libraries_at_home_and_mere_words_are_fine() {
        for (path, text) in [
            ("src/gpu/a.rs", "use wgpu::Device; // tokio::spawn"),
            ("src/peer/a.rs", "use webrtc::X; use rtc::Y; use tokio::sync;"),
            ("src/session/mod.rs", "let webrtc = stats.webrtc; f(\"wgpu::Device\")"),
            ("src/session/mod.rs", "self.warp::<X>(); Config::warp::X"),
        ] {
            assert_eq!(count(foreign_crates, path, text), 0, "{path}: {text}");
        }
    }

    #[test]
    fn the_process_boundary_is_kept() {
        for (path, text) in [
            ("src/session/mod.rs", "use crate::physics::Simulation;"),
            ("src/worker/process.rs", "use crate::{physics, scene};"),
            ("src/cli.rs", "mjcast::physics::step()"),
            ("src/session/mod.rs", "crate::worker::entry::run()"),
            ("src/worker/process.rs", "entry::run()"),
            ("src/worker/mod.rs", "self::entry::run()"),
            ("src/worker/process.rs", "use super::{\n    entry::vanish,\n};"),
        ] {
            assert_eq!(count(process_boundary, path, text), 1, "{path}: {text}");
        }
        for (path, text) in [
            ("src/worker/entry.rs", "use crate::physics::Simulation;"),
            ("src/worker/mod.rs", "pub mod entry; map.entry(id).or_default()"),
            ("src/cli/mod.rs", "worker::entry::run()"),
            ("src/session/mod.rs", "physics_time(); map.entry(id)"),
        ] {
            assert_eq!(count(process_boundary, path, text), 0, "{path}: {text}");
        }
    }
}
