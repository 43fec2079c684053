//! Viewers and scenes come and go: what they took is given back.

use http::StatusCode;
use serde_json::json;

use crate::{
    daemon::{Daemon, SWING, until},
    player::play,
};

/// Viewers in a row; `CYCLES` asks for more. Memory is compared from the first third on.
const CYCLES: usize = 45;
/// What a viewer may leave behind, bytes …
const GROWTH: u64 = 4 << 10;
/// … and what a heap may be larger by for other reasons: it is given back by pages.
const SLACK: u64 = 6 << 20;

async fn watch(daemon: &Daemon, takes_leave: bool) {
    let (player, place) = play(daemon, "default").await;
    if takes_leave {
        daemon.delete(&place).await;
    }
    player.close().await;
}

/// Scenes in a row, of which nobody sees a picture; memory is compared from the first third on.
const SCENES: usize = 60;
/// What all of them may leave behind, bytes: a sixth of what each has on the device.
const SCENES_GROWTH: u64 = 2 << 20;

#[tokio::test]
async fn scenes_that_nobody_watches_leave_nothing_behind() {
    let unlimited = ("MJCAST_LIMITS__COSTLY_REQUESTS_PER_S", "100000");
    let daemon = Daemon::ready_with(&[unlimited]).await;
    let (mut files, mut settled) = (0, 0);
    for scene in 0..SCENES {
        let put = daemon.put("/api/sessions/default/scene", &json!({"xml": SWING})).await;
        assert_eq!(put.0, StatusCode::OK, "{}", put.1);
        if scene == SCENES / 3 {
            until(async || (daemon.workers().len() == 1).then_some(())).await;
            (files, settled) = (daemon.count("fd"), daemon.memory());
        }
    }
    until(async || (daemon.workers().len() == 1).then_some(())).await;
    until(async || (daemon.count("fd") <= files).then_some(())).await;
    let grown = daemon.memory().saturating_sub(settled);
    println!("{} scenes came and went: {grown} bytes of memory", SCENES - SCENES / 3);
    assert!(grown <= SCENES_GROWTH, "{grown} bytes");
}

#[tokio::test]
async fn viewers_leave_nothing_behind() {
    let cycles = std::env::var("CYCLES").ok().and_then(|text| text.parse().ok());
    let cycles = cycles.unwrap_or(CYCLES);
    let daemon = Daemon::ready().await;
    watch(&daemon, true).await;
    let nobody = async || {
        let all = daemon.get("/api/sessions/default/viewers").await.1;
        all["viewers"].as_array().is_some_and(Vec::is_empty).then_some(())
    };
    until(nobody).await;
    let (files, threads) = (daemon.count("fd"), daemon.count("task"));
    let mut settled = 0;
    for cycle in 0..cycles {
        watch(&daemon, cycle % 2 == 0).await;
        if cycle == cycles / 3 {
            settled = daemon.memory();
        }
    }
    until(nobody).await;
    let back =
        async || (daemon.count("fd") <= files && daemon.count("task") <= threads).then_some(());
    until(back).await;
    let grown = daemon.memory().saturating_sub(settled);
    let watched = (cycles - cycles / 3) as u64;
    println!("{watched} viewers came and went: {} bytes of memory each", grown / watched);
    assert!(grown <= watched * GROWTH + SLACK, "{grown} bytes in {watched} cycles");
}
