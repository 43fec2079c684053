//! Scenes that a language model plans: asked by a [`sheet`], built and tried like any other.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;

use super::{
    Built, Fault, Plan, SceneSpec, build, check,
    model::{Ask, Error, Models, Objection, Progress, Usage, Words},
    sheet::{self, Sheet},
    words,
};
use crate::{config::Provider, worker::Limits};

/// A request in words to a model.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// Who is asked; `None`: the one of the configuration, or the first that can be.
    pub provider: Option<Provider>,
    /// Name of the model; `None`: the provider's of the configuration.
    pub model: Option<&'a str>,
    /// Id of the session, for limits.
    pub session: &'a str,
    /// What the user wrote.
    pub prompt: &'a str,
    /// The plan of the scene that runs.
    pub present: Option<&'a SceneSpec>,
}

/// How plans are tried.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// What a worker may take.
    pub limits: &'a Limits,
    /// One permit for each that may be tried at a time.
    pub turns: &'a Semaphore,
}

/// A scene that a model planned, and what that took.
#[derive(Clone, Debug)]
pub struct Authored {
    /// The plan, in words too.
    pub plan: Plan,
    /// What was built of it, and holds.
    pub built: Built,
    /// Who planned.
    pub provider: Provider,
    /// The model, as the provider calls it.
    pub model: String,
    /// How many plans it took, at least 1.
    pub rounds: u32,
    /// Tokens of all rounds.
    pub usage: Usage,
    /// The time of all.
    pub took: Duration,
}

/// Has a model plan a scene until one holds. A plan is built and tried as any other is; what is
/// wrong with it goes back to the model, at most twice. Nothing else that a model writes counts.
///
/// # Errors
/// [`Error`] says what went wrong. Nothing else is tried in its place.
pub async fn by_model(
    models: &Models,
    wish: &Wish<'_>,
    trial: &Trial<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Authored, Error> {
    let ask = Ask {
        provider: wish.provider,
        model: wish.model,
        session: wish.session,
        instructions: sheet::instructions(),
        prompt: wish.prompt,
        context: &wish.present.map_or(Value::Null, sheet::written),
        schema: sheet::schema(),
    };
    let judge = |text: String| async move { judged(&text, trial).await };
    let planned = models.plan(&ask, judge, progress).await?;
    let (Sheet { spec, unmet }, built) = planned.value;
    let warnings = unmet.iter().map(|what| format!("not in the scene: {what}")).collect();
    Ok(Authored {
        plan: Plan { understood: words::understood(&spec), spec, warnings },
        built,
        provider: planned.provider,
        model: planned.model,
        rounds: planned.rounds,
        usage: planned.usage,
        took: planned.took,
    })
}

async fn judged(text: &str, trial: &Trial<'_>) -> Result<(Sheet, Built), Objection> {
    let sheet = sheet::read(text).map_err(Objection::Mend)?;
    if sheet.spec.things.is_empty() && !sheet.unmet.is_empty() {
        let said = Words::new(&sheet.unmet.join("; "), None);
        return Err(Objection::Stop(Error::Declined { said }));
    }
    let built = build(&sheet.spec).map_err(objection)?;
    // It is never closed.
    let _turn = trial.turns.acquire().await;
    check(&built, trial.limits).await.map_err(objection)?;
    Ok((sheet, built))
}

fn objection(faults: Vec<Fault>) -> Objection {
    if let Some(fault @ Fault::Untried(_)) = faults.first() {
        return Objection::Stop(Error::Untried(fault.to_string()));
    }
    Objection::Mend(faults.iter().map(ToString::to_string).collect())
}
