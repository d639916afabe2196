//! The composed mail against the rules of a warning: order, lengths, strengths, escaping.

use super::*;
use crate::content::Occasion;
use crate::exchange_build::packs;
use crate::wrap::COLUMNS;
use jiff::Timestamp;
use tuermer_core::ids::{OrganisationId, ThreatId, WarningNumber};
use tuermer_core::product::ProductKey;
use tuermer_core::scale::Tlp;
use tuermer_core::threat::{ProductStatus, Statement, Threat, Vulnerability};
use tuermer_core::version::VersionRule;
use tuermer_core::warning::{Channel, WarningState};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn zone() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// The threat of March 2021 as an operator states it.
pub(crate) fn exchange() -> Threat {
    let cves = ["CVE-2021-26855", "CVE-2021-26857", "CVE-2021-26858", "CVE-2021-27065"];
    Threat {
        id: ThreatId("t".into()),
        tracking_id: "T-2021-1".into(),
        revision: "1".into(),
        title: "Microsoft Exchange Server".into(),
        publisher: "IHK Musterstadt".into(),
        published_at: at("2021-03-02T22:00:00Z"),
        released_at: at("2021-03-02T22:00:00Z"),
        tlp: Tlp::Clear,
        category: "csaf_security_advisory".into(),
        withdrawn: false,
        exploited: true,
        level: Some(Level::Extreme),
        vulnerabilities: cves.map(|id| Vulnerability { id: id.into(), ..Vulnerability::default() }).to_vec(),
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

fn warning(threat: &Threat, urgency: Urgency) -> Warning {
    let zone = zone();
    let now = at("2021-03-05T17:30:00Z");
    let occasion = Occasion { threat, packs: packs(), urgency, now, zone: &zone };
    let mut texts: Vec<WarningText> = Language::ALL.map(|language| occasion.alert(language)).to_vec();
    texts[0].talk = "IT-Sicherheitstalk, online, Donnerstag, 11. März, 14:00 Uhr, kostenlos.".into();
    texts[1].talk = "IT security talk (in German), online, Thursday, 11 March, 14:00, free.".into();
    Warning {
        number: WarningNumber("W-2021-007".into()),
        threat: threat.id.clone(),
        threat_revision: threat.revision.clone(),
        message_type: MessageType::Alert,
        level: threat.level(),
        urgency,
        state: WarningState::Draft,
        texts,
        submitted_by: None,
        approved_by: None,
        return_reason: None,
        content_hash: None,
        drafted_at: now,
        submitted_at: None,
        approved_at: None,
        replaces: None,
    }
}

fn recipient(language: Language) -> Recipient {
    let reason = match language {
        Language::German => "Unter mail.musterbau.example antwortet ein Exchange-Server ohne das Update vom 2. März.",
        Language::English => "At mail.musterbau.example an Exchange server answers without the update of 2 March.",
    };
    Recipient {
        organisation: OrganisationId("m1".into()),
        external_id: "1".into(),
        name: "Musterbau GmbH".into(),
        language,
        status: Status::Affected,
        certainty: Certainty::Likely,
        incident: false,
        reason: reason.into(),
        question: String::new(),
        seen_at: at("2021-03-05T13:10:00Z"),
        provider_name: "Muster-IT GmbH".into(),
        provider_phone: "+492714040".into(),
        contact_name: String::new(),
        email: "chef@musterbau.example".into(),
        phone: String::new(),
        channels: vec![Channel::Email, Channel::Phone],
    }
}

fn sender(language: Language) -> Sender {
    let german = language == Language::German;
    let pick = |a: &str, b: &str| if german { a.to_string() } else { b.to_string() };
    Sender {
        name: "IHK Musterstadt".into(),
        phone: "0271 55500-7".into(),
        hours: pick("heute bis 22 Uhr, Samstag 8 bis 20 Uhr", "today until 22:00, Saturday 8:00 to 20:00"),
        proof: pick("auf Ihrem letzten Beitragsbescheid", "on your last membership fee notice"),
        legal: pick("§ 1 IHKG", "section 1 IHKG"),
        typed_host: "ihk-musterstadt.example".into(),
        zone: zone(),
    }
}

fn composed(warning: &Warning, recipient: &Recipient, drill: bool) -> Mail {
    let text = warning.texts.iter().find(|text| text.language == recipient.language).unwrap();
    let link = format!("https://ihk-musterstadt.example/w/{}?t={}", warning.number, "0123456789abcdef".repeat(2) + "01234567");
    let sent_at = times::full_moment(at("2021-03-05T17:30:00Z"), &zone(), recipient.language);
    compose(warning, text, recipient, &sender(recipient.language), &link, drill, &sent_at)
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).collect()
}

/// Sentences of the prose: headings, digits, identifiers and addresses are none.
fn sentences(text: &str) -> Vec<usize> {
    let prose = text.split("\n\n").filter(|part| part.contains(['.', '?']) && !part.contains("CVE-") && !part.contains("1 = ")).skip(1);
    let mut lengths = Vec::new();
    for part in prose {
        let lines = part.lines().filter(|line| !line.starts_with("--") && !line.starts_with("http") && line.to_uppercase() != *line);
        let part: String = lines.collect::<Vec<_>>().join(" ");
        let mut length = 0_usize;
        let all = words(&part);
        for (index, word) in all.iter().enumerate() {
            let step = word.trim_end_matches('.').chars().all(|c| c.is_ascii_digit()) && word.ends_with('.');
            length += usize::from(!step || length > 0);
            let ends = word.trim_end_matches(['"', ')']).ends_with(['.', '?', '!', ':']) && !step;
            if ends || index + 1 == all.len() {
                lengths.push(length);
                length = 0;
            }
        }
    }
    lengths
}

#[test]
fn the_sample_keeps_the_measures_of_plain_language() {
    for language in Language::ALL {
        for (certainty, question) in [(Certainty::Observed, ""), (Certainty::Likely, ""), (Certainty::Possible, "Läuft bei Ihnen ein eigener Exchange-Server?")]
        {
            let sample = Recipient { certainty, question: question.into(), ..recipient(language) };
            let mail = composed(&warning(&exchange(), Urgency::Today), &sample, false);
            let widest = mail.text.lines().filter(|line| !line.starts_with("http")).map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= COLUMNS, "{}", mail.text);
            let (head, _) = mail.text.split_once("\n2. ").unwrap();
            let count = words(head).len();
            let lengths = sentences(&mail.text);
            let mean = lengths.iter().sum::<usize>() as f64 / lengths.len() as f64;
            println!(
                "{} {certainty:?}: {count} words to step 1, mean {mean:.1}, longest {:?}, {} bytes",
                language.code(),
                lengths.iter().max(),
                mail.html.len()
            );
            assert!(count <= 85, "{count} words:\n{head}");
            assert!(mean <= 12.0, "{mean} {lengths:?}\n{}", mail.text);
            assert!(lengths.iter().all(|length| *length <= 20), "{lengths:?}\n{}", mail.text);
            assert!(lengths.len() >= 15, "{lengths:?}");
        }
    }
}

#[test]
fn the_german_sample_is_exactly_this() {
    let mail = composed(&warning(&exchange(), Urgency::Today), &recipient(Language::German), false);
    println!("{}\n{}", mail.subject, mail.text);
    assert_eq!(mail.subject, "Microsoft Exchange: heute noch Update einspielen lassen [W-2021-007]");
    assert_eq!(mail.preheader, "Betrifft Firmen mit eigenem Exchange-Server. Nicht Microsoft 365. Drei Schritte.");
    let mail = composed(&warning(&exchange(), Urgency::Today), &recipient(Language::English), false);
    println!("{}\n{}", mail.subject, mail.text);
}
