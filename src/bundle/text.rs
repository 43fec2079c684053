//! One model file: is it fit for MuJoCo, and what does it refer to?
//!
//! A pull parser reads it once, from front to back, and stops at the first limit. It is not
//! MuJoCo's own parser: what passes here may still be refused there, in the worker.

use std::str::Utf8Error;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    error::{Error, TextFault},
    names,
};

/// Longest model file, bytes.
pub const MAX_BYTES: usize = 8 << 20;
/// Most elements of a model, with all that it includes: MuJoCo's compiler is quadratic in them.
pub const MAX_ELEMENTS: usize = 20_000;
/// Deepest nesting: MuJoCo's compiler recurses.
pub const MAX_DEPTH: usize = 128;
/// Most attributes of an element; MuJoCo's own have fewer than 60.
const MAX_ATTRIBUTES: usize = 256;
/// Longest name of a file or folder, bytes: as long as a file's own may be.
const MAX_NAME: usize = names::MAX_LENGTH;
/// Attributes of a texture that name files: itself, and the sides of a cube map.
const TEXTURE_FILES: [&str; 7] =
    ["file", "fileright", "fileleft", "fileup", "filedown", "filefront", "fileback"];
/// What the name of a model within a model ends with: MuJoCo would unpack an archive.
const MODELS: [&str; 3] = ["xml", "mjcf", "urdf"];

/// What a model file says about files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// The name of the root element.
    pub root: String,
    /// Elements, and names of files.
    pub elements: usize,
    /// What each `<compiler>` says, and how many references stand before it.
    pub compilers: Vec<(usize, Compiler)>,
    pub references: Vec<Reference>,
}

/// What `<compiler>` says about files; the last one wins, in the order of the document with what it
/// includes in place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Compiler {
    pub meshdir: Option<String>,
    pub texturedir: Option<String>,
    pub assetdir: Option<String>,
    pub strippath: Option<bool>,
    pub discardvisual: Option<bool>,
}

impl Compiler {
    /// Takes over what `later` says.
    pub fn update(&mut self, later: &Self) {
        let Self { meshdir, texturedir, assetdir, strippath, discardvisual } = later;
        for (mine, theirs) in [
            (&mut self.meshdir, meshdir),
            (&mut self.texturedir, texturedir),
            (&mut self.assetdir, assetdir),
        ] {
            if theirs.is_some() {
                mine.clone_from(theirs);
            }
        }
        self.strippath = strippath.or(self.strippath);
        self.discardvisual = discardvisual.or(self.discardvisual);
    }
}

/// A file that an element names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub element: String,
    /// From 1.
    pub line: u32,
    /// As it stands there.
    pub name: String,
    pub purpose: Purpose,
}

/// What a file is wanted for, which decides where it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Include,
    Model,
    /// Height fields and skins as well.
    Mesh,
    Texture,
    /// Looked for where meshes are, and else beside the model.
    Flexcomp,
    /// A mesh of a URDF.
    Robot {
        /// Within `<visual>`, which MuJoCo discards unless it is told not to.
        visual: bool,
    },
}

impl Scan {
    /// Whether this is a whole model, MJCF or URDF.
    pub fn is_model(&self) -> bool {
        self.is_urdf() || self.root.eq_ignore_ascii_case("mujoco")
    }

    pub fn is_urdf(&self) -> bool {
        self.root.eq_ignore_ascii_case("robot")
    }
}

/// Reads the model file `file`.
///
/// # Errors
/// [`Error::Text`].
pub(super) fn scan(file: &str, bytes: &[u8]) -> Result<Scan, Error> {
    let refuse = |line, fault| Err(Error::Text { file: file.to_owned(), line, fault });
    if bytes.len() > MAX_BYTES {
        return refuse(None, TextFault::TooLong { most: MAX_BYTES });
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => return refuse(Some(line_of(bytes, error)), TextFault::NotUtf8),
    };
    // MuJoCo's parser ends at NUL and takes others for spaces between attributes; XML has none.
    let forbidden = |byte: &u8| *byte < b' ' && !b"\t\n\r".contains(byte);
    if let Some(at) = bytes.iter().position(forbidden) {
        let fault = TextFault::Syntax("it has a control character".into());
        return refuse(Some(1 + newlines(&bytes[..at])), fault);
    }
    let mut scanner = Scanner::new(text);
    match scanner.run() {
        Ok(()) => Ok(scanner.found),
        Err(fault) => refuse(Some(scanner.line), fault),
    }
}

fn line_of(bytes: &[u8], error: Utf8Error) -> u32 {
    1 + newlines(&bytes[..error.valid_up_to()])
}

fn newlines(bytes: &[u8]) -> u32 {
    bytes.iter().map(|byte| u32::from(*byte == b'\n')).sum()
}

struct Scanner<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// Where the event at hand starts, bytes, and in which line.
    offset: usize,
    line: u32,
    depth: usize,
    /// The depth of the `<visual>` that the event at hand is in.
    visual: Option<usize>,
    /// The same for `<mujoco>` within a URDF.
    extension: Option<usize>,
    found: Scan,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        let reader = Reader::from_str(text);
        let found = Scan::default();
        Self { text, reader, offset: 0, line: 1, depth: 0, visual: None, extension: None, found }
    }

    fn run(&mut self) -> Result<(), TextFault> {
        loop {
            self.advance();
            let event = self.reader.read_event();
            match event.map_err(|error| TextFault::Syntax(error.to_string()))? {
                Event::Start(start) => {
                    self.element(&start)?;
                    self.depth += 1;
                    if self.depth > MAX_DEPTH {
                        return Err(TextFault::TooDeep { most: MAX_DEPTH });
                    }
                    if self.visual.is_none() && is(start.name().as_ref(), "visual") {
                        self.visual = Some(self.depth);
                    }
                    if self.depth == 2 && is(start.name().as_ref(), "mujoco") {
                        self.extension = Some(self.depth);
                    }
                }
                Event::Empty(start) => self.element(&start)?,
                Event::End(_) => {
                    if self.visual == Some(self.depth) {
                        self.visual = None;
                    }
                    if self.extension == Some(self.depth) {
                        self.extension = None;
                    }
                    self.depth = self.depth.saturating_sub(1);
                }
                Event::DocType(_) => return Err(TextFault::Doctype),
                Event::Eof => return self.finish(),
                _ => {}
            }
        }
    }

    /// Counts lines up to where the reader stands.
    fn advance(&mut self) {
        let next = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        let next = next.min(self.text.len());
        self.line += newlines(self.text.as_bytes().get(self.offset..next).unwrap_or_default());
        self.offset = next;
    }

    fn finish(&self) -> Result<(), TextFault> {
        if self.depth > 0 {
            return Err(TextFault::Syntax("it ends before its root element does".into()));
        }
        if self.found.elements == 0 {
            return Err(TextFault::Empty);
        }
        Ok(())
    }

    fn element(&mut self, start: &BytesStart<'_>) -> Result<(), TextFault> {
        let name = start.name();
        let tag = name.as_ref();
        self.found.elements += 1;
        if self.found.elements > MAX_ELEMENTS {
            return Err(TextFault::TooManyElements { most: MAX_ELEMENTS });
        }
        if self.depth == 0 {
            if !self.found.root.is_empty() {
                return Err(TextFault::Syntax("it has more than one root element".into()));
            }
            self.found.root = names::shown(tag);
        }
        // A URDF has MuJoCo's settings in a place of their own.
        let settings = is(tag, "compiler") && (!self.found.is_urdf() || self.extension.is_some());
        if settings {
            self.found.compilers.push((self.found.references.len(), Compiler::default()));
        }
        for (count, attribute) in start.attributes().enumerate() {
            if count == MAX_ATTRIBUTES {
                let element = names::shown(tag);
                return Err(TextFault::TooManyAttributes { element, most: MAX_ATTRIBUTES });
            }
            let attribute = attribute.map_err(|error| TextFault::Syntax(error.to_string()))?;
            // MuJoCo's parser takes what is no entity as it stands, and others beside it not.
            let value = quick_xml::escape::unescape(&attribute.value)
                .map_err(|error| TextFault::Syntax(error.to_string()))?;
            self.attribute(tag, attribute.key.as_ref(), &value, settings)?;
        }
        Ok(())
    }

    fn attribute(
        &mut self,
        tag: &str,
        name: &str,
        value: &str,
        settings: bool,
    ) -> Result<(), TextFault> {
        let element = || names::shown(tag);
        match name {
            "class" | "childclass" if value.contains('%') => {
                return Err(TextFault::Percent { element: element() });
            }
            "embed" if is(value, "false") => {
                return Err(TextFault::Embed { element: element() });
            }
            "content_type" if is(tag, "model") => {
                return Err(TextFault::NotAModel { element: element() });
            }
            _ => {}
        }
        let long = || Err(TextFault::LongName { element: element(), most: MAX_NAME });
        if settings && let Some((_, compiler)) = self.found.compilers.last_mut() {
            let folder = match name {
                "meshdir" => Some(&mut compiler.meshdir),
                "texturedir" => Some(&mut compiler.texturedir),
                "assetdir" => Some(&mut compiler.assetdir),
                _ => None,
            };
            match (folder, name) {
                (Some(_), _) if value.len() > MAX_NAME => return long(),
                (Some(folder), _) => *folder = Some(value.to_owned()),
                (_, "strippath") => compiler.strippath = Some(value == "true"),
                (_, "discardvisual") => compiler.discardvisual = Some(value == "true"),
                _ => {}
            }
        } else if let Some(purpose) = self.purpose(tag, name)
            && !value.is_empty()
        {
            if value.len() > MAX_NAME {
                return long();
            }
            if purpose == Purpose::Model
                && !MODELS.iter().any(|extension| names::has_extension(value, extension))
            {
                return Err(TextFault::NotAModel { element: element() });
            }
            self.found.elements += 1;
            let (element, line) = (element(), self.line);
            let name = value.to_owned();
            self.found.references.push(Reference { element, line, name, purpose });
        }
        Ok(())
    }

    /// What the file that this attribute names is for, if it names one.
    fn purpose(&self, tag: &str, name: &str) -> Option<Purpose> {
        if self.found.is_urdf() {
            // Its textures are not read.
            let visual = self.visual.is_some();
            return (is(tag, "mesh") && name == "filename").then_some(Purpose::Robot { visual });
        }
        let texture = is(tag, "texture") && TEXTURE_FILES.contains(&name);
        if name != "file" && !texture {
            return None;
        }
        Some(match tag.to_ascii_lowercase().as_str() {
            "include" => Purpose::Include,
            "model" => Purpose::Model,
            "texture" => Purpose::Texture,
            "flexcomp" => Purpose::Flexcomp,
            _ => Purpose::Mesh,
        })
    }
}

fn is(text: &str, word: &str) -> bool {
    text.eq_ignore_ascii_case(word)
}
