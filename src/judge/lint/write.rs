//! Puts the changed bytes of a file in its place: whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

/// Why a file was left as it was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It is not what it was when it was judged.
    #[error("the file has changed meanwhile")]
    Changed,
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes a file anew by rename, its permissions kept; through a link, the file changes and the link stays.
///
/// # Errors
/// The file does not hold `before` any more, or the system refuses.
pub fn replace(path: &Path, before: &[u8], after: &[u8]) -> Result<(), WriteError> {
    let path = path.canonicalize()?;
    if fs::read(&path)? != before {
        return Err(WriteError::Changed);
    }
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(after)?;
    file.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    file.as_file().sync_data()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}
