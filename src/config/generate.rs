//! Which language models there are, and what asking one may cost.

use std::{ops::RangeInclusive, path::PathBuf, time::Duration};

use url::Url;

use super::{
    Provider, Secret,
    keys::{self, Raw},
    validate::{Invalid, choice, directory, invalid, within},
};

/// Which language models may be asked, and what that may cost.
#[derive(Clone, Debug)]
pub struct Generate {
    /// Who is asked unless a request names another; `None`: the first that is configured.
    pub provider: Option<Provider>,
    /// By provider, in the order of [`Provider::ALL`].
    pub servers: [Server; Provider::ALL.len()],
    /// Directory with a file for each key, besides systemd's.
    pub keys_dir: Option<PathBuf>,
    /// Whether keys are taken by HTTP from other machines.
    pub allow_remote_keys: bool,
    /// How a compatible server is told of the form of an answer.
    pub compatible_format: Format,
    /// Randomness of the answer, where it is sent at all.
    pub temperature: Option<f64>,
    /// HTTP proxy on the way to all providers.
    pub proxy: Option<Url>,
    /// What a request may cost.
    pub budget: Budget,
    /// How often requests may be made.
    pub rates: Rates,
    /// How long a provider may take.
    pub patience: Patience,
}

impl Generate {
    /// Where and how to reach a provider.
    pub fn server(&self, provider: Provider) -> &Server {
        &self.servers[provider as usize]
    }
}

/// Where and how to reach a provider.
#[derive(Clone, Debug)]
pub struct Server {
    /// What the wire's paths are appended to; `None`: the provider is not in use.
    pub base_url: Option<Url>,
    /// The model unless a request names another.
    pub model: Option<Model>,
    /// The configured key.
    pub key: Option<Secret>,
    /// Whether that key came from the environment.
    pub key_from_environment: bool,
}

/// Name of a model: of few characters, so that it can stand in a path and in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model(String);

impl Model {
    /// Longest name, bytes.
    const MAX_BYTES: usize = 128;

    /// Reads a name.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "._:/@+-".contains(c);
        let within = (1..=Self::MAX_BYTES).contains(&text.len());
        if !within || !text.chars().all(fits) || text.contains("..") {
            let most = Self::MAX_BYTES;
            return Err(format!(
                "the name of a model has 1 to {most} letters, digits and . _ : / @ + -"
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// How a server is told of the form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// By its JSON schema.
    Schema,
    /// That it is JSON; the schema is a part of the instructions.
    Json,
}

/// What a request may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Tokens of one answer, thinking included.
    pub answer_tokens: u32,
    /// Tokens of a request with all its rounds, in and out.
    pub request_tokens: u64,
    /// Tokens of a day.
    pub day_tokens: u64,
    /// How often a plan may be sent back to be mended.
    pub repairs: u32,
    /// How often a try is repeated that failed for the moment.
    pub retries: u32,
}

/// How often requests may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Of one session, each minute.
    pub session_per_minute: u32,
    /// Of all, each minute.
    pub per_minute: u32,
    /// At a time.
    pub concurrent: usize,
}

/// How long a provider may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// To be connected to.
    pub connect: Duration,
    /// To send the first byte of an answer.
    pub first_byte: Duration,
    /// Between two pieces of an answer.
    pub idle: Duration,
    /// For a request with all its rounds and repetitions.
    pub total: Duration,
}

type Result<T> = std::result::Result<T, Invalid>;

/// As written, by provider.
struct Written<'a> {
    key: &'static str,
    api_key: &'a str,
    url: (&'static str, &'a str),
    model: (&'static str, &'a str),
}

fn written(raw: &keys::Generate, provider: Provider) -> Written<'_> {
    macro_rules! of {
        ($key:ident, $url:ident, $model:ident) => {
            Written {
                key: concat!("generate.", stringify!($key)),
                api_key: &raw.$key,
                url: (concat!("generate.", stringify!($url)), &raw.$url),
                model: (concat!("generate.", stringify!($model)), &raw.$model),
            }
        };
    }
    match provider {
        Provider::OpenAi => of!(openai_api_key, openai_base_url, openai_model),
        Provider::Anthropic => of!(anthropic_api_key, anthropic_base_url, anthropic_model),
        Provider::Google => of!(google_api_key, google_base_url, google_model),
        Provider::Compatible => of!(compatible_api_key, compatible_base_url, compatible_model),
    }
}

/// Checks the section.
pub(super) fn generate(raw: &keys::Generate) -> Result<Generate> {
    let servers = Provider::ALL.map(|provider| server(raw, provider));
    let [openai, anthropic, google, compatible] = servers;
    let provider = match raw.provider.as_str() {
        "auto" => None,
        name => match Provider::parse(name) {
            Some(provider) => Some(provider),
            None => {
                return invalid(
                    "generate.provider",
                    format!("'{name}' is none of auto, openai, anthropic, google, compatible"),
                );
            }
        },
    };
    Ok(Generate {
        provider,
        servers: [openai?, anthropic?, google?, compatible?],
        keys_dir: directory("generate.keys_dir", &raw.keys_dir)?,
        allow_remote_keys: raw.allow_remote_keys,
        compatible_format: choice(
            "generate.compatible_format",
            &raw.compatible_format,
            &[("schema", Format::Schema), ("json", Format::Json)],
        )?,
        temperature: temperature(&raw.temperature)?,
        proxy: address("generate.proxy", &raw.proxy)?,
        budget: budget(raw)?,
        rates: Rates {
            session_per_minute: count(
                "generate.session_per_minute",
                raw.session_per_minute,
                1..=600,
            )?,
            per_minute: count("generate.per_minute", raw.per_minute, 1..=600)?,
            concurrent: count("generate.concurrent", raw.concurrent, 1..=64)? as usize,
        },
        patience: patience(raw)?,
    })
}

fn server(raw: &keys::Generate, provider: Provider) -> Result<Server> {
    let facts = provider.facts();
    let Written { key, api_key, url: (url_key, url), model: (model_key, model) } =
        written(raw, provider);
    let base_url = address(url_key, if url.is_empty() { facts.base_url } else { url })?;
    if let Some(url) = &base_url
        && provider != Provider::Compatible
        && url.scheme() == "http"
        && !is_this_machine(url)
    {
        return invalid(
            url_key,
            format!(
                "'{url}' would send the key in the clear: write https, or an address of this machine"
            ),
        );
    }
    let model = if model.is_empty() { facts.model } else { model };
    let model = (!model.is_empty()).then(|| Model::parse(model)).transpose();
    Ok(Server {
        base_url,
        model: model.or_else(|told| invalid(model_key, told))?,
        key: Secret::parse(api_key).or_else(|told| invalid(key, told))?,
        key_from_environment: false,
    })
}

/// An address that paths can be appended to.
pub(super) fn address(key: &'static str, text: &str) -> Result<Option<Url>> {
    let text = text.trim().trim_end_matches('/');
    if text.is_empty() {
        return Ok(None);
    }
    let Ok(url) = Url::parse(text) else {
        return invalid(key, format!("'{text}' is not an address: write https://HOST/PATH"));
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return invalid(key, format!("'{text}' begins with neither http:// nor https://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return invalid(key, "an address with a login would end up in logs: leave it out");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return invalid(key, format!("'{text}' has more than a path: leave out what follows it"));
    }
    Ok(Some(url))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn temperature(text: &str) -> Result<Option<f64>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    match text.trim().parse::<f64>() {
        Ok(value) if (0.0..=2.0).contains(&value) => Ok(Some(value)),
        _ => invalid("generate.temperature", format!("'{text}' is not a number within 0 to 2")),
    }
}

fn budget(raw: &keys::Generate) -> Result<Budget> {
    let answer_tokens = within("generate.answer_tokens", raw.answer_tokens.into(), 256..=1 << 17)?;
    let request = within("generate.request_tokens", raw.request_tokens, 1024..=10_000_000)?;
    if request < answer_tokens {
        return invalid(
            "generate.request_tokens",
            format!("{request} is less than one answer may take (generate.answer_tokens)"),
        );
    }
    Ok(Budget {
        answer_tokens: answer_tokens as u32,
        request_tokens: request,
        day_tokens: within("generate.day_tokens", raw.day_tokens, 1024..=1 << 40)?,
        repairs: count("generate.repairs", raw.repairs, 0..=2)?,
        retries: count("generate.retries", raw.retries, 0..=5)?,
    })
}

fn patience(raw: &keys::Generate) -> Result<Patience> {
    const HOUR_MS: u64 = 3_600_000;
    let ms = |key, value| within(key, value, 1..=HOUR_MS).map(Duration::from_millis);
    Ok(Patience {
        connect: ms("generate.connect_timeout_ms", raw.connect_timeout_ms)?,
        first_byte: ms("generate.first_byte_timeout_ms", raw.first_byte_timeout_ms)?,
        idle: ms("generate.idle_timeout_ms", raw.idle_timeout_ms)?,
        total: ms("generate.total_timeout_ms", raw.total_timeout_ms)?,
    })
}

fn count(key: &'static str, value: u32, range: RangeInclusive<u64>) -> Result<u32> {
    within(key, value.into(), range).map(|value| value as u32)
}

impl Generate {
    /// Notes which keys came from the environment; `origin` says where a key of the configuration
    /// was set.
    pub(super) fn note_origins(&mut self, origin: impl Fn(&str) -> String) {
        for provider in Provider::ALL {
            let key = written(&Raw::default().generate, provider).key;
            let server = &mut self.servers[provider as usize];
            server.key_from_environment = origin(key).contains("environment variable");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Error, Sources};

    fn load(variables: &[(&str, &str)]) -> std::result::Result<Generate, Error> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let sources =
            Sources { variables: variables.iter().map(own).collect(), ..Sources::default() };
        Ok(sources.load()?.generate)
    }

    #[test]
    fn nothing_is_configured_by_default_but_addresses_and_models() {
        let config = load(&[]).expect("valid");
        for provider in Provider::ALL {
            let server = config.server(provider);
            assert!(server.key.is_none());
            assert_eq!(server.base_url.is_some(), provider != Provider::Compatible);
            assert_eq!(server.model.is_some(), provider != Provider::Compatible);
        }
        assert_eq!(config.temperature, None);
    }

    #[test]
    fn the_environments_keys_are_found_and_show_nowhere() {
        let config = load(&[
            ("OPENAI_API_KEY", "sk-one"),
            ("CLAUDE_API_KEY", "sk-old"),
            ("ANTHROPIC_API_KEY", "sk-two"),
            ("GEMINI_API_KEY", "sk-three"),
        ]);
        let config = config.expect("valid");
        let key = |provider| {
            let server: &Server = config.server(provider);
            assert!(server.key_from_environment);
            server.key.as_ref().expect("a key").reveal().to_owned()
        };
        assert_eq!(key(Provider::OpenAi), "sk-one");
        assert_eq!(key(Provider::Anthropic), "sk-two");
        assert_eq!(key(Provider::Google), "sk-three");
        assert!(!config.server(Provider::Compatible).key_from_environment);
        let shown = format!("{config:?}");
        assert!(!shown.contains("sk-"), "{shown}");
    }

    #[test]
    fn keys_are_not_printed_and_not_told_in_errors() {
        let variables = |value: &str| vec![("OPENAI_API_KEY".to_owned(), value.to_owned())];
        let sources = Sources { variables: variables("sk-one"), ..Sources::default() };
        let printed = sources.print().expect("valid");
        assert!(printed.contains("openai_api_key = \"\"") && !printed.contains("sk-one"));
        let sources = Sources { variables: variables("sk one"), ..Sources::default() };
        let error = sources.load().expect_err("invalid").to_string();
        assert!(error.contains("OPENAI_API_KEY") && !error.contains("sk one"), "{error}");
    }

    #[test]
    fn addresses_keep_keys_to_themselves() {
        let cases = [
            ("MJCAST_GENERATE__OPENAI_BASE_URL", "http://api.example/v1", false),
            ("MJCAST_GENERATE__OPENAI_BASE_URL", "http://127.0.0.1:9/v1", true),
            ("MJCAST_GENERATE__OPENAI_BASE_URL", "http://[::1]:9/v1", true),
            ("MJCAST_GENERATE__OPENAI_BASE_URL", "https://gateway.example/openai/v1/", true),
            ("MJCAST_GENERATE__OPENAI_BASE_URL", "https://me:pass@gateway.example", false),
            ("MJCAST_GENERATE__OPENAI_BASE_URL", "https://gateway.example/v1?key=x", false),
            ("MJCAST_GENERATE__OPENAI_BASE_URL", "file:///etc/passwd", false),
            ("MJCAST_GENERATE__COMPATIBLE_BASE_URL", "http://192.0.2.7:11434/v1", true),
            ("MJCAST_GENERATE__OPENAI_MODEL", "../../x", false),
            ("MJCAST_GENERATE__COMPATIBLE_MODEL", "hf.co/org/Model-8B:Q4_K_M", true),
            ("MJCAST_GENERATE__PROVIDER", "claude", true),
            ("MJCAST_GENERATE__PROVIDER", "skynet", false),
            ("MJCAST_GENERATE__TEMPERATURE", "0.2", true),
            ("MJCAST_GENERATE__TEMPERATURE", "NaN", false),
            ("MJCAST_GENERATE__REPAIRS", "3", false),
            ("MJCAST_GENERATE__REQUEST_TOKENS", "2000", false),
        ];
        for (name, value, fine) in cases {
            let loaded = load(&[(name, value)]);
            assert_eq!(loaded.is_ok(), fine, "{name}={value}: {:?}", loaded.err());
        }
    }
}
