//! The drawing device is lost while pictures are made: they go on, on another one.

#[path = "peer/client.rs"]
#[expect(dead_code, reason = "what the tests of the peer need is more than a viewer needs")]
mod client;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use client::{Client, Wants, loopback, within};
use mjcast::{
    control::{CameraPreset, Command, Event},
    encode,
    frame::{self, EncodedFrame, FrameReceiver},
    gpu::{Gpu, Options},
    render::{self, Renderer},
    scene::{
        Assets, Snapshot,
        camera::{Camera, FreeCamera},
    },
    session::{
        Counters, DEFAULT, Drawing, Handle, Role, Sessions, Settings, Shared, Source, Status,
        Viewer,
    },
    stream::{self, Moment, Stage},
    units::{Bitrate, FrameRate, MediaClock, Size, ViewId},
    worker,
};
use rtc::rtp::{codec::h264::H264Packet, packetizer::Depacketizer};

/// Moves for as long as anybody looks.
const SCENE: &str = "<mujoco model='top'><option gravity='0 0 0'/><worldbody><light pos='0 0 3'/>\
    <body><freejoint/><geom type='box' size='.3 .2 .1'/></body></worldbody>\
    <keyframe><key qvel='0 0 0 0 0 1'/></keyframe></mujoco>";

fn open() -> Arc<Renderer> {
    let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
    Arc::new(Renderer::new(Arc::new(gpu)).expect("a renderer"))
}

fn size() -> Size {
    Size::new(128, 96).expect("in range")
}

// ---- a stream alone -----------------------------------------------------------------------------

struct Stream {
    view: stream::View,
    frames: FrameReceiver,
    assets: Arc<Assets>,
    moments: u64,
}

impl Stream {
    fn start() -> Self {
        let spec = stream::Spec {
            id: ViewId(1),
            size: size(),
            frame_rate: FrameRate::new(30).expect("in range"),
            bitrate: Bitrate::bps(500_000),
            formats: encode::Profile::Main.into(),
            encoders: Default::default(),
            settings: render::Settings::FAST,
            clock: MediaClock::starting_at(Instant::now()),
            sent: Arc::default(),
            metrics: Arc::default(),
        };
        let view = stream::View::start(spec, |ended| panic!("{ended:?}")).expect("a thread");
        let (sender, frames) = frame::queue(64);
        let assets = Arc::new(Assets::default());
        view.look(Camera::Free(FreeCamera::initial(&assets.visual)), None);
        view.subscribe(sender);
        Self { view, frames, assets, moments: 0 }
    }

    fn stage(&self, renderer: &Arc<Renderer>) -> Option<Arc<Stage>> {
        let resources = renderer.upload(&self.assets).expect("fits");
        Some(Arc::new(Stage { renderer: Arc::clone(renderer), resources }))
    }

    /// Shows a new moment and gives its number.
    fn show(&mut self, stage: &Option<Arc<Stage>>) -> u64 {
        self.moments += 1;
        let snapshot = Snapshot { sequence: self.moments, ..Snapshot::default() };
        self.view.show(Arc::new(Moment {
            stage: stage.clone(),
            assets: Arc::clone(&self.assets),
            snapshot: Arc::new(snapshot),
            taken: Instant::now(),
        }));
        self.moments
    }

    /// The first frame that shows `moment`. Those before it show moments before `lost`.
    async fn frame(&mut self, moment: u64, lost: u64) -> Arc<EncodedFrame> {
        let found = async {
            loop {
                let frame = self.frames.recv().await.expect("a living view");
                if frame.snapshot == moment {
                    return frame;
                }
                assert!(frame.snapshot < lost, "{} was never drawn", frame.snapshot);
            }
        };
        within("the frame", found).await
    }
}

#[tokio::test]
async fn a_view_goes_on_with_a_key_frame_on_another_device() {
    let mut stream = Stream::start();
    let first = open();
    let stage = stream.stage(&first);
    let moment = stream.show(&stage);
    assert!(stream.frame(moment, u64::MAX).await.keyframe);
    let moment = stream.show(&stage);
    assert!(!stream.frame(moment, u64::MAX).await.keyframe);

    first.gpu().device().destroy();
    let lost = stream.show(&stage);
    within("the loss", first.gpu().until_lost()).await;
    stream.show(&stage);
    stream.show(&None);
    let second = open();
    let stage = stream.stage(&second);
    let moment = stream.show(&stage);
    let resumed = stream.frame(moment, lost).await;
    assert!(resumed.keyframe, "the gap between key frames does not matter here");
    let moment = stream.show(&stage);
    let next = stream.frame(moment, lost).await;
    assert!(!next.keyframe && next.id > resumed.id && next.pts > resumed.pts);
}

// ---- a whole session ----------------------------------------------------------------------------

struct World {
    drawing: Drawing,
    sessions: Sessions,
    session: Handle,
}

impl World {
    /// Runs the scene; after a loss, opening a device fails so many times.
    async fn start(failures: u32) -> Self {
        let left = AtomicU32::new(failures);
        let fails = move || {
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
        };
        let drawing = Drawing::start(open(), move || match fails() {
            Ok(_) => Err("no such card".to_owned()),
            Err(_) => Ok(open()),
        });
        let sessions = Sessions::start(Shared {
            settings: settings(),
            drawing: drawing.clone(),
            encoder: encode::probe(
                Default::default(),
                None,
                |_, _| Err(String::new()),
                |_| Err(String::new()),
            )
            .expect("an encoder"),
            clock: MediaClock::starting_at(Instant::now()),
            counters: Counters::default(),
            metrics: Arc::default(),
            recordings: Arc::new(mjcast::record::Store::open(mjcast::record::Limits {
                dir: None,
                max_bytes_per_recording: 0,
                max_total_bytes: 0,
                max_duration: Duration::ZERO,
                max_per_session: 0,
            })),
            keeper: None,
        });
        let session = sessions.find(DEFAULT).expect("the default session");
        session.load(Source::Mjcf(SCENE.to_owned())).await.expect("loads");
        Self { drawing, sessions, session }
    }

    /// Ends all that draws before the process does: a software driver does not bear to be torn down
    /// while one of its threads is at work.
    async fn end(self) {
        self.sessions.shutdown().await;
    }

    fn destroy(&self) {
        let renderer = self.drawing.device().renderer.expect("a device");
        renderer.gpu().device().destroy();
    }

    async fn rebuilt(&self, times: u64) {
        let mut device = self.drawing.watch();
        let rebuilt = device.wait_for(|d| d.rebuilds >= times && d.renderer.is_ok());
        within("another device", rebuilt).await.expect("a living daemon");
    }

    async fn status(&self) -> Status {
        self.session.status().await.expect("answers").expect("a scene")
    }

    async fn time(&self) -> f64 {
        self.status().await.snapshot.time
    }
}

/// Large enough that views overlap in their use of the device.
fn settings() -> Settings {
    Settings {
        history_bytes: 1 << 20,
        control_patience: Duration::from_secs(60),
        frame_size: Size::new(640, 480).expect("in range"),
        frame_rate: FrameRate::new(30).expect("in range"),
        bitrate: Bitrate::bps(500_000),
        encoders: Default::default(),
        render: render::Settings::PARITY,
        worker: worker::Limits {
            program: PathBuf::from(env!("CARGO_BIN_EXE_mjcast")),
            ..worker::Limits::default()
        },
        peer: loopback(),
        max_viewers: 8,
    }
}

/// A viewer with the browser's end of its connection.
struct Watching {
    viewer: Viewer,
    client: Client,
}

impl Watching {
    async fn join(session: &Handle) -> Self {
        let viewer = session.join(Role::Control).await.expect("admitted");
        let client = Client::new(Wants::default()).await;
        let answer = viewer.offer(client.offer(false).await).await.expect("an answer");
        client.accept(&answer).await;
        client.connected().await;
        let mut watching = Self { viewer, client };
        watching.key_frame().await;
        watching
    }

    /// Waits for a key frame on the connection that was there from the start.
    async fn key_frame(&mut self) {
        while !self.is_key_frame().await {}
    }

    /// Whether the next frame is one.
    async fn is_key_frame(&mut self) -> bool {
        const IDR: u8 = 5;
        let mut h264 = H264Packet::default();
        let packets = self.client.frame().await;
        let nals = packets.iter().filter_map(|packet| h264.depacketize(&packet.payload).ok());
        let data = nals.collect::<Vec<_>>().concat();
        data.windows(4).any(|w| w[..3] == [0, 0, 1] && w[3] & 31 == IDR)
    }

    /// Takes what has arrived so far out of the way.
    fn forget(&mut self) {
        while self.client.packets.try_recv().is_ok() {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_views_go_on_and_so_does_time() {
    let world = World::start(0).await;
    let mut one = Watching::join(&world.session).await;
    let mut other = Watching::join(&world.session).await;
    let top = Command::CameraPreset(CameraPreset::Top);
    other.viewer.event(Event::Command { command: top, id: None }).await.expect("looks");
    other.key_frame().await;
    let before = world.status().await;
    assert_eq!(before.streams.len(), 2);

    one.forget();
    other.forget();
    world.destroy();
    one.key_frame().await;
    other.key_frame().await;
    assert!(!one.is_key_frame().await && !other.is_key_frame().await, "one each");
    world.rebuilt(1).await;
    let after = world.status().await;
    assert!(after.snapshot.time > before.snapshot.time);
    assert!(after.snapshot.steps > before.snapshot.steps, "the same simulation");
    let ids = |status: &Status| status.streams.iter().map(|s| s.id).collect::<Vec<_>>();
    assert_eq!(ids(&after), ids(&before), "the same streams");
    let overview = world.sessions.overview();
    assert!(overview.can_draw && overview.reasons.is_empty());
    assert_eq!((overview.rebuilds, overview.viewers, overview.total_connections), (1, 2, 2));
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_goes_on_while_there_is_no_device() {
    let world = World::start(3).await;
    let mut one = Watching::join(&world.session).await;
    world.destroy();
    let mut device = world.drawing.watch();
    let failed = device.wait_for(|d| d.renderer.as_ref().is_err_and(|e| e.contains("no such")));
    drop(within("a failure", failed).await.expect("a living daemon"));
    let overview = world.sessions.overview();
    assert!(!overview.can_draw);
    assert!(overview.reasons[0].contains("no such card"), "{:?}", overview.reasons);
    let before = world.time().await;
    // A scene can be loaded, too; it is drawn later.
    world.session.load(Source::Mjcf(SCENE.to_owned())).await.expect("loads");
    one.forget();
    one.key_frame().await;
    world.rebuilt(1).await;
    assert!(world.sessions.overview().can_draw);
    assert!(before > 0.0 && world.time().await > 0.0);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scene_that_meets_a_loss_is_loaded_all_the_same() {
    let world = World::start(0).await;
    // Nobody draws, so nobody has noticed when the copying starts.
    world.destroy();
    world.session.load(Source::Mjcf(SCENE.to_owned())).await.expect("loads");
    world.rebuilt(1).await;
    let mut one = Watching::join(&world.session).await;
    for delay in [0, 5, 20] {
        let rebuilds = world.drawing.device().rebuilds;
        let loading = world.session.load(Source::Mjcf(SCENE.to_owned()));
        let losing = async {
            tokio::time::sleep(Duration::from_millis(delay)).await;
            world.destroy();
        };
        let (loaded, ()) = tokio::join!(loading, losing);
        loaded.expect("loads");
        world.rebuilt(rebuilds + 1).await;
        one.forget();
        one.key_frame().await;
    }
    assert!(world.time().await > 0.0);
    world.end().await;
}
