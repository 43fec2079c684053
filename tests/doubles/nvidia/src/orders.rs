//! What the environment tells the double, and what the double tells the test.

use std::{fmt, fs::OpenOptions, io::Write as _};

/// Whether `what` is to fail.
pub fn fails(what: &str) -> bool {
    all().split(',').any(|order| order == what)
}

/// From which one on `what` is to fail.
pub fn fails_from(what: &str) -> Option<u64> {
    let orders = all();
    let found = orders.split(',').filter_map(|order| order.split_once('@'));
    let mut found = found.filter(|(name, _)| *name == what);
    found.next().and_then(|(_, number)| number.parse().ok())
}

fn all() -> String {
    std::env::var("DOUBLE_NVIDIA_FAIL").unwrap_or_default()
}

/// Adds a line to the ledger.
pub fn note(line: fmt::Arguments<'_>) {
    let Some(path) = std::env::var_os("DOUBLE_NVIDIA_LEDGER") else { return };
    let file = OpenOptions::new().create(true).append(true).open(path);
    // A single write: lines of several threads do not mix.
    let written = file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
    written.expect("the ledger can be written");
}

/// Adds what the client did wrong.
pub fn violation(line: fmt::Arguments<'_>) {
    note(format_args!("violation: {line}"));
}

/// The GPU's UUID.
pub fn uuid() -> [u8; 16] {
    let text = std::env::var("DOUBLE_NVIDIA_UUID").unwrap_or_default();
    let mut uuid = *b"double of a GPU!";
    if text.len() == 32 {
        for (byte, at) in uuid.iter_mut().zip((0..32).step_by(2)) {
            *byte = u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal digits");
        }
    }
    uuid
}

/// The newest version that it speaks, as drivers say it.
pub fn newest() -> u32 {
    let text = std::env::var("DOUBLE_NVIDIA_API").unwrap_or_else(|_| "13.0".to_owned());
    let (major, minor) = text.split_once('.').expect("major.minor");
    let number = |text: &str| text.parse::<u32>().expect("a number");
    number(major) << 4 | number(minor)
}
