//! The time zone in which Java's dates are written: that of `TZ`, else the machine's.

use std::env;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jiff::Zoned;
use jiff::tz::TimeZone;

/// Where the machine's own zone is.
const MACHINE: &str = "/etc/localtime";
/// Where zones are by name.
const ZONES: &str = "/usr/share/zoneinfo";
/// More is read of no file: a zone takes a few thousand bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

static LOCAL: LazyLock<TimeZone> = LazyLock::new(|| {
    let file = file_of(env::var("TZ").ok().as_deref());
    // what is no file is a rule, as KST-9, or nothing; the library tells, but reads a thousand names for it
    file.and_then(|file| read(&file)).unwrap_or_else(TimeZone::system)
});

/// The zone.
pub(in crate::engine) fn local() -> TimeZone {
    LOCAL.clone()
}

/// The time there.
pub(in crate::engine) fn now() -> Zoned {
    Zoned::new(jiff::Timestamp::now(), local())
}

/// The file that `TZ` names: a zone's name or a path, after a colon perhaps.
fn file_of(variable: Option<&str>) -> Option<PathBuf> {
    let Some(name) = variable else { return Some(PathBuf::from(MACHINE)) };
    let name = name.strip_prefix(':').unwrap_or(name);
    (!name.is_empty()).then(|| Path::new(ZONES).join(name))
}

fn read(path: &Path) -> Option<TimeZone> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(FILE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    TimeZone::tzif("", &bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(variable: Option<&str>, expected: Option<&str>) {
        assert_eq!(file_of(variable).as_deref(), expected.map(Path::new), "{variable:?}");
    }

    #[test]
    fn a_zone_is_the_file_that_the_variable_names() {
        check(None, Some("/etc/localtime"));
        check(Some("Asia/Seoul"), Some("/usr/share/zoneinfo/Asia/Seoul"));
        check(Some(":Asia/Seoul"), Some("/usr/share/zoneinfo/Asia/Seoul"));
        check(Some("/some/file"), Some("/some/file"));
        check(Some(""), None);
        check(Some(":"), None);
    }

    #[test]
    fn the_zone_read_is_the_one_that_the_library_finds() {
        let now = jiff::Timestamp::now();
        let (own, found) = (now.to_zoned(local()), now.to_zoned(TimeZone::system()));
        let shown = |time: &Zoned| time.strftime("%F %T %Z %z").to_string();
        assert_eq!(shown(&own), shown(&found));
        assert!(read(Path::new("/proc/self/exe")).is_none(), "no zone");
    }
}
