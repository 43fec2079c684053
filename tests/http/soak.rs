//! Hours of use: `SOAK_S=3600` asks for one.

use std::{
    env,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use http::StatusCode;
use serde_json::{Value, json};

use crate::{
    client::within,
    daemon::{Daemon, SWING, is_alive, kill, until},
    player::play,
};

const SESSIONS: usize = 4;
/// How long, s, where nobody asks for more: each kind of event once.
const SHORT: u64 = 8;
/// What is shorter than this tells nothing of drift, s.
const LONG: u64 = 1800;
/// Most that memory may grow by in an hour, as a part of it.
const DRIFT: f64 = 0.01;
/// Events are this many to the whole, at most one in so many seconds.
const EVENTS: u64 = 4;
const EVENT_EVERY: u64 = 20;
/// Pictures may come late so long after an event.
const STIR: Duration = Duration::from_secs(2);

/// A viewer and what it saw.
struct Watcher {
    stop: Arc<AtomicBool>,
    /// When a picture came, of the present connection and since the last event.
    intervals: Arc<Mutex<Vec<Duration>>>,
    stirred: Arc<Mutex<Instant>>,
    done: tokio::task::JoinHandle<()>,
}

impl Watcher {
    fn start(daemon: &Arc<Daemon>, session: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let intervals = Arc::default();
        let stirred = Arc::new(Mutex::new(Instant::now()));
        let done = tokio::spawn(watch(
            Arc::clone(daemon),
            session.to_owned(),
            Arc::clone(&stop),
            Arc::clone(&intervals),
            Arc::clone(&stirred),
        ));
        Self { stop, intervals, stirred, done }
    }

    fn stir(&self) {
        *self.stirred.lock().expect("no panic") = Instant::now();
    }
}

/// Watches a session, goes now and then, every other time without a goodbye, and comes back.
async fn watch(
    daemon: Arc<Daemon>,
    session: String,
    stop: Arc<AtomicBool>,
    intervals: Arc<Mutex<Vec<Duration>>>,
    stirred: Arc<Mutex<Instant>>,
) {
    for visit in 0_usize.. {
        let (mut player, place) = play(&daemon, &session).await;
        let came = Instant::now();
        let mut last = came;
        // Longer each time, so that they do not all come at once.
        let stays = Duration::from_secs(30 + 7 * (visit as u64 % 8));
        while !stop.load(Ordering::Relaxed) && came.elapsed() < stays {
            within("a picture", player.frame()).await;
            let now = Instant::now();
            let since = stirred.lock().expect("no panic").max(came);
            if now.duration_since(since) > STIR {
                intervals.lock().expect("no panic").push(now - last);
            }
            last = now;
        }
        if visit % 2 == 0 {
            daemon.delete(&place).await;
        }
        player.close().await;
        if stop.load(Ordering::Relaxed) {
            return;
        }
    }
}

/// The slope of a line through the points, by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let middle = points.iter().fold((0.0, 0.0), |(x, y), point| (x + point.0 / n, y + point.1 / n));
    let over = points.iter().map(|(x, y)| (x - middle.0) * (y - middle.1)).sum::<f64>();
    over / points.iter().map(|(x, _)| (x - middle.0).powi(2)).sum::<f64>()
}

#[tokio::test(flavor = "multi_thread")]
async fn use_for_hours_leaves_nothing_behind() {
    let asked = env::var("SOAK_S").ok().and_then(|text| text.parse().ok());
    let lasts: u64 = asked.unwrap_or(SHORT);
    let mut daemon = Daemon::ready_with(&[
        ("MJCAST_VIDEO__FRAME_WIDTH", "640"),
        ("MJCAST_VIDEO__FRAME_HEIGHT", "360"),
        ("MJCAST_VIDEO__FRAME_RATE", "30"),
    ])
    .await;
    let own = daemon.workers();
    let shared = Arc::new(daemon);
    let mut ids = Vec::new();
    for n in 0..SESSIONS {
        let named = json!({"name": format!("swing {n}"), "xml": SWING});
        let (status, made) = shared.post("/api/sessions", &named).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        ids.push(made["id"].as_str().expect("an id").to_owned());
    }
    let watchers: Vec<_> = ids.iter().map(|id| Watcher::start(&shared, id)).collect();
    let start = Instant::now();
    let (mut points, mut events, mut kills) = (Vec::new(), 0_u64, 0);
    let every = Duration::from_secs((lasts / EVENTS).clamp(1, EVENT_EVERY));
    while start.elapsed() < Duration::from_secs(lasts) {
        tokio::time::sleep(every).await;
        let turn = events as usize % SESSIONS;
        watchers[turn].stir();
        // One death in a while: a scene that keeps dying is given up.
        if events % 8 == 1 {
            let workers = shared.workers();
            let theirs: Vec<_> = workers.iter().filter(|id| !own.contains(id)).collect();
            watchers.iter().for_each(Watcher::stir);
            kill(*theirs[turn % theirs.len()]);
            kills += 1;
        } else {
            let scene = format!("/api/sessions/{}/scene", ids[turn]);
            let (status, put) = shared.put(&scene, &json!({"xml": SWING})).await;
            assert_eq!(status, StatusCode::OK, "{put}");
        }
        events += 1;
        points.push((start.elapsed().as_secs_f64(), shared.memory() as f64));
    }
    for watcher in &watchers {
        watcher.stop.store(true, Ordering::Relaxed);
    }
    let mut intervals = Vec::new();
    for watcher in watchers {
        watcher.done.await.expect("watched to the end");
        intervals.append(&mut watcher.intervals.lock().expect("no panic"));
    }
    intervals.sort();
    assert!(!intervals.is_empty(), "pictures between the events");
    let at = |part: f64| intervals[(intervals.len() as f64 * part) as usize];
    // What fills once is no drift.
    let settled: Vec<_> = points[points.len() / 6..].to_vec();
    let mean = settled.iter().map(|(_, bytes)| bytes).sum::<f64>() / settled.len() as f64;
    let drift = slope(&settled) * 3600.0 / mean;
    println!(
        "{lasts} s, {SESSIONS} sessions: {events} events, {kills} of them deaths; {} pictures, \
         intervals p50 {:?}, p99 {:?}; memory {:.1} MiB, {:+.2} % an hour; {} descriptors, {} threads",
        intervals.len(),
        at(0.5),
        at(0.99),
        mean / f64::from(1 << 20),
        100.0 * drift,
        shared.count("fd"),
        shared.count("task"),
    );
    let mib = |part: usize| points[points.len() * part / 10].1 / f64::from(1 << 20);
    let tenths: Vec<_> = (0..10).map(|part| format!("{:.1}", mib(part))).collect();
    println!("memory from the start to the end, MiB: {}", tenths.join(" "));
    assert!(kills > 0);
    if lasts >= LONG {
        assert!(drift <= DRIFT, "memory grows by {:.2} % an hour", 100.0 * drift);
    }
    let health: Value = shared.get("/api/health").await.1;
    assert_eq!(health["status"], "healthy", "{health}");
    // A worker for each session, and none that nobody knows of.
    until(async || (shared.workers().len() == SESSIONS + 1).then_some(())).await;
    assert_eq!(shared.panics.load(Ordering::Relaxed), 0);
    let workers = shared.workers();
    daemon = Arc::into_inner(shared).expect("all watchers have gone");
    daemon.signal(rustix::process::Signal::TERM);
    assert!(daemon.ended().await, "exit code 0");
    until(async || (!workers.iter().any(|id| is_alive(*id))).then_some(())).await;
}
