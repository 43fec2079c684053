//! `mjOption` and `mjvOption` as JSON: what is read and what is sent have one form.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    acts::switch,
    fields::{Fields, WireError, number},
};
use crate::{
    render,
    scene::{
        mechanics::{
            ACTUATOR_GROUPS, Cone, Count, Flag, Integrator, Jacobian, Mechanics, Scalar, Setting,
            Solver, Vector,
        },
        options::{GROUPS, Grouped, RenderFlag, SceneOptions, VisFlag},
    },
};

/// How the simulation is computed, named as in MJCF's `<option>` and its `<flag>`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = PhysicsOptions)]
pub struct OptionsState {
    /// Physics time step, s.
    timestep: f64,
    /// How things are integrated over a step: `Euler`, `RK4`, `implicit`, `implicitfast`,
    /// `discrete`.
    integrator: &'static str,
    /// Shape of friction cones: `pyramidal` or `elliptic`.
    cone: &'static str,
    /// How the constraint Jacobian is kept: `dense`, `sparse` or `auto`.
    jacobian: &'static str,
    /// What solves the constraints: `PGS`, `CG` or `Newton`.
    solver: &'static str,
    /// Most iterations of the solver.
    iterations: i32,
    /// Improvement below which the solver ends.
    tolerance: f64,
    /// Most iterations of CG's and Newton's line search.
    ls_iterations: i32,
    /// Gradient below which the line search ends.
    ls_tolerance: f64,
    /// Most iterations that take slip away; 0: none.
    noslip_iterations: i32,
    /// Improvement below which these end.
    noslip_tolerance: f64,
    /// Most iterations of convex collisions.
    ccd_iterations: i32,
    /// Distance below which these end, m.
    ccd_tolerance: f64,
    /// Most iterations of collisions with signed distance fields.
    sdf_iterations: i32,
    /// Starting points of these.
    sdf_initpoints: i32,
    /// Speed below which things may fall asleep, m/s or rad/s.
    sleep_tolerance: f64,
    /// Impedance of friction relative to that of normal forces.
    impratio: f64,
    /// m/s².
    #[schema(min_items = 3, max_items = 3)]
    gravity: Vec<f64>,
    /// Of the medium, m/s.
    #[schema(min_items = 3, max_items = 3)]
    wind: Vec<f64>,
    /// T.
    #[schema(min_items = 3, max_items = 3)]
    magnetic: Vec<f64>,
    /// Of the medium, kg/m³.
    density: f64,
    /// Of the medium, Pa·s.
    viscosity: f64,
    /// Margin of all contacts where `override` is on, m.
    o_margin: f64,
    /// `solref` of all contacts where `override` is on.
    #[schema(min_items = 2, max_items = 2)]
    o_solref: Vec<f64>,
    /// `solimp` of all contacts where `override` is on.
    #[schema(min_items = 5, max_items = 5)]
    o_solimp: Vec<f64>,
    /// Friction of all contacts where `override` is on.
    #[schema(min_items = 5, max_items = 5)]
    o_friction: Vec<f64>,
    /// What is computed, by the names of MJCF's `<flag>`.
    flags: BTreeMap<&'static str, bool>,
    /// Which groups of actuators act, from 0 on.
    #[schema(min_items = 6, max_items = 6)]
    actuator_groups: [bool; ACTUATOR_GROUPS],
}

impl From<&Mechanics> for OptionsState {
    fn from(options: &Mechanics) -> Self {
        let scalar = |which| options.scalar(which);
        let vector = |which| options.vector(which);
        let count = |which| options.count(which);
        Self {
            timestep: scalar(Scalar::Timestep),
            integrator: named(&Integrator::NAMES, options.integrator),
            cone: named(&Cone::NAMES, options.cone),
            jacobian: named(&Jacobian::NAMES, options.jacobian),
            solver: named(&Solver::NAMES, options.solver),
            iterations: count(Count::Iterations),
            tolerance: scalar(Scalar::Tolerance),
            ls_iterations: count(Count::LsIterations),
            ls_tolerance: scalar(Scalar::LsTolerance),
            noslip_iterations: count(Count::NoslipIterations),
            noslip_tolerance: scalar(Scalar::NoslipTolerance),
            ccd_iterations: count(Count::CcdIterations),
            ccd_tolerance: scalar(Scalar::CcdTolerance),
            sdf_iterations: count(Count::SdfIterations),
            sdf_initpoints: count(Count::SdfInitpoints),
            sleep_tolerance: scalar(Scalar::SleepTolerance),
            impratio: scalar(Scalar::Impratio),
            gravity: vector(Vector::Gravity),
            wind: vector(Vector::Wind),
            magnetic: vector(Vector::Magnetic),
            density: scalar(Scalar::Density),
            viscosity: scalar(Scalar::Viscosity),
            o_margin: scalar(Scalar::OMargin),
            o_solref: vector(Vector::OSolref),
            o_solimp: vector(Vector::OSolimp),
            o_friction: vector(Vector::OFriction),
            flags: Flag::ALL.iter().map(|flag| (flag.name(), options.flag(*flag))).collect(),
            actuator_groups: options.actuator_groups(),
        }
    }
}

/// The worker's numbers are not trusted: what has no name is told as such.
fn named(names: &[&'static str], number: i32) -> &'static str {
    usize::try_from(number).ok().and_then(|at| names.get(at).copied()).unwrap_or("unknown")
}

/// Reads changes of options; at least one.
pub(super) fn settings(params: Fields<'_>) -> Result<Vec<Setting>, WireError> {
    let mut out = Vec::with_capacity(params.0.len());
    for (name, value) in params.0 {
        match name.as_str() {
            "integrator" => out.push(Setting::Integrator(choice(name, value, Integrator::parse)?)),
            "cone" => out.push(Setting::Cone(choice(name, value, Cone::parse)?)),
            "jacobian" => out.push(Setting::Jacobian(choice(name, value, Jacobian::parse)?)),
            "solver" => out.push(Setting::Solver(choice(name, value, Solver::parse)?)),
            "flags" => {
                for (flag, on) in Fields::of(value, "'flags'")?.0 {
                    let which = Flag::parse(flag).map_err(WireError::new)?;
                    out.push(Setting::Flag(which, switch(flag, on)?));
                }
            }
            "actuator_groups" => {
                for (group, on) in by_group(value)? {
                    out.push(Setting::Actuators(group, on));
                }
            }
            _ => out.push(numeric(name, value)?),
        }
    }
    out.iter().try_for_each(Setting::check).map_err(WireError::new)?;
    if out.is_empty() {
        return Err(WireError::new("no option is named"));
    }
    Ok(out)
}

fn numeric(name: &str, value: &Value) -> Result<Setting, WireError> {
    if let Ok(which) = Scalar::parse(name) {
        return Ok(Setting::Scalar(which, number(value, which.name(), -f64::MAX..=f64::MAX)?));
    }
    if let Ok(which) = Count::parse(name) {
        let [least, most] = which.range();
        let count = number(value, which.name(), f64::from(least)..=f64::from(most))?;
        if count.fract() != 0.0 {
            return Err(WireError::new(format!("'{}' must be a whole number", which.name())));
        }
        // Exact: whole and within a thousand.
        return Ok(Setting::Count(which, count as u32));
    }
    let Ok(which) = Vector::parse(name) else {
        let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        return Err(WireError::new(format!("there is no option '{name}'")));
    };
    let values = value.as_array().filter(|values| values.len() <= which.size());
    let values = values.ok_or_else(|| {
        WireError::new(format!("'{}' must be a list of {} numbers", which.name(), which.size()))
    })?;
    let one = |value| number(value, which.name(), -f64::MAX..=f64::MAX);
    Ok(Setting::Vector(which, values.iter().map(one).collect::<Result<_, _>>()?))
}

fn choice<T>(
    name: &str,
    value: &Value,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, WireError> {
    let text = value.as_str().ok_or_else(|| WireError::new(format!("'{name}' must be a word")))?;
    parse(text).map_err(|why| WireError::new(format!("'{name}': {why}")))
}

/// `[true, false, …]` from group 0 on, or `{"3": true}`.
fn by_group(value: &Value) -> Result<Vec<(u8, bool)>, WireError> {
    let last = ACTUATOR_GROUPS - 1;
    let wrong = || {
        let text = "'actuator_groups' are a list, or an object of numbers from 0 to";
        WireError::new(format!("{text} {last}"))
    };
    match value {
        Value::Array(all) if all.len() <= ACTUATOR_GROUPS => {
            (0u8..).zip(all).map(|(at, on)| Ok((at, switch("actuator_groups", on)?))).collect()
        }
        Value::Object(all) => all
            .iter()
            .map(|(group, on)| {
                let group = group.parse().map_err(|_| wrong())?;
                Ok((group, switch("actuator_groups", on)?))
            })
            .collect(),
        _ => Err(wrong()),
    }
}

/// What is shown to all, and how one viewer's picture is drawn; the names are MuJoCo's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ShownFlags)]
pub struct FlagsState {
    /// `mjtVisFlag`: what is added to the scene, or left out.
    vis: BTreeMap<&'static str, bool>,
    /// `mjtRndFlag`: how pictures are drawn, the viewer's own or those by default.
    render: BTreeMap<&'static str, bool>,
    /// `mjtLabel`: what is labelled.
    label: &'static str,
    /// `mjtFrame`: what shows its frame.
    frame: &'static str,
    /// Which groups are shown, by sort, from 0 on.
    groups: BTreeMap<&'static str, [bool; GROUPS]>,
}

impl FlagsState {
    /// What `options` show, in pictures that are drawn with `settings`.
    pub fn new(options: &SceneOptions, settings: &render::Settings) -> Self {
        let vis = VisFlag::ALL.iter().map(|flag| (flag.name(), options.flag(*flag)));
        let render = RenderFlag::ALL.iter().map(|flag| (flag.name(), settings.flag(*flag)));
        let groups = Grouped::ALL.iter().map(|sort| (sort.name(), options.groups(*sort)));
        Self {
            vis: vis.collect(),
            render: render.collect(),
            label: options.label.name(),
            frame: options.frame.name(),
            groups: groups.collect(),
        }
    }
}
