//! Facts in an order of their own: "dropped onto a board from 30 cm", "lengths from 20 cm to 60 cm in
//! steps of 10 cm", "in total length 2 m", a car's "total mass". Works on words, as
//! [`super::expand`] does.

use super::{
    lexicon::{self, Sense},
    measure,
};

/// Most values of a series of steps.
const MOST: usize = 24;

fn word(words: &[String], at: usize) -> &str {
    words.get(at).map_or("", |word| &**word)
}

fn spliced(words: &[String], from: usize, to: usize, new: &[String]) -> Vec<String> {
    words[..from].iter().chain(new).chain(&words[to..]).cloned().collect()
}

fn ends(words: &[String], at: usize) -> bool {
    matches!(word(words, at), "" | "." | "," | ";" | "!" | "?" | "and")
}

/// A number and its unit: "30 cm".
fn quantity(words: &[String], at: usize) -> Option<(f64, &str)> {
    let value = word(words, at).parse().ok()?;
    let unit = word(words, at + 1);
    measure::unit(unit).map(|_| (value, unit))
}

/// "dropped onto a board from 30 cm": dropped from 30 cm onto a board.
pub(super) fn dropped_onto(words: &[String]) -> Option<Vec<String>> {
    (0..words.len()).find_map(|verb| {
        let falls = matches!(word(words, verb), "dropped" | "released" | "fall" | "falls");
        if !(falls && matches!(word(words, verb + 1), "onto" | "on")) {
            return None;
        }
        // Of which of those the height is, "both" or "all" tell.
        let are = verb > 0 && word(words, verb - 1) == "are";
        if are && words[..verb].iter().any(|word| word == "and") {
            return None;
        }
        let from = (verb + 2..words.len()).find(|at| word(words, *at) == "from")?;
        if (verb + 1..from).any(|at| ends(words, at)) {
            return None;
        }
        let height = ["a", "height", "of"].iter().enumerate();
        let said = height.clone().all(|(n, own)| word(words, from + 1 + n) == *own);
        let value = from + 1 + if said { 3 } else { 0 };
        quantity(words, value)?;
        let end = value + 2;
        let new: Vec<String> =
            words[from..end].iter().chain(&words[verb + 1..from]).cloned().collect();
        ends(words, end).then(|| spliced(words, verb + 1, end, &new))
    })
}

/// "lengths from 20 cm to 60 cm in steps of 10 cm": lengths of 20, 30, 40, 50 and 60 cm.
pub(super) fn in_steps(words: &[String]) -> Option<Vec<String>> {
    let steps = (1..words.len()).find(|at| {
        word(words, at - 1) == "in"
            && matches!(word(words, *at), "steps" | "increments")
            && word(words, at + 1) == "of"
    })?;
    let (step, unit) = quantity(words, steps + 2)?;
    let from = (0..steps).rev().find(|at| word(words, *at) == "from")?;
    let several = ["lengths", "heights", "widths", "radii", "diameters", "masses", "weights"];
    if !several.contains(&word(words, from.checked_sub(1)?)) {
        return None;
    }
    let first: f64 = word(words, from + 1).parse().ok()?;
    let to = from + 2 + usize::from(word(words, from + 2) == unit);
    let (last, own) = quantity(words, to + 1).filter(|_| word(words, to) == "to")?;
    let count = ((last - first) / step).abs();
    let whole = (count - count.round()).abs() < 1e-6 && count >= 1.0 && count < MOST as f64;
    if own != unit || step <= 0.0 || !whole || to + 3 != steps - 1 {
        return None;
    }
    let count = count.round() as usize;
    let things = (0..from).rev().find_map(|at| {
        let measured = measure::unit(word(words, at + 1)).is_some();
        let value = word(words, at).parse().ok().or_else(|| measure::number_word(word(words, at)));
        value.filter(|_| !measured)
    });
    if things != Some((count + 1) as f64) {
        return None;
    }
    let mut new = vec!["of".to_owned()];
    for n in 0..=count {
        let value = first + (last - first) * n as f64 / count as f64;
        // Sums of tenths are not exact.
        new.push(((value * 1e6).round() / 1e6).to_string());
        match count - n {
            0 => new.push(unit.to_owned()),
            1 => new.push("and".to_owned()),
            _ => new.push(",".to_owned()),
        }
    }
    Some(spliced(words, from, steps + 4, &new))
}

/// "in total length 2 m": with a total length of 2 m.
pub(super) fn total_length(words: &[String]) -> Option<Vec<String>> {
    let total = (1..words.len()).find(|at| {
        matches!(word(words, *at), "total" | "overall")
            && word(words, at + 1) == "length"
            && word(words, at - 1) == "in"
            && quantity(words, at + 2).is_some()
    })?;
    let new = ["with", "a", "total", "length", "of"].map(str::to_owned);
    Some(spliced(words, total - 1, total + 2, &new))
}

/// A car's "total mass" is its mass; that of several things is of none of them.
pub(super) fn total_mass(words: &[String]) -> Option<Vec<String>> {
    let total = (0..words.len()).find(|at| {
        matches!(word(words, *at), "total" | "overall")
            && matches!(word(words, at + 1), "mass" | "weight")
    })?;
    let begin = (0..total).rev().find(|at| matches!(word(words, *at), "." | ";"));
    let begin = begin.map_or(0, |at| at + 1);
    let named = |at: usize| match lexicon::meaning(word(words, at)) {
        Some(lexicon::Entry { sense: Sense::Noun(noun), plural }) => Some((noun, plural)),
        _ => None,
    };
    let mut cars = 0;
    for at in begin..total {
        let Some((noun, plural)) = named(at) else { continue };
        let wheels = plural && matches!(word(words, at), "wheels" | "motors");
        match noun.kind {
            crate::generate::spec::Kind::Car if !plural => cars += 1,
            _ if wheels => {}
            _ => return None,
        }
    }
    (cars == 1).then(|| spliced(words, total, total + 1, &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str, rule: fn(&[String]) -> Option<Vec<String>>) -> Option<String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        rule(&words).map(|words| words.join(" "))
    }

    #[test]
    fn steps_are_spelled_out_for_as_many() {
        let text = "three rods with lengths from 20 cm to 40 cm in steps of 10 cm";
        let plain = "three rods with lengths of 20 , 30 and 40 cm";
        assert_eq!(said(text, in_steps).as_deref(), Some(plain));
        assert_eq!(said(&text.replace("three", "four"), in_steps), None);
        assert_eq!(said(&text.replace("10 cm", "7 cm"), in_steps), None);
    }

    #[test]
    fn a_height_goes_with_the_fall() {
        let both = "both dropped onto a board from 30 cm";
        let plain = "both dropped from 30 cm onto a board";
        assert_eq!(said(both, dropped_onto).as_deref(), Some(plain));
        assert_eq!(
            said("a ball and a cube are dropped onto a board from 30 cm", dropped_onto),
            None
        );
    }

    #[test]
    fn totals_are_of_one() {
        let car = "a buggy with four wheels , total mass 40 kg";
        let plain = "a buggy with four wheels , mass 40 kg";
        assert_eq!(said(car, total_mass).as_deref(), Some(plain));
        assert_eq!(said("a car and three balls with a total mass of 4 kg", total_mass), None);
        let chain = "a chain in total length 2 m";
        let plain = "a chain with a total length of 2 m";
        assert_eq!(said(chain, total_length).as_deref(), Some(plain));
    }
}
