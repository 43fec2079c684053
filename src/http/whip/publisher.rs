//! What is published: one task for each relay, which owns its viewer, and the table by which
//! requests find it.
//!
//! ```text
//!               connected              lost, late
//!  connecting ─────────────► publishing ─────────► waiting ─┐ 1 s, 2 s … 60 s
//!       ▲───────────────────────────────────────────────────┘
//!  DELETE, end of the session or of the daemon ─► gone; the relay is told
//! ```

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use reqwest::Url;
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;
use warp::http::StatusCode;

use super::{
    super::{Context, problem::Problem},
    relay::Relay,
};
use crate::{
    control::{Command, Event},
    session::{Handle, Notice, Role, Viewer},
    units::SessionId,
};

/// From the end of a connection to the next; doubled each time that it fails.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What is published, by number: each is a viewer of its session, and so no more than those may be.
#[derive(Default)]
pub(in crate::http) struct Publishers {
    table: Mutex<BTreeMap<u64, Entry>>,
    last: AtomicU64,
}

struct Entry {
    session: SessionId,
    about: Arc<About>,
    status: watch::Receiver<Status>,
    stop: CancellationToken,
}

/// What was asked for.
pub(super) struct About {
    /// The relay, as people are told.
    pub url: String,
    /// As it was named.
    pub camera: Option<String>,
}

/// How it goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Status {
    pub state: State,
    pub error: Option<String>,
    pub connections: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Connecting,
    Publishing,
    Waiting,
}

impl State {
    /// In replies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Publishing => "publishing",
            Self::Waiting => "waiting",
        }
    }
}

impl Publishers {
    /// All of a session, the latest last.
    pub(super) fn all(&self, session: &SessionId) -> Vec<(String, Arc<About>, Status)> {
        let table = self.lock();
        let own = table.iter().filter(|(_, entry)| entry.session == *session);
        own.map(|(id, entry)| {
            (id.to_string(), Arc::clone(&entry.about), entry.status.borrow().clone())
        })
        .collect()
    }

    /// One of a session.
    ///
    /// # Errors
    /// 404 when there is none, or no longer.
    pub(super) fn find(
        &self,
        session: &SessionId,
        key: &str,
    ) -> Result<(Arc<About>, Status), Problem> {
        self.with(session, key, |entry| (Arc::clone(&entry.about), entry.status.borrow().clone()))
    }

    /// Ends one, and waits until the relay was told.
    ///
    /// # Errors
    /// 404 when there is none, or no longer.
    pub(super) async fn stop(&self, session: &SessionId, key: &str) -> Result<(), Problem> {
        let mut status = self.with(session, key, |entry| {
            entry.stop.cancel();
            entry.status.clone()
        })?;
        // The task lets go of its end when all is done.
        while status.changed().await.is_ok() {}
        Ok(())
    }

    fn with<T>(
        &self,
        session: &SessionId,
        key: &str,
        look: impl FnOnce(&Entry) -> T,
    ) -> Result<T, Problem> {
        let table = self.lock();
        let entry = key.parse().ok().and_then(|id| table.get(&id));
        let entry = entry.filter(|entry| entry.session == *session);
        let none = || {
            let detail = "there is no such publication, or no longer";
            Problem::new(StatusCode::NOT_FOUND, detail)
        };
        entry.map(look).ok_or_else(none)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Entry>> {
        // Inserting and removing whole entries is all that happens under the lock.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Publishes to one relay.
pub(super) struct Publisher {
    session: Handle,
    relay: Relay,
    look: Option<Command>,
    /// Within which media can flow.
    patience: Duration,
    about: Arc<About>,
}

/// What a relay takes.
struct Connection {
    viewer: Viewer,
    place: Option<Url>,
}

/// Why a connection ended.
enum Ended {
    /// It was lost: there may be another.
    Lost(String),
    /// There is nothing more to publish.
    Over,
}

impl Publisher {
    pub fn new(
        session: Handle,
        relay: Relay,
        look: Option<Command>,
        camera: Option<String>,
        patience: Duration,
    ) -> Self {
        let about = Arc::new(About { url: relay.shown(), camera });
        Self { session, relay, look, patience, about }
    }

    /// Connects, and goes on beside all else; gives its number.
    ///
    /// # Errors
    /// What the session or the relay says.
    pub async fn begin(
        self,
        context: &Arc<Context>,
    ) -> Result<(String, Arc<About>, Status), Problem> {
        let connection = self.connect().await?;
        let id = context.publishers.last.fetch_add(1, Ordering::Relaxed) + 1;
        let first = Status { connections: 1, ..Status::default() };
        let (tell, status) = watch::channel(first.clone());
        let (about, stop) = (Arc::clone(&self.about), CancellationToken::new());
        let session = self.session.id().clone();
        let entry = Entry { session, about: Arc::clone(&about), status, stop: stop.clone() };
        context.publishers.lock().insert(id, entry);
        let (publishers, closing) = (Arc::clone(&context.publishers), context.work.closing.clone());
        context.work.tasks.spawn(async move {
            let over = async {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = closing.cancelled() => {}
                }
            };
            self.run(connection, &tell, over).await;
            publishers.lock().remove(&id);
            drop(tell);
        });
        Ok((id.to_string(), about, first))
    }

    /// Publishes until it is `over`.
    async fn run(
        &self,
        first: Connection,
        tell: &watch::Sender<Status>,
        over: impl Future<Output = ()>,
    ) {
        let mut over = std::pin::pin!(over);
        let (mut next, mut pause) = (Some(first), PAUSE);
        loop {
            let failed = match next.take() {
                Some(mut connection) => {
                    let ended = tokio::select! {
                        ended = serve(&mut connection.viewer, tell, self.patience) => ended,
                        () = &mut over => Ended::Over,
                    };
                    if tell.borrow().state == State::Publishing {
                        pause = PAUSE;
                    }
                    let Connection { viewer, place } = connection;
                    drop(viewer);
                    if let Some(place) = place {
                        self.relay.leave(&place).await;
                    }
                    match ended {
                        Ended::Lost(why) => why,
                        Ended::Over => return,
                    }
                }
                None => tokio::select! {
                    connected = self.connect() => match connected {
                        Ok(connection) => {
                            tell.send_modify(|status| {
                                status.state = State::Connecting;
                                status.connections += 1;
                            });
                            next = Some(connection);
                            continue;
                        }
                        Err(problem) => problem.detail,
                    },
                    () = &mut over => return,
                },
            };
            tracing::info!(session = %self.session.id(), relay = %self.about.url, why = %failed,
                again_s = pause.as_secs(), "not published");
            tell.send_modify(|status| {
                status.state = State::Waiting;
                status.error = Some(failed);
            });
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = &mut over => return,
            }
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }

    async fn connect(&self) -> Result<Connection, Problem> {
        let viewer = self.session.join(Role::View).await?;
        if let Some(command) = self.look.clone() {
            viewer.event(Event::Command { id: None, command }).await?;
        }
        let offer = viewer.make_offer().await?;
        let accepted = self.relay.offer(offer.sdp()).await?;
        if let Err(error) = viewer.take_answer(offer, &accepted.answer).await {
            if let Some(place) = accepted.place {
                self.relay.leave(&place).await;
            }
            return Err(Problem::new(StatusCode::BAD_GATEWAY, error.to_string()));
        }
        Ok(Connection { viewer, place: accepted.place })
    }
}

/// Waits for the end of a connection, and tells when it stands.
async fn serve(viewer: &mut Viewer, tell: &watch::Sender<Status>, patience: Duration) -> Ended {
    let deadline = Instant::now() + patience;
    loop {
        let stands = tell.borrow().state == State::Publishing;
        let notice = tokio::select! {
            notice = viewer.notice() => notice,
            () = tokio::time::sleep_until(deadline), if !stands => {
                return Ended::Lost(format!("no connection to the relay within {patience:?}"));
            }
        };
        match notice {
            None | Some(Notice::Closing(_)) => return Ended::Over,
            Some(Notice::Company(company)) => {
                let connected =
                    company.iter().any(|one| one.viewer == viewer.id() && one.connected);
                if connected && !stands {
                    tell.send_modify(|status| {
                        status.state = State::Publishing;
                        status.error = None;
                    });
                } else if stands && !connected {
                    return Ended::Lost("the connection to the relay ended".to_owned());
                }
            }
            // Candidates are in the offer, and what is about the scene shows in the picture.
            Some(
                Notice::Candidate(_)
                | Notice::SceneUpdated(_)
                | Notice::Options(_)
                | Notice::Flags(_)
                | Notice::Act { .. }
                | Notice::Error { .. },
            ) => {}
        }
    }
}
