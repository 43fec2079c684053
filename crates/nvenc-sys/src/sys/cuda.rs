//! CUDA's driver interface: devices, contexts and memory of another API.

use std::ffi::{c_char, c_int, c_uint, c_ulonglong, c_void};

use super::assert_layout;

/// `CUresult`.
pub type Status = c_int;
/// `CUdevice`.
pub type Device = c_int;
/// `CUcontext`.
pub type Context = *mut c_void;
/// `CUdeviceptr`.
pub type DevicePointer = c_ulonglong;
/// `CUexternalMemory`.
pub type ExternalMemory = *mut c_void;

/// `CUDA_SUCCESS`.
pub const SUCCESS: Status = 0;
/// `CU_EXTERNAL_MEMORY_HANDLE_TYPE_OPAQUE_FD`.
pub const HANDLE_OPAQUE_FD: c_uint = 1;
/// `CUDA_EXTERNAL_MEMORY_DEDICATED`.
pub const MEMORY_DEDICATED: c_uint = 1;

/// `CUuuid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Uuid {
    pub bytes: [u8; 16],
}
assert_layout!(Uuid, 16, bytes = 0);

/// `CUDA_EXTERNAL_MEMORY_HANDLE_DESC`; of the union, the descriptor alone.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct MemoryHandle {
    pub kind: c_uint,
    pub padding: c_uint,
    pub fd: c_int,
    pub handle_rest: [c_int; 3],
    pub size: c_ulonglong,
    pub flags: c_uint,
    pub reserved: [c_uint; 16],
}
assert_layout!(MemoryHandle, 104, kind = 0, fd = 8, size = 24, flags = 32, reserved = 36);

/// `CUDA_EXTERNAL_MEMORY_BUFFER_DESC`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct MemoryBuffer {
    pub offset: c_ulonglong,
    pub size: c_ulonglong,
    pub flags: c_uint,
    pub reserved: [c_uint; 16],
}
assert_layout!(MemoryBuffer, 88, offset = 0, size = 8, flags = 16, reserved = 20);

/// The functions by their signatures; each type is named after its symbol.
#[allow(non_camel_case_types, reason = "they are the symbols")]
pub mod calls {
    use super::*;

    pub type cuInit = unsafe extern "C" fn(c_uint) -> Status;
    pub type cuGetErrorName = unsafe extern "C" fn(Status, *mut *const c_char) -> Status;
    pub type cuDeviceGetCount = unsafe extern "C" fn(*mut c_int) -> Status;
    pub type cuDeviceGet = unsafe extern "C" fn(*mut Device, c_int) -> Status;
    pub type cuDeviceGetName = unsafe extern "C" fn(*mut c_char, c_int, Device) -> Status;
    pub type cuDeviceGetUuid = unsafe extern "C" fn(*mut Uuid, Device) -> Status;
    pub type cuDevicePrimaryCtxRetain = unsafe extern "C" fn(*mut Context, Device) -> Status;
    pub type cuDevicePrimaryCtxRelease_v2 = unsafe extern "C" fn(Device) -> Status;
    pub type cuCtxPushCurrent_v2 = unsafe extern "C" fn(Context) -> Status;
    pub type cuCtxPopCurrent_v2 = unsafe extern "C" fn(*mut Context) -> Status;
    pub type cuImportExternalMemory =
        unsafe extern "C" fn(*mut ExternalMemory, *const MemoryHandle) -> Status;
    pub type cuDestroyExternalMemory = unsafe extern "C" fn(ExternalMemory) -> Status;
    pub type cuExternalMemoryGetMappedBuffer =
        unsafe extern "C" fn(*mut DevicePointer, ExternalMemory, *const MemoryBuffer) -> Status;
    pub type cuMemFree_v2 = unsafe extern "C" fn(DevicePointer) -> Status;
    pub type cuMemcpyDtoH_v2 = unsafe extern "C" fn(*mut c_void, DevicePointer, usize) -> Status;
}
