//! A daemon's `/mcp`, as the client on standard input sees it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::{
    Client, ClientBuilder, RequestBuilder, Response, StatusCode, Url,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Output, refusal, sse::Reader};
use crate::mcp::{PATH, SESSION_HEADER};

/// How long a connection may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Pause before what the daemon tells by itself is listened to again.
const PAUSE: Duration = Duration::from_secs(2);
/// Longest answer that is no stream, bytes.
const MAX_ANSWER: usize = 64 << 20;
const SESSION: &str = "Mcp-Session-Id";
const VERSION: &str = "MCP-Protocol-Version";
/// Where a request of a newer revision says which it speaks.
const VERSION_IN_META: &str = "io.modelcontextprotocol/protocolVersion";

/// A daemon.
#[derive(Clone)]
pub(super) struct Remote {
    client: Client,
    url: Url,
    base: Arc<str>,
    state: Arc<Mutex<State>>,
    gone: CancellationToken,
}

/// What older revisions have beside their messages.
#[derive(Debug, Default)]
struct State {
    session: Option<String>,
    version: Option<String>,
    /// The introduction, for a daemon that has been started anew.
    introduction: Option<Value>,
}

impl Remote {
    /// The daemon at `base`, such as `http://127.0.0.1:8000`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn new(base: &str, client: ClientBuilder) -> Result<Self, String> {
        let base = base.trim_end_matches('/');
        let known = Url::parse(base)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.query().is_none());
        let url = Url::parse(&format!("{base}{PATH}")).ok().filter(|_| known);
        let url = url.ok_or_else(|| format!("'{base}' is not a URL such as http://HOST:PORT"))?;
        let client = client
            .connect_timeout(PATIENCE)
            .build()
            .map_err(|error| format!("no connection can be made: {error}"))?;
        let gone = CancellationToken::new();
        Ok(Self { client, url, base: base.into(), state: Arc::default(), gone })
    }

    /// Whether there is a daemon.
    pub async fn answers(&self) -> Result<(), String> {
        let asked = self.client.get(format!("{}/livez", self.base)).timeout(PATIENCE).send();
        asked.await.map(drop).map_err(|error| self.unreachable(&error))
    }

    /// Whether the client was let in by the way of older revisions.
    pub fn has_session(&self) -> bool {
        self.state().session.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change leaves it whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unreachable(&self, error: &reqwest::Error) -> String {
        let why = if error.is_timeout() { "it does not answer in time" } else { "nobody answers" };
        format!(
            "there is no mjcast daemon at {}: {why}. Start one with `mjcast serve`, or say where it \
             is with --url",
            self.base
        )
    }

    /// Sends a message, and writes what is answered.
    pub async fn send(&self, message: &Value, output: &Output) {
        let id = message.get("id");
        if message["method"] == "initialize" {
            let introduction = Some(message.clone());
            *self.state() = State { introduction, ..State::default() };
        }
        if let Err(text) = self.exchange(message, output).await
            && let Some(id) = id
        {
            output.write(&refusal(id, -32603, &text)).await;
        }
    }

    async fn exchange(&self, message: &Value, output: &Output) -> Result<(), String> {
        let mut response = self.post(message).await?;
        let known = self.has_session() && message["method"] != "initialize";
        if response.status() == StatusCode::NOT_FOUND && known {
            // The daemon has been started anew meanwhile.
            self.introduce().await?;
            response = self.post(message).await?;
        }
        if message["method"] == "initialize" {
            let session = response.headers().get(SESSION).and_then(|id| id.to_str().ok());
            self.state().session = session.map(str::to_owned);
        }
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED {
            return Err("the daemon wants a token that counts: set MJCAST_TOKEN".into());
        }
        let read = self.read(response, message.get("id"), Some(output)).await?;
        if message["method"] == "initialize" {
            self.state().version = read.version;
        }
        match read.answered || message.get("id").is_none() {
            true => Ok(()),
            false => Err(format!("the daemon answers {status} and nothing more")),
        }
    }

    async fn post(&self, message: &Value) -> Result<Response, String> {
        let request = self.client.post(self.url.clone());
        let request = self.headed(request, message).header(CONTENT_TYPE, "application/json");
        let sent = request.body(message.to_string()).send().await;
        sent.map_err(|error| self.unreachable(&error))
    }

    /// Says in headers what the message says, as the revision that it is of wants.
    fn headed(&self, request: RequestBuilder, message: &Value) -> RequestBuilder {
        let mut request = request.header(ACCEPT, "application/json, text/event-stream");
        let params = &message["params"];
        if let Some(version) = params["_meta"][VERSION_IN_META].as_str() {
            request = request.header(VERSION, encoded(version));
            let method = message["method"].as_str().unwrap_or_default();
            request = request.header("Mcp-Method", encoded(method));
            let named = match method {
                "tools/call" | "prompts/get" => params["name"].as_str(),
                "resources/read" => params["uri"].as_str(),
                _ => None,
            };
            if let Some(name) = named {
                request = request.header("Mcp-Name", encoded(name));
            }
            if let (true, Some(session)) =
                (method == "tools/call", params["arguments"]["session_id"].as_str())
            {
                request = request.header(format!("Mcp-Param-{SESSION_HEADER}"), encoded(session));
            }
            return request;
        }
        if message["method"] == "initialize" {
            return request;
        }
        let state = self.state();
        let told = [(SESSION, &state.session), (VERSION, &state.version)];
        told.into_iter().fold(request, |request, (name, value)| match value {
            Some(value) => request.header(name, encoded(value)),
            None => request,
        })
    }

    /// Reads the messages of an answer, be it one or a stream, and passes them on.
    async fn read(
        &self,
        mut response: Response,
        id: Option<&Value>,
        output: Option<&Output>,
    ) -> Result<Read, String> {
        let status = response.status();
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let streams = kind.is_some_and(|kind| kind.starts_with("text/event-stream"));
        let broken = |error: reqwest::Error| format!("the daemon's answer broke off: {error}");
        let (mut reader, mut whole) = (Reader::default(), Vec::new());
        let mut read = Read::default();
        while let Some(piece) = response.chunk().await.map_err(broken)? {
            if streams {
                for event in reader.push(&piece)? {
                    if let Ok(message) = serde_json::from_slice(&event) {
                        read.note(&message, id);
                        write(output, &message).await;
                    }
                }
            } else if whole.len() + piece.len() > MAX_ANSWER {
                return Err(format!("the daemon's answer has more than {MAX_ANSWER} bytes"));
            } else {
                whole.extend_from_slice(&piece);
            }
        }
        if streams || whole.is_empty() {
            return Ok(read);
        }
        let mut message: Value = serde_json::from_slice(&whole).unwrap_or_default();
        if message["jsonrpc"] != "2.0" {
            // A problem of HTTP, or words.
            let detail = message["detail"].as_str().map(str::to_owned);
            let text = detail.unwrap_or_else(|| String::from_utf8_lossy(&whole).into_owned());
            return Err(format!("the daemon answers {status}: {text}"));
        }
        if let (Some(id), Some(Value::Null) | None) = (id, message.get("id")) {
            // It is about what was sent, though it could not be understood.
            message["id"] = id.clone();
        }
        read.note(&message, id);
        write(output, &message).await;
        Ok(read)
    }

    /// Says again who the client is; it need not know.
    async fn introduce(&self) -> Result<(), String> {
        let Some(introduction) = self.state().introduction.clone() else {
            return Err("the daemon does not know this client: start it again".into());
        };
        let response = self.post(&introduction).await?;
        let session = response.headers().get(SESSION).and_then(|id| id.to_str().ok());
        let session = session.map(str::to_owned);
        self.read(response, None, None).await?;
        self.state().session = session;
        let done = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        self.post(&done).await.map(drop)
    }

    /// Writes what the daemon tells by itself, until the client goes.
    pub async fn listen(&self, output: &Output) {
        while self.has_session() && !self.gone.is_cancelled() {
            let request = self.client.get(self.url.clone());
            let request = self.headed(request, &Value::Null);
            let listening = async {
                if let Ok(response) = request.send().await
                    && response.status() == StatusCode::OK
                {
                    let _ = self.read(response, None, Some(output)).await;
                }
                tokio::time::sleep(PAUSE).await;
            };
            tokio::select! {
                () = listening => {}
                () = self.gone.cancelled() => return,
            }
        }
    }

    /// The client has gone: nothing more is listened to.
    pub fn hang_up(&self) {
        self.gone.cancel();
    }

    /// Says goodbye.
    pub async fn leave(&self) {
        if self.has_session() {
            let request = self.client.delete(self.url.clone()).timeout(PATIENCE);
            // A daemon that has gone needs no goodbye.
            let _ = self.headed(request, &Value::Null).send().await;
        }
    }
}

/// What an answer was about.
#[derive(Debug, Default)]
struct Read {
    /// Whether what was asked is answered.
    answered: bool,
    /// The revision that the daemon chose, if it told one.
    version: Option<String>,
}

impl Read {
    fn note(&mut self, message: &Value, id: Option<&Value>) {
        self.answered |= message.get("id") == id && message.get("method").is_none();
        if let Some(version) = message["result"]["protocolVersion"].as_str() {
            self.version = Some(version.to_owned());
        }
    }
}

async fn write(output: Option<&Output>, message: &Value) {
    if let Some(output) = output {
        output.write(message).await;
    }
}

/// A value as a header may carry it: what is not plain ASCII in base64, as the protocol has it.
fn encoded(value: &str) -> String {
    let plain = value.bytes().all(|byte| (0x20..0x7F).contains(&byte))
        && value.trim() == value
        && !value.starts_with("=?base64?");
    match plain {
        true => value.to_owned(),
        false => format!("=?base64?{}?=", BASE64_STANDARD.encode(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client() -> ClientBuilder {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::builder()
    }

    #[test]
    fn addresses_are_checked() {
        assert!(Remote::new("http://127.0.0.1:8000/", client()).is_ok());
        for wrong in ["", "127.0.0.1:8000", "ftp://host", "http://", "http://host/?a"] {
            assert!(Remote::new(wrong, client()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn headers_carry_any_value() {
        assert_eq!(encoded("default"), "default");
        assert_eq!(encoded("a b"), "a b");
        assert_eq!(encoded("ä"), "=?base64?w6Q=?=");
        assert_eq!(encoded("a\r\nb: c"), "=?base64?YQ0KYjogYw==?=");
        assert_eq!(encoded(" a"), "=?base64?IGE=?=");
    }

    #[test]
    fn newer_messages_are_told_in_headers_and_older_ones_by_their_session() {
        let remote = Remote::new("http://127.0.0.1:1", client()).expect("fine");
        remote.state().session = Some("s".into());
        let header = |message: &Value, name: &str| {
            let request = remote.client.post(remote.url.clone());
            let request = remote.headed(request, message).build().expect("fine");
            request.headers().get(name).map(|value| value.to_str().expect("text").to_owned())
        };
        let call = json!({"id": 1, "method": "tools/call", "params": {
            "name": "sim_step", "arguments": {"session_id": "default"},
            "_meta": {VERSION_IN_META: "2026-07-28"}}});
        for (name, value) in [
            (VERSION, "2026-07-28"),
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", "sim_step"),
            ("Mcp-Param-Session", "default"),
        ] {
            assert_eq!(header(&call, name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(header(&call, SESSION), None);
        let older = json!({"id": 2, "method": "tools/list"});
        assert_eq!(header(&older, SESSION).as_deref(), Some("s"));
        assert_eq!(header(&older, "Mcp-Method"), None);
        assert_eq!(header(&json!({"method": "initialize"}), SESSION), None);
    }
}
