//! Everything an instance needs to run a version, as bytes that are the same each time (contract §6).

use atom_marketplace_db::{Conn, Error, FromRow, Row};
use atom_marketplace_protocol::component::{Bundle, File, FileEncoding, Status};
use atom_marketplace_protocol::json;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::checks::StoredFile;
use super::model::{ComponentRow, VersionRow};
use super::store::{self, versions as versions_store};
use super::versions::{self, View};
use crate::error::{ApiError, ApiResult};
use crate::extract::Audience;

/// The format these bytes are of.
pub const FORMAT: &str = "atom-bundle/1";

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
/// platform may also fetch what waits or was refused.
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
    let row = store::version_by_key(c, key)?;
    // Refused submissions lose their content once another takes their place.
    if row.size > 0 { Ok(row) } else { Err(missing()) }
}

/// The bundle of a version, under the name it was published with: its digest holds that name, and its bytes never change.
pub fn bundle(c: &mut Conn<'_>, component: &ComponentRow, version: &VersionRow) -> Result<Bundle, Error> {
    let files = versions_store::files(c, version.id)?;
    let present = || (component.publisher_slug.to_string(), component.slug.clone());
    let (source_tenant_id, id) = version.published_as.clone().unwrap_or_else(present);
    Ok(Bundle {
        format: FORMAT.to_owned(),
        instance: String::new(),
        component_type: component.kind,
        id,
        source_tenant_id,
        version: version.version.clone(),
        digest: version.digest.clone(),
        published_at: version.published_at.filter(|_| version.status == Status::Published).map(|at| at.to_string()),
        manifest: version.manifest()?,
        files: files.into_iter().map(FileRow::into_file).collect::<Result<_, _>>()?,
    })
}

/// A bundle's bytes: canonical JSON, so that whoever has its content has its bytes.
pub fn bytes(bundle: &Bundle) -> Vec<u8> {
    json::canonical(&serde_json::to_value(bundle).expect("a bundle is JSON"))
}
