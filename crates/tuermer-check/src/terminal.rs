//! The answer on the terminal: a sentence for the director, what to do, a list for the admin, and always the coverage.

use crate::finding::{Finding, Verdict};
use crate::report::Report;
use crate::say::Language;
use crate::words;
use std::io::{self, Write};

/// Signs and places that are shown; the rest is counted, and stands in the page.
const SHOWN: usize = 20;
const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[33m";
const GREEN: &str = "\x1b[1;32m";
const PLAIN: &str = "\x1b[0m";

/// Writes the answer; colours are taken out by the writer where nobody sees them.
pub fn write(report: &Report, language: Language, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "{BOLD}{}{PLAIN}\n{DIM}{}{PLAIN}\n",
        words::title(report, language),
        words::made(report, language)
    )?;
    let colour = report.grade.verdict.map_or(
        if words::says_something(report) {
            GREEN
        } else {
            YELLOW
        },
        colour,
    );
    for (number, sentence) in words::director(report, language).iter().enumerate() {
        let colour = if number == 0 { colour } else { PLAIN };
        wrapped(out, "", colour, sentence)?;
    }
    writeln!(out, "\n{BOLD}{}{PLAIN}", language.say("next"))?;
    wrapped(out, "", PLAIN, &words::next_step(report, language))?;
    signs(report, language, out)?;
    coverage(report, language, out)?;
    list(
        out,
        &language.say("gaps"),
        &words::gaps(report, language),
        0,
        language,
    )?;
    let unreadable: Vec<String> = report
        .unreadable
        .iter()
        .map(|place| words::unreadable(place, language))
        .collect();
    list(
        out,
        &language.say("unreadable"),
        &unreadable,
        report.unreadable_more,
        language,
    )?;
    writeln!(out, "\n{BOLD}{}{PLAIN}", language.say("facts"))?;
    wrapped(out, "", PLAIN, &words::extent(report, language))
}

fn colour(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Probe | Verdict::Weakness => YELLOW,
        Verdict::Incident | Verdict::Cleaned => RED,
    }
}

fn signs(report: &Report, language: Language, out: &mut impl Write) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}{}{PLAIN}", language.say("admin"))?;
    wrapped(out, "", DIM, &language.say("ladder"))?;
    let mut signs: Vec<&Finding> = report.findings.iter().collect();
    // The worst first: of a flood of probes nothing else would be seen.
    signs.sort_by_key(|sign| {
        (
            std::cmp::Reverse(sign.verdict.is_break_in()),
            std::cmp::Reverse(sign.step),
            std::cmp::Reverse(sign.verdict),
            sign.at,
        )
    });
    for sign in signs.iter().take(SHOWN) {
        let step = sign.step.map_or(" ".to_string(), |step| step.to_string());
        let (kind, verdict) = (
            language.say(&format!("kind.{}", sign.kind.word())),
            language.say(&format!("verdict.{}", sign.verdict.word())),
        );
        writeln!(
            out,
            "\n{:<23}  {step}  {}{verdict:<14}{PLAIN} {BOLD}{kind}{PLAIN}",
            words::moment(sign.at, language),
            colour(sign.verdict)
        )?;
        wrapped(out, "    ", PLAIN, &words::evidence(sign, language))?;
        wrapped(
            out,
            "    ",
            DIM,
            &words::place(&sign.file, sign.line, language),
        )?;
    }
    match signs.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(
            out,
            "\n{}",
            language.with("more", &[("count", &more.to_string())])
        ),
    }
}

fn coverage(report: &Report, language: Language, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\n{BOLD}{}{PLAIN}", language.say("coverage"))?;
    let head =
        ["column.log", "column.from", "column.to", "column.files"].map(|key| language.say(key));
    let rows: Vec<[String; 4]> = report
        .coverage
        .iter()
        .map(|covered| words::covered(covered, language))
        .collect();
    let width = |column: usize| {
        rows.iter()
            .chain([&head])
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let (one, two, three, four) = (width(0), width(1), width(2), width(3));
    for (number, [log, from, to, files]) in [head.clone()].iter().chain(&rows).enumerate() {
        let style = if number == 0 { DIM } else { PLAIN };
        writeln!(
            out,
            "{style}{log:<one$}  {from:<two$}  {to:<three$}  {files:>four$}{PLAIN}"
        )?;
    }
    Ok(())
}

fn list(
    out: &mut impl Write,
    title: &str,
    sentences: &[String],
    more: u64,
    language: Language,
) -> io::Result<()> {
    if sentences.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{BOLD}{title}{PLAIN}")?;
    for sentence in sentences.iter().take(SHOWN) {
        wrapped(out, "- ", PLAIN, sentence)?;
    }
    match sentences.len().saturating_sub(SHOWN) as u64 + more {
        0 => Ok(()),
        more => writeln!(
            out,
            "{}",
            language.with("more", &[("count", &more.to_string())])
        ),
    }
}

/// Words in lines of at most a hundred characters; a word that is longer stands alone.
fn wrapped(out: &mut impl Write, lead: &str, style: &str, text: &str) -> io::Result<()> {
    let mut line = String::new();
    let mut lead = lead.to_string();
    for word in text.split(' ') {
        if !line.is_empty()
            && lead.chars().count() + line.chars().count() + word.chars().count() >= 100
        {
            writeln!(out, "{lead}{style}{line}{PLAIN}")?;
            lead = " ".repeat(lead.chars().count());
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line += word;
    }
    writeln!(out, "{lead}{style}{line}{PLAIN}")
}
