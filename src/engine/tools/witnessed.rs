//! Apache's tools in a learner's folder: Java runs as a child that has the terminal, and who wants to know is told when a tool starts and
//! how it ends. A server becomes Java itself: nobody asks for its exit code, and a learner looks for it in the process table.

use std::ffi::OsString;
use std::path::Path;

use tokio::signal::unix::{Signal as Signals, SignalKind, signal};

use super::invocation::{WITNESS_VARIABLE, Witness};
use crate::catalog::tools;
use crate::engine::distribution;
use crate::engine::server::Role;
use crate::process::exec::exec;
use crate::process::signal::Signal;
use crate::process::spawn::{Command, SpawnError, Stream, exit_code};

/// The command of `kafkalab` that ends with the process that started it and is another program until then.
pub const WITH_PARENT: &str = "with-parent";
/// The command of `kafkalab` that is [`run`].
pub const WITNESSED_JAVA: &str = "witnessed-java";

/// Runs `java` with these arguments, JVM options first, then the main class.
///
/// # Errors
/// Java or this program cannot be started.
pub fn run(java: &Path, arguments: &[OsString]) -> Result<u8, SpawnError> {
    let Some(at) = tool_at(arguments).filter(|_| std::env::var_os(WITNESS_VARIABLE).is_some()) else {
        // as the scripts call it where JAVA_HOME is not set
        return Err(exec(java, Some(&"java".into()), arguments));
    };
    let class = arguments[at].to_string_lossy().into_owned();
    let given: Vec<String> = arguments[at + 1..].iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
    let failed = |source| SpawnError::System { program: java.to_owned(), source };
    // the thread that starts Java must be there as long as this process
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let code = runtime.block_on(async {
        let witness = Witness::started(&class, &given);
        let code = attend(java, arguments).await?;
        witness.exited(code);
        Ok(code)
    })?;
    // a signal that ended it and a read of our streams leave nothing to wait for
    runtime.shutdown_background();
    Ok(code)
}

/// Where the main class of a tool stands; `None` for a server and for what is no program of the release.
fn tool_at(arguments: &[OsString]) -> Option<usize> {
    let at = arguments.iter().position(|argument| tools::all().iter().any(|tool| argument == tool.main_class))?;
    let is_server = [Role::Coordinator, Role::Broker].iter().any(|role| arguments[at] == role.main_class());
    (!is_server).then_some(at)
}

/// Runs Java to its end; signals to this process are given on.
async fn attend(java: &Path, arguments: &[OsString]) -> Result<u8, SpawnError> {
    let failed = |source| SpawnError::System { program: java.to_owned(), source };
    let listen = |kind| signal(kind).map_err(failed);
    // the terminal sends Ctrl-C to both: Java decides what comes of it
    let _terminal: [Signals; 2] = [listen(SignalKind::interrupt())?, listen(SignalKind::quit())?];
    let (mut terminate, mut hang_up) = (listen(SignalKind::terminate())?, listen(SignalKind::hangup())?);
    let mut child = with_parent(Command::new(java).args(arguments.iter().cloned()))
        .stdin(Stream::Inherit)
        .stdout(Stream::Inherit)
        .stderr(Stream::Inherit)
        .spawn()?;
    loop {
        let sent = tokio::select! {
            status = child.wait() => return Ok(u8::try_from(exit_code(status.map_err(failed)?)).unwrap_or(u8::MAX)),
            _ = terminate.recv() => Signal::Terminate,
            _ = hang_up.recv() => Signal::HangUp,
        };
        // gone already: waiting tells how
        let _ = child.signal(sent);
    }
}

/// The same command, ended by the system with SIGTERM when this process ends, however it does. To be spawned by a thread that is there to
/// the end. Where the file of this program is gone, the command is run as it is.
pub fn with_parent(command: Command) -> Command {
    match distribution::this_program() {
        Ok(program) => command.through(program, [WITH_PARENT.into(), std::process::id().to_string().into()]),
        Err(_) => command,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_told_from_servers_and_from_what_is_unknown() {
        let check = |line: &str, expected: Option<usize>| {
            let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
            assert_eq!(tool_at(&arguments), expected, "{line}");
        };
        check("-Xmx256M -cp libs/* kafka.admin.TopicCommand --list", Some(3));
        check("-cp libs/* kafka.tools.ConsoleConsumer --topic kafka.Kafka", Some(2));
        check("-cp libs/* kafka.Kafka server.properties", None);
        check("-cp libs/* org.apache.zookeeper.server.quorum.QuorumPeerMain x", None);
        check("-cp libs/* com.example.Main", None);
        check("-version", None);
    }
}
