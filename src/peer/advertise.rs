//! What viewers are told of where the server is reached: the common port in the place of the
//! number that a peer's driver knows, and, beside each address of the machine, those that a NAT
//! maps to it.
//!
//! The library has a setting for the latter (`nat_1to1_ips`) that nothing reads, so candidates are
//! added to what leaves the server. No socket belongs to them: the NAT turns the browser's checks
//! toward one into checks toward the bound address, and ICE pairs them there.

use std::{net::IpAddr, sync::Arc};

use super::{Candidate, Telling, port::Seat};

/// How candidates of one peer are told.
#[derive(Clone, Debug)]
pub(super) struct Advertised {
    addresses: Arc<[IpAddr]>,
    seat: Arc<Seat>,
}

impl Advertised {
    /// Adds these addresses, and tells ports as `seat` knows them.
    pub fn new(addresses: &[IpAddr], seat: Arc<Seat>) -> Self {
        Self { addresses: addresses.into(), seat }
    }

    /// The candidates to tell in the place of `candidate` (RFC 8839 §5.1, from its foundation on):
    /// itself at the common port, and one for each other address of its family, when it is one of
    /// the machine's own.
    pub fn told(&self, candidate: &str) -> Vec<String> {
        let Some(host) = Host::parse(candidate) else { return vec![candidate.to_owned()] };
        let port = match host.protocol {
            Protocol::Udp => Some(self.seat.public(host.port)),
            Protocol::Tcp => self.seat.public_tcp(host.port),
        };
        // Streams that the server would open reach no browser.
        let Some(port) = port else { return Vec::new() };
        let fits = |ip: &&IpAddr| ip.is_ipv4() == host.address.is_ipv4() && **ip != host.address;
        let beside = self.addresses.iter().filter(fits).enumerate();
        let beside = beside.map(|(at, ip)| host.moved_to(ip, port, at));
        [host.at(port)].into_iter().chain(beside).collect()
    }

    /// `sdp` with its candidates as they are told; those over TCP follow later if they are needed,
    /// where they can.
    pub fn rewrite(&self, sdp: &str, telling: Telling) -> String {
        const PREFIX: &str = "a=candidate:";
        let mut rewritten = String::with_capacity(sdp.len());
        for line in sdp.split_inclusive('\n') {
            match line.trim_end().strip_prefix(PREFIX) {
                None => rewritten.push_str(line),
                Some(candidate) if is_tcp(candidate) && telling == Telling::Trickled => {}
                Some(candidate) => {
                    for told in self.told(candidate) {
                        rewritten.extend([PREFIX, &told, "\r\n"]);
                    }
                }
            }
        }
        rewritten
    }

    /// The candidates of `sdp` over TCP, as they are told.
    pub fn streams(&self, sdp: &str) -> Vec<Candidate> {
        let value = |name| sdp.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        let (sdp_mid, username_fragment) = (value("a=mid:"), value("a=ice-ufrag:"));
        let candidates =
            sdp.lines().filter_map(|line| line.trim_end().strip_prefix("a=candidate:"));
        let told = candidates.filter(|candidate| is_tcp(candidate)).flat_map(|one| self.told(one));
        told.map(|candidate| Candidate {
            candidate: format!("candidate:{candidate}"),
            sdp_mid: sdp_mid.clone(),
            sdp_mline_index: Some(0),
            username_fragment: username_fragment.clone(),
        })
        .collect()
    }
}

/// Whether a candidate, from its foundation on, is one over TCP.
pub(super) fn is_tcp(candidate: &str) -> bool {
    candidate.split(' ').nth(2).is_some_and(|protocol| protocol.eq_ignore_ascii_case("tcp"))
}

#[derive(Clone, Copy)]
enum Protocol {
    Udp,
    Tcp,
}

/// A host candidate, taken apart.
#[derive(Clone, Copy)]
struct Host<'a> {
    foundation: &'a str,
    component: &'a str,
    protocol: Protocol,
    priority: u32,
    address: IpAddr,
    port: u16,
    /// From its type on.
    rest: &'a str,
}

impl<'a> Host<'a> {
    fn parse(candidate: &'a str) -> Option<Self> {
        let mut fields = candidate.splitn(7, ' ');
        let foundation = fields.next()?;
        let component = fields.next()?;
        let protocol = match fields.next()?.to_ascii_lowercase().as_str() {
            "udp" => Protocol::Udp,
            "tcp" => Protocol::Tcp,
            _ => return None,
        };
        let priority = fields.next()?.parse().ok()?;
        let address = fields.next()?.parse().ok()?;
        let port = fields.next()?.parse().ok()?;
        let rest = fields.next()?;
        let host = rest.split(' ').take(2).eq(["typ", "host"]);
        host.then_some(Self { foundation, component, protocol, priority, address, port, rest })
    }

    /// The same at another port.
    fn at(&self, port: u16) -> String {
        self.told(self.foundation, self.priority, &self.address, port)
    }

    /// The same at another address: a foundation of its own, and preferred less, so that viewers
    /// on this side of the NAT do not go through it.
    fn moved_to(&self, ip: &IpAddr, port: u16, at: usize) -> String {
        // The local preference, RFC 8445 §5.1.2.1: bits 8 to 23.
        let priority = self.priority.saturating_sub((at as u32 + 1) << 8);
        self.told(&format!("{}{at}", self.foundation), priority, ip, port)
    }

    fn told(&self, foundation: &str, priority: u32, ip: &IpAddr, port: u16) -> String {
        let Self { component, protocol, rest, .. } = self;
        let protocol = match protocol {
            Protocol::Udp => "udp",
            Protocol::Tcp => "tcp",
        };
        format!("{foundation} {component} {protocol} {priority} {ip} {port} {rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::Port;

    const OWN: &str = "17 1 udp 2130706431 10.0.0.2 5000 typ host ufrag x";

    fn advertised(addresses: &[&str]) -> Advertised {
        let parse = |text: &&str| text.parse().expect("an address");
        let port = Port::open(&[], 8000, Some(8001)).expect("nothing is bound");
        let seat = port.seat(Vec::new()).expect("a runtime");
        seat.knows(5000, 5001);
        Advertised::new(&addresses.iter().map(parse).collect::<Vec<_>>(), seat)
    }

    #[test]
    fn own_candidates_are_told_at_the_common_port_and_the_outer_addresses() {
        let outer = advertised(&["203.0.113.7", "2001:db8::1", "203.0.113.8"]);
        assert_eq!(
            outer.told(OWN),
            [
                "17 1 udp 2130706431 10.0.0.2 8000 typ host ufrag x",
                "170 1 udp 2130706175 203.0.113.7 8000 typ host ufrag x",
                "171 1 udp 2130705919 203.0.113.8 8000 typ host ufrag x",
            ]
        );
        assert_eq!(
            outer.told("18 1 tcp 9 10.0.0.2 5001 typ host tcptype passive"),
            [
                "18 1 tcp 9 10.0.0.2 8001 typ host tcptype passive",
                "180 1 tcp 0 203.0.113.7 8001 typ host tcptype passive",
                "181 1 tcp 0 203.0.113.8 8001 typ host tcptype passive",
            ]
        );
    }

    #[test]
    fn what_nobody_can_reach_is_not_told() {
        assert!(advertised(&[]).told("1 1 tcp 1 10.0.0.2 9 typ host tcptype active").is_empty());
    }

    #[test]
    fn others_stay_as_they_are() {
        let outer = advertised(&["203.0.113.7"]);
        for candidate in [
            "17 1 udp 1 198.51.100.1 5000 typ srflx raddr 10.0.0.2 rport 5000",
            "17 1 udp 1 203.0.113.7 7000 typ host",
            "17 1 udp 1 ::1 7000 typ host",
            "17 1 udp",
            "",
        ] {
            assert_eq!(outer.told(candidate), [candidate]);
        }
    }

    #[test]
    fn candidates_over_tcp_are_found_in_a_description() {
        let sdp = format!(
            "v=0\r\nm=video 9 X\r\na=mid:0\r\na=ice-ufrag:new\r\na=candidate:{OWN}\r\n\
             a=candidate:18 1 tcp 9 10.0.0.2 5001 typ host tcptype passive\r\n\
             a=candidate:19 1 tcp 9 10.0.0.2 9 typ host tcptype active\r\n"
        );
        let streams = advertised(&[]).streams(&sdp);
        let told = "candidate:18 1 tcp 9 10.0.0.2 8001 typ host tcptype passive";
        assert_eq!(
            streams,
            [Candidate {
                candidate: told.to_owned(),
                sdp_mid: Some("0".to_owned()),
                sdp_mline_index: Some(0),
                username_fragment: Some("new".to_owned()),
            }]
        );
    }

    #[test]
    fn an_sdp_keeps_its_lines() {
        let tcp = "a=candidate:18 1 tcp 9 10.0.0.2 5001 typ host tcptype passive\r\n";
        let sdp = format!("v=0\r\nm=video 9 X\r\na=candidate:{OWN}\r\na=end-of-candidates\r\n");
        let same = sdp.replace(" 5000 ", " 7000 ");
        let rewrite = |own: &[&str], sdp: &str| advertised(own).rewrite(sdp, Telling::Trickled);
        assert_eq!(rewrite(&[], &same), same);
        let whole = advertised(&[]).rewrite(&(sdp.clone() + tcp), Telling::AtOnce);
        assert!(whole.ends_with(" tcp 9 10.0.0.2 8001 typ host tcptype passive\r\n"), "{whole}");
        let lines = rewrite(&["203.0.113.7"], &(sdp + tcp));
        let lines: Vec<_> = lines.split("\r\n").collect();
        assert_eq!(lines.len(), 6);
        assert!(lines[2].contains(" 10.0.0.2 8000 ") && lines[3].contains(" 203.0.113.7 8000 "));
        assert_eq!(lines[4], "a=end-of-candidates");
    }
}
