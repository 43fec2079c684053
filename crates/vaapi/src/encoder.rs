//! The encoder: one reference, no reordering, every picture out before the next goes in.
#![allow(unsafe_code, reason = "libva is a C library")]

use std::{ffi::c_int, time::Duration};

use crate::{
    buffer::Buffer,
    display::Display,
    error::Error,
    h264::{Header, ParameterSets, Picture, Profile, Sequence, level_idc},
    surface::{Surface, check_sides},
    sys::{
        ATTRIB_MAX_HEIGHT, ATTRIB_MAX_WIDTH, ATTRIB_NOT_SUPPORTED, ATTRIB_PACKED_HEADERS,
        ATTRIB_RATE_CONTROL, ATTRIB_RT_FORMAT, BUFFER_MISC, BUFFER_PACKED_DATA,
        BUFFER_PACKED_PARAMETER, BUFFER_PICTURE, BUFFER_SEQUENCE, BUFFER_SLICE, ConfigAttrib,
        FrameRateParameters, HEADER_SEQUENCE, HEADER_SLICE, HrdParameters, INVALID_ID, Id,
        MISC_FRAME_RATE, MISC_HRD, MISC_RATE_CONTROL, Misc, PACKED_SEQUENCE, PACKED_SLICE,
        PROGRESSIVE, PackedHeader, PictureH264, PictureParametersH264, RT_FORMAT_YUV420,
        RateControlParameters, RawEntrypoint, RawProfile, SequenceH264, SliceH264, TIMED_OUT,
        UNIMPLEMENTED, Weights,
    },
};

/// How long the hardware may take for a picture before it counts as hung.
const PATIENCE: Duration = Duration::from_millis(500);
/// The quantiser that slices start from; with a constant one, the quality.
const INITIAL_QP: u8 = 26;
/// `frame_num` wraps here (`FRAME_NUM_BITS` of the headers).
const FRAME_NUMS: u32 = 256;
/// As long as periods can be: an IDR comes when asked for.
const NEVER: u32 = i32::MAX as u32;

/// `VAEntrypointEncSlice` and `VAEntrypointEncSliceLP`: by shaders and by fixed function alone.
const ENC_SLICE: RawEntrypoint = 6;
const ENC_SLICE_LOW_POWER: RawEntrypoint = 8;

/// What an encoder is opened with.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Picture width, px; even.
    pub width: u32,
    /// Picture height, px; even.
    pub height: u32,
    /// Frames per second: numerator and denominator, from 1.
    pub frame_rate: (u32, u32),
    /// Target, bit/s.
    pub bits_per_second: u32,
    /// How much the rate control may save up: the length of the coded picture buffer, ms.
    pub buffer_ms: u32,
    /// The highest profile that viewers take; a lower one is used where the driver lacks it.
    pub profile: Profile,
    /// Whether the low-power entry point is preferred where there are both.
    pub low_power: bool,
}

/// A coded picture.
#[derive(Clone, Debug)]
pub struct AccessUnit {
    /// H.264 Annex B; SPS and PPS come before every IDR.
    pub data: Vec<u8>,
    /// Whether this is an IDR.
    pub keyframe: bool,
}

/// An open encoder. `Send`, not `Sync`.
#[derive(Debug)]
pub struct Encoder {
    // Dropped in this order, which is how libva wants it.
    coded: Buffer,
    context: Context,
    references: [Surface; 2],
    display: Display,

    mode: Mode,
    sequence: Sequence,
    sets: ParameterSets,
    rate: Rate,
    /// The rate is told to the driver with the next picture.
    rate_changed: bool,
    /// Pictures since the last IDR, it included; 0 before the first one.
    since_idr: u32,
    idr_pic_id: u16,
    broken: bool,
}

#[derive(Clone, Copy, Debug)]
struct Rate {
    bits_per_second: u32,
    buffer_ms: u32,
    frame_rate: (u32, u32),
}

/// How the driver encodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mode {
    profile: Profile,
    entrypoint: RawEntrypoint,
    rate_control: u32,
    /// `VA_ENC_PACKED_HEADER_*` that it takes and this crate writes; `None`: it knows of none.
    packed: Option<u32>,
}

/// `VA_RC_CBR`, `VA_RC_VBR` and `VA_RC_CQP`, the preferred first.
const RATE_CONTROLS: [u32; 3] = [2, 4, 0x10];
const CONSTANT_QP: u32 = 0x10;

impl Profile {
    /// The `VAProfile`, and those that may stand for it, the preferred first.
    fn at_most(self) -> &'static [(Self, RawProfile)] {
        const ALL: [(Profile, RawProfile); 3] =
            [(Profile::High, 7), (Profile::Main, 6), (Profile::ConstrainedBaseline, 13)];
        match self {
            Self::High => &ALL,
            Self::Main => &ALL[1..],
            Self::ConstrainedBaseline => &ALL[2..],
        }
    }
}

impl Encoder {
    /// Opens an encoder.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for impossible settings, [`Error::NoEncoder`] and
    /// [`Error::TooLarge`] where the driver does not encode this, [`Error::Va`] when it refuses.
    pub fn open(display: &Display, settings: &Settings) -> Result<Self, Error> {
        check(settings)?;
        let (mode, raw_profile) = choose(display, settings)?;
        let config = Config::create(display, raw_profile, mode)?;
        let (columns, rows) = (settings.width.div_ceil(16), settings.height.div_ceil(16));
        let reference = || Surface::allocate(display, columns * 16, rows * 16);
        let references = [reference()?, reference()?];
        let context = Context::create(config, (columns * 16, rows * 16), &references)?;
        // Twice a picture as it is: more than any quantiser makes of it.
        let most = 3 * (columns * 16 * rows * 16) as usize + (1 << 16);
        let coded = Buffer::coded(display, context.id, most)?;
        let rate = Rate {
            bits_per_second: settings.bits_per_second,
            buffer_ms: settings.buffer_ms,
            frame_rate: settings.frame_rate,
        };
        let per_second = u64::from(columns * rows) * u64::from(settings.frame_rate.0)
            / u64::from(settings.frame_rate.1);
        let sequence = Sequence {
            profile: mode.profile,
            level_idc: level_idc(columns * rows, per_second, rate.bits_per_second.into()),
            width: settings.width,
            height: settings.height,
            frame_rate: settings.frame_rate,
            initial_qp: INITIAL_QP,
        };
        Ok(Self {
            coded,
            context,
            references,
            display: display.clone(),
            mode,
            sequence,
            sets: ParameterSets::default(),
            rate,
            rate_changed: true,
            since_idr: 0,
            idr_pic_id: 0,
            broken: false,
        })
    }

    /// The profile in use.
    pub fn profile(&self) -> Profile {
        self.mode.profile
    }

    /// Whether the low-power entry point is in use.
    pub fn low_power(&self) -> bool {
        self.mode.entrypoint == ENC_SLICE_LOW_POWER
    }

    /// Whether there is a rate control; without, the quantiser is constant.
    pub fn controls_rate(&self) -> bool {
        self.mode.rate_control != CONSTANT_QP
    }

    /// Changes the target from the next picture on, without an IDR, bit/s.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for 0.
    pub fn set_rate(&mut self, bits_per_second: u32) -> Result<(), Error> {
        check_rate(bits_per_second)?;
        self.rate_changed |= self.rate.bits_per_second != bits_per_second;
        self.rate.bits_per_second = bits_per_second;
        Ok(())
    }

    /// Encodes what `surface` holds and waits for it; `keyframe` forces an IDR, and the first
    /// picture is one in any case. The surface may be written anew when this returns.
    ///
    /// # Errors
    /// [`Error::WrongSize`] and [`Error::OtherDisplay`] leave the encoder as it was. After any
    /// other it gives [`Error::Broken`] and must be opened anew.
    pub fn encode(&mut self, surface: &Surface, keyframe: bool) -> Result<AccessUnit, Error> {
        if self.broken {
            return Err(Error::Broken);
        }
        if !self.display.is(surface.display()) {
            return Err(Error::OtherDisplay);
        }
        let expected = (self.sequence.width, self.sequence.height);
        if surface.size() != expected {
            return Err(Error::WrongSize { expected, actual: surface.size() });
        }
        self.broken = true;
        let unit = self.encode_next(surface, keyframe)?;
        self.broken = false;
        Ok(unit)
    }

    fn encode_next(&mut self, surface: &Surface, keyframe: bool) -> Result<AccessUnit, Error> {
        if keyframe {
            self.since_idr = 0;
        }
        let picture = match self.since_idr {
            0 => Picture::Idr { idr_pic_id: self.idr_pic_id },
            count => Picture::Inter { frame_num: count % FRAME_NUMS },
        };
        let buffers = self.buffers(picture)?;
        self.submit(surface, &buffers)?;
        self.wait(surface)?;
        let coded = self.coded.read_coded()?;
        if coded.is_empty() {
            return Err(Error::BadPicture { reason: "it is empty".to_owned() });
        }
        let own = [self.sequence.sps().bytes, self.sequence.pps().bytes].concat();
        let (is_idr, data) = self.sets.complete(coded, &own);
        if is_idr != matches!(picture, Picture::Idr { .. }) {
            let reason = format!("an IDR was {}asked for", if is_idr { "not " } else { "" });
            return Err(Error::BadPicture { reason });
        }
        if is_idr {
            self.idr_pic_id ^= 1;
        }
        self.rate_changed = false;
        // After four thousand million pictures an IDR comes unasked.
        self.since_idr = self.since_idr.checked_add(1).unwrap_or(0);
        Ok(AccessUnit { data, keyframe: is_idr })
    }

    /// All that is told about a picture, in the order in which drivers expect it.
    fn buffers(&self, picture: Picture) -> Result<Vec<Buffer>, Error> {
        let idr = matches!(picture, Picture::Idr { .. });
        let mut buffers = Vec::new();
        if idr {
            buffers.push(self.buffer(BUFFER_SEQUENCE, &self.sequence_parameters())?);
        }
        if (idr || self.rate_changed) && self.controls_rate() {
            self.push_rate(&mut buffers)?;
        }
        buffers.push(self.buffer(BUFFER_PICTURE, &self.picture_parameters(picture))?);
        let packed = self.mode.packed.unwrap_or(0);
        if idr && packed & PACKED_SEQUENCE != 0 {
            let (mut sets, pps) = (self.sequence.sps(), self.sequence.pps());
            sets.bytes.extend(pps.bytes);
            sets.bits += pps.bits;
            self.push_packed(&mut buffers, HEADER_SEQUENCE, &sets)?;
        }
        if packed & PACKED_SLICE != 0 {
            self.push_packed(&mut buffers, HEADER_SLICE, &self.sequence.slice(picture))?;
        }
        buffers.push(self.buffer(BUFFER_SLICE, &self.slice_parameters(picture))?);
        Ok(buffers)
    }

    fn buffer<T: Copy>(&self, kind: c_int, value: &T) -> Result<Buffer, Error> {
        Buffer::of(&self.display, self.context.id, kind, value)
    }

    fn push_packed(
        &self,
        buffers: &mut Vec<Buffer>,
        kind: u32,
        header: &Header,
    ) -> Result<(), Error> {
        let parameters = PackedHeader {
            kind,
            // The headers are bounded by what they say: some hundred bytes.
            bit_length: header.bits as u32,
            has_emulation_bytes: 1,
            reserved: [0; 4],
        };
        buffers.push(self.buffer(BUFFER_PACKED_PARAMETER, &parameters)?);
        let data =
            Buffer::of_bytes(&self.display, self.context.id, BUFFER_PACKED_DATA, &header.bytes)?;
        buffers.push(data);
        Ok(())
    }

    fn push_rate(&self, buffers: &mut Vec<Buffer>) -> Result<(), Error> {
        let rate = self.rate;
        let control = RateControlParameters {
            bits_per_second: rate.bits_per_second,
            target_percentage: 100,
            window_size_ms: rate.buffer_ms,
            initial_qp: INITIAL_QP.into(),
            // disable_bit_stuffing: a still scene costs nothing.
            flags: 1 << 2,
            ..RateControlParameters::default()
        };
        let bits = u64::from(rate.bits_per_second) * u64::from(rate.buffer_ms) / 1000;
        let size = u32::try_from(bits).unwrap_or(u32::MAX);
        let hrd = HrdParameters {
            buffer_size: size,
            initial_buffer_fullness: size / 4 * 3,
            ..HrdParameters::default()
        };
        let (numerator, denominator) = rate.frame_rate;
        let frames = FrameRateParameters {
            framerate: numerator | denominator << 16,
            ..FrameRateParameters::default()
        };
        let misc = BUFFER_MISC;
        buffers.push(self.buffer(misc, &Misc { kind: MISC_RATE_CONTROL, value: control })?);
        buffers.push(self.buffer(misc, &Misc { kind: MISC_HRD, value: hrd })?);
        buffers.push(self.buffer(misc, &Misc { kind: MISC_FRAME_RATE, value: frames })?);
        Ok(())
    }

    fn sequence_parameters(&self) -> SequenceH264 {
        let (columns, rows) = self.sequence.macroblocks();
        let (right, bottom) = self.sequence.crop();
        let (numerator, denominator) = self.sequence.frame_rate;
        SequenceH264 {
            seq_parameter_set_id: 0,
            level_idc: self.sequence.level_idc,
            intra_period: NEVER,
            intra_idr_period: NEVER,
            ip_period: 1,
            bits_per_second: if self.controls_rate() { self.rate.bits_per_second } else { 0 },
            max_num_ref_frames: 1,
            // `check_sides` bounds both far below 2^16.
            picture_width_in_mbs: columns as u16,
            picture_height_in_mbs: rows as u16,
            // chroma_format_idc 1, frame_mbs_only_flag, direct_8x8_inference_flag,
            // log2_max_frame_num_minus4 4, pic_order_cnt_type 2; as in the SPS.
            seq_fields: 1 | 1 << 2 | 1 << 5 | 4 << 6 | 2 << 10,
            bit_depth_luma_minus8: 0,
            bit_depth_chroma_minus8: 0,
            num_ref_frames_in_pic_order_cnt_cycle: 0,
            offset_for_non_ref_pic: 0,
            offset_for_top_to_bottom_field: 0,
            offset_for_ref_frame: [0; 256],
            frame_cropping_flag: (right + bottom > 0).into(),
            frame_crop_left_offset: 0,
            frame_crop_right_offset: right,
            frame_crop_top_offset: 0,
            frame_crop_bottom_offset: bottom,
            vui_parameters_present_flag: 1,
            // timing_info_present_flag, bitstream_restriction_flag, both log2_max_mv_length 15,
            // motion_vectors_over_pic_boundaries_flag; as in the VUI.
            vui_fields: 1 << 1 | 1 << 2 | 15 << 3 | 15 << 8 | 1 << 15,
            aspect_ratio_idc: 0,
            sar_width: 0,
            sar_height: 0,
            num_units_in_tick: denominator,
            time_scale: numerator.saturating_mul(2),
            reserved: [0; 4],
        }
    }

    /// The two pictures that take turns: what is written, and what is referred to.
    fn written_and_referred(&self) -> (PictureH264, PictureH264) {
        let at = |count: u32| {
            let surface = self.references[count as usize % 2].id();
            // Order counts are twice the number of the picture with pic_order_cnt_type 2.
            let order = (count.wrapping_mul(2) & i32::MAX as u32).cast_signed();
            PictureH264::reference(surface, (count % FRAME_NUMS) as u16, order)
        };
        let written = PictureH264 { flags: 0, ..at(self.since_idr) };
        let referred = self.since_idr.checked_sub(1).map_or(PictureH264::NONE, at);
        (written, referred)
    }

    fn picture_parameters(&self, picture: Picture) -> PictureParametersH264 {
        let (current, referred) = self.written_and_referred();
        let mut references = [PictureH264::NONE; 16];
        references[0] = referred;
        let idr = u32::from(matches!(picture, Picture::Idr { .. }));
        let profile = self.sequence.profile;
        PictureParametersH264 {
            current,
            references,
            coded_buffer: self.coded.id(),
            pic_parameter_set_id: 0,
            seq_parameter_set_id: 0,
            last_picture: 0,
            frame_num: (self.since_idr % FRAME_NUMS) as u16,
            pic_init_qp: INITIAL_QP,
            num_ref_idx_l0_active_minus1: 0,
            num_ref_idx_l1_active_minus1: 0,
            chroma_qp_index_offset: 0,
            second_chroma_qp_index_offset: 0,
            // idr_pic_flag, reference_pic_flag, entropy_coding_mode_flag,
            // transform_8x8_mode_flag, deblocking_filter_control_present_flag.
            pic_fields: idr
                | 1 << 1
                | u32::from(profile.cabac()) << 3
                | u32::from(profile.transform_8x8()) << 8
                | 1 << 9,
            reserved: [0; 4],
        }
    }

    fn slice_parameters(&self, picture: Picture) -> SliceH264 {
        let (columns, rows) = self.sequence.macroblocks();
        let (_, referred) = self.written_and_referred();
        let mut list0 = [PictureH264::NONE; 32];
        list0[0] = referred;
        let (slice_type, idr_pic_id) = match picture {
            Picture::Idr { idr_pic_id } => (2, idr_pic_id),
            Picture::Inter { .. } => (0, 0),
        };
        SliceH264 {
            macroblock_address: 0,
            num_macroblocks: columns * rows,
            macroblock_info: INVALID_ID,
            slice_type,
            pic_parameter_set_id: 0,
            idr_pic_id,
            pic_order_cnt_lsb: 0,
            delta_pic_order_cnt_bottom: 0,
            delta_pic_order_cnt: [0; 2],
            direct_spatial_mv_pred_flag: 1,
            num_ref_idx_active_override_flag: 0,
            num_ref_idx_l0_active_minus1: 0,
            num_ref_idx_l1_active_minus1: 0,
            list0,
            list1: [PictureH264::NONE; 32],
            luma_log2_weight_denom: 0,
            chroma_log2_weight_denom: 0,
            weights_l0: Weights::NONE,
            weights_l1: Weights::NONE,
            cabac_init_idc: 0,
            slice_qp_delta: 0,
            disable_deblocking_filter_idc: 0,
            slice_alpha_c0_offset_div2: 0,
            slice_beta_offset_div2: 0,
            reserved: [0; 4],
        }
    }

    fn submit(&self, surface: &Surface, buffers: &[Buffer]) -> Result<(), Error> {
        let mut ids: Vec<Id> = buffers.iter().map(Buffer::id).collect();
        // A dozen at most.
        let count = ids.len() as c_int;
        let context = self.context.id;
        self.display.call("begin a picture", |calls, raw| {
            // SAFETY: a live display and context, and a surface of this display.
            unsafe { (calls.begin_picture)(raw, context, surface.id()) }
        })?;
        self.display.call("describe a picture", |calls, raw| {
            // SAFETY: as above; `ids` holds `count` live buffers of this context.
            unsafe { (calls.render_picture)(raw, context, ids.as_mut_ptr(), count) }
        })?;
        self.display.call("encode a picture", |calls, raw| {
            // SAFETY: a live display and context whose picture was begun.
            unsafe { (calls.end_picture)(raw, context) }
        })
    }

    /// Waits until the hardware has finished with `surface`, and not for ever where libva can.
    fn wait(&self, surface: &Surface) -> Result<(), Error> {
        let limit = PATIENCE.as_nanos() as u64;
        let status = self.display.status(|calls, raw| match calls.sync_surface_for {
            // SAFETY: a live display and surface.
            Some(sync) => unsafe { sync(raw, surface.id(), limit) },
            None => UNIMPLEMENTED,
        });
        match status {
            TIMED_OUT => Err(Error::TimedOut { after: PATIENCE }),
            UNIMPLEMENTED => self.display.call("finish a picture", |calls, raw| {
                // SAFETY: a live display and surface.
                unsafe { (calls.sync_surface)(raw, surface.id()) }
            }),
            status => self.display.check("finish a picture", status),
        }
    }
}

fn check(settings: &Settings) -> Result<(), Error> {
    check_sides(settings.width, settings.height)?;
    let (numerator, denominator) = settings.frame_rate;
    for (what, value) in [("the frame rate", numerator), ("the frame rate's divisor", denominator)]
    {
        if value == 0 || value > u16::MAX.into() {
            let allowed = "from 1 to 65535";
            return Err(Error::OutOfRange { what, value: value.into(), allowed });
        }
    }
    if settings.buffer_ms == 0 || settings.buffer_ms > 10_000 {
        let (what, value) = ("the buffer's length", settings.buffer_ms.into());
        return Err(Error::OutOfRange { what, value, allowed: "from 1 to 10000 ms" });
    }
    check_rate(settings.bits_per_second)
}

fn check_rate(bits_per_second: u32) -> Result<(), Error> {
    if bits_per_second == 0 {
        return Err(Error::OutOfRange { what: "the bit rate", value: 0, allowed: "from 1" });
    }
    Ok(())
}

/// The best way in which the driver encodes this.
fn choose(display: &Display, settings: &Settings) -> Result<(Mode, RawProfile), Error> {
    let lacks = |reason| Error::NoEncoder { vendor: display.vendor(), reason };
    let offered = display.profiles()?;
    let entrypoints = match settings.low_power {
        true => [ENC_SLICE_LOW_POWER, ENC_SLICE],
        false => [ENC_SLICE, ENC_SLICE_LOW_POWER],
    };
    let mut reason = "it has none of the profiles";
    for &(profile, raw_profile) in settings.profile.at_most() {
        if !offered.contains(&raw_profile) {
            continue;
        }
        let here = display.entrypoints(raw_profile)?;
        let Some(&entrypoint) = entrypoints.iter().find(|entrypoint| here.contains(entrypoint))
        else {
            reason = "it only decodes";
            continue;
        };
        let offer = Attributes::query(display, raw_profile, entrypoint)?;
        if offer.formats & RT_FORMAT_YUV420 == 0 {
            reason = "it takes no 4:2:0 of 8 bits";
            continue;
        }
        offer.check_size(settings)?;
        let Some(rate_control) =
            RATE_CONTROLS.into_iter().find(|control| offer.rate_controls & control != 0)
        else {
            reason = "it has none of CBR, VBR and CQP";
            continue;
        };
        let packed = offer.packed.map(|packed| packed & (PACKED_SEQUENCE | PACKED_SLICE));
        return Ok((Mode { profile, entrypoint, rate_control, packed }, raw_profile));
    }
    Err(lacks(reason))
}

/// What a profile and entry point can.
struct Attributes {
    formats: u32,
    rate_controls: u32,
    packed: Option<u32>,
    max_width: Option<u32>,
    max_height: Option<u32>,
}

impl Attributes {
    fn query(
        display: &Display,
        profile: RawProfile,
        entrypoint: RawEntrypoint,
    ) -> Result<Self, Error> {
        let mut all = [
            ATTRIB_RT_FORMAT,
            ATTRIB_RATE_CONTROL,
            ATTRIB_PACKED_HEADERS,
            ATTRIB_MAX_WIDTH,
            ATTRIB_MAX_HEIGHT,
        ]
        .map(|kind| ConfigAttrib { kind, value: ATTRIB_NOT_SUPPORTED });
        let count = all.len() as c_int;
        display.call("ask what the driver can", |calls, raw| {
            // SAFETY: a live display; `all` holds `count` attributes and is valid for writes.
            unsafe { (calls.config_attributes)(raw, profile, entrypoint, all.as_mut_ptr(), count) }
        })?;
        let [formats, rate_controls, packed, max_width, max_height] =
            all.map(|attrib| (attrib.value != ATTRIB_NOT_SUPPORTED).then_some(attrib.value));
        Ok(Self {
            formats: formats.unwrap_or(0),
            rate_controls: rate_controls.unwrap_or(0),
            packed,
            max_width,
            max_height,
        })
    }

    fn check_size(&self, settings: &Settings) -> Result<(), Error> {
        // Drivers that do not say, and those that say 0, decide when a context is made.
        let limit = |max: Option<u32>| max.filter(|max| *max > 0).unwrap_or(u32::MAX);
        let (max_width, max_height) = (limit(self.max_width), limit(self.max_height));
        let Settings { width, height, .. } = *settings;
        if width > max_width || height > max_height {
            return Err(Error::TooLarge { width, height, max_width, max_height });
        }
        Ok(())
    }
}

/// A `VAConfigID`, destroyed when dropped.
#[derive(Debug)]
struct Config {
    display: Display,
    id: Id,
}

impl Config {
    fn create(display: &Display, profile: RawProfile, mode: Mode) -> Result<Self, Error> {
        let mut attributes = vec![
            ConfigAttrib { kind: ATTRIB_RT_FORMAT, value: RT_FORMAT_YUV420 },
            ConfigAttrib { kind: ATTRIB_RATE_CONTROL, value: mode.rate_control },
        ];
        if let Some(value) = mode.packed {
            attributes.push(ConfigAttrib { kind: ATTRIB_PACKED_HEADERS, value });
        }
        let count = attributes.len() as c_int;
        let mut id = 0;
        display.call("create a configuration", |calls, raw| {
            let (entrypoint, list) = (mode.entrypoint, attributes.as_mut_ptr());
            // SAFETY: a live display; `attributes` holds `count`; `id` is valid for the write of
            // one id.
            unsafe { (calls.create_config)(raw, profile, entrypoint, list, count, &mut id) }
        })?;
        Ok(Self { display: display.clone(), id })
    }
}

impl Drop for Config {
    fn drop(&mut self) {
        // SAFETY: the configuration is live and owned by `self`; the display is live.
        self.display.status(|calls, raw| unsafe { (calls.destroy_config)(raw, self.id) });
    }
}

/// A `VAContextID` with its configuration, destroyed when dropped.
#[derive(Debug)]
struct Context {
    id: Id,
    config: Config,
}

impl Context {
    fn create(
        config: Config,
        (width, height): (u32, u32),
        targets: &[Surface],
    ) -> Result<Self, Error> {
        let mut ids: Vec<Id> = targets.iter().map(Surface::id).collect();
        let count = ids.len() as c_int;
        let mut id = 0;
        config.display.call("create a context", |calls, raw| {
            let (width, height) = (width.cast_signed(), height.cast_signed());
            let list = ids.as_mut_ptr();
            // SAFETY: a live display and configuration; `ids` holds `count` live surfaces; `id` is
            // valid for the write of one id.
            unsafe {
                (calls.create_context)(
                    raw,
                    config.id,
                    width,
                    height,
                    PROGRESSIVE,
                    list,
                    count,
                    &mut id,
                )
            }
        })?;
        Ok(Self { id, config })
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the context is live and owned by `self`; the display is live.
        self.config.display.status(|calls, raw| unsafe { (calls.destroy_context)(raw, self.id) });
    }
}
