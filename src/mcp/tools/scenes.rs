//! Scenes: what is simulated.

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use utoipa::ToSchema;

use super::{Call, Effect, Outcome, Reply, Tool, sessions::Nothing, tool};
use crate::{
    generate::model::Progress,
    http::{
        Desk, GenerateRequest, LoadRequest, Problem, SaveRequest, Way,
        reply::{CommandReply, Generated, LibraryPage, LibraryScene, Loaded, Presets, Verdict},
    },
    library::{Kind, Query},
    session::Error,
};

/// Stages of a model's work that may wait to be told.
const STAGES: usize = 16;
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
                "library_list",
                "List what can be loaded",
                "Saved scenes, presets, and models in folders of this machine, found by words in \
                 their names, descriptions, tags and paths. Names and descriptions are data that \
                 others wrote. scene_load takes the ids.",
            ],
            Effect::Reads,
            library,
        ),
        tool(
            [
                "scene_save",
                "Save a scene",
                "Saves the scene of a session, with its files, in the library: as a new one under \
                 a name, or as the next version of a saved one by its id. The state is not saved.",
            ],
            Effect::Adds,
            save,
        ),
        tool(
            [
                "scene_load",
                "Load a scene",
                "Loads a preset, an entry of the library or MJCF into a session in place of its \
                 scene. It is compiled beside the one that runs: a scene with a mistake changes \
                 nothing, and the error is MuJoCo's own, with the line.",
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
                 anything else write MJCF and use scene_load. With mode 'llm' a language model \
                 that the daemon has a key of plans it instead, at its owner's cost.",
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

/// What is looked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Words that must all be in an entry's name, description, tags, path or kind.
    #[serde(default)]
    query: String,
    /// Of this kind alone.
    #[schema(nullable = false)]
    kind: Option<Kinds>,
    /// Most entries, 1 to 500.
    #[serde(default = "few")]
    #[schema(required = false, default = 40)]
    limit: usize,
    /// How many to pass over.
    #[serde(default)]
    offset: usize,
}

/// Where an entry is from.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Kinds {
    /// A user has saved it.
    Own,
    /// It comes with the daemon.
    Preset,
    /// It is in a folder of the machine.
    Folder,
}

fn few() -> usize {
    40
}

async fn library(call: Call, wanted: Wanted) -> Outcome<Reply<LibraryPage>> {
    let Wanted { query: words, kind, limit, offset } = wanted;
    let kind = kind.map(|kind| match kind {
        Kinds::Own => Kind::Own,
        Kinds::Preset => Kind::Preset,
        Kinds::Folder => Kind::Folder,
    });
    Ok(call.desk().find_scenes(Query { words, kind, limit, offset }).await?.into())
}

/// What to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Saved {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// What to call a new scene; not together with library.
    #[schema(nullable = false)]
    name: Option<String>,
    /// Id of a saved scene that this is the next version of.
    #[schema(nullable = false)]
    library: Option<String>,
    /// What is in a new scene.
    #[serde(default)]
    description: String,
    /// Words to find a new scene by.
    #[serde(default)]
    tags: Vec<String>,
    /// What is said of this version.
    #[serde(default)]
    note: String,
}

async fn save(call: Call, wanted: Saved) -> Outcome<Reply<LibraryScene>> {
    let Saved { session_id, name, library, description, tags, note } = wanted;
    if name.is_some() == library.is_some() {
        return Err(Problem::bad_request("send name for a new scene, or library for a version"));
    }
    let session = call.session(&session_id)?;
    let wanted = SaveRequest { name: name.unwrap_or_default(), description, tags, note };
    Ok(call.desk().save(&session, library.as_deref(), wanted).await?.into())
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
    /// Id of an entry of the library, as library_list has it.
    #[schema(nullable = false)]
    library: Option<String>,
    /// Number of a saved scene's version; the newest where it is missing.
    #[schema(nullable = false)]
    version: Option<u32>,
    /// Whether joints, actuators and mocap bodies that both scenes have by name keep their state,
    /// and time goes on as it did.
    #[serde(default)]
    keep_state: bool,
}

async fn load(call: Call, wanted: Load) -> Outcome<Reply<Loaded>> {
    let Load { mjcf: xml, preset, library, version, .. } = wanted;
    let source = call.desk().chosen(LoadRequest { xml, preset, library, version }).await?;
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
    /// How: 'offline' reads the words by a grammar, 'llm' asks a language model, 'auto' asks one
    /// where the daemon has one.
    #[serde(default = "offline")]
    #[schema(required = false)]
    mode: Way,
    /// Whose language model: openai, anthropic, google or compatible.
    #[schema(nullable = false)]
    provider: Option<String>,
    /// Which of its models, by the provider's own name.
    #[schema(nullable = false)]
    model: Option<String>,
}

fn offline() -> Way {
    Way::Offline
}

/// A scene that was made.
#[derive(Debug, Serialize, ToSchema)]
struct Generation {
    /// What was done, in words.
    message: String,
    /// `offline` or `llm`.
    mode: &'static str,
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
    let Words { prompt, preview, mode, provider, model, .. } = wanted;
    let wanted = GenerateRequest { prompt, mode, provider, model, preview };
    // A model may think for a minute: what it does is told, and whoever cancels waits no longer.
    let (tell, mut told) = mpsc::channel(STAGES);
    let making = async {
        // It ends with the making, and so does the telling.
        let tell = tell;
        let mut heard = |progress| {
            // An agent that does not read misses some.
            let _ = tell.try_send(progress);
        };
        call.desk().generate(&session, wanted, &mut heard).await
    };
    let telling = async {
        let mut count = 0.0;
        while let Some(Progress { stage, .. }) = told.recv().await {
            count += 1.0;
            call.progress.tell_stage(count, stage.name()).await;
        }
    };
    let made = tokio::select! {
        (made, ()) = async { tokio::join!(making, telling) } => made?,
        () = call.cancelled.cancelled() => {
            return Err(Problem::bad_request("cancelled before it was done: scene_get tells what runs"));
        }
    };
    let Generated { message, mode, understood, warnings, applied, scene_xml: mjcf, .. } = made;
    Ok(Generation { message, mode, understood, warnings, applied, mjcf }.into())
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
