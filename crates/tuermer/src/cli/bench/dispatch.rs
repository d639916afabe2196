//! `tuermer bench dispatch`: how fast approved mails leave, and with how much memory.
//!
//! Works in a directory of its own that is removed afterwards; towards `--smtp` (a sink!) or a folder.

use crate::acts::warn;
use crate::cli::init::create;
use crate::cli::{Call, Exit};
use crate::clock::Clock;
use crate::config::{Config, Home, Tls, Transport};
use crate::context::Context;
use crate::random::Random;
use crate::stations::deliver;
use crate::store::ground::engine::Value;
use crate::store::register::contacts;
use crate::values;
use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use std::time::Instant;
use tuermer_core::channel::PointKind;
use tuermer_core::exposure::Reason;
use tuermer_core::ids::{ContactId, OrganisationId, PointId, ThreatId, WarningNumber};
use tuermer_core::organisation::{Contact, Point};
use tuermer_core::rights::{Actor, Role};
use tuermer_core::scale::{Level, Source, Tlp};
use tuermer_core::threat::{Threat, Vulnerability};
use tuermer_formats::facts;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct DispatchArgs {
    /// Mails to hand over.
    #[arg(long, default_value_t = 25_000)]
    mails: usize,
    /// Address of a mail sink; without it mails go to a folder. Every mail goes there, so never name a real server.
    #[arg(long, value_name = "HOST:PORT")]
    smtp: Option<String>,
    /// Connections at once.
    #[arg(long, default_value_t = tuermer_core::limits::SMTP_CONNECTIONS)]
    connections: usize,
}

/// Runs it.
///
/// # Errors
/// The directory cannot be made, or the sink is not there.
pub async fn run(
    call: &Call,
    DispatchArgs {
        mails,
        smtp,
        connections,
    }: DispatchArgs,
) -> Result<Exit> {
    let mut config = Config::default();
    config.mail.connections = connections;
    config.mail.per_domain_per_minute = 0;
    match &smtp {
        Some(address) => {
            let (host, port) = address
                .rsplit_once(':')
                .with_context(|| format!("--smtp {address}: HOST:PORT"))?;
            config.mail.host = host.to_string();
            config.mail.port = port
                .parse()
                .with_context(|| format!("--smtp {address}: HOST:PORT"))?;
            config.mail.tls = Tls::None;
        }
        None => config.mail.transport = Transport::Folder,
    }
    let directory = std::env::temp_dir().join(format!(
        "tuermer-bench-{}",
        Random::System.id(Clock::System.now())?
    ));
    let measured = measure(&Home(directory.clone()), config, mails).await;
    std::fs::remove_dir_all(&directory)
        .with_context(|| format!("cannot remove {}", directory.display()))?;
    let (seconds, sent) = measured?;
    let per_second = if seconds > 0.0 {
        (mails as f64 / seconds).round()
    } else {
        0.0
    };
    let line = serde_json::json!({
        "bench": "dispatch", "mails": mails, "sent": sent, "connections": connections, "way": if smtp.is_some() { "smtp" } else { "folder" },
        "seconds": (seconds * 100.0).round() / 100.0, "per_second": per_second, "memory_peak_kb": memory_peak_kb(),
    });
    call.out.object(&line)?;
    Ok(if sent == mails as u64 {
        Exit::Ok
    } else {
        Exit::Partial
    })
}

async fn measure(home: &Home, config: Config, mails: usize) -> Result<(f64, u64)> {
    let context = create(home, config, false, Clock::System, Random::System).await?;
    invent(&context, mails).await?;
    let start = Instant::now();
    let report = deliver::run(&context).await?;
    let seconds = start.elapsed().as_secs_f64();
    if let Some(why) = report.away {
        bail!("{why}");
    }
    context.store.database.close().await;
    Ok((seconds, report.sent))
}

/// Most memory this process ever held, where the system tells it.
fn memory_peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Invents `mails` companies with a mail address each and an approved warning to all of them.
/// Nine of ten have a domain of their own, the others share three hosters.
///
/// # Errors
/// The directory was used before.
pub async fn invent(context: &Context, mails: usize) -> Result<WarningNumber> {
    invent_with(context, mails, |_| None).await
}

/// The same; company `n` can be reached at `also(n)`, too.
///
/// # Errors
/// As [`invent`].
pub async fn invent_with(
    context: &Context,
    mails: usize,
    also: impl Fn(usize) -> Option<(PointKind, String)>,
) -> Result<WarningNumber> {
    for name in ["bench.one", "bench.two"] {
        context
            .store
            .add_account(context.now(), name, Role::Officer, None, "bench")
            .await?;
    }
    let threat = threat(context.now());
    let contacts = (0..mails).map(|n| contact(n, context.now(), also(n)));
    insert(context, &threat, mails, contacts.collect()).await?;
    let officer = Actor::account("bench.one", Role::Officer);
    let number = warn::draft_of(context, &threat, &officer).await?;
    let submitted = warn::submit_of(context, &number, &threat, &officer).await?;
    let approved = warn::approve(
        context,
        &number,
        &Actor::account("bench.two", Role::Officer),
        submitted.audience,
        &submitted.hash,
    )
    .await?;
    if let Err(refusal) = approved {
        bail!("the invented warning was not approved: {refusal:?}");
    }
    Ok(number)
}

fn threat(now: Timestamp) -> Threat {
    Threat {
        id: ThreatId("https://bench.example|BENCH-1".into()),
        tracking_id: "BENCH-1".into(),
        revision: "1".into(),
        title: "Invented flaw in an invented product".into(),
        publisher: "Bench".into(),
        published_at: now,
        released_at: now,
        tlp: Tlp::Clear,
        category: "csaf_security_advisory".into(),
        source: tuermer_core::threat::ThreatSource::Csaf,
        withdrawn: false,
        exploited: true,
        level: Level::parse("4"),
        vulnerabilities: vec![Vulnerability {
            id: "CVE-2000-0001".into(),
            cvss_tenths: Some(98),
            ..Vulnerability::default()
        }],
        statements: Vec::new(),
        references: Vec::new(),
    }
}

async fn insert(
    context: &Context,
    threat: &Threat,
    mails: usize,
    contacts: Vec<Contact>,
) -> Result<()> {
    let now = context.now();
    let mut open = context.store.begin().await?;
    open.run(
        "INSERT INTO document (sha256, kind, source, received_at, size, bytes, state, reason) VALUES ('bench', 'csaf', 'bench', $1, 0, $2, 'accepted', '')",
        values![now, Vec::new()],
    )
    .await?;
    open.run(
        "INSERT INTO threat (id, tracking_id, revision, title, publisher, category, published_at, released_at, seen_at, tlp, withdrawn, exploited,
         document_sha256, changed_at, facts_revision, assessed_revision)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8, FALSE, TRUE, 'bench', $7, 1, 1)",
        values![threat.id.as_str(), &threat.tracking_id, &threat.revision, &threat.title, &threat.publisher, &threat.category, now, threat.tlp.as_str()],
    )
    .await?;
    let head = "INSERT INTO organisation (id, kind, external_id, name, street, postcode, city, country, sector, size_class, language, changed_at,
                facts_revision, assessed_revision)";
    open.insert_many(head, (0..mails).map(|n| organisation(n, now)).collect(), "")
        .await?;
    contacts::write_contacts(&mut open, contacts).await?;
    let reason = Reason::VersionInRange {
        product: "Invented Server".to_string(),
        version: "1.0".to_string(),
        range: "< 2.0".to_string(),
    };
    open.run(
        "INSERT INTO verdict (threat_id, number, status, certainty, mitigated, incident, severity, urgency, urgency_row, urgency_flaw, urgency_inputs,
             reason, question, product, version, source, measured)
         VALUES ($1, 1, 'affected', 'likely', FALSE, FALSE, '4', 'today', '', '', '', $2, '', 'Invented Server', '1.0', 'register', TRUE)",
        values![threat.id.as_str(), facts::stored(&reason)],
    )
    .await?;
    let head = "INSERT INTO standing (threat_id, organisation_id, verdict, asset_id, observed_at, assessed_at, digest)";
    open.insert_many(
        head,
        (0..mails).map(|n| standing(n, threat, now)).collect(),
        "",
    )
    .await?;
    open.commit().await
}

fn organisation(n: usize, now: Timestamp) -> Vec<Value> {
    let language = if n.is_multiple_of(5) { "en" } else { "de" };
    values![
        format!("bench-{n:07}"),
        "member",
        n.to_string(),
        format!("Müller & Söhne {n} GmbH"),
        "",
        "",
        "Siegen",
        "DE",
        "",
        "",
        language,
        now,
        1_i64,
        1_i64
    ]
}

fn contact(n: usize, now: Timestamp, also: Option<(PointKind, String)>) -> Contact {
    let domain = if n.is_multiple_of(10) {
        format!("hoster-{}.example", n % 3)
    } else {
        format!("firma-{n}.example")
    };
    let id = format!("bench-{n:07}.register");
    let point = |kind: PointKind, address| {
        Point::told(
            PointId(format!("{id}.{}", kind.as_str())),
            kind,
            address,
            now,
        )
    };
    Contact {
        organisation: OrganisationId(format!("bench-{n:07}")),
        name: format!("Jörg Nr. {n}"),
        role: String::new(),
        source: Source::Register,
        said_at: now,
        points: [
            (PointKind::Email, format!("info-{n}@{domain}")),
            (PointKind::Phone, format!("+49271{n:07}")),
        ]
        .into_iter()
        .chain(also)
        .map(|(kind, address)| point(kind, address))
        .collect(),
        id: ContactId(id),
    }
}

fn standing(n: usize, threat: &Threat, now: Timestamp) -> Vec<Value> {
    values![
        threat.id.as_str(),
        format!("bench-{n:07}"),
        1_i64,
        "",
        now,
        now,
        0_i64
    ]
}
