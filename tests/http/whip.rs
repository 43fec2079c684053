//! WHIP: what relays may say, and where the daemon may go. That a picture arrives is shown by
//! another implementation (tests/whep).

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::daemon::{Daemon, until};

const PLACE: &str = "/api/sessions/default/whip";

/// An answer that is in order, of a relay that nobody ever reaches.
pub const SILENT: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 102\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:abcd\r\n\
    a=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:\
    BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\na=setup:active\r\n\
    a=recvonly\r\na=rtcp-mux\r\na=rtpmap:102 H264/90000\r\n\
    a=fmtp:102 packetization-mode=1;profile-level-id=42e01f\r\n";

/// Answers each request with the same text, and notes what was asked.
pub struct Relay {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Relay {
    /// One that takes every offer with this answer, and whose places are below `/sessions/`.
    pub async fn taking(sdp: &str) -> Self {
        let headers = "content-type: application/sdp\r\nlocation: /sessions/7\r\n";
        Self::answering(answer("201 Created", headers, sdp)).await
    }

    async fn answering(answer: impl Into<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/whip", listener.local_addr().expect("an address"));
        let (asked, answer) = (Arc::<Mutex<Vec<String>>>::default(), answer.into());
        let notes = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (notes, answer) = (Arc::clone(&notes), answer.clone());
                tokio::spawn(async move { serve(socket, &notes, &answer).await });
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

async fn serve(mut socket: TcpStream, notes: &Mutex<Vec<String>>, answer: &str) -> Option<()> {
    let mut request = Vec::new();
    let whole = loop {
        let mut part = [0; 4096];
        let length = socket.read(&mut part).await.ok().filter(|length| *length > 0)?;
        request.extend_from_slice(&part[..length]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.to_lowercase().lines().find_map(|line| {
            line.strip_prefix("content-length:").and_then(|length| length.trim().parse().ok())
        });
        if body.len() >= length.unwrap_or(0) {
            break text;
        }
    };
    notes.lock().expect("no panic").push(whole);
    socket.write_all(answer.as_bytes()).await.ok()?;
    socket.shutdown().await.ok()
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len())
}

async fn allowing(place: &str) -> Daemon {
    Daemon::ready_with(&[("MJCAST_WEBRTC__WHIP_ALLOW", place)]).await
}

async fn refused(daemon: &Daemon, body: &Value, status: u16) -> String {
    let (found, told) = daemon.post(PLACE, body).await;
    assert_eq!(found, status, "{told}");
    told["detail"].as_str().expect("a sentence").to_owned()
}

async fn nobody_is_left(daemon: &Daemon) {
    until(async || {
        let all = daemon.get("/api/sessions/default/viewers").await.1;
        all["viewers"].as_array().is_some_and(Vec::is_empty).then_some(())
    })
    .await;
    assert_eq!(daemon.get(PLACE).await.1, json!({"publications": []}));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_goes_nowhere_unless_it_is_told() {
    let relay = Relay::answering(answer("404 Not Found", "", "")).await;
    let daemon = Daemon::ready().await;
    let told = refused(&daemon, &json!({"url": relay.url}), 403).await;
    assert!(told.contains("webrtc.whip_allow"), "{told}");

    let daemon = allowing("http://127.0.0.1:1/live/").await;
    for url in [&relay.url, "http://127.0.0.1:1/", "http://localhost:1/live/"] {
        refused(&daemon, &json!({"url": url}), 403).await;
    }
    for url in ["relay", "file:///etc/passwd", "http://user:secret@127.0.0.1:1/live/"] {
        let told = refused(&daemon, &json!({"url": url}), 400).await;
        assert!(told.starts_with("url ") && !told.contains("secret"), "{told}");
    }
    let told = refused(&daemon, &json!({"url": relay.url, "token": "x"}), 400).await;
    assert!(told.contains("token"), "{told}");
    assert_eq!(relay.asked(), Vec::<String>::new());
    // Nobody listens there.
    let told = refused(&daemon, &json!({"url": "http://127.0.0.1:1/live/a"}), 502).await;
    assert!(told.contains("cannot be reached") && !told.contains("live"), "{told}");
    nobody_is_left(&daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_relays_say_is_passed_on_in_plain_words() {
    let sdp = "content-type: application/sdp\r\n";
    for (answer, words) in [
        (
            answer("401 Unauthorized", "", "no\r\n\u{1b}[31mtoken"),
            "401 Unauthorized: no   [31mtoken",
        ),
        (answer("503 Service Unavailable", "", &"x".repeat(900)), "503 Service Unavailable: xxx"),
        (answer("200 OK", sdp, "v=0"), "200 OK: v=0"),
        (answer("201 Created", "content-type: text/html\r\n", "<html>"), "\"text/html\""),
        (answer("201 Created", sdp, "no SDP"), "no H.264"),
        (answer("201 Created", sdp, "v=0\r\nm=video 9 X 102\r\n"), "the answer cannot be used"),
        (answer("201 Created", sdp, &"v=0\r\n".repeat(20_000)), "longer than 65536 bytes"),
        (answer("307 Temporary Redirect", "", ""), "to no address"),
        (answer("307 Temporary Redirect", "location: /other\r\n", ""), "more than 3 times"),
    ] {
        let relay = Relay::answering(answer).await;
        let daemon = allowing(relay.url.strip_suffix("whip").expect("a path")).await;
        let told = refused(&daemon, &json!({"url": relay.url}), 502).await;
        assert!(told.contains(words) && told.len() < 400, "{told:?} for {words:?}");
        nobody_is_left(&daemon).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_sends_on_only_to_where_the_daemon_may_go() {
    let elsewhere = Relay::answering(answer("404 Not Found", "", "")).await;
    let head = format!("location: {}\r\n", elsewhere.url);
    let relay = Relay::answering(answer("307 Temporary Redirect", &head, "")).await;
    let body = json!({"url": relay.url, "bearer_token": "secret"});
    let told = refused(&allowing(&relay.url).await, &body, 403).await;
    assert!(told.contains("webrtc.whip_allow"), "{told}");
    assert_eq!(elsewhere.asked().len(), 0);

    let both = format!("{},{}", relay.url, elsewhere.url);
    refused(&allowing(&both).await, &body, 502).await;
    assert!(relay.asked()[0].to_lowercase().contains("authorization: bearer secret\r\n"));
    let [asked] = &elsewhere.asked()[..] else { panic!("asked once") };
    assert!(!asked.contains("secret"), "the token is another relay's: {asked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_whole_and_a_relay_whose_answer_is_of_no_use_is_told() {
    let relay = Relay::taking("v=0\r\nm=video 0 X 102\r\n").await;
    let daemon = allowing(&relay.url).await;
    refused(&daemon, &json!({"url": relay.url, "camera": "none"}), 400).await;
    assert_eq!(relay.asked().len(), 0, "without such a camera there is nothing to offer");
    refused(&daemon, &json!({"url": relay.url}), 502).await;
    let [offered, left] = &relay.asked()[..] else { panic!("{:?}", relay.asked()) };
    assert!(offered.starts_with("POST /whip HTTP/1.1\r\n"), "{offered}");
    // RFC 9725 §4.2: one bundle, muxed, which only sends; here all candidates are in it.
    for line in ["a=sendonly", "a=rtcp-mux", "a=setup:actpass", "a=end-of-candidates"] {
        assert!(offered.contains(&format!("{line}\r\n")), "{line} in {offered}");
    }
    assert!(offered.contains("a=candidate:") && offered.contains(" H264/90000"), "{offered}");
    assert!(left.starts_with("DELETE /sessions/7 HTTP/1.1\r\n"), "{left}");
    nobody_is_left(&daemon).await;
}
