//! Whether the archive of the distribution is unpacked, and whether the learner has gone into what came of it.

use std::path::PathBuf;

use super::downloads::Unpacked;
use super::outcome::{Finding, fails, holds};
use super::system::LabSystem;
use crate::engine::distribution::Distribution;
use crate::text::{Message, checks as say};

/// Asks whether all that is in the archive is there, in whichever folder.
pub(super) fn unpacked(system: &LabSystem) -> Finding {
    let Some(downloads) = &system.downloads else { return fails(say::UNPACKED_NOT) };
    let named = |text, folder: &PathBuf| {
        Message::new(text)
            .with("folder", folder.file_name().unwrap_or_default().to_string_lossy())
            .with("count", downloads.count())
    };
    match downloads.look(&system.scope.shells()) {
        Unpacked::Whole(folder) => holds(named(say::UNPACKED_IS, &folder)),
        Unpacked::Part { folder, missing } => fails(named(say::UNPACKED_PART, &folder).with("missing", missing)),
        Unpacked::Source(folder) => fails(named(say::UNPACKED_SOURCE, &folder).with("archive", Distribution::archive_name())),
        Unpacked::Nothing => fails(say::UNPACKED_NOT),
    }
}

/// Asks whether one of the learner's shells is in the unpacked folder.
pub(super) fn in_distribution(system: &LabSystem) -> Finding {
    let Some(downloads) = &system.downloads else { return fails(say::UNPACKED_NOT) };
    let shells = system.scope.shells();
    let Unpacked::Whole(folder) = downloads.look(&shells) else { return unpacked(system) };
    let folder = folder.canonicalize().unwrap_or(folder);
    match shells.iter().find(|shell| shell.starts_with(&folder)) {
        Some(shell) => {
            let parent = folder.parent().unwrap_or(&folder);
            let shown = shell.strip_prefix(parent).unwrap_or(shell).display().to_string();
            holds(Message::new(say::IN_DISTRIBUTION_IS).with("folder", shown))
        }
        None => fails(say::IN_DISTRIBUTION_NOT),
    }
}
