//! Which documents a provider has: its ROLIE feeds if there are any we may read, else its directories.

use super::{Client, Found, json, plain};
use crate::outgoing::{Fetched, Wanted};
use crate::refusal::Refusal;
use std::collections::HashSet;
use tuermer_core::limits;
use tuermer_formats::changes;
use tuermer_formats::links::Tolerated;
use tuermer_formats::provider::Place;
use tuermer_formats::rolie::{self, Entry};

/// One list to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Address of the ROLIE feed or of the directory.
    pub url: String,
    /// A directory with `changes.csv` and `index.txt`.
    pub directory: bool,
}

/// What a list says now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Nothing moved since the ETag we know.
    pub unchanged: bool,
    /// For the next request.
    pub etag: String,
    /// Its documents.
    pub entries: Vec<Entry>,
    /// Entries without a usable address.
    pub unusable: Vec<String>,
    /// What was accepted although it is not as it should be.
    pub tolerated: Tolerated,
}

/// The lists worth asking, and a remark for those that are behind a sign-in. ROLIE feeds come first; the directories
/// are the second choice, asked only where no feed can be had.
pub fn lists(found: &Found) -> ([Vec<List>; 2], Vec<Refusal>) {
    let provider = &found.provider;
    let closed = provider
        .rolie
        .iter()
        .chain(&provider.directories)
        .filter(|place| !place.is_open());
    let remarks = closed
        .map(|place| {
            Refusal::new(
                "provider.list_closed",
                [("url", &place.url), ("label", &place.label)],
            )
        })
        .collect();
    let open = |places: &[Place], directory| -> Vec<List> {
        let mut seen = HashSet::new();
        let open = places
            .iter()
            .filter(|place| place.is_open() && seen.insert(place.url.as_str()));
        open.map(|place| List {
            url: place.url.clone(),
            directory,
        })
        .collect()
    };
    (
        [
            open(&provider.rolie, false),
            open(&provider.directories, true),
        ],
        remarks,
    )
}

/// Asks one list; with an ETag only for what moved.
///
/// # Errors
/// It cannot be fetched or read.
pub async fn list(
    client: &Client,
    List { url, directory }: &List,
    etag: &str,
) -> Result<Listing, Refusal> {
    if *directory {
        return directory_list(client, url, etag).await;
    }
    let body = match client
        .get(
            url,
            Wanted {
                etag,
                ..json(limits::LISTING_BYTES)
            },
        )
        .await
        .map_err(|error| error.sentence())?
    {
        Fetched::NotModified => {
            return Ok(Listing {
                unchanged: true,
                etag: etag.to_string(),
                ..Listing::default()
            });
        }
        Fetched::Body(body) => body,
    };
    let found = rolie::read(&body.bytes, &body.url)
        .map_err(|error| Refusal::new("provider.not_rolie", [("url", url), ("error", &error)]))?;
    let rolie::Rolie {
        updated: _,
        entries,
        unusable,
        tolerated,
    } = found;
    Ok(Listing {
        unchanged: false,
        etag: body.etag,
        entries,
        unusable,
        tolerated,
    })
}

/// `changes.csv` with its times; only where it is missing `index.txt`, which tells no times.
async fn directory_list(client: &Client, url: &str, etag: &str) -> Result<Listing, Refusal> {
    let (name, index) = (format!("{url}changes.csv"), format!("{url}index.txt"));
    let (body, index) = match client
        .get(
            &name,
            Wanted {
                etag,
                ..plain(limits::LISTING_BYTES)
            },
        )
        .await
    {
        Ok(Fetched::NotModified) => {
            return Ok(Listing {
                unchanged: true,
                etag: etag.to_string(),
                ..Listing::default()
            });
        }
        Ok(Fetched::Body(body)) => (body, false),
        Err(error) if error.is_not_found() => (
            client
                .body(&index, plain(limits::LISTING_BYTES))
                .await
                .map_err(|error| error.sentence())?,
            true,
        ),
        Err(error) => return Err(error.sentence()),
    };
    let read = if index {
        changes::index(&body.bytes, &body.url)
    } else {
        changes::changes(&body.bytes, &body.url)
    };
    let changes::Listing {
        entries,
        unusable,
        mut tolerated,
    } = read.map_err(|error| {
        Refusal::new(
            "provider.not_a_list",
            [("url", &body.url), ("error", &error)],
        )
    })?;
    if index {
        tolerated.count("no_changes_csv");
    }
    // Without times an unchanged list says nothing about its documents.
    let etag = if index { String::new() } else { body.etag };
    Ok(Listing {
        unchanged: false,
        etag,
        entries,
        unusable,
        tolerated,
    })
}
