//! Tickets by which a viewer's media socket finds the viewer.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::pages;
use crate::session::Door;

/// Random bytes of a ticket: 128 bits, which nobody guesses.
const BYTES: usize = 16;

/// The tickets that are good: one for each signaling socket, and so no more than there are sockets.
#[derive(Default)]
pub(super) struct Tickets(Mutex<HashMap<String, Door>>);

/// A ticket that is good as long as this lives.
pub(super) struct Ticket {
    text: String,
    tickets: Arc<Tickets>,
}

impl Tickets {
    /// Makes a ticket for `door`.
    ///
    /// # Errors
    /// When the system gives no random bits.
    pub fn issue(self: &Arc<Self>, door: Door) -> io::Result<Ticket> {
        let text = random()?;
        self.lock().insert(text.clone(), door);
        Ok(Ticket { text, tickets: Arc::clone(self) })
    }

    /// The door that a ticket opens, in this session.
    pub fn admit(&self, session: &str, ticket: &str) -> Option<Door> {
        let door = self.lock().get(ticket).cloned();
        door.filter(|door| door.session().as_str() == session)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Door>> {
        // Inserting and removing whole entries is all that happens under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// As the client tells it.
    pub fn text(&self) -> &str {
        &self.text
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
