//! What is said to a relay: an offer, and goodbye (RFC 9725 §4.2).

use std::{sync::OnceLock, time::Duration};

use reqwest::{
    Client, Method, Response, StatusCode, Url,
    header::{ACCEPT, CONTENT_TYPE, LOCATION},
};

use super::Problem;
use crate::config::Places;

/// Within which a relay answers.
const PATIENCE: Duration = Duration::from_secs(10);
/// Within which it takes note of the end.
const TO_LEAVE: Duration = Duration::from_secs(3);
/// Longest answer, bytes.
const MAX_ANSWER: usize = 64 << 10;
/// How much of what a relay says of its refusal is passed on, characters.
const MAX_WORDS: usize = 300;
/// How often an offer may be sent on to another place (RFC 9725 §4.7).
const MAX_REDIRECTS: u32 = 3;

const SDP: &str = "application/sdp";

/// A WHIP endpoint.
pub(super) struct Relay {
    url: Url,
    token: Option<String>,
    allowed: Places,
}

/// What a relay made of an offer.
#[derive(Debug)]
pub(super) struct Accepted {
    pub answer: String,
    /// Where it is told of the end.
    pub place: Option<Url>,
}

impl Relay {
    /// The relay at `url`.
    ///
    /// # Errors
    /// 400 when that is no address, 403 when it is not among those `allowed`.
    pub fn new(url: &str, token: Option<String>, allowed: Places) -> Result<Self, Problem> {
        let url = Url::parse(url)
            .map_err(|error| Problem::bad_request(format!("url is not an address: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Problem::bad_request("url begins with neither http:// nor https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Problem::bad_request("url has a login: send bearer_token instead"));
        }
        let relay = Self { url, token, allowed };
        relay.check(&relay.url)?;
        Ok(relay)
    }

    /// As people are told: what follows a `?` may be a secret.
    pub fn shown(&self) -> String {
        let mut url = self.url.clone();
        url.set_query(None);
        url.set_fragment(None);
        url.into()
    }

    /// Sends an offer.
    ///
    /// # Errors
    /// 502 with the relay's words, 504 when it does not answer, 403 when it sends on to a place that
    /// is not allowed.
    pub async fn offer(&self, sdp: &str) -> Result<Accepted, Problem> {
        let mut url = self.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let request = self.request(Method::POST, &url, PATIENCE);
            let request = request.header(CONTENT_TYPE, SDP).header(ACCEPT, SDP);
            let response = request.body(sdp.to_owned()).send().await.map_err(unreachable)?;
            match response.status() {
                StatusCode::CREATED => return accepted(&url, response).await,
                StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => {
                    let next = location(&url, &response);
                    url = next.ok_or_else(|| bad("the relay sends on to no address"))?;
                    self.check(&url)?;
                }
                status => return Err(refused(status, response).await),
            }
        }
        Err(bad(format!("the relay sends on more than {MAX_REDIRECTS} times")))
    }

    /// Tells the relay that nothing more comes.
    pub async fn leave(&self, place: &Url) {
        // A relay chooses its own places (RFC 9725 §4.2), but no one else's.
        if place.origin() != self.url.origin() && self.check(place).is_err() {
            return;
        }
        let sent = self.request(Method::DELETE, place, TO_LEAVE).send().await;
        if let Err(error) = sent {
            tracing::debug!(%error, "the relay was not told of the end");
        }
    }

    fn check(&self, url: &Url) -> Result<(), Problem> {
        if self.allowed.allow(url) {
            return Ok(());
        }
        let place = url.origin().ascii_serialization();
        let detail = format!(
            "{place} is no place to publish to: webrtc.whip_allow of the configuration names those"
        );
        Err(Problem::new(StatusCode::FORBIDDEN, detail))
    }

    fn request(&self, method: Method, url: &Url, patience: Duration) -> reqwest::RequestBuilder {
        let request = client().request(method, url.clone()).timeout(patience);
        // Another relay has no business with this one's token.
        match self.token.as_deref().filter(|_| url.origin() == self.url.origin()) {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }
}

fn client() -> &'static Client {
    static CLIENT: OnceLock<Client> = OnceLock::new();
    CLIENT.get_or_init(|| {
        // Another part of the process may have chosen it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(PATIENCE / 2)
            // Requests are minutes apart: a connection that was kept may be closed by then.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("mjcast/", env!("CARGO_PKG_VERSION")))
            .build()
            .expect("invariant: these settings fit together")
    })
}

async fn accepted(url: &Url, response: Response) -> Result<Accepted, Problem> {
    let place = location(url, &response);
    let media = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media = media.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case(SDP) {
        return Err(bad(format!("the relay's answer is no {SDP}, but {media:?}")));
    }
    let answer = text(response, MAX_ANSWER).await?;
    Ok(Accepted { answer, place })
}

/// Where a response points to, on http or https.
fn location(url: &Url, response: &Response) -> Option<Url> {
    let place = response.headers().get(LOCATION)?.to_str().ok()?;
    url.join(place).ok().filter(|place| matches!(place.scheme(), "http" | "https"))
}

async fn refused(status: StatusCode, response: Response) -> Problem {
    let said = text(response, 4 * MAX_WORDS).await.unwrap_or_default();
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let said: String = said.trim().chars().map(plain).take(MAX_WORDS).collect();
    let colon = if said.is_empty() { "" } else { ": " };
    bad(format!("the relay answered {status}{colon}{said}"))
}

async fn text(mut response: Response, limit: usize) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if bytes.len() + chunk.len() > limit {
            return Err(bad(format!("the relay's answer is longer than {limit} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| bad("the relay's answer is not UTF-8"))
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_GATEWAY, detail)
}

fn unreachable(error: reqwest::Error) -> Problem {
    if error.is_timeout() {
        let detail = format!("the relay did not answer within {} s", PATIENCE.as_secs());
        return Problem::new(StatusCode::GATEWAY_TIMEOUT, detail);
    }
    // The address may hold a secret; what went wrong is at the end of the chain.
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    bad(format!("the relay cannot be reached: {cause}"))
}
