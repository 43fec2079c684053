//! What models answer: the events of four streams, put together.

use serde_json::Value;

use super::{sse::Event, wire::Wire};

/// Longest answer, bytes: several times the longest plan.
const MAX_TEXT: usize = 256 << 10;
/// An answer whose last bytes are one short piece again and again goes on like that.
const TAIL: usize = 4096;
/// Longest such piece, bytes; plans repeat themselves in longer ones.
const MAX_PERIOD: usize = 32;

/// Tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Read by the model.
    pub input: u64,
    /// Written by it, thinking included.
    pub output: u64,
}

impl Usage {
    /// Both.
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input = self.input.saturating_add(other.input);
        self.output = self.output.saturating_add(other.output);
    }
}

/// How an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// As it should.
    Done,
    /// At the limit of its tokens.
    Cut,
    /// The model, or the provider's filter, did not want to.
    Declined(String),
}

/// What is wrong with a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The provider says so itself; the error's object is as in an error of HTTP.
    Said(Value),
    /// It is none of this wire.
    Broken(String),
    /// It does not end.
    Endless(&'static str),
}

/// An answer in the making.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub text: String,
    /// The model as the provider calls it.
    pub model: Option<String>,
    pub usage: Option<Usage>,
    /// Bytes of thoughts, which nobody reads.
    pub thought: usize,
    pub end: Option<End>,
    refusal: String,
    checked: usize,
}

impl Answer {
    /// Takes an event. Events of unknown kinds are passed over: providers add some.
    pub fn take(&mut self, wire: Wire, event: &Event) -> Result<(), Trouble> {
        if wire == Wire::Chat && event.data.trim() == "[DONE]" {
            return Ok(());
        }
        let data: Value = serde_json::from_str(&event.data)
            .map_err(|error| Trouble::Broken(format!("an event is no JSON: {error}")))?;
        match wire {
            Wire::Responses => self.responses(&data)?,
            Wire::Chat => self.chat(&data)?,
            Wire::Messages => self.messages(&data)?,
            Wire::Content => self.content(&data)?,
        }
        self.check_length()
    }

    fn responses(&mut self, data: &Value) -> Result<(), Trouble> {
        let response = &data["response"];
        match data["type"].as_str().unwrap_or_default() {
            "response.output_text.delta" => self.append(&data["delta"]),
            "response.refusal.delta" => self.refusal += text(&data["delta"]),
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                self.thought += text(&data["delta"]).len();
            }
            "response.completed" => {
                self.note(&response["model"], &response["usage"], "input_tokens", "output_tokens");
                self.end = Some(self.declined_or(End::Done));
            }
            "response.incomplete" => {
                self.note(&response["model"], &response["usage"], "input_tokens", "output_tokens");
                let reason = text(&response["incomplete_details"]["reason"]);
                self.end = Some(match reason {
                    "max_output_tokens" => End::Cut,
                    other => self.declined_or(End::Declined(other.to_owned())),
                });
            }
            "response.failed" => return Err(Trouble::Said(response["error"].clone())),
            // The fields are beside the type, or in an object of their own.
            "error" if data["error"].is_object() => {
                return Err(Trouble::Said(data["error"].clone()));
            }
            "error" => return Err(Trouble::Said(data.clone())),
            _ => {}
        }
        Ok(())
    }

    fn chat(&mut self, data: &Value) -> Result<(), Trouble> {
        if !data["error"].is_null() {
            return Err(Trouble::Said(data["error"].clone()));
        }
        self.note(&data["model"], &data["usage"], "prompt_tokens", "completion_tokens");
        let choice = &data["choices"][0];
        self.append(&choice["delta"]["content"]);
        self.refusal += text(&choice["delta"]["refusal"]);
        for thoughts in ["reasoning_content", "reasoning"] {
            self.thought += text(&choice["delta"][thoughts]).len();
        }
        match choice["finish_reason"].as_str() {
            None => {}
            Some("length") => self.end = Some(End::Cut),
            Some("content_filter") => {
                self.end = Some(self.declined_or(End::Declined("content_filter".into())));
            }
            Some(_) => self.end = Some(self.declined_or(End::Done)),
        }
        Ok(())
    }

    fn messages(&mut self, data: &Value) -> Result<(), Trouble> {
        match data["type"].as_str().unwrap_or_default() {
            "message_start" => {
                let message = &data["message"];
                self.note(&message["model"], &Value::Null, "", "");
                let usage = &message["usage"];
                // What is cached is counted apart.
                let counts =
                    ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];
                let input = counts.iter().filter_map(|count| usage[*count].as_u64()).sum();
                self.usage = Some(Usage { input, output: 0 });
            }
            "content_block_delta" => match data["delta"]["type"].as_str() {
                Some("text_delta") => self.append(&data["delta"]["text"]),
                Some("thinking_delta") => self.thought += text(&data["delta"]["thinking"]).len(),
                _ => {}
            },
            "message_delta" => {
                if let Some(output) = data["usage"]["output_tokens"].as_u64() {
                    self.usage.get_or_insert_default().output = output;
                }
                match data["delta"]["stop_reason"].as_str() {
                    None => {}
                    Some("end_turn" | "stop_sequence") => self.end = Some(End::Done),
                    Some("max_tokens" | "model_context_window_exceeded") => {
                        self.end = Some(End::Cut);
                    }
                    Some("refusal") => {
                        // What it wrote before is no plan; it may be the reason.
                        let said = std::mem::take(&mut self.text);
                        self.end = Some(End::Declined(if said.is_empty() {
                            "refusal".into()
                        } else {
                            said
                        }));
                    }
                    Some(other) => {
                        return Err(Trouble::Broken(format!("it stopped for '{other}'")));
                    }
                }
            }
            "error" => return Err(Trouble::Said(data["error"].clone())),
            _ => {}
        }
        Ok(())
    }

    fn content(&mut self, data: &Value) -> Result<(), Trouble> {
        if !data["error"].is_null() {
            return Err(Trouble::Said(data["error"].clone()));
        }
        let usage = &data["usageMetadata"];
        if let Some(input) = usage["promptTokenCount"].as_u64() {
            let counts = ["candidatesTokenCount", "thoughtsTokenCount"];
            let output = counts.iter().filter_map(|count| usage[*count].as_u64()).sum();
            self.usage = Some(Usage { input, output });
        }
        self.note(&data["modelVersion"], &Value::Null, "", "");
        if let Some(reason) = data["promptFeedback"]["blockReason"].as_str() {
            self.end = Some(End::Declined(reason.to_owned()));
        }
        let candidate = &data["candidates"][0];
        for part in candidate["content"]["parts"].as_array().into_iter().flatten() {
            if part["thought"] == true {
                self.thought += text(&part["text"]).len();
            } else {
                self.append(&part["text"]);
            }
        }
        match candidate["finishReason"].as_str() {
            None | Some("FINISH_REASON_UNSPECIFIED") => {}
            Some("STOP") => self.end = Some(End::Done),
            Some("MAX_TOKENS") => self.end = Some(End::Cut),
            Some(other) if other.starts_with("MALFORMED") => {
                return Err(Trouble::Broken(format!("it stopped for '{other}'")));
            }
            Some(other) => self.end = Some(End::Declined(other.to_owned())),
        }
        Ok(())
    }

    fn note(&mut self, model: &Value, usage: &Value, input: &str, output: &str) {
        if let Some(model) = model.as_str().filter(|model| !model.is_empty()) {
            self.model = Some(model.to_owned());
        }
        if let (Some(input), Some(output)) = (usage[input].as_u64(), usage[output].as_u64()) {
            self.usage = Some(Usage { input, output });
        }
    }

    fn append(&mut self, piece: &Value) {
        self.text += text(piece);
    }

    fn declined_or(&mut self, end: End) -> End {
        match std::mem::take(&mut self.refusal) {
            said if said.is_empty() => end,
            said => End::Declined(said),
        }
    }

    fn check_length(&mut self) -> Result<(), Trouble> {
        let bytes = self.text.as_bytes();
        if bytes.len() + self.refusal.len() > MAX_TEXT || self.thought > 8 * MAX_TEXT {
            return Err(Trouble::Endless("it is longer than any plan"));
        }
        if bytes.len() >= self.checked + TAIL / 4 {
            self.checked = bytes.len();
            let tail = &bytes[bytes.len().saturating_sub(TAIL)..];
            let repeats = |period: usize| tail[period..] == tail[..tail.len() - period];
            if tail.len() == TAIL && (1..=MAX_PERIOD).any(repeats) {
                return Err(Trouble::Endless("it repeats itself"));
            }
        }
        Ok(())
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::generate::model::sse::Parser;

    fn read(wire: Wire, stream: &str) -> Result<Answer, Trouble> {
        let (mut answer, mut trouble) = (Answer::default(), Ok(()));
        let pushed = Parser::default().push(stream.as_bytes(), |event| {
            if trouble.is_ok() {
                trouble = answer.take(wire, &event);
            }
        });
        pushed.expect("short");
        trouble.map(|()| answer)
    }

    fn event(data: &Value) -> String {
        format!("data: {data}\n\n")
    }

    #[test]
    fn answers_that_the_sdks_read_are_read_alike() {
        for (wire, model, stream) in [
            (
                Wire::Responses,
                "gpt-test-2026-11-01",
                include_str!("../../../tests/golden/models/openai.sse"),
            ),
            (Wire::Chat, "local-test", include_str!("../../../tests/golden/models/compatible.sse")),
            (
                Wire::Messages,
                "claude-test-20261101",
                include_str!("../../../tests/golden/models/anthropic.sse"),
            ),
            (
                Wire::Content,
                "gemini-test-001",
                include_str!("../../../tests/golden/models/google.sse"),
            ),
        ] {
            let answer = read(wire, stream).expect("an answer");
            let plan: Value = serde_json::from_str(&answer.text).expect("JSON");
            assert_eq!(plan, json!({"title": "Zwei Bälle", "count": 2}), "{wire:?}");
            assert_eq!(answer.usage, Some(Usage { input: 120, output: 45 }), "{wire:?}");
            assert_eq!(answer.model.as_deref(), Some(model));
            assert_eq!(answer.end, Some(End::Done), "{wire:?}");
        }
    }

    #[test]
    fn ends_are_told_apart() {
        let declined = |said: &str| Some(End::Declined(said.to_owned()));
        let responses = |kind: &str, reason: Value| json!({"type": kind, "response": {"incomplete_details": {"reason": reason}}});
        let refusal = event(&json!({"type": "response.refusal.delta", "delta": "No."}));
        let completed = event(&responses("response.completed", Value::Null));
        for (wire, stream, wanted) in [
            (Wire::Responses, refusal + &completed, declined("No.")),
            (
                Wire::Responses,
                event(&responses("response.incomplete", json!("max_output_tokens"))),
                Some(End::Cut),
            ),
            (
                Wire::Responses,
                event(&responses("response.incomplete", json!("content_filter"))),
                declined("content_filter"),
            ),
            (
                Wire::Chat,
                event(&json!({"choices": [{"delta": {}, "finish_reason": "length"}]})),
                Some(End::Cut),
            ),
            (
                Wire::Chat,
                event(
                    &json!({"choices": [{"delta": {"refusal": "No."}, "finish_reason": "stop"}]}),
                ),
                declined("No."),
            ),
            (
                Wire::Messages,
                event(&json!({"type": "message_delta", "delta": {"stop_reason": "max_tokens"}})),
                Some(End::Cut),
            ),
            (
                Wire::Messages,
                event(&json!({"type": "message_delta", "delta": {"stop_reason": "refusal"}})),
                declined("refusal"),
            ),
            (
                Wire::Content,
                event(&json!({"candidates": [{"finishReason": "MAX_TOKENS"}]})),
                Some(End::Cut),
            ),
            (
                Wire::Content,
                event(&json!({"candidates": [{"finishReason": "SAFETY"}]})),
                declined("SAFETY"),
            ),
            (
                Wire::Content,
                event(&json!({"promptFeedback": {"blockReason": "OTHER"}})),
                declined("OTHER"),
            ),
        ] {
            assert_eq!(read(wire, &stream).expect("an answer").end, wanted, "{stream}");
        }
    }

    #[test]
    fn errors_within_a_stream_are_the_providers_own() {
        let error = json!({"code": "server_error", "message": "Oops."});
        for (wire, data) in [
            (Wire::Responses, json!({"type": "response.failed", "response": {"error": error}})),
            (Wire::Responses, json!({"type": "error", "error": error})),
            (Wire::Chat, json!({"error": error})),
            (Wire::Messages, json!({"type": "error", "error": error})),
            (Wire::Content, json!({"error": error})),
        ] {
            assert_eq!(read(wire, &event(&data)), Err(Trouble::Said(error.clone())), "{data}");
        }
        let flat = json!({"type": "error", "code": "x", "message": "Oops."});
        assert_eq!(read(Wire::Responses, &event(&flat)), Err(Trouble::Said(flat.clone())));
        assert!(matches!(read(Wire::Chat, "data: {\"a\n\n"), Err(Trouble::Broken(_))));
    }

    #[test]
    fn an_answer_comes_to_an_end() {
        let chunk = |text: &str| event(&json!({"choices": [{"delta": {"content": text}}]}));
        let endless = chunk(&"0".repeat(300)).repeat(40);
        assert_eq!(read(Wire::Chat, &endless), Err(Trouble::Endless("it repeats itself")));
        let phrase = chunk("and so on, ").repeat(1000);
        assert_eq!(read(Wire::Chat, &phrase), Err(Trouble::Endless("it repeats itself")));
        // A wall of equal bricks is no such thing.
        let bricks: String =
            (0..200).map(|n| chunk(&format!("{{\"kind\":\"box\",\"id\":{n}}},"))).collect();
        assert!(read(Wire::Chat, &bricks).is_ok());
        let long: String = (0..40_000).map(|n| chunk(&format!("{}.", n * n))).collect();
        assert_eq!(read(Wire::Chat, &long), Err(Trouble::Endless("it is longer than any plan")));
    }

    proptest! {
        #[test]
        fn strange_events_do_no_harm(
            kind in prop_oneof![
                Just("response.completed"), Just("message_start"), Just("message_delta"),
                Just("content_block_delta"), Just("error"), Just("response.failed"),
            ],
            field in prop_oneof![
                Just("response"), Just("message"), Just("delta"), Just("choices"), Just("usage"),
                Just("candidates"), Just("error"),
            ],
            value in prop_oneof![
                Just(json!(null)), Just(json!(7)), Just(json!([])), Just(json!("x")),
                Just(json!({"usage": {"input_tokens": -1}})), Just(json!([{"delta": 5}])),
            ],
        ) {
            let mut data = json!({"type": kind});
            data[field] = value;
            for wire in [Wire::Responses, Wire::Chat, Wire::Messages, Wire::Content] {
                let _ = read(wire, &event(&data));
            }
        }
    }
}
