//! The port with a certificate.

use std::{path::Path, sync::Arc};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer};
use serde_json::json;
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{
    client_async,
    tungstenite::{Message, client::IntoClientRequest as _},
};

use futures_util::StreamExt as _;

use crate::daemon::{Daemon, until};

/// Writes a new certificate for loopback, and gives what it is known by.
fn renew(dir: &Path) -> CertificateDer<'static> {
    let made = generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("makes");
    let CertifiedKey { cert, signing_key } = made;
    std::fs::write(dir.join("key.pem"), signing_key.serialize_pem()).expect("writes");
    std::fs::write(dir.join("cert.pem"), cert.pem()).expect("writes");
    cert.der().clone()
}

async fn connect(
    daemon: &Daemon,
    trusted: &CertificateDer<'static>,
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(daemon.address).await?;
    let name = daemon.address.ip().into();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

async fn ask(
    daemon: &Daemon,
    trusted: &CertificateDer<'static>,
    request: Request<Full<Bytes>>,
) -> Response<Bytes> {
    let stream = TokioIo::new(connect(daemon, trusted).await.expect("is trusted"));
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(stream).await.expect("shakes");
    tokio::spawn(connection);
    let (head, body) = sender.send_request(request).await.expect("answers").into_parts();
    Response::from_parts(head, body.collect().await.expect("a body").to_bytes())
}

#[tokio::test]
async fn one_port_speaks_https_and_takes_new_certificates() {
    const TOKEN: &str = "control-0123456789abcdef";
    let dir = tempfile::tempdir().expect("a folder");
    let first = renew(dir.path());
    let path = |name: &str| dir.path().join(name).to_str().expect("text").to_owned();
    let (cert, key, state) = (path("cert.pem"), path("key.pem"), path("state"));
    let daemon = Daemon::start(&[
        ("MJCAST_TLS__CERT", &cert),
        ("MJCAST_TLS__KEY", &key),
        ("MJCAST_STATE__DIR", &state),
        ("MJCAST_AUTH__CONTROL_TOKEN", TOKEN),
    ]);
    let origin = format!("https://{}", daemon.address);
    let login = daemon
        .request("POST", "/api/login")
        .header(header::ORIGIN, &origin)
        .header(header::CONTENT_TYPE, "application/json")
        .body(json!({"token": TOKEN}).to_string().into())
        .expect("request");
    let answer = ask(&daemon, &first, login).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
    let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("text");
    assert!(cookie.contains("; Secure"), "{cookie}");

    let url = format!("wss://{}/ws/signaling", daemon.address);
    let mut request = url.into_client_request().expect("request");
    let pair = cookie.split(';').next().expect("a pair");
    request.headers_mut().insert(header::COOKIE, pair.parse().expect("header"));
    request.headers_mut().insert(header::ORIGIN, origin.parse().expect("header"));
    let stream = connect(&daemon, &first).await.expect("is trusted");
    let (mut socket, _) = client_async(request, stream).await.expect("opens");
    let Some(Ok(Message::Text(text))) = socket.next().await else { panic!("says nothing") };
    assert!(text.contains("\"welcome\"") && text.contains("\"control\""), "{text}");

    let plain = daemon.request("GET", "/livez?a=b").body(Full::default()).expect("request");
    let plain = daemon.send(plain).await;
    assert_eq!(plain.status(), StatusCode::PERMANENT_REDIRECT);
    assert_eq!(plain.headers()[header::LOCATION], format!("{origin}/livez?a=b"));

    // What is no certificate changes nothing.
    std::fs::write(&cert, "nonsense").expect("writes");
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    connect(&daemon, &first).await.expect("the one of before stays");
    let second = renew(dir.path());
    until(async || connect(&daemon, &second).await.ok().map(drop)).await;
    assert!(connect(&daemon, &first).await.is_err());
    drop(socket);
}
