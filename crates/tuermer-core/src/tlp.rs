//! Traffic Light Protocol 2.0: who may see what. The label is set by the source and travels with the information; it may
//! be narrowed, never widened.

use crate::scale::words;

words! {
    /// Traffic Light Protocol 2.0, widest audience first, so that the strictest of several is the greatest.
    Tlp {
        /// No limit.
        Clear = "TLP:CLEAR",
        /// Within the community; not over public channels.
        Green = "TLP:GREEN",
        /// Need-to-know inside the organisation and its clients.
        Amber = "TLP:AMBER",
        /// Inside the organisation only.
        AmberStrict = "TLP:AMBER+STRICT",
        /// Named persons only; never through the system.
        Red = "TLP:RED",
    }
}

/// Who would read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Everybody: the public page, Atom, open CSAF and CAP.
    Public,
    /// Any member, after sign-in or by a message addressed to it.
    AnyMember,
    /// Any registered IT provider.
    AnyProvider,
    /// The member the information is about.
    MemberConcerned,
    /// The IT provider which that member named in our register, addressed by us.
    ProviderOfMember,
}

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permit {
    /// All of it.
    Whole,
    /// Counts, none below [`crate::limits::HIDDEN_BELOW`].
    CountsOnly,
    /// "Please call us" instead of the content; with the source's consent: all of it.
    PleaseCall,
    /// A talk or a meeting; the system keeps that it took place, not what was said.
    Talk,
    /// Nothing.
    Nothing,
}

impl Tlp {
    /// Reads a label of TLP 1 or 2, with or without prefix, as MISP, STIX, n6 and IntelMQ write it; `None` where it is no label.
    pub fn of_label(label: &str) -> Option<Self> {
        let label = label.trim().to_ascii_uppercase();
        match label.strip_prefix("TLP:").unwrap_or(&label).trim() {
            "WHITE" | "CLEAR" | "UNLABELED" => Some(Self::Clear),
            "GREEN" => Some(Self::Green),
            "AMBER" => Some(Self::Amber),
            "AMBER+STRICT" | "AMBER-STRICT" | "AMBER STRICT" | "AMBER_STRICT" => {
                Some(Self::AmberStrict)
            }
            "RED" => Some(Self::Red),
            _ => None,
        }
    }

    /// Reads a label; an unknown one is AMBER+STRICT until a person decides.
    pub fn read(label: &str) -> Self {
        Self::of_label(label).unwrap_or(Self::AmberStrict)
    }

    /// The strictest label of everything a text was made from; nothing used: no limit.
    pub fn strictest(labels: impl IntoIterator<Item = Self>) -> Self {
        labels.into_iter().max().unwrap_or(Self::Clear)
    }

    /// How much of it this audience may get.
    pub fn permits(self, audience: Audience) -> Permit {
        match (self, audience) {
            (Self::Clear, _)
            | (
                Self::Green,
                Audience::AnyMember
                | Audience::AnyProvider
                | Audience::MemberConcerned
                | Audience::ProviderOfMember,
            )
            | (Self::Amber, Audience::MemberConcerned | Audience::ProviderOfMember)
            | (Self::AmberStrict, Audience::MemberConcerned) => Permit::Whole,
            (Self::Amber, Audience::Public) => Permit::CountsOnly,
            (Self::AmberStrict, Audience::ProviderOfMember) => Permit::PleaseCall,
            (Self::Red, Audience::MemberConcerned) => Permit::Talk,
            _ => Permit::Nothing,
        }
    }

    /// The label for a system that knows only the four of TLP 1: AMBER+STRICT goes out as RED, never as AMBER.
    pub fn first_version(self) -> &'static str {
        match self {
            Self::Clear => "TLP:WHITE",
            Self::Green => "TLP:GREEN",
            Self::Amber => "TLP:AMBER",
            Self::AmberStrict | Self::Red => "TLP:RED",
        }
    }
}

/// True for MISP's label of the Chatham House rule: the information may be used, its source is not named.
pub fn hides_source(label: &str) -> bool {
    label
        .trim()
        .to_ascii_uppercase()
        .strip_prefix("TLP:")
        .is_some_and(|rest| rest.starts_with("EX:CHR"))
}

#[cfg(test)]
mod tests {
    use super::{Audience, Permit, Tlp, hides_source};

    #[test]
    fn labels_are_read() {
        for (label, wanted) in [
            ("TLP:WHITE", Some(Tlp::Clear)),
            ("tlp:clear", Some(Tlp::Clear)),
            ("White", Some(Tlp::Clear)),
            ("tlp:green", Some(Tlp::Green)),
            ("AMBER", Some(Tlp::Amber)),
            ("tlp:amber+strict", Some(Tlp::AmberStrict)),
            ("RED", Some(Tlp::Red)),
            ("tlp:ex:chr", None),
            ("", None),
        ] {
            assert_eq!(Tlp::of_label(label), wanted, "{label}");
            assert_eq!(
                Tlp::read(label),
                wanted.unwrap_or(Tlp::AmberStrict),
                "{label}"
            );
        }
        assert!(hides_source("tlp:ex:chr") && !hides_source("tlp:red"));
        for this in Tlp::ALL {
            assert_eq!(Tlp::of_label(this.as_str()), Some(*this));
            assert!(
                Tlp::of_label(this.first_version()).is_some_and(|back| back >= *this),
                "narrowed, never widened"
            );
        }
    }

    #[test]
    fn every_label_against_every_audience() {
        use Permit::{CountsOnly, Nothing, PleaseCall, Talk, Whole};
        let audiences = [
            Audience::Public,
            Audience::AnyMember,
            Audience::AnyProvider,
            Audience::MemberConcerned,
            Audience::ProviderOfMember,
        ];
        for (label, permits) in [
            (Tlp::Clear, [Whole, Whole, Whole, Whole, Whole]),
            (Tlp::Green, [Nothing, Whole, Whole, Whole, Whole]),
            (Tlp::Amber, [CountsOnly, Nothing, Nothing, Whole, Whole]),
            (
                Tlp::AmberStrict,
                [Nothing, Nothing, Nothing, Whole, PleaseCall],
            ),
            (Tlp::Red, [Nothing, Nothing, Nothing, Talk, Nothing]),
        ] {
            for (audience, wanted) in audiences.into_iter().zip(permits) {
                assert_eq!(label.permits(audience), wanted, "{label:?} {audience:?}");
            }
        }
        assert_eq!(
            Tlp::strictest([Tlp::Green, Tlp::AmberStrict, Tlp::Clear]),
            Tlp::AmberStrict
        );
        assert_eq!(Tlp::strictest([]), Tlp::Clear);
    }
}
