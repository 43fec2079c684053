//! Surfaces of an encoder's as textures to draw into: memory that another driver has allocated
//! and laid out.
//!
//! What is drawn lies where the encoder reads it, with no copy between. The memory belongs to the
//! textures and to the encoder: the kernel frees it when the last of them lets go, in whatever
//! order.
//!
//! Neither side waits for the other, and Vulkan knows nothing of the other: wgpu hands no image
//! over to `VK_QUEUE_FAMILY_FOREIGN_EXT`, nor takes it back. What is relied on instead:
//!
//! - **Who may touch it when.** The device, from the submission that draws until a poll for that
//!   submission has returned; then the encoder, until it has given its access unit. Nothing but
//!   this order keeps them apart: see `render/surfaces.rs`.
//! - **What is written is there.** The fence of a submission makes its writes available, and the
//!   drivers of GPUs flush their caches to memory before they signal it.
//! - **It lies as was agreed.** In every layout that an image has in Vulkan, its pixels lie as the
//!   modifier says, for modifiers of a single memory plane have no room beside the pixels where a
//!   compressed or cleared state could be kept. Those with more are refused, and passes into these
//!   textures do not clear.
//! - **Nothing is taken over.** wgpu takes the image for undefined at first and for its own from
//!   then on; each picture is drawn whole, so that whatever a driver makes of the old one is
//!   overwritten.
#![allow(unsafe_code, reason = "wgpu imports no memory but dma-bufs, and names no reason")]

use std::os::fd::{AsRawFd as _, IntoRawFd as _, OwnedFd};

use ash::{ext, khr, vk};
use wgpu::hal::api::Vulkan;

use super::{
    Gpu,
    share::{Error, extensions, flags, memory_type, refused},
};
use crate::frame::{Handle, SharedPlane, SharedPlanes};

/// What the images are used for.
const USAGE: vk::ImageUsageFlags = vk::ImageUsageFlags::COLOR_ATTACHMENT;

impl Gpu {
    /// Whether there is anything that [`Self::import`] takes: asked before an encoder is opened for
    /// the sake of its surfaces.
    ///
    /// # Errors
    /// [`Error::NotVulkan`] or [`Error::NoExtension`].
    pub fn ready_to_import(&self) -> Result<(), Error> {
        // SAFETY: the guard is used for reading only.
        let device = unsafe { self.device.as_hal::<Vulkan>() }.ok_or(Error::NotVulkan)?;
        check_extensions(device.enabled_device_extensions(), self.surfaces)
    }

    /// Imports a surface: textures for luma (`R8Unorm`) and for chroma (`Rg8Unorm`, at half the
    /// width and height), both to be drawn into and for nothing else.
    ///
    /// The descriptors are taken for what [`super::Options::surfaces`] says.
    ///
    /// # Errors
    /// [`Error`] names what the device's driver lacks or refuses.
    pub fn import(&self, surface: &SharedPlanes) -> Result<[wgpu::Texture; 2], Error> {
        let (width, height) = (surface.size.width(), surface.size.height());
        let luma = Plane {
            of: &surface.luma,
            width,
            height,
            format: wgpu::TextureFormat::R8Unorm,
            raw_format: vk::Format::R8_UNORM,
        };
        let chroma = Plane {
            of: &surface.chroma,
            width: width.div_ceil(2),
            height: height.div_ceil(2),
            format: wgpu::TextureFormat::Rg8Unorm,
            raw_format: vk::Format::R8G8_UNORM,
        };
        Ok([self.import_plane(&luma)?, self.import_plane(&chroma)?])
    }

    fn import_plane(&self, plane: &Plane<'_>) -> Result<wgpu::Texture, Error> {
        // SAFETY: the guard is used for reading handles and for making objects that are handed to
        // wgpu or destroyed before it goes; the device itself is left alone.
        let device = unsafe { self.device.as_hal::<Vulkan>() }.ok_or(Error::NotVulkan)?;
        let (image, memory) = import(&device, plane, self.surfaces)?;
        let size =
            wgpu::Extent3d { width: plane.width, height: plane.height, depth_or_array_layers: 1 };
        let descriptor = wgpu::hal::TextureDescriptor {
            label: Some("plane of a surface"),
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: plane.format,
            usage: wgpu::TextureUses::COLOR_TARGET,
            memory_flags: wgpu::hal::MemoryFlags::empty(),
            view_formats: Vec::new(),
        };
        let memory = wgpu::hal::vulkan::TextureMemory::Dedicated(memory);
        // SAFETY: the image was made by this device as the descriptor says, with no other formats
        // of views; image and memory are used by nobody else on this device, so that wgpu may
        // destroy both.
        let texture = unsafe { device.texture_from_raw(image, &descriptor, None, memory) };
        drop(device);
        let descriptor = wgpu::TextureDescriptor {
            label: Some("plane of a surface"),
            size,
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: plane.format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
            view_formats: &[],
        };
        let initial = wgpu::TextureUses::UNINITIALIZED;
        // SAFETY: the texture is of this very device and as the descriptor says; its contents may
        // be discarded, and it is not read, so that it need not be initialised.
        let texture =
            unsafe { self.device.create_texture_from_hal::<Vulkan>(texture, &descriptor, initial) };
        Ok(texture)
    }
}

/// A plane, and what it is imported as.
struct Plane<'a> {
    of: &'a SharedPlane,
    width: u32,
    height: u32,
    format: wgpu::TextureFormat,
    /// The same, as Vulkan names it.
    raw_format: vk::Format,
}

impl Plane<'_> {
    fn tiling(handle: Handle) -> vk::ImageTiling {
        match handle {
            Handle::Opaque => vk::ImageTiling::LINEAR,
            Handle::DmaBuf => vk::ImageTiling::DRM_FORMAT_MODIFIER_EXT,
        }
    }
}

/// Objects that exist until they are handed over, or destroyed when something fails in between.
struct Unfinished<'a> {
    device: &'a ash::Device,
    image: vk::Image,
    /// Null before it was imported.
    memory: vk::DeviceMemory,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        // SAFETY: the image was made by this device and was never used; null is ignored.
        unsafe { self.device.destroy_image(self.image, None) };
        // SAFETY: the memory was imported by this device, and what was bound to it is gone; null
        // is ignored.
        unsafe { self.device.free_memory(self.memory, None) };
    }
}

/// An image on the plane's memory, and that memory.
fn import(
    device: &wgpu::hal::vulkan::Device,
    plane: &Plane<'_>,
    handle: Handle,
) -> Result<(vk::Image, vk::DeviceMemory), Error> {
    let shared = device.shared_instance();
    if shared.instance_api_version() < vk::API_VERSION_1_1 {
        return Err(Error::NotVulkan);
    }
    let (instance, physical) = (shared.raw_instance(), device.raw_physical_device());
    check_extensions(device.enabled_device_extensions(), handle)?;
    if handle == Handle::DmaBuf {
        check_modifier(instance, physical, plane)?;
    }
    check_importable(instance, physical, plane, handle)?;

    let raw = device.raw_device();
    let image = make_image(raw, plane, handle)?;
    let mut unfinished = Unfinished { device: raw, image, memory: vk::DeviceMemory::null() };
    // SAFETY: the image was made by this device.
    let needs = unsafe { raw.get_image_memory_requirements(image) };
    let bind_at = match handle {
        // The image itself says where in the memory it lies.
        Handle::DmaBuf => 0,
        Handle::Opaque => {
            check_linear(raw, image, &needs, plane)?;
            plane.of.offset
        }
    };
    let fd = plane.of.memory.try_clone().map_err(Error::Duplicate)?;
    let functions = khr::external_memory_fd::Device::new(instance, raw);
    let types = match handle {
        Handle::Opaque => needs.memory_type_bits,
        Handle::DmaBuf => needs.memory_type_bits & importable_types(&functions, &fd)?,
    };
    if types == 0 {
        return Err(Error::NotImportable(handle));
    }
    // SAFETY: the physical device is of this instance.
    let memories = unsafe { instance.get_physical_device_memory_properties(physical) };
    let mut import =
        vk::ImportMemoryFdInfoKHR::default().handle_type(flags(handle)).fd(fd.as_raw_fd());
    let mut dedicated = vk::MemoryDedicatedAllocateInfo::default().image(image);
    let mut info = vk::MemoryAllocateInfo::default()
        .memory_type_index(memory_type(&memories, types))
        .push_next(&mut import);
    info = match handle {
        // Both planes lie in memory of this size.
        Handle::Opaque => info.allocation_size(plane.of.memory_bytes),
        Handle::DmaBuf => info.allocation_size(needs.size).push_next(&mut dedicated),
    };
    // SAFETY: the descriptor is open and, by the contract of `SharedPlane` and of
    // `Options::surfaces`, of the kind that is named, exported by a driver whose memory this
    // device's driver knows; the type is one that image and descriptor allow. The size is that of
    // the whole memory, or, for memory that is dedicated to the image, that which the image needs.
    let memory = unsafe { raw.allocate_memory(&info, None) }
        .map_err(refused("import the memory of an encoder's surface"))?;
    // The import has taken the descriptor over.
    let _ = fd.into_raw_fd();
    unfinished.memory = memory;
    // SAFETY: image and memory are of this device and not bound yet; from `bind_at` on, which is
    // aligned as the image needs it, the memory holds all of the image and is of a type that it
    // allows. Memory that is dedicated to the image is bound from its start.
    unsafe { raw.bind_image_memory(image, memory, bind_at) }
        .map_err(refused("bind the memory of an encoder's surface"))?;
    // Handed over: the caller destroys both.
    unfinished.image = vk::Image::null();
    unfinished.memory = vk::DeviceMemory::null();
    Ok((image, memory))
}

fn check_extensions(enabled: &[&'static std::ffi::CStr], handle: Handle) -> Result<(), Error> {
    const MODIFIER: (&std::ffi::CStr, &str) =
        (ext::image_drm_format_modifier::NAME, "VK_EXT_image_drm_format_modifier");
    let modifier = (handle == Handle::DmaBuf).then_some(&MODIFIER);
    let mut needed = extensions(handle).iter().chain(modifier);
    match needed.find(|(name, _)| !enabled.contains(name)) {
        Some((_, name)) => Err(Error::NoExtension(name)),
        None => Ok(()),
    }
}

/// Whether the device draws into planes that lie as the modifier says, and keeps nothing beside
/// the pixels.
fn check_modifier(
    instance: &ash::Instance,
    physical: vk::PhysicalDevice,
    plane: &Plane<'_>,
) -> Result<(), Error> {
    let mut list = vk::DrmFormatModifierPropertiesListEXT::default();
    let mut properties = vk::FormatProperties2::default().push_next(&mut list);
    // SAFETY: the physical device is of this instance, which has the function since 1.1; the chain
    // holds one structure of an extension that the device has.
    unsafe {
        instance.get_physical_device_format_properties2(
            physical,
            plane.raw_format,
            &mut properties,
        );
    }
    let count = list.drm_format_modifier_count as usize;
    let mut all = vec![vk::DrmFormatModifierPropertiesEXT::default(); count];
    let mut list =
        vk::DrmFormatModifierPropertiesListEXT::default().drm_format_modifier_properties(&mut all);
    let mut properties = vk::FormatProperties2::default().push_next(&mut list);
    // SAFETY: as above; the list has room for as many as it says.
    unsafe {
        instance.get_physical_device_format_properties2(
            physical,
            plane.raw_format,
            &mut properties,
        );
    }
    let drawn_into = |one: &vk::DrmFormatModifierPropertiesEXT| {
        let features = one.drm_format_modifier_tiling_features;
        one.drm_format_modifier == plane.of.modifier
            && one.drm_format_modifier_plane_count == 1
            && features.contains(vk::FormatFeatureFlags::COLOR_ATTACHMENT)
    };
    if all.iter().any(drawn_into) {
        Ok(())
    } else {
        Err(Error::Modifier { format: plane.format, modifier: plane.of.modifier })
    }
}

fn check_importable(
    instance: &ash::Instance,
    physical: vk::PhysicalDevice,
    plane: &Plane<'_>,
    handle: Handle,
) -> Result<(), Error> {
    let mut external =
        vk::PhysicalDeviceExternalImageFormatInfo::default().handle_type(flags(handle));
    let mut modifier = vk::PhysicalDeviceImageDrmFormatModifierInfoEXT::default()
        .drm_format_modifier(plane.of.modifier)
        .sharing_mode(vk::SharingMode::EXCLUSIVE);
    let mut info = vk::PhysicalDeviceImageFormatInfo2::default()
        .format(plane.raw_format)
        .ty(vk::ImageType::TYPE_2D)
        .tiling(Plane::tiling(handle))
        .usage(USAGE)
        .push_next(&mut external);
    if handle == Handle::DmaBuf {
        info = info.push_next(&mut modifier);
    }
    let mut found_external = vk::ExternalImageFormatProperties::default();
    let mut found = vk::ImageFormatProperties2::default().push_next(&mut found_external);
    // SAFETY: the physical device is of this instance, which has the function since 1.1; usage and
    // handle type are not empty, and the chain names a modifier where the tiling is by one, whose
    // extension the device has.
    let known = unsafe {
        instance.get_physical_device_image_format_properties2(physical, &info, &mut found)
    };
    known.map_err(|_| Error::NotImportable(handle))?;
    let most = found.image_format_properties.max_extent;
    if plane.width > most.width || plane.height > most.height {
        return Err(Error::NotImportable(handle));
    }
    let features = found_external.external_memory_properties.external_memory_features;
    let dedicated = features.contains(vk::ExternalMemoryFeatureFlags::DEDICATED_ONLY);
    // Memory that both planes lie in is dedicated to neither.
    let fits = handle == Handle::DmaBuf || !dedicated;
    if fits && features.contains(vk::ExternalMemoryFeatureFlags::IMPORTABLE) {
        Ok(())
    } else {
        Err(Error::NotImportable(handle))
    }
}

fn make_image(raw: &ash::Device, plane: &Plane<'_>, handle: Handle) -> Result<vk::Image, Error> {
    let mut external = vk::ExternalMemoryImageCreateInfo::default().handle_types(flags(handle));
    let layouts = [vk::SubresourceLayout {
        offset: plane.of.offset,
        row_pitch: plane.of.pitch,
        ..vk::SubresourceLayout::default()
    }];
    let mut modifier = vk::ImageDrmFormatModifierExplicitCreateInfoEXT::default()
        .drm_format_modifier(plane.of.modifier)
        .plane_layouts(&layouts);
    let mut info = vk::ImageCreateInfo::default()
        .image_type(vk::ImageType::TYPE_2D)
        .format(plane.raw_format)
        .extent(vk::Extent3D { width: plane.width, height: plane.height, depth: 1 })
        .mip_levels(1)
        .array_layers(1)
        .samples(vk::SampleCountFlags::TYPE_1)
        .tiling(Plane::tiling(handle))
        .usage(USAGE)
        .sharing_mode(vk::SharingMode::EXCLUSIVE)
        .initial_layout(vk::ImageLayout::UNDEFINED)
        .push_next(&mut external);
    if handle == Handle::DmaBuf {
        info = info.push_next(&mut modifier);
    }
    // SAFETY: the device is live while wgpu's guard is. It was asked whether it has images of this
    // format, tiling, usage, extent and handle type; where the tiling is by modifier, the chain
    // names one of a single memory plane with a layout for that.
    unsafe { raw.create_image(&info, None) }
        .map_err(refused("make an image of a plane of an encoder's surface"))
}

/// Whether the image's rows are as far apart as the plane's, and all of it lies in the memory.
fn check_linear(
    raw: &ash::Device,
    image: vk::Image,
    needs: &vk::MemoryRequirements,
    plane: &Plane<'_>,
) -> Result<(), Error> {
    let fit = |what, found, needed, fits| {
        if fits { Ok(()) } else { Err(Error::Unfit { what, found, needed }) }
    };
    let subresource = vk::ImageSubresource {
        aspect_mask: vk::ImageAspectFlags::COLOR,
        mip_level: 0,
        array_layer: 0,
    };
    // SAFETY: the image is of this device, linear, and has this subresource.
    let lies = unsafe { raw.get_image_subresource_layout(image, subresource) };
    let SharedPlane { offset, pitch, modifier, memory_bytes, .. } = *plane.of;
    fit("a modifier", modifier, 0, modifier == 0)?;
    fit("a pitch", pitch, lies.row_pitch, pitch == lies.row_pitch && lies.offset == 0)?;
    fit("an offset", offset, needs.alignment, offset.is_multiple_of(needs.alignment))?;
    let end = offset.saturating_add(needs.size);
    fit("a memory", memory_bytes, end, end <= memory_bytes)
}

/// The types of memory that a dma-buf can be imported as.
fn importable_types(
    functions: &khr::external_memory_fd::Device,
    fd: &OwnedFd,
) -> Result<u32, Error> {
    let mut found = vk::MemoryFdPropertiesKHR::default();
    let kind = flags(Handle::DmaBuf);
    // SAFETY: the extension is enabled; the descriptor is open, and a kind that is not opaque is
    // asked about.
    unsafe { functions.get_memory_fd_properties(kind, fd.as_raw_fd(), &mut found) }
        .map_err(refused("look into the memory of an encoder's surface"))?;
    Ok(found.memory_type_bits)
}

#[cfg(test)]
pub(super) mod tests;
