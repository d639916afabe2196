//! One product, many spellings: how vendor and product names are made comparable.

/// A product name in comparable form. Two spellings of the same product give equal keys.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProductKey {
    /// Normalised vendor, may be empty when the source names none.
    pub vendor: String,
    /// Normalised product.
    pub product: String,
}

impl ProductKey {
    /// Normalises names: case and punctuation folded, legal forms dropped, known aliases joined,
    /// a year or edition that is part of the name split off.
    ///
    /// `("Microsoft Corporation", "MS Exchange Server 2016")` and `("microsoft", "exchange_server")` are equal.
    pub fn new(vendor: &str, product: &str) -> Self {
        let vendor = canonical_vendor(&fold(vendor));
        let mut product = fold(product);
        if let Some(rest) = product.strip_prefix(&format!("{vendor} ")) {
            product = rest.to_string();
        }
        let product = canonical_product(&product);
        let vendor = match PRODUCTS.iter().find(|(_, _, name)| *name == product) {
            Some((owner, _, _)) if vendor.is_empty() || vendor == product => (*owner).to_string(),
            _ => vendor,
        };
        Self { vendor, product }
    }

    /// Same product; an unnamed vendor matches any.
    pub fn matches(&self, other: &Self) -> bool {
        self.product == other.product && (self.vendor == other.vendor || self.vendor.is_empty() || other.vendor.is_empty())
    }
}

/// Vendor spellings → one name. Source: CVE records, KEV and Microsoft's own tables.
const VENDORS: &[(&str, &str)] = &[
    ("ms", "microsoft"),
    ("microsoft corporation", "microsoft"),
    ("microsoft corp", "microsoft"),
    ("netscaler", "citrix"),
    ("cloud software", "citrix"),
    ("citrix systems", "citrix"),
    ("fortinet inc", "fortinet"),
];

/// Product spellings → one name: vendor, spelling, name. A trailing year of Exchange is an edition, not a product.
const PRODUCTS: &[(&str, &str, &str)] = &[
    ("microsoft", "exchange", "exchange server"),
    ("microsoft", "exchange server", "exchange server"),
    ("microsoft", "ms exchange", "exchange server"),
    ("microsoft", "ms exchange server", "exchange server"),
    ("microsoft", "microsoft exchange", "exchange server"),
    ("microsoft", "microsoft exchange server", "exchange server"),
    ("microsoft", "exchange server subscription edition", "exchange server"),
    ("microsoft", "exchange subscription edition", "exchange server"),
    ("citrix", "netscaler adc", "netscaler adc"),
    ("citrix", "adc", "netscaler adc"),
    ("citrix", "netscaler gateway", "netscaler gateway"),
    ("fortinet", "fortios", "fortios"),
];

/// Words of an Exchange name that tell edition or cumulative update, not product.
fn without_edition(product: &str) -> String {
    let mut words: Vec<&str> = product.split(' ').collect();
    if !words.contains(&"exchange") {
        return product.to_string();
    }
    words.retain(|word| {
        let edition = matches!(*word, "2010" | "2013" | "2016" | "2019" | "se" | "rtm" | "standard" | "enterprise");
        let update = word.strip_prefix("cu").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()));
        !edition && !update
    });
    let text = words.join(" ");
    match text.find(" cumulative update") {
        Some(at) => text.chars().take(at).collect(),
        None => text,
    }
}

fn canonical_product(product: &str) -> String {
    let product = without_edition(product);
    PRODUCTS.iter().find(|(_, spelling, _)| *spelling == product).map_or(product, |(_, _, name)| (*name).to_string())
}

fn canonical_vendor(vendor: &str) -> String {
    VENDORS.iter().find(|(spelling, _)| *spelling == vendor).map_or_else(|| vendor.to_string(), |(_, name)| (*name).to_string())
}

/// Lower case, punctuation and runs of blanks to one blank, legal forms dropped.
fn fold(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower
        .split(|c: char| !(c.is_alphanumeric() || c == '+' || c == '.'))
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty() && !matches!(*word, "inc" | "corp" | "corporation" | "gmbh" | "ltd" | "llc" | "®" | "™"));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::ProductKey;

    #[test]
    fn spellings_of_one_product_are_equal() {
        let exchange = ProductKey::new("Microsoft", "Exchange Server");
        for (vendor, product) in [
            ("Microsoft Corporation", "Microsoft Exchange Server 2016 Cumulative Update 19"),
            ("microsoft", "exchange_server"),
            ("", "MS Exchange 2013"),
            ("MS", "Exchange"),
            ("Microsoft", "Exchange Server 2019 CU8"),
            ("Microsoft", "Microsoft Exchange Server Subscription Edition"),
            ("Microsoft Corp.", "Exchange SE"),
        ] {
            assert_eq!(ProductKey::new(vendor, product), exchange, "{vendor} / {product}");
        }
        assert!(!ProductKey::new("Microsoft", "Exchange Online").matches(&exchange));
        assert!(!ProductKey::new("Microsoft", "SharePoint Server").matches(&exchange));
        assert_eq!(ProductKey::new("NetScaler", "ADC"), ProductKey::new("Citrix", "NetScaler ADC"));
    }
}
