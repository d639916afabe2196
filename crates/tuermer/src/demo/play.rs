//! The story in time: 2 to 12 March 2021, through the same stations as the real thing, with the simulated clock.
//!
//! Nothing knows more than was known at its time: on 2 March there was Microsoft's notice and nothing a machine could
//! read, no catalogue of exploited flaws, no report of scans. That report comes on 11 March.
//!
//! What the officer states: `play/threat.rs`; warnings and answers: `play/warnings.rs`; reports: `play/reports.rs`.

mod reports;
mod threat;
mod warnings;

use super::attack::ATTACKS;
use super::figures::{Figures, Verdicts, peak_rss_mb};
use super::files;
use super::people::{PASSWORD, Said, Temper, accounts, tempers};
use super::region::{Known, Member, Region};
use crate::acts::account::{self, hash_password};
use crate::acts::register::{self, ImportKind, ImportOptions, Input};
use crate::context::Context;
use crate::store::verdicts::exposures::ExposureFilter;
use anyhow::{Context as _, Result, anyhow, bail};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeSet, HashMap};
use std::time::Instant;
use tuermer_core::ids::{OrganisationId, ThreatId};
use tuermer_core::limits;
use tuermer_core::pack::BuildPack;
use tuermer_core::rights::Actor;
use tuermer_core::scale::{Certainty, Status};

/// Day one at the chamber: the register is loaded.
pub const START: &str = "2021-03-02T08:00:00Z";
/// The Federal Office's press release: from here on everybody has heard of it.
const PRESS: &str = "2021-03-05T12:00:00Z";
/// The report of the scan reaches the chamber.
const REPORT: &str = "2021-03-11T19:10:00Z";
/// The story ends.
const END: &str = "2021-03-12T09:00:00Z";

/// Tells what happens: real seconds, key of the moment, key and values of the fact.
pub type Tell<'a> = dyn Fn(&str, &str, &[(&str, String)]) + Sync + 'a;

/// The play under way.
pub(super) struct Play<'a> {
    pub(super) context: &'a Context,
    pub(super) region: &'a Region,
    pack: &'a BuildPack,
    pub(super) tell: &'a Tell<'a>,
    tempers: Vec<Temper>,
    /// Register number → place in the region.
    places: HashMap<&'a str, usize>,
    /// When each member patches, as far as it has heard of it.
    patches: Vec<Option<Timestamp>>,
    /// Whom we warned, and when.
    pub(super) warned: HashMap<usize, OrganisationId>,
    /// What will be said.
    coming: BTreeSet<Said>,
    pub(super) figures: Figures,
}

/// Plays it.
///
/// # Errors
/// A station failed; the play has no failures of its own.
pub async fn play(
    context: &Context,
    region: &Region,
    pack: &BuildPack,
    seed: u64,
    tell: &Tell<'_>,
) -> Result<Figures> {
    let started = Instant::now();
    let places = region
        .members
        .iter()
        .enumerate()
        .map(|(index, member)| (member.external_id.as_str(), index))
        .collect();
    let mut play = Play {
        context,
        region,
        pack,
        tell,
        tempers: tempers(seed, region),
        places,
        patches: vec![None; region.members.len()],
        warned: HashMap::new(),
        coming: BTreeSet::new(),
        figures: Figures::default(),
    };
    let threat = play.story().await?;
    play.finish(&threat, started).await
}

impl<'a> Play<'a> {
    pub(super) fn at(&self, time: &str) -> Result<Timestamp> {
        let at: Timestamp = time
            .parse()
            .with_context(|| format!("time of the play {time}"))?;
        self.context.clock.set(at);
        Ok(at)
    }

    /// Everything that happens, in order; the threat it is about.
    async fn story(&mut self) -> Result<ThreatId> {
        self.load().await?;
        let threat = self.state().await?;
        let talk = Some("demo.talk");
        let (drafted, released) = ("2021-03-02T22:14:00Z", "2021-03-02T22:31:00Z");
        let first = self.warn(&threat, drafted, released, talk).await?;
        self.answers_until("2021-03-03T12:00:00Z", &first).await?;
        self.providers_report().await?;
        self.answers_until("2021-03-05T14:30:00Z", &first).await?;
        self.standing(&threat, "demo.at_5_march").await?;
        let (drafted, released) = ("2021-03-05T14:40:00Z", "2021-03-05T15:00:00Z");
        let second = self.warn(&threat, drafted, released, talk).await?;
        self.answers_until(ATTACKS, &second).await?;
        self.attacks().await?;
        self.answers_until("2021-03-09T18:00:00Z", &second).await?;
        self.standing(&threat, "demo.at_9_march").await?;
        self.answers_until("2021-03-11T18:00:00Z", &second).await?;
        self.state_again(&threat).await?;
        self.answers_until(REPORT, &second).await?;
        self.report().await?;
        let (drafted, released) = ("2021-03-11T19:25:00Z", "2021-03-11T19:50:00Z");
        let third = self.warn(&threat, drafted, released, None).await?;
        self.answers_until(END, &third).await?;
        Ok(threat)
    }

    /// Import the region, as a chamber would, and let two people in.
    async fn load(&mut self) -> Result<()> {
        self.at(START)?;
        let hash = hash_password(self.context, PASSWORD)?;
        for (name, role) in accounts() {
            account::add(self.context, &Actor::Shell, name, role, Some(hash.clone())).await?;
        }
        let region = self.region;
        self.figures.providers = self
            .import(ImportKind::Providers, files::providers(region)?)
            .await?;
        self.figures.members = self
            .import(ImportKind::Members, files::members(region)?)
            .await?;
        self.import(ImportKind::Networks, files::networks(region)?)
            .await?;
        self.import(ImportKind::Inventory, files::inventory(region, self.pack)?)
            .await?;
        let servers = || {
            region
                .members
                .iter()
                .filter(|member| member.exchange.is_some())
        };
        self.figures.with_exchange = servers().count() as u64;
        self.figures.with_exchange_known = servers()
            .filter(|member| member.known != Known::Nothing)
            .count() as u64;
        let Figures {
            members,
            providers,
            with_exchange,
            with_exchange_known,
            ..
        } = self.figures;
        let values = [
            ("members", members),
            ("providers", providers),
            ("servers", with_exchange),
            ("known", with_exchange_known),
        ];
        (self.tell)(
            "demo.moment_load",
            "demo.loaded",
            &values.map(|(name, value)| (name, value.to_string())),
        );
        Ok(())
    }

    async fn import(&self, kind: ImportKind, bytes: Vec<u8>) -> Result<u64> {
        let report = register::import(
            self.context,
            &Actor::Shell,
            kind,
            "demo.csv",
            Input::Bytes(bytes),
            &ImportOptions::default(),
        )
        .await?;
        if let Some(error) = report.errors.first() {
            bail!("the invented register has an error: {error:?}");
        }
        Ok(report.new)
    }

    pub(super) async fn verdicts(&self, threat: &ThreatId) -> Result<Verdicts> {
        let filter = ExposureFilter {
            threat: Some(threat.clone()),
            ..ExposureFilter::default()
        };
        let mut counts = Verdicts::default();
        let mut last: Option<OrganisationId> = None;
        loop {
            let page = self
                .context
                .store
                .exposures(
                    &filter,
                    last.as_ref().map(|organisation| (organisation, threat)),
                    limits::PAGE_ROWS,
                )
                .await?;
            let Some(end) = page.last() else {
                return Ok(counts);
            };
            last = Some(end.organisation.clone());
            for verdict in &page {
                counts.add(verdict.status, verdict.certainty);
            }
        }
    }

    /// Where things stand, as the situation page shows it.
    async fn standing(&self, threat: &ThreatId, moment: &str) -> Result<()> {
        let picture = self.context.store.picture(threat).await?;
        // Who has nothing to close does not count as closed.
        let concerned =
            picture.affected + picture.unknown + picture.fixed_reported + picture.fixed_measured;
        let percent =
            |part: u64, whole: u64| (part * 100).checked_div(whole).unwrap_or(0).to_string();
        let values = [
            (
                "fixed",
                percent(picture.fixed_reported + picture.fixed_measured, concerned),
            ),
            ("answered", percent(picture.answered, picture.warned)),
            ("help", picture.needs_help.to_string()),
        ];
        (self.tell)(moment, "demo.standing", &values);
        Ok(())
    }

    /// When a member closes its hole: as it was warned, or when the press told everybody.
    pub(super) fn closed_at(&self, index: usize, member: &Member) -> Option<Timestamp> {
        let temper = self.tempers.get(index)?;
        let press: Timestamp = PRESS.parse().ok()?;
        let alone = member.exchange.and_then(|_| temper.patches(press));
        self.patches.get(index).copied().flatten().or(alone)
    }

    async fn finish(mut self, threat: &ThreatId, started: Instant) -> Result<Figures> {
        let picture = self.context.store.picture(threat).await?;
        self.figures.at_the_end = self.verdicts(threat).await?;
        let figures = &mut self.figures;
        (figures.warned, figures.answered, figures.needs_help) =
            (picture.warned, picture.answered, picture.needs_help);
        (figures.fixed_reported, figures.fixed_measured) =
            (picture.fixed_reported, picture.fixed_measured);
        let (published, first) = (picture.clock.published, picture.clock.first_sent);
        let to_first = published
            .zip(first)
            .map_or(SignedDuration::ZERO, |(published, first)| {
                first.duration_since(published)
            });
        figures.minutes_to_first_mail = to_first.as_mins();
        figures.clock = picture.clock.into();
        figures.seconds = (started.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        figures.peak_rss_mb = peak_rss_mb();
        let values = [("minutes", figures.minutes_to_first_mail.to_string())];
        (self.tell)("demo.moment_end", "demo.end", &values);
        if figures.mails == 0 {
            return Err(anyhow!("the play warned nobody"));
        }
        Ok(self.figures)
    }
}

impl Verdicts {
    fn add(&mut self, status: Status, certainty: Certainty) {
        let counter = match status {
            Status::Affected => &mut self.affected,
            Status::Fixed => &mut self.fixed,
            Status::Unknown => &mut self.unknown,
            Status::NotAffected => &mut self.not_affected,
        };
        *counter += 1;
        let counter = match certainty {
            _ if !matches!(status, Status::Affected | Status::Unknown) => return,
            Certainty::Observed => &mut self.observed,
            Certainty::Likely => &mut self.likely,
            Certainty::Possible | Certainty::Unlikely => &mut self.possible,
        };
        *counter += 1;
    }
}
