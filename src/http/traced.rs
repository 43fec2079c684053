//! A request as a span, named by the conventions of OpenTelemetry.

use hyper::{Request, body::Incoming};
use opentelemetry::{propagation::TextMapPropagator as _, trace::Status};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::{Span, field::Empty};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use super::accept::Response;

/// Most of a path that is told.
const MAX_PATH: usize = 256;

/// The span of a request. What follows the path is left out: tokens may be in it. The trace that
/// its head names goes on in it if `trusted`: others could put anything into anybody's trace.
pub(super) fn span(request: &Request<Incoming>, trusted: bool) -> Span {
    let path = request.uri().path();
    let span = tracing::error_span!(
        "request",
        http.request.method = %request.method(),
        // Bytes are characters here: others are escaped.
        url.path = path.get(..MAX_PATH).unwrap_or(path),
        http.response.status_code = Empty,
    );
    if trusted {
        let parent = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
        // Without a collector there is nothing that could have a parent.
        let _ = span.set_parent(parent);
    }
    span
}

/// Tells the span how its request was answered.
pub(super) fn answered(span: &Span, answer: &Response) {
    span.record("http.response.status_code", answer.status().as_u16());
    if answer.status().is_server_error() {
        span.set_status(Status::error(answer.status().to_string()));
    }
}
