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

/// One of each reason and question there is.
fn every_fact() -> (Vec<Reason>, Vec<Question>) {
    let phrase = || Phrase::new([(Language::English, "[step]".into())]);
    let (p, v, x) = (
        || "[p]".to_string(),
        || "[v]".to_string(),
        || "[x]".to_string(),
    );
    let mut reasons = vec![
        Reason::BuildHasFix {
            product: p(),
            build: v(),
            fix: x(),
        },
        Reason::BranchWithoutFix {
            product: p(),
            build: v(),
            advisory: x(),
        },
        Reason::UpdateUnknown {
            product: p(),
            version: v(),
            fix: x(),
        },
        Reason::UpdateUnknown {
            product: p(),
            version: v(),
            fix: String::new(),
        },
        Reason::EndOfLife {
            product: p(),
            build: v(),
        },
        Reason::NoStatement {
            product: p(),
            build: v(),
        },
        Reason::UnknownBuild {
            product: p(),
            build: v(),
        },
        Reason::NoVersionsNamed {
            product: p(),
            version: v(),
        },
        Reason::ProductOnly { product: p() },
        Reason::VersionInRange {
            product: p(),
            version: v(),
            range: x(),
        },
        Reason::VersionInRange {
            product: p(),
            version: v(),
            range: String::new(),
        },
        Reason::VersionNotAffected {
            product: p(),
            version: v(),
            justification: x(),
        },
        Reason::VersionNotAffected {
            product: p(),
            version: v(),
            justification: String::new(),
        },
        Reason::NotComparable {
            product: p(),
            version: v(),
            range: x(),
        },
        Reason::ProvenByScan {
            host: x(),
            cve: v(),
        },
        Reason::SeenFromOutside {
            product: p(),
            host: x(),
            version: v(),
        },
        Reason::BreakIn {
            host: x(),
            sign: v(),
        },
        Reason::NotInUse {
            product: p(),
            cloud: true,
        },
        Reason::NotInUse {
            product: p(),
            cloud: false,
        },
        Reason::Withdrawn,
        Reason::NotKnown { name: x() },
    ];
    for by in [Source::Provider, Source::Register, Source::Member] {
        let said_at = "2021-03-05T12:00:00Z".parse().unwrap();
        reasons.extend([
            Reason::ReportedFixed { by },
            Reason::NoLongerListed {
                by,
                report: x(),
                reports: 3,
                days: 7,
            },
            Reason::SeenAgain {
                by,
                said_at,
                now: Box::new(Reason::ProvenByScan {
                    host: x(),
                    cve: v(),
                }),
            },
        ]);
    }
    for told_open in [true, false] {
        reasons.push(Reason::SecondStep {
            product: p(),
            build: v(),
            fix: x(),
            step: phrase(),
            told_open,
        });
    }
    let until = jiff::civil::date(2026, 11, 1);
    let paid = |has| Paid {
        programme: x(),
        until,
        instead: phrase(),
        has,
    };
    for (fix, cumulative_update) in [("", ""), ("[fix]", ""), ("[fix]", "[cu]")] {
        for paid in [
            None,
            Some(paid(None)),
            Some(paid(Some(true))),
            Some(paid(Some(false))),
        ] {
            reasons.push(Reason::BuildBelowFix {
                product: p(),
                build: v(),
                cumulative_update: cumulative_update.into(),
                fix: fix.into(),
                kb: x(),
                cumulative_update_first: true,
                paid,
            });
        }
    }
    let questions = vec![
        Question::RunsProduct { product: p() },
        Question::FlawClosed {
            product: p(),
            flaw: "CVE-2021-1".into(),
        },
        Question::FlawClosed {
            product: p(),
            flaw: x(),
        },
        Question::WhichBuild { product: p() },
        Question::UpdateInstalled {
            product: p(),
            fix: x(),
            kb: v(),
        },
        Question::Condition {
            condition: x(),
            words: phrase(),
        },
        Question::VendorStatement { product: p() },
        Question::Replacement { product: p() },
        Question::NotKnown { name: x() },
    ];
    (reasons, questions)
}

#[test]
fn facts_come_back_as_they_were_stored() {
    let (reasons, questions) = every_fact();
    for fact in &reasons {
        assert_eq!(facts::reason(&stored(fact)), *fact);
    }
    for fact in &questions {
        assert_eq!(facts::question(&stored(fact)).as_ref(), Some(fact));
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
    let (reasons, questions) = every_fact();
    let sentences = reasons
        .iter()
        .map(|fact| words.reason(fact))
        .chain(questions.iter().map(|fact| words.question(fact)));
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
