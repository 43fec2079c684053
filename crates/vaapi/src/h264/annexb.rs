//! What is in an access unit, and SPS and PPS before every IDR.

/// NAL unit types (H.264 table 7-1).
const IDR: u8 = 5;
const SPS: u8 = 7;
const PPS: u8 = 8;
const ACCESS_UNIT_DELIMITER: u8 = 9;

/// The parameter sets that belong before each IDR.
#[derive(Debug, Default)]
pub(crate) struct ParameterSets {
    driver: Option<Vec<u8>>,
}

impl ParameterSets {
    /// Completes a driver's access unit. Whether it is an IDR, and its bytes: with those sets
    /// before it that the driver wrote with it or with an earlier IDR, else `own`.
    pub(crate) fn complete(&mut self, unit: Vec<u8>, own: &[u8]) -> (bool, Vec<u8>) {
        let mut sets = Vec::new();
        let (mut sps, mut pps, mut idr) = (false, false, false);
        let mut insert_at = 0;
        for (start, end, kind) in units(&unit) {
            match kind {
                SPS | PPS => {
                    sps |= kind == SPS;
                    pps |= kind == PPS;
                    sets.extend_from_slice(&unit[start..end]);
                }
                // It must stay first (§7.4.1.2.3).
                ACCESS_UNIT_DELIMITER => insert_at = end,
                IDR => {
                    idr = true;
                    break;
                }
                _ => {}
            }
        }
        if sps && pps {
            self.driver = Some(sets);
            return (idr, unit);
        }
        if !idr {
            return (false, unit);
        }
        let missing = self.driver.as_deref().unwrap_or(own);
        let mut completed = Vec::with_capacity(unit.len() + missing.len());
        completed.extend_from_slice(&unit[..insert_at]);
        completed.extend_from_slice(missing);
        completed.extend_from_slice(&unit[insert_at..]);
        (true, completed)
    }
}

/// Start (with its start code), end and type of each NAL unit.
fn units(data: &[u8]) -> impl Iterator<Item = (usize, usize, u8)> + '_ {
    let mut from = next_start(data, 0);
    std::iter::from_fn(move || {
        let (start, payload) = from?;
        from = next_start(data, payload);
        let end = from.map_or(data.len(), |(next, _)| next);
        Some((start, end, data.get(payload)? & 0x1f))
    })
}

/// Where the next start code begins and where its NAL unit does.
fn next_start(data: &[u8], from: usize) -> Option<(usize, usize)> {
    let at = from + data.get(from..)?.windows(3).position(|window| window == [0, 0, 1])?;
    // The zero byte of a four-byte start code belongs to it (§B.1.1).
    let start = if at > from && data[at - 1] == 0 { at - 1 } else { at };
    Some((start, at + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: [u8; 10] = [0, 0, 0, 1, 0x67, 0, 0, 0, 1, 0x68];

    #[test]
    fn sets_come_before_every_idr() {
        let mut sets = ParameterSets::default();
        let idr = vec![0, 0, 1, 0x65, 1];
        let (is_idr, unit) = sets.complete(idr.clone(), &OWN);
        assert!(is_idr);
        assert_eq!(unit, [&OWN[..], &idr].concat(), "own where the driver writes none");

        let whole = [&[0, 0, 0, 1, 0x67, 7, 0, 0, 1, 0x68, 8][..], &idr].concat();
        assert_eq!(sets.complete(whole.clone(), &OWN), (true, whole.clone()), "left alone");
        assert_eq!(sets.complete(idr.clone(), &OWN), (true, whole), "the driver's, repeated");

        let delimited = [&[0, 0, 0, 1, 9, 0x10][..], &idr].concat();
        let (_, unit) = sets.complete(delimited, &OWN);
        assert_eq!(&unit[..6], [0, 0, 0, 1, 9, 0x10], "the delimiter stays first");
        assert_eq!(unit[10] & 0x1f, SPS);

        let inter = vec![0, 0, 1, 0x41, 0];
        assert_eq!(sets.complete(inter.clone(), &OWN), (false, inter));
    }
}
