//! The JSON that viewers send and get, on the socket and on data channels alike.
//!
//! What comes in is parsed into checked domain values; what is wrong with it is said in a sentence
//! that names the field.

mod acts;
mod client;
mod fields;
mod options;
mod server;

pub use client::{ClientMessage, MAX_MESSAGE_BYTES, MAX_SCENE_BYTES, parse, parse_command};
pub use fields::WireError;
pub use options::{FlagsState, OptionsState};
pub use server::{
    CameraState, CursorState, FrameStamps, FrameState, HistoryState, IceServer, LatencyState,
    MediaAddress, SelectionState, ServerMessage, State, ViewerState,
};

#[cfg(test)]
mod describe;
#[cfg(test)]
mod tests;
