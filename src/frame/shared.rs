//! Pictures that stay in a device's memory: what passes instead of pixels.

use std::{os::fd::OwnedFd, path::PathBuf};

use super::Nv12Layout;
use crate::units::Size;

/// Pictures in memory that a device and an encoder share: one that is drawn, one that is encoded,
/// and one between them.
pub const SHARED_PICTURES: usize = 3;

/// What the descriptor of shared memory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// Known to the same driver only, which CUDA is a part of (`OPAQUE_FD`).
    Opaque,
    /// Known to the kernel, and so to any driver of the same machine.
    DmaBuf,
}

/// By what other interfaces know a device that draws.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceId {
    /// CUDA's, too (`VkPhysicalDeviceIDProperties::deviceUUID`, `cuDeviceGetUuid`).
    pub uuid: [u8; 16],
    /// Its render node, e.g. `/dev/dri/renderD128`; `None` where there is none.
    pub render_node: Option<PathBuf>,
    /// The render node that was chosen for encoding, whichever GPU's it is.
    pub encoding_node: Option<PathBuf>,
}

/// Memory of a device that holds every nth picture in NV12, for an encoder to import.
#[derive(Debug)]
pub struct SharedNv12 {
    /// What it is imported by: a duplicate for each import.
    pub memory: OwnedFd,
    /// Its size, bytes; the picture lies at its start. It was allocated for this alone
    /// (`VkMemoryDedicatedAllocateInfo`).
    pub memory_bytes: u64,
    /// How the picture lies there; rows go from the top.
    pub layout: Nv12Layout,
}

/// A surface of an encoder's in NV12, for a device to import and draw into: each plane by itself,
/// because it is the encoder's driver that says how and where they lie.
#[derive(Debug)]
pub struct SharedPlanes {
    /// The picture's size; both sides are even.
    pub size: Size,
    /// One byte per pixel.
    pub luma: SharedPlane,
    /// At half the width and height; two bytes per pixel, Cb first.
    pub chroma: SharedPlane,
}

/// A plane of [`SharedPlanes`]; rows go from the top.
#[derive(Debug)]
pub struct SharedPlane {
    /// What its memory is imported by: a duplicate for each import. Another plane may lie in the
    /// same memory.
    pub memory: OwnedFd,
    /// The size of the memory; 0 where the driver does not tell.
    pub memory_bytes: u64,
    /// Where the plane starts in the memory, in bytes.
    pub offset: u64,
    /// Bytes from one row to the next, or what the modifier takes for them.
    pub pitch: u64,
    /// How pixels lie in the memory, as in `drm_fourcc.h`; 0 is row after row.
    pub modifier: u64,
}
