//! The routes and the signaling socket of the real binary.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

/// Far longer than anything here takes, software drawing included.
const PATIENCE: Duration = Duration::from_secs(60);
/// A scene that moves.
const SCENE: &str = "<mujoco model='probe'><worldbody><body name='ball' pos='0 0 1'><freejoint/>\
    <geom size='0.1'/></body></worldbody></mujoco>";

/// A daemon on a port of its own; it ends with the test.
struct Daemon {
    process: Child,
    address: SocketAddr,
}

impl Daemon {
    fn start(variables: &[(&str, &str)]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_mjcast"))
            .args(["serve", "--port", "0", "--size", "64x64", "--log-level", "info"])
            .env_remove("RUST_LOG")
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut lines = BufReader::new(process.stderr.take().expect("piped")).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("open http://")?;
            rest.split_whitespace().next()?.parse().ok()
        });
        // Someone must read on, or the daemon blocks once the pipe is full.
        let thread = std::thread::Builder::new().name("test-log".into());
        thread.spawn(move || lines.map_while(Result::ok).for_each(drop)).expect("a thread");
        Self { process, address: address.expect("says where it listens") }
    }

    /// Starts one and waits until it has a scene.
    async fn ready() -> Self {
        let daemon = Self::start(&[]);
        let loaded = daemon.post("/api/scene/load", &json!({"xml": SCENE})).await;
        assert_eq!(loaded, (StatusCode::OK, json!({"success": true, "message": "loaded probe"})));
        daemon
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Response<Bytes> {
        let talk = async {
            let stream = TcpStream::connect(self.address).await.expect("connects");
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("shakes");
            tokio::spawn(connection);
            let response = sender.send_request(request).await.expect("answers");
            let (head, body) = response.into_parts();
            Response::from_parts(head, body.collect().await.expect("body").to_bytes())
        };
        timeout(PATIENCE, talk).await.expect("in time")
    }

    fn request(&self, method: &str, target: &str) -> http::request::Builder {
        let host = self.address.to_string();
        Request::builder().method(method).uri(target).header(header::HOST, host)
    }

    async fn get(&self, target: &str) -> (StatusCode, Value) {
        let request = self.request("GET", target).body(Full::default()).expect("request");
        parsed(self.send(request).await)
    }

    async fn post(&self, target: &str, body: &Value) -> (StatusCode, Value) {
        let request = self
            .request("POST", target)
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.to_string().into())
            .expect("request");
        parsed(self.send(request).await)
    }

    async fn socket(&self, query: &str) -> Result<Socket, Error> {
        self.socket_from(query, &format!("http://{}", self.address)).await
    }

    async fn socket_from(&self, query: &str, origin: &str) -> Result<Socket, Error> {
        let url = format!("ws://{}/ws/signaling{query}", self.address);
        let mut request = url.into_client_request().expect("request");
        request.headers_mut().insert(header::ORIGIN, origin.parse().expect("header"));
        let stream = TcpStream::connect(self.address).await.expect("connects");
        let (socket, _) = client_async(request, stream).await?;
        Ok(Socket(socket))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn parsed(response: Response<Bytes>) -> (StatusCode, Value) {
    let body = serde_json::from_slice(response.body()).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(response.body()));
    });
    (response.status(), body)
}

struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    async fn say(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.expect("sends");
    }

    async fn next(&mut self) -> Option<Result<Message, Error>> {
        timeout(PATIENCE, self.0.next()).await.expect("in time")
    }

    /// Waits for a message of this type, letting others pass.
    async fn wait_for(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().await.expect("open").expect("reads");
            let Message::Text(text) = message else {
                continue;
            };
            let value: Value = serde_json::from_str(&text).expect("JSON");
            if value["type"] == kind {
                return value;
            }
        }
    }

    /// Waits for the close frame's code.
    async fn close_code(&mut self) -> u16 {
        loop {
            match self.next().await.expect("closes with a code").expect("reads") {
                Message::Close(frame) => return frame.expect("has a code").code.into(),
                _ => continue,
            }
        }
    }
}

#[tokio::test]
async fn what_can_be_read_has_the_contracts_fields() {
    let daemon = Daemon::ready().await;
    let (status, health) = daemon.get("/api/health").await;
    assert_eq!((status, &health["status"]), (StatusCode::OK, &json!("healthy")));
    assert!(health["renderer"]["software"].is_boolean() && health["encoder"]["name"].is_string());

    let (_, config) = daemon.get("/api/config").await;
    assert_eq!(config["frame_width"], 64);
    assert_eq!(config["ice_servers"], json!([]));

    let (_, presets) = daemon.get("/api/scene/presets").await;
    let first = &presets["presets"][0];
    for field in ["id", "name", "description"] {
        assert!(first[field].is_string(), "{field} in {first}");
    }
    assert!(first["tags"].is_array());

    let (_, scene) = daemon.get("/api/scene/current").await;
    assert_eq!(scene, json!({"success": true, "xml": SCENE}));

    assert_eq!(daemon.get("/livez").await.0, StatusCode::OK);
    assert_eq!(daemon.get("/readyz").await.0, StatusCode::OK);
    assert_eq!(daemon.get("/api/stats?session=nobodys").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn stats_tell_of_the_running_simulation() {
    let daemon = Daemon::ready().await;
    let (status, stats) = daemon.get("/api/stats").await;
    assert_eq!(status, StatusCode::OK);
    for count in ["clients_connected", "total_connections", "frames_sent", "events_received"] {
        assert!(stats[count].is_u64(), "{count}");
    }
    let state = &stats["simulation_state"];
    assert!(state["simulation"]["time"].is_number());
    assert!(state["simulation"]["step_count"].is_u64());
    assert_eq!(state["simulation"]["is_running"], true);
    assert_eq!(state["mujoco"]["initialized"], true);
    for field in ["distance", "azimuth", "elevation", "fov"] {
        assert!(state["camera"][field].is_number(), "{field}");
    }
    assert_eq!(state["camera"]["target"].as_array().map(Vec::len), Some(3));
    assert_eq!(state["camera"]["position"].as_array().map(Vec::len), Some(3));
    let bodies = state["simulation"]["objects"].as_object().expect("objects");
    assert!(bodies.values().all(|body| body["type"] == "body" && body["id"].is_u64()));
}

#[tokio::test]
async fn bad_scenes_are_refused_and_the_old_one_stays() {
    let daemon = Daemon::ready().await;
    for (body, wanted) in [
        (json!({}), "send xml or preset"),
        (json!({"xml": SCENE, "preset": "pendulum"}), "not both"),
        (json!({"xml": "   "}), "empty"),
        (json!({"xml": "a red ball"}), "not XML"),
        (json!({"xml": 5}), "expected a string"),
        (json!({"xml": "<mujoco><worldbody><bad/></worldbody></mujoco>"}), "line 1"),
    ] {
        let (status, problem) = daemon.post("/api/scene/load", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(problem["success"], false);
        let sentence = problem["error"].as_str().unwrap_or_default();
        assert!(sentence.contains(wanted), "{body}: {sentence}");
    }
    let (status, _) = daemon.post("/api/scene/load", &json!({"preset": "nonsense"})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(daemon.get("/api/scene/current").await.1["xml"], SCENE);
}

#[tokio::test]
async fn commands_in_words_act() {
    let daemon = Daemon::ready().await;
    let say =
        async |text: &str| daemon.post("/api/execute-command", &json!({"command": text})).await;
    let (status, reply) = say("pause").await;
    assert_eq!((status, &reply["success"]), (StatusCode::OK, &json!(true)));
    assert_eq!(reply["state"]["simulation"]["is_paused"], true);
    let steps = |reply: &Value| reply["state"]["simulation"]["step_count"].as_u64().expect("count");
    let before = steps(&reply);
    assert_eq!(steps(&say("step 10").await.1), before + 10);
    assert_eq!(steps(&say("stop").await.1), 0);
    assert_eq!(say("play").await.1["state"]["simulation"]["is_running"], true);
    let (status, problem) = say("make me a sandwich").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(problem["error"].as_str().unwrap_or_default().starts_with("not understood"));
}

#[tokio::test]
async fn a_malformed_message_gets_an_error_and_the_socket_stays() {
    let daemon = Daemon::ready().await;
    let mut socket = daemon.socket("?session=default").await.expect("opens");
    let welcome = socket.wait_for("welcome").await;
    assert_eq!(welcome["session"], "default");
    assert!(welcome["viewer_id"].is_string() && welcome["ice_servers"].is_array());
    for text in ["{", "5", "null", "{}", r#"{"type":"nonsense"}"#, r#"{"type":"offer"}"#] {
        socket.say(text).await;
        let error = socket.wait_for("error").await;
        assert!(error["code"].is_string() && error["message"].is_string(), "{text}: {error}");
    }
    socket.say(r#"{"type":"ping","t":7}"#).await;
    assert_eq!(socket.wait_for("pong").await["t"], 7);
    let unknown = json!({"type": "command", "cmd": "pause", "params": {}, "id": 1});
    socket.say(unknown.to_string()).await;
    let result = socket.wait_for("result").await;
    assert_eq!((&result["id"], &result["ok"]), (&json!(1), &json!(true)));
}

#[tokio::test]
async fn every_viewer_hears_of_a_new_scene_and_large_ones_pass() {
    let daemon = Daemon::ready().await;
    let (mut one, mut two) =
        (daemon.socket("").await.expect("opens"), daemon.socket("").await.expect("opens"));
    one.wait_for("welcome").await;
    two.wait_for("welcome").await;
    let scene = SCENE.replace("<worldbody>", &format!("<!--{}--><worldbody>", "x".repeat(100_000)));
    let load = json!({"type": "command", "cmd": "load_scene", "params": {"xml": scene}, "id": "a"});
    one.say(load.to_string()).await;
    assert_eq!(two.wait_for("scene_updated").await["xml"], scene);
}

#[tokio::test]
async fn oversized_messages_and_floods_close_with_a_code() {
    let daemon = Daemon::ready().await;
    for bytes in [(64 << 10) + 1, (8 << 20) + 1, 20 << 20] {
        let mut socket = daemon.socket("").await.expect("opens");
        socket.wait_for("welcome").await;
        let ping = json!({"type": "ping", "t": "x".repeat(bytes)});
        // The daemon may close before all of it is out.
        let _ = socket.0.send(Message::text(ping.to_string())).await;
        assert_eq!(socket.close_code().await, 1009, "{bytes}");
    }
    let mut socket = daemon.socket("").await.expect("opens");
    socket.wait_for("welcome").await;
    for _ in 0..2000 {
        if socket.0.feed(Message::text(r#"{"type":"ping","t":1}"#)).await.is_err() {
            break;
        }
    }
    let _ = socket.0.flush().await;
    assert_eq!(socket.close_code().await, 1008);
    assert_eq!(daemon.get("/api/health").await.0, StatusCode::OK);
}

#[tokio::test]
async fn strangers_get_no_socket() {
    let daemon = Daemon::ready().await;
    for origin in ["http://evil.example", "null"] {
        let refused = daemon.socket_from("", origin).await;
        assert!(matches!(refused, Err(Error::Http(r)) if r.status() == 403), "{origin}");
    }
    let refused = daemon.socket("?session=nobodys").await;
    assert!(matches!(refused, Err(Error::Http(response)) if response.status() == 404));
    assert_eq!(daemon.get("/ws/signaling").await.0, StatusCode::UPGRADE_REQUIRED);
}

#[tokio::test]
async fn the_page_is_served_or_its_absence_explained() {
    let daemon = Daemon::ready().await;
    let request = daemon.request("GET", "/").body(Full::default()).expect("request");
    let response = daemon.send(request).await;
    let policy = &response.headers()[header::CONTENT_SECURITY_POLICY];
    assert!(policy.to_str().expect("text").contains("script-src 'self'"));
    let page = String::from_utf8_lossy(response.body()).into_owned();
    match response.status() {
        StatusCode::OK => assert!(page.contains("<script"), "{page}"),
        _ => assert!(page.contains("make web"), "{page}"),
    }
    for path in ["/assets/../Cargo.toml", "/assets/%2e%2e/Cargo.toml", "/Cargo.toml", "/assets/"] {
        assert_eq!(daemon.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn ending_says_goodbye_and_is_quick() {
    let mut daemon = Daemon::ready().await;
    let mut socket = daemon.socket("").await.expect("opens");
    socket.wait_for("welcome").await;
    let pid = rustix::process::Pid::from_child(&daemon.process);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("signals");
    assert_eq!(socket.close_code().await, 1001);
    let ended = tokio::task::spawn_blocking(move || daemon.process.wait().expect("waits"));
    assert!(timeout(PATIENCE, ended).await.expect("in time").expect("joins").success());
}

#[test]
fn exit_codes_and_sentences() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_mjcast"))
            .args(arguments)
            .env_remove("HOST")
            .output()
            .expect("runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), text)
    };
    let (code, text) = run(&["--host", "0.0.0.0"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("--allow-unauthenticated"), "{text}");
    assert_eq!(run(&["--frame-rate", "0"]).0, Some(2));
    assert_eq!(run(&["--nonsense"]).0, Some(2));
    assert_eq!(run(&["render", "no-such-model.xml", "--out", "x.png"]).0, Some(1));
    assert_eq!(run(&["config", "check"]).0, Some(0));
    assert_eq!(run(&["completions", "bash"]).0, Some(0));

    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    let port = taken.local_addr().expect("bound").port().to_string();
    let (code, text) = run(&["--port", &port]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains(&port) && text.contains("--port"), "{text}");

    let (code, text) = run(&["health", "--url", "http://127.0.0.1:1"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("no daemon answers"), "{text}");
}
