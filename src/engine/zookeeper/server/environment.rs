//! What `envi` and the AdminServer tell of the machine and the process. What only a JVM has is `<NA>`, as ZooKeeper writes what is not
//! there.

use std::collections::BTreeMap;
use std::env;
use std::fs;

use rustix::process::{Resource, getrlimit};

use super::four_letter::VERSION;

const NOT_THERE: &str = "<NA>";
/// What is read of a file under `/proc`.
const MEGABYTE_IN_KILOBYTES: u64 = 1024;

/// Names and values in ZooKeeper's order. The memory is the machine's: what it has free, what it has, what this process holds of it.
pub(super) fn environment() -> Vec<(&'static str, String)> {
    let system = rustix::system::uname();
    let text = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    let not_there = || NOT_THERE.to_owned();
    let variable = |name: &str| env::var(name).unwrap_or_else(|_| not_there());
    let megabytes = |kilobytes: Option<u64>| format!("{}MB", kilobytes.unwrap_or(0) / MEGABYTE_IN_KILOBYTES);
    vec![
        ("zookeeper.version", VERSION.to_owned()),
        ("host.name", text(system.nodename())),
        ("java.version", not_there()),
        ("java.vendor", not_there()),
        ("java.home", not_there()),
        ("java.class.path", not_there()),
        ("java.library.path", not_there()),
        ("java.io.tmpdir", env::temp_dir().display().to_string()),
        ("java.compiler", not_there()),
        ("os.name", text(system.sysname())),
        ("os.arch", architecture(&text(system.machine()))),
        ("os.version", text(system.release())),
        ("user.name", user_name()),
        ("user.home", variable("HOME")),
        ("user.dir", env::current_dir().map_or_else(|_| not_there(), |folder| folder.display().to_string())),
        ("os.memory.free", megabytes(kilobytes("/proc/meminfo", "MemAvailable:"))),
        ("os.memory.max", megabytes(kilobytes("/proc/meminfo", "MemTotal:"))),
        ("os.memory.total", megabytes(kilobytes("/proc/self/status", "VmRSS:"))),
    ]
}

/// Who runs this process, by the system's list of users; `?` as in Java where that does not say.
pub(super) fn user_name() -> String {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = rustix::process::getuid().as_raw().to_string();
    // name, password, number
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == user).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| "?".to_owned())
}

/// The system properties that mean something without a JVM, and those that ZooKeeper makes of its file.
pub(super) fn system_properties(of_file: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let of_system = environment().into_iter().filter(|(name, value)| !name.starts_with("os.memory") && value != NOT_THERE);
    let of_system = of_system.filter(|(name, _)| !matches!(*name, "zookeeper.version" | "host.name"));
    let separators = [("file.separator", "/"), ("line.separator", "\n"), ("path.separator", ":")];
    let mut all: BTreeMap<String, String> = of_system.map(|(name, value)| (name.to_owned(), value)).collect();
    all.extend(separators.map(|(name, value)| (name.to_owned(), value.to_owned())));
    all.extend(of_file.clone());
    all
}

/// Open file descriptors of this process, and how many it may have; -1 where the system does not say.
pub(super) fn file_descriptors() -> (i64, i64) {
    let open = fs::read_dir("/proc/self/fd").map_or(-1, |entries| i64::try_from(entries.count()).unwrap_or(i64::MAX));
    let limit = getrlimit(Resource::Nofile).current;
    (open, limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX)))
}

/// A line such as `MemTotal:  8000000 kB` of a file under `/proc`.
fn kilobytes(path: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Java's name of a processor.
fn architecture(machine: &str) -> String {
    if machine == "x86_64" { "amd64".to_owned() } else { machine.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_properties_of_the_file_stand_beside_those_of_the_system() {
        let of_file = BTreeMap::from([("zookeeper.maxCnxns".to_owned(), "5".to_owned())]);
        let all = system_properties(&of_file);
        assert_eq!(all.get("zookeeper.maxCnxns").map(String::as_str), Some("5"));
        assert!(all.contains_key("os.name") && !all.contains_key("java.version"));
        let (open, limit) = file_descriptors();
        assert!(open > 2 && limit >= open, "{open} of {limit}");
    }
}
