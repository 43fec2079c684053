//! Replies about the library.

use serde::Serialize;
use utoipa::ToSchema;

use crate::library::{Entry, Kind, Page, folders::Looked, store::Version};

/// What can be loaded by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct LibraryPage {
    /// As many as were asked for: saved scenes, the last changed first; presets; models in folders.
    entries: Vec<LibraryEntry>,
    /// How many there are with these words, of the kind that was asked for.
    total: usize,
    /// How many there are with these words of each kind.
    counts: Counts,
    /// The folders that the operator has named.
    folders: Vec<ModelFolder>,
}

/// How many there are of each kind.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LibraryCounts)]
struct Counts {
    own: usize,
    preset: usize,
    folder: usize,
}

/// A folder with models.
#[derive(Debug, Serialize, ToSchema)]
struct ModelFolder {
    /// What it is called; where it is, is the operator's matter.
    name: String,
    /// How many models were found in it.
    models: usize,
    /// Why there are none, or not all.
    #[schema(required = true)]
    trouble: Option<String>,
}

/// Where an entry is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum EntryKind {
    /// A user has saved it.
    Own,
    /// It comes with the daemon.
    Preset,
    /// It is in a folder that the operator has named.
    Folder,
}

impl From<Kind> for EntryKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Own => Self::Own,
            Kind::Preset => Self::Preset,
            Kind::Folder => Self::Folder,
        }
    }
}

/// Something that can be loaded by name.
#[derive(Debug, Serialize, ToSchema)]
pub struct LibraryEntry {
    /// What requests call it.
    #[schema(example = "preset.robot-arm")]
    pub id: String,
    kind: EntryKind,
    /// What a person reads: any text.
    pub name: String,
    /// What is in it: any text.
    description: String,
    /// Words to find it by.
    tags: Vec<String>,
    /// The licence of a model in a folder, as far as it is recognised.
    #[schema(required = true)]
    licence: Option<String>,
    /// Where a model is below its folder.
    #[schema(required = true)]
    path: Option<String>,
    /// When a saved scene was last changed, RFC 3339.
    #[schema(required = true)]
    changed: Option<String>,
    /// How many versions of a saved scene are kept.
    versions: usize,
    /// Bytes of all versions.
    bytes: u64,
    /// Why it cannot be loaded.
    #[schema(required = true)]
    broken: Option<String>,
    /// Path of its picture, once that is drawn; another path for every content.
    #[schema(required = true)]
    thumbnail: Option<String>,
    /// Why it will have no picture.
    #[schema(required = true)]
    no_thumbnail: Option<String>,
}

/// An entry with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LibraryScene {
    pub entry: LibraryEntry,
    /// Versions of a saved scene, the newest first.
    history: Vec<SceneVersion>,
}

/// A version of a saved scene.
#[derive(Debug, Serialize, ToSchema)]
struct SceneVersion {
    /// From 1; numbers are never used again.
    version: u32,
    /// When it was saved, RFC 3339.
    saved: String,
    /// What is said of it: any text.
    note: String,
    /// `<mujoco model="…">`.
    model_name: String,
    /// How many files it has.
    files: usize,
    /// Bytes of its archive.
    bytes: u64,
    /// Why it cannot be loaded.
    #[schema(required = true)]
    broken: Option<String>,
}

/// How an entry's picture stands.
pub enum Picture {
    /// It is there, with this digest.
    Drawn(String),
    /// It will never be, for this reason.
    Never(String),
    /// It will be.
    Waiting,
}

impl LibraryEntry {
    pub fn new(entry: Entry, picture: Picture) -> Self {
        let (thumbnail, no_thumbnail) = match picture {
            Picture::Drawn(digest) => {
                // Enough of it to tell contents apart.
                let of = &digest[..digest.len().min(16)];
                (Some(format!("/api/library/{}/thumbnail?of={of}", entry.id)), None)
            }
            Picture::Never(why) => (None, Some(why)),
            Picture::Waiting => (None, None),
        };
        Self {
            id: entry.id,
            kind: entry.kind.into(),
            name: entry.name,
            description: entry.description,
            tags: entry.tags,
            licence: entry.licence,
            path: entry.path,
            changed: entry.changed,
            versions: entry.versions,
            bytes: entry.bytes,
            broken: entry.broken,
            thumbnail,
            no_thumbnail,
        }
    }
}

impl LibraryPage {
    /// `entries` are the page's, with their pictures.
    pub fn new(page: &Page, kind: Option<Kind>, entries: Vec<LibraryEntry>) -> Self {
        let [own, preset, folder] = page.counts;
        let total = match kind {
            None => own + preset + folder,
            Some(Kind::Own) => own,
            Some(Kind::Preset) => preset,
            Some(Kind::Folder) => folder,
        };
        let folders =
            page.found.folders.iter().map(|Looked { path, models, trouble }| ModelFolder {
                name: path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
                models: *models,
                trouble: trouble.clone(),
            });
        let counts = Counts { own, preset, folder };
        Self { entries, total, counts, folders: folders.collect() }
    }
}

impl LibraryScene {
    /// `versions` has the oldest first.
    pub fn new(entry: LibraryEntry, versions: Vec<Version>) -> Self {
        let history = versions.into_iter().rev().map(|version| {
            let Version { number, saved, note, model_name, files, bytes, broken, .. } = version;
            SceneVersion { version: number, saved, note, model_name, files, bytes, broken }
        });
        Self { entry, history: history.collect() }
    }
}
