//! The one sentence a director understands, and the one question that would decide, in both languages.
//!
//! Facts come from the verdict; the words stand here and nowhere else.

use crate::times;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tuermer_core::exposure::{Paid, Question, Reason};
use tuermer_core::locale::Language;
use tuermer_core::scale::Source;

/// The reason as one sentence.
pub fn reason(reason: &Reason, language: Language) -> String {
    match language {
        Language::German => reason_de(reason),
        Language::English => reason_en(reason),
    }
}

/// The question as one sentence.
pub fn question(question: &Question, language: Language) -> String {
    match language {
        Language::German => question_de(question),
        Language::English => question_en(question),
    }
}

/// ` (KB5000871)` or nothing.
fn in_brackets(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(" ({text})")
    }
}

fn said_day(at: Timestamp, language: Language) -> String {
    times::day_year(at.to_zoned(TimeZone::UTC).date(), language)
}

fn reason_de(reason: &Reason) -> String {
    match reason {
        Reason::BuildBelowFix {
            product,
            build,
            fix,
            kb,
            cumulative_update,
            cumulative_update_first,
            paid,
        } => {
            if fix.is_empty() {
                return format!(
                    "Ihr {product} hat den Stand {build}. Ein Update gegen die Lücke gibt es noch nicht."
                );
            }
            let first = format!(
                " Für {} gibt es dieses Update nicht: erst muss das neueste kumulative Update (CU) eingespielt werden.",
                or(cumulative_update, "diesen Stand")
            );
            let first = if *cumulative_update_first {
                first.as_str()
            } else {
                ""
            };
            format!(
                "Ihr {product} hat den Stand {build}. Das Update {fix}{} fehlt.{}{first}",
                in_brackets(kb),
                paid.as_ref().map_or_else(String::new, paid_de)
            )
        }
        Reason::BuildHasFix {
            product,
            build,
            fix,
        } => format!("Ihr {product} hat den Stand {build}. Das Update {fix} ist enthalten."),
        Reason::SecondStep {
            product,
            build,
            fix,
            step: [step, _],
            told_open,
        } => {
            let missing = if *told_open {
                "Ein Schritt fehlt noch"
            } else {
                "Ob auch der zweite Schritt getan ist, wissen wir nicht"
            };
            format!(
                "Ihr {product} hat den Stand {build}. Das Update {fix} ist enthalten. {missing}: {step}."
            )
        }
        Reason::BranchWithoutFix {
            product,
            build,
            advisory,
        } => {
            let advisory = in_brackets(advisory);
            format!(
                "Ihr {product} hat den Stand {build}. Der Hersteller nennt diese Reihe als betroffen{advisory} und gibt ihr kein Update: Es braucht eine neuere Reihe."
            )
        }
        Reason::UpdateUnknown {
            product,
            version,
            fix,
        } if fix.is_empty() => {
            format!(
                "Ihr {product} zeigt den Stand {version}. Ob die Lücke geschlossen ist, sieht man daran nicht."
            )
        }
        Reason::UpdateUnknown {
            product,
            version,
            fix,
        } => {
            format!(
                "Ihr {product} zeigt den Stand {version}. Ob das Update {fix} eingespielt ist, sieht man daran nicht."
            )
        }
        Reason::EndOfLife { product, build } => {
            format!(
                "Ihr {product} (Stand {build}) bekommt vom Hersteller keine Updates mehr. Gehen Sie davon aus, dass die Lücke offen ist."
            )
        }
        Reason::NoStatement { product, build } => {
            format!(
                "Ihr {product} hat den Stand {build}. Zu dieser Reihe kennen wir bei dieser Lücke keine Angabe des Herstellers."
            )
        }
        Reason::UnknownBuild { product, build } => {
            format!("Den Stand {build} Ihres {product} kennt keine Tabelle des Herstellers.")
        }
        Reason::ProductOnly { product } => format!(
            "Nach unserem Bestand nutzen Sie {product}. Den genauen Stand kennen wir nicht."
        ),
        Reason::NoVersionsNamed { product, version } => {
            format!("Sie nutzen {product} {version}. Betroffene Stände nennt die Meldung nicht.")
        }
        Reason::VersionInRange {
            product,
            version,
            range,
        } => {
            format!(
                "Sie nutzen {product} {version}. Der Hersteller nennt {} als betroffen.",
                or(range, "alle Versionen")
            )
        }
        Reason::VersionNotAffected {
            product,
            version,
            justification,
        } => {
            let why = if justification.is_empty() {
                String::new()
            } else {
                format!(" Begründung: {justification}")
            };
            format!("{product} {version} ist nach Angabe des Herstellers nicht betroffen.{why}")
        }
        Reason::NotComparable {
            product,
            version,
            range,
        } => {
            format!(
                "Ob {product} {version} betroffen ist, geht aus der Angabe des Herstellers nicht sicher hervor{}.",
                in_brackets(range)
            )
        }
        Reason::ProvenByScan { host, cve } => {
            format!("Eine Messung von außen hat die Lücke {cve} auf {host} gefunden.")
        }
        Reason::SeenFromOutside {
            product,
            host,
            version,
        } => format!(
            "Unter {host} antwortet {product}{} aus dem Internet.",
            spaced(version)
        ),
        Reason::BreakIn { host, sign } => {
            format!("Auf {host} wurden Spuren eines Einbruchs gesehen ({sign}).")
        }
        Reason::NotInUse {
            product,
            cloud: true,
        } => format!(
            "{product} läuft bei Ihnen als Cloud-Dienst. Dort spielt der Anbieter das Update ein."
        ),
        Reason::NotInUse {
            product,
            cloud: false,
        } => format!("Nach Auskunft gibt es {product} bei Ihnen nicht."),
        Reason::NoLongerListed { .. } | Reason::SeenAgain { .. } | Reason::ReportedFixed { .. } => {
            told_de(reason)
        }
        Reason::Withdrawn => "Der Herausgeber hat die Meldung zurückgezogen.".to_string(),
    }
}

/// What was said of the hole, and what was measured since.
fn told_de(reason: &Reason) -> String {
    let said = |by| match by {
        Source::Provider => "Ihr IT-Betreuer hat gemeldet: erledigt.",
        Source::Register => "Bei uns ist vermerkt: erledigt.",
        _ => "Sie haben gemeldet: erledigt.",
    };
    match reason {
        Reason::NoLongerListed {
            by,
            report,
            reports,
            days,
        } => {
            let said = said(*by);
            format!(
                "{said} Seither führen {reports} Tagesberichte ({report}) aus {days} Tagen die Lücke nicht mehr auf."
            )
        }
        Reason::SeenAgain { by, said_at, now } => {
            let (said, day) = (said(*by), said_day(*said_at, Language::German));
            format!(
                "Nach dem {day} wieder gesehen. {} Am {day} hieß es: {said}",
                reason_de(now)
            )
        }
        Reason::ReportedFixed { by } => said(*by).to_string(),
        _ => String::new(),
    }
}

fn reason_en(reason: &Reason) -> String {
    match reason {
        Reason::BuildBelowFix {
            product,
            build,
            fix,
            kb,
            cumulative_update,
            cumulative_update_first,
            paid,
        } => {
            if fix.is_empty() {
                return format!(
                    "Your {product} is at build {build}. There is no update against the hole yet."
                );
            }
            let first = format!(
                " There is no such update for {}: the newest cumulative update (CU) must be installed first.",
                or(cumulative_update, "this build")
            );
            let first = if *cumulative_update_first {
                first.as_str()
            } else {
                ""
            };
            format!(
                "Your {product} is at build {build}. The update {fix}{} is missing.{}{first}",
                in_brackets(kb),
                paid.as_ref().map_or_else(String::new, paid_en)
            )
        }
        Reason::BuildHasFix {
            product,
            build,
            fix,
        } => format!("Your {product} is at build {build}. The update {fix} is in."),
        Reason::SecondStep {
            product,
            build,
            fix,
            step: [_, step],
            told_open,
        } => {
            let missing = if *told_open {
                "One step is still missing"
            } else {
                "We do not know whether the second step is done, too"
            };
            format!(
                "Your {product} is at build {build}. The update {fix} is in. {missing}: {step}."
            )
        }
        Reason::BranchWithoutFix {
            product,
            build,
            advisory,
        } => {
            let advisory = in_brackets(advisory);
            format!(
                "Your {product} is at build {build}. The vendor names this branch as affected{advisory} and gives it no update: a newer branch is needed."
            )
        }
        Reason::UpdateUnknown {
            product,
            version,
            fix,
        } if fix.is_empty() => {
            format!(
                "Your {product} shows version {version}. It does not show whether the hole is closed."
            )
        }
        Reason::UpdateUnknown {
            product,
            version,
            fix,
        } => {
            format!(
                "Your {product} shows version {version}. It does not show whether the update {fix} is installed."
            )
        }
        Reason::EndOfLife { product, build } => format!(
            "Your {product} (build {build}) gets no more updates from its vendor. Assume that the hole is open."
        ),
        Reason::NoStatement { product, build } => {
            format!(
                "Your {product} is at build {build}. We know no statement of the vendor on this branch for this hole."
            )
        }
        Reason::UnknownBuild { product, build } => {
            format!("No table of the vendor knows build {build} of your {product}.")
        }
        Reason::ProductOnly { product } => {
            format!("According to our records you use {product}. We do not know the exact build.")
        }
        Reason::NoVersionsNamed { product, version } => {
            format!(
                "You use {product}, version {version}. The advisory does not say which versions are affected."
            )
        }
        Reason::VersionInRange {
            product,
            version,
            range,
        } => {
            format!(
                "You use {product} {version}. The vendor names {} as affected.",
                or(range, "all versions")
            )
        }
        Reason::VersionNotAffected {
            product,
            version,
            justification,
        } => {
            let why = if justification.is_empty() {
                String::new()
            } else {
                format!(" Reason given: {justification}")
            };
            format!("According to the vendor, {product} {version} is not affected.{why}")
        }
        Reason::NotComparable {
            product,
            version,
            range,
        } => {
            format!(
                "The vendor's statement does not say with certainty whether {product} {version} is affected{}.",
                in_brackets(range)
            )
        }
        Reason::ProvenByScan { host, cve } => {
            format!("A scan from outside found the hole {cve} on {host}.")
        }
        Reason::SeenFromOutside {
            product,
            host,
            version,
        } => format!(
            "At {host}, {product}{} answers from the internet.",
            spaced(version)
        ),
        Reason::BreakIn { host, sign } => {
            format!("Traces of a break-in were seen on {host} ({sign}).")
        }
        Reason::NotInUse {
            product,
            cloud: true,
        } => {
            format!("You use {product} as a cloud service. The provider installs the update there.")
        }
        Reason::NotInUse {
            product,
            cloud: false,
        } => format!("We were told that you do not have {product}."),
        Reason::NoLongerListed { .. } | Reason::SeenAgain { .. } | Reason::ReportedFixed { .. } => {
            told_en(reason)
        }
        Reason::Withdrawn => "The publisher withdrew the advisory.".to_string(),
    }
}

/// What was said of the hole, and what was measured since.
fn told_en(reason: &Reason) -> String {
    let said = |by| match by {
        Source::Provider => "Your IT provider reported: done.",
        Source::Register => "We have a note: done.",
        _ => "You reported: done.",
    };
    match reason {
        Reason::NoLongerListed {
            by,
            report,
            reports,
            days,
        } => {
            let said = said(*by);
            format!(
                "{said} Since then {reports} daily reports ({report}) over {days} days do not list the hole any more."
            )
        }
        Reason::SeenAgain { by, said_at, now } => {
            let (said, day) = (said(*by), said_day(*said_at, Language::English));
            format!(
                "Seen again after {day}. {} On {day} we were told: {said}",
                reason_en(now)
            )
        }
        Reason::ReportedFixed { by } => said(*by).to_string(),
        _ => String::new(),
    }
}

/// Who gets the update, and what those do who do not, as a sentence more.
fn paid_de(
    Paid {
        programme,
        until,
        instead: [instead, _],
        has,
    }: &Paid,
) -> String {
    match has {
        Some(true) => format!(
            " Sie haben die bezahlte Verlängerung ({programme}) dafür: bitte einspielen lassen."
        ),
        Some(false) => format!(
            " Ohne bezahlte Verlängerung ({programme}) bekommt dieser Server es nicht: {instead}."
        ),
        None => {
            let until = times::day_year(*until, Language::German);
            format!(
                " Es gibt dieses Update nur mit bezahlter Verlängerung ({programme}, bis {until}). Ohne sie: {instead}."
            )
        }
    }
}

fn paid_en(
    Paid {
        programme,
        until,
        instead: [_, instead],
        has,
    }: &Paid,
) -> String {
    match has {
        Some(true) => {
            format!(" You have the paid updates ({programme}) for it: please have it installed.")
        }
        Some(false) => format!(
            " Without the paid updates ({programme}) this server does not get it: {instead}."
        ),
        None => {
            let until = times::day_year(*until, Language::English);
            format!(
                " This update exists only with the paid updates ({programme}, until {until}). Without them: {instead}."
            )
        }
    }
}

fn question_de(question: &Question) -> String {
    match question {
        Question::RunsProduct { product } => {
            format!("Läuft bei Ihnen im Haus ein eigener {product}?")
        }
        // A report without a CVE may tell of attacks as well as of a hole.
        Question::FlawClosed { product, flaw } if !flaw.starts_with("CVE-") => {
            format!("Ist bei Ihrem {product} getan, was die Meldung {flaw} rät?")
        }
        Question::FlawClosed { product, flaw } => format!(
            "Ist die Lücke {flaw} in Ihrem {product} geschlossen, zum Beispiel durch das neueste Update?"
        ),
        Question::WhichBuild { product } => {
            format!("Welchen genauen Stand (Build-Nummer) hat Ihr {product}?")
        }
        Question::UpdateInstalled { product, fix, kb } => format!(
            "Ist auf Ihrem {product} das Update {fix}{} eingespielt?",
            in_brackets(kb)
        ),
        Question::Condition {
            condition: _,
            words: [german, _],
        } => german.clone(),
        Question::VendorStatement { product } => {
            format!("Was sagt der Hersteller: Ist Ihr {product} von dieser Lücke betroffen?")
        }
        Question::Replacement { product } => format!("Wann wird Ihr {product} abgelöst?"),
    }
}

fn question_en(question: &Question) -> String {
    match question {
        Question::RunsProduct { product } => format!("Do you run your own {product} in the house?"),
        Question::FlawClosed { product, flaw } if !flaw.starts_with("CVE-") => {
            format!("Have you done what report {flaw} advises for your {product}?")
        }
        Question::FlawClosed { product, flaw } => format!(
            "Is the flaw {flaw} in your {product} closed, for example by the newest update?"
        ),
        Question::WhichBuild { product } => {
            format!("Which exact build number does your {product} have?")
        }
        Question::UpdateInstalled { product, fix, kb } => format!(
            "Is the update {fix}{} installed on your {product}?",
            in_brackets(kb)
        ),
        Question::Condition {
            condition: _,
            words: [_, english],
        } => english.clone(),
        Question::VendorStatement { product } => {
            format!("What does the vendor say: is your {product} affected by this hole?")
        }
        Question::Replacement { product } => format!("When will your {product} be replaced?"),
    }
}

fn or<'a>(text: &'a str, otherwise: &'a str) -> &'a str {
    if text.is_empty() { otherwise } else { text }
}

fn spaced(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(" {text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                instead: ["auf SE umsteigen".into(), "move to SE".into()],
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
}
