//! A view: one camera, one size, one encoder, on a thread of its own.

use std::{
    sync::{Arc, atomic::AtomicU64},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::{
    canvas::Canvas,
    clock::{Cause, FrameClock},
    figures::{Figures, InUse, Reading},
    inbox::{Inbox, News},
};
use crate::{
    color,
    config::Encoders,
    encode::{self, Chain, Coded, Picture, Source},
    frame::{EncodedFrame, FrameSender, I420, Sent, Stamps},
    gpu,
    metrics::{Metrics, Pulse},
    render,
    scene::{Assets, Snapshot, camera::Camera},
    units::{Bitrate, Codec, FrameRate, MediaClock, Size, ViewId},
};

/// Between two key frames of a view: many viewers who join or lose packets at once share one.
const KEYFRAME_GAP: Duration = Duration::from_millis(400);
/// From a view's last change until what it shows is sent once more, sharper.
const REFINE_AFTER: Duration = Duration::from_millis(200);
/// How often: a rate control lowers its quantiser in steps. After motion that 2 Mbit/s are too few
/// for, the first brings a 1280×720 picture from 33 to 43 dB, ten to 52.
const REFINEMENTS: u32 = 10;
/// A refinement of less than this part of a picture's usual bits has changed nothing to speak of.
const NOTHING_LEFT: u64 = 8;

/// A model on a device.
pub struct Stage {
    /// The device's renderer.
    pub renderer: Arc<render::Renderer>,
    /// The model's data there.
    pub resources: render::SceneResources,
}

/// A moment of a simulation with what is needed to draw it.
pub struct Moment {
    /// Where it can be drawn; `None` while there is no device: views wait for a moment with one.
    pub stage: Option<Arc<Stage>>,
    /// The model's data.
    pub assets: Arc<Assets>,
    /// What moves.
    pub snapshot: Arc<Snapshot>,
    /// When the snapshot came from the simulation.
    pub taken: Instant,
}

/// What a view is made with.
#[derive(Clone)]
pub struct Spec {
    /// Its number, for names and logs.
    pub id: ViewId,
    /// Picture size; both sides even.
    pub size: Size,
    /// Most frames per second while the simulation moves.
    pub frame_rate: FrameRate,
    /// Bit rate.
    pub bitrate: Bitrate,
    /// What all who watch can decode.
    pub formats: encode::Formats,
    /// Which encoders may be used, and how.
    pub encoders: Encoders,
    /// How to draw.
    pub settings: render::Settings,
    /// Stamps the frames.
    pub clock: MediaClock,
    /// Where frames handed to peers are counted.
    pub sent: Arc<AtomicU64>,
    /// Where all else is.
    pub metrics: Arc<Metrics>,
}

/// Why a view could not be made or had to end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No thread could be started.
    #[error("no thread for {view}: {source}")]
    Thread {
        /// Which view.
        view: ViewId,
        /// What the system said.
        source: std::io::Error,
    },
    /// Drawing failed.
    #[error("drawing failed: {0}")]
    Render(#[from] render::Error),
    /// Converting colours failed.
    #[error("converting colours failed: {0}")]
    Color(#[from] color::Error),
    /// Encoding failed.
    #[error("encoding failed: {0}")]
    Encode(#[from] encode::Error),
    /// The picture cannot be coded in 4:2:0.
    #[error("{0} cannot be streamed: both sides must be even")]
    OddSize(Size),
    /// The thread panicked; the log has the message.
    #[error("the view's thread panicked")]
    Panicked,
}

impl From<gpu::Lost> for Error {
    fn from(lost: gpu::Lost) -> Self {
        Self::Render(lost.into())
    }
}

/// Told once when a view's thread ends by itself.
#[derive(Debug)]
pub struct Ended {
    /// Which view.
    pub view: ViewId,
    /// Why.
    pub error: Error,
}

/// A running view; dropping it ends its thread.
pub struct View {
    inbox: Arc<Inbox>,
    figures: Arc<Figures>,
    thread: Option<JoinHandle<()>>,
}

impl View {
    /// Starts the thread. `ended` is called on it at most once, when it cannot go on.
    ///
    /// # Errors
    /// [`Error::Thread`] when the system has no thread to give. All else is told to `ended`.
    pub fn start(spec: Spec, ended: impl FnOnce(Ended) + Send + 'static) -> Result<Self, Error> {
        let view = spec.id;
        let inbox = Arc::new(Inbox::default());
        let (sent, metrics) = (Arc::clone(&spec.sent), Arc::clone(&spec.metrics));
        let pulse = metrics.pulses.add(format!("view {}", spec.id));
        let figures = Arc::new(Figures::new(Instant::now(), sent, metrics));
        let shared = (Arc::clone(&inbox), Arc::clone(&figures));
        let thread = std::thread::Builder::new()
            .name(view.to_string())
            .spawn(move || {
                let (inbox, figures) = shared;
                let work = std::panic::AssertUnwindSafe(|| {
                    Worker::new(&spec, figures)?.serve(&inbox, &pulse)
                });
                // What the closure owned is gone after a panic: nothing half-changed is seen.
                let outcome = std::panic::catch_unwind(work).unwrap_or(Err(Error::Panicked));
                if let Err(error) = outcome {
                    ended(Ended { view, error });
                }
            })
            .map_err(|source| Error::Thread { view, source })?;
        Ok(Self { inbox, figures, thread: Some(thread) })
    }

    /// Shows a new moment.
    pub fn show(&self, moment: Arc<Moment>) {
        self.reflect(moment, None);
    }

    /// The same; the moment is the first to reflect an input received at `input`, if there was one.
    pub fn reflect(&self, moment: Arc<Moment>, input: Option<Instant>) {
        self.inbox.tell(|news| {
            news.moment = Some(moment);
            news.input = news.input.or(input);
        });
    }

    /// Looks from elsewhere, because of an input received at `input` if there was one.
    pub fn look(&self, camera: Camera, input: Option<Instant>) {
        self.inbox.tell(|news| {
            news.camera = Some(camera);
            news.input = news.input.or(input);
        });
    }

    /// Codes what follows in `bitrate`.
    pub fn set_bitrate(&self, bitrate: Bitrate) {
        self.inbox.tell(|news| news.bitrate = Some(bitrate));
    }

    /// Serves a peer from the next key frame on, which is made at once.
    pub fn subscribe(&self, sender: FrameSender) {
        self.inbox.tell(|news| news.subscribers.push(sender));
    }

    /// Makes a key frame soon.
    pub fn request_keyframe(&self) {
        self.inbox.tell(|news| news.keyframe = true);
    }

    /// What the view is doing now.
    pub fn figures(&self) -> Reading {
        self.figures.read(Instant::now())
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.inbox.tell(|news| news.stop = true);
        // Not joined: the thread may be inside a draw, and the driver must not wait for it.
        drop(self.thread.take());
    }
}

/// What the thread owns.
struct Worker {
    id: ViewId,
    media_clock: MediaClock,
    /// Bits below which a refinement is the last.
    nothing_left: u64,
    frame_rate: FrameRate,
    frame_clock: FrameClock,
    settings: render::Settings,
    /// Made for the device that is drawn on, and anew for another.
    canvas: Option<Canvas>,
    picture: I420,
    /// Where the last picture is, when not in [`Self::picture`].
    slot: Option<usize>,
    encoders: Chain,
    /// As of the last change of encoders.
    given_up: Arc<[encode::Rejected]>,
    figures: Arc<Figures>,
    moment: Option<Arc<Moment>>,
    camera: Option<Camera>,
    /// Of the oldest input that no frame shows yet.
    input: Option<Instant>,
    /// When the moment was taken, unless a frame shows it already or nobody has waited for it.
    state: Option<Instant>,
    subscribers: Vec<FrameSender>,
    /// The picture no longer shows `moment` from `camera`.
    stale: bool,
    wants_keyframe: bool,
    last_keyframe: Option<Instant>,
    frames: u64,
}

impl Worker {
    fn new(spec: &Spec, figures: Arc<Figures>) -> Result<Self, Error> {
        let encoders = Chain::new(&encode::Config {
            size: spec.size,
            frame_rate: spec.frame_rate,
            bitrate: spec.bitrate,
            formats: spec.formats,
            encoders: spec.encoders,
            threads: encoder_threads(spec.size),
        });
        Ok(Self {
            id: spec.id,
            media_clock: spec.clock,
            nothing_left: nothing_left(spec.bitrate, spec.frame_rate),
            frame_rate: spec.frame_rate,
            frame_clock: FrameClock::new(spec.frame_rate, REFINE_AFTER, REFINEMENTS),
            settings: spec.settings,
            canvas: None,
            picture: I420::new(spec.size).ok_or(Error::OddSize(spec.size))?,
            slot: None,
            encoders,
            given_up: Arc::default(),
            figures,
            moment: None,
            camera: None,
            input: None,
            state: None,
            subscribers: Vec::new(),
            stale: false,
            wants_keyframe: false,
            last_keyframe: None,
            frames: 0,
        })
    }

    fn serve(mut self, inbox: &Inbox, pulse: &Pulse) -> Result<(), Error> {
        loop {
            let news = inbox.wait(self.frame_clock.due());
            let _working = pulse.work();
            if news.stop {
                return Ok(());
            }
            self.take(news);
            let now = Instant::now();
            if self.frame_clock.due().is_some_and(|due| due <= now) {
                self.produce(now)?;
            }
        }
    }

    /// Notes what was told, and when a frame is due because of it.
    fn take(&mut self, news: News) {
        let now = Instant::now();
        let joined = !news.subscribers.is_empty();
        self.subscribers.extend(news.subscribers);
        self.wants_keyframe |= joined || news.keyframe;
        self.input = self.input.or(news.input);
        if let Some(bitrate) = news.bitrate {
            self.nothing_left = nothing_left(bitrate, self.frame_rate);
            self.encoders.set_bitrate(bitrate);
        }
        if let Some(camera) = news.camera {
            self.stale |= self.camera != Some(camera);
            self.camera = Some(camera);
        }
        let moved = news.moment.is_some();
        if let Some(moment) = news.moment {
            if moment.stage.is_none() {
                self.forget_device();
            }
            if self.moment.as_ref().is_some_and(|before| before.taken != moment.taken) {
                self.state = Some(moment.taken);
            }
            self.moment = Some(moment);
            self.stale = true;
        }
        if joined || news.keyframe || news.camera.is_some() {
            self.frame_clock.mark(now, Cause::Input);
        } else if moved {
            self.frame_clock.mark(now, Cause::Snapshot);
        }
    }

    /// Makes a frame and hands it to all who watch.
    fn produce(&mut self, now: Instant) -> Result<(), Error> {
        let cause = self.frame_clock.drawn(now);
        self.subscribers.retain(|subscriber| !subscriber.is_closed());
        let (Some(moment), Some(camera)) = (self.moment.clone(), self.camera) else {
            return Ok(());
        };
        if self.subscribers.is_empty() {
            // Whoever comes later has not waited for it.
            self.state = None;
            return Ok(());
        }
        if self.wants_keyframe && self.encoders.may_restart(now) {
            self.encoders.restart();
            (self.canvas, self.stale) = (None, true);
        }
        let pts = self.media_clock.at(now);
        let (drawn, unit) = loop {
            if self.stale {
                self.stale = !self.draw(&moment, &camera)?;
            }
            if self.stale {
                return Ok(());
            }
            let drawn = Instant::now();
            let keyframe = self.wants_keyframe
                && self.last_keyframe.is_none_or(|last| now.duration_since(last) >= KEYFRAME_GAP);
            let picture = self.slot.map_or(Picture::Host(&self.picture), Picture::Shared);
            match self.encoders.encode(picture, pts, keyframe)? {
                Coded::Unit(unit) => break (drawn, unit),
                Coded::Skipped => {
                    self.figures.skipped(drawn - now, drawn.elapsed());
                    self.frame_clock.mark(drawn, Cause::Refinement);
                    return Ok(());
                }
                // Drawn once more, for the next encoder.
                Coded::HandedOver => (self.canvas, self.stale) = (None, true),
            }
        };
        if unit.keyframe {
            self.wants_keyframe = false;
            self.last_keyframe = Some(now);
        }
        if cause == Some(Cause::Refinement) && unit.data.len() as u64 * 8 < self.nothing_left {
            self.frame_clock.sharp();
        }
        self.frames += 1;
        let stamps = Stamps {
            input: self.input.take(),
            state: self.state.take(),
            render: now,
            encode: drawn,
            done: Instant::now(),
        };
        self.hand_out(Arc::new(EncodedFrame {
            id: self.frames,
            data: unit.data,
            codec: self.encoders.codec().unwrap_or(Codec::H264),
            pts,
            keyframe: unit.keyframe,
            size: self.picture.size(),
            snapshot: moment.snapshot.sequence,
            sim_time: moment.snapshot.time,
            stamps,
        }));
        Ok(())
    }

    /// Draws, or gives `false` where the device is gone: a moment on another one will come.
    fn draw(&mut self, moment: &Moment, camera: &Camera) -> Result<bool, Error> {
        let Some(stage) = &moment.stage else { return Ok(false) };
        let gpu = stage.renderer.gpu();
        let drawn = match gpu.lost() {
            // Encoders that such a device cannot be shared with are not to blame.
            true => Err(gpu::Lost.into()),
            false => gpu.attempt(|| self.draw_on(stage, moment, camera)),
        };
        match drawn {
            Ok(()) => Ok(true),
            Err(Error::Render(render::Error::DeviceLost)) => {
                self.forget_device();
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// The device is gone, and with it what encodes on it: the next one may do all that this could.
    fn forget_device(&mut self) {
        self.canvas = None;
        self.encoders.restart();
    }

    fn draw_on(&mut self, stage: &Stage, moment: &Moment, camera: &Camera) -> Result<(), Error> {
        let canvas = match &mut self.canvas {
            Some(canvas) if canvas.is_on(stage) => canvas,
            canvas => {
                let size = self.picture.size();
                let new = fit(&mut self.encoders, stage, size, self.settings)?;
                self.given_up = self.encoders.given_up().into();
                // Viewers may have lost or given up anything in the meantime: no gap holds here.
                (self.wants_keyframe, self.last_keyframe) = (true, None);
                canvas.insert(new)
            }
        };
        self.slot = canvas.draw(stage, moment, camera, &mut self.picture)?;
        self.figures.host_read(canvas.host_bytes());
        Ok(())
    }

    fn hand_out(&mut self, frame: Arc<EncodedFrame>) {
        let encoder = self.encoders.encoder().map(|encoder| InUse {
            name: encoder.name(),
            codec: frame.codec,
            hardware: encoder.is_hardware(),
            copied: self.slot.is_none(),
            given_up: Arc::clone(&self.given_up),
        });
        self.figures.produced(&frame, self.subscribers.len(), encoder);
        let mut missed = 0;
        self.subscribers.retain(|subscriber| {
            let before = subscriber.dropped();
            let sent = subscriber.send(&frame);
            missed += subscriber.dropped() - before;
            self.wants_keyframe |= sent == Sent::NeedsKeyframe;
            sent != Sent::Closed
        });
        self.figures.missed(missed);
        if self.wants_keyframe {
            // Held back by the gap, or asked for just now: a still scene must not wait for ever.
            self.frame_clock.mark(Instant::now(), Cause::Input);
        }
        tracing::trace!(view = %self.id, id = frame.id, bytes = frame.data.len(), "frame");
    }
}

/// Makes targets on the stage's device for the best encoder that takes what is drawn there, and
/// opens it.
fn fit(
    encoders: &mut Chain,
    stage: &Stage,
    size: Size,
    settings: render::Settings,
) -> Result<Canvas, Error> {
    let gpu = stage.renderer.gpu();
    let device = gpu.id();
    if encoders.source().is_some_and(|source| source != Source::Host) {
        // Open for a device that is gone.
        encoders.close();
    }
    loop {
        let (open, source) = match encoders.source() {
            Some(source) => (true, source),
            None => (false, encoders.next(device.as_ref())?),
        };
        if source == Source::Drawn
            && let Err(error) = gpu.ready_to_import()
        {
            encoders.give_up(&render::Error::from(error).to_string());
            continue;
        }
        let output = match source {
            Source::Host => render::Output::for_video(gpu),
            Source::Shared(handle) => render::Output::Shared(handle),
            // Opened first: it has what is drawn into.
            Source::Drawn if !encoders.open(device.as_ref(), &[]) => continue,
            Source::Drawn => render::Output::Drawn(encoders.surfaces()),
        };
        let canvas = match Canvas::new(stage, size, settings, output) {
            Ok(canvas) => canvas,
            Err(
                error @ (render::Error::Share(_)
                | render::Error::Convert(_)
                | render::Error::NoSurface),
            ) if source != Source::Host => {
                encoders.give_up(&error.to_string());
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let open = open || source == Source::Drawn;
        if open || encoders.open(device.as_ref(), canvas.shared()) {
            return Ok(canvas);
        }
    }
}

/// Bits that a refinement has at least, unless it is the last.
fn nothing_left(bitrate: Bitrate, frame_rate: FrameRate) -> u64 {
    u64::from(bitrate.as_bps()) / (u64::from(frame_rate.hz()) * NOTHING_LEFT)
}

/// One thread per quarter of a million pixels beyond 720p's first, within half the machine: below
/// that, slices cost more than they save.
fn encoder_threads(size: Size) -> u32 {
    const HD: usize = 1280 * 720;
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
    if size.pixels() < HD { 1 } else { (cores / 2).clamp(1, 4) }
}
