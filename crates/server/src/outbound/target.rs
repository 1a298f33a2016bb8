//! What a URL points at, read as browsers read it (WHATWG): `2130706433`, `0x7f.1`, `127.1`, `127.0.0.1.` and
//! `①②⑦.0.0.1` are all seen for the address they are. What is parsed here is what is dialled: the text is not read twice.

use std::net::IpAddr;
use std::sync::Arc;

use url::{Host, Url};

use super::Refusal;

/// Bytes in a URL.
const URL_MAX: usize = 2_048;

/// A URL that may be requested, as far as its text tells. Made by [`Outbound::check`](super::Outbound::check) alone.
#[derive(Clone, Debug)]
pub struct Target(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    url: Url,
    host: String,
    address: Option<IpAddr>,
    port: u16,
    /// What the request line and the `Host` header hold.
    path: http::Uri,
    authority: http::HeaderValue,
    /// Names the scheme, host and port: connections are kept by it.
    origin: Arc<str>,
}

impl Target {
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        if text.len() > URL_MAX {
            return Err(Refusal::Url(format!("it is longer than {URL_MAX} bytes")));
        }
        let mut url = Url::parse(text).map_err(|error| Refusal::Url(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials);
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if !matches!(port, 80 | 443 | 1024..) {
            return Err(Refusal::Port(port));
        }
        url.set_fragment(None);
        let (host, address) = match url.host() {
            Some(Host::Domain(name)) => (name.to_owned(), None),
            Some(Host::Ipv4(address)) => (address.to_string(), Some(IpAddr::V4(address))),
            Some(Host::Ipv6(address)) => (address.to_string(), Some(IpAddr::V6(address).to_canonical())),
            None => return Err(Refusal::Url("it has no host".to_owned())),
        };
        let path = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let path = path.parse().map_err(|_| Refusal::Url("its path cannot be requested".to_owned()))?;
        let origin = url.origin().ascii_serialization();
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        let authority = authority.parse().map_err(|_| Refusal::Url("its host cannot be requested".to_owned()))?;
        Ok(Self(Arc::new(Parts { host, address, port, path, authority, origin: origin.into(), url })))
    }

    /// The URL as it is requested, without its fragment.
    pub fn url(&self) -> &str {
        self.0.url.as_str()
    }

    /// The host: a name in ASCII, or an address.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// The address, if the host is one.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.0.address
    }

    pub(super) fn port(&self) -> u16 {
        self.0.port
    }

    pub(super) fn is_https(&self) -> bool {
        self.0.url.scheme() == "https"
    }

    pub(super) fn path(&self) -> &http::Uri {
        &self.0.path
    }

    pub(super) fn authority(&self) -> &http::HeaderValue {
        &self.0.authority
    }

    pub(super) fn origin(&self) -> &Arc<str> {
        &self.0.origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_seen_for_what_they_are() {
        for (text, host) in [
            ("http://2130706433/", "127.0.0.1"),
            ("http://0x7f.1/", "127.0.0.1"),
            ("http://0177.0.0.1/", "127.0.0.1"),
            ("http://127.1/", "127.0.0.1"),
            ("http://0/", "0.0.0.0"),
            ("http://127.0.0.1./", "127.0.0.1"),
            ("http://①②⑦.0.0.1/", "127.0.0.1"),
            ("http://%31%32%37.0.0.1/", "127.0.0.1"),
            ("http:\\\\127.0.0.1\\x", "127.0.0.1"),
            ("http://[::ffff:127.0.0.1]/", "127.0.0.1"),
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(target.address().map(|address| address.to_string()).as_deref(), Some(host), "{text}");
        }
        let target = Target::parse("https://Bücher.example:8443/a b?q=ü#part").unwrap();
        assert_eq!(target.url(), "https://xn--bcher-kva.example:8443/a%20b?q=%C3%BC");
        assert_eq!((target.host(), target.address(), target.port()), ("xn--bcher-kva.example", None, 8443));
        assert_eq!(
            (target.authority(), target.path().path()),
            (&"xn--bcher-kva.example:8443".parse().unwrap(), "/a%20b")
        );
    }

    #[test]
    fn what_is_not_requested() {
        for (text, refusal) in [
            ("ftp://example.com/", Refusal::Scheme),
            ("file:///etc/passwd", Refusal::Scheme),
            ("gopher://example.com:70/", Refusal::Scheme),
            ("https://user@example.com/", Refusal::Credentials),
            ("https://:secret@example.com/", Refusal::Credentials),
            ("https://example.com:22/", Refusal::Port(22)),
            ("https://example.com:0/", Refusal::Port(0)),
            ("https://example.com:1023/", Refusal::Port(1023)),
        ] {
            assert_eq!(Target::parse(text).unwrap_err(), refusal, "{text}");
        }
        for text in [
            "",
            "example.com",
            "/x",
            "https://",
            "http://127.0.0.1%00/",
            "http://256.1.1.1/",
            "https://a b/",
            "https://e.com:99999/",
        ] {
            assert!(matches!(Target::parse(text), Err(Refusal::Url(_))), "{text}");
        }
    }
}
