//! State, keyframes, history, forks and control, over HTTP and sockets.

use http::StatusCode;
use serde_json::{Value, json};

use crate::daemon::{Daemon, Socket, until};

/// Two joints, two actuators, a sensor, a mocap body, and a keyframe.
const ARM: &str = "<mujoco model='arm'><option timestep='0.002'/><worldbody>\
    <body name='hand' mocap='true' pos='1 0 1'><geom size='.02' contype='0' conaffinity='0'/></body>\
    <body name='upper' pos='0 0 1'><joint name='shoulder' axis='0 1 0'/>\
    <geom name='bone' type='capsule' fromto='0 0 0 .4 0 0' size='.05'/>\
    <body name='lower' pos='.4 0 0'><joint name='elbow' axis='0 1 0'/>\
    <geom type='capsule' fromto='0 0 0 .4 0 0' size='.04'/></body></body></worldbody>\
    <actuator><motor name='lift' joint='shoulder' ctrlrange='-5 5'/>\
    <motor name='bend' joint='elbow'/></actuator>\
    <sensor><jointpos name='angle' joint='shoulder'/></sensor>\
    <keyframe><key name='up' qpos='-1 0.5'/></keyframe></mujoco>";

const AT: &str = "/api/sessions/default";

async fn with_arm() -> Daemon {
    let daemon = Daemon::ready().await;
    let (status, _) = daemon.post("/api/scene/load", &json!({"xml": ARM})).await;
    assert_eq!(status, StatusCode::OK);
    commanded(&daemon, &json!([{"cmd": "pause"}, {"cmd": "reset"}])).await;
    daemon
}

async fn commanded(daemon: &Daemon, commands: &Value) -> Value {
    let (status, body) = daemon.post(&format!("{AT}/commands"), commands).await;
    assert_eq!((status, &body["ok"]), (StatusCode::OK, &json!(true)), "{commands}: {body}");
    body
}

async fn state(daemon: &Daemon, at: &str) -> Value {
    let (status, body) = daemon.get(&format!("{at}/state")).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body
}

#[tokio::test]
async fn the_state_is_read_and_set_by_names() {
    let daemon = with_arm().await;
    let shown = state(&daemon, AT).await;
    assert_eq!(shown["qpos"], json!({"shoulder": 0.0, "elbow": 0.0}));
    assert_eq!(shown["ctrl"], json!({"lift": 0.0, "bend": 0.0}));
    assert_eq!(shown["sensors"]["angle"], 0.0);
    assert_eq!(shown["mocap"]["hand"]["position"], json!([1.0, 0.0, 1.0]));
    assert_eq!(shown["bodies"]["lower"]["position"], json!([0.4, 0.0, 1.0]));
    assert_eq!(shown["contacts"]["count"], 0);

    let body = json!({"qpos": {"elbow": 0.25}, "qvel": {"shoulder": 1.5}, "ctrl": {"lift": 9}});
    let (status, set) = daemon.put(&format!("{AT}/state"), &body).await;
    assert_eq!(status, StatusCode::OK, "{set}");
    assert_eq!((&set["qpos"]["elbow"], &set["qvel"]["shoulder"]), (&json!(0.25), &json!(1.5)));
    assert_eq!(set["ctrl"]["lift"], 5.0, "clamped to its range");
    commanded(
        &daemon,
        &json!({"cmd": "set_mocap", "params": {"body": "hand",
        "position": [0, 1, 2]}}),
    )
    .await;
    assert_eq!(state(&daemon, AT).await["mocap"]["hand"]["position"], json!([0.0, 1.0, 2.0]));

    let (_, ctrl) = daemon.put(&format!("{AT}/ctrl"), &json!({"values": [1, 2]})).await;
    assert_eq!(ctrl["ctrl"]["bend"], json!({"value": 2.0, "range": [null, null]}));
    for (path, body, words) in [
        ("state", json!({"qpos": {"knee": 1}}), "no joint \"knee\""),
        ("state", json!({"qpos": {"elbow": [1, 2]}}), "takes 1 numbers, not 2"),
        ("state", json!({"state": [1.0]}), "this model's has"),
        ("state", json!({}), "send state"),
        ("state", json!({"pose": 1}), "pose"),
        ("ctrl", json!({"values": {"lift": "x"}}), "body"),
    ] {
        let (status, problem) = daemon.put(&format!("{AT}/{path}"), &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}: {problem}");
        assert!(problem["error"].as_str().is_some_and(|text| text.contains(words)), "{problem}");
    }
}

#[tokio::test]
async fn a_full_state_comes_back_to_the_last_bit() {
    let daemon = with_arm().await;
    commanded(&daemon, &json!({"cmd": "step", "params": {"steps": 123}})).await;
    let (_, saved) = daemon.get(&format!("{AT}/state?format=integration")).await;
    commanded(&daemon, &json!({"cmd": "step", "params": {"steps": 77}})).await;
    let body = json!({"state": saved["state"]});
    let (status, _) = daemon.put(&format!("{AT}/state"), &body).await;
    assert_eq!(status, StatusCode::OK);
    let (_, again) = daemon.get(&format!("{AT}/state?format=integration")).await;
    assert_eq!(again["state"], saved["state"]);
    let (status, _) = daemon.get(&format!("{AT}/state?format=xml")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn keyframes_are_saved_listed_and_loaded() {
    let daemon = with_arm().await;
    commanded(&daemon, &json!({"cmd": "step", "params": {"steps": 50}})).await;
    let here = state(&daemon, AT).await;
    let (status, saved) = daemon.post(&format!("{AT}/keyframes"), &json!({"name": "here"})).await;
    assert_eq!((status, saved), (StatusCode::CREATED, json!({"name": "here"})));
    let (_, list) = daemon.get(&format!("{AT}/keyframes")).await;
    assert_eq!(list, json!({"keyframes": ["up", "here"]}));
    let load = format!("{AT}/keyframes/load");
    let (status, _) = daemon.post(&load, &json!({"name": "up"})).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(state(&daemon, AT).await["qpos"], json!({"shoulder": -1.0, "elbow": 0.5}));
    daemon.post(&load, &json!({"index": 1})).await;
    assert_eq!(state(&daemon, AT).await["qpos"], here["qpos"]);
    let (status, _) = daemon.post(&load, &json!({"name": "down"})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn time_goes_back_and_on_and_a_fork_begins_where_it_was() {
    let daemon = with_arm().await;
    commanded(&daemon, &json!([{"cmd": "step", "params": {"steps": 100}}])).await;
    let then = state(&daemon, AT).await;
    commanded(
        &daemon,
        &json!([
            {"cmd": "set_ctrl", "params": {"values": {"lift": 3}}},
            {"cmd": "step", "params": {"steps": 200}},
        ]),
    )
    .await;
    let later = state(&daemon, AT).await;
    let (_, history) = daemon.get(&format!("{AT}/history")).await;
    assert_eq!(history["last"]["tick"], later["tick"]);

    let seek = format!("{AT}/history/seek");
    let (status, reached) = daemon.post(&seek, &json!({"steps": -200})).await;
    assert_eq!((status, &reached["tick"]), (StatusCode::OK, &then["tick"]), "{reached}");
    let back = state(&daemon, AT).await;
    assert_eq!((&back["qpos"], &back["qvel"]), (&then["qpos"], &then["qvel"]));
    assert_eq!(back["ctrl"]["lift"], 3.0, "what was changed at this very step belongs to it");

    let fork = json!({"tick": later["tick"].as_u64().expect("a number") - 50, "name": "what if"});
    let (status, forked) = daemon.post(&format!("{AT}/history/fork"), &fork).await;
    assert_eq!((status, &forked["name"]), (StatusCode::CREATED, &json!("what if")), "{forked}");
    let other = forked["links"]["self"].as_str().expect("a link").to_owned();
    assert_eq!(state(&daemon, &other).await["tick"], fork["tick"]);
    let steps = json!({"cmd": "step", "params": {"steps": 50}});
    daemon.post(&format!("{other}/commands"), &steps).await;
    let caught_up = state(&daemon, &other).await;
    assert_eq!((&caught_up["qpos"], &caught_up["qvel"]), (&later["qpos"], &later["qvel"]));

    let (_, end) = daemon.post(&seek, &json!({"tick": later["tick"]})).await;
    assert_eq!(end["tick"], later["tick"]);
    assert_eq!(state(&daemon, AT).await["qpos"], later["qpos"]);
    let (status, _) = daemon.post(&seek, &json!({"tick": 1, "time": 1})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_exported_history_is_proved_bit_by_bit() {
    let daemon = with_arm().await;
    commanded(
        &daemon,
        &json!([{"cmd": "set_ctrl", "params": {"values": {"lift": 1}}},
        {"cmd": "play"}]),
    )
    .await;
    for lift in [2.0, -1.5, 0.3] {
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        let body = json!({"values": {"lift": lift}});
        daemon.put(&format!("{AT}/ctrl"), &body).await;
    }
    commanded(&daemon, &json!([{"cmd": "pause"}])).await;
    let request = daemon.request("GET", &format!("{AT}/history/export"));
    let export = daemon.send(request.body(Default::default()).expect("request")).await;
    assert_eq!(export.status(), StatusCode::OK);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("history.zip");
    std::fs::write(&file, export.body()).expect("writes");
    let replay = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_mjcast"))
            .arg("replay")
            .arg(&file)
            .args(arguments)
            .output()
            .expect("runs");
        let text = String::from_utf8(output.stdout).expect("text");
        (output.status.success(), text)
    };
    let (ok, text) = replay(&["--verify", "--json"]);
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert!(ok && report["equal"] == true, "{report}");
    assert!(report["states"].as_u64() >= Some(2) && report["changes"].as_u64() >= Some(3));
    assert!(replay(&[]).1.contains("arm: "));

    // A change that was not made that way is noticed.
    let mut archive = mjcast::replay::Archive::from_zip(export.body()).expect("reads");
    let lift = archive.log.iter_mut().find_map(|logged| match &mut logged.command {
        mjcast::control::PhysicsCommand::SetControl(values) => values.first_mut(),
        _ => None,
    });
    lift.expect("a control").1 += 1e-9;
    std::fs::write(&file, archive.to_zip().expect("writes")).expect("writes");
    let (ok, text) = replay(&["--verify", "--json"]);
    assert!(!ok && text.contains("\"equal\":false"), "{text}");
}

async fn ask(socket: &mut Socket, cmd: &str, params: Value) -> Value {
    let command = json!({"type": "command", "cmd": cmd, "params": params, "id": cmd});
    socket.say(command.to_string()).await;
    socket.wait_for("result").await
}

#[tokio::test]
async fn one_at_a_time_is_in_control_and_nobody_is_kept_out() {
    let daemon = with_arm().await;
    let mut first = daemon.socket("").await.expect("opens");
    let mut second = daemon.socket("").await.expect("opens");
    let mut watcher = daemon.socket("?role=view").await.expect("opens");
    let id = first.wait_for("welcome").await["viewer_id"].clone();
    let other = second.wait_for("welcome").await["viewer_id"].clone();
    assert_eq!(watcher.wait_for("welcome").await["role"], "view");

    assert_eq!(ask(&mut first, "request_control", json!({})).await["ok"], true);
    let refused = ask(&mut second, "play", json!({})).await;
    let held = format!("{} is in control", id.as_str().expect("an id"));
    assert!(refused["error"].as_str().is_some_and(|text| text.contains(&held)), "{refused}");
    let watched = ask(&mut watcher, "play", json!({})).await;
    assert!(watched["error"].as_str().is_some_and(|text| text.contains("only watch")));
    assert_eq!(ask(&mut second, "set_camera", json!({"azimuth": 5})).await["ok"], true);

    assert_eq!(ask(&mut second, "request_control", json!({})).await["ok"], true);
    let asked = loop {
        let message = first.wait_for("control").await;
        if message["requests"] == json!([other]) {
            break message;
        }
    };
    assert_eq!((&asked["holder"], &asked["role"]), (&id, &json!("control")));
    assert_eq!(ask(&mut first, "grant_control", json!({"viewer_id": other})).await["ok"], true);
    assert_eq!(ask(&mut second, "play", json!({})).await["ok"], true);
    assert_eq!(ask(&mut first, "pause", json!({})).await["ok"], false);

    drop(second);
    until(async || {
        let (_, body) = daemon.get(&format!("{AT}/viewers")).await;
        let holders = body["viewers"].as_array().expect("a list").iter();
        (holders.filter(|viewer| viewer["in_control"] == true).count() == 0).then_some(())
    })
    .await;
    assert_eq!(ask(&mut first, "pause", json!({})).await["ok"], true, "who leaves lets go");

    let role = json!({"viewer_id": id, "role": "view"});
    let (status, _) = daemon.post(&format!("{AT}/viewers/role"), &role).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(ask(&mut first, "play", json!({})).await["ok"], false);
    let (status, _) =
        daemon.post(&format!("{AT}/viewers/control"), &json!({"viewer_id": id})).await;
    assert_eq!(status, StatusCode::CONFLICT, "who may only watch is not given it");
}

#[tokio::test]
async fn what_is_clicked_is_selected() {
    let daemon = Daemon::ready_with(&[]).await;
    let scene = "<mujoco><worldbody><light pos='0 0 3'/><body name='left' pos='-.5 0 0'><freejoint/>\
        <geom size='.3'/></body><body name='right' pos='.5 0 0'><freejoint/><geom size='.3'/></body>\
        </worldbody></mujoco>";
    daemon.post("/api/scene/load", &json!({"xml": scene})).await;
    let mut socket = daemon.socket("").await.expect("opens");
    socket.wait_for("welcome").await;
    ask(&mut socket, "pause", json!({})).await;
    ask(&mut socket, "reset", json!({})).await;
    let viewport = json!({"type": "viewport", "width": 640, "height": 640});
    socket.say(viewport.to_string()).await;
    // From the front (looking along +y): left is left.
    let camera = json!({"azimuth": 90, "elevation": 0, "distance": 3, "lookat": [0, 0, 0]});
    ask(&mut socket, "set_camera", camera).await;
    for (x, body) in [(190, "left"), (450, "right")] {
        let picked = ask(&mut socket, "select", json!({"x": x, "y": 320})).await;
        assert_eq!(picked["ok"], true, "{picked}");
        let selected = until(async || {
            let shown = state(&daemon, AT).await["selected"].clone();
            (!shown.is_null() && shown == body).then_some(shown)
        })
        .await;
        assert_eq!(selected, body);
    }
    ask(&mut socket, "select", json!({"x": 320, "y": 20})).await;
    until(async || state(&daemon, AT).await["selected"].is_null().then_some(())).await;
}
