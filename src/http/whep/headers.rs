//! What players and daemon say in headers: conditions, ICE servers, and what pages elsewhere may
//! read.

use warp::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    reply::Response,
};

use super::Problem;
use crate::peer::wire::IceServer;

/// What a page elsewhere may send.
const SENT: HeaderValue = HeaderValue::from_static("authorization, content-type, if-match");
/// What it may read beside what every page may.
const READ: HeaderValue =
    HeaderValue::from_static("accept-patch, accept-post, etag, link, location, retry-after");
/// Seconds for which it need not ask again.
const KEPT: HeaderValue = HeaderValue::from_static("600");

/// What a place takes.
#[derive(Clone, Copy)]
pub(super) struct Methods {
    /// Its methods.
    pub allow: &'static str,
    /// The header that has the media type of what is sent to it, and that type.
    pub accept: (&'static str, &'static str),
}

impl Methods {
    /// Answers OPTIONS.
    pub fn told(self) -> Response {
        let mut response = Response::default();
        let (name, media) = self.accept;
        let headers = response.headers_mut();
        headers.insert(header::ALLOW, HeaderValue::from_static(self.allow));
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(media));
        response
    }
}

/// Lets a page of `origin` read the response. That it may be here was found out before.
pub(super) fn is_shared(response: &mut Response, origin: Option<HeaderValue>, methods: Methods) {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = origin else { return };
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, READ);
    // What was told to OPTIONS has it; problems say it themselves.
    if headers.contains_key(header::ALLOW) {
        let allow = HeaderValue::from_static(methods.allow);
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, allow);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, SENT);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, KEPT);
    }
}

/// Which ICE session a request is about (RFC 9110 §13.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// Whichever there is.
    Any,
    /// One of these, as they stand in the header.
    Tags(Vec<String>),
}

impl Condition {
    /// What `If-Match` says.
    ///
    /// # Errors
    /// 428 when it is missing (RFC 6585 §3).
    pub fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut tags = Vec::new();
        for value in headers.get_all(header::IF_MATCH) {
            let value = value.to_str().unwrap_or_default();
            tags.extend(value.split(',').map(|tag| tag.trim().to_owned()));
        }
        match tags.as_slice() {
            [] => Err(Problem::new(
                StatusCode::PRECONDITION_REQUIRED,
                "say which ICE session is meant: If-Match with the ETag that came last, or *",
            )),
            // A quoted asterisk is what the examples of the standard have.
            [any] if any == "*" || any == "\"*\"" => Ok(Self::Any),
            _ => Ok(Self::Tags(tags)),
        }
    }

    /// Passes the ICE session with this tag.
    ///
    /// # Errors
    /// 412 when another is meant.
    pub fn check(&self, tag: &HeaderValue) -> Result<(), Problem> {
        match self {
            Self::Any => Ok(()),
            Self::Tags(tags) if tags.iter().any(|meant| meant == tag) => Ok(()),
            Self::Tags(_) => Err(Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "another ICE session is meant than there is: it was restarted",
            )),
        }
    }
}

/// The `Link` headers of a server that a player may use (RFC 9725 §4.6).
pub(super) fn links(server: &IceServer) -> impl Iterator<Item = HeaderValue> {
    let mut login = String::new();
    if let (Some(username), Some(credential)) = (&server.username, &server.credential) {
        let (username, credential) = (quoted(username), quoted(credential));
        login =
            format!("; username={username}; credential={credential}; credential-type=\"password\"");
    }
    server.urls.iter().filter_map(move |url| {
        let link = HeaderValue::try_from(format!("<{url}>; rel=\"ice-server\"{login}"));
        if link.is_err() {
            tracing::warn!(url, "an ICE server's login cannot be told in a header");
        }
        let mut link = link.ok()?;
        link.set_sensitive(true);
        Some(link)
    })
}

/// A quoted string (RFC 9110 §5.6.4).
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(values: &[&str]) -> Result<Condition, u16> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::IF_MATCH, value.parse().expect("a header"));
        }
        Condition::of(&headers).map_err(|problem| problem.status.as_u16())
    }

    #[test]
    fn a_condition_names_one_ice_session_or_any() {
        assert_eq!(condition(&[]), Err(428));
        assert_eq!(condition(&["*"]), Ok(Condition::Any));
        assert_eq!(condition(&["\"*\""]), Ok(Condition::Any));
        let tag = HeaderValue::from_static("\"2\"");
        for (values, passes) in [
            (&["\"2\""][..], true),
            (&["\"1\", \"2\""], true),
            (&["\"1\"", "\"2\""], true),
            (&["\"1\""], false),
            (&["2"], false),
            (&["W/\"2\""], false),
            (&[""], false),
        ] {
            let condition = condition(values).expect("there is one");
            assert_eq!(condition.check(&tag).is_ok(), passes, "{values:?}");
        }
    }

    #[test]
    fn servers_are_told_with_their_login() {
        let server = IceServer {
            urls: vec!["turn:t.example:3478?transport=udp".into()],
            username: Some("17:a\"b".into()),
            credential: Some("c\\d".into()),
        };
        let told: Vec<_> = links(&server).collect();
        assert_eq!(
            told,
            ["<turn:t.example:3478?transport=udp>; rel=\"ice-server\"; username=\"17:a\\\"b\"; \
              credential=\"c\\\\d\"; credential-type=\"password\""]
        );
        let stun = IceServer { username: None, credential: None, ..server };
        assert!(links(&stun).all(|link| !link.as_bytes().ends_with(b"\"password\"")));
        let broken = IceServer { urls: vec!["turn:\n".into()], ..stun };
        assert_eq!(links(&broken).count(), 0);
    }
}
