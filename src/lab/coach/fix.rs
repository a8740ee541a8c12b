//! Makes the change that an advice proposes in a file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::judge::diagnostic::{Diagnostic, Source};

/// Why a change was not made; the file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum FixError {
    /// There is nothing to change, or not in a file.
    #[error("there is no change to make")]
    Nothing,
    /// The file is not what it was when it was judged.
    #[error("{} has changed meanwhile", .path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// Makes the change of a diagnostic in its file: whole or not at all, with the file's permissions kept.
///
/// # Errors
/// The file was changed since it was judged, or cannot be written.
pub fn apply_fix(diagnostic: &Diagnostic) -> Result<(), FixError> {
    let (Source::File { path, bytes, .. }, Some(fix)) = (&diagnostic.source, &diagnostic.fix) else {
        return Err(FixError::Nothing);
    };
    let failed = |source| FixError::Io { path: path.clone(), source };
    // through a link, the file itself is changed and the link stays
    let path = &path.canonicalize().map_err(failed)?;
    if fs::read(path).map_err(failed)? != *bytes {
        return Err(FixError::Changed { path: path.clone() });
    }
    let changed = fix.apply(bytes).ok_or(FixError::Nothing)?;
    replace(path, &changed).map_err(failed)
}

fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(contents)?;
    file.as_file().set_permissions(fs::metadata(path)?.permissions())?;
    file.as_file().sync_data()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
