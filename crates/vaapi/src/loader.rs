//! libva, found at run time.
#![allow(unsafe_code, reason = "libva is a C library")]

use std::{
    ffi::{CStr, OsStr, c_char, c_int, c_uint, c_void},
    path::Path,
    sync::Arc,
};

use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

use crate::{
    error::{Error, status_name},
    sys::{
        ConfigAttrib, Id, Image, ImageFormat, MessageCallback, RawBufferType, RawDisplay,
        RawEntrypoint, RawProfile, SUCCESS, Status, SurfaceAttrib,
    },
};

/// The core library.
const LIBVA: &str = "libva.so.2";
/// Where displays on DRM devices come from.
const LIBVA_DRM: &str = "libva-drm.so.2";

/// The loaded libraries; a clone is another reference to them.
#[derive(Clone, Debug)]
pub struct Libva(Arc<Loaded>);

#[derive(Debug)]
struct Loaded {
    calls: Calls,
    // Declared after `calls`, which points into them, and in the order in which they unload.
    _drm: Library,
    _core: Library,
}

impl Libva {
    /// Loads `libva.so.2` and `libva-drm.so.2` as the dynamic loader finds them.
    ///
    /// # Errors
    /// [`Error::NoLibrary`] or [`Error::NoSymbol`], with the library's name.
    pub fn load() -> Result<Self, Error> {
        // SAFETY: these sonames are libva's own; its initialisers set up tables and nothing that
        // a Rust program relies on, and its ABI is stable for the soname's life.
        unsafe { Self::load_files(LIBVA.as_ref(), LIBVA_DRM.as_ref()) }
    }

    /// Loads the libraries from the given files, for tests and unusual installations.
    ///
    /// # Errors
    /// As [`Self::load`].
    ///
    /// # Safety
    /// The files are builds of libva 2 and libva-drm 2: their initialisers run, and their
    /// functions are called by the signatures in `va/va.h`.
    pub unsafe fn load_from(libva: &Path, libva_drm: &Path) -> Result<Self, Error> {
        // SAFETY: the caller's promise is this call's.
        unsafe { Self::load_files(libva.as_os_str(), libva_drm.as_os_str()) }
    }

    /// # Safety
    /// As [`Self::load_from`].
    unsafe fn load_files(libva: &OsStr, libva_drm: &OsStr) -> Result<Self, Error> {
        // SAFETY: the caller says that this is libva.
        let core = unsafe { open(libva) }?;
        // SAFETY: the caller says that this is libva-drm.
        let drm = unsafe { open(libva_drm) }?;
        // SAFETY: likewise, so that each symbol has the type which `va/va.h` gives it. `Loaded`
        // keeps both libraries for as long as the pointers.
        let calls = unsafe { Calls::find(&core, libva, &drm, libva_drm) }?;
        Ok(Self(Arc::new(Loaded { calls, _drm: drm, _core: core })))
    }

    pub(crate) fn calls(&self) -> &Calls {
        &self.0.calls
    }

    /// Success, or the status as an error of `act`.
    pub(crate) fn check(&self, act: &'static str, status: Status) -> Result<(), Error> {
        if status == SUCCESS {
            return Ok(());
        }
        // SAFETY: vaErrorStr takes any number and returns a string constant of the library, which
        // `self` keeps loaded.
        let text = unsafe { (self.calls().error_str)(status) };
        let text = if text.is_null() {
            String::new()
        } else {
            // SAFETY: not null, and so a NUL-terminated constant as said above.
            unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
        };
        Err(Error::Va { act, status, name: status_name(status), text })
    }
}

/// # Safety
/// `file` is a library whose initialisers may run in this process.
unsafe fn open(file: &OsStr) -> Result<Library, Error> {
    // SAFETY: the caller's promise. RTLD_NOW, so that a broken installation shows here rather
    // than as an abort in the middle of a call.
    unsafe { Library::open(Some(file), RTLD_NOW | RTLD_LOCAL) }
        .map_err(|source| Error::NoLibrary { library: name(file), source })
}

fn name(file: &OsStr) -> String {
    file.to_string_lossy().into_owned()
}

/// Declares the table of functions and how it is filled.
macro_rules! calls {
    (
        core { $($field:ident = $symbol:literal: fn($($argument:ty),*) $(-> $result:ty)?;)* }
        optional { $($o_field:ident = $o_symbol:literal: fn($($o_argument:ty),*) -> $o_result:ty;)* }
        drm { $($d_field:ident = $d_symbol:literal: fn($($d_argument:ty),*) -> $d_result:ty;)* }
    ) => {
        /// libva's functions by the signatures of `va/va.h`.
        #[derive(Debug)]
        pub(crate) struct Calls {
            $(pub $field: unsafe extern "C" fn($($argument),*) $(-> $result)?,)*
            $(pub $o_field: Option<unsafe extern "C" fn($($o_argument),*) -> $o_result>,)*
            $(pub $d_field: unsafe extern "C" fn($($d_argument),*) -> $d_result,)*
        }

        impl Calls {
            /// # Safety
            /// The libraries are libva 2 and libva-drm 2, and stay loaded as long as the table.
            unsafe fn find(
                core: &Library, core_file: &OsStr, drm: &Library, drm_file: &OsStr,
            ) -> Result<Self, Error> {
                Ok(Self {
                    $($field: {
                        // SAFETY: the caller says that this is libva, where the symbol has the
                        // type of this field.
                        *unsafe { core.get(concat!($symbol, "\0").as_bytes()) }
                            .map_err(|_| Error::NoSymbol {
                                library: name(core_file), symbol: $symbol,
                            })?
                    },)*
                    $($o_field: {
                        // SAFETY: as above; an older libva lacks it, which is an answer.
                        unsafe { core.get(concat!($o_symbol, "\0").as_bytes()) }
                            .ok()
                            .map(|symbol| *symbol)
                    },)*
                    $($d_field: {
                        // SAFETY: as above, of libva-drm.
                        *unsafe { drm.get(concat!($d_symbol, "\0").as_bytes()) }
                            .map_err(|_| Error::NoSymbol {
                                library: name(drm_file), symbol: $d_symbol,
                            })?
                    },)*
                })
            }
        }
    };
}

calls! {
    core {
        error_str = "vaErrorStr": fn(Status) -> *const c_char;
        initialize = "vaInitialize": fn(RawDisplay, *mut c_int, *mut c_int) -> Status;
        terminate = "vaTerminate": fn(RawDisplay) -> Status;
        vendor = "vaQueryVendorString": fn(RawDisplay) -> *const c_char;
        set_error_callback = "vaSetErrorCallback":
            fn(RawDisplay, MessageCallback, *mut c_void) -> MessageCallback;
        set_info_callback = "vaSetInfoCallback":
            fn(RawDisplay, MessageCallback, *mut c_void) -> MessageCallback;
        max_profiles = "vaMaxNumProfiles": fn(RawDisplay) -> c_int;
        max_entrypoints = "vaMaxNumEntrypoints": fn(RawDisplay) -> c_int;
        query_profiles = "vaQueryConfigProfiles":
            fn(RawDisplay, *mut RawProfile, *mut c_int) -> Status;
        query_entrypoints = "vaQueryConfigEntrypoints":
            fn(RawDisplay, RawProfile, *mut RawEntrypoint, *mut c_int) -> Status;
        config_attributes = "vaGetConfigAttributes":
            fn(RawDisplay, RawProfile, RawEntrypoint, *mut ConfigAttrib, c_int) -> Status;
        create_config = "vaCreateConfig":
            fn(RawDisplay, RawProfile, RawEntrypoint, *mut ConfigAttrib, c_int, *mut Id) -> Status;
        destroy_config = "vaDestroyConfig": fn(RawDisplay, Id) -> Status;
        create_context = "vaCreateContext":
            fn(RawDisplay, Id, c_int, c_int, c_int, *mut Id, c_int, *mut Id) -> Status;
        destroy_context = "vaDestroyContext": fn(RawDisplay, Id) -> Status;
        create_surfaces = "vaCreateSurfaces":
            fn(RawDisplay, c_uint, c_uint, c_uint, *mut Id, c_uint, *mut SurfaceAttrib, c_uint)
                -> Status;
        destroy_surfaces = "vaDestroySurfaces": fn(RawDisplay, *mut Id, c_int) -> Status;
        export_surface = "vaExportSurfaceHandle":
            fn(RawDisplay, Id, u32, u32, *mut c_void) -> Status;
        create_buffer = "vaCreateBuffer":
            fn(RawDisplay, Id, RawBufferType, c_uint, c_uint, *mut c_void, *mut Id) -> Status;
        destroy_buffer = "vaDestroyBuffer": fn(RawDisplay, Id) -> Status;
        map_buffer = "vaMapBuffer": fn(RawDisplay, Id, *mut *mut c_void) -> Status;
        unmap_buffer = "vaUnmapBuffer": fn(RawDisplay, Id) -> Status;
        begin_picture = "vaBeginPicture": fn(RawDisplay, Id, Id) -> Status;
        render_picture = "vaRenderPicture": fn(RawDisplay, Id, *mut Id, c_int) -> Status;
        end_picture = "vaEndPicture": fn(RawDisplay, Id) -> Status;
        sync_surface = "vaSyncSurface": fn(RawDisplay, Id) -> Status;
        create_image = "vaCreateImage":
            fn(RawDisplay, *mut ImageFormat, c_int, c_int, *mut Image) -> Status;
        derive_image = "vaDeriveImage": fn(RawDisplay, Id, *mut Image) -> Status;
        destroy_image = "vaDestroyImage": fn(RawDisplay, Id) -> Status;
        put_image = "vaPutImage":
            fn(RawDisplay, Id, Id, c_int, c_int, c_uint, c_uint, c_int, c_int, c_uint, c_uint)
                -> Status;
    }
    optional {
        sync_surface_for = "vaSyncSurface2": fn(RawDisplay, Id, u64) -> Status;
    }
    drm {
        display_of_drm = "vaGetDisplayDRM": fn(c_int) -> RawDisplay;
    }
}
