//! Bars beside counts, as a list of terms.

/// One bar.
pub struct Bar {
    /// Text key of its label.
    pub key: &'static str,
    /// How many.
    pub count: u64,
    /// Width in a thousandth of the widest bar.
    pub width: u64,
}

impl Bar {
    /// Bars for counts, the largest being full width. A count above zero is never invisible.
    pub fn row(counts: &[(&'static str, u64)]) -> Vec<Self> {
        let widest = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
        counts
            .iter()
            .map(|(key, count)| Self {
                key,
                count: *count,
                width: width(*count, widest),
            })
            .collect()
    }
}

/// Width of a bar in a thousandth of the widest.
pub fn width(count: u64, widest: u64) -> u64 {
    if count == 0 {
        0
    } else {
        (count.saturating_mul(1_000) / widest.max(1)).clamp(4, 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_measured_by_the_longest_and_never_vanish() {
        let widths: Vec<u64> = Bar::row(&[("a", 25_000), ("b", 1_240), ("c", 1), ("d", 0)])
            .iter()
            .map(|bar| bar.width)
            .collect();
        assert_eq!(widths, [1_000, 49, 4, 0]);
        assert_eq!(
            Bar::row(&[("a", 0)])
                .iter()
                .map(|bar| bar.width)
                .collect::<Vec<_>>(),
            [0]
        );
    }
}
