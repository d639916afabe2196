//! Why a verdict is as it is, and the question that would decide it: facts, stored as they stand here.

use crate::locale::Phrase;
use crate::scale::Source;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Why, as data: it is stored like this, and the sentence is made from it when it is read, in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "key", rename_all = "snake_case")]
pub enum Reason {
    /// A build that lacks the update.
    BuildBelowFix {
        /// Product line or product.
        product: String,
        /// Build as told.
        build: String,
        /// Cumulative update, if known.
        cumulative_update: String,
        /// Update that is missing.
        fix: String,
        /// Its KB article.
        kb: String,
        /// Another cumulative update must come first.
        cumulative_update_first: bool,
        /// Only customers of a paid programme get the update.
        paid: Option<Paid>,
    },
    /// A build that has the update.
    BuildHasFix {
        /// Product line or product.
        product: String,
        /// Build as told.
        build: String,
        /// Update that is in.
        fix: String,
    },
    /// The update is in, but a second step that no build shows is not done, or nobody said that it is.
    SecondStep {
        /// Product line or product.
        product: String,
        /// Build as told.
        build: String,
        /// Update that is in.
        fix: String,
        /// The step as a phrase.
        step: Phrase,
        /// Somebody said that it is not done; otherwise nobody said anything.
        told_open: bool,
    },
    /// The vendor names the branch as open and gives it no fix.
    BranchWithoutFix {
        /// Branch.
        product: String,
        /// Build as told.
        build: String,
        /// Advisory that says so.
        advisory: String,
    },
    /// Only the cumulative update is known.
    UpdateUnknown {
        /// Product line.
        product: String,
        /// Version as seen.
        version: String,
        /// Update in question.
        fix: String,
    },
    /// Out of support: the vendor makes no statement.
    EndOfLife {
        /// Product line.
        product: String,
        /// Build as told.
        build: String,
    },
    /// The vendor does not name the line for this flaw, and whether it was still supported is not known.
    NoStatement {
        /// Product line.
        product: String,
        /// Build as told.
        build: String,
    },
    /// The build is in no table.
    UnknownBuild {
        /// Product.
        product: String,
        /// Build as told.
        build: String,
    },
    /// The version is told, but the document does not say which versions are affected.
    NoVersionsNamed {
        /// Product.
        product: String,
        /// As told.
        version: String,
    },
    /// Has the product, version not known.
    ProductOnly {
        /// Product.
        product: String,
    },
    /// The version is inside (or outside) the range the publisher names.
    VersionInRange {
        /// Product.
        product: String,
        /// Version as told.
        version: String,
        /// Range or version the publisher names.
        range: String,
    },
    /// The publisher's list names this version as fixed or not affected.
    VersionNotAffected {
        /// Product.
        product: String,
        /// Version as told.
        version: String,
        /// The publisher's justification, may be empty.
        justification: String,
    },
    /// Version and range cannot be compared.
    NotComparable {
        /// Product.
        product: String,
        /// Version as told.
        version: String,
        /// Range in the publisher's words.
        range: String,
    },
    /// A scan tried the flaw and got in.
    ProvenByScan {
        /// Host or address.
        host: String,
        /// CVE.
        cve: String,
    },
    /// The product answers at an address of the organisation.
    SeenFromOutside {
        /// Product.
        product: String,
        /// Host or address.
        host: String,
        /// Version as seen, may be empty.
        version: String,
    },
    /// Signs of a break-in.
    BreakIn {
        /// Host or address.
        host: String,
        /// Kind of sign, for example `webshell`.
        sign: String,
    },
    /// Somebody told us that the product is not there, or only in the cloud.
    NotInUse {
        /// Product.
        product: String,
        /// As a cloud service.
        cloud: bool,
    },
    /// The organisation (or its provider) says it is done.
    ReportedFixed {
        /// Who said so.
        by: Source,
    },
    /// It says it is done, and the reports that had proved the hole do not list it any more.
    NoLongerListed {
        /// Who said so.
        by: Source,
        /// Report type.
        report: String,
        /// Days with a report without it.
        reports: u64,
        /// Days they span.
        days: i64,
    },
    /// It said it was done, and the hole was seen after that.
    SeenAgain {
        /// Who had said so.
        by: Source,
        /// When.
        said_at: Timestamp,
        /// What was seen.
        now: Box<Reason>,
    },
    /// The advisory was withdrawn.
    Withdrawn,
    /// Only read, never judged: what an earlier program stored was a sentence, and the threat was not judged since.
    AsWritten {
        /// The sentence in the languages of that program.
        words: Phrase,
    },
    /// Only read, never judged: another version of the program stored a reason that this one does not know.
    NotKnown {
        /// Its key.
        name: String,
    },
}

/// An update that only customers of a paid programme get.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Paid {
    /// Short name of the programme (`ESU`).
    pub programme: String,
    /// Its last day.
    pub until: Date,
    /// What is to be done without it as a phrase.
    pub instead: Phrase,
    /// Whether this company is a customer; `None` = nobody said.
    pub has: Option<bool>,
}

/// The one question that would decide an unknown, stored like [`Reason`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "key", rename_all = "snake_case")]
pub enum Question {
    /// Do you run this product yourselves?
    RunsProduct {
        /// Product.
        product: String,
    },
    /// Is this flaw closed? Asked where no version can tell.
    FlawClosed {
        /// Product.
        product: String,
        /// Identifier of the flaw.
        flaw: String,
    },
    /// Which build exactly (ExSetup.exe or HealthChecker, not Get-ExchangeServer)?
    WhichBuild {
        /// Product.
        product: String,
    },
    /// Is this update installed?
    UpdateInstalled {
        /// Product line.
        product: String,
        /// Update.
        fix: String,
        /// KB article, may be empty.
        kb: String,
    },
    /// A condition no build can show.
    Condition {
        /// The pack's key, for example `sessions-ended`.
        condition: String,
        /// The pack's question.
        words: Phrase,
    },
    /// What does the vendor say of this line?
    VendorStatement {
        /// Product line.
        product: String,
    },
    /// When will the product out of support be replaced?
    Replacement {
        /// Product line.
        product: String,
    },
    /// Only read, never asked: see [`Reason::AsWritten`].
    AsWritten {
        /// The question in the languages of that program.
        words: Phrase,
    },
    /// Only read, never asked: see [`Reason::NotKnown`].
    NotKnown {
        /// Its key.
        name: String,
    },
}
