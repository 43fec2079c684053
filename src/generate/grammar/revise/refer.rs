//! Which of what is there words mean: "the other two", "all but the first one", "the third from the
//! bottom", "every second cube", "the ones on the left".

use super::super::super::{
    build::{extents, stands_of_each, usual_colour, usual_mass},
    spec::{Class, Kind, Material, SceneSpec},
};
use super::super::{
    edit::noun_of,
    lexer::{Lex, Lexeme, lexemes},
    lexicon::{self, Noun, Outline, Sense},
    measure::{Measure, Unit},
};
use super::words::{
    Gauge, Pick, count, describes, every_so_many, except, headed_ahead, is, is_middle,
    longest_noun, noun_at, pick, side,
};

/// One body of those that are there.
pub struct One {
    /// Its thing, by number.
    pub thing: usize,
    /// Which of several it is, from 1.
    pub member: u32,
    /// How many there are of the thing.
    pub many: u32,
    noun: Option<&'static Noun>,
    kind: Kind,
    /// By name.
    pub colour: Option<String>,
    /// What it is made of.
    pub material: Option<Material>,
    at: [f64; 3],
    /// m.
    pub size: [f64; 3],
    /// kg.
    pub mass: f64,
    /// Of sliding.
    pub friction: f64,
}

/// All that is there, one by one, and what was spoken of last.
pub struct Stage {
    /// In the order of the plan.
    pub ones: Vec<One>,
    about: Vec<usize>,
}

/// What words mean.
pub struct Meant {
    /// Numbers of those on the stage.
    pub ones: Vec<usize>,
    /// Where the words end.
    pub end: usize,
    /// Whether they say no more than a noun with its adjectives, or a pronoun.
    pub plain: bool,
    /// Whether several are spoken of.
    pub plural: bool,
    /// Whether the noun is still to come.
    open: bool,
}

const fn is_round(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Sphere | Kind::Cylinder | Kind::Capsule | Kind::Ellipsoid | Kind::Cone | Kind::Wheel
    )
}

/// "3 kg", of two words.
fn quantity(words: &[String], at: usize) -> Option<Measure> {
    words.get(at)?.parse::<f64>().ok()?;
    match &*lexemes(&words.get(at..at + 2)?.join(" ")) {
        [Lexeme { lex: Lex::Measure(measure), .. }] => Some(*measure),
        _ => None,
    }
}

impl One {
    /// Whether it weighs or is that much: "the 3 kg one", "the 20 cm cube".
    fn measures(&self, measure: Measure) -> bool {
        let near = |own: f64| (own - measure.value).abs() < 0.01 * measure.value.abs();
        match measure.unit {
            Unit::Mass => near(self.mass),
            Unit::Length => self.size.iter().any(|extent| near(*extent)),
            _ => false,
        }
    }

    fn gauge(&self, gauge: Gauge) -> f64 {
        let [x, y, z] = self.size;
        match gauge {
            Gauge::Size => x * y * z,
            Gauge::High => z,
            Gauge::Long => x.max(y).max(z),
            Gauge::Mass => self.mass,
            Gauge::Friction => self.friction,
        }
    }
}

impl Stage {
    /// Of a plan.
    pub fn of(spec: &SceneSpec) -> Self {
        let stands = stands_of_each(spec);
        let mut ones = Vec::new();
        let mut about = Vec::new();
        let mut turn = 0;
        for (index, thing) in spec.things.iter().enumerate() {
            let places = stands.get(index).cloned().unwrap_or_default();
            let counted = thing.arrangement.is_some().then_some(places.len() as u32);
            let row = thing.parts.filter(|_| thing.kind == Kind::Dominoes && thing.count.is_none());
            let many = thing.count.or(row).or(counted).unwrap_or(1).max(1);
            let bare = thing.colours.is_empty() && thing.material.is_none();
            let size = extents(thing);
            let traits = thing.material.map(Material::traits);
            let density = thing.density.or(traits.as_ref().map(|t| t.density)).unwrap_or(1000.0);
            let fills = match thing.kind {
                Kind::Sphere | Kind::Ellipsoid => std::f64::consts::FRAC_PI_6,
                Kind::Cylinder | Kind::Capsule | Kind::Wheel => std::f64::consts::FRAC_PI_4,
                Kind::Cone => 0.26,
                _ => 1.0,
            };
            let taper = thing.arrangement.as_ref().and_then(|a| a.taper).unwrap_or(1.0);
            for member in 1..=many {
                let own = match &*thing.colours {
                    [] if bare => Some(usual_colour(turn).to_owned()),
                    [] => None,
                    own => own.get((member as usize - 1) % own.len()).cloned(),
                };
                let scale = taper.powi(member as i32 - 1);
                let size = size.map(|extent| extent * scale);
                let volume = size.iter().product::<f64>() * fills;
                let named = |name: &String| match name.split_once('#') {
                    Some((id, number)) => id == thing.id && number == member.to_string(),
                    None => *name == thing.id,
                };
                if spec.about.iter().any(named) {
                    about.push(ones.len());
                }
                ones.push(One {
                    thing: index,
                    member,
                    many,
                    noun: noun_of(thing),
                    kind: thing.kind,
                    colour: own,
                    material: thing.material,
                    at: places
                        .get(member as usize - 1)
                        .or(places.first())
                        .copied()
                        .unwrap_or_default(),
                    size,
                    mass: thing.mass.or(usual_mass(thing.kind)).unwrap_or(volume * density),
                    friction: thing.friction.or(traits.as_ref().map(|t| t.friction)).unwrap_or(1.0),
                });
            }
            turn += usize::from(bare);
        }
        Self { ones, about }
    }

    /// What was spoken of last, by number.
    pub fn about(&self) -> &[usize] {
        &self.about
    }

    /// What "it" would be, other than this.
    pub fn last(&self, other: &One) -> Option<&One> {
        let own = |one: &&One| one.thing != other.thing;
        let about = self.about.iter().map(|one| &self.ones[*one]).find(own);
        about.or_else(|| self.ones.iter().rev().find(own))
    }

    /// What the words from `at` on mean, where they speak of what is there. `placed`: where "on the
    /// left" may say which is meant.
    pub fn phrase(&self, words: &[String], at: usize, placed: bool) -> Option<Meant> {
        self.joined(words, at, placed, false)
    }

    /// As [`Self::phrase`], with "the ball and the cone", too.
    pub fn phrases(&self, words: &[String], at: usize, placed: bool) -> Option<Meant> {
        self.joined(words, at, placed, true)
    }

    fn joined(&self, words: &[String], at: usize, placed: bool, any: bool) -> Option<Meant> {
        let mut meant = self.simple(words, at, placed)?;
        // "the first and the last one"
        while is(words, meant.end, &["and"])
            && is(words, meant.end + 1, &["the", "both", "all"])
            && let Some(more) = self.simple(words, meant.end + 1, placed)
            && (any || meant.open || !(meant.plain && more.plain))
        {
            if meant.open {
                // Of the same name as what follows.
                let named: Vec<usize> = more.ones.iter().map(|one| self.ones[*one].thing).collect();
                let alike = |one: &usize| {
                    let own = self.ones[*one].noun.map(|noun| noun.words);
                    named.iter().any(|thing| {
                        self.ones.iter().any(|two| {
                            two.thing == *thing && two.noun.map(|noun| noun.words) == own
                        })
                    })
                };
                meant.ones.retain(alike);
                meant.open = more.open;
                if meant.ones.is_empty() {
                    return None;
                }
            }
            meant.ones.extend(more.ones);
            meant.end = more.end;
            (meant.plain, meant.plural) = (false, true);
        }
        if meant.open {
            return None;
        }
        if let Some(by) = except(words, meant.end)
            && let Some(but) = self.alone(words, meant.end + by, placed, &meant.ones)
        {
            meant.ones.retain(|one| !but.ones.contains(one));
            meant.end = but.end;
            (meant.plain, meant.plural) = (false, true);
        }
        meant.ones.sort_unstable();
        meant.ones.dedup();
        (!meant.ones.is_empty()).then_some(meant)
    }

    /// "the red one", "one", of those that are spoken of.
    pub fn alone(
        &self,
        words: &[String],
        at: usize,
        placed: bool,
        among: &[usize],
    ) -> Option<Meant> {
        self.read(words, at, placed, Some(among))
    }

    fn simple(&self, words: &[String], at: usize, placed: bool) -> Option<Meant> {
        self.read(words, at, placed, None)
    }

    fn read(
        &self,
        words: &[String],
        at: usize,
        placed: bool,
        among: Option<&[usize]>,
    ) -> Option<Meant> {
        let mut i = at;
        let (mut all, mut half, mut few) = (false, false, None);
        if is(words, i, &["half", "some", "most"]) && is(words, i + 1, &["of"]) {
            half = words[i] == "half";
            if !half {
                return None;
            }
            i += 2;
        } else if let Some(number) = words.get(i).and_then(|word| count(word))
            && is(words, i + 1, &["of"])
            && is(words, i + 2, &["the", "them", "these", "those"])
            && !(number == 1 && is(words, i + 2, &["it"]))
        {
            few = Some(number);
            i += 2;
        }
        let every = is(words, i, &["every", "each"]);
        if is(words, i, &["all", "both", "each", "every", "everything", "everyone"]) {
            all = words[i] != "both";
            i += 1;
            i += usize::from(
                is(words, i - 1, &["every"]) && is(words, i, &["one"]) && is(words, i + 1, &["of"]),
            );
            i += usize::from(is(words, i, &["of"]));
        }
        let quantified = i > at;
        let everything = is(words, i.wrapping_sub(1), &["everything", "everyone"]) && i > at;
        let both = quantified && words[at..i].iter().any(|word| word == "both");
        if is(words, i, &["them", "they", "these", "those", "it", "that", "this"])
            && !self.heads(words, i + 1)
        {
            return self.pronoun(words, i, quantified, (half, few, both), among);
        }
        if everything {
            let ones = among.map_or_else(|| (0..self.ones.len()).collect(), <[usize]>::to_vec);
            return Some(Meant { ones, end: i, plain: true, plural: true, open: false });
        }
        // "all but the red one"
        if quantified && except(words, i).is_some() {
            let mut ones = among.map_or_else(|| (0..self.ones.len()).collect(), <[usize]>::to_vec);
            if among.is_none() {
                self.unnamed(&mut ones, &[Pick::Nth(1)], false);
            }
            return Some(Meant { ones, end: i, plain: true, plural: true, open: false });
        }
        let the = is(words, i, &["the", "these", "those", "that", "this", "its", "their"]);
        i += usize::from(the);
        if !(the || quantified || few.is_some()) {
            return None;
        }
        let near = the && is(words, i - 1, &["that", "this", "those", "these"]);
        let mut ones: Vec<usize> =
            among.map_or_else(|| (0..self.ones.len()).collect(), <[usize]>::to_vec);
        let mut picks: Vec<Pick> = Vec::new();
        let (mut number, mut noun, mut headed, mut plural) = (None, None, false, false);
        let mut layer = None;
        let mut colours: Vec<String> = Vec::new();
        let mut narrowed = false;
        let mut special = half || few.is_some() || both;
        while let Some(word) = words.get(i) {
            let next = words.get(i + 1).map(|word| &**word);
            if matches!(&**word, "one" | "ones")
                && !(word == "one" && next.is_some_and(|n| noun_at(n).is_some()))
            {
                plural |= word == "ones";
                headed = true;
                i += 1;
                break;
            }
            if every
                && i > at
                && picks.is_empty()
                && let Some(by) = every_so_many(word)
                && next.is_some()
            {
                picks.push(Pick::Every(by, if by == 2 && word == "other" { 0 } else { by - 1 }));
                special = true;
                plural = true;
            } else if let Some((found, length, many)) = longest_noun(words, i) {
                if self.ones.iter().all(|one| !is_called(one, found)) {
                    return None;
                }
                noun = Some(found);
                plural |= many;
                headed = true;
                i += length;
                break;
            } else if matches!(
                &**word,
                "row" | "layer" | "course" | "level" | "column" | "rows" | "layers"
            ) && !picks.is_empty()
            {
                layer = Some(word.starts_with("col"));
                plural = true;
                headed = true;
                i += 1;
                break;
            } else if word == "half" && picks.contains(&Pick::Other) {
                plural = true;
                headed = true;
                i += 1;
                break;
            } else if let Some(measure) = quantity(words, i)
                && headed_ahead(words, i + 2)
            {
                ones.retain(|one| self.ones[*one].measures(measure));
                special = true;
                i += 1;
            } else if let Some(n) = count(word).filter(|_| number.is_none()) {
                number = Some(n);
                plural |= n > 1;
            } else if let Some((pick, length)) = pick(words, i)
                && (!describes(word) || headed_ahead(words, i + length))
            {
                picks.push(pick);
                plural |= matches!(&**word, "others" | "rest" | "remaining" | "odd" | "even");
                headed |= matches!(&**word, "others" | "rest");
                special = true;
                i += length - 1;
            } else if let Some(sense) = lexicon::meaning(word).map(|entry| entry.sense)
                && (headed_ahead(words, i + 1)
                    || is(words, i + 1, &["and"])
                        && is(words, i + 2, &["the"])
                        && headed_ahead(words, i + 3))
            {
                narrowed = true;
                match sense {
                    Sense::Dark | Sense::Light
                        if let Some(Sense::Colour(colour)) =
                            next.and_then(lexicon::meaning).map(|entry| entry.sense) =>
                    {
                        let shade = if sense == Sense::Dark { "dark" } else { "light" };
                        colours.push(format!("{shade} {colour}"));
                        i += 1;
                    }
                    Sense::Colour(colour) => {
                        colours.push(colour.to_owned());
                        // "the red and blue ones", "the red, green and blue one"
                        let joined = |at: usize| {
                            words
                                .get(at)
                                .and_then(|word| lexicon::meaning(word))
                                .is_some_and(|entry| matches!(entry.sense, Sense::Colour(_)))
                        };
                        if is(words, i + 1, &["and", ",", "or"]) && joined(i + 2) {
                            i += 1;
                            special = true;
                        }
                    }
                    Sense::Material(material) => {
                        ones.retain(|one| self.ones[*one].material == Some(material));
                    }
                    Sense::Outline(Outline::Round) => {
                        ones.retain(|one| is_round(self.ones[*one].kind));
                        special = true;
                    }
                    _ => break,
                }
            } else {
                break;
            }
            i += 1;
        }
        if !headed && picks.is_empty() && number.is_none() && !narrowed {
            return None;
        }
        // "the last link" is no thing.
        let part = words.get(i).and_then(|word| lexicon::meaning(word)).is_some_and(|entry| {
            matches!(entry.sense, Sense::Part(_) | Sense::Noun(_) | Sense::Prop(_) | Sense::Dim(_))
        });
        if !headed && part {
            return None;
        }
        if !colours.is_empty() {
            ones.retain(|one| {
                self.ones[*one].colour.as_ref().is_some_and(|own| colours.contains(own))
            });
        }
        // "the red and the blue one"
        if !headed && picks.is_empty() && number.is_none() {
            return Some(Meant { ones, end: i, plain: true, plural: false, open: true });
        }
        let mut from = None;
        // What follows says more of which are meant.
        loop {
            if is(words, i, &["from"])
                && is(words, i + 1, &["the"])
                && let Some((axis, sign)) = words.get(i + 2).and_then(|word| side(word))
                && picks.iter().any(|pick| matches!(pick, Pick::Nth(_) | Pick::Last(_)))
            {
                from = Some((axis, -sign));
                i += 3;
            } else if placed
                && is(words, i, &["on", "at", "in"])
                && is(words, i + 1, &["the", "either", "each"])
                && let Some(word) = words.get(i + 2)
                && let Some(pick) = side(word)
                    .map(|(axis, sign)| Pick::Side(axis, sign))
                    .or(is_middle(word).then_some(Pick::Middle))
                && !is(words, i + 3, &["of"])
                && picks.is_empty()
            {
                picks.push(pick);
                i += 3;
                i += usize::from(is(words, i, &["hand"]));
                i += usize::from(is(words, i, &["side", "end", "edge"]));
                special = true;
            } else if placed
                && picks.is_empty()
                && is(words, i, &["on"])
                && is(words, i + 1, &["top"])
                && !is(words, i + 2, &["of"])
            {
                picks.push(Pick::Side(2, 1.0));
                i += 2;
                special = true;
            } else if is(words, i, &["of"]) && is(words, i + 1, &["them", "these", "those", "all"])
            {
                i += 2;
            } else if is(words, i, &["of"])
                && noun.is_none()
                && is(words, i + 1, &["the", "all", "these", "those"])
            {
                let skip = i + 2 + usize::from(is(words, i + 2, &["the"]));
                let skip =
                    skip + usize::from(words.get(skip).is_some_and(|word| count(word).is_some()));
                let Some((found, length, _)) = longest_noun(words, skip) else { break };
                noun = Some(found);
                i = skip + length;
            } else {
                break;
            }
        }
        match noun {
            Some(noun) => ones.retain(|one| is_called(&self.ones[*one], noun)),
            None if among.is_none() => self.unnamed(&mut ones, &picks, near),
            None => {}
        }
        if all && !plural && !every {
            plural = true;
        }
        let single = !(plural || quantified || few.is_some());
        let mut end = i;
        if picks.is_empty() {
            if near && single && noun.is_none() {
                ones.retain(|one| self.about.contains(one));
            }
            special |= number.is_some() && number != Some(1)
                || noun.is_none() && headed && (plural || near);
            if number.is_some_and(|n| n != ones.len() && few.is_none()) {
                return None;
            }
        }
        for pick in &picks {
            ones = self.picked(ones, *pick, number, plural, from, layer)?;
        }
        if !picks.is_empty()
            && let Some(n) = number
            && n != ones.len()
        {
            return None;
        }
        // Of several in their colours.
        special |= !colours.is_empty() && matches!(*ones, [one] if self.ones[one].many > 1);
        if single && ones.len() != 1 {
            return if special {
                None
            } else {
                Some(Meant { ones, end, plain: true, plural: false, open: false })
            };
        }
        if both && ones.len() != 2 {
            return None;
        }
        if half {
            let left = ones.len() / 2;
            ones.truncate(left.max(1));
        }
        if let Some(few) = few {
            if few > ones.len() {
                return None;
            }
            ones.truncate(few);
        }
        if ones.is_empty() {
            return None;
        }
        // "each of them", "a bit" and the like are read by whoever asks.
        end = end.max(i);
        Some(Meant { ones, end, plain: !special, plural: !single, open: false })
    }

    /// Whether a noun follows, so that "that" is no pronoun.
    fn heads(&self, words: &[String], at: usize) -> bool {
        (at..words.len().min(at + 4))
            .any(|i| longest_noun(words, i).is_some() || matches!(&*words[i], "one" | "ones"))
            && words.get(at).is_some_and(|word| {
                matches!(&**word, "one" | "ones")
                    || longest_noun(words, at).is_some()
                    || count(word).is_some()
                    || lexicon::meaning(word).is_some_and(|entry| {
                        matches!(
                            entry.sense,
                            Sense::Colour(_)
                                | Sense::Material(_)
                                | Sense::Size(_)
                                | Sense::Which(_)
                        )
                    })
            })
            && words
                .get(at - 1)
                .is_some_and(|word| word != "it" && word != "them" && word != "they")
    }

    fn pronoun(
        &self,
        words: &[String],
        at: usize,
        quantified: bool,
        (half, few, both): (bool, Option<usize>, bool),
        among: Option<&[usize]>,
    ) -> Option<Meant> {
        let it = is(words, at, &["it", "that", "this"]);
        let mut end = at + 1;
        let each = is(words, end, &["each", "all", "both"]);
        end += usize::from(each);
        let about = &self.about;
        let whole = |one: &usize| {
            let thing = self.ones[*one].thing;
            about.iter().filter(|other| self.ones[**other].thing == thing).count()
                == self.ones[*one].many as usize
        };
        let things: std::collections::HashSet<usize> =
            about.iter().map(|one| self.ones[*one].thing).collect();
        let known = !about.is_empty();
        let ones: Vec<usize> = match among {
            Some(among) => among.to_vec(),
            None if it && !known => return None,
            None if it => about.clone(),
            None if about.len() > 1 => about.clone(),
            None => {
                // All that can move, or all of the only kind that there is.
                let mut ones: Vec<usize> = (0..self.ones.len()).collect();
                self.unnamed(&mut ones, &[], false);
                ones
            }
        };
        let special = half || few.is_some() || (quantified || each) && ones.len() > 1;
        let plain = !special
            && among.is_none()
            && (!known || about.iter().all(whole) && things.len() == 1 || !it && about.len() < 2);
        if both && ones.len() != 2 {
            return None;
        }
        let mut ones = ones;
        if half {
            ones.truncate((ones.len() / 2).max(1));
        }
        if let Some(few) = few {
            if few > ones.len() {
                return None;
            }
            ones.truncate(few);
        }
        Some(Meant { ones, end, plain, plural: !it, open: false })
    }

    /// Without a noun: those of the kind that is spoken of, or of which there are several.
    fn unnamed(&self, ones: &mut Vec<usize>, picks: &[Pick], near: bool) {
        let named: Vec<&'static str> = self
            .about
            .iter()
            .filter_map(|one| self.ones[*one].noun.map(|noun| noun.words))
            .collect();
        let others = picks.contains(&Pick::Other);
        if (others || near) && !named.is_empty() {
            ones.retain(|one| self.ones[*one].noun.is_some_and(|noun| named.contains(&noun.words)));
            if ones.len() > self.about.len() || near {
                return;
            }
            ones.clear();
            ones.extend(0..self.ones.len());
        }
        let loose = |one: &usize| self.ones[*one].kind.class() != Class::Furniture;
        if ones.iter().any(loose) {
            ones.retain(loose);
        }
        if others {
            return;
        }
        // Of ten pins and a ball the last one is a pin.
        let mut kinds: Vec<(&'static str, usize)> = Vec::new();
        for one in &*ones {
            let Some(noun) = self.ones[*one].noun else { continue };
            match kinds.iter_mut().find(|(words, _)| *words == noun.words) {
                Some((_, many)) => *many += 1,
                None => kinds.push((noun.words, 1)),
            }
        }
        let several: Vec<&'static str> =
            kinds.iter().filter(|(_, many)| *many > 1).map(|(words, _)| *words).collect();
        if let ([only], true) = (&*several, !picks.is_empty()) {
            ones.retain(|one| self.ones[*one].noun.is_some_and(|noun| noun.words == *only));
        }
    }

    fn picked(
        &self,
        mut ones: Vec<usize>,
        pick: Pick,
        number: Option<usize>,
        plural: bool,
        from: Option<(usize, f64)>,
        layer: Option<bool>,
    ) -> Option<Vec<usize>> {
        let take = number.unwrap_or(1);
        let along = |one: &usize, axis: usize, sign: f64| sign * self.ones[*one].at[axis];
        let near = |a: f64, b: f64| (a - b).abs() < 0.004;
        if let Some(columns) = layer {
            // Rows one above another, or one behind another.
            let spread = |axis: usize| {
                let all = ones.iter().map(|one| self.ones[*one].at[axis]);
                all.clone().fold(f64::MIN, f64::max) - all.fold(f64::MAX, f64::min)
            };
            let (axis, sign) = match pick {
                Pick::Side(axis, _) => (axis, 1.0),
                _ if columns => (0, 1.0),
                _ if spread(2) > 0.01 => (2, 1.0),
                _ => (1, 1.0),
            };
            let mut levels: Vec<f64> = Vec::new();
            for one in &ones {
                let at = along(one, axis, sign);
                if !levels.iter().any(|level| near(*level, at)) {
                    levels.push(at);
                }
            }
            levels.sort_by(f64::total_cmp);
            if from.is_some_and(|(_, sign)| sign < 0.0) {
                levels.reverse();
            }
            if levels.len() < 2 {
                return None;
            }
            let (begin, end) = match pick {
                Pick::Side(_, sign) if sign > 0.0 => {
                    (levels.len().checked_sub(take)?, levels.len())
                }
                Pick::Side(..) => (0, take),
                Pick::Nth(n) => (n - 1, n - 1 + take),
                Pick::Last(n) => (levels.len().checked_sub(n)?, levels.len() + 1 - n),
                Pick::Middle if levels.len() % 2 == 1 => (levels.len() / 2, levels.len() / 2 + 1),
                _ => return None,
            };
            let wanted = levels.get(begin..end)?;
            ones.retain(|one| wanted.iter().any(|level| near(*level, along(one, axis, sign))));
            return Some(ones);
        }
        match pick {
            Pick::Other => {
                if !self.about.iter().any(|one| ones.contains(one)) {
                    return None;
                }
                ones.retain(|one| !self.about.contains(one));
                (!ones.is_empty()).then_some(ones)
            }
            Pick::New => ones.len().checked_sub(take).map(|begin| ones.split_off(begin)),
            Pick::Old => {
                ones.pop();
                Some(ones)
            }
            Pick::Every(by, first) => Some(ones.into_iter().skip(first).step_by(by).collect()),
            Pick::Nth(_) | Pick::Last(_) => {
                if let Some((axis, sign)) = from {
                    ones.sort_by(|a, b| along(a, axis, sign).total_cmp(&along(b, axis, sign)));
                    let distinct = ones
                        .windows(2)
                        .all(|two| !near(along(&two[0], axis, sign), along(&two[1], axis, sign)));
                    if !distinct {
                        return None;
                    }
                }
                let begin = match pick {
                    Pick::Nth(n) => n - 1,
                    Pick::Last(n) => ones.len().checked_sub(n + take - 1)?,
                    _ => return None,
                };
                Some(ones.get(begin..begin + take)?.to_vec())
            }
            Pick::Side(axis, sign) => {
                ones.sort_by(|a, b| along(b, axis, sign).total_cmp(&along(a, axis, sign)));
                self.extreme(ones, number, plural, |one| along(one, axis, sign))
            }
            Pick::Most(gauge, sign) => {
                let value = |one: &usize| sign * self.ones[*one].gauge(gauge);
                ones.sort_by(|a, b| value(b).total_cmp(&value(a)));
                if let (Some(first), Some(last)) = (ones.first(), ones.last())
                    && ones.len() > 1
                    && (value(first) - value(last)).abs() < 1e-9 * value(first).abs()
                {
                    return None;
                }
                self.extreme(ones, number, plural, value)
            }
            Pick::Middle => {
                let count = ones.len();
                let mean: [f64; 3] = std::array::from_fn(|axis| {
                    ones.iter().map(|one| self.ones[*one].at[axis]).sum::<f64>() / count as f64
                });
                let far = |one: &usize| -> f64 {
                    (0..3).map(|axis| (self.ones[*one].at[axis] - mean[axis]).powi(2)).sum()
                };
                ones.sort_by(|a, b| far(a).total_cmp(&far(b)));
                self.extreme(ones, number, plural, |one| -far(one))
            }
        }
    }

    /// The first of those that are sorted: so many, or all that are as much so.
    fn extreme(
        &self,
        mut ones: Vec<usize>,
        number: Option<usize>,
        plural: bool,
        value: impl Fn(&usize) -> f64,
    ) -> Option<Vec<usize>> {
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 + 1e-3 * a.abs().max(b.abs());
        let best = value(ones.first()?);
        match number {
            Some(number) => {
                if number < ones.len() && near(value(&ones[number - 1]), value(&ones[number])) {
                    return None;
                }
                (number <= ones.len()).then(|| {
                    ones.truncate(number);
                    ones
                })
            }
            None => {
                let alike = ones.iter().take_while(|one| near(best, value(one))).count();
                if !plural && alike > 1 {
                    return None;
                }
                ones.truncate(alike);
                Some(ones)
            }
        }
    }
}

/// Whether one of those that are there goes by a noun: by its own, a shorter one, or that of its kind.
fn is_called(one: &One, noun: &'static Noun) -> bool {
    let first = super::super::draft::first_word;
    one.noun.is_some_and(|own| {
        own.words == noun.words
            || first(own.words).rsplit(' ').next() == Some(first(noun.words))
            || own.kind == noun.kind
                && lexicon::noun_of(noun.kind).is_some_and(|n| n.words == noun.words)
            || own.kind == noun.kind
                && own.kind == Kind::Sphere
                && matches!(first(noun.words), "ball" | "sphere")
    })
}
