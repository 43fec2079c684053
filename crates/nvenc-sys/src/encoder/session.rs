//! NVENC's library, and a session with the encoder of one GPU.

use std::{ffi::CStr, path::Path, ptr, sync::Arc};

use super::{Codec, Settings, settings::KEPT_PICTURES};
use crate::{
    Context, Error, error,
    loader::{self, NvencCalls},
    sys::{
        Zeroed as _,
        nvenc::{
            self as raw, CAP_HEIGHT_MAX, CAP_INVALIDATION, CAP_MULTIPLE_REFERENCES, CAP_WIDTH_MAX,
            CapsParam, Config, DEVICE_CUDA, ERR_INVALID_VERSION, Functions, Guid, OpenSession,
            PresetConfig, SUCCESS, TUNING_ULTRA_LOW_LATENCY,
        },
    },
    version::Version,
};

/// `libnvidia-encode.so.1`, loaded.
#[derive(Clone, Debug)]
pub struct Nvenc(Arc<NvencCalls>);

impl Nvenc {
    /// Loads `libnvidia-encode.so.1` as the dynamic loader finds it.
    ///
    /// # Errors
    /// [`Error::NoLibrary`] or [`Error::NoSymbol`], with the library's name.
    pub fn load() -> Result<Self, Error> {
        Ok(Self(Arc::new(loader::nvenc()?)))
    }

    /// Loads it from `file`, for tests and unusual installations.
    ///
    /// # Errors
    /// As [`Self::load`].
    ///
    /// # Safety
    /// The file is a build of `libnvidia-encode.so.1`: its initialisers run, and its functions are
    /// called by the signatures in `nvEncodeAPI.h`.
    pub unsafe fn load_from(file: &Path) -> Result<Self, Error> {
        // SAFETY: the file is a build of the library, as the caller promises.
        Ok(Self(Arc::new(unsafe { loader::nvenc_from(file) }?)))
    }

    /// The newest version that both sides speak.
    fn newest(&self) -> Result<Version, Error> {
        let mut driver = 0;
        // SAFETY: the library is loaded; the pointer is valid for the write of one integer.
        check("name its version", unsafe { (self.0.max_version)(&mut driver) })?;
        let too_old = Error::TooOld { major: driver >> 4, minor: driver & 15 };
        Version::newest(driver).ok_or(too_old)
    }
}

fn check(act: &'static str, code: raw::Status) -> Result<(), Error> {
    if code == SUCCESS {
        return Ok(());
    }
    Err(Error::Nvenc { act, code, name: error::status_name(code), text: String::new() })
}

/// A session. It is closed by [`Self::close`], at the latest when dropped.
#[derive(Debug)]
pub(super) struct Session {
    functions: Box<Functions>,
    /// Null once it is closed.
    raw: raw::Session,
    version: Version,
    context: Arc<Context>,
    /// The functions are in it.
    _nvenc: Nvenc,
}

impl Session {
    /// Opens a session in the newest version that the driver takes: one that says that it knows a
    /// version may still refuse it.
    pub fn open(nvenc: &Nvenc, context: &Arc<Context>) -> Result<Self, Error> {
        let mut version = nvenc.newest()?;
        loop {
            match Self::open_as(nvenc, context, version) {
                Err(error) if error.is_version() => match version.older() {
                    Some(older) => version = older,
                    None => return Err(error),
                },
                opened => return opened,
            }
        }
    }

    fn open_as(nvenc: &Nvenc, context: &Arc<Context>, version: Version) -> Result<Self, Error> {
        let mut functions = Box::new(Functions::zeroed());
        functions.version = version.functions();
        // SAFETY: the library is loaded; the list is as long as in all versions that are spoken,
        // valid for writes, and says of which one it is.
        check("start", unsafe { (nvenc.0.create_instance)(&mut *functions) })?;
        let mut open = OpenSession::zeroed();
        open.version = version.open_session();
        open.device_type = DEVICE_CUDA;
        open.device = context.raw();
        open.api_version = version.api();
        let mut raw = ptr::null_mut();
        let opened = context.current(|| match functions.open_session {
            // SAFETY: the function is of the library's own list; the parameters are live and say of
            // which version they are; their device is a retained context, current on this thread,
            // which the session keeps; `raw` is valid for the write of one pointer.
            Some(open_session) => unsafe { open_session(&mut open, &mut raw) },
            None => ERR_INVALID_VERSION,
        })?;
        let context = Arc::clone(context);
        let session = Self { functions, raw, version, context, _nvenc: nvenc.clone() };
        // After a failure, too, what was handed out must be closed.
        check("open a session", opened)?;
        Ok(session)
    }

    pub fn version(&self) -> Version {
        self.version
    }

    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// Makes a call with the context current; a function that is not there counts as one of
    /// another version.
    ///
    /// What unsafe code in `call` may rely on: the functions are those of the library, which stays
    /// loaded; the session is open; its context is current on this thread; and no other thread
    /// uses it, for neither this nor an [`Encoder`](super::Encoder) is `Sync`.
    pub fn call(
        &self,
        act: &'static str,
        call: impl FnOnce(&Functions, raw::Session) -> Option<raw::Status>,
    ) -> Result<(), Error> {
        self.context.current(|| {
            let code = call(&self.functions, self.raw).unwrap_or(ERR_INVALID_VERSION);
            if code == SUCCESS {
                return Ok(());
            }
            let text = self.last_error();
            Err(Error::Nvenc { act, code, name: error::status_name(code), text })
        })?
    }

    /// What the driver says of the last call, with the context current; often nothing.
    fn last_error(&self) -> String {
        let Some(last_error) = self.functions.last_error else { return String::new() };
        // SAFETY: as in `call`, which asks: an open session with its context current.
        let text = unsafe { last_error(self.raw) };
        if text.is_null() {
            return String::new();
        }
        // SAFETY: not null, and so a string with its end, which is the session's; the next call
        // may change it, and it is copied before.
        unsafe { CStr::from_ptr(text) }.to_string_lossy().trim().to_owned()
    }

    /// What the encoder can do with a codec.
    pub fn cap(&self, codec: Codec, cap: u32) -> Result<i32, Error> {
        let mut param = CapsParam::zeroed();
        param.version = self.version.caps_param();
        param.caps_to_query = cap;
        let mut value = 0;
        self.call("tell what it can do", |functions, raw| {
            // SAFETY: `call`'s promises; `param` is live and of the session's version; `value` is
            // valid for the write of one integer.
            Some(unsafe { (functions.cap?)(raw, codec.guid(), &mut param, &mut value) })
        })?;
        Ok(value)
    }

    /// How many pictures it is to keep for later ones to refer to: only the last, where it cannot
    /// keep more, or cannot be told which was lost.
    pub fn kept_pictures(&self, codec: Codec) -> Result<u32, Error> {
        let can = |cap| Ok::<bool, Error>(self.cap(codec, cap)? != 0);
        let several = can(CAP_MULTIPLE_REFERENCES)? && can(CAP_INVALIDATION)?;
        Ok(if several { KEPT_PICTURES } else { 1 })
    }

    /// Whether it encodes the codec in this size.
    pub fn check_codec(&self, settings: &Settings) -> Result<(), Error> {
        let codec = settings.codec;
        if !codec.is_in(self.version) || !self.lists(codec)? {
            return Err(Error::NoCodec { codec: codec.name() });
        }
        let side = |cap| Ok::<u32, Error>(self.cap(codec, cap)?.max(0).cast_unsigned());
        let (max_width, max_height) = (side(CAP_WIDTH_MAX)?, side(CAP_HEIGHT_MAX)?);
        let (width, height) = (settings.width, settings.height);
        if width > max_width || height > max_height {
            return Err(Error::TooLarge { width, height, max_width, max_height });
        }
        Ok(())
    }

    fn lists(&self, codec: Codec) -> Result<bool, Error> {
        let mut codecs = [Guid::zeroed(); 16];
        let mut count = 0;
        self.call("list codecs", |functions, raw| {
            let room = codecs.len() as u32;
            // SAFETY: `call`'s promises; `codecs` is valid for the writes of `room` GUIDs, and
            // `count` for that of one integer.
            Some(unsafe { (functions.codecs?)(raw, codecs.as_mut_ptr(), room, &mut count) })
        })?;
        Ok(codecs.iter().take(count as usize).any(|listed| *listed == codec.guid()))
    }

    /// What the preset stands for, to be changed where needed.
    pub fn preset_config(&self, settings: &Settings) -> Result<Box<Config>, Error> {
        let mut preset = Box::new(PresetConfig::zeroed());
        preset.version = self.version.preset_config();
        preset.config.version = self.version.config();
        self.call("look up a preset", |functions, raw| {
            let preset_config = functions.preset_config?;
            let (codec, guid) = (settings.codec.guid(), settings.preset.guid());
            let tuning = TUNING_ULTRA_LOW_LATENCY;
            // SAFETY: `call`'s promises; `preset` is valid for writes, as long as in any version,
            // and it and the configuration in it say that they are of the session's.
            Some(unsafe { preset_config(raw, codec, guid, tuning, &mut *preset) })
        })?;
        Ok(Box::new(preset.config))
    }

    /// Closes the session; what it handed out is gone afterwards.
    pub fn close(&mut self) {
        let raw = std::mem::replace(&mut self.raw, ptr::null_mut());
        let Some(destroy) = self.functions.destroy.filter(|_| !raw.is_null()) else { return };
        // Errors: a context that cannot be used any more has taken the session along.
        // SAFETY: the functions are of the library, which stays loaded; the session was open, with
        // its context current now; nothing is asked of it any more, as `self.raw` is null.
        let _ = self.context.current(|| unsafe { destroy(raw) });
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.close();
    }
}
