//! Whatever a client sends as text of a session or of a candidate is read without a panic.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::{
    Port, Telling,
    advertise::{Advertised, is_tcp},
    answer,
    fragment::Fragment,
    offer,
};
use crate::units::Codecs;

/// A browser's, in short, with all that is looked at.
const OFFER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1 2\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:EsAw\r\n\
    a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=setup:actpass\r\na=rtpmap:111 opus/48000/2\r\na=recvonly\r\n\
    m=video 9 UDP/TLS/RTP/SAVPF 45 97 98\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\na=ice-ufrag:EsAw\r\n\
    a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=setup:actpass\r\na=recvonly\r\na=rtcp-mux\r\n\
    a=rtpmap:45 AV1/90000\r\na=fmtp:45 level-idx=5;profile=0;tier=0\r\na=rtpmap:97 H264/90000\r\n\
    a=fmtp:97 packetization-mode=1;profile-level-id=42e01f\r\na=rtpmap:98 rtx/90000\r\na=fmtp:98 apt=97\r\n\
    a=candidate:1 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r\n\
    a=candidate:2 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active\r\na=end-of-candidates\r\n\
    m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:2\r\na=sctp-port:5000\r\n";

/// What happens to a text: at a place, as a part of the whole.
#[derive(Clone, Debug)]
enum Edit {
    Drop(f64),
    Repeat(f64),
    Cut(f64),
    Insert(f64, String),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (0.0..1.0).prop_map(Edit::Drop),
        (0.0..1.0).prop_map(Edit::Repeat),
        (0.0..1.0).prop_map(Edit::Cut),
        ((0.0..1.0), "\\PC{0,6}|[\r\n :=;/,-]{1,3}|99999999999|-1")
            .prop_map(|(at, text)| Edit::Insert(at, text)),
    ]
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    for edit in edits {
        let mut lines: Vec<_> = text.split_inclusive('\n').map(str::to_owned).collect();
        let line = |at: f64| (at * lines.len() as f64) as usize;
        match edit {
            Edit::Drop(at) if !lines.is_empty() => drop(lines.remove(line(*at))),
            Edit::Repeat(at) if !lines.is_empty() => lines.push(lines[line(*at)].clone()),
            Edit::Cut(at) => lines.truncate(line(*at) + 1),
            Edit::Insert(at, new) => {
                let whole = lines.concat();
                let place = (at * whole.len() as f64) as usize;
                let place = (0..=place).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
                lines = vec![format!("{}{new}{}", &whole[..place], &whole[place..])];
            }
            Edit::Drop(_) | Edit::Repeat(_) => {}
        }
        text = lines.concat();
    }
    text
}

static ADVERTISED: LazyLock<Advertised> = LazyLock::new(|| {
    let port = Port::open(&[], 8000, Some(8001)).expect("nothing is bound");
    let seat = port.seat(Vec::new()).expect("a runtime");
    seat.knows(5000, 5001);
    Advertised::new(&["203.0.113.1".parse().expect("an address")], seat)
});

fn read(text: &str) {
    if let Ok(chosen) = offer::choose(text, Codecs::ALL) {
        let _ = offer::check_answer(text, &chosen);
    }
    let _ = answer::mended(text, OFFER);
    let _ = answer::mended(OFFER, text);
    if let Ok(fragment) = Fragment::parse(text) {
        let _ = fragment.renewed(OFFER);
    }
    let _ = Fragment::of_answer(text);
    for telling in [Telling::Trickled, Telling::AtOnce] {
        let _ = ADVERTISED.rewrite(text, telling);
    }
    let _ = ADVERTISED.streams(text);
    for line in text.lines() {
        let _ = ADVERTISED.told(line.trim_start_matches("a=candidate:"));
        let _ = is_tcp(line);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_nearly_a_session_never_panics(edits in prop::collection::vec(edit(), 1..12)) {
        read(&edited(OFFER, &edits));
    }

    #[test]
    fn any_text_never_panics(text in "\\PC{0,300}|([am]=\\PC{0,40}\r\n){0,9}") {
        read(&text);
    }
}

#[test]
fn the_offer_itself_can_be_answered() {
    let chosen = offer::choose(OFFER, Codecs::ALL).map_err(|reason| reason.to_string());
    assert!(chosen.is_ok_and(|chosen| chosen.better.is_some()));
}
