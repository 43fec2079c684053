//! Scenes to choose from: those that come with the daemon, those that users have saved, and models
//! in folders; and the language that they are written in.
//!
//! ```text
//!  presets (here) ─┐
//!  store ──────────┼─► shelf: one list ─► bundles for sessions      pictures: kept by content
//!  folders ────────┘
//! ```
//! A preset is MJCF text in the binary, with what a menu says of it. This module knows nothing of
//! MuJoCo: whether the scenes compile and stay calm is shown where physics is tested.
//!
//! Every preset moves as soon as it runs. Where that takes a state other than the model's own, it
//! has a keyframe named [`START_KEYFRAME`], to be loaded on load and on reset.

pub mod folders;
pub mod mjcf;
mod pictures;
mod shelf;
pub mod store;

use std::{io, path::Path};

pub use shelf::{Entry, Kind, Library, Limits, Page, Query, parsed};

use crate::bundle;

/// Why something of the library was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such entry or version.
    #[error("{0}")]
    NotFound(String),
    /// The request makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// There is no room for it.
    #[error("{0}")]
    Full(String),
    /// It is there, and cannot be read.
    #[error("the scene is broken: {0}")]
    Broken(String),
    /// The daemon has no directory to keep scenes in.
    #[error("there is no directory to keep scenes in: set state.dir")]
    Nowhere,
    /// The model's files are not in order.
    #[error("{0}")]
    Bundle(#[from] bundle::Error),
    /// The disk does not do what it is asked.
    #[error("the library in {place} cannot be changed: {source}")]
    Disk {
        /// Where.
        place: String,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    fn disk(dir: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full(format!("the disk of {} is full", dir.display()))
            }
            _ => Self::Disk { place: dir.display().to_string(), source },
        }
    }
}

/// The keyframe a scene starts from, where it has one of this name.
pub const START_KEYFRAME: &str = "start";

/// A scene of the library.
#[derive(Debug)]
pub struct Preset {
    /// What requests call it: lower-case words joined by hyphens, the name of its model.
    pub id: &'static str,
    /// What a person reads, in a few words.
    pub name: &'static str,
    /// One sentence on what happens in it.
    pub description: &'static str,
    /// Words to find and group it by.
    pub tags: &'static [&'static str],
    /// The scene as MJCF, complete in itself.
    pub xml: &'static str,
}

/// All presets, in the order of a menu: simple before large.
pub fn presets() -> &'static [Preset] {
    PRESETS
}

/// The preset called `id`.
pub fn preset(id: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.id == id)
}

const PRESETS: &[Preset] = &[
    Preset {
        id: "pendulum",
        name: "Pendulum",
        description: "A bob on a rod, let go from above the horizontal.",
        tags: &["classic", "small"],
        xml: include_str!("presets/pendulum.xml"),
    },
    Preset {
        id: "double-pendulum",
        name: "Double pendulum",
        description: "Two rods without friction: the smallest system that is chaotic.",
        tags: &["classic", "chaos", "small"],
        xml: include_str!("presets/double_pendulum.xml"),
    },
    Preset {
        id: "cart-pole",
        name: "Cart-pole",
        description: "A cart on a rail with a pole to keep upright by pushing the cart.",
        tags: &["classic", "control", "small"],
        xml: include_str!("presets/cart_pole.xml"),
    },
    Preset {
        id: "newtons-cradle",
        name: "Newton's cradle",
        description: "Five hanging balls hand on momentum almost without loss.",
        tags: &["classic", "contact"],
        xml: include_str!("presets/newtons_cradle.xml"),
    },
    Preset {
        id: "gyroscope",
        name: "Gyroscope",
        description: "A spinning disc held at one end: gravity turns it round instead of over.",
        tags: &["classic", "small"],
        xml: include_str!("presets/gyroscope.xml"),
    },
    Preset {
        id: "humanoid",
        name: "Humanoid",
        description: "A figure of 25 joints greets, loses its balance and falls.",
        tags: &["robot", "actuators"],
        xml: include_str!("presets/humanoid.xml"),
    },
    Preset {
        id: "quadruped",
        name: "Quadruped",
        description: "A walker on a lead whose legs follow the beat of two hidden springs.",
        tags: &["robot", "actuators", "tendons"],
        xml: include_str!("presets/quadruped.xml"),
    },
    Preset {
        id: "robot-arm",
        name: "Robot arm",
        description: "Six joints and a gripper wave over a table with three blocks.",
        tags: &["robot", "actuators", "tendons"],
        xml: include_str!("presets/robot_arm.xml"),
    },
    Preset {
        id: "car",
        name: "Car",
        description: "Four sprung wheels with a differential drive in circles between cones.",
        tags: &["vehicle", "actuators", "contact"],
        xml: include_str!("presets/car.xml"),
    },
    Preset {
        id: "wrecking-ball",
        name: "Wrecking ball",
        description: "A heavy ball on a cable swings into a wall of bricks.",
        tags: &["contact", "large"],
        xml: include_str!("presets/wrecking_ball.xml"),
    },
    Preset {
        id: "dominoes",
        name: "Dominoes",
        description: "A hammer topples the first of forty dominoes on a winding line.",
        tags: &["contact", "large"],
        xml: include_str!("presets/dominoes.xml"),
    },
    Preset {
        id: "marbles",
        name: "Marbles",
        description: "Eighteen marbles roll down into the hollows of a hilly bowl.",
        tags: &["contact", "terrain"],
        xml: include_str!("presets/marbles.xml"),
    },
    Preset {
        id: "cloth",
        name: "Cloth",
        description: "A square of cloth falls over a ball and drapes itself.",
        tags: &["soft", "large"],
        xml: include_str!("presets/cloth.xml"),
    },
    Preset {
        id: "jelly",
        name: "Jelly",
        description: "Three soft cubes fall on one another and wobble.",
        tags: &["soft"],
        xml: include_str!("presets/jelly.xml"),
    },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_well_formed() {
        let ids: HashSet<&str> = presets().iter().map(|preset| preset.id).collect();
        assert_eq!(ids.len(), presets().len());
        for id in ids {
            assert!(
                id.split('-').all(|word| {
                    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase())
                })
            );
        }
    }

    #[test]
    fn every_preset_says_what_it_is() {
        assert!(presets().len() >= 10);
        for preset in presets() {
            assert!(!preset.name.is_empty() && !preset.tags.is_empty(), "{}", preset.id);
            assert!(preset.description.ends_with('.'), "{}", preset.id);
            assert!(preset.description.len() <= 90, "{}", preset.id);
        }
    }

    #[test]
    fn every_scene_is_complete_in_itself() {
        for Preset { id, xml, .. } in presets() {
            assert!(xml.starts_with(&format!("<mujoco model=\"{id}\">")), "{id}");
            assert!(xml.trim_end().ends_with("</mujoco>"), "{id}");
            assert!(!xml.contains("file=") && !xml.contains("<include"), "{id}");
            assert!(xml.contains("<camera name=") && xml.contains("<light name=\"key\""), "{id}");
            assert_eq!(xml.contains("<keyframe>"), xml.contains(START_KEY), "{id}");
        }
    }

    const START_KEY: &str = "<key name=\"start\"";

    #[test]
    fn presets_are_found_by_id() {
        assert_eq!(preset("cart-pole").map(|preset| preset.name), Some("Cart-pole"));
        assert!(preset("CART-POLE").is_none());
        assert!(START_KEY.contains(START_KEYFRAME));
    }
}
