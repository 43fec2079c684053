//! WHEP: a player that knows nothing of mjcast, by the standard alone.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use mjcast::{frame::I420, peer::Fragment};
use rtc::rtp::{codec::h264::H264Packet, packetizer::Depacketizer as _};
use serde_json::{Value, json};

use crate::{
    client::{Client, Wants},
    daemon::{Daemon, until},
    decoder::Decoder,
};

const PLACE: &str = "/api/sessions/default/whep";
const SDP: &str = "application/sdp";
const FRAGMENT: &str = "application/trickle-ice-sdpfrag";
/// What a player asks for that watches and nothing else.
const WATCH: Wants = Wants {
    video: Some(("video/H264", crate::client::BASELINE)),
    better: None,
    audio: false,
    channels: false,
};

/// A ball, a camera that has it in view, and one that has nothing.
const BALL: &str = "<mujoco model='ball'><worldbody><geom size='.5'/>\
    <camera name='at' pos='0 -2 0' xyaxes='1 0 0 0 0 1'/>\
    <camera name='away' pos='0 2 0' xyaxes='1 0 0 0 0 1'/></worldbody></mujoco>";

async fn send(
    daemon: &Daemon,
    method: &str,
    place: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Response<Bytes> {
    let mut request = daemon.request(method, place);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    daemon.send(request.body(Bytes::copy_from_slice(body.as_bytes()).into()).expect("fine")).await
}

async fn post(daemon: &Daemon, place: &str, offer: &str) -> Response<Bytes> {
    send(daemon, "POST", place, &[("content-type", SDP)], offer).await
}

async fn patch(daemon: &Daemon, place: &str, tag: &str, fragment: &str) -> Response<Bytes> {
    let headers = [("content-type", FRAGMENT), ("if-match", tag)];
    send(daemon, "PATCH", place, &headers, fragment).await
}

/// The sentence of a refusal with this status.
fn refusal(response: &Response<Bytes>, status: u16) -> String {
    assert_eq!(response.status(), status, "{response:?}");
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    let body: Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!(body["status"], status);
    body["detail"].as_str().expect("a sentence").to_owned()
}

fn header(response: &Response<Bytes>, name: &str) -> String {
    response.headers()[name].to_str().expect("text").to_owned()
}

fn text(response: &Response<Bytes>) -> String {
    String::from_utf8(response.body().to_vec()).expect("UTF-8")
}

fn without_candidates(sdp: &str) -> String {
    sdp.split_inclusive('\n').filter(|line| !line.contains("candidate")).collect()
}

async fn viewers(daemon: &Daemon) -> Vec<Value> {
    let all = daemon.get("/api/sessions/default/viewers").await.1;
    all["viewers"].as_array().expect("viewers").clone()
}

async fn nobody_is_left(daemon: &Daemon) {
    until(async || viewers(daemon).await.is_empty().then_some(())).await;
}

/// A player that was answered.
struct Player {
    client: Client,
    place: String,
    tag: String,
    answer: String,
    decoder: Decoder,
}

impl Player {
    /// Offers as `told` has it, and takes the answer.
    async fn begin(
        daemon: &Daemon,
        place: &str,
        wants: Wants,
        told: impl Fn(&str) -> String,
    ) -> (Self, String) {
        let client = Client::new(wants).await;
        let offer = client.offer(false).await;
        let response = post(daemon, place, &told(&offer)).await;
        assert_eq!(response.status(), StatusCode::CREATED, "{response:?}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], SDP);
        assert_eq!(response.headers()["accept-patch"], FRAGMENT);
        let (place, tag) = (header(&response, "location"), header(&response, "etag"));
        let answer = text(&response);
        client.accept(&answer).await;
        (Self { client, place, tag, answer, decoder: Decoder::new() }, offer)
    }

    async fn watch(daemon: &Daemon, place: &str) -> Self {
        let (player, _) = Self::begin(daemon, place, WATCH, str::to_owned).await;
        player.client.connected().await;
        player
    }

    /// The next picture, from RTP.
    async fn picture(&mut self) -> I420 {
        let packets = self.client.frame().await;
        let mut h264 = H264Packet::default();
        let nals = packets.iter().map(|packet| h264.depacketize(&packet.payload).expect("H.264"));
        self.decoder.decode(&nals.collect::<Vec<_>>().concat())
    }
}

fn is_blank(picture: &I420) -> bool {
    let [luma, ..] = picture.planes();
    luma.iter().all(|value| value.abs_diff(luma[0]) < 8)
}

async fn load(daemon: &Daemon, xml: &str) {
    assert_eq!(daemon.post("/api/scene/load", &json!({"xml": xml})).await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_answered_with_pictures_and_a_place_to_leave() {
    let daemon = Daemon::ready().await;
    load(&daemon, BALL).await;
    let mut player = Player::watch(&daemon, PLACE).await;
    assert!(!is_blank(&player.picture().await));
    let secret = player.place.strip_prefix(&format!("{PLACE}/")).expect("below").to_owned();
    assert!(secret.len() == 32 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()), "{secret}");
    assert!(player.answer.contains("a=sendonly") && player.answer.contains("a=setup:passive"));
    assert!(player.answer.contains(" udp ") && player.answer.contains("a=end-of-candidates"));
    assert!(player.answer.contains(" tcp "), "nothing can follow: {}", player.answer);

    let [viewer] = &viewers(&daemon).await[..] else { panic!("one viewer") };
    assert_eq!((&viewer["role"], &viewer["via"]), (&json!("view"), &json!("webrtc")));
    // Who may only watch is not given control.
    let give = json!({"viewer_id": viewer["id"]});
    let (status, _) = daemon.post("/api/sessions/default/viewers/control", &give).await;
    assert_eq!(status, StatusCode::CONFLICT);

    let gone = send(&daemon, "DELETE", &player.place, &[("if-match", "\"7\"")], "").await;
    assert_eq!((gone.status(), gone.body().len()), (StatusCode::OK, 0));
    for method in ["DELETE", "PATCH"] {
        let headers = [("content-type", FRAGMENT), ("if-match", "*")];
        let again = send(&daemon, method, &player.place, &headers, "").await;
        assert!(refusal(&again, 404).contains("no such player"));
    }
    nobody_is_left(&daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn candidates_may_follow_the_offer() {
    let daemon = Daemon::ready().await;
    load(&daemon, BALL).await;
    let (mut player, offer) = Player::begin(&daemon, PLACE, WATCH, without_candidates).await;
    let fragment = Fragment::of_answer(&offer);
    assert!(fragment.contains("a=candidate:"), "{fragment}");
    let known = patch(&daemon, &player.place, &player.tag, &fragment).await;
    assert_eq!((known.status(), known.body().len()), (StatusCode::NO_CONTENT, 0));
    assert!(!known.headers().contains_key(header::ETAG));
    player.client.connected().await;
    assert!(!is_blank(&player.picture().await));
    // A player may say `*` where it knows of one ICE session only.
    assert_eq!(patch(&daemon, &player.place, "*", &fragment).await.status(), 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn ice_starts_anew_and_the_pictures_go_on() {
    let daemon = Daemon::ready().await;
    load(&daemon, BALL).await;
    let mut player = Player::watch(&daemon, PLACE).await;
    player.picture().await;
    let offer = player.client.offer(true).await;
    let restarted = patch(&daemon, &player.place, "*", &Fragment::of_answer(&offer)).await;
    assert_eq!(restarted.status(), StatusCode::OK, "{restarted:?}");
    assert_eq!(restarted.headers()[header::CONTENT_TYPE], FRAGMENT);
    let tag = header(&restarted, "etag");
    assert_ne!(tag, player.tag);
    let fragment = Fragment::parse(&text(&restarted)).expect("well-formed");
    assert!(!player.answer.contains(&fragment.credentials.ufrag));
    player.client.accept(&fragment.renewed(&player.answer)).await;
    // What is about the ICE session of before comes too late.
    let late = patch(&daemon, &player.place, &player.tag, &Fragment::of_answer(&offer)).await;
    assert!(refusal(&late, 412).contains("restarted"));
    assert_eq!(
        patch(&daemon, &player.place, &tag, &Fragment::of_answer(&offer)).await.status(),
        204
    );
    // Only what moves is sent anew: another scene is.
    let red = BALL.replace("<geom", "<geom rgba='1 0 0 1'");
    let arrived = async {
        loop {
            load(&daemon, &red).await;
            if tokio::time::timeout(Duration::from_millis(500), player.client.frame()).await.is_ok()
            {
                return;
            }
        }
    };
    crate::client::within("a picture on the new path", arrived).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_camera_picks_the_view() {
    let daemon = Daemon::ready().await;
    load(&daemon, BALL).await;
    let mut at = Player::watch(&daemon, &format!("{PLACE}?camera=at")).await;
    let mut away = Player::watch(&daemon, &format!("{PLACE}?camera=1")).await;
    assert!(!is_blank(&at.picture().await));
    assert!(is_blank(&away.picture().await));
    let streams: Vec<_> = viewers(&daemon).await.iter().map(|v| v["stream"].clone()).collect();
    assert_ne!(streams[0], streams[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_is_answered_by_silence_on_the_same_transport() {
    let daemon = Daemon::ready().await;
    load(&daemon, BALL).await;
    let wants = Wants { audio: true, ..WATCH };
    let (mut player, _) = Player::begin(&daemon, PLACE, wants, str::to_owned).await;
    let sections: Vec<_> = player.answer.split("\nm=").skip(1).collect();
    let [audio, video] = &sections[..] else { panic!("{}", player.answer) };
    assert!(audio.starts_with("audio 9 ") && audio.contains("a=inactive"), "{audio}");
    assert!(audio.contains("a=candidate") && video.contains("a=sendonly"), "{}", player.answer);
    assert!(player.answer.contains("a=group:BUNDLE 0 1"), "{}", player.answer);
    player.client.connected().await;
    assert!(!is_blank(&player.picture().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_that_cannot_be_answered_are_refused_and_leave_nobody() {
    let daemon = Daemon::ready().await;
    let good = Client::new(WATCH).await.offer(false).await;
    let vp8 = Client::new(Wants { video: Some(("video/VP8", "")), ..WATCH }).await;
    let vp8 = vp8.offer(false).await;
    let data = Client::new(Wants { video: None, channels: true, ..WATCH }).await.offer(false).await;
    let many = "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n".repeat(129);
    for (offer, status, word) in [
        ("", 400, "offer"),
        ("v=0", 400, "offer"),
        ("{\"type\": \"offer\"}", 400, "offer"),
        ("\0\u{1}\r\n\r\n", 400, "offer"),
        (&good[..good.find("m=").expect("a section")], 422, "video"),
        (&good.replace("a=fingerprint", "a=x"), 400, "offer"),
        (&good.replace("a=ice-ufrag", "a=x"), 400, "offer"),
        (&good.replace("a=mid", "a=x"), 400, "offer"),
        (&format!("{good}{many}"), 400, "candidates"),
        (&data, 422, "video"),
        (&good.replace("a=recvonly", "a=sendonly"), 422, "receive"),
        (&good.replace("a=recvonly", "a=inactive"), 422, "receive"),
        (&vp8, 406, "H.264"),
        (&good.replace("packetization-mode=1", "packetization-mode=0"), 406, "packetization-mode"),
        (&"a=x\r\n".repeat(20_000), 413, "socket_message_bytes"),
    ] {
        let sentence = refusal(&post(&daemon, PLACE, offer).await, status);
        assert!(sentence.contains(word), "{sentence} of {offer}");
    }
    let odd = daemon.request("POST", PLACE).header("content-type", SDP);
    let odd = daemon.send(odd.body(Bytes::from_static(b"v=0\r\n\xff").into()).expect("fine")).await;
    assert!(refusal(&odd, 400).contains("UTF-8"));
    for headers in [&[("content-type", "application/json")][..], &[]] {
        let wrong = send(&daemon, "POST", PLACE, headers, &good).await;
        assert!(refusal(&wrong, 415).contains(SDP));
    }
    for (query, word) in [("?camera=nobody", "nobody"), ("?camera=9", "9"), ("?cam=at", "cam")] {
        let sentence = refusal(&post(&daemon, &format!("{PLACE}{query}"), &good).await, 400);
        assert!(sentence.contains(word), "{sentence}");
    }
    refusal(&post(&daemon, "/api/sessions/nobodys/whep", &good).await, 404);
    nobody_is_left(&daemon).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn players_count_as_viewers() {
    let daemon = Daemon::ready().await;
    let one = json!({"limits": {"viewers": 1}});
    assert_eq!(daemon.patch("/api/sessions/default", &one).await.0, StatusCode::OK);
    let first = Player::watch(&daemon, PLACE).await;
    let offer = Client::new(WATCH).await.offer(false).await;
    let full = post(&daemon, PLACE, &offer).await;
    assert!(
        refusal(&full, 503).contains("1 viewers") && full.headers().contains_key("retry-after")
    );
    let mut socket = daemon.socket("").await.expect("opens");
    assert_eq!(socket.wait_for("error").await["code"], "limit");
    assert_eq!(daemon.delete(&first.place).await, StatusCode::OK);
    nobody_is_left(&daemon).await;
    // Who would send as well is told that nobody listens.
    let both = post(&daemon, PLACE, &offer.replace("a=recvonly", "a=sendrecv")).await;
    assert_eq!(both.status(), StatusCode::CREATED);
    assert!(text(&both).contains("a=sendonly") && !text(&both).contains("a=sendrecv"));
}

#[tokio::test(flavor = "multi_thread")]
async fn fragments_that_make_no_sense_are_refused_and_the_player_goes_on() {
    let daemon = Daemon::ready().await;
    load(&daemon, BALL).await;
    let (mut player, offer) = Player::begin(&daemon, PLACE, WATCH, str::to_owned).await;
    let good = Fragment::of_answer(&offer);
    let place = player.place.clone();
    for headers in [&[("content-type", SDP), ("if-match", "*")][..], &[("if-match", "*")]] {
        let wrong = send(&daemon, "PATCH", &place, headers, &good).await;
        assert!(refusal(&wrong, 415).contains(FRAGMENT));
    }
    let missing = send(&daemon, "PATCH", &place, &[("content-type", FRAGMENT)], &good).await;
    assert!(refusal(&missing, 428).contains("If-Match"));
    for tag in ["\"99\"", "1", "W/\"1\"", ""] {
        assert!(refusal(&patch(&daemon, &place, tag, &good).await, 412).contains("ICE session"));
    }
    let many = "a=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n".repeat(129);
    for (fragment, word) in [
        ("", "ice-ufrag"),
        ("{}", "line 1"),
        ("\0", "line 1"),
        (&good.replace("a=ice-pwd", "a=x"), "ice-pwd"),
        (&good.replace("a=ice-pwd:", "a=ice-pwd:!"), "ice-pwd"),
        (&good.replace(" typ host", ""), "candidate"),
        (&format!("{good}{many}"), "128"),
    ] {
        let sentence = refusal(&patch(&daemon, &place, &player.tag, fragment).await, 400);
        assert!(sentence.contains(word), "{sentence} of {fragment}");
    }
    let large = "a=x\r\n".repeat(20_000);
    refusal(&patch(&daemon, &place, &player.tag, &large).await, 413);
    // Whoever guesses finds nobody, and neither does who has the key to another session's player.
    let made = daemon.post("/api/sessions", &json!({})).await.1;
    let other = format!("/api/sessions/{}/whep", made["id"].as_str().expect("an id"));
    let key = place.rsplit('/').next().expect("a key");
    for wrong in [format!("{PLACE}/{}", "0".repeat(32)), format!("{other}/{key}")] {
        refusal(&patch(&daemon, &wrong, "*", &good).await, 404);
        assert_eq!(daemon.delete(&wrong).await, StatusCode::NOT_FOUND);
    }
    player.client.connected().await;
    assert!(!is_blank(&player.picture().await));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_whose_connection_or_session_ends_is_gone() {
    let mut daemon = Daemon::ready().await;
    let hangs_up = Player::watch(&daemon, PLACE).await;
    until(async || (viewers(&daemon).await.len() == 1).then_some(())).await;
    hangs_up.client.close().await;
    nobody_is_left(&daemon).await;
    assert_eq!(daemon.delete(&hangs_up.place).await, StatusCode::NOT_FOUND);

    let made = daemon.post("/api/sessions", &json!({})).await.1;
    let session = made["links"]["self"].as_str().expect("a link").to_owned();
    let stays = Player::watch(&daemon, &format!("{session}/whep")).await;
    assert_eq!(daemon.delete(&session).await, StatusCode::NO_CONTENT);
    let end = async || (daemon.delete(&stays.place).await == StatusCode::NOT_FOUND).then_some(());
    until(end).await;

    let _last = Player::watch(&daemon, PLACE).await;
    daemon.signal(rustix::process::Signal::TERM);
    assert!(daemon.ended().await, "players hold nothing up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_that_never_connects_is_gone_in_time() {
    let daemon = Daemon::ready_with(&[("MJCAST_LIMITS__CONNECT_TIMEOUT_MS", "1500")]).await;
    let stays = Player::watch(&daemon, PLACE).await;
    let offer = Client::new(WATCH).await.offer(false).await;
    let silent = post(&daemon, PLACE, &without_candidates(&offer)).await;
    assert_eq!((silent.status(), viewers(&daemon).await.len()), (StatusCode::CREATED, 2));
    until(async || (viewers(&daemon).await.len() == 1).then_some(())).await;
    assert_eq!(daemon.delete(&header(&silent, "location")).await, StatusCode::NOT_FOUND);
    // The time limit is not for who is connected.
    assert_eq!(viewers(&daemon).await[0]["id"], "viewer-1");
    assert_eq!(daemon.delete(&stays.place).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_allowed_origins_may_play_and_there_is_nothing_to_read() {
    const ORIGIN: &str = "https://player.example";
    let daemon = Daemon::ready_with(&[("MJCAST_SERVER__ALLOWED_ORIGINS", ORIGIN)]).await;
    let preflight = [("origin", ORIGIN), ("access-control-request-method", "POST")];
    let own = format!("{PLACE}/{}", "0".repeat(32));
    for (place, accept, media) in
        [(PLACE, "accept-post", SDP), (own.as_str(), "accept-patch", FRAGMENT)]
    {
        let told = send(&daemon, "OPTIONS", place, &preflight, "").await;
        assert_eq!((told.status(), header(&told, accept)), (StatusCode::OK, media.to_owned()));
        assert_eq!(header(&told, "access-control-allow-origin"), ORIGIN);
        let methods = header(&told, "access-control-allow-methods");
        assert_eq!(methods, header(&told, "allow"));
        assert!(header(&told, "access-control-allow-headers").contains("if-match"));
        let nothing = send(&daemon, "GET", place, &[], "").await;
        assert_eq!((nothing.status(), nothing.body().len()), (StatusCode::NO_CONTENT, 0));
        let wrong = send(&daemon, "PUT", place, &[], "").await;
        assert!(refusal(&wrong, 405).contains("OPTIONS"));
    }
    let offer = Client::new(WATCH).await.offer(false).await;
    let headers = [("origin", ORIGIN), ("content-type", SDP)];
    let begun = send(&daemon, "POST", PLACE, &headers, &offer).await;
    assert_eq!(begun.status(), StatusCode::CREATED);
    assert_eq!(header(&begun, "access-control-allow-origin"), ORIGIN);
    let readable = header(&begun, "access-control-expose-headers");
    assert!(["location", "etag", "link"].iter().all(|name| readable.contains(name)), "{readable}");
    // A refusal can be read as well.
    let refused = send(&daemon, "POST", PLACE, &headers, "").await;
    assert_eq!(header(&refused, "access-control-allow-origin"), ORIGIN);
    refusal(&refused, 400);
    let stranger = [("origin", "https://evil.example"), ("content-type", SDP)];
    refusal(&send(&daemon, "POST", PLACE, &stranger, &offer).await, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn players_are_told_of_turn_servers_with_a_login_of_their_own() {
    let daemon = Daemon::ready_with(&[
        // Nothing answers there.
        ("MJCAST_WEBRTC__ICE_SERVERS", "turn:127.0.0.1:3478"),
        ("MJCAST_WEBRTC__TURN_SECRET", "north"),
    ])
    .await;
    let offer = Client::new(WATCH).await.offer(false).await;
    let begun = post(&daemon, PLACE, &offer).await;
    let link = header(&begun, "link");
    assert!(link.starts_with("<turn:127.0.0.1:3478>; rel=\"ice-server\"; username=\""), "{link}");
    assert!(
        link.contains(":viewer-1\"; credential=\"") && link.ends_with("\"password\""),
        "{link}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_further_view_is_told_apart_from_other_people() {
    let daemon = Daemon::ready().await;
    let offer = Client::new(WATCH).await.offer(false).await;
    let first = post(&daemon, PLACE, &offer).await;
    assert_eq!(first.status(), StatusCode::CREATED);
    let viewers = async || daemon.get("/api/sessions/default/viewers").await.1["viewers"].clone();
    let owner = viewers().await[0]["id"].as_str().unwrap().to_owned();
    let offer = Client::new(WATCH).await.offer(false).await;
    let beside = post(&daemon, &format!("{PLACE}?beside={owner}"), &offer).await;
    assert_eq!(beside.status(), StatusCode::CREATED);
    let all = viewers().await;
    assert_eq!(all[0]["beside"], Value::Null, "{all}");
    assert_eq!(all[1]["beside"], owner, "{all}");
    // Whoever is not there has no further views.
    let offer = Client::new(WATCH).await.offer(false).await;
    let alone = post(&daemon, &format!("{PLACE}?beside=viewer-999"), &offer).await;
    assert_eq!(alone.status(), StatusCode::CREATED);
    assert_eq!(viewers().await[2]["beside"], Value::Null);
    for wrong in ["beside=me", "width=640", "width=0&height=360", "width=640&height=tall"] {
        refusal(&post(&daemon, &format!("{PLACE}?{wrong}"), &offer).await, 400);
    }
}
