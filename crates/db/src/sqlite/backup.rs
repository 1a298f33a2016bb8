//! A consistent copy of a database in use.

use std::{fs, io, path::Path};

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
};

use super::{Location, open::private_file, translate};
use crate::Error;

/// Copies everything committed before the call to a new file at `target`, flushed to disk, readable by this user alone.
///
/// The copy is one read transaction in one step: writers go on, nothing restarts it. It is made beside the target and
/// renamed, so that a file at `target` is always a whole one.
pub(crate) fn backup(location: &Location, target: &Path) -> Result<(), Error> {
    let failed = |error: io::Error| Error::Unavailable(format!("{}: {error}", target.display()));
    if target.exists() {
        return Err(Error::Other(format!("{} exists", target.display())));
    }
    let directory = match target.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let partial = {
        let mut name = target.as_os_str().to_owned();
        name.push(".partial");
        name
    };
    let partial = Path::new(&partial);
    match fs::remove_file(partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let file = private_file(partial).map_err(failed)?;
    let done = copy(location, partial)
        .and_then(|()| file.sync_all().map_err(failed))
        .and_then(|()| fs::rename(partial, target).map_err(failed))
        .and_then(|()| sync_directory(directory).map_err(failed));
    if done.is_err() {
        // Best effort: the error to report is the first one.
        let _ = fs::remove_file(partial);
    }
    done
}

fn copy(location: &Location, partial: &Path) -> Result<(), Error> {
    let source = location.reader()?;
    let copy = || {
        let mut target = Connection::open(partial)?;
        // Flushed once at the end; a half-written copy is thrown away.
        target.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
        let step = Backup::new(&source, &mut target)?.step(-1)?;
        target.close().map_err(|(_, error)| error)?;
        Ok(step)
    };
    match copy() {
        Ok(StepResult::Done) => Ok(()),
        Ok(_) => Err(Error::Busy),
        Err(error) => Err(translate(&error)),
    }
}

/// Makes the rename itself durable.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(())
}
