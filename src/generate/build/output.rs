//! Placed assemblies as one MJCF text.

use super::super::{
    spec::{Class, Kind, Medium, Place, SceneSpec, Thing, Xyz},
    words,
};
use super::{
    Built, Expected,
    assembly::{Assembly, Body},
    element::{Element, numbers},
    looks::Palette,
    place::{self, Placed},
};

/// Turns what was put together into text.
pub(super) fn write(
    spec: &SceneSpec,
    assemblies: Vec<Assembly>,
    placed: &[Placed],
    palette: &Palette,
) -> Built {
    let mut expected = Vec::new();
    let mut trees: Vec<Element> = Vec::new();
    let [mut meshes, mut actuators, mut tendons, mut equalities, mut excludes] =
        [const { Vec::new() }; 5];
    let mut velocities = Vec::new();
    let mut attached: Vec<(usize, usize)> = Vec::new();
    // What is fastened to something waits until that is there.
    let mut waiting: Vec<(String, Element)> = Vec::new();
    let (mut least, mut greatest) = ([f64::MAX; 3], [f64::MIN; 3]);
    let unsteady = unsteady(spec);
    let hooks: Vec<_> = assemblies.iter().map(|assembly| assembly.hook.clone()).collect();
    for (index, (assembly, at)) in assemblies.into_iter().zip(placed).enumerate() {
        let thing = &spec.things[index];
        for axis in 0..3 {
            least[axis] = least[axis].min(assembly.least[axis] + at.pos[axis]);
            greatest[axis] = greatest[axis].max(assembly.greatest[axis] + at.pos[axis]);
        }
        let hung =
            spec.relations.iter().find(|r| r.subject == thing.id && r.place == Place::AttachedTo);
        let hook = hung.and_then(|r| spec.things.iter().position(|thing| thing.id == r.reference));
        let hook =
            hook.and_then(|reference| hooks[reference].clone().map(|hook| (reference, hook)));
        let mut first = true;
        for body in &assembly.bodies {
            let mut element = Element::new("body").set("name", &*body.name);
            if first {
                element = element.comment(words::describe(thing));
                first = false;
            }
            if let Some((reference, (link, pos))) = &hook {
                // Fastened: a child without a joint.
                let content = body
                    .content
                    .iter()
                    .filter(|element| **element != Element::new("freejoint"))
                    .cloned();
                let upper = [pos[0], pos[1], pos[2] - assembly.greatest[2] + body.pos[2]];
                let upper = if matches!(spec.things[*reference].kind, Kind::Arm | Kind::Gripper) {
                    [pos[0], pos[1], pos[2] + body.pos[2]]
                } else {
                    upper
                };
                waiting.push((link.clone(), element.numbers("pos", &upper).with_all(content)));
                expected.push(Expected { body: body.name.clone(), rests: false });
                attached.push((index, *reference));
                continue;
            }
            let (pos, lean) = posed(body, at);
            element = element.numbers("pos", &pos);
            if body.euler != [0.0; 3] || lean != 0.0 {
                let [x, y, z] = body.euler;
                element = element.numbers("euler", &[x, y + lean, z]);
            }
            let rests = body.rests && !unsteady[index] && lean == 0.0;
            expected.push(Expected { body: body.name.clone(), rests });
            let mut names = Vec::new();
            body.content.iter().for_each(|inner| inner.body_names(&mut names));
            expected.extend(names.into_iter().map(|body| Expected { body, rests: false }));
            trees.push(element.with_all(body.content.iter().cloned()));
        }
        meshes.extend(assembly.meshes);
        actuators.extend(assembly.actuators);
        tendons.extend(assembly.tendons);
        equalities.extend(assembly.equalities);
        excludes.extend(assembly.excludes);
        // What goes along on a slope goes along the slope.
        let (sin, cos) = at.lean.to_radians().sin_cos();
        let sloped = spec.relations.iter().any(|r| {
            r.subject == thing.id
                && spec.thing(&r.reference).is_some_and(|base| place::slopes(base.kind))
        });
        velocities.extend(assembly.velocities.into_iter().map(|(name, [x, y, z], angular)| {
            let along = sloped && z == 0.0;
            (name, if along { [x * cos, y, -x * sin] } else { [x, y, z] }, angular)
        }));
    }
    while let Some(at) = waiting
        .iter()
        .position(|(link, element)| trees.iter_mut().any(|tree| graft(tree, link, element)))
    {
        waiting.remove(at);
    }
    let span = (0..3).map(|axis| greatest[axis] - least[axis]).fold(0.5_f64, f64::max);
    let world = worldbody(spec, trees, [least, greatest]);
    let key = keyframe(&world, &actuators, &velocities);
    let middle = [
        (least[0] + greatest[0]) / 2.0,
        (least[1] + greatest[1]) / 2.0,
        (least[2] + greatest[2]) / 2.0,
    ];
    let mut root = Element::new("mujoco")
        .set("model", model_name(&spec.title))
        .with(option(spec, expected.len()))
        .with(Element::new("statistic").numbers("center", &middle).numbers("extent", &[span]))
        .with(
            Element::new("visual")
                .with(
                    Element::new("global")
                        .numbers("azimuth", &[100.0])
                        .numbers("elevation", &[-20.0])
                        .set("offwidth", "1920")
                        .set("offheight", "1080"),
                )
                .with(
                    Element::new("headlight")
                        .set("ambient", "0.4 0.4 0.42")
                        .set("diffuse", "0.25 0.25 0.25")
                        .set("specular", "0 0 0"),
                )
                .with(Element::new("rgba").set("haze", "0.7 0.77 0.84 1")),
        )
        .with(asset(spec, palette, meshes))
        .with(world);
    for (name, elements) in [
        ("contact", excludes),
        ("tendon", tendons),
        ("equality", equalities),
        ("actuator", actuators),
    ] {
        if !elements.is_empty() {
            root = root.with(Element::new(name).with_all(elements));
        }
    }
    if let Some(key) = key {
        root = root.with(Element::new("keyframe").with(key));
    }
    Built { xml: root.text(), expected }
}

/// Where a body is once its assembly leans.
fn posed(body: &Body, at: &Placed) -> ([f64; 3], f64) {
    let (sin, cos) = at.lean.to_radians().sin_cos();
    let [x, y, z] = body.pos;
    ([at.pos[0] + cos * x + sin * z, at.pos[1] + y, at.pos[2] - sin * x + cos * z], at.lean)
}

/// Hangs `branch` into the body called `name`.
fn graft(tree: &mut Element, name: &str, branch: &Element) -> bool {
    if tree.is_body(name) {
        tree.children_mut().push(branch.clone());
        return true;
    }
    tree.children_mut().iter_mut().any(|child| graft(child, name, branch))
}

/// Things that cannot be expected to stay: where the world moves them, on slopes, on what moves,
/// and where something comes their way.
fn unsteady(spec: &SceneSpec) -> Vec<bool> {
    let world = &spec.world;
    let medium = matches!(world.medium, Some(Medium::Water | Medium::Honey));
    let moved = world.floor_tilt.is_some_and(|tilt| tilt != 0.0)
        || world.wind.is_some()
        || medium
        || world.floor == Some(false)
        || world.gravity.is_some_and(|g| g.x != 0.0 || g.y != 0.0 || g.z >= 0.0);
    let active = |thing: &Thing| {
        thing.velocity.is_some()
            || thing.spin.is_some()
            || thing.height.is_some()
            || matches!(
                thing.kind,
                Kind::WreckingBall
                    | Kind::Car
                    | Kind::Dominoes
                    | Kind::Pendulum
                    | Kind::Catapult
                    | Kind::MobileRobot
                    | Kind::Quadruped
                    | Kind::Biped
            )
    };
    // Whatever moves may reach the others.
    let disturbed = spec.things.iter().any(active);
    let mut unsteady: Vec<bool> = spec.things.iter().map(|_| moved || disturbed).collect();
    for _ in 0..spec.things.len() {
        for relation in &spec.relations {
            let find = |id: &str| spec.things.iter().position(|thing| thing.id == id);
            let (Some(subject), Some(reference)) =
                (find(&relation.subject), find(&relation.reference))
            else {
                continue;
            };
            let base = &spec.things[reference];
            let shaky = unsteady[reference]
                || matches!(
                    base.kind,
                    Kind::Ramp
                        | Kind::CurvedRamp
                        | Kind::HalfPipe
                        | Kind::Funnel
                        | Kind::MarbleRun
                        | Kind::Wedge
                        | Kind::Sphere
                        | Kind::Ellipsoid
                        | Kind::Cone
                        | Kind::Torus
                )
                || (base.kind == Kind::Stairs && relation.place != Place::Beside)
                || base.kind.class() == Class::Mechanism
                || base.lying == Some(true)
                || matches!(
                    relation.place,
                    Place::Inside
                        | Place::Above
                        | Place::AttachedTo
                        | Place::Striking
                        | Place::Leaning
                );
            unsteady[subject] |= shaky;
            unsteady[reference] |= matches!(
                relation.place,
                Place::Striking | Place::Leaning | Place::AtFoot | Place::Above
            );
        }
    }
    unsteady
}

/// Bodies from which on longer steps are taken, so that large piles are simulated at ease.
const SEVERAL: usize = 10;
/// Bodies from which on the longest are.
const MANY: usize = 20;

fn option(spec: &SceneSpec, bodies: usize) -> Element {
    let stiff = spec.things.iter().any(|thing| matches!(thing.kind, Kind::NewtonsCradle));
    let piles = spec
        .things
        .iter()
        .all(|thing| thing.kind.class() != Class::Mechanism || thing.kind == Kind::Dominoes);
    let step = match (stiff, bodies) {
        (true, _) => "0.001",
        (false, MANY..) if piles => "0.005",
        (false, SEVERAL..) if piles => "0.004",
        (false, _) => "0.002",
    };
    let mut option = Element::new("option").set("timestep", step).set("integrator", "implicitfast");
    let world = &spec.world;
    if let Some(Xyz { x, y, z }) = world.gravity {
        option = option.numbers("gravity", &[x, y, z]);
    }
    let (density, viscosity) = match world.medium {
        Some(Medium::Water) => (1000.0, 0.001),
        Some(Medium::Honey) => (1400.0, 5.0),
        Some(Medium::Air) => (1.2, 0.000_018),
        Some(Medium::Vacuum) => (0.0, 0.0),
        None if world.wind.is_some() => (1.2, 0.000_018),
        None => (0.0, 0.0),
    };
    if density > 0.0 {
        option = option.numbers("density", &[density]).numbers("viscosity", &[viscosity]);
    }
    if let Some(Xyz { x, y, z }) = world.wind {
        option = option.numbers("wind", &[x, y, z]);
    }
    option
}

fn asset(spec: &SceneSpec, palette: &Palette, meshes: Vec<Element>) -> Element {
    let tint = spec
        .world
        .floor_colour
        .as_deref()
        .and_then(super::super::colour::rgba)
        .map_or([0.71, 0.725, 0.735], |[r, g, b, _]| [r, g, b]);
    let other = tint.map(|part| part * 0.94);
    Element::new("asset")
        .with(
            Element::new("texture")
                .set("name", "sky")
                .set("type", "skybox")
                .set("builtin", "gradient")
                .set("width", "256")
                .set("height", "1536")
                .set("rgb1", "0.36 0.55 0.76")
                .set("rgb2", "1 0.97 0.92"),
        )
        .with(
            Element::new("texture")
                .set("name", "grid")
                .set("type", "2d")
                .set("builtin", "checker")
                .set("width", "256")
                .set("height", "256")
                .numbers("rgb1", &tint)
                .numbers("rgb2", &other),
        )
        .with(
            Element::new("material")
                .set("name", "floor")
                .set("texture", "grid")
                .set("texrepeat", "1 1")
                .set("texuniform", "true")
                .set("specular", "0.1")
                .set("shininess", "0.1"),
        )
        .with_all(palette.elements())
        .with_all(meshes)
}

fn worldbody(spec: &SceneSpec, trees: Vec<Element>, [least, greatest]: [[f64; 3]; 2]) -> Element {
    let world = &spec.world;
    let mut body = Element::new("worldbody")
        .with(
            Element::new("light")
                .set("name", "key")
                .set("type", "directional")
                .set("pos", "2 -2 5")
                .set("dir", "-0.42 0.46 -0.78")
                .set("diffuse", "0.68 0.66 0.62"),
        )
        .with(
            Element::new("light")
                .set("name", "fill")
                .set("type", "directional")
                .set("dir", "0.6 -0.35 -0.55")
                .set("diffuse", "0.16 0.18 0.22")
                .set("castshadow", "false"),
        );
    let mut inner = Vec::new();
    if world.floor != Some(false) {
        let mut floor = Element::new("geom")
            .set("name", "floor")
            .set("type", "plane")
            .set("size", "0 0 0.1")
            .set("material", "floor");
        if let Some(friction) = world.floor_friction {
            floor = floor
                .set("friction", format!("{} 0.005 0.0001", numbers(&[friction])))
                .set("priority", "3");
            if friction == 0.0 {
                floor = floor.set("condim", "1");
            }
        }
        inner.push(floor);
    }
    if world.walls == Some(true) {
        let (margin, high) = (0.5, (greatest[2] * 0.6).max(0.5));
        let [x0, y0, x1, y1] =
            [least[0] - margin, least[1] - margin, greatest[0] + margin, greatest[1] + margin];
        for (name, pos, size) in [
            ("wall_left", [x0, (y0 + y1) / 2.0, high / 2.0], [0.05, (y1 - y0) / 2.0, high / 2.0]),
            ("wall_right", [x1, (y0 + y1) / 2.0, high / 2.0], [0.05, (y1 - y0) / 2.0, high / 2.0]),
            ("wall_front", [(x0 + x1) / 2.0, y0, high / 2.0], [(x1 - x0) / 2.0, 0.05, high / 2.0]),
            ("wall_back", [(x0 + x1) / 2.0, y1, high / 2.0], [(x1 - x0) / 2.0, 0.05, high / 2.0]),
        ] {
            inner.push(
                Element::new("geom")
                    .set("name", name)
                    .set("type", "box")
                    .numbers("pos", &pos)
                    .numbers("size", &size)
                    .set("rgba", "0.8 0.8 0.82 0.35"),
            );
        }
    }
    inner.extend(trees);
    match world.floor_tilt.filter(|tilt| *tilt != 0.0) {
        Some(tilt) => {
            body = body.with(
                Element::new("frame")
                    .set("name", "tilted")
                    .numbers("euler", &[0.0, tilt, 0.0])
                    .with_all(inner),
            );
        }
        None => body = body.with_all(inner),
    }
    body
}

/// First velocities, as the keyframe that the daemon starts from.
fn keyframe(
    world: &Element,
    actuators: &[Element],
    velocities: &[(String, [f64; 3], [f64; 3])],
) -> Option<Element> {
    if velocities.is_empty() {
        return None;
    }
    let mut qvel = Vec::new();
    world.velocities(None, &mut |name, kind| {
        let known = velocities.iter().find(|(known, ..)| known == name);
        match (kind, known) {
            ("freejoint", Some((_, linear, angular))) => {
                qvel.extend(linear.iter().chain(angular).copied());
            }
            ("freejoint", None) => qvel.extend([0.0; 6]),
            ("ball", _) => qvel.extend([0.0; 3]),
            (_, Some((_, [speed, ..], _))) => qvel.push(*speed),
            (_, None) => qvel.push(0.0),
        }
    });
    let ctrl: Vec<f64> = actuators
        .iter()
        .map(|actuator| {
            velocities
                .iter()
                .find(|(joint, ..)| actuator.drives(joint))
                .map_or(0.0, |(_, [speed, ..], _)| *speed)
        })
        .collect();
    let key = Element::new("key").set("name", "start").numbers("qvel", &qvel);
    Some(if ctrl.is_empty() { key } else { key.numbers("ctrl", &ctrl) })
}

fn model_name(title: &str) -> String {
    let plain: String = title
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | ',' | '.'))
        .take(60)
        .collect();
    if plain.trim().is_empty() { "scene".into() } else { plain.trim().into() }
}
