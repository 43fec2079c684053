//! The one place that calls into OpenH264's encoder: a handle that owns it, and nothing more.
//!
//! OpenH264's interface is a C++ class seen from C: a pointer to a pointer to a table of
//! functions, each of which takes the object first (`codec_api.h`, `ISVCEncoderVtbl`).
#![allow(unsafe_code, reason = "OpenH264 is a C++ library")]

use std::{
    ffi::{c_int, c_void},
    ptr::NonNull,
};

use openh264_sys2 as sys;

use crate::frame::I420;

/// What OpenH264 returned instead of success (`CM_RETURN` in `codec_app_def.h`).
pub(super) type Code = c_int;

/// The code reported for what the library should never do, such as a table without a function.
const UNEXPECTED: Code = -1;

/// Whether the linked OpenH264 was built with its SIMD assembly.
///
/// `openh264-sys2` falls back to plain C++ without a word when `nasm` is missing, at about 2.5
/// times the cost per frame. Its build script hands nothing on that a dependent could read, and
/// naming an assembly routine here would fail to link in just the build that must be reported. But
/// the library's own CPU detection is compiled to `return 0` where there is no assembly for it
/// to select (`common/src/cpu.cpp`), and any CPU that the assembly exists for has a feature to
/// report.
pub(super) fn has_assembly() -> bool {
    unsafe extern "C" {
        /// From OpenH264's `common/inc/cpu.h`.
        fn WelsCPUFeatureDetect(logical_processors: *mut i32) -> u32;
    }
    let mut processors = 0;
    // SAFETY: declared as in `cpu.h` and linked by openh264-sys2's `source` feature; it writes one
    // i32 through the pointer, which is valid for that, and keeps nothing.
    let features = unsafe { WelsCPUFeatureDetect(&mut processors) };
    features != 0
}

/// The functions of `ISVCEncoderVtbl` that are used, each known to be there.
#[derive(Clone, Copy)]
struct Calls {
    default_params: unsafe extern "C" fn(*mut sys::ISVCEncoder, *mut sys::SEncParamExt) -> c_int,
    initialize: unsafe extern "C" fn(*mut sys::ISVCEncoder, *const sys::SEncParamExt) -> c_int,
    uninitialize: unsafe extern "C" fn(*mut sys::ISVCEncoder) -> c_int,
    encode: unsafe extern "C" fn(
        *mut sys::ISVCEncoder,
        *const sys::SSourcePicture,
        *mut sys::SFrameBSInfo,
    ) -> c_int,
    force_intra: unsafe extern "C" fn(*mut sys::ISVCEncoder, bool) -> c_int,
    set_option:
        unsafe extern "C" fn(*mut sys::ISVCEncoder, sys::ENCODER_OPTION, *mut c_void) -> c_int,
}

impl Calls {
    fn of(table: &sys::ISVCEncoderVtbl) -> Option<Self> {
        Some(Self {
            default_params: table.GetDefaultParams?,
            initialize: table.InitializeExt?,
            uninitialize: table.Uninitialize?,
            encode: table.EncodeFrame?,
            force_intra: table.ForceIntraFrame?,
            set_option: table.SetOption?,
        })
    }
}

/// An option of the encoder together with its value, of the type that OpenH264 reads for it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Setting {
    /// What it may print to stderr: `WELS_LOG_QUIET` to `WELS_LOG_DETAIL`.
    TraceLevel(c_int),
    /// The target, bit/s.
    Bitrate(sys::LAYER_NUM, c_int),
    /// The ceiling that the target must stay below, bit/s.
    MaxBitrate(sys::LAYER_NUM, c_int),
}

/// An OpenH264 encoder, created and perhaps initialised.
pub(super) struct Handle {
    encoder: NonNull<sys::ISVCEncoder>,
    calls: Calls,
    /// Where the library describes each frame; 6 KiB, so kept from frame to frame.
    frame: Box<sys::SFrameBSInfo>,
}

// SAFETY: OpenH264 keeps no thread-local state and has no thread affinity; the encoder and the
// buffers that `frame` points into belong to this handle alone, and are reached only through
// `&mut self` or through borrows of it.
unsafe impl Send for Handle {}

impl Handle {
    /// Creates an encoder that does not print.
    pub(super) fn create() -> Result<Self, Code> {
        let mut encoder = std::ptr::null_mut();
        // SAFETY: the pointer is valid for the write of one pointer, which is all the call does
        // with it.
        let code = unsafe { sys::source::APILoader::WelsCreateSVCEncoder(&mut encoder) };
        success(code)?;
        let encoder = NonNull::new(encoder).ok_or(UNEXPECTED)?;
        // SAFETY: on success the call above stored a live object whose first word points to its
        // table of functions; both live until WelsDestroySVCEncoder, which only `drop` calls.
        let table = unsafe { &**encoder.as_ptr() };
        let Some(calls) = Calls::of(table) else {
            // SAFETY: created above, not shared, not used again.
            unsafe { sys::source::APILoader::WelsDestroySVCEncoder(encoder.as_ptr()) };
            return Err(UNEXPECTED);
        };
        let mut handle = Self { encoder, calls, frame: Box::default() };
        // Before initialising, which would print otherwise.
        handle.set(Setting::TraceLevel(sys::WELS_LOG_QUIET as c_int))?;
        Ok(handle)
    }

    /// The library's defaults, to be changed and given to [`Self::initialize`].
    pub(super) fn default_params(&mut self) -> Result<sys::SEncParamExt, Code> {
        let mut params = sys::SEncParamExt::default();
        // SAFETY: the object is live; `params` is valid for the write of one SEncParamExt, and the
        // call keeps no pointer to it.
        let code = unsafe { (self.calls.default_params)(self.encoder.as_ptr(), &mut params) };
        success(code).map(|()| params)
    }

    /// Makes the encoder ready for pictures. It checks all values itself.
    pub(super) fn initialize(&mut self, params: &sys::SEncParamExt) -> Result<(), Code> {
        // SAFETY: the object is live; `params` is read during the call only.
        success(unsafe { (self.calls.initialize)(self.encoder.as_ptr(), params) })
    }

    /// Changes an option.
    pub(super) fn set(&mut self, setting: Setting) -> Result<(), Code> {
        match setting {
            Setting::TraceLevel(mut level) => {
                self.set_option(sys::ENCODER_OPTION_TRACE_LEVEL, (&raw mut level).cast())
            }
            Setting::Bitrate(layer, bps) => {
                let mut info = bitrate_info(layer, bps);
                self.set_option(sys::ENCODER_OPTION_BITRATE, (&raw mut info).cast())
            }
            Setting::MaxBitrate(layer, bps) => {
                let mut info = bitrate_info(layer, bps);
                self.set_option(sys::ENCODER_OPTION_MAX_BITRATE, (&raw mut info).cast())
            }
        }
    }

    fn set_option(&mut self, option: sys::ENCODER_OPTION, value: *mut c_void) -> Result<(), Code> {
        // SAFETY: the object is live. `set`, the only caller, pairs each option with a live local
        // of the type that the library reads for it (`int` and SBitrateInfo); it is copied during
        // the call.
        success(unsafe { (self.calls.set_option)(self.encoder.as_ptr(), option, value) })
    }

    /// Makes the next picture an IDR.
    pub(super) fn force_idr(&mut self) -> Result<(), Code> {
        // SAFETY: the object is live; the call checks by itself that it is initialised.
        success(unsafe { (self.calls.force_intra)(self.encoder.as_ptr(), true) })
    }

    /// Encodes `picture`, which must have the size that the encoder was initialised with.
    pub(super) fn encode(&mut self, picture: &I420, time_ms: i64) -> Result<Coded<'_>, Code> {
        let source = source_picture(picture, time_ms);
        // SAFETY: the object is live, and checks by itself that it is initialised. `source` and
        // the planes that it points to outlive the call: `picture` is borrowed, and its planes
        // hold stride × height bytes each by construction. The library reads the planes only (it
        // copies them into its own padded picture) and writes one SFrameBSInfo.
        let code = unsafe { (self.calls.encode)(self.encoder.as_ptr(), &source, &mut *self.frame) };
        success(code)?;
        Ok(Coded { frame: &self.frame })
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: the object is live, and uninitialising one that never was is a no-op.
        unsafe { (self.calls.uninitialize)(self.encoder.as_ptr()) };
        // SAFETY: the object is live, this handle owns it, and nothing uses it afterwards.
        unsafe { sys::source::APILoader::WelsDestroySVCEncoder(self.encoder.as_ptr()) };
    }
}

/// What the last call of [`Handle::encode`] made; it borrows the encoder's own buffers.
pub(super) struct Coded<'a> {
    frame: &'a sys::SFrameBSInfo,
}

impl Coded<'_> {
    /// IDR, P, skipped …
    pub(super) fn kind(&self) -> sys::EVideoFrameType {
        self.frame.eFrameType
    }

    /// The NAL units in order, layer by layer, each with its start code.
    pub(super) fn layers(&self) -> impl Iterator<Item = &[u8]> {
        let count = usize::try_from(self.frame.iLayerNum).unwrap_or(0);
        self.frame.sLayerInfo.iter().take(count).map(layer_bytes)
    }
}

fn layer_bytes(layer: &sys::SLayerBSInfo) -> &[u8] {
    let count = usize::try_from(layer.iNalCount).unwrap_or(0);
    if count == 0 || layer.pNalLengthInByte.is_null() || layer.pBsBuf.is_null() {
        return &[];
    }
    // SAFETY: neither pointer is null; the library filled iNalCount lengths in. They belong to the
    // encoder, which does not touch them before its next call: that takes `&mut Handle`, while
    // this borrow comes from `&Handle`.
    let lengths = unsafe { std::slice::from_raw_parts(layer.pNalLengthInByte, count) };
    let bytes = lengths.iter().map(|&length| usize::try_from(length).unwrap_or(0)).sum();
    // SAFETY: as above; the layer's NAL units lie in pBsBuf one after the other, so that it holds
    // the sum of their lengths.
    unsafe { std::slice::from_raw_parts(layer.pBsBuf, bytes) }
}

fn source_picture(picture: &I420, time_ms: i64) -> sys::SSourcePicture {
    let (width, height) = (picture.size().width(), picture.size().height());
    // `Size` bounds each side to 8192, far inside an i32.
    let (width, height) = (width as c_int, height as c_int);
    let [y, u, v] = picture.planes().map(|plane| plane.as_ptr().cast_mut());
    sys::SSourcePicture {
        iColorFormat: sys::videoFormatI420,
        iStride: [width, width / 2, width / 2, 0],
        pData: [y, u, v, std::ptr::null_mut()],
        iPicWidth: width,
        iPicHeight: height,
        uiTimeStamp: time_ms,
        ..Default::default()
    }
}

fn bitrate_info(layer: sys::LAYER_NUM, bps: c_int) -> sys::SBitrateInfo {
    sys::SBitrateInfo { iLayer: layer, iBitrate: bps }
}

fn success(code: c_int) -> Result<(), Code> {
    if code == 0 { Ok(()) } else { Err(code) }
}
