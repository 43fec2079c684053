//! Who watches by WHEP: one task for each player, which owns its viewer and is asked through a
//! queue, and the table by which requests find it.
//!
//! ```text
//!              connected           lost, failed
//!  waiting ───────────────► watching ──────────► gone
//!     └── too late, DELETE, end of the session or of the daemon ──┘
//! ```

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};
use warp::http::{HeaderValue, StatusCode};

use super::{
    super::{
        Context,
        gate::{self, Caller},
        problem::Problem,
        tickets,
    },
    Condition, refused,
};
use crate::{
    peer::{Credentials, Fragment, Telling},
    session::{Notice, Viewer},
    units::SessionId,
};

/// Requests that may wait for a player's task; others wait to be among them.
const WISHES: usize = 8;

/// The players that there are, by their keys: each is a viewer of its session, and so no more than
/// those may be.
#[derive(Default)]
pub(in crate::http) struct Players(Mutex<HashMap<String, Entry>>);

#[derive(Clone)]
struct Entry {
    session: SessionId,
    wishes: mpsc::Sender<Wish>,
}

/// The way to a player's task.
pub(super) struct Address(mpsc::Sender<Wish>);

enum Wish {
    Patch {
        condition: Condition,
        fragment: Fragment,
        reply: oneshot::Sender<Result<Patched, Problem>>,
    },
    Leave {
        reply: oneshot::Sender<()>,
    },
}

/// What came of a fragment.
pub(super) enum Patched {
    /// Its candidates are known.
    Known,
    /// ICE starts anew.
    Restarted {
        /// The daemon's end of it.
        fragment: String,
        /// The entity tag that stands for it.
        tag: HeaderValue,
    },
}

impl Players {
    /// The player of a session with this key.
    ///
    /// # Errors
    /// 404 when there is none, or no longer.
    pub(super) fn find(&self, session: &SessionId, key: &str) -> Result<Address, Problem> {
        let entry = self.lock().get(key).filter(|entry| entry.session == *session).cloned();
        entry.map(|entry| Address(entry.wishes)).ok_or_else(unknown)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        // Inserting and removing whole entries is all that happens under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is no such player, or no longer")
}

impl Address {
    /// Hands a fragment to the player's connection.
    ///
    /// # Errors
    /// 412 when another ICE session is meant, 404 when the player has left meanwhile, and what the
    /// connection says of the fragment.
    pub async fn patch(
        &self,
        condition: Condition,
        fragment: Fragment,
    ) -> Result<Patched, Problem> {
        self.ask(|reply| Wish::Patch { condition, fragment, reply }).await?
    }

    /// Lets the player go, and waits until its place is gone.
    ///
    /// # Errors
    /// 404 when it has left already.
    pub async fn leave(&self) -> Result<(), Problem> {
        self.ask(|reply| Wish::Leave { reply }).await
    }

    async fn ask<T>(&self, wish: impl FnOnce(oneshot::Sender<T>) -> Wish) -> Result<T, Problem> {
        let (reply, answer) = oneshot::channel();
        self.0.send(wish(reply)).await.map_err(|_| unknown())?;
        answer.await.map_err(|_| unknown())
    }
}

/// A player, as its task knows it.
pub(super) struct Player {
    viewer: Viewer,
    /// As it was answered last.
    offer: String,
    /// How often ICE was started.
    generation: u64,
    /// When it has to be connected; `None` once it is.
    deadline: Option<Instant>,
}

/// Takes the player out of the table.
struct Place {
    players: Arc<Players>,
    key: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.players.lock().remove(&self.key);
    }
}

impl Player {
    /// Gives a viewer whose `offer` was answered its place; gives the key of it, and the tag of its
    /// first ICE session.
    ///
    /// # Errors
    /// When the system gives no random bits.
    pub fn admit(
        context: &Arc<Context>,
        session: &SessionId,
        (viewer, caller): (Viewer, Option<Caller>),
        offer: String,
    ) -> Result<(String, HeaderValue), Problem> {
        let key = tickets::random().map_err(|error| {
            tracing::error!(%error, "no key can be made");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the system has no random bits")
        })?;
        let (wishes, inbox) = mpsc::channel(WISHES);
        let entry = Entry { session: session.clone(), wishes };
        context.players.lock().insert(key.clone(), entry);
        let place = Place { players: Arc::clone(&context.players), key: key.clone() };
        let deadline = Some(Instant::now() + context.config.limits.connect_timeout);
        let player = Self { viewer, offer, generation: 1, deadline };
        let (tag, closing) = (player.tag(), context.work.closing.clone());
        context.work.tasks.spawn(async move {
            let last = tokio::select! {
                last = player.run(inbox) => last,
                () = closing.cancelled() => None,
                () = gate::over(caller) => None,
            };
            drop(place);
            // Whoever asked for the end finds the place gone.
            last.map(|reply| reply.send(()));
        });
        Ok((key, tag))
    }

    /// Serves the player until it leaves; gives whom to tell of that.
    async fn run(mut self, mut inbox: mpsc::Receiver<Wish>) -> Option<oneshot::Sender<()>> {
        loop {
            tokio::select! {
                notice = self.viewer.notice() => if !self.stays(&notice?) {
                    tracing::debug!(viewer = %self.viewer.id(), "a player's connection ended");
                    return None;
                },
                () = until(self.deadline) => {
                    tracing::info!(viewer = %self.viewer.id(), "a player did not connect");
                    return None;
                }
                wish = inbox.recv() => match wish? {
                    Wish::Patch { condition, fragment, reply } => {
                        let _ = reply.send(self.patch(&condition, fragment).await);
                    }
                    Wish::Leave { reply } => return Some(reply),
                },
            }
        }
    }

    /// Takes note of what the session says; whether the player goes on.
    fn stays(&mut self, notice: &Notice) -> bool {
        match notice {
            Notice::Company(company) => {
                let own = company.iter().find(|member| member.viewer == self.viewer.id());
                match (own.is_some_and(|own| own.connected), self.deadline) {
                    (true, _) => self.deadline = None,
                    (false, None) => return false,
                    (false, Some(_)) => {}
                }
                true
            }
            Notice::Closing(_) => false,
            // Candidates are in the answer, and what is about the scene shows in the picture.
            Notice::Candidate(_)
            | Notice::SceneUpdated(_)
            | Notice::Options(_)
            | Notice::Flags(_)
            | Notice::Act { .. }
            | Notice::Error { .. } => true,
        }
    }

    async fn patch(
        &mut self,
        condition: &Condition,
        fragment: Fragment,
    ) -> Result<Patched, Problem> {
        condition.check(&self.tag())?;
        if Credentials::of(&self.offer).is_none_or(|known| known != fragment.credentials) {
            return self.restart(&fragment).await;
        }
        for candidate in fragment.candidates {
            self.viewer.candidate(Some(candidate)).await?;
        }
        if fragment.complete {
            self.viewer.candidate(None).await?;
        }
        Ok(Patched::Known)
    }

    /// Offers the same again with other credentials, in the player's place.
    async fn restart(&mut self, fragment: &Fragment) -> Result<Patched, Problem> {
        let offer = fragment.renewed(&self.offer);
        let answer = self.viewer.offer_as(offer.clone(), Telling::AtOnce).await.map_err(refused)?;
        self.offer = offer;
        self.generation += 1;
        Ok(Patched::Restarted { fragment: Fragment::of_answer(&answer), tag: self.tag() })
    }

    /// The entity tag of its ICE session.
    fn tag(&self) -> HeaderValue {
        let tag = format!("\"{}\"", self.generation);
        HeaderValue::try_from(tag).expect("invariant: digits in quotes")
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
