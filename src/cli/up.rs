//! `kafkalab up`: a coordinator and brokers for any use, until they are told to stop.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command as Clap, value_parser};
use serde_json::json;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::engine::EngineChoice;
use super::failure::{Failure, with_reason};
use super::learn::port_taken;
use super::{Args, exit, print, workspace_folder};
use crate::engine::apache::Apache;
use crate::engine::bundled::Bundled;
use crate::engine::cluster::{Attended, Cluster, ClusterError, Ended, Plan};
use crate::engine::distribution::{self, Settings};
use crate::engine::parts::Engines;
use crate::engine::server::{Engine, Server};
use crate::net;
use crate::process::exec::parent_gone;
use crate::process::lock::{FolderLock, LockError};
use crate::process::sockets;
use crate::process::temporary::{self, TemporaryFolder};
use crate::text::{Language, Message, cli, up as say};

/// How long a server may take to serve; Kafka itself gives up on ZooKeeper after 18 s.
const DEADLINE_S: u64 = 90;
/// How long a server may take to end; a broker's controlled shutdown is well within it.
const STOP_GRACE: Duration = Duration::from_secs(30);
/// The most brokers that one machine is asked to run.
const BROKERS_MAX: u16 = 50;
/// What the names of the folders begin with that go with it.
const TEMPORARY: &str = "kafkalab-up-";

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpArgs {
    brokers: u16,
    engine: EngineChoice,
    free_ports: bool,
    ephemeral: bool,
    data: Option<PathBuf>,
    json: bool,
    deadline_s: u64,
}

pub(super) fn command(language: Language) -> Clap {
    let say = |text: crate::text::Text| text.get(language);
    let flag = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
    let number = |name: &'static str| Arg::new(name).long(name);
    let folder = Arg::new("data").long("data").value_name("DIR").value_parser(value_parser!(PathBuf));
    Clap::new("up")
        .about(say(say::ABOUT))
        .after_help(say(say::EXIT_CODES))
        .arg(
            number("brokers")
                .value_name("N")
                .default_value("1")
                .value_parser(value_parser!(u16).range(1..=i64::from(BROKERS_MAX)))
                .help(say(say::ARG_BROKERS)),
        )
        .arg(Arg::new("engine").long("engine").value_name("bundled|apache=DIR").help(say(cli::ARG_ENGINE)))
        .arg(flag("free-ports").help(say(say::ARG_FREE_PORTS)))
        .arg(flag("ephemeral").help(say(say::ARG_EPHEMERAL)))
        .arg(folder.conflicts_with("ephemeral").help(say(say::ARG_DATA)))
        .arg(flag("json").help(say(say::ARG_JSON)))
        // what counts as hung, in seconds: for tests and for slow machines
        .arg(number("deadline").hide(true).value_parser(value_parser!(u64).range(1..=3600)))
}

/// What was asked for.
///
/// # Errors
/// There is no such engine.
pub(super) fn from_matches(matches: &ArgMatches) -> Result<UpArgs, Failure> {
    let engine = matches.get_one::<String>("engine").map(|value| EngineChoice::parse(value)).transpose()?;
    Ok(UpArgs {
        brokers: matches.get_one::<u16>("brokers").copied().unwrap_or(1),
        engine: engine.unwrap_or(EngineChoice::Bundled),
        free_ports: matches.get_flag("free-ports"),
        ephemeral: matches.get_flag("ephemeral"),
        data: matches.get_one::<PathBuf>("data").cloned(),
        json: matches.get_flag("json"),
        deadline_s: matches.get_one::<u64>("deadline").copied().unwrap_or(DEADLINE_S),
    })
}

pub(super) fn run(args: &Args, up: &UpArgs, language: Language) -> Result<u8, Failure> {
    // one thread: the servers end with the thread that started them
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::io("tokio", error))?.block_on(serve(args, up, language))
}

async fn serve(args: &Args, up: &UpArgs, language: Language) -> Result<u8, Failure> {
    let mut asked_to_stop = Asked::listen()?;
    if up.brokers > 1 && up.engine == EngineChoice::Bundled {
        return Err(Failure::new("one-broker", Message::new(say::E_ONE_BROKER).with("brokers", up.brokers)));
    }
    let engines = up.engine.engines().await?;
    temporary::remove_abandoned(TEMPORARY);
    let place = Place::choose(args, up)?;
    let plan = ports(up, place.folder(), language).await?;
    let scratch = TemporaryFolder::create(TEMPORARY).map_err(|error| Failure::io("tempdir", error))?;
    let engine = engine(&engines, &scratch, language)?;
    let attended = Attended(&*engine);
    let mut cluster = tokio::select! {
        started = Cluster::start(&attended, plan, Duration::from_secs(up.deadline_s)) => started?,
        () = asked_to_stop.come() => return Ok(exit::OK),
    };
    print(&told(up, &engines, &cluster, language));
    let ended = tokio::select! {
        ended = cluster.ended() => Some(ended),
        () = asked_to_stop.come() => None,
    };
    tokio::select! {
        () = cluster.stop(STOP_GRACE) => {}
        // asked twice: what still runs is killed
        () = asked_to_stop.come() => {}
    }
    match ended {
        None => Ok(exit::OK),
        Some(Ended { server, code, log }) => {
            let message = Message::new(say::E_ENDED).with("server", server).with("code", code).with("log", log.display());
            Err(Failure { exit: exit::FOUND, ..Failure::new("server-ended", message) })
        }
    }
}

/// What ends the servers: Ctrl-C, `kill`, a terminal that closes, or the end of the process that started us.
struct Asked {
    signals: [Signal; 3],
    parent: std::pin::Pin<Box<dyn Future<Output = ()>>>,
}

impl Asked {
    fn listen() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|error| Failure::io("signal", error));
        let signals = [listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?, listen(SignalKind::hangup())?];
        let parent = Box::pin(async {
            if parent_gone().await.is_err() {
                std::future::pending().await
            }
        });
        Ok(Self { signals, parent })
    }

    async fn come(&mut self) {
        let [interrupt, terminate, hang_up] = &mut self.signals;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
            () = &mut self.parent => self.parent = Box::pin(std::future::pending()),
        }
    }
}

/// Where the data lies.
enum Place {
    Named { folder: PathBuf, _lock: FolderLock },
    Ephemeral(TemporaryFolder),
}

impl Place {
    fn choose(args: &Args, up: &UpArgs) -> Result<Self, Failure> {
        if up.ephemeral {
            let folder = TemporaryFolder::create(TEMPORARY);
            return folder.map(Self::Ephemeral).map_err(|error| Failure::io("tempdir", error));
        }
        let folder = match &up.data {
            Some(folder) => folder.clone(),
            None => workspace_folder(args)?.join("up"),
        };
        let failed = |error: &dyn std::fmt::Display| {
            Failure::new("data", Message::new(say::E_DATA).with("path", folder.display()).with("reason", error))
        };
        std::fs::create_dir_all(&folder).map_err(|error| failed(&error))?;
        let folder = folder.canonicalize().map_err(|error| failed(&error))?;
        match FolderLock::take(&folder) {
            Ok(lock) => Ok(Self::Named { folder, _lock: lock }),
            Err(LockError::Busy { pid }) => {
                let message = Message::new(say::E_BUSY).with("path", folder.display()).with("pid", pid);
                Err(Failure::new("data-busy", message))
            }
            Err(LockError::Io { source, .. }) => Err(failed(&source)),
        }
    }

    fn folder(&self) -> PathBuf {
        match self {
            Self::Named { folder, .. } => folder.clone(),
            Self::Ephemeral(folder) => folder.path().to_owned(),
        }
    }
}

/// The ports that Kafka's files name and those after them, none of which may be taken; or free ones.
async fn ports(up: &UpArgs, folder: PathBuf, language: Language) -> Result<Plan, Failure> {
    if up.free_ports {
        let failed = |error| Failure::io("port", error);
        let zookeeper_port = net::free_port().await.map_err(failed)?;
        let mut broker_ports = Vec::new();
        for _ in 0..up.brokers {
            broker_ports.push(net::free_port().await.map_err(failed)?);
        }
        return Ok(Plan { folder, zookeeper_port, broker_ports });
    }
    let broker_ports: Vec<u16> = (0..up.brokers).map(|id| Settings::BROKER_PORT + id).collect();
    let plan = Plan { folder, zookeeper_port: Settings::ZOOKEEPER_PORT, broker_ports };
    for port in [plan.zookeeper_port].iter().chain(&plan.broker_ports) {
        if let Some(holder) = sockets::holder(*port) {
            return Err(port_taken(*port, holder, language));
        }
    }
    Ok(plan)
}

/// The engine; the bundled one from a distribution in a folder that goes away.
fn engine(engines: &Engines, scratch: &TemporaryFolder, language: Language) -> Result<Box<dyn Engine>, Failure> {
    if let Some(folder) = engines.folder() {
        return Ok(Box::new(Apache::folder(folder)));
    }
    let refused = |error: distribution::DistributionError| with_reason("distribution", cli::E_DIST, error.explain(language));
    let program = distribution::this_program().map_err(refused)?;
    let written = distribution::write(scratch.path(), &Settings::shipped(language), &program).map_err(refused)?;
    Ok(Box::new(Bundled::new(written.distribution)))
}

/// What there is to know of the cluster, for people or on one line for programs.
fn told(up: &UpArgs, engines: &Engines, cluster: &Cluster, language: Language) -> String {
    let plan = cluster.plan();
    let pid = |server: &Server| server.describe().map(|state| state.pid);
    let data = plan.folder.display().to_string();
    if up.json {
        let broker = |(id, broker): (usize, &Server)| json!({ "id": id, "address": plan.broker(id), "pid": pid(broker) });
        let brokers: Vec<_> = cluster.brokers().iter().enumerate().map(broker).collect();
        let told = json!({
            "engine": engines.parts().broker,
            "bootstrap": plan.bootstrap(),
            "zookeeper": plan.zookeeper(),
            "coordinator": { "address": plan.zookeeper(), "pid": pid(cluster.coordinator()) },
            "brokers": brokers,
            "data": data,
            "ephemeral": up.ephemeral,
            "logs": plan.logs(),
        });
        return format!("{told}\n");
    }
    let row = |name: String, address: String, server: &Server| {
        format!("  {name:<13}{address:<18}pid {}\n", pid(server).map_or_else(|| "?".to_owned(), |pid| pid.to_string()))
    };
    let mut text = row("coordinator".to_owned(), plan.zookeeper(), cluster.coordinator());
    for (id, broker) in cluster.brokers().iter().enumerate() {
        text.push_str(&row(format!("broker {id}"), plan.broker(id), broker));
    }
    let place = if up.ephemeral { say::DATA_EPHEMERAL } else { say::DATA };
    let lines = [say::BOOTSTRAP.fill(language, &[("bootstrap", &plan.bootstrap())]), place.fill(language, &[("path", &data)])];
    text + &lines.join("\n") + "\n" + say::STOP.get(language) + "\n"
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        with_reason("not-up", say::E_NOT_UP, error)
    }
}
