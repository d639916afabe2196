//! Does a document pass the schema and every mandatory test of CSAF 2.0 or 2.1 (chapter 6.1)?
//!
//! The tests are those of the `csaf-rs` validator; this room asks, folds the answers, and adds what the validator
//! overlooks ([`ranges`]). It never repairs a document and never fetches a schema: both schemas are compiled in.
//! Where the verdict is not that of OASIS stands in `tests/oasis.rs`, document by document.

mod ranges;

use csaf_rs::csaf::loader::detect_version_with;
use csaf_rs::csaf::raw::{HasParsed, RawDocument};
use csaf_rs::schema::{csaf2_0, csaf2_1};
use csaf_rs::validation::{TestResultStatus, Validatable};

/// What the tests say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Schema and all mandatory tests passed.
    Passed,
    /// At least one test failed; in order of the tests, at most [`FINDINGS`] of them.
    Failed(Vec<Finding>),
    /// Not a CSAF document of a version we know, in one sentence.
    NotCsaf(String),
}

/// One reason why a document is not valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Number of the test in chapter 6.1 (`6.1.1`), or `schema`.
    pub test: String,
    /// JSON pointer to the place.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

/// Most findings that are kept: enough to see what is wrong, bounded for a hostile document.
pub const FINDINGS: usize = 50;

/// Checks one document. Depth is bounded by the JSON parser (128), size by the caller.
pub fn check(bytes: &[u8]) -> Verdict {
    let document = match detect_version_with(bytes) {
        Ok(document) => document,
        Err(error) => return Verdict::NotCsaf(error.to_string()),
    };
    match document.version.as_str() {
        "2.0" => judge(
            &RawDocument::<csaf2_0::schema::CommonSecurityAdvisoryFramework>::new(document.data),
            Vec::new(),
        ),
        "2.1" => {
            let more = ranges::check(&document.data);
            judge(
                &RawDocument::<csaf2_1::schema::CommonSecurityAdvisoryFramework>::new(
                    document.data,
                ),
                more,
            )
        }
        other => Verdict::NotCsaf(format!(
            "CSAF version {other} is not known; 2.0 and 2.1 are"
        )),
    }
}

/// Runs the preset `basic` (schema, then the mandatory tests); `more` is what our own tests found.
fn judge<D: Validatable + HasParsed>(document: &D, more: Vec<Finding>) -> Verdict {
    let tests = match D::tests_in_preset("basic") {
        Ok(tests) => tests,
        Err(error) => return Verdict::NotCsaf(error.to_string()),
    };
    let mut findings = Vec::new();
    for test in tests {
        if let TestResultStatus::Failure { errors, .. } = document.run_test(test).status {
            findings.extend(errors.into_iter().map(|error| Finding {
                test: test.to_string(),
                path: error.instance_path,
                message: error.message,
            }));
        }
        if findings.len() >= FINDINGS {
            break;
        }
    }
    // Tests are skipped where the typed reading fails; a document nobody tested must not count as passed.
    if let Err(error) = document.get_parsed()
        && findings.is_empty()
    {
        findings.push(Finding {
            test: "schema".into(),
            path: "/".into(),
            message: error.clone(),
        });
    }
    findings.extend(more);
    findings.truncate(FINDINGS);
    if findings.is_empty() {
        Verdict::Passed
    } else {
        Verdict::Failed(findings)
    }
}
