//! `mjcast mcp`: the protocol on standard input and output, for clients that start their servers
//! themselves. Every message is passed on to a running daemon.

mod remote;
mod sse;

use std::{collections::BTreeMap, io, os::fd::AsFd, sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{
    fs::File,
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    sync::{Mutex, Semaphore},
    task::{AbortHandle, JoinSet},
};

use super::{
    Error,
    args::Mcp,
    client::{Daemon, daemon},
};
use remote::Remote;

/// Longest message, bytes: what the daemon takes at most, and then some.
const MAX_MESSAGE: usize = 64 << 20;
/// Requests that are under way at a time.
const MAX_REQUESTS: usize = 16;
/// How long what is under way may take when the client has gone.
const LAST_WORDS: Duration = Duration::from_secs(60);

pub(super) fn run(mcp: &Mcp) -> Result<(), Error> {
    let Daemon { base, client } = daemon(&mcp.common, mcp.url.as_deref())?;
    let remote = Remote::new(&base, client).map_err(Error::Usage)?;
    let (input, output) = (file(&io::stdin())?, file(&io::stdout())?);
    super::block_on(async move {
        if let Err(why) = remote.answers().await {
            // The client shows it to a person; a daemon that is started later is found.
            #[expect(clippy::print_stderr, reason = "for whoever reads the client's log")]
            {
                eprintln!("mjcast: {why}");
            }
        }
        pass_on(remote, input, output).await;
        Ok::<_, Error>(())
    })
}

/// Standard input or output, read and written without a buffer of its own.
fn file(stream: &impl AsFd) -> Result<File, Error> {
    let owned = stream.as_fd().try_clone_to_owned().map_err(|error| {
        Error::Failed(format!("standard input and output cannot be used: {error}"))
    })?;
    Ok(File::from_std(owned.into()))
}

/// Where messages to the client go, a line each.
#[derive(Clone)]
struct Output(Arc<Mutex<File>>);

impl Output {
    async fn write(&self, message: &Value) {
        let mut line = message.to_string();
        line.push('\n');
        let mut stdout = self.0.lock().await;
        // Who reads no more has gone, and the input ends, too.
        if stdout.write_all(line.as_bytes()).await.is_ok() {
            let _ = stdout.flush().await;
        }
    }
}

/// Passes messages on until the input ends.
async fn pass_on(remote: Remote, input: File, output: File) {
    let output = Output(Arc::new(Mutex::new(output)));
    let mut input = BufReader::new(input);
    let places = Arc::new(Semaphore::new(MAX_REQUESTS));
    let mut under_way: JoinSet<()> = JoinSet::new();
    let mut by_id: BTreeMap<String, AbortHandle> = BTreeMap::new();
    while let Some(line) = next_line(&mut input).await {
        while under_way.try_join_next().is_some() {}
        by_id.retain(|_, task| !task.is_finished());
        let message: Value = match line.as_deref().map(serde_json::from_slice) {
            Ok(Ok(message)) => message,
            Ok(Err(error)) => {
                output.write(&refusal(&Value::Null, -32700, &format!("no JSON: {error}"))).await;
                continue;
            }
            Err(TooLong) => {
                let text = format!("a message has at most {MAX_MESSAGE} bytes");
                output.write(&refusal(&Value::Null, -32600, &text)).await;
                continue;
            }
        };
        let cancelled = message["method"] == "notifications/cancelled";
        if cancelled && !remote.has_session() {
            // Newer revisions cancel a request over HTTP by leaving it.
            if let Some(task) = by_id.remove(&message["params"]["requestId"].to_string()) {
                task.abort();
            }
            continue;
        }
        // The order counts for all but requests; and who has not been let in yet waits.
        if message.get("id").is_none() || message["method"] == "initialize" {
            remote.send(&message, &output).await;
            if message["method"] == "notifications/initialized" {
                let (remote, output) = (remote.clone(), output.clone());
                under_way.spawn(async move { remote.listen(&output).await });
            }
            continue;
        }
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (remote, output, id) = (remote.clone(), output.clone(), message["id"].to_string());
        let task = under_way.spawn(async move {
            remote.send(&message, &output).await;
            drop(place);
        });
        by_id.insert(id, task);
    }
    remote.hang_up();
    let rest = async { while under_way.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(LAST_WORDS, rest).await;
    remote.leave().await;
}

struct TooLong;

/// The next line that is not empty, or that it is too long; `None` at the end.
async fn next_line(input: &mut (impl AsyncBufRead + Unpin)) -> Option<Result<Vec<u8>, TooLong>> {
    loop {
        let (mut line, mut too_long) = (Vec::new(), false);
        loop {
            let part = input.fill_buf().await.ok()?;
            if part.is_empty() && line.is_empty() && !too_long {
                return None;
            }
            let end = part.iter().position(|byte| *byte == b'\n');
            let taken = end.unwrap_or(part.len());
            if line.len() + taken > MAX_MESSAGE {
                too_long = true;
                line.clear();
            } else if !too_long {
                line.extend_from_slice(&part[..taken]);
            }
            let at_end = part.is_empty();
            input.consume(end.map_or(taken, |end| end + 1));
            if end.is_some() || at_end {
                break;
            }
        }
        if too_long {
            return Some(Err(TooLong));
        }
        if !line.trim_ascii().is_empty() {
            return Some(Ok(line));
        }
    }
}

/// An error of JSON-RPC 2.0.
fn refusal(id: &Value, code: i32, text: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": text}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_read_one_by_one_and_long_ones_passed_over() {
        let mut text = b"{}\n\n \r\n[1]\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', MAX_MESSAGE + 1));
        text.extend(b"\nlast");
        let mut input = BufReader::new(&*text);
        let mut next = async || next_line(&mut input).await;
        assert!(matches!(next().await, Some(Ok(line)) if line == b"{}"));
        assert!(matches!(next().await, Some(Ok(line)) if line == b"[1]"));
        assert!(matches!(next().await, Some(Err(TooLong))));
        assert!(matches!(next().await, Some(Ok(line)) if line == b"last"));
        assert!(next().await.is_none());
    }
}
