//! STUN and TURN servers by address: the connection's driver would wait for the name service
//! itself, and with it every candidate and every packet.

use std::{net::SocketAddr, time::Duration};

use futures_util::future::join_all;
use rtc::{
    ice::url::{SchemeType, Url},
    peer_connection::transport::RTCIceServer,
};

use super::IceServer;

/// How long the name service may take; a server whose address is not known by then is left out
/// of this connection.
const RESOLVING: Duration = Duration::from_millis(100);

/// The servers that can be asked, each by its addresses.
pub(super) async fn resolve(servers: &[IceServer]) -> Vec<RTCIceServer> {
    let resolved = join_all(servers.iter().map(resolve_one)).await;
    resolved.into_iter().filter(|server| !server.urls.is_empty()).collect()
}

/// Where relays are spoken to, of servers that were resolved.
pub(super) fn relays(servers: &[RTCIceServer]) -> Vec<SocketAddr> {
    let urls = servers.iter().flat_map(|server| &server.urls);
    urls.filter_map(|url| url.strip_prefix("turn:")?.parse().ok()).collect()
}

async fn resolve_one(server: &IceServer) -> RTCIceServer {
    RTCIceServer {
        urls: urls(&server.url).await,
        username: server.username.clone(),
        credential: server.credential.clone(),
    }
}

/// `url` once per address family; nothing when it cannot be asked over UDP or is unknown.
async fn urls(url: &str) -> Vec<String> {
    let (name, query) = url.split_once('?').map_or((url, None), |(n, q)| (n, Some(q)));
    let over_udp = query.is_none_or(|query| query.eq_ignore_ascii_case("transport=udp"));
    let Ok(Url { scheme, host, port, .. }) = Url::parse_url(name) else { return Vec::new() };
    let scheme = match scheme {
        SchemeType::Stun => "stun",
        SchemeType::Turn if over_udp => "turn",
        _ => return Vec::new(),
    };
    let lookup = tokio::net::lookup_host((host.as_str(), port));
    let addresses: Vec<SocketAddr> = match tokio::time::timeout(RESOLVING, lookup).await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => {
            tracing::debug!(%error, url, "an ICE server's name is unknown");
            return Vec::new();
        }
        Err(_) => {
            tracing::debug!(url, "the name service is slow; an ICE server is left out");
            return Vec::new();
        }
    };
    let first = |v4| addresses.iter().find(|address| address.is_ipv4() == v4);
    // The library's relay client cannot read an IPv6 address from a URL.
    let v6 = first(false).filter(|_| scheme == "stun");
    first(true).into_iter().chain(v6).map(|address| format!("{scheme}:{address}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str) -> IceServer {
        IceServer { url: url.into(), username: String::new(), credential: String::new() }
    }

    #[tokio::test]
    async fn addresses_take_the_place_of_names() {
        assert_eq!(urls("stun:127.0.0.1").await, ["stun:127.0.0.1:3478"]);
        assert_eq!(urls("stun:127.0.0.1:1?transport=udp").await, ["stun:127.0.0.1:1"]);
        assert_eq!(urls("stun:[::1]:19302").await, ["stun:[::1]:19302"]);
        assert_eq!(urls("turn:127.0.0.1:9?transport=udp").await, ["turn:127.0.0.1:9"]);
        let servers = resolve(&[server("turn:127.0.0.1:9"), server("stun:127.0.0.1:2")]).await;
        assert_eq!(relays(&servers), [SocketAddr::from(([127, 0, 0, 1], 9))]);
    }

    #[tokio::test]
    async fn what_cannot_be_asked_is_left_out() {
        for url in ["turn:127.0.0.1?transport=tcp", "turns:127.0.0.1", "turn:[::1]", "http:a", "x"]
        {
            assert!(urls(url).await.is_empty(), "{url}");
        }
        let resolved = resolve(&[server("stuns:127.0.0.1"), server("stun:127.0.0.1:2")]).await;
        assert_eq!(resolved.iter().flat_map(|s| &s.urls).collect::<Vec<_>>(), ["stun:127.0.0.1:2"]);
    }
}
