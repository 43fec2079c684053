//! The description of the API, held against the daemon that it describes.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::{
    daemon::{Daemon, until},
    mcp::Agent,
    whip::{Relay, SILENT},
};

/// What the daemon says where there is nothing at all.
const NOTHING: &str = "there is no such resource";
/// A contact, a mocap body, two actuators (one without limits), a sensor, a keyframe and a camera;
/// some with a name and some without.
const SCENE: &str = "<mujoco model='all'><worldbody><light pos='0 0 3'/><geom name='floor' type='plane' \
    size='2 2 .1'/><camera name='side' pos='0 -3 1' xyaxes='1 0 0 0 0.3 1'/>\
    <body pos='1 0 0.09'><freejoint/><geom size='.1'/></body>\
    <body name='hand' mocap='true' pos='-1 0 1'><geom size='.02' contype='0' conaffinity='0'/></body>\
    <body name='arm' pos='0 0 1'><joint name='shoulder' axis='0 1 0'/>\
    <geom type='capsule' fromto='0 0 0 .4 0 0' size='.05'/></body></worldbody>\
    <actuator><motor name='lift' joint='shoulder' ctrlrange='-5 5'/><motor joint='shoulder'/>\
    </actuator><sensor><jointpos joint='shoulder'/><framepos objtype='body' objname='arm'/></sensor>\
    <keyframe><key name='up' qpos='1 0 .09 1 0 0 0 -1'/></keyframe></mujoco>";

/// The document, and what has been seen of it.
struct Description {
    document: Value,
    seen: BTreeSet<String>,
}

impl Description {
    async fn of(daemon: &Daemon) -> Self {
        let (status, document) = daemon.get("/openapi.json").await;
        assert_eq!(status, StatusCode::OK);
        Self { document, seen: BTreeSet::new() }
    }

    /// Every path with its methods, in capitals.
    fn places(&self) -> Vec<(String, BTreeSet<String>)> {
        let paths = self.document["paths"].as_object().expect("paths").iter();
        let methods = |item: &Value| {
            let item = item.as_object().expect("operations");
            item.keys().map(|method| method.to_uppercase()).collect()
        };
        paths.map(|(path, item)| (path.clone(), methods(item))).collect()
    }

    /// Holds a reply against what the document says of it.
    fn check(&mut self, method: &str, target: &str, response: &Response<Bytes>) -> Value {
        let asked = target.split('?').next().expect("a path");
        let (template, item) = self.document["paths"]
            .as_object()
            .expect("paths")
            .iter()
            // What has fewer parameters is meant: `{id}` is not `default/state`.
            .filter(|(template, _)| fits(template, asked))
            .min_by_key(|(template, _)| template.matches('{').count())
            .unwrap_or_else(|| panic!("{asked} is not described"));
        let operation = &item[method.to_lowercase()];
        let status = response.status();
        let at = format!("{method} {template} {}", status.as_u16());
        let mut reply = &operation["responses"][status.as_str()];
        if let Some(reference) = reply["$ref"].as_str() {
            reply = self.document.pointer(&reference[1..]).expect("leads somewhere");
        }
        assert!(reply.is_object(), "{at} is not described");
        if reply["content"].is_null() {
            assert!(response.body().is_empty(), "{at} has a body");
            return Value::Null;
        }
        let kind = response.headers()[header::CONTENT_TYPE].to_str().expect("text");
        let kind = kind.split(';').next().expect("a kind");
        let content = &reply["content"][kind];
        assert!(content.is_object(), "{at} gives {kind}");
        self.seen.insert(at.clone());
        if !kind.ends_with("json") {
            return Value::Null;
        }
        let body: Value = serde_json::from_slice(response.body()).expect("JSON");
        let schema = self.closed(&content["schema"]);
        let errors: Vec<_> = schema.iter_errors(&body).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{at}: {errors:#?}\n{body:#}");
        body
    }

    /// A validator that takes no field which is not described.
    fn closed(&self, schema: &Value) -> Validator {
        let mut components = self.document["components"].clone();
        for schema in components["schemas"].as_object_mut().expect("schemas").values_mut() {
            close(schema);
        }
        // What has no schema may be anything.
        let own = if schema.is_null() { &Value::Bool(true) } else { schema };
        let schema = json!({"allOf": [own], "components": components});
        jsonschema::draft202012::new(&schema).expect("a schema")
    }
}

fn close(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else { return };
    if object.contains_key("properties") && !object.contains_key("additionalProperties") {
        object.insert("additionalProperties".to_owned(), false.into());
    }
    let forms = object.get_mut("oneOf").and_then(Value::as_array_mut);
    forms.into_iter().flatten().for_each(close);
}

/// Whether a path is one that a template stands for.
fn fits(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    let part = |wanted: &str, asked: &str| match wanted.split_once('{') {
        Some((before, _)) => asked.len() > before.len() && asked.starts_with(before),
        None => wanted == asked,
    };
    let all = template.by_ref().zip(path.by_ref()).all(|(wanted, asked)| part(wanted, asked));
    all && template.next().is_none() && path.next().is_none()
}

/// A path with something that does not exist in place of its parameters.
fn filled(template: &str) -> String {
    let parts = template.split('/').map(|part| match part.split_once('{') {
        Some((before, "format}")) => format!("{before}png"),
        Some((before, _)) => format!("{before}nobody"),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn ask(daemon: &Daemon, method: &str, target: &str, body: Option<&Value>) -> Response<Bytes> {
    let request = daemon.request(method, target);
    let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
    daemon.send(request.body(body.into()).expect("request")).await
}

#[tokio::test]
async fn the_daemon_has_what_is_described_and_only_that() {
    let daemon = Daemon::start(&[]);
    let description = Description::of(&daemon).await;
    let places = description.places();
    assert!(places.len() > 30, "{}", places.len());
    for (template, methods) in places {
        let target = filled(&template);
        let refused = ask(&daemon, "TRACE", &target, None).await;
        assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED, "{template}");
        let allow = refused.headers()[header::ALLOW].to_str().expect("text");
        let allow: BTreeSet<_> = allow.split(", ").filter(|method| *method != "HEAD").collect();
        assert_eq!(allow, methods.iter().map(String::as_str).collect(), "{template}");
        for method in &methods {
            // No JSON, so that nothing is begun.
            let answer = ask(&daemon, method, &target, Some(&Value::String("{".into()))).await;
            let at = format!("{method} {target}");
            assert_ne!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{at}");
            let body: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
            assert_ne!(body["detail"], NOTHING, "{at}");
        }
    }
    let (status, body) = daemon.get("/api/nothing").await;
    assert_eq!((status, &body["detail"]), (StatusCode::NOT_FOUND, &NOTHING.into()));
}

/// A daemon with its description; every request is one that the description must cover.
struct Visit {
    daemon: Daemon,
    description: Description,
}

impl Visit {
    async fn ask(&mut self, method: &str, target: &str, body: Option<Value>) -> Value {
        let response = ask(&self.daemon, method, target, body.as_ref()).await;
        self.description.check(method, target, &response)
    }

    async fn get(&mut self, target: &str) -> Value {
        self.ask("GET", target, None).await
    }

    async fn access(&mut self) {
        self.get("/api/login").await;
        let wanted = json!({"name": "a screen", "role": "view"});
        let made = self.ask("POST", "/api/tokens", Some(wanted)).await;
        self.get("/api/tokens").await;
        self.ask("POST", "/api/login", Some(json!({"token": made["token"]}))).await;
        self.ask("DELETE", "/api/login", None).await;
        let place = format!("/api/tokens/{}", made["id"].as_str().expect("an id"));
        self.ask("DELETE", &place, None).await;
    }

    async fn daemon_and_scenes(&mut self) {
        for path in ["health", "config", "stats", "scene/presets", "scene/current", "schema/mjcf"] {
            self.get(&format!("/api/{path}")).await;
        }
        self.get("/livez").await;
        self.get("/startupz").await;
        self.get("/readyz").await;
        self.get("/metrics").await;
        self.ask("POST", "/api/scene/load", Some(json!({"xml": SCENE}))).await;
        self.ask("POST", "/api/execute-command", Some(json!({"command": "step 200"}))).await;
        self.get("/api/stats").await;
        let batch = json!({"width": 16, "height": 16, "modes": ["rgb", "depth"]});
        self.ask("POST", "/api/render", Some(batch)).await;
        self.ask("POST", "/api/scene/load", Some(json!({"preset": "nobody"}))).await;
        let own = "/api/sessions/default/scene";
        self.get(own).await;
        let judge = format!("{own}/validate");
        assert_eq!(self.ask("POST", &judge, Some(json!({"xml": SCENE}))).await["valid"], true);
        let wrong = json!({"xml": "<mujoco><worldbody><bad/></worldbody></mujoco>"});
        assert_eq!(self.ask("POST", &judge, Some(wrong)).await["valid"], false);
        self.ask("PUT", own, Some(json!({"xml": SCENE}))).await;
        let wish = json!({"prompt": "a red ball", "mode": "offline"});
        self.ask("POST", "/api/execute-command", Some(json!({"command": "a red ball"}))).await;
        for route in ["/api/scene/generate", "/api/sessions/default/scene/generate"] {
            self.ask("POST", route, Some(wish.clone())).await;
        }
        self.ask("PUT", own, Some(json!({"xml": SCENE}))).await;
        self.get("/openapi.json").await;
        self.get("/api/llm/providers").await;
        let key = json!({"provider": "claude", "api_key": "sk-test"});
        self.ask("POST", "/api/config/api-key", Some(key)).await;
        self.get("/api/config/api-key").await;
        self.ask("DELETE", "/api/config/api-key?provider=anthropic", None).await;
        self.ask("DELETE", "/api/config/api-key", None).await;
    }

    async fn sessions(&mut self) -> String {
        let wish = json!({"name": "one", "preset": "pendulum", "idle_pause_s": 60});
        let made = self.ask("POST", "/api/sessions", Some(wish)).await;
        let own = made["links"]["self"].as_str().expect("a link").to_owned();
        self.ask("PATCH", &own, Some(json!({"name": null, "limits": {"viewers": 3}}))).await;
        let fast = json!([
            {"cmd": "speed", "params": {"factor": "max"}},
            {"cmd": "keyframe_load", "params": {"name": "nobody"}},
        ]);
        let done = self.ask("POST", &format!("{own}/commands"), Some(fast)).await;
        assert_eq!((&done["ok"], &done["results"][0]["ok"]), (&false.into(), &true.into()));
        until(async || self.get(&own).await["speed"].is_null().then_some(())).await;
        self.get(&format!("/api/stats?session={}", made["id"].as_str().expect("an id"))).await;
        self.get("/api/sessions").await;
        own
    }

    async fn simulation(&mut self, at: &str) {
        self.ask("POST", &format!("{at}/commands"), Some(json!({"cmd": "pause"}))).await;
        let named = self.get(&format!("{at}/state")).await;
        assert!(named["contacts"]["count"].as_u64() > Some(0), "{named}");
        self.get(&format!("{at}/state?format=integration")).await;
        self.ask("PUT", &format!("{at}/state"), Some(json!({"qvel": {"shoulder": 1}}))).await;
        let model = self.get(&format!("{at}/model")).await;
        assert_eq!(model["actuators"][0]["unit"], "N·m", "{model}");
        assert_eq!(
            (&model["joints"][1]["body"], &model["sensors"][0]["unit"]),
            (&3.into(), &"rad".into())
        );
        self.get(&format!("{at}/options")).await;
        let change = json!({"timestep": 0.001, "flags": {"energy": true}});
        let options = self.ask("PATCH", &format!("{at}/options"), Some(change)).await;
        assert_eq!(
            (&options["timestep"], &options["flags"]["energy"]),
            (&0.001.into(), &true.into())
        );
        self.get(&format!("{at}/ctrl")).await;
        self.ask("PUT", &format!("{at}/ctrl"), Some(json!({"values": [1, 2]}))).await;
        self.get(&format!("{at}/keyframes")).await;
        self.ask("POST", &format!("{at}/keyframes"), Some(json!({"name": "here"}))).await;
        self.ask("POST", &format!("{at}/keyframes/load"), Some(json!({"name": "up"}))).await;
        self.get(&format!("{at}/history")).await;
        self.ask("POST", &format!("{at}/history/seek"), Some(json!({"steps": -1}))).await;
        self.get(&format!("{at}/history/export")).await;
        let agent = Agent { daemon: &self.daemon, name: "agent" };
        let session = at.strip_prefix("/api/sessions/").expect("a session");
        agent.done("sim_step", json!({"session_id": session})).await;
        self.ask("POST", &format!("{at}/history/undo"), None).await;
        let fork = self.ask("POST", &format!("{at}/history/fork"), Some(json!({}))).await;
        let fork = fork["links"]["self"].as_str().expect("a link").to_owned();
        self.ask("DELETE", &fork, None).await;
        self.get(&format!("{at}/cameras")).await;
        self.get(&format!("{at}/cameras/free/frame.png?width=16&height=16")).await;
        self.get(&format!("{at}/cameras/side/frame.jpg?width=16&height=16")).await;
    }

    async fn viewers(&mut self, at: &str) {
        let mut socket = self.daemon.socket("").await.expect("opens");
        let viewer = socket.wait_for("welcome").await["viewer_id"].clone();
        self.get(&format!("{at}/viewers")).await;
        let role = json!({"viewer_id": viewer, "role": "control"});
        self.ask("POST", &format!("{at}/viewers/role"), Some(role)).await;
        let holder = json!({"viewer_id": viewer});
        self.ask("POST", &format!("{at}/viewers/control"), Some(holder)).await;
    }

    async fn recordings(&mut self, at: &str) {
        let all = format!("{at}/recordings");
        let started = self.ask("POST", &all, Some(json!({"name": "one"}))).await;
        let own = format!("{all}/{}", started["id"].as_str().expect("an id"));
        until(async || (self.get(&own).await["frames"].as_u64() > Some(0)).then_some(())).await;
        self.get(&all).await;
        self.ask("POST", &format!("{own}/stop"), None).await;
        self.get(&format!("{own}/video.mp4")).await;
        self.get(&format!("{own}/state.jsonl")).await;
        self.ask("DELETE", &own, None).await;
        self.get(&own).await;
    }

    async fn scenes_kept(&mut self) {
        let wish = json!({"name": "one", "tags": ["a"]});
        let saved = self.ask("POST", "/api/library", Some(wish)).await;
        let own = format!("/api/library/{}", saved["entry"]["id"].as_str().expect("an id"));
        self.get("/api/library?q=one").await;
        self.get("/api/library?kind=nothing").await;
        self.ask("PATCH", &own, Some(json!({"description": "two"}))).await;
        self.ask("POST", &format!("{own}/versions"), Some(json!({"note": "b"}))).await;
        self.ask("POST", &format!("{own}/versions"), Some(json!({"restore": 1}))).await;
        self.ask("POST", &format!("{own}/versions"), Some(json!({"restore": 100}))).await;
        self.get(&own).await;
        self.get(&format!("{own}/thumbnail")).await;
        self.get(&format!("{own}/model.zip")).await;
        self.get("/api/library/preset.car/model.zip").await;
        self.ask("DELETE", "/api/library/preset.car", None).await;
        self.ask("DELETE", &own, None).await;
        self.get(&own).await;
    }

    async fn publications(&mut self, session: &str, relay: &str) {
        let all = format!("{session}/whip");
        self.ask("POST", &all, Some(json!({"url": "http://elsewhere/"}))).await;
        let made = self.ask("POST", &all, Some(json!({"url": relay}))).await;
        let own = format!("{all}/{}", made["id"].as_str().expect("a number"));
        self.get(&all).await;
        self.get(&own).await;
        self.ask("DELETE", &own, None).await;
        self.get(&own).await;
    }
}

#[tokio::test]
async fn replies_are_what_the_description_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().to_str().expect("UTF-8");
    let relay = Relay::taking(SILENT).await;
    let daemon = Daemon::ready_with(&[
        ("MJCAST_STATE__DIR", state),
        ("MJCAST_WEBRTC__WHIP_ALLOW", &relay.url),
    ])
    .await;
    let description = Description::of(&daemon).await;
    let mut visit = Visit { daemon, description };
    let default = "/api/sessions/default";
    visit.access().await;
    visit.daemon_and_scenes().await;
    let own = visit.sessions().await;
    visit.simulation(default).await;
    visit.viewers(default).await;
    visit.recordings(default).await;
    visit.scenes_kept().await;
    visit.publications(default, &relay.url).await;
    visit.ask("DELETE", &own, None).await;
    visit.ask("DELETE", default, None).await;
    visit.get("/api/sessions/nobody").await;
    visit.get(&format!("{default}/state?format=xml")).await;

    // What is not described would have been noticed.
    let ready = visit.description.closed(&json!({"$ref": "#/components/schemas/Ready"}));
    assert!(ready.is_valid(&json!({"status": "ready"})));
    assert!(
        !ready.is_valid(&json!({"status": "ready", "since": 1})) && !ready.is_valid(&json!({}))
    );

    let Visit { description: Description { document, seen }, .. } = visit;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            for (status, reply) in operation["responses"].as_object().expect("responses") {
                let at = format!("{} {path} {status}", method.to_uppercase());
                let json = reply["content"]["application/json"].is_object();
                // A daemon that cannot draw has tests of its own.
                let known = seen.contains(&at) || at == "GET /api/health 503";
                assert!(!json || known, "{at} was not seen");
            }
        }
    }
}

#[tokio::test]
async fn the_documentation_has_a_page_and_the_document_an_entity_tag() {
    let daemon = Daemon::start(&[]);
    let first = ask(&daemon, "GET", "/openapi.json", None).await;
    let tag = first.headers()[header::ETAG].clone();
    let request = daemon.request("GET", "/openapi.json").header(header::IF_NONE_MATCH, tag);
    let again = daemon.send(request.body(Bytes::new().into()).expect("request")).await;
    assert_eq!((again.status(), again.body().len()), (StatusCode::NOT_MODIFIED, 0));
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_mjcast")).arg("openapi").output();
    assert!(printed.expect("runs").stdout == *first.body(), "the same is printed");
    let page = ask(&daemon, "GET", "/docs", None).await;
    assert_eq!(page.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
}
