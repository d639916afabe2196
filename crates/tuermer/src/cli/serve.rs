//! `tuermer serve`: the pages, and the stations that run beside them until Ctrl-C.

use super::{Call, Exit};
use crate::context::Context;
use crate::stations::{self, RunReport, poll, tell};
use crate::web;
use anyhow::{Context as _, Result, bail};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port, for example 127.0.0.1:8480; without it the one of tuermer.toml.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
}

/// How often the stations look for what is missing.
const ROUND: Duration = Duration::from_secs(2);
/// The same after the mail server was given up: a wrong password tried every two seconds would lock the account.
const AWAY: Duration = Duration::from_secs(60);

/// Runs it.
pub async fn run(call: &Call, Args { listen }: Args) -> Result<Exit> {
    let context = call.open().await?;
    let listen = listen.unwrap_or_else(|| context.config.web.listen.clone());
    let listener = bind(call, &listen).await?;
    call.out.say(&call.out.texts.with(
        "public.serving",
        &[("address", &listener.local_addr()?.to_string())],
    ));
    serve(context.clone(), listener, interrupted()).await?;
    context.store.database.close().await;
    Ok(Exit::Ok)
}

/// Takes the port, or says in one sentence who to ask.
pub async fn bind(call: &Call, listen: &str) -> Result<TcpListener> {
    match TcpListener::bind(listen).await {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => bail!(
            "{}",
            call.out
                .texts
                .with("public.port_in_use", &[("address", listen)])
        ),
        Err(error) => Err(error).with_context(|| {
            call.out
                .texts
                .with("public.cannot_listen", &[("address", listen)])
        }),
    }
}

/// Serves pages and runs the stations until `stop` is done; what is under way is finished first.
pub async fn serve(
    context: Context,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let (stopping, stopped) = watch::channel(false);
    let feeds = tokio::spawn(poll::watch(context.clone(), stopped.clone()));
    let notices = tokio::spawn(tell::watch(context.clone(), stopped.clone()));
    let work = tokio::spawn(work(context.clone(), stopped.clone()));
    let pages = axum::serve(listener, web::router(context));
    let until = async move {
        stop.await;
        // Both receivers may be gone already; then there is nobody left to stop.
        let _ = stopping.send(true);
    };
    pages
        .with_graceful_shutdown(until)
        .await
        .context("the pages cannot be served any more")?;
    for task in [feeds, notices, work] {
        task.await.context("the stations ended unexpectedly")?;
    }
    Ok(())
}

/// Ctrl-C, or the service manager's request to end.
pub async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}

/// Runs the stations round after round. A failed round is logged and tried again: the gap is still in the store.
async fn work(context: Context, mut stopped: watch::Receiver<bool>) {
    while !*stopped.borrow() {
        let mut pause = ROUND;
        match stations::run_all(&context).await {
            Ok(RunReport { deliver, .. }) => {
                if let Some(why) = deliver.away {
                    tracing::error!(
                        why,
                        "no mail leaves; everything stays due and is tried again"
                    );
                    pause = AWAY;
                }
            }
            Err(error) => tracing::error!(
                error = format!("{error:#}"),
                "a round of the stations failed; it is tried again"
            ),
        }
        tokio::select! {
            _ = stopped.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
