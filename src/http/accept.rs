//! The accept loop: warp as shipped sets no time limit on slow or idle clients. Viewers whose media
//! comes over TCP are told by their first byte and handed on.

use std::{
    convert::Infallible,
    future::Future,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::{BodyExt as _, combinators::UnsyncBoxBody};
use hyper::{Method, Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::net::sockopt::set_socket_send_buffer_size;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{Instant, Sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;
use warp::filters::BoxedFilter;

use super::{fleet::Fleet, guest, media::PATH};
use crate::{
    config::Limits,
    metrics::Pulse,
    peer::{Port, is_media},
};

/// Pause after `accept` failed for want of descriptors or memory: others must free some first.
const RELIEF: Duration = Duration::from_millis(100);

/// How often the loop shows that it goes on, whether or not anybody comes.
const BEAT: Duration = Duration::from_secs(1);

/// Bytes of a live stream that the kernel may hold for a client: half a second of it, and 10 Mbit/s
/// over a path of 0.1 s. By default it holds megabytes, which a slow client would see seconds late.
const LIVE_SEND_BYTES: usize = 128 << 10;

/// Who is at the other end of a connection, in the extensions of its requests.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub SocketAddr);

/// What is under way, and how it is told to end.
#[derive(Clone, Default)]
pub(super) struct Work {
    /// Cancelled when the daemon ends: connections finish their request, sockets say goodbye.
    pub closing: CancellationToken,
    /// One task per connection and per socket.
    pub tasks: TaskTracker,
}

impl Work {
    /// Lets everything end, for at most `deadline`; `false` when something did not.
    pub async fn drain(self, deadline: Duration) -> bool {
        self.closing.cancel();
        self.tasks.close();
        tokio::time::timeout(deadline, self.tasks.wait()).await.is_ok()
    }
}

/// What answers requests.
#[derive(Clone)]
pub(super) struct Front {
    /// All that warp has.
    pub routes: BoxedFilter<(warp::reply::Response,)>,
    /// What has a path of its own.
    pub guest: guest::Door,
    /// Other daemons that share the work.
    pub fleet: Option<Arc<Fleet>>,
}

/// A response as it is sent, whoever made it.
pub(super) type Response = warp::http::Response<Body>;
/// Its body.
pub(super) type Body = UnsyncBoxBody<bytes::Bytes, Box<dyn std::error::Error + Send + Sync>>;

/// Accepts and serves until `shutdown` resolves; what is then still open is in `work`.
pub(super) async fn until(
    shutdown: impl Future<Output = ()>,
    listener: TcpListener,
    front: Front,
    media: &Port,
    limits: &Limits,
    work: &Work,
    pulse: &Pulse,
) {
    let seats = Arc::new(Semaphore::new(limits.connections));
    let mut shutdown = pin!(shutdown);
    let mut failing = false;
    let mut ticks = tokio::time::interval(BEAT);
    loop {
        pulse.beat(Instant::now().into_std());
        // The permit comes first: beyond the limit, clients wait in the kernel's backlog.
        let next = async {
            let seat = Arc::clone(&seats).acquire_owned().await;
            (seat, listener.accept().await)
        };
        let (seat, accepted) = tokio::select! {
            () = &mut shutdown => return,
            _ = ticks.tick() => continue,
            next = next => next,
        };
        match accepted {
            Ok((stream, _)) => {
                failing = false;
                let closing = work.closing.clone();
                let first = first_byte(stream, limits.header_timeout, closing.clone());
                let (front, limits, media) = (front.clone(), limits.clone(), media.clone());
                work.tasks.spawn(async move {
                    match first.await {
                        Some((stream, first)) if is_media(first) => {
                            let accepted = media.accept(stream, seat.ok());
                            if let Some(Err(error)) = closing.run_until_cancelled(accepted).await {
                                tracing::debug!(%error, "a stream over TCP was refused");
                            }
                        }
                        Some((stream, _)) => {
                            connection(stream, front, &limits, closing).await;
                            drop(seat);
                        }
                        None => {}
                    }
                });
            }
            Err(error) if is_the_clients(&error) => {}
            Err(error) => {
                // Once per outage: it may last, and this loop turns ten times a second.
                if !std::mem::replace(&mut failing, true) {
                    tracing::warn!(%error, "no connection can be accepted");
                }
                tokio::time::sleep(RELIEF).await;
            }
        }
    }
}

/// Whether `accept` failed for something that only concerns the one connection.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

/// Waits for the first byte, which stays unread; `None` when none comes.
async fn first_byte(
    stream: TcpStream,
    patience: Duration,
    closing: CancellationToken,
) -> Option<(TcpStream, u8)> {
    let mut first = [0];
    let peeked = tokio::select! {
        peeked = tokio::time::timeout(patience, stream.peek(&mut first)) => peeked,
        () = closing.cancelled() => return None,
    };
    matches!(peeked, Ok(Ok(1))).then_some((stream, first[0]))
}

/// Serves one connection to its end.
fn connection(
    stream: TcpStream,
    front: Front,
    limits: &Limits,
    closing: CancellationToken,
) -> impl Future<Output = ()> + Send + 'static {
    let header_timeout = limits.header_timeout;
    let (live, busy) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let peer = stream.peer_addr().ok().map(Peer);
    let timed = Timed::new(stream, limits.idle_timeout, Arc::clone(&live), Arc::clone(&busy));
    let stream = TokioIo::new(timed);
    async move {
        let service = service_fn(move |request: Request<Incoming>| {
            live.store(request.uri().path() == PATH, Ordering::Relaxed);
            busy.store(true, Ordering::Relaxed);
            let (answer, busy) = (answer(front.clone(), peer, request), Arc::clone(&busy));
            async move {
                let answer = answer.await;
                busy.store(false, Ordering::Relaxed);
                answer
            }
        });
        // Not hyper-util's `auto` server: even with HTTP/1 alone it waits for a first byte to tell
        // the versions apart, and no limit covers that. Browsers speak HTTP/2 only over TLS, which
        // a proxy in front terminates.
        let served = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(header_timeout)
            .serve_connection(stream, service)
            .with_upgrades();
        let mut served = pin!(served);
        let outcome = tokio::select! {
            outcome = served.as_mut() => outcome,
            () = closing.cancelled() => {
                served.as_mut().graceful_shutdown();
                served.await
            }
        };
        if let Err(error) = outcome {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

async fn answer(
    front: Front,
    peer: Option<Peer>,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    if let Some(fleet) = &front.fleet {
        match fleet.take(request, peer.map(|Peer(address)| address)).await {
            Ok(response) => return Ok(response),
            Err(ours) => request = *ours,
        }
    }
    if front.guest.is_at(request.uri().path()) {
        return Ok(front.guest.answer(request).await);
    }
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    // hyper sends no body in reply to HEAD, so whatever answers GET answers HEAD.
    if request.method() == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    let response = warp::service(front.routes).oneshot(request).await?;
    Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
}

/// A stream that fails once no byte has moved for a while, in either direction.
struct Timed {
    stream: TcpStream,
    limit: Duration,
    deadline: Pin<Box<Sleep>>,
    /// Whether what is written next is a live stream's.
    live: Arc<AtomicBool>,
    /// Whether an answer is being made, which the client waits for.
    busy: Arc<AtomicBool>,
}

impl Timed {
    fn new(
        stream: TcpStream,
        limit: Duration,
        live: Arc<AtomicBool>,
        busy: Arc<AtomicBool>,
    ) -> Self {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "replies may be delayed by Nagle's algorithm");
        }
        Self { stream, limit, deadline: Box::pin(tokio::time::sleep(limit)), live, busy }
    }

    /// Lets little of a live stream wait in the kernel, where nothing can be dropped.
    fn keep_fresh(&self) {
        if self.live.swap(false, Ordering::Relaxed)
            && let Err(error) = set_socket_send_buffer_size(&self.stream, LIVE_SEND_BYTES)
        {
            tracing::debug!(%error, "a slow client may see its stream late");
        }
    }

    /// Passes `progress` on, or an error in place of waiting too long.
    fn timed<T>(
        &mut self,
        cx: &mut Context<'_>,
        progress: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        let deadline = Instant::now() + self.limit;
        if progress.is_ready() {
            self.deadline.as_mut().reset(deadline);
            return progress;
        }
        let over = self.deadline.as_mut().poll(cx);
        if over.is_ready() && self.busy.load(Ordering::Relaxed) {
            // Handlers have time limits of their own.
            self.deadline.as_mut().reset(deadline);
            return self.deadline.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()));
        }
        over.map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Timed {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let progress = Pin::new(&mut this.stream).poll_read(cx, buffer);
        this.timed(cx, progress)
    }
}

impl AsyncWrite for Timed {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.keep_fresh();
        let progress = Pin::new(&mut this.stream).poll_write(cx, data);
        this.timed(cx, progress)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.keep_fresh();
        let progress = Pin::new(&mut this.stream).poll_write_vectored(cx, data);
        this.timed(cx, progress)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
