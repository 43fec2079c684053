//! What is selected and pulled at, and what touches what.

use bytemuck::{Pod, Zeroable};
use serde::{Deserialize, Serialize};

/// The selection and the perturbation of a simulation: `mjvPerturb`, field by field.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable, Serialize, Deserialize)]
#[repr(C)]
pub struct Perturb {
    /// Selected body, 0 none.
    pub select: i32,
    /// Selected flex, −1 none.
    pub flex: i32,
    /// Selected skin, −1 none.
    pub skin: i32,
    /// `mjtPertBit`: 1 moved, 2 turned.
    pub active: i32,
    /// Secondary `mjtPertBit`.
    pub active2: i32,
    /// Keeps the struct free of padding.
    pub reserved: i32,
    /// Where the centre of mass is pulled to, m, world.
    pub reference: [f64; 3],
    /// Orientation that the body is turned to, of its inertial frame, world.
    pub orientation: [f64; 4],
    /// Where the selected point is pulled to, m, world.
    pub target: [f64; 3],
    /// The selected point, m, body space.
    pub point: [f64; 3],
    /// Inertia at the selected point, kg.
    pub mass: f64,
    /// Metres that the point moves per height of the picture.
    pub scale: f64,
}

impl Default for Perturb {
    /// Nothing selected.
    fn default() -> Self {
        Self { flex: -1, skin: -1, ..Zeroable::zeroed() }
    }
}

impl Perturb {
    /// The selected body, if any.
    pub fn body(&self) -> Option<u32> {
        u32::try_from(self.select).ok().filter(|body| *body > 0)
    }

    /// Whether the body is being pulled or turned.
    pub fn is_active(&self) -> bool {
        self.active != 0 || self.active2 != 0
    }
}

/// A contact between two geoms.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Contact {
    /// Ids of the geoms, −1 where a flex touches.
    pub geoms: [i32; 2],
    /// Distance, m; negative where they overlap.
    pub distance: f64,
    /// Midpoint, m, world.
    pub position: [f64; 3],
    /// Normal, unit, world, from the first geom to the second.
    pub normal: [f64; 3],
    /// Force on the second geom, N, world.
    pub force: [f64; 3],
}

/// Where a mocap body is.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable, Serialize, Deserialize)]
#[repr(C)]
pub struct Pose {
    /// Position, m, world.
    pub position: [f64; 3],
    /// Orientation, unit quaternion, w first.
    pub orientation: [f64; 4],
}
