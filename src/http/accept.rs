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
use hyper::{
    Method, Request,
    body::{Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::net::sockopt::set_socket_send_buffer_size;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    time::{Instant, Sleep},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt as _;
use tracing::Instrument as _;
use warp::{
    filters::BoxedFilter,
    http::{HeaderValue, StatusCode, header, request::Parts},
};

use super::{
    entry,
    fleet::{self, Fleet},
    gate, guest,
    media::PATH,
    problem::Problem,
    room::{Client, Place, Room},
    tls, traced,
};
use crate::{
    config::{Config, Limits},
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
    /// What lets requests in.
    pub gate: Arc<gate::Gate>,
    /// What encrypts, if anything does.
    pub entry: Option<Arc<entry::Inner>>,
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
    config: &Config,
    work: &Work,
    pulse: &Pulse,
) {
    let room = Room::new(config);
    let mut shutdown = pin!(shutdown);
    let mut failing = false;
    let mut ticks = tokio::time::interval(BEAT);
    loop {
        pulse.beat(Instant::now().into_std());
        let accepted = tokio::select! {
            () = &mut shutdown => return,
            _ = ticks.tick() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                failing = false;
                let Some(place) = room.enter(peer.ip()) else {
                    tracing::debug!(%peer, "as many connections come from there as may (limits.connections_per_client)");
                    continue;
                };
                let (front, limits, media) = (front.clone(), config.limits.clone(), media.clone());
                let closing = work.closing.clone();
                work.tasks.spawn(async move {
                    let leaving = place.leaving();
                    tokio::select! {
                        // Who has sent no request makes room for others.
                        () = leaving.cancelled() => {}
                        () = serve((stream, peer), place, front, &limits, media, closing) => {}
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

/// Serves a connection by what it begins with.
async fn serve(
    (stream, peer): (TcpStream, SocketAddr),
    place: Place,
    front: Front,
    limits: &Limits,
    media: Port,
    closing: CancellationToken,
) {
    let Some((stream, first)) = first_byte(stream, limits.header_timeout, &closing).await else {
        return;
    };
    if is_media(first) {
        let accepted = media.accept(stream, place.leave().await);
        if let Some(Err(error)) = closing.run_until_cancelled(accepted).await {
            tracing::debug!(%error, "a stream over TCP was refused");
        }
        return;
    }
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "replies may be delayed by Nagle's algorithm");
    }
    let (live, busy) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let stream = Timed {
        deadline: Box::pin(tokio::time::sleep(limits.idle_timeout)),
        limit: limits.idle_timeout,
        live: Arc::clone(&live),
        busy: Arc::clone(&busy),
        _client: place.client(),
        stream,
    };
    let encrypts = front.entry.as_ref().and_then(|entry| entry.tls.as_ref());
    let line = Connection {
        line: gate::Line { peer, encrypted: encrypts.is_some() && tls::begins(first) },
        front: front.clone(),
        place: Arc::new(place),
        live,
        busy,
        wants_tls: encrypts.is_some(),
    };
    if !tls::begins(first) {
        return connection(stream, line, limits, closing).await;
    }
    let Some(tls) = encrypts else { return };
    let shaken = tokio::time::timeout(limits.header_timeout, tls.acceptor().accept(stream));
    match shaken.await {
        Ok(Ok(stream)) => connection(stream, line, limits, closing).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "a TLS handshake failed"),
        Err(_) => tracing::debug!(%peer, "a TLS handshake took too long"),
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
    closing: &CancellationToken,
) -> Option<(TcpStream, u8)> {
    let mut first = [0];
    let peeked = tokio::select! {
        peeked = tokio::time::timeout(patience, stream.peek(&mut first)) => peeked,
        () = closing.cancelled() => return None,
    };
    matches!(peeked, Ok(Ok(1))).then_some((stream, first[0]))
}

/// What the requests of a connection have in common.
#[derive(Clone)]
struct Connection {
    line: gate::Line,
    front: Front,
    place: Arc<Place>,
    live: Arc<AtomicBool>,
    busy: Arc<AtomicBool>,
    /// Whether what is not encrypted is sent to where it is.
    wants_tls: bool,
}

/// Serves one connection to its end.
async fn connection(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    connection: Connection,
    limits: &Limits,
    closing: CancellationToken,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        connection.live.store(request.uri().path() == PATH, Ordering::Relaxed);
        connection.busy.store(true, Ordering::Relaxed);
        let connection = connection.clone();
        async move {
            let trusted = connection.front.gate.trusts(connection.line.peer.ip());
            let span = traced::span(&request, trusted);
            let answer = answer(&connection, request).instrument(span.clone()).await;
            let answer = answer.inspect(|answer| traced::answered(&span, answer));
            connection.busy.store(false, Ordering::Relaxed);
            answer
        }
    });
    // Not hyper-util's `auto` server: even with HTTP/1 alone it waits for a first byte to tell
    // the versions apart, and no limit covers that. HTTP/2 would need flow control for live streams.
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        // Room for what is refused with a reason; hyper refuses what is larger without one.
        .max_buf_size((2 * limits.head_bytes + limits.uri_bytes).max(1 << 16))
        .serve_connection(TokioIo::new(stream), service)
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

async fn answer(
    connection: &Connection,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let Connection { line, front, place, .. } = connection;
    let (mut head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let refuse = |problem| boxed(front.gate.refuse(problem, &path));
    if let Some(fleet) = front.fleet.as_ref().filter(|_| path.starts_with(fleet::INTERNAL)) {
        // Daemons know each other by a secret of their own.
        let asked = fleet.take(Request::from_parts(head, body), None).await;
        let nothing = |_| refuse(Problem::new(StatusCode::NOT_FOUND, "there is no such resource"));
        return Ok(asked.unwrap_or_else(nothing));
    }
    if !place.sit().await {
        let text = "as many connections are open as may be (limits.connections of the \
            configuration)";
        return Ok(refuse(Problem::new(StatusCode::SERVICE_UNAVAILABLE, text)));
    }
    let sender = match front.gate.admit(*line, &head).await {
        Ok(sender) => sender,
        Err(problem) => return Ok(refuse(problem)),
    };
    if connection.wants_tls && !line.encrypted && !front.gate.trusts(line.peer.ip()) {
        return Ok(refuse(elsewhere(&head)));
    }
    let caller = sender.caller.clone().filter(|caller| caller.by_token);
    head.extensions.insert(Peer(line.peer));
    head.extensions.insert(sender);
    let request = Request::from_parts(head, body);
    let mut response = match &front.fleet {
        Some(fleet) => match fleet.take(request, Some(line.peer)).await {
            Ok(response) => response,
            Err(ours) => answer_ours(front, &path, *ours).await?,
        },
        None => answer_ours(front, &path, request).await?,
    };
    if line.encrypted {
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    Ok(match caller {
        Some(caller) => {
            response.map(|body| Until { body, over: Box::pin(caller.over()) }.boxed_unsync())
        }
        None => response,
    })
}

/// Answers what no other daemon has to.
async fn answer_ours(
    front: &Front,
    path: &str,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    if front.guest.is_at(path) {
        return Ok(front.guest.answer(request).await);
    }
    // hyper sends no body in reply to HEAD, so whatever answers GET answers HEAD.
    if request.method() == Method::HEAD {
        *request.method_mut() = Method::GET;
    }
    Ok(boxed(warp::service(front.routes.clone()).oneshot(request).await?))
}

fn boxed(response: warp::reply::Response) -> Response {
    response.map(|body| body.map_err(Into::into).boxed_unsync())
}

/// Where a request that is not encrypted should have gone.
fn elsewhere(head: &Parts) -> Problem {
    let host = head.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let place = format!("https://{}{path}", host.unwrap_or_default());
    let text = "this port speaks https";
    Problem::new(StatusCode::PERMANENT_REDIRECT, text).at(place)
}

/// A body that breaks off when whoever reads it may no more.
struct Until {
    body: Body,
    over: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl hyper::body::Body for Until {
    type Data = bytes::Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        let this = self.get_mut();
        if this.over.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Some(Err("the token was revoked or has ended".into())));
        }
        Pin::new(&mut this.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
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
    /// A socket that it becomes counts still.
    _client: Client,
}

impl Timed {
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
