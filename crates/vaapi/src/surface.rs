//! NV12 pictures that the driver can read, and the three ways to fill them.
#![allow(unsafe_code, reason = "libva is a C library")]

use std::{
    ffi::c_int,
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
};

use crate::{
    buffer::Mapping,
    display::Display,
    error::Error,
    sys::{
        DRM_GR88, DRM_R8, EXPORT_FLAGS, ExternalBuffers, FOURCC_NV12, Id, Image, ImageFormat,
        LSB_FIRST, MEMORY_DRM_PRIME, MEMORY_DRM_PRIME_2, PrimeDescriptor, RT_FORMAT_YUV420,
        SURFACE_EXTERNAL, SURFACE_MEMORY_TYPE, SURFACE_PIXEL_FORMAT, SURFACE_USAGE, SurfaceAttrib,
        USAGE_ENCODE_AND_EXPORT,
    },
};

/// The largest side of a surface: `VAImage` holds it in 16 bits.
const MAX_SIDE: u32 = 16_384;

/// An NV12 surface. `Send`, not `Sync`.
#[derive(Debug)]
pub struct Surface {
    display: Display,
    id: Id,
    size: (u32, u32),
}

/// How a foreign buffer's descriptor is handed to the driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryType {
    /// `VA_SURFACE_ATTRIB_MEM_TYPE_DRM_PRIME_2`: with a format modifier.
    DrmPrime2 {
        /// As in `drm_fourcc.h`; 0 is `DRM_FORMAT_MOD_LINEAR`.
        modifier: u64,
    },
    /// `VA_SURFACE_ATTRIB_MEM_TYPE_DRM_PRIME`: the older one; linear by what the buffer object
    /// itself says.
    DrmPrime,
}

impl MemoryType {
    /// What a linear buffer is imported with.
    pub const LINEAR: Self = Self::DrmPrime2 { modifier: 0 };
}

/// Where NV12's two planes lie in a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bytes from one row to the next, of both planes.
    pub pitch: u32,
    /// Where luma starts, in bytes.
    pub luma_offset: u32,
    /// Where the interleaved Cb and Cr start, in bytes.
    pub chroma_offset: u32,
}

/// A surface as other APIs can import it.
#[derive(Debug)]
pub struct Exported {
    /// The memory behind it; one object, rarely two.
    pub objects: Vec<Object>,
    /// Luma, one byte per pixel (`DRM_FORMAT_R8`).
    pub luma: Layer,
    /// Chroma at half the width and height, two bytes per pixel, Cb first (`DRM_FORMAT_GR88`).
    pub chroma: Layer,
}

/// A piece of memory of an [`Exported`] surface.
#[derive(Debug)]
pub struct Object {
    /// A dma-buf.
    pub fd: OwnedFd,
    /// Bytes in all.
    pub size: u32,
    /// The layout's format modifier, as in `drm_fourcc.h`.
    pub modifier: u64,
}

/// A plane of an [`Exported`] surface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Which object it lies in.
    pub object: usize,
    /// Where it starts there, in bytes.
    pub offset: u32,
    /// Bytes from one row to the next.
    pub pitch: u32,
}

impl Surface {
    /// Allocates a surface in memory of the driver's choice, fit for encoding and exporting.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for odd or impossible sides, [`Error::Va`] when the driver refuses.
    pub fn allocate(display: &Display, width: u32, height: u32) -> Result<Self, Error> {
        let mut attributes = [
            SurfaceAttrib::integer(SURFACE_PIXEL_FORMAT, FOURCC_NV12.cast_signed()),
            SurfaceAttrib::integer(SURFACE_USAGE, USAGE_ENCODE_AND_EXPORT),
        ];
        // SAFETY: both attributes hold integers.
        unsafe { Self::create(display, (width, height), &mut attributes, "allocate a surface") }
    }

    /// Makes a surface of NV12 that lies in another's buffer of `size` bytes, without a copy.
    ///
    /// The driver takes a reference of its own: `fd` may be closed afterwards. What was written
    /// by another device must be finished before the surface is encoded.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when the planes do not lie within `size`; [`Error::Va`] when the
    /// driver does not take such memory.
    pub fn import(
        display: &Display,
        fd: BorrowedFd<'_>,
        size: u32,
        (width, height): (u32, u32),
        layout: Layout,
        memory: MemoryType,
    ) -> Result<Self, Error> {
        check_sides(width, height)?;
        check_layout(size, (width, height), layout)?;
        let mut prime = prime_descriptor(fd, size, (width, height), layout);
        let mut handle = fd.as_raw_fd() as usize;
        let mut external = external_buffers(&mut handle, size, (width, height), layout);
        let (kind, descriptor) = match memory {
            MemoryType::DrmPrime2 { modifier } => {
                prime.objects[0].modifier = modifier;
                (MEMORY_DRM_PRIME_2, (&raw mut prime).cast())
            }
            MemoryType::DrmPrime => (MEMORY_DRM_PRIME, (&raw mut external).cast()),
        };
        let mut attributes = [
            SurfaceAttrib::integer(SURFACE_PIXEL_FORMAT, FOURCC_NV12.cast_signed()),
            SurfaceAttrib::integer(SURFACE_MEMORY_TYPE, kind.cast_signed()),
            SurfaceAttrib::pointer(SURFACE_EXTERNAL, descriptor),
        ];
        // SAFETY: the pointer is to a live descriptor of the type that the memory type names,
        // with one open descriptor and all planes within it.
        unsafe { Self::create(display, (width, height), &mut attributes, "import a buffer") }
    }

    /// # Safety
    /// Pointers among the attributes are to live structs of the type that the driver reads there.
    unsafe fn create(
        display: &Display,
        size: (u32, u32),
        attributes: &mut [SurfaceAttrib],
        act: &'static str,
    ) -> Result<Self, Error> {
        check_sides(size.0, size.1)?;
        let mut id = 0;
        let count = attributes.len() as u32;
        display.call(act, |calls, raw| {
            // SAFETY: a live display; `id` has room for the one surface asked for; the attributes
            // are `count`, live, and by the caller's promise well-formed.
            unsafe {
                (calls.create_surfaces)(
                    raw,
                    RT_FORMAT_YUV420,
                    size.0,
                    size.1,
                    &mut id,
                    1,
                    attributes.as_mut_ptr(),
                    count,
                )
            }
        })?;
        Ok(Self { display: display.clone(), id, size })
    }

    /// Width and height, px.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }

    pub(crate) fn id(&self) -> Id {
        self.id
    }

    pub(crate) fn display(&self) -> &Display {
        &self.display
    }

    /// Exports the surface for a GPU to draw into, each plane by itself.
    ///
    /// # Errors
    /// [`Error::Va`] when the driver cannot; [`Error::Layout`] when the planes are not two of one
    /// memory plane each (compressed layouts have more).
    pub fn export(&self) -> Result<Exported, Error> {
        let mut raw_descriptor = PrimeDescriptor::default();
        self.display.call("export a surface", |calls, raw| {
            // SAFETY: a live display and surface; the descriptor is of the type that PRIME_2
            // stands for and valid for writes.
            unsafe {
                (calls.export_surface)(
                    raw,
                    self.id,
                    MEMORY_DRM_PRIME_2,
                    EXPORT_FLAGS,
                    (&raw mut raw_descriptor).cast(),
                )
            }
        })?;
        let count = (raw_descriptor.num_objects as usize).min(4);
        let objects = raw_descriptor.objects[..count]
            .iter()
            .map(|object| Object {
                // SAFETY: a successful export gives each object's descriptor away.
                fd: unsafe { OwnedFd::from_raw_fd(object.fd) },
                size: object.size,
                modifier: object.modifier,
            })
            .collect::<Vec<_>>();
        let (luma, chroma) = layers(&raw_descriptor, count)?;
        Ok(Exported { objects, luma, chroma })
    }

    /// Copies NV12 from host memory: `luma` of height rows and `chroma` of height / 2 rows, each
    /// `pitch` bytes after the one before. May block until the hardware has finished with it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a plane is too short; [`Error::Va`] when the driver refuses.
    pub fn upload(&self, luma: &[u8], chroma: &[u8], pitch: usize) -> Result<(), Error> {
        let (width, height) = (self.size.0 as usize, self.size.1 as usize);
        check_plane("the luma plane", luma, pitch, width, height)?;
        check_plane("the chroma plane", chroma, pitch, width, height / 2)?;
        // A view into the surface where the driver has one, else a picture beside it.
        match OwnedImage::derive(self).and_then(|image| image.fill(self, luma, chroma, pitch)) {
            Ok(()) => Ok(()),
            Err(_) => {
                let image = OwnedImage::create(self)?;
                image.fill(self, luma, chroma, pitch)?;
                image.put(self)
            }
        }
    }
}

impl Drop for Surface {
    fn drop(&mut self) {
        let mut id = self.id;
        // SAFETY: the surface is live and owned by `self`; the display is live.
        self.display.status(|calls, raw| unsafe { (calls.destroy_surfaces)(raw, &mut id, 1) });
    }
}

pub(crate) fn check_sides(width: u32, height: u32) -> Result<(), Error> {
    for (what, side) in [("the width", width), ("the height", height)] {
        if side == 0 || side % 2 != 0 || side > MAX_SIDE {
            let allowed = "even, from 2 to 16384";
            return Err(Error::OutOfRange { what, value: side.into(), allowed });
        }
    }
    Ok(())
}

fn check_plane(
    what: &'static str,
    plane: &[u8],
    pitch: usize,
    width: usize,
    rows: usize,
) -> Result<(), Error> {
    let needed = (rows - 1).saturating_mul(pitch).saturating_add(width);
    if pitch < width || plane.len() < needed {
        let allowed = "rows of the width at least, and all of them";
        return Err(Error::OutOfRange { what, value: plane.len() as u64, allowed });
    }
    Ok(())
}

fn check_layout(size: u32, (width, height): (u32, u32), layout: Layout) -> Result<(), Error> {
    let end =
        |offset: u32, rows: u32| u64::from(offset) + u64::from(layout.pitch) * u64::from(rows);
    let luma_end = end(layout.luma_offset, height);
    let chroma_end = end(layout.chroma_offset, height / 2);
    let overlap =
        u64::from(layout.chroma_offset) < luma_end && u64::from(layout.luma_offset) < chroma_end;
    if layout.pitch < width || overlap || luma_end.max(chroma_end) > size.into() {
        let allowed = "two planes, apart, of rows as wide as the picture";
        return Err(Error::OutOfRange { what: "a buffer's size", value: size.into(), allowed });
    }
    Ok(())
}

fn prime_descriptor(
    fd: BorrowedFd<'_>,
    size: u32,
    (width, height): (u32, u32),
    layout: Layout,
) -> PrimeDescriptor {
    let mut prime =
        PrimeDescriptor { fourcc: FOURCC_NV12, width, height, ..PrimeDescriptor::default() };
    prime.num_objects = 1;
    prime.objects[0].fd = fd.as_raw_fd();
    prime.objects[0].size = size;
    prime.num_layers = 1;
    prime.layers[0].drm_format = FOURCC_NV12;
    prime.layers[0].num_planes = 2;
    prime.layers[0].offset = [layout.luma_offset, layout.chroma_offset, 0, 0];
    prime.layers[0].pitch = [layout.pitch, layout.pitch, 0, 0];
    prime
}

fn external_buffers(
    handle: &mut usize,
    size: u32,
    (width, height): (u32, u32),
    layout: Layout,
) -> ExternalBuffers {
    ExternalBuffers {
        pixel_format: FOURCC_NV12,
        width,
        height,
        data_size: size,
        num_planes: 2,
        pitches: [layout.pitch, layout.pitch, 0, 0],
        offsets: [layout.luma_offset, layout.chroma_offset, 0, 0],
        buffers: handle,
        num_buffers: 1,
        flags: 0,
        private_data: std::ptr::null_mut(),
    }
}

fn layers(exported: &PrimeDescriptor, objects: usize) -> Result<(Layer, Layer), Error> {
    let wrong = |reason: String| Error::Layout { what: "the exported surface", reason };
    let find = |drm_format: u32| {
        let layer = exported.layers[..(exported.num_layers as usize).min(4)]
            .iter()
            .find(|layer| layer.drm_format == drm_format && layer.num_planes == 1)
            .ok_or_else(|| wrong(format!("no layer of one plane and format {drm_format:#x}")))?;
        let object = layer.object_index[0] as usize;
        if object >= objects {
            return Err(wrong(format!("a layer lies in object {object} of {objects}")));
        }
        Ok(Layer { object, offset: layer.offset[0], pitch: layer.pitch[0] })
    };
    Ok((find(DRM_R8)?, find(DRM_GR88)?))
}

/// A `VAImage`, destroyed when dropped.
struct OwnedImage {
    display: Display,
    image: Image,
}

impl OwnedImage {
    fn derive(surface: &Surface) -> Result<Self, Error> {
        let mut image = Image::default();
        surface.display.call("derive an image", |calls, raw| {
            // SAFETY: a live display and surface; `image` is valid for the write of one VAImage.
            unsafe { (calls.derive_image)(raw, surface.id, &mut image) }
        })?;
        Ok(Self { display: surface.display.clone(), image })
    }

    fn create(surface: &Surface) -> Result<Self, Error> {
        let mut format = ImageFormat {
            fourcc: FOURCC_NV12,
            byte_order: LSB_FIRST,
            bits_per_pixel: 12,
            ..ImageFormat::default()
        };
        let mut image = Image::default();
        let (width, height) = signed(surface.size);
        surface.display.call("create an image", |calls, raw| {
            // SAFETY: a live display; both structs are valid, the second for writes.
            unsafe { (calls.create_image)(raw, &mut format, width, height, &mut image) }
        })?;
        Ok(Self { display: surface.display.clone(), image })
    }

    fn fill(&self, of: &Surface, luma: &[u8], chroma: &[u8], pitch: usize) -> Result<(), Error> {
        let (width, height) = (of.size.0 as usize, of.size.1 as usize);
        let wrong = |reason: String| Error::Layout { what: "the image", reason };
        let image = &self.image;
        if image.format.fourcc != FOURCC_NV12 || image.num_planes != 2 {
            return Err(wrong(format!("its format is {:#x}", image.format.fourcc)));
        }
        let mapping = Mapping::of(&self.display, image.buffer)?;
        for (plane, (source, rows)) in
            [(luma, height), (chroma, height / 2)].into_iter().enumerate()
        {
            let (offset, step) = (image.offsets[plane] as usize, image.pitches[plane] as usize);
            let end = offset + (rows - 1) * step + width;
            if mapping.data.is_null() || step < width || end > image.data_size as usize {
                return Err(wrong(format!("plane {plane} does not fit its {}", image.data_size)));
            }
            for row in 0..rows {
                let from = &source[row * pitch..][..width];
                // SAFETY: the mapping holds `data_size` bytes, and this row ends within them as
                // checked above.
                let to = unsafe { mapping.data.add(offset + row * step) };
                // SAFETY: both are valid for `width` bytes, `to` as above; `from` is Rust's
                // memory, which the driver does not map.
                unsafe { std::ptr::copy_nonoverlapping(from.as_ptr(), to, width) };
            }
        }
        Ok(())
    }

    fn put(&self, surface: &Surface) -> Result<(), Error> {
        let (width, height) = surface.size;
        self.display.call("put an image onto a surface", |calls, raw| {
            let (from, to) = (self.image.id, surface.id);
            // SAFETY: a live display, surface and image; the rectangle is all of both.
            unsafe { (calls.put_image)(raw, to, from, 0, 0, width, height, 0, 0, width, height) }
        })
    }
}

impl Drop for OwnedImage {
    fn drop(&mut self) {
        // SAFETY: the image is live and owned by `self`; its mapping is gone.
        self.display.status(|calls, raw| unsafe { (calls.destroy_image)(raw, self.image.id) });
    }
}

fn signed((width, height): (u32, u32)) -> (c_int, c_int) {
    // `check_sides` bounds both.
    (width.cast_signed(), height.cast_signed())
}
