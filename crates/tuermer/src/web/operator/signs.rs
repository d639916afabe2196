//! `/zeichen` – is somebody being attacked, and more than usual? Campaigns first, then the days, the newest signs and their sources.

use super::frame::{Frame, Trouble, page};
use super::session::SignedIn;
use crate::context::Context;
use crate::store::signs::campaigns::CampaignLine;
use crate::store::signs::counts::{MalformedLine, SignDay, SourceLine};
use crate::store::signs::observations::SignLine;
use crate::web::pictures::{Size, signs};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use jiff::SignedDuration;
use tuermer_core::ids::ThreatId;
use tuermer_core::limits;
use tuermer_core::taxonomy::IncidentType;

#[derive(Template)]
#[template(path = "operator/signs.html")]
struct SignsPage {
    frame: Frame,
    days: Vec<SignDay>,
    members: u64,
    campaigns: Vec<CampaignLine>,
    signs: Vec<SignLine>,
    sources: Vec<SourceLine>,
    malformed: Vec<MalformedLine>,
    wide: String,
    narrow: String,
}

/// The page.
pub async fn show(State(context): State<Context>, who: SignedIn) -> Result<Response, Trouble> {
    let now = context.now();
    let (days, members) = context
        .store
        .sign_days(now, limits::SIGN_DAYS_SHOWN)
        .await?;
    let from = now
        .checked_sub(SignedDuration::from_hours(
            limits::SIGN_DAYS_SHOWN.saturating_mul(24),
        ))
        .map_err(anyhow::Error::from)?;
    page(&SignsPage {
        frame: who.frame(&context, "/zeichen", &who.t.get("operator.signs")),
        members,
        campaigns: context.store.campaigns().await?,
        signs: context.store.signs(0, limits::LINES_SHOWN).await?,
        sources: context.store.sign_sources(from).await?,
        malformed: context.store.malformed(0, limits::LINES_SHOWN).await?,
        wide: signs::draw(&days, who.t, Size::Wide),
        narrow: signs::draw(&days, who.t, Size::Narrow),
        days,
    })
}

impl SignsPage {
    /// What happened lately, in one sentence.
    fn summary(&self) -> String {
        let (all, attacks) = self.days.iter().fold((0_u64, 0_u64), |sum, day| {
            (
                sum.0.saturating_add(day.all()),
                sum.1.saturating_add(day.attacks),
            )
        });
        if all == 0 {
            return self.frame.text("signs_none");
        }
        let number = |n: u64| self.frame.number(&n);
        let values: [(&str, &str); 4] = [
            ("n", &number(all)),
            ("members", &number(self.members)),
            ("attacks", &number(attacks)),
            ("days", &limits::SIGN_DAYS_SHOWN.to_string()),
        ];
        self.frame.texts.with("operator.signs_summary", &values)
    }

    /// Why it is more than usual, in the reader's language.
    fn reason(&self, campaign: &CampaignLine) -> String {
        let reasons = campaign.reasons.iter();
        reasons
            .map(|reason| self.frame.sentence(reason))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The class of a sign in the reader's language.
    fn class(&self, sign: &SignLine) -> String {
        let class =
            IncidentType::parse(&sign.class).map_or("other", |incident| incident.class().as_str());
        self.frame.word("rsit", class)
    }

    /// Where it was seen.
    fn place<'s>(&self, sign: &'s SignLine) -> &'s str {
        sign.hostname
            .as_deref()
            .or(sign.ip.as_deref())
            .unwrap_or("–")
    }

    /// The page of a threat.
    fn path(&self, threat: &ThreatId) -> String {
        super::frame::segment(threat.as_str())
    }
}
