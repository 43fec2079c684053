//! What a viewer costs the server's processor: peers that send one stream, each to a client of
//! its own over loopback. One line of JSON per number of peers.
//!
//! Server and clients have a runtime each, and a thread's CPU time is counted by whose it is.

#[allow(dead_code, reason = "shared with tests, which use all of it")]
#[path = "../tests/peer/client.rs"]
mod client;

use std::{fs, time::Duration};

use client::{Client, Wants, frame, loopback};
use mjcast::{frame::queue, peer::Peer};
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
    time::{Instant, MissedTickBehavior, interval},
};

const PEERS: [usize; 4] = [0, 1, 10, 20];
const FRAME_BYTES: usize = 8000;
const RATE_HZ: u64 = 30;
const SECONDS: u64 = 5;

fn main() {
    let [server, clients] = ["server", "clients"].map(runtime);
    for peers in PEERS {
        measure(&server, &clients, peers);
    }
}

fn runtime(name: &str) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name(name)
        .enable_all()
        .build()
        .expect("threads")
}

/// Connects `count` peers, lets the stream run, and prints what it took.
fn measure(server: &Runtime, clients: &Runtime, count: usize) {
    let mut peers = Vec::new();
    let mut queues = Vec::new();
    let mut receivers = Vec::new();
    for _ in 0..count {
        let mut client = clients.block_on(Client::new(Wants::default()));
        let offer = clients.block_on(client.offer(false));
        let (tell, events) = mpsc::channel(256);
        let config = loopback();
        // Spawned, so that it runs on the threads that are counted.
        let answering = server.spawn(async move { Peer::answer(&config, &offer, tell).await });
        let answered = server.block_on(answering).expect("no panic");
        let (peer, answer) = answered.expect("an answer");
        clients.block_on(client.accept(&answer));
        clients.block_on(client.connected());
        let (frames, source) = queue(8);
        server.block_on(peer.play(source));
        queues.push(frames);
        peers.push((peer, events));
        receivers.push(clients.spawn(async move {
            let mut received = 0_u64;
            while let Some(packet) = client.packets.recv().await {
                received += u64::from(packet.header.marker);
            }
            received
        }));
    }
    let sending = server.spawn(async move {
        let mut tick = interval(Duration::from_secs(1) / RATE_HZ as u32);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for id in 0..RATE_HZ * SECONDS {
            tick.tick().await;
            let frame = frame(id, id == 0, FRAME_BYTES);
            for queue in &queues {
                queue.send(&frame);
            }
        }
    });
    let before = (Instant::now(), cpu("server"), cpu("clients"));
    server.block_on(sending).expect("no panic");
    let wall = before.0.elapsed().as_secs_f64();
    let share = |name, before: Duration| (cpu(name) - before).as_secs_f64() / wall;
    let (of_server, of_clients) = (share("server", before.1), share("clients", before.2));
    let sent: u64 = peers.iter().map(|(peer, _)| peer.stats().frames).sum();
    let packets: u64 = peers.iter().map(|(peer, _)| peer.stats().packets).sum();
    for (peer, _) in &peers {
        server.block_on(peer.close());
    }
    for receiver in &receivers {
        receiver.abort();
    }
    print_line(&serde_json::json!({
        "peers": count,
        "server_cores": of_server,
        "server_cores_per_peer": of_server / count.max(1) as f64,
        "clients_cores": of_clients,
        "frames_per_second_each": sent as f64 / count.max(1) as f64 / wall,
        "packets_per_second": packets as f64 / wall,
        "frame_bytes": FRAME_BYTES,
    }));
}

#[allow(clippy::print_stdout, reason = "a bench reports there")]
fn print_line(line: &serde_json::Value) {
    println!("{line}");
}

/// CPU time of all living threads called `name`; nanoseconds in the first field of `schedstat`.
fn cpu(name: &str) -> Duration {
    let tasks = fs::read_dir("/proc/self/task").expect("Linux").filter_map(Result::ok);
    let of = |task: fs::DirEntry| -> Option<u64> {
        let read = |file| fs::read_to_string(task.path().join(file)).ok();
        (read("comm")?.trim_end() == name).then_some(())?;
        read("schedstat")?.split(' ').next()?.parse().ok()
    };
    Duration::from_nanos(tasks.filter_map(of).sum())
}
