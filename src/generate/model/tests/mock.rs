//! A server on loopback with a list of replies, one for each connection's request.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
    time::Instant,
};

/// A reply as it is sent.
#[derive(Clone, Debug)]
pub struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    pause: Option<Pause>,
    dribble: Option<Duration>,
    for_ever: bool,
    cut: Option<usize>,
}

/// Where it falls silent for good.
#[derive(Clone, Copy, Debug)]
enum Pause {
    BeforeHead,
    InBody(usize),
}

impl Reply {
    pub fn new(status: u16, kind: &str, body: &str) -> Self {
        Self {
            status,
            headers: vec![("content-type".into(), kind.into())],
            body: body.into(),
            pause: None,
            dribble: None,
            for_ever: false,
            cut: None,
        }
    }

    pub fn json(status: u16, body: Value) -> Self {
        Self::new(status, "application/json", &body.to_string())
    }

    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Silent before the head where `at` is 0, else after so many bytes of the body.
    pub fn pause_at(mut self, at: usize) -> Self {
        self.pause = Some(if at == 0 { Pause::BeforeHead } else { Pause::InBody(at) });
        self
    }

    pub fn pause_after_head(mut self) -> Self {
        self.pause = Some(Pause::InBody(0));
        self
    }

    /// A byte at a time.
    pub fn dribble(mut self, each: Duration) -> Self {
        self.dribble = Some(each);
        self
    }

    /// The body again and again.
    pub fn for_ever(mut self) -> Self {
        self.for_ever = true;
        self
    }

    /// Closes the connection after so many bytes of the body.
    pub fn cut_at(mut self, at: usize) -> Self {
        self.cut = Some(at);
        self
    }
}

/// A stream of events.
pub fn sse(stream: &str) -> Reply {
    Reply::new(200, "text/event-stream; charset=utf-8", stream)
}

/// A whole answer of chat completions: 10 tokens in, 5 out.
pub fn chat(text: &str) -> Reply {
    chat_with(text, json!({"prompt_tokens": 10, "completion_tokens": 5}))
}

pub fn chat_with(text: &str, usage: Value) -> Reply {
    let mut stream = String::new();
    for piece in text.split_inclusive(':') {
        let chunk = json!({"choices": [{"delta": {"content": piece}, "finish_reason": null}]});
        stream += &format!("data: {chunk}\n\n");
    }
    let end = json!({"choices": [{"delta": {}, "finish_reason": "stop"}]});
    let usage = json!({"choices": [], "usage": usage});
    sse(&format!("{stream}data: {end}\n\ndata: {usage}\n\ndata: [DONE]\n\n"))
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub head: String,
    pub body: Value,
    pub at: Instant,
}

/// The server; it ends with this.
pub struct Mock {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    gone: Arc<Notify>,
    serving: JoinHandle<()>,
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Mock {
    pub async fn start(replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let address = listener.local_addr().expect("bound");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let gone = Arc::new(Notify::new());
        let (seen, left) = (Arc::clone(&asked), Arc::clone(&gone));
        let serving = tokio::spawn(async move {
            let mut open = tokio::task::JoinSet::new();
            let mut replies = replies.into_iter();
            loop {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let Some(request) = read(&mut stream).await else { continue };
                seen.lock().expect("unpoisoned").push(request);
                let none = Reply::json(410, json!({"error": {"message": "no reply is left"}}));
                let (reply, left) = (replies.next().unwrap_or(none), Arc::clone(&left));
                open.spawn(async move {
                    // The client may have had enough.
                    let _ = answer(stream, reply, &left).await;
                });
            }
        });
        Self { address, asked, gone, serving }
    }

    pub fn requests(&self) -> Vec<Asked> {
        self.asked.lock().expect("unpoisoned").clone()
    }

    /// Waits until a client has hung up on a reply that fell silent.
    pub async fn hung_up(&self) {
        self.gone.notified().await;
    }

    /// Waits until so many requests have come.
    pub async fn wait_for(&self, count: usize) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.requests().len() < count {
            assert!(Instant::now() < deadline, "no request came");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Waits until the client has hung up.
async fn hung_up(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_lowercase();
            let length = length.split("content-length: ").nth(1)?.lines().next()?;
            if body.len() >= length.parse().ok()? {
                let body = serde_json::from_str(body).ok()?;
                return Some(Asked { head: head.to_owned(), body, at: Instant::now() });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn answer(mut stream: TcpStream, reply: Reply, gone: &Notify) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Status\r\nconnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !reply.for_ever {
        head += &format!("content-length: {}\r\n", reply.body.len());
    }
    head += "\r\n";
    if matches!(reply.pause, Some(Pause::BeforeHead)) {
        hung_up(&mut stream).await;
        gone.notify_one();
        return Ok(());
    }
    stream.write_all(head.as_bytes()).await?;
    if let Some(Pause::InBody(at)) = reply.pause {
        stream.write_all(&reply.body[..at]).await?;
        stream.flush().await?;
        hung_up(&mut stream).await;
        gone.notify_one();
        return Ok(());
    }
    if let Some(each) = reply.dribble {
        for byte in reply.body.chunks(1) {
            stream.write_all(byte).await?;
            tokio::time::sleep(each).await;
        }
        return Ok(());
    }
    if let Some(at) = reply.cut {
        return stream.write_all(&reply.body[..at]).await;
    }
    let many = reply.body.repeat(if reply.for_ever { 500 } else { 1 });
    loop {
        stream.write_all(&many).await?;
        if !reply.for_ever {
            return stream.shutdown().await;
        }
    }
}
