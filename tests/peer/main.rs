//! A peer and a WebRTC client over loopback: what a browser would see, packet by packet.

mod client;

use std::{net::UdpSocket, sync::Arc, time::Duration};

use bytes::Bytes;
use client::{BASELINE, Client, DEADLINE, Pair, Wants, av1_frame, frame, loopback, within};
use mjcast::{
    encode::{Formats, Profile},
    frame::{EncodedFrame, Sent, queue},
    peer::{Candidate, Channel, Config, Error, IceServer, Peer, PeerEvent, Port},
    units::{Codec, Codecs},
};
use rtc::{
    rtcp::{
        payload_feedbacks::{
            full_intra_request::{FirEntry, FullIntraRequest},
            picture_loss_indication::PictureLossIndication,
        },
        transport_feedbacks::transport_layer_nack::{NackPair, TransportLayerNack},
    },
    rtp::{
        Packet,
        codec::{av1::Av1Depacketizer, h264::H264Packet},
        packetizer::Depacketizer,
    },
};
use tokio::sync::{RwLock, mpsc};

/// Tests that open sockets share it; the one that counts them has it alone.
static SOCKETS: RwLock<()> = RwLock::const_new(());

/// Annex B as a receiver puts it together.
fn depacketised(packets: &[Packet]) -> Bytes {
    let mut h264 = H264Packet::default();
    let nals = packets.iter().map(|packet| h264.depacketize(&packet.payload).expect("H.264"));
    nals.collect::<Vec<_>>().concat().into()
}

/// Sends frames to `pair` until one comes out, and gives it with its packets: what is written
/// before the first packet opens the track at the client may be lost.
async fn first_frame(pair: &mut Pair, frames: &mjcast::frame::FrameSender) -> u64 {
    let sent = frame(0, true, 3000);
    assert_eq!(frames.send(&sent), Sent::Queued);
    let packets = pair.client.frame().await;
    assert_eq!(depacketised(&packets), sent.data);
    1
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_arrive_as_they_were_sent() {
    let _sockets = SOCKETS.read().await;
    let mut pair = Pair::connect(Wants::default()).await;
    pair.event(|event| *event == PeerEvent::Connected).await;
    let (frames, source) = queue(8);
    pair.peer.play(source).await;
    let mut last: Option<(Arc<EncodedFrame>, Packet)> = None;
    for (id, bytes) in (0..).zip([3000, 10, 1180, 1179, 50_000, 2, 8000]) {
        // The frame after the third is late: time passes in RTP as it does in the capture.
        let sent = frame(if id < 3 { id } else { id + 5 }, id == 0 || id == 4, bytes);
        assert_eq!(frames.send(&sent), Sent::Queued);
        let packets = pair.client.frame().await;
        assert_eq!(depacketised(&packets), sent.data, "frame {id}");
        let header = packets[0].header.clone();
        assert!(packets.iter().all(|packet| packet.header.timestamp == header.timestamp));
        assert!(packets.iter().all(|packet| packet.payload.len() <= 1180));
        assert_eq!(header.payload_type, 109, "the client's number for the codec");
        if let Some((before, packet)) = last {
            let ticks = header.timestamp.wrapping_sub(packet.header.timestamp);
            assert_eq!(ticks, sent.pts.rtp().wrapping_sub(before.pts.rtp()));
            let next = packet.header.sequence_number.wrapping_add(1);
            assert_eq!(header.sequence_number, next);
        }
        last = Some((sent, packets.last().expect("a frame").clone()));
    }
    let stats = pair.peer.stats();
    assert_eq!(stats.frames, 7);
    assert!(stats.packets > 40 && stats.bytes > 62_000, "{stats:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_is_told_when_frames_were_where() {
    let _sockets = SOCKETS.read().await;
    let config = loopback();
    let mut pair = Pair::connect_to(&config, Wants::default(), |_| true).await;
    let (frames, source) = queue(8);
    pair.peer.play(source).await;
    let next = first_frame(&mut pair, &frames).await;
    pair.client.opened("state").await;
    pair.peer.tell_stamps(true);
    // A message may be lost as the channel is: another frame brings another.
    let told = async {
        for id in next.. {
            frames.send(&frame(id, true, 2000));
            let rtp = pair.client.frame().await[0].header.timestamp;
            let text = tokio::time::timeout(DEADLINE / 20, pair.client.text("state")).await;
            let Ok(text) = text else { continue };
            return (id, rtp, serde_json::from_str::<serde_json::Value>(&text).expect("JSON"));
        }
        unreachable!("frames without end")
    };
    let (id, rtp, message) = within("stamps", told).await;
    assert_eq!(message["type"], "stamps");
    let told = message["frames"].as_array().expect("frames").last().expect("one").clone();
    assert_eq!((&told["id"], &told["rtp"]), (&id.into(), &rtp.into()), "{message}");
    assert_eq!((&told["input_us"], &told["state_us"]), (&().into(), &().into()), "{message}");
    let us = |stamp: &str| told[stamp].as_u64().expect("a time");
    assert!(us("done_us") <= us("sent_us"), "{message}");
    assert!(us("sent_us") <= config.clock.micros(std::time::Instant::now()), "{message}");
    assert_eq!(config.metrics.stage(mjcast::metrics::Stage::Send).count(), id + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_peers_share_one_port() {
    let _sockets = SOCKETS.read().await;
    let config = loopback();
    let port = format!(" 127.0.0.1 {} typ host", config.port.number());
    let mut pairs = Vec::new();
    for _ in 0..8 {
        let candidates = |line: &str| {
            assert!(line.contains(&port), "{line}");
            true
        };
        let pair = Pair::connect_to(&config, Wants::default(), candidates).await;
        let (frames, source) = queue(8);
        pair.peer.play(source).await;
        pairs.push((pair, frames));
    }
    for (n, (pair, frames)) in pairs.iter_mut().enumerate() {
        let next = first_frame(pair, frames).await;
        let own = frame(next, false, 100 + n);
        frames.send(&own);
        assert_eq!(depacketised(&pair.client.frame().await), own.data, "its own and no other's");
        pair.client.opened("control").await;
        pair.client.channel("control").send_text(&n.to_string()).await.expect("open");
        let said = |event: &PeerEvent| matches!(event, PeerEvent::Message { text, .. } if *text == n.to_string());
        pair.event(said).await;
    }
    // One that leaves takes nothing from the others.
    let (gone, _) = pairs.remove(0);
    gone.peer.close().await;
    for (pair, frames) in &mut pairs {
        let last = frame(9, true, 500);
        frames.send(&last);
        assert_eq!(depacketised(&pair.client.frame().await), last.data);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_udp_is_blocked_media_comes_over_tcp() {
    let _sockets = SOCKETS.read().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let number = listener.local_addr().expect("bound").port();
    let mut config = loopback();
    config.port = Port::open(&config.bind, 0, Some(number)).expect("a free port");
    config.port.listen(listener, 16);
    let tcp = |line: &str| {
        let tcp = line.contains(" tcp ");
        assert!(
            !tcp || line.contains(&format!(" 127.0.0.1 {number} typ host tcptype passive")),
            "{line}"
        );
        tcp
    };
    for _ in 0..2 {
        let mut pair = Pair::connect_to(&config, Wants::default(), tcp).await;
        let (frames, source) = queue(8);
        pair.peer.play(source).await;
        let next = first_frame(&mut pair, &frames).await;
        for id in next..next + 3 {
            let sent = frame(id, false, 60_000);
            frames.send(&sent);
            assert_eq!(depacketised(&pair.client.frame().await), sent.data);
        }
        pair.client.opened("control").await;
        pair.client.channel("control").send_text("hello").await.expect("open");
        pair.event(|event| matches!(event, PeerEvent::Message { .. })).await;
        pair.client.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_that_are_for_nobody_are_closed() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let _sockets = SOCKETS.read().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let port = Port::open(&[], 0, Some(address.port())).expect("nothing is bound");
    port.listen(listener, 16);
    let mut check = b"\x00\x01\x00\x10\x21\x12\xa4\x42".to_vec();
    check.extend([7; 12]);
    check.extend(b"\x00\x06\x00\x09nobody:me\0\0\0");
    check[3] = check.len() as u8 - 20;
    let framed = [&[0, check.len() as u8][..], &check].concat();
    for data in [&framed[..], b"\x00\x00", b"\x07\xff", b"\x00\x05hello", b"GET / HTTP/1.1\r\n\r\n"]
    {
        let mut stream = tokio::net::TcpStream::connect(address).await.expect("connects");
        stream.write_all(data).await.expect("sends");
        let mut rest = Vec::new();
        let closed = within("the end", stream.read_to_end(&mut rest)).await;
        assert!(rest.is_empty() || closed.is_err(), "{data:?}: {rest:?}");
    }
}

const AV1: (&str, &str) = ("video/AV1", "level-idx=5;profile=0;tier=0");

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_changes_its_codec_at_a_key_frame() {
    let _sockets = SOCKETS.read().await;
    let mut pair = Pair::connect(Wants { better: Some(AV1), ..Wants::default() }).await;
    let formats = Formats { profile: Profile::ConstrainedBaseline, better: Some(Codec::Av1) };
    assert_eq!(pair.peer.formats(), formats);
    let (frames, source) = queue(8);
    pair.peer.play(source).await;
    let mut sequence_number = None;
    for sent in [
        av1_frame(0, true, 3000),
        av1_frame(1, false, 20),
        av1_frame(2, false, 40_000),
        frame(3, true, 5000),
        frame(4, false, 100),
        av1_frame(5, true, 1180),
    ] {
        assert_eq!(frames.send(&sent), Sent::Queued);
        let packets = pair.client.frame().await;
        let arrived = match sent.codec {
            Codec::Av1 => {
                let mut av1 = Av1Depacketizer::new();
                let parts = packets.iter().map(|one| av1.depacketize(&one.payload).expect("AV1"));
                parts.collect::<Vec<_>>().concat().into()
            }
            _ => depacketised(&packets),
        };
        // How long a size is written is free: the payloads must be the same.
        match sent.codec {
            Codec::Av1 => assert_eq!(obus(&arrived), obus(&sent.data), "frame {}", sent.id),
            _ => assert_eq!(arrived, sent.data, "frame {}", sent.id),
        }
        let payload_type = if sent.codec == Codec::Av1 { 45 } else { 109 };
        for Packet { header, payload } in &packets {
            assert_eq!(header.payload_type, payload_type);
            assert!(payload.len() <= 1180);
            let next = sequence_number.map(|last: u16| last.wrapping_add(1));
            assert!(next.is_none_or(|next| next == header.sequence_number));
            sequence_number = Some(header.sequence_number);
        }
    }
}

/// The type and the payload of each OBU, each of which says its size.
fn obus(mut unit: &[u8]) -> Vec<(u8, &[u8])> {
    let mut obus = Vec::new();
    while let [header, rest @ ..] = unit {
        let (mut size, mut at) = (0, 0);
        loop {
            size |= usize::from(rest[at] & 127) << (7 * at);
            at += 1;
            if rest[at - 1] < 128 {
                break;
            }
        }
        obus.push((header >> 3, &rest[at..at + size]));
        unit = &rest[at + size..];
    }
    obus
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_hardware_encodes_is_agreed_on() {
    let _sockets = SOCKETS.read().await;
    let client = Client::new(Wants { better: Some(AV1), ..Wants::default() }).await;
    let offer = client.offer(false).await;
    let config = Config { codecs: Codecs::default(), ..loopback() };
    let (peer, answer) = Peer::answer(&config, &offer, mpsc::channel(8).0).await.expect("H.264");
    assert_eq!(peer.formats(), Profile::ConstrainedBaseline.into());
    assert!(!answer.contains("AV1"), "{answer}");
    peer.close().await;
    client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_source_goes_on_from_its_key_frame() {
    let _sockets = SOCKETS.read().await;
    let mut pair = Pair::connect(Wants::default()).await;
    let (first, source) = queue(8);
    pair.peer.play(source).await;
    first_frame(&mut pair, &first).await;
    first.send(&frame(1, false, 100));
    let before = pair.client.frame().await.pop().expect("a frame");

    let (second, source) = queue(8);
    pair.peer.play(source).await;
    assert_eq!(second.send(&frame(10, false, 100)), Sent::NeedsKeyframe);
    let keyframe = frame(11, true, 5000);
    assert_eq!(second.send(&keyframe), Sent::Queued);
    let packets = pair.client.frame().await;
    assert_eq!(depacketised(&packets), keyframe.data);
    let header = &packets[0].header;
    assert_eq!(header.sequence_number, before.header.sequence_number.wrapping_add(1));
    assert_eq!(header.ssrc, before.header.ssrc);
    let ticks = header.timestamp.wrapping_sub(before.header.timestamp);
    assert_eq!(ticks, keyframe.pts.rtp() - frame(1, false, 1).pts.rtp());
    // The old source is let go.
    within("the end of the first source", async {
        while !first.is_closed() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    // A view that ends leaves the peer waiting for the next.
    drop(second);
    let (third, source) = queue(8);
    pair.peer.play(source).await;
    third.send(&frame(20, true, 100));
    let header = pair.client.frame().await.swap_remove(0).header;
    let last = packets.last().expect("a frame").header.sequence_number;
    assert_eq!(header.sequence_number, last.wrapping_add(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_reaches_the_application() {
    let _sockets = SOCKETS.read().await;
    let mut pair = Pair::connect(Wants::default()).await;
    let (frames, source) = queue(8);
    pair.peer.play(source).await;
    frames.send(&frame(0, true, 3000));
    let packets = pair.client.frame().await;
    let media_ssrc = packets[0].header.ssrc;

    pair.client.feedback(PictureLossIndication { sender_ssrc: 1, media_ssrc }).await;
    pair.event(|event| *event == PeerEvent::KeyframeWanted).await;
    let fir = vec![FirEntry { ssrc: media_ssrc, sequence_number: 1 }];
    pair.client.feedback(FullIntraRequest { sender_ssrc: 1, media_ssrc, fir }).await;
    pair.event(|event| *event == PeerEvent::KeyframeWanted).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_packet_is_sent_again() {
    let _sockets = SOCKETS.read().await;
    let mut pair = Pair::connect_losing(Wants::default(), 2).await;
    let (frames, source) = queue(8);
    pair.peer.play(source).await;
    let sent = frame(0, true, 5000);
    frames.send(&sent);
    let mut packets = pair.client.frame().await;
    let sequence = |packet: &Packet| packet.header.sequence_number;
    let first = sequence(&packets[0]);
    let (media_ssrc, lost) = (packets[0].header.ssrc, first.wrapping_add(2));
    assert!(packets.iter().all(|packet| sequence(packet) != lost), "the path loses it");

    let nacks = vec![NackPair { packet_id: lost, lost_packets: 0 }];
    pair.client.feedback(TransportLayerNack { sender_ssrc: 1, media_ssrc, nacks }).await;
    let again = within("the packet again", pair.client.packets.recv()).await.expect("a track");
    assert_eq!(sequence(&again), lost);
    packets.insert(2, again);
    assert_eq!(depacketised(&packets), sent.data);
    while let Ok(event) = pair.events.try_recv() {
        assert_ne!(event, PeerEvent::KeyframeWanted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn data_channels_carry_text_both_ways() {
    let _sockets = SOCKETS.read().await;
    let mut pair = Pair::connect(Wants::default()).await;
    for (label, channel) in
        [("input", Channel::Input), ("control", Channel::Control), ("state", Channel::State)]
    {
        pair.client.opened(label).await;
        let text = format!("to {label}: é");
        pair.client.channel(label).send_text(&text).await.expect("open");
        let message = PeerEvent::Message { channel, text };
        pair.event(|event| *event == message).await;
        assert!(pair.peer.send(channel, format!("from {label}")));
        assert_eq!(pair.client.text(label).await, format!("from {label}"));
    }
    // Bytes and text that is none are passed over.
    let control = pair.client.channel("control");
    control.send(bytes::BytesMut::from(&b"\xff\xfe"[..])).await.expect("open");
    control.send_text("after").await.expect("open");
    let after = PeerEvent::Message { channel: Channel::Control, text: "after".into() };
    let got = pair.event(|event| matches!(event, PeerEvent::Message { .. })).await;
    assert_eq!(got, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_that_listens_to_nothing_is_still_served() {
    let _sockets = SOCKETS.read().await;
    let client = Client::new(Wants::default()).await;
    // Room for one event, and nobody takes it.
    let (tell, mut events) = mpsc::channel(1);
    let offer = client.offer(false).await;
    let (peer, answer) = Peer::answer(&loopback(), &offer, tell).await.expect("an answer");
    client.accept(&answer).await;
    client.connected().await;
    client.opened("control").await;
    let sent = 600;
    for at in 0..sent {
        client.channel("control").send_text(&at.to_string()).await.expect("open");
    }
    // Media flows all the while.
    let (frames, source) = queue(8);
    peer.play(source).await;
    let mut client = client;
    for id in 0..30 {
        frames.send(&frame(id, id == 0, 3000));
        assert_eq!(client.frame().await.len(), if id == 0 { 4 } else { 3 });
    }
    // Nothing on a reliable channel is lost by it.
    let mut next = 0;
    while next < sent {
        match within("a message", events.recv()).await.expect("a living peer") {
            PeerEvent::Message { text, .. } => {
                assert_eq!(text, next.to_string());
                next += 1;
            }
            _ => continue,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_can_follow_offers() {
    let _sockets = SOCKETS.read().await;
    let mut pair = Pair::connect(Wants::default()).await;
    let (frames, source) = queue(8);
    pair.peer.play(source).await;
    let mut next = first_frame(&mut pair, &frames).await;
    let user = |sdp: &str| {
        let line = sdp.lines().find(|line| line.starts_with("a=ice-ufrag:"));
        line.expect("credentials").to_owned()
    };
    let mut users = Vec::new();
    for ice_restart in [false, false, true, false] {
        let answer = pair.client.renegotiate(&pair.peer, ice_restart).await;
        assert!(answer.contains("a=candidate:"), "{answer}");
        users.push(user(&answer));
        // Frames that are sent while a restart has no path yet are lost: it is a live stream.
        let arrived = async {
            loop {
                frames.send(&frame(next, true, 100));
                next += 1;
                let patience = Duration::from_millis(30);
                if let Ok(packet) = tokio::time::timeout(patience, pair.client.packets.recv()).await
                {
                    return packet.expect("a track");
                }
            }
        };
        within("a packet on the new path", arrived).await;
    }
    assert_eq!(users[0], users[1]);
    assert_ne!(users[1], users[2]);
    // The restarted path carries the other direction, too.
    pair.client.opened("control").await;
    pair.client.channel("control").send_text("hello").await.expect("open");
    pair.event(|event| matches!(event, PeerEvent::Message { .. })).await;
    pair.client.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_refused_and_the_peer_lives_on() {
    let _sockets = SOCKETS.read().await;
    let mut pair = Pair::connect(Wants::default()).await;
    let good = pair.client.offer(false).await;
    let cut: String = good.lines().take(4).collect::<Vec<_>>().join("\r\n");
    let unnamed = good.replace("a=ice-ufrag", "a=x").replace("a=fingerprint", "a=y");
    for offer in ["", "v=0", "\0\r\n", "v=0\r\nm=video", &cut, &unnamed] {
        let refused = pair.peer.renegotiate(offer).await;
        assert!(matches!(refused, Err(Error::Refused { what: "offer", .. })), "{offer:?}");
    }
    for candidate in ["nonsense", "candidate:1 1 udp", "candidate:1 1 udp 1 127.0.0.1 x typ host"] {
        let candidate = Candidate { candidate: candidate.into(), ..Candidate::default() };
        let refused = pair.peer.add_candidate(Some(candidate.clone())).await;
        assert!(matches!(refused, Err(Error::Refused { .. })), "{candidate:?}");
    }
    let fine = Candidate {
        candidate: "candidate:1 1 udp 2130706431 127.0.0.1 9 typ host".into(),
        sdp_mid: Some("0".into()),
        ..Candidate::default()
    };
    pair.peer.add_candidate(Some(fine.clone())).await.expect("a candidate");
    pair.peer.add_candidate(None).await.expect("the end of them");
    let mut flood = Ok(());
    for _ in 0..1000 {
        flood = flood.and(pair.peer.add_candidate(Some(fine.clone())).await);
    }
    assert!(matches!(flood, Err(Error::Refused { what: "candidate", .. })));

    let answer = pair.peer.renegotiate(&good).await.expect("a good offer after the bad");
    pair.client.accept(&answer).await;
    let (frames, source) = queue(8);
    pair.peer.play(source).await;
    first_frame(&mut pair, &frames).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_without_a_picture_is_told_so() {
    let _sockets = SOCKETS.read().await;
    let high444: &'static str = Box::leak(BASELINE.replace("42e01f", "f4001f").into_boxed_str());
    let single: &'static str = Box::leak(BASELINE.replace("mode=1", "mode=0").into_boxed_str());
    let cases = [
        (None, "no video section"),
        (Some(("video/VP8", "")), "no H.264, which every stream"),
        (Some(("video/H264", single)), "packetization-mode=1"),
        (Some(("video/H264", high444)), "Baseline, Main or High"),
    ];
    for (video, said) in cases {
        let client = Client::new(Wants { video, ..Wants::default() }).await;
        let offer = client.offer(false).await;
        let refused = Peer::answer(&loopback(), &offer, mpsc::channel(8).0).await;
        let error = refused.err().unwrap_or_else(|| panic!("{video:?} was answered"));
        assert!(matches!(error, Error::Refused { what: "offer", .. }), "{error}");
        assert!(error.to_string().contains(said), "{video:?}: {error}");
        client.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_is_declined_and_video_plays() {
    let _sockets = SOCKETS.read().await;
    let mut pair = Pair::connect(Wants { audio: true, channels: false, ..Wants::default() }).await;
    let (frames, source) = queue(8);
    pair.peer.play(source).await;
    first_frame(&mut pair, &frames).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_do_not_answer_hold_nothing_up() {
    let _sockets = SOCKETS.read().await;
    // A socket that takes requests and says nothing, and a name that nobody has.
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let server = |url: String| IceServer { url, username: "u".into(), credential: "c".into() };
    let mut config = loopback();
    let address = silent.local_addr().expect("bound");
    config.ice_servers = vec![
        server(format!("stun:{address}")),
        server(format!("turn:{address}")),
        server("stun:nobody.invalid:3478".into()),
        server("turns:127.0.0.1".into()),
    ];
    config.advertise = vec!["203.0.113.9".parse().expect("an address")];
    let client = Client::new(Wants::default()).await;
    let offer = client.offer(false).await;
    let (tell, mut events) = mpsc::channel(64);
    let (_peer, answer) = Peer::answer(&config, &offer, tell).await.expect("an answer");
    assert!(answer.contains(" 127.0.0.1 "), "{answer}");
    assert!(answer.contains(" 203.0.113.9 "), "{answer}");
    client.accept(&answer).await;
    client.connected().await;
    let told = |address: &'static str| {
        move |event: &PeerEvent| match event {
            PeerEvent::LocalCandidate(Some(c)) => c.candidate.contains(address),
            _ => false,
        }
    };
    let mut seen = Vec::new();
    while !(seen.iter().any(told("203.0.113.9")) && seen.iter().any(told("127.0.0.1"))) {
        seen.push(within("candidates", events.recv()).await.expect("a living peer"));
    }
}

/// UDP sockets of this process.
fn udp_sockets() -> usize {
    let read = |file| std::fs::read_to_string(file).unwrap_or_default();
    let udp = read("/proc/self/net/udp") + &read("/proc/self/net/udp6");
    let inodes: Vec<_> = udp.lines().filter_map(|line| line.split_whitespace().nth(9)).collect();
    let fds = std::fs::read_dir("/proc/self/fd").expect("Linux");
    let targets = fds.filter_map(|fd| std::fs::read_link(fd.ok()?.path()).ok());
    targets
        .filter_map(|target| {
            let target = target.to_string_lossy();
            let inode = target.strip_prefix("socket:[")?.strip_suffix(']')?;
            inodes.contains(&inode).then_some(())
        })
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stays_behind() {
    let _alone = SOCKETS.write().await;
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let baseline = (udp_sockets(), tasks());
    for cycle in 0..30 {
        let mut pair = Pair::connect(Wants::default()).await;
        let (frames, source) = queue(8);
        pair.peer.play(source).await;
        first_frame(&mut pair, &frames).await;
        assert!(udp_sockets() > baseline.0 && tasks() > baseline.1, "the counts count");
        if cycle % 2 == 0 {
            pair.peer.close().await;
        } else {
            drop(pair.peer);
        }
        pair.client.close().await;
    }
    // Offers that come to nothing, and answers that nobody waits for.
    let client = Client::new(Wants::default()).await;
    let good = client.offer(false).await;
    let unnamed = good.replace("a=ice-ufrag", "a=x").replace("a=fingerprint", "a=y");
    for patience in 0..30 {
        let refused = Peer::answer(&loopback(), &unnamed, mpsc::channel(8).0).await;
        assert!(matches!(refused, Err(Error::Refused { .. })));
        let config = loopback();
        let answer = Peer::answer(&config, &good, mpsc::channel(8).0);
        let _ = tokio::time::timeout(Duration::from_micros(patience * 100), answer).await;
    }
    client.close().await;
    let left = || (udp_sockets(), tasks());
    let all_gone = async {
        while left().0 > baseline.0 || left().1 > baseline.1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let gone = tokio::time::timeout(DEADLINE, all_gone).await;
    assert!(gone.is_ok(), "(sockets, tasks): {:?} of {baseline:?} are left", left());
}
