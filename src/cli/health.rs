//! `mjcast health`: asks a running daemon how it is.

use std::{net::SocketAddr, time::Duration};

use reqwest::{StatusCode, Url};

use super::{
    Error,
    args::Health,
    client::{Daemon, daemon},
    say,
};

/// How long the daemon may take.
const DEADLINE: Duration = Duration::from_secs(5);
/// Far more than a health report has, bytes.
const MAX_REPORT: usize = 64 << 10;

pub(super) fn run(health: &Health) -> Result<(), Error> {
    let daemon = daemon(&health.common, health.url.as_deref())?;
    let (status, report) = super::block_on(ask(daemon))?;
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

async fn ask(daemon: Daemon) -> Result<(StatusCode, String), Error> {
    let Daemon { base, client } = daemon;
    let url = Url::parse(&format!("{base}/api/health"))
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| Error::Usage("write the URL as http://HOST:PORT".into()))?;
    let silent = |error: reqwest::Error| {
        Error::Failed(match error.is_timeout() {
            true => format!("the daemon at {base} did not answer within {} s", DEADLINE.as_secs()),
            false => format!("no daemon answers at {base}: {error}"),
        })
    };
    let client = client.timeout(DEADLINE).build().map_err(silent)?;
    let mut response = client.get(url).send().await.map_err(silent)?;
    let mut report = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(silent)? {
        report.extend_from_slice(&piece);
        if report.len() > MAX_REPORT {
            return Err(Error::Failed(format!("what answers at {base} is no mjcast daemon")));
        }
    }
    Ok((response.status(), String::from_utf8_lossy(&report).into_owned()))
}
