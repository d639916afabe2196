//! The figures of the play: what `--json` prints and the tests hold.

use serde::Serialize;
use tuermer_core::picture::Clock;

/// Figures of one play. Everything but `seconds` and `peak_rss_mb` follows from seed and size.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Members imported.
    pub members: u64,
    /// Providers imported.
    pub providers: u64,
    /// Members that really run Exchange; only the play knows them.
    pub with_exchange: u64,
    /// Those of them whose server the register knew on 2 March.
    pub with_exchange_known: u64,
    /// Verdicts of the first night.
    pub first_night: Verdicts,
    /// Verdicts at the end.
    pub at_the_end: Verdicts,
    /// Companies warned at least once.
    pub warned: u64,
    /// Warnings released.
    pub warnings: u64,
    /// Mails in the folder.
    pub mails: u64,
    /// Companies on the call list.
    pub calls: u64,
    /// Companies that answered.
    pub answered: u64,
    /// Fixed by their own word.
    pub fixed_reported: u64,
    /// Fixed by measurement.
    pub fixed_measured: u64,
    /// Companies that wait for help.
    pub needs_help: u64,
    /// Campaigns found on the evening of 5 March.
    pub campaigns: u64,
    /// Lines of the report of 11 March.
    pub sign_lines: u64,
    /// Of them, those that belong to a member.
    pub signs_attributed: u64,
    /// Signs of a break-in.
    pub incidents: u64,
    /// When what happened.
    pub clock: Times,
    /// Minutes from Microsoft's notice to the first mail.
    pub minutes_to_first_mail: i64,
    /// Real seconds the play took.
    pub seconds: f64,
    /// Most memory the program held, in MB.
    pub peak_rss_mb: u64,
}

/// How many verdicts of which kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Verdicts {
    /// The hole is there.
    pub affected: u64,
    /// The update is in.
    pub fixed: u64,
    /// Open question.
    pub unknown: u64,
    /// Does not concern them.
    pub not_affected: u64,
    /// Of affected and unknown: measured or told with all four numbers.
    pub observed: u64,
    /// Of affected and unknown: likely.
    pub likely: u64,
    /// Of affected and unknown: possible.
    pub possible: u64,
}

/// The clock of the picture, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Times {
    /// First public.
    pub published: Option<String>,
    /// Read here.
    pub seen: Option<String>,
    /// Matched with the stock.
    pub matched: Option<String>,
    /// Draft written.
    pub drafted: Option<String>,
    /// Second person agreed.
    pub approved: Option<String>,
    /// First mail.
    pub first_sent: Option<String>,
    /// Half of the audience reached.
    pub p50_delivered: Option<String>,
    /// Nine tenths of the audience reached.
    pub p90_delivered: Option<String>,
}

impl From<Clock> for Times {
    fn from(clock: Clock) -> Self {
        let Clock {
            published,
            seen,
            matched,
            drafted,
            approved,
            first_sent,
            p50_delivered,
            p90_delivered,
        } = clock;
        let [
            published,
            seen,
            matched,
            drafted,
            approved,
            first_sent,
            p50_delivered,
            p90_delivered,
        ] = [
            published,
            seen,
            matched,
            drafted,
            approved,
            first_sent,
            p50_delivered,
            p90_delivered,
        ]
        .map(|at| at.map(|at| at.to_string()));
        Self {
            published,
            seen,
            matched,
            drafted,
            approved,
            first_sent,
            p50_delivered,
            p90_delivered,
        }
    }
}

/// Most memory this process ever held, in MB; 0 where the system does not tell.
pub fn peak_rss_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or_default();
    line.split_whitespace()
        .next()
        .and_then(|kilobytes| kilobytes.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}
