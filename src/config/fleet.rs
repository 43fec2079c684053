//! Daemons that share the work.

use std::{collections::BTreeMap, time::Duration};

use http::uri::Authority;
use url::Url;

use super::{
    Secret, keys,
    validate::{Invalid, invalid, within},
};
use crate::units::Node;

/// What stands for a daemon's name.
const NODE: &str = "{node}";

/// Other daemons that share the work.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// Where daemons are, by name.
    pub peers: BTreeMap<Node, Authority>,
    template: Option<String>,
    /// What all of them know each other by.
    pub secret: Secret,
    public_url: Option<String>,
    /// A Redis server; its URL may hold a password.
    pub redis: Option<Secret>,
    /// How long sessions may take to move away.
    pub drain: Duration,
}

impl Fleet {
    /// Where a daemon is within the fleet.
    pub fn address(&self, node: &Node) -> Option<Authority> {
        let by_template = || self.template.as_ref()?.replace(NODE, node.as_str()).parse().ok();
        self.peers.get(node).cloned().or_else(by_template)
    }

    /// Where browsers reach a daemon, where that is another address for each.
    pub fn public_url(&self, node: &Node) -> Option<String> {
        Some(self.public_url.as_ref()?.replace(NODE, node.as_str()))
    }
}

pub(super) fn fleet(raw: &keys::Fleet) -> Result<Option<Fleet>, Invalid> {
    let peers = raw.peers.iter().map(|text| peer(text)).collect::<Result<_, _>>()?;
    let template = with_node("fleet.peer_template", &raw.peer_template)?;
    if let Some(text) = &template
        && text.replace(NODE, "a").parse::<Authority>().is_err()
    {
        return invalid("fleet.peer_template", format!("'{text}' is no HOST:PORT"));
    }
    let public_url = with_node("fleet.public_url", raw.public_url.trim_end_matches('/'))?;
    if let Some(text) = &public_url {
        let url = Url::parse(&text.replace(NODE, "a"));
        if !url.is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return invalid("fleet.public_url", format!("'{text}' is no http or https address"));
        }
    }
    let drain = Duration::from_secs(within("fleet.drain_s", raw.drain_s, 0..=86_400)?);
    let secret = Secret::parse(&raw.secret).or_else(|told| invalid("fleet.secret", told))?;
    let redis = Secret::parse(&raw.redis_url).or_else(|told| invalid("fleet.redis_url", told))?;
    let Some(secret) = secret else {
        let wanted = !raw.peers.is_empty() || template.is_some() || redis.is_some();
        return match wanted {
            true => invalid("fleet.secret", "it is empty, and daemons must know each other by it"),
            false => Ok(None),
        };
    };
    if secret.reveal().len() < 16 {
        return invalid("fleet.secret", "it is shorter than 16 characters");
    }
    Ok(Some(Fleet { peers, template, secret, public_url, redis, drain }))
}

fn peer(text: &str) -> Result<(Node, Authority), Invalid> {
    let wrong = || format!("'{text}' is no NAME=HOST:PORT, e.g. render-1=10.0.0.7:8000");
    let parsed = text.split_once('=').and_then(|(node, address)| {
        let authority: Authority = address.trim().parse().ok()?;
        authority.port_u16()?;
        Some((node.trim().parse().ok()?, authority))
    });
    parsed.map_or_else(|| invalid("fleet.peers", wrong()), Ok)
}

fn with_node(key: &'static str, text: &str) -> Result<Option<String>, Invalid> {
    match text.trim() {
        "" => Ok(None),
        text if text.contains(NODE) => Ok(Some(text.to_owned())),
        text => invalid(key, format!("'{text}' has no {NODE} for the daemon's name")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef";

    fn raw() -> keys::Fleet {
        keys::Fleet {
            peers: vec!["a=10.0.0.7:8000".into()],
            peer_template: "{node}.mjcast:8000".into(),
            public_url: "https://{node}.example.org/".into(),
            secret: SECRET.into(),
            ..keys::Fleet::default()
        }
    }

    #[test]
    fn daemons_are_found_by_list_and_by_template() {
        let fleet = fleet(&raw()).ok().flatten().expect("a fleet");
        let address = |name: &str| fleet.address(&name.parse().expect("a name"));
        assert_eq!(address("a").expect("listed"), "10.0.0.7:8000");
        assert_eq!(address("b-2").expect("by template"), "b-2.mjcast:8000");
        let node = "b-2".parse().expect("a name");
        assert_eq!(fleet.public_url(&node).as_deref(), Some("https://b-2.example.org"));
    }

    #[test]
    fn what_makes_no_fleet_is_named() {
        assert!(matches!(fleet(&keys::Fleet::default()), Ok(None)));
        let wrong: [fn(&mut keys::Fleet); 7] = [
            |raw| raw.secret.clear(),
            |raw| raw.secret = "short".into(),
            |raw| raw.peers = vec!["10.0.0.7:8000".into()],
            |raw| raw.peers = vec!["a=10.0.0.7".into()],
            |raw| raw.peer_template = "mjcast:8000".into(),
            |raw| raw.public_url = "ftp://{node}".into(),
            |raw| raw.drain_s = 100_000,
        ];
        for spoil in wrong {
            let mut raw = raw();
            spoil(&mut raw);
            assert!(fleet(&raw).is_err(), "{raw:?}");
        }
    }
}
