//! The sample mail keeps the measures of plain language: short sentences, few steps, one question.

use super::tests::*;
use super::*;
use crate::wrap::COLUMNS;

const GERMAN: &str = "\
IHK Musterstadt · Frühwarnung · Stufe 4 von 4 (rot)
Nr. W-2021-007 · Freitag, 5. März 2021, 18:30 Uhr

MICROSOFT EXCHANGE: HEUTE NOCH UPDATE EINSPIELEN LASSEN

Die Musterbau GmbH ist vermutlich betroffen.
Grund: Unter mail.musterbau.example antwortet ein Exchange-Server ohne
das Update vom 2. März. Gesehen: 5. März, 14:10 Uhr.

WAS SIE HEUTE TUN SOLLTEN

1. Rufen Sie Ihren IT-Betreuer an: Muster-IT GmbH, 0271 4040.
   Sagen Sie: \"Bitte spielen Sie heute das Exchange-Update vom 2. März
   ein und suchen Sie nach Einbruchsspuren.\"

2. Geht das heute nicht? Dann lassen Sie den Zugang aus dem Internet
   sperren. E-Mails kommen weiter an. Nur der Zugriff von außen (Handy,
   Web, Outlook zu Hause) fällt so lange aus.

3. Lassen Sie auch nach dem Update nach Spuren suchen. Das Update
   schließt die Tür. Wer schon im Haus ist, bleibt drin.

BITTE ANTWORTEN SIE MIT EINER ZIFFER

   1 = erledigt              3 = betrifft uns nicht
   2 = wird gerade gemacht   4 = wir brauchen Hilfe
";

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .collect()
}

fn ordinal(word: &str) -> bool {
    word.strip_suffix('.')
        .and_then(|number| number.parse::<u32>().ok())
        .is_some_and(|day| day <= 31)
}

/// Sentences of the prose: headings, digits, identifiers and addresses are none.
fn sentences(text: &str) -> Vec<usize> {
    let prose = text
        .split("\n\n")
        .filter(|part| {
            part.contains(['.', '?']) && !part.contains("CVE-") && !part.contains("1 = ")
        })
        .skip(1);
    let mut lengths = Vec::new();
    for part in prose {
        let lines = part.lines().filter(|line| {
            !line.starts_with("--") && !line.starts_with("http") && line.to_uppercase() != *line
        });
        let part: String = lines.collect::<Vec<_>>().join(" ");
        let mut length = 0_usize;
        let all = words(&part);
        for (index, word) in all.iter().enumerate() {
            // "2." begins a step or stands in "2. März"; neither ends a sentence, and the first is no word.
            length += usize::from(!ordinal(word) || length > 0);
            let ends =
                word.trim_end_matches(['"', ')']).ends_with(['.', '?', '!']) && !ordinal(word);
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
        for (certainty, question) in [
            (Certainty::Observed, ""),
            (Certainty::Likely, ""),
            (
                Certainty::Possible,
                "Läuft bei Ihnen ein eigener Exchange-Server?",
            ),
        ] {
            let sample = Recipient {
                certainty,
                question: question.into(),
                ..recipient(language)
            };
            let mail = composed(&warning(&exchange(), Urgency::Today), &sample, false);
            // An address stands on its own line and is never cut.
            let widest = mail
                .text
                .lines()
                .filter(|line| !line.starts_with("http"))
                .map(|line| line.chars().count())
                .max()
                .unwrap();
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
            assert!(
                lengths.iter().all(|length| *length <= 20),
                "{lengths:?}\n{}",
                mail.text
            );
            assert!(lengths.len() >= 15, "{lengths:?}");
        }
    }
}

#[test]
fn the_german_sample_reads_as_agreed() {
    let mail = composed(
        &warning(&exchange(), Urgency::Today),
        &recipient(Language::German),
        false,
    );
    assert_eq!(
        mail.subject,
        "Microsoft Exchange: heute noch Update einspielen lassen [W-2021-007]"
    );
    assert_eq!(
        mail.preheader,
        "Betrifft Firmen mit eigenem Exchange-Server. Nicht Microsoft 365. Drei Schritte."
    );
    assert!(mail.text.starts_with(GERMAN), "{}", mail.text);
    assert!(mail.text.contains("CVE-2021-26855, -26857, -26858, -27065 · KB5000871\nExchange 2013 CU23, 2016 CU18/CU19, 2019 CU7/CU8\n"), "{}", mail.text);
    let mail = composed(
        &warning(&exchange(), Urgency::Today),
        &recipient(Language::English),
        false,
    );
    assert_eq!(
        mail.subject,
        "Microsoft Exchange: have the update installed today [W-2021-007]"
    );
}
