//! The command line of a JVM: options, then the main class, then what that is given.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The options whose value is the next word.
const WITH_VALUE: [&str; 10] = [
    "-cp",
    "-classpath",
    "--class-path",
    "-p",
    "--module-path",
    "--add-modules",
    "--add-opens",
    "--add-exports",
    "--add-reads",
    "--upgrade-module-path",
];

/// Where the main class stands in the words of a whole command line, the program first; `None` where that is no `java`, or runs none.
pub fn class_at(argv: &[OsString]) -> Option<usize> {
    let called_as = argv.first()?;
    if Path::new(called_as).file_name() != Some(OsStr::new("java")) {
        return None;
    }
    let mut at = 1;
    loop {
        let word = argv.get(at)?.to_string_lossy();
        if word == "-jar" || word == "-m" || word == "--module" {
            return None;
        }
        if !word.starts_with('-') {
            return Some(at);
        }
        at += if WITH_VALUE.contains(&&*word) { 2 } else { 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_class_stands_after_the_options() {
        let check = |line: &str, expected: Option<&str>| {
            let argv: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            assert_eq!(class_at(&argv).map(|at| argv[at].as_os_str()), expected.map(OsStr::new), "{line}");
        };
        check("java -Xmx1G -cp libs/* -Da=b kafka.Kafka config/server.properties", Some("kafka.Kafka"));
        check("/usr/bin/java --add-opens a=b -server x.Main -cp y", Some("x.Main"));
        check("java -version", None);
        check("java -jar x.jar kafka.Kafka", None);
        check("java -cp", None);
        check("javac -cp libs kafka.Kafka", None);
        check("", None);
    }
}
