//! Names of files: made plain, and refused where they could mean anything outside of the bundle.

use super::error::{Error, NameFault};

/// Longest name, bytes: MuJoCo's error texts hold one twice.
pub(super) const MAX_LENGTH: usize = 400;
/// Most folders in a name.
const MAX_DEPTH: usize = 32;

/// The plain form of `name`, without `.` and empty parts; `None` for what archives carry along and
/// no model uses: hidden files and macOS' second copies.
///
/// # Errors
/// [`Error::Name`].
pub(super) fn plain(name: &str) -> Result<Option<String>, Error> {
    let refuse = |fault| Err(Error::Name { name: shown(name), fault });
    if name.starts_with('/') {
        return refuse(NameFault::Absolute);
    }
    let bad = name.chars().find_map(|c| match c {
        '\\' => Some(NameFault::Backslash),
        ':' => Some(NameFault::Colon),
        c if c.is_control() => Some(NameFault::Control),
        _ => None,
    });
    if let Some(fault) = bad {
        return refuse(fault);
    }
    let parts: Vec<_> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.is_empty() {
        return refuse(NameFault::Empty);
    }
    if parts.contains(&"..") {
        return refuse(NameFault::Parent);
    }
    if name.len() > MAX_LENGTH || parts.len() > MAX_DEPTH {
        return refuse(NameFault::TooLong);
    }
    let is_junk = parts.iter().any(|part| part.starts_with('.') || *part == "__MACOSX");
    Ok((!is_junk).then(|| parts.join("/")))
}

/// What two names have in common that some file system takes for one: upper and lower case, and
/// the ways that Unicode has of writing the same letter.
pub(super) fn folded(name: &str) -> String {
    let normalizer = icu_normalizer::ComposingNormalizerBorrowed::new_nfkc();
    // Lower case may decompose anew, hence twice.
    let once = normalizer.normalize(name).to_lowercase();
    normalizer.normalize(&once).into_owned()
}

/// `path` seen from `folder` (empty: the top), as MuJoCo puts paths together: both kinds of slash
/// separate, and `..` goes up. `None` where that leaves the bundle.
pub(super) fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in folder.split(SLASHES).chain(path.split(SLASHES)) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether MuJoCo takes `path` for one that is not relative to anything.
pub(super) fn is_absolute(path: &str) -> bool {
    path.starts_with(SLASHES) || path.contains(":/") || path.contains(":\\")
}

/// What MuJoCo takes for a separator.
pub(super) const SLASHES: [char; 2] = ['/', '\\'];

/// The folder of a file, empty at the top.
pub(super) fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The last part of a name.
pub(super) fn base(name: &str) -> &str {
    name.rsplit(SLASHES).next().unwrap_or(name)
}

/// Whether `name` ends with `.extension`, in any case.
pub(super) fn has_extension(name: &str, extension: &str) -> bool {
    base(name).rsplit_once('.').is_some_and(|(_, own)| own.eq_ignore_ascii_case(extension))
}

/// A name as it may stand in an error: hostile ones are long.
pub(super) fn shown(name: &str) -> String {
    const LONGEST: usize = 200;
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    format!("{}…", &name[..name.floor_char_boundary(LONGEST)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_names_pass_and_others_are_refused() {
        for (name, wanted) in [
            ("a.xml", Some("a.xml")),
            ("./a//b/./c.obj", Some("a/b/c.obj")),
            ("ü/ж 1.png", Some("ü/ж 1.png")),
            ("a..b/...c", None),
            ("__MACOSX/._a.xml", None),
            (".git/config", None),
            ("a/.DS_Store", None),
        ] {
            assert_eq!(plain(name).expect(name).as_deref(), wanted, "{name}");
        }
        for (name, wanted) in [
            ("", NameFault::Empty),
            ("./", NameFault::Empty),
            ("/etc/passwd", NameFault::Absolute),
            ("../a", NameFault::Parent),
            ("a/../b", NameFault::Parent),
            ("a/..", NameFault::Parent),
            ("..\\a", NameFault::Backslash),
            ("C:/a", NameFault::Colon),
            ("c:a", NameFault::Colon),
            ("a\0b", NameFault::Control),
            ("a\nb", NameFault::Control),
        ] {
            let error = plain(name).expect_err(name);
            assert!(matches!(error, Error::Name { fault, .. } if fault == wanted), "{error}");
        }
        assert!(plain(&"a/".repeat(100)).is_err());
        assert!(plain(&"a".repeat(500)).is_err());
    }

    #[test]
    fn names_that_look_the_same_fold_together() {
        for (a, b) in [("A.OBJ", "a.obj"), ("\u{e9}", "e\u{301}"), ("ﬁn", "FIN"), ("Σ", "σ")] {
            assert_eq!(folded(a), folded(b), "{a} {b}");
        }
        assert_ne!(folded("a"), folded("b"));
    }

    #[test]
    fn paths_join_as_mujoco_joins_them() {
        for (folder, path, wanted) in [
            ("", "a.obj", Some("a.obj")),
            ("xml", "../meshes/a.obj", Some("meshes/a.obj")),
            ("a/b", "..\\..\\c", Some("c")),
            ("a", "./b//c", Some("a/b/c")),
            ("", "../a", None),
            ("a", "../../b", None),
        ] {
            assert_eq!(join(folder, path).as_deref(), wanted, "{folder} {path}");
        }
        for path in ["/a", "\\a", "C:\\a", "C:/a", "file:///a", "http://a"] {
            assert!(is_absolute(path), "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_name_escapes(name in "[a./\\\\:\u{0}é-]{0,24}") {
            if let Ok(Some(plain)) = plain(&name) {
                prop_assert!(!plain.starts_with('/') && !plain.contains(['\\', ':', '\0']));
                prop_assert!(plain.split('/').all(|part| !part.is_empty() && !part.starts_with('.')));
                prop_assert_eq!(super::plain(&plain).expect("stays plain"), Some(plain.clone()));
            }
        }

        #[test]
        fn no_path_escapes(folder in "[a./\\\\]{0,12}", path in "[a./\\\\]{0,12}") {
            if let Some(joined) = join(&folder, &path) {
                prop_assert!(!joined.starts_with('/') && !joined.split('/').any(|part| part == ".."));
            }
        }
    }
}
