//! Everything an instance needs to run a version, as bytes that are the same each time, and their signature (contract §6).
//!
//! The bytes are fixed once the version is available, and follow from what is stored of it: from the name it was published
//! under, and from when that was. What came from another instance keeps the bytes and the signature that it came with.

use atom_marketplace_bundle::{Document as _, Envelope, KeyId, SIGNATURE_LENGTH, Verified, sign_bytes};
use atom_marketplace_db::{Conn, Error, FromRow, Row};
use atom_marketplace_protocol::component::{Bundle, File, FileEncoding, Status};
use atom_marketplace_protocol::digest::sha256_hex;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::checks::StoredFile;
use super::model::{ComponentRow, VersionRow};
use super::store::{self, signatures, versions as versions_store};
use super::versions::{self, View};
use crate::error::{ApiError, ApiResult};
use crate::extract::Audience;
use crate::instance::Signer;

/// A file of a version as it is stored.
pub(in crate::catalog) struct FileRow {
    pub(in crate::catalog) path: String,
    encoding: String,
    pub(in crate::catalog) content: Vec<u8>,
}

impl FromRow for FileRow {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        Ok(Self { path: row.get("path")?, encoding: row.get("encoding")?, content: row.get("content")? })
    }
}

impl From<FileRow> for StoredFile {
    fn from(row: FileRow) -> Self {
        let encoding = if row.encoding == "utf-8" { FileEncoding::Utf8 } else { FileEncoding::Base64 };
        Self { path: row.path, encoding, bytes: row.content }
    }
}

impl FileRow {
    /// A file as if it were stored.
    #[cfg(test)]
    pub(in crate::catalog) fn new(path: &str, content: &[u8]) -> Self {
        Self { path: path.to_owned(), encoding: "utf-8".to_owned(), content: content.to_vec() }
    }

    fn into_file(self) -> Result<File, Error> {
        let (encoding, content) = if self.encoding == "utf-8" {
            let text =
                String::from_utf8(self.content).map_err(|_| Error::Other(format!("{} is no UTF-8", self.path)))?;
            (FileEncoding::Utf8, text)
        } else {
            (FileEncoding::Base64, STANDARD.encode(self.content))
        };
        Ok(File { path: self.path, encoding, content })
    }
}

/// The version of a component whose bundle is wanted: the one shown, or exactly this number. Its publisher and the
/// platform may also fetch what waits or was refused; what was not sanitised, its publisher alone.
pub(in crate::catalog) fn find(
    c: &mut Conn<'_>,
    audience: &Audience,
    component: &ComponentRow,
    version: Option<&str>,
) -> ApiResult<VersionRow> {
    let missing = || ApiError::not_found("version with content");
    let key = match version {
        Some(version) => versions::find(c, component, View::of(audience, component), version)?.id,
        None => component.head_version_id.ok_or_else(missing)?,
    };
    if !component.owned_by(audience) && versions_store::is_raw(c, key)? {
        return Err(missing());
    }
    let row = store::version_by_key(c, key)?;
    // Refused submissions lose their content once another takes their place.
    match row.size {
        0 if component.origin.is_some() && row.status == Status::Published => {
            Err(ApiError::content_elsewhere(vec![row.id]))
        }
        0 => Err(missing()),
        _ => Ok(row),
    }
}

/// The bytes of a version's bundle: canonical JSON, so that whoever has its content has its bytes. `instance` is this one.
pub fn payload(
    c: &mut Conn<'_>,
    instance: &str,
    component: &ComponentRow,
    version: &VersionRow,
) -> Result<Vec<u8>, Error> {
    if component.origin.is_some() {
        return signatures::payload(c, version.id)?.ok_or(Error::NotFound);
    }
    let files = versions_store::files(c, version.id)?;
    let present = || (component.publisher_slug.to_string(), component.slug.clone());
    let (source_tenant_id, id) = version.published_as.clone().unwrap_or_else(present);
    let bundle = Bundle {
        format: Bundle::FORMAT.to_owned(),
        instance: instance.to_owned(),
        component_type: component.kind,
        id,
        source_tenant_id,
        version: version.version.clone(),
        digest: version.digest.clone(),
        published_at: version.published_at.map(|at| at.to_string()),
        manifest: version.manifest()?,
        files: files.into_iter().map(FileRow::into_file).collect::<Result<_, _>>()?,
    };
    Ok(bundle.to_bytes())
}

/// The signature of a version's bundle, and what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedVersion {
    /// SHA-256 of the bundle's bytes, hex.
    pub sha256: String,
    /// How many bytes those are.
    pub size: u64,
    /// Who signed.
    pub keyid: String,
    /// The signature.
    pub signature: [u8; SIGNATURE_LENGTH],
}

impl FromRow for SignedVersion {
    fn from_row(row: &Row<'_>) -> Result<Self, Error> {
        let signature: Vec<u8> = row.get("signature")?;
        Ok(Self {
            sha256: row.get("sha256")?,
            size: row.get::<i64>("size")?.max(0) as u64,
            keyid: row.get("keyid")?,
            signature: signature.try_into().map_err(|_| Error::Other("a signature of another length".to_owned()))?,
        })
    }
}

/// The signature of a version's bundle. One that is available and not signed yet is signed now, once for all time.
pub fn sign_version(
    c: &mut Conn<'_>,
    signer: &Signer,
    component: &ComponentRow,
    version: &VersionRow,
) -> Result<SignedVersion, Error> {
    if let Some(signed) = signatures::find(c, version.id)? {
        return Ok(signed);
    }
    if version.published_at.is_none() {
        return Err(Error::Other(format!("version {} is not available: its bundle is not signed", version.id)));
    }
    let payload = payload(c, &signer.instance, component, version)?;
    let signature = sign_bytes::<Bundle>(&payload, &signer.key).map_err(|why| Error::Other(why.to_string()))?;
    let signed = signed(&payload, &signer.key.public().id(), signature);
    signatures::insert(c, version.id, &signed)?;
    Ok(signed)
}

fn signed(payload: &[u8], key: &KeyId, signature: [u8; SIGNATURE_LENGTH]) -> SignedVersion {
    SignedVersion { sha256: sha256_hex(payload), size: payload.len() as u64, keyid: key.to_string(), signature }
}

/// The signature of a version's bundle, if it is signed.
pub fn signature(c: &mut Conn<'_>, version: i64) -> Result<Option<SignedVersion>, Error> {
    signatures::find(c, version)
}

/// The bundle of a version in its envelope, if it is signed. `instance` is this one.
pub fn envelope(
    c: &mut Conn<'_>,
    instance: &str,
    component: &ComponentRow,
    version: &VersionRow,
) -> Result<Option<Envelope>, Error> {
    let Some(signed) = signatures::find(c, version.id)? else { return Ok(None) };
    let payload = payload(c, instance, component, version)?;
    if sha256_hex(&payload) != signed.sha256 {
        return Err(Error::Other(format!("the bundle of version {} is not what was signed", version.id)));
    }
    let key: KeyId = signed.keyid.parse().map_err(|_| Error::Other("a key id that is none".to_owned()))?;
    Ok(Some(Envelope::new(Bundle::TYPE, &payload, &key, &signed.signature)))
}

/// Keeps the bundle of a version that came from another instance, as it came.
pub fn keep(c: &mut Conn<'_>, version: i64, bundle: &Verified<Bundle>) -> Result<(), Error> {
    let signed = signed(&bundle.payload, &bundle.key_id(), bundle.signature);
    signatures::insert(c, version, &signed)?;
    signatures::insert_payload(c, version, &bundle.payload)
}
