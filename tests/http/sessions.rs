//! Many sessions: how they come and go, and that none is felt by another.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::{StatusCode, header};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use crate::daemon::{Daemon, SCENE, is_alive, kill, until};

const SESSIONS: &str = "/api/sessions";
/// Not the host's own name, whatever that is.
const NODE: (&str, &str) = ("MJCAST_SERVER__NODE", "lab-7");

/// The path of a new session.
async fn created(daemon: &Daemon, body: &Value) -> String {
    let (status, session) = daemon.post(SESSIONS, body).await;
    assert_eq!(status, StatusCode::CREATED, "{session}");
    session["links"]["self"].as_str().expect("a path").to_owned()
}

fn id(path: &str) -> &str {
    path.rsplit('/').next().expect("a path")
}

async fn state(daemon: &Daemon, path: &str) -> String {
    let (status, session) = daemon.get(path).await;
    assert_eq!(status, StatusCode::OK, "{session}");
    session["state"].as_str().expect("a state").to_owned()
}

/// Steps so far; waits where a process is just being replaced.
async fn steps(daemon: &Daemon, id: &str) -> u64 {
    until(async || {
        let stats = daemon.get(&format!("/api/stats?session={id}")).await.1;
        stats["simulation_state"]["simulation"]["step_count"].as_u64()
    })
    .await
}

async fn is_gone(daemon: &Daemon, path: &str) -> bool {
    daemon.get(path).await.0 == StatusCode::NOT_FOUND
}

/// Open descriptors of the daemon's.
fn descriptors(daemon: &Daemon) -> usize {
    let path = format!("/proc/{}/fd", daemon.process.id());
    std::fs::read_dir(path).expect("a living daemon").count()
}

#[tokio::test]
async fn a_session_is_created_listed_changed_and_deleted() {
    let daemon = Daemon::ready_with(&[NODE]).await;
    let request = daemon
        .request("POST", SESSIONS)
        .body(json!({"name": " arm ", "xml": SCENE}).to_string().into());
    let response = daemon.send(request.expect("request")).await;
    assert_eq!(response.status(), StatusCode::CREATED);
    let session: Value = serde_json::from_slice(response.body()).expect("JSON");
    let path = session["links"]["self"].as_str().expect("a path").to_owned();
    assert_eq!(response.headers()[header::LOCATION], path.as_str());
    let own = session["id"].as_str().expect("an id");
    assert!(own.starts_with("lab-7-") && own.len() == "lab-7-".len() + 22, "{own}");
    for (field, wanted) in [
        ("name", json!("arm")),
        ("node", json!("lab-7")),
        ("state", json!("running")),
        ("model_name", json!("probe")),
        ("viewers", json!(0)),
        ("streams", json!(0)),
        ("speed", json!(1.0)),
        ("limits", json!({"viewers": 64})),
        ("idle_pause_s", json!(60)),
        ("expire_s", json!(3600)),
    ] {
        assert_eq!(session[field], wanted, "{field}");
    }
    for field in ["created", "expires_at"] {
        let text = session[field].as_str().expect("a moment");
        assert!(text.ends_with('Z') && text.len() == 24, "{text}");
    }
    for link in session["links"].as_object().expect("links").values() {
        assert!(link.as_str().is_some_and(|link| link.contains(own)), "{link}");
    }

    let (_, list) = daemon.get(SESSIONS).await;
    let ids: Vec<_> =
        list["sessions"].as_array().expect("a list").iter().map(|s| &s["id"]).collect();
    assert_eq!(ids, [&json!("default"), &json!(own)]);
    assert_eq!(list["sessions"][0].get("expires_at"), None);

    let body = json!({"name": null, "limits": {"viewers": 1}, "idle_pause_s": 0, "expire_s": 7});
    let (status, patched) = daemon.patch(&path, &body).await;
    assert_eq!(status, StatusCode::OK, "{patched}");
    assert_eq!((&patched["name"], &patched["limits"]["viewers"]), (&Value::Null, &json!(1)));
    assert_eq!((&patched["idle_pause_s"], &patched["expire_s"]), (&json!(0), &json!(7)));
    let mut one = daemon.socket(&format!("?session={own}")).await.expect("opens");
    assert_eq!(one.wait_for("welcome").await["session"], own);
    assert_eq!(daemon.get(&path).await.1["viewers"], 1);
    let viewers = daemon.get(&format!("{path}/viewers")).await.1;
    assert_eq!(viewers["viewers"][0]["connected"], false, "{viewers}");
    let mut two = daemon.socket(&format!("?session={own}")).await.expect("opens");
    assert_eq!(two.wait_for("error").await["code"], "limit");

    assert_eq!(daemon.workers().len(), 2);
    assert_eq!(daemon.delete(&path).await, StatusCode::NO_CONTENT);
    assert_eq!(daemon.workers().len(), 1, "the process was gone before the answer");
    assert_eq!(daemon.delete(&path).await, StatusCode::NOT_FOUND);
    assert!(is_gone(&daemon, &path).await);
    assert_eq!(one.close_code().await, 4410);
    let refused = daemon.socket(&format!("?session={own}")).await;
    assert!(matches!(refused, Err(Error::Http(response)) if response.status() == 404));
    until(async || (daemon.get("/api/health").await.1["clients_connected"] == 0).then_some(()))
        .await;
}

#[tokio::test]
async fn the_default_session_is_always_there() {
    let daemon = Daemon::ready().await;
    let path = format!("{SESSIONS}/default");
    assert_eq!(daemon.delete(&path).await, StatusCode::CONFLICT);
    let (_, session) = daemon.get(&path).await;
    assert_eq!((&session["id"], &session["expire_s"]), (&json!("default"), &json!(0)));
    let (status, _) = daemon.patch(&path, &json!({"expire_s": 5})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (status, named) = daemon.patch(&path, &json!({"name": "main", "expire_s": 0})).await;
    assert_eq!((status, &named["name"]), (StatusCode::OK, &json!("main")));
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_named() {
    let daemon = Daemon::ready_with(&[NODE]).await;
    let path = created(&daemon, &json!({})).await;
    assert_eq!(state(&daemon, &path).await, "empty");
    for (body, wanted) in [
        (json!({"nmae": "x"}), "`nmae`"),
        (json!({"limits": {"viewer": 1}}), "`viewer`"),
        (json!({"limits": {"viewers": 0}}), "limits.viewers"),
        (json!({"limits": {"viewers": 65}}), "within 1 and 64"),
        (json!({"name": "a\nb"}), "'name'"),
        (json!({"name": "x".repeat(129)}), "128"),
        (json!({"idle_pause_s": -1}), "-1"),
        (json!({"expire_s": 40_000_000}), "'expire_s'"),
        (json!([]), "JSON"),
    ] {
        for (status, problem) in
            [daemon.post(SESSIONS, &body).await, daemon.patch(&path, &body).await]
        {
            assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
            assert_eq!((&problem["success"], &problem["status"]), (&json!(false), &json!(400)));
            let detail = problem["detail"].as_str().unwrap_or_default();
            assert!(detail.contains(wanted), "{body}: {detail}");
        }
    }
    for (body, status, wanted) in [
        (json!({"preset": "x", "xml": SCENE}), 400, "not both"),
        (json!({"preset": "nonsense"}), 404, "'nonsense'"),
        (json!({"xml": "<mujoco><worldbody><bad/></worldbody></mujoco>"}), 400, "line 1"),
        (json!({"xml": "no"}), 400, "not XML"),
    ] {
        let (got, problem) = daemon.post(SESSIONS, &body).await;
        assert_eq!(got, status, "{problem}");
        assert!(problem["detail"].as_str().unwrap_or_default().contains(wanted), "{problem}");
    }
    let left = daemon.get(SESSIONS).await.1["sessions"].as_array().expect("a list").len();
    assert_eq!(left, 2, "what could not be loaded left no session");
    assert_eq!(daemon.post(&path, &json!({})).await.0, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn only_ids_are_ids() {
    let daemon = Daemon::ready_with(&[NODE]).await;
    let random = "x".repeat(22);
    for (id, wanted) in [
        ("nobody".to_owned(), StatusCode::NOT_FOUND),
        ("..".to_owned(), StatusCode::NOT_FOUND),
        ("%2e%2e%2fdefault".to_owned(), StatusCode::NOT_FOUND),
        ("default%00".to_owned(), StatusCode::NOT_FOUND),
        ("x".repeat(5000), StatusCode::NOT_FOUND),
        (format!("lab-7-{random}"), StatusCode::NOT_FOUND),
        (format!("LAB-7-{random}"), StatusCode::NOT_FOUND),
        (format!("lab-8-{random}"), StatusCode::MISDIRECTED_REQUEST),
    ] {
        for target in [
            format!("{SESSIONS}/{id}"),
            format!("{SESSIONS}/{id}/viewers"),
            format!("/api/stats?session={id}"),
        ] {
            let (status, problem) = daemon.get(&target).await;
            assert_eq!(status, wanted, "{target}: {problem}");
            let sentence = problem["detail"].as_str().unwrap_or_default();
            assert!(sentence.len() < 200, "{sentence}");
        }
    }
    let (_, problem) = daemon.get(&format!("{SESSIONS}/lab-8-{random}")).await;
    assert!(problem["detail"].as_str().unwrap_or_default().contains("'lab-8'"), "{problem}");
    for target in ["/api/sessions/default/nothing", "/api/sessions//viewers"] {
        assert_eq!(daemon.get(target).await.0, StatusCode::NOT_FOUND, "{target}");
    }
}

#[tokio::test]
async fn sessions_do_not_feel_each_other() {
    let daemon = Daemon::ready().await;
    let (first, second) =
        (created(&daemon, &json!({"xml": SCENE})).await, created(&daemon, &json!({})).await);
    let scene = |path: &str| format!("/api/scene/current?session={}", id(path));
    assert_eq!(daemon.get(&scene(&second)).await.0, StatusCode::NOT_FOUND);
    let mut neighbour = daemon.socket(&format!("?session={}", id(&first))).await.expect("opens");
    neighbour.wait_for("welcome").await;
    let other = SCENE.replace("probe", "other");
    let load = format!("/api/scene/load?session={}", id(&second));
    assert_eq!(daemon.post(&load, &json!({"xml": other})).await.0, StatusCode::OK);
    for (path, xml) in [(&first, SCENE), (&second, &other)] {
        assert_eq!(daemon.get(&scene(path)).await.1["xml"], xml);
    }
    assert_eq!(daemon.get("/api/scene/current").await.1["xml"], SCENE);

    let drawn = json!({"cameras": ["free"], "width": 32, "height": 32});
    for id in [id(&first), id(&second)] {
        let (status, body) = daemon.post_raw(&format!("/api/render?session={id}"), &drawn).await;
        assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
    }
    let pause = format!("/api/execute-command?session={}", id(&second));
    assert_eq!(daemon.post(&pause, &json!({"command": "pause"})).await.0, StatusCode::OK);
    assert_eq!(state(&daemon, &second).await, "paused");
    assert_eq!(state(&daemon, &first).await, "running");

    // Of three processes, each in turn: the other two step on.
    let ids = ["default", id(&first), id(&second)];
    let play = json!({"command": "play"});
    daemon.post(&pause, &play).await;
    for victim in daemon.workers() {
        kill(victim);
        for id in ids {
            let before = steps(&daemon, id).await;
            until(async || (steps(&daemon, id).await != before).then_some(())).await;
        }
    }
    // A scene that dies for good is one session's own affair.
    neighbour.say(r#"{"type":"ping","t":1}"#).await;
    neighbour.wait_for("pong").await;
    assert_eq!(daemon.get("/api/health").await.1["status"], "healthy");
}

#[tokio::test]
async fn commands_are_done_in_order_or_refused_by_name() {
    let daemon = Daemon::ready().await;
    let path = created(&daemon, &json!({"xml": SCENE})).await;
    let target = format!("{path}/commands");
    let (status, reply) = daemon
        .post(
            &target,
            &json!([
                {"cmd": "pause"}, {"cmd": "reset"}, {"cmd": "step", "params": {"steps": 7}},
            ]),
        )
        .await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    assert_eq!(reply["ok"], true);
    assert_eq!(reply["results"], json!([{"ok": true}, {"ok": true}, {"ok": true}]));
    assert_eq!(
        (&reply["state"]["step_count"], &reply["state"]["paused"]),
        (&json!(7), &json!(true))
    );
    let (_, reply) = daemon.post(&target, &json!({"cmd": "toggle"})).await;
    assert_eq!(reply["state"]["paused"], false, "{reply}");
    let (_, reply) = daemon
        .post(&target, &json!([{"cmd": "load_preset", "params": {"id": "no"}}, {"cmd": "stop"}]))
        .await;
    assert_eq!((&reply["ok"], &reply["results"][1]["ok"]), (&json!(false), &json!(false)));
    assert!(reply["results"][0]["error"].as_str().is_some_and(|e| e.contains("'no'")), "{reply}");
    assert_eq!(reply["state"]["paused"], false, "the rest was left undone: {reply}");

    for (body, wanted) in [
        (json!({"cmd": "fly"}), "'fly'"),
        (json!({"cmd": "speed"}), "'factor'"),
        (json!({"cmd": "pause", "parms": {}}), "`parms`"),
        (json!({}), "`cmd`"),
        (json!([]), "1 to 100"),
        (json!([{"cmd": "pause"}, {"cmd": "set_camera", "params": {}}]), "command 1: 'set_camera'"),
        (json!({"cmd": "request_keyframe"}), "one viewer"),
    ] {
        let (status, problem) = daemon.post(&target, &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(wanted), "{body}: {detail}");
    }
    assert_eq!(state(&daemon, &path).await, "running", "nothing of a wrong list is done");
    let empty = created(&daemon, &json!({})).await;
    let (_, reply) = daemon.post(&format!("{empty}/commands"), &json!({"cmd": "play"})).await;
    assert_eq!(reply["ok"], false);
}

#[tokio::test]
async fn one_too_many_is_told_to_come_back() {
    let daemon = Daemon::ready_with(&[("MJCAST_LIMITS__SESSIONS", "3")]).await;
    let paths =
        [created(&daemon, &json!({"xml": SCENE})).await, created(&daemon, &json!({})).await];
    let before = steps(&daemon, id(&paths[0])).await;
    for _ in 0..20 {
        let request =
            daemon.request("POST", SESSIONS).body(json!({"xml": SCENE}).to_string().into());
        let response = daemon.send(request.expect("request")).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
    }
    assert_eq!(daemon.workers().len(), 2, "no process was started for them");
    until(async || (steps(&daemon, id(&paths[0])).await > before).then_some(())).await;
    assert_eq!(daemon.delete(&paths[1]).await, StatusCode::NO_CONTENT);
    created(&daemon, &json!({})).await;
}

#[tokio::test]
async fn sixteen_at_once_are_sixteen() {
    let daemon = Daemon::ready_with(&[("MJCAST_LIMITS__SESSIONS", "17")]).await;
    let body = json!({"xml": SCENE});
    let paths = join_all((0..16).map(|_| created(&daemon, &body))).await;
    let mut ids: Vec<_> = paths.iter().map(|path| id(path)).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 16);
    assert_eq!(daemon.workers().len(), 17);
    for path in &paths {
        assert_eq!(state(&daemon, path).await, "running");
    }
    join_all(paths.iter().map(|path| daemon.delete(path))).await;
    assert_eq!(daemon.workers().len(), 1);
}

#[tokio::test]
async fn who_comes_and_goes_leaves_nothing() {
    let daemon = Daemon::ready().await;
    let body = json!({"xml": SCENE});
    let round = async || {
        let path = created(&daemon, &body).await;
        assert_eq!(daemon.delete(&path).await, StatusCode::NO_CONTENT);
    };
    // What is made once is made by then.
    join_all((0..8).map(|_| round())).await;
    let before = until(async || {
        let count = descriptors(&daemon);
        tokio::time::sleep(Duration::from_millis(100)).await;
        (descriptors(&daemon) == count).then_some(count)
    })
    .await;
    for _ in 0..50 {
        join_all((0..4).map(|_| round())).await;
    }
    assert_eq!(daemon.workers().len(), 1);
    until(async || (descriptors(&daemon) <= before).then_some(())).await;
    let left = daemon.get(SESSIONS).await.1["sessions"].as_array().expect("a list").len();
    assert_eq!(left, 1);
}

#[tokio::test]
async fn a_request_that_broke_off_leaves_no_session() {
    let daemon = Daemon::ready().await;
    let bodies = "<body><geom size='0.1'/></body>".repeat(9_000);
    let large = format!("<mujoco><worldbody>{bodies}</worldbody></mujoco>");
    let body = json!({"xml": large});
    let impatient = daemon.post(SESSIONS, &body);
    // So many bodies take far longer than that.
    let outcome = tokio::time::timeout(Duration::from_millis(40), impatient).await;
    assert!(outcome.is_err());
    until(async || {
        let list = daemon.get(SESSIONS).await.1["sessions"].as_array().map(Vec::len);
        (list == Some(1) && daemon.workers().len() == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn who_is_left_alone_is_paused_and_wakes_for_company() {
    let daemon = Daemon::ready_with(&[("MJCAST_SESSIONS__IDLE_PAUSE_S", "1")]).await;
    let path = created(&daemon, &json!({"xml": SCENE})).await;
    let paused = async |path: &str| {
        until(async || (state(&daemon, path).await == "paused").then_some(())).await;
    };
    let running = async |path: &str| {
        until(async || (state(&daemon, path).await == "running").then_some(())).await;
    };
    running(&path).await;
    paused(&path).await;
    paused(&format!("{SESSIONS}/default")).await;
    let mut socket = daemon.socket(&format!("?session={}", id(&path))).await.expect("opens");
    running(&path).await;
    socket.wait_for("welcome").await;
    let stays = Instant::now();
    while stays.elapsed() < Duration::from_millis(1500) {
        assert_eq!(state(&daemon, &path).await, "running", "it has company");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(socket);
    paused(&path).await;
    daemon.get(&format!("/api/stats?session={}", id(&path))).await;
    running(&path).await;
    // What somebody paused stays so, whoever comes.
    let (_, reply) = daemon.post(&format!("{path}/commands"), &json!({"cmd": "pause"})).await;
    assert_eq!(reply["state"]["paused"], true);
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let mut socket = daemon.socket(&format!("?session={}", id(&path))).await.expect("opens");
    socket.wait_for("welcome").await;
    socket.say(r#"{"type":"ping","t":1}"#).await;
    socket.wait_for("pong").await;
    assert_eq!(state(&daemon, &path).await, "paused");
    // Another who never pauses.
    let tireless = created(&daemon, &json!({"xml": SCENE, "idle_pause_s": 0})).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(state(&daemon, &tireless).await, "running");
}

#[tokio::test]
async fn who_is_left_alone_for_long_ends() {
    let daemon = Daemon::ready_with(&[("MJCAST_SESSIONS__EXPIRE_S", "1")]).await;
    let path = created(&daemon, &json!({"xml": SCENE})).await;
    let lasting = created(&daemon, &json!({"xml": SCENE, "expire_s": 0})).await;
    let kept = created(&daemon, &json!({"expire_s": 2})).await;
    let mut socket = daemon.socket(&format!("?session={}", id(&kept))).await.expect("opens");
    socket.wait_for("welcome").await;
    assert_eq!(daemon.workers().len(), 3);
    until(async || is_gone(&daemon, &path).await.then_some(())).await;
    until(async || (daemon.workers().len() == 2).then_some(())).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(daemon.get(&kept).await.1["viewers"], 1, "it has company");
    drop(socket);
    until(async || is_gone(&daemon, &kept).await.then_some(())).await;
    assert_eq!(state(&daemon, &lasting).await, "running");
    assert_eq!(state(&daemon, &format!("{SESSIONS}/default")).await, "running");
}

#[tokio::test]
async fn ending_ends_them_all() {
    let mut daemon = Daemon::ready().await;
    let path = created(&daemon, &json!({"xml": SCENE})).await;
    let mut socket = daemon.socket(&format!("?session={}", id(&path))).await.expect("opens");
    socket.wait_for("welcome").await;
    let workers = daemon.workers();
    assert_eq!(workers.len(), 2);
    daemon.signal(rustix::process::Signal::TERM);
    assert_eq!(socket.close_code().await, 1001);
    drop(socket);
    assert!(daemon.ended().await, "exit code 0");
    assert!(!workers.iter().any(|id| is_alive(*id)), "they ended before the daemon");
}
