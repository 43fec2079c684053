//! Keys of providers: where they come from, and which one counts.

use std::{
    path::PathBuf,
    sync::{PoisonError, RwLock},
};

use crate::config::{Generate, Provider, Secret};

/// Where a key comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A variable of the environment.
    Environment,
    /// The configuration's file.
    Configuration,
    /// A file of its own, such as a credential of systemd's.
    Credential,
    /// A request; it is kept in memory alone.
    Request,
}

impl Origin {
    /// As clients know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Environment => "env",
            Self::Configuration => "config",
            Self::Credential => "credential",
            Self::Request => "api",
        }
    }
}

/// All keys. One that a request brought counts before one of the configuration, and that before a
/// credential.
#[derive(Debug)]
pub(super) struct Keys {
    kept: [Kept; Provider::ALL.len()],
    given: RwLock<[Option<Secret>; Provider::ALL.len()]>,
}

/// What a provider has before any request.
#[derive(Debug)]
enum Kept {
    None,
    Key(Secret, Origin),
    /// There is a file, but no key can be had from it; the sentence says why.
    Unreadable(String),
}

impl Keys {
    /// Those of the configuration, and in files of its directory and of systemd's `credentials`
    /// (`$CREDENTIALS_DIRECTORY`, systemd.exec(5)).
    pub fn open(config: &Generate, credentials: Option<PathBuf>) -> Self {
        let dirs: Vec<PathBuf> = config.keys_dir.iter().cloned().chain(credentials).collect();
        let kept = Provider::ALL.map(|provider| {
            let server = config.server(provider);
            match &server.key {
                Some(key) if server.key_from_environment => {
                    Kept::Key(key.clone(), Origin::Environment)
                }
                Some(key) => Kept::Key(key.clone(), Origin::Configuration),
                None => of_files(&dirs, provider.facts().credential),
            }
        });
        Self { kept, given: RwLock::default() }
    }

    /// The key that counts, if there is one.
    ///
    /// # Errors
    /// Why a file that is there holds none.
    pub fn key(&self, provider: Provider) -> Result<Option<(Secret, Origin)>, String> {
        let given = self.given.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &given[provider as usize] {
            return Ok(Some((key.clone(), Origin::Request)));
        }
        match &self.kept[provider as usize] {
            Kept::None => Ok(None),
            Kept::Key(key, origin) => Ok(Some((key.clone(), *origin))),
            Kept::Unreadable(why) => Err(why.clone()),
        }
    }

    /// Takes the key of a request, or forgets it.
    pub fn give(&self, provider: Provider, key: Option<Secret>) {
        let mut given = self.given.write().unwrap_or_else(PoisonError::into_inner);
        given[provider as usize] = key;
    }
}

fn of_files(dirs: &[PathBuf], name: &str) -> Kept {
    for dir in dirs {
        match Secret::read(&dir.join(name)) {
            Ok(None) => {}
            Ok(Some(key)) => return Kept::Key(key, Origin::Credential),
            Err(why) => {
                tracing::warn!(dir = %dir.display(), name, why, "a key cannot be used");
                return Kept::Unreadable(format!("the key's file '{name}' cannot be used: {why}"));
            }
        }
    }
    Kept::None
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::config::Sources;

    fn config(variables: &[(&str, &str)]) -> Generate {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables = variables.iter().map(own).collect();
        Sources { variables, ..Sources::default() }.load().expect("valid").generate
    }

    fn found(keys: &Keys, provider: Provider) -> Option<(String, Origin)> {
        let key = keys.key(provider).expect("readable");
        key.map(|(key, origin)| (key.reveal().to_owned(), origin))
    }

    #[test]
    fn who_brings_a_key_last_counts() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("openai_api_key"), "sk-file\n").expect("writes");
        fs::write(dir.path().join("google_api_key"), "g-file").expect("writes");
        let config = config(&[("OPENAI_API_KEY", "sk-env")]);
        let keys = Keys::open(&config, Some(dir.path().to_owned()));
        let wanted = |key: &str, origin| Some((key.to_owned(), origin));
        assert_eq!(found(&keys, Provider::OpenAi), wanted("sk-env", Origin::Environment));
        assert_eq!(found(&keys, Provider::Google), wanted("g-file", Origin::Credential));
        assert_eq!(found(&keys, Provider::Anthropic), None);
        keys.give(Provider::OpenAi, Secret::parse("sk-web").expect("a key"));
        assert_eq!(found(&keys, Provider::OpenAi), wanted("sk-web", Origin::Request));
        keys.give(Provider::OpenAi, None);
        assert_eq!(found(&keys, Provider::OpenAi), wanted("sk-env", Origin::Environment));
        assert!(!format!("{keys:?}").contains("sk-"), "{keys:?}");
    }

    #[test]
    fn a_file_without_a_key_is_told_of_and_not_passed_over() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("openai_api_key"), "\n").expect("writes");
        fs::write(dir.path().join("google_api_key"), "two words").expect("writes");
        fs::create_dir(dir.path().join("anthropic_api_key")).expect("makes");
        let keys = Keys::open(&config(&[]), Some(dir.path().to_owned()));
        for (provider, word) in [
            (Provider::OpenAi, "empty"),
            (Provider::Google, "characters"),
            (Provider::Anthropic, "no file"),
        ] {
            let told = keys.key(provider).expect_err("unreadable");
            assert!(told.contains(word) && !told.contains("two words"), "{told}");
        }
    }
}
