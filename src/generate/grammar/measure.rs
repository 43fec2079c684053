//! Numbers in words, and units.

/// A number with a unit, in SI units; angles in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measure {
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: Unit,
    /// What one of the written unit is in SI units.
    pub scale: f64,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// m.
    Length,
    /// kg.
    Mass,
    /// Degrees.
    Angle,
    /// Degrees about the vertical.
    Heading,
    /// Degrees by which a door stands open.
    Opening,
    /// m/s.
    Speed,
    /// m/s².
    Acceleration,
    /// rad/s.
    Turning,
    /// kg/m³.
    Density,
    /// N/m, or N·m/rad.
    Stiffness,
    /// N·s/m, or N·m·s/rad.
    Damping,
    /// N.
    Force,
    /// N·m.
    Torque,
    /// %.
    Percent,
    /// s.
    Time,
}

/// The factor to the SI unit, and what it measures. Case is lost by then, so that `n/m` is N/m.
pub fn unit(word: &str) -> Option<(f64, Unit)> {
    use Unit::{
        Acceleration, Angle, Damping, Density, Force, Length, Mass, Percent, Speed, Stiffness,
        Time, Torque, Turning,
    };
    Some(match word {
        "mm" | "millimetre" | "millimetres" | "millimeter" | "millimeters" => (1e-3, Length),
        "cm" | "cms" | "centimetre" | "centimetres" | "centimeter" | "centimeters" => {
            (1e-2, Length)
        }
        "dm" | "decimetre" | "decimetres" | "decimeter" | "decimeters" => (0.1, Length),
        "m" | "metre" | "metres" | "meter" | "meters" => (1.0, Length),
        "inch" | "inches" => (0.0254, Length),
        "ft" | "foot" | "feet" => (0.3048, Length),
        "yard" | "yards" | "yd" => (0.9144, Length),
        "mg" | "milligram" | "milligrams" => (1e-6, Mass),
        "g" | "gram" | "grams" | "gramme" | "grammes" => (1e-3, Mass),
        "kg" | "kgs" | "kilo" | "kilos" | "kilogram" | "kilograms" | "kilogramme"
        | "kilogrammes" => (1.0, Mass),
        "t" | "ton" | "tons" | "tonne" | "tonnes" => (1e3, Mass),
        "lb" | "lbs" | "pound" | "pounds" => (0.453_592_37, Mass),
        "oz" | "ounce" | "ounces" => (0.028_349_523, Mass),
        "°" | "deg" | "degs" | "degree" | "degrees" => (1.0, Angle),
        "rad" | "radian" | "radians" => (180.0 / std::f64::consts::PI, Angle),
        "m/s" | "mps" | "meters/second" | "metres/second" => (1.0, Speed),
        "cm/s" => (0.01, Speed),
        "km/h" | "kmh" | "kph" => (1.0 / 3.6, Speed),
        "mph" => (0.44704, Speed),
        "m/s²" | "m/s^2" | "m/s2" | "m/s/s" => (1.0, Acceleration),
        "rad/s" | "radians/second" => (1.0, Turning),
        "deg/s" | "°/s" => (std::f64::consts::PI / 180.0, Turning),
        "rpm" | "r/min" | "rev/min" => (std::f64::consts::PI / 30.0, Turning),
        "hz" | "rps" | "rev/s" | "revs/s" | "r/s" => (2.0 * std::f64::consts::PI, Turning),
        "kg/m³" | "kg/m^3" | "kg/m3" => (1.0, Density),
        "g/cm³" | "g/cm^3" | "g/cm3" | "g/cc" => (1e3, Density),
        "n/m" | "nm/rad" | "n*m/rad" | "n·m/rad" | "newton/meter" => (1.0, Stiffness),
        "n/cm" => (100.0, Stiffness),
        "n/mm" | "kn/m" => (1e3, Stiffness),
        "n" | "newton" | "newtons" => (1.0, Force),
        "kn" => (1e3, Force),
        "nm" | "n*m" | "n·m" => (1.0, Torque),
        "ns/m" | "n*s/m" | "n·s/m" | "nms/rad" | "n*m*s/rad" => (1.0, Damping),
        "%" | "percent" => (1.0, Percent),
        "s" | "sec" | "second" | "seconds" => (1.0, Time),
        _ => return None,
    })
}

/// Whether one may say "a" in place of "one" before it.
pub fn spelled_out(word: &str) -> bool {
    word.len() > 3 && unit(word).is_some_and(|(_, unit)| unit != Unit::Force)
        || matches!(word, "ton" | "foot")
}

/// The value of a word that counts.
pub fn number_word(word: &str) -> Option<f64> {
    Some(match word {
        "zero" => 0.0,
        "one" => 1.0,
        "two" => 2.0,
        "three" => 3.0,
        "four" => 4.0,
        "five" => 5.0,
        "six" => 6.0,
        "seven" => 7.0,
        "eight" => 8.0,
        "nine" => 9.0,
        "ten" => 10.0,
        "eleven" => 11.0,
        "twelve" => 12.0,
        "thirteen" => 13.0,
        "fourteen" => 14.0,
        "fifteen" => 15.0,
        "sixteen" => 16.0,
        "seventeen" => 17.0,
        "eighteen" => 18.0,
        "nineteen" => 19.0,
        "twenty" => 20.0,
        "thirty" => 30.0,
        "forty" => 40.0,
        "fifty" => 50.0,
        "sixty" => 60.0,
        "seventy" => 70.0,
        "eighty" => 80.0,
        "ninety" => 90.0,
        _ => return None,
    })
}

/// Words that multiply what comes before them.
pub fn multiplier(word: &str) -> Option<f64> {
    Some(match word {
        "dozen" | "dozens" => 12.0,
        "hundred" => 100.0,
        "thousand" => 1000.0,
        "couple" | "pair" => 2.0,
        "trio" => 3.0,
        _ => return None,
    })
}
