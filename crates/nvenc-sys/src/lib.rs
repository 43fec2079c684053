//! H.264, HEVC and AV1 encoding with NVENC, the video encoder of NVIDIA's GPUs, from CUDA memory.
//!
//! The driver's libraries are found at run time: nothing of them is needed to build, and where
//! they are missing [`Cuda::load`] and [`Nvenc::load`] say so. The order of things:
//!
//! ```text
//! Cuda::load ─▶ Context::new(a device) ─▶ Encoder::open ─▶ Encoder::register(memory)
//! Nvenc::load ──────────────────────────▶    ▲                 │
//!               Memory::import(descriptor) ──┼─────────────────┘
//!                                         Encoder::encode …
//! ```
//!
//! Every handle is owned and keeps what it needs alive.

mod cuda;
mod encoder;
mod error;
mod loader;
#[doc(hidden)]
#[allow(missing_docs, reason = "fields are those of the C headers")]
#[allow(unsafe_code, reason = "a C interface")]
pub mod sys;
#[doc(hidden)]
pub mod version;

pub use cuda::{Context, Cuda, Device, Memory};
pub use encoder::{AccessUnit, Codec, Encoder, Input, Layout, Nvenc, Preset, Profile, Settings};
pub use error::{Error, status_name};
