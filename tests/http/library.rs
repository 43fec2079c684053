//! The library: scenes that are saved, models in folders, and their pictures.

use std::{fs, os::unix::fs::symlink, path::Path};

use http::{StatusCode, header};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::{
    daemon::{Daemon, SCENE, until},
    mcp::Agent,
};

const LIBRARY: &str = "/api/library";
const OBJ: &str = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n";
const ROBOT: &str = "<mujoco model='robot'><asset><mesh name='a' file='assets/a.obj'/></asset>\
    <worldbody><light pos='0 0 3'/><geom type='mesh' mesh='a' rgba='1 0 0 1'/></worldbody></mujoco>";

async fn daemon(dir: &Path) -> Daemon {
    let text = |name: &str| dir.join(name).to_str().expect("UTF-8").to_owned();
    let variables =
        [("MJCAST_STATE__DIR", text("state")), ("MJCAST_LIBRARY__FOLDERS", text("models"))];
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let both = [&variables[..], &[("MJCAST_LIBRARY__MAX_VERSIONS", "3")]].concat();
    Daemon::ready_with(&both).await
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(path, text).expect("written");
}

fn scene(name: &str) -> Value {
    json!({"xml": SCENE.replace("probe", name)})
}

async fn save(daemon: &Daemon, wish: Value) -> String {
    let (status, saved) = daemon.post(LIBRARY, &wish).await;
    assert_eq!(status, StatusCode::CREATED, "{saved}");
    format!("{LIBRARY}/{}", saved["entry"]["id"].as_str().expect("an id"))
}

async fn ids(daemon: &Daemon, query: &str) -> Vec<String> {
    let (status, page) = daemon.get(&format!("{LIBRARY}{query}")).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let entries = page["entries"].as_array().expect("entries").iter();
    entries.map(|entry| entry["id"].as_str().expect("an id").to_owned()).collect()
}

async fn load(daemon: &Daemon, wish: &Value) -> (StatusCode, Value) {
    daemon.put("/api/sessions/default/scene", wish).await
}

#[tokio::test]
async fn a_scene_is_saved_changed_restored_and_outlives_the_daemon() {
    let dir = tempfile::tempdir().expect("a folder");
    let first = daemon(dir.path()).await;
    let hostile = "<img src=x onerror=alert(1)>";
    let own = save(&first, json!({"name": hostile, "tags": ["Wobbly"]})).await;
    let id = own.rsplit('/').next().expect("an id").to_owned();
    load(&first, &scene("second")).await;
    let versions = format!("{own}/versions");
    let (status, two) = first.post(&versions, &json!({"note": "softer"})).await;
    assert_eq!((status, &two["history"][0]["model_name"]), (StatusCode::CREATED, &json!("second")));
    drop(first);

    let daemon = daemon(dir.path()).await;
    assert_eq!(ids(&daemon, "?q=wobbly&kind=own").await, std::slice::from_ref(&id));
    let (_, shown) = daemon.get(&own).await;
    assert_eq!(
        (&shown["entry"]["name"], &shown["entry"]["versions"]),
        (&json!(hostile), &json!(2))
    );
    let (status, loaded) = load(&daemon, &json!({"library": id, "version": 1})).await;
    assert_eq!((status, &loaded["model_name"]), (StatusCode::OK, &json!("probe")), "{loaded}");
    let (_, loaded) = load(&daemon, &json!({"library": id})).await;
    assert_eq!(loaded["model_name"], "second");
    daemon.post(&versions, &json!({"restore": 1})).await;
    let (_, four) = daemon.post(&versions, &json!({})).await;
    let history = four["history"].as_array().expect("versions").iter();
    let told: Vec<_> = history.map(|v| (v["version"].as_u64(), v["model_name"].as_str())).collect();
    // The first had to make room.
    let wanted = [(Some(4), Some("second")), (Some(3), Some("probe")), (Some(2), Some("second"))];
    assert_eq!(told, wanted);
    assert_eq!(daemon.post(&versions, &json!({"restore": 1})).await.0, StatusCode::NOT_FOUND);

    let (status, changed) = daemon.patch(&own, &json!({"name": "Plain"})).await;
    assert_eq!((status, &changed["entry"]["name"]), (StatusCode::OK, &json!("Plain")));
    let request = daemon.request("GET", &format!("{own}/model.zip?version=3"));
    let zip = daemon.send(request.body(Full::default()).expect("request")).await;
    assert_eq!(zip.headers()[header::CONTENT_DISPOSITION], "attachment; filename=\"plain.zip\"");
    let request = daemon
        .request("PUT", "/api/sessions/default/scene")
        .header(header::CONTENT_TYPE, "application/zip")
        .body(Full::new(zip.into_body()))
        .expect("request");
    let loaded: Value = serde_json::from_slice(daemon.send(request).await.body()).expect("JSON");
    assert_eq!(loaded["model_name"], "probe", "{loaded}");

    assert_eq!(daemon.delete(&own).await, StatusCode::NO_CONTENT);
    assert_eq!(daemon.get(&own).await.0, StatusCode::NOT_FOUND);
    assert!(ids(&daemon, "?kind=own").await.is_empty());
}

#[tokio::test]
async fn one_list_has_presets_too_page_by_page_and_refuses_what_makes_no_sense() {
    let dir = tempfile::tempdir().expect("a folder");
    let daemon = daemon(dir.path()).await;
    let all = ids(&daemon, "?kind=preset&limit=500").await;
    let (_, presets) = daemon.get("/api/scene/presets").await;
    assert_eq!(all.len(), presets["presets"].as_array().expect("presets").len());
    let mut pages = Vec::new();
    for offset in (0..all.len()).step_by(4) {
        pages.extend(ids(&daemon, &format!("?limit=4&offset={offset}&kind=preset")).await);
    }
    assert_eq!(pages, all);
    assert_eq!(ids(&daemon, "?q=robot%20gripper").await, ["preset.robot-arm"]);
    let (_, loaded) = load(&daemon, &json!({"library": "preset.car"})).await;
    assert_eq!(loaded["model_name"], "car");
    let made = json!({"library": "preset.cart-pole"});
    assert_eq!(daemon.post("/api/sessions", &made).await.0, StatusCode::CREATED);
    for query in ["?limit=0", "?limit=501", "?limit=x", "?offset=-1", "?kind=robots"] {
        let (status, _) = daemon.get(&format!("{LIBRARY}{query}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{query}");
    }
    for wish in [
        json!({}),
        json!({"name": ""}),
        json!({"name": "a\nb"}),
        json!({"name": "x".repeat(200)}),
        json!({"name": "a", "tags": ["x".repeat(50)]}),
        json!({"name": "a", "path": "/etc"}),
    ] {
        assert_eq!(daemon.post(LIBRARY, &wish).await.0, StatusCode::BAD_REQUEST, "{wish}");
    }
    for id in ["own.nobody", "own...%2f..%2fetc", "preset.none", "nobody", "folder.x"] {
        assert_eq!(daemon.get(&format!("{LIBRARY}/{id}")).await.0, StatusCode::NOT_FOUND, "{id}");
        let (status, _) = load(&daemon, &json!({"library": id})).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{id}");
    }
    let both = json!({"library": "preset.car", "preset": "car"});
    assert_eq!(load(&daemon, &both).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(daemon.delete(&format!("{LIBRARY}/preset.car")).await, StatusCode::BAD_REQUEST);
    assert!(!dir.path().join("state/library/scenes").exists(), "nothing was saved");
}

#[tokio::test]
async fn models_in_folders_are_listed_loaded_and_kept_within() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), "secret.obj", OBJ);
    write(dir.path(), "models/good_robot/scene.xml", ROBOT);
    write(dir.path(), "models/good_robot/assets/a.obj", OBJ);
    write(dir.path(), "models/good_robot/README.md", "# Good Robot <b> Description (MJCF)");
    write(dir.path(), "models/good_robot/LICENSE", "MIT License");
    write(dir.path(), "models/bad_robot/scene.xml", ROBOT);
    fs::create_dir(dir.path().join("models/bad_robot/assets")).expect("made");
    let link = dir.path().join("models/bad_robot/assets/a.obj");
    symlink(dir.path().join("secret.obj"), link).expect("linked");
    let daemon = daemon(dir.path()).await;
    let (_, page) = daemon.get(&format!("{LIBRARY}?kind=folder")).await;
    assert_eq!((&page["total"], &page["folders"][0]["models"]), (&json!(2), &json!(2)), "{page}");
    let (bad, good) = (&page["entries"][0], &page["entries"][1]);
    assert_eq!((&good["name"], &good["licence"]), (&json!("Good Robot"), &json!("MIT")), "{good}");
    assert_eq!(good["description"], "Good Robot <b>");
    assert!(!page.to_string().contains(dir.path().to_str().expect("UTF-8")), "{page}");
    let (status, loaded) = load(&daemon, &json!({"library": good["id"]})).await;
    assert_eq!((status, &loaded["model_name"]), (StatusCode::OK, &json!("robot")), "{loaded}");
    assert_eq!(loaded["files"], json!(["assets/a.obj", "scene.xml"]));
    let (status, problem) = load(&daemon, &json!({"library": bad["id"]})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(problem["detail"].as_str().is_some_and(|why| why.contains("a.obj")), "{problem}");
    write(dir.path(), "models/new_one/new_one.xml", SCENE);
    assert_eq!(ids(&daemon, "?q=new%20one&rescan=true").await.len(), 1);
}

#[tokio::test]
async fn pictures_are_drawn_once_and_what_cannot_be_drawn_says_why() {
    let dir = tempfile::tempdir().expect("a folder");
    write(dir.path(), "models/good/scene.xml", ROBOT);
    write(dir.path(), "models/good/assets/a.obj", OBJ);
    write(dir.path(), "models/refused/scene.xml", "<mujoco><worldbody><bad/></worldbody></mujoco>");
    let first = daemon(dir.path()).await;
    let listed = async |daemon: &Daemon, name: &str| {
        let (_, page) = daemon.get(&format!("{LIBRARY}?kind=folder&q={name}")).await;
        page["entries"][0].clone()
    };
    // Nobody asks for the pictures but by looking at the list.
    let good = until(async || {
        let entry = listed(&first, "good").await;
        entry["thumbnail"].is_string().then_some(entry)
    })
    .await;
    let why =
        until(async || listed(&first, "refused").await["no_thumbnail"].as_str().map(str::to_owned))
            .await;
    assert!(why.contains("bad"), "{why}");
    let target = good["thumbnail"].as_str().expect("a path").to_owned();
    let fetch = async |daemon: &Daemon, tag: &str| {
        let request = daemon.request("GET", &target).header(header::IF_NONE_MATCH, tag);
        daemon.send(request.body(Full::default()).expect("request")).await
    };
    let picture = fetch(&first, "\"none\"").await;
    assert_eq!(picture.headers()[header::CONTENT_TYPE], "image/jpeg");
    assert!(picture.body().starts_with(&[0xff, 0xd8]) && picture.body().ends_with(&[0xff, 0xd9]));
    let tag = picture.headers()[header::ETAG].to_str().expect("text").to_owned();
    assert_eq!(fetch(&first, &tag).await.status(), StatusCode::NOT_MODIFIED);
    let refused = format!(
        "{LIBRARY}/{}/thumbnail",
        listed(&first, "refused").await["id"].as_str().expect("an id")
    );
    let (status, problem) = first.get(&refused).await;
    assert_eq!(
        (status, problem["detail"].as_str().is_some_and(|d| d.contains("bad"))),
        (StatusCode::NOT_FOUND, true)
    );

    // A saved scene of the same files has the same picture, and so has the next daemon.
    load(&first, &json!({"library": good["id"]})).await;
    save(&first, json!({"name": "copy"})).await;
    let pictures =
        || fs::read_dir(dir.path().join("state/library/pictures")).expect("there").count();
    let (_, own) = first.get(&format!("{LIBRARY}?kind=own")).await;
    assert!(own["entries"][0]["thumbnail"].is_string(), "{own}");
    assert_eq!(pictures(), 1);
    drop(first);
    let second = daemon(dir.path()).await;
    assert_eq!(fetch(&second, &tag).await.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(pictures(), 1);
}

#[tokio::test]
async fn a_broken_scene_is_listed_with_words_and_the_daemon_starts() {
    let dir = tempfile::tempdir().expect("a folder");
    let first = daemon(dir.path()).await;
    let bad = save(&first, json!({"name": "bad"})).await;
    let good = save(&first, json!({"name": "good"})).await;
    drop(first);
    let place = |own: &str| {
        dir.path().join("state/library/scenes").join(own.rsplit('.').next().expect("an id"))
    };
    fs::write(place(&bad).join("scene.json"), "{\"id\":").expect("written");
    fs::write(place(&good).join("9.zip.partial"), "part").expect("written");
    let daemon = daemon(dir.path()).await;
    assert!(!place(&good).join("9.zip.partial").exists());
    let (_, page) = daemon.get(&format!("{LIBRARY}?kind=own")).await;
    let broken = &page["entries"][1];
    assert!(broken["broken"].as_str().is_some_and(|why| why.contains("cannot be read")), "{page}");
    let (status, problem) = load(&daemon, &json!({"library": broken["id"]})).await;
    assert_eq!(status, StatusCode::CONFLICT, "{problem}");
    assert_eq!(daemon.delete(&bad).await, StatusCode::NO_CONTENT);
    assert_eq!(ids(&daemon, "?kind=own").await.len(), 1);
}

#[tokio::test]
async fn agents_find_save_and_load() {
    let dir = tempfile::tempdir().expect("a folder");
    let daemon = daemon(dir.path()).await;
    let agent = Agent { daemon: &daemon, name: "agent" };
    let saved = agent.done("scene_save", json!({"session_id": "default", "name": "kept"})).await;
    let id = saved["entry"]["id"].clone();
    let found = agent.done("library_list", json!({"query": "kept", "kind": "own"})).await;
    assert_eq!((&found["total"], &found["entries"][0]["id"]), (&json!(1), &id));
    agent.done("scene_load", json!({"session_id": "default", "library": "preset.car"})).await;
    let next = json!({"session_id": "default", "library": id, "note": "a car now"});
    let next = agent.done("scene_save", next).await;
    assert_eq!(next["history"][0]["model_name"], "car");
    let first = json!({"session_id": "default", "library": id, "version": 1});
    assert_eq!(agent.done("scene_load", first).await["model_name"], "probe");
}
