//! `download`: a bundle's files on this machine's disk, byte for byte, and nowhere but in the folder that was named.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use atom_marketplace_protocol::component::{Bundle, File, FileEncoding};
use atom_marketplace_protocol::digest::sha256_hex;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::args::Download;
use super::failure::{NotThere, Usage};
use super::folder::human;
use super::profile;
use crate::output;

pub(super) async fn download(args: &Download) -> anyhow::Result<()> {
    let client = profile::connect(&args.connection)?.client;
    let json = args.connection.json;
    if let Some(folder) = &args.output {
        must_be_free(folder)?;
    }
    let (kind, component) = (args.target.kind, &args.target.component);
    let call = if args.installed {
        let list = client.installations().list().kind(kind).component_id(&component.id);
        let list = match &component.source_tenant_id {
            Some(tenant) => list.source_tenant_id(tenant),
            None => list,
        };
        let page = list.await?;
        let found = page.items.first().ok_or_else(|| NotThere(format!("{kind} {component} is not installed")))?;
        client.installations().bundle(&found.id)
    } else {
        client.kind(kind).bundle(component)
    };
    let working = output::spinner(format!("Downloading {component}"), json);
    let bytes = call.raw().await;
    working.finish_and_clear();
    let bytes = bytes?;
    if let Some(file) = &args.bundle {
        if file.as_os_str() == "-" {
            output::bytes(&bytes);
        } else {
            std::fs::write(file, &bytes).with_context(|| format!("writing {}", file.display()))?;
        }
    }
    let Some(folder) = &args.output else { return Ok(()) };
    let bundle: Bundle = serde_json::from_slice(&bytes).context("the bundle is not understood")?;
    let size = write(&bundle, folder, json)?;
    if json {
        output::json(&json!({
            "component_type": bundle.component_type, "id": bundle.id, "source_tenant_id": bundle.source_tenant_id,
            "version": bundle.version, "digest": bundle.digest, "output": folder, "files": bundle.files.len(), "size": size,
        }));
    } else if args.bundle.as_ref().is_none_or(|file| file.as_os_str() != "-") {
        output::line(&format!(
            "{} {}/{}@{}: {} files, {}, in {}",
            bundle.component_type,
            bundle.source_tenant_id,
            bundle.id,
            bundle.version,
            bundle.files.len(),
            human(size),
            folder.display()
        ));
    }
    Ok(())
}

/// A folder that is not there, or has nothing in it: nothing of anybody's is overwritten or mixed up.
pub(super) fn must_be_free(folder: &Path) -> anyhow::Result<()> {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Usage(format!("{} is not empty: name a new folder", folder.display())).into()),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("reading {}", folder.display())),
    }
}

/// Writes the files and says how many bytes they have. All of them are looked at before the first is written.
pub(super) fn write(bundle: &Bundle, folder: &Path, quiet: bool) -> anyhow::Result<u64> {
    must_be_free(folder)?;
    let mut files = Vec::with_capacity(bundle.files.len());
    for file in &bundle.files {
        let path = place(folder, &file.path)?;
        let bytes = content(file)?;
        if let Some(entry) = bundle.manifest.files.iter().find(|entry| entry.path == file.path)
            && entry.sha256 != sha256_hex(&bytes)
        {
            bail!("{:?} is not what its publisher published (its digest differs): nothing was written", file.path);
        }
        files.push((path, bytes));
    }
    std::fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let bar = output::bar("Writing", files.len(), quiet);
    let mut size = 0;
    for (path, bytes) in files {
        let store = || {
            std::fs::create_dir_all(path.parent().expect("it lies in the folder"))?;
            // Never over a file that is there: on a system that ignores case, two names may be one.
            let mut file = std::fs::File::create_new(&path)?;
            std::io::Write::write_all(&mut file, &bytes)
        };
        store().with_context(|| format!("writing {}", path.display()))?;
        size += bytes.len() as u64;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(size)
}

/// Where a file goes. The marketplace refuses such paths at publish; this does not trust it.
fn place(folder: &Path, path: &str) -> anyhow::Result<PathBuf> {
    let bad = |part: &str| part.is_empty() || part == "." || part == ".." || part.contains(['\\', ':', '\0']);
    if path.split('/').any(bad) {
        bail!("the bundle names a file {path:?}, which would lie outside of the folder: nothing was written");
    }
    Ok(path.split('/').fold(folder.to_path_buf(), |folder, part| folder.join(part)))
}

fn content(file: &File) -> anyhow::Result<Vec<u8>> {
    match file.encoding {
        FileEncoding::Utf8 => Ok(file.content.clone().into_bytes()),
        FileEncoding::Base64 => {
            STANDARD.decode(&file.content).map_err(|error| anyhow!("{:?} is no base64: {error}", file.path))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_stay_in_the_folder() {
        let folder = Path::new("here");
        for bad in
            ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/./b", "C:\\x", "c:x", "a\\..\\..\\x", "a\0b", "a/"]
        {
            assert!(place(folder, bad).is_err(), "{bad:?}");
        }
        assert_eq!(place(folder, "a/b c/é.txt").unwrap(), Path::new("here/a/b c/é.txt"));
    }
}
