//! What is shown of a scene besides its surfaces: `mjvOption` as values.

use serde::{Deserialize, Serialize};

/// Groups that each sort of thing can be in.
pub const GROUPS: usize = 6;

/// Declares an enumeration whose variants are numbered as MuJoCo's constants are.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident: $($variant:ident = $text:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize,
            serde::Deserialize,
        )]
        #[allow(missing_docs, reason = "each is MuJoCo's constant of the same name")]
        #[repr(u8)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// All of them, in MuJoCo's order.
            pub const ALL: [Self; [$($text),+].len()] = [$(Self::$variant),+];
            /// Their names, in MuJoCo's order.
            pub const NAMES: [&str; Self::ALL.len()] = [$($text),+];

            /// The one of this name, in whatever case.
            ///
            /// # Errors
            /// A sentence that lists the names.
            pub fn parse(name: &str) -> Result<Self, String> {
                let found = Self::NAMES.iter().position(|known| known.eq_ignore_ascii_case(name));
                found.map(|index| Self::ALL[index]).ok_or_else(|| {
                    format!("'{name}' is unknown; one of: {}", Self::NAMES.join(" "))
                })
            }

            /// Its name, as MuJoCo writes it.
            pub fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }
        }
    };
}
pub(super) use numbered;

numbered! {
    /// `mjtVisFlag`: what `mjv_updateScene` adds to the scene, or leaves out.
    VisFlag:
    ConvexHull = "CONVEXHULL", Texture = "TEXTURE", Joint = "JOINT", Camera = "CAMERA",
    Actuator = "ACTUATOR", Activation = "ACTIVATION", Light = "LIGHT", Tendon = "TENDON",
    RangeFinder = "RANGEFINDER", Constraint = "CONSTRAINT", Inertia = "INERTIA",
    ScaledInertia = "SCLINERTIA", PerturbForce = "PERTFORCE", PerturbObject = "PERTOBJ",
    ContactPoint = "CONTACTPOINT", Island = "ISLAND", ContactForce = "CONTACTFORCE",
    ContactSplit = "CONTACTSPLIT", Transparent = "TRANSPARENT", AutoConnect = "AUTOCONNECT",
    CenterOfMass = "COM", Select = "SELECT", Static = "STATIC", Skin = "SKIN",
    FlexVertex = "FLEXVERT", FlexEdge = "FLEXEDGE", FlexFace = "FLEXFACE", FlexSkin = "FLEXSKIN",
    BodyBvh = "BODYBVH", MeshBvh = "MESHBVH", SdfIteration = "SDFITER",
}

numbered! {
    /// `mjtLabel`: what is labelled.
    LabelMode:
    None = "NONE", Body = "BODY", Joint = "JOINT", Geom = "GEOM", Site = "SITE",
    Camera = "CAMERA", Light = "LIGHT", Tendon = "TENDON", Actuator = "ACTUATOR",
    Constraint = "CONSTRAINT", Flex = "FLEX", Skin = "SKIN", Selection = "SELECTION",
    SelectionPoint = "SELPNT", ContactPoint = "CONTACTPOINT", ContactForce = "CONTACTFORCE",
    Island = "ISLAND",
}

numbered! {
    /// `mjtFrame`: what shows its coordinate frame.
    FrameMode:
    None = "NONE", Body = "BODY", Geom = "GEOM", Site = "SITE", Camera = "CAMERA",
    Light = "LIGHT", Contact = "CONTACT", World = "WORLD",
}

numbered! {
    /// `mjtRndFlag`: how a picture is drawn.
    RenderFlag:
    Shadow = "SHADOW", Wireframe = "WIREFRAME", Reflection = "REFLECTION", Additive = "ADDITIVE",
    Skybox = "SKYBOX", Fog = "FOG", Haze = "HAZE", Depth = "DEPTH", Segment = "SEGMENT",
    IdColor = "IDCOLOR", CullFace = "CULL_FACE",
}

numbered! {
    /// Sorts of things that are shown by group.
    Grouped:
    Geom = "GEOM", Site = "SITE", Joint = "JOINT", Tendon = "TENDON", Actuator = "ACTUATOR",
    Flex = "FLEX", Skin = "SKIN",
}

/// Parts of what is shown and how, to be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionsUpdate {
    /// Flags of what is shown.
    pub vis: Vec<(VisFlag, bool)>,
    /// Flags of how it is drawn.
    pub render: Vec<(RenderFlag, bool)>,
    /// What is labelled.
    pub label: Option<LabelMode>,
    /// What shows its frame.
    pub frame: Option<FrameMode>,
    /// Groups by sort and number.
    pub groups: Vec<(Grouped, usize, bool)>,
}

impl OptionsUpdate {
    /// Whether it changes what all viewers see, not only how one viewer's picture is drawn.
    pub fn is_shared(&self) -> bool {
        let Self { vis, label, frame, groups, render: _ } = self;
        !vis.is_empty() || label.is_some() || frame.is_some() || !groups.is_empty()
    }
}

/// What is shown, as `mjvOption` says it. The default is MuJoCo's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SceneOptions {
    flags: [bool; VisFlag::ALL.len()],
    groups: [[bool; GROUPS]; Grouped::ALL.len()],
    /// What is labelled.
    pub label: LabelMode,
    /// What shows its frame.
    pub frame: FrameMode,
    /// Depth of the bounding-volume trees shown.
    pub bvh_depth: u8,
    /// Layer of three-dimensional flexes shown.
    pub flex_layer: u8,
}

impl Default for SceneOptions {
    fn default() -> Self {
        let on = [
            VisFlag::Texture,
            VisFlag::Tendon,
            VisFlag::RangeFinder,
            VisFlag::PerturbObject,
            VisFlag::Static,
            VisFlag::Skin,
            VisFlag::FlexEdge,
            VisFlag::FlexSkin,
        ];
        Self {
            flags: VisFlag::ALL.map(|flag| on.contains(&flag)),
            groups: [[true, true, true, false, false, false]; Grouped::ALL.len()],
            label: LabelMode::None,
            frame: FrameMode::None,
            bvh_depth: 1,
            flex_layer: 0,
        }
    }
}

impl SceneOptions {
    /// Whether `flag` is set.
    pub fn flag(&self, flag: VisFlag) -> bool {
        self.flags[flag as usize]
    }

    /// Sets or clears `flag`.
    pub fn set(&mut self, flag: VisFlag, on: bool) {
        self.flags[flag as usize] = on;
    }

    /// Which groups of `sort` are shown.
    pub fn groups(&self, sort: Grouped) -> [bool; GROUPS] {
        self.groups[sort as usize]
    }

    /// Makes the changes of `update` that are not about drawing.
    pub fn update(&mut self, update: &OptionsUpdate) {
        update.vis.iter().for_each(|&(flag, on)| self.set(flag, on));
        for &(sort, group, on) in &update.groups {
            self.show_group(sort, group, on);
        }
        self.label = update.label.unwrap_or(self.label);
        self.frame = update.frame.unwrap_or(self.frame);
    }

    /// Shows or hides a group of `sort`; a group beyond the last changes nothing.
    pub fn show_group(&mut self, sort: Grouped, group: usize, on: bool) {
        if let Some(shown) = self.groups[sort as usize].get_mut(group) {
            *shown = on;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_listed_when_not() {
        assert_eq!(VisFlag::parse("contactforce"), Ok(VisFlag::ContactForce));
        assert_eq!(LabelMode::Island.name(), "ISLAND");
        let error = FrameMode::parse("SUN").expect_err("no such frame");
        assert!(error.contains("'SUN'") && error.contains("NONE BODY GEOM"), "{error}");
    }

    #[test]
    fn flags_and_groups_are_kept_apart() {
        let mut options = SceneOptions::default();
        options.set(VisFlag::SdfIteration, true);
        options.show_group(Grouped::Skin, 5, true);
        options.show_group(Grouped::Skin, 6, true);
        assert!(options.flag(VisFlag::SdfIteration) && options.flag(VisFlag::Texture));
        assert_eq!(options.groups(Grouped::Skin), [true, true, true, false, false, true]);
        assert_eq!(options.groups(Grouped::Geom), SceneOptions::default().groups(Grouped::Geom));
    }
}
