//! Scenes, good and bad.

use http::StatusCode;
use serde_json::json;

use crate::daemon::{Daemon, SCENE, until};

#[tokio::test]
async fn bad_scenes_are_refused_and_the_old_one_stays() {
    let daemon = Daemon::ready().await;
    let workers = daemon.workers();
    for (body, wanted) in [
        (json!({}), "send xml or preset"),
        (json!({"xml": SCENE, "preset": "pendulum"}), "not both"),
        (json!({"xml": "   "}), "empty"),
        (json!({"xml": "a red ball"}), "not XML"),
        (json!({"xml": 5}), "expected a string"),
        (json!({"xml": "<mujoco><worldbody><bad/></worldbody></mujoco>"}), "line 1"),
        (json!({"xml": "<mujoco>\n<worldbody>\n<geom size='x'/></worldbody></mujoco>"}), "line 3"),
        (json!({"xml": "<mujoco><worldbody>"}), "XML"),
    ] {
        let (status, problem) = daemon.post("/api/scene/load", &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(problem["success"], false);
        let sentence = problem["error"].as_str().unwrap_or_default();
        assert!(sentence.contains(wanted), "{body}: {sentence}");
    }
    let (status, problem) = daemon.post("/api/scene/load", &json!({"preset": "nonsense"})).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(problem["error"].as_str().unwrap_or_default().contains("'nonsense'"), "{problem}");
    assert_unharmed(&daemon, &workers).await;
}

/// The scene of before runs on, in the process of before.
async fn assert_unharmed(daemon: &Daemon, workers: &[u32]) {
    assert_eq!(daemon.get("/api/scene/current").await.1["xml"], SCENE);
    let time = async || {
        let stats = daemon.get("/api/stats").await.1;
        stats["simulation_state"]["simulation"]["time"].as_f64().expect("a time")
    };
    let before = time().await;
    until(async || (time().await > before).then_some(())).await;
    // A refused scene's process may still be ending.
    until(async || (daemon.workers() == workers).then_some(())).await;
}

#[tokio::test]
async fn hostile_scenes_get_a_typed_refusal_and_the_daemon_lives() {
    let daemon = Daemon::ready().await;
    let workers = daemon.workers();
    let formats = "%s%n".repeat(500);
    let deep = format!("{}{}", "<body>".repeat(20_000), "</body>".repeat(20_000));
    for (name, xml) in [
        ("class", format!("<mujoco><worldbody><geom class=\"{formats}\"/></worldbody></mujoco>")),
        (
            "hfield",
            "<mujoco><asset><hfield name='h' nrow='65536' ncol='65536' size='1 1 1 1'/></asset>\
             <worldbody><geom type='hfield' hfield='h'/></worldbody></mujoco>"
                .into(),
        ),
        ("include", "<mujoco><include file='/etc/passwd'/></mujoco>".into()),
        ("plugin", "<mujoco><extension><plugin plugin='no.such'/></extension></mujoco>".into()),
        ("deep", format!("<mujoco><worldbody>{deep}</worldbody></mujoco>")),
        ("memory", "<mujoco><size memory='900G'/></mujoco>".into()),
    ] {
        let (status, problem) = daemon.post("/api/scene/load", &json!({"xml": xml})).await;
        assert!(status.is_client_error(), "{name}: {status} {problem}");
        let sentence = problem["error"].as_str().unwrap_or_default();
        assert!(!sentence.is_empty() && !sentence.contains("root:"), "{name}: {problem}");
    }
    assert_unharmed(&daemon, &workers).await;
}

#[tokio::test]
async fn presets_load_and_every_one_of_them() {
    let daemon = Daemon::ready().await;
    let presets = daemon.get("/api/scene/presets").await.1;
    let presets = presets["presets"].as_array().expect("a list").clone();
    assert!(presets.len() >= 8, "{}", presets.len());
    for preset in presets {
        let (status, reply) =
            daemon.post("/api/scene/load", &json!({"preset": preset["id"]})).await;
        assert_eq!(
            (status, &reply["success"]),
            (StatusCode::OK, &json!(true)),
            "{preset}: {reply}"
        );
        let (_, current) = daemon.get("/api/scene/current").await;
        assert!(current["xml"].as_str().is_some_and(|xml| xml.contains("<mujoco")));
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let daemon = Daemon::ready_with(&[("MJCAST_LIMITS__BODY_BYTES", "100000")]).await;
    let xml = SCENE.replace("<worldbody>", &format!("<!--{}--><worldbody>", "x".repeat(100_000)));
    let (status, problem) = daemon.post("/api/scene/load", &json!({"xml": xml})).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(problem["error"].as_str().unwrap_or_default().contains("100000 bytes"), "{problem}");
    assert_eq!(daemon.get("/api/scene/current").await.1["xml"], SCENE);
}

#[tokio::test]
async fn a_scene_that_died_does_not_come_back_over_the_next() {
    let daemon = Daemon::ready().await;
    let first = daemon.workers()[0];
    let bodies = "<body><geom size='0.1'/></body>".repeat(6_000);
    let apart = "<option><flag contact='disable'/></option>";
    let slow = format!("<mujoco model='slow'>{apart}<worldbody>{bodies}</worldbody></mujoco>");
    let slow = json!({"xml": slow});
    let (loaded, ()) = tokio::join!(daemon.post("/api/scene/load", &slow), async {
        until(async || (daemon.workers().len() == 2).then_some(())).await;
        crate::daemon::kill(first);
    });
    assert_eq!(loaded.0, StatusCode::OK, "{}", loaded.1);
    // A restart of the first would take some tens of milliseconds.
    for _ in 0..10 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let stats = daemon.get("/api/stats").await.1;
        assert_eq!(stats["simulation_state"]["mujoco"]["model_name"], "slow");
    }
    assert_eq!(daemon.workers().len(), 1);
}
