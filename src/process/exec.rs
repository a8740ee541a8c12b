//! Turning this process into another program, and ending together with the one that started us.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{PidfdFlags, Signal, getppid, pidfd_open, set_parent_process_death_signal};

use super::spawn::SpawnError;

/// Goes on as another program, with the same process number, streams and environment; `called_as` is its `argv[0]`. Returns only where
/// that fails.
pub fn exec(program: &Path, called_as: Option<&OsString>, arguments: &[OsString]) -> SpawnError {
    let mut command = std::process::Command::new(program);
    if let Some(name) = called_as {
        command.arg0(name);
    }
    let program = PathBuf::from(program);
    let source = command.args(arguments).exec();
    match source.kind() {
        std::io::ErrorKind::NotFound => SpawnError::NotFound { program },
        _ => SpawnError::System { program, source },
    }
}

/// The number of the process that started us; 0 where it lies outside of what we see.
pub fn parent() -> u32 {
    getppid().and_then(|pid| u32::try_from(pid.as_raw_nonzero().get()).ok()).unwrap_or(0)
}

/// Waits until the process that started us has ended; for ever where that is the first process of the system, which never does.
///
/// # Errors
/// The system cannot tell.
pub async fn parent_gone() -> std::io::Result<()> {
    let Some(parent) = getppid().filter(|pid| !pid.is_init()) else { return std::future::pending().await };
    let descriptor = match pidfd_open(parent, PidfdFlags::empty()) {
        Ok(descriptor) if getppid() == Some(parent) => descriptor,
        Ok(_) | Err(Errno::SRCH) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let (sender, receiver) = tokio::sync::oneshot::channel();
    // a thread of its own, which ends with this process and is never waited for
    std::thread::spawn(move || {
        let readable = &mut [PollFd::new(&descriptor, PollFlags::IN)];
        let ended = loop {
            // readable once it has ended
            match poll(readable, None) {
                Err(Errno::INTR) => {}
                other => break other,
            }
        };
        // nobody waits any more
        let _ = sender.send(ended);
    });
    match receiver.await {
        Ok(ended) => Ok(ended.map(drop)?),
        Err(_) => std::future::pending().await,
    }
}

/// Has the system end this process, and whatever program it becomes, with SIGTERM when `parent` has ended, however that ended. Gives
/// `false` where it is gone already.
///
/// # Errors
/// The system refuses.
pub fn end_with_parent(parent: u32) -> std::io::Result<bool> {
    set_parent_process_death_signal(Some(Signal::TERM))?;
    Ok(self::parent() == parent)
}
