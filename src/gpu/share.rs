//! Buffers whose memory another API takes: CUDA by an opaque descriptor, VA-API by a dma-buf.
//!
//! The memory belongs to the [`wgpu::Buffer`] and to whoever imported the descriptor: the driver
//! frees it when the last of them lets go, in whatever order. Neither side waits for the other:
//! what the device wrote is there for the importer once a poll for that submission has returned,
//! and the device must not write anew before the importer has finished reading.
#![allow(unsafe_code, reason = "wgpu exports no memory; this asks Vulkan for it")]

use std::{
    os::fd::{FromRawFd, OwnedFd},
    path::PathBuf,
};

use ash::{khr, vk};
use wgpu::hal::api::Vulkan;

use super::Gpu;
use crate::frame::{DeviceId, Handle};

/// Why memory cannot be shared.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The device is not driven by Vulkan 1.1 or later.
    #[error("the drawing device is not driven by Vulkan")]
    NotVulkan,
    /// The driver has no such extension.
    #[error("the Vulkan driver has no {0}")]
    NoExtension(&'static str),
    /// The driver has the extension, but not for buffers like this one.
    #[error("the Vulkan driver does not export buffers as {0:?}")]
    NotExportable(Handle),
    /// No byte was asked for, or more than the device takes.
    #[error("a shared buffer of {bytes} bytes, where the device takes 1 to {limit}")]
    Size {
        /// What was asked for.
        bytes: u64,
        /// What the device takes.
        limit: u64,
    },
    /// The descriptor cannot be kept from other programs.
    #[error("the descriptor of shared memory: {0}")]
    Descriptor(#[source] rustix::io::Errno),
    /// The driver has the extension, but draws into no image of such memory.
    #[error("the Vulkan driver imports no {0:?} as an image to draw into")]
    NotImportable(Handle),
    /// The driver knows no such order of pixels, or does not draw in it, or keeps more than pixels
    /// in it (compressed layouts do).
    #[error(
        "the Vulkan driver does not draw into {format:?} as modifier {modifier:#x} lays it out"
    )]
    Modifier {
        /// Of the plane.
        format: wgpu::TextureFormat,
        /// As in `drm_fourcc.h`.
        modifier: u64,
    },
    /// A plane lies otherwise than the driver needs it.
    #[error("an encoder's surface has {what} of {found} where the Vulkan driver needs {needed}")]
    Unfit {
        /// What of it, with its unit.
        what: &'static str,
        /// As it is.
        found: u64,
        /// As it should be, or the least that it should be.
        needed: u64,
    },
    /// A descriptor could not be duplicated.
    #[error("the descriptor of an encoder's surface cannot be duplicated: {0}")]
    Duplicate(#[source] std::io::Error),
    /// The driver refused.
    #[error("Vulkan cannot {act}: {code}")]
    Refused {
        /// What it was asked to do.
        act: &'static str,
        /// Its own code.
        code: vk::Result,
    },
}

/// A buffer and what another API imports its memory by.
#[derive(Debug)]
pub struct Shared {
    /// For the device; zero at first. It cannot be mapped.
    pub buffer: wgpu::Buffer,
    /// For the other API.
    pub memory: OwnedFd,
    /// The size of the memory, which is what an import must name: the buffer lies at its start
    /// and is no longer.
    pub memory_bytes: u64,
}

pub(super) fn flags(handle: Handle) -> vk::ExternalMemoryHandleTypeFlags {
    match handle {
        Handle::Opaque => vk::ExternalMemoryHandleTypeFlags::OPAQUE_FD,
        Handle::DmaBuf => vk::ExternalMemoryHandleTypeFlags::DMA_BUF_EXT,
    }
}

/// The extensions that it needs; wgpu enables both wherever the driver has them.
pub(super) fn extensions(handle: Handle) -> &'static [(&'static std::ffi::CStr, &'static str)] {
    const FD: (&std::ffi::CStr, &str) =
        (khr::external_memory_fd::NAME, "VK_KHR_external_memory_fd");
    const DMA_BUF: (&std::ffi::CStr, &str) =
        (ash::ext::external_memory_dma_buf::NAME, "VK_EXT_external_memory_dma_buf");
    match handle {
        Handle::Opaque => &[FD],
        Handle::DmaBuf => &[FD, DMA_BUF],
    }
}

impl Gpu {
    /// Makes a buffer for storage and copies, of `bytes`, whose memory is shared as `handle`.
    ///
    /// The memory is dedicated to the buffer (`VkMemoryDedicatedAllocateInfo`), which whoever
    /// imports it may have to say (`CUDA_EXTERNAL_MEMORY_DEDICATED`).
    ///
    /// # Errors
    /// [`Error`] where the device's driver cannot.
    pub fn share(&self, bytes: u64, handle: Handle) -> Result<Shared, Error> {
        let limit = self.device.limits().max_buffer_size;
        if bytes == 0 || bytes > limit {
            return Err(Error::Size { bytes, limit });
        }
        // SAFETY: the guard is used for reading handles and for making objects that are handed to
        // wgpu or destroyed before it goes; the device itself is left alone.
        let device = unsafe { self.device.as_hal::<Vulkan>() }.ok_or(Error::NotVulkan)?;
        let enabled = device.enabled_device_extensions();
        let missing = extensions(handle).iter().find(|(name, _)| !enabled.contains(name));
        if let Some((_, name)) = missing {
            return Err(Error::NoExtension(name));
        }
        let (hal_buffer, memory, memory_bytes) = export(&device, bytes, handle)?;
        drop(device);
        let descriptor = wgpu::BufferDescriptor {
            label: Some("shared"),
            size: bytes,
            usage: wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_SRC
                | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        };
        // SAFETY: `export` made the buffer from this very device, of this size, which is not
        // zero, and for these usages. It is filled below before anything can read it.
        let buffer =
            unsafe { self.device.create_buffer_from_hal::<Vulkan>(hal_buffer, &descriptor) };
        let mut encoder = self.device.create_command_encoder(&Default::default());
        encoder.clear_buffer(&buffer, 0, None);
        self.queue.submit([encoder.finish()]);
        Ok(Shared { buffer, memory, memory_bytes })
    }

    /// By what CUDA and VA-API know the device; `None` where Vulkan does not drive it.
    pub fn id(&self) -> Option<DeviceId> {
        // SAFETY: the guard is used for reading handles only.
        let device = unsafe { self.device.as_hal::<Vulkan>() }?;
        let shared = device.shared_instance();
        if shared.instance_api_version() < vk::API_VERSION_1_1 {
            return None;
        }
        let mut id = vk::PhysicalDeviceIDProperties::default();
        let mut properties = vk::PhysicalDeviceProperties2::default().push_next(&mut id);
        // SAFETY: the physical device is of this instance, which has the function since 1.1, and
        // the chain is made of one structure that may be in it.
        unsafe {
            shared
                .raw_instance()
                .get_physical_device_properties2(device.raw_physical_device(), &mut properties);
        }
        let (instance, physical) = (shared.raw_instance(), device.raw_physical_device());
        let own = || {
            let number = render_node(instance, physical)?;
            Some(PathBuf::from(format!("/dev/dri/renderD{number}")))
        };
        Some(DeviceId {
            uuid: id.device_uuid,
            render_node: own(),
            encoding_node: self.render_node.clone(),
        })
    }
}

/// The number of the device's render node, where the driver tells.
fn render_node(instance: &ash::Instance, physical: vk::PhysicalDevice) -> Option<u32> {
    // SAFETY: the physical device is of this instance.
    let known = unsafe { instance.enumerate_device_extension_properties(physical) }.ok()?;
    let name = ash::ext::physical_device_drm::NAME;
    if !known.iter().any(|one| one.extension_name_as_c_str() == Ok(name)) {
        return None;
    }
    let mut drm = vk::PhysicalDeviceDrmPropertiesEXT::default();
    let mut properties = vk::PhysicalDeviceProperties2::default().push_next(&mut drm);
    // SAFETY: the physical device is of this instance, which has the function since 1.1, and the
    // chain is made of one structure that the driver knows.
    unsafe { instance.get_physical_device_properties2(physical, &mut properties) };
    if drm.has_render == 0 { None } else { drm.render_minor.try_into().ok() }
}

/// Objects that exist until they are handed over, or destroyed when something fails in between.
struct Unfinished<'a> {
    device: &'a ash::Device,
    buffer: vk::Buffer,
    /// Null before it was allocated.
    memory: vk::DeviceMemory,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        // SAFETY: the buffer was made by this device and was never used; null is ignored.
        unsafe { self.device.destroy_buffer(self.buffer, None) };
        // SAFETY: the memory was allocated by this device, and what was bound to it is gone; null
        // is ignored.
        unsafe { self.device.free_memory(self.memory, None) };
    }
}

/// A buffer on memory of its own, the memory's descriptor, and its size.
fn export(
    device: &wgpu::hal::vulkan::Device,
    bytes: u64,
    handle: Handle,
) -> Result<(wgpu::hal::vulkan::Buffer, OwnedFd, u64), Error> {
    let shared = device.shared_instance();
    if shared.instance_api_version() < vk::API_VERSION_1_1 {
        return Err(Error::NotVulkan);
    }
    let (instance, physical) = (shared.raw_instance(), device.raw_physical_device());
    let raw = device.raw_device();
    let usage = vk::BufferUsageFlags::STORAGE_BUFFER
        | vk::BufferUsageFlags::TRANSFER_SRC
        | vk::BufferUsageFlags::TRANSFER_DST;
    check_exportable(instance, physical, usage, handle)?;

    let mut external = vk::ExternalMemoryBufferCreateInfo::default().handle_types(flags(handle));
    let info = vk::BufferCreateInfo::default()
        .size(bytes)
        .usage(usage)
        .sharing_mode(vk::SharingMode::EXCLUSIVE)
        .push_next(&mut external);
    // SAFETY: the device is live while wgpu's guard is; size and usage are not zero, and the
    // chain holds one structure that may be in it, whose handle type the driver can export.
    let buffer = unsafe { raw.create_buffer(&info, None) }.map_err(refused("make a buffer"))?;
    let mut unfinished = Unfinished { device: raw, buffer, memory: vk::DeviceMemory::null() };

    // SAFETY: the buffer was made by this device.
    let needs = unsafe { raw.get_buffer_memory_requirements(buffer) };
    // SAFETY: the physical device is of this instance.
    let memories = unsafe { instance.get_physical_device_memory_properties(physical) };
    let mut dedicated = vk::MemoryDedicatedAllocateInfo::default().buffer(buffer);
    let mut export = vk::ExportMemoryAllocateInfo::default().handle_types(flags(handle));
    let info = vk::MemoryAllocateInfo::default()
        .allocation_size(needs.size)
        .memory_type_index(memory_type(&memories, needs.memory_type_bits))
        .push_next(&mut dedicated)
        .push_next(&mut export);
    // SAFETY: size and type are those that the buffer needs; the memory is dedicated to that
    // buffer, and exportable as what the driver said it can export.
    let memory = unsafe { raw.allocate_memory(&info, None) };
    unfinished.memory = memory.map_err(refused("allocate memory that can be shared"))?;
    // SAFETY: buffer and memory are of this device, neither is bound yet, and the memory is of the
    // size and type that the buffer needs, from its start on.
    unsafe { raw.bind_buffer_memory(buffer, unfinished.memory, 0) }
        .map_err(refused("bind memory that can be shared"))?;
    let functions = khr::external_memory_fd::Device::new(instance, raw);
    let info =
        vk::MemoryGetFdInfoKHR::default().memory(unfinished.memory).handle_type(flags(handle));
    // SAFETY: the extension is enabled, and the memory was allocated to be exported as this.
    let fd = unsafe { functions.get_memory_fd(&info) }.map_err(refused("export memory"))?;
    // SAFETY: Vulkan made the descriptor for the caller, who owns it.
    let fd = unsafe { OwnedFd::from_raw_fd(fd) };
    // Vulkan does not say whether it is kept from other programs: workers must not inherit pictures.
    rustix::io::fcntl_setfd(&fd, rustix::io::FdFlags::CLOEXEC).map_err(Error::Descriptor)?;

    let memory = unfinished.memory;
    // Handed over: wgpu destroys both.
    unfinished.buffer = vk::Buffer::null();
    unfinished.memory = vk::DeviceMemory::null();
    // SAFETY: both are live and used by nobody else on this device, and the memory holds at least
    // `bytes` from its start on. Who imports it does as this module's first lines say.
    let buffer =
        unsafe { wgpu::hal::vulkan::Buffer::from_raw_managed(buffer, memory, 0, needs.size) };
    Ok((buffer, fd, needs.size))
}

fn check_exportable(
    instance: &ash::Instance,
    physical: vk::PhysicalDevice,
    usage: vk::BufferUsageFlags,
    handle: Handle,
) -> Result<(), Error> {
    let info =
        vk::PhysicalDeviceExternalBufferInfo::default().usage(usage).handle_type(flags(handle));
    let mut found = vk::ExternalBufferProperties::default();
    // SAFETY: the physical device is of this instance, which has the function since 1.1; the usage
    // is not empty and there is one handle type.
    unsafe {
        instance.get_physical_device_external_buffer_properties(physical, &info, &mut found);
    }
    let features = found.external_memory_properties.external_memory_features;
    if features.contains(vk::ExternalMemoryFeatureFlags::EXPORTABLE) {
        Ok(())
    } else {
        Err(Error::NotExportable(handle))
    }
}

/// Memory of the device's own before any other: what NVENC and compute shaders reach fastest.
pub(super) fn memory_type(memories: &vk::PhysicalDeviceMemoryProperties, allowed: u32) -> u32 {
    let types = memories.memory_types_as_slice().iter().zip(0u32..);
    let mut fitting = types.filter(|(_, index)| allowed & (1 << index) != 0);
    let local = |memory: &vk::MemoryType| {
        memory.property_flags.contains(vk::MemoryPropertyFlags::DEVICE_LOCAL)
    };
    let first = fitting.clone().next();
    let best = fitting.find(|(memory, _)| local(memory)).or(first);
    best.map_or(0, |(_, index)| index)
}

pub(super) fn refused(act: &'static str) -> impl Fn(vk::Result) -> Error {
    move |code| Error::Refused { act, code }
}

#[cfg(test)]
pub(super) mod tests;
