//! The HTTP edge: routes, wire types, signaling sockets and the page.
//!
//! ```text
//!  accept (own loop, TLS, time limits) ─► gate (Host, Origin, tokens) ─► routes ─► api · pages · sockets
//!                                                                           │
//!                                                 session::Handle / Viewer ◄┘   (requests with deadlines)
//! ```
//! This is the only module that names warp. Handlers never touch physics, the GPU or a frame: they
//! ask a session and await its reply.

mod accept;
mod access;
mod api;
mod body;
mod command;
mod desk;
mod download;
mod entry;
mod events;
mod fleet;
mod flood;
mod frames;
mod gate;
mod generate;
mod guard;
mod guest;
mod library;
mod llm;
mod login;
mod media;
mod model;
mod openapi;
mod pages;
mod problem;
mod progress;
mod recordings;
pub(crate) mod reply;
mod room;
mod routes;
mod scenes;
mod schema;
mod sessions;
mod socket;
mod state;
mod stats;
mod talk;
mod tickets;
mod tls;
mod tokens;
mod traced;
mod whep;
mod whip;
mod words;

use std::{future::Future, sync::Arc};

pub(crate) use api::LoadRequest;
pub use desk::Desk;
pub use entry::Entry;
pub use fleet::Fleet;
pub(crate) use gate::Sender;
pub(crate) use generate::{Wanted as GenerateRequest, Way};
pub use guest::Guest;
pub(crate) use library::Save as SaveRequest;
pub use openapi::text as description;
pub(crate) use problem::Problem;
pub(crate) use recordings::StartRequest;
pub(crate) use state::{StateBody, Values};

use tokio::{net::TcpListener, sync::Semaphore};

use crate::{config::Config, generate::model::Models, session::Sessions};

/// What every handler may use.
struct Context {
    sessions: Sessions,
    config: Config,
    site: pages::Site,
    /// Language models, for scenes from words.
    models: Arc<Models>,
    /// One permit per open WebSocket.
    sockets: Arc<Semaphore>,
    /// What lets media sockets in.
    tickets: Arc<tickets::Tickets>,
    /// Players by WHEP.
    players: Arc<whep::Players>,
    /// What is published by WHIP.
    publishers: Arc<whip::Publishers>,
    /// One permit: batches are drawn one after the other.
    batches: Semaphore,
    /// Permits for scenes that are being made of words.
    makings: Semaphore,
    /// What can be loaded by name.
    shelf: Arc<crate::library::Library>,
    /// Draws pictures of it.
    artist: Arc<library::Artist>,
    /// Permits for models that are being received and unpacked.
    uploads: Arc<Semaphore>,
    /// Permits for clients that follow the events of a session.
    followers: Arc<Semaphore>,
    /// What lets requests in.
    gate: Arc<gate::Gate>,
    work: accept::Work,
    /// Other daemons that share the work.
    fleet: Option<Arc<Fleet>>,
}

/// Serves the routes and one guest until `shutdown` resolves, then lets open requests finish and
/// sockets say goodbye within `limits.drain_timeout`.
pub async fn serve(
    listener: TcpListener,
    sessions: Sessions,
    shelf: crate::library::Library,
    (config, entry): (&Config, &Entry),
    fleet: Option<Arc<Fleet>>,
    guest: impl FnOnce(Desk) -> Guest,
    shutdown: impl Future<Output = ()>,
) {
    let work = accept::Work::default();
    let limits = &config.limits;
    let mut config = config.clone();
    if let Ok(address) = listener.local_addr() {
        // Port 0 was a wish; clients want to know what came of it.
        config.server.port = address.port();
    }
    let media = sessions.port().clone();
    let models = Models::new(&config.generate, Arc::clone(sessions.metrics()));
    let (artist, orders) = library::Artist::new();
    let own = entry.inner();
    let (tokens, counters) = (Arc::clone(&own.tokens), Arc::clone(sessions.metrics()));
    let gate = Arc::new(gate::Gate::new(&config, tokens, own.anonymous, counters));
    let context = Arc::new(Context {
        sessions,
        config: config.clone(),
        site: pages::Site::embedded(),
        models: Arc::new(models),
        sockets: Arc::new(Semaphore::new(limits.connections)),
        tickets: Arc::default(),
        players: Arc::default(),
        publishers: Arc::default(),
        batches: Semaphore::new(1),
        makings: Semaphore::new(generate::MAX_AT_ONCE),
        shelf: Arc::new(shelf),
        artist: Arc::new(artist),
        uploads: Arc::new(Semaphore::new(limits.uploads)),
        // Half of the connections: the others stay for requests.
        followers: Arc::new(Semaphore::new(limits.connections.div_ceil(2))),
        gate: Arc::clone(&gate),
        work: work.clone(),
        fleet: fleet.clone(),
    });
    tokio::spawn(library::run(Arc::clone(&context), orders));
    let door = guest::door(&context, guest(Desk::new(&context)));
    let entry = Some(Arc::clone(own));
    let front = accept::Front { routes: routes::all(&context), guest: door, fleet, gate, entry };
    let pulse = context.sessions.metrics().pulses.add("accepting connections");
    accept::until(shutdown, listener, front, &media, &config, &work, &pulse).await;
    drop(pulse);
    if !work.drain(limits.drain_timeout).await {
        tracing::warn!("some clients did not finish in time; their connections are dropped");
    }
}

#[cfg(test)]
mod tests;
