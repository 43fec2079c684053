//! What every request passes first: the guard, and then what its token allows.
//!
//! ```text
//!  accept ─► guard (Host, Origin) ─► token ─► role, session ─► rate ─► routes · guest
//! ```
//! A token comes as `Authorization: Bearer`, as a cookie that [`super::login`] sets, or, for the
//! sockets, which browsers give no headers, as `token` in the query.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use warp::http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};

use super::{
    access::{self, Need, Scope},
    guard,
    problem::Problem,
    routes,
};
use crate::{
    auth::{Grant, Limiter, Tokens},
    config::{Config, Networks},
    metrics::Metrics,
    session,
    units::Role,
};

/// How many wrong tokens are forgotten each second: two a minute.
const FORGOTTEN_PER_S: f64 = 1.0 / 30.0;

/// Who sends a request, in its extensions.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    /// The address, behind whatever proxies are trusted.
    pub ip: IpAddr,
    /// Whether it came encrypted.
    pub secure: bool,
    /// What it may; `None` at what is for everybody.
    pub caller: Option<Caller>,
}

/// What a sender may, and how that was shown.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub grant: Grant,
    /// Whether by a token, and not because everybody may.
    pub by_token: bool,
}

impl Caller {
    /// Resolves when it may no more: its token was revoked, or has ended.
    pub async fn over(self) {
        let grant = self.grant;
        let ended = async {
            match grant.expires {
                None => std::future::pending().await,
                Some(end) => {
                    let left = end.duration_since(SystemTime::now()).unwrap_or_default();
                    tokio::time::sleep(left).await;
                }
            }
        };
        tokio::select! {
            () = grant.revoked.cancelled() => {}
            () = ended => {}
        }
    }
}

/// Resolves when whoever this is may no more.
pub(super) async fn over(caller: Option<Caller>) {
    match caller {
        Some(caller) => caller.over().await,
        None => std::future::pending().await,
    }
}

/// Where a connection comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub peer: SocketAddr,
    pub encrypted: bool,
}

/// Lets requests in.
pub(super) struct Gate {
    rules: guard::Rules,
    tokens: Arc<Tokens>,
    anonymous: Option<Role>,
    open_metrics: bool,
    proxies: Networks,
    /// Longest path and largest head, bytes.
    most: [usize; 2],
    /// The cookie's name: cookies do not tell ports apart.
    cookie: String,
    wrong: Mutex<Limiter>,
    costly: Mutex<Limiter>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
    metrics: Arc<Metrics>,
}

impl Gate {
    pub fn new(
        config: &Config,
        tokens: Arc<Tokens>,
        anonymous: Option<Role>,
        metrics: Arc<Metrics>,
    ) -> Self {
        let limits = &config.limits;
        let per_s = limits.costly_requests_per_s;
        Self {
            rules: guard::Rules::new(&config.server),
            tokens,
            anonymous,
            open_metrics: config.auth.open_metrics,
            proxies: config.server.trusted_proxies.clone(),
            most: [limits.uri_bytes, limits.head_bytes],
            cookie: format!("mjcast_{}", config.server.port),
            wrong: Mutex::new(Limiter::new(limits.wrong_tokens, FORGOTTEN_PER_S)),
            costly: Mutex::new(Limiter::new(per_s, per_s.into())),
            headers: routes::headers(&config.server).into(),
            metrics,
        }
    }

    /// The name of the cookie that a token may come in.
    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Every token there is.
    pub fn tokens(&self) -> &Arc<Tokens> {
        &self.tokens
    }

    /// Whether an address is that of a proxy, or another daemon, which may have decrypted already.
    pub fn trusts(&self, ip: IpAddr) -> bool {
        self.proxies.contain(ip)
    }

    /// Says who sends a request that may be answered.
    pub async fn admit(&self, line: Line, head: &Parts) -> Result<Sender, Problem> {
        self.measure(head)?;
        self.rules.admit(head)?;
        let mut sender = self.sender(line, &head.headers);
        let path = head.uri.path();
        let Some((mut need, in_path)) = access::of_request(head.method.as_str(), path) else {
            return Ok(sender);
        };
        if path == "/metrics" && self.open_metrics {
            need.role = None;
        }
        let Some(role) = need.role else { return Ok(sender) };
        let query = head.uri.query().unwrap_or_default();
        let caller = self.caller(sender.ip, head, query).await?;
        may(&caller, need, role)?;
        if let Some(own) = &caller.grant.session {
            let asked = in_path.or_else(|| routes::value_of(query, "session"));
            only(own, need.scope, asked.unwrap_or(session::DEFAULT))?;
            // However else a handler may read the query.
            for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
                if name == "session" {
                    only(own, need.scope, &value)?;
                }
            }
        }
        if need.costly && caller.grant.role < Role::Admin {
            let taken = lock(&self.costly).take(sender.ip, Instant::now());
            taken.map_err(|wait| {
                let text = "too many requests that cost much came from here \
                    (limits.costly_requests_per_s of the configuration): wait";
                Problem::too_many(text, wait)
            })?;
        }
        sender.caller = Some(caller);
        Ok(sender)
    }

    /// Refuses a head that is too large.
    fn measure(&self, head: &Parts) -> Result<(), Problem> {
        let [uri, lines] = self.most;
        if head.uri.path_and_query().is_some_and(|path| path.as_str().len() > uri) {
            let text = format!(
                "the path is longer than {uri} bytes (limits.uri_bytes of the configuration)"
            );
            return Err(Problem::new(StatusCode::URI_TOO_LONG, text));
        }
        let size: usize =
            head.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        if size > lines {
            let text = format!(
                "the head is larger than {lines} bytes (limits.head_bytes of the configuration)"
            );
            return Err(Problem::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, text));
        }
        Ok(())
    }

    /// Renders a refusal, which no route has seen.
    pub fn refuse(&self, problem: Problem, path: &str) -> warp::reply::Response {
        self.metrics.requests.at([routes::class(problem.status)]).add(1);
        let mut response = problem.render(path);
        response.headers_mut().extend(self.headers.iter().cloned());
        response
    }

    /// What a token allows.
    ///
    /// # Errors
    /// 401, after a while that nobody can foretell, and 429 to whom too many were wrong.
    pub async fn check(&self, token: &str, ip: IpAddr) -> Result<Grant, Problem> {
        let waits = |wait| {
            let text = "too many wrong tokens came from here (limits.wrong_tokens of the \
                configuration): wait";
            Problem::too_many(text, wait)
        };
        lock(&self.wrong).check(ip, Instant::now()).map_err(waits)?;
        if let Some(grant) = self.tokens.check(token, SystemTime::now()) {
            return Ok(grant);
        }
        lock(&self.wrong).take(ip, Instant::now()).map_err(waits)?;
        let mut bits = [0];
        // Without random bits it takes as long each time.
        let _ = getrandom::fill(&mut bits);
        tokio::time::sleep(Duration::from_millis(50 + u64::from(bits[0]))).await;
        Err(Problem::unauthorized("the token is not known, has ended or was revoked", true))
    }

    async fn caller(&self, ip: IpAddr, head: &Parts, query: &str) -> Result<Caller, Problem> {
        let anonymous =
            self.anonymous.map(|role| Caller { grant: Grant::lasting(role), by_token: false });
        let in_query = || {
            let socket = head.uri.path().starts_with("/ws/");
            routes::value_of(query, "token").filter(|_| socket)
        };
        if let Some(token) = bearer(&head.headers).or_else(in_query) {
            let grant = self.check(token, ip).await?;
            return Ok(Caller { grant, by_token: true });
        }
        if let Some(token) = self.in_cookie(&head.headers) {
            match self.check(token, ip).await {
                Ok(grant) => {
                    // The browser adds it by itself, whatever page made the request.
                    let acts = !head.method.is_safe() || head.headers.contains_key(header::UPGRADE);
                    if acts && !head.headers.contains_key(header::ORIGIN) {
                        let text = "a request that acts and brings its token in a cookie needs an \
                            Origin";
                        return Err(Problem::new(StatusCode::FORBIDDEN, text));
                    }
                    return Ok(Caller { grant, by_token: true });
                }
                // An old one is as good as none.
                Err(problem)
                    if problem.status == StatusCode::UNAUTHORIZED && anonymous.is_none() =>
                {
                    return Err(problem.forgetting(&self.cookie));
                }
                Err(problem) if anonymous.is_none() => return Err(problem),
                Err(_) => {}
            }
        }
        anonymous.ok_or_else(|| {
            let text = "sign in: send a token as 'Authorization: Bearer', or open the page";
            Problem::unauthorized(text, false)
        })
    }

    fn in_cookie<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        let all = headers.get_all(header::COOKIE).iter();
        let mut pairs = all.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';'));
        pairs.find_map(|pair| pair.trim().strip_prefix(self.cookie.as_str())?.strip_prefix('='))
    }

    fn sender(&self, line: Line, headers: &HeaderMap) -> Sender {
        let peer = line.peer.ip().to_canonical();
        if !self.proxies.contain(peer) {
            return Sender { ip: peer, secure: line.encrypted, caller: None };
        }
        // From the nearest on: the first that is none of ours is who asks, and what stands before
        // it is its own word.
        let mut ip = peer;
        for before in forwarded(headers).into_iter().rev() {
            let Some(before) = before else { break };
            ip = before.to_canonical();
            if !self.proxies.contain(ip) {
                break;
            }
        }
        let proto = headers.get("x-forwarded-proto").and_then(|proto| proto.to_str().ok());
        let told = headers.get(header::FORWARDED).and_then(|told| told.to_str().ok());
        let https = proto == Some("https")
            || told.is_some_and(|told| told.to_ascii_lowercase().contains("proto=https"));
        Sender { ip, secure: line.encrypted || https, caller: None }
    }
}

fn lock(limiter: &Mutex<Limiter>) -> std::sync::MutexGuard<'_, Limiter> {
    limiter.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the caller has the role.
fn may(caller: &Caller, need: Need, role: Role) -> Result<(), Problem> {
    let own = caller.grant.role;
    if own >= role {
        return Ok(());
    }
    let what = match need.scope {
        Scope::Session => "this session needs",
        Scope::Any | Scope::All => "this needs",
    };
    let (role, own) = (role.name(), own.name());
    Err(match caller.by_token {
        true => Problem::new(
            StatusCode::FORBIDDEN,
            format!("{what} the role '{role}', and the token has '{own}'"),
        ),
        false => Problem::unauthorized(
            format!("{what} the role '{role}': without a token there is only '{own}'"),
            false,
        ),
    })
}

/// Whether a token for the session `own` is good for `asked`.
fn only(own: &str, scope: Scope, asked: &str) -> Result<(), Problem> {
    match scope {
        Scope::Any => Ok(()),
        Scope::Session if own == asked => Ok(()),
        _ => Err(Problem::new(
            StatusCode::FORBIDDEN,
            format!("the token is for the session '{own}' alone"),
        )),
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Whom proxies say that they speak for, the nearest last (RFC 7239, and what came before it);
/// `None` for what is no address.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let listed = |name: header::HeaderName| {
        let lines: Vec<&str> =
            headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
        lines.join(",")
    };
    let own = listed(header::HeaderName::from_static("x-forwarded-for"));
    if !own.is_empty() {
        return own.split(',').map(address).collect();
    }
    let standard = listed(header::FORWARDED).to_ascii_lowercase();
    let of = |element: &str| {
        let for_ = element.split(';').find_map(|pair| pair.trim().strip_prefix("for="));
        for_.and_then(|text| address(text.trim_matches('"')))
    };
    standard.split(',').filter(|element| !element.is_empty()).map(of).collect()
}

/// An address, with or without brackets and a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse::<IpAddr>()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| text.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth, config::Sources};

    fn gate(variables: &[(&str, &str)]) -> Gate {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables = variables.iter().map(own).collect();
        let config = Sources { variables, ..Sources::default() }.load().expect("valid");
        let tokens = Tokens::open(&config.auth.tokens, None, 10);
        Gate::new(&config, Arc::new(tokens), None, Arc::default())
    }

    fn head(target: &str, headers: &[(&str, &str)]) -> Parts {
        let request = headers.iter().fold(
            warp::http::Request::builder().uri(target).header("host", "127.0.0.1:8000"),
            |request, (name, value)| request.header(*name, *value),
        );
        request.body(()).expect("a request").into_parts().0
    }

    fn line(ip: &str) -> Line {
        Line { peer: SocketAddr::new(ip.parse().expect("an address"), 1), encrypted: false }
    }

    #[test]
    fn proxies_are_believed_only_where_they_are_trusted() {
        let gate = gate(&[("MJCAST_SERVER__TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")]);
        for (peer, headers, ip) in [
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.9")] as &[(&str, &str)], "203.0.113.9"),
            ("127.0.0.1", &[("x-forwarded-for", "1.1.1.1, 203.0.113.9, 10.0.0.2")], "203.0.113.9"),
            ("127.0.0.1", &[("x-forwarded-for", "203.0.113.9:4711")], "203.0.113.9"),
            ("10.0.0.1", &[("forwarded", "for=\"[2001:db8::1]:80\";proto=https")], "2001:db8::1"),
            ("10.0.0.1", &[("forwarded", "for=192.0.2.1, for=unknown")], "10.0.0.1"),
            ("192.0.2.7", &[("x-forwarded-for", "203.0.113.9")], "192.0.2.7"),
            ("127.0.0.1", &[], "127.0.0.1"),
        ] {
            let sender = gate.sender(line(peer), &head("/", headers).headers);
            assert_eq!(sender.ip, ip.parse::<IpAddr>().expect("an address"), "{peer} {headers:?}");
            assert_eq!(sender.secure, headers.iter().any(|(_, value)| value.contains("https")));
        }
    }

    #[tokio::test]
    async fn tokens_come_in_three_ways_and_a_cookie_needs_an_origin_to_act() {
        let gate = gate(&[("MJCAST_AUTH__CONTROL_TOKEN", "control-0123456789")]);
        let cookie = ("cookie", "a=b; mjcast_8000=control-0123456789");
        let origin = ("origin", "http://127.0.0.1:8000");
        let bearer = ("authorization", "bearer control-0123456789");
        for (method, target, headers, wanted) in [
            ("GET", "/api/stats", &[] as &[(&str, &str)], 401),
            ("GET", "/api/stats", &[bearer], 200),
            ("GET", "/api/stats", &[cookie], 200),
            ("GET", "/api/stats?token=control-0123456789", &[], 401),
            ("GET", "/ws/signaling?token=control-0123456789", &[], 200),
            ("GET", "/ws/signaling", &[cookie, ("upgrade", "websocket")], 403),
            ("GET", "/ws/signaling", &[cookie, origin, ("upgrade", "websocket")], 200),
            ("POST", "/api/execute-command", &[cookie], 403),
            ("POST", "/api/execute-command", &[cookie, origin], 200),
            ("POST", "/api/execute-command", &[bearer], 200),
            ("POST", "/api/tokens", &[bearer], 403),
            ("GET", "/livez", &[], 200),
            ("GET", "/", &[], 200),
        ] {
            let mut head = head(target, headers);
            head.method = method.parse().expect("a method");
            let verdict = gate.admit(line("127.0.0.1"), &head).await;
            let status = verdict.map_or_else(|problem| problem.status.as_u16(), |_| 200);
            assert_eq!(status, wanted, "{method} {target} {headers:?}");
        }
    }

    #[tokio::test]
    async fn a_token_for_a_session_is_good_there_however_the_session_is_written() {
        let gate = gate(&[]);
        let wish = auth::Wish {
            name: "one".into(),
            role: Role::Control,
            session: Some("own".into()),
            lasts: None,
        };
        let (token, _) = gate.tokens().make(wish, SystemTime::now()).expect("made");
        let bearer = format!("Bearer {}", token.reveal());
        for (target, wanted) in [
            ("/api/stats?session=own", 200),
            ("/api/sessions/own/state", 200),
            ("/api/health", 200),
            ("/api/stats", 403),
            ("/api/stats?session=other", 403),
            ("/api/stats?session=own&session=other", 403),
            ("/api/stats?session=other&session=own", 403),
            ("/api/stats?session=own&%73ession=other", 403),
            ("/api/stats?%73ession=own", 403),
            ("/api/sessions/other/state?session=own", 403),
            ("/api/sessions", 403),
        ] {
            let head = head(target, &[("authorization", &bearer)]);
            let verdict = gate.admit(line("127.0.0.1"), &head).await;
            let status = verdict.map_or_else(|problem| problem.status.as_u16(), |_| 200);
            assert_eq!(status, wanted, "{target}");
        }
    }

    #[tokio::test]
    async fn who_guesses_has_to_wait_and_others_do_not() {
        let gate = gate(&[("MJCAST_AUTH__VIEW_TOKEN", "view-0123456789abc")]);
        let right = head("/api/stats", &[("authorization", "Bearer view-0123456789abc")]);
        let mut statuses = Vec::new();
        for number in 0..200 {
            let guess = format!("Bearer guess-{number:016}");
            let wrong = head("/api/stats", &[("authorization", &guess)]);
            let refused = gate.admit(line("192.0.2.1"), &wrong).await.expect_err("wrong");
            statuses.push(refused.status.as_u16());
        }
        assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 20);
        assert_eq!(statuses.last(), Some(&429));
        let locked = gate.admit(line("192.0.2.1"), &right).await.expect_err("has to wait");
        let rendered = locked.render("/");
        let after = rendered.headers()[header::RETRY_AFTER].to_str().expect("text");
        assert!(after.parse::<u64>().is_ok_and(|after| (1..=30).contains(&after)), "{after}");
        assert!(gate.admit(line("192.0.2.2"), &right).await.is_ok());
    }
}
