//! Whose a datagram on a shared port is.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
};

use super::stun::{self, Kind, Transaction};

/// Addresses of a peer's other end that are remembered: more than a browser has. The oldest goes.
const MAX_ADDRESSES: usize = 64;
/// Own requests of all peers that may be unanswered. The oldest is forgotten.
const MAX_TRANSACTIONS: usize = 4096;
/// User fragments that a peer goes by: the present one, and the one before a restart, for checks
/// that are still under way.
const MAX_FRAGMENTS: usize = 2;

/// Names a peer.
pub(super) type Id = u64;

/// Which peer is reached how.
///
/// A check is for whom it names. All else is for who granted a check from the same address, and
/// that takes the password of the connection: neither a forged check nor a forged candidate leads
/// another viewer's packets away.
#[derive(Debug)]
pub(super) struct Table<T> {
    peers: HashMap<Id, Entry<T>>,
    by_fragment: HashMap<String, Id>,
    by_address: HashMap<SocketAddr, Id>,
    by_transaction: HashMap<Transaction, Id>,
    transactions: VecDeque<Transaction>,
    next: Id,
}

#[derive(Debug)]
struct Entry<T> {
    inbox: T,
    fragments: VecDeque<String>,
    addresses: VecDeque<SocketAddr>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            peers: HashMap::new(),
            by_fragment: HashMap::new(),
            by_address: HashMap::new(),
            by_transaction: HashMap::new(),
            transactions: VecDeque::new(),
            next: 0,
        }
    }
}

impl<T> Table<T> {
    /// Adds a peer that nobody reaches yet.
    pub fn add(&mut self, inbox: T) -> Id {
        self.next += 1;
        let (fragments, addresses) = Default::default();
        self.peers.insert(self.next, Entry { inbox, fragments, addresses });
        self.next
    }

    /// Forgets a peer and all that leads to it.
    pub fn remove(&mut self, id: Id) {
        let Some(entry) = self.peers.remove(&id) else { return };
        for fragment in entry.fragments {
            remove_if(&mut self.by_fragment, &fragment, id);
        }
        for address in entry.addresses {
            remove_if(&mut self.by_address, &address, id);
        }
        self.by_transaction.retain(|_, asker| *asker != id);
        self.transactions.retain(|transaction| self.by_transaction.contains_key(transaction));
    }

    /// Lets checks that name `fragment` reach a peer.
    pub fn claim(&mut self, id: Id, fragment: &str) {
        let Some(entry) = self.peers.get_mut(&id) else { return };
        if entry.fragments.iter().any(|own| own == fragment) {
            return;
        }
        entry.fragments.push_back(fragment.to_owned());
        self.by_fragment.insert(fragment.to_owned(), id);
        if entry.fragments.len() > MAX_FRAGMENTS
            && let Some(old) = entry.fragments.pop_front()
        {
            remove_if(&mut self.by_fragment, &old, id);
        }
    }

    /// Notes what a peer sends to an address.
    pub fn sent(&mut self, id: Id, datagram: &[u8], to: SocketAddr) {
        match stun::kind(datagram) {
            Kind::Request { transaction, .. } => self.asked(id, transaction),
            Kind::Success { .. } => self.granted(id, to),
            Kind::Failure { .. } | Kind::Other => {}
        }
    }

    fn asked(&mut self, id: Id, transaction: Transaction) {
        if self.by_transaction.insert(transaction, id).is_none() {
            self.transactions.push_back(transaction);
        }
        if self.transactions.len() > MAX_TRANSACTIONS
            && let Some(old) = self.transactions.pop_front()
        {
            self.by_transaction.remove(&old);
        }
    }

    fn granted(&mut self, id: Id, to: SocketAddr) {
        if self.by_address.insert(to, id) == Some(id) {
            return;
        }
        let Some(entry) = self.peers.get_mut(&id) else { return };
        entry.addresses.push_back(to);
        if entry.addresses.len() > MAX_ADDRESSES
            && let Some(old) = entry.addresses.pop_front()
        {
            remove_if(&mut self.by_address, &old, id);
        }
    }

    /// Does something for every peer.
    pub fn each(&self, act: impl FnMut(&T)) {
        self.peers.values().map(|entry| &entry.inbox).for_each(act);
    }

    /// Whose a datagram is that came from an address.
    pub fn owner(&self, datagram: &[u8], from: SocketAddr) -> Option<&T> {
        let by_address = || self.by_address.get(&from);
        let id = match stun::kind(datagram) {
            Kind::Request { asked, .. } => self.by_fragment.get(asked?),
            Kind::Success { transaction } | Kind::Failure { transaction } => {
                self.by_transaction.get(&transaction).or_else(by_address)
            }
            Kind::Other => by_address(),
        }?;
        self.peers.get(id).map(|entry| &entry.inbox)
    }
}

/// Another peer may have taken the key over.
fn remove_if<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Id>, key: &K, id: Id) {
    if map.get(key) == Some(&id) {
        map.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::stun::tests::{BINDING, GRANTED, message},
        *,
    };

    const RTP: &[u8] = &[0x80; 40];

    fn address(port: u16) -> SocketAddr {
        ([192, 0, 2, 1], port).into()
    }

    fn check(user: &str) -> Vec<u8> {
        message(BINDING, [1; 12], Some(user))
    }

    fn grant() -> Vec<u8> {
        message(GRANTED, [1; 12], None)
    }

    #[test]
    fn packets_go_to_who_granted_the_check() {
        let mut table = Table::default();
        let (a, b) = (table.add('a'), table.add('b'));
        table.claim(a, "ua");
        table.claim(b, "ub");
        assert_eq!(table.owner(&check("ua:x"), address(1)), Some(&'a'));
        assert_eq!(table.owner(&check("ub:x"), address(1)), Some(&'b'));
        assert_eq!(table.owner(&check("uc:x"), address(1)), None);
        assert_eq!(table.owner(RTP, address(1)), None, "nobody granted anything");
        table.sent(a, &grant(), address(1));
        assert_eq!(table.owner(RTP, address(1)), Some(&'a'));
        assert_eq!(table.owner(RTP, address(2)), None);
        // A check that names another, and one that another sends there, change nothing.
        assert_eq!(table.owner(&check("ub:x"), address(1)), Some(&'b'));
        table.sent(b, &check("x:ub"), address(1));
        assert_eq!(table.owner(RTP, address(1)), Some(&'a'));
        // A browser's port may serve another of its connections later.
        table.sent(b, &grant(), address(1));
        assert_eq!(table.owner(RTP, address(1)), Some(&'b'));
        table.remove(a);
        assert_eq!(table.owner(RTP, address(1)), Some(&'b'), "it is no longer a's");
        table.remove(b);
        assert_eq!(table.owner(RTP, address(1)), None);
        assert!(table.by_address.is_empty() && table.by_fragment.is_empty());
    }

    #[test]
    fn answers_go_to_who_asked() {
        let mut table = Table::default();
        let (a, b) = (table.add('a'), table.add('b'));
        let server = address(3478);
        table.sent(a, &message(BINDING, [1; 12], None), server);
        table.sent(b, &message(BINDING, [2; 12], None), server);
        assert_eq!(table.owner(&message(GRANTED, [1; 12], None), server), Some(&'a'));
        assert_eq!(table.owner(&message(GRANTED, [2; 12], None), server), Some(&'b'));
        assert_eq!(table.owner(&message(0x0111, [2; 12], None), server), Some(&'b'));
        assert_eq!(table.owner(&message(GRANTED, [3; 12], None), server), None);
        table.remove(a);
        assert_eq!(table.owner(&message(GRANTED, [1; 12], None), server), None);
    }

    #[test]
    fn after_a_restart_both_names_are_known_and_then_the_new_one() {
        let mut table = Table::default();
        let a = table.add('a');
        for fragment in ["u1", "u2", "u2", "u3"] {
            table.claim(a, fragment);
        }
        let known = |fragment: &str| table.owner(&check(&format!("{fragment}:x")), address(1));
        assert_eq!((known("u1"), known("u2"), known("u3")), (None, Some(&'a'), Some(&'a')));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut table = Table::default();
        let a = table.add('a');
        for n in 0..20_000_u32 {
            let mut transaction = [0; 12];
            transaction[..4].copy_from_slice(&n.to_be_bytes());
            table.sent(a, &message(BINDING, transaction, None), address(1));
            table.sent(a, &grant(), address(n as u16));
        }
        assert_eq!(table.by_transaction.len(), MAX_TRANSACTIONS);
        assert_eq!(table.transactions.len(), MAX_TRANSACTIONS);
        assert_eq!(table.by_address.len(), MAX_ADDRESSES);
        table.remove(a);
        assert!(table.by_transaction.is_empty() && table.transactions.is_empty());
    }
}
