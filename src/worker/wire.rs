//! What goes over the control socket, and how: a length of four bytes, then postcard.
//!
//! Both ends are the same executable, so there are no versions. What the worker sends is not
//! trusted: lengths are bounded and text is cleaned by whoever shows it.

use std::{
    io::{self, Read, Write},
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::Confinement;
use crate::control::PhysicsCommand;

/// Longest message: a full state of 130,000 numbers fits.
pub(super) const MAX_MESSAGE: usize = 1 << 20;

/// Longest text that is shown, bytes: some lines in a browser.
const MAX_TEXT: usize = 2048;

/// The first message, sent along with the file descriptors: what the worker limits itself to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Setup {
    /// `RLIMIT_AS`.
    pub address_space_bytes: u64,
    /// `RLIMIT_CPU` until the model is loaded.
    pub load_cpu: Duration,
    /// Share of a core from then on, percent.
    pub cpu_percent: u32,
    /// `RLIMIT_FSIZE`: memfds count as files.
    pub file_bytes: u64,
    /// The host's process id: the worker ends when its parent is another.
    pub host: u32,
    /// Whether to load nothing unless the sandbox is whole.
    pub confined: bool,
    /// Does as if the kernel had no Landlock, for tests.
    pub without_landlock: bool,
}

/// Host to worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Order {
    /// Counts up; comes back as `Snapshot::acknowledged`.
    pub number: u64,
    /// What to do.
    pub command: PhysicsCommand,
}

/// Worker to host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Event {
    /// The model is loaded: assets and a first snapshot are there.
    Loaded {
        /// Bytes at the start of the assets memory.
        asset_bytes: u64,
        /// CPU time that confining the process took.
        confining: Duration,
    },
    /// The sandbox is not whole, and nothing was read.
    Unconfined(Confinement),
    /// The model cannot be loaded.
    LoadFailed {
        /// For whoever wrote it.
        message: String,
    },
    /// Something that whoever uses the simulation should know.
    Warning {
        /// In words.
        message: String,
        /// Warnings left out since the last one sent.
        omitted: u64,
    },
    /// A change was made to the simulation: see `PhysicsCommand::is_change`.
    Applied(Applied),
    /// The worker cannot go on.
    Fatal {
        /// In words.
        message: String,
    },
}

/// When a change was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The command's number.
    pub number: u64,
    /// Steps taken along the timeline before it.
    pub tick: u64,
    /// Whether time stood still.
    pub paused: bool,
}

/// Bytes of `message` as they go over the socket.
pub(super) fn encode<T: Serialize>(message: &T) -> io::Result<Vec<u8>> {
    let mut frame = postcard::to_extend(message, vec![0; 4]).map_err(io::Error::other)?;
    let length = frame.len() - 4;
    if length > MAX_MESSAGE {
        return Err(io::Error::other("message too long"));
    }
    frame[..4].copy_from_slice(&(length as u32).to_le_bytes());
    Ok(frame)
}

fn length(prefix: [u8; 4]) -> io::Result<usize> {
    Some(u32::from_le_bytes(prefix) as usize)
        .filter(|length| *length <= MAX_MESSAGE)
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "message too long"))
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> io::Result<T> {
    match postcard::take_from_bytes(body) {
        Ok((message, [])) => Ok(message),
        Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "bytes left over")),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

/// Writes one message.
pub(super) fn write<T: Serialize>(to: &mut impl Write, message: &T) -> io::Result<()> {
    to.write_all(&encode(message)?)
}

/// Reads one message; an end of file before it is an `UnexpectedEof`.
pub(super) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<T> {
    let mut prefix = [0; 4];
    from.read_exact(&mut prefix)?;
    let mut body = vec![0; length(prefix)?];
    from.read_exact(&mut body)?;
    parse(&body)
}

/// As [`read`], without blocking. Not cancel safe: bytes of a message begun are lost.
pub(super) async fn receive<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
) -> io::Result<T> {
    let mut prefix = [0; 4];
    from.read_exact(&mut prefix).await?;
    let mut body = vec![0; length(prefix)?];
    from.read_exact(&mut body).await?;
    parse(&body)
}

/// Text from MuJoCo, a model or a worker, made fit to be shown: control characters become spaces,
/// runs of white space one space, addresses an ellipsis, and at most 2 KiB are kept.
pub(super) fn clean(text: &str) -> String {
    let spaced = text.replace(|c: char| c.is_control(), " ");
    let mut out = without_addresses(&spaced.split_whitespace().collect::<Vec<_>>().join(" "));
    out.truncate(out.floor_char_boundary(MAX_TEXT));
    out
}

/// MuJoCo prints some names of a model as formats: `%p` shows where its memory is.
fn without_addresses(text: &str) -> String {
    /// Fewer digits are a number that a person wrote.
    const LEAST: usize = 6;
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("0x") {
        let digits = rest[at + 2..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let end = at + 2 + digits;
        out.push_str(if digits >= LEAST { &rest[..at] } else { &rest[..end] });
        if digits >= LEAST {
            out.push('…');
        }
        rest = &rest[end..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_come_back_in_order() {
        let mut bytes = Vec::new();
        let order =
            Order { number: 9, command: PhysicsCommand::SetControl(vec![(3, f64::NAN), (4, 1.5)]) };
        let event = Event::Warning { message: "Nan in QACC".into(), omitted: 3 };
        write(&mut bytes, &order).expect("writes");
        write(&mut bytes, &event).expect("writes");
        let mut rest = &bytes[..];
        let back: Order = read(&mut rest).expect("reads");
        assert_eq!(back.number, 9);
        assert!(matches!(back.command, PhysicsCommand::SetControl(v) if v[0].1.is_nan()));
        assert_eq!(read::<Event>(&mut rest).expect("reads"), event);
        assert!(read::<Event>(&mut rest).is_err(), "end of file");
    }

    #[test]
    fn texts_are_made_fit_to_be_shown() {
        assert_eq!(clean("XML Error:\n\tbad\u{1b}[31m"), "XML Error: bad [31m");
        assert_eq!(clean(&"é".repeat(3000)).len(), MAX_TEXT);
        let leak = "class '0x7ffd12345678 (nil) 0x12 0x55aabbccddee' is unknown";
        assert_eq!(clean(leak), "class '… (nil) 0x12 …' is unknown");
    }

    #[test]
    fn messages_have_a_longest() {
        let long = PhysicsCommand::SetState(vec![0.0; MAX_MESSAGE / 8]);
        assert!(encode(&long).is_err());
        let mut claim = &u32::MAX.to_le_bytes()[..];
        assert!(read::<Event>(&mut claim).is_err());
    }

    proptest! {
        #[test]
        fn noise_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read::<Event>(&mut &bytes[..]);
            let _ = parse::<Order>(&bytes);
        }
    }
}
