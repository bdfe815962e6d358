//! Which hosts may be asked, and at which addresses.
//!
//! In: hosts as the user names them, URLs, addresses. Out: whether they may be asked. What always holds: a
//! host is asked only where it was named; an address that is not the public network's only where it was named
//! itself, so that a public name cannot lead to a machine that the user did not mean.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use url::{Host, Url};

/// A host as the user names it, with or without a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    host: Host,
    /// None is any port.
    port: Option<u16>,
}

/// All hosts that the user named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowedHosts(pub Vec<AllowedHost>);

impl FromStr for AllowedHost {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || {
            format!("'{text}' is no host; write it as lists.example.org, 10.1.2.3 or [::1]:8080")
        };
        // A scheme's own port is not told apart from none; both schemes at once tell every port.
        let parts = |scheme: &str| Url::parse(&format!("{scheme}://{text}/")).ok();
        let (secure, plain) = parts("https").zip(parts("http")).ok_or_else(fault)?;
        let is_bare = secure.path() == "/"
            && secure.query().is_none()
            && secure.fragment().is_none()
            && !text.contains(['@', '/', '\\', '*']);
        let host = secure.host().filter(|_| is_bare).ok_or_else(fault)?;
        Ok(Self {
            host: host.to_owned(),
            port: secure.port().or(plain.port()),
        })
    }
}

impl fmt::Display for AllowedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.host)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl AllowedHosts {
    /// Whether the host of this URL was named.
    pub fn allow(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| self.has(&url))
    }

    /// The same for a URL that is parsed.
    pub(super) fn has(&self, url: &Url) -> bool {
        let Some(host) = url.host() else {
            return false;
        };
        let host = host.to_owned();
        let port = url.port_or_known_default();
        let mut named = self.0.iter();
        named.any(|own| own.host == host && (own.port.is_none() || own.port == port))
    }

    /// Whether an option that would let a host be asked was given.
    pub(super) fn has_option(&self, option: &str) -> bool {
        let host = option.strip_prefix("--allow-fetch ");
        let host = host.and_then(|host| host.parse::<AllowedHost>().ok());
        host.is_some_and(|host| {
            let mut named = self.0.iter();
            named.any(|own| own.host == host.host && (own.port.is_none() || own.port == host.port))
        })
    }

    /// Whether a host may be asked at this address.
    ///
    /// # Errors
    /// Why not, and what would allow it.
    pub(super) fn check(&self, host: &Host<&str>, address: IpAddr) -> Result<(), String> {
        if is_public(address) {
            return Ok(());
        }
        // The host was named before anything was looked up.
        let is_literal = match host {
            Host::Domain(name) => is_localhost(name) && unmapped(address).is_loopback(),
            Host::Ipv4(_) | Host::Ipv6(_) => true,
        };
        let mut named = self.0.iter();
        let is_named = named.any(|own| match own.host {
            Host::Domain(_) => false,
            Host::Ipv4(own) => unmapped(address) == IpAddr::V4(own),
            Host::Ipv6(own) => address == IpAddr::V6(own),
        });
        match is_literal || is_named {
            true => Ok(()),
            false => Err(format!(
                "{host} is at {address}, which is no address of the public network; name the address \
                 itself where that is meant: --allow-fetch {}",
                match address {
                    IpAddr::V4(address) => address.to_string(),
                    IpAddr::V6(address) => format!("[{address}]"),
                }
            )),
        }
    }
}

/// A URL's host as an option names it.
pub(super) fn host_of(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host().filter(|_| is_web(&url))?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_string(),
    })
}

/// Whether a URL is one that can be fetched.
pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http")
}

/// The machine itself, whatever a resolver says (RFC 6761, section 6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name == "localhost" || name.ends_with(".localhost")
}

fn unmapped(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// Whether an address belongs to a machine of the public network. Source: the registries of special-purpose
/// addresses (RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || a >= 224
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let parts = address.segments();
    let inner = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        // Loopback, none, and IPv4 written as IPv6.
        [0, 0, 0, 0, 0, 0, high, low] => inner(high, low),
        // IPv4 behind a translator: RFC 6052, RFC 8215, 6to4.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        [0x64, 0xff9b, ..] => false,
        [0x2002, high, low, ..] => inner(high, low),
        // Teredo and what else lies in 2001::/23, documentation.
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        // All that is handed out lies in 2000::/3.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(named: &[&str]) -> AllowedHosts {
        AllowedHosts(named.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[test]
    fn a_host_is_named_as_it_is() {
        let named = hosts(&["Lists.Example", "10.0.0.5:8080", "[::1]", "two.example:443"]);
        for url in [
            "https://lists.example/a?b=c",
            "http://LISTS.example:8000/",
            "http://10.0.0.5:8080/x",
            "https://[0:0::1]/",
            "https://two.example/",
        ] {
            assert!(named.allow(url), "{url}");
        }
        for url in [
            "https://sub.lists.example/a",
            "https://lists.example.evil.example/",
            "http://10.0.0.5/",
            "http://10.0.0.6:8080/",
            "http://two.example/",
            "lists.example",
            "https://user@evil.example/lists.example",
            "https://lists.example@evil.example/",
        ] {
            assert!(!named.allow(url), "{url}");
        }
        for text in [
            "",
            "a/b",
            "https://a.example",
            "*.example",
            "a b",
            "u@a.example",
            "a?b",
        ] {
            assert!(text.parse::<AllowedHost>().is_err(), "{text}");
        }
    }

    /// From the IANA registries, and ways to write 127.0.0.1 and 10.0.0.1 otherwise.
    #[test]
    fn addresses_that_are_not_public() {
        for address in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "203.0.113.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        for address in [
            "1.1.1.1",
            "172.32.0.1",
            "100.128.0.1",
            "2606:4700::1111",
            "64:ff9b::1.1.1.1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn a_private_address_must_be_named_itself() {
        let named = hosts(&["lists.example", "10.1.1.1", "localhost"]);
        let at = |host: &str, address: &str| {
            let url = Url::parse(&format!("https://{host}/")).unwrap();
            named.check(&url.host().unwrap(), address.parse().unwrap())
        };
        assert_eq!(at("lists.example", "8.8.8.8"), Ok(()));
        assert_eq!(at("lists.example", "10.1.1.1"), Ok(()));
        assert_eq!(at("localhost", "127.0.0.1"), Ok(()));
        assert_eq!(at("localhost", "::1"), Ok(()));
        assert_eq!(at("10.1.1.1", "10.1.1.1"), Ok(()));
        for (host, address) in [
            ("lists.example", "127.0.0.1"),
            ("lists.example", "10.1.1.2"),
            ("lists.example", "::ffff:192.168.0.1"),
            ("localhost", "10.1.1.2"),
        ] {
            let why = at(host, address).unwrap_err();
            assert!(why.contains("--allow-fetch"), "{why}");
        }
    }

    #[test]
    fn the_option_of_a_url_lets_it_be_asked() {
        for url in [
            "https://a.example/x?y",
            "http://a.example:81/",
            "https://[2606::1]:444/",
        ] {
            let option = host_of(url).unwrap();
            assert!(hosts(&[&option]).allow(url), "{url}: {option}");
            assert!(hosts(&[&option]).has_option(&format!("--allow-fetch {option}")));
        }
        assert_eq!(host_of("abfss://c@a.dfs.core.windows.net/x"), None);
    }
}
