//! Replies about language models.

use serde::Serialize;
use utoipa::ToSchema;

use crate::generate::model::{Models, Standing};

/// Which language models can be asked for scenes. Keys are never in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Providers {
    /// Who is asked where a request names nobody; `null` while nobody can be asked.
    #[schema(example = "openai")]
    pub default: Option<&'static str>,
    /// Every provider, in the order in which one is looked for.
    pub providers: Vec<Provider>,
}

/// A provider of language models.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModelProvider)]
pub struct Provider {
    /// `openai`, `anthropic`, `google` or `compatible`.
    #[schema(example = "openai")]
    pub provider: &'static str,
    /// As people know it.
    #[schema(example = "OpenAI")]
    pub title: &'static str,
    /// Whether it can be asked.
    pub configured: bool,
    /// Where its key comes from: `env`, `config`, `credential` (a file) or `api` (a request); `null`
    /// without one.
    pub source: Option<&'static str>,
    /// The model unless a request names another; `null` where one has to.
    pub model: Option<String>,
    /// What is missing, and how to mend it; `null` where nothing is.
    pub lacks: Option<String>,
}

impl From<&Models> for Providers {
    fn from(models: &Models) -> Self {
        Self {
            default: models.default_provider().ok().map(|provider| provider.name()),
            providers: models.standings().into_iter().map(Provider::from).collect(),
        }
    }
}

impl From<Standing> for Provider {
    fn from(standing: Standing) -> Self {
        let facts = standing.provider.facts();
        Self {
            provider: facts.name,
            title: facts.title,
            configured: standing.lacks.is_none(),
            source: standing.origin.map(|origin| origin.name()),
            model: standing.model,
            lacks: standing.lacks,
        }
    }
}
