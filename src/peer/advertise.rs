//! Addresses that a NAT maps to this machine, offered beside the machine's own.
//!
//! The library has a setting for it (`nat_1to1_ips`) that nothing reads, so candidates are added
//! to what leaves the server. No socket belongs to them: the NAT turns the browser's checks
//! toward one into checks toward the bound address, and ICE pairs them there.

use std::{net::IpAddr, sync::Arc};

/// The addresses to add.
#[derive(Clone, Debug)]
pub(super) struct Advertised(Arc<[IpAddr]>);

impl Advertised {
    /// These addresses.
    pub fn new(addresses: &[IpAddr]) -> Self {
        Self(addresses.into())
    }

    /// The candidates to offer beside `candidate` (RFC 8839 §5.1, from its foundation on): one
    /// for each address of its family, when it is one of the machine's own.
    pub fn beside<'a>(&'a self, candidate: &'a str) -> impl Iterator<Item = String> + 'a {
        let host = Host::parse(candidate);
        host.into_iter().flat_map(move |host| {
            let fits =
                move |ip: &&IpAddr| ip.is_ipv4() == host.address.is_ipv4() && **ip != host.address;
            self.0.iter().filter(fits).enumerate().map(move |(at, ip)| host.moved_to(ip, at))
        })
    }

    /// `sdp` with those candidates behind each of its own.
    pub fn rewrite(&self, sdp: String) -> String {
        const PREFIX: &str = "a=candidate:";
        if self.0.is_empty() {
            return sdp;
        }
        let mut rewritten = String::with_capacity(sdp.len());
        for line in sdp.split_inclusive('\n') {
            rewritten.push_str(line);
            let Some(candidate) = line.trim_end().strip_prefix(PREFIX) else { continue };
            for added in self.beside(candidate) {
                rewritten.extend([PREFIX, &added, "\r\n"]);
            }
        }
        rewritten
    }
}

/// A host candidate over UDP, taken apart.
#[derive(Clone, Copy)]
struct Host<'a> {
    foundation: &'a str,
    component: &'a str,
    priority: u32,
    address: IpAddr,
    /// From the port on.
    rest: &'a str,
}

impl<'a> Host<'a> {
    fn parse(candidate: &'a str) -> Option<Self> {
        let mut fields = candidate.splitn(6, ' ');
        let foundation = fields.next()?;
        let component = fields.next()?;
        let udp = fields.next()?.eq_ignore_ascii_case("udp");
        let priority = fields.next()?.parse().ok()?;
        let address = fields.next()?.parse().ok()?;
        let rest = fields.next()?;
        let host = rest.split(' ').skip(1).take(2).eq(["typ", "host"]);
        (udp && host).then_some(Self { foundation, component, priority, address, rest })
    }

    /// The same at another address: a foundation of its own, and preferred less, so that viewers
    /// on this side of the NAT do not go through it.
    fn moved_to(&self, ip: &IpAddr, at: usize) -> String {
        let Self { foundation, component, priority, rest, .. } = self;
        // The local preference, RFC 8445 §5.1.2.1: bits 8 to 23.
        let priority = priority.saturating_sub((at as u32 + 1) << 8);
        format!("{foundation}{at} {component} udp {priority} {ip} {rest}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "17 1 udp 2130706431 10.0.0.2 5000 typ host ufrag x";

    fn advertised(addresses: &[&str]) -> Advertised {
        let parse = |text: &&str| text.parse().expect("an address");
        Advertised::new(&addresses.iter().map(parse).collect::<Vec<_>>())
    }

    #[test]
    fn own_candidates_are_offered_at_the_outer_addresses_too() {
        let outer = advertised(&["203.0.113.7", "2001:db8::1", "203.0.113.8"]);
        let beside: Vec<_> = outer.beside(OWN).collect();
        assert_eq!(
            beside,
            [
                "170 1 udp 2130706175 203.0.113.7 5000 typ host ufrag x",
                "171 1 udp 2130705919 203.0.113.8 5000 typ host ufrag x",
            ]
        );
    }

    #[test]
    fn others_stay_alone() {
        let outer = advertised(&["203.0.113.7"]);
        for candidate in [
            "17 1 udp 1 198.51.100.1 5000 typ srflx raddr 10.0.0.2 rport 5000",
            "17 1 tcp 1 10.0.0.2 5000 typ host tcptype passive",
            "17 1 udp 1 203.0.113.7 5000 typ host",
            "17 1 udp 1 ::1 5000 typ host",
            "17 1 udp",
            "",
        ] {
            assert_eq!(outer.beside(candidate).count(), 0, "{candidate}");
        }
    }

    #[test]
    fn an_sdp_keeps_its_lines() {
        let sdp = format!("v=0\r\nm=video 9 X\r\na=candidate:{OWN}\r\na=end-of-candidates\r\n");
        assert_eq!(advertised(&[]).rewrite(sdp.clone()), sdp);
        let lines = advertised(&["203.0.113.7"]).rewrite(sdp);
        let lines: Vec<_> = lines.split("\r\n").collect();
        assert_eq!(lines.len(), 6);
        assert!(lines[2].contains(" 10.0.0.2 ") && lines[3].contains(" 203.0.113.7 "));
        assert_eq!(lines[4], "a=end-of-candidates");
    }
}
