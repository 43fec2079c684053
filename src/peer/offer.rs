//! Whether an offer can be answered with a picture. The library answers any: a browser that
//! cannot take what is sent would show black for ever.

use super::{MAX_CANDIDATES, Reason};

/// Says what is missing in an offer, before anything is set up for it.
pub(super) fn check(offer: &str) -> Result<(), Reason> {
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
        } else if playable(section).next().is_none() {
            fault = Reason::H264Profile;
        } else {
            return Ok(());
        }
    }
    Err(fault)
}

/// Says whether an answer sends video as `offer` takes it.
pub(super) fn check_answer(offer: &str, answer: &str) -> Result<(), Reason> {
    let sends = |(offered, answered): (&str, &str)| {
        let mute = attributes(answered).any(|a| a == "inactive" || a == "recvonly");
        let chosen = formats(answered).next();
        // When nothing fits, the library agrees to whatever is H.264.
        let fits = playable(offered).any(|format| chosen == Some(format));
        !answered.starts_with("video 0 ") && !mute && fits
    };
    let sections = video_sections(offer).zip(video_sections(answer));
    sections.into_iter().any(sends).then_some(()).ok_or(Reason::H264Profile)
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

/// Those of them that take what is sent: baseline in fragmentation units.
fn playable(section: &str) -> impl Iterator<Item = &str> {
    h264(section).filter(move |format| {
        let parameters = attributes(section)
            .filter_map(|attribute| attribute.strip_prefix("fmtp:")?.split_once(' '))
            .find(|(described, _)| described == format)
            .map_or("", |(_, parameters)| parameters);
        let parameter = |name: &str| {
            let pairs = parameters.split(';').filter_map(|pair| pair.trim().split_once('='));
            pairs.filter(|(key, _)| *key == name).map(|(_, value)| value).next()
        };
        // RFC 6184 §8.1: baseline is also what goes without saying.
        let baseline = parameter("profile-level-id").is_none_or(|id| id.starts_with("42"));
        baseline && parameter("packetization-mode") == Some("1")
    })
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
        let high = H264.replace("42e01f", "640032");
        let sending = H264.replace("recvonly", "sendonly");
        for (sections, fault) in [
            (&[][..], Some("video section")),
            (&[DATA], Some("video section")),
            (&[AUDIO, DATA], Some("video section")),
            (&[VP8], Some("H.264")),
            (&[sending.as_str()], Some("receive")),
            (&[single.as_str()], Some("packetization-mode=1")),
            (&[high.as_str()], Some("baseline")),
            (&[H264], None),
            (&[AUDIO, H264, DATA], None),
            (&[VP8, H264], None),
        ] {
            let said = check(&sdp(sections)).err().map(|reason| reason.to_string());
            match (&said, fault) {
                (Some(said), Some(fault)) => assert!(said.contains(fault), "{sections:?}: {said}"),
                (None, None) => {}
                _ => panic!("{sections:?}: {said:?} instead of {fault:?}"),
            }
        }
    }

    #[test]
    fn an_answer_without_a_picture_is_noticed() {
        let offer = sdp(&[AUDIO, H264]);
        let sends = "video 9 UDP/TLS/RTP/SAVPF 97\r\na=sendonly";
        assert!(check_answer(&offer, &sdp(&[sends])).is_ok());
        let other = "video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly";
        for answer in ["video 0 UDP/TLS/RTP/SAVPF 97", "video 9 X 97\r\na=inactive", other, DATA] {
            assert!(check_answer(&offer, &sdp(&[answer])).is_err(), "{answer}");
        }
    }
}
