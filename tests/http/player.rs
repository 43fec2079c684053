//! A viewer that watches and decodes nothing.

use http::StatusCode;

use crate::{
    client::{BASELINE, Client, Wants, within},
    daemon::Daemon,
};

const WATCH: Wants =
    Wants { video: Some(("video/H264", BASELINE)), better: None, audio: false, channels: false };

/// Watches a session by WHEP; the first picture is there. Gives where it takes its leave, too.
pub async fn play(daemon: &Daemon, session: &str) -> (Client, String) {
    let mut player = Client::new(WATCH).await;
    let offer = player.offer(false).await;
    let request = daemon.request("POST", &format!("/api/sessions/{session}/whep"));
    let request = request.header("content-type", "application/sdp").body(offer.into());
    let answered = daemon.send(request.expect("a request")).await;
    assert_eq!(answered.status(), StatusCode::CREATED, "{answered:?}");
    let place = answered.headers()["location"].to_str().expect("text").to_owned();
    player.accept(std::str::from_utf8(answered.body()).expect("UTF-8")).await;
    within("a picture", player.frame()).await;
    (player, place)
}
