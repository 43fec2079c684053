//! Commands that act on the simulation, its history and who controls it.

use serde_json::{Map, Value};

use super::{
    fields::{Fields, WireError, missing, number},
    options::settings,
};
use crate::{
    control::{Command, Moment, PhysicsCommand, Slot, StateSection},
    scene::options::{FrameMode, GROUPS, Grouped, LabelMode, OptionsUpdate, RenderFlag, VisFlag},
    units::ViewerId,
};

/// Most values that one command sets.
const MAX_VALUES: usize = 65_536;
/// Longest name of anything, bytes.
const MAX_NAME: usize = 1024;
/// Longest name of a keyframe that is saved, characters.
const MAX_TITLE: usize = 128;
/// Farther than any scene is large, m.
const MAX_LENGTH: f64 = 1e6;
/// More than any simulation bears, N and N·m.
const MAX_FORCE: f64 = 1e9;
/// Most steps that one command goes through the history.
const MAX_STEPS: f64 = 1e12;
/// Farther than a video box is wide, CSS px.
const MAX_PIXELS: f64 = 65_536.0;

/// The command `name`, or `None` where it is not one of these.
pub(super) fn command(name: &str, params: Fields<'_>) -> Result<Option<Command>, WireError> {
    Ok(Some(match name {
        "set_ctrl" => Command::Set(StateSection::Ctrl, values(params)?),
        "set_qpos" => Command::Set(StateSection::Qpos, values(params)?),
        "set_qvel" => Command::Set(StateSection::Qvel, values(params)?),
        "set_mocap" => Command::SetMocap {
            body: slot(params, &["body", "name", "id"])?,
            position: params.vector(&["position", "pos"], MAX_LENGTH)?,
            orientation: orientation(params)?,
        },
        "perturb" | "apply_force" => Command::ApplyForce {
            body: slot(params, &["body", "name", "id"])?,
            force: params.vector(&["force"], MAX_FORCE)?.unwrap_or_default(),
            torque: params.vector(&["torque"], MAX_FORCE)?.unwrap_or_default(),
        },
        "select" => select(params)?,
        "keyframe_load" => Command::LoadKeyframe(slot(params, &["index", "name", "id"])?),
        "keyframe_save" => Command::SaveKeyframe(title(params)?),
        "seek" => Command::Seek(moment(params)?),
        "follow" => Command::Follow(viewer(params)?),
        "set_flags" => Command::SetFlags(Box::new(flags(params)?)),
        "set_options" => Command::Physics(PhysicsCommand::SetOptions(settings(params)?)),
        "request_control" => Command::RequestControl,
        "grant_control" => {
            Command::GrantControl(viewer(params)?.ok_or_else(|| missing("viewer_id"))?)
        }
        "deny_control" => Command::DenyControl,
        "take_control" => Command::TakeControl,
        "release_control" => Command::ReleaseControl,
        _ => return Ok(None),
    }))
}

/// `{steps: n}`: forward, or back through the history.
pub(super) fn steps(params: Fields<'_>, most: u32) -> Result<Command, WireError> {
    let most = f64::from(most);
    let steps = params.number(&["steps"], -most..=most)?.unwrap_or(1.0);
    if steps.fract() != 0.0 || steps == 0.0 {
        return Err(WireError::new("'steps' must be a whole number, and not 0"));
    }
    // Both casts are exact: the number is whole and within the range of a u32.
    Ok(if steps > 0.0 {
        Command::Physics(PhysicsCommand::Step(steps as u32))
    } else {
        Command::Seek(Moment::Steps(steps as i64))
    })
}

/// `{factor: 0.5}`, or `{factor: "max"}` for as fast as can be.
pub(super) fn speed(params: Fields<'_>) -> Result<Command, WireError> {
    let factor = match params.get(&["factor"]) {
        Some(Value::String(text)) if text == "max" => f64::INFINITY,
        _ => params.required_number(&["factor"], 0.001..=1000.0)?,
    };
    Ok(Command::Physics(PhysicsCommand::Speed(factor)))
}

/// `{values: [v0, v1, …]}`, `{values: {"0": v, "name": v, "free": [v, …]}}` or `{index, value}`.
fn values(params: Fields<'_>) -> Result<Vec<(Slot, Vec<f64>)>, WireError> {
    match params.get(&["values"]) {
        Some(Value::Array(all)) if all.len() <= MAX_VALUES => (0u32..)
            .zip(all)
            .map(|(at, value)| Ok((Slot::Index(at), vec![finite(value)?])))
            .collect(),
        Some(Value::Object(all)) => by_name(all),
        Some(_) => Err(WireError::new(format!(
            "'values' must be a list or an object of at most {MAX_VALUES} numbers"
        ))),
        None => {
            let at = slot(params, &["index", "name", "id"]).map_err(|error| {
                if params.get(&["index", "name", "id"]).is_none() {
                    missing("values")
                } else {
                    error
                }
            })?;
            Ok(vec![(at, vec![params.required_number(&["value"], -f64::MAX..=f64::MAX)?])])
        }
    }
}

fn by_name(all: &Map<String, Value>) -> Result<Vec<(Slot, Vec<f64>)>, WireError> {
    let (mut out, mut count) = (Vec::with_capacity(all.len().min(MAX_VALUES)), 0);
    for (name, value) in all {
        let numbers = match value {
            Value::Array(numbers) => numbers.iter().map(finite).collect::<Result<Vec<_>, _>>()?,
            value => vec![finite(value)?],
        };
        count += numbers.len();
        if count > MAX_VALUES {
            return Err(WireError::new(format!("'values' holds more than {MAX_VALUES} numbers")));
        }
        let slot = name.parse().map_or_else(|_| named(name), |index| Ok(Slot::Index(index)));
        out.push((slot?, numbers));
    }
    Ok(out)
}

fn finite(value: &Value) -> Result<f64, WireError> {
    number(value, "values", -f64::MAX..=f64::MAX)
}

/// A name or a whole number under one of `names`.
fn slot(params: Fields<'_>, names: &[&str]) -> Result<Slot, WireError> {
    match params.get(names) {
        Some(Value::String(name)) => named(name),
        Some(value) => super::fields::index(value, names[0], u32::MAX).map(Slot::Index),
        None => Err(missing(names[0])),
    }
}

fn named(name: &str) -> Result<Slot, WireError> {
    if name.len() > MAX_NAME {
        return Err(WireError::new(format!("a name is longer than {MAX_NAME} bytes")));
    }
    Ok(Slot::Name(name.to_owned()))
}

fn orientation(params: Fields<'_>) -> Result<Option<[f64; 4]>, WireError> {
    let Some(value) = params.get(&["orientation", "quat"]) else { return Ok(None) };
    let wrong = || WireError::new("'orientation' must be four numbers, w first, and not all 0");
    let values = value.as_array().filter(|values| values.len() == 4).ok_or_else(wrong)?;
    let mut quaternion = [0.0; 4];
    for (slot, value) in quaternion.iter_mut().zip(values) {
        *slot = number(value, "orientation", -1e6..=1e6)?;
    }
    if quaternion.iter().all(|v| *v == 0.0) { Err(wrong()) } else { Ok(Some(quaternion)) }
}

/// `{x, y}` in the video box, `{body}`, or nothing to select nothing.
fn select(params: Fields<'_>) -> Result<Command, WireError> {
    if params.get(&["body"]).is_some() {
        return Ok(Command::SelectBody(slot(params, &["body"])?));
    }
    if params.get(&["x"]).is_none() && params.get(&["y"]).is_none() {
        return Ok(Command::Select(None));
    }
    let axis = |name| params.required_number(&[name], -MAX_PIXELS..=MAX_PIXELS);
    Ok(Command::Select(Some([axis("x")?, axis("y")?])))
}

fn title(params: Fields<'_>) -> Result<Option<String>, WireError> {
    let Some(name) = params.text(&["name"])? else { return Ok(None) };
    if name.chars().count() > MAX_TITLE || name.chars().any(char::is_control) {
        let text = format!("'name' must be at most {MAX_TITLE} characters, none of them control");
        return Err(WireError::new(text));
    }
    Ok(Some(name.to_owned()))
}

/// `{tick}`, `{time}` or `{steps}`.
fn moment(params: Fields<'_>) -> Result<Moment, WireError> {
    if let Some(time) = params.number(&["time"], -1e12..=1e12)? {
        return Ok(Moment::Time(time));
    }
    let whole = |name: &'static str, least: f64| {
        let found = params.number(&[name], least..=MAX_STEPS)?;
        match found.filter(|v| v.fract() == 0.0) {
            None if found.is_some() => {
                Err(WireError::new(format!("'{name}' must be a whole number")))
            }
            whole => Ok(whole),
        }
    };
    if let Some(steps) = whole("steps", -MAX_STEPS)? {
        return Ok(Moment::Steps(steps as i64));
    }
    let tick = whole("tick", 0.0)?.ok_or_else(|| missing("tick"))?;
    Ok(Moment::Tick(tick as u64))
}

/// `viewer-7` or `7`; null or nothing is nobody.
fn viewer(params: Fields<'_>) -> Result<Option<ViewerId>, WireError> {
    let Some(value) = params.get(&["viewer_id", "viewer"]) else { return Ok(None) };
    let id = match value {
        Value::String(text) => text.strip_prefix("viewer-").unwrap_or(text).parse().ok(),
        value => value.as_u64(),
    };
    let wrong = || WireError::new("'viewer_id' must be the id of a viewer, e.g. \"viewer-7\"");
    id.map(|id| Some(ViewerId(id))).ok_or_else(wrong)
}

fn flags(params: Fields<'_>) -> Result<OptionsUpdate, WireError> {
    let object = |name: &'static str| match params.get(&[name]) {
        None => Ok(None),
        Some(value) => Fields::of(value, &format!("'{name}'")).map(Some),
    };
    let mut update = OptionsUpdate::default();
    for (name, value) in object("vis")?.iter().flat_map(|fields| fields.0) {
        update.vis.push((VisFlag::parse(name).map_err(WireError::new)?, switch(name, value)?));
    }
    for (name, value) in object("render")?.iter().flat_map(|fields| fields.0) {
        let flag = RenderFlag::parse(name).map_err(WireError::new)?;
        update.render.push((flag, switch(name, value)?));
    }
    for (name, value) in object("groups")?.iter().flat_map(|fields| fields.0) {
        let sort = Grouped::parse(name).map_err(WireError::new)?;
        groups(sort, value, &mut update.groups)?;
    }
    let label = params.text(&["label"])?.map(LabelMode::parse).transpose();
    let frame = params.text(&["frame"])?.map(FrameMode::parse).transpose();
    update.label = label.map_err(WireError::new)?;
    update.frame = frame.map_err(WireError::new)?;
    Ok(update)
}

/// `[true, false, …]` from group 0 on, or `{"3": true}`.
fn groups(
    sort: Grouped,
    value: &Value,
    out: &mut Vec<(Grouped, usize, bool)>,
) -> Result<(), WireError> {
    let wrong = || {
        let last = GROUPS - 1;
        WireError::new(format!("groups are a list, or an object of numbers from 0 to {last}"))
    };
    match value {
        Value::Array(all) if all.len() <= GROUPS => {
            for (group, value) in all.iter().enumerate() {
                out.push((sort, group, switch("groups", value)?));
            }
        }
        Value::Object(all) => {
            for (group, value) in all {
                let group = group.parse().ok().filter(|group| *group < GROUPS).ok_or_else(wrong)?;
                out.push((sort, group, switch("groups", value)?));
            }
        }
        _ => return Err(wrong()),
    }
    Ok(())
}

/// `true`, `false`, 1 or 0.
pub(super) fn switch(name: &str, value: &Value) -> Result<bool, WireError> {
    match value {
        Value::Bool(on) => Ok(*on),
        Value::Number(number) if number.as_u64() == Some(1) => Ok(true),
        Value::Number(number) if number.as_u64() == Some(0) => Ok(false),
        _ => Err(WireError::new(format!("'{name}' must be true or false"))),
    }
}
