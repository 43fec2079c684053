//! Recordings and pictures of the real daemon, decoded and compared.

use std::{
    io::Cursor,
    path::Path,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Response, StatusCode, header};
use http_body_util::Full;
use mjcast::{frame::I420, units::Size};
use mp4_atom::{Any, Codec, ReadFrom as _};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    daemon::{Daemon, kill, until},
    decoder::Decoder,
};

const RECORDINGS: &str = "/api/sessions/default/recordings";
/// A pendulum that never rests, before a plane, and a camera that sees it.
const PENDULUM: &str = "<mujoco model='pendulum'>
    <option gravity='0 0 -9.81'/><visual><global azimuth='90' elevation='-10'/></visual>
    <worldbody><light pos='0 -2 4' dir='0 0.4 -1'/>
    <geom type='plane' size='3 3 .1' rgba='.4 .5 .6 1'/>
    <camera name='side view' pos='0 -3 1.2' xyaxes='1 0 0 0 0.2 1'/>
    <body name='arm' pos='0 0 1.5'><joint name='hinge' axis='0 1 0' damping='0'/>
    <geom type='capsule' fromto='0 0 0 .8 0 0' size='.08' rgba='.9 .2 .1 1'/></body>
    </worldbody><actuator><motor name='push' joint='hinge'/></actuator></mujoco>";

async fn daemon(dir: &Path) -> Daemon {
    let dir = dir.join("recordings");
    let daemon = Daemon::start(&[("MJCAST_RECORDING__DIR", dir.to_str().expect("UTF-8"))]);
    let (status, answer) = daemon.post("/api/scene/load", &json!({"xml": PENDULUM})).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    daemon
}

async fn begin(daemon: &Daemon, wish: &Value) -> String {
    let (status, info) = daemon.post(RECORDINGS, wish).await;
    assert_eq!(status, StatusCode::CREATED, "{info}");
    assert_eq!((&info["state"], &info["session"]), (&"recording".into(), &"default".into()));
    format!("{RECORDINGS}/{}", info["id"].as_str().expect("has an id"))
}

async fn fetch(daemon: &Daemon, target: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    let mut request = daemon.request("GET", target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    daemon.send(request.body(Full::default()).expect("request")).await
}

async fn sim_time(daemon: &Daemon) -> f64 {
    let stats = daemon.get("/api/stats").await.1;
    stats["simulation_state"]["simulation"]["time"].as_f64().expect("a time")
}

/// Start (ticks), duration and decoded picture of every sample.
fn film(bytes: &[u8]) -> Vec<(u64, u64, I420)> {
    let mut pictures = Vec::new();
    let (mut parameters, mut runs, mut decoder) = (Vec::new(), Vec::new(), Decoder::new());
    let mut file = Cursor::new(bytes);
    while let Ok(Some(any)) = Option::<Any>::read_from(&mut file) {
        match any {
            Any::Moov(moov) => {
                let stbl = &moov.trak[0].mdia.minf.stbl;
                let Codec::Avc1(avc1) = &stbl.stsd.codecs[0] else { panic!("H.264") };
                let avcc = &avc1.avcc;
                let sets = avcc.sequence_parameter_sets.iter().chain(&avcc.picture_parameter_sets);
                parameters = sets.flat_map(|set| [&[0, 0, 0, 1][..], set].concat()).collect();
            }
            Any::Moof(moof) => {
                let traf = moof.traf.into_iter().next().expect("one track");
                let begin = traf.tfdt.expect("a time").base_media_decode_time;
                runs = traf.trun[0].samples.iter().collect();
                pictures.reserve(runs.len());
                runs.iter().fold(begin, |time, sample| {
                    time + u64::from(sample.duration.expect("a duration"))
                });
                pictures.last().inspect(|(time, duration, _): &&(u64, u64, I420)| {
                    assert_eq!(time + duration, begin, "no gap between fragments");
                });
            }
            Any::Mdat(mdat) => {
                let mut data = mdat.data.as_slice();
                for sample in std::mem::take(&mut runs) {
                    let size = sample.size.expect("a size") as usize;
                    let mut unit = parameters.clone();
                    let mut nals = &data[..size];
                    while let Some((length, rest)) = nals.split_at_checked(4) {
                        let length = u32::from_be_bytes(length.try_into().expect("4")) as usize;
                        unit.extend([0, 0, 0, 1]);
                        unit.extend(&rest[..length]);
                        nals = &rest[length..];
                    }
                    data = &data[size..];
                    let start = pictures.last().map_or(0, |(time, duration, _)| time + duration);
                    let duration = u64::from(sample.duration.expect("a duration"));
                    pictures.push((start, duration, decoder.decode(&unit)));
                }
            }
            _ => {}
        }
    }
    pictures
}

fn lines(text: &[u8]) -> Vec<Value> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("JSON")).collect()
}

/// Luma of a PNG's pixels, BT.709 in limited range.
fn luma(file: &[u8]) -> (Size, Vec<u8>) {
    let mut reader = png::Decoder::new(Cursor::new(file)).read_info().expect("a PNG");
    let mut data = vec![0; reader.output_buffer_size().expect("small")];
    let info = reader.next_frame(&mut data).expect("reads");
    assert_eq!(info.color_type, png::ColorType::Rgb);
    let luma = data.chunks_exact(3).map(|rgb| {
        let [r, g, b] = [rgb[0], rgb[1], rgb[2]].map(f64::from);
        (16.0 + 219.0 / 255.0 * (0.2126 * r + 0.7152 * g + 0.0722 * b)).round() as u8
    });
    (Size::new(info.width, info.height).expect("valid"), luma.collect())
}

fn psnr(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let squares = a.iter().zip(b).map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2));
    let mean = squares.sum::<f64>() / a.len() as f64;
    10.0 * (255.0 * 255.0 / mean.max(1e-9)).log10()
}

#[tokio::test]
async fn what_is_recorded_is_what_was_shown() {
    let dir = tempfile::tempdir().expect("a directory");
    let daemon = daemon(dir.path()).await;
    let wish = json!({"name": "swing", "camera": "side view", "width": 320, "height": 240});
    let address = begin(&daemon, &wish).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let running = fetch(&daemon, &format!("{address}/video.mp4"), &[]).await;
    assert!(!film(running.body()).is_empty(), "it plays while it is being made");
    assert!(!running.headers().contains_key(header::ETAG));
    daemon.post("/api/execute-command", &json!({"command": "pause"})).await;
    // Long enough for the picture to be refined, and for a picture that stays to be extended.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (status, info) = daemon.post(&format!("{address}/stop"), &json!({})).await;
    assert_eq!((status, &info["state"]), (StatusCode::OK, &"finished".into()), "{info}");

    let video = fetch(&daemon, &format!("{address}/video.mp4"), &[]).await;
    assert_eq!(video.headers()[header::CONTENT_TYPE], "video/mp4");
    let film = film(video.body());
    assert_eq!(film.len() as u64, info["frames"].as_u64().expect("a number"));
    assert!(film.len() > 20, "{} pictures in 3 s", film.len());
    assert!(film.is_sorted_by(|a, b| a.0 < b.0));
    let end_s = film.last().map(|(time, duration, _)| (time + duration) as f64 / 9e4);
    let end_s = end_s.expect("pictures");
    assert!((4.0..9.0).contains(&end_s), "{end_s}");
    assert!((info["duration_s"].as_f64().expect("a number") - end_s).abs() < 1e-3, "{info}");

    let states = fetch(&daemon, &format!("{address}/state.jsonl"), &[]).await;
    let states = lines(states.body());
    let header = &states[0];
    assert_eq!((&header["model_name"], &header["joints"]), (&"pendulum".into(), &json!(["hinge"])));
    assert_eq!(header["actuators"], json!(["push"]));
    assert_eq!(header["scene_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(states.len(), film.len() + 1);
    for (state, (time, ..)) in states[1..].iter().zip(&film) {
        assert_eq!(state["pts"].as_u64(), Some(*time));
        assert_eq!(state["qpos"].as_array().map(Vec::len), Some(1), "{state}");
        assert_eq!(state["ctrl"], json!([0.0]));
    }
    let swung = states[1..].iter().map(|state| state["qpos"][0].as_f64().expect("a number"));
    assert!(swung.fold(0.0, f64::max) > 0.5);

    // Paused: a picture of now shows what the last frame shows.
    let target = "/api/sessions/default/cameras/side%20view/frame.png?width=320&height=240";
    let picture = fetch(&daemon, target, &[]).await;
    assert_eq!(picture.status(), StatusCode::OK, "{:?}", picture.body());
    let (size, shown) = luma(picture.body());
    let (.., last) = film.last().expect("pictures");
    let (.., first) = &film[0];
    assert_eq!(last.size(), size);
    let (like, unlike) = (psnr(last.planes()[0], &shown), psnr(first.planes()[0], &shown));
    println!("{} pictures, last {like:.1} dB, first {unlike:.1} dB", film.len());
    assert!(like > 32.0 && like > unlike + 6.0, "{like} dB, {unlike} dB");
}

#[tokio::test]
async fn a_killed_daemon_loses_a_second_at_most() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut first = daemon(dir.path()).await;
    let address = begin(&first, &json!({"width": 160, "height": 120})).await;
    let begun = Instant::now();
    until(async || {
        let info = first.get(&address).await.1;
        (info["duration_s"].as_f64() > Some(2.0)).then_some(())
    })
    .await;
    // At any moment between two writes.
    tokio::time::sleep(Duration::from_millis(777)).await;
    let time = sim_time(&first).await;
    first.signal(Signal::KILL);
    assert!(!first.ended().await);
    println!("killed {:.1} s after the start, at {time:.3} s", begun.elapsed().as_secs_f64());

    let second = daemon(dir.path()).await;
    let (status, all) = second.get(RECORDINGS).await;
    assert_eq!((status, all["recordings"].as_array().map(Vec::len)), (StatusCode::OK, Some(1)));
    let info = &all["recordings"][0];
    assert_eq!(info["state"], "interrupted", "{info}");
    assert!(info["ended"].is_string() && info["reason"].is_string());
    let video = fetch(&second, &format!("{address}/video.mp4"), &[]).await;
    let film = film(video.body());
    assert_eq!(film.len() as u64, info["frames"].as_u64().expect("a number"));
    let states = fetch(&second, &format!("{address}/state.jsonl"), &[]).await;
    let states = lines(states.body());
    let last = states[film.len()]["sim_time"].as_f64().expect("a time");
    println!("the last picture shows {last:.3} s: {:.3} s lost", time - last);
    assert!(last > time - 1.2, "{last} s of {time} s");

    let request = second.request("DELETE", &address).body(Full::default()).expect("request");
    assert_eq!(second.send(request).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(second.get(&address).await.0, StatusCode::NOT_FOUND);
    let left = std::fs::read_dir(dir.path().join("recordings")).expect("reads").count();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn ending_the_daemon_finishes_its_recordings() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut first = daemon(dir.path()).await;
    let address = begin(&first, &json!({})).await;
    until(async || (first.get(&address).await.1["frames"].as_u64() > Some(5)).then_some(())).await;
    // Another scene and another process, in the same file.
    assert_eq!(first.post("/api/scene/load", &json!({"xml": PENDULUM})).await.0, StatusCode::OK);
    let before = first.get(&address).await.1["frames"].as_u64();
    until(async || (first.get(&address).await.1["frames"].as_u64() > before).then_some(())).await;
    // And a process that dies.
    first.workers().into_iter().for_each(kill);
    let before = first.get(&address).await.1["frames"].as_u64().map(|frames| frames + 10);
    until(async || (first.get(&address).await.1["frames"].as_u64() > before).then_some(())).await;
    first.signal(Signal::TERM);
    assert!(first.ended().await, "exit code 0");

    let second = daemon(dir.path()).await;
    let info = second.get(&address).await.1;
    assert_eq!((&info["state"], &info["reason"]), (&"finished".into(), &"the daemon ended".into()));
    assert_eq!(info["segments"].as_array().map(Vec::len), Some(1), "{info}");
    let states = fetch(&second, &format!("{address}/state.jsonl"), &[]).await;
    let scenes = lines(states.body()).into_iter().filter(|line| line["kind"] == "scene").count();
    assert_eq!(scenes, 1);

    let target = format!("{address}/video.mp4");
    let whole = fetch(&second, &target, &[]).await;
    let length = whole.body().len();
    assert_eq!(whole.headers()[header::ACCEPT_RANGES], "bytes");
    let tag = whole.headers()[header::ETAG].to_str().expect("ASCII").to_owned();
    let part = fetch(&second, &target, &[("range", "bytes=100-299"), ("if-range", &tag)]).await;
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.headers()[header::CONTENT_RANGE], format!("bytes 100-299/{length}"));
    assert_eq!(part.body(), &whole.body().slice(100..300));
    let end = fetch(&second, &target, &[("range", "bytes=-7")]).await;
    assert_eq!(end.body(), &whole.body().slice(length - 7..));
    let other = fetch(&second, &target, &[("range", "bytes=0-1"), ("if-range", "\"old\"")]).await;
    assert_eq!((other.status(), other.body().len()), (StatusCode::OK, length));
    let beyond = fetch(&second, &target, &[("range", &format!("bytes={length}-"))]).await;
    assert_eq!(beyond.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let same = fetch(&second, &target, &[("if-none-match", &tag)]).await;
    assert_eq!(same.status(), StatusCode::NOT_MODIFIED);
    let head = second.request("HEAD", &target).body(Full::default()).expect("request");
    let head = second.send(head).await;
    assert_eq!(head.headers()[header::CONTENT_LENGTH], length.to_string());
}

#[tokio::test]
async fn recordings_and_pictures_that_make_no_sense_are_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let daemon = daemon(dir.path()).await;
    for (wish, word) in [
        (json!({"camera": "nowhere"}), "nowhere"),
        (json!({"camera": {"track": "nobody"}}), "nobody"),
        (json!({"width": 321, "height": 240}), "even"),
        (json!({"width": 320}), "height"),
        (json!({"max_duration_s": -1}), "max_duration_s"),
        (json!({"speed": 2}), "speed"),
        (json!({"name": "x".repeat(201)}), "name"),
    ] {
        let (status, problem) = daemon.post(RECORDINGS, &wish).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wish}");
        assert!(problem["detail"].as_str().is_some_and(|text| text.contains(word)), "{problem}");
    }
    for target in ["/none", "/none/video.mp4", "/../x", "/a/b/c"] {
        assert_eq!(daemon.get(&format!("{RECORDINGS}{target}")).await.0, StatusCode::NOT_FOUND);
    }
    assert_eq!(daemon.get("/api/sessions/other/recordings").await.0, StatusCode::NOT_FOUND);
    let put = daemon.request("PUT", RECORDINGS).body(Full::default()).expect("request");
    let put = daemon.send(put).await;
    assert_eq!(put.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(put.headers()[header::ALLOW], "GET, HEAD, POST");
    // As many as may: then one more is told why not.
    for _ in 0..4 {
        begin(&daemon, &json!({"camera": {"track": "arm", "azimuth": 30}})).await;
    }
    assert_eq!(daemon.post(RECORDINGS, &json!({})).await.0, StatusCode::TOO_MANY_REQUESTS);
    let stats = daemon.get("/api/stats").await.1;
    assert_eq!(stats["streams"].as_array().map(Vec::len), Some(1), "they share one view: {stats}");

    let cameras = daemon.get("/api/sessions/default/cameras").await.1;
    assert_eq!(cameras["cameras"][0]["name"], "side view");
    assert_eq!(cameras["free"]["azimuth"], 90.0);
    let at = |rest: &str| format!("/api/sessions/default/cameras/{rest}");
    for (target, kind, start) in [
        ("free/frame.jpg?width=64&height=48", "image/jpeg", &b"\xff\xd8\xff"[..]),
        ("free/frame.png?azimuth=10&lookat=0,0,1&distance=3", "image/png", b"\x89PNG"),
        ("0/frame.png?mode=depth", "image/png", b"\x89PNG"),
        ("side%20view/frame.png?mode=segmentation", "image/png", b"\x89PNG"),
    ] {
        let picture = fetch(&daemon, &at(target), &[]).await;
        assert_eq!(picture.status(), StatusCode::OK, "{target}: {:?}", picture.body());
        assert_eq!(picture.headers()[header::CONTENT_TYPE], kind);
        assert_eq!(picture.headers()[header::CACHE_CONTROL], "no-store");
        assert!(picture.body().starts_with(start), "{target}");
        println!("{target}: {} bytes", picture.body().len());
    }
    for (target, wanted) in [
        ("top/frame.png", StatusCode::NOT_FOUND),
        ("free/frame.gif", StatusCode::NOT_FOUND),
        ("free/frame.jpg?mode=depth", StatusCode::BAD_REQUEST),
        ("free/frame.png?width=100000", StatusCode::BAD_REQUEST),
        ("free/frame.png?distance=nan", StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(daemon.get(&at(target)).await.0, wanted, "{target}");
    }
}
