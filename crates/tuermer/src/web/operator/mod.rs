//! Pages of the people who warn, after sign-in. They work without JavaScript; GET never changes anything.

// The way in.
mod session;
mod setup;

// What must be decided now.
mod notices;
mod today;

// Threats: the list, one of them, whom it hits and why.
mod comments;
mod revisions;
mod threat;
mod threat_new;
mod threats;
mod why;

// Warnings: text, audience, how far they have come.
mod audience;
mod progress;
mod warning;

// Companies, signs, sources, and how the program itself is doing.
mod contacts;
mod feeds;
mod keys;
mod member;
mod members;
mod operation;
mod reading;
mod signs;

// Parts of pages.
mod bars;
mod frame;
mod funnel;

use crate::context::Context;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

pub use session::SignedIn;

/// These pages.
pub fn router(context: Context) -> Router<Context> {
    Router::new()
        .route("/einrichten", get(setup::show).post(setup::submit))
        .route("/einrichten.js", get(setup::script))
        .route("/anmelden", get(session::show).post(session::submit))
        .route("/abmelden", post(session::sign_out))
        .route("/operator.css", get(frame::stylesheet))
        .route("/heute", get(today::show))
        .route("/hinweis/{id}/erledigt", post(notices::finish))
        .route("/zeichen", get(signs::show))
        .route("/betrieb", get(operation::show))
        .merge(threat_routes())
        .merge(feed_routes())
        .merge(member_routes())
        .merge(warning_routes())
        .layer(from_fn_with_state(context, frame::explain))
}

fn threat_routes() -> Router<Context> {
    Router::new()
        .route("/meldungen", get(threats::show))
        .route(
            "/meldung/neu",
            get(threat_new::show).post(threat_new::submit),
        )
        .route("/meldung/{id}", get(threat::show))
        .route("/meldung/{id}/entwurf", post(threat::draft))
        .route("/meldung/{id}/fassungen", get(revisions::show))
        .route("/meldung/{id}/anmerkung", post(comments::add))
        .route("/meldung/{id}/gelesen", post(comments::read))
        .route("/meldung/{id}/firma/{number}", get(why::show))
}

fn feed_routes() -> Router<Context> {
    Router::new()
        .route("/quellen", get(feeds::show).post(feeds::add))
        .route("/quellen/{name}/entfernen", post(feeds::remove))
        .route("/quellen/schluessel/{fingerprint}", post(keys::decide))
        .route("/quellen/{name}/holen", post(feeds::pull))
        .route("/quellen/{name}/pause", post(feeds::pause))
        .route("/quellen/{name}/weiter", post(feeds::resume))
        .route("/leseliste", get(reading::show))
        .route("/leseliste/gelesen", post(reading::read))
}

fn member_routes() -> Router<Context> {
    Router::new()
        .route("/mitglieder", get(members::show))
        .route("/mitglieder/{number}", get(member::show))
        .route("/mitglieder/{number}/aufgabe/{task}", post(member::finish))
        .route("/mitglieder/{number}/adresse", post(contacts::add))
        .route(
            "/mitglieder/{number}/adresse/{point}/ende",
            post(contacts::end),
        )
        .route(
            "/mitglieder/{number}/adresse/{point}/schluessel",
            post(contacts::renew),
        )
}

fn warning_routes() -> Router<Context> {
    Router::new()
        .route("/warnung/{number}", get(warning::show))
        .route("/warnung/{number}/verlauf", get(progress::show))
        .route("/warnung/{number}/muster/{external}", get(warning::sample))
        .route("/warnung/{number}/text", post(warning::edit))
        .route("/warnung/{number}/einreichen", post(warning::submit))
        .route("/warnung/{number}/freigeben", post(warning::approve))
        .route("/warnung/{number}/zurueckgeben", post(warning::send_back))
        .route("/warnung/{number}/stop", post(warning::stop))
}
