//! Addresses and networks from text.
//!
//! In: any text. Out: a network: the bits of its first address and the length of its prefix. What
//! always holds: an IPv4 address is 32 bits; as IPv6 it stands at `::ffff:0:0/96`. The bits behind the
//! prefix are 0.

use std::cmp::Ordering;
use std::net::Ipv6Addr;

/// Where IPv4 addresses stand among IPv6 ones.
const MAPPED: u128 = 0xffff << 32;

/// A network; an address alone has the whole length as its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network<Bits> {
    pub first: Bits,
    pub prefix: i64,
}

/// A kind of address.
pub trait Family {
    type Bits: Copy + Ord;
    /// The length of an address in bits.
    const LENGTH: i64;

    /// An address or network in a text.
    fn read(text: &str) -> Option<Network<Self::Bits>>;

    /// The bits under a prefix.
    fn mask(bits: Self::Bits, prefix: i64) -> Self::Bits;

    /// The network under the shorter of its prefix and this one; None where there is no such prefix.
    fn under(network: Network<Self::Bits>, prefix: i64) -> Option<Network<Self::Bits>> {
        let given = (0..=Self::LENGTH).contains(&prefix).then_some(prefix)?;
        let prefix = given.min(network.prefix);
        let first = Self::mask(network.first, prefix);
        Some(Network { first, prefix })
    }

    /// The order of two networks under the shorter of their prefixes.
    fn compare(a: Network<Self::Bits>, b: Network<Self::Bits>) -> Ordering {
        let prefix = a.prefix.min(b.prefix);
        Self::mask(a.first, prefix).cmp(&Self::mask(b.first, prefix))
    }
}

/// IPv4.
#[derive(Debug)]
pub struct V4;

/// IPv6, where each IPv4 address has its place.
#[derive(Debug)]
pub struct V6;

macro_rules! family {
    ($family:ident, $bits:ty, $read:ident) => {
        impl Family for $family {
            type Bits = $bits;
            const LENGTH: i64 = <$bits>::BITS as i64;

            fn read(text: &str) -> Option<Network<$bits>> {
                $read(text)
            }

            fn mask(bits: $bits, prefix: i64) -> $bits {
                match u32::try_from(Self::LENGTH - prefix) {
                    Ok(behind) if behind < <$bits>::BITS => bits >> behind << behind,
                    Ok(_) | Err(_) => 0,
                }
            }
        }
    };
}

family!(V4, u32, v4);
family!(V6, u128, v6);

/// Four decimal numbers of up to three digits; leading zeros do not make them octal.
fn quad(text: &str) -> Option<u32> {
    let mut bits = 0;
    let mut parts = 0;
    for part in text.split('.') {
        if part.is_empty() || part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        bits = bits << 8 | u32::from(part.parse::<u8>().ok()?);
        parts += 1;
        if parts > 4 {
            return None;
        }
    }
    (parts == 4).then_some(bits)
}

/// The part in front of `/`, and the number behind it where there is one.
fn split(text: &str, bits: i64) -> Option<(&str, Option<i64>)> {
    match text.split_once('/') {
        None => Some((text, None)),
        Some((address, prefix)) => {
            if prefix.is_empty() || !prefix.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            let prefix = prefix.parse().ok().filter(|prefix| *prefix <= bits)?;
            Some((address, Some(prefix)))
        }
    }
}

/// An IPv4 address or network.
fn v4(text: &str) -> Option<Network<u32>> {
    let (address, prefix) = split(text.trim(), V4::LENGTH)?;
    let prefix = prefix.unwrap_or(V4::LENGTH);
    Some(Network {
        first: V4::mask(quad(address)?, prefix),
        prefix,
    })
}

/// An IPv6 address or network, or an IPv4 one. A prefix behind four decimal numbers counts IPv4's bits,
/// also in `::192.168.0.0/16`, which Kusto takes for the IPv4 address.
fn v6(text: &str) -> Option<Network<u128>> {
    let text = text.trim();
    let (address, prefix) = split(text, V6::LENGTH)?;
    let dotted = match quad(address) {
        Some(bits) => Some(bits),
        None if address.contains('.') => {
            let bits = u128::from(address.parse::<Ipv6Addr>().ok()?);
            match bits >> 32 {
                0 | 0xffff => u32::try_from(bits & u128::from(u32::MAX)).ok(),
                _ => None,
            }
        }
        None => None,
    };
    let (bits, prefix) = match dotted {
        Some(bits) => {
            let prefix = prefix.unwrap_or(V4::LENGTH);
            let prefix = (prefix <= V4::LENGTH).then_some(prefix + V6::LENGTH - V4::LENGTH)?;
            (MAPPED | u128::from(bits), prefix)
        }
        None => (
            u128::from(address.parse::<Ipv6Addr>().ok()?),
            prefix.unwrap_or(V6::LENGTH),
        ),
    };
    Some(Network {
        first: V6::mask(bits, prefix),
        prefix,
    })
}

/// `a.b.c.d`
pub fn print_v4(bits: u32) -> String {
    std::net::Ipv4Addr::from(bits).to_string()
}

/// Eight groups of four digits: the one spelling in which every address has the same length.
pub fn print_v6(bits: u128) -> String {
    let groups = Ipv6Addr::from(bits).segments();
    groups.map(|group| format!("{group:04x}")).join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_v4() {
        let read = |text| v4(text).map(|n| (print_v4(n.first), n.prefix));
        assert_eq!(read("192.168.1.1"), Some(("192.168.1.1".into(), 32)));
        assert_eq!(read("192.168.1.1/24"), Some(("192.168.1.0".into(), 24)));
        assert_eq!(read("10.1.1.1/0"), Some(("0.0.0.0".into(), 0)));
        for text in [
            "",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.256",
            "1.2.3.4/33",
            "1.2.3.4/",
            "1.2.3.4/-1",
            "1.2.3.4:80",
            "::1",
            "1.2.3.+4",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn reads_v6() {
        let read = |text| v6(text).map(|n| (print_v6(n.first), n.prefix));
        let v4 = "0000:0000:0000:0000:0000:ffff:c0a8:";
        assert_eq!(read("192.168.255.255"), Some((format!("{v4}ffff"), 128)));
        assert_eq!(read("192.168.255.255/24"), Some((format!("{v4}ff00"), 120)));
        assert_eq!(
            read("::192.168.255.255/24"),
            Some((format!("{v4}ff00"), 120))
        );
        assert_eq!(
            read("fe80::85d:e82c:9446:7994/120"),
            Some(("fe80:0000:0000:0000:085d:e82c:9446:7900".into(), 120))
        );
        for text in ["", "1.2.3.4/33", "fe80::/129", "fe80:::1", "fe80"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
