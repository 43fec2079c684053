//! Deaths: of a worker, and of the daemon.

use std::time::Instant;

use http::StatusCode;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::daemon::{Daemon, SCENE, is_alive, kill, until};

async fn simulation(daemon: &Daemon) -> Value {
    daemon.get("/api/stats").await.1["simulation_state"]["simulation"].clone()
}

#[tokio::test]
async fn a_killed_worker_is_replaced_and_time_goes_on() {
    let daemon = Daemon::ready().await;
    let mut socket = daemon.socket("").await.expect("opens");
    socket.wait_for("welcome").await;
    let time = async || simulation(&daemon).await["time"].as_f64();
    until(async || time().await.filter(|time| *time > 0.5)).await;
    let workers = daemon.workers();
    assert_eq!(workers.len(), 1);
    let before = time().await.expect("runs");
    kill(workers[0]);
    assert_eq!(socket.wait_for("error").await["code"], "simulation_ended");
    let after = until(async || time().await.filter(|time| *time > before)).await;
    assert!(after < before + 30.0, "it goes on from where it was: {before} s, {after} s");
    let successors = daemon.workers();
    assert!(successors.len() == 1 && successors != workers, "{workers:?} {successors:?}");
    // The viewer's socket never noticed.
    socket.say(r#"{"type":"ping","t":1}"#).await;
    socket.wait_for("pong").await;
    assert_eq!(daemon.get("/api/health").await.1["status"], "healthy");
}

#[tokio::test]
async fn a_scene_that_keeps_dying_is_given_up_and_health_says_so() {
    let daemon = Daemon::ready().await;
    let health = until(async || {
        daemon.workers().into_iter().for_each(kill);
        let (status, health) = daemon.get("/api/health").await;
        assert_eq!(status, StatusCode::OK, "it could stream another scene");
        (health["status"] == "degraded").then_some(health)
    })
    .await;
    assert!(health["reasons"][0].as_str().is_some_and(|why| why.contains("SIGKILL")), "{health}");
    assert_eq!(daemon.get("/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
    let mujoco = daemon.get("/api/stats").await.1["simulation_state"]["mujoco"].clone();
    assert_eq!(mujoco["initialized"], false);
    assert_eq!(mujoco["initialization_error"], health["reasons"][0]);
    let (status, _) = daemon.post("/api/execute-command", &json!({"command": "play"})).await;
    assert_eq!(status, StatusCode::CONFLICT);

    assert_eq!(daemon.post("/api/scene/load", &json!({"xml": SCENE})).await.0, StatusCode::OK);
    assert_eq!(daemon.get("/api/health").await.1["status"], "healthy");
    assert_eq!(daemon.get("/readyz").await.0, StatusCode::OK);
}

#[tokio::test]
async fn ending_says_goodbye_and_leaves_no_process() {
    let mut daemon = Daemon::ready().await;
    let mut socket = daemon.socket("").await.expect("opens");
    socket.wait_for("welcome").await;
    let workers = daemon.workers();
    assert_eq!(workers.len(), 1);
    let asked = Instant::now();
    daemon.signal(Signal::TERM);
    assert_eq!(socket.close_code().await, 1001);
    drop(socket);
    assert!(daemon.ended().await, "exit code 0");
    println!("ended {:?} after SIGTERM", asked.elapsed());
    until(async || (!workers.iter().any(|id| is_alive(*id))).then_some(())).await;
}

#[tokio::test]
async fn a_client_that_takes_no_leave_does_not_keep_the_daemon() {
    let mut daemon = Daemon::ready_with(&[("MJCAST_LIMITS__DRAIN_TIMEOUT_MS", "300")]).await;
    let mut socket = daemon.socket("").await.expect("opens");
    socket.wait_for("welcome").await;
    // From here on the socket is not read, so its goodbye is not answered.
    daemon.signal(Signal::TERM);
    assert!(daemon.ended().await, "exit code 0");
    drop(socket);
}

#[tokio::test]
async fn a_daemon_that_is_killed_leaves_no_process_either() {
    let mut daemon = Daemon::ready().await;
    let workers = daemon.workers();
    assert_eq!(workers.len(), 1);
    daemon.signal(Signal::KILL);
    assert!(!daemon.ended().await);
    until(async || (!workers.iter().any(|id| is_alive(*id))).then_some(())).await;
}
