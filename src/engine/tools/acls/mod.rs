//! `kafka-acls.sh` (`kafka.admin.AclCommand`): lists, adds and removes ACLs, through a broker or with the authorizer's copy in
//! ZooKeeper.

mod binding;
mod by_broker;
mod by_zookeeper;
mod options;

use std::ffi::OsString;
use std::process::ExitCode;

use super::client_configs::ClientConfigs;
use super::harness::{self, print};
use super::options::OptionSet;
use super::{Exception, Stop, admin};
use crate::engine::client::Client;
use binding::{Acls, Entry, Resource};
use options::{Action, Failure};

/// The main class.
pub const MAIN_CLASS: &str = "kafka.admin.AclCommand";

/// Runs the tool.
pub fn run(args: Vec<OsString>) -> ExitCode {
    harness::run_until_signalled(MAIN_CLASS, options::SCRIPT, args, main)
}

/// Where the ACLs are.
enum Store {
    Broker(Box<Client>),
    ZooKeeper(by_zookeeper::Authorizer),
}

async fn main(args: Vec<String>) -> Result<u8, Stop> {
    let (action, set) = options::parse(&args)?;
    let done = match action {
        Action::Add => add(&set).await,
        Action::Remove => remove(&set).await,
        Action::List => async { list(&open(&set).await?, &set).await }.await,
    };
    match done {
        Ok(()) => Ok(0),
        Err(Failure::Usage(text)) => Err(Stop::Usage(text)),
        Err(Failure::Caught(exception)) => {
            print(&format!("Error while executing ACL command: {}\n{exception}\n\n", exception.text()));
            Ok(1)
        }
    }
}

/// Connects to what the line names.
async fn open(set: &OptionSet) -> Result<Store, Failure> {
    if !set.has("bootstrap-server") {
        return Ok(Store::ZooKeeper(by_zookeeper::Authorizer::open(set).await?));
    }
    let configs = set.value("command-config")?.map_or_else(|| Ok(ClientConfigs::default()), ClientConfigs::of_file)?;
    let servers = set.value("bootstrap-server")?.unwrap_or_default();
    Ok(Store::Broker(Box::new(admin::client(servers, configs).await?)))
}

impl Store {
    async fn create(&self, resource: &Resource, entries: &[Entry]) -> Result<(), Exception> {
        match self {
            Self::Broker(client) => by_broker::create(client, resource, entries).await,
            Self::ZooKeeper(authorizer) => authorizer.create(resource, entries).await,
        }
    }

    /// Removes the entries of what `filter` finds, or all of them where none are given.
    async fn delete(&self, filter: &Resource, entries: &[Entry]) -> Result<(), Exception> {
        match self {
            Self::Broker(client) => by_broker::delete(client, filter, entries).await,
            Self::ZooKeeper(authorizer) => authorizer.delete(filter, entries).await,
        }
    }

    /// The ACLs of what any of the filters finds; of everything where there are none.
    async fn find(&self, filters: &[Resource]) -> Result<Vec<Acls>, Exception> {
        match self {
            Self::Broker(client) => by_broker::find(client, filters).await,
            Self::ZooKeeper(authorizer) => authorizer.find(filters).await,
        }
    }
}

async fn add(set: &OptionSet) -> Result<(), Failure> {
    let acls = options::to_add(set)?;
    let store = open(set).await?;
    for (resource, entries) in &acls {
        print(&format!("Adding ACLs for resource `{resource}`: \n {} \n\n", lines(entries)));
        store.create(resource, entries).await?;
    }
    list(&store, set).await
}

async fn remove(set: &OptionSet) -> Result<(), Failure> {
    let store = open(set).await?;
    for (filter, entries) in options::filters(set)? {
        let question = match entries.as_slice() {
            [] => format!("Are you sure you want to delete all ACLs for resource filter `{filter}`? (y/n)"),
            some => format!("Are you sure you want to remove ACLs: \n {} \n from resource filter `{filter}`? (y/n)", lines(some)),
        };
        if confirmed(set, &question).await? {
            store.delete(&filter, &entries).await?;
        }
    }
    list(&store, set).await
}

async fn confirmed(set: &OptionSet, question: &str) -> Result<bool, Exception> {
    if set.has("force") {
        return Ok(true);
    }
    print(&format!("{question}\n"));
    let answer = harness::answer().await.ok_or_else(|| {
        let text = "Cannot invoke \"String.equalsIgnoreCase(String)\" because the return value of \"scala.io.StdIn$.readLine()\" is null";
        Exception::new("java.lang.NullPointerException", text)
    })?;
    Ok(answer.eq_ignore_ascii_case("y"))
}

async fn list(store: &Store, set: &OptionSet) -> Result<(), Failure> {
    let filters = options::resources(set)?;
    let principals = options::principals(set, "principal")?;
    let mut found = store.find(&filters).await?;
    found.sort();
    if principals.is_empty() {
        show(&found);
        return Ok(());
    }
    for principal in principals {
        print(&format!("ACLs for principal `{principal}`\n"));
        let own = found.iter().map(|(resource, entries)| {
            let entries = entries.iter().filter(|entry| entry.principal == principal).cloned().collect::<Vec<_>>();
            (resource.clone(), entries)
        });
        show(&own.filter(|(_, entries)| !entries.is_empty()).collect::<Vec<_>>());
    }
    Ok(())
}

fn show(acls: &[Acls]) {
    for (resource, entries) in acls {
        print(&format!("Current ACLs for resource `{resource}`: \n {} \n\n", lines(entries)));
    }
}

fn lines(entries: &[Entry]) -> String {
    entries.iter().map(|entry| format!("\t{entry}")).collect::<Vec<_>>().join("\n")
}
