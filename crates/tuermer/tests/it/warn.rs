//! Two people on exactly one content: every way around the rule, tried on both engines.

use crate::contacts::contact;
use crate::released::{QUESTION, REASON};
use crate::support::PostgresDatabase;
use jiff::Timestamp;
use std::future::Future;
use tuermer::acts::warn::{self, TextEdit};
use tuermer::clock::Clock;
use tuermer::config::{Config, Transport};
use tuermer::context::Context;
use tuermer::random::Random;
use tuermer::refusal::in_english;
use tuermer::store::ground::engine::Value;
use tuermer::store::ground::journal::Chain;
use tuermer::values;
use tuermer_core::approval::Refusal;
use tuermer_core::ids::{OrganisationId, ThreatId, WarningNumber};
use tuermer_core::locale::Language;
use tuermer_core::product::ProductKey;
use tuermer_core::rights::{Actor, Role};
use tuermer_core::scale::{Level, Tlp};
use tuermer_core::threat::{ProductStatus, Statement, Threat, Vulnerability};
use tuermer_core::version::VersionRule;
use tuermer_core::warning::{Channel, MessageType, Warning, WarningState};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Runs one story in a fresh drill directory on each engine that is there.
pub async fn on_both<F: Future<Output = ()>>(story: impl Fn(Context) -> F) {
    let server = PostgresDatabase::migrated();
    for url in [
        Some(String::new()),
        server.as_ref().map(PostgresDatabase::url),
    ]
    .into_iter()
    .flatten()
    {
        let directory = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.store.url = url;
        config.mail.transport = Transport::Smtp;
        let clock = Clock::simulated(at("2021-03-05T17:30:00Z"));
        let home = tuermer::config::Home(directory.path().join("data"));
        let context = tuermer::cli::init::create(&home, config, false, clock, Random::seeded(7))
            .await
            .unwrap();
        for (name, role) in [("k.weber", Role::Officer), ("m.lang", Role::Approver)] {
            context
                .store
                .add_account(context.now(), name, role, None, "test")
                .await
                .unwrap();
        }
        region(&context).await;
        story(context.clone()).await;
        context.store.database.close().await;
    }
}

async fn run(context: &Context, sql: &str, values: Vec<Value>) {
    let mut open = context.store.begin().await.unwrap();
    open.run(sql, values).await.unwrap();
    open.commit().await.unwrap();
}

async fn refused(context: &Context, sql: &str) {
    let mut open = context.store.begin().await.unwrap();
    open.run(sql, Vec::new()).await.expect_err(sql);
}

/// What Microsoft said on 2 March 2021, as an operator states it.
pub fn threat() -> Threat {
    let cves = [
        "CVE-2021-26855",
        "CVE-2021-26857",
        "CVE-2021-26858",
        "CVE-2021-27065",
    ];
    let statement = |n| Statement {
        vulnerability: Some(n),
        product: ProductKey::new("Microsoft", "Exchange Server"),
        product_name: "Microsoft Exchange Server".into(),
        versions: VersionRule::All,
        status: ProductStatus::Affected,
        remedy: None,
        justification: None,
    };
    Threat {
        id: ThreatId("t".into()),
        tracking_id: "T-2021-1".into(),
        revision: "1".into(),
        title: "Exchange".into(),
        publisher: "IHK".into(),
        published_at: at("2021-03-02T22:00:00Z"),
        released_at: at("2021-03-02T22:00:00Z"),
        tlp: Tlp::Clear,
        category: "csaf_security_advisory".into(),
        source: tuermer_core::threat::ThreatSource::Csaf,
        withdrawn: false,
        exploited: true,
        level: Some(Level::Extreme),
        vulnerabilities: cves
            .map(|id| Vulnerability {
                id: id.into(),
                ..Vulnerability::default()
            })
            .to_vec(),
        statements: (0..cves.len()).map(statement).collect(),
        references: Vec::new(),
    }
}

/// Eight members: open ones that can be mailed, called, or read English; one with a break-in; and three who are not warned.
async fn region(context: &Context) {
    run(
        context,
        "INSERT INTO document (sha256, kind, source, received_at, size, bytes, state, reason) VALUES ('d', 'csaf', 'test', 0, 0, $1, 'accepted', '')",
        values![Vec::<u8>::new()],
    )
    .await;
    run(
        context,
        "INSERT INTO threat (id, tracking_id, revision, title, publisher, category, published_at, released_at, seen_at, tlp, level, withdrawn, exploited,
         document_sha256, changed_at, facts_revision, assessed_revision)
         VALUES ('t', 'T-2021-1', '1', 'Exchange', 'IHK', 'c', 0, 0, 0, 'TLP:CLEAR', '4', FALSE, TRUE, 'd', 0, 1, 1)",
        Vec::new(),
    )
    .await;
    organisation(context, "p1", "provider", "Muster-IT GmbH", "de", None).await;
    contact(context, "p1", "register", "", Some("+492710000")).await;
    for (id, name, language, email, status, certainty, incident) in [
        (
            "m1",
            "Musterbau GmbH",
            "de",
            Some("chef@musterbau.example"),
            "affected",
            "observed",
            false,
        ),
        (
            "m2",
            "Example Ltd.",
            "en",
            Some("ceo@example.org"),
            "affected",
            "likely",
            false,
        ),
        (
            "m3",
            "Bäckerei Schmidt",
            "de",
            Some("info@schmidt.example"),
            "unknown",
            "possible",
            false,
        ),
        (
            "m4",
            "Ohne Mail OHG",
            "de",
            None,
            "affected",
            "observed",
            false,
        ),
        (
            "m5",
            "Einbruch AG",
            "de",
            Some("a@einbruch.example"),
            "affected",
            "observed",
            true,
        ),
        (
            "m6",
            "Fertig GmbH",
            "de",
            Some("a@fertig.example"),
            "fixed",
            "observed",
            false,
        ),
        (
            "m7",
            "Wolke GmbH",
            "de",
            Some("a@wolke.example"),
            "not_affected",
            "observed",
            false,
        ),
    ] {
        organisation(context, id, "member", name, language, Some("x-p1")).await;
        contact(
            context,
            id,
            "register",
            email.unwrap_or(""),
            Some("+49271555123"),
        )
        .await;
        let number: i64 = id.trim_start_matches('m').parse().unwrap();
        run(
            context,
            "INSERT INTO verdict (threat_id, number, status, certainty, mitigated, incident, severity, urgency, urgency_row, urgency_flaw, urgency_inputs,
             reason, question, product, version, source, measured)
             VALUES ('t', $1, $2, $3, FALSE, $4, '4', 'today', '', '', '', $5, $6, 'Exchange', '15.1.2176.4', 'member', TRUE)",
            values![number, status, certainty, incident, REASON, QUESTION],
        )
        .await;
        run(
            context,
            "INSERT INTO standing (threat_id, organisation_id, verdict, asset_id, observed_at, assessed_at, digest) VALUES ('t', $1, $2, '', $3, 0, 0)",
            values![id, number, at("2021-03-05T13:10:00Z")],
        )
        .await;
    }
    // The member knows its own address better than the register.
    contact(context, "m3", "member", "backstube@schmidt.example", None).await;
}

async fn organisation(
    context: &Context,
    id: &str,
    kind: &str,
    name: &str,
    language: &str,
    provider: Option<&str>,
) {
    run(
        context,
        "INSERT INTO organisation (id, kind, external_id, name, street, postcode, city, country, sector, size_class, language, provider_external_id, changed_at,
         facts_revision, assessed_revision) VALUES ($1, $2, $3, $4, '', '', '', 'DE', '', '', $5, $6, 0, 1, 1)",
        values![id, kind, format!("x-{id}"), name, language, provider],
    )
    .await;
}

pub fn officer() -> Actor {
    Actor::account("k.weber", Role::Officer)
}

fn approver() -> Actor {
    Actor::account("m.lang", Role::Approver)
}

/// Drafts and submits; returns the number and the hash on the approver's screen.
pub async fn submitted(context: &Context) -> (WarningNumber, String) {
    let number = warn::draft_of(context, &threat(), &officer())
        .await
        .unwrap();
    let submitted = warn::submit_of(context, &number, &threat(), &officer())
        .await
        .unwrap();
    assert_eq!(submitted.audience, 5);
    (number, submitted.hash)
}

pub async fn approved(context: &Context) -> WarningNumber {
    let (number, hash) = submitted(context).await;
    assert_eq!(
        warn::approve(context, &number, &approver(), 5, &hash)
            .await
            .unwrap(),
        Ok(())
    );
    assert!(
        warn::verify(context, &number).await.unwrap()
            && warn::verify_light(context, &number).await.unwrap()
    );
    number
}

async fn state(context: &Context, number: &WarningNumber) -> WarningState {
    warning(context, number).await.state
}

async fn warning(context: &Context, number: &WarningNumber) -> Warning {
    context.store.warning(number).await.unwrap().unwrap()
}

async fn deliveries(context: &Context) -> Vec<(String, String, String, String)> {
    let sql = "SELECT organisation_id, channel, state, address FROM delivery ORDER BY organisation_id, channel";
    let rows = context.store.read(sql, Vec::new()).await.unwrap();
    rows.iter()
        .map(|row| {
            (
                row.text(0).unwrap(),
                row.text(1).unwrap(),
                row.text(2).unwrap(),
                row.text(3).unwrap(),
            )
        })
        .collect()
}

fn headline(text: &str) -> TextEdit {
    TextEdit {
        headline: Some(text.into()),
        ..TextEdit::default()
    }
}

#[tokio::test]
async fn two_people_release_and_deliveries_are_planned() {
    on_both(async |context| {
        let number = approved(&context).await;
        assert_eq!(number.as_str(), "W-2021-001");
        let warning = warning(&context, &number).await;
        assert_eq!(
            (warning.state, warning.message_type),
            (WarningState::Approved, MessageType::Alert)
        );
        assert_eq!(warning.submitted_by.unwrap().as_str(), "k.weber");
        assert_eq!(warning.approved_by.unwrap().as_str(), "m.lang");
        let planned = deliveries(&context).await;
        let rows: Vec<(&str, &str, &str, &str)> = planned
            .iter()
            .map(|(a, b, c, d)| (a.as_str(), b.as_str(), c.as_str(), d.as_str()))
            .collect();
        // Exchange carries the mail: everybody mailed is called as well. A break-in is never mailed.
        assert_eq!(
            rows,
            [
                ("m1", "email", "due", "chef@musterbau.example"),
                ("m1", "phone", "to_call", "+49271555123"),
                ("m2", "email", "due", "ceo@example.org"),
                ("m2", "phone", "to_call", "+49271555123"),
                ("m3", "email", "due", "backstube@schmidt.example"),
                ("m3", "phone", "to_call", "+49271555123"),
                ("m4", "phone", "to_call", "+49271555123"),
                ("m5", "phone", "to_call", "+49271555123"),
            ]
        );
        let actions: Vec<String> = context
            .store
            .journal(0, 100)
            .await
            .unwrap()
            .into_iter()
            .map(|entry| entry.action)
            .collect();
        assert!(
            actions.ends_with(
                &["warning.drafted", "warning.submitted", "warning.approved"].map(String::from)
            ),
            "{actions:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_refused_release_changes_nothing() {
    on_both(async |context| {
        let (number, hash) = submitted(&context).await;
        let other = "0".repeat(64);
        let nobody = Actor::account("nobody", Role::Officer);
        for (actor, typed, seen, refusal) in [
            (officer(), 5, &hash, Refusal::SamePerson),
            (approver(), 4, &hash, Refusal::WrongCount),
            (approver(), 5, &other, Refusal::Changed),
            (nobody, 5, &hash, Refusal::NotAllowed),
        ] {
            assert_eq!(
                warn::approve(&context, &number, &actor, typed, seen)
                    .await
                    .unwrap(),
                Err(refusal)
            );
            let waits = state(&context, &number).await == WarningState::Submitted
                && !warn::verify(&context, &number).await.unwrap();
            assert!(waits && deliveries(&context).await.is_empty());
        }
        warn::send_back(&context, &number, &approver(), "Bitte den Talk nennen")
            .await
            .unwrap();
        assert_eq!(
            warning(&context, &number).await.return_reason.as_deref(),
            Some("Bitte den Talk nennen")
        );
        assert_eq!(
            warn::approve(&context, &number, &approver(), 5, &hash)
                .await
                .unwrap(),
            Err(Refusal::NotSubmitted)
        );
        assert!(
            context
                .store
                .recipients(&number, None, 10)
                .await
                .unwrap()
                .is_empty()
        );
        // Whoever sent it back does not rewrite it, not even where the role would allow it.
        let returner = Actor::account("m.lang", Role::Officer);
        let words = headline("Neu");
        let error = warn::edit(&context, &number, Language::German, &words, &returner)
            .await
            .unwrap_err();
        assert!(in_english(&error).starts_with("who sent"), "{error:#}");
        assert_eq!(
            warn::draft_of(&context, &threat(), &officer())
                .await
                .unwrap(),
            number,
            "a draft is not drafted twice"
        );
    })
    .await;
}

#[tokio::test]
async fn any_edit_voids_submission_and_release() {
    on_both(async |context| {
        let (number, hash) = submitted(&context).await;
        warn::edit(
            &context,
            &number,
            Language::English,
            &headline("Other words"),
            &officer(),
        )
        .await
        .unwrap();
        assert_eq!(state(&context, &number).await, WarningState::Draft);
        assert_eq!(
            warn::approve(&context, &number, &approver(), 5, &hash)
                .await
                .unwrap(),
            Err(Refusal::NotSubmitted)
        );
        let submitted = warn::submit_of(&context, &number, &threat(), &officer())
            .await
            .unwrap();
        assert_ne!(submitted.hash, hash);
        // The approver who still looks at the old page is refused.
        assert_eq!(
            warn::approve(&context, &number, &approver(), 5, &hash)
                .await
                .unwrap(),
            Err(Refusal::Changed)
        );
        assert_eq!(
            warn::approve(&context, &number, &approver(), 5, &submitted.hash)
                .await
                .unwrap(),
            Ok(())
        );
        warn::edit(
            &context,
            &number,
            Language::English,
            &headline("Other words"),
            &officer(),
        )
        .await
        .unwrap();
        assert!(warn::verify(&context, &number).await.unwrap());
        warn::edit(
            &context,
            &number,
            Language::German,
            &headline("Andere Worte"),
            &officer(),
        )
        .await
        .unwrap();
        assert_eq!(state(&context, &number).await, WarningState::Draft);
        assert!(
            !warn::verify(&context, &number).await.unwrap()
                && deliveries(&context).await.is_empty()
        );
        // Facts are the same as before.
        let text = warning(&context, &number).await.texts.remove(0);
        assert_eq!(
            text.identifiers,
            "CVE-2021-26855, -26857, -26858, -27065 · KB5000871"
        );
        let last = context.store.journal(0, 100).await.unwrap().pop().unwrap();
        assert_eq!(
            (last.action.as_str(), last.detail.as_str()),
            ("warning.edited", "de headline; was approved")
        );
    })
    .await;
}

#[tokio::test]
async fn raw_statements_cannot_release() {
    on_both(async |context| {
        let (number, hash) = submitted(&context).await;
        refused(&context, "UPDATE warning SET state = 'approved'").await;
        refused(&context, "UPDATE warning SET state = 'approved', approved_by = 'm.lang', approved_hash = content_hash").await;
        refused(&context, "UPDATE warning SET state = 'sending', approved_by = 'k.weber', approved_hash = content_hash").await;
        // With a forged approval the database gives way, the check before sending does not.
        let sql = "INSERT INTO approval (warning_number, content_hash, submitted_by, approved_by, audience, approved_at, mac)
                   VALUES ($1, $2, 'k.weber', 'm.lang', 5, 0, 'forged')";
        run(&context, sql, values![number.as_str(), hash]).await;
        run(&context, "UPDATE warning SET state = 'approved', approved_by = 'm.lang', approved_hash = content_hash", Vec::new()).await;
        assert_eq!(state(&context, &number).await, WarningState::Approved);
        assert!(!warn::verify(&context, &number).await.unwrap() && !warn::verify_light(&context, &number).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn tampering_after_the_release_is_noticed() {
    on_both(async |context| {
        let number = approved(&context).await;
        for (sql, back) in [
            (
                "UPDATE recipient SET ways = REPLACE(ways, 'chef@musterbau.example', 'thief@example.net') WHERE organisation_id = 'm1'",
                "UPDATE recipient SET ways = REPLACE(ways, 'thief@example.net', 'chef@musterbau.example') WHERE organisation_id = 'm1'",
            ),
            (
                "UPDATE warning_text SET say = say || '!' WHERE language = 'de'",
                "UPDATE warning_text SET say = SUBSTR(say, 1, LENGTH(say) - 1) WHERE language = 'de'",
            ),
            (
                "UPDATE recipient SET ways = REPLACE(ways, 'true', 'false') WHERE organisation_id = 'm2'",
                "UPDATE recipient SET ways = REPLACE(ways, 'false', 'true') WHERE organisation_id = 'm2'",
            ),
            (
                "UPDATE warning SET form = 1",
                "UPDATE warning SET form = 2",
            ),
            ("UPDATE warning SET level = '1'", "UPDATE warning SET level = '4'"),
            ("UPDATE approval SET audience = 6", "UPDATE approval SET audience = 5"),
        ] {
            run(&context, sql, Vec::new()).await;
            assert!(!warn::verify(&context, &number).await.unwrap(), "{sql}");
            run(&context, back, Vec::new()).await;
            assert!(warn::verify(&context, &number).await.unwrap(), "{back}");
        }
        run(&context, "DELETE FROM recipient WHERE organisation_id = 'm1'", Vec::new()).await;
        assert!(!warn::verify(&context, &number).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn one_person_stops_and_nothing_brings_it_back() {
    on_both(async |context| {
        let number = approved(&context).await;
        run(&context, "UPDATE delivery SET state = 'sent', attempts = 1 WHERE organisation_id = 'm1' AND channel = 'email'", Vec::new()).await;
        run(&context, "UPDATE delivery SET state = 'unsure', attempts = 1, unsure_count = 1 WHERE organisation_id = 'm2' AND channel = 'email'", Vec::new())
            .await;
        run(&context, "UPDATE warning SET state = 'sending'", Vec::new()).await;
        let edit = warn::edit(&context, &number, Language::German, &headline("Zu spät"), &officer()).await;
        assert!(edit.is_err());
        assert_eq!(warn::stop(&context, &number, &officer()).await.unwrap(), 7);
        assert_eq!(warn::stop(&context, &number, &officer()).await.unwrap(), 0);
        let states: Vec<String> = deliveries(&context).await.into_iter().map(|(_, _, state, _)| state).collect();
        assert_eq!(states.iter().filter(|state| *state == "stopped").count(), 7, "{states:?}");
        assert!(!warn::verify(&context, &number).await.unwrap() && !warn::verify_light(&context, &number).await.unwrap());
        refused(&context, "UPDATE warning SET state = 'sending'").await;
        // The correction goes to those it reached or may have reached, and says what was wrong first.
        let cancel = warn::cancel_of(&context, &threat(), &number, "Wir haben zwei Listen verwechselt.", &officer()).await.unwrap();
        let submitted = warn::submit(&context, &cancel, &officer()).await.unwrap();
        assert_eq!(submitted.audience, 2);
        let cancel = warning(&context, &cancel).await;
        let recipient = context.store.recipient(&cancel.number, &OrganisationId("m1".into())).await.unwrap().unwrap();
        let mail = tuermer::compose::mail(&context, &cancel, &recipient).unwrap();
        assert!(mail.text.replace('\n', " ").contains("Unsere Warnung W-2021-001 war falsch. Wir haben zwei Listen verwechselt."), "{}", mail.text);
        assert!(recipient.channels().eq([Channel::Email, Channel::Phone]));
        // A later warning on the same threat is an update for those still open.
        let update = warn::draft_of(&context, &threat(), &officer()).await.unwrap();
        let update = warning(&context, &update).await;
        assert_eq!((update.message_type, update.replaces.as_ref()), (MessageType::Update, Some(&number)));
        assert_eq!(update.texts[0].headline, "Microsoft Exchange – noch offen bei Ihnen (Stand 5. März)");
    })
    .await;
}

#[tokio::test]
async fn a_link_opens_one_company_of_one_warning() {
    on_both(async |context| {
        let number = approved(&context).await;
        let one = OrganisationId("m1".into());
        let token = context.keys.answer_token(&number, &one);
        assert_eq!(token.len(), 40);
        let found = context
            .store
            .recipient_by_token(&number, &token)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.organisation, one);
        for wrong in [
            String::new(),
            token.to_uppercase(),
            token[1..].to_string(),
            context
                .keys
                .answer_token(&WarningNumber("W-2021-002".into()), &one),
        ] {
            assert_eq!(
                context
                    .store
                    .recipient_by_token(&number, &wrong)
                    .await
                    .unwrap(),
                None,
                "{wrong}"
            );
        }
        let rows = context
            .store
            .read("SELECT token_hash FROM recipient", Vec::new())
            .await
            .unwrap();
        assert!(rows.iter().all(|row| row.text(0).unwrap() != token));
        let pages = [
            context.store.recipients(&number, None, 2).await.unwrap(),
            context
                .store
                .recipients(&number, Some(&OrganisationId("m2".into())), 10)
                .await
                .unwrap(),
        ];
        assert_eq!(
            pages
                .concat()
                .iter()
                .map(|recipient| recipient.organisation.as_str())
                .collect::<Vec<_>>(),
            ["m1", "m2", "m3", "m4", "m5"]
        );
    })
    .await;
}

#[tokio::test]
async fn the_journal_of_a_warning_is_whole_and_a_changed_row_breaks_it() {
    on_both(async |context| {
        let _ = approved(&context).await;
        refused(&context, "UPDATE journal SET actor = 'm.lang' WHERE action = 'warning.submitted'").await;
        refused(&context, "DELETE FROM journal WHERE action = 'warning.approved'").await;
        assert!(matches!(context.store.verify_journal().await.unwrap(), Chain::Whole { .. }));
        let entries = i64::try_from(context.store.journal(0, 100).await.unwrap().len()).unwrap();
        let sql = "INSERT INTO journal (seq, at, actor, action, subject, detail, previous_hash, hash) VALUES ($1, 0, 'x', 'x', 'x', '', 'p', 'h')";
        run(&context, sql, values![entries + 1]).await;
        assert_eq!(context.store.verify_journal().await.unwrap(), Chain::Broken { seq: entries + 1 });
    })
    .await;
}
