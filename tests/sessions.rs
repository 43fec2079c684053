//! Whatever is done to sessions, in whatever order: what must hold of them holds after each act.

#[path = "peer/client.rs"]
#[expect(dead_code, reason = "what the tests of the peer need is more than what is needed here")]
mod client;

use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use client::loopback;
use mjcast::{
    control::PhysicsCommand,
    encode,
    gpu::{Gpu, Options},
    render::{self, Renderer},
    session::{
        Change, Counters, DEFAULT, Drawing, Error, Handle, Phase, Role, Rules, Sessions, Settings,
        Shared, Source, Viewer,
    },
    units::{Bitrate, FrameRate, MediaClock, Size},
    worker,
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use rustix::process::{Pid, Signal, kill_process};

/// Most sessions: few, so that the limit is met.
const MOST: usize = 4;
/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
const SCENE: &str = "<mujoco><worldbody><body pos='0 0 1'><freejoint/><geom size='.1'/></body>\
    </worldbody></mujoco>";

/// The session that an act is for, counted among those that are there.
type Who = usize;

#[derive(Clone, Debug)]
enum Op {
    Create { source: Option<bool> },
    Delete(Who),
    Rename(Who, u8),
    Load(Who, bool),
    Kill(usize),
    Join(Who),
    Leave(usize),
    Play(Who),
    Pause(Who),
    Step(Who),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let who = || 0..MOST;
    let one = prop_oneof![
        2 => prop_oneof![Just(None), any::<bool>().prop_map(Some)]
            .prop_map(|source| Op::Create { source }),
        1 => who().prop_map(Op::Delete),
        1 => (who(), any::<u8>()).prop_map(|(who, name)| Op::Rename(who, name)),
        2 => (who(), any::<bool>()).prop_map(|(who, good)| Op::Load(who, good)),
        1 => (0..MOST).prop_map(Op::Kill),
        2 => who().prop_map(Op::Join),
        1 => (0..MOST).prop_map(Op::Leave),
        1 => who().prop_map(Op::Play),
        1 => who().prop_map(Op::Pause),
        1 => who().prop_map(Op::Step),
    ];
    prop::collection::vec(one, 1..20)
}

/// What ought to be known of a session.
struct Known {
    session: Handle,
    scene: Option<String>,
    name: Option<String>,
}

struct World {
    sessions: Sessions,
    known: Vec<Known>,
    viewers: Vec<(String, Viewer)>,
    loads: usize,
}

impl World {
    fn start(drawing: &Drawing) -> Self {
        let shared = Shared {
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
        };
        let sessions = Sessions::start_with(shared, Rules { most: MOST, ..Rules::default() });
        let session = sessions.find(DEFAULT).expect("always there");
        let known = vec![Known { session, scene: None, name: None }];
        Self { sessions, known, viewers: Vec::new(), loads: 0 }
    }

    fn at(&mut self, who: Who) -> &mut Known {
        let count = self.known.len();
        &mut self.known[who % count]
    }

    /// A scene unlike those before it, or one that no one can load.
    fn scene(&mut self, good: bool) -> String {
        self.loads += 1;
        let scene = SCENE.replace("<mujoco>", &format!("<mujoco model='m{}'>", self.loads));
        if good { scene } else { scene.replace("<geom", "<gem") }
    }

    async fn act(&mut self, op: Op) {
        match op {
            Op::Create { source } => self.create(source).await,
            Op::Delete(who) => self.delete(who).await,
            Op::Rename(who, number) => {
                let name = format!("s{number}");
                let change = Change { name: Some(name.parse().ok()), ..Change::default() };
                let id = self.at(who).session.id().clone();
                self.sessions.change(id.as_str(), change).expect("changes");
                self.at(who).name = Some(name);
            }
            Op::Load(who, good) => {
                let xml = self.scene(good);
                let known = self.at(who);
                let loaded = known.session.load(Source::Mjcf(xml.clone())).await;
                assert_eq!(loaded.is_ok(), good, "{:?}", loaded.err());
                if good {
                    known.scene = Some(xml);
                }
            }
            Op::Kill(which) => {
                let all = workers();
                if let Some(pid) = all.get(which % all.len().max(1)) {
                    // It may have been replaced in between.
                    let _ = kill_process(Pid::from_raw(*pid).expect("a pid"), Signal::KILL);
                }
            }
            Op::Join(who) => {
                let session = &self.at(who).session;
                let (id, viewer) = (session.id().to_string(), session.join(Role::Control).await);
                self.viewers.push((id, viewer.expect("admitted")));
            }
            Op::Leave(which) => {
                if !self.viewers.is_empty() {
                    let which = which % self.viewers.len();
                    drop(self.viewers.swap_remove(which));
                }
            }
            Op::Play(who) => self.command(who, PhysicsCommand::Play).await,
            Op::Pause(who) => self.command(who, PhysicsCommand::Pause).await,
            Op::Step(who) => self.command(who, PhysicsCommand::Step(3)).await,
        }
    }

    async fn create(&mut self, source: Option<bool>) {
        let full = self.known.len() == MOST;
        let xml = source.map(|good| self.scene(good));
        let wanted = xml.clone().map(Source::Mjcf);
        match self.sessions.create(None, Change::default(), wanted).await {
            Ok(session) => {
                assert!(!full && source != Some(false));
                self.known.push(Known { session, scene: xml, name: None });
            }
            Err(Error::Full { most }) => assert!(full && most == MOST),
            Err(error) => assert!(source == Some(false), "{error}"),
        }
    }

    async fn delete(&mut self, who: Who) {
        let id = self.at(who).session.id().to_string();
        let deleted = self.sessions.delete(&id).await;
        if id == DEFAULT {
            return assert!(matches!(deleted, Err(Error::Permanent)));
        }
        deleted.expect("deletes");
        let again = self.sessions.delete(&id).await;
        assert!(matches!(again, Err(Error::NotFound(_))), "{again:?}");
        self.known.retain(|known| known.session.id().as_str() != id);
        for (_, viewer) in self.viewers.iter_mut().filter(|(session, _)| *session == id) {
            while viewer.notice().await.is_some() {}
        }
        self.viewers.retain(|(session, _)| *session != id);
    }

    async fn command(&mut self, who: Who, command: PhysicsCommand) {
        let known = self.at(who);
        let has_scene = known.scene.is_some();
        match known.session.command(command).await {
            Ok(_) => assert!(has_scene),
            // Without a scene, or with a process that was killed a moment ago.
            Err(Error::NoScene | Error::Command(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }

    async fn check_invariants(&self) {
        let list = self.sessions.list();
        let ids: BTreeSet<_> = list.iter().map(|session| session.id().to_string()).collect();
        assert_eq!(ids.len(), list.len(), "ids are unique");
        assert!(ids.contains(DEFAULT), "there is always one");
        assert!(ids.len() <= MOST);
        let expected: BTreeSet<_> = self.known.iter().map(|k| k.session.id().to_string()).collect();
        assert_eq!(ids, expected);
        for Known { session, scene, name } in &self.known {
            let loaded = session.scene().await.expect("answers");
            assert_eq!(loaded.as_ref().map(|loaded| &*loaded.xml), scene.as_deref());
            let called = session.info().name();
            assert_eq!(called.as_ref().map(|name| name.as_str()), name.as_deref());
        }
        // What takes a moment to come about.
        self.settles("viewers", async || {
            let mut sum = 0;
            for known in &self.known {
                sum += known.session.glance().await.expect("answers").viewers;
            }
            sum == self.viewers.len() && self.sessions.overview().viewers == sum as u64
        })
        .await;
        self.settles("one process for each simulation", async || {
            let mut simulations = 0;
            for known in &self.known {
                let phase = known.session.glance().await.expect("answers").phase;
                match (phase, &known.scene) {
                    (Phase::Running | Phase::Paused, Some(_)) => simulations += 1,
                    (Phase::Empty, None) | (Phase::Failed, Some(_)) => {}
                    _ => return false,
                }
            }
            workers().len() == simulations
        })
        .await;
    }

    async fn settles(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let start = Instant::now();
        while !holds().await {
            assert!(start.elapsed() < PATIENCE, "{what}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

fn settings() -> Settings {
    Settings {
        frame_size: Size::new(64, 64).expect("in range"),
        frame_rate: FrameRate::new(30).expect("in range"),
        bitrate: Bitrate::bps(500_000),
        encoders: Default::default(),
        render: render::Settings::FAST,
        worker: worker::Limits {
            program: PathBuf::from(env!("CARGO_BIN_EXE_mjcast")),
            ..worker::Limits::default()
        },
        peer: loopback(),
        max_viewers: 64,
        history_bytes: 1 << 20,
        control_patience: Duration::from_secs(60),
    }
}

/// Ids of this process's living children.
fn workers() -> Vec<i32> {
    let own = std::process::id().to_string();
    let all = std::fs::read_dir("/proc").expect("Linux").flatten();
    let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut children: Vec<i32> = ids
        .filter(|id| {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
            let mut fields = stat.rsplit_once(')').unwrap_or_default().1.split_whitespace();
            fields.next().is_some_and(|state| state != "Z") && fields.next() == Some(&own)
        })
        .collect();
    children.sort_unstable();
    children
}

#[test]
fn what_must_hold_of_sessions_holds_after_each_act() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_name("test")
        .enable_all()
        .build()
        .expect("a runtime");
    let _inside = runtime.enter();
    let gpu = Gpu::open(&Options::default()).expect("a device, software at least");
    let renderer = Arc::new(Renderer::new(Arc::new(gpu)).expect("a renderer"));
    let drawing = Drawing::start(renderer, || Err("one device is enough".to_owned()));
    let config = Config { cases: 64, max_shrink_iters: 100, ..Config::default() };
    let outcome = TestRunner::new(config).run(&ops(), |ops| {
        runtime.block_on(async {
            let mut world = World::start(&drawing);
            for op in ops {
                world.act(op).await;
                world.check_invariants().await;
            }
            world.sessions.shutdown().await;
            // One that was being started when its load was given up is ended as soon as it is there.
            let deadline = Instant::now() + Duration::from_secs(2);
            while !workers().is_empty() && Instant::now() < deadline {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            assert_eq!(workers(), [] as [i32; 0], "all have ended");
            let late = world.sessions.create(None, Change::default(), None).await;
            assert!(matches!(late, Err(Error::Gone)), "nobody comes any more");
        });
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
