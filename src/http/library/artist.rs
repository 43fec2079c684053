//! Draws the pictures of what is in the library, one at a time and in the background.
//!
//! A model is compiled and posed by a worker, as for a session, within the same limits: one that is
//! broken or hostile costs what loading it would, and is told as a reason in words.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{mpsc, watch};
use warp::http::StatusCode;

use super::super::{
    Context,
    frames::{self, Format},
    problem::Problem,
    reply::Picture,
};
use crate::{
    batch::{self, CameraSpec, Mode, Shot},
    library::{Entry, Kind, Library},
    units::Size,
    worker::{self, LoadError, Worker},
};

/// Entries that wait to be drawn. What finds no place asks again when it is listed again.
const WAITING: usize = 256;
/// Entries that are remembered.
const MAX_KNOWN: usize = 20_000;
/// Width and height, px.
const SIZE: [u32; 2] = [480, 300];
/// How long one may take; a worker's own limits end it earlier.
const PATIENCE: Duration = Duration::from_secs(60);

/// Knows which pictures there are, and takes orders for others.
pub(in crate::http) struct Artist {
    orders: mpsc::Sender<Entry>,
    state: Mutex<State>,
    /// Changes whenever a picture is drawn, or is known never to be.
    pub news: watch::Sender<()>,
}

#[derive(Default)]
struct State {
    waiting: HashSet<String>,
    /// By fingerprint: the digest of what was drawn, or why nothing can be.
    known: HashMap<String, Result<String, String>>,
}

/// Why there is no picture.
struct Failure {
    why: String,
    /// Whether another time might do.
    passing: bool,
}

impl Artist {
    /// The orders are for [`run`].
    pub fn new() -> (Self, mpsc::Receiver<Entry>) {
        let (orders, taken) = mpsc::channel(WAITING);
        let (news, _) = watch::channel(());
        (Self { orders, state: Mutex::default(), news }, taken)
    }

    /// How an entry's picture stands. One that is wanted and not there is ordered. Blocks.
    pub fn picture(&self, library: &Library, entry: &Entry) -> Picture {
        if let Some(why) = &entry.broken {
            return Picture::Never(why.clone());
        }
        let fingerprint = &entry.fingerprint;
        let mut state = self.lock();
        let digest = match state.known.get(fingerprint) {
            Some(Err(why)) => return Picture::Never(why.clone()),
            Some(Ok(digest)) => digest,
            None => fingerprint,
        };
        if library.pictures.find(digest).is_some() {
            return Picture::Drawn(digest.clone());
        }
        if state.waiting.insert(fingerprint.clone()) && self.orders.try_send(entry.clone()).is_err()
        {
            state.waiting.remove(fingerprint);
        }
        Picture::Waiting
    }

    fn settle(&self, entry: &Entry, outcome: Result<String, Failure>) {
        let mut state = self.lock();
        state.waiting.remove(&entry.fingerprint);
        if state.known.len() >= MAX_KNOWN {
            state.known.clear();
        }
        let outcome = match outcome {
            Ok(digest) => Ok(digest),
            Err(Failure { why, passing: false }) => Err(why),
            Err(Failure { why, passing: true }) => {
                tracing::debug!(entry = entry.id, why, "not drawn now");
                return;
            }
        };
        state.known.insert(entry.fingerprint.clone(), outcome);
        drop(state);
        self.news.send_replace(());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in it is left half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Draws what is ordered until the daemon ends.
pub(in crate::http) async fn run(context: Arc<Context>, mut orders: mpsc::Receiver<Entry>) {
    let work = async {
        while let Some(entry) = orders.recv().await {
            let drawn = tokio::time::timeout(PATIENCE, draw(&context, &entry)).await;
            let late = |_| Failure { why: "drawing it takes too long".into(), passing: false };
            context.artist.settle(&entry, drawn.map_err(late).flatten());
        }
    };
    tokio::select! {
        () = work => {}
        () = context.work.closing.cancelled() => {}
    }
}

/// Draws an entry as it is when it is loaded; gives the digest that its picture is kept by.
async fn draw(context: &Context, entry: &Entry) -> Result<String, Failure> {
    let never = |why: String| Failure { why, passing: false };
    let (library, id) = (Arc::clone(&context.shelf), entry.id.clone());
    let read = tokio::task::spawn_blocking(move || {
        let bundle = library.model(&id, None).map_err(|error| error.to_string())?;
        let digest = bundle.digest();
        let there = library.pictures.find(&digest).is_some();
        Ok::<_, String>((bundle, digest, there))
    });
    let read = read.await.map_err(|_| never("the model cannot be read".into()))?;
    let (bundle, digest, there) = read.map_err(never)?;
    if there {
        return Ok(digest);
    }
    let limits = &context.sessions.settings().worker;
    // The daemon's own scenes need no jail.
    let confined = limits.confined && entry.kind != Kind::Preset;
    let limits = worker::Limits { confined, ..limits.clone() };
    let loaded = Worker::spawn(&bundle, &limits).await;
    let (worker, assets) = loaded.map_err(|error| Failure {
        why: error.to_string(),
        passing: matches!(error, LoadError::Spawn(_)),
    })?;
    let posed = batch::step(&worker, 0).await.map_err(|error| never(error.to_string()))?;
    let camera = CameraSpec::default().of(&assets).map_err(never)?;
    let size = Size::new(SIZE[0], SIZE[1]).expect("invariant: it is small");
    let refused = |problem: Problem| Failure {
        passing: problem.status == StatusCode::SERVICE_UNAVAILABLE,
        why: problem.detail,
    };
    let shot = Shot { assets, snapshot: posed, camera, size, mode: Mode::Rgb };
    let jpeg = frames::still(context, shot, Format::Jpeg).await.map_err(refused)?;
    let (library, kept) = (Arc::clone(&context.shelf), digest.clone());
    let written = tokio::task::spawn_blocking(move || library.pictures.keep(&kept, &jpeg)).await;
    match written {
        Ok(Ok(())) => Ok(digest),
        Ok(Err(error)) => Err(never(format!("the picture cannot be kept: {error}"))),
        Err(_) => Err(never("the picture cannot be kept".into())),
    }
}
