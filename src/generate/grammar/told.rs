//! Whether all that a prompt says is in the plan: what was read and then lost would make a scene that
//! is wrong without a word about it.

use serde_json::Value;

use super::super::{Refusal, spec::SceneSpec};
use super::{
    lexer::{Lex, Lexeme},
    lexicon::Sense,
    measure::Unit,
};

/// # Errors
/// A number or a colour of the prompt that the plan does not have.
pub fn all(
    lexemes: &[Lexeme],
    apart: &[f64],
    spec: &SceneSpec,
    warnings: &mut Vec<String>,
) -> Result<(), Refusal> {
    let mut figures = Figures::of(spec);
    figures.numbers.extend(apart);
    let mut lost = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate() {
        match lexeme.lex {
            Lex::Measure(measure) if !matches!(measure.unit, Unit::Percent | Unit::Time) => {
                if !figures.have(measure.value) {
                    lost.push(lexeme.text.clone());
                }
            }
            Lex::Number(number) if number != 1.0 => {
                // `20 x 30 x 10 cm`: the unit comes with the last.
                let scale = unit_behind(&lexemes[at + 1..]);
                if !figures.have(number) && !figures.have(number * scale) {
                    lost.push(lexeme.text.clone());
                }
            }
            _ => match lexeme.sense() {
                Some(Sense::Colour(colour)) if !figures.says(colour) => {
                    lost.push(lexeme.text.clone());
                }
                Some(Sense::Material(material)) => {
                    let name = serde_json::to_value(material).unwrap_or_default();
                    if !figures.says(name.as_str().unwrap_or_default()) && !figures.floor {
                        warnings.push(format!("'{}' changes nothing here", lexeme.text));
                    }
                }
                _ => {}
            },
        }
    }
    if lost.is_empty() {
        return Ok(());
    }
    let listed = lost.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ");
    Err(Refusal {
        reason: format!("it is not clear what this belongs to, or it cannot be built: {listed}"),
        unknown: lost,
    })
}

fn unit_behind(rest: &[Lexeme]) -> f64 {
    for lexeme in rest {
        match lexeme.lex {
            Lex::Measure(measure) => return measure.scale,
            Lex::Number(_) | Lex::Comma => {}
            _ if matches!(lexeme.sense(), Some(Sense::By | Sense::And)) => {}
            _ => return 1.0,
        }
    }
    1.0
}

/// All numbers and words of a plan, with what they come to together.
#[derive(Default)]
struct Figures {
    numbers: Vec<f64>,
    words: Vec<String>,
    floor: bool,
}

impl Figures {
    fn of(spec: &SceneSpec) -> Self {
        let mut figures = Self::default();
        let world = serde_json::to_value(&spec.world).unwrap_or_default();
        figures.collect(&world);
        figures.floor = spec.world.floor_friction.is_some();
        for thing in &spec.things {
            let mut own = Self::default();
            own.collect(&serde_json::to_value(thing).unwrap_or_default());
            // Radii, and what all members or parts come to.
            let arrangement = thing.arrangement.as_ref();
            let counts: Vec<f64> = [
                thing.count,
                thing.parts,
                arrangement.and_then(|a| a.columns),
                arrangement.and_then(|a| a.rows),
                arrangement.and_then(|a| a.layers),
            ]
            .into_iter()
            .flatten()
            .map(f64::from)
            .collect();
            let base = own.numbers.clone();
            own.numbers.extend(base.iter().flat_map(|n| [n / 2.0, n * 2.0]));
            // "three red and two blue"
            for colour in &thing.colours {
                let alike = thing.colours.iter().filter(|other| *other == colour).count();
                own.numbers.push(alike as f64);
            }
            for count in &counts {
                own.numbers.extend(base.iter().flat_map(|n| [n * count, n / count]));
                own.numbers.extend(counts.iter().map(|other| count * other));
            }
            if let [a, b, c, ..] = *counts {
                own.numbers.push(a * b * c);
            }
            figures.numbers.append(&mut own.numbers);
            figures.words.append(&mut own.words);
        }
        for relation in &spec.relations {
            figures.collect(&serde_json::to_value(relation).unwrap_or_default());
        }
        // "three towers", "two cubes, one of wood": things alike.
        for kind in spec.things.iter().map(|thing| thing.kind) {
            let alike = spec.things.iter().filter(|thing| thing.kind == kind);
            let (mut things, mut all) = (0.0, 0.0);
            for thing in alike {
                things += 1.0;
                all += f64::from(thing.count.unwrap_or(1));
            }
            figures.numbers.extend([things, all]);
        }
        figures.numbers.extend([spec.things.len() as f64, 1.0]);
        figures
    }

    fn collect(&mut self, value: &Value) {
        match value {
            Value::Number(number) => self.numbers.extend(number.as_f64()),
            Value::String(word) => self.words.push(word.clone()),
            Value::Array(list) => list.iter().for_each(|value| self.collect(value)),
            Value::Object(object) => {
                object.values().for_each(|value| self.collect(value));
                let axis = |name: &str| object.get(name).and_then(Value::as_f64);
                if let (Some(x), Some(y), Some(z)) = (axis("x"), axis("y"), axis("z")) {
                    self.numbers.push((x * x + y * y + z * z).sqrt());
                    self.numbers.push(z.atan2(x.hypot(y)).to_degrees());
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn have(&self, value: f64) -> bool {
        self.numbers.iter().any(|n| (n.abs() - value.abs()).abs() <= 0.01 * value.abs().max(1e-9))
    }

    fn says(&self, word: &str) -> bool {
        self.words.iter().any(|known| known.split([' ', '_']).any(|part| part == word))
    }
}
