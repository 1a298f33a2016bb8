//! From a setting's text to its value. An error says what is expected, never repeats a secret.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use ipnet::IpNet;

use crate::accounts::SignUpMode;
use crate::catalog::checks::Policy;

use super::{LogFormat, SandboxMode, SecretKey};
use crate::catalog::policy::AutoApprove;

type Parsed<T> = Result<T, String>;

pub(super) fn listen(text: &str) -> Parsed<SocketAddr> {
    text.parse().map_err(|_| format!("`{text}` is no address and port, such as 127.0.0.1:8080 or [::]:8080"))
}

pub(super) fn public_url(text: &str) -> Parsed<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let valid = rest.is_some_and(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        !host.is_empty() && !rest.contains(['?', '#', '@']) && text.parse::<http::Uri>().is_ok()
    });
    if !valid {
        return Err(format!("`{text}` is no URL of the form https://marketplace.example.com"));
    }
    let url = text.trim_end_matches('/');
    if url.ends_with("/api") {
        return Err(format!("`{text}` ends in /api: give the URL before that"));
    }
    Ok(url.to_owned())
}

pub(super) fn database_url(text: &str) -> Parsed<String> {
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
    // The text may hold a password, so it is not repeated.
    if known { Ok(text.to_owned()) } else { Err("a database URL starts with postgres:// or sqlite:".to_owned()) }
}

pub(super) fn admin_key(text: &str) -> Parsed<String> {
    let printable = text.bytes().all(|byte| byte.is_ascii_graphic());
    if (32..=256).contains(&text.len()) && printable {
        Ok(text.to_owned())
    } else {
        Err("it must be 32 to 256 printable ASCII characters without spaces; `openssl rand -base64 32` makes one"
            .to_owned())
    }
}

/// A key as `openssl rand -base64 32` or `openssl rand -hex 32` prints it.
pub fn parse_secret_key(text: &str) -> Parsed<SecretKey> {
    let hex = || {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        (0..32).map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()).collect::<Option<Vec<u8>>>()
    };
    let base64 = || {
        let plain: String = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
        base64::engine::general_purpose::STANDARD_NO_PAD.decode(plain).ok()
    };
    hex()
        .or_else(base64)
        .and_then(|bytes| bytes.try_into().ok())
        .map(SecretKey)
        .ok_or_else(|| "it must be 32 bytes in base64 or hex; `openssl rand -base64 32` makes one".to_owned())
}

pub(super) fn networks(text: &str) -> Parsed<Vec<IpNet>> {
    list(text)
        .map(|item| {
            item.parse::<IpNet>()
                .or_else(|_| item.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| format!("`{item}` is no network or address, such as 10.0.0.0/8"))
        })
        .collect()
}

pub(super) fn origins(text: &str) -> Parsed<Vec<String>> {
    list(text)
        .map(|item| {
            let host = item.strip_prefix("https://").or_else(|| item.strip_prefix("http://"));
            match host {
                Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', '*']) => Ok(item.to_owned()),
                _ => Err(format!(
                    "`{item}` is no origin of the form https://app.example.com (without a path, `*` or a trailing slash)"
                )),
            }
        })
        .collect()
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ']).map(str::trim).filter(|item| !item.is_empty())
}

pub(super) fn rate(text: &str) -> Parsed<u32> {
    number(text, 1, 1_000_000_000).map(|number| number as u32)
}

pub(super) fn connections(text: &str) -> Parsed<usize> {
    number(text, 2, 1_000).map(|number| number as usize)
}

pub(super) fn agents(text: &str) -> Parsed<Option<u64>> {
    if text == "unlimited" {
        return Ok(None);
    }
    number(text, 0, 1_000_000_000).map(Some).map_err(|error| format!("{error}, or `unlimited`"))
}

fn number(text: &str, least: u64, most: u64) -> Parsed<u64> {
    let digits = text.replace(['_', ','], "");
    match digits.parse::<u64>() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("`{text}` is no whole number from {least} to {most}")),
    }
}

pub(super) fn size(text: &str) -> Parsed<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let factor: Option<u64> = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "k" | "kib" => Some(1 << 10),
        "m" | "mib" => Some(1 << 20),
        "g" | "gib" => Some(1 << 30),
        "t" | "tib" => Some(1 << 40),
        _ => None,
    };
    let bytes = digits.replace('_', "").parse::<u64>().ok().zip(factor).and_then(|(n, f)| n.checked_mul(f));
    bytes
        .filter(|bytes| i64::try_from(*bytes).is_ok())
        .ok_or_else(|| format!("`{text}` is no size, such as 67108864, 64MiB or 1GiB"))
}

pub(super) fn duration(text: &str) -> Parsed<Duration> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let millis: Option<u64> = match unit.trim() {
        "ms" => Some(1),
        "s" | "" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let total = digits.parse::<u64>().ok().zip(millis).and_then(|(n, unit)| n.checked_mul(unit));
    total
        .filter(|millis| *millis <= 24 * 3_600_000)
        .map(Duration::from_millis)
        .ok_or_else(|| format!("`{text}` is no duration up to 24h, such as 500ms, 30s or 5m"))
}

/// Whole days.
pub(super) fn retention(text: &str) -> Parsed<Duration> {
    const DAYS: std::ops::RangeInclusive<u64> = 30..=36_500;
    let days = text.strip_suffix('d').and_then(|days| days.trim().parse::<u64>().ok());
    days.filter(|days| DAYS.contains(days))
        .map(|days| Duration::from_hours(days * 24))
        .ok_or_else(|| format!("`{text}` is no number of days from 30d to 36500d, such as 800d"))
}

pub(super) fn yes_or_no(text: &str) -> Parsed<bool> {
    match text {
        "true" | "on" | "yes" | "1" => Ok(true),
        "false" | "off" | "no" | "0" => Ok(false),
        _ => Err(format!("`{text}` is neither true nor false")),
    }
}

pub(super) fn auto_approve(text: &str) -> Parsed<AutoApprove> {
    match text {
        "off" => Ok(AutoApprove::Off),
        "verified-updates" => Ok(AutoApprove::VerifiedUpdates),
        _ => Err("expected off or verified-updates".to_owned()),
    }
}

pub(super) fn durations(text: &str) -> Parsed<Vec<Duration>> {
    const MOST: usize = 50;
    let durations = list(text).map(duration).collect::<Parsed<Vec<_>>>()?;
    if durations.is_empty() || durations.len() > MOST || durations.iter().any(Duration::is_zero) {
        return Err(format!("`{text}` is no list of 1 to {MOST} durations, such as 5s,30s,2m"));
    }
    Ok(durations)
}

pub(super) fn days(text: &str) -> Parsed<Duration> {
    let days = text.strip_suffix('d').and_then(|digits| digits.parse::<u32>().ok());
    let days = days.filter(|days| (7..=3_650).contains(days));
    days.map(|days| Duration::from_hours(u64::from(days) * 24))
        .ok_or_else(|| format!("`{text}` is no number of days from 7d to 3650d, such as 90d"))
}

pub(super) fn sandbox(text: &str) -> Parsed<SandboxMode> {
    match text {
        "on" => Ok(SandboxMode::On),
        "off" => Ok(SandboxMode::Off),
        "auto" => Ok(SandboxMode::Auto),
        _ => Err(format!("`{text}` is none of on, off and auto")),
    }
}

pub(super) fn checks(text: &str) -> Parsed<Arc<Policy>> {
    Policy::parse(text).map(Arc::new)
}

pub(super) fn sign_up(text: &str) -> Parsed<SignUpMode> {
    match text {
        "closed" => Ok(SignUpMode::Closed),
        "invite" => Ok(SignUpMode::Invite),
        "open" => Ok(SignUpMode::Open),
        _ => Err(format!("`{text}` is none of closed, invite and open")),
    }
}

pub(super) fn log_format(text: &str) -> Parsed<LogFormat> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("`{text}` is no log format: text or json")),
    }
}

pub(super) fn log_filter(text: &str) -> Parsed<String> {
    let levels = ["off", "error", "warn", "info", "debug", "trace"];
    let known = |level: &str| levels.contains(&level.to_ascii_lowercase().as_str());
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let valid = match part.rsplit_once('=') {
            Some((target, level)) => !target.is_empty() && known(level),
            None => known(part),
        };
        if !valid {
            return Err(format!("`{part}` is no log level (off, error, warn, info, debug, trace) or target=level"));
        }
    }
    Ok(text.to_owned())
}
