//! VA-API: pictures are drawn into surfaces of the driver's, or imported from memory of the
//! device's, or copied from the host. The first way is the best where it works: the driver lays
//! out what it reads, in tiles where that is faster.

use std::{
    os::fd::AsFd as _,
    path::PathBuf,
    sync::OnceLock,
    time::{Duration, Instant},
};

use vaapi::{
    Display, Encoder as Session, Exported, Layer, Layout, Libva, MemoryType, Settings, Surface,
};

use super::{
    AccessUnit, Config, Encoder, Error, Picture, Profile, guard::Guarded, standing::Standing,
};
use crate::{
    frame::{DeviceId, SHARED_PICTURES, SharedNv12, SharedPlane, SharedPlanes},
    units::{Bitrate, MediaTime, Size},
};

/// The name in reports and errors.
pub const NAME: &str = "vaapi";

/// Render nodes that are tried; more GPUs than this are not in one machine.
const MOST_NODES: usize = 16;
/// Intel's rate control keeps a buffer of one picture; AMD's wants more.
const INTEL: &str = "Intel";
const BUFFER: Duration = Duration::from_secs(1);

static LIBVA: OnceLock<Libva> = OnceLock::new();
/// Of its drivers.
static STANDING: Standing = Standing::new();

fn unavailable(reason: impl Into<String>) -> Error {
    Error::Unavailable { encoder: NAME, reason: reason.into() }
}

/// Loads libva, which loads no driver by itself.
fn libva() -> Result<&'static Libva, Error> {
    if let Some(libva) = LIBVA.get() {
        return Ok(libva);
    }
    let loaded = Libva::load().map_err(|error| unavailable(error.to_string()))?;
    Ok(LIBVA.get_or_init(|| loaded))
}

/// Libva, unless a driver of its failed just now.
fn willing() -> Result<&'static Libva, Error> {
    let libva = libva()?;
    STANDING.refusal(Instant::now()).map_or(Ok(libva), |reason| Err(unavailable(reason)))
}

/// The render node that was chosen, or else all: that of the GPU that draws, and then by number.
fn nodes(device: Option<&DeviceId>) -> Vec<PathBuf> {
    if let Some(chosen) = device.and_then(|device| device.encoding_node.clone()) {
        return vec![chosen];
    }
    let own = device.and_then(|device| device.render_node.clone());
    let Ok(entries) = std::fs::read_dir("/dev/dri") else { return own.into_iter().collect() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let is_node = |path: &PathBuf| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|n| n.starts_with("renderD"))
    };
    let mut nodes: Vec<_> = paths.filter(is_node).collect();
    nodes.sort();
    nodes.truncate(MOST_NODES);
    nodes.retain(|node| Some(node) != own.as_ref());
    own.into_iter().chain(nodes).collect()
}

/// The node of the GPU that draws, where it is to encode as well.
fn node_of(device: Option<&DeviceId>) -> Result<PathBuf, Error> {
    let own = device.and_then(|device| device.render_node.as_ref());
    match (own, device.and_then(|device| device.encoding_node.as_ref())) {
        (Some(own), Some(chosen)) if own != chosen => {
            Err(unavailable("`video.render_node` is not the GPU that draws"))
        }
        (own, chosen) => own
            .or(chosen)
            .cloned()
            .ok_or_else(|| unavailable("the drawing device has no render node")),
    }
}

/// Whether sharing is worth a try for pictures of `device`.
///
/// # Errors
/// [`Error::Unavailable`] with the reason.
pub(super) fn ready_to_share(device: Option<&DeviceId>) -> Result<(), Error> {
    willing()?;
    node_of(device).map(drop)
}

/// Whether there is any device to copy to.
///
/// # Errors
/// As [`ready_to_share`].
pub(super) fn ready_to_copy(device: Option<&DeviceId>) -> Result<(), Error> {
    willing()?;
    if nodes(device).is_empty() {
        Err(unavailable("there is no render node in /dev/dri"))
    } else {
        Ok(())
    }
}

/// Opens an encoder with surfaces for the GPU that draws to draw into.
///
/// # Errors
/// As [`open_shared`].
pub(super) fn open_drawn(
    config: &Config,
    device: Option<&DeviceId>,
    _pictures: &[SharedNv12],
    patience: Duration,
) -> Result<Box<dyn Encoder>, Error> {
    let (libva, node) = (libva()?, node_of(device)?);
    open(libva, vec![node], config, Pictures::Drawn, patience)
}

/// Opens an encoder that reads `pictures` where they lie, on the GPU that drew them.
///
/// # Errors
/// [`Error::Unavailable`] and [`Error::Open`] say why not; [`Error::Stalled`] when the driver does
/// not answer.
pub(super) fn open_shared(
    config: &Config,
    device: Option<&DeviceId>,
    pictures: &[SharedNv12],
    patience: Duration,
) -> Result<Box<dyn Encoder>, Error> {
    let (libva, node) = (libva()?, node_of(device)?);
    let duplicate = |one: &SharedNv12| Ok(SharedNv12 { memory: one.memory.try_clone()?, ..*one });
    let pictures = pictures.iter().map(duplicate).collect::<std::io::Result<Vec<_>>>();
    let pictures = pictures.map_err(|error| unopened(config.size, error.to_string()))?;
    open(libva, vec![node], config, Pictures::Shared(pictures), patience)
}

/// Opens an encoder that pictures are copied to, on the first GPU that has one.
///
/// # Errors
/// As [`open_shared`].
pub(super) fn open_copied(
    config: &Config,
    device: Option<&DeviceId>,
    _pictures: &[SharedNv12],
    patience: Duration,
) -> Result<Box<dyn Encoder>, Error> {
    open(libva()?, nodes(device), config, Pictures::Copied, patience)
}

fn unopened(size: Size, reason: String) -> Error {
    Error::Open { encoder: NAME, size, reason }
}

/// How pictures get into surfaces.
enum Pictures {
    /// The GPU that draws does so into surfaces of the encoder's.
    Drawn,
    /// These are imported.
    Shared(Vec<SharedNv12>),
    /// The host copies them.
    Copied,
}

/// Opens an encoder on the first of `nodes` that has one.
fn open(
    libva: &Libva,
    nodes: Vec<PathBuf>,
    config: &Config,
    pictures: Pictures,
    patience: Duration,
) -> Result<Box<dyn Encoder>, Error> {
    let (config, libva) = (*config, libva.clone());
    let open = move || {
        let mut reasons = Vec::new();
        for node in nodes {
            match OnGpu::open(&libva, &node, &config, &pictures) {
                Ok(encoder) => return Ok(Box::new(encoder) as Box<dyn Encoder>),
                Err(error) => reasons.push(format!("{}: {error}", node.display())),
            }
        }
        Err(unopened(config.size, reasons.join("; ")))
    };
    Ok(Box::new(Guarded::open(NAME, config.size, patience, &STANDING, open)?))
}

/// The encoder on its own thread.
struct OnGpu {
    session: Session,
    /// By slot, or the one that pictures are copied to.
    surfaces: Vec<Surface>,
    /// For Cb and Cr side by side; empty where nothing is copied.
    chroma: Vec<u8>,
    /// The surfaces as the GPU that draws imports them, until they are handed out.
    exported: Vec<SharedPlanes>,
}

impl OnGpu {
    fn open(
        libva: &Libva,
        node: &std::path::Path,
        config: &Config,
        pictures: &Pictures,
    ) -> Result<Self, vaapi::Error> {
        let display = Display::open(libva, node)?;
        let (width, height) = (config.size.width(), config.size.height());
        let picture_ms = (1000 / config.frame_rate.hz()).max(1);
        let whole = BUFFER.as_millis() as u32;
        let settings = Settings {
            width,
            height,
            frame_rate: (config.frame_rate.hz(), 1),
            bits_per_second: config.bitrate.as_bps(),
            buffer_ms: if display.vendor().contains(INTEL) { picture_ms } else { whole },
            profile: match config.formats.profile {
                Profile::ConstrainedBaseline => vaapi::Profile::ConstrainedBaseline,
                Profile::Main => vaapi::Profile::Main,
            },
            low_power: false,
        };
        let session = Session::open(&display, &settings)?;
        let allocate = || Surface::allocate(&display, width, height);
        let mut encoder =
            Self { session, surfaces: Vec::new(), chroma: Vec::new(), exported: Vec::new() };
        match pictures {
            Pictures::Drawn => {
                for _ in 0..SHARED_PICTURES {
                    let surface = allocate()?;
                    encoder.exported.push(planes(config.size, surface.export()?)?);
                    encoder.surfaces.push(surface);
                }
            }
            Pictures::Shared(pictures) => {
                let surfaces = pictures.iter().map(|picture| import(&display, picture));
                encoder.surfaces = surfaces.collect::<Result<_, _>>()?;
            }
            Pictures::Copied => {
                encoder.surfaces.push(allocate()?);
                encoder.chroma = vec![0; config.size.pixels() / 2];
            }
        }
        Ok(encoder)
    }
}

/// An exported surface as a device imports it.
fn planes(size: Size, exported: Exported) -> Result<SharedPlanes, vaapi::Error> {
    let plane = |layer: Layer| {
        let object = &exported.objects[layer.object];
        let memory = object.fd.try_clone().map_err(|error| vaapi::Error::Layout {
            what: "the exported surface",
            reason: format!("its descriptor cannot be duplicated: {error}"),
        })?;
        Ok(SharedPlane {
            memory,
            memory_bytes: object.size.into(),
            offset: layer.offset.into(),
            pitch: layer.pitch.into(),
            modifier: object.modifier,
        })
    };
    Ok(SharedPlanes { size, luma: plane(exported.luma)?, chroma: plane(exported.chroma)? })
}

/// As what newer drivers take, or else as what older ones do.
fn import(display: &Display, picture: &SharedNv12) -> Result<Surface, vaapi::Error> {
    let size = (picture.layout.size().width(), picture.layout.size().height());
    let pitch = picture.layout.stride();
    let layout = Layout { pitch, luma_offset: 0, chroma_offset: pitch * size.1 };
    // A picture is far below 4 GiB.
    let bytes = picture.memory_bytes as u32;
    let take =
        |memory| Surface::import(display, picture.memory.as_fd(), bytes, size, layout, memory);
    take(MemoryType::LINEAR).or_else(|_| take(MemoryType::DrmPrime))
}

impl Encoder for OnGpu {
    fn name(&self) -> &'static str {
        NAME
    }

    fn is_hardware(&self) -> bool {
        true
    }

    fn surfaces(&mut self) -> Vec<SharedPlanes> {
        std::mem::take(&mut self.exported)
    }

    fn encode(
        &mut self,
        picture: Picture<'_>,
        _pts: MediaTime,
        keyframe: bool,
    ) -> Result<Option<AccessUnit>, Error> {
        let failed = |act| {
            move |error: vaapi::Error| Error::Failed {
                encoder: NAME,
                act,
                reason: error.to_string(),
            }
        };
        let slot = if self.chroma.is_empty() {
            picture.shared(NAME)?
        } else {
            let picture = picture.host(NAME)?;
            let [luma, cb, cr] = picture.planes();
            for (pair, (cb, cr)) in self.chroma.chunks_exact_mut(2).zip(cb.iter().zip(cr)) {
                (pair[0], pair[1]) = (*cb, *cr);
            }
            let width = picture.size().width() as usize;
            let surface = &self.surfaces[0];
            surface.upload(luma, &self.chroma, width).map_err(failed("copy a picture"))?;
            0
        };
        let surface = self.surfaces.get(slot).ok_or(Error::WrongPicture { encoder: NAME })?;
        let coded = self.session.encode(surface, keyframe).map_err(failed("encode a picture"))?;
        Ok(Some(AccessUnit { data: coded.data.into(), keyframe: coded.keyframe }))
    }

    fn set_bitrate(&mut self, bitrate: Bitrate) -> Result<(), Error> {
        self.session.set_rate(bitrate.as_bps()).map_err(|error| Error::Failed {
            encoder: NAME,
            act: "change the bit rate",
            reason: error.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(render_node: Option<&str>, encoding_node: Option<&str>) -> DeviceId {
        DeviceId {
            uuid: [0; 16],
            render_node: render_node.map(Into::into),
            encoding_node: encoding_node.map(Into::into),
        }
    }

    #[test]
    fn a_chosen_node_is_the_only_one_and_shares_only_what_is_its_own() {
        let (a, b) = (Some("/dev/dri/renderD128"), Some("/dev/dri/renderD129"));
        let path = |node: Option<&str>| PathBuf::from(node.expect("given"));
        for (drawing, chosen, shares) in
            [(a, None, true), (a, a, true), (a, b, false), (None, b, true), (None, None, false)]
        {
            let device = device(drawing, chosen);
            assert_eq!(node_of(Some(&device)).is_ok(), shares, "{device:?}");
            if chosen.is_some() {
                assert_eq!(nodes(Some(&device)), [path(chosen)]);
            } else if drawing.is_some() {
                assert_eq!(nodes(Some(&device))[0], path(drawing));
            }
        }
    }
}
