//! Who may do what: every route with every kind of token, and what becomes of tokens.

use std::{
    collections::BTreeMap, fs::File, net::SocketAddr, path::Path, process::Command, time::Duration,
};

use futures_util::future::join_all;
use http::{Response, StatusCode, header};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, client::IntoClientRequest as _};

use crate::daemon::{Daemon, Socket, parsed, until};

const ADMIN: &str = "admin-0123456789abcdef";
const CONTROL: &str = "control-0123456789abcdef";
const VIEW: &str = "view-0123456789abcdef";

/// A daemon with a token for each role, where nothing else counts.
struct Guarded {
    daemon: Daemon,
}

impl Guarded {
    async fn start(more: &[(&str, &str)]) -> Self {
        let mut variables = vec![
            ("MJCAST_AUTH__ADMIN_TOKEN", ADMIN),
            ("MJCAST_AUTH__CONTROL_TOKEN", CONTROL),
            ("MJCAST_AUTH__VIEW_TOKEN", VIEW),
        ];
        variables.extend(more);
        let guarded = Self { daemon: Daemon::start(&variables) };
        until(async || {
            let answer = guarded.ask("GET", "/readyz", None, None).await;
            (answer.status() == StatusCode::OK).then_some(())
        })
        .await;
        guarded
    }

    async fn ask(
        &self,
        method: &str,
        target: &str,
        token: Option<&str>,
        body: Option<Value>,
    ) -> Response<Incoming> {
        let mut request = self.daemon.request(method, target);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let body = body.map(|body| body.to_string().into()).unwrap_or_default();
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.daemon.stream(request.body(body).expect("request")).await
    }

    async fn json(
        &self,
        method: &str,
        target: &str,
        token: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        use http_body_util::BodyExt as _;
        let (head, body) = self.ask(method, target, Some(token), body).await.into_parts();
        let body = body.collect().await.expect("a body").to_bytes();
        parsed(Response::from_parts(head, body))
    }

    /// Makes a token; gives its id and itself.
    async fn make(&self, wish: Value) -> (String, String) {
        let (status, made) = self.json("POST", "/api/tokens", ADMIN, Some(wish)).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        let text = |field: &str| made[field].as_str().expect("text").to_owned();
        (text("id"), text("token"))
    }

    async fn socket(&self, query: &str) -> Result<Socket, Error> {
        self.daemon.socket(query).await
    }
}

/// A path with something in place of its parameters.
fn filled(template: &str) -> String {
    let parts = template.split('/').map(|part| match part.split_once('{') {
        Some((_, "id}")) => "default".to_owned(),
        Some((before, "format}")) => format!("{before}png"),
        Some((before, _)) => format!("{before}nobody"),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// What the description says of a route: the role that it needs, and what it is about.
struct Route {
    method: String,
    target: String,
    role: Option<&'static str>,
    all: bool,
    own: bool,
}

fn routes(document: &Value) -> Vec<Route> {
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let ways = operation["security"].as_array();
            let ways = ways.unwrap_or_else(|| panic!("{method} {path} does not say who may"));
            let said = operation["description"].as_str().unwrap_or_default();
            let role = ["view", "control", "admin"]
                .into_iter()
                .find(|role| said.contains(&format!("Needs the role `{role}`")));
            assert_eq!(role.is_some(), !ways.is_empty(), "{method} {path}");
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let named: Vec<_> = parameters.filter_map(|p| p["name"].as_str()).collect();
            routes.push(Route {
                method: method.to_uppercase(),
                target: filled(path),
                role,
                all: said.contains("not with a token for one session"),
                own: named.iter().any(|name| matches!(*name, "id" | "session")),
            });
        }
    }
    routes
}

#[tokio::test]
async fn every_route_lets_in_whom_it_says_and_nobody_else() {
    let guarded = Guarded::start(&[
        ("MJCAST_LIMITS__WRONG_TOKENS", "100000"),
        ("MJCAST_LIMITS__COSTLY_REQUESTS_PER_S", "100000"),
    ])
    .await;
    let (status, document) = guarded.json("GET", "/openapi.json", VIEW, None).await;
    assert_eq!(status, StatusCode::OK);
    let made = guarded.json("POST", "/api/sessions", ADMIN, Some(json!({}))).await.1;
    let other = made["id"].as_str().expect("an id");
    let short = json!({"name": "short", "role": "admin", "expires_s": 1});
    let (_, expired) = guarded.make(short).await;
    let only = json!({"name": "only", "role": "admin", "session": other});
    let (_, elsewhere) = guarded.make(only).await;
    let only = json!({"name": "here", "role": "admin", "session": "default"});
    let (_, here) = guarded.make(only).await;
    // The whole second in which it ends.
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let kinds: [(&str, Option<&str>); 8] = [
        ("none", None),
        ("bad", Some("wrong-0123456789abcdef")),
        ("expired", Some(&expired)),
        ("view", Some(VIEW)),
        ("control", Some(CONTROL)),
        ("admin", Some(ADMIN)),
        ("elsewhere", Some(&elsewhere)),
        ("here", Some(&here)),
    ];
    let routes = routes(&document);
    assert!(routes.len() > 75, "{}", routes.len());
    let rank = |role: &str| ["view", "control", "admin"].iter().position(|known| *known == role);
    let mut seen: BTreeMap<u16, usize> = BTreeMap::new();
    for some in routes.chunks(8) {
        let guarded = &guarded;
        let asked = some.iter().flat_map(|route| {
            kinds.iter().map(move |(kind, token)| async move {
                // No JSON, so that nothing is begun.
                let body = Some(Value::String("{".into()));
                let answer = guarded.ask(&route.method, &route.target, *token, body).await;
                (route, *kind, answer.status(), answer.headers().clone())
            })
        });
        for (route, kind, status, headers) in join_all(asked).await {
            let at = format!("{kind}: {} {}", route.method, route.target);
            *seen.entry(status.as_u16()).or_default() += 1;
            let wanted = match (route.role, kind) {
                (None, _) => None,
                (Some(_), "none" | "bad" | "expired") => Some(StatusCode::UNAUTHORIZED),
                (Some(role), "view" | "control" | "admin") if rank(kind) < rank(role) => {
                    Some(StatusCode::FORBIDDEN)
                }
                (Some(_), "elsewhere" | "here") if route.all => Some(StatusCode::FORBIDDEN),
                (Some(_), "elsewhere") if route.own => Some(StatusCode::FORBIDDEN),
                _ => None,
            };
            match wanted {
                Some(wanted) => assert_eq!(status, wanted, "{at}"),
                None => {
                    // There the ticket is missing.
                    let by_itself = route.target == "/ws/media";
                    let refused = !by_itself && [401, 403, 429].contains(&status.as_u16());
                    assert!(!refused, "{at} is refused with {status}");
                }
            }
            let challenge = headers.get(header::WWW_AUTHENTICATE).is_some();
            assert_eq!(challenge, status == StatusCode::UNAUTHORIZED, "{at}");
        }
    }
    assert!(seen[&401] > 150 && seen[&403] > 60, "{seen:?}");
}

#[tokio::test]
async fn a_refusal_names_the_role() {
    let guarded = Guarded::start(&[]).await;
    let play = || Some(json!({"command": "play"}));
    let (status, told) = guarded.json("POST", "/api/execute-command", VIEW, play()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let detail = told["detail"].as_str().expect("a sentence");
    assert!(detail.contains("'control'") && detail.contains("'view'"), "{detail}");
    assert_eq!(guarded.json("POST", "/api/execute-command", CONTROL, play()).await.0, 200);
    let (_, who) = guarded.json("GET", "/api/login", VIEW, None).await;
    assert_eq!((&who["role"], &who["by_token"]), (&"view".into(), &true.into()));
}

#[tokio::test]
async fn a_browser_signs_in_with_a_cookie_that_only_its_own_pages_can_use() {
    let guarded = Guarded::start(&[]).await;
    let sign_in = |token: &str| {
        let own = format!("http://{}", guarded.daemon.address);
        let request = guarded.daemon.request("POST", "/api/login").header(header::ORIGIN, own);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        request.body(json!({"token": token}).to_string().into()).expect("request")
    };
    let wrong = guarded.daemon.send(sign_in("wrong-0123456789abcdef")).await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    assert!(wrong.headers().get(header::SET_COOKIE).is_none());
    let right = guarded.daemon.send(sign_in(CONTROL)).await;
    assert_eq!(right.status(), StatusCode::OK);
    let cookie = right.headers()[header::SET_COOKIE].to_str().expect("text").to_owned();
    for wanted in ["Path=/", "HttpOnly", "SameSite=Strict", "Max-Age="] {
        assert!(cookie.contains(wanted), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "nothing is encrypted here: {cookie}");
    let cookie = cookie.split(';').next().expect("a pair").to_owned();
    let act = |origin: Option<&str>| {
        let request = guarded.daemon.request("POST", "/api/execute-command");
        let request = request.header(header::COOKIE, &cookie);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = origin.into_iter().fold(request, |r, o| r.header(header::ORIGIN, o));
        request.body(json!({"command": "play"}).to_string().into()).expect("request")
    };
    let own = format!("http://{}", guarded.daemon.address);
    for (origin, wanted) in
        [(Some(own.as_str()), 200), (None, 403), (Some("http://evil.example"), 403)]
    {
        assert_eq!(guarded.daemon.send(act(origin)).await.status(), wanted, "{origin:?}");
    }
}

#[tokio::test]
async fn sockets_take_the_role_of_their_token() {
    let guarded = Guarded::start(&[]).await;
    for query in ["", "?token=wrong-0123456789abcdef"] {
        match guarded.socket(query).await {
            Err(Error::Http(answer)) => assert_eq!(answer.status(), 401, "{query}"),
            other => panic!("{query}: {:?}", other.map(|_| "opened")),
        }
    }
    for (token, asked, wanted) in [
        (VIEW, "", "view"),
        (VIEW, "&role=admin", "view"),
        (CONTROL, "&role=admin", "control"),
        (ADMIN, "", "control"),
        (ADMIN, "&role=admin", "admin"),
        (ADMIN, "&role=view", "view"),
    ] {
        let mut socket = guarded.socket(&format!("?token={token}{asked}")).await.expect("opens");
        assert_eq!(socket.wait_for("welcome").await["role"], wanted, "{token}{asked}");
    }
    let mut watcher = guarded.socket(&format!("?token={VIEW}")).await.expect("opens");
    watcher.wait_for("welcome").await;
    watcher.say(r#"{"type":"command","id":1,"cmd":"pause","params":{}}"#).await;
    let told = watcher.wait_for_any(&["result", "error"]).await;
    assert!(told["ok"] == false || told["type"] == "error", "{told}");
}

#[tokio::test]
async fn who_uses_a_token_is_let_go_when_it_is_revoked_or_ends() {
    let guarded = Guarded::start(&[]).await;
    let (id, token) = guarded.make(json!({"name": "guest", "role": "control"})).await;
    let mut socket = guarded.socket(&format!("?token={token}")).await.expect("opens");
    socket.wait_for("welcome").await;
    let events = "/api/sessions/default/events";
    let mut stream = guarded.ask("GET", events, Some(&token), None).await.into_body();
    let all = guarded.json("GET", "/api/tokens", ADMIN, None).await.1;
    assert_eq!(all["tokens"][0]["name"], "guest");
    assert!(!all.to_string().contains(&token), "a token is shown once");
    let gone = guarded.ask("DELETE", &format!("/api/tokens/{id}"), Some(ADMIN), None).await;
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(socket.close_code().await, 1008);
    let broken = async {
        use http_body_util::BodyExt as _;
        while let Some(Ok(_)) = stream.frame().await {}
    };
    tokio::time::timeout(Duration::from_secs(5), broken).await.expect("the stream ends");
    assert_eq!(guarded.ask("GET", "/api/stats", Some(&token), None).await.status(), 401);
    let short = json!({"name": "short", "role": "view", "expires_s": 2});
    let (_, token) = guarded.make(short).await;
    let mut socket = guarded.socket(&format!("?token={token}")).await.expect("opens");
    assert_eq!(socket.close_code().await, 1008);
}

#[tokio::test]
async fn agents_do_what_their_token_allows() {
    let guarded = Guarded::start(&[]).await;
    let call = async |token: Option<&str>, tool: &str| {
        let mut request = guarded.daemon.request("POST", "/mcp");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {}});
        let request = request
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json, text/event-stream")
            .header("MCP-Protocol-Version", "2026-07-28")
            .header("Mcp-Method", "tools/call")
            .header("Mcp-Name", tool)
            .header("Mcp-Param-Session", "default");
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
            "name": tool, "arguments": {"session_id": "default"}, "_meta": meta}});
        let answer = guarded.daemon.send(request.body(body.to_string().into()).expect("r")).await;
        (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned())
    };
    assert_eq!(call(None, "sim_step").await.0, 401);
    let (status, told) = call(Some(VIEW), "sim_step").await;
    assert!(status == 200 && told.contains("needs the role 'control'"), "{status} {told}");
    let (status, told) = call(Some(VIEW), "sim_state_get").await;
    assert!(status == 200 && !told.contains("needs the role"), "{status} {told}");
    let (status, told) = call(Some(CONTROL), "sim_step").await;
    assert!(status == 200 && !told.contains("needs the role"), "{status} {told}");
    let only = json!({"name": "only", "role": "admin", "session": "default"});
    let (_, token) = guarded.make(only).await;
    assert_eq!(call(Some(&token), "sim_step").await.0, 403);
}

/// A daemon that logs all it can to a file.
async fn talkative(state: &Path) -> Guarded {
    let log = state.join("log");
    let process = Command::new(env!("CARGO_BIN_EXE_mjcast"))
        .args(["serve", "--port", "0", "--size", "64x64", "--log-level", "trace"])
        .env_remove("RUST_LOG")
        .envs([
            ("MJCAST_AUTH__ADMIN_TOKEN", ADMIN),
            ("MJCAST_STATE__DIR", state.to_str().expect("text")),
        ])
        .stderr(File::options().create(true).append(true).open(&log).expect("a log"))
        .spawn()
        .expect("starts");
    let ready = async || {
        let said = std::fs::read_to_string(&log).ok()?;
        let (_, rest) = said.rsplit_once("open http://")?;
        let address = rest.split_whitespace().next()?.parse::<SocketAddr>().ok()?;
        tokio::net::TcpStream::connect(address).await.ok().map(|_| address)
    };
    let address = until(ready).await;
    let state = tempfile::tempdir().expect("a folder");
    Guarded { daemon: Daemon { process, address, panics: <_>::default(), _state: state } }
}

#[tokio::test]
async fn tokens_outlive_the_daemon_and_show_nowhere() {
    let state = tempfile::tempdir().expect("a folder");
    let guarded = talkative(state.path()).await;
    let (_, token) = guarded.make(json!({"name": "lasting", "role": "view"})).await;
    drop(guarded);
    let guarded = talkative(state.path()).await;
    assert_eq!(guarded.ask("GET", "/api/stats", Some(&token), None).await.status(), 200);
    let mut socket = guarded.socket(&format!("?token={token}")).await.expect("opens");
    socket.wait_for("welcome").await;
    let wrong = "wrong-0123456789abcdef";
    assert_eq!(guarded.ask("GET", "/api/stats", Some(wrong), None).await.status(), 401);
    let process = format!("/proc/{}/cmdline", guarded.daemon.process.id());
    let mut shown = std::fs::read_to_string(process).expect("reads");
    for target in ["/metrics", "/api/config", "/api/stats", "/api/tokens", "/api/sessions"] {
        use http_body_util::BodyExt as _;
        let body = guarded.ask("GET", target, Some(ADMIN), None).await.into_body();
        let body = body.collect().await.expect("a body").to_bytes();
        shown += &String::from_utf8_lossy(&body);
    }
    shown += &std::fs::read_to_string(state.path().join("log")).expect("a log");
    shown += &std::fs::read_to_string(state.path().join("tokens.json")).expect("kept");
    assert!(
        shown.contains("lasting") && shown.contains("ready: open"),
        "there is something to see"
    );
    for secret in [ADMIN, &token, wrong] {
        assert!(!shown.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn metrics_can_be_shown_to_everybody() {
    let guarded = Guarded::start(&[("MJCAST_AUTH__OPEN_METRICS", "true")]).await;
    assert_eq!(guarded.ask("GET", "/metrics", None, None).await.status(), 200);
    assert_eq!(guarded.ask("GET", "/api/stats", None, None).await.status(), 401);
}

#[tokio::test]
async fn what_costs_much_is_limited_by_client_and_admins_are_not() {
    let guarded = Guarded::start(&[
        ("MJCAST_LIMITS__COSTLY_REQUESTS_PER_S", "3"),
        ("MJCAST_SERVER__TRUSTED_PROXIES", "127.0.0.1"),
    ])
    .await;
    let ask = async |token: &str, client: &str| {
        let request = guarded.daemon.request("POST", "/api/scene/load");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        let request = request.header("x-forwarded-for", client);
        let answer = guarded.daemon.send(request.body("{".into()).expect("request")).await;
        (answer.status().as_u16(), answer.headers().contains_key(header::RETRY_AFTER))
    };
    let mut limited = Vec::new();
    for _ in 0..10 {
        limited.push(ask(CONTROL, "203.0.113.1").await);
    }
    assert_eq!(limited[0].0, 400);
    assert!(limited.contains(&(429, true)), "{limited:?}");
    assert_eq!(ask(CONTROL, "203.0.113.2").await.0, 400);
    for _ in 0..10 {
        assert_eq!(ask(ADMIN, "203.0.113.1").await.0, 400);
    }
}

#[tokio::test]
async fn who_guesses_tokens_has_to_wait() {
    let guarded = Guarded::start(&[]).await;
    let guesses: Vec<String> = (0..40).map(|number| format!("guess-{number:016}")).collect();
    let asked = guesses.iter().map(|guess| guarded.ask("GET", "/api/stats", Some(guess), None));
    let answers = join_all(asked).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status() == status).count();
    assert_eq!((count(401), count(429)), (20, 20));
    let url = format!("ws://{}/ws/signaling?token={VIEW}", guarded.daemon.address);
    let request = url.into_client_request().expect("request");
    let stream = tokio::net::TcpStream::connect(guarded.daemon.address).await.expect("connects");
    match tokio_tungstenite::client_async(request, stream).await {
        Err(Error::Http(answer)) => assert_eq!(answer.status(), 429),
        other => panic!("{:?}", other.map(|_| "opened")),
    }
    assert_eq!(guarded.ask("GET", "/livez", None, None).await.status(), 200);
}
