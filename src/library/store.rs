//! The user's own scenes, with versions.
//!
//! ```text
//!  <dir>/<id>/scene.json      what is known of a scene, replaced whole, and last of all
//!  <dir>/<id>/<number>.zip    a version: a model with its files
//!  <dir>/new-…, <dir>/old-…, *.partial    what is being made or done away with
//! ```
//! The disk is all that there is: nothing is kept in memory, so that several daemons may share a
//! directory. Whoever changes it holds its lock. What a crash has left is no scene.json's and is
//! cleared away; what cannot be read is listed as broken, with the reason. Everything here blocks.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Error;
use crate::{
    bundle::{self, Bundle},
    disk::{self, Outlives},
    units::rfc3339,
};

const INDEX: &str = "scene.json";
/// Largest index, bytes: far more than one with all versions has.
const MAX_INDEX: u64 = 4 << 20;
/// Most characters of a name, and of what is said of a version.
const MAX_NAME: usize = 128;
/// Most characters of a description.
const MAX_DESCRIPTION: usize = 2000;
/// Most tags, and most characters of each.
const MAX_TAGS: (usize, usize) = (16, 40);

/// What own scenes may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Where they are kept; `None`: nowhere, none can be saved.
    pub dir: Option<PathBuf>,
    /// Most scenes.
    pub scenes: usize,
    /// Versions that are kept of each.
    pub versions: usize,
    /// Most bytes of all.
    pub bytes: u64,
    /// What a model may hold.
    pub model: bundle::Limits,
}

/// What its owner says of a scene: any text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What to call it; `None`: as it is called.
    pub name: Option<String>,
    /// What is in it.
    pub description: Option<String>,
    /// Words to find it by.
    pub tags: Option<Vec<String>>,
}

/// What is known of a scene.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// Random and url-safe.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// What is in it, in its owner's words.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// When it was first saved, RFC 3339.
    pub created: String,
    /// When it was last changed, RFC 3339.
    pub changed: String,
    /// The number of the next version.
    next: u32,
    /// The versions that are kept, the oldest first.
    pub versions: Vec<Version>,
}

/// A version of a scene.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// From 1; numbers are never used again.
    pub number: u32,
    /// When it was saved, RFC 3339.
    pub saved: String,
    /// What is said of it.
    pub note: String,
    /// `<mujoco model="…">`.
    pub model_name: String,
    /// How many files it has.
    pub files: usize,
    /// Bytes of its archive.
    pub bytes: u64,
    /// [`Bundle::digest`].
    pub digest: String,
    /// SHA-256 of its archive.
    sha256: String,
    root: String,
    aliases: BTreeMap<String, String>,
    /// Why it cannot be opened.
    #[serde(skip)]
    pub broken: Option<String>,
}

/// What is to be saved.
pub struct Content<'a> {
    /// The model.
    pub bundle: &'a Bundle,
    /// `<mujoco model="…">`.
    pub model_name: &'a str,
    /// What is said of it: any text.
    pub note: &'a str,
}

/// The user's own scenes.
#[derive(Debug)]
pub struct Store {
    limits: Limits,
}

impl Store {
    /// Clears away what a crash has left.
    pub fn open(limits: Limits) -> Self {
        if let Some(dir) = limits.dir.as_deref().filter(|dir| dir.is_dir()) {
            // One that another daemon is changing just now is cleaned another time.
            match lock(dir, FlockOperation::NonBlockingLockExclusive) {
                Ok(_lock) => clean(dir),
                Err(error) => tracing::debug!(%error, "the library is not cleaned"),
            }
        }
        Self { limits }
    }

    /// All scenes: each with its index, or with the reason why it cannot be read. The last changed
    /// is first.
    pub fn all(&self) -> Vec<(String, Result<Index, String>)> {
        let Some(dir) = &self.limits.dir else { return Vec::new() };
        let mut all: Vec<_> = ids(dir).into_iter().map(|id| (read(dir, &id), id)).collect();
        all.sort_by(|(a, _), (b, _)| {
            let changed =
                |index: &Result<Index, String>| index.as_ref().ok().map(|i| i.changed.clone());
            changed(b).cmp(&changed(a))
        });
        all.into_iter().map(|(index, id)| (id, index)).collect()
    }

    /// What is known of a scene.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Broken`].
    pub fn get(&self, id: &str) -> Result<Index, Error> {
        let dir = self.limits.dir.as_deref().filter(|dir| is_id(id) && dir.join(id).is_dir());
        let dir = dir.ok_or_else(|| Error::NotFound("there is no such scene of yours".into()))?;
        read(dir, id).map_err(Error::Broken)
    }

    /// Saves a new scene.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::Full`], [`Error::Nowhere`], [`Error::Disk`].
    pub fn save(&self, about: About, content: &Content<'_>) -> Result<Index, Error> {
        let about = checked(about)?;
        let name = about.name.ok_or_else(|| Error::Invalid("say what to call it: name".into()))?;
        let dir = self.dir()?;
        let _lock = self.lock(dir)?;
        let count = ids(dir).len();
        if count >= self.limits.scenes {
            return Err(Error::Full(format!(
                "{count} scenes are saved, and no more may be: delete some, or raise \
                 library.max_scenes"
            )));
        }
        let now = now();
        let mut index = Index {
            id: new_id().map_err(|source| Error::disk(dir, source))?,
            name,
            description: about.description.unwrap_or_default(),
            tags: about.tags.unwrap_or_default(),
            created: now.clone(),
            changed: now,
            next: 1,
            versions: Vec::new(),
        };
        let partial = dir.join(format!("new-{}", index.id));
        let mut made = || -> Result<(), Error> {
            let failed = |source| Error::disk(dir, source);
            disk::make_dir(&partial).map_err(failed)?;
            self.put(dir, &partial, &mut index, content)?;
            fs::rename(&partial, dir.join(&index.id)).map_err(failed)?;
            disk::sync_dir(dir).map_err(failed)
        };
        made().inspect_err(|_| drop(fs::remove_dir_all(&partial)))?;
        Ok(index)
    }

    /// Saves another version of a scene. The oldest goes where there are too many.
    ///
    /// # Errors
    /// As [`Self::save`], [`Error::NotFound`], [`Error::Broken`].
    pub fn add(&self, id: &str, content: &Content<'_>) -> Result<Index, Error> {
        let dir = self.dir()?;
        let _lock = self.lock(dir)?;
        let mut index = self.get(id)?;
        self.put(dir, &dir.join(id), &mut index, content)?;
        Ok(index)
    }

    /// Writes a version and the index with it into `place`, and what is too old out of it.
    fn put(
        &self,
        dir: &Path,
        place: &Path,
        index: &mut Index,
        content: &Content<'_>,
    ) -> Result<(), Error> {
        let archive = content.bundle.to_zip()?;
        let kept = self.limits.versions.max(1) - 1;
        let old: Vec<_> =
            index.versions.drain(..index.versions.len().saturating_sub(kept)).collect();
        let freed: u64 = old.iter().map(|version| version.bytes).sum();
        let used = bytes_in(dir).saturating_sub(freed) + archive.len() as u64;
        if used > self.limits.bytes {
            return Err(Error::Full(format!(
                "with this, the saved scenes would have {used} of {} bytes: delete some, or raise \
                 library.max_bytes",
                self.limits.bytes
            )));
        }
        let version = Version {
            number: index.next,
            saved: now(),
            note: line("what is said of a version", content.note, MAX_NAME)?,
            model_name: content.model_name.chars().take(MAX_NAME).collect(),
            files: content.bundle.files().len(),
            bytes: archive.len() as u64,
            digest: content.bundle.digest(),
            sha256: sha256(&archive),
            root: content.bundle.root().to_owned(),
            aliases: content.bundle.aliases().map(|(a, b)| (a.to_owned(), b.to_owned())).collect(),
            broken: None,
        };
        let failed = |source| Error::disk(dir, source);
        let file = place.join(file_of(version.number));
        disk::write(&file, &archive, Outlives::Machine).map_err(failed)?;
        index.next += 1;
        index.changed.clone_from(&version.saved);
        index.versions.push(version);
        write_index(place, index).map_err(failed)?;
        for version in old {
            // What stays is cleared away at the next start.
            let _ = fs::remove_file(place.join(file_of(version.number)));
        }
        Ok(())
    }

    /// Makes an older version the newest again: it is saved anew.
    ///
    /// # Errors
    /// As [`Self::add`] and [`Self::open_version`].
    pub fn restore(&self, id: &str, number: u32) -> Result<Index, Error> {
        let (bundle, version) = self.open_version(id, Some(number))?;
        let note = format!("as version {number}");
        self.add(id, &Content { bundle: &bundle, model_name: &version.model_name, note: &note })
    }

    /// Changes what is said of a scene.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::NotFound`], [`Error::Broken`], [`Error::Disk`].
    pub fn change(&self, id: &str, about: About) -> Result<Index, Error> {
        let About { name, description, tags } = checked(about)?;
        let dir = self.dir()?;
        let _lock = self.lock(dir)?;
        let mut index = self.get(id)?;
        index.name = name.unwrap_or(index.name);
        index.description = description.unwrap_or(index.description);
        index.tags = tags.unwrap_or(index.tags);
        index.changed = now();
        write_index(&dir.join(id), &index).map_err(|source| Error::disk(dir, source))?;
        Ok(index)
    }

    /// Removes a scene with all versions, also one that is broken.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Disk`].
    pub fn remove(&self, id: &str) -> Result<(), Error> {
        match self.get(id) {
            Ok(_) | Err(Error::Broken(_)) => {}
            Err(error) => return Err(error),
        }
        let dir = self.dir()?;
        let _lock = self.lock(dir)?;
        let old = dir.join(format!("old-{id}"));
        let gone = fs::rename(dir.join(id), &old).and_then(|()| disk::sync_dir(dir));
        gone.map_err(|source| Error::disk(dir, source))?;
        // What stays is cleared away at the next start.
        let _ = fs::remove_dir_all(old);
        Ok(())
    }

    /// A version's model, the newest where none is named.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Broken`], [`Error::Bundle`].
    pub fn open_version(&self, id: &str, number: Option<u32>) -> Result<(Bundle, Version), Error> {
        let (path, version) = self.archive(id, number)?;
        let broken = |why: &str| Error::Broken(format!("version {}: {why}", version.number));
        let bytes = fs::read(path).map_err(|error| broken(&format!("its file: {error}")))?;
        if sha256(&bytes) != version.sha256 {
            return Err(broken("its file is not what was saved"));
        }
        let Version { root, aliases, .. } = &version;
        let bundle = Bundle::of_kept_zip(bytes.into(), root.clone(), aliases, &self.limits.model)?;
        Ok((bundle, version))
    }

    /// Where a version's archive is.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Broken`].
    pub fn archive(&self, id: &str, number: Option<u32>) -> Result<(PathBuf, Version), Error> {
        let mut versions = self.get(id)?.versions.into_iter().rev();
        let found = versions.find(|version| number.is_none_or(|number| version.number == number));
        let version = found.ok_or_else(|| {
            let which = number.map_or_else(String::new, |number| format!(" {number}"));
            Error::NotFound(format!("the scene has no version{which}: its entry lists them"))
        })?;
        if let Some(why) = &version.broken {
            return Err(Error::Broken(format!("version {}: {why}", version.number)));
        }
        Ok((self.dir()?.join(id).join(file_of(version.number)), version))
    }

    fn dir(&self) -> Result<&Path, Error> {
        self.limits.dir.as_deref().ok_or(Error::Nowhere)
    }

    fn lock(&self, dir: &Path) -> Result<File, Error> {
        let locked = disk::make_dir(dir).and_then(|()| lock(dir, FlockOperation::LockExclusive));
        locked.map_err(|source| Error::disk(dir, source))
    }
}

// ---- words of the owner's -------------------------------------------------------------------

fn checked(about: About) -> Result<About, Error> {
    let About { name, description, tags } = about;
    let name = name.map(|name| line("name", &name, MAX_NAME)).transpose()?;
    if name.as_deref() == Some("") {
        return Err(Error::Invalid("name: it is empty".into()));
    }
    if let Some(text) = &description {
        let fits = |c: char| c == '\n' || !c.is_control();
        if text.chars().count() > MAX_DESCRIPTION || !text.chars().all(fits) {
            let most = MAX_DESCRIPTION;
            let why = format!("description: at most {most} characters, none of control");
            return Err(Error::Invalid(why));
        }
    }
    let (most, longest) = MAX_TAGS;
    let tags = tags.map(|tags| {
        if tags.len() > most {
            return Err(Error::Invalid(format!("tags: at most {most}")));
        }
        let tags = tags.iter().map(|tag| line("a tag", tag, longest));
        Ok(tags.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|tag| !tag.is_empty()).collect())
    });
    Ok(About { name, description, tags: tags.transpose()? })
}

/// A text on one line, without spaces around it.
fn line(what: &str, text: &str, most: usize) -> Result<String, Error> {
    let text = text.trim();
    if text.chars().count() > most || text.chars().any(char::is_control) {
        return Err(Error::Invalid(format!("{what}: at most {most} characters on one line")));
    }
    Ok(text.to_owned())
}

// ---- files ----------------------------------------------------------------------------------

fn file_of(number: u32) -> String {
    format!("{number}.zip")
}

/// Whether this is how ids look: 22 url-safe characters. They become parts of paths.
fn is_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    text.len() == 22 && text.bytes().all(fits)
}

fn new_id() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn names_in(dir: &Path) -> impl Iterator<Item = String> {
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    files.filter_map(|file| file.file_name().into_string().ok())
}

fn ids(dir: &Path) -> Vec<String> {
    names_in(dir).filter(|name| is_id(name) && dir.join(name).is_dir()).collect()
}

fn read(dir: &Path, id: &str) -> Result<Index, String> {
    let place = dir.join(id);
    let path = place.join(INDEX);
    let unreadable =
        |error: &dyn std::fmt::Display| format!("its {INDEX} ({id}) cannot be read: {error}");
    let length = fs::metadata(&path).map_err(|error| unreadable(&error))?.len();
    if length > MAX_INDEX {
        return Err(unreadable(&format!("it has {length} bytes")));
    }
    let bytes = fs::read(&path).map_err(|error| unreadable(&error))?;
    let mut index: Index = serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))?;
    if index.id != id {
        return Err(unreadable(&"it is another scene's"));
    }
    if index.versions.is_empty() {
        return Err(unreadable(&"it has no version"));
    }
    for version in &mut index.versions {
        let found = fs::metadata(place.join(file_of(version.number)));
        version.broken = match found.map(|metadata| metadata.len()) {
            Ok(length) if length == version.bytes => None,
            Ok(length) => Some(format!("its file has {length} bytes of {}", version.bytes)),
            Err(error) => Some(format!("its file: {error}")),
        };
    }
    Ok(index)
}

fn write_index(place: &Path, index: &Index) -> io::Result<()> {
    let text = serde_json::to_vec_pretty(index).map_err(io::Error::other)?;
    disk::write(&place.join(INDEX), &text, Outlives::Machine)
}

fn lock(dir: &Path, how: FlockOperation) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let file =
        options.write(true).create(true).truncate(false).mode(0o600).open(dir.join("lock"))?;
    flock(&file, how)?;
    Ok(file)
}

/// Bytes of all files of all scenes.
fn bytes_in(dir: &Path) -> u64 {
    let files = names_in(dir).flat_map(|name| fs::read_dir(dir.join(name)).into_iter().flatten());
    files.flatten().filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum()
}

/// Removes what no index knows.
fn clean(dir: &Path) {
    for name in names_in(dir) {
        let place = dir.join(&name);
        if name.starts_with("new-") || name.starts_with("old-") {
            let _ = fs::remove_dir_all(&place);
        } else if is_id(&name) {
            // Where the index cannot be read, someone may still mend it.
            let known = read(dir, &name).ok();
            for file in names_in(&place) {
                let number =
                    file.strip_suffix(".zip").and_then(|number| number.parse::<u32>().ok());
                let unknown = known.as_ref().zip(number).is_some_and(|(index, number)| {
                    index.versions.iter().all(|version| version.number != number)
                });
                if unknown || file.ends_with(disk::PARTIAL) {
                    let _ = fs::remove_file(place.join(file));
                }
            }
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Now, RFC 3339: texts sort as times do.
fn now() -> String {
    rfc3339(SystemTime::now())
}

#[cfg(test)]
mod tests;
