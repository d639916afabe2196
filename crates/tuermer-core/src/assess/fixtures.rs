//! What tests judge with: a small pack in the shape of the real one, and a threat of March 2021.

use crate::ids::ThreatId;
use crate::pack::{BuildForm, BuildPack, BuildRow, EndOfLife, Fix, PackRule, ProductLine};
use crate::product::ProductKey;
use crate::scale::{Level, Tlp};
use crate::threat::{ProductStatus, Statement, Threat, Vulnerability};
use crate::version::VersionRule;
use jiff::Timestamp;
use jiff::civil::date;

pub(crate) const LEAK: &str = "CVE-2021-26855";

pub(crate) fn day(text: &str) -> Timestamp {
    format!("{text}T12:00:00Z").parse().unwrap()
}

/// A small table in the shape of the real one: CU18 and CU19, both with the March update.
pub(crate) fn pack() -> BuildPack {
    let row =
        |build: [u32; 4], cu: &str, update: Option<&str>, released: jiff::civil::Date| BuildRow {
            build,
            line: "Exchange Server 2016".into(),
            cumulative_update: cu.into(),
            update: update.map(str::to_string),
            affected_from: None,
            released: Some(released),
            available_from: None,
            kb: update.map(|_| "KB5000871".to_string()),
            source: "test".into(),
        };
    BuildPack {
        name: "exchange".into(),
        products: vec![ProductKey::new("Microsoft", "Exchange Server")],
        carries: None,
        title: "Microsoft Exchange Server".into(),
        source: "test".into(),
        as_of: date(2026, 8, 19),
        lines: vec![ProductLine {
            name: "Exchange Server 2016".into(),
            from: [15, 1, 0, 0],
            to: [15, 1, u32::MAX, u32::MAX],
            end_of_life: EndOfLife::Open,
        }],
        rule: PackRule::ExchangeCuSu,
        form: BuildForm::FourDotted,
        compared: Vec::new(),
        rows: vec![
            row([15, 1, 2106, 2], "CU18", None, date(2020, 9, 15)),
            row([15, 1, 2106, 13], "CU18", Some("Mar21SU"), date(2021, 3, 2)),
            row([15, 1, 2176, 2], "CU19", None, date(2020, 12, 15)),
            row([15, 1, 2176, 9], "CU19", Some("Mar21SU"), date(2021, 3, 2)),
        ],
        paid: Vec::new(),
        aliases: Vec::new(),
        fixes: vec![Fix {
            cve: LEAK.into(),
            update: "Mar21SU".into(),
            lines: vec!["Exchange Server 2016".into()],
            conditions: Vec::new(),
            published: None,
            url: String::new(),
        }],
    }
}

pub(crate) fn threat() -> Threat {
    Threat {
        id: ThreatId("t".into()),
        tracking_id: "T-1".into(),
        revision: "1".into(),
        title: "Exchange".into(),
        publisher: "Chamber".into(),
        published_at: day("2021-03-02"),
        released_at: day("2021-03-02"),
        tlp: Tlp::Clear,
        category: "csaf_security_advisory".into(),
        source: crate::threat::ThreatSource::Csaf,
        withdrawn: false,
        exploited: true,
        level: Some(Level::Extreme),
        vulnerabilities: vec![Vulnerability {
            id: LEAK.into(),
            ..Vulnerability::default()
        }],
        statements: vec![Statement {
            vulnerability: Some(0),
            product: ProductKey::new("Microsoft", "Exchange Server"),
            product_name: "Microsoft Exchange Server".into(),
            versions: VersionRule::All,
            status: ProductStatus::Affected,
            remedy: None,
            justification: None,
        }],
        references: Vec::new(),
    }
}

/// The same threat, of a flaw no pack knows, naming these products by vendor and product.
pub(crate) fn threat_naming(products: &[(&str, &str)]) -> Threat {
    let mut threat = threat();
    let pattern = threat.statements.pop().unwrap();
    let statement = |(vendor, product): &(&str, &str)| Statement {
        product: ProductKey::new(vendor, product),
        ..pattern.clone()
    };
    Threat {
        vulnerabilities: vec![Vulnerability {
            id: "CVE-2025-90001".into(),
            ..Vulnerability::default()
        }],
        statements: products.iter().map(statement).collect(),
        ..threat
    }
}
