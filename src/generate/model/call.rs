//! One question to a provider, with its repetitions: time limits, bounds, and what its refusals mean.

use std::{error::Error as _, time::Duration};

use reqwest::{Client, Response, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;
use tokio::time::{Instant, timeout, timeout_at};

use super::{
    answer::{Answer, End, Trouble, Usage},
    error::{Error, Wait, Words},
    keys::Origin,
    sse::Parser,
    wire::{Outgoing, Wire},
};
use crate::{
    config::{Patience, Provider, Secret},
    metrics::Metrics,
};

/// Longest stream, bytes: an answer with its thoughts in small events.
const MAX_STREAM: usize = 16 << 20;
/// How much of a refusal is read, bytes.
const MAX_REFUSAL: usize = 16 << 10;
/// The first pause before a repetition; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause, unless the provider asks for more.
const MAX_PAUSE: Duration = Duration::from_secs(8);

/// How far an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is asked for.
    Waiting,
    /// It will be asked for again after a pause.
    Pausing(Duration),
    /// So many bytes of it, and of thoughts about it, have come.
    Receiving { bytes: usize, thought: usize },
}

/// Who is asked, and with what.
pub(super) struct Caller<'a> {
    pub client: &'a Client,
    pub metrics: &'a Metrics,
    pub provider: Provider,
    pub model: &'a str,
    pub key: Option<&'a (Secret, Origin)>,
    pub patience: Patience,
    pub retries: u32,
    /// When the whole request has to be done.
    pub deadline: Instant,
}

impl Caller<'_> {
    /// Asks, again after a pause while that may help, and returns a whole answer with the tokens
    /// that all tries together have used, as far as that is known.
    pub async fn ask(
        &self,
        request: &Outgoing,
        used: &mut Usage,
        step: &mut (dyn FnMut(Step) + Send),
    ) -> Result<Answer, Error> {
        let mut tries = 0;
        loop {
            step(Step::Waiting);
            let mut answer = Answer::default();
            let whole = self.exchange(request, &mut answer, step);
            let outcome = match timeout_at(self.deadline, whole).await {
                Ok(outcome) => outcome,
                Err(_) => Err(self.timed_out(Wait::Total, self.patience.total)),
            };
            *used += usage(&answer, request, outcome.is_ok());
            self.count(&answer, outcome.as_ref().err());
            let error = match outcome {
                Ok(()) => return Ok(answer),
                Err(error) if tries == self.retries || !error.is_passing() => return Err(error),
                Err(error) => error,
            };
            let pause = pause(tries, fraction(), error.retry_after());
            if Instant::now() + pause >= self.deadline {
                return Err(error);
            }
            tracing::info!(provider = self.provider.name(), %error, ?pause, "asking again");
            step(Step::Pausing(pause));
            tokio::time::sleep(pause).await;
            tries += 1;
        }
    }

    /// One try.
    async fn exchange(
        &self,
        request: &Outgoing,
        answer: &mut Answer,
        step: &mut (dyn FnMut(Step) + Send),
    ) -> Result<(), Error> {
        let Outgoing { url, headers, body } = request;
        let sent =
            self.client.post(url.clone()).headers(headers.clone()).body(body.to_string()).send();
        let first = Instant::now() + self.patience.first_byte;
        let late = || self.timed_out(Wait::FirstByte, self.patience.first_byte);
        let mut response = match timeout_at(first, sent).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(self.unreachable(error, request)),
            Err(_) => return Err(late()),
        };
        if !response.status().is_success() {
            return Err(self.refused(response).await);
        }
        self.check_kind(&response)?;
        let wire = Wire::from(self.provider);
        let (mut parser, mut bytes, mut begun) = (Parser::default(), 0, false);
        loop {
            let piece = if begun {
                let next = timeout(self.patience.idle, response.chunk()).await;
                next.map_err(|_| self.timed_out(Wait::Idle, self.patience.idle))?
            } else {
                timeout_at(first, response.chunk()).await.map_err(|_| late())?
            };
            let Some(piece) = piece.map_err(|error| self.torn(&error))? else { break };
            begun = true;
            bytes += piece.len();
            if bytes > MAX_STREAM {
                return Err(Error::Endless { told: "it is longer than any plan" });
            }
            let mut trouble = None;
            let pushed = parser.push(&piece, |event| {
                if trouble.is_none() {
                    trouble = answer.take(wire, &event).err();
                }
            });
            if let Some(trouble) = trouble {
                return Err(self.troubled(trouble));
            }
            pushed.map_err(|_| self.broken("an event is longer than any"))?;
            step(Step::Receiving { bytes: answer.text.len(), thought: answer.thought });
        }
        match &answer.end {
            Some(End::Done) if answer.text.trim().is_empty() => {
                Err(self.broken("the answer is empty"))
            }
            Some(End::Done) => Ok(()),
            Some(End::Cut) => Err(Error::Cut { tokens: usage(answer, request, true).output }),
            Some(End::Declined(said)) => Err(Error::Declined { said: self.words(said) }),
            None => Err(Error::Failed {
                provider: self.provider,
                status: 0,
                said: self.words("its answer ended before it was complete"),
            }),
        }
    }

    fn check_kind(&self, response: &Response) -> Result<(), Error> {
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("text/event-stream") {
            return Ok(());
        }
        let kind = self.words(kind);
        Err(self.broken(format!("a stream of events was asked for, and '{kind}' came")))
    }

    /// What a response means that is no success.
    async fn refused(&self, response: Response) -> Error {
        let status = response.status();
        let provider = self.provider;
        if status.is_redirection() {
            return Error::Redirected { provider, status: status.as_u16() };
        }
        let headers = response.headers();
        let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
        let ms = number("retry-after-ms").or_else(|| Some(number("retry-after")? * 1000.0));
        let after = ms.and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok());
        let never = headers.get("x-should-retry").is_some_and(|value| value == "false");
        let text = timeout(self.patience.idle, beginning(response)).await.unwrap_or_default();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        // Google's proxies wrap the object in a list.
        let error = [&body["error"], &body[0]["error"]].into_iter().find(|error| !error.is_null());
        let error = error.cloned().unwrap_or(if body.is_object() { body } else { text.into() });
        let told = self.meaning(status.as_u16(), &error, after);
        if never && told.is_passing() {
            return Error::Rejected {
                provider,
                status: status.as_u16(),
                said: self.words(message(&error)),
                hint: "",
            };
        }
        told
    }

    /// What the object of an error means; `status` is 0 within a stream.
    fn meaning(&self, status: u16, error: &Value, after: Option<Duration>) -> Error {
        let (provider, said) = (self.provider, self.words(message(error)));
        let after = after.max(wanted_pause(error));
        let names = names(error);
        let named = |wanted: &[&str]| {
            names.iter().any(|name| wanted.iter().any(|part| name.contains(part)))
        };
        let model =
            || Error::UnknownModel { provider, model: self.model.to_owned(), said: said.clone() };
        if status == 402 || named(&MONEY) || message(error).contains("credit balance") {
            return Error::Money { provider, said };
        }
        if matches!(status, 401 | 403) || named(&["api_key_invalid", "authentication_error"]) {
            let origin = self.key.map(|(_, origin)| *origin);
            return Error::KeyRefused { provider, origin, said };
        }
        if status == 404 || named(&["model_not_found"]) {
            return model();
        }
        if status == 529 || status == 503 || named(&["overloaded", "unavailable"]) {
            return Error::Overloaded { provider, said, after };
        }
        if status == 429 || named(&["rate_limit", "resource_exhausted"]) {
            return Error::RateLimited { provider, said, after };
        }
        if matches!(status, 0 | 408 | 409 | 500..) {
            return Error::Failed { provider, status, said };
        }
        let hint = match provider {
            Provider::Compatible if status == 400 => {
                " (if it knows no JSON schemas, set generate.compatible_format to \"json\")"
            }
            _ => "",
        };
        Error::Rejected { provider, status, said, hint }
    }

    fn troubled(&self, trouble: Trouble) -> Error {
        match trouble {
            Trouble::Said(error) => self.meaning(0, &error, None),
            Trouble::Broken(told) => self.broken(told),
            Trouble::Endless(told) => Error::Endless { told },
        }
    }

    fn unreachable(&self, error: reqwest::Error, request: &Outgoing) -> Error {
        if error.is_timeout() && error.is_connect() {
            return self.timed_out(Wait::Connect, self.patience.connect);
        }
        Error::Unreachable {
            provider: self.provider,
            place: request.url.origin().ascii_serialization(),
            cause: self.words(&cause(&error)),
        }
    }

    /// A connection that broke in the middle.
    fn torn(&self, error: &reqwest::Error) -> Error {
        let said = self.words(&format!("its answer broke off: {}", cause(error)));
        Error::Failed { provider: self.provider, status: 0, said }
    }

    fn timed_out(&self, wait: Wait, limit: Duration) -> Error {
        Error::TimedOut { provider: self.provider, wait, limit }
    }

    fn broken(&self, told: impl Into<String>) -> Error {
        let told = self.words(&told.into()).as_str().to_owned();
        Error::Broken { provider: self.provider, told }
    }

    fn words(&self, text: &str) -> Words {
        Words::new(text, self.key.map(|(key, _)| key))
    }

    fn count(&self, answer: &Answer, error: Option<&Error>) {
        let outcome = error.map_or("ok", Error::outcome);
        self.metrics.llm_requests.at([self.provider.name(), outcome]).add(1);
        if let Some(Usage { input, output }) = answer.usage {
            self.metrics.llm_tokens.at([self.provider.name(), "input"]).add(input);
            self.metrics.llm_tokens.at([self.provider.name(), "output"]).add(output);
        }
    }
}

/// Parts of the names of errors that no repetition mends, but money.
const MONEY: [&str; 5] =
    ["insufficient_quota", "credit_balance", "spend_limit", "billing", "perday"];

/// What an error calls itself, in lower case, in all the places where providers put that.
fn names(error: &Value) -> Vec<String> {
    let mut names = Vec::new();
    for place in ["code", "type", "status"] {
        names.extend(error[place].as_str());
    }
    names.extend(error["details"]["error_code"].as_str());
    for detail in error["details"].as_array().into_iter().flatten() {
        names.extend(detail["reason"].as_str());
        for violation in detail["violations"].as_array().into_iter().flatten() {
            names.extend(violation["quotaId"].as_str());
        }
    }
    names.into_iter().map(str::to_ascii_lowercase).collect()
}

/// Google's `RetryInfo`.
fn wanted_pause(error: &Value) -> Option<Duration> {
    let details = error["details"].as_array()?;
    let delay = details.iter().find_map(|detail| detail["retryDelay"].as_str())?;
    Duration::try_from_secs_f64(delay.strip_suffix('s')?.parse().ok()?).ok()
}

fn message(error: &Value) -> &str {
    [&error["message"], &error["detail"], error]
        .into_iter()
        .find_map(Value::as_str)
        .unwrap_or_default()
}

/// The first part of a body, as text.
async fn beginning(mut response: Response) -> String {
    let mut bytes = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        bytes.extend_from_slice(&piece);
        if bytes.len() >= MAX_REFUSAL {
            break;
        }
    }
    bytes.truncate(MAX_REFUSAL);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What an answer has cost; where the provider does not say, about a token for four bytes.
fn usage(answer: &Answer, request: &Outgoing, answered: bool) -> Usage {
    let guess = |bytes: usize| bytes.div_ceil(4) as u64;
    match answer.usage {
        Some(usage) => usage,
        None if answered || !answer.text.is_empty() || answer.thought > 0 => Usage {
            input: guess(request.body.to_string().len()),
            output: guess(answer.text.len() + answer.thought),
        },
        None => Usage::default(),
    }
}

/// The deepest reason of an error, without the address.
fn cause(error: &reqwest::Error) -> String {
    let mut deepest = error.source();
    while let Some(source) = deepest.and_then(|error| error.source()) {
        deepest = Some(source);
    }
    match deepest {
        Some(cause) => cause.to_string(),
        None if error.status() == Some(StatusCode::REQUEST_TIMEOUT) => "it took too long".into(),
        None => "the connection failed".into(),
    }
}

/// How long to wait before repetition `tries`, from 0: twice as long each time, less a random part
/// so that many do not come back at once, and no less than `wanted`. `random` is in [0, 1).
fn pause(tries: u32, random: f64, wanted: Option<Duration>) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << tries.min(10)).min(MAX_PAUSE);
    let own = longest.mul_f64(1.0 - 0.25 * random);
    match wanted {
        // All who were told the same time should not come at it.
        Some(wanted) => wanted.saturating_add(own.mul_f64(0.1 * random)).max(own),
        None => own,
    }
}

/// A random number in [0, 1).
fn fraction() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness pauses are merely all alike.
    let _ = getrandom::fill(&mut bytes);
    f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let ms = |tries, random| pause(tries, random, None).as_millis();
        assert_eq!([ms(0, 0.0), ms(1, 0.0), ms(2, 0.0), ms(9, 0.0)], [500, 1000, 2000, 8000]);
        assert_eq!(ms(0, 1.0), 375);
        let day = Duration::from_secs(86_400);
        assert!(pause(0, 0.5, Some(day)) >= day);
        assert!(pause(u32::MAX, 0.5, Some(Duration::MAX)) >= MAX_PAUSE);
    }

    proptest! {
        #[test]
        fn what_the_provider_wants_is_the_least(
            tries in 0_u32..40, random in 0.0..1.0, wanted in 0_u64..100_000,
        ) {
            let wanted = Duration::from_millis(wanted);
            prop_assert!(pause(tries, random, Some(wanted)) >= wanted);
            prop_assert!(pause(tries, random, None) <= MAX_PAUSE);
            prop_assert!((0.0..1.0).contains(&fraction()));
        }
    }

    #[test]
    fn errors_mean_what_providers_mean_by_them() {
        let metrics = Metrics::default();
        let client = Client::builder();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = client.build().expect("a client");
        let key = (Secret::parse("sk-x").expect("fine").expect("a key"), Origin::Request);
        let second = Duration::from_secs(1);
        let caller = Caller {
            client: &client,
            metrics: &metrics,
            provider: Provider::Google,
            model: "m",
            key: Some(&key),
            patience: Patience { connect: second, first_byte: second, idle: second, total: second },
            retries: 0,
            deadline: Instant::now() + second,
        };
        let daily = json!({"status": "RESOURCE_EXHAUSTED", "details": [
            {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]},
        ]});
        let soon = json!({"status": "RESOURCE_EXHAUSTED", "details": [{"retryDelay": "34.5s"}]});
        for (status, error, wanted) in [
            (402, json!({}), "money"),
            (429, json!({"code": "insufficient_quota", "type": "insufficient_quota"}), "money"),
            (429, json!({"details": {"error_code": "enforced_spend_limit_reached"}}), "money"),
            (400, json!({"message": "Your credit balance is too low"}), "money"),
            (403, json!({"type": "billing_error"}), "money"),
            (429, daily, "money"),
            (429, soon.clone(), "rate_limited"),
            (0, json!({"type": "rate_limit_error"}), "rate_limited"),
            (401, json!({"code": "invalid_api_key"}), "key"),
            (400, json!({"details": [{"reason": "API_KEY_INVALID"}]}), "key"),
            (404, json!({"code": 404, "status": "NOT_FOUND"}), "model"),
            (400, json!({"code": "model_not_found"}), "model"),
            (529, json!({"type": "overloaded_error"}), "overloaded"),
            (0, json!({"type": "overloaded_error"}), "overloaded"),
            (503, json!("<html>"), "overloaded"),
            (500, json!({"type": "api_error"}), "failed"),
            (0, json!({"code": "server_error"}), "failed"),
            (409, json!({}), "failed"),
            (400, json!({"message": "no"}), "rejected"),
            (422, json!({"detail": "no"}), "rejected"),
        ] {
            let told = caller.meaning(status, &error, None);
            assert_eq!(told.outcome(), wanted, "{status} {error}: {told}");
            let again = matches!(wanted, "rate_limited" | "overloaded" | "failed");
            assert_eq!(told.is_passing(), again, "{status} {error}");
        }
        let told = caller.meaning(429, &soon, Some(second));
        assert_eq!(told.retry_after(), Some(Duration::from_millis(34_500)));
    }
}
