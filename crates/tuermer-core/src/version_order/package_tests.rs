//! Orders of package systems: Python, Maven, Ruby, PHP, Alpine, Debian, RPM and Arch Linux.

use super::Scheme;
use super::tests::{Rows, check};

#[test]
fn python_versions_follow_pep_440() {
    check(
        Scheme::Pypi,
        &Rows {
            ascending: &[&[
                "1.0.dev456",
                "1.0a1",
                "1.0a2.dev456",
                "1.0a12.dev456",
                "1.0a12",
                "1.0b1.dev456",
                "1.0b2",
                "1.0b2.post345.dev456",
                "1.0b2.post345",
                "1.0rc1.dev456",
                "1.0rc1",
                "1.0",
                "1.0+abc.5",
                "1.0+abc.7",
                "1.0+5",
                "1.0.post456.dev34",
                "1.0.post456",
                "1.0.15",
                "1.1.dev1",
                "1.1",
                "1!0.1",
            ]],
            equal: &[
                ("1.0", "1.0.0"),
                ("1.0-alpha1", "1.0a1"),
                ("1.0.c1", "1.0rc1"),
                ("1.0-pre2", "1.0rc2"),
                ("1.0-1", "1.0.post1"),
                ("1.0-r4", "1.0.post4"),
                ("v1.0", "1.0"),
                ("1.0DEV", "1.0.dev0"),
                ("1.0+ubuntu-1", "1.0+ubuntu.1"),
                ("00!1.00", "1"),
            ],
            unsure: &[],
            refused: &[
                "",
                "1.0-",
                "french toast",
                "1.0+a+",
                "1.0+_foobar",
                "1.0+",
                "!1",
                "1.0x",
                "1.0.dev1.post1x",
            ],
        },
    );
}

#[test]
fn maven_versions_follow_the_public_suite() {
    check(
        Scheme::Maven,
        &Rows {
            ascending: &[
                &[
                    "1-alpha2snapshot",
                    "1-alpha2",
                    "1-alpha-123",
                    "1-beta-2",
                    "1-m2",
                    "1-rc",
                    "1-cr2",
                    "1-SNAPSHOT",
                    "1",
                    "1-sp",
                    "1-abc",
                    "1-1-snapshot",
                    "1-1",
                    "1-2",
                ],
                &[
                    "2.0", "2-1", "2.0.a", "2.0.2", "2.0.123", "2.1.0", "2.1-a", "2.1-1",
                    "2.1.0.1", "2.2", "11.a2", "11.b2", "11", "11.a", "11c",
                ],
                &["2.0-beta9", "2.0", "2.3.1", "2.12.2", "2.14.1", "2.15.0"],
                &["1.99999999999999999999998", "1.99999999999999999999999"],
            ],
            equal: &[
                ("1", "1.0.0"),
                ("1", "1-0"),
                ("1a1", "1-alpha-1"),
                ("1ga", "1"),
                ("1.Final", "1"),
                ("1cr", "1rc"),
                ("1X", "1x"),
                ("1m3", "1Milestone3"),
            ],
            unsure: &[],
            refused: &["", " "],
        },
    );
}

#[test]
fn gems_put_words_before_numbers() {
    check(
        Scheme::Gem,
        &Rows {
            ascending: &[
                &[
                    "1.0.a",
                    "1.0.a.2",
                    "1.0.b1",
                    "1.0",
                    "1.8.2.a9",
                    "1.8.2.a10",
                    "1.8.2.b",
                    "1.8.2",
                    "1.8.10",
                ],
                &["5.0.0.rc2", "5.0.0"],
                &["1.0.0-1", "1"],
            ],
            equal: &[
                ("1.0", "1"),
                ("1.2.b1", "1.2.b.1"),
                ("1.0.0-a", "1.pre.a"),
                ("01.2", "1.2"),
            ],
            unsure: &[],
            refused: &["", "junk", "1.0\n2.0", "1..2", "1.2\u{a0}3", "1.0-", "-1"],
        },
    );
}

#[test]
fn composer_versions_have_four_numbers_and_a_stability() {
    check(
        Scheme::Composer,
        &Rows {
            ascending: &[&[
                "1.0.0-dev",
                "1.0.0-alpha",
                "1.0.0-alpha2",
                "1.0.0-alpha10",
                "1.0.0-beta1",
                "1.0.0-RC1",
                "1.0.0",
                "1.0.0-p1",
                "1.0.0.1",
                "1.0.1",
            ]],
            equal: &[
                ("v1.0", "1.0.0.0"),
                ("1.0b2", "1.0.0-beta2"),
                ("1.0.0-stable", "1.0"),
                ("1.0-pl1", "1.0-patch1"),
                ("1.0.0+abc", "1.0.0"),
                ("1.0-beta.5", "1.0b5"),
            ],
            unsure: &[],
            refused: &[
                "",
                "dev-main",
                "1.0.x-dev",
                "1.0.0.0.1",
                "1.0.0-unknown",
                "1.0.0-beta1x",
            ],
        },
    );
}

#[test]
fn packages_of_alpine_and_gentoo() {
    check(
        Scheme::Alpine,
        &Rows {
            ascending: &[
                &[
                    "1.0_alpha",
                    "1.0_alpha1",
                    "1.0_beta",
                    "1.0_pre1",
                    "1.0_rc1",
                    "1.0",
                ],
                &[
                    "1.0", "1.0-r1", "1.0-r10", "1.0_p1", "1.0a", "1.0b", "1.0.0", "1.02", "1.1",
                    "1.10", "2",
                ],
                &["1.2.3_rc1", "1.2.3"],
            ],
            equal: &[("1.0", "1.0-r0"), ("01.0", "1.0"), ("1.010", "1.01")],
            unsure: &[],
            refused: &["", "a", "1.", "1_foo", "1-r", "1.0A", "1.0-1"],
        },
    );
}

#[test]
fn packages_of_debian() {
    check(
        Scheme::Debian,
        &Rows {
            ascending: &[
                &["1.0~~", "1.0~~a", "1.0~", "1.0", "1.0a", "1.0+"],
                &["1.0", "1.0-1~bpo1", "1.0-1"],
                &[
                    "1.2.3-1~deb10",
                    "1.2.3-1",
                    "1.2.3-1+deb10u1",
                    "1.2.3-2",
                    "1.2.10-1",
                    "1:0.1-1",
                ],
                &["7.6p2-4", "7.6p2-10", "1:7.6p2-1"],
            ],
            equal: &[
                ("0:1.0", "1.0"),
                ("1.0-0", "1.0"),
                ("1.00", "1.0"),
                ("1.0-1", "1.0-01"),
            ],
            unsure: &[],
            refused: &["", "a1", "1:", ":1", "1.0-", "1.0_1", "x:1.0"],
        },
    );
}

#[test]
fn packages_of_rpm_and_arch_linux() {
    check(
        Scheme::Rpm,
        &Rows {
            ascending: &[
                &[
                    "1.0~rc1",
                    "1.0~rc1^git1",
                    "1.0",
                    "1.0^git1",
                    "1.0^git2",
                    "1.0.1",
                    "1.1",
                ],
                &["1.0.2k-19.el7", "1.0.2k-21.el7_9", "1:1.0.2a-1"],
                &["5.5p1", "5.5p2", "5.5p10"],
                &["10xyz", "10.1xyz"],
                &["xyz.4", "8", "10"],
            ],
            equal: &[
                ("0:1.0-1", "1.0-1"),
                ("1.05", "1.5"),
                ("2_0", "2.0"),
                ("1.0-1.el9", "1.0-1_el9"),
            ],
            // Any release of that version may be meant.
            unsure: &[("1.0", "1.0-1"), ("1:2.0", "1:2.0-3.el9")],
            refused: &["", "a:1", ":1", "1.0-", "1 0", "-1"],
        },
    );
    check(
        Scheme::Alpm,
        &Rows {
            ascending: &[
                &[
                    "1.0a", "1.0alpha", "1.0b", "1.0beta", "1.0rc", "1.0", "1.0.a", "1.0.1",
                    "1:0.9",
                ],
                &["1.5.0-1", "1.5.0-2", "1.5.1-1"],
            ],
            equal: &[("1.5-1", "1.5"), ("0:1.0", "1.0")],
            unsure: &[],
            refused: &[""],
        },
    );
}
