//! One document of ours through the validator: as it is, with a defect that a mandatory test finds, and what is no CSAF.
//! The documents of OASIS: `oasis.rs`.
#![allow(missing_docs, clippy::panic)]

use tuermer_csaf::{Verdict, check};

const DOCUMENT: &str = include_str!("../../tuermer-formats/tests/fixtures/csaf-exchange.json");

#[test]
fn a_document_passes_and_each_defect_is_named() {
    assert_eq!(check(DOCUMENT.as_bytes()), Verdict::Passed);
    for (from, to, test) in [
        // A product that is not defined.
        (
            r#""product_id": "EX19"}"#,
            r#""product_id": "EX20"}"#,
            "6.1.1",
        ),
        // A version that the history does not have.
        (r#""version": "1""#, r#""version": "2""#, "6.1.16"),
        // A day the schema does not read.
        ("2021-03-05T09:00:00.000Z", "yesterday", "schema"),
    ] {
        let broken = DOCUMENT.replace(from, to);
        assert_ne!(broken, DOCUMENT, "{from} stands in the document");
        let Verdict::Failed(findings) = check(broken.as_bytes()) else {
            panic!("{test}: the defect was not found")
        };
        assert!(
            findings.iter().any(|finding| finding.test == test),
            "{test}: {findings:?}"
        );
    }
}

#[test]
fn what_is_no_csaf_is_said_in_a_sentence() {
    for text in ["", "{}", r#"{"document": {"csaf_version": "3.0"}}"#] {
        assert!(
            matches!(check(text.as_bytes()), Verdict::NotCsaf(_)),
            "{text}"
        );
    }
}
