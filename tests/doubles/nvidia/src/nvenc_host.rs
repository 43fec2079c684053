//! Pictures in host memory, which FFmpeg encodes from; the product never does.
#![allow(unsafe_code, reason = "it is a C library")]

use std::ffi::c_void;

use nvenc_sys::sys::nvenc::{Handle, SUCCESS, Session, Status};

use crate::nvenc::{INVALID_DEVICE, INVALID_PARAM, Known, known};

/// `NV_ENC_CREATE_INPUT_BUFFER`, its start.
#[repr(C)]
pub struct CreateInput {
    version: u32,
    width: u32,
    height: u32,
    memory_heap: u32,
    format: u32,
    reserved: u32,
    buffer: Handle,
}

/// `NV_ENC_LOCK_INPUT_BUFFER`, its start.
#[repr(C)]
pub struct LockInput {
    version: u32,
    flags: u32,
    buffer: Handle,
    data: *mut c_void,
    pitch: u32,
}

/// A picture that the host fills.
pub struct HostInput {
    pub pitch: usize,
    pub data: Vec<u8>,
}

pub unsafe extern "C" fn create(session: Session, create: *mut CreateInput) -> Status {
    // SAFETY: NVENC's rule for clients: one thread at a time uses a session.
    let Some(session) = (unsafe { known(session) }) else { return INVALID_PARAM };
    // SAFETY: the caller's struct, longer than what is here of it, which nobody else uses during
    // the call, as the header demands.
    let create = unsafe { &mut *create };
    if !session.is_current("create an input buffer") {
        return INVALID_DEVICE;
    }
    let pitch = (create.width as usize).next_multiple_of(64);
    let data = vec![0; pitch * create.height.next_multiple_of(2) as usize * 3 / 2];
    create.buffer = session.hosts.add(HostInput { pitch, data });
    SUCCESS
}

pub unsafe extern "C" fn destroy(session: Session, buffer: Handle) -> Status {
    // SAFETY: NVENC's rule for clients: one thread at a time uses a session.
    let Some(session) = (unsafe { known(session) }) else { return INVALID_PARAM };
    if !session.is_current("destroy an input buffer") {
        return INVALID_DEVICE;
    }
    session.hosts.remove(buffer)
}

pub unsafe extern "C" fn lock(session: Session, lock: *mut LockInput) -> Status {
    // SAFETY: NVENC's rule for clients: one thread at a time uses a session.
    let Some(session) = (unsafe { known(session) }) else { return INVALID_PARAM };
    // SAFETY: the caller's struct, longer than what is here of it, which nobody else uses during
    // the call, as the header demands.
    let lock = unsafe { &mut *lock };
    if !session.is_current("lock an input buffer") {
        return INVALID_DEVICE;
    }
    let Some(input) = session.hosts.get(lock.buffer) else { return INVALID_PARAM };
    lock.data = input.data.as_mut_ptr().cast();
    lock.pitch = input.pitch as u32;
    SUCCESS
}

pub unsafe extern "C" fn unlock(session: Session, buffer: Handle) -> Status {
    // SAFETY: NVENC's rule for clients: one thread at a time uses a session.
    let Some(session) = (unsafe { known(session) }) else { return INVALID_PARAM };
    if !session.is_current("unlock an input buffer") {
        return INVALID_DEVICE;
    }
    if session.hosts.get(buffer).is_some() { SUCCESS } else { INVALID_PARAM }
}

/// Objects by handles that are not pointers.
pub struct Handles<T>(Known<T>);

impl<T> Default for Handles<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Handles<T> {
    pub fn add(&mut self, value: T) -> Handle {
        let handle = crate::nvenc::next_handle();
        self.0.push((handle, value));
        handle as Handle
    }

    pub fn get(&mut self, handle: Handle) -> Option<&mut T> {
        let found = self.0.iter_mut().find(|(one, _)| *one == handle as usize);
        found.map(|(_, value)| value)
    }

    pub fn remove(&mut self, handle: Handle) -> Status {
        let before = self.0.len();
        self.0.retain(|(one, _)| *one != handle as usize);
        if self.0.len() < before { SUCCESS } else { INVALID_PARAM }
    }

    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, value)| value)
    }
}
