//! A model as its author gives it: a root file and all that it refers to, checked.
//!
//! ```text
//!  text ──────────┐
//!  zip archive ───┤► names ─► which is the root? ─► every file that it reaches ─► Bundle
//!  folder (parts)─┤  sizes                          is there, and fit for MuJoCo
//!  disk ──────────┘
//! ```
//! Whoever sends a model is taken for hostile. A [`Bundle`] cannot name a file outside of itself,
//! be larger than the limits, or make MuJoCo look for a file that it does not hold. That its models
//! compile is for a worker to find out. Nothing here starts a process or knows HTTP.

mod archive;
pub(crate) mod codec;
mod disk;
mod error;
mod folder;
mod names;
mod resolve;
mod root;
mod text;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use bytes::Bytes;
use sha2::{Digest as _, Sha256};

pub use disk::read;
pub use error::{Error, NameFault, TextFault};
pub use folder::{Folder, included};
pub use text::{MAX_BYTES as MAX_TEXT_BYTES, MAX_DEPTH, MAX_ELEMENTS};

/// Most files of a bundle.
pub const MAX_FILES: usize = 4096;
/// The name of a model that comes as text alone.
const ALONE: &str = "scene.xml";

/// What a bundle may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of all files together, unpacked. Default: 256 MiB.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 256 << 20 }
    }
}

/// A model with all its files. Cheap to clone: contents are shared.
#[derive(Clone, PartialEq, Eq)]
pub struct Bundle {
    inner: Arc<Inner>,
}

#[derive(PartialEq, Eq)]
struct Inner {
    root: String,
    files: BTreeMap<String, Bytes>,
    /// Names that MuJoCo asks for and that no file has, each with the file that is meant.
    aliases: BTreeMap<String, String>,
}

impl std::fmt::Debug for Bundle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Inner { root, files, aliases } = &*self.inner;
        let names: Vec<_> = files.keys().collect();
        f.debug_struct("Bundle")
            .field("root", root)
            .field("files", &names)
            .field("aliases", aliases)
            .finish()
    }
}

impl Bundle {
    /// A model, MJCF or URDF, that refers to nothing else.
    ///
    /// # Errors
    /// [`Error::Text`].
    pub fn of_text(text: impl Into<String>) -> Result<Self, Error> {
        let unchecked = Self::unchecked(text);
        Self::checked(ALONE.into(), unchecked.inner.files.clone())
    }

    /// The same without any check: for models that the program itself holds, and for tests of
    /// what workers do with hostile ones.
    pub fn unchecked(text: impl Into<String>) -> Self {
        let files = [(ALONE.to_owned(), Bytes::from(text.into()))];
        Self::new(ALONE.into(), files.into(), BTreeMap::new())
    }

    /// The model in a zip archive. `root` names its root file where that is not obvious: see
    /// [`Self::from_files`].
    ///
    /// # Errors
    /// [`Error`] that names the file at fault. Links, encrypted files, names that lead outside, and
    /// files that unpack to far more than they should are refused.
    pub fn from_zip(archive: Bytes, root: Option<&str>, limits: &Limits) -> Result<Self, Error> {
        let mut files = Collector::new(limits);
        archive::unpack(archive, &mut files, archive::MAX_RATIO)?;
        files.finish(root)
    }

    /// All files as a zip archive: the same bytes for the same files.
    ///
    /// # Errors
    /// [`Error::Archive`].
    pub fn to_zip(&self) -> Result<Vec<u8>, Error> {
        archive::pack(self)
    }

    /// A bundle as [`Self::to_zip`], [`Self::root`] and [`Self::aliases`] once gave it out, checked
    /// again.
    ///
    /// # Errors
    /// [`Error`] that names the file at fault.
    pub fn of_kept_zip(
        archive: Bytes,
        root: String,
        aliases: &BTreeMap<String, String>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let mut collector = Collector::new(limits);
        // What was packed here may have shrunk to nearly nothing.
        archive::unpack(archive, &mut collector, u64::MAX)?;
        collector.kept(root, aliases)
    }

    /// A hash of the root's name and of all files by name: SHA-256 as lower-case digits.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        part(self.inner.root.as_bytes());
        for (name, contents) in self.files() {
            part(name.as_bytes());
            part(contents);
        }
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The model among `files` (relative names, contents), as a browser sends a folder. Hidden
    /// files are left out.
    ///
    /// The root is `scene.xml` if there is one, the one nearest to the top; else the only model
    /// that no other file includes; or `root`, from the top or from the folder that all are in.
    ///
    /// # Errors
    /// [`Error`] that names the file at fault, or [`Error::ManyModels`] with what could be meant.
    pub fn from_files<N: AsRef<str>>(
        files: impl IntoIterator<Item = (N, Bytes)>,
        root: Option<&str>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let mut collector = Collector::new(limits);
        for (name, contents) in files {
            let name = name.as_ref();
            if let Some(plain) = names::plain(name)? {
                collector.add(name, plain, contents)?;
            }
        }
        collector.finish(root)
    }

    /// A bundle as it was once given out by [`Self::root`], [`Self::files`] and [`Self::aliases`],
    /// checked again.
    ///
    /// # Errors
    /// [`Error`] that names the file at fault.
    pub fn kept(
        root: String,
        files: impl IntoIterator<Item = (String, Bytes)>,
        aliases: &BTreeMap<String, String>,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let mut collector = Collector::new(limits);
        for (name, contents) in files {
            if let Some(plain) = names::plain(&name)? {
                collector.add(&name, plain, contents)?;
            }
        }
        collector.kept(root, aliases)
    }

    /// The same model with another text in its root file.
    ///
    /// # Errors
    /// [`Error`] that says what is wrong with the text, or which file it wants that is not there.
    pub fn with_text(&self, text: impl Into<String>) -> Result<Self, Error> {
        let Inner { root, files, aliases } = &*self.inner;
        let mut files = files.clone();
        files.insert(root.clone(), Bytes::from(text.into()));
        let aliases = resolve::check(root, &mut Held { files: &files, aliases })?;
        Ok(Self::new(root.clone(), files, aliases))
    }

    /// Files that nobody has checked, with their root: for tests of what workers do with hostile
    /// ones.
    #[doc(hidden)]
    pub fn unchecked_files(root: &str, files: &[(&str, &[u8])]) -> Self {
        let file = |(name, bytes): &(&str, &[u8])| ((*name).to_owned(), bytes.to_vec().into());
        Self::new(root.to_owned(), files.iter().map(file).collect(), BTreeMap::new())
    }

    fn checked(root: String, files: BTreeMap<String, Bytes>) -> Result<Self, Error> {
        let aliases =
            resolve::check(&root, &mut Held { files: &files, aliases: &BTreeMap::new() })?;
        Ok(Self::new(root, files, aliases))
    }

    fn new(
        root: String,
        files: BTreeMap<String, Bytes>,
        aliases: BTreeMap<String, String>,
    ) -> Self {
        Self { inner: Arc::new(Inner { root, files, aliases }) }
    }

    /// Whether both are one and the same, not only equal.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// The name of the root file, with its folders.
    pub fn root(&self) -> &str {
        &self.inner.root
    }

    /// The text of the root file.
    pub fn text(&self) -> &str {
        let bytes = self.inner.files.get(&self.inner.root).map(|bytes| &bytes[..]);
        std::str::from_utf8(bytes.unwrap_or_default()).unwrap_or_default()
    }

    /// All files in the order of their names, the root among them: names, which are relative and
    /// go through plain folders only, and contents.
    pub fn files(&self) -> impl ExactSizeIterator<Item = (&str, &Bytes)> {
        self.inner.files.iter().map(|(name, contents)| (name.as_str(), contents))
    }

    /// Names that MuJoCo will ask for although no file has them, and the file that each means.
    pub fn aliases(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.inner.aliases.iter().map(|(asked, file)| (asked.as_str(), file.as_str()))
    }
}

/// Files on their way into a bundle, within its limits.
struct Collector {
    files: BTreeMap<String, Bytes>,
    /// Names by what they have in common with others.
    folded: HashMap<String, String>,
    bytes: usize,
    limits: Limits,
}

impl Collector {
    fn new(limits: &Limits) -> Self {
        Self { files: BTreeMap::new(), folded: HashMap::new(), bytes: 0, limits: *limits }
    }

    /// Refuses at once what will be too many files.
    fn expect(&self, count: usize) -> Result<(), Error> {
        // Folders and hidden files count as entries of an archive, but not as files.
        if count > 2 * MAX_FILES {
            return Err(Error::TooManyFiles { most: MAX_FILES });
        }
        Ok(())
    }

    /// Bytes that may still come.
    fn room(&self) -> u64 {
        (self.limits.bytes - self.bytes) as u64
    }

    fn too_large(&self, name: &str) -> Error {
        Error::TooLarge { name: names::shown(name), most: self.limits.bytes }
    }

    /// Takes a file that was given as `name` and is called `plain`.
    fn add(&mut self, name: &str, plain: String, contents: Bytes) -> Result<(), Error> {
        if self.files.len() == MAX_FILES {
            return Err(Error::TooManyFiles { most: MAX_FILES });
        }
        if contents.len() as u64 > self.room() {
            return Err(self.too_large(name));
        }
        if let Some(first) = self.folded.insert(names::folded(&plain), name.to_owned()) {
            let second = names::shown(name);
            return Err(Error::Duplicate { first: names::shown(&first), second });
        }
        self.bytes += contents.len();
        self.files.insert(plain, contents);
        Ok(())
    }

    fn kept(self, root: String, aliases: &BTreeMap<String, String>) -> Result<Bundle, Error> {
        let files = self.files;
        if !files.contains_key(&root) {
            return Err(Error::NoSuchRoot { name: root, models: Vec::new() });
        }
        let aliases = resolve::check(&root, &mut Held { files: &files, aliases })?;
        Ok(Bundle::new(root, files, aliases))
    }

    fn finish(self, root: Option<&str>) -> Result<Bundle, Error> {
        let root = match root {
            Some(name) => root::named(name, &top(self.files.keys()), &self.files)?,
            None => root::find(&self.files)?,
        };
        Bundle::checked(root, self.files)
    }
}

/// The folder that all names are in, with its last slash; empty if there is none.
fn top<'a>(mut names: impl Iterator<Item = &'a String>) -> String {
    let first = names.next().map_or("", |name| names::folder(name));
    let mut parts: Vec<_> = first.split('/').filter(|part| !part.is_empty()).collect();
    for name in names {
        let folders = names::folder(name).split('/');
        let common = parts.iter().zip(folders).take_while(|(mine, theirs)| **mine == *theirs);
        let common = common.count();
        parts.truncate(common);
    }
    parts.iter().map(|part| format!("{part}/")).collect()
}

/// The files of a bundle in the making.
struct Held<'a> {
    files: &'a BTreeMap<String, Bytes>,
    /// What absolute names stand for.
    aliases: &'a BTreeMap<String, String>,
}

impl resolve::Files for Held<'_> {
    fn get(&mut self, name: &str) -> Result<Option<Bytes>, Error> {
        Ok(self.files.get(name).cloned())
    }

    fn absolute(&self, path: &str) -> Option<String> {
        self.aliases.get(&resolve::reduced(path)).cloned()
    }

    fn near(&self, name: &str) -> Option<String> {
        let wanted = names::folded(names::base(name));
        self.files.keys().find(|other| names::folded(names::base(other)) == wanted).cloned()
    }
}

#[cfg(test)]
mod tests;
