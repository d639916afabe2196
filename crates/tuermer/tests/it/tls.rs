//! TLS and log-in towards the mail server: encrypted and to the right one, or nothing leaves and nobody pays for it.

use crate::deliver::{approved, config, lines};
use crate::sink::{Act, Guard, Sink};
use crate::support::Home;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tuermer::clock::Clock;
use tuermer::config::{Config, Tls};
use tuermer::context::Context;
use tuermer::stations::deliver;
use tuermer_core::delivery::DeliveryState;

const MAILS: usize = 4;

/// Signs certificates of mail servers.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A server with a certificate for `name`, good until the end of `year`.
    fn server(&self, name: &str, year: i32) -> TlsAcceptor {
        let mut params = CertificateParams::new(vec![name.to_string()]).unwrap();
        params.not_after = rcgen::date_time_ymd(year, 12, 31);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap();
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        TlsAcceptor::from(Arc::new(
            config
                .with_no_client_auth()
                .with_single_cert(vec![certificate.der().clone()], key)
                .unwrap(),
        ))
    }

    fn good(&self) -> TlsAcceptor {
        self.server("127.0.0.1", 4000)
    }
}

fn starttls(acceptor: TlsAcceptor) -> Guard {
    Guard::Starttls {
        acceptor,
        smuggle: "",
    }
}

async fn sink(guard: Guard, mechanism: &'static str) -> Sink {
    Sink::guarded(guard, mechanism, Duration::ZERO, |_, _| Act::Take).await
}

fn toward(sink: &Sink, tls: Tls, ca_file: &str) -> Config {
    let mut config = config(sink.port);
    config.mail.tls = tls;
    config.mail.ca_file = ca_file.to_string();
    config
}

async fn released(home: &Home, config: Config) -> Context {
    approved(
        home,
        config,
        Clock::simulated("2021-03-02T22:00:00Z".parse().unwrap()),
        MAILS,
    )
    .await
    .0
}

/// Nothing left, and nobody has an attempt, a mark or an unsure mail because of it.
async fn refused(context: &Context, sink: &Sink, name: &str) -> String {
    let report = deliver::run(context).await.unwrap();
    assert_eq!((report.sent, sink.count()), (0, 0), "{name}");
    assert!(
        !sink.heard("MAIL", false) && !sink.heard("MAIL", true),
        "{name}: a mail was begun"
    );
    for line in lines(context).await {
        assert_eq!(
            (line.state, line.attempts, line.unsure_count),
            (DeliveryState::Due, 0, 0),
            "{name}: {line:?}"
        );
    }
    report.away.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn mails_leave_encrypted_to_a_server_of_our_own_authority() {
    let authority = Authority::new();
    let home = Home::empty();
    let ca_file = home.file("ca.pem", authority.0.pem());
    let password = home.file("password", "secret\n");
    for (guard, tls, mechanism, ca_file) in [
        (
            Guard::Implicit(authority.good()),
            Tls::Implicit,
            "PLAIN",
            ca_file.as_str(),
        ),
        (starttls(authority.good()), Tls::Starttls, "LOGIN", &ca_file),
        (
            starttls(authority.good()),
            Tls::Opportunistic,
            "PLAIN",
            &ca_file,
        ),
        // Without a password any certificate is better than none: the alternative is plain text.
        (
            starttls(authority.server("mail.other.example", 2000)),
            Tls::Opportunistic,
            "",
            "",
        ),
    ] {
        let sink = sink(guard, mechanism).await;
        let mut config = toward(&sink, tls, ca_file);
        if !mechanism.is_empty() {
            config.mail.user = "tuermer".into();
            config.mail.password_file = password.clone();
        }
        let home = Home::empty();
        let report = deliver::run(&released(&home, config).await).await.unwrap();
        assert_eq!(
            (report.sent, sink.count(), report.away),
            (MAILS as u64, MAILS, None),
            "{tls:?}"
        );
        assert!(
            sink.heard("MAIL", true) && !sink.heard("MAIL", false) && !sink.heard("AUTH", false),
            "{tls:?}: something went in the clear"
        );
        assert_eq!(sink.log_ins() > 0, !mechanism.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn opportunistic_sends_in_the_clear_only_where_no_tls_is_offered() {
    let sink = sink(Guard::None, "PLAIN").await;
    let home = Home::empty();
    let report = deliver::run(&released(&home, toward(&sink, Tls::Opportunistic, "")).await)
        .await
        .unwrap();
    assert_eq!(
        (report.sent, sink.heard("MAIL", false)),
        (MAILS as u64, true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_the_right_one_gets_nothing() {
    let authority = Authority::new();
    let home = Home::empty();
    let ours = home.file("ca.pem", authority.0.pem());
    let strange = home.file("strange.pem", Authority::new().0.pem());
    let other = || authority.server("mail.other.example", 4000);
    let expired = || authority.server("127.0.0.1", 2000);
    let smuggled = Guard::Starttls {
        acceptor: authority.good(),
        smuggle: "250-sink\r\n250 AUTH PLAIN\r\n",
    };
    let mut context = None;
    for (name, guard, tls, ca_file, words) in [
        (
            "no STARTTLS",
            Guard::None,
            Tls::Starttls,
            &ours,
            "it offers no STARTTLS, which mail.tls = \"starttls\" demands",
        ),
        (
            "implicit: other name",
            Guard::Implicit(other()),
            Tls::Implicit,
            &ours,
            "not valid for name",
        ),
        (
            "starttls: other name",
            starttls(other()),
            Tls::Starttls,
            &ours,
            "not valid for name",
        ),
        (
            "implicit: strange authority",
            Guard::Implicit(authority.good()),
            Tls::Implicit,
            &strange,
            "invalid peer certificate",
        ),
        (
            "starttls: strange authority",
            starttls(authority.good()),
            Tls::Starttls,
            &strange,
            "invalid peer certificate",
        ),
        (
            "starttls: public authorities only",
            starttls(authority.good()),
            Tls::Starttls,
            &String::new(),
            "UnknownIssuer",
        ),
        (
            "starttls: expired",
            starttls(expired()),
            Tls::Starttls,
            &ours,
            "expired",
        ),
        (
            "implicit towards plain text",
            Guard::None,
            Tls::Implicit,
            &ours,
            "TLS is refused",
        ),
        (
            "answers smuggled in before TLS",
            smuggled,
            Tls::Starttls,
            &ours,
            "TLS is refused",
        ),
    ] {
        let sink = sink(guard, "PLAIN").await;
        let config = toward(&sink, tls, ca_file);
        match &mut context {
            None => context = Some(released(&home, config).await),
            Some(context) => context.config = Arc::new(config),
        }
        let why = refused(context.as_ref().unwrap(), &sink, name).await;
        assert!(why.contains(words), "{name}: {why}");
        assert!(
            why.contains("mail.tls")
                && why.contains(&format!("127.0.0.1:{}", sink.port))
                && !why.contains('\n'),
            "{name}: {why}"
        );
    }
    // The same mails leave as soon as the settings are right.
    let sink = sink(starttls(authority.good()), "PLAIN").await;
    let mut context = context.unwrap();
    context.config = Arc::new(toward(&sink, Tls::Starttls, &ours));
    assert_eq!(deliver::run(&context).await.unwrap().sent, MAILS as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_log_in_is_tried_once_and_names_the_setting() {
    let authority = Authority::new();
    let home = Home::empty();
    let ca_file = home.file("ca.pem", authority.0.pem());
    let password = home.file("password", "wrong\n");
    for (mechanism, log_ins, words) in [
        ("PLAIN", 1, "535"),
        ("LOGIN", 1, "535"),
        ("GSSAPI", 0, "No compatible authentication mechanism"),
    ] {
        let sink = sink(Guard::Implicit(authority.good()), mechanism).await;
        let mut config = toward(&sink, Tls::Implicit, &ca_file);
        config.mail.user = "tuermer".into();
        config.mail.password_file = password.clone();
        let home = Home::empty();
        let why = refused(&released(&home, config).await, &sink, mechanism).await;
        assert!(
            why.contains(words)
                && why.contains("check mail.user and the password in mail.password_file")
                && !why.contains("wrong"),
            "{why}"
        );
        assert_eq!(
            sink.log_ins(),
            log_ins,
            "{mechanism}: tried again, an account may be locked"
        );
    }
    // Settings that cannot be used at all are said before anything is opened.
    for (ca_file, password, words) in [
        (
            home.file("no.pem", "not a certificate"),
            password.clone(),
            "no.pem holds no PEM certificate",
        ),
        (
            "missing.pem".into(),
            password,
            "mail.ca_file missing.pem cannot be read",
        ),
        (
            ca_file,
            "missing".into(),
            "mail.password_file \"missing\" cannot be read",
        ),
    ] {
        let sink = sink(Guard::Implicit(authority.good()), "PLAIN").await;
        let mut config = toward(&sink, Tls::Implicit, &ca_file);
        config.mail.user = "tuermer".into();
        config.mail.password_file = password;
        let home = Home::empty();
        let error = format!(
            "{:#}",
            deliver::run(&released(&home, config).await)
                .await
                .unwrap_err()
        );
        assert!(error.contains(words), "{error}");
    }
}
