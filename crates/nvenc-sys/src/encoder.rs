//! The encoder: pictures without reordering, each out before the next one goes in.
#![allow(unsafe_code, reason = "NVENC is a C library")]

mod codec;
mod session;
mod settings;

use std::{
    ptr, slice, thread,
    time::{Duration, Instant},
};

use self::session::Session;
pub use self::{
    codec::{Codec, Profile},
    session::Nvenc,
    settings::{Preset, Settings},
};
use crate::{
    Error, Memory,
    sys::{
        Zeroed as _,
        nvenc::{
            self as raw, Config, CreateBitstream, ERR_ENCODER_BUSY, ERR_LOCK_BUSY, FLAG_EOS,
            FLAG_FORCE_IDR, FLAG_OUTPUT_SPS_PPS, FORMAT_NV12, Handle, Initialize, Lock, MapInput,
            PICTURE_IDR, Picture, RESOURCE_CUDA_POINTER, Reconfigure, Register, STRUCT_FRAME,
        },
    },
};

/// How long a driver may say that it is busy with a picture. This bounds answers alone: for how
/// long a call may block is for the caller to say, who can leave the thread to it.
const BUSY_AT_MOST: Duration = Duration::from_millis(250);
/// Until a busy driver is asked again: "after few milliseconds" (`NV_ENC_ERR_ENCODER_BUSY`).
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(2);

/// Where NV12 lies in memory: chroma follows luma, rows of both are `pitch` bytes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bytes from one row to the next; a multiple of 4, and the width at least.
    pub pitch: u32,
}

/// A coded picture.
#[derive(Clone, Debug)]
pub struct AccessUnit {
    /// H.264 and HEVC in Annex B, with parameter sets (HEVC: VPS, SPS and PPS) before every IDR.
    /// AV1: a temporal unit of OBUs that say their size (not Annex B of AV1), with a sequence
    /// header before every key frame; a temporal delimiter may come first.
    pub data: Vec<u8>,
    /// Whether this is an IDR, or a key frame of AV1: a decoder may start here.
    pub keyframe: bool,
}

/// A picture in memory that an [`Encoder`] reads, by the order of [`Encoder::register`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input(usize);

/// An open encoder. `Send`, not `Sync`.
#[derive(Debug)]
pub struct Encoder {
    inputs: Vec<Registered>,
    bitstream: Handle,
    session: Session,
    settings: Settings,
    /// What the encoder was initialised with, but for the rate.
    config: Box<Config>,
    /// How many pictures later ones may refer to.
    kept: u32,
    frame_index: u32,
    broken: bool,
}

// SAFETY: a session and its handles belong to no thread, and each call makes the context current
// on its own; calls of several threads at once are ruled out, as it is not `Sync`.
unsafe impl Send for Encoder {}

#[derive(Debug)]
struct Registered {
    handle: Handle,
    pitch: u32,
    /// The driver reads it while it is registered.
    _memory: Memory,
}

impl Encoder {
    /// Opens a session on the GPU of `context`, and in it an encoder.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for impossible settings; [`Error::is_no_encoder`] and
    /// [`Error::is_session_limit`] say what most others mean.
    pub fn open(
        nvenc: &Nvenc,
        context: &std::sync::Arc<crate::Context>,
        settings: &Settings,
    ) -> Result<Self, Error> {
        settings.check()?;
        let session = Session::open(nvenc, context)?;
        session.check_codec(settings)?;
        let mut config = session.preset_config(settings)?;
        let kept = session.kept_pictures(settings.codec)?;
        settings.write(&mut config, session.version(), kept);
        let mut initialize = settings.initialize(session.version(), &mut config);
        session.call("initialise the encoder", |functions, raw| {
            let initialize_encoder = functions.initialize?;
            // SAFETY: `call`'s promises; the parameters and the configuration that they point to
            // are live, and of the session's version.
            Some(unsafe { initialize_encoder(raw, &mut initialize) })
        })?;
        let mut create = CreateBitstream::zeroed();
        create.version = session.version().create_bitstream();
        session.call("make a bitstream buffer", |functions, raw| {
            let create_bitstream = functions.create_bitstream?;
            // SAFETY: `call`'s promises; the encoder is initialised; `create` is valid for writes
            // and of the session's version.
            Some(unsafe { create_bitstream(raw, &mut create) })
        })?;
        Ok(Self {
            inputs: Vec::new(),
            bitstream: create.buffer,
            session,
            settings: *settings,
            config,
            kept,
            frame_index: 0,
            broken: false,
        })
    }

    /// The interface's version in use, e.g. `(13, 0)`.
    pub fn version(&self) -> (u32, u32) {
        (self.session.version().major, self.session.version().minor)
    }

    /// Makes the memory known, once for all pictures that it will hold, and keeps it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the picture does not fit; [`Error::Nvenc`] when refused.
    pub fn register(&mut self, memory: Memory, layout: Layout) -> Result<Input, Error> {
        let Layout { pitch } = layout;
        let (width, height) = (self.settings.width, self.settings.height);
        if pitch < width || !pitch.is_multiple_of(4) {
            let (what, value) = ("the pitch", pitch.into());
            return Err(Error::OutOfRange { what, value, allowed: "the width, a multiple of 4" });
        }
        let needed = u64::from(pitch) * u64::from(height) * 3 / 2;
        if needed > memory.bytes() || !memory.is_in(self.session.context()) {
            let (what, value) = ("a picture's memory", memory.bytes());
            return Err(Error::OutOfRange {
                what,
                value,
                allowed: "the picture's, in its context",
            });
        }
        let mut register = Register::zeroed();
        register.version = self.session.version().register();
        register.resource_type = RESOURCE_CUDA_POINTER;
        (register.width, register.height, register.pitch) = (width, height, pitch);
        register.resource = ptr::with_exposed_provenance_mut(memory.pointer() as usize);
        register.buffer_format = FORMAT_NV12;
        self.session.call("register a picture's memory", |functions, raw| {
            // SAFETY: `call`'s promises; `register` is valid for writes and of the session's
            // version; it names memory of the session's context that holds such a picture, and that
            // is kept until it is unregistered.
            Some(unsafe { (functions.register?)(raw, &mut register) })
        })?;
        self.inputs.push(Registered { handle: register.registered, pitch, _memory: memory });
        Ok(Input(self.inputs.len() - 1))
    }

    /// Encodes what `input` holds and waits for it; `keyframe` forces an IDR (in AV1, a key frame),
    /// and the first picture is one in any case. `time_stamp` names it for [`Self::invalidate`]. What wrote the
    /// memory must have finished; it may be written anew when this returns.
    ///
    /// The driver blocks until the picture is coded: who cannot wait for hardware that hangs has
    /// this done by a thread that can be left alone.
    ///
    /// # Errors
    /// After any [`Error`] the encoder gives [`Error::Broken`] and must be opened anew.
    pub fn encode(
        &mut self,
        input: Input,
        time_stamp: u64,
        keyframe: bool,
    ) -> Result<AccessUnit, Error> {
        if self.broken {
            return Err(Error::Broken);
        }
        self.broken = true;
        let registered = self.inputs.get(input.0).ok_or(Error::OutOfRange {
            what: "an input",
            value: input.0 as u64,
            allowed: "one that was registered",
        })?;
        let mapped = self.map(registered.handle)?;
        let give_up = Instant::now() + BUSY_AT_MOST;
        let submitted = self.submit(mapped, registered.pitch, time_stamp, keyframe, give_up);
        let unit = submitted.and_then(|()| self.fetch(give_up));
        let released = self.session.call("release a picture", |functions, raw| {
            // SAFETY: `call`'s promises; `mapped` is what the session has mapped above, and it is
            // released once.
            Some(unsafe { (functions.unmap?)(raw, mapped) })
        });
        // The first error is the reason, and the release's may be its consequence.
        let unit = unit?;
        released?;
        if keyframe && !unit.keyframe {
            return Err(Error::BadPicture { reason: "an IDR was asked for" });
        }
        self.frame_index = self.frame_index.wrapping_add(1);
        self.broken = false;
        Ok(unit)
    }

    fn map(&self, registered: Handle) -> Result<Handle, Error> {
        let mut map = MapInput::zeroed();
        map.version = self.session.version().map_input();
        map.registered = registered;
        self.session.call("take a picture", |functions, raw| {
            // SAFETY: `call`'s promises; `map` is valid for writes and of the session's version,
            // and names a resource that is registered, and not mapped.
            Some(unsafe { (functions.map?)(raw, &mut map) })
        })?;
        Ok(map.mapped)
    }

    fn submit(
        &self,
        input: Handle,
        pitch: u32,
        time_stamp: u64,
        keyframe: bool,
        give_up: Instant,
    ) -> Result<(), Error> {
        let mut picture = Picture::zeroed();
        picture.version = self.session.version().picture();
        (picture.input_width, picture.input_height) = (self.settings.width, self.settings.height);
        picture.input_pitch = pitch;
        picture.flags = if keyframe { FLAG_FORCE_IDR | FLAG_OUTPUT_SPS_PPS } else { 0 };
        picture.frame_index = self.frame_index;
        picture.time_stamp = time_stamp;
        (picture.input, picture.output) = (input, self.bitstream);
        picture.buffer_format = FORMAT_NV12;
        picture.picture_struct = STRUCT_FRAME;
        unless_busy(give_up, || {
            self.session.call("encode a picture", |functions, raw| {
                // SAFETY: `call`'s promises; `picture` is live and of the session's version; it
                // names an input that is mapped and a bitstream buffer of the session's that is not
                // locked; whoever wrote the input has finished.
                Some(unsafe { (functions.encode?)(raw, &mut picture) })
            })
        })
    }

    /// Waits for the coded picture. The lock blocks until it is there: one that does not
    /// (`doNotWait`) may succeed with what is not finished.
    fn fetch(&self, give_up: Instant) -> Result<AccessUnit, Error> {
        let mut lock = Lock::zeroed();
        lock.version = self.session.version().lock();
        lock.output = self.bitstream;
        unless_busy(give_up, || {
            self.session.call("finish a picture", |functions, raw| {
                // SAFETY: `call`'s promises; `lock` is valid for writes and of the session's
                // version; it names a bitstream buffer of the session's that is not locked, and no
                // array.
                Some(unsafe { (functions.lock?)(raw, &mut lock) })
            })
        })?;
        let data = if lock.data.is_null() {
            Vec::new()
        } else {
            // SAFETY: not null; the lock waited, so that this many bytes are written, and stay as
            // they are until the unlock below; they are copied before.
            unsafe { slice::from_raw_parts(lock.data.cast::<u8>(), lock.bytes as usize) }.to_vec()
        };
        self.session.call("release a coded picture", |functions, raw| {
            // SAFETY: `call`'s promises; the bitstream buffer is the session's and locked, and what
            // was read of it is copied.
            Some(unsafe { (functions.unlock?)(raw, self.bitstream) })
        })?;
        if data.is_empty() {
            return Err(Error::BadPicture { reason: "it is empty" });
        }
        Ok(AccessUnit { data, keyframe: lock.picture_type == PICTURE_IDR })
    }

    /// Ends the stream, which must come before anything of it is freed. That returns at once, as
    /// every picture was waited for.
    ///
    /// Not so after a failure: the end would wait for what the hardware has not finished, and that
    /// may be for ever. A broken encoder is torn down as it is.
    fn flush(&self) -> Result<(), Error> {
        if self.broken || self.frame_index == 0 {
            return Ok(());
        }
        let mut end = Picture::zeroed();
        end.version = self.session.version().picture();
        end.flags = FLAG_EOS;
        self.session.call("end a stream", |functions, raw| {
            // SAFETY: `call`'s promises; `end` is live and of the session's version; the end of a
            // stream names no input and no buffer.
            Some(unsafe { (functions.encode?)(raw, &mut end) })
        })
    }

    /// Changes the target from the next picture on, without an IDR, bit/s.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for 0; [`Error::Nvenc`] when refused: the rate stays what it was.
    pub fn set_rate(&mut self, bits_per_second: u32) -> Result<(), Error> {
        let settings = Settings { bits_per_second, ..self.settings };
        settings.check()?;
        settings.write(&mut self.config, self.session.version(), self.kept);
        let version = self.session.version();
        let mut reconfigure = Reconfigure::zeroed();
        reconfigure.version = version.reconfigure();
        reconfigure.initialize = settings.initialize(version, &mut self.config);
        let changed = self.session.call("change the bit rate", |functions, raw| {
            // SAFETY: `call`'s promises; the encoder is initialised; the parameters and the
            // configuration that they point to are live, and of the session's version.
            Some(unsafe { (functions.reconfigure?)(raw, &mut reconfigure) })
        });
        match changed {
            Ok(()) => self.settings = settings,
            Err(_) => self.settings.write(&mut self.config, version, self.kept),
        }
        changed
    }

    /// Lets no later picture refer to the one that was encoded with `time_stamp`, because it was
    /// lost on the way. Gives `false` where the hardware cannot, or keeps no other: a key frame
    /// must do.
    ///
    /// # Errors
    /// [`Error::Nvenc`] when refused.
    pub fn invalidate(&mut self, time_stamp: u64) -> Result<bool, Error> {
        if self.kept < 2 {
            return Ok(false);
        }
        self.session.call("forget a picture", |functions, raw| {
            // SAFETY: `call`'s promises; the encoder is initialised; any number may be given.
            Some(unsafe { (functions.invalidate?)(raw, time_stamp) })
        })?;
        Ok(true)
    }
}

/// Asks again for as long as the driver says that it is busy, until `give_up`.
fn unless_busy(give_up: Instant, mut ask: impl FnMut() -> Result<(), Error>) -> Result<(), Error> {
    loop {
        match ask() {
            Err(Error::Nvenc { code: ERR_LOCK_BUSY | ERR_ENCODER_BUSY, name, .. }) => {
                if Instant::now() >= give_up {
                    return Err(Error::TimedOut { after: BUSY_AT_MOST, name });
                }
                thread::sleep(ASK_AGAIN_AFTER);
            }
            answer => return answer,
        }
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // What fails here is gone with the session.
        let _ = self.flush();
        for input in &self.inputs {
            let _ = self.session.call("forget a picture's memory", |functions, raw| {
                // SAFETY: `call`'s promises; the session has registered the resource, and it goes
                // once. One that a failure left mapped is the driver's to refuse.
                Some(unsafe { (functions.unregister?)(raw, input.handle) })
            });
        }
        let _ = self.session.call("free a bitstream buffer", |functions, raw| {
            // SAFETY: `call`'s promises; the session has made the buffer, and it goes once. One
            // that a failure left locked is the driver's to refuse.
            Some(unsafe { (functions.destroy_bitstream?)(raw, self.bitstream) })
        });
        self.session.close();
        // The memory goes after the session that read it.
        self.inputs.clear();
    }
}

/// The parameters of the encoder as they are said at the start and at every change.
impl Settings {
    fn initialize(&self, version: crate::version::Version, config: &mut Config) -> Initialize {
        let mut initialize = Initialize::zeroed();
        initialize.version = version.initialize();
        initialize.codec = self.codec.guid();
        initialize.preset = self.preset.guid();
        (initialize.encode_width, initialize.encode_height) = (self.width, self.height);
        (initialize.dar_width, initialize.dar_height) = (self.width, self.height);
        (initialize.frame_rate_num, initialize.frame_rate_den) = self.frame_rate;
        initialize.enable_ptd = 1;
        initialize.config = config;
        (initialize.max_encode_width, initialize.max_encode_height) = (self.width, self.height);
        initialize.tuning_info = raw::TUNING_ULTRA_LOW_LATENCY;
        initialize
    }
}
