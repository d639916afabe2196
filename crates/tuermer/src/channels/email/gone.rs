//! Whether a server that refuses a recipient for good says that there is no such address (RFC 3463, RFC 5321).
//!
//! Only an enhanced code says so. A bare 550 may as well mean us: a relay that lost its permission, a block list.

/// Subjects of 5.1.x that speak about the recipient's address; 5.1.7 and 5.1.8 speak about ours.
const RECIPIENT: &[&str] = &["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];

/// True where the address is no more.
pub fn is_gone(words: &str) -> bool {
    let mut enhanced = words
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .filter(|word| is_enhanced(word));
    enhanced
        .next()
        .is_some_and(|enhanced| RECIPIENT.contains(&enhanced))
}

/// `5.x.y` with one to three digits each.
fn is_enhanced(word: &str) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    matches!(parts.as_slice(), ["5", subject, detail]
        if (1..=3).contains(&subject.len()) && (1..=3).contains(&detail.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_code_says_about_the_address() {
        for (words, expected) in [
            ("(550): 5.1.1 <x@y.example>: User unknown", true),
            ("(550): No such user here", false),
            ("(550): relay not permitted", false),
            ("(551): moved", false),
            ("(550): 5.7.1 blocked, see https://1.2.3.4/", false),
            ("(550): 5.1.8 sender domain unknown", false),
            ("(550): 5.1.10 null mx", true),
            ("(554): 5.1.1 no such mailbox", true),
            ("(554): refused", false),
            ("(552): 5.2.2 mailbox full", false),
            ("(550): 192.0.2.5.1 is listed", false),
        ] {
            assert_eq!(is_gone(words), expected, "{words}");
        }
    }
}
