//! `tuermer picture [THREAT]`: the counts and the clock of each threat; bars on a terminal, one object a line with `--json`.

use super::{Call, Exit};
use crate::text::grouped;
use crate::views::picture::PictureView;
use anyhow::Result;
use tuermer_core::picture::Picture;
use tuermer_formats::times;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id, tracking id, CVE or warning number; without it every threat.
    pub threat: Option<String>,
}

/// Cells of the longest bar.
const BAR_CELLS: u64 = 30;

/// Runs it.
pub async fn run(call: &Call, Args { threat }: Args) -> Result<Exit> {
    let context = call.open().await?;
    let heads = context.store.threats().await?;
    let wanted = match &threat {
        Some(text) => match context.store.resolve_threat(text).await? {
            Some(id) => Some(id),
            None => {
                call.out
                    .say(&call.out.texts.with("public.no_threat", &[("text", text)]));
                return Ok(Exit::NothingFound);
            }
        },
        None => None,
    };
    let mut shown = 0_usize;
    for head in heads
        .iter()
        .filter(|head| wanted.as_ref().is_none_or(|id| *id == head.id))
    {
        let picture = context.store.picture(&head.id).await?;
        if call.out.json {
            call.out.object(&PictureView::new(&head.id, &picture))?;
        } else {
            print(call, &context.zone(), &head.title, &picture);
        }
        shown = shown.saturating_add(1);
    }
    if shown == 0 {
        call.out.say(&call.out.texts.get("public.no_threats"));
        return Ok(Exit::NothingFound);
    }
    Ok(Exit::Ok)
}

fn print(call: &Call, zone: &jiff::tz::TimeZone, title: &str, picture: &Picture) {
    let texts = call.out.texts;
    call.out.line(title);
    let counts = [
        ("members", picture.members),
        ("with_product", picture.with_product),
        ("affected", picture.affected),
        ("unknown", picture.unknown),
        ("warned", picture.warned),
        ("delivered", picture.delivered),
        ("answered", picture.answered),
        ("fixed_reported", picture.fixed_reported),
        ("fixed_measured", picture.fixed_measured),
        ("needs_help", picture.needs_help),
    ];
    // All members are the scale of nothing else: one affected company in a hundred would have no bar at all.
    let most = counts
        .iter()
        .skip(1)
        .map(|(_, count)| *count)
        .max()
        .unwrap_or(0)
        .max(1);
    for (key, count) in counts {
        let bar = if key == "members" {
            String::new()
        } else {
            bar(count, most)
        };
        let line = format!(
            "  {:<28} {:>9}  {bar}",
            texts.get(&format!("public.count_{key}")),
            grouped(count, texts.0)
        );
        call.out.line(line.trim_end());
    }
    let clock = &picture.clock;
    let steps = [
        ("published", clock.published),
        ("seen", clock.seen),
        ("matched", clock.matched),
        ("drafted", clock.drafted),
        ("approved", clock.approved),
        ("first_sent", clock.first_sent),
        ("p50_delivered", clock.p50_delivered),
        ("p90_delivered", clock.p90_delivered),
    ];
    for (key, at) in steps
        .into_iter()
        .filter_map(|(key, at)| at.map(|at| (key, at)))
    {
        call.out.line(&format!(
            "  {:<28} {}",
            texts.get(&format!("public.clock_{key}")),
            times::moment(at, zone, texts.0)
        ));
    }
}

/// A bar of blocks; something that is there is never drawn as nothing.
fn bar(count: u64, most: u64) -> String {
    let cells = count.saturating_mul(BAR_CELLS).div_ceil(most.max(1));
    (0..cells.min(BAR_CELLS)).map(|_| '█').collect()
}
