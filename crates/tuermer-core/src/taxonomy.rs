//! What happened, in the words of the Reference Security Incident Taxonomy (RSIT), version 1003: 11 classes, 39 types.
//!
//! The stored word is the type; its class follows from it. Other people's spellings are read by [`IncidentType::read`].

use crate::scale::words;

words! {
    /// Classes of incidents.
    IncidentClass {
        /// Unwanted content.
        AbusiveContent = "abusive-content",
        /// Malware and what serves it.
        MaliciousCode = "malicious-code",
        /// Looking around before an attack.
        InformationGathering = "information-gathering",
        /// Somebody tries to get in.
        IntrusionAttempts = "intrusion-attempts",
        /// Somebody is in.
        Intrusions = "intrusions",
        /// A service does not answer.
        Availability = "availability",
        /// Information was read, changed or lost.
        InformationContentSecurity = "information-content-security",
        /// Deceit.
        Fraud = "fraud",
        /// An open door, not yet used.
        Vulnerable = "vulnerable",
        /// Fits no class, or nobody looked yet.
        Other = "other",
        /// Drills; they never touch statistics.
        Test = "test",
    }
}

words! {
    /// Types of incidents.
    IncidentType {
        /// Unsolicited mail.
        Spam = "spam",
        /// Discrimination, stalking, threats.
        HarmfulSpeech = "harmful-speech",
        /// Violence, child abuse.
        Violence = "violence",
        /// A machine that runs malware.
        InfectedSystem = "infected-system",
        /// A server that commands malware.
        C2Server = "c2-server",
        /// An address that hands out malware.
        MalwareDistribution = "malware-distribution",
        /// An address that hands out the configuration of malware.
        MalwareConfiguration = "malware-configuration",
        /// Probes of many addresses.
        Scanner = "scanner",
        /// Traffic that is listened to.
        Sniffing = "sniffing",
        /// People are asked for secrets.
        SocialEngineering = "social-engineering",
        /// A known vulnerability was tried.
        IdsAlert = "ids-alert",
        /// Many attempts to sign in.
        BruteForce = "brute-force",
        /// An attack nobody knew.
        Exploit = "exploit",
        /// An administrator's account in strange hands.
        PrivilegedAccountCompromise = "privileged-account-compromise",
        /// A user's account in strange hands.
        UnprivilegedAccountCompromise = "unprivileged-account-compromise",
        /// An application in strange hands.
        ApplicationCompromise = "application-compromise",
        /// A system in strange hands, for instance a web shell. Includes attempts on honeypots: read the feed before alarming.
        SystemCompromise = "system-compromise",
        /// Somebody walked in.
        Burglary = "burglary",
        /// Overload by one.
        Dos = "dos",
        /// Overload by many.
        Ddos = "ddos",
        /// A mistake that stops a service.
        Misconfiguration = "misconfiguration",
        /// Somebody stops a service by force.
        Sabotage = "sabotage",
        /// Power, line, weather.
        Outage = "outage",
        /// Read by somebody who must not.
        UnauthorisedInformationAccess = "unauthorised-information-access",
        /// Changed by somebody who must not, for instance by ransomware.
        UnauthorisedInformationModification = "unauthorised-information-modification",
        /// Gone.
        DataLoss = "data-loss",
        /// Confidential information in public.
        DataLeak = "data-leak",
        /// Resources used for another purpose.
        UnauthorisedUseOfResources = "unauthorised-use-of-resources",
        /// Copies without a right.
        Copyright = "copyright",
        /// Somebody pretends to be somebody else.
        Masquerade = "masquerade",
        /// A page that collects secrets.
        Phishing = "phishing",
        /// Outdated cryptography.
        WeakCrypto = "weak-crypto",
        /// Can be used to amplify an overload.
        DdosAmplifier = "ddos-amplifier",
        /// Answers to everybody and probably should not.
        PotentiallyUnwantedAccessible = "potentially-unwanted-accessible",
        /// Tells too much.
        InformationDisclosure = "information-disclosure",
        /// Has a known vulnerability.
        VulnerableSystem = "vulnerable-system",
        /// Fits nowhere; among our signs: information about a device, no weakness.
        Other = "other",
        /// Nobody knows yet.
        Undetermined = "undetermined",
        /// A drill.
        Test = "test",
    }
}

/// Types under other names: IntelMQ before and after its move to RSIT, n6, American spelling. Folded to letters, digits and `-`.
const SPELLINGS: &[(&str, IncidentType)] = &[
    ("backdoor", IncidentType::SystemCompromise),
    ("blacklist", IncidentType::Other),
    ("blocklist", IncidentType::Other),
    ("botnet-drone", IncidentType::InfectedSystem),
    ("bots", IncidentType::InfectedSystem),
    ("c-c", IncidentType::C2Server),
    ("c2server", IncidentType::C2Server),
    ("cnc", IncidentType::C2Server),
    ("command-and-control", IncidentType::C2Server),
    ("compromised", IncidentType::SystemCompromise),
    (
        "defacement",
        IncidentType::UnauthorisedInformationModification,
    ),
    ("dga-domain", IncidentType::Other),
    ("drone", IncidentType::InfectedSystem),
    ("dropzone", IncidentType::UnauthorisedInformationAccess),
    ("harmful-speech", IncidentType::HarmfulSpeech),
    ("infected-systems", IncidentType::InfectedSystem),
    ("leak", IncidentType::DataLeak),
    ("login-attempt", IncidentType::BruteForce),
    ("malware", IncidentType::InfectedSystem),
    ("malware-url", IncidentType::MalwareDistribution),
    ("malurl", IncidentType::MalwareDistribution),
    ("other-test", IncidentType::Test),
    ("phish", IncidentType::Phishing),
    (
        "potentially-unwanted-accessible-service",
        IncidentType::PotentiallyUnwantedAccessible,
    ),
    ("proxy", IncidentType::Other),
    ("ransomware", IncidentType::InfectedSystem),
    ("scanning", IncidentType::Scanner),
    ("tor", IncidentType::Other),
    (
        "unauthorized-command",
        IncidentType::UnauthorisedInformationAccess,
    ),
    (
        "unauthorized-information-access",
        IncidentType::UnauthorisedInformationAccess,
    ),
    (
        "unauthorized-information-modification",
        IncidentType::UnauthorisedInformationModification,
    ),
    (
        "unauthorized-login",
        IncidentType::UnprivilegedAccountCompromise,
    ),
    (
        "unauthorized-use-of-resources",
        IncidentType::UnauthorisedUseOfResources,
    ),
    ("unknown", IncidentType::Undetermined),
    ("vulnerable", IncidentType::VulnerableSystem),
    ("vulnerable-client", IncidentType::VulnerableSystem),
    ("vulnerable-service", IncidentType::VulnerableSystem),
];

impl IncidentType {
    /// The class of the type.
    pub fn class(self) -> IncidentClass {
        match self {
            Self::Spam | Self::HarmfulSpeech | Self::Violence => IncidentClass::AbusiveContent,
            Self::InfectedSystem
            | Self::C2Server
            | Self::MalwareDistribution
            | Self::MalwareConfiguration => IncidentClass::MaliciousCode,
            Self::Scanner | Self::Sniffing | Self::SocialEngineering => {
                IncidentClass::InformationGathering
            }
            Self::IdsAlert | Self::BruteForce | Self::Exploit => IncidentClass::IntrusionAttempts,
            Self::PrivilegedAccountCompromise
            | Self::UnprivilegedAccountCompromise
            | Self::ApplicationCompromise
            | Self::SystemCompromise
            | Self::Burglary => IncidentClass::Intrusions,
            Self::Dos | Self::Ddos | Self::Misconfiguration | Self::Sabotage | Self::Outage => {
                IncidentClass::Availability
            }
            Self::UnauthorisedInformationAccess
            | Self::UnauthorisedInformationModification
            | Self::DataLoss
            | Self::DataLeak => IncidentClass::InformationContentSecurity,
            Self::UnauthorisedUseOfResources
            | Self::Copyright
            | Self::Masquerade
            | Self::Phishing => IncidentClass::Fraud,
            Self::WeakCrypto
            | Self::DdosAmplifier
            | Self::PotentiallyUnwantedAccessible
            | Self::InformationDisclosure
            | Self::VulnerableSystem => IncidentClass::Vulnerable,
            Self::Other | Self::Undetermined => IncidentClass::Other,
            Self::Test => IncidentClass::Test,
        }
    }

    /// Reads a type as others write it: `vulnerable: vulnerable-system`, `rsit:vulnerable="vulnerable-system"`, `C&C`,
    /// `vulnerable service`, `unauthorized…`. `None` where the word is not known.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.rsplit_once("=\"").map_or(text, |(_, value)| value);
        let text = text.rsplit_once(": ").map_or(text, |(_, value)| value);
        let mut word = String::with_capacity(text.len());
        for c in text.chars().take(80) {
            match c {
                c if c.is_ascii_alphanumeric() => word.push(c.to_ascii_lowercase()),
                _ if word.ends_with('-') => {}
                _ => word.push('-'),
            }
        }
        let word = word.trim_matches('-');
        Self::parse(word).or_else(|| {
            SPELLINGS
                .iter()
                .find(|(spelling, _)| *spelling == word)
                .map(|(_, this)| *this)
        })
    }

    /// True where somebody has already broken in: telephone first, no mass mail.
    pub fn is_incident(self) -> bool {
        self.class() == IncidentClass::Intrusions || self == Self::InfectedSystem
    }

    /// True where it tells of a weakness or an attack; false for mere information about a device.
    pub fn is_sign(self) -> bool {
        self != Self::Other
    }
}

#[cfg(test)]
mod tests {
    use super::{IncidentClass, IncidentType};

    #[test]
    fn version_1003_has_39_types_in_11_classes() {
        assert_eq!(
            (IncidentClass::ALL.len(), IncidentType::ALL.len()),
            (11, 39)
        );
        let count = |class: IncidentClass| {
            IncidentType::ALL
                .iter()
                .filter(|this| this.class() == class)
                .count()
        };
        let counts: Vec<usize> = IncidentClass::ALL
            .iter()
            .map(|class| count(*class))
            .collect();
        assert_eq!(counts, [3, 4, 3, 3, 5, 5, 4, 4, 5, 2, 1]);
        for this in IncidentType::ALL {
            assert_eq!(IncidentType::read(this.as_str()), Some(*this));
            assert_eq!(
                IncidentType::read(&format!("{}: {}", this.class().as_str(), this.as_str())),
                Some(*this)
            );
        }
    }

    #[test]
    fn other_spellings_are_read() {
        for (text, wanted) in [
            ("c&c", Some(IncidentType::C2Server)),
            ("C&C", Some(IncidentType::C2Server)),
            ("vulnerable service", Some(IncidentType::VulnerableSystem)),
            ("ransomware", Some(IncidentType::InfectedSystem)),
            (
                "unauthorized-use-of-resources",
                Some(IncidentType::UnauthorisedUseOfResources),
            ),
            (
                "rsit:intrusions=\"system-compromise\"",
                Some(IncidentType::SystemCompromise),
            ),
            ("Brute Force", Some(IncidentType::BruteForce)),
            ("blocklist", Some(IncidentType::Other)),
            ("backdoor", Some(IncidentType::SystemCompromise)),
            ("no such thing", None),
            ("", None),
        ] {
            assert_eq!(IncidentType::read(text), wanted, "{text}");
        }
    }

    #[test]
    fn who_is_called_first() {
        let incidents: Vec<&str> = IncidentType::ALL
            .iter()
            .filter(|this| this.is_incident())
            .map(|this| this.as_str())
            .collect();
        assert_eq!(
            incidents,
            [
                "infected-system",
                "privileged-account-compromise",
                "unprivileged-account-compromise",
                "application-compromise",
                "system-compromise",
                "burglary"
            ]
        );
        assert!(!IncidentType::Other.is_sign() && IncidentType::Undetermined.is_sign());
    }
}
