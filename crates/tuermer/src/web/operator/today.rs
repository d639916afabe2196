//! `/heute` – what must I decide now? One queue, the most urgent first.

use super::frame::{Frame, Trouble, page, segment};
use super::notices::{self, ShownNotice};
use super::session::SignedIn;
use crate::context::Context;
use crate::store::views::queue::{OpenTask, OpenThreat, OpenWarning};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use tuermer_core::limits;
use tuermer_core::scale::Level;
use tuermer_core::task::TaskKind;
use tuermer_core::warning::WarningState;

/// Rows of one group on the queue page; the rest is one link away.
const GROUP_ROWS: usize = 10;

/// One row: what, why, where to.
struct Entry {
    level: Option<Level>,
    title: String,
    href: String,
    facts: String,
}

/// Rows of one kind.
struct Group {
    key: &'static str,
    total: u64,
    entries: Vec<Entry>,
    /// There are rows that are not shown.
    more: bool,
}

impl Group {
    fn title_key(&self) -> String {
        format!("group_{}", self.key)
    }

    /// Rows of which the first are shown.
    fn first(key: &'static str, total: u64, entries: Vec<Entry>) -> Self {
        let more = u64::try_from(entries.len()).is_ok_and(|shown| shown < total);
        Self {
            key,
            total,
            entries,
            more,
        }
    }
}

#[derive(Template)]
#[template(path = "operator/today.html")]
struct TodayPage {
    frame: Frame,
    notices: Vec<ShownNotice>,
    notice_count: u64,
    groups: Vec<Group>,
    total: u64,
    only: Option<&'static str>,
}

/// Groups, most urgent first.
const GROUPS: &[&str] = &[
    "incident", "help", "approve", "stuck", "running", "threat", "returned", "draft", "waiting",
    "call",
];

/// Which group to show alone.
#[derive(Debug, Default, Deserialize)]
pub struct Filter {
    #[serde(default)]
    nur: String,
}

/// The queue.
pub async fn show(
    State(context): State<Context>,
    who: SignedIn,
    Query(Filter { nur }): Query<Filter>,
) -> Result<Response, Trouble> {
    let only = GROUPS.iter().copied().find(|key| *key == nur);
    let rows = if only.is_some() {
        limits::PAGE_ROWS
    } else {
        GROUP_ROWS
    };
    let frame = who.frame(&context, "/heute", &who.t.get("operator.today"));
    let warnings = context.store.open_warnings(who.t.0).await?;
    let threats = context.store.threats_without_warning().await?;
    let mut groups = Vec::new();
    for key in GROUPS
        .iter()
        .copied()
        .filter(|key| only.is_none_or(|only| only == *key))
    {
        let group = match key {
            "incident" => tasks(&context, &frame, TaskKind::Incident, rows).await?,
            "help" => tasks(&context, &frame, TaskKind::Help, rows).await?,
            "call" => calls(&context, &frame, &warnings, rows).await?,
            "threat" => cut(
                key,
                threats
                    .iter()
                    .map(|threat| of_threat(&frame, threat))
                    .collect(),
                rows,
            ),
            _ => cut(
                key,
                warnings
                    .iter()
                    .filter(|warning| belongs(warning, key, &who))
                    .map(|warning| of_warning(&frame, warning, key))
                    .collect(),
                rows,
            ),
        };
        if group.total > 0 {
            groups.push(group);
        }
    }
    let notices = if only.is_none() {
        notices::open(&context, &frame).await?
    } else {
        Vec::new()
    };
    let notice_count = u64::try_from(notices.len())?;
    let total = groups
        .iter()
        .map(|group| group.total)
        .fold(notice_count, u64::saturating_add);
    page(&TodayPage {
        frame,
        notices,
        notice_count,
        groups,
        total,
        only,
    })
}

fn cut(key: &'static str, mut entries: Vec<Entry>, rows: usize) -> Group {
    let total = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    entries.truncate(rows);
    Group::first(key, total, entries)
}

/// Whether a warning stands in a group of the queue; one warning may stand in two.
fn belongs(warning: &OpenWarning, key: &str, who: &SignedIn) -> bool {
    let mine = warning.submitted_by.as_ref() == Some(&who.name());
    match key {
        "approve" => warning.state == WarningState::Submitted && !mine,
        "waiting" => warning.state == WarningState::Submitted && mine,
        "returned" => warning.state == WarningState::Returned,
        "draft" => warning.state == WarningState::Draft,
        "running" => matches!(
            warning.state,
            WarningState::Approved | WarningState::Sending
        ),
        "stuck" => warning.deliveries.unsure > 0 || warning.deliveries.parked > 0,
        _ => false,
    }
}

fn of_warning(frame: &Frame, warning: &OpenWarning, key: &str) -> Entry {
    let number = warning.number.as_str();
    let deliveries = &warning.deliveries;
    let facts = match key {
        "approve" | "waiting" => {
            let by = warning
                .submitted_by
                .as_ref()
                .map_or("", |name| name.as_str());
            frame.texts.with(
                "operator.facts_submitted",
                &[
                    ("by", by),
                    ("n", &frame.number(&warning.audience)),
                    ("at", &frame.moment(&warning.since)),
                ],
            )
        }
        "returned" => frame.texts.with(
            "operator.facts_returned",
            &[("reason", &warning.return_reason)],
        ),
        "running" => frame.texts.with(
            "operator.facts_running",
            &[
                ("sent", &frame.number(&deliveries.sent)),
                ("n", &frame.number(&deliveries.total())),
            ],
        ),
        "stuck" => frame.texts.with(
            "operator.facts_stuck",
            &[
                ("unsure", &frame.number(&deliveries.unsure)),
                ("parked", &frame.number(&deliveries.parked)),
            ],
        ),
        _ => frame.texts.with(
            "operator.facts_since",
            &[("at", &frame.moment(&warning.since))],
        ),
    };
    let page = if matches!(key, "running" | "stuck") {
        "/verlauf"
    } else {
        ""
    };
    Entry {
        level: Some(warning.level),
        title: format!("{number} · {}", warning.headline),
        href: format!("/warnung/{}{page}", segment(number)),
        facts,
    }
}

fn of_threat(frame: &Frame, threat: &OpenThreat) -> Entry {
    let numbers = [
        ("affected", frame.number(&threat.affected)),
        ("unknown", frame.number(&threat.unknown)),
        ("at", frame.moment(&threat.seen_at)),
    ];
    let values: Vec<(&str, &str)> = numbers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    Entry {
        level: Some(threat.level),
        title: threat.title.clone(),
        href: format!("/meldung/{}", segment(threat.id.as_str())),
        facts: frame.texts.with("operator.facts_threat", &values),
    }
}

fn of_task(frame: &Frame, task: &OpenTask) -> Entry {
    let since = frame.texts.with(
        "operator.facts_since",
        &[("at", &frame.moment(&task.created_at))],
    );
    let facts = match &task.note {
        Some(note) => format!("{since} · {}", frame.sentence(note)),
        None => since,
    };
    Entry {
        level: None,
        title: task.name.clone(),
        href: format!("/mitglieder/{}", segment(&task.external_id)),
        facts,
    }
}

/// Single tasks of one kind.
async fn tasks(
    context: &Context,
    frame: &Frame,
    kind: TaskKind,
    rows: usize,
) -> Result<Group, Trouble> {
    let (total, tasks) = context.store.tasks_waiting(kind, rows).await?;
    let entries = tasks.iter().map(|task| of_task(frame, task)).collect();
    Ok(Group::first(kind.as_str(), total, entries))
}

/// Calls: whole call lists of warnings first, then single tasks.
async fn calls(
    context: &Context,
    frame: &Frame,
    warnings: &[OpenWarning],
    rows: usize,
) -> Result<Group, Trouble> {
    let (tasks_total, tasks) = context.store.tasks_waiting(TaskKind::Call, rows).await?;
    let mut entries = Vec::new();
    let mut total = tasks_total;
    for warning in warnings
        .iter()
        .filter(|warning| warning.deliveries.to_call > 0)
    {
        let number = warning.number.as_str();
        total = total.saturating_add(warning.deliveries.to_call);
        entries.push(Entry {
            level: Some(warning.level),
            title: format!("{number} · {}", warning.headline),
            href: format!("/warnung/{}/verlauf#anrufe", segment(number)),
            facts: frame.count("facts_calls", &warning.deliveries.to_call),
        });
    }
    entries.extend(tasks.iter().map(|task| of_task(frame, task)));
    // One row stands for the whole call list of a warning.
    let more = u64::try_from(tasks.len())? < tasks_total;
    Ok(Group {
        key: "call",
        total,
        entries,
        more,
    })
}
