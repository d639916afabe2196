//! `tuermer delivery channels`: on which ways people are reached, and what each of them is.

use super::super::{Call, Exit};
use crate::views::delivery::ChannelView;
use anyhow::Result;
use tuermer_core::channel::Channel;

/// Every channel: which addresses it uses, what it depends on, what it proves and costs.
pub fn list(call: &Call) -> Result<Exit> {
    for channel in Channel::ALL {
        if call.out.json {
            call.out.object(&ChannelView::from(*channel))?;
        } else {
            call.out.line(&line(call, *channel));
        }
    }
    Ok(Exit::Ok)
}

/// One sentence: the name, and what is true of it.
fn line(call: &Call, channel: Channel) -> String {
    let texts = call.out.texts;
    let nature = channel.nature();
    let kinds = nature
        .points
        .iter()
        .map(|kind| texts.get(&format!("delivery.point.{}", kind.as_str())))
        .collect::<Vec<_>>()
        .join(", ");
    let facts = [
        (nature.needs.is_some(), "delivery.nature_needs_mail"),
        (nature.by_person, "delivery.nature_by_person"),
        (!nature.reaches_person, "delivery.nature_machine"),
        (nature.proves_arrival, "delivery.nature_proves"),
        (nature.costs, "delivery.nature_costs"),
        (nature.wakes, "delivery.nature_wakes"),
    ];
    let facts: Vec<String> = facts
        .into_iter()
        .filter(|(holds, _)| *holds)
        .map(|(_, key)| texts.get(key))
        .collect();
    let name = texts.get(&format!("delivery.channel.{}", channel.as_str()));
    format!("{name:<12} {kinds:<28} {}", facts.join(" · "))
        .trim_end()
        .to_string()
}
