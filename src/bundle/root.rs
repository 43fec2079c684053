//! Which of many files is the model.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;

use super::{
    error::Error,
    names::{self, base, folder, has_extension, join},
    text::{MAX_BYTES, Purpose, scan},
};

/// Bytes of model files that are read to find the root; in a larger bundle it must be named.
const MAX_READ: usize = 4 * MAX_BYTES;

/// Finds the root as MuJoCo's own viewer does: `scene.xml`, the one nearest to the top, or else the
/// only model that no other file refers to.
///
/// # Errors
/// [`Error::NoModel`], and [`Error::ManyModels`] with all that it could be.
pub(super) fn find(files: &BTreeMap<String, Bytes>) -> Result<String, Error> {
    let mut models = Vec::new();
    let mut referred = BTreeSet::new();
    let mut budget = MAX_READ;
    for (name, bytes) in files.iter().filter(|(name, _)| may_be_model(name)) {
        let Some(rest) = budget.checked_sub(bytes.len()) else {
            return Err(Error::ManyModels(
                files.keys().filter(|n| may_be_model(n)).cloned().collect(),
            ));
        };
        budget = rest;
        // What cannot be read is not the root; if the root includes it, that is the time to say so.
        let Ok(scan) = scan(name, bytes) else { continue };
        if scan.is_model() {
            models.push(name.clone());
        }
        let included = scan
            .references
            .iter()
            .filter(|reference| matches!(reference.purpose, Purpose::Include | Purpose::Model))
            .filter_map(|reference| join(folder(name), &reference.name))
            .filter(|other| other != name);
        referred.extend(included);
    }
    let depth = |name: &String| name.matches('/').count();
    let mut scenes: Vec<_> = models.iter().filter(|name| base(name) == "scene.xml").collect();
    scenes.sort_by_key(|name| depth(name));
    match scenes[..] {
        [only] => return Ok(only.clone()),
        [first, second, ..] if depth(first) < depth(second) => return Ok(first.clone()),
        _ => {}
    }
    let mut free: Vec<_> =
        models.iter().filter(|name| !referred.contains(*name)).cloned().collect();
    match free.len() {
        1 => Ok(free.remove(0)),
        0 if models.is_empty() => Err(unreadable(files)),
        0 => Err(Error::ManyModels(models)),
        _ => Err(Error::ManyModels(free)),
    }
}

/// Why there is no model: the fault of the only file that looks like one, or that there is none.
fn unreadable(files: &BTreeMap<String, Bytes>) -> Error {
    let mut candidates = files.iter().filter(|(name, _)| may_be_model(name));
    match (candidates.next(), candidates.next()) {
        (Some((name, bytes)), None) => scan(name, bytes).err().unwrap_or(Error::NoModel),
        _ => Error::NoModel,
    }
}

/// The file that `name` asks for, with or without the folder `top` that all files are in.
///
/// # Errors
/// [`Error::Name`] and [`Error::NoSuchRoot`].
pub(super) fn named(
    name: &str,
    top: &str,
    files: &BTreeMap<String, Bytes>,
) -> Result<String, Error> {
    let plain = names::plain(name)?.unwrap_or_default();
    // Of several folders in one another any may be left out.
    let starts = std::iter::successors(Some(top), |top| {
        Some(*top).filter(|top| !top.is_empty()).map(|top| {
            let parent = folder(top.trim_end_matches('/'));
            &top[..if parent.is_empty() { 0 } else { parent.len() + 1 }]
        })
    });
    let mut found = starts.map(|start| format!("{start}{plain}"));
    found.find(|name| files.contains_key(name)).ok_or_else(|| {
        let models = files.keys().filter(|name| may_be_model(name)).cloned().collect();
        Error::NoSuchRoot { name: names::shown(name), models }
    })
}

pub(super) fn may_be_model(name: &str) -> bool {
    ["xml", "mjcf", "urdf"].iter().any(|extension| has_extension(name, extension))
}
