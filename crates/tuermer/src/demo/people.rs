//! The people of the region: when they patch, what they answer, and whether they answer at all.
//!
//! Drawn once from the seed, so that the same region behaves the same however the warnings run. Shares without a source
//! are our own assumption; the pace of patching is that of [`super::curve`].

use super::curve::patched_after;
use super::region::Region;
use jiff::{SignedDuration, Timestamp};
use rand::rngs::ChaCha20Rng;
use rand::{RngExt as _, SeedableRng as _};
use tuermer_core::acknowledgement::Answer;
use tuermer_core::rights::{Actor, Role};
use tuermer_core::scale::Source;

/// Who writes the warning.
pub const OFFICER: &str = "l.brandt";
/// Who releases it.
pub const APPROVER: &str = "m.osei";
/// The password of both, shown at the end: the demo's accounts guard nothing.
pub const PASSWORD: &str = "demo-demo-demo";

/// Both with their roles.
pub fn accounts() -> [(&'static str, Role); 2] {
    [(OFFICER, Role::Officer), (APPROVER, Role::Approver)]
}

/// The officer, who is taken at her word: nothing leaves a demo.
pub fn officer() -> Actor {
    Actor::account(OFFICER, Role::Officer)
}

/// The approver, taken at his word, too.
pub fn approver() -> Actor {
    Actor::account(APPROVER, Role::Approver)
}

/// Winter time of the region.
const ZONE: SignedDuration = SignedDuration::from_hours(1);

/// How one member takes a warning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Temper {
    /// Place among all by speed: 0 = the quickest.
    share: f64,
    /// Tells us when it is done.
    says_done: bool,
    /// Tells us when it has begun.
    says_begun: bool,
    /// Asks for help.
    asks: bool,
    /// The provider answers for it.
    by_provider: bool,
    /// "Not us" because it is in the cloud, not because it never was there.
    cloud: bool,
    /// Hours between warning and first answer, and between patch and last answer.
    hours: (i64, i64),
}

/// Something said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// Index of the member.
    pub member: usize,
    /// What.
    pub answer: Answer,
    /// With "not us": in the cloud, or none.
    pub cloud: Option<bool>,
    /// Who.
    pub by: Source,
}

/// Everybody's temper, in the order of the members.
pub fn tempers(seed: u64, region: &Region) -> Vec<Temper> {
    // Another stream than that of the region, so that a change there does not move people here.
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    random.set_stream(1);
    let mut one = |has_provider: bool| Temper {
        share: random.random_range(0.0..1.0),
        says_done: random.random_ratio(9, 10),
        says_begun: random.random_ratio(3, 10),
        asks: random.random_ratio(1, 50),
        by_provider: random.random_ratio(7, 20) && has_provider,
        cloud: random.random_ratio(4, 5),
        hours: (random.random_range(6..40), random.random_range(1..6)),
    };
    region
        .members
        .iter()
        .map(|member| one(member.provider.is_some()))
        .collect()
}

impl Temper {
    /// When the member patches, if it hears of it at `heard`; `None` = not in three weeks. The curve holds those who must
    /// install a cumulative update first; they are among the slow.
    pub fn patches(&self, heard: Timestamp) -> Option<Timestamp> {
        heard.checked_add(patched_after(self.share)?).ok()
    }

    /// What the member says after a warning at `warned`, given when it patches.
    pub fn says(
        &self,
        member: usize,
        runs_exchange: bool,
        warned: Timestamp,
        patched: Option<Timestamp>,
    ) -> Vec<Said> {
        let by = if self.by_provider {
            Source::Provider
        } else {
            Source::Member
        };
        let (first, last) = self.hours;
        let said = |from: Timestamp, hours: i64, answer: Answer, cloud: Option<bool>| {
            let at = from.checked_add(SignedDuration::from_hours(hours)).ok()?;
            Some(Said {
                at: if self.by_provider {
                    at
                } else {
                    by_day(at, member)
                },
                member,
                answer,
                cloud,
                by,
            })
        };
        if !runs_exchange {
            return said(warned, first, Answer::NotUs, Some(self.cloud))
                .filter(|_| self.says_begun || self.says_done)
                .into_iter()
                .collect();
        }
        if self.asks {
            return said(warned, first, Answer::Help, None)
                .into_iter()
                .collect();
        }
        let begun = said(warned, first, Answer::InProgress, None)
            .filter(|said| self.says_begun && patched.is_none_or(|patched| said.at < patched));
        let done = patched
            .and_then(|patched| said(patched, last, Answer::Done, None))
            .filter(|_| self.says_done);
        begun.into_iter().chain(done).collect()
    }
}

/// Companies answer between seven and twenty o'clock; what falls into the night is said next morning.
fn by_day(at: Timestamp, spread: usize) -> Timestamp {
    let Ok(local) = at.checked_add(ZONE) else {
        return at;
    };
    let day = local.as_second().div_euclid(86_400);
    let hour = local.as_second().rem_euclid(86_400) / 3_600;
    let morning = match hour {
        7..20 => return at,
        0..7 => day * 86_400,
        _ => (day + 1) * 86_400,
    };
    let minutes = i64::try_from(spread % 150).unwrap_or(0);
    Timestamp::from_second(morning + 7 * 3_600 + minutes * 60 - ZONE.as_secs()).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::super::region::invent;
    use super::{by_day, tempers};
    use jiff::Timestamp;
    use tuermer_core::acknowledgement::Answer;
    use tuermer_formats::build_pack::packs;

    #[test]
    fn nobody_answers_at_three_in_the_morning() {
        for (at, said) in [
            ("2021-03-03T02:10:00Z", "2021-03-03T06:05:00Z"),
            ("2021-03-03T19:30:00Z", "2021-03-04T06:05:00Z"),
            ("2021-03-03T09:30:00Z", "2021-03-03T09:30:00Z"),
        ] {
            assert_eq!(
                by_day(at.parse().unwrap(), 5),
                said.parse::<Timestamp>().unwrap(),
                "{at}"
            );
        }
    }

    #[test]
    fn answers_follow_the_patch_and_never_come_before_the_warning() {
        let region = invent(1, 4_000, packs().first());
        let warned: Timestamp = "2021-03-02T22:31:00Z".parse().unwrap();
        let mut done = 0;
        for (index, temper) in tempers(1, &region).into_iter().enumerate() {
            let patched = temper.patches(warned);
            for said in temper.says(index, true, warned, patched) {
                assert!(said.at > warned);
                if said.answer == Answer::Done {
                    assert!(patched.is_some_and(|patched| said.at > patched));
                    done += 1;
                }
            }
            assert!(
                temper
                    .says(index, false, warned, None)
                    .iter()
                    .all(|said| said.answer == Answer::NotUs)
            );
        }
        assert!(
            (2_600..3_300).contains(&done),
            "{done} of 4000 say that they are done"
        );
    }
}
