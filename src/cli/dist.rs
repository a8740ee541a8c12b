//! `kafkalab dist DIR`: writes the distribution's folder.

use std::fmt::Write as _;
use std::path::Path;

use super::failure::{Failure, with_reason};
use super::{exit, print};
use crate::engine::distribution::{self, Settings};
use crate::text::{Language, cli as say};

pub(super) fn run(folder: &Path, language: Language) -> Result<u8, Failure> {
    let refused = |error: distribution::DistributionError| with_reason("distribution", say::E_DIST, error.explain(language));
    let program = distribution::this_program().map_err(refused)?;
    let written = distribution::write(folder, &Settings::shipped(language), &program).map_err(refused)?;
    let mut text = say::DIST_WRITTEN.fill(language, &[("path", &written.distribution.root().display())]);
    for kept in &written.kept {
        let _ = write!(text, "\n{}", say::DIST_KEPT.fill(language, &[("file", &kept.display())]));
    }
    print(&(text + "\n"));
    Ok(exit::OK)
}
