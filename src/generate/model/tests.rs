//! Requests against a server on loopback that behaves as badly as it is told to.

mod mock;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};

use super::{Ask, Error, Models, Objection, Origin, Planned, Progress, Schema, Stage, Usage, Wait};
use crate::{
    config::{Provider, Sources},
    metrics::Levels,
};
use mock::{Mock, Reply, chat, sse};

const KEY: &str = "sk-very-secret-0123456789";
/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

fn schema() -> Schema {
    let schema = json!({
        "type": "object",
        "properties": {"count": {"type": "integer"}},
        "required": ["count"],
        "additionalProperties": false,
    });
    Schema::new("plan", schema).expect("fits")
}

/// Models of which all providers are at `mock`.
fn models(mock: &Mock, more: &[(&str, &str)]) -> Models {
    let v1 = format!("http://{}/v1", mock.address);
    let root = format!("http://{}", mock.address);
    let mut variables = vec![
        ("OPENAI_API_KEY", KEY),
        ("ANTHROPIC_API_KEY", KEY),
        ("GEMINI_API_KEY", KEY),
        ("MJCAST_GENERATE__COMPATIBLE_API_KEY", KEY),
        ("MJCAST_GENERATE__OPENAI_BASE_URL", &v1),
        ("MJCAST_GENERATE__ANTHROPIC_BASE_URL", &root),
        ("MJCAST_GENERATE__GOOGLE_BASE_URL", &root),
        ("MJCAST_GENERATE__COMPATIBLE_BASE_URL", &v1),
        ("MJCAST_GENERATE__COMPATIBLE_MODEL", "local"),
        ("MJCAST_GENERATE__PROVIDER", "compatible"),
    ];
    variables.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    variables.extend_from_slice(more);
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let sources = Sources { variables: variables.iter().map(own).collect(), ..Sources::default() };
    Models::new(&sources.load().expect("valid").generate, Arc::default())
}

/// A judge that wants a count of 2.
async fn two(text: String) -> Result<i64, Objection> {
    let mend = |told: String| Objection::Mend(vec![told]);
    let plan: Value = serde_json::from_str(&text).map_err(|error| mend(error.to_string()))?;
    match plan["count"].as_i64() {
        Some(2) => Ok(2),
        count => Err(mend(format!("there are {count:?} balls, not 2"))),
    }
}

async fn plan(models: &Models, provider: Option<Provider>) -> Result<Planned<i64>, Error> {
    let ask = Ask {
        provider,
        model: None,
        session: "default",
        instructions: "Answer with a plan.",
        prompt: "two balls",
        context: &Value::Null,
        schema: &schema(),
    };
    let mut unheard = |_| {};
    let asked = models.plan(&ask, two, &mut unheard);
    let outcome = tokio::time::timeout(PATIENCE, asked).await.expect("in time");
    if let Err(error) = &outcome {
        // Whatever goes wrong, the key is in no word of it.
        assert!(!format!("{error} {error:?}").contains(KEY), "{error:?}");
    }
    outcome
}

async fn against(
    replies: Vec<Reply>,
    more: &[(&str, &str)],
) -> (Result<Planned<i64>, Error>, Mock) {
    let mock = Mock::start(replies).await;
    let outcome = plan(&models(&mock, more), None).await;
    (outcome, mock)
}

const QUICK: (&str, &str) = ("MJCAST_GENERATE__RETRIES", "1");

#[tokio::test]
async fn all_providers_are_asked_and_understood() {
    for provider in Provider::ALL {
        let stream = match provider {
            Provider::OpenAi => include_str!("../../../tests/golden/models/openai.sse"),
            Provider::Anthropic => include_str!("../../../tests/golden/models/anthropic.sse"),
            Provider::Google => include_str!("../../../tests/golden/models/google.sse"),
            Provider::Compatible => include_str!("../../../tests/golden/models/compatible.sse"),
        };
        let mock = Mock::start(vec![sse(stream)]).await;
        let models = models(&mock, &[]);
        let planned = plan(&models, Some(provider)).await.expect("a plan");
        assert_eq!((planned.value, planned.rounds, planned.provider), (2, 1, provider));
        assert_eq!(planned.usage, Usage { input: 120, output: 45 });
        assert!(planned.model.contains("test"), "{}", planned.model);
        let asked = mock.requests().remove(0);
        let key = if provider == Provider::Google {
            "x-goog-api-key: "
        } else {
            "authorization: Bearer "
        };
        assert!(asked.head.to_lowercase().contains(&format!("{key}{KEY}").to_lowercase()));
        assert!(asked.head.contains("user-agent: mjcast/"));
        let text = models.metrics.text(&LEVELS);
        let name = provider.name();
        for line in [
            format!("mjcast_llm_requests_total{{provider=\"{name}\",outcome=\"ok\"}} 1"),
            format!("mjcast_llm_tokens_total{{provider=\"{name}\",kind=\"output\"}} 45"),
        ] {
            assert!(text.lines().any(|other| other == line), "{line}\n{text}");
        }
    }
}

const LEVELS: Levels = Levels {
    ready: true,
    draining: false,
    sessions: 1,
    slots: 1,
    viewers: 0,
    connections: 0,
    events: 0,
    frames_sent: 0,
    rebuilds: 0,
    gpu_memory: None,
};

#[tokio::test]
async fn a_provider_that_asks_to_wait_is_waited_for() {
    let wait = Reply::json(429, json!({"error": {"message": "slow down"}}));
    let wait = wait.with_header("retry-after-ms", "700");
    let (outcome, mock) = against(vec![wait, chat(r#"{"count":2}"#)], &[QUICK]).await;
    assert_eq!(outcome.expect("a plan").rounds, 1);
    let requests = mock.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].at - requests[0].at >= Duration::from_millis(700));
    assert_eq!(requests[0].body, requests[1].body);
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_is_passed_on_to_whoever_asked() {
    let wait = Reply::json(429, json!({"error": {"message": "slow down"}}));
    let (outcome, mock) = against(vec![wait.with_header("retry-after", "3600")], &[QUICK]).await;
    let error = outcome.expect_err("no plan");
    assert!(matches!(error, Error::RateLimited { .. }), "{error:?}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn what_fails_for_a_moment_is_tried_again_and_what_goes_on_is_told() {
    let failed = || Reply::json(500, json!({"error": {"message": "internal"}}));
    let (outcome, mock) = against(vec![failed(), chat(r#"{"count":2}"#)], &[QUICK]).await;
    assert!(outcome.is_ok());
    assert_eq!(mock.requests().len(), 2);

    let overloaded = || {
        let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
        Reply::json(529, error)
    };
    let (outcome, mock) = against(vec![overloaded(), overloaded()], &[QUICK]).await;
    let told = outcome.expect_err("no plan").to_string();
    assert!(told.contains("overloaded: try again later") && told.contains("Overloaded"), "{told}");
    assert_eq!(mock.requests().len(), 2);

    // So is an answer that breaks off.
    let torn = chat(r#"{"count":2}"#).cut_at(60);
    let (outcome, mock) = against(vec![torn, chat(r#"{"count":2}"#)], &[QUICK]).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(mock.requests().len(), 2);
}

#[tokio::test]
async fn nothing_is_tried_again_that_no_repetition_mends() {
    let said = |message: &str| json!({"error": {"message": message}});
    let money =
        json!({"error": {"code": "insufficient_quota", "message": "You exceeded your quota"}});
    let credit = json!({"error": {"message": "Your credit balance is too low"}});
    let echo = format!("bad key {KEY}\u{1b}[31m");
    for (reply, wanted, word) in [
        (Reply::json(429, money), "money", "exceeded your quota"),
        (Reply::json(402, said("pay")), "money", "pay"),
        (Reply::json(400, credit), "money", "credit balance"),
        (Reply::json(401, said(&echo)), "key", "bad key [key] [31m"),
        (
            Reply::json(404, said("model 'local' not found, try pulling it first")),
            "model",
            "try pulling it first",
        ),
        (
            Reply::json(400, said("json_schema or grammar, not both")),
            "rejected",
            "compatible_format",
        ),
        (Reply::json(500, said("no")).with_header("x-should-retry", "false"), "rejected", "no"),
        (
            Reply::new(307, "text/html", "").with_header("location", "http://127.0.0.1:1/"),
            "redirected",
            "307",
        ),
        (Reply::new(200, "text/html", "<html>login</html>"), "broken", "text/html"),
        (
            sse(
                "data: {\"error\": {\"message\": \"context too long\", \"type\": \"billing\"}}\n\n",
            ),
            "money",
            "context",
        ),
        (sse("data: nonsense\n\n"), "broken", "JSON"),
        (chat(""), "broken", "empty"),
    ] {
        let (outcome, mock) = against(vec![reply], &[]).await;
        let error = outcome.expect_err("no plan");
        assert_eq!(error.outcome(), wanted, "{error}");
        assert!(error.to_string().contains(word), "{word}: {error}");
        assert_eq!(mock.requests().len(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_model_that_declines_or_is_cut_off_is_told_of() {
    let end = |reason: &str, delta: Value| {
        let chunk = json!({"choices": [{"delta": delta, "finish_reason": reason}]});
        sse(&format!("data: {chunk}\n\n"))
    };
    let (outcome, mock) = against(vec![end("stop", json!({"refusal": "I cannot."}))], &[]).await;
    let told = outcome.expect_err("no plan").to_string();
    assert!(told.contains("declined: I cannot."), "{told}");
    assert_eq!(mock.requests().len(), 1);
    let (outcome, _) = against(vec![end("length", json!({"content": "{\"count\":"}))], &[]).await;
    let told = outcome.expect_err("no plan").to_string();
    assert!(told.contains("cut off") && told.contains("generate.answer_tokens"), "{told}");
}

#[tokio::test]
async fn a_bad_plan_is_sent_back_with_what_is_wrong_with_it() {
    let replies = vec![chat("{\"count\":"), chat(r#"{"count":3}"#), chat(r#"{"count":2}"#)];
    let (outcome, mock) = against(replies, &[]).await;
    let planned = outcome.expect("a plan");
    assert_eq!((planned.value, planned.rounds), (2, 3));
    assert_eq!(planned.usage, Usage { input: 30, output: 15 });
    let messages = mock.requests()[2].body["messages"].clone();
    let turn = |index: usize| {
        let turn = &messages[index];
        (
            turn["role"].as_str().expect("a role").to_owned(),
            turn["content"].as_str().expect("text").to_owned(),
        )
    };
    assert_eq!(turn(0), ("system".into(), "Answer with a plan.".into()));
    assert_eq!(turn(1), ("user".into(), "two balls".into()));
    assert_eq!(turn(2), ("assistant".into(), "{\"count\":".into()));
    assert_eq!(turn(4), ("assistant".into(), r#"{"count":3}"#.into()));
    assert!(turn(5).1.contains("there are Some(3) balls, not 2"), "{:?}", turn(5));
}

#[tokio::test]
async fn a_plan_that_stays_bad_fails_with_the_judges_sentences() {
    let bad = || chat(r#"{"count":3}"#);
    let (outcome, mock) = against(vec![bad(), bad(), bad(), bad()], &[]).await;
    let error = outcome.expect_err("no plan");
    assert!(error.to_string().contains("after 3 rounds: there are Some(3) balls"), "{error}");
    assert_eq!(mock.requests().len(), 3);
}

#[tokio::test]
async fn tokens_are_limited_over_all_rounds_and_over_the_day() {
    let hungry = |count: u32| {
        mock::chat_with(
            &format!("{{\"count\":{count}}}"),
            json!({"prompt_tokens": 900, "completion_tokens": 300}),
        )
    };
    let limits = [
        ("MJCAST_GENERATE__ANSWER_TOKENS", "1000"),
        ("MJCAST_GENERATE__REQUEST_TOKENS", "1500"),
        ("MJCAST_GENERATE__DAY_TOKENS", "1024"),
    ];
    let mock = Mock::start(vec![hungry(3), hungry(2)]).await;
    let models = models(&mock, &limits);
    let error = plan(&models, None).await.expect_err("no plan");
    assert!(error.to_string().contains("1200 of 1500"), "{error}");
    assert_eq!(mock.requests()[0].body["max_tokens"], 1000);
    let error = plan(&models, None).await.expect_err("no plan");
    assert!(error.to_string().contains("generate.day_tokens"), "{error}");
    assert!(error.retry_after().is_some_and(|after| after > Duration::from_secs(3600)));
    assert_eq!(mock.requests().len(), 1);
}

#[tokio::test]
async fn every_wait_has_an_end() {
    let quick = |key: &'static str| (key, "150");
    let first = ("MJCAST_GENERATE__FIRST_BYTE_TIMEOUT_MS", Wait::FirstByte);
    let idle = ("MJCAST_GENERATE__IDLE_TIMEOUT_MS", Wait::Idle);
    let total = ("MJCAST_GENERATE__TOTAL_TIMEOUT_MS", Wait::Total);
    let silent = || chat(r#"{"count":2}"#).pause_at(0);
    let no_body = || chat(r#"{"count":2}"#).pause_after_head();
    let half = || chat(r#"{"count":2}"#).pause_at(40);
    let slow = || chat(r#"{"count":2}"#).dribble(Duration::from_millis(5));
    for (reply, (key, wait)) in [
        (silent(), first),
        (no_body(), first),
        (half(), idle),
        (half(), total),
        (slow(), total),
        (Reply::json(500, json!({"error": {"message": "no"}})).pause_at(0), total),
    ] {
        let (outcome, mock) = against(vec![reply], &[quick(key)]).await;
        let error = outcome.expect_err("no plan");
        let right = matches!(error, Error::TimedOut { wait: told, .. } if told == wait);
        assert!(right, "{wait:?}: {error:?}");
        let name = key["MJCAST_GENERATE__".len()..].to_lowercase();
        assert!(error.to_string().contains(&format!("generate.{name}")), "{error}");
        // It may have been billed: that is not done twice unasked.
        assert_eq!(mock.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_judge_is_within_the_same_deadline() {
    let mock = Mock::start(vec![chat(r#"{"count":2}"#)]).await;
    let models = models(&mock, &[("MJCAST_GENERATE__TOTAL_TIMEOUT_MS", "300")]);
    let ask = Ask {
        provider: None,
        model: None,
        session: "default",
        instructions: "i",
        prompt: "p",
        context: &Value::Null,
        schema: &schema(),
    };
    let never = |_| std::future::pending::<Result<(), Objection>>();
    let outcome = tokio::time::timeout(PATIENCE, models.plan(&ask, never, &mut |_| {})).await;
    let error = outcome.expect("in time").expect_err("no plan");
    assert!(matches!(error, Error::TimedOut { wait: Wait::Total, .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let (outcome, _mock) = against(
        vec![],
        &[("MJCAST_GENERATE__COMPATIBLE_BASE_URL", "http://127.0.0.1:1/v1"), QUICK],
    )
    .await;
    let told = outcome.expect_err("no plan").to_string();
    assert!(told.contains("cannot be reached at http://127.0.0.1:1: "), "{told}");
}

#[tokio::test]
async fn answers_that_do_not_end_are_ended() {
    let endless = |piece: &str| {
        let chunk = json!({"choices": [{"delta": {"content": piece}}]});
        sse(&format!("data: {chunk}\n\n")).for_ever()
    };
    for (reply, word) in [
        (endless("    "), "repeats itself"),
        (
            sse("data: {\"choices\":[{\"delta\":{\"reasoning\":\"hmm, so 17 and 4\"}}]}\n\n")
                .for_ever(),
            "longer",
        ),
        (sse(": still here, still working, and so on\n").for_ever(), "longer"),
        (sse("data: a line of an event that has no end to it\n").for_ever(), "longer"),
    ] {
        let (outcome, mock) = against(vec![reply], &[]).await;
        let told = outcome.expect_err("no plan").to_string();
        assert!(told.contains(word), "{told}");
        assert_eq!(mock.requests().len(), 1);
    }
    let huge = Reply::new(400, "text/plain", &"no. ".repeat(500_000));
    let (outcome, _mock) = against(vec![huge], &[]).await;
    let told = outcome.expect_err("no plan").to_string();
    assert!(told.len() < 1000 && told.contains("no. no. "), "{told}");
}

#[tokio::test]
async fn progress_is_told() {
    let mock = Mock::start(vec![chat(r#"{"count":3}"#), chat(r#"{"count":2}"#)]).await;
    let models = models(&mock, &[]);
    let seen = Mutex::new(Vec::<Progress>::new());
    let ask = Ask {
        provider: Some(Provider::Compatible),
        model: Some("other"),
        session: "default",
        instructions: "i",
        prompt: "p",
        context: &json!({"bodies": ["x"]}),
        schema: &schema(),
    };
    let mut note = |progress| seen.lock().expect("unpoisoned").push(progress);
    models.plan(&ask, two, &mut note).await.expect("a plan");
    let seen = seen.into_inner().expect("unpoisoned");
    let stages: Vec<_> = seen.iter().map(|p| (p.round, p.stage.name())).collect();
    for wanted in [(1, "asking"), (1, "receiving"), (1, "judging"), (2, "asking"), (2, "judging")] {
        assert!(stages.contains(&wanted), "{wanted:?}: {stages:?}");
    }
    let last = seen.last().expect("some");
    assert_eq!((last.stage, last.round, last.tokens), (Stage::Judging, 2, 30));
    let body = &mock.requests()[0].body;
    assert_eq!(body["model"], "other");
    assert_eq!(body["messages"][0]["content"], "i");
}

#[tokio::test]
async fn too_many_requests_are_refused_before_they_are_sent() {
    let mock = Mock::start(vec![chat(r#"{"count":2}"#), chat(r#"{"count":2}"#).pause_at(0)]).await;
    let limits =
        [("MJCAST_GENERATE__SESSION_PER_MINUTE", "2"), ("MJCAST_GENERATE__CONCURRENT", "1")];
    let models = Arc::new(models(&mock, &limits));
    plan(&models, None).await.expect("a plan");
    let busy = Arc::clone(&models);
    let second = tokio::spawn(async move { plan(&busy, None).await });
    mock.wait_for(2).await;
    let error = plan(&models, None).await.expect_err("no plan");
    assert!(error.to_string().contains("generate.concurrent"), "{error}");
    // A request that nobody waits for any more gives its seat back.
    second.abort();
    let _ = second.await;
    mock.hung_up().await;
    let error = plan(&models, None).await.expect_err("no plan");
    assert!(error.to_string().contains("generate.session_per_minute"), "{error}");
    assert!(error.retry_after().is_some_and(|after| after <= Duration::from_secs(30)));
    assert_eq!(mock.requests().len(), 2);
}

#[tokio::test]
async fn who_is_asked_is_who_is_configured_and_nobody_else() {
    let mock = Mock::start(vec![]).await;
    let none = [
        ("OPENAI_API_KEY", ""),
        ("ANTHROPIC_API_KEY", ""),
        ("GEMINI_API_KEY", ""),
        ("MJCAST_GENERATE__COMPATIBLE_BASE_URL", ""),
        ("MJCAST_GENERATE__PROVIDER", "auto"),
    ];
    let models = models(&mock, &none);
    let error = plan(&models, None).await.expect_err("no plan");
    assert!(matches!(error, Error::NoProvider), "{error:?}");
    let error = plan(&models, Some(Provider::Anthropic)).await.expect_err("no plan");
    assert!(error.to_string().contains("set ANTHROPIC_API_KEY"), "{error}");
    models.give_key(Provider::Anthropic, KEY).expect("a key");
    assert_eq!(models.default_provider().expect("one"), Provider::Anthropic);
    let standing = models.standings()[1].clone();
    assert_eq!((standing.origin, standing.lacks), (Some(Origin::Request), None));
    assert!(!format!("{models:?}").contains(KEY));
    models.give_key(Provider::Anthropic, " ").expect("taken back");
    assert!(models.default_provider().is_err());
    let error = models.give_key(Provider::OpenAi, "sk a").expect_err("no key");
    assert!(!error.to_string().contains("sk a"), "{error}");
    assert!(mock.requests().is_empty());
}

/// A log that is kept.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("unpoisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_keys_nor_words_are_in_a_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let logging = tracing::subscriber::set_default(subscriber);
    let echo = Reply::json(500, json!({"error": {"message": format!("header was {KEY}")}}));
    let replies = vec![echo, chat(r#"{"count":3}"#), chat(r#"{"count":2}"#)];
    let (outcome, mock) = against(replies, &[QUICK]).await;
    let models = models(&mock, &[]);
    models.give_key(Provider::OpenAi, KEY).expect("a key");
    drop(logging);
    assert!(outcome.is_ok());
    let log = String::from_utf8(log.0.lock().expect("unpoisoned").clone()).expect("UTF-8");
    assert!(log.contains("a plan was made") && log.contains("header was [key]"), "{log}");
    assert!(!log.contains(KEY) && !log.contains("two balls"), "{log}");
}
