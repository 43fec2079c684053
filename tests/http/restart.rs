//! What outlives the daemon.

use std::{
    fs,
    time::{Duration, Instant},
};

use http::StatusCode;
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::daemon::{Daemon, SCENE, until};

const SESSIONS: usize = 10;

/// A daemon that keeps its sessions in `dir`.
async fn start(dir: &TempDir) -> Daemon {
    let dir = dir.path().to_str().expect("UTF-8");
    let daemon = Daemon::start(&[("MJCAST_STATE__DIR", dir), ("MJCAST_STATE__SESSIONS", "true")]);
    until(async || (daemon.get("/startupz").await.0 == StatusCode::OK).then_some(())).await;
    daemon
}

async fn session(daemon: &Daemon, n: usize) -> String {
    let named = json!({"name": format!("arm {n}"), "xml": SCENE});
    let (status, body) = daemon.post("/api/sessions", &named).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    body["id"].as_str().expect("an id").to_owned()
}

async fn at(daemon: &Daemon, id: &str) -> Value {
    let (status, body) = daemon.get(&format!("/api/sessions/{id}")).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

async fn whole_state(daemon: &Daemon, id: &str) -> Value {
    daemon.get(&format!("/api/sessions/{id}/state?format=integration")).await.1
}

#[tokio::test]
async fn sessions_go_on_after_the_daemon_was_killed() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut daemon = start(&dir).await;
    let mut ids = Vec::new();
    for n in 0..SESSIONS {
        ids.push(session(&daemon, n).await);
    }
    let paused = format!("/api/sessions/{}/commands", ids[0]);
    assert_eq!(daemon.post(&paused, &json!({"cmd": "pause"})).await.0, StatusCode::OK);
    let state = whole_state(&daemon, &ids[0]).await;
    // What was done a second ago is kept.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut times = Vec::new();
    for id in &ids {
        times.push(at(&daemon, id).await["time"].as_f64().expect("a time"));
    }
    daemon.signal(Signal::KILL);
    assert!(!daemon.ended().await);

    let begun = Instant::now();
    let daemon = start(&dir).await;
    println!("{SESSIONS} sessions were back after {:?}", begun.elapsed());
    assert_eq!(whole_state(&daemon, &ids[0]).await, state, "bit by bit");
    for (n, id) in ids.iter().enumerate() {
        let session = at(&daemon, id).await;
        assert_eq!(session["name"], format!("arm {n}"));
        assert_eq!(session["model_name"], "probe");
        assert_eq!(session["state"], if n == 0 { "paused" } else { "running" });
        let time = session["time"].as_f64().expect("a time");
        assert!(time >= times[n] - 1.0, "{time} s, before {} s", times[n]);
    }
    // One that was deleted stays so.
    assert_eq!(daemon.delete(&format!("/api/sessions/{}", ids[1])).await, StatusCode::NO_CONTENT);
    drop(daemon);
    let daemon = start(&dir).await;
    let (status, _) = daemon.get(&format!("/api/sessions/{}", ids[1])).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_daemon_that_is_told_to_end_keeps_the_last_moment() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut daemon = start(&dir).await;
    let id = session(&daemon, 1).await;
    let before = at(&daemon, &id).await["time"].as_f64().expect("a time");
    daemon.signal(Signal::TERM);
    assert!(daemon.ended().await);
    let daemon = start(&dir).await;
    let after = at(&daemon, &id).await["time"].as_f64().expect("a time");
    assert!(after >= before, "{after} s, before {before} s");
}

#[tokio::test]
async fn damage_is_set_aside_and_the_rest_goes_on() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut daemon = start(&dir).await;
    let (broken, whole) = (session(&daemon, 1).await, session(&daemon, 2).await);
    tokio::time::sleep(Duration::from_secs(1)).await;
    daemon.signal(Signal::KILL);
    daemon.ended().await;
    let kept = dir.path().join("sessions").join(&broken);
    for file in fs::read_dir(&kept).expect("lists").flatten() {
        fs::write(file.path(), "damage").expect("writes");
    }
    let daemon = start(&dir).await;
    at(&daemon, &whole).await;
    assert_eq!(daemon.get(&format!("/api/sessions/{broken}")).await.0, StatusCode::NOT_FOUND);
    assert!(kept.with_extension("unreadable").exists());
}

#[tokio::test]
async fn a_second_daemon_in_the_same_place_serves_all_the_same() {
    let dir = tempfile::tempdir().expect("a directory");
    let _first = start(&dir).await;
    let second = start(&dir).await;
    assert_eq!(second.get("/api/health").await.1["status"], "healthy");
}
