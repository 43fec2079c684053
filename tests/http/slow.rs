//! Clients that send half of a request, and those beside them.

use std::time::{Duration, Instant};

use http::StatusCode;
use http_body_util::Full;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::daemon::Daemon;

/// More than the daemon has seats.
const HALF_OPEN: usize = 1000;

#[tokio::test]
async fn a_thousand_half_open_requests_end_in_time_and_keep_nobody_out() {
    let limit =
        Rlimit { current: getrlimit(Resource::Nofile).maximum, ..getrlimit(Resource::Nofile) };
    setrlimit(Resource::Nofile, limit).expect("as many files as may be");
    let daemon = Daemon::ready().await;
    let start = Instant::now();
    let opening = async {
        let mut half_open = Vec::new();
        for _ in 0..HALF_OPEN {
            let opened = Instant::now();
            let mut stream = TcpStream::connect(daemon.address).await.expect("connects");
            let sent = stream.write_all(b"GET /api/stats HTTP/1.1\r\nHost: 127.0.0.1\r\nX-").await;
            // Who has waited longest may have gone already.
            drop(sent);
            half_open.push((opened, stream));
        }
        half_open
    };
    let asking = async {
        let mut took = Vec::new();
        while start.elapsed() < Duration::from_secs(4) || took.len() < 100 {
            let asked = Instant::now();
            let request = daemon.request("GET", "/livez").body(Full::default()).expect("request");
            assert_eq!(daemon.send(request).await.status(), StatusCode::OK);
            took.push(asked.elapsed());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        took
    };
    let (half_open, mut took) = tokio::join!(opening, asking);
    let mut longest = Duration::ZERO;
    for (opened, mut stream) in half_open {
        let left = Duration::from_secs(10).saturating_sub(opened.elapsed());
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(left, stream.read_to_end(&mut rest)).await;
        assert!(ended.is_ok(), "one is open after {:?}", opened.elapsed());
        longest = longest.max(opened.elapsed());
    }
    took.sort();
    let p99 = took[took.len() * 99 / 100];
    println!(
        "{HALF_OPEN} half-open requests ended within {longest:?}; {} others beside them: p99 {p99:?}",
        took.len()
    );
    // On a machine that does nothing else it is 100 ms.
    assert!(p99 < Duration::from_secs(1), "{p99:?}");
}
