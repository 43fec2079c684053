//! What can be read: the daemon, and of each session the state, a picture, the scene, what happened
//! and its recordings.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use futures_util::FutureExt as _;
use http::StatusCode;
use rmcp::model::{ReadResourceResult, Resource, ResourceContents, ResourceTemplate};
use serde_json::{Value, json};

use super::server::Shared;
use crate::{
    batch::Mode,
    http::{Desk, Problem},
    session::{Error, Handle, Told},
};

/// The address of the daemon itself.
pub(super) const INFO: &str = "server://info";
/// Size of `snapshot.png`, px.
pub(super) const PICTURE: [u32; 2] = [640, 480];
/// Largest file that is passed on, bytes: clients keep all of it in memory, a third larger.
pub(super) const MAX_FILE: u64 = 8 << 20;
/// Recordings that are listed, of each session.
const MAX_LISTED: usize = 8;

type Outcome<T> = Result<T, Problem>;

/// A resource of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    State,
    Snapshot,
    Scene,
    Log,
    /// By its id.
    Recording(String),
}

/// What an address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Info,
    OfSession(String, Thing),
}

impl Place {
    /// What `uri` leads to, if anything is ever there.
    pub fn parse(uri: &str) -> Option<Self> {
        if uri == INFO {
            return Some(Self::Info);
        }
        let (id, thing) = uri.strip_prefix("sim://")?.split_once('/')?;
        let thing = match thing {
            "state" => Thing::State,
            "snapshot.png" => Thing::Snapshot,
            "scene.xml" => Thing::Scene,
            "log" => Thing::Log,
            other => {
                let id = other.strip_prefix("recordings/")?.strip_suffix(".mp4")?;
                Thing::Recording(id.to_owned())
            }
        };
        Some(Self::OfSession(id.to_owned(), thing))
    }
}

/// The address of a recording.
pub(super) fn of_recording(session: &str, id: &str) -> String {
    format!("sim://{session}/recordings/{id}.mp4")
}

/// A link to a recording's video.
pub(super) fn video(info: &crate::record::Info) -> Resource {
    let size = info.segments.first().map_or(0, |segment| segment.bytes);
    Resource::new(of_recording(&info.session, &info.id), format!("{}.mp4", info.id))
        .with_description(format!("Video of the session, {:.1} s", info.duration_s))
        .with_mime_type("video/mp4")
        .with_size(size)
}

/// Each thing of a session: the end of its address, its type, its title and what it is.
const OF_SESSION: [(&str, &str, &str, &str); 4] = [
    (
        "state",
        "application/json",
        "State",
        "Time, positions, velocities, controls, sensors, bodies and contacts, by names; SI units.",
    ),
    ("snapshot.png", "image/png", "Picture", "What is seen now, 640×480, by `camera_set`."),
    ("scene.xml", "application/xml", "Scene", "The model as it was loaded, MJCF."),
    ("log", "application/jsonl", "Log", "The last 256 things that happened, a line of JSON each."),
];

/// All that is there now.
pub(super) async fn all(desk: &Desk) -> Outcome<Vec<Resource>> {
    let info = Resource::new(INFO, "info")
        .with_title("Daemon")
        .with_description("Version, adapter, encoder, limits and sessions of the daemon.")
        .with_mime_type("application/json");
    let mut all = vec![info];
    for id in desk.ids() {
        for (end, kind, title, description) in OF_SESSION {
            let name = format!("{id}/{end}");
            let resource = Resource::new(format!("sim://{id}/{end}"), name)
                .with_title(format!("{title} of session {id}"))
                .with_description(description)
                .with_mime_type(kind);
            all.push(resource);
        }
        let recordings = desk.recordings(&id);
        all.extend(recordings.iter().rev().take(MAX_LISTED).map(video));
    }
    Ok(all)
}

/// What can be there, by session.
pub(super) fn templates() -> Vec<ResourceTemplate> {
    let of_session = OF_SESSION.map(|(end, kind, title, description)| {
        ResourceTemplate::new(format!("sim://{{session_id}}/{end}"), end)
            .with_title(format!("{title} of a session"))
            .with_description(description)
            .with_mime_type(kind)
    });
    let video = ResourceTemplate::new("sim://{session_id}/recordings/{recording_id}.mp4", "video")
        .with_title("Video of a recording")
        .with_description("At most 8 MiB; larger ones are fetched over HTTP.")
        .with_mime_type("video/mp4");
    of_session.into_iter().chain([video]).collect()
}

/// What is at `uri`.
pub(super) async fn read(shared: &Shared, uri: &str) -> Outcome<ReadResourceResult> {
    let desk = &shared.desk;
    let nowhere = || {
        let text = format!(
            "there is no resource {uri:?}: resources/list has those that there are, \
             resources/templates/list says how they are called"
        );
        Problem::new(StatusCode::NOT_FOUND, text)
    };
    let text = |kind: &str, text: String| ResourceContents::text(text, uri).with_mime_type(kind);
    let blob = |kind: &str, bytes: &[u8]| {
        ResourceContents::blob(BASE64_STANDARD.encode(bytes), uri).with_mime_type(kind)
    };
    let contents = match Place::parse(uri).ok_or_else(nowhere)? {
        Place::Info => text("application/json", info(desk).await?.to_string()),
        Place::OfSession(id, Thing::Recording(recording)) => {
            blob("video/mp4", &desk.video(&id, &recording, MAX_FILE).await?)
        }
        Place::OfSession(id, thing) => {
            let session = desk.session(&id)?;
            match thing {
                Thing::State => {
                    text("application/json", json!(desk.state(&session).await?).to_string())
                }
                Thing::Snapshot => {
                    let camera = shared.cameras.of(&id);
                    let picture = desk.picture(&session, camera, PICTURE, Mode::Rgb).await?;
                    blob(picture.kind, &picture.bytes)
                }
                Thing::Log => text("application/jsonl", log(desk, &session)),
                Thing::Scene | Thing::Recording(_) => {
                    let scene = session.scene().await?.ok_or(Error::NoScene)?;
                    text("application/xml", scene.xml.to_string())
                }
            }
        }
    };
    Ok(ReadResourceResult::new(vec![contents]))
}

/// The daemon, as JSON.
pub(super) async fn info(desk: &Desk) -> Outcome<Value> {
    Ok(json!({
        "health": desk.health(),
        "settings": desk.settings(),
        "sessions": desk.sessions().await?.sessions,
    }))
}

/// What happened, a line of JSON each.
fn log(desk: &Desk, session: &Handle) -> String {
    let mut news = session.follow(Some(0));
    let mut lines = String::new();
    while let Some(Some(told)) = news.next().now_or_never() {
        let line = match told {
            Told::Missed(count) => json!({"event": "missed", "count": count}),
            Told::Item(item) => desk.told(&item),
        };
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lead_to_what_there_is() {
        let of = |thing| Some(Place::OfSession("n-1".into(), thing));
        assert_eq!(Place::parse("server://info"), Some(Place::Info));
        assert_eq!(Place::parse("sim://n-1/state"), of(Thing::State));
        assert_eq!(Place::parse("sim://n-1/log"), of(Thing::Log));
        let video = of_recording("n-1", "r");
        assert_eq!(Place::parse(&video), of(Thing::Recording("r".into())));
        for nowhere in ["", "sim://n-1", "sim://n-1/", "sim://n-1/spec", "file:///etc/passwd"] {
            assert_eq!(Place::parse(nowhere), None, "{nowhere}");
        }
    }
}
