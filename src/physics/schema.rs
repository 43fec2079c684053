//! Holds the names that `library::mjcf` has against those that libmujoco tells.
#![allow(unsafe_code, reason = "mujoco_rs has no safe way to them")]

use std::ffi::{CStr, c_char, c_int};

use mujoco_rs::mujoco_c::{mj_printSchema, mj_versionString};

const NAMES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/library/mjcf/names.txt");
/// The text has 31 kB.
const MAX_TEXT: usize = 1 << 20;
/// Columns by which a level of the printed text is indented.
const LEVEL: usize = 3;

/// The text that libmujoco prints, for people.
fn printed() -> String {
    let mut text: Vec<c_char> = vec![0; MAX_TEXT];
    // SAFETY: no file name, and a buffer as long as is said, whose text MuJoCo ends by a NUL.
    let length =
        unsafe { mj_printSchema(std::ptr::null(), text.as_mut_ptr(), MAX_TEXT as c_int, 0, 0) };
    assert!((1..MAX_TEXT as c_int).contains(&length), "{length}");
    // SAFETY: the buffer was zeroed and is longer than the text, so that a NUL ends it.
    unsafe { CStr::from_ptr(text.as_ptr()) }.to_string_lossy().into_owned()
}

/// One line per element: `name occurs attribute …`, two spaces for each element around it.
fn table(version: &str, printed: &str) -> String {
    let mut lines = vec![format!("# MuJoCo {version}")];
    for line in printed.lines() {
        let mut words = line.split_whitespace();
        let indented = line.len() - line.trim_start().len();
        // What goes on from the line before stands farther to the right than any element.
        let element = words.clone().nth(1).and_then(|word| word.strip_prefix('('));
        match (element.and_then(|word| word.strip_suffix(')')), words.next()) {
            (Some(occurs), Some(name)) => {
                let name = name.strip_prefix("(world)").unwrap_or(name);
                lines.push(format!("{}{name} {occurs}", "  ".repeat(indented / LEVEL)));
                words.next();
            }
            (None, Some(_)) => words = line.split_whitespace(),
            (_, None) => continue,
        }
        let last = lines.last_mut().expect("the first line");
        for attribute in words {
            last.push(' ');
            last.push_str(attribute);
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn the_names_are_those_of_the_linked_library() {
    // SAFETY: a constant text of the library.
    let version = unsafe { CStr::from_ptr(mj_versionString()) }.to_string_lossy();
    let told = table(&version, &printed());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(NAMES, told).expect("writes");
    } else {
        let kept = std::fs::read_to_string(NAMES).expect("names.txt");
        assert!(kept == told, "MuJoCo has other names: run the tests with UPDATE_DOCS=1");
    }
}
