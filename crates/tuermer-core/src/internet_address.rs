//! Which addresses belong to the open internet, and which a document from outside must never make us ask.
//!
//! Follows the registries of special addresses at IANA (RFC 6890 and its successors). Never resolves a name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The open internet.
    Open,
    /// This machine or the own house: only towards a host the operator allowed.
    Private,
    /// Never asked, whatever is allowed: link-local, metadata of a cloud, multicast, documentation, and IPv4 hidden in IPv6.
    Never,
}

/// The own house in IPv4: private use, this machine, carrier's translation.
const PRIVATE_V4: &[([u8; 4], u32)] = &[
    ([10, 0, 0, 0], 8),
    ([127, 0, 0, 0], 8),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
    ([100, 64, 0, 0], 10),
];

/// Special in IPv4 and no target for anybody.
const NEVER_V4: &[([u8; 4], u32)] = &[
    // This network.
    ([0, 0, 0, 0], 8),
    // Link-local, with the metadata service of most clouds at 169.254.169.254.
    ([169, 254, 0, 0], 16),
    // Metadata services outside it: Alibaba, and the wire server of Azure.
    ([100, 100, 100, 200], 32),
    ([168, 63, 129, 16], 32),
    // Protocol assignments (with Oracle's metadata service), documentation, 6to4 relays, benchmarks.
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([192, 88, 99, 0], 24),
    ([198, 18, 0, 0], 15),
    // Multicast, reserved, broadcast.
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// The own house in IPv6: this machine and unique local addresses.
const PRIVATE_V6: &[([u16; 8], u32)] = &[
    ([0, 0, 0, 0, 0, 0, 0, 1], 128),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
];

/// Inside [`PRIVATE_V6`] or [`OPEN_V6`], but no target for anybody.
const NEVER_V6: &[([u16; 8], u32)] = &[
    // Metadata services of Amazon and Google.
    ([0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254], 128),
    ([0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254], 128),
    // Protocol assignments with Teredo, ORCHID and benchmarks.
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23),
    // Documentation, 6to4, documentation.
    ([0x2001, 0x0db8, 0, 0, 0, 0, 0, 0], 32),
    ([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
];

/// Global unicast; everything else in IPv6 is special.
const OPEN_V6: ([u16; 8], u32) = ([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// The translation of IPv4 for networks that speak only IPv6 (RFC 6052): as good as the address inside.
const NAT64: ([u16; 8], u32) = ([0x0064, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

/// Where an address lies.
pub fn reach(address: IpAddr) -> Reach {
    match address {
        IpAddr::V4(address) => reach_v4(address),
        IpAddr::V6(address) => reach_v6(address),
    }
}

fn reach_v4(address: Ipv4Addr) -> Reach {
    let within = |networks: &[([u8; 4], u32)]| {
        networks
            .iter()
            .any(|(network, bits)| v4_in(address, *network, *bits))
    };
    match (within(NEVER_V4), within(PRIVATE_V4)) {
        (true, _) => Reach::Never,
        (false, true) => Reach::Private,
        (false, false) => Reach::Open,
    }
}

fn reach_v6(address: Ipv6Addr) -> Reach {
    let within =
        |networks: &[([u16; 8], u32)]| networks.iter().any(|network| v6_in(address, *network));
    if v6_in(address, NAT64) {
        let [.., a, b, c, d] = address.octets();
        return if reach_v4(Ipv4Addr::new(a, b, c, d)) == Reach::Open {
            Reach::Open
        } else {
            Reach::Never
        };
    }
    if within(NEVER_V6) {
        return Reach::Never;
    }
    match (v6_in(address, OPEN_V6), within(PRIVATE_V6)) {
        (true, _) => Reach::Open,
        (false, true) => Reach::Private,
        (false, false) => Reach::Never,
    }
}

/// `bits` lies between 1 and 32.
fn v4_in(address: Ipv4Addr, network: [u8; 4], bits: u32) -> bool {
    (address.to_bits() ^ Ipv4Addr::from(network).to_bits()).leading_zeros() >= bits
}

/// `bits` lies between 1 and 128.
fn v6_in(address: Ipv6Addr, (network, bits): ([u16; 8], u32)) -> bool {
    (address.to_bits() ^ Ipv6Addr::from(network).to_bits()).leading_zeros() >= bits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(rows: &[&str], expected: Reach) {
        for row in rows {
            assert_eq!(reach(row.parse().unwrap()), expected, "{row}");
        }
    }

    #[test]
    fn the_open_internet() {
        check(
            &[
                "8.8.8.8",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
            ],
            Reach::Open,
        );
        check(
            &[
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "2606:4700::1",
                "2003::1",
                "3ffe::1",
                "2001:200::1",
                "64:ff9b::8.8.8.8",
            ],
            Reach::Open,
        );
    }

    #[test]
    fn the_own_house() {
        check(
            &[
                "127.0.0.1",
                "127.255.255.255",
                "10.0.0.0",
                "10.255.255.255",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.0.1",
            ],
            Reach::Private,
        );
        check(
            &[
                "100.64.0.1",
                "100.127.255.255",
                "::1",
                "fc00::1",
                "fdff:ffff::1",
            ],
            Reach::Private,
        );
    }

    #[test]
    fn never() {
        check(
            &[
                "0.0.0.0",
                "0.1.2.3",
                "169.254.169.254",
                "169.254.0.1",
                "100.100.100.200",
                "168.63.129.16",
                "192.0.0.192",
                "192.0.2.1",
                "198.51.100.7",
                "203.0.113.9",
                "192.88.99.1",
                "198.18.0.1",
                "198.19.255.255",
                "224.0.0.1",
                "239.1.1.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::ffff:127.0.0.1",
                "::ffff:8.8.8.8",
                "::127.0.0.1",
                "64:ff9b::10.0.0.1",
                "64:ff9b::169.254.169.254",
                "64:ff9b:1::1",
                "2002:7f00:1::",
                "2001::1",
                "2001:2::1",
                "2001:10::1",
                "2001:db8::1",
                "3fff::1",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "100::1",
                "5f00::1",
                "fd00:ec2::254",
                "fd20:ce::254",
                "4000::1",
            ],
            Reach::Never,
        );
    }
}
