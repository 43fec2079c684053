//! From a moving scene to coded frames: one thread per view draws, converts and encodes, and hands
//! each access unit to every peer that watches.
//!
//! ```text
//!  session driver ──► Inbox (latest moment, camera, wishes) ──► view thread ──► FrameSender ×n
//!                                                    draw → I420 → encode
//! ```
//! The thread sleeps until the [`clock::FrameClock`] says that a frame is due; a scene that
//! stands still costs nothing. It knows no session, no network and no MuJoCo.

mod canvas;
mod clock;
mod figures;
mod inbox;
mod probe;
mod rung;
mod stats;
mod view;

pub use clock::{Cause, FrameClock};
pub use figures::{InUse, Reading};
pub use probe::probe_encoder;
pub use rung::{Climber, Rung};
pub use stats::{StreamStats, Summary};
pub use view::{Ended, Error, Moment, Spec, Stage, View};
