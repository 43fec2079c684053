//! H.264 encoding through VA-API, the interface of Intel's and AMD's video hardware on Linux.
//!
//! libva is found at run time: nothing of it is needed to build, and where it is missing
//! [`Libva::load`] says so. The order of things:
//!
//! ```text
//! Libva::load ─▶ Display::open(render node) ─▶ Surface::allocate or ::import ─▶ Encoder::open
//!                                                                               Encoder::encode …
//! ```
//!
//! Every handle is owned and keeps what it needs alive. All is `Send`, nothing is `Sync`.

mod buffer;
mod display;
mod encoder;
mod error;
mod h264;
mod loader;
mod surface;
mod sys;

pub use display::Display;
pub use encoder::{AccessUnit, Encoder, Settings};
pub use error::{Error, status_name};
pub use h264::Profile;
pub use loader::Libva;
pub use surface::{Exported, Layer, Layout, MemoryType, Object, Surface};
