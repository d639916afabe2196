//! The sentences of an answer, shared by terminal and page: grade, next step, gaps.

use crate::finding::Finding;
use crate::report::{Coverage, Gap, Report, Unreadable};
use crate::say::Language;
use jiff::Timestamp;

/// The word of the grade in `grade.…`: the step where a break-in or an open hole has one, else the verdict.
fn grade_word(report: &Report) -> String {
    match (report.grade.verdict, report.grade.step) {
        (Some(_), Some(step)) => step.to_string(),
        (Some(verdict), None) => verdict.word().to_string(),
        (None, _) if says_something(report) => "nothing".into(),
        (None, _) => "unread".into(),
    }
}

/// Whether a log or script was read: only then the absence of findings means something.
pub fn says_something(report: &Report) -> bool {
    reach(report).is_some() || report.scripts != (0, 0)
}

/// First and last time of all logs together.
fn reach(report: &Report) -> Option<(Timestamp, Timestamp)> {
    let from = report
        .coverage
        .iter()
        .filter_map(|covered| covered.from)
        .min()?;
    let to = report
        .coverage
        .iter()
        .filter_map(|covered| covered.to)
        .max()?;
    Some((from, to))
}

/// The sentence for the director, and since when.
pub fn director(report: &Report, language: Language) -> Vec<String> {
    let mut sentences = vec![language.say(&format!("grade.{}", grade_word(report)))];
    sentences.extend(
        report
            .grade
            .since
            .map(|since| language.with("since", &[("time", &language.time(since))])),
    );
    sentences.extend(reach(report).map(|(from, to)| {
        language.with(
            "reach",
            &[("from", &language.day(from)), ("to", &language.day(to))],
        )
    }));
    sentences
}

/// What to do now.
pub fn next_step(report: &Report, language: Language) -> String {
    let word = match report.grade.verdict {
        Some(verdict) => verdict.word().to_string(),
        None => grade_word(report),
    };
    language.say(&format!("next.{word}"))
}

/// The title.
pub fn title(report: &Report, language: Language) -> String {
    match &report.reference {
        Some(reference) => language.with("title_for", &[("reference", reference)]),
        None => language.say("title"),
    }
}

/// When and by what the answer was made.
pub fn made(report: &Report, language: Language) -> String {
    let made = language.with(
        "made",
        &[
            ("time", &language.time(report.created_at)),
            ("version", env!("CARGO_PKG_VERSION")),
        ],
    );
    match &report.host {
        Some(host) => format!("{made} {}", language.with("host", &[("host", host)])),
        None => made,
    }
}

/// Time of a sign, to the second: within a minute all eight steps may lie.
pub fn moment(at: Option<Timestamp>, language: Language) -> String {
    at.map_or_else(|| language.say("no_time"), |at| language.moment(at))
}

/// A first or last time.
pub fn time(at: Option<Timestamp>, language: Language) -> String {
    at.map_or_else(|| language.say("no_time"), |at| language.time(at))
}

/// Place of a sign.
pub fn place(file: &str, line: Option<u64>, language: Language) -> String {
    match line {
        Some(line) => format!(
            "{file}, {}",
            language.with("line", &[("line", &line.to_string())])
        ),
        None => file.to_string(),
    }
}

/// Evidence of a sign: CVE, address, number, words of the log.
pub fn evidence(sign: &Finding, language: Language) -> String {
    let count =
        (sign.count > 1).then(|| language.with("times", &[("count", &sign.count.to_string())]));
    let parts = [
        sign.cve.map(str::to_string),
        sign.address.clone(),
        sign.subject
            .clone()
            .filter(|subject| !sign.detail.to_lowercase().contains(subject)),
        count,
        Some(sign.detail.clone()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// One log's reach: name, from, to, files.
pub fn covered(coverage: &Coverage, language: Language) -> [String; 4] {
    [
        coverage.log.clone(),
        time(coverage.from, language),
        time(coverage.to, language),
        coverage.files.to_string(),
    ]
}

/// The gaps of a report, one sentence each.
pub fn gaps(report: &Report, language: Language) -> Vec<String> {
    let missing = missing_logs(report, language);
    let mut sentences: Vec<String> = missing.into_iter().collect();
    sentences.extend(late_logs(report, language));
    if let Some(since) = report.since.filter(|_| report.older > 0) {
        sentences.push(language.with(
            "older",
            &[
                ("count", &report.older.to_string()),
                ("since", &language.day(since)),
            ],
        ));
    }
    if report.unrecognised.0 > 0 {
        let some = report.unrecognised.1.first().map_or("", String::as_str);
        sentences.push(language.with(
            "unrecognised",
            &[
                ("count", &report.unrecognised.0.to_string()),
                ("some", some),
            ],
        ));
    }
    if report.scripts.1 > 0 {
        sentences.push(language.with("undecided", &[("count", &report.scripts.1.to_string())]));
    }
    sentences
}

/// The logs that are not there at all.
fn missing_logs(report: &Report, language: Language) -> Option<String> {
    let missing = report.gaps.iter().filter_map(|gap| match gap {
        Gap::Missing(log) => Some(log.as_str()),
        Gap::BeginsAfter { .. } => None,
    });
    let missing: Vec<&str> = missing.collect();
    (!missing.is_empty()).then(|| language.with("missing", &[("logs", &missing.join(", "))]))
}

/// The logs that begin after a wave of attacks, a sentence for each wave.
fn late_logs(report: &Report, language: Language) -> Vec<String> {
    let mut waves: Vec<(&str, Timestamp, Vec<String>)> = Vec::new();
    for gap in &report.gaps {
        let Gap::BeginsAfter {
            log,
            from,
            wave,
            began,
        } = gap
        else {
            continue;
        };
        let log = format!("{log} ({})", language.day(*from));
        match waves.iter_mut().find(|(name, _, _)| name == wave) {
            Some((_, _, logs)) => logs.push(log),
            None => waves.push((wave, *began, vec![log])),
        }
    }
    let sentence = |(wave, began, logs): &(&str, Timestamp, Vec<String>)| {
        language.with(
            "begins_after",
            &[
                ("wave", wave),
                ("began", &language.day(*began)),
                ("logs", &logs.join(", ")),
            ],
        )
    };
    waves.iter().map(sentence).collect()
}

/// A place that could not be read.
pub fn unreadable(unreadable: &Unreadable, language: Language) -> String {
    let reason = language.with(
        &format!("problem.{}", unreadable.word),
        &[("detail", &unreadable.detail)],
    );
    format!(
        "{}: {reason}",
        place(&unreadable.file, unreadable.line, language)
    )
}

/// How much was read, and the build.
pub fn extent(report: &Report, language: Language) -> String {
    let read = language.with(
        "read",
        &[
            ("files", &report.files_read.to_string()),
            ("bytes", &language.size(report.bytes)),
        ],
    );
    let build = match &report.build {
        Some(build) => language.with(
            &format!("build.{}", build.source.word()),
            &[("number", &build.number)],
        ),
        None => language.say("build.none"),
    };
    format!("{read} {build}")
}
