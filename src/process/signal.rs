//! Signals to a process or a process group. A process is named by number and start time, so that a number that was given again is never
//! hit.

use rustix::fd::OwnedFd;
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, kill_process, kill_process_group, pidfd_open, pidfd_send_signal};

use super::table::{Identity, Process};

/// The signals that are sent here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM, as `kill` sends it.
    Terminate,
    /// SIGINT, as Ctrl-C sends it.
    Interrupt,
    /// SIGKILL, as `kill -9` sends it.
    Kill,
    /// SIGHUP, as a closed terminal sends it.
    HangUp,
    /// SIGSTOP.
    Stop,
    /// SIGCONT.
    Continue,
}

impl Signal {
    fn number(self) -> rustix::process::Signal {
        match self {
            Self::Terminate => rustix::process::Signal::TERM,
            Self::Interrupt => rustix::process::Signal::INT,
            Self::Kill => rustix::process::Signal::KILL,
            Self::HangUp => rustix::process::Signal::HUP,
            Self::Stop => rustix::process::Signal::STOP,
            Self::Continue => rustix::process::Signal::CONT,
        }
    }
}

/// Why a signal was not sent.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SignalError {
    /// The process ended before, or its number belongs to another process now.
    #[error("process {pid} is gone")]
    Gone {
        /// The process number.
        pid: u32,
    },
    /// The process belongs to another user.
    #[error("process {pid} belongs to another user; ask its owner to stop it")]
    NotPermitted {
        /// The process number.
        pid: u32,
    },
    /// The system refused for another reason.
    #[error("failed to signal process {pid}: {errno}")]
    System {
        /// The process number.
        pid: u32,
        /// What the system said.
        errno: Errno,
    },
}

/// Sends `signal` to one process.
///
/// # Errors
/// [`SignalError::Gone`] where it has ended, even if another process has its number now.
pub fn send(to: Identity, signal: Signal) -> Result<(), SignalError> {
    let pid = pid(to)?;
    // the descriptor is taken first and compared after: from then on it can only mean the process that was compared
    let sent = match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(descriptor) => {
            compare(to)?;
            send_by(&descriptor, signal)
        }
        Err(Errno::NOSYS) => {
            compare(to)?;
            kill_process(pid, signal.number())
        }
        Err(errno) => Err(errno),
    };
    sent.map_err(|errno| error(to.pid, errno))
}

fn send_by(descriptor: &OwnedFd, signal: Signal) -> Result<(), Errno> {
    pidfd_send_signal(descriptor, signal.number())
}

/// Sends `signal` to every process of the group that `leader` founded, also where the leader itself has ended: the kernel gives its
/// number to nobody else while the group has members.
///
/// # Errors
/// [`SignalError::Gone`] where the group is empty, or its number belongs to another process now.
pub fn send_group(leader: Identity, signal: Signal) -> Result<(), SignalError> {
    let pid = pid(leader)?;
    if Process::read(leader.pid).is_some_and(|found| found.identity != leader) {
        return Err(SignalError::Gone { pid: leader.pid });
    }
    kill_process_group(pid, signal.number()).map_err(|errno| error(leader.pid, errno))
}

fn pid(identity: Identity) -> Result<Pid, SignalError> {
    // 0 and negative numbers would mean whole groups to the kernel
    i32::try_from(identity.pid).ok().and_then(Pid::from_raw).ok_or(SignalError::Gone { pid: identity.pid })
}

fn compare(expected: Identity) -> Result<(), SignalError> {
    if expected.is_running() { Ok(()) } else { Err(SignalError::Gone { pid: expected.pid }) }
}

fn error(pid: u32, errno: Errno) -> SignalError {
    match errno {
        Errno::SRCH => SignalError::Gone { pid },
        Errno::PERM => SignalError::NotPermitted { pid },
        errno => SignalError::System { pid, errno },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_was_given_again_is_not_hit() {
        let mut me = Identity::of(std::process::id()).expect("this process runs");
        send(me, Signal::Continue).expect("a process may continue itself");
        me.start_ticks += 1;
        assert_eq!(send(me, Signal::Kill), Err(SignalError::Gone { pid: me.pid }));
        assert_eq!(send_group(me, Signal::Kill), Err(SignalError::Gone { pid: me.pid }));
    }

    #[test]
    fn numbers_that_would_mean_many_processes_are_refused() {
        for pid in [0, u32::MAX, i32::MAX as u32] {
            assert_eq!(send(Identity { pid, start_ticks: 1 }, Signal::Kill), Err(SignalError::Gone { pid }));
            assert_eq!(send_group(Identity { pid, start_ticks: 1 }, Signal::Kill), Err(SignalError::Gone { pid }));
        }
    }
}
