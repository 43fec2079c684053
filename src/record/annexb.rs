//! From Annex B to what MP4 holds: NAL units behind their lengths, parameter sets apart (ISO/IEC
//! 14496-15 §5.3).

/// `nal_unit_type` of ITU-T H.264 table 7-1.
const SPS: u8 = 7;
const PPS: u8 = 8;
const DELIMITER: u8 = 9;
const FILLER: u8 = 12;

/// What a decoder must know before the first picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    /// Sequence parameter sets, without start codes.
    pub sps: Vec<Vec<u8>>,
    /// Picture parameter sets, without start codes.
    pub pps: Vec<Vec<u8>>,
}

impl Parameters {
    /// Whether pictures can be decoded with these.
    pub fn suffice(&self) -> bool {
        // Profile, constraints and level are the three bytes behind the header of the first.
        !self.pps.is_empty() && self.sps.first().is_some_and(|sps| sps.len() >= 4)
    }
}

/// An access unit as a sample, and the parameter sets that came with it.
pub(super) fn sample(unit: &[u8]) -> (Vec<u8>, Parameters) {
    let mut sample = Vec::with_capacity(unit.len() + 16);
    let mut parameters = Parameters::default();
    for nal in nals(unit) {
        match nal[0] & 0x1f {
            SPS => parameters.sps.push(nal.to_vec()),
            PPS => parameters.pps.push(nal.to_vec()),
            DELIMITER | FILLER => {}
            _ => {
                sample.extend((nal.len() as u32).to_be_bytes());
                sample.extend(nal);
            }
        }
    }
    (sample, parameters)
}

/// The NAL units between the start codes of `unit`; none is empty.
fn nals(unit: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = after_start_code(unit);
    std::iter::from_fn(move || {
        let from = rest?;
        let end = start_code(from).unwrap_or(from.len());
        rest = after_start_code(&from[end..]);
        // A NAL unit ends with a one bit: zeros behind it belong to the next start code.
        let last = from[..end].iter().rposition(|byte| *byte != 0);
        Some(last.map_or(&from[..0], |last| &from[..=last]))
    })
    .filter(|nal| !nal.is_empty())
}

fn start_code(bytes: &[u8]) -> Option<usize> {
    bytes.windows(3).position(|window| window == [0, 0, 1])
}

fn after_start_code(bytes: &[u8]) -> Option<&[u8]> {
    start_code(bytes).map(|at| &bytes[at + 3..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameter_sets_go_apart_and_the_rest_gets_lengths() {
        let unit = [
            &[0, 0, 0, 1, 0x09, 0xf0][..],
            &[0, 0, 0, 1, 0x67, 0x42, 0xc0, 0x1f, 0x80],
            &[0, 0, 1, 0x68, 0xce],
            &[0, 0, 0, 1, 0x65, 1, 0, 0, 3, 1],
            &[0, 0, 1, 0x65, 7],
        ]
        .concat();
        let (sample, parameters) = sample(&unit);
        assert_eq!(sample, [0, 0, 0, 6, 0x65, 1, 0, 0, 3, 1, 0, 0, 0, 2, 0x65, 7]);
        assert_eq!(parameters.sps, [[0x67, 0x42, 0xc0, 0x1f, 0x80]]);
        assert_eq!(parameters.pps, [[0x68, 0xce]]);
        assert!(parameters.suffice());
    }

    #[test]
    fn whatever_is_no_access_unit_gives_nothing() {
        for unit in [&[][..], &[0, 0, 1], &[1, 2, 3], &[0, 0, 1, 0, 0, 1], &[0; 9]] {
            let (sample, parameters) = sample(unit);
            assert!(sample.is_empty() && !parameters.suffice(), "{unit:?}");
        }
    }
}
