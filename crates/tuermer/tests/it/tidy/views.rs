//! What machines read is a view: no hand-made object stands where a door shows something, and each field of a view says what
//! it is.

use super::{Source, files, no_complaints};

/// Where doors show something, and what they show.
const ROOMS: [&str; 3] = [
    "crates/tuermer/src/cli/",
    "crates/tuermer/src/web/",
    "crates/tuermer/src/views/",
];
/// Objects of the benches, which show figures of their own; the number may only fall.
const IN_BENCHES: usize = 14;

/// Places where an object is made by hand.
fn by_hand(source: &Source) -> Vec<String> {
    source
        .code()
        .filter(|(_, line)| line.contains("json!("))
        .map(|(number, _)| format!("{}:{number}: json!", source.path))
        .collect()
}

#[test]
fn no_object_is_made_by_hand() {
    let mut complaints = Vec::new();
    let mut in_benches = 0;
    for source in ROOMS.iter().flat_map(|room| files(room)) {
        let found = by_hand(&source);
        if source.path.contains("/cli/bench") {
            in_benches += found.len();
        } else {
            complaints.extend(found);
        }
    }
    no_complaints("A view stands in crates/tuermer/src/views", &complaints);
    assert_eq!(in_benches, IN_BENCHES, "objects of the benches");
}

#[test]
fn the_rule_of_objects_can_fail() {
    let source = Source {
        path: "a.rs".to_string(),
        text: "// json!(no)\nlet told = json!({});\n".to_string(),
    };
    assert_eq!(by_hand(&source), ["a.rs:2: json!"]);
}

#[test]
fn each_field_of_a_view_says_what_it_is() {
    let mut complaints = Vec::new();
    for source in files("crates/tuermer/src/views/") {
        let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
        for (number, line) in lines.iter().enumerate() {
            let field = line.starts_with("pub ")
                && line.ends_with(',')
                && line.contains(": ")
                && !line.contains('(');
            let said = lines[..number]
                .iter()
                .rev()
                .find(|line| !line.starts_with("#["));
            if field && !said.is_some_and(|line| line.starts_with("///")) {
                complaints.push(format!("{}:{}: {line}", source.path, number + 1));
            }
        }
    }
    no_complaints("Fields of views", &complaints);
}
