//! A bare figure, said again: "make it 3 m" of a wall that is 2 m high, "actually 45" of a pendulum
//! that was let go at 30 degrees. It is that of the only figure of its unit that was said before.

use super::super::super::{
    Plan, Refusal,
    spec::{Kind, SceneSpec, Thing, Xyz},
};
use super::super::{
    lexer::{Lex, lexemes},
    measure::Unit,
    reword::{begins, is},
};
use super::{acts::planned, apply};

/// A figure that was said.
struct Figure<'a> {
    now: f64,
    sets: Vec<&'a mut f64>,
    /// Whether it is all there is of the thing's size, which other words mean, too.
    whole: bool,
}

/// "throw it upwards": as fast as before.
pub fn upwards(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let up = begins(words, &["throw", "it"])
        && is(words, words.len() - 1, &["up", "upwards", "upward"])
        && words.len() < 5;
    up.then(|| thrown(90.0, present)).flatten()
}

/// The plan with the figure; nothing where the words say more, or it is not clear which it is.
pub fn again(words: &[String], present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    const LEADS: &[&[&str]] = &[
        &["make", "it"],
        &["make", "that"],
        &["make", "this"],
        &["change", "it", "to"],
        &["change", "that", "to"],
        &["set", "it", "to"],
        &["it", "should", "be"],
        &["that", "should", "be"],
        &["should", "be"],
        &["at"],
        &["throw", "it", "at"],
        &["throw", "it", "at", "an", "angle", "of"],
        &[],
    ];
    let lead = LEADS.iter().find(|lead| begins(words, lead))?.len();
    let mut rest = &words[lead..];
    while let Some((last, before)) = rest.split_last()
        && matches!(&**last, "instead" | "now" | "please" | "then")
    {
        rest = before;
    }
    let read = lexemes(&rest.join(" "));
    let [only] = &*read else { return None };
    let (value, unit) = match only.lex {
        Lex::Measure(measure) => (measure.value, Some(measure.unit)),
        Lex::Number(number) => (number, None),
        _ => return None,
    };
    let mut spec = present.clone();
    if unit == Some(Unit::Angle)
        && let Some(done) = thrown(value, present)
    {
        return Some(done);
    }
    if lead > 0 && is(words, lead - 1, &["at", "of"]) {
        return None;
    }
    let about = apply::spoken(present);
    let of: Vec<usize> =
        if about.is_empty() { (0..spec.things.len()).collect() } else { about.clone() };
    let names: Vec<String> = of.iter().map(|index| spec.things[*index].id.clone()).collect();
    let changed = {
        let mut figures = match unit {
            Some(Unit::Length) => lengths(&mut spec, &of, &names),
            Some(Unit::Angle) => angles(&mut spec, &of),
            // "make it 6" may be how many there are.
            None if value.fract() != 0.0 => frictions(&mut spec, &of),
            None if value >= 5.0 && of.iter().all(|at| present.things[*at].count.is_none()) => {
                angles(&mut spec, &of)
            }
            _ => return None,
        };
        match &mut *figures {
            [figure] if !figure.whole && figure.now != value => {
                figure.sets.iter_mut().for_each(|place| **place = value);
                true
            }
            _ => false,
        }
    };
    if !changed {
        return None;
    }
    let mut done = planned(spec, present);
    if let Ok(plan) = &mut done {
        plan.spec.about = if about.is_empty() {
            apply::about(present, &plan.spec)
        } else {
            present.about.clone()
        };
    }
    Some(done)
}

/// Another elevation of the one thing that is thrown, as fast as before.
fn thrown(degrees: f64, present: &SceneSpec) -> Option<Result<Plan, Refusal>> {
    let mut spec = present.clone();
    let sloping = spec.things.iter().any(|thing| thing.tilt.is_some() || thing.angle.is_some());
    let mut fly = spec.things.iter_mut().filter(|thing| thing.velocity.is_some());
    let (Some(thing), None, false) = (fly.next(), fly.next(), sloping) else { return None };
    let velocity = thing.velocity.as_mut()?;
    let level = velocity.x.hypot(velocity.y);
    let speed = level.hypot(velocity.z);
    let (x, y) = if level > 0.0 { (velocity.x / level, velocity.y / level) } else { (1.0, 0.0) };
    let (up, along) = degrees.to_radians().sin_cos();
    *velocity = Xyz { x: speed * along * x, y: speed * along * y, z: speed * up };
    Some(planned(spec, present))
}

/// Those of some things.
fn of<'a>(
    things: &'a mut [Thing],
    of: &[usize],
    figure: impl Fn(&'a mut Thing) -> Vec<Figure<'a>>,
) -> Vec<Figure<'a>> {
    let meant = things.iter_mut().enumerate().filter(|(at, _)| of.contains(at));
    meant.flat_map(|(_, thing)| figure(thing)).collect()
}

fn one(place: &mut f64) -> Figure<'_> {
    Figure { now: *place, sets: vec![place], whole: false }
}

fn lengths<'a>(spec: &'a mut SceneSpec, which: &[usize], names: &[String]) -> Vec<Figure<'a>> {
    let mut all = of(&mut spec.things, which, |thing| {
        let mut own: Vec<Figure> = Vec::new();
        if let Some(size) = &mut thing.size {
            let said = [size.x, size.y, size.z].into_iter().flatten().count();
            let sides =
                [&mut size.x, &mut size.y, &mut size.z].into_iter().filter_map(Option::as_mut);
            for side in sides {
                // As wide as it is deep: a cube, a disc.
                match own.iter_mut().find(|figure| figure.now == *side) {
                    Some(figure) => {
                        figure.sets.push(side);
                        figure.whole = said == figure.sets.len();
                    }
                    None => own.push(one(side)),
                }
            }
            if matches!(thing.kind.extents(), [x, y, z] if x == y && y == z)
                && let [figure] = &mut *own
            {
                figure.whole = said != 1 || thing.kind == Kind::Sphere;
            }
        }
        own.extend(thing.lengths.iter_mut().map(one));
        own.extend([&mut thing.height, &mut thing.length].into_iter().flatten().map(one));
        if let Some(arrangement) = &mut thing.arrangement {
            let spacing = [&mut arrangement.gap, &mut arrangement.pitch, &mut arrangement.radius];
            own.extend(spacing.into_iter().flatten().map(one));
        }
        own
    });
    for relation in &mut spec.relations {
        let near = names.contains(&relation.subject) || names.contains(&relation.reference);
        if let (true, Some(gap)) = (near, &mut relation.gap) {
            all.push(one(gap));
        }
    }
    all
}

fn angles<'a>(spec: &'a mut SceneSpec, which: &[usize]) -> Vec<Figure<'a>> {
    of(&mut spec.things, which, |thing| {
        let own = [&mut thing.tilt, &mut thing.angle, &mut thing.heading];
        own.into_iter().flatten().map(one).collect()
    })
}

fn frictions<'a>(spec: &'a mut SceneSpec, which: &[usize]) -> Vec<Figure<'a>> {
    of(&mut spec.things, which, |thing| thing.friction.iter_mut().map(one).collect())
}
