//! The state of a session's simulation, its keyframes, its history, and who is in control.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use super::{
    Context,
    api::{Answer, ok},
    body::Json,
    openapi::File,
    problem::Problem,
    reply::{
        Controls, History, Integration, Keyframe, Keyframes, Moment as Reached, NamedState,
        Numbers, Session, Undone, Viewers, controls,
    },
    sessions::{Below, Query, at, created, name, viewer},
};
use crate::{
    control::{Command, Moment, PhysicsCommand, Slot, StateSection},
    replay,
    scene::Snapshot,
    session::{Change, Error, Handle, Role},
};

type Route = BoxedFilter<(Response,)>;

/// What the description of the API has of this file.
#[derive(OpenApi)]
#[openapi(paths(
    state,
    set_state,
    ctrl,
    set_ctrl,
    keyframes,
    save,
    load,
    history,
    seek,
    fork,
    undo,
    export,
    viewers,
    set_role,
    give_control
))]
pub(super) struct Operations;

/// Everything of this file, below `/api/sessions/{id}`.
pub(super) fn routes(context: &Arc<Context>) -> Route {
    let post = || warp::post().boxed();
    let put = || warp::put().boxed();
    let state = Below::new(context, at("/state"), "GET, HEAD, PUT")
        .query(|_, session, query| async move { state(&session, &query).await })
        .with_body(put(), |_, session, body| async move { set_state(&session, body).await });
    let ctrl = Below::new(context, at("/ctrl"), "GET, HEAD, PUT")
        .get(|_, session| async move { ctrl(&session).await })
        .with_body(put(), |_, session, body| async move { set_ctrl(&session, body).await });
    let keyframes = Below::new(context, at("/keyframes"), "GET, HEAD, POST")
        .get(|_, session| async move { keyframes(&session).await })
        .with_body(post(), |_, session, body| async move { save(&session, body).await });
    let load = Below::new(context, at("/keyframes/load"), "POST")
        .with_body(post(), |_, session, body| async move { load(&session, body).await });
    let history = Below::new(context, at("/history"), "GET, HEAD")
        .get(|_, session| async move { history(&session).await });
    let seek = Below::new(context, at("/history/seek"), "POST")
        .with_body(post(), |_, session, body| async move { seek(&session, body).await });
    let fork =
        Below::new(context, at("/history/fork"), "POST")
            .with_body(post(), |context, session, body| async move {
                fork(&context, &session, body).await
            });
    let undo = Below::new(context, at("/history/undo"), "POST").on(
        post(),
        warp::any().map(|| ()).boxed(),
        |_, session, ()| async move { undo(&session).await },
    );
    let export = Below::new(context, at("/history/export"), "GET, HEAD")
        .get(|_, session| async move { export(&session).await });
    let viewers = Below::new(context, at("/viewers"), "GET, HEAD")
        .get(|_, session| async move { viewers(&session).await });
    let role = Below::new(context, at("/viewers/role"), "POST")
        .with_body(post(), |_, session, body| async move { set_role(&session, body).await });
    let control = Below::new(context, at("/viewers/control"), "POST")
        .with_body(post(), |_, session, body| async move { give_control(&session, body).await });
    let all = [ctrl, keyframes, load, history, seek, fork, undo, export, viewers, role, control];
    all.into_iter().fold(state.done(), |routes, place| routes.or(place.done()).unify().boxed())
}

// ---- bodies ---------------------------------------------------------------------------------

/// By name (what has none goes by its index), or all from the first on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Values {
    /// Some, by name.
    Named(BTreeMap<String, Numbers>),
    /// The first ones, in the order of the model.
    All(Vec<f64>),
}

impl From<f64> for Numbers {
    fn from(number: f64) -> Self {
        Self::One(number)
    }
}

impl Values {
    /// What is to be set to what.
    pub fn into_slots(self) -> Vec<(Slot, Vec<f64>)> {
        match self {
            Self::Named(values) => {
                let slot = |name: String| name.parse().map_or(Slot::Name(name), Slot::Index);
                values.into_iter().map(|(name, v)| (slot(name), v.into_vec())).collect()
            }
            Self::All(values) => {
                (0u32..).zip(values).map(|(at, v)| (Slot::Index(at), vec![v])).collect()
            }
        }
    }
}

/// A state to set: all of it, or some by name.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewState, example = json!({"qpos": {"elbow": 0.25}, "ctrl": [1.0, 0.0]}))]
pub(crate) struct StateBody {
    /// A full `mjSTATE_INTEGRATION` vector; nothing else beside it.
    pub state: Option<Vec<f64>>,
    /// Positions by joint: m or rad, quaternions with w first.
    pub qpos: Option<Values>,
    /// Velocities by joint: m/s or rad/s.
    pub qvel: Option<Values>,
    /// Controls by actuator; they are clamped to their ranges.
    pub ctrl: Option<Values>,
}

/// Controls to set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewControls, example = json!({"values": {"waist_y": 0.4}}))]
struct CtrlBody {
    /// By actuator; they are clamped to their ranges.
    values: Values,
}

/// A keyframe to save.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewKeyframe, example = json!({"name": "here"}))]
struct SaveBody {
    /// 1 to 128 characters on one line; numbered where it is missing.
    name: Option<String>,
}

/// A keyframe, by one of its fields.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = KeyframeChoice, example = json!({"name": "here"}))]
struct KeyframeBody {
    /// Its name.
    name: Option<String>,
    /// Its place in the list, from 0.
    index: Option<u32>,
}

/// A moment of the history, by one of `tick`, `time` and `steps`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MomentChoice, example = json!({"steps": -100}))]
struct MomentBody {
    /// A step of the history.
    tick: Option<u64>,
    /// Simulated time, s; the nearest step.
    time: Option<f64>,
    /// From here: below 0 goes back.
    steps: Option<i64>,
    /// Of the session that a fork makes: 1 to 128 characters on one line.
    name: Option<String>,
}

impl MomentBody {
    fn moment(&self) -> Result<Option<Moment>, Problem> {
        match (self.tick, self.time, self.steps) {
            (Some(tick), None, None) => Ok(Some(Moment::Tick(tick))),
            (None, Some(time), None) => Ok(Some(Moment::Time(time))),
            (None, None, Some(steps)) => Ok(Some(Moment::Steps(steps))),
            (None, None, None) => Ok(None),
            _ => Err(Problem::bad_request("send one of tick, time and steps")),
        }
    }
}

/// What a viewer may do.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRole, example = json!({"viewer_id": "viewer-7", "role": "view"}))]
struct RoleBody {
    /// Whose role it is.
    viewer_id: String,
    /// `view`, `control` or `admin`.
    role: String,
}

/// Who is to be in control.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHolder, example = json!({"viewer_id": "viewer-7"}))]
struct ControlBody {
    /// `null` takes it from whoever has it.
    viewer_id: Option<String>,
}

// ---- state ----------------------------------------------------------------------------------

/// How a state is written.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "`state` reads it; this describes it")]
struct StateParameters {
    /// `named` or `integration`.
    #[param(default = "named")]
    format: Option<String>,
}

/// A state, in one of two forms.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum StateReply {
    /// `format=named`.
    Named(Box<NamedState>),
    /// `format=integration`.
    Integration(Integration),
}

/// The state of the simulation: by names, or as one vector.
#[utoipa::path(
    get, path = "/api/sessions/{id}/state", tag = "simulation", operation_id = "state",
    params(StateParameters),
    responses(
        (status = 200, description = "The state.", body = StateReply),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn state(session: &Handle, query: &Query) -> Answer {
    let reply = match query.get("format").map(String::as_str) {
        None | Some("named") => StateReply::Named(Box::new(named(session).await?)),
        Some("integration") => StateReply::Integration((&*session.capture().await?).into()),
        Some(other) => {
            let text = format!("'format' must be named or integration, not {other:?}");
            return Err(Problem::bad_request(text));
        }
    };
    ok(&reply)
}

/// Sets the state: all of it at once, or positions, velocities and controls by name.
#[utoipa::path(
    put, path = "/api/sessions/{id}/state", tag = "simulation", operation_id = "set_state",
    request_body = StateBody,
    responses(
        (status = 200, description = "The state after it.", body = NamedState),
        (status = 400, description = "A name is unknown, or there are too many or too few numbers."),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn set_state(session: &Handle, request: Json<StateBody>) -> Answer {
    ok(&put(session, request?).await?)
}

/// Sets the state, and gives the one after it.
pub(super) async fn put(session: &Handle, body: StateBody) -> Result<NamedState, Problem> {
    let StateBody { state, qpos, qvel, ctrl } = body;
    let parts =
        [(StateSection::Qpos, qpos), (StateSection::Qvel, qvel), (StateSection::Ctrl, ctrl)];
    let parts: Vec<_> = parts.into_iter().filter_map(|(s, v)| Some((s, v?))).collect();
    match (state, parts.is_empty()) {
        (Some(state), true) => {
            let size = session.capture().await?.integration.len();
            if state.len() != size {
                let given = state.len();
                let text = format!("'state' has {given} numbers, this model's has {size}");
                return Err(Problem::bad_request(text));
            }
            session.act(Command::Physics(PhysicsCommand::SetState(state))).await?;
        }
        (None, false) => {
            for (section, values) in parts {
                session.act(Command::Set(section, values.into_slots())).await?;
            }
        }
        _ => return Err(Problem::bad_request("send state, or any of qpos, qvel and ctrl")),
    }
    named(session).await
}

/// The state by names.
pub(super) async fn named(session: &Handle) -> Result<NamedState, Problem> {
    let status = session.status().await?.ok_or(Error::NoScene)?;
    Ok(NamedState::new(&status.assets, &status.snapshot))
}

/// The controls with their ranges.
#[utoipa::path(
    get, path = "/api/sessions/{id}/ctrl", tag = "simulation", operation_id = "controls",
    responses(
        (status = 200, description = "The controls.", body = Controls),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn ctrl(session: &Handle) -> Answer {
    let status = session.status().await?.ok_or(Error::NoScene)?;
    ok(&controls(&status.assets, &status.snapshot))
}

/// Sets controls.
#[utoipa::path(
    put, path = "/api/sessions/{id}/ctrl", tag = "simulation", operation_id = "set_controls",
    request_body = CtrlBody,
    responses(
        (status = 200, description = "The controls after it.", body = Controls),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn set_ctrl(session: &Handle, request: Json<CtrlBody>) -> Answer {
    let values = request?.values.into_slots();
    session.act(Command::Set(StateSection::Ctrl, values)).await?;
    ctrl(session).await
}

// ---- keyframes ------------------------------------------------------------------------------

/// The keyframes that can be loaded.
#[utoipa::path(
    get, path = "/api/sessions/{id}/keyframes", tag = "simulation", operation_id = "keyframes",
    responses(
        (status = 200, description = "Their names.", body = Keyframes),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn keyframes(session: &Handle) -> Answer {
    ok(&Keyframes { keyframes: session.history().await?.keyframes })
}

/// Saves the present state as a keyframe; one of the same name is replaced.
#[utoipa::path(
    post, path = "/api/sessions/{id}/keyframes", tag = "simulation",
    operation_id = "save_keyframe", request_body = SaveBody,
    responses(
        (status = 201, description = "It is saved.", body = Keyframe),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn save(session: &Handle, request: Json<SaveBody>) -> Answer {
    let wanted = request?.name;
    // As strict as names of sessions, and for the same reason: people read them.
    let wanted = wanted.as_deref().map(name).transpose()?;
    let saved = session.save_keyframe(wanted.map(|name| name.as_str().to_owned())).await?;
    ok(&Keyframe { name: saved }).map(|mut response| {
        *response.status_mut() = StatusCode::CREATED;
        response
    })
}

/// Loads a keyframe.
#[utoipa::path(
    post, path = "/api/sessions/{id}/keyframes/load", tag = "simulation",
    operation_id = "load_keyframe", request_body = KeyframeBody,
    responses(
        (status = 200, description = "Where the simulation is now.", body = Reached),
        (status = 400, description = "There is no such keyframe."),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn load(session: &Handle, request: Json<KeyframeBody>) -> Answer {
    let slot = match request? {
        KeyframeBody { name: Some(name), index: None } => Slot::Name(name),
        KeyframeBody { name: None, index: Some(index) } => Slot::Index(index),
        _ => return Err(Problem::bad_request("send name or index")),
    };
    reflected(&*session.act(Command::LoadKeyframe(slot)).await?)
}

fn reflected(snapshot: &Snapshot) -> Answer {
    ok(&Reached::from(snapshot))
}

// ---- history --------------------------------------------------------------------------------

/// What can be gone back to.
#[utoipa::path(
    get, path = "/api/sessions/{id}/history", tag = "history", operation_id = "history",
    responses(
        (status = 200, description = "Its range.", body = History),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn history(session: &Handle) -> Answer {
    ok(&History::from(&session.history().await?))
}

/// Goes to a moment of the history, exactly.
#[utoipa::path(
    post, path = "/api/sessions/{id}/history/seek", tag = "history", operation_id = "seek",
    request_body = MomentBody,
    responses(
        (status = 200, description = "Where the simulation is now.", body = Reached),
        (status = 400, description = "No moment or more than one is named, or it is not within \
            the history."),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn seek(session: &Handle, request: Json<MomentBody>) -> Answer {
    let body = request?;
    if body.name.is_some() {
        return Err(Problem::bad_request("'name' is for forks"));
    }
    let moment = body.moment()?;
    let moment = moment.ok_or_else(|| Problem::bad_request("send one of tick, time and steps"))?;
    reflected(&*session.act(Command::Seek(moment)).await?)
}

/// Creates another session that begins where this one was, or is; it is paused.
#[utoipa::path(
    post, path = "/api/sessions/{id}/history/fork", tag = "history", operation_id = "fork",
    request_body = MomentBody,
    responses(
        (status = 201, description = "It is there.", body = Session,
            headers(("location" = String, description = "Its path."))),
        (status = 409, description = "The session has no scene."),
        (status = 503, description = "There are as many sessions as there may be; `retry-after` \
            says when to try again."),
    ),
)]
async fn fork(context: &Context, session: &Handle, request: Json<MomentBody>) -> Answer {
    let body = request?;
    let called = body.name.as_deref().map(name).transpose()?;
    let moment = body.moment()?.unwrap_or(Moment::Steps(0));
    let forked = context.sessions.create(called, Change::default(), None).await?;
    if let Err(error) = forked.fork_from(session, moment).await {
        // What was made for nothing goes again; that it may be gone already is no matter.
        let _ = context.sessions.delete(forked.id().as_str()).await;
        return Err(error.into());
    }
    created(context, &forked).await
}

/// Takes the last act of an agent back.
///
/// The scene and the state are those before it, and time stands. What others did since then is
/// taken back with it. The last 32 acts are kept, fewer of large models.
#[utoipa::path(
    post, path = "/api/sessions/{id}/history/undo", tag = "history", operation_id = "undo",
    responses(
        (status = 200, description = "It is taken back.", body = Undone),
        (status = 409, description = "There is nothing to take back."),
    ),
)]
async fn undo(session: &Handle) -> Answer {
    ok(&taken_back(session).await?)
}

/// Takes the last act of an agent back, and says which it was.
pub(super) async fn taken_back(session: &Handle) -> Result<Undone, Problem> {
    let undone = session.undo().await?;
    let glance = session.glance().await?;
    Ok(Undone::new(undone, &glance))
}

/// The history as an archive for `mjcast replay` and NumPy.
#[utoipa::path(
    get, path = "/api/sessions/{id}/history/export", tag = "history", operation_id = "export",
    responses(
        (status = 200, description = "A zip file.", body = File, content_type = "application/zip"),
        (status = 409, description = "The session has no scene."),
    ),
)]
async fn export(session: &Handle) -> Answer {
    let export = session.export().await?;
    let archive = replay::Archive {
        bundle: export.scene.bundle.clone(),
        model_name: export.scene.model_name.clone(),
        timestep: export.history.timestep,
        moments: export
            .moments
            .into_iter()
            .map(|kept| replay::Moment {
                origin: kept.origin,
                time: kept.time,
                changes: kept.changes,
            })
            .collect(),
        log: export.log,
    };
    let bytes = tokio::task::spawn_blocking(move || archive.to_zip()).await;
    let failed = |why: String| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, why);
    let bytes = bytes.map_err(|error| failed(error.to_string()))?;
    let bytes = bytes.map_err(|error| failed(error.to_string()))?;
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"history.zip\""),
    );
    Ok(response)
}

// ---- viewers --------------------------------------------------------------------------------

/// Who is there.
#[utoipa::path(
    get, path = "/api/sessions/{id}/viewers", tag = "viewers", operation_id = "viewers",
    responses((status = 200, description = "The viewers.", body = Viewers)),
)]
async fn viewers(session: &Handle) -> Answer {
    ok(&Viewers::from(&*session.viewers().await?))
}

/// Sets what a viewer may do.
#[utoipa::path(
    post, path = "/api/sessions/{id}/viewers/role", tag = "viewers", operation_id = "set_role",
    request_body = RoleBody,
    responses(
        (status = 200, description = "The viewers after it.", body = Viewers),
        (status = 404, description = "There is no such session or viewer."),
    ),
)]
async fn set_role(session: &Handle, request: Json<RoleBody>) -> Answer {
    let body = request?;
    let wrong = || Problem::bad_request("'role' must be view, control or admin");
    let role = Role::parse(&body.role).ok_or_else(wrong)?;
    session.set_role(viewer("viewer_id", &body.viewer_id)?, role).await?;
    viewers(session).await
}

/// Gives control to a viewer, or takes it from whoever has it.
#[utoipa::path(
    post, path = "/api/sessions/{id}/viewers/control", tag = "viewers",
    operation_id = "give_control", request_body = ControlBody,
    responses(
        (status = 200, description = "The viewers after it.", body = Viewers),
        (status = 404, description = "There is no such session or viewer."),
        (status = 409, description = "That viewer may only watch."),
    ),
)]
async fn give_control(session: &Handle, request: Json<ControlBody>) -> Answer {
    let to = request?.viewer_id;
    let to = to.map(|id| viewer("viewer_id", &id)).transpose()?;
    session.give_control(to).await?;
    viewers(session).await
}
