//! Brings the layers together: defaults, a file, the environment, flags.

use std::path::{Path, PathBuf};

use figment::{
    Figment, Metadata, Profile, Provider,
    providers::{Format, Serialized, Toml},
    value::{Dict, Map, Value},
};

use super::{
    Config, Error, Secret,
    keys::{self, KEYS, Key, Kind, Raw},
};

/// Variables with the product's prefix that are no keys.
const OTHER_VARIABLES: &[&str] = &["MJCAST_CONFIG", "MJCAST_TOKEN"];

/// Where a configuration comes from; later fields win over earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// A TOML file.
    pub file: Option<PathBuf>,
    /// Environment variables.
    pub variables: Vec<(String, String)>,
    /// Values from the command line.
    pub flags: Vec<Flag>,
}

/// A value from the command line.
#[derive(Clone, Debug)]
pub struct Flag {
    /// The flag as typed, e.g. `--port`.
    pub name: &'static str,
    /// The path of the key that it sets, e.g. `server.port`.
    pub path: &'static str,
    /// Its value, written as in an environment variable.
    pub value: String,
}

impl Sources {
    /// The file, and the environment of this process.
    pub fn of_process(file: Option<PathBuf>) -> Self {
        // Variables that are not UTF-8 cannot be ours.
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self { file, variables, flags: Vec::new() }
    }

    /// Adds a flag, where it was given.
    pub fn flag(&mut self, name: &'static str, path: &'static str, value: Option<impl ToString>) {
        let flag = value.map(|value| Flag { name, path, value: value.to_string() });
        self.flags.extend(flag);
    }

    /// Merges the layers as written, and checks only that every key exists.
    ///
    /// # Errors
    /// [`Error`] names the key or file, and where it was set.
    pub(super) fn merge(&self) -> Result<Merged, Error> {
        let mut figment = Figment::from(Serialized::defaults(Raw::default()));
        if let Some(path) = &self.file {
            figment = figment.merge(read(path)?);
        }
        for layer in credentials(&self.variables)?.into_iter().chain(variables(&self.variables)?) {
            figment = figment.merge(layer);
        }
        for flag in &self.flags {
            let key = keys::find(flag.path).ok_or_else(|| unknown(flag.path, flag.name))?;
            figment = figment.merge(Layer::new(flag.name.to_owned(), key, &flag.value));
        }
        let merged = Merged { figment };
        merged.refuse_unknown()?;
        Ok(merged)
    }

    /// Merges the layers and checks every value.
    ///
    /// # Errors
    /// [`Error`] names the key and where it was set.
    pub fn load(&self) -> Result<Config, Error> {
        let merged = self.merge()?;
        let config = Config::validate(&merged.raw()?).map_err(|invalid| Error::Value {
            key: invalid.key.to_owned(),
            origin: merged.origin(invalid.key),
            message: invalid.message,
        });
        let mut config = config?;
        config.generate.note_origins(|key| merged.origin(key));
        Ok(config)
    }

    /// The merged configuration as it was written.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn raw(&self) -> Result<Raw, Error> {
        self.load()?;
        self.merge()?.raw()
    }

    /// The merged configuration as TOML that explains itself; secrets are left out.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn print(&self) -> Result<String, Error> {
        self.load()?;
        let raw = self.merge()?.raw()?;
        let mut text = String::new();
        for (section, doc) in keys::SECTIONS {
            text += &format!("# {doc}\n[{section}]\n");
            for key in KEYS.iter().filter(|key| key.section == *section) {
                let value = keys::value_of(&raw, key).filter(|_| !key.is_secret());
                let shown = value.map_or("\"\"".into(), |value| value.to_string());
                text += &format!("# {}\n{} = {shown}\n", key.doc, key.name);
            }
            text.push('\n');
        }
        Ok(text)
    }
}

/// All layers in one, each value remembering its own.
pub(super) struct Merged {
    figment: Figment,
}

impl Merged {
    fn raw(&self) -> Result<Raw, Error> {
        self.figment.extract().map_err(|error| {
            let key = error.path.join(".");
            Error::Value { origin: self.origin(&key), key, message: error.kind.to_string() }
        })
    }

    /// Where `path` was set, in words.
    fn origin(&self, path: &str) -> String {
        match self.figment.find_metadata(path) {
            Some(Metadata { source: Some(figment::Source::File(file)), .. }) => {
                file.display().to_string()
            }
            Some(Metadata { source: Some(figment::Source::Code(_)), .. }) | None => {
                "the defaults".into()
            }
            Some(metadata) => metadata.name.clone().into_owned(),
        }
    }

    fn refuse_unknown(&self) -> Result<(), Error> {
        let data = self.figment.data().map_err(|error| Error::Syntax(error.to_string()))?;
        for (section, value) in data.values().flatten() {
            let names = match value {
                Value::Dict(_, table) if is_section(section) => table.keys(),
                _ if is_section(section) => continue,
                _ => return Err(unknown(section, self.origin(section))),
            };
            for name in names {
                let path = format!("{section}.{name}");
                if keys::find(&path).is_none() {
                    return Err(unknown(&path, self.origin(&path)));
                }
            }
        }
        Ok(())
    }
}

fn is_section(name: &str) -> bool {
    keys::SECTIONS.iter().any(|(section, _)| *section == name)
}

fn read(path: &Path) -> Result<impl Provider, Error> {
    // Read here first: figment takes a file that is missing for an empty one.
    std::fs::metadata(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
    let file = Toml::file_exact(path);
    file.data().map_err(|error| Error::Syntax(format!("{}: {}", path.display(), error.kind)))?;
    Ok(file)
}

/// One layer per variable that is set, in the order in which they win.
fn variables(variables: &[(String, String)]) -> Result<Vec<Layer>, Error> {
    let value_of = |wanted: &str| {
        let (_, value) = variables.iter().find(|(name, _)| name == wanted)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    };
    let names = |key: &'static Key| {
        let short = key.short_variables.iter().map(|name| (*name).to_owned());
        short.chain([key.variable()]).map(move |name| (name, key))
    };
    for (name, _) in variables {
        let known = KEYS.iter().any(|key| key.variable() == *name);
        if name.starts_with("MJCAST_") && !known && !OTHER_VARIABLES.contains(&name.as_str()) {
            let path = name["MJCAST_".len()..].to_lowercase().replacen("__", ".", 1);
            return Err(unknown(&path, format!("the environment variable {name}")));
        }
    }
    let set = KEYS.iter().flat_map(names).filter_map(|(name, key)| {
        let value = value_of(&name)?;
        Some(Layer::new(format!("the environment variable {name}"), key, value))
    });
    Ok(set.collect())
}

/// Secrets besides tokens and models' keys, by the names of their files among the credentials that a
/// service manager hands over (`$CREDENTIALS_DIRECTORY`, systemd.exec(5)).
const CREDENTIALS: [(&str, &str); 4] = [
    ("fleet_secret", "fleet.secret"),
    ("redis_url", "fleet.redis_url"),
    ("turn_credential", "webrtc.turn_credential"),
    ("turn_secret", "webrtc.turn_secret"),
];

fn credentials(variables: &[(String, String)]) -> Result<Vec<Layer>, Error> {
    let dir = variables.iter().find(|(name, _)| name == "CREDENTIALS_DIRECTORY");
    let Some((_, dir)) = dir else { return Ok(Vec::new()) };
    let mut layers = Vec::new();
    for (name, path) in CREDENTIALS {
        let origin = format!("the credential {name}");
        let found = Secret::read(&Path::new(dir).join(name)).map_err(|message| Error::Value {
            key: path.to_owned(),
            origin: origin.clone(),
            message,
        })?;
        let key = keys::find(path).expect("invariant: each is a key's");
        layers.extend(found.map(|secret| Layer::new(origin, key, secret.reveal())));
    }
    Ok(layers)
}

fn unknown(path: &str, origin: impl Into<String>) -> Error {
    Error::UnknownKey { key: path.to_owned(), origin: origin.into(), suggestion: closest(path) }
}

/// The key that was probably meant.
fn closest(path: &str) -> Option<String> {
    let name = path.rsplit('.').next().unwrap_or(path);
    let distance = |key: &&Key| {
        let whole = strsim::damerau_levenshtein(&key.path(), path);
        (strsim::damerau_levenshtein(key.name, name), whole)
    };
    let best = KEYS.iter().min_by_key(distance)?;
    (distance(&best).0 <= (name.len() / 3).max(2)).then(|| best.path())
}

/// A layer that sets one key.
struct Layer {
    origin: String,
    key: &'static Key,
    value: Value,
}

impl Layer {
    fn new(origin: String, key: &'static Key, text: &str) -> Self {
        Self { origin, key, value: parse(key.kind, text) }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.clone())
    }

    fn data(&self) -> figment::error::Result<Map<Profile, Dict>> {
        let table = Dict::from([(self.key.name.to_owned(), self.value.clone())]);
        let root = Dict::from([(self.key.section.to_owned(), Value::from(table))]);
        Ok(Map::from([(Profile::Default, root)]))
    }
}

/// Reads `text` as the kind asks for; what does not fit stays text, and is refused as such.
fn parse(kind: Kind, text: &str) -> Value {
    match kind {
        Kind::Text => Value::from(text),
        Kind::Integer => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
        Kind::Switch => match text.to_ascii_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Value::from(true),
            "0" | "false" | "no" | "off" => Value::from(false),
            _ => Value::from(text),
        },
        Kind::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Value::from(items.map(Value::from).collect::<Vec<_>>())
        }
    }
}
