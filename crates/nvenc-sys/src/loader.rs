//! The driver's two libraries, found at run time.
#![allow(unsafe_code, reason = "functions of a library are called by signatures that it promises")]

use std::{ffi::OsStr, path::Path};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::{
    Error,
    sys::{cuda::calls::*, nvenc::calls::*},
};

const LIBCUDA: &str = "libcuda.so.1";
const LIBNVENC: &str = "libnvidia-encode.so.1";

/// Declares a library's table of functions, each named after its symbol.
macro_rules! table {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $symbol:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub(crate) struct $name {
            $(pub $field: $symbol,)*
            /// The pointers above are into it.
            _library: Library,
        }

        impl $name {
            /// # Safety
            /// The file is the library whose symbols these are, by the signatures of its headers,
            /// and its initialisers may run.
            unsafe fn load(file: &OsStr) -> Result<Self, Error> {
                let name = || file.to_string_lossy().into_owned();
                // SAFETY: its initialisers may run, as the caller promises. RTLD_NOW, so that a
                // broken installation shows here rather than as an abort in the middle of a call.
                let library = unsafe { Library::open(Some(file), RTLD_NOW | RTLD_LOCAL) }
                    .map_err(|source| Error::NoLibrary { library: name(), source })?;
                Ok(Self {
                    $($field: {
                        let symbol = concat!(stringify!($symbol), "\0").as_bytes();
                        // SAFETY: the symbol is a function of this signature, as the caller
                        // promises; the pointer stays beside the library, which keeps it loaded.
                        *unsafe { library.get::<$symbol>(symbol) }.map_err(|_| Error::NoSymbol {
                            library: name(),
                            symbol: stringify!($symbol),
                        })?
                    },)*
                    _library: library,
                })
            }
        }
    };
}

table! {
    /// `libcuda.so.1`.
    CudaCalls {
        init: cuInit,
        error_name: cuGetErrorName,
        device_count: cuDeviceGetCount,
        device: cuDeviceGet,
        device_name: cuDeviceGetName,
        device_uuid: cuDeviceGetUuid,
        retain_context: cuDevicePrimaryCtxRetain,
        release_context: cuDevicePrimaryCtxRelease_v2,
        push_context: cuCtxPushCurrent_v2,
        pop_context: cuCtxPopCurrent_v2,
        import_memory: cuImportExternalMemory,
        destroy_memory: cuDestroyExternalMemory,
        mapped_buffer: cuExternalMemoryGetMappedBuffer,
        free: cuMemFree_v2,
        copy_to_host: cuMemcpyDtoH_v2,
    }
}

table! {
    /// `libnvidia-encode.so.1`.
    NvencCalls {
        max_version: NvEncodeAPIGetMaxSupportedVersion,
        create_instance: NvEncodeAPICreateInstance,
    }
}

pub(crate) fn cuda() -> Result<CudaCalls, Error> {
    // SAFETY: whatever the loader finds by this soname is CUDA's driver, whose initialisers expect
    // to run, and whose functions keep the signatures of `cuda.h` for the soname's life.
    unsafe { CudaCalls::load(LIBCUDA.as_ref()) }
}

/// # Safety
/// The file is a build of `libcuda.so.1`.
pub(crate) unsafe fn cuda_from(file: &Path) -> Result<CudaCalls, Error> {
    // SAFETY: the file is a build of CUDA's driver, as the caller promises.
    unsafe { CudaCalls::load(file.as_os_str()) }
}

pub(crate) fn nvenc() -> Result<NvencCalls, Error> {
    // SAFETY: whatever the loader finds by this soname is NVENC, whose initialisers expect to run,
    // and whose two functions keep the signatures of `nvEncodeAPI.h` for the soname's life.
    unsafe { NvencCalls::load(LIBNVENC.as_ref()) }
}

/// # Safety
/// The file is a build of `libnvidia-encode.so.1`.
pub(crate) unsafe fn nvenc_from(file: &Path) -> Result<NvencCalls, Error> {
    // SAFETY: the file is a build of NVENC, as the caller promises.
    unsafe { NvencCalls::load(file.as_os_str()) }
}
