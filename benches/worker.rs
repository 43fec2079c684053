//! What a worker process costs: `cargo bench --bench worker [-- SCENE.xml]`.

#![expect(clippy::print_stdout, reason = "this is what the bench is run for")]

use std::{
    fmt::Write as _,
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use mjcast::{
    control::PhysicsCommand,
    library,
    physics::Simulation,
    scene::Snapshot,
    worker::{Bundle, Crossing, Limits, Worker},
};

/// Workers started for the first figures.
const SPAWNS: usize = 40;
/// Commands sent, and snapshots handed over.
const TRIPS: usize = 1000;
/// Workers that are killed.
const KILLS: usize = 40;
/// Simulations that do nothing.
const IDLE: usize = 50;
/// How long CPU time is counted for.
const SPAN: Duration = Duration::from_secs(10);
/// Steps whose cost is compared, and how often.
const STEPS: u32 = 10_000;
const RUNS: usize = 15;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let file = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let scene = match file {
        Some(path) => fs::read_to_string(path).expect("the scene can be read"),
        None => library::preset("humanoid").expect("a preset").xml.to_owned(),
    };
    println!("| figure | bar | measured |\n|---|---|---|");
    spawning(&scene).await;
    crossing().await;
    throughput(&scene, 60, "watched at 60 Hz").await;
    throughput(&scene, 10, "unwatched").await;
    idle(&scene).await;
    killed(&scene).await;
}

fn row(what: &str, bar: &str, measured: &str) {
    println!("| {what} | {bar} | {measured} |");
}

/// Best, median and 95th percentile.
fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    format!("{:.1?} (best {:.1?}, p95 {:.1?})", at(0.5), times[0], at(0.95))
}

async fn spawning(scene: &str) {
    let mut times = Vec::new();
    for _ in 0..SPAWNS {
        let clock = Instant::now();
        let _worker = spawn(scene).await;
        times.push(clock.elapsed());
    }
    row("spawn to first pose, median", "≤ 60 ms", &spread(times));

    let empty = "<mujoco/>";
    let mut workers = Vec::new();
    for _ in 0..SPAWNS {
        workers.push(spawn(empty).await);
    }
    let cpu: Duration = workers.iter().map(|worker| cpu_time(worker.pid())).sum();
    let each = cpu / SPAWNS as u32;
    row("CPU of a worker up to its first pose, empty model", "", &format!("{each:.1?}"));
    let confining = workers.iter().map(Worker::confining).collect();
    row("CPU of the sandbox within that, median", "≤ 5 ms", &spread(confining));
}

async fn crossing() {
    let worker = spawn(&thousand_geoms()).await;
    let mut trips = Vec::new();
    for _ in 0..TRIPS {
        let clock = Instant::now();
        obey(&worker, PhysicsCommand::SetQpos(Vec::new())).await;
        trips.push(clock.elapsed());
    }
    row("command to its snapshot, 1,000 geoms, median", "", &spread(trips));

    let snapshot = worker.snapshots().borrow().clone();
    let encoded = snapshot.encode_into(Vec::new());
    let mut crossing = Crossing::new().expect("memory");
    let (mut publish, mut take) = (Vec::new(), Vec::new());
    for _ in 0..TRIPS {
        let clock = Instant::now();
        crossing.publish(&encoded).expect("fits");
        publish.push(clock.elapsed());
        let clock = Instant::now();
        assert_eq!(crossing.take().expect("whole").len(), encoded.len());
        take.push(clock.elapsed());
    }
    let both = publish.iter().zip(&take).map(|(a, b)| *a + *b).collect();
    let what = format!("hand-over of 1,000 geoms ({} KiB), median", encoded.len() >> 10);
    row(&what, "≤ 50 µs", &spread(both));
    row("of it in the worker, median", "", &spread(publish));
    row("of it in the host, median", "", &spread(take));
}

/// The CPU time of the same steps from the same state, in a worker and in a bare loop, in turn.
async fn throughput(scene: &str, hz: u32, how: &str) {
    let (mut bare, mut within) = (Duration::MAX, Duration::MAX);
    let (mut simulation, _) = Simulation::load(&Bundle::unchecked(scene)).expect("loads");
    let worker = spawn(scene).await;
    obey(&worker, PhysicsCommand::PublishRate(hz)).await;
    for _ in 0..RUNS {
        simulation.reset();
        let before = cpu_of_thread();
        (0..STEPS).for_each(|_| simulation.step());
        bare = bare.min(cpu_of_thread() - before);
        obey(&worker, PhysicsCommand::Reset).await;
        let before = cpu_time(worker.pid());
        obey(&worker, PhysicsCommand::Step(STEPS)).await;
        within = within.min(cpu_time(worker.pid()) - before);
    }
    let share = bare.as_secs_f64() / within.as_secs_f64() * 100.0;
    let measured = format!("{share:.1} % ({within:.0?} for {STEPS} steps, bare {bare:.0?})");
    row(&format!("throughput in a worker, {how}, best of {RUNS}"), "≥ 97 %", &measured);
}

async fn idle(scene: &str) {
    let mut workers = Vec::new();
    for _ in 0..IDLE {
        workers.push(spawn(scene).await);
    }
    let all = || {
        let workers: Duration = workers.iter().map(|worker| cpu_time(worker.pid())).sum();
        workers + cpu_time(std::process::id())
    };
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = all();
    tokio::time::sleep(SPAN).await;
    let share = (all() - before).as_secs_f64() / SPAN.as_secs_f64() * 100.0;
    let what = format!("CPU of {IDLE} paused simulations and their host");
    row(&what, "< 5 % of a core", &format!("{share:.2} %"));
    let private = workers.iter().map(|worker| private_memory(worker.pid())).max().unwrap_or(0);
    let measured = format!("{:.1} MB", private as f64 / 1000.0);
    row("private memory of a paused simulation, largest", "≤ 8 MB", &measured);
}

/// From a killed process to the first pose of the next one, without what a session adds.
async fn killed(scene: &str) {
    let mut times = Vec::new();
    for _ in 0..KILLS {
        let mut worker = spawn(scene).await;
        let pid = rustix::process::Pid::from_raw(worker.pid() as i32).expect("a process");
        let clock = Instant::now();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).expect("is killed");
        worker.ended().await;
        let _next = spawn(scene).await;
        times.push(clock.elapsed());
    }
    row("killed worker to the next pose", "p95 ≤ 500 ms", &spread(times));
}

async fn spawn(mjcf: &str) -> Worker {
    let limits = Limits { program: env!("CARGO_BIN_EXE_mjcast").into(), ..Limits::default() };
    Worker::spawn(&Bundle::unchecked(mjcf), &limits).await.expect("the scene loads").0
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

/// User and system time of a process, to the microsecond where the kernel counts so.
fn cpu_time(pid: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the process lives");
    let of_task = |path: std::path::PathBuf| {
        let stat = fs::read_to_string(path.join("schedstat")).ok()?;
        stat.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
    };
    tasks.flatten().filter_map(|task| of_task(task.path())).sum()
}

fn cpu_of_thread() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32)
}

/// Private pages of a process, kB.
fn private_memory(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"));
    let rollup = rollup.expect("the process lives and is ours");
    let private = rollup.lines().filter(|line| line.starts_with("Private_"));
    private.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum()
}
