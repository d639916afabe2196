//! A threat for machines and in sentences.

use crate::context::Context;
use crate::store::documents::comments::{Comment, Reader};
use crate::store::documents::threats::ThreatHead;
use crate::store::views::history::KeptRevision;
use crate::text::Texts;
use serde_json::{Value, json};
use tuermer_core::revision::Numbering;
use tuermer_core::scale::{Status, Urgency};
use tuermer_core::threat::{Statement, Threat, Vulnerability};
use tuermer_core::urgency::Urgencies;
use tuermer_core::version::VersionRule;
use tuermer_formats::times;

/// Statements shown to people; all numbers are in `--json`.
const STATEMENTS_SHOWN: usize = 20;

/// What the store knows beside the document.
pub struct Library {
    /// `verified`, `unsigned` or `failed`.
    pub signature: String,
    /// Revisions as they reached us.
    pub revisions: Vec<KeptRevision>,
    /// Comments, oldest first.
    pub comments: Vec<Comment>,
    /// Who has read it.
    pub readers: Vec<Reader>,
}

/// The stable keys of a threat.
pub fn object(threat: &Threat, head: &ThreatHead, library: &Library, context: &Context) -> Value {
    let listed: Vec<_> = threat
        .vulnerabilities
        .iter()
        .filter_map(|flaw| flaw.kev.as_ref())
        .collect();
    let kev = listed
        .iter()
        .map(|kev| kev.added)
        .min()
        .zip(listed.iter().map(|kev| kev.due).min());
    let flaws: Vec<Value> = threat.vulnerabilities.iter().map(flaw_object).collect();
    let Library {
        signature,
        revisions,
        comments,
        readers,
    } = library;
    let moments = |revision: &KeptRevision| {
        let KeptRevision {
            revision,
            released_at,
            received_at,
            sha256,
        } = revision;
        json!({"revision": revision, "released_at": released_at.to_string(), "received_at": received_at.to_string(), "sha256": sha256,
               "latest": *revision == threat.revision})
    };
    let comment = |comment: &Comment| {
        let Comment {
            id,
            revision,
            author,
            at,
            words,
        } = comment;
        json!({"comment": id, "revision": revision, "author": author, "at": at.to_string(), "words": words})
    };
    let reader = |reader: &Reader| json!({"account": reader.account, "revision": reader.revision, "current": reader.revision == threat.revision});
    json!({
        "threat": threat.tracking_id,
        "threat_id": threat.id.as_str(),
        "title": threat.title,
        "source": threat.publisher,
        "revision": threat.revision,
        "category": threat.category,
        "tlp": threat.tlp.as_str(),
        "signature": signature,
        "published_at": threat.published_at.to_string(),
        "released_at": threat.released_at.to_string(),
        "seen_at": head.seen_at.to_string(),
        "level": threat.level().number(),
        "exploited": threat.is_exploited(),
        "withdrawn": threat.withdrawn,
        "cves": threat.cves(),
        "cvss": threat.vulnerabilities.iter().filter_map(|flaw| flaw.cvss_tenths).max().map(score),
        "kev": kev.map(|(added, due)| json!({"added": added.to_string(), "due": due.to_string()})),
        "vulnerabilities": flaws,
        "statements": threat.statements.len(),
        "not_understood": threat.not_understood(),
        "references": threat.references,
        "epss": threat.vulnerabilities.iter().filter_map(|flaw| flaw.epss).map(|epss| epss.probability).max().map(share),
        "urgency": urgency(threat, context),
        "numbering": Numbering::of(&threat.revision).map(Numbering::as_str),
        "revisions": revisions.iter().map(moments).collect::<Vec<_>>(),
        "comments": comments.iter().map(comment).collect::<Vec<_>>(),
        "read_by": readers.iter().map(reader).collect::<Vec<_>>(),
    })
}

/// Until when for somebody of whom nothing more is known, and the row of the policy that says so.
fn urgency(threat: &Threat, context: &Context) -> Value {
    let decided =
        Urgencies::of(&context.policy, threat).decide(Status::Affected, None, std::iter::empty());
    let traces = matches!(decided.urgency, Urgency::Today | Urgency::Days3AndTraces);
    json!({"deadline": decided.urgency.as_str(), "search_for_traces": traces, "row": &*decided.basis.row})
}

/// Millionths as a share.
fn share(millionths: u32) -> f64 {
    f64::from(millionths) / 1_000_000.0
}

fn flaw_object(flaw: &Vulnerability) -> Value {
    let Vulnerability {
        id,
        title,
        cvss_tenths,
        cvss_vector,
        kev,
        epss,
        ssvc: _,
    } = flaw;
    let kev = kev.as_ref().map(|kev| json!({"added": kev.added.to_string(), "due": kev.due.to_string(), "ransomware": kev.ransomware}));
    json!({"id": id, "title": title, "cvss": cvss_tenths.map(score), "vector": cvss_vector, "kev": kev, "epss": epss.map(|epss| share(epss.probability))})
}

fn score(tenths: u8) -> f64 {
    f64::from(tenths) / 10.0
}

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
