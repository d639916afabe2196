//! The answer as one page that needs nothing else: no script, no foreign address, for screen (light, dark) and paper.

use crate::finding::{Finding, Verdict};
use crate::report::Report;
use crate::say::Language;
use crate::text::html;
use crate::words;

const STYLE: &str = include_str!("../texts/report.css");

/// The page.
pub fn page(report: &Report, language: Language) -> String {
    let title = html(&words::title(report, language));
    let tone = report.grade.verdict.map_or(
        if words::says_something(report) {
            "good"
        } else {
            "open"
        },
        tone,
    );
    let mut director = words::director(report, language).into_iter();
    let first = html(&director.next().unwrap_or_default());
    let rest: String = director
        .map(|sentence| format!("<p>{}</p>\n", html(&sentence)))
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<p class=\"small\">{made}</p>\n\
         <section class=\"grade {tone}\" aria-labelledby=\"g\">\n<h2 id=\"g\">{head}</h2>\n<p class=\"first\">{first}</p>\n{rest}</section>\n\
         <h2>{next_head}</h2>\n<p>{next}</p>\n{signs}{coverage}{gaps}{unreadable}<h2>{facts}</h2>\n<p>{extent}</p>\n</main>\n</body>\n</html>\n",
        code = language.code(),
        made = html(&words::made(report, language)),
        head = html(&language.say("director")),
        next_head = html(&language.say("next")),
        next = html(&words::next_step(report, language)),
        signs = signs(report, language),
        coverage = coverage(report, language),
        gaps = list(&language.say("gaps"), words::gaps(report, language)),
        unreadable = unreadable(report, language),
        facts = html(&language.say("facts")),
        extent = html(&words::extent(report, language)),
    )
}

fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Probe | Verdict::Weakness => "open",
        Verdict::Incident | Verdict::Cleaned => "bad",
    }
}

fn signs(report: &Report, language: Language) -> String {
    if report.findings.is_empty() {
        return String::new();
    }
    let head = [
        "column.time",
        "column.step",
        "column.verdict",
        "column.sign",
    ]
    .map(|key| format!("<th scope=\"col\">{}</th>", html(&language.say(key))))
    .concat();
    let rows: String = report
        .findings
        .iter()
        .map(|sign| row(sign, language))
        .collect();
    format!(
        "<h2>{}</h2>\n<p class=\"small\">{}</p>\n<div class=\"wide\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n",
        html(&language.say("admin")),
        html(&language.say("ladder"))
    )
}

fn row(sign: &Finding, language: Language) -> String {
    format!(
        "<tr class=\"{}\"><td class=\"time\">{}</td><td class=\"step\">{}</td><td class=\"verdict\">{}</td><td><strong>{}</strong><br><span class=\"evidence\">{}</span><br><span class=\"small\">{}</span></td></tr>\n",
        tone(sign.verdict),
        html(&words::moment(sign.at, language)),
        sign.step.map_or(String::new(), |step| step.to_string()),
        html(&language.say(&format!("verdict.{}", sign.verdict.word()))),
        html(&language.say(&format!("kind.{}", sign.kind.word()))),
        html(&words::evidence(sign, language)),
        html(&words::place(&sign.file, sign.line, language)),
    )
}

fn coverage(report: &Report, language: Language) -> String {
    let head = ["column.log", "column.from", "column.to", "column.files"]
        .map(|key| format!("<th scope=\"col\">{}</th>", html(&language.say(key))))
        .concat();
    let cells = |cells: [String; 4]| {
        cells
            .map(|cell| format!("<td>{}</td>", html(&cell)))
            .concat()
    };
    let rows: String = report
        .coverage
        .iter()
        .map(|covered| format!("<tr>{}</tr>\n", cells(words::covered(covered, language))))
        .collect();
    format!(
        "<h2>{}</h2>\n<div class=\"wide\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n",
        html(&language.say("coverage"))
    )
}

fn unreadable(report: &Report, language: Language) -> String {
    let mut places: Vec<String> = report
        .unreadable
        .iter()
        .map(|place| words::unreadable(place, language))
        .collect();
    if report.unreadable_more > 0 {
        places.push(language.with("more", &[("count", &report.unreadable_more.to_string())]));
    }
    list(&language.say("unreadable"), places)
}

fn list(title: &str, sentences: Vec<String>) -> String {
    if sentences.is_empty() {
        return String::new();
    }
    let rows: String = sentences
        .iter()
        .map(|sentence| format!("<li>{}</li>\n", html(sentence)))
        .collect();
    format!("<h2>{}</h2>\n<ul>\n{rows}</ul>\n", html(title))
}
