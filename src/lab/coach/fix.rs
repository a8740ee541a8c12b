//! Makes the change that an advice proposes in a file.

use std::io;
use std::path::PathBuf;

use crate::judge::diagnostic::{Diagnostic, Source};
use crate::judge::lint::write::{WriteError, replace};

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
    let changed = fix.apply(bytes).ok_or(FixError::Nothing)?;
    replace(path, bytes, &changed).map_err(|error| match error {
        WriteError::Changed => FixError::Changed { path: path.clone() },
        WriteError::Io(source) => FixError::Io { path: path.clone(), source },
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Path;

    use super::*;
    use crate::judge::rules::testing::World;
    use crate::lab::coach::Coach;

    /// What the coach found in a file, moved to a real file with these bytes around what it found.
    fn found(folder: &Path) -> (Diagnostic, PathBuf) {
        let world = World::with_connect("localhost:9092");
        let context = world.context("./kafka-server-start.sh ../config/server.properties");
        let mut diagnostic = Coach::default().before(&context).expect("the rule fires").diagnostic;
        let file = folder.join("server.properties");
        let Source::File { path, bytes, .. } = &mut diagnostic.source else { panic!("the mistake is in a file") };
        fs::write(&file, &**bytes).expect("written");
        path.clone_from(&file);
        (diagnostic, file)
    }

    fn text(file: &Path) -> String {
        fs::read_to_string(file).expect("it is there")
    }

    #[test]
    fn only_the_mistake_is_changed_and_permissions_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let (diagnostic, file) = found(folder.path());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("set");
        let before = text(&file);
        apply_fix(&diagnostic).expect("it can be made");
        assert_eq!(text(&file), before.replace("zookeeper.connect=localhost:9092", "zookeeper.connect=localhost:2181"));
        assert_ne!(text(&file), before);
        assert_eq!(fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing else is left");
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut diagnostic, file) = found(folder.path());
        let link = folder.path().join("link.properties");
        symlink(&file, &link).expect("linked");
        if let Source::File { path, .. } = &mut diagnostic.source {
            path.clone_from(&link);
        }
        apply_fix(&diagnostic).expect("it can be made");
        assert_eq!(fs::read_link(&link).expect("still a link"), file);
        assert!(text(&file).contains("zookeeper.connect=localhost:2181"));
    }

    #[test]
    fn a_file_that_was_changed_or_is_gone_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (diagnostic, file) = found(folder.path());
        let changed = text(&file) + "# mine\n";
        fs::write(&file, &changed).expect("written");
        assert!(matches!(apply_fix(&diagnostic), Err(FixError::Changed { .. })));
        assert_eq!(text(&file), changed);
        fs::remove_file(&file).expect("removed");
        assert!(matches!(apply_fix(&diagnostic), Err(FixError::Io { .. })));
        assert!(!file.exists());
    }

    #[test]
    fn a_mistake_in_a_line_is_not_changed_in_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut diagnostic, _) = found(folder.path());
        diagnostic.source = Source::CommandLine("./kafka-topics.sh".to_owned());
        assert!(matches!(apply_fix(&diagnostic), Err(FixError::Nothing)));
    }
}
