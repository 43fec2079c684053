//! Moments of the calendar as text.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;

/// A moment in RFC 3339's form, UTC, to the millisecond: `2026-01-31T12:00:00.000Z`. What lies
/// before 1970 is shown as its first moment.
pub fn rfc3339(at: SystemTime) -> String {
    let elapsed = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (elapsed.as_secs() / DAY, elapsed.as_secs() % DAY);
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let ms = elapsed.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// The date that lies so many days after 1970-01-01, in the Gregorian calendar.
///
/// Years are counted from the first of March here, so that the leap day is a year's last, and
/// days from 0000-03-01, with which a cycle of 400 years begins.
fn date(days: u64) -> (u64, u64, u64) {
    const TO_1970: u64 = 719_468;
    const CYCLE: u64 = 146_097;
    let days = days + TO_1970;
    let (cycle, of_cycle) = (days / CYCLE, days % CYCLE);
    // Four years have 1461 days, a century one less, and 400 years one more again.
    let year = (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / (CYCLE - 1)) / 365;
    let of_year = of_cycle - (365 * year + year / 4 - year / 100);
    // Five months from March on have 153 days, wherever the five begin.
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (400 * cycle + year + carry, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn moments_are_told_in_utc() {
        for (seconds, wanted) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_399, "2000-02-28T23:59:59.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (951_868_800, "2000-03-01T00:00:00.000Z"),
            (1_709_164_800, "2024-02-29T00:00:00.000Z"),
            (1_767_225_599, "2025-12-31T23:59:59.000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), wanted);
        }
        let late = UNIX_EPOCH + Duration::from_millis(86_399_999);
        assert_eq!(rfc3339(late), "1970-01-01T23:59:59.999Z");
    }

    #[test]
    fn each_day_follows_the_one_before() {
        let mut last = date(0);
        for days in 1..200_000 {
            let next = date(days);
            let (year, month, day) = last;
            let follows = [(year, month, day + 1), (year, month + 1, 1), (year + 1, 1, 1)];
            assert!(follows.contains(&next), "{last:?} {next:?}");
            last = next;
        }
        assert_eq!(last.0, 2517);
    }
}
