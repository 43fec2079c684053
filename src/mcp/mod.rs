//! The Model Context Protocol at `/mcp`: tools, resources and prompts over what HTTP does.
//!
//! ```text
//!  http: accept ─► gate (Host, Origin, tokens) ─► guest ─► rmcp ─► server ─► tools · resources · prompts
//!                                                                        │
//!                                      http::Desk, session::Handle ◄─────┘
//! ```
//! `rmcp` speaks the protocol, from the revision of 2024-11-05 to that of 2026-07-28 at one address.
//! Here are only the tools and what they are called: every act is one of `http::Desk` or of a
//! session's handle, made in the name of the agent, so that it is told to everybody who watches and
//! can be taken back.

mod clients;
mod name;
mod prompts;
mod resources;
mod schema;
mod server;
mod tools;
mod watch;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header, request::Parts};
use http_body_util::{BodyExt as _, Full};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};
use tokio::sync::Semaphore;

use crate::http::{Desk, Guest};

/// Where the protocol is spoken.
pub const PATH: &str = "/mcp";
/// The header that a session's id travels in beside the body, `Mcp-Param-` before it, so that what
/// stands in front of several daemons can tell whose it is.
pub const SESSION_HEADER: &str = "Session";
/// Agents of older revisions that are served at a time; each costs some tens of kilobytes, and is
/// forgotten after [`REST`].
const MAX_AGENTS: usize = 512;
/// How long an agent of an older revision is served without asking anything. It is known again when
/// it comes back.
const REST: Duration = Duration::from_secs(300);

/// What answers at [`PATH`].
pub fn guest(desk: Desk) -> Guest {
    let places = Arc::new(Semaphore::new(MAX_AGENTS));
    // `Host` and `Origin` are checked by what every request passes, by the same configuration.
    let mut config = StreamableHttpServerConfig::default()
        .disable_allowed_hosts()
        .disable_allowed_origins()
        .with_max_request_body_bytes(desk.config().limits.body_bytes)
        .with_cancellation_token(desk.closing());
    config.session_store = Some(Arc::new(clients::Clients::default()));
    let mut manager = LocalSessionManager::default();
    manager.session_config.keep_alive = Some(REST);
    let shared = Arc::new(server::Shared::new(desk));
    let free = Arc::clone(&places);
    let service = StreamableHttpService::new(
        move || {
            let place = Arc::clone(&places).try_acquire_owned().map_err(std::io::Error::other)?;
            Ok(server::Server::new(&shared, place))
        },
        Arc::new(manager),
        config,
    );
    Guest::new(PATH, move |head: Parts, body: Bytes| {
        let (service, full) = (service.clone(), free.available_permits() == 0);
        async move {
            if full {
                let text = "too many agents are served: try again in a few minutes";
                let mut response = Response::new(Full::from(text).boxed());
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                response.headers_mut().insert(header::RETRY_AFTER, 60.into());
                return response;
            }
            service.handle(Request::from_parts(head, Full::new(body))).await
        }
    })
}
