//! A connection to a driver through a DRM render node.
#![allow(unsafe_code, reason = "libva is a C library")]

use std::{
    cell::Cell,
    ffi::{CStr, c_int},
    fs::File,
    marker::PhantomData,
    os::fd::{AsRawFd, OwnedFd},
    path::Path,
    ptr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    error::Error,
    loader::{Calls, Libva},
    sys::{RawDisplay, RawEntrypoint, RawProfile, Status},
};

/// An initialised VA display; a clone is another reference to it.
///
/// It may be moved to another thread but not shared (`Send`, not `Sync`). What was made on it
/// (surfaces, encoders) keeps it open, may live on other threads, and takes turns: one call into
/// the driver at a time, and a wait for the hardware holds up the others. Views that shall not
/// wait for each other open a display each.
#[derive(Clone, Debug)]
pub struct Display {
    inner: Arc<Inner>,
    _not_sync: PhantomData<Cell<()>>,
}

#[derive(Debug)]
struct Inner {
    raw: RawDisplay,
    libva: Libva,
    turn: Mutex<()>,
    // libva borrows the number: closed after `vaTerminate`.
    _node: OwnedFd,
}

// SAFETY: libva and its drivers have no thread affinity, and every call on `raw` is made with
// `turn` held (`Display::call`, and `drop`, which is alone).
unsafe impl Send for Inner {}
// SAFETY: as above: shared use is serialised by `turn`.
unsafe impl Sync for Inner {}

impl Display {
    /// Opens a render node, e.g. `/dev/dri/renderD128`, and the driver for it. This loads the
    /// driver into the process and may block while the device wakes up.
    ///
    /// # Errors
    /// [`Error::NoNode`], and as [`Self::from_node`].
    pub fn open(libva: &Libva, node: &Path) -> Result<Self, Error> {
        let file = File::options()
            .read(true)
            .write(true)
            .open(node)
            .map_err(|source| Error::NoNode { path: node.to_owned(), source })?;
        Self::from_node(libva, file.into())
    }

    /// Opens the driver for a render node that is open already.
    ///
    /// # Errors
    /// [`Error::NoDisplay`] when the file is no DRM device; [`Error::Va`] when there is no driver
    /// for it or the driver refuses.
    pub fn from_node(libva: &Libva, node: OwnedFd) -> Result<Self, Error> {
        let calls = libva.calls();
        // SAFETY: the descriptor is open, and `Inner` keeps it so for the display's life.
        let raw = unsafe { (calls.display_of_drm)(node.as_raw_fd()) };
        if raw.is_null() {
            return Err(Error::NoDisplay);
        }
        // SAFETY: the display was made above; no callback means that nothing is printed.
        unsafe { (calls.set_error_callback)(raw, None, ptr::null_mut()) };
        // SAFETY: likewise.
        unsafe { (calls.set_info_callback)(raw, None, ptr::null_mut()) };
        let (mut major, mut minor) = (0, 0);
        // SAFETY: a live display; both pointers are valid for the write of one int.
        let status = unsafe { (calls.initialize)(raw, &mut major, &mut minor) };
        if let Err(error) = libva.check("initialise the driver", status) {
            // SAFETY: a display that failed to initialise is freed by vaTerminate, and not used
            // again; its status says nothing new.
            unsafe { (calls.terminate)(raw) };
            return Err(error);
        }
        let inner = Inner { raw, libva: libva.clone(), turn: Mutex::new(()), _node: node };
        Ok(Self { inner: Arc::new(inner), _not_sync: PhantomData })
    }

    /// The driver's name for itself, e.g. `Intel iHD driver ... - 23.1.1`.
    pub fn vendor(&self) -> String {
        let _turn = self.turn();
        // SAFETY: a live display, used by this thread alone while the turn is held.
        let vendor = unsafe { (self.calls().vendor)(self.inner.raw) };
        if vendor.is_null() {
            return String::new();
        }
        // SAFETY: not null, so a NUL-terminated string that lives as long as the display.
        unsafe { CStr::from_ptr(vendor) }.to_string_lossy().into_owned()
    }

    /// The driver's profiles, as `VAProfile` numbers.
    pub(crate) fn profiles(&self) -> Result<Vec<RawProfile>, Error> {
        self.list("list the profiles", |calls, raw, list| {
            // SAFETY: a live display.
            let room = unsafe { (calls.max_profiles)(raw) };
            let mut count = 0;
            list.resize(usize::try_from(room).unwrap_or(0), -1);
            // SAFETY: the list has the room that the driver asked for, and `count` that of an int.
            let status = unsafe { (calls.query_profiles)(raw, list.as_mut_ptr(), &mut count) };
            (status, count)
        })
    }

    /// A profile's entry points, as `VAEntrypoint` numbers.
    pub(crate) fn entrypoints(&self, profile: RawProfile) -> Result<Vec<RawEntrypoint>, Error> {
        self.list("list the entry points", |calls, raw, list| {
            // SAFETY: a live display.
            let room = unsafe { (calls.max_entrypoints)(raw) };
            let mut count = 0;
            list.resize(usize::try_from(room).unwrap_or(0), -1);
            // SAFETY: the list has the room that the driver asked for, and `count` that of an int.
            let status =
                unsafe { (calls.query_entrypoints)(raw, profile, list.as_mut_ptr(), &mut count) };
            (status, count)
        })
    }

    fn list(
        &self,
        act: &'static str,
        query: impl FnOnce(&Calls, RawDisplay, &mut Vec<c_int>) -> (Status, c_int),
    ) -> Result<Vec<c_int>, Error> {
        let mut list = Vec::new();
        let mut count = 0;
        self.call(act, |calls, raw| {
            let (status, found) = query(calls, raw, &mut list);
            count = found;
            status
        })?;
        list.truncate(usize::try_from(count).unwrap_or(0));
        Ok(list)
    }

    /// Makes one call with the turn held; a status other than success is an error of `act`.
    pub(crate) fn call(
        &self,
        act: &'static str,
        call: impl FnOnce(&Calls, RawDisplay) -> Status,
    ) -> Result<(), Error> {
        let status = self.status(call);
        self.inner.libva.check(act, status)
    }

    /// As [`Self::call`], for callers that tell one status from another.
    pub(crate) fn status(&self, call: impl FnOnce(&Calls, RawDisplay) -> Status) -> Status {
        let _turn = self.turn();
        call(self.calls(), self.inner.raw)
    }

    pub(crate) fn check(&self, act: &'static str, status: Status) -> Result<(), Error> {
        self.inner.libva.check(act, status)
    }

    /// Whether both are references to one display.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    fn calls(&self) -> &Calls {
        self.inner.libva.calls()
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        // The lock guards no data that a panic could leave half-written.
        self.inner.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // SAFETY: the display is live and this was the last reference: all that was made on it
        // held one, and is gone.
        unsafe { (self.libva.calls().terminate)(self.raw) };
    }
}
