//! What an offer can be answered with. The library answers any: a browser that cannot take what is
//! sent would show black for ever.

use super::{MAX_CANDIDATES, Reason};
use crate::{
    encode::{Formats, Profile},
    units::{Codec, Codecs},
};

/// A payload format that the browser offers and the answer takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Format {
    /// What is coded.
    pub codec: Codec,
    /// Its RTP payload type.
    pub payload_type: u8,
    /// Its `a=fmtp` parameters, as offered: an answer repeats the profile (RFC 6184 §8.2.2).
    pub parameters: String,
}

/// What an answer takes of an offer. A stream may change from one to the other at any key frame,
/// without another offer (RFC 3264 §7): software takes over in H.264.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    /// H.264, always.
    pub h264: Format,
    /// Its profile.
    pub profile: Profile,
    /// What the browser likes better and hardware encodes.
    pub better: Option<Format>,
}

impl Chosen {
    /// What this end offers.
    pub fn own() -> Self {
        let parameters = OWN_FORMAT.to_owned();
        let h264 = Format { codec: Codec::H264, payload_type: OWN_TYPE, parameters };
        Self { h264, profile: Profile::ConstrainedBaseline, better: None }
    }

    /// As encoders are told.
    pub fn formats(&self) -> Formats {
        let better = self.better.as_ref().map(|format| format.codec);
        Formats { profile: self.profile, better }
    }

    /// All, the best first.
    pub fn all(&self) -> impl Iterator<Item = &Format> {
        self.better.iter().chain([&self.h264])
    }
}

/// What this end offers, where it does: H.264 as every receiver takes it.
const OWN_TYPE: u8 = 102;
const OWN_FORMAT: &str = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f";

/// Chooses the best formats of an offer, or says what is missing, before anything is set up for it.
/// `codecs` are those beyond H.264 that hardware encodes here.
pub(super) fn choose(offer: &str, codecs: Codecs) -> Result<Chosen, Reason> {
    let candidates = offer.lines().filter(|line| line.starts_with("a=candidate:"));
    if candidates.count() > MAX_CANDIDATES as usize {
        return Err(Reason::Candidates);
    }
    let mut fault = Reason::NoVideo;
    for section in video_sections(offer) {
        if !receives(section) {
            fault = Reason::NotReceiving;
            continue;
        }
        // Of equals the one that the browser likes best.
        let best = h264(section)
            .reduce(|best, other| if other.profile > best.profile { other } else { best });
        let Some(mut best) = best else {
            let any = formats(section).any(|format| format.codec == Codec::H264);
            fault = if any { Reason::H264Profile } else { Reason::NoH264 };
            continue;
        };
        best.better = formats(section)
            .take_while(|format| format.codec != Codec::H264)
            .find(|format| codecs.has(format.codec) && is_main_profile(format));
        return Ok(best);
    }
    Err(fault)
}

/// Takes what an answer agrees to of what was chosen, by payload type. When nothing fits, the
/// library agrees to whatever is H.264.
pub(super) fn check_answer(answer: &str, chosen: &Chosen) -> Result<(), Reason> {
    let sends = |answered: &str| {
        let mute = attributes(answered).any(|a| a == "inactive" || a == "recvonly");
        let types: Vec<_> = payload_types(answered).filter_map(|id| id.parse().ok()).collect();
        let known = chosen.all().all(|format| types.contains(&format.payload_type));
        !answered.starts_with("video 0 ") && !mute && known && types.len() == chosen.all().count()
    };
    video_sections(answer).any(sends).then_some(()).ok_or(Reason::H264Profile)
}

/// Whether an answer takes what was offered.
pub(super) fn check_accepted(answer: &str, chosen: &Chosen) -> Result<(), Reason> {
    let candidates = answer.lines().filter(|line| line.starts_with("a=candidate:"));
    if candidates.count() > MAX_CANDIDATES as usize {
        return Err(Reason::Candidates);
    }
    let takes = |section: &str| {
        let known = payload_types(section).any(|id| id.parse() == Ok(chosen.h264.payload_type));
        !section.starts_with("video 0 ") && receives(section) && known
    };
    video_sections(answer).any(takes).then_some(()).ok_or(Reason::Declined)
}

/// The media sections for video, from the medium on.
fn video_sections(sdp: &str) -> impl Iterator<Item = &str> {
    sdp.split("\nm=").skip(1).filter(|section| section.starts_with("video "))
}

fn attributes(section: &str) -> impl Iterator<Item = &str> {
    section.lines().filter_map(|line| line.trim_end().strip_prefix("a="))
}

/// RFC 8866 §6.7: without a direction, both.
fn receives(section: &str) -> bool {
    !attributes(section).any(|a| a == "inactive" || a == "sendonly")
}

/// The payload types of a section, the preferred one first.
fn payload_types(section: &str) -> impl Iterator<Item = &str> {
    section.lines().next().unwrap_or_default().split_whitespace().skip(3)
}

/// The payload formats of a section with a codec that may be sent, the preferred one first:
/// RFC 6184 §8.2.1, RFC 7798 §7.2.1, and AV1's payload format §7.2.
fn formats(section: &str) -> impl Iterator<Item = Format> {
    payload_types(section).filter_map(|id| {
        let named = |attribute| described(section, attribute, id);
        let codec = match named("rtpmap:")?.to_ascii_uppercase().as_str() {
            "H264/90000" => Codec::H264,
            "H265/90000" => Codec::Hevc,
            "AV1/90000" => Codec::Av1,
            _ => return None,
        };
        let parameters = named("fmtp:").unwrap_or_default().to_owned();
        Some(Format { codec, payload_type: id.parse().ok()?, parameters })
    })
}

/// What an attribute of a section says of a payload type.
fn described<'a>(section: &'a str, attribute: &str, id: &str) -> Option<&'a str> {
    attributes(section)
        .filter_map(|line| line.strip_prefix(attribute)?.split_once(' '))
        .find_map(|(named, said)| (named == id).then_some(said))
}

impl Format {
    fn parameter(&self, name: &str) -> Option<&str> {
        let pairs = self.parameters.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
    }
}

/// Those with H.264 that take what is sent: in fragmentation units, of a profile that [`Profile`]
/// has or that includes one of it (RFC 6184 §8.1, H.264 §A.2).
fn h264(section: &str) -> impl Iterator<Item = Chosen> {
    let fragments = |format: &Format| format.parameter("packetization-mode") == Some("1");
    let whole = formats(section).filter(move |one| one.codec == Codec::H264 && fragments(one));
    whole.filter_map(|h264| {
        // Without a profile it is Baseline.
        let profile = match h264.parameter("profile-level-id").unwrap_or("42").get(..2)? {
            "42" => Profile::ConstrainedBaseline,
            "4d" | "4D" | "64" => Profile::Main,
            _ => return None,
        };
        Some(Chosen { h264, profile, better: None })
    })
}

/// Whether a format of HEVC or AV1 takes what is sent: 8 bits a sample, and one RTP stream. What
/// is left out stands for that.
fn is_main_profile(format: &Format) -> bool {
    let is = |name, value| format.parameter(name).is_none_or(|said| said == value);
    match format.codec {
        Codec::H264 => false,
        Codec::Hevc => is("profile-id", "1") && is("tier-flag", "0") && is("tx-mode", "SRST"),
        Codec::Av1 => is("profile", "0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sdp(sections: &[&str]) -> String {
        let sections = sections.iter().flat_map(|section| ["m=", section, "\r\n"]);
        ["v=0\r\n", "s=-\r\n"].into_iter().chain(sections).collect()
    }

    const H264: &str = "video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtpmap:96 VP8/90000\r\n\
                        a=recvonly\r\na=rtpmap:97 H264/90000\r\n\
                        a=fmtp:97 profile-level-id=42e01f;packetization-mode=1";
    const VP8: &str = "video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\na=recvonly";
    const AUDIO: &str = "audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2";
    const DATA: &str = "application 9 UDP/DTLS/SCTP webrtc-datachannel";

    #[test]
    fn an_offer_is_told_what_it_lacks() {
        let single = H264.replace("mode=1", "mode=0");
        let high444 = H264.replace("42e01f", "f4001f");
        let sending = H264.replace("recvonly", "sendonly");
        for (sections, fault) in [
            (&[][..], Some("video section")),
            (&[DATA], Some("video section")),
            (&[AUDIO, DATA], Some("video section")),
            (&[VP8], Some("H.264")),
            (&[sending.as_str()], Some("receive")),
            (&[single.as_str()], Some("packetization-mode=1")),
            (&[high444.as_str()], Some("Baseline, Main or High")),
            (&[H264], None),
            (&[AUDIO, H264, DATA], None),
            (&[VP8, H264], None),
        ] {
            let said = choose(&sdp(sections), Codecs::ALL).err().map(|reason| reason.to_string());
            match (&said, fault) {
                (Some(said), Some(fault)) => assert!(said.contains(fault), "{sections:?}: {said}"),
                (None, None) => {}
                _ => panic!("{sections:?}: {said:?} instead of {fault:?}"),
            }
        }
    }

    #[test]
    fn the_best_format_is_chosen_and_then_the_first() {
        let section = |ids: &[&str]| {
            let types: Vec<_> = (0..ids.len()).map(|n| (100 + n).to_string()).collect();
            let lines = types.iter().zip(ids).map(|(n, id)| {
                format!("a=rtpmap:{n} H264/90000\r\na=fmtp:{n} packetization-mode=1;profile-level-id={id}")
            });
            let lines: Vec<_> = lines.collect();
            format!("video 9 UDP/TLS/RTP/SAVPF {}\r\n{}", types.join(" "), lines.join("\r\n"))
        };
        for (ids, payload_type, profile) in [
            (&["42e01f"][..], 100, Profile::ConstrainedBaseline),
            (&["42001f", "42e01f"], 100, Profile::ConstrainedBaseline),
            (&["42001f", "4d001f", "64001f"], 101, Profile::Main),
            (&["640c1f", "42e01f"], 100, Profile::Main),
            (&["f4001f", "42e01f", "4D401f"], 102, Profile::Main),
        ] {
            let chosen = choose(&sdp(&[&section(ids)]), Codecs::ALL).expect("playable");
            assert_eq!(
                (chosen.h264.payload_type, chosen.profile),
                (payload_type, profile),
                "{ids:?}"
            );
            let offered = ids[usize::from(payload_type - 100)];
            assert!(chosen.h264.parameters.ends_with(offered), "{:?}", chosen.h264);
        }
    }

    #[test]
    fn an_answer_without_a_picture_is_noticed() {
        let chosen = choose(&sdp(&[AUDIO, H264]), Codecs::ALL).expect("playable");
        let sends = "video 9 UDP/TLS/RTP/SAVPF 97\r\na=sendonly";
        assert!(check_answer(&sdp(&[sends]), &chosen).is_ok());
        let other = "video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly";
        for answer in ["video 0 UDP/TLS/RTP/SAVPF 97", "video 9 X 97\r\na=inactive", other, DATA] {
            assert!(check_answer(&sdp(&[answer]), &chosen).is_err(), "{answer}");
        }
    }

    #[test]
    fn a_codec_that_is_liked_better_is_taken_where_hardware_has_it() {
        let offer = |types: &str| {
            let section = format!(
                "video 9 UDP/TLS/RTP/SAVPF {types}\r\n\
                 a=rtpmap:45 AV1/90000\r\na=fmtp:45 level-idx=5;profile=0;tier=0\r\n\
                 a=rtpmap:46 AV1/90000\r\na=fmtp:46 level-idx=5;profile=1;tier=0\r\n\
                 a=rtpmap:49 H265/90000\r\na=fmtp:49 level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST\r\n\
                 a=rtpmap:50 H265/90000\r\na=fmtp:50 profile-id=2\r\n\
                 a=rtpmap:96 VP8/90000\r\n\
                 a=rtpmap:97 H264/90000\r\na=fmtp:97 packetization-mode=0\r\n\
                 a=rtpmap:98 H264/90000\r\na=fmtp:98 packetization-mode=1;profile-level-id=42e01f"
            );
            sdp(&[&section])
        };
        let all = Codecs::ALL;
        let (only_hevc, none) = (Codecs { av1: false, ..all }, Codecs::default());
        for (types, codecs, better) in [
            ("45 98", all, Some(45)),
            ("98 45", all, None),
            ("97 45 98", all, None),
            ("96 45 49 98", all, Some(45)),
            ("45 49 98", only_hevc, Some(49)),
            ("49 45 98", all, Some(49)),
            ("45 49 98", none, None),
            ("46 50 98", all, None),
            ("46 45 98", all, Some(45)),
        ] {
            let chosen = choose(&offer(types), codecs).expect("H.264 is among them");
            let found = chosen.better.as_ref().map(|format| format.payload_type);
            assert_eq!((found, chosen.h264.payload_type), (better, 98), "{types} {codecs:?}");
            let both: Vec<_> = chosen.all().map(|format| format.payload_type.to_string()).collect();
            let answer = |types: &str| sdp(&[&format!("video 9 X {types}\r\na=sendonly")]);
            assert!(check_answer(&answer(&both.join(" ")), &chosen).is_ok());
            assert!(check_answer(&answer("97"), &chosen).is_err());
            assert_eq!(check_answer(&answer("98"), &chosen).is_ok(), better.is_none());
        }
        let without = choose(&offer("45 49"), all).map_err(|reason| reason.to_string());
        assert!(without.is_err_and(|reason| reason.contains("H.264")));
    }
}
