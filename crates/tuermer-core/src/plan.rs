//! Which ways a warning takes to one organisation.

use crate::channel::{Channel, Service};
use crate::ids::PointId;
use crate::warning::Way;

/// What the threat does to one organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attack<'a> {
    /// What carries its messages and is attacked itself (law 5).
    pub on: &'a [Service],
    /// Signs of a break-in: a person calls, no mass mail.
    pub incident: bool,
}

/// Marks the ways of the first round. Everything that is sent by itself is taken; where nothing of it reaches a person
/// independently of what is attacked, a person calls, even where no number is known.
pub fn plan(mut ways: Vec<Way>, attack: Attack<'_>) -> Vec<Way> {
    for way in &mut ways {
        way.planned = !attack.incident && !way.channel.nature().by_person;
    }
    or_call(ways, attack.on)
}

/// Where no planned way reaches a person independently of the attacked system, somebody phones.
pub fn or_call(mut ways: Vec<Way>, attacked: &[Service]) -> Vec<Way> {
    let reached = ways.iter().any(|way| {
        let nature = way.channel.nature();
        way.planned
            && nature.reaches_person
            && nature.needs.is_none_or(|needs| !attacked.contains(&needs))
    });
    if !reached {
        match ways.iter_mut().find(|way| way.channel == Channel::LAST) {
            Some(last) => last.planned = true,
            None => ways.push(Way {
                channel: Channel::LAST,
                point: PointId(String::new()),
                address: String::new(),
                name: ways.first().map_or(String::new(), |way| way.name.clone()),
                planned: true,
            }),
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters of the ways that are known, and of those that are planned: `m`ail, `f`older, `w`ebhook, `p`hone.
    #[track_caller]
    fn check(rows: &[(&str, &[Service], bool, &str)]) {
        let letters = [
            ('m', Channel::Email),
            ('f', Channel::Folder),
            ('w', Channel::Webhook),
            ('p', Channel::Phone),
        ];
        for (known, on, incident, expected) in rows {
            let known_ways = letters
                .iter()
                .filter(|(letter, _)| known.contains(*letter))
                .map(|(_, channel)| Way {
                    channel: *channel,
                    point: PointId("p".into()),
                    address: "address".into(),
                    name: String::new(),
                    planned: false,
                })
                .collect();
            let attack = Attack {
                on,
                incident: *incident,
            };
            let planned: String = plan(known_ways, attack)
                .iter()
                .filter(|way| way.planned)
                .filter_map(|way| letters.iter().find(|(_, channel)| *channel == way.channel))
                .map(|(letter, _)| *letter)
                .collect();
            assert_eq!(planned, *expected, "{known} {on:?} {incident}");
        }
    }

    #[test]
    fn the_first_round_reaches_a_person_on_a_way_that_is_not_attacked() {
        let (mail, nothing): (&[Service], &[Service]) = (&[Service::Mail], &[]);
        check(&[
            ("mp", nothing, false, "m"),
            ("mwp", nothing, false, "mw"),
            ("mp", mail, false, "mp"),
            // A machine that takes it is no person who reads it.
            ("mwp", mail, false, "mwp"),
            ("w", nothing, false, "wp"),
            ("p", nothing, false, "p"),
            ("", nothing, false, "p"),
            ("m", mail, false, "mp"),
            ("mwp", nothing, true, "p"),
            ("fp", nothing, false, "f"),
            ("fp", mail, false, "fp"),
        ]);
    }
}
