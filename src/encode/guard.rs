//! Patience with drivers: a hardware encoder lives on a thread of its own, and one that does not
//! answer in time is left to it.
//!
//! A driver that hangs takes its thread with it, and the memory that it may still read; the stream
//! goes on with the next back end. [`Standing`] keeps the streams that follow from waiting for the
//! same driver, and [`MOST_LEFT`] bounds what hanging drivers can hold.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, AtomicU32, Ordering},
        mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    },
    time::{Duration, Instant},
};

use super::{AccessUnit, Encoder, Error, Picture, standing::Standing};
use crate::{
    frame::{I420, SharedPlanes},
    units::{Bitrate, MediaTime, Size},
};

/// For opening: a driver may load firmware and wake a GPU.
pub(super) const TO_OPEN: Duration = Duration::from_secs(3);
/// For a picture, which takes milliseconds. It leaves the next back end time for a key frame
/// within half a second.
const TO_ENCODE: Duration = Duration::from_millis(300);
/// For closing, so that what is opened next finds the session free.
const TO_CLOSE: Duration = Duration::from_millis(500);

/// Threads that drivers may hold for good; with so many left, no driver is asked anything.
const MOST_LEFT: u32 = 4;
/// Threads that drivers hold now and that nobody waits for.
static LEFT: AtomicU32 = AtomicU32::new(0);

/// A thread that a driver may hold.
///
/// ```text
///   running ──► ended
///      └──► left ──► ended
/// ```
#[derive(Debug)]
struct Life(AtomicU8);

impl Life {
    const RUNNING: u8 = 0;
    const LEFT: u8 = 1;
    const ENDED: u8 = 2;

    /// Nobody waits for it any more.
    fn leave(&self) {
        let (from, to) = (Self::RUNNING, Self::LEFT);
        if self.0.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            LEFT.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn is_left(&self) -> bool {
        self.0.load(Ordering::Relaxed) == Self::LEFT
    }
}

/// Ends a life at the end of its thread, by a panic too.
struct Ending(Arc<Life>);

impl Drop for Ending {
    fn drop(&mut self) {
        if self.0.0.swap(Life::ENDED, Ordering::Relaxed) == Life::LEFT {
            LEFT.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Runs `work` on a thread named after its driver.
fn start(name: &'static str, work: impl FnOnce() + Send + 'static) -> Result<Arc<Life>, Error> {
    let unavailable = |reason| Error::Unavailable { encoder: name, reason };
    let left = LEFT.load(Ordering::Relaxed);
    if left >= MOST_LEFT {
        let reason = format!("{left} threads wait for drivers that do not answer");
        return Err(unavailable(reason));
    }
    let life = Arc::new(Life(AtomicU8::new(Life::RUNNING)));
    let ending = Ending(Arc::clone(&life));
    let thread = std::thread::Builder::new().name(name.to_owned());
    let started = thread.spawn(move || {
        let _ending = ending;
        work();
    });
    started.map_err(|error| unavailable(error.to_string()))?;
    Ok(life)
}

/// What `work` gives, unless it takes longer than `patience`: then it is left to its thread.
///
/// # Errors
/// [`Error::Stalled`], and [`Error::Unavailable`] when there is no thread to be had.
pub(super) fn within<T: Send + 'static>(
    name: &'static str,
    act: &'static str,
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let (answer, reply) = sync_channel(1);
    let life = start(name, move || drop(answer.try_send(work())))?;
    reply.recv_timeout(patience).map_err(|error| match error {
        RecvTimeoutError::Timeout => {
            life.leave();
            Error::Stalled { encoder: name, act, patience }
        }
        RecvTimeoutError::Disconnected => gone(name, act),
    })
}

/// An encoder that is asked from afar.
pub(super) struct Guarded {
    name: &'static str,
    size: Size,
    standing: &'static Standing,
    life: Arc<Life>,
    /// Gone when nothing more is asked.
    orders: Option<SyncSender<Order>>,
    replies: Receiver<Reply>,
    /// The picture in host memory that goes there and comes back.
    copy: Option<I420>,
    /// As exported while it was opened, until they are handed out.
    surfaces: Vec<SharedPlanes>,
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
    Opened(Result<Vec<SharedPlanes>, Error>),
    Encoded(Result<Option<AccessUnit>, Error>, Option<I420>),
    BitrateSet(Result<(), Error>),
}

impl Guarded {
    /// Opens what encodes pictures of `size` by `open`, on a thread of its own, within `patience`
    /// and never longer than [`TO_OPEN`]. `standing` hears of a driver that does not answer.
    ///
    /// # Errors
    /// As `open`; [`Error::Stalled`] when it takes too long.
    pub fn open(
        name: &'static str,
        size: Size,
        patience: Duration,
        standing: &'static Standing,
        open: impl FnOnce() -> Result<Box<dyn Encoder>, Error> + Send + 'static,
    ) -> Result<Self, Error> {
        let (orders, taken) = sync_channel(1);
        // Room for an answer that nobody awaits any more.
        let (answers, replies) = sync_channel(1);
        let life = start(name, move || serve(open, &taken, &answers))?;
        let orders = Some(orders);
        let surfaces = Vec::new();
        let mut guarded =
            Self { name, size, standing, life, orders, replies, copy: None, surfaces };
        match guarded.reply("open", patience.min(TO_OPEN))? {
            Reply::Opened(opened) => {
                guarded.surfaces = opened?;
                Ok(guarded)
            }
            Reply::Encoded(..) | Reply::BitrateSet(_) => Err(gone(name, "open")),
        }
    }

    fn order(&self, act: &'static str, order: Order) -> Result<(), Error> {
        let orders = self.orders.as_ref().filter(|_| !self.life.is_left());
        let taken = orders.is_some_and(|orders| orders.try_send(order).is_ok());
        taken.then_some(()).ok_or_else(|| gone(self.name, act))
    }

    fn reply(&self, act: &'static str, patience: Duration) -> Result<Reply, Error> {
        self.replies.recv_timeout(patience).map_err(|error| match error {
            RecvTimeoutError::Timeout => {
                self.life.leave();
                let stalled = Error::Stalled { encoder: self.name, act, patience };
                // Less time than a driver may take says nothing of it.
                if act != "open" || patience >= TO_OPEN {
                    self.standing.failed(Instant::now(), stalled.to_string());
                }
                stalled
            }
            RecvTimeoutError::Disconnected => gone(self.name, act),
        })
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.orders = None;
        if self.life.is_left() {
            return;
        }
        // Its thread ends by letting go of its end, after the encoder.
        let deadline = Instant::now() + TO_CLOSE;
        loop {
            let rest = deadline.saturating_duration_since(Instant::now());
            match self.replies.recv_timeout(rest) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => return self.life.leave(),
            }
        }
    }
}

/// Its thread is busy or gone.
fn gone(encoder: &'static str, act: &'static str) -> Error {
    Error::Failed { encoder, act, reason: "its thread does not answer".to_owned() }
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
    let _ = answers.try_send(Reply::Opened(Ok(encoder.surfaces())));
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

    fn surfaces(&mut self) -> Vec<SharedPlanes> {
        std::mem::take(&mut self.surfaces)
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
            Reply::Opened(_) | Reply::BitrateSet(_) => Err(gone(self.name, ACT)),
        }
    }

    fn set_bitrate(&mut self, bitrate: Bitrate) -> Result<(), Error> {
        const ACT: &str = "change the bit rate";
        self.order(ACT, Order::SetBitrate(bitrate))?;
        match self.reply(ACT, TO_ENCODE)? {
            Reply::BitrateSet(set) => set,
            Reply::Opened(_) | Reply::Encoded(..) => Err(gone(self.name, ACT)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        encode::{Config, Profile, fake::Fake},
        frame::SHARED_PICTURES,
        units::FrameRate,
    };

    fn config() -> Config {
        Config {
            size: Size::new(64, 48).expect("in range"),
            frame_rate: FrameRate::new(30).expect("in range"),
            bitrate: Bitrate::bps(1),
            formats: Profile::Main.into(),
            encoders: Default::default(),
            threads: 1,
        }
    }

    fn open(
        standing: &'static Standing,
        open: impl FnOnce() -> Result<Box<dyn Encoder>, Error> + Send + 'static,
    ) -> Result<Guarded, Error> {
        Guarded::open("guarded", config().size, TO_OPEN, standing, open)
    }

    fn guarded(fake: Fake) -> Guarded {
        static STANDING: Standing = Standing::new();
        open(&STANDING, move || Ok(Box::new(fake) as Box<dyn Encoder>)).expect("opens")
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
    fn surfaces_come_from_its_thread_and_are_handed_out_once() {
        assert!(guarded(Fake::open(&config()).expect("even")).surfaces().is_empty());
        let mut guarded = guarded(Fake::open(&config()).expect("even").with_surfaces());
        let sizes = guarded.surfaces().into_iter().map(|surface| surface.size);
        assert_eq!(sizes.collect::<Vec<_>>(), [config().size; SHARED_PICTURES]);
        assert!(guarded.surfaces().is_empty());
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
        static STANDING: Standing = Standing::new();
        let slow = Fake::open(&config()).expect("even").stalling(3 * TO_ENCODE);
        let boxed = move || Ok(Box::new(slow) as Box<dyn Encoder>);
        let mut guarded = open(&STANDING, boxed).expect("opens");
        assert_eq!(STANDING.refusal(Instant::now()), None);
        let error = guarded.encode(Picture::Shared(0), at(0), false).expect_err("no answer");
        assert!(matches!(error, Error::Stalled { .. }), "{error}");
        // Not even what comes late is taken for an answer to another question.
        let late = guarded.set_bitrate(Bitrate::bps(1)).is_err();
        assert!(late);
        // Nor is the driver asked by the streams that follow.
        let told = STANDING.refusal(Instant::now()).expect("it just failed");
        assert!(told.contains("did not encode a picture"), "{told}");
    }

    #[test]
    fn what_cannot_be_opened_says_why() {
        static STANDING: Standing = Standing::new();
        let refused = || {
            let (encoder, size) = ("guarded", config().size);
            Err(Error::Open { encoder, size, reason: "no such device".to_owned() })
        };
        let error = open(&STANDING, refused).err().expect("refused");
        assert!(error.to_string().contains("no such device"), "{error}");
        let panics = || panic!("a driver that brings its thread down");
        let error = open(&STANDING, panics).err().expect("gone");
        assert!(error.to_string().contains("does not answer"), "{error}");
        assert_eq!(STANDING.refusal(Instant::now()), None, "it does answer");
    }

    #[test]
    fn who_opens_anew_finds_the_old_one_closed() {
        static OPEN: AtomicU32 = AtomicU32::new(0);
        static STANDING: Standing = Standing::new();
        struct Counted(Fake);
        impl Drop for Counted {
            fn drop(&mut self) {
                std::thread::sleep(Duration::from_millis(20));
                OPEN.fetch_sub(1, Ordering::SeqCst);
            }
        }
        impl Encoder for Counted {
            fn name(&self) -> &'static str {
                self.0.name()
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
                self.0.encode(picture, pts, keyframe)
            }
            fn set_bitrate(&mut self, bitrate: Bitrate) -> Result<(), Error> {
                self.0.set_bitrate(bitrate)
            }
        }
        for _ in 0..3 {
            let boxed = || {
                assert_eq!(OPEN.fetch_add(1, Ordering::SeqCst), 0);
                Ok(Box::new(Counted(Fake::open(&config()).expect("even"))) as Box<dyn Encoder>)
            };
            let mut guarded = open(&STANDING, boxed).expect("opens");
            guarded.encode(Picture::Shared(0), at(0), false).expect("behaves");
        }
        assert_eq!(OPEN.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn work_that_takes_too_long_is_left_to_its_thread() {
        assert!(matches!(within("guarded", "count", TO_OPEN, || 7), Ok(7)));
        let patience = Duration::from_millis(10);
        let slow = || std::thread::sleep(Duration::from_millis(200));
        let error = within("guarded", "wait", patience, slow).expect_err("too long");
        assert!(matches!(error, Error::Stalled { act: "wait", .. }), "{error}");
    }
}
