//! What of one model's state belongs to another: whatever has the same name and size. Pure.

use std::collections::HashMap;

use crate::{
    control::PhysicsCommand,
    scene::{Assets, Snapshot},
};

/// The commands that give a simulation of `to` what `snapshot`, of a model with the assets `from`,
/// has of the same names: positions and velocities of joints, controls, and mocap poses; and its time.
pub fn carry(from: &Assets, snapshot: &Snapshot, to: &Assets) -> Vec<PhysicsCommand> {
    let (mut qpos, mut qvel) = (Vec::new(), Vec::new());
    let joints = named(&from.model.joints, |joint| &joint.name);
    for (new, old) in pairs(&to.model.joints, |joint| &joint.name, &joints) {
        if new.kind == old.kind {
            let (positions, dofs) = (new.positions(), new.dofs());
            extend(&mut qpos, &snapshot.qpos, old.qpos_address, new.qpos_address, positions);
            extend(&mut qvel, &snapshot.qvel, old.dof_address, new.dof_address, dofs);
        }
    }
    let mut ctrl = Vec::new();
    let indexed = |names: &[String]| (0u32..).zip(names.iter().cloned()).collect::<Vec<_>>();
    let (olds, news) = (indexed(&from.model.actuators), indexed(&to.model.actuators));
    let actuators = named(&olds, |(_, name)| name);
    for ((new, _), (old, _)) in pairs(&news, |(_, name)| name, &actuators) {
        extend(&mut ctrl, &snapshot.ctrl, *old, *new, 1);
    }
    let commands = [
        (!qpos.is_empty()).then_some(PhysicsCommand::SetQpos(qpos)),
        (!qvel.is_empty()).then_some(PhysicsCommand::SetQvel(qvel)),
        (!ctrl.is_empty()).then_some(PhysicsCommand::SetControl(ctrl)),
    ];
    let time = snapshot.time.is_finite().then_some(PhysicsCommand::SetTime(snapshot.time));
    commands.into_iter().flatten().chain(mocap(from, snapshot, to)).chain(time).collect()
}

fn mocap(from: &Assets, snapshot: &Snapshot, to: &Assets) -> Vec<PhysicsCommand> {
    let bodies = |assets: &Assets| -> Vec<(u32, String)> {
        let name = |id: &u32| assets.model.bodies.get(*id as usize).cloned().unwrap_or_default();
        (0u32..).zip(assets.model.mocap.iter().map(name)).collect()
    };
    let (olds, news) = (bodies(from), bodies(to));
    let known = named(&olds, |(_, name)| name);
    let pairs = pairs(&news, |(_, name)| name, &known);
    let place = |((new, _), (old, _)): (&(u32, String), &(u32, String))| {
        let pose = snapshot.mocap.get(*old as usize)?;
        Some(PhysicsCommand::SetMocap(*new, *pose))
    };
    pairs.filter_map(place).collect()
}

fn named<T>(all: &[T], name: impl Fn(&T) -> &String) -> HashMap<String, &T> {
    let named = all.iter().filter(|item| !name(item).is_empty());
    named.map(|item| (name(item).clone(), item)).collect()
}

fn pairs<'a, T>(
    new: &'a [T],
    name: impl Fn(&T) -> &String,
    old: &HashMap<String, &'a T>,
) -> impl Iterator<Item = (&'a T, &'a T)> {
    new.iter().filter_map(move |item| Some((item, *old.get(name(item))?)))
}

fn extend(out: &mut Vec<(u32, f64)>, values: &[f64], old: u32, new: u32, count: u32) {
    let from = values.get(old as usize..(old + count) as usize).unwrap_or_default();
    // A simulation that has come apart leaves nothing to go on with.
    if from.iter().all(|value| value.is_finite()) {
        out.extend((new..).zip(from.iter().copied()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{Joint, ModelInfo};

    fn model(joints: &[(&str, u32, u32, u32)], actuators: &[&str]) -> Assets {
        let joint = |&(name, kind, qpos_address, dof_address): &(&str, u32, u32, u32)| Joint {
            name: name.into(),
            kind,
            qpos_address,
            dof_address,
            ..Joint::default()
        };
        let model = ModelInfo {
            joints: joints.iter().map(joint).collect(),
            actuators: actuators.iter().map(|name| (*name).into()).collect(),
            ..ModelInfo::default()
        };
        Assets { model, ..Assets::default() }
    }

    #[test]
    fn what_has_the_same_name_and_kind_keeps_its_state() {
        let from = model(&[("root", 0, 0, 0), ("knee", 3, 7, 6), ("", 3, 8, 7)], &["m", "n"]);
        let to = model(&[("knee", 3, 0, 0), ("root", 1, 1, 1), ("", 3, 5, 4)], &["n", "new"]);
        let snapshot = Snapshot {
            qpos: (0..9).map(f64::from).collect(),
            qvel: (10..18).map(f64::from).collect(),
            ctrl: vec![0.1, 0.2],
            time: 4.5,
            ..Snapshot::default()
        };
        let expected = [
            PhysicsCommand::SetQpos(vec![(0, 7.0)]),
            PhysicsCommand::SetQvel(vec![(0, 16.0)]),
            PhysicsCommand::SetControl(vec![(0, 0.2)]),
            PhysicsCommand::SetTime(4.5),
        ];
        assert_eq!(carry(&from, &snapshot, &to), expected);
    }

    #[test]
    fn of_models_with_nothing_alike_only_time_goes_on() {
        let from = model(&[("a", 3, 0, 0)], &[]);
        let to = model(&[("b", 3, 0, 0)], &["m"]);
        let snapshot = Snapshot { qpos: vec![1.0], qvel: vec![1.0], ..Snapshot::default() };
        assert_eq!(carry(&from, &snapshot, &to), [PhysicsCommand::SetTime(0.0)]);
        let broken =
            Snapshot { qpos: vec![f64::NAN], qvel: vec![f64::NAN], time: f64::NAN, ..snapshot };
        assert_eq!(carry(&from, &broken, &from), []);
    }
}
