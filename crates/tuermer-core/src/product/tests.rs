//! Names of the products of past crises, as each source spells them.

use super::{ALIASES, Aliases, ProductKey};
use crate::version_order::Scheme;

/// Vendor and product, and below them their other spellings.
const SPELLINGS: &str = include_str!("../../tests/fixtures/product_spellings.txt");

fn key(line: &str) -> ProductKey {
    let (vendor, product) = line.split_once(" | ").unwrap();
    ProductKey::new(vendor, product)
}

#[test]
fn spellings_of_one_product_are_equal() {
    let mut product = None;
    let mut spellings = 0;
    for line in SPELLINGS.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('\t') {
            None => product = Some(key(line)),
            Some(spelling) => {
                assert_eq!(Some(key(spelling)), product, "{spelling}");
                spellings += 1;
            }
        }
    }
    assert!(spellings > 88, "{spellings}");
    assert_eq!(
        ProductKey::new("Citrix", "NetScaler ADC\u{202f}"),
        ProductKey::new("Citrix", "NetScaler ADC")
    );
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

/// Vendor and name, and the products that it names.
const MANY_PRODUCTS: &[(&str, &str, &[&str])] = &[
    (
        "Citrix",
        "NetScaler ADC and NetScaler Gateway",
        &["netscaler adc", "netscaler gateway"],
    ),
    (
        "Citrix",
        "NetScaler ADC and Gateway",
        &["netscaler adc", "netscaler gateway"],
    ),
    (
        "Ivanti",
        "Connect Secure, Policy Secure, and ZTA Gateways",
        &["connect secure", "policy secure", "zta gateways"],
    ),
    (
        "Ivanti",
        "Connect Secure, Policy Secure, and Neurons",
        &["connect secure", "policy secure", "zta gateways"],
    ),
    (
        "Fortinet",
        "FortiOS and FortiProxy",
        &["fortios", "fortiproxy"],
    ),
    ("PaperCut", "NG/MF", &["papercut ng", "papercut mf"]),
    (
        "PaperCut",
        "PaperCut NG, PaperCut MF",
        &["papercut mf", "papercut ng"],
    ),
    ("Cisco", "IOS and IOS XE Software", &["ios", "ios xe"]),
    (
        "Cisco",
        "Adaptive Security Appliance (ASA) and Firepower Threat Defense (FTD)",
        &["adaptive security appliance", "firepower threat defense"],
    ),
    (
        "Microsoft",
        "SharePoint",
        &[
            "sharepoint server 2016",
            "sharepoint server 2019",
            "sharepoint server subscription edition",
            "sharepoint server",
        ],
    ),
    (
        "Atlassian",
        "Confluence Server and Data Center",
        &["confluence server and data center"],
    ),
    ("Apple", "iOS and iPadOS", &["ios and ipados"]),
    ("Fortinet", "Multiple Products", &["multiple products"]),
    ("Veeam", "Backup & Replication", &["backup replication"]),
    ("Microsoft", "Exchange Server", &["exchange server"]),
];

#[test]
fn a_name_of_many_products_is_taken_apart_only_where_all_are_known() {
    for &(vendor, product, expected) in MANY_PRODUCTS {
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
    let text = include_str!("../aliases.txt");
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
