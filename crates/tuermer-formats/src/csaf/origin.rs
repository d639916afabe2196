//! Whose document is this, and what must its file be called? Read without the rest, after hash and signature have been checked.

use serde::Deserialize;

/// Which document of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Publisher's namespace, without a slash at the end.
    pub namespace: String,
    /// Tracking id.
    pub tracking_id: String,
    /// Year of the first release, `2024`; empty where it is not said.
    pub year: String,
}

#[derive(Deserialize)]
struct Raw {
    document: RawDocument,
}

#[derive(Deserialize)]
struct RawDocument {
    publisher: RawPublisher,
    tracking: RawTracking,
}

#[derive(Deserialize)]
struct RawPublisher {
    namespace: String,
}

#[derive(Deserialize)]
struct RawTracking {
    id: String,
    #[serde(default)]
    initial_release_date: String,
}

/// The origin a document states; `None` where it states none, which the mandatory tests will say in full.
pub fn origin(bytes: &[u8]) -> Option<Origin> {
    let Raw { document } = serde_json::from_slice(bytes).ok()?;
    let namespace = super::plain(&document.publisher.namespace, super::TITLE_CHARACTERS)
        .trim_end_matches('/')
        .to_string();
    let year = document
        .tracking
        .initial_release_date
        .chars()
        .take(4)
        .filter(char::is_ascii_digit)
        .collect();
    Some(Origin {
        namespace,
        tracking_id: super::plain(&document.tracking.id, super::TITLE_CHARACTERS),
        year,
    })
}

/// The file name a tracking id demands (CSAF 5.1): lower case, each run of other characters becomes one `_`.
pub fn file_name(tracking_id: &str) -> String {
    let mut name = String::new();
    for c in tracking_id.to_lowercase().chars() {
        let c = if matches!(c, '+' | '-' | 'a'..='z' | '0'..='9') {
            c
        } else {
            '_'
        };
        if c != '_' || !name.ends_with('_') {
            name.push(c);
        }
    }
    name + ".json"
}

#[cfg(test)]
mod tests {
    use super::{Origin, file_name, origin};

    #[test]
    fn names_of_files() {
        for (id, wanted) in [
            (
                "Example Company - 2019-YH3234",
                "example_company_-_2019-yh3234.json",
            ),
            ("RHBA-2019:0024", "rhba-2019_0024.json"),
            ("2022_01-A", "2022_01-a.json"),
            ("2022__01-A", "2022_01-a.json"),
            ("a / b", "a_b.json"),
            ("ÄÖ+1", "_+1.json"),
            ("../../etc", "_etc.json"),
            ("", ".json"),
        ] {
            assert_eq!(file_name(id), wanted, "{id}");
        }
    }

    #[test]
    fn origins() {
        let text = r#"{"document": {"publisher": {"namespace": "https://v.example/"}, "tracking": {"id": "A-1", "initial_release_date": "2024-01-01T00:00:00Z"}}}"#;
        let wanted = Origin {
            namespace: "https://v.example".into(),
            tracking_id: "A-1".into(),
            year: "2024".into(),
        };
        assert_eq!(origin(text.as_bytes()), Some(wanted));
        for broken in [
            "{}",
            "[]",
            "{\"document\": {}}",
            &text[..40],
            &format!("{text} x"),
        ] {
            assert_eq!(origin(broken.as_bytes()), None, "{broken}");
        }
    }
}
