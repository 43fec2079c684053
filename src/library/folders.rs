//! Models in folders of the operator's, such as a checkout of the MuJoCo Menagerie.
//!
//! Folders are looked through when somebody asks, and again once something in them has changed.
//! Links are not followed, hidden files are passed over, and what cannot be read is no model.
//! Everything here blocks.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

use super::Error;
use crate::bundle::{self, Bundle, Folder, MAX_TEXT_BYTES};

/// Models of all folders; further ones are passed over.
const MAX_MODELS: usize = 5000;
/// Folders within folders that are looked through.
const MAX_FOLDERS: usize = 20_000;
/// How deep they may be.
const MAX_DEPTH: usize = 8;
/// How much of a README or a licence is read, bytes.
const MAX_WORDS: usize = 64 << 10;
/// What was looked at is not looked at again within this time.
const FRESH: Duration = Duration::from_secs(2);
/// How licences are recognised, the longer texts first.
const LICENCES: [(&str, &str); 9] = [
    ("Apache License", "Apache-2.0"),
    ("GNU LESSER GENERAL PUBLIC LICENSE", "LGPL"),
    ("GNU GENERAL PUBLIC LICENSE", "GPL"),
    ("Creative Commons Attribution", "CC-BY"),
    ("Mozilla Public License", "MPL-2.0"),
    ("MIT License", "MIT"),
    ("Permission is hereby granted, free of charge", "MIT"),
    ("Neither the name", "BSD-3-Clause"),
    ("Redistribution and use in source and binary forms", "BSD-2-Clause"),
];

/// A model in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// The same as long as it is in the same place: 22 url-safe characters.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// The title of the README beside it, or its path.
    pub description: String,
    /// Its licence, as far as it is recognised.
    pub licence: Option<String>,
    /// Its place below its folder.
    pub path: String,
    /// Which folder it is in.
    folder: PathBuf,
    /// When its root file was last changed, and its length.
    stamp: Stamp,
}

impl Model {
    /// Another text once its root file has changed.
    pub fn fingerprint(&self) -> String {
        let (at, length) = &self.stamp;
        let since = at.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok());
        format!("{}@{}-{length}", self.id, since.unwrap_or_default().as_nanos())
    }
}

/// A folder that is looked through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// As it was configured.
    pub path: PathBuf,
    /// How many models were found.
    pub models: usize,
    /// Why there are none, or not all.
    pub trouble: Option<String>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// By folder and name.
    pub models: Vec<Model>,
    /// Each folder.
    pub folders: Vec<Looked>,
}

type Stamp = (Option<SystemTime>, u64);

/// The folders of the operator's.
#[derive(Debug)]
pub struct Folders {
    paths: Vec<PathBuf>,
    scanned: Mutex<Scanned>,
}

#[derive(Debug, Default)]
struct Scanned {
    at: Option<Instant>,
    found: Arc<Found>,
    /// Every folder and model that was looked at, and how it was.
    watched: Vec<(PathBuf, Option<Stamp>)>,
    /// What model files were found to include, by path.
    texts: HashMap<PathBuf, (Stamp, Option<Vec<String>>)>,
}

impl Folders {
    /// Folders to look through.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self { paths, scanned: Mutex::default() }
    }

    /// The models. Looks through the folders where something has changed, or `again` says so.
    pub fn found(&self, again: bool) -> Arc<Found> {
        // A panic leaves what was found before.
        let mut scanned = self.scanned.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = scanned.at.is_some_and(|at| at.elapsed() < FRESH);
        let same = || scanned.watched.iter().all(|(path, stamp)| stamp_of(path) == *stamp);
        if !self.paths.is_empty() && (again || (!fresh && (scanned.at.is_none() || !same()))) {
            self.scan(&mut scanned);
        }
        if !fresh || again {
            scanned.at = Some(Instant::now());
        }
        Arc::clone(&scanned.found)
    }

    /// A model.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn get(&self, id: &str) -> Result<Model, Error> {
        let found = self.found(false);
        let model = found.models.iter().find(|model| model.id == id).cloned();
        model.ok_or_else(|| Error::NotFound("there is no such model in the folders now".into()))
    }

    /// A model with its files. Nothing outside of its folder is read.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Bundle`].
    pub fn open(&self, id: &str, limits: &bundle::Limits) -> Result<(Bundle, Model), Error> {
        let model = self.get(id)?;
        let folder = Folder::open(&model.folder)
            .map_err(|error| Error::NotFound(format!("{}: {error}", model.folder.display())))?;
        Ok((folder.model(&model.path, limits)?, model))
    }

    fn scan(&self, scanned: &mut Scanned) {
        let texts = std::mem::take(&mut scanned.texts);
        let mut scan = Scan { texts, ..Scan::default() };
        for path in &self.paths {
            let before = scan.models.len();
            let trouble = scan.folder(path).err();
            let models = scan.models.len() - before;
            scan.folders.push(Looked { path: path.clone(), models, trouble });
        }
        tracing::debug!(models = scan.models.len(), "looked through the model folders");
        let Scan { models, folders, watched, kept, .. } = scan;
        *scanned =
            Scanned { at: None, found: Arc::new(Found { models, folders }), watched, texts: kept };
    }
}

/// A look through the folders.
#[derive(Default)]
struct Scan {
    models: Vec<Model>,
    folders: Vec<Looked>,
    watched: Vec<(PathBuf, Option<Stamp>)>,
    texts: HashMap<PathBuf, (Stamp, Option<Vec<String>>)>,
    kept: HashMap<PathBuf, (Stamp, Option<Vec<String>>)>,
}

impl Scan {
    fn folder(&mut self, root: &Path) -> Result<(), String> {
        self.watched.push((root.to_owned(), stamp_of(root)));
        let folder = Folder::open(root).map_err(|error| format!("it cannot be read: {error}"))?;
        let mut waiting = vec![(String::new(), None::<String>)];
        let (mut count, mut trouble) = (0, Ok(()));
        while let Some((place, licence)) = waiting.pop() {
            count += 1;
            if count > MAX_FOLDERS || self.models.len() >= MAX_MODELS {
                trouble = Err(format!(
                    "there is more in it than {MAX_FOLDERS} folders or {MAX_MODELS} models: name \
                     a smaller one"
                ));
                break;
            }
            self.one(root, &folder, &place, licence, &mut waiting);
        }
        self.models.sort_by(|a, b| (&a.folder, &a.name).cmp(&(&b.folder, &b.name)));
        trouble
    }

    /// Looks at the files of one folder, and notes the folders within it.
    fn one(
        &mut self,
        root: &Path,
        folder: &Folder,
        place: &str,
        licence: Option<String>,
        waiting: &mut Vec<(String, Option<String>)>,
    ) {
        let path = root.join(place);
        let Ok(entries) = fs::read_dir(&path) else { return };
        let (mut files, mut inner) = (BTreeSet::new(), Vec::new());
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            // Of the entry itself: links are neither.
            let Ok(kind) = entry.file_type() else { continue };
            if name.starts_with('.') || name.chars().any(char::is_control) {
                continue;
            }
            if kind.is_dir() && place.matches('/').count() < MAX_DEPTH {
                inner.push(format!("{place}{name}/"));
            } else if kind.is_file() {
                files.insert(name);
            }
        }
        self.watched.push((path.clone(), stamp_of(&path)));
        let words = |starts: &str| {
            let named = |name: &&String| name.to_ascii_lowercase().starts_with(starts);
            let name = files.iter().find(named)?;
            let bytes = folder.read(&format!("{place}{name}"), MAX_WORDS).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        };
        let licence = words("licen").map(|text| licence_of(&text)).or(licence);
        let mut included = BTreeSet::new();
        let mut models: Vec<(String, String, Stamp)> = Vec::new();
        for name in files.iter().filter(|name| is_model_file(name)) {
            let full = format!("{place}{name}");
            let path = path.join(name);
            let Some(stamp) = stamp_of(&path) else { continue };
            self.watched.push((path.clone(), Some(stamp)));
            let known = self.texts.remove(&path).filter(|(at, _)| *at == stamp);
            let (_, parts) = known.unwrap_or_else(|| {
                let text = folder.read(&full, MAX_TEXT_BYTES).ok();
                (stamp, text.and_then(|text| bundle::included(&full, &text)))
            });
            if let Some(parts) = &parts {
                included.extend(parts.iter().filter(|part| **part != full).cloned());
                models.push((name.clone(), full, stamp));
            }
            self.kept.insert(path, (stamp, parts));
        }
        models.retain(|(_, full, _)| !included.contains(full));
        let title = words("readme").and_then(|text| title_of(&text));
        let own = place.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let root_name = root.file_name().map(|name| name.to_string_lossy().into_owned());
        let own = if own.is_empty() { root_name.unwrap_or_default() } else { own.to_owned() };
        for (name, full, stamp) in &models {
            let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
            let alone = models.len() == 1 || stem == "scene" || stem == own;
            let name = if alone { spaced(&own) } else { format!("{} · {}", spaced(&own), stem) };
            self.models.push(Model {
                id: id_of(root, full),
                name,
                description: title.clone().unwrap_or_else(|| full.clone()),
                licence: licence.clone(),
                path: full.clone(),
                folder: root.to_owned(),
                stamp: *stamp,
            });
        }
        waiting.extend(inner.into_iter().map(|place| (place, licence.clone())));
    }
}

fn is_model_file(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    matches!(extension.as_deref(), Some("xml" | "mjcf"))
}

fn stamp_of(path: &Path) -> Option<Stamp> {
    let metadata = fs::symlink_metadata(path).ok()?;
    Some((metadata.modified().ok(), metadata.len()))
}

fn id_of(root: &Path, full: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(root.as_os_str().as_encoded_bytes());
    hash.update([0]);
    hash.update(full);
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..16])
}

/// The first heading of a README, without the words that all of them have.
fn title_of(text: &str) -> Option<String> {
    let heading = text.lines().find_map(|line| line.trim().strip_prefix("# "))?;
    let heading = heading.trim().trim_end_matches(" (MJCF)").trim_end_matches(" Description");
    let plain: String = heading.chars().filter(|c| !c.is_control()).take(200).collect();
    Some(plain).filter(|plain| !plain.is_empty())
}

fn licence_of(text: &str) -> String {
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let found = LICENCES.iter().find(|(words, _)| plain.contains(words));
    found.map_or("see its licence file", |(_, name)| name).to_owned()
}

/// `franka_emika_panda` as people write it.
fn spaced(name: &str) -> String {
    let words = name.split(['_', ' ']).filter(|word| !word.is_empty()).map(|word| {
        let mut letters = word.chars();
        let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
        first + letters.as_str()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
