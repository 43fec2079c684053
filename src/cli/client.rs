//! How commands reach a running daemon: where it is, and by what token.

use reqwest::{
    Client, ClientBuilder,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
    redirect::Policy,
};

use super::{Error, args::Common, health::reachable};
use crate::{auth, config::Secret};

/// The variable that a token comes by; a flag would show it to everybody on this machine.
const TOKEN: &str = "MJCAST_TOKEN";

/// A daemon, and how it is spoken to.
pub(super) struct Daemon {
    /// Such as `http://127.0.0.1:8000`.
    pub base: String,
    pub client: ClientBuilder,
}

/// The daemon at `url`, or the one that the configuration describes, with the token of the
/// environment, or else with the one of its configuration that may the most.
pub(super) fn daemon(common: &Common, url: Option<&str>) -> Result<Daemon, Error> {
    // Another part of the process may have chosen it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .user_agent(concat!("mjcast/", env!("CARGO_PKG_VERSION")));
    let wrong = |why: &str| Error::Usage(format!("{TOKEN}: {why}"));
    let text = std::env::var(TOKEN).unwrap_or_default();
    let given = Secret::parse(&text).map_err(wrong)?;
    let (base, token, client) = match url {
        Some(url) => (url.trim_end_matches('/').to_owned(), given, client),
        None => {
            let config = common.sources().load()?;
            let address = reachable(config.server.address());
            let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(Into::into);
            let credentials: Option<std::path::PathBuf> = credentials;
            // Who cannot read its files is not the daemon's user, and needs a token of their own.
            let own = auth::configured(&config.auth, credentials.as_deref()).unwrap_or_default();
            let most = own.into_iter().max_by_key(|(role, _)| *role).map(|(_, token)| token);
            let scheme = if config.tls.is_some() { "https" } else { "http" };
            // Its certificate is for a name, and this is an address of this machine.
            let client = client
                .danger_accept_invalid_certs(config.tls.is_some() && address.ip().is_loopback());
            (format!("{scheme}://{address}"), given.or(most), client)
        }
    };
    let mut headers = HeaderMap::new();
    if let Some(token) = token {
        let value = HeaderValue::try_from(format!("Bearer {}", token.reveal()));
        let mut value = value.expect("invariant: secrets are visible ASCII");
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(Daemon { base, client: client.default_headers(headers) })
}
