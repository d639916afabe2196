//! Sentences are whole, in both languages and in one that does not exist, and facts come back as they were stored.

use super::*;
use crate::facts::{self, stored};
use tuermer_core::locale::Phrase;

#[test]
fn sentences_are_whole_and_name_the_facts() {
    let below = Reason::BuildBelowFix {
        product: "Exchange Server 2019".into(),
        build: "15.2.659.4".into(),
        cumulative_update: "CU6".into(),
        fix: "Mar21SU".into(),
        kb: "KB5000871".into(),
        cumulative_update_first: true,
        paid: None,
    };
    let german = reason(&below, Language::German);
    assert!(
        german.contains("15.2.659.4") && german.contains("KB5000871") && german.contains("CU6"),
        "{german}"
    );
    let english = reason(&below, Language::English);
    assert!(
        english.contains("CU6: the newest cumulative update (CU) must be installed first."),
        "{english}"
    );
}

#[test]
fn a_paid_update_is_told_with_what_to_do_without_it() {
    let below = |has| Reason::BuildBelowFix {
        product: "Exchange Server 2016".into(),
        build: "15.1.2507.61".into(),
        cumulative_update: "CU23".into(),
        fix: "Jun26SU".into(),
        kb: "KB1".into(),
        cumulative_update_first: false,
        paid: Some(Paid {
            programme: "ESU".into(),
            until: jiff::civil::date(2026, 11, 1),
            instead: Phrase::new([
                (Language::German, "auf SE umsteigen".into()),
                (Language::English, "move to SE".into()),
            ]),
            has,
        }),
    };
    for (has, german, english) in [
        (
            None,
            "Es gibt dieses Update nur mit bezahlter Verlängerung (ESU, bis 1. November 2026). Ohne sie: auf SE umsteigen.",
            "This update exists only with the paid updates (ESU, until 1 November 2026). Without them: move to SE.",
        ),
        (
            Some(true),
            "Sie haben die bezahlte Verlängerung (ESU) dafür: bitte einspielen lassen.",
            "You have the paid updates (ESU) for it: please have it installed.",
        ),
        (
            Some(false),
            "Ohne bezahlte Verlängerung (ESU) bekommt dieser Server es nicht: auf SE umsteigen.",
            "Without the paid updates (ESU) this server does not get it: move to SE.",
        ),
    ] {
        assert_eq!(
            reason(&below(has), Language::German),
            format!(
                "Ihr Exchange Server 2016 hat den Stand 15.1.2507.61. Das Update Jun26SU (KB1) fehlt. {german}"
            )
        );
        assert_eq!(
            reason(&below(has), Language::English),
            format!(
                "Your Exchange Server 2016 is at build 15.1.2507.61. The update Jun26SU (KB1) is missing. {english}"
            )
        );
    }
}

#[test]
fn without_a_cve_nobody_is_asked_for_a_hole() {
    let asked = |flaw: &str| {
        question(
            &Question::FlawClosed {
                product: "Example Gate".into(),
                flaw: flaw.into(),
            },
            Language::German,
        )
    };
    assert_eq!(
        asked("TUERMER-2026-0001"),
        "Ist bei Ihrem Example Gate getan, was die Meldung TUERMER-2026-0001 rät?"
    );
    assert!(
        asked("CVE-2024-0001")
            .starts_with("Ist die Lücke CVE-2024-0001 in Ihrem Example Gate geschlossen")
    );
}

#[test]
fn unknown_is_never_called_not_affected() {
    for unknown in [
        Reason::ProductOnly {
            product: "X".into(),
        },
        Reason::NoVersionsNamed {
            product: "X".into(),
            version: "1.2".into(),
        },
        Reason::EndOfLife {
            product: "X".into(),
            build: "1".into(),
        },
        Reason::UpdateUnknown {
            product: "X".into(),
            version: "1".into(),
            fix: "F".into(),
        },
        Reason::UnknownBuild {
            product: "X".into(),
            build: "1".into(),
        },
        Reason::NoStatement {
            product: "X".into(),
            build: "1".into(),
        },
    ] {
        assert!(!reason(&unknown, Language::German).contains("nicht betroffen"));
        assert!(!reason(&unknown, Language::English).contains("not affected"));
    }
}

/// Every reason as it is stored, with made-up facts.
const REASONS: &[&str] = &[
    r#"{"key":"build_has_fix","product":"[p]","build":"[v]","fix":"[x]"}"#,
    r#"{"key":"second_step","product":"[p]","build":"[v]","fix":"[x]","step":{"en":"[step]"},"told_open":true}"#,
    r#"{"key":"second_step","product":"[p]","build":"[v]","fix":"[x]","step":{"en":"[step]"},"told_open":false}"#,
    r#"{"key":"branch_without_fix","product":"[p]","build":"[v]","advisory":"[x]"}"#,
    r#"{"key":"update_unknown","product":"[p]","version":"[v]","fix":"[x]"}"#,
    r#"{"key":"update_unknown","product":"[p]","version":"[v]","fix":""}"#,
    r#"{"key":"end_of_life","product":"[p]","build":"[v]"}"#,
    r#"{"key":"no_statement","product":"[p]","build":"[v]"}"#,
    r#"{"key":"unknown_build","product":"[p]","build":"[v]"}"#,
    r#"{"key":"no_versions_named","product":"[p]","version":"[v]"}"#,
    r#"{"key":"product_only","product":"[p]"}"#,
    r#"{"key":"version_in_range","product":"[p]","version":"[v]","range":"[x]"}"#,
    r#"{"key":"version_in_range","product":"[p]","version":"[v]","range":""}"#,
    r#"{"key":"version_not_affected","product":"[p]","version":"[v]","justification":"[x]"}"#,
    r#"{"key":"version_not_affected","product":"[p]","version":"[v]","justification":""}"#,
    r#"{"key":"not_comparable","product":"[p]","version":"[v]","range":"[x]"}"#,
    r#"{"key":"proven_by_scan","host":"[x]","cve":"[v]"}"#,
    r#"{"key":"seen_from_outside","product":"[p]","host":"[x]","version":"[v]"}"#,
    r#"{"key":"break_in","host":"[x]","sign":"[v]"}"#,
    r#"{"key":"not_in_use","product":"[p]","cloud":true}"#,
    r#"{"key":"not_in_use","product":"[p]","cloud":false}"#,
    r#"{"key":"withdrawn"}"#,
    r#"{"key":"reported_fixed","by":"provider"}"#,
    r#"{"key":"no_longer_listed","by":"provider","report":"[x]","reports":3,"days":7}"#,
    r#"{"key":"seen_again","by":"provider","said_at":"2021-03-05T12:00:00Z","now":{"key":"proven_by_scan","host":"[x]","cve":"[v]"}}"#,
    r#"{"key":"reported_fixed","by":"register"}"#,
    r#"{"key":"no_longer_listed","by":"register","report":"[x]","reports":3,"days":7}"#,
    r#"{"key":"seen_again","by":"register","said_at":"2021-03-05T12:00:00Z","now":{"key":"proven_by_scan","host":"[x]","cve":"[v]"}}"#,
    r#"{"key":"reported_fixed","by":"member"}"#,
    r#"{"key":"no_longer_listed","by":"member","report":"[x]","reports":3,"days":7}"#,
    r#"{"key":"seen_again","by":"member","said_at":"2021-03-05T12:00:00Z","now":{"key":"proven_by_scan","host":"[x]","cve":"[v]"}}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"","fix":"","kb":"[x]","cumulative_update_first":true,"paid":null}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"","fix":"","kb":"[x]","cumulative_update_first":true,"paid":{"programme":"[x]","until":"2026-11-01","instead":{"en":"[step]"},"has":null}}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"","fix":"","kb":"[x]","cumulative_update_first":true,"paid":{"programme":"[x]","until":"2026-11-01","instead":{"en":"[step]"},"has":true}}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"","fix":"","kb":"[x]","cumulative_update_first":true,"paid":{"programme":"[x]","until":"2026-11-01","instead":{"en":"[step]"},"has":false}}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"","fix":"[fix]","kb":"[x]","cumulative_update_first":true,"paid":null}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"","fix":"[fix]","kb":"[x]","cumulative_update_first":true,"paid":{"programme":"[x]","until":"2026-11-01","instead":{"en":"[step]"},"has":null}}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"","fix":"[fix]","kb":"[x]","cumulative_update_first":true,"paid":{"programme":"[x]","until":"2026-11-01","instead":{"en":"[step]"},"has":true}}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"","fix":"[fix]","kb":"[x]","cumulative_update_first":true,"paid":{"programme":"[x]","until":"2026-11-01","instead":{"en":"[step]"},"has":false}}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"[cu]","fix":"[fix]","kb":"[x]","cumulative_update_first":true,"paid":null}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"[cu]","fix":"[fix]","kb":"[x]","cumulative_update_first":true,"paid":{"programme":"[x]","until":"2026-11-01","instead":{"en":"[step]"},"has":null}}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"[cu]","fix":"[fix]","kb":"[x]","cumulative_update_first":true,"paid":{"programme":"[x]","until":"2026-11-01","instead":{"en":"[step]"},"has":true}}"#,
    r#"{"key":"build_below_fix","product":"[p]","build":"[v]","cumulative_update":"[cu]","fix":"[fix]","kb":"[x]","cumulative_update_first":true,"paid":{"programme":"[x]","until":"2026-11-01","instead":{"en":"[step]"},"has":false}}"#,
];

/// Every question likewise.
const QUESTIONS: &[&str] = &[
    r#"{"key":"runs_product","product":"[p]"}"#,
    r#"{"key":"flaw_closed","product":"[p]","flaw":"CVE-2021-1"}"#,
    r#"{"key":"flaw_closed","product":"[p]","flaw":"[x]"}"#,
    r#"{"key":"which_build","product":"[p]"}"#,
    r#"{"key":"update_installed","product":"[p]","fix":"[x]","kb":"[v]"}"#,
    r#"{"key":"condition","condition":"[x]","words":{"en":"[step]"}}"#,
    r#"{"key":"vendor_statement","product":"[p]"}"#,
    r#"{"key":"replacement","product":"[p]"}"#,
];

/// A stored fact that is read and stored again is the same text: what is in the databases is never read as unknown.
#[test]
fn facts_come_back_as_they_were_stored() {
    for text in REASONS {
        assert!(
            !matches!(facts::reason(text), Reason::NotKnown { .. }),
            "{text}"
        );
        assert_eq!(stored(&facts::reason(text)), *text);
    }
    for text in QUESTIONS {
        assert!(
            !matches!(facts::question(text), Some(Question::NotKnown { .. })),
            "{text}"
        );
        assert_eq!(stored(&facts::question(text).unwrap()), *text);
    }
    assert_eq!(facts::question(""), None);
}

/// A database that a newer program wrote, a field that is gone, text that is no fact: nothing of it breaks a page.
#[test]
fn what_is_not_known_is_told_as_that() {
    for (text, name) in [
        (r#"{"key":"of_tomorrow","moon":"full"}"#, "of_tomorrow"),
        (r#"{"key":"end_of_life"}"#, "end_of_life"),
        ("no fact", "no fact"),
    ] {
        let told = reason(&facts::reason(text), Language::English);
        assert_eq!(
            told,
            format!("(not known to this version of the program: {name})")
        );
    }
    let written = r#"{"key":"as_written","words":{"de":"Alt \"so\".","en":"Old \"so\"."}}"#;
    assert_eq!(
        reason(&facts::reason(written), Language::German),
        "Alt \"so\"."
    );
    assert_eq!(
        question(&facts::question(written).unwrap(), Language::English),
        "Old \"so\"."
    );
}

/// A made-up language that has files only: every letter between the gaps becomes an `ø`. No other letter may be left,
/// or a word stands in code.
#[test]
fn another_language_is_other_files() {
    let made_up = catalogue::of(Language::English).map(|_, text| {
        let mut inside = false;
        let translate = |c: char| {
            inside = match c {
                '{' => true,
                '}' => false,
                _ => inside,
            };
            if c.is_alphabetic() && !inside {
                'ø'
            } else {
                c
            }
        };
        text.chars().map(translate).collect()
    });
    let words = Words {
        texts: &made_up,
        language: Language::English,
    };
    let sentences = REASONS
        .iter()
        .map(|text| words.reason(&facts::reason(text)))
        .chain(
            QUESTIONS
                .iter()
                .map(|text| words.question(&facts::question(text).unwrap())),
        );
    for sentence in sentences {
        let mut rest = sentence.replace("CVE-2021-1", "");
        for fact in ["[p]", "[v]", "[x]", "[fix]", "[cu]", "[step]"] {
            rest = rest.replace(fact, "");
        }
        let words_left: String = rest
            .chars()
            .filter(|c| c.is_alphabetic() && *c != 'ø')
            .collect();
        assert_eq!(words_left, "", "{sentence}");
    }
}
