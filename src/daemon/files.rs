//! A model on disk with the files that it names.
//!
//! Only what the MJCF refers to is read, so that a model in a crowded folder stays small.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use crate::worker::Bundle;

/// Most bytes of all files of a model.
const MAX_BYTES: u64 = 512 << 20;
/// Most files that may be included, one by another.
const MAX_INCLUDES: usize = 256;
/// The attributes of `<compiler>` that say where files are.
const FOLDERS: [&str; 3] = ["meshdir", "texturedir", "assetdir"];

/// Reads the MJCF at `path` and what it refers to.
///
/// Files that are not there are left out: MuJoCo says best which one it missed.
///
/// # Errors
/// A sentence, when the MJCF cannot be read or all together is too large.
pub(super) fn read(path: &Path) -> Result<Bundle, String> {
    let mjcf = fs::read_to_string(path)
        .map_err(|error| format!("the model {} cannot be read: {error}", path.display()))?;
    let mut found = Found {
        base: path.parent().unwrap_or(Path::new("")).to_owned(),
        folders: vec![PathBuf::new()],
        named: Vec::new(),
        files: BTreeMap::new(),
        bytes: 0,
    };
    let mut includes = found.scan(&mjcf);
    let mut count = 0;
    while let Some(include) = includes.pop() {
        count += 1;
        if count > MAX_INCLUDES {
            return Err(format!("the model includes more than {MAX_INCLUDES} files"));
        }
        if found.add(&include)?
            && let Some(text) = found.text(&include)
        {
            includes.extend(found.scan(&text));
        }
    }
    found.add_named()?;
    Ok(Bundle { mjcf, files: found.files.into_iter().collect() })
}

struct Found {
    base: PathBuf,
    /// Where files may be, relative to `base`.
    folders: Vec<PathBuf>,
    /// As they stand in the MJCF.
    named: Vec<String>,
    files: BTreeMap<String, Vec<u8>>,
    bytes: u64,
}

impl Found {
    /// Notes what `mjcf` names; returns the files that it includes. Text that is no XML names
    /// nothing.
    fn scan(&mut self, mjcf: &str) -> Vec<PathBuf> {
        let Ok(document) = roxmltree::Document::parse(mjcf) else {
            return Vec::new();
        };
        let mut includes = Vec::new();
        for element in document.descendants().filter(roxmltree::Node::is_element) {
            let tag = element.tag_name().name();
            for attribute in element.attributes() {
                let (name, value) = (attribute.name(), attribute.value());
                if tag == "compiler" && FOLDERS.contains(&name) {
                    self.folders.push(value.into());
                } else if tag == "include" && name == "file" {
                    includes.push(value.into());
                } else if name.starts_with("file") {
                    self.named.push(value.to_owned());
                }
            }
        }
        includes
    }

    /// Adds a file by its name relative to the model; tells whether it is new.
    fn add(&mut self, name: &Path) -> Result<bool, String> {
        let key = name.to_string_lossy().into_owned();
        if self.files.contains_key(&key) {
            return Ok(false);
        }
        let path = self.base.join(name);
        let Ok(metadata) = fs::metadata(&path).as_ref().map(fs::Metadata::len) else {
            return Ok(false);
        };
        self.bytes += metadata;
        if self.bytes > MAX_BYTES {
            return Err(format!("the files of the model are larger than {MAX_BYTES} bytes"));
        }
        if let Ok(content) = fs::read(&path) {
            self.files.insert(key, content);
            return Ok(true);
        }
        Ok(false)
    }

    fn text(&self, name: &Path) -> Option<String> {
        let bytes = self.files.get(name.to_string_lossy().as_ref())?;
        String::from_utf8(bytes.clone()).ok()
    }

    fn add_named(&mut self) -> Result<(), String> {
        for name in std::mem::take(&mut self.named) {
            for folder in self.folders.clone() {
                self.add(&folder.join(&name))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_brings_the_files_that_it_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, text).expect("written");
        };
        write(
            "model.xml",
            r#"<mujoco><compiler meshdir="m"/><include file="inc/more.xml"/></mujoco>"#,
        );
        write(
            "inc/more.xml",
            r#"<mujocoinclude><asset><mesh file="a.obj"/><texture file="t.png" fileup="u.png"/>
            </asset></mujocoinclude>"#,
        );
        write("m/a.obj", "mesh");
        write("t.png", "texture");
        write("other.txt", "not named");
        let bundle = read(&folder.path().join("model.xml")).expect("reads");
        let names: Vec<_> = bundle.files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["inc/more.xml", "m/a.obj", "t.png"]);
    }

    #[test]
    fn what_includes_itself_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("model.xml");
        fs::write(&path, r#"<mujoco><include file="model.xml"/></mujoco>"#).expect("written");
        assert_eq!(read(&path).expect("reads").files.len(), 1);
        assert!(read(&folder.path().join("none.xml")).is_err());
    }
}
