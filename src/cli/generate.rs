//! `mjcast generate`: scenes from words, without a daemon.

use std::{
    fs,
    io::{self, BufRead as _, Read as _},
    time::Instant,
};

use serde::Deserialize;
use serde_json::json;

use super::{Error, Exit, args::Generate, block_on, log, say};
use crate::{
    generate::{self, Kept, MAX_PROMPT, Plan, Refusal, SceneSpec},
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

/// What came of a prompt.
struct Outcome {
    prompt: String,
    made: Result<(Plan, String), Refusal>,
    ms: f64,
}

pub(super) fn run(wanted: &Generate) -> Result<(), Error> {
    log::quiet();
    block_on(async {
        if wanted.lines {
            return lines(wanted).await;
        }
        let present = wanted.scene.as_ref().map(|path| present(path)).transpose()?;
        let prompt = wanted.prompt.join(" ");
        let outcome = conversation(&prompt, present, wanted.no_check).await;
        let ok = outcome.made.is_ok();
        if wanted.json {
            say(&format!("{}\n", outcome.json()))?;
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

async fn lines(wanted: &Generate) -> Result<(), Error> {
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
            Ok(Line { prompt, spec }) => conversation(&prompt, spec, wanted.no_check).await,
            Err(refusal) => Outcome { prompt: line.into_owned(), made: Err(refusal), ms: 0.0 },
        };
        say(&format!("{}\n", outcome.json()))?;
    }
}

/// Prompts parted by ` >> `, each said about the scene before it.
async fn conversation(prompt: &str, mut present: Option<SceneSpec>, unchecked: bool) -> Outcome {
    let begin = Instant::now();
    let mut made = Err(Refusal::of("the text is empty: say what should be in the scene"));
    for step in prompt.split(" >> ") {
        made = make(step, present.as_ref(), unchecked).await;
        match &made {
            Ok((plan, _)) => present = Some(plan.spec.clone()),
            Err(_) => break,
        }
    }
    Outcome { prompt: prompt.to_owned(), made, ms: begin.elapsed().as_secs_f64() * 1e3 }
}

async fn make(
    prompt: &str,
    present: Option<&SceneSpec>,
    unchecked: bool,
) -> Result<(Plan, String), Refusal> {
    let plan = generate::offline(prompt, present)?;
    let built = generate::build(&plan.spec).map_err(Refusal::from)?;
    if !unchecked {
        generate::check(&built, &Limits::default()).await.map_err(Refusal::from)?;
    }
    Ok((plan, built.xml))
}

impl Outcome {
    fn json(&self) -> serde_json::Value {
        let mut out = json!({
            "prompt": self.prompt, "ok": self.made.is_ok(), "mode": "offline", "xml": null, "spec": null,
            "understood": [], "warnings": [], "error": null, "unknown": [], "ms": self.ms,
        });
        match &self.made {
            Ok((plan, xml)) => {
                out["xml"] = json!(xml);
                out["spec"] = json!(plan.spec);
                out["understood"] = json!(plan.understood);
                out["warnings"] = json!(plan.warnings);
            }
            Err(refusal) => {
                out["error"] = json!(refusal.reason);
                out["unknown"] = json!(refusal.unknown);
            }
        }
        out
    }

    #[expect(
        clippy::print_stderr,
        reason = "the scene goes to standard output, words about it here"
    )]
    fn tell(&self) -> Result<(), Error> {
        match &self.made {
            Ok((plan, xml)) => {
                for phrase in &plan.understood {
                    eprintln!("understood: {phrase}");
                }
                for warning in &plan.warnings {
                    eprintln!("warning: {warning}");
                }
                say(xml)
            }
            Err(refusal) => {
                eprintln!("mjcast: {refusal}");
                Ok(())
            }
        }
    }
}
