//! Tickets by which a viewer's other sockets find the viewer: its media socket, and the signaling
//! socket that comes after one that broke.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use super::pages;
use crate::session::{Door, Viewer};

/// Random bytes of a ticket: 128 bits, which nobody guesses.
const BYTES: usize = 16;
/// How long a place is kept for a viewer whose socket broke: a change of networks, with some
/// attempts to come back.
const KEPT: Duration = Duration::from_secs(15);
/// Whoever serves a place hands it over at once, unless it is answering an offer.
const HANDED_OVER: Duration = Duration::from_secs(2);

/// The tickets that are good: one for each signaling socket, and so no more than there are sockets.
#[derive(Default)]
pub(super) struct Tickets(Mutex<HashMap<String, Entry>>);

struct Entry {
    door: Door,
    claims: mpsc::Sender<Claim>,
}

/// Asks whoever serves a place for it.
pub(super) type Claim = oneshot::Sender<Place>;

/// A viewer, with a ticket that is good as long as this lives, and who asks for it.
pub(super) struct Place {
    /// Who has it.
    pub viewer: Viewer,
    /// Somebody asks for the place.
    pub claims: mpsc::Receiver<Claim>,
    ticket: Ticket,
}

struct Ticket {
    text: String,
    tickets: Arc<Tickets>,
}

impl Tickets {
    /// Makes a ticket for a viewer.
    ///
    /// # Errors
    /// When the system gives no random bits.
    pub fn issue(self: &Arc<Self>, viewer: Viewer) -> io::Result<Place> {
        let text = random()?;
        let (sender, claims) = mpsc::channel(1);
        self.lock().insert(text.clone(), Entry { door: viewer.door(), claims: sender });
        let ticket = Ticket { text, tickets: Arc::clone(self) };
        Ok(Place { viewer, ticket, claims })
    }

    /// The door that a ticket opens, in this session.
    pub fn admit(&self, session: &str, ticket: &str) -> Option<Door> {
        let door = self.lock().get(ticket).map(|entry| entry.door.clone());
        door.filter(|door| door.session().as_str() == session)
    }

    /// Takes the place of this ticket over from the socket that has it, or had it until it broke.
    pub async fn claim(&self, session: &str, ticket: &str) -> Option<Place> {
        self.admit(session, ticket)?;
        let claims = self.lock().get(ticket)?.claims.clone();
        let (claim, place) = oneshot::channel();
        claims.try_send(claim).ok()?;
        timeout(HANDED_OVER, place).await.ok()?.ok()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        // Inserting and removing whole entries is all that happens under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The ticket, as the client tells it.
    pub fn ticket(&self) -> &str {
        &self.ticket.text
    }

    /// Keeps the place for a while, for who comes back; then the viewer leaves.
    pub async fn keep(mut self) {
        if let Ok(Some(claim)) = timeout(KEPT, self.claims.recv()).await {
            // One who is gone again has left.
            let _ = claim.send(self);
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.tickets.lock().remove(&self.text);
    }
}

/// As many bits as nobody guesses, in letters and digits.
///
/// # Errors
/// When the system gives none.
pub(super) fn random() -> io::Result<String> {
    let mut bits = [0; BYTES];
    getrandom::fill(&mut bits).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(pages::hex(&bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_are_long_and_all_different() {
        let (one, two) = (random().expect("random bits"), random().expect("random bits"));
        assert_ne!(one, two);
        assert!(one.len() == 32 && one.bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
    }

    #[test]
    fn what_was_not_issued_opens_nothing() {
        let tickets = Tickets::default();
        for ticket in ["", "0", &"0".repeat(32)] {
            assert!(tickets.admit("default", ticket).is_none());
        }
    }
}
