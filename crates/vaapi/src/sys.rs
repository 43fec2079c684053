//! The part of libva's C interface that is used, as `va/va.h` of libva 2 declares it.
//!
//! Hand-written, so that nothing of libva is needed to build. Sizes and offsets are asserted at
//! compile time; the numbers come from a C program over the headers of libva 2.17 on x86-64, and
//! are those of every 64-bit Linux ABI. libva 2 keeps its ABI: what it adds goes to the end or
//! into reserved words.

use std::ffi::{c_char, c_int, c_uint, c_void};

#[cfg(test)]
pub(crate) mod c;
/// Parameter structs of H.264 encoding.
pub(crate) mod h264;

pub(crate) use h264::*;

/// `VADisplay`.
pub(crate) type RawDisplay = *mut c_void;
/// `VAStatus`.
pub(crate) type Status = c_int;
/// `VAGenericID` and its kin: configs, contexts, surfaces, buffers, images.
pub(crate) type Id = c_uint;
/// `VAProfile`.
pub(crate) type RawProfile = c_int;
/// `VAEntrypoint`.
pub(crate) type RawEntrypoint = c_int;

/// `VABufferType`.
pub(crate) type RawBufferType = c_int;

/// `VA_INVALID_ID`.
pub(crate) const INVALID_ID: Id = u32::MAX;
/// `VA_STATUS_SUCCESS`.
pub(crate) const SUCCESS: Status = 0;
/// `VA_STATUS_ERROR_UNIMPLEMENTED`.
pub(crate) const UNIMPLEMENTED: Status = 0x14;
/// `VA_STATUS_ERROR_TIMEDOUT`.
pub(crate) const TIMED_OUT: Status = 0x26;

/// `VAProfileH264Main`.
pub(crate) const PROFILE_MAIN: RawProfile = 6;
/// `VAProfileH264High`.
pub(crate) const PROFILE_HIGH: RawProfile = 7;
/// `VAProfileH264ConstrainedBaseline`.
pub(crate) const PROFILE_CONSTRAINED_BASELINE: RawProfile = 13;
/// `VAEntrypointEncSlice`: by shaders and fixed function.
pub(crate) const ENC_SLICE: RawEntrypoint = 6;
/// `VAEntrypointEncSliceLP`: low power, by fixed function alone.
pub(crate) const ENC_SLICE_LOW_POWER: RawEntrypoint = 8;

/// `VA_RC_CBR`.
pub(crate) const RC_CBR: u32 = 0x2;
/// `VA_RC_VBR`.
pub(crate) const RC_VBR: u32 = 0x4;
/// `VA_RC_CQP`: a constant quantiser.
pub(crate) const RC_CQP: u32 = 0x10;

/// `VA_ATTRIB_NOT_SUPPORTED`.
pub(crate) const ATTRIB_NOT_SUPPORTED: u32 = 0x8000_0000;
/// `VAConfigAttribRTFormat`.
pub(crate) const ATTRIB_RT_FORMAT: c_int = 0;
/// `VAConfigAttribRateControl`.
pub(crate) const ATTRIB_RATE_CONTROL: c_int = 5;
/// `VAConfigAttribEncPackedHeaders`.
pub(crate) const ATTRIB_PACKED_HEADERS: c_int = 10;
/// `VAConfigAttribMaxPictureWidth`.
pub(crate) const ATTRIB_MAX_WIDTH: c_int = 18;
/// `VAConfigAttribMaxPictureHeight`.
pub(crate) const ATTRIB_MAX_HEIGHT: c_int = 19;

/// `VA_RT_FORMAT_YUV420`.
pub(crate) const RT_FORMAT_YUV420: u32 = 1;
/// `VA_PROGRESSIVE`.
pub(crate) const PROGRESSIVE: c_int = 1;

/// `VA_ENC_PACKED_HEADER_SEQUENCE`.
pub(crate) const PACKED_SEQUENCE: u32 = 1;
/// `VA_ENC_PACKED_HEADER_SLICE`.
pub(crate) const PACKED_SLICE: u32 = 4;

/// `VAEncPackedHeaderSequence`: a number, not one of the flags above.
pub(crate) const HEADER_SEQUENCE: u32 = 1;
/// `VAEncPackedHeaderSlice`.
pub(crate) const HEADER_SLICE: u32 = 3;

/// `VAEncCodedBufferType`.
pub(crate) const BUFFER_CODED: c_int = 21;
/// `VAEncSequenceParameterBufferType`.
pub(crate) const BUFFER_SEQUENCE: c_int = 22;
/// `VAEncPictureParameterBufferType`.
pub(crate) const BUFFER_PICTURE: c_int = 23;
/// `VAEncSliceParameterBufferType`.
pub(crate) const BUFFER_SLICE: c_int = 24;
/// `VAEncPackedHeaderParameterBufferType`.
pub(crate) const BUFFER_PACKED_PARAMETER: c_int = 25;
/// `VAEncPackedHeaderDataBufferType`.
pub(crate) const BUFFER_PACKED_DATA: c_int = 26;
/// `VAEncMiscParameterBufferType`.
pub(crate) const BUFFER_MISC: c_int = 27;

/// `VAEncMiscParameterTypeFrameRate`.
pub(crate) const MISC_FRAME_RATE: u32 = 0;
/// `VAEncMiscParameterTypeRateControl`.
pub(crate) const MISC_RATE_CONTROL: u32 = 1;
/// `VAEncMiscParameterTypeHRD`.
pub(crate) const MISC_HRD: u32 = 5;

/// `VA_CODED_BUF_STATUS_SLICE_OVERFLOW_MASK`.
pub(crate) const CODED_SLICE_OVERFLOW: u32 = 0x200;
/// `VA_CODED_BUF_STATUS_BAD_BITSTREAM`.
pub(crate) const CODED_BAD_BITSTREAM: u32 = 0x8000;

/// `VA_FOURCC_NV12`, which is `DRM_FORMAT_NV12` too.
pub(crate) const FOURCC_NV12: u32 = u32::from_le_bytes(*b"NV12");
/// `DRM_FORMAT_R8`.
pub(crate) const DRM_R8: u32 = u32::from_le_bytes(*b"R8  ");
/// `DRM_FORMAT_GR88`: R in the low byte, so what Vulkan calls `R8G8`.
pub(crate) const DRM_GR88: u32 = u32::from_le_bytes(*b"GR88");
/// `VA_LSB_FIRST`.
pub(crate) const LSB_FIRST: u32 = 1;

/// `VASurfaceAttribPixelFormat`.
pub(crate) const SURFACE_PIXEL_FORMAT: c_int = 1;
/// `VASurfaceAttribMemoryType`.
pub(crate) const SURFACE_MEMORY_TYPE: c_int = 6;
/// `VASurfaceAttribExternalBufferDescriptor`.
pub(crate) const SURFACE_EXTERNAL: c_int = 7;
/// `VASurfaceAttribUsageHint`.
pub(crate) const SURFACE_USAGE: c_int = 8;
/// `VA_SURFACE_ATTRIB_USAGE_HINT_ENCODER | VA_SURFACE_ATTRIB_USAGE_HINT_EXPORT`.
pub(crate) const USAGE_ENCODE_AND_EXPORT: c_int = 0x2 | 0x20;
/// `VA_SURFACE_ATTRIB_SETTABLE`.
pub(crate) const SETTABLE: u32 = 2;
/// `VA_SURFACE_ATTRIB_MEM_TYPE_DRM_PRIME`.
pub(crate) const MEMORY_DRM_PRIME: u32 = 0x2000_0000;
/// `VA_SURFACE_ATTRIB_MEM_TYPE_DRM_PRIME_2`.
pub(crate) const MEMORY_DRM_PRIME_2: u32 = 0x4000_0000;
/// `VA_EXPORT_SURFACE_READ_WRITE | VA_EXPORT_SURFACE_SEPARATE_LAYERS`.
pub(crate) const EXPORT_FLAGS: u32 = 0x3 | 0x4;

/// `VAConfigAttrib`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct ConfigAttrib {
    pub kind: c_int,
    pub value: u32,
}

/// `VASurfaceAttrib` with its `VAGenericValue` spelt out: an eight-byte union after its tag.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct SurfaceAttrib {
    pub kind: c_int,
    pub flags: u32,
    pub value_type: c_int,
    pub value: SurfaceValue,
}

/// The union in `VAGenericValue`.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) union SurfaceValue {
    pub integer: c_int,
    pub pointer: *mut c_void,
}

impl SurfaceAttrib {
    /// A settable attribute that holds an integer (`VAGenericValueTypeInteger`).
    pub(crate) fn integer(kind: c_int, integer: c_int) -> Self {
        Self { kind, flags: SETTABLE, value_type: 1, value: SurfaceValue { integer } }
    }

    /// A settable attribute that points somewhere (`VAGenericValueTypePointer`).
    pub(crate) fn pointer(kind: c_int, pointer: *mut c_void) -> Self {
        Self { kind, flags: SETTABLE, value_type: 3, value: SurfaceValue { pointer } }
    }
}

/// `VAImageFormat`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct ImageFormat {
    pub fourcc: u32,
    pub byte_order: u32,
    pub bits_per_pixel: u32,
    pub depth: u32,
    pub masks: [u32; 4],
    pub reserved: [u32; 4],
}

/// `VAImage`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct Image {
    pub id: Id,
    pub format: ImageFormat,
    pub buffer: Id,
    pub width: u16,
    pub height: u16,
    pub data_size: u32,
    pub num_planes: u32,
    pub pitches: [u32; 3],
    pub offsets: [u32; 3],
    pub num_palette_entries: i32,
    pub entry_bytes: i32,
    pub component_order: [i8; 4],
    pub reserved: [u32; 4],
}

/// `VACodedBufferSegment`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct CodedSegment {
    pub size: u32,
    pub bit_offset: u32,
    pub status: u32,
    pub reserved: u32,
    pub data: *mut c_void,
    pub next: *mut c_void,
    pub padding: [u32; 4],
}

/// An object of a [`PrimeDescriptor`].
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct PrimeObject {
    pub fd: c_int,
    pub size: u32,
    pub modifier: u64,
}

/// A layer of a [`PrimeDescriptor`].
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct PrimeLayer {
    pub drm_format: u32,
    pub num_planes: u32,
    pub object_index: [u32; 4],
    pub offset: [u32; 4],
    pub pitch: [u32; 4],
}

/// `VADRMPRIMESurfaceDescriptor`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub(crate) struct PrimeDescriptor {
    pub fourcc: u32,
    pub width: u32,
    pub height: u32,
    pub num_objects: u32,
    pub objects: [PrimeObject; 4],
    pub num_layers: u32,
    pub layers: [PrimeLayer; 4],
}

/// `VASurfaceAttribExternalBuffers`, the descriptor of [`MEMORY_DRM_PRIME`].
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub(crate) struct ExternalBuffers {
    pub pixel_format: u32,
    pub width: u32,
    pub height: u32,
    pub data_size: u32,
    pub num_planes: u32,
    pub pitches: [u32; 4],
    pub offsets: [u32; 4],
    /// `uintptr_t`s: file descriptors.
    pub buffers: *mut usize,
    pub num_buffers: u32,
    pub flags: u32,
    pub private_data: *mut c_void,
}

/// `vaMessageCallback`'s absence, to keep libva's messages off stderr.
pub(crate) type MessageCallback =
    Option<unsafe extern "C" fn(user: *mut c_void, message: *const c_char)>;

/// Fails to compile when a struct is not laid out as in C.
macro_rules! assert_layout {
    ($type:ty, $size:literal $(, $($field:ident).+ = $offset:literal)*) => {
        const _: () = assert!(size_of::<$type>() == $size);
        $(const _: () = assert!(std::mem::offset_of!($type, $($field).+) == $offset);)*
    };
}
pub(crate) use assert_layout;

assert_layout!(ConfigAttrib, 8, value = 4);
assert_layout!(SurfaceAttrib, 24, flags = 4, value_type = 8, value = 16);
assert_layout!(ImageFormat, 48, masks = 16);
assert_layout!(Image, 120, format = 4, buffer = 52, width = 56, height = 58, data_size = 60);
assert_layout!(Image, 120, num_planes = 64, pitches = 68, offsets = 80, component_order = 100);
assert_layout!(CodedSegment, 48, status = 8, data = 16, next = 24);
assert_layout!(PrimeDescriptor, 312, num_objects = 12, objects = 16, num_layers = 80, layers = 84);
assert_layout!(PrimeObject, 16, size = 4, modifier = 8);
assert_layout!(PrimeLayer, 56, object_index = 8, offset = 24, pitch = 40);
assert_layout!(ExternalBuffers, 80, pitches = 20, offsets = 36, buffers = 56, num_buffers = 64);
