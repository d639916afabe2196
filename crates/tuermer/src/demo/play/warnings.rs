//! A warning of the play: drafted, released and delivered; then those who were warned answer.

use super::Play;
use crate::acts::answer;
use crate::acts::warn::{self, TextEdit};
use crate::demo::people::{Said, approver, officer};
use crate::stations::{assess, deliver};
use crate::text::Texts;
use anyhow::{Result, bail};
use jiff::Timestamp;
use tuermer_core::ids::{OrganisationId, ThreatId, WarningNumber};
use tuermer_core::limits;
use tuermer_core::locale::Language;
use tuermer_core::rights::Actor;

impl Play<'_> {
    /// Draft and submission by one person, release by another, delivery into the folder; then people have heard.
    pub(super) async fn warn(
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
    pub(super) async fn heard(&mut self, number: &WarningNumber, at: Timestamp) -> Result<()> {
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
    pub(super) async fn answers_until(
        &mut self,
        until: &str,
        warning: &WarningNumber,
    ) -> Result<()> {
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
}
