//! A folder of models that others may have filled: nothing outside of it is ever read.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use rustix::{
    fs::{Mode, OFlags, ResolveFlags, open, openat, openat2},
    io::Errno,
};

use super::{
    Bundle, Limits, MAX_FILES,
    error::Error,
    names,
    resolve::{self, Files},
    text::{Purpose, scan},
    top,
};

/// Without waiting: what looks like a file may be a pipe.
const READ: OFlags =
    OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// A folder that is open. Links are followed only to what is within it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    handle: OwnedFd,
}

impl Folder {
    /// Opens the folder at `path`.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let handle = open(path, flags, Mode::empty())?;
        Ok(Self { path: path.to_owned(), handle })
    }

    /// The file `name`, relative and with plain folders, if it is one and has at most `most` bytes.
    ///
    /// # Errors
    /// What the system says; [`io::ErrorKind::FileTooLarge`] beyond `most`.
    pub fn read(&self, name: &str, most: usize) -> io::Result<Bytes> {
        let file = File::from(self.beneath(name)?);
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a file"));
        }
        let mut bytes = Vec::new();
        file.take(most as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        Ok(bytes.into())
    }

    fn beneath(&self, name: &str) -> io::Result<OwnedFd> {
        let within = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        match openat2(&self.handle, name, READ, Mode::empty(), within) {
            // Older kernels, and sandboxes that do not know the call.
            Err(Errno::NOSYS | Errno::PERM) => self.without_links(name),
            opened => Ok(opened?),
        }
    }

    /// The same, following no link at all.
    fn without_links(&self, name: &str) -> io::Result<OwnedFd> {
        let mut at = self.handle.try_clone()?;
        let mut parts = name.split('/').filter(|part| !part.is_empty()).peekable();
        while let Some(part) = parts.next() {
            if part == ".." {
                return Err(Errno::XDEV.into());
            }
            let kind = if parts.peek().is_some() { OFlags::DIRECTORY } else { OFlags::empty() };
            at = openat(&at, part, READ | OFlags::NOFOLLOW | kind, Mode::empty())?;
        }
        Ok(at)
    }

    /// The model whose root is the file `root`, with the files that it refers to.
    ///
    /// # Errors
    /// [`Error`] that names the file at fault: what lies outside of the folder counts as missing.
    pub fn model(&self, root: &str, limits: &Limits) -> Result<Bundle, Error> {
        let mut within =
            Within { folder: self, files: BTreeMap::new(), bytes: 0, most: limits.bytes };
        if within.get(root)?.is_none() {
            let path = self.path.join(root);
            return Err(Error::Unreadable { path, source: io::ErrorKind::NotFound.into() });
        }
        resolve::check(root, &mut within)?;
        let top = top(within.files.keys());
        let short = |name: &str| name[top.len()..].to_owned();
        let files = within.files.iter().map(|(name, data)| (short(name), data.clone())).collect();
        Bundle::checked(short(root), files)
    }
}

struct Within<'a> {
    folder: &'a Folder,
    files: BTreeMap<String, Bytes>,
    bytes: usize,
    most: usize,
}

impl Files for Within<'_> {
    fn get(&mut self, name: &str) -> Result<Option<Bytes>, Error> {
        if let Some(bytes) = self.files.get(name) {
            return Ok(Some(bytes.clone()));
        }
        let bytes = match self.folder.read(name, self.most - self.bytes) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                return Err(Error::TooLarge { name: names::shown(name), most: self.most });
            }
            Err(_) => return Ok(None),
        };
        if self.files.len() == MAX_FILES {
            return Err(Error::TooManyFiles { most: MAX_FILES });
        }
        self.bytes += bytes.len();
        self.files.insert(name.to_owned(), bytes.clone());
        Ok(Some(bytes))
    }

    fn absolute(&self, _: &str) -> Option<String> {
        None
    }

    fn near(&self, _: &str) -> Option<String> {
        None
    }
}

/// Whether `text`, the file called `name`, is MJCF; and, if so, which files it includes as parts or
/// models, seen from where `name` is.
pub fn included(name: &str, text: &[u8]) -> Option<Vec<String>> {
    let found = scan(name, text).ok().filter(|scan| scan.is_model() && !scan.is_urdf())?;
    let parts = found
        .references
        .iter()
        .filter(|reference| matches!(reference.purpose, Purpose::Include | Purpose::Model));
    Some(parts.filter_map(|part| names::join(names::folder(name), &part.name)).collect())
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    const MESHED: &str = r#"<mujoco><asset><mesh file="a.obj"/></asset></mujoco>"#;

    fn folder() -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().expect("a folder");
        let inside = dir.path().join("inside");
        fs::create_dir_all(inside.join("arm")).expect("made");
        fs::write(dir.path().join("secret.obj"), "secret").expect("written");
        fs::write(inside.join("arm/scene.xml"), MESHED).expect("written");
        let folder = Folder::open(&inside).expect("opens");
        (dir, folder)
    }

    #[test]
    fn a_model_brings_what_it_names() {
        let (dir, folder) = folder();
        fs::write(dir.path().join("inside/arm/a.obj"), "mesh").expect("written");
        fs::write(dir.path().join("inside/arm/other.obj"), "not named").expect("written");
        let bundle = folder.model("arm/scene.xml", &Limits::default()).expect("reads");
        let names: Vec<_> = bundle.files().map(|(name, _)| name).collect();
        assert_eq!((bundle.root(), names), ("scene.xml", vec!["a.obj", "scene.xml"]));
        let small = Limits { bytes: MESHED.len() + 2 };
        assert!(matches!(folder.model("arm/scene.xml", &small), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn nothing_outside_is_read_by_whatever_way() {
        let (dir, folder) = folder();
        let mesh = dir.path().join("inside/arm/a.obj");
        let secret = dir.path().join("secret.obj");
        for target in [secret.clone(), PathBuf::from("../../secret.obj"), "/etc/hostname".into()] {
            symlink(&target, &mesh).expect("linked");
            let error = folder.model("arm/scene.xml", &Limits::default()).expect_err("refused");
            assert!(error.to_string().contains("a.obj"), "{error}");
            fs::remove_file(&mesh).expect("removed");
        }
        symlink(dir.path(), dir.path().join("inside/out")).expect("linked");
        for name in ["out/secret.obj", "../secret.obj", "arm/../../secret.obj"] {
            assert!(folder.read(name, 100).is_err(), "{name}");
            assert!(folder.without_links(name).is_err(), "{name}");
        }
        for named in ["../../secret.obj", &secret.display().to_string(), "../out/secret.obj"] {
            let text = MESHED.replace("a.obj", named);
            fs::write(dir.path().join("inside/arm/bad.xml"), text).expect("written");
            folder.model("arm/bad.xml", &Limits::default()).expect_err(named);
        }
        // A pipe has no end to wait for.
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, &mesh, kind, Mode::RUSR, 0).expect("a pipe");
        folder.model("arm/scene.xml", &Limits::default()).expect_err("refused");
    }

    #[test]
    fn links_within_are_followed_where_the_kernel_can_hold_them_there() {
        let (dir, folder) = folder();
        fs::write(dir.path().join("inside/shared.obj"), "mesh").expect("written");
        symlink("../shared.obj", dir.path().join("inside/arm/a.obj")).expect("linked");
        let known = openat2(&folder.handle, "arm", READ, Mode::empty(), ResolveFlags::BENEATH);
        if known.is_ok() {
            folder.model("arm/scene.xml", &Limits::default()).expect("reads");
        }
        assert!(folder.without_links("arm/a.obj").is_err());
    }

    #[test]
    fn models_are_told_from_parts() {
        let text = br#"<mujoco><include file="inc/part.xml"/></mujoco>"#;
        assert_eq!(included("arm/scene.xml", text), Some(vec!["arm/inc/part.xml".to_owned()]));
        for other in ["<mujocoinclude/>", "<robot name='r'/>", "no XML", "<mujoco>"] {
            assert_eq!(included("a.xml", other.as_bytes()), None, "{other}");
        }
    }
}
