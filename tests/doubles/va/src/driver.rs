//! What libva calls, by the table in `va_backend.h`.
#![allow(unsafe_code, reason = "it is a C library")]

use std::{
    ffi::{c_char, c_int, c_uint, c_void},
    os::fd::{AsFd as _, AsRawFd as _, BorrowedFd},
    ptr, slice,
    sync::{Mutex, MutexGuard, PoisonError},
};

use double_coder::memory::Mapped;

use crate::{
    ORDERS, encode,
    objects::{Begun, Buffer, Context, Data, Id, Objects, Segment, Surface},
};

pub type Status = c_int;

pub const SUCCESS: Status = 0;
pub const OPERATION_FAILED: Status = 1;
const ALLOCATION_FAILED: Status = 2;
const INVALID_CONFIG: Status = 4;
pub const INVALID_CONTEXT: Status = 5;
pub const INVALID_SURFACE: Status = 6;
pub const INVALID_BUFFER: Status = 7;
const INVALID_IMAGE: Status = 8;
const UNSUPPORTED_PROFILE: Status = 12;
const UNSUPPORTED_ENTRYPOINT: Status = 13;
pub const INVALID_PARAMETER: Status = 0x12;
const UNIMPLEMENTED: Status = 0x14;
pub const ENCODING_ERROR: Status = 0x18;
const UNSUPPORTED_MEMORY_TYPE: Status = 0x24;
pub const NOT_ENOUGH_BUFFER: Status = 0x25;
const TIMED_OUT: Status = 0x26;

/// `VAProfileH264Main`, `High` and `ConstrainedBaseline`.
const PROFILES: [c_int; 3] = [6, 7, 13];
/// `VAEntrypointVLD`, which decodes, and `VAEntrypointEncSlice`.
const DECODE: c_int = 1;
const ENCODE: c_int = 6;
const NV12: u32 = u32::from_le_bytes(*b"NV12");
const MEMORY_VA: u32 = 1;
const MEMORY_PRIME: u32 = 0x2000_0000;
const MEMORY_PRIME_2: u32 = 0x4000_0000;
const MAX_SIDE: u32 = 4096;

/// `VADriverContext`, its start.
#[repr(C)]
pub struct DriverContext {
    data: *mut c_void,
    vtable: *mut [*const c_void; TABLE],
    unused: [*mut c_void; 4],
    x11_screen: c_int,
    version_major: c_int,
    version_minor: c_int,
    max_profiles: c_int,
    max_entrypoints: c_int,
    max_attributes: c_int,
    max_image_formats: c_int,
    max_subpicture_formats: c_int,
    max_display_attributes: c_int,
    vendor: *const c_char,
}
const _: () = assert!(std::mem::offset_of!(DriverContext, vendor) == 88);

/// Places in `VADriverVTable`, the reserved ones included.
const TABLE: usize = 113;

/// `VAConfigAttrib`.
#[repr(C)]
struct ConfigAttrib {
    kind: c_int,
    value: u32,
}

/// `VASurfaceAttrib`; of the union, the number.
#[derive(Clone, Copy)]
#[repr(C)]
struct SurfaceAttrib {
    kind: c_int,
    flags: u32,
    value_type: c_int,
    padding: u32,
    value: u64,
}
const _: () = assert!(size_of::<SurfaceAttrib>() == 24);

/// `VAImageFormat`.
#[derive(Clone, Copy, Default)]
#[repr(C)]
struct ImageFormat {
    fourcc: u32,
    byte_order: u32,
    bits_per_pixel: u32,
    rest: [u32; 9],
}

/// `VAImage`.
#[repr(C)]
struct Image {
    id: Id,
    format: ImageFormat,
    buffer: Id,
    width: u16,
    height: u16,
    data_size: u32,
    num_planes: u32,
    pitches: [u32; 3],
    offsets: [u32; 3],
    rest: [u32; 7],
}
const _: () = assert!(size_of::<Image>() == 120);

fn lock<'a>(context: *mut DriverContext) -> MutexGuard<'a, Objects> {
    // SAFETY: libva's context, whose data is what `__vaDriverInit_1_0` has put there.
    let objects = unsafe { &*(*context).data.cast::<Mutex<Objects>>() };
    objects.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Declares functions that libva calls, with what the display holds; a panic must not get there.
macro_rules! calls {
    ($($name:ident($objects:ident $(, $argument:ident: $kind:ty)*) $body:block)*) => { $(
        unsafe extern "C" fn $name(context: *mut DriverContext $(, $argument: $kind)*) -> Status {
            let work = std::panic::AssertUnwindSafe(move || {
                let mut guard = lock(context);
                #[allow(unused_variables, reason = "not all look at it")]
                let $objects = &mut *guard;
                $body
            });
            std::panic::catch_unwind(work).unwrap_or(OPERATION_FAILED)
        }
    )* };
}

unsafe extern "C" fn unimplemented() -> Status {
    UNIMPLEMENTED
}

unsafe extern "C" fn terminate(context: *mut DriverContext) -> Status {
    let objects = lock(context);
    let left = [
        ("surfaces", objects.surfaces.count()),
        ("buffers", objects.buffers.count()),
        ("images", objects.images.count()),
        ("configurations", objects.configs.count()),
        ("contexts", objects.contexts.count()),
    ];
    drop(objects);
    for (what, count) in left.into_iter().filter(|(_, count)| *count > 0) {
        ORDERS.note(format_args!("leak: {count} {what}"));
    }
    // SAFETY: made by `__vaDriverInit_1_0`, and asked for nothing any more.
    drop(unsafe { Box::from_raw((*context).data.cast::<Mutex<Objects>>()) });
    ORDERS.note(format_args!("close"));
    SUCCESS
}

mod functions {
    use super::*;

    fn fill<T: Copy>(from: &[T], to: *mut T, count: *mut c_int) -> Status {
        // SAFETY: the caller has room for what it asked for.
        unsafe {
            ptr::copy_nonoverlapping(from.as_ptr(), to, from.len());
            *count = from.len() as c_int;
        }
        SUCCESS
    }

    fn layout(id: Id, buffer: Id, size: (usize, usize), pitch: usize, chroma: usize) -> Image {
        Image {
            id,
            format: nv12_format(),
            buffer,
            width: size.0 as u16,
            height: size.1 as u16,
            data_size: (chroma + pitch * size.1 / 2) as u32,
            num_planes: 2,
            pitches: [pitch as u32, pitch as u32, 0],
            offsets: [0, chroma as u32, 0],
            rest: [0; 7],
        }
    }

    fn nv12_format() -> ImageFormat {
        ImageFormat { fourcc: NV12, byte_order: 1, bits_per_pixel: 12, rest: [0; 9] }
    }

    calls! {
        query_profiles(objects, list: *mut c_int, count: *mut c_int) {
            fill(&PROFILES, list, count)
        }
        query_entrypoints(objects, profile: c_int, list: *mut c_int, count: *mut c_int) {
            if !PROFILES.contains(&profile) {
                return UNSUPPORTED_PROFILE;
            }
            let all: &[c_int] = if ORDERS.fails("no-encoder") { &[DECODE] } else { &[DECODE, ENCODE] };
            fill(all, list, count)
        }
        get_config_attributes(
            objects, _profile: c_int, _entrypoint: c_int, list: *mut ConfigAttrib, count: c_int
        ) {
            // SAFETY: the caller's array, as long as it says.
            for attribute in unsafe { slice::from_raw_parts_mut(list, count as usize) } {
                attribute.value = match attribute.kind {
                    // Format, rate control (CBR, VBR, CQP), packed headers, references, slices.
                    0 => 1,
                    5 => 0x16,
                    10 => 1 | 4,
                    13 | 14 => 1,
                    18 | 19 => MAX_SIDE,
                    _ => 0x8000_0000,
                };
            }
            SUCCESS
        }
        create_config(
            objects, profile: c_int, entrypoint: c_int, _list: *mut ConfigAttrib, _count: c_int,
            out: *mut Id
        ) {
            if !PROFILES.contains(&profile) {
                return UNSUPPORTED_PROFILE;
            }
            if entrypoint != ENCODE || ORDERS.fails("no-encoder") {
                return UNSUPPORTED_ENTRYPOINT;
            }
            let id = objects.number();
            objects.configs.add(id, (profile, entrypoint));
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *out = id };
            SUCCESS
        }
        destroy_config(objects, id: Id) {
            if objects.configs.take(id).is_some() { SUCCESS } else { INVALID_CONFIG }
        }
        query_config_attributes(
            objects, id: Id, profile: *mut c_int, entrypoint: *mut c_int,
            _list: *mut ConfigAttrib, count: *mut c_int
        ) {
            let Some(config) = objects.configs.get(id) else { return INVALID_CONFIG };
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { (*profile, *entrypoint, *count) = (config.0, config.1, 0) };
            SUCCESS
        }
        create_surfaces(
            objects, width: c_int, height: c_int, _format: c_int, count: c_int, out: *mut Id
        ) {
            // SAFETY: the caller's array, as long as it says.
            for out in unsafe { slice::from_raw_parts_mut(out, count as usize) } {
                let size = (width as usize, height as usize);
                let Some(surface) = Surface::allocate(size.0, size.1) else { return ALLOCATION_FAILED };
                *out = objects.number();
                objects.surfaces.add(*out, surface);
            }
            SUCCESS
        }
        create_surfaces_2(
            objects, _format: c_uint, width: c_uint, height: c_uint, out: *mut Id, count: c_uint,
            list: *mut SurfaceAttrib, attributes: c_uint
        ) {
            let attributes = match attributes {
                0 => &[],
                // SAFETY: the caller's array, as long as it says.
                count => unsafe { slice::from_raw_parts(list, count as usize) },
            };
            let value = |kind| attributes.iter().find(|one| one.kind == kind).map(|one| one.value);
            if value(1).is_some_and(|format| format as u32 != NV12) {
                return INVALID_PARAMETER;
            }
            let memory = value(6).map_or(MEMORY_VA, |kind| kind as u32);
            if ORDERS.fails(if memory == MEMORY_VA { "surfaces" } else { "import" }) {
                return ALLOCATION_FAILED;
            }
            let size = (width as usize, height as usize);
            // SAFETY: the caller's array, as long as it says.
            for out in unsafe { slice::from_raw_parts_mut(out, count as usize) } {
                let surface = match (memory, value(7)) {
                    (MEMORY_VA, _) => Surface::allocate(size.0, size.1).ok_or(ALLOCATION_FAILED),
                    (MEMORY_PRIME_2, Some(_)) if ORDERS.fails("prime2") => {
                        Err(UNSUPPORTED_MEMORY_TYPE)
                    }
                    (MEMORY_PRIME_2, Some(at)) => import_prime_2(size, at),
                    (MEMORY_PRIME, Some(at)) => import_prime(size, at),
                    _ => Err(UNSUPPORTED_MEMORY_TYPE),
                };
                match surface {
                    Ok(surface) => {
                        *out = objects.number();
                        objects.surfaces.add(*out, surface);
                    }
                    Err(status) => return status,
                }
            }
            SUCCESS
        }
        destroy_surfaces(objects, list: *mut Id, count: c_int) {
            // SAFETY: the caller's array, as long as it says.
            for id in unsafe { slice::from_raw_parts(list, count as usize) } {
                if objects.surfaces.take(*id).is_none() {
                    ORDERS.violation(format_args!("an unknown surface is destroyed"));
                    return INVALID_SURFACE;
                }
            }
            SUCCESS
        }
        query_surface_attributes(objects, _config: Id, list: *mut SurfaceAttrib, count: *mut c_uint) {
            let integer = |kind, value| {
                SurfaceAttrib { kind, flags: 3, value_type: 1, padding: 0, value }
            };
            let side = u64::from(MAX_SIDE);
            let memory = u64::from(MEMORY_VA | MEMORY_PRIME | MEMORY_PRIME_2);
            let all = [
                integer(1, NV12.into()),
                integer(2, 16),
                integer(3, side),
                integer(4, 16),
                integer(5, side),
                integer(6, memory),
            ];
            // SAFETY: valid for this write, as the header demands of the caller.
            let room = unsafe { *count } as usize;
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *count = all.len() as c_uint };
            if list.is_null() {
                return SUCCESS;
            }
            if room < all.len() {
                return NOT_ENOUGH_BUFFER;
            }
            // SAFETY: the caller has room for what it asked for.
            unsafe { ptr::copy_nonoverlapping(all.as_ptr(), list, all.len()) };
            SUCCESS
        }
        create_context(
            objects, config: Id, width: c_int, height: c_int, _flag: c_int, targets: *mut Id,
            count: c_int, out: *mut Id
        ) {
            if ORDERS.fails("context") {
                return ALLOCATION_FAILED;
            }
            if objects.configs.get(config).is_none() {
                return INVALID_CONFIG;
            }
            let targets = match count {
                0 => Vec::new(),
                // SAFETY: the caller's array, as long as it says.
                count => unsafe { slice::from_raw_parts(targets, count as usize) }.to_vec(),
            };
            if targets.iter().any(|id| objects.surfaces.get(*id).is_none()) {
                return INVALID_SURFACE;
            }
            let id = objects.number();
            let size = (width as usize, height as usize);
            objects.contexts.add(id, Context {
                size,
                targets,
                coder: None,
                picture: None,
                cropped: size,
                rate: 0,
                pictures: 0,
                last: None,
            });
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *out = id };
            SUCCESS
        }
        destroy_context(objects, id: Id) {
            if objects.contexts.take(id).is_some() { SUCCESS } else { INVALID_CONTEXT }
        }
        create_buffer(
            objects, context: Id, kind: c_int, size: c_uint, count: c_uint, data: *mut c_void,
            out: *mut Id
        ) {
            if objects.contexts.get(context).is_none() {
                return INVALID_CONTEXT;
            }
            let bytes = size as usize * count as usize;
            if encode::size_of_kind(kind).is_some_and(|expected| expected != bytes) {
                ORDERS.violation(format_args!("a buffer of type {kind} has {bytes} bytes"));
                return INVALID_PARAMETER;
            }
            let data = if kind == encode::BUFFER_CODED {
                let segment = Segment {
                    size: 0,
                    bit_offset: 0,
                    status: 0,
                    reserved: 0,
                    data: ptr::null_mut(),
                    next: ptr::null_mut(),
                    padding: [0; 4],
                };
                Data::Coded { capacity: bytes, data: Vec::new(), segment: Box::new(segment) }
            } else if data.is_null() {
                Data::Bytes(vec![0; bytes])
            } else {
                // SAFETY: the caller's array, as long as it says.
                Data::Bytes(unsafe { slice::from_raw_parts(data.cast::<u8>(), bytes) }.to_vec())
            };
            let id = objects.number();
            objects.buffers.add(id, Buffer { kind, data, mapped: false });
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *out = id };
            SUCCESS
        }
        map_buffer(objects, id: Id, out: *mut *mut c_void) {
            let Objects { surfaces, buffers, .. } = objects;
            let Some(buffer) = buffers.get(id) else { return INVALID_BUFFER };
            if std::mem::replace(&mut buffer.mapped, true) {
                ORDERS.violation(format_args!("a buffer is mapped twice"));
                return OPERATION_FAILED;
            }
            let pointer = match &mut buffer.data {
                Data::Bytes(bytes) => bytes.as_mut_ptr().cast(),
                Data::Coded { segment, .. } => (&raw mut **segment).cast(),
                Data::OfSurface(surface) => match surfaces.get(*surface) {
                    Some(surface) => surface.memory.pointer().cast(),
                    None => return INVALID_SURFACE,
                },
            };
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *out = pointer };
            SUCCESS
        }
        unmap_buffer(objects, id: Id) {
            match objects.buffers.get(id) {
                Some(buffer) if buffer.mapped => {
                    buffer.mapped = false;
                    SUCCESS
                }
                _ => {
                    ORDERS.violation(format_args!("a buffer is unmapped that is not mapped"));
                    INVALID_BUFFER
                }
            }
        }
        destroy_buffer(objects, id: Id) {
            if objects.buffers.take(id).is_some() { SUCCESS } else { INVALID_BUFFER }
        }
        begin_picture(objects, id: Id, surface: Id) {
            if objects.surfaces.get(surface).is_none() {
                return INVALID_SURFACE;
            }
            let Some(context) = objects.contexts.get(id) else { return INVALID_CONTEXT };
            if ORDERS.fails_from("begin").is_some_and(|from| context.pictures >= from) {
                return OPERATION_FAILED;
            }
            if context.picture.is_some() {
                ORDERS.violation(format_args!("a picture is begun before the last one ended"));
                return OPERATION_FAILED;
            }
            context.picture = Some(Begun { surface, buffers: Vec::new() });
            SUCCESS
        }
        render_picture(objects, id: Id, list: *mut Id, count: c_int) {
            let Some(context) = objects.contexts.get(id) else { return INVALID_CONTEXT };
            let Some(picture) = &mut context.picture else {
                ORDERS.violation(format_args!("a picture is described that was not begun"));
                return OPERATION_FAILED;
            };
            // SAFETY: the caller's array, as long as it says.
            let list = unsafe { slice::from_raw_parts(list, count as usize) };
            picture.buffers.extend_from_slice(list);
            SUCCESS
        }
        end_picture(objects, id: Id) {
            encode::end(objects, id)
        }
        sync_surface(objects, id: Id) {
            finish(objects, id)
        }
        sync_surface_2(objects, id: Id, _timeout_ns: u64) {
            finish(objects, id)
        }
        query_surface_status(objects, _id: Id, status: *mut c_int) {
            // `VASurfaceReady`.
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *status = 4 };
            SUCCESS
        }
        query_image_formats(objects, list: *mut ImageFormat, count: *mut c_int) {
            fill(&[nv12_format()], list, count)
        }
        create_image(
            objects, format: *mut ImageFormat, width: c_int, height: c_int, out: *mut Image
        ) {
            // SAFETY: valid for this write, as the header demands of the caller.
            if unsafe { (*format).fourcc } != NV12 {
                return INVALID_PARAMETER;
            }
            let (size, pitch) = ((width as usize, height as usize), width as usize + 32);
            let (id, buffer) = (objects.number(), objects.number());
            let bytes = Data::Bytes(vec![0; pitch * size.1 * 3 / 2]);
            // `VAImageBufferType`.
            objects.buffers.add(buffer, Buffer { kind: 9, data: bytes, mapped: false });
            objects.images.add(id, buffer);
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *out = layout(id, buffer, size, pitch, pitch * size.1) };
            SUCCESS
        }
        derive_image(objects, id: Id, out: *mut Image) {
            let Some(surface) = objects.surfaces.get(id) else { return INVALID_SURFACE };
            let (size, pitch, chroma) = (surface.size, surface.pitch, surface.chroma);
            if ORDERS.fails("derive") {
                return OPERATION_FAILED;
            }
            let (image, buffer) = (objects.number(), objects.number());
            objects.buffers.add(buffer, Buffer { kind: 9, data: Data::OfSurface(id), mapped: false });
            objects.images.add(image, buffer);
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *out = layout(image, buffer, size, pitch, chroma) };
            SUCCESS
        }
        destroy_image(objects, id: Id) {
            let Some(buffer) = objects.images.take(id) else { return INVALID_IMAGE };
            if objects.buffers.take(buffer).is_some_and(|buffer| buffer.mapped) {
                ORDERS.violation(format_args!("an image is destroyed while it is mapped"));
            }
            SUCCESS
        }
        put_image(
            objects, surface: Id, image: Id, _x: c_int, _y: c_int, width: c_uint, height: c_uint,
            _to_x: c_int, _to_y: c_int, _to_width: c_uint, _to_height: c_uint
        ) {
            let Objects { surfaces, buffers, images, .. } = objects;
            let Some(surface) = surfaces.get(surface) else { return INVALID_SURFACE };
            let buffer = images.get(image).and_then(|id| buffers.get(*id));
            let Some(Buffer { data: Data::Bytes(bytes), .. }) = buffer else { return INVALID_IMAGE };
            let (width, height) = (width as usize, height as usize);
            if (width, height) != surface.size {
                return INVALID_PARAMETER;
            }
            let from = width + 32;
            let planes = [(0, surface.luma, height), (from * height, surface.chroma, height / 2)];
            for (source, target, rows) in planes {
                for row in 0..rows {
                    let source = bytes[source + row * from..][..width].as_ptr();
                    let target = target + row * surface.pitch;
                    // SAFETY: valid for this write, as the header demands of the caller.
                    unsafe {
                        let target = surface.memory.pointer().add(target);
                        ptr::copy_nonoverlapping(source, target, width);
                    }
                }
            }
            SUCCESS
        }
        query_nothing(objects, _list: *mut c_void, count: *mut c_int) {
            // SAFETY: valid for this write, as the header demands of the caller.
            unsafe { *count = 0 };
            SUCCESS
        }
        export_surface(objects, id: Id, kind: u32, _flags: u32, out: *mut c_void) {
            let Some(surface) = objects.surfaces.get(id) else { return INVALID_SURFACE };
            if ORDERS.fails("export") {
                return OPERATION_FAILED;
            }
            let Some(file) = surface.file.as_ref().filter(|_| kind == MEMORY_PRIME_2) else {
                return UNSUPPORTED_MEMORY_TYPE;
            };
            // SAFETY: an open descriptor of the caller's.
            let fd = unsafe { libc::dup(file.as_fd().as_raw_fd()) };
            let mut words = [0u32; 78];
            (words[0], words[1], words[2], words[3]) =
                (NV12, surface.size.0 as u32, surface.size.1 as u32, 1);
            (words[4], words[5]) = (fd.cast_unsigned(), surface.memory.bytes().len() as u32);
            words[20] = 2;
            let formats = [*b"R8  ", *b"GR88"].map(u32::from_le_bytes);
            let offsets = [surface.luma, surface.chroma];
            for (layer, (format, offset)) in formats.into_iter().zip(offsets).enumerate() {
                let start = 21 + 14 * layer;
                (words[start], words[start + 1]) = (format, 1);
                (words[start + 6], words[start + 10]) = (offset as u32, surface.pitch as u32);
            }
            // SAFETY: the caller has room for what it asked for.
            unsafe { ptr::copy_nonoverlapping(words.as_ptr(), out.cast(), words.len()) };
            SUCCESS
        }
    }

    fn finish(objects: &mut Objects, id: Id) -> Status {
        if objects.surfaces.get(id).is_none() {
            return INVALID_SURFACE;
        }
        let pictures = objects.contexts.most_pictures();
        if ORDERS.fails_from("sync").is_some_and(|from| pictures > from) {
            return TIMED_OUT;
        }
        SUCCESS
    }

    /// `VADRMPRIMESurfaceDescriptor`: one object, one layer of two planes.
    fn import_prime_2(size: (usize, usize), at: u64) -> Result<Surface, Status> {
        let words = ptr::with_exposed_provenance::<u32>(at as usize);
        // SAFETY: a live struct of the caller's.
        let word = |index: usize| unsafe { words.add(index).read_unaligned() } as usize;
        let single = word(0) as u32 == NV12 && word(3) == 1 && word(20) == 1 && word(22) == 2;
        if !single || (word(1), word(2)) != size || (word(6), word(7)) != (0, 0) {
            ORDERS.violation(format_args!("memory is described wrongly"));
            return Err(INVALID_PARAMETER);
        }
        import(size, word(4) as c_int, word(5), word(31), [word(27), word(28)])
    }

    /// `VASurfaceAttribExternalBuffers`.
    fn import_prime(size: (usize, usize), at: u64) -> Result<Surface, Status> {
        let words = ptr::with_exposed_provenance::<u32>(at as usize);
        // SAFETY: a live struct of the caller's.
        let word = |index: usize| unsafe { words.add(index).read_unaligned() } as usize;
        if word(0) as u32 != NV12 || (word(1), word(2)) != size || word(16) != 1 {
            ORDERS.violation(format_args!("memory is described wrongly"));
            return Err(INVALID_PARAMETER);
        }
        // SAFETY: a live struct of the caller's.
        let fd = unsafe { words.add(14).cast::<*const usize>().read_unaligned().read() };
        import(size, fd as c_int, word(3), word(5), [word(9), word(10)])
    }

    fn import(
        size: (usize, usize),
        fd: c_int,
        bytes: usize,
        pitch: usize,
        [luma, chroma]: [usize; 2],
    ) -> Result<Surface, Status> {
        // SAFETY: an open descriptor of the caller's.
        let file = unsafe { BorrowedFd::borrow_raw(fd) };
        let memory = Mapped::new(file, bytes).ok_or(ALLOCATION_FAILED)?;
        let end = chroma + pitch * size.1 / 2;
        if pitch < size.0 || end > bytes || chroma < luma + pitch * size.1 {
            ORDERS.violation(format_args!("planes do not lie in their memory"));
            return Err(INVALID_PARAMETER);
        }
        Ok(Surface { size, pitch, luma, chroma, memory, file: None })
    }

    #[unsafe(no_mangle)]
    unsafe extern "C" fn __vaDriverInit_1_0(context: *mut DriverContext) -> Status {
        if ORDERS.fails("init") {
            return OPERATION_FAILED;
        }
        // SAFETY: a live struct of the caller's.
        let context = unsafe { &mut *context };
        let objects: Box<Mutex<Objects>> = Box::default();
        context.data = Box::into_raw(objects).cast();
        (context.version_major, context.version_minor) = (1, 17);
        (context.max_profiles, context.max_entrypoints) = (PROFILES.len() as c_int, 2);
        (context.max_attributes, context.max_image_formats) = (64, 1);
        (context.max_subpicture_formats, context.max_display_attributes) = (1, 1);
        context.vendor = c"double of a VA-API driver".as_ptr();
        // SAFETY: a live struct of the caller's.
        let table = unsafe { &mut *context.vtable };
        // What FFmpeg and the product do not call.
        table[..59].fill(unimplemented as *const c_void);
        let known: &[(usize, *const c_void)] = &[
            (0, terminate as _),
            (1, query_profiles as _),
            (2, query_entrypoints as _),
            (3, get_config_attributes as _),
            (4, create_config as _),
            (5, destroy_config as _),
            (6, query_config_attributes as _),
            (7, create_surfaces as _),
            (8, destroy_surfaces as _),
            (9, create_context as _),
            (10, destroy_context as _),
            (11, create_buffer as _),
            (13, map_buffer as _),
            (14, unmap_buffer as _),
            (15, destroy_buffer as _),
            (16, begin_picture as _),
            (17, render_picture as _),
            (18, end_picture as _),
            (19, sync_surface as _),
            (20, query_surface_status as _),
            (23, query_image_formats as _),
            (24, create_image as _),
            (25, derive_image as _),
            (26, destroy_image as _),
            (29, put_image as _),
            (38, query_nothing as _),
            (45, create_surfaces_2 as _),
            (46, query_surface_attributes as _),
            (55, export_surface as _),
            (56, sync_surface_2 as _),
        ];
        for (place, function) in known {
            table[*place] = *function;
        }
        ORDERS.note(format_args!("open"));
        SUCCESS
    }

    /// libdrm's, for devices that are none: 2 is a render node.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn drmGetNodeTypeFromFd(_fd: c_int) -> c_int {
        2
    }
}
