//! `/quellen` – is the world being heard? What is fresh, what is silent, what was not taken and why, and which keys wait.

use super::frame::{FieldError, Frame, Trouble, page, page_with_errors, see, segment};
use super::keys::{self, Keys};
use super::session::SignedIn;
use crate::acts::{self, feed::wish};
use crate::context::Context;
use crate::refusal::kept_words;
use crate::stations::poll;
use crate::store::views::feed_desk::NotTaken;
use crate::text::Texts;
use crate::views::feed::FeedStanding;
use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tuermer_core::feed::{Feed, FeedKind};
use tuermer_core::limits;
use tuermer_core::locale::Language;
use tuermer_core::rights::Act;
use tuermer_core::tlp::Tlp;

/// A feed as shown.
struct ShownFeed {
    feed: Feed,
    standing: FeedStanding,
    /// The name as it stands in an address.
    path: String,
}

#[derive(Template)]
#[template(path = "operator/feeds.html")]
struct FeedsPage {
    frame: Frame,
    feeds: Vec<ShownFeed>,
    keys: Keys,
    not_taken: Vec<NotTaken>,
    not_taken_total: u64,
    /// Nobody is told outside the pages when a feed falls silent.
    nobody_told: bool,
    /// What was typed for a new feed, and what is wrong with it.
    form: NewFeed,
    errors: Vec<FieldError>,
    language: Language,
}

/// The form for a new feed.
#[derive(Debug, Default, Deserialize)]
pub struct NewFeed {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    private: String,
    #[serde(default)]
    grade: String,
    #[serde(default)]
    tlp: String,
}

/// The page.
pub async fn show(State(context): State<Context>, who: SignedIn) -> Result<Response, Trouble> {
    page(&look(&context, &who, NewFeed::default(), Vec::new()).await?)
}

async fn look(
    context: &Context,
    who: &SignedIn,
    form: NewFeed,
    errors: Vec<FieldError>,
) -> Result<FeedsPage, Trouble> {
    let shown = |feed: Feed| ShownFeed {
        standing: FeedStanding::from(&feed),
        path: segment(&feed.name),
        feed,
    };
    let mut feeds: Vec<ShownFeed> = context
        .store
        .feeds()
        .await?
        .into_iter()
        .map(shown)
        .collect();
    feeds.sort_by_key(|shown| shown.standing);
    let (not_taken_total, not_taken) = context.store.not_taken(limits::LINES_SHOWN).await?;
    let frame = who.frame(context, "/quellen", &who.t.get("operator.feeds"));
    let nobody_told = context.config.operators.mail.is_empty();
    let keys = keys::all(context).await?;
    Ok(FeedsPage {
        frame,
        feeds,
        keys,
        not_taken,
        not_taken_total,
        nobody_told,
        language: who.t.0,
        form,
        errors,
    })
}

impl FeedsPage {
    /// How many stand how, in one sentence: "5 fresh, 1 silent".
    fn summary(&self) -> String {
        let standings = [
            FeedStanding::Silent,
            FeedStanding::Failing,
            FeedStanding::New,
            FeedStanding::Fresh,
            FeedStanding::Paused,
        ];
        let count = |standing: FeedStanding| {
            u64::try_from(
                self.feeds
                    .iter()
                    .filter(|shown| shown.standing == standing)
                    .count(),
            )
            .unwrap_or(u64::MAX)
        };
        let counted = standings
            .into_iter()
            .map(|standing| (standing, count(standing)))
            .filter(|(_, n)| *n > 0);
        let words = counted.map(|(standing, n)| {
            format!(
                "{} {}",
                self.frame.number(&n),
                self.frame.word("feed", standing.as_str())
            )
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// Kinds that can be added here: a key or password is no matter for a page.
    fn kinds(&self) -> Vec<FeedKind> {
        FeedKind::ALL
            .iter()
            .copied()
            .filter(|kind| kind.nature().secret.is_empty())
            .collect()
    }

    /// Why the last attempt failed, in the reader's language.
    fn error(&self, feed: &Feed) -> String {
        let error = feed.last_error.as_ref();
        error.map_or_else(String::new, |error| self.frame.sentence(error))
    }

    /// Why a document was not taken, in the reader's language.
    fn reason(&self, not_taken: &NotTaken) -> String {
        kept_words(&not_taken.reason, Texts(self.language))
    }

    /// What the last pull brought, without the parts that are nothing.
    fn brought(&self, feed: &Feed) -> String {
        let counts = &feed.counts;
        let parts = [
            ("discovered", counts.discovered),
            ("new", counts.new),
            ("changed", counts.changed),
            ("verified", counts.verified),
            ("rejected", counts.rejected),
            ("tolerated", counts.tolerated),
        ];
        let told = parts
            .into_iter()
            .filter(|(word, n)| *n > 0 || *word == "discovered");
        told.map(|(word, n)| {
            format!(
                "{} {}",
                self.frame.number(&n),
                self.frame.word("brought", word)
            )
        })
        .collect::<Vec<_>>()
        .join(" · ")
    }

    /// "every 15 min", in the largest unit that fits.
    fn period(&self, feed: &Feed) -> String {
        let seconds = feed.period_seconds;
        let (key, each) = match seconds {
            _ if seconds % 86_400 == 0 && seconds > 86_400 => ("operator.every_days", 86_400),
            _ if seconds % 3_600 == 0 => ("operator.every_hours", 3_600),
            _ if seconds % 60 == 0 => ("operator.every_minutes", 60),
            _ => ("operator.every_seconds", 1),
        };
        self.frame
            .texts
            .with(key, &[("n", &(seconds / each).to_string())])
    }

    /// A rejected document is fetched again at the next pull.
    fn again(&self, at: &Timestamp) -> bool {
        *at <= Timestamp::UNIX_EPOCH
    }
}

/// Adds a feed; it is asked at the next look, and the page then tells what came of it.
pub async fn add(
    State(context): State<Context>,
    who: SignedIn,
    Form(form): Form<NewFeed>,
) -> Result<Response, Trouble> {
    who.must(Act::AddFeed)?;
    match added(&context, &who, &form).await {
        Ok(()) => Ok(see("/quellen")),
        Err(error) => {
            let errors = vec![FieldError {
                field: "url",
                text: poll::sentence(&error, who.t.0),
            }];
            page_with_errors(&look(&context, &who, form, errors).await?)
        }
    }
}

async fn added(
    context: &Context,
    who: &SignedIn,
    NewFeed {
        kind,
        url,
        private,
        grade,
        tlp,
    }: &NewFeed,
) -> anyhow::Result<()> {
    let typed = |text: &str| Some(text.trim().to_string()).filter(|text| !text.is_empty());
    let private: Vec<String> = private.split_whitespace().map(str::to_string).collect();
    let feed = wish::feed(context, kind, typed(url).as_deref(), &private)?;
    wish::without_secret(&feed)?;
    let feed = wish::with_word(feed, typed(grade).as_deref(), typed(tlp).as_deref())?;
    wish::free(context, &feed).await?;
    acts::feed::add(context, &who.actor(), &feed).await
}

/// Forgets a feed; the documents it brought stay.
pub async fn remove(
    State(context): State<Context>,
    who: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, Trouble> {
    back(acts::feed::remove(&context, &who.actor(), &name).await?)
}

/// Asks a feed at the next look, a few seconds from now.
pub async fn pull(
    State(context): State<Context>,
    who: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, Trouble> {
    back(acts::feed::want(&context, &who.actor(), &name).await?)
}

/// Does not ask a feed any more.
pub async fn pause(
    State(context): State<Context>,
    who: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, Trouble> {
    back(acts::feed::pause(&context, &who.actor(), &name).await?)
}

/// Asks it again.
pub async fn resume(
    State(context): State<Context>,
    who: SignedIn,
    Path(name): Path<String>,
) -> Result<Response, Trouble> {
    back(acts::feed::resume(&context, &who.actor(), &name).await?)
}

/// To the list, if there was such a feed.
fn back(found: bool) -> Result<Response, Trouble> {
    if found {
        Ok(see("/quellen"))
    } else {
        Err(Trouble::NotFound)
    }
}
