//! NVENC's interface: the structs and functions that encoding from CUDA memory takes.

mod codecs;

use std::ffi::{c_char, c_void};

pub use self::codecs::*;
use super::assert_layout;

/// `NVENCSTATUS`.
pub type Status = i32;
/// A session.
pub type Session = *mut c_void;
/// What the driver hands out for a bitstream buffer, a registered and a mapped resource.
pub type Handle = *mut c_void;

/// `NV_ENC_SUCCESS`.
pub const SUCCESS: Status = 0;
/// `NV_ENC_ERR_NO_ENCODE_DEVICE`.
pub const ERR_NO_ENCODE_DEVICE: Status = 1;
/// `NV_ENC_ERR_UNSUPPORTED_DEVICE`.
pub const ERR_UNSUPPORTED_DEVICE: Status = 2;
/// `NV_ENC_ERR_OUT_OF_MEMORY`.
pub const ERR_OUT_OF_MEMORY: Status = 10;
/// `NV_ENC_ERR_LOCK_BUSY`.
pub const ERR_LOCK_BUSY: Status = 13;
/// `NV_ENC_ERR_INVALID_VERSION`.
pub const ERR_INVALID_VERSION: Status = 15;
/// `NV_ENC_ERR_NEED_MORE_INPUT`.
pub const ERR_NEED_MORE_INPUT: Status = 17;
/// `NV_ENC_ERR_ENCODER_BUSY`.
pub const ERR_ENCODER_BUSY: Status = 18;
/// `NV_ENC_ERR_INCOMPATIBLE_CLIENT_KEY`.
pub const ERR_INCOMPATIBLE_CLIENT_KEY: Status = 21;

/// `NV_ENC_DEVICE_TYPE_CUDA`.
pub const DEVICE_CUDA: u32 = 1;
/// `NV_ENC_INPUT_RESOURCE_TYPE_CUDADEVICEPTR`.
pub const RESOURCE_CUDA_POINTER: u32 = 1;
/// `NV_ENC_BUFFER_FORMAT_NV12`.
pub const FORMAT_NV12: u32 = 1;
/// `NV_ENC_TUNING_INFO_ULTRA_LOW_LATENCY`.
pub const TUNING_ULTRA_LOW_LATENCY: u32 = 3;
/// `NV_ENC_PARAMS_RC_CBR`.
pub const RC_CBR: u32 = 2;
/// `NV_ENC_TWO_PASS_QUARTER_RESOLUTION`.
pub const TWO_PASS_QUARTER: u32 = 1;
/// `NVENC_INFINITE_GOPLENGTH`.
pub const INFINITE_GOP: u32 = u32::MAX;
/// `NV_ENC_PARAMS_FRAME_FIELD_MODE_FRAME`.
pub const MODE_FRAME: u32 = 1;
/// `NV_ENC_PIC_STRUCT_FRAME`.
pub const STRUCT_FRAME: u32 = 1;
/// `NV_ENC_PIC_TYPE_IDR`.
pub const PICTURE_IDR: u32 = 3;
/// `NV_ENC_PIC_FLAG_FORCEIDR`.
pub const FLAG_FORCE_IDR: u32 = 2;
/// `NV_ENC_PIC_FLAG_OUTPUT_SPSPPS`.
pub const FLAG_OUTPUT_SPS_PPS: u32 = 4;
/// `NV_ENC_PIC_FLAG_EOS`.
pub const FLAG_EOS: u32 = 8;
/// `NV_ENC_CAPS_WIDTH_MAX`.
pub const CAP_WIDTH_MAX: u32 = 16;
/// `NV_ENC_CAPS_HEIGHT_MAX`.
pub const CAP_HEIGHT_MAX: u32 = 17;
/// `NV_ENC_CAPS_SUPPORT_DYN_BITRATE_CHANGE`.
pub const CAP_DYNAMIC_BIT_RATE: u32 = 20;
/// `NV_ENC_CAPS_SUPPORT_CUSTOM_VBV_BUF_SIZE`.
pub const CAP_CUSTOM_VBV: u32 = 26;
/// `NV_ENC_CAPS_SUPPORT_REF_PIC_INVALIDATION`.
pub const CAP_INVALIDATION: u32 = 28;
/// `NV_ENC_CAPS_SUPPORT_MULTIPLE_REF_FRAMES`.
pub const CAP_MULTIPLE_REFERENCES: u32 = 47;

/// `enableAQ` in [`RateControl::flags`].
pub const RC_ENABLE_AQ: u32 = 1 << 3;
/// `enableLookahead` in [`RateControl::flags`].
pub const RC_ENABLE_LOOKAHEAD: u32 = 1 << 5;
/// `enableTemporalAQ` in [`RateControl::flags`].
pub const RC_ENABLE_TEMPORAL_AQ: u32 = 1 << 8;
/// `zeroReorderDelay` in [`RateControl::flags`].
pub const RC_ZERO_REORDER_DELAY: u32 = 1 << 9;
/// `doNotWait` in [`Lock::flags`].
pub const LOCK_DO_NOT_WAIT: u32 = 1;

/// `GUID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Guid {
    pub data1: u32,
    pub data2: u16,
    pub data3: u16,
    pub data4: [u8; 8],
}
assert_layout!(Guid, 16, data1 = 0, data2 = 4, data3 = 6, data4 = 8);

const fn guid(data1: u32, data2: u16, data3: u16, data4: [u8; 8]) -> Guid {
    Guid { data1, data2, data3, data4 }
}

/// `NV_ENC_PRESET_P1_GUID`.
pub const PRESET_P1: Guid =
    guid(0xfc0a_8d3e, 0x45f8, 0x4cf8, [0x80, 0xc7, 0x29, 0x88, 0x71, 0x59, 0x0e, 0xbf]);
/// `NV_ENC_PRESET_P2_GUID`.
pub const PRESET_P2: Guid =
    guid(0xf581_cfb8, 0x88d6, 0x4381, [0x93, 0xf0, 0xdf, 0x13, 0xf9, 0xc2, 0x7d, 0xab]);
/// `NV_ENC_PRESET_P3_GUID`.
pub const PRESET_P3: Guid =
    guid(0x3685_0110, 0x3a07, 0x441f, [0x94, 0xd5, 0x36, 0x70, 0x63, 0x1f, 0x91, 0xf6]);
/// `NV_ENC_PRESET_P4_GUID`.
pub const PRESET_P4: Guid =
    guid(0x90a7_b826, 0xdf06, 0x4862, [0xb9, 0xd2, 0xcd, 0x6d, 0x73, 0xa0, 0x86, 0x81]);

/// `NV_ENC_OPEN_ENCODE_SESSION_EX_PARAMS`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct OpenSession {
    pub version: u32,
    pub device_type: u32,
    pub device: *mut c_void,
    pub reserved: *mut c_void,
    pub api_version: u32,
    pub reserved1: [u32; 253],
    pub reserved2: [*mut c_void; 64],
}
assert_layout!(OpenSession, 1552, version = 0, device_type = 4, device = 8, api_version = 24);

/// `NV_ENC_CAPS_PARAM`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct CapsParam {
    pub version: u32,
    pub caps_to_query: u32,
    pub reserved: [u32; 62],
}
assert_layout!(CapsParam, 256, version = 0, caps_to_query = 4);

/// `NV_ENC_RC_PARAMS`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct RateControl {
    pub version: u32,
    pub rate_control_mode: u32,
    pub const_qp: [u32; 3],
    pub average_bit_rate: u32,
    pub max_bit_rate: u32,
    pub vbv_buffer_size: u32,
    pub vbv_initial_delay: u32,
    pub flags: u32,
    pub min_qp: [u32; 3],
    pub max_qp: [u32; 3],
    pub initial_rc_qp: [u32; 3],
    pub temporal_layers: [u32; 3],
    pub quality_and_lookahead: u32,
    pub low_delay_key_frame_scale: u8,
    pub reserved1: [u8; 3],
    pub qp_map_mode: u32,
    pub multi_pass: u32,
    pub reserved2: [u32; 6],
}
assert_layout!(
    RateControl,
    128,
    rate_control_mode = 4,
    average_bit_rate = 20,
    max_bit_rate = 24,
    vbv_buffer_size = 28,
    vbv_initial_delay = 32,
    low_delay_key_frame_scale = 92,
    multi_pass = 100,
);

/// `NV_ENC_CONFIG`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Config {
    pub version: u32,
    pub profile: Guid,
    pub gop_length: u32,
    pub frame_interval_p: i32,
    pub mono_chrome: u32,
    pub frame_field_mode: u32,
    pub mv_precision: u32,
    pub rate_control: RateControl,
    pub codec: CodecConfig,
    pub reserved: [u32; 278],
    pub reserved2: [*mut c_void; 64],
}
assert_layout!(
    Config,
    3584,
    profile = 4,
    gop_length = 20,
    frame_interval_p = 24,
    frame_field_mode = 32,
    rate_control = 40,
    codec = 168,
);

/// `NV_ENC_PRESET_CONFIG`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct PresetConfig {
    pub version: u32,
    pub reserved: u32,
    pub config: Config,
    pub reserved1: [u32; 255],
    pub padding: u32,
    pub reserved2: [*mut c_void; 64],
}
assert_layout!(PresetConfig, 5128, version = 0, config = 8);

/// `NV_ENC_INITIALIZE_PARAMS`, as long as before 12.2.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Initialize {
    pub version: u32,
    pub codec: Guid,
    pub preset: Guid,
    pub encode_width: u32,
    pub encode_height: u32,
    pub dar_width: u32,
    pub dar_height: u32,
    pub frame_rate_num: u32,
    pub frame_rate_den: u32,
    pub enable_encode_async: u32,
    pub enable_ptd: u32,
    pub flags: u32,
    pub priv_data_size: u32,
    pub reserved0: u32,
    pub priv_data: *mut c_void,
    pub config: *mut Config,
    pub max_encode_width: u32,
    pub max_encode_height: u32,
    pub motion_hints: [u32; 8],
    pub tuning_info: u32,
    pub buffer_format: u32,
    pub reserved: [u32; 288],
    pub reserved2: [*mut c_void; 64],
}
assert_layout!(
    Initialize,
    1808,
    codec = 4,
    preset = 20,
    encode_width = 36,
    encode_height = 40,
    dar_width = 44,
    frame_rate_num = 52,
    frame_rate_den = 56,
    enable_encode_async = 60,
    enable_ptd = 64,
    config = 88,
    max_encode_width = 96,
    max_encode_height = 100,
    tuning_info = 136,
);

/// `NV_ENC_RECONFIGURE_PARAMS`. Its two flags lie behind `initialize`, whose length differs; they
/// are never set here.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Reconfigure {
    pub version: u32,
    pub reserved: u32,
    pub initialize: Initialize,
    pub flags: [u32; 2],
}
assert_layout!(Reconfigure, 1824, version = 0, initialize = 8);

/// `NV_ENC_REGISTER_RESOURCE`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Register {
    pub version: u32,
    pub resource_type: u32,
    pub width: u32,
    pub height: u32,
    pub pitch: u32,
    pub sub_resource_index: u32,
    pub resource: *mut c_void,
    pub registered: Handle,
    pub buffer_format: u32,
    pub buffer_usage: u32,
    pub fences: [*mut c_void; 2],
    pub reserved1: [u32; 248],
    pub reserved2: [*mut c_void; 60],
}
assert_layout!(
    Register,
    1536,
    resource_type = 4,
    width = 8,
    height = 12,
    pitch = 16,
    resource = 24,
    registered = 32,
    buffer_format = 40,
    buffer_usage = 44,
);

/// `NV_ENC_MAP_INPUT_RESOURCE`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct MapInput {
    pub version: u32,
    pub sub_resource_index: u32,
    pub input_resource: *mut c_void,
    pub registered: Handle,
    pub mapped: Handle,
    pub mapped_format: u32,
    pub reserved1: [u32; 251],
    pub reserved2: [*mut c_void; 63],
}
assert_layout!(MapInput, 1544, registered = 16, mapped = 24, mapped_format = 32);

/// `NV_ENC_CREATE_BITSTREAM_BUFFER`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct CreateBitstream {
    pub version: u32,
    pub size: u32,
    pub memory_heap: u32,
    pub reserved: u32,
    pub buffer: Handle,
    pub buffer_pointer: *mut c_void,
    pub reserved1: [u32; 58],
    pub reserved2: [*mut c_void; 64],
}
assert_layout!(CreateBitstream, 776, buffer = 16);

/// `NV_ENC_PIC_PARAMS`; what is told per codec stays zero.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Picture {
    pub version: u32,
    pub input_width: u32,
    pub input_height: u32,
    pub input_pitch: u32,
    pub flags: u32,
    pub frame_index: u32,
    pub time_stamp: u64,
    pub duration: u64,
    pub input: Handle,
    pub output: Handle,
    pub completion_event: *mut c_void,
    pub buffer_format: u32,
    pub picture_struct: u32,
    pub picture_type: u32,
    pub reserved: [u32; 821],
}
assert_layout!(
    Picture,
    3360,
    input_width = 4,
    input_height = 8,
    input_pitch = 12,
    flags = 16,
    frame_index = 20,
    time_stamp = 24,
    input = 40,
    output = 48,
    buffer_format = 64,
    picture_struct = 68,
    picture_type = 72,
);

/// `NV_ENC_LOCK_BITSTREAM`, as long as in 12.1.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Lock {
    pub version: u32,
    pub flags: u32,
    pub output: Handle,
    pub slice_offsets: *mut u32,
    pub frame_index: u32,
    pub encode_status: u32,
    pub slices: u32,
    pub bytes: u32,
    pub time_stamp: u64,
    pub duration: u64,
    pub data: *mut c_void,
    pub picture_type: u32,
    pub picture_struct: u32,
    pub average_qp: u32,
    pub reserved: [u32; 369],
}
assert_layout!(
    Lock,
    1552,
    output = 8,
    frame_index = 24,
    bytes = 36,
    time_stamp = 40,
    data = 56,
    picture_type = 64,
    average_qp = 72,
);

/// A function that is not called here.
pub type Unused = *mut c_void;

/// `NV_ENCODE_API_FUNCTION_LIST`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Functions {
    pub version: u32,
    pub reserved: u32,
    pub open_session_old: Unused,
    pub codec_count: Option<unsafe extern "C" fn(Session, *mut u32) -> Status>,
    pub profiles: [Unused; 2],
    pub codecs: Option<unsafe extern "C" fn(Session, *mut Guid, u32, *mut u32) -> Status>,
    pub input_formats: [Unused; 2],
    pub cap: Option<unsafe extern "C" fn(Session, Guid, *mut CapsParam, *mut i32) -> Status>,
    pub presets: [Unused; 3],
    pub initialize: Option<unsafe extern "C" fn(Session, *mut Initialize) -> Status>,
    pub input_buffers: [Unused; 2],
    pub create_bitstream: Option<unsafe extern "C" fn(Session, *mut CreateBitstream) -> Status>,
    pub destroy_bitstream: Option<unsafe extern "C" fn(Session, Handle) -> Status>,
    pub encode: Option<unsafe extern "C" fn(Session, *mut Picture) -> Status>,
    pub lock: Option<unsafe extern "C" fn(Session, *mut Lock) -> Status>,
    pub unlock: Option<unsafe extern "C" fn(Session, Handle) -> Status>,
    pub input_locks: [Unused; 2],
    pub unused1: [Unused; 4],
    pub map: Option<unsafe extern "C" fn(Session, *mut MapInput) -> Status>,
    pub unmap: Option<unsafe extern "C" fn(Session, Handle) -> Status>,
    pub destroy: Option<unsafe extern "C" fn(Session) -> Status>,
    pub invalidate: Option<unsafe extern "C" fn(Session, u64) -> Status>,
    pub open_session: Option<unsafe extern "C" fn(*mut OpenSession, *mut Session) -> Status>,
    pub register: Option<unsafe extern "C" fn(Session, *mut Register) -> Status>,
    pub unregister: Option<unsafe extern "C" fn(Session, Handle) -> Status>,
    pub reconfigure: Option<unsafe extern "C" fn(Session, *mut Reconfigure) -> Status>,
    pub unused2: [Unused; 4],
    pub last_error: Option<unsafe extern "C" fn(Session) -> *const c_char>,
    pub set_streams: Unused,
    pub preset_config:
        Option<unsafe extern "C" fn(Session, Guid, Guid, u32, *mut PresetConfig) -> Status>,
    pub sequence_params: Unused,
    pub reserved2: [Unused; 277],
}
assert_layout!(
    Functions,
    2552,
    codec_count = 16,
    codecs = 40,
    cap = 64,
    initialize = 96,
    create_bitstream = 120,
    destroy_bitstream = 128,
    encode = 136,
    lock = 144,
    unlock = 152,
    map = 208,
    unmap = 216,
    destroy = 224,
    invalidate = 232,
    open_session = 240,
    register = 248,
    unregister = 256,
    reconfigure = 264,
    last_error = 304,
    preset_config = 320,
);

/// The two functions that the library exports.
#[allow(non_camel_case_types, reason = "they are the symbols")]
pub mod calls {
    use super::{Functions, Status};

    pub type NvEncodeAPIGetMaxSupportedVersion = unsafe extern "C" fn(*mut u32) -> Status;
    pub type NvEncodeAPICreateInstance = unsafe extern "C" fn(*mut Functions) -> Status;
}
