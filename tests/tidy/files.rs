//! The files of the repository, and the rules for files as such.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{Violation, source::Source};

/// The longest file, in lines. One past it is two ideas.
const MAX_LINES: usize = 900;

/// Folders that hold nothing of ours: what tools fetched or built.
const SKIPPED: [&str; 8] =
    [".git", ".cache", ".venv", "node_modules", "target", "dist", "out", "test-results"];

/// What is read as text.
const TEXT: [&str; 19] = [
    "css", "html", "js", "json", "lock", "md", "mjs", "proto", "py", "rs", "service", "sh", "toml",
    "ts", "tsx", "wgsl", "xml", "yaml", "yml",
];

/// What is code, and so held to [`MAX_LINES`].
const CODE: [&str; 9] = ["css", "js", "mjs", "py", "rs", "sh", "ts", "tsx", "wgsl"];

/// Where lock files say their packages come from.
const PUBLIC_SOURCES: [&str; 1] = ["registry+https://github.com/rust-lang/crates.io-index"];

/// A text file.
pub struct Text {
    /// Path from the repository root, with `/`.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// Everything the rules look at.
pub struct Tree {
    /// All text files.
    pub texts: Vec<Text>,
    /// The Rust files among them.
    pub rust: Vec<Source>,
    /// Files that are modules under `#[cfg(test)]`.
    test_files: Vec<String>,
}

impl Tree {
    /// Reads the repository.
    pub fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        walk(root, root, &mut texts);
        texts.sort_by(|a, b| a.path.cmp(&b.path));
        Self::of(texts)
    }

    fn of(texts: Vec<Text>) -> Self {
        let rust: Vec<Source> = texts
            .iter()
            .filter(|file| file.path.ends_with(".rs"))
            .map(|file| Source::new(&file.path, &file.text))
            .collect();
        let test_files = rust.iter().flat_map(Source::test_files).collect();
        Self { texts, rust, test_files }
    }

    /// The Rust files of the product: `src`, without the modules that only tests see.
    pub fn product(&self) -> impl Iterator<Item = &Source> {
        self.rust.iter().filter(|file| {
            file.path.starts_with("src/")
                && !self
                    .test_files
                    .iter()
                    .any(|test| file.path == *test || file.path.starts_with(&folder_of(test)))
        })
    }
}

/// The folder with the children of a module file.
fn folder_of(module: &str) -> String {
    let stem = module.strip_suffix("mod.rs").or_else(|| module.strip_suffix(".rs"));
    format!("{}/", stem.unwrap_or(module).trim_end_matches('/'))
}

fn walk(root: &Path, folder: &Path, texts: &mut Vec<Text>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let entry = entry.expect("a readable entry");
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() && !SKIPPED.contains(&name.as_str()) {
            walk(root, &entry.path(), texts);
        } else if kind.is_file() && is_text(&name) {
            texts.extend(read(root, &entry.path()));
        }
    }
}

fn is_text(name: &str) -> bool {
    // Files without an ending are scripts, licences and make files here.
    name.rsplit_once('.').is_none_or(|(_, ending)| TEXT.contains(&ending))
}

fn read(root: &Path, path: &PathBuf) -> Option<Text> {
    let relative = path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/");
    // What is no UTF-8 (a binary without an ending) is no text.
    Some(Text { path: relative, text: fs::read_to_string(path).ok()? })
}

/// No code file is longer than [`MAX_LINES`].
pub fn length(file: &Text) -> Option<Violation> {
    let lines = file.text.lines().count();
    let is_code = file.path.rsplit_once('.').is_some_and(|(_, ending)| CODE.contains(&ending));
    (is_code && lines > MAX_LINES).then(|| {
        let message = format!("{lines} lines, more than {MAX_LINES}: this is two ideas, split it");
        Violation::new(&file.path, lines, message)
    })
}

/// No file holds a path of one machine, and no lock file a private registry.
pub fn machine_traces(file: &Text) -> Vec<Violation> {
    let is_lock = file.path.ends_with("package-lock.json") || file.path.ends_with("Cargo.lock");
    let mut violations = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let mut report = |message: String| {
            violations.push(Violation::new(&file.path, index + 1, message));
        };
        if let Some(path) = machine_path(line) {
            report(format!("a path of one machine: {path}"));
        }
        if is_lock
            && let Some(source) = package_source(line)
            && !PUBLIC_SOURCES.iter().any(|public| source.starts_with(public))
        {
            report(format!("a package from {source}, which is not a public registry"));
        }
    }
    violations
}

/// The first word of `line` that lies in a person's or a workplace's folder.
fn machine_path(line: &str) -> Option<&str> {
    // Spelled in halves, so that this file does not report itself.
    let folders = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
    ];
    folders.iter().find_map(|folder| {
        line.match_indices(folder).find_map(|(start, _)| {
            // `a/home/b` and `https://host/home/x` name something else.
            let before = line[..start].chars().next_back();
            let absolute = before.is_none_or(|c| !(c.is_alphanumeric() || "._-~}/*)".contains(c)));
            absolute.then(|| line[start..].split(['"', '\'', ' ', '`']).next().unwrap_or_default())
        })
    })
}

/// Where a line of a lock file says that its package comes from.
fn package_source(line: &str) -> Option<&str> {
    let line = line.trim();
    let value = line.strip_prefix("\"resolved\": ").or_else(|| line.strip_prefix("source = "))?;
    Some(value.trim_matches(['"', ',']))
}

/// Every shader file that declares a struct which the host fills has a Rust file that says so, and
/// names that file.
pub fn shaders_in_sync(tree: &Tree) -> Vec<Violation> {
    tree.texts
        .iter()
        .filter(|file| file.path.starts_with("shaders/") && file.path.ends_with(".wgsl"))
        .filter(|file| has_host_struct(&file.text))
        .filter_map(|file| {
            let name = file.path.rsplit('/').next()?;
            let told = tree.rust.iter().any(|source| tells_of_sync(&source.text, name));
            let message = format!("no Rust file says `keep in sync with ... {name}`");
            (!told).then(|| Violation::new(&file.path, 1, message))
        })
        .collect()
}

/// Whether a comment says "keep in sync with" and names `shader`, within two lines.
fn tells_of_sync(text: &str, shader: &str) -> bool {
    let comments: Vec<&str> = text.lines().map(str::trim).collect();
    comments.iter().enumerate().any(|(index, line)| {
        line.starts_with("//")
            && line.to_lowercase().contains("keep in sync with")
            && comments[index..].iter().take(2).any(|line| line.contains(shader))
    })
}

/// Whether a struct has a field without `@location` or `@builtin`: such a struct lies in a buffer,
/// the others pass between shader stages.
fn has_host_struct(wgsl: &str) -> bool {
    let without_comments: String =
        wgsl.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    without_comments.split("struct ").skip(1).any(|rest| {
        let body = rest.split_once('{').and_then(|(_, body)| body.split_once('}'));
        body.is_some_and(|(fields, _)| {
            fields.contains(':') && !fields.contains("@location") && !fields.contains("@builtin")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str, text: &str) -> Text {
        Text { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn long_code_is_reported() {
        assert!(length(&text("src/a.rs", &"x\n".repeat(MAX_LINES + 1))).is_some());
        assert!(length(&text("src/a.rs", &"x\n".repeat(MAX_LINES))).is_none());
        assert!(length(&text("Cargo.lock", &"x\n".repeat(MAX_LINES + 1))).is_none());
    }

    #[test]
    fn machine_traces_are_reported() {
        let folder = |name: &str| format!("see /{name}/someone/file");
        for name in ["work", "root", "home", "Users"] {
            assert_eq!(machine_traces(&text("a.md", &folder(name))).len(), 1, "{name}");
        }
        for fine in ["~/src/x", "https://example.org/home/x", "$ORIGIN/../home/x", "/usr/share/x"] {
            assert!(machine_traces(&text("a.md", fine)).is_empty(), "{fine}");
        }
        let lock = |line: &str| machine_traces(&text("web/package-lock.json", line)).len();
        assert_eq!(lock("  \"resolved\": \"https://mirror.example/a.tgz\","), 1);
        let cargo = |line: &str| machine_traces(&text("Cargo.lock", line)).len();
        assert_eq!(cargo("source = \"git+https://example.org/a\""), 1);
        assert_eq!(cargo(&format!("source = \"{}\"", PUBLIC_SOURCES[0])), 0);
    }

    #[test]
    fn shaders_without_a_rust_side_are_reported() {
        let shader = || text("shaders/a.wgsl", "struct View {\n    eye: vec3f,\n}");
        let alone = Tree::of(vec![shader(), text("src/b.rs", "// Keep in sync with b.wgsl.")]);
        assert_eq!(shaders_in_sync(&alone).len(), 1);
        let code = "/// Keep in sync with\n/// shaders/a.wgsl.";
        assert!(shaders_in_sync(&Tree::of(vec![shader(), text("src/b.rs", code)])).is_empty());
        let stages = text("shaders/c.wgsl", "struct Out { @builtin(position) p: vec4f }");
        assert!(shaders_in_sync(&Tree::of(vec![stages])).is_empty());
    }

    #[test]
    fn test_modules_are_no_product() {
        let tree = Tree::of(vec![
            text("src/a/mod.rs", "#[cfg(test)]\nmod fixture;\nmod b;"),
            text("src/a/fixture.rs", ""),
            text("src/a/fixture/deep.rs", ""),
            text("src/a/b.rs", ""),
            text("tests/x.rs", ""),
        ]);
        let product: Vec<&str> = tree.product().map(|file| file.path.as_str()).collect();
        assert_eq!(product, ["src/a/mod.rs", "src/a/b.rs"]);
    }
}
