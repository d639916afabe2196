//! When people patch: shares of German servers still open after a warning about a flaw that is being exploited.
//!
//! Computed from public scans of hosts with a `.de` certificate for CVE-2025-7775 (sums over the snapshots in
//! `GossiTheDog/scanning`, 28 August to 4 September 2025): of 1,890 hosts open in the first snapshot, those seen again
//! were fixed to 52.6 % after 32 h, 65.8 % after 78.5 h, 68.8 % after 122 h and 77.0 % after 177 h. Half is done after a
//! good day, a stubborn quarter is open after a week.

use jiff::SignedDuration;

/// Hours after the warning, share fixed by then.
const FIXED: [(f64, f64); 5] = [
    (0.0, 0.0),
    (32.0, 0.526),
    (78.5, 0.658),
    (121.9, 0.688),
    (177.2, 0.770),
];
/// Slowest pace behind the last snapshot: share fixed in a further hour.
const TAIL_PER_HOUR: f64 = 0.0003;

/// After how long the company at place `share` of all (0 = the quickest, 1 = the last) has patched; `None` = not in
/// three weeks.
pub fn patched_after(share: f64) -> Option<SignedDuration> {
    let steps = FIXED.iter().zip(FIXED.iter().skip(1));
    let inside = steps
        .map(|((from, low), (to, high))| (from, low, to, high))
        .find(|(_, _, _, high)| share < **high);
    let hours = match inside {
        Some((from, low, to, high)) => from + (share - low) / (high - low) * (to - from),
        None => {
            let (last, reached) = FIXED.last().copied().unwrap_or_default();
            last + (share - reached) / TAIL_PER_HOUR
        }
    };
    (hours <= 504.0).then(|| SignedDuration::from_secs_f64(hours * 3600.0))
}

#[cfg(test)]
mod tests {
    use super::patched_after;

    #[test]
    fn half_is_done_after_a_good_day_and_a_quarter_is_open_after_a_week() {
        let companies: Vec<_> = (0..1_000)
            .map(|number| patched_after(f64::from(number) / 1_000.0))
            .collect();
        assert!(
            companies
                .windows(2)
                .all(|pair| pair[1].is_none() || pair[0] <= pair[1]),
            "the quicker is not later"
        );
        for (hours, fixed) in [
            (0.0, 1),
            (32.0, 526),
            (78.5, 658),
            (122.0, 688),
            (177.2, 770),
            (200.0, 777),
        ] {
            let count = companies
                .iter()
                .flatten()
                .filter(|after| after.as_secs_f64() <= hours * 3600.0 + 1.0)
                .count();
            assert!(count.abs_diff(fixed) <= 2, "{hours} h: {count} of 1000");
        }
        assert_eq!(patched_after(0.99), None);
    }
}
