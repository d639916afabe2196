//! Orders of makers: Microsoft builds, Fortinet, NetScaler, Ivanti.

use super::Scheme;
use super::tests::{Rows, check};

#[test]
fn microsoft_builds_need_all_their_parts() {
    check(
        Scheme::MicrosoftBuild,
        &Rows {
            ascending: &[
                &[
                    "15.0.1497.12",
                    "15.1.2176.2",
                    "15.1.2176.9",
                    "15.1.2242.4",
                    "15.2.858.2",
                    "15.2.858.5",
                    "15.2.1544.4",
                    "15.2.2562.17",
                ],
                &["15.01.2176.009", "15.1.2176.10"],
                &["15.1.2176", "15.1.2177.1"],
            ],
            equal: &[
                ("15.01.2176.009", "15.1.2176.9"),
                ("15.00.1497.002", "15.0.1497.2"),
                ("15.2.721", "15.02.0721"),
            ],
            // Three parts tell the cumulative update only.
            unsure: &[("15.1.2176", "15.1.2176.9"), ("15.2", "15.2.721.13")],
            refused: &["", "15.1.2176.9.1", "15.1.x", "CU19", "v15"],
        },
    );
}

#[test]
fn fortios_versions() {
    check(
        Scheme::FortiOs,
        &Rows {
            ascending: &[
                &[
                    "6.4.14",
                    "7.0.13",
                    "7.2.6",
                    "7.4.2",
                    "v7.4.3 build2573",
                    "FortiOS 7.4.10,build2702 (GA)",
                ],
                &["7.4", "7.6.0"],
            ],
            equal: &[
                ("7.4.3", "v7.4.3 build2573"),
                (
                    "FortiOS 7.4.3,build2573 (GA)",
                    "v7.4.3,build2573,240201 (GA.F)",
                ),
            ],
            unsure: &[("7.4", "7.4.3")],
            refused: &[
                "",
                "FortiOS",
                "7.4.3.1",
                "7.4.3 or 7.4.4",
                "7.4.3 custom",
                "banana",
            ],
        },
    );
}

#[test]
fn netscaler_versions() {
    check(
        Scheme::NetScaler,
        &Rows {
            ascending: &[
                &[
                    "13.0-92.19",
                    "NS13.1: Build 49.13.nc",
                    "13.1-51.15",
                    "NS14.1: Build 8.50.nc",
                    "14.1-43.56",
                ],
                &["12.1-NDcPP 55.296", "12.1-NDcPP-55.300"],
                &["13.1-FIPS 37.164", "13.1-37.241 FIPS"],
            ],
            equal: &[
                ("NS13.1: Build 51.15.nc", "13.1-51.15"),
                (
                    "NetScaler NS13.1: Build 51.15.nc, Date: Jan 4 2024, 09:33:10   (64-bit)",
                    "13.1 51.15",
                ),
                ("NetScaler ADC 13.1-51.15", "13.1-51.15"),
            ],
            unsure: &[
                ("13.1-FIPS 37.164", "13.1-51.15"),
                ("12.1-NDcPP 55.300", "12.1-FIPS 55.300"),
                ("13.1", "13.1-51.15"),
            ],
            refused: &["", "13.1-51.15.2.7", "unknown", "13.1-51.15 beta"],
        },
    );
}

#[test]
fn ivanti_versions() {
    check(
        Scheme::Ivanti,
        &Rows {
            ascending: &[&[
                "9.0R4", "9.1R11.4", "9.1R18", "9.1R18.3", "22.1R6", "22.6R2", "22.6R2.1", "22.7R1",
            ]],
            equal: &[("9.1r18", "9.1R18"), ("22.6R2.0", "22.6R2")],
            unsure: &[("9.1", "9.1R18")],
            refused: &["", "9.1R", "9.1R18-HF2", "R18", "9.1R18R2"],
        },
    );
}
