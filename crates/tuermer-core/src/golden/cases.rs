//! The made-up cases of the golden table: assets, signs, answers, threats, a build pack and a policy.

use super::march;
use crate::acknowledgement::{Acknowledgement, Answer};
use crate::asset::{Asset, Presence};
use crate::ids::{AssetId, ObservationId, OrganisationId, ThreatId};
use crate::locale::{Language, Phrase};
use crate::observation::{Attribution, Observation, Sighting};
use crate::pack::{
    BuildForm, BuildPack, BuildRow, Condition, EndOfLife, Fix, PackRule, PaidUpdates, ProductLine,
    Untold,
};
use crate::product::ProductKey;
use crate::scale::{Level, Source, Tlp, Urgency};
use crate::taxonomy::IncidentType;
use crate::threat::{ProductStatus, Statement, Threat, ThreatSource, Vulnerability};
use crate::urgency::{PolicyRow, UrgencyPolicy};
use crate::version::VersionRule;
use jiff::civil::Date;
use std::sync::Arc;

const FLAW: &str = "CVE-2021-26855";
const PRODUCT: (&str, &str) = ("Microsoft", "Exchange Server");

pub(super) fn date(year: i16, month: i8, day: i8) -> Date {
    Date::new(year, month, day).unwrap_or_default()
}

pub(super) fn asset(version: &str, build: &str, note: &str) -> Asset {
    let (vendor, product) = PRODUCT;
    Asset {
        id: AssetId("a".into()),
        organisation: OrganisationId("o".into()),
        vendor: vendor.into(),
        product: product.into(),
        version: version.into(),
        build: (!build.is_empty()).then(|| build.to_string()),
        hostname: String::new(),
        source: Source::Provider,
        observed_at: march(1),
        note: note.into(),
        presence: Presence::OnPremises,
    }
}

/// What an inventory may tell.
pub(super) fn assets() -> Vec<(String, Asset)> {
    let told = [
        ("", "", ""),
        ("2016", "", ""),
        ("2016 CU19", "", ""),
        ("15.1.2176.2", "", ""),
        ("2016", "15.1.2176.9", ""),
        ("2016", "15.1.2176.9", "sessions-ended"),
        ("2016", "15.1.2176.9", "sessions-ended=no"),
        ("2016", "15.1.2176", "mitigated, internal"),
        ("2016", "15.1.2176.2", "Get-ExchangeServer, internet"),
        ("2016", "15.1.2106.2", "esu"),
        ("2016", "15.1.2106.2", "kein esu"),
        ("2013", "15.0.1497.2", ""),
        ("2010", "14.3.123.4", ""),
        ("2019", "15.2.1.1", ""),
        ("2016", "9.9.9.9", ""),
        ("1.2.3-beta", "", ""),
        ("7.1", "", ""),
    ];
    let mut assets: Vec<(String, Asset)> = told
        .into_iter()
        .map(|(version, build, note)| {
            (
                format!("{version}|{build}|{note}"),
                asset(version, build, note),
            )
        })
        .collect();
    for presence in [Presence::Absent, Presence::Cloud] {
        let asset = Asset {
            presence,
            ..asset("2016", "15.1.2176.2", "")
        };
        assets.push((format!("{presence:?}"), asset));
    }
    assets
}

/// What may be seen from outside, before and after the answers.
pub(super) fn signs() -> Vec<(String, Vec<Sighting>)> {
    let (vendor, product) = PRODUCT;
    let sign = |tags: &[&str], version: &str, incident, day| Sighting {
        organisation: OrganisationId("o".into()),
        attribution: Attribution::Network("192.0.2.0/24".into()),
        observation: Observation {
            id: ObservationId(format!("{day}")),
            hostname: Some("mail.example.org".into()),
            tags: tags.iter().map(|tag| (*tag).to_string()).collect(),
            proven_cves: tags
                .iter()
                .filter(|tag| tag.starts_with("cve-"))
                .map(|tag| tag.to_uppercase())
                .collect(),
            vendor: vendor.into(),
            product: product.into(),
            version: (!version.is_empty()).then(|| version.to_string()),
            ..Observation::new("scan_exchange", march(day), incident)
        },
    };
    let (hole, shell) = (
        IncidentType::VulnerableSystem,
        IncidentType::SystemCompromise,
    );
    let rows: [(&[&str], &str, IncidentType); 4] = [
        (&["exchange"], "", hole),
        (&["exchange"], "15.1.2176", hole),
        (&["exchange", "cve-2021-26855"], "15.1.2176", hole),
        (&["exchange", "webshell"], "15.1.2176", shell),
    ];
    let mut all = vec![("no sign".to_string(), Vec::new())];
    for day in [2, 9] {
        for (tags, version, incident) in rows {
            let name = format!("{tags:?} {version} on {day}");
            all.push((name, vec![sign(tags, version, incident, day)]));
        }
    }
    all
}

pub(super) fn answers() -> Vec<Option<Acknowledgement>> {
    let said = |answer| Acknowledgement {
        organisation: OrganisationId("o".into()),
        threat: ThreatId("t".into()),
        answer,
        cloud: None,
        by: Source::Member,
        at: march(3),
    };
    std::iter::once(None)
        .chain(Answer::ALL.iter().map(|answer| Some(said(*answer))))
        .collect()
}

/// A hole that the pack knows, one that only ranges tell of, one without versions, and a threat that was withdrawn.
pub(super) fn threats() -> Vec<(&'static str, Threat)> {
    let (affected, fixed) = (ProductStatus::Affected, ProductStatus::Fixed);
    let ranges = vec![
        statement(VersionRule::parse_range("< 15.1.2176.9"), affected, None),
        statement(VersionRule::Exactly("15.1.2176.9".into()), fixed, None),
        statement(
            VersionRule::Exactly("15.2.1.1".into()),
            ProductStatus::NotAffected,
            Some("component_not_present"),
        ),
        statement(
            VersionRule::Exactly("7.1".into()),
            ProductStatus::UnderInvestigation,
            None,
        ),
    ];
    let words = vec![statement(
        VersionRule::NotUnderstood("some".into()),
        affected,
        None,
    )];
    let everything = || vec![statement(VersionRule::All, affected, None)];
    let withdrawn = Threat {
        withdrawn: true,
        ..threat(FLAW, everything())
    };
    vec![
        ("pack", threat(FLAW, everything())),
        ("ranges", threat("CVE-2021-1", ranges)),
        ("words", threat("CVE-2021-1", words)),
        ("no versions", threat("CVE-2021-1", everything())),
        ("withdrawn", withdrawn),
    ]
}

/// A table of two updates, a second step, a paid update and a line that has ended.
pub(super) fn pack() -> BuildPack {
    let (old, middle, new) = ("Exchange 2010", "Exchange 2013", "Exchange 2016");
    BuildPack {
        name: "golden".into(),
        products: vec![ProductKey::new(PRODUCT.0, PRODUCT.1)],
        carries: None,
        title: "Microsoft Exchange Server".into(),
        source: String::new(),
        as_of: date(2021, 3, 12),
        rule: PackRule::ExchangeCuSu,
        form: BuildForm::FourDotted,
        lines: vec![
            line(old, 14, 3, EndOfLife::Day(date(2020, 10, 13))),
            line(middle, 15, 0, EndOfLife::NotKnown),
            line(new, 15, 1, EndOfLife::Open),
        ],
        rows: vec![
            row(new, [15, 1, 2106, 2], "CU18", None),
            row(new, [15, 1, 2176, 2], "CU19", None),
            row(new, [15, 1, 2176, 9], "CU19", Some("Mar21SU")),
        ],
        fixes: vec![Fix {
            cve: FLAW.into(),
            update: "Mar21SU".into(),
            lines: vec![new.into()],
            conditions: vec![
                condition("sessions-ended", Untold::Unknown),
                condition("hybrid-app", Untold::Fixed),
            ],
            published: None,
            url: String::new(),
        }],
        paid: vec![Arc::new(PaidUpdates {
            programme: "ESU".into(),
            lines: vec![new.into()],
            updates: vec!["Mar21SU".into()],
            until: date(2026, 11, 1),
            condition: condition("esu", Untold::Unknown),
        })],
        aliases: Vec::new(),
        compared: Vec::new(),
    }
}

/// Two rows and a lift; the policy of the program is data, this one asks its code.
pub(super) fn policy() -> UrgencyPolicy {
    let row = |id: &str, exposed, outcome| PolicyRow {
        id: Arc::from(id),
        inputs: [None, exposed, None, None],
        level_at_least: None,
        epss_at_least: None,
        outcome,
    };
    UrgencyPolicy {
        name: "golden".into(),
        version: "1".into(),
        source: String::new(),
        rows: vec![
            row("inside", Some(false), Urgency::Days60),
            row("outside", None, Urgency::Days14),
        ],
        lifts: vec![PolicyRow {
            level_at_least: Some(Level::Extreme),
            ..row("lift", None, Urgency::Today)
        }],
        due_dates: true,
    }
}

fn statement(
    versions: VersionRule,
    status: ProductStatus,
    justification: Option<&str>,
) -> Statement {
    Statement {
        vulnerability: Some(0),
        product: ProductKey::new(PRODUCT.0, PRODUCT.1),
        product_name: "Microsoft Exchange Server".into(),
        versions,
        status,
        remedy: None,
        justification: justification.map(str::to_string),
    }
}

fn threat(flaw: &str, statements: Vec<Statement>) -> Threat {
    Threat {
        id: ThreatId("t".into()),
        tracking_id: "T-1".into(),
        revision: "1".into(),
        title: "Exchange".into(),
        publisher: "Chamber".into(),
        published_at: march(2),
        released_at: march(2),
        tlp: Tlp::Clear,
        category: "csaf_security_advisory".into(),
        source: ThreatSource::Csaf,
        withdrawn: false,
        exploited: true,
        level: Some(Level::Serious),
        vulnerabilities: vec![Vulnerability {
            id: flaw.into(),
            cvss_tenths: Some(98),
            ..Vulnerability::default()
        }],
        statements,
        references: Vec::new(),
    }
}

fn condition(key: &str, untold: Untold) -> Arc<Condition> {
    Arc::new(Condition {
        key: key.into(),
        question: Phrase::new([(Language::LOG, format!("{key}?"))]),
        step: Phrase::new([(Language::LOG, key.to_string())]),
        untold,
        settled_by: Vec::new(),
        open_by: Vec::new(),
        settled_from_update: None,
        since: None,
    })
}

fn row(line: &str, build: [u32; 4], cumulative_update: &str, update: Option<&str>) -> BuildRow {
    BuildRow {
        build,
        line: line.into(),
        cumulative_update: cumulative_update.into(),
        update: update.map(str::to_string),
        affected_from: None,
        released: Some(date(2021, 3, 2)),
        available_from: None,
        kb: update.map(|_| "KB5000871".to_string()),
        source: String::new(),
    }
}

fn line(name: &str, major: u32, minor: u32, end_of_life: EndOfLife) -> ProductLine {
    ProductLine {
        name: name.into(),
        from: [major, minor, 0, 0],
        to: [major, minor, u32::MAX, u32::MAX],
        end_of_life,
    }
}
