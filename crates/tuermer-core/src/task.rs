//! What a person must do for one company.

use crate::scale::words;

words! {
    /// Kinds of tasks, the least urgent first.
    TaskKind {
        /// Nothing else reaches them: call.
        Call = "call",
        /// They asked for help.
        Help = "help",
        /// A sign of a break-in.
        Incident = "incident",
    }
}
