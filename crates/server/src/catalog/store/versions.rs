//! SQL of reading versions.

use atom_marketplace_db::{Conn, Error, args};
use atom_marketplace_protocol::ids::Kind;

use crate::catalog::bundle::FileRow;
use crate::catalog::versions::{VersionCursor, VersionRecord, View};
use crate::paging::Window;

const COLUMNS: &str = "v.id, v.version, v.version_key, v.visibility, v.status, v.digest, v.size, v.findings, v.yanked_at, v.yank_reason, \
     v.submitted_at, v.published_at, v.reason, v.release_notes";

/// Of `component_version v`.
fn seen(view: View) -> String {
    match view {
        View::Insider => "v.status <> 'superseded'".to_owned(),
        View::Outsider(visibility) => {
            format!("v.status = 'published' AND v.visibility = '{visibility}' AND v.raw = 0")
        }
    }
}

/// A page of versions and one more, the highest first.
pub(in crate::catalog) fn list(
    c: &mut Conn<'_>,
    component: i64,
    view: View,
    window: &Window<VersionCursor>,
) -> Result<Vec<VersionRecord>, Error> {
    let seen = seen(view);
    match &window.after {
        Some((key, id)) => c.all(
            &format!(
                "SELECT {COLUMNS} FROM component_version v WHERE v.component_id = $1 AND {seen}
                     AND v.version_key <= $2 AND (v.version_key < $2 OR v.id < $3)
                 ORDER BY v.version_key DESC, v.id DESC LIMIT $4"
            ),
            args![component, key, *id, window.limit()],
        ),
        None => c.all(
            &format!(
                "SELECT {COLUMNS} FROM component_version v WHERE v.component_id = $1 AND {seen}
                 ORDER BY v.version_key DESC, v.id DESC LIMIT $2 OFFSET $3"
            ),
            args![component, window.limit(), window.offset()],
        ),
    }
}

/// How many there are.
pub(in crate::catalog) fn count(c: &mut Conn<'_>, component: i64, view: View) -> Result<u64, Error> {
    c.one(
        &format!("SELECT COUNT(*) FROM component_version v WHERE v.component_id = $1 AND {}", seen(view)),
        args![component],
    )
}

/// Every version of that number.
pub(in crate::catalog) fn by_number(
    c: &mut Conn<'_>,
    component: i64,
    view: View,
    version: &str,
) -> Result<Vec<VersionRecord>, Error> {
    c.all(
        &format!(
            "SELECT {COLUMNS} FROM component_version v WHERE v.component_id = $1 AND v.version = $2 AND {}",
            seen(view)
        ),
        args![component, version],
    )
}

/// A version's files, in the byte order of their paths.
pub(in crate::catalog) fn files(c: &mut Conn<'_>, version: i64) -> Result<Vec<FileRow>, Error> {
    let mut files: Vec<FileRow> =
        c.all("SELECT path, encoding, content FROM component_file WHERE version_id = $1", args![version])?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Whether a version holds what nobody but its publisher may see.
pub(in crate::catalog) fn is_raw(c: &mut Conn<'_>, version: i64) -> Result<bool, Error> {
    c.one("SELECT raw FROM component_version WHERE id = $1", args![version])
}

/// Whether a version of a component was ever there for everyone. Made private, what was approved still says by whom.
pub(in crate::catalog) fn was_public(c: &mut Conn<'_>, component: i64) -> Result<bool, Error> {
    c.one(
        "SELECT count(*) > 0 FROM component_version
         WHERE component_id = $1 AND published_at IS NOT NULL AND (visibility = 'public' OR decided_by IS NOT NULL)",
        args![component],
    )
}

/// Whether no older component is listed in a category, and no other version of this one was in it.
pub(in crate::catalog) fn opens_category(
    c: &mut Conn<'_>,
    kind: Kind,
    component: i64,
    head: i64,
    category: &str,
) -> Result<bool, Error> {
    let older: Option<i64> = c.first(
        "SELECT seq FROM component WHERE kind = $1 AND category = $2 AND listed = 1 AND seq < $3 LIMIT 1",
        args![kind.code(), category, component],
    )?;
    if older.is_some() {
        return Ok(false);
    }
    let field = format!("%\"category\":{}%", serde_json::Value::from(category));
    let before: Option<i64> = c.first(
        "SELECT id FROM component_version
         WHERE component_id = $1 AND id <> $2 AND published_at IS NOT NULL AND manifest LIKE $3 LIMIT 1",
        args![component, head, field],
    )?;
    Ok(before.is_none())
}
