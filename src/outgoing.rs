//! Requests to others: they go where the configuration says, and nowhere else.

use reqwest::{Client, ClientBuilder, redirect::Policy};

/// A client that follows no redirects, and no proxy that an environment happens to name.
pub fn client(set: impl Fn(ClientBuilder) -> ClientBuilder) -> Client {
    // Another part of the process may have chosen it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = || {
        let builder = Client::builder().redirect(Policy::none()).no_proxy();
        set(builder.user_agent(concat!("mjcast/", env!("CARGO_PKG_VERSION"))))
    };
    settings().build().unwrap_or_else(|error| {
        // Nobody who encrypts can be trusted then, and requests say so.
        tracing::warn!(%error, "no certificates of authorities: install ca-certificates");
        let without = settings().tls_certs_only([]).build();
        without.expect("invariant: these settings fit together")
    })
}
