//! What a frame costs on the CPU once it is drawn: colour conversion and OpenH264.
//!
//! Criterion shows wall time per frame; with one thread on an idle core that is CPU time. The
//! CPU time itself, which a busy machine does not blur, is printed first.

use std::{hint::black_box, sync::Arc, time::Duration};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mjcast::{
    color::{nv12_to_i420, rgba_to_i420, rgba_to_nv12},
    encode::{Config, Encoder, Profile, openh264::OpenH264},
    frame::{I420, Nv12Layout},
    gpu::Gpu,
    render::{Output, Renderer, Settings, View},
    scene::{
        Assets, Snapshot,
        camera::{Camera, FreeCamera},
    },
    units::{Bitrate, FrameRate, MediaTime, Size},
};
use rustix::time::{ClockId, clock_gettime};

/// Sizes with the bit rates that suit them.
const STREAMS: [(u32, u32, u32); 2] = [(640, 480, 2_000_000), (1280, 720, 4_000_000)];
/// Pictures in a loop of motion.
const LOOP: usize = 60;

/// A checkered floor that passes, a sky, and a shaded ball that circles: RGBA, no padding.
fn scene(size: Size, index: usize) -> Vec<u8> {
    let t = index as f64 / LOOP as f64 * std::f64::consts::TAU;
    let (width, height) = (f64::from(size.width()), f64::from(size.height()));
    let centre = (width * (0.5 + 0.3 * t.cos()), height * (0.5 + 0.3 * t.sin()));
    let pixel = |x: f64, y: f64| -> [u8; 3] {
        let distance = (x - centre.0).hypot(y - centre.1) / (height / 6.0);
        if distance < 1.0 {
            let light = 1.0 - 0.7 * distance;
            [(230.0 * light) as u8, (120.0 * light) as u8, (60.0 * light) as u8]
        } else if y > height / 2.0 {
            let square = ((x + 64.0 * t) / 32.0).floor() + (y / 32.0).floor();
            if square.rem_euclid(2.0) < 1.0 { [51, 77, 102] } else { [77, 102, 128] }
        } else {
            let shade = (120.0 * y / height) as u8;
            [70 + shade, 110 + shade, 160 + shade / 2]
        }
    };
    (0..size.pixels())
        .flat_map(|i| {
            let (x, y) = (i % size.width() as usize, i / size.width() as usize);
            let [r, g, b] = pixel(x as f64, y as f64);
            [r, g, b, 255]
        })
        .collect()
}

fn size(width: u32, height: u32) -> Size {
    Size::new(width, height).expect("in range")
}

fn converted(size: Size, rgba: &[u8]) -> I420 {
    let mut picture = I420::new(size).expect("even");
    rgba_to_i420(rgba, size.width() as usize * 4, &mut picture).expect("covers the picture");
    picture
}

/// An encoder that is fed the loop, over and over.
struct Stream {
    encoder: OpenH264,
    pictures: Vec<I420>,
    next: u32,
}

impl Stream {
    fn new(size: Size, bps: u32) -> Self {
        let config = Config {
            size,
            frame_rate: FrameRate::new(30).expect("in range"),
            bitrate: Bitrate::bps(bps),
            formats: Profile::Main.into(),
            encoders: Default::default(),
            threads: 1,
        };
        Self {
            encoder: OpenH264::open(&config).expect("opens"),
            pictures: (0..LOOP).map(|i| converted(size, &scene(size, i))).collect(),
            next: 0,
        }
    }

    fn step(&mut self, keyframe: bool) -> usize {
        let picture = &self.pictures[self.next as usize % LOOP];
        let pts = MediaTime::from_elapsed(Duration::from_secs(1) * self.next / 30);
        self.next += 1;
        let unit = self.encoder.encode(picture.into(), pts, keyframe).expect("encodes");
        unit.map_or(0, |unit| unit.data.len())
    }
}

fn cpu_time() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

/// Prints CPU milliseconds for each of many runs of `work`.
fn print_cpu(name: &str, mut work: impl FnMut() -> usize) {
    const RUNS: u32 = 300;
    let before = cpu_time();
    let bytes: usize = (0..RUNS).map(|_| work()).sum();
    let ms = (cpu_time() - before).as_secs_f64() * 1e3 / f64::from(RUNS);
    #[expect(clippy::print_stdout, reason = "this is what the bench is run for")]
    {
        println!("{name}: {ms:.2} ms CPU per frame, {} bytes", bytes / RUNS as usize);
    }
}

fn color(c: &mut Criterion) {
    let mut group = c.benchmark_group("rgba_to_i420");
    for (width, height, _) in STREAMS {
        let size = size(width, height);
        let rgba = scene(size, 0);
        let mut picture = converted(size, &rgba);
        let stride = width as usize * 4;
        let mut convert = || rgba_to_i420(black_box(&rgba), stride, &mut picture);
        print_cpu(&format!("rgba_to_i420 {size}"), || {
            convert().map_or(0, |()| size.pixels() * 3 / 2)
        });
        group.throughput(Throughput::Elements(size.pixels() as u64));
        group.bench_function(BenchmarkId::from_parameter(size), |b| b.iter(&mut convert));
    }
    group.finish();
}

/// Both ways from a drawn picture to planes: converted on the device and read as NV12, or read as
/// RGBA and converted here. On a software driver the device's part is CPU time as well.
fn ways(_: &mut Criterion) {
    let gpu = Gpu::open(&mjcast::gpu::Options::default()).expect("a device, software at least");
    print_cpu(&gpu.info().to_string(), || 0);
    let renderer = Arc::new(Renderer::new(Arc::new(gpu)).expect("a renderer"));
    let (assets, snapshot) = (Assets::default(), Snapshot::default());
    let scene = renderer.upload(&assets).expect("uploads");
    let camera = Camera::Free(FreeCamera::initial(&assets.visual));
    for (width, height, _) in STREAMS {
        let size = size(width, height);
        let mut picture = I420::new(size).expect("even");
        let view = |output| View::with_output(&renderer, size, Settings::FAST, output);
        let mut rgba = view(Output::Rgba).expect("a view");
        print_cpu(&format!("an empty scene, RGBA read and converted {size}"), || {
            rgba.draw(&scene, &assets, &snapshot, &camera).expect("draws");
            let pixels = rgba.read_rgba().expect("reads");
            rgba_to_i420(&pixels, pixels.stride(), &mut picture).expect("converts");
            pixels.len()
        });
        let mut nv12 = view(Output::Nv12).expect("a view");
        print_cpu(&format!("an empty scene, NV12 read and taken apart {size}"), || {
            nv12.draw(&scene, &assets, &snapshot, &camera).expect("draws");
            let pixels = nv12.read_nv12().expect("reads");
            nv12_to_i420(&pixels, pixels.layout(), &mut picture).expect("covers the picture");
            pixels.len()
        });
    }
}

fn nv12(_: &mut Criterion) {
    for (width, height, _) in STREAMS {
        let size = size(width, height);
        let rgba = scene(size, 0);
        let layout = Nv12Layout::new(size, Nv12Layout::ALIGNMENT).expect("even");
        let mut nv12 = vec![0; layout.bytes()];
        let mut picture = I420::new(size).expect("even");
        print_cpu(&format!("rgba_to_nv12 {size}"), || {
            let converted = rgba_to_nv12(&rgba, width as usize * 4, layout, &mut nv12);
            converted.map_or(0, |()| layout.bytes())
        });
        print_cpu(&format!("nv12_to_i420 {size}"), || {
            nv12_to_i420(&nv12, layout, &mut picture).map_or(0, |()| layout.bytes())
        });
    }
}

fn openh264(c: &mut Criterion) {
    let mut group = c.benchmark_group("openh264");
    for (width, height, bps) in STREAMS {
        let size = size(width, height);
        let mut stream = Stream::new(size, bps);
        stream.step(true);
        print_cpu(&format!("openh264 {size}"), || stream.step(false));
        group.throughput(Throughput::Elements(1));
        for (kind, keyframe) in [("P", false), ("IDR", true)] {
            group.bench_function(BenchmarkId::new(kind, size), |b| {
                b.iter(|| black_box(stream.step(keyframe)));
            });
        }
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(30).measurement_time(Duration::from_secs(3));
    targets = color, nv12, ways, openh264
}
criterion_main!(benches);
