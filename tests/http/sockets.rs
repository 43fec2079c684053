//! The signaling socket.

use futures_util::SinkExt as _;
use http::StatusCode;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, Message, protocol::CloseFrame};

use crate::daemon::{Daemon, SCENE, until};

#[tokio::test]
async fn a_malformed_message_gets_an_error_and_the_socket_stays() {
    let daemon = Daemon::ready().await;
    let mut socket = daemon.socket("?session=default").await.expect("opens");
    let welcome = socket.wait_for("welcome").await;
    assert_eq!(welcome["session"], "default");
    assert!(welcome["viewer_id"].is_string() && welcome["ice_servers"].is_array());
    for text in [
        "{",
        "5",
        "null",
        "{}",
        r#"{"type":"nonsense"}"#,
        r#"{"type":"offer"}"#,
        r#"{"type":"offer","sdp":"v=nonsense"}"#,
        r#"{"type":"event","data":[]}"#,
        r#"{"type":"scroll","x":1e999,"y":0,"dx":0,"dy":1}"#,
        r#"{"type":"command","cmd":"set_camera","params":{"distance":-1}}"#,
    ] {
        socket.say(text).await;
        let error = socket.wait_for("error").await;
        assert!(error["code"].is_string() && error["message"].is_string(), "{text}: {error}");
    }
    socket.say(r#"{"type":"ping","t":7}"#).await;
    let pong = socket.wait_for("pong").await;
    assert_eq!(pong["t"], 7);
    assert!(pong["clock_us"].as_u64().is_some_and(|now| now > 0), "{pong}");
    let unknown = json!({"type": "command", "cmd": "pause", "params": {}, "id": 1});
    socket.say(unknown.to_string()).await;
    let result = socket.wait_for("result").await;
    assert_eq!((&result["id"], &result["ok"]), (&json!(1), &json!(true)));
}

#[tokio::test]
async fn every_viewer_hears_of_a_new_scene_by_whatever_route() {
    let daemon = Daemon::ready().await;
    let (mut one, mut two) =
        (daemon.socket("").await.expect("opens"), daemon.socket("").await.expect("opens"));
    for socket in [&mut one, &mut two] {
        socket.wait_for("welcome").await;
    }
    let rest = SCENE.replace("probe", "by rest");
    assert_eq!(daemon.post("/api/scene/load", &json!({"xml": rest})).await.0, StatusCode::OK);
    for socket in [&mut one, &mut two] {
        let updated = socket.wait_for("scene_updated").await;
        assert_eq!((&updated["xml"], &updated["model_name"]), (&json!(rest), &json!("by rest")));
    }
    // Larger than any message without a scene may be.
    let large = SCENE.replace("<worldbody>", &format!("<!--{}--><worldbody>", "x".repeat(100_000)));
    one.say(command("load_scene", &json!({"xml": large}), "a")).await;
    for socket in [&mut one, &mut two] {
        assert_eq!(socket.wait_for("scene_updated").await["xml"], large);
    }
    assert_eq!(one.wait_for("result").await, json!({"type": "result", "id": "a", "ok": true}));
}

fn command(cmd: &str, params: &Value, id: &str) -> String {
    json!({"type": "command", "cmd": cmd, "params": params, "id": id}).to_string()
}

#[tokio::test]
async fn a_scene_that_loads_holds_nothing_up_and_few_load_at_a_time() {
    let daemon = Daemon::ready().await;
    let mut socket = daemon.socket("").await.expect("opens");
    socket.wait_for("welcome").await;
    let bodies = "<body><geom size='0.1'/></body>".repeat(1000);
    let large = format!("<mujoco><worldbody>{bodies}</worldbody></mujoco>");
    for id in 0..6 {
        socket.say(command("load_scene", &json!({"xml": large}), &id.to_string())).await;
    }
    socket.say(r#"{"type":"ping","t":1}"#).await;
    let (mut results, mut before_pong) = (Vec::new(), None);
    while results.len() < 6 || before_pong.is_none() {
        let message = socket.wait_for_any(&["result", "pong"]).await;
        if message["type"] == "pong" {
            before_pong = Some(results.len());
        } else {
            results.push(message);
        }
    }
    let refused: Vec<_> = results.iter().filter(|result| result["ok"] == false).collect();
    assert_eq!(refused.len(), 2, "{results:?}");
    assert!(refused.iter().all(|r| r["error"].as_str().is_some_and(|e| e.contains("already"))));
    assert_eq!(before_pong, Some(2), "the pong came with the refusals, before any scene");
    socket.say(command("load_preset", &json!({"id": "nonsense"}), "p")).await;
    let result = socket.wait_for("result").await;
    assert_eq!((&result["id"], &result["ok"]), (&json!("p"), &json!(false)), "{result}");
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

/// How many viewers the daemon counts.
async fn viewers(daemon: &Daemon) -> Value {
    daemon.get("/api/stats").await.1["clients_connected"].take()
}

#[tokio::test]
async fn a_viewer_whose_socket_breaks_comes_back_to_its_place() {
    let daemon = Daemon::ready().await;
    let mut first = daemon.socket("?resume=").await.expect("opens");
    let welcome = first.wait_for("welcome").await;
    let ticket = welcome["media"]["ticket"].as_str().expect("a ticket").to_owned();
    let query = format!("?resume={ticket}");
    // Without a goodbye, as when a network is gone.
    drop(first);
    let mut second = daemon.socket(&query).await.expect("opens");
    assert_eq!(second.wait_for("welcome").await, welcome);
    assert_eq!(viewers(&daemon).await, 1);
    // While the other end still thinks that the socket before is up.
    let mut third = daemon.socket(&query).await.expect("opens");
    assert_eq!(third.wait_for("welcome").await, welcome);
    assert_eq!(second.close_code().await, 4409);
    // One that the client gives up.
    third
        .0
        .send(Message::Close(Some(CloseFrame { code: 4408.into(), reason: "".into() })))
        .await
        .expect("sends");
    let mut third = daemon.socket(&query).await.expect("opens");
    assert_eq!(third.wait_for("welcome").await, welcome);
    third.say(command("pause", &json!({}), "a")).await;
    assert_eq!(third.wait_for("result").await["ok"], true);
    // Who says goodbye has left, and the place is no more.
    third.0.close(None).await.expect("says goodbye");
    until(async || (viewers(&daemon).await == 0).then_some(())).await;
    let mut late = daemon.socket(&query).await.expect("opens");
    assert_ne!(late.wait_for("welcome").await["viewer_id"], welcome["viewer_id"]);
}

#[tokio::test]
async fn a_place_is_kept_only_for_who_asks() {
    let daemon = Daemon::ready().await;
    let mut socket = daemon.socket("").await.expect("opens");
    let welcome = socket.wait_for("welcome").await;
    let ticket = welcome["media"]["ticket"].as_str().expect("a ticket").to_owned();
    drop(socket);
    until(async || (viewers(&daemon).await == 0).then_some(())).await;
    let mut other = daemon.socket(&format!("?resume={ticket}")).await.expect("opens");
    assert_ne!(other.wait_for("welcome").await["viewer_id"], welcome["viewer_id"]);
}
