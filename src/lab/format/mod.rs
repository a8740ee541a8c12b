//! Labs as data: loads `lab.toml` and the prose, and refuses what is wrong in them with the place.
//!
//! A lab is a folder: `lab.toml` holds the steps and every command, `ko.md` and `en.md` the prose by step, `snapshots/` the
//! transcripts that `verify` compares with, `routes/` what else is right and what is wrong. The labs of this release are built into the binary; a folder of labs may stand in
//! for them.

mod action;
mod checks;
mod error;
mod prose;
mod routes;
mod source;
mod spec;
mod turns;
mod variables;

pub use action::{Action, Key};
pub use checks::{CheckSpec, Question};
pub use error::{FormatError, Place};
pub use prose::{Prose, StepProse};
pub use routes::{RightRoute, Routes, WrongRoute};
pub use source::LabSource;
pub use spec::{Beginning, EditSpec, LabSpec, StepSpec, TerminalSpec};
pub use turns::{Elsewhere, Turn};
pub use variables::Variables;

use crate::text::Language;

/// The version of the lab format that this release reads.
pub const FORMAT_VERSION: u32 = 1;

/// A lab, loaded and checked.
#[derive(Clone, Debug)]
pub struct Lab {
    /// The folder's name, as `01-single-node`.
    pub name: String,
    /// What `lab.toml` says.
    pub spec: LabSpec,
    korean: Prose,
    english: Prose,
}

impl Lab {
    /// Loads the lab `name` of a source.
    ///
    /// # Errors
    /// A file is missing or not as the format wants it; the error names file, line and column.
    pub fn load(source: &LabSource, name: &str) -> Result<Self, FormatError> {
        let file = format!("{name}/lab.toml");
        let text = source.read(&file)?;
        let spec = LabSpec::parse(&file, &text)?;
        let prose = |language: Language| {
            let file = format!("{name}/{language}.md");
            Prose::parse(&file, &source.read(&file)?, &spec)
        };
        let korean = prose(Language::Ko)?;
        let english = prose(Language::En)?;
        Ok(Self { name: name.to_owned(), spec, korean, english })
    }

    /// The prose in a language.
    pub fn prose(&self, language: Language) -> &Prose {
        match language {
            Language::Ko => &self.korean,
            Language::En => &self.english,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ports of the documentation. A step of lab 00 tells of a command that looks at those two, whatever the lab's are.
    #[test]
    fn prose_says_the_labs_own_ports() {
        for name in LabSource::BuiltIn.names().expect("built in") {
            for language in Language::ALL {
                let text = LabSource::BuiltIn.read(&format!("{name}/{language}.md")).expect("there");
                let written_out = |line: &&str| ["2181", "9092", "9096"].iter().any(|port| line.contains(port));
                let found: Vec<&str> =
                    text.lines().filter(written_out).filter(|line| !line.contains("`kafkalab doctor`")).collect();
                assert_eq!(found, Vec::<&str>::new(), "{name} in {language}: ${{broker-port}} and others stand for them");
            }
        }
    }

    #[test]
    fn every_lab_that_is_built_in_loads() {
        let source = LabSource::BuiltIn;
        let names = source.names().expect("built in");
        assert!(!names.is_empty());
        for name in names {
            let lab = Lab::load(&source, &name).unwrap_or_else(|error| panic!("{name}: {error}"));
            for language in Language::ALL {
                let prose = lab.prose(language);
                assert_eq!(prose.steps.len(), lab.spec.steps.len(), "{name} in {language}");
                for (step, prose) in lab.spec.steps.iter().zip(&prose.steps) {
                    assert_eq!(prose.hints.len(), 2, "{name}/{}: a nudge and a pointer in {language}", step.id);
                }
            }
        }
    }
}
