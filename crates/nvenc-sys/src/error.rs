//! Why something failed, with the driver's own word for it.

use std::time::Duration;

use crate::sys::nvenc::{
    ERR_INCOMPATIBLE_CLIENT_KEY, ERR_INVALID_VERSION, ERR_NO_ENCODE_DEVICE, ERR_OUT_OF_MEMORY,
    ERR_UNSUPPORTED_DEVICE, Status,
};

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
    /// CUDA refused.
    #[error("CUDA failed to {act}: {name} ({code})")]
    Cuda {
        /// What was asked for, e.g. `import memory`.
        act: &'static str,
        /// The `CUresult`.
        code: i32,
        /// Its name in `cuda.h`, e.g. `CUDA_ERROR_NO_DEVICE`.
        name: String,
    },
    /// NVENC refused.
    #[error("NVENC failed to {act}: {name} ({code}){}{text}", if text.is_empty() { "" } else { ": " })]
    Nvenc {
        /// What was asked for, e.g. `open a session`.
        act: &'static str,
        /// The `NVENCSTATUS`.
        code: i32,
        /// Its name in `nvEncodeAPI.h`, e.g. `NV_ENC_ERR_UNSUPPORTED_DEVICE`.
        name: &'static str,
        /// What `nvEncGetLastErrorString` says of it; often nothing.
        text: String,
    },
    /// The driver's NVENC is older than 11.1 (driver 470.57).
    #[error("the driver speaks NVENC {major}.{minor}, and 11.1 is needed (driver 470.57)")]
    TooOld {
        /// Of the driver's version.
        major: u32,
        /// Of the driver's version.
        minor: u32,
    },
    /// The hardware does not encode this, or the driver is too old to know it.
    #[error("the GPU has NVENC, but it or its driver encodes no {codec}")]
    NoCodec {
        /// `H.264`, `HEVC` or `AV1`.
        codec: &'static str,
    },
    /// The picture is larger than the hardware encodes.
    #[error("a picture of {width}×{height} is larger than the encoder's {max_width}×{max_height}")]
    TooLarge {
        /// Asked for, px.
        width: u32,
        /// Asked for, px.
        height: u32,
        /// `NV_ENC_CAPS_WIDTH_MAX`, px.
        max_width: u32,
        /// `NV_ENC_CAPS_HEIGHT_MAX`, px.
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
    /// The driver was busy with a picture for as long as it was asked again. The encoder can no
    /// longer be used.
    #[error("the hardware did not finish a picture within {after:?}: {name}")]
    TimedOut {
        /// For how long it was asked.
        after: Duration,
        /// What it said, in `nvEncodeAPI.h`'s words: `NV_ENC_ERR_LOCK_BUSY`.
        name: &'static str,
    },
    /// The coded picture is unusable.
    #[error("the driver gave an unusable picture: {reason}")]
    BadPicture {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The encoder failed before and is not asked again.
    #[error("the encoder failed before and must be opened anew")]
    Broken,
}

impl Error {
    /// Whether the GPU, or what the driver lets a container see of it, has no encoder: none at all,
    /// or, which is [`Self::NoCodec`], none for what was asked for.
    pub fn is_no_encoder(&self) -> bool {
        self.is_nvenc(&[ERR_NO_ENCODE_DEVICE, ERR_UNSUPPORTED_DEVICE])
            || matches!(self, Self::NoCodec { .. })
    }

    /// Whether the driver's limit of sessions at once, which consumer GPUs have, is reached. The
    /// same words may stand for memory that is used up; both pass.
    pub fn is_session_limit(&self) -> bool {
        self.is_nvenc(&[ERR_OUT_OF_MEMORY, ERR_INCOMPATIBLE_CLIENT_KEY])
    }

    pub(crate) fn is_version(&self) -> bool {
        self.is_nvenc(&[ERR_INVALID_VERSION])
    }

    fn is_nvenc(&self, codes: &[Status]) -> bool {
        matches!(self, Self::Nvenc { code, .. } if codes.contains(code))
    }
}

/// The name in `nvEncodeAPI.h` of an `NVENCSTATUS`.
pub fn status_name(status: Status) -> &'static str {
    const NAMES: [&str; 26] = [
        "NV_ENC_SUCCESS",
        "NV_ENC_ERR_NO_ENCODE_DEVICE",
        "NV_ENC_ERR_UNSUPPORTED_DEVICE",
        "NV_ENC_ERR_INVALID_ENCODERDEVICE",
        "NV_ENC_ERR_INVALID_DEVICE",
        "NV_ENC_ERR_DEVICE_NOT_EXIST",
        "NV_ENC_ERR_INVALID_PTR",
        "NV_ENC_ERR_INVALID_EVENT",
        "NV_ENC_ERR_INVALID_PARAM",
        "NV_ENC_ERR_INVALID_CALL",
        "NV_ENC_ERR_OUT_OF_MEMORY",
        "NV_ENC_ERR_ENCODER_NOT_INITIALIZED",
        "NV_ENC_ERR_UNSUPPORTED_PARAM",
        "NV_ENC_ERR_LOCK_BUSY",
        "NV_ENC_ERR_NOT_ENOUGH_BUFFER",
        "NV_ENC_ERR_INVALID_VERSION",
        "NV_ENC_ERR_MAP_FAILED",
        "NV_ENC_ERR_NEED_MORE_INPUT",
        "NV_ENC_ERR_ENCODER_BUSY",
        "NV_ENC_ERR_EVENT_NOT_REGISTERD",
        "NV_ENC_ERR_GENERIC",
        "NV_ENC_ERR_INCOMPATIBLE_CLIENT_KEY",
        "NV_ENC_ERR_UNIMPLEMENTED",
        "NV_ENC_ERR_RESOURCE_REGISTER_FAILED",
        "NV_ENC_ERR_RESOURCE_NOT_REGISTERED",
        "NV_ENC_ERR_RESOURCE_NOT_MAPPED",
    ];
    let index = usize::try_from(status).unwrap_or(usize::MAX);
    NAMES.get(index).copied().unwrap_or("an unnamed NVENCSTATUS")
}
