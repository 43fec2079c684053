//! `mjcast health`: asks a running daemon how it is.

use std::{net::SocketAddr, time::Duration};

use http::{Request, StatusCode, Uri, header, uri::Scheme};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use super::{Error, args::Health, say};

/// How long the daemon may take.
const DEADLINE: Duration = Duration::from_secs(5);
/// Far more than a health report has, bytes.
const MAX_REPORT: usize = 64 << 10;

pub(super) fn run(health: &Health) -> Result<(), Error> {
    let base = match &health.url {
        Some(url) => url.clone(),
        None => {
            let server = health.common.sources().load()?.server;
            format!("http://{}", reachable(server.address()))
        }
    };
    let uri = format!("{}/api/health", base.trim_end_matches('/'));
    let uri: Uri =
        uri.parse().map_err(|error| Error::Usage(format!("'{base}' is not a URL: {error}")))?;
    let (status, report) = super::block_on(ask(uri))?;
    say(&format!("{}\n", report.trim_end()))?;
    if status == StatusCode::OK {
        Ok(())
    } else {
        Err(Error::Failed(format!("the daemon is not well: it answers {status}")))
    }
}

/// Whoever listens everywhere is asked on loopback.
pub(super) fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => [127, 0, 0, 1].into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

async fn ask(uri: Uri) -> Result<(StatusCode, String), Error> {
    let authority = uri
        .authority()
        .filter(|_| uri.scheme() == Some(&Scheme::HTTP))
        .ok_or_else(|| Error::Usage("write the URL as http://HOST:PORT".into()))?
        .clone();
    let answer = timeout(DEADLINE, get(&uri, authority.host(), authority.port_u16()));
    match answer.await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            Err(Error::Failed(format!("no daemon answers at http://{authority}: {error}")))
        }
        Err(_) => Err(Error::Failed(format!(
            "the daemon at http://{authority} did not answer within {} s",
            DEADLINE.as_secs()
        ))),
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn get(uri: &Uri, host: &str, port: Option<u16>) -> Result<(StatusCode, String), Failure> {
    let host = host.trim_matches(['[', ']']);
    let stream = TcpStream::connect((host, port.unwrap_or(80))).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
    let request = Request::get(uri.path())
        .header(header::HOST, authority)
        .body(Empty::<bytes::Bytes>::new())?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = Limited::new(response.into_body(), MAX_REPORT).collect().await?.to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}
