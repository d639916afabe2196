//! Whose network is an address in? The networks of all members as one sorted list of borders, for each family of addresses.
//!
//! Networks lie inside each other or apart, so they cut the addresses into stretches, and every stretch belongs to the
//! longest prefix over it. An address is found by the last border before it; a table over the first 16 bits, where needed
//! over 24, narrows where to look.

use ip_network::{IpNetwork, Ipv4Network, Ipv6Network};
use std::net::IpAddr;

/// No network.
const NOBODY: u32 = u32::MAX;

/// The index.
#[derive(Debug, Default)]
pub(super) struct Networks {
    known: Vec<Known>,
    /// Owners of all networks, those of one side by side.
    owners: Vec<u32>,
    v4: Borders<u32>,
    v6: Borders<u128>,
    v4_narrowed: Narrowed,
}

/// How many borders lie before an IPv4 address, by its first 16 bits; where many lie between two of these, by its first 24.
#[derive(Debug, Default)]
struct Narrowed {
    before: Vec<u32>,
    /// Where the finer table of 16 bits begins; [`NOBODY`] if there is none.
    finer: Vec<u32>,
    finer_before: Vec<u32>,
}

/// Borders between two addresses with other first 16 bits, from which on there is a finer table.
const MANY: u32 = 64;

#[derive(Debug)]
struct Known {
    network: IpNetwork,
    /// Where its owners begin.
    owners: u32,
    /// How many they are.
    count: u32,
    /// The next larger network around it; [`NOBODY`] if none.
    around: u32,
}

/// Where each stretch begins, and the number of the network it belongs to.
#[derive(Debug, Default)]
struct Borders<A>(Vec<(A, u32)>);

impl Networks {
    /// The index of these networks, each with one owner; the same network may come several times.
    pub(super) fn new(mut all: Vec<(IpNetwork, u32)>) -> Self {
        all.sort_by_key(|(network, _)| sort_key(network));
        let mut this = Self::default();
        for (network, owner) in all {
            let at = u32::try_from(this.owners.len()).unwrap_or(NOBODY);
            match this.known.last_mut() {
                Some(last) if last.network == network => last.count = last.count.saturating_add(1),
                _ => this.known.push(Known {
                    network,
                    owners: at,
                    count: 1,
                    around: NOBODY,
                }),
            }
            this.owners.push(owner);
        }
        let spans = |known: &Known| match known.network {
            IpNetwork::V4(network) => Some(span_v4(&network)),
            IpNetwork::V6(_) => None,
        };
        this.v4 = Borders::new(&mut this.known, spans);
        let spans = |known: &Known| match known.network {
            IpNetwork::V4(_) => None,
            IpNetwork::V6(network) => Some(span_v6(&network)),
        };
        this.v6 = Borders::new(&mut this.known, spans);
        this.v4_narrowed = Narrowed::new(&this.v4);
        this
    }

    /// The longest prefix over an address, else around a whole block, with its owners: a block belongs to somebody where all
    /// of it lies in his network.
    pub(super) fn of_place(
        &self,
        ip: Option<IpAddr>,
        block: Option<IpNetwork>,
    ) -> Option<(IpNetwork, &[u32])> {
        let by_ip = ip.and_then(|ip| self.with_owners(self.number(ip)));
        by_ip.or_else(|| self.with_owners(self.around(block?)))
    }

    /// True where there is one.
    pub(super) fn is_known(&self, ip: Option<IpAddr>, block: Option<IpNetwork>) -> bool {
        ip.is_some_and(|ip| self.number(ip) != NOBODY)
            || block.is_some_and(|block| self.around(block) != NOBODY)
    }

    /// Number of the longest prefix around a whole block.
    fn around(&self, block: IpNetwork) -> u32 {
        let mut number = self.number(block.network_address());
        while let Some(known) = self
            .known
            .get(number as usize)
            .filter(|known| known.network.netmask() > block.netmask())
        {
            number = known.around;
        }
        number
    }

    fn with_owners(&self, number: u32) -> Option<(IpNetwork, &[u32])> {
        let Known {
            network,
            owners,
            count,
            ..
        } = self.known.get(number as usize)?;
        let from = *owners as usize;
        Some((
            *network,
            self.owners
                .get(from..from.saturating_add(*count as usize))?,
        ))
    }

    /// Number of the network an address lies in.
    fn number(&self, ip: IpAddr) -> u32 {
        match ip {
            IpAddr::V4(ip) => {
                let (from, to) = self.v4_narrowed.within(u32::from(ip));
                self.v4.network(u32::from(ip), from, to)
            }
            IpAddr::V6(ip) => self.v6.network(u128::from(ip), 0, self.v6.0.len()),
        }
    }
}

/// IPv4 first, then by address; a network before those inside it.
fn sort_key(network: &IpNetwork) -> (bool, u128, u8) {
    match network {
        IpNetwork::V4(network) => (false, u128::from(span_v4(network).0), network.netmask()),
        IpNetwork::V6(network) => (true, span_v6(network).0, network.netmask()),
    }
}

fn span_v4(network: &Ipv4Network) -> (u32, u32) {
    let first = u32::from(network.network_address());
    (
        first,
        first
            | u32::MAX
                .checked_shr(u32::from(network.netmask()))
                .unwrap_or(0),
    )
}

fn span_v6(network: &Ipv6Network) -> (u128, u128) {
    let first = u128::from(network.network_address());
    (
        first,
        first
            | u128::MAX
                .checked_shr(u32::from(network.netmask()))
                .unwrap_or(0),
    )
}

impl Narrowed {
    fn new(borders: &Borders<u32>) -> Self {
        let before = |value: u64| {
            u32::try_from(
                borders
                    .0
                    .partition_point(|(start, _)| u64::from(*start) < value),
            )
            .unwrap_or(NOBODY)
        };
        let mut this = Self {
            before: (0..=0x1_0000_u64)
                .map(|first| before(first << 16))
                .collect(),
            ..Self::default()
        };
        for (first, (from, to)) in (0_u64..).zip(this.before.iter().zip(this.before.iter().skip(1)))
        {
            let many = to.saturating_sub(*from) >= MANY;
            this.finer.push(if many {
                u32::try_from(this.finer_before.len()).unwrap_or(NOBODY)
            } else {
                NOBODY
            });
            if many {
                this.finer_before
                    .extend((0..=0x100_u64).map(|second| before((first << 16) + (second << 8))));
            }
        }
        this
    }

    /// Between which borders to look for the last one before an address.
    fn within(&self, address: u32) -> (usize, usize) {
        let first = (address >> 16) as usize;
        let two = |table: &[u32], at: usize| match table.get(at..at.saturating_add(2)) {
            Some([from, to]) => (*from as usize, *to as usize),
            _ => (0, 0),
        };
        match self.finer.get(first) {
            Some(&finer) if finer != NOBODY => two(
                &self.finer_before,
                (finer as usize).saturating_add((address >> 8 & 0xff) as usize),
            ),
            _ => two(&self.before, first),
        }
    }
}

/// An address as a number.
trait Address: Copy + Ord {
    /// The next one; `None` behind the last.
    fn next(self) -> Option<Self>;
}

impl Address for u32 {
    fn next(self) -> Option<Self> {
        self.checked_add(1)
    }
}

impl Address for u128 {
    fn next(self) -> Option<Self> {
        self.checked_add(1)
    }
}

impl<A: Address> Borders<A> {
    /// Goes through the networks of one family in order, and notes which lies around which.
    fn new(known: &mut [Known], span: impl Fn(&Known) -> Option<(A, A)>) -> Self {
        let mut this = Self(Vec::new());
        // Networks that are open here, each inside the one before it.
        let mut open: Vec<(A, u32)> = Vec::new();
        for (number, known) in (0..NOBODY).zip(known) {
            let Some((first, last)) = span(known) else {
                continue;
            };
            this.close(&mut open, |end| end < first);
            known.around = open.last().map_or(NOBODY, |(_, number)| *number);
            this.border(first, number);
            open.push((last, number));
        }
        this.close(&mut open, |_| true);
        this
    }

    /// Ends the innermost networks as long as `over` says so of their last address.
    fn close(&mut self, open: &mut Vec<(A, u32)>, over: impl Fn(A) -> bool) {
        while let Some((end, _)) = open.pop_if(|(end, _)| over(*end)) {
            if let Some(next) = end.next() {
                self.border(next, open.last().map_or(NOBODY, |(_, number)| *number));
            }
        }
    }

    /// From here on it is this network; of two borders at one place the later counts.
    fn border(&mut self, start: A, network: u32) {
        match self.0.last_mut() {
            Some((last, belongs)) if *last == start => *belongs = network,
            _ => self.0.push((start, network)),
        }
    }

    /// The network of an address whose last border lies between these two, or right before them.
    fn network(&self, address: A, from: usize, to: usize) -> u32 {
        let within = self.0.get(from..to).unwrap_or_default();
        let at = from.saturating_add(within.partition_point(|(start, _)| *start <= address));
        at.checked_sub(1)
            .and_then(|at| self.0.get(at))
            .map_or(NOBODY, |(_, network)| *network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    /// The longest prefix, by looking at all of them.
    fn slow(all: &[(IpNetwork, u32)], ip: IpAddr) -> Option<(IpNetwork, Vec<u32>)> {
        let network = all
            .iter()
            .map(|(network, _)| *network)
            .filter(|network| network.contains(ip))
            .max_by_key(IpNetwork::netmask)?;
        Some((
            network,
            all.iter()
                .filter(|(one, _)| *one == network)
                .map(|(_, owner)| *owner)
                .collect(),
        ))
    }

    #[test]
    fn every_address_is_found_as_by_looking_at_all_networks() {
        // Numbers that look random and are the same each time.
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for networks in [0_u32, 1, 2, 10, 300] {
            let mut all = Vec::new();
            for owner in 0..networks {
                // Few bits that differ: networks inside networks, next to each other, and at both ends.
                let bits = next() as u32;
                let v4 = Ipv4Addr::from(if owner % 7 == 0 {
                    bits
                } else {
                    (bits & 0x0003_01ff) | if owner % 2 == 0 { 0xfffc_fe00 } else { 0 }
                });
                let mask = [0, 1, 8, 15, 16, 17, 24, 28, 31, 32][(next() % 10) as usize];
                all.push((IpNetwork::new_truncate(v4, mask).unwrap(), owner));
                let v6 = Ipv6Addr::from(
                    (u128::from(bits & 0xff) << 90)
                        | u128::from(bits & 0x0f)
                        | if owner % 3 == 0 { u128::MAX << 100 } else { 0 },
                );
                let mask = [0, 29, 38, 40, 64, 124, 127, 128][(next() % 8) as usize];
                all.push((IpNetwork::new_truncate(v6, mask).unwrap(), owner));
            }
            let index = Networks::new(all.clone());
            let probe = |ip: IpAddr| {
                let found = index
                    .of_place(Some(ip), None)
                    .map(|(network, owners)| (network, owners.to_vec()));
                assert_eq!(found, slow(&all, ip), "{networks} {ip}");
            };
            for _ in 0..2_000 {
                let bits = next() as u32;
                probe(IpAddr::V4(Ipv4Addr::from(bits)));
                probe(IpAddr::V4(Ipv4Addr::from(
                    (bits & 0x0003_01ff)
                        | if bits & 0x8000_0000 == 0 {
                            0xfffc_fe00
                        } else {
                            0
                        },
                )));
                probe(IpAddr::V6(Ipv6Addr::from(
                    (u128::from(bits & 0xff) << 90) | u128::from(bits >> 28),
                )));
            }
            for ip in [Ipv4Addr::UNSPECIFIED, Ipv4Addr::BROADCAST] {
                probe(IpAddr::V4(ip));
            }
            for ip in [Ipv6Addr::UNSPECIFIED, Ipv6Addr::from(u128::MAX)] {
                probe(IpAddr::V6(ip));
            }
        }
    }

    #[test]
    fn a_block_belongs_to_the_network_all_around_it() {
        let network = |text: &str| text.parse::<IpNetwork>().unwrap();
        let index = Networks::new(vec![
            (network("10.0.0.0/8"), 1),
            (network("10.1.0.0/28"), 2),
            (network("10.1.0.0/28"), 3),
        ]);
        for (block, expected) in [
            ("10.1.0.0/24", Some(vec![1])),
            ("10.1.0.0/28", Some(vec![2, 3])),
            ("10.1.0.4/32", Some(vec![2, 3])),
            ("10.0.0.0/8", Some(vec![1])),
            ("10.0.0.0/7", None),
            ("11.0.0.0/8", None),
        ] {
            assert_eq!(
                index
                    .of_place(None, Some(network(block)))
                    .map(|(_, owners)| owners.to_vec()),
                expected,
                "{block}"
            );
        }
    }
}
