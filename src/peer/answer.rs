//! Answers, put into the form that players other than browsers understand.
//!
//! The library declines audio, and tells candidates in the first media section, even where that one
//! is declined and has no transport, and of both components, though there is no second one with RTCP
//! on the same port. Declined audio is too much for GStreamer's `webrtcbin` (1.22), where it stands
//! first, and for aiortc; both, as browsers do, take audio that stays silent.

/// Port of a section whose transport is told otherwise (RFC 9429 §5.3.1).
const SOME_PORT: &str = "9";

/// `answer` to `offer`, with audio that is inactive rather than declined, nothing received, and the
/// candidates in the first section that has a transport.
pub(super) fn mended(answer: &str, offer: &str) -> String {
    let mut parts = sections(answer);
    let candidates = take_candidates(&mut parts);
    let transport: Vec<_> = parts
        .iter()
        .find(|part| !part.is_declined())
        .into_iter()
        .flat_map(|part| part.named(&["a=setup", "a=ice-ufrag", "a=ice-pwd"]))
        .map(str::to_owned)
        .collect();
    let asked = sections(offer);
    let bundled = asked[0].named(&["a=group"]).find(|line| line.starts_with("a=group:BUNDLE"));
    for (part, asked) in parts.iter_mut().zip(&asked).skip(1) {
        let shares = |mid: &str| bundled.is_some_and(|all| all.split(' ').any(|id| id == mid));
        if part.is_declined() && asked.is_audio() && asked.mid().is_some_and(shares) {
            part.0 = asked.silent(&transport);
        }
    }
    let mids: Vec<_> =
        parts.iter().filter(|part| !part.is_declined()).filter_map(Section::mid).collect();
    let group = format!("a=group:BUNDLE {}", mids.join(" "));
    for line in parts[0].0.iter_mut().filter(|line| line.starts_with("a=group:BUNDLE")) {
        line.clone_from(&group);
    }
    // What a client may send as well (draft-ietf-wish-whep-03 §4.2) is not listened to.
    for line in parts.iter_mut().flat_map(|part| &mut part.0).filter(|line| *line == "a=sendrecv") {
        "a=sendonly".clone_into(line);
    }
    if let Some(first) = parts.iter_mut().find(|part| !part.is_declined()) {
        first.0.extend(candidates);
    }
    let lines = parts.iter().flat_map(|part| &part.0);
    lines.flat_map(|line| [line.as_str(), "\r\n"]).collect()
}

/// Removes what is about candidates, and gives what is about the one component that there is.
fn take_candidates(parts: &mut [Section]) -> Vec<String> {
    let lines = parts.iter_mut().flat_map(|part| {
        part.0.extract_if(.., |line| is(line, "a=candidate") || is(line, "a=end-of-candidates"))
    });
    lines.filter(|line| component(line).is_none_or(|component| component == "1")).collect()
}

/// The lines of a media section, or of what is before the first.
struct Section(Vec<String>);

impl Section {
    /// RFC 3264 §6: port 0. What is before the first section has no transport, either.
    fn is_declined(&self) -> bool {
        self.name().is_none_or(|name| name.split(' ').nth(1) == Some("0"))
    }

    fn is_audio(&self) -> bool {
        self.name().is_some_and(|name| name.starts_with("audio "))
    }

    fn name(&self) -> Option<&str> {
        self.0.first()?.strip_prefix("m=")
    }

    fn mid(&self) -> Option<&str> {
        self.named(&["a=mid"]).next()?.strip_prefix("a=mid:")
    }

    fn named<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
        self.0.iter().map(String::as_str).filter(|line| names.iter().any(|name| is(line, name)))
    }

    /// The answer to this section by which nothing flows.
    fn silent(&self, transport: &[String]) -> Vec<String> {
        let mut name: Vec<_> = self.name().unwrap_or_default().split(' ').collect();
        if let Some(port) = name.get_mut(1) {
            *port = SOME_PORT;
        }
        let mut lines = vec![format!("m={}", name.join(" ")), "c=IN IP4 0.0.0.0".to_owned()];
        lines.extend(self.named(&["a=mid"]).map(str::to_owned));
        lines.extend_from_slice(transport);
        lines.push("a=rtcp-mux".to_owned());
        lines.extend(self.named(&["a=rtpmap", "a=fmtp"]).map(str::to_owned));
        lines.push("a=inactive".to_owned());
        lines
    }
}

fn sections(sdp: &str) -> Vec<Section> {
    let mut parts = vec![Section(Vec::new())];
    for line in sdp.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        if line.starts_with("m=") {
            parts.push(Section(Vec::new()));
        }
        parts.last_mut().expect("invariant: there is one").0.push(line.to_owned());
    }
    parts
}

fn is(line: &str, name: &str) -> bool {
    line.split(':').next() == Some(name)
}

/// The component that a line with a candidate is about (RFC 8839 §5.1).
fn component(line: &str) -> Option<&str> {
    line.strip_prefix("a=candidate:")?.split(' ').nth(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "v=0\r\ns=-\r\na=group:BUNDLE 1\r\n";
    const HOST: &str = "a=candidate:1 1 udp 2 192.0.2.1 8000 typ host\r\n";
    const SECOND: &str = "a=candidate:1 2 udp 2 192.0.2.1 8000 typ host\r\n";
    const END: &str = "a=end-of-candidates\r\n";
    const VIDEO: &str = "m=video 9 X 96\r\na=setup:passive\r\na=mid:1\r\na=ice-ufrag:EsAw\r\n\
                         a=ice-pwd:P2uY\r\na=rtcp-mux\r\na=sendonly\r\n";
    const ASKED: &str = "m=audio 9 X 111 0\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:ysXw\r\n\
                         a=setup:actpass\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n\
                         a=recvonly\r\nm=video 0 X 96\r\na=bundle-only\r\na=mid:1\r\n";

    fn answer() -> String {
        format!("{HEAD}m=audio 0 X 0\r\na=mid:0\r\n{HOST}{SECOND}{END}{VIDEO}")
    }

    #[test]
    fn audio_is_silent_on_the_transport_that_it_shares() {
        let offer = format!("v=0\r\na=group:BUNDLE 0 1\r\n{ASKED}");
        let audio = "m=audio 9 X 111 0\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=setup:passive\r\n\
                     a=ice-ufrag:EsAw\r\na=ice-pwd:P2uY\r\na=rtcp-mux\r\n\
                     a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\na=inactive\r\n";
        let head = HEAD.replace("BUNDLE 1", "BUNDLE 0 1");
        assert_eq!(mended(&answer(), &offer), format!("{head}{audio}{HOST}{END}{VIDEO}"));
    }

    #[test]
    fn audio_with_a_transport_of_its_own_stays_declined_without_candidates() {
        let mended = mended(&answer(), &format!("v=0\r\n{ASKED}"));
        assert_eq!(mended, format!("{HEAD}m=audio 0 X 0\r\na=mid:0\r\n{VIDEO}{HOST}{END}"));
    }

    #[test]
    fn an_answer_in_order_stays_as_it_is() {
        let data = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n";
        let head = HEAD.replace("BUNDLE 1", "BUNDLE 1 2");
        let told = format!("{head}{VIDEO}{HOST}{END}{data}");
        for offer in ["", &told, "m=audio\r\nm=\r\nm=audio 9\r\n"] {
            assert_eq!(mended(&told, offer), told);
        }
        assert_eq!(mended(&told.replace("sendonly", "sendrecv"), ""), told);
        for odd in ["", "m=audio 0 X 0\r\n"] {
            assert_eq!(mended(odd, &answer()), odd);
        }
    }
}
