//! What flies over something.

use super::super::{
    Refusal, build,
    spec::{Class, Place, SceneSpec, Xyz},
};

/// What flies over a wall starts before it, and is at its highest above it.
pub(super) fn thrown_over(
    spec: &mut SceneSpec,
    freely: &[String],
    warnings: &mut Vec<String>,
) -> Result<(), Refusal> {
    let g = spec.world.gravity.map_or(9.81, |gravity| -gravity.z);
    for at in 0..spec.relations.len() {
        let relation = spec.relations[at].clone();
        let (Some(own), Some(base)) =
            (spec.thing(&relation.subject), spec.thing(&relation.reference))
        else {
            continue;
        };
        let Some(velocity) = own.velocity.filter(|v| v.x > 0.0 && v.y == 0.0) else { continue };
        let wall = base.kind.class() == Class::Furniture && base.count.is_none();
        if relation.place != Place::Above || relation.gap.is_some() || !wall || g <= 0.0 {
            continue;
        }
        let speed = velocity.x.hypot(velocity.z);
        // Where nobody says how steeply, it goes as far up as along.
        let rise =
            if velocity.z == 0.0 { std::f64::consts::FRAC_1_SQRT_2 * speed } else { velocity.z };
        let [wide, _, high] = build::extents(base);
        let (mut rise, mut along) = (rise, (speed * speed - rise * rise).max(0.0).sqrt());
        if freely.contains(&own.id) {
            rise = ((2.0 * g * (high + 0.4)).sqrt() * 10.0).ceil() / 10.0;
            along = rise;
            let speed = rise.hypot(along);
            warnings.push(format!("how fast '{}' is thrown was not said: {speed:.1} m/s", own.id));
        }
        let [_, _, size] = build::extents(own);
        if rise * rise / (2.0 * g) < high + 0.1 - own.height.unwrap_or(0.0) {
            return Err(Refusal::of(format!(
                "'{}' does not get over '{}' at that speed",
                own.id, base.id
            )));
        }
        let gap = (rise * along / g - wide / 2.0 - size / 2.0).max(0.0);
        let id = own.id.clone();
        spec.relations[at].place = Place::LeftOf;
        spec.relations[at].gap = Some((gap * 1e3).round() / 1e3);
        if let Some(thing) = spec.things.iter_mut().find(|thing| thing.id == id) {
            thing.velocity = Some(Xyz { x: along, y: 0.0, z: rise });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{super::spec::Place, plan};

    #[test]
    fn what_is_thrown_over_a_wall_starts_before_it() {
        let plan = plan("throw a ball at 45 degrees with 8 m/s over a wall that is 1.5 m tall");
        let spec = plan.expect("a plan").spec;
        let v = spec.things[0].velocity.expect("a velocity");
        assert!((v.x - v.z).abs() < 1e-9 && v.z > 5.0, "{v:?}");
        assert_eq!(spec.relations[0].place, Place::LeftOf);
        assert!(super::super::plan("a ball thrown at 5 m/s over a 2 m wall").is_err());
    }
}
