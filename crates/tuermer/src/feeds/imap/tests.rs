//! A server that says what it likes: a script of lines against what is made of them.

use super::*;

/// Sends `script` whatever is asked, and reads on so that nothing blocks.
async fn against(script: &[u8]) -> tokio::io::DuplexStream {
    let (ours, theirs) = tokio::io::duplex(1 << 20);
    let (mut reading, mut writing) = tokio::io::split(theirs);
    writing.write_all(script).await.unwrap();
    tokio::spawn(async move {
        let _open = writing;
        tokio::io::copy(&mut reading, &mut tokio::io::sink()).await
    });
    ours
}

/// What one fetch brings: uid, size and mail of each, or the words of the error.
async fn check(answer: &str, expected: Result<&[(u32, u64, &str)], &str>) {
    let script = format!("* OK hello\r\n{answer}");
    let mut session = Imap::greeted(against(script.as_bytes()).await)
        .await
        .unwrap();
    let mut found = Vec::new();
    let fetched = session.fetch("1:*", "RFC822.SIZE", |mail| {
        let body = String::from_utf8(mail.body.unwrap_or_default()).unwrap();
        found.push((mail.uid.unwrap_or(0), mail.size.unwrap_or(0), body));
    });
    match (fetched.await, expected) {
        (Ok(()), Ok(expected)) => {
            let expected = expected
                .iter()
                .map(|(uid, size, body)| (*uid, *size, body.to_string()));
            assert_eq!(found, expected.collect::<Vec<_>>(), "{answer}");
        }
        (Err(error), Err(expected)) => {
            assert!(error.to_string().contains(expected), "{answer}: {error}");
        }
        (got, expected) => panic!("{answer}: {got:?}, expected {expected:?}"),
    }
}

#[tokio::test]
async fn what_a_server_may_answer() {
    for (answer, expected) in [
        ("a1 OK done\r\n", Ok([].as_slice())),
        (
            "* 7 FETCH (UID 5 RFC822.SIZE 2048)\r\n* 8 fetch (rfc822.size 1 uid 6)\r\na1 ok\r\n",
            Ok(&[(5, 2048, ""), (6, 1, "")]),
        ),
        (
            "* 7 FETCH (FLAGS (\\Seen (a)) UID 5 BODY[] {6}\r\na)\r\n(b)\r\na1 OK done\r\n",
            Ok(&[(5, 0, "a)\r\n(b")]),
        ),
        (
            "* 7 FETCH (BODY[] \"a \\\"b\\\\\" UID 5)\r\n* 9 EXISTS\r\n* OK still here\r\na1 OK\r\n",
            Ok(&[(5, 0, "a \"b\\")]),
        ),
        (
            "* 7 FETCH (UID 99999999999 RFC822.SIZE x BODY[] NIL)\r\na1 OK\r\n",
            Ok(&[(0, 0, "")]),
        ),
        ("a1 NO [NOPERM] not yours\r\n", Err("not yours")),
        ("a1 BAD what\r\n", Err("does not understand")),
        ("* BYE shutting down\r\n", Err("shutting down")),
        ("* 7 FETCH (UID 5\r\na1 OK\r\n", Err("no list")),
        ("* 7 FETCH UID 5\r\na1 OK\r\n", Err("no list")),
        ("* 7 FETCH (UID)\r\na1 OK\r\n", Err("no list")),
        ("* 7 FETCH (UID 5 ENVELOPE \"x)\r\na1 OK\r\n", Err("no end")),
        (
            "* 7 FETCH (BODY[] {999999999999}\r\n",
            Err("larger than one look"),
        ),
        ("+ go on\r\n", Err("belongs to no command")),
        ("<html>\r\n", Err("belongs to no command")),
        ("a2 OK\r\n", Err("belongs to no command")),
    ] {
        check(answer, expected).await;
    }
    let endless = format!("* 7 FETCH ({}", "x".repeat(70_000));
    check(&endless, Err("has no end")).await;
}

#[tokio::test]
async fn a_mailbox_is_opened_and_nothing_slips_into_a_command() {
    let script = b"* OK hello\r\na1 OK in\r\n* 3 EXISTS\r\n* OK [UIDVALIDITY 17] valid\r\n* 0 RECENT\r\na2 OK\r\n";
    let mut session = Imap::greeted(against(script).await).await.unwrap();
    session.log_in("a\"b", "c\\d").await.unwrap();
    let opened = session.examine("INBOX").await.unwrap();
    assert_eq!((opened.validity, opened.mails), (17, 3));
    let refused = session
        .log_in("a\r\na9 DELETE INBOX", "b")
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("line end"));
    assert_eq!(quoted("a\"b\\").unwrap(), "\"a\\\"b\\\\\"");
    for greeting in ["* BYE busy\r\n", "HTTP/1.1 400 Bad Request\r\n"] {
        assert!(
            Imap::greeted(against(greeting.as_bytes()).await)
                .await
                .is_err()
        );
    }
}
