//! Pictures that stay in a device's memory: what passes instead of pixels.

use std::{os::fd::OwnedFd, path::PathBuf};

use super::Nv12Layout;

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
