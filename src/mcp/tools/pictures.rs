//! Pictures, recordings, cameras, and links for people.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use rmcp::model::ContentBlock;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};
use utoipa::ToSchema;

use super::{Call, Effect, Outcome, Reply, Tool, sessions::OfSession, tool};
use crate::{
    batch::{CameraSpec, Mode},
    http::{
        Problem, StartRequest,
        reply::{Cameras, Recording},
    },
    mcp::resources,
    record,
};

/// Most pixels of a picture: language models scale larger ones down.
const MAX_PIXELS: u64 = 2 << 20;
/// Most bytes of a picture as a file: what clients pass on.
const MAX_PICTURE: usize = 4 << 20;
/// Longest recording that a call makes, s.
const MAX_RECORDING_S: f64 = 60.0;
/// How often a recording is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How much longer than its length a recording may take.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn all() -> Vec<Tool> {
    vec![
        tool(
            [
                "snapshot",
                "Take a picture",
                "A picture of the present moment, as PNG; the simulation goes on undisturbed. depth \
                 is 16-bit grey in mm along the line of sight; segmentation has ids as colours: red \
                 + 256 green + 65536 blue is the id plus one, 255 − alpha the mjtObj.",
            ],
            Effect::Reads,
            snapshot,
        ),
        tool(
            [
                "record",
                "Record a video",
                "Records what a camera sees for some seconds of wall time, as MP4, waits for it and \
                 answers with a link to it. Time should run meanwhile (sim_control).",
            ],
            Effect::Adds,
            record_it,
        ),
        tool(
            [
                "recording_get",
                "Look at a recording",
                "How a recording stands and where its files are.",
            ],
            Effect::Reads,
            recording,
        ),
        tool(
            [
                "cameras_list",
                "List cameras",
                "The cameras of a scene with where they are, and the free camera's beginning.",
            ],
            Effect::Reads,
            cameras,
        ),
        tool(
            [
                "camera_set",
                "Choose the agents' camera",
                "Chooses what snapshot, record, viewer_link and the resource snapshot.png look \
                 through in a session where they name no camera: one of the model's by name or \
                 number, 'free', or a free one by its parts, which may track a body. People keep \
                 their own cameras.",
            ],
            Effect::Sets,
            set_camera,
        ),
        tool(
            [
                "viewer_link",
                "Make a link for people",
                "A link that opens a session in a browser, to watch and steer or only to watch, \
                 through the agents' camera.",
            ],
            Effect::Reads,
            link,
        ),
    ]
}

/// What a picture is to show.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// px, 640 where it is missing; at most 2 097 152 pixels together.
    #[serde(default = "width")]
    #[schema(default = 640, minimum = 1, maximum = 8192)]
    width: u32,
    /// px, 480 where it is missing.
    #[serde(default = "height")]
    #[schema(default = 480, minimum = 1, maximum = 8192)]
    height: u32,
    /// A camera by name or number, 'free', or a free one by its parts; that of camera_set where it
    /// is missing.
    #[schema(nullable = false, inline)]
    camera: Option<CameraSpec>,
    /// What it shows: colours, distance or ids.
    #[serde(default = "colours")]
    #[schema(required = false, inline, default = "rgb")]
    mode: Mode,
}

fn width() -> u32 {
    resources::PICTURE[0]
}

fn height() -> u32 {
    resources::PICTURE[1]
}

fn colours() -> Mode {
    Mode::Rgb
}

/// A picture.
#[derive(Debug, Serialize, ToSchema)]
struct Pictured {
    /// px.
    width: u32,
    /// px.
    height: u32,
    /// What it shows.
    mode: Mode,
    /// Its media type.
    mime_type: &'static str,
    /// Its size.
    bytes: usize,
    /// Simulated time that it shows, s.
    time: f64,
    /// Physics steps since the start or the last reset.
    step_count: u64,
}

async fn snapshot(call: Call, wanted: Snapshot) -> Outcome<Reply<Pictured>> {
    let Snapshot { session_id, width, height, camera, mode } = wanted;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        let text = format!("a picture has at most {MAX_PIXELS} pixels, such as 1920×1080");
        return Err(Problem::bad_request(text));
    }
    let session = call.session(&session_id)?;
    let camera = camera.unwrap_or_else(|| call.shared.cameras.of(&session_id));
    let picture = call.desk().picture(&session, camera, [width, height], mode).await?;
    let bytes = picture.bytes.len();
    if bytes > MAX_PICTURE {
        let text = format!(
            "the picture has {bytes} bytes, and {MAX_PICTURE} are the most: ask for a smaller one"
        );
        return Err(Problem::bad_request(text));
    }
    let image = ContentBlock::image(BASE64_STANDARD.encode(&picture.bytes), picture.kind);
    let value = Pictured {
        width,
        height,
        mode,
        mime_type: picture.kind,
        bytes,
        time: picture.time,
        step_count: picture.steps,
    };
    Ok(Reply { value, content: vec![image] })
}

/// What to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Record {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// Length, wall s, above 0 and at most 60.
    #[schema(exclusive_minimum = 0, maximum = 60)]
    seconds: f64,
    /// px, even; with height, or the size of streams.
    #[schema(nullable = false, minimum = 16, maximum = 8192)]
    width: Option<u32>,
    /// px, even.
    #[schema(nullable = false, minimum = 16, maximum = 8192)]
    height: Option<u32>,
    /// A camera by name or number, 'free', or a free one by its parts; that of camera_set where it
    /// is missing.
    #[schema(nullable = false, inline)]
    camera: Option<CameraSpec>,
    /// What to call it.
    #[serde(default)]
    #[schema(required = false, max_length = 128)]
    name: String,
    /// Whether to wait for its end; without, recording_get tells of it.
    #[serde(default = "yes")]
    #[schema(required = false, default = true)]
    wait: bool,
}

fn yes() -> bool {
    true
}

async fn record_it(call: Call, wanted: Record) -> Outcome<Reply<Recorded>> {
    let Record { session_id, seconds, width, height, camera, name, wait } = wanted;
    if !(seconds > 0.0 && seconds <= MAX_RECORDING_S) {
        let text = format!("'seconds' is above 0 and at most {MAX_RECORDING_S}");
        return Err(Problem::bad_request(text));
    }
    let session = call.session(&session_id)?;
    let camera = camera.unwrap_or_else(|| call.shared.cameras.of(&session_id));
    session.announce(&call.act).await;
    let asked = StartRequest {
        name: name.chars().take(128).collect(),
        camera: Some(camera),
        width,
        height,
        max_duration_s: Some(seconds),
    };
    let mut info = call.desk().record(&session, asked).await?;
    let begun = Instant::now();
    let length = Duration::from_secs_f64(seconds);
    while wait && info.state == record::State::Recording {
        sleep(LOOK).await;
        info = call.desk().recording(&session_id, &info.id)?;
        let late = begun.elapsed() > length + PATIENCE;
        if late || call.cancelled.is_cancelled() {
            info = call.desk().stop_recording(&session_id, &info.id).await?;
            break;
        }
        call.progress.tell(begun.elapsed().as_secs_f64().min(seconds), seconds).await;
    }
    Ok(recorded(&call, &info))
}

/// A recording, and where to get it.
#[derive(Debug, Serialize, ToSchema)]
struct Recorded {
    /// The recording.
    recording: Recording,
    /// Where its video is, by HTTP.
    video_url: String,
    /// Where its video is, by resources/read, up to 8 MiB.
    video_uri: String,
}

fn recorded(call: &Call, info: &record::Info) -> Reply<Recorded> {
    let value = Recorded {
        video_url: format!("{}{}/video.mp4", call.base, Recording::address(info)),
        video_uri: resources::of_recording(&info.session, &info.id),
        recording: Recording::from(info),
    };
    Reply { value, content: vec![ContentBlock::resource_link(resources::video(info))] }
}

/// A recording.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfRecording {
    /// Id of the session that it shows; it may have ended.
    session_id: String,
    /// Its id, from record.
    recording_id: String,
}

async fn recording(call: Call, wanted: OfRecording) -> Outcome<Reply<Recorded>> {
    let info = call.desk().recording(&wanted.session_id, &wanted.recording_id)?;
    Ok(recorded(&call, &info))
}

async fn cameras(call: Call, OfSession { session_id }: OfSession) -> Outcome<Reply<Cameras>> {
    Ok(call.desk().cameras(&call.session(&session_id)?).await?.into())
}

/// What to look through.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Choice {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// A camera by name or number, 'free', or a free one by its parts: degrees and m; `track` is
    /// the name of a body.
    #[schema(inline)]
    camera: CameraSpec,
}

/// What is looked through.
#[derive(Debug, Serialize, ToSchema)]
struct Chosen {
    /// The camera, as it was asked for.
    #[schema(inline)]
    camera: CameraSpec,
}

async fn set_camera(call: Call, wanted: Choice) -> Outcome<Reply<Chosen>> {
    let Choice { session_id, camera } = wanted;
    call.desk().check_camera(&call.session(&session_id)?, &camera).await?;
    call.shared.cameras.set(&session_id, camera.clone());
    Ok(Chosen { camera }.into())
}

/// Whom a link is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Link {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// Whether whoever opens it may only watch.
    #[serde(default)]
    #[schema(required = false)]
    watch_only: bool,
    /// Whether it shows the picture alone, without the panels.
    #[serde(default)]
    #[schema(required = false)]
    embed: bool,
}

/// A link for people.
#[derive(Debug, Serialize, ToSchema)]
struct Address {
    /// What to open in a browser. It is good as long as the session is there, for whoever reaches
    /// the daemon.
    viewer_url: String,
}

async fn link(call: Call, wanted: Link) -> Outcome<Reply<Address>> {
    let Link { session_id, watch_only, embed } = wanted;
    let session = call.session(&session_id)?;
    let mut query = match session.status().await? {
        Some(status) => call.desk().view(&status.assets, &call.shared.cameras.of(&session_id)),
        None => Vec::new(),
    };
    if watch_only {
        query.push(("role", "view".to_owned()));
    }
    if embed {
        query.push(("embed", String::new()));
    }
    Ok(Address { viewer_url: call.page(&session_id, &query) }.into())
}
