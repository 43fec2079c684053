//! The four ways in which models are asked. What is sent is held to what the providers' own SDKs
//! send, by the records in `tests/golden/models`.

use reqwest::{
    Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use serde_json::{Value, json};

use super::schema::Schema;
use crate::config::{Format, Model, Provider, Secret};

/// The version of Anthropic's API that this speaks.
const ANTHROPIC_VERSION: HeaderValue = HeaderValue::from_static("2026-10-21");

/// How a provider is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wire {
    /// OpenAI's Responses.
    Responses,
    /// OpenAI's chat completions, which many servers have.
    Chat,
    /// Anthropic's Messages.
    Messages,
    /// Google's `generateContent`.
    Content,
}

impl From<Provider> for Wire {
    fn from(provider: Provider) -> Self {
        match provider {
            Provider::OpenAi => Self::Responses,
            Provider::Anthropic => Self::Messages,
            Provider::Google => Self::Content,
            Provider::Compatible => Self::Chat,
        }
    }
}

/// Who said something in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    User,
    Model,
}

/// What is asked, in no wire's terms.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub model: &'a Model,
    /// From the daemon alone: nothing of a user's is ever in here.
    pub instructions: &'a str,
    pub turns: &'a [(Speaker, String)],
    pub schema: &'a Schema,
    pub format: Format,
    pub max_tokens: u32,
    pub temperature: Option<f64>,
}

/// A request as it is sent.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Wire {
    /// The request that asks `question` of the server at `base`.
    ///
    /// # Errors
    /// A sentence when the model's name cannot be a part of this wire's path.
    pub fn request(
        self,
        base: &Url,
        key: Option<&Secret>,
        question: &Question<'_>,
    ) -> Result<Outgoing, String> {
        let model = question.model.name();
        let (path, body) = match self {
            Self::Responses => ("responses".into(), responses(question)),
            Self::Chat => ("chat/completions".into(), chat(question)),
            Self::Messages => ("v1/messages".into(), messages(question)),
            Self::Content => {
                let model = model.strip_prefix("models/").unwrap_or(model);
                if model.contains(['/', ':', '@', '+']) {
                    return Err(format!("'{model}' is no name of one of Google's models"));
                }
                let path = format!("v1/models/{model}:streamGenerateContent?alt=sse");
                (path, content(question))
            }
        };
        let url = format!("{}/{path}", base.as_str().trim_end_matches('/'));
        let url = Url::parse(&url).map_err(|error| format!("'{url}' is no address: {error}"))?;
        Ok(Outgoing { url, headers: self.headers(key), body })
    }

    fn headers(self, key: Option<&Secret>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let any = if self == Self::Content { "*/*" } else { "application/json" };
        headers.insert(ACCEPT, HeaderValue::from_static(any));
        if self == Self::Messages {
            headers.insert(HeaderName::from_static("anthropic-version"), ANTHROPIC_VERSION);
        }
        if let Some(key) = key {
            let (name, value) = match self {
                Self::Content => {
                    (HeaderName::from_static("x-goog-api-key"), key.reveal().to_owned())
                }
                _ => (AUTHORIZATION, format!("Bearer {}", key.reveal())),
            };
            let value = HeaderValue::from_str(&value);
            let mut value = value.expect("invariant: a key has graphic ASCII alone");
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        headers
    }
}

fn responses(question: &Question<'_>) -> Value {
    let mut body = json!({
        "model": question.model.name(),
        "stream": true,
        "store": false,
        "instructions": question.instructions,
        "input": turns(question),
        "max_output_tokens": question.max_tokens,
        "text": {"format": {
            "type": "json_schema",
            "name": question.schema.name(),
            "schema": question.schema.value(),
            "strict": true,
        }},
    });
    with_temperature(&mut body, question);
    body
}

fn chat(question: &Question<'_>) -> Value {
    let (instructions, form) = match question.format {
        Format::Schema => (
            question.instructions.to_owned(),
            json!({"type": "json_schema", "json_schema": {
                "name": question.schema.name(),
                "schema": question.schema.value(),
                "strict": true,
            }}),
        ),
        Format::Json => (
            format!(
                "{}\n\nAnswer with one JSON object of this JSON Schema:\n{}",
                question.instructions,
                question.schema.value()
            ),
            json!({"type": "json_object"}),
        ),
    };
    let mut messages = vec![json!({"role": "system", "content": instructions})];
    messages.extend(turns(question));
    let mut body = json!({
        "model": question.model.name(),
        "stream": true,
        "stream_options": {"include_usage": true},
        "messages": messages,
        // Not `max_completion_tokens`: several servers know only this one.
        "max_tokens": question.max_tokens,
        "response_format": form,
    });
    with_temperature(&mut body, question);
    body
}

fn messages(question: &Question<'_>) -> Value {
    let mut body = json!({
        "model": question.model.name(),
        "stream": true,
        "system": question.instructions,
        "messages": turns(question),
        "max_tokens": question.max_tokens,
        "output_config": {"format": {"type": "json_schema", "schema": question.schema.value()}},
    });
    with_temperature(&mut body, question);
    body
}

fn content(question: &Question<'_>) -> Value {
    let contents = question.turns.iter().map(|(speaker, text)| {
        let role = if *speaker == Speaker::User { "user" } else { "model" };
        json!({"role": role, "parts": [{"text": text}]})
    });
    let mut form = json!({
        "maxOutputTokens": question.max_tokens,
        "responseMimeType": "application/json",
        "responseJsonSchema": question.schema.value(),
    });
    with_temperature(&mut form, question);
    json!({
        "contents": contents.collect::<Vec<_>>(),
        "systemInstruction": {"role": "user", "parts": [{"text": question.instructions}]},
        "generationConfig": form,
    })
}

fn turns(question: &Question<'_>) -> Vec<Value> {
    let turn = |(speaker, text): &(Speaker, String)| {
        let role = if *speaker == Speaker::User { "user" } else { "assistant" };
        json!({"role": role, "content": text})
    };
    question.turns.iter().map(turn).collect()
}

fn with_temperature(body: &mut Value, question: &Question<'_>) {
    if let Some(temperature) = question.temperature {
        body["temperature"] = temperature.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Value`'s own equality does not look at the order of keys, which none of this has.
    fn check(provider: Provider, kind: &str, golden: &str) {
        let golden: Value = serde_json::from_str(golden).expect("JSON");
        let schema = json!({
            "type": "object",
            "properties": {
                "title": {"type": "string", "description": "A name."},
                "count": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            },
            "required": ["title", "count"],
            "additionalProperties": false,
        });
        let mut turns = vec![(Speaker::User, "two red balls".to_owned())];
        if kind == "repair" {
            turns.push((Speaker::Model, r#"{"title":"x","count":0}"#.to_owned()));
            turns.push((Speaker::User, "count is 0".to_owned()));
        }
        let question = Question {
            model: &Model::parse("model-under-test").expect("a name"),
            instructions: "Answer with a plan.",
            turns: &turns,
            schema: &Schema::new("plan", schema).expect("fits"),
            format: Format::Schema,
            max_tokens: 1000,
            temperature: None,
        };
        let suffix =
            if matches!(provider, Provider::OpenAi | Provider::Compatible) { "/v1" } else { "" };
        let base = Url::parse(&format!("http://127.0.0.1:9{suffix}")).expect("an address");
        let key = Secret::parse("sk-golden-key").expect("a key");
        let request = Wire::from(provider).request(&base, key.as_ref(), &question).expect("fits");
        let path = match request.url.query() {
            Some(query) => format!("{}?{query}", request.url.path()),
            None => request.url.path().to_owned(),
        };
        let headers: serde_json::Map<String, Value> = request
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().expect("ASCII").into()))
            .collect();
        let sent =
            json!({"method": "POST", "path": path, "headers": headers, "body": request.body});
        assert_eq!(sent, golden, "{provider} {kind}");
        assert!(!format!("{request:?}").contains("sk-golden-key"));
    }

    #[test]
    fn what_is_sent_is_what_the_official_sdks_send() {
        macro_rules! golden {
            ($name:literal, $kind:literal) => {
                include_str!(concat!("../../../tests/golden/models/", $name, "-", $kind, ".json"))
            };
        }
        check(Provider::OpenAi, "first", golden!("openai", "first"));
        check(Provider::OpenAi, "repair", golden!("openai", "repair"));
        check(Provider::Compatible, "first", golden!("compatible", "first"));
        check(Provider::Compatible, "repair", golden!("compatible", "repair"));
        check(Provider::Anthropic, "first", golden!("anthropic", "first"));
        check(Provider::Anthropic, "repair", golden!("anthropic", "repair"));
        check(Provider::Google, "first", golden!("google", "first"));
        check(Provider::Google, "repair", golden!("google", "repair"));
    }

    #[test]
    fn the_operators_wishes_are_sent_and_a_model_cannot_change_the_path() {
        let schema = json!({
            "type": "object", "properties": {}, "required": [], "additionalProperties": false,
        });
        let schema = Schema::new("plan", schema).expect("fits");
        let base = Url::parse("http://127.0.0.1:9/x").expect("an address");
        let ask = |wire: Wire, model: &str| {
            let question = Question {
                model: &Model::parse(model).expect("a name"),
                instructions: "i",
                turns: &[],
                schema: &schema,
                format: Format::Json,
                max_tokens: 5,
                temperature: Some(0.5),
            };
            wire.request(&base, None, &question)
        };
        for wire in [Wire::Responses, Wire::Chat, Wire::Messages] {
            let request = ask(wire, "a/b:c").expect("fits");
            assert_eq!(request.body["temperature"], 0.5);
            assert!(!request.headers.contains_key(AUTHORIZATION));
            assert!(!request.url.as_str().contains("a/b:c"));
        }
        let chat = ask(Wire::Chat, "m").expect("fits").body;
        assert_eq!(chat["response_format"]["type"], "json_object");
        assert!(chat["messages"][0]["content"].as_str().is_some_and(|i| i.contains("\"object\"")));
        let google = ask(Wire::Content, "models/gemini-x").expect("fits");
        assert_eq!(google.body["generationConfig"]["temperature"], 0.5);
        assert_eq!(google.url.path(), "/x/v1/models/gemini-x:streamGenerateContent");
        assert!(ask(Wire::Content, "x:countTokens/y").is_err());
    }
}
