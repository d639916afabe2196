//! One sign that two sources tell of: how far it is to be believed, and who may see it.

use crate::admiralty::Grade;
use crate::tlp::Tlp;

/// Grade and label of a report, as its source states them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouched {
    /// How far it is to be believed.
    pub grade: Grade,
    /// Who may see it.
    pub tlp: Tlp,
}

impl Vouched {
    /// Both together: the better grade and the stricter label. A source nobody has judged changes neither beside one that
    /// is judged: whoever only sends mails could hide a sign, or keep others from being warned of it.
    pub fn with(self, other: Self) -> Self {
        match (self.grade.weight(), other.grade.weight()) {
            (None, Some(_)) => other,
            (Some(_), None) => self,
            (first, second) => Self {
                grade: if second > first {
                    other.grade
                } else {
                    self.grade
                },
                tlp: self.tlp.max(other.tlp),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Vouched;
    use crate::admiralty::Grade;
    use crate::tlp::Tlp;

    #[test]
    fn the_better_grade_and_the_stricter_label_count_and_the_unjudged_do_not() {
        let told = |text: &str, tlp| Vouched {
            grade: Grade::read(text).unwrap(),
            tlp,
        };
        for (first, second, both) in [
            (
                told("B2", Tlp::Green),
                told("C3", Tlp::Amber),
                told("B2", Tlp::Amber),
            ),
            (
                told("C3", Tlp::Amber),
                told("B2", Tlp::Clear),
                told("B2", Tlp::Amber),
            ),
            (
                told("B2", Tlp::Green),
                told("F6", Tlp::AmberStrict),
                told("B2", Tlp::Green),
            ),
            (
                told("F6", Tlp::AmberStrict),
                told("B2", Tlp::Green),
                told("B2", Tlp::Green),
            ),
            (
                told("F6", Tlp::Clear),
                told("A6", Tlp::Green),
                told("F6", Tlp::Green),
            ),
            (
                told("B2", Tlp::Green),
                told("B2", Tlp::Green),
                told("B2", Tlp::Green),
            ),
        ] {
            assert_eq!(first.with(second), both, "{first:?} and {second:?}");
        }
    }
}
