//! The routes, the sockets and the life of the real binary.

// What the decoder's source knows by the names of its own crate.
use mjcast::{frame, units};

#[path = "../peer/client.rs"]
#[expect(dead_code, reason = "what the tests of the peer need is more than a player needs")]
mod client;

mod access;
mod author;
mod cycles;
mod daemon;
#[path = "../../src/encode/openh264/decoder.rs"]
mod decoder;
mod events;
mod fleet;
mod generate;
mod library;
mod lifecycle;
mod limits;
mod llm;
mod mcp;
mod media;
mod openapi;
mod player;
#[path = "../../src/generate/model/tests/mock.rs"]
#[expect(dead_code, reason = "the tests of the wires need more of it")]
mod provider;
mod recordings;
mod restart;
mod routes;
mod scenes;
mod sessions;
mod slow;
mod soak;
mod sockets;
mod state;
mod tls;
mod traces;
mod uploads;
mod watchdog;
mod whep;
mod whip;
