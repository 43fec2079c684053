//! How much a client may send: a token bucket.

use std::time::Instant;

/// Bytes that cost as much as one message: a large message is more work than a small one.
const BYTES_PER_TOKEN: usize = 16 << 10;

/// Lets through `rate` messages per second on average, and as many at once.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: f64,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    pub fn new(rate: u32, now: Instant) -> Self {
        let rate = f64::from(rate);
        Self { rate, tokens: rate, filled: now }
    }

    /// Takes a message of `bytes` out; `false` when the client is too fast.
    pub fn take(&mut self, bytes: usize, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.rate).min(self.rate);
        self.filled = now;
        // A message may not cost more than the full bucket, or the largest could never pass.
        let cost = (1 + bytes / BYTES_PER_TOKEN) as f64;
        self.tokens -= cost.min(self.rate);
        self.tokens >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_steady_client_passes_and_a_flood_does_not() {
        let start = Instant::now();
        let mut bucket = Bucket::new(100, start);
        for ms in 0..5000 {
            // Every 10 ms: exactly the rate.
            if ms % 10 == 0 {
                assert!(bucket.take(100, start + Duration::from_millis(ms)));
            }
        }
        let mut bucket = Bucket::new(100, start);
        let passed = (0..1000).filter(|_| bucket.take(100, start)).count();
        assert_eq!(passed, 100);
    }

    #[test]
    fn the_largest_message_passes_a_full_bucket_once() {
        let start = Instant::now();
        let mut bucket = Bucket::new(10, start);
        assert!(bucket.take(8 << 20, start));
        assert!(!bucket.take(8 << 20, start));
        assert!(bucket.take(8 << 20, start + Duration::from_secs(2)));
    }
}
