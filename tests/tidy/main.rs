//! The architecture's invariants, kept by reading the sources (`docs/architecture.md` lists them).
//!
//! A rule is a function from a file to its violations. Each is shown below to fail on a snippet
//! that breaks it, so that a rule that no longer sees anything cannot pass for one that is kept.

mod files;
mod layers;
mod rust;
mod source;

use std::fmt;

use files::Tree;

/// One place where a rule is broken.
#[derive(Debug)]
struct Violation {
    path: String,
    line: usize,
    message: String,
}

impl Violation {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Fails with every violation, one a line, as editors and terminals can follow them.
fn assert_none(violations: impl IntoIterator<Item = Violation>) {
    let lines: Vec<String> = violations.into_iter().map(|found| found.to_string()).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn modules_use_only_the_layers_below_them() {
    assert_none(Tree::read().product().flat_map(layers::imports));
}

#[test]
fn libraries_stay_in_their_modules() {
    assert_none(Tree::read().product().flat_map(layers::foreign_crates));
}

#[test]
fn only_the_worker_reaches_physics() {
    assert_none(Tree::read().product().flat_map(layers::process_boundary));
}

#[test]
fn unsafe_code_is_opted_into_and_explained() {
    let tree = Tree::read();
    assert_none(tree.rust.iter().flat_map(rust::unsafe_is_explained));
    assert_none(tree.rust.iter().flat_map(rust::unsafe_is_opted_into));
}

#[test]
fn queues_are_bounded() {
    assert_none(Tree::read().product().flat_map(rust::bounded_queues));
}

#[test]
fn threads_are_named() {
    assert_none(Tree::read().product().flat_map(rust::named_threads));
}

#[test]
fn nothing_is_left_undone() {
    assert_none(Tree::read().rust.iter().flat_map(rust::nothing_undone));
}

#[test]
fn shader_structs_have_a_rust_side() {
    assert_none(files::shaders_in_sync(&Tree::read()));
}

#[test]
fn files_stay_readable() {
    assert_none(Tree::read().texts.iter().flat_map(files::length));
}

#[test]
fn nothing_points_at_one_machine() {
    assert_none(Tree::read().texts.iter().flat_map(files::machine_traces));
}

#[test]
fn the_tree_is_seen() {
    let tree = Tree::read();
    let has = |path: &str| tree.rust.iter().any(|file| file.path == path);
    assert!(has("src/lib.rs") && has("tests/tidy/main.rs"));
    assert!(tree.texts.iter().any(|file| file.path == "Cargo.toml"));
    assert!(tree.texts.iter().all(|file| !file.path.contains("node_modules/")));
}
