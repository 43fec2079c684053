//! What handlers answer with, as types. Their fields are the outside contract's, and what
//! `/openapi.json` says of a reply is derived from them: what is not here is not sent.
//!
//! JSON has no numbers that are not finite (an exploding simulation has them): they become `null`.

mod daemon;
mod library;
mod llm;
mod model;
mod recording;
mod scene;
mod schema;
mod session;
mod state;

pub(crate) use daemon::{CommandReply, Health, Presets, Settings};
pub(super) use daemon::{Encoder, Live, Message, Ready, SceneText};
pub(super) use library::{EntryKind, LibraryEntry, Picture};
pub(crate) use library::{LibraryPage, LibraryScene};
pub(super) use llm::Providers;
pub(super) use model::Model;
pub(crate) use recording::Recording;
pub(super) use recording::Recordings;
pub(super) use scene::Tokens;
pub(crate) use scene::{Generated, Loaded, Verdict};
pub(super) use schema::MjcfSchema;
pub(crate) use session::{Clock, Session, Sessions};
pub(super) use session::{Commands, Viewers, representation};
pub(crate) use state::{Cameras, Moment, NamedState, Undone};
pub(super) use state::{
    Controls, History, Integration, Keyframe, Keyframes, Numbers, cameras, controls,
};
