//! The media socket: a stream without WebRTC.

use std::time::{Duration, Instant};

use futures_util::SinkExt as _;
use http::{StatusCode, header};
use mjcast::frame::I420;
use mp4_atom::{Any, ReadFrom as _};
use serde_json::{Value, json};
use tokio::net::TcpSocket;
use tokio_tungstenite::{
    client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

use crate::{
    daemon::{Daemon, Socket, until},
    decoder::Decoder,
};

/// A rod that swings and stays in view.
const SWING: &str = "<mujoco model='swing'><worldbody><body pos='0 0 1'>\
    <joint type='hinge' axis='0 1 0'/><geom type='capsule' fromto='0 0 0 .5 0 0' size='.1'/>\
    </body></worldbody></mujoco>";

/// A header as `src/http/media/packet.rs` describes it, and what follows it.
struct Packet {
    flags: u8,
    time: u32,
    id: u64,
    size: [u16; 2],
    /// When it was sent, on the daemon's clock, µs.
    sent_us: u64,
    /// How long before that its input and its snapshot came, drawing and encoding began, and
    /// encoding ended, µs.
    ages_us: Vec<u32>,
    payload: Vec<u8>,
}

impl Packet {
    fn read(message: &[u8]) -> Self {
        assert_eq!((message[0], message[2], message[3]), (1, 1, 48), "version, codec, length");
        let side = |at: usize| u16::from_be_bytes([message[at], message[at + 1]]);
        Self {
            flags: message[1],
            time: u32::from_be_bytes(message[4..8].try_into().expect("4")),
            id: u64::from_be_bytes(message[8..16].try_into().expect("8")),
            size: [side(16), side(18)],
            sent_us: u64::from_be_bytes(message[20..28].try_into().expect("8")),
            ages_us: message[28..48]
                .chunks(4)
                .map(|age| u32::from_be_bytes(age.try_into().expect("4")))
                .collect(),
            payload: message[48..].to_vec(),
        }
    }

    fn is_key(&self) -> bool {
        self.flags & 1 != 0
    }
}

/// A viewer with its signaling socket, and where its media socket is.
struct Viewer {
    signaling: Socket,
    id: Value,
    place: String,
}

impl Viewer {
    async fn join(daemon: &Daemon) -> Self {
        let mut signaling = daemon.socket("").await.expect("opens");
        let welcome = signaling.wait_for("welcome").await;
        let (path, ticket) = (&welcome["media"]["path"], &welcome["media"]["ticket"]);
        let (path, ticket) = (path.as_str().expect("a path"), ticket.as_str().expect("a ticket"));
        assert_eq!((path, ticket.len()), ("/ws/media", 32));
        let place = format!("{path}?session=default&ticket={ticket}");
        Self { signaling, id: welcome["viewer_id"].clone(), place }
    }

    async fn watch(&self, daemon: &Daemon, format: &str) -> Socket {
        let mut socket = open(daemon, &self.place, None).await.expect("opens");
        socket.say(json!({"type": "media", "format": format}).to_string()).await;
        socket
    }

    /// How the daemon says that it is connected.
    async fn via(&self, daemon: &Daemon) -> Value {
        let all = daemon.get("/api/sessions/default/viewers").await.1;
        let own = all["viewers"].as_array().expect("viewers").iter().find(|v| v["id"] == self.id);
        own.expect("is there")["via"].clone()
    }
}

/// Opens a socket whose end of the connection holds at most so many bytes.
async fn open(daemon: &Daemon, place: &str, holds: Option<u32>) -> Result<Socket, Error> {
    let mut request =
        format!("ws://{}{place}", daemon.address).into_client_request().expect("request");
    let origin = format!("http://{}", daemon.address);
    request.headers_mut().insert(header::ORIGIN, origin.parse().expect("header"));
    let socket = TcpSocket::new_v4().expect("a socket");
    if let Some(bytes) = holds {
        socket.set_recv_buffer_size(bytes).expect("sets");
    }
    let stream = socket.connect(daemon.address).await.expect("connects");
    Ok(Socket(client_async(request, stream).await?.0))
}

async fn next_packet(socket: &mut Socket) -> Packet {
    loop {
        if let Message::Binary(bytes) = socket.next().await.expect("open").expect("reads") {
            return Packet::read(&bytes);
        }
    }
}

fn is_blank(picture: &I420) -> bool {
    let [luma, ..] = picture.planes();
    luma.iter().all(|value| *value == luma[0])
}

#[tokio::test]
async fn a_stream_on_a_socket_decodes_from_its_first_frame() {
    let daemon = Daemon::ready().await;
    let loaded = daemon.post("/api/scene/load", &json!({"xml": SWING})).await;
    assert_eq!(loaded.0, StatusCode::OK);
    let mut viewer = Viewer::join(&daemon).await;
    assert_eq!(viewer.via(&daemon).await, Value::Null);
    let mut socket = viewer.watch(&daemon, "annexb").await;
    let (mut decoder, mut last) = (Decoder::new(), None::<Packet>);
    for at in 0..20 {
        let packet = next_packet(&mut socket).await;
        assert_eq!((packet.is_key(), packet.size), (at == 0, [64, 64]));
        if let Some(last) = last {
            assert_eq!(packet.id, last.id + 1);
            assert!(packet.time.wrapping_sub(last.time) < 90_000 * 60, "time runs on");
            assert!(packet.sent_us > last.sent_us, "so does the daemon's clock");
        }
        let [_input, _state, render, encode, done] = packet.ages_us[..] else { panic!("five") };
        assert!(render >= encode && encode >= done && u64::from(render) < packet.sent_us);
        assert!(!is_blank(&decoder.decode(&packet.payload)), "frame {at} shows nothing");
        last = Some(packet);
    }
    assert_eq!(viewer.via(&daemon).await, "websocket");
    drop(socket);
    until(async || viewer.via(&daemon).await.is_null().then_some(())).await;
    viewer.signaling.say(r#"{"type":"ping","t":1}"#).await;
    viewer.signaling.wait_for("pong").await;
}

#[tokio::test]
async fn mp4_comes_as_an_opening_and_a_fragment_per_frame() {
    let daemon = Daemon::ready().await;
    let viewer = Viewer::join(&daemon).await;
    let mut socket = viewer.watch(&daemon, "fmp4").await;
    let opening = next_packet(&mut socket).await;
    assert_eq!(opening.flags, 2);
    let boxes = |bytes: &[u8]| {
        let mut cursor = std::io::Cursor::new(bytes.to_vec());
        std::iter::from_fn(|| Option::<Any>::read_from(&mut cursor).expect("boxes"))
            .collect::<Vec<_>>()
    };
    assert!(boxes(&opening.payload).iter().any(|any| matches!(any, Any::Moov(_))));
    for at in 0..5 {
        let packet = next_packet(&mut socket).await;
        assert_eq!(packet.flags, u8::from(at == 0));
        let found = boxes(&packet.payload);
        assert!(matches!(found.as_slice(), [Any::Moof(_), Any::Mdat(_)]), "{found:?}");
    }
}

#[tokio::test]
async fn input_and_commands_work_as_on_data_channels() {
    let daemon = Daemon::ready().await;
    let viewer = Viewer::join(&daemon).await;
    let mut socket = viewer.watch(&daemon, "annexb").await;
    let azimuth = |state: &Value| state["camera"]["azimuth"].as_f64().expect("a camera");
    let before = azimuth(&socket.wait_for("state").await);
    socket.say(r#"{"type":"mouse_down","x":10,"y":10,"buttons":1}"#).await;
    socket.say(r#"{"type":"event","data":{"type":"mouse_move","x":60,"y":10,"buttons":1}}"#).await;
    socket.say(r#"{"type":"mouse_up","x":60,"y":10,"buttons":0}"#).await;
    until(async || (azimuth(&socket.wait_for("state").await) != before).then_some(())).await;
    let pause = json!({"type": "command", "cmd": "pause", "params": {}, "id": "p"});
    socket.say(pause.to_string()).await;
    assert_eq!(socket.wait_for("result").await, json!({"type": "result", "id": "p", "ok": true}));
    socket.say(r#"{"type":"ping","t":7}"#).await;
    assert_eq!(socket.wait_for("pong").await["t"], 7);
    for text in
        ["{", r#"{"type":"nonsense"}"#, r#"{"type":"offer","sdp":"v=0"}"#, r#"{"type":"media"}"#]
    {
        socket.say(text).await;
        assert_eq!(socket.wait_for("error").await["code"], "bad_message", "{text}");
    }
    socket.0.send(Message::binary(vec![1, 2])).await.expect("sends");
    assert_eq!(socket.wait_for("error").await["code"], "bad_message");
    // A still scene sends no more frames, until one is asked for.
    let key = json!({"type": "command", "cmd": "request_keyframe", "params": {}, "id": "k"});
    socket.say(key.to_string()).await;
    while !next_packet(&mut socket).await.is_key() {}
    let ping = json!({"type": "ping", "t": "x".repeat((64 << 10) + 1)});
    socket.say(ping.to_string()).await;
    assert_eq!(socket.close_code().await, 1009);
}

#[tokio::test]
async fn another_socket_takes_the_stream_over_and_leaving_ends_it() {
    let daemon = Daemon::ready().await;
    let viewer = Viewer::join(&daemon).await;
    let mut first = viewer.watch(&daemon, "annexb").await;
    next_packet(&mut first).await;
    let mut second = viewer.watch(&daemon, "annexb").await;
    assert!(next_packet(&mut second).await.is_key());
    assert_eq!(first.close_code().await, 4409);
    assert_eq!(viewer.via(&daemon).await, "websocket");
    // The old socket's end does not take the stream from the new one.
    drop(first);
    next_packet(&mut second).await;
    next_packet(&mut second).await;
    let Viewer { signaling, place, .. } = viewer;
    drop(signaling);
    assert_eq!(second.close_code().await, 4409);
    let refused = until(async || open(&daemon, &place, None).await.err()).await;
    assert!(matches!(refused, Error::Http(response) if response.status() == 403));
}

#[tokio::test]
async fn only_the_viewer_s_own_ticket_opens_the_socket() {
    let daemon = Daemon::ready().await;
    let viewer = Viewer::join(&daemon).await;
    let other = daemon.post("/api/sessions", &json!({})).await.1;
    let other = viewer.place.replace("default", other["id"].as_str().expect("an id"));
    let guessed = format!("/ws/media?ticket={}", "0".repeat(32));
    for place in [guessed.as_str(), "/ws/media", "/ws/media?ticket=", &other] {
        let refused = open(&daemon, place, None).await;
        assert!(matches!(refused, Err(Error::Http(r)) if r.status() == 403), "{place}");
    }
    let (status, problem) = daemon.get(&guessed).await;
    assert_eq!((status, &problem["status"]), (StatusCode::FORBIDDEN, &json!(403)));
    assert_eq!(daemon.get(&viewer.place).await.0, StatusCode::UPGRADE_REQUIRED);
    let mut strange =
        format!("ws://{}{}", daemon.address, viewer.place).into_client_request().expect("request");
    let origin = "http://evil.example".parse().expect("header");
    strange.headers_mut().insert(header::ORIGIN, origin);
    let stream = tokio::net::TcpStream::connect(daemon.address).await.expect("connects");
    let refused = client_async(strange, stream).await;
    assert!(matches!(refused, Err(Error::Http(r)) if r.status() == 403));
    // Whoever does not say what they want gets nothing.
    let mut socket = open(&daemon, &viewer.place, None).await.expect("opens");
    socket.say(r#"{"type":"ping","t":1}"#).await;
    assert_eq!(socket.wait_for("error").await["code"], "bad_message");
    assert_eq!(socket.close_code().await, 1008);
}

#[tokio::test]
async fn who_reads_late_misses_frames_and_who_does_not_read_is_let_go() {
    let daemon = Daemon::ready().await;
    let (slow, steady) = (Viewer::join(&daemon).await, Viewer::join(&daemon).await);
    let mut steadily = steady.watch(&daemon, "annexb").await;
    let mut slowly = open(&daemon, &slow.place, Some(4096)).await.expect("opens");
    slowly.say(json!({"type": "media", "format": "annexb"}).to_string()).await;
    let first = next_packet(&mut slowly).await;
    let mut decoder = Decoder::new();
    decoder.decode(&first.payload);
    // Replies fill the way; meanwhile the other sees every frame.
    for _ in 0..40 {
        let ping = json!({"type": "ping", "t": "x".repeat(60_000)});
        slowly.say(ping.to_string()).await;
    }
    let mut last = next_packet(&mut steadily).await.id;
    let until_then = Instant::now() + Duration::from_secs(3);
    while Instant::now() < until_then {
        let packet = next_packet(&mut steadily).await;
        assert_eq!(packet.id, last + 1, "the other is held up");
        last = packet.id;
    }
    let mut before = first.id;
    loop {
        let packet = next_packet(&mut slowly).await;
        decoder.decode(&packet.payload);
        if packet.id != before + 1 {
            assert!(packet.is_key(), "{} follows {before}", packet.id);
            assert!(packet.id > before + 10, "{} follows {before}", packet.id);
            break;
        }
        before = packet.id;
    }
    for _ in 0..40 {
        let ping = json!({"type": "ping", "t": "x".repeat(60_000)});
        slowly.say(ping.to_string()).await;
    }
    // From here on it is not read.
    until(async || slow.via(&daemon).await.is_null().then_some(())).await;
    assert_eq!(steady.via(&daemon).await, "websocket");
    next_packet(&mut steadily).await;
}
