//! What each route asks of whoever uses it: one table, which requests, the API's description and a
//! test read. A route without an entry is for admins, and fails the test.

use std::sync::LazyLock;

use super::{
    openapi::{self, Place},
    pages,
};
use crate::units::Role;

/// What a route asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// The least role; `None`: it is for everybody.
    pub role: Option<Role>,
    /// What it is about.
    pub scope: Scope,
    /// Whether it takes much time or memory.
    pub costly: bool,
}

/// What a route is about, for tokens that are for one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Nothing that belongs to a session.
    Any,
    /// The session in its path, or the one in its query.
    Session,
    /// Every session.
    All,
}

const fn need(role: Role, scope: Scope) -> Need {
    Need { role: Some(role), scope, costly: false }
}

impl Need {
    const fn costly(self) -> Self {
        Self { costly: true, ..self }
    }
}

const OPEN: Need = Need { role: None, scope: Scope::Any, costly: false };
/// Reads what is no session's.
const READ: Need = need(Role::View, Scope::Any);
/// Reads every session's.
const LIST: Need = need(Role::View, Scope::All);
/// Reads a session's.
const SEE: Need = need(Role::View, Scope::Session);
/// Acts on a session.
const ACT: Need = need(Role::Control, Scope::Session);
/// Makes sessions, or takes from any.
const RUN: Need = need(Role::Control, Scope::All);
/// Says what others may do in a session.
const RULE: Need = need(Role::Admin, Scope::Session);
/// Says what others may do.
const ADMIN: Need = need(Role::Admin, Scope::All);

/// Where the Model Context Protocol is spoken: its tools ask for more by what they do.
pub(super) const MCP: &str = "/mcp";

/// Every route but the files of the page.
const TABLE: &[(&str, &str, Need)] = &[
    ("GET", "/livez", OPEN),
    ("GET", "/readyz", OPEN),
    ("GET", "/startupz", OPEN),
    ("GET", "/openapi.json", OPEN),
    ("GET", "/metrics", LIST),
    ("GET", "/api/login", READ),
    ("POST", "/api/login", OPEN),
    ("DELETE", "/api/login", OPEN),
    ("GET", "/api/tokens", ADMIN),
    ("POST", "/api/tokens", ADMIN),
    ("DELETE", "/api/tokens/{token}", ADMIN),
    ("GET", "/api/config", READ),
    ("GET", "/api/config/api-key", READ),
    ("POST", "/api/config/api-key", ADMIN),
    ("DELETE", "/api/config/api-key", ADMIN),
    ("GET", "/api/llm/providers", READ),
    ("GET", "/api/health", READ),
    ("GET", "/api/stats", SEE),
    ("GET", "/api/schema/mjcf", READ),
    ("GET", "/api/scene/presets", READ),
    ("GET", "/api/scene/current", SEE),
    ("POST", "/api/scene/load", ACT.costly()),
    ("POST", "/api/scene/generate", ACT.costly()),
    ("POST", "/api/execute-command", ACT),
    ("GET", "/api/library", READ),
    ("POST", "/api/library", ACT.costly()),
    ("GET", "/api/library/{entry}", READ),
    ("PATCH", "/api/library/{entry}", RUN),
    ("DELETE", "/api/library/{entry}", RUN),
    ("GET", "/api/library/{entry}/model.zip", READ.costly()),
    ("GET", "/api/library/{entry}/thumbnail", READ),
    ("POST", "/api/library/{entry}/versions", RUN.costly()),
    ("POST", "/api/render", RUN.costly()),
    ("GET", "/api/sessions", LIST),
    ("POST", "/api/sessions", RUN.costly()),
    ("GET", "/api/sessions/{id}", SEE),
    ("PATCH", "/api/sessions/{id}", ACT),
    ("DELETE", "/api/sessions/{id}", ACT),
    ("GET", "/api/sessions/{id}/cameras", SEE),
    ("GET", "/api/sessions/{id}/cameras/{camera}/frame.{format}", SEE.costly()),
    ("POST", "/api/sessions/{id}/commands", ACT),
    ("GET", "/api/sessions/{id}/ctrl", SEE),
    ("PUT", "/api/sessions/{id}/ctrl", ACT),
    ("GET", "/api/sessions/{id}/events", SEE),
    ("GET", "/api/sessions/{id}/history", SEE),
    ("GET", "/api/sessions/{id}/history/export", SEE.costly()),
    ("POST", "/api/sessions/{id}/history/fork", RUN.costly()),
    ("POST", "/api/sessions/{id}/history/seek", ACT),
    ("POST", "/api/sessions/{id}/history/undo", ACT),
    ("GET", "/api/sessions/{id}/keyframes", SEE),
    ("POST", "/api/sessions/{id}/keyframes", ACT),
    ("POST", "/api/sessions/{id}/keyframes/load", ACT),
    ("GET", "/api/sessions/{id}/model", SEE),
    ("GET", "/api/sessions/{id}/options", SEE),
    ("PATCH", "/api/sessions/{id}/options", ACT),
    ("GET", "/api/sessions/{id}/recordings", SEE),
    ("POST", "/api/sessions/{id}/recordings", ACT),
    ("GET", "/api/sessions/{id}/recordings/{recording}", SEE),
    ("DELETE", "/api/sessions/{id}/recordings/{recording}", ACT),
    ("GET", "/api/sessions/{id}/recordings/{recording}/state.jsonl", SEE),
    ("POST", "/api/sessions/{id}/recordings/{recording}/stop", ACT),
    ("GET", "/api/sessions/{id}/recordings/{recording}/video.mp4", SEE),
    ("GET", "/api/sessions/{id}/scene", SEE),
    ("PUT", "/api/sessions/{id}/scene", ACT.costly()),
    ("POST", "/api/sessions/{id}/scene/generate", ACT.costly()),
    ("POST", "/api/sessions/{id}/scene/validate", ACT.costly()),
    ("GET", "/api/sessions/{id}/state", SEE),
    ("PUT", "/api/sessions/{id}/state", ACT),
    ("GET", "/api/sessions/{id}/viewers", SEE),
    ("POST", "/api/sessions/{id}/viewers/control", RULE),
    ("POST", "/api/sessions/{id}/viewers/role", RULE),
    ("GET", "/api/sessions/{id}/whep", SEE),
    ("POST", "/api/sessions/{id}/whep", SEE),
    ("GET", "/api/sessions/{id}/whep/{player}", SEE),
    ("PATCH", "/api/sessions/{id}/whep/{player}", SEE),
    ("DELETE", "/api/sessions/{id}/whep/{player}", SEE),
    // What browsers ask before they send a token (Fetch Standard, CORS-preflight).
    ("OPTIONS", "/api/sessions/{id}/whep", OPEN),
    ("OPTIONS", "/api/sessions/{id}/whep/{player}", OPEN),
    ("GET", "/api/sessions/{id}/whip", SEE),
    ("POST", "/api/sessions/{id}/whip", ACT),
    ("GET", "/api/sessions/{id}/whip/{publication}", SEE),
    ("DELETE", "/api/sessions/{id}/whip/{publication}", ACT),
    ("GET", "/ws/signaling", SEE),
    // Its ticket is a token of its own: who has none gets nothing.
    ("GET", "/ws/media", OPEN),
];

/// What the description says of `method` at the path `template`: the table's, nothing of the files
/// of the page, and of what neither knows the most.
pub(super) fn of_template(method: &str, template: &str) -> Need {
    let entry = TABLE.iter().find(|(own, path, _)| *own == method && *path == template);
    match entry {
        Some((_, _, need)) => *need,
        None if method == "GET" && is_page(template) => OPEN,
        None => ADMIN,
    }
}

/// What a request asks for, with the session that its path names; `None` where nothing is.
pub(super) fn of_request<'a>(method: &str, path: &'a str) -> Option<(Need, Option<&'a str>)> {
    static PLACES: LazyLock<Vec<(&str, Place)>> = LazyLock::new(|| {
        let mut all: Vec<_> = TABLE.iter().map(|(_, path, _)| *path).collect();
        all.dedup();
        all.extend(pages().map(|(path, _)| path));
        all.into_iter().map(|path| (path, Place::new(path))).collect()
    });
    if path == MCP {
        return Some((LIST, None));
    }
    // HEAD is answered as GET.
    let method = if method == "HEAD" { "GET" } else { method };
    if let Some((template, _)) = PLACES.iter().find(|(_, place)| place.matches(path)) {
        let below = path.trim_start_matches('/').strip_prefix("api/sessions/");
        let session = below.and_then(|below| below.split('/').find(|part| !part.is_empty()));
        return Some((of_template(method, template), session));
    }
    openapi::is_described(path).then_some((ADMIN, None))
}

fn is_page(template: &str) -> bool {
    pages().any(|(path, _)| path == template)
}

fn pages() -> impl Iterator<Item = (&'static str, &'static str)> {
    pages::PLACES.into_iter().chain([pages::ASSETS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_of_the_description_has_an_entry_and_every_entry_a_route() {
        let routes: Vec<(String, String)> = openapi::all();
        assert!(routes.len() > 70, "{}", routes.len());
        for (method, path) in &routes {
            let known = TABLE.iter().any(|(own, template, _)| own == method && template == path);
            let page = method == "GET" && is_page(path);
            assert!(known != page, "{method} {path} has no entry in http/access.rs, or two");
        }
        for (method, path, _) in TABLE {
            let there = routes.iter().any(|(own, template)| own == method && template == path);
            assert!(there, "{method} {path} is no route");
        }
    }

    #[test]
    fn requests_find_their_entry_and_their_session() {
        for (method, path, wanted) in [
            ("GET", "/api/sessions/a/state", Some((SEE, Some("a")))),
            ("HEAD", "/api/sessions/a/state", Some((SEE, Some("a")))),
            ("PUT", "/api/sessions/a/state", Some((ACT, Some("a")))),
            ("PUT", "//api/sessions//a/state/", Some((ACT, Some("a")))),
            ("TRACE", "/api/sessions/a/state", Some((ADMIN, Some("a")))),
            ("GET", "/api/sessions", Some((LIST, None))),
            ("GET", "/", Some((OPEN, None))),
            ("GET", "/assets/index-1a2b.js", Some((OPEN, None))),
            ("POST", "/", Some((ADMIN, None))),
            ("POST", "/mcp", Some((LIST, None))),
            ("GET", "/nowhere", None),
        ] {
            assert_eq!(of_request(method, path), wanted, "{method} {path}");
        }
    }
}
