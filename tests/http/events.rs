//! What happens in a session, as server-sent events.

use std::time::Duration;

use http::{StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};

use crate::daemon::{Daemon, SCENE, until};

const AT: &str = "/api/sessions/default";

/// A stream of events that is being read.
struct Events {
    body: hyper::body::Incoming,
    text: String,
}

/// One event: its name, its id, its data.
type Event = (String, Option<u64>, Value);

impl Events {
    async fn of(daemon: &Daemon, target: &str, last: Option<&str>) -> Self {
        let mut request = daemon.request("GET", target);
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        let response = daemon.stream(request.body(Full::default()).expect("request")).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        let mut events = Self { body: response.into_body(), text: String::new() };
        assert_eq!(events.next().await.expect("an event").0, "session");
        events
    }

    /// The next event; `None` at the end of the stream.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    let line = block.lines().find_map(|line| line.strip_prefix(name));
                    line.map(|value| value.trim_start_matches([':', ' ']).to_owned())
                };
                let Some(event) = field("event") else { continue };
                let data = serde_json::from_str(&field("data").expect("data")).expect("JSON");
                return Some((event, field("id").map(|id| id.parse().expect("a number")), data));
            }
            let frame = tokio::time::timeout(Duration::from_secs(20), self.body.frame()).await;
            let frame = frame.expect("in time")?.expect("no error");
            let bytes = frame.into_data().expect("data");
            self.text.push_str(std::str::from_utf8(&bytes).expect("UTF-8"));
        }
    }

    async fn wait_for(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await.expect("it goes on");
            if event.0 == name {
                return event;
            }
        }
    }
}

#[tokio::test]
async fn what_people_and_programs_do_is_told_in_order() {
    let daemon = Daemon::ready().await;
    let mut events = Events::of(&daemon, &format!("{AT}/events"), None).await;
    let commands = json!([{"cmd": "pause"}, {"cmd": "step", "params": {"steps": 3}}]);
    assert_eq!(daemon.post(&format!("{AT}/commands"), &commands).await.1["ok"], true);
    let (_, first, pause) = events.wait_for("command").await;
    assert_eq!((&pause["cmd"], &pause["by"]), (&json!("pause"), &Value::Null));
    let (_, second, step) = events.wait_for("command").await;
    assert_eq!((&step["cmd"], &step["params"]["steps"]), (&json!("step"), &json!(3)));
    assert_eq!(second, first.map(|id| id + 1));

    let mut socket = daemon.socket("").await.expect("opens");
    let id = socket.wait_for("welcome").await["viewer_id"].clone();
    let (_, _, viewers) = events.wait_for("viewers").await;
    assert_eq!(viewers["viewers"][0]["id"], id);
    let play = json!({"type": "command", "cmd": "play", "params": {}, "id": 1});
    socket.say(play.to_string()).await;
    let (_, _, by_viewer) = events.wait_for("command").await;
    assert_eq!((&by_viewer["cmd"], &by_viewer["by"]), (&json!("play"), &id));
    let (status, _) = daemon.post("/api/scene/load", &json!({"xml": SCENE})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(events.wait_for("scene").await.2["root"], "scene.xml");

    // Who comes back gets what was missed, and nothing twice.
    let last = first.expect("an id").to_string();
    let mut again = Events::of(&daemon, &format!("{AT}/events"), Some(&last)).await;
    assert_eq!(again.next().await.expect("an event").1, second);
}

#[tokio::test]
async fn the_state_comes_as_often_as_asked_and_only_when_it_changed() {
    let daemon = Daemon::ready().await;
    let mut events = Events::of(&daemon, &format!("{AT}/events?state_hz=50"), None).await;
    let (_, id, first) = events.wait_for("state").await;
    let (_, _, second) = events.wait_for("state").await;
    assert!(id.is_none() && second["tick"].as_u64() > first["tick"].as_u64());
    let (_, state) = daemon.get(&format!("{AT}/state")).await;
    let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect();
    let (told, asked): (Vec<String>, Vec<String>) = (keys(&second), keys(&state));
    assert_eq!(told, asked);
    for wrong in ["61", "-1", "often"] {
        let (status, _) = daemon.get(&format!("{AT}/events?state_hz={wrong}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn streams_end_with_their_session_and_with_the_daemon() {
    let mut daemon = Daemon::ready().await;
    let (status, made) = daemon.post("/api/sessions", &json!({"preset": "pendulum"})).await;
    assert_eq!(status, StatusCode::CREATED);
    let at = made["links"]["events"].as_str().expect("a link").to_owned();
    let mut other = Events::of(&daemon, &at, None).await;
    let mut events = Events::of(&daemon, &format!("{AT}/events?state_hz=10"), None).await;
    let request = daemon.request("DELETE", made["links"]["self"].as_str().expect("a link"));
    daemon.send(request.body(Full::default()).expect("request")).await;
    assert_eq!(other.wait_for("ended").await.2["reason"], "deleted");
    assert!(other.next().await.is_none());
    daemon.signal(rustix::process::Signal::TERM);
    assert_eq!(events.wait_for("ended").await.2["reason"], "shutdown");
    assert!(daemon.ended().await, "exit code 0");
}

#[tokio::test]
async fn who_does_not_read_is_told_how_much_was_lost() {
    let daemon = Daemon::ready().await;
    let mut events = Events::of(&daemon, &format!("{AT}/events"), None).await;
    // More than the ring and the buffers of the connection hold, some 10 MB for each kernel.
    let motors: String = (0..64).map(|n| format!("<motor name='m{n}' joint='j'/>")).collect();
    let scene = format!(
        "<mujoco><worldbody><body><joint name='j'/><geom size='.1'/></body></worldbody>\
        <actuator>{motors}</actuator></mujoco>"
    );
    let loaded = daemon.post("/api/scene/load", &json!({"xml": scene})).await;
    assert_eq!(loaded.0, StatusCode::OK);
    let select = json!({"cmd": "keyframe_save", "params": {"name": "a"}});
    assert_eq!(daemon.post(&format!("{AT}/commands"), &select).await.0, StatusCode::OK);
    let values: serde_json::Map<_, _> =
        (0..64).map(|n| (format!("m{n}"), json!(1.0 / f64::from(n + 3)))).collect();
    let drive = json!({"cmd": "set_ctrl", "params": {"values": values}});
    let all = json!(vec![drive; 100]);
    for _ in 0..100 {
        assert_eq!(daemon.post(&format!("{AT}/commands"), &all).await.1["ok"], true);
    }
    let (_, id, missed) = events.wait_for("missed").await;
    assert!(id.is_none() && missed["count"].as_u64() > Some(0), "{missed}");
    let (_, id, _) = events.wait_for("command").await;
    assert!(id > Some(256), "{id:?}");
}

#[tokio::test]
async fn those_who_left_and_those_who_do_not_read_cost_nothing() {
    let daemon = Daemon::ready_with(&[("MJCAST_LIMITS__CONNECTIONS", "8")]).await;
    let target = format!("{AT}/events?state_hz=60");
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(Events::of(&daemon, &target, None).await);
    }
    let (status, _) = daemon.get(&target).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    drop(open);
    until(async || {
        (daemon.get(&format!("{target}0")).await.0 == StatusCode::BAD_REQUEST).then_some(())
    })
    .await;
    until(async || {
        let request = daemon.request("HEAD", &target).body(Full::default()).expect("request");
        (daemon.send(request).await.status() == StatusCode::OK).then_some(())
    })
    .await;
}
