//! What the command says and how it exits when it cannot do what it was asked.

use std::process::{Command, Output};

use serde_json::{Value, json};

#[path = "../src/generate/model/tests/mock.rs"]
#[expect(dead_code, reason = "the tests of the wires need more of it")]
mod provider;

/// A variable that is in nobody's environment by accident.
type Variable<'a> = (&'a str, &'a str);

/// Keeps every driver out of sight.
const NO_DRIVERS: &[Variable<'_>] =
    &[("VK_DRIVER_FILES", "/nonexistent"), ("__EGL_VENDOR_LIBRARY_FILENAMES", "/nonexistent")];

fn run(arguments: &[&str], variables: &[Variable<'_>]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mjcast"));
    for name in ["HOST", "PORT", "RUST_LOG", "MJCAST_CONFIG"] {
        command.env_remove(name);
    }
    command.args(arguments).envs(variables.iter().copied()).output().expect("runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Checks that a command fails with this code and one sentence that contains `wanted`.
#[track_caller]
fn assert_refused(arguments: &[&str], variables: &[Variable<'_>], code: i32, wanted: &[&str]) {
    let output = run(arguments, variables);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    assert!(said.starts_with("mjcast: "), "{arguments:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
    for wanted in wanted {
        assert!(said.contains(wanted), "{arguments:?}: {said}");
    }
}

fn only_software_draws() -> bool {
    let report = report(&run(&["doctor", "--json"], &[]));
    report["adapters"].as_array().is_some_and(|all| all.iter().all(|a| a["software"] == true))
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn what_the_machine_lacks_is_one_sentence_and_exit_code_3() {
    assert_refused(&["--port", "0"], NO_DRIVERS, 3, &["apt install"]);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    let port = taken.local_addr().expect("bound").port().to_string();
    assert_refused(&["--port", &port], &[], 3, &[&port, "--port"]);
    // What would stand open does not start.
    assert_refused(&["--host", "0.0.0.0"], &[], 3, &["tls.cert", "--allow-plaintext"]);
    if only_software_draws() {
        assert_refused(&["--port", "0", "--require-gpu"], &[], 3, &["--require-gpu", "driver"]);
    } else {
        println!("skipped: this machine has a GPU");
    }
}

#[test]
fn a_bad_configuration_is_one_sentence_and_exit_code_2() {
    let typo = [("MJCAST_SERVER__PROT", "1")];
    assert_refused(&[], &typo, 2, &["'server.prot'", "MJCAST_SERVER__PROT", "'server.port'"]);
    assert_refused(&["--config", "no-such.toml"], &[], 2, &["no-such.toml"]);
    assert_refused(&["--frame-rate", "0"], &[], 2, &["--frame-rate"]);
    assert_eq!(run(&["--nonsense"], &[]).status.code(), Some(2));
    assert_eq!(run(&["config", "check"], &[]).status.code(), Some(0));
}

#[test]
fn what_fails_is_one_sentence_and_exit_code_1() {
    assert_refused(&["render", "no-such.xml", "--out", "x.png"], &[], 1, &["no-such.xml"]);
    assert_refused(&["health", "--url", "http://127.0.0.1:1"], &[], 1, &["no daemon answers"]);
    let model = std::env::temp_dir().join(format!("mjcast-bad-{}.xml", std::process::id()));
    std::fs::write(&model, "<mujoco>\n<bad/></mujoco>").expect("writes");
    let path = model.to_str().expect("text");
    assert_refused(&["render", path, "--out", "-"], &[], 1, &["bad", "line 2"]);
    std::fs::remove_file(&model).expect("removes");
}

#[test]
fn doctor_tells_what_is_there_and_what_is_not() {
    let output = run(&["doctor"], &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let said = text(&output.stdout);
    for wanted in [
        "adapter",
        "encoder",
        "simulation",
        "sandbox",
        "udp",
        "open files",
        "mjcast can serve here",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    let output = run(&["doctor", "--json"], NO_DRIVERS);
    assert_eq!(output.status.code(), Some(3));
    let report = report(&output);
    let check = &report["checks"][0];
    assert_eq!((&check["check"], &check["outcome"]), (&"adapter".into(), &"fail".into()));
    let remedy = check["remedy"].as_str().expect("a remedy");
    assert!(remedy.starts_with("VK_DRIVER_FILES=/nonexistent"), "{remedy}");
    if only_software_draws() {
        assert_eq!(run(&["doctor", "--require-gpu"], &[]).status.code(), Some(3));
    }
}

#[test]
fn completions_are_written() {
    let output = run(&["completions", "bash"], &[]);
    assert!(output.status.success() && text(&output.stdout).contains("_mjcast"));
}

#[test]
fn a_bench_measures_every_stage_for_every_viewer() {
    let size = ["--size", "160x120"];
    let rest = ["--viewers", "2", "--duration", "2", "--json"];
    let output = run(&[&["bench", "stream"][..], &size, &rest].concat(), &[]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report = report(&output);
    assert_eq!(report["size"], serde_json::json!([160, 120]));
    let fps = report["fps"].as_array().expect("viewers");
    assert!(fps.len() == 2 && fps.iter().all(|fps| fps.as_f64() > Some(0.5)), "{report:#}");
    let stages = report["stages"].as_array().expect("stages");
    let names: Vec<_> = stages.iter().filter_map(|stage| stage["stage"].as_str()).collect();
    let all = ["uplink", "input", "state", "render", "encode", "send", "network", "hand", "pose"];
    assert_eq!(names, all, "{report:#}");
    for stage in stages {
        let ms = |name: &str| stage[name].as_f64().expect("a number");
        let ordered = 0.0 <= ms("median_ms") && ms("median_ms") <= ms("p95_ms");
        assert!(ordered && ms("p95_ms") <= ms("max_ms") && ms("max_ms") < 10_000.0, "{stage}");
        let counted: u64 = stage["histogram"]
            .as_array()
            .map_or(0, |counts| counts.iter().filter_map(Value::as_u64).sum());
        assert_eq!(stage["count"], counted);
    }
    assert!(report["daemon_cores"].as_f64() > Some(0.0) && report["worker_cores"].is_number());
}

#[test]
fn a_bench_says_what_it_does_not_take() {
    for (arguments, wanted) in
        [(["--fps", "0"], "--fps"), (["--fps", "9999"], "--fps"), (["--size", "161x121"], "even")]
    {
        assert_refused(&[&["bench", "stream"][..], &arguments].concat(), &[], 2, &[wanted]);
    }
}

#[test]
fn scenes_are_made_of_words() {
    let made = run(&["generate", "a", "stack", "of", "three", "red", "cubes"], &[]);
    let said = text(&made.stderr);
    assert!(made.status.success(), "{said}");
    let scene = text(&made.stdout);
    assert!(scene.starts_with("<mujoco ") && scene.contains("name=\"cube_3\""), "{scene}");
    assert!(said.contains("understood: ") && said.contains("3 red cubes in a stack"), "{said}");

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("stack.xml");
    std::fs::write(&file, &scene).expect("written");
    let path = file.to_str().expect("a path");
    let blue = run(&["generate", "--json", "--scene", path, "make them blue"], &[]);
    assert_eq!(report(&blue)["spec"]["things"][0]["colours"], serde_json::json!(["blue"]));
    std::fs::write(&file, scene.replace("0.002", "0.004")).expect("written");
    assert_refused(&["generate", "--scene", path, "make them blue"], &[], 1, &["by hand"]);
    assert_refused(&["generate", "a unicorn on a table"], &[], 1, &["unicorn"]);
}

#[tokio::test]
async fn a_language_model_makes_scenes_if_it_is_asked_for() {
    let plan = |colour: &str| {
        let settings = json!([{"name": "colours", "value": colour}]);
        let ball = json!({"id": "ball", "kind": "sphere", "settings": settings});
        let plan =
            json!({"title": "", "world": [], "things": [ball], "relations": [], "unmet": []});
        provider::chat(&plan.to_string())
    };
    let mock = provider::Mock::start(vec![plan("red"), plan("green"), plan("blue")]).await;
    let address = format!("http://{}/v1", mock.address);
    let ask = async |arguments: &[&str]| {
        let (arguments, address): (Vec<_>, _) =
            (arguments.iter().map(ToString::to_string).collect(), address.clone());
        let run = move || {
            let variables = [
                ("MJCAST_GENERATE__COMPATIBLE_BASE_URL", address.as_str()),
                ("MJCAST_GENERATE__COMPATIBLE_MODEL", "local-model"),
                ("OPENAI_API_KEY", ""),
                ("CREDENTIALS_DIRECTORY", ""),
            ];
            let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
            run(&[&["generate"][..], &arguments].concat(), &variables)
        };
        tokio::task::spawn_blocking(run).await.expect("runs")
    };
    let made = ask(&["--provider", "compatible", "a red ball"]).await;
    let said = text(&made.stderr);
    assert!(made.status.success(), "{said}");
    assert!(text(&made.stdout).contains("name=\"ball\""));
    assert!(said.contains("(local-model): 1 round, 15 tokens"), "{said}");

    let made =
        report(&ask(&["--provider", "compatible", "--json", "a ball >> make it blue"]).await);
    assert_eq!(made["spec"]["things"][0]["colours"], json!(["blue"]), "{made}");
    let wanted = json!({
        "ok": true, "mode": "llm", "provider": "compatible", "model": "local-model", "rounds": 1,
        "tokens": {"input": 10, "output": 5}, "error": null,
    });
    for (name, value) in wanted.as_object().expect("an object") {
        assert_eq!(&made[name], value, "{name}: {made}");
    }
    assert!(mock.requests()[2].body.to_string().contains("make it blue"));

    // Nobody else takes the place of one who cannot be asked.
    let refused = ask(&["--provider", "openai", "a ball"]).await;
    assert!(!refused.status.success() && text(&refused.stderr).contains("OPENAI_API_KEY"));
    let unknown = ask(&["--provider", "sk-0123456789", "a ball"]).await;
    let said = text(&unknown.stderr);
    assert!(said.contains("openai, anthropic") && !said.contains("sk-0123"), "{said}");
    assert_eq!(unknown.status.code(), Some(2));
    assert_eq!(mock.requests().len(), 3);
}

#[test]
fn prompts_come_by_lines() {
    use std::io::Write as _;
    let mut child = Command::new(env!("CARGO_BIN_EXE_mjcast"))
        .args(["generate", "--lines"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("runs");
    let mut input = child.stdin.take().expect("piped");
    input
        .write_all(b"a ball on a table\n\nthe solar system\na ball >> make it red\n")
        .expect("read");
    // A line may be an object with the scene that it changes.
    let spec = serde_json::json!({
        "title": "", "world": {}, "things": [{"id": "sphere", "kind": "sphere", "colours": []}],
        "relations": [],
    });
    let line = serde_json::json!({"prompt": "make the ball green", "spec": spec});
    writeln!(input, "{line}\n{{\"spec\": 1}}").expect("read");
    drop(input);
    let output = child.wait_with_output().expect("ends");
    let lines: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let ok: Vec<_> = lines.iter().map(|line| line["ok"] == true).collect();
    assert_eq!(ok, [true, false, false, true, true, false], "{lines:?}");
    assert_eq!(lines[4]["spec"]["things"][0]["colours"], serde_json::json!(["green"]));
    assert_eq!(lines[2]["unknown"], serde_json::json!(["solar"]));
    assert!(lines[2]["xml"].is_null() && lines[3]["ms"].as_f64().is_some());
}
