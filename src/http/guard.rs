//! Who may talk to the daemon: pages of its own origin, under a name that is its own.
//!
//! A page elsewhere can make a browser send requests here; its `Origin` gives it away. A name of
//! the attacker's that resolves to this machine (DNS rebinding) makes such a page look same-origin;
//! then the `Host` gives it away. Clients that are no browsers send no `Origin` and pass.

use std::net::IpAddr;

use warp::{
    host::Authority,
    http::{HeaderMap, StatusCode, header, request::Parts},
};

use super::problem::Problem;
use crate::config;

/// Whose requests are answered.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// The address listened on.
    ip: IpAddr,
    hosts: Vec<String>,
    origins: Vec<String>,
}

impl Rules {
    pub fn new(server: &config::Server) -> Self {
        Self {
            ip: server.ip,
            hosts: server.allowed_hosts.clone(),
            origins: server.allowed_origins.clone(),
        }
    }

    /// Whether a request may be answered.
    pub fn admit(&self, request: &Parts) -> Result<(), Problem> {
        let host = request.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host: Option<Authority> = host.and_then(|host| host.parse().ok());
        if request.uri.authority().is_some_and(|target| host.as_ref() != Some(target)) {
            let text = "the Host header contradicts the request's target";
            return Err(Problem::bad_request(text));
        }
        self.check(host.as_ref(), &request.headers)
    }

    fn check(&self, host: Option<&Authority>, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(host) = host.filter(|_| headers.get_all(header::HOST).iter().count() <= 1) else {
            return Err(Problem::bad_request("the request needs one Host header"));
        };
        if !self.is_ours(host) {
            return forbidden(format!(
                "'{}' is not a name of this daemon: add it to server.allowed_hosts if it should be",
                host.host()
            ));
        }
        match headers.get(header::ORIGIN).map(|origin| origin.to_str()) {
            None => Ok(()),
            Some(Ok(origin)) if self.may_use(origin, host) => Ok(()),
            Some(origin) => forbidden(format!(
                "pages from '{}' may not use this daemon: add it to server.allowed_origins if they should",
                origin.unwrap_or("elsewhere")
            )),
        }
    }

    fn is_ours(&self, host: &Authority) -> bool {
        let name = host.host().to_ascii_lowercase();
        let bare = name.trim_matches(['[', ']']);
        let by_address = bare.parse::<IpAddr>().is_ok_and(|ip| {
            // An address cannot be rebound: whoever listens everywhere is reached by any of them.
            ip.is_loopback() || ip == self.ip || self.ip.is_unspecified()
        });
        let listed = |wanted: &String| *wanted == name || *wanted == host.as_str();
        by_address || name == "localhost" || self.hosts.iter().any(listed)
    }

    fn may_use(&self, origin: &str, host: &Authority) -> bool {
        let origin = origin.to_ascii_lowercase();
        let own = origin.split_once("://").is_some_and(|(scheme, authority)| {
            let Some(default_port) = default_port(scheme) else {
                return false;
            };
            let same = |origin: Authority| {
                origin.host() == host.host().to_ascii_lowercase()
                    && origin.port_u16().unwrap_or(default_port)
                        == host.port_u16().unwrap_or(default_port)
            };
            authority.parse().is_ok_and(same)
        });
        own || self.origins.contains(&origin)
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    }
}

fn forbidden(detail: String) -> Result<(), Problem> {
    Err(Problem::new(StatusCode::FORBIDDEN, detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(rules: &Rules, host: &str, origin: Option<&str>) -> u16 {
        let mut headers = HeaderMap::new();
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("header"));
        }
        let host: Authority = host.parse().expect("authority");
        rules.check(Some(&host), &headers).map_or_else(|problem| problem.status.as_u16(), |()| 200)
    }

    #[test]
    fn hosts_and_origins() {
        let rules = Rules {
            ip: [127, 0, 0, 1].into(),
            hosts: vec!["lab.example".into()],
            origins: vec!["http://localhost:5173".into()],
        };
        for (host, origin, wanted) in [
            ("127.0.0.1:8000", None, 200),
            ("127.0.0.1:8000", Some("http://127.0.0.1:8000"), 200),
            ("localhost:8000", Some("http://localhost:8000"), 200),
            ("LOCALHOST:8000", Some("http://localhost:8000"), 200),
            ("[::1]:8000", Some("http://[::1]:8000"), 200),
            ("127.0.0.1:8000", Some("http://localhost:5173"), 200),
            ("lab.example", Some("https://lab.example"), 200),
            ("lab.example", Some("http://lab.example"), 200),
            ("127.0.0.1:8000", Some("http://evil.example"), 403),
            ("127.0.0.1:8000", Some("http://127.0.0.1:9000"), 403),
            ("127.0.0.1:8000", Some("http://localhost:8000"), 403),
            ("127.0.0.1:8000", Some("null"), 403),
            ("127.0.0.1:8000", Some("file://127.0.0.1:8000"), 403),
            ("evil.example:8000", None, 403),
            ("evil.example:8000", Some("http://evil.example:8000"), 403),
            ("127.0.0.1.evil.example", None, 403),
            ("192.0.2.7:8000", None, 403),
            ("lab.example", Some("http://lab.example.evil"), 403),
        ] {
            assert_eq!(status(&rules, host, origin), wanted, "{host} {origin:?}");
        }
    }

    #[test]
    fn whoever_listens_everywhere_is_reached_by_any_address_but_not_by_any_name() {
        let rules = Rules { ip: [0, 0, 0, 0].into(), hosts: vec![], origins: vec![] };
        assert_eq!(status(&rules, "192.0.2.7:8000", Some("http://192.0.2.7:8000")), 200);
        assert_eq!(status(&rules, "evil.example", None), 403);
    }
}
