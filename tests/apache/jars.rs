//! Apache's jars, fetched once by Maven into the target folder, and the tools in them, run by `java -cp`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kafkalab::engine::apache::{Apache, java};
use kafkalab::process::spawn::{Command, Output, find};

use crate::support::DEADLINE;

/// How long Maven may take for about a hundred files.
const FETCH: Duration = Duration::from_secs(300);
/// The most that is kept of what a tool prints.
const OUTPUT_BYTES_MAX: usize = 1024 * 1024;

/// A folder with all of Apache's jars.
pub struct Jars {
    libs: PathBuf,
}

impl Jars {
    /// Fetches the jars, unless that was done before.
    ///
    /// The error says in a few words why there are none.
    pub fn fetch() -> Result<Self, String> {
        for program in ["java", "mvn"] {
            find(program).ok_or_else(|| format!("no {program}"))?;
        }
        let libs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("apache-3.6.0-jars");
        if libs.is_dir() {
            return Ok(Self { libs });
        }
        // under another name until it is complete
        let partial = libs.with_extension(format!("partial-{}", std::process::id()));
        let fetched = runtime().block_on(
            Command::new("mvn")
                .args(["-q", "-B", "-f", concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apache/pom.xml")])
                .arg("dependency:copy-dependencies")
                .arg(format!("-DoutputDirectory={}", partial.display()))
                .output(b"", OUTPUT_BYTES_MAX, FETCH),
        );
        let fetched = fetched.map_err(|error| error.to_string())?;
        if !fetched.ended.is_success() {
            let _ = fs::remove_dir_all(&partial);
            eprintln!("{}{}", fetched.stdout.text(), fetched.stderr.text());
            return Err(format!("mvn ended with {}", fetched.ended.code()));
        }
        // another run may have been faster
        if fs::rename(&partial, &libs).is_err() && !libs.is_dir() {
            return Err(format!("{} cannot be made", libs.display()));
        }
        Ok(Self { libs })
    }

    /// The folder.
    pub fn libs(&self) -> &Path {
        &self.libs
    }

    /// Apache's servers.
    pub fn engine(&self) -> Apache {
        Apache::Jars { libs: self.libs.clone(), log4j: fixture("log4j.properties") }
    }

    /// The command for one of Apache's tools.
    pub fn tool(&self, class: &str) -> Command {
        java(&self.libs, &fixture("tools-log4j.properties"), "-Xmx256M", class)
    }

    /// Runs one of Apache's tools to its end.
    pub async fn run(&self, class: &str, args: &[&str], input: &str) -> Output {
        self.tool(class).args(args).output(input.as_bytes(), OUTPUT_BYTES_MAX, DEADLINE).await.expect("java was found before")
    }
}

/// A runtime for one thing.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads can be made")
}

/// A file of `fixtures/apache`.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/apache").join(name)
}
