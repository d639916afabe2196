//! The invented region: ninety days of usual signs at 25,000 members, and outbreaks put into it.
//!
//! What is made is what a detector sees: for each series the members that newly show a sign, when it was seen and when
//! the system heard of it. Chosen to be unpleasant: rates over three orders of magnitude, days that are busy for no reason,
//! scans in bursts, companies that show the same sign over and over, weekends, reports that come a day late.

use rand::RngExt as _;
use rand::rngs::ChaCha12Rng;
use std::collections::HashMap;

/// Members.
pub const MEMBERS: u32 = 25_000;
/// Days.
pub const DAYS: i64 = 90;
/// Parts of the region; number 0 stands for all of it.
pub const REGIONS: u32 = 12;
/// Series of products (product and RSIT class).
pub const PRODUCTS: u32 = 40;
/// A member that shows the sign again within so many seconds is the same case.
pub const SAME_CASE: i64 = 7 * DAY;
pub const DAY: i64 = 86_400;
pub const HOUR: i64 = 3_600;

/// Kinds of series; each is a family of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// A product, in one of two classes.
    Product(u32),
    Network,
    Sender,
    Shell,
}

impl Kind {
    pub const ALL: [Self; 5] = [
        Self::Product(0),
        Self::Product(1),
        Self::Network,
        Self::Sender,
        Self::Shell,
    ];
}

/// A series: its kind, its number, and the part of the region.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Name {
    pub kind: Kind,
    pub number: u32,
    pub region: u32,
}

/// One member that newly shows a sign.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Seen {
    /// When the system heard of it.
    pub known: i64,
    /// When it was seen.
    pub at: i64,
    pub member: u32,
    /// Part of an outbreak.
    pub outbreak: bool,
}

/// How signs of one product come.
pub struct Product {
    pub per_day: f64,
    /// Members of one burst on average.
    burst: f64,
    /// Weekend over weekday.
    weekend: f64,
    /// Comes as a report once a day instead of one by one.
    daily_report: bool,
}

/// The region of one run.
pub struct World {
    pub series: HashMap<Name, Vec<Seen>>,
    pub products: Vec<Product>,
    last: HashMap<(Kind, u32, u32), i64>,
}

pub fn region_of(member: u32) -> u32 {
    // Parts of different size: the first has a quarter of all members, the last a hundredth.
    let place = f64::from(member) / f64::from(MEMBERS);
    1 + (f64::from(REGIONS) * (1.0 - (1.0 - place).powf(0.5))) as u32
}

pub fn exponential(dice: &mut ChaCha12Rng, mean: f64) -> f64 {
    -mean * (1.0 - dice.random::<f64>()).ln()
}

fn poisson(dice: &mut ChaCha12Rng, mean: f64) -> u32 {
    let mut count = 0;
    let mut at = exponential(dice, 1.0);
    while at < mean {
        count += 1;
        at += exponential(dice, 1.0);
    }
    count
}

/// Mean 1, variance 1/4: a day that is busy or quiet for no reason.
fn mood(dice: &mut ChaCha12Rng) -> f64 {
    (0..4).map(|_| exponential(dice, 0.25)).sum()
}

/// 1 with this chance, otherwise a heavy tail (Pareto with exponent 1.5) up to `most`.
fn heavy(dice: &mut ChaCha12Rng, alone: f64, most: f64) -> u32 {
    if dice.random::<f64>() < alone {
        1
    } else {
        (2.0 * (1.0 - dice.random::<f64>()).powf(-1.0 / 1.5)).min(most) as u32
    }
}

impl World {
    pub fn new(dice: &mut ChaCha12Rng) -> Self {
        let products = (0..PRODUCTS).map(|_| Product {
            per_day: 0.02 * 1000f64.powf(dice.random()),
            burst: [1.0, 1.0, 1.5, 2.5][dice.random_range(0..4)],
            weekend: if dice.random() { 0.35 } else { 1.0 },
            daily_report: dice.random(),
        });
        let mut world = Self {
            products: products.collect(),
            series: HashMap::new(),
            last: HashMap::new(),
        };
        for number in 0..PRODUCTS {
            world.product_days(number, dice);
        }
        world.noisy_members(dice);
        world.networks(dice);
        world.others(Kind::Sender, 20.0, 0.85, 40.0, 12 * HOUR, dice);
        world.others(Kind::Shell, 0.1, 0.9, 3.0, 12 * HOUR, dice);
        for series in world.series.values_mut() {
            series.sort_unstable();
        }
        world
    }

    fn product_days(&mut self, number: u32, dice: &mut ChaCha12Rng) {
        for day in 0..DAYS {
            let Product {
                per_day,
                burst,
                weekend,
                ..
            } = &self.products[number as usize];
            let (per_day, burst, weekend) = (*per_day, *burst, *weekend);
            let weekday = if (day + 3).rem_euclid(7) >= 5 {
                weekend
            } else {
                1.0
            };
            let bursts = per_day / burst * weekday * mood(dice);
            for _ in 0..poisson(dice, bursts) {
                let start = day * DAY + dice.random_range(0..DAY);
                // Geometric size with the mean of the burst.
                let mut at = start;
                loop {
                    let member = dice.random_range(0..MEMBERS);
                    let known = self.known(number, at, dice);
                    self.add(
                        kind_of(number),
                        number,
                        Seen {
                            known,
                            at,
                            member,
                            outbreak: false,
                        },
                    );
                    if dice.random::<f64>() < 1.0 / burst {
                        break;
                    }
                    at += exponential(dice, HOUR as f64) as i64;
                }
            }
        }
    }

    /// Companies that show the same signs again and again, with pauses that are sometimes longer than a week.
    fn noisy_members(&mut self, dice: &mut ChaCha12Rng) {
        for member in 0..30 {
            for _ in 0..3 {
                let number = dice.random_range(0..PRODUCTS);
                let mut at = exponential(dice, 3.0 * DAY as f64) as i64;
                while at < DAYS * DAY {
                    let known = self.known(number, at, dice);
                    self.add(
                        kind_of(number),
                        number,
                        Seen {
                            known,
                            at,
                            member,
                            outbreak: false,
                        },
                    );
                    at += exponential(dice, 3.0 * DAY as f64) as i64;
                }
            }
        }
    }

    /// New networks that scan a few members and never come back, and forty that always scan.
    fn networks(&mut self, dice: &mut ChaCha12Rng) {
        self.others(Kind::Network, 120.0, 0.8, 60.0, 3 * HOUR, dice);
        for number in 0..40 {
            let pause = DAY as f64 / (0.2 * 40f64.powf(dice.random()));
            let mut at = exponential(dice, pause) as i64;
            while at < DAYS * DAY {
                let seen = Seen {
                    known: at + exponential(dice, 6.0 * HOUR as f64) as i64,
                    at,
                    member: dice.random_range(0..MEMBERS),
                    outbreak: false,
                };
                self.add(Kind::Network, number, seen);
                at += exponential(dice, pause) as i64;
            }
        }
    }

    /// Things that appear once: so many a day, most at one member, some at many within some hours.
    fn others(
        &mut self,
        kind: Kind,
        per_day: f64,
        alone: f64,
        most: f64,
        within: i64,
        dice: &mut ChaCha12Rng,
    ) {
        let mut number = 1_000;
        let mut start = 0;
        while start < DAYS * DAY {
            for _ in 0..heavy(dice, alone, most) {
                let at = start + dice.random_range(0..within);
                let known = at + exponential(dice, 6.0 * HOUR as f64) as i64;
                self.add(
                    kind,
                    number,
                    Seen {
                        known,
                        at,
                        member: dice.random_range(0..MEMBERS),
                        outbreak: false,
                    },
                );
            }
            number += 1;
            start += exponential(dice, DAY as f64 / per_day) as i64;
        }
    }

    /// When a sign becomes known: with the report of the next morning, or within hours.
    pub fn known(&self, number: u32, at: i64, dice: &mut ChaCha12Rng) -> i64 {
        if self.products[number as usize].daily_report {
            (at.div_euclid(DAY) + 1) * DAY + 5 * HOUR
        } else {
            at + exponential(dice, 6.0 * HOUR as f64) as i64
        }
    }

    /// Adds a sign unless it is the same case again.
    fn add(&mut self, kind: Kind, number: u32, seen: Seen) {
        let last = self.last.insert((kind, number, seen.member), seen.at);
        if last.is_some_and(|last| (seen.at - last).abs() < SAME_CASE) {
            return;
        }
        for region in zones(kind, seen.member) {
            self.series
                .entry(Name {
                    kind,
                    number,
                    region,
                })
                .or_default()
                .push(seen);
        }
    }
}

/// Class of a product's signs.
pub fn kind_of(number: u32) -> Kind {
    Kind::Product(number % 2)
}

/// Where a sign is counted.
pub fn zones(kind: Kind, member: u32) -> Vec<u32> {
    if matches!(kind, Kind::Product(_)) {
        vec![0, region_of(member)]
    } else {
        vec![0]
    }
}

/// An outbreak: signs of one product, half of the time also from one network, half of the time in one part of the region.
pub struct Outbreak {
    pub size: u32,
    pub spread_hours: i64,
    pub start: i64,
    pub product: u32,
    pub victims: Vec<Seen>,
    pub one_network: bool,
}

impl Outbreak {
    pub fn new(size: u32, spread_hours: i64, world: &World, dice: &mut ChaCha12Rng) -> Self {
        let product = dice.random_range(0..PRODUCTS);
        let start = 62 * DAY + dice.random_range(0..24 * DAY);
        let region = dice
            .random::<bool>()
            .then(|| dice.random_range(1..=REGIONS));
        let one_network = dice.random();
        let mut victims: Vec<Seen> = (0..size)
            .map(|number| {
                // The first falls at once, the others ever faster.
                let share = if number == 0 {
                    0.0
                } else {
                    dice.random::<f64>().powf(0.7)
                };
                let at = start + (share * (spread_hours * HOUR) as f64) as i64;
                let member = loop {
                    let member = dice.random_range(0..MEMBERS);
                    if region.is_none_or(|region| region_of(member) == region) {
                        break member;
                    }
                };
                Seen {
                    known: world.known(product, at, dice),
                    at,
                    member,
                    outbreak: true,
                }
            })
            .collect();
        victims.sort_unstable_by_key(|seen| seen.at);
        Self {
            size,
            spread_hours,
            start,
            product,
            victims,
            one_network,
        }
    }

    /// The series in which it shows, with its victims.
    pub fn series(&self) -> HashMap<Name, Vec<Seen>> {
        let mut series: HashMap<Name, Vec<Seen>> = HashMap::new();
        for victim in &self.victims {
            for region in zones(kind_of(self.product), victim.member) {
                series
                    .entry(Name {
                        kind: kind_of(self.product),
                        number: self.product,
                        region,
                    })
                    .or_default()
                    .push(*victim);
            }
            if self.one_network {
                series
                    .entry(Name {
                        kind: Kind::Network,
                        number: 0xFFFF_FFFF,
                        region: 0,
                    })
                    .or_default()
                    .push(*victim);
            }
        }
        series
    }
}
