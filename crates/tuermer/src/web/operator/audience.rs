//! The audience of a warning as an approver sees it: in numbers, and by three samples as different as it allows.

use tuermer_core::locale::Language;
use tuermer_core::scale::{Certainty, Status};
use tuermer_core::warning::{Channel, Recipient};

/// Samples shown to the approver (warning rules 2.8).
const SAMPLES: usize = 3;

/// How many companies are told what, and how.
#[derive(Default)]
pub struct Counts {
    /// Companies.
    pub total: u64,
    /// By strength of the sentence; those undecided as `open`.
    pub strengths: Vec<(&'static str, u64)>,
    /// By channel; a company may have two.
    pub channels: Vec<(&'static str, u64)>,
    /// By language.
    pub languages: Vec<(&'static str, u64)>,
    /// With signs of a break-in: called, not mailed.
    pub incidents: u64,
    /// On the call list without a number.
    pub unreachable: u64,
}

/// The audience in numbers.
pub fn count(audience: &[Recipient]) -> Counts {
    let number = |condition: &dyn Fn(&Recipient) -> bool| {
        audience
            .iter()
            .filter(|recipient| condition(recipient))
            .count() as u64
    };
    let strengths = [
        ("observed", Certainty::Observed),
        ("likely", Certainty::Likely),
        ("possible", Certainty::Possible),
        ("unlikely", Certainty::Unlikely),
    ];
    let mut shares: Vec<(&'static str, u64)> = strengths
        .into_iter()
        .map(|(key, certainty)| {
            (
                key,
                number(&|r| r.status == Status::Affected && r.certainty == certainty),
            )
        })
        .collect();
    shares.push(("open", number(&|r| r.status != Status::Affected)));
    let uses = |r: &Recipient, channel| r.channels().any(|planned| planned == channel);
    let channels = Channel::ALL
        .iter()
        .map(|channel| (channel.as_str(), number(&|r| uses(r, *channel))));
    let languages = Language::ALL
        .into_iter()
        .map(|language| (language.code(), number(&|r| r.language == language)));
    Counts {
        total: audience.len() as u64,
        strengths: shares.into_iter().filter(|(_, n)| *n > 0).collect(),
        channels: channels.filter(|(_, n)| *n > 0).collect(),
        languages: languages.filter(|(_, n)| *n > 0).collect(),
        incidents: number(&|r| r.incident),
        unreachable: number(&|r| {
            let mut read = r
                .planned()
                .filter(|way| way.channel.nature().reaches_person);
            read.all(|way| way.address.is_empty())
        }),
    }
}

/// Three real recipients, as different from one another as the audience allows.
pub fn chosen(audience: &[Recipient]) -> Vec<&Recipient> {
    let mut chosen: Vec<&Recipient> = Vec::new();
    let mailed = || {
        audience
            .iter()
            .filter(|recipient| !recipient.email().is_empty() && !recipient.incident)
    };
    for recipient in mailed() {
        let kind = (recipient.status, recipient.certainty, recipient.language);
        if chosen.len() < SAMPLES
            && !chosen
                .iter()
                .any(|other| (other.status, other.certainty, other.language) == kind)
        {
            chosen.push(recipient);
        }
    }
    for recipient in mailed() {
        if chosen.len() < SAMPLES
            && !chosen
                .iter()
                .any(|other| other.organisation == recipient.organisation)
        {
            chosen.push(recipient);
        }
    }
    chosen
}
