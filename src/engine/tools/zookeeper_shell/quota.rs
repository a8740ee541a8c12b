//! `setquota`, `listquota` and `delquota`: znodes below `/zookeeper/quota`.

use bytes::Bytes;

use super::commands::{Done, read_words};
use super::options::{Parsed, Rules};
use super::reads::visit;
use super::session::{Failure, Shell};
use crate::engine::tools::harness::{eprint, print};
use crate::engine::zookeeper::client::ClientError;
use crate::engine::zookeeper::protocol::{CreateMode, ErrorCode, validate_path};
use crate::engine::zookeeper::quota::{BYTES, BYTES_HARD, COUNT, COUNT_HARD, LIMITS, ROOT, STATS, StatsTrack};

/// The options, with what they are and the limit that they set.
const OPTIONS: [(&str, &str, &str); 4] = [
    ("n", "num soft quota", COUNT),
    ("b", "bytes soft quota", BYTES),
    ("N", "num hard quota", COUNT_HARD),
    ("B", "bytes hard quota", BYTES_HARD),
];
const ONE_OF: &[(&str, &str)] =
    &[(OPTIONS[0].0, OPTIONS[0].1), (OPTIONS[1].0, OPTIONS[1].1), (OPTIONS[2].0, OPTIONS[2].1), (OPTIONS[3].0, OPTIONS[3].1)];
const SET: Rules = Rules { options: &[("n", true), ("b", true), ("N", true), ("B", true)], one_of: ONE_OF, required: true };
const DELETE: Rules =
    Rules { options: &[("n", false), ("b", false), ("N", false), ("B", false)], one_of: ONE_OF, required: false };

fn path_of(found: &Parsed) -> String {
    found.words.get(1).cloned().unwrap_or_default()
}

/// The data of a znode; one that is not there is an error.
async fn data(shell: &mut Shell, path: &str) -> Result<Bytes, ClientError> {
    let path = path.to_owned();
    let (data, _) = shell.ask(|client| async move { client.get_data(&path).await }).await?;
    Ok(data)
}

async fn is_there(shell: &mut Shell, path: &str) -> Result<bool, ClientError> {
    let path = path.to_owned();
    Ok(shell.ask(|client| async move { client.exists(&path).await }).await?.is_some())
}

/// The children of a znode; none where it is not there.
async fn names(shell: &mut Shell, path: &str) -> Result<Vec<String>, ClientError> {
    let path = path.to_owned();
    match shell.ask(|client| async move { client.get_children(&path).await }).await {
        Ok((names, _)) => Ok(names),
        Err(error) if error.code() == Some(ErrorCode::NoNode) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Shows the limit of a path, and what is there.
pub(super) async fn list(shell: &mut Shell, words: &[String]) -> Done {
    let path = path_of(&read_words(&Rules::of(&[]), words, 2)?);
    eprint(&format!("absolute path is {ROOT}{path}/{LIMITS}\n"));
    let mut tracks = Vec::new();
    for node in [LIMITS, STATS] {
        match data(shell, &format!("{ROOT}{path}/{node}")).await {
            Ok(data) => tracks.push(StatsTrack::parse(&data)),
            Err(error) if error.code() == Some(ErrorCode::NoNode) => {
                eprint(&format!("quota for {path} does not exist.\n"));
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
    }
    for (what, track) in ["quota", "stat"].into_iter().zip(tracks) {
        print(&format!("Output {what} for {path} {track}\n"));
    }
    Ok(())
}

/// Takes a limit of a path away, or all of them.
pub(super) async fn delete(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&DELETE, words, 2)?;
    let path = path_of(&found);
    let limits = format!("{ROOT}{path}/{LIMITS}");
    if !is_there(shell, &limits).await? {
        print(&format!("Quota does not exist for {path}\n"));
        return Ok(());
    }
    let gone = |error: ClientError| match error.code() {
        Some(ErrorCode::NoNode) => {
            eprint(&format!("quota for {path} does not exist.\n"));
            Ok(())
        }
        _ => Err(Failure::from(error)),
    };
    match take_away(shell, &found, &path, &limits).await {
        Ok(()) => Ok(()),
        Err(error) => gone(error),
    }
}

async fn take_away(shell: &mut Shell, found: &Parsed, path: &str, limits: &str) -> Result<(), ClientError> {
    let mut track = StatsTrack::parse(&data(shell, limits).await?);
    let named: Vec<&str> = OPTIONS.iter().filter(|(option, ..)| found.has(option)).map(|(.., key)| *key).collect();
    if !named.is_empty() {
        named.into_iter().for_each(|key| track.set(key, -1));
        let (path, text) = (limits.to_owned(), track.to_string());
        return shell.ask(|client| async move { client.set_data(&path, text, None).await }).await.map(drop);
    }
    let mut at = format!("{ROOT}{path}");
    for name in names(shell, &at).await? {
        let path = format!("{at}/{name}");
        shell.ask(|client| async move { client.delete(&path, None).await }).await?;
    }
    // and what led there, as far as nothing else is below it
    while at != ROOT && names(shell, &at).await?.is_empty() {
        let path = at.clone();
        shell.ask(|client| async move { client.delete(&path, None).await }).await?;
        at.truncate(at.rfind('/').unwrap_or(0));
    }
    Ok(())
}

/// Sets a limit of a path.
pub(super) async fn set(shell: &mut Shell, words: &[String]) -> Done {
    let found = read_words(&SET, words, 2)?;
    let path = path_of(&found);
    if path.starts_with(ROOT) {
        eprint(&format!("cannot set a quota under the path: {ROOT}\n"));
        return Ok(());
    }
    match limit(&found) {
        Ok((key, value)) => create(shell, &path, key, value).await,
        Err(text) => {
            eprint(&format!("{text}\n"));
            Ok(())
        }
    }
}

/// The limit that a line sets; the error is the shell's sentence.
fn limit(found: &Parsed) -> Result<(&'static str, i64), &'static str> {
    const NO_NUMBER: &str = "NumberFormatException happens when parsing the option value";
    let given = OPTIONS.iter().find_map(|(option, _, key)| Some((*key, found.value(option)?)));
    let (key, text) = given.ok_or(NO_NUMBER)?;
    match key {
        COUNT | COUNT_HARD => match text.parse::<i32>() {
            Ok(number) if number > 0 => Ok((key, number.into())),
            Ok(_) => Err("the num quota must be greater than zero"),
            Err(_) => Err(NO_NUMBER),
        },
        _ => match text.parse::<i64>() {
            Ok(number) if number >= 0 => Ok((key, number)),
            Ok(_) => Err("the bytes quota must be greater than or equal to zero"),
            Err(_) => Err(NO_NUMBER),
        },
    }
}

async fn create(shell: &mut Shell, path: &str, key: &str, value: i64) -> Done {
    if !is_there(shell, path).await? {
        return Err(Failure::told(format!("{path} does not exist.")));
    }
    refuse_below(shell, path).await?;
    refuse_above(shell, path).await?;
    let mut at = ROOT.to_owned();
    for name in path.split('/').skip(1) {
        at = format!("{at}/{name}");
        if !is_there(shell, &at).await? {
            let path = at.clone();
            match shell.ask(|client| async move { client.create_null(&path).await }).await {
                Err(error) if error.code() != Some(ErrorCode::NodeExists) => return Err(error.into()),
                _ => {}
            }
        }
    }
    let (limits, stats) = (format!("{at}/{LIMITS}"), format!("{at}/{STATS}"));
    let fresh = !is_there(shell, &limits).await?;
    let mut track = if fresh {
        let mut track = StatsTrack::default();
        [COUNT, BYTES, COUNT_HARD, BYTES_HARD].into_iter().for_each(|key| track.set(key, -1));
        track
    } else {
        StatsTrack::parse(&data(shell, &limits).await?)
    };
    track.set(key, value);
    if fresh {
        let mut nothing = StatsTrack::default();
        [COUNT, BYTES].into_iter().for_each(|key| nothing.set(key, 0));
        for (path, track) in [(limits.clone(), &track), (stats.clone(), &nothing)] {
            let text = track.to_string();
            shell.ask(|client| async move { client.create(&path, text, CreateMode::Persistent).await }).await?;
        }
    }
    warn_of_less(&track, &StatsTrack::parse(&data(shell, &stats).await?));
    if !fresh {
        let text = track.to_string();
        shell.ask(|client| async move { client.set_data(&limits, text, None).await }).await?;
    }
    Ok(())
}

/// Warns where there is more already than the limit allows.
fn warn_of_less(limit: &StatsTrack, there: &StatsTrack) {
    for (what, soft, hard) in [("count", COUNT, COUNT_HARD), ("bytes", BYTES, BYTES_HARD)] {
        let there = there.get(soft);
        if [soft, hard].into_iter().map(|key| limit.get(key)).any(|limit| limit > -1 && limit < there) {
            print(&format!("[Warning]: the {what} quota you create is less than the existing {what}:{there}\n"));
        }
    }
}

/// Refuses a quota above another.
async fn refuse_below(shell: &mut Shell, path: &str) -> Done {
    let root = format!("{ROOT}{path}");
    validate_path(&root).map_err(ClientError::from)?;
    if !is_there(shell, &root).await? {
        return Ok(());
    }
    let mut below = Vec::new();
    visit(shell, &root, false, |found| below.push(found.to_owned())).await?;
    let limited = below.iter().filter_map(|found| found.strip_suffix(LIMITS)?.strip_suffix('/'));
    match limited.filter(|found| *found != root).find_map(|found| found.strip_prefix(ROOT)) {
        Some(child) => Err(Failure::told(format!("{path} has a child {child} which has a quota"))),
        None => Ok(()),
    }
}

/// Refuses a quota below another.
async fn refuse_above(shell: &mut Shell, path: &str) -> Done {
    let mut at = ROOT.to_owned();
    let names_above: Vec<&str> = path.split('/').skip(1).collect();
    for name in names_above.iter().take(names_above.len().saturating_sub(1)) {
        at = format!("{at}/{name}");
        let names = names(shell, &at).await?;
        if names.is_empty() {
            return Ok(());
        }
        if names.iter().any(|name| name == LIMITS) {
            let parent = at.strip_prefix(ROOT).unwrap_or_default();
            return Err(Failure::told(format!("{path} has a parent {parent} which has a quota")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::options::parse;
    use super::*;

    #[test]
    fn limits_are_numbers() {
        let check = |line: &str, expected: Result<(&str, i64), &str>| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(limit(&parse(&SET, &words).expect("it is whole")), expected, "{line}");
        };
        check("setquota -n 3 /a", Ok((COUNT, 3)));
        check("setquota -B 0 /a", Ok((BYTES_HARD, 0)));
        check("setquota -N 0 /a", Err("the num quota must be greater than zero"));
        check("setquota -b -1 /a", Err("the bytes quota must be greater than or equal to zero"));
        check("setquota -n x /a", Err("NumberFormatException happens when parsing the option value"));
    }
}
