//! How often one client may do something. Pure, `now` is an argument.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    time::{Duration, Instant},
};

/// Clients that are remembered: a few hundred kilobytes. Who has done nothing for a while is not.
const MAX_CLIENTS: usize = 16_384;

/// A leaky bucket for each client: it holds `most`, and `rate` of them leak out each second.
#[derive(Debug)]
pub struct Limiter {
    most: f64,
    rate: f64,
    clients: HashMap<IpAddr, Bucket>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    level: f64,
    at: Instant,
}

impl Bucket {
    fn level(&self, rate: f64, now: Instant) -> f64 {
        let leaked = now.saturating_duration_since(self.at).as_secs_f64() * rate;
        (self.level - leaked).max(0.0)
    }
}

impl Limiter {
    /// Lets every client do something `rate` times a second on average, and `most` times at once.
    pub fn new(most: u32, rate: f64) -> Self {
        Self { most: f64::from(most), rate, clients: HashMap::new() }
    }

    /// Whether `client` may do it now.
    ///
    /// # Errors
    /// How long it has to wait.
    pub fn check(&self, client: IpAddr, now: Instant) -> Result<(), Duration> {
        let level = self.clients.get(&of(client)).map_or(0.0, |b| b.level(self.rate, now));
        let over = level + 1.0 - self.most;
        // What leaks out in a nanosecond decides nothing.
        if over <= 1e-9 { Ok(()) } else { Err(Duration::from_secs_f64(over / self.rate)) }
    }

    /// Notes that it does.
    ///
    /// # Errors
    /// As [`Self::check`]; then it is not noted.
    pub fn take(&mut self, client: IpAddr, now: Instant) -> Result<(), Duration> {
        self.check(client, now)?;
        if self.clients.len() >= MAX_CLIENTS {
            let rate = self.rate;
            self.clients.retain(|_, bucket| bucket.level(rate, now) > 0.0);
        }
        if self.clients.len() >= MAX_CLIENTS {
            // So many at once are one in disguise: forgetting some gives it nothing.
            let some = self.clients.keys().next().copied();
            some.map(|some| self.clients.remove(&some));
        }
        let bucket = self.clients.entry(of(client)).or_insert(Bucket { level: 0.0, at: now });
        *bucket = Bucket { level: bucket.level(self.rate, now) + 1.0, at: now };
        Ok(())
    }
}

/// The client that an address stands for: with IPv6, each has a network of its own.
fn of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & (!0 << 64)).into(),
        ip => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const B: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn who_does_too_much_waits_and_others_do_not() {
        let (mut limiter, start) = (Limiter::new(20, 0.5), Instant::now());
        assert_eq!((0..100).filter(|_| limiter.take(A, start).is_ok()).count(), 20);
        let wait = limiter.take(A, start).expect_err("too often");
        assert_eq!(wait, Duration::from_secs(2));
        assert!(limiter.take(B, start).is_ok());
        assert!(limiter.check(A, start + Duration::from_secs(1)).is_err());
        let later = start + wait;
        assert!(limiter.take(A, later).is_ok() && limiter.take(A, later).is_err());
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let (mut limiter, now) = (Limiter::new(1, 1.0), Instant::now());
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert!(limiter.take(ip("2001:db8::1"), now).is_ok());
        assert!(limiter.take(ip("2001:db8::2"), now).is_err());
        assert!(limiter.take(ip("2001:db8:0:1::1"), now).is_ok());
        assert!(limiter.take(ip("::ffff:192.0.2.1"), now).is_ok());
        assert!(limiter.take(A, now).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let (mut limiter, now) = (Limiter::new(1, 1.0), Instant::now());
        for number in 0..2 * MAX_CLIENTS as u32 {
            let _ = limiter.take(IpAddr::V4(number.into()), now);
        }
        assert!(limiter.clients.len() <= MAX_CLIENTS);
        let later = now + Duration::from_secs(2);
        assert!(limiter.take(A, later).is_ok());
        assert_eq!(limiter.clients.len(), 1);
    }
}
