//! `/betrieb` – is everything running? Counts, the chain of the journal, and what lags behind.

use super::frame::{Frame, Trouble, page};
use super::session::SignedIn;
use crate::context::Context;
use crate::store::overview::Overview;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

#[derive(Template)]
#[template(path = "operator/operation.html")]
struct OperationPage {
    frame: Frame,
    engine: &'static str,
    transport: String,
    overview: Overview,
}

/// The page.
pub async fn show(State(context): State<Context>, who: SignedIn) -> Result<Response, Trouble> {
    let overview = context.store.overview().await?;
    let mail = &context.config.mail;
    let transport = match mail.transport {
        crate::config::Transport::Smtp => format!("SMTP {}:{}", mail.host, mail.port),
        crate::config::Transport::Folder => who.t.get("operator.transport_folder"),
    };
    let frame = who.frame(&context, "/betrieb", &who.t.get("operator.operation"));
    page(&OperationPage {
        frame,
        engine: context.store.database.engine(),
        transport,
        overview,
    })
}
