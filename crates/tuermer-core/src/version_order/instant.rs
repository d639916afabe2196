//! Points in time as versions (`datetime` of the vers standard): RFC 3339 with `T`, seconds and a zone.

use jiff::Timestamp;

/// A point in time; a leap second lies between its neighbours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Instant {
    second: i64,
    leap: bool,
    nanosecond: i32,
}

impl Instant {
    /// `None` where it is not RFC 3339 in capital letters, or no point in time at all.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shape = b"0000-00-00T00:00:00";
        let fits = shape.iter().zip(bytes).all(|(wanted, byte)| {
            if *wanted == b'0' {
                byte.is_ascii_digit()
            } else {
                wanted == byte
            }
        });
        let (front, behind) = text.split_at_checked(shape.len()).filter(|_| fits)?;
        let zone = behind.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        let fraction = behind.get(..behind.len() - zone.len())?;
        let fraction_fits = fraction.is_empty()
            || (fraction.starts_with('.')
                && super::digits::run(fraction.get(1..)?, |byte| byte.is_ascii_digit())
                    == (fraction.get(1..)?, "")
                && fraction.len() > 1);
        let zone_fits = zone == "Z"
            || (zone.len() == 6 && zone.starts_with(['+', '-']) && zone.get(3..4) == Some(":"));
        if !fraction_fits || !zone_fits {
            return None;
        }
        let leap = front.ends_with(":60");
        let front = if leap {
            format!("{}:59", front.strip_suffix(":60")?)
        } else {
            front.to_string()
        };
        // More than nine decimals are below any clock.
        let fraction: String = fraction.chars().take(10).collect();
        let at: Timestamp = format!("{front}{fraction}{zone}").parse().ok()?;
        Some(Self {
            second: at.as_second(),
            leap,
            nanosecond: at.subsec_nanosecond(),
        })
    }
}
