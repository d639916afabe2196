//! One evening of the play: signs of an attack on several members become a campaign, and a draft for those like them.

use super::figures::Verdicts;
use super::play::Play;
use super::region::Member;
use super::signs;
use crate::acts::intake;
use crate::stations::{assess, correlate};
use anyhow::Result;
use jiff::SignedDuration;
use tuermer_core::admiralty::Grade;
use tuermer_core::rights::Actor;

/// A sensor tells of break-ins at members.
pub const ATTACKS: &str = "2021-03-05T20:30:00Z";
/// Members that the attacker broke into.
const BROKEN_INTO: usize = 8;

impl Play<'_> {
    /// On the evening of 5 March signs of one attacker come from several members: a campaign, and a draft for those like them.
    pub async fn attacks(&mut self) -> Result<()> {
        self.at(ATTACKS)?;
        let hit = self.open_servers();
        let now = self.context.now();
        let first = now.checked_sub(SignedDuration::from_hours(2))?;
        let events = intake::Input::Bytes {
            name: "sensor.jsonl".into(),
            bytes: signs::attacks(&hit, first)?,
        };
        let word = intake::Word {
            grade: Grade::read("B2"),
            ..intake::Word::default()
        };
        let mut signs = 0_u64;
        let mut count = |report: intake::IngestReport| {
            signs = signs.saturating_add(report.attributed);
            Ok(())
        };
        intake::ingest_all(
            self.context,
            &Actor::Shell,
            events,
            word,
            &intake::Progress::default(),
            &mut count,
        )
        .await?;
        let found = correlate::run(self.context).await?;
        assess::run(self.context).await?;
        self.figures.campaigns = found.campaigns;
        self.tell_campaign(signs).await
    }

    /// Members whose server can be broken into and whose line the register knows.
    fn open_servers(&self) -> Vec<&Member> {
        let open = |(index, member): &(usize, &Member)| {
            let closed = self
                .closed_at(*index, member)
                .is_some_and(|at| at <= self.context.now());
            !closed
                && member.exchange.is_some()
                && member.network.is_some()
                && member.network_known
                && self.warned.contains_key(index)
        };
        let members = self.region.members.iter().enumerate().filter(open);
        members
            .map(|(_, member)| member)
            .take(BROKEN_INTO)
            .collect()
    }

    /// Tells how many members were hit and how many are like them; nothing where no campaign became a threat.
    async fn tell_campaign(&self, signs: u64) -> Result<()> {
        let Some(campaign) = self.context.store.campaigns().await?.into_iter().next() else {
            return Ok(());
        };
        let Some(threat) = campaign.threat else {
            return Ok(());
        };
        let Verdicts {
            affected, unknown, ..
        } = self.verdicts(&threat).await?;
        let like = affected
            .saturating_add(unknown)
            .saturating_sub(campaign.members);
        let values = [
            ("signs", signs),
            ("members", campaign.members),
            ("like", like),
        ];
        (self.tell)(
            "demo.moment_attack",
            "demo.attack",
            &values.map(|(name, value)| (name, value.to_string())),
        );
        Ok(())
    }
}
