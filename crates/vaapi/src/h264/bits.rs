//! Bits, Exp-Golomb codes and emulation prevention (H.264 §7.3, §9.1).

/// Writes an RBSP bit by bit.
#[derive(Debug, Default)]
pub(crate) struct BitWriter {
    bytes: Vec<u8>,
    bits: usize,
}

impl BitWriter {
    /// u(count): the low `count` bits of `value`, most significant first.
    pub(crate) fn u(&mut self, count: u32, value: u32) {
        for shift in (0..count).rev() {
            if self.bits.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = (value >> shift & 1) as u8;
            if let Some(last) = self.bytes.last_mut() {
                *last |= bit << (7 - self.bits % 8);
            }
            self.bits += 1;
        }
    }

    /// A flag.
    pub(crate) fn flag(&mut self, value: bool) {
        self.u(1, value.into());
    }

    /// ue(v); `value` below 2³² − 1.
    pub(crate) fn ue(&mut self, value: u32) {
        let code = value + 1;
        let length = 32 - code.leading_zeros();
        self.u(length - 1, 0);
        self.u(length, code);
    }

    /// se(v).
    pub(crate) fn se(&mut self, value: i32) {
        let magnitude = value.unsigned_abs();
        self.ue(if value > 0 { 2 * magnitude - 1 } else { 2 * magnitude });
    }

    /// rbsp_trailing_bits().
    pub(crate) fn trailing(&mut self) {
        self.u(1, 1);
        self.u((8 - self.bits as u32 % 8) % 8, 0);
    }

    /// Zeros up to the next byte.
    #[cfg(test)]
    pub(crate) fn align(&mut self) {
        self.u((8 - self.bits as u32 % 8) % 8, 0);
    }

    /// The bytes, the last one filled up with zeros, and how many bits of them count.
    pub(crate) fn finish(self) -> (Vec<u8>, usize) {
        (self.bytes, self.bits)
    }
}

/// An Annex B NAL unit of the RBSP: start code, header byte, emulation prevention. Also its
/// length in bits, of an RBSP of `bits`.
pub(crate) fn nal(header: u8, rbsp: &[u8], bits: usize) -> (Vec<u8>, usize) {
    let mut out = vec![0, 0, 0, 1, header];
    let mut zeros = 0;
    for &byte in rbsp {
        if zeros == 2 && byte <= 3 {
            out.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    let unused = rbsp.len() * 8 - bits;
    let length = out.len() * 8 - unused;
    (out, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_table_9_2() {
        let cases = [(0, "1"), (1, "010"), (2, "011"), (3, "00100"), (7, "0001000")];
        for (value, expected) in cases {
            let mut writer = BitWriter::default();
            writer.ue(value);
            let (bytes, bits) = writer.finish();
            let text = (0..bits).map(|bit| bytes[bit / 8] >> (7 - bit % 8) & 1);
            let text: String = text.map(|bit| char::from(b'0' + bit)).collect();
            assert_eq!(text, expected, "ue({value})");
        }
        let mut writer = BitWriter::default();
        [0, 1, -1, 2, -2].into_iter().for_each(|value| writer.se(value));
        assert_eq!(writer.finish(), (vec![0b1010_0110, 0b0100_0010, 0b1000_0000], 17));
    }

    #[test]
    fn start_codes_are_not_emulated() {
        let rbsp = [0, 0, 0, 0, 0, 1, 0, 0, 3, 0, 0, 4];
        let (unit, bits) = nal(0x67, &rbsp, 96 - 3);
        let expected = [0, 0, 0, 1, 0x67, 0, 0, 3, 0, 0, 3, 0, 1, 0, 0, 3, 3, 0, 0, 4];
        assert_eq!(unit, expected);
        assert_eq!(bits, expected.len() * 8 - 3);
    }
}
