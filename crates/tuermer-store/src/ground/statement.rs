//! The text of bulk statements: places for values, and how they are named.

/// `$first,$first+1,…`: places for a list of `count` values.
pub(crate) fn places(first: usize, count: usize) -> String {
    (first..first.saturating_add(count))
        .map(|place| format!("${place}"))
        .collect::<Vec<_>>()
        .join(",")
}

pub(crate) fn insert_text(head: &str, width: usize, rows: usize, tail: &str) -> String {
    use std::fmt::Write as _;
    let mut sql = format!("{head} VALUES ");
    let mut place = 0_usize;
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..width {
            place = place.saturating_add(1);
            let comma = if column == 0 { "" } else { "," };
            // Writing to a String cannot fail.
            let _ = write!(sql, "{comma}${place}");
        }
        sql.push(')');
    }
    sql.push(' ');
    sql.push_str(tail);
    sql
}

/// `$1, $2, …` → `?, ?, …` where each place is used once and in order, else `?1`. A place with a number or a name
/// makes the embedded engine walk the list of all names for each value, so that the time of a bulk statement grows with the
/// square of its values; a nameless one costs nothing.
pub(crate) fn nameless(sql: &str) -> String {
    let mut text = String::with_capacity(sql.len());
    let mut parts = sql.split('$');
    text.push_str(parts.next().unwrap_or_default());
    let mut place = 0_usize;
    for part in parts {
        place = place.saturating_add(1);
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        if number.parse() != Ok(place) {
            return sql.replace('$', "?");
        }
        text.push('?');
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::nameless;

    #[test]
    fn places_lose_their_names_only_where_their_order_says_the_same() {
        for (sql, expected) in [
            ("SELECT 1", "SELECT 1"),
            ("a = $1 AND b IN ($2,$3)", "a = ? AND b IN (?,?)"),
            ("a = $2 AND b = $1", "a = ?2 AND b = ?1"),
            ("a = $1 OR b = $1", "a = ?1 OR b = ?1"),
        ] {
            assert_eq!(nameless(sql), expected);
        }
    }
}
