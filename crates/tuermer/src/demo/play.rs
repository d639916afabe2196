//! The story in time: 2 to 12 March 2021, through the same stations as the real thing, with the simulated clock.
//!
//! Nothing knows more than was known at its time: on 2 March there was Microsoft's notice and nothing a machine could
//! read, no catalogue of exploited flaws, no report of scans. That report comes on 11 March.

use super::attack::ATTACKS;
use super::figures::{Figures, Verdicts, peak_rss_mb};
use super::files;
use super::people::{PASSWORD, Said, Temper, accounts, approver, officer, tempers};
use super::region::{Member, Region};
use super::signs::{self, Finding};
use crate::acts::account::{self, hash_password};
use crate::acts::answer;
use crate::acts::intake::{self, StatedProduct, StatedThreat, StatedVersions};
use crate::acts::register::{self, ImportKind, ImportOptions, Input};
use crate::acts::warn::{self, TextEdit};
use crate::context::Context;
use crate::stations::{assess, deliver};
use crate::store::verdicts::exposures::ExposureFilter;
use crate::text::Texts;
use anyhow::{Context as _, Result, anyhow, bail};
use jiff::{SignedDuration, Timestamp, civil::date};
use std::collections::{BTreeSet, HashMap};
use std::time::Instant;
use tuermer_core::ids::{OrganisationId, ThreatId, WarningNumber};
use tuermer_core::limits;
use tuermer_core::locale::Language;
use tuermer_core::pack::BuildPack;
use tuermer_core::rights::Actor;
use tuermer_core::scale::{Certainty, Level, Status, Tlp};
use tuermer_core::task::TaskKind;

/// Day one at the chamber: the register is loaded.
pub const START: &str = "2021-03-02T08:00:00Z";
/// Microsoft publishes its notice.
const NOTICE: &str = "2021-03-02T22:00:00Z";
/// The Federal Office's press release: from here on everybody has heard of it.
const PRESS: &str = "2021-03-05T12:00:00Z";
/// The world was scanned.
const SCAN: &str = "2021-03-09T12:00:00Z";
/// The report of the scan reaches the chamber.
const REPORT: &str = "2021-03-11T19:10:00Z";
/// The story ends.
const END: &str = "2021-03-12T09:00:00Z";
/// Members whose server answers with a stranger's program.
const WEB_SHELLS: usize = 3;

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
    let tempers = tempers(seed, region);
    let patches = vec![None; region.members.len()];
    let figures = Figures::default();
    let mut play = Play {
        context,
        region,
        pack,
        tell,
        tempers,
        places,
        patches,
        warned: HashMap::new(),
        coming: BTreeSet::new(),
        figures,
    };
    play.load().await?;
    let threat = play.state().await?;
    let first = play
        .warn(
            &threat,
            "2021-03-02T22:14:00Z",
            "2021-03-02T22:31:00Z",
            Some("demo.talk"),
        )
        .await?;
    play.answers_until("2021-03-03T12:00:00Z", &first).await?;
    play.providers_report().await?;
    play.answers_until("2021-03-05T14:30:00Z", &first).await?;
    play.standing(&threat, "demo.at_5_march").await?;
    let second = play
        .warn(
            &threat,
            "2021-03-05T14:40:00Z",
            "2021-03-05T15:00:00Z",
            Some("demo.talk"),
        )
        .await?;
    play.answers_until(ATTACKS, &second).await?;
    play.attacks().await?;
    play.answers_until("2021-03-09T18:00:00Z", &second).await?;
    play.standing(&threat, "demo.at_9_march").await?;
    play.answers_until("2021-03-11T18:00:00Z", &second).await?;
    play.state_again(&threat).await?;
    play.answers_until(REPORT, &second).await?;
    play.report().await?;
    let third = play
        .warn(
            &threat,
            "2021-03-11T19:25:00Z",
            "2021-03-11T19:50:00Z",
            None,
        )
        .await?;
    play.answers_until(END, &third).await?;
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
            .filter(|member| member.known != super::region::Known::Nothing)
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

    /// The officer reads Microsoft's notice and states the threat in her own words.
    async fn state(&mut self) -> Result<ThreatId> {
        let source_time = self.at(NOTICE)?;
        self.at("2021-03-02T22:06:00Z")?;
        let threat = intake::state_threat(self.context, &notice(source_time), &officer()).await?;
        (self.tell)(
            "demo.moment_notice",
            "demo.stated",
            &[("count", "4".into())],
        );
        self.at("2021-03-02T22:09:00Z")?;
        let begun = Instant::now();
        assess::run(self.context).await?;
        self.figures.first_night = self.verdicts(&threat).await?;
        let Verdicts {
            affected,
            unknown,
            observed,
            likely,
            possible,
            ..
        } = self.figures.first_night;
        let values = [
            ("hits", affected + unknown),
            ("observed", observed),
            ("likely", likely),
            ("possible", possible),
        ];
        let mut values = values
            .map(|(name, value)| (name, value.to_string()))
            .to_vec();
        values.push(("seconds", format!("{:.2}", begun.elapsed().as_secs_f64())));
        (self.tell)("demo.moment_match", "demo.matched", &values);
        Ok(threat)
    }

    /// On 11 March Microsoft has an update for older cumulative updates too: the officer states the threat again, and
    /// everybody is judged by what can be had now.
    async fn state_again(&self, threat: &ThreatId) -> Result<()> {
        self.at("2021-03-11T18:00:00Z")?;
        let known = self
            .context
            .store
            .threat(threat)
            .await?
            .context("the threat of the play is gone")?;
        // The remedy is the same, so what members answered stays true; that more of them can have it is news.
        let first = notice(NOTICE.parse()?);
        let summary = format!(
            "{} Das Update gibt es seit dem 11. März auch für ältere Stände.",
            first.summary
        );
        let stated = StatedThreat {
            restates: Some(known.tracking_id),
            summary,
            ..first
        };
        intake::state_threat(self.context, &stated, &officer()).await?;
        assess::run(self.context).await?;
        (self.tell)("demo.moment_report", "demo.stated_again", &[]);
        Ok(())
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

    /// Draft and submission by one person, release by another, delivery into the folder; then people have heard.
    async fn warn(
        &mut self,
        threat: &ThreatId,
        drafted: &str,
        released: &str,
        talk: Option<&str>,
    ) -> Result<WarningNumber> {
        let context = self.context;
        self.at(drafted)?;
        let number = warn::draft(context, threat, &officer()).await?;
        for language in Language::ALL {
            let edit = TextEdit {
                talk: talk.map(|key| Texts(language).get(key)),
                ..TextEdit::default()
            };
            warn::edit(context, &number, language, &edit, &officer()).await?;
        }
        let submitted = warn::submit(context, &number, &officer()).await?;
        (self.tell)(
            "demo.moment_draft",
            "demo.drafted",
            &[
                ("warning", number.to_string()),
                ("audience", submitted.audience.to_string()),
            ],
        );
        let at = self.at(released)?;
        if let Err(refusal) = warn::approve(
            context,
            &number,
            &approver(),
            submitted.audience,
            &submitted.hash,
        )
        .await?
        {
            bail!("the release of {number} was refused: {refusal:?}");
        }
        let report = deliver::run(context).await?;
        let counts = context.store.deliveries_by_state(&number).await?;
        self.figures.warnings += 1;
        self.figures.mails += counts.sent;
        self.figures.calls = self.figures.calls.max(counts.to_call);
        let values = [
            ("warning", number.to_string()),
            ("mails", counts.sent.to_string()),
            ("calls", counts.to_call.to_string()),
        ];
        (self.tell)("demo.moment_release", "demo.released", &values);
        if counts.total() != counts.sent + counts.to_call || report.next_due.is_some() {
            bail!("the folder did not take every mail of {number}: {counts:?}");
        }
        self.heard(&number, at).await?;
        Ok(number)
    }

    /// Whoever was warned for the first time makes up its mind.
    async fn heard(&mut self, number: &WarningNumber, at: Timestamp) -> Result<()> {
        let mut last: Option<OrganisationId> = None;
        loop {
            let page = self
                .context
                .store
                .recipients(number, last.as_ref(), limits::PAGE_ROWS)
                .await?;
            let Some(end) = page.last() else {
                return Ok(());
            };
            last = Some(end.organisation.clone());
            for recipient in page {
                let Some(index) = self.places.get(recipient.external_id.as_str()).copied() else {
                    continue;
                };
                // A phone call is a person's work; the demo does not make it.
                if recipient.email().is_empty()
                    || self.warned.insert(index, recipient.organisation).is_some()
                {
                    continue;
                }
                let Some((member, temper)) = self
                    .region
                    .members
                    .get(index)
                    .zip(self.tempers.get(index).copied())
                else {
                    continue;
                };
                let patched = member.exchange.and_then(|_| temper.patches(at));
                self.coming
                    .extend(temper.says(index, member.exchange.is_some(), at, patched));
                if let Some(slot) = self.patches.get_mut(index) {
                    *slot = patched;
                }
            }
        }
    }

    /// Lets time pass; everybody says what is to be said, then everything is judged again.
    async fn answers_until(&mut self, until: &str, warning: &WarningNumber) -> Result<()> {
        let until: Timestamp = until.parse()?;
        while let Some(said) = self.coming.first().copied().filter(|said| said.at <= until) {
            self.coming.pop_first();
            let Some(organisation) = self.warned.get(&said.member) else {
                continue;
            };
            self.context.clock.set(said.at);
            let Said {
                answer, cloud, by, ..
            } = said;
            let link = Actor::Link {
                organisation: organisation.clone(),
                warning: warning.clone(),
            };
            answer::record(self.context, &link, answer, cloud, by).await?;
        }
        self.context.clock.set(until);
        assess::run(self.context).await?;
        Ok(())
    }

    /// On 3 March providers report what their customers really run: every fourth answers, with four numbers.
    async fn providers_report(&mut self) -> Result<()> {
        self.at("2021-03-03T15:00:00Z")?;
        let reports = |member: &Member| member.provider.is_some_and(|provider| provider % 4 == 1);
        let known = |member: &Member| member.known == super::region::Known::Build;
        let customers: Vec<usize> = (0_usize..)
            .zip(&self.region.members)
            .filter(|(index, member)| {
                reports(member)
                    && !known(member)
                    && self
                        .patches
                        .get(*index)
                        .copied()
                        .flatten()
                        .is_none_or(|at| at > self.context.now())
            })
            .map(|(index, _)| index)
            .collect();
        let bytes = files::provider_report(self.region, &customers, date(2021, 3, 3))?;
        let told = self.import(ImportKind::Inventory, bytes).await?;
        assess::run(self.context).await?;
        (self.tell)(
            "demo.moment_providers",
            "demo.providers",
            &[("count", told.to_string())],
        );
        Ok(())
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

    /// The scan of 9 March arrives on the 11th. Some lines show a break-in.
    async fn report(&mut self) -> Result<()> {
        self.at(REPORT)?;
        let scanned: Timestamp = SCAN.parse()?;
        let members = self
            .region
            .members
            .iter()
            .enumerate()
            .filter(|(_, member)| member.exchange.is_some() && member.network.is_some());
        let open: Vec<&Member> = members
            .filter(|(index, member)| self.closed_at(*index, member).is_none_or(|at| at > scanned))
            .map(|(_, member)| member)
            .collect();
        let mut found: Vec<(&Member, Finding)> =
            open.iter().map(|member| (*member, Finding::Open)).collect();
        let broken = open.iter().filter(|member| {
            member.network_known
                && self
                    .places
                    .get(member.external_id.as_str())
                    .is_some_and(|index| self.warned.contains_key(index))
        });
        let broken = broken.take(WEB_SHELLS);
        found.extend(broken.map(|member| (*member, Finding::WebShell)));
        let path = self.context.home.0.join("2021-03-11-scan_exchange.csv");
        std::fs::write(&path, signs::report(&found, scanned)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
        let (shell, name) = (Actor::Shell, "2021-03-11-scan_exchange.csv");
        let report = intake::ingest(self.context, &shell, name, &path).await?;
        if !report.rejected.is_empty() || report.malformed > 0 {
            bail!("the report of 11 March was not taken: {report:?}");
        }
        assess::run(self.context).await?;
        (self.figures.sign_lines, self.figures.signs_attributed) =
            (report.lines, report.attributed);
        let incidents = self.context.store.tasks_waiting(TaskKind::Incident, 1);
        self.figures.incidents = incidents.await?.0;
        let values = [
            ("lines", report.lines),
            ("attributed", report.attributed),
            ("incidents", self.figures.incidents),
        ];
        (self.tell)(
            "demo.moment_report",
            "demo.report",
            &values.map(|(name, value)| (name, value.to_string())),
        );
        Ok(())
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

/// Microsoft's notice of 2 March 2021 as the officer puts it.
fn notice(source_time: Timestamp) -> StatedThreat {
    StatedThreat {
        restates: None,
        title: "Microsoft Exchange Server: vier Lücken werden ausgenutzt".into(),
        summary: "Angreifer übernehmen Exchange-Server, deren Weboberfläche aus dem Internet erreichbar ist, ohne Anmeldung.".into(),
        products: vec![StatedProduct { vendor: "Microsoft".into(), product: "Exchange Server".into(), versions: StatedVersions::ByPack }],
        cves: ["CVE-2021-26855", "CVE-2021-26857", "CVE-2021-26858", "CVE-2021-27065"].map(String::from).to_vec(),
        remedy: "Sicherheitsupdate vom 2. März 2021 einspielen (KB5000871)".into(),
        remedy_url: "https://support.microsoft.com/help/5000871".into(),
        source_url: "https://techcommunity.microsoft.com/t5/exchange-team-blog/released-march-2021-exchange-server-security-updates/ba-p/2175901".into(),
        source_time,
        level: Level::Extreme,
        exploited: true,
        incident: false,
        tlp: Tlp::Clear,
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
