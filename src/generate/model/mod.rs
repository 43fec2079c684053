//! Language models: who is asked for a plan, and how it comes back as a value that was judged.
//!
//! ```text
//!  words ─► plan ─► wire ─► call ──HTTPS──► provider
//!            ▲ │                              │
//!            │ └─ judge ◄─ text ◄─ answer ◄─ sse
//!            └──── faults, at most twice
//! ```
//! A model writes a plan by a schema; it is only ever read by the judge that the caller brings, and
//! is neither run nor shown as it is. Instructions are the daemon's alone: what a user wrote, and
//! names out of scenes, go into the user's message. Addresses come from the configuration, never
//! from a client. Nothing here falls back to another provider or model: what cannot be done is an
//! [`Error`] that says so.

mod answer;
mod call;
mod error;
mod keys;
mod limit;
mod plan;
mod schema;
mod sse;
mod wire;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use reqwest::Client;
use tokio::sync::Semaphore;

use crate::{
    config::{Generate, Model, Provider, Secret},
    metrics::Metrics,
    outgoing,
};

pub use answer::Usage;
pub use error::{Error, Wait, Words};
pub use keys::Origin;
pub use limit::Limit;
pub use plan::{Ask, Objection, Planned, Progress, Stage};
pub use schema::{Schema, Unfit};

/// The language models that this daemon may ask.
#[derive(Debug)]
pub struct Models {
    config: Generate,
    keys: keys::Keys,
    client: Client,
    limiter: Mutex<limit::Limiter>,
    seats: Semaphore,
    metrics: Arc<Metrics>,
}

/// How a provider stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which.
    pub provider: Provider,
    /// Where its key comes from; `None`: there is none.
    pub origin: Option<Origin>,
    /// The model unless a request names another; `None`: there is none yet.
    pub model: Option<String>,
    /// Why it cannot be asked; `None`: it can.
    pub lacks: Option<String>,
}

impl Models {
    /// Those that `config` allows. Reads the files of keys, among them systemd's credentials.
    pub fn new(config: &Generate, metrics: Arc<Metrics>) -> Self {
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        let credentials = credentials.filter(|dir| dir.is_absolute());
        Self {
            keys: keys::Keys::open(config, credentials),
            client: client(config),
            limiter: Mutex::new(limit::Limiter::new(config.rates, &config.budget, Instant::now())),
            seats: Semaphore::new(config.rates.concurrent),
            metrics,
            config: config.clone(),
        }
    }

    /// How each provider stands, in the order in which one is looked for.
    pub fn standings(&self) -> [Standing; Provider::ALL.len()] {
        Provider::ALL.map(|provider| {
            let key = self.keys.key(provider);
            Standing {
                provider,
                origin: key.ok().flatten().map(|(_, origin)| origin),
                model: self.config.server(provider).model.as_ref().map(|m| m.name().to_owned()),
                lacks: self.lacks(provider),
            }
        })
    }

    /// Who is asked where a request names nobody.
    ///
    /// # Errors
    /// [`Error::NoProvider`] or [`Error::NotConfigured`].
    pub fn default_provider(&self) -> Result<Provider, Error> {
        match self.config.provider {
            Some(provider) => self.ready(provider),
            None => {
                let ready = |provider: &Provider| self.lacks(*provider).is_none();
                Provider::ALL.into_iter().find(ready).ok_or(Error::NoProvider)
            }
        }
    }

    /// Whether no provider is configured; one that is named but lacks something is.
    pub fn nobody_is_there(&self) -> bool {
        matches!(self.default_provider(), Err(Error::NoProvider))
    }

    /// Takes a provider's key, for as long as the daemon runs; an empty one takes back what was
    /// given before.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it cannot be a key.
    pub fn give_key(&self, provider: Provider, key: &str) -> Result<(), Error> {
        let key = Secret::parse(key)
            .map_err(|told| Error::Invalid(format!("this cannot be a key: {told}")))?;
        tracing::info!(provider = provider.name(), given = key.is_some(), "a key by request");
        self.keys.give(provider, key);
        Ok(())
    }

    /// The provider and model that a request is for.
    ///
    /// # Errors
    /// [`Error::NoProvider`] or [`Error::NotConfigured`] says what is missing, and
    /// [`Error::Invalid`] what is wrong with the model's name.
    pub fn choose(
        &self,
        provider: Option<Provider>,
        model: Option<&str>,
    ) -> Result<(Provider, Model), Error> {
        let provider = match provider {
            Some(provider) => self.ready(provider)?,
            None => self.default_provider()?,
        };
        let model = match model {
            Some(model) => Model::parse(model).map_err(Error::Invalid)?,
            None => self.config.server(provider).model.clone().ok_or_else(|| {
                let told =
                    "no model is named: set generate.compatible_model, or name one in the request";
                Error::NotConfigured { provider, told: told.into() }
            })?,
        };
        Ok((provider, model))
    }

    fn ready(&self, provider: Provider) -> Result<Provider, Error> {
        match self.lacks(provider) {
            None => Ok(provider),
            Some(told) => Err(Error::NotConfigured { provider, told }),
        }
    }

    fn lacks(&self, provider: Provider) -> Option<String> {
        if self.config.server(provider).base_url.is_none() {
            return Some("it has no address: set generate.compatible_base_url".into());
        }
        let facts = provider.facts();
        match self.keys.key(provider) {
            Err(why) => Some(why),
            Ok(None) if provider != Provider::Compatible => Some(format!(
                "it has no key: set {}, put one into a file '{}' (generate.keys_dir), or give one \
                 in the page's settings",
                facts.variables.last().copied().unwrap_or_default(),
                facts.credential
            )),
            Ok(_) => None,
        }
    }

    fn with_limiter<T>(&self, act: impl FnOnce(&mut limit::Limiter) -> T) -> T {
        act(&mut self.limiter.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn client(config: &Generate) -> Client {
    outgoing::client(|builder| {
        let builder = builder
            .connect_timeout(config.patience.connect)
            // Long enough for a repair; later it may have been closed at the other end.
            .pool_idle_timeout(std::time::Duration::from_secs(5));
        let Some(proxy) = &config.proxy else { return builder };
        let proxy = reqwest::Proxy::all(proxy.clone());
        builder.proxy(proxy.expect("invariant: the configuration checked the address"))
    })
}

#[cfg(test)]
mod tests;
