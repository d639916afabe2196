//! `tuermer explain THREAT MEMBER [--as-of TIME]`: the whole ground of one verdict, of today or of an earlier day.

use super::exposure::{heading, nothing_found};
use super::{Call, Exit};
use crate::context::Context;
use crate::hindsight::{self, Hindsight, Late};
use crate::refusal::wrong_call;
use crate::store::verdicts::exposures::{ShownGround, Verdict};
use crate::views::Moment;
use crate::views::exposure::{AssetMatchView, ExplainedView, GroundView, LateView, PastView};
use anyhow::Result;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tuermer_core::ids::ThreatId;
use tuermer_core::organisation::Organisation;
use tuermer_core::scale::Status;
use tuermer_formats::reasons;
use tuermer_formats::times::{self, seen};

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Threat: tracking id, CVE or warning number.
    threat: String,
    /// Member: register number or a part of the name.
    member: String,
    /// What did we know then? `2021-03-05` (the end of that day), `2021-03-05 14:00`, or RFC 3339.
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
}

/// What is shown, whether stored or put together for an earlier day.
struct Explained {
    verdict: Verdict,
    grounds: Vec<ShownGround>,
    /// Asset, flaw, status, remediation.
    matches: Vec<(String, String, String, String)>,
    /// The earlier day, since when it was known, what came too late.
    past: Option<(Timestamp, Timestamp, Vec<Late>)>,
}

/// Runs it.
pub async fn run(
    call: &Call,
    Args {
        threat,
        member,
        as_of,
    }: Args,
) -> Result<Exit> {
    let context = call.open().await?;
    let store = &context.store;
    let texts = call.out.texts;
    let Some(id) = store.resolve_threat(&threat).await? else {
        return nothing_found(call, "verdict.no_threat", &threat);
    };
    let found = store.find_organisations(&member, 2).await?;
    let organisation = match found.as_slice() {
        [one] => one,
        [one, ..] if one.external_id == member => one,
        [] => return nothing_found(call, "verdict.no_member", &member),
        _ => return nothing_found(call, "verdict.several", &member),
    };
    let explained = match as_of {
        None => stored(&context, &id, organisation).await?,
        Some(text) => earlier(&context, &id, organisation, &text).await?,
    };
    let Some(explained) = explained else {
        call.out
            .say(&texts.with("verdict.not_concerned", &[("name", organisation.name())]));
        return Ok(Exit::NothingFound);
    };
    if call.out.json {
        call.out.object(&view(call, &explained, &context.zone()))?;
    } else {
        print(call, &explained, &context.zone());
    }
    Ok(Exit::Ok)
}

async fn stored(
    context: &Context,
    id: &ThreatId,
    organisation: &Organisation,
) -> Result<Option<Explained>> {
    let Some(verdict) = context.store.exposure(id, &organisation.id).await? else {
        return Ok(None);
    };
    let grounds = context.store.grounds(id, &organisation.id).await?;
    let matches = context.store.matches(id, &organisation.id).await?;
    Ok(Some(Explained {
        verdict,
        grounds,
        matches,
        past: None,
    }))
}

async fn earlier(
    context: &Context,
    id: &ThreatId,
    organisation: &Organisation,
    text: &str,
) -> Result<Option<Explained>> {
    let Some(at) = times::typed(text, &context.zone()) else {
        return Err(wrong_call("verdict.as_of_time", [("text", &text)]));
    };
    if at > context.now() {
        return Err(wrong_call("verdict.as_of_future", [("text", &text)]));
    }
    let Some(then) = hindsight::explain(context, id, organisation, at).await? else {
        return Ok(None);
    };
    let Hindsight {
        verdict,
        grounds,
        matches,
        as_of,
        known_since,
        late,
    } = then;
    let matches = matches.into_iter().map(|entry| {
        let asset = entry.asset.map_or_else(String::new, |asset| asset.0);
        (
            asset,
            entry.vulnerability,
            entry.status.as_str().to_string(),
            entry.remediation.as_str().to_string(),
        )
    });
    Ok(Some(Explained {
        verdict,
        grounds,
        matches: matches.collect(),
        past: Some((as_of, known_since, late)),
    }))
}

fn view<'a>(call: &Call, explained: &'a Explained, zone: &TimeZone) -> ExplainedView<'a> {
    let Explained {
        verdict,
        grounds,
        matches,
        past,
    } = explained;
    let language = call.out.texts.0;
    let grounds = grounds.iter().map(|ground| {
        let reason = reasons::reason(&ground.reason, language);
        GroundView::new(ground, reason, verdict.assessed_at)
    });
    let matches = matches.iter();
    let matches = matches.map(
        |(asset, vulnerability, status, remediation)| AssetMatchView {
            asset,
            vulnerability,
            status,
            remediation,
        },
    );
    let past = past.as_ref();
    let past = past.map(|(as_of, known_since, late)| PastView {
        as_of: Moment(*as_of),
        known_since: Moment(*known_since),
        hindsight: late
            .iter()
            .map(|late| late_view(call, *late, *as_of, zone))
            .collect(),
    });
    ExplainedView {
        grounds: grounds.collect(),
        matches: matches.collect(),
        past,
        ..ExplainedView::new(verdict, language)
    }
}

fn late_view(call: &Call, late: Late, as_of: Timestamp, zone: &TimeZone) -> LateView {
    let (what, since) = late.parts();
    LateView {
        what,
        since: Moment(since),
        sentence: sentence(call, late, as_of, zone),
    }
}

/// What came too late, with the day whose knowledge was used all the same.
fn sentence(call: &Call, late: Late, as_of: Timestamp, zone: &TimeZone) -> String {
    let (what, since) = late.parts();
    let day = |at: Timestamp| times::day_year(at.to_zoned(zone.clone()).date(), call.out.texts.0);
    call.out.texts.with(
        &format!("verdict.late_{what}"),
        &[("since", &day(since)), ("day", &day(as_of))],
    )
}

fn print(call: &Call, explained: &Explained, zone: &TimeZone) {
    let Explained {
        verdict,
        grounds,
        matches,
        past,
    } = explained;
    let texts = call.out.texts;
    if let Some((as_of, ..)) = past {
        call.out.line(&texts.with(
            "verdict.as_of",
            &[("moment", &times::full_moment(*as_of, zone, texts.0))],
        ));
    }
    call.out.line(&format!(
        "{}  {} ({})",
        heading(call, verdict),
        verdict.name,
        verdict.external_id
    ));
    call.out.line(&format!("  {}", verdict.reason(texts.0)));
    if !verdict.question(texts.0).is_empty() {
        call.out.line(&format!("  ? {}", verdict.question(texts.0)));
    }
    for ground in grounds {
        let sign = match ground.status {
            Status::Affected => "+",
            Status::Unknown => "?",
            Status::Fixed | Status::NotAffected => "–",
        };
        let reason = reasons::reason(&ground.reason, texts.0);
        let source = texts.get(&format!("verdict.source_{}", ground.source));
        let place = if ground.place.is_empty() {
            String::new()
        } else {
            format!(", {}", ground.place)
        };
        call.out.line(&format!("  {sign} {reason}"));
        call.out.line(&format!(
            "      {source}{place}, {}",
            seen(ground.observed_at, verdict.assessed_at, zone, texts.0)
        ));
    }
    let urgency = texts.get(&format!("verdict.urgency_{}", verdict.urgency.as_str()));
    call.out.line(&texts.with(
        "verdict.until",
        &[
            ("level", &verdict.severity.number().to_string()),
            ("urgency", &urgency),
        ],
    ));
    for line in super::urgency::lines(call, verdict) {
        call.out.line(&format!("    {line}"));
    }
    for (_, flaw, status, remediation) in matches {
        call.out
            .line(&format!("    {flaw}  {status}  {remediation}"));
    }
    if let Some((as_of, _, late)) = past {
        for late in late {
            call.out
                .line(&format!("  ! {}", sentence(call, *late, *as_of, zone)));
        }
    }
}
