//! Names of daemons and sessions: `<node>-<22 characters>`, so that any node can tell whose a
//! session is.

use std::{fmt, io, str::FromStr, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

/// Names one daemon among others: 1 to 32 of `a-z`, `0-9` and `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node(Arc<str>);

impl Node {
    /// Longest name, bytes.
    pub const MAX: usize = 32;

    /// The node's name for a machine of this host name; `local` where nothing of that can be kept.
    pub fn of_host(host: &str) -> Self {
        let first = host.split('.').next().unwrap_or_default();
        let safe = |c: char| if is_of_node(c) { c } else { '-' };
        let name: String =
            first.trim().to_ascii_lowercase().chars().map(safe).take(Self::MAX).collect();
        let name = name.trim_matches('-');
        Self(if name.is_empty() { "local" } else { name }.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Node {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fits = (1..=Self::MAX).contains(&text.len()) && text.chars().all(is_of_node);
        fits.then(|| Self(text.into())).ok_or_else(|| {
            format!("{text:?} is not 1 to {} lower-case letters, digits and hyphens", Self::MAX)
        })
    }
}

fn is_of_node(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

/// Names one session: `default`, or its node and 128 random bits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(Arc<str>);

impl SessionId {
    /// The id of the session that is always there.
    pub const DEFAULT: &'static str = "default";
    /// Characters for 128 bits in base64 without padding (RFC 4648 §5).
    const RANDOM: usize = 22;

    /// The id of the session that is always there.
    pub fn of_default() -> Self {
        Self(Self::DEFAULT.into())
    }

    /// A new id of `node`'s. Nobody who was not told it can guess it.
    ///
    /// # Errors
    /// When the system gives no random bits.
    pub fn random(node: &Node) -> io::Result<Self> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Self(format!("{}-{}", node.as_str(), BASE64_URL_SAFE_NO_PAD.encode(bits)).into()))
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the session that is always there.
    pub fn is_default(&self) -> bool {
        &*self.0 == Self::DEFAULT
    }

    /// The name of the node that made it; every node has a `default` of its own.
    pub fn node(&self) -> Option<&str> {
        (!self.is_default()).then(|| &self.0[..self.0.len() - Self::RANDOM - 1])
    }
}

impl FromStr for SessionId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_ours = || {
            let at = text.len().checked_sub(Self::RANDOM)?;
            let random = text.get(at..)?;
            let node = text.get(..at)?.strip_suffix('-')?;
            let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            (random.chars().all(fits) && node.parse::<Node>().is_ok()).then_some(())
        };
        if text == Self::DEFAULT || is_ours().is_some() {
            return Ok(Self(text.into()));
        }
        // Escaped and cut: it comes from outside and may hold anything.
        let shown: String = text.chars().take(64).collect();
        Err(format!("there is no session {shown:?}"))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nodes_are_made_of_host_names() {
        for (host, wanted) in [
            ("lab-3", "lab-3"),
            ("Lab_3.example.org\n", "lab-3"),
            ("--", "local"),
            ("", "local"),
            ("größe", "gr--e"),
            (&"x".repeat(100), &"x".repeat(32)),
        ] {
            let node = Node::of_host(host);
            assert_eq!(node.as_str(), wanted);
            assert_eq!(wanted.parse(), Ok(node));
        }
        for wrong in ["", "A", "a.b", "a/b", &"x".repeat(33)] {
            assert!(wrong.parse::<Node>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn ids_say_whose_they_are() {
        let node: Node = "a-b-1".parse().expect("valid");
        let (one, two) = (SessionId::random(&node), SessionId::random(&node));
        let (one, two) = (one.expect("random bits"), two.expect("random bits"));
        assert_ne!(one, two);
        assert_eq!(one.as_str().len(), node.as_str().len() + 23);
        assert_eq!(one.node(), Some("a-b-1"));
        assert_eq!(one.as_str().parse(), Ok(one));
        assert_eq!(SessionId::of_default().node(), None);
        assert_eq!("default".parse(), Ok(SessionId::of_default()));
    }

    #[test]
    fn other_texts_are_no_ids() {
        let random = "x".repeat(22);
        for wrong in [
            "",
            "Default",
            "default ",
            "..",
            "%2e%2e",
            &random,
            &format!("-{random}"),
            &format!("A-{random}"),
            &format!("../a-{random}"),
            &format!("a-{}", "x".repeat(21)),
            &format!("a-{}.", "x".repeat(21)),
            &format!("{}-{random}", "x".repeat(33)),
        ] {
            assert!(wrong.parse::<SessionId>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_text_never_panics(text in ".{0,64}") {
            if let Ok(id) = text.parse::<SessionId>() {
                prop_assert_eq!(id.as_str(), text);
                prop_assert!(id.is_default() || id.node().is_some());
            }
        }
    }
}
