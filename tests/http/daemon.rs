//! The daemon under test, and how to talk to it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

/// Far longer than anything here takes, software drawing included.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// A scene that moves.
pub const SCENE: &str = "<mujoco model='probe'><worldbody><body name='ball' pos='0 0 1'><freejoint/>\
    <geom size='0.1'/></body></worldbody></mujoco>";

/// Swings for ever, so that each picture differs from the one before.
pub const SWING: &str = "<mujoco model='swing'><option integrator='RK4'/><worldbody>\
    <light pos='0 0 3'/><geom type='plane' size='2 2 .1'/><body pos='0 0 1'>\
    <joint type='hinge' axis='0 1 0'/><geom type='capsule' size='.05' fromto='0 0 0 .6 0 0'/>\
    </body></worldbody></mujoco>";

/// A daemon on a port of its own; it ends with the test.
pub struct Daemon {
    pub process: Child,
    pub address: SocketAddr,
    /// Of which its log tells.
    pub panics: Arc<AtomicUsize>,
    /// Where it keeps what outlives it, unless a test says otherwise.
    pub _state: TempDir,
}

impl Daemon {
    pub fn start(variables: &[(&str, &str)]) -> Self {
        Self::start_at(0, variables)
    }

    /// The same on a port that others know.
    pub fn start_at(port: u16, variables: &[(&str, &str)]) -> Self {
        let state = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(env!("CARGO_BIN_EXE_mjcast"))
            .args(["serve", "--port", &port.to_string()])
            .args(["--log-level", "info"])
            .env_remove("RUST_LOG")
            .env("MJCAST_VIDEO__FRAME_WIDTH", "64")
            .env("MJCAST_VIDEO__FRAME_HEIGHT", "64")
            .env("MJCAST_STATE__DIR", state.path())
            .env("MJCAST_STATE__SESSIONS", "false")
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(process.stderr.take().expect("piped")).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("open http")?;
            let rest = rest.trim_start_matches('s').strip_prefix("://")?;
            rest.split_whitespace().next()?.parse().ok()
        });
        // Someone must read on, or the daemon blocks once the pipe is full.
        let thread = std::thread::Builder::new().name("test-log".into());
        let panics = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&panics);
        let read = move || {
            for line in lines.map_while(Result::ok) {
                seen.fetch_add(usize::from(line.contains("panicked")), Ordering::Relaxed);
            }
        };
        thread.spawn(read).expect("a thread");
        Self { process, address: address.expect("says where it listens"), panics, _state: state }
    }

    /// Starts one and waits until it has a scene.
    pub async fn ready() -> Self {
        Self::ready_with(&[]).await
    }

    /// The same, with these variables set.
    pub async fn ready_with(variables: &[(&str, &str)]) -> Self {
        let daemon = Self::start(variables);
        let loaded = daemon.post("/api/scene/load", &json!({"xml": SCENE})).await;
        assert_eq!(loaded, (StatusCode::OK, json!({"success": true, "message": "loaded probe"})));
        // The first scene's process may still be ending.
        until(async || (daemon.workers().len() == 1).then_some(())).await;
        daemon
    }

    pub async fn send(&self, request: Request<Full<Bytes>>) -> Response<Bytes> {
        let talk = async {
            let (head, body) = self.stream(request).await.into_parts();
            Response::from_parts(head, body.collect().await.expect("body").to_bytes())
        };
        timeout(PATIENCE, talk).await.expect("in time")
    }

    /// Sends a request whose answer is read as it comes.
    pub async fn stream(&self, request: Request<Full<Bytes>>) -> Response<Incoming> {
        let stream = TcpStream::connect(self.address).await.expect("connects");
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("shakes");
        tokio::spawn(connection);
        timeout(PATIENCE, sender.send_request(request)).await.expect("in time").expect("answers")
    }

    pub fn request(&self, method: &str, target: &str) -> http::request::Builder {
        let host = self.address.to_string();
        Request::builder().method(method).uri(target).header(header::HOST, host)
    }

    pub async fn get(&self, target: &str) -> (StatusCode, Value) {
        let request = self.request("GET", target).body(Full::default()).expect("request");
        parsed(self.send(request).await)
    }

    pub async fn post(&self, target: &str, body: &Value) -> (StatusCode, Value) {
        parsed(self.posted(target, body).await)
    }

    /// The same for an answer that is no JSON.
    pub async fn post_raw(&self, target: &str, body: &Value) -> (StatusCode, Bytes) {
        let (head, body) = self.posted(target, body).await.into_parts();
        (head.status, body)
    }

    pub async fn put(&self, target: &str, body: &Value) -> (StatusCode, Value) {
        parsed(self.sent("PUT", target, body).await)
    }

    pub async fn patch(&self, target: &str, body: &Value) -> (StatusCode, Value) {
        parsed(self.sent("PATCH", target, body).await)
    }

    pub async fn delete(&self, target: &str) -> StatusCode {
        let request = self.request("DELETE", target).body(Full::default()).expect("request");
        self.send(request).await.status()
    }

    async fn posted(&self, target: &str, body: &Value) -> Response<Bytes> {
        self.sent("POST", target, body).await
    }

    async fn sent(&self, method: &str, target: &str, body: &Value) -> Response<Bytes> {
        let request = self
            .request(method, target)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string().into())
            .expect("request");
        self.send(request).await
    }

    pub async fn socket(&self, query: &str) -> Result<Socket, Error> {
        self.socket_from(query, &format!("http://{}", self.address)).await
    }

    pub async fn socket_from(&self, query: &str, origin: &str) -> Result<Socket, Error> {
        let url = format!("ws://{}/ws/signaling{query}", self.address);
        let mut request = url.into_client_request().expect("request");
        request.headers_mut().insert(header::ORIGIN, origin.parse().expect("header"));
        let stream = TcpStream::connect(self.address).await.expect("connects");
        let (socket, _) = client_async(request, stream).await?;
        Ok(Socket(socket))
    }
}

/// Processes of the daemon's.
impl Daemon {
    /// Ids of the running worker processes.
    pub fn workers(&self) -> Vec<u32> {
        let all = std::fs::read_dir("/proc").expect("Linux").flatten();
        let ids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let own = self.process.id();
        ids.filter(|id| stat(*id).is_some_and(|(state, parent)| state != 'Z' && parent == own))
            .collect()
    }

    fn proc(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.process.id()))
    }

    /// Entries of a directory of what the kernel knows of it: `fd`, `task`.
    pub fn count(&self, name: &str) -> usize {
        fs::read_dir(self.proc(name)).expect("lists").count()
    }

    /// Memory of its own, bytes.
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(self.proc("status")).expect("reads");
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("is there");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kib << 10
    }

    /// Sends a signal to the daemon.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).expect("signals");
    }

    /// Waits until the daemon has ended, and gives back whether it did so by its own will.
    pub async fn ended(&mut self) -> bool {
        until(async || self.process.try_wait().expect("waits").map(|status| status.success())).await
    }
}

/// Kills a process as the kernel does when memory is short.
pub fn kill(id: u32) {
    let id = i32::try_from(id).ok().and_then(Pid::from_raw).expect("an id");
    // It may have ended by itself in between.
    let _ = kill_process(id, Signal::KILL);
}

/// Whether a process exists and is not merely waiting to be reaped.
pub fn is_alive(id: u32) -> bool {
    stat(id).is_some_and(|(state, _)| state != 'Z')
}

/// State and parent of a process.
fn stat(id: u32) -> Option<(char, u32)> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may hold anything, spaces included.
    let mut fields = text.rsplit_once(')')?.1.split_whitespace();
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

/// Polls until there is a value.
pub async fn until<T>(mut poll: impl AsyncFnMut() -> Option<T>) -> T {
    let found = async {
        loop {
            if let Some(value) = poll().await {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, found).await.expect("in time")
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn parsed(response: Response<Bytes>) -> (StatusCode, Value) {
    let body = serde_json::from_slice(response.body()).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(response.body()));
    });
    (response.status(), body)
}

pub struct Socket(pub WebSocketStream<TcpStream>);

impl Socket {
    pub async fn say(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.expect("sends");
    }

    pub async fn next(&mut self) -> Option<Result<Message, Error>> {
        timeout(PATIENCE, self.0.next()).await.expect("in time")
    }

    /// Waits for a message of this type, letting others pass.
    pub async fn wait_for(&mut self, kind: &str) -> Value {
        self.wait_for_any(&[kind]).await
    }

    /// Waits for a message of one of these types, letting others pass.
    pub async fn wait_for_any(&mut self, kinds: &[&str]) -> Value {
        let found = async {
            loop {
                let message = self.next().await.expect("open").expect("reads");
                let Message::Text(text) = message else {
                    continue;
                };
                let value: Value = serde_json::from_str(&text).expect("JSON");
                if kinds.iter().any(|kind| value["type"] == *kind) {
                    return value;
                }
            }
        };
        // For all of it: pings keep an idle socket busy.
        timeout(PATIENCE, found).await.expect("in time")
    }

    /// Waits for the close frame's code.
    pub async fn close_code(&mut self) -> u16 {
        loop {
            match self.next().await.expect("closes with a code").expect("reads") {
                Message::Close(frame) => return frame.expect("has a code").code.into(),
                _ => continue,
            }
        }
    }
}
