//! As much of STUN as it takes to tell whose a datagram is (RFC 8489 §5, RFC 8445 §7.1).

/// Names a request and what answers it.
pub(super) type Transaction = [u8; 12];

/// What a datagram is to whoever shares a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// A request; a connectivity check names the user fragment of who is asked.
    Request { transaction: Transaction, asked: Option<&'a str> },
    /// A request was granted.
    Success { transaction: Transaction },
    /// It was refused.
    Failure { transaction: Transaction },
    /// Anything else: DTLS, RTP, RTCP, indications.
    Other,
}

const HEADER: usize = 20;
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const USERNAME: u16 = 0x0006;

/// Looks at a datagram. What is not whole is [`Kind::Other`].
pub(super) fn kind(datagram: &[u8]) -> Kind<'_> {
    parse(datagram).unwrap_or(Kind::Other)
}

fn parse(datagram: &[u8]) -> Option<Kind<'_>> {
    let (header, attributes) = datagram.split_at_checked(HEADER)?;
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    if header[0] >= 0x40 || header[4..8] != COOKIE || length != attributes.len() {
        return None;
    }
    let transaction = header[8..].try_into().ok()?;
    // The class is in bits 4 and 8 of the type.
    Some(match (header[0] & 1, header[1] & 0x10) {
        (0, 0) => Kind::Request { transaction, asked: asked(attributes) },
        (1, 0) => Kind::Success { transaction },
        (1, _) => Kind::Failure { transaction },
        _ => Kind::Other,
    })
}

/// The first half of the user name: the fragment of who is asked.
fn asked(mut attributes: &[u8]) -> Option<&str> {
    while let Some((head, rest)) = attributes.split_at_checked(4) {
        let kind = u16::from_be_bytes([head[0], head[1]]);
        let length = usize::from(u16::from_be_bytes([head[2], head[3]]));
        let value = rest.get(..length)?;
        if kind == USERNAME {
            return std::str::from_utf8(value).ok()?.split_once(':').map(|(asked, _)| asked);
        }
        attributes = rest.get(length.next_multiple_of(4)..)?;
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub const BINDING: u16 = 0x0001;
    pub const GRANTED: u16 = 0x0101;

    /// A message of a type, with a software name of odd length before the user's.
    pub fn message(kind: u16, transaction: Transaction, user: Option<&str>) -> Vec<u8> {
        let mut attributes = Vec::new();
        let mut attribute = |kind: u16, value: &[u8]| {
            attributes.extend(kind.to_be_bytes());
            attributes.extend((value.len() as u16).to_be_bytes());
            attributes.extend(value);
            attributes.resize(attributes.len().next_multiple_of(4), 0);
        };
        attribute(0x8022, b"test!");
        if let Some(user) = user {
            attribute(USERNAME, user.as_bytes());
        }
        let mut message = kind.to_be_bytes().to_vec();
        message.extend((attributes.len() as u16).to_be_bytes());
        message.extend(COOKIE);
        message.extend(transaction);
        message.extend(attributes);
        message
    }

    #[test]
    fn a_check_names_who_is_asked() {
        let transaction = [7; 12];
        let check = message(BINDING, transaction, Some("server:client"));
        assert_eq!(kind(&check), Kind::Request { transaction, asked: Some("server") });
        let without = message(BINDING, transaction, None);
        assert_eq!(kind(&without), Kind::Request { transaction, asked: None });
        assert_eq!(kind(&message(GRANTED, transaction, None)), Kind::Success { transaction });
        assert_eq!(kind(&message(0x0111, transaction, None)), Kind::Failure { transaction });
        assert_eq!(kind(&message(0x0011, transaction, None)), Kind::Other, "an indication");
    }

    #[test]
    fn what_is_broken_is_nobody_s() {
        let whole = message(BINDING, [7; 12], Some("server:client"));
        for end in 0..whole.len() {
            assert_eq!(kind(&whole[..end]), Kind::Other, "{end} bytes");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut other = whole.clone();
                other[at] ^= 1 << bit;
                // Whatever it is taken for: it is looked at without a panic.
                kind(&other);
            }
        }
        let rtp = [0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9];
        assert_eq!(kind(&rtp), Kind::Other);
    }

    proptest::proptest! {
        #[test]
        fn any_datagram_is_looked_at_without_a_panic(
            head in proptest::prop_oneof![Just(vec![0, 1, 0, 8]), proptest::collection::vec(any::<u8>(), 4)],
            rest in proptest::collection::vec(any::<u8>(), 0..80),
            cookie: bool,
        ) {
            let cookie = if cookie { COOKIE.to_vec() } else { Vec::new() };
            kind(&[head, cookie, rest].concat());
        }
    }
}
