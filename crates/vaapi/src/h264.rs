//! The parts of H.264 that an encoder's user writes: parameter sets and slice headers.

mod annexb;
mod bits;
mod headers;
#[cfg(test)]
pub(crate) mod trace;

pub(crate) use annexb::ParameterSets;
pub use headers::Profile;
pub(crate) use headers::{FRAME_NUMS, Header, Picture, Sequence, level_idc};
