//! `POST /api/execute-command`: what to do, or what should be in the scene, in words.

use std::sync::Arc;

use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};
use warp::{Filter, Reply as _, http::StatusCode, path};

use super::{
    Context,
    api::{self, Answer, SessionParameter},
    body::{self, Json},
    generate::{self, Order, Wanted, Way},
    problem::Problem,
    progress,
    reply::CommandReply,
    routes::{Route, resource, session_id},
    stats::SimulationState,
    words::{self, Wish},
};
use crate::{generate::model::Progress, session::Handle};

pub(super) fn routes(context: &Arc<Context>) -> Route {
    let shared = Arc::clone(context);
    let command = warp::post()
        .and(session_id())
        .and(body::json(&context.config.limits))
        .and(progress::is_wanted())
        .then(move |id: String, request, told| {
            let context = Arc::clone(&shared);
            async move { command(&context, &id, request, told).await.into_response() }
        });
    resource(path!("api" / "execute-command").boxed(), "POST", command.boxed())
}

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(command))]
pub(super) struct Operations;

/// A command in words.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"command": "step 10"}))]
struct CommandRequest {
    /// `play`, `pause`, `stop`, `reset`, `step N` or `state`, and the like; or a scene in words, or
    /// what should change in one that was made so.
    command: String,
    /// How a scene is made: offline unless this, a provider or a model says otherwise.
    mode: Option<Way>,
    /// Which provider of language models plans it.
    provider: Option<String>,
    /// Which of its models.
    model: Option<String>,
}

/// Does what a text asks for.
#[utoipa::path(
    post, path = "/api/execute-command", tag = "scenes", operation_id = "execute_command",
    params(SessionParameter), request_body = CommandRequest,
    responses(
        (status = 200, description = "It was done. Whoever accepts `text/event-stream` gets a scene's \
            progress as `POST /api/scene/generate` tells it, and this as an event `done`.", content(
            (CommandReply = "application/json"), (String = "text/event-stream"),
        )),
        (status = 400, description = "The text is not understood; `detail` says what is, and `unknown` \
            lists the words."),
        (status = 409, description = "The session has no scene, or the language model that is \
            wanted is not configured."),
        (status = 422, description = "As of `POST /api/scene/generate`, with a language model; so \
            are 429, 502 and 504."),
    ),
)]
async fn command(
    context: &Arc<Context>,
    id: &str,
    request: Json<CommandRequest>,
    told: Option<String>,
) -> Answer {
    let handle = api::session(context, id)?;
    let CommandRequest { command: text, mode, provider, model } = request?;
    let wish = words::parse(&text).map_err(Problem::bad_request)?;
    if wish != Wish::Other {
        return api::ok(&acted(context, &handle, wish).await?);
    }
    let order = Wanted::command(text, mode, provider, model).checked(context)?;
    let Some(path) = told else {
        return api::ok(&scene(context, &handle, order, &mut |_| {}).await?);
    };
    let (shared, closing) = (Arc::clone(context), context.work.closing.clone());
    Ok(progress::reply("done", path, closing, move |teller| async move {
        scene(&shared, &handle, order, &mut |progress| teller.tell(progress)).await
    }))
}

/// Does what a text asks for; a scene is made offline.
pub(super) async fn said(
    context: &Context,
    handle: &Handle,
    text: &str,
) -> Result<CommandReply, Problem> {
    let wish = words::parse(text).map_err(Problem::bad_request)?;
    if wish != Wish::Other {
        return acted(context, handle, wish).await;
    }
    let order = Wanted::offline(text.to_owned(), false).checked(context)?;
    scene(context, handle, order, &mut |_| {}).await
}

/// Does what control words ask for, and tells the state.
async fn acted(context: &Context, handle: &Handle, wish: Wish) -> Result<CommandReply, Problem> {
    let (commands, result) = match wish {
        Wish::Act(commands, result) => (commands, result),
        Wish::State | Wish::Other => (Vec::new(), "The state of the simulation."),
    };
    let mut actions_taken = Vec::with_capacity(commands.len());
    for command in commands {
        actions_taken.push(words::name(&command));
        handle.command(command).await?;
    }
    Ok(CommandReply {
        success: true,
        result: result.to_owned(),
        actions_taken,
        mode: None,
        scene_xml: None,
        warnings: Vec::new(),
        state: state_of(context, handle).await?,
    })
}

/// What is no control word is a scene, or the wish to change one.
async fn scene(
    context: &Context,
    handle: &Handle,
    order: Order,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<CommandReply, Problem> {
    let is_offline = order.is_offline();
    let made = generate::make(context, handle, order, progress).await;
    let made = made.map_err(|mut problem| {
        // The contract of this route knows no other refusal of words.
        if is_offline && problem.status == StatusCode::UNPROCESSABLE_ENTITY {
            problem.status = StatusCode::BAD_REQUEST;
            problem.detail = format!(
                "not understood, {}. Say play, pause, stop, reset, step N or state, or what should \
                 be in the scene",
                problem.detail
            );
        }
        problem
    })?;
    let state = state_of(context, handle).await?;
    Ok(CommandReply {
        success: true,
        result: made.message,
        actions_taken: made.understood,
        mode: Some(made.mode),
        scene_xml: Some(made.scene_xml),
        warnings: made.warnings,
        state,
    })
}

async fn state_of(context: &Context, handle: &Handle) -> Result<SimulationState, Problem> {
    let status = handle.status().await?;
    Ok(SimulationState::new(&context.sessions.overview_of(handle), Ok(status.as_ref())))
}
