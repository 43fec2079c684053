//! What is bounded, and that whoever meets a bound is told its name.

use http::StatusCode;
use http_body_util::Full;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::daemon::{Daemon, Socket, parsed};

const ADMIN: &str = "admin-0123456789abcdef";

fn told(body: &Value) -> &str {
    body["detail"].as_str().unwrap_or_default()
}

/// The code and the reason that a socket is closed with.
async fn farewell(mut socket: Socket) -> (u16, String) {
    loop {
        if let Message::Close(frame) = socket.next().await.expect("a goodbye").expect("reads") {
            let frame = frame.expect("has a code");
            return (frame.code.into(), frame.reason.to_string());
        }
    }
}

#[tokio::test]
async fn requests_that_are_too_large_are_told_by_which_limit() {
    let daemon = Daemon::ready_with(&[
        ("MJCAST_LIMITS__URI_BYTES", "1024"),
        ("MJCAST_LIMITS__HEAD_BYTES", "4096"),
        ("MJCAST_LIMITS__BODY_BYTES", "2048"),
        ("MJCAST_LIMITS__SOCKET_MESSAGE_BYTES", "2048"),
        ("MJCAST_LIMITS__UPLOAD_BYTES", "4096"),
    ])
    .await;
    let long = format!("/api/health?{}", "a".repeat(1024));
    let get = |target: &str| daemon.request("GET", target);
    let load = |kind: &str, bytes: usize| {
        let request = daemon.request("PUT", "/api/sessions/default/scene");
        request.header("content-type", kind).body(Full::from(vec![b' '; bytes]))
    };
    for (request, status, limit) in [
        (get(&long).body(Full::default()), StatusCode::URI_TOO_LONG, "limits.uri_bytes"),
        (
            get("/api/health").header("x-long", "a".repeat(4096)).body(Full::default()),
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "limits.head_bytes",
        ),
        (load("application/json", 2049), StatusCode::PAYLOAD_TOO_LARGE, "limits.body_bytes"),
        (load("application/zip", 4097), StatusCode::PAYLOAD_TOO_LARGE, "limits.upload_bytes"),
    ] {
        let (was, body) = parsed(daemon.send(request.expect("a request")).await);
        assert_eq!(was, status, "{limit}: {body}");
        assert!(told(&body).contains(limit), "{limit}: {body}");
    }
    // What is just small enough passes.
    let fits = get(&long[..1024]).body(Full::default()).expect("a request");
    assert_eq!(daemon.send(fits).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_full_says_by_which_limit() {
    let daemon = Daemon::ready_with(&[
        ("MJCAST_LIMITS__SESSIONS", "2"),
        ("MJCAST_LIMITS__VIEWERS", "1"),
        ("MJCAST_LIMITS__TOKENS", "1"),
        ("MJCAST_AUTH__ADMIN_TOKEN", ADMIN),
        ("MJCAST_AUTH__ANONYMOUS", "admin"),
    ])
    .await;
    let token = json!({"name": "guest", "role": "view"});
    for (target, body, limit) in
        [("/api/sessions", json!({}), "limits.sessions"), ("/api/tokens", token, "limits.tokens")]
    {
        assert_eq!(daemon.post(target, &body).await.0, StatusCode::CREATED, "{target}");
        let (status, body) = daemon.post(target, &body).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
        assert!(told(&body).contains(limit), "{limit}: {body}");
    }
    let mut first = daemon.socket("").await.expect("opens");
    first.wait_for("welcome").await;
    let mut second = daemon.socket("").await.expect("opens");
    let refused = second.wait_for("error").await.to_string();
    assert!(refused.contains("limits.viewers"), "{refused}");
}

#[tokio::test]
async fn sockets_that_say_too_much_are_told_by_which_limit() {
    let daemon = Daemon::ready_with(&[
        ("MJCAST_LIMITS__SOCKET_MESSAGE_BYTES", "2048"),
        ("MJCAST_LIMITS__SOCKET_MESSAGES_PER_S", "10"),
    ])
    .await;
    let mut socket = daemon.socket("").await.expect("opens");
    socket.wait_for("welcome").await;
    socket.say("a".repeat(2049)).await;
    let (code, reason) = farewell(socket).await;
    assert!(code == 1009 && reason.contains("limits.socket_message_bytes"), "{code} {reason}");
    let mut socket = daemon.socket("").await.expect("opens");
    socket.wait_for("welcome").await;
    for _ in 0..40 {
        socket.say(r#"{"type":"ping","t":1}"#).await;
    }
    let (code, reason) = farewell(socket).await;
    assert!(code == 1008 && reason.contains("limits.socket_messages_per_s"), "{code} {reason}");
}
