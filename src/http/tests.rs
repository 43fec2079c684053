//! The accept loop, the guard and the error paths over real sockets, with routes that need no
//! session. The routes themselves are tested against the real daemon in `tests/http.rs`.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::{Instant, timeout},
};
use warp::{Filter as _, Reply as _, path};

use super::{
    accept, body,
    gate::Gate,
    guest::Door,
    problem::Problem,
    routes::{finished, resource},
};
use crate::{
    auth::Tokens,
    config::{self, Limits, Sources},
    metrics::Pulses,
    peer::Port,
};

/// Far longer than anything here takes, for a test that would otherwise hang.
const PATIENCE: Duration = Duration::from_secs(20);

struct Daemon {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Daemon {
    async fn start(change: impl FnOnce(&mut Limits)) -> Self {
        let mut config = Sources::default().load().expect("valid");
        change(&mut config.limits);
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let ended = tokio::spawn(async move {
            let tokens = Arc::new(Tokens::open(&[], None, 0));
            let gate = Gate::new(&config, tokens, None, Arc::default());
            let front = accept::Front {
                routes: routes(&config),
                guest: Door::nowhere(),
                fleet: None,
                gate: Arc::new(gate),
                entry: None,
            };
            let shutdown = async { drop(stopped.await) };
            let work = accept::Work::default();
            let media = Port::open(&[], 0, None).expect("nothing is bound");
            let pulse = Pulses::default().add("accepting");
            accept::until(shutdown, listener, front, &media, &config, &work, &pulse).await;
            assert!(work.drain(PATIENCE).await);
        });
        Self { address, stop, ended }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("connects")
    }

    /// Sends `request`, with `HOST` replaced by the daemon's address, and reads to the end.
    async fn ask(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        let request = request.replace("HOST", &self.address.to_string());
        stream.write_all(request.as_bytes()).await.expect("sends");
        let mut answer = String::new();
        timeout(PATIENCE, stream.read_to_string(&mut answer))
            .await
            .expect("answers in time")
            .expect("reads");
        answer
    }

    async fn status(&self, request: &str) -> u16 {
        status(&self.ask(request).await)
    }
}

fn status(answer: &str) -> u16 {
    let line = answer.lines().next().unwrap_or_default();
    line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default()
}

fn problem(answer: &str) -> Value {
    assert!(answer.contains("application/problem+json"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").expect("has a body");
    serde_json::from_str(body).expect("JSON")
}

/// `GET /fast`, `GET /slow` (a second), `POST /echo` (JSON).
fn routes(config: &config::Config) -> warp::filters::BoxedFilter<(warp::reply::Response,)> {
    let fast = warp::get().map(|| "fast".into_response()).boxed();
    let slow = warp::get().then(|| async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        "slow".into_response()
    });
    let echo =
        warp::post().and(body::json::<Value>(&config.limits)).map(|value: body::Json<Value>| {
            value.map(|value| warp::reply::json(&value).into_response()).into_response()
        });
    let all = resource(path!("fast").boxed(), "GET, HEAD", fast)
        .or(resource(path!("slow").boxed(), "GET, HEAD", slow.boxed()))
        .unify()
        .or(resource(path!("echo").boxed(), "POST", echo.boxed()))
        .unify();
    finished(all.boxed(), &config.server)
}

const HEAD: &str = "HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n";

#[tokio::test]
async fn who_began_a_stream_and_says_no_more_holds_up_no_end() {
    let daemon = Daemon::start(|_| {}).await;
    let mut silent = daemon.connect().await;
    // The first half of the length of a check.
    silent.write_all(&[0]).await.expect("sends");
    assert_eq!(daemon.status(&format!("GET /fast {HEAD}\r\n")).await, 200);
    daemon.stop.send(()).expect("runs");
    // Less than such a stream may take to say whom it is for.
    timeout(Duration::from_secs(3), daemon.ended).await.expect("in time").expect("ends");
    assert_eq!(silent.read(&mut [0]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn problems_are_rfc_9457_with_the_old_fields() {
    let daemon = Daemon::start(|_| {}).await;
    let missing = daemon.ask(&format!("GET /nowhere {HEAD}\r\n")).await;
    let body = problem(&missing);
    assert_eq!(body["status"], 404);
    assert_eq!(body["instance"], "/nowhere");
    assert_eq!(body["success"], false);
    assert_eq!(body["error"], body["detail"]);
    let wrong = daemon.ask(&format!("DELETE /fast {HEAD}\r\n")).await;
    assert_eq!(problem(&wrong)["status"], 405);
    assert!(wrong.to_lowercase().contains("\r\nallow: get, head\r\n"), "{wrong}");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let daemon = Daemon::start(|_| {}).await;
    for target in ["/fast", "/nowhere"] {
        let answer = daemon.ask(&format!("GET {target} {HEAD}\r\n")).await.to_lowercase();
        for header in ["content-security-policy: default-src 'none'", "nosniff", "same-origin"] {
            assert!(answer.contains(header), "{target}: {answer}");
        }
    }
}

#[tokio::test]
async fn head_is_answered_like_get_without_a_body() {
    let daemon = Daemon::start(|_| {}).await;
    let answer = daemon.ask(&format!("HEAD /fast {HEAD}\r\n")).await;
    assert_eq!(status(&answer), 200);
    assert!(answer.contains("content-length: 4") && answer.ends_with("\r\n\r\n"), "{answer}");
}

#[tokio::test]
async fn strangers_are_turned_away() {
    let daemon = Daemon::start(|_| {}).await;
    let close = "Connection: close\r\n\r\n";
    for (headers, wanted) in [
        ("Host: HOST\r\n", 200),
        ("Host: HOST\r\nOrigin: http://HOST\r\n", 200),
        ("Host: localhost\r\n", 200),
        ("Host: HOST\r\nOrigin: http://evil.example\r\n", 403),
        ("Host: HOST\r\nOrigin: null\r\n", 403),
        ("Host: evil.example\r\nOrigin: http://evil.example\r\n", 403),
        ("Host: HOST\r\nHost: evil.example\r\n", 400),
        ("Host: not a host\r\n", 400),
        ("", 400),
    ] {
        let request = format!("GET /fast HTTP/1.1\r\n{headers}{close}");
        assert_eq!(daemon.status(&request).await, wanted, "{headers}");
    }
    let elsewhere = format!("GET http://evil.example/fast HTTP/1.1\r\nHost: HOST\r\n{close}");
    assert_eq!(daemon.status(&elsewhere).await, 400);
}

#[tokio::test]
async fn bodies_are_bounded_whether_or_not_they_say_their_length() {
    let daemon = Daemon::start(|limits| limits.body_bytes = 100).await;
    let post = |headers: &str, body: &str| format!("POST /echo {HEAD}{headers}\r\n{body}");
    let sized = |body: &str| post(&format!("Content-Length: {}\r\n", body.len()), body);
    let chunked = |body: &str| {
        let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
        post("Transfer-Encoding: chunked\r\n", &chunks)
    };
    let small = format!("\"{}\"", "a".repeat(98));
    let large = format!("\"{}\"", "a".repeat(99));
    for send in [&sized as &dyn Fn(&str) -> String, &chunked] {
        assert_eq!(daemon.status(&send(&small)).await, 200);
        let refused = problem(&daemon.ask(&send(&large)).await);
        assert_eq!(refused["status"], 413);
        let sentence = refused["detail"].as_str().unwrap_or_default();
        assert!(sentence.contains("100 bytes"), "{sentence}");
    }
    assert_eq!(daemon.status(&sized("{nonsense")).await, 400);
    assert_eq!(daemon.status(&sized(&"[".repeat(100))).await, 400);
    let form = post("Content-Type: text/plain\r\nContent-Length: 1\r\n", "1");
    assert_eq!(daemon.status(&form).await, 415);
}

#[tokio::test]
async fn a_body_that_never_comes_is_given_up() {
    let daemon = Daemon::start(|limits| limits.body_timeout = Duration::from_millis(100)).await;
    let request = format!("POST /echo {HEAD}Content-Length: 10\r\n\r\n[");
    assert_eq!(daemon.status(&request).await, 408);
}

#[tokio::test]
async fn slow_and_idle_clients_are_dropped_while_others_are_served() {
    let daemon = Daemon::start(|limits| limits.header_timeout = Duration::from_millis(300)).await;
    let mut half_open = Vec::new();
    for sent in ["", "GET / HTTP/1.1\r\nHost: x\r\n", "GET"].into_iter().cycle().take(60) {
        let mut stream = daemon.connect().await;
        stream.write_all(sent.as_bytes()).await.expect("sends");
        half_open.push((sent, stream));
    }
    assert_eq!(daemon.status(&format!("GET /fast {HEAD}\r\n")).await, 200);
    let deadline = Instant::now() + PATIENCE;
    for (sent, mut stream) in half_open {
        let mut rest = Vec::new();
        let read = tokio::time::timeout_at(deadline, stream.read_to_end(&mut rest));
        // An end or a reset: either way the daemon has let go.
        assert!(read.await.is_ok(), "not closed in time after {sent:?}");
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_is_dropped() {
    let daemon = Daemon::start(|limits| {
        limits.idle_timeout = Duration::from_millis(300);
        limits.connections = 1;
    })
    .await;
    let mut stuck = daemon.connect().await;
    // Requests without end, whose answers nobody reads, until both sides' buffers are full.
    let request = format!("GET /fast HTTP/1.1\r\nHost: {}\r\n\r\n", daemon.address).repeat(1000);
    let stuffed = async { while stuck.write_all(request.as_bytes()).await.is_ok() {} };
    timeout(PATIENCE, stuffed).await.expect("dropped in time");
    // It had the only seat.
    assert_eq!(daemon.status(&format!("GET /fast {HEAD}\r\n")).await, 200);
}

#[tokio::test]
async fn a_client_that_waits_for_its_answer_is_not_idle() {
    let daemon = Daemon::start(|limits| limits.idle_timeout = Duration::from_millis(100)).await;
    assert_eq!(daemon.status(&format!("GET /slow {HEAD}\r\n")).await, 200);
}

#[tokio::test]
async fn an_open_request_is_finished_before_the_end() {
    let daemon = Daemon::start(|_| {}).await;
    let mut open = daemon.connect().await;
    let request = format!("GET /slow HTTP/1.1\r\nHost: {}\r\n\r\n", daemon.address);
    open.write_all(request.as_bytes()).await.expect("sends");
    // The request is being answered once a second one on another connection has been.
    assert_eq!(daemon.status(&format!("GET /fast {HEAD}\r\n")).await, 200);
    let Daemon { address, stop, ended } = daemon;
    stop.send(()).expect("runs");
    let mut answer = String::new();
    timeout(PATIENCE, open.read_to_string(&mut answer)).await.expect("in time").expect("reads");
    assert!(answer.ends_with("slow"), "{answer}");
    timeout(PATIENCE, ended).await.expect("in time").expect("ends");
    assert!(TcpStream::connect(address).await.is_err());
}

#[test]
fn a_problem_without_a_path_is_still_a_status() {
    let response = Problem::bad_request("no").into_response();
    assert_eq!(response.status(), 400);
}
