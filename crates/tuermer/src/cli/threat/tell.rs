//! A threat in sentences.

use crate::text::Texts;
use crate::views::threat::{Library, score};
use tuermer_core::threat::{Statement, Threat};
use tuermer_core::version::VersionRule;
use tuermer_formats::times;

/// Statements shown to people; all numbers are in `--json`.
const STATEMENTS_SHOWN: usize = 20;

/// The threat in sentences.
pub fn told(
    threat: &Threat,
    library: &Library,
    texts: Texts,
    zone: &jiff::tz::TimeZone,
) -> Vec<String> {
    let published = times::full_moment(threat.published_at, zone, texts.0);
    let exploited = if threat.is_exploited() {
        texts.get("threat.exploited")
    } else {
        String::new()
    };
    let mut lines = vec![texts.with("threat.show_head", &[("title", &threat.title)])];
    let source = [
        ("publisher", threat.publisher.as_str()),
        ("tracking", &threat.tracking_id),
        ("revision", &threat.revision),
        ("published", &published),
        ("tlp", threat.tlp.as_str()),
    ];
    lines.push(texts.with("threat.show_source", &source));
    lines.push(texts.with(
        "threat.show_level",
        &[
            ("level", threat.level().as_str()),
            ("exploited", &exploited),
        ],
    ));
    if threat.withdrawn {
        lines.push(texts.get("threat.show_withdrawn"));
    }
    for flaw in &threat.vulnerabilities {
        let kev = flaw.kev.as_ref().map_or(String::new(), |kev| {
            texts.with(
                "threat.show_kev",
                &[
                    ("added", &kev.added.to_string()),
                    ("due", &kev.due.to_string()),
                ],
            )
        });
        let cvss = flaw
            .cvss_tenths
            .map_or_else(|| "–".to_string(), |tenths| format!("{:.1}", score(tenths)));
        lines.push(texts.with(
            "threat.show_flaw",
            &[("cve", &flaw.id), ("cvss", &cvss), ("kev", &kev)],
        ));
    }
    lines.extend(
        threat
            .statements
            .iter()
            .take(STATEMENTS_SHOWN)
            .map(|statement| statement_line(statement, texts)),
    );
    let more = threat.statements.len().saturating_sub(STATEMENTS_SHOWN);
    if more > 0 {
        lines.push(texts.with("threat.show_more", &[("count", &more.to_string())]));
    }
    if let Some(remedy) = threat
        .statements
        .iter()
        .filter_map(|statement| statement.remedy.as_ref())
        .max_by_key(|remedy| remedy.kind)
    {
        lines.push(texts.with(
            "threat.show_remedy",
            &[
                ("remedy", &remedy.details),
                ("url", remedy.url.as_deref().unwrap_or("")),
            ],
        ));
    }
    lines.extend(
        threat
            .not_understood()
            .iter()
            .map(|text| texts.with("threat.show_not_understood", &[("text", text)])),
    );
    lines.extend(
        threat
            .references
            .iter()
            .map(|url| texts.with("threat.show_reference", &[("url", url)])),
    );
    lines.extend(desk(threat, library, texts, zone));
    lines
}

/// Signature, revisions, comments and readers.
fn desk(
    threat: &Threat,
    library: &Library,
    texts: Texts,
    zone: &jiff::tz::TimeZone,
) -> Vec<String> {
    let Library {
        signature,
        revisions,
        comments,
        readers,
    } = library;
    let mut lines = vec![texts.get(&format!("threat.signature_{signature}"))];
    if revisions.len() > 1 {
        let told = revisions.iter().map(|revision| {
            format!(
                "{} ({})",
                revision.revision,
                times::moment(revision.received_at, zone, texts.0)
            )
        });
        lines.push(texts.with(
            "threat.show_revisions",
            &[("revisions", &told.collect::<Vec<_>>().join(", "))],
        ));
    }
    let read: Vec<&str> = readers
        .iter()
        .filter(|reader| reader.revision == threat.revision)
        .map(|reader| reader.account.as_str())
        .collect();
    if !read.is_empty() {
        lines.push(texts.with("threat.show_read", &[("names", &read.join(", "))]));
    }
    lines.extend(comments.iter().map(|comment| {
        let at = times::moment(comment.at, zone, texts.0);
        texts.with(
            "threat.show_comment",
            &[
                ("author", &comment.author),
                ("at", &at),
                ("revision", &comment.revision),
                ("words", &comment.words),
            ],
        )
    }));
    lines
}

fn statement_line(statement: &Statement, texts: Texts) -> String {
    let versions = match &statement.versions {
        VersionRule::All => texts.get("threat.versions_all"),
        VersionRule::Exactly(version) => {
            texts.with("threat.versions_exactly", &[("version", version)])
        }
        VersionRule::Range(range) => range.text.clone(),
        VersionRule::NotUnderstood(text) => text.clone(),
    };
    texts.with(
        "threat.show_statement",
        &[
            ("product", &statement.product_name),
            ("status", statement.status.as_str()),
            ("versions", &versions),
        ],
    )
}
