//! All recordings of a daemon: those being made, and those in its directory.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::sync::{oneshot, watch};

use super::{
    Error,
    index::{self, Info, Place, State, is_id},
    sidecar::{Moments, Scene},
    writer::{Control, Job, Recorder, Writer},
};
use crate::units::{MediaClock, Size};

/// Recordings that are listed; further ones are refused.
const MAX_KNOWN: usize = 10_000;
/// Longest name, bytes.
const MAX_NAME_BYTES: usize = 200;
/// What must be free on the disk before a recording begins, bytes.
const MIN_FREE_BYTES: u64 = 64 << 20;

/// What recordings may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Where they are kept; `None`: nowhere, none can be made.
    pub dir: Option<PathBuf>,
    /// Most bytes of one with its side-car.
    pub max_bytes_per_recording: u64,
    /// Most bytes of all.
    pub max_total_bytes: u64,
    /// How long one may be.
    pub max_duration: Duration,
    /// How many of a session may run at a time.
    pub max_per_session: usize,
}

/// What a recording is begun with.
pub struct Start {
    /// The session that it shows.
    pub session: String,
    /// What its maker calls it.
    pub name: String,
    /// The camera as it was asked for, for the index.
    pub camera: serde_json::Value,
    /// Size of its pictures.
    pub size: Size,
    /// How long it may be; `None`: as long as the limits say.
    pub max_duration: Option<Duration>,
    /// What it shows at first.
    pub scene: Scene,
    /// What is known of the moments that it shows.
    pub moments: Moments,
    /// What frames are stamped with.
    pub clock: MediaClock,
}

/// A part of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A file of its video, counted from 0.
    Video(usize),
    /// The side-car.
    State,
}

/// A part that can be read.
#[derive(Clone, Debug)]
pub struct Readable {
    /// Where.
    pub path: PathBuf,
    /// How much of it is whole, bytes.
    pub bytes: u64,
    /// Whether it will not change any more.
    pub complete: bool,
}

/// All recordings of a daemon.
pub struct Store {
    limits: Limits,
    known: Mutex<BTreeMap<String, Entry>>,
    used: Arc<AtomicU64>,
    /// Set once the daemon ends: nothing is begun that nobody would finish.
    closing: AtomicBool,
}

struct Entry {
    info: watch::Receiver<Info>,
    /// `None` for those of former daemons.
    control: Option<Arc<Control>>,
}

impl Entry {
    fn info(&self) -> Info {
        let mut info = self.info.borrow().clone();
        if info.state == State::Recording && self.info.has_changed().is_err() {
            info.state = State::Failed;
            info.reason = Some("its thread panicked".into());
        }
        info
    }

    fn is_running(&self) -> bool {
        self.info().state == State::Recording
    }
}

impl Store {
    /// Looks through the directory, and takes stock of what a crash has left. Blocks.
    pub fn open(limits: Limits) -> Self {
        let known = limits.dir.as_deref().map(found_in).unwrap_or_default();
        let used = limits.dir.as_deref().map_or(0, bytes_in);
        let closing = AtomicBool::new(false);
        Self { limits, known: Mutex::new(known), used: Arc::new(used.into()), closing }
    }

    /// Begins a recording. `ended` is called once, on its thread, when it has ended. The receiver
    /// tells when its files are there, or why they could not be made.
    ///
    /// # Errors
    /// [`Error::TooMany`], [`Error::Full`], [`Error::Invalid`], [`Error::Nowhere`],
    /// [`Error::Closing`].
    pub fn begin(
        self: &Arc<Self>,
        start: Start,
        ended: impl FnOnce() + Send + 'static,
    ) -> Result<(Recorder, oneshot::Receiver<Result<Info, Error>>), Error> {
        let dir = self.limits.dir.clone().ok_or(Error::Nowhere)?;
        if start.name.len() > MAX_NAME_BYTES {
            return Err(Error::Invalid(format!("a name has at most {MAX_NAME_BYTES} bytes")));
        }
        let mut known = self.lock();
        // Read under the lock that `stop_all` takes after it is set.
        if self.closing.load(Ordering::Relaxed) {
            return Err(Error::Closing);
        }
        self.admit(&known, &start.session)?;
        let id = new_id(&dir)?;
        let (tell, info) = watch::channel(first_info(&id, &start));
        let control = Arc::<Control>::default();
        let job = Job {
            place: Place::new(&dir, &id),
            control: Arc::clone(&control),
            info: tell,
            scene: start.scene,
            moments: start.moments,
            clock: start.clock,
            started: Instant::now(),
            max_duration: start
                .max_duration
                .map_or(self.limits.max_duration, |wish| wish.min(self.limits.max_duration)),
            max_bytes: self.limits.max_bytes_per_recording,
            max_total_bytes: self.limits.max_total_bytes,
            used: Arc::clone(&self.used),
        };
        let (ready, begun) = oneshot::channel();
        let (store, own_id) = (Arc::clone(self), id.clone());
        let place = dir.display().to_string();
        let thread = std::thread::Builder::new().name(format!("record-{}", &id[..6]));
        let spawned = thread.spawn(move || {
            match room(&dir).and_then(|()| Writer::create(job).map_err(|e| disk(&dir, e))) {
                Ok(writer) => {
                    let _ = ready.send(Ok(writer.info()));
                    writer.run();
                }
                Err(error) => {
                    store.lock().remove(&own_id);
                    let _ = ready.send(Err(error));
                }
            }
            ended();
        });
        spawned.map_err(|source| Error::Disk { place, source })?;
        known.insert(id.clone(), Entry { info, control: Some(Arc::clone(&control)) });
        Ok((Recorder { id, control }, begun))
    }

    fn admit(&self, known: &BTreeMap<String, Entry>, session: &str) -> Result<(), Error> {
        let running = known.values().filter(|entry| {
            let info = entry.info();
            info.state == State::Recording && info.session == session
        });
        if running.count() >= self.limits.max_per_session {
            return Err(Error::TooMany(self.limits.max_per_session));
        }
        let (used, most) = (self.used.load(Ordering::Relaxed), self.limits.max_total_bytes);
        if used >= most {
            return Err(Error::Full(format!(
                "the recordings have {used} of {most} bytes: delete some, or raise \
                 recording.max_total_bytes"
            )));
        }
        if known.len() >= MAX_KNOWN {
            return Err(Error::Full(format!("there are {MAX_KNOWN} recordings: delete some")));
        }
        Ok(())
    }

    /// The recordings of a session, the oldest first.
    pub fn of_session(&self, session: &str) -> Vec<Info> {
        let known = self.lock();
        let infos = known.values().map(Entry::info);
        let mut infos: Vec<_> = infos.filter(|info| info.session == session).collect();
        infos.sort_by(|a, b| (&a.started, &a.id).cmp(&(&b.started, &b.id)));
        infos
    }

    /// What is known of a recording of this session.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn info(&self, session: &str, id: &str) -> Result<Info, Error> {
        let info = self.lock().get(id).map(Entry::info);
        info.filter(|info| info.session == session)
            .ok_or_else(|| Error::NotFound(format!("there is no recording {id:?}")))
    }

    /// Ends a recording and waits until all of it is in its files.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn stop(&self, session: &str, id: &str, reason: &str) -> Result<Info, Error> {
        self.info(session, id)?;
        let (control, mut info) = {
            let known = self.lock();
            let entry = known.get(id);
            (entry.and_then(|e| e.control.clone()), entry.map(|e| e.info.clone()))
        };
        if let (Some(control), Some(info)) = (control, &mut info) {
            control.stop(reason);
            // An error: the thread is gone, and will not write any more.
            let _ = info.wait_for(|info| info.state != State::Recording).await;
        }
        self.info(session, id)
    }

    /// Ends all recordings for good, without waiting.
    pub fn stop_all(&self, reason: &str) {
        self.closing.store(true, Ordering::Relaxed);
        for control in self.lock().values().filter_map(|entry| entry.control.as_ref()) {
            control.stop(reason);
        }
    }

    /// Waits until all recordings have ended and are in their files.
    pub async fn all_ended(&self) {
        let running: Vec<_> = {
            let known = self.lock();
            let running = known.values().filter(|entry| entry.is_running());
            running.map(|entry| entry.info.clone()).collect()
        };
        for mut info in running {
            let _ = info.wait_for(|info| info.state != State::Recording).await;
        }
    }

    /// Removes a recording that has ended, with all of its files. Blocks.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Running`], [`Error::Disk`].
    pub fn remove(&self, session: &str, id: &str) -> Result<(), Error> {
        let info = self.info(session, id)?;
        if info.state == State::Recording {
            return Err(Error::Running);
        }
        let dir = self.limits.dir.as_deref().ok_or(Error::Nowhere)?;
        Place::new(dir, id).remove(&info).map_err(|source| disk(dir, source))?;
        if self.lock().remove(id).is_some() {
            self.used.fetch_sub(info.total_bytes(), Ordering::Relaxed);
        }
        Ok(())
    }

    /// Where a part of a recording can be read.
    ///
    /// # Errors
    /// [`Error::NotFound`] also where there is nothing to be read yet.
    pub fn read(&self, session: &str, id: &str, part: Part) -> Result<Readable, Error> {
        let info = self.info(session, id)?;
        let dir = self.limits.dir.as_deref().ok_or(Error::Nowhere)?;
        let place = Place::new(dir, id);
        let complete = info.state != State::Recording;
        match part {
            Part::State => Ok(Readable { path: place.state(), bytes: info.state_bytes, complete }),
            Part::Video(segment) => {
                let found = info.segments.get(segment).ok_or_else(|| {
                    let count = info.segments.len();
                    Error::NotFound(format!("the recording has {count} files so far, from 0"))
                })?;
                Ok(Readable { path: place.video(segment), bytes: found.bytes, complete })
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Entry>> {
        // Entries are put in and taken out whole.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn disk(dir: &Path, source: std::io::Error) -> Error {
    match source.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            Error::Full(format!("the disk of {} is full", dir.display()))
        }
        _ => Error::Disk { place: dir.display().to_string(), source },
    }
}

/// Checks that a recording would not end before it has begun.
fn room(dir: &Path) -> Result<(), Error> {
    let existing = dir.ancestors().find(|path| path.exists()).unwrap_or(dir);
    let stat = rustix::fs::statvfs(existing).map_err(|error| disk(dir, error.into()))?;
    let free = stat.f_bavail.saturating_mul(stat.f_frsize);
    if free >= MIN_FREE_BYTES {
        return Ok(());
    }
    Err(Error::Full(format!("the disk of {} has only {free} bytes left", dir.display())))
}

fn new_id(dir: &Path) -> Result<String, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| disk(dir, std::io::Error::other(error)))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn first_info(id: &str, start: &Start) -> Info {
    Info {
        id: id.to_owned(),
        session: start.session.clone(),
        name: start.name.clone(),
        state: State::Recording,
        reason: None,
        started: index::rfc3339(SystemTime::now()),
        ended: None,
        model_name: start.scene.model_name.clone(),
        camera: start.camera.clone(),
        size: [start.size.width(), start.size.height()],
        bytes: 0,
        state_bytes: 0,
        frames: 0,
        dropped: 0,
        duration_s: 0.0,
        segments: Vec::new(),
    }
}

/// The recordings in a directory. What cannot be read is left as it is, and said.
fn found_in(dir: &Path) -> BTreeMap<String, Entry> {
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    let ids = names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned));
    let mut known = BTreeMap::new();
    for id in ids.filter(|id| is_id(id)).take(MAX_KNOWN) {
        let place = Place::new(dir, &id);
        let read = place.read_index().and_then(|info| match info.state {
            State::Recording => place.recover(info),
            _ => Ok(Some(info)),
        });
        match read {
            Ok(Some(info)) => {
                if info.state == State::Interrupted {
                    tracing::debug!(recording = id, frames = info.frames, "interrupted");
                }
                let (_, info) = watch::channel(info);
                known.insert(id, Entry { info, control: None });
            }
            // Another daemon is writing it.
            Ok(None) => {}
            Err(error) => tracing::warn!(recording = id, %error, "left as it is"),
        }
    }
    known
}

/// Bytes of all files in a directory.
fn bytes_in(dir: &Path) -> u64 {
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    files.filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum()
}
