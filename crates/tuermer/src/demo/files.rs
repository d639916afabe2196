//! The region as a chamber would import it: member list, provider list, inventory, networks, and what providers report later.

use super::region::{Contact, Known, Member, Provider, Region};
use anyhow::Result;
use jiff::civil::Date;
use tuermer_core::pack::{BuildPack, Seen};

const ORGANISATION: [&str; 15] = [
    "external_id",
    "name",
    "street",
    "postcode",
    "city",
    "country",
    "sector",
    "size_class",
    "language",
    "contact_name",
    "contact_role",
    "email",
    "phone",
    "mobile",
    "provider_external_id",
];
const INVENTORY: [&str; 9] = [
    "external_id",
    "vendor",
    "product",
    "version",
    "build",
    "hostname",
    "source",
    "observed_at",
    "note",
];

/// The member list.
pub fn members(region: &Region) -> Result<Vec<u8>> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(ORGANISATION)?;
    for Member {
        external_id,
        name,
        sector,
        size_class,
        place,
        street,
        postcode,
        english,
        contact,
        provider,
        ..
    } in &region.members
    {
        let Contact {
            name: contact_name,
            role,
            email,
            phone,
            mobile,
        } = contact;
        let (language, postcode) = (if *english { "en" } else { "de" }, *postcode);
        let provider = provider
            .and_then(|index| region.providers.get(index))
            .map_or("", |provider| provider.external_id.as_str());
        file.write_record([
            external_id,
            name,
            street,
            postcode,
            place.name,
            "DE",
            sector,
            size_class,
            language,
            contact_name,
            role,
            email,
            phone,
            mobile,
            provider,
        ])?;
    }
    Ok(file.into_inner()?)
}

/// The list of IT providers.
pub fn providers(region: &Region) -> Result<Vec<u8>> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(ORGANISATION)?;
    for Provider {
        external_id,
        name,
        place,
        street,
        contact,
    } in &region.providers
    {
        let Contact {
            name: contact_name,
            role,
            email,
            phone,
            mobile,
        } = contact;
        let postcode = place.postcodes.first().copied().unwrap_or_default();
        file.write_record([
            external_id,
            name,
            street,
            postcode,
            place.name,
            "DE",
            "IT-Dienstleistung",
            "10-49",
            "de",
            contact_name,
            role,
            email,
            phone,
            mobile,
            "",
        ])?;
    }
    Ok(file.into_inner()?)
}

/// What the register knows of mail systems, as told in January.
pub fn inventory(region: &Region, pack: &BuildPack) -> Result<Vec<u8>> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(INVENTORY)?;
    for Member {
        external_id,
        domain,
        exchange,
        known,
        ..
    } in &region.members
    {
        let host = format!("mail.{domain}");
        let [edition, cumulative_update] = exchange
            .map(|build| build_words(pack, build))
            .unwrap_or_default();
        let build = exchange.map(dotted).unwrap_or_default();
        let (version, build, host, source) = match known {
            Known::Nothing => continue,
            Known::Cloud => ("cloud".to_string(), String::new(), String::new(), "member"),
            Known::Product => (String::new(), String::new(), String::new(), "register"),
            Known::Edition => (edition, String::new(), String::new(), "register"),
            Known::CumulativeUpdate => (
                format!("{edition} {cumulative_update}"),
                String::new(),
                host,
                "provider",
            ),
            Known::Build => (edition, build, host, "provider"),
        };
        file.write_record([
            external_id,
            "Microsoft",
            "Exchange Server",
            &version,
            &build,
            &host,
            source,
            "2021-01-12",
            "",
        ])?;
    }
    Ok(file.into_inner()?)
}

/// Lines and mail domains the register knows.
pub fn networks(region: &Region) -> Result<Vec<u8>> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(["external_id", "kind", "value"])?;
    for Member {
        external_id,
        domain,
        network,
        network_known,
        ..
    } in &region.members
    {
        if !network_known {
            continue;
        }
        if let Some(network) = network {
            file.write_record([external_id.as_str(), "network", &format!("{network}/30")])?;
        }
        file.write_record([external_id.as_str(), "domain", domain])?;
    }
    Ok(file.into_inner()?)
}

/// What providers report of their customers when asked: one row for each of `customers` (indices of the members).
pub fn provider_report(region: &Region, customers: &[usize], day: Date) -> Result<Vec<u8>> {
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(INVENTORY)?;
    for Member {
        external_id,
        domain,
        exchange,
        ..
    } in customers
        .iter()
        .filter_map(|index| region.members.get(*index))
    {
        let Some(build) = exchange else { continue };
        let (build, host, day) = (dotted(*build), format!("mail.{domain}"), day.to_string());
        file.write_record([
            external_id,
            "Microsoft",
            "Exchange Server",
            "",
            &build,
            &host,
            "provider",
            &day,
            "HealthChecker",
        ])?;
    }
    Ok(file.into_inner()?)
}

/// Edition and cumulative update in words: "2016", "CU19".
fn build_words(pack: &BuildPack, build: [u32; 4]) -> [String; 2] {
    let seen = Seen::Build(build);
    let Some(line) = pack.line(seen) else {
        return [String::new(), String::new()];
    };
    let edition = line.name.rsplit(' ').next().unwrap_or_default().to_string();
    [
        edition,
        pack.cumulative_update(line, seen)
            .unwrap_or_default()
            .to_string(),
    ]
}

/// `15.1.2176.9`.
pub fn dotted([major, minor, third, fourth]: [u32; 4]) -> String {
    format!("{major}.{minor}.{third}.{fourth}")
}

#[cfg(test)]
mod tests {
    use super::super::region::invent;
    use super::{inventory, members, networks, providers};
    use tuermer_formats::build_pack::packs;

    /// Deliberately little is known: the inventory names far fewer servers than there are, and few with a build.
    #[test]
    fn the_files_hide_most_of_the_truth() {
        let pack = packs().first().unwrap();
        let region = invent(1, 5_000, Some(pack));
        let rows = |bytes: Vec<u8>| -> Vec<csv::StringRecord> {
            csv::Reader::from_reader(bytes.as_slice())
                .into_records()
                .map(Result::unwrap)
                .collect()
        };
        assert_eq!(rows(members(&region).unwrap()).len(), 5_000);
        assert_eq!(rows(providers(&region).unwrap()).len(), 80);
        let servers = region
            .members
            .iter()
            .filter(|member| member.exchange.is_some())
            .count();
        let inventory = rows(inventory(&region, pack).unwrap());
        let owners: std::collections::BTreeSet<_> = region
            .members
            .iter()
            .filter(|member| member.exchange.is_some())
            .map(|member| &member.external_id)
            .collect();
        let told = inventory
            .iter()
            .filter(|row| owners.contains(&row[0].to_string()))
            .count();
        let with_build = inventory.iter().filter(|row| !row[4].is_empty()).count();
        assert!(
            told * 100 < servers * 70 && told * 100 > servers * 50,
            "{told} of {servers}"
        );
        assert!(
            with_build * 100 < servers * 25 && with_build > 0,
            "{with_build} of {servers}"
        );
        assert!(inventory.iter().any(|row| row[3].starts_with("2016 CU")));
        let networks = rows(networks(&region).unwrap());
        assert!(
            networks
                .iter()
                .any(|row| row[2].starts_with("198.1") && row[2].ends_with("/30"))
        );
    }
}
