//! Reading fields out of a JSON object, with errors that name them.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

/// Why a message was refused; the text is for the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct WireError(pub(super) String);

impl WireError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// The fields of one object.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub &'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// The object behind `value`; `what` names it in the error.
    pub fn of(value: &'a Value, what: &str) -> Result<Self, WireError> {
        let object = value.as_object();
        object.map(Self).ok_or_else(|| WireError::new(format!("{what} must be an object")))
    }

    /// The first of `names` that is there and not null.
    pub fn get(self, names: &[&str]) -> Option<&'a Value> {
        names.iter().find_map(|name| self.0.get(*name)).filter(|value| !value.is_null())
    }

    /// A number within `range`, or `None` when absent.
    pub fn number(
        self,
        names: &[&str],
        range: RangeInclusive<f64>,
    ) -> Result<Option<f64>, WireError> {
        let Some(value) = self.get(names) else { return Ok(None) };
        number(value, names[0], range).map(Some)
    }

    /// A number within `range` that must be there.
    pub fn required_number(
        self,
        names: &[&str],
        range: RangeInclusive<f64>,
    ) -> Result<f64, WireError> {
        self.number(names, range)?.ok_or_else(|| missing(names[0]))
    }

    /// A whole number up to `max`, or `None` when absent.
    pub fn index(self, names: &[&str], max: u32) -> Result<Option<u32>, WireError> {
        self.whole(names, 0..=max)
    }

    /// A whole number within `range`, or `None` when absent.
    pub fn whole(
        self,
        names: &[&str],
        range: RangeInclusive<u32>,
    ) -> Result<Option<u32>, WireError> {
        let Some(value) = self.get(names) else { return Ok(None) };
        whole(value, names[0], range).map(Some)
    }

    /// Text, or `None` when absent.
    pub fn text(self, names: &[&str]) -> Result<Option<&'a str>, WireError> {
        let Some(value) = self.get(names) else { return Ok(None) };
        let text = value.as_str();
        text.map(Some).ok_or_else(|| WireError::new(format!("'{}' must be text", names[0])))
    }

    /// Text that must be there.
    pub fn required_text(self, names: &[&str]) -> Result<&'a str, WireError> {
        self.text(names)?.ok_or_else(|| missing(names[0]))
    }

    /// A truth value; absent means false.
    pub fn flag(self, names: &[&str]) -> Result<bool, WireError> {
        let Some(value) = self.get(names) else { return Ok(false) };
        let flag = value.as_bool();
        flag.ok_or_else(|| WireError::new(format!("'{}' must be true or false", names[0])))
    }

    /// Three numbers, or `None` when absent.
    pub fn vector(self, names: &[&str], limit: f64) -> Result<Option<[f64; 3]>, WireError> {
        let Some(value) = self.get(names) else { return Ok(None) };
        let wrong = || WireError::new(format!("'{}' must be three numbers", names[0]));
        let values = value.as_array().filter(|values| values.len() == 3).ok_or_else(wrong)?;
        let mut vector = [0.0; 3];
        for (slot, value) in vector.iter_mut().zip(values) {
            *slot = number(value, names[0], -limit..=limit)?;
        }
        Ok(Some(vector))
    }
}

/// A finite number within `range`.
pub(super) fn number(
    value: &Value,
    name: &str,
    range: RangeInclusive<f64>,
) -> Result<f64, WireError> {
    // JSON itself has no NaN; 1e999 parses as infinite and falls outside of every range.
    let number = value.as_f64().filter(|number| range.contains(number));
    number.ok_or_else(|| {
        WireError::new(format!(
            "'{name}' must be a number from {} to {}",
            range.start(),
            range.end()
        ))
    })
}

/// A whole number from 0 to `max`.
pub(super) fn index(value: &Value, name: &str, max: u32) -> Result<u32, WireError> {
    whole(value, name, 0..=max)
}

/// A whole number within `range`.
fn whole(value: &Value, name: &str, range: RangeInclusive<u32>) -> Result<u32, WireError> {
    let (start, end) = (*range.start(), *range.end());
    let fits = |n: &f64| n.fract() == 0.0 && (f64::from(start)..=f64::from(end)).contains(n);
    // The cast is exact: the number is whole and within range.
    value.as_f64().filter(fits).map(|number| number as u32).ok_or_else(|| {
        WireError::new(format!("'{name}' must be a whole number from {start} to {end}"))
    })
}

/// The error for a field that must be there.
pub(super) fn missing(name: &str) -> WireError {
    WireError::new(format!("'{name}' is missing"))
}
