//! Why a model was refused before any process was started for it.

use std::{io, path::PathBuf};

/// Why there is no bundle. Every text names the file at fault.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file at this path could not be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The archive is damaged or of a kind that is not read.
    #[error("the archive cannot be read: {0}")]
    Archive(String),
    /// A file of the archive is damaged or of a kind that is not read.
    #[error("file {name:?} of the archive is refused: {why}")]
    Entry {
        /// As it stands in the archive.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// A name that no file of a model may have.
    #[error("file name {name:?} is refused: {fault}")]
    Name {
        /// As it was given.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// Two names that some file system takes for the same.
    #[error("files {first:?} and {second:?} have the same name")]
    Duplicate {
        /// The one that came first.
        first: String,
        /// The one that is refused.
        second: String,
    },
    /// Too many files.
    #[error("the model has more than {most} files")]
    TooManyFiles {
        /// How many it may have.
        most: usize,
    },
    /// The files are too large together.
    #[error("file {name:?} brings the model above {most} bytes")]
    TooLarge {
        /// The file at which the limit was reached.
        name: String,
        /// How many bytes all files may have, unpacked.
        most: usize,
    },
    /// There is nothing to load.
    #[error(
        "there is no model among the files: send an MJCF file (its root element is <mujoco>) or a URDF"
    )]
    NoModel,
    /// There are several models, and none is the obvious one.
    #[error("which model is meant? Name one of these as root: {}", listed(.0))]
    ManyModels(Vec<String>),
    /// The root that was asked for is not there.
    #[error("the bundle has no file {name:?}; its models are: {}", listed(models))]
    NoSuchRoot {
        /// As asked.
        name: String,
        /// What could be asked for.
        models: Vec<String>,
    },
    /// A model file that is not fit to be given to MuJoCo.
    #[error("{file}{}: {fault}", at(*line))]
    Text {
        /// The file.
        file: String,
        /// The line, from 1.
        line: Option<u32>,
        /// What is wrong there.
        fault: TextFault,
    },
}

/// What is wrong with a file name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing is left of it.
    #[error("it is empty")]
    Empty,
    /// It starts at the root of a file system.
    #[error("it is absolute")]
    Absolute,
    /// It leaves the bundle.
    #[error("it has a '..'")]
    Parent,
    /// It has a backslash, which some systems take for a separator.
    #[error("it has a backslash")]
    Backslash,
    /// It has a colon, as drive letters and URLs have.
    #[error("it has a ':'")]
    Colon,
    /// It has a NUL or another control character.
    #[error("it has a control character")]
    Control,
    /// It is too long or too deep.
    #[error("it is too long")]
    TooLong,
}

/// What is wrong with a model file.
#[derive(Debug, thiserror::Error)]
pub enum TextFault {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// More bytes than a model file may have.
    #[error("the file has more than {most} bytes")]
    TooLong {
        /// How many it may have.
        most: usize,
    },
    /// Bytes that are no UTF-8.
    #[error("the file is not UTF-8")]
    NotUtf8,
    /// Not well-formed.
    #[error("the XML is not well-formed: {0}")]
    Syntax(String),
    /// Neither `<mujoco>` nor `<robot>`.
    #[error("the root element is <{0}>, not <mujoco> or <robot>")]
    NoModel(String),
    /// Document types declare entities, which no model needs.
    #[error("a DOCTYPE is not allowed")]
    Doctype,
    /// More elements than a model may have, with all that it includes.
    #[error("the model has more than {most} elements and names of files")]
    TooManyElements {
        /// How many it may have.
        most: usize,
    },
    /// Elements within elements.
    #[error("the elements are nested more than {most} deep")]
    TooDeep {
        /// How deep they may be.
        most: usize,
    },
    /// An element with too many attributes.
    #[error("element '{element}' has more than {most} attributes")]
    TooManyAttributes {
        /// The element.
        element: String,
        /// How many it may have.
        most: usize,
    },
    /// `%` in a class name: MuJoCo formats its errors with it.
    #[error("element '{element}': a class name must not have a '%'")]
    Percent {
        /// The element.
        element: String,
    },
    /// `embed="false"` leaves reading a file to later, when no bundle is there.
    #[error("element '{element}': embed=\"false\" is not allowed")]
    Embed {
        /// The element.
        element: String,
    },
    /// The name of a file or folder is too long.
    #[error("element '{element}': a name of a file or folder has more than {most} bytes")]
    LongName {
        /// The element.
        element: String,
        /// How many it may have.
        most: usize,
    },
    /// A model within a model that may be an archive.
    #[error(
        "element '{element}': a model within a model is an .xml, .mjcf or .urdf file without a \
         content_type"
    )]
    NotAModel {
        /// The element.
        element: String,
    },
    /// A URDF in place of a part of an MJCF model.
    #[error("element '{element}': a URDF cannot be included")]
    IncludedUrdf {
        /// The element.
        element: String,
    },
    /// A file that the bundle does not have.
    #[error("element '{element}': the file {name:?} is missing{}", hint(near.as_deref()))]
    Missing {
        /// The element.
        element: String,
        /// As asked for, from the bundle's top.
        name: String,
        /// A file of the bundle that may be meant.
        near: Option<String>,
    },
    /// A file that no bundle can have.
    #[error("element '{element}': the file {name:?} lies outside of the model's folder")]
    Outside {
        /// The element.
        element: String,
        /// As it stands there.
        name: String,
    },
    /// A file that leads back to itself.
    #[error("element '{element}': the file {name:?} includes itself")]
    Circular {
        /// The element.
        element: String,
        /// The file.
        name: String,
    },
    /// Too many files, one in another.
    #[error("element '{element}': models and includes are nested too deep or too often")]
    TooManyIncludes {
        /// The element.
        element: String,
    },
}

impl Error {
    /// The line that the text is about, from 1.
    pub fn line(&self) -> Option<u32> {
        match self {
            Self::Text { line, .. } => *line,
            _ => None,
        }
    }

    /// Whether a smaller model would have been taken.
    pub fn is_size(&self) -> bool {
        matches!(
            self,
            Self::TooManyFiles { .. }
                | Self::TooLarge { .. }
                | Self::Text { fault: TextFault::TooLong { .. }, .. }
        )
    }
}

fn listed(names: &[String]) -> String {
    const SHOWN: usize = 20;
    let mut text = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text += ", …";
    }
    text
}

fn at(line: Option<u32>) -> String {
    line.map(|line| format!(", line {line}")).unwrap_or_default()
}

fn hint(near: Option<&str>) -> String {
    near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default()
}
