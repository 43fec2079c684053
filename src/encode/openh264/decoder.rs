//! OpenH264's decoder, to see in tests what was encoded.
#![allow(unsafe_code, reason = "OpenH264 is a C++ library")]

use std::ptr::NonNull;

use openh264_sys2 as sys;

use crate::{frame::I420, units::Size};

/// A decoder that tolerates nothing: a broken stream is an error, not a concealed picture.
pub(super) struct Decoder {
    decoder: NonNull<sys::ISVCDecoder>,
}

impl Decoder {
    pub(super) fn new() -> Self {
        let mut decoder = std::ptr::null_mut();
        // SAFETY: the pointer is valid for the write of one pointer.
        let code = unsafe { sys::source::APILoader::WelsCreateDecoder(&mut decoder) };
        assert_eq!(code, 0, "creating a decoder");
        let decoder = NonNull::new(decoder).expect("created");
        let this = Self { decoder };
        let mut param =
            sys::SDecodingParam { eEcActiveIdc: sys::ERROR_CON_DISABLE, ..Default::default() };
        param.sVideoProperty.eVideoBsType = sys::VIDEO_BITSTREAM_AVC;
        let mut quiet = sys::WELS_LOG_QUIET;
        let set_option = this.table().SetOption.expect("in the table");
        // SAFETY: the object is live; the option is read as an `int` during the call.
        unsafe {
            set_option(decoder.as_ptr(), sys::DECODER_OPTION_TRACE_LEVEL, (&raw mut quiet).cast())
        };
        let initialize = this.table().Initialize.expect("in the table");
        // SAFETY: the object is live; the parameters are read during the call only.
        let code = unsafe { initialize(decoder.as_ptr(), &param) };
        assert_eq!(code, 0, "initialising a decoder");
        this
    }

    fn table(&self) -> &sys::ISVCDecoderVtbl {
        // SAFETY: the object is live as long as `self`, and starts with a pointer to its table.
        unsafe { &**self.decoder.as_ptr() }
    }

    /// Decodes one access unit to its picture.
    pub(super) fn decode(&mut self, unit: &[u8]) -> I420 {
        let mut planes = [std::ptr::null_mut(); 3];
        let mut info = sys::SBufferInfo::default();
        let length = i32::try_from(unit.len()).expect("small");
        let decode = self.table().DecodeFrameNoDelay.expect("in the table");
        // SAFETY: the object is live and initialised; the unit is read during the call, and three
        // pointers and one SBufferInfo are written.
        let state = unsafe {
            decode(self.decoder.as_ptr(), unit.as_ptr(), length, planes.as_mut_ptr(), &mut info)
        };
        assert_eq!(state, sys::dsErrorFree, "the unit decodes");
        if info.iBufferStatus == 0 {
            // Of Main it holds pictures back, whatever the SPS says of reordering.
            let flush = self.table().FlushFrame.expect("in the table");
            // SAFETY: the object is live and initialised; three pointers and one SBufferInfo are
            // written.
            unsafe { flush(self.decoder.as_ptr(), planes.as_mut_ptr(), &mut info) };
        }
        assert_eq!(info.iBufferStatus, 1, "it gives its picture at once");
        // SAFETY: when a picture is ready the union holds the system-memory description.
        let buffer = unsafe { info.UsrData.sSystemBuffer };
        copy_picture(planes, &buffer)
    }
}

fn copy_picture(planes: [*mut u8; 3], buffer: &sys::SSysMEMBuffer) -> I420 {
    let side = |side: i32| u32::try_from(side).expect("positive");
    let size = Size::new(side(buffer.iWidth), side(buffer.iHeight)).expect("in range");
    let mut picture = I420::new(size).expect("even");
    let strides = [buffer.iStride[0], buffer.iStride[1], buffer.iStride[1]];
    let widths = [size.width(), size.width() / 2, size.width() / 2].map(|width| width as usize);
    for (plane, out) in picture.planes_mut().into_iter().enumerate() {
        let stride = side(strides[plane]) as usize;
        for (y, row) in out.chunks_exact_mut(widths[plane]).enumerate() {
            // SAFETY: the decoder's plane holds `stride` bytes for each of the picture's rows and
            // stays untouched until its next call; `row` is no longer than the stride.
            let from =
                unsafe { std::slice::from_raw_parts(planes[plane].add(y * stride), row.len()) };
            row.copy_from_slice(from);
        }
    }
    picture
}

impl Drop for Decoder {
    fn drop(&mut self) {
        let uninitialize = self.table().Uninitialize.expect("in the table");
        // SAFETY: the object is live and initialised.
        unsafe { uninitialize(self.decoder.as_ptr()) };
        // SAFETY: the object is live, owned by `self`, and not used again.
        unsafe { sys::source::APILoader::WelsDestroyDecoder(self.decoder.as_ptr()) };
    }
}
