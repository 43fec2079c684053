//! Where everything stands: supports first, no overlaps.
//!
//! Things that are tied by relations form clusters, each around the thing that the others refer to.
//! Within a cluster each thing is placed by its relation, and shifted along until nothing overlaps;
//! the clusters then stand in a row from left to right, in the order of the plan.

use std::{borrow::Cow, collections::HashMap};

use super::super::{
    fault::Fault,
    spec::{Kind, Place, Relation, SceneSpec, Thing},
};
use super::assembly::{Assembly, Berth, Slope, Top};

/// Where an assembly's origin is, and how far it leans to the right.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Placed {
    /// m.
    pub pos: [f64; 3],
    /// Degrees about y.
    pub lean: f64,
}

/// Free space between neighbours by relation, m.
const GAP: f64 = 0.1;
/// Free space between clusters, m.
const CLUSTER_GAP: f64 = 0.4;
/// Free space between what stands on the same thing, m.
const SHELF_GAP: f64 = 0.04;
/// Free space between what hangs from the same beam, m.
pub const HUNG_GAP: f64 = 0.12;

struct Box3 {
    least: [f64; 3],
    greatest: [f64; 3],
}

impl Box3 {
    fn of(assembly: &Assembly, at: &Placed) -> Self {
        let shift = |corner: [f64; 3]| std::array::from_fn(|axis| corner[axis] + at.pos[axis]);
        Self { least: shift(assembly.least), greatest: shift(assembly.greatest) }
    }

    fn overlaps(&self, other: &Self) -> bool {
        (0..3).all(|axis| {
            self.least[axis] < other.greatest[axis] - 1e-6
                && other.least[axis] < self.greatest[axis] - 1e-6
        })
    }

    /// Whether one is above the other, at whatever height.
    fn is_over(&self, other: &Self) -> bool {
        (0..2).all(|axis| {
            self.least[axis] < other.greatest[axis] + 1e-6
                && other.least[axis] < self.greatest[axis] + 1e-6
        })
    }
}

/// Places every thing of a plan.
pub fn place(spec: &SceneSpec, assemblies: &[Assembly]) -> Result<Vec<Placed>, Fault> {
    let mut layout = Layout {
        spec,
        assemblies,
        placed: vec![None; assemblies.len()],
        cluster: vec![0; assemblies.len()],
    };
    layout.run()?;
    Ok(layout.placed.into_iter().map(Option::unwrap_or_default).collect())
}

struct Layout<'s> {
    spec: &'s SceneSpec,
    assemblies: &'s [Assembly],
    placed: Vec<Option<Placed>>,
    cluster: Vec<usize>,
}

impl Layout<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        let index: HashMap<&str, usize> =
            self.spec.things.iter().enumerate().map(|(at, thing)| (&*thing.id, at)).collect();
        let mut waiting: Vec<usize> = (0..self.assemblies.len()).collect();
        while !waiting.is_empty() {
            let before = waiting.len();
            let mut later = Vec::new();
            for thing in waiting {
                let relations: Vec<&Relation> = self
                    .spec
                    .relations
                    .iter()
                    .filter(|r| r.subject == self.spec.things[thing].id)
                    .collect();
                let known = |id: &str| index.get(id).is_some_and(|at| self.placed[*at].is_some());
                if !relations
                    .iter()
                    .all(|r| known(&r.reference) && r.other.as_deref().is_none_or(known))
                {
                    later.push(thing);
                    continue;
                }
                match relations.first() {
                    None => {
                        self.cluster[thing] = thing;
                        let own = &self.spec.things[thing];
                        let lift = own.height.unwrap_or(0.0);
                        self.placed[thing] = Some(Placed { pos: [0.0, 0.0, lift], lean: 0.0 });
                    }
                    Some(relation) => {
                        let reference = index[&*relation.reference];
                        let other = relation.other.as_ref().map(|id| index[&**id]);
                        let placed = self.relate(thing, relation, reference, other)?;
                        self.cluster[thing] = self.cluster[reference];
                        self.placed[thing] = Some(placed);
                        // A second relation to the same cluster only has to hold for what it stands on.
                        for more in relations.iter().skip(1) {
                            self.also(thing, more, index[&*more.reference])?;
                        }
                        if let Some(other) = other {
                            self.join(other, self.cluster[reference]);
                        }
                    }
                }
            }
            if later.len() == before {
                return Err(Fault::Circle { id: self.spec.things[later[0]].id.clone() });
            }
            waiting = later;
        }
        self.row();
        self.shift();
        self.verify()
    }

    /// Whether each relation holds where all things stand: a second one of a thing, or one that
    /// others stand in the way of, may not.
    fn verify(&self) -> Result<(), Fault> {
        let find = |id: &str| self.spec.things.iter().position(|thing| thing.id == id);
        let mut hung = HashMap::new();
        for relation in self.spec.relations.iter().filter(|r| r.place == Place::AttachedTo) {
            if find(&relation.reference).is_some_and(|base| self.is_beam(base)) {
                continue;
            }
            if let Some(first) = hung.insert(&relation.reference, &relation.subject) {
                return Err(Fault::Unfit {
                    id: relation.subject.clone(),
                    what: format!("cannot hang where '{first}' does: '{}'", relation.reference),
                });
            }
        }
        for relation in &self.spec.relations {
            let (Some(subject), Some(reference)) =
                (find(&relation.subject), find(&relation.reference))
            else {
                continue;
            };
            let own = Box3::of(&self.assemblies[subject], &self.at(subject));
            let base =
                Box3::of(&self.member(relation, &self.assemblies[reference]), &self.at(reference));
            let holds = match relation.place {
                Place::LeftOf => own.greatest[0] <= base.least[0] + 0.01,
                Place::RightOf => own.least[0] >= base.greatest[0] - 0.01,
                Place::InFrontOf => own.greatest[1] <= base.least[1] + 0.01,
                Place::Behind => own.least[1] >= base.greatest[1] - 0.01,
                Place::Above => own.least[2] >= base.least[2],
                Place::Under => own.least[2] <= base.greatest[2] && own.is_over(&base),
                Place::On | Place::OnLeftEnd | Place::OnRightEnd | Place::Inside => {
                    relation.other.is_some() || own.is_over(&base)
                }
                _ => true,
            };
            if !holds {
                return Err(Fault::Unfit {
                    id: relation.subject.clone(),
                    what: format!(
                        "cannot stand {} '{}' with all else that is wanted",
                        super::super::words::place(relation.place),
                        relation.reference
                    ),
                });
            }
        }
        Ok(())
    }

    fn at(&self, thing: usize) -> Placed {
        self.placed[thing].unwrap_or_default()
    }

    /// Those on the same support as `thing`, in the order of the plan, and which of them it is.
    fn company(&self, relation: &Relation) -> (Vec<usize>, usize) {
        let mut members = Vec::new();
        let mut own = 0;
        for (at, thing) in self.spec.things.iter().enumerate() {
            let with =
                self.spec.relations.iter().find(|r| r.subject == thing.id).is_some_and(|r| {
                    r.reference == relation.reference
                        && r.place == relation.place
                        && r.member == relation.member
                });
            if with {
                if thing.id == relation.subject {
                    own = members.len();
                }
                members.push(at);
            }
        }
        // A second relation of a thing that is placed by another one.
        if !members.iter().any(|at| self.spec.things[*at].id == relation.subject) {
            own = members.len();
            members.extend(self.spec.things.iter().position(|t| t.id == relation.subject));
        }
        let subject = members.get(own).copied();
        self.sort(&mut members);
        let own = members.iter().position(|member| Some(*member) == subject).unwrap_or(own);
        (members, own)
    }

    /// From left to right as relations among them say.
    fn sort(&self, members: &mut Vec<usize>) {
        let before = |a: usize, b: usize| {
            self.spec.relations.iter().any(|r| {
                let (first, second) = match r.place {
                    Place::LeftOf => (&r.subject, &r.reference),
                    Place::RightOf => (&r.reference, &r.subject),
                    _ => return false,
                };
                *first == self.spec.things[a].id && *second == self.spec.things[b].id
            })
        };
        // One that must be left of another is taken out and put in before it, a bounded number of
        // times: relations may go round in a circle.
        for _ in 0..members.len() * members.len() {
            let wrong = (0..members.len()).find_map(|late| {
                (0..late).find(|early| before(members[late], members[*early])).map(|to| (late, to))
            });
            let Some((from, to)) = wrong else { return };
            let member = members.remove(from);
            members.insert(to, member);
        }
    }

    fn relate(
        &self,
        subject: usize,
        relation: &Relation,
        reference: usize,
        other: Option<usize>,
    ) -> Result<Placed, Fault> {
        let own = &self.assemblies[subject];
        let base = &*self.member(relation, &self.assemblies[reference]);
        let at = self.at(reference);
        let thing = &self.spec.things[subject];
        let no_room =
            || Fault::NoRoom { id: relation.subject.clone(), place: relation.reference.clone() };
        let unfit = |what: &str| Fault::Unfit {
            id: relation.subject.clone(),
            what: format!("{what} '{}'", relation.reference),
        };
        let lift = thing.height.unwrap_or(0.0);
        let middle = |axis: usize| (base.least[axis] + base.greatest[axis]) / 2.0 + at.pos[axis];
        let own_middle = |axis: usize| (own.least[axis] + own.greatest[axis]) / 2.0;
        let gap = relation.gap.unwrap_or(GAP);
        match relation.place {
            Place::On | Place::AtTop | Place::Inside | Place::OnLeftEnd | Place::OnRightEnd => {
                if let (Some(slope), true) = (
                    base.slope,
                    matches!(
                        relation.place,
                        Place::On | Place::AtTop | Place::OnLeftEnd | Place::Inside
                    ),
                ) {
                    return Ok(self.on_slope(subject, relation, slope, at));
                }
                if let (Place::On, Some(other)) = (relation.place, other) {
                    // A board across two.
                    let second =
                        self.assemblies[other].top.ok_or_else(|| unfit("cannot stand on"))?;
                    let first = base.top.ok_or_else(|| unfit("cannot stand on"))?;
                    let there = self.at(other);
                    let mean = |axis: usize| {
                        (at.pos[axis] + first.pos[axis] + there.pos[axis] + second.pos[axis]) / 2.0
                    };
                    let over = (at.pos[2] + first.pos[2]).max(there.pos[2] + second.pos[2]);
                    let pos = [mean(0) - own_middle(0), mean(1) - own_middle(1), over + lift];
                    return Ok(Placed { pos, lean: 0.0 });
                }
                let surface = match relation.place {
                    Place::Inside => base
                        .inside
                        .or(base.top.filter(|_| self.spec.things[reference].kind == Kind::Platform))
                        .ok_or_else(|| unfit("cannot be inside of"))?,
                    _ => base.top.ok_or_else(|| unfit("cannot stand on"))?,
                };
                let spot = match relation.place {
                    Place::OnLeftEnd => [
                        surface.pos[0] - (surface.half[0] - own.footprint()[0] / 2.0).max(0.0),
                        surface.pos[1],
                    ],
                    Place::OnRightEnd => [
                        surface.pos[0] + (surface.half[0] - own.footprint()[0] / 2.0).max(0.0),
                        surface.pos[1],
                    ],
                    place => {
                        // What gets into a funnel slides to where it fits.
                        let base = self.spec.things[reference].kind;
                        let tight = place == Place::Inside
                            && !matches!(base, Kind::Funnel | Kind::HalfPipe);
                        self.spot(relation, surface, tight).ok_or_else(no_room)?
                    }
                };
                // What reaches far stands on its foot.
                let aside = |axis: usize| if own.foot.is_some() { 0.0 } else { own_middle(axis) };
                let pos = [
                    at.pos[0] + spot[0] - aside(0),
                    at.pos[1] + spot[1] - aside(1),
                    at.pos[2] + surface.pos[2] + lift,
                ];
                Ok(Placed { pos, lean: 0.0 })
            }
            Place::Above => {
                let over = base.top.map_or(base.greatest[2], |top| top.pos[2]);
                let z = at.pos[2] + over + relation.gap.or(thing.height).unwrap_or(0.5);
                Ok(Placed {
                    pos: [middle(0) - own_middle(0), middle(1) - own_middle(1), z],
                    lean: 0.0,
                })
            }
            Place::Under => {
                if own.greatest[2] > base.greatest[2] && at.pos[2] == 0.0 {
                    return Err(no_room());
                }
                let spot = self
                    .spot(
                        relation,
                        Top {
                            pos: [middle(0) - at.pos[0], middle(1) - at.pos[1], 0.0],
                            half: [base.footprint()[0] / 2.0, base.footprint()[1] / 2.0],
                        },
                        true,
                    )
                    .ok_or_else(no_room)?;
                Ok(Placed {
                    pos: [
                        at.pos[0] + spot[0] - own_middle(0),
                        at.pos[1] + spot[1] - own_middle(1),
                        0.0,
                    ],
                    lean: 0.0,
                })
            }
            Place::LeftOf | Place::RightOf | Place::Beside | Place::Behind | Place::InFrontOf => {
                let (axis, sign) = match relation.place {
                    Place::LeftOf => (0, -1.0),
                    Place::RightOf | Place::Beside => (0, 1.0),
                    Place::InFrontOf => (1, -1.0),
                    _ => (1, 1.0),
                };
                // A height is one above what bears it: what is beside it has one of its own, or none.
                let raised = self.spec.things[reference].height;
                let level = at.pos[2] - raised.unwrap_or(0.0) + lift;
                let mut pos = [middle(0) - own_middle(0), middle(1) - own_middle(1), level];
                // Before the foot of what reaches far to one side.
                if axis == 1 && base.foot.is_some() {
                    pos[0] = at.pos[0] - own_middle(0);
                }
                pos[axis] = if sign > 0.0 {
                    at.pos[axis] + base.greatest[axis] + gap - own.least[axis]
                } else {
                    at.pos[axis] + base.least[axis] - gap - own.greatest[axis]
                };
                // What it stands beside may stand on something that has no more room there.
                if self.supported(reference).is_some() && !self.fits_beside(subject, reference, pos)
                {
                    // Beside the foot of what reaches far, where it does not reach.
                    let foot = base.foot.filter(|_| relation.place == Place::Beside);
                    let near = foot.and_then(|[hx, hy]| {
                        let [wide, deep] = own.footprint();
                        let z = at.pos[2] + lift;
                        let aside = at.pos[1] - hy - gap - deep / 2.0 - own_middle(1);
                        let left = at.pos[0] - hx - gap - wide / 2.0 - own_middle(0);
                        [
                            [left, at.pos[1] - own_middle(1), z],
                            [at.pos[0] - own_middle(0), aside, z],
                        ]
                        .into_iter()
                        .find(|pos| self.fits_beside(subject, reference, *pos))
                    });
                    return near.map(|pos| Placed { pos, lean: 0.0 }).ok_or_else(no_room);
                }
                Ok(self.shifted(subject, reference, Placed { pos, lean: 0.0 }, axis, sign))
            }
            Place::AtFoot | Place::Striking => {
                let x = match (relation.place, base.slope) {
                    (Place::AtFoot, Some(_)) => {
                        at.pos[0] + base.greatest[0] + relation.gap.unwrap_or(0.5) - own.least[0]
                    }
                    // An arch is gone through from the front.
                    (Place::Striking, _) if self.spec.things[reference].kind == Kind::Arch => {
                        let y = at.pos[1] + base.least[1] - relation.gap.unwrap_or(0.8);
                        let pos = [middle(0) - own_middle(0), y - own.greatest[1], lift];
                        return Ok(Placed { pos, lean: 0.0 });
                    }
                    (Place::Striking, _) if own.strikes_at.is_some() => {
                        // It hangs where its ball just touches.
                        let reach = own.strikes_at.unwrap_or(0.0) + 0.02;
                        at.pos[0] + base.least[0] - reach
                    }
                    (Place::Striking, _) => {
                        at.pos[0] + base.least[0] - relation.gap.unwrap_or(0.8) - own.greatest[0]
                    }
                    _ => at.pos[0] + base.least[0] - relation.gap.unwrap_or(0.3) - own.greatest[0],
                };
                Ok(Placed { pos: [x, middle(1) - own_middle(1), lift], lean: 0.0 })
            }
            Place::Between => {
                if let Some(other) = other {
                    let (a, b) =
                        (Box3::of(base, &at), Box3::of(&self.assemblies[other], &self.at(other)));
                    let x = (a.greatest[0].min(b.greatest[0]) + a.least[0].max(b.least[0])) / 2.0;
                    let z = at.pos[2].min(self.at(other).pos[2]);
                    let y = (a.least[1] + a.greatest[1] + b.least[1] + b.greatest[1]) / 4.0;
                    return Ok(Placed {
                        pos: [x - own_middle(0), y - own_middle(1), z + lift],
                        lean: 0.0,
                    });
                }
                Ok(Placed {
                    pos: [middle(0) - own_middle(0), middle(1) - own_middle(1), at.pos[2] + lift],
                    lean: 0.0,
                })
            }
            // About the foot of what reaches far to one side.
            Place::Around if base.foot.is_some() => {
                Ok(Placed { pos: [at.pos[0], at.pos[1], at.pos[2] + lift], lean: 0.0 })
            }
            Place::Around => {
                Ok(Placed { pos: [middle(0), middle(1), at.pos[2] + lift], lean: 0.0 })
            }
            Place::Leaning => {
                // Its upper end touches the left side of what it leans against.
                let corner = |axis: usize| own.greatest[axis] - own.least[axis];
                let (long, flat) = (corner(0).max(corner(2)), corner(0) >= corner(2));
                let rise = match thing.tilt {
                    Some(angle) if long * angle.to_radians().sin() > base.greatest[2] + 1e-9 => {
                        return Err(unfit("is too long to lean so steeply against"));
                    }
                    Some(angle) => angle,
                    None => (0.9 * base.greatest[2] / long).clamp(0.2, 0.94).asin().to_degrees(),
                };
                let lean = if flat { -rise } else { 90.0 - rise };
                let (sin, cos) = lean.to_radians().sin_cos();
                let (mut right, mut low) = (f64::MIN, f64::MAX);
                for x in [own.least[0], own.greatest[0]] {
                    for z in [own.least[2], own.greatest[2]] {
                        right = right.max(x * cos + z * sin);
                        low = low.min(z * cos - x * sin);
                    }
                }
                let pos =
                    [at.pos[0] + base.least[0] - right, middle(1) - own_middle(1), at.pos[2] - low];
                Ok(Placed { pos, lean })
            }
            Place::AttachedTo if self.is_beam(reference) => {
                // In a row along it.
                let (members, index) = self.company(relation);
                let wide = |m: &usize| self.assemblies[*m].footprint()[0] + HUNG_GAP;
                let whole: f64 = members.iter().map(wide).sum();
                let before: f64 = members[..index].iter().map(wide).sum();
                let x = before + wide(&subject) / 2.0 - whole / 2.0;
                let pos = [middle(0) + x - own_middle(0), at.pos[1], at.pos[2]];
                Ok(Placed { pos, lean: 0.0 })
            }
            Place::AttachedTo => {
                if base.hook.is_none() {
                    return Err(unfit("cannot be fastened to"));
                }
                Ok(Placed { pos: at.pos, lean: 0.0 })
            }
        }
    }

    /// Whether things hang from it side by side.
    fn is_beam(&self, thing: usize) -> bool {
        self.spec.things[thing].kind == Kind::Gantry
    }

    /// All of a thing, or one of several.
    fn member<'a>(&self, relation: &Relation, base: &'a Assembly) -> Cow<'a, Assembly> {
        let berth =
            relation.member.and_then(|member| base.members.get(member.checked_sub(1)? as usize));
        let Some(&Berth { bounds: [least, greatest], top, inside, slope }) = berth else {
            return Cow::Borrowed(base);
        };
        Cow::Owned(Assembly { least, greatest, top, inside, slope, ..Assembly::default() })
    }

    /// On a slope: in a row across it, near the upper end.
    fn on_slope(&self, subject: usize, relation: &Relation, slope: Slope, at: Placed) -> Placed {
        let own = &self.assemblies[subject];
        let [width, _] = own.footprint();
        let [run, fall] = [0, 2].map(|axis| slope.lower[axis] - slope.upper[axis]);
        let length = run.hypot(fall);
        let curved = self
            .spec
            .thing(&relation.reference)
            .is_some_and(|thing| matches!(thing.kind, Kind::CurvedRamp | Kind::MarbleRun));
        // What goes uphill begins near the lower end.
        let uphill = self.spec.things[subject].velocity.is_some_and(|velocity| velocity.x < 0.0);
        let along = if uphill && relation.place == Place::On {
            (0.75 * length).min(length - width / 2.0 - 0.02)
        } else if relation.place == Place::On && !curved {
            (0.3 * length).max(width / 2.0 + 0.02)
        } else {
            (width / 2.0 + 0.02).max(0.08 * length)
        };
        let (sin, cos) = slope.angle.to_radians().sin_cos();
        let (members, index) = self.company(relation);
        let depth: f64 =
            members.iter().map(|m| self.assemblies[*m].footprint()[1] + SHELF_GAP).sum::<f64>()
                - SHELF_GAP;
        let before: f64 =
            members[..index].iter().map(|m| self.assemblies[*m].footprint()[1] + SHELF_GAP).sum();
        let y = before + own.footprint()[1] / 2.0 - depth / 2.0;
        let lift = self.spec.things[subject].height.unwrap_or(0.0);
        let pos = [
            at.pos[0] + slope.upper[0] + along * cos,
            at.pos[1] + y,
            at.pos[2] + slope.upper[2] - along * sin + lift,
        ];
        Placed { pos, lean: slope.angle }
    }

    /// A place on a surface beside the others that stand there: in one row, or in several.
    fn spot(&self, relation: &Relation, surface: Top, tight: bool) -> Option<[f64; 2]> {
        let (members, index) = self.company(relation);
        let size = |member: &usize| {
            let own = &self.assemblies[*member];
            own.foot.map_or(own.footprint(), |foot| foot.map(|half| 2.0 * half + 0.1))
        };
        let [width, depth] = [2.0 * surface.half[0], 2.0 * surface.half[1]];
        if members.len() == 1 {
            let [x, y] = size(&members[0]);
            let fits = x <= width + 1e-9 && y <= depth + 1e-9;
            return (fits || !tight).then_some([surface.pos[0], surface.pos[1]]);
        }
        let total: f64 = members.iter().map(|m| size(m)[0] + SHELF_GAP).sum::<f64>() - SHELF_GAP;
        if total <= width {
            let spare = ((width - total) / (members.len() as f64 + 1.0)).min(0.15);
            let all = total + spare * (members.len() as f64 - 1.0);
            let before: f64 = members[..index].iter().map(|m| size(m)[0] + SHELF_GAP + spare).sum();
            return Some([
                surface.pos[0] - all / 2.0 + before + size(&members[index])[0] / 2.0,
                surface.pos[1],
            ]);
        }
        // Rows from the front to the back.
        let (mut x, mut y, mut row) = (0.0, 0.0, 0.0_f64);
        let mut spots = Vec::new();
        for member in &members {
            let [w, d] = size(member);
            if x + w > width + 1e-9 {
                (x, y, row) = (0.0, y + row + SHELF_GAP, 0.0);
            }
            spots.push([x + w / 2.0, y + d / 2.0]);
            x += w + SHELF_GAP;
            row = row.max(d);
            if w > width + 1e-9 || y + row > depth + 1e-9 {
                return None;
            }
        }
        let [sx, sy] = spots[index];
        Some([surface.pos[0] - width / 2.0 + sx, surface.pos[1] - (y + row) / 2.0 + sy])
    }

    /// What a thing stands on, if that is not the floor.
    fn supported(&self, thing: usize) -> Option<usize> {
        let id = &self.spec.things[thing].id;
        let on = self
            .spec
            .relations
            .iter()
            .find(|r| r.subject == *id && matches!(r.place, Place::On | Place::Inside))?;
        self.spec.things.iter().position(|thing| thing.id == on.reference)
    }

    fn fits_beside(&self, subject: usize, reference: usize, pos: [f64; 3]) -> bool {
        let Some(support) = self.supported(reference) else { return true };
        let at = self.at(support);
        let surface = self.assemblies[support].top;
        let Some(surface) = surface else { return true };
        let own = &self.assemblies[subject];
        (0..2).all(|axis| {
            let middle = pos[axis] + (own.least[axis] + own.greatest[axis]) / 2.0;
            (middle - at.pos[axis] - surface.pos[axis]).abs() <= surface.half[axis]
        })
    }

    /// Further along until nothing overlaps.
    fn shifted(
        &self,
        subject: usize,
        reference: usize,
        mut placed: Placed,
        axis: usize,
        sign: f64,
    ) -> Placed {
        let cluster = self.cluster[reference];
        for _ in 0..64 {
            let own = Box3::of(&self.assemblies[subject], &placed);
            let hit = (0..self.assemblies.len()).find(|other| {
                *other != subject
                    && self.cluster[*other] == cluster
                    && self.placed[*other].is_some_and(|at| self.is_hit(*other, &at, &own))
            });
            let Some(hit) = hit else { break };
            let theirs = Box3::of(&self.assemblies[hit], &self.at(hit));
            placed.pos[axis] += if sign > 0.0 {
                theirs.greatest[axis] - own.least[axis] + 0.05
            } else {
                theirs.least[axis] - own.greatest[axis] - 0.05
            };
        }
        placed
    }

    /// Whether a thing, or one of a group, is where `own` should be.
    fn is_hit(&self, thing: usize, at: &Placed, own: &Box3) -> bool {
        let theirs = &self.assemblies[thing];
        let bounds = |[least, greatest]: [[f64; 3]; 2]| {
            let shift = |corner: [f64; 3]| std::array::from_fn(|axis| corner[axis] + at.pos[axis]);
            Box3 { least: shift(least), greatest: shift(greatest) }
        };
        if theirs.members.len() < 2 || self.spec.things[thing].kind == Kind::Shelf {
            return own.overlaps(&Box3::of(theirs, at));
        }
        theirs.members.iter().any(|member| own.overlaps(&bounds(member.bounds)))
    }

    /// A further relation of a thing that is placed: it brings the other cluster along.
    fn also(&mut self, subject: usize, relation: &Relation, reference: usize) -> Result<(), Fault> {
        let cluster = self.cluster[subject];
        if self.cluster[reference] == cluster {
            return Ok(());
        }
        // Placed as that relation wants it, the two clusters are shifted onto one another.
        let wanted = self.relate(subject, relation, reference, None)?;
        let now = self.at(subject);
        let shift: [f64; 3] =
            std::array::from_fn(
                |axis| if axis == 2 { 0.0 } else { now.pos[axis] - wanted.pos[axis] },
            );
        let moved = self.cluster[reference];
        for thing in 0..self.placed.len() {
            if self.cluster[thing] == moved
                && let Some(placed) = &mut self.placed[thing]
            {
                for (axis, by) in shift.iter().enumerate() {
                    placed.pos[axis] += by;
                }
                self.cluster[thing] = cluster;
            }
        }
        Ok(())
    }

    /// Makes room between: the other end moves so far that the middle one fits.
    fn join(&mut self, other: usize, cluster: usize) {
        self.cluster[other] = cluster;
    }

    /// Clusters side by side from left to right, their middle at the origin.
    fn row(&mut self) {
        let mut heads: Vec<usize> = self.cluster.clone();
        heads.sort_unstable();
        heads.dedup();
        let mut bounds = Vec::new();
        for head in &heads {
            let (mut least, mut greatest) = ([f64::MAX; 2], [f64::MIN; 2]);
            for thing in (0..self.placed.len()).filter(|thing| self.cluster[*thing] == *head) {
                let own = Box3::of(&self.assemblies[thing], &self.at(thing));
                for axis in 0..2 {
                    least[axis] = least[axis].min(own.least[axis]);
                    greatest[axis] = greatest[axis].max(own.greatest[axis]);
                }
            }
            bounds.push((least, greatest));
        }
        let width = |(least, greatest): &([f64; 2], [f64; 2])| greatest[0] - least[0];
        let gap = bounds
            .iter()
            .map(|bound| width(bound) * 0.25)
            .fold(0.12_f64, f64::max)
            .min(CLUSTER_GAP);
        let total: f64 = bounds.iter().map(width).sum::<f64>() + gap * (heads.len() as f64 - 1.0);
        let mut x = -total / 2.0;
        for (head, bound) in heads.iter().zip(&bounds) {
            let shift = [x - bound.0[0], -(bound.0[1] + bound.1[1]) / 2.0];
            x += width(bound) + gap;
            // One thing alone stands at the origin.
            for thing in 0..self.placed.len() {
                if self.cluster[thing] == *head
                    && let Some(placed) = &mut self.placed[thing]
                {
                    placed.pos[0] += shift[0];
                    placed.pos[1] += shift[1];
                }
            }
        }
    }
}

impl Layout<'_> {
    /// What stands elsewhere than it would takes along what it bears.
    fn shift(&mut self) {
        for (at, thing) in self.spec.things.iter().enumerate() {
            let Some(by) = thing.shift else { continue };
            let mut moved = vec![at];
            let mut next = 0;
            while let Some(base) = moved.get(next).copied() {
                next += 1;
                let borne = self.spec.relations.iter().filter(|relation| {
                    relation.reference == self.spec.things[base].id && relation.place.is_borne()
                });
                for relation in borne {
                    let subject = self.spec.things.iter().position(|t| t.id == relation.subject);
                    moved.extend(subject.filter(|subject| !moved.contains(subject)));
                }
            }
            for thing in moved {
                if let Some(placed) = &mut self.placed[thing] {
                    let by = [by.x, by.y, by.z];
                    placed.pos = std::array::from_fn(|axis| placed.pos[axis] + by[axis]);
                }
            }
        }
    }
}

/// Whether it is something to go down.
pub const fn slopes(kind: Kind) -> bool {
    matches!(kind, Kind::Ramp | Kind::CurvedRamp | Kind::HalfPipe | Kind::MarbleRun)
}

/// The thing's own lean, degrees.
pub fn lean(thing: &Thing) -> f64 {
    match thing.kind {
        Kind::Ramp | Kind::Wedge => 0.0,
        _ => thing.tilt.unwrap_or(0.0),
    }
}
