//! What happens when libmujoco reports an error or a warning: it is handed on as text.
//!
//! MuJoCo's own handling writes `MUJOCO_LOG.TXT` and ends the process with `exit`, which runs
//! destructors that its other threads still use; `mujoco_rs`'s hook exits too. An error handler
//! must not return (MuJoCo would go on with null pointers), so its type says so.
#![allow(unsafe_code, reason = "the handlers are C function pointers in C globals")]

use std::{
    ffi::{CStr, c_char},
    sync::OnceLock,
};

use mujoco_rs::mujoco_c::{mju_user_error, mju_user_warning};

/// Where errors and warnings go; texts are whatever the model put into them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Handlers {
    /// An error: the calling thread cannot go on, and neither can the process.
    pub error: fn(&CStr) -> !,
    /// A warning; may come thousands of times per second, from any thread.
    pub warning: fn(&CStr),
}

static HANDLERS: OnceLock<Handlers> = OnceLock::new();

/// Installs `handlers` for the process. Must come before any other use of MuJoCo and before a
/// second thread exists; a second call changes nothing.
pub(crate) fn install(handlers: Handlers) {
    if HANDLERS.set(handlers).is_err() {
        return;
    }
    // SAFETY: the globals are plain function pointers which libmujoco reads without a lock; no
    // other thread runs yet (documented on this function), so nothing reads them meanwhile. The
    // functions have the signature of the globals and live as long as the process.
    unsafe {
        mju_user_error = Some(on_error);
        mju_user_warning = Some(on_warning);
    }
}

unsafe extern "C" fn on_error(text: *const c_char) {
    match HANDLERS.get() {
        Some(handlers) => (handlers.error)(text_of(text)),
        None => std::process::abort(),
    }
}

unsafe extern "C" fn on_warning(text: *const c_char) {
    if let Some(handlers) = HANDLERS.get() {
        (handlers.warning)(text_of(text));
    }
}

fn text_of<'a>(text: *const c_char) -> &'a CStr {
    if text.is_null() {
        return c"";
    }
    // SAFETY: not null, and MuJoCo passes its own NUL-terminated buffer, which lives until the
    // handler returns; callers do not keep the reference beyond that.
    unsafe { CStr::from_ptr(text) }
}
