//! The thread that writes one recording, and the handle to it.

use std::{
    fs::File,
    io::{self, Seek as _, SeekFrom, Write as _},
    os::unix::fs::FileExt as _,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use tokio::sync::{Notify, watch};

use super::{
    annexb,
    boxes::{Sample, Track},
    index::{self, Info, MAX_SEGMENTS, Place, Segment, State, seconds},
    muxer::{HOLD, Muxer, Write},
    sidecar::{self, Moments, Opening, Scene, SceneChange},
    waiting,
};
use crate::{
    frame::{EncodedFrame, FrameReceiver},
    units::{MediaClock, MediaTime, Size},
};

/// Side-car lines that wait for their fragment, bytes; then they are written without it.
const MAX_LINES_BYTES: usize = 4 << 20;
/// What ending a file may add to it, bytes.
const ENDING_BYTES: u64 = 64 << 10;

/// A running recording as the session holds it; dropping it ends the recording properly.
pub struct Recorder {
    pub(super) id: String,
    pub(super) control: Arc<Control>,
}

impl Recorder {
    /// The recording's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Records these frames from now on.
    pub fn follow(&self, frames: FrameReceiver) {
        self.control.tell(|news| news.frames = Some(frames));
    }

    /// Notes that another scene is shown from now on.
    pub fn scene(&self, scene: Scene) {
        self.control.tell(|news| news.scene = Some(scene));
    }

    /// Ends it; the first reason that is given stays.
    pub fn stop(&self, reason: &str) {
        self.control.stop(reason);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.control.stop("the session ended");
    }
}

/// What the thread has been told and has not acted on: the latest of each kind.
#[derive(Default)]
pub(super) struct Control {
    news: Mutex<News>,
    changed: Notify,
}

#[derive(Default)]
struct News {
    frames: Option<FrameReceiver>,
    scene: Option<Scene>,
    stop: Option<String>,
}

impl Control {
    pub fn stop(&self, reason: &str) {
        self.tell(|news| {
            news.stop.get_or_insert_with(|| reason.to_owned());
        });
    }

    fn tell(&self, change: impl FnOnce(&mut News)) {
        change(&mut self.lock());
        self.changed.notify_one();
    }

    fn take(&self) -> News {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, News> {
        // Each field is replaced whole: a panic cannot leave half a message.
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a recording is made with.
pub(super) struct Job {
    pub place: Place,
    pub control: Arc<Control>,
    pub info: watch::Sender<Info>,
    pub scene: Scene,
    pub moments: Moments,
    pub clock: MediaClock,
    pub started: Instant,
    pub max_duration: Duration,
    pub max_bytes: u64,
    pub max_total_bytes: u64,
    /// Bytes of all recordings.
    pub used: Arc<AtomicU64>,
}

/// How a recording ended.
enum End {
    Asked(String),
    Failed(String),
}

/// Where a recording has got to.
pub(super) struct Writer {
    job: Job,
    state: File,
    /// Lines that belong to samples which are not written yet.
    lines: Vec<u8>,
    /// When the first picture was captured, ticks of the clock.
    origin: Option<u64>,
    file: Option<Open>,
    frames: Option<FrameReceiver>,
    /// Dropped by queues that are gone, and by the present one before its first frame.
    dropped: (u64, Option<u64>),
    /// When the oldest sample that is not written came.
    waiting_since: Option<Instant>,
    touched: Instant,
    ended: Option<End>,
}

/// The file that is being written.
struct Open {
    muxer: Muxer,
    file: File,
    /// When its first picture was captured, ticks since the origin.
    start: u64,
}

impl Writer {
    /// Makes the index and the side-car.
    pub fn create(job: Job) -> io::Result<Self> {
        job.place.create_dir()?;
        let state = Place::create(&job.place.state())?;
        index::lock(&state)?;
        job.place.write_index(&job.info.borrow())?;
        let mut writer = Self {
            state,
            lines: Vec::new(),
            origin: None,
            file: None,
            frames: None,
            dropped: (0, None),
            waiting_since: None,
            touched: Instant::now(),
            ended: None,
            job,
        };
        writer.open_sidecar()?;
        Ok(writer)
    }

    fn open_sidecar(&mut self) -> io::Result<()> {
        let info = self.info();
        self.lines = sidecar::json(&Opening {
            kind: "recording",
            session: &info.session,
            name: &info.name,
            started: &info.started,
            camera: &info.camera,
            size: info.size,
            timescale: MediaTime::HZ,
            max_numbers: sidecar::MAX_NUMBERS,
            scene: &self.job.scene,
        });
        self.flush_lines()
    }

    /// What is known of it.
    pub fn info(&self) -> Info {
        self.job.info.borrow().clone()
    }

    /// Records until it is stopped, a limit is reached or a write fails.
    pub fn run(mut self) {
        while self.ended.is_none() {
            if let Err(error) = self.turn() {
                self.ended = Some(End::Failed(error.to_string()));
            }
        }
        self.finish();
    }

    /// Waits for what comes next and acts on it.
    fn turn(&mut self) -> io::Result<()> {
        let hold = self.waiting_since.unwrap_or(self.touched) + HOLD;
        let limit = self.job.started + self.job.max_duration;
        let control = Arc::clone(&self.job.control);
        let frames = &mut self.frames;
        let next = waiting::until(hold.min(limit), async {
            tokio::select! {
                biased;
                frame = next_frame(frames) => Some(frame),
                () = control.changed.notified() => None,
            }
        });
        match next {
            Some(Some(frame)) => self.frame(&frame)?,
            Some(None) => self.told(control.take())?,
            None => {}
        }
        let now = Instant::now();
        if now >= limit {
            let seconds = self.job.max_duration.as_secs_f64();
            self.ended = Some(End::Asked(format!("it is {seconds} s long, as long as it may be")));
        } else if now >= self.waiting_since.unwrap_or(self.touched) + HOLD {
            self.hold(now)?;
        }
        Ok(())
    }

    fn told(&mut self, news: News) -> io::Result<()> {
        if let Some(scene) = news.scene {
            let pts = self.ticks_since_origin(Instant::now());
            self.lines.extend(sidecar::json(&SceneChange { kind: "scene", pts, scene: &scene }));
        }
        if news.frames.is_some() || news.stop.is_some() {
            // What is already there belongs to the recording.
            while let Some(Some(frame)) =
                self.frames.as_mut().and_then(|frames| waiting::until(self.touched, frames.recv()))
            {
                self.frame(&frame)?;
            }
        }
        if let Some(frames) = news.frames {
            self.dropped = (self.all_dropped(), None);
            self.frames = Some(frames);
        }
        if let Some(reason) = news.stop {
            self.ended.get_or_insert(End::Asked(reason));
        }
        Ok(())
    }

    fn all_dropped(&self) -> u64 {
        let (before, base) = self.dropped;
        let now = self.frames.as_ref().map_or(0, FrameReceiver::dropped);
        before + base.map_or(0, |base| now.saturating_sub(base))
    }

    fn ticks_since_origin(&self, now: Instant) -> u64 {
        self.origin.map_or(0, |origin| self.job.clock.at(now).ticks().saturating_sub(origin))
    }

    fn frame(&mut self, frame: &EncodedFrame) -> io::Result<()> {
        if self.dropped.1.is_none() {
            // What was dropped before the first key frame is not missing.
            self.dropped.1 = self.frames.as_ref().map(FrameReceiver::dropped);
        }
        let (data, parameters) = annexb::sample(&frame.data);
        let origin = *self.origin.get_or_insert(frame.pts.ticks());
        let pts = frame.pts.ticks().saturating_sub(origin);
        if self.is_full(data.len()) {
            return Ok(());
        }
        let fits = self.file.as_ref().is_some_and(|open| {
            let track = open.muxer.track();
            track.size == frame.size && (!frame.keyframe || track.parameters == parameters)
        });
        if !fits && frame.keyframe && parameters.suffice() {
            self.next_file(frame.size, parameters, pts)?;
        } else if !fits {
            // Without parameters there is nothing to decode it with; a key frame will come.
            return Ok(());
        }
        let Some(open) = &mut self.file else { return Ok(()) };
        let mut writes = Vec::new();
        let time = pts.saturating_sub(open.start);
        let sample = Sample { data, time, keyframe: frame.keyframe };
        open.muxer.push(sample, &mut writes).map_err(io::Error::other)?;
        let cut = writes.iter().any(|write| matches!(write, Write::Append(_)));
        self.write(writes)?;
        if cut || self.lines.len() > MAX_LINES_BYTES {
            self.sync()?;
            self.waiting_since = None;
        }
        self.waiting_since.get_or_insert_with(Instant::now);
        self.note(frame, pts);
        Ok(())
    }

    /// Adds the frame's line and counts it.
    fn note(&mut self, frame: &EncodedFrame, pts: u64) {
        let dropped = self.all_dropped();
        let moment = self.job.moments.shown_by(frame);
        self.job.info.send_modify(|info| {
            let segment = info.segments.len().saturating_sub(1);
            self.lines.extend(sidecar::line(frame, pts, segment, moment.as_deref()));
            info.frames += 1;
            info.dropped = dropped;
            if let Some(segment) = info.segments.last_mut() {
                segment.frames += 1;
            }
        });
    }

    /// Whether a sample of this size would be too much; the recording then ends.
    fn is_full(&mut self, bytes: usize) -> bool {
        let pending = self.file.as_ref().map_or(0, |open| open.muxer.pending_bytes());
        let more = (bytes + pending + self.lines.len()) as u64 + ENDING_BYTES;
        let reason = if self.job.info.borrow().total_bytes() + more > self.job.max_bytes {
            let most = self.job.max_bytes;
            Some(format!(
                "it has {most} bytes, as many as it may (recording.max_bytes_per_recording)"
            ))
        } else if self.job.used.load(Ordering::Relaxed) + more > self.job.max_total_bytes {
            let most = self.job.max_total_bytes;
            Some(format!(
                "all recordings have {most} bytes, as many as they may (recording.max_total_bytes)"
            ))
        } else {
            None
        };
        let full = reason.is_some();
        if let Some(reason) = reason {
            self.ended = Some(End::Asked(reason));
        }
        full
    }

    /// Begins another file at `pts`, with the frame that is at hand.
    fn next_file(
        &mut self,
        size: Size,
        parameters: annexb::Parameters,
        pts: u64,
    ) -> io::Result<()> {
        self.close(pts)?;
        let segment = self.job.info.borrow().segments.len();
        if segment == MAX_SEGMENTS {
            self.ended = Some(End::Asked(format!("it has {segment} files, as many as it may")));
            return Ok(());
        }
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let created_unix_s = since_1970.map_or(0, |since| since.as_secs());
        let track = Track { size, parameters, created_unix_s };
        let file = Place::create(&self.job.place.video(segment))?;
        let mut writes = Vec::new();
        let muxer = Muxer::new(track, &mut writes).map_err(io::Error::other)?;
        self.file = Some(Open { muxer, file, start: pts });
        self.job.info.send_modify(|info| {
            info.segments.push(Segment { start_s: seconds(pts), ..Segment::default() });
        });
        self.write(writes)?;
        let info = self.info();
        self.job.place.write_index(&info)
    }

    /// Writes what has waited for long enough, and how long the last picture has been shown.
    fn hold(&mut self, now: Instant) -> io::Result<()> {
        let ticks = self.ticks_since_origin(now);
        if let Some(open) = &mut self.file {
            let mut writes = Vec::new();
            let shown = ticks.saturating_sub(open.start);
            open.muxer.hold(shown, &mut writes).map_err(io::Error::other)?;
            self.write(writes)?;
            self.sync()?;
        } else {
            self.flush_lines()?;
        }
        self.waiting_since = None;
        self.touched = now;
        Ok(())
    }

    /// Writes to the file; lines go first, so that a picture is never there without its state.
    fn write(&mut self, writes: Vec<Write>) -> io::Result<()> {
        if writes.iter().any(|write| matches!(write, Write::Append(_))) {
            self.flush_lines()?;
        }
        let Some(open) = &mut self.file else { return Ok(()) };
        for write in writes {
            match write {
                Write::Append(bytes) => {
                    open.file.seek(SeekFrom::End(0))?;
                    open.file.write_all(&bytes)?;
                    self.job.used.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                    self.job.info.send_modify(|info| {
                        info.bytes += bytes.len() as u64;
                        if let Some(segment) = info.segments.last_mut() {
                            segment.bytes += bytes.len() as u64;
                        }
                    });
                }
                Write::Replace(at, bytes) => open.file.write_all_at(&bytes, at)?,
            }
        }
        Ok(())
    }

    /// Makes sure that what is written stays, and says how much that is.
    fn sync(&mut self) -> io::Result<()> {
        let ticks = self.ticks_since_origin(Instant::now());
        if let Some(open) = &self.file {
            open.file.sync_data()?;
            let start = open.start;
            self.job.info.send_modify(|info| {
                info.duration_s = seconds(ticks);
                if let Some(segment) = info.segments.last_mut() {
                    segment.duration_s = seconds(ticks.saturating_sub(start));
                }
            });
        }
        self.flush_lines()
    }

    fn flush_lines(&mut self) -> io::Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        self.state.write_all(&self.lines)?;
        self.state.sync_data()?;
        let bytes = self.lines.len() as u64;
        self.lines.clear();
        self.job.used.fetch_add(bytes, Ordering::Relaxed);
        self.job.info.send_modify(|info| info.state_bytes += bytes);
        Ok(())
    }

    /// Ends the present file; its last picture is shown until `now`, ticks since the origin.
    fn close(&mut self, now: u64) -> io::Result<()> {
        let Some(open) = &mut self.file else { return Ok(()) };
        let mut writes = Vec::new();
        let shown = now.saturating_sub(open.start);
        let duration = open.muxer.finish(shown, &mut writes).map_err(io::Error::other)?;
        let end = seconds(open.start + duration);
        self.write(writes)?;
        self.sync()?;
        self.file = None;
        self.waiting_since = None;
        self.job.info.send_modify(|info| {
            info.duration_s = end;
            if let Some(segment) = info.segments.last_mut() {
                segment.duration_s = seconds(duration);
            }
        });
        Ok(())
    }

    /// Ends the last file and says how it went.
    fn finish(mut self) {
        let now = self.ticks_since_origin(Instant::now());
        let closed = self.close(now).and_then(|()| self.flush_lines());
        let (state, reason) = match (self.ended.take(), closed) {
            (Some(End::Failed(reason)), _) => (State::Failed, reason),
            (_, Err(error)) => (State::Failed, error.to_string()),
            (Some(End::Asked(reason)), Ok(())) => (State::Finished, reason),
            (None, Ok(())) => (State::Finished, String::new()),
        };
        let mut info = self.info();
        info.state = state;
        info.reason = Some(reason);
        info.ended = Some(index::rfc3339(SystemTime::now()));
        info.dropped = self.all_dropped();
        if let Err(error) = self.job.place.write_index(&info) {
            tracing::warn!(recording = info.id, %error, "the index was not written");
        }
        let Info { id, reason, frames, dropped, bytes, .. } = &info;
        match state {
            State::Failed => tracing::error!(recording = id, ?reason, "a recording failed"),
            _ => tracing::info!(recording = id, ?reason, frames, dropped, bytes, "recorded"),
        }
        // Told last: whoever waits for it finds everything in place.
        self.job.info.send_replace(info);
    }
}

/// The next frame; waits for ever while there is no stream.
async fn next_frame(frames: &mut Option<FrameReceiver>) -> Arc<EncodedFrame> {
    if let Some(receiver) = frames {
        if let Some(frame) = receiver.recv().await {
            return frame;
        }
        // The view ended; the session gives another one, or ends the recording.
        *frames = None;
    }
    std::future::pending().await
}
