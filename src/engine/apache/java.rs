//! The Java that Apache's scripts would run: where it is, which version, and whether Kafka 3.6 works with it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::spawn::{Command, find};
use crate::text::{Message, engines as text};

/// The versions that Kafka 3.6 is documented to support.
pub const SUPPORTED: [u32; 3] = [8, 11, 17];
/// The oldest version that its classes load on.
pub const OLDEST: u32 = 8;
/// How long `java -version` may take; a cold disk on a busy machine needs a good part of it.
const DEADLINE: Duration = Duration::from_secs(60);
/// The most that is kept of what it prints.
const OUTPUT_BYTES_MAX: usize = 16 * 1024;

/// A Java that was asked for its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Java {
    /// Its program.
    pub program: PathBuf,
    /// As it calls itself, `17.0.15` or `1.8.0_292`.
    pub version: String,
    /// The number that counts: 8 for `1.8.0_292`, 17 for `17.0.15`.
    pub feature: u32,
}

/// How a version of Java suits Kafka 3.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Kafka's documentation names it.
    Supported,
    /// It loads, and nobody promises more.
    Untested,
    /// Kafka's classes do not load on it.
    TooOld,
}

/// Why there is no Java to run Kafka with.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum JavaError {
    /// `JAVA_HOME` is not set, and `PATH` has no `java`.
    #[error("no java in PATH and no JAVA_HOME: install Java 17")]
    NotFound,
    /// `JAVA_HOME` has no `bin/java`; Kafka's scripts then look nowhere else.
    #[error("JAVA_HOME is {}, and there is no bin/java in it: correct it, or unset it", .home.display())]
    WrongHome {
        /// What it says.
        home: PathBuf,
    },
    /// It did not tell its version.
    #[error("{} does not run: {said}", .program.display())]
    Broken {
        /// The program.
        program: PathBuf,
        /// The first line of what it said instead.
        said: String,
    },
    /// It is older than Kafka's classes.
    #[error("{} is Java {version}: Kafka 3.6 needs 8, 11 or 17", .program.display())]
    TooOld {
        /// The program.
        program: PathBuf,
        /// Its version.
        version: String,
    },
}

impl JavaError {
    /// A stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "java-missing",
            Self::WrongHome { .. } => "java-home",
            Self::Broken { .. } => "java-broken",
            Self::TooOld { .. } => "java-old",
        }
    }

    /// One sentence for a person, with the next step.
    pub fn message(&self) -> Message {
        match self {
            Self::NotFound => text::JAVA_MISSING.into(),
            Self::WrongHome { home } => Message::new(text::JAVA_HOME).with("home", home.display()),
            Self::Broken { program, said } => {
                Message::new(text::JAVA_BROKEN).with("program", program.display()).with("said", said)
            }
            Self::TooOld { program, version } => {
                Message::new(text::JAVA_OLD).with("program", program.display()).with("version", version)
            }
        }
    }
}

impl Java {
    /// The Java that Kafka's scripts run with this environment: that of `JAVA_HOME` where it is set, else that of `PATH`.
    ///
    /// # Errors
    /// There is none, or it is too old.
    pub async fn of_environment() -> Result<Self, JavaError> {
        Self::of(std::env::var_os("JAVA_HOME"), find("java")).await
    }

    /// What `java` runs at a prompt; `None` where `PATH` has none that works.
    pub async fn in_path() -> Option<Self> {
        Self::ask(&find("java")?).await.ok()
    }

    async fn of(home: Option<OsString>, in_path: Option<PathBuf>) -> Result<Self, JavaError> {
        let program = match home.filter(|home| !home.is_empty()).map(PathBuf::from) {
            Some(home) => {
                let program = home.join("bin/java");
                if find(&program).is_none() {
                    return Err(JavaError::WrongHome { home });
                }
                program
            }
            None => in_path.ok_or(JavaError::NotFound)?,
        };
        let java = Self::ask(&program).await?;
        match java.fit() {
            Fit::TooOld => Err(JavaError::TooOld { program, version: java.version }),
            Fit::Supported | Fit::Untested => Ok(java),
        }
    }

    /// Asks a program for its version.
    async fn ask(program: &Path) -> Result<Self, JavaError> {
        let broken = |said: &str| JavaError::Broken {
            program: program.to_owned(),
            said: said.lines().find(|line| !line.trim().is_empty()).unwrap_or("?").trim().to_owned(),
        };
        let output = Command::new(program).arg("-version").output(b"", OUTPUT_BYTES_MAX, DEADLINE).await;
        let output = output.map_err(|error| broken(&error.to_string()))?;
        let said = output.stderr.text() + &output.stdout.text();
        let (version, feature) = parse(&said).ok_or_else(|| broken(&said))?;
        Ok(Self { program: program.to_owned(), version, feature })
    }

    /// Whether somebody who says this means its version: the number that counts, or the whole of it, however it was copied.
    pub fn is_meant_by(&self, said: &str) -> bool {
        let starts = said.char_indices().filter(|(at, c)| {
            let before = said[..*at].chars().next_back();
            c.is_ascii_digit() && !before.is_some_and(|before| before.is_ascii_alphanumeric() || ".-_+".contains(before))
        });
        let Some((start, _)) = starts.into_iter().next() else { return false };
        let number = said[start..].split(|c: char| c.is_whitespace() || c == '"').next().unwrap_or_default();
        let number = number.trim_end_matches(['.', ',']);
        let rest = self.version.strip_prefix(number);
        let cut_at_a_part = rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
        number == self.feature.to_string()
            || (cut_at_a_part && parse(&format!("version \"{number}\"")).is_some_and(|(_, feature)| feature == self.feature))
    }

    /// How it suits Kafka.
    pub fn fit(&self) -> Fit {
        match self.feature {
            feature if feature < OLDEST => Fit::TooOld,
            feature if SUPPORTED.contains(&feature) => Fit::Supported,
            _ => Fit::Untested,
        }
    }
}

/// The version in quotes, and the number that counts in it.
fn parse(said: &str) -> Option<(String, u32)> {
    // `openjdk version "17.0.15" 2025-04-15`; a line about JAVA_TOOL_OPTIONS may come first
    let version = said.lines().find_map(|line| line.split_once("version \"")?.1.split_once('"').map(|(version, _)| version))?;
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    let feature = match numbers.next()?.ok()? {
        1 => numbers.next()?.ok()?,
        feature => feature,
    };
    Some((version.to_owned(), feature))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn versions_are_read_as_java_has_written_them_over_the_years() {
        let check = |said: &str, expected: Option<(&str, u32, Fit)>| {
            let found = parse(said).map(|(version, feature)| {
                let fit = Java { program: PathBuf::new(), version: version.clone(), feature }.fit();
                (version, feature, fit)
            });
            assert_eq!(found, expected.map(|(version, feature, fit)| (version.to_owned(), feature, fit)), "{said}");
        };
        check("openjdk version \"17.0.15\" 2025-04-15\nOpenJDK …", Some(("17.0.15", 17, Fit::Supported)));
        check("java version \"1.8.0_292\"\n", Some(("1.8.0_292", 8, Fit::Supported)));
        check("java version \"1.7.0_80\"\n", Some(("1.7.0_80", 7, Fit::TooOld)));
        check("openjdk version \"25\" 2025-09-16", Some(("25", 25, Fit::Untested)));
        check("openjdk version \"22-ea\" 2024-03-19", Some(("22-ea", 22, Fit::Untested)));
        check("Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version \"11.0.2\" 2019", Some(("11.0.2", 11, Fit::Supported)));
        check("java: command not found", None);
        check("version \"next\"", None);
        check("", None);
    }

    #[test]
    fn a_version_is_meant_however_it_is_copied() {
        let check = |version: &str, said: &str, expected: bool| {
            let (version, feature) = parse(&format!("version \"{version}\"")).expect("a version");
            let java = Java { program: PathBuf::from("java"), version, feature };
            assert_eq!(java.is_meant_by(said), expected, "{said:?} for {}", java.version);
        };
        for said in ["17", "17.0.15", "17.0", "\"17.0.15\"", "openjdk version \"17.0.15\" 2025-04-15", "java 17", "17."] {
            check("17.0.15", said, true);
        }
        for said in ["1", "17.1", "17.0.1", "21", "170", "", "none", "java", "117"] {
            check("17.0.15", said, false);
        }
        for said in ["8", "1.8", "1.8.0", "1.8.0_292"] {
            check("1.8.0_292", said, true);
        }
        check("1.8.0_292", "1", false);
        check("1.8.0_292", "1.8.0_29", false);
    }

    #[tokio::test]
    async fn what_keeps_java_from_running_is_told_apart() {
        let folder = tempfile::tempdir().expect("a folder");
        let home = folder.path().join("jdk");
        std::fs::create_dir_all(home.join("bin")).expect("made");
        let of = async |home: &Path| Java::of(Some(home.into()), None).await;
        assert_eq!(Java::of(None, None).await, Err(JavaError::NotFound));
        assert_eq!(of(&home).await, Err(JavaError::WrongHome { home: home.clone() }));
        let program = home.join("bin/java");
        for (script, expected) in [
            ("echo 'openjdk version \"17.0.1\"' >&2", Ok("17.0.1")),
            ("echo 'java version \"1.6.0\"' >&2", Err("java-old")),
            ("echo no memory >&2; exit 1", Err("java-broken")),
        ] {
            // under another name first: what was just open for writing may not be executed yet
            let new = home.join("bin/new");
            std::fs::write(&new, format!("#!/bin/sh\n{script}\n")).expect("written");
            std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o755)).expect("ours");
            std::fs::rename(&new, &program).expect("renamed");
            let found = of(&home).await;
            let found = found.as_ref().map(|java| java.version.as_str()).map_err(JavaError::code);
            assert_eq!(found, expected, "{script}");
        }
    }
}
