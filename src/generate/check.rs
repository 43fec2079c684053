//! Whether a scene that was built behaves: a worker compiles it and lets it settle.

use std::{sync::Arc, time::Duration};

use super::{Built, Fault};
use crate::{
    control::PhysicsCommand,
    scene::{Assets, Snapshot},
    worker::{Bundle, Limits, Worker},
};

/// How long a scene settles, simulated.
pub const SETTLING_S: f64 = 2.0;
/// Deepest overlap at the start, m: soft contacts rest a fraction of this deep.
const MAX_DEPTH_M: f64 = 0.005;
/// Farthest that something at rest may move, m.
const MAX_STRAY_M: f64 = 0.04;
/// Farther away nothing can be, m.
const FARTHEST_M: f64 = 1e4;
/// Longest wait for the worker.
const PATIENCE: Duration = Duration::from_secs(20);

/// Compiles a scene in a worker, lets it settle for two simulated seconds and judges it: all that
/// was asked for is there, nothing overlaps deeply, nothing diverges, and what should rest does.
///
/// # Errors
/// What is wrong with it, in the order in which it was found.
pub async fn check(built: &Built, limits: &Limits) -> Result<(), Vec<Fault>> {
    let bundle = Bundle::of_text(built.xml.clone())
        .map_err(|error| vec![Fault::Compile(error.to_string())])?;
    // It holds nothing but what the builder wrote: no jail is needed for it.
    let limits = Limits { confined: false, ..limits.clone() };
    let (worker, assets) = Worker::spawn(&bundle, &limits)
        .await
        .map_err(|error| vec![Fault::Compile(error.to_string())])?;
    let before = Arc::clone(&worker.snapshots().borrow());
    let mut faults = missing(built, &assets);
    faults.extend(overlaps(&before, &assets));
    if faults.is_empty() {
        let steps = (SETTLING_S / assets.model.timestep).ceil() as u32;
        match step(&worker, steps).await {
            Ok(after) => faults.extend(strayed(built, &assets, &before, &after)),
            Err(why) => faults.push(Fault::Untried(why)),
        }
    }
    worker.stop().await;
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

async fn step(worker: &Worker, steps: u32) -> Result<Arc<Snapshot>, String> {
    let number = worker.send(PhysicsCommand::Step(steps)).map_err(|error| error.to_string())?;
    let mut snapshots = worker.snapshots();
    let reached = snapshots.wait_for(|snapshot| snapshot.acknowledged >= number);
    match tokio::time::timeout(PATIENCE, reached).await {
        Ok(Ok(snapshot)) => Ok(snapshot.clone()),
        Ok(Err(_)) => Err("its simulation ended".into()),
        Err(_) => Err("it takes too long to simulate".into()),
    }
}

fn body(assets: &Assets, name: &str) -> Option<usize> {
    assets.model.bodies.iter().position(|known| known == name)
}

fn missing(built: &Built, assets: &Assets) -> Vec<Fault> {
    let lost = built.expected.iter().filter(|expected| body(assets, &expected.body).is_none());
    lost.map(|expected| Fault::Missing { body: expected.body.clone() }).collect()
}

fn overlaps(moment: &Snapshot, assets: &Assets) -> Option<Fault> {
    let deepest = moment.contacts.iter().min_by(|a, b| a.distance.total_cmp(&b.distance))?;
    let owner = |geom: i32| {
        let geom = usize::try_from(geom).ok().and_then(|geom| assets.model.geoms.get(geom));
        let body = geom.and_then(|geom| assets.model.bodies.get(geom.body as usize));
        body.filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| "floor".into())
    };
    (deepest.distance < -MAX_DEPTH_M)
        .then(|| Fault::Overlap { bodies: deepest.geoms.map(owner), depth_m: -deepest.distance })
}

/// MuJoCo starts a simulation that diverges from the beginning: then its time is short.
fn strayed(built: &Built, assets: &Assets, before: &Snapshot, after: &Snapshot) -> Vec<Fault> {
    let wild =
        after.bodies.iter().flatten().any(|part| !part.is_finite() || part.abs() > FARTHEST_M);
    if wild || after.time + 0.01 < SETTLING_S {
        return vec![Fault::Diverged { time_s: after.time }];
    }
    let resting = built.expected.iter().filter(|expected| expected.rests);
    resting
        .filter_map(|expected| {
            let index = body(assets, &expected.body)?;
            let (from, to) = (before.bodies.get(index)?, after.bodies.get(index)?);
            let distance_m = from.iter().zip(to).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
            (distance_m > MAX_STRAY_M)
                .then(|| Fault::Strayed { body: expected.body.clone(), distance_m })
        })
        .take(5)
        .collect()
}
