//! Vulnerabilities and what is said of each product: status, remedy, justification, score, exploitation.

use super::document::{Cvss, Flaw, StatusLists, ThreatNote};
use super::products::Products;
use super::{CsafError, cve_id, https, plain};
use std::collections::HashMap;
use tuermer_core::limits;
use tuermer_core::product::ProductKey;
use tuermer_core::threat::{ProductStatus, Remedy, RemedyKind, Statement, Vulnerability};
use tuermer_core::version::VersionRule;

/// Longest text of a remedy or justification, in characters.
const DETAILS_CHARACTERS: usize = 4_000;

/// What all flaws together say.
pub struct Flaws {
    pub vulnerabilities: Vec<Vulnerability>,
    pub statements: Vec<Statement>,
    pub exploited: bool,
}

/// Reads all flaws of a document.
pub fn read(raw: &[Flaw], products: &Products, category: &str) -> Result<Flaws, CsafError> {
    let mut vulnerabilities = Vec::with_capacity(raw.len());
    let mut statements = Vec::new();
    for (index, flaw) in raw.iter().enumerate() {
        vulnerabilities.push(vulnerability(index, flaw));
        statements_of(index, flaw, products, &mut statements)?;
    }
    // Profile 3 without flaws: "a user MUST assume that all products mentioned are affected".
    if raw.is_empty() && category == "csaf_informational_advisory" {
        let named = products
            .all()
            .into_iter()
            .filter_map(|id| products.get(id))
            .flat_map(|product| product.keys().map(move |key| (product, key)));
        for (product, key) in named {
            let (product_name, versions) = (product.name.clone(), product.versions.clone());
            statements.push(Statement {
                vulnerability: None,
                product: key.clone(),
                product_name,
                versions,
                status: ProductStatus::Affected,
                remedy: None,
                justification: None,
            });
        }
    }
    Ok(Flaws {
        vulnerabilities,
        statements,
        exploited: raw.iter().any(is_exploited),
    })
}

fn vulnerability(index: usize, flaw: &Flaw) -> Vulnerability {
    let own = || {
        flaw.ids
            .first()
            .map(|id| plain(&id.text, limits::FIELD_CHARACTERS))
            .filter(|id| !id.is_empty())
    };
    let id = flaw
        .cve
        .as_deref()
        .and_then(cve_id)
        .or_else(own)
        .unwrap_or_else(|| format!("#{}", index.saturating_add(1)));
    let score = best_score(flaw);
    Vulnerability {
        id,
        title: plain(&flaw.title, limits::FIELD_CHARACTERS),
        cvss_tenths: score.map(tenths),
        cvss_vector: score.map_or(String::new(), |cvss| {
            plain(&cvss.vector_string, limits::FIELD_CHARACTERS)
        }),
        ..Vulnerability::default()
    }
}

/// The publisher's own score before quoted ones, then the highest, then the newest version (CSAF clause 11).
fn best_score(flaw: &Flaw) -> Option<&Cvss> {
    let old = flaw
        .scores
        .iter()
        .filter_map(|score| score.cvss_v3.as_ref())
        .map(|cvss| (true, 3, cvss));
    let new = flaw.metrics.iter().flat_map(|metric| {
        let own = metric.source.is_none();
        let v4 = metric.content.cvss_v4.as_ref().map(|cvss| (own, 4, cvss));
        let v3 = metric.content.cvss_v3.as_ref().map(|cvss| (own, 3, cvss));
        [v3, v4].into_iter().flatten()
    });
    old.chain(new)
        .max_by_key(|(own, version, cvss)| (*own, tenths(cvss), *version))
        .map(|(_, _, cvss)| cvss)
}

/// 9.8 → 98; the schema holds scores between 0 and 10.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn tenths(cvss: &Cvss) -> u8 {
    (cvss.base_score.clamp(0.0, 10.0) * 10.0).round() as u8
}

/// The status lists with what they mean to us.
fn lists(status: &StatusLists) -> [(&[String], ProductStatus); 9] {
    let StatusLists {
        first_affected,
        first_fixed,
        fixed,
        known_affected,
        known_not_affected,
        last_affected,
        recommended,
        under_investigation,
        unknown,
    } = status;
    [
        (first_affected, ProductStatus::Affected),
        (known_affected, ProductStatus::Affected),
        (last_affected, ProductStatus::Affected),
        (first_fixed, ProductStatus::Fixed),
        (fixed, ProductStatus::Fixed),
        (known_not_affected, ProductStatus::NotAffected),
        (recommended, ProductStatus::Recommended),
        (under_investigation, ProductStatus::UnderInvestigation),
        (unknown, ProductStatus::Unknown),
    ]
}

/// What we keep of one product and how.
type Seen<'a> = (ProductStatus, &'a ProductKey, &'a str, String);

fn statements_of<'a>(
    index: usize,
    flaw: &'a Flaw,
    products: &'a Products,
    statements: &mut Vec<Statement>,
) -> Result<(), CsafError> {
    let remedies = remedies(flaw, products);
    let justifications = justifications(flaw, products);
    let mut seen = std::collections::HashSet::<Seen<'a>>::new();
    for (ids, status) in lists(&flaw.product_status) {
        for id in ids {
            // Test 6.1.1 proved that every id is defined; a loop of relationships is the exception.
            let Some(product) = products.get(id) else {
                continue;
            };
            let remedy = remedies.get(id.as_str()).map(|best| best.remedy.clone());
            let justification = (status == ProductStatus::NotAffected)
                .then(|| justifications.get(id.as_str()).cloned())
                .flatten();
            for key in product.keys() {
                if !seen.insert((status, key, &product.name, version_text(&product.versions))) {
                    continue;
                }
                if statements.len() >= limits::ADVISORY_STATEMENTS {
                    return Err(CsafError::TooMuch {
                        what: "statements about products",
                        limit: limits::ADVISORY_STATEMENTS,
                    });
                }
                let (product_name, versions) = (product.name.clone(), product.versions.clone());
                let (remedy, justification) = (remedy.clone(), justification.clone());
                statements.push(Statement {
                    vulnerability: Some(index),
                    product: key.clone(),
                    product_name,
                    versions,
                    status,
                    remedy,
                    justification,
                });
            }
        }
    }
    Ok(())
}

fn version_text(rule: &VersionRule) -> String {
    match rule {
        VersionRule::All => String::new(),
        VersionRule::Exactly(text) => format!("={text}"),
        VersionRule::Range(range) => format!("~{}", range.text),
        VersionRule::NotUnderstood(text) => format!("?{text}"),
    }
}

/// A remedy and how useful it is.
struct Ranked {
    rank: u8,
    remedy: Remedy,
}

/// The most useful remedy per product: a fix before a mitigation before a workaround before "there is none".
fn remedies<'a>(flaw: &'a Flaw, products: &'a Products) -> HashMap<&'a str, Ranked> {
    let mut best: HashMap<&str, Ranked> = HashMap::new();
    for raw in &flaw.remediations {
        let (rank, kind) = match raw.category.as_str() {
            "vendor_fix" => (6, RemedyKind::VendorFix),
            "optional_patch" => (5, RemedyKind::VendorFix),
            "mitigation" => (4, RemedyKind::Mitigation),
            "workaround" => (3, RemedyKind::Workaround),
            "fix_planned" | "none_available" => (2, RemedyKind::NoneAvailable),
            "no_fix_planned" => (1, RemedyKind::NoFixPlanned),
            _ => continue,
        };
        let remedy = Remedy {
            kind,
            details: plain(&raw.details, DETAILS_CHARACTERS),
            url: raw.url.as_deref().and_then(https),
        };
        for id in products.expand(&raw.product_ids, &raw.group_ids) {
            if best.get(id).is_none_or(|known| known.rank < rank) {
                best.insert(
                    id,
                    Ranked {
                        rank,
                        remedy: remedy.clone(),
                    },
                );
            }
        }
    }
    best
}

/// VEX flags and impact statements per product.
fn justifications<'a>(flaw: &'a Flaw, products: &'a Products) -> HashMap<&'a str, String> {
    let mut found: HashMap<&str, String> = HashMap::new();
    let mut add = |id, text: &str| {
        let known: &mut String = found.entry(id).or_default();
        if known.len() < DETAILS_CHARACTERS && !known.contains(text) {
            let gap = if known.is_empty() { "" } else { "; " };
            known.push_str(gap);
            known.push_str(text);
        }
    };
    for flag in &flaw.flags {
        let label = plain(&flag.label, limits::FIELD_CHARACTERS);
        products
            .expand(&flag.product_ids, &flag.group_ids)
            .for_each(|id| add(id, &label));
    }
    for note in flaw.threats.iter().filter(|note| note.category == "impact") {
        let details = plain(&note.details, DETAILS_CHARACTERS);
        products
            .expand(&note.product_ids, &note.group_ids)
            .for_each(|id| add(id, &details));
    }
    found
}

fn is_exploited(flaw: &Flaw) -> bool {
    !flaw.first_known_exploitation_dates.is_empty() || flaw.threats.iter().any(says_exploited)
}

/// `exploit_status` is free text. Only words that say "it is exploited" count; "not exploited", "a proof of
/// concept exists" and everything doubtful do not.
fn says_exploited(note: &ThreatNote) -> bool {
    if note.category != "exploit_status" {
        return false;
    }
    let text = note.details.to_lowercase();
    if text.contains("exploited:yes") {
        return true;
    }
    if text.contains("exploited:no") {
        return text.contains("exploitation detected");
    }
    words_say_exploited(&text)
}

/// True where one of the sentences says that attacks happen.
pub fn words_say_exploited(text: &str) -> bool {
    text.to_lowercase()
        .split(['.', ';', '!', '\n'])
        .any(sentence_says_exploited)
}

fn sentence_says_exploited(sentence: &str) -> bool {
    const YES: &[&str] = &[
        "in the wild",
        "actively exploited",
        "active exploitation",
        "exploitation detected",
        "known exploited",
        "known-exploited",
        "has been exploited",
        "have been exploited",
        "is being exploited",
        "aktiv ausgenutzt",
        "wird ausgenutzt",
        "wurde ausgenutzt",
        "in freier wildbahn",
    ];
    const NO: &[&str] = &[
        "not", "no", "nicht", "kein", "keine", "keiner", "keinen", "unaware", "without", "never",
    ];
    let denied = sentence
        .split(|c: char| !c.is_alphanumeric())
        .any(|word| NO.contains(&word));
    !denied && YES.iter().any(|words| sentence.contains(words))
}

#[cfg(test)]
mod tests {
    use super::{ThreatNote, says_exploited};

    #[test]
    fn exploitation_is_only_believed_when_said() {
        for (details, wanted) in [
            (
                "Publicly Disclosed:No;Exploited:Yes;Latest Software Release:Exploitation Detected",
                true,
            ),
            (
                "Publicly Disclosed:No;Exploited:No;Latest Software Release:Exploitation More Likely",
                false,
            ),
            (
                "This vulnerability is known to be exploited in the wild.",
                true,
            ),
            ("No exploitation in the wild is known.", false),
            (
                "Not aware of active exploitation. Proof of concept is public.",
                false,
            ),
            (
                "Exploitation was not seen at first. It is actively exploited since March.",
                true,
            ),
            (
                "CISA: https://www.cisa.gov/known-exploited-vulnerabilities-catalog",
                true,
            ),
            ("Exploit code has been published.", false),
            ("Die Schwachstelle wird ausgenutzt.", true),
            ("", false),
        ] {
            let note = ThreatNote {
                category: "exploit_status".into(),
                details: details.into(),
                group_ids: Vec::new(),
                product_ids: Vec::new(),
            };
            assert_eq!(says_exploited(&note), wanted, "{details}");
        }
    }
}
