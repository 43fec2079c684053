//! Streams through hardware encoders, which are doubles of their drivers: from the texture that is
//! drawn to the picture that is decoded, and what happens when a driver fails.
//!
//! Each test runs another one of this file in a process that finds the double.

use std::{
    os::{fd::AsFd as _, unix::fs::FileExt as _},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use bytemuck::Zeroable as _;
use double_nvidia::{MAX_ERROR, assert_faultless, run_again};
use mjcast::{
    color, encode,
    frame::{self, FrameReceiver, Handle, I420, Nv12Layout},
    gpu::{Gpu, Options},
    render::{self, Renderer},
    scene::{
        Assets, Geom, Snapshot,
        camera::{Camera, FreeCamera},
    },
    stream::{self, Moment, Stage},
    units::{Bitrate, Codec, FrameRate, MediaClock, Size, ViewId},
};
use openh264::{
    decoder::{DecodedYUV, Decoder},
    formats::YUVSource as _,
};

const SIZE: (u32, u32) = (320, 240);
const FRAMES: u64 = 8;

// ---- what is drawn ------------------------------------------------------------------------------

fn geom(kind: i32, size: [f32; 3], position: [f32; 3], rgba: [f32; 4]) -> Geom {
    Geom {
        kind,
        data_id: -1,
        object_kind: 5,
        texture: -1,
        label: -1,
        size,
        position,
        rotation: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        rgba,
        category: 1,
        ..Geom::zeroed()
    }
}

/// What is drawn on, as the parent says.
fn options() -> Options {
    let render_node = std::env::var_os("RENDER_NODE").map(Into::into);
    // With a header its surfaces are memory of the device's own driver.
    let surfaces = std::env::var_os(double_va::HEADER).map(|_| Handle::Opaque);
    Options { render_node, surfaces, ..Options::default() }
}

/// A floor, a ball and a box in strong colours, off the centre so that no side is like another.
struct Scene {
    renderer: Arc<Renderer>,
    stage: Arc<Stage>,
    assets: Arc<Assets>,
    geoms: Vec<Geom>,
}

impl Scene {
    fn new() -> Self {
        let gpu = Gpu::open(&options()).expect("a device, software at least");
        let renderer = Arc::new(Renderer::new(Arc::new(gpu)).expect("a renderer"));
        let mut assets = Assets::default();
        assets.visual.headlight_ambient = [0.5; 3];
        assets.visual.headlight_diffuse = [0.5; 3];
        let resources = renderer.upload(&assets).expect("fits");
        let stage = Arc::new(Stage { renderer: Arc::clone(&renderer), resources });
        let geoms = vec![
            geom(0, [3.0, 3.0, 0.5], [0.0; 3], [0.3, 0.7, 0.4, 1.0]),
            geom(2, [0.4; 3], [0.5, 0.3, 0.4], [1.0, 0.1, 0.0, 1.0]),
            geom(6, [0.3; 3], [-0.6, -0.2, 0.3], [0.1, 0.2, 1.0, 1.0]),
        ];
        Self { renderer, stage, assets: Arc::new(assets), geoms }
    }

    fn moment(&self, number: u64) -> Moment {
        let snapshot =
            Snapshot { sequence: number, geoms: self.geoms.clone(), ..Snapshot::default() };
        Moment {
            stage: Some(Arc::clone(&self.stage)),
            assets: Arc::clone(&self.assets),
            snapshot: Arc::new(snapshot),
            taken: Instant::now(),
        }
    }

    fn camera(&self, number: u64) -> Camera {
        Camera::Free(FreeCamera {
            azimuth: 70.0 + 7.0 * number as f64,
            elevation: -40.0,
            distance: 3.0,
            lookat: [0.0; 3],
            ..FreeCamera::initial(&self.assets.visual)
        })
    }

    /// The picture as the CPU converts it.
    fn reference(&self, view: &mut render::View, number: u64) -> I420 {
        let moment = self.moment(number);
        let (resources, camera) = (&self.stage.resources, self.camera(number));
        view.draw(resources, &moment.assets, &moment.snapshot, &camera).expect("draws");
        let mut picture = I420::new(view.size()).expect("even");
        let pixels = view.read_rgba().expect("reads");
        color::rgba_to_i420(&pixels, pixels.stride(), &mut picture).expect("fits");
        picture
    }
}

fn settings() -> render::Settings {
    render::Settings { bottom_up: false, ..render::Settings::PARITY }
}

// ---- what comes out -----------------------------------------------------------------------------

/// How far the picture is from `expected`: the most, and the mean, of each plane.
fn distance(decoded: &DecodedYUV<'_>, expected: &I420) -> [(u8, f64); 3] {
    let (width, height) = (expected.size().width() as usize, expected.size().height() as usize);
    assert_eq!(decoded.dimensions(), (width, height));
    let strides = decoded.strides();
    let found = [
        (decoded.y(), strides.0, width, height),
        (decoded.u(), strides.1, width / 2, height / 2),
        (decoded.v(), strides.2, width / 2, height / 2),
    ];
    let mut distances = [(0, 0.0); 3];
    for (((plane, stride, width, height), expected), distance) in
        found.into_iter().zip(expected.planes()).zip(&mut distances)
    {
        let rows = plane.chunks(stride).zip(expected.chunks(width)).take(height);
        let off: Vec<u8> =
            rows.flat_map(|(a, b)| (0..width).map(move |x| a[x].abs_diff(b[x]))).collect();
        let sum: f64 = off.iter().map(|off| f64::from(*off)).sum();
        *distance = (off.iter().copied().max().unwrap_or(0), sum / off.len() as f64);
    }
    distances
}

/// How far the first frame that shows `moment` is from `expected`, and whether there was a key frame
/// until then. What comes before it is decoded, too.
async fn next(
    frames: &mut FrameReceiver,
    decoder: &mut Decoder,
    moment: u64,
    expected: &I420,
) -> ([(u8, f64); 3], bool) {
    let mut keyed = false;
    let found = async {
        loop {
            let frame = frames.recv().await.expect("a living view");
            keyed |= frame.keyframe;
            let decoded = decoder.decode(&frame.data).expect("decodes").expect("at once");
            if frame.snapshot == moment {
                let distance = distance(&decoded, expected);
                return (distance, keyed);
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), found).await.expect("a frame")
}

/// The picture that the double was given last is the CPU's, but for rounding.
fn assert_given(expected: &I420) {
    let given = std::fs::read(std::env::var_os("DOUBLE_PICTURE").expect("set by the parent"));
    let given = given.expect("the double writes it");
    let layout = Nv12Layout::new(expected.size(), 4).expect("even");
    let mut picture = I420::new(expected.size()).expect("even");
    color::nv12_to_i420(&given, layout, &mut picture).expect("fits");
    for (found, expected) in picture.planes().into_iter().zip(expected.planes()) {
        let off = found.iter().zip(expected).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(off <= Some(1), "{off:?}");
    }
}

fn start(scene: &Scene, formats: impl Into<encode::Formats>) -> (stream::View, FrameReceiver) {
    let spec = stream::Spec {
        id: ViewId(1),
        size: Size::new(SIZE.0, SIZE.1).expect("in range"),
        frame_rate: FrameRate::new(30).expect("in range"),
        bitrate: Bitrate::bps(4_000_000),
        formats: formats.into(),
        encoders: Default::default(),
        settings: settings(),
        clock: MediaClock::starting_at(Instant::now()),
        sent: Arc::default(),
        metrics: Arc::default(),
    };
    let view = stream::View::start(spec, |ended| panic!("{ended:?}")).expect("a thread");
    let (sender, frames) = frame::queue(64);
    view.look(scene.camera(0), None);
    view.subscribe(sender);
    (view, frames)
}

/// The name of what encoded the first frame that shows `moment`.
async fn encoder_of(view: &stream::View, frames: &mut FrameReceiver, moment: u64) -> &'static str {
    let found = async { while frames.recv().await.expect("a living view").snapshot != moment {} };
    tokio::time::timeout(Duration::from_secs(30), found).await.expect("a frame");
    view.figures().encoder.expect("a frame was made").name
}

/// Streams a scene in which all moves, and holds every picture against the CPU's. `ENCODERS` are
/// the names of those that must have encoded, in order, `WAYS` how they read pictures (`in place`
/// or `copied`). On a machine with a GPU this can be asked of its own drivers.
#[tokio::test]
async fn stream_and_compare() {
    let Ok(expected) = std::env::var("ENCODERS") else {
        println!("skipped: it runs in processes that other tests start");
        return;
    };
    let scene = Scene::new();
    let size = Size::new(SIZE.0, SIZE.1).expect("in range");
    let mut reference = render::View::new(&scene.renderer, size, settings()).expect("a view");
    // Of Main, OpenH264's decoder holds pictures back.
    let (view, mut frames) = start(&scene, encode::Profile::ConstrainedBaseline);
    // One decoder throughout: nothing is negotiated anew.
    let mut decoder = Decoder::new().expect("opens");
    let (mut encoders, mut ways): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for number in 0..FRAMES {
        view.look(scene.camera(number), None);
        view.show(Arc::new(scene.moment(number)));
        let asked = Instant::now();
        let expected = scene.reference(&mut reference, number);
        let (off, keyed) = next(&mut frames, &mut decoder, number, &expected).await;
        let figures = view.figures();
        let encoder = figures.encoder.expect("a frame was made");
        let changed = encoders.last() != Some(&encoder.name);
        if changed {
            assert!(keyed, "{} starts with what needs another", encoder.name);
            // From the picture that is lost to the one that is decoded in its place.
            let took = asked.elapsed();
            println!("frame {number}: {} after {took:?}", encoder.name);
            if let (Some(path), false) = (std::env::var_os("HAND_OVER"), encoders.is_empty()) {
                std::fs::write(path, took.as_millis().to_string()).expect("written");
            }
            encoders.push(encoder.name);
        }
        assert_eq!(encoder.hardware, encoder.name != "openh264");
        println!("frame {number}: {off:?}");
        if encoder.hardware && std::env::var_os("DOUBLE_PICTURE").is_some() {
            assert_given(&expected);
            assert!(off.iter().all(|(most, mean)| *most <= MAX_ERROR && *mean < 1.0), "{off:?}");
        } else {
            assert!(off.iter().all(|(_, mean)| *mean < 2.5), "{off:?}");
        }
        if !encoder.copied {
            assert_eq!(figures.host_bytes, 0, "the host sees no pixel");
        }
        ways.push(if encoder.copied { "copied" } else { "in place" });
        ways.dedup();
    }
    assert_eq!(encoders.join(","), expected);
    if let Ok(expected) = std::env::var("WAYS") {
        assert_eq!(ways.join(","), expected);
    }
    let reason = std::env::var("REASON").unwrap_or_default();
    if !reason.is_empty() {
        let given_up = view.figures().encoder.expect("a frame was made").given_up;
        let told = given_up.iter().any(|rejected| rejected.reason.contains(&reason));
        assert!(told, "`{reason}` in {given_up:?}");
    }
    drop(view);
    // What the view's thread owned goes with it; the queue tells when.
    while frames.recv().await.is_some() {}
}

/// The double's GPU is the one that draws.
fn uuid() -> String {
    let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
    let id = gpu.id().expect("Vulkan draws in the tests");
    id.uuid.iter().map(|byte| format!("{byte:02x}")).collect()
}

// ---- NVENC --------------------------------------------------------------------------------------

/// How long viewers may be without a picture.
const HAND_OVER: Duration = Duration::from_millis(500);

/// Calls `attempt` with the path to which a child writes how long its hand-over took, in
/// milliseconds, until one was in time: the machine may be busy with other tests, three times in a
/// row it is not.
#[allow(clippy::print_stdout, reason = "how long it took is said")]
fn assert_in_time(fault: &str, attempt: impl Fn(&str)) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("hand-over");
    let times: Vec<Duration> = std::iter::repeat_with(|| {
        attempt(path.to_str().expect("a path in UTF-8"));
        let ms = std::fs::read_to_string(&path).expect("there was one");
        Duration::from_millis(ms.parse().expect("a number"))
    })
    .scan(false, |done, took| {
        let goes_on = !std::mem::replace(done, took < HAND_OVER);
        goes_on.then_some(took)
    })
    .take(3)
    .collect();
    println!("{fault}: handed over in {times:?}");
    assert!(times.iter().any(|took| *took < HAND_OVER), "{fault}: {times:?}");
}

fn nvenc(encoders: &str, fault: &str, reason: &str) -> Vec<String> {
    nvenc_handing_over(encoders, fault, reason, "/dev/null")
}

fn nvenc_handing_over(encoders: &str, fault: &str, reason: &str, hand_over: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("picture");
    let orders = [
        ("DOUBLE_PICTURE", picture.to_str().expect("a path in UTF-8")),
        ("DOUBLE_NVIDIA_UUID", &*uuid()),
        ("DOUBLE_NVIDIA_FAIL", fault),
        ("ENCODERS", encoders),
        ("REASON", reason),
        ("HAND_OVER", hand_over),
    ];
    run_again("stream_and_compare", &orders)
}

#[tokio::test]
async fn stream_in_main() {
    if !double_nvidia::ORDERS.is_running_again() {
        return;
    }
    let scene = Scene::new();
    let (view, mut frames) = start(&scene, encode::Profile::Main);
    view.show(Arc::new(scene.moment(1)));
    assert_eq!(encoder_of(&view, &mut frames, 1).await, "nvenc");
    drop(view);
    while frames.recv().await.is_some() {}
}

#[test]
fn nvenc_is_told_the_profile() {
    let ledger = with_nvenc("stream_in_main", "");
    assert_faultless(&ledger);
    let told = ledger.iter().find(|line| line.starts_with("settings")).expect("it is told");
    assert!(told.contains("main"), "{told}");
}

#[test]
fn nvenc_reads_what_the_device_draws() {
    let ledger = nvenc("nvenc", "", "");
    assert_faultless(&ledger);
    let encoded = ledger.iter().filter(|line| line.starts_with("encode 320x240")).count();
    assert!(encoded >= FRAMES as usize, "{ledger:#?}");
    assert_eq!(ledger[0], "open 13.0");
}

/// Streams in the codec that `CODEC` names, and decodes that with FFmpeg.
#[tokio::test]
async fn stream_and_decode() {
    let Ok(codec) = std::env::var("CODEC") else {
        println!("skipped: it runs in processes that other tests start");
        return;
    };
    let (better, demuxer) = match codec.as_str() {
        "hevc" => (Codec::Hevc, "hevc"),
        _ => (Codec::Av1, "obu"),
    };
    let scene = Scene::new();
    let size = Size::new(SIZE.0, SIZE.1).expect("in range");
    let mut reference = render::View::new(&scene.renderer, size, settings()).expect("a view");
    let formats = encode::Formats { better: Some(better), ..encode::Profile::Main.into() };
    let (view, mut frames) = start(&scene, formats);
    let (mut stream, mut pictures) = (Vec::new(), Vec::new());
    for number in 0..FRAMES {
        view.look(scene.camera(number), None);
        view.show(Arc::new(scene.moment(number)));
        let expected = scene.reference(&mut reference, number);
        loop {
            let frame = frames.recv().await.expect("a living view");
            assert_eq!(frame.codec, better);
            assert_eq!(frame.keyframe, stream.is_empty());
            stream.extend_from_slice(&frame.data);
            if frame.snapshot == number {
                pictures.push(None);
                break;
            }
            pictures.push(None);
        }
        assert_given(&expected);
        *pictures.last_mut().expect("one was pushed") = Some(expected);
    }
    let figures = view.figures();
    let encoder = figures.encoder.expect("a frame was made");
    assert_eq!((encoder.name, encoder.codec, figures.host_bytes), ("nvenc", better, 0));
    assert!(encoder.given_up.is_empty(), "{:?}", encoder.given_up);
    drop(view);
    while frames.recv().await.is_some() {}

    let decoded = decoded_by_ffmpeg(demuxer, &stream);
    let bytes = size.pixels() * 3 / 2;
    assert_eq!(decoded.len(), pictures.len() * bytes, "each picture, and none twice");
    for (found, expected) in decoded.chunks(bytes).zip(&pictures) {
        let Some(expected) = expected else { continue };
        let planes = expected.planes();
        let off = found.iter().zip(planes.iter().copied().flatten());
        let most = off.map(|(a, b)| a.abs_diff(*b)).max();
        // The coder's, and one of rounding, as it was given.
        assert!(most <= Some(MAX_ERROR + 1), "{most:?}");
    }
}

/// Pictures in 4:2:0, planar.
fn decoded_by_ffmpeg(demuxer: &str, stream: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("stream");
    std::fs::write(&path, stream).expect("written");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-loglevel", "error", "-f", demuxer, "-i"]).arg(&path);
    ffmpeg.args(["-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-"]);
    let done = ffmpeg.env_remove("LD_LIBRARY_PATH").output().expect("the double has used it");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

#[test]
fn nvenc_encodes_what_viewers_like_better() {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("skipped: needs ffmpeg");
        return;
    }
    for codec in ["hevc", "av1"] {
        let folder = tempfile::tempdir().expect("a folder");
        let picture = folder.path().join("picture");
        let orders = [
            ("DOUBLE_PICTURE", picture.to_str().expect("a path in UTF-8")),
            ("DOUBLE_NVIDIA_UUID", &*uuid()),
            ("CODEC", codec),
        ];
        let ledger = run_again("stream_and_decode", &orders);
        assert_faultless(&ledger);
    }
}

#[test]
fn nvenc_that_is_not_there_is_passed_over() {
    for (fault, reason) in [
        ("no-device", "CUDA_ERROR_NO_DEVICE"),
        ("no-encoder", "NV_ENC_ERR_UNSUPPORTED_DEVICE"),
        ("sessions@0", "NV_ENC_ERR_OUT_OF_MEMORY"),
        ("initialize", "NV_ENC_ERR_GENERIC"),
        ("import", "CUDA_ERROR_OPERATING_SYSTEM"),
    ] {
        assert_faultless(&nvenc("openh264", fault, reason));
    }
}

#[test]
fn a_stream_survives_its_nvenc() {
    for (fault, reason) in [
        ("encode@3", "NV_ENC_ERR_GENERIC"),
        ("lock@3", "did not finish a picture within"),
        ("empty@3", "it is empty"),
        ("lost@3", "NV_ENC_ERR_DEVICE_NOT_EXIST"),
        ("hang@3", "did not encode a picture within"),
    ] {
        assert_in_time(fault, |path| {
            let ledger = nvenc_handing_over("nvenc,openh264", fault, reason, path);
            let wrong = ledger.iter().find(|line| line.starts_with("violation"));
            assert!(wrong.is_none(), "{fault}: {wrong:?}");
        });
    }
}

/// In a process with the double.
fn with_nvenc(test: &str, fault: &str) -> Vec<String> {
    let orders = [("DOUBLE_NVIDIA_UUID", &*uuid()), ("DOUBLE_NVIDIA_FAIL", fault)];
    run_again(test, &orders)
}

#[tokio::test]
async fn lose_the_device() {
    if !double_nvidia::ORDERS.is_running_again() {
        return;
    }
    let first = Scene::new();
    let (view, mut frames) = start(&first, encode::Profile::Main);
    view.show(Arc::new(first.moment(1)));
    assert_eq!(encoder_of(&view, &mut frames, 1).await, "nvenc");
    // Lost between two pictures: the view may see moments on the dead device, then none, then
    // those on another.
    first.renderer.gpu().device().destroy();
    view.show(Arc::new(first.moment(2)));
    first.renderer.gpu().until_lost().await;
    view.show(Arc::new(first.moment(3)));
    view.show(Arc::new(Moment { stage: None, ..first.moment(4) }));
    let second = Scene::new();
    view.show(Arc::new(second.moment(5)));
    assert_eq!(encoder_of(&view, &mut frames, 5).await, "nvenc");
    let given_up = view.figures().encoder.expect("a frame was made").given_up;
    assert!(given_up.is_empty(), "{given_up:?}");
    drop(view);
    while frames.recv().await.is_some() {}
}

#[test]
fn hardware_encodes_on_after_the_device_was_lost() {
    assert_faultless(&with_nvenc("lose_the_device", ""));
}

#[tokio::test]
async fn share_a_session() {
    if !double_nvidia::ORDERS.is_running_again() {
        return;
    }
    let scene = Scene::new();
    let (first, mut frames) = start(&scene, encode::Profile::Main);
    first.show(Arc::new(scene.moment(1)));
    assert_eq!(encoder_of(&first, &mut frames, 1).await, "nvenc");
    for n in 0..2 {
        let (second, mut others) = start(&scene, encode::Profile::Main);
        second.show(Arc::new(scene.moment(1)));
        assert_eq!(encoder_of(&second, &mut others, 1).await, "openh264");
        let given_up = second.figures().encoder.expect("a frame was made").given_up;
        let reason = ["NV_ENC_ERR_OUT_OF_MEMORY", "all 1 sessions"][n];
        assert!(given_up[0].reason.contains(reason), "{given_up:?}");
    }
    drop(first);
    while frames.recv().await.is_some() {}
    let (third, mut frames) = start(&scene, encode::Profile::Main);
    third.show(Arc::new(scene.moment(1)));
    assert_eq!(encoder_of(&third, &mut frames, 1).await, "nvenc");
    drop(third);
    while frames.recv().await.is_some() {}
}

#[test]
fn a_session_that_ends_is_there_for_the_next_stream() {
    assert_faultless(&with_nvenc("share_a_session", "sessions@1"));
}

#[test]
fn another_gpu_than_the_one_that_draws_is_not_used() {
    let orders = [("ENCODERS", "openh264"), ("REASON", "CUDA does not know the GPU that draws")];
    assert_faultless(&run_again("stream_and_compare", &orders));
}

// ---- VA-API -------------------------------------------------------------------------------------

/// Software drivers know no dma-buf, so that the stream's pictures are copied.
fn va(encoders: &str, fault: &str, reason: &str) -> Vec<String> {
    va_in("copied", encoders, fault, reason, &[])
}

/// As [`va`], with surfaces that llvmpipe takes for memory of its own: it draws into them. `None`
/// where another driver draws.
fn va_drawn(ways: &str, encoders: &str, fault: &str, reason: &str) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("header");
    std::fs::write(&file, header()?).expect("written");
    let header = (double_va::HEADER, file.to_str().expect("a path in UTF-8"));
    Some(va_in(ways, encoders, fault, reason, &[header]))
}

fn va_in(
    ways: &str,
    encoders: &str,
    fault: &str,
    reason: &str,
    more: &[(&str, &str)],
) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("picture");
    let mut variables = vec![
        ("DOUBLE_PICTURE", picture.to_str().expect("a path in UTF-8")),
        ("DOUBLE_VA_FAIL", fault),
        ("RENDER_NODE", "/dev/null"),
        ("ENCODERS", encoders),
        ("REASON", reason),
        ("WAYS", ways),
    ];
    variables.extend_from_slice(more);
    double_va::run_again("stream_and_compare", &variables)
}

/// How memory starts that llvmpipe exports: the eight bytes after the first eight say where its
/// data does.
#[allow(clippy::print_stdout, reason = "what a test skips is said")]
fn header() -> Option<Vec<u8>> {
    let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
    if !gpu.info().name.contains("llvmpipe") {
        println!("skipped: {} is not llvmpipe, whose memory is known", gpu.info());
        return None;
    }
    let shared = gpu.share(4096, Handle::Opaque).expect("shares");
    let file = std::fs::File::from(shared.memory);
    let mut start = [0; 8];
    file.read_exact_at(&mut start, 8).expect("a header");
    let mut header = vec![0; u64::from_le_bytes(start) as usize];
    file.read_exact_at(&mut header, 0).expect("as long as it says");
    Some(header)
}

#[test]
fn va_api_is_drawn_into() {
    let Some(ledger) = va_drawn("in place", "vaapi", "", "") else { return };
    assert_faultless(&ledger);
    let encoded = ledger.iter().filter(|line| line.starts_with("encode 320x240")).count();
    assert!(encoded >= FRAMES as usize, "{ledger:#?}");
    // Neither of the other ways was tried.
    let opened = ledger.iter().filter(|line| *line == "open").count();
    assert_eq!(opened, 1, "{ledger:#?}");
}

#[test]
fn a_stream_survives_surfaces_that_are_not_drawn_into() {
    // No dma-buf is imported by software.
    let reason = "the Vulkan driver has no VK_EXT_external_memory_dma_buf";
    let ledger = va("vaapi", "", reason);
    assert_faultless(&ledger);
    // Nor is an encoder opened in vain.
    assert_eq!(ledger.iter().filter(|line| *line == "open").count(), 1, "{ledger:#?}");
    let fault = "export a surface: VA_STATUS_ERROR_OPERATION_FAILED";
    if let Some(ledger) = va_drawn("copied", "vaapi", "export", fault) {
        assert_faultless(&ledger);
    }
}

#[test]
fn a_stream_survives_its_surfaces() {
    for (fault, reason) in [
        ("begin@3", "VA_STATUS_ERROR_OPERATION_FAILED"),
        ("end@3", "VA_STATUS_ERROR_ENCODING_ERROR"),
        ("hang@3", "did not encode a picture within"),
    ] {
        let ledger = va_drawn("in place,copied", "vaapi,openh264", fault, reason);
        let Some(ledger) = ledger else { return };
        let wrong = ledger.iter().find(|line| line.starts_with("violation"));
        assert!(wrong.is_none(), "{fault}: {wrong:?}");
    }
}

/// What `doctor` asks, on a device that draws into the double's surfaces.
#[test]
fn probe_surfaces() {
    if !double_va::ORDERS.is_running_again() {
        return;
    }
    let gpu = Gpu::open(&options()).expect("a device, software at least");
    let choice = stream::probe_encoder(&gpu, Default::default()).expect("openh264 at least");
    assert_eq!((choice.name, choice.copied), ("vaapi", false), "{:?}", choice.rejected);
}

#[test]
fn surfaces_are_found_before_there_is_a_stream() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("header");
    let Some(header) = header() else { return };
    std::fs::write(&file, header).expect("written");
    let file = file.to_str().expect("a path in UTF-8");
    let variables = [(double_va::HEADER, file), ("RENDER_NODE", "/dev/null")];
    let ledger = double_va::run_again("probe_surfaces", &variables);
    assert_faultless(&ledger);
    let encoded = ledger.iter().filter(|line| line.starts_with("encode 640x480 idr")).count();
    assert_eq!(encoded, 1, "{ledger:#?}");
}

#[test]
fn va_api_takes_copies_where_nothing_can_be_shared() {
    let ledger = va("vaapi", "", "");
    assert_faultless(&ledger);
    let encoded = ledger.iter().filter(|line| line.starts_with("encode 320x240")).count();
    assert!(encoded >= FRAMES as usize, "{ledger:#?}");
}

#[test]
fn va_api_that_is_not_there_is_passed_over() {
    for (fault, reason) in [
        ("init", "/dev/null: "),
        ("no-encoder", "encodes no H.264 as asked"),
        ("surfaces", "VA_STATUS_ERROR_ALLOCATION_FAILED"),
        ("context", "VA_STATUS_ERROR_ALLOCATION_FAILED"),
    ] {
        assert_faultless(&va("openh264", fault, reason));
    }
}

#[test]
fn a_stream_survives_its_va_api() {
    for (fault, reason) in [
        ("begin@3", "VA_STATUS_ERROR_OPERATION_FAILED"),
        ("end@3", "VA_STATUS_ERROR_ENCODING_ERROR"),
        ("sync@3", "did not"),
        ("empty@3", "it is empty"),
        ("hang@3", "did not encode a picture within"),
    ] {
        assert_in_time(fault, |path| {
            let ledger = va_in("copied", "vaapi,openh264", fault, reason, &[("HAND_OVER", path)]);
            let wrong = ledger.iter().find(|line| line.starts_with("violation"));
            assert!(wrong.is_none(), "{fault}: {wrong:?}");
        });
    }
}

/// The ring that the device writes, imported by the driver: what a stream does where there are
/// dma-bufs, with the descriptors that software drivers have.
#[test]
fn import_the_ring() {
    if !double_va::ORDERS.is_running_again() {
        return;
    }
    let scene = Scene::new();
    let size = Size::new(SIZE.0, SIZE.1).expect("in range");
    let output = render::Output::Shared(Handle::Opaque);
    let mut view =
        render::View::with_output(&scene.renderer, size, settings(), output).expect("a view");
    let mut reference = render::View::new(&scene.renderer, size, settings()).expect("a view");
    let libva = vaapi::Libva::load().expect("libva");
    let display = vaapi::Display::open(&libva, "/dev/null".as_ref()).expect("the double");
    let mut encoder = vaapi::Encoder::open(
        &display,
        &vaapi::Settings {
            width: SIZE.0,
            height: SIZE.1,
            frame_rate: (30, 1),
            bits_per_second: 2_000_000,
            buffer_ms: 1000,
            profile: vaapi::Profile::ConstrainedBaseline,
            low_power: false,
        },
    )
    .expect("opens");
    let surfaces: Vec<_> = view
        .ring()
        .expect("a ring")
        .slots()
        .iter()
        .map(|slot| {
            let pitch = slot.layout.stride();
            let layout = vaapi::Layout { pitch, luma_offset: 0, chroma_offset: pitch * SIZE.1 };
            let (memory, bytes) = (slot.memory.as_fd(), slot.memory_bytes as u32);
            let kind = vaapi::MemoryType::LINEAR;
            vaapi::Surface::import(&display, memory, bytes, SIZE, layout, kind).expect("imports")
        })
        .collect();
    let mut decoder = Decoder::new().expect("opens");
    for number in 0..FRAMES {
        let moment = scene.moment(number);
        let (resources, camera) = (&scene.stage.resources, scene.camera(number));
        view.draw(resources, &moment.assets, &moment.snapshot, &camera).expect("draws");
        let slot = view.finish().expect("drawn");
        let unit = encoder.encode(&surfaces[slot], number == 5).expect("encodes");
        assert_eq!(unit.keyframe, number == 0 || number == 5);
        let expected = scene.reference(&mut reference, number);
        assert_given(&expected);
        let decoded = decoder.decode(&unit.data).expect("decodes").expect("at once");
        let off = distance(&decoded, &expected);
        assert!(off.iter().all(|(most, mean)| *most <= MAX_ERROR && *mean < 1.0), "{off:?}");
    }
    assert_eq!(view.host_bytes(), 0, "the host sees no pixel");
}

#[test]
fn va_api_reads_what_the_device_draws() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("picture");
    let variables = [("DOUBLE_PICTURE", picture.to_str().expect("a path in UTF-8"))];
    let ledger = double_va::run_again("import_the_ring", &variables);
    assert_faultless(&ledger);
    let encoded = ledger.iter().filter(|line| line.starts_with("encode 320x240")).count();
    assert_eq!(encoded, FRAMES as usize);
}

// ---- what is said of it -------------------------------------------------------------------------

fn doctor(fault: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    double_nvidia::install(folder.path()).expect("the double is built");
    let mut doctor = Command::new(env!("CARGO_BIN_EXE_mjcast"));
    doctor.arg("doctor").env("LD_LIBRARY_PATH", folder.path());
    doctor.env("DOUBLE_NVIDIA_UUID", uuid()).env("DOUBLE_NVIDIA_FAIL", fault);
    let said = doctor.output().expect("starts");
    String::from_utf8_lossy(&said.stdout).into_owned()
}

#[test]
fn doctor_says_what_encodes_and_why_nothing_better() {
    let said = doctor("");
    assert!(said.contains("nvenc encodes H.264") && said.contains("in hardware"), "{said}");
    let said = doctor("no-encoder");
    assert!(said.contains("openh264 encodes H.264 in software"), "{said}");
    assert!(said.contains("not nvenc: "), "{said}");
    assert!(said.contains("NV_ENC_ERR_UNSUPPORTED_DEVICE"), "{said}");
}
