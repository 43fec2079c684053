//! The encoder: one reference, no reordering, every picture out before the next goes in.
#![allow(unsafe_code, reason = "libva is a C library")]

mod context;
mod offer;
mod parameters;

use std::{ffi::c_int, time::Duration};

use self::{
    context::{Config, Context},
    offer::Mode,
    parameters::{Rate, Turn},
};
use crate::{
    buffer::Buffer,
    display::Display,
    error::Error,
    h264::{FRAME_NUMS, Header, ParameterSets, Picture, Profile, Sequence, level_idc},
    surface::{Surface, check_sides},
    sys::{
        BUFFER_MISC, BUFFER_PACKED_DATA, BUFFER_PACKED_PARAMETER, BUFFER_PICTURE, BUFFER_SEQUENCE,
        BUFFER_SLICE, ENC_SLICE_LOW_POWER, HEADER_SEQUENCE, HEADER_SLICE, Id, MISC_FRAME_RATE,
        MISC_HRD, MISC_RATE_CONTROL, Misc, PACKED_SEQUENCE, PACKED_SLICE, PackedHeader, RC_CQP,
        TIMED_OUT, UNIMPLEMENTED,
    },
};

/// How long the hardware may take for a picture before it counts as hung.
const PATIENCE: Duration = Duration::from_millis(250);
/// The quantiser that slices start from; with a constant one, the quality.
const INITIAL_QP: u8 = 26;
/// An IDR comes unasked after so many pictures: order counts are twice the number and below 2³¹.
const MOST_SINCE_IDR: u32 = 1 << 30;

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

impl Encoder {
    /// Opens an encoder.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for impossible settings, [`Error::NoEncoder`] and
    /// [`Error::TooLarge`] where the driver does not encode this, [`Error::Va`] when it refuses.
    pub fn open(display: &Display, settings: &Settings) -> Result<Self, Error> {
        check(settings)?;
        let mode = offer::choose(display, settings)?;
        let config = Config::create(display, mode)?;
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
        self.mode.rate_control != RC_CQP
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
        self.since_idr = (self.since_idr + 1) % MOST_SINCE_IDR;
        Ok(AccessUnit { data, keyframe: is_idr })
    }

    /// All that is told about a picture, in the order in which drivers expect it.
    fn buffers(&self, picture: Picture) -> Result<Vec<Buffer>, Error> {
        let idr = matches!(picture, Picture::Idr { .. });
        let sequence = &self.sequence;
        let surfaces = [self.references[0].id(), self.references[1].id()];
        let turn = Turn { picture, since_idr: self.since_idr, surfaces };
        let mut buffers = Vec::new();
        if idr {
            let rate = if self.controls_rate() { self.rate.bits_per_second } else { 0 };
            buffers.push(self.buffer(BUFFER_SEQUENCE, &parameters::sequence(sequence, rate))?);
        }
        if (idr || self.rate_changed) && self.controls_rate() {
            self.push_rate(&mut buffers)?;
        }
        let parameters = parameters::picture(sequence, &turn, self.coded.id());
        buffers.push(self.buffer(BUFFER_PICTURE, &parameters)?);
        let packed = self.mode.packed.unwrap_or(0);
        if idr && packed & PACKED_SEQUENCE != 0 {
            let (mut sets, pps) = (sequence.sps(), sequence.pps());
            sets.bytes.extend(pps.bytes);
            sets.bits += pps.bits;
            self.push_packed(&mut buffers, HEADER_SEQUENCE, &sets)?;
        }
        if packed & PACKED_SLICE != 0 {
            self.push_packed(&mut buffers, HEADER_SLICE, &sequence.slice(picture))?;
        }
        buffers.push(self.buffer(BUFFER_SLICE, &parameters::slice(sequence, &turn))?);
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
        let control = self.rate.control(self.sequence.initial_qp);
        let (hrd, frames) = (self.rate.hrd(), self.rate.frames());
        let misc = BUFFER_MISC;
        buffers.push(self.buffer(misc, &Misc { kind: MISC_RATE_CONTROL, value: control })?);
        buffers.push(self.buffer(misc, &Misc { kind: MISC_HRD, value: hrd })?);
        buffers.push(self.buffer(misc, &Misc { kind: MISC_FRAME_RATE, value: frames })?);
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: Settings = Settings {
        width: 640,
        height: 480,
        frame_rate: (60, 1),
        bits_per_second: 2_000_000,
        buffer_ms: 1000,
        profile: Profile::High,
        low_power: false,
    };

    #[test]
    fn impossible_settings_are_refused() {
        check(&SETTINGS).expect("possible");
        for (settings, value) in [
            (Settings { width: 641, ..SETTINGS }, 641),
            (Settings { height: 0, ..SETTINGS }, 0),
            (Settings { width: 16_386, ..SETTINGS }, 16_386),
            (Settings { frame_rate: (0, 1), ..SETTINGS }, 0),
            (Settings { frame_rate: (60, 65_536), ..SETTINGS }, 65_536),
            (Settings { bits_per_second: 0, ..SETTINGS }, 0),
            (Settings { buffer_ms: 10_001, ..SETTINGS }, 10_001),
        ] {
            let error = check(&settings).expect_err("impossible");
            assert!(
                matches!(error, Error::OutOfRange { value: found, .. } if found == value),
                "{settings:?}: {error}"
            );
        }
    }

    /// Two of these apply to what is `Sync`, so that `_` is ambiguous: it does not compile.
    trait NotSync<Marker> {
        fn holds() {}
    }
    impl<T: ?Sized> NotSync<()> for T {}
    impl<T: ?Sized + Sync> NotSync<u8> for T {}

    #[test]
    fn handles_move_between_threads_but_are_not_shared() {
        fn is_send<T: Send>() {}
        is_send::<Encoder>();
        is_send::<Surface>();
        is_send::<Display>();
        <Encoder as NotSync<_>>::holds();
        <Surface as NotSync<_>>::holds();
        <Display as NotSync<_>>::holds();
    }
}
