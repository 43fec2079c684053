//! Scenes from words, over HTTP.

use http::StatusCode;
use serde_json::{Value, json};

use crate::daemon::Daemon;

#[tokio::test]
async fn words_become_the_scene_that_runs() {
    let daemon = Daemon::ready().await;
    let wish = json!({"prompt": "a stack of three red cubes", "unheard_of": 1});
    let (status, made) = daemon.post("/api/scene/generate", &wish).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    assert_eq!((&made["mode"], &made["applied"]), (&json!("offline"), &json!(true)));
    let xml = made["scene_xml"].as_str().expect("text");
    let running = async || daemon.get("/api/scene/current").await.1["xml"].clone();
    assert_eq!(running().await, xml);
    let (_, stats) = daemon.get("/api/stats").await;
    let objects = &stats["simulation_state"]["simulation"]["objects"];
    for name in ["cube_1", "cube_2", "cube_3"] {
        assert!(objects[name].is_object(), "{name} is not in {objects}");
    }

    // A preview changes nothing; the change itself does.
    let below = "/api/sessions/default/scene/generate";
    let change = json!({"prompt": "make them blue", "preview": true});
    let (status, seen) = daemon.post(below, &change).await;
    assert_eq!((status, &seen["applied"]), (StatusCode::OK, &json!(false)), "{seen}");
    assert_eq!(running().await, xml);
    let (_, changed) = daemon.post(below, &json!({"prompt": "make them blue"})).await;
    assert_eq!(changed["scene_xml"], seen["scene_xml"]);
    assert_eq!(changed["spec"]["things"][0]["colours"], json!(["blue"]));
    assert_eq!(running().await, changed["scene_xml"]);
}

#[tokio::test]
async fn what_is_not_understood_changes_nothing() {
    let daemon = Daemon::ready().await;
    let running = async || daemon.get("/api/scene/current").await.1;
    let before = running().await;
    let route = "/api/scene/generate";
    for (wish, wanted) in [
        (json!({"prompt": "a unicorn on a table"}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"prompt": "make the ball blue"}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({"prompt": ""}), StatusCode::BAD_REQUEST),
        (json!({"prompt": "a ball\u{1}"}), StatusCode::BAD_REQUEST),
        (json!({"prompt": "a ball ".repeat(700)}), StatusCode::BAD_REQUEST),
        (json!({}), StatusCode::BAD_REQUEST),
        (json!({"prompt": "a ball", "mode": "guess"}), StatusCode::BAD_REQUEST),
        (json!({"prompt": "a ball", "mode": "offline", "model": "m"}), StatusCode::BAD_REQUEST),
        (json!({"prompt": "a ball", "provider": "https://evil.example"}), StatusCode::BAD_REQUEST),
    ] {
        let (status, problem) = daemon.post(route, &wish).await;
        assert_eq!(status, wanted, "{wish}: {problem}");
        assert_eq!(problem["success"], false);
    }
    let (_, problem) = daemon.post(route, &json!({"prompt": "a unicorn on a table"})).await;
    assert_eq!(problem["unknown"], json!(["unicorn"]));
    let strict = json!({"prompt": "a ball", "unheard_of": 1});
    let (status, problem) = daemon.post("/api/sessions/default/scene/generate", &strict).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
    assert_eq!(running().await, before);
}

#[tokio::test]
async fn a_command_may_be_a_scene() {
    let daemon = Daemon::ready().await;
    let say =
        async |text: &str| daemon.post("/api/execute-command", &json!({"command": text})).await;
    let (status, reply) = say("a double pendulum on the moon").await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    assert!(reply["scene_xml"].as_str().is_some_and(|xml| xml.contains("pendulum")), "{reply}");
    assert!(reply["actions_taken"].as_array().is_some_and(|actions| actions.len() == 2), "{reply}");
    let (_, paused) = say("pause").await;
    assert_eq!(
        (&paused["actions_taken"], paused.get("scene_xml")),
        (&json!(["pause"]), None::<&Value>)
    );
    let (status, refused) = say("dance with a unicorn").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(refused["unknown"], json!(["dance", "unicorn"]));
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.starts_with("not understood")));
}
