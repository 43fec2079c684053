//! How snapshots and signs of life cross from worker to host: a latest-value exchange.
//!
//! ```text
//!  byte 0            64            128           4096              4096 + SLOT       …
//!  ┌─────────────────┬─────────────┬─────────────┬─────────────────┬─────────────┬─────────────┐
//!  │ index           │ pulse       │ (unused)    │ slot 0          │ slot 1      │ slot 2      │
//!  │ version, slot,  │ count,      │             │ head: sequence, │             │             │
//!  │ sequence, check │ phase       │             │ length, check   │             │             │
//!  │                 │             │             │ payload …       │             │             │
//!  └─────────────────┴─────────────┴─────────────┴─────────────────┴─────────────┴─────────────┘
//!
//!  worker, snapshot n:                         host:
//!    1 head of slot n mod 3 := nothing           1 read the index; odd or damaged: again
//!    2 payload                                   2 read the slot's head; other sequence: again
//!    3 head := n, length                         3 read the payload
//!    4 index.version := odd                      4 read the head once more; changed: again
//!    5 index := slot, n; version := even
//!    6 a byte into the pipe
//! ```
//!
//! The worker never waits for the host. It returns to a slot only with the third snapshot after,
//! and takes the head away before it touches the payload (1), so a host that was too slow finds
//! that out (4) and takes the newer snapshot instead. Every record carries a checksum because no
//! system call promises to copy even eight bytes at once. The host trusts none of it: a worker
//! that lies about a length or a slot gives a [`Broken`], as does one that never lets it finish.

use std::os::fd::OwnedFd;

use bytemuck::{Pod, Zeroable};
use rustix::io::Errno;

use super::{
    mapping::Mapping,
    memory::{read_at, sized, write_at},
};

/// Room for one encoded snapshot: some 400,000 geoms. Only what is written takes memory.
pub(super) const SLOT_BYTES: u64 = 64 << 20;
const SLOTS: u64 = 3;
const FIRST_SLOT: u64 = 4096;
const PULSE: u64 = 64;
const HEAD_BYTES: u64 = size_of::<Head>() as u64;
/// Attempts of a reader before it calls the exchange broken; each failed one means that the
/// worker published meanwhile, and an honest one cannot do so this often in a row.
const ATTEMPTS: u32 = 1000;

/// Makes the memory that the two sides exchange through.
pub(super) fn memory() -> rustix::io::Result<OwnedFd> {
    sized("mjcast-snapshots", FIRST_SLOT + SLOTS * SLOT_BYTES)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
struct Index {
    version: u64,
    slot: u64,
    sequence: u64,
    check: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
#[repr(C)]
struct Head {
    sequence: u64,
    length: u64,
    check: u64,
}

#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
struct PulseRecord {
    count: u64,
    phase: u64,
}

/// Mixes the words of a record so that a torn one is noticed (splitmix64's finaliser per word).
fn checksum(words: &[u64]) -> u64 {
    words.iter().fold(0x9e37_79b9_7f4a_7c15, |sum, word| {
        let mut z = (sum ^ word).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z ^= z >> 29;
        z.wrapping_mul(0x94d0_49bb_1331_11eb) ^ (z >> 32)
    })
}

impl Index {
    fn new(version: u64, slot: u64, sequence: u64) -> Self {
        let check = checksum(&[version, slot, sequence]);
        Self { version, slot, sequence, check }
    }

    fn is_whole(&self) -> bool {
        self.version.is_multiple_of(2)
            && self.version > 0
            && self.check == Self::new(self.version, self.slot, self.sequence).check
    }
}

impl Head {
    fn new(sequence: u64, length: u64) -> Self {
        let check = checksum(&[sequence, length]);
        Self { sequence, length, check }
    }

    fn is_whole(&self) -> bool {
        *self == Self::new(self.sequence, self.length)
    }
}

fn slot_at(slot: u64) -> u64 {
    FIRST_SLOT + slot * SLOT_BYTES
}

/// What a worker does, for the message about one that went silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Loading = 0,
    Waiting = 1,
    Stepping = 2,
    Extracting = 3,
}

impl Phase {
    /// In words, from whatever number the worker left.
    pub fn describe(raw: u64) -> &'static str {
        match raw {
            0 => "loading the model",
            1 => "waiting",
            2 => "taking a physics step",
            3 => "extracting the scene",
            _ => "in an unknown phase",
        }
    }
}

/// The worker's side.
#[derive(Debug)]
pub(super) struct Publisher {
    memory: OwnedFd,
    slots: [Mapping; SLOTS as usize],
    version: u64,
    sequence: u64,
    pulses: u64,
}

impl Publisher {
    /// Publishes into `memory`, which [`memory()`] made.
    pub fn new(memory: OwnedFd) -> Self {
        let slots = [0, 1, 2].map(|slot| Mapping::new(slot_at(slot), SLOT_BYTES as usize));
        Self { memory, slots, version: 0, sequence: 0, pulses: 0 }
    }

    /// The sequence number that the next publication has.
    pub fn next_sequence(&self) -> u64 {
        self.sequence + 1
    }

    /// Publishes `payload` under the next sequence number.
    pub fn publish(&mut self, payload: &[u8]) -> rustix::io::Result<()> {
        let length = payload.len() as u64;
        if length > SLOT_BYTES - HEAD_BYTES {
            return Err(Errno::FBIG);
        }
        self.sequence += 1;
        let slot = self.sequence % SLOTS;
        let at = slot_at(slot);
        write_at(&self.memory, bytemuck::bytes_of(&Head::zeroed()), at)?;
        let mapping = &mut self.slots[slot as usize];
        mapping.write(&self.memory, HEAD_BYTES as usize, payload)?;
        let head = Head::new(self.sequence, length);
        write_at(&self.memory, bytemuck::bytes_of(&head), at)?;
        self.version += 1;
        write_at(&self.memory, bytemuck::bytes_of(&self.version), 0)?;
        self.version += 1;
        let index = Index::new(self.version, slot, self.sequence);
        write_at(&self.memory, bytemuck::bytes_of(&index), 0)
    }

    /// Shows that the worker lives, and what it does.
    pub fn pulse(&mut self, phase: Phase) -> rustix::io::Result<()> {
        self.pulses += 1;
        let record = PulseRecord { count: self.pulses, phase: phase as u64 };
        write_at(&self.memory, bytemuck::bytes_of(&record), PULSE)
    }
}

/// Why nothing can be read from an exchange any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// A record that no honest worker writes.
    #[error("it published a snapshot of an impossible size or place")]
    Impossible,
    /// It overwrote what was being read again and again.
    #[error("its snapshots could not be read in {ATTEMPTS} attempts")]
    Restless,
    /// The memory cannot be read.
    #[error("its snapshots cannot be read: {0}")]
    Io(#[from] Errno),
}

/// The host's side.
#[derive(Debug)]
pub(super) struct Subscriber {
    memory: OwnedFd,
}

impl Subscriber {
    /// Reads from `memory`, which [`memory()`] made.
    pub fn new(memory: OwnedFd) -> Self {
        Self { memory }
    }

    /// The count and phase that the worker last left, unchecked.
    pub fn pulse(&self) -> rustix::io::Result<(u64, u64)> {
        let record: PulseRecord = self.read(PULSE)?;
        Ok((record.count, record.phase))
    }

    /// Copies the latest snapshot into `payload` and gives its sequence number, or `None` when
    /// there is none newer than `seen`.
    pub fn latest(&self, seen: u64, payload: &mut Vec<u8>) -> Result<Option<u64>, Broken> {
        for _ in 0..ATTEMPTS {
            let index: Index = self.read(0)?;
            if index == Index::zeroed() {
                return Ok(None);
            }
            if !index.is_whole() {
                std::thread::yield_now();
                continue;
            }
            if index.sequence == seen {
                return Ok(None);
            }
            if self.take(&index, payload)? {
                return Ok(Some(index.sequence));
            }
        }
        Err(Broken::Restless)
    }

    fn take(&self, index: &Index, payload: &mut Vec<u8>) -> Result<bool, Broken> {
        if index.slot >= SLOTS {
            return Err(Broken::Impossible);
        }
        let at = slot_at(index.slot);
        let head: Head = self.read(at)?;
        if !head.is_whole() || head.sequence != index.sequence {
            return Ok(false);
        }
        if head.length > SLOT_BYTES - HEAD_BYTES {
            return Err(Broken::Impossible);
        }
        payload.clear();
        payload.resize(head.length as usize, 0);
        read_at(&self.memory, payload, at + HEAD_BYTES)?;
        Ok(self.read::<Head>(at)? == head)
    }

    fn read<T: Pod>(&self, at: u64) -> rustix::io::Result<T> {
        let mut record = T::zeroed();
        read_at(&self.memory, bytemuck::bytes_of_mut(&mut record), at)?;
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    fn pair() -> (Publisher, Subscriber) {
        let memory = memory().expect("memfd");
        let other = memory.try_clone().expect("dup");
        (Publisher::new(memory), Subscriber::new(other))
    }

    #[test]
    fn the_latest_snapshot_arrives_once() {
        let (mut publisher, subscriber) = pair();
        let mut payload = Vec::new();
        assert_eq!(subscriber.latest(0, &mut payload).expect("reads"), None);
        publisher.publish(b"one").expect("publishes");
        publisher.publish(b"second").expect("publishes");
        let latest = subscriber.latest(0, &mut payload).expect("reads");
        assert_eq!((latest, &payload[..]), (Some(2), &b"second"[..]));
        assert_eq!(subscriber.latest(2, &mut payload).expect("reads"), None);
    }

    #[test]
    fn pulses_count() {
        let (mut publisher, subscriber) = pair();
        publisher.pulse(Phase::Waiting).expect("pulses");
        publisher.pulse(Phase::Stepping).expect("pulses");
        assert_eq!(subscriber.pulse().expect("reads"), (2, Phase::Stepping as u64));
    }

    #[test]
    fn lies_are_noticed() {
        let (mut publisher, subscriber) = pair();
        publisher.publish(b"true").expect("publishes");
        let mut payload = Vec::new();
        let long = Head::new(1, SLOT_BYTES);
        write_at(&subscriber.memory, bytemuck::bytes_of(&long), slot_at(1)).expect("writes");
        let lie = subscriber.latest(0, &mut payload);
        assert!(matches!(lie, Err(Broken::Impossible)));
        let astray = Index::new(4, SLOTS, 2);
        write_at(&subscriber.memory, bytemuck::bytes_of(&astray), 0).expect("writes");
        let lie = subscriber.latest(0, &mut payload);
        assert!(matches!(lie, Err(Broken::Impossible)));
        write_at(&subscriber.memory, &[0xff; 32], 0).expect("writes");
        let noise = subscriber.latest(0, &mut payload);
        assert!(matches!(noise, Err(Broken::Restless)));
    }

    #[test]
    fn a_hammered_exchange_never_yields_a_torn_snapshot() {
        let (mut publisher, subscriber) = pair();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let publisher = || {
                for n in 1..=20_000u64 {
                    // Every byte tells the snapshot, so that a mix of two would show.
                    let payload = vec![(n % 251) as u8; 1000 + (n % 7) as usize * 3001];
                    publisher.publish(&payload).expect("publishes");
                }
                done.store(true, Ordering::Release);
            };
            let thread = std::thread::Builder::new().name("test-publisher".into());
            thread.spawn_scoped(scope, publisher).expect("a thread");
            let (mut payload, mut seen, mut reads) = (Vec::new(), 0, 0);
            loop {
                let last = done.load(Ordering::Acquire);
                let latest = match subscriber.latest(seen, &mut payload) {
                    // Tries are bounded, and this publisher never pauses: read again.
                    Err(Broken::Restless) if !last => continue,
                    latest => latest.expect("reads"),
                };
                if let Some(n) = latest {
                    assert!(n > seen, "went back from {seen} to {n}");
                    assert_eq!(payload.len(), 1000 + (n % 7) as usize * 3001);
                    assert!(payload.iter().all(|b| *b == (n % 251) as u8), "torn at {n}");
                    seen = n;
                    reads += 1;
                } else if last {
                    break;
                }
            }
            assert_eq!(seen, 20_000, "the last one is seen");
            assert!(reads > 1);
        });
    }
}
