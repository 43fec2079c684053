//! How often models may be asked, and how much in a day: token buckets that take `now`.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::config::{Budget, Rates};

/// Sessions whose rate is known at a time: many times those that there may be. With more, the one
/// that has waited longest is forgotten.
const MAX_SESSIONS: usize = 1024;

const DAY: Duration = Duration::from_secs(86_400);
const MINUTE: Duration = Duration::from_secs(60);

/// Lets a number through in a time, evenly or at once.
#[derive(Clone, Debug)]
struct Bucket {
    most: f64,
    per_s: f64,
    level: f64,
    filled: Instant,
}

impl Bucket {
    fn new(most: f64, within: Duration, now: Instant) -> Self {
        Self { most, per_s: most / within.as_secs_f64(), level: most, filled: now }
    }

    fn fill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.level = (self.level + elapsed * self.per_s).min(self.most);
        self.filled = self.filled.max(now);
    }

    /// How long until `amount` is there.
    fn until(&mut self, amount: f64, now: Instant) -> Duration {
        self.fill(now);
        let missing = (amount - self.level).max(0.0);
        Duration::from_secs_f64(missing / self.per_s)
    }
}

/// What a request came too early for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The session's requests of a minute.
    Session,
    /// All requests of a minute.
    All,
    /// The tokens of a day.
    Day,
    /// Requests at a time.
    Concurrent,
}

impl Limit {
    /// The key of the configuration that sets it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Session => "generate.session_per_minute",
            Self::All => "generate.per_minute",
            Self::Day => "generate.day_tokens",
            Self::Concurrent => "generate.concurrent",
        }
    }
}

/// The limits of all requests.
#[derive(Debug)]
pub(super) struct Limiter {
    rates: Rates,
    all: Bucket,
    day: Bucket,
    sessions: HashMap<String, Bucket>,
}

impl Limiter {
    pub fn new(rates: Rates, budget: &Budget, now: Instant) -> Self {
        Self {
            rates,
            all: Bucket::new(rates.per_minute.into(), MINUTE, now),
            day: Bucket::new(budget.day_tokens as f64, DAY, now),
            sessions: HashMap::new(),
        }
    }

    /// Lets a request of `session` pass, or says which limit it met and when it may come again.
    pub fn admit(&mut self, session: &str, now: Instant) -> Result<(), (Limit, Duration)> {
        let each = f64::from(self.rates.session_per_minute);
        if !self.sessions.contains_key(session) {
            self.forget(now);
            self.sessions.insert(session.to_owned(), Bucket::new(each, MINUTE, now));
        }
        let own = self.sessions.get_mut(session).expect("invariant: it was put there");
        // Most of a day's tokens are no use without those of one answer.
        for (limit, wait) in [
            (Limit::Session, own.until(1.0, now)),
            (Limit::All, self.all.until(1.0, now)),
            (Limit::Day, self.day.until(1.0, now)),
        ] {
            if !wait.is_zero() {
                return Err((limit, wait));
            }
        }
        own.level -= 1.0;
        self.all.level -= 1.0;
        Ok(())
    }

    /// Notes what a request has used; the day may be overdrawn by one request.
    pub fn spend(&mut self, tokens: u64, now: Instant) {
        self.day.fill(now);
        self.day.level -= tokens as f64;
    }

    /// Forgets sessions that are as good as new.
    fn forget(&mut self, now: Instant) {
        if self.sessions.len() < MAX_SESSIONS {
            return;
        }
        self.sessions.retain(|_, bucket| {
            bucket.fill(now);
            bucket.level < bucket.most
        });
        while self.sessions.len() >= MAX_SESSIONS {
            let longest = self.sessions.iter().max_by(|a, b| a.1.level.total_cmp(&b.1.level));
            let Some(name) = longest.map(|(name, _)| name.clone()) else { return };
            self.sessions.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RATES: Rates = Rates { session_per_minute: 3, per_minute: 5, concurrent: 1 };
    const BUDGET: Budget = Budget {
        answer_tokens: 100,
        request_tokens: 100,
        day_tokens: 1000,
        repairs: 2,
        retries: 2,
    };

    fn limiter(now: Instant) -> Limiter {
        Limiter::new(RATES, &BUDGET, now)
    }

    #[test]
    fn a_session_waits_for_its_own_turn_and_for_all() {
        let start = Instant::now();
        let mut limiter = limiter(start);
        for _ in 0..3 {
            assert_eq!(limiter.admit("a", start), Ok(()));
        }
        let (limit, wait) = limiter.admit("a", start).expect_err("too fast");
        assert_eq!((limit, wait.as_secs_f64().round()), (Limit::Session, 20.0));
        assert_eq!(limiter.admit("b", start), Ok(()));
        assert_eq!(limiter.admit("b", start), Ok(()));
        let (limit, wait) = limiter.admit("c", start).expect_err("too many");
        assert_eq!((limit, wait.as_secs_f64().round()), (Limit::All, 12.0));
        // To come when told is enough.
        assert_eq!(limiter.admit("c", start + wait + Duration::from_millis(1)), Ok(()));
    }

    #[test]
    fn a_day_has_so_many_tokens() {
        let start = Instant::now();
        let mut limiter = limiter(start);
        limiter.spend(1500, start);
        let (limit, wait) = limiter.admit("a", start).expect_err("spent");
        assert_eq!(limit, Limit::Day);
        assert_eq!(wait.as_secs(), 86_400 * 501 / 1000);
        assert_eq!(limiter.admit("a", start + wait + Duration::from_millis(1)), Ok(()));
    }

    #[test]
    fn names_of_sessions_do_not_fill_the_memory() {
        let start = Instant::now();
        let mut limiter = limiter(start);
        for index in 0..5 * MAX_SESSIONS as u64 {
            let _ = limiter.admit(&index.to_string(), start + Duration::from_millis(index));
        }
        assert!(limiter.sessions.len() <= MAX_SESSIONS);
    }

    proptest! {
        #[test]
        fn no_more_pass_than_the_rate(steps in prop::collection::vec(0_u64..30_000, 1..200)) {
            let start = Instant::now();
            let (mut limiter, mut ms, mut passed) = (limiter(start), 0, 0_u32);
            for step in steps {
                ms += step;
                let now = start + Duration::from_millis(ms);
                passed += u32::from(limiter.admit("a", now).is_ok());
                let most = 3.0 + 3.0 * ms as f64 / 60_000.0;
                prop_assert!(f64::from(passed) <= most + 1e-6);
            }
        }
    }
}
