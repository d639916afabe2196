//! The scales everybody must be able to read: VEX status, CAP certainty, our four levels, who said so.

/// Declares a closed word list with its stored form; the order is from weak to strong.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            /// Every word of the list, weakest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word as stored and as in JSON; never translated.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// Reads the stored word.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(from)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("unknown word {text}")))
            }
        }
    };
}
pub(crate) use words;

pub use crate::tlp::Tlp;

words! {
    /// Is the organisation hit? Words of VEX; `unknown` is a full value, not a gap.
    Status {
        /// The vendor or a measured build says the flaw is not there.
        NotAffected = "not_affected",
        /// The remedy is in.
        Fixed = "fixed",
        /// Undecided; an exposure then carries the question that would decide it.
        Unknown = "unknown",
        /// The flaw is there.
        Affected = "affected",
    }
}

words! {
    /// How sure we are (CAP 1.2 words). Chooses the strength of the sentence, never the mood.
    Certainty {
        /// Told to be unlikely.
        Unlikely = "unlikely",
        /// Stock data only: has the product, build unknown.
        Possible = "possible",
        /// A dated banner, three-part version or old build.
        Likely = "likely",
        /// Four-part build, a scan that proves it, or the organisation's own dated word.
        Observed = "observed",
    }
}

words! {
    /// Our four steps, shown as "Stufe 4 von 4 (rot)".
    Level {
        /// grey
        Notice = "1",
        /// yellow
        Elevated = "2",
        /// orange
        Serious = "3",
        /// red
        Extreme = "4",
    }
}

impl Level {
    /// 1 to 4.
    pub fn number(self) -> u8 {
        match self {
            Self::Notice => 1,
            Self::Elevated => 2,
            Self::Serious => 3,
            Self::Extreme => 4,
        }
    }

    /// CAP 1.2 severity word.
    pub fn severity(self) -> &'static str {
        match self {
            Self::Notice => "minor",
            Self::Elevated => "moderate",
            Self::Serious => "severe",
            Self::Extreme => "extreme",
        }
    }
}

words! {
    /// Until when (outcomes of `cisa:DT_BOD2604` 1.0.0 plus "today" for level 4).
    Urgency {
        /// Nothing to do any more.
        Past = "past",
        /// Fix on system upgrade.
        OnUpgrade = "on_upgrade",
        /// Within 60 days.
        Days60 = "60_days",
        /// Within 14 days.
        Days14 = "14_days",
        /// Within 3 days.
        Days3 = "3_days",
        /// Within 3 days, and look for traces of a break-in.
        Days3AndTraces = "3_days_and_traces",
        /// Today, and look for traces: mass exploitation is under way.
        Today = "today",
    }
}

impl Urgency {
    /// True where the reader must also search for traces of a break-in.
    pub fn search_for_traces(self) -> bool {
        matches!(self, Self::Today | Self::Days3AndTraces)
    }

    /// Days until the deadline; `None` where there is none.
    pub fn days(self) -> Option<i64> {
        match self {
            Self::Past | Self::OnUpgrade => None,
            Self::Days60 => Some(60),
            Self::Days14 => Some(14),
            Self::Days3 | Self::Days3AndTraces => Some(3),
            Self::Today => Some(0),
        }
    }
}

words! {
    /// Who said so. A later word of a weaker source does not erase an earlier one of a stronger source.
    Source {
        /// The chamber's own register.
        Register = "register",
        /// A report about networks from outside; its *proofs* outrank everything, see [`crate::assess`].
        Observation = "observation",
        /// The organisation's IT provider.
        Provider = "provider",
        /// The organisation itself.
        Member = "member",
    }
}
