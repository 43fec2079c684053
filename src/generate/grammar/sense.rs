//! What words can mean.

use super::super::spec::{Hinges, Kind, Material, Medium, Pattern, Place, Wheels};

/// What a word, or several together, means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sense {
    /// A thing.
    Noun(&'static Noun),
    /// A pattern of things, or its name as an attribute.
    Group(Pattern),
    /// A part that things have.
    Part(Part),
    /// A colour.
    Colour(&'static str),
    /// "dark"; "light" is [`Sense::Light`].
    Dark,
    /// Either a shade or a weight.
    Light,
    /// A factor to the size.
    Size(f64),
    /// A factor to the mass.
    Heft(f64),
    /// A factor along some axes: width, depth, height.
    Stretch([f64; 3]),
    /// What something is made of.
    Material(Material),
    /// A quality.
    Trait(Trait),
    /// Which extent a length is.
    Dim(Dim),
    /// What a number is of.
    Prop(Prop),
    /// How something stands to another.
    Place(Place),
    /// A world of its own: gravity, m/s², and what fills it.
    World(f64, Medium),
    /// Something to move through.
    Medium(Medium),
    /// Gravity.
    Gravity,
    /// Wind.
    Wind,
    /// The floor.
    Floor,
    /// The ceiling.
    Ceiling,
    /// Something to do to the scene.
    Verb(Verb),
    /// A direction, as a unit vector.
    Direction([f64; 3]),
    /// "a", "an".
    A,
    /// "the", "this", "that", "its".
    The,
    /// "another", "more".
    More,
    /// "each", "every", "all", "both".
    Each,
    /// "it", "them".
    It,
    /// "one", "ones" in place of a noun; "one" alone is a number first.
    Ones,
    /// "and".
    And,
    /// "with", "having", "that has".
    With,
    /// "of", "from", "out of", "made of".
    Of,
    /// "at", "by", "about".
    At,
    /// "by" or "x" between numbers.
    By,
    /// "is", "are", "that is".
    Is,
    /// "in".
    In,
    /// "from".
    From,
    /// "to".
    To,
    /// "without", "no", "not".
    No,
    /// "half".
    Half,
    /// "twice".
    Twice,
    /// "single", "double", "triple", "quadruple".
    Fold(u32),
    /// Comparatives of sizes: a factor.
    Comparative([f64; 3]),
    /// Comparatives of other qualities: a factor.
    Relative(Relative, f64),
    /// One of several.
    Which(Which),
    /// How steep a slope is, degrees.
    Steep(f64),
    /// The reverse of a place: "surrounded by".
    Inverse(Place),
    /// An outline.
    Outline(Outline),
    /// One colour after another.
    Rainbow,
    /// How strong a wind is, m/s.
    Strength(f64),
    /// How fast, m/s.
    Pace(f64),
    /// Which wheels of a car are driven.
    Wheels(Wheels),
    /// Where a door's hinges are.
    Hinges(Hinges),
    /// Which joints are driven, or are not.
    Joints(Joints, bool),
    /// From where a pendulum is let go, degrees from hanging down.
    Pose(f64),
    /// By how many degrees several that swing begin at different angles.
    Unequal(f64),
    /// At both ends.
    Ends,
    /// What changes nothing, before a noun.
    Decor,
    /// What changes nothing, anywhere.
    Manner,
    /// Carries nothing.
    Filler,
}

/// What [`Sense::Relative`] compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "qualities explain themselves")]
pub enum Relative {
    Mass,
    Slope,
    Speed,
    Friction,
    Stiffness,
    Bounce,
    Strength,
}

/// Some joints of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joints {
    /// So many from the base on.
    First(u32),
    /// So many at the other end.
    Last(u32),
    /// One by its number, from 1 at the base.
    Nth(u32),
    /// The one that lifts an arm: the first of two, and the second of more.
    Shoulder,
    /// The one behind the shoulder.
    Elbow,
}

/// The outline of what has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outline {
    /// Round, or round in one view.
    Round,
    /// With right angles.
    Angular,
    /// As wide as deep.
    Square,
}

/// Which of several is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The first in order, or the lowest of a stack.
    First,
    /// The one in the middle.
    Middle,
    /// The last in order, or the uppermost of a stack.
    Last,
    /// By its number, from 1.
    Nth(u32),
    /// By where it stands.
    Left,
    /// See `Left`.
    Right,
    /// See `Left`.
    Top,
    /// See `Left`.
    Bottom,
    /// See `Left`.
    Front,
    /// See `Left`.
    Back,
    /// The one with the most of it: `Edge` is the size, `Gap` the mass; `Thick`, `Deep`, `Wide` and
    /// `Up` the least size, height, length and mass.
    Most(Dim),
}

impl Which {
    /// Whether it compares things.
    pub const fn is_of_kinds(self) -> bool {
        matches!(self, Self::Most(_))
    }

    /// Whether it asks for more rather than less.
    pub const fn is_great(self) -> bool {
        !matches!(self, Self::Most(Dim::Thick | Dim::Deep | Dim::Wide | Dim::Up))
    }
}

/// A noun.
#[derive(Debug, PartialEq)]
pub struct Noun {
    /// Singular forms, with `|` between; the first names the thing.
    pub words: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Its own extents where they differ from its kind's, m.
    pub size: Option<[f64; 3]>,
    /// What it is made of by itself.
    pub material: Option<Material>,
    /// Its own colour.
    pub colour: Option<&'static str>,
    /// Whether it lies by itself.
    pub lying: bool,
    /// How many parts, where the word says so.
    pub parts: Option<u32>,
    /// How heavy one of its own size is, kg, where that is not the mass of its material.
    pub kg: Option<f64>,
    /// Whether it is only shown by a simple shape.
    pub stand_in: bool,
}

/// Parts of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "parts explain themselves")]
pub enum Part {
    Link,
    Joint,
    Bob,
    Step,
    Layer,
    Row,
    Column,
    Leg,
    Wheel,
    Panel,
    Blade,
    Hinge,
    Motor,
    Finger,
    Rail,
    Cart,
    Corner,
    End,
    Hook,
    Chassis,
}

/// Qualities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "qualities explain themselves")]
pub enum Trait {
    Fixed,
    /// On its long narrow side, or its rim.
    OnEdge,
    Movable,
    Floating,
    Falling,
    Spinning,
    Rolling,
    Sliding,
    Lying,
    Upright,
    Bouncy,
    Bouncing,
    Slippery,
    Frictionless,
    Rough,
    Transparent,
    Tilted,
    Actuated,
    Hanging,
    Released,
    Spaced,
    Touching,
    Scattered,
    Growing,
    Shrinking,
    Moving,
    Lifted,
    Stacked,
    Enclosed,
    Servo,
    Passive,
    Paced,
    HeldAtBothEnds,
    Empty,
    Level,
    Thrown,
    Toppling,
    Weightless,
    Planar,
    Windy,
    Stretched,
    Sticking,
    BothWays,
}

/// Which extent a length is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "extents explain themselves")]
pub enum Dim {
    Long,
    Wide,
    High,
    Deep,
    Thick,
    Diameter,
    Radius,
    Edge,
    Apart,
    Gap,
    Up,
    /// The height of a step.
    Rise,
    /// The depth of a step.
    Tread,
}

/// What a number is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "properties explain themselves")]
pub enum Prop {
    Mass,
    Density,
    Friction,
    Bounce,
    Stiffness,
    Damping,
    Speed,
    Spin,
    Angle,
    Size,
    Colour,
    Height,
    Material,
    Strength,
}

/// What can be done to a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "verbs explain themselves")]
pub enum Verb {
    Create,
    Add,
    Remove,
    Change,
    Move,
    Replace,
    Double,
    Halve,
    TurnOff,
    TurnOn,
    Tilt,
    Lift,
    Copy,
}

impl Sense {
    /// Whether it says how something looks.
    pub const fn is_look(self) -> bool {
        matches!(
            self,
            Self::Colour(_) | Self::Dark | Self::Light | Self::Material(_) | Self::Size(_)
        )
    }

    /// Whether it says of a thing what it is like, before its noun.
    pub const fn is_adjective(self) -> bool {
        matches!(
            self,
            Self::Colour(_)
                | Self::Dark
                | Self::Light
                | Self::Material(_)
                | Self::Size(_)
                | Self::Stretch(_)
                | Self::Heft(_)
                | Self::Outline(_)
                | Self::Rainbow
                | Self::Wheels(_)
                | Self::Hinges(_)
                | Self::Joints(..)
                | Self::Pace(_)
                | Self::Trait(_)
        )
    }
}
