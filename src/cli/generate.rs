//! `mjcast generate`: scenes from words, without a daemon.

use std::{
    fs,
    io::{self, BufRead as _, Read as _},
    sync::Arc,
    time::Instant,
};

use serde::Deserialize;
use serde_json::json;
use tokio::sync::Semaphore;

use super::{Error, Exit, args::Generate, block_on, log, say};
use crate::{
    config::{Model, Provider},
    generate::{
        self, Authored, Kept, MAX_PROMPT, Plan, Refusal, SceneSpec, Trial, Wish,
        model::{Models, Progress, Usage},
    },
    metrics::Metrics,
    worker::Limits,
};

/// Longest line that is read as one prompt, bytes: several prompts, each of which may be too long
/// and is then refused as one.
const MAX_LINE: u64 = 16 * MAX_PROMPT as u64;

/// A line of standard input: a prompt, or a JSON object with the scene that it changes.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    prompt: String,
    #[serde(default)]
    spec: Option<SceneSpec>,
}

impl Line {
    fn of(text: &str) -> Result<Self, Refusal> {
        if !text.starts_with('{') {
            return Ok(Self { prompt: text.to_owned(), spec: None });
        }
        let line: Self = serde_json::from_str(text).map_err(|error| {
            Refusal::of(format!("the line is no JSON object of a prompt: {error}"))
        })?;
        match line.spec.as_ref().map(SceneSpec::faults) {
            Some(faults) if !faults.is_empty() => Err(faults.into()),
            _ => Ok(line),
        }
    }
}

/// Who plans.
enum Author {
    /// The grammar.
    Grammar {
        /// Whether scenes settle, to see whether they hold.
        checks: bool,
    },
    /// A language model.
    Model { models: Box<Models>, asked: (Provider, Model), turns: Semaphore, tells: bool },
}

/// A scene, and who planned it.
struct Made {
    plan: Plan,
    xml: String,
    by: Option<By>,
}

/// The model that planned, and what that took.
struct By {
    provider: Provider,
    model: String,
    rounds: u32,
    usage: Usage,
}

/// What came of a prompt.
struct Outcome {
    prompt: String,
    made: Result<Made, Refusal>,
    ms: f64,
}

pub(super) fn run(wanted: &Generate) -> Result<(), Error> {
    log::quiet();
    block_on(async {
        let author = Author::of(wanted)?;
        if wanted.lines {
            return lines(&author).await;
        }
        let present = wanted.scene.as_ref().map(|path| present(path)).transpose()?;
        let prompt = wanted.prompt.join(" ");
        let outcome = author.conversation(&prompt, present).await;
        let ok = outcome.made.is_ok();
        if wanted.json {
            say(&format!("{}\n", outcome.json(author.mode())))?;
        } else {
            outcome.tell()?;
        }
        if ok { Ok(()) } else { Err(Error::Said(Exit::Failed)) }
    })
}

fn present(path: &std::path::Path) -> Result<SceneSpec, Error> {
    let shown = path.display();
    let text = fs::read_to_string(path)
        .map_err(|error| Error::Failed(format!("{shown} cannot be read: {error}")))?;
    match generate::kept(&text) {
        Kept::Plan(spec) => Ok(*spec),
        Kept::Changed => {
            Err(Error::Failed(format!("{shown} was changed by hand since it was made from words")))
        }
        Kept::None => Err(Error::Failed(format!("{shown} was not made from words"))),
    }
}

async fn lines(author: &Author) -> Result<(), Error> {
    let mut input = io::stdin().lock();
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
        match read {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) => {
                return Err(Error::Failed(format!("standard input cannot be read: {error}")));
            }
        }
        let line = String::from_utf8_lossy(&line);
        let outcome = match Line::of(line.trim_end_matches(['\r', '\n'])) {
            Ok(Line { prompt, spec }) => author.conversation(&prompt, spec).await,
            Err(refusal) => Outcome { prompt: line.into_owned(), made: Err(refusal), ms: 0.0 },
        };
        say(&format!("{}\n", outcome.json(author.mode())))?;
    }
}

impl Author {
    fn of(wanted: &Generate) -> Result<Self, Error> {
        if !wanted.llm && wanted.provider.is_none() && wanted.model.is_none() {
            return Ok(Self::Grammar { checks: !wanted.no_check });
        }
        let config = wanted.common.sources().load()?;
        let models = Box::new(Models::new(&config.generate, Arc::new(Metrics::default())));
        let provider = wanted.provider.as_deref().map(Provider::named).transpose();
        let provider = provider.map_err(Error::Usage)?;
        let asked = models.choose(provider, wanted.model.as_deref());
        let asked = asked.map_err(|error| Error::Failed(error.to_string()))?;
        let tells = !wanted.json && !wanted.lines;
        Ok(Self::Model { models, asked, turns: Semaphore::new(1), tells })
    }

    fn mode(&self) -> &'static str {
        match self {
            Self::Grammar { .. } => "offline",
            Self::Model { .. } => "llm",
        }
    }

    /// Prompts parted by ` >> `, each said about the scene before it.
    async fn conversation(&self, prompt: &str, mut present: Option<SceneSpec>) -> Outcome {
        let begin = Instant::now();
        let mut made = Err(Refusal::of("the text is empty: say what should be in the scene"));
        for step in prompt.split(" >> ") {
            made = self.make(step, present.as_ref()).await;
            match &made {
                Ok(made) => present = Some(made.plan.spec.clone()),
                Err(_) => break,
            }
        }
        Outcome { prompt: prompt.to_owned(), made, ms: begin.elapsed().as_secs_f64() * 1e3 }
    }

    async fn make(&self, prompt: &str, present: Option<&SceneSpec>) -> Result<Made, Refusal> {
        let limits = Limits::default();
        match self {
            Self::Grammar { checks } => {
                let plan = generate::offline(prompt, present)?;
                let built = generate::build(&plan.spec).map_err(Refusal::from)?;
                if *checks {
                    generate::check(&built, &limits).await.map_err(Refusal::from)?;
                }
                Ok(Made { plan, xml: built.xml, by: None })
            }
            Self::Model { models, asked: (provider, model), turns, tells } => {
                generate::readable(prompt)?;
                let wish = Wish {
                    provider: Some(*provider),
                    model: Some(model.name()),
                    session: "command line",
                    prompt,
                    present,
                };
                let trial = Trial { limits: &limits, turns };
                let mut said = None;
                let mut progress = |Progress { stage, .. }: Progress| {
                    if *tells && said.replace(stage.name()) != Some(stage.name()) {
                        tell(&format!("{provider}: {}", stage.name()));
                    }
                };
                let authored = generate::by_model(models, &wish, &trial, &mut progress).await;
                let Authored { plan, built, provider, model, rounds, usage, .. } =
                    authored.map_err(|error| Refusal::of(error.to_string()))?;
                let by = By { provider, model, rounds, usage };
                Ok(Made { plan, xml: built.xml, by: Some(by) })
            }
        }
    }
}

impl Outcome {
    fn json(&self, mode: &str) -> serde_json::Value {
        let mut out = json!({
            "prompt": self.prompt, "ok": self.made.is_ok(), "mode": mode, "xml": null, "spec": null,
            "understood": [], "warnings": [], "error": null, "unknown": [], "ms": self.ms,
        });
        match &self.made {
            Ok(Made { plan, xml, by }) => {
                out["xml"] = json!(xml);
                out["spec"] = json!(plan.spec);
                out["understood"] = json!(plan.understood);
                out["warnings"] = json!(plan.warnings);
                if let Some(By { provider, model, rounds, usage }) = by {
                    out["provider"] = json!(provider.name());
                    out["model"] = json!(model);
                    out["rounds"] = json!(rounds);
                    out["tokens"] = json!({"input": usage.input, "output": usage.output});
                }
            }
            Err(refusal) => {
                out["error"] = json!(refusal.reason);
                out["unknown"] = json!(refusal.unknown);
            }
        }
        out
    }

    fn tell(&self) -> Result<(), Error> {
        match &self.made {
            Ok(Made { plan, xml, by }) => {
                if let Some(By { provider, model, rounds, usage }) = by {
                    let (tokens, s) = (usage.total(), if *rounds == 1 { "" } else { "s" });
                    tell(&format!(
                        "planned by {provider} ({model}): {rounds} round{s}, {tokens} tokens"
                    ));
                }
                for phrase in &plan.understood {
                    tell(&format!("understood: {phrase}"));
                }
                for warning in &plan.warnings {
                    tell(&format!("warning: {warning}"));
                }
                say(xml)
            }
            Err(refusal) => {
                tell(&format!("mjcast: {refusal}"));
                Ok(())
            }
        }
    }
}

#[expect(clippy::print_stderr, reason = "the scene goes to standard output, words about it here")]
fn tell(line: &str) {
    eprintln!("{line}");
}
