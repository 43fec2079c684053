//! From parameters and a surface to an access unit.

use double_coder::{Coder, Nv12};

use crate::{
    ORDERS,
    driver::{
        ENCODING_ERROR, INVALID_BUFFER, INVALID_CONTEXT, INVALID_PARAMETER, INVALID_SURFACE,
        NOT_ENOUGH_BUFFER, OPERATION_FAILED, SUCCESS, Status,
    },
    objects::{Data, Id, Objects},
};

pub const BUFFER_CODED: i32 = 21;
const BUFFER_SEQUENCE: i32 = 22;
const BUFFER_PICTURE: i32 = 23;
const BUFFER_SLICE: i32 = 24;
const BUFFER_PACKED_PARAMETER: i32 = 25;
const BUFFER_PACKED_DATA: i32 = 26;
const BUFFER_MISC: i32 = 27;
const MISC_RATE_CONTROL: u32 = 1;

/// Sizes of the structs that buffers of a kind hold, `va_enc_h264.h`; `None`: any.
pub fn size_of_kind(kind: i32) -> Option<usize> {
    match kind {
        BUFFER_SEQUENCE => Some(1132),
        BUFFER_PICTURE => Some(648),
        BUFFER_SLICE => Some(3140),
        BUFFER_PACKED_PARAMETER => Some(28),
        _ => None,
    }
}

fn u16_at(bytes: &[u8], at: usize) -> usize {
    u16::from_le_bytes([bytes[at], bytes[at + 1]]).into()
}

pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// What the buffers of a picture say together.
#[derive(Default)]
struct Told {
    /// Size in macroblocks, and the size that is left by cropping.
    sequence: Option<((usize, usize), (usize, usize))>,
    rate: Option<u32>,
    picture: Option<Pictured>,
    slices: usize,
    /// Bits of a packed header whose data has not come yet.
    packed: Option<u32>,
}

struct Pictured {
    reconstructed: Id,
    reference: Option<Id>,
    coded: Id,
    idr: bool,
}

/// Ends the picture of a context.
pub fn end(objects: &mut Objects, context: Id) -> Status {
    let Some(begun) = objects.contexts.get(context).and_then(|one| one.picture.take()) else {
        ORDERS.violation(format_args!("a picture is ended that was not begun"));
        return INVALID_CONTEXT;
    };
    let told = match read(objects, &begun.buffers) {
        Ok(told) => told,
        Err(what) => {
            ORDERS.violation(format_args!("{what}"));
            return INVALID_PARAMETER;
        }
    };
    match encode(objects, context, begun.surface, told) {
        Ok(()) => SUCCESS,
        Err(status) => status,
    }
}

fn read(objects: &mut Objects, buffers: &[Id]) -> Result<Told, String> {
    let mut told = Told::default();
    for id in buffers {
        let Some(buffer) = objects.buffers.get(*id) else {
            return Err(format!("buffer {id:#x} was destroyed before the picture ended"));
        };
        let Data::Bytes(bytes) = &buffer.data else { return Err("a coded buffer is told".into()) };
        if buffer.mapped {
            return Err("a buffer is told while it is mapped".to_owned());
        }
        match buffer.kind {
            BUFFER_SEQUENCE => {
                let macroblocks = (u16_at(bytes, 24), u16_at(bytes, 26));
                let mut size = (16 * macroblocks.0, 16 * macroblocks.1);
                if bytes[1068] != 0 {
                    let crop = |at| u32_at(bytes, at) as usize;
                    size.0 -= 2 * (crop(1072) + crop(1076));
                    size.1 -= 2 * (crop(1080) + crop(1084));
                }
                told.sequence = Some((macroblocks, size));
                told.rate = Some(u32_at(bytes, 16)).filter(|rate| *rate > 0);
            }
            BUFFER_PICTURE => {
                let used = |id: u32| (id != u32::MAX).then_some(id);
                told.picture = Some(Pictured {
                    reconstructed: u32_at(bytes, 0),
                    reference: used(u32_at(bytes, 36)),
                    coded: u32_at(bytes, 612),
                    idr: bytes[628] & 1 != 0,
                });
            }
            BUFFER_SLICE => told.slices += 1,
            BUFFER_PACKED_PARAMETER => told.packed = Some(u32_at(bytes, 4)),
            BUFFER_PACKED_DATA => {
                let bits = told.packed.take().ok_or("a packed header has no parameters")?;
                if bits as usize > 8 * bytes.len() || (bits as usize).div_ceil(8) < bytes.len() {
                    return Err(format!("{bits} bits are said of {} bytes", bytes.len()));
                }
            }
            BUFFER_MISC if u32_at(bytes, 0) == MISC_RATE_CONTROL => {
                told.rate = Some(u32_at(bytes, 4));
            }
            BUFFER_MISC => {}
            kind => return Err(format!("a buffer of type {kind} is told")),
        }
    }
    Ok(told)
}

fn encode(objects: &mut Objects, context: Id, surface: Id, told: Told) -> Result<(), Status> {
    let wrong = |what: &str| {
        ORDERS.violation(format_args!("{what}"));
        INVALID_PARAMETER
    };
    let Objects { surfaces, buffers, contexts, .. } = objects;
    let context = contexts.get(context).ok_or(INVALID_CONTEXT)?;
    let picture = told.picture.ok_or_else(|| wrong("a picture has no parameters"))?;
    if told.slices != 1 || told.packed.is_some() {
        return Err(wrong("a picture has no slice, several, or half a header"));
    }
    if let Some((macroblocks, size)) = told.sequence {
        if (16 * macroblocks.0, 16 * macroblocks.1) != context.size {
            return Err(wrong("the sequence is not of the context's size"));
        }
        context.cropped = size;
    } else if picture.idr {
        return Err(wrong("an IDR has no sequence parameters"));
    }
    context.rate = told.rate.unwrap_or(context.rate);
    // A client that names none takes surfaces as it needs them.
    let named = context.targets.is_empty() || context.targets.contains(&picture.reconstructed);
    let there = surfaces.get(picture.reconstructed).is_some();
    if !named || !there || picture.reconstructed == surface {
        return Err(wrong("a picture is reconstructed where it must not be"));
    }
    let refers = picture.reference.filter(|_| !picture.idr);
    if !picture.idr && (refers != context.last || refers == Some(picture.reconstructed)) {
        return Err(wrong("a picture does not refer to the one before"));
    }
    context.last = Some(picture.reconstructed);

    let number = context.pictures;
    let from = |what| ORDERS.fails_from(what).is_some_and(|from| number >= from);
    while from("hang") {
        std::thread::park();
    }
    if from("end") {
        return Err(ENCODING_ERROR);
    }
    let source = surfaces.get(surface).ok_or(INVALID_SURFACE)?;
    let size = context.cropped;
    if source.size != size && source.size != context.size {
        return Err(wrong("a surface is not of the picture's size"));
    }
    let (bytes, pitch) = (source.memory.bytes(), source.pitch);
    let (luma, chroma) = (&bytes[source.luma..], &bytes[source.chroma..]);
    let coder = match &mut context.coder {
        Some(coder) => coder,
        none => none.insert(Coder::open(size).map_err(|_| OPERATION_FAILED)?),
    };
    let coded = coder.encode(Nv12 { size, luma, chroma, pitch }, picture.idr);
    let coded = coded.map_err(|_| OPERATION_FAILED)?;
    let kind = if coded.idr { "idr" } else { "p" };
    ORDERS.note(format_args!("encode {}x{} {kind} {}", size.0, size.1, context.rate));
    context.pictures += 1;

    let target = buffers.get(picture.coded).ok_or(INVALID_BUFFER)?;
    let Data::Coded { capacity, data, segment } = &mut target.data else {
        return Err(wrong("what is coded goes into another kind of buffer"));
    };
    if target.mapped || coded.data.len() > *capacity {
        ORDERS.violation(format_args!("{} bytes do not fit a buffer", coded.data.len()));
        return Err(NOT_ENOUGH_BUFFER);
    }
    *data = if from("empty") { Vec::new() } else { coded.data };
    segment.size = data.len() as u32;
    segment.data = data.as_mut_ptr().cast();
    Ok(())
}
