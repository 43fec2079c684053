//! The language that scenes are written in, for those who help to write it: which elements there
//! are, where, with which attributes, and what is known of these.
//!
//! `names.txt` has what the linked library accepts, as it tells itself; a test on the worker's side
//! holds it against the library. `notes.txt` adds kinds of values and words, and may know less:
//! tests here see that it says nothing of what is not there, and something of each attribute.

use std::sync::LazyLock;

const NAMES: &str = include_str!("mjcf/names.txt");
const NOTES: &str = include_str!("mjcf/notes.txt");
/// What begins the line of [`NAMES`] that says which version it is of.
const VERSION: &str = "# MuJoCo ";

/// The whole of it.
#[derive(Debug)]
pub struct Schema {
    /// The version of MuJoCo, such as `3.17.0`.
    pub mujoco: &'static str,
    /// The elements, `mujoco` first.
    pub elements: Vec<Element>,
}

/// An element in its context.
#[derive(Debug)]
pub struct Element {
    /// Its name behind those around it, such as `default/geom`; without `mujoco`, and `body` for
    /// all bodies.
    pub id: String,
    /// Its name in the text.
    pub name: &'static str,
    /// A sentence, or nothing.
    pub words: &'static str,
    /// What can be in its tag.
    pub attributes: Vec<Attribute>,
    /// What can be inside of it.
    pub children: Vec<Child>,
}

/// An element inside of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// Its name.
    pub name: &'static str,
    /// Its `id` among the elements.
    pub id: String,
    /// Whether there can be several.
    pub many: bool,
}

/// An attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What it can be.
    pub kind: Kind,
    /// What it is where it is not given, as text.
    pub default: Option<&'static str>,
    /// A sentence, or nothing.
    pub words: &'static str,
}

/// What an attribute can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Numbers, this many at least and at most.
    Numbers(Count),
    /// Whole numbers.
    Integers(Count),
    /// `true` or `false`.
    Boolean,
    /// Any text.
    Text,
    /// The name of a file that comes with the model.
    File,
    /// One of these words.
    Choice(Vec<&'static str>),
    /// Several of these words.
    Choices(Vec<&'static str>),
    /// A name that is given here, to something of this kind.
    Name(&'static str),
    /// A name that something of this kind has; `@attribute` where that says the kind.
    Reference(&'static str),
    /// Several such names.
    References(&'static str),
}

/// How many values there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// At least.
    pub least: u8,
    /// At most; `None` for any number.
    pub most: Option<u8>,
}

/// The schema of the library that this is built with.
pub fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::read(NAMES, NOTES));
    &SCHEMA
}

/// Elements that have the row of `body`, with their own attributes (all of `body`'s where there are
/// none), and what of a body's they cannot hold.
const ALIKE: [(&str, &[&str], &[&str]); 3] = [
    ("worldbody", &[], &["inertial", "joint", "freejoint"]),
    (
        "frame",
        &["name", "childclass", "pos", "quat", "axisangle", "xyaxes", "zaxis", "euler"],
        &["inertial"],
    ),
    ("replicate", &["count", "offset", "euler", "sep"], &["inertial", "joint", "freejoint"]),
];
/// Stands for another file's content wherever elements can be.
const INCLUDE: &str = "include";

impl Schema {
    fn read(names: &'static str, notes: &'static str) -> Self {
        let notes = Notes::read(notes);
        let mut elements: Vec<Element> = Vec::new();
        // The elements around the line: their places in `elements`.
        let mut around: Vec<usize> = Vec::new();
        let version = names.lines().find_map(|line| line.strip_prefix(VERSION));
        for line in names.lines().filter(|line| !line.starts_with('#')) {
            let indented = line.len() - line.trim_start().len();
            let mut words = line.split_whitespace();
            let (Some(name), Some(occurs)) = (words.next(), words.next()) else { continue };
            around.truncate(indented / 2);
            let parent = around.last().copied();
            let id = match parent.map(|at| elements[at].id.as_str()) {
                None | Some("mujoco") => name.to_owned(),
                Some(parent) => format!("{parent}/{name}"),
            };
            let attributes = words.map(|attribute| notes.attribute(&id, attribute)).collect();
            let recursive = occurs == "R";
            let own = Child { name, id: id.clone(), many: recursive || occurs == "*" };
            if let Some(parent) = parent.filter(|_| name != "body") {
                elements[parent].children.push(own.clone());
            }
            let children = if recursive { vec![own] } else { Vec::new() };
            around.push(elements.len());
            elements.push(Element { words: notes.words(&id), id, name, attributes, children });
        }
        let mut schema = Self { mujoco: version.unwrap_or_default(), elements };
        schema.add_alike(&notes);
        schema
    }

    /// What has the row of `body`, and `include`.
    fn add_alike(&mut self, notes: &Notes) {
        let child = |name: &'static str| Child { name, id: name.to_owned(), many: true };
        let Some(body) = self.elements.iter().position(|element| element.id == "body") else {
            return;
        };
        self.elements[body].children.extend([child("frame"), child("replicate")]);
        let inside = self.elements[body].children.clone();
        for (name, attributes, without) in ALIKE {
            let attributes = attributes.iter().map(|one| notes.attribute(name, one)).collect();
            let children = inside.iter().filter(|child| !without.contains(&child.name)).cloned();
            let (children, words) = (children.collect(), notes.words(name));
            let id = name.to_owned();
            self.elements.push(Element { id, name, words, attributes, children });
        }
        if let Some(root) = self.elements.first_mut() {
            root.children.push(child("worldbody"));
        }
        for element in self.elements.iter_mut().filter(|element| !element.children.is_empty()) {
            element.children.push(child(INCLUDE));
        }
        let attributes = vec![notes.attribute(INCLUDE, "file")];
        let words = notes.words(INCLUDE);
        let (id, name, children) = (INCLUDE.to_owned(), INCLUDE, Vec::new());
        self.elements.push(Element { id, name, words, attributes, children });
    }
}

/// The lines of `notes.txt`.
struct Notes(Vec<Note>);

struct Note {
    place: Place,
    kind: &'static str,
    words: &'static str,
}

/// Which elements or attributes a note is about.
struct Place {
    /// The last elements of their path, `*` for any.
    elements: Vec<&'static str>,
    attribute: Option<&'static str>,
}

impl Notes {
    fn read(text: &'static str) -> Self {
        let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let notes = lines.flat_map(|line| {
            let mut parts = line.splitn(3, '|').map(str::trim);
            let mut next = || parts.next().unwrap_or_default();
            let (places, kind, words) = (next(), next(), next());
            places.split(' ').map(move |place| Note { place: Place::read(place), kind, words })
        });
        Self(notes.collect())
    }

    /// The note that says most exactly what it is about.
    fn of(&self, id: &str, attribute: Option<&str>) -> Option<&Note> {
        let fitting = self.0.iter().filter(|note| note.place.fits(id, attribute));
        fitting.max_by_key(|note| note.place.exactness())
    }

    fn words(&self, id: &str) -> &'static str {
        self.of(id, None).map_or("", |note| note.words)
    }

    fn attribute(&self, id: &str, name: &'static str) -> Attribute {
        let note = self.of(id, Some(name));
        let (kind, words) = note.map_or(("text", ""), |note| (note.kind, note.words));
        let (kind, default) = match kind.split_once('=') {
            Some((kind, default)) => (kind.trim(), Some(default.trim())),
            None => (kind, None),
        };
        Attribute { name, kind: Kind::read(kind), default, words }
    }
}

impl Place {
    fn read(text: &'static str) -> Self {
        let (elements, attribute) = match text.split_once('.') {
            Some((elements, attribute)) => (elements, Some(attribute)),
            None => (text, None),
        };
        let elements = elements.split('/').filter(|name| !name.is_empty()).collect();
        Self { elements, attribute }
    }

    fn fits(&self, id: &str, attribute: Option<&str>) -> bool {
        let path: Vec<_> = id.split('/').collect();
        let Some(from) = path.len().checked_sub(self.elements.len()) else { return false };
        let mut pairs = self.elements.iter().zip(&path[from..]);
        self.attribute == attribute && pairs.all(|(mine, name)| mine == name || *mine == "*")
    }

    fn exactness(&self) -> usize {
        self.elements.iter().map(|name| if *name == "*" { 1 } else { 2 }).sum()
    }
}

impl Kind {
    fn read(text: &'static str) -> Self {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let choices = || rest.trim_start_matches("of ").split_whitespace().collect();
        match word {
            "number" => Self::Numbers(Count::ONE),
            "numbers" => Self::Numbers(Count::read(rest)),
            "integer" => Self::Integers(Count::ONE),
            "integers" => Self::Integers(Count::read(rest)),
            "boolean" => Self::Boolean,
            "file" => Self::File,
            "one" => Self::Choice(choices()),
            "some" => Self::Choices(choices()),
            "id" => Self::Name(rest),
            "ref" => Self::Reference(rest),
            "refs" => Self::References(rest),
            _ => Self::Text,
        }
    }
}

impl Count {
    const ONE: Self = Self { least: 1, most: Some(1) };

    fn read(text: &str) -> Self {
        let (least, most) = text.split_once('-').unwrap_or((text, text));
        Self { least: least.parse().unwrap_or(1), most: most.parse().ok() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn element(id: &str) -> &'static Element {
        let found = schema().elements.iter().find(|element| element.id == id);
        found.unwrap_or_else(|| panic!("{id} is no element"))
    }

    fn attribute(id: &str, name: &str) -> &'static Attribute {
        let found = element(id).attributes.iter().find(|attribute| attribute.name == name);
        found.unwrap_or_else(|| panic!("{id} has no {name}"))
    }

    #[test]
    fn what_is_inside_of_what() {
        let children = |id| element(id).children.iter().map(|c| c.id.as_str()).collect::<Vec<_>>();
        assert_eq!(schema().elements[0].id, "mujoco");
        assert!(children("mujoco").contains(&"worldbody") && !children("mujoco").contains(&"body"));
        assert!(
            ["body", "body/geom", "frame", "include"].iter().all(|c| children("body").contains(c))
        );
        assert!(!children("worldbody").contains(&"body/joint"));
        assert!(children("default").contains(&"default"));
        assert!(element("worldbody").attributes.is_empty());
        for element in &schema().elements {
            for child in &element.children {
                assert_eq!(self::element(&child.id).name, child.name);
            }
        }
    }

    #[test]
    fn the_most_exact_note_holds() {
        assert_eq!(
            attribute("body/geom", "size").kind,
            Kind::Numbers(Count { least: 1, most: Some(3) })
        );
        assert_eq!(
            attribute("body/geom", "pos").kind,
            Kind::Numbers(Count { least: 3, most: Some(3) })
        );
        assert_eq!(attribute("body/geom", "material").kind, Kind::Reference("material"));
        assert_eq!(attribute("asset/material", "name").kind, Kind::Name("material"));
        assert_eq!(attribute("sensor/gyro", "name").kind, Kind::Name("sensor"));
        assert_eq!(attribute("sensor/framepos", "objname").kind, Kind::Reference("@objtype"));
        assert_eq!(attribute("option", "gravity").default, Some("0 0 -9.81"));
        assert_ne!(element("sensor/contact").words, element("contact").words);
    }

    #[test]
    fn notes_are_about_what_there_is() {
        let places = schema().elements.iter();
        let every: Vec<(&str, Option<&str>)> = places
            .flat_map(|e| {
                let own = e.attributes.iter().map(|a| (e.id.as_str(), Some(a.name)));
                own.chain([(e.id.as_str(), None)])
            })
            .collect();
        for line in NOTES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            for place in line.split('|').next().unwrap_or_default().split_whitespace() {
                let read = Place::read(place);
                assert!(every.iter().any(|(id, name)| read.fits(id, *name)), "there is no {place}");
            }
        }
    }

    #[test]
    fn every_attribute_has_a_note_and_every_reference_something_to_name() {
        let notes = Notes::read(NOTES);
        let (mut missing, mut named, mut meant) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for element in &schema().elements {
            for attribute in &element.attributes {
                if notes.of(&element.id, Some(attribute.name)).is_none() {
                    missing.insert(format!("{}.{}", element.id, attribute.name));
                }
                match attribute.kind {
                    Kind::Name(kind) => drop(named.insert(kind)),
                    Kind::Reference(kind) | Kind::References(kind) => drop(meant.insert(kind)),
                    _ => {}
                }
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
        let nameless: Vec<_> =
            meant.iter().filter(|k| !k.starts_with('@') && !named.contains(*k)).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
    }
}
