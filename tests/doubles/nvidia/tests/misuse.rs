//! What a driver may overlook and the double does not: a client of the bare interface does one
//! thing wrong at a time.
#![allow(unsafe_code, reason = "it is a client of C libraries")]

use std::ptr;

use double_nvidia::ORDERS;
use nvenc_sys::{
    sys::{
        Zeroed as _,
        cuda::{self, Context, DevicePointer},
        nvenc::{self as raw, Functions, Handle, SUCCESS, Session, Status},
    },
    version::{ALL, Version},
};

const VERSION: Version = ALL[0];
const SIZE: (u32, u32) = (64, 48);
const BYTES: usize = 64 * 48 * 3 / 2;

// The double is linked into this file of tests.
unsafe extern "C" {
    fn cuDevicePrimaryCtxRetain(context: *mut Context, device: cuda::Device) -> cuda::Status;
    fn cuDevicePrimaryCtxRelease_v2(device: cuda::Device) -> cuda::Status;
    fn cuCtxPushCurrent_v2(context: Context) -> cuda::Status;
    fn cuCtxPopCurrent_v2(context: *mut Context) -> cuda::Status;
    fn cuMemAlloc_v2(pointer: *mut DevicePointer, bytes: usize) -> cuda::Status;
    fn cuMemFree_v2(pointer: DevicePointer) -> cuda::Status;
    fn NvEncodeAPICreateInstance(functions: *mut Functions) -> Status;
}

/// A session that is ready for a picture.
struct Client {
    functions: Functions,
    context: Context,
    memory: DevicePointer,
    session: Session,
    bitstream: Handle,
    registered: Handle,
    mapped: Handle,
}

/// Calls a function of the list with the session.
macro_rules! call {
    ($client:ident.$name:ident $(, $argument:expr)*) => {{
        let function = $client.functions.$name.expect("the double has all");
        // SAFETY: a function of the double's list, with the client's session; structs are live,
        // and of the version that the session speaks. The double answers what is wrong.
        unsafe { function($client.session $(, $argument)*) }
    }};
}

impl Client {
    fn new() -> Self {
        let mut client = Self {
            functions: Functions::zeroed(),
            context: ptr::null_mut(),
            memory: 0,
            session: ptr::null_mut(),
            bitstream: ptr::null_mut(),
            registered: ptr::null_mut(),
            mapped: ptr::null_mut(),
        };
        // SAFETY: valid for the write of one context; there is a device 0.
        assert_eq!(unsafe { cuDevicePrimaryCtxRetain(&mut client.context, 0) }, SUCCESS);
        client.push();
        // SAFETY: valid for the write of one pointer, with a context current.
        assert_eq!(unsafe { cuMemAlloc_v2(&mut client.memory, BYTES) }, SUCCESS);
        client.functions.version = VERSION.functions();
        // SAFETY: valid for writes, of the layout that its version stands for.
        assert_eq!(unsafe { NvEncodeAPICreateInstance(&mut client.functions) }, SUCCESS);
        client
    }

    fn push(&self) {
        // SAFETY: a context that is retained.
        assert_eq!(unsafe { cuCtxPushCurrent_v2(self.context) }, SUCCESS);
    }

    fn pop(&self) {
        // SAFETY: the popped context may go nowhere.
        assert_eq!(unsafe { cuCtxPopCurrent_v2(ptr::null_mut()) }, SUCCESS);
    }

    fn open(&mut self) -> Status {
        let mut open = raw::OpenSession::zeroed();
        (open.version, open.api_version) = (VERSION.open_session(), VERSION.api());
        (open.device_type, open.device) = (raw::DEVICE_CUDA, self.context);
        let function = self.functions.open_session.expect("the double has all");
        // SAFETY: a function of the double's list; a live struct, and room for one session.
        unsafe { function(&mut open, &mut self.session) }
    }

    fn initialize(&mut self, change: impl FnOnce(&mut raw::Config)) -> Status {
        let mut preset = Box::new(raw::PresetConfig::zeroed());
        (preset.version, preset.config.version) = (VERSION.preset_config(), VERSION.config());
        let (guid, tuning) = (raw::PRESET_P3, raw::TUNING_ULTRA_LOW_LATENCY);
        assert_eq!(call!(self.preset_config, raw::CODEC_H264, guid, tuning, &mut *preset), SUCCESS);
        let config = &mut preset.config;
        (config.profile, config.frame_interval_p) = (raw::PROFILE_MAIN, 1);
        config.rate_control.average_bit_rate = 1_000_000;
        let h264 = config.codec.h264_mut();
        (h264.output_bit_depth, h264.input_bit_depth) = (raw::BIT_DEPTH_8, raw::BIT_DEPTH_8);
        change(config);
        let mut params = raw::Initialize::zeroed();
        params.version = VERSION.initialize();
        (params.codec, params.preset, params.tuning_info) = (raw::CODEC_H264, guid, tuning);
        (params.encode_width, params.encode_height) = SIZE;
        (params.frame_rate_num, params.frame_rate_den, params.enable_ptd) = (30, 1, 1);
        params.config = config;
        call!(self.initialize, &mut params)
    }

    fn prepare(&mut self) {
        assert_eq!(self.open(), SUCCESS);
        assert_eq!(self.initialize(|_| ()), SUCCESS);
        let mut create = raw::CreateBitstream::zeroed();
        create.version = VERSION.create_bitstream();
        assert_eq!(call!(self.create_bitstream, &mut create), SUCCESS);
        self.bitstream = create.buffer;
        let mut register = raw::Register::zeroed();
        (register.version, register.resource_type) =
            (VERSION.register(), raw::RESOURCE_CUDA_POINTER);
        (register.width, register.height) = SIZE;
        (register.pitch, register.buffer_format) = (SIZE.0, raw::FORMAT_NV12);
        register.resource = ptr::with_exposed_provenance_mut(self.memory as usize);
        assert_eq!(call!(self.register, &mut register), SUCCESS);
        self.registered = register.registered;
        let mut map = raw::MapInput::zeroed();
        (map.version, map.registered) = (VERSION.map_input(), self.registered);
        assert_eq!(call!(self.map, &mut map), SUCCESS);
        self.mapped = map.mapped;
    }

    fn encode(&self) -> Status {
        let mut picture = raw::Picture::zeroed();
        (picture.version, picture.picture_struct) = (VERSION.picture(), raw::STRUCT_FRAME);
        (picture.input_width, picture.input_height) = SIZE;
        (picture.input, picture.output) = (self.mapped, self.bitstream);
        (picture.input_pitch, picture.buffer_format) = (SIZE.0, raw::FORMAT_NV12);
        call!(self.encode, &mut picture)
    }

    /// How many bytes there are.
    fn lock(&self, flags: u32) -> u32 {
        let mut lock = raw::Lock::zeroed();
        (lock.version, lock.flags, lock.output) = (VERSION.lock(), flags, self.bitstream);
        assert_eq!(call!(self.lock, &mut lock), SUCCESS);
        lock.bytes
    }

    fn unlock(&self) {
        assert_eq!(call!(self.unlock, self.bitstream), SUCCESS);
    }

    fn unmap(&self) -> Status {
        call!(self.unmap, self.mapped)
    }

    /// A picture from one end to the other.
    fn code(&mut self) {
        self.prepare();
        assert_eq!(self.encode(), SUCCESS);
        assert_ne!(self.lock(0), 0);
        self.unlock();
        assert_eq!(self.unmap(), SUCCESS);
    }

    fn flush(&self) {
        let mut end = raw::Picture::zeroed();
        (end.version, end.flags) = (VERSION.picture(), raw::FLAG_EOS);
        assert_eq!(call!(self.encode, &mut end), SUCCESS);
    }

    fn free(&self) {
        call!(self.unregister, self.registered);
        call!(self.destroy_bitstream, self.bitstream);
    }

    fn end(self) {
        if !self.session.is_null() {
            assert_eq!(call!(self.destroy), SUCCESS);
        }
        // SAFETY: memory of this client's, which nothing uses any more, with a context current.
        assert_eq!(unsafe { cuMemFree_v2(self.memory) }, SUCCESS);
        self.pop();
        // SAFETY: retained once.
        assert_eq!(unsafe { cuDevicePrimaryCtxRelease_v2(0) }, SUCCESS);
    }
}

#[test]
fn misuse() {
    if !ORDERS.is_running_again() {
        return;
    }
    let mut client = Client::new();
    match &*std::env::var("MISUSE").expect("set by the parent") {
        "none" => {
            client.code();
            client.flush();
            client.free();
        }
        "open without a context" => {
            client.pop();
            assert_ne!(client.open(), SUCCESS);
            client.push();
        }
        "encode without a context" => {
            client.prepare();
            client.pop();
            assert_ne!(client.encode(), SUCCESS);
            client.push();
            client.unmap();
            client.free();
        }
        "cabac" => {
            assert_eq!(client.open(), SUCCESS);
            let refused = client.initialize(|config| config.profile = raw::PROFILE_BASELINE);
            assert_ne!(refused, SUCCESS);
        }
        "profile" => {
            assert_eq!(client.open(), SUCCESS);
            let refused = client.initialize(|config| config.profile = raw::PROFILE_HEVC_MAIN);
            assert_ne!(refused, SUCCESS);
        }
        "lock without waiting" => {
            client.prepare();
            assert_eq!(client.encode(), SUCCESS);
            assert_eq!(client.lock(raw::LOCK_DO_NOT_WAIT), 0);
            client.unlock();
            assert_ne!(client.lock(0), 0);
            client.unlock();
            client.unmap();
            client.flush();
            client.free();
        }
        "unmap too early" => {
            client.prepare();
            assert_eq!(client.encode(), SUCCESS);
            client.unmap();
            assert_ne!(client.lock(0), 0);
            client.unlock();
            client.flush();
            client.free();
        }
        "free too early" => {
            client.code();
            client.free();
            client.flush();
        }
        "no end" => {
            client.code();
            client.free();
        }
        other => panic!("what is {other}?"),
    }
    client.end();
}

#[test]
fn misuse_is_noted() {
    const TOO_EARLY: [&str; 3] = [
        "a resource is unregistered before the end of the stream",
        "a bitstream buffer is freed before the end of the stream",
        "a session is destroyed before the end of the stream",
    ];
    let cases: [(&str, &[&str]); _] = [
        ("none", &[]),
        ("open without a context", &["`open` is called without its context"]),
        ("cabac", &["the entropy coding of an encoder for 64x48"]),
        ("profile", &["the profile of an encoder for 64x48"]),
        ("lock without waiting", &["a buffer is locked that nobody waits for"]),
        ("encode without a context", &["`encode` is called without its context"]),
        ("unmap too early", &["a picture is unmapped before its bitstream is locked"]),
        ("free too early", &TOO_EARLY[..2]),
        ("no end", &TOO_EARLY),
    ];
    for (misuse, expected) in cases {
        let ledger = ORDERS.run_again("misuse", &[("MISUSE", misuse)]);
        let noted = ledger.iter().filter_map(|line| line.strip_prefix("violation: "));
        assert_eq!(noted.collect::<Vec<_>>(), expected, "{misuse}");
        assert!(!ledger.iter().any(|line| line.starts_with("leak")), "{misuse}: {ledger:?}");
    }
}
