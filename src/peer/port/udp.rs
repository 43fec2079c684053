//! UDP: one socket for each of the machine's addresses, and what a peer takes for its own.

use std::{
    collections::VecDeque,
    fmt,
    io::{self, IoSliceMut},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    task::{Context, Poll, Wake, Waker},
};

use bytes::Bytes;
use webrtc::runtime::{AsyncUdpSocket, JoinHandle, RecvMeta, Runtime, Transmit};

use super::table::{Id, Table};

/// Datagrams that may wait for a peer; those that come when it is full are dropped, as a socket
/// would. A browser sends some hundred a second.
const INBOX: usize = 512;
/// Messages that are read at once.
const AT_ONCE: usize = 4;
/// What a datagram may measure, bytes.
const LONGEST: usize = 1500;

/// A socket on the shared port, with all who receive from it.
#[derive(Debug)]
pub(super) struct Socket {
    io: Arc<dyn AsyncUdpSocket>,
    table: Mutex<Table<Arc<Inbox>>>,
    /// Peers whose datagram found the socket full.
    waiting: Arc<Waiting>,
    reader: OnceLock<Reader>,
}

/// The task that reads.
struct Reader(Box<dyn JoinHandle>);

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Socket {
    /// Reads from `socket` for as long as anybody holds what is given back.
    pub fn start(socket: std::net::UdpSocket, runtime: &dyn Runtime) -> io::Result<Arc<Self>> {
        let io = runtime.wrap_udp_socket(socket)?;
        let (table, waiting, reader) = Default::default();
        let shared = Arc::new(Self { io: Arc::clone(&io), table, waiting, reader });
        let weak = Arc::downgrade(&shared);
        let reader = runtime.spawn(Box::pin(async move {
            let length = LONGEST * io.max_gro_segments().max(1);
            let mut buffers = vec![vec![0; length]; AT_ONCE];
            let mut about = [RecvMeta::default(); AT_ONCE];
            loop {
                let received = std::future::poll_fn(|cx| {
                    let mut slices: Vec<_> =
                        buffers.iter_mut().map(|buffer| IoSliceMut::new(buffer)).collect();
                    io.poll_recv(cx, &mut slices, &mut about)
                });
                let outcome = received.await;
                let Some(shared) = weak.upgrade() else { return };
                match outcome {
                    Ok(count) => {
                        for (buffer, about) in buffers.iter().zip(&about[..count]) {
                            shared.sort(&buffer[..about.len], about);
                        }
                    }
                    // Of one peer, told to all who share the socket: an ICMP message.
                    Err(error) if is_of_one_peer(&error) => {}
                    Err(error) => {
                        tracing::error!(%error, "the streams' socket broke");
                        return shared.table().each(|inbox| inbox.end());
                    }
                }
            }
        }));
        let _ = shared.reader.set(Reader(reader));
        Ok(shared)
    }

    /// Hands datagrams to whose they are; what is nobody's is dropped.
    fn sort(&self, message: &[u8], about: &RecvMeta) {
        let table = self.table();
        for datagram in message.chunks(about.stride.max(1)) {
            if let Some(inbox) = table.owner(datagram, about.addr) {
                inbox.put(datagram, about.addr);
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, Table<Arc<Inbox>>> {
        // Each change of it is whole: a panic elsewhere leaves nothing half-done.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_of_one_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, ConnectionReset, HostUnreachable, Interrupted};
    use io::ErrorKind::{NetworkUnreachable, TimedOut, WouldBlock};
    let kinds = [ConnectionRefused, ConnectionReset, HostUnreachable, Interrupted];
    kinds.contains(&error.kind())
        || [NetworkUnreachable, TimedOut, WouldBlock].contains(&error.kind())
}

/// Datagrams for one peer.
#[derive(Debug, Default)]
struct Inbox(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    datagrams: VecDeque<(Bytes, SocketAddr)>,
    waker: Option<Waker>,
    ended: bool,
}

impl Inbox {
    fn put(&self, datagram: &[u8], from: SocketAddr) {
        self.change(|state| {
            if state.datagrams.len() < INBOX {
                state.datagrams.push_back((Bytes::copy_from_slice(datagram), from));
            }
        });
    }

    fn end(&self) {
        self.change(|state| state.ended = true);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state();
        change(&mut state);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a peer takes for a socket of its own: all that it sends goes through the shared one.
#[derive(Debug)]
pub(super) struct Share {
    socket: Arc<Socket>,
    id: Id,
    inbox: Arc<Inbox>,
    /// As the peer knows it; nobody else does.
    local: SocketAddr,
    /// For relays, which tell their clients apart by address.
    own: Option<Own>,
}

/// A socket that is really the peer's own.
#[derive(Debug)]
pub(super) struct Own {
    pub io: Arc<dyn AsyncUdpSocket>,
    /// Who is reached through it.
    pub relays: Vec<SocketAddr>,
}

impl Share {
    /// A share of `socket` for a peer that knows it as `local`.
    pub fn new(socket: Arc<Socket>, local: SocketAddr, own: Option<Own>) -> Self {
        let inbox = Arc::<Inbox>::default();
        let id = socket.table().add(Arc::clone(&inbox));
        Self { socket, id, inbox, local, own }
    }

    /// Lets checks that name `fragment` come here.
    pub fn claim(&self, fragment: &str) {
        self.socket.table().claim(self.id, fragment);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.socket.table().remove(self.id);
    }
}

impl AsyncUdpSocket for Share {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
    }

    fn max_gso_segments(&self) -> usize {
        self.socket.io.max_gso_segments()
    }

    fn max_gro_segments(&self) -> usize {
        // Datagrams come one by one; the own socket's, which relays use, may be larger.
        self.own.as_ref().map_or(1, |own| own.io.max_gro_segments())
    }

    fn poll_send(&self, cx: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let to = transmit.destination;
        if let Some(own) = self.own.as_ref().filter(|own| own.relays.contains(&to)) {
            return own.io.poll_send(cx, transmit);
        }
        // STUN, RFC 7983 §7.
        if transmit.contents.first().is_some_and(|first| *first < 4) {
            self.socket.table().sent(self.id, transmit.contents, to);
        }
        // The socket remembers one waker, and more than one peer may wait.
        let waker = Waker::from(Arc::clone(&self.socket.waiting));
        let shared = &mut Context::from_waker(&waker);
        let sent = self.socket.io.poll_send(shared, transmit);
        if sent.is_ready() {
            return sent;
        }
        self.socket.waiting.add(cx.waker());
        // It may have become free in between.
        self.socket.io.poll_send(shared, transmit)
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.inbox.state();
        let mut count = 0;
        for (buffer, about) in bufs.iter_mut().zip(meta.iter_mut()) {
            let Some((datagram, from)) = state.datagrams.pop_front() else { break };
            let length = datagram.len().min(buffer.len());
            buffer[..length].copy_from_slice(&datagram[..length]);
            *about = RecvMeta::default();
            (about.addr, about.len, about.stride) = (from, length, length.max(1));
            count += 1;
        }
        if count > 0 {
            return Poll::Ready(Ok(count));
        }
        if state.ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        match &mut state.waker {
            Some(waker) => waker.clone_from(cx.waker()),
            none => *none = Some(cx.waker().clone()),
        }
        drop(state);
        self.own.as_ref().map_or(Poll::Pending, |own| own.io.poll_recv(cx, bufs, meta))
    }
}

/// Tasks that wait until the socket takes more.
#[derive(Debug, Default)]
struct Waiting(Mutex<Vec<Waker>>);

impl Waiting {
    fn add(&self, waker: &Waker) {
        let mut wakers = self.wakers();
        if !wakers.iter().any(|one| one.will_wake(waker)) {
            wakers.push(waker.clone());
        }
    }

    fn wakers(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Waiting {
    fn wake(self: Arc<Self>) {
        let wakers = std::mem::take(&mut *self.wakers());
        wakers.into_iter().for_each(Waker::wake);
    }
}
