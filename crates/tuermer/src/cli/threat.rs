//! `tuermer threat`: state one by hand, list them, show one.

use super::{Call, Exit};
use crate::stations::intake::{self, StatedProduct, StatedThreat, StatedVersions, StatementError};
use crate::store::threats::ThreatHead;
use crate::text::Texts;
use anyhow::{Result, anyhow};
use clap::Subcommand;
use jiff::Timestamp;
use serde_json::{Value, json};
use tuermer_core::scale::Level;
use tuermer_core::threat::{Statement, Threat, Vulnerability};
use tuermer_core::version::VersionRule;
use tuermer_formats::times;

/// Statements shown to people; all numbers are in `--json`.
const STATEMENTS_SHOWN: usize = 20;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// Verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// State a threat by hand; it becomes a CSAF document of our own.
    New(Box<New>),
    /// All threats, newest first.
    List,
    /// One threat with everything that is known.
    Show {
        /// Id, tracking id, CVE or warning number.
        threat: String,
    },
}

/// A threat in the officer's words.
#[derive(Debug, clap::Args)]
pub struct New {
    /// One line: product and what is wrong.
    #[arg(long)]
    pub title: String,
    /// What happened, in a few sentences.
    #[arg(long, default_value = "")]
    pub summary: String,
    /// Product; may be given several times.
    #[arg(long = "product", required = true)]
    pub products: Vec<String>,
    /// Vendor, where the product's name does not say it.
    #[arg(long, default_value = "")]
    pub vendor: String,
    /// Versions, for example "<7.4.3" or "vers:intdot/>=7.0|<7.4.3"; without it a build pack decides.
    #[arg(long)]
    pub range: Option<String>,
    /// CVE id; may be given several times.
    #[arg(long = "cve")]
    pub cves: Vec<String>,
    /// What helps.
    #[arg(long, default_value = "")]
    pub remedy: String,
    /// Where the remedy is (https).
    #[arg(long = "remedy-url", default_value = "")]
    pub remedy_url: String,
    /// Where it was published (https).
    #[arg(long)]
    pub url: String,
    /// When it was published (RFC 3339); without it: now.
    #[arg(long = "source-time")]
    pub source_time: Option<Timestamp>,
    /// Step 1 (grey) to 4 (red).
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=4))]
    pub level: u8,
    /// It is being exploited.
    #[arg(long)]
    pub exploited: bool,
    /// Tracking id of an earlier statement that this one replaces.
    #[arg(long, value_name = "TRACKING-ID")]
    pub restate: Option<String>,
    /// Who states it.
    #[arg(long = "by", default_value = "cli")]
    pub by: String,
}

/// Runs it.
pub async fn run(call: &Call, Args { verb }: Args) -> Result<Exit> {
    match verb {
        Verb::New(new) => state(call, *new).await,
        Verb::List => list(call).await,
        Verb::Show { threat } => show(call, &threat).await,
    }
}

async fn state(call: &Call, new: New) -> Result<Exit> {
    let New { title, summary, products, vendor, range, cves, remedy, remedy_url, url, source_time, level, exploited, restate, by } = new;
    let context = call.open().await?;
    let versions = range.map_or(StatedVersions::ByPack, StatedVersions::Range);
    let products = products.into_iter().map(|product| StatedProduct { vendor: vendor.clone(), product, versions: versions.clone() }).collect();
    let level = Level::parse(&level.to_string()).ok_or_else(|| anyhow!("--level {level}: 1 to 4"))?;
    let source_time = source_time.unwrap_or_else(|| context.now());
    let stated = StatedThreat { restates: restate, title, summary, products, cves, remedy, remedy_url, source_url: url, source_time, level, exploited };
    let id = match intake::state_threat(&context, &stated, &by).await {
        Ok(id) => id,
        Err(error) => return Err(error.downcast::<StatementError>().map_or_else(|error| error, |error| anyhow!(sentence(call.out.texts, &error)))),
    };
    let threat = context.store.threat(&id).await?.ok_or_else(|| anyhow!("the threat just stated is not there"))?;
    if call.out.json {
        call.out.object(&json!({"threat": threat.tracking_id, "threat_id": id.as_str(), "revision": threat.revision}))?;
    } else {
        call.out.line(&call.out.texts.with("threat.stated", &[("tracking", &threat.tracking_id), ("revision", &threat.revision)]));
    }
    context.store.database.close().await;
    Ok(Exit::Ok)
}

fn sentence(texts: Texts, error: &StatementError) -> String {
    match error {
        StatementError::Empty(field) => texts.with("threat.empty", &[("field", field)]),
        StatementError::Invalid { field, value } => texts.with("threat.invalid", &[("field", field), ("value", value)]),
    }
}

async fn list(call: &Call) -> Result<Exit> {
    let context = call.open().await?;
    let threats = context.store.threats().await?;
    let texts = call.out.texts;
    if threats.is_empty() && !call.out.json {
        call.out.say(&texts.get("threat.none"));
    }
    for head in &threats {
        if call.out.json {
            let threat = context.store.threat(&head.id).await?.ok_or_else(|| anyhow!("{} is not there any more", head.id))?;
            call.out.object(&object(&threat, head))?;
            continue;
        }
        let exploited = if head.exploited { texts.get("threat.exploited") } else { String::new() };
        let values = [
            ("tracking", head.tracking_id.as_str()),
            ("level", head.level.as_str()),
            ("exploited", &exploited),
            ("title", &head.title),
            ("cves", &head.cves.join(", ")),
        ];
        call.out.line(&texts.with("threat.list_line", &values));
    }
    context.store.database.close().await;
    Ok(if threats.is_empty() { Exit::NothingFound } else { Exit::Ok })
}

async fn show(call: &Call, text: &str) -> Result<Exit> {
    let context = call.open().await?;
    let id = context.store.resolve_threat(text).await?;
    let found = match &id {
        Some(id) => context.store.threat(id).await?,
        None => None,
    };
    let heads = context.store.threats().await?;
    let (Some(threat), Some(head)) = (found, heads.iter().find(|head| Some(&head.id) == id.as_ref())) else {
        call.out.say(&call.out.texts.with("threat.not_found", &[("text", text)]));
        return Ok(Exit::NothingFound);
    };
    if call.out.json {
        call.out.object(&object(&threat, head))?;
    } else {
        for line in told(&threat, call.out.texts, &context.zone()) {
            call.out.line(&line);
        }
    }
    context.store.database.close().await;
    Ok(Exit::Ok)
}

/// The stable keys of a threat.
fn object(threat: &Threat, head: &ThreatHead) -> Value {
    let listed: Vec<_> = threat.vulnerabilities.iter().filter_map(|flaw| flaw.kev.as_ref()).collect();
    let kev = listed.iter().map(|kev| kev.added).min().zip(listed.iter().map(|kev| kev.due).min());
    let flaws: Vec<Value> = threat.vulnerabilities.iter().map(flaw_object).collect();
    json!({
        "threat": threat.tracking_id,
        "threat_id": threat.id.as_str(),
        "title": threat.title,
        "source": threat.publisher,
        "revision": threat.revision,
        "category": threat.category,
        "tlp": threat.tlp.as_str(),
        "signature": "unsigned",
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
    })
}

fn flaw_object(flaw: &Vulnerability) -> Value {
    let Vulnerability { id, title, cvss_tenths, cvss_vector, kev, epss: _, ssvc: _ } = flaw;
    let kev = kev.as_ref().map(|kev| json!({"added": kev.added.to_string(), "due": kev.due.to_string(), "ransomware": kev.ransomware}));
    json!({"id": id, "title": title, "cvss": cvss_tenths.map(score), "vector": cvss_vector, "kev": kev})
}

fn score(tenths: u8) -> f64 {
    f64::from(tenths) / 10.0
}

/// The threat in sentences.
fn told(threat: &Threat, texts: Texts, zone: &jiff::tz::TimeZone) -> Vec<String> {
    let published = times::full_moment(threat.published_at, zone, texts.0);
    let exploited = if threat.is_exploited() { texts.get("threat.exploited") } else { String::new() };
    let mut lines = vec![texts.with("threat.show_head", &[("title", &threat.title)])];
    let source = [
        ("publisher", threat.publisher.as_str()),
        ("tracking", &threat.tracking_id),
        ("revision", &threat.revision),
        ("published", &published),
        ("tlp", threat.tlp.as_str()),
    ];
    lines.push(texts.with("threat.show_source", &source));
    lines.push(texts.with("threat.show_level", &[("level", threat.level().as_str()), ("exploited", &exploited)]));
    if threat.withdrawn {
        lines.push(texts.get("threat.show_withdrawn"));
    }
    for flaw in &threat.vulnerabilities {
        let kev =
            flaw.kev.as_ref().map_or(String::new(), |kev| texts.with("threat.show_kev", &[("added", &kev.added.to_string()), ("due", &kev.due.to_string())]));
        let cvss = flaw.cvss_tenths.map_or_else(|| "–".to_string(), |tenths| format!("{:.1}", score(tenths)));
        lines.push(texts.with("threat.show_flaw", &[("cve", &flaw.id), ("cvss", &cvss), ("kev", &kev)]));
    }
    lines.extend(threat.statements.iter().take(STATEMENTS_SHOWN).map(|statement| statement_line(statement, texts)));
    let more = threat.statements.len().saturating_sub(STATEMENTS_SHOWN);
    if more > 0 {
        lines.push(texts.with("threat.show_more", &[("count", &more.to_string())]));
    }
    if let Some(remedy) = threat.statements.iter().filter_map(|statement| statement.remedy.as_ref()).max_by_key(|remedy| remedy.kind) {
        lines.push(texts.with("threat.show_remedy", &[("remedy", &remedy.details), ("url", remedy.url.as_deref().unwrap_or(""))]));
    }
    lines.extend(threat.not_understood().iter().map(|text| texts.with("threat.show_not_understood", &[("text", text)])));
    lines.extend(threat.references.iter().map(|url| texts.with("threat.show_reference", &[("url", url)])));
    lines
}

fn statement_line(statement: &Statement, texts: Texts) -> String {
    let versions = match &statement.versions {
        VersionRule::All => texts.get("threat.versions_all"),
        VersionRule::Exactly(version) => texts.with("threat.versions_exactly", &[("version", version)]),
        VersionRule::Range(range) => range.text.clone(),
        VersionRule::NotUnderstood(text) => text.clone(),
    };
    texts.with("threat.show_statement", &[("product", &statement.product_name), ("status", statement.status.as_str()), ("versions", &versions)])
}
