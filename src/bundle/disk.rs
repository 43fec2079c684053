//! Models on this machine's disk, for commands that their owner runs.
//!
//! Of a folder only the files that the model refers to are read, so that a model in a crowded one
//! stays small. References may lead anywhere on the disk: whoever runs the command could read it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use bytes::Bytes;

use super::{Bundle, Limits, MAX_FILES, error::Error, names, resolve, root, top};

/// Folders within folders that are searched for models.
const MAX_DEPTH: usize = 8;

/// Reads the model at `path`: an MJCF or URDF file with the files that it refers to, a folder, or
/// a zip archive.
///
/// # Errors
/// [`Error`] that names the file at fault.
pub fn read(path: &Path, limits: &Limits) -> Result<Bundle, Error> {
    let unreadable = |source| Error::Unreadable { path: path.to_owned(), source };
    if names::has_extension(&path.to_string_lossy(), "zip") {
        return Bundle::from_zip(fs::read(path).map_err(unreadable)?.into(), None, limits);
    }
    let path = fs::canonicalize(path).map_err(unreadable)?;
    if !path.is_dir() {
        return of_file(&path, limits);
    }
    let mut models = BTreeMap::new();
    collect(&path, "", &mut models)?;
    let root = root::find(&models)?;
    of_file(&path.join(root), limits)
}

/// Adds the model files below `folder`, by names that start with `prefix`.
fn collect(folder: &Path, prefix: &str, models: &mut BTreeMap<String, Bytes>) -> Result<(), Error> {
    let failed = |source| Error::Unreadable { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else { continue };
        let full = format!("{prefix}{name}");
        // Links are not followed here: they may lead in circles.
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() && full.matches('/').count() < MAX_DEPTH {
            collect(&entry.path(), &format!("{full}/"), models)?;
        } else if kind.is_file() && root::may_be_model(name) {
            if models.len() == MAX_FILES {
                return Err(Error::TooManyFiles { most: MAX_FILES });
            }
            let bytes = fs::read(entry.path()).map_err(failed)?;
            models.insert(full, bytes.into());
        }
    }
    Ok(())
}

/// `path` is absolute and holds no link. The names of the files are, for the time being, their
/// paths without the first slash.
fn of_file(path: &Path, limits: &Limits) -> Result<Bundle, Error> {
    let utf8 = path.to_str().ok_or_else(|| Error::Unreadable {
        path: path.to_owned(),
        source: io::Error::other("its path is not UTF-8"),
    })?;
    let root = utf8.trim_start_matches('/').to_owned();
    let mut disk = Disk { files: BTreeMap::new(), bytes: 0, most: limits.bytes };
    if resolve::Files::get(&mut disk, &root)?.is_none() {
        let source = io::ErrorKind::NotFound.into();
        return Err(Error::Unreadable { path: path.to_owned(), source });
    }
    let aliases = resolve::check(&root, &mut disk);
    let top = top(disk.files.keys());
    let aliases = aliases.map_err(|error| shortened(error, &top))?;
    let short = |name: &str| name[top.len()..].to_owned();
    let files = disk.files.iter().map(|(name, data)| (short(name), data.clone())).collect();
    // What refers to its folder by an absolute path, or goes up beyond it, needs the whole paths.
    let bundle = Bundle::checked(short(&root), files);
    Ok(bundle.unwrap_or_else(|_| Bundle::new(root, disk.files, aliases)))
}

/// The error with the file's name as its owner knows it.
fn shortened(error: Error, top: &str) -> Error {
    match error {
        Error::Text { file, line, fault } => {
            let file = file.strip_prefix(top).map_or(file.clone(), str::to_owned);
            Error::Text { file, line, fault }
        }
        error => error,
    }
}

struct Disk {
    files: BTreeMap<String, Bytes>,
    bytes: usize,
    most: usize,
}

impl resolve::Files for Disk {
    fn get(&mut self, name: &str) -> Result<Option<Bytes>, Error> {
        if let Some(bytes) = self.files.get(name) {
            return Ok(Some(bytes.clone()));
        }
        let path = PathBuf::from(format!("/{name}"));
        let Ok(metadata) = fs::metadata(&path) else { return Ok(None) };
        if !metadata.is_file() {
            return Ok(None);
        }
        let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        if size > self.most - self.bytes {
            return Err(Error::TooLarge { name: name.to_owned(), most: self.most });
        }
        if self.files.len() == MAX_FILES {
            return Err(Error::TooManyFiles { most: MAX_FILES });
        }
        let bytes = fs::read(&path).map_err(|source| Error::Unreadable { path, source })?;
        self.bytes = self.bytes.saturating_add(bytes.len()).min(self.most);
        let bytes = Bytes::from(bytes);
        self.files.insert(name.to_owned(), bytes.clone());
        Ok(Some(bytes))
    }

    fn absolute(&self, path: &str) -> Option<String> {
        path.starts_with('/').then(|| names::join("", path)).flatten()
    }

    fn near(&self, _: &str) -> Option<String> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("written");
        }
        folder
    }

    fn names(bundle: &Bundle) -> Vec<&str> {
        bundle.files().map(|(name, _)| name).collect()
    }

    #[test]
    fn a_model_brings_the_files_that_it_names_and_no_others() {
        let folder = folder(&[
            (
                "xml/model.xml",
                r#"<mujoco><compiler meshdir="../m"/><include file="inc/more.xml"/></mujoco>"#,
            ),
            (
                "xml/inc/more.xml",
                r#"<mujocoinclude><asset><mesh file="a.obj"/>
                <texture file="t.png" fileup="u.png"/></asset></mujocoinclude>"#,
            ),
            ("m/a.obj", "mesh"),
            ("xml/t.png", "texture"),
            ("xml/inc/u.png", "texture"),
            ("xml/other.txt", "not named"),
        ]);
        for path in [folder.path().join("xml/model.xml"), folder.path().to_owned()] {
            let bundle = read(&path, &Limits::default()).expect("reads");
            assert_eq!(bundle.root(), "xml/model.xml");
            let wanted =
                ["m/a.obj", "xml/inc/more.xml", "xml/inc/u.png", "xml/model.xml", "xml/t.png"];
            assert_eq!(names(&bundle), wanted);
        }
    }

    #[test]
    fn what_is_missing_or_includes_itself_is_named() {
        let folder = folder(&[
            ("model.xml", "<mujoco>\n<include file=\"model.xml\"/></mujoco>"),
            ("lacks.xml", r#"<mujoco><asset><mesh file="no.obj"/></asset></mujoco>"#),
        ]);
        let limits = Limits::default();
        let fault = |name: &str| {
            read(&folder.path().join(name), &limits).expect_err("is refused").to_string()
        };
        assert!(fault("model.xml").contains("model.xml, line 2: element 'include'"));
        assert!(fault("lacks.xml").contains("no.obj"), "{}", fault("lacks.xml"));
        assert!(fault("none.xml").contains("none.xml"));
    }

    #[test]
    fn absolute_names_are_found() {
        let folder = folder(&[("sub/a.obj", "mesh"), ("model.xml", "")]);
        let mesh = folder.path().canonicalize().expect("exists").join("sub/a.obj");
        let text = format!(r#"<mujoco><asset><mesh file="{}"/></asset></mujoco>"#, mesh.display());
        fs::write(folder.path().join("model.xml"), text).expect("written");
        let bundle = read(&folder.path().join("model.xml"), &Limits::default()).expect("reads");
        let asked = mesh.to_str().expect("UTF-8");
        let aliases: Vec<_> = bundle.aliases().collect();
        assert_eq!(aliases, [(asked, &asked[1..])]);
        assert_eq!(names(&bundle).len(), 2);
    }
}
