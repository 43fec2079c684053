//! What sessions do to one another: `cargo bench --bench sessions`.
//!
//! A humanoid is recorded, which takes the pictures that viewers would get. Meanwhile another
//! session loads models that are made to kill, one after the other; then the humanoid's own process
//! is killed again and again. Shown are the gaps between the pictures.

#![expect(clippy::print_stdout, reason = "this is what the bench is run for")]

use std::{fs, path::Path, time::Duration};

use mjcast::{
    Daemon,
    bundle::Bundle,
    control::{Command, PhysicsCommand},
    session::{Change, Handle, Source, Wish},
    units::Size,
};
use rustix::process::{Pid, Signal, kill_process};

/// How long nothing else happens.
const QUIET: Duration = Duration::from_secs(10);
/// Processes that are killed, and how long each is left alone before.
const KILLS: usize = 20;
const LIFE: Duration = Duration::from_millis(1500);
/// Times that the scene is replaced.
const RELOADS: usize = 10;
/// Ticks of a recording's clock per second.
const TIMESCALE: f64 = 90_000.0;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = Daemon::builder()
        .set("server.port", 0)
        .set("recording.dir", folder.path().display())
        .worker_program(env!("CARGO_BIN_EXE_mjcast"));
    let daemon = daemon.start().await.expect("starts");
    let watched = daemon.session();
    watched.load(Source::Preset("humanoid".into())).await.expect("loads");
    println!(
        "| while a humanoid is streamed at 640x480 | bar | gaps between pictures |\n|---|---|---|"
    );

    let quiet = gaps_during(&daemon, &watched, folder.path(), tokio::time::sleep(QUIET)).await;
    row("nothing else happens", "", &quiet);

    let other = daemon.sessions().create(None, Change::default(), None).await.expect("made");
    let hostile = gaps_during(&daemon, &watched, folder.path(), async {
        for model in killers() {
            // What becomes of it is for the tests of the sandbox; here it shall only cost.
            if other.load(Source::Bundle(Bundle::unchecked(model))).await.is_ok() {
                let _ = other.act(Command::Physics(PhysicsCommand::Speed(f64::INFINITY))).await;
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
        }
    });
    row("a neighbour loads hostile models", "≤ 200 ms", &hostile.await);
    daemon.sessions().delete(other.id().as_str()).await.expect("deleted");

    let reloaded = gaps_during(&daemon, &watched, folder.path(), async {
        for _ in 0..RELOADS {
            tokio::time::sleep(LIFE).await;
            watched.reload(Source::Preset("humanoid".into())).await.expect("loads");
        }
        tokio::time::sleep(LIFE).await;
    });
    let what = format!("its own scene is loaded again {RELOADS} times, with its state");
    row(&what, "", &reloaded.await);

    let killed = gaps_during(&daemon, &watched, folder.path(), async {
        for _ in 0..KILLS {
            tokio::time::sleep(LIFE).await;
            workers().into_iter().for_each(|id| kill_process(id, Signal::KILL).expect("lives"));
        }
        tokio::time::sleep(LIFE).await;
    });
    let mut killed = killed.await;
    // The longest are those after the kills.
    let after = killed.split_off(killed.len().saturating_sub(KILLS));
    row(
        &format!("its own process is killed {KILLS} times: the {KILLS} longest"),
        "≤ 500 ms",
        &after,
    );
    daemon.stop().await;
}

/// The gaps between the pictures of `session` while `this` happens, ms, sorted.
async fn gaps_during(
    daemon: &Daemon,
    session: &Handle,
    folder: &Path,
    this: impl Future<Output = ()>,
) -> Vec<f64> {
    let size = Size::new(640, 480).expect("in range");
    let wish = Wish { name: String::new(), camera: None, size: Some(size), max_duration: None };
    let recording = session.record(wish).await.expect("recorded");
    this.await;
    let recordings = daemon.sessions().recordings();
    let id = session.id().as_str();
    recordings.stop(id, &recording.id, "enough").await.expect("stops");
    let lines = fs::read_to_string(folder.join(format!("{}.state.jsonl", recording.id)));
    let lines = lines.expect("a side-car");
    let pts: Vec<f64> = lines
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()?["pts"].as_f64())
        .collect();
    let mut gaps: Vec<f64> =
        pts.windows(2).map(|pair| (pair[1] - pair[0]) * 1000.0 / TIMESCALE).collect();
    gaps.sort_by(f64::total_cmp);
    gaps
}

fn row(what: &str, bar: &str, sorted: &[f64]) {
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
    let (median, p95, p99, most) = (at(0.5), at(0.95), at(0.99), at(1.0));
    let count = sorted.len();
    println!(
        "| {what} | {bar} | median {median:.0} ms, p95 {p95:.0}, p99 {p99:.0}, longest {most:.0} \
         ({count}) |"
    );
}

/// The processes of the simulations.
fn workers() -> Vec<Pid> {
    let children = format!("/proc/{0}/task", std::process::id());
    let threads = fs::read_dir(children).expect("Linux").flatten();
    let lists =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let ids = lists.flat_map(|list| {
        list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<i32>>()
    });
    ids.filter_map(Pid::from_raw).collect()
}

/// Models that take as much memory or time as they get.
fn killers() -> Vec<String> {
    let world = |inner: &str| format!("<mujoco><worldbody>{inner}</worldbody></mujoco>");
    let replicated = "<replicate count='1000'>".repeat(3) + "<geom size='1'/>";
    vec![
        "<mujoco><size nkey='1000000'/></mujoco>".into(),
        "<mujoco><asset><hfield name='h' nrow='46341' ncol='46341' size='1 1 1 1'/></asset></mujoco>"
            .into(),
        world(&"<body><geom size='1'/></body>".repeat(32_000)),
        world(&(replicated + &"</replicate>".repeat(3))),
        world("<flexcomp name='f' type='grid' dim='3' count='40 40 40' spacing='1 1 1'/>"),
        "<mujoco><asset><texture name='t' type='2d' builtin='checker' width='30000' height='30000'/>\
         </asset></mujoco>"
            .into(),
        "<mujoco><option solver='PGS' iterations='2000000000' tolerance='0'/><worldbody>\
         <geom type='plane' size='1 1 1'/><body pos='0 0 .09'><freejoint/>\
         <geom type='box' size='.1 .1 .1'/></body></worldbody></mujoco>"
            .into(),
        world(&"<body pos='0 0 1'><freejoint/><geom size='.1'/></body>".repeat(2_000)),
    ]
}
