//! Patience with drivers: a hardware encoder lives on a thread of its own, and one that does not
//! answer in time is left to it.
//!
//! A driver that hangs takes its thread with it, and the memory that it may still read; the stream
//! goes on with the next back end.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    time::Duration,
};

use super::{AccessUnit, Encoder, Error, Picture};
use crate::{
    frame::I420,
    units::{Bitrate, MediaTime, Size},
};

/// For opening: a driver may load firmware and wake a GPU.
const TO_OPEN: Duration = Duration::from_secs(3);
/// For a picture, which takes milliseconds. It leaves the next back end time for a key frame
/// within half a second.
const TO_ENCODE: Duration = Duration::from_millis(350);

/// An encoder that is asked from afar.
pub(super) struct Guarded {
    name: &'static str,
    size: Size,
    orders: SyncSender<Order>,
    replies: Receiver<Reply>,
    /// The picture in host memory that goes there and comes back.
    copy: Option<I420>,
}

enum Order {
    Encode { picture: Sent, pts: MediaTime, keyframe: bool },
    SetBitrate(Bitrate),
}

/// A picture on its way: borrowed ones cannot be.
enum Sent {
    Host(I420),
    Shared(usize),
}

enum Reply {
    Opened(Result<(), Error>),
    Encoded(Result<Option<AccessUnit>, Error>, Option<I420>),
    BitrateSet(Result<(), Error>),
}

impl Guarded {
    /// Opens what encodes pictures of `size` by `open`, on a thread of its own.
    ///
    /// # Errors
    /// As `open`; [`Error::Stalled`] when it takes too long.
    pub fn open(
        name: &'static str,
        size: Size,
        open: impl FnOnce() -> Result<Box<dyn Encoder>, Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let (orders, taken) = sync_channel(1);
        // Room for an answer that nobody awaits any more.
        let (answers, replies) = sync_channel(1);
        let thread = std::thread::Builder::new().name(name.to_owned());
        let started = thread.spawn(move || serve(open, &taken, &answers));
        started.map_err(|error| Error::Open { encoder: name, size, reason: error.to_string() })?;
        let guarded = Self { name, size, orders, replies, copy: None };
        match guarded.reply("open", TO_OPEN)? {
            Reply::Opened(opened) => opened.map(|()| guarded),
            Reply::Encoded(..) | Reply::BitrateSet(_) => Err(guarded.gone("open")),
        }
    }

    fn order(&self, act: &'static str, order: Order) -> Result<(), Error> {
        self.orders.try_send(order).map_err(|_| self.gone(act))
    }

    fn reply(&self, act: &'static str, patience: Duration) -> Result<Reply, Error> {
        self.replies.recv_timeout(patience).map_err(|error| match error {
            RecvTimeoutError::Timeout => Error::Stalled { encoder: self.name, act, patience },
            RecvTimeoutError::Disconnected => self.gone(act),
        })
    }

    /// Its thread is busy or gone.
    fn gone(&self, act: &'static str) -> Error {
        Error::Failed { encoder: self.name, act, reason: "its thread does not answer".to_owned() }
    }
}

fn serve(
    open: impl FnOnce() -> Result<Box<dyn Encoder>, Error>,
    orders: &Receiver<Order>,
    answers: &SyncSender<Reply>,
) {
    // An answer that nobody takes is no loss: the encoder was given up.
    let mut encoder = match open() {
        Ok(encoder) => encoder,
        Err(error) => return drop(answers.try_send(Reply::Opened(Err(error)))),
    };
    let _ = answers.try_send(Reply::Opened(Ok(())));
    for order in orders {
        let reply = match order {
            Order::Encode { picture: Sent::Shared(slot), pts, keyframe } => {
                Reply::Encoded(encoder.encode(Picture::Shared(slot), pts, keyframe), None)
            }
            Order::Encode { picture: Sent::Host(picture), pts, keyframe } => {
                let coded = encoder.encode(Picture::Host(&picture), pts, keyframe);
                Reply::Encoded(coded, Some(picture))
            }
            Order::SetBitrate(bitrate) => Reply::BitrateSet(encoder.set_bitrate(bitrate)),
        };
        if answers.try_send(reply).is_err() {
            return;
        }
    }
}

impl Encoder for Guarded {
    fn name(&self) -> &'static str {
        self.name
    }

    fn is_hardware(&self) -> bool {
        true
    }

    fn encode(
        &mut self,
        picture: Picture<'_>,
        pts: MediaTime,
        keyframe: bool,
    ) -> Result<Option<AccessUnit>, Error> {
        const ACT: &str = "encode a picture";
        let picture = match picture {
            Picture::Shared(slot) => Sent::Shared(slot),
            Picture::Host(picture) if picture.size() != self.size => {
                return Err(Error::WrongSize { expected: self.size, actual: picture.size() });
            }
            Picture::Host(picture) => {
                let mut copy = self.copy.take().unwrap_or_else(|| picture.clone());
                for (to, from) in copy.planes_mut().into_iter().zip(picture.planes()) {
                    to.copy_from_slice(from);
                }
                Sent::Host(copy)
            }
        };
        self.order(ACT, Order::Encode { picture, pts, keyframe })?;
        match self.reply(ACT, TO_ENCODE)? {
            Reply::Encoded(coded, copy) => {
                self.copy = copy;
                coded
            }
            Reply::Opened(_) | Reply::BitrateSet(_) => Err(self.gone(ACT)),
        }
    }

    fn set_bitrate(&mut self, bitrate: Bitrate) -> Result<(), Error> {
        const ACT: &str = "change the bit rate";
        self.order(ACT, Order::SetBitrate(bitrate))?;
        match self.reply(ACT, TO_ENCODE)? {
            Reply::BitrateSet(set) => set,
            Reply::Opened(_) | Reply::Encoded(..) => Err(self.gone(ACT)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        encode::{Config, Profile, fake::Fake},
        units::FrameRate,
    };

    fn config() -> Config {
        Config {
            size: Size::new(64, 48).expect("in range"),
            frame_rate: FrameRate::new(30).expect("in range"),
            bitrate: Bitrate::bps(1),
            profile: Profile::Main,
            encoders: Default::default(),
            threads: 1,
        }
    }

    fn guarded(fake: Fake) -> Guarded {
        let boxed = move || Ok(Box::new(fake) as Box<dyn Encoder>);
        Guarded::open("guarded", config().size, boxed).expect("opens")
    }

    fn at(ms: u64) -> MediaTime {
        MediaTime::from_elapsed(Duration::from_millis(ms))
    }

    #[test]
    fn answers_are_those_of_the_encoder() {
        let mut direct = Fake::open(&config()).expect("even");
        let mut guarded = guarded(direct.clone());
        let picture = I420::new(config().size).expect("even");
        for n in 0..4 {
            let picture = if n == 1 { Picture::Shared(2) } else { Picture::Host(&picture) };
            let expected = direct.encode(picture, at(n), n == 2).expect("behaves");
            let found = guarded.encode(picture, at(n), n == 2).expect("behaves");
            assert_eq!(found.map(|unit| unit.data), expected.map(|unit| unit.data));
        }
        guarded.set_bitrate(Bitrate::bps(5)).expect("behaves");
    }

    #[test]
    fn failures_are_those_of_the_encoder() {
        let mut guarded = guarded(Fake::open(&config()).expect("even").failing_at(1));
        let mut encode = || guarded.encode(Picture::Shared(0), at(0), false);
        encode().expect("not yet");
        let error = encode().expect_err("now");
        assert!(matches!(error, Error::Failed { encoder: "fake", .. }), "{error}");
    }

    #[test]
    fn what_does_not_answer_is_left_alone() {
        let slow = Fake::open(&config()).expect("even").stalling(3 * TO_ENCODE);
        let mut guarded = guarded(slow);
        let error = guarded.encode(Picture::Shared(0), at(0), false).expect_err("no answer");
        assert!(matches!(error, Error::Stalled { .. }), "{error}");
        // Not even what comes late is taken for an answer to another question.
        let late = guarded.set_bitrate(Bitrate::bps(1)).is_err();
        assert!(late);
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        let refused = || {
            let (encoder, size) = ("guarded", config().size);
            Err(Error::Open { encoder, size, reason: "no such device".to_owned() })
        };
        let error = Guarded::open("guarded", config().size, refused).err().expect("refused");
        assert!(error.to_string().contains("no such device"), "{error}");
        let panics = || panic!("a driver that brings its thread down");
        let error = Guarded::open("guarded", config().size, panics).err().expect("gone");
        assert!(error.to_string().contains("does not answer"), "{error}");
    }
}
