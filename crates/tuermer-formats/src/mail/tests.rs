//! The composed mail against the rules of a warning: order, lengths, strengths, escaping.

use super::*;
use crate::build_pack::packs;
use crate::content::Occasion;
use jiff::Timestamp;
use tuermer_core::ids::{OrganisationId, ThreatId, WarningNumber};
use tuermer_core::product::ProductKey;
use tuermer_core::scale::Tlp;
use tuermer_core::threat::{ProductStatus, Statement, Threat, Vulnerability};
use tuermer_core::version::VersionRule;
use tuermer_core::warning::{Form, WarningState};

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn zone() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// The threat of March 2021 as an operator states it.
pub(crate) fn exchange() -> Threat {
    let cves = [
        "CVE-2021-26855",
        "CVE-2021-26857",
        "CVE-2021-26858",
        "CVE-2021-27065",
    ];
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
        source: tuermer_core::threat::ThreatSource::Csaf,
        withdrawn: false,
        exploited: true,
        level: Some(Level::Extreme),
        vulnerabilities: cves
            .map(|id| Vulnerability {
                id: id.into(),
                ..Vulnerability::default()
            })
            .to_vec(),
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

pub(super) fn warning(threat: &Threat, urgency: Urgency) -> Warning {
    let zone = zone();
    let now = at("2021-03-05T17:30:00Z");
    let occasion = Occasion {
        threat,
        packs: packs(),
        urgency,
        now,
        zone: &zone,
    };
    let mut texts: Vec<WarningText> = Language::ALL
        .map(|language| occasion.alert(language))
        .to_vec();
    texts[0].talk =
        "IT-Sicherheitstalk, online, Donnerstag, 11. März, 14:00 Uhr, kostenlos.".into();
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
        form: Form::NEWEST,
        drafted_at: now,
        submitted_at: None,
        approved_at: None,
        replaces: None,
    }
}

pub(super) fn recipient(language: Language) -> Recipient {
    let reason = match language {
        Language::German => {
            "Unter mail.musterbau.example antwortet ein Exchange-Server ohne das Update vom 2. März."
        }
        Language::English => {
            "At mail.musterbau.example an Exchange server answers without the update of 2 March."
        }
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
        ways: Vec::new(),
    }
}

pub(super) fn sender(language: Language) -> Sender {
    let german = language == Language::German;
    let pick = |a: &str, b: &str| if german { a.to_string() } else { b.to_string() };
    Sender {
        name: "IHK Musterstadt".into(),
        phone: "0271 55500-7".into(),
        hours: pick(
            "heute bis 22 Uhr, Samstag 8 bis 20 Uhr",
            "today until 22:00, Saturday 8:00 to 20:00",
        ),
        proof: pick(
            "auf Ihrem letzten Beitragsbescheid",
            "on your last membership fee notice",
        ),
        legal: pick("§ 1 IHKG", "section 1 IHKG"),
        typed_host: "ihk-musterstadt.example".into(),
        zone: zone(),
    }
}

pub(super) fn composed(warning: &Warning, recipient: &Recipient, drill: bool) -> Mail {
    let text = warning
        .texts
        .iter()
        .find(|text| text.language == recipient.language)
        .unwrap();
    let link = format!(
        "https://ihk-musterstadt.example/w/{}?t={}",
        warning.number,
        "0123456789abcdef".repeat(2) + "01234567"
    );
    let sent_at = times::full_moment(at("2021-03-05T17:30:00Z"), &zone(), recipient.language);
    compose(
        warning,
        text,
        recipient,
        &sender(recipient.language),
        &link,
        drill,
        &sent_at,
    )
}

/// Verdicts and how strongly they are said.
const STRENGTHS: &[(Status, Certainty, &str, &str)] = &[
    (
        Status::Affected,
        Certainty::Observed,
        "ist betroffen",
        "is affected",
    ),
    (
        Status::Affected,
        Certainty::Likely,
        "ist vermutlich betroffen",
        "is probably affected",
    ),
    (
        Status::Affected,
        Certainty::Possible,
        "könnte betroffen sein",
        "may be affected",
    ),
    (
        Status::Unknown,
        Certainty::Observed,
        "ist vermutlich betroffen",
        "is probably affected",
    ),
    (
        Status::Unknown,
        Certainty::Likely,
        "ist vermutlich betroffen",
        "is probably affected",
    ),
    (
        Status::Unknown,
        Certainty::Possible,
        "könnte betroffen sein",
        "may be affected",
    ),
    (
        Status::Unknown,
        Certainty::Unlikely,
        "könnte betroffen sein",
        "may be affected",
    ),
];

#[test]
fn the_strength_of_the_sentence_follows_the_verdict() {
    for &(status, certainty, german, english) in STRENGTHS {
        for (language, verdict) in [
            (Language::German, format!("Die Musterbau GmbH {german}.")),
            (Language::English, format!("Musterbau GmbH {english}.")),
        ] {
            let question = "Läuft bei Ihnen ein eigener Exchange-Server?".to_string();
            let sample = Recipient {
                status,
                certainty,
                question: question.clone(),
                ..recipient(language)
            };
            let mail = composed(&warning(&exchange(), Urgency::Today), &sample, false);
            for part in [&mail.text, &mail.html] {
                assert!(
                    part.contains(&verdict) && part.contains(&question),
                    "{status:?} {certainty:?}: {part}"
                );
                // The only "not affected" is the sentence that says who is not.
                assert_eq!(
                    part.to_lowercase().matches("nicht betroffen").count()
                        + part.matches("not affected").count(),
                    1,
                    "{part}"
                );
            }
        }
    }
}

/// The visible words of an HTML part.
fn visible(html: &str) -> String {
    let body = html.split_once("<body").unwrap().1;
    let mut text = String::new();
    let mut inside = true;
    for c in body
        .replace("<br>", " ")
        .replace("</td>", " ")
        .replace("</li>", " ")
        .chars()
    {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    text.replace("&nbsp;", " ")
        .replace("&#38;", "&")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
}

#[test]
fn the_text_part_never_says_less() {
    let bare = |text: &str| {
        text.to_lowercase()
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { ' ' })
            .collect::<String>()
    };
    for language in Language::ALL {
        for cancel in [false, true] {
            let mut warning = warning(&exchange(), Urgency::Today);
            if cancel {
                warning.message_type = MessageType::Cancel;
                warning.replaces = Some(WarningNumber("W-2021-006".into()));
            }
            let mail = composed(&warning, &recipient(language), true);
            let text = bare(&mail.text);
            let known: Vec<&str> = text.split_whitespace().collect();
            let html = visible(&mail.html).replacen(&mail.preheader, "", 1);
            let html = bare(&html);
            let missing: Vec<&str> = html
                .split_whitespace()
                .filter(|word| !known.contains(word))
                .collect();
            assert_eq!(missing, Vec::<&str>::new(), "{}", mail.text);
            assert!(html.split_whitespace().count() > 60, "{html}");
        }
    }
}

#[test]
fn what_comes_from_outside_is_text_and_nothing_else() {
    let hostile = Recipient {
        name: "<script>alert(1)</script>\r\nBcc: x@example.org \u{202e}GmbH".into(),
        reason: "</td><img src=x> & mehr".into(),
        provider_name: "\"><b>IT".into(),
        ..recipient(Language::German)
    };
    let mut warning = warning(&exchange(), Urgency::Today);
    warning.texts[0].headline = "Zeile\r\nBcc: y@example.org".into();
    let mail = composed(&warning, &hostile, false);
    assert_eq!(mail.subject, "Zeile Bcc: y@example.org [W-2021-007]");
    assert!(
        !mail.html.contains("<script")
            && !mail.html.contains("<img")
            && !mail.html.contains("><b>IT"),
        "{}",
        mail.html
    );
    assert!(
        mail.html
            .contains("&#60;script&#62;alert(1)&#60;/script&#62; Bcc: x@example.org GmbH"),
        "{}",
        mail.html
    );
    assert!(
        !mail.text.contains('\r') && !mail.text.lines().any(|line| line.starts_with("Bcc:")),
        "{}",
        mail.text
    );
}

#[test]
fn the_html_part_is_small_quiet_and_readable_in_the_dark() {
    let long = "Sehr langer Name ".repeat(18);
    for language in Language::ALL {
        let sample = Recipient {
            name: long.clone(),
            reason: long.clone(),
            question: long.clone(),
            provider_name: long.clone(),
            ..recipient(language)
        };
        let html = composed(&warning(&exchange(), Urgency::Today), &sample, true).html;
        assert!(html.len() <= 20 * 1024, "{} bytes", html.len());
        for forbidden in [
            "<img", "<script", "<form", "url(", "@import", "<link", "cid:",
        ] {
            assert!(!html.contains(forbidden), "{forbidden}: {html}");
        }
        // Every element with a text colour has a class that changes it in the dark; the bar keeps white on its colour.
        for element in html
            .split('<')
            .filter(|element| element.contains(";color:#") || element.contains("\"color:#"))
        {
            let classed = [" fg\"", "\"fg\"", "\"mu\"", "\"ln\""]
                .iter()
                .any(|class| element.contains(class));
            assert!(classed || element.contains("color:#ffffff"), "{element}");
        }
        assert!(
            html.matches("<a class=\"ln\"").count() == html.matches("<a ").count()
                && html.contains("<a "),
            "{html}"
        );
        // Each tint of a box changes with it.
        for element in html
            .split('<')
            .filter(|element| element.contains("bgcolor") && element.contains("color:#171a1f"))
        {
            assert!(
                element.contains("\"al ") || element.contains("\"bx "),
                "{element}"
            );
        }
    }
}

#[test]
fn a_drill_says_so_and_a_missing_provider_is_no_gap() {
    for (language, subject, body, call) in [
        (
            Language::German,
            "Übung: Microsoft Exchange",
            "ÜBUNG",
            "1. Rufen Sie Ihren IT-Betreuer an.\n",
        ),
        (
            Language::English,
            "Exercise: Microsoft Exchange",
            "EXERCISE",
            "1. Call your IT provider.\n",
        ),
    ] {
        let sample = Recipient {
            provider_name: String::new(),
            provider_phone: String::new(),
            ..recipient(language)
        };
        let warning = warning(&exchange(), Urgency::Today);
        let mail = composed(&warning, &sample, true);
        assert!(
            mail.subject.starts_with(subject)
                && mail.text.starts_with(body)
                && mail.html.contains(body),
            "{}\n{}",
            mail.subject,
            mail.text
        );
        assert!(mail.text.contains(call), "{}", mail.text);
        let real = composed(&warning, &sample, false);
        assert!(!real.text.contains(body) && !real.html.contains(body));
    }
}

#[test]
fn numbers_are_readable_and_can_be_dialled() {
    for (text, readable, dialled) in [
        ("+492714040", "0271 4040", "+492714040"),
        ("0271 55500-7", "0271 55500-7", "+49271555007"),
        ("+31201234567", "+31 20 123 4567", "+31201234567"),
        ("nur abends", "nur abends", ""),
        ("", "", ""),
    ] {
        assert_eq!(
            telephone(text),
            (readable.to_string(), dialled.to_string()),
            "{text}"
        );
    }
}
