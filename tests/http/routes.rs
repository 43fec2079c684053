//! What can be read, and commands in words.

use http::{StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::daemon::{Daemon, SCENE, until};

#[tokio::test]
async fn what_can_be_read_has_the_contracts_fields() {
    let daemon = Daemon::ready().await;
    let (status, health) = daemon.get("/api/health").await;
    assert_eq!((status, &health["status"]), (StatusCode::OK, &json!("healthy")));
    assert!(health["renderer"]["software"].is_boolean() && health["encoder"]["name"].is_string());

    let (_, config) = daemon.get("/api/config").await;
    assert_eq!(config["port"], daemon.address.port());
    assert_eq!((&config["host"], &config["frame_width"]), (&json!("127.0.0.1"), &json!(64)));
    for number in ["frame_height", "frame_rate"] {
        assert!(config[number].is_u64(), "{number}");
    }
    assert_eq!((&config["log_level"], &config["debug_mode"]), (&json!("info"), &json!(false)));
    assert_eq!(config.get("stun_server"), Some(&Value::Null));
    assert_eq!(config["ice_servers"], json!([]));

    let (_, presets) = daemon.get("/api/scene/presets").await;
    let first = &presets["presets"][0];
    for field in ["id", "name", "description"] {
        assert!(first[field].is_string(), "{field} in {first}");
    }
    assert!(first["tags"].is_array());

    let (_, scene) = daemon.get("/api/scene/current").await;
    assert_eq!(scene, json!({"success": true, "xml": SCENE}));

    assert_eq!(daemon.get("/livez").await.0, StatusCode::OK);
    assert_eq!(daemon.get("/readyz").await.0, StatusCode::OK);
    assert_eq!(daemon.get("/startupz").await.0, StatusCode::OK);
    assert_eq!(daemon.get("/api/stats?session=nobodys").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn stats_tell_of_the_running_simulation() {
    let daemon = Daemon::ready().await;
    let (status, stats) = daemon.get("/api/stats").await;
    assert_eq!(status, StatusCode::OK);
    for count in [
        "clients_connected",
        "total_connections",
        "frames_sent",
        "events_received",
        "device_rebuilds",
    ] {
        assert!(stats[count].is_u64(), "{count}");
    }
    let state = &stats["simulation_state"];
    assert!(state["simulation"]["time"].is_number());
    assert!(state["simulation"]["step_count"].is_u64());
    assert_eq!(state["simulation"]["is_running"], true);
    assert_eq!(state["mujoco"]["initialized"], true);
    for field in ["distance", "azimuth", "elevation", "fov"] {
        assert!(state["camera"][field].is_number(), "{field}");
    }
    assert_eq!(state["camera"]["target"].as_array().map(Vec::len), Some(3));
    assert_eq!(state["camera"]["position"].as_array().map(Vec::len), Some(3));
    assert_eq!(state["mujoco"]["renderer_available"], true);
    assert_eq!(stats["streams"], json!([]), "nobody watches");
    let bodies = state["simulation"]["objects"].as_object().expect("objects");
    assert!(bodies.values().all(|body| body["type"] == "body" && body["id"].is_u64()));
}

#[tokio::test]
async fn metrics_tell_of_the_daemon() {
    let daemon = Daemon::ready().await;
    let request = daemon.request("GET", "/metrics").body(Full::default()).expect("request");
    let response = daemon.send(request).await;
    assert_eq!(response.status(), StatusCode::OK);
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    assert_eq!(response.headers()[header::CONTENT_TYPE], kind);
    let text = String::from_utf8(response.body().to_vec()).expect("text");
    for line in ["mjcast_ready 1", "mjcast_sessions 1", "mjcast_viewers 0", "mjcast_streams 0"] {
        assert!(text.lines().any(|one| one == line), "{line} is not in\n{text}");
    }
    for metric in mjcast::metrics::TABLE {
        assert!(text.contains(&format!("\n# TYPE {} ", metric.name)), "{}", metric.name);
    }
}

#[tokio::test]
async fn commands_in_words_act() {
    let daemon = Daemon::ready().await;
    let say =
        async |text: &str| daemon.post("/api/execute-command", &json!({"command": text})).await;
    let simulation =
        async || daemon.get("/api/stats").await.1["simulation_state"]["simulation"].clone();
    let (status, reply) = say("pause").await;
    assert_eq!((status, &reply["success"]), (StatusCode::OK, &json!(true)));
    assert_eq!(reply["actions_taken"], json!(["pause"]));
    assert_eq!(reply["state"]["simulation"]["is_paused"], true);
    let before = simulation().await;
    assert_eq!(before["is_paused"], true);
    assert_eq!(simulation().await, before, "time stands still");

    let steps = |simulation: &Value| simulation["step_count"].as_u64().expect("count");
    assert_eq!(say("step 10").await.1["actions_taken"], json!(["step 10"]));
    let after = simulation().await;
    assert_eq!(steps(&after), steps(&before) + 10);
    assert_ne!(after["objects"]["ball"]["position"], before["objects"]["ball"]["position"]);
    assert_eq!(say("state").await.1["state"]["simulation"], after);

    let (_, stopped) = say("stop").await;
    assert_eq!(stopped["actions_taken"], json!(["pause", "reset"]));
    let start = simulation().await;
    assert_eq!((steps(&start), start["time"].as_f64()), (0, Some(0.0)));
    assert_eq!(start["objects"]["ball"]["position"], json!([0.0, 0.0, 1.0]));

    assert_eq!(say("play").await.1["state"]["simulation"]["is_running"], true);
    until(async || (steps(&simulation().await) > 100).then_some(())).await;
    say("reset").await;
    let (status, problem) = say("make me a sandwich").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(problem["error"].as_str().unwrap_or_default().starts_with("not understood"));
}

#[tokio::test]
async fn the_page_is_served_or_its_absence_explained() {
    let daemon = Daemon::ready().await;
    let request = daemon.request("GET", "/").body(Full::default()).expect("request");
    let response = daemon.send(request).await;
    let policy = &response.headers()[header::CONTENT_SECURITY_POLICY];
    assert!(policy.to_str().expect("text").contains("script-src 'self'"));
    let page = String::from_utf8_lossy(response.body()).into_owned();
    match response.status() {
        StatusCode::OK => assert!(page.contains("<script"), "{page}"),
        _ => assert!(page.contains("make web"), "{page}"),
    }
    for path in ["/assets/../Cargo.toml", "/assets/%2e%2e/Cargo.toml", "/Cargo.toml", "/assets/"] {
        assert_eq!(daemon.get(path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn only_pages_of_allowed_origins_may_frame_it() {
    let policy = async |daemon: &Daemon| {
        let request = daemon.request("GET", "/").body(Full::default()).expect("request");
        let response = daemon.send(request).await;
        response.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text").to_owned()
    };
    let alone = policy(&Daemon::ready().await).await;
    assert!(alone.ends_with("frame-ancestors 'self'"), "{alone}");
    let origins = "https://lab.example,http://localhost:3000/";
    let daemon = Daemon::ready_with(&[("MJCAST_SERVER__FRAME_ANCESTORS", origins)]).await;
    let framed = policy(&daemon).await;
    let wanted = "; frame-ancestors 'self' https://lab.example http://localhost:3000";
    assert!(framed.ends_with(wanted), "{framed}");
}

/// What the zip holds, by name.
fn arrays(npz: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(npz)).expect("a zip");
    let mut read = |index| {
        let mut file = zip.by_index(index).expect("a file");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut bytes).expect("reads");
        (file.name().expect("a name").into_owned(), bytes)
    };
    (0..4).map(&mut read).collect()
}

#[tokio::test]
async fn a_batch_of_pictures_comes_as_arrays() {
    let daemon = Daemon::ready().await;
    let batch = json!({
        "states": [{}, {"steps": 5}, {"from": "previous", "steps": 5}],
        "cameras": ["free", {"azimuth": 10, "distance": 4}],
        "modes": ["rgb", "depth", "segmentation"],
        "width": 32, "height": 24, "samples": 1,
    });
    let (status, npz) = daemon.post_raw("/api/render", &batch).await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&npz));
    let arrays = arrays(&npz);
    let names: Vec<&str> = arrays.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["rgb.npy", "depth.npy", "segmentation.npy", "time.npy"]);
    let pixels = 3 * 2 * 32 * 24;
    for ((name, bytes), per_pixel) in arrays.iter().zip([3, 4, 8]) {
        let header = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        assert_eq!(bytes.len() - header, pixels * per_pixel, "{name}");
    }
    let times: Vec<f64> = arrays[3].1[128..]
        .chunks(8)
        .map(|bytes| f64::from_le_bytes(bytes.try_into().expect("eight bytes")))
        .collect();
    assert!(times[0] == 0.0 && times[1] > 0.0 && times[2] > times[1], "{times:?}");

    // The scene that runs is drawn as it is.
    let (status, npz) = daemon.post_raw("/api/render", &json!({"width": 16, "height": 16})).await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&npz));
    for (wrong, word) in [
        (json!({"cameras": ["nobodys"]}), "free"),
        (json!({"width": 9000}), "8192"),
        (json!({"preset": "nobodys"}), "nobodys"),
        (json!({"xml": "<mujoco/>", "preset": "humanoid"}), "one of"),
        (json!({"vis": {"GLOW": 1}}), "CONTACTFORCE"),
        (json!({"states": [{"keyframe": 7}]}), "key frame"),
        (json!({"states": [{"qpos": vec![1.0; 99]}]}), "qpos"),
    ] {
        let (status, problem) = daemon.post("/api/render", &wrong).await;
        assert!(status.is_client_error(), "{status} {wrong}");
        assert!(problem["detail"].as_str().is_some_and(|d| d.contains(word)), "{problem}");
    }
}
