//! What a collector of traces is told.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span,
};
use prost::Message as _;
use rustix::process::Signal;
use tokio::net::TcpListener;

use crate::daemon::{Daemon, SCENE};

/// Takes what it is sent, and answers if it is so minded.
struct Collector {
    address: SocketAddr,
    taken: Arc<Mutex<Vec<(String, Bytes)>>>,
}

impl Collector {
    async fn start(answers: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let taken = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&taken);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("accepts");
                let all = Arc::clone(&all);
                let service = service_fn(move |request: Request<Incoming>| {
                    let all = Arc::clone(&all);
                    async move {
                        let path = request.uri().path().to_owned();
                        let body = request.into_body().collect().await.expect("a body");
                        all.lock().expect("no panic").push((path, body.to_bytes()));
                        if !answers {
                            std::future::pending::<()>().await;
                        }
                        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
                    }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, taken }
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All spans, and whatever else was said of where they come from.
    fn spans(&self) -> (Vec<Span>, String) {
        let taken = self.taken.lock().expect("no panic");
        let (mut spans, mut about) = (Vec::new(), String::new());
        for (path, body) in &*taken {
            assert_eq!(path, "/v1/traces");
            let told = ExportTraceServiceRequest::decode(&**body).expect("as the protocol has it");
            for of in told.resource_spans {
                about += &format!("{:?}", of.resource);
                spans.extend(of.scope_spans.into_iter().flat_map(|scope| scope.spans));
            }
        }
        (spans, about)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_collector_hears_of_requests_sessions_viewers_and_loads() {
    let collector = Collector::start(true).await;
    let mut daemon = Daemon::ready_with(&[
        ("MJCAST_SERVER__OTLP_ENDPOINT", &collector.endpoint()),
        ("MJCAST_SERVER__TRUSTED_PROXIES", "127.0.0.1"),
        ("MJCAST_AUTH__VIEW_TOKEN", "not-to-be-told-0123"),
        ("MJCAST_AUTH__ANONYMOUS", "control"),
    ])
    .await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let request = daemon
        .request("GET", "/api/health?token=not-to-be-told-0123")
        .header("traceparent", format!("00-{trace}-b7ad6b7169203331-01"));
    let answer = daemon.send(request.body(Full::default()).expect("a request")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let mut socket = daemon.socket("?token=not-to-be-told-0123").await.expect("opens");
    socket.wait_for("welcome").await;
    drop(socket);
    daemon.signal(Signal::TERM);
    assert!(daemon.ended().await, "exit code 0");

    let (spans, about) = collector.spans();
    let names: BTreeSet<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    for wanted in ["request", "session", "viewer", "load"] {
        assert!(names.contains(wanted), "{wanted}: {names:?}");
    }
    assert!(about.contains("service.name") && about.contains("mjcast"), "{about}");
    let goes_on = spans.iter().find(|span| hex(&span.trace_id) == trace).expect("the proxy's");
    assert_eq!(hex(&goes_on.parent_span_id), "b7ad6b7169203331");
    let told = format!("{:?}", goes_on.attributes);
    for wanted in ["http.request.method", "/api/health", "http.response.status_code"] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    for span in &spans {
        assert!(!format!("{span:?}").contains("not-to-be-told"), "{span:?}");
    }
}

#[tokio::test]
async fn a_stranger_puts_nothing_into_the_traces_of_others() {
    let collector = Collector::start(true).await;
    let endpoint = collector.endpoint();
    let mut daemon = Daemon::ready_with(&[("MJCAST_SERVER__OTLP_ENDPOINT", &endpoint)]).await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let request = daemon
        .request("GET", "/api/health")
        .header("traceparent", format!("00-{trace}-b7ad6b7169203331-01"));
    daemon.send(request.body(Full::default()).expect("a request")).await;
    daemon.signal(Signal::TERM);
    assert!(daemon.ended().await, "exit code 0");
    let (spans, _) = collector.spans();
    assert!(spans.iter().any(|span| span.name == "request"));
    assert!(spans.iter().all(|span| hex(&span.trace_id) != trace));
}

#[tokio::test]
async fn a_collector_that_is_not_there_or_never_answers_keeps_nobody() {
    let silent = Collector::start(false).await;
    for endpoint in [silent.endpoint(), "http://127.0.0.1:9".to_owned()] {
        let mut daemon = Daemon::ready_with(&[("MJCAST_SERVER__OTLP_ENDPOINT", &endpoint)]).await;
        let (status, _) = daemon.post("/api/scene/load", &serde_json::json!({"xml": SCENE})).await;
        assert_eq!(status, StatusCode::OK);
        daemon.signal(Signal::TERM);
        assert!(daemon.ended().await, "exit code 0");
    }
}
