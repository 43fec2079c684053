//! What is done for clients whatever protocol they speak: the acts of the handlers, without their
//! requests and responses.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;
use warp::http::StatusCode;

use super::{
    Context, SaveRequest,
    api::{self, LoadRequest},
    command, events,
    frames::{self, Picture},
    generate::{self, Wanted},
    library,
    problem::Problem,
    recordings::{self, StartRequest},
    reply::{
        self, Cameras, CommandReply, Generated, Health, LibraryPage, LibraryScene, NamedState,
        Presets, Recording, Session, Sessions, Settings, Undone, Verdict,
    },
    scenes, sessions, state,
    words::{self, Wish},
};
use crate::{
    batch::{CameraSpec, Mode},
    config::Config,
    generate::model::Progress,
    library::Query,
    record::{self, Part},
    scene::{
        Assets,
        camera::{Camera, FreeCamera},
    },
    session::{Change, Error, Handle, Item, Source},
};

/// Does for a guest what the handlers do for HTTP.
#[derive(Clone)]
pub struct Desk(Arc<Context>);

type Outcome<T> = Result<T, Problem>;

impl Desk {
    pub(super) fn new(context: &Arc<Context>) -> Self {
        Self(Arc::clone(context))
    }

    /// What the daemon is set to.
    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    /// Cancelled when the daemon ends.
    pub(crate) fn closing(&self) -> CancellationToken {
        self.0.work.closing.clone()
    }

    /// A place among those who follow what happens, for as long as it is kept.
    pub(crate) fn follower(&self) -> Outcome<OwnedSemaphorePermit> {
        let busy = "too many clients follow sessions (half of limits.connections of the \
            configuration): end another's subscription, or ask again";
        let place = Arc::clone(&self.0.followers).try_acquire_owned();
        place.map_err(|_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, busy))
    }

    // ---- sessions -----------------------------------------------------------------------

    /// The session with this id.
    pub(crate) fn session(&self, id: &str) -> Outcome<Handle> {
        api::session(&self.0, id)
    }

    /// Every session. Looking at them is no use of them.
    pub(crate) async fn sessions(&self) -> Outcome<Sessions> {
        sessions::all(&self.0).await
    }

    /// Ids of all sessions.
    pub(crate) fn ids(&self) -> Vec<String> {
        self.0.sessions.list().iter().map(|session| session.id().as_str().to_owned()).collect()
    }

    /// A session at a glance.
    pub(crate) async fn show(&self, session: &Handle) -> Outcome<Session> {
        sessions::shown(&self.0, session).await
    }

    /// Makes a session, with a scene or without.
    pub(crate) async fn create(
        &self,
        name: Option<&str>,
        source: Option<Source>,
    ) -> Outcome<Handle> {
        let name = name.map(sessions::name).transpose()?;
        Ok(self.0.sessions.create(name, Change::default(), source).await?)
    }

    /// Ends a session.
    pub(crate) async fn close(&self, id: &str) -> Outcome<()> {
        Ok(self.0.sessions.delete(id).await?)
    }

    // ---- scenes -------------------------------------------------------------------------

    /// The scenes that come with the daemon.
    pub(crate) fn presets(&self) -> Presets {
        api::all_presets()
    }

    /// What a scene is made from: a text or a preset.
    pub(crate) fn source(xml: Option<String>, preset: Option<String>) -> Outcome<Source> {
        api::source(api::LoadRequest { xml, preset, library: None, version: None })
    }

    /// What a scene is made from: a text, a preset, or an entry of the library.
    pub(crate) async fn chosen(&self, request: LoadRequest) -> Outcome<Source> {
        api::chosen(&self.0, request).await
    }

    /// What can be loaded by name.
    pub(crate) async fn find_scenes(&self, query: Query) -> Outcome<LibraryPage> {
        library::found(&self.0, query, false).await
    }

    /// Saves what a session runs, as a new scene or as the next version of one.
    pub(crate) async fn save(
        &self,
        session: &Handle,
        scene: Option<&str>,
        wanted: SaveRequest,
    ) -> Outcome<LibraryScene> {
        match scene {
            Some(id) => library::added(&self.0, session, id, wanted.note, None).await,
            None => library::saved(&self.0, session, wanted).await,
        }
    }

    /// Says what is wrong with a model, if anything.
    pub(crate) async fn judge(&self, source: Source) -> Outcome<Verdict> {
        scenes::judge(&self.0, source).await
    }

    /// Makes a scene of words, without a language model: whoever asks here is one, or has one.
    pub(crate) async fn generate(
        &self,
        session: &Handle,
        wanted: Wanted,
        progress: &mut (dyn FnMut(Progress) + Send),
    ) -> Outcome<Generated> {
        generate::make(&self.0, session, wanted.checked(&self.0)?, progress).await
    }

    /// Whether a text may be carried out, and changes something.
    pub(crate) fn acts(text: &str) -> Outcome<bool> {
        let wish = words::parse(text).map_err(Problem::bad_request)?;
        Ok(wish != Wish::State)
    }

    /// Does what a text asks for.
    pub(crate) async fn say(&self, session: &Handle, text: &str) -> Outcome<CommandReply> {
        command::said(&self.0, session, text).await
    }

    // ---- the simulation -----------------------------------------------------------------

    /// The state by names.
    pub(crate) async fn state(&self, session: &Handle) -> Outcome<NamedState> {
        state::named(session).await
    }

    /// Sets the state, and gives the one after it.
    pub(crate) async fn set_state(
        &self,
        session: &Handle,
        body: state::StateBody,
    ) -> Outcome<NamedState> {
        state::put(session, body).await
    }

    /// Takes the last act of an agent back.
    pub(crate) async fn undo(&self, session: &Handle) -> Outcome<Undone> {
        state::taken_back(session).await
    }

    // ---- pictures -----------------------------------------------------------------------

    /// The cameras of a session's scene.
    pub(crate) async fn cameras(&self, session: &Handle) -> Outcome<Cameras> {
        let status = session.status().await?.ok_or(Error::NoScene)?;
        Ok(reply::cameras(&status.assets, &status.snapshot))
    }

    /// Says what is wrong with a camera, if anything.
    pub(crate) async fn check_camera(&self, session: &Handle, camera: &CameraSpec) -> Outcome<()> {
        let status = session.status().await?.ok_or(Error::NoScene)?;
        camera.of(&status.assets).map(drop).map_err(Problem::bad_request)
    }

    /// What an address of the page says of a camera (`web/src/share/address.ts` is in step).
    pub(crate) fn view(&self, assets: &Assets, spec: &CameraSpec) -> Vec<(&'static str, String)> {
        let pose = |camera: &FreeCamera, lookat: &[f64]| {
            let FreeCamera { azimuth, elevation, distance, .. } = camera;
            let numbers = [azimuth, elevation, distance].into_iter().chain(lookat);
            numbers.map(f64::to_string).collect::<Vec<_>>().join(",")
        };
        match spec.of(assets) {
            // A session begins with it.
            _ if matches!(spec, CameraSpec::Name(name) if name == "free") => Vec::new(),
            Ok(Camera::Free(camera)) => vec![("camera", pose(&camera, &camera.lookat))],
            Ok(Camera::Tracking { body, camera }) => {
                let name = assets.model.bodies.get(body as usize).cloned().unwrap_or_default();
                vec![("camera", pose(&camera, &[])), ("track", name)]
            }
            Ok(Camera::Fixed(id)) => {
                let camera = assets.cameras.get(id as usize);
                let name = camera.map_or_else(String::new, |camera| camera.name.clone());
                vec![("camera", if name.is_empty() { id.to_string() } else { name })]
            }
            // Another scene has been loaded, which lacks it.
            Err(_) => Vec::new(),
        }
    }

    /// A picture of the present moment as a PNG; `size` is width and height, px.
    pub(crate) async fn picture(
        &self,
        session: &Handle,
        camera: CameraSpec,
        size: [u32; 2],
        mode: Mode,
    ) -> Outcome<Picture> {
        let wish = frames::Wish::new(camera, size, mode, frames::Format::Png)?;
        frames::drawn(&self.0, session, wish).await
    }

    // ---- recordings ---------------------------------------------------------------------

    /// Begins a recording.
    pub(crate) async fn record(
        &self,
        session: &Handle,
        wanted: StartRequest,
    ) -> Outcome<record::Info> {
        let wish = recordings::wish(wanted).map_err(Problem::bad_request)?;
        Ok(session.record(wish).await?)
    }

    /// How a recording stands.
    pub(crate) fn recording(&self, session: &str, id: &str) -> Outcome<record::Info> {
        Ok(self.0.sessions.recordings().info(session, id)?)
    }

    /// The recordings of a session.
    pub(crate) fn recordings(&self, session: &str) -> Vec<record::Info> {
        self.0.sessions.recordings().of_session(session)
    }

    /// Ends a recording, and waits until all of it is there.
    pub(crate) async fn stop_recording(&self, session: &str, id: &str) -> Outcome<record::Info> {
        Ok(self.0.sessions.recordings().stop(session, id, "it was stopped").await?)
    }

    /// The first file of a recording's video, if it is not larger than `most` bytes.
    pub(crate) async fn video(&self, session: &str, id: &str, most: u64) -> Outcome<Vec<u8>> {
        let readable = self.0.sessions.recordings().read(session, id, Part::Video(0))?;
        if readable.bytes > most {
            let text = format!(
                "the video has {} bytes, and {most} are the most that is passed on so: fetch \
                 {}/video.mp4 over HTTP",
                readable.bytes,
                Recording::address(&self.recording(session, id)?),
            );
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, text));
        }
        let read = tokio::fs::read(&readable.path).await.map_err(|error| {
            let text = format!("the video cannot be read: {error}");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, text)
        })?;
        Ok(read.into_iter().take(readable.bytes as usize).collect())
    }

    // ---- the daemon ---------------------------------------------------------------------

    /// What happened, as `/events` tells of it.
    pub(crate) fn told(&self, item: &Item) -> Value {
        let (name, mut data) = events::told(item);
        data["event"] = name.into();
        data
    }

    /// How the daemon is.
    pub(crate) fn health(&self) -> Health {
        self.0.sessions.overview().into()
    }

    /// The settings that a client may know.
    pub(crate) fn settings(&self) -> Settings {
        (&self.0.config).into()
    }
}
