//! `tuermer explain THREAT MEMBER`: the whole ground of one verdict.

use super::exposure::{heading, nothing_found};
use super::{Call, Exit};
use crate::store::exposures::{ShownGround, Verdict};
use anyhow::Result;
use serde_json::json;
use tuermer_core::scale::Status;
use tuermer_formats::times::seen;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Threat: tracking id, CVE or warning number.
    threat: String,
    /// Member: register number or a part of the name.
    member: String,
}

/// Runs it.
pub async fn run(call: &Call, Args { threat, member }: Args) -> Result<Exit> {
    let context = call.open().await?;
    let store = &context.store;
    let texts = call.out.texts;
    let Some(id) = store.resolve_threat(&threat).await? else { return nothing_found(call, "verdict.no_threat", &threat) };
    let found = store.find_organisations(&member, 2).await?;
    let organisation = match found.as_slice() {
        [one] => one,
        [one, ..] if one.external_id == member => one,
        [] => return nothing_found(call, "verdict.no_member", &member),
        _ => return nothing_found(call, "verdict.several", &member),
    };
    let Some(verdict) = store.exposure(&id, &organisation.id).await? else {
        call.out.say(&texts.with("verdict.not_concerned", &[("name", &organisation.name)]));
        return Ok(Exit::NothingFound);
    };
    let grounds = store.grounds(&id, &organisation.id).await?;
    let matches = store.matches(&id, &organisation.id).await?;
    if call.out.json {
        let grounds: Vec<_> = grounds.iter().map(|ground| ground_json(call, ground)).collect();
        let matches: Vec<_> = matches
            .iter()
            .map(|(asset, flaw, status, remediation)| json!({"asset": asset, "vulnerability": flaw, "status": status, "remediation": remediation}))
            .collect();
        let question = verdict.question(texts.0);
        call.out.object(&json!({
            "organisation": verdict.external_id, "name": verdict.name, "threat": verdict.tracking_id, "threat_id": verdict.threat.as_str(),
            "status": verdict.status.as_str(), "certainty": verdict.certainty.as_str(), "mitigated": verdict.mitigated, "incident": verdict.incident,
            "severity": verdict.severity.severity(), "urgency": verdict.urgency.as_str(),
            "reason": verdict.reason(texts.0), "question": (!question.is_empty()).then_some(question),
            "grounds": grounds, "matches": matches, "assessed_at": verdict.assessed_at.to_string(),
        }))?;
        return Ok(Exit::Ok);
    }
    print(call, &verdict, &grounds, &context.zone());
    for (_, flaw, status, remediation) in matches {
        call.out.line(&format!("    {flaw}  {status}  {remediation}"));
    }
    Ok(Exit::Ok)
}

fn ground_json(call: &Call, ground: &ShownGround) -> serde_json::Value {
    let [german, english] = &ground.reason;
    let reason = if call.out.texts.0 == tuermer_core::locale::Language::German { german } else { english };
    json!({
        "status": ground.status.as_str(), "certainty": ground.certainty.as_str(), "reason": reason,
        "source": ground.source, "place": ground.place, "date": ground.observed_at.to_string(),
    })
}

fn print(call: &Call, verdict: &Verdict, grounds: &[ShownGround], zone: &jiff::tz::TimeZone) {
    let texts = call.out.texts;
    call.out.line(&format!("{}  {} ({})", heading(call, verdict), verdict.name, verdict.external_id));
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
        let [german, english] = &ground.reason;
        let reason = if texts.0 == tuermer_core::locale::Language::German { german } else { english };
        let source = texts.get(&format!("verdict.source_{}", ground.source));
        let place = if ground.place.is_empty() { String::new() } else { format!(", {}", ground.place) };
        call.out.line(&format!("  {sign} {reason}"));
        call.out.line(&format!("      {source}{place}, {}", seen(ground.observed_at, verdict.assessed_at, zone, texts.0)));
    }
    let urgency = texts.get(&format!("verdict.urgency_{}", verdict.urgency.as_str()));
    call.out.line(&texts.with("verdict.until", &[("level", &verdict.severity.number().to_string()), ("urgency", &urgency)]));
}
