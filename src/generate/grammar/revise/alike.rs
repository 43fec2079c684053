//! Comparisons with something else that is there: "as tall as the sphere", "the same colour as the
//! ball", "twice as heavy as the big one". What is compared becomes a figure or a name.

use super::super::super::spec::Material;
use super::super::{
    lexicon::{self, Dim, Prop, Sense},
    measure::number_word,
    reword::is,
};
use super::refer::{Meant, One, Stage};

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    High,
    Long,
    Wide,
    Size,
    Mass,
    Colour,
    Material,
    Friction,
}

/// The words with what is compared told outright; nothing where nothing is compared.
pub fn told(words: &[String], stage: &Stage) -> Option<Vec<String>> {
    (0..words.len()).find_map(|at| compared(words, at, stage))
}

fn compared(words: &[String], at: usize, stage: &Stage) -> Option<Vec<String>> {
    let (factor, what, than) = as_much(words, at).or_else(|| the_same(words, at))?;
    let other = stage.phrase(words, than, true)?;
    let other = one(&other, what, stage)?;
    let subject = stage
        .phrase(
            words,
            usize::from(
                at > 0 && !is(words, 0, &["the", "it", "them", "all", "both", "each", "every"]),
            ),
            true,
        )
        .filter(|subject| subject.end <= at);
    let own = subject.as_ref().and_then(|meant| meant.ones.first()).map(|one| &stage.ones[*one]);
    let own = own.or_else(|| stage.last(other));
    let number = |value: f64| format!("{}", (value * 1e6).round() / 1e6);
    let [x, y, z] = other.size;
    let metres =
        |value: f64, dim: &str| vec![number(value * factor), "m".to_owned(), dim.to_owned()];
    let new = match what {
        What::High => metres(z, "high"),
        What::Long => metres(x.max(y).max(z), "long"),
        What::Wide => metres(x, "wide"),
        What::Mass => vec![number(other.mass * factor), "kg".to_owned()],
        What::Friction => vec!["friction".to_owned(), number(other.friction * factor)],
        What::Colour if factor == 1.0 => {
            other.colour.clone()?.split(' ').map(str::to_owned).collect()
        }
        What::Material if factor == 1.0 => vec![name(other.material?)],
        What::Size => {
            let own = own?;
            let longest = |size: [f64; 3]| size.into_iter().fold(0.0, f64::max);
            let by = factor * longest(other.size) / longest(own.size);
            vec![number(by), "times".to_owned(), "as".to_owned(), "big".to_owned()]
        }
        _ => return None,
    };
    let end = stage.phrase(words, than, true)?.end;
    let mut out: Vec<String> = words[..at].to_vec();
    if at == 0 {
        out.extend(["make", "it"].map(str::to_owned));
    }
    // "with the same colour"
    while out.last().is_some_and(|word| matches!(&**word, "have" | "with" | "of" | "has" | "in")) {
        out.pop();
    }
    if out.last().is_some_and(|word| matches!(&**word, "should" | "must")) {
        out.push("be".to_owned());
    }
    out.extend(new);
    out.extend_from_slice(&words[end..]);
    Some(out)
}

/// All that are meant are alike in what matters only where there is one.
fn one<'s>(meant: &Meant, what: What, stage: &'s Stage) -> Option<&'s One> {
    let first = stage.ones.get(*meant.ones.first()?)?;
    let alike = meant.ones.iter().all(|one| {
        let other = &stage.ones[*one];
        match what {
            What::Mass => other.mass == first.mass,
            What::Colour => other.colour == first.colour,
            What::Material => other.material == first.material,
            What::Friction => other.friction == first.friction,
            _ => other.size == first.size,
        }
    });
    alike.then_some(first)
}

/// "twice as tall as": the factor, what, and where the other thing begins.
fn as_much(words: &[String], at: usize) -> Option<(f64, What, usize)> {
    let (factor, by) = times(words, at);
    let from = at + by;
    if !is(words, from, &["as"]) {
        return None;
    }
    let (what, length) = quality(words, from + 1)?;
    let as_at = from + 1 + length;
    is(words, as_at, &["as"]).then_some((factor, what, as_at + 1))
}

/// "the same height as", "half the size of".
fn the_same(words: &[String], at: usize) -> Option<(f64, What, usize)> {
    let (factor, by) = times(words, at);
    let mut from = at + by;
    from += usize::from(is(words, from, &["the"]));
    // "double the size of the ball" asks for that itself.
    if (by == 0 || at == 0) && !is(words, from, &["same"]) {
        return None;
    }
    from += usize::from(is(words, from, &["same"]));
    let what = match lexicon::meaning(words.get(from)?).map(|entry| entry.sense) {
        Some(Sense::Prop(Prop::Height) | Sense::Dim(Dim::High)) => What::High,
        Some(Sense::Prop(Prop::Size)) => What::Size,
        Some(Sense::Prop(Prop::Mass)) => What::Mass,
        Some(Sense::Prop(Prop::Colour)) => What::Colour,
        Some(Sense::Prop(Prop::Material)) => What::Material,
        Some(Sense::Prop(Prop::Friction)) => What::Friction,
        Some(Sense::Dim(Dim::Long)) => What::Long,
        Some(Sense::Dim(Dim::Wide | Dim::Diameter)) => What::Wide,
        _ if is(words, from, &["weight", "heaviness"]) => What::Mass,
        _ if is(words, from, &["colour", "color"]) => What::Colour,
        _ => return None,
    };
    is(words, from + 1, &["as", "of", "like"]).then_some((factor, what, from + 2))
}

fn times(words: &[String], at: usize) -> (f64, usize) {
    match words.get(at).map(|word| &**word) {
        Some("twice" | "double") => (2.0, 1),
        Some("half") => (0.5, 1),
        Some(word) if is(words, at + 1, &["times"]) => {
            match number_word(word).or_else(|| word.parse().ok()) {
                Some(number) => (number, 2),
                None => (1.0, 0),
            }
        }
        _ => (1.0, 0),
    }
}

fn quality(words: &[String], at: usize) -> Option<(What, usize)> {
    Some(match &**words.get(at)? {
        "tall" | "high" => (What::High, 1),
        "long" => (What::Long, 1),
        "wide" | "broad" => (What::Wide, 1),
        "big" | "large" | "small" => (What::Size, 1),
        "heavy" | "light" => (What::Mass, 1),
        "rough" | "slippery" => (What::Friction, 1),
        _ => return None,
    })
}

fn name(material: Material) -> String {
    format!("{material:?}").to_lowercase()
}
