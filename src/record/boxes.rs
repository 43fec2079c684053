//! The boxes of a fragmented MP4 file (ISO/IEC 14496-12 §8.8): an opening without samples, then
//! fragments that each stand alone, so that a file which was cut off plays up to the cut.

use mp4_atom::{
    Avc1, Avcc, Dinf, Dref, Encode as _, Error, FourCC, FragmentInfo, Free, Ftyp, Hdlr, Mdhd, Mdia,
    Mehd, Mfhd, Mfra, Minf, Moof, Moov, Mvex, Mvhd, Stbl, Stco, Stsd, Tfdt, Tfhd, Tfra, Tkhd, Traf,
    Trak, Trex, Trun, TrunEntry, Url, Visual, Vmhd, Zeroed,
};

use super::annexb::Parameters;
use crate::units::{MediaTime, Size};

/// The one track.
const TRACK: u32 = 1;
/// Sample flags (§8.8.3.1): depends on no other.
const SYNC: u32 = 0x0200_0000;
/// Depends on others and is no sync sample.
const DEPENDENT: u32 = 0x0101_0000;
/// Bytes of a `mehd` box: as much is kept free until the duration is known.
const MEHD: usize = 20;
/// Bytes of a box's size and type.
const HEADER: usize = 8;
/// From 1904, where MP4 counts from, to 1970, s.
const EPOCH_1904_S: u64 = 2_082_844_800;

/// A coded picture in a fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    /// NAL units behind their lengths.
    pub data: Vec<u8>,
    /// When it is shown, 90 kHz ticks since the file's first.
    pub time: u64,
    /// Whether decoding can start here.
    pub keyframe: bool,
}

/// What a file says of all its samples.
#[derive(Clone, Debug)]
pub(super) struct Track {
    /// Size of the pictures.
    pub size: Size,
    /// For the decoder.
    pub parameters: Parameters,
    /// When it was begun, s since 1970.
    pub created_unix_s: u64,
}

impl Track {
    /// `ftyp` and `moov`; of the same length whether or not the duration (ticks) is known yet.
    pub fn opening(&self, duration: Option<u64>) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::with_capacity(1024);
        let brands = [b"isom", b"iso6", b"avc1", b"mp41"].map(FourCC::new);
        Ftyp {
            major_brand: FourCC::new(b"isom"),
            minor_version: 512,
            compatible_brands: brands.into(),
        }
        .encode(&mut bytes)?;
        let trex = Trex { track_id: TRACK, default_sample_description_index: 1, ..Trex::default() };
        let mehd = duration.map(|fragment_duration| Mehd { fragment_duration });
        let created = self.created_unix_s + EPOCH_1904_S;
        let moov = Moov {
            mvhd: Mvhd {
                creation_time: created,
                modification_time: created,
                timescale: MediaTime::HZ as u32,
                rate: 1.into(),
                volume: 1.into(),
                next_track_id: TRACK + 1,
                ..Mvhd::default()
            },
            mvex: Some(Mvex { mehd, trex: vec![trex] }),
            trak: vec![self.trak(created)?],
            ..Moov::default()
        };
        moov.encode(&mut bytes)?;
        if duration.is_none() {
            Free { zeroed: Zeroed { size: MEHD - HEADER } }.encode(&mut bytes)?;
        }
        Ok(bytes)
    }

    fn trak(&self, created: u64) -> Result<Trak, Error> {
        // Sides are at most `Size::MAX_SIDE`.
        let [width, height] = [self.size.width(), self.size.height()].map(|side| side as u16);
        Ok(Trak {
            tkhd: Tkhd {
                creation_time: created,
                modification_time: created,
                track_id: TRACK,
                enabled: true,
                in_movie: true,
                width: width.into(),
                height: height.into(),
                ..Tkhd::default()
            },
            mdia: Mdia {
                mdhd: Mdhd {
                    creation_time: created,
                    modification_time: created,
                    timescale: MediaTime::HZ as u32,
                    duration: 0,
                    language: "und".into(),
                },
                hdlr: Hdlr { handler: b"vide".into(), name: "mjcast".into() },
                minf: Minf {
                    vmhd: Some(Vmhd::default()),
                    dinf: Dinf { dref: Dref { entries: vec![Url::default().into()] } },
                    stbl: Stbl {
                        stsd: Stsd { codecs: vec![self.avc1(width, height)?.into()] },
                        stco: Some(Stco::default()),
                        ..Stbl::default()
                    },
                    ..Minf::default()
                },
            },
            ..Trak::default()
        })
    }

    fn avc1(&self, width: u16, height: u16) -> Result<Avc1, Error> {
        let Parameters { sps, pps } = &self.parameters;
        let (Some(first_sps), Some(first_pps)) = (sps.first(), pps.first()) else {
            return Err(Error::OutOfBounds);
        };
        let avcc = Avcc {
            sequence_parameter_sets: sps.clone(),
            picture_parameter_sets: pps.clone(),
            ..Avcc::new(first_sps, first_pps)?
        };
        Ok(Avc1 {
            visual: Visual {
                data_reference_index: 1,
                width,
                height,
                horizresolution: 72.into(),
                vertresolution: 72.into(),
                frame_count: 1,
                compressor: "".into(),
                depth: 24,
            },
            avcc,
            btrt: None,
            colr: None,
            pasp: None,
            taic: None,
            fiel: None,
            spatial: Default::default(),
        })
    }
}

/// A `moof` with its `mdat`.
pub(super) struct Fragment {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Where in it the duration of the last sample stands: 4 bytes, highest first.
    pub last_duration_at: usize,
}

/// Makes fragment number `sequence` of `samples`, of which the last is shown until `end` (ticks).
pub(super) fn fragment(sequence: u32, samples: &[Sample], end: u64) -> Result<Fragment, Error> {
    let ends = samples.iter().skip(1).map(|sample| sample.time).chain([end]);
    let entries = samples.iter().zip(ends).map(|(sample, end)| TrunEntry {
        duration: Some(ticks(end.saturating_sub(sample.time))),
        size: u32::try_from(sample.data.len()).ok(),
        flags: Some(if sample.keyframe { SYNC } else { DEPENDENT }),
        cts: None,
    });
    let trun = Trun { data_offset: Some(0), samples: entries.collect::<Vec<_>>().into() };
    let begin = samples.first().map_or(0, |sample| sample.time);
    let traf = Traf {
        tfhd: Tfhd { track_id: TRACK, default_base_is_moof: true, ..Tfhd::default() },
        tfdt: Some(Tfdt { base_media_decode_time: begin }),
        trun: vec![trun],
        ..Traf::default()
    };
    let mut moof = Moof { mfhd: Mfhd { sequence_number: sequence }, traf: vec![traf] };
    let mut bytes = Vec::new();
    moof.encode(&mut bytes)?;
    let size = bytes.len();
    moof.traf[0].trun[0].data_offset = i32::try_from(size + HEADER).ok();
    let data: usize = samples.iter().map(|sample| sample.data.len()).sum();
    bytes.clear();
    bytes.reserve(size + HEADER + data);
    moof.encode(&mut bytes)?;
    let mdat = u32::try_from(data + HEADER).map_err(|_| Error::OutOfBounds)?;
    bytes.extend(mdat.to_be_bytes());
    bytes.extend(b"mdat");
    samples.iter().for_each(|sample| bytes.extend(&sample.data));
    // The last entry ends the box: duration, size and flags, which a single sample has before.
    let entry = if samples.len() == 1 { 8 } else { 12 };
    Ok(Fragment { bytes, last_duration_at: size - entry })
}

/// The table of fragments that begin with a key frame, (time, offset) each, to end a file with.
pub(super) fn ending(keyframes: &[(u64, u64)]) -> Result<Vec<u8>, Error> {
    let entries = keyframes.iter().map(|&(time, moof_offset)| FragmentInfo {
        time,
        moof_offset,
        traf_number: 1,
        trun_number: 1,
        sample_delta: 1,
    });
    let tfra = Tfra { track_id: TRACK, entries: entries.collect() };
    let mut mfra = Mfra { tfra: vec![tfra], ..Mfra::default() };
    let mut bytes = Vec::new();
    mfra.encode(&mut bytes)?;
    // Its last box says how long it is, so that it is found from the end.
    mfra.mfro.parent_size = u32::try_from(bytes.len()).map_err(|_| Error::OutOfBounds)?;
    bytes.clear();
    mfra.encode(&mut bytes)?;
    Ok(bytes)
}

/// A duration as files hold it; at least 1, as a sample without one is never shown.
pub(super) fn ticks(duration: u64) -> u32 {
    u32::try_from(duration).unwrap_or(u32::MAX).max(1)
}
