//! Looking for the proof that a domain is a tenant's. No database here: these are the network's waits.

use atom_marketplace_protocol::verification::{ProofInstructions, VerificationMethod};
use http::StatusCode;

use crate::app::Marketplace;
use crate::outbound::Request;

/// What stands before the token.
const LABEL: &str = "atom-marketplace-verification=";
/// What stands before the domain in the name of the record.
const RECORD: &str = "_atom-marketplace.";
/// Where the file is, with `{domain}` for the domain.
pub const FILE: &str = "https://{domain}/.well-known/atom-marketplace-verification.txt";

/// Checks a domain and brings it to ASCII: no address, at least two labels, and nothing under which everybody registers.
pub(super) fn domain(text: &str) -> Result<String, String> {
    let text = text.trim().trim_end_matches('.');
    let ascii = idna::domain_to_ascii_strict(text).map_err(|_| "this is no domain, such as acme.example".to_owned())?;
    let last = ascii.rsplit('.').next().unwrap_or_default();
    if !ascii.contains('.') || last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("this is no domain, such as acme.example".to_owned());
    }
    // The list's own names are nobody's in particular.
    if psl::domain_str(&ascii).is_none() {
        return Err(format!("everybody may have a domain under {ascii}: name your own"));
    }
    Ok(ascii)
}

fn value(token: &str) -> String {
    format!("{LABEL}{token}")
}

fn file(m: &Marketplace, domain: &str) -> String {
    m.verification_file.replace("{domain}", domain)
}

/// What to put where.
pub(super) fn instructions(
    m: &Marketplace,
    domain: &str,
    method: VerificationMethod,
    token: &str,
) -> ProofInstructions {
    let nothing = ProofInstructions { record_name: None, record_value: None, url: None, content: None };
    match method {
        VerificationMethod::Dns => ProofInstructions {
            record_name: Some(format!("{RECORD}{domain}")),
            record_value: Some(value(token)),
            ..nothing
        },
        VerificationMethod::File => {
            ProofInstructions { url: Some(file(m, domain)), content: Some(value(token)), ..nothing }
        }
    }
}

/// Looks for the proof. The error says what was found in its place.
pub(super) async fn look(m: &Marketplace, domain: &str, method: VerificationMethod, token: &str) -> Result<(), String> {
    let wanted = value(token);
    match method {
        VerificationMethod::Dns => {
            let name = format!("{RECORD}{domain}");
            let found = m.dns.txt(&name).await.map_err(|why| format!("{name} could not be looked up: {why}"))?;
            match found.len() {
                _ if found.iter().any(|text| text.trim() == wanted) => Ok(()),
                0 => Err(format!("{name} has no TXT record")),
                count => Err(format!("none of the {count} TXT records of {name} is {wanted}")),
            }
        }
        VerificationMethod::File => {
            let url = file(m, domain);
            let target = m.outbound.check(&url).map_err(|why| why.to_string())?;
            let answer = m.outbound.send(Request::get(target)).await.map_err(|why| format!("{url}: {why}"))?;
            if answer.status != StatusCode::OK {
                return Err(format!("{url} answered {}, not 200", answer.status.as_u16()));
            }
            let text = String::from_utf8_lossy(&answer.body);
            if text.lines().any(|line| line.trim() == wanted) {
                Ok(())
            } else {
                Err(format!("{url} has no line {wanted}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains() {
        for (text, ascii) in [
            ("acme.example", "acme.example"),
            (" ACME.Example. ", "acme.example"),
            ("Bücher.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("faß.de", "xn--fa-hia.de"),
            ("a.b.c.co.uk", "a.b.c.co.uk"),
            ("acme.github.io", "acme.github.io"),
            ("atom.internal", "atom.internal"),
        ] {
            assert_eq!(domain(text).as_deref(), Ok(ascii), "{text}");
        }
        for text in [
            "",
            "acme",
            "localhost",
            "co.uk",
            "com",
            "github.io",
            "127.0.0.1",
            "1.2",
            "[::1]",
            "acme.example:443",
            "https://acme.example",
            "acme.example/path",
            "user@acme.example",
            "a..example",
            "-acme.example",
            "_dmarc.acme.example",
            "a b.example",
            "xn--a.example",
        ] {
            assert!(domain(text).is_err(), "{text}");
        }
    }
}
