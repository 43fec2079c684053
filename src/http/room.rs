//! Where connections wait until they have sent a request, and how many are served.
//!
//! A connection that has sent nothing yet costs little, and says nothing about who is at its end:
//! those take no seat. When too many of them wait, the one that has waited longest goes, so that
//! whoever sends a request right away always comes through.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Networks};

/// Every connection there is.
pub(super) struct Room(Arc<Shared>);

struct Shared {
    /// Most that wait.
    waiting: usize,
    /// Most from one address.
    of_one: usize,
    /// Those that speak for others.
    proxies: Networks,
    patience: Duration,
    seats: Arc<Semaphore>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    /// Who waits, in the order in which they came.
    waiting: BTreeMap<u64, CancellationToken>,
    /// Connections by address.
    of_one: HashMap<IpAddr, usize>,
}

impl Room {
    pub fn new(config: &Config) -> Self {
        let limits = &config.limits;
        Self(Arc::new(Shared {
            waiting: limits.connections,
            of_one: limits.connections_per_client,
            proxies: config.server.trusted_proxies.clone(),
            patience: limits.header_timeout,
            seats: Arc::new(Semaphore::new(limits.connections)),
            state: Mutex::default(),
        }))
    }

    /// Takes a connection in, unless as many as may be are there from its address.
    pub fn enter(&self, ip: IpAddr) -> Option<Place> {
        let ip = ip.to_canonical();
        // Who is on this machine, or speaks for others, is not one client.
        let counted = !ip.is_loopback() && !self.0.proxies.contain(ip);
        let mut state = self.0.lock();
        if counted {
            let count = state.of_one.entry(ip).or_default();
            if *count >= self.0.of_one {
                return None;
            }
            *count += 1;
        }
        if state.waiting.len() >= self.0.waiting
            && let Some((_, oldest)) = state.waiting.pop_first()
        {
            oldest.cancel();
        }
        let number = state.next;
        state.next += 1;
        let leaving = CancellationToken::new();
        state.waiting.insert(number, leaving.clone());
        drop(state);
        let client = Client(counted.then(|| Arc::new(OfOne { room: Arc::clone(&self.0), ip })));
        let (seat, sits) = (tokio::sync::Mutex::new(None), AtomicBool::new(false));
        Some(Place { room: Arc::clone(&self.0), number, client, leaving, seat, sits })
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Entries are put in and taken out as a whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whom a connection is of: it counts among theirs until all clones are gone.
#[derive(Clone, Debug)]
pub(super) struct Client(#[expect(dead_code, reason = "it is held")] Option<Arc<OfOne>>);

struct OfOne {
    room: Arc<Shared>,
    ip: IpAddr,
}

impl fmt::Debug for OfOne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ip.fmt(f)
    }
}

impl Drop for OfOne {
    fn drop(&mut self) {
        let mut state = self.room.lock();
        if let Some(count) = state.of_one.get_mut(&self.ip) {
            *count -= 1;
            if *count == 0 {
                state.of_one.remove(&self.ip);
            }
        }
    }
}

/// A connection's place: first among those who wait, then on a seat.
pub(super) struct Place {
    room: Arc<Shared>,
    number: u64,
    client: Client,
    leaving: CancellationToken,
    seat: tokio::sync::Mutex<Option<OwnedSemaphorePermit>>,
    sits: AtomicBool,
}

impl Place {
    /// Cancelled when the place is needed for another.
    pub fn leaving(&self) -> CancellationToken {
        self.leaving.clone()
    }

    /// Takes a seat, unless it has one; waits for one as long as it may. Whether it has one then.
    pub async fn sit(&self) -> bool {
        if self.sits.load(Ordering::Relaxed) {
            return true;
        }
        // It has shown that it has something to say.
        self.room.lock().waiting.remove(&self.number);
        let mut seat = self.seat.lock().await;
        if seat.is_none() {
            let free = Arc::clone(&self.room.seats).acquire_owned();
            *seat = tokio::time::timeout(self.room.patience, free).await.ok().and_then(Result::ok);
        }
        self.sits.store(seat.is_some(), Ordering::Relaxed);
        seat.is_some()
    }

    /// Whom it is of, for what outlives it.
    pub fn client(&self) -> Client {
        self.client.clone()
    }

    /// What counts for a stream that is served elsewhere: a seat, if there is one, and whose it is.
    pub async fn leave(self) -> Box<(Option<OwnedSemaphorePermit>, Client)> {
        self.sit().await;
        Box::new((self.seat.lock().await.take(), self.client()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.lock().waiting.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    const A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const B: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    fn room(connections: &str, of_one: &str) -> Room {
        let variables = vec![
            ("MJCAST_LIMITS__CONNECTIONS".to_owned(), connections.to_owned()),
            ("MJCAST_LIMITS__CONNECTIONS_PER_CLIENT".to_owned(), of_one.to_owned()),
            ("MJCAST_SERVER__TRUSTED_PROXIES".to_owned(), "192.0.2.9".to_owned()),
            ("MJCAST_LIMITS__HEADER_TIMEOUT_MS".to_owned(), "50".to_owned()),
        ];
        Room::new(&Sources { variables, ..Sources::default() }.load().expect("valid"))
    }

    #[test]
    fn one_address_does_not_take_all() {
        let room = room("100", "2");
        let places = [room.enter(A), room.enter(A)];
        assert!(places.iter().all(Option::is_some));
        assert!(room.enter(A).is_none() && room.enter(B).is_some());
        // What goes on after it, a socket or a stream, counts still.
        let [first, second] = places.map(|place| place.expect("enters"));
        let socket = first.client();
        drop(first);
        assert!(room.enter(A).is_none());
        drop((socket, second));
        assert!(room.enter(A).is_some());
        for several in ["127.0.0.1", "::1", "192.0.2.9"] {
            let ip = several.parse().expect("an address");
            let all: Vec<_> = (0..5).map(|_| room.enter(ip)).collect();
            assert!(all.iter().all(Option::is_some), "{several}");
        }
        assert!(room.0.lock().of_one.is_empty());
    }

    #[tokio::test]
    async fn who_waits_longest_makes_room_and_who_has_a_seat_stays() {
        let room = room("2", "100");
        let seated = room.enter(A).expect("enters");
        assert!(seated.sit().await);
        let waiting: Vec<_> = (0..5).map(|_| room.enter(B).expect("enters")).collect();
        let gone: Vec<_> = waiting.iter().map(|place| place.leaving().is_cancelled()).collect();
        assert_eq!(gone, [true, true, true, false, false]);
        assert!(!seated.leaving().is_cancelled());
        assert!(waiting[4].sit().await);
        assert!(!waiting[3].sit().await, "there are two seats");
        drop(seated);
        assert!(waiting[3].sit().await);
    }
}
