//! The verdict on an organisation as of an earlier day, from the facts that were known on that day.
//!
//! Where the facts reached us only later, the earliest ones are taken and the answer says so: "nothing known" would
//! be true and useless. It never mixes in what was learned after those.

use crate::acknowledgement::Acknowledgement;
use crate::assess::{Case, assess_organisation};
use crate::asset::Asset;
use crate::constituency::Constituency;
use crate::exposure::Exposure;
use crate::ids::OrganisationId;
use crate::observation::Sighting;
use jiff::Timestamp;

/// Something we were told, and how long it stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Told<T> {
    /// What.
    pub what: T,
    /// When it reached us.
    pub since: Timestamp,
    /// When other words took its place, or it was taken back; `None` = it still stands.
    pub until: Option<Timestamp>,
}

/// Everything one organisation was ever known to have, show and say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Past {
    /// Products, in every wording.
    pub assets: Vec<Told<Asset>>,
    /// Signs.
    pub sightings: Vec<Told<Sighting>>,
    /// Answers to the threat.
    pub answers: Vec<Told<Acknowledgement>>,
}

/// A verdict about an earlier day.
#[derive(Debug, Clone, PartialEq)]
pub struct Then {
    /// The verdict.
    pub exposure: Exposure,
    /// When the facts behind it reached us.
    pub facts_since: Timestamp,
    /// They reached us only after the day that was asked about.
    pub late: bool,
}

impl<T> Told<T> {
    /// It stood at `at`.
    pub fn stood(&self, at: Timestamp) -> bool {
        self.since <= at && self.until.is_none_or(|until| at < until)
    }
}

/// Judges one organisation as of `case.now`; `None` where nothing of it ever had to do with the threat.
pub fn judge(case: Case<'_>, organisation: &OrganisationId, past: &Past) -> Option<Then> {
    let at = case.now;
    let answer = past
        .answers
        .iter()
        .filter(|answer| answer.stood(at))
        .max_by_key(|answer| answer.what.at);
    let answer = answer.map(|answer| &answer.what);
    if let Some(exposure) = assess_organisation(case, &past.snapshot(at), organisation, answer) {
        let facts_since = past
            .concerning(case, organisation)
            .filter(|since| *since <= at)
            .min()
            .unwrap_or(at);
        return Some(Then {
            exposure,
            facts_since,
            late: false,
        });
    }
    let first = past
        .concerning(case, organisation)
        .filter(|since| *since > at)
        .min()?;
    let exposure = assess_organisation(case, &past.snapshot(first), organisation, answer)?;
    Some(Then {
        exposure,
        facts_since: first,
        late: true,
    })
}

impl Past {
    /// What stood at one moment.
    fn snapshot(&self, at: Timestamp) -> Constituency {
        let assets = self
            .assets
            .iter()
            .filter(|asset| asset.stood(at))
            .map(|asset| asset.what.clone());
        let sightings = self
            .sightings
            .iter()
            .filter(|sign| sign.stood(at))
            .map(|sign| sign.what.clone());
        Constituency::new(assets.collect(), sightings.collect())
    }

    /// When each fact that has to do with the threat reached us: those that alone would give a verdict.
    fn concerning<'a>(
        &'a self,
        case: Case<'a>,
        organisation: &'a OrganisationId,
    ) -> impl Iterator<Item = Timestamp> + 'a {
        let concerns = move |constituency: Constituency| {
            assess_organisation(case, &constituency, organisation, None).is_some()
        };
        let assets = self
            .assets
            .iter()
            .filter(move |asset| concerns(Constituency::new(vec![asset.what.clone()], Vec::new())));
        let signs = self
            .sightings
            .iter()
            .filter(move |sign| concerns(Constituency::new(Vec::new(), vec![sign.what.clone()])));
        assets
            .map(|asset| asset.since)
            .chain(signs.map(|sign| sign.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acknowledgement::Answer;
    use crate::asset::Presence;
    use crate::ids::{AssetId, ThreatId};
    use crate::product::ProductKey;
    use crate::remeasure::NO_REPORTS;
    use crate::scale::{Source, Status, Tlp};
    use crate::threat::{ProductStatus, Statement, Threat, ThreatSource, Vulnerability};
    use crate::urgency::Urgencies;
    use crate::version::VersionRule;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(day * 86_400).unwrap()
    }

    fn threat() -> Threat {
        let statement = Statement {
            vulnerability: Some(0),
            product: ProductKey::new("Beispiel", "Gateway"),
            product_name: "Gateway".into(),
            versions: VersionRule::Exactly("1.0".into()),
            status: ProductStatus::Affected,
            remedy: None,
            justification: None,
        };
        Threat {
            id: ThreatId("x|1".into()),
            tracking_id: "1".into(),
            revision: "1".into(),
            title: "Gateway".into(),
            publisher: "Beispiel".into(),
            published_at: day(0),
            released_at: day(0),
            tlp: Tlp::Clear,
            category: "csaf_security_advisory".into(),
            source: ThreatSource::Csaf,
            withdrawn: false,
            exploited: false,
            level: None,
            vulnerabilities: vec![Vulnerability {
                id: "CVE-2026-0001".into(),
                ..Vulnerability::default()
            }],
            statements: vec![
                Statement {
                    versions: VersionRule::Exactly("2.0".into()),
                    status: ProductStatus::Fixed,
                    ..statement.clone()
                },
                statement,
            ],
            references: Vec::new(),
        }
    }

    fn asset(version: &str, since: i64, until: Option<i64>) -> Told<Asset> {
        let what = Asset {
            id: AssetId("a".into()),
            organisation: OrganisationId("o".into()),
            vendor: "Beispiel".into(),
            product: "Gateway".into(),
            version: version.into(),
            build: None,
            hostname: "gw".into(),
            source: Source::Provider,
            observed_at: day(since),
            note: String::new(),
            presence: Presence::OnPremises,
        };
        Told {
            what,
            since: day(since),
            until: until.map(day),
        }
    }

    /// Status, when the facts came, and whether that was too late for the day asked about.
    fn check(past: &Past, asked: i64) -> Option<(Status, i64, bool)> {
        let threat = threat();
        let urgencies = Urgencies::of(&crate::urgency::tests::policy(), &threat);
        let case = Case {
            threat: &threat,
            packs: &[],
            urgencies: &urgencies,
            reports: &NO_REPORTS,
            now: day(asked),
        };
        judge(case, &OrganisationId("o".into()), past).map(|then| {
            (
                then.exposure.status,
                then.facts_since.as_second() / 86_400,
                then.late,
            )
        })
    }

    #[test]
    fn only_what_was_known_then_counts() {
        let mut past = Past {
            assets: vec![asset("1.0", 10, Some(20)), asset("2.0", 20, None)],
            ..Past::default()
        };
        for (asked, wanted) in [
            (5, (Status::Affected, 10, true)),
            (10, (Status::Affected, 10, false)),
            (19, (Status::Affected, 10, false)),
            (20, (Status::Fixed, 10, false)),
            (30, (Status::Fixed, 10, false)),
        ] {
            assert_eq!(check(&past, asked), Some(wanted), "day {asked}");
        }
        let said = Acknowledgement {
            organisation: OrganisationId("o".into()),
            threat: ThreatId("x|1".into()),
            answer: Answer::Done,
            cloud: None,
            by: Source::Member,
            at: day(12),
        };
        past.answers.push(Told {
            what: said,
            since: day(12),
            until: Some(day(14)),
        });
        assert_eq!(
            [11, 12, 13, 14].map(|asked| check(&past, asked).map(|then| then.0 == Status::Fixed)),
            [Some(false), Some(true), Some(true), Some(false)]
        );
        assert_eq!(check(&Past::default(), 10), None);
    }
}
