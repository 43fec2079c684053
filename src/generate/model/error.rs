//! What can go wrong when a model is asked. Every sentence says what to do.

use std::time::Duration;

use super::{keys::Origin, limit::Limit};
use crate::config::{Provider, Secret};

/// How much of a provider's own words is passed on, characters.
const MAX_WORDS: usize = 400;

/// What a provider said of itself: short, plain, without the key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    /// Cleans `text`: no control and formatting characters, one space between words, no `key`.
    pub fn new(text: &str, key: Option<&Secret>) -> Self {
        let mut text = text.to_owned();
        if let Some(key) = key {
            text = text.replace(key.reveal(), "[key]");
        }
        // Zero-width and bidirectional controls can make a text look like another.
        let hidden = |c: char| {
            matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}')
        };
        let plain = |c: char| if c.is_control() || hidden(c) { ' ' } else { c };
        let text: String = text.chars().map(plain).collect();
        let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = text.char_indices().nth(MAX_WORDS) {
            text.truncate(end);
            text.push('…');
        }
        Self(text)
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "(no words)" } else { &self.0 })
    }
}

/// What a provider took too long for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// To be connected to.
    Connect,
    /// To send the first byte of an answer.
    FirstByte,
    /// To go on with an answer.
    Idle,
    /// The whole request.
    Total,
}

impl Wait {
    fn told(self) -> &'static str {
        match self {
            Self::Connect => "could not be connected to within",
            Self::FirstByte => "did not begin to answer within",
            Self::Idle => "fell silent in the middle of its answer for",
            Self::Total => "was not done within",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Self::Connect => "generate.connect_timeout_ms",
            Self::FirstByte => "generate.first_byte_timeout_ms",
            Self::Idle => "generate.idle_timeout_ms",
            Self::Total => "generate.total_timeout_ms",
        }
    }
}

/// Why there is no plan.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// No provider can be asked.
    #[error(
        "no language model is configured: give a key of OpenAI, Anthropic or Google, or the \
         address of a local server (generate.compatible_base_url)"
    )]
    NoProvider,
    /// The provider that is wanted cannot be asked.
    #[error("{provider} cannot be asked: {told}")]
    NotConfigured {
        /// Which.
        provider: Provider,
        /// What is missing, and how to mend it.
        told: String,
    },
    /// The request is none that could be sent.
    #[error("{0}")]
    Invalid(String),
    /// It came too early.
    #[error(
        "too many requests to language models: come again in {} s ({} of the configuration)",
        seconds(.after), .limit.key()
    )]
    Limited {
        /// Which limit it met.
        limit: Limit,
        /// When to come again.
        after: Duration,
    },
    /// The provider cannot be reached.
    #[error("{provider} cannot be reached at {place}: {cause}")]
    Unreachable {
        /// Which.
        provider: Provider,
        /// Scheme, host and port.
        place: String,
        /// What the system said.
        cause: Words,
    },
    /// The provider is too slow.
    #[error(
        "{provider} {} {} s ({} of the configuration)",
        .wait.told(), seconds(.limit), .wait.key()
    )]
    TimedOut {
        /// Which.
        provider: Provider,
        /// For what.
        wait: Wait,
        /// How long it had.
        limit: Duration,
    },
    /// The provider sends elsewhere, where no key of its is sent.
    #[error(
        "{provider} sends on to another place (status {status}), which is not followed with a key: \
         put the right address into the configuration"
    )]
    Redirected {
        /// Which.
        provider: Provider,
        /// The HTTP status.
        status: u16,
    },
    /// Whoever has the key has no money or no allowance left. It is not tried again.
    #[error("{provider} wants to be paid, or a spending limit is reached: {said}")]
    Money {
        /// Which.
        provider: Provider,
        /// Its words.
        said: Words,
    },
    /// The key was refused.
    #[error("{provider} refuses the key{}: {said}", told_of(.origin))]
    KeyRefused {
        /// Which.
        provider: Provider,
        /// Where the key came from.
        origin: Option<Origin>,
        /// Its words.
        said: Words,
    },
    /// There is no such model.
    #[error("{provider} does not know the model '{model}': {said}")]
    UnknownModel {
        /// Which.
        provider: Provider,
        /// The model asked for.
        model: String,
        /// Its words.
        said: Words,
    },
    /// The provider asks for fewer requests, and goes on doing so.
    #[error(
        "{provider} takes no more requests at present: {said}{}",
        .after.as_ref().map(|after| format!(" (come again in {} s)", seconds(after))).unwrap_or_default()
    )]
    RateLimited {
        /// Which.
        provider: Provider,
        /// Its words.
        said: Words,
        /// When to come again, where it said.
        after: Option<Duration>,
    },
    /// The provider has too much to do, and goes on having so.
    #[error("{provider} is overloaded: try again later, or another provider. It said: {said}")]
    Overloaded {
        /// Which.
        provider: Provider,
        /// Its words.
        said: Words,
        /// When to come again, where it said.
        after: Option<Duration>,
    },
    /// The provider failed, and goes on failing.
    #[error("{provider} failed (status {status}): {said}")]
    Failed {
        /// Which.
        provider: Provider,
        /// The HTTP status; 0 where it failed in the middle of an answer.
        status: u16,
        /// Its words.
        said: Words,
    },
    /// The provider does not take the request as it is.
    #[error("{provider} does not take the request (status {status}): {said}{hint}")]
    Rejected {
        /// Which.
        provider: Provider,
        /// The HTTP status.
        status: u16,
        /// Its words.
        said: Words,
        /// What may help.
        hint: &'static str,
    },
    /// What came is no answer.
    #[error("{provider} answers in a way that is not understood: {told}")]
    Broken {
        /// Which.
        provider: Provider,
        /// What is wrong with it.
        told: String,
    },
    /// The model does not want to.
    #[error("the model declined: {said}; put the request into other words")]
    Declined {
        /// Its words, or the provider's reason.
        said: Words,
    },
    /// The answer was cut off.
    #[error(
        "the model's answer was cut off after {tokens} tokens: ask for less, or raise \
         generate.answer_tokens"
    )]
    Cut {
        /// Tokens that it had used.
        tokens: u64,
    },
    /// The model repeats itself, or does not end.
    #[error("the model's answer does not come to an end ({told}): ask for less, or another model")]
    Endless {
        /// How it showed.
        told: &'static str,
    },
    /// Nothing is left for another round.
    #[error(
        "the tokens of a request are used up, {used} of {budget} (generate.request_tokens), before \
         its plan was right: {fault}"
    )]
    Spent {
        /// Tokens used.
        used: u64,
        /// Tokens that there were.
        budget: u64,
        /// What was wrong with the plan.
        fault: Words,
    },
    /// The plan could not be tried, for no fault of its own.
    #[error("{0}")]
    Untried(String),
    /// The plan is wrong, and was still so when it had been sent back.
    #[error("the model's plan is not right after {rounds} rounds: {}", faults.join("; "))]
    Unfit {
        /// How many plans there were.
        rounds: u32,
        /// What is wrong with the last, in the judge's sentences.
        faults: Vec<String>,
    },
}

impl Error {
    /// What became of a request, as the metrics name it.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::NoProvider | Self::NotConfigured { .. } | Self::Invalid(_) => "invalid",
            Self::Limited { .. } => "limited",
            Self::Unreachable { .. } => "unreachable",
            Self::TimedOut { .. } => "timeout",
            Self::Redirected { .. } => "redirected",
            Self::Money { .. } => "money",
            Self::KeyRefused { .. } => "key",
            Self::UnknownModel { .. } => "model",
            Self::RateLimited { .. } => "rate_limited",
            Self::Overloaded { .. } => "overloaded",
            Self::Failed { .. } => "failed",
            Self::Rejected { .. } => "rejected",
            Self::Broken { .. } => "broken",
            Self::Declined { .. } => "declined",
            Self::Cut { .. } => "cut",
            Self::Endless { .. } => "endless",
            Self::Spent { .. } => "spent",
            Self::Untried(_) => "untried",
            Self::Unfit { .. } => "unfit",
        }
    }

    /// When to come again, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Limited { after, .. } => Some(*after),
            Self::RateLimited { after, .. } | Self::Overloaded { after, .. } => *after,
            _ => None,
        }
    }

    /// Whether the same request may go well in a moment.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Overloaded { .. } | Self::Unreachable { .. } => true,
            Self::TimedOut { wait, .. } => *wait == Wait::Connect,
            Self::Failed { status, .. } => matches!(status, 0 | 408 | 409 | 500..),
            _ => false,
        }
    }
}

fn seconds(time: &Duration) -> f64 {
    // To a tenth, and never 0: nobody can come again at once.
    (time.as_secs_f64() * 10.0).ceil().max(1.0) / 10.0
}

fn told_of(origin: &Option<Origin>) -> &'static str {
    match origin {
        None => " (there is none)",
        Some(Origin::Environment) => " of the environment",
        Some(Origin::Configuration) => " of the configuration",
        Some(Origin::Credential) => " of the credential's file",
        Some(Origin::Request) => " that was given by request",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_short_plain_and_without_the_key() {
        let key = Secret::parse("sk-secret").expect("a key");
        let words = |text: &str| Words::new(text, key.as_ref()).as_str().to_owned();
        assert_eq!(words("  a\u{1b}[31m\r\n\tb\u{202e}c sk-secret"), "a [31m b c [key]");
        let long = words(&"é".repeat(5000));
        assert_eq!(long.chars().count(), MAX_WORDS + 1);
        // Cleaned before it is cut, so that no half of a key stays.
        let at_the_end = format!("{}sk-secret", "x".repeat(MAX_WORDS - 4));
        assert!(!words(&at_the_end).contains("sk-"), "{}", words(&at_the_end));
    }

    #[test]
    fn times_are_told_so_that_coming_then_helps() {
        let error = Error::Limited { limit: Limit::All, after: Duration::from_millis(11_940) };
        assert!(error.to_string().contains("in 12 s"), "{error}");
        assert_eq!(seconds(&Duration::ZERO), 0.1);
    }
}
