//! `docs/first-change.md` adds one spelling of a product: with it the name is known, without it nobody knows the name.

use super::{ALIAS_TABLE, Aliases, ProductKey};

#[test]
fn the_worked_example_of_a_first_change_works() {
    let page = include_str!("../../../../docs/first-change.md");
    let line = page
        .lines()
        .find(|line| line.starts_with("product; fortinet; fortios;"))
        .unwrap();
    assert!(ALIAS_TABLE.lines().any(|other| other == line));
    let before = line.replace(" fortigate,", "");
    assert_ne!(before, line);
    let known = |table: &str| {
        Aliases::read(table)
            .product("fortinet", "fortigate")
            .is_some()
    };
    assert!(known(ALIAS_TABLE));
    assert!(!known(&ALIAS_TABLE.replace(line, &before)));
    assert_eq!(
        ProductKey::new("Fortinet, Inc.", "FortiGate"),
        ProductKey::new("Fortinet", "FortiOS")
    );
}
