//! What is to be drawn, as plain values: assets once per load, a snapshot per moment, a camera.
//!
//! Nothing here holds a handle, a pointer or a lifetime, and a snapshot knows no camera: one
//! snapshot serves every view. The values come from an untrusted worker process, so every decoder
//! here checks bounds and [`Assets::validate`] / [`Snapshot::validate`] check indices and
//! finiteness before anything else reads them.

pub mod camera;
pub mod mechanics;
pub mod options;

mod assets;
mod codec;
mod model;
mod perturb;
mod snapshot;

pub use assets::{
    Assets, CameraInfo, HeightField, Material, Mesh, Skin, TEXTURE_ROLES, Texture, TextureKind,
    Visual,
};
pub use codec::DecodeError;
pub use model::{Drive, Drives, Joint, ModelInfo, Owned, Sensor};
pub use perturb::{Contact, Perturb, Pose};
pub use snapshot::{
    CameraPose, Effort, Flex, Geom, GeomKind, Light, LightKind, MAX_CONTACTS, Snapshot,
};
