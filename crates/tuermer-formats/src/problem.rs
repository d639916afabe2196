//! Why a cell, a row or a whole file was not taken: a closed list, so that every reason has its words in both languages.

use tuermer_core::field::Field;

/// Declares the reasons with the key of their sentence.
macro_rules! problems {
    ($($(#[$doc:meta])* $variant:ident = $key:literal),* $(,)?) => {
        /// A reason; its sentence lies in the texts under [`Problem::key`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Problem {
            $($(#[$doc])* $variant,)*
            /// A fact of an organisation that its rule does not accept.
            Fact(Field),
        }

        impl Problem {
            /// Every reason but those of facts, which stand in [`Field::rule`].
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// Key of the sentence.
            pub fn key(self) -> &'static str {
                match self {
                    $(Self::$variant => $key,)*
                    Self::Fact(field) => field.rule().map_or("import.reason_missing", |rule| rule.refusal),
                }
            }
        }
    };
}

problems! {
    /// The file cannot be read; detail: the operating system's words.
    Unreadable = "import.file_unreadable",
    /// Larger than the limit.
    FileTooLarge = "import.file_too_large",
    /// Neither text nor XLSX.
    NotATable = "import.file_not_a_table",
    /// The old spreadsheet format XLS.
    OldSpreadsheet = "import.file_old_spreadsheet",
    /// The spreadsheet is damaged; detail: what the reader said.
    BrokenSpreadsheet = "import.file_broken_spreadsheet",
    /// There is no row at all.
    Empty = "import.file_empty",
    /// No column carries the number of the organisation; detail: the columns found.
    NoIdentifierColumn = "import.file_no_identifier",
    /// A column without which nothing can be stored; detail: its name.
    NoColumn = "import.file_no_column",
    /// More columns than the limit.
    TooManyColumns = "import.file_too_many_columns",
    /// One row is longer than the limit; mostly a quote that is never closed.
    RowTooLong = "import.file_row_too_long",
    /// The mapping file; detail: what is wrong.
    Mapping = "import.file_mapping",
    /// More rows of a spreadsheet than fit into memory.
    TooManyCells = "import.file_too_many_cells",

    /// Must not be empty.
    Missing = "import.reason_missing",
    /// Longer than the limit.
    TooLong = "import.reason_too_long",
    /// A line break or another control character.
    ControlCharacter = "import.reason_control_character",
    /// A formula that failed.
    CellError = "import.reason_cell_error",
    /// More cells than the header has.
    ExtraCells = "import.reason_extra_cells",
    /// Two `@`.
    TwoAts = "import.reason_two_ats",
    /// No https address, or one with a password.
    Url = "import.reason_url",
    /// An address to which nothing must be sent, such as one of the own house.
    UrlRefused = "import.reason_url_refused",
    /// It is known here as ended, expired or no more, and stays unused.
    NotUsed = "import.reason_not_used",
    /// Messages there are signed with a key that nobody was given yet.
    KeyUntold = "import.reason_key_untold",
    /// A row about a person without any way to them.
    NoWay = "import.reason_no_way",
    /// More people than one organisation may have; detail: the limit.
    TooManyContacts = "import.reason_too_many_contacts",
    /// No `@`.
    NoAt = "import.reason_no_at",
    /// The part before the `@` cannot be delivered to.
    MailLocalPart = "import.reason_mail_local_part",
    /// The part behind the `@` is no domain.
    MailDomain = "import.reason_mail_domain",
    /// Not a telephone number.
    Phone = "import.reason_phone",
    /// A German postcode with four digits.
    PostcodeFourDigits = "import.reason_postcode_four_digits",
    /// A German postcode must have five digits.
    Postcode = "import.reason_postcode",
    /// Not a time.
    Time = "import.reason_time",
    /// Later than now.
    Future = "import.reason_future",
    /// Not a build number.
    Build = "import.reason_build",
    /// Neither network, domain nor asn.
    NetworkKind = "import.reason_network_kind",
    /// Not an address or a block of addresses.
    Network = "import.reason_network",
    /// A block so large that it cannot belong to one company.
    NetworkTooLarge = "import.reason_network_too_large",
    /// An address nobody has on the Internet (private, loopback, multicast).
    NetworkNotPublic = "import.reason_network_not_public",
    /// Not a domain.
    Domain = "import.reason_domain",
    /// A public suffix such as `de` or `co.uk`.
    PublicSuffix = "import.reason_public_suffix",
    /// Not an autonomous system number.
    Asn = "import.reason_asn",
    /// The number of the organisation is not in the store.
    UnknownOrganisation = "import.reason_unknown_organisation",
    /// Two rows of the file tell different things about the same; detail: the earlier row.
    DuplicateDiffers = "import.reason_duplicate_differs",
    /// Two assets with the same product and host, told by the same source; detail: the earlier row.
    SameAssetTwice = "import.reason_same_asset_twice",

    /// Warning: no provider has this number.
    UnknownProvider = "import.warning_unknown_provider",
    /// Warning: another organisation has the same or an enclosing network; detail: whose.
    Overlap = "import.warning_overlap",
    /// Warning: the store has something newer of the same source.
    Older = "import.warning_older",
}

/// A file that cannot be read as a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}", problem.key())]
pub struct Fault {
    /// What is wrong.
    pub problem: Problem,
    /// Line of the file, where one can be named.
    pub line: Option<u64>,
    /// What the sentence needs.
    pub detail: String,
}

impl Fault {
    /// A fault of the whole file.
    pub fn new(problem: Problem, detail: impl Into<String>) -> Self {
        Self {
            problem,
            line: None,
            detail: detail.into(),
        }
    }

    /// A fault in a line.
    pub fn at(problem: Problem, line: u64, detail: impl Into<String>) -> Self {
        Self {
            problem,
            line: Some(line),
            detail: detail.into(),
        }
    }
}
