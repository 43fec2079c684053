//! Scenes that a language model plans, against a provider on loopback.

use http::StatusCode;
use http_body_util::{BodyExt as _, Full};
use serde_json::{Value, json};

use crate::{
    daemon::Daemon,
    mcp::Agent,
    provider::{Mock, Reply, chat},
};

const ROUTE: &str = "/api/scene/generate";
const KEY: &str = "sk-very-secret-0123456789";
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

fn sheet(things: Value, relations: Value, unmet: Value) -> String {
    let world: [Value; 0] = [];
    json!({
        "title": "A test", "world": world, "things": things, "relations": relations,
        "unmet": unmet,
    })
    .to_string()
}

fn red_ball() -> Value {
    json!({"id": "red_ball", "kind": "sphere", "settings": [{"name": "colours", "value": "red"}]})
}

/// A daemon whose only provider is `mock`.
async fn daemon(mock: &Mock) -> Daemon {
    let address = format!("http://{}/v1", mock.address);
    Daemon::ready_with(&[
        ("OPENAI_API_KEY", ""),
        ("ANTHROPIC_API_KEY", ""),
        ("CLAUDE_API_KEY", ""),
        ("GEMINI_API_KEY", ""),
        ("GOOGLE_API_KEY", ""),
        ("CREDENTIALS_DIRECTORY", ""),
        ("MJCAST_GENERATE__COMPATIBLE_BASE_URL", &address),
        ("MJCAST_GENERATE__COMPATIBLE_MODEL", "local-model"),
        ("MJCAST_GENERATE__COMPATIBLE_API_KEY", KEY),
        ("MJCAST_GENERATE__RETRIES", "0"),
        ("MJCAST_GENERATE__SESSION_PER_MINUTE", "600"),
        ("MJCAST_GENERATE__PER_MINUTE", "600"),
    ])
    .await
}

async fn running(daemon: &Daemon) -> Value {
    daemon.get("/api/scene/current").await.1["xml"].clone()
}

#[tokio::test]
async fn a_model_plans_the_scene_that_runs_and_changes_it() {
    let none = json!([]);
    let ball = sheet(json!([red_ball()]), none.clone(), none.clone());
    let more = json!([red_ball(), {"id": "table", "kind": "table", "settings": []}]);
    let on = json!([{"subject": "red_ball", "place": "on", "reference": "table", "settings": []}]);
    let mock =
        Mock::start(vec![chat(&ball), chat(&sheet(more, on, json!(["a <b>unicorn</b>"])))]).await;
    let daemon = daemon(&mock).await;
    // One is configured, so nobody has to name it. Whatever else a client names leads nowhere.
    let wish = json!({"prompt": "a red ball", "base_url": "http://192.0.2.1/v1"});
    let (status, made) = daemon.post(ROUTE, &wish).await;
    assert_eq!(status, StatusCode::OK, "{made}");
    let wanted = json!({
        "mode": "llm", "provider": "compatible", "model": "local-model", "rounds": 1,
        "applied": true, "tokens": {"input": 10, "output": 5}, "warnings": [],
    });
    for (name, value) in wanted.as_object().expect("an object") {
        assert_eq!(&made[name], value, "{name}: {made}");
    }
    assert!(made["message"].as_str().is_some_and(|told| told.contains("planned by")), "{made}");
    let xml = running(&daemon).await;
    assert_eq!(xml, made["scene_xml"]);
    assert!(xml.as_str().is_some_and(|xml| xml.contains("red_ball")));

    let change = json!({"prompt": "put it on a table beside a unicorn", "mode": "llm"});
    let (status, changed) = daemon.post("/api/sessions/default/scene/generate", &change).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    assert_eq!(changed["warnings"], json!(["not in the scene: a <b>unicorn</b>"]));
    assert_eq!(running(&daemon).await, changed["scene_xml"]);
    let requests = mock.requests();
    assert!(requests[0].head.contains(&format!("Bearer {KEY}")), "{}", requests[0].head);
    let messages = |at: usize| requests[at].body["messages"].clone();
    assert_eq!(messages(0)[1], json!({"role": "user", "content": "a red ball"}));
    let system = messages(0)[0].clone();
    assert_eq!(system, messages(1)[0]);
    assert!(!system.to_string().contains("unicorn"));
    let user = messages(1)[1]["content"].as_str().expect("text").to_owned();
    assert!(user.starts_with("put it on a table") && user.contains("\"red_ball\""), "{user}");
    // By itself it goes on without a model, and says so.
    let offline = json!({"prompt": "make the red ball blue", "mode": "offline"});
    let (status, changed) = daemon.post(ROUTE, &offline).await;
    assert_eq!((status, &changed["mode"]), (StatusCode::OK, &json!("offline")), "{changed}");
    assert_eq!((&changed["provider"], &changed["rounds"]), (&Value::Null, &json!(0)));
    assert_eq!(mock.requests().len(), 2);
    let request = daemon.request("GET", "/metrics").body(Full::default()).expect("request");
    let metrics = daemon.send(request).await.into_body();
    let metrics = String::from_utf8_lossy(&metrics);
    for line in [
        "mjcast_scene_generate_seconds_count{mode=\"llm\"} 2",
        "mjcast_llm_requests_total{provider=\"compatible\",outcome=\"ok\"} 2",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}

#[tokio::test]
async fn agents_have_a_model_plan_a_scene_if_they_say_so() {
    let mock = Mock::start(vec![chat(&sheet(json!([red_ball()]), json!([]), json!([])))]).await;
    let daemon = daemon(&mock).await;
    let agent = Agent { daemon: &daemon, name: "planner" };
    let wish = |mode: &str| json!({"session_id": "default", "prompt": "a red ball", "mode": mode});
    let made = agent.done("scene_generate", wish("offline")).await;
    assert_eq!((&made["mode"], mock.requests().len()), (&json!("offline"), 0), "{made}");
    let made = agent.done("scene_generate", wish("llm")).await;
    assert_eq!((&made["mode"], mock.requests().len()), (&json!("llm"), 1), "{made}");
    assert_eq!(running(&daemon).await, made["mjcf"]);
    let nobody =
        json!({"session_id": "default", "prompt": "a ball", "provider": "openai", "mode": "llm"});
    let told = agent.refused("scene_generate", nobody).await;
    assert!(told.contains("OPENAI_API_KEY"), "{told}");
}

#[tokio::test]
async fn a_plan_that_does_not_hold_is_mended_with_the_builders_own_sentences() {
    let none = json!([]);
    let unfit = json!([red_ball(), {"id": "red_ball", "kind": "box", "settings": []}]);
    let floating =
        json!([{"subject": "red_ball", "place": "on", "reference": "shelf", "settings": []}]);
    let mock = Mock::start(vec![
        chat(&sheet(unfit, none.clone(), none.clone())),
        chat(&sheet(json!([red_ball()]), floating, none.clone())),
        chat(&sheet(json!([red_ball()]), none.clone(), none)),
    ])
    .await;
    let daemon = daemon(&mock).await;
    let (status, made) = daemon.post(ROUTE, &json!({"prompt": "a red ball"})).await;
    assert_eq!((status, &made["rounds"]), (StatusCode::OK, &json!(3)), "{made}");
    assert_eq!(made["tokens"], json!({"input": 30, "output": 15}));
    let messages = &mock.requests()[2].body["messages"];
    let told = |at: usize| messages[at]["content"].as_str().expect("text").to_owned();
    assert!(told(3).contains("red_ball.id is taken by another thing"), "{}", told(3));
    assert!(told(5).contains("name 'shelf', which is no thing's id"), "{}", told(5));
}

#[tokio::test]
async fn whatever_is_no_plan_changes_nothing_and_is_told() {
    let none = json!([]);
    let markup = "<mujoco><include file=\"/etc/hostname\"/><worldbody/></mujoco>";
    let many = |count: usize| {
        let things: Vec<_> = (0..count)
            .map(|at| json!({"id": format!("b{at}"), "kind": "box", "settings": [{"name": "count", "value": "200"}]}))
            .collect();
        sheet(json!(things), json!([]), json!([]))
    };
    let unicorn = sheet(none.clone(), none, json!(["a unicorn"]));
    let money = json!({"error": {"code": "insufficient_quota", "message": format!("pay, {KEY}")}});
    let mock = Mock::start(vec![
        chat(markup),
        chat(&format!("```xml\n{markup}\n```")),
        chat(markup),
        chat(&many(50)),
        chat(&many(70)),
        chat(&many(2)),
        chat(&unicorn),
        Reply::json(429, money),
    ])
    .await;
    let daemon = daemon(&mock).await;
    let before = running(&daemon).await;
    for (prompt, wanted, word, requests) in [
        ("markup", StatusCode::UNPROCESSABLE_ENTITY, "the answer is markup", 3),
        ("bricks", StatusCode::UNPROCESSABLE_ENTITY, "bodies; at most 300", 6),
        ("a unicorn", StatusCode::UNPROCESSABLE_ENTITY, "declined: a unicorn", 7),
        ("money", StatusCode::BAD_GATEWAY, "pay, [key]", 8),
    ] {
        let (status, told) = daemon.post(ROUTE, &json!({"prompt": prompt, "mode": "llm"})).await;
        let detail = told["detail"].as_str().expect("told");
        assert!(status == wanted && detail.contains(word), "{prompt}: {status} {detail}");
        assert!(!told.to_string().contains(KEY) && !detail.contains("hostname"), "{told}");
        assert_eq!(mock.requests().len(), requests, "{prompt}");
    }
    let strict = json!({"prompt": "a ball", "base_url": mock.address.to_string()});
    let (status, told) = daemon.post("/api/sessions/default/scene/generate", &strict).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{told}");
    // There is no way round a provider that is not configured.
    let wish = json!({"prompt": "a red ball", "mode": "llm", "provider": "openai"});
    let (status, told) = daemon.post(ROUTE, &wish).await;
    assert_eq!(status, StatusCode::CONFLICT, "{told}");
    assert!(told["detail"].as_str().is_some_and(|told| told.contains("OPENAI_API_KEY")), "{told}");
    assert_eq!(running(&daemon).await, before);
    assert_eq!(mock.requests().len(), 8);
}

#[tokio::test]
async fn whoever_wants_to_is_told_how_far_it_is() {
    let none = json!([]);
    let ball = sheet(json!([red_ball()]), none.clone(), none);
    let slow = chat(&ball).dribble(std::time::Duration::from_millis(1));
    let silent = chat(&ball).pause_at(0);
    let mock = Mock::start(vec![slow, chat("<a/>"), chat("<a/>"), chat("<a/>"), silent]).await;
    let daemon = daemon(&mock).await;
    let request = |target: &str, body: &Value| {
        let request = daemon.request("POST", target).header("content-type", "application/json");
        let request = request.header("accept", "text/event-stream");
        request.body(bytes::Bytes::from(body.to_string()).into()).expect("fine")
    };
    let told = async |target: &str, body: Value| {
        let answer = daemon.send(request(target, &body)).await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        String::from_utf8(answer.into_body().to_vec()).expect("UTF-8")
    };
    let text = told("/api/execute-command", json!({"command": "a red ball", "mode": "llm"})).await;
    assert!(text.contains("event:progress") && text.contains("\"stage\":\"receiving\""), "{text}");
    let (_, last) = text.trim_end().rsplit_once("\n\n").expect("events");
    assert!(last.starts_with("event:done\n") && last.contains("\"mode\":\"llm\""), "{last}");
    let text = told(ROUTE, json!({"prompt": "a red ball"})).await;
    let (_, last) = text.trim_end().rsplit_once("\n\n").expect("events");
    assert!(last.starts_with("event:problem\n") && last.contains("\"status\":422"), "{last}");
    // A request that is none is refused by its status, and one that nobody waits for any more ends.
    let refused = daemon.send(request(ROUTE, &json!({"prompt": ""}))).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let mut open = daemon.stream(request(ROUTE, &json!({"prompt": "a red ball"}))).await;
    let first = open.body_mut().frame().await.expect("a frame").expect("fine");
    assert!(first.into_data().expect("data").starts_with(b"event:progress"));
    mock.wait_for(5).await;
    drop(open);
    tokio::time::timeout(PATIENCE, mock.hung_up()).await.expect("in time");
}
