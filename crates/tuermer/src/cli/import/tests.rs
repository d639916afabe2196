//! Tests of numbers and cells of the report of an import.

use super::{grouped, harmless};

#[test]
fn numbers_and_cells() {
    for (number, text) in [
        (0, "0"),
        (999, "999"),
        (1_000, "1\u{a0}000"),
        (1_234_567, "1\u{a0}234\u{a0}567"),
    ] {
        assert_eq!(grouped(number), text);
    }
    for (cell, safe) in [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("+49", "'+49"),
        ("a=b", "a=b"),
        ("", ""),
    ] {
        assert_eq!(harmless(cell), safe);
    }
}
