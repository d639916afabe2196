//! Test 6.1.50 of CSAF 2.1 where the validator is milder than the standard: a `vers:` string that is none.
//!
//! Only its form is judged – empty constraints, signs that must be encoded, `vers:all` with versions. The order of
//! constraints is not: nobody knows it for a type of one's own.

use crate::{FINDINGS, Finding};
use serde_json::Value;
use tuermer_core::vers::{Vers, VersFault};

/// Every version range of the product tree that is no vers string although it says so.
pub(crate) fn check(document: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(branches) = document.pointer("/product_tree/branches") {
        below(branches, "/product_tree/branches", &mut found);
    }
    found
}

/// Branches lie in branches, as deep as the JSON parser lets them (128).
fn below(branches: &Value, path: &str, found: &mut Vec<Finding>) {
    for (index, branch) in branches.as_array().into_iter().flatten().enumerate() {
        let path = format!("{path}/{index}");
        let name = branch["name"]
            .as_str()
            .filter(|_| branch["category"] == "product_version_range")
            .unwrap_or_default();
        if found.len() < FINDINGS
            && name.starts_with("vers:")
            && let Some(message) = fault(name)
        {
            found.push(Finding {
                test: "6.1.50".into(),
                path: format!("{path}/name"),
                message,
            });
        }
        below(&branch["branches"], &format!("{path}/branches"), found);
    }
}

fn fault(name: &str) -> Option<String> {
    match Vers::parse(name) {
        Ok(vers) if vers.scheme == "all" && !name.ends_with("/*") => {
            Some(format!("`{name}`: the type `all` knows no versions"))
        }
        Ok(_)
        | Err(
            VersFault::NotSorted(_)
            | VersFault::Repeated(_)
            | VersFault::Sequence(_)
            | VersFault::NotOfType(_)
            | VersFault::TooLong,
        ) => None,
        Err(fault) => Some(format!("`{name}`: {fault}")),
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use serde_json::json;

    #[test]
    fn what_says_vers_must_be_vers() {
        for (name, fine) in [
            ("vers:npm/>=2.2.0|<2.3.0", true),
            ("vers:all/*", true),
            ("vers:ownscheme/<4.2.0|>3.91.1|!=3.2.0|<1.2", true),
            ("<=2024.04", true),
            ("vers:all/<V3.1.2.2", false),
            ("vers:ownscheme/<4.2.0|<>3.2.0", false),
            ("vers:ownscheme/||>1.0", false),
        ] {
            let branch = json!({"category": "product_version_range", "name": name});
            let document = json!({"product_tree": {"branches": [{"category": "vendor", "name": "X", "branches": [branch]}]}});
            let found = check(&document);
            assert_eq!(found.is_empty(), fine, "{name}: {found:?}");
            if let Some(finding) = found.first() {
                assert_eq!(
                    (finding.test.as_str(), finding.path.as_str()),
                    ("6.1.50", "/product_tree/branches/0/branches/0/name")
                );
            }
        }
        assert_eq!(check(&json!({"product_tree": {"branches": 7}})), []);
    }
}
