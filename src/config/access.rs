//! Who may do what, and how connections are encrypted.

use std::{net::IpAddr, path::PathBuf};

use super::{
    Secret, keys,
    validate::{Invalid, choice, invalid},
};
use crate::units::Role;

/// Shortest token, characters: nobody tries that many.
const MIN_TOKEN: usize = 16;

/// Who may do what.
#[derive(Clone, Debug)]
pub struct Auth {
    /// Tokens with what they allow.
    pub tokens: Vec<(Role, Secret)>,
    /// Directory with further ones in files.
    pub tokens_dir: Option<PathBuf>,
    /// What those may who bring none.
    pub anonymous: Anonymous,
    /// Whether everybody sees the metrics.
    pub open_metrics: bool,
}

/// What those may who bring no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anonymous {
    /// By who can connect, and whether there are tokens.
    Auto,
    /// Always the same; `None`: nothing.
    May(Option<Role>),
}

/// Files that encryption needs.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The certificate with those that vouch for it.
    pub cert: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

type Result<T> = std::result::Result<T, Invalid>;

pub(super) fn auth(raw: &keys::Auth) -> Result<Auth> {
    let mut tokens = Vec::new();
    for (key, role, text) in [
        ("auth.admin_token", Role::Admin, &raw.admin_token),
        ("auth.control_token", Role::Control, &raw.control_token),
        ("auth.view_token", Role::View, &raw.view_token),
    ] {
        let token = token(text).or_else(|why| invalid(key, why))?;
        tokens.extend(token.map(|token| (role, token)));
    }
    let anonymous = [
        ("auto", Anonymous::Auto),
        ("none", Anonymous::May(None)),
        ("view", Anonymous::May(Some(Role::View))),
        ("control", Anonymous::May(Some(Role::Control))),
        ("admin", Anonymous::May(Some(Role::Admin))),
    ];
    Ok(Auth {
        tokens,
        tokens_dir: path("auth.tokens_dir", &raw.tokens_dir)?,
        anonymous: choice("auth.anonymous", &raw.anonymous, &anonymous)?,
        open_metrics: raw.open_metrics,
    })
}

/// Reads a token; `None` is what is left of an empty one.
///
/// # Errors
/// A sentence, without the token, when it cannot be one.
pub fn token(text: &str) -> std::result::Result<Option<Secret>, &'static str> {
    let token = Secret::parse(text)?;
    match &token {
        Some(token) if token.reveal().len() < MIN_TOKEN => {
            Err("it is shorter than 16 characters, and could be guessed")
        }
        _ => Ok(token),
    }
}

pub(super) fn tls(raw: &keys::Tls) -> Result<Option<Tls>> {
    match (path("tls.cert", &raw.cert)?, path("tls.key", &raw.key)?) {
        (Some(cert), Some(key)) => Ok(Some(Tls { cert, key })),
        (None, None) => Ok(None),
        (Some(_), None) => invalid("tls.key", "tls.cert needs it"),
        (None, Some(_)) => invalid("tls.cert", "tls.key needs it"),
    }
}

fn path(key: &'static str, text: &str) -> Result<Option<PathBuf>> {
    let path = Some(PathBuf::from(text.trim())).filter(|path| !path.as_os_str().is_empty());
    if path.as_ref().is_some_and(|path| !path.is_absolute()) {
        return invalid(key, format!("'{text}' is not an absolute path"));
    }
    Ok(path)
}

/// IP addresses and networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<(IpAddr, u32)>);

pub(super) fn networks(key: &'static str, texts: &[String]) -> Result<Networks> {
    let network = |text: &String| {
        network(text).map_or_else(
            || invalid(key, format!("'{text}' is no IP address or network such as 10.0.0.0/8")),
            Ok,
        )
    };
    texts.iter().map(network).collect::<Result<_>>().map(Networks)
}

fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (ip, length) = match text.split_once('/') {
        Some((ip, length)) => (ip, Some(length.parse().ok()?)),
        None => (text, None),
    };
    let ip: IpAddr = ip.parse().ok()?;
    let most = if ip.is_ipv4() { 32 } else { 128 };
    Some((ip, length.unwrap_or(most))).filter(|(_, length)| *length <= most)
}

impl Networks {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them has this address.
    pub fn contain(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|(network, length)| match (network, ip) {
            (IpAddr::V4(network), IpAddr::V4(ip)) => {
                (network.to_bits() ^ ip.to_bits()).checked_shr(32 - length).unwrap_or(0) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(ip)) => {
                (network.to_bits() ^ ip.to_bits()).checked_shr(128 - length).unwrap_or(0) == 0
            }
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_their_addresses() {
        let texts = ["10.1.0.0/16", "192.0.2.7", "fd00::/8", "0.0.0.0/32"].map(str::to_owned);
        let Ok(networks) = networks("k", &texts) else { panic!("networks") };
        for (ip, inside) in [
            ("10.1.255.1", true),
            ("10.2.0.1", false),
            ("192.0.2.7", true),
            ("::ffff:192.0.2.7", true),
            ("192.0.2.8", false),
            ("fd12::1", true),
            ("fe80::1", false),
        ] {
            assert_eq!(networks.contain(ip.parse().expect("an address")), inside, "{ip}");
        }
        let all = super::networks("k", &["0.0.0.0/0".to_owned()]).map(Networks::contain_any);
        assert!(all.is_ok_and(|all| all));
        for wrong in ["10.0.0.0/33", "nginx", "10.0.0/8", "::1/129", ""] {
            assert!(network(wrong).is_none(), "{wrong}");
        }
    }

    impl Networks {
        fn contain_any(self) -> bool {
            self.contain([203, 0, 113, 9].into())
        }
    }
}
