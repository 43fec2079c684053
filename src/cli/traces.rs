//! Traces for a collector, by OTLP over HTTP.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry::{KeyValue, trace::TracerProvider as _};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use tracing::Subscriber;
use tracing_subscriber::{Layer, registry::LookupSpan};

use crate::{config::Server, outgoing};

/// How long a collector may take for what it is sent.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the end of the process waits for it.
const LAST: Duration = Duration::from_secs(1);

/// What tells a collector of spans; what is not told yet is when it is dropped.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Tells the configured collector, if there is one, from a thread of its own.
    pub fn start(server: &Server) -> Result<Option<Self>, String> {
        let Some(endpoint) = &server.otlp_endpoint else { return Ok(None) };
        let endpoint = format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/'));
        let exporter = SpanExporter::builder().with_http().with_http_client(Postman::new()?);
        let exporter = exporter.with_endpoint(endpoint).with_timeout(PATIENCE).build();
        let exporter = exporter.map_err(|error| error.to_string())?;
        // The environment's own names (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES) come first.
        let mut about = Resource::builder();
        if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
            about = about.with_service_name(env!("CARGO_PKG_NAME"));
        }
        about = about.with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")));
        if let Some(node) = &server.node {
            about = about.with_attribute(KeyValue::new("service.instance.id", node.to_string()));
        }
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter);
        Ok(Some(Self(provider.with_resource(about.build()).build())))
    }

    /// What hears of spans.
    pub fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.0.tracer(env!("CARGO_PKG_NAME")))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST) {
            tracing::warn!(%error, "the last traces were not told");
        }
    }
}

/// Sends what the exporter's thread hands it, and waits there.
#[derive(Debug)]
struct Postman {
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    /// Whether the last was taken: that it is not is worth a line, and not one every few seconds.
    taken: AtomicBool,
}

impl Postman {
    fn new() -> Result<Self, String> {
        let client = outgoing::client(|builder| builder.timeout(PATIENCE));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        Ok(Self { client, runtime, taken: AtomicBool::new(true) })
    }

    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let answer = self.client.execute(request.try_into()?).await?.error_for_status()?;
        // Nothing in the answer is of use.
        Ok(http::Response::builder().status(answer.status()).body(Bytes::new())?)
    }
}

#[async_trait]
impl HttpClient for Postman {
    async fn send_bytes(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let sent = self.runtime.block_on(self.send(request));
        let before = self.taken.swap(sent.is_ok(), Ordering::Relaxed);
        sent.inspect_err(|error| {
            if before {
                tracing::warn!(%error, "the collector takes no traces; they are lost until it does");
            }
        })
    }
}
