//! Tests of the invented region.

use super::{Known, MEMBERS, Region, invent};
use std::collections::BTreeSet;
use tuermer_core::pack::PackState;
use tuermer_formats::build_pack::packs;

fn region(seed: u64, count: usize) -> Region {
    invent(seed, count, packs().first())
}

#[test]
fn the_same_seed_gives_the_same_region() {
    assert_eq!(region(7, 900), region(7, 900));
    assert_ne!(region(7, 900).members, region(8, 900).members);
}

#[test]
fn the_region_looks_like_the_real_one() {
    let Region { members, providers } = region(2021, MEMBERS);
    assert_eq!((members.len(), providers.len()), (25_000, 400));
    let owners: Vec<_> = members
        .iter()
        .filter(|member| member.exchange.is_some())
        .collect();
    assert_eq!(owners.len(), 1_240);
    let share = |count: usize| count * 100 / owners.len();
    let known = owners
        .iter()
        .filter(|member| !matches!(member.known, Known::Nothing))
        .count();
    assert!((55..65).contains(&share(known)), "{known}");
    for (line, least) in [("15.0", 10), ("15.1", 30), ("15.2", 15)] {
        let count = owners
            .iter()
            .filter(|member| {
                member
                    .exchange
                    .is_some_and(|[a, b, ..]| format!("{a}.{b}") == line)
            })
            .count();
        assert!(share(count) >= least, "{line}: {count}");
    }
    let siegen = members
        .iter()
        .filter(|member| member.place.name == "Siegen")
        .count();
    assert!((5_500..6_800).contains(&siegen), "{siegen}");
    let no_mail = members
        .iter()
        .filter(|member| member.contact.email.is_empty())
        .count();
    assert!((1_700..2_300).contains(&no_mail), "{no_mail}");
}

/// Whoever runs Exchange in the story is open on its first day: nothing of later days may run there.
#[test]
fn nobody_has_the_update_before_the_story_begins() {
    let pack = packs().first().unwrap();
    for member in region(3, MEMBERS).members {
        let Some([a, b, c, d]) = member.exchange else {
            continue;
        };
        let build = format!("{a}.{b}.{c}.{d}");
        assert_eq!(
            pack.judge(&build, "CVE-2021-26855", pack.as_of).state,
            PackState::Affected,
            "{build}"
        );
    }
}

#[test]
fn nobody_shares_a_domain_a_number_or_a_line() {
    let members = region(5, MEMBERS).members;
    let domains: BTreeSet<_> = members.iter().map(|member| &member.domain).collect();
    let numbers: BTreeSet<_> = members.iter().map(|member| &member.external_id).collect();
    assert_eq!(
        (domains.len(), numbers.len()),
        (members.len(), members.len())
    );
    assert!(
        members
            .iter()
            .all(|member| member.domain.ends_with(".example") && member.domain.is_ascii())
    );
    let lines: Vec<_> = members.iter().filter_map(|member| member.network).collect();
    assert_eq!(lines.iter().collect::<BTreeSet<_>>().len(), lines.len());
    assert!(
        lines
            .iter()
            .all(|line| matches!(line.octets(), [198, 18 | 19, ..]))
    );
}
