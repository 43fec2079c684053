//! Recordings: a stream's own access units in MP4 files, with a side-car of states.
//!
//! ```text
//!  stream::View ──frame::queue──► Recorder's thread ──► ID.mp4, ID-001.mp4 …   fragments ≤ 1 s
//!  session driver ──Control──────►   │                  ID.state.jsonl         a line per frame
//!                                    │                  ID.json                replaced whole
//!                                    └─► Info (watched by the Store)
//!
//!  recording ──stop, limit──► finished
//!      ├──write fails───────► failed
//!      └──daemon dies───────► (next start) interrupted
//! ```
//! Nothing is encoded again. A file is fragmented, so it plays wherever it was cut off, and what is
//! written reaches the disk (`fdatasync`) at least once a second. The thread never holds anybody
//! up: when the disk is slow, the frame queue drops up to the next key frame and counts.
//!
//! [`Live`] makes the same boxes of a stream for who watches it now.
//!
//! It knows no session and no HTTP; names never become paths, ids are made here.

mod annexb;
mod boxes;
mod index;
mod live;
mod muxer;
mod scan;
mod sidecar;
mod store;
mod waiting;
mod writer;

#[cfg(test)]
mod tests;

pub use index::{Info, Segment, State};
pub use live::{Live, Piece};
pub use sidecar::{MAX_NUMBERS, Moments, Scene};
pub use store::{Limits, Part, Readable, Start, Store};
pub use writer::Recorder;

/// Why something about a recording did not work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none with this id, or no such part of it.
    #[error("{0}")]
    NotFound(String),
    /// The request makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// It must be stopped first.
    #[error("the recording is still running: stop it first")]
    Running,
    /// As many run as may.
    #[error(
        "the session already makes {0} recordings (recording.max_per_session of the configuration): stop one first"
    )]
    TooMany(usize),
    /// There is no room left.
    #[error("{0}")]
    Full(String),
    /// The directory or a file cannot be used.
    #[error("recordings cannot be kept in {place}: {source}")]
    Disk {
        /// The directory.
        place: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The daemon ends.
    #[error("the daemon is ending")]
    Closing,
    /// The directory was not found out.
    #[error("there is no place for recordings: set recording.dir")]
    Nowhere,
}
