//! NVENC: pictures that Vulkan wrote are imported into CUDA once, and encoded where they lie.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use nvenc_sys::{
    Context, Cuda, Device, Encoder as Session, Input, Layout, Memory, Nvenc, Preset, Settings,
};

use super::{AccessUnit, Config, Encoder, Error, Picture, Profile, guard::Guarded};
use crate::{
    config::NvencPreset,
    frame::{DeviceId, SharedNv12},
    units::{Bitrate, MediaTime},
};

/// The name in reports and errors.
pub const NAME: &str = "nvenc";

/// Length of the coded picture buffer, pictures: room for a key frame of half as much again.
const BUFFER_PICTURES: f32 = 1.5;

/// The driver, loaded once for all streams, or why there is none.
struct Driver {
    cuda: Cuda,
    nvenc: Nvenc,
    devices: Vec<Device>,
}

static DRIVER: OnceLock<Result<Driver, String>> = OnceLock::new();
static POOL: Mutex<Pool> = Mutex::new(Pool::EMPTY);

/// Sessions of this process, and what was learnt of the driver.
///
/// Consumer cards allow a few sessions at once. How many is found by being refused: as long as
/// so many are open, no other is tried.
#[derive(Debug)]
struct Pool {
    open: u32,
    limit: Option<u32>,
    /// The GPU has no encoder: so it stays.
    none: Option<String>,
}

impl Pool {
    const EMPTY: Self = Self { open: 0, limit: None, none: None };

    /// Why no session is worth trying.
    fn refusal(&self) -> Option<String> {
        if self.none.is_some() {
            return self.none.clone();
        }
        let limit = self.limit.filter(|limit| self.open >= *limit)?;
        Some(format!("all {limit} sessions that the driver allows are in use"))
    }

    fn opened(&mut self) {
        self.open += 1;
    }

    fn closed(&mut self) {
        self.open -= 1;
        // What other programs hold counts, too, and may be less by now.
        self.limit = None;
    }

    fn refused(&mut self, error: &nvenc_sys::Error) {
        if error.is_no_encoder() {
            self.none = Some(error.to_string());
        } else if error.is_session_limit() && self.open > 0 {
            self.limit = Some(self.open);
        }
    }
}

fn pool() -> MutexGuard<'static, Pool> {
    // Counters: a panic elsewhere leaves them whole.
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

fn driver() -> Result<&'static Driver, String> {
    let load = || {
        let cuda = Cuda::load()?;
        let devices = cuda.devices()?;
        Ok(Driver { nvenc: Nvenc::load()?, cuda, devices })
    };
    DRIVER
        .get_or_init(|| load().map_err(|error: nvenc_sys::Error| error.to_string()))
        .as_ref()
        .map_err(Clone::clone)
}

/// Whether opening is worth a try for pictures of `device`; cheap once it was asked.
///
/// # Errors
/// [`Error::Unavailable`] with the reason.
pub(super) fn ready(device: Option<&DeviceId>) -> Result<(), Error> {
    let unavailable = |reason| Error::Unavailable { encoder: NAME, reason };
    let driver = driver().map_err(unavailable)?;
    if let Some(reason) = pool().refusal() {
        return Err(unavailable(reason));
    }
    of(driver, device).map(drop).map_err(unavailable)
}

/// The GPU that draws, as CUDA knows it.
fn of<'a>(driver: &'a Driver, device: Option<&DeviceId>) -> Result<&'a Device, String> {
    let device = device.ok_or("the drawing device is not driven by Vulkan")?;
    let found = driver.devices.iter().find(|one| one.uuid == device.uuid);
    found.ok_or_else(|| "CUDA does not know the GPU that draws".to_owned())
}

/// Opens an encoder for what is in `pictures`, on `device`.
///
/// # Errors
/// [`Error::Unavailable`] and [`Error::Open`] say why not; [`Error::Stalled`] when the driver
/// does not answer.
pub(super) fn open(
    config: &Config,
    device: Option<&DeviceId>,
    pictures: &[SharedNv12],
) -> Result<Box<dyn Encoder>, Error> {
    let size = config.size;
    let failed = move |reason: String| Error::Open { encoder: NAME, size, reason };
    let driver = driver().map_err(failed)?;
    let gpu = of(driver, device).map_err(failed)?;
    let pictures = pictures.iter().map(duplicate).collect::<Result<Vec<_>, _>>();
    let pictures = pictures.map_err(|error| failed(error.to_string()))?;
    let config = *config;
    let open = move || {
        let opened = OnGpu::open(driver, gpu, &config, pictures);
        let opened = opened.inspect_err(|error| pool().refused(error));
        match opened {
            Ok(encoder) => Ok(Box::new(encoder) as Box<dyn Encoder>),
            Err(error) => Err(failed(error.to_string())),
        }
    };
    Ok(Box::new(Guarded::open(NAME, size, open)?))
}

fn duplicate(picture: &SharedNv12) -> std::io::Result<SharedNv12> {
    Ok(SharedNv12 { memory: picture.memory.try_clone()?, ..*picture })
}

/// The encoder on its own thread.
struct OnGpu {
    session: Session,
    inputs: Vec<Input>,
}

impl OnGpu {
    fn open(
        driver: &Driver,
        gpu: &Device,
        config: &Config,
        pictures: Vec<SharedNv12>,
    ) -> Result<Self, nvenc_sys::Error> {
        let context: Arc<Context> = Context::new(&driver.cuda, gpu)?;
        let settings = Settings {
            width: config.size.width(),
            height: config.size.height(),
            frame_rate: (config.frame_rate.hz(), 1),
            bits_per_second: config.bitrate.as_bps(),
            buffer_pictures: BUFFER_PICTURES,
            preset: preset(config.encoders.nvenc_preset),
            profile: match config.profile {
                Profile::ConstrainedBaseline => nvenc_sys::Profile::Baseline,
                Profile::Main => nvenc_sys::Profile::Main,
            },
        };
        let session = Session::open(&driver.nvenc, &context, &settings)?;
        // Counted from here on, so that what fails below is taken off again.
        pool().opened();
        let mut encoder = Self { session, inputs: Vec::new() };
        for SharedNv12 { memory, memory_bytes, layout } in pictures {
            let memory = Memory::import(&context, memory, memory_bytes, true)?;
            let layout = Layout { pitch: layout.stride() };
            encoder.inputs.push(encoder.session.register(memory, layout)?);
        }
        Ok(encoder)
    }

    fn failed(act: &'static str) -> impl Fn(nvenc_sys::Error) -> Error {
        move |error| Error::Failed { encoder: NAME, act, reason: error.to_string() }
    }
}

fn preset(preset: NvencPreset) -> Preset {
    match preset {
        NvencPreset::P1 => Preset::P1,
        NvencPreset::P2 => Preset::P2,
        NvencPreset::P3 => Preset::P3,
        NvencPreset::P4 => Preset::P4,
    }
}

impl Drop for OnGpu {
    fn drop(&mut self) {
        pool().closed();
    }
}

impl Encoder for OnGpu {
    fn name(&self) -> &'static str {
        NAME
    }

    fn is_hardware(&self) -> bool {
        true
    }

    fn encode(
        &mut self,
        picture: Picture<'_>,
        pts: MediaTime,
        keyframe: bool,
    ) -> Result<Option<AccessUnit>, Error> {
        let slot = picture.shared(NAME)?;
        let input = *self.inputs.get(slot).ok_or(Error::WrongPicture { encoder: NAME })?;
        let coded = self.session.encode(input, pts.ticks(), keyframe);
        let coded = coded.map_err(Self::failed("encode a picture"))?;
        Ok(Some(AccessUnit { data: coded.data.into(), keyframe: coded.keyframe }))
    }

    fn set_bitrate(&mut self, bitrate: Bitrate) -> Result<(), Error> {
        let set = self.session.set_rate(bitrate.as_bps());
        set.map_err(Self::failed("change the bit rate"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: i32) -> nvenc_sys::Error {
        let name = nvenc_sys::status_name(code);
        nvenc_sys::Error::Nvenc { act: "open a session", code, name, text: String::new() }
    }

    #[test]
    fn a_limit_holds_until_a_session_ends() {
        let mut pool = Pool::EMPTY;
        // Others hold them all: how many is not known.
        pool.refused(&status(10));
        assert_eq!(pool.refusal(), None);
        pool.opened();
        pool.opened();
        assert_eq!(pool.refusal(), None);
        pool.refused(&status(10));
        assert!(pool.refusal().is_some_and(|reason| reason.contains("all 2 sessions")));
        pool.closed();
        assert_eq!(pool.refusal(), None);
    }

    #[test]
    fn a_gpu_without_an_encoder_is_not_asked_again() {
        let mut pool = Pool::EMPTY;
        pool.refused(&status(20));
        assert_eq!(pool.refusal(), None);
        pool.refused(&status(2));
        let reason = pool.refusal().expect("none");
        assert!(reason.contains("NV_ENC_ERR_UNSUPPORTED_DEVICE"), "{reason}");
    }

    #[test]
    fn without_the_gpu_that_draws_there_is_none() {
        let error = ready(None).expect_err("no device");
        assert!(matches!(error, Error::Unavailable { encoder: "nvenc", .. }), "{error}");
    }
}
