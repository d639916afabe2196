//! What the bounds, changes and defaults of a record say of single versions.

use super::tests::{product, verdict};
use serde_json::{Value, json};

const A: &str = "affected";
const U: &str = "unaffected";

/// Each version has the wanted verdict in a record with this product.
#[track_caller]
fn hold(rows: &[(Value, Vec<(&str, &str)>)]) {
    for (affected, versions) in rows {
        let threat = product(affected.clone());
        for (version, wanted) in versions {
            let wanted = if *wanted == U { "not affected" } else { wanted };
            assert_eq!(
                verdict(&threat, version),
                wanted,
                "{version} in {affected}\n{:#?}",
                threat.statements
            );
        }
    }
}

#[test]
fn bounds_and_single_versions_mean_what_the_format_says() {
    let a = A;
    hold(&[
        // half open and closed
        (
            json!({"versions": [{"version": "1.2", "lessThan": "1.4", "status": a}]}),
            vec![("1.1", "-"), ("1.2", a), ("1.3.9", a), ("1.4", "-")],
        ),
        (
            json!({"versions": [{"version": "1.2", "lessThanOrEqual": "1.4", "status": a}]}),
            vec![("1.4", a), ("1.4.1", "?")],
        ),
        // zero padding, as in Exchange
        (
            json!({"versions": [{"version": "15.02.0", "lessThan": "15.2.1544.004", "versionType": "custom", "status": a}]}),
            vec![
                ("15.2.1544.3", a),
                ("15.02.1544.004", "-"),
                ("15.2.1544.11", "-"),
                ("15.1.2507.35", "-"),
            ],
        ),
        // from the beginning, in every spelling
        (
            json!({"versions": [{"version": "0", "lessThan": "2", "status": a}]}),
            vec![("0.0.1", a), ("2", "-")],
        ),
        (
            json!({"versions": [{"version": "unspecified", "lessThan": "2", "status": a}]}),
            vec![("0.1", a), ("2.1", "-")],
        ),
        (
            json!({"versions": [{"version": "n/a", "lessThanOrEqual": "2", "status": a}]}),
            vec![("2.0", a), ("2.1", "?"), ("3", "-")],
        ),
        (
            json!({"versions": [{"version": "3", "lessThan": "*", "status": a}]}),
            vec![("2.9", "-"), ("99", a)],
        ),
        // the end of a series
        (
            json!({"versions": [{"version": "6.1.2", "lessThanOrEqual": "6.1.*", "status": a}]}),
            vec![("6.1.1", "-"), ("6.1.999", a), ("6.2", "-")],
        ),
        // the first good version twice, as Chrome writes it
        (
            json!({"versions": [{"version": "111.0.5563.64", "lessThan": "111.0.5563.64", "status": a}]}),
            vec![("110.9", a), ("111.0.5563.64", "-")],
        ),
        (
            json!({"versions": [{"version": "before version 3.0.0.2", "status": a}]}),
            vec![("3.0.0.1", a), ("3.0.0.2", "-")],
        ),
        // single versions and lists
        (
            json!({"versions": [{"version": "7.1", "status": a}, {"version": "7.2, 7.3", "status": a}]}),
            vec![("7.1.0", a), ("7.3", a), ("7.4", "-")],
        ),
        (
            json!({"versions": [{"version": "15.0(1)SE1", "status": a}]}),
            vec![("15.0(1)SE1", a), ("15.0.1", "?")],
        ),
        (
            json!({"versions": [{"version": ">= 4.4.0, < 4.4.2", "status": a}]}),
            vec![("4.4.1", a), ("4.4.2", "-")],
        ),
        (
            json!({"versions": [{"version": "5.7.33 and prior", "status": a}]}),
            vec![("5.7.33", a), ("5.7.34", "-")],
        ),
        (
            json!({"versions": [{"version": "All versions", "status": a}]}),
            vec![("1", a)],
        ),
    ]);
}

#[test]
fn changes_and_defaults_mean_what_the_format_says() {
    let a = A;
    let u = U;
    hold(&[
        // changes cut the range
        (
            json!({"versions": [{"version": "1", "lessThan": "*", "status": a, "changes": [{"at": "1.5", "status": u}, {"at": "2", "status": a}, {"at": "2.3", "status": u}]}]}),
            vec![
                ("0.9", "-"),
                ("1.4.9", a),
                ("1.5", "fixed"),
                ("1.9", "fixed"),
                ("2.2", a),
                ("2.3", "fixed"),
                ("9", "fixed"),
            ],
        ),
        (
            json!({"versions": [{"version": "n/a", "lessThanOrEqual": "1.9.3", "status": a, "changes": [{"at": "1.9.4", "status": u}]}]}),
            vec![("1.9.3", a), ("1.9.4", "-")],
        ),
        // defaults
        (
            json!({"defaultStatus": a, "versions": [{"version": "5.10.210", "lessThanOrEqual": "5.10.*", "status": u}, {"version": "6.8", "lessThanOrEqual": "*", "status": u}]}),
            vec![
                ("5.10.209", a),
                ("5.10.210", "not affected"),
                ("5.11", a),
                ("6.7.9", a),
                ("6.8", "not affected"),
                ("6.9", "not affected"),
            ],
        ),
        (
            json!({"defaultStatus": u, "versions": [{"version": "1.1", "status": a}]}),
            vec![("1.0", "not affected"), ("1.1", a), ("1.2", "not affected")],
        ),
        (
            json!({"defaultStatus": u, "versions": [{"version": "1.1", "lessThan": "1.3", "status": a}]}),
            vec![("1.2", a), ("1.3", "-")],
        ),
        (
            json!({"defaultStatus": "unknown", "versions": [{"version": "1.1", "lessThan": "1.3", "status": a}]}),
            vec![("1.2", a), ("1.3", "unknown")],
        ),
        (json!({"defaultStatus": a}), vec![("1", a)]),
        (json!({"defaultStatus": u}), vec![("1", "not affected")]),
        (json!({}), vec![("1", "unknown")]),
    ]);
}

#[test]
fn what_has_no_order_is_not_understood() {
    let a = A;
    let u = U;
    hold(&[
        // not understood: never "not affected"
        (
            json!({"versions": [{"version": "n/a", "status": a}]}),
            vec![("1", "?")],
        ),
        (
            json!({"versions": [{"version": "1.0", "lessThan": "publication", "status": a}]}),
            vec![("1", "?")],
        ),
        (
            json!({"versions": [{"version": "Version 16.00 - 16.20.02", "status": a}]}),
            vec![("16.1", "?")],
        ),
        (
            json!({"versions": [{"version": "2.0", "lessThan": "1.0", "status": a}]}),
            vec![("1.5", "?")],
        ),
        (
            json!({"versions": [{"version": "1", "lessThan": "*", "status": a, "changes": [{"at": "3", "status": u}, {"at": "2", "status": a}]}]}),
            vec![("1", "?")],
        ),
        (
            json!({"defaultStatus": a, "versions": [{"version": "the fixed one", "lessThan": "1", "status": u}]}),
            vec![("7", "?")],
        ),
        (
            json!({"versions": [{"version": "2c5e9a", "lessThan": "c40665f44509724b64938c85def9fb2e79f62ec8", "versionType": "git", "status": a}]}),
            vec![("6.1", "?")],
        ),
    ]);
}
