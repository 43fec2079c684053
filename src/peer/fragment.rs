//! SDP fragments: what the two ends of a connection tell each other of ICE alone
//! (`application/trickle-ice-sdpfrag`, RFC 8840 §9).

use std::net::IpAddr;

use super::{Candidate, MAX_CANDIDATES};

/// Lengths of a user fragment and of a password, characters (RFC 8839 §5.4).
const LENGTHS: [std::ops::RangeInclusive<usize>; 2] = [4..=256, 22..=256];

/// What a client says of its end of ICE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// Whose candidates these are: another pair restarts ICE.
    pub credentials: Credentials,
    /// Those of the candidates that can be tried from here.
    pub candidates: Vec<Candidate>,
    /// Whether no more follow.
    pub complete: bool,
}

/// A user fragment and its password, by which ICE knows one of its sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// `a=ice-ufrag`.
    pub ufrag: String,
    /// `a=ice-pwd`.
    pub password: String,
}

/// What is wrong with a fragment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FragmentError {
    /// A line without a letter and an equals sign.
    #[error("line {0} of the fragment is none of an SDP")]
    Line(usize),
    /// Nothing says whose the candidates are.
    #[error("the fragment has no a={0}")]
    Missing(&'static str),
    /// Too short, too long, or with other characters than letters, digits, '+' and '/'.
    #[error("a={0} of the fragment is malformed")]
    Malformed(&'static str),
    /// Media sections with credentials of their own: nothing here is without BUNDLE.
    #[error("the fragment has more than one a={0}")]
    Repeated(&'static str),
    /// A candidate without an address, a port or a type.
    #[error("the candidate on line {0} of the fragment is malformed")]
    Candidate(usize),
    /// More than any client has.
    #[error("the fragment has more than {MAX_CANDIDATES} candidates")]
    Candidates,
}

impl Fragment {
    /// Reads a fragment. Candidates that cannot be tried from here are passed over, as RFC 9725
    /// §4.3.2 wants it: those with names, and transports other than UDP and TCP.
    ///
    /// # Errors
    /// When it is malformed, or says nothing of whose candidates it has.
    pub fn parse(text: &str) -> Result<Self, FragmentError> {
        let (mut ufrag, mut password) = (None, None);
        let (mut candidates, mut complete) = (Vec::new(), false);
        let (mut mid, mut seen) = (None, 0);
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        for (at, line) in lines {
            let number = at + 1;
            let line = line.trim_end();
            if !is_sdp(line) {
                return Err(FragmentError::Line(number));
            }
            let Some(attribute) = line.strip_prefix("a=") else {
                if line.starts_with("m=") {
                    mid = None;
                }
                continue;
            };
            let (name, value) = attribute.split_once(':').unwrap_or((attribute, ""));
            match name {
                "ice-ufrag" => only(&mut ufrag, value, "ice-ufrag")?,
                "ice-pwd" => only(&mut password, value, "ice-pwd")?,
                "mid" => mid = Some(value.to_owned()),
                "end-of-candidates" => complete = true,
                "candidate" => {
                    seen += 1;
                    if seen > MAX_CANDIDATES {
                        return Err(FragmentError::Candidates);
                    }
                    if can_be_tried(value).ok_or(FragmentError::Candidate(number))? {
                        candidates.push(told(attribute, mid.as_deref()));
                    }
                }
                _ => {}
            }
        }
        let credentials = Credentials {
            ufrag: checked(ufrag, "ice-ufrag", &LENGTHS[0])?,
            password: checked(password, "ice-pwd", &LENGTHS[1])?,
        };
        for candidate in &mut candidates {
            candidate.username_fragment = Some(credentials.ufrag.clone());
        }
        Ok(Self { credentials, candidates, complete })
    }

    /// The offer that restarts ICE with this: `offer` with other credentials and candidates, and
    /// otherwise as it was.
    pub fn renewed(&self, offer: &str) -> String {
        let Credentials { ufrag, password } = &self.credentials;
        let mut renewed = String::with_capacity(offer.len());
        let mut told = false;
        for line in offer.lines() {
            let (name, _) = line.split_once(':').unwrap_or((line, ""));
            match name {
                "a=candidate" | "a=end-of-candidates" => continue,
                "a=ice-ufrag" => renewed.extend(["a=ice-ufrag:", ufrag]),
                "a=ice-pwd" => renewed.extend(["a=ice-pwd:", password]),
                _ => renewed.push_str(line),
            }
            renewed.push_str("\r\n");
            // Behind the first section's name: with BUNDLE there is no other transport.
            if name == "a=mid" && !std::mem::replace(&mut told, true) {
                for candidate in &self.candidates {
                    renewed.extend(["a=", &candidate.candidate, "\r\n"]);
                }
            }
        }
        renewed
    }

    /// What an answer says of ICE, as a fragment.
    pub fn of_answer(answer: &str) -> String {
        let mut sections = answer.split("\nm=");
        let session = sections.next().unwrap_or_default();
        // What is declined has port 0 and no transport.
        let media = sections.find(|section| section.split(' ').nth(1) != Some("0"));
        let media = media.unwrap_or_default();
        const OF_SESSION: [&str; 3] = ["a=ice-lite", "a=ice-options", "a=group"];
        const OF_MEDIA: [&str; 5] =
            ["a=mid", "a=ice-ufrag", "a=ice-pwd", "a=candidate", "a=end-of-candidates"];
        let head = picked(session, &OF_SESSION);
        let name = media.lines().next().unwrap_or_default().trim_end();
        let own = picked(media, &[&OF_SESSION[..2], &OF_MEDIA[..]].concat());
        let inherited = picked(session, &OF_MEDIA[1..3]);
        format!("{head}{inherited}m={name}\r\n{own}")
    }
}

impl Credentials {
    /// The first of an SDP.
    pub fn of(sdp: &str) -> Option<Self> {
        let first = |name| sdp.lines().find_map(|line| line.strip_prefix(name));
        let (ufrag, password) = (first("a=ice-ufrag:")?, first("a=ice-pwd:")?);
        Some(Self { ufrag: ufrag.trim().to_owned(), password: password.trim().to_owned() })
    }
}

/// RFC 8866 §5: a letter, an equals sign and a value.
fn is_sdp(line: &str) -> bool {
    matches!(line.as_bytes(), [letter, b'=', _, ..] if letter.is_ascii_lowercase())
}

/// Keeps a value that may be told more than once, but not differently.
fn only(known: &mut Option<String>, value: &str, name: &'static str) -> Result<(), FragmentError> {
    match known {
        Some(known) if known != value => Err(FragmentError::Repeated(name)),
        _ => {
            *known = Some(value.to_owned());
            Ok(())
        }
    }
}

fn checked(
    value: Option<String>,
    name: &'static str,
    lengths: &std::ops::RangeInclusive<usize>,
) -> Result<String, FragmentError> {
    let value = value.ok_or(FragmentError::Missing(name))?;
    let is_ice = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    if lengths.contains(&value.len()) && value.bytes().all(is_ice) {
        Ok(value)
    } else {
        Err(FragmentError::Malformed(name))
    }
}

/// Whether a candidate, from its foundation on, has a transport and an address for here; `None`
/// when it is no candidate (RFC 8839 §5.1).
fn can_be_tried(candidate: &str) -> Option<bool> {
    let fields: Vec<_> = candidate.split(' ').take(8).collect();
    let [_, component, transport, priority, address, port, "typ", _] = fields[..] else {
        return None;
    };
    component.parse::<u16>().ok()?;
    priority.parse::<u32>().ok()?;
    port.parse::<u16>().ok()?;
    let known = ["udp", "tcp"].iter().any(|known| transport.eq_ignore_ascii_case(known));
    Some(known && address.parse::<IpAddr>().is_ok())
}

fn told(attribute: &str, mid: Option<&str>) -> Candidate {
    Candidate {
        candidate: attribute.to_owned(),
        sdp_mid: mid.map(str::to_owned),
        // The one that BUNDLE leaves.
        sdp_mline_index: mid.is_none().then_some(0),
        username_fragment: None,
    }
}

/// The lines of a part of an SDP that begin with one of these names.
fn picked(part: &str, names: &[&str]) -> String {
    let wanted = |line: &&str| names.contains(&line.split(':').next().unwrap_or_default());
    part.lines().map(str::trim_end).filter(wanted).flat_map(|line| [line, "\r\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n";
    const HOST: &str = "a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host generation 0";

    #[test]
    fn a_fragment_is_read_as_rfc_9725_writes_it() {
        let text = format!(
            "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n{USER}{HOST}\r\n\
             a=candidate:2 1 tcp 1518280447 2001:db8::1 9 typ host tcptype active\r\n\
             a=end-of-candidates\r\n"
        );
        let fragment = Fragment::parse(&text).expect("well-formed");
        assert_eq!(fragment.credentials.ufrag, "EsAw");
        assert_eq!(fragment.credentials.password, "P2uYro0UCOQ4zxjKXaWCBui1");
        assert!(fragment.complete);
        let [udp, tcp] = &fragment.candidates[..] else { panic!("{fragment:?}") };
        assert_eq!(format!("a={}", udp.candidate), HOST);
        assert_eq!(
            (udp.sdp_mid.as_deref(), udp.username_fragment.as_deref()),
            (Some("0"), Some("EsAw"))
        );
        assert!(tcp.candidate.contains("2001:db8::1"));
    }

    #[test]
    fn lines_may_end_in_a_line_feed_and_credentials_stand_anywhere() {
        let text = format!("{}m=video 9 X 96\na=mid:v\n{HOST}\n", USER.replace("\r\n", "\n"));
        let fragment = Fragment::parse(&text).expect("well-formed");
        assert_eq!(fragment.candidates[0].sdp_mid.as_deref(), Some("v"));
        assert!(!fragment.complete);
        let text = format!("m=audio 9 X 0\na=mid:0\n{USER}m=video 9 X 96\na=mid:1\n{USER}");
        assert!(Fragment::parse(&text).is_ok(), "the same for each section");
    }

    #[test]
    fn what_cannot_be_tried_is_passed_over() {
        for (from, to) in [("udp", "sctp"), ("192.0.2.1", "f00.local"), ("192.0.2.1", "x.example")]
        {
            let text = format!("{USER}a=mid:0\r\n{}\r\n{HOST}\r\n", HOST.replace(from, to));
            let fragment = Fragment::parse(&text).expect("well-formed");
            assert_eq!(fragment.candidates.len(), 1, "{text}");
        }
    }

    #[test]
    fn what_is_broken_is_refused_by_name() {
        let many = format!("{HOST}\r\n").repeat(MAX_CANDIDATES as usize + 1);
        let other = USER.replace("EsAw", "ysXw");
        let long = format!("a=ice-ufrag:{}\r\na=ice-pwd:x", "u".repeat(257));
        let short = "a=ice-ufrag:EsAw\r\na=ice-pwd:short";
        let odd = USER.replace("EsAw", "E\u{e9}Aw");
        for (text, error) in [
            ("", FragmentError::Missing("ice-ufrag")),
            ("a=ice-ufrag:EsAw", FragmentError::Missing("ice-pwd")),
            ("nonsense", FragmentError::Line(1)),
            ("{\"candidate\": \"\"}", FragmentError::Line(1)),
            ("a=mid:0\r\na=", FragmentError::Line(2)),
            ("A=mid:0", FragmentError::Line(1)),
            ("\0=x", FragmentError::Line(1)),
            (&format!("{USER}{other}"), FragmentError::Repeated("ice-ufrag")),
            (&long, FragmentError::Malformed("ice-ufrag")),
            (&odd, FragmentError::Malformed("ice-ufrag")),
            (short, FragmentError::Malformed("ice-pwd")),
            (&format!("{USER}a=candidate:"), FragmentError::Candidate(3)),
            (&format!("{USER}a=candidate:1 1 udp"), FragmentError::Candidate(3)),
            (&format!("{USER}{}", HOST.replace("61764", "65536")), FragmentError::Candidate(3)),
            (&format!("{USER}{}", HOST.replace("typ", "top")), FragmentError::Candidate(3)),
            (&format!("{USER}{many}"), FragmentError::Candidates),
        ] {
            assert_eq!(Fragment::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn an_offer_is_renewed_in_what_is_about_ice_and_nowhere_else() {
        let offer = "v=0\r\na=group:BUNDLE 0 1\r\nm=audio 9 X 111\r\na=mid:0\r\na=ice-ufrag:old0\r\n\
             a=ice-pwd:old\r\na=candidate:9 1 udp 1 10.0.0.1 9 typ host\r\na=end-of-candidates\r\n\
             a=fingerprint:sha-256 AA\r\nm=video 9 X 96\r\na=mid:1\r\na=ice-ufrag:old0\r\na=ice-pwd:old\r\n";
        let fragment = Fragment::parse(&format!("{USER}a=mid:0\r\n{HOST}\r\n")).expect("fine");
        let renewed = fragment.renewed(offer);
        assert_eq!(renewed.matches("a=ice-ufrag:EsAw\r\n").count(), 2);
        assert_eq!(renewed.matches("a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n").count(), 2);
        assert_eq!(renewed.matches(HOST).count(), 1);
        assert!(!renewed.contains("old") && !renewed.contains("10.0.0.1"));
        assert!(renewed.contains("a=fingerprint:sha-256 AA\r\n"));
        assert_eq!(Credentials::of(&renewed), Some(fragment.credentials));
    }

    #[test]
    fn an_answer_becomes_a_fragment_of_what_is_not_declined() {
        let answer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\na=group:BUNDLE 1\r\na=fingerprint:sha-256 AA\r\n\
             m=audio 0 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=inactive\r\n\
             m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n\
             a=sendonly\r\na=candidate:1 1 udp 2 192.0.2.1 8000 typ host\r\na=end-of-candidates\r\n";
        assert_eq!(
            Fragment::of_answer(answer),
            "a=group:BUNDLE 1\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=ice-ufrag:EsAw\r\n\
             a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=candidate:1 1 udp 2 192.0.2.1 8000 typ host\r\n\
             a=end-of-candidates\r\n"
        );
        let back = Fragment::parse(&Fragment::of_answer(answer)).expect("as it is read");
        assert!(back.complete && back.candidates.len() == 1);
    }
}
