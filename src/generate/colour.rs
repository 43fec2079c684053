//! Colours by their names.

use std::sync::LazyLock;

/// Names with their colours, sRGB.
pub const NAMES: &[(&str, [u8; 3])] = &[
    ("red", [205, 48, 43]),
    ("green", [54, 150, 70]),
    ("blue", [45, 98, 200]),
    ("yellow", [240, 205, 50]),
    ("orange", [238, 130, 40]),
    ("purple", [130, 65, 165]),
    ("violet", [135, 85, 200]),
    ("pink", [238, 130, 170]),
    ("magenta", [205, 45, 160]),
    ("cyan", [50, 190, 210]),
    ("turquoise", [60, 195, 180]),
    ("teal", [25, 128, 128]),
    ("brown", [125, 80, 48]),
    ("beige", [222, 205, 170]),
    ("black", [28, 28, 30]),
    ("white", [242, 242, 240]),
    ("grey", [128, 130, 133]),
    ("silver", [190, 194, 200]),
    ("golden", [212, 176, 55]),
    ("lime", [150, 215, 50]),
    ("olive", [125, 125, 45]),
    ("navy", [28, 42, 105]),
    ("maroon", [120, 28, 38]),
    ("indigo", [70, 50, 150]),
    ("crimson", [200, 25, 60]),
    ("scarlet", [225, 40, 30]),
    ("coral", [240, 115, 90]),
    ("salmon", [240, 145, 125]),
    ("tan", [205, 175, 135]),
    ("cream", [245, 238, 212]),
    ("ivory", [240, 236, 222]),
    ("lavender", [190, 175, 230]),
];

/// A name with `light ` or `dark ` before it, or with nothing.
pub fn shade(shade: &str, name: &str) -> Option<&'static str> {
    static SHADES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let shaded =
            |shade: &'static str| NAMES.iter().map(move |(name, _)| format!("{shade}{name}"));
        ["", "light ", "dark "].into_iter().flat_map(shaded).collect()
    });
    let wanted = format!("{shade}{name}");
    SHADES.iter().find(|known| **known == wanted).map(|known| &**known)
}

/// Red, green, blue and opacity of a name, which `light` or `dark` may come before, or of `#rrggbb`.
pub fn rgba(name: &str) -> Option<[f64; 4]> {
    if let Some(hex) = name.strip_prefix('#') {
        let number =
            u32::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 6 && hex.is_ascii())?;
        let part = |shift: u32| f64::from((number >> shift) as u8) / 255.0;
        return Some([part(16), part(8), part(0), 1.0]);
    }
    let (shade, name) = match name.split_once(' ') {
        Some(("light", rest)) => (0.55, rest),
        Some(("dark", rest)) => (-0.45, rest),
        Some(_) => return None,
        None => (0.0, name),
    };
    let [r, g, b] = NAMES.iter().find(|(known, _)| *known == name)?.1.map(|part| {
        let part = f64::from(part) / 255.0;
        if shade > 0.0 { part + (1.0 - part) * shade } else { part * (1.0 + shade) }
    });
    Some([r, g, b, 1.0])
}
