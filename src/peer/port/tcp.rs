//! ICE over TCP (RFC 6544): streams that viewers open, for whom their first check names. Each
//! datagram is preceded by its length (RFC 4571).

use std::{
    collections::HashMap,
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::{Buf as _, Bytes};
use tokio::{
    io::AsyncReadExt as _,
    net::TcpStream,
    net::tcp::{OwnedReadHalf, OwnedWriteHalf},
    sync::mpsc,
    time::timeout,
};
use webrtc::runtime::{AsyncTcpListener, AsyncTcpStream};

use super::stun::{self, Kind};

/// Streams that may wait for a peer; a browser opens one for each candidate.
const BACKLOG: usize = 8;
/// How long a stream may take to say whom it is for.
const FIRST_CHECK: Duration = Duration::from_secs(5);
/// The longest first check, bytes: they have some hundred.
const LONGEST_CHECK: usize = 1500;
/// A viewer who takes nothing for this long is gone.
const PATIENCE: Duration = Duration::from_secs(5);
/// What may wait in the kernel for a slow viewer, bytes: what is sent late is of no use.
const UNSENT: u32 = 64 << 10;

type Reply<'a, T> = Pin<Box<dyn Future<Output = io::Result<T>> + Send + 'a>>;

/// Whether a connection that begins so is a viewer's media: a length below 2 KiB, where HTTP has a
/// letter and TLS the number of its handshake.
pub fn is_media(first: u8) -> bool {
    first < 8
}

/// Peers that take streams, by the fragments that their checks name.
#[derive(Debug, Default)]
pub(super) struct Peers(Mutex<HashMap<String, mpsc::Sender<Incoming>>>);

/// What a stream counts as, for as long as it is there.
pub type Counted = Box<dyn fmt::Debug + Send + Sync>;

/// A stream with its first check.
#[derive(Debug)]
pub(super) struct Incoming {
    stream: TcpStream,
    from: SocketAddr,
    /// The first check, with its length.
    first: Bytes,
    counted: Counted,
}

impl Peers {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, mpsc::Sender<Incoming>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets streams whose check names `fragment` come to `listener`, until it is dropped.
    pub fn claim(&self, fragment: &str, listener: &Listener) {
        let mut peers = self.lock();
        peers.retain(|_, sender| !sender.is_closed());
        peers.insert(fragment.to_owned(), listener.sender.clone());
    }

    /// Reads the first check of a stream and hands it to whom it names.
    ///
    /// # Errors
    /// When it is no check in time, or names nobody.
    pub async fn accept(&self, mut stream: TcpStream, counted: Counted) -> io::Result<()> {
        let from = stream.peer_addr()?;
        stream.set_nodelay(true)?;
        let options = socket2::SockRef::from(&stream);
        options.set_tcp_user_timeout(Some(PATIENCE))?;
        options.set_tcp_notsent_lowat(UNSENT)?;
        let first = timeout(FIRST_CHECK, first_check(&mut stream)).await??;
        let Kind::Request { asked: Some(fragment), .. } = stun::kind(&first[2..]) else {
            return Err(io::Error::other("it does not begin with a check"));
        };
        let sender = self.lock().get(fragment).cloned();
        let sender = sender.ok_or_else(|| io::Error::other("it is for nobody"))?;
        let incoming = Incoming { stream, from, first, counted };
        sender.try_send(incoming).map_err(|_| io::Error::other("too many wait"))
    }
}

/// The first datagram of a stream with its length.
async fn first_check(stream: &mut TcpStream) -> io::Result<Bytes> {
    let length = usize::from(stream.read_u16().await?);
    if length > LONGEST_CHECK {
        return Err(io::Error::other("it is too long for a check"));
    }
    let mut framed = vec![0; 2 + length];
    framed[..2].copy_from_slice(&(length as u16).to_be_bytes());
    stream.read_exact(&mut framed[2..]).await?;
    Ok(framed.into())
}

/// What a peer takes for a listener of its own.
#[derive(Debug)]
pub(super) struct Listener {
    sender: mpsc::Sender<Incoming>,
    incoming: tokio::sync::Mutex<mpsc::Receiver<Incoming>>,
    /// As the peer knows it; nobody else does.
    local: SocketAddr,
}

impl Listener {
    /// A listener that its peer knows as `local`.
    pub fn new(local: SocketAddr) -> Self {
        let (sender, incoming) = mpsc::channel(BACKLOG);
        Self { sender, incoming: incoming.into(), local }
    }
}

impl AsyncTcpListener for Listener {
    fn accept<'a>(&'a self) -> Reply<'a, (Arc<dyn AsyncTcpStream>, SocketAddr)> {
        Box::pin(async move {
            let incoming = self.incoming.lock().await.recv().await;
            // It holds a sender itself.
            let incoming = incoming.ok_or(io::ErrorKind::BrokenPipe)?;
            let from = incoming.from;
            let stream: Arc<dyn AsyncTcpStream> = Arc::new(Stream::new(incoming, self.local));
            Ok((stream, from))
        })
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
    }
}

/// A stream, from its first check on.
#[derive(Debug)]
struct Stream {
    read: OwnedReadHalf,
    write: OwnedWriteHalf,
    /// What was read before it came here.
    first: Mutex<Bytes>,
    local: SocketAddr,
    from: SocketAddr,
    _counted: Counted,
}

impl Stream {
    fn new(incoming: Incoming, local: SocketAddr) -> Self {
        let Incoming { stream, from, first, counted } = incoming;
        let (read, write) = stream.into_split();
        Self { read, write, first: first.into(), local, from, _counted: counted }
    }

    fn take_first(&self, buffer: &mut [u8]) -> usize {
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        let length = first.len().min(buffer.len());
        first.copy_to_slice(&mut buffer[..length]);
        length
    }
}

impl AsyncTcpStream for Stream {
    fn read<'a, 'b>(&'a self, buffer: &'b mut [u8]) -> Reply<'b, usize>
    where
        'a: 'b,
    {
        Box::pin(async move {
            let first = self.take_first(buffer);
            if first > 0 {
                return Ok(first);
            }
            loop {
                self.read.readable().await?;
                match self.read.try_read(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    read => return read,
                }
            }
        })
    }

    fn write_all<'a, 'b>(&'a self, mut data: &'b [u8]) -> Reply<'b, ()>
    where
        'a: 'b,
    {
        Box::pin(async move {
            while !data.is_empty() {
                timeout(PATIENCE, self.write.writable()).await??;
                match self.write.try_write(data) {
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(count) => data = &data[count..],
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        })
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
    }

    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.from)
    }
}
