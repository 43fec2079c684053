//! Sessions, the daemon, and taking back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Call, Effect, Outcome, Reply, Tool, tool};
use crate::http::{
    Desk, GenerateRequest, Problem,
    reply::{Health, Session, Sessions, Settings, Undone},
};

pub(super) fn all() -> Vec<Tool> {
    vec![
        tool(
            [
                "session_create",
                "Create a session",
                "Makes a simulation with a scene: a preset (see presets_list) or MJCF; without \
                 either it is empty. It runs at once. Answers with the session_id that other tools \
                 take and with a link that people open to watch and steer. A session that nobody \
                 uses is paused and ends by itself.",
            ],
            Effect::Adds,
            create,
        ),
        tool(
            [
                "session_list",
                "List sessions",
                "All simulations of the daemon, with their state, scene and viewers.",
            ],
            Effect::Reads,
            list,
        ),
        tool(
            [
                "session_close",
                "End a session",
                "Ends a simulation for everybody who watches it. Its recordings stay. This cannot \
                 be undone. 'default' cannot be ended.",
            ],
            Effect::Destroys,
            close,
        ),
        tool(
            [
                "undo",
                "Take back the last act",
                "Takes the last act of an agent in a session back: scene, state and time are those \
                 before it, and time stands. What others did since is taken back with it. The last \
                 32 acts can be taken back, one by each call.",
            ],
            Effect::Changes,
            undo,
        ),
        tool(
            [
                "server_info",
                "About the daemon",
                "Version, health, drawing adapter, encoder and limits of the daemon.",
            ],
            Effect::Reads,
            info,
        ),
    ]
}

/// A session.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OfSession {
    /// Id of a session, from session_create or session_list; 'default' is always there.
    pub session_id: String,
}

/// Nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What a session begins with.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Creation {
    /// Id of a preset, e.g. 'robot-arm'; not together with mjcf or prompt.
    #[schema(nullable = false)]
    pub preset: Option<String>,
    /// The model as MJCF text, complete in itself.
    #[schema(nullable = false)]
    pub mjcf: Option<String>,
    /// The scene in words, as scene_generate takes it offline.
    #[schema(nullable = false)]
    pub prompt: Option<String>,
    /// What people call the session: 1 to 128 characters on one line.
    #[schema(nullable = false)]
    pub name: Option<String>,
}

/// A session that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Made {
    /// What other tools take.
    pub session_id: String,
    /// Where people watch and steer it.
    pub viewer_url: String,
    /// The session.
    pub session: Session,
}

pub(super) async fn made(call: &Call, wanted: Creation) -> Outcome<Made> {
    let Creation { preset, mjcf, prompt, name } = wanted;
    let source = match [preset.is_some(), mjcf.is_some(), prompt.is_some()] {
        [false, false, _] => None,
        [true, false, false] | [false, true, false] => Some(Desk::source(mjcf, preset)?),
        _ => return Err(Problem::bad_request("send only one of preset, mjcf and prompt")),
    };
    let session = call.desk().create(name.as_deref(), source).await?;
    if let Some(prompt) = prompt {
        let wanted = GenerateRequest::offline(prompt, false);
        if let Err(problem) = call.desk().generate(&session, wanted, &mut |_| {}).await {
            call.desk().close(session.id().as_str()).await?;
            return Err(problem);
        }
    }
    let session = session.for_agent(call.agent.clone());
    // Nothing was before it: only people are told.
    session.announce(&call.act).await;
    let id = session.id().as_str().to_owned();
    let viewer_url = call.page(&id, &[]);
    Ok(Made { session_id: id, viewer_url, session: call.desk().show(&session).await? })
}

async fn create(call: Call, wanted: Creation) -> Outcome<Reply<Made>> {
    Ok(made(&call, wanted).await?.into())
}

async fn list(call: Call, _: Nothing) -> Outcome<Reply<Sessions>> {
    Ok(call.desk().sessions().await?.into())
}

/// A session that was ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Closed {
    /// The session that is no more.
    pub session_id: String,
    /// Always true.
    pub closed: bool,
}

pub(super) async fn closed(call: &Call, id: String) -> Outcome<Closed> {
    call.session(&id)?.announce(&call.act).await;
    call.desk().close(&id).await?;
    call.shared.cameras.forget(&id);
    Ok(Closed { session_id: id, closed: true })
}

async fn close(call: Call, OfSession { session_id }: OfSession) -> Outcome<Reply<Closed>> {
    Ok(closed(&call, session_id).await?.into())
}

async fn undo(call: Call, OfSession { session_id }: OfSession) -> Outcome<Reply<Undone>> {
    let session = call.session(&session_id)?;
    session.announce(&call.act).await;
    Ok(call.desk().undo(&session).await?.into())
}

/// The daemon.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct About {
    /// How it is.
    pub health: Health,
    /// What it is set to.
    pub settings: Settings,
    /// Sessions that there are.
    pub sessions: usize,
}

async fn info(call: Call, _: Nothing) -> Outcome<Reply<About>> {
    let desk = call.desk();
    let (health, settings) = (desk.health(), desk.settings());
    Ok(About { health, settings, sessions: desk.ids().len() }.into())
}
