//! From names to indices of the model's arrays. Pure.

use crate::{
    control::{Hit, Slot},
    scene::{Assets, Joint},
};

/// Something that the model does not have, or of another size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unknown(String);

impl Unknown {
    /// There is no such `what`.
    pub fn new(what: &str, slot: &Slot) -> Self {
        Self(match slot {
            Slot::Index(index) => format!("the model has no {what} {index}"),
            // Escaped: it comes from outside and may hold anything.
            Slot::Name(name) => format!("the model has no {what} {name:?}"),
        })
    }
}

type Values = [(Slot, Vec<f64>)];

/// Indices of controls with their values.
pub fn controls(assets: &Assets, values: &Values) -> Result<Vec<(u32, f64)>, Unknown> {
    let find = |name: &str| {
        let id = position(&assets.model.actuators, name)?;
        Some((id, 1))
    };
    flat(values, "actuator", assets.model.nu, find)
}

/// Indices of generalised positions with their values; a name is a joint's.
pub fn positions(assets: &Assets, values: &Values) -> Result<Vec<(u32, f64)>, Unknown> {
    let find = |name: &str| {
        let joint = joint(assets, name)?;
        Some((joint.qpos_address, joint.positions()))
    };
    flat(values, "joint", assets.model.nq, find)
}

/// Indices of generalised velocities with their values; a name is a joint's.
pub fn velocities(assets: &Assets, values: &Values) -> Result<Vec<(u32, f64)>, Unknown> {
    let find = |name: &str| {
        let joint = joint(assets, name)?;
        Some((joint.dof_address, joint.dofs()))
    };
    flat(values, "joint", assets.model.nv, find)
}

/// The id of a body.
pub fn body(assets: &Assets, slot: &Slot) -> Result<u32, Unknown> {
    let bodies = &assets.model.bodies;
    let found = match slot {
        Slot::Index(index) => Some(*index).filter(|index| (*index as usize) < bodies.len()),
        Slot::Name(name) => position(bodies, name),
    };
    found.ok_or_else(|| Unknown::new("body", slot))
}

/// The mocap id of a body, by the body's name or by mocap id.
pub fn mocap(assets: &Assets, slot: &Slot) -> Result<u32, Unknown> {
    let (bodies, mocap) = (&assets.model.bodies, &assets.model.mocap);
    let found = match slot {
        Slot::Index(index) => Some(*index).filter(|index| (*index as usize) < mocap.len()),
        Slot::Name(name) => {
            let named = |id: &u32| bodies.get(*id as usize) == Some(name);
            mocap.iter().position(named).and_then(|at| u32::try_from(at).ok())
        }
    };
    found.ok_or_else(|| Unknown::new("mocap body", slot))
}

/// The body that what was hit belongs to, where a name or id tells.
pub fn body_of(assets: &Assets, hit: &Hit) -> Option<u32> {
    let owner = |all: &[crate::scene::Owned]| all.get(hit.object_id as usize).map(|it| it.body);
    // `mjOBJ_BODY`, `mjOBJ_GEOM`, `mjOBJ_SITE`.
    match hit.object_kind {
        1 => Some(hit.object_id),
        5 => owner(&assets.model.geoms),
        6 => owner(&assets.model.sites),
        _ => None,
    }
}

fn position(names: &[String], name: &str) -> Option<u32> {
    let at = names.iter().position(|known| known == name && !name.is_empty())?;
    u32::try_from(at).ok()
}

fn joint<'a>(assets: &'a Assets, name: &str) -> Option<&'a Joint> {
    assets.model.joints.iter().find(|joint| joint.name == name && !name.is_empty())
}

/// Each value at its index. `find` gives the first index of a name, and how many it has.
fn flat(
    values: &Values,
    what: &str,
    count: u32,
    find: impl Fn(&str) -> Option<(u32, u32)>,
) -> Result<Vec<(u32, f64)>, Unknown> {
    let mut out = Vec::with_capacity(values.len());
    for (slot, numbers) in values {
        let given = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        let (first, wanted) = match slot {
            Slot::Index(index) if *index < count => (*index, given.clamp(1, count - index)),
            Slot::Index(_) => return Err(Unknown::new(what, slot)),
            Slot::Name(name) => find(name).ok_or_else(|| Unknown::new(what, slot))?,
        };
        if given != wanted {
            let name = match slot {
                Slot::Index(index) => index.to_string(),
                Slot::Name(name) => format!("{name:?}"),
            };
            return Err(Unknown(format!("{what} {name} takes {wanted} numbers, not {given}")));
        }
        out.extend((first..).zip(numbers.iter().copied()));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::ModelInfo;

    fn assets() -> Assets {
        let joint = |name: &str, kind, qpos_address, dof_address| Joint {
            name: name.into(),
            kind,
            qpos_address,
            dof_address,
            ..Joint::default()
        };
        let model = ModelInfo {
            nq: 8,
            nv: 7,
            nu: 2,
            bodies: vec!["world".into(), "box".into(), "hand".into()],
            joints: vec![joint("root", 0, 0, 0), joint("hinge", 3, 7, 6)],
            actuators: vec!["left".into(), String::new()],
            mocap: vec![2],
            ..ModelInfo::default()
        };
        Assets { model, ..Assets::default() }
    }

    fn name(name: &str) -> Slot {
        Slot::Name(name.into())
    }

    #[test]
    fn names_become_indices() {
        let assets = assets();
        assert_eq!(controls(&assets, &[(name("left"), vec![0.5])]), Ok(vec![(0, 0.5)]));
        assert_eq!(controls(&assets, &[(Slot::Index(1), vec![2.0])]), Ok(vec![(1, 2.0)]));
        assert_eq!(positions(&assets, &[(name("hinge"), vec![1.0])]), Ok(vec![(7, 1.0)]));
        assert_eq!(velocities(&assets, &[(name("hinge"), vec![1.0])]), Ok(vec![(6, 1.0)]));
        let free: Vec<f64> = (0..7).map(f64::from).collect();
        let placed = positions(&assets, &[(name("root"), free)]).expect("fits");
        assert_eq!((placed.len(), placed[6]), (7, (6, 6.0)));
        assert_eq!(body(&assets, &name("box")), Ok(1));
        assert_eq!(mocap(&assets, &name("hand")), Ok(0));
    }

    #[test]
    fn what_does_not_exist_or_fit_is_named() {
        let assets = assets();
        let said = |unknown: Result<Vec<(u32, f64)>, Unknown>| unknown.expect_err("no").0;
        assert_eq!(
            said(controls(&assets, &[(name("right"), vec![0.5])])),
            "the model has no actuator \"right\""
        );
        assert_eq!(
            said(controls(&assets, &[(name(""), vec![0.5])])),
            "the model has no actuator \"\""
        );
        assert_eq!(
            said(positions(&assets, &[(name("root"), vec![0.5])])),
            "joint \"root\" takes 7 numbers, not 1"
        );
        assert_eq!(
            said(positions(&assets, &[(Slot::Index(8), vec![0.5])])),
            "the model has no joint 8"
        );
        assert!(mocap(&assets, &name("box")).is_err());
    }
}
