//! Why something failed, with libva's own word for it.

use std::{io, path::PathBuf, time::Duration};

/// What can go wrong, from a missing library to a refused picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The library is not installed, or cannot be loaded.
    #[error("{library} cannot be loaded: {source}")]
    NoLibrary {
        /// Its name or path, as given to `dlopen`.
        library: String,
        /// What the loader said.
        source: libloading::Error,
    },
    /// The library is too old, or something else of that name.
    #[error("{library} has no {symbol}")]
    NoSymbol {
        /// Its name or path.
        library: String,
        /// The function that it lacks.
        symbol: &'static str,
    },
    /// The render node cannot be opened.
    #[error("the render node {} cannot be opened: {source}", path.display())]
    NoNode {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// libva makes no display of the file: it is no DRM device.
    #[error("libva accepts no VA display on this file: it is no DRM device")]
    NoDisplay,
    /// libva or the driver refused.
    #[error("VA-API failed to {act}: {name} (0x{status:x}): {text}")]
    Va {
        /// What was asked for, e.g. `create a context`.
        act: &'static str,
        /// The `VAStatus`.
        status: i32,
        /// Its name in `va/va.h`, e.g. `VA_STATUS_ERROR_HW_BUSY`.
        name: &'static str,
        /// What `vaErrorStr` says of it.
        text: String,
    },
    /// The driver encodes no H.264 with the profile and the entry point that were asked for.
    #[error("the driver `{vendor}` encodes no H.264 as asked: {reason}")]
    NoEncoder {
        /// The driver's vendor string.
        vendor: String,
        /// What it lacks.
        reason: &'static str,
    },
    /// The picture is larger than the driver encodes.
    #[error("a picture of {width}×{height} is larger than the driver's {max_width}×{max_height}")]
    TooLarge {
        /// Asked for, px.
        width: u32,
        /// Asked for, px.
        height: u32,
        /// The driver's `VAConfigAttribMaxPictureWidth`, px.
        max_width: u32,
        /// The driver's `VAConfigAttribMaxPictureHeight`, px.
        max_height: u32,
    },
    /// A value that no driver could take.
    #[error("{what} of {value} is out of range: {allowed}")]
    OutOfRange {
        /// Of which setting.
        what: &'static str,
        /// As given.
        value: u64,
        /// What it may be.
        allowed: &'static str,
    },
    /// A picture that is not of the encoder's size.
    #[error("the encoder is open for {expected:?}, the surface is {actual:?} pixels")]
    WrongSize {
        /// The encoder's width and height, px.
        expected: (u32, u32),
        /// The surface's width and height, px.
        actual: (u32, u32),
    },
    /// A surface was given to an encoder of another display.
    #[error("the surface belongs to another VA display")]
    OtherDisplay,
    /// A surface or an image is not laid out as NV12 in one or two planes.
    #[error("{what} is not laid out as NV12: {reason}")]
    Layout {
        /// What was looked at.
        what: &'static str,
        /// How it differs.
        reason: String,
    },
    /// The hardware did not finish in time. The encoder can no longer be used.
    #[error("the hardware did not finish a picture within {after:?}")]
    TimedOut {
        /// How long was waited.
        after: Duration,
    },
    /// The coded picture is unusable.
    #[error("the driver gave an unusable picture: {reason}")]
    BadPicture {
        /// What is wrong with it.
        reason: String,
    },
    /// The encoder failed before and is not asked again.
    #[error("the encoder failed before and must be opened anew")]
    Broken,
}

/// The name in `va/va.h` (libva 2.17) of a `VAStatus`.
pub fn status_name(status: i32) -> &'static str {
    const NAMES: [&str; 0x1a] = [
        "VA_STATUS_SUCCESS",
        "VA_STATUS_ERROR_OPERATION_FAILED",
        "VA_STATUS_ERROR_ALLOCATION_FAILED",
        "VA_STATUS_ERROR_INVALID_DISPLAY",
        "VA_STATUS_ERROR_INVALID_CONFIG",
        "VA_STATUS_ERROR_INVALID_CONTEXT",
        "VA_STATUS_ERROR_INVALID_SURFACE",
        "VA_STATUS_ERROR_INVALID_BUFFER",
        "VA_STATUS_ERROR_INVALID_IMAGE",
        "VA_STATUS_ERROR_INVALID_SUBPICTURE",
        "VA_STATUS_ERROR_ATTR_NOT_SUPPORTED",
        "VA_STATUS_ERROR_MAX_NUM_EXCEEDED",
        "VA_STATUS_ERROR_UNSUPPORTED_PROFILE",
        "VA_STATUS_ERROR_UNSUPPORTED_ENTRYPOINT",
        "VA_STATUS_ERROR_UNSUPPORTED_RT_FORMAT",
        "VA_STATUS_ERROR_UNSUPPORTED_BUFFERTYPE",
        "VA_STATUS_ERROR_SURFACE_BUSY",
        "VA_STATUS_ERROR_FLAG_NOT_SUPPORTED",
        "VA_STATUS_ERROR_INVALID_PARAMETER",
        "VA_STATUS_ERROR_RESOLUTION_NOT_SUPPORTED",
        "VA_STATUS_ERROR_UNIMPLEMENTED",
        "VA_STATUS_ERROR_SURFACE_IN_DISPLAYING",
        "VA_STATUS_ERROR_INVALID_IMAGE_FORMAT",
        "VA_STATUS_ERROR_DECODING_ERROR",
        "VA_STATUS_ERROR_ENCODING_ERROR",
        "VA_STATUS_ERROR_INVALID_VALUE",
    ];
    match usize::try_from(status) {
        Ok(index) if index < NAMES.len() => NAMES[index],
        Ok(0x20) => "VA_STATUS_ERROR_UNSUPPORTED_FILTER",
        Ok(0x21) => "VA_STATUS_ERROR_INVALID_FILTER_CHAIN",
        Ok(0x22) => "VA_STATUS_ERROR_HW_BUSY",
        Ok(0x24) => "VA_STATUS_ERROR_UNSUPPORTED_MEMORY_TYPE",
        Ok(0x25) => "VA_STATUS_ERROR_NOT_ENOUGH_BUFFER",
        Ok(0x26) => "VA_STATUS_ERROR_TIMEDOUT",
        Err(_) if status == -1 => "VA_STATUS_ERROR_UNKNOWN",
        _ => "an unnamed VAStatus",
    }
}
