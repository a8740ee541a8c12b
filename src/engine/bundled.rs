//! The bundled engine: this binary, through the scripts of a distribution folder.

use std::path::Path;

use super::distribution::Distribution;
use super::server::{Engine, Role};
use crate::process::spawn::Command;

/// The bundled engine.
#[derive(Clone, Debug)]
pub struct Bundled {
    distribution: Distribution,
}

impl Bundled {
    /// The engine of a distribution folder that [`super::distribution::write`] wrote.
    pub fn new(distribution: Distribution) -> Self {
        Self { distribution }
    }

    /// The folder that its scripts are in.
    pub fn distribution(&self) -> &Distribution {
        &self.distribution
    }
}

impl Engine for Bundled {
    fn name(&self) -> &'static str {
        "bundled"
    }

    fn command(&self, role: Role, config: &Path, logs: &Path) -> Command {
        Command::new(self.distribution.script(role.start_script())).arg(config).env("LOG_DIR", logs)
    }
}
