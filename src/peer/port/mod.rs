//! One port for the media of all viewers: UDP, and ICE over TCP on the same number.
//!
//! ```text
//!  viewer A ──┐                                ┌─ Share ─► driver of A
//!  viewer B ──┼─► udp::Socket, one an address ─┤   (table: whose is it)
//!  viewer C ──┘                                └─ Share ─► driver of B
//!  viewer D ────► accepted stream, first check names D ─► Listener ─► driver of D
//! ```
//! The library gives every connection sockets of its own. It binds them through a
//! [`Runtime`](webrtc::runtime::Runtime), and a [`Seat`] is one that hands out shares of the common
//! ones in their place. The driver knows its share by the number of the socket that it thought to
//! bind; candidates are told with the common number ([`Seat::public`]).

mod stun;
mod table;
mod tcp;
mod udp;

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, SocketAddr, UdpSocket},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    time::{Duration, Instant},
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::AbortHandle,
};
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, Runtime,
    default_runtime,
};

pub use tcp::{Counted, is_media};

/// Pause after `accept` failed for want of descriptors or memory: others must free some first.
const RELIEF: Duration = Duration::from_millis(100);

/// The port that all peers share. Clones are the same port.
#[derive(Clone, Debug)]
pub struct Port(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    udp: u16,
    tcp: Option<u16>,
    /// One for each address that a peer was reached at.
    sockets: Mutex<HashMap<IpAddr, Arc<udp::Socket>>>,
    streams: tcp::Peers,
    /// The task that accepts, where nobody else does.
    listening: OnceLock<AbortHandle>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(listening) = self.listening.get() {
            listening.abort();
        }
    }
}

impl Port {
    /// Takes UDP port `number` of all `addresses`, or any free one where it is 0. Viewers are told
    /// to open streams at TCP port `tcp`, whose listener hands them to [`Self::accept`].
    ///
    /// # Errors
    /// When the port is taken.
    pub fn open(addresses: &[IpAddr], number: u16, tcp: Option<u16>) -> io::Result<Self> {
        let mut udp = number;
        // Bound for each of the machine's addresses by itself, when there is a viewer: only then
        // do answers leave from where they were asked. This finds out whether that can be.
        for address in addresses {
            udp = UdpSocket::bind((*address, udp))?.local_addr()?.port();
        }
        let (sockets, streams, listening) = Default::default();
        Ok(Self(Arc::new(Shared { udp, tcp, sockets, streams, listening })))
    }

    /// The number of the UDP port.
    pub fn number(&self) -> u16 {
        self.0.udp
    }

    /// Hands a viewer's stream, none of which was read, to the peer that its first check names.
    ///
    /// # Errors
    /// When it is no viewer's, or that peer takes no more.
    pub async fn accept(&self, stream: TcpStream, counted: Counted) -> io::Result<()> {
        self.0.streams.accept(stream, counted).await
    }

    /// Takes viewers' streams from a listener of their own, at most `most` at a time, for as long
    /// as there is the port.
    pub fn listen(&self, listener: TcpListener, most: usize) {
        let (port, seats) = (Arc::downgrade(&self.0), Arc::new(Semaphore::new(most)));
        let listening = tokio::spawn(async move {
            loop {
                // The permit comes first: beyond the limit, streams wait in the kernel's backlog.
                let Ok(permit) = Arc::clone(&seats).acquire_owned().await else { return };
                let Ok((stream, _)) = listener.accept().await else {
                    tokio::time::sleep(RELIEF).await;
                    continue;
                };
                let Some(port) = port.upgrade().map(Self) else { return };
                tokio::spawn(async move {
                    if let Err(error) = port.accept(stream, Box::new(permit)).await {
                        tracing::debug!(%error, "a stream over TCP was refused");
                    }
                });
            }
        });
        let _ = self.0.listening.set(listening.abort_handle());
    }

    /// A peer's place. Relays at `relays` are spoken to through a socket of the peer's own.
    pub(super) fn seat(&self, relays: Vec<SocketAddr>) -> io::Result<Arc<Seat>> {
        let runtime = default_runtime().ok_or_else(|| io::Error::other("there is no runtime"))?;
        let port = Arc::clone(&self.0);
        Ok(Arc::new(Seat { port, runtime, relays, state: Mutex::default() }))
    }
}

impl Shared {
    fn socket(&self, ip: IpAddr, runtime: &dyn Runtime) -> io::Result<Arc<udp::Socket>> {
        let mut sockets = self.sockets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(socket) = sockets.get(&ip) {
            return Ok(Arc::clone(socket));
        }
        let socket = UdpSocket::bind((ip, self.udp))?;
        socket.set_nonblocking(true)?;
        let socket = udp::Socket::start(socket, runtime)?;
        sockets.insert(ip, Arc::clone(&socket));
        Ok(socket)
    }
}

/// A peer's place at the port: the runtime of its driver.
#[derive(Debug)]
pub(super) struct Seat {
    port: Arc<Shared>,
    runtime: Arc<dyn Runtime>,
    relays: Vec<SocketAddr>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    fragment: Option<String>,
    shares: Vec<Weak<udp::Share>>,
    listeners: Vec<Weak<tcp::Listener>>,
    /// The numbers of sockets that the driver thinks it has.
    udp: Vec<u16>,
    tcp: Vec<u16>,
}

impl Seat {
    fn state(&self) -> MutexGuard<'_, State> {
        // Only lists grow under it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the checks come here that answer this local description.
    pub fn claim(&self, sdp: &str) {
        let fragment = sdp.lines().find_map(|line| line.strip_prefix("a=ice-ufrag:"));
        let Some(fragment) = fragment.map(str::trim) else { return };
        let mut state = self.state();
        state.fragment = Some(fragment.to_owned());
        state.shares.iter().filter_map(Weak::upgrade).for_each(|share| share.claim(fragment));
        let listeners = state.listeners.iter().filter_map(Weak::upgrade);
        listeners.for_each(|listener| self.port.streams.claim(fragment, &listener));
    }

    /// The number by which others know port `number` of the peer, over UDP.
    pub fn public(&self, number: u16) -> u16 {
        if self.state().udp.contains(&number) { self.port.udp } else { number }
    }

    /// Likewise over TCP; `None` when nothing listens there.
    pub fn public_tcp(&self, number: u16) -> Option<u16> {
        self.port.tcp.filter(|_| self.state().tcp.contains(&number))
    }

    /// Whether viewers may open streams.
    pub fn takes_streams(&self) -> bool {
        self.port.tcp.is_some()
    }

    /// As if the driver had bound these.
    #[cfg(test)]
    pub fn knows(&self, udp: u16, tcp: u16) {
        let mut state = self.state();
        state.udp.push(udp);
        state.tcp.push(tcp);
    }
}

impl Runtime for Seat {
    fn wrap_udp_socket(&self, socket: UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let local = socket.local_addr()?;
        let shared = match self.port.socket(local.ip(), &*self.runtime) {
            Ok(shared) => shared,
            Err(error) => {
                let (ip, port) = (local.ip(), self.port.udp);
                tracing::warn!(%error, %ip, port, "the streams' port cannot be had there");
                return self.runtime.wrap_udp_socket(socket);
            }
        };
        let own = if self.relays.is_empty() {
            None
        } else {
            let io = self.runtime.wrap_udp_socket(socket)?;
            Some(udp::Own { io, relays: self.relays.clone() })
        };
        let share = Arc::new(udp::Share::new(shared, local, own));
        let mut state = self.state();
        if let Some(fragment) = &state.fragment {
            share.claim(fragment);
        }
        state.udp.push(local.port());
        state.shares.retain(|share| share.strong_count() > 0);
        state.shares.push(Arc::downgrade(&share));
        Ok(share)
    }

    fn wrap_tcp_listener(
        &self,
        listener: std::net::TcpListener,
    ) -> io::Result<Arc<dyn AsyncTcpListener>> {
        let local = listener.local_addr()?;
        let listener = Arc::new(tcp::Listener::new(local));
        let mut state = self.state();
        if let Some(fragment) = &state.fragment {
            self.port.streams.claim(fragment, &listener);
        }
        state.tcp.push(local.port());
        state.listeners.retain(|listener| listener.strong_count() > 0);
        state.listeners.push(Arc::downgrade(&listener));
        Ok(listener)
    }

    fn spawn(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) -> Box<dyn JoinHandle> {
        self.runtime.spawn(future)
    }

    fn spawn_reactor(
        &self,
        pool_size: usize,
        future: Pin<Box<dyn Future<Output = ()> + Send>>,
    ) -> Box<dyn JoinHandle> {
        self.runtime.spawn_reactor(pool_size, future)
    }

    fn connect_tcp<'a>(
        &'a self,
        _: SocketAddr,
    ) -> Pin<Box<dyn Future<Output = io::Result<Arc<dyn AsyncTcpStream>>> + Send + 'a>> {
        // The server opens no streams to where a viewer says.
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    fn resolve_host<'a>(
        &'a self,
        host: &'a str,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>> {
        self.runtime.resolve_host(host)
    }

    fn now(&self) -> Instant {
        self.runtime.now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        self.runtime.sleep(duration)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        self.runtime.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        self.runtime.block_on(future);
    }

    fn yield_now(&self) -> Pin<Box<dyn Future<Output = ()> + Send + 'static>> {
        self.runtime.yield_now()
    }

    fn name(&self) -> &'static str {
        self.runtime.name()
    }
}
