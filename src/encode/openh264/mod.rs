//! OpenH264: the software encoder that is always there.
//!
//! One reference, no reordering: every picture is out when the call returns. The settings favour the cost per frame; what each buys was measured on rendered
//! MuJoCo scenes.

mod raw;

use bytes::BytesMut;
use openh264_sys2 as sys;

use super::{AccessUnit, Config, Encoder, Error, Picture, Profile};
use crate::units::{Bitrate, FrameRate, MediaTime, Size};
use raw::{Handle, Setting};

/// The name in reports and errors.
pub const NAME: &str = "openh264";

/// The smallest side that OpenH264 takes: one macroblock.
pub const MIN_SIDE: u32 = 16;

/// The most macroblocks (16×16 pixels) in a picture: level 5.1's, about 4096×2304.
pub const MAX_MACROBLOCKS: u32 = 36_864;

/// The lowest target; below it the coarsest quantiser overshoots at any usual size.
pub const MIN_BITRATE: Bitrate = Bitrate::bps(30_000);

/// The highest target: OpenH264 multiplies it by 50 in 32 bits (`RcUpdateBitrateFps`).
pub const MAX_BITRATE: Bitrate = Bitrate::bps(40_000_000);

/// The fastest rate that OpenH264 plans for (`MAX_FRAME_RATE`); more is done by stretching time.
const MAX_PLANNED_HZ: u32 = 60;

/// The most threads that OpenH264 uses (`MAX_THREADS_NUM`).
const MAX_THREADS: u32 = 4;

/// From this size on, slices are worth their cost in bits.
const SLICED_FROM_PIXELS: usize = 1280 * 720;

/// The bit rate of level 3.1, which `profile-level-id=42e01f` announces (H.264 table A-1, NAL).
/// The ceiling lies there rather than at the target, or OpenH264 would skip frames to stay below.
const LEVEL_3_1_BPS: i32 = 16_800_000;

/// Finest and coarsest quantiser. Below 10 a still picture costs bits that nobody sees.
const QP: std::ops::RangeInclusive<i32> = 10..=51;

/// Whether the OpenH264 in this build has its SIMD assembly. Without it a frame costs about 2.5
/// times as much, so its absence is announced at start-up: the cure is to install `nasm` and
/// build again.
pub fn has_assembly() -> bool {
    raw::has_assembly()
}

/// An open OpenH264 encoder.
pub struct OpenH264 {
    handle: Handle,
    size: Size,
    pace: Pace,
    max_bps: i32,
}

impl std::fmt::Debug for OpenH264 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenH264")
            .field("size", &self.size)
            .field("pace", &self.pace)
            .field("max_bps", &self.max_bps)
            .finish_non_exhaustive()
    }
}

impl OpenH264 {
    /// Opens an encoder.
    ///
    /// # Errors
    /// [`Error::Open`] when a side is odd or below [`MIN_SIDE`], the picture is larger than
    /// [`MAX_MACROBLOCKS`], or OpenH264 refuses.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let refused = |reason: String| Error::Open { encoder: NAME, size: config.size, reason };
        check_size(config.size).map_err(refused)?;
        let slices = slices(config.size, config.threads);
        initialize(config, slices)
            // Some sizes cannot be cut into that many slices by OpenH264's rate control.
            .or_else(|code| if slices > 1 { initialize(config, 1) } else { Err(code) })
            .map_err(|code| refused(format!("OpenH264 returned {code}")))
    }

    fn failed(act: &'static str) -> impl Fn(raw::Code) -> Error {
        move |code| Error::Failed { encoder: NAME, act, reason: format!("code {code}") }
    }

    /// Lets the target rise to `bps`: both the sum's and the layer's ceiling must, and first.
    fn raise_ceiling(&mut self, bps: i32) -> Result<(), raw::Code> {
        if bps > self.max_bps {
            self.handle.set(Setting::MaxBitrate(sys::SPATIAL_LAYER_ALL, bps))?;
            self.handle.set(Setting::MaxBitrate(sys::SPATIAL_LAYER_0, bps))?;
            self.max_bps = bps;
        }
        Ok(())
    }
}

impl Encoder for OpenH264 {
    fn name(&self) -> &'static str {
        NAME
    }

    fn is_hardware(&self) -> bool {
        false
    }

    fn encode(
        &mut self,
        picture: Picture<'_>,
        pts: MediaTime,
        keyframe: bool,
    ) -> Result<Option<AccessUnit>, Error> {
        let picture = picture.host(NAME)?;
        if picture.size() != self.size {
            return Err(Error::WrongSize { expected: self.size, actual: picture.size() });
        }
        if keyframe {
            self.handle.force_idr().map_err(Self::failed("force a key frame"))?;
        }
        let coded = self
            .handle
            .encode(picture, self.pace.milliseconds(pts))
            .map_err(Self::failed("encode a picture"))?;
        let kind = coded.kind();
        match kind {
            // OpenH264 decides on an IDR before it looks at the rate: only P frames are skipped.
            sys::videoFrameTypeSkip if !keyframe => return Ok(None),
            sys::videoFrameTypeIDR => {}
            sys::videoFrameTypeP | sys::videoFrameTypeI if !keyframe => {}
            _ => return Err(Self::failed("code a picture as asked")(kind)),
        }
        let mut data = BytesMut::with_capacity(coded.layers().map(<[u8]>::len).sum());
        for layer in coded.layers() {
            data.extend_from_slice(layer);
        }
        Ok(Some(AccessUnit { data: data.freeze(), keyframe: kind == sys::videoFrameTypeIDR }))
    }

    fn set_bitrate(&mut self, bitrate: Bitrate) -> Result<(), Error> {
        let bps = self.pace.planned_bps(bitrate);
        self.raise_ceiling(bps)
            .and_then(|()| self.handle.set(Setting::Bitrate(sys::SPATIAL_LAYER_ALL, bps)))
            .map_err(Self::failed("change the bit rate"))
    }
}

fn check_size(size: Size) -> Result<(), String> {
    if !size.is_even() {
        return Err("both sides must be even, as 4:2:0 halves the colour planes".to_owned());
    }
    if size.width().min(size.height()) < MIN_SIDE {
        return Err(format!("no side may be below {MIN_SIDE} pixels"));
    }
    let macroblocks = size.width().div_ceil(16) * size.height().div_ceil(16);
    if macroblocks > MAX_MACROBLOCKS {
        return Err(format!(
            "{macroblocks} macroblocks are more than the {MAX_MACROBLOCKS} of level 5.1"
        ));
    }
    Ok(())
}

/// Slices, one per thread: OpenH264 threads only over slices.
fn slices(size: Size, threads: u32) -> u32 {
    if size.pixels() < SLICED_FROM_PIXELS { 1 } else { threads.clamp(1, MAX_THREADS) }
}

fn initialize(config: &Config, slices: u32) -> Result<OpenH264, raw::Code> {
    let pace = Pace::of(config.frame_rate);
    let mut handle = Handle::create()?;
    let mut params = handle.default_params()?;
    let bps = pace.planned_bps(config.bitrate);
    let max_bps = bps.max(LEVEL_3_1_BPS);
    set_picture(&mut params, config.size, &pace);
    set_rate_control(&mut params, bps, max_bps);
    set_profile(&mut params, config.formats.profile);
    set_slices(&mut params, slices);
    set_colour(&mut params);
    handle.initialize(&params)?;
    Ok(OpenH264 { handle, size: config.size, pace, max_bps })
}

fn set_picture(params: &mut sys::SEncParamExt, size: Size, pace: &Pace) {
    // Screen-content mode costs more, gains nothing on rendered scenes and overshoots.
    params.iUsageType = sys::CAMERA_VIDEO_REAL_TIME;
    params.iComplexityMode = sys::LOW_COMPLEXITY;
    params.iPicWidth = size.width() as i32;
    params.iPicHeight = size.height() as i32;
    params.fMaxFrameRate = pace.planned_hz as f32;
    // An IDR comes when asked for; its parameter sets keep their ids.
    params.uiIntraPeriod = 0;
    params.eSpsPpsIdStrategy = sys::CONSTANT_ID;
    params.iTemporalLayerNum = 1;
    params.iSpatialLayerNum = 1;
    params.iNumRefFrame = 1;
    // Background detection costs 0.4–2.7 dB, scene changes would bring IDRs that nobody asked for.
    params.bEnableBackgroundDetection = false;
    params.bEnableAdaptiveQuant = false;
    params.bEnableSceneChangeDetect = false;
    let layer = &mut params.sSpatialLayers[0];
    layer.iVideoWidth = params.iPicWidth;
    layer.iVideoHeight = params.iPicHeight;
    layer.fFrameRate = params.fMaxFrameRate;
    // What is negotiated; OpenH264 raises it where the size or the rate needs more.
    layer.uiLevelIdc = sys::LEVEL_3_1;
}

fn set_profile(params: &mut sys::SEncParamExt, profile: Profile) {
    let (idc, cabac) = match profile {
        // With the constraint flags that OpenH264 adds, this is Constrained Baseline.
        Profile::ConstrainedBaseline => (sys::PRO_BASELINE, 0),
        Profile::Main => (sys::PRO_MAIN, 1),
    };
    params.iEntropyCodingModeFlag = cabac;
    params.sSpatialLayers[0].uiProfileIdc = idc;
}

fn set_rate_control(params: &mut sys::SEncParamExt, bps: i32, max_bps: i32) {
    // The mode that keeps the target best: within 1 %, where the others miss it by 9 to 160 %.
    params.iRCMode = sys::RC_BITRATE_MODE;
    params.bEnableFrameSkip = true;
    params.iMinQp = *QP.start();
    params.iMaxQp = *QP.end();
    params.iTargetBitrate = bps;
    params.iMaxBitrate = max_bps;
    params.sSpatialLayers[0].iSpatialBitrate = bps;
    params.sSpatialLayers[0].iMaxSpatialBitrate = max_bps;
}

fn set_slices(params: &mut sys::SEncParamExt, slices: u32) {
    // At most `MAX_THREADS`.
    params.iMultipleThreadIdc = slices as u16;
    // Slices of fixed extent: what comes out does not depend on how threads were scheduled.
    params.bUseLoadBalancing = false;
    let argument = &mut params.sSpatialLayers[0].sSliceArgument;
    argument.uiSliceMode =
        if slices > 1 { sys::SM_FIXEDSLCNUM_SLICE } else { sys::SM_SINGLE_SLICE };
    argument.uiSliceNum = slices;
}

/// Writes BT.709, limited range, into the VUI (H.264 §E.2.1, tables E-3 to E-5).
fn set_colour(params: &mut sys::SEncParamExt) {
    let layer = &mut params.sSpatialLayers[0];
    layer.bVideoSignalTypePresent = true;
    layer.uiVideoFormat = sys::VF_UNDEF as u8;
    layer.bFullRange = false;
    layer.bColorDescriptionPresent = true;
    layer.uiColorPrimaries = sys::CP_BT709 as u8;
    layer.uiTransferCharacteristics = sys::TRC_BT709 as u8;
    layer.uiColorMatrix = sys::CM_BT709 as u8;
}

/// The time that the encoder is told. Above 60 Hz it runs slower than the real one, and bits per
/// second shrink alike, so that bits per frame come out right.
#[derive(Clone, Copy, Debug)]
struct Pace {
    hz: u32,
    planned_hz: u32,
}

impl Pace {
    fn of(rate: FrameRate) -> Self {
        Self { hz: rate.hz(), planned_hz: rate.hz().min(MAX_PLANNED_HZ) }
    }

    /// `bitrate` within the encoder's bounds, per second of planned time.
    fn planned_bps(self, bitrate: Bitrate) -> i32 {
        let bps = bitrate.clamp(MIN_BITRATE, MAX_BITRATE).as_bps();
        let planned = u64::from(bps) * u64::from(self.planned_hz) / u64::from(self.hz);
        // `MAX_BITRATE` fits, and the quotient is at most 1.
        planned as i32
    }

    fn milliseconds(self, pts: MediaTime) -> i64 {
        let ticks = u128::from(pts.ticks()) * u128::from(self.hz) / u128::from(self.planned_hz);
        i64::try_from(ticks * 1000 / u128::from(MediaTime::HZ)).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod decoder;
#[cfg(test)]
mod tests;
