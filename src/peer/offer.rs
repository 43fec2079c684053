//! What an offer can be answered with. The library answers any: a browser that cannot take what is
//! sent would show black for ever.

use super::{MAX_CANDIDATES, Reason};
use crate::encode::Profile;

/// A payload format that the browser offers and the answer takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Format {
    /// Its RTP payload type.
    pub payload_type: u8,
    /// Its `a=fmtp` parameters, as offered: an answer repeats the profile (RFC 6184 §8.2.2).
    pub parameters: String,
    /// What it decodes.
    pub profile: Profile,
}

/// Chooses the best format of an offer, or says what is missing, before anything is set up for it.
pub(super) fn choose(offer: &str) -> Result<Format, Reason> {
    let candidates = offer.lines().filter(|line| line.starts_with("a=candidate:"));
    if candidates.count() > MAX_CANDIDATES as usize {
        return Err(Reason::Candidates);
    }
    let mut fault = Reason::NoVideo;
    for section in video_sections(offer) {
        if !receives(section) {
            fault = Reason::NotReceiving;
        } else if h264(section).next().is_none() {
            fault = Reason::NoH264;
        } else {
            // The best, and of equals the one that the browser likes best.
            let best = playable(section)
                .reduce(|best, other| if other.profile > best.profile { other } else { best });
            match best {
                Some(best) => return Ok(best),
                None => fault = Reason::H264Profile,
            }
        }
    }
    Err(fault)
}

/// Says whether an answer sends video as `format`, by its payload type in the offer.
pub(super) fn check_answer(answer: &str, format: &Format) -> Result<(), Reason> {
    let sends = |answered: &str| {
        let mute = attributes(answered).any(|a| a == "inactive" || a == "recvonly");
        // When nothing fits, the library agrees to whatever is H.264.
        let fits = formats(answered).next().and_then(|chosen| chosen.parse().ok())
            == Some(format.payload_type);
        !answered.starts_with("video 0 ") && !mute && fits
    };
    video_sections(answer).any(sends).then_some(()).ok_or(Reason::H264Profile)
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
fn formats(section: &str) -> impl Iterator<Item = &str> {
    section.lines().next().unwrap_or_default().split_whitespace().skip(3)
}

/// Payload types with H.264, RFC 6184 §8.2.1.
fn h264(section: &str) -> impl Iterator<Item = &str> {
    attributes(section)
        .filter_map(|attribute| attribute.strip_prefix("rtpmap:")?.split_once(' '))
        .filter(|(_, codec)| codec.to_ascii_uppercase().starts_with("H264/90000"))
        .map(|(format, _)| format)
}

/// Those of them that take what is sent, in the browser's order: in fragmentation units, of a
/// profile that [`Profile`] has or that includes one of it (RFC 6184 §8.1, H.264 §A.2).
fn playable(section: &str) -> impl Iterator<Item = Format> {
    let described = |format: &str| {
        let parameters = attributes(section)
            .filter_map(|attribute| attribute.strip_prefix("fmtp:")?.split_once(' '))
            .find(|(described, _)| *described == format)
            .map_or("", |(_, parameters)| parameters);
        let parameter = |name: &str| {
            let pairs = parameters.split(';').filter_map(|pair| pair.trim().split_once('='));
            pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
        };
        // Without a profile it is Baseline.
        let profile = match parameter("profile-level-id").unwrap_or("42").get(..2)? {
            "42" => Profile::ConstrainedBaseline,
            "4d" | "4D" | "64" => Profile::Main,
            _ => return None,
        };
        let payload_type = format.parse().ok()?;
        let fragments = parameter("packetization-mode") == Some("1");
        fragments.then(|| Format { payload_type, parameters: parameters.to_owned(), profile })
    };
    let offered = formats(section).filter(|format| h264(section).any(|one| one == *format));
    offered.filter_map(described).collect::<Vec<_>>().into_iter()
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
            let said = choose(&sdp(sections)).err().map(|reason| reason.to_string());
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
            let chosen = choose(&sdp(&[&section(ids)])).expect("playable");
            assert_eq!((chosen.payload_type, chosen.profile), (payload_type, profile), "{ids:?}");
            let offered = ids[usize::from(payload_type - 100)];
            assert!(chosen.parameters.ends_with(offered), "{}", chosen.parameters);
        }
    }

    #[test]
    fn an_answer_without_a_picture_is_noticed() {
        let format = choose(&sdp(&[AUDIO, H264])).expect("playable");
        let sends = "video 9 UDP/TLS/RTP/SAVPF 97\r\na=sendonly";
        assert!(check_answer(&sdp(&[sends]), &format).is_ok());
        let other = "video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly";
        for answer in ["video 0 UDP/TLS/RTP/SAVPF 97", "video 9 X 97\r\na=inactive", other, DATA] {
            assert!(check_answer(&sdp(&[answer]), &format).is_err(), "{answer}");
        }
    }
}
