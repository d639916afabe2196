//! `/warnung/<number>` – what goes to whom over which way, and may it? Text, numbers, real samples, and the steps of two people.

use super::audience::{Counts, chosen, count};
use super::frame::{FieldError, Frame, Trouble, page, page_with_errors, see, segment};
use super::session::{SignedIn, password_fits};
use crate::acts::warn::{self, TextEdit};
use crate::refusal::told as told_error;
use crate::store::ground::journal::Entry;
use crate::store::people::accounts::Account;
use crate::{compose, context::Context};
use askama::Template;
use axum::extract::{Form, Path, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse as _, Response};
use serde::Deserialize;
use tuermer_core::approval::Refusal;
use tuermer_core::ids::WarningNumber;
use tuermer_core::locale::Language;
use tuermer_core::rights::{Act, may};
use tuermer_core::scale::Certainty;
use tuermer_core::warning::{Action, Recipient, Warning, WarningState, WarningText};

/// A field a person may change.
struct Field {
    id: String,
    name: &'static str,
    value: String,
    long: bool,
}

/// The text of one language as a form.
struct Draft {
    text: WarningText,
    fields: Vec<Field>,
    lang: &'static str,
}

/// A real recipient's mail.
struct Sample {
    name: String,
    external_id: String,
    to: String,
    certainty: Certainty,
    lang: &'static str,
    subject: String,
    text: String,
}

#[derive(Template)]
#[template(path = "operator/warning.html")]
struct WarningPage {
    frame: Frame,
    warning: Warning,
    path: String,
    errors: Vec<FieldError>,
    drafts: Vec<Draft>,
    counts: Counts,
    samples: Vec<Sample>,
    history: Vec<Entry>,
    threat_title: String,
    threat_path: String,
    can: Can,
    typed: String,
    reason: String,
    /// The audience cannot be told; the sentence says why.
    audience_trouble: Option<String>,
    open_edit: bool,
}

/// What this account may do with this warning now.
#[derive(Default, Clone, Copy)]
struct Can {
    edit: bool,
    submit: bool,
    approve: bool,
    /// Waits, but this account submitted it.
    own: bool,
    stop: bool,
    /// The second person must give the password again.
    running: bool,
}

impl Can {
    fn new(warning: &Warning, account: &Account, returned_by: Option<&str>) -> Self {
        let allowed = |action| warning.state.after(action).is_some();
        let actor = account.actor();
        let own = warning
            .submitted_by
            .as_ref()
            .is_some_and(|name| name.as_str() == account.name);
        Self {
            edit: allowed(Action::Edit)
                && may(&actor, Act::EditWarning)
                && returned_by != Some(account.name.as_str()),
            submit: allowed(Action::Submit) && may(&actor, Act::SubmitWarning),
            approve: allowed(Action::Approve) && !own && may(&actor, Act::ApproveWarning),
            own: allowed(Action::Approve) && own,
            stop: allowed(Action::Stop) && may(&actor, Act::StopWarning),
            running: matches!(
                warning.state,
                WarningState::Approved
                    | WarningState::Sending
                    | WarningState::Done
                    | WarningState::Stopped
            ),
        }
    }
}

/// What a refused form leaves behind: its errors and what was typed.
#[derive(Default)]
struct Refused {
    errors: Vec<FieldError>,
    typed: String,
    reason: String,
    edit: Option<(Language, Edit)>,
}

async fn find(context: &Context, number: &str) -> Result<Warning, Trouble> {
    context
        .store
        .warning(&WarningNumber(number.to_string()))
        .await?
        .ok_or(Trouble::NotFound)
}

/// The page.
pub async fn show(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Trouble> {
    page(
        &build(
            &context,
            &who,
            find(&context, &number).await?,
            Refused::default(),
        )
        .await?,
    )
}

async fn build(
    context: &Context,
    who: &SignedIn,
    warning: Warning,
    refused: Refused,
) -> Result<WarningPage, Trouble> {
    let (audience, audience_trouble) = match warn::preview(context, &warning).await {
        Ok(audience) => (audience, None),
        Err(error) => (Vec::new(), Some(told_error(&error, who.t))),
    };
    let samples = samples(context, &warning, &audience)?;
    let head = context
        .store
        .warning_head(&warning.number)
        .await?
        .ok_or(Trouble::NotFound)?;
    let headline = warning
        .texts
        .iter()
        .find(|text| text.language == who.t.0)
        .map_or(String::new(), |text| text.headline.clone());
    let frame = who.frame(context, "/heute", &headline);
    let Refused {
        errors,
        typed,
        reason,
        edit,
    } = refused;
    let mut drafts: Vec<Draft> = warning
        .texts
        .iter()
        .map(|text| draft_form(text.clone()))
        .collect();
    let open_edit = edit.is_some();
    if let Some((language, edit)) = edit {
        keep_typed(&mut drafts, language, edit);
    }
    Ok(WarningPage {
        frame,
        path: format!("/warnung/{}", segment(warning.number.as_str())),
        errors,
        drafts,
        counts: count(&audience),
        samples,
        history: context
            .store
            .journal_of(warning.number.as_str(), HISTORY)
            .await?,
        threat_title: head.title,
        threat_path: format!("/meldung/{}", segment(warning.threat.as_str())),
        can: Can::new(
            &warning,
            &who.account,
            context.store.returned_by(&warning.number).await?.as_deref(),
        ),
        typed,
        reason,
        audience_trouble,
        open_edit,
        warning,
    })
}

/// The fields of one language in the order of the mail.
fn draft_form(text: WarningText) -> Draft {
    let code = text.language.code();
    let field = |name: &'static str, value: &str, long| Field {
        id: format!("{code}-{name}"),
        name,
        value: value.to_string(),
        long,
    };
    let fields = vec![
        field("headline", &text.headline, false),
        field("preheader", &text.preheader, false),
        field("say", &text.say, true),
        field("otherwise", &text.otherwise, true),
        field("afterwards", &text.afterwards, true),
        field("not_affected", &text.not_affected, true),
        field("what_happened", &text.what_happened, true),
        field("talk", &text.talk, false),
    ];
    Draft {
        lang: text.language.code(),
        text,
        fields,
    }
}

macro_rules! headline_fields {
    ($($name:ident = $code:literal),* $(,)?) => {
        /// Id of the first field of a language's form.
        fn headline_field(language: Language) -> &'static str {
            match language {
                $(Language::$name => concat!($code, "-headline")),*
            }
        }
    };
}

tuermer_core::languages!(headline_fields);

/// A refused form shows what was typed, not what is stored.
fn keep_typed(drafts: &mut [Draft], language: Language, edit: Edit) {
    let Edit {
        language: _,
        headline,
        preheader,
        say,
        otherwise,
        afterwards,
        not_affected,
        what_happened,
        talk,
    } = edit;
    let values = [
        headline,
        preheader,
        say,
        otherwise,
        afterwards,
        not_affected,
        what_happened,
        talk,
    ];
    for draft in drafts
        .iter_mut()
        .filter(|draft| draft.text.language == language)
    {
        for (field, value) in draft.fields.iter_mut().zip(&values) {
            field.value.clone_from(value);
        }
    }
}

/// Entries of the journal shown below a warning.
const HISTORY: usize = 100;

fn samples(
    context: &Context,
    warning: &Warning,
    audience: &[Recipient],
) -> Result<Vec<Sample>, Trouble> {
    let sample = |recipient: &Recipient| {
        let mail = compose::mail(context, warning, recipient)?;
        Ok(Sample {
            name: recipient.name.clone(),
            external_id: segment(&recipient.external_id),
            to: recipient.email().to_string(),
            certainty: recipient.certainty,
            lang: recipient.language.code(),
            subject: mail.subject,
            text: without_token(context, warning, recipient, &mail.text),
        })
    };
    chosen(audience).into_iter().map(sample).collect()
}

/// A sample must not carry the key with which the member answers.
fn without_token(
    context: &Context,
    warning: &Warning,
    recipient: &Recipient,
    text: &str,
) -> String {
    text.replace(
        &context
            .keys
            .answer_token(&warning.number, &recipient.organisation),
        "…",
    )
}

/// `/warnung/<number>/muster/<register number>` – the HTML part of a real recipient's mail, alone in a sandbox.
pub async fn sample(
    State(context): State<Context>,
    who: SignedIn,
    Path((number, external)): Path<(String, String)>,
) -> Result<Response, Trouble> {
    let warning = find(&context, &number).await?;
    let audience = warn::preview(&context, &warning)
        .await
        .map_err(|error| Trouble::Refused(told_error(&error, who.t)))?;
    let recipient = audience
        .iter()
        .find(|recipient| recipient.external_id == external)
        .ok_or(Trouble::NotFound)?;
    let html = without_token(
        &context,
        &warning,
        recipient,
        &compose::mail(&context, &warning, recipient)?.html,
    );
    let mut response = Html(html).into_response();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    Ok(response)
}

/// New words of one language.
#[derive(Default, Deserialize)]
pub struct Edit {
    #[serde(default)]
    language: String,
    #[serde(default)]
    headline: String,
    #[serde(default)]
    preheader: String,
    #[serde(default)]
    say: String,
    #[serde(default)]
    otherwise: String,
    #[serde(default)]
    afterwards: String,
    #[serde(default)]
    not_affected: String,
    #[serde(default)]
    what_happened: String,
    #[serde(default)]
    talk: String,
}

/// Changes the words; a submission or release falls with it.
pub async fn edit(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
    Form(form): Form<Edit>,
) -> Result<Response, Trouble> {
    who.must(Act::EditWarning)?;
    let warning = find(&context, &number).await?;
    let language = Language::parse(&form.language).ok_or(Trouble::NotFound)?;
    let words = TextEdit {
        headline: Some(form.headline.clone()),
        preheader: Some(form.preheader.clone()),
        say: Some(form.say.clone()),
        otherwise: Some(form.otherwise.clone()),
        afterwards: Some(form.afterwards.clone()),
        not_affected: Some(form.not_affected.clone()),
        what_happened: Some(form.what_happened.clone()),
        talk: Some(form.talk.clone()),
    };
    match warn::edit(&context, &warning.number, language, &words, &who.actor()).await {
        Ok(()) => Ok(see(&format!("/warnung/{}", segment(&number)))),
        Err(error) => {
            let field = headline_field(language);
            let errors = vec![FieldError {
                field,
                text: told_error(&error, who.t),
            }];
            let refused = Refused {
                errors,
                edit: Some((language, form)),
                ..Refused::default()
            };
            page_with_errors(&build(&context, &who, warning, refused).await?)
        }
    }
}

/// Hands the warning to the second person.
pub async fn submit(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Trouble> {
    who.must(Act::SubmitWarning)?;
    let warning = find(&context, &number).await?;
    match warn::submit(&context, &warning.number, &who.actor()).await {
        Ok(_) => Ok(see(&format!("/warnung/{}", segment(&number)))),
        Err(error) => {
            again(
                &context,
                &who,
                warning,
                "einreichen",
                told_error(&error, who.t),
                Refused::default(),
            )
            .await
        }
    }
}

/// The page once more, with what is wrong.
async fn again(
    context: &Context,
    who: &SignedIn,
    warning: Warning,
    field: &'static str,
    text: String,
    refused: Refused,
) -> Result<Response, Trouble> {
    let refused = Refused {
        errors: vec![FieldError { field, text }],
        ..refused
    };
    page_with_errors(&build(context, who, warning, refused).await?)
}

/// What the second person sends.
#[derive(Deserialize)]
pub struct Release {
    #[serde(default)]
    count: String,
    #[serde(default)]
    content_hash: String,
    #[serde(default)]
    password: String,
}

/// Releases: typed number, the hash of what was on screen, and the password once more.
pub async fn approve(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
    Form(form): Form<Release>,
) -> Result<Response, Trouble> {
    let Release {
        count,
        content_hash,
        password,
    } = form;
    let warning = find(&context, &number).await?;
    let refused = Refused {
        typed: count.clone(),
        ..Refused::default()
    };
    match password_fits(&context, &who.account.name, password).await {
        Ok(Some(_)) => {}
        Ok(None) => {
            return again(
                &context,
                &who,
                warning,
                "password",
                who.t.get("operator.approve_password"),
                refused,
            )
            .await;
        }
        Err(error) => match crate::refusal::refused(&error, who.t) {
            Some(sentence) => {
                return again(&context, &who, warning, "password", sentence, refused).await;
            }
            None => return Err(error.into()),
        },
    }
    let digits: String = count
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '.' && *c != '\u{202f}')
        .collect();
    let Ok(typed) = digits.parse::<u64>() else {
        return again(
            &context,
            &who,
            warning,
            "count",
            who.t.get("operator.approve_count"),
            refused,
        )
        .await;
    };
    match warn::approve(
        &context,
        &warning.number,
        &who.actor(),
        typed,
        &content_hash,
    )
    .await?
    {
        Ok(()) => Ok(see(&format!("/warnung/{}/verlauf", segment(&number)))),
        Err(refusal) => {
            let (field, key) = told(refusal);
            again(&context, &who, warning, field, who.t.get(key), refused).await
        }
    }
}

/// Which field a refusal belongs to and the sentence that tells it.
fn told(refusal: Refusal) -> (&'static str, &'static str) {
    match refusal {
        Refusal::SamePerson => ("freigeben", "operator.approve_same"),
        Refusal::NotSubmitted => ("freigeben", "operator.approve_not_submitted"),
        Refusal::WrongCount => ("count", "operator.approve_count"),
        Refusal::Changed => ("freigeben", "operator.approve_changed"),
        Refusal::NotAllowed => ("freigeben", "operator.approve_not_allowed"),
    }
}

/// Why it is sent back.
#[derive(Deserialize)]
pub struct Return {
    #[serde(default)]
    reason: String,
}

/// Sends the warning back to its author.
pub async fn send_back(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
    Form(Return { reason }): Form<Return>,
) -> Result<Response, Trouble> {
    let warning = find(&context, &number).await?;
    if reason.trim().is_empty() {
        return again(
            &context,
            &who,
            warning,
            "reason",
            who.t.get("operator.return_reason"),
            Refused::default(),
        )
        .await;
    }
    match warn::send_back(&context, &warning.number, &who.actor(), &reason).await {
        Ok(()) => Ok(see("/heute")),
        Err(error) => {
            again(
                &context,
                &who,
                warning,
                "reason",
                told_error(&error, who.t),
                Refused {
                    reason,
                    ..Refused::default()
                },
            )
            .await
        }
    }
}

/// One press by one person, whatever the role.
pub async fn stop(
    State(context): State<Context>,
    who: SignedIn,
    Path(number): Path<String>,
) -> Result<Response, Trouble> {
    let warning = find(&context, &number).await?;
    match warn::stop(&context, &warning.number, &who.actor()).await {
        Ok(_) => Ok(see(&format!("/warnung/{}", segment(&number)))),
        Err(error) => {
            again(
                &context,
                &who,
                warning,
                "stop",
                told_error(&error, who.t),
                Refused::default(),
            )
            .await
        }
    }
}
