//! `tuermer delivery call-list`: whom to call, as a table that a table program reads.

use crate::cli::{Call, Exit};
use crate::store::Store;
use crate::store::warning::deliveries::Call as ToCall;
use crate::text::Texts;
use crate::views::delivery::CallView;
use anyhow::Result;

/// Prints everybody who must be called, most urgent first.
pub async fn list(call: &Call, store: &Store, warning: Option<&str>) -> Result<Exit> {
    let texts = call.out.texts;
    let mut header = !call.out.json;
    let count = store
        .call_list(warning, |to_call| {
            if std::mem::take(&mut header) {
                call.out.line(&texts.get("delivery.call_columns"));
            }
            if call.out.json {
                return call.out.object(&CallView::from(&to_call));
            }
            call.out.line(&call_line(texts, to_call));
            Ok(())
        })
        .await?;
    call.out
        .say(&texts.with("delivery.call_count", &[("count", &count.to_string())]));
    Ok(if count == 0 {
        Exit::NothingFound
    } else {
        Exit::Ok
    })
}

/// One line of the list to call by, as a table program reads it.
fn call_line(texts: Texts, to_call: ToCall) -> String {
    let ToCall {
        id,
        warning,
        organisation,
        name,
        contact,
        phone,
        language,
        incident,
        reason,
        detail,
        email,
    } = to_call;
    let why = match (detail.is_empty(), incident, email.is_empty()) {
        (false, ..) => detail,
        (true, true, _) => texts.get("delivery.why_incident"),
        (true, false, true) => texts.get("delivery.why_no_email"),
        (true, false, false) => texts.get("delivery.why_email_affected"),
    };
    let urgent = texts.get(if incident {
        "delivery.yes"
    } else {
        "delivery.no"
    });
    let cells = [
        warning,
        organisation,
        name,
        contact,
        dialled(&phone),
        language,
        urgent,
        reason,
        why,
        id.to_string(),
    ];
    cells
        .iter()
        .map(|text| cell(text))
        .collect::<Vec<_>>()
        .join(";")
}

/// `+4927155500` as `0049 27155500`: dialled the same, and no table program takes it for a formula or number.
fn dialled(phone: &str) -> String {
    match phone
        .strip_prefix('+')
        .and_then(|digits| digits.split_at_checked(2))
    {
        Some((country, rest)) => format!("00{country} {rest}"),
        None => phone.to_string(),
    }
}

/// A CSV cell. Names come from outside: what a table program would run as a formula gets an apostrophe.
fn cell(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let risky = text
        .trim_start()
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|', '%']);
    let apostrophe = if risky { "'" } else { "" };
    format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_never_formulas() {
        for (text, expected) in [
            ("Müller & Söhne", "\"Müller & Söhne\""),
            ("=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""),
            ("  +1", "\"'  +1\""),
            ("-2", "\"'-2\""),
            ("@SUM(1)", "\"'@SUM(1)\""),
            ("a\r\n=b", "\"a  =b\""),
            ("a;b", "\"a;b\""),
        ] {
            assert_eq!(cell(text), expected);
        }
        assert_eq!(cell(&dialled("+4927155500")), "\"0049 27155500\"");
        assert_eq!(dialled(""), "");
    }
}
