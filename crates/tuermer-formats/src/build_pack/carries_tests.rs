//! What the packs of the program and of a chamber carry, and packs that have no builds.

use super::{Fault, needs_builds, packs, read};
use tuermer_core::channel::Service;
use tuermer_core::ids::ThreatId;
use tuermer_core::pack::{BuildPack, Carried, PackState};
use tuermer_core::product::ProductKey;
use tuermer_core::scale::Tlp;
use tuermer_core::threat::{ProductStatus, Statement, Threat, ThreatSource, Vulnerability};
use tuermer_core::version::VersionRule;

const CHAMBER: &str = include_str!("../../tests/fixtures/build_pack-mail.toml");
const GATEWAY: &str = include_str!("../../tests/fixtures/build_pack-gateway.toml");
const UNKNOWN_FLAW: &str = "CVE-2025-90001";

/// A threat as a catalogue or record names it.
fn threat(flaw: &str, products: &[(&str, &str)]) -> Threat {
    let day = "2025-05-14T12:00:00Z".parse().unwrap();
    let statement = |(vendor, product): &(&str, &str)| Statement {
        vulnerability: Some(0),
        product: ProductKey::new(vendor, product),
        product_name: format!("{vendor} {product}"),
        versions: VersionRule::All,
        status: ProductStatus::Affected,
        remedy: None,
        justification: None,
    };
    Threat {
        id: ThreatId(flaw.into()),
        tracking_id: flaw.into(),
        revision: "1".into(),
        title: String::new(),
        publisher: String::new(),
        published_at: day,
        released_at: day,
        tlp: Tlp::Clear,
        category: String::new(),
        source: ThreatSource::Cve,
        withdrawn: false,
        exploited: true,
        level: None,
        vulnerabilities: vec![Vulnerability {
            id: flaw.into(),
            ..Vulnerability::default()
        }],
        statements: products.iter().map(statement).collect(),
        references: Vec::new(),
    }
}

#[track_caller]
fn check(packs: &[BuildPack], threat: &Threat, product: &str, mail: bool) {
    let expected: &[Service] = if mail { &[Service::Mail] } else { &[] };
    let services = Carried::new(packs, threat).services(product);
    assert_eq!(services, expected, "{product}: {:?}", threat.statements);
}

#[test]
fn products_that_carry_mail_are_known_in_the_spellings_of_sources() {
    for (vendor, product, mail) in [
        // Catalogue of exploited vulnerabilities
        ("Microsoft", "Exchange Server", true),
        ("Microsoft", "Exchange", true),
        ("Synacor", "Zimbra Collaboration Suite (ZCS)", true),
        ("Synacor", "Zimbra Collaborate Suite (ZCS)", true),
        (
            "Barracuda Networks",
            "Email Security Gateway (ESG) Appliance",
            true,
        ),
        ("Exim", "Mail Transfer Agent (MTA)", true),
        ("MDaemon", "Email Server", true),
        ("Roundcube", "Webmail", true),
        ("SmarterTools", "SmarterMail", true),
        ("SonicWall", "SonicWall Email Security", true),
        ("Libraesva", "Email Security Gateway", true),
        // CVE records
        ("Fortinet", "FortiMail", true),
        ("Fortinet", "Fortinet FortiMail", true),
        ("fortinet", "fortimail", true),
        (
            "Microsoft",
            "Microsoft Exchange Server 2016 Cumulative Update 21",
            true,
        ),
        ("HCL Software", "HCL Domino Server", true),
        ("proxmox", "mail_gateway", true),
        ("Open-Xchange GmbH", "OX App Suite", true),
        ("Cisco", "Cisco Secure Email", true),
        ("trendmicro", "interscan_messaging_security_suite", true),
        // A word of firms, without its maker
        ("", "Zimbra", true),
        // Neighbours that carry none
        ("Fortinet", "FortiOS", false),
        ("Fortinet", "Multiple Products", false),
        ("Cisco", "Adaptive Security Appliance", false),
        ("SmarterTools", "SmarterTrack", false),
        ("proxmox", "virtual_environment", false),
        ("Kerio", "Control", false),
        ("PHP", "PHPMailer", false),
        ("Microsoft", "Outlook", false),
        ("Beispiel", "Mailhaus Server", false),
    ] {
        let threat = threat(UNKNOWN_FLAW, &[(vendor, product)]);
        check(packs(), &threat, &format!("{vendor} {product}"), mail);
        check(packs(), &threat, "", mail);
    }
}

#[test]
fn of_several_products_the_members_own_counts() {
    let both = threat(
        UNKNOWN_FLAW,
        &[("Fortinet", "FortiOS"), ("Fortinet", "FortiMail")],
    );
    for (product, mail) in [
        ("Fortinet FortiOS", false),
        ("FortiGate", false),
        ("Fortinet FortiMail", true),
        ("", true),
        ("Firewall", true),
    ] {
        check(packs(), &both, product, mail);
    }
    // The record names no product, the pack of Exchange knows the flaw.
    let record = threat("CVE-2021-26855", &[]);
    check(packs(), &record, "Microsoft Exchange Server 2016", true);
}

#[test]
fn a_chamber_tells_what_its_products_carry() {
    let own = read(CHAMBER, "").unwrap();
    assert_eq!(
        own.judge("4.2.7", UNKNOWN_FLAW, own.as_of).state,
        PackState::NoRule
    );
    assert_eq!(own.problems(own.as_of), []);
    let mut all = packs().to_vec();
    all.push(own);
    let threat = threat(UNKNOWN_FLAW, &[("Beispiel GmbH", "Mailhaus")]);
    check(&all, &threat, "Beispiel GmbH Mailhaus", true);
    check(packs(), &threat, "Beispiel GmbH Mailhaus", false);
}

#[test]
fn what_does_not_belong_together_is_refused_at_its_place() {
    let mail = |from: &str, to: &str| CHAMBER.replace(from, to);
    for (pack, builds, says) in [
        (
            mail("\"mail\"]", "\"mail\", \"post\"]"),
            "",
            "pack.toml line 7, field carries: \"post\" must be one of: mail",
        ),
        (
            mail("carries = [\"mail\"]\n", ""),
            "",
            "pack.toml line 6, field carries: \"\" must name a service",
        ),
        (
            mail("[\"mail\"]", "[]"),
            "",
            "pack.toml line 6, field carries: \"\" must name a service",
        ),
        (
            mail("as_of", "form = \"three-dotted\"\nas_of"),
            "",
            "pack.toml line 9, field form: \"three-dotted\" must not stand in a pack whose rule is none",
        ),
        (
            format!("{CHAMBER}\n[[line]]\nname = \"4\"\ntitle = \"Four\"\n"),
            "",
            "pack.toml line 12, field line: \"4\" must not stand",
        ),
        (
            CHAMBER.into(),
            "build,line,update\n4.2.7,4.2,BG\n",
            "builds.csv line 2, field build: \"4.2.7\" must not stand",
        ),
        (
            mail("rule = \"none\"", "rule = \"branch-fixed-build\""),
            "",
            "pack.toml line 6, field form: \"\" must be four-dotted",
        ),
        (
            mail(
                "rule = \"none\"",
                "form = \"three-dotted\"\nrule = \"branch-fixed-build\"",
            ),
            "",
            "pack.toml line 7, field rule: \"branch-fixed-build\" needs a [[line]] and a [[fix]]",
        ),
        (
            GATEWAY.replace("\"branch-fixed-build\"", "\"none\""),
            "",
            "field form: \"three-dotted\" must not stand",
        ),
    ] {
        let error = read(&pack, builds).expect_err(says).to_string();
        assert!(error.contains(says), "{error} / {says}");
    }
}

#[test]
fn every_service_is_named_where_one_is_wrong() {
    let wrong = CHAMBER.replace("[\"mail\"]", "[\"?\"]");
    let error = read(&wrong, "").unwrap_err();
    assert_eq!(error.fault, Fault::Service);
    for service in Service::ALL {
        assert!(error.to_string().contains(service.as_str()), "{error}");
    }
}

#[test]
fn only_a_pack_that_lacks_its_table_needs_a_second_file() {
    let (exchange, _) = super::files("exchange").unwrap();
    for (pack, needs) in [
        (exchange, true),
        (GATEWAY, false),
        (CHAMBER, false),
        ("no pack", false),
    ] {
        assert_eq!(needs_builds(pack), needs, "{pack}");
    }
}
