//! What stands at an edge or a corner of another thing: "near the edge of a table", "on one corner".

use super::super::{
    Refusal,
    build::extents,
    spec::{Class, Kind, Pattern, Place, SceneSpec, Thing, Xyz},
};
use super::{
    lexer::Lex,
    lexicon::{Sense, Which},
    measure::{Measure, Unit},
    phrasing::{Phrasing, ends, known},
};

/// Free space to the edge, as a share of the smaller of both.
const MARGIN: f64 = 0.04;

impl Phrasing {
    /// "20 cm from the centre", "10 cm from its left edge": on it, so far from there.
    fn off_the_edge(&mut self) {
        for at in (0..self.lexemes.len()).rev() {
            let Some(Lex::Measure(Measure { value, unit: Unit::Length, .. })) = self.lex(at) else {
                continue;
            };
            let mut word = at + 1;
            word += usize::from(matches!(self.text(word), "away" | "off"));
            if self.sense(word) != Some(Sense::From) {
                continue;
            }
            word += 1;
            word += usize::from(matches!(self.sense(word), Some(Sense::The)));
            let mut side = String::new();
            while let Some(named) = self.named_side(word) {
                side += named;
                word += 1;
            }
            word += usize::from(self.text(word) == "outer");
            let what = match self.text(word) {
                "edge" | "rim" | "border" => "edge",
                "centre" | "center" | "middle" | "axis" => "centre",
                _ => continue,
            };
            let of = self.sense(word + 1) == Some(Sense::Of);
            let open = ends(self.lex(word + 1)) || self.sense(word + 1) == Some(Sense::And);
            if at == 0 || !(of || open) {
                continue;
            }
            let text = format!("on the {side}{what}@{value} of");
            let mut words = vec![known(Sense::Place(Place::On), &text)];
            words.extend((!of).then(|| known(Sense::It, "it")));
            self.lexemes.splice(at..=word + usize::from(of), words);
        }
    }

    /// "near the left edge of a table", "at the edge": on it, of which the parser sees the side.
    pub(super) fn at_the_edge(&mut self) {
        self.off_the_edge();
        for at in (0..self.lexemes.len()).rev() {
            let into = matches!(
                self.sense(at),
                Some(
                    Sense::Place(Place::On | Place::Beside | Place::Inside)
                        | Sense::At
                        | Sense::To
                        | Sense::In
                )
            );
            if !into {
                continue;
            }
            let one = self.lex(at + 1) == Some(Lex::Number(1.0));
            let own = self.text(at + 1) == "its";
            let article = one || matches!(self.sense(at + 1), Some(Sense::A | Sense::The));
            let bare = matches!(self.text(at), "at the");
            let mut word = at + 1 + usize::from(article);
            let mut side = String::new();
            while let Some(named) = self.named_side(word) {
                side += named;
                word += 1;
            }
            word += usize::from(self.text(word) == "outer");
            let what = match self.text(word) {
                "edge" | "rim" | "border" | "brink" => "edge",
                "corner" => "corner",
                _ => continue,
            };
            let of = self.sense(word + 1) == Some(Sense::Of);
            let open = ends(self.lex(word + 1))
                || matches!(self.sense(word + 1), Some(Sense::And | Sense::With));
            let free = open && (one || matches!(self.sense(at + 1), Some(Sense::The))) && at > 0;
            if own || !(article || bare) || !(of || free || bare && open) {
                continue;
            }
            let text = format!("on the {side}{what} of");
            let mut words = vec![known(Sense::Place(Place::On), &text)];
            words.extend((!of).then(|| known(Sense::It, "it")));
            self.lexemes.splice(at..=word + usize::from(of), words);
        }
    }
}

impl Phrasing {
    fn named_side(&self, at: usize) -> Option<&'static str> {
        Some(match self.sense(at)? {
            Sense::Which(Which::Front) => "front ",
            Sense::Which(Which::Back) => "back ",
            Sense::Which(Which::Left) => "left ",
            Sense::Which(Which::Right) => "right ",
            Sense::Direction([x, ..]) if x < 0.0 => "left ",
            Sense::Direction([x, ..]) if x > 0.0 => "right ",
            _ => return None,
        })
    }
}

/// Where at an edge something stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edge {
    /// On which side, as a direction: none where none is said.
    side: [f64; 2],
    /// How far its middle is from there, m; it stands close to the edge where nobody says.
    off: Option<f64>,
    /// Whether that is said from the middle.
    central: bool,
}

/// The place at an edge that a phrase names.
pub(super) fn edge(said: &str) -> Option<Edge> {
    let rest = said.strip_prefix("on the ")?.strip_suffix(" of")?;
    let (rest, off) = match rest.split_once('@') {
        Some((rest, off)) => (rest, Some(off.parse().ok()?)),
        None => (rest, None),
    };
    let central = rest.ends_with("centre") && off.is_some();
    let side = side(if central { rest.strip_suffix("centre")? } else { rest }, central)?;
    Some(Edge { side, off, central })
}

/// The side that such a place names, as a direction: right where none is said, a corner in front.
fn side(rest: &str, central: bool) -> Option<[f64; 2]> {
    let (side, what) =
        if central { (rest, "edge") } else { rest.rsplit_once(' ').unwrap_or(("", rest)) };
    let (mut x, mut y) = (0.0, 0.0);
    for word in side.split_whitespace() {
        match word {
            "left" => x = -1.0,
            "right" => x = 1.0,
            "front" => y = -1.0,
            "back" => y = 1.0,
            _ => return None,
        }
    }
    match what {
        "edge" => Some([x, y]),
        "corner" => Some([if x == 0.0 { 1.0 } else { x }, if y == 0.0 { -1.0 } else { y }]),
        _ => None,
    }
}

/// Width and depth as it stands.
fn footprint(thing: &Thing) -> [f64; 2] {
    let [x, y, z] = extents(thing);
    let lies = thing.lying == Some(true) && matches!(thing.kind, Kind::Cylinder | Kind::Capsule);
    if lies { [z, y] } else { [x, y] }
}

/// Moves each thing to the edge at which it was said to be.
///
/// # Errors
/// Where it stands with others, or on nothing that has an edge.
pub(super) fn settle(
    edges: &[(Option<String>, Edge)],
    spec: &mut SceneSpec,
) -> Result<(), Refusal> {
    for (id, Edge { side, off, central }) in edges {
        let unfit = || Refusal::of("what stands at an edge has to stand there alone, on one thing");
        let own = id.as_ref().and_then(|id| spec.thing(id)).ok_or_else(unfit)?;
        let borne = |place: Place| matches!(place, Place::On | Place::Inside);
        let at = spec.relations.iter().position(|r| r.subject == own.id && borne(r.place));
        let at = at.ok_or_else(unfit)?;
        let base = spec.thing(&spec.relations[at].reference).ok_or_else(unfit)?;
        let company = spec.relations.iter().filter(|r| r.reference == base.id && borne(r.place));
        if company.count() > 1 || own.count.is_some() || own.arrangement.is_some() {
            return Err(unfit());
        }
        // "a chair at the corner of a table" is not on it.
        if own.kind.class() == Class::Furniture && own.kind != Kind::Lamp {
            return Err(unfit());
        }
        let corner = side.iter().all(|part| *part != 0.0);
        if let Some(arrangement) = &base.arrangement {
            // The first of a grid is at its corner.
            if !corner || arrangement.pattern != Pattern::Grid {
                return Err(unfit());
            }
            spec.relations[at].member = Some(1);
            continue;
        }
        let round = matches!(base.kind, Kind::RoundTable | Kind::Turntable | Kind::Cylinder);
        if base.count.is_some() || round && corner {
            return Err(unfit());
        }
        let side = match (side, base.kind) {
            ([x, y], Kind::Shelf) if *x == 0.0 && *y == 0.0 => [0.0, -1.0],
            ([x, y], _) if *x == 0.0 && *y == 0.0 => [1.0, 0.0],
            (side, _) => *side,
        };
        let (small, large) = (footprint(own), footprint(base));
        let by: [f64; 2] = std::array::from_fn(|axis| {
            if let Some(off) = off {
                let off = if *central { *off } else { large[axis] / 2.0 - off };
                return side[axis] * off;
            }
            let free = (large[axis] - small[axis]) / 2.0 - MARGIN * small[axis].min(large[axis]);
            side[axis] * (free.max(0.0) * 1e3).floor() / 1e3
        });
        // Its middle has to be over what bears it.
        let beyond = (0..2).any(|axis| by[axis].abs() > large[axis] / 2.0);
        if by == [0.0; 2] || beyond {
            return Err(unfit());
        }
        let id = own.id.clone();
        if let Some(thing) = spec.things.iter_mut().find(|thing| thing.id == id) {
            thing.shift = Some(Xyz { x: by[0], y: by[1], z: 0.0 });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::plan;

    #[test]
    fn things_stand_at_edges_and_corners() {
        for (said, right, away) in [
            ("a turntable with a small cube near the edge", 1.0, 0.0),
            ("a vase at the front edge of a desk", 0.0, -1.0),
            ("a lamp on the back left corner of a table", -1.0, 1.0),
        ] {
            let spec = plan(said).expect("a plan").spec;
            let by = spec.things.iter().find_map(|thing| thing.shift).expect("a shift");
            assert_eq!((by.x.signum() * f64::from(by.x != 0.0), away), (right, away), "{said}");
            assert!(by.y * away > 0.0 || away == 0.0 && by.y == 0.0, "{said}");
        }
        assert!(plan("a chair at the corner of a table").is_err());
        assert!(plan("two balls on the corner of a table").is_err());
    }

    #[test]
    fn flat_things_stand_on_edge() {
        let coin = &plan("a coin spinning on its edge").expect("a plan").spec.things[0];
        assert_eq!(coin.lying, Some(true));
        let book = &plan("a book standing on its short side").expect("a plan").spec.things[0];
        assert_eq!(book.size.and_then(|size| size.z), Some(0.22));
    }
}
