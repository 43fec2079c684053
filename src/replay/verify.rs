//! Goes through a history again and compares every state on the way, bit by bit.

use std::time::Duration;

use super::{Archive, digest};
use crate::{
    control::{PhysicsCommand, Replay},
    worker::{Limits, LoadError, SendError, Worker},
};

/// Longest wait for the steps from one state to the next.
const PATIENCE: Duration = Duration::from_secs(600);

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// States compared.
    pub states: usize,
    /// Changes made again.
    pub changes: usize,
    /// Steps taken again.
    pub steps: u64,
    /// The tick of the first state that differs.
    pub differs_at: Option<u64>,
}

/// Why a history could not be gone through.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// There is nothing to compare.
    #[error("the history has {0} moments; at least two are needed")]
    TooShort(usize),
    /// The model cannot be loaded.
    #[error("the model cannot be loaded: {0}")]
    Load(#[from] LoadError),
    /// A piece of the history cannot be handed to the simulation.
    #[error("the piece from tick {tick} cannot be sent: {source}")]
    Send {
        /// Where it begins.
        tick: u64,
        /// Why.
        source: SendError,
    },
    /// The simulation ended or was too slow.
    #[error("the simulation did not get to tick {0}")]
    Stuck(u64),
}

/// Goes from the first state of `archive` to its last in one run, and compares all in between.
///
/// # Errors
/// [`VerifyError`] when that cannot be done; that a state differs is no error.
pub async fn verify(archive: &Archive, limits: &Limits) -> Result<Report, VerifyError> {
    let [first, rest @ ..] = &*archive.moments else { return Err(VerifyError::TooShort(0)) };
    if rest.is_empty() {
        return Err(VerifyError::TooShort(1));
    }
    let (worker, _) = Worker::spawn(&archive.bundle, limits).await?;
    let mut report = Report { states: 0, changes: 0, steps: 0, differs_at: None };
    let mut before = first;
    for moment in rest {
        let log = archive.log[before.changes..moment.changes].to_vec();
        let from = (report.states == 0).then(|| first.origin.clone());
        report.changes += log.len();
        let until = moment.origin.tick;
        let replay = PhysicsCommand::Replay(Box::new(Replay { from, log, until }));
        let tick = before.origin.tick;
        let number = worker.send(replay).map_err(|source| VerifyError::Send { tick, source })?;
        let mut snapshots = worker.snapshots();
        let reached = snapshots.wait_for(|snapshot| snapshot.acknowledged >= number);
        let reached = tokio::time::timeout(PATIENCE, reached).await;
        let stuck = || VerifyError::Stuck(until);
        let snapshot = reached.ok().and_then(Result::ok).ok_or_else(stuck)?.clone();
        report.states += 1;
        report.steps += until - tick;
        if digest(&snapshot.integration) != digest(&moment.origin.state) {
            report.differs_at = Some(until);
            break;
        }
        before = moment;
    }
    Ok(report)
}
