//! A coordinator as its own process over a data folder, to be killed, limited and started again.

use std::net::SocketAddr;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kafkalab::engine::zookeeper::client::{Client, ConnectString};
use kafkalab::engine::zookeeper::server::MAIN_CLASS;
use kafkalab::net;
use kafkalab::process::spawn::{Child, Command, Stream};
use kafkalab::process::wait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long anything may take before it counts as hung.
pub const DEADLINE: Duration = Duration::from_secs(90);
/// Longer than any restart takes on a busy machine.
const SESSION_TIMEOUT: Duration = Duration::from_secs(60);

/// A first frame: no session yet, 30 s, no password.
pub const CONNECT: [u8; 49] = {
    let mut frame = [0; 49];
    (frame[3], frame[18], frame[19], frame[31]) = (45, 0x75, 0x30, 16);
    frame
};

/// A user and a group to whom nothing belongs.
const NOBODY: u32 = 65534;

/// A data folder, a port and a configuration.
pub struct CoordinatorProcess {
    folder: tempfile::TempDir,
    port: u16,
    data: PathBuf,
}

impl CoordinatorProcess {
    /// `keys` are added to the configuration.
    pub async fn new(keys: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = net::free_port().await.expect("a free port");
        let data = folder.path().join("data");
        let process = Self { folder, port, data };
        let text = format!(
            "dataDir={}\nclientPort={port}\ntickTime=3000\nmaxClientCnxns=0\nadmin.enableServer=false\n{keys}",
            process.data.display()
        );
        std::fs::write(process.config(), text).expect("written");
        process
    }

    /// Where its data is.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Its configuration file.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("zookeeper.properties")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("logs")
    }

    /// What the server logged.
    pub fn log_text(&self) -> String {
        std::fs::read_to_string(self.log().join("server.log")).unwrap_or_default()
    }

    /// The program as `zookeeper-server-start.sh` runs it.
    pub fn start(&self) -> Child {
        self.spawn(Command::new(env!("CARGO_BIN_EXE_kafkalab")).called_as(MAIN_CLASS))
    }

    /// The same where no file may grow beyond so many KiB.
    pub fn start_limited(&self, kib: u32) -> Child {
        let script = format!("trap '' XFSZ; ulimit -f {kib}; exec -a {MAIN_CLASS} \"$0\" \"$1\"");
        self.spawn(Command::new("bash").args(["-c", &script, env!("CARGO_BIN_EXE_kafkalab")]))
    }

    /// The same on a file system of so many KiB; what is on it when the server has ended is the data folder afterwards. `None` where such a
    /// file system cannot be made, which takes root.
    pub async fn start_on_small_disk(&self, kib: u32) -> Option<Child> {
        std::fs::create_dir(&self.data).expect("a folder");
        let data = self.data.display().to_string();
        let mount = ["--mount", "mount", "-t", "tmpfs", "tmpfs", &data];
        let mounted = Command::new("unshare").args(mount).output(b"", 0, DEADLINE).await;
        if !mounted.is_ok_and(|output| output.ended.is_success()) {
            return None;
        }
        let script = format!(
            "mount -t tmpfs -o size={kib}k tmpfs {data} || exit 99; (exec -a {MAIN_CLASS} \"$0\" \"$1\"); code=$?; cp -r --sparse=always \
             {data} {data}.kept; umount {data}; rmdir {data}; mv {data}.kept {data}; exit $code"
        );
        let program = Command::new("unshare").args(["--mount", "bash", "-c", &script, env!("CARGO_BIN_EXE_kafkalab")]);
        Some(self.spawn(program))
    }

    /// The same as somebody who is not root and to whom all of its folder belongs. The error says why that cannot be.
    pub async fn start_unprivileged(&self) -> Result<Child, String> {
        if !rustix::process::geteuid().is_root() {
            return Ok(self.start());
        }
        std::fs::create_dir_all(self.log()).expect("a folder");
        give_away(self.folder.path());
        let binary = env!("CARGO_BIN_EXE_kafkalab");
        let nobody = |args: &[&str]| {
            let user = [format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"), "--clear-groups".to_owned()];
            Command::new("setpriv").args(user).args(args)
        };
        let may_run = nobody(&["test", "-x", binary]).output(b"", 0, DEADLINE).await;
        if !may_run.is_ok_and(|output| output.ended.is_success()) {
            return Err(format!("setpriv is missing, or another user may not run {binary}"));
        }
        let script = format!("exec -a {MAIN_CLASS} \"$0\" \"$1\"");
        Ok(self.spawn(nobody(&["bash", "-c", &script, binary])))
    }

    fn spawn(&self, program: Command) -> Child {
        program.arg(self.config()).env("LOG_DIR", self.log()).stdout(Stream::Null).spawn().expect("started")
    }

    /// A client with a session of its own.
    pub async fn client(&self) -> Client {
        let servers: ConnectString = format!("127.0.0.1:{}", self.port).parse().expect("a connect string");
        Client::connect(&servers, SESSION_TIMEOUT, DEADLINE).await.expect("a session")
    }
}

impl CoordinatorProcess {
    /// A connection to it, as soon as it listens.
    pub async fn connect(&self) -> TcpStream {
        let look = async || net::connect_address(self.address(), DEADLINE).await.ok();
        wait::until(DEADLINE, "the port", look).await.expect("it listens")
    }

    /// What the server says to these bytes until it closes the connection.
    pub async fn said_to(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.expect("a few bytes");
        let mut said = Vec::new();
        tokio::time::timeout(DEADLINE, stream.read_to_end(&mut said)).await.expect("it closes").expect("read");
        String::from_utf8_lossy(&said).into_owned()
    }

    /// What it has logged when this is in it.
    pub async fn logged(&self, text: &str) -> String {
        let look = async || Some(self.log_text()).filter(|log| log.contains(text));
        wait::until(DEADLINE, text, look).await.unwrap_or_else(|error| panic!("{error}:\n{}", self.log_text()))
    }
}

/// Gives a folder and all in it to nobody.
fn give_away(path: &Path) {
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let kind = entry.file_type().expect("a kind");
        if kind.is_dir() {
            give_away(&entry.path());
        } else {
            chown(entry.path(), Some(NOBODY), Some(NOBODY)).expect("given away");
        }
    }
    chown(path, Some(NOBODY), Some(NOBODY)).expect("given away");
}
