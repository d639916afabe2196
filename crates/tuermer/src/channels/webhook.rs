//! A signed message to a machine, exactly as Standard Webhooks 1.0.0 says.
//!
//! ```text
//! 2xx ─▶ Accepted   410 ─▶ Gone   429, 502, 503, 504 ─▶ TryLater, and its host is asked more slowly
//! any other answer, also a redirect ─▶ TryLater   no connection ─▶ TryLater   sent, but no answer ─▶ Unsure
//! ```
//! The body tells that there is a warning and how urgent it is, and where to read it: never a name of a company, never
//! why it is affected. Keys are derived from the instance's secret and stored nowhere.

use super::lanes::{Answer, Lanes};
use super::{File, Message, Sent, Warned};
use crate::compose;
use crate::context::Context;
use crate::keys::Keys;
use crate::outgoing::{ClientRules, FetchError, Push, Pushed, RetryAfter};
use crate::refusal::in_english;
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sha2::Sha256;
use std::time::Duration;
use tuermer_core::delivery::Outcome;
use tuermer_core::ids::PointId;
use tuermer_core::limits;
use tuermer_core::warning::MessageType;

/// Begin of a symmetric secret.
const PREFIX: &str = "whsec_";
/// Statuses that ask for less.
const SLOWER: &[u16] = &[429, 502, 503, 504];

/// Tells machines.
pub struct Webhook(Result<Push, String>);

/// What leaves.
struct Request {
    url: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Webhook {
    /// With the rules of everything that leaves by HTTPS. Where they cannot be used, every message waits and says why:
    /// settings of this channel hold up no other one.
    pub fn new(context: &Context) -> Self {
        let push = Push::new(&ClientRules::outgoing(context));
        Self(push.map_err(|error| in_english(&error)))
    }

    /// Waits no longer than this for an answer.
    pub fn shorten(&mut self, patience: Duration) {
        self.0 = self.0.clone().map(|push| push.with_patience(patience));
    }

    /// A lane for each host: one that never answers takes only so many connections.
    pub fn lanes<T>() -> Lanes<T> {
        Lanes::new(limits::PUSH_CONNECTIONS_PER_HOST, 0)
    }

    /// Tells one machine.
    ///
    /// # Errors
    /// It cannot be made; that is a defect.
    pub async fn send(
        &self,
        context: &Context,
        message: &Message,
        wanted: impl Fn() -> bool + Send + 'static,
    ) -> Result<Sent> {
        let Request { url, headers, body } = match request(context, message) {
            Ok(request) => request,
            Err(why) => return Ok(Sent::outcome(Outcome::Refused(why))),
        };
        let push = match &self.0 {
            Ok(push) => push,
            Err(why) => {
                let (why, pause) = (why.clone(), None);
                return Ok(Sent::outcome(Outcome::TryLater { why, pause }));
            }
        };
        let pushed = push.post(&url, &headers, body.into_bytes(), wanted).await;
        Ok(judge(pushed, context.now()))
    }
}

/// Destination of an address.
pub fn host(address: &str) -> String {
    url::Url::parse(address)
        .ok()
        .and_then(|url| url.host_str().map(str::to_lowercase))
        .unwrap_or_default()
}

/// The message as a file that a person can read.
///
/// # Errors
/// It cannot be written as JSON; that is a defect.
pub fn file(context: &Context, message: &Message) -> Result<Result<File, String>> {
    let Request { url, headers, body } = match request(context, message) {
        Ok(request) => request,
        Err(why) => return Ok(Err(why)),
    };
    let headers: serde_json::Map<_, _> = headers
        .into_iter()
        .map(|(name, value)| (name.to_string(), value.into()))
        .collect();
    let whole = json!({ "url": url, "headers": headers, "body": body });
    Ok(Ok(File {
        extension: "json",
        bytes: serde_json::to_vec_pretty(&whole)?,
    }))
}

/// The secret of a contact point as its owner gets it; made anew with each generation, stored nowhere.
pub fn secret(keys: &Keys, point: &PointId, generation: i64) -> String {
    format!("{PREFIX}{}", STANDARD.encode(key(keys, point, generation)))
}

fn key(keys: &Keys, point: &PointId, generation: i64) -> Vec<u8> {
    let parts = [point.as_str(), &generation.to_string()];
    hex::decode(keys.mac("webhook", &parts)).unwrap_or_default()
}

/// What leaves of a message, or why nothing does.
fn request(context: &Context, message: &Message) -> Result<Request, String> {
    let Message::Warning(warned) = message else {
        return Err("a notice to operators has no form for machines".into());
    };
    let Warned {
        recipient,
        delivery,
        address,
        keys,
        ..
    } = warned.as_ref();
    let point = recipient.way(delivery.channel).map(|way| &way.point);
    let (Some(point), Some(keys)) = (point, keys) else {
        return Err("the contact point is not known any more, so nobody could check a key".into());
    };
    let now = context.now();
    let body = body(context, warned);
    let id = format!("msg_{}", delivery.id);
    let mut generations = vec![keys.generation];
    let both = SignedDuration::from_hours(24 * limits::OLD_KEY_DAYS);
    if keys
        .renewed_at
        .is_some_and(|at| now.duration_since(at) < both)
    {
        generations.push(keys.generation.saturating_sub(1));
    }
    let signatures: Vec<String> = generations
        .into_iter()
        .map(|generation| key(&context.keys, point, generation))
        .map(|key| sign(&key, &id, now.as_second(), &body))
        .collect();
    Ok(Request {
        url: address.clone(),
        headers: vec![
            ("content-type", "application/json".into()),
            ("webhook-id", id),
            ("webhook-timestamp", now.as_second().to_string()),
            ("webhook-signature", signatures.join(" ")),
        ],
        body,
    })
}

/// `v1,` and the keyed hash of id, time and body.
fn sign(key: &[u8], id: &str, at: i64, body: &str) -> String {
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        // HMAC takes keys of any length.
        Err(_) => return String::new(),
    };
    mac.update(format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The same on every try: it tells the time of release.
fn body(context: &Context, warned: &Warned) -> String {
    let Warned {
        warning, recipient, ..
    } = warned;
    let kind = match warning.message_type {
        MessageType::Alert => "warning.issued",
        MessageType::Update => "warning.updated",
        MessageType::Cancel => "warning.cancelled",
    };
    let parts = [warning.threat.as_str(), recipient.organisation.as_str()];
    let dedupe: String = context
        .keys
        .mac("dedupe", &parts)
        .chars()
        .take(32)
        .collect();
    let exercise = context.drill || context.demo;
    json!({
        "type": kind,
        "timestamp": warning.approved_at.unwrap_or(context.now()).to_string(),
        "data": {
            "warning": warning.number.as_str(),
            "dedupe_key": dedupe,
            "member": recipient.external_id,
            "level": warning.level.number(),
            "urgency": warning.urgency.as_str(),
            "language": recipient.language.code(),
            "status": if exercise { "exercise" } else { "actual" },
            "link": compose::link(context, &warning.number, &recipient.organisation),
            "replaces": warning.replaces.as_ref().map(|number| number.as_str()),
        },
    })
    .to_string()
}

/// What the answer means.
fn judge(pushed: Pushed, now: Timestamp) -> Sent {
    match pushed {
        Pushed::Unwanted => Sent::Unwanted,
        Pushed::Answered {
            code,
            retry_after,
            words,
        } => answered(code, retry_after, &words, now),
        Pushed::NotSent(
            why @ (FetchError::AddressRefused { address: None, .. }
            | FetchError::NotHttps { .. }
            | FetchError::NotAUrl { .. }
            | FetchError::Credentials { .. }),
        ) => Sent::outcome(Outcome::Refused(why.to_string())),
        Pushed::NotSent(why) => Sent::outcome(Outcome::TryLater {
            why: why.to_string(),
            pause: None,
        }),
        Pushed::MaybeSent(why) => Sent::Outcome(Outcome::Unsure(why.to_string()), Answer::Slower),
    }
}

fn answered(code: u16, retry_after: Option<RetryAfter>, words: &str, now: Timestamp) -> Sent {
    let why = format!("{code} {words}").trim_end().to_string();
    let pause = retry_after.map(|wish| {
        let seconds = wish.seconds(now).min(limits::RETRY_AFTER_SECONDS);
        SignedDuration::from_secs(seconds)
    });
    match code {
        200..=299 => Sent::outcome(Outcome::Accepted),
        410 => Sent::outcome(Outcome::Gone(why)),
        code if SLOWER.contains(&code) => Sent::outcome(Outcome::TryLater { why, pause }),
        _ => Sent::Outcome(Outcome::TryLater { why, pause: None }, Answer::Fine),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector of the reference implementation, and the same by another one.
    #[test]
    fn signed_as_the_reference_signs() {
        let key = STANDARD.decode("C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
        let (id, at) = ("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553);
        let body = r#"{"email":"test@example.com","username":"test_user"}"#;
        let signed = sign(&key, id, at, body);
        assert_eq!(signed, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
        let other = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key);
        let tag = STANDARD.decode(signed.trim_start_matches("v1,")).unwrap();
        let content = format!("{id}.{at}.{body}");
        ring::hmac::verify(&other, content.as_bytes(), &tag).unwrap();
    }

    #[test]
    fn each_point_and_generation_has_its_secret() {
        let keys = Keys::new([7; 32]);
        let of = |point: &str, generation| secret(&keys, &PointId(point.into()), generation);
        let secret = of("p", 1);
        assert_eq!(secret, of("p", 1));
        assert_ne!(secret, of("p", 2));
        assert_ne!(secret, of("q", 1));
        let bytes = STANDARD.decode(secret.strip_prefix(PREFIX).unwrap());
        assert_eq!(bytes.unwrap().len(), 32);
    }

    #[test]
    fn answers_lead_to_outcomes() {
        let now = Timestamp::UNIX_EPOCH;
        let of = |code, after| match answered(code, after, "", now) {
            Sent::Outcome(Outcome::TryLater { pause, .. }, answer) => {
                ("later", pause.map(|pause| pause.as_secs()), answer)
            }
            Sent::Outcome(Outcome::Accepted, answer) => ("accepted", None, answer),
            Sent::Outcome(Outcome::Gone(_), answer) => ("gone", None, answer),
            other => panic!("{other:?}"),
        };
        use Answer::{Fine, Slower};
        let after = |seconds| Some(RetryAfter::Seconds(seconds));
        for (code, retry_after, expected) in [
            (200, None, ("accepted", None, Fine)),
            (204, None, ("accepted", None, Fine)),
            (301, None, ("later", None, Fine)),
            (307, None, ("later", None, Fine)),
            (400, None, ("later", None, Fine)),
            (401, after(9), ("later", None, Fine)),
            (410, None, ("gone", None, Fine)),
            (429, after(90), ("later", Some(90), Slower)),
            (500, None, ("later", None, Fine)),
            (502, None, ("later", None, Slower)),
            (503, after(u32::MAX), ("later", Some(86_400), Slower)),
            (504, None, ("later", None, Slower)),
        ] {
            assert_eq!(of(code, retry_after), expected, "{code}");
        }
    }

    #[test]
    fn a_lane_is_a_host() {
        for (address, expected) in [
            ("https://Hooks.Example:8443/a?b", "hooks.example"),
            ("https://[2606:4700::1]/", "[2606:4700::1]"),
            ("nonsense", ""),
        ] {
            assert_eq!(host(address), expected);
        }
    }
}
