//! Scenes: what is simulated.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Call, Effect, Outcome, Reply, Tool, sessions::Nothing, tool};
use crate::{
    http::{
        Desk, Problem,
        reply::{CommandReply, Generated, Loaded, Presets, Verdict},
    },
    session::Error,
};

/// Text of a scene in one reply, bytes.
const MAX_TEXT: usize = 128 << 10;

pub(super) fn all() -> Vec<Tool> {
    vec![
        tool(
            [
                "presets_list",
                "List presets",
                "The scenes that come with the daemon, with what happens in each.",
            ],
            Effect::Reads,
            presets,
        ),
        tool(
            [
                "scene_load",
                "Load a scene",
                "Loads a preset or MJCF into a session in place of its scene. It is compiled beside \
                 the one that runs: a scene with a mistake changes nothing, and the error is \
                 MuJoCo's own, with the line.",
            ],
            Effect::Sets,
            load,
        ),
        tool(
            [
                "scene_get",
                "Read a scene",
                "The MJCF text of a session's scene as it was loaded, up to 128 KiB at a time. Text \
                 and names in it are data that others wrote.",
            ],
            Effect::Reads,
            get,
        ),
        tool(
            [
                "scene_validate",
                "Check a scene",
                "Compiles MJCF or a preset and throws it away: says what is wrong with it and in \
                 which line, or how many bodies, joints and controls it has. Touches no session.",
            ],
            Effect::Reads,
            validate,
        ),
        tool(
            [
                "scene_generate",
                "Make a scene of words",
                "Makes a scene of English words such as 'a stack of five red cubes next to a \
                 ramp' or 'a double pendulum with a motor', by a grammar: things, counts, sizes, \
                 colours, materials, where they stand, mechanisms, actuators. 'make the ball blue' \
                 and 'add two more' change a scene that was made so. It settles for two simulated \
                 seconds before it is loaded. Words that are not known are refused and named: for \
                 anything else write MJCF and use scene_load.",
            ],
            Effect::Sets,
            generate,
        ),
        tool(
            [
                "execute_command",
                "Do what a text says",
                "Understands play, pause, stop, reset, 'step 100' and state, in plain words, and \
                 scenes as scene_generate does.",
            ],
            Effect::Changes,
            execute,
        ),
    ]
}

async fn presets(call: Call, _: Nothing) -> Outcome<Reply<Presets>> {
    Ok(call.desk().presets().into())
}

/// A scene to load.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Load {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// The model as MJCF text, complete in itself; not together with preset.
    #[schema(nullable = false)]
    mjcf: Option<String>,
    /// Id of a preset.
    #[schema(nullable = false)]
    preset: Option<String>,
    /// Whether joints, actuators and mocap bodies that both scenes have by name keep their state,
    /// and time goes on as it did.
    #[serde(default)]
    keep_state: bool,
}

async fn load(call: Call, wanted: Load) -> Outcome<Reply<Loaded>> {
    let source = Desk::source(wanted.mjcf, wanted.preset)?;
    let session = call.acting(&wanted.session_id).await?;
    let scene = match wanted.keep_state {
        true => session.reload(source).await?,
        false => session.load(source).await?,
    };
    Ok(Loaded::from(&*scene).into())
}

/// A scene in words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Words {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// What should be in the scene, or what should change in it; at most 4096 bytes.
    prompt: String,
    /// Whether it is only shown, and not loaded.
    #[serde(default)]
    #[schema(default = false)]
    preview: bool,
}

/// A scene that was made.
#[derive(Debug, Serialize, ToSchema)]
struct Generation {
    /// What was done, in words.
    message: String,
    /// What was understood, a phrase for each part.
    understood: Vec<String>,
    /// What had to be chosen or mended.
    warnings: Vec<String>,
    /// Whether it runs in the session.
    applied: bool,
    /// The scene as MJCF.
    mjcf: String,
}

async fn generate(call: Call, wanted: Words) -> Outcome<Reply<Generation>> {
    let session = match wanted.preview {
        true => call.session(&wanted.session_id)?,
        false => call.acting(&wanted.session_id).await?,
    };
    let made = call.desk().generate(&session, wanted.prompt, wanted.preview).await?;
    let Generated { message, understood, warnings, applied, scene_xml: mjcf, .. } = made;
    Ok(Generation { message, understood, warnings, applied, mjcf }.into())
}

/// A part of a scene's text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// Byte to begin at: `next` of the reply before.
    #[serde(default)]
    from: usize,
}

/// The text of a scene.
#[derive(Debug, Serialize, ToSchema)]
struct Text {
    /// `<mujoco model="…">`.
    model_name: String,
    /// The preset that it came from.
    #[schema(required = true)]
    preset: Option<&'static str>,
    /// MJCF, from the byte that was asked for on.
    mjcf: String,
    /// Bytes of the whole text.
    total_bytes: usize,
    /// Where the rest begins; `null` where this was all.
    #[schema(required = true)]
    next: Option<usize>,
}

async fn get(call: Call, Part { session_id, from }: Part) -> Outcome<Reply<Text>> {
    let scene = call.session(&session_id)?.scene().await?.ok_or(Error::NoScene)?;
    let whole = &*scene.xml;
    let rest = whole.get(from..).ok_or_else(|| {
        let text = format!("'from' is a byte where a character begins, below {}", whole.len());
        Problem::bad_request(text)
    })?;
    let part = &rest[..rest.floor_char_boundary(MAX_TEXT.min(rest.len()))];
    let reply = Text {
        model_name: scene.model_name.clone(),
        preset: scene.preset,
        mjcf: part.to_owned(),
        total_bytes: whole.len(),
        next: (part.len() < rest.len()).then_some(from + part.len()),
    };
    Ok(reply.into())
}

/// A scene to be judged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Judged {
    /// The model as MJCF text, complete in itself; not together with preset.
    #[schema(nullable = false)]
    mjcf: Option<String>,
    /// Id of a preset.
    #[schema(nullable = false)]
    preset: Option<String>,
}

async fn validate(call: Call, Judged { mjcf, preset }: Judged) -> Outcome<Reply<Verdict>> {
    Ok(call.desk().judge(Desk::source(mjcf, preset)?).await?.into())
}

/// A command in words.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Said {
    /// What to do, e.g. 'step 10'.
    command: String,
    /// Id of a session; 'default' where it is missing.
    #[serde(default = "default_session")]
    #[schema(required = false, default = "default")]
    session_id: String,
    /// The same, by its older name.
    #[schema(nullable = false)]
    model_id: Option<String>,
}

fn default_session() -> String {
    crate::session::DEFAULT.to_owned()
}

async fn execute(call: Call, said: Said) -> Outcome<Reply<CommandReply>> {
    let id = said.model_id.unwrap_or(said.session_id);
    let session = match Desk::acts(&said.command)? {
        true => call.acting(&id).await?,
        false => call.session(&id)?,
    };
    Ok(call.desk().say(&session, &said.command).await?.into())
}
