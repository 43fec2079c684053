//! CUDA: one GPU, whose memory is the host's.
#![allow(unsafe_code, reason = "it is a C library")]

use std::{
    cell::RefCell,
    ffi::{c_char, c_int, c_uint, c_void},
    os::fd::BorrowedFd,
    ptr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use nvenc_sys::sys::cuda::{
    Context, Device, DevicePointer, ExternalMemory, HANDLE_OPAQUE_FD, MEMORY_DEDICATED,
    MemoryBuffer, MemoryHandle, SUCCESS, Status, Uuid,
};

use double_coder::memory::Mapped;

use crate::{ORDERS, uuid};

const INVALID_VALUE: Status = 1;
const NO_DEVICE: Status = 100;
const INVALID_DEVICE: Status = 101;
const INVALID_CONTEXT: Status = 201;
const OPERATING_SYSTEM: Status = 304;

static STATE: Mutex<State> =
    Mutex::new(State { contexts: Vec::new(), memory: Vec::new(), imports: Vec::new(), next: 1 });

struct State {
    /// Handles, with how often each is retained.
    contexts: Vec<(usize, u32)>,
    memory: Vec<Region>,
    imports: Vec<Import>,
    next: usize,
}

#[derive(Clone, Copy)]
struct Region {
    base: DevicePointer,
    bytes: u64,
    /// The import that it is mapped from.
    import: Option<usize>,
}

struct Import {
    handle: usize,
    map: Mapped,
    bytes: u64,
}

thread_local! {
    static CURRENT: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a context is current, which most calls need.
fn has_context() -> bool {
    let current = CURRENT.with_borrow(|stack| stack.last().copied());
    let is = current.is_some_and(|one| state().contexts.iter().any(|(handle, _)| *handle == one));
    if !is {
        ORDERS.violation(format_args!("no context is current"));
    }
    is
}

/// Whether this context is the current one.
pub fn is_current(context: Context) -> bool {
    CURRENT.with_borrow(|stack| stack.last() == Some(&(context as usize))) && is_context(context)
}

pub fn is_context(context: Context) -> bool {
    state().contexts.iter().any(|(handle, _)| *handle == context as usize)
}

/// Whether so many bytes from `base` on are memory of the device.
pub fn holds(base: u64, bytes: u64) -> bool {
    let fits = |region: &Region| region.base <= base && base + bytes <= region.base + region.bytes;
    state().memory.iter().any(fits)
}

fn status(ok: bool) -> Status {
    if ok { SUCCESS } else { INVALID_VALUE }
}

/// Declares functions that C calls; a panic must not get there.
macro_rules! exports {
    ($($name:ident($($argument:ident: $kind:ty),* $(,)?) $body:block)*) => { $(
        #[unsafe(no_mangle)]
        unsafe extern "C" fn $name($($argument: $kind),*) -> Status {
            std::panic::catch_unwind(move || $body).unwrap_or(999)
        }
    )* };
}

mod functions {
    use super::*;

    exports! {
        cuInit(_flags: c_uint) {
            if ORDERS.fails("no-device") { NO_DEVICE } else { SUCCESS }
        }
        cuDriverGetVersion(version: *mut c_int) {
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *version = 12_080 };
            SUCCESS
        }
        cuGetErrorName(error: Status, name: *mut *const c_char) {
            let text = match error {
                NO_DEVICE => c"CUDA_ERROR_NO_DEVICE",
                INVALID_VALUE => c"CUDA_ERROR_INVALID_VALUE",
                INVALID_CONTEXT => c"CUDA_ERROR_INVALID_CONTEXT",
                OPERATING_SYSTEM => c"CUDA_ERROR_OPERATING_SYSTEM",
                _ => return INVALID_VALUE,
            };
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *name = text.as_ptr() };
            SUCCESS
        }
        cuGetErrorString(_error: Status, text: *mut *const c_char) {
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *text = c"as told".as_ptr() };
            SUCCESS
        }
        cuDeviceGetCount(count: *mut c_int) {
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *count = 1 };
            SUCCESS
        }
        cuDeviceGet(device: *mut Device, ordinal: c_int) {
            if ordinal != 0 {
                return INVALID_DEVICE;
            }
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *device = 0 };
            SUCCESS
        }
        cuDeviceGetName(name: *mut c_char, length: c_int, _device: Device) {
            let text = c"Double of a GPU".to_bytes_with_nul();
            if (length as usize) < text.len() {
                return INVALID_VALUE;
            }
            // SAFETY: the caller has room for `length` characters, which the text is not longer
            // than.
            unsafe { ptr::copy_nonoverlapping(text.as_ptr().cast(), name, text.len()) };
            SUCCESS
        }
        cuDeviceGetUuid(out: *mut Uuid, _device: Device) {
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *out = Uuid { bytes: uuid() } };
            SUCCESS
        }
        cuDeviceComputeCapability(major: *mut c_int, minor: *mut c_int, _device: Device) {
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *major = 8 };
            // SAFETY: likewise.
            unsafe { *minor = 9 };
            SUCCESS
        }
        cuDeviceGetAttribute(value: *mut c_int, attribute: c_int, _device: Device) {
            // 75 and 76 are the compute capability.
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *value = match attribute { 75 => 8, 76 => 9, _ => 1 } };
            SUCCESS
        }
        cuCtxCreate_v2(context: *mut Context, _flags: c_uint, _device: Device) {
            let mut state = state();
            let handle = 0xC0DA_0000 + state.next;
            state.next += 1;
            state.contexts.push((handle, 1));
            drop(state);
            CURRENT.with_borrow_mut(|stack| stack.push(handle));
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *context = handle as Context };
            SUCCESS
        }
        cuCtxDestroy_v2(context: Context) {
            let mut state = state();
            let before = state.contexts.len();
            state.contexts.retain(|(handle, _)| *handle != context as usize);
            status(state.contexts.len() < before)
        }
        cuDevicePrimaryCtxRetain(context: *mut Context, _device: Device) {
            const PRIMARY: usize = 0xC0DA;
            let mut state = state();
            match state.contexts.iter_mut().find(|(handle, _)| *handle == PRIMARY) {
                Some((_, count)) => *count += 1,
                None => state.contexts.push((PRIMARY, 1)),
            }
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *context = PRIMARY as Context };
            SUCCESS
        }
        cuDevicePrimaryCtxRelease_v2(_device: Device) {
            let mut state = state();
            let Some(at) = state.contexts.iter().position(|(handle, _)| *handle == 0xC0DA) else {
                ORDERS.violation(format_args!("a context is released once too often"));
                return INVALID_CONTEXT;
            };
            state.contexts[at].1 -= 1;
            if state.contexts[at].1 == 0 {
                state.contexts.remove(at);
                for region in &state.memory {
                    ORDERS.note(format_args!("leak: {} bytes of memory", region.bytes));
                }
            }
            SUCCESS
        }
        cuCtxPushCurrent_v2(context: Context) {
            if !is_context(context) {
                ORDERS.violation(format_args!("an unknown context is made current"));
                return INVALID_CONTEXT;
            }
            CURRENT.with_borrow_mut(|stack| stack.push(context as usize));
            SUCCESS
        }
        cuCtxPopCurrent_v2(context: *mut Context) {
            let Some(popped) = CURRENT.with_borrow_mut(Vec::pop) else { return INVALID_CONTEXT };
            if !context.is_null() {
                // SAFETY: valid for this write, as the header demands of the caller.
                unsafe { *context = popped as Context };
            }
            SUCCESS
        }
        cuImportExternalMemory(out: *mut ExternalMemory, handle: *const MemoryHandle) {
            if !has_context() {
                return INVALID_CONTEXT;
            }
            // SAFETY: the caller's struct, which nobody changes during the call, as the header
            // demands.
            let handle = unsafe { &*handle };
            if handle.kind != HANDLE_OPAQUE_FD || handle.flags != MEMORY_DEDICATED {
                ORDERS.violation(format_args!("memory of kind {} is imported", handle.kind));
                return INVALID_VALUE;
            }
            if ORDERS.fails("import") {
                return OPERATING_SYSTEM;
            }
            // Success takes the descriptor; a failure leaves it.
            // SAFETY: an open descriptor of the caller's, who does not close it during the call.
            let file = unsafe { BorrowedFd::borrow_raw(handle.fd) };
            let Some(map) = Mapped::new(file, handle.size as usize) else {
                ORDERS.violation(format_args!("{} bytes are imported, which are not there", handle.size));
                return INVALID_VALUE;
            };
            // SAFETY: an open descriptor, which success takes from the caller; the borrow has
            // ended.
            unsafe { libc::close(handle.fd) };
            let mut state = state();
            let number = 0xE000 + state.next;
            state.next += 1;
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *out = number as ExternalMemory };
            state.imports.push(Import { handle: number, map, bytes: handle.size });
            SUCCESS
        }
        cuExternalMemoryGetMappedBuffer(
            pointer: *mut DevicePointer,
            memory: ExternalMemory,
            range: *const MemoryBuffer,
        ) {
            if !has_context() {
                return INVALID_CONTEXT;
            }
            // SAFETY: the caller's struct, which nobody changes during the call, as the header
            // demands.
            let range = unsafe { &*range };
            let mut state = state();
            let found = state.imports.iter().find(|import| import.handle == memory as usize);
            let Some(import) = found.filter(|one| range.offset + range.size <= one.bytes) else {
                ORDERS.violation(format_args!("a range of {} bytes is not in its memory", range.size));
                return INVALID_VALUE;
            };
            let region = Region {
                base: import.map.pointer() as u64 + range.offset,
                bytes: range.size,
                import: Some(import.handle),
            };
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *pointer = region.base };
            state.memory.push(region);
            SUCCESS
        }
        cuDestroyExternalMemory(memory: ExternalMemory) {
            if !has_context() {
                return INVALID_CONTEXT;
            }
            let mut state = state();
            let handle = memory as usize;
            if state.memory.iter().any(|region| region.import == Some(handle)) {
                ORDERS.violation(format_args!("imported memory is destroyed while it is mapped"));
                return INVALID_VALUE;
            }
            let Some(at) = state.imports.iter().position(|import| import.handle == handle) else {
                ORDERS.violation(format_args!("unknown memory is destroyed"));
                return INVALID_VALUE;
            };
            state.imports.remove(at);
            SUCCESS
        }
        cuMemAlloc_v2(pointer: *mut DevicePointer, bytes: usize) {
            if !has_context() {
                return INVALID_CONTEXT;
            }
            // Freed by `cuMemFree_v2`.
            let memory = Box::leak(vec![0u8; bytes].into_boxed_slice());
            let base = memory.as_mut_ptr() as u64;
            state().memory.push(Region { base, bytes: bytes as u64, import: None });
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *pointer = base };
            SUCCESS
        }
        cuMemFree_v2(pointer: DevicePointer) {
            if !has_context() {
                return INVALID_CONTEXT;
            }
            let mut state = state();
            let Some(at) = state.memory.iter().position(|region| region.base == pointer) else {
                ORDERS.violation(format_args!("memory is freed that is not there"));
                return INVALID_VALUE;
            };
            let region = state.memory.remove(at);
            if region.import.is_none() {
                let slice = ptr::slice_from_raw_parts_mut(
                    ptr::with_exposed_provenance_mut::<u8>(region.base as usize),
                    region.bytes as usize,
                );
                // SAFETY: of `cuMemAlloc_v2`, with this length: no import maps it. It is given back
                // once, for it is off the list.
                drop(unsafe { Box::from_raw(slice) });
            }
            SUCCESS
        }
        cuMemcpyDtoH_v2(to: *mut c_void, from: DevicePointer, bytes: usize) {
            if !has_context() || !holds(from, bytes as u64) {
                return INVALID_VALUE;
            }
            let from = ptr::with_exposed_provenance::<u8>(from as usize);
            // SAFETY: the device has so many bytes there, and the caller has room for as many,
            // which is none of the device's.
            unsafe { ptr::copy_nonoverlapping(from, to.cast(), bytes) };
            SUCCESS
        }
    }
}
