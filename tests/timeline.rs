//! A timeline that is gone through again gives the same bits, whatever was done to it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use mjcast::{
    control::{Hit, Logged, Origin, PhysicsCommand, Pull, Replay},
    library,
    scene::{
        Assets, Snapshot,
        camera::{Camera, FreeCamera, Motion},
        mechanics::{Flag, Integrator, Scalar, Setting, Vector},
    },
    worker::{Applied, Bundle, Limits, Worker},
};
use tokio::sync::mpsc;

/// `mjOBJ_BODY`.
const BODY: i32 = 1;

/// A worker whose timeline is written down.
struct Recorded {
    worker: Worker,
    assets: Arc<Assets>,
    changes: mpsc::Receiver<Applied>,
    sent: Vec<(u64, PhysicsCommand)>,
}

impl Recorded {
    async fn start(mjcf: &str) -> Self {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_mjcast"));
        let limits = Limits { program, ..Limits::default() };
        let spawned = Worker::spawn(&Bundle::unchecked(mjcf), &limits).await;
        let (worker, assets) = spawned.expect("the model loads");
        let changes = worker.changes().expect("nobody else has asked");
        Self { worker, assets, changes, sent: Vec::new() }
    }

    /// Sends a command and waits for the snapshot that reflects it.
    async fn obey(&mut self, command: PhysicsCommand) -> Arc<Snapshot> {
        let number = self.worker.send(command.clone()).expect("queued");
        self.sent.push((number, command));
        let mut snapshots = self.worker.snapshots();
        let wait = snapshots.wait_for(|snapshot| snapshot.acknowledged >= number);
        let found = tokio::time::timeout(Duration::from_secs(30), wait).await;
        Arc::clone(&found.expect("in time").expect("the worker lives"))
    }

    /// What was changed after the command `number`, as the worker tells it.
    fn log_since(&mut self, reported: &mut Vec<Applied>, number: u64) -> Vec<Logged> {
        while let Ok(change) = self.changes.try_recv() {
            reported.push(change);
        }
        let entry = |applied: &Applied| {
            let sent = self.sent.iter().find(|(number, _)| *number == applied.number);
            let (_, command) = sent.expect("what was applied was sent").clone();
            Logged { tick: applied.tick, paused: applied.paused, command }
        };
        reported.iter().filter(|applied| applied.number > number).map(entry).collect()
    }
}

fn origin(snapshot: &Snapshot) -> Origin {
    Origin {
        tick: snapshot.tick,
        steps: snapshot.steps,
        state: snapshot.integration.clone(),
        perturb: snapshot.perturb,
        mechanics: Some(snapshot.mechanics),
    }
}

fn bits(state: &[f64]) -> Vec<u64> {
    state.iter().map(|value| value.to_bits()).collect()
}

/// Drives a scene through everything that can be done to it; gives back moments on the way.
async fn live(recorded: &mut Recorded) -> Vec<Arc<Snapshot>> {
    let body = u32::try_from(recorded.assets.model.bodies.len() - 1).expect("some");
    let mut moments = vec![recorded.obey(PhysicsCommand::Step(1)).await];
    let place = moments[0].bodies[body as usize];
    let eye = Camera::Free(FreeCamera::initial(&recorded.assets.visual))
        .eye(&recorded.assets, &moments[0]);
    let controls = recorded.assets.model.nu;
    let control = |value: f64| (0..controls).map(|id| (id, value)).collect();
    let hit = Hit { object_kind: BODY, object_id: body, point: place.map(|v| v + 0.01) };
    let acts = [
        PhysicsCommand::Step(40),
        PhysicsCommand::SetControl(control(0.3)),
        PhysicsCommand::Step(33),
        PhysicsCommand::Select(Some(hit)),
        PhysicsCommand::PerturbStart(Pull::Translate, eye),
        PhysicsCommand::PerturbMove(Motion::MoveV, [0.05, -0.04], eye),
        PhysicsCommand::Step(25),
        PhysicsCommand::PerturbMove(Motion::MoveH, [-0.02, 0.03], eye),
        PhysicsCommand::Step(17),
        PhysicsCommand::PerturbEnd,
        PhysicsCommand::SetQpos(vec![(0, 0.4)]),
        PhysicsCommand::SetQvel(vec![(0, -0.2)]),
        PhysicsCommand::PerturbStart(Pull::Rotate, eye),
        PhysicsCommand::PerturbMove(Motion::RotateV, [0.1, 0.1], eye),
        PhysicsCommand::Step(21),
        PhysicsCommand::Reset,
        PhysicsCommand::Step(60),
        PhysicsCommand::PerturbEnd,
        PhysicsCommand::SetOptions(vec![
            Setting::Scalar(Scalar::Timestep, 0.0011),
            Setting::Vector(Vector::Gravity, vec![0.3, 0.0, -1.62]),
            Setting::Integrator(Integrator::ImplicitFast),
        ]),
        PhysicsCommand::Step(50),
        PhysicsCommand::SetOptions(vec![Setting::Flag(Flag::Contact, false)]),
        PhysicsCommand::Step(20),
    ];
    for act in acts {
        moments.push(recorded.obey(act).await);
    }
    // And at the pace of the wall clock, with a change at a moment that nobody chose.
    recorded.obey(PhysicsCommand::Play).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    recorded.obey(PhysicsCommand::SetControl(control(-0.2))).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    moments.push(recorded.obey(PhysicsCommand::Pause).await);
    moments
}

#[tokio::test]
async fn every_preset_goes_the_same_way_again() {
    for preset in library::presets() {
        let mut recorded = Recorded::start(preset.xml).await;
        let moments = live(&mut recorded).await;
        let last = moments.last().expect("some");
        let mut reported = Vec::new();
        for from in moments.iter().step_by(3) {
            let log = recorded.log_since(&mut reported, from.obeyed);
            let replay = Replay { from: Some(origin(from)), log, until: last.tick };
            let again = recorded.obey(PhysicsCommand::Replay(Box::new(replay))).await;
            assert_eq!((again.tick, again.steps, again.paused), (last.tick, last.steps, true));
            assert_eq!(
                bits(&again.integration),
                bits(&last.integration),
                "{} from tick {}",
                preset.id,
                from.tick
            );
            assert_eq!(again.perturb, last.perturb, "{}", preset.id);
        }
    }
}

#[tokio::test]
async fn a_spring_pulls_the_selected_body_to_where_the_hand_goes() {
    let mjcf = "<mujoco><option gravity='0 0 0'/><worldbody><body name='box' pos='0 0 1'>\
        <freejoint/><geom name='skin' type='box' size='.2 .2 .2'/></body></worldbody></mujoco>";
    let mut recorded = Recorded::start(mjcf).await;
    let first = recorded.obey(PhysicsCommand::Step(1)).await;
    let eye =
        Camera::Free(FreeCamera::initial(&recorded.assets.visual)).eye(&recorded.assets, &first);
    // `mjOBJ_GEOM` 0.
    let hit = Hit { object_kind: 5, object_id: 0, point: [0.2, 0.0, 1.0] };
    let selected = recorded.obey(PhysicsCommand::Select(Some(hit))).await;
    assert_eq!(selected.perturb.body(), Some(1));
    assert!((selected.perturb.point[0] - 0.2).abs() < 1e-9);
    let geoms = selected.geoms.len();
    recorded.obey(PhysicsCommand::PerturbStart(Pull::Translate, eye)).await;
    let up = PhysicsCommand::PerturbMove(Motion::MoveV, [0.0, -0.3], eye);
    let still = recorded.obey(up.clone()).await;
    assert!(still.bodies[1][2] > 1.05, "while time stands still the body itself is moved");
    recorded.obey(PhysicsCommand::Step(1)).await;
    let pulled = recorded.obey(up).await;
    assert!(pulled.geoms.len() > geoms, "the spring is drawn");
    let before = recorded.obey(PhysicsCommand::SetQpos(vec![(2, 1.0)])).await;
    let after = recorded.obey(PhysicsCommand::Step(200)).await;
    assert!(after.qpos[2] > before.qpos[2] + 0.01, "{} to {}", before.qpos[2], after.qpos[2]);
    let released = recorded.obey(PhysicsCommand::PerturbEnd).await;
    assert!(!released.perturb.is_active() && released.perturb.body() == Some(1));
}

#[tokio::test]
async fn a_hand_without_a_selection_is_told() {
    let mut recorded = Recorded::start(library::presets()[0].xml).await;
    let first = recorded.obey(PhysicsCommand::Step(1)).await;
    let mut warnings = recorded.worker.warnings();
    let eye =
        Camera::Free(FreeCamera::initial(&recorded.assets.visual)).eye(&recorded.assets, &first);
    recorded.obey(PhysicsCommand::PerturbStart(Pull::Translate, eye)).await;
    let heard = warnings.wait_for(Option::is_some).await.expect("the worker lives").clone();
    assert!(heard.expect("a text").contains("nothing is selected"));
}
