//! The settings of a PostgreSQL URL: the client's own, and those it does not know.

use std::{path::PathBuf, time::Duration};

use tokio_postgres::{Config, config::SslMode};

use crate::Error;

/// How long to wait for a connection: a request waits behind it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long sent data may stay unacknowledged, and how soon an idle connection is probed: a machine that vanished
/// without a word is noticed in about this time.
const TCP_TIMEOUT: Duration = Duration::from_secs(10);

/// A URL, taken apart.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) config: Config,
    /// The schema to work in; the server's search path decides without it.
    pub(super) schema: Option<String>,
    /// Whether the server must show a certificate for its host name.
    pub(super) verify: bool,
    /// A PEM file of authorities to believe in place of the system's.
    pub(super) root_certificates: Option<PathBuf>,
}

impl Settings {
    /// Reads `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…&schema=…`.
    ///
    /// `sslmode` as libpq has it: `disable`, `prefer` (the default) and `require` do not look at the certificate;
    /// `verify-full` and `verify-ca` (here the same) do, and so does any of them when `sslrootcert` is given.
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut schema, mut verify, mut root_certificates) = (None, false, None);
        let mut kept = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=').unwrap_or((pair, "")) {
                ("schema", name) => schema = Some(schema_name(name)?),
                ("sslmode", "verify-full" | "verify-ca") => {
                    verify = true;
                    kept.push("sslmode=require");
                }
                ("sslrootcert", "system") => verify = true,
                ("sslrootcert", path) => {
                    verify = true;
                    root_certificates = Some(PathBuf::from(percent_decode(path)?));
                }
                _ => kept.push(pair),
            }
        }
        let mut config: Config =
            format!("{base}?{}", kept.join("&")).parse().map_err(|error: tokio_postgres::Error| {
                // The error's text never repeats the URL, which holds the password.
                Error::Other(format!("the PostgreSQL URL is not valid: {}", super::describe(&error)))
            })?;
        if verify && config.get_ssl_mode() != SslMode::Disable {
            // Falling back to an unencrypted connection would make the check worthless.
            config.ssl_mode(SslMode::Require);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(TCP_TIMEOUT);
        }
        config.keepalives_idle(TCP_TIMEOUT);
        config.keepalives_interval(Duration::from_secs(3));
        config.keepalives_retries(3);
        if config.get_application_name().is_none() {
            config.application_name("atom-marketplace");
        }
        Ok(Self { config, schema, verify, root_certificates })
    }
}

/// A schema's name goes into `SET search_path` and into notification channels, so it is kept plain.
fn schema_name(name: &str) -> Result<String, Error> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=32).contains(&name.len()) && name.bytes().all(plain) {
        Ok(name.to_owned())
    } else {
        Err(Error::other("the schema in the PostgreSQL URL must be 1 to 32 of a-z, 0-9 and _"))
    }
}

fn percent_decode(text: &str) -> Result<String, Error> {
    let invalid = || Error::other("the PostgreSQL URL has a broken % escape");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
            let (high, low) = (digit().ok_or_else(invalid)?, digit().ok_or_else(invalid)?);
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_parameters_are_taken_and_the_rest_is_left() {
        let settings = Settings::parse(
            "postgres://me:secret@db.example:5433/shop?schema=sandbox&sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&application_name=x",
        )
        .unwrap();
        assert_eq!(settings.schema.as_deref(), Some("sandbox"));
        assert!(settings.verify);
        assert_eq!(settings.root_certificates, Some(PathBuf::from("/etc/ca.pem")));
        assert_eq!(settings.config.get_ssl_mode(), SslMode::Require);
        assert_eq!(settings.config.get_application_name(), Some("x"));
        assert_eq!(settings.config.get_connect_timeout(), Some(&CONNECT_TIMEOUT));
        assert_eq!(settings.config.get_dbname(), Some("shop"));
    }

    #[test]
    fn a_certificate_to_check_rules_out_plain_text() {
        let prefer = Settings::parse("postgres://db.example/x").unwrap();
        assert_eq!((prefer.verify, prefer.config.get_ssl_mode()), (false, SslMode::Prefer));
        let checked = Settings::parse("postgres://db.example/x?sslrootcert=system").unwrap();
        assert_eq!((checked.verify, checked.config.get_ssl_mode()), (true, SslMode::Require));
    }

    #[test]
    fn mistakes_are_named_without_the_password() {
        for url in [
            "postgres://me:hunter2@h/x?schema=a-b",
            "postgres://me:hunter2@h/x?schema=",
            "postgres://me:hunter2@h/x?sslrootcert=%2",
            "postgres://me:hunter2@h/x?no_such_thing=1",
            "postgres://me:hunter2@h:port/x",
        ] {
            let error = Settings::parse(url).unwrap_err().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
