//! Authorities that are trusted beside the system's: what a private network's receivers and peers have their certificates from.

use std::path::Path;
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};

/// Certificates of authorities. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Roots(Arc<[CertificateDer<'static>]>);

impl Roots {
    /// Reads a PEM file. What is wrong with it is said so that whoever set it can mend it.
    pub fn read(file: &Path) -> Result<Self, String> {
        let name = file.display();
        let unread = |error: pem::Error| match error {
            pem::Error::Io(error) => format!("{name} cannot be read: {error}"),
            error => format!("{name} is no PEM file: {error}"),
        };
        let certificates: Vec<_> =
            CertificateDer::pem_file_iter(file).map_err(unread)?.collect::<Result<_, _>>().map_err(unread)?;
        if certificates.is_empty() {
            return Err(format!("{name} holds no certificate (`-----BEGIN CERTIFICATE-----`)"));
        }
        let mut store = RootCertStore::empty();
        for (at, certificate) in certificates.iter().enumerate() {
            store
                .add(certificate.clone())
                .map_err(|error| format!("certificate {} in {name} is of no use: {error}", at + 1))?;
        }
        Ok(Self(certificates.into()))
    }

    pub(super) fn certificates(&self) -> impl Iterator<Item = CertificateDer<'static>> {
        self.0.iter().cloned()
    }
}
