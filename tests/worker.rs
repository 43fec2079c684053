//! Worker processes, for real: the binary is started, fed, measured and killed.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use mjcast::{
    control::PhysicsCommand,
    scene::{Assets, GeomKind, Snapshot},
    worker::{Bundle, Limits, LoadError, Worker},
};

const PENDULUM: &str = r#"<mujoco model="pendulum">
  <option timestep="0.002"/>
  <asset>
    <texture name="grid" type="2d" builtin="checker" rgb1=".1 .2 .3" rgb2=".2 .3 .4" width="32" height="32"/>
    <material name="grid" texture="grid" texrepeat="4 4"/>
    <mesh name="wedge" vertex="0 0 0 .1 0 0 0 .1 0 0 0 .1"/>
  </asset>
  <worldbody>
    <light name="lamp" pos="0 0 3" type="spot" cutoff="40"/>
    <camera name="side" pos="0 -2 1" xyaxes="1 0 0 0 0 1" fovy="50"/>
    <geom name="floor" type="plane" size="0 0 .1" pos="0.5 0.25 -1" material="grid"/>
    <body name="arm" pos="0 0 1">
      <joint name="hinge" axis="0 1 0" range="-170 170"/>
      <geom type="capsule" fromto="0 0 0 .5 0 0" size=".05"/>
      <geom type="mesh" mesh="wedge" pos=".5 0 0"/>
    </body>
  </worldbody>
  <actuator><motor name="drive" joint="hinge" ctrlrange="-1 1"/></actuator>
  <keyframe><key name="start" qpos="0.5"/><key name="down" qpos="1.5"/></keyframe>
</mujoco>"#;

fn limits() -> Limits {
    Limits { program: PathBuf::from(env!("CARGO_BIN_EXE_mjcast")), ..Limits::default() }
}

fn bundle(mjcf: &str) -> Bundle {
    Bundle::unchecked(mjcf)
}

async fn spawn(mjcf: &str) -> (Worker, Arc<Assets>) {
    let spawned = Worker::spawn(&bundle(mjcf), &limits()).await;
    spawned.expect("the model loads")
}

async fn refused(mjcf: &str) -> LoadError {
    match Worker::spawn(&bundle(mjcf), &limits()).await {
        Ok(_) => panic!("the model loads"),
        Err(error) => error,
    }
}

/// The first snapshot for which `holds`, within 20 s.
async fn until(worker: &Worker, holds: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let mut snapshots = worker.snapshots();
    let wait = snapshots.wait_for(|snapshot| holds(snapshot));
    let found = tokio::time::timeout(Duration::from_secs(20), wait).await;
    let found = found.expect("in time").expect("the worker lives");
    Arc::clone(&found)
}

/// Sends a command and waits for the snapshot that reflects it.
async fn obey(worker: &Worker, command: PhysicsCommand) -> Arc<Snapshot> {
    let number = worker.send(command).expect("queued");
    until(worker, |snapshot| snapshot.acknowledged >= number).await
}

async fn end_of(worker: &mut Worker) -> String {
    let ended = tokio::time::timeout(Duration::from_secs(30), worker.ended()).await;
    ended.expect("it ends").how
}

fn is_alive(pid: u32) -> bool {
    Path::new(&format!("/proc/{pid}")).exists()
}

#[tokio::test]
async fn a_model_is_described_and_shown() {
    let (worker, assets) = spawn(PENDULUM).await;
    let model = &assets.model;
    assert_eq!(model.name, "pendulum");
    assert_eq!(model.bodies, ["world", "arm"]);
    assert_eq!(model.keyframes, ["start", "down"]);
    assert_eq!(model.actuators, ["drive"]);
    assert_eq!(model.control_ranges, [[-1.0, 1.0]]);
    assert_eq!((model.joints[0].name.as_str(), model.joints[0].kind), ("hinge", 3));
    assert!((model.joints[0].range[1] - 170f64.to_radians()).abs() < 1e-9);
    assert_eq!(assets.meshes[0].positions.len(), 4);
    assert_eq!(assets.meshes[0].hull_faces.len(), 4);
    assert_eq!((assets.textures[0].width, assets.textures[0].channels), (32, 3));
    assert_eq!((assets.cameras[0].name.as_str(), assets.cameras[0].fovy), ("side", 50.0));
    assert_eq!(assets.visual.headlight_active, 1);

    let first = worker.snapshots().borrow().clone();
    assert!(first.paused);
    assert_eq!(first.qpos, [0.5], "the keyframe 'start'");
    assert!(!first.integration.is_empty());
    let plane = first.geoms.iter().find(|g| g.shape() == Some(GeomKind::Plane));
    let plane = plane.expect("a floor");
    assert_eq!(plane.position, [0.5, 0.25, -1.0], "its own place, not the eye's");
    assert_eq!((plane.texture, plane.texture_repeat), (0, [4.0, 4.0]));
    let mesh = first.geoms.iter().find(|g| g.shape() == Some(GeomKind::Mesh));
    assert_eq!(mesh.expect("a wedge").data_id, 0);
    assert_eq!(first.lights.len(), 1, "no headlight");
    assert_eq!((first.lights[0].id, first.lights[0].kind), (0, 0));
    assert_eq!(first.lights[0].cutoff, 40.0);
    assert_eq!(first.cameras[0].position, [0.0, -2.0, 1.0]);
    assert_eq!(first.bodies[1], [0.0, 0.0, 1.0]);
}

#[tokio::test]
async fn commands_do_exactly_what_they_say() {
    let (worker, _) = spawn(PENDULUM).await;
    let stepped = obey(&worker, PhysicsCommand::Step(7)).await;
    assert_eq!((stepped.steps, stepped.paused), (7, true));
    assert!((stepped.time - 0.014).abs() < 1e-12);
    worker.send(PhysicsCommand::Step(10_000)).expect("queued");
    let more = obey(&worker, PhysicsCommand::Step(5)).await;
    assert_eq!(more.steps, 10_012, "steps add up");
    let saved = more.integration.clone();

    let reset = obey(&worker, PhysicsCommand::Reset).await;
    assert_eq!((reset.steps, reset.time, reset.qpos[0]), (0, 0.0, 0.5));
    let down = obey(&worker, PhysicsCommand::LoadKeyframe(1)).await;
    assert_eq!(down.qpos, [1.5]);
    let controlled = obey(&worker, PhysicsCommand::SetControl(vec![(0, 9.0)])).await;
    assert_eq!(controlled.ctrl, [1.0], "clamped to its range");
    let posed = obey(&worker, PhysicsCommand::SetQpos(vec![(0, -0.25)])).await;
    assert_eq!(posed.qpos, [-0.25]);
    assert_ne!(posed.geoms[1].position, down.geoms[1].position, "shown at once");
    let back = obey(&worker, PhysicsCommand::SetState(saved.clone())).await;
    assert_eq!((back.time, &back.qpos), (more.time, &more.qpos));
    assert_eq!(back.integration, saved);
}

#[tokio::test]
async fn bad_commands_change_nothing_and_are_told() {
    let (worker, _) = spawn(PENDULUM).await;
    let mut warnings = worker.warnings();
    let before = worker.snapshots().borrow().clone();
    let bad = [
        PhysicsCommand::SetControl(vec![(1, 0.0)]),
        PhysicsCommand::SetQpos(vec![(0, f64::NAN)]),
        PhysicsCommand::LoadKeyframe(9),
        PhysicsCommand::SetState(vec![0.0; 3]),
        PhysicsCommand::SetState(vec![f64::INFINITY; before.integration.len()]),
        PhysicsCommand::Speed(0.0),
        PhysicsCommand::Speed(f64::NAN),
        PhysicsCommand::Step(10_001),
    ];
    let mut after = before.clone();
    for command in bad {
        after = obey(&worker, command).await;
    }
    assert_eq!(after.integration, before.integration);
    let told = warnings.wait_for(Option::is_some).await.expect("told");
    let told = told.clone().expect("told");
    assert!(told.contains("actuator 1 does not exist"), "{told}");
}

#[tokio::test]
async fn time_runs_as_the_clock_does() {
    let (worker, _) = spawn(PENDULUM).await;
    for speed in [1.0, 0.25] {
        worker.send(PhysicsCommand::Speed(speed)).expect("queued");
        let begin = obey(&worker, PhysicsCommand::Play).await;
        let clock = Instant::now();
        let end = until(&worker, |s| s.time > begin.time + 1.0 * speed).await;
        let ratio = (end.time - begin.time) / clock.elapsed().as_secs_f64();
        // A busy machine may be late; it must never be early.
        assert!((0.6 * speed..1.1 * speed).contains(&ratio), "{ratio} at {speed}");
        assert_eq!(end.speed, speed);
        assert!(end.real_time_factor > 0.5 * speed, "{}", end.real_time_factor);
        let paused = obey(&worker, PhysicsCommand::Pause).await;
        assert_eq!((paused.paused, paused.real_time_factor), (true, 0.0));
    }
}

#[tokio::test]
async fn snapshots_come_at_the_rate_asked_for() {
    let (worker, _) = spawn(PENDULUM).await;
    worker.send(PhysicsCommand::PublishRate(20)).expect("queued");
    let begin = obey(&worker, PhysicsCommand::Play).await;
    let end = until(&worker, |s| s.time > begin.time + 2.0).await;
    let count = end.sequence - begin.sequence;
    assert!((25..=42).contains(&count), "{count} snapshots in 2 s at 20 Hz");
    worker.send(PhysicsCommand::PublishRate(0)).expect("queued");
    let silent = obey(&worker, PhysicsCommand::SetControl(vec![])).await;
    let later = until(&worker, |s| s.sequence > silent.sequence);
    let later = tokio::time::timeout(Duration::from_millis(700), later).await;
    assert!(later.is_err(), "nothing is published at rate 0");
    let asked = obey(&worker, PhysicsCommand::SetControl(vec![])).await;
    assert!(asked.time > silent.time + 0.3, "but time ran on");
}

#[tokio::test]
async fn a_malformed_scene_is_rejected_with_its_line() {
    let error = refused("<mujoco>\n<worldbody>\n<geom typ=\"box\"/>\n</worldbody></mujoco>").await;
    let LoadError::Rejected { message } = &error else {
        panic!("{error:?}");
    };
    assert!(message.contains("typ") && message.contains("line 3"), "{message}");

    let long = "x".repeat(120);
    let error = refused(&format!("<mujoco>\n<{long}/></mujoco>")).await.to_string();
    assert!(error.contains(&long), "the whole sentence: {error}");
    let error = refused("<mujoco><option timestep=\"0\"/></mujoco>").await;
    assert!(error.to_string().contains("timestep"), "{error}");
    assert!(matches!(refused("").await, LoadError::Rejected { .. }));
}

#[tokio::test]
async fn files_of_the_bundle_are_found() {
    let files = [
        ("scene.xml", r#"<mujoco><include file="ball.xml"/></mujoco>"#),
        ("ball.xml", r#"<mujoco><worldbody><geom size="1"/></worldbody></mujoco>"#),
    ];
    let files = files.map(|(name, text)| (name, text.into()));
    let bundle = Bundle::from_files(files, None, &mjcast::bundle::Limits::default());
    let bundle = bundle.expect("is fit");
    let (worker, _) = Worker::spawn(&bundle, &limits()).await.expect("loads");
    assert_eq!(worker.snapshots().borrow().geoms.len(), 1);
}

#[tokio::test]
async fn skins_and_flexes_bring_their_surfaces() {
    let mjcf = r#"<mujoco><worldbody><body name="b"><geom size=".1"/></body>
      <flexcomp name="cloth" type="grid" dim="2" count="3 3 1" spacing=".1 .1 .1" radius=".01" texcoord="0 0 0 .5 0 1 .5 0 .5 .5 .5 1 1 0 1 .5 1 1"/>
      <flexcomp name="rope" type="grid" dim="1" count="4 1 1" spacing=".1 .1 .1" radius=".01"/></worldbody>
      <deformable><skin name="s" vertex="0 0 0 1 0 0 0 1 0" face="0 1 2">
      <bone body="b" bindpos="0 0 0" bindquat="1 0 0 0" vertid="0 1 2" vertweight="1 1 1"/></skin></deformable></mujoco>"#;
    let (worker, assets) = spawn(mjcf).await;
    let shot = obey(&worker, PhysicsCommand::Step(2)).await;
    assert_eq!(assets.skins[0].faces, [[0, 1, 2]]);
    assert_eq!((shot.skin_positions.len(), shot.skin_normals.len()), (3, 3));
    assert_eq!(shot.skin_positions[1], [1.0, 0.0, 0.0]);
    let (cloth, rope) = (&shot.flexes[0], &shot.flexes[1]);
    assert!(cloth.positions.len() >= 3 * 8, "{} corners", cloth.positions.len());
    assert_eq!(cloth.texcoords.len(), cloth.positions.len());
    assert!(cloth.positions.iter().flatten().all(|v| v.abs() < 1.0));
    assert!(cloth.edges.is_empty(), "hidden by the faces");
    assert_eq!((rope.positions.len(), rope.edges.len()), (0, 3));
    for kind in [GeomKind::Skin, GeomKind::Flex] {
        assert!(shot.geoms.iter().any(|geom| geom.shape() == Some(kind)));
    }
}

#[tokio::test]
async fn scenes_that_kill_their_worker_are_typed_errors() {
    let percent = r#"<mujoco><worldbody><geom class="%s%s%s%s%s%s%s%s%s%s%s%s" size="1"/></worldbody></mujoco>"#;
    let field = r#"<mujoco><asset><hfield name="h" nrow="65536" ncol="65536" size="1 1 1 1"/></asset></mujoco>"#;
    let skin = r#"<mujoco><worldbody><body name="b"><geom size=".1"/></body></worldbody>
      <deformable><skin name="s" vertex="0 0 0 1 0 0 0 1 0" face="0 1 99999999">
      <bone body="b" bindpos="0 0 0" bindquat="1 0 0 0" vertid="0 1 2" vertweight="1 1 1"/></skin></deformable></mujoco>"#;
    for mjcf in [percent, field, skin] {
        let error = refused(mjcf).await;
        assert!(matches!(error, LoadError::Crashed { .. }), "{error:?}");
    }
    let keys = r#"<mujoco><size nkey="1000000"/></mujoco>"#;
    let hurried = Limits { load_cpu: Duration::from_secs(1), ..limits() };
    let error = Worker::spawn(&bundle(keys), &hurried).await.map(|_| ());
    assert!(matches!(error, Err(LoadError::TimedOut)), "{error:?}");
    let hurried = Limits { load_wall: Duration::from_millis(300), ..limits() };
    let error = Worker::spawn(&bundle(keys), &hurried).await.map(|_| ());
    assert!(matches!(error, Err(LoadError::TimedOut)), "{error:?}");
}

#[tokio::test]
async fn a_tiny_extent_is_no_error() {
    let mjcf =
        r#"<mujoco><statistic extent="1e-300"/><worldbody><geom size="1"/></worldbody></mujoco>"#;
    let (worker, assets) = spawn(mjcf).await;
    assert!(assets.visual.extent > 0.0);
    assert_eq!(obey(&worker, PhysicsCommand::Step(3)).await.steps, 3);
}

#[tokio::test]
async fn errors_of_the_engine_end_the_worker_with_its_words() {
    let mjcf = r#"<mujoco><size memory="1K"/><worldbody><geom type="plane" size="1 1 1"/>
      <body pos="0 0 .05"><freejoint/><geom size=".1"/></body></worldbody></mujoco>"#;
    match Worker::spawn(&bundle(mjcf), &limits()).await {
        Err(LoadError::Crashed { how }) => assert!(how.contains("stack"), "{how}"),
        Err(error) => panic!("{error:?}"),
        Ok((mut worker, _)) => {
            worker.send(PhysicsCommand::Play).expect("queued");
            let how = end_of(&mut worker).await;
            assert!(how.contains("memory") || how.contains("stack"), "{how}");
        }
    }
}

#[tokio::test]
async fn a_step_that_never_returns_is_ended() {
    let mjcf = r#"<mujoco><option solver="PGS" iterations="2000000000" tolerance="0"/>
      <worldbody><geom type="plane" size="1 1 1"/>
      <body pos="0 0 .11"><freejoint/><geom type="box" size=".1 .1 .1"/></body></worldbody></mujoco>"#;
    let (mut worker, _) = spawn(mjcf).await;
    worker.send(PhysicsCommand::Speed(100.0)).expect("queued");
    worker.send(PhysicsCommand::Play).expect("queued");
    let how = end_of(&mut worker).await;
    assert!(how.contains("silent") && how.contains("physics step"), "{how}");
    assert!(!is_alive(worker.pid()));
}

/// `USER_HZ`, the same on every architecture that MuJoCo is built for.
const TICKS_PER_S: f64 = 100.0;

/// CPU time that a process has used, in clock ticks (proc(5), `utime` and `stime`).
fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("lives");
    let (_, fields) = stat.rsplit_once(") ").expect("a name");
    fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().expect("ticks")).sum()
}

#[tokio::test]
async fn a_simulation_keeps_to_its_share_of_a_core_and_still_obeys() {
    let limits = Limits { cpu_percent: 20, ..limits() };
    let (worker, _) = Worker::spawn(&bundle(PENDULUM), &limits).await.expect("loads");
    worker.send(PhysicsCommand::Speed(f64::INFINITY)).expect("queued");
    let begin = obey(&worker, PhysicsCommand::Play).await;
    let (before, since) = (cpu_ticks(worker.pid()), std::time::Instant::now());
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        obey(&worker, PhysicsCommand::SetControl(vec![(0, 0.1)])).await;
    }
    let used = (cpu_ticks(worker.pid()) - before) as f64 / TICKS_PER_S;
    let share = used / since.elapsed().as_secs_f64();
    // A busy machine only makes it less. Without the limit it is a whole core.
    assert!(share < 0.4, "{share}");
    let steps = obey(&worker, PhysicsCommand::Pause).await.steps;
    assert!(steps > begin.steps + 100, "{steps}");
}

#[tokio::test]
async fn an_unstable_simulation_lives_on() {
    let mjcf = r#"<mujoco><worldbody><body><freejoint/><geom size=".1"/></body></worldbody>
      <actuator><motor name="m" joint="j"/></actuator></mujoco>"#
        .replace("<freejoint/>", r#"<joint name="j" type="slide"/>"#);
    let (worker, _) = spawn(&mjcf).await;
    worker.send(PhysicsCommand::SetQpos(vec![(0, 1e300)])).expect("queued");
    worker.send(PhysicsCommand::SetControl(vec![(0, 1e300)])).expect("queued");
    let mut warnings = worker.warnings();
    let begin = obey(&worker, PhysicsCommand::Play).await;
    until(&worker, |s| s.steps > begin.steps + 500).await;
    let told = warnings.wait_for(Option::is_some).await.expect("told");
    assert!(told.is_some());
    let reset = obey(&worker, PhysicsCommand::Reset).await;
    assert_eq!(reset.qpos, [0.0]);
}

#[tokio::test]
async fn a_killed_worker_is_noticed_and_a_dropped_one_killed() {
    let (mut worker, _) = spawn(PENDULUM).await;
    let pid = rustix::process::Pid::from_raw(worker.pid() as i32).expect("a pid");
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("killed");
    assert!(end_of(&mut worker).await.contains("SIGKILL"));
    assert!(worker.send(PhysicsCommand::Play).is_err());

    let (worker, _) = spawn(PENDULUM).await;
    let pid = worker.pid();
    drop(worker);
    let deadline = Instant::now() + Duration::from_secs(10);
    while is_alive(pid) {
        assert!(Instant::now() < deadline, "it is still there");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn fifty_workers_leave_nothing_behind() {
    let open = || std::fs::read_dir("/proc/self/fd").expect("fds").count();
    drop(spawn(PENDULUM).await);
    let mut pids = Vec::new();
    for round in 0..50 {
        let mjcf = if round % 5 == 0 { "<broken" } else { PENDULUM };
        if let Ok((worker, _)) = Worker::spawn(&bundle(mjcf), &limits()).await {
            pids.push(worker.pid());
        }
    }
    assert_eq!(pids.len(), 40);
    let deadline = Instant::now() + Duration::from_secs(20);
    // Other tests of this process open files too, but not two hundred.
    while pids.iter().any(|pid| is_alive(*pid)) || open() > 150 {
        assert!(Instant::now() < deadline, "{} files are open", open());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn every_preset_loads_moves_and_shows_something() {
    for preset in mjcast::library::presets() {
        let (worker, assets) = Worker::spawn(&bundle(preset.xml), &limits())
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", preset.id));
        let before = Arc::clone(&worker.snapshots().borrow());
        let after = obey(&worker, PhysicsCommand::Step(200)).await;
        assert!(!before.geoms.is_empty(), "{} shows nothing", preset.id);
        assert!(!assets.cameras.is_empty(), "{} has no camera", preset.id);
        assert_ne!(before.qpos, after.qpos, "{} stands still", preset.id);
        assert!(after.qpos.iter().all(|q| q.is_finite()), "{} explodes", preset.id);
        assert_eq!(*worker.warnings().borrow(), None, "{}", preset.id);
    }
}
