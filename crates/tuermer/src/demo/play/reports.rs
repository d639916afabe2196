//! What others report: providers what their customers run, and the scan of the world.

use super::{Play, REPORT};
use crate::acts::intake;
use crate::acts::register::ImportKind;
use crate::demo::files;
use crate::demo::region::{Known, Member};
use crate::demo::signs::{self, Finding};
use crate::stations::assess;
use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use jiff::civil::date;
use tuermer_core::rights::Actor;
use tuermer_core::task::TaskKind;

/// The world was scanned.
const SCAN: &str = "2021-03-09T12:00:00Z";
/// Members whose server answers with a stranger's program.
const WEB_SHELLS: usize = 3;

impl Play<'_> {
    /// On 3 March providers report what their customers really run: every fourth answers, with four numbers.
    pub(super) async fn providers_report(&mut self) -> Result<()> {
        self.at("2021-03-03T15:00:00Z")?;
        let reports = |member: &Member| member.provider.is_some_and(|provider| provider % 4 == 1);
        let known = |member: &Member| member.known == Known::Build;
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
        let reported = self.import(ImportKind::Inventory, bytes).await?;
        assess::run(self.context).await?;
        (self.tell)(
            "demo.moment_providers",
            "demo.providers",
            &[("count", reported.to_string())],
        );
        Ok(())
    }

    /// The scan of 9 March arrives on the 11th. Some lines show a break-in.
    pub(super) async fn report(&mut self) -> Result<()> {
        self.at(REPORT)?;
        let scanned: Timestamp = SCAN.parse()?;
        let found = self.findings(scanned);
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

    /// What the scan sees: open servers, and a stranger's program on some of those that were warned.
    fn findings(&self, scanned: Timestamp) -> Vec<(&Member, Finding)> {
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
        found
    }
}
