//! The Model Context Protocol at `/mcp`, without a client that would put things right.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::daemon::{Daemon, PATIENCE, SCENE, until};

/// What requests of the newest revision carry.
fn meta(agent: &str) -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": agent, "version": "1"},
    })
}

fn builder(daemon: &Daemon) -> http::request::Builder {
    daemon
        .request("POST", "/mcp")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json, text/event-stream")
}

/// A request of the newest revision, with the headers that say what it says.
fn asking(daemon: &Daemon, agent: &str, method: &str, mut params: Value) -> Request<Full<Bytes>> {
    let mut request =
        builder(daemon).header("mcp-protocol-version", "2026-07-28").header("mcp-method", method);
    if let Some(name) = params.get("name").or(params.get("uri")).and_then(Value::as_str) {
        request = request.header("mcp-name", name);
    }
    if let Some(session) = params["arguments"]["session_id"].as_str() {
        request = request.header("mcp-param-session", session);
    }
    params["_meta"] = meta(agent);
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    request.body(body.to_string().into()).expect("request")
}

/// The last message of an answer, be it one or a stream.
fn message(response: &Response<Bytes>) -> Value {
    let text = String::from_utf8_lossy(response.body());
    let mut events = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim);
    let last = events.rfind(|data| !data.is_empty()).unwrap_or(&text);
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// An agent of the newest revision.
pub struct Agent<'a> {
    pub daemon: &'a Daemon,
    pub name: &'a str,
}

impl Agent<'_> {
    async fn ask(&self, method: &str, params: Value) -> Value {
        message(&self.daemon.send(asking(self.daemon, self.name, method, params)).await)
    }

    async fn result(&self, method: &str, params: Value) -> Value {
        let answer = self.ask(method, params).await;
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.result("tools/call", json!({"name": tool, "arguments": arguments})).await
    }

    /// What a tool gives, which is not an error.
    pub async fn done(&self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).await;
        assert_ne!(result["isError"], true, "{tool}: {result}");
        result["structuredContent"].clone()
    }

    /// The sentence with which a tool refuses.
    pub async fn refused(&self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], true, "{tool}: {result}");
        result["content"][0]["text"].as_str().expect("a sentence").to_owned()
    }
}

/// A daemon that keeps its recordings and scenes in `folder`.
async fn with_recordings(folder: &TempDir) -> Daemon {
    let folder = folder.path().to_str().expect("UTF-8");
    Daemon::ready_with(&[("MJCAST_STATE__DIR", folder)]).await
}

#[tokio::test]
async fn every_tool_gives_what_its_schema_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = with_recordings(&folder).await;
    let agent = Agent { daemon: &daemon, name: "tester" };
    let discovered = agent.result("server/discover", json!({})).await;
    assert!(discovered["supportedVersions"].as_array().is_some_and(|all| all.len() > 1));
    let tools = agent.result("tools/list", json!({})).await["tools"].clone();
    let tools: Vec<Value> = tools.as_array().expect("a list").clone();
    let made = agent.done("session_create", json!({"preset": "cart-pole", "name": "mine"})).await;
    let id = made["session_id"].as_str().expect("an id");
    let model = agent.done("create_scene", json!({"scene_type": "arm"})).await;
    let model = model["model_id"].as_str().expect("an id");
    let recorded = agent
        .done("record", json!({"session_id": id, "seconds": 0.5, "width": 64, "height": 64}))
        .await;
    assert_eq!(recorded["recording"]["state"], "finished", "{recorded}");
    let recording = &recorded["recording"]["id"];
    let calls = [
        ("session_list", json!({})),
        ("server_info", json!({})),
        ("presets_list", json!({})),
        ("library_list", json!({"query": "arm", "kind": "preset", "limit": 5})),
        ("scene_save", json!({"session_id": id, "name": "mine", "tags": ["a"]})),
        ("scene_validate", json!({"mjcf": SCENE})),
        ("scene_validate", json!({"mjcf": "<mujoco><nothing/></mujoco>"})),
        ("scene_get", json!({"session_id": id})),
        ("sim_control", json!({"session_id": id, "action": "pause", "speed": "max"})),
        ("sim_control", json!({"session_id": id, "speed": 2.0})),
        ("sim_step", json!({"session_id": id, "steps": 3})),
        ("sim_step", json!({"session_id": id, "seconds": 0.1})),
        ("sim_state_get", json!({"session_id": id})),
        ("sim_state_get", json!({"session_id": id, "fields": ["qpos", "contacts"]})),
        ("sim_state_set", json!({"session_id": id, "qpos": [0.1]})),
        ("actuator_set", json!({"session_id": id, "values": [0.5]})),
        ("joint_set", json!({"session_id": id, "values": [0.2]})),
        (
            "trajectory_run",
            json!({"session_id": id, "real_time": true, "points": [
                {"ctrl": {"0": 0.1}, "seconds": 0.1}, {"ctrl": {}, "seconds": 0.05}]}),
        ),
        (
            "body_perturb",
            json!({"session_id": id, "body": "pole", "force": [1, 0, 0], "seconds": 0.1}),
        ),
        ("execute_command", json!({"session_id": id, "command": "step 5"})),
        ("undo", json!({"session_id": id})),
        ("cameras_list", json!({"session_id": id})),
        ("camera_set", json!({"session_id": id, "camera": {"azimuth": 30, "track": "pole"}})),
        ("snapshot", json!({"session_id": id, "width": 32, "height": 24})),
        ("snapshot", json!({"session_id": id, "width": 32, "height": 24, "mode": "depth"})),
        ("viewer_link", json!({"session_id": id, "watch_only": true})),
        ("recording_get", json!({"session_id": id, "recording_id": recording})),
        ("scene_generate", json!({"session_id": id, "prompt": "a red ball", "preview": true})),
        ("scene_generate", json!({"session_id": id, "prompt": "a red ball on a table"})),
        ("scene_load", json!({"session_id": id, "mjcf": SCENE})),
        ("step_simulation", json!({"model_id": model, "steps": 2})),
        ("get_state", json!({"model_id": model})),
        ("reset_simulation", json!({"model_id": model})),
        ("close_viewer", json!({"model_id": model})),
        ("session_close", json!({"session_id": id})),
    ];
    for tool in &tools {
        let name = tool["name"].as_str().expect("a name");
        let before = ["session_create", "create_scene", "record"];
        let called = before.contains(&name) || calls.iter().any(|(called, _)| *called == name);
        assert!(called, "{name} is not tried");
    }
    for (name, arguments) in calls {
        let tool = tools.iter().find(|tool| tool["name"] == name);
        let tool = tool.unwrap_or_else(|| panic!("there is no tool {name}"));
        let input = jsonschema::validator_for(&tool["inputSchema"]).expect("a schema");
        assert!(input.is_valid(&arguments), "{name}: {arguments}");
        let given = agent.done(name, arguments).await;
        let output = jsonschema::validator_for(&tool["outputSchema"]).expect("a schema");
        let wrong: Vec<_> = output.iter_errors(&given).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}\n{given}");
    }
}

#[tokio::test]
async fn pictures_recordings_and_links_are_content() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = with_recordings(&folder).await;
    let agent = Agent { daemon: &daemon, name: "tester" };
    let size = json!({"session_id": "default", "width": 40, "height": 30});
    let picture = agent.call("snapshot", size).await;
    assert_eq!(picture["content"][0]["type"], "image", "{picture}");
    let data = picture["content"][0]["data"].as_str().expect("base64");
    let png = BASE64_STANDARD.decode(data).expect("base64");
    assert_eq!((&png[1..4], &png[16..24]), (&b"PNG"[..], &[0, 0, 0, 40, 0, 0, 0, 30][..]));

    let wanted = json!({"session_id": "default", "seconds": 0.4, "width": 64, "height": 64});
    let recorded = agent.call("record", wanted).await;
    let link = &recorded["content"][0];
    assert_eq!((&link["type"], &link["mimeType"]), (&json!("resource_link"), &json!("video/mp4")));
    let read = agent.result("resources/read", json!({"uri": link["uri"]})).await;
    let video = BASE64_STANDARD.decode(read["contents"][0]["blob"].as_str().expect("a blob"));
    assert_eq!(&video.expect("base64")[4..8], b"ftyp");
    let url = recorded["structuredContent"]["video_url"].as_str().expect("a URL");
    let place = url.strip_prefix(&format!("http://{}", daemon.address)).expect("the daemon's");
    let request = daemon.request("GET", place).body(Full::default()).expect("request");
    assert_eq!(daemon.send(request).await.status(), StatusCode::OK);

    let link = agent.done("viewer_link", json!({"session_id": "default"})).await;
    assert_eq!(link["viewer_url"], format!("http://{}/", daemon.address));
    let camera = json!({"azimuth": 10, "elevation": -20, "distance": 3, "lookat": [0, 0, 1]});
    agent.done("camera_set", json!({"session_id": "default", "camera": camera})).await;
    let link =
        agent.done("viewer_link", json!({"session_id": "default", "watch_only": true})).await;
    let wanted = format!("http://{}/?camera=10,-20,3,0,0,1&role=view", daemon.address);
    assert_eq!(link["viewer_url"], wanted);
}

#[tokio::test]
async fn resources_are_listed_and_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let daemon = with_recordings(&folder).await;
    let agent = Agent { daemon: &daemon, name: "tester" };
    let listed = agent.result("resources/list", json!({})).await;
    let listed = listed["resources"].as_array().expect("a list").clone();
    assert_eq!(listed.len(), 5, "{listed:?}");
    for resource in listed {
        let read = agent.result("resources/read", json!({"uri": resource["uri"]})).await;
        let contents = &read["contents"][0];
        assert_eq!(
            (&contents["uri"], &contents["mimeType"]),
            (&resource["uri"], &resource["mimeType"])
        );
        assert!(contents["text"].is_string() || contents["blob"].is_string(), "{contents}");
    }
    let templates = agent.result("resources/templates/list", json!({})).await;
    assert_eq!(templates["resourceTemplates"].as_array().map(Vec::len), Some(5));
    for nowhere in ["sim://nobodys/state", "sim://default/spec.json", "file:///etc/passwd", ""] {
        let answer = agent.ask("resources/read", json!({"uri": nowhere})).await;
        assert_eq!(answer["error"]["code"], -32602, "{nowhere}: {answer}");
        assert_eq!(answer["error"]["data"]["uri"], nowhere, "{answer}");
    }
}

#[tokio::test]
async fn changes_are_told_to_those_who_listen() {
    let daemon = Daemon::ready().await;
    let wanted = ["sim://default/scene.xml", "sim://nobodys/state"];
    let params = json!({"notifications": {"resourceSubscriptions": wanted}});
    let asked = asking(&daemon, "tester", "subscriptions/listen", params);
    let mut body = daemon.stream(asked).await.into_body();
    let mut text = String::new();
    let mut hear = async |word: &str| {
        while !text.contains(word) {
            let frame = timeout(PATIENCE, body.frame()).await.expect("in time").expect("goes on");
            let data = frame.expect("a frame").into_data().expect("data");
            text.push_str(&String::from_utf8_lossy(&data));
        }
        text.clone()
    };
    let heard = hear("acknowledged").await;
    assert!(heard.contains(wanted[0]) && !heard.contains(wanted[1]), "{heard}");
    let loaded = daemon.post("/api/scene/load", &json!({"preset": "pendulum"})).await;
    assert_eq!(loaded.0, StatusCode::OK);
    hear("resources/updated").await;
}

#[tokio::test]
async fn who_watches_sees_who_acts_and_it_can_be_taken_back() {
    let daemon = Daemon::ready().await;
    let mut watcher = daemon.socket("").await.expect("opens");
    watcher.wait_for("welcome").await;
    let first = Agent { daemon: &daemon, name: "first \u{202E}agent\n" };
    let second = Agent { daemon: &daemon, name: "second" };
    let session = json!("default");
    first.done("sim_control", json!({"session_id": session, "action": "pause"})).await;
    let act = watcher.wait_for("act").await;
    assert_eq!(
        (&act["agent"], &act["act"], &act["undo"]),
        (&json!("first agent"), &json!("sim_control action=\"pause\""), &json!(true))
    );
    let before = first.done("sim_state_get", json!({"session_id": session})).await;

    // Both act on one session, and each is told of by its name.
    second.done("sim_step", json!({"session_id": session, "steps": 40})).await;
    assert_eq!(watcher.wait_for("act").await["agent"], "second");
    let scene = "<mujoco model='another'><worldbody/></mujoco>";
    first.done("scene_load", json!({"session_id": session, "mjcf": scene})).await;
    let shown = until(async || {
        let shown = watcher.wait_for("scene_updated").await;
        (shown["model_name"] == "another").then_some(shown)
    });
    shown.await;
    let log = first.result("resources/read", json!({"uri": "sim://default/log"})).await;
    let log = log["contents"][0]["text"].as_str().expect("text").to_owned();
    let events: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let signed = |kind: &str, agent: &str| {
        events.iter().any(|event| event["event"] == kind && event["agent"] == agent)
    };
    assert!(signed("command", "second") && signed("scene", "first agent"), "{log}");

    // Over HTTP, as the page does, and by a tool.
    let (status, undone) = daemon.post("/api/sessions/default/history/undo", &json!({})).await;
    assert_eq!(
        (status, &undone["agent"], &undone["scene"]),
        (StatusCode::OK, &json!("first agent"), &json!(true)),
        "{undone}"
    );
    assert_eq!(daemon.get("/api/scene/current").await.1["xml"], SCENE);
    let undone = second.done("undo", json!({"session_id": session})).await;
    assert_eq!(undone["act"], "sim_step steps=40");
    let after = second.done("sim_state_get", json!({"session_id": session})).await;
    assert_eq!((&after["qpos"], &after["time"]), (&before["qpos"], &before["time"]));
    second.done("undo", json!({"session_id": session})).await;
    let (status, problem) = daemon.post("/api/sessions/default/history/undo", &json!({})).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
}

#[tokio::test]
async fn mistakes_are_sentences() {
    let daemon = Daemon::ready().await;
    let agent = Agent { daemon: &daemon, name: "tester" };
    for (tool, arguments, wanted) in [
        ("sim_step", json!({"session_id": "nobodys"}), "no session"),
        ("sim_step", json!({"session_id": "default", "steps": 0}), "1 to 100000"),
        ("sim_step", json!({"session_id": "default", "steps": "many"}), "input schema"),
        ("sim_step", json!({"steps": 1}), "session_id"),
        ("sim_step", json!({"session_id": "default", "speed": 1}), "unknown field"),
        ("sim_step", json!({"session_id": "default", "seconds": 1e12}), "1 to 100000"),
        ("sim_control", json!({"session_id": "default"}), "send action"),
        ("sim_control", json!({"session_id": "default", "speed": -1}), "factor"),
        ("session_create", json!({"preset": "nothing"}), "no preset"),
        ("session_create", json!({"mjcf": "<mujoco><a/></mujoco>"}), "a"),
        ("session_create", json!({"mjcf": "<mujoco/>", "preset": "car"}), "only one of"),
        ("session_create", json!({"prompt": "a flibbertigibbet"}), "flibbertigibbet"),
        (
            "scene_generate",
            json!({"session_id": "default", "prompt": "a flibbertigibbet"}),
            "flibbertigibbet",
        ),
        ("session_close", json!({"session_id": "default"}), "always there"),
        ("scene_get", json!({"session_id": "default", "from": 1_000_000}), "below"),
        ("joint_set", json!({"session_id": "default", "values": {"nothing": 1}}), "nothing"),
        ("body_perturb", json!({"session_id": "default", "body": "nothing"}), "nothing"),
        ("camera_set", json!({"session_id": "default", "camera": "nothing"}), "nothing"),
        ("snapshot", json!({"session_id": "default", "width": 8000, "height": 8000}), "pixels"),
        ("record", json!({"session_id": "default", "seconds": 1000}), "at most 60"),
        ("recording_get", json!({"session_id": "default", "recording_id": "../x"}), "no recording"),
        ("create_scene", json!({"scene_type": "arm", "menagerie_model": "spot"}), "Menagerie"),
        ("execute_command", json!({"command": "make me a sandwich"}), "not understood"),
        ("undo", json!({"session_id": "default"}), "nothing to take back"),
    ] {
        let text = agent.refused(tool, arguments.clone()).await;
        assert!(text.contains(wanted), "{tool} {arguments}: {text}");
    }
    let unknown = agent.ask("tools/call", json!({"name": "no_tool", "arguments": {}})).await;
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    let unknown = agent.ask("prompts/get", json!({"name": "no_prompt"})).await;
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    let unknown = agent.ask("no/method", json!({})).await;
    assert_eq!(unknown["error"]["code"], -32601, "{unknown}");
}

#[tokio::test]
async fn strangers_and_broken_requests_are_refused() {
    let daemon = Daemon::ready_with(&[("MJCAST_LIMITS__BODY_BYTES", "70000")]).await;
    let list = || asking(&daemon, "tester", "tools/list", json!({}));
    let status = async |request: Request<Full<Bytes>>| daemon.send(request).await.status();
    assert_eq!(status(list()).await, StatusCode::OK);

    let mut foreign = list();
    foreign.headers_mut().insert(header::ORIGIN, "http://evil.example".parse().expect("header"));
    assert_eq!(status(foreign).await, StatusCode::FORBIDDEN);
    let mut own = list();
    let origin = format!("http://{}", daemon.address);
    own.headers_mut().insert(header::ORIGIN, origin.parse().expect("header"));
    assert_eq!(status(own).await, StatusCode::OK);
    let mut rebound = list();
    rebound.headers_mut().insert(header::HOST, "evil.example:8000".parse().expect("header"));
    assert_eq!(status(rebound).await, StatusCode::FORBIDDEN);
    let mut nobody = list();
    nobody.headers_mut().remove(header::HOST);
    assert_eq!(status(nobody).await, StatusCode::BAD_REQUEST);

    let broken = builder(&daemon).body("{\"jsonrpc\": ".into()).expect("request");
    assert!(status(broken).await.is_client_error());
    let long = asking(&daemon, "tester", "tools/list", json!({"cursor": "x".repeat(80_000)}));
    assert_eq!(status(long).await, StatusCode::PAYLOAD_TOO_LARGE);
    let mut lying = asking(
        &daemon,
        "tester",
        "tools/call",
        json!({"name": "sim_step", "arguments": {"session_id": "default"}}),
    );
    lying.headers_mut().insert("mcp-param-session", "another".parse().expect("header"));
    let answer = daemon.send(lying).await;
    assert_eq!(
        (answer.status(), &message(&answer)["error"]["code"]),
        (StatusCode::BAD_REQUEST, &json!(-32020))
    );
    let text = builder(&daemon).header(header::CONTENT_TYPE, "text/plain");
    let text = text.body("hello".into()).expect("request");
    assert!(status(text).await.is_client_error());
    let wrong = daemon.request("PUT", "/mcp").body(Full::default()).expect("request");
    assert_eq!(status(wrong).await, StatusCode::METHOD_NOT_ALLOWED);
    // Headers of every response.
    let answer = daemon.send(list()).await;
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
}

#[tokio::test]
async fn older_revisions_are_let_in_by_a_handshake() {
    let daemon = Daemon::ready().await;
    let say = async |session: Option<&str>, message: Value| {
        let mut request = builder(&daemon);
        if let Some(session) = session {
            request = request.header("mcp-session-id", session);
        }
        daemon.send(request.body(message.to_string().into()).expect("request")).await
    };
    let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": {"name": "old", "title": "Old Hand", "version": "1"}}});
    let answer = say(None, hello).await;
    assert_eq!(message(&answer)["result"]["protocolVersion"], "2025-11-25");
    let session = answer.headers()["mcp-session-id"].to_str().expect("text").to_owned();
    let session = Some(session.as_str());
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(say(session, ready).await.status(), StatusCode::ACCEPTED);
    let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
        "name": "sim_step", "arguments": {"session_id": "default", "steps": 2}}});
    let result = message(&say(session, call.clone()).await)["result"].clone();
    assert_eq!(result["isError"], false, "{result}");
    let read = json!({"jsonrpc": "2.0", "id": 2, "method": "resources/read",
        "params": {"uri": "sim://default/log"}});
    let log = message(&say(session, read).await)["result"]["contents"][0]["text"].to_string();
    assert!(log.contains("Old Hand"), "{log}");
    // Without a handshake, or with a session that nobody has.
    assert!(say(None, call.clone()).await.status().is_client_error());
    assert_eq!(say(Some("nobodys"), call).await.status(), StatusCode::NOT_FOUND);
}
