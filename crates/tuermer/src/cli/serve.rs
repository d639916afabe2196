//! `tuermer serve`: the pages, and the stations that run beside them until Ctrl-C.

use super::{Call, Exit};
use crate::context::Context;
use crate::refusal::wrong_call;
use crate::stations::driver;
use crate::web;
use anyhow::{Context as _, Result, bail};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tuermer_core::station::Station;

/// Arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Address and port, for example 127.0.0.1:8480; without it the one of tuermer.toml.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// Only these, with commas between: pages, poll, revise, correlate, assess, tell, deliver, forget.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub only: Vec<String>,
}

/// What one process does.
struct Share {
    pages: bool,
    stations: Vec<Station>,
}

impl Share {
    /// Word of the pages in `--only`.
    const PAGES: &'static str = "pages";

    fn read(only: &[String]) -> Result<Self> {
        if only.is_empty() {
            return Ok(Self {
                pages: true,
                stations: Station::ALL.to_vec(),
            });
        }
        let mut share = Self {
            pages: false,
            stations: Vec::new(),
        };
        for word in only {
            match Station::parse(word.trim()) {
                Some(station) if !share.stations.contains(&station) => share.stations.push(station),
                Some(_) => {}
                None if word.trim() == Self::PAGES => share.pages = true,
                None => return Err(wrong_call("run.unknown_station", [("station", word)])),
            }
        }
        Ok(share)
    }
}

/// Runs it.
pub async fn run(call: &Call, Args { listen, only }: Args) -> Result<Exit> {
    let share = Share::read(&only)?;
    if let Some(listen) = listen.as_ref().filter(|_| !share.pages) {
        return Err(wrong_call("run.listen_without_pages", [("listen", listen)]));
    }
    let context = call.open().await?;
    if share.pages {
        let listen = listen.unwrap_or_else(|| context.config.web.listen.clone());
        let listener = bind(call, &listen).await?;
        let address = listener.local_addr()?.to_string();
        call.out.say(
            &call
                .out
                .texts
                .with("public.serving", &[("address", &address)]),
        );
        serve_share(context.clone(), listener, &share.stations, interrupted()).await?;
    } else {
        call.out.say(
            &call
                .out
                .texts
                .with("run.stations", &[("stations", &only.join(", "))]),
        );
        let (stopping, stopped) = watch::channel(false);
        let driving = driver::drive(context.clone(), &share.stations, stopped);
        tokio::pin!(driving);
        tokio::select! {
            // It ends by itself only where something is broken; a service manager starts it again.
            ended = &mut driving => ended?,
            () = interrupted() => {
                // The receivers may be gone already; then there is nobody left to stop.
                let _ = stopping.send(true);
                driving.await?;
            }
        }
    }
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

/// Serves pages and runs every station until `stop` is done; what is under way is finished first.
pub async fn serve(
    context: Context,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    serve_share(context, listener, Station::ALL, stop).await
}

async fn serve_share(
    context: Context,
    listener: TcpListener,
    stations: &[Station],
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let (stopping, stopped) = watch::channel(false);
    let mut driving = tokio::spawn({
        let (context, stations) = (context.clone(), stations.to_vec());
        async move { driver::drive(context, &stations, stopped).await }
    });
    let until = async move {
        stop.await;
        // The driver may be gone already; then there is nobody left to stop.
        let _ = stopping.send(true);
    };
    let pages = axum::serve(listener, web::router(context)).with_graceful_shutdown(until);
    let pages = async move { pages.await.context("the pages cannot be served any more") };
    tokio::pin!(pages);
    tokio::select! {
        served = &mut pages => {
            served?;
            driving.await.context("the stations ended unexpectedly")?
        }
        // In order only after a stop; pages without stations would promise what nobody keeps.
        driven = &mut driving => {
            driven.context("the stations ended unexpectedly")??;
            pages.await
        }
    }
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
