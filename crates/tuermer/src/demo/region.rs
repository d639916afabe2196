//! An invented region: companies, who looks after them, what really runs there, and how little of it the register knows.
//!
//! The truth stays in this module and in the play; the stations only ever see the files made of it in [`super::files`].
//! The same seed gives the same region on every machine.

use super::names;
use super::places::{PLACES, Place};
use jiff::civil::{Date, date};
use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::rngs::ChaCha20Rng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use std::net::Ipv4Addr;
use tuermer_core::pack::{BuildPack, BuildRow};

/// Members of the real region's chamber, about.
pub const MEMBERS: usize = 25_000;
/// Of [`MEMBERS`], those with an Exchange server in the house.
const WITH_EXCHANGE: usize = 1_240;
/// Of [`MEMBERS`], that many IT providers look after them.
const PROVIDERS: usize = 400;
/// Fewest members a demo makes sense with.
pub const FEWEST_MEMBERS: usize = 500;
/// Most members: the benchmark block 198.18.0.0/15 has networks of four addresses for one in eight of them.
pub const MOST_MEMBERS: usize = 250_000;
/// Last day before the story: what was released later cannot run yet.
const EVE: Date = date(2021, 3, 1);

/// The region.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Members, in the order of their numbers.
    pub members: Vec<Member>,
    /// IT providers, in the order of their numbers.
    pub providers: Vec<Provider>,
}

/// A member company.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Number in the register.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// Branch.
    pub sector: &'static str,
    /// Size class.
    pub size_class: &'static str,
    /// Where it is.
    pub place: Place,
    /// Street and number.
    pub street: String,
    /// One of the postcodes of the place.
    pub postcode: &'static str,
    /// English-speaking reader.
    pub english: bool,
    /// Who to talk to.
    pub contact: Contact,
    /// Who looks after it: index of [`Region::providers`].
    pub provider: Option<usize>,
    /// Domain of its mails.
    pub domain: String,
    /// First of four addresses of its own line, where it has one.
    pub network: Option<Ipv4Addr>,
    /// The register knows that line.
    pub network_known: bool,
    /// The Exchange server that really runs there. Hidden from the stations.
    pub exchange: Option<[u32; 4]>,
    /// What the register says about it.
    pub known: Known,
}

/// How a member is reached; empty = not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// Name.
    pub name: String,
    /// Role.
    pub role: &'static str,
    /// Mail address.
    pub email: String,
    /// Landline.
    pub phone: String,
    /// Mobile.
    pub mobile: String,
}

/// An IT provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Number in the register.
    pub external_id: String,
    /// Name.
    pub name: String,
    /// Where it is.
    pub place: Place,
    /// Street and number.
    pub street: String,
    /// Who to talk to.
    pub contact: Contact,
}

/// What the register knows of a member's mail system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    Nothing,
    /// "Exchange Server".
    Product,
    /// "2016".
    Edition,
    /// "2016 CU19".
    CumulativeUpdate,
    /// All four numbers, told by the provider in January.
    Build,
    /// "We use the cloud."
    Cloud,
}

/// Shares of what is known of those with a server, in percent.
const KNOWN: [(Known, u32); 5] = [
    (Known::Nothing, 40),
    (Known::Product, 18),
    (Known::Edition, 14),
    (Known::CumulativeUpdate, 10),
    (Known::Build, 18),
];

/// Invents a region of `count` members.
pub fn invent(seed: u64, count: usize, pack: Option<&BuildPack>) -> Region {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let providers: Vec<Provider> = (0..(count * PROVIDERS / MEMBERS).max(3))
        .map(|number| provider(&mut random, number))
        .collect();
    let builds = builds_of_the_eve(pack);
    let mut servers = vec![false; count];
    servers
        .iter_mut()
        .take(count * WITH_EXCHANGE / MEMBERS)
        .for_each(|server| *server = true);
    servers.shuffle(&mut random);
    let mut lines = Lines(0);
    let members = servers.iter().enumerate().map(|(number, server)| {
        let exchange = if *server {
            weighted(&mut random, &builds, |(_, weight)| *weight).map(|(build, _)| *build)
        } else {
            None
        };
        member(&mut random, number, exchange, providers.len(), &mut lines)
    });
    Region {
        members: members.collect(),
        providers,
    }
}

fn provider(random: &mut ChaCha20Rng, number: usize) -> Provider {
    let name = names::provider(random);
    let email = format!("service@{}", names::domain(&name, number));
    let contact = Contact {
        name: names::person(random),
        role: "Technik",
        email,
        phone: names::phone(random),
        mobile: names::mobile(random),
    };
    Provider {
        external_id: format!("P{:04}", number + 1),
        name,
        place: place(random),
        street: names::street(random),
        contact,
    }
}

fn member(
    random: &mut ChaCha20Rng,
    number: usize,
    exchange: Option<[u32; 4]>,
    providers: usize,
    lines: &mut Lines,
) -> Member {
    let (name, sector) = names::company(random);
    let place = place(random);
    let domain = names::domain(&name, number + 1);
    let server = exchange.is_some();
    let network = if server {
        random.random_ratio(9, 10)
    } else {
        random.random_ratio(1, 25)
    };
    // Few providers have most customers.
    let share = random.random_range(0.0..1.0_f64);
    let provider = random
        .random_ratio(if server { 3 } else { 1 }, 4)
        .then(|| scaled(share * share, providers));
    let known = match (server, random.random_range(0..100_u32)) {
        (true, _) => weighted(random, &KNOWN, |(_, share)| *share)
            .map_or(Known::Nothing, |(known, _)| *known),
        (false, 0..5) => Known::Cloud,
        // A server that is gone; the register has not noticed.
        (false, 5) => Known::Product,
        (false, _) => Known::Nothing,
    };
    Member {
        external_id: format!("M{:06}", number + 1),
        sector,
        size_class: size_class(random, server),
        place,
        street: names::street(random),
        postcode: place.postcodes.choose(random).copied().unwrap_or_default(),
        english: random.random_ratio(1, 50),
        contact: contact(random, &domain),
        provider,
        network: network.then(|| lines.next()).flatten(),
        network_known: random.random_ratio(11, 20),
        exchange,
        known,
        name,
        domain,
    }
}

/// Of a hundred members, 92 have an address, 7 a telephone only, and of one the register knows no way at all.
fn contact(random: &mut ChaCha20Rng, domain: &str) -> Contact {
    let ways = random.random_range(0..100_u32);
    let name = names::person(random);
    let (phone, mobile) = (names::phone(random), names::mobile(random));
    let role = if random.random_ratio(1, 3) {
        "IT"
    } else {
        "Geschäftsführung"
    };
    let mailbox = if random.random_ratio(1, 4) {
        "edv"
    } else {
        "info"
    };
    match ways {
        0..92 => Contact {
            name,
            role,
            email: format!("{mailbox}@{domain}"),
            phone,
            mobile: if ways < 30 { mobile } else { String::new() },
        },
        92..99 => Contact {
            name,
            role,
            phone,
            ..Contact::default()
        },
        _ => Contact::default(),
    }
}

/// Servers stand rather in larger companies.
fn size_class(random: &mut ChaCha20Rng, server: bool) -> &'static str {
    let step = random.random_range(0..100_u32);
    match if server { step } else { step / 3 + step / 4 } {
        0..40 => "1-9",
        40..75 => "10-49",
        75..95 => "50-249",
        _ => "250+",
    }
}

fn place(random: &mut ChaCha20Rng) -> Place {
    let [first, ..] = PLACES;
    weighted(random, &PLACES, |place| place.weight)
        .copied()
        .unwrap_or(first)
}

/// Builds that existed before 2 March 2021 with a weight that halves with every half-year of age: most keep up a little,
/// some not at all.
fn builds_of_the_eve(pack: Option<&BuildPack>) -> Vec<([u32; 4], u32)> {
    let rows = pack.map(|pack| pack.rows.as_slice()).unwrap_or_default();
    let released = |row: &&BuildRow| {
        row.source != "RIG"
            && row.cumulative_update != "Preview"
            && row.available().is_some_and(|day| day <= EVE)
    };
    let weight = |row: &BuildRow| {
        let age = row
            .available()
            .and_then(|day| EVE.since(day).ok())
            .map_or(i32::MAX, |age| age.get_days());
        // The 2013 line ends with its CU23 of June 2019; those who stayed there mostly run it.
        let stuck = row.line.ends_with("2013") && row.cumulative_update == "CU23";
        (1024_u32 >> (age / 182).clamp(0, 10)).max(if stuck { 400 } else { 2 })
    };
    rows.iter()
        .filter(released)
        .map(|row| (row.build, weight(row)))
        .collect()
}

/// One of a list, the heavier the more often; `None` of an empty one.
fn weighted<'a, T>(
    random: &mut ChaCha20Rng,
    list: &'a [T],
    weight: impl Fn(&T) -> u32,
) -> Option<&'a T> {
    let total: u32 = list.iter().map(&weight).sum();
    let mut rest = if total == 0 {
        0
    } else {
        random.random_range(0..total)
    };
    list.iter().find(|one| {
        let here = rest < weight(one);
        rest = rest.saturating_sub(weight(one));
        here
    })
}

/// `share` of `count`, as an index.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss
)]
fn scaled(share: f64, count: usize) -> usize {
    ((share * count as f64) as usize).min(count.saturating_sub(1))
}

/// Networks of four addresses out of 198.18.0.0/15, the block for benchmarks (RFC 2544): it is routed nowhere.
struct Lines(u32);

impl Lines {
    fn next(&mut self) -> Option<Ipv4Addr> {
        const FIRST: u32 = u32::from_be_bytes([198, 18, 0, 0]);
        const NETWORKS: u32 = (1 << 17) / 4;
        if self.0 >= NETWORKS {
            return None;
        }
        let address = FIRST + self.0 * 4;
        self.0 += 1;
        Some(Ipv4Addr::from(address))
    }
}

#[cfg(test)]
mod tests;
