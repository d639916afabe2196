//! `/meldung/neu` – a threat in the officer's own words, in three minutes: on day 0 there is often no advisory.

use super::frame::{FieldError, Frame, Trouble, page, page_with_errors, see, segment};
use super::session::SignedIn;
use crate::acts::intake::{self, StatedProduct, StatedThreat, StatedVersions, StatementError};
use crate::context::Context;
use crate::text::Texts;
use askama::Template;
use axum::extract::{Form, State};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Deserialize;
use tuermer_core::rights::Act;
use tuermer_core::scale::{Level, Tlp};

/// What the form sends, and what it shows again when something is wrong.
#[derive(Debug, Default, Deserialize)]
pub struct Statement {
    #[serde(default)]
    title: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    product: String,
    #[serde(default)]
    vendor: String,
    #[serde(default)]
    range: String,
    #[serde(default)]
    product2: String,
    #[serde(default)]
    vendor2: String,
    #[serde(default)]
    range2: String,
    #[serde(default)]
    product3: String,
    #[serde(default)]
    vendor3: String,
    #[serde(default)]
    range3: String,
    #[serde(default)]
    cves: String,
    #[serde(default)]
    remedy: String,
    #[serde(default)]
    remedy_url: String,
    #[serde(default)]
    source_url: String,
    #[serde(default)]
    source_time: String,
    #[serde(default)]
    level: String,
    #[serde(default)]
    exploited: String,
}

#[derive(Template)]
#[template(path = "operator/threat_new.html")]
struct NewPage {
    frame: Frame,
    errors: Vec<FieldError>,
    form: Statement,
    levels: [Level; 4],
    packs: Vec<String>,
}

impl NewPage {
    async fn new(
        context: &Context,
        who: &SignedIn,
        form: Statement,
        errors: Vec<FieldError>,
    ) -> anyhow::Result<Self> {
        let frame = who.frame(context, "/meldung/neu", &who.t.get("operator.new_threat"));
        let packs = context
            .packs()
            .await?
            .iter()
            .filter(|pack| pack.judges())
            .map(|pack| pack.name.clone())
            .collect();
        Ok(Self {
            frame,
            errors,
            form,
            levels: [
                Level::Extreme,
                Level::Serious,
                Level::Elevated,
                Level::Notice,
            ],
            packs,
        })
    }

    /// What is wrong with one field, beside it.
    fn wrong(&self, field: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.text.as_str())
    }
}

/// The empty form: now, level 3.
pub async fn show(State(context): State<Context>, who: SignedIn) -> Result<Response, Trouble> {
    who.must(Act::StateThreat)?;
    let now = context
        .now()
        .to_zoned(context.zone())
        .strftime("%Y-%m-%dT%H:%M")
        .to_string();
    let form = Statement {
        source_time: now,
        level: Level::Serious.as_str().to_string(),
        ..Statement::default()
    };
    page(&NewPage::new(&context, &who, form, Vec::new()).await?)
}

/// Stores the threat and shows it.
pub async fn submit(
    State(context): State<Context>,
    who: SignedIn,
    Form(form): Form<Statement>,
) -> Result<Response, Trouble> {
    who.must(Act::StateThreat)?;
    let stated = match read(&context, who.t, &form) {
        Ok(stated) => stated,
        Err(errors) => return page_with_errors(&NewPage::new(&context, &who, form, errors).await?),
    };
    match intake::state_threat(&context, &stated, &who.actor()).await {
        Ok(id) => Ok(see(&format!("/meldung/{}", segment(id.as_str())))),
        Err(error) => {
            let error = error
                .downcast::<StatementError>()
                .map_err(Trouble::Failed)?;
            let errors = vec![field_error(who.t, &error)];
            page_with_errors(&NewPage::new(&context, &who, form, errors).await?)
        }
    }
}

/// The statement, or everything that is wrong with the form at once.
fn read(context: &Context, t: Texts, form: &Statement) -> Result<StatedThreat, Vec<FieldError>> {
    let mut errors = empty_fields(t, form);
    let source_time = moment(context, &form.source_time);
    if source_time.is_none() {
        errors.push(FieldError {
            field: "source_time",
            text: t.get("operator.new_invalid_source_time"),
        });
    }
    let level = Level::parse(&form.level);
    if level.is_none() {
        errors.push(FieldError {
            field: "level-4",
            text: t.get("operator.new_invalid_level"),
        });
    }
    let (Some(source_time), Some(level), true) = (source_time, level, errors.is_empty()) else {
        return Err(errors);
    };
    Ok(StatedThreat {
        restates: None,
        title: form.title.clone(),
        summary: form.summary.clone(),
        products: stated_products(form),
        cves: form
            .cves
            .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
            .filter(|cve| !cve.is_empty())
            .map(str::to_string)
            .collect(),
        remedy: form.remedy.clone(),
        remedy_url: form.remedy_url.clone(),
        source_url: form.source_url.clone(),
        source_time,
        level,
        exploited: !form.exploited.is_empty(),
        incident: false,
        tlp: Tlp::Clear,
    })
}

/// An error for each field that must not be empty and is.
fn empty_fields(t: Texts, form: &Statement) -> Vec<FieldError> {
    let required = [
        ("title", &form.title),
        ("product", &form.product),
        ("source_url", &form.source_url),
    ];
    required
        .into_iter()
        .filter(|(_, value)| value.trim().is_empty())
        .map(|(field, _)| FieldError {
            field,
            text: t.get(&format!("operator.new_empty_{field}")),
        })
        .collect()
}

/// The rows of the form that name a product.
fn stated_products(form: &Statement) -> Vec<StatedProduct> {
    let rows = [
        (&form.vendor, &form.product, &form.range),
        (&form.vendor2, &form.product2, &form.range2),
        (&form.vendor3, &form.product3, &form.range3),
    ];
    let stated = |(vendor, product, range): (&String, &String, &String)| StatedProduct {
        vendor: vendor.trim().to_string(),
        product: product.trim().to_string(),
        versions: match range.trim() {
            "" => StatedVersions::ByPack,
            range => StatedVersions::Range(range.to_string()),
        },
    };
    rows.into_iter()
        .filter(|(_, product, _)| !product.trim().is_empty())
        .map(stated)
        .collect()
}

/// A local date and time of the form; not later than now.
fn moment(context: &Context, text: &str) -> Option<Timestamp> {
    let local: DateTime = text.trim().parse().ok()?;
    let at = local.to_zoned(context.zone()).ok()?.timestamp();
    // The form shows whole minutes, so the minute that is running counts as now.
    let running = context
        .now()
        .checked_add(jiff::SignedDuration::from_mins(1))
        .ok()?;
    (at <= running).then_some(at)
}

/// The field a refused statement points at, in the reader's words.
fn field_error(t: Texts, error: &StatementError) -> FieldError {
    let (name, value) = match error {
        StatementError::Empty(name) => (*name, ""),
        StatementError::Invalid { field, value } => (*field, value.as_str()),
    };
    let (field, key) = match name {
        "title" => ("title", "new_empty_title"),
        "source_url" => ("source_url", "new_invalid_url"),
        "remedy_url" => ("remedy_url", "new_invalid_url"),
        "cve" => ("cves", "new_invalid_cve"),
        "versions" => ("range", "new_invalid_range"),
        _ => ("product", "new_empty_product"),
    };
    FieldError {
        field,
        text: t.with(&format!("operator.{key}"), &[("value", value)]),
    }
}
