//! One daemon among several: requests for a session that is elsewhere go there, and sessions move
//! away before the daemon ends.
//!
//! ```text
//!  request ─► whose session? ─ ours ───────────────────────────────► routes
//!                             └ another's ─► find ─► proxy ─► its owner (one hop, never two)
//!
//!  find: where it was found before ─ the node of its name ─ every other node
//! ```
//! Daemons speak to each other below `/internal/`, and know each other by one secret. Media goes
//! from the owner to the viewer directly.

mod directory;
mod moving;
mod proxy;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use hyper::{Method, Request, StatusCode, body::Incoming, header};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{accept, problem::Problem};
use crate::{
    config,
    session::Sessions,
    units::{Node, SessionId},
};
use directory::Directory;

/// Where daemons speak to each other.
pub(super) const INTERNAL: &str = "/internal/";
/// Says that a request has come from another daemon, and must not go on to a third.
const HOP: &str = "x-mjcast-hop";
/// Where an agent says which session it means.
const MCP_SESSION: &str = "mcp-param-session";
/// How long it is believed where a session is, and that it is nowhere.
const BELIEVED: Duration = Duration::from_secs(10);
/// Sessions whose place is remembered.
const MAX_FOUND: usize = 4096;
/// How long another daemon may take to say something short.
const PATIENCE: Duration = Duration::from_secs(2);

/// This daemon and the others.
pub struct Fleet {
    config: config::Fleet,
    sessions: Sessions,
    bundle_bytes: usize,
    found: Mutex<HashMap<SessionId, Found>>,
    directory: Option<Directory>,
}

struct Found {
    node: Option<Node>,
    at: Instant,
    /// It moved there from here: nobody else need know.
    moved: bool,
}

/// What a daemon says of itself to the others.
#[derive(Debug, Serialize, Deserialize)]
struct NodeState {
    node: String,
    free: usize,
    draining: bool,
}

/// What a daemon says of a session that it has.
#[derive(Debug, Serialize, Deserialize)]
struct Place {
    id: String,
    /// It does not look, either, whether another has what it kept, nor moves its sessions away. A
    /// version before this one does not say.
    #[serde(default)]
    settled: bool,
}

impl Fleet {
    /// The fleet that the configuration says, if any.
    ///
    /// # Errors
    /// Words about `fleet.redis_url` when it is none.
    pub fn start(
        config: &config::Config,
        sessions: &Sessions,
    ) -> Result<Option<Arc<Self>>, String> {
        let Some(fleet) = config.fleet.clone() else { return Ok(None) };
        let directory = fleet.redis.as_ref().map(|url| Directory::open(url.reveal()));
        let directory = directory
            .transpose()
            .map_err(|error| format!("fleet.redis_url is no address of a Redis server: {error}"))?;
        let fleet = Arc::new(Self {
            config: fleet,
            directory,
            sessions: sessions.clone(),
            bundle_bytes: config.limits.bundle_bytes,
            found: Mutex::default(),
        });
        Self::start_directory(&fleet);
        Ok(Some(fleet))
    }

    /// Answers what daemons ask each other, and what is about a session that is elsewhere; gives
    /// back what is this daemon's own.
    pub(super) async fn take(
        &self,
        request: Request<Incoming>,
        peer: Option<std::net::SocketAddr>,
    ) -> Result<accept::Response, Box<Request<Incoming>>> {
        let path = request.uri().path().to_owned();
        if path.starts_with(INTERNAL) {
            let answered = self.internal(request).await;
            return Ok(answered.unwrap_or_else(|problem| rendered(problem, &path)));
        }
        let wanted = session_of(&request).filter(|id| self.sessions.find(id.as_str()).is_none());
        let Some(id) = wanted else { return Err(Box::new(request)) };
        if request.headers().contains_key(HOP) {
            // Whoever sent it here was wrong, and finds out by our answer.
            return Err(Box::new(request));
        }
        let Some((node, sender)) = self.reach(&id).await else { return Err(Box::new(request)) };
        self.sessions.metrics().forwarded.add(1);
        match proxy::forward(request, sender, self.own_name(), peer).await {
            Ok(response) => Ok(response),
            Err(error) => {
                self.forget(&id);
                tracing::warn!(session = %id, %node, %error, "the session's daemon does not answer");
                let text = format!("the daemon of the session, '{node}', does not answer: {error}");
                Ok(rendered(Problem::new(StatusCode::BAD_GATEWAY, text), &path))
            }
        }
    }

    /// A connection to the daemon of a session; `None` where it is here, or nowhere.
    async fn reach(&self, id: &SessionId) -> Option<(Node, proxy::Sender)> {
        // Twice: where it was believed to be may be gone.
        for _ in 0..2 {
            let node = self.find_or_inherit(id).await?;
            match proxy::connect(&self.config.address(&node)?).await {
                Ok(sender) => return Some((node, sender)),
                Err(error) => {
                    tracing::debug!(session = %id, %node, error, "the session's daemon is gone");
                    self.forget(id);
                }
            }
        }
        None
    }

    /// Where browsers see a session that has moved from here.
    pub(super) fn url_of(&self, id: &SessionId) -> String {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let node = found.get(id).and_then(|found| found.node.clone());
        let base = node.and_then(|node| self.config.public_url(&node)).unwrap_or_default();
        format!("{base}/?session={id}")
    }

    fn own_name(&self) -> &Node {
        &self.sessions.rules().node
    }

    /// The node that has a session; `None` where it is this one, or none.
    async fn find_or_inherit(&self, id: &SessionId) -> Option<Node> {
        let found = self.find(id).await;
        let Some(directory) = self.directory.as_ref().filter(|_| found.is_none()) else {
            return found;
        };
        match self.inherit(directory, id).await {
            Ok(true) => self.forget(id),
            Ok(false) => {}
            Err(error) => tracing::warn!(session = %id, error, "the session cannot be taken over"),
        }
        None
    }

    /// The node that has a session.
    async fn find(&self, id: &SessionId) -> Option<Node> {
        if let Some(known) = self.known(id) {
            return known;
        }
        let named = id.node().and_then(|node| node.parse::<Node>().ok());
        let named = named.filter(|node| node != self.own_name());
        let found = match named {
            Some(node) if self.has(&node, id).await => Some(node),
            named => {
                let others = self.others().into_iter().filter(|node| Some(node) != named.as_ref());
                let asked =
                    others.map(|node| async move { self.has(&node, id).await.then_some(node) });
                join_all(asked).await.into_iter().flatten().next()
            }
        };
        self.remember(id, found.clone(), false);
        found
    }

    fn known(&self, id: &SessionId) -> Option<Option<Node>> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |found: &&Found| found.moved || found.at.elapsed() < BELIEVED;
        found.get(id).filter(fresh).map(|found| found.node.clone())
    }

    fn remember(&self, id: &SessionId, node: Option<Node>, moved: bool) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        if found.len() >= MAX_FOUND {
            found.retain(|_, found| found.at.elapsed() < BELIEVED);
        }
        if found.len() < MAX_FOUND {
            found.insert(id.clone(), Found { node, at: Instant::now(), moved });
        }
    }

    fn forget(&self, id: &SessionId) {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// The other daemons that are known by name: those of the list, and those that a template
    /// finds, which number their names as this one's does.
    fn others(&self) -> BTreeSet<Node> {
        let mut others: BTreeSet<_> = self.config.peers.keys().cloned().collect();
        if let Some((base, _)) = self.own_name().as_str().rsplit_once('-') {
            let numbered = (0..proxy::MAX_NUMBERED).map(|n| format!("{base}-{n}").parse::<Node>());
            let reachable = |node: &Node| self.config.address(node).is_some();
            others.extend(numbered.flatten().filter(reachable));
        }
        others.remove(self.own_name());
        others
    }

    async fn has(&self, node: &Node, id: &SessionId) -> bool {
        self.place(node, id).await.is_some()
    }

    /// What another daemon says of a session, if it has it.
    async fn place(&self, node: &Node, id: &SessionId) -> Option<Place> {
        let path = format!("{INTERNAL}sessions/{id}");
        let answer = self.ask(node, Method::GET, &path, bytes::Bytes::new(), PATIENCE).await;
        let (_, body) = answer.ok().filter(|(status, _)| *status == StatusCode::OK)?;
        serde_json::from_slice(&body).ok()
    }

    /// Asks another daemon.
    async fn ask(
        &self,
        node: &Node,
        method: Method,
        path: &str,
        body: bytes::Bytes,
        patience: Duration,
    ) -> Result<(StatusCode, bytes::Bytes), String> {
        let address = self.config.address(node).ok_or("its address is not known")?;
        let secret = self.config.secret.reveal();
        let asked = proxy::ask(&address, method, path, secret, body);
        let answered = tokio::time::timeout(patience, asked).await;
        answered.map_err(|_| format!("no answer within {} s", patience.as_secs()))?
    }

    /// Answers another daemon.
    async fn internal(&self, request: Request<Incoming>) -> Result<accept::Response, Problem> {
        if !self.is_of_the_fleet(&request) {
            // As if there were nothing: nobody else needs to know.
            return Err(Problem::new(StatusCode::NOT_FOUND, "there is no such resource"));
        }
        let path = request.uri().path().trim_start_matches(INTERNAL).to_owned();
        match (request.method().as_str(), path.split_once('/')) {
            ("GET", None) if path == "node" => Ok(proxy::json(StatusCode::OK, &self.state())),
            ("POST", None) if path == "sessions" => self.receive(request).await,
            ("GET", Some(("sessions", id))) => {
                let found = self.sessions.get(id).map_err(Problem::from)?;
                let settled = self.sessions.have_started() && !self.sessions.are_draining();
                let place = Place { id: found.id().to_string(), settled };
                Ok(proxy::json(StatusCode::OK, &place))
            }
            _ => Err(Problem::new(StatusCode::NOT_FOUND, "there is no such resource")),
        }
    }

    /// Compares digests: how long that takes tells nothing of the secret.
    fn is_of_the_fleet(&self, request: &Request<Incoming>) -> bool {
        let given = request.headers().get(header::AUTHORIZATION);
        let given = given.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        let wanted = self.config.secret.reveal().as_bytes();
        given.is_some_and(|given| Sha256::digest(given) == Sha256::digest(wanted))
    }

    fn state(&self) -> NodeState {
        let most = self.sessions.rules().most;
        NodeState {
            node: self.own_name().as_str().to_owned(),
            free: most.saturating_sub(self.sessions.list().len()),
            draining: self.sessions.are_draining(),
        }
    }
}

/// The session that a request is about, unless it is one that every daemon has.
fn session_of<B>(request: &Request<B>) -> Option<SessionId> {
    let path = request.uri().path();
    let in_path = path.strip_prefix("/api/sessions/").and_then(|rest| rest.split('/').next());
    let serves_sessions = path.starts_with("/api/") || path.starts_with("/ws/");
    let in_query = || {
        let query = request.uri().query().filter(|_| serves_sessions)?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find_map(|(name, value)| (name == "session").then(|| value.into_owned()))
    };
    let in_header = || {
        let value = request.headers().get(MCP_SESSION).filter(|_| path == "/mcp")?;
        value.to_str().ok().map(str::to_owned)
    };
    let id = in_path.map(str::to_owned).or_else(in_query).or_else(in_header)?;
    id.parse::<SessionId>().ok().filter(|id| !id.is_default())
}

fn rendered(problem: Problem, path: &str) -> accept::Response {
    use http_body_util::BodyExt as _;
    problem.render(path).map(|body| body.map_err(Into::into).boxed_unsync())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daemon_of_the_version_before_has_its_sessions_too() {
        let place: Place = serde_json::from_str(r#"{"id": "a-0123456789"}"#).expect("a place");
        assert!(!place.settled);
    }

    #[test]
    fn a_request_says_whose_it_is() {
        let id = "a-0123456789012345678901";
        let wanted = [
            (format!("/api/sessions/{id}"), true),
            (format!("/api/sessions/{id}/state?x=1"), true),
            (format!("/ws/signaling?token=t&session={id}"), true),
            (format!("/api/stats?session={id}"), true),
            (format!("/?session={id}"), false),
            ("/api/sessions/default/state".into(), false),
            ("/api/sessions".into(), false),
            ("/api/sessions/a%2Fb/state".into(), false),
        ];
        for (target, is_found) in wanted {
            let request = Request::get(&target).body(()).expect("a request");
            let found = session_of(&request);
            assert_eq!(found.is_some(), is_found, "{target}");
            assert!(found.is_none_or(|found| found.as_str() == id));
        }
        let agents = Request::post("/mcp").header("Mcp-Param-Session", id).body(()).expect("one");
        assert!(session_of(&agents).is_some());
    }
}
