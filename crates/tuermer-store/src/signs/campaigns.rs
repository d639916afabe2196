//! Campaigns as rows, and the signs from which they are found.

use crate::Store;
use crate::documents::document;
use crate::ground::engine::{Row, Transaction, Value};
use crate::ground::journal;
use crate::signs::counts::is_attack;
use crate::signs::observations;
use crate::values;
use anyhow::{Context as _, Result};
use jiff::Timestamp;
use std::collections::HashMap;
use tuermer_core::admiralty::Grade;
use tuermer_core::correlate::disclosure::MemberFacts;
use tuermer_core::correlate::{Campaign, CampaignKey, Known, Reporter, Sign, SignKey};
use tuermer_core::ids::{OrganisationId, ThreatId};
use tuermer_core::limits;
use tuermer_core::sentence::Sentence;
use tuermer_core::taxonomy::IncidentType;
use tuermer_core::tlp::Tlp;
use tuermer_core::trace::{Trace, TraceKind};
use tuermer_formats::facts;
use tuermer_formats::format::Voice;

/// A campaign as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignLine {
    /// Its key.
    pub key: String,
    /// First sign that counts.
    pub first_at: Timestamp,
    /// Last sign that counts.
    pub last_at: Timestamp,
    /// Members hit.
    pub members: u64,
    /// Members to be asked.
    pub to_ask: u64,
    /// Product most of them share; empty if none.
    pub product: String,
    /// Why, strongest first.
    pub reasons: Vec<Sentence>,
    /// The strictest label of its signs.
    pub tlp: String,
    /// The threat it became.
    pub threat: Option<ThreatId>,
    /// When it was found.
    pub found_at: Timestamp,
    /// Register numbers of the members hit; for the operators only.
    pub hit: Vec<String>,
    /// Of these, who agreed in writing to be named.
    pub consents: Vec<String>,
}

/// A sign of attack with what only the store knows of it.
pub struct Attack {
    /// The sign.
    pub sign: Sign,
    /// Who may see it.
    pub tlp: Tlp,
    /// Vendor as the source writes it; empty if none.
    pub vendor: String,
    /// Product, likewise.
    pub product: String,
}

impl Store {
    /// Changes whenever signs came: then there is something to correlate.
    pub async fn signs_state(&self) -> Result<String> {
        Ok(self.meta(observations::CHANGES).await?.unwrap_or_default())
    }

    /// Signs of attack at organisations seen since `from`. A mere weakness is no attack and is left out.
    pub async fn attacks_since(&self, from: Timestamp) -> Result<Vec<Attack>> {
        let sql = "SELECT DISTINCT t.sighting_id, t.trace FROM sighting_trace t
            JOIN sighting s ON s.organisation_id = t.organisation_id AND s.id = t.sighting_id WHERE s.observed_at >= $1";
        let mut traces: HashMap<String, Vec<SignKey>> = HashMap::new();
        for row in self.read(sql, values![from]).await? {
            if let Some(key) = Trace::parse(&row.text(1)?).as_ref().and_then(shared) {
                traces.entry(row.text(0)?).or_default().push(key);
            }
        }
        let sql = "SELECT s.organisation_id, g.city, s.observed_at, k.class, k.vendor, k.product, k.report, k.tlp, k.grade, d.kind, s.id
            FROM sighting s JOIN sighting_kind k ON k.key = s.kind JOIN organisation g ON g.id = s.organisation_id
            JOIN document d ON d.sha256 = k.document_sha256 WHERE s.observed_at >= $1 ORDER BY s.observed_at DESC, s.id, s.organisation_id LIMIT $2";
        let rows = self
            .read(sql, values![from, i64::try_from(limits::CORRELATE_SIGNS)?])
            .await?;
        rows.iter()
            .filter_map(|row| sign(row, &traces).transpose())
            .collect()
    }

    /// Campaigns found so far.
    pub async fn known_campaigns(&self) -> Result<Vec<Known>> {
        let rows = self
            .read(
                "SELECT key, signs, last_at FROM campaign ORDER BY key",
                Vec::new(),
            )
            .await?;
        rows.iter()
            .map(|row| {
                let signs: Vec<(String, String)> = serde_json::from_str(&row.text(1)?)?;
                let signs = signs
                    .iter()
                    .filter_map(|(key, class)| {
                        Some((SignKey::parse(key)?, IncidentType::parse(class)?))
                    })
                    .collect();
                Ok(Known {
                    key: CampaignKey(row.text(0)?),
                    signs,
                    last_at: row.time(2)?,
                })
            })
            .collect()
    }

    /// Campaigns, the newest first.
    pub async fn campaigns(&self) -> Result<Vec<CampaignLine>> {
        let sql = "SELECT key, first_at, last_at, members, to_ask, product, reasons, tlp, threat_id, found_at FROM campaign
            ORDER BY found_at DESC, key LIMIT $1";
        let rows = self
            .read(sql, values![i64::try_from(limits::LINES_SHOWN)?])
            .await?;
        let mut lines: Vec<CampaignLine> = rows.iter().map(line).collect::<Result<_>>()?;
        let sql = "SELECT g.external_id FROM campaign_member m JOIN organisation g ON g.id = m.organisation_id WHERE m.campaign = $1 ORDER BY g.external_id";
        let agreed = "SELECT g.external_id FROM campaign_consent c JOIN organisation g ON g.id = c.organisation_id WHERE c.campaign = $1 ORDER BY g.external_id";
        for line in &mut lines {
            line.hit = self
                .read(sql, values![&line.key])
                .await?
                .iter()
                .map(|row| row.text(0))
                .collect::<Result<_>>()?;
            line.consents = self
                .read(agreed, values![&line.key])
                .await?
                .iter()
                .map(|row| row.text(0))
                .collect::<Result<_>>()?;
        }
        Ok(lines)
    }

    /// What must be known of those hit to say what others may learn.
    pub async fn campaign_facts(&self, key: &CampaignKey) -> Result<Vec<MemberFacts>> {
        let sql = "SELECT g.id, g.city, c.organisation_id FROM campaign_member m JOIN organisation g ON g.id = m.organisation_id
            LEFT JOIN campaign_consent c ON c.campaign = m.campaign AND c.organisation_id = m.organisation_id WHERE m.campaign = $1 ORDER BY g.id";
        let rows = self.read(sql, values![&key.0]).await?;
        rows.iter()
            .map(|row| {
                Ok(MemberFacts {
                    organisation: OrganisationId(row.text(0)?),
                    region: row.text(1)?,
                    consents: row.text_or_null(2)?.is_some(),
                })
            })
            .collect()
    }

    /// Notes that a member who is hit agreed to be named, or took that back; false where it is not among those hit.
    pub async fn consent(
        &self,
        key: &str,
        member: &OrganisationId,
        agrees: bool,
        by: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let mut open = self.begin().await?;
        let sql = "SELECT g.external_id FROM campaign_member m JOIN organisation g ON g.id = m.organisation_id WHERE m.campaign = $1 AND g.id = $2";
        let Some(number) = open.read_one(sql, values![key, member.as_str()]).await? else {
            return Ok(false);
        };
        let changed = if agrees {
            let sql = "INSERT INTO campaign_consent (campaign, organisation_id, noted_by, noted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
            open.run(sql, values![key, member.as_str(), by, now])
                .await?
        } else {
            open.run(
                "DELETE FROM campaign_consent WHERE campaign = $1 AND organisation_id = $2",
                values![key, member.as_str()],
            )
            .await?
        };
        if changed > 0 {
            let action = if agrees {
                "campaign.consent"
            } else {
                "campaign.consent_withdrawn"
            };
            journal::append(&mut open, now, by, action, key, &number.text(0)?).await?;
        }
        open.commit().await?;
        Ok(true)
    }
}

/// Keeps a campaign as it stands now; true where it is new. `said`: how people write what is shared.
pub async fn write(
    open: &mut Transaction,
    campaign: &Campaign,
    tlp: Tlp,
    now: Timestamp,
    said: impl Fn(&SignKey) -> String,
) -> Result<bool> {
    let signs: Vec<(String, &str)> = campaign
        .signs()
        .into_iter()
        .map(|(key, class)| (key.to_text(), class.as_str()))
        .collect();
    let reasons: Vec<Sentence> = campaign
        .reasons
        .iter()
        .map(|reason| reason.sentence(&said(&reason.key)))
        .collect();
    let product = campaign.product.clone().map(SignKey::Product);
    let (hit, asked) = (
        i64::try_from(campaign.members.len())?,
        i64::try_from(campaign.to_ask.len())?,
    );
    let row = values![
        &campaign.key.0,
        serde_json::to_string(&signs)?,
        campaign.last_at,
        hit,
        asked,
        product.as_ref().map(said).unwrap_or_default(),
        facts::stored(&reasons),
        tlp.as_str()
    ];
    let new = write_row(open, row, campaign.first_at, now).await?;
    let members = campaign
        .members
        .iter()
        .map(|member| values![&campaign.key.0, member.as_str()])
        .collect();
    open.insert_many(
        "INSERT INTO campaign_member (campaign, organisation_id)",
        members,
        "ON CONFLICT DO NOTHING",
    )
    .await?;
    Ok(new)
}

/// Writes what may change of a campaign; true where it is new. Of two processes that find it at the same time one is told
/// that it is new.
async fn write_row(
    open: &mut Transaction,
    row: Vec<Value>,
    first_at: Timestamp,
    now: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO campaign (key, signs, last_at, members, to_ask, product, reasons, tlp, first_at, found_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (key) DO NOTHING";
    let mut inserted = row.clone();
    inserted.extend(values![first_at, now]);
    if open.run(sql, inserted).await? > 0 {
        return Ok(true);
    }
    let sql = "UPDATE campaign SET signs = $2, last_at = $3, members = $4, to_ask = $5, product = $6, reasons = $7, tlp = $8
        WHERE key = $1";
    open.run(sql, row).await?;
    Ok(false)
}

/// Which threat a campaign became, and whether it has its draft. Nobody else changes that until the transaction ends.
pub async fn standing(
    open: &mut Transaction,
    key: &CampaignKey,
) -> Result<(Option<ThreatId>, bool)> {
    open.run(
        "UPDATE campaign SET drafted = drafted WHERE key = $1",
        values![&key.0],
    )
    .await?;
    let row = open
        .read_one(
            "SELECT threat_id, drafted FROM campaign WHERE key = $1",
            values![&key.0],
        )
        .await?;
    row.map_or(Ok((None, true)), |row| {
        Ok((row.text_or_null(0)?.map(ThreatId), row.bool(1)?))
    })
}

/// Notes which threat a campaign became.
pub async fn became(open: &mut Transaction, key: &CampaignKey, threat: &ThreatId) -> Result<()> {
    open.run(
        "UPDATE campaign SET threat_id = $2 WHERE key = $1",
        values![&key.0, threat.as_str()],
    )
    .await?;
    Ok(())
}

/// Notes that a campaign has its draft; what people do with that is theirs.
pub async fn drafted(open: &mut Transaction, key: &CampaignKey) -> Result<()> {
    open.run(
        "UPDATE campaign SET drafted = TRUE WHERE key = $1",
        values![&key.0],
    )
    .await?;
    Ok(())
}

/// What two signs share by this trace.
fn shared(trace: &Trace) -> Option<SignKey> {
    match trace.kind() {
        TraceKind::Address => SignKey::source(trace.network()?.network_address()),
        TraceKind::Sender => SignKey::sender(trace.value()),
        TraceKind::Path => SignKey::shell(trace.value()),
        TraceKind::Domain | TraceKind::Url | TraceKind::Hash => SignKey::indicator(trace.value()),
        // What many attackers use ties together what has nothing in common.
        TraceKind::Malware | TraceKind::Technique => None,
    }
}

fn sign(row: &Row, traces: &HashMap<String, Vec<SignKey>>) -> Result<Option<Attack>> {
    let class = row.text(3)?;
    let class = IncidentType::parse(&class)
        .with_context(|| format!("observation.class holds {class:?}"))?;
    if !is_attack(class.class()) {
        return Ok(None);
    }
    let organisation = OrganisationId(row.text(0)?);
    let format = document::format(row, 9)?;
    let voice = format.nature().voice;
    let reporter = match voice {
        Voice::OwnWord | Voice::OwnLogs => Reporter::Organisation(organisation.clone()),
        Voice::Sensor => Reporter::Sensor(format.as_str().to_string()),
        Voice::Named => Reporter::Sensor(row.text(6)?),
    };
    let (vendor, product) = (row.text(4)?, row.text(5)?);
    let mut keys: Vec<SignKey> = SignKey::product(&vendor, &product).into_iter().collect();
    keys.extend(traces.get(&row.text(10)?).into_iter().flatten().cloned());
    let label = row.text(7)?;
    let tlp = Tlp::parse(&label).with_context(|| format!("observation.tlp holds {label:?}"))?;
    let grade = row.word(8, "sighting_kind.grade", Grade::read)?;
    let sign = Sign {
        organisation,
        region: row.text(1)?,
        at: row.time(2)?,
        class,
        keys,
        reporter,
        grade,
        evidence: voice != Voice::OwnWord,
    };
    Ok(Some(Attack {
        sign,
        tlp,
        vendor,
        product,
    }))
}

fn line(row: &Row) -> Result<CampaignLine> {
    Ok(CampaignLine {
        key: row.text(0)?,
        first_at: row.time(1)?,
        last_at: row.time(2)?,
        members: row.count(3)?,
        to_ask: row.count(4)?,
        product: row.text(5)?,
        reasons: facts::sentences(&row.text(6)?),
        tlp: row.text(7)?,
        threat: row.text_or_null(8)?.map(ThreatId),
        found_at: row.time(9)?,
        hit: Vec::new(),
        consents: Vec::new(),
    })
}
