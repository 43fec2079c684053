//! Time, state and forces of a simulation.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep_until};
use utoipa::{PartialSchema, ToSchema, openapi};

use super::{Call, Effect, Outcome, Reply, Tool, tool};
use crate::{
    control::{Command, PhysicsCommand, StateSection},
    http::{
        Problem, StateBody, Values,
        reply::{Clock, Moment, NamedState},
    },
    peer::wire,
    session::{Error, Handle},
};

/// Steps that one call may take.
const MAX_STEPS: u64 = 100_000;
/// Steps between two looks at whether to go on.
const STRIDE: u32 = 500;
/// Points of one trajectory.
const MAX_POINTS: usize = 200;
/// Longest trajectory in real time, s: longer calls are given up by clients.
const MAX_REAL_TIME_S: f64 = 60.0;
/// Pictures per second that people see of a trajectory in real time.
const SHOWN_HZ: f64 = 30.0;

pub(super) fn all() -> Vec<Tool> {
    let mut state_get: Tool = tool(
        [
            "sim_state_get",
            "Read the state",
            "The state of a simulation by names: time, positions (m, rad; quaternions w first), \
             velocities, controls, sensors, poses of bodies (world) and contacts (N, world).",
        ],
        Effect::Reads,
        state,
    );
    let always = ["tick", "step_count", "time", "paused"];
    let partial = super::schema::partial::<NamedState>(&always);
    state_get.described = state_get.described.with_raw_output_schema(partial.into());
    vec![
        tool(
            [
                "sim_control",
                "Run, pause or reset",
                "Lets time run or stand, puts the simulation back to its initial state, or changes \
                 how fast time runs.",
            ],
            Effect::Sets,
            control,
        ),
        tool(
            [
                "sim_step",
                "Step",
                "Takes physics steps, by number or by simulated seconds, as fast as they can be \
                 computed; time stands after them.",
            ],
            Effect::Changes,
            step,
        ),
        state_get,
        tool(
            [
                "sim_state_set",
                "Set the state",
                "Sets a keyframe, or positions, velocities and controls by name, or a full \
                 mjSTATE_INTEGRATION vector. Names that the model lacks are refused.",
            ],
            Effect::Sets,
            set_state,
        ),
        tool(
            [
                "actuator_set",
                "Set controls",
                "Sets controls of actuators by name; they hold until others are set, and are \
                 clamped to the ranges of the model.",
            ],
            Effect::Sets,
            set_actuators,
        ),
        tool(
            [
                "joint_set",
                "Set joints",
                "Puts joints to positions by name, at once and without physics: m or rad; 4 numbers \
                 for a ball joint, 7 for a free joint.",
            ],
            Effect::Sets,
            set_joints,
        ),
        tool(
            [
                "trajectory_run",
                "Run a trajectory",
                "Sets controls point after point, each for a time, and answers with the state at \
                 the end of each. With real_time people can follow it; without, it is computed as \
                 fast as can be. Time stands after it.",
            ],
            Effect::Changes,
            trajectory,
        ),
        tool(
            [
                "body_perturb",
                "Push a body",
                "Applies a force and a torque to a body's centre of mass, world frame: for some \
                 simulated seconds, after which time stands, or, without seconds, until others are \
                 set (zeros end it).",
            ],
            Effect::Changes,
            perturb,
        ),
    ]
}

/// A command of the protocol that viewers speak, checked as theirs are.
fn command(name: &str, params: Value) -> Outcome<Command> {
    let none = Map::new();
    let params = params.as_object().unwrap_or(&none);
    wire::parse_command(name, params).map_err(|error| Problem::bad_request(error.to_string()))
}

/// A number of steps that one call may take.
pub(super) fn bounded(steps: u64) -> Outcome<u64> {
    match steps {
        1..=MAX_STEPS => Ok(steps),
        _ => Err(Problem::bad_request(format!("one call takes 1 to {MAX_STEPS} steps"))),
    }
}

async fn timestep(session: &Handle) -> Outcome<f64> {
    let status = session.status().await?.ok_or(Error::NoScene)?;
    Ok(status.snapshot.mechanics.timestep)
}

/// How many steps of `timestep` s some seconds are.
fn steps_in(seconds: f64, timestep: f64) -> Outcome<u64> {
    if !(seconds.is_finite() && seconds > 0.0) {
        return Err(Problem::bad_request("'seconds' must be above 0"));
    }
    // `as` saturates, and what is too many is refused.
    bounded((seconds / timestep).round().max(1.0) as u64)
}

/// Takes steps; time stands after them.
pub(super) async fn stepped(call: &Call, session: &Handle, steps: u64) -> Outcome<Moment> {
    let mut done = 0;
    loop {
        let stride = STRIDE.min(u32::try_from(steps - done).unwrap_or(STRIDE));
        let snapshot = session.act(Command::Physics(PhysicsCommand::Step(stride))).await?;
        done += u64::from(stride);
        if done >= steps {
            return Ok(Moment::from(&*snapshot));
        }
        call.go_on(|| format!("after {done} of {steps} steps"))?;
        call.progress.tell(done as f64, steps as f64).await;
    }
}

/// What time is to do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Control {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// What to do.
    #[schema(nullable = false, inline)]
    action: Option<Action>,
    /// Simulated seconds per wall second: 0.001 to 1000, or 'max' for as fast as can be.
    #[schema(nullable = false, inline)]
    speed: Option<Speed>,
}

#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Action {
    Run,
    Pause,
    Reset,
}

#[derive(Clone, Debug, Deserialize, Serialize, ToSchema)]
#[serde(untagged)]
enum Speed {
    Factor(f64),
    Word(String),
}

async fn control(call: Call, wanted: Control) -> Outcome<Reply<Clock>> {
    let action = wanted.action.map(|action| match action {
        Action::Run => PhysicsCommand::Play,
        Action::Pause => PhysicsCommand::Pause,
        Action::Reset => PhysicsCommand::Reset,
    });
    let speed = wanted.speed.map(|speed| command("speed", json!({"factor": speed}))).transpose()?;
    let all: Vec<_> = speed.into_iter().chain(action.map(Command::Physics)).collect();
    if all.is_empty() {
        return Err(Problem::bad_request("send action, speed or both"));
    }
    let session = call.acting(&wanted.session_id).await?;
    for command in all {
        session.obey(command).await?;
    }
    Ok(Clock::from(&session.glance().await?).into())
}

/// How far to step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// How many steps, 1 to 100 000; 1 where both are missing.
    #[schema(nullable = false, minimum = 1, maximum = 100_000)]
    steps: Option<u64>,
    /// Instead: simulated seconds, above 0 and at most 100 000 steps.
    #[schema(nullable = false, exclusive_minimum = 0)]
    seconds: Option<f64>,
}

async fn step(call: Call, wanted: Step) -> Outcome<Reply<Moment>> {
    let session = call.session(&wanted.session_id)?;
    let steps = match (wanted.steps, wanted.seconds) {
        (Some(_), Some(_)) => return Err(Problem::bad_request("send steps or seconds, not both")),
        (steps, None) => bounded(steps.unwrap_or(1))?,
        (None, Some(seconds)) => steps_in(seconds, timestep(&session).await?)?,
    };
    let session = call.acting(&wanted.session_id).await?;
    Ok(stepped(&call, &session, steps).await?.into())
}

/// Which parts of the state.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Get {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// Which parts, besides the time; all where it is missing. Ask for few of large models.
    #[schema(nullable = false, inline)]
    fields: Option<Vec<Field>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Field {
    Qpos,
    Qvel,
    Act,
    Ctrl,
    Sensors,
    Mocap,
    Bodies,
    Contacts,
    Selected,
}

/// A state, or parts of it.
#[derive(Serialize)]
#[serde(transparent)]
struct State(Value);

impl PartialSchema for State {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        NamedState::schema()
    }
}

impl ToSchema for State {
    fn schemas(schemas: &mut Vec<(String, openapi::RefOr<openapi::Schema>)>) {
        NamedState::schemas(schemas);
    }
}

async fn state(call: Call, Get { session_id, fields }: Get) -> Outcome<Reply<State>> {
    let state = call.desk().state(&call.session(&session_id)?).await?;
    let mut state = json!(state);
    if let (Some(fields), Value::Object(parts)) = (fields, &mut state) {
        let named = |name: &str| fields.iter().any(|field| json!(field) == name);
        parts.retain(|name, _| {
            matches!(&**name, "tick" | "step_count" | "time" | "paused") || named(name)
        });
    }
    Ok(State(state).into())
}

/// A state to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Set {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// Name of a keyframe, the model's or one that was saved; set before the others.
    #[schema(nullable = false)]
    keyframe: Option<String>,
    /// Positions by joint: m or rad, quaternions with w first.
    #[schema(nullable = false, inline)]
    qpos: Option<Values>,
    /// Velocities by joint: m/s or rad/s.
    #[schema(nullable = false, inline)]
    qvel: Option<Values>,
    /// Controls by actuator; they are clamped to their ranges.
    #[schema(nullable = false, inline)]
    ctrl: Option<Values>,
    /// A full mjSTATE_INTEGRATION vector of this model; nothing else beside it.
    #[schema(nullable = false)]
    state: Option<Vec<f64>>,
}

async fn set_state(call: Call, wanted: Set) -> Outcome<Reply<Moment>> {
    let Set { session_id, keyframe, qpos, qvel, ctrl, state } = wanted;
    let rest = StateBody { state, qpos, qvel, ctrl };
    let has_rest =
        rest.state.is_some() || rest.qpos.is_some() || rest.qvel.is_some() || rest.ctrl.is_some();
    if keyframe.is_none() && !has_rest {
        return Err(Problem::bad_request("send keyframe, state, or any of qpos, qvel and ctrl"));
    }
    let session = call.acting(&session_id).await?;
    if let Some(name) = keyframe {
        session.act(command("keyframe_load", json!({"name": name}))?).await?;
    }
    if has_rest {
        call.desk().set_state(&session, rest).await?;
    }
    moment(&session).await
}

async fn moment(session: &Handle) -> Outcome<Reply<Moment>> {
    let status = session.status().await?.ok_or(Error::NoScene)?;
    Ok(Moment::from(&*status.snapshot).into())
}

/// Values by name.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Named {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// By name, e.g. {"elbow": 0.25}; what has no name goes by its index.
    #[schema(inline)]
    values: Values,
}

async fn set_actuators(call: Call, wanted: Named) -> Outcome<Reply<Moment>> {
    set(call, wanted, StateSection::Ctrl).await
}

async fn set_joints(call: Call, wanted: Named) -> Outcome<Reply<Moment>> {
    set(call, wanted, StateSection::Qpos).await
}

async fn set(call: Call, wanted: Named, section: StateSection) -> Outcome<Reply<Moment>> {
    let session = call.acting(&wanted.session_id).await?;
    let snapshot = session.act(Command::Set(section, wanted.values.into_slots())).await?;
    Ok(Moment::from(&*snapshot).into())
}

/// Controls over time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Trajectory {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// 1 to 200 points, at most 100 000 steps together.
    #[schema(inline, min_items = 1, max_items = 200)]
    points: Vec<Point>,
    /// Whether simulated time passes as wall time does, so that people can follow: at most 60 s.
    #[serde(default)]
    real_time: bool,
}

/// Controls that hold for a time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Point {
    /// Controls by actuator; those that are not named stay.
    #[schema(inline)]
    ctrl: BTreeMap<String, f64>,
    /// How long they hold, simulated s.
    #[schema(exclusive_minimum = 0)]
    seconds: f64,
}

/// What came of a trajectory.
#[derive(Debug, Serialize, ToSchema)]
struct Travelled {
    /// The simulation at the end of each point.
    points: Vec<Sample>,
}

/// A moment of a trajectory.
#[derive(Debug, Serialize, ToSchema)]
struct Sample {
    /// Simulated time, s.
    time: f64,
    /// Positions, as mjData.qpos, the first 64.
    qpos: Vec<f64>,
    /// Velocities, as mjData.qvel, the first 64.
    qvel: Vec<f64>,
}

/// Numbers of a sample.
const SAMPLED: usize = 64;

async fn trajectory(call: Call, wanted: Trajectory) -> Outcome<Reply<Travelled>> {
    let Trajectory { session_id, points, real_time } = wanted;
    if !(1..=MAX_POINTS).contains(&points.len()) {
        return Err(Problem::bad_request(format!("a trajectory has 1 to {MAX_POINTS} points")));
    }
    let timestep = timestep(&call.session(&session_id)?).await?;
    let steps = points.iter().map(|point| steps_in(point.seconds, timestep));
    let steps = steps.collect::<Outcome<Vec<_>>>()?;
    let total = bounded(steps.iter().sum())?;
    if real_time && total as f64 * timestep > MAX_REAL_TIME_S {
        let text = format!("in real time a trajectory lasts at most {MAX_REAL_TIME_S} s");
        return Err(Problem::bad_request(text));
    }
    let stride = if real_time { (1.0 / SHOWN_HZ / timestep).ceil().max(1.0) as u64 } else { 500 };
    let session = call.acting(&session_id).await?;
    let (begun, mut done, mut samples) = (Instant::now(), 0, Vec::new());
    for (point, steps) in points.into_iter().zip(steps) {
        let values = Values::Named(
            point.ctrl.into_iter().map(|(name, value)| (name, value.into())).collect(),
        );
        let mut snapshot =
            session.act(Command::Set(StateSection::Ctrl, values.into_slots())).await?;
        let until = done + steps;
        while done < until {
            call.go_on(|| format!("after {done} of {total} steps"))?;
            let some = stride.min(until - done).min(u64::from(STRIDE));
            // At most `STRIDE`.
            snapshot = session.act(Command::Physics(PhysicsCommand::Step(some as u32))).await?;
            done += some;
            if real_time {
                sleep_until(begun + Duration::from_secs_f64(done as f64 * timestep)).await;
            }
        }
        call.progress.tell(done as f64, total as f64).await;
        let first = |all: &[f64]| all.iter().take(SAMPLED).copied().collect();
        samples.push(Sample {
            time: snapshot.time,
            qpos: first(&snapshot.qpos),
            qvel: first(&snapshot.qvel),
        });
    }
    Ok(Travelled { points: samples }.into())
}

/// A push.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Push {
    /// Id of a session; 'default' is always there.
    session_id: String,
    /// Name of the body.
    body: String,
    /// N, world.
    #[serde(default)]
    #[schema(required = false, min_items = 3, max_items = 3)]
    force: [f64; 3],
    /// N·m, world.
    #[serde(default)]
    #[schema(required = false, min_items = 3, max_items = 3)]
    torque: [f64; 3],
    /// For how long, simulated s.
    #[schema(nullable = false, exclusive_minimum = 0)]
    seconds: Option<f64>,
}

async fn perturb(call: Call, wanted: Push) -> Outcome<Reply<Moment>> {
    let Push { session_id, body, force, torque, seconds } = wanted;
    let push = |force: [f64; 3], torque: [f64; 3]| {
        command("apply_force", json!({"body": body, "force": force, "torque": torque}))
    };
    let (push_it, let_go) = (push(force, torque)?, push([0.0; 3], [0.0; 3])?);
    let session = call.session(&session_id)?;
    let steps = match seconds {
        Some(seconds) => Some(steps_in(seconds, timestep(&session).await?)?),
        None => None,
    };
    let session = call.acting(&session_id).await?;
    session.act(push_it).await?;
    if let Some(steps) = steps {
        let moved = stepped(&call, &session, steps).await;
        // Whatever came of it, the push ends.
        session.act(let_go).await?;
        return Ok(moved?.into());
    }
    moment(&session).await
}
