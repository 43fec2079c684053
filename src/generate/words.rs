//! Plans in words: what was understood, for whoever asked.

use super::spec::{
    Actuator, Arrangement, Hinges, Kind, Medium, Pattern, Place, SceneSpec, Thing, Wheels, World,
};

/// What a thing is, in a few words: "5 red cubes in a stack, 10 cm wide".
pub fn describe(thing: &Thing) -> String {
    let numbered = thing.id.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = match numbered.strip_suffix('_') {
        Some(name) if numbered.len() < thing.id.len() => name,
        _ => &*thing.id,
    };
    let name = match name {
        "newtons_cradle" => "Newton's cradle".into(),
        "cart_pole" => "cart-pole".into(),
        _ => name.replace('_', " "),
    };
    let arrangement = thing.arrangement.as_ref();
    // Dominoes are one thing of many parts.
    let parts = thing.parts.filter(|_| thing.kind == Kind::Dominoes && thing.count.is_none());
    let count = arrangement.and_then(counted).or(thing.count).or(parts);
    let mut words = Vec::new();
    let looks = colours(&thing.colours);
    // "3 blue and 1 red cubes"
    let told = looks.starts_with(|first: char| first.is_ascii_digit());
    if let Some(count @ 2..) = count.filter(|_| !told) {
        words.push(count.to_string());
    }
    if !looks.is_empty() {
        words.push(looks);
    }
    words.extend(thing.material.and_then(|material| {
        let word = format!("{material:?}").to_lowercase();
        let said = name.split(' ').any(|part| part == word);
        (!said).then(|| if word == "wood" { "wooden".to_owned() } else { word })
    }));
    let several =
        count.is_some_and(|count| count > 1) || (count.is_none() && arrangement.is_some());
    words.push(if several { super::grammar::plural(&name) } else { name });
    words.extend(arrangement.map(|arrangement| pattern(arrangement, count)));
    let mut more = vec![words.join(" ")];
    let size = thing.size.unwrap_or_default();
    let extents: Vec<String> = [("wide", size.x), ("deep", size.y), ("high", size.z)]
        .iter()
        .filter_map(|(word, extent)| extent.map(|m| format!("{} {word}", metres(m))))
        .collect();
    more.extend(extents);
    if let Some(arrangement) = arrangement {
        more.extend(spacing(arrangement));
    }
    let mut say = |value: Option<f64>, before: &str, after: &str| {
        if let Some(value) = value {
            more.push(format!("{before}{}{after}", figure(value)));
        }
    };
    let (one, many) = part(thing.kind);
    let single = thing.parts == Some(1);
    if thing.kind != Kind::Dominoes {
        say(thing.parts.map(f64::from), "", &format!(" {}", if single { one } else { many }));
    }
    // Between the joints of an arm are its links.
    let many = if thing.kind == Kind::Arm { "links" } else { many };
    match thing.kind {
        Kind::Spring | Kind::SlidingSpring | Kind::Drawer => say(thing.length, "", " m long"),
        Kind::NewtonsCradle => say(thing.length, "strings of ", " m"),
        Kind::Dominoes => say(thing.length, "", " m high"),
        Kind::Car | Kind::MobileRobot => say(thing.length, "wheels of ", " m"),
        _ if single && thing.kind != Kind::Arm => {
            say(thing.length, &format!("a {one} of "), " m");
        }
        _ => say(thing.length, &format!("{many} of "), " m"),
    }
    say(thing.mass, "", " kg");
    say(thing.strength, "drives of ", if thing.kind == Kind::CartPole { " N" } else { " N·m" });
    say(thing.pull, "pulled by ", " m");
    say(thing.other_mass, "the other ", " kg");
    say(thing.density, "", " kg/m³");
    say(thing.friction, "friction ", "");
    say(thing.bounce, "bounce ", "");
    say(thing.height, "", " m up");
    say(thing.tilt, "", "°");
    say(thing.heading, "turned by ", "°");
    let list = |values: &[f64]| values.iter().map(|v| figure(*v)).collect::<Vec<_>>().join(", ");
    if !thing.lengths.is_empty() {
        more.push(format!("{many} of {} m", list(&thing.lengths)));
    }
    if !thing.masses.is_empty() {
        more.push(format!("{many} of {} kg", list(&thing.masses)));
    }
    if !thing.driven.is_empty() {
        let joints: Vec<String> = thing.driven.iter().map(u32::to_string).collect();
        more.push(format!("driven at joint {}", joints.join(", ")));
    }
    if thing.held == Some(true) {
        more.push("held at both ends".into());
    }
    if let Some(load) = thing.load {
        more.push(format!("with a {}", load.name()));
    }
    if let Some(hinges) = thing.hinges {
        more.push(
            match hinges {
                Hinges::Left => "hinged on the left",
                Hinges::Right => "hinged on the right",
                Hinges::Both => "of two leaves",
            }
            .into(),
        );
    }
    let mut say = |value: Option<f64>, before: &str, after: &str| {
        if let Some(value) = value {
            more.push(format!("{before}{}{after}", figure(value)));
        }
    };
    let opens = thing.kind == Kind::Door;
    say(thing.angle, if opens { "opens by " } else { "let go at " }, "°");
    say(thing.open, "stands open by ", "°");
    say(thing.lifted.map(f64::from), "", " lifted");
    say(thing.stiffness, "stiffness ", "");
    say(thing.damping, "damping ", "");
    if let Some(v) = thing.velocity {
        let how = if thing.rolling == Some(true) { "rolls" } else { "moves" };
        more.push(format!("{how} at {} m/s", figure((v.x * v.x + v.y * v.y + v.z * v.z).sqrt())));
    }
    if let Some(w) = thing.spin {
        more.push(format!("spins at {} rad/s", figure((w.x * w.x + w.y * w.y + w.z * w.z).sqrt())));
    }
    if let Some(s) = thing.shift {
        let [x, y, z] = [s.x, s.y, s.z].map(|by| figure(100.0 * by));
        more.push(format!("shifted by {x}, {y}, {z} cm"));
    }
    if thing.lying == Some(true) {
        more.push("lying".into());
    }
    if thing.fixed == Some(true) {
        more.push("fixed".into());
    }
    if let Some(wheels) = thing.wheels {
        more.push(
            match wheels {
                Wheels::Front => "driven by its front wheels",
                Wheels::Back => "driven by its back wheels",
                Wheels::All => "driven by all wheels",
            }
            .into(),
        );
    }
    if let Some(actuator) = thing.actuator {
        more.push(
            match actuator {
                Actuator::Motor => "with torque motors",
                Actuator::Position => "with position drives",
                Actuator::Velocity => "with velocity drives",
                Actuator::None => "without drives",
            }
            .into(),
        );
    }
    more.join(", ")
}

/// What the parts of a kind are called, one and several.
const fn part(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Pendulum | Kind::InvertedPendulum | Kind::Chain | Kind::WreckingBall => {
            ("link", "links")
        }
        Kind::Arm => ("joint", "joints"),
        Kind::CartPole => ("pole", "poles"),
        Kind::NewtonsCradle | Kind::SprungBalls => ("ball", "balls"),
        Kind::SprungBoxes => ("box", "boxes"),
        Kind::Car | Kind::MobileRobot => ("wheel", "wheels"),
        Kind::Bridge => ("plank", "planks"),
        Kind::Windmill => ("blade", "blades"),
        Kind::Swing => ("rope", "ropes"),
        Kind::Gears => ("gear", "gears"),
        Kind::Quadruped
        | Kind::Biped
        | Kind::Table
        | Kind::RoundTable
        | Kind::Stool
        | Kind::Chair => ("leg", "legs"),
        Kind::Hand | Kind::Gripper => ("finger", "fingers"),
        Kind::Stairs => ("step", "steps"),
        Kind::Shelf => ("board", "boards"),
        _ => ("part", "parts"),
    }
}

/// Colours that take turns are named once; of others that come again, how many are so.
fn colours(all: &[String]) -> String {
    let turn = (1..=all.len() / 2)
        .find(|turn| all.iter().enumerate().all(|(at, own)| *own == all[at % turn]))
        .unwrap_or(all.len());
    let mut names: Vec<(&str, usize)> = Vec::new();
    for name in &all[..turn] {
        // The look of what it is made of.
        let name = if name.starts_with('#') { "plain" } else { name };
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, times)) => *times += 1,
            None => names.push((name, 1)),
        }
    }
    let again = all.len() <= 12 && names.iter().any(|(_, times)| *times > 1);
    let named = names
        .iter()
        .map(|(name, times)| if again { format!("{times} {name}") } else { (*name).to_owned() });
    named.collect::<Vec<_>>().join(" and ")
}

/// How many there are by their pattern alone.
fn counted(arrangement: &Arrangement) -> Option<u32> {
    match (arrangement.pattern, arrangement.columns, arrangement.rows, arrangement.layers) {
        (Pattern::Grid, Some(columns), Some(rows), layers) => {
            Some(columns * rows * layers.unwrap_or(1))
        }
        _ => None,
    }
}

fn pattern(arrangement: &Arrangement, count: Option<u32>) -> String {
    let mut out: String = match arrangement.pattern {
        Pattern::Row => "in a row",
        Pattern::Column => "one behind another",
        Pattern::Stack => "in a stack",
        Pattern::Ring => "in a ring",
        Pattern::Corners => match count {
            Some(3) => "at the corners of a triangle",
            Some(5) => "at the corners of a pentagon",
            Some(6) => "at the corners of a hexagon",
            Some(7) => "at the corners of a heptagon",
            Some(8) => "at the corners of an octagon",
            _ => "at the corners of a square",
        },
        Pattern::Grid => "in a grid",
        Pattern::Pyramid => "in a pyramid",
        Pattern::Triangle => "in an upright triangle",
        Pattern::Rack => "in a triangle",
        Pattern::Wall => "in a wall",
        Pattern::Scatter => "scattered",
        Pattern::Spiral => "along a spiral",
        Pattern::Zigzag => "in a zigzag",
        Pattern::Diagonal => "along a diagonal",
        Pattern::Cross => "in a cross",
        Pattern::Arc if arrangement.sweep.is_some() => "along an arc",
        Pattern::Arc => "along half a circle",
    }
    .into();
    let counts = [arrangement.columns, arrangement.rows, arrangement.layers];
    match (arrangement.pattern, counts) {
        (_, [None, None, Some(layers)]) => out.push_str(&format!(" of {layers} layers")),
        (_, [None, None, None]) => {}
        (_, counts) => {
            let counts: Vec<String> = counts.iter().flatten().map(u32::to_string).collect();
            out.push_str(&format!(" of {}", counts.join(" by ")));
        }
    }
    out
}

fn spacing(arrangement: &Arrangement) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(pitch) = arrangement.pitch {
        out.push(format!("{} apart", metres(pitch)));
    }
    if let Some(radius) = arrangement.radius {
        let square = arrangement.pattern == Pattern::Corners;
        let (word, length) = if square { ("sides", 2.0 * radius) } else { ("radius", radius) };
        out.push(format!("{word} of {}", metres(length)));
    }
    if let Some(sweep) = arrangement.sweep {
        out.push(format!("an arc of {}°", figure(sweep)));
    }
    if let Some(gap) = arrangement.gap {
        out.push(format!("gaps of {}", metres(gap)));
    }
    if let Some(taper) = arrangement.taper {
        out.push(format!("each {} times the size of the one before", figure(taper)));
    }
    out
}

/// All that a plan says, a phrase for each.
pub fn understood(spec: &SceneSpec) -> Vec<String> {
    let mut out: Vec<String> = spec.things.iter().map(describe).collect();
    for relation in &spec.relations {
        let other = relation
            .other
            .as_ref()
            .map_or(String::new(), |other| format!(" and {}", other.replace('_', " ")));
        let gap = relation.gap.map_or(String::new(), |gap| format!(", {} away", metres(gap)));
        let named = |id: &str| id.replace('_', " ");
        out.push(format!(
            "{} {} {}{other}{gap}",
            named(&relation.subject),
            place(relation.place),
            named(&relation.reference)
        ));
    }
    out.extend(world(&spec.world));
    out
}

/// A place in words, to be read between two things.
pub fn place(place: Place) -> &'static str {
    match place {
        Place::On => "on",
        Place::AtTop => "at the top of",
        Place::Inside => "inside",
        Place::Above => "above",
        Place::Under => "under",
        Place::LeftOf => "left of",
        Place::RightOf => "right of",
        Place::InFrontOf => "in front of",
        Place::Behind => "behind",
        Place::Beside => "beside",
        Place::Between => "between",
        Place::Around => "around",
        Place::Leaning => "leaning against",
        Place::AtFoot => "at the foot of",
        Place::OnLeftEnd => "on the left end of",
        Place::OnRightEnd => "on the right end of",
        Place::AttachedTo => "fastened to",
        Place::Striking => "about to strike",
    }
}

fn world(world: &World) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(g) = world.gravity {
        let size = (g.x * g.x + g.y * g.y + g.z * g.z).sqrt();
        out.push(if size == 0.0 {
            "no gravity".into()
        } else {
            format!("gravity {} m/s²", figure(size))
        });
    }
    if let Some(friction) = world.floor_friction {
        out.push(format!("floor friction {}", figure(friction)));
    }
    if let Some(tilt) = world.floor_tilt {
        out.push(format!("floor tilted by {}°", figure(tilt)));
    }
    if let Some(colour) = &world.floor_colour {
        // The look of what it is made of has no name.
        out.push(if colour.starts_with('#') {
            "floor in the look of its material".to_owned()
        } else {
            format!("{colour} floor")
        });
    }
    match world.medium {
        Some(Medium::Water) => out.push("under water".into()),
        Some(Medium::Honey) => out.push("in a viscous liquid".into()),
        Some(Medium::Air) => out.push("with air drag".into()),
        Some(Medium::Vacuum) | None => {}
    }
    if let Some(w) = world.wind {
        out.push(format!("wind {} m/s", figure((w.x * w.x + w.y * w.y + w.z * w.z).sqrt())));
    }
    if world.walls == Some(true) {
        out.push("walls around".into());
    }
    if world.floor == Some(false) {
        out.push("no floor".into());
    }
    out
}

fn metres(value: f64) -> String {
    if value < 0.995 {
        format!("{} cm", figure(value * 100.0))
    } else {
        format!("{} m", figure(value))
    }
}

fn figure(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use crate::generate::offline;

    #[test]
    fn parts_are_called_by_their_names() {
        for (prompt, said) in [
            ("a pendulum with two links of 40 cm", "pendulum, 2 links, links of 0.4 m"),
            ("a chain of ten links", "chain, 10 links"),
            ("twelve dominoes in a row", "12 dominoes"),
            ("Newton's cradle with 5 balls", "Newton's cradle, 5 balls"),
            ("six pillars in a hexagon", "6 stone pillars at the corners of a hexagon"),
            ("an 8x8 checkerboard of black and white tiles", "64 black and white slabs in a grid"),
            ("ten cubes in a row, alternately red and blue", "10 red and blue cubes in a row"),
        ] {
            let plan = offline(prompt, None).expect(prompt);
            assert!(plan.understood[0].starts_with(said), "{:?}", plan.understood);
        }
    }
}
