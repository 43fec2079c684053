//! What a session's model consists of, and how it is computed.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{
    OpenApi, PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};
use warp::{filters::BoxedFilter, reply::Response};

use super::{
    Context,
    api::{Answer, ok},
    body::Json,
    problem::Problem,
    reply::Model,
    sessions::{Below, at},
};
use crate::{
    peer::wire::{self, OptionsState},
    session::{Error, Handle},
};

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(model, options, set_options))]
pub(super) struct Operations;

/// Everything of this file, below `/api/sessions/{id}`.
pub(super) fn routes(context: &Arc<Context>) -> BoxedFilter<(Response,)> {
    use warp::Filter as _;
    let model = Below::new(context, at("/model"), "GET, HEAD")
        .get(|context, session| async move { model(&context, &session).await });
    let options = Below::new(context, at("/options"), "GET, HEAD, PATCH")
        .get(|_, session| async move { options(&session).await })
        .with_body(warp::patch().boxed(), |_, session, body| async move {
            set_options(&session, body).await
        });
    model.done().or(options.done()).unify().boxed()
}

/// Options to set: any of those that a session has.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct OptionsBody(Map<String, Value>);

impl PartialSchema for OptionsBody {
    fn schema() -> RefOr<Schema> {
        let mut schema = OptionsState::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            object.required.clear();
            object.description = Some("The options to set; the others stay.".into());
            object.example = Some(serde_json::json!({
                "timestep": 0.001, "gravity": [0, 0, -1.62], "flags": {"contact": false},
            }));
        }
        schema
    }
}

impl ToSchema for OptionsBody {
    fn name() -> std::borrow::Cow<'static, str> {
        "NewPhysicsOptions".into()
    }
}

/// What the model consists of: joints, actuators, sensors, cameras and so on, with their ranges,
/// units and addresses in the state.
#[utoipa::path(
    get, path = "/api/sessions/{id}/model", tag = "simulation", operation_id = "model",
    responses(
        (status = 200, description = "The model.", body = Model),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn model(context: &Context, session: &Handle) -> Answer {
    let status = session.status().await?.ok_or(Error::NoScene)?;
    let keyframes = session.history().await?.keyframes;
    ok(&Model::new(&status, keyframes, &context.sessions.settings().render))
}

/// How the simulation is computed: `mjOption`.
#[utoipa::path(
    get, path = "/api/sessions/{id}/options", tag = "simulation", operation_id = "options",
    responses(
        (status = 200, description = "The options.", body = OptionsState),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn options(session: &Handle) -> Answer {
    let status = session.status().await?.ok_or(Error::NoScene)?;
    ok(&OptionsState::from(&status.snapshot.mechanics))
}

/// Changes how the simulation is computed, between two steps.
///
/// The change is a part of the history: going back to before it undoes it. A reset leaves it, and
/// another scene brings its own options.
#[utoipa::path(
    patch, path = "/api/sessions/{id}/options", tag = "simulation", operation_id = "set_options",
    request_body = OptionsBody,
    responses(
        (status = 200, description = "The options after it.", body = OptionsState),
        (status = 400, description = "An option is unknown or out of its range: nothing has \
            changed."),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn set_options(session: &Handle, request: Json<OptionsBody>) -> Answer {
    let OptionsBody(params) = request?;
    let command = wire::parse_command("set_options", &params)
        .map_err(|error| Problem::bad_request(error.to_string()))?;
    let snapshot = session.act(command).await?;
    ok(&OptionsState::from(&snapshot.mechanics))
}
