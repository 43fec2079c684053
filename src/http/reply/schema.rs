//! The reply that describes MJCF.

use serde::Serialize;
use utoipa::ToSchema;

use crate::library::mjcf::{self, Count, Kind};

/// MJCF as the linked MuJoCo reads it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MjcfSchema {
    /// The version of MuJoCo.
    #[schema(example = "3.17.0")]
    mujoco: &'static str,
    /// The elements in their contexts, the outermost (`mujoco`) first.
    elements: Vec<MjcfElement>,
}

/// An element in its context.
#[derive(Debug, Serialize, ToSchema)]
struct MjcfElement {
    /// What `children` call it by.
    #[schema(example = "default/geom")]
    id: String,
    /// Its name in the text.
    name: &'static str,
    /// A sentence about it; missing where there is nothing to say.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(required = false)]
    doc: &'static str,
    /// What can be in its tag.
    attributes: Vec<MjcfAttribute>,
    /// What can be inside of it.
    children: Vec<MjcfChild>,
}

/// An element inside of another.
#[derive(Debug, Serialize, ToSchema)]
struct MjcfChild {
    /// Its name in the text.
    name: &'static str,
    /// Its `id` among the elements.
    id: String,
    /// Whether there can be several.
    many: bool,
}

/// An attribute.
#[derive(Debug, Serialize, ToSchema)]
struct MjcfAttribute {
    /// Its name.
    name: &'static str,
    /// What it can be.
    #[serde(rename = "type")]
    kind: MjcfType,
    /// How many values there are, for numbers: at least, and at most unless there is no bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    count: Option<Vec<u8>>,
    /// The words that it can be, for a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    values: Option<Vec<&'static str>>,
    /// The kind of thing that is named, or `@` and the attribute that says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "material")]
    of: Option<&'static str>,
    /// What it is where it is not given, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    default: Option<&'static str>,
    /// A sentence about it; missing where there is nothing to say.
    #[serde(skip_serializing_if = "str::is_empty")]
    #[schema(required = false)]
    doc: &'static str,
}

/// What an attribute can be.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum MjcfType {
    /// Numbers.
    Number,
    /// Whole numbers.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// Any text.
    Text,
    /// The name of a file that comes with the model.
    File,
    /// One of the words in `values`.
    Choice,
    /// Several of the words in `values`.
    Choices,
    /// A name that is given here.
    Name,
    /// A name that something else has.
    Reference,
    /// Several such names.
    References,
}

impl From<&mjcf::Schema> for MjcfSchema {
    fn from(schema: &mjcf::Schema) -> Self {
        let elements = schema.elements.iter().map(MjcfElement::from).collect();
        Self { mujoco: schema.mujoco, elements }
    }
}

impl From<&mjcf::Element> for MjcfElement {
    fn from(element: &mjcf::Element) -> Self {
        let child = |child: &mjcf::Child| MjcfChild {
            name: child.name,
            id: child.id.clone(),
            many: child.many,
        };
        Self {
            id: element.id.clone(),
            name: element.name,
            doc: element.words,
            attributes: element.attributes.iter().map(MjcfAttribute::from).collect(),
            children: element.children.iter().map(child).collect(),
        }
    }
}

impl From<&mjcf::Attribute> for MjcfAttribute {
    fn from(attribute: &mjcf::Attribute) -> Self {
        let counted = |count: &Count| Some([count.least].into_iter().chain(count.most).collect());
        let (kind, count, values, of) = match &attribute.kind {
            Kind::Numbers(count) => (MjcfType::Number, counted(count), None, None),
            Kind::Integers(count) => (MjcfType::Integer, counted(count), None, None),
            Kind::Boolean => (MjcfType::Boolean, None, None, None),
            Kind::Text => (MjcfType::Text, None, None, None),
            Kind::File => (MjcfType::File, None, None, None),
            Kind::Choice(words) => (MjcfType::Choice, None, Some(words.clone()), None),
            Kind::Choices(words) => (MjcfType::Choices, None, Some(words.clone()), None),
            Kind::Name(of) => (MjcfType::Name, None, None, Some(*of)),
            Kind::Reference(of) => (MjcfType::Reference, None, None, Some(*of)),
            Kind::References(of) => (MjcfType::References, None, None, Some(*of)),
        };
        let mjcf::Attribute { name, default, words: doc, .. } = *attribute;
        Self { name, kind, count, values, of, default, doc }
    }
}
