//! Who runs language models: the one table of them.

use std::fmt;

use serde::Serialize;

/// A provider of language models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// OpenAI, by its Responses.
    OpenAi,
    /// Anthropic, by its Messages.
    Anthropic,
    /// Google, by Gemini's `generateContent`.
    Google,
    /// Any server with OpenAI's chat completions: Ollama, vLLM, llama.cpp, LM Studio.
    Compatible,
}

/// What is known of a provider.
#[derive(Debug)]
pub struct Facts {
    /// As clients and the configuration name it.
    pub name: &'static str,
    /// As people know it.
    pub title: &'static str,
    /// Other names that clients may use.
    pub aliases: &'static [&'static str],
    /// Variables of the environment that hold its key; a later one wins.
    pub variables: &'static [&'static str],
    /// Name of the file that holds its key, in a directory of such files.
    pub credential: &'static str,
    /// The model unless another is asked for; empty: there is none.
    pub model: &'static str,
    /// What the wire's paths are appended to; empty: the configuration has to say.
    pub base_url: &'static str,
}

/// In the order in which one is looked for.
const TABLE: [Facts; Provider::ALL.len()] = [
    Facts {
        name: "openai",
        title: "OpenAI",
        aliases: &["gpt"],
        variables: &["OPENAI_API_KEY"],
        credential: "openai_api_key",
        model: "gpt-6.1-terra",
        base_url: "https://api.openai.com/v1",
    },
    Facts {
        name: "anthropic",
        title: "Anthropic",
        aliases: &["claude"],
        variables: &["CLAUDE_API_KEY", "ANTHROPIC_API_KEY"],
        credential: "anthropic_api_key",
        model: "claude-sonnet-5-5",
        base_url: "https://api.anthropic.com",
    },
    Facts {
        name: "google",
        title: "Google",
        aliases: &["gemini"],
        variables: &["GOOGLE_API_KEY", "GEMINI_API_KEY"],
        credential: "google_api_key",
        model: "gemini-3.8-flash",
        base_url: "https://generativelanguage.googleapis.com",
    },
    Facts {
        name: "compatible",
        title: "the compatible server",
        aliases: &[],
        variables: &[],
        credential: "compatible_api_key",
        model: "",
        base_url: "",
    },
];

impl Provider {
    /// All, in the order in which one is looked for.
    pub const ALL: [Self; 4] = [Self::OpenAi, Self::Anthropic, Self::Google, Self::Compatible];

    /// What is known of it.
    pub fn facts(self) -> &'static Facts {
        &TABLE[self as usize]
    }

    /// As clients and the configuration name it.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The provider of this name, whatever its case.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|provider| {
            let facts = provider.facts();
            facts.name == text || facts.aliases.contains(&text.as_str())
        })
    }

    /// The same.
    ///
    /// # Errors
    /// Says what names there are. Someone may have put a key in the place of the name: it is not
    /// repeated.
    pub fn named(text: &str) -> Result<Self, String> {
        Self::parse(text)
            .ok_or_else(|| format!("provider is none of {}", Self::ALL.map(Self::name).join(", ")))
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.facts().title)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys;

    #[test]
    fn names_lead_to_providers() {
        for provider in Provider::ALL {
            assert_eq!(Provider::parse(provider.name()), Some(provider));
            let json = serde_json::to_value(provider).expect("JSON");
            assert_eq!(json, provider.name());
        }
        assert_eq!(Provider::parse(" Claude "), Some(Provider::Anthropic));
        assert_eq!(Provider::parse("gemini"), Some(Provider::Google));
        assert_eq!(Provider::parse("https://evil.example"), None);
    }

    #[test]
    fn the_configuration_has_the_keys_of_the_table() {
        for provider in Provider::ALL {
            let facts = provider.facts();
            let key = keys::find(&format!("generate.{}", facts.credential)).expect("a key");
            assert_eq!(key.short_variables, facts.variables);
            assert!(key.is_secret(), "{}", facts.credential);
            for more in ["model", "base_url"] {
                let path = format!("generate.{}_{more}", facts.name);
                assert!(keys::find(&path).is_some(), "{path}");
            }
        }
    }
}
