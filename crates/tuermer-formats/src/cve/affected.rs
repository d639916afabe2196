//! `affected[]` of all containers to statements: which product, which versions, how it stands.

use super::interval::{Piece, is_version, pieces, rule, status_of};
use super::record::{Affected, Container, Described, Reference, VersionEntry};
use super::{CveError, Remark, complement, push};
use crate::csaf::{by_cpe, by_purl, https, plain};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use tuermer_core::limits;
use tuermer_core::product::ProductKey;
use tuermer_core::purl::Purl;
use tuermer_core::threat::{ProductStatus, Remedy, RemedyKind, Statement};
use tuermer_core::version::VersionRule;

/// Longest text of a remedy, in characters.
const DETAILS_CHARACTERS: usize = 4_000;

/// A product by its names, and whether the versions of the entry are its own.
struct Named {
    key: ProductKey,
    name: String,
    versions_are_its_own: bool,
}

/// Ranges of affected versions by product and container, to see where containers contradict each other.
type Ranges = BTreeMap<ProductKey, BTreeMap<usize, BTreeSet<String>>>;

/// Statements as they are collected: each once, and what is odd about them.
#[derive(Default)]
struct Collected {
    statements: Vec<Statement>,
    seen: HashSet<(ProductStatus, ProductKey, String, String)>,
    ranges: Ranges,
    /// Entries left out because the product is stated in versions, too.
    commits: usize,
}

/// Reads the products of all containers.
pub fn read(all: &[&Container], remarks: &mut Vec<Remark>) -> Result<Vec<Statement>, CveError> {
    let products: usize = all.iter().map(|container| container.affected.len()).sum();
    if products > limits::ADVISORY_PRODUCTS {
        return Err(CveError::TooMuch {
            what: "products",
            limit: limits::ADVISORY_PRODUCTS,
        });
    }
    let mut collected = Collected::default();
    let fix = all.first().and_then(|cna| remedy(cna));
    for (index, container) in all.iter().enumerate() {
        let by_version = products_by_version(container);
        for affected in &container.affected {
            for named in names(affected) {
                if is_commits(affected) && by_version.contains(&named.key) {
                    collected.commits = collected.commits.saturating_add(1);
                    continue;
                }
                for piece in version_pieces(affected, &named, index == 0) {
                    collected.add(index, &named, piece, fix.as_ref())?;
                }
            }
        }
    }
    remarks.extend((collected.commits > 0).then_some(Remark::Commits(collected.commits)));
    remarks.extend(conflicts(&collected.ranges).take(limits::CVE_REMARKS));
    Ok(collected.statements)
}

impl Collected {
    /// Adds what the container of this index says of a product, unless it stands there already.
    fn add(
        &mut self,
        container: usize,
        named: &Named,
        Piece { rule, status }: Piece,
        fix: Option<&Remedy>,
    ) -> Result<(), CveError> {
        let Named { key, name, .. } = named;
        if let (ProductStatus::Affected, VersionRule::Range(range)) = (status, &rule) {
            let ranges = self.ranges.entry(key.clone()).or_default();
            ranges
                .entry(container)
                .or_default()
                .insert(range.text.clone());
        }
        let statement = (status, key.clone(), name.clone(), format!("{rule:?}"));
        if !self.seen.insert(statement) {
            return Ok(());
        }
        push(
            &mut self.statements,
            Statement {
                vulnerability: Some(0),
                product: key.clone(),
                product_name: name.clone(),
                versions: rule,
                status,
                remedy: fix.filter(|_| status == ProductStatus::Affected).cloned(),
                justification: None,
            },
        )
    }
}

/// Products of which two containers name different ranges.
fn conflicts(ranges: &Ranges) -> impl Iterator<Item = Remark> {
    let contradict = |by_container: &BTreeMap<usize, BTreeSet<String>>| {
        by_container.values().collect::<HashSet<_>>().len() > 1
    };
    ranges
        .iter()
        .filter(move |(_, by_container)| contradict(by_container))
        .map(|(key, _)| Remark::Conflict(format!("{} {}", key.vendor, key.product)))
}

/// What an entry says of a product: its versions, then its default for the rest.
fn version_pieces(affected: &Affected, named: &Named, assigner: bool) -> Vec<Piece> {
    let mut found: Vec<Piece> = affected
        .versions
        .iter()
        .flat_map(|entry| pieces(entry, named.key.scheme()))
        .collect();
    if !named.versions_are_its_own {
        // Versions of a package inside: what they mean for the product as a whole is not stated.
        let text = |piece: &Piece| {
            format!(
                "{}: {}",
                plain(&affected.package_name, limits::FIELD_CHARACTERS),
                rule_text(&piece.rule)
            )
        };
        let inside = found
            .iter()
            .filter(|piece| piece.status == ProductStatus::Affected);
        return inside
            .map(|piece| Piece {
                rule: VersionRule::NotUnderstood(text(piece)),
                status: piece.status,
            })
            .collect();
    }
    let default = affected.default_status.as_deref().map(status_of);
    if found.is_empty() {
        let status = default.unwrap_or(ProductStatus::Unknown);
        let all = if status == ProductStatus::Unknown {
            VersionRule::All
        } else {
            rule(
                vec![tuermer_core::version::Interval::default()],
                named.key.scheme(),
            )
        };
        return vec![Piece { rule: all, status }];
    }
    let rest = default.and_then(|status| other_versions(&found, status, assigner));
    found.extend(rest);
    found
}

/// The versions nobody named. "Unaffected" adds something only to a list of single versions: outside of ranges a version
/// counts as not affected anyway. "Unknown" is believed from the assigner; others fill it in without meaning it.
fn other_versions(found: &[Piece], default: ProductStatus, assigner: bool) -> Option<Piece> {
    let only_single = found
        .iter()
        .all(|piece| matches!(piece.rule, VersionRule::Exactly(_)));
    let wanted = match default {
        ProductStatus::Affected => true,
        ProductStatus::NotAffected => only_single,
        _ => assigner,
    };
    if !wanted {
        return None;
    }
    match complement::of(&found.iter().map(|piece| &piece.rule).collect::<Vec<_>>()) {
        Some((gaps, scheme)) => (!gaps.is_empty()).then(|| Piece {
            rule: rule(gaps, scheme),
            status: default,
        }),
        None if default == ProductStatus::Affected => {
            let named = found
                .iter()
                .map(|piece| rule_text(&piece.rule))
                .collect::<Vec<_>>()
                .join(", ");
            let text = plain(
                &format!("all versions except {named}"),
                limits::NOTE_CHARACTERS,
            );
            Some(Piece {
                rule: VersionRule::NotUnderstood(text),
                status: default,
            })
        }
        None => None,
    }
}

fn rule_text(rule: &VersionRule) -> String {
    match rule {
        VersionRule::All => "*".to_string(),
        VersionRule::Exactly(text) | VersionRule::NotUnderstood(text) => text.clone(),
        VersionRule::Range(range) => range.text.clone(),
    }
}

/// The names of an entry: vendor and product, and the package where it is another. "n/a" is no name; then a CPE or purl
/// beside it may have one.
fn names(affected: &Affected) -> Vec<Named> {
    let Affected {
        vendor,
        product,
        package_name,
        collection_url,
        package_url,
        cpes,
        default_status: _,
        versions,
    } = affected;
    let vendor = named(vendor).unwrap_or_default();
    let mut found = Vec::new();
    let package = named(package_name);
    let product = named(product);
    if let Some(product) = &product {
        let of_distribution = is_distribution(collection_url, versions);
        let keys = ProductKey::several(&vendor, product).into_iter();
        found.extend(keys.map(|key| Named {
            key,
            name: display(&vendor, product),
            versions_are_its_own: package.is_none() || !of_distribution,
        }));
    }
    if let Some(package) = package {
        let name = match &product {
            None => package.clone(),
            Some(product) => format!("{package} ({product})"),
        };
        add(&mut found, ProductKey::new(&vendor, &package), name);
    }
    // The same package as the inventories of its ecosystem name it.
    let purl = Purl::parse(package_url)
        .or_else(|| Purl::of_collection(collection_url, package_name))
        .filter(|_| !found.is_empty());
    if let Some(purl) = purl {
        let name = plain(&purl.package(), limits::FIELD_CHARACTERS);
        add(&mut found, ProductKey::of_purl(&purl), name);
    }
    if found.is_empty() {
        let identity = by_purl(package_url).or_else(|| cpes.iter().find_map(|cpe| by_cpe(cpe)));
        if let Some(identity) = identity {
            let vendor = match vendor.as_str() {
                "" => &identity.vendor,
                stated => stated,
            };
            let key = ProductKey::new(vendor, &identity.product);
            add(&mut found, key, display(vendor, &identity.product));
        }
    }
    found
}

/// Adds a name whose versions are its own, unless it stands there already.
fn add(found: &mut Vec<Named>, key: ProductKey, name: String) {
    if found.iter().all(|known| known.key != key) {
        found.push(Named {
            key,
            name,
            versions_are_its_own: true,
        });
    }
}

/// Packages of a distribution: their versions say nothing of the product's own.
fn is_distribution(collection_url: &str, versions: &[VersionEntry]) -> bool {
    let hosts = [
        "access.redhat.com",
        "packages.debian.org",
        "security-tracker.debian.org",
        "launchpad.net",
        "packages.ubuntu.com",
    ];
    let packaged = |entry: &VersionEntry| {
        let version_type = entry.version_type.as_deref();
        matches!(version_type, Some("rpm" | "deb" | "dpkg" | "apk"))
    };
    hosts.iter().any(|host| collection_url.contains(host)) || versions.iter().any(packaged)
}

/// A name that is one.
fn named(text: &str) -> Option<String> {
    let text = plain(text, limits::FIELD_CHARACTERS);
    let lower = text.to_ascii_lowercase();
    (!matches!(
        lower.as_str(),
        "" | "n/a" | "na" | "-" | "*" | "unknown" | "unspecified" | "none"
    ))
    .then_some(text)
}

fn display(vendor: &str, product: &str) -> String {
    if vendor.is_empty() || product.to_lowercase().starts_with(&vendor.to_lowercase()) {
        product.to_string()
    } else {
        format!("{vendor} {product}")
    }
}

/// Products that a container states in versions with an order.
fn products_by_version(container: &Container) -> HashSet<ProductKey> {
    let ordered = container.affected.iter().filter(|affected| {
        !is_commits(affected)
            && affected
                .versions
                .iter()
                .any(|entry| is_version(&entry.version))
    });
    ordered.flat_map(names).map(|named| named.key).collect()
}

/// Commits of a repository instead of versions. No company knows the commit of what it runs.
fn is_commits(affected: &Affected) -> bool {
    let commit = |text: &str| text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let by_commit = |entry: &VersionEntry| {
        let bound = entry
            .less_than
            .as_deref()
            .or(entry.less_than_or_equal.as_deref())
            .unwrap_or(&entry.version);
        entry.version_type.as_deref() == Some("git")
            || (commit(&entry.version) && (commit(bound) || bound == "*"))
    };
    !affected.versions.is_empty() && affected.versions.iter().all(by_commit)
}

/// What the assigner offers: the way to the fix, else a workaround.
fn remedy(cna: &Container) -> Option<Remedy> {
    let first = |texts: &[Described]| {
        texts
            .iter()
            .map(|text| plain(&text.value, DETAILS_CHARACTERS))
            .find(|text| !text.is_empty())
    };
    let leads_to_fix = |reference: &&Reference| {
        reference
            .tags
            .iter()
            .any(|tag| matches!(tag.as_str(), "patch" | "vendor-advisory"))
    };
    let url = cna
        .references
        .iter()
        .filter(leads_to_fix)
        .find_map(|reference| https(&reference.url));
    let fix = first(&cna.solutions).map(|details| Remedy {
        kind: RemedyKind::VendorFix,
        details,
        url: url.clone(),
    });
    fix.or_else(|| {
        first(&cna.workarounds).map(|details| Remedy {
            kind: RemedyKind::Workaround,
            details,
            url,
        })
    })
}
