//! Names of the products of past crises, as each source spells them.

use super::{ALIASES, Aliases, ProductKey};
use crate::version_order::Scheme;

/// Vendor, product, and other spellings of the same.
type Spellings<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

fn check(rows: &[Spellings]) {
    for (vendor, product, spellings) in rows {
        let key = ProductKey::new(vendor, product);
        for (vendor, product) in *spellings {
            assert_eq!(
                ProductKey::new(vendor, product),
                key,
                "{vendor} / {product}"
            );
        }
    }
}

#[test]
fn spellings_of_microsoft_citrix_and_fortinet_are_equal() {
    check(&[
        (
            "Microsoft",
            "Exchange Server",
            &[
                (
                    "Microsoft Corporation",
                    "Microsoft Exchange Server 2016 Cumulative Update 19",
                ),
                ("microsoft", "exchange_server"),
                ("", "MS Exchange 2013"),
                ("MS", "Exchange"),
                ("Microsoft", "Exchange Server 2019 CU8"),
                (
                    "Microsoft",
                    "Microsoft Exchange Server Subscription Edition",
                ),
                ("Microsoft Corp.", "Exchange SE"),
                ("n/a", "Exchange Server"),
            ],
        ),
        (
            "Citrix",
            "NetScaler ADC",
            &[
                ("NetScaler", "ADC"),
                ("Citrix", "NetScaler ADC\u{202f}"),
                ("citrix", "netscaler_application_delivery_controller"),
                ("Citrix", "NetScaler"),
                ("Cloud Software Group", "NetScaler ADC"),
                ("", "NetScaler ADC"),
                ("", "Citrix ADC"),
                ("Citrix", "Citrix ADC"),
            ],
        ),
        (
            "Citrix",
            "NetScaler Gateway",
            &[
                ("NetScaler", "Gateway"),
                ("citrix", "netscaler_gateway"),
                ("Citrix", "Citrix Gateway"),
            ],
        ),
        (
            "Fortinet",
            "FortiOS",
            &[
                ("fortinet", "fortios"),
                ("Fortinet", "Fortinet FortiOS"),
                ("Fortinet, Inc.", "FortiGate"),
                ("", "FortiOS"),
                ("", "Fortinet FortiOS"),
            ],
        ),
    ]);
}

#[test]
fn spellings_of_network_and_collaboration_products_are_equal() {
    check(&[
        (
            "VMware",
            "vCenter Server",
            &[
                ("VMware", "VMware vCenter Server"),
                ("vmware", "vcenter_server"),
                ("Broadcom VMware", "vCenter"),
            ],
        ),
        (
            "Ivanti",
            "Connect Secure",
            &[
                ("ivanti", "connect_secure"),
                ("Pulse Secure", "Pulse Connect Secure"),
                ("Ivanti", "ICS"),
                ("", "Pulse Connect Secure"),
            ],
        ),
        (
            "Ivanti",
            "Endpoint Manager Mobile",
            &[
                ("Ivanti", "EPMM"),
                ("Ivanti", "Endpoint Manager Mobile (EPMM)"),
                ("MobileIron", "Core"),
            ],
        ),
        (
            "Progress",
            "MOVEit Transfer",
            &[
                ("progress", "moveit_transfer"),
                ("Progress Software Corporation", "MOVEit Transfer"),
                ("", "MOVEit Transfer"),
                ("Ipswitch", "MOVEit"),
            ],
        ),
        (
            "Atlassian",
            "Confluence",
            &[
                ("atlassian", "confluence_data_center"),
                ("Atlassian", "Confluence Server/Data Center"),
                ("Atlassian", "Confluence Data Center and Server"),
            ],
        ),
        (
            "ConnectWise",
            "ScreenConnect",
            &[
                ("connectwise", "screenconnect"),
                ("ConnectWise", "Control"),
                ("", "ScreenConnect"),
                ("ScreenConnect", "ScreenConnect"),
            ],
        ),
        (
            "Palo Alto Networks",
            "PAN-OS",
            &[
                ("paloaltonetworks", "pan-os"),
                ("Palo Alto", "PANOS"),
                ("", "PAN-OS"),
                ("", "Palo Alto Networks PAN-OS"),
            ],
        ),
        (
            "SonicWall",
            "SMA 100",
            &[
                ("SonicWall", "SMA100 Appliances"),
                ("SonicWall", "SSLVPN SMA100"),
                ("SonicWall Inc.", "SMA 100 Appliances"),
            ],
        ),
        (
            "Sophos",
            "Firewall",
            &[
                ("Sophos", "SFOS"),
                ("Sophos", "XG Firewall"),
                ("Sophos", "Sophos Firewall"),
            ],
        ),
        (
            "QNAP",
            "QTS",
            &[("QNAP Systems Inc.", "QTS"), ("qnap", "qts")],
        ),
        (
            "Veeam",
            "Backup & Replication",
            &[
                ("veeam", "backup_\\&_replication"),
                ("Veeam", "Veeam Backup & Replication"),
                ("", "Veeam Backup and Replication"),
            ],
        ),
    ]);
}

#[test]
fn spellings_of_servers_and_remote_tools_are_equal() {
    check(&[
        (
            "Apache",
            "Log4j",
            &[
                ("Apache Software Foundation", "Apache Log4j2"),
                ("apache", "log4j"),
                ("", "log4j-core"),
                ("", "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"),
                ("Apache", "Log4j2"),
            ],
        ),
        (
            "Oracle",
            "WebLogic Server",
            &[
                ("Oracle Corporation", "Oracle WebLogic Server"),
                ("oracle", "weblogic_server"),
            ],
        ),
        (
            "SAP",
            "NetWeaver",
            &[("SAP_SE", "SAP NetWeaver"), ("SAP SE", "NetWeaver")],
        ),
        (
            "Cisco",
            "IOS XE",
            &[
                ("Cisco", "Cisco IOS XE Software"),
                ("cisco", "ios_xe"),
                ("Cisco Systems", "IOS XE Web UI"),
            ],
        ),
        (
            "F5",
            "BIG-IP",
            &[
                ("F5", "BIG-IP Configuration Utility"),
                ("F5 Networks", "BIG-IP (all modules)"),
            ],
        ),
        (
            "Barracuda",
            "Email Security Gateway",
            &[
                (
                    "Barracuda Networks",
                    "Email Security Gateway (ESG) Appliance",
                ),
                ("Barracuda", "ESG"),
            ],
        ),
        (
            "3CX",
            "3CX",
            &[
                ("3CX", "DesktopApp"),
                ("3CX", "3CX DesktopApp"),
                ("", "3CX"),
            ],
        ),
        (
            "Kaseya",
            "VSA",
            &[
                ("Kaseya", "Virtual System/Server Administrator (VSA)"),
                ("Kaseya Limited", "VSA"),
            ],
        ),
        (
            "SolarWinds",
            "Orion Platform",
            &[("SolarWinds", "Orion"), ("", "SolarWinds Orion")],
        ),
        (
            "PaperCut",
            "PaperCut NG",
            &[("papercut", "papercut_ng"), ("PaperCut", "NG")],
        ),
        (
            "TeamViewer",
            "TeamViewer",
            &[
                ("TeamViewer", "Desktop"),
                ("", "TeamViewer"),
                ("TeamViewer Germany GmbH", "TeamViewer Remote"),
            ],
        ),
        (
            "Synology",
            "DiskStation Manager",
            &[("Synology", "DSM"), ("synology", "diskstation_manager")],
        ),
    ]);
}

#[test]
fn other_products_stay_other_products() {
    let exchange = ProductKey::new("Microsoft", "Exchange Server");
    for (vendor, product) in [
        ("Microsoft", "Exchange Online"),
        ("Microsoft", "SharePoint Server"),
        (
            "ESET, spol. s r.o.",
            "ESET Mail Security for Microsoft Exchange Server",
        ),
        ("Other", "Exchange Server"),
    ] {
        assert!(
            !ProductKey::new(vendor, product).matches(&exchange),
            "{vendor} {product}"
        );
    }
    for (one, other) in [
        (("Citrix", "NetScaler ADC"), ("A10", "Thunder ADC")),
        (("Citrix", "NetScaler ADC"), ("Kemp", "ADC")),
        (("Sophos", "Firewall"), ("Zyxel", "Firewall")),
        (("Cisco", "IOS"), ("Apple", "iOS")),
        (("Cisco", "IOS"), ("Cisco", "IOS XE")),
        (
            ("Microsoft", "SharePoint Server 2016"),
            ("Microsoft", "SharePoint Server 2019"),
        ),
        (("", "pkg:npm/log4j"), ("Apache", "Log4j")),
        (("", "pkg:pypi/requests"), ("", "pkg:npm/requests")),
    ] {
        assert!(
            !ProductKey::new(one.0, one.1).matches(&ProductKey::new(other.0, other.1)),
            "{one:?} {other:?}"
        );
    }
    assert!(ProductKey::new("", "Thunder ADC").matches(&ProductKey::new("A10", "Thunder ADC")));
}

#[test]
fn a_purl_is_a_product_with_the_order_of_its_ecosystem() {
    for (purl, vendor, product, scheme) in [
        (
            "pkg:npm/%40angular/core@17.0.0",
            "pkg:npm/@angular",
            "core",
            Scheme::Semver,
        ),
        (
            "pkg:PYPI/Django_Package",
            "pkg:pypi",
            "django-package",
            Scheme::Pypi,
        ),
        (
            "pkg:rpm/redhat/openssl@1.1.1k-6.el8_5?arch=x86_64&epoch=1",
            "pkg:rpm/redhat",
            "openssl",
            Scheme::Rpm,
        ),
        (
            "pkg:deb/debian/curl@7.50.3-1",
            "pkg:deb/debian",
            "curl",
            Scheme::Debian,
        ),
        (
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar",
            "apache",
            "log4j",
            Scheme::Maven,
        ),
    ] {
        let key = ProductKey::new("ignored where a purl stands", purl);
        assert_eq!(
            (key.vendor.as_str(), key.product.as_str(), key.scheme()),
            (vendor, product, scheme),
            "{purl}"
        );
    }
    // No purl: a name like any other.
    assert_eq!(
        ProductKey::new("x", "pkg: of screws").product,
        "pkg of screws"
    );
}

#[test]
fn a_name_of_many_products_is_taken_apart_only_where_all_are_known() {
    for (vendor, product, expected) in [
        (
            "Citrix",
            "NetScaler ADC and NetScaler Gateway",
            vec!["netscaler adc", "netscaler gateway"],
        ),
        (
            "Citrix",
            "NetScaler ADC and Gateway",
            vec!["netscaler adc", "netscaler gateway"],
        ),
        (
            "Ivanti",
            "Connect Secure, Policy Secure, and ZTA Gateways",
            vec!["connect secure", "policy secure", "zta gateways"],
        ),
        (
            "Ivanti",
            "Connect Secure, Policy Secure, and Neurons",
            vec!["connect secure", "policy secure", "zta gateways"],
        ),
        (
            "Fortinet",
            "FortiOS and FortiProxy",
            vec!["fortios", "fortiproxy"],
        ),
        ("PaperCut", "NG/MF", vec!["papercut ng", "papercut mf"]),
        (
            "PaperCut",
            "PaperCut NG, PaperCut MF",
            vec!["papercut mf", "papercut ng"],
        ),
        ("Cisco", "IOS and IOS XE Software", vec!["ios", "ios xe"]),
        (
            "Cisco",
            "Adaptive Security Appliance (ASA) and Firepower Threat Defense (FTD)",
            vec!["adaptive security appliance", "firepower threat defense"],
        ),
        (
            "Microsoft",
            "SharePoint",
            vec![
                "sharepoint server 2016",
                "sharepoint server 2019",
                "sharepoint server subscription edition",
                "sharepoint server",
            ],
        ),
        (
            "Atlassian",
            "Confluence Server and Data Center",
            vec!["confluence server and data center"],
        ),
        ("Apple", "iOS and iPadOS", vec!["ios and ipados"]),
        ("Fortinet", "Multiple Products", vec!["multiple products"]),
        ("Veeam", "Backup & Replication", vec!["backup replication"]),
        ("Microsoft", "Exchange Server", vec!["exchange server"]),
    ] {
        let found: Vec<String> = ProductKey::several(vendor, product)
            .into_iter()
            .map(|key| key.product)
            .collect();
        assert_eq!(found, expected, "{vendor} {product}");
    }
}

#[test]
fn makers_with_an_order_of_their_own_are_known() {
    for (vendor, product, scheme) in [
        ("Microsoft", "Exchange Server 2019", Scheme::MicrosoftBuild),
        ("Fortinet", "FortiGate", Scheme::FortiOs),
        ("NetScaler", "Gateway", Scheme::NetScaler),
        ("Ivanti", "Connect Secure", Scheme::Ivanti),
        ("OpenSSL", "OpenSSL", Scheme::OpenSsl),
        ("Example", "Thing", Scheme::Generic),
    ] {
        assert_eq!(
            ProductKey::new(vendor, product).scheme(),
            scheme,
            "{vendor} {product}"
        );
    }
}

/// Every line is read, every order is one of ours, and no vendor is spelled in two ways at once.
#[test]
fn the_file_of_aliases_is_whole() {
    let text = include_str!("aliases.txt");
    let mut vendors = std::collections::HashMap::new();
    for line in text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        let columns: Vec<&str> = line.split(';').map(str::trim).collect();
        let wanted = match columns[0] {
            "vendor" => 3,
            "product" | "family" | "order" | "purl" => 4,
            other => panic!("{other:?} in {line:?}"),
        };
        assert!(
            columns.len() == wanted || (columns[0] == "product" && columns.len() == 3),
            "{line:?}"
        );
        assert!(columns.iter().all(|column| !column.is_empty()), "{line:?}");
        if columns[0] == "vendor" {
            for spelling in columns[2].split(',').chain([columns[1]]) {
                let before = vendors.insert(super::fold(spelling), columns[1]);
                assert!(
                    before.is_none_or(|before| before == columns[1]),
                    "{spelling} is {before:?} and {}",
                    columns[1]
                );
            }
        }
        if columns[0] == "order" {
            assert!(Scheme::named(columns[3]).is_some(), "{line:?}");
        }
    }
    let read = Aliases::read(text);
    let orders = read.orders.keys().all(|names| {
        ALIASES.known(&ProductKey {
            vendor: names.0.clone(),
            product: names.1.clone(),
        })
    });
    let families = read.families.iter().all(|((vendor, _), members)| {
        members
            .iter()
            .all(|name| read.products.contains_key(&(vendor.clone(), name.clone())))
    });
    assert!(orders && families);
}
