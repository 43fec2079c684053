//! MJCF as a tree, and its text.

use std::fmt::Write as _;

/// An element of MJCF.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    children: Vec<Element>,
    comment: Option<String>,
}

impl Element {
    /// An element without anything.
    pub fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    /// With an attribute of text.
    #[must_use]
    pub fn set(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.put(name, value);
        self
    }

    /// With an attribute of numbers.
    #[must_use]
    pub fn numbers(self, name: &'static str, values: &[f64]) -> Self {
        self.set(name, numbers(values))
    }

    /// With an attribute of text, in place of the one before.
    pub fn put(&mut self, name: &'static str, value: impl Into<String>) {
        let value = value.into();
        match self.attributes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, before)) => *before = value,
            None => self.attributes.push((name, value)),
        }
    }

    /// With another element inside.
    #[must_use]
    pub fn with(mut self, child: Element) -> Self {
        self.children.push(child);
        self
    }

    /// With how much a drive pushes or turns.
    pub fn strength(&self) -> Option<f64> {
        let number = |name: &str| {
            let (_, value) = self.attributes.iter().find(|(known, _)| *known == name)?;
            value.split(' ').next()?.parse::<f64>().ok()
        };
        number("gear").or(number("kp").map(|kp| kp / 10.0)).or(number("kv"))
    }

    /// With other elements inside.
    #[must_use]
    pub fn with_all(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children);
        self
    }

    /// With a comment before it.
    #[must_use]
    pub fn comment(mut self, text: impl Into<String>) -> Self {
        self.comment = Some(text.into());
        self
    }

    /// What is inside.
    pub fn children_mut(&mut self) -> &mut Vec<Element> {
        &mut self.children
    }

    /// How many bodies there are, itself and all inside.
    pub fn bodies(&self) -> usize {
        usize::from(self.name == "body") + self.children.iter().map(Self::bodies).sum::<usize>()
    }

    /// The names of the bodies, itself and all inside.
    pub fn body_names(&self, out: &mut Vec<String>) {
        if self.name == "body" {
            out.extend(self.attribute("name").map(str::to_owned));
        }
        self.children.iter().for_each(|child| child.body_names(out));
    }

    /// Whether it is an element of this name.
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Whether it is the body of this name.
    pub fn is_body(&self, name: &str) -> bool {
        self.name == "body" && self.attribute("name") == Some(name)
    }

    /// Whether it is an actuator in servo of a joint's speed.
    pub fn drives(&self, joint: &str) -> bool {
        self.name == "velocity" && self.attribute("joint") == Some(joint)
    }

    /// Tells of each joint in the order of MuJoCo's `qvel`: the name of the joint, or of its body
    /// where it is free; and its type.
    pub fn velocities(&self, body: Option<&str>, tell: &mut impl FnMut(&str, &str)) {
        let own = if self.name == "body" { self.attribute("name") } else { body };
        for child in &self.children {
            match child.name {
                "freejoint" => tell(own.unwrap_or_default(), "freejoint"),
                "joint" => tell(
                    child.attribute("name").unwrap_or_default(),
                    child.attribute("type").unwrap_or("hinge"),
                ),
                _ => {}
            }
        }
        for child in &self.children {
            if matches!(child.name, "body" | "frame") {
                child.velocities(own, tell);
            }
        }
    }

    /// The masses of all geoms in it that have one of their own, kg.
    pub fn mass(&self) -> f64 {
        let own = self.attribute("mass").and_then(|mass| mass.parse().ok()).unwrap_or(0.0);
        own + self.children.iter().map(Self::mass).sum::<f64>()
    }

    /// Makes all these masses so many times as great.
    pub fn weigh(&mut self, factor: f64) {
        for (_, mass) in self.attributes.iter_mut().filter(|(name, _)| *name == "mass") {
            if let Ok(before) = mass.parse::<f64>() {
                *mass = numbers(&[before * factor]);
            }
        }
        self.children.iter_mut().for_each(|child| child.weigh(factor));
    }

    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value)
    }

    /// The text.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        out
    }

    fn write(&self, out: &mut String, depth: usize) {
        let indent = "  ".repeat(depth);
        if let Some(comment) = &self.comment {
            let _ = writeln!(out, "{indent}<!-- {} -->", harmless(comment));
        }
        let _ = write!(out, "{indent}<{}", self.name);
        for (name, value) in &self.attributes {
            let _ = write!(out, " {name}=\"{}\"", escaped(value));
        }
        if self.children.is_empty() {
            out.push_str("/>\n");
            return;
        }
        out.push_str(">\n");
        for child in &self.children {
            child.write(out, depth + 1);
        }
        let _ = writeln!(out, "{indent}</{}>", self.name);
    }
}

/// Text as an attribute's value.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Text as a comment, which must not end early.
pub fn harmless(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut out = spaced.replace("--", "- -").replace("--", "- -");
    if out.ends_with('-') {
        out.push(' ');
    }
    out
}

/// Numbers as MJCF has them: at most six digits behind the point, and none that say nothing.
pub fn numbers(values: &[f64]) -> String {
    values.iter().map(|value| number(*value)).collect::<Vec<_>>().join(" ")
}

fn number(value: f64) -> String {
    // What arithmetic left of nothing.
    if value.abs() < 1e-9 {
        return "0".into();
    }
    let text = if value.abs() < 1e-4 { format!("{value:e}") } else { format!("{value:.6}") };
    if text.contains('e') {
        return text;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-0" { "0".into() } else { text.into() }
}
