//! How bad and how urgent a record says it is: CVSS, CISA's SSVC answers, signs of exploitation.

use super::record::{Container, Cvss, Metric};
use crate::csaf::plain;
use tuermer_core::limits;
use tuermer_core::threat::{Exploitation, Ssvc};

/// Score in tenths and its vector: the assigner's before others', then the highest, then the newest version. CVSS 2 has
/// other bands and is never compared with later ones.
pub fn best(all: &[&Container]) -> Option<(u8, String)> {
    let (_, cvss) = all.iter().find_map(|container| {
        container
            .metrics
            .iter()
            .flat_map(candidates)
            .max_by_key(|(version, cvss)| (tenths(cvss), *version))
    })?;
    Some((
        tenths(cvss),
        plain(&cvss.vector_string, limits::FIELD_CHARACTERS),
    ))
}

fn candidates(metric: &Metric) -> impl Iterator<Item = (u8, &Cvss)> {
    let Metric {
        cvss_v4_0,
        cvss_v3_1,
        cvss_v3_0,
        cvss_v2_0: _,
        other: _,
    } = metric;
    [(40, cvss_v4_0), (31, cvss_v3_1), (30, cvss_v3_0)]
        .into_iter()
        .filter_map(|(version, cvss)| Some((version, cvss.as_ref()?)))
}

/// True where there is a score, but none later than CVSS 2.
pub fn only_version_2(all: &[&Container]) -> bool {
    all.iter()
        .flat_map(|container| &container.metrics)
        .any(|metric| metric.cvss_v2_0.is_some())
}

/// 9.8 → 98.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn tenths(cvss: &Cvss) -> u8 {
    (cvss.base_score.clamp(0.0, 10.0) * 10.0).round() as u8
}

/// CISA's answers (Vulnrichment), in whatever case they are written.
pub fn ssvc(all: &[&Container]) -> Ssvc {
    let mut found = Ssvc::default();
    let others = all
        .iter()
        .flat_map(|container| &container.metrics)
        .filter_map(|metric| metric.other.as_ref());
    let options = others
        .filter(|other| other.kind == "ssvc")
        .filter_map(|other| other.content.get("options")?.as_array())
        .flatten();
    for (point, value) in options.filter_map(serde_json::Value::as_object).flatten() {
        let value = value.as_str().unwrap_or_default().to_ascii_lowercase();
        match (point.to_ascii_lowercase().as_str(), value.as_str()) {
            ("exploitation", "none") => found.exploitation = Some(Exploitation::None),
            ("exploitation", "poc" | "public poc") => {
                found.exploitation = Some(Exploitation::PublicPoc)
            }
            ("exploitation", "active") => found.exploitation = Some(Exploitation::Active),
            ("automatable", "yes") => found.automatable = Some(true),
            ("automatable", "no") => found.automatable = Some(false),
            ("technical impact", "total") => found.total_impact = Some(true),
            ("technical impact", "partial") => found.total_impact = Some(false),
            _ => {}
        }
    }
    found
}

/// CISA saw attacks or lists the flaw, or a publisher says in words that it is exploited.
pub fn is_exploited(all: &[&Container]) -> bool {
    let listed = all
        .iter()
        .flat_map(|container| &container.metrics)
        .filter_map(|metric| metric.other.as_ref())
        .any(|other| other.kind == "kev");
    let said = all
        .iter()
        .flat_map(|container| &container.exploits)
        .any(|words| crate::csaf::words_say_exploited(&words.value));
    listed || said || ssvc(all).exploitation == Some(Exploitation::Active)
}
