//! What can be wrong with a scene, as values that read as sentences.

use std::fmt;

/// Something that is wrong with a plan or with what was built of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// A property of the plan makes no sense.
    Plan {
        /// Which.
        at: String,
        /// Why, to be read behind it.
        what: String,
    },
    /// There is more to build than a scene may have.
    TooMany {
        /// Bodies wanted.
        bodies: usize,
    },
    /// Things wait for one another.
    Circle {
        /// Id of one of them.
        id: String,
    },
    /// A thing does not fit where it should be.
    NoRoom {
        /// Its id.
        id: String,
        /// Of what it should be in or on.
        place: String,
    },
    /// A relation makes no sense for these two.
    Unfit {
        /// The thing that should be placed.
        id: String,
        /// Why not, to be read behind it.
        what: String,
    },
    /// MuJoCo refuses what was built.
    Compile(String),
    /// It could not be tried.
    Untried(String),
    /// The state grew beyond all bounds.
    Diverged {
        /// When, s.
        time_s: f64,
    },
    /// Things overlap at the start.
    Overlap {
        /// The two bodies.
        bodies: [String; 2],
        /// By how much, m.
        depth_m: f64,
    },
    /// A thing that should rest moves away.
    Strayed {
        /// Its body.
        body: String,
        /// How far, m.
        distance_m: f64,
    },
    /// Something that was asked for is not there.
    Missing {
        /// Its body.
        body: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan { at, what } => write!(f, "{at} {what}"),
            Self::TooMany { bodies } => {
                write!(
                    f,
                    "the scene would have {bodies} bodies; at most {} are built",
                    super::spec::MAX_BODIES
                )
            }
            Self::Circle { id } => write!(f, "where '{id}' is depends on itself"),
            Self::NoRoom { id, place } => write!(f, "'{id}' does not fit into or onto '{place}'"),
            Self::Unfit { id, what } => write!(f, "'{id}' {what}"),
            Self::Compile(message) => write!(f, "MuJoCo refuses the scene: {message}"),
            Self::Untried(why) => write!(f, "the scene could not be tried: {why}"),
            Self::Diverged { time_s } => write!(f, "the simulation diverges after {time_s:.2} s"),
            Self::Overlap { bodies: [a, b], depth_m } => {
                write!(f, "'{a}' and '{b}' overlap by {:.0} mm", depth_m * 1e3)
            }
            Self::Strayed { body, distance_m } => {
                write!(f, "'{body}' does not stay where it was put: it moves by {distance_m:.2} m")
            }
            Self::Missing { body } => write!(f, "'{body}' is not in the scene"),
        }
    }
}
