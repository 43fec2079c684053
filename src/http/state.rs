//! The state of a session's simulation, its keyframes, its history, and who is in control.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;
use serde_json::{Map, Value, json};
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
    problem::Problem,
    sessions::{Below, Query, at, created, name},
};
use crate::{
    control::{Command, Moment, PhysicsCommand, Slot, StateSection},
    replay,
    scene::{Assets, Snapshot},
    session::{Change, Company, Error, Handle, History, Mark, Role},
    units::ViewerId,
};

type Route = BoxedFilter<(Response,)>;

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
        .get(|_, session| async move { ok(&history(&session.history().await?)) });
    let seek = Below::new(context, at("/history/seek"), "POST")
        .with_body(post(), |_, session, body| async move { seek(&session, body).await });
    let fork =
        Below::new(context, at("/history/fork"), "POST")
            .with_body(post(), |context, session, body| async move {
                fork(&context, &session, body).await
            });
    let export = Below::new(context, at("/history/export"), "GET, HEAD")
        .get(|_, session| async move { export(&session).await });
    let viewers = Below::new(context, at("/viewers"), "GET, HEAD")
        .get(|_, session| async move { viewers(&session).await });
    let role = Below::new(context, at("/viewers/role"), "POST")
        .with_body(post(), |_, session, body| async move { set_role(&session, body).await });
    let control = Below::new(context, at("/viewers/control"), "POST")
        .with_body(post(), |_, session, body| async move { give_control(&session, body).await });
    let all = [ctrl, keyframes, load, history, seek, fork, export, viewers, role, control];
    all.into_iter().fold(state.done(), |routes, place| routes.or(place.done()).unify().boxed())
}

// ---- bodies ---------------------------------------------------------------------------------

/// A number, or those of a joint that has several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Numbers {
    One(f64),
    Many(Vec<f64>),
}

impl Numbers {
    fn into_vec(self) -> Vec<f64> {
        match self {
            Self::One(number) => vec![number],
            Self::Many(numbers) => numbers,
        }
    }
}

/// By name, or all from the first on.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Values {
    Named(BTreeMap<String, Numbers>),
    All(Vec<f64>),
}

impl Values {
    fn into_slots(self) -> Vec<(Slot, Vec<f64>)> {
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StateBody {
    /// A full `mjSTATE_INTEGRATION` vector; nothing else beside it.
    state: Option<Vec<f64>>,
    qpos: Option<Values>,
    qvel: Option<Values>,
    ctrl: Option<Values>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CtrlBody {
    values: Values,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaveBody {
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyframeBody {
    name: Option<String>,
    index: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MomentBody {
    tick: Option<u64>,
    time: Option<f64>,
    steps: Option<i64>,
    /// Of the session that a fork makes.
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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleBody {
    viewer_id: String,
    role: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ControlBody {
    /// `null` takes it from whoever has it.
    viewer_id: Option<String>,
}

// ---- state ----------------------------------------------------------------------------------

async fn state(session: &Handle, query: &Query) -> Answer {
    match query.get("format").map(String::as_str) {
        None | Some("named") => {
            let status = session.status().await?.ok_or(Error::NoScene)?;
            ok(&named(&status.assets, &status.snapshot))
        }
        Some("integration") => {
            let snapshot = session.capture().await?;
            ok(&json!({
                "tick": snapshot.tick,
                "step_count": snapshot.steps,
                "time": snapshot.time,
                "state": snapshot.integration,
            }))
        }
        Some(other) => {
            let text = format!("'format' must be named or integration, not {other:?}");
            Err(Problem::bad_request(text))
        }
    }
}

/// The state by names; what has none stands under its index.
fn named(assets: &Assets, snapshot: &Snapshot) -> Value {
    let model = &assets.model;
    let part = |values: &[f64], first: u32, count: u32| {
        let first = first as usize;
        match values.get(first..first + count as usize).unwrap_or_default() {
            [one] => json!(one),
            several => json!(several),
        }
    };
    let joints = || (0..).zip(&model.joints);
    let sensors = (0..).zip(&model.sensors);
    let qpos = joints().map(|(at, joint)| {
        (key(at, &joint.name), part(&snapshot.qpos, joint.qpos_address, joint.positions()))
    });
    let qvel = joints().map(|(at, joint)| {
        (key(at, &joint.name), part(&snapshot.qvel, joint.dof_address, joint.dofs()))
    });
    let ctrl = (0..).zip(&model.actuators).zip(&snapshot.ctrl);
    let mocap = (0..).zip(&model.mocap).zip(&snapshot.mocap).map(|((at, body), pose)| {
        let name = model.bodies.get(*body as usize).map_or("", String::as_str);
        let pose = json!({"position": pose.position, "orientation": pose.orientation});
        (key(at, name), pose)
    });
    let poses = snapshot.bodies.iter().zip(&snapshot.orientations);
    let bodies =
        (0..).zip(&model.bodies).zip(poses).map(|((at, name), (position, orientation))| {
            (key(at, name), json!({"position": position, "orientation": orientation}))
        });
    json!({
        "tick": snapshot.tick,
        "step_count": snapshot.steps,
        "time": snapshot.time,
        "paused": snapshot.paused,
        "qpos": qpos.collect::<Map<_, _>>(),
        "qvel": qvel.collect::<Map<_, _>>(),
        "act": snapshot.act,
        "ctrl": ctrl.map(|((at, name), v)| (key(at, name), json!(v))).collect::<Map<_, _>>(),
        "sensors": sensors
            .map(|(at, s)| (key(at, &s.name), part(&snapshot.sensors, s.address, s.outputs)))
            .collect::<Map<_, _>>(),
        "mocap": mocap.collect::<Map<_, _>>(),
        "bodies": bodies.collect::<Map<_, _>>(),
        "contacts": contacts(assets, snapshot),
        "selected": snapshot.perturb.body().and_then(|body| model.bodies.get(body as usize)),
    })
}

fn key(at: usize, name: &str) -> String {
    if name.is_empty() { at.to_string() } else { name.to_owned() }
}

fn contacts(assets: &Assets, snapshot: &Snapshot) -> Value {
    let geom = |id: i32| {
        let found = usize::try_from(id).ok().and_then(|id| assets.model.geoms.get(id));
        found.map(|geom| match geom.name.is_empty() {
            true => json!(id),
            false => json!(geom.name),
        })
    };
    let list = snapshot.contacts.iter().map(|contact| {
        json!({
            "geoms": contact.geoms.map(geom),
            "distance": contact.distance,
            "position": contact.position,
            "normal": contact.normal,
            "force": contact.force,
        })
    });
    json!({"count": snapshot.contact_count, "list": list.collect::<Vec<_>>()})
}

async fn set_state(session: &Handle, request: Json<StateBody>) -> Answer {
    let StateBody { state, qpos, qvel, ctrl } = request?;
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
    let status = session.status().await?.ok_or(Error::NoScene)?;
    ok(&named(&status.assets, &status.snapshot))
}

async fn ctrl(session: &Handle) -> Answer {
    let status = session.status().await?.ok_or(Error::NoScene)?;
    let model = &status.assets.model;
    let each = (0..).zip(&model.actuators).zip(&status.snapshot.ctrl).zip(&model.control_ranges);
    let controls = each.map(|(((at, name), value), range)| {
        // JSON has no infinity: null is no limit.
        (key(at, name), json!({"value": value, "range": range}))
    });
    ok(&json!({"ctrl": controls.collect::<Map<_, _>>()}))
}

async fn set_ctrl(session: &Handle, request: Json<CtrlBody>) -> Answer {
    let values = request?.values.into_slots();
    session.act(Command::Set(StateSection::Ctrl, values)).await?;
    ctrl(session).await
}

// ---- keyframes ------------------------------------------------------------------------------

async fn keyframes(session: &Handle) -> Answer {
    ok(&json!({"keyframes": session.history().await?.keyframes}))
}

async fn save(session: &Handle, request: Json<SaveBody>) -> Answer {
    let wanted = request?.name;
    // As strict as names of sessions, and for the same reason: people read them.
    let wanted = wanted.as_deref().map(name).transpose()?;
    let saved = session.save_keyframe(wanted.map(|name| name.as_str().to_owned())).await?;
    ok(&json!({"name": saved})).map(|mut response| {
        *response.status_mut() = StatusCode::CREATED;
        response
    })
}

async fn load(session: &Handle, request: Json<KeyframeBody>) -> Answer {
    let slot = match request? {
        KeyframeBody { name: Some(name), index: None } => Slot::Name(name),
        KeyframeBody { name: None, index: Some(index) } => Slot::Index(index),
        _ => return Err(Problem::bad_request("send name or index")),
    };
    reflected(&*session.act(Command::LoadKeyframe(slot)).await?)
}

fn reflected(snapshot: &Snapshot) -> Answer {
    ok(&json!({
        "tick": snapshot.tick,
        "step_count": snapshot.steps,
        "time": snapshot.time,
        "paused": snapshot.paused,
    }))
}

// ---- history --------------------------------------------------------------------------------

fn history(history: &History) -> Value {
    let mark = |mark: &Mark| json!({"tick": mark.tick, "time": mark.time});
    let range = &history.range;
    json!({
        "first": mark(&range.first),
        "last": mark(&range.last),
        "cursor": range.cursor,
        "timestep": history.timestep,
        "moments": range.moments,
        "changes": range.changes,
        "bytes": range.bytes,
    })
}

async fn seek(session: &Handle, request: Json<MomentBody>) -> Answer {
    let body = request?;
    if body.name.is_some() {
        return Err(Problem::bad_request("'name' is for forks"));
    }
    let moment = body.moment()?;
    let moment = moment.ok_or_else(|| Problem::bad_request("send one of tick, time and steps"))?;
    reflected(&*session.act(Command::Seek(moment)).await?)
}

/// Another session that begins where this one was, or is.
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

async fn export(session: &Handle) -> Answer {
    let export = session.export().await?;
    let archive = replay::Archive {
        mjcf: export.scene.xml.to_string(),
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

async fn viewers(session: &Handle) -> Answer {
    let viewers = session.viewers().await?;
    let one = |viewer: &Company| {
        json!({
            "id": viewer.viewer.to_string(),
            "role": viewer.role.name(),
            "connected": viewer.connected,
            "stream": viewer.stream.map(|stream| stream.to_string()),
            "follows": viewer.follows.map(|leader| leader.to_string()),
            "in_control": viewer.in_control,
            "waiting": viewer.waiting,
        })
    };
    ok(&json!({"viewers": viewers.iter().map(one).collect::<Vec<_>>()}))
}

async fn set_role(session: &Handle, request: Json<RoleBody>) -> Answer {
    let body = request?;
    let wrong = || Problem::bad_request("'role' must be view, control or admin");
    let role = Role::parse(&body.role).ok_or_else(wrong)?;
    session.set_role(viewer_id(&body.viewer_id)?, role).await?;
    viewers(session).await
}

async fn give_control(session: &Handle, request: Json<ControlBody>) -> Answer {
    let to = request?.viewer_id.as_deref().map(viewer_id).transpose()?;
    session.give_control(to).await?;
    viewers(session).await
}

fn viewer_id(text: &str) -> Result<ViewerId, Problem> {
    let number = text.strip_prefix("viewer-").and_then(|number| number.parse().ok());
    let wrong = || Problem::bad_request("'viewer_id' must be the id of a viewer, e.g. viewer-7");
    number.map(ViewerId).ok_or_else(wrong)
}
