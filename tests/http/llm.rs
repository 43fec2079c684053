//! Keys of language models: they go in, from this machine, and never come out.

use http::StatusCode;
use serde_json::{Value, json};

use crate::daemon::{Daemon, parsed};

const PLACE: &str = "/api/config/api-key";
const KEY: &str = "sk-very-secret-0123456789";

/// Without what the machine that tests has configured.
const NOBODY: [(&str, &str); 6] = [
    ("OPENAI_API_KEY", ""),
    ("ANTHROPIC_API_KEY", ""),
    ("CLAUDE_API_KEY", ""),
    ("GEMINI_API_KEY", ""),
    ("GOOGLE_API_KEY", ""),
    ("CREDENTIALS_DIRECTORY", ""),
];

fn standing(body: &Value, provider: &str) -> Value {
    let all = body["providers"].as_array().expect("a list");
    let found = all.iter().find(|one| one["provider"] == provider);
    found.expect("every provider").clone()
}

#[tokio::test]
async fn a_key_is_taken_and_shown_to_nobody() {
    let mut variables = NOBODY.to_vec();
    variables.push(("OPENAI_API_KEY", "sk-of-the-environment"));
    variables.remove(0);
    let daemon = Daemon::start(&variables);
    let (status, body) = daemon.get("/api/llm/providers").await;
    assert_eq!((status, &body["default"]), (StatusCode::OK, &json!("openai")));
    assert_eq!(standing(&body, "openai")["source"], "env");
    let lacks = standing(&body, "anthropic")["lacks"].as_str().expect("told").to_owned();
    assert!(lacks.contains("ANTHROPIC_API_KEY"), "{lacks}");

    let given = json!({"provider": "claude", "api_key": KEY, "model": "ignored"});
    let (status, body) = daemon.post(PLACE, &given).await;
    assert_eq!((status, &body["success"]), (StatusCode::OK, &true.into()));
    let mut told = body.to_string();
    let (_, body) = daemon.get(PLACE).await;
    let anthropic = standing(&body, "anthropic");
    assert_eq!((&anthropic["configured"], &anthropic["source"]), (&true.into(), &"api".into()));
    for target in [PLACE, "/api/llm/providers", "/api/config"] {
        told += &daemon.get(target).await.1.to_string();
    }
    assert!(!told.contains(KEY) && !told.contains("sk-of-the-environment"), "{told}");

    let delete = daemon.request("DELETE", &format!("{PLACE}?provider=anthropic"));
    let (status, body) = parsed(daemon.send(delete.body(Default::default()).expect("fine")).await);
    assert_eq!((status, &body["success"]), (StatusCode::OK, &true.into()));
    assert_eq!(standing(&daemon.get(PLACE).await.1, "anthropic")["configured"], false);
    // An empty key takes back what was given, and what was there before counts again.
    daemon.post(PLACE, &json!({"provider": "openai", "api_key": KEY})).await;
    let (_, body) = daemon.post(PLACE, &json!({"provider": "openai", "api_key": ""})).await;
    assert!(body["message"].as_str().is_some_and(|told| told.contains("'env'")), "{body}");
}

#[tokio::test]
async fn what_is_no_key_is_refused_without_repeating_it() {
    let daemon = Daemon::start(&NOBODY);
    for body in [
        json!({"provider": KEY, "api_key": "openai"}),
        json!({"provider": "openai"}),
        json!({"provider": "openai", "api_key": [KEY]}),
        json!({"provider": "openai", "api_key": format!("{KEY} {KEY}")}),
        json!({"provider": "https://evil.example", "api_key": KEY}),
        json!(KEY),
        json!([KEY]),
    ] {
        let (status, told) = daemon.post(PLACE, &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{told}");
        assert!(!told.to_string().contains(KEY), "{told}");
    }
    assert_eq!(daemon.get(PLACE).await.1["default"], Value::Null);
}

#[tokio::test]
async fn a_proxy_may_not_bring_keys_unless_it_is_allowed_to() {
    let give = |daemon: &Daemon| {
        let request = daemon.request("POST", PLACE).header("x-forwarded-for", "192.0.2.7");
        let body = json!({"provider": "openai", "api_key": KEY}).to_string();
        request.body(bytes::Bytes::from(body).into()).expect("fine")
    };
    let daemon = Daemon::start(&NOBODY);
    let (status, body) = parsed(daemon.send(give(&daemon)).await);
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(body["detail"].as_str().is_some_and(|told| told.contains("allow_remote_keys")));
    let mut variables = NOBODY.to_vec();
    variables.push(("MJCAST_GENERATE__ALLOW_REMOTE_KEYS", "true"));
    let daemon = Daemon::start(&variables);
    assert_eq!(parsed(daemon.send(give(&daemon)).await).0, StatusCode::OK);
}
