//! NVENC: sessions that really encode, and note what their clients do wrong.
#![allow(unsafe_code, reason = "it is a C library")]

use std::{
    ffi::c_char,
    ptr, slice,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use double_coder::{Codec, Coder, Nv12};
use nvenc_sys::{
    sys::{
        cuda::Context,
        nvenc::{
            CapsParam, CreateBitstream, DEVICE_CUDA, ERR_ENCODER_BUSY, ERR_INVALID_VERSION,
            ERR_LOCK_BUSY, ERR_OUT_OF_MEMORY, ERR_UNSUPPORTED_DEVICE, FLAG_EOS, FLAG_FORCE_IDR,
            FORMAT_NV12, Functions, Guid, Handle, Initialize, LOCK_DO_NOT_WAIT, Lock, MapInput,
            OpenSession, PICTURE_IDR, Picture, PresetConfig, RESOURCE_CUDA_POINTER, Reconfigure,
            Register, SUCCESS, Session, Status,
        },
    },
    version::{ALL, Version},
};

use crate::{
    ORDERS, cuda, newest,
    nvenc_codecs::{self, PRESETS},
    nvenc_host::{self, Handles, HostInput},
    nvenc_settings::{self, Told},
};

pub const INVALID_DEVICE: Status = 4;
const DEVICE_NOT_EXIST: Status = 5;
pub const INVALID_PARAM: Status = 8;
const INVALID_CALL: Status = 9;
const NOT_INITIALIZED: Status = 11;
const GENERIC: Status = 20;
const UNIMPLEMENTED: Status = 22;
const REGISTER_FAILED: Status = 23;
const NOT_REGISTERED: Status = 24;
const NOT_MAPPED: Status = 25;

/// Objects by their handles.
pub type Known<T> = Vec<(usize, T)>;

static SESSIONS: Mutex<Vec<usize>> = Mutex::new(Vec::new());
static NEXT: AtomicUsize = AtomicUsize::new(0x1000);

pub fn next_handle() -> usize {
    NEXT.fetch_add(16, Ordering::Relaxed)
}

/// A session. NVENC's sessions are used by one thread at a time, which the client sees to.
pub struct State {
    version: Version,
    /// What it was opened with.
    context: Context,
    encoder: Option<Encoder>,
    bitstreams: Handles<Bitstream>,
    registered: Handles<Registered>,
    mapped: Handles<Handle>,
    /// How often a resource was unmapped.
    unmapped: u64,
    /// Whether the stream ended after its last picture.
    flushed: bool,
    /// Whether anything failed as the environment said: the client may then skip steps.
    failed: bool,
    /// What was refused last because the hardware is busy, and of which picture.
    refused: Option<(&'static str, u64)>,
    pub hosts: Handles<HostInput>,
}

struct Encoder {
    coder: Coder,
    codec: Codec,
    size: (usize, usize),
    rate: u32,
    pictures: u64,
}

#[derive(Default)]
struct Bitstream {
    data: Vec<u8>,
    idr: bool,
    time_stamp: u64,
    number: u64,
    /// The input that it is made from, for as long as that is mapped.
    input: usize,
    stage: Stage,
}

/// Where a bitstream buffer stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    /// It takes a picture.
    #[default]
    Free,
    /// It holds one that is not finished: it gets so when it is waited for.
    Encoding,
    /// It is locked, and the picture not finished.
    Peeked,
    /// It is locked, and holds a picture.
    Locked,
}

#[derive(Clone, Copy)]
struct Registered {
    pointer: u64,
    pitch: u32,
    mapped: bool,
}

impl Stage {
    /// Whether the picture's input may still be read.
    fn is_encoding(self) -> bool {
        matches!(self, Self::Encoding | Self::Peeked)
    }
}

/// The session of a handle.
///
/// # Safety
/// No other thread uses the session.
pub unsafe fn known<'a>(session: Session) -> Option<&'a mut State> {
    let sessions = SESSIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let found = sessions.contains(&(session as usize));
    drop(sessions);
    if !found {
        ORDERS.violation(format_args!("an unknown session is used"));
        return None;
    }
    // SAFETY: made by `open` with this type, and not destroyed: it is on the list. This thread
    // alone uses it, as the caller promises, and each call asks for it once.
    Some(unsafe { &mut *session.cast::<State>() })
}

/// Declares functions that C calls, with the session and the struct that they are given; a panic
/// must not get there.
macro_rules! calls {
    ($($name:ident($session:ident $(, $argument:ident: $kind:ty)*) $body:block)*) => { $(
        unsafe extern "C" fn $name($session: Session $(, $argument: $kind)*) -> Status {
            std::panic::catch_unwind(move || {
                // SAFETY: NVENC's rule for clients: one thread at a time uses a session.
                let Some($session) = (unsafe { known($session) }) else { return INVALID_PARAM };
                if !$session.is_current(stringify!($name)) {
                    return INVALID_DEVICE;
                }
                if $session.lost() {
                    return DEVICE_NOT_EXIST;
                }
                $body
            })
            .unwrap_or(GENERIC)
        }
    )* };
}

impl State {
    /// Whether the session's context is current in a call.
    pub fn is_current(&self, call: &str) -> bool {
        uses(self.context, call)
    }

    fn codec(&self, guid: Guid) -> Option<Codec> {
        nvenc_codecs::of(self.version, guid)
    }

    /// Notes where something is freed, or ends, while the encoder may still be at work.
    fn check_flushed(&self, act: &str) {
        let encoded = self.encoder.as_ref().is_some_and(|encoder| encoder.pictures > 0);
        if encoded && !self.flushed && !self.failed && !self.lost() {
            ORDERS.violation(format_args!("{act} before the end of the stream"));
        }
    }

    fn lost(&self) -> bool {
        let pictures = self.encoder.as_ref().map_or(0, |encoder| encoder.pictures);
        ORDERS.fails_from("lost").is_some_and(|from| self.encoder.is_some() && pictures >= from)
    }
}

/// Whether `context` is current in a call; that it need not be is for the environment to say.
fn uses(context: Context, call: &str) -> bool {
    let is = cuda::is_current(context) || ORDERS.value("BARE").split(',').any(|one| one == call);
    if !is {
        ORDERS.violation(format_args!("`{call}` is called without its context"));
    }
    is
}

/// Whether this is the first time that `what` is asked of a picture, at which hardware is busy.
fn refuses(refused: &mut Option<(&str, u64)>, what: &'static str, number: u64) -> bool {
    let is = refused.replace((what, number)) != Some((what, number));
    if is {
        ORDERS.note(format_args!("busy: {what} {number}"));
    }
    is
}

/// Refuses a struct whose version word is not the one of the session's version.
pub fn speaks(name: &str, found: u32, expected: u32) -> bool {
    if found != expected {
        ORDERS.violation(format_args!("{name} is of version {found:#x} instead of {expected:#x}"));
    }
    found == expected
}

fn tell<T>(value: T, to: *mut T) -> Status {
    // SAFETY: valid for this write, as the header demands of the caller.
    unsafe { *to = value };
    SUCCESS
}

fn fill<T: Copy>(from: &[T], to: *mut T, room: u32, count: *mut u32) -> Status {
    let most = from.len().min(room as usize);
    // SAFETY: the caller has room for `room`, which is as many at least, and is none of `from`.
    unsafe { ptr::copy_nonoverlapping(from.as_ptr(), to, most) };
    tell(most as u32, count)
}

mod functions {
    use super::*;

    pub unsafe extern "C" fn open(open: *mut OpenSession, out: *mut Session) -> Status {
        // SAFETY: the caller's struct, which nobody else uses during the call, as the header
        // demands; what lies behind the end of an older version's is not touched.
        let open = unsafe { &mut *open };
        let version = ALL.into_iter().find(|version| version.api() == open.api_version);
        let fits = |one: &Version| one.major << 4 | one.minor <= newest();
        let Some(version) = version.filter(fits) else { return ERR_INVALID_VERSION };
        if !speaks("OPEN_ENCODE_SESSION_EX_PARAMS", open.version, version.open_session()) {
            return ERR_INVALID_VERSION;
        }
        if open.device_type != DEVICE_CUDA || !cuda::is_context(open.device) {
            ORDERS.violation(format_args!("a session is opened without a context"));
            return INVALID_PARAM;
        }
        if !uses(open.device, "open") {
            return INVALID_DEVICE;
        }
        if ORDERS.fails("no-encoder") {
            return ERR_UNSUPPORTED_DEVICE;
        }
        let mut sessions = SESSIONS.lock().unwrap_or_else(PoisonError::into_inner);
        if ORDERS.fails_from("sessions").is_some_and(|most| sessions.len() as u64 >= most) {
            return ERR_OUT_OF_MEMORY;
        }
        let state = State {
            version,
            context: open.device,
            encoder: None,
            bitstreams: Handles::default(),
            registered: Handles::default(),
            mapped: Handles::default(),
            unmapped: 0,
            flushed: false,
            failed: false,
            refused: None,
            hosts: Handles::default(),
        };
        let state = Box::into_raw(Box::new(state));
        sessions.push(state as usize);
        // SAFETY: valid for this write, as the header demands of the caller.
        unsafe { *out = state.cast() };
        ORDERS.note(format_args!("open {}.{}", version.major, version.minor));
        SUCCESS
    }

    pub unsafe extern "C" fn last_error(session: Session) -> *const c_char {
        // SAFETY: NVENC's rule for clients: one thread at a time uses a session.
        if let Some(session) = unsafe { known(session) } {
            session.is_current("last_error");
        }
        c"as the double was told".as_ptr()
    }

    pub unsafe extern "C" fn unimplemented() -> Status {
        UNIMPLEMENTED
    }

    pub unsafe extern "C" fn destroy(session: Session) -> Status {
        // SAFETY: NVENC's rule for clients: one thread at a time uses a session.
        let Some(state) = (unsafe { known(session) }) else { return INVALID_PARAM };
        if !state.is_current("destroy") {
            return INVALID_DEVICE;
        }
        state.check_flushed("a session is destroyed");
        let (registered, mapped) =
            (state.registered.values().count(), state.mapped.values().count());
        let bitstreams = state.bitstreams.values().count();
        for (what, count) in
            [("registered", registered), ("mapped", mapped), ("bitstream buffers", bitstreams)]
        {
            if count > 0 {
                ORDERS.note(format_args!("leak: {count} {what}"));
            }
        }
        SESSIONS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .retain(|one| *one != session as usize);
        // SAFETY: made by `open` with this type, and given back once, for it is off the list;
        // `state` is used no more.
        drop(unsafe { Box::from_raw(session.cast::<State>()) });
        ORDERS.note(format_args!("close"));
        SUCCESS
    }

    calls! {
        codec_count(session, count: *mut u32) {
            tell(nvenc_codecs::listed(session.version).count() as u32, count)
        }
        codecs(session, to: *mut Guid, room: u32, count: *mut u32) {
            let guids = nvenc_codecs::listed(session.version).map(|(_, guid)| guid);
            fill(&guids.collect::<Vec<_>>(), to, room, count)
        }
        profile_count(session, codec: Guid, count: *mut u32) {
            let Some(codec) = session.codec(codec) else { return INVALID_PARAM };
            tell(nvenc_codecs::profiles(codec).len() as u32, count)
        }
        profiles(session, codec: Guid, to: *mut Guid, room: u32, count: *mut u32) {
            let Some(codec) = session.codec(codec) else { return INVALID_PARAM };
            let guids = nvenc_codecs::profiles(codec).iter().map(|(guid, _)| *guid);
            fill(&guids.collect::<Vec<_>>(), to, room, count)
        }
        preset_count(_session, _codec: Guid, count: *mut u32) {
            tell(PRESETS.len() as u32, count)
        }
        presets(_session, _codec: Guid, to: *mut Guid, room: u32, count: *mut u32) {
            fill(&PRESETS, to, room, count)
        }
        format_count(_session, _codec: Guid, count: *mut u32) {
            tell(1, count)
        }
        formats(_session, _codec: Guid, to: *mut u32, room: u32, count: *mut u32) {
            fill(&[FORMAT_NV12], to, room, count)
        }
        cap(session, codec: Guid, param: *mut CapsParam, value: *mut i32) {
            // SAFETY: the caller's struct, which nobody else uses during the call, as the header
            // demands; what lies behind the end of an older version's is not touched.
            let param = unsafe { &*param };
            if !speaks("CAPS_PARAM", param.version, session.version.caps_param()) {
                return ERR_INVALID_VERSION;
            }
            let Some(codec) = session.codec(codec) else { return INVALID_PARAM };
            tell(nvenc_codecs::capability(codec, param.caps_to_query), value)
        }
        preset_config(session, codec: Guid, _preset: Guid, _tuning: u32, to: *mut PresetConfig) {
            // SAFETY: the caller's struct, which nobody else uses during the call, as the header
            // demands; what lies behind the end of an older version's is not touched.
            let to = unsafe { &mut *to };
            let (version, config) = (session.version.preset_config(), session.version.config());
            if !speaks("PRESET_CONFIG", to.version, version)
                || !speaks("CONFIG", to.config.version, config)
            {
                return ERR_INVALID_VERSION;
            }
            let Some(codec) = session.codec(codec) else { return INVALID_PARAM };
            nvenc_settings::preset(codec, &mut to.config, session.version);
            SUCCESS
        }
        initialize(session, params: *mut Initialize) {
            if ORDERS.fails("initialize") {
                return GENERIC;
            }
            if session.encoder.is_some() {
                ORDERS.violation(format_args!("an encoder is initialised twice"));
                return INVALID_CALL;
            }
            // SAFETY: the caller's struct, which nobody else uses during the call, as the header
            // demands; what lies behind the end of an older version's is not touched.
            match nvenc_settings::read(session.version, unsafe { &*params }) {
                Ok(Told { codec, size, rate }) => {
                    let Ok(coder) = Coder::open_as(codec, size) else { return GENERIC };
                    session.encoder = Some(Encoder { coder, codec, size, rate, pictures: 0 });
                    SUCCESS
                }
                Err(status) => status,
            }
        }
        reconfigure(session, params: *mut Reconfigure) {
            // SAFETY: the caller's struct, which nobody else uses during the call, as the header
            // demands; what lies behind the end of an older version's is not touched.
            let params = unsafe { &*params };
            let version = session.version;
            if !speaks("RECONFIGURE_PARAMS", params.version, version.reconfigure()) {
                return ERR_INVALID_VERSION;
            }
            let Some(encoder) = &mut session.encoder else { return NOT_INITIALIZED };
            match nvenc_settings::read(version, &params.initialize) {
                Ok(told) if (told.codec, told.size) != (encoder.codec, encoder.size) => {
                    INVALID_PARAM
                }
                Ok(told) => {
                    encoder.rate = told.rate;
                    SUCCESS
                }
                Err(status) => status,
            }
        }
        create_bitstream(session, create: *mut CreateBitstream) {
            // SAFETY: the caller's struct, which nobody else uses during the call, as the header
            // demands; what lies behind the end of an older version's is not touched.
            let create = unsafe { &mut *create };
            let version = session.version.create_bitstream();
            if !speaks("CREATE_BITSTREAM_BUFFER", create.version, version) {
                return ERR_INVALID_VERSION;
            }
            if session.encoder.is_none() {
                ORDERS.violation(format_args!("a buffer is made before the encoder is initialised"));
                return NOT_INITIALIZED;
            }
            create.buffer = session.bitstreams.add(Bitstream::default());
            SUCCESS
        }
        destroy_bitstream(session, buffer: Handle) {
            session.check_flushed("a bitstream buffer is freed");
            session.bitstreams.remove(buffer)
        }
        register(session, register: *mut Register) {
            // SAFETY: the caller's struct, which nobody else uses during the call, as the header
            // demands; what lies behind the end of an older version's is not touched.
            let register = unsafe { &mut *register };
            if !speaks("REGISTER_RESOURCE", register.version, session.version.register()) {
                return ERR_INVALID_VERSION;
            }
            let pitch = register.pitch;
            let bytes = u64::from(pitch) * u64::from(register.height) * 3 / 2;
            let pointer = register.resource as u64;
            let fits = register.resource_type == RESOURCE_CUDA_POINTER
                && register.buffer_format == FORMAT_NV12
                && pitch >= register.width
                && pitch.is_multiple_of(4)
                && cuda::holds(pointer, bytes);
            if !fits {
                ORDERS.violation(format_args!("{bytes} bytes at a pitch of {pitch} are registered"));
                return REGISTER_FAILED;
            }
            let registered = Registered { pointer, pitch, mapped: false };
            register.registered = session.registered.add(registered);
            SUCCESS
        }
        unregister(session, handle: Handle) {
            session.check_flushed("a resource is unregistered");
            if session.registered.get(handle).is_some_and(|one| one.mapped) {
                ORDERS.violation(format_args!("a resource is unregistered while it is mapped"));
                return INVALID_CALL;
            }
            session.registered.remove(handle)
        }
        map(session, map: *mut MapInput) {
            // SAFETY: the caller's struct, which nobody else uses during the call, as the header
            // demands; what lies behind the end of an older version's is not touched.
            let map = unsafe { &mut *map };
            if !speaks("MAP_INPUT_RESOURCE", map.version, session.version.map_input()) {
                return ERR_INVALID_VERSION;
            }
            let Some(one) = session.registered.get(map.registered) else { return NOT_REGISTERED };
            if std::mem::replace(&mut one.mapped, true) {
                ORDERS.violation(format_args!("a resource is mapped twice"));
                return INVALID_CALL;
            }
            map.mapped = session.mapped.add(map.registered);
            map.mapped_format = FORMAT_NV12;
            SUCCESS
        }
        unmap(session, handle: Handle) {
            let reads = |one: &Bitstream| one.input == handle as usize && one.stage.is_encoding();
            if session.bitstreams.values().any(reads) && !session.failed {
                ORDERS.violation(format_args!("a picture is unmapped before its bitstream is locked"));
            }
            if ORDERS.fails_from("unmap").is_some_and(|from| session.unmapped >= from) {
                session.failed = true;
                return GENERIC;
            }
            session.unmapped += 1;
            let Some(registered) = session.mapped.get(handle).copied() else { return NOT_MAPPED };
            if let Some(one) = session.registered.get(registered) {
                one.mapped = false;
            }
            session.mapped.remove(handle)
        }
        encode(session, picture: *mut Picture) {
            // SAFETY: the caller's struct, which nobody else uses during the call, as the header
            // demands; what lies behind the end of an older version's is not touched.
            let picture = unsafe { &*picture };
            if !speaks("PIC_PARAMS", picture.version, session.version.picture()) {
                return ERR_INVALID_VERSION;
            }
            if picture.flags & FLAG_EOS != 0 {
                if !picture.input.is_null() {
                    ORDERS.violation(format_args!("a stream ends with a picture"));
                    return INVALID_PARAM;
                }
                session.flushed = true;
                ORDERS.note(format_args!("flush"));
                return SUCCESS;
            }
            encode_picture(session, picture)
        }
        lock(session, lock: *mut Lock) {
            // SAFETY: the caller's struct, which nobody else uses during the call, as the header
            // demands; what lies behind the end of an older version's is not touched.
            let lock = unsafe { &mut *lock };
            if !speaks("LOCK_BITSTREAM", lock.version, session.version.lock()) {
                return ERR_INVALID_VERSION;
            }
            let Some(one) = session.bitstreams.get(lock.output) else { return INVALID_PARAM };
            if one.stage != Stage::Encoding {
                ORDERS.violation(format_args!("a buffer is locked twice or holds no picture"));
                return INVALID_CALL;
            }
            if lock.flags & LOCK_DO_NOT_WAIT != 0 {
                ORDERS.violation(format_args!("a buffer is locked that nobody waits for"));
                one.stage = Stage::Peeked;
                (lock.bytes, lock.data) = (0, one.data.as_mut_ptr().cast());
                return SUCCESS;
            }
            let number = one.number;
            let from = |what| ORDERS.fails_from(what).is_some_and(|from| number >= from);
            while from("hang") {
                std::thread::park();
            }
            session.failed |= from("lock") || from("empty");
            if from("lock") || from("busy") && refuses(&mut session.refused, "lock", number) {
                return ERR_LOCK_BUSY;
            }
            one.stage = Stage::Locked;
            lock.bytes = if from("empty") { 0 } else { one.data.len() as u32 };
            lock.data = one.data.as_mut_ptr().cast();
            lock.time_stamp = one.time_stamp;
            lock.picture_type = if one.idr { PICTURE_IDR } else { 0 };
            lock.picture_struct = 1;
            SUCCESS
        }
        unlock(session, buffer: Handle) {
            let Some(one) = session.bitstreams.get(buffer) else { return INVALID_PARAM };
            one.stage = match one.stage {
                Stage::Locked => Stage::Free,
                Stage::Peeked => Stage::Encoding,
                Stage::Free | Stage::Encoding => {
                    ORDERS.violation(format_args!("a buffer is unlocked that is not locked"));
                    return INVALID_CALL;
                }
            };
            SUCCESS
        }
        invalidate(session, time_stamp: u64) {
            if session.encoder.is_none() {
                return NOT_INITIALIZED;
            }
            ORDERS.note(format_args!("invalidate {time_stamp}"));
            SUCCESS
        }
        set_streams(_session, _input: Handle, _output: Handle) {
            SUCCESS
        }
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn NvEncodeAPIGetMaxSupportedVersion(version: *mut u32) -> Status {
        // SAFETY: valid for this write, as the header demands of the caller.
        unsafe { *version = newest() };
        SUCCESS
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn NvEncodeAPICreateInstance(list: *mut Functions) -> Status {
        // SAFETY: the caller's struct, which nobody else uses during the call, as the header
        // demands; what lies behind the end of an older version's is not touched.
        let list = unsafe { &mut *list };
        let fits = |one: &&Version| one.major << 4 | one.minor <= newest();
        if !ALL.iter().filter(fits).any(|version| version.functions() == list.version) {
            return ERR_INVALID_VERSION;
        }
        let none = unimplemented as *mut std::ffi::c_void;
        list.open_session_old = none;
        list.codec_count = Some(codec_count);
        list.profiles = [profile_count as *mut _, profiles as *mut _];
        list.codecs = Some(codecs);
        list.input_formats = [format_count as *mut _, formats as *mut _];
        list.cap = Some(cap);
        list.presets = [preset_count as *mut _, presets as *mut _, none];
        list.initialize = Some(initialize);
        list.input_buffers = [nvenc_host::create as *mut _, nvenc_host::destroy as *mut _];
        list.create_bitstream = Some(create_bitstream);
        list.destroy_bitstream = Some(destroy_bitstream);
        list.encode = Some(encode);
        list.lock = Some(lock);
        list.unlock = Some(unlock);
        list.input_locks = [nvenc_host::lock as *mut _, nvenc_host::unlock as *mut _];
        list.unused1 = [none; 4];
        list.map = Some(map);
        list.unmap = Some(unmap);
        list.destroy = Some(destroy);
        list.invalidate = Some(invalidate);
        list.open_session = Some(open);
        list.register = Some(register);
        list.unregister = Some(unregister);
        list.reconfigure = Some(reconfigure);
        list.unused2 = [none; 4];
        list.last_error = Some(last_error);
        list.set_streams = set_streams as *mut _;
        list.preset_config = Some(preset_config);
        list.sequence_params = none;
        SUCCESS
    }
}

fn encode_picture(session: &mut State, picture: &Picture) -> Status {
    let Some(encoder) = &mut session.encoder else {
        ORDERS.violation(format_args!("a picture is encoded before the encoder is initialised"));
        return NOT_INITIALIZED;
    };
    let number = encoder.pictures;
    let from = |what| ORDERS.fails_from(what).is_some_and(|from| number >= from);
    if from("encode") {
        session.failed = true;
        return GENERIC;
    }
    if from("busy") && refuses(&mut session.refused, "encode", number) {
        return ERR_ENCODER_BUSY;
    }
    let (width, height) = encoder.size;
    if (picture.input_width as usize, picture.input_height as usize) != (width, height)
        || picture.buffer_format != FORMAT_NV12
    {
        ORDERS.violation(format_args!("a picture is not as the encoder was told"));
        return INVALID_PARAM;
    }
    let registered = session.mapped.get(picture.input).copied();
    let registered = registered.and_then(|handle| session.registered.get(handle).copied());
    let (nv12, pitch) = if let Some(Registered { pointer, pitch, .. }) = registered {
        let bytes = pitch as usize * height * 3 / 2;
        if !cuda::holds(pointer, bytes as u64) {
            ORDERS.violation(format_args!("a picture's memory is gone"));
            return INVALID_PARAM;
        }
        let start = ptr::with_exposed_provenance::<u8>(pointer as usize);
        // SAFETY: the device, which is the host, has so many bytes there; whoever writes them has
        // finished, and they stay while the picture is mapped, as the header demands of the caller.
        (unsafe { slice::from_raw_parts(start, bytes) }, pitch as usize)
    } else if let Some(host) = session.hosts.get(picture.input) {
        (host.data.as_slice(), host.pitch)
    } else {
        ORDERS.violation(format_args!("a picture is encoded that is not mapped"));
        return NOT_MAPPED;
    };
    let Some(bitstream) = session.bitstreams.get(picture.output) else { return INVALID_PARAM };
    if bitstream.stage != Stage::Free {
        ORDERS.violation(format_args!("a picture is encoded into a buffer in use"));
        return INVALID_CALL;
    }
    let (luma, chroma) = nv12.split_at(pitch * height);
    let idr = picture.flags & FLAG_FORCE_IDR != 0;
    let source = Nv12 { size: (width, height), luma, chroma, pitch };
    let Ok(coded) = encoder.coder.encode(source, idr) else { return GENERIC };
    let rate = encoder.rate;
    let kind = if coded.idr { "idr" } else { "p" };
    ORDERS.note(format_args!("encode {width}x{height} {kind} {rate} {}", picture.time_stamp));
    encoder.pictures += 1;
    session.flushed = false;
    *bitstream = Bitstream {
        data: coded.data,
        idr: coded.idr,
        time_stamp: picture.time_stamp,
        number,
        input: picture.input as usize,
        stage: Stage::Encoding,
    };
    SUCCESS
}
