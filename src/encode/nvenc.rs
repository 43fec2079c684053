//! NVENC: pictures that Vulkan wrote are imported into CUDA once, and encoded where they lie.

use std::{
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use nvenc_sys::{
    Context, Cuda, Device, Encoder as Session, Input, Layout, Memory, Nvenc, Preset, Settings,
};

use super::{
    AccessUnit, Config, Encoder, Error, Picture, Profile,
    guard::{self, Guarded},
    standing::Standing,
};
use crate::{
    config::NvencPreset,
    frame::{DeviceId, SharedNv12},
    units::{Bitrate, Codec, MediaTime},
};

/// The name in reports and errors.
pub const NAME: &str = "nvenc";

const NOT_VULKAN: &str = "the drawing device is not driven by Vulkan";

/// Length of the coded picture buffer, pictures: room for a key frame of half as much again.
const BUFFER_PICTURES: f32 = 1.5;

/// How long what was refused counts: other programs give sessions back, and drivers are mended.
const MEMORY: Duration = Duration::from_secs(30);

/// The driver, loaded once for all streams.
struct Driver {
    cuda: Cuda,
    nvenc: Nvenc,
    devices: Vec<Device>,
}

static DRIVER: OnceLock<Driver> = OnceLock::new();
/// Held while it is being loaded.
static LOADING: Mutex<()> = Mutex::new(());
/// Of loading it, and of all its encoders.
static STANDING: Standing = Standing::new();
static POOL: Mutex<Pool> = Mutex::new(Pool::EMPTY);

/// Sessions of this process, and what was learnt of the driver.
///
/// Consumer cards allow a few sessions at once. How many is found by being refused: while so many
/// are open, no other is tried, until one ends or [`MEMORY`] has passed.
#[derive(Debug)]
struct Pool {
    open: u32,
    limit: Option<(u32, Instant)>,
    /// GPUs without an encoder, by UUID.
    none: Vec<([u8; 16], Instant, String)>,
}

impl Pool {
    const EMPTY: Self = Self { open: 0, limit: None, none: Vec::new() };

    /// Why no session on the GPU is worth trying.
    fn refusal(&self, now: Instant, gpu: &[u8; 16]) -> Option<String> {
        let counts = |since: Instant| now.saturating_duration_since(since) < MEMORY;
        let none = self.none.iter().find(|(uuid, since, _)| uuid == gpu && counts(*since));
        if let Some((_, _, reason)) = none {
            return Some(reason.clone());
        }
        let (limit, _) =
            self.limit.filter(|(limit, since)| self.open >= *limit && counts(*since))?;
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

    fn refused(&mut self, now: Instant, gpu: &[u8; 16], codec: Codec, error: &nvenc_sys::Error) {
        // One without a better codec may have H.264.
        if error.is_no_encoder() && codec == Codec::H264 {
            self.none.retain(|(uuid, ..)| uuid != gpu);
            self.none.push((*gpu, now, error.to_string()));
        } else if error.is_session_limit() && self.open > 0 {
            self.limit = Some((self.open, now));
        }
    }
}

fn pool() -> MutexGuard<'static, Pool> {
    // Counters: a panic elsewhere leaves them whole.
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A session that counts, until it is closed.
struct Seat;

impl Seat {
    fn take() -> Self {
        pool().opened();
        Self
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        pool().closed();
    }
}

/// Loads it on a thread of its own: a GPU that fell off its bus can hold `cuInit` for ever.
fn driver() -> Result<&'static Driver, String> {
    // One at a time; the others find what became of it.
    let _loading = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(driver) = DRIVER.get() {
        return Ok(driver);
    }
    if let Some(reason) = STANDING.refusal(Instant::now()) {
        return Err(reason);
    }
    let load = || {
        let cuda = Cuda::load()?;
        let devices = cuda.devices()?;
        Ok(Driver { nvenc: Nvenc::load()?, cuda, devices })
    };
    let loaded = guard::within(NAME, "load its driver", guard::TO_OPEN, load);
    let reason = match loaded {
        Ok(Ok(driver)) => return Ok(DRIVER.get_or_init(|| driver)),
        Ok(Err(error)) => nvenc_sys::Error::to_string(&error),
        Err(stalled) => stalled.to_string(),
    };
    STANDING.failed(Instant::now(), reason.clone());
    Err(reason)
}

/// Whether opening is worth a try for pictures of `device`; cheap once it was asked.
///
/// # Errors
/// [`Error::Unavailable`] with the reason.
pub(super) fn ready(device: Option<&DeviceId>) -> Result<(), Error> {
    let unavailable = |reason| Error::Unavailable { encoder: NAME, reason };
    if device.is_none() {
        return Err(unavailable(NOT_VULKAN.to_owned()));
    }
    let gpu = of(driver().map_err(unavailable)?, device).map_err(unavailable)?;
    let now = Instant::now();
    let refusal = STANDING.refusal(now).or_else(|| pool().refusal(now, &gpu.uuid));
    refusal.map_or(Ok(()), |reason| Err(unavailable(reason)))
}

/// The GPU that draws, as CUDA knows it.
fn of<'a>(driver: &'a Driver, device: Option<&DeviceId>) -> Result<&'a Device, String> {
    let device = device.ok_or(NOT_VULKAN)?;
    let found = driver.devices.iter().find(|one| one.uuid == device.uuid);
    found.ok_or_else(|| format!("CUDA does not know the GPU that draws, {}", name(&device.uuid)))
}

/// As `nvidia-smi -L` writes it: `GPU-` and the digits in five groups.
fn name(uuid: &[u8; 16]) -> String {
    let mut name = "GPU".to_owned();
    for (at, byte) in uuid.iter().enumerate() {
        if matches!(at, 0 | 4 | 6 | 8 | 10) {
            name.push('-');
        }
        name.push_str(&format!("{byte:02x}"));
    }
    name
}

/// Opens an encoder of `codec` for what is in `pictures`, on `device`.
///
/// # Errors
/// [`Error::Unavailable`] and [`Error::Open`] say why not; [`Error::Stalled`] when the driver
/// does not answer.
pub(super) fn open(
    codec: Codec,
    config: &Config,
    device: Option<&DeviceId>,
    pictures: &[SharedNv12],
    patience: Duration,
) -> Result<Box<dyn Encoder>, Error> {
    let size = config.size;
    let failed = move |reason: String| Error::Open { encoder: NAME, size, reason };
    let driver = driver().map_err(failed)?;
    let gpu = of(driver, device).map_err(failed)?;
    let pictures = pictures.iter().map(duplicate).collect::<Result<Vec<_>, _>>();
    let pictures = pictures.map_err(|error| failed(error.to_string()))?;
    let config = *config;
    let open = move || {
        let opened = OnGpu::open(driver, gpu, codec, &config, pictures);
        let note = |error: &_| pool().refused(Instant::now(), &gpu.uuid, codec, error);
        let opened = opened.inspect_err(note);
        match opened {
            Ok(encoder) => Ok(Box::new(encoder) as Box<dyn Encoder>),
            Err(error) => Err(failed(error.to_string())),
        }
    };
    Ok(Box::new(Guarded::open(NAME, size, patience, &STANDING, open)?))
}

fn duplicate(picture: &SharedNv12) -> std::io::Result<SharedNv12> {
    Ok(SharedNv12 { memory: picture.memory.try_clone()?, ..*picture })
}

/// The encoder on its own thread.
struct OnGpu {
    session: Session,
    inputs: Vec<Input>,
    /// Given back after the session.
    _seat: Seat,
}

impl OnGpu {
    fn open(
        driver: &Driver,
        gpu: &Device,
        codec: Codec,
        config: &Config,
        pictures: Vec<SharedNv12>,
    ) -> Result<Self, nvenc_sys::Error> {
        let context: Arc<Context> = Context::new(&driver.cuda, gpu)?;
        let profile = match config.formats.profile {
            Profile::ConstrainedBaseline => nvenc_sys::Profile::Baseline,
            Profile::Main => nvenc_sys::Profile::Main,
        };
        let settings = Settings {
            width: config.size.width(),
            height: config.size.height(),
            frame_rate: (config.frame_rate.hz(), 1),
            bits_per_second: config.bitrate.as_bps(),
            buffer_pictures: BUFFER_PICTURES,
            preset: preset(config.encoders.nvenc_preset),
            codec: match codec {
                Codec::H264 => nvenc_sys::Codec::H264(profile),
                Codec::Hevc => nvenc_sys::Codec::Hevc,
                Codec::Av1 => nvenc_sys::Codec::Av1,
            },
        };
        let session = Session::open(&driver.nvenc, &context, &settings)?;
        // Counted from here on, whatever fails below.
        let mut encoder = Self { session, inputs: Vec::new(), _seat: Seat::take() };
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

    const GPU: [u8; 16] = [1; 16];

    #[test]
    fn a_limit_holds_until_a_session_ends_or_time_has_passed() {
        let (mut pool, now) = (Pool::EMPTY, Instant::now());
        // Others hold them all: how many is not known.
        pool.refused(now, &GPU, Codec::H264, &status(10));
        assert_eq!(pool.refusal(now, &GPU), None);
        pool.opened();
        pool.opened();
        assert_eq!(pool.refusal(now, &GPU), None);
        pool.refused(now, &GPU, Codec::H264, &status(10));
        let told = pool.refusal(now, &GPU);
        assert!(told.is_some_and(|reason| reason.contains("all 2 sessions")));
        assert_eq!(pool.refusal(now + MEMORY, &GPU), None);
        pool.closed();
        assert_eq!(pool.refusal(now, &GPU), None);
    }

    #[test]
    fn a_gpu_without_an_encoder_is_not_asked_by_each_stream() {
        let (mut pool, now) = (Pool::EMPTY, Instant::now());
        pool.refused(now, &GPU, Codec::H264, &status(20));
        assert_eq!(pool.refusal(now, &GPU), None);
        pool.refused(now, &GPU, Codec::Av1, &status(2));
        assert_eq!(pool.refusal(now, &GPU), None, "it may have H.264");
        for _ in 0..3 {
            pool.refused(now, &GPU, Codec::H264, &status(2));
        }
        let reason = pool.refusal(now, &GPU).expect("none");
        assert!(reason.contains("NV_ENC_ERR_UNSUPPORTED_DEVICE"), "{reason}");
        assert_eq!(pool.none.len(), 1);
        assert_eq!(pool.refusal(now, &[2; 16]), None, "another GPU has one");
        assert_eq!(pool.refusal(now + MEMORY, &GPU), None);
    }

    #[test]
    fn a_gpu_is_named_as_its_tools_name_it() {
        let uuid = std::array::from_fn(|at| at as u8 * 17);
        assert_eq!(name(&uuid), "GPU-00112233-4455-6677-8899-aabbccddeeff");
    }

    #[test]
    fn without_the_gpu_that_draws_there_is_none() {
        let error = ready(None).expect_err("no device");
        assert!(matches!(error, Error::Unavailable { encoder: "nvenc", .. }), "{error}");
    }
}
