//! Names for invented companies and people. Surnames are put together from parts, so that no real firm is meant;
//! telephone numbers come from the block the Bundesnetzagentur keeps free for films.

use rand::RngExt as _;
use rand::rngs::ChaCha20Rng;
use rand::seq::IndexedRandom as _;

const FRONTS: [&str; 36] = [
    "Aschen",
    "Birken",
    "Bruch",
    "Dachs",
    "Dorn",
    "Drossel",
    "Ebers",
    "Elster",
    "Erlen",
    "Fichten",
    "Ginster",
    "Hain",
    "Hasel",
    "Hecken",
    "Huf",
    "Kalten",
    "Kessel",
    "Kiefern",
    "Lerchen",
    "Marder",
    "Moor",
    "Mühlen",
    "Nebel",
    "Quell",
    "Raben",
    "Reh",
    "Sauer",
    "Schiefer",
    "Schlehen",
    "Sommer",
    "Tannen",
    "Tröger",
    "Ulmen",
    "Wacholder",
    "Wiesel",
    "Zier",
];
const BACKS: [&str; 20] = [
    "born", "bracht", "brügge", "furt", "gründel", "hövel", "kamp", "knecht", "loh", "mert",
    "nolte", "rath", "schlade", "seifen", "siepen", "spelge", "trott", "wehr", "wiede", "zapp",
];
const TRADES: [(&str, &str); 34] = [
    ("Metallbau", "Metallgewerbe"),
    ("Walzentechnik", "Maschinenbau"),
    ("Werkzeugbau", "Maschinenbau"),
    ("Maschinenbau", "Maschinenbau"),
    ("Blechverarbeitung", "Metallgewerbe"),
    ("Oberflächentechnik", "Metallgewerbe"),
    ("Edelstahlhandel", "Großhandel"),
    ("Elektrotechnik", "Elektrogewerbe"),
    ("Haustechnik", "Baugewerbe"),
    ("Hochbau", "Baugewerbe"),
    ("Bedachungen", "Baugewerbe"),
    ("Holzbau", "Baugewerbe"),
    ("Tiefbau", "Baugewerbe"),
    ("Möbelwerkstätten", "Holzgewerbe"),
    ("Logistik", "Verkehr"),
    ("Spedition", "Verkehr"),
    ("Reisen", "Verkehr"),
    ("Autohaus", "Kfz-Handel"),
    ("Landtechnik", "Kfz-Handel"),
    ("Baustoffe", "Großhandel"),
    ("Getränke", "Großhandel"),
    ("Bürobedarf", "Einzelhandel"),
    ("Sportwelt", "Einzelhandel"),
    ("Gartenmarkt", "Einzelhandel"),
    ("Backwaren", "Nahrungsmittel"),
    ("Feinkost", "Nahrungsmittel"),
    ("Gasthof", "Gastgewerbe"),
    ("Hotel", "Gastgewerbe"),
    ("Steuerberatung", "Beratung"),
    ("Ingenieurbüro", "Beratung"),
    ("Immobilien", "Immobilien"),
    ("Versicherungsagentur", "Versicherung"),
    ("Medien", "Medien"),
    ("Pflegedienst", "Gesundheit"),
];
const FORMS: [&str; 8] = [
    "GmbH",
    "GmbH",
    "GmbH & Co. KG",
    "e. K.",
    "e. K.",
    "KG",
    "OHG",
    "UG (haftungsbeschränkt)",
];
const IT_WORDS: [&str; 8] = [
    "Systemhaus",
    "IT-Service",
    "Netzwerktechnik",
    "EDV-Beratung",
    "Datentechnik",
    "IT-Lösungen",
    "Computertechnik",
    "Digital",
];
const FIRST_NAMES: [&str; 24] = [
    "Anke", "Bernd", "Carla", "Dirk", "Elif", "Frank", "Gesa", "Holger", "Ines", "Jannik",
    "Katrin", "Lars", "Meike", "Norbert", "Olga", "Petra", "Ralf", "Sabine", "Tarik", "Ute",
    "Volker", "Wiebke", "Yasemin", "Zoran",
];
const STREETS: [&str; 16] = [
    "Hauptstraße",
    "Bahnhofstraße",
    "Industriestraße",
    "Am Sender",
    "Zur Alten Mühle",
    "Gewerbepark",
    "Talstraße",
    "Hüttenweg",
    "Schulstraße",
    "Bergstraße",
    "Marktplatz",
    "Im Wiesental",
    "Birkenweg",
    "Siegufer",
    "Weststraße",
    "Auf der Höhe",
];

/// One of a list; the lists are never empty, so the fallback is never seen.
fn pick<T: Copy + Default>(random: &mut ChaCha20Rng, list: &[T]) -> T {
    list.choose(random).copied().unwrap_or_default()
}

/// A surname nobody has.
pub fn surname(random: &mut ChaCha20Rng) -> String {
    format!("{}{}", pick(random, &FRONTS), pick(random, &BACKS))
}

/// A first name and a surname.
pub fn person(random: &mut ChaCha20Rng) -> String {
    format!("{} {}", pick(random, &FIRST_NAMES), surname(random))
}

/// Name of a member and its branch.
pub fn company(random: &mut ChaCha20Rng) -> (String, &'static str) {
    let (trade, sector) = TRADES
        .choose(random)
        .copied()
        .unwrap_or(("Handel", "Großhandel"));
    (
        format!("{} {trade} {}", surname(random), pick(random, &FORMS)),
        sector,
    )
}

/// Name of an IT provider.
pub fn provider(random: &mut ChaCha20Rng) -> String {
    format!(
        "{} {} {}",
        surname(random),
        pick(random, &IT_WORDS),
        pick(random, &FORMS)
    )
}

/// Street and number.
pub fn street(random: &mut ChaCha20Rng) -> String {
    format!("{} {}", pick(random, &STREETS), random.random_range(1..140))
}

/// A landline number that rings nowhere.
pub fn phone(random: &mut ChaCha20Rng) -> String {
    format!("0221 4710{:03}", random.random_range(0..1000))
}

/// A mobile number that rings nowhere.
pub fn mobile(random: &mut ChaCha20Rng) -> String {
    format!("0171 39200{:02}", random.random_range(0..100))
}

/// A domain nobody can own; the number keeps two companies of one name apart.
pub fn domain(name: &str, number: usize) -> String {
    let mut words = name.split(' ').take(2).map(letters);
    let (first, second) = (
        words.next().unwrap_or_default(),
        words.next().unwrap_or_default(),
    );
    format!("{first}-{second}-{number}.example")
}

fn letters(word: &str) -> String {
    let lower = word
        .to_lowercase()
        .replace('ä', "ae")
        .replace('ö', "oe")
        .replace('ü', "ue")
        .replace('ß', "ss");
    lower.chars().filter(char::is_ascii_alphanumeric).collect()
}
