//! The fields of one line by what their columns mean, before the line is judged.

use super::plan::Role;
use crate::csaf::plain;
use crate::origin::Origin;
use jiff::Timestamp;
use std::borrow::Cow;
use tuermer_core::limits;
use tuermer_core::taxonomy::{IncidentClass, IncidentType};
use tuermer_core::trace::{Trace, TraceKind};

/// What the fields of one line say, before it is judged.
#[derive(Default)]
pub(super) struct LineFields<'a> {
    pub(super) time: Option<Cow<'a, str>>,
    pub(super) last_time: Option<Cow<'a, str>>,
    pub(super) port: Option<u16>,
    pub(super) tags: Option<Cow<'a, str>>,
    pub(super) severity: Option<Cow<'a, str>>,
    pub(super) version: Option<Cow<'a, str>>,
    pub(super) vendor: Option<Cow<'a, str>>,
    pub(super) product: Option<Cow<'a, str>>,
    pub(super) cve: Option<Cow<'a, str>>,
    traces: Vec<Trace>,
    pages: Vec<Cow<'a, str>>,
    infections: Vec<Cow<'a, str>>,
    pub(super) extra: Vec<(String, String)>,
}

impl<'a> LineFields<'a> {
    /// Keeps the value of a column by what the column means.
    pub(super) fn set(
        &mut self,
        role: Role,
        name: &str,
        value: Cow<'a, str>,
    ) -> Result<(), &'static str> {
        let place = match role {
            Role::Ip | Role::Host | Role::Asn => return Ok(()),
            Role::Port => {
                self.port = Some(value.parse().map_err(|_| "port")?);
                return Ok(());
            }
            Role::Time => &mut self.time,
            Role::LastTime => &mut self.last_time,
            Role::Tag => &mut self.tags,
            Role::Severity => &mut self.severity,
            Role::Version => &mut self.version,
            Role::Vendor => &mut self.vendor,
            Role::Product => &mut self.product,
            Role::Cve => &mut self.cve,
            Role::Trace(_)
            | Role::Page
            | Role::Infection
            | Role::Extra
            | Role::HostOfUrl
            | Role::HostOfMail => {
                if self.extra.len() < limits::EXTRA_FIELDS {
                    self.extra
                        .push((name.to_string(), plain(&value, limits::NOTE_CHARACTERS)));
                }
                match role {
                    Role::Trace(kind) => self.traces.extend(Trace::new(kind, &value)),
                    Role::Page | Role::HostOfUrl => self.pages.push(value),
                    Role::Infection => self.infections.push(value),
                    _ => {}
                }
                return Ok(());
            }
        };
        *place = Some(value);
        Ok(())
    }

    /// When it was seen last; a time before the first one counts nothing.
    pub(super) fn last_seen_at(&self, origin: &Origin, observed_at: Timestamp) -> Timestamp {
        let text = self.last_time.as_deref();
        text.and_then(|text| origin.seen_at(text).ok())
            .filter(|last| *last >= observed_at)
            .unwrap_or(observed_at)
    }

    /// A page is a trace where somebody broke in, hands out malware or deceives; elsewhere it is the member's own.
    pub(super) fn traces(&mut self, incident: IncidentType) -> Vec<Trace> {
        let mut traces = std::mem::take(&mut self.traces);
        let class = incident.class();
        if matches!(
            class,
            IncidentClass::Intrusions | IncidentClass::MaliciousCode | IncidentClass::Fraud
        ) {
            let path = |page: &Cow<'_, str>| {
                page.starts_with('/')
                    .then(|| Trace::new(TraceKind::Path, page))
                    .flatten()
            };
            traces.extend(
                self.pages
                    .iter()
                    .filter_map(|page| Trace::new(TraceKind::Url, page).or_else(|| path(page))),
            );
        }
        if matches!(
            class,
            IncidentClass::Intrusions | IncidentClass::MaliciousCode | IncidentClass::Availability
        ) {
            traces.extend(
                self.infections
                    .iter()
                    .filter_map(|name| Trace::new(TraceKind::Malware, name)),
            );
        }
        traces.sort_unstable();
        traces.dedup();
        traces.truncate(limits::SIGN_TRACES);
        traces
    }
}
