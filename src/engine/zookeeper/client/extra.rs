//! Operations beyond those that Kafka needs: what a shell offers to people.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::error::ClientError;
use super::handle::Client;
use super::multi::above;
use super::session::Command;
use super::watches::{RemovedWatch, WatchKind};
use crate::engine::zookeeper::protocol::{
    Acl, AuthPacket, CheckWatchesRequest, Create2Response, CreateMode, CreateRequest, CreateTtlRequest, ErrorCode,
    GetAllChildrenNumberResponse, GetDataResponse, GetEphemeralsRequest, GetEphemeralsResponse, OpCode, PathRequest,
    PathResponse, PathWatchRequest, Record, Stat, WatcherType, WhoAmIResponse, Writer, validate_path,
};

/// Where the servers of an ensemble are listed, whatever the chroot.
const CONFIG_NODE: &str = "/zookeeper/config";

/// What a client says of a znode that it creates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNode {
    /// Its data; null is not the same as empty.
    pub data: Option<Bytes>,
    /// Its kind.
    pub mode: CreateMode,
    /// Who may do what.
    pub acl: Vec<Acl>,
    /// How long it stays without a change and without children, where its kind has that.
    pub ttl: Duration,
}

/// New servers of an ensemble: some that come and go, or a whole list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconfiguration {
    /// Servers that join.
    pub joining: Option<String>,
    /// The ids of servers that leave.
    pub leaving: Option<String>,
    /// All servers.
    pub members: Option<String>,
    /// The version of the list that is changed; -1 for any.
    pub version: i64,
}

impl Client {
    /// Creates a znode of any kind; gives its path, with its number where the mode is sequential.
    ///
    /// # Errors
    /// As [`Client::create`], and `InvalidAcl`.
    pub async fn create_node(&self, path: &str, node: NewNode) -> Result<String, ClientError> {
        // the number of a sequential node completes its name
        let whole = if node.mode.is_sequential() { format!("{path}1") } else { path.to_owned() };
        validate_path(&whole)?;
        let (flags, acl) = (node.mode.flags(), node.acl);
        let answer: Create2Response = if node.mode.is_ttl() {
            let ttl = i64::try_from(node.ttl.as_millis()).unwrap_or(i64::MAX);
            let request = CreateTtlRequest { path: self.below(path), data: node.data, acl, flags, ttl };
            self.call(OpCode::CreateTtl, path, &request, None).await?
        } else {
            let request = CreateRequest { path: self.below(path), data: node.data, acl, flags };
            self.call(node.mode.op(), path, &request, None).await?
        };
        Ok(above(&self.shared.chroot, answer.path))
    }

    /// Data and statistics of a znode, null data as such, and a watch if wanted.
    ///
    /// # Errors
    /// As [`Client::get_data`].
    pub async fn read_data(&self, path: &str, watch: bool) -> Result<(Option<Bytes>, Stat), ClientError> {
        let answer: GetDataResponse = self.read(OpCode::GetData, path, watch.then_some(WatchKind::Data)).await?;
        Ok((answer.data, answer.stat))
    }

    /// The list of the ensemble's servers and its statistics, and a watch if wanted.
    ///
    /// # Errors
    /// As [`Client::get_data`].
    pub async fn read_config(&self, watch: bool) -> Result<(Option<Bytes>, Stat), ClientError> {
        let request = PathWatchRequest { path: CONFIG_NODE.to_owned(), watch };
        let kind = watch.then(|| (WatchKind::Data, CONFIG_NODE.to_owned()));
        let body = self.call_at(OpCode::GetData, CONFIG_NODE, request.to_bytes(), kind).await?;
        let answer = GetDataResponse::from_bytes(&body)?;
        Ok((answer.data, answer.stat))
    }

    /// The session's ephemeral znodes, those whose path on the server begins with `prefix`.
    ///
    /// # Errors
    /// What every request can end with.
    pub async fn ephemerals(&self, prefix: &str) -> Result<Vec<String>, ClientError> {
        validate_path(prefix)?;
        let request = GetEphemeralsRequest { prefix_path: prefix.to_owned() };
        let answer: GetEphemeralsResponse = self.request(OpCode::GetEphemerals, &request).await?;
        Ok(answer.ephemerals)
    }

    /// How many znodes are below a path.
    ///
    /// # Errors
    /// `NoNode`, and what every request can end with.
    pub async fn count_below(&self, path: &str) -> Result<i32, ClientError> {
        validate_path(path)?;
        let request = PathRequest { path: self.below(path) };
        let answer: GetAllChildrenNumberResponse = self.call(OpCode::GetAllChildrenNumber, path, &request, None).await?;
        Ok(answer.total_number)
    }

    /// Waits until the server knows all that the ensemble had agreed on.
    ///
    /// # Errors
    /// What every request can end with.
    pub async fn sync(&self, path: &str) -> Result<(), ClientError> {
        validate_path(path)?;
        let request = PathRequest { path: self.below(path) };
        self.call::<_, PathResponse>(OpCode::Sync, path, &request, None).await.map(drop)
    }

    /// The identities of the connection.
    ///
    /// # Errors
    /// What every request can end with.
    pub async fn who_am_i(&self) -> Result<WhoAmIResponse, ClientError> {
        let body = self.call_at(OpCode::WhoAmI, "", Vec::new(), None).await?;
        Ok(WhoAmIResponse::from_bytes(&body)?)
    }

    /// Changes the servers of the ensemble; gives the new list.
    ///
    /// # Errors
    /// `ReconfigDisabled`, and what every request can end with.
    pub async fn reconfigure(&self, wanted: Reconfiguration) -> Result<(Option<Bytes>, Stat), ClientError> {
        let mut request = Writer::new();
        for list in [wanted.joining, wanted.leaving, wanted.members] {
            // a text is on the wire as bytes are, and null where it is not given
            request.write(&list.map(Bytes::from));
        }
        request.write(&wanted.version);
        let body = self.call_at(OpCode::Reconfig, "", request.into_bytes(), None).await?;
        let answer = GetDataResponse::from_bytes(&body)?;
        Ok((answer.data, answer.stat))
    }

    /// Takes watches off a path; where `locally`, even if no server can be told. Gives the sorts that were there.
    ///
    /// # Errors
    /// `NoWatcher` where there is none, and what every request can end with.
    pub async fn remove_watches(&self, path: &str, kind: WatcherType, locally: bool) -> Result<Vec<RemovedWatch>, ClientError> {
        validate_path(path)?;
        let request = CheckWatchesRequest { path: self.below(path), watcher_type: kind as i32 };
        let told = self.call_at(OpCode::RemoveWatches, path, request.to_bytes(), None).await;
        if let (Err(error), false) = (told, locally) {
            return Err(error);
        }
        let (reply, removed) = oneshot::channel();
        self.send(Command::ForgetWatches(self.below(path), kind, reply), path).await?;
        match removed.await {
            Ok(removed) if !removed.is_empty() => Ok(removed),
            Ok(_) => Err(ClientError::code_for(ErrorCode::NoWatcher, path)),
            Err(_) => Err(self.gone(path)),
        }
    }

    /// As [`Client::add_auth`], without waiting for what the server says of it; a null proof is not the same as an empty one.
    ///
    /// # Errors
    /// Where the session has ended.
    pub async fn declare_auth(&self, scheme: &str, auth: Option<Bytes>) -> Result<(), ClientError> {
        let (reply, _) = oneshot::channel();
        let packet = AuthPacket { auth_type: 0, scheme: scheme.to_owned(), auth };
        self.send(Command::Auth(packet, reply), "").await
    }
}
