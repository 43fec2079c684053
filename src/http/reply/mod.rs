//! What handlers answer with, as types. Their fields are the outside contract's, and what
//! `/openapi.json` says of a reply is derived from them: what is not here is not sent.
//!
//! JSON has no numbers that are not finite (an exploding simulation has them): they become `null`.

mod daemon;
mod model;
mod recording;
mod scene;
mod schema;
mod session;
mod state;

pub(super) use daemon::{
    CommandReply, Encoder, Health, Live, Message, Presets, Ready, SceneText, Settings,
};
pub(super) use model::Model;
pub(super) use recording::{Recording, Recordings};
pub(super) use scene::{Loaded, Verdict};
pub(super) use schema::MjcfSchema;
pub(super) use session::{Clock, Commands, Session, Sessions, Viewers, representation};
pub(super) use state::{
    Cameras, Controls, History, Integration, Keyframe, Keyframes, Moment, NamedState, Numbers,
    cameras, controls,
};
