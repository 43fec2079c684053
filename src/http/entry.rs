//! Who may enter, and how: made of the configuration before anything is listened on, so that a
//! daemon which would stand open does not start.

use std::{path::PathBuf, sync::Arc};

use getrandom::fill;

use super::{pages::hex, tls::Tls};
use crate::{
    auth::{self, Tokens},
    config::{Anonymous, Config, Secret},
    units::Role,
};

/// The way in.
#[derive(Clone)]
pub struct Entry(Arc<Inner>);

pub(super) struct Inner {
    pub tokens: Arc<Tokens>,
    /// What those may who bring no token.
    pub anonymous: Option<Role>,
    pub tls: Option<Tls>,
    /// An admin's, where others can connect and nobody could have signed in.
    made: Option<Secret>,
}

impl Entry {
    /// The way in as it is configured. `state_dir` is where tokens that are made are kept,
    /// `credentials` where systemd puts secrets.
    ///
    /// # Errors
    /// A sentence on a file that cannot be used, or on what stands open.
    pub fn open(
        config: &Config,
        state_dir: Option<PathBuf>,
        credentials: Option<PathBuf>,
    ) -> Result<Self, String> {
        let (server, access) = (&config.server, &config.auth);
        let exposed = !server.ip.is_loopback();
        let secured = config.tls.is_some()
            || server.allow_plaintext
            || server.allow_unauthenticated
            || !server.trusted_proxies.is_empty();
        if exposed && !secured {
            return Err(format!(
                "{} can be reached from other machines, and without TLS whoever is on the way \
                 reads tokens and pictures: set tls.cert and tls.key, name the proxy that encrypts \
                 in server.trusted_proxies, or accept it with --allow-plaintext; or listen on \
                 127.0.0.1, for instance behind an SSH tunnel",
                server.ip
            ));
        }
        let mut tokens = auth::configured(access, credentials.as_deref())?;
        let anonymous = match access.anonymous {
            Anonymous::May(role) => role,
            Anonymous::Auto if server.allow_unauthenticated => Some(Role::Admin),
            Anonymous::Auto => (!exposed && tokens.is_empty()).then_some(Role::Admin),
        };
        let store = state_dir.map(|dir| dir.join("tokens.json"));
        let mut made = None;
        if tokens.is_empty() && anonymous.is_none() {
            let mut bits = [0; 32];
            fill(&mut bits).map_err(|error| format!("the system has no random bits: {error}"))?;
            let token = Secret::parse(&format!("mjc_{}", hex(&bits))).ok().flatten();
            made.clone_from(&token);
            tokens.extend(token.map(|token| (Role::Admin, token)));
        }
        let tls = config.tls.as_ref().map(Tls::open).transpose()?;
        let tokens = Arc::new(Tokens::open(&tokens, store, config.limits.tokens));
        Ok(Self(Arc::new(Inner { tokens, anonymous, tls, made })))
    }

    /// The token of an admin that was made because nobody could have signed in: it is told once,
    /// to whoever starts the daemon.
    pub fn made_token(&self) -> Option<&Secret> {
        self.0.made.as_ref()
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.0.tls.is_some() { "https" } else { "http" }
    }

    /// Reads the certificate and the tokens in files anew, and lets go whoever uses a token that is
    /// no more.
    pub fn reload(&self, config: &Config, credentials: Option<PathBuf>) {
        if let Some(tls) = &self.0.tls {
            tls.reload();
        }
        match auth::configured(&config.auth, credentials.as_deref()) {
            Ok(mut tokens) => {
                tokens.extend(self.0.made.clone().map(|token| (Role::Admin, token)));
                self.0.tokens.configure(&tokens);
            }
            Err(why) => tracing::error!(why, "the tokens of before stay"),
        }
    }

    pub(super) fn inner(&self) -> &Arc<Inner> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    fn open(variables: &[(&str, &str)]) -> Result<Entry, String> {
        let own = |(name, value): &(&str, &str)| (format!("MJCAST_{name}"), (*value).to_owned());
        let variables = variables.iter().map(own).collect();
        let config = Sources { variables, ..Sources::default() }.load().expect("valid");
        Entry::open(&config, None, None)
    }

    #[test]
    fn nothing_stands_open_unless_it_was_said() {
        const ALL: (&str, &str) = ("SERVER__HOST", "0.0.0.0");
        const TOKEN: (&str, &str) = ("AUTH__VIEW_TOKEN", "view-0123456789abc");
        let told = open(&[ALL, TOKEN]).err().expect("refused");
        for word in ["tls.cert", "server.trusted_proxies", "--allow-plaintext", "127.0.0.1"] {
            assert!(told.contains(word), "{told}");
        }
        let plain = ("SERVER__ALLOW_PLAINTEXT", "true");
        let proxy = ("SERVER__TRUSTED_PROXIES", "10.0.0.1");
        for (variables, anonymous, made) in [
            (&[] as &[(&str, &str)], Some(Role::Admin), false),
            (&[TOKEN], None, false),
            (&[TOKEN, ("AUTH__ANONYMOUS", "view")], Some(Role::View), false),
            (&[("AUTH__ANONYMOUS", "none")], None, true),
            (&[ALL, plain], None, true),
            (&[ALL, proxy], None, true),
            (&[ALL, plain, TOKEN], None, false),
            (&[ALL, plain, ("AUTH__ANONYMOUS", "view")], Some(Role::View), false),
            (&[ALL, ("SERVER__ALLOW_UNAUTHENTICATED", "true")], Some(Role::Admin), false),
        ] {
            let entry = open(variables).expect("starts");
            assert_eq!(entry.0.anonymous, anonymous, "{variables:?}");
            assert_eq!(entry.made_token().is_some(), made, "{variables:?}");
        }
        let token = |entry: Entry| entry.made_token().map(|token| token.reveal().to_owned());
        let (one, two) = (open(&[ALL, plain]).map(token), open(&[ALL, plain]).map(token));
        assert!(one.is_ok() && one != two);
    }

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let told = open(&[("TLS__CERT", "/nowhere/cert.pem"), ("TLS__KEY", "/nowhere/key.pem")]);
        let told = told.err().expect("refused");
        assert!(told.contains("tls.cert = /nowhere/cert.pem"), "{told}");
    }
}
