//! Models with their files, from friends and from others.

use std::io::{Cursor, Write as _};

use bytes::Bytes;
use http::{StatusCode, header};
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::daemon::{Daemon, SCENE, until};

const OBJ: &[u8] = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n";
const ROOT: &str = "<mujoco model='meshed'><compiler meshdir='../meshes'/><asset>\
    <mesh name='a' file='a.obj'/></asset><worldbody><body name='b' pos='0 0 1'><freejoint/>\
    <geom type='mesh' mesh='a'/></body></worldbody></mujoco>";
const DEFAULT: &str = "/api/sessions/default/scene";

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, contents) in files {
        writer.start_file(*name, SimpleFileOptions::default()).expect("starts");
        writer.write_all(contents).expect("writes");
    }
    writer.finish().expect("finishes").into_inner()
}

/// A folder as a browser sends it.
fn form_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, contents) in files {
        body.extend(
            format!(
                "--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\n\r\n"
            )
            .bytes(),
        );
        body.extend(*contents);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    body
}

const FORM: &str = "multipart/form-data; boundary=edge";

async fn send(
    daemon: &Daemon,
    method: &str,
    target: &str,
    kind: &str,
    body: impl Into<Bytes>,
) -> (StatusCode, Value) {
    let request = daemon
        .request(method, target)
        .header(header::CONTENT_TYPE, kind)
        .body(http_body_util::Full::new(body.into()))
        .expect("request");
    let response = daemon.send(request).await;
    let body = serde_json::from_slice(response.body()).expect("JSON");
    (response.status(), body)
}

async fn model(daemon: &Daemon) -> Value {
    daemon.get("/api/stats").await.1["simulation_state"]["mujoco"]["model_name"].clone()
}

#[tokio::test]
async fn archives_and_folders_become_running_scenes() {
    let daemon = Daemon::ready().await;
    let files: &[(&str, &[u8])] =
        &[("arm/xml/arm.xml", ROOT.as_bytes()), ("arm/meshes/a.obj", OBJ)];
    let (status, reply) = send(&daemon, "PUT", DEFAULT, "application/zip", zip_of(files)).await;
    assert_eq!(status, StatusCode::OK, "{reply}");
    assert_eq!(reply["root"], "arm/xml/arm.xml");
    assert_eq!(reply["model_name"], "meshed");
    assert_eq!(model(&daemon).await, "meshed");
    assert_eq!(daemon.get("/api/scene/current").await.1["xml"], ROOT);
    assert_eq!(daemon.get(DEFAULT).await.1["xml"], ROOT);
    // A batch of states draws it in a worker of its own, and needs the files.
    let batch = json!({"session": "default", "width": 16, "height": 16, "states": [{"steps": 1}]});
    let (status, npz) = daemon.post_raw("/api/render", &batch).await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&npz));
    // So does a simulation that starts anew.
    let worker = daemon.workers()[0];
    crate::daemon::kill(worker);
    until(async || {
        let workers = daemon.workers();
        (workers.len() == 1 && workers[0] != worker).then_some(())
    })
    .await;
    until(async || (model(&daemon).await == "meshed").then_some(())).await;

    let renamed = ROOT.replace("meshed", "formed");
    let other = ROOT.replace("meshed", "other");
    let files: &[(&str, &[u8])] = &[
        ("arm/xml/arm.xml", renamed.as_bytes()),
        ("arm/xml/other.xml", other.as_bytes()),
        ("arm/meshes/a.obj", OBJ),
        ("arm/.DS_Store", b"noise"),
    ];
    let load = "/api/scene/load";
    let (status, problem) = send(&daemon, "POST", load, FORM, form_of(files)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(problem["error"].as_str().expect("words").contains("arm/xml/other.xml"), "{problem}");
    let named = format!("{load}?root=xml%2Farm.xml");
    let (status, reply) = send(&daemon, "POST", &named, FORM, form_of(files)).await;
    assert_eq!((status, &reply["message"]), (StatusCode::OK, &json!("loaded formed")), "{reply}");
    assert_eq!(model(&daemon).await, "formed");
}

#[tokio::test]
async fn what_has_the_same_name_keeps_its_state_if_asked_to() {
    let daemon = Daemon::ready().await;
    let arm = |mass: u32| {
        format!(
            "<mujoco model='arm'><worldbody><body><joint name='shoulder' axis='0 1 0'/>\
             <geom size='.1' mass='{mass}'/></body></worldbody></mujoco>"
        )
    };
    let angle = async || {
        let (_, state) = daemon.get("/api/sessions/default/state").await;
        state["qpos"]["shoulder"].as_f64().or(state["qpos"]["shoulder"][0].as_f64())
    };
    let (status, _) = send(&daemon, "PUT", DEFAULT, "text/xml", arm(1)).await;
    assert_eq!(status, StatusCode::OK);
    let commands =
        json!([{"cmd": "pause"}, {"cmd": "set_qpos", "params": {"values": {"shoulder": 0.5}}}]);
    let (_, done) = daemon.post("/api/sessions/default/commands", &commands).await;
    assert_eq!(done["ok"], true, "{done}");
    let kept = format!("{DEFAULT}?keep_state=true");
    let (status, _) = send(&daemon, "PUT", &kept, "text/xml", arm(2)).await;
    assert_eq!((status, angle().await), (StatusCode::OK, Some(0.5)));
    // Time goes on where it was, and begins anew without.
    let time = async || daemon.get("/api/sessions/default/state").await.1["time"].as_f64().unwrap();
    daemon
        .post("/api/sessions/default/commands", &json!([{"cmd": "step", "params": {"steps": 100}}]))
        .await;
    let before = time().await;
    assert!(before > 0.1, "{before}");
    let (status, _) = send(&daemon, "PUT", &kept, "text/xml", arm(1)).await;
    assert_eq!((status, time().await), (StatusCode::OK, before));
    let (status, _) = send(&daemon, "PUT", DEFAULT, "text/xml", arm(2)).await;
    assert_eq!((status, angle().await), (StatusCode::OK, Some(0.0)));
    assert_eq!(time().await, 0.0);
    let odd = format!("{DEFAULT}?keep_state=perhaps");
    let (status, problem) = send(&daemon, "PUT", &odd, "text/xml", arm(2)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{problem}");
}

#[tokio::test]
async fn the_history_of_a_model_with_files_is_proved_without_them() {
    let daemon = Daemon::ready().await;
    let files: &[(&str, &[u8])] =
        &[("arm/xml/arm.xml", ROOT.as_bytes()), ("arm/meshes/a.obj", OBJ)];
    let (status, _) = send(&daemon, "PUT", DEFAULT, "application/zip", zip_of(files)).await;
    assert_eq!(status, StatusCode::OK);
    let commands = json!([{"cmd": "pause"}, {"cmd": "step", "params": {"steps": 600}}]);
    let (_, done) = daemon.post("/api/sessions/default/commands", &commands).await;
    assert_eq!(done["ok"], true, "{done}");
    let request = daemon.request("GET", "/api/sessions/default/history/export");
    let export = daemon.send(request.body(Default::default()).expect("request")).await;
    let archive = mjcast::replay::Archive::from_zip(export.body()).expect("reads");
    assert_eq!(archive.bundle.root(), "arm/xml/arm.xml");
    let limits = mjcast::worker::Limits {
        program: env!("CARGO_BIN_EXE_mjcast").into(),
        ..Default::default()
    };
    let report = mjcast::replay::verify(&archive, &limits).await.expect("runs");
    assert_eq!(report.differs_at, None);
    assert!(report.steps >= 600, "{report:?}");
}

#[tokio::test]
async fn text_is_taken_as_it_is() {
    let daemon = Daemon::ready().await;
    let urdf = "<robot name='r'><link name='base'><collision><geometry><sphere radius='1'/>\
        </geometry></collision></link></robot>";
    for (kind, body) in [
        ("application/xml", SCENE.to_owned()),
        ("text/xml; charset=utf-8", urdf.to_owned()),
        ("application/json", json!({"preset": "pendulum"}).to_string()),
        ("application/json", json!({"xml": SCENE}).to_string()),
    ] {
        let (status, reply) = send(&daemon, "PUT", DEFAULT, kind, body).await;
        assert_eq!((status, &reply["success"]), (StatusCode::OK, &json!(true)), "{reply}");
    }
    let (status, _) = send(&daemon, "PUT", DEFAULT, "image/png", "x").await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let (status, _) = send(&daemon, "PUT", "/api/sessions/none/scene", "text/xml", SCENE).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = send(&daemon, "DELETE", DEFAULT, "text/xml", "").await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
}

/// Names that lead out of a folder on some system.
const TRAVERSALS: [&str; 20] = [
    "../evil.xml",
    "../../../../etc/passwd",
    "a/../../evil.xml",
    "a/b/../../../evil.xml",
    "./../evil.xml",
    "/etc/passwd",
    "//etc/passwd",
    "///evil",
    "a/..",
    "..",
    "..\\evil.xml",
    "..\\..\\windows\\system.ini",
    "\\evil.xml",
    "\\\\host\\share\\evil.xml",
    "C:\\evil.xml",
    "C:/evil.xml",
    "c:evil.xml",
    "file:///etc/passwd",
    "a/../b/../../evil.xml",
    "scene.xml/../../evil.xml",
];

#[tokio::test]
async fn names_that_lead_outside_are_refused_by_name() {
    let daemon = Daemon::ready().await;
    let workers = daemon.workers();
    for name in TRAVERSALS {
        let files: &[(&str, &[u8])] = &[("scene.xml", SCENE.as_bytes()), (name, b"evil")];
        let shown = format!("{name:?}");
        for (kind, body) in [("application/zip", zip_of(files)), (FORM, form_of(files))] {
            let (status, problem) = send(&daemon, "PUT", DEFAULT, kind, body).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{name} {kind}: {problem}");
            let sentence = problem["detail"].as_str().expect("words");
            assert!(
                sentence.contains(&shown) && sentence.contains("is refused"),
                "{kind}: {sentence}"
            );
        }
        let text = format!("<mujoco><asset>\n<texture type='2d' file='{name}'/></asset></mujoco>");
        let (status, problem) = send(&daemon, "PUT", DEFAULT, "text/xml", text).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{name}");
        let sentence = problem["detail"].as_str().expect("words");
        assert!(sentence.contains("line 2") && !sentence.contains("root:"), "{sentence}");
    }
    assert_eq!(daemon.get("/api/scene/current").await.1["xml"], SCENE);
    assert_eq!(daemon.workers(), workers);
}

#[tokio::test]
async fn hostile_archives_are_refused_and_the_old_scene_stays() {
    let limits =
        [("MJCAST_LIMITS__UPLOAD_BYTES", "200000"), ("MJCAST_LIMITS__BUNDLE_BYTES", "2000000")];
    let daemon = Daemon::ready_with(&limits).await;
    let model = ("scene.xml", SCENE.as_bytes());
    let mut linked = ZipWriter::new(Cursor::new(Vec::new()));
    linked.add_symlink("link.xml", "/etc/passwd", SimpleFileOptions::default()).expect("adds");
    let linked = linked.finish().expect("finishes").into_inner();
    let half = vec![0; 900_000];
    let mut noise = vec![0; 300_000];
    getrandom::fill(&mut noise).expect("random bytes");
    for (what, archive, status, wanted) in [
        ("link", linked, 400, "\"link.xml\""),
        ("case", zip_of(&[model, ("SCENE.xml", b"x")]), 400, "\"SCENE.xml\""),
        ("bomb", zip_of(&[model, ("bomb", &vec![0; 1_500_000])]), 400, "\"bomb\""),
        ("bombs", zip_of(&[model, ("a", &half), ("b", &half), ("c", &half)]), 413, "\"c\""),
        ("large", zip_of(&[model, ("a", &noise)]), 413, "limits.upload_bytes"),
        ("noise", noise[..1000].to_vec(), 400, "archive"),
        ("empty", zip_of(&[]), 400, "no model"),
        ("missing", zip_of(&[("x/arm.xml", ROOT.as_bytes())]), 400, "\"meshes/a.obj\" is missing"),
        (
            "kill",
            zip_of(&[("scene.xml", b"<mujoco>\n<geom class='%s%s%n'/></mujoco>")]),
            400,
            "line 2",
        ),
    ] {
        let (code, problem) = send(&daemon, "PUT", DEFAULT, "application/zip", archive).await;
        assert_eq!(code.as_u16(), status, "{what}: {problem}");
        let sentence = problem["error"].as_str().expect("words");
        assert!(sentence.contains(wanted), "{what}: {sentence}");
    }
    let form = form_of(&[("scene.xml", SCENE.as_bytes()), ("a", &noise)]);
    let (code, problem) = send(&daemon, "PUT", DEFAULT, FORM, form).await;
    assert_eq!(code, StatusCode::PAYLOAD_TOO_LARGE, "{problem}");
    let (code, problem) = send(&daemon, "PUT", DEFAULT, "multipart/form-data", "x").await;
    assert_eq!(code, StatusCode::BAD_REQUEST, "{problem}");
    assert_eq!(daemon.get("/api/scene/current").await.1["xml"], SCENE);
}

#[tokio::test]
async fn a_model_is_judged_without_being_loaded() {
    let daemon = Daemon::ready().await;
    let workers = daemon.workers();
    let target = format!("{DEFAULT}/validate");
    let judge = async |kind: &str, body: Vec<u8>| {
        let (status, verdict) = send(&daemon, "POST", &target, kind, body).await;
        assert_eq!(status, StatusCode::OK, "{verdict}");
        verdict
    };
    let archive = zip_of(&[("xml/a.xml", ROOT.as_bytes()), ("meshes/a.obj", OBJ)]);
    let good = judge("application/zip", archive).await;
    assert_eq!((&good["valid"], &good["model_name"]), (&json!(true), &json!("meshed")), "{good}");
    assert_eq!((&good["errors"], &good["nq"]), (&json!([]), &json!(7)));
    for (text, line, wanted) in [
        // MuJoCo's own words, and the host's.
        ("<mujoco>\n<worldbody>\n<bad/></worldbody></mujoco>", 3, "bad"),
        ("<mujoco>\n<include file='/etc/passwd'/></mujoco>", 2, "outside"),
        ("<mujoco>\n<worldbody></mujoco>", 2, "well-formed"),
    ] {
        let bad = judge("application/xml", text.into()).await;
        assert_eq!(bad["valid"], false);
        assert_eq!(bad["errors"][0]["line"], line, "{bad}");
        assert!(bad["errors"][0]["message"].as_str().expect("words").contains(wanted), "{bad}");
    }
    assert_eq!(daemon.get("/api/scene/current").await.1["xml"], SCENE);
    until(async || (daemon.workers() == workers).then_some(())).await;
}

#[tokio::test]
async fn a_text_may_keep_the_files_of_the_model_that_runs() {
    let daemon = Daemon::ready().await;
    let files: &[(&str, &[u8])] =
        &[("arm/xml/arm.xml", ROOT.as_bytes()), ("arm/meshes/a.obj", OBJ)];
    let (status, _) = send(&daemon, "PUT", DEFAULT, "application/zip", zip_of(files)).await;
    assert_eq!(status, StatusCode::OK);
    let edited = ROOT.replace("meshed", "edited");
    let judged = format!("{DEFAULT}/validate");
    let (_, verdict) = send(&daemon, "POST", &judged, "text/xml", edited.clone()).await;
    assert_eq!(verdict["valid"], false, "alone it has no mesh");
    let kept = format!("{judged}?keep_files=true");
    let (_, verdict) = send(&daemon, "POST", &kept, "text/xml", edited.clone()).await;
    assert_eq!((&verdict["valid"], &verdict["root"]), (&json!(true), &json!("arm/xml/arm.xml")));
    let kept = format!("{DEFAULT}?keep_files=true&keep_state=true");
    let (status, loaded) = send(&daemon, "PUT", &kept, "text/xml", edited).await;
    assert_eq!(status, StatusCode::OK, "{loaded}");
    assert_eq!(loaded["files"], json!(["arm/meshes/a.obj", "arm/xml/arm.xml"]));
    assert_eq!(model(&daemon).await, "edited");
    let odd = format!("{DEFAULT}?keep_files=1");
    let (status, _) = send(&daemon, "PUT", &odd, "text/xml", SCENE).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
