//! Models that mean harm: what they get at is a process of their own, and nothing else.
//!
//! The models are those that crash, hang or leak through libmujoco 3.17 when it runs in one's own
//! process.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use mjcast::{
    control::PhysicsCommand,
    library,
    worker::{Bundle, Limits, LoadError, Worker},
};

/// What no answer may contain.
const CANARY: &str = "canary-7f3a91c5";

fn limits() -> Limits {
    Limits {
        program: PathBuf::from(env!("CARGO_BIN_EXE_mjcast")),
        address_space_bytes: 1 << 30,
        load_cpu: Duration::from_secs(1),
        load_wall: Duration::from_secs(20),
        silence: Duration::from_secs(1),
        ..Limits::default()
    }
}

/// What became of a model.
#[derive(Debug)]
enum Fate {
    /// It was refused, or its worker died while loading it.
    Refused(String),
    /// Its worker ended while it ran.
    Ended(String),
    /// It ran until it was stopped.
    Lived,
}

impl Fate {
    fn text(&self) -> &str {
        match self {
            Self::Refused(text) | Self::Ended(text) => text,
            Self::Lived => "",
        }
    }
}

/// Loads a model and lets it run for a while, as fast as it can.
async fn fate_of(bundle: &Bundle, limits: &Limits) -> Fate {
    let (mut worker, assets) = match Worker::spawn(bundle, limits).await {
        Ok(spawned) => spawned,
        Err(error @ LoadError::Spawn(_)) => panic!("{error}"),
        Err(error) => return Fate::Refused(error.to_string()),
    };
    for command in [PhysicsCommand::Speed(f64::INFINITY), PhysicsCommand::Play] {
        // One that is gone already says so below.
        let _ = worker.send(command);
    }
    let ended = tokio::time::timeout(Duration::from_millis(300), worker.ended()).await;
    let seen = worker.snapshots().borrow().clone();
    let shown = [assets.encode(), seen.encode_into(Vec::new())].concat();
    assert!(!contains(&shown, CANARY), "a file of the host is in the scene");
    if let Ok(ended) = ended {
        return Fate::Ended(ended.how);
    }
    // Silence, too, is an end, but takes longer.
    let busy = worker.send(PhysicsCommand::Pause).is_err();
    let ended = tokio::time::timeout(Duration::from_secs(4), async {
        let mut snapshots = worker.snapshots();
        tokio::select! {
            ended = worker.ended() => Some(ended.how),
            _ = snapshots.wait_for(|snapshot| snapshot.paused && !busy) => None,
        }
    });
    match ended.await {
        Ok(Some(how)) => Fate::Ended(how),
        Ok(None) => Fate::Lived,
        Err(_) => panic!("a worker is neither alive nor dead"),
    }
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// What is told about a model is short, printable, and about the model.
fn assert_clean(text: &str, model: &str) {
    assert!(text.len() <= 2200, "{} bytes about {model:.60}", text.len());
    assert!(!text.chars().any(char::is_control), "{text:?} about {model:.60}");
    assert!(!text.contains(CANARY), "{text:?} about {model:.60}");
    let address = text
        .split("0x")
        .skip(1)
        .any(|rest| rest.bytes().take_while(u8::is_ascii_hexdigit).count() >= 6);
    assert!(!address, "an address in {text:?} about {model:.60}");
}

fn in_world(inner: &str) -> String {
    format!("<mujoco><worldbody>{inner}</worldbody></mujoco>")
}

fn contact(option: &str) -> String {
    format!(
        "<mujoco>{option}<worldbody><geom type='plane' size='1 1 1'/><body pos='0 0 .05'>\
         <freejoint/><geom size='.1'/></body></worldbody></mujoco>"
    )
}

/// Models that must not load, or whose workers must not live.
fn killers() -> Vec<String> {
    let skin = |face: &str| {
        format!(
            "<mujoco><worldbody><body name='b'><geom size='.1'/></body></worldbody><deformable>\
             <skin name='s' vertex='0 0 0 1 0 0 0 1 0' face='{face}'><bone body='b' \
             bindpos='0 0 0' bindquat='1 0 0 0' vertid='0 1 2' vertweight='1 1 1'/></skin>\
             </deformable></mujoco>"
        )
    };
    let hfield = |side: u32| {
        let field = format!("<hfield name='h' nrow='{side}' ncol='{side}' size='1 1 1 1'/>");
        format!("<mujoco><asset>{field}</asset></mujoco>")
    };
    let bodies = |count: usize| in_world(&"<body><geom size='1'/></body>".repeat(count));
    let nested = "<replicate count='1000'>".repeat(3) + "<geom size='1'/>";
    vec![
        in_world(&format!("<geom class='{}' size='1'/>", "%s".repeat(12))),
        in_world("<geom class='%n%n%n%n' size='1'/>"),
        in_world("<geom class='%100000000d' size='1'/>"),
        in_world("<geom class='%p %p %p %p' size='1'/>"),
        hfield(65_536),
        hfield(46_341),
        hfield(100_000),
        skin("0 1 99999999"),
        contact("<size memory='1K'/>"),
        "<mujoco><equality><connect anchor='' body1='a'/></equality></mujoco>".into(),
        "<mujoco><size nuser_site='2147483647'/><worldbody><site/></worldbody></mujoco>".into(),
        "<mujoco><size nuser_body='2000000000'/></mujoco>".into(),
        in_world("<flexcomp name='f' type='grid' dim='3' count='1000 1000 1000' spacing='1 1 1'/>"),
        "<mujoco><size nkey='1000000'/></mujoco>".into(),
        bodies(32_000),
        in_world(&(nested + &"</replicate>".repeat(3))),
        in_world("<flexcomp name='f' type='grid' dim='3' count='40 40 40' spacing='1 1 1'/>"),
        "<mujoco><option solver='PGS' iterations='2000000000' tolerance='0'/><worldbody>\
         <geom type='plane' size='1 1 1'/><body pos='0 0 .09'><freejoint/>\
         <geom type='box' size='.1 .1 .1'/></body></worldbody></mujoco>"
            .into(),
        "<mujoco><asset><texture name='t' type='2d' builtin='checker' width='30000' \
         height='30000'/></asset></mujoco>"
            .into(),
        "<mujoco><option timestep='0'/></mujoco>".into(),
        "<mujoco><option timestep='-1'/></mujoco>".into(),
        "<mujoco><asset><mesh name='m' builtin='supersphere' params='100000 1 1'/></asset>\
         <worldbody><geom type='mesh' mesh='m'/></worldbody></mujoco>"
            .into(),
        "<mujoco><compiler><lengthrange mode='all' timestep='1e-9' inttotal='1e9'/></compiler>\
         <worldbody><body><joint name='j'/><geom size='.1'/></body></worldbody><actuator>\
         <general joint='j'/></actuator></mujoco>"
            .into(),
        in_world(&"<body><freejoint/><geom type='box' size='.1 .1 .1'/></body>".repeat(1_000)),
    ]
}

/// The same, with files that the host would not let through.
fn killers_with_files() -> Vec<Bundle> {
    let bundle = |files: &[(&str, &[u8])]| Bundle::unchecked_files("m.xml", files);
    let itself = b"<mujoco><asset><model name='m' file='m.xml'/></asset></mujoco>";
    let fan = |next: &str| {
        let models = (0..11).map(|n| format!("<model name='m{n}' file='{next}'/>"));
        format!("<mujoco><asset>{}</asset></mujoco>", models.collect::<String>()).into_bytes()
    };
    let levels: Vec<_> =
        (0..8).map(|n| (format!("l{n}.xml"), fan(&format!("l{}.xml", n + 1)))).collect();
    let (root, last) = (fan("l0.xml"), b"<mujoco/>");
    let fan: Vec<(&str, &[u8])> = levels
        .iter()
        .map(|(name, bytes)| (name.as_str(), &bytes[..]))
        .chain([("m.xml", &root[..]), ("l8.xml", &last[..])])
        .collect();
    let picture = wide_png(16_000);
    let textured = b"<mujoco><asset><texture name='t' type='2d' file='t.png'/></asset></mujoco>";
    vec![
        bundle(&[("m.xml", itself)]),
        bundle(&fan),
        bundle(&[("m.xml", textured), ("t.png", &picture)]),
    ]
}

/// A picture of `side` × `side` black pixels in some tens of kilobytes.
fn wide_png(side: u32) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let rows = vec![0; (side.div_ceil(8) * side) as usize];
    encoder.write_header().expect("a header").write_image_data(&rows).expect("rows");
    out
}

/// Models that misbehave, but run.
fn nuisances() -> Vec<String> {
    let falling = |option: &str, joint: &str| {
        format!(
            "<mujoco>{option}<worldbody><body pos='0 0 1'><freejoint/><geom size='.1' {joint}/>\
             </body></worldbody></mujoco>"
        )
    };
    vec![
        "<mujoco><statistic extent='1e-300'/></mujoco>".into(),
        falling("<option gravity='nan nan nan'/>", ""),
        falling("<option gravity='0 0 -1e300'/>", ""),
        falling("", "mass='1e-14'"),
        in_world("<geom name='\u{202e}\u{7}evil' size='1'/>"),
        in_world(&"<geom size='1'/>".repeat(2_000)),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killers_die_alone_and_in_time() {
    let good = Bundle::unchecked(library::presets()[0].xml);
    let (mut neighbour, _) = Worker::spawn(&good, &limits()).await.expect("a good model loads");
    neighbour.send(PhysicsCommand::Play).expect("queued");
    for model in killers() {
        let begin = Instant::now();
        let fate = fate_of(&Bundle::unchecked(model.as_str()), &limits()).await;
        assert!(!matches!(fate, Fate::Lived), "{model:.80} lives");
        assert_clean(fate.text(), &model);
        assert!(begin.elapsed() < Duration::from_secs(20), "{model:.80}: {:?}", begin.elapsed());
    }
    for bundle in killers_with_files() {
        let fate = fate_of(&bundle, &limits()).await;
        assert!(!matches!(fate, Fate::Lived), "{bundle:?} lives");
        assert_clean(fate.text(), bundle.text());
    }
    for model in nuisances() {
        let fate = fate_of(&Bundle::unchecked(model.as_str()), &limits()).await;
        assert_clean(fate.text(), &model);
    }
    let steps = neighbour.snapshots().borrow().steps;
    assert!(steps > 100, "the neighbour ran on: {steps} steps");
    let alive = tokio::time::timeout(Duration::from_millis(50), neighbour.ended()).await;
    assert!(alive.is_err(), "the neighbour lives");
    assert!(!Path::new("MUJOCO_LOG.TXT").exists(), "MuJoCo wrote its log");
}

#[tokio::test]
async fn a_worker_has_given_up_what_it_does_not_need() {
    let bundle = Bundle::unchecked(library::presets()[0].xml);
    let (worker, _) = Worker::spawn(&bundle, &limits()).await.expect("loads");
    let status = fs::read_to_string(format!("/proc/{}/status", worker.pid())).expect("lives");
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect(name);
        line.trim_start_matches(':').trim().to_owned()
    };
    assert_eq!(field("Seccomp"), "2", "filters");
    assert_eq!(field("NoNewPrivs"), "1");
    let limits = fs::read_to_string(format!("/proc/{}/limits", worker.pid())).expect("lives");
    assert!(limits.contains("Max core file size        0                    0"), "{limits}");
}

#[tokio::test]
async fn without_a_whole_sandbox_models_are_refused_unless_they_are_allowed() {
    let bundle = Bundle::unchecked(library::presets()[0].xml);
    let bare = Limits { without_landlock: true, ..limits() };
    let refused = Worker::spawn(&bundle, &bare).await.expect_err("the sandbox has a hole");
    assert!(matches!(refused, LoadError::Unconfined(_)), "{refused:?}");
    assert!(refused.to_string().contains("limits.allow_unsandboxed"), "{refused}");
    let allowed = Limits { confined: false, ..bare };
    Worker::spawn(&bundle, &allowed).await.expect("loads all the same");
}

/// Ways to name a file: each is tried with one that exists and one that does not.
const WAYS: &[&str] = &[
    "<asset><texture name='t' type='2d' file='{}' content_type='image/ktx'/></asset>",
    "<asset><texture name='t' type='2d' file='{}' content_type='image/png'/></asset>",
    "<asset><texture name='t' type='2d' file='{}' content_type='image/ktx' embed='false'/></asset>",
    "<asset><texture name='t' type='cube' fileright='{}'/></asset>",
    "<asset><mesh name='m' file='{}'/></asset>",
    "<asset><mesh name='m' file='{}' content_type='model/obj'/></asset>",
    "<asset><hfield name='h' file='{}' size='1 1 1 1'/></asset>",
    "<asset><hfield name='h' file='{}' content_type='image/png' size='1 1 1 1'/></asset>",
    "<asset><model name='m' file='{}'/></asset>",
    "<include file='{}'/>",
    "<deformable><skin name='s' file='{}'/></deformable>",
    "<worldbody><flexcomp name='f' type='mesh' file='{}'/></worldbody>",
    "<worldbody><flexcomp name='f' type='gmsh' file='{}'/></worldbody>",
    "<extension><plugin plugin='{}'/></extension>",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_file_of_the_host_is_read_or_even_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let there = folder.path().join("aaaa.txt");
    fs::write(&there, CANARY.repeat(100)).expect("writes");
    let fifo = folder.path().join("bbbb.txt");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &fifo,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RUSR,
        0,
    )
    .expect("a pipe");
    let name = |path: &Path| path.to_str().expect("text").to_owned();
    let up = |path: &Path| format!("{}{}", "../".repeat(20), name(path).trim_start_matches('/'));
    let missing = folder.path().join("cccc.txt");
    let pairs = [
        (name(&there), name(&missing)),
        (up(&there), up(&missing)),
        (name(&fifo), name(&missing)),
        ("/proc/self/environ".to_owned(), "/proc/self/envirom".to_owned()),
        ("/dev/zero".to_owned(), "/dev/zerp".to_owned()),
    ];
    for way in WAYS {
        for (exists, does_not) in &pairs {
            let mut said = Vec::new();
            for path in [exists, does_not] {
                let model = format!("<mujoco>{}</mujoco>", way.replace("{}", path));
                let fate = fate_of(&Bundle::unchecked(model.as_str()), &limits()).await;
                assert_clean(fate.text(), &model);
                let base = Path::new(path).file_name().expect("a name").to_string_lossy();
                said.push(
                    format!("{fate:?}").replace(path.as_str(), "FILE").replace(&*base, "FILE"),
                );
            }
            assert_eq!(said[0], said[1], "{way} tells {exists} from {does_not}");
        }
    }
}

/// A daemon, and the processes that it has started.
struct Daemon(Child);

impl Daemon {
    fn children(&self) -> BTreeSet<u32> {
        let own = self.0.id();
        let tasks = fs::read_dir(format!("/proc/{own}/task")).expect("lives");
        let lists = tasks
            .flatten()
            .filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let pids = lists.flat_map(|list| {
            list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>()
        });
        pids.collect()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_running(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // A zombie has ended; whoever is to reap it is not ours.
    status.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

#[test]
fn workers_end_with_a_host_that_is_killed() {
    let daemon = Command::new(env!("CARGO_BIN_EXE_mjcast"))
        .args(["serve", "--port", "0", "--size", "64x64"])
        .env("MJCAST_STATE__SESSIONS", "false")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut daemon = Daemon(daemon.expect("starts"));
    let deadline = Instant::now() + Duration::from_secs(60);
    while daemon.children().is_empty() {
        assert!(Instant::now() < deadline, "no worker was started");
        std::thread::sleep(Duration::from_millis(20));
    }
    let children = daemon.children();
    daemon.0.kill().expect("is killed");
    let killed = Instant::now();
    while children.iter().any(|pid| is_running(*pid)) {
        assert!(killed.elapsed() < Duration::from_secs(1), "a worker outlives its host");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A small generator with a seed: the same mutants every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides.max(1) as u64) as usize
    }

    /// A place within `text` where a character begins.
    fn place(&mut self, text: &str) -> usize {
        text.floor_char_boundary(self.roll(text.len() + 1))
    }

    fn mutant(&mut self, seeds: &[String]) -> String {
        const WORDS: &[&str] = &[
            "-1",
            "0",
            "1e308",
            "nan",
            "-inf",
            "2147483647",
            "4294967296",
            "1e-300",
            "%s%n",
            "../x",
            "true",
            "''",
            "<",
            "/>",
            "<body>",
            "</body>",
            "&amp;",
            "\u{0}",
            "é",
            "world",
            "free",
        ];
        let mut text = seeds[self.roll(seeds.len())].clone();
        if self.roll(2) == 0 {
            // Still a model, of other sizes.
            for _ in 0..=self.roll(3) {
                self.renumber(&mut text, &["0", "1", "9", "-1", "1e3", "0.0001", "1e-9"]);
            }
            return text;
        }
        for _ in 0..=self.roll(4) {
            let (a, b) = (self.place(&text), self.place(&text));
            let (from, to) = (a.min(b), text.floor_char_boundary(a.max(b).min(a.min(b) + 200)));
            match self.roll(5) {
                0 => text.replace_range(from..to, ""),
                1 => text.insert_str(from, WORDS[self.roll(WORDS.len())]),
                2 => {
                    let piece = text[from..to].to_owned();
                    let at = self.place(&text);
                    text.insert_str(at, &piece);
                }
                3 => {
                    let other = &seeds[self.roll(seeds.len())];
                    let start = self.place(other);
                    let end = other.floor_char_boundary((start + 300).min(other.len()));
                    text.insert_str(from, &other[start..end]);
                }
                _ => self.renumber(&mut text, WORDS),
            }
        }
        text
    }

    /// Puts one of `words` in the place of a number.
    fn renumber(&mut self, text: &mut String, words: &[&str]) {
        let starts = |(at, c): &(usize, char)| {
            let before = text[..*at].chars().next_back();
            c.is_ascii_digit() && before.is_some_and(|c| matches!(c, '"' | '\'' | ' ' | '-'))
        };
        let numbers: Vec<_> = text.char_indices().filter(starts).map(|(at, _)| at).collect();
        if let Some(&at) = numbers.get(self.roll(numbers.len())) {
            let rest = text[at..].find(|c: char| !c.is_ascii_digit() && c != '.');
            let end = rest.map_or(text.len(), |length| at + length);
            text.replace_range(at..end, words[self.roll(words.len())]);
        }
    }
}

fn open_files() -> usize {
    fs::read_dir("/proc/self/fd").expect("ours").count()
}

fn own_children() -> usize {
    let tasks = fs::read_dir("/proc/self/task").expect("ours").flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.map(|list| list.split_whitespace().count()).sum()
}

/// Models that were mutated at random.
const MUTANTS: usize = 2_000;
/// Loaded at a time.
const LANES: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_thousand_mutants_leave_nothing_behind() {
    let limits = Limits { address_space_bytes: 512 << 20, ..limits() };
    let presets = library::presets().iter().map(|preset| preset.xml.to_owned());
    let small = |text: &String| text.len() < 20_000;
    let seeds: Arc<Vec<_>> = Arc::new(presets.chain(killers()).filter(small).collect());
    // What the runtime and the spawner open once.
    let _ = fate_of(&Bundle::unchecked(seeds[0].as_str()), &limits).await;
    let (files, children) = (open_files(), own_children());
    let next = Arc::new(AtomicUsize::new(0));
    let lanes = (0..LANES).map(|_| {
        let (next, seeds, limits) = (Arc::clone(&next), Arc::clone(&seeds), limits.clone());
        tokio::spawn(async move {
            let mut fates = [0usize; 3];
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= MUTANTS {
                    return fates;
                }
                let model = Dice(number as u64).mutant(&seeds);
                let fate = short_fate(&model, &limits).await;
                assert_clean(fate.text(), &model);
                fates[match fate {
                    Fate::Refused(_) => 0,
                    Fate::Ended(_) => 1,
                    Fate::Lived => 2,
                }] += 1;
            }
        })
    });
    let mut total = [0; 3];
    for lane in lanes.collect::<Vec<_>>() {
        let fates = lane.await.expect("the host lives");
        total = [0, 1, 2].map(|kind| total[kind] + fates[kind]);
    }
    assert_eq!(total.iter().sum::<usize>(), MUTANTS);
    assert!(total[0] > 100 && total[2] > 100, "of either sort: {total:?}");
    let deadline = Instant::now() + Duration::from_secs(10);
    while open_files() > files || own_children() > children {
        let left = (open_files() - files, own_children() - children);
        assert!(Instant::now() < deadline, "(files, processes) left behind: {left:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Loads a model, takes some steps and a picture's worth of it.
async fn short_fate(model: &str, limits: &Limits) -> Fate {
    let (mut worker, _) = match Worker::spawn(&Bundle::unchecked(model), limits).await {
        Ok(spawned) => spawned,
        Err(error @ LoadError::Spawn(_)) => panic!("{error}"),
        Err(error) => return Fate::Refused(error.to_string()),
    };
    let Ok(number) = worker.send(PhysicsCommand::Step(20)) else {
        return Fate::Ended(worker.ended().await.how);
    };
    let mut snapshots = worker.snapshots();
    tokio::select! {
        ended = worker.ended() => Fate::Ended(ended.how),
        done = snapshots.wait_for(|snapshot| snapshot.acknowledged >= number) => match done {
            Ok(_) => Fate::Lived,
            Err(_) => Fate::Ended("it is gone".into()),
        },
    }
}
