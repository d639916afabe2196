//! The two languages a reader may have.

/// A reader's language; German is the default of the region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Language {
    /// `de`
    #[default]
    German,
    /// `en`
    English,
}

impl Language {
    /// All languages, in the order in which content is hashed and shown.
    pub const ALL: [Self; 2] = [Self::German, Self::English];

    /// ISO 639-1 code as stored and as in `lang=""`.
    pub fn code(self) -> &'static str {
        match self {
            Self::German => "de",
            Self::English => "en",
        }
    }

    /// Reads `de`, `de-AT`, `de_DE.UTF-8`, `deutsch`, `en`, `english`, …; `None` for others.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        match text.get(..2)? {
            "de" => Some(Self::German),
            "en" => Some(Self::English),
            _ => None,
        }
    }
}
