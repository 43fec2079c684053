//! What agents can do. A tool is a function with a name, words and hints; the schemas come from the
//! types that it takes and gives.

mod compat;
mod pictures;
mod scenes;
mod sessions;
mod simulation;

use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use rmcp::{
    Peer, RoleServer,
    model::{
        CallToolResult, ContentBlock, ProgressNotificationParam, ProgressToken,
        Tool as Description, ToolAnnotations,
    },
    service::RequestContext,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::{schema, server::Shared};
use crate::{
    batch::CameraSpec,
    http::{Desk, Problem},
    session::{self, Handle, Name},
};

/// Longest reply as text, bytes: what a language model can still read.
const MAX_REPLY: usize = 256 << 10;
/// Sessions whose cameras are remembered: far more than there are at a time.
const MAX_CAMERAS: usize = 1024;

pub(super) type Outcome<T> = Result<T, Problem>;
type Running = Pin<Box<dyn Future<Output = Result<CallToolResult, String>> + Send>>;

/// A tool as it is listed, and what it does. An error is a sentence for the agent.
pub(super) struct Tool {
    pub described: Description,
    pub run: Box<dyn Fn(Call, Map<String, Value>) -> Running + Send + Sync>,
}

/// All tools, in the order in which they are listed.
pub(super) struct Table(Vec<Tool>);

impl Table {
    pub fn new() -> Self {
        let mut all = sessions::all();
        all.extend(scenes::all());
        all.extend(simulation::all());
        all.extend(pictures::all());
        all.extend(compat::all());
        Self(all)
    }

    /// The descriptions.
    pub fn all(&self) -> Vec<Description> {
        self.0.iter().map(|tool| tool.described.clone()).collect()
    }

    /// The tool of this name.
    pub fn get(&self, name: &str) -> Option<&Tool> {
        self.0.iter().find(|tool| tool.described.name == name)
    }
}

/// What a client may know of a tool before it calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// It changes nothing.
    Reads,
    /// It adds something, another thing each time.
    Adds,
    /// It changes something; again with the same, it changes nothing more.
    Sets,
    /// It changes something, each time further.
    Changes,
    /// It does away with something.
    Destroys,
}

impl Effect {
    fn hints(self) -> ToolAnnotations {
        ToolAnnotations::new()
            .read_only(self == Self::Reads)
            .destructive(self == Self::Destroys)
            .idempotent(matches!(self, Self::Reads | Self::Sets | Self::Destroys))
            // Nothing but the daemon is touched.
            .open_world(false)
    }
}

/// What a tool answers: a value, and what has its own kind of content.
struct Reply<T> {
    value: T,
    content: Vec<ContentBlock>,
}

impl<T> From<T> for Reply<T> {
    fn from(value: T) -> Self {
        Self { value, content: Vec::new() }
    }
}

/// The tool that does what `act` does.
fn tool<A, T, F, R>([name, title, description]: [&'static str; 3], effect: Effect, act: F) -> Tool
where
    A: DeserializeOwned + ToSchema + Send + 'static,
    T: Serialize + ToSchema,
    F: Fn(Call, A) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Outcome<Reply<T>>> + Send + 'static,
{
    let described = Description::new(name, description, schema::input::<A>())
        .with_title(title)
        .with_raw_output_schema(Arc::new(schema::output::<T>()))
        .with_annotations(effect.hints());
    let run = move |call: Call, arguments: Map<String, Value>| -> Running {
        Box::pin(async move {
            let arguments = serde_json::from_value(Value::Object(arguments)).map_err(|error| {
                format!("the arguments are not those of {name}: {error}; its input schema has them")
            })?;
            let acted = Arc::clone(&call.acted);
            let problem = match act(call, arguments).await {
                Ok(reply) => return written(reply),
                Err(problem) => problem,
            };
            if let Some(session) = acted.get() {
                session.refused().await;
            }
            Err(problem.detail)
        })
    };
    Tool { described, run: Box::new(run) }
}

fn written<T: Serialize>(reply: Reply<T>) -> Result<CallToolResult, String> {
    let value = serde_json::to_value(reply.value).map_err(|error| error.to_string())?;
    // Clients of older revisions read the text.
    let text = value.to_string();
    if text.len() > MAX_REPLY {
        return Err(format!(
            "it is done, but the answer has {} bytes and {MAX_REPLY} are the most: ask for less of \
             it, such as fewer fields",
            text.len()
        ));
    }
    let mut content = reply.content;
    content.push(ContentBlock::text(text));
    let mut result = CallToolResult::success(content);
    result.structured_content = Some(value);
    Ok(result)
}

/// What a tool has to do with: who calls it, and how.
pub(super) struct Call {
    pub shared: Arc<Shared>,
    pub agent: Name,
    /// What is to be done, as people are told.
    pub act: String,
    /// Where the daemon is, without a slash at the end.
    pub base: String,
    /// What it acts on, once it does.
    pub acted: Arc<OnceLock<Handle>>,
    pub progress: Progress,
    pub cancelled: CancellationToken,
}

impl Call {
    fn desk(&self) -> &Desk {
        &self.shared.desk
    }

    /// A session, to look at.
    fn session(&self, id: &str) -> Outcome<Handle> {
        Ok(self.desk().session(id)?.for_agent(self.agent.clone()))
    }

    /// A session, to act on: how it is now can be come back to, and everybody is told.
    async fn acting(&self, id: &str) -> Outcome<Handle> {
        let session = self.session(id)?;
        session.acting(&self.act).await?;
        let _ = self.acted.set(session.clone());
        Ok(session)
    }

    /// An error where the agent wants no more of it.
    fn go_on(&self, done: impl FnOnce() -> String) -> Outcome<()> {
        if self.cancelled.is_cancelled() {
            return Err(Problem::bad_request(format!("cancelled, {}", done())));
        }
        Ok(())
    }

    /// The page that shows a session; `query` is what else it says.
    fn page(&self, session: &str, query: &[(&str, String)]) -> String {
        let own = (session != session::DEFAULT).then(|| ("session", session.to_owned()));
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in own.iter().chain(query) {
            pairs.append_pair(name, value);
        }
        // As the page itself writes its links.
        let query = pairs.finish().replace("%2C", ",");
        match query.as_str() {
            "" => format!("{}/", self.base),
            query => format!("{}/?{query}", self.base),
        }
    }
}

/// Tells an agent that asked for it how far something is.
pub(super) struct Progress(Option<(ProgressToken, Peer<RoleServer>)>);

impl Progress {
    pub fn new(context: &RequestContext<RoleServer>) -> Self {
        let token = context.meta.get_progress_token();
        Self(token.map(|token| (token, context.peer.clone())))
    }

    async fn tell(&self, done: f64, of: f64) {
        self.send(done, |progress| progress.total = Some(of)).await;
    }

    /// The same where nobody knows how much is left: what is going on, by a number that grows.
    async fn tell_stage(&self, number: f64, stage: &str) {
        self.send(number, |progress| progress.message = Some(stage.to_owned())).await;
    }

    async fn send(&self, done: f64, set: impl FnOnce(&mut ProgressNotificationParam)) {
        let Some((token, peer)) = &self.0 else { return };
        let mut progress = ProgressNotificationParam::new(token.clone(), done);
        set(&mut progress);
        if let Err(error) = peer.notify_progress(progress).await {
            tracing::debug!(%error, "an agent is not told how far it is");
        }
    }
}

/// What agents look through, by session.
#[derive(Debug, Default)]
pub(super) struct Cameras(Mutex<BTreeMap<String, CameraSpec>>);

impl Cameras {
    /// That of a session; the free one where none was set.
    pub fn of(&self, session: &str) -> CameraSpec {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(session).cloned().unwrap_or_default()
    }

    fn set(&self, session: &str, camera: CameraSpec) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MAX_CAMERAS && !all.contains_key(session) {
            // Ids are random: any is as good, and nearly all are of sessions that have ended.
            all.pop_first();
        }
        all.insert(session.to_owned(), camera);
    }

    fn forget(&self, session: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(session);
    }
}

#[cfg(test)]
mod tests;
