//! Follows a model's references from file to file, as MuJoCo will, and sees that each is there.
//!
//! MuJoCo (3.17, by experiment) looks for a file named `f`
//!
//! - in the folder of the model, joined with `meshdir`, `texturedir` or `assetdir` where `f` is for
//!   one of those; an included file has no say in which folder that is;
//! - and else, where an include names `f`, in the folder of the included file.
//!
//! Paths are joined, and `..` goes up, before anything is looked up. A `<model>` asset is a model
//! with folders of its own. What a URDF names as `package://…` is asked for as it stands.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};

use bytes::Bytes;

use super::{
    error::{Error, TextFault},
    names::{self, base, folder, join},
    text::{Compiler, MAX_ELEMENTS, Purpose, Reference, Scan, scan},
};

/// Most includes of a model, and most models in one another.
const MAX_NESTED: usize = 32;
/// Most included files of a model, all levels together.
const MAX_INCLUDES: usize = 1000;
/// Most models that a model is put together from, each counted as often as it is used.
const MAX_MODELS: u64 = 1000;
/// Folders above a URDF in which its packages are looked for.
const MAX_ANCESTORS: usize = 8;

/// Where files come from.
pub(super) trait Files {
    /// The file of this plain name, if there is one.
    fn get(&mut self, name: &str) -> Result<Option<Bytes>, Error>;
    /// The plain name of an absolute path, where files may be named so.
    fn absolute(&self, path: &str) -> Option<String>;
    /// A file that was probably meant by `name`.
    fn near(&self, name: &str) -> Option<String>;
}

/// Checks the model `root` and all that it refers to. Gives the names that MuJoCo will ask for
/// without their being names of files, each with the file that is meant.
///
/// # Errors
/// [`Error::Text`] for the first file or reference that is not in order.
pub(super) fn check(root: &str, files: &mut dyn Files) -> Result<BTreeMap<String, String>, Error> {
    let mut walk = Walk {
        files,
        scans: HashMap::new(),
        elements: 0,
        open: Vec::new(),
        models: HashMap::new(),
        aliases: BTreeMap::new(),
    };
    walk.model(root)?;
    Ok(walk.aliases)
}

struct Walk<'a> {
    files: &'a mut dyn Files,
    scans: HashMap<String, Rc<Scan>>,
    /// Of all files, each as often as it is used.
    elements: usize,
    /// The models that are being walked, one within the other.
    open: Vec<String>,
    /// How many models a model consists of.
    models: HashMap<String, u64>,
    aliases: BTreeMap<String, String>,
}

/// A model with its includes.
#[derive(Default)]
struct Model {
    compiler: Compiler,
    references: Vec<Found>,
    /// The chain of includes that is being walked.
    open: Vec<String>,
    seen: BTreeSet<String>,
}

/// A reference, the file that it stands in, and the folder of that file if it is included.
struct Found {
    file: String,
    included_from: Option<String>,
    reference: Reference,
}

impl Found {
    fn refuse<T>(&self, fault: TextFault) -> Result<T, Error> {
        Err(Error::Text { file: self.file.clone(), line: Some(self.reference.line), fault })
    }

    fn element(&self) -> String {
        self.reference.element.clone()
    }
}

impl Walk<'_> {
    /// Walks a model; gives the number of models that it consists of.
    fn model(&mut self, root: &str) -> Result<u64, Error> {
        if let Some(count) = self.models.get(root) {
            return Ok(*count);
        }
        let scan = self.scan(root)?;
        if !scan.is_model() {
            let fault = TextFault::NoModel(scan.root.clone());
            return Err(Error::Text { file: root.to_owned(), line: Some(1), fault });
        }
        let mut model = Model::default();
        self.open.push(root.to_owned());
        self.gather(root, None, &scan, &mut model)?;
        let mut count = 1_u64;
        for found in std::mem::take(&mut model.references) {
            let file = if scan.is_urdf() {
                self.robot_file(root, &model.compiler, &found)?;
                continue;
            } else {
                self.asset(root, &model.compiler, &found)?
            };
            if found.reference.purpose == Purpose::Model {
                count = count.saturating_add(self.nested(&file, &found)?);
                if count > MAX_MODELS {
                    return found.refuse(TextFault::TooManyIncludes { element: found.element() });
                }
            }
        }
        self.open.pop();
        self.models.insert(root.to_owned(), count);
        Ok(count)
    }

    fn nested(&mut self, file: &str, found: &Found) -> Result<u64, Error> {
        let element = found.element();
        if self.open.iter().any(|open| open == file) {
            return found.refuse(TextFault::Circular { element, name: file.to_owned() });
        }
        if self.open.len() >= MAX_NESTED {
            return found.refuse(TextFault::TooManyIncludes { element });
        }
        self.model(file)
    }

    /// Collects what `file` and its includes say.
    fn gather(
        &mut self,
        file: &str,
        included_from: Option<&str>,
        scan: &Scan,
        model: &mut Model,
    ) -> Result<(), Error> {
        model.seen.insert(file.to_owned());
        model.open.push(file.to_owned());
        let mut compilers = scan.compilers.iter().peekable();
        for (at, reference) in scan.references.iter().enumerate() {
            while let Some((_, compiler)) = compilers.next_if(|(before, _)| *before <= at) {
                model.compiler.update(compiler);
            }
            let found = Found {
                file: file.to_owned(),
                included_from: included_from.map(str::to_owned),
                reference: reference.clone(),
            };
            if reference.purpose == Purpose::Include {
                self.include(found, model)?;
            } else {
                model.references.push(found);
            }
        }
        compilers.for_each(|(_, compiler)| model.compiler.update(compiler));
        model.open.pop();
        Ok(())
    }

    fn include(&mut self, found: Found, model: &mut Model) -> Result<(), Error> {
        let root = model.open.first().map(String::as_str).unwrap_or_default();
        let beside = [Some(folder(root)), found.included_from.as_deref()];
        let candidates = beside.into_iter().flatten().map(|at| join(at, &found.reference.name));
        let file = self.first(&found, candidates.collect())?;
        let element = found.element();
        if model.open.contains(&file) {
            return found.refuse(TextFault::Circular { element, name: file });
        }
        if model.seen.len() >= MAX_INCLUDES || model.open.len() >= MAX_NESTED {
            return found.refuse(TextFault::TooManyIncludes { element });
        }
        // MuJoCo refuses to include a file twice, in its own words.
        if !model.seen.contains(&file) {
            let scan = self.scan(&file)?;
            if scan.is_urdf() {
                // MuJoCo would read it as MJCF, whatever its root is called.
                return found.refuse(TextFault::IncludedUrdf { element });
            }
            let from = folder(&file).to_owned();
            self.gather(&file, Some(&from), &scan, model)?;
        }
        Ok(())
    }

    /// The file that MuJoCo will find for a reference of an MJCF model.
    fn asset(&mut self, root: &str, compiler: &Compiler, found: &Found) -> Result<String, Error> {
        let Reference { name, purpose, .. } = &found.reference;
        let assets = compiler.assetdir.as_deref();
        let meshes = compiler.meshdir.as_deref().filter(|dir| !dir.is_empty()).or(assets);
        let textures = compiler.texturedir.as_deref().filter(|dir| !dir.is_empty()).or(assets);
        let own = match purpose {
            Purpose::Mesh | Purpose::Flexcomp => meshes,
            Purpose::Texture => textures,
            Purpose::Include | Purpose::Model | Purpose::Robot { .. } => None,
        };
        let strip = compiler.strippath == Some(true) && *purpose != Purpose::Model;
        let name = if strip { base(name) } else { name };
        if names::is_absolute(name) {
            return self.absolute(found, name);
        }
        let own = own.unwrap_or_default();
        if names::is_absolute(own) {
            return self.absolute(found, &format!("{}/{name}", own.trim_end_matches('/')));
        }
        let home = folder(root);
        let within = |dir: &str| join(home, &format!("{dir}/{name}"));
        let mut candidates = vec![within(own)];
        if *purpose == Purpose::Flexcomp {
            candidates.push(within(""));
        }
        if let Some(from) = found.included_from.as_deref().filter(|_| !strip) {
            candidates.push(join(from, name));
        }
        self.first(found, candidates)
    }

    /// The first of `candidates` that is there; `None` among them lies outside of the bundle.
    fn first(&mut self, found: &Found, candidates: Vec<Option<String>>) -> Result<String, Error> {
        let Reference { name, .. } = &found.reference;
        if names::is_absolute(name) {
            return self.absolute(found, name);
        }
        for candidate in candidates.iter().flatten() {
            if self.files.get(candidate)?.is_some() {
                return Ok(candidate.clone());
            }
        }
        let wanted = candidates.into_iter().flatten().next();
        self.missing(found, wanted)
    }

    fn missing<T>(&self, found: &Found, wanted: Option<String>) -> Result<T, Error> {
        let element = found.element();
        let Some(name) = wanted else {
            let name = names::shown(&found.reference.name);
            return found.refuse(TextFault::Outside { element, name });
        };
        let near = self.files.near(&name);
        found.refuse(TextFault::Missing { element, name: names::shown(&name), near })
    }

    fn absolute(&mut self, found: &Found, path: &str) -> Result<String, Error> {
        let (element, name) = (found.element(), names::shown(path));
        let Some(file) = self.files.absolute(path) else {
            return found.refuse(TextFault::Outside { element, name });
        };
        if self.files.get(&file)?.is_none() {
            return found.refuse(TextFault::Missing { element, name, near: None });
        }
        self.aliases.insert(reduced(path), file.clone());
        Ok(file)
    }

    /// Sees to a mesh of a URDF.
    fn robot_file(&mut self, root: &str, compiler: &Compiler, found: &Found) -> Result<(), Error> {
        let Reference { name, purpose, .. } = &found.reference;
        let discards = compiler.discardvisual.unwrap_or(true);
        let is_needed = !(discards && *purpose == Purpose::Robot { visual: true });
        let strip = compiler.strippath == Some(true);
        let asked_name = if strip { base(name) } else { name };
        let dir = compiler.meshdir.as_deref().unwrap_or_default();
        let asked = if names::is_absolute(asked_name) {
            None
        } else {
            join(folder(root), &format!("{dir}/{asked_name}"))
        };
        if let Some(asked) = &asked
            && self.files.get(asked)?.is_some()
        {
            return Ok(());
        }
        let Some(path) = package_path(name) else {
            return if is_needed { self.first(found, vec![asked]).map(|_| ()) } else { Ok(()) };
        };
        match self.in_packages(root, path)? {
            Some(file) => {
                self.aliases.insert(asked.unwrap_or_else(|| reduced(asked_name)), file);
                Ok(())
            }
            None if is_needed => self.missing(found, Some(path.to_owned())),
            None => Ok(()),
        }
    }

    /// The file of a package: in a folder of the package's name beside the model or above it, or
    /// in such a folder itself.
    fn in_packages(&mut self, root: &str, path: &str) -> Result<Option<String>, Error> {
        let rest = path.split_once('/').map(|(_, rest)| rest);
        let mut home = folder(root);
        for _ in 0..MAX_ANCESTORS {
            for path in [Some(path), rest].into_iter().flatten() {
                if let Some(name) = join(home, path)
                    && self.files.get(&name)?.is_some()
                {
                    return Ok(Some(name));
                }
            }
            if home.is_empty() {
                break;
            }
            home = folder(home);
        }
        Ok(None)
    }

    fn scan(&mut self, file: &str) -> Result<Rc<Scan>, Error> {
        let scan = match self.scans.get(file) {
            Some(scan) => Rc::clone(scan),
            None => {
                let bytes = self.files.get(file)?.unwrap_or_default();
                let scan = Rc::new(scan(file, &bytes)?);
                self.scans.insert(file.to_owned(), Rc::clone(&scan));
                scan
            }
        };
        self.elements += scan.elements;
        if self.elements > MAX_ELEMENTS {
            let fault = TextFault::TooManyElements { most: MAX_ELEMENTS };
            return Err(Error::Text { file: file.to_owned(), line: None, fault });
        }
        Ok(scan)
    }
}

/// What `package://` or `model://` is followed by.
fn package_path(name: &str) -> Option<&str> {
    ["package://", "model://"].iter().find_map(|scheme| name.strip_prefix(scheme))
}

/// An absolute name as MuJoCo asks for it: no empty parts, `.` or `..` behind the first slash.
pub(super) fn reduced(path: &str) -> String {
    let start = path.find(":/").or_else(|| path.find(":\\")).map_or(1, |at| at + 2);
    let (prefix, rest) = path.split_at(start.min(path.len()));
    let mut parts = Vec::new();
    for part in rest.split(names::SLASHES) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("{prefix}{}", parts.join("/"))
}
