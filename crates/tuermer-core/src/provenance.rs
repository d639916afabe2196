//! Proof of a document's origin, the decision of a person about a key, and the state of a listed document.

use crate::scale::words;

words! {
    /// Is the document what its publisher signed? Weakest first: a proof is never replaced by less.
    SignatureState {
        /// Something that was promised is missing, or what is there does not fit: the document is not used.
        Failed = "failed",
        /// Neither proven nor contradicted.
        Unsigned = "unsigned",
        /// A pinned key signed exactly these bytes.
        Verified = "verified",
    }
}

words! {
    /// What a signing key of a provider counts for.
    KeyState {
        /// Another key than the first one: counts for nothing until a person decides.
        Waiting = "waiting",
        /// First seen with its provider, or accepted by a person.
        Trusted = "trusted",
        /// Refused by a person, or revoked by its owner.
        Refused = "refused",
    }
}

words! {
    /// What became of a document that a list names.
    EntryState {
        /// Used.
        Taken = "taken",
        /// The bytes we had already.
        Same = "same",
        /// Not used; it is fetched again after a day.
        Rejected = "rejected",
    }
}
