use std::{io::Write as _, net::IpAddr, path::PathBuf};

use super::*;

/// A file that is gone when the test is.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, text: &str) -> Self {
        let name = format!("mjcast-config-{}-{name}.toml", std::process::id());
        let path = std::env::temp_dir().join(name);
        let mut file = std::fs::File::create(&path).expect("creates");
        file.write_all(text.as_bytes()).expect("writes");
        Self(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn with_variables(variables: &[(&str, &str)]) -> Sources {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Sources { variables: variables.iter().map(own).collect(), ..Sources::default() }
}

#[test]
fn the_defaults_make_sense() {
    let config = Sources::default().load().expect("valid");
    assert_eq!(
        config.server.address(),
        "127.0.0.1:8000".parse::<std::net::SocketAddr>().expect("address")
    );
    assert_eq!(config.video.frame_size.to_string(), "960x540");
    assert_eq!(config.video.frame_rate.hz(), 30);
    assert!(config.webrtc.ice_servers.is_empty());
}

#[test]
fn later_layers_win() {
    let file = TempFile::new("layers", "[server]\nport = 1\n[video]\nframe_rate = 10\n");
    let mut sources = Sources { file: Some(file.0.clone()), ..Sources::default() };
    let port = |sources: &Sources| sources.load().expect("valid").server.port;
    assert_eq!(port(&sources), 1);
    for (name, value, wanted) in [
        ("PORT", "2", 2),
        ("VIEWER_PORT", "3", 3),
        ("MJCAST_SERVER__PORT", "4", 4),
        ("PORT", "5", 4),
    ] {
        sources.variables.push((name.into(), value.into()));
        assert_eq!(port(&sources), wanted, "{name}={value}");
    }
    sources.flag("--port", "server.port", Some(6));
    assert_eq!(port(&sources), 6);
    assert_eq!(sources.load().expect("valid").video.frame_rate.hz(), 10);
}

#[test]
fn the_guides_variables_are_honoured() {
    let config = with_variables(&[
        ("HOST", "localhost"),
        ("LOG_LEVEL", "WARNING"),
        ("FRAME_RATE", "60"),
        ("FRAME_WIDTH", "640"),
        ("FRAME_HEIGHT", "480"),
        ("STUN_SERVER", "stun:stun.example.org:3478"),
        ("DEBUG_MODE", "false"),
        ("PORT", ""),
    ])
    .load()
    .expect("valid");
    assert_eq!(config.server.ip, IpAddr::from([127, 0, 0, 1]));
    assert_eq!(config.server.log_level, LogLevel::Warn);
    assert_eq!(config.server.port, 8000, "an empty variable is as good as none");
    assert_eq!(config.video.frame_size.to_string(), "640x480");
    assert_eq!(config.video.frame_rate.hz(), 60);
    assert_eq!(config.webrtc.ice_servers[0].url, "stun:stun.example.org:3478");
}

#[test]
fn mistakes_are_named_with_their_place() {
    let table: &[(&[(&str, &str)], &str)] = &[
        (&[("MJCAST_SERVER__PROT", "1")], "did you mean 'server.port'?"),
        (&[("MJCAST_SERVER__FRAME_RATE", "1")], "did you mean 'video.frame_rate'?"),
        (&[("MJCAST_NONSENSE", "1")], "the environment variable MJCAST_NONSENSE"),
        (&[("PORT", "eighty")], "server.port in the environment variable PORT: invalid type"),
        (&[("PORT", "70000")], "server.port in the environment variable PORT: invalid value"),
        (&[("HOST", "example.org")], "is not an IP address"),
        (&[("MJCAST_AUTH__VIEW_TOKEN", "short")], "auth.view_token"),
        (&[("MJCAST_AUTH__ANONYMOUS", "all")], "auth.anonymous"),
        (&[("MJCAST_TLS__CERT", "/c.pem")], "tls.cert needs it"),
        (&[("MJCAST_TLS__CERT", "c.pem"), ("MJCAST_TLS__KEY", "/k")], "absolute"),
        (&[("MJCAST_SERVER__TRUSTED_PROXIES", "nginx")], "server.trusted_proxies"),
        (&[("FRAME_RATE", "0")], "video.frame_rate in the environment variable FRAME_RATE: 0 is"),
        (&[("FRAME_WIDTH", "641")], "641 is odd"),
        (&[("FRAME_WIDTH", "8")], "not within 16 to 8192"),
        (&[("LOG_LEVEL", "loud")], "'loud' is none of trace"),
        (&[("DEBUG_MODE", "maybe")], "server.debug"),
        (&[("STUN_SERVER", "stun.example.org")], "write stun:HOST:PORT"),
        (&[("MJCAST_WEBRTC__ICE_SERVERS", "turn:t.example:3478")], "webrtc.turn_credential"),
        (
            &[
                ("MJCAST_WEBRTC__ICE_SERVERS", "turn:t.example"),
                ("MJCAST_WEBRTC__TURN_USERNAME", "u"),
                ("MJCAST_WEBRTC__TURN_CREDENTIAL", "c"),
                ("MJCAST_WEBRTC__TURN_SECRET", "s"),
            ],
            "leave one out",
        ),
        (&[("MJCAST_WEBRTC__ADVERTISE_ADDRESSES", "nat")], "'nat' is not an IP address"),
        (&[("MJCAST_SERVER__ALLOWED_ORIGINS", "lab.example")], "scheme://host"),
        (&[("MJCAST_SERVER__FRAME_ANCESTORS", "https://a.example; script-src *")], "scheme://host"),
        (&[("MJCAST_SERVER__FRAME_ANCESTORS", "*")], "server.frame_ancestors"),
        (&[("MJCAST_VIDEO__PROFILE", "best")], "'best' is none of auto, parity, fast"),
        (&[("MJCAST_SERVER__NODE", "Lab 3")], "lower-case letters"),
        (&[("MJCAST_SESSIONS__EXPIRE_S", "99999999")], "not within 0 to 31536000"),
        (&[("MJCAST_LIMITS__SESSIONS", "0")], "not within 1 to 10000"),
        (&[("MJCAST_LIMITS__BODY_BYTES", "1")], "not within 1024"),
        (
            &[("MJCAST_LIMITS__BODY_BYTES", "2048")],
            "limits.socket_message_bytes in the defaults: 65536 is not within 1024 to 2048",
        ),
    ];
    for (variables, wanted) in table {
        let error = with_variables(variables).load().expect_err("refused").to_string();
        assert!(error.contains(wanted), "{variables:?}: {error}");
    }
}

#[test]
fn secrets_are_found_among_the_credentials_and_the_environment_wins() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().to_str().expect("text");
    std::fs::write(dir.path().join("turn_secret"), "of-the-file\n").expect("writes");
    std::fs::write(dir.path().join("fleet_secret"), "0123456789abcdef-fleet").expect("writes");
    let given: &[(&str, &str)] = &[("CREDENTIALS_DIRECTORY", path)];
    let raw = with_variables(given).raw().expect("valid");
    assert_eq!(raw.webrtc.turn_secret, "of-the-file");
    assert_eq!(raw.fleet.secret, "0123456789abcdef-fleet");
    assert_eq!(raw.fleet.redis_url, "");
    let both = [given[0], ("MJCAST_WEBRTC__TURN_SECRET", "of-the-environment")];
    let raw = with_variables(&both).raw().expect("valid");
    assert_eq!(raw.webrtc.turn_secret, "of-the-environment");
    std::fs::write(dir.path().join("redis_url"), "\n").expect("writes");
    let error = with_variables(given).load().expect_err("refused").to_string();
    assert!(error.contains("fleet.redis_url in the credential redis_url"), "{error}");
}

#[test]
fn a_bad_file_is_named() {
    let refused = |text: &str| {
        let file = TempFile::new(&format!("bad{}", text.len()), text);
        let error = Sources { file: Some(file.0.clone()), ..Sources::default() }
            .load()
            .expect_err("refused")
            .to_string();
        assert!(error.contains("mjcast-config-"), "{error}");
        error
    };
    assert!(refused("[server]\nprot = 1\n").contains("did you mean 'server.port'?"));
    assert!(refused("[sever]\nport = 1\n").contains("unknown key 'sever'"));
    assert!(refused("[server]\nport = \"x\"\n").contains("server.port"));
    assert!(refused("server = 5\n").contains("server"));
    assert!(refused("[server\n").contains("TOML"));
    let missing = Sources { file: Some("no-such-file.toml".into()), ..Sources::default() };
    assert!(missing.load().expect_err("refused").to_string().contains("no-such-file.toml"));
}

#[test]
fn what_is_printed_can_be_read_back_and_holds_no_secret() {
    let sources = with_variables(&[
        ("PORT", "81"),
        ("MJCAST_WEBRTC__ICE_SERVERS", "stun:a:1, turn:b:2"),
        ("MJCAST_WEBRTC__TURN_USERNAME", "user"),
        ("MJCAST_WEBRTC__TURN_CREDENTIAL", "canary"),
    ]);
    let text = sources.print().expect("valid");
    assert!(!text.contains("canary"));
    assert!(!format!("{:?}", sources.load().expect("valid")).contains("canary"));
    let back: keys::Raw = toml::from_str(&text).expect("TOML");
    assert_eq!(back.server.port, 81);
    assert_eq!(back.webrtc.ice_servers, ["stun:a:1", "turn:b:2"]);
}
