//! Everything that can be loaded by name, in one list: presets, the user's own scenes, and models in
//! folders.

use std::{
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use super::{
    Error, Preset,
    folders::{Folders, Found, Model},
    pictures::Pictures,
    presets,
    store::{self, Index, Store, Version},
};
use crate::bundle::{self, Bundle};

/// Where an entry is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It comes with the daemon.
    Preset,
    /// The user has saved it.
    Own,
    /// It is in a folder of the operator's.
    Folder,
}

impl Kind {
    /// All kinds, in the order of the list.
    pub const ALL: [Self; 3] = [Self::Own, Self::Preset, Self::Folder];

    /// The kind in a word, with which the ids of its entries begin.
    pub fn name(self) -> &'static str {
        match self {
            Self::Preset => "preset",
            Self::Own => "own",
            Self::Folder => "folder",
        }
    }
}

/// Something that can be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its kind, a dot, and what it is called among those.
    pub id: String,
    /// Where it is from.
    pub kind: Kind,
    /// What a person reads.
    pub name: String,
    /// What is in it.
    pub description: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Its licence, where a folder's model has one.
    pub licence: Option<String>,
    /// Its place below its folder.
    pub path: Option<String>,
    /// When it was last changed, RFC 3339.
    pub changed: Option<String>,
    /// How many versions are kept.
    pub versions: usize,
    /// Bytes of all versions.
    pub bytes: u64,
    /// Why it cannot be loaded.
    pub broken: Option<String>,
    /// Another text for every content; [`Bundle::digest`] except for folders.
    pub fingerprint: String,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Query {
    /// Words that must all be in an entry's name, description, tags, path or kind.
    pub words: String,
    /// Of this kind alone.
    pub kind: Option<Kind>,
    /// Most entries.
    pub limit: usize,
    /// How many to pass over.
    pub offset: usize,
}

/// What was found.
#[derive(Debug)]
pub struct Page {
    /// As many as were asked for.
    pub entries: Vec<Entry>,
    /// How many there are with these words of each of [`Kind::ALL`].
    pub counts: [usize; 3],
    /// The folders.
    pub found: Arc<Found>,
}

/// What the library may cost, and where it is.
#[derive(Clone, Debug)]
pub struct Limits {
    /// What own scenes may cost.
    pub own: store::Limits,
    /// Where pictures are kept.
    pub pictures: Option<PathBuf>,
    /// Folders with models.
    pub folders: Vec<PathBuf>,
}

/// Everything that can be loaded by name. All of it blocks.
#[derive(Debug)]
pub struct Library {
    /// The user's own scenes.
    pub own: Store,
    /// Pictures of all kinds.
    pub pictures: Pictures,
    folders: Folders,
    model: bundle::Limits,
}

impl Library {
    /// Clears away what a crash has left, and looks at nothing else.
    pub fn open(limits: Limits) -> Self {
        Self {
            model: limits.own.model,
            own: Store::open(limits.own),
            pictures: Pictures::new(limits.pictures),
            folders: Folders::new(limits.folders),
        }
    }

    /// What fits the query; folders are looked through `again` where that is said.
    pub fn list(&self, query: &Query, again: bool) -> Page {
        let found = self.folders.found(again);
        let own = self.own.all().into_iter().map(|(id, index)| of_own(&id, index));
        let all =
            own.chain(presets().iter().map(of_preset)).chain(found.models.iter().map(of_model));
        let words: Vec<String> = query.words.split_whitespace().map(str::to_lowercase).collect();
        let mut counts = [0; 3];
        let fitting = all.filter(|entry| fits(entry, &words)).inspect(|entry| {
            let place = Kind::ALL.iter().position(|kind| *kind == entry.kind);
            counts[place.unwrap_or_default()] += 1;
        });
        let wanted = fitting.filter(|entry| query.kind.is_none_or(|kind| kind == entry.kind));
        let entries: Vec<_> = wanted.collect();
        let entries = entries.into_iter().skip(query.offset).take(query.limit).collect();
        Page { entries, counts, found }
    }

    /// An entry, with its versions where it has some.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn entry(&self, id: &str) -> Result<(Entry, Vec<Version>), Error> {
        match parsed(id)? {
            (Kind::Preset, id) => Ok((of_preset(preset(id)?), Vec::new())),
            (Kind::Folder, id) => Ok((of_model(&self.folders.get(id)?), Vec::new())),
            (Kind::Own, id) => match self.own.get(id) {
                Ok(index) => {
                    let versions = index.versions.clone();
                    Ok((of_own(id, Ok(index)), versions))
                }
                Err(Error::Broken(why)) => Ok((of_own(id, Err(why)), Vec::new())),
                Err(error) => Err(error),
            },
        }
    }

    /// The model of an entry; `version` is one of an own scene's, the newest where it is missing.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Broken`], [`Error::Bundle`], [`Error::Invalid`].
    pub fn model(&self, id: &str, version: Option<u32>) -> Result<Bundle, Error> {
        let (kind, own) = parsed(id)?;
        if version.is_some() && kind != Kind::Own {
            return Err(Error::Invalid("only saved scenes have versions".into()));
        }
        match kind {
            Kind::Preset => Ok(Bundle::unchecked(preset(own)?.xml)),
            Kind::Folder => Ok(self.folders.open(own, &self.model)?.0),
            Kind::Own => Ok(self.own.open_version(own, version)?.0),
        }
    }
}

/// An id as its kind and what follows.
///
/// # Errors
/// [`Error::NotFound`].
pub fn parsed(id: &str) -> Result<(Kind, &str), Error> {
    let parts = id.split_once('.');
    let found = parts.and_then(|(kind, own)| {
        let kind = Kind::ALL.into_iter().find(|known| known.name() == kind)?;
        Some((kind, own))
    });
    found.ok_or_else(|| Error::NotFound("there is no such entry: /api/library lists all".into()))
}

fn preset(id: &str) -> Result<&'static Preset, Error> {
    super::preset(id).ok_or_else(|| Error::NotFound(format!("there is no preset '{id}'")))
}

fn fits(entry: &Entry, words: &[String]) -> bool {
    let Entry { name, description, tags, kind, path, .. } = entry;
    let path = path.as_deref().unwrap_or_default();
    let all = format!("{name} {description} {} {} {path}", tags.join(" "), kind.name());
    let all = all.to_lowercase();
    words.iter().all(|word| all.contains(word))
}

fn of_preset(preset: &'static Preset) -> Entry {
    static DIGESTS: LazyLock<Vec<String>> = LazyLock::new(|| {
        presets().iter().map(|preset| Bundle::unchecked(preset.xml).digest()).collect()
    });
    let place = presets().iter().position(|other| other.id == preset.id).unwrap_or_default();
    Entry {
        name: preset.name.to_owned(),
        description: preset.description.to_owned(),
        tags: preset.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        fingerprint: DIGESTS[place].clone(),
        ..Entry::new(Kind::Preset, preset.id)
    }
}

fn of_model(model: &Model) -> Entry {
    Entry {
        name: model.name.clone(),
        description: model.description.clone(),
        licence: model.licence.clone(),
        path: Some(model.path.clone()),
        fingerprint: model.fingerprint(),
        ..Entry::new(Kind::Folder, &model.id)
    }
}

fn of_own(id: &str, index: Result<Index, String>) -> Entry {
    let plain = Entry::new(Kind::Own, id);
    match index {
        Ok(index) => {
            let newest = index.versions.last();
            Entry {
                versions: index.versions.len(),
                bytes: index.versions.iter().map(|version| version.bytes).sum(),
                broken: newest.and_then(|version| version.broken.clone()),
                fingerprint: newest.map(|version| version.digest.clone()).unwrap_or_default(),
                name: index.name,
                description: index.description,
                tags: index.tags,
                changed: Some(index.changed),
                ..plain
            }
        }
        Err(why) => {
            Entry { name: "A scene that cannot be read".into(), broken: Some(why), ..plain }
        }
    }
}

impl Entry {
    fn new(kind: Kind, id: &str) -> Self {
        Self {
            id: format!("{}.{id}", kind.name()),
            kind,
            name: String::new(),
            description: String::new(),
            tags: Vec::new(),
            licence: None,
            path: None,
            changed: None,
            versions: 0,
            bytes: 0,
            broken: None,
            fingerprint: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::store::{About, Content};

    fn query(words: &str) -> Query {
        Query { words: words.into(), kind: None, limit: 100, offset: 0 }
    }

    #[test]
    fn one_list_has_all_kinds_and_finds_by_words() {
        let dir = tempfile::tempdir().expect("a folder");
        let models = dir.path().join("models/my_robot");
        std::fs::create_dir_all(&models).expect("made");
        std::fs::write(models.join("scene.xml"), "<mujoco model='r'/>").expect("written");
        let own = store::Limits {
            dir: Some(dir.path().join("own")),
            scenes: 10,
            versions: 3,
            bytes: 1 << 20,
            model: bundle::Limits::default(),
        };
        let folders = vec![dir.path().join("models")];
        let library = Library::open(Limits { own, pictures: None, folders });
        let bundle = Bundle::of_text("<mujoco model='mine'/>").expect("a model");
        let about = About {
            name: Some("Mine <b>".into()),
            tags: Some(vec!["Wobbly".into()]),
            ..About::default()
        };
        let content = Content { bundle: &bundle, model_name: "mine", note: "" };
        let saved = library.own.save(about, &content).expect("saved");
        let page = library.list(&query(""), false);
        assert_eq!(page.counts, [1, presets().len(), 1]);
        assert_eq!(page.entries[0].name, "Mine <b>");
        for (words, wanted) in [
            ("WOBBLY mine", format!("own.{}", saved.id)),
            ("robot arm gripper", "preset.robot-arm".into()),
        ] {
            let found = library.list(&query(words), false).entries;
            assert_eq!(found.iter().map(|e| &e.id).collect::<Vec<_>>(), [&wanted], "{words}");
            assert!(library.model(&wanted, None).is_ok());
        }
        let found = &library.list(&query("my robot folder"), false).entries[0];
        assert_eq!(library.model(&found.id, None).expect("reads").root(), "scene.xml");
        let part = Query { kind: Some(Kind::Preset), limit: 2, offset: 1, ..query("") };
        let part = library.list(&part, false).entries;
        assert_eq!(
            part.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(),
            [presets()[1].name, presets()[2].name]
        );
        for id in ["", "own", "own.", "own.../../etc", "folder.x", "preset.x", "x.y", "preset"] {
            assert!(matches!(library.entry(id), Err(Error::NotFound(_))), "{id}");
            assert!(matches!(library.model(id, None), Err(Error::NotFound(_))), "{id}");
        }
        assert!(matches!(library.model("preset.car", Some(1)), Err(Error::Invalid(_))));
    }
}
