//! CUDA as far as it takes to give NVENC a picture: a device, its context, and memory that another
//! API has written.
#![allow(unsafe_code, reason = "CUDA is a C library")]

use std::{
    ffi::{CStr, c_char},
    os::fd::{AsRawFd as _, IntoRawFd as _, OwnedFd},
    path::Path,
    ptr,
    sync::Arc,
};

use crate::{
    Error,
    loader::{self, CudaCalls},
    sys::{
        Zeroed as _,
        cuda::{
            self as raw, DevicePointer, HANDLE_OPAQUE_FD, MEMORY_DEDICATED, MemoryBuffer,
            MemoryHandle, SUCCESS, Status, Uuid,
        },
    },
};

/// CUDA's driver, loaded and initialised.
#[derive(Clone, Debug)]
pub struct Cuda(Arc<CudaCalls>);

/// A GPU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// What the driver calls it, e.g. `NVIDIA L4`.
    pub name: String,
    /// The UUID that Vulkan knows it by, too (`VkPhysicalDeviceIDProperties::deviceUUID`).
    pub uuid: [u8; 16],
    ordinal: raw::Device,
}

impl Cuda {
    /// Loads `libcuda.so.1` as the dynamic loader finds it.
    ///
    /// # Errors
    /// [`Error::NoLibrary`] or [`Error::NoSymbol`]; [`Error::Cuda`] where there is no GPU.
    pub fn load() -> Result<Self, Error> {
        Self::init(loader::cuda()?)
    }

    /// Loads CUDA's driver from `file`, for tests and unusual installations.
    ///
    /// # Errors
    /// As [`Self::load`].
    ///
    /// # Safety
    /// The file is a build of `libcuda.so.1`: its initialisers run, and its functions are called
    /// by the signatures in `cuda.h`.
    pub unsafe fn load_from(file: &Path) -> Result<Self, Error> {
        // SAFETY: the file is a build of the library, as the caller promises.
        Self::init(unsafe { loader::cuda_from(file) }?)
    }

    fn init(calls: CudaCalls) -> Result<Self, Error> {
        let cuda = Self(Arc::new(calls));
        // SAFETY: the library is loaded; 0 is the one value that the flags may have.
        cuda.check("start", unsafe { (cuda.0.init)(0) })?;
        Ok(cuda)
    }

    /// All GPUs that the process may use.
    ///
    /// # Errors
    /// [`Error::Cuda`] when the driver cannot tell.
    pub fn devices(&self) -> Result<Vec<Device>, Error> {
        let mut count = 0;
        // SAFETY: CUDA is initialised; `count` is valid for the write of one integer.
        self.check("count GPUs", unsafe { (self.0.device_count)(&mut count) })?;
        (0..count).map(|index| self.device(index)).collect()
    }

    fn device(&self, index: i32) -> Result<Device, Error> {
        let mut ordinal = 0;
        // SAFETY: CUDA is initialised; `ordinal` is valid for the write of one device.
        self.check("name a GPU", unsafe { (self.0.device)(&mut ordinal, index) })?;
        let mut uuid = Uuid::zeroed();
        // SAFETY: CUDA is initialised and named the device; `uuid` is valid for the write of one.
        self.check("identify a GPU", unsafe { (self.0.device_uuid)(&mut uuid, ordinal) })?;
        let mut name = [0 as c_char; 256];
        let length = name.len() as i32;
        // SAFETY: CUDA is initialised and named the device; `name` is valid for the writes of
        // `length` characters.
        let named = unsafe { (self.0.device_name)(name.as_mut_ptr(), length, ordinal) };
        self.check("name a GPU", named)?;
        let bytes: Vec<u8> = name.iter().map(|c| c.cast_unsigned()).collect();
        let name = CStr::from_bytes_until_nul(&bytes).unwrap_or_default();
        Ok(Device { name: name.to_string_lossy().into_owned(), uuid: uuid.bytes, ordinal })
    }

    fn check(&self, act: &'static str, status: Status) -> Result<(), Error> {
        if status == SUCCESS {
            return Ok(());
        }
        let mut text = ptr::null();
        // SAFETY: the library is loaded; any number may be asked for, before CUDA is initialised,
        // too; `text` is valid for the write of one pointer.
        let known = unsafe { (self.0.error_name)(status, &mut text) } == SUCCESS && !text.is_null();
        let name = if known {
            // SAFETY: not null: the name of a known code is a constant with its end, of the
            // library, which stays loaded.
            unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
        } else {
            "an unnamed CUresult".to_owned()
        };
        Err(Error::Cuda { act, code: status, name })
    }
}

/// A device's primary context, retained while this lives.
#[derive(Debug)]
pub struct Context {
    cuda: Cuda,
    ordinal: raw::Device,
    raw: raw::Context,
}

// SAFETY: a context belongs to no thread: it may be made current, and released, on any.
unsafe impl Send for Context {}
// SAFETY: it may be current on several threads at once, and nothing here changes it after it was
// retained.
unsafe impl Sync for Context {}

impl Context {
    /// Retains the context of `device`.
    ///
    /// # Errors
    /// [`Error::Cuda`] when the driver refuses.
    pub fn new(cuda: &Cuda, device: &Device) -> Result<Arc<Self>, Error> {
        let mut raw = ptr::null_mut();
        // SAFETY: CUDA is initialised and named the device; `raw` is valid for the write of one
        // context.
        let status = unsafe { (cuda.0.retain_context)(&mut raw, device.ordinal) };
        cuda.check("make a context", status)?;
        Ok(Arc::new(Self { cuda: cuda.clone(), ordinal: device.ordinal, raw }))
    }

    pub(crate) fn raw(&self) -> raw::Context {
        self.raw
    }

    /// Does something with the context current on this thread, which CUDA wants for most of what
    /// it does, and NVENC for what it does with CUDA.
    pub(crate) fn current<T>(&self, act: impl FnOnce() -> T) -> Result<T, Error> {
        // SAFETY: the context is retained for as long as `self` lives; it is taken off again below.
        let pushed = unsafe { (self.cuda.0.push_context)(self.raw) };
        self.cuda.check("use a context", pushed)?;
        let done = act();
        let mut popped = ptr::null_mut();
        // SAFETY: `popped` is valid for the write of one context. On top of this thread's stack is
        // the one from above, for what `act` puts there it takes off.
        unsafe { (self.cuda.0.pop_context)(&mut popped) };
        Ok(done)
    }

    /// Makes a call of CUDA with the context current.
    pub(crate) fn call(
        &self,
        act: &'static str,
        call: impl FnOnce(&CudaCalls) -> Status,
    ) -> Result<(), Error> {
        let status = self.current(|| call(&self.cuda.0))?;
        self.cuda.check(act, status)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: this retained the context of the device once, and releases it once; what was made
        // in it keeps this alive.
        unsafe { (self.cuda.0.release_context)(self.ordinal) };
    }
}

/// Memory of another API in a CUDA context.
#[derive(Debug)]
pub struct Memory {
    context: Arc<Context>,
    handle: raw::ExternalMemory,
    pointer: DevicePointer,
    bytes: u64,
}

// SAFETY: neither handle belongs to a thread; calls make the context current on their own.
unsafe impl Send for Memory {}

impl Memory {
    /// Imports what `OPAQUE_FD` of Vulkan stands for: `bytes` is the size of the whole memory, and
    /// `dedicated` whether it was allocated for one buffer alone.
    ///
    /// # Errors
    /// [`Error::Cuda`] when the driver refuses, e.g. memory of another GPU.
    pub fn import(
        context: &Arc<Context>,
        memory: OwnedFd,
        bytes: u64,
        dedicated: bool,
    ) -> Result<Self, Error> {
        let mut description = MemoryHandle::zeroed();
        description.kind = HANDLE_OPAQUE_FD;
        description.fd = memory.as_raw_fd();
        description.size = bytes;
        description.flags = if dedicated { MEMORY_DEDICATED } else { 0 };
        let mut handle = ptr::null_mut();
        context.call("import memory", |calls| {
            // SAFETY: the context is current; the description is live, and its descriptor open;
            // `handle` is valid for the write of one.
            unsafe { (calls.import_memory)(&mut handle, &description) }
        })?;
        // A successful import has taken the descriptor.
        let _ = memory.into_raw_fd();
        let mut imported = Self { context: Arc::clone(context), handle, pointer: 0, bytes };
        let mut range = MemoryBuffer::zeroed();
        range.size = bytes;
        let pointer = &mut imported.pointer;
        context.call("map imported memory", |calls| {
            // SAFETY: the context is current; the memory was imported above, in it; the range is
            // live and within the memory; `pointer` is valid for the write of one.
            unsafe { (calls.mapped_buffer)(pointer, handle, &range) }
        })?;
        Ok(imported)
    }

    /// The size, bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn pointer(&self) -> DevicePointer {
        self.pointer
    }

    pub(crate) fn is_in(&self, context: &Arc<Context>) -> bool {
        Arc::ptr_eq(&self.context, context)
    }

    /// Copies the first bytes to the host, for checks: pictures never take this way.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when there are fewer; [`Error::Cuda`] when the driver refuses.
    pub fn read(&self, into: &mut [u8]) -> Result<(), Error> {
        if into.len() as u64 > self.bytes {
            let (what, value) = ("a read", into.len() as u64);
            return Err(Error::OutOfRange { what, value, allowed: "within the memory" });
        }
        self.context.call("read memory", |calls| {
            // SAFETY: the context is current; `into` is valid for writes of its length, and the
            // memory is mapped and has as much.
            unsafe { (calls.copy_to_host)(into.as_mut_ptr().cast(), self.pointer, into.len()) }
        })
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // Errors: the context or the device is gone, and the memory with it.
        let _ = self.context.call("release memory", |calls| {
            if self.pointer != 0 {
                // SAFETY: the context is current; this mapped the memory and frees it once; what
                // used it owned this, and is gone.
                unsafe { (calls.free)(self.pointer) };
            }
            // SAFETY: the context is current; this imported the memory and destroys it once; its
            // mapping is gone.
            unsafe { (calls.destroy_memory)(self.handle) }
        });
    }
}
