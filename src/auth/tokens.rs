//! Tokens, and what each allows.

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio_util::sync::CancellationToken;

use super::store::{Record, Store};
use crate::{config::Secret, units::Role};

/// What tokens made here begin with, so that tools which look for leaked secrets know them.
const PREFIX: &str = "mjc_";
/// Random bytes of a token: nobody guesses that many.
const BYTES: usize = 32;
/// Random bytes of what a token is called by.
const ID_BYTES: usize = 6;

/// What whoever has a token may do.
#[derive(Clone, Debug)]
pub struct Grant {
    /// In all, or in that session.
    pub role: Role,
    /// The one session that it is for; `None`: it is for the daemon.
    pub session: Option<String>,
    /// When it ends; `None`: never.
    pub expires: Option<SystemTime>,
    /// Cancelled when the token is revoked.
    pub revoked: CancellationToken,
}

impl Grant {
    /// One that never ends.
    pub fn lasting(role: Role) -> Self {
        Self { role, session: None, expires: None, revoked: CancellationToken::new() }
    }
}

/// A token that was made at run time, without itself.
#[derive(Clone, Debug)]
pub struct Made {
    /// What it is called by.
    pub id: String,
    /// What people call it by.
    pub name: String,
    /// What it allows.
    pub grant: Grant,
    /// When it was made.
    pub made: SystemTime,
    hash: Hash,
}

/// A token to be made.
#[derive(Clone, Debug)]
pub struct Wish {
    /// What people call it by.
    pub name: String,
    /// What it is to allow.
    pub role: Role,
    /// The one session that it is for.
    pub session: Option<String>,
    /// How long it is good for; `None`: until it is revoked.
    pub lasts: Option<Duration>,
}

/// Why a token was not made or revoked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There are too many.
    #[error("there are {0} tokens already (limits.tokens of the configuration): revoke some")]
    Full(usize),
    /// There is none by this id.
    #[error("there is no such token")]
    Unknown,
    /// The file could not be written.
    #[error("the file of tokens cannot be written: {0}")]
    Store(#[from] std::io::Error),
    /// The system gives no random bits.
    #[error("the system has no random bits")]
    NoBits,
}

type Hash = [u8; 32];

/// Every token that counts, as hashes.
#[derive(Debug)]
pub struct Tokens {
    state: Mutex<State>,
    store: Option<Store>,
    most: usize,
}

#[derive(Debug)]
struct State {
    configured: Vec<(Hash, Grant)>,
    made: Vec<Made>,
}

impl Tokens {
    /// Those of the configuration, and those that the file `store` has; at most `most` of these.
    /// Without a file, tokens that are made end with the process.
    pub fn open(configured: &[(Role, Secret)], store: Option<PathBuf>, most: usize) -> Self {
        let store = store.map(Store);
        let kept = store.as_ref().map(Store::read).unwrap_or_default();
        let made = kept.into_iter().filter_map(|record| {
            let made = Made::of(&record);
            if made.is_none() {
                tracing::error!(id = record.id, "a token in the file makes no sense");
            }
            made
        });
        let state = State { configured: hashed(configured), made: made.collect() };
        Self { state: Mutex::new(state), store, most }
    }

    /// Takes these in place of those of the configuration before; who uses one that is gone is let
    /// go.
    pub fn configure(&self, configured: &[(Role, Secret)]) {
        let mut state = self.lock();
        let mut new = hashed(configured);
        for (hash, grant) in std::mem::take(&mut state.configured) {
            let same = |(other, new): &&mut (Hash, Grant)| *other == hash && new.role == grant.role;
            match new.iter_mut().find(same) {
                Some((_, kept)) => *kept = grant,
                None => grant.revoked.cancel(),
            }
        }
        state.configured = new;
    }

    /// What `token` allows, if it is one. Takes as long whichever it is.
    pub fn check(&self, token: &str, now: SystemTime) -> Option<Grant> {
        let hash: Hash = Sha256::digest(token).into();
        let state = self.lock();
        let configured = state.configured.iter().map(|(hash, grant)| (hash, grant));
        let made = state.made.iter().map(|made| (&made.hash, &made.grant));
        let mut found: Option<&Grant> = None;
        for (other, grant) in configured.chain(made) {
            // One that is configured twice allows the most.
            if bool::from(other.ct_eq(&hash)) && found.is_none_or(|best| best.role < grant.role) {
                found = Some(grant);
            }
        }
        found.filter(|grant| grant.expires.is_none_or(|end| now < end)).cloned()
    }

    /// The tokens that were made at run time.
    pub fn all(&self, now: SystemTime) -> Vec<Made> {
        let state = self.lock();
        state.made.iter().filter(|made| made.counts(now)).cloned().collect()
    }

    /// Makes a token, which nobody can have again.
    ///
    /// # Errors
    /// When there are too many, or it cannot be kept; then there is none.
    pub fn make(&self, wish: Wish, now: SystemTime) -> Result<(Secret, Made), Error> {
        let token = format!("{PREFIX}{}", hex(&random::<BYTES>()?));
        let grant = Grant {
            role: wish.role,
            session: wish.session,
            expires: wish.lasts.map(|lasts| of_seconds(seconds_up(now + lasts))),
            revoked: CancellationToken::new(),
        };
        let made = Made {
            id: hex(&random::<ID_BYTES>()?),
            name: wish.name,
            grant,
            made: of_seconds(seconds(now)),
            hash: Sha256::digest(&token).into(),
        };
        let mut state = self.lock();
        let mut all: Vec<_> = state.made.iter().filter(|made| made.counts(now)).cloned().collect();
        if all.len() >= self.most {
            return Err(Error::Full(self.most));
        }
        all.push(made.clone());
        self.keep(&all)?;
        state.made = all;
        let token = Secret::parse(&token).ok().flatten().expect("invariant: letters and digits");
        Ok((token, made))
    }

    /// Ends a token, and lets whoever uses it go.
    ///
    /// # Errors
    /// When there is none, or that it was there cannot be forgotten; it has ended all the same.
    pub fn revoke(&self, id: &str) -> Result<(), Error> {
        let mut state = self.lock();
        let at = state.made.iter().position(|made| made.id == id).ok_or(Error::Unknown)?;
        state.made.remove(at).grant.revoked.cancel();
        self.keep(&state.made)
    }

    fn keep(&self, made: &[Made]) -> Result<(), Error> {
        let Some(store) = &self.store else { return Ok(()) };
        Ok(store.write(made.iter().map(Made::record).collect())?)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Lists are replaced or shortened as a whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hashed(tokens: &[(Role, Secret)]) -> Vec<(Hash, Grant)> {
    let hash = |token: &Secret| Sha256::digest(token.reveal()).into();
    tokens.iter().map(|(role, token)| (hash(token), Grant::lasting(*role))).collect()
}

impl Made {
    fn counts(&self, now: SystemTime) -> bool {
        self.grant.expires.is_none_or(|end| now < end)
    }

    fn record(&self) -> Record {
        Record {
            id: self.id.clone(),
            name: self.name.clone(),
            role: self.grant.role.name().to_owned(),
            session: self.grant.session.clone(),
            made: seconds(self.made),
            expires: self.grant.expires.map(seconds),
            sha256: hex(&self.hash),
        }
    }

    fn of(record: &Record) -> Option<Self> {
        let grant = Grant {
            role: Role::parse(&record.role)?,
            session: record.session.clone(),
            expires: record.expires.map(of_seconds),
            revoked: CancellationToken::new(),
        };
        Some(Self {
            id: record.id.clone(),
            name: record.name.clone(),
            grant,
            made: of_seconds(record.made),
            hash: unhex(&record.sha256)?,
        })
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Whole seconds, as the file has them, and no token ends before its time.
fn seconds_up(time: SystemTime) -> u64 {
    seconds(time + Duration::from_nanos(999_999_999))
}

fn of_seconds(seconds: u64) -> SystemTime {
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(UNIX_EPOCH)
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bits = [0; N];
    getrandom::fill(&mut bits).map_err(|_| Error::NoBits)?;
    Ok(bits)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Hash> {
    let digits = text.as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt as _};

    use super::*;

    fn wish(name: &str, role: Role) -> Wish {
        Wish { name: name.into(), role, session: None, lasts: None }
    }

    fn secret(text: &str) -> Secret {
        Secret::parse(text).expect("a token").expect("not empty")
    }

    #[test]
    fn tokens_allow_what_they_were_made_for_until_they_end() {
        let now = of_seconds(1_000_000);
        let tokens = Tokens::open(&[(Role::View, secret("configured-token"))], None, 2);
        let role = |token: &str, now| tokens.check(token, now).map(|grant| grant.role);
        assert_eq!(role("configured-token", now), Some(Role::View));
        assert_eq!(role("configured-toke", now), None);
        assert_eq!(role("", now), None);
        let short = Wish { lasts: Some(Duration::from_secs(60)), ..wish("short", Role::Control) };
        let (token, made) = tokens.make(short, now).expect("made");
        assert!(token.reveal().starts_with(PREFIX) && token.reveal().len() > 60);
        assert_eq!(role(token.reveal(), now + Duration::from_secs(59)), Some(Role::Control));
        assert_eq!(role(token.reveal(), now + Duration::from_secs(60)), None);
        let (second, _) = tokens.make(wish("second", Role::Admin), now).expect("made");
        assert!(matches!(tokens.make(wish("third", Role::View), now), Err(Error::Full(2))));
        // One that has ended takes no place.
        let later = now + Duration::from_secs(60);
        assert!(tokens.make(wish("third", Role::View), later).is_ok());
        assert!(matches!(tokens.revoke(&made.id), Err(Error::Unknown)));
        let id = tokens.all(later)[0].id.clone();
        let grant = tokens.check(second.reveal(), later).expect("good");
        tokens.revoke(&id).expect("revoked");
        assert!(grant.revoked.is_cancelled() && role(second.reveal(), later).is_none());
    }

    #[test]
    fn a_token_lasts_as_long_as_was_asked_at_least() {
        let tokens = Tokens::open(&[], None, 1);
        let now = of_seconds(1_000_000) + Duration::from_millis(900);
        let short = Wish { lasts: Some(Duration::from_secs(1)), ..wish("short", Role::View) };
        let (token, _) = tokens.make(short, now).expect("made");
        assert!(tokens.check(token.reveal(), now + Duration::from_millis(999)).is_some());
        assert!(tokens.check(token.reveal(), now + Duration::from_millis(1100)).is_none());
    }

    #[test]
    fn what_is_made_outlives_the_process_as_a_hash_alone() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("state/tokens.json");
        let open = || Tokens::open(&[], Some(path.clone()), 10);
        let now = SystemTime::now();
        let own = Wish {
            session: Some("s".into()),
            lasts: Some(Duration::from_secs(600)),
            ..wish("robot \"lab\"", Role::Control)
        };
        let (token, made) = open().make(own, now).expect("made");
        let text = fs::read_to_string(&path).expect("written");
        assert!(!text.contains(&token.reveal()[PREFIX.len()..]), "{text}");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        let again = open();
        let grant = again.check(token.reveal(), now).expect("still good");
        assert_eq!((grant.role, grant.session.as_deref()), (Role::Control, Some("s")));
        assert_eq!(grant.expires, made.grant.expires);
        assert_eq!(again.all(now)[0].name, "robot \"lab\"");
        again.revoke(&made.id).expect("revoked");
        assert!(open().check(token.reveal(), now).is_none());
    }

    #[test]
    fn a_file_that_is_cut_or_mangled_never_keeps_the_daemon_from_starting() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("tokens.json");
        let now = SystemTime::now();
        let (token, _) = Tokens::open(&[], Some(path.clone()), 10)
            .make(wish("one", Role::View), now)
            .expect("made");
        let text = fs::read(&path).expect("written");
        for cut in (0..text.len()).step_by(7) {
            fs::write(&path, &text[..cut]).expect("writes");
            let tokens = Tokens::open(&[], Some(path.clone()), 10);
            assert!(tokens.check(token.reveal(), now).is_none(), "cut at {cut}");
            assert!(tokens.make(wish("two", Role::View), now).is_ok(), "cut at {cut}");
        }
        for wrong in ["{\"version\":2,\"tokens\":[]}", "[]", "\u{0}", "{\"version\":1}"] {
            fs::write(&path, wrong).expect("writes");
            assert!(Tokens::open(&[], Some(path.clone()), 10).all(now).is_empty());
            assert!(path.with_extension("unreadable").exists());
        }
        // What a crash has left half written does no harm.
        fs::write(path.with_extension("json.partial"), "{").expect("writes");
        assert!(Tokens::open(&[], Some(path), 10).make(wish("two", Role::View), now).is_ok());
    }

    #[test]
    fn tokens_of_the_configuration_are_exchanged() {
        let now = SystemTime::now();
        let old =
            [(Role::Admin, secret("the-old-one")), (Role::View, secret("the-one-that-stays"))];
        let tokens = Tokens::open(&old, None, 1);
        let grant = |token: &str| tokens.check(token, now);
        let (gone, stays) = (grant("the-old-one"), grant("the-one-that-stays"));
        tokens
            .configure(&[(Role::View, secret("the-one-that-stays")), (Role::Admin, secret("new"))]);
        assert!(gone.expect("was good").revoked.is_cancelled());
        assert!(!stays.expect("was good").revoked.is_cancelled());
        assert!(grant("the-old-one").is_none() && grant("new").is_some());
        tokens.configure(&[]);
        assert!(grant("the-one-that-stays").is_none());
    }
}
