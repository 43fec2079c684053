//! Whole recordings of real access units, read back by hand.

use std::{
    fs,
    io::Cursor,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::sync::oneshot;

use super::{
    Error, Info, Limits, Moments, Part, Recorder, Scene, Start, State, Store, annexb,
    boxes::{Sample, Track},
    muxer::{Muxer, Write},
    scan,
};
use crate::{
    encode::{self, Encoder as _, openh264::OpenH264},
    frame::{self, EncodedFrame, FrameSender, I420, Stamps},
    scene::Snapshot,
    units::{Bitrate, FrameRate, MediaClock, MediaTime, Size},
};

const PATIENCE: Duration = Duration::from_secs(30);

/// A moving grey picture, coded.
struct Camera {
    encoder: OpenH264,
    picture: I420,
    frames: u64,
}

impl Camera {
    fn new(width: u32, height: u32) -> Self {
        let size = Size::new(width, height).expect("valid");
        let config = encode::Config {
            size,
            frame_rate: FrameRate::new(30).expect("valid"),
            bitrate: Bitrate::bps(500_000),
            formats: encode::Profile::Main.into(),
            encoders: Default::default(),
            threads: 1,
        };
        let encoder = OpenH264::open(&config).expect("opens");
        Self { encoder, picture: I420::new(size).expect("even"), frames: 0 }
    }

    fn frame(&mut self, pts: MediaTime, keyframe: bool) -> Option<Arc<EncodedFrame>> {
        self.frames += 1;
        let shade = (self.frames * 7 % 200) as u8;
        let [luma, ..] = self.picture.planes_mut();
        luma.iter_mut().zip(0u8..=255).for_each(|(y, x)| *y = shade.wrapping_add(x));
        let unit = self.encoder.encode((&self.picture).into(), pts, keyframe).expect("encodes")?;
        let now = Instant::now();
        Some(Arc::new(EncodedFrame {
            id: self.frames,
            data: unit.data,
            codec: crate::units::Codec::H264,
            pts,
            keyframe: unit.keyframe,
            size: self.picture.size(),
            snapshot: self.frames,
            sim_time: self.frames as f64 / 30.0,
            stamps: Stamps::at(now),
        }))
    }
}

/// A file of `count` pictures at 30 Hz, and where its first fragment ends.
fn file(count: u64) -> (Vec<u8>, usize) {
    let mut camera = Camera::new(64, 48);
    let (mut bytes, mut muxer, mut first) = (Vec::new(), None::<Muxer>, None);
    for n in 0..count {
        let pts = MediaTime::from_elapsed(Duration::from_millis(n * 100 / 3));
        let Some(frame) = camera.frame(pts, n % 40 == 0) else { continue };
        let (data, parameters) = annexb::sample(&frame.data);
        let mut writes = Vec::new();
        let muxer = muxer.get_or_insert_with(|| {
            let track = Track { size: frame.size, parameters, created_unix_s: 0 };
            Muxer::new(track, &mut writes).expect("an opening")
        });
        let sample = Sample { data, time: frame.pts.ticks(), keyframe: frame.keyframe };
        muxer.push(sample, &mut writes).expect("pushes");
        let is_first = bytes.is_empty();
        apply(&mut bytes, writes);
        if !is_first && first.is_none() && find(&bytes, b"mdat").is_some() {
            first = Some(bytes.len());
        }
    }
    let mut writes = Vec::new();
    let end = count * 3000;
    muxer.expect("pictures").finish(end, &mut writes).expect("finishes");
    apply(&mut bytes, writes);
    (bytes, first.expect("a fragment"))
}

fn apply(bytes: &mut Vec<u8>, writes: Vec<Write>) {
    for write in writes {
        match write {
            Write::Append(more) => bytes.extend(more),
            Write::Replace(at, with) => {
                bytes[at as usize..at as usize + with.len()].copy_from_slice(&with);
            }
        }
    }
}

fn find(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).position(|window| window == word)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("4 bytes"))
}

/// The boxes of `bytes`: kind and content; what is cut off is left out.
fn boxes(mut bytes: &[u8]) -> Vec<(String, &[u8])> {
    let mut all = Vec::new();
    while bytes.len() >= 8 {
        let size = u32_at(bytes, 0) as usize;
        if size < 8 || size > bytes.len() {
            break;
        }
        all.push((String::from_utf8_lossy(&bytes[4..8]).into_owned(), &bytes[8..size]));
        bytes = &bytes[size..];
    }
    all
}

fn inner<'a>(bytes: &'a [u8], path: &[&str]) -> &'a [u8] {
    path.iter().fold(bytes, |bytes, kind| {
        let found = boxes(bytes).into_iter().find(|(name, _)| name == kind);
        found.unwrap_or_else(|| panic!("no {kind}")).1
    })
}

/// Start, duration, sync and data of every sample in the whole fragments, by hand from the bytes.
fn samples(file: &[u8]) -> Vec<(u64, u32, bool, Vec<u8>)> {
    let mut samples = Vec::new();
    let mut moof = None;
    for (kind, content) in boxes(file) {
        match (kind.as_str(), moof.take()) {
            ("moof", _) => moof = Some(content),
            ("mdat", Some(moof)) => {
                let traf = inner(moof, &["traf"]);
                let tfdt = inner(traf, &["tfdt"]);
                assert_eq!(tfdt[0], 1, "64 bits");
                let high = u64::from(u32_at(tfdt, 4));
                let mut time = high << 32 | u64::from(u32_at(tfdt, 8));
                let trun = inner(traf, &["trun"]);
                let flags = u32_at(trun, 0) & 0xff_ffff;
                let (count, offset) = (u32_at(trun, 4), u32_at(trun, 8) as usize);
                // Counted from the moof's first byte: both headers lie between.
                assert_eq!(offset, moof.len() + 16);
                let first_only = flags & 4 != 0;
                assert_eq!(flags & 0x301, 0x301, "offset, durations and sizes");
                let mut at = if first_only { 16 } else { 12 };
                let mut data = content;
                for n in 0..count {
                    let (duration, size) = (u32_at(trun, at), u32_at(trun, at + 4) as usize);
                    let word = if first_only { u32_at(trun, 12) } else { u32_at(trun, at + 8) };
                    let sync = word & 0x1_0000 == 0 && !(first_only && n > 0);
                    at += if first_only { 8 } else { 12 };
                    samples.push((time, duration, sync, data[..size].to_vec()));
                    data = &data[size..];
                    time += u64::from(duration);
                }
                assert_eq!((at, data.len()), (trun.len(), 0), "nothing is left over");
            }
            _ => {}
        }
    }
    samples
}

#[test]
fn a_file_has_every_sample_with_its_time() {
    let (bytes, _) = file(100);
    let kinds: Vec<_> = boxes(&bytes).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds[..4], ["ftyp", "moov", "moof", "mdat"]);
    assert_eq!(kinds.last().map(String::as_str), Some("mfra"));
    let samples = samples(&bytes);
    assert_eq!(samples.len(), 100);
    for (n, (time, duration, sync, data)) in samples.iter().enumerate() {
        let wanted = MediaTime::from_elapsed(Duration::from_millis(n as u64 * 100 / 3)).ticks();
        assert_eq!((*time, *sync), (wanted, n % 40 == 0), "sample {n}");
        assert!((2900..3101).contains(duration), "{duration}");
        assert_eq!(u32_at(data, 0) as usize + 4, data.len(), "one slice behind its length");
    }
    let moov = inner(&bytes, &["moov"]);
    let avcc = inner(moov, &["trak", "mdia", "minf", "stbl", "stsd"]);
    let at = find(avcc, b"avcC").expect("in the sample entry");
    assert_eq!(avcc[at + 4], 1);
    assert_eq!(avcc[at + 8] & 3, 3, "lengths of four bytes");
    let mehd = inner(moov, &["mvex", "mehd"]);
    assert_eq!(u32_at(mehd, 8), 300_000);
    // The table's entries are where it says.
    let mfra = inner(&bytes, &["mfra"]);
    let tfra = inner(mfra, &["tfra"]);
    assert_eq!(u32_at(tfra, 12), 3);
    assert_eq!(u32_at(inner(mfra, &["mfro"]), 4) as usize, mfra.len() + 8);
}

#[test]
fn a_file_that_is_cut_off_anywhere_has_all_whole_fragments() {
    let (bytes, first) = file(200);
    let all = samples(&bytes);
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut lengths = std::collections::BTreeSet::new();
    for _ in 0..200 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let cut = first + (seed % (bytes.len() - first) as u64) as usize;
        let left = samples(&bytes[..cut]);
        assert!(!left.is_empty() && all.starts_with(&left), "cut at {cut}");
        let found = scan::scan(&mut Cursor::new(&bytes[..cut])).expect("reads");
        assert_eq!(found.frames, left.len() as u64);
        let (time, duration, ..) = left.last().expect("some");
        assert_eq!(found.duration, time + u64::from(*duration));
        assert_eq!(samples(&bytes[..found.bytes as usize]), left);
        lengths.insert(left.len());
    }
    assert!(lengths.len() > 5, "fragments of less than a second: {lengths:?}");
}

#[test]
fn bytes_that_are_no_recording_are_none() {
    let (bytes, _) = file(40);
    for end in 0..64 {
        scan::scan(&mut Cursor::new(&bytes[..end])).expect("no error");
    }
    let mut garbage = bytes.clone();
    let moof = find(&garbage, b"moof").expect("there");
    garbage[moof + 12..moof + 40].fill(0xff);
    assert_eq!(scan::scan(&mut Cursor::new(&garbage)).expect("no error").frames, 0);
}

#[test]
fn a_picture_that_stays_is_shown_until_the_next_one() {
    let mut camera = Camera::new(64, 48);
    let frame = camera.frame(MediaTime::from_elapsed(Duration::ZERO), true).expect("a frame");
    let (data, parameters) = annexb::sample(&frame.data);
    let track = Track { size: frame.size, parameters, created_unix_s: 0 };
    let (mut bytes, mut writes) = (Vec::new(), Vec::new());
    let mut muxer = Muxer::new(track, &mut writes).expect("an opening");
    let sample = |time| Sample { data: data.clone(), time, keyframe: true };
    muxer.push(sample(0), &mut writes).expect("pushes");
    for now in [90_000, 180_000] {
        muxer.hold(now, &mut writes).expect("holds");
        apply(&mut bytes, std::mem::take(&mut writes));
        let written = samples(&bytes);
        assert_eq!((written.len(), u64::from(written[0].1)), (1, now));
    }
    // Captured before the last look at the clock, and after the one before.
    muxer.push(sample(179_000), &mut writes).expect("pushes");
    // A clock that stands still must not make two samples of one moment.
    muxer.push(sample(179_000), &mut writes).expect("pushes");
    muxer.finish(450_000, &mut writes).expect("finishes");
    apply(&mut bytes, writes);
    let times: Vec<_> = samples(&bytes).iter().map(|s| (s.0, s.1)).collect();
    assert_eq!(times, [(0, 179_000), (179_000, 1), (179_001, 270_999)]);
}

// ---- the store and its threads --------------------------------------------------------------

struct Rig {
    dir: TempDir,
    store: Arc<Store>,
    clock: MediaClock,
    moments: Moments,
}

fn limits(dir: &Path) -> Limits {
    Limits {
        dir: Some(dir.join("recordings")),
        max_bytes_per_recording: 1 << 30,
        max_total_bytes: 1 << 31,
        max_duration: Duration::from_secs(600),
        max_per_session: 2,
    }
}

impl Rig {
    fn new(change: impl FnOnce(&mut Limits)) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut limits = limits(dir.path());
        change(&mut limits);
        let clock = MediaClock::starting_at(Instant::now());
        Self { store: Arc::new(Store::open(limits)), dir, clock, moments: Moments::default() }
    }

    fn begin(&self, name: &str) -> Result<(Recorder, oneshot::Receiver<()>), Error> {
        let (tell, ended) = oneshot::channel();
        let start = Start {
            session: "default".into(),
            name: name.into(),
            camera: "free".into(),
            size: Size::new(64, 48).expect("valid"),
            max_duration: None,
            scene: Scene { model_name: "probe".into(), ..Scene::default() },
            moments: self.moments.clone(),
            clock: self.clock,
        };
        let (recorder, ready) = self.store.begin(start, move || {
            let _ = tell.send(());
        })?;
        pollster::block_on(ready).expect("answers")?;
        Ok((recorder, ended))
    }

    fn info(&self, id: &str) -> Info {
        self.store.info("default", id).expect("known")
    }

    fn until(&self, id: &str, holds: impl Fn(&Info) -> bool) -> Info {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let info = self.info(id);
            if holds(&info) {
                return info;
            }
            assert!(Instant::now() < deadline, "{info:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Sends `count` frames, which are stamped as they are made.
    fn film(&self, camera: &mut Camera, sender: &FrameSender, count: u64) {
        for n in 0..count {
            std::thread::sleep(Duration::from_millis(10));
            let snapshot = Snapshot {
                sequence: camera.frames + 1,
                time: (camera.frames + 1) as f64 / 30.0,
                qpos: vec![n as f64],
                ..Snapshot::default()
            };
            self.moments.note(&snapshot);
            if let Some(frame) = camera.frame(self.clock.at(Instant::now()), n == 0) {
                sender.send(&frame);
            }
        }
    }
}

fn lines(path: &Path) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(path).expect("reads");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn a_recording_is_written_stopped_and_removed() {
    use std::os::unix::fs::PermissionsExt as _;
    let rig = Rig::new(|_| {});
    let (recorder, ended) = rig.begin("../../etc/passwd").expect("begins");
    let (sender, receiver) = frame::queue(64);
    recorder.follow(receiver);
    rig.film(&mut Camera::new(64, 48), &sender, 30);
    let id = recorder.id().to_owned();
    assert!(matches!(rig.store.remove("default", &id), Err(Error::Running)));
    assert!(matches!(rig.store.info("other", &id), Err(Error::NotFound(_))));
    let info = pollster::block_on(rig.store.stop("default", &id, "it was stopped")).expect("stops");
    pollster::block_on(ended).expect("told");
    assert_eq!((info.state, info.frames, info.dropped), (State::Finished, 30, 0));
    assert_eq!(info.reason.as_deref(), Some("it was stopped"));
    assert!(info.duration_s > 0.25 && info.duration_s < 20.0, "{info:?}");

    let video = rig.store.read("default", &id, Part::Video(0)).expect("there");
    let bytes = fs::read(&video.path).expect("reads");
    assert_eq!((bytes.len() as u64, video.complete), (video.bytes, true));
    assert_eq!(samples(&bytes).len(), 30);
    let state = rig.store.read("default", &id, Part::State).expect("there");
    let lines = lines(&state.path);
    assert_eq!(lines.len(), 31);
    assert_eq!(
        (&lines[0]["name"], &lines[0]["model_name"]),
        (&"../../etc/passwd".into(), &"probe".into())
    );
    for (n, line) in lines[1..].iter().enumerate() {
        assert_eq!(line["qpos"][0], n as f64);
    }
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let dir = rig.dir.path().join("recordings");
    assert_eq!((mode(&dir), mode(&video.path), mode(&state.path)), (0o700, 0o600, 0o600));
    assert_eq!(fs::read_dir(rig.dir.path()).expect("reads").count(), 1, "nothing beside it");

    // Another daemon finds it as it was left.
    let again = Store::open(limits(rig.dir.path()));
    assert_eq!(again.of_session("default"), [info]);
    drop(recorder);
    rig.store.remove("default", &id).expect("removes");
    assert_eq!(fs::read_dir(&dir).expect("reads").count(), 0);
    assert!(rig.store.of_session("default").is_empty());
}

#[test]
fn another_size_is_another_file_and_another_view_is_not() {
    let rig = Rig::new(|_| {});
    let (recorder, _) = rig.begin("").expect("begins");
    let (mut small, mut large) = (Camera::new(64, 48), Camera::new(96, 64));
    for camera in [&mut small, &mut large] {
        for _ in 0..2 {
            let (sender, receiver) = frame::queue(64);
            recorder.follow(receiver);
            rig.film(camera, &sender, 5);
            let frames = rig.info(recorder.id()).frames;
            drop(sender);
            rig.until(recorder.id(), |info| info.frames >= frames && info.frames % 5 == 0);
        }
    }
    let id = recorder.id().to_owned();
    drop(recorder);
    let info = rig.until(&id, |info| info.state == State::Finished);
    assert_eq!(info.reason.as_deref(), Some("the session ended"));
    let frames: Vec<_> = info.segments.iter().map(|segment| segment.frames).collect();
    assert_eq!(frames, [10, 10]);
    let gap = info.segments[1].start_s - info.segments[0].duration_s;
    assert!(gap.abs() < 1e-3, "{info:?}");
    for segment in 0..2 {
        let file = rig.store.read("default", &id, Part::Video(segment)).expect("there");
        assert_eq!(samples(&fs::read(file.path).expect("reads")).len(), 10);
    }
    assert!(rig.store.read("default", &id, Part::Video(2)).is_err());
}

#[test]
fn what_a_crash_leaves_is_listed_and_cut_to_what_is_whole() {
    let rig = Rig::new(|_| {});
    let (recorder, _) = rig.begin("crashed").expect("begins");
    let (sender, receiver) = frame::queue(64);
    recorder.follow(receiver);
    rig.film(&mut Camera::new(64, 48), &sender, 20);
    let id = recorder.id().to_owned();
    rig.until(&id, |info| info.bytes > 1200 && info.duration_s > 0.0);
    // While it is being written, another daemon leaves it alone.
    let dir = rig.dir.path().join("recordings");
    assert!(Store::open(limits(rig.dir.path())).of_session("default").is_empty());

    let copy = tempfile::tempdir().expect("a directory");
    let to = copy.path().join("recordings");
    fs::create_dir(&to).expect("creates");
    for entry in fs::read_dir(&dir).expect("reads").flatten() {
        let mut bytes = fs::read(entry.path()).expect("reads");
        match entry.path().extension().and_then(|extension| extension.to_str()) {
            Some("mp4") => bytes.extend(b"\0\0\x01\0moofcut off"),
            Some("jsonl") => bytes.extend(b"{\"pts\":1,\"qp"),
            _ => {}
        }
        fs::write(to.join(entry.file_name()), bytes).expect("writes");
    }
    let store = Store::open(limits(copy.path()));
    let [info] = store.of_session("default").try_into().expect("one");
    assert_eq!((info.state, info.id.as_str()), (State::Interrupted, id.as_str()));
    assert!(info.frames > 0 && info.ended.is_some() && info.duration_s > 0.0, "{info:?}");
    let video = store.read("default", &id, Part::Video(0)).expect("there");
    let bytes = fs::read(&video.path).expect("reads");
    assert_eq!(samples(&bytes).len() as u64, info.frames);
    assert_eq!(boxes(&bytes).last().map(|(kind, _)| kind.clone()), Some("mdat".into()));
    let state = store.read("default", &id, Part::State).expect("there");
    assert!(lines(&state.path).len() as u64 > info.frames);
    assert_eq!(fs::metadata(&state.path).expect("there").len(), info.state_bytes);
    store.remove("default", &id).expect("removes");
    assert_eq!(fs::read_dir(&to).expect("reads").count(), 0);
}

#[test]
fn a_write_that_fails_ends_its_recording_and_no_other() {
    let rig = Rig::new(|_| {});
    let (broken, _) = rig.begin("broken").expect("begins");
    let (sound, _) = rig.begin("sound").expect("begins");
    // What the second file would be is in the way.
    let dir = rig.dir.path().join("recordings");
    fs::create_dir(dir.join(format!("{}-001.mp4", broken.id()))).expect("creates");
    for (width, height) in [(64, 48), (96, 64)] {
        for recorder in [&broken, &sound] {
            let (sender, receiver) = frame::queue(64);
            recorder.follow(receiver);
            rig.film(&mut Camera::new(width, height), &sender, 5);
        }
    }
    let broken = rig.until(broken.id(), |info| info.state != State::Recording);
    assert_eq!((broken.state, broken.segments.len()), (State::Failed, 1), "{broken:?}");
    assert!(broken.reason.is_some_and(|reason| reason.contains("exists")));
    let sound = pollster::block_on(rig.store.stop("default", sound.id(), "done")).expect("stops");
    assert_eq!((sound.state, sound.frames), (State::Finished, 10));
    // What was there before plays, and the index says how it ended.
    let video = rig.store.read("default", &broken.id, Part::Video(0)).expect("there");
    assert_eq!(samples(&fs::read(video.path).expect("reads")).len(), 5);
    let again = Store::open(limits(rig.dir.path()));
    assert_eq!(again.info("default", &broken.id).expect("known").state, State::Failed);
}

#[test]
fn limits_end_a_recording_and_refuse_others() {
    let rig = Rig::new(|limits| {
        limits.max_bytes_per_recording = 80_000;
        limits.max_duration = Duration::from_millis(1500);
    });
    let (large, _) = rig.begin("large").expect("begins");
    let (long, _) = rig.begin("long").expect("begins");
    assert!(matches!(rig.begin("third"), Err(Error::TooMany(2))));
    let (sender, receiver) = frame::queue(512);
    large.follow(receiver);
    rig.film(&mut Camera::new(320, 240), &sender, 100);
    let large = rig.until(large.id(), |info| info.state != State::Recording);
    assert!(large.reason.expect("says why").contains("max_bytes_per_recording"));
    assert!(large.bytes + large.state_bytes <= 80_000);
    assert_eq!(large.state, State::Finished);
    let long = rig.until(long.id(), |info| info.state != State::Recording);
    assert!(long.reason.expect("says why").contains("1.5 s"));

    rig.store.stop_all("ending");
    assert!(matches!(rig.begin("late"), Err(Error::Closing)));
    let full = Rig::new(|limits| limits.max_total_bytes = 0);
    assert!(matches!(full.begin("none"), Err(Error::Full(_))));
    let nowhere = Rig::new(|limits| limits.dir = None);
    assert!(matches!(nowhere.begin("none"), Err(Error::Nowhere)));
    let blocked = Rig::new(|limits| limits.dir = Some("/proc/none".into()));
    assert!(blocked.begin("none").is_err());
    assert!(blocked.store.of_session("default").is_empty(), "nothing is left of it");
}
