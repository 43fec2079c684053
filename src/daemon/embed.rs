//! A daemon within another program.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use tokio::{sync::oneshot, task::JoinHandle};

use super::{FIRST_SCENE, Failure, entry, listen, start_sessions, until_ended};
use crate::{
    batch::{Mode, Shot, camera_by_name, picture},
    config::Sources,
    session::{self, Handle, Sessions, Source, Status},
    units::Size,
    worker,
};

/// A running daemon: what `mjcast serve` runs, held by a program.
///
/// Simulations run in processes of their own, which are this program started anew: it must hand
/// over to [`Daemon::work`] first thing, or name the `mjcast` binary with
/// [`Builder::worker_program`].
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use mjcast::{
///     Daemon,
///     control::{Command, PhysicsCommand},
///     session::Source,
///     units::Size,
/// };
///
/// fn main() -> ExitCode {
///     if let Some(code) = Daemon::work() {
///         return code;
///     }
///     let runtime = tokio::runtime::Runtime::new().expect("threads");
///     match runtime.block_on(run()) {
///         Ok(()) => ExitCode::SUCCESS,
///         Err(error) => {
///             eprintln!("{error}");
///             ExitCode::FAILURE
///         }
///     }
/// }
///
/// async fn run() -> Result<(), Box<dyn std::error::Error>> {
///     // Any key of the configuration; the page is at the address.
///     let daemon = Daemon::builder().set("server.port", 0).set("video.frame_rate", 60).start().await?;
///     println!("http://{}", daemon.address());
///
///     let session = daemon.session();
///     session.load(Source::Preset("cart-pole".into())).await?;
///     session.act(Command::Physics(PhysicsCommand::Step(100))).await?;
///     let png = daemon.picture(&session, "free", Size::new(640, 480).expect("in range")).await?;
///     std::fs::write("cart_pole.png", png)?;
///
///     daemon.stop().await;
///     Ok(())
/// }
/// ```
pub struct Daemon {
    address: SocketAddr,
    sessions: Sessions,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Daemon {
    /// A daemon with the defaults of the configuration; neither a file nor the environment is read.
    pub fn builder() -> Builder {
        Builder { sources: Sources::default(), worker_program: None, scene: None }
    }

    /// Runs a simulation and returns how it ended, where this process was started for that: when
    /// its first argument is `worker`. Must be called before the program has other threads.
    pub fn work() -> Option<ExitCode> {
        let asked = std::env::args_os().nth(1).is_some_and(|argument| argument == "worker");
        asked.then(worker::entry::run)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All sessions.
    pub fn sessions(&self) -> &Sessions {
        &self.sessions
    }

    /// The session `default`, which is always there.
    pub fn session(&self) -> Handle {
        self.sessions.find(session::DEFAULT).expect("invariant: made with the daemon")
    }

    /// Draws what a session shows now, as PNG, 8 bits per channel; `camera` is `free` or the name
    /// of one of the model's.
    ///
    /// # Errors
    /// [`Failure::Failed`] when there is no such camera, no scene or no device.
    pub async fn picture(
        &self,
        session: &Handle,
        camera: &str,
        size: Size,
    ) -> Result<Vec<u8>, Failure> {
        let failed = |why: String| Failure::Failed(why);
        let status = session.status().await.map_err(|error| failed(error.to_string()))?;
        let status = status.ok_or_else(|| failed("no scene has been loaded".into()))?;
        let renderer = self.sessions.renderer();
        let renderer = renderer.ok_or_else(|| failed("there is no device to draw with".into()))?;
        let camera = camera_by_name(camera, &status.assets).map_err(failed)?;
        let Status { assets, snapshot, .. } = status;
        let shot = Shot { assets, snapshot, camera, size, mode: Mode::Rgb };
        let settings = self.sessions.settings().render;
        let drawn = tokio::task::spawn_blocking(move || {
            let pixels = picture(renderer, shot, settings).map_err(|error| error.to_string())?;
            super::picture::encode(size, png::ColorType::Rgb, &pixels)
                .map_err(|error| error.to_string())
        });
        drawn.await.map_err(|error| failed(error.to_string()))?.map_err(failed)
    }

    /// Ends it: clients are told, recordings finished, simulations ended.
    pub async fn stop(self) {
        // One that has ended by itself needs no word.
        let _ = self.stop.send(());
        let _ = self.served.await;
    }
}

/// What a daemon is started with.
#[derive(Clone, Debug)]
pub struct Builder {
    sources: Sources,
    worker_program: Option<PathBuf>,
    scene: Option<Source>,
}

impl Builder {
    /// Sets a key of the configuration, e.g. `server.port`, written as in an environment variable.
    /// A key that does not exist is an error of [`Self::start`].
    #[must_use]
    pub fn set(mut self, key: &str, value: impl ToString) -> Self {
        let variable = format!("MJCAST_{}", key.replace('.', "__")).to_uppercase();
        self.sources.variables.push((variable, value.to_string()));
        self
    }

    /// The program that runs simulations when it is called with the argument `worker`; without
    /// this, the program that runs now.
    #[must_use]
    pub fn worker_program(mut self, program: impl Into<PathBuf>) -> Self {
        self.worker_program = Some(program.into());
        self
    }

    /// The scene that the session `default` begins with; without this, a humanoid.
    #[must_use]
    pub fn scene(mut self, scene: Source) -> Self {
        self.scene = Some(scene);
        self
    }

    /// Starts it, within a tokio runtime; its first scene is loaded by then.
    ///
    /// # Errors
    /// [`Failure`] when a key or the scene is refused, there is no adapter or encoder, or the port
    /// is taken.
    pub async fn start(self) -> Result<Daemon, Failure> {
        let config = self.sources.load().map_err(|error| Failure::Failed(error.to_string()))?;
        let entry = entry(&config)?;
        let listener = listen(&config).await?;
        let address = listener.local_addr().map_err(|error| Failure::Failed(error.to_string()))?;
        let sessions = start_sessions(&config, address.port(), self.worker_program, None).await?;
        let scene = self.scene.unwrap_or_else(|| Source::Preset(FIRST_SCENE.into()));
        let session = sessions.find(session::DEFAULT).expect("invariant: made with the daemon");
        if let Err(error) = session.load(scene).await {
            sessions.shutdown().await;
            return Err(Failure::Failed(error.to_string()));
        }
        sessions.note_started();
        let (stop, stopped) = oneshot::channel();
        let serving = sessions.clone();
        let served = tokio::spawn(async move {
            let told = async {
                // Dropped without a word, it ends as well.
                let _ = stopped.await;
            };
            until_ended(listener, serving, (&config, &entry), None, told).await;
        });
        Ok(Daemon { address, sessions, stop, served })
    }
}

impl std::fmt::Debug for Daemon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Daemon").field("address", &self.address).finish_non_exhaustive()
    }
}
