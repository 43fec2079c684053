//! Bringing a simulation into the states that pictures are wanted of.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Error, words::Choice};
use crate::{
    control::PhysicsCommand,
    scene::{Assets, Snapshot},
    worker::Worker,
};

/// Steps that one command takes at most; more are asked for in turns.
const STEPS: u32 = 10_000;
/// How long a turn of steps may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Most steps before a picture.
pub(super) const MAX_STEPS: u32 = 1_000_000;

/// A state of a simulation, by how it is reached.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = BatchState)]
pub struct State {
    /// What it begins with.
    pub from: From,
    /// A key frame to load first.
    pub keyframe: Option<Choice>,
    /// A full `mjSTATE_INTEGRATION` vector to set then.
    pub integration: Option<Vec<f64>>,
    /// Generalised positions to set then, the first ones of `qpos`.
    pub qpos: Option<Vec<f64>>,
    /// Controls to set then, the first ones of `ctrl`.
    pub ctrl: Option<Vec<f64>>,
    /// Physics steps to take last.
    pub steps: u32,
}

/// What a state begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = BatchFrom)]
pub enum From {
    /// The initial state: the key frame `start` where the model has one.
    #[default]
    Start,
    /// The state before this one in the list.
    Previous,
}

impl State {
    /// What brings a simulation like the one of `moment` there, apart from the steps.
    fn commands(&self, assets: &Assets, moment: &Snapshot) -> Result<Vec<PhysicsCommand>, Error> {
        fits("qpos", self.qpos.as_deref(), 0..=moment.qpos.len())?;
        fits("ctrl", self.ctrl.as_deref(), 0..=moment.ctrl.len())?;
        // A worker that stands still says its whole state.
        let whole = moment.integration.len();
        fits("integration", self.integration.as_deref(), whole..=whole)?;
        let mut commands = Vec::new();
        if self.from == From::Start {
            commands.push(PhysicsCommand::Reset);
        }
        if let Some(choice) = &self.keyframe {
            commands.push(PhysicsCommand::LoadKeyframe(keyframe(choice, assets)?));
        }
        if let Some(state) = &self.integration {
            commands.push(PhysicsCommand::SetState(state.clone()));
        }
        let numbered = |values: &[f64]| (0..).zip(values.iter().copied()).collect();
        if let Some(values) = &self.qpos {
            commands.push(PhysicsCommand::SetQpos(numbered(values)));
        }
        if let Some(values) = &self.ctrl {
            commands.push(PhysicsCommand::SetControl(numbered(values)));
        }
        Ok(commands)
    }

    /// Brings `worker` there.
    pub(super) async fn reach(
        &self,
        worker: &Worker,
        assets: &Assets,
    ) -> Result<Arc<Snapshot>, Error> {
        let moment = Arc::clone(&worker.snapshots().borrow());
        for command in self.commands(assets, &moment)? {
            obeyed(worker, command).await?;
        }
        step(worker, self.steps).await
    }
}

fn fits(what: &str, values: Option<&[f64]>, counts: RangeInclusive<usize>) -> Result<(), Error> {
    let Some(values) = values else {
        return Ok(());
    };
    if !counts.contains(&values.len()) {
        let (given, most) = (values.len(), counts.end());
        return Err(Error::Invalid(format!("{given} values for {what}: the model has {most}")));
    }
    if !values.iter().all(|value| value.is_finite()) {
        return Err(Error::Invalid(format!("a value for {what} is not a finite number")));
    }
    Ok(())
}

fn keyframe(choice: &Choice, assets: &Assets) -> Result<u32, Error> {
    let names = &assets.model.keyframes;
    let found = match choice {
        Choice::Name(name) => names.iter().position(|known| known == name),
        Choice::Number(number) => Some(*number).filter(|number| *number < names.len()),
    };
    found.and_then(|index| u32::try_from(index).ok()).ok_or_else(|| {
        Error::Invalid(format!(
            "there is no key frame {choice}; the model has {}: {}",
            names.len(),
            names.join(" ")
        ))
    })
}

/// The moment after `steps`.
///
/// # Errors
/// As [`obeyed`].
pub async fn step(worker: &Worker, mut steps: u32) -> Result<Arc<Snapshot>, Error> {
    while steps > STEPS {
        obeyed(worker, PhysicsCommand::Step(STEPS)).await?;
        steps -= STEPS;
    }
    match steps {
        0 => Ok(Arc::clone(&worker.snapshots().borrow())),
        steps => obeyed(worker, PhysicsCommand::Step(steps)).await,
    }
}

/// The first moment that reflects `command`.
///
/// # Errors
/// [`Error::Stopped`] when the simulation ends or takes too long.
pub async fn obeyed(worker: &Worker, command: PhysicsCommand) -> Result<Arc<Snapshot>, Error> {
    let number = worker.send(command).map_err(|error| Error::Stopped(error.to_string()))?;
    let mut snapshots = worker.snapshots();
    let done = snapshots.wait_for(|snapshot| snapshot.acknowledged >= number);
    match tokio::time::timeout(PATIENCE, done).await {
        Ok(Ok(snapshot)) => Ok(Arc::clone(&snapshot)),
        Ok(Err(_)) => Err(Error::Stopped("the simulation stopped".into())),
        Err(_) => Err(Error::Stopped("the simulation takes too long".into())),
    }
}
