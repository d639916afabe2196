//! The threat as the officer states it, on the first night and once more on 11 March.

use super::Play;
use crate::acts::intake::{self, StatedProduct, StatedThreat, StatedVersions};
use crate::demo::figures::Verdicts;
use crate::demo::people::officer;
use crate::stations::assess;
use anyhow::{Context as _, Result};
use jiff::Timestamp;
use std::time::Instant;
use tuermer_core::ids::ThreatId;
use tuermer_core::scale::{Level, Tlp};

/// Microsoft publishes its notice.
const NOTICE: &str = "2021-03-02T22:00:00Z";

impl Play<'_> {
    /// The officer reads Microsoft's notice and states the threat in her own words.
    pub(super) async fn state(&mut self) -> Result<ThreatId> {
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
    pub(super) async fn state_again(&self, threat: &ThreatId) -> Result<()> {
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
