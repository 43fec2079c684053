//! `mjcast bench stream`: a daemon in this process, viewers that decode nothing, and what frames
//! take on their way between them.
//!
//! Daemon and viewers share a clock, so that every stage is measured and none is estimated. One
//! viewer drags its camera now and then; the others follow it, and so all share one view.

mod company;
mod cpu;
mod trace;

use std::time::{Duration, Instant};

use serde::Serialize;

use super::{Daemon, Failure};
use crate::units::{FrameRate, Size};
use company::Company;

pub use trace::Spread;

/// How long the streams run before anything is counted.
const SETTLING: Duration = Duration::from_secs(1);
/// How long all viewers may take to get their first pictures.
const STARTING: Duration = Duration::from_secs(60);
/// Pictures that show that a viewer has a stream.
const ENOUGH: u64 = 5;

/// What is to be measured.
#[derive(Clone, Copy, Debug)]
pub struct StreamBench {
    /// Size of the stream.
    pub size: Size,
    /// Frames per second.
    pub frame_rate: FrameRate,
    /// Viewers, at least one.
    pub viewers: u32,
    /// How long.
    pub duration: Duration,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct StreamReport {
    /// Of mjcast.
    pub version: &'static str,
    /// How mjcast itself was compiled: figures of a debug build say little.
    pub build: &'static str,
    /// What draws.
    pub adapter: String,
    /// What encodes.
    pub encoder: String,
    /// Width and height, px.
    pub size: [u32; 2],
    /// Frames per second that were asked for.
    pub frame_rate: u32,
    /// How long, s.
    pub duration_s: f64,
    /// Frames per second that each viewer got.
    pub fps: Vec<f64>,
    /// Cores that the daemon kept busy, without simulation and viewers.
    pub daemon_cores: f64,
    /// … the simulation's process.
    pub worker_cores: f64,
    /// … the viewers, which a real daemon does not have.
    pub viewer_cores: f64,
    /// Inputs that were sent, and whose first frame was seen.
    pub inputs: [u64; 2],
    /// What each stage took, in the order that frames pass them, and the sums.
    pub stages: Vec<Spread>,
}

/// Measures.
///
/// # Errors
/// [`Failure::Environment`] without an adapter or an encoder, [`Failure::Failed`] when a viewer gets
/// no stream.
pub async fn bench_stream(wanted: StreamBench) -> Result<StreamReport, Failure> {
    let daemon = Daemon::builder()
        .set("server.port", 0)
        .set("server.log_level", "warn")
        .set("video.frame_width", wanted.size.width())
        .set("video.frame_height", wanted.size.height())
        .set("video.frame_rate", wanted.frame_rate.hz())
        .set("limits.viewers", wanted.viewers.max(2))
        .start()
        .await?;
    let measured = measure(&daemon, wanted).await;
    daemon.stop().await;
    measured
}

async fn measure(daemon: &Daemon, wanted: StreamBench) -> Result<StreamReport, Failure> {
    let mut company = Company::start()?;
    company.fill(&daemon.session(), wanted.viewers).await?;
    within_starting(&company).await?;
    tokio::time::sleep(SETTLING).await;
    let (before, used, start) = (company.frames(), cpu::read(company::THREADS), Instant::now());
    let traces = company.lead(wanted.duration, daemon.session().clock()).await?;
    let (after, spent) = (company.frames(), cpu::read(company::THREADS));
    let duration_s = start.elapsed().as_secs_f64();
    let overview = daemon.sessions().overview();
    let cores =
        |after: Duration, before: Duration| after.saturating_sub(before).as_secs_f64() / duration_s;
    let fps = |(after, before): (u64, u64)| (after - before) as f64 / duration_s;
    Ok(StreamReport {
        version: env!("CARGO_PKG_VERSION"),
        build: if cfg!(debug_assertions) { "debug" } else { "release" },
        adapter: overview.adapter.name,
        encoder: overview.encoder.name.to_owned(),
        size: [wanted.size.width(), wanted.size.height()],
        frame_rate: wanted.frame_rate.hz(),
        duration_s,
        fps: after.into_iter().zip(before).map(fps).collect(),
        daemon_cores: cores(spent.rest, used.rest),
        worker_cores: cores(spent.children, used.children),
        viewer_cores: cores(spent.named, used.named),
        inputs: traces.inputs(),
        stages: traces.spreads(),
    })
}

/// Waits until every viewer gets pictures.
async fn within_starting(company: &Company) -> Result<(), Failure> {
    let begun = Instant::now();
    while company.frames().iter().any(|frames| *frames < ENOUGH) {
        if begun.elapsed() > STARTING {
            let frames = company.frames();
            return Err(Failure::Failed(format!("some viewers get no stream: {frames:?} frames")));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
