//! What a worker process costs: `cargo bench --bench worker [-- SCENE.xml]`.

#![expect(clippy::print_stdout, reason = "this is what the bench is run for")]

use std::{
    fmt::Write as _,
    sync::Arc,
    time::{Duration, Instant},
};

use mjcast::{
    control::PhysicsCommand,
    library,
    scene::Snapshot,
    worker::{Bundle, Limits, Worker},
};

/// Workers started for the first figure.
const SPAWNS: usize = 20;
/// Commands sent for the second.
const TRIPS: usize = 500;
/// How long CPU time is counted for.
const SPAN: Duration = Duration::from_secs(10);

#[tokio::main]
async fn main() {
    let file = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let scene = match file {
        Some(path) => std::fs::read_to_string(path).expect("the scene can be read"),
        None => library::preset("humanoid").expect("a preset").xml.to_owned(),
    };

    let mut spawns = Vec::new();
    for _ in 0..SPAWNS {
        let clock = Instant::now();
        let _worker = spawn(&scene).await;
        spawns.push(clock.elapsed());
    }
    report("spawn to first snapshot", &mut spawns);

    let worker = spawn(&thousand_geoms()).await;
    let mut trips = Vec::new();
    for _ in 0..TRIPS {
        let clock = Instant::now();
        obey(&worker, PhysicsCommand::SetQpos(Vec::new())).await;
        trips.push(clock.elapsed());
    }
    report("command to its snapshot, 1,000 geoms", &mut trips);

    let worker = spawn(&scene).await;
    for (what, command) in [
        ("paused", PhysicsCommand::Pause),
        ("running, 60 snapshots per second", PhysicsCommand::Play),
        ("running, no snapshots", PhysicsCommand::PublishRate(0)),
    ] {
        obey(&worker, command).await;
        let before = cpu_ticks(worker.pid());
        tokio::time::sleep(SPAN).await;
        let ticks = cpu_ticks(worker.pid()) - before;
        // A tick is 10 ms on every Linux that is not configured by hand.
        println!("{what}: {:.2} % of a core", ticks as f64 / SPAN.as_secs_f64());
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", worker.pid()));
    let wanted = ["VmRSS", "RssAnon", "VmPeak"];
    for line in status.expect("the worker lives").lines() {
        if wanted.iter().any(|name| line.starts_with(name)) {
            println!("{line}");
        }
    }
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort();
    println!("{what}: best {:?}, median {:?}", times[0], times[times.len() / 2]);
}

async fn spawn(mjcf: &str) -> Worker {
    let limits = Limits { program: env!("CARGO_BIN_EXE_mjcast").into(), ..Limits::default() };
    let bundle = Bundle { mjcf: mjcf.to_owned(), files: Vec::new() };
    Worker::spawn(&bundle, &limits).await.expect("the scene loads").0
}

async fn obey(worker: &Worker, command: PhysicsCommand) -> Arc<Snapshot> {
    let number = worker.send(command).expect("the worker takes it");
    let mut snapshots = worker.snapshots();
    let done = snapshots.wait_for(|snapshot| snapshot.acknowledged >= number);
    Arc::clone(&done.await.expect("the worker lives"))
}

fn thousand_geoms() -> String {
    let mut geoms = String::new();
    for n in 0..1000 {
        let _ = writeln!(geoms, r#"<geom size=".1" pos="{} {} 0"/>"#, n % 32, n / 32);
    }
    format!("<mujoco><worldbody>{geoms}</worldbody></mujoco>")
}

/// User and system time of a process, in ticks.
fn cpu_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("the worker lives");
    let (_, fields) = stat.rsplit_once(')').expect("the name is in parentheses");
    let fields: Vec<_> = fields.split_whitespace().collect();
    [11, 12].map(|at| fields[at].parse::<u64>().expect("a number")).iter().sum()
}
