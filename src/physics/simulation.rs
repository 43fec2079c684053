//! One model and its state: stepping it, changing it, taking snapshots of it.

use std::time::{Duration, Instant};

use mujoco_rs::{
    mujoco_c::mjtState,
    wrappers::{mj_data::MjData, mj_model::MjModel},
};

use super::{assets, extract::Extractor, mechanics, model, perturb::Grip};
use crate::{
    bundle::Bundle,
    control::{Origin, PhysicsCommand},
    scene::{Assets, Pose, Snapshot, mechanics::Setting},
};

pub use super::model::LoadError;

/// The keyframe that a model starts from, where it has one of this name.
const START: &str = "start";
/// What brings a simulation back to exactly where it was.
const FULL: u32 = mjtState::mjSTATE_INTEGRATION as u32;
/// How often the full state goes into a snapshot while time runs.
const FULL_STATE_EVERY: Duration = Duration::from_millis(500);

/// Why a change was refused; nothing was changed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// An index beyond what the model has.
    #[error("{what} {index} does not exist: the model has {count}")]
    NoSuch {
        /// What was asked for.
        what: &'static str,
        /// As asked.
        index: u32,
        /// How many there are.
        count: usize,
    },
    /// A number that is infinite or not a number.
    #[error("a value for {what} is not a finite number")]
    NotFinite {
        /// What it was for.
        what: &'static str,
    },
    /// Nothing is selected that could be pulled at.
    #[error("nothing is selected: double-click a body first")]
    NothingSelected,
    /// An option out of its range.
    #[error("{0}")]
    Option(String),
    /// A full state of another model, or damaged.
    #[error("the state does not fit this model")]
    OtherModel,
}

/// A compiled model with its data.
pub struct Simulation {
    data: MjData<Box<MjModel>>,
    extractor: Extractor,
    grip: Grip,
    start: Option<usize>,
    steps: u64,
    tick: u64,
    full_state_at: Option<Instant>,
}

impl std::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulation").field("steps", &self.steps).finish_non_exhaustive()
    }
}

impl Simulation {
    /// Compiles the model of `bundle` and puts it into its initial state.
    ///
    /// # Errors
    /// [`LoadError`] with the text for whoever wrote the model.
    pub fn load(bundle: &Bundle) -> Result<(Self, Assets), LoadError> {
        let mut model = model::load(bundle)?;
        let assets = assets::extract(&model);
        // Each view adds the headlight at its own eye.
        model.vis_mut().headlight.active = 0;
        let extractor = Extractor::new(&model);
        let data = MjData::try_new(model)
            .map_err(|_| LoadError("the model's data does not fit into memory".into()))?;
        let start = assets.model.keyframes.iter().position(|name| name == START);
        let mut simulation = Self {
            data,
            extractor,
            grip: Grip::new(),
            start,
            steps: 0,
            tick: 0,
            full_state_at: None,
        };
        simulation.reset();
        Ok((simulation, assets))
    }

    /// Physics time step, s.
    pub fn timestep(&self) -> f64 {
        self.data.model().opt().timestep
    }

    /// Physics steps since the model was loaded or reset.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Takes one step. May take any time: a model can ask for 2·10⁹ solver iterations.
    pub fn step(&mut self) {
        self.grip.apply(&mut self.data);
        self.data.step();
        self.steps += 1;
        self.tick += 1;
    }

    /// Steps taken along the timeline, whatever was reset meanwhile.
    pub fn tick(&self) -> u64 {
        self.tick
    }

    /// Goes to a moment of the timeline.
    ///
    /// # Errors
    /// [`Refusal`] when it is of another model; then nothing has changed.
    pub fn go_to(&mut self, origin: &Origin) -> Result<(), Refusal> {
        if let Some(options) = &origin.mechanics {
            mechanics::write(options, self.data.model_opt_mut());
        }
        self.set_state(&origin.state)?;
        self.grip.restore(&origin.perturb, self.data.model());
        (self.tick, self.steps) = (origin.tick, origin.steps);
        Ok(())
    }

    /// Goes back to the keyframe `start`, or to the model's default pose.
    pub fn reset(&mut self) {
        match self.start {
            Some(key) if self.data.reset_keyframe(key).is_ok() => {}
            _ => self.data.reset(),
        }
        self.moved();
    }

    /// Applies a command that changes the state or what is shown of it; the others (time, speed,
    /// rate) do nothing here. `paused`: whether time stands still.
    ///
    /// # Errors
    /// [`Refusal`] when an index or value is out of range; then nothing has changed.
    pub fn apply(&mut self, command: &PhysicsCommand, paused: bool) -> Result<(), Refusal> {
        let Self { data, extractor, grip, .. } = self;
        match command {
            PhysicsCommand::Reset => self.reset(),
            PhysicsCommand::SetControl(values) => self.set_control(values)?,
            PhysicsCommand::SetQpos(values) => self.set_qpos(values)?,
            PhysicsCommand::SetQvel(values) => self.set_qvel(values)?,
            PhysicsCommand::SetMocap(id, pose) => self.set_mocap(*id, pose)?,
            PhysicsCommand::SetForce(body, force) => self.set_force(*body, force)?,
            PhysicsCommand::LoadKeyframe(key) => self.load_keyframe(*key)?,
            PhysicsCommand::SetState(state) => self.set_state(state)?,
            PhysicsCommand::SetTime(time) => self.set_time(*time)?,
            PhysicsCommand::Select(hit) => {
                grip.select(hit.as_ref(), data, extractor.scene_mut())?;
            }
            PhysicsCommand::PerturbStart(pull, eye) => {
                grip.start(*pull, eye, data, extractor.scene_mut())?;
            }
            PhysicsCommand::PerturbMove(motion, delta, eye) => {
                grip.move_by(*motion, *delta, eye, paused, data, extractor.scene_mut())?;
            }
            PhysicsCommand::PerturbEnd => grip.end(data),
            PhysicsCommand::Show(options) => extractor.show(options),
            PhysicsCommand::SetOptions(settings) => self.set_options(settings)?,
            PhysicsCommand::Play
            | PhysicsCommand::Pause
            | PhysicsCommand::Step(_)
            | PhysicsCommand::Speed(_)
            | PhysicsCommand::Replay(_)
            | PhysicsCommand::Capture
            | PhysicsCommand::PublishRate(_) => {}
        }
        Ok(())
    }

    /// Fills `out` with this moment, all but what pacing knows (`paused`, `speed`, …). The full
    /// state goes in when `whole`, and twice a second.
    pub fn snapshot(&mut self, now: Instant, whole: bool, out: &mut Snapshot) {
        out.time = self.data.time();
        out.steps = self.steps;
        out.tick = self.tick;
        out.perturb = self.grip.value();
        self.extractor.fill(&mut self.data, self.grip.raw(), out);
        let due = self.full_state_at.is_none_or(|at| now >= at);
        out.integration.clear();
        if whole || due {
            let size = self.data.model().state_size(FULL);
            out.integration.resize(size, 0.0);
            self.data.read_state_into(FULL, &mut out.integration);
            self.full_state_at = Some(now + FULL_STATE_EVERY);
        }
    }

    fn set_control(&mut self, values: &[(u32, f64)]) -> Result<(), Refusal> {
        check(values, self.data.ctrl().len(), "actuator")?;
        for &(index, value) in values {
            let index = index as usize;
            let model = self.data.model();
            let [low, high] = model.actuator_ctrlrange()[index];
            let limited = model.actuator_ctrllimited()[index] && low <= high;
            let value = if limited { value.clamp(low, high) } else { value };
            self.data.ctrl_mut()[index] = value;
        }
        Ok(())
    }

    fn set_qpos(&mut self, values: &[(u32, f64)]) -> Result<(), Refusal> {
        check(values, self.data.qpos().len(), "position")?;
        for &(index, value) in values {
            self.data.qpos_mut()[index as usize] = value;
        }
        self.data.forward();
        Ok(())
    }

    fn set_qvel(&mut self, values: &[(u32, f64)]) -> Result<(), Refusal> {
        check(values, self.data.qvel().len(), "velocity")?;
        for &(index, value) in values {
            self.data.qvel_mut()[index as usize] = value;
        }
        self.data.forward();
        Ok(())
    }

    /// All of them, or none.
    fn set_options(&mut self, settings: &[Setting]) -> Result<(), Refusal> {
        let flexes = self.data.model().nflex();
        let options = mechanics::read(self.data.model_opt(), flexes).changed(settings);
        mechanics::write(&options.map_err(Refusal::Option)?, self.data.model_opt_mut());
        Ok(())
    }

    fn set_force(&mut self, body: u32, force: &[f64; 6]) -> Result<(), Refusal> {
        let count = self.data.xfrc_applied().len();
        if !force.iter().all(|v| v.is_finite()) {
            return Err(Refusal::NotFinite { what: "a force" });
        }
        let Some(applied) = self.data.xfrc_applied_mut().get_mut(body as usize) else {
            return Err(Refusal::NoSuch { what: "body", index: body, count });
        };
        *applied = *force;
        Ok(())
    }

    fn set_mocap(&mut self, id: u32, pose: &Pose) -> Result<(), Refusal> {
        let count = self.data.mocap_pos().len();
        let at = id as usize;
        if at >= count {
            return Err(Refusal::NoSuch { what: "mocap body", index: id, count });
        }
        if !pose.position.iter().chain(&pose.orientation).all(|v| v.is_finite()) {
            return Err(Refusal::NotFinite { what: "a mocap pose" });
        }
        self.data.mocap_pos_mut()[at] = pose.position;
        // MuJoCo makes a unit of it, and of zero the identity.
        self.data.mocap_quat_mut()[at] = pose.orientation;
        self.data.forward();
        Ok(())
    }

    fn load_keyframe(&mut self, key: u32) -> Result<(), Refusal> {
        let count = self.data.model().key_time().len();
        self.data.reset_keyframe(key as usize).map_err(|_| Refusal::NoSuch {
            what: "keyframe",
            index: key,
            count,
        })?;
        self.moved();
        Ok(())
    }

    fn set_time(&mut self, time: f64) -> Result<(), Refusal> {
        if !time.is_finite() {
            return Err(Refusal::NotFinite { what: "the time" });
        }
        let time_alone = mjtState::mjSTATE_TIME as u32;
        self.data.set_state(&[time], time_alone).map_err(|_| Refusal::OtherModel)
    }

    fn set_state(&mut self, state: &[f64]) -> Result<(), Refusal> {
        if state.len() != self.data.model().state_size(FULL) {
            return Err(Refusal::OtherModel);
        }
        if !state.iter().all(|v| v.is_finite()) {
            return Err(Refusal::NotFinite { what: "the state" });
        }
        // A history cursor out of range is refused after the rest was written: go back then.
        let before = self.data.state(FULL);
        if self.data.set_state(state, FULL).is_err() {
            self.data.set_state(&before, FULL).map_err(|_| Refusal::OtherModel)?;
            return Err(Refusal::OtherModel);
        }
        self.data.forward();
        // What follows from the state is now up to date, but computing it has left its mark on the
        // warm start of the solver, which is part of the state.
        self.data.set_state(state, FULL).map_err(|_| Refusal::OtherModel)
    }

    /// After a jump to another state: derived quantities, step count.
    fn moved(&mut self) {
        self.steps = 0;
        self.data.forward();
    }
}

fn check(values: &[(u32, f64)], count: usize, what: &'static str) -> Result<(), Refusal> {
    for &(index, value) in values {
        if index as usize >= count {
            return Err(Refusal::NoSuch { what, index, count });
        }
        if !value.is_finite() {
            return Err(Refusal::NotFinite { what });
        }
    }
    Ok(())
}
