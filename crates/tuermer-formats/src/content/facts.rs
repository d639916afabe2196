//! Facts of a threat as a mail writes them: identifiers, product names, the vendor's remedy.

use super::phrases::Phrases;
use crate::wrap::one_line;
use tuermer_core::product::ProductKey;
use tuermer_core::threat::{ProductStatus, RemedyKind, Statement, Threat};

/// Most identifiers shown in one line.
const IDENTIFIERS: usize = 8;
/// Longest product name in a headline, in characters.
const PRODUCT_CHARACTERS: usize = 60;
/// Longest vendor text in a mail, in characters.
const REMEDY_CHARACTERS: usize = 280;

/// `CVE-2021-26855, -26857 · KB5000871`.
pub(super) fn identifiers(phrases: Phrases, threat: &Threat, others: &[String]) -> String {
    let cves = threat.cves();
    let mut year = "";
    let mut shown: Vec<String> = Vec::new();
    for cve in cves.iter().take(IDENTIFIERS) {
        let (head, tail) = cve.rsplit_once('-').unwrap_or((cve, ""));
        shown.push(if head == year {
            format!("-{tail}")
        } else {
            (*cve).to_string()
        });
        year = head;
    }
    let mut line = shown.join(", ");
    if cves.len() > IDENTIFIERS {
        let more = cves.len().saturating_sub(IDENTIFIERS).to_string();
        line = format!(
            "{line} {}",
            phrases.with("generic.more", &[("count", &more)])
        );
    }
    let parts = std::iter::once(line.as_str()).chain(others.iter().map(String::as_str));
    parts
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

fn affected(threat: &Threat) -> impl Iterator<Item = &Statement> {
    threat
        .statements
        .iter()
        .filter(|statement| statement.status == ProductStatus::Affected)
}

/// The affected products as a person says them: the shortest name of each, two at most.
pub(super) fn product_name(phrases: Phrases, threat: &Threat) -> String {
    let mut names: Vec<(&ProductKey, &str)> = Vec::new();
    for statement in affected(threat) {
        match names.iter_mut().find(|(key, _)| *key == &statement.product) {
            Some((_, name)) if statement.product_name.len() < name.len() => {
                *name = &statement.product_name
            }
            Some(_) => {}
            None => names.push((&statement.product, &statement.product_name)),
        }
    }
    let name = match names.as_slice() {
        [] => threat.title.clone(),
        [(_, only)] => (*only).to_string(),
        [(_, first), (_, second)] => format!("{first} {} {second}", phrases.get("generic.and")),
        [(_, first), ..] => format!("{first} {}", phrases.get("generic.others")),
    };
    cut(&one_line(&name), PRODUCT_CHARACTERS)
}

/// What helps most, as the key of its words, and the vendor's own text.
pub(super) fn best_remedy(threat: &Threat) -> (&'static str, String) {
    let best = affected(threat)
        .filter_map(|statement| statement.remedy.as_ref())
        .max_by_key(|remedy| remedy.kind);
    let Some(remedy) = best else {
        let fixed = threat
            .statements
            .iter()
            .any(|statement| statement.status == ProductStatus::Fixed);
        return (if fixed { "fix" } else { "ask" }, String::new());
    };
    let key = match remedy.kind {
        RemedyKind::VendorFix => "fix",
        RemedyKind::Mitigation | RemedyKind::Workaround => "mitigation",
        RemedyKind::NoneAvailable => "none",
        RemedyKind::NoFixPlanned => "replace",
    };
    let text = cut(&one_line(&remedy.details), REMEDY_CHARACTERS);
    let parts = [text.as_str(), remedy.url.as_deref().unwrap_or("")];
    (
        key,
        parts
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(" "),
    )
}

fn cut(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_string();
    }
    let head: String = text.chars().take(characters.saturating_sub(1)).collect();
    format!("{}…", head.trim_end())
}
