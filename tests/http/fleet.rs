//! Daemons that share sessions.

use std::{
    fs,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use bytes::Bytes;
use http::{StatusCode, header};
use http_body_util::Full;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::daemon::{Daemon, SCENE, Socket, until};

const SECRET: &str = "a-secret-of-sixteen-characters-or-more";

const NAMES: [&str; 2] = ["one", "two"];

/// Two daemons that know each other.
async fn pair() -> [Daemon; 2] {
    pair_with(&[]).await
}

/// The same, with these variables set.
async fn pair_with(variables: &[(&str, &str)]) -> [Daemon; 2] {
    let places = Places::new();
    let daemons = [places.start(0, variables), places.start(1, variables)];
    for daemon in &daemons {
        started(daemon).await;
    }
    daemons
}

/// Where two daemons are.
struct Places {
    ports: [u16; 2],
}

impl Places {
    fn new() -> Self {
        let held = [0; 2].map(|_| TcpListener::bind("127.0.0.1:0").expect("binds"));
        Self { ports: held.map(|held| held.local_addr().expect("bound").port()) }
    }

    fn start(&self, which: usize, variables: &[(&str, &str)]) -> Daemon {
        let [one, two] = self.ports;
        let fleet = [
            ("MJCAST_SERVER__NODE", NAMES[which]),
            ("MJCAST_FLEET__PEERS", &format!("one=127.0.0.1:{one},two=127.0.0.1:{two}")),
            ("MJCAST_FLEET__SECRET", SECRET),
        ];
        Daemon::start_at(self.ports[which], &[&fleet, variables].concat())
    }
}

async fn started(daemon: &Daemon) {
    until(async || (daemon.get("/startupz").await.0 == StatusCode::OK).then_some(())).await;
}

async fn session(daemon: &Daemon) -> String {
    let (status, body) = daemon.post("/api/sessions", &json!({"xml": SCENE})).await;
    assert_eq!(status, StatusCode::CREATED, "{body}");
    body["id"].as_str().expect("an id").to_owned()
}

async fn whole_state(daemon: &Daemon, id: &str) -> (StatusCode, Value) {
    daemon.get(&format!("/api/sessions/{id}/state?format=integration")).await
}

/// A socket to a session by a daemon that need not be its own.
async fn follow(daemon: &Daemon, id: &str) -> Socket {
    let mut socket = daemon.socket(&format!("?session={id}")).await.expect("opens");
    assert_eq!(socket.wait_for("welcome").await["session"], id);
    socket
}

#[tokio::test]
async fn any_daemon_leads_to_a_session_and_it_moves_bit_by_bit() {
    let [mut one, two] = pair().await;
    let id = session(&one).await;
    assert!(id.starts_with("one-"));
    let commands = format!("/api/sessions/{id}/commands");
    assert_eq!(two.post(&commands, &json!({"cmd": "pause"})).await.0, StatusCode::OK);
    let before = whole_state(&one, &id).await;
    assert_eq!(before.0, StatusCode::OK);
    assert_eq!(whole_state(&two, &id).await, before, "by way of the other");

    // A socket by way of the other, and one of the owner's.
    let (mut through, mut direct) = (follow(&two, &id).await, follow(&one, &id).await);
    through.say(r#"{"type":"ping","t":1}"#).await;
    through.wait_for("pong").await;

    one.signal(Signal::TERM);
    for socket in [&mut through, &mut direct] {
        assert_eq!(socket.wait_for("moved").await["url"], format!("/?session={id}"));
        assert_eq!(socket.close_code().await, 1001);
    }
    drop((through, direct));
    assert_eq!(whole_state(&two, &id).await, before, "bit by bit");
    assert_eq!(two.get(&format!("/api/sessions/{id}")).await.1["state"], "paused");
    follow(&two, &id).await;
    assert!(one.ended().await);
}

#[tokio::test]
async fn what_moved_while_its_daemon_ended_does_not_come_back_beside_it() {
    let [state, aside] = [0; 2].map(|_| tempfile::tempdir().expect("a directory"));
    let keeps = [
        ("MJCAST_STATE__DIR", state.path().to_str().expect("UTF-8")),
        ("MJCAST_STATE__SESSIONS", "true"),
    ];
    let places = Places::new();
    let (mut one, two) = (places.start(0, &keeps), places.start(1, &[]));
    for daemon in [&one, &two] {
        started(daemon).await;
    }
    let id = session(&one).await;
    // What a daemon leaves that is killed in the middle of the move.
    let [kept, copy] =
        [state.path().join("sessions"), aside.path().into()].map(|dir| dir.join(&id));
    until(async || kept.join("latest").exists().then_some(())).await;
    fs::create_dir(&copy).expect("creates");
    for file in fs::read_dir(&kept).expect("lists").flatten() {
        fs::copy(file.path(), copy.join(file.file_name())).expect("copies");
    }
    one.signal(Signal::TERM);
    assert!(one.ended().await);
    assert!(!kept.exists(), "it has moved");
    fs::rename(&copy, &kept).expect("renames");

    let mut one = places.start(0, &keeps);
    started(&one).await;
    let listed = one.get("/api/sessions").await.1.to_string();
    assert!(!listed.contains(&id), "{listed}");
    assert!(!kept.exists());
    assert_eq!(whole_state(&one, &id).await.0, StatusCode::OK, "by way of the other");

    // One that nobody else has goes on.
    let id = session(&one).await;
    let kept = kept.with_file_name(&id).join("latest");
    until(async || kept.exists().then_some(())).await;
    one.signal(Signal::KILL);
    one.ended().await;
    let one = places.start(0, &keeps);
    started(&one).await;
    let listed = one.get("/api/sessions").await.1.to_string();
    assert!(listed.contains(&id), "{listed}");
}

#[tokio::test]
async fn a_session_of_a_daemon_that_is_gone_is_not_found_and_said_so() {
    let [mut one, two] = pair().await;
    let id = session(&one).await;
    assert_eq!(whole_state(&two, &id).await.0, StatusCode::OK);
    one.signal(Signal::KILL);
    one.ended().await;
    let (status, problem) = whole_state(&two, &id).await;
    assert_eq!(status, StatusCode::MISDIRECTED_REQUEST, "{problem}");
    assert!(problem["detail"].as_str().is_some_and(|text| text.contains("'one'")), "{problem}");
}

/// A Redis server that keeps nothing on disk; it ends with the test.
struct Redis {
    process: Child,
    url: String,
}

impl Redis {
    fn start() -> Self {
        let held = TcpListener::bind("127.0.0.1:0").expect("binds");
        let port = held.local_addr().expect("bound").port();
        drop(held);
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed (scripts/system-deps.sh --tests)");
        Self { process, url: format!("redis://127.0.0.1:{port}") }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn with_a_directory_a_session_outlives_its_daemon() {
    let redis = Redis::start();
    let [mut one, two] = pair_with(&[("MJCAST_FLEET__REDIS_URL", &redis.url)]).await;
    let id = session(&one).await;
    let commands = format!("/api/sessions/{id}/commands");
    assert_eq!(one.post(&commands, &json!({"cmd": "pause"})).await.0, StatusCode::OK);
    let before = whole_state(&one, &id).await;
    // What was a second ago is known.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    one.signal(Signal::KILL);
    one.ended().await;
    // Until the daemon counts as lost, and then until it is believed again.
    let after = until(async || {
        let found = whole_state(&two, &id).await;
        (found.0 == StatusCode::OK).then_some(found)
    });
    assert_eq!(after.await, before, "bit by bit");
    follow(&two, &id).await;
    // Deleted, it is nowhere.
    assert_eq!(two.delete(&format!("/api/sessions/{id}")).await, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn strangers_learn_nothing_of_the_fleet() {
    let [one, _two] = pair().await;
    for secret in [None, Some("Bearer wrong"), Some("Basic abc")] {
        for (method, path) in [("GET", "/internal/node"), ("POST", "/internal/sessions")] {
            let mut request = one.request(method, path);
            if let Some(secret) = secret {
                request = request.header(header::AUTHORIZATION, secret);
            }
            let request = request.body(Full::<Bytes>::default()).expect("a request");
            assert_eq!(one.send(request).await.status(), StatusCode::NOT_FOUND);
        }
    }
    let request = one.request("POST", "/internal/sessions");
    let request = request.header(header::AUTHORIZATION, format!("Bearer {SECRET}"));
    let damaged = one.send(request.body("damage".into()).expect("a request")).await;
    assert_eq!(damaged.status(), StatusCode::BAD_REQUEST);
}
