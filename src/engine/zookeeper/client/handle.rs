//! The handle that callers hold: one method per operation.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::connect_string::ConnectString;
use super::error::ClientError;
use super::events::Events;
use super::multi::{self, Op, OpResult, above, below};
use super::session::{self, Command, Request, Shared};
use super::watches::WatchKind;
use crate::engine::zookeeper::protocol::{
    Acl, AddWatchMode, AddWatchRequest, AuthPacket, Create2Response, CreateMode, CreateRequest, CreateTtlRequest, DeleteRequest,
    ErrorCode, GetAclResponse, GetChildren2Response, GetDataResponse, KeeperState, OpCode, PathRequest, PathWatchRequest, Record,
    SetAclRequest, SetDataRequest, Stat, StatResponse, validate_path,
};

/// A session with ZooKeeper. Clones share the session; requests of all clones are sent and answered in the order of the calls.
/// When the last clone is dropped, the session is closed.
#[derive(Clone)]
pub struct Client {
    commands: mpsc::Sender<Command>,
    pub(super) shared: Arc<Shared>,
}

impl Client {
    /// Opens a session and waits until a server has granted it.
    ///
    /// # Errors
    /// [`ClientError::ConnectTimeout`] where none did within `deadline`.
    pub async fn connect(servers: &ConnectString, session_timeout: Duration, deadline: Duration) -> Result<Self, ClientError> {
        let (client, _) = Self::open(servers, session_timeout);
        client.wait_connected(deadline).await?;
        Ok(client)
    }

    /// Begins a session without waiting for it, and gives every event of it. Requests wait for the first try to connect.
    pub fn open(servers: &ConnectString, session_timeout: Duration) -> (Self, Events) {
        let (commands, shared, events) = session::start(servers, session_timeout);
        (Self { commands, shared }, events)
    }

    /// Waits until the session is connected.
    ///
    /// # Errors
    /// [`ClientError::ConnectTimeout`] where it is not within `deadline`; `SessionExpired` and `AuthFailed` at once.
    pub async fn wait_connected(&self, deadline: Duration) -> Result<(), ClientError> {
        let mut states = self.shared.state.subscribe();
        let settled = states.wait_for(|state| *state != KeeperState::Disconnected);
        let state = match tokio::time::timeout(deadline, settled).await {
            Ok(Ok(state)) => *state,
            Ok(Err(_)) => KeeperState::Closed,
            Err(_) => return Err(ClientError::ConnectTimeout { waited: deadline, state: KeeperState::Disconnected }),
        };
        match state {
            KeeperState::SyncConnected => Ok(()),
            KeeperState::AuthFailed => Err(ClientError::code_for(ErrorCode::AuthFailed, "")),
            _ => Err(ClientError::code_for(ErrorCode::SessionExpired, "")),
        }
    }

    /// Every event from now on: fired watches, and the states of the session.
    pub fn subscribe(&self) -> Events {
        self.shared.subscribers.subscribe()
    }

    /// The session's state now.
    pub fn state(&self) -> KeeperState {
        *self.shared.state.borrow()
    }

    /// The session: the `ephemeralOwner` of its ephemeral znodes.
    pub fn session_id(&self) -> i64 {
        self.shared.session_id()
    }

    /// The session timeout that the server granted.
    pub fn session_timeout(&self) -> Duration {
        self.shared.session_timeout()
    }

    /// Creates a znode with an open ACL; gives its path (with its number where the mode is sequential) and statistics.
    ///
    /// # Errors
    /// `NodeExists`, `NoNode` for the parent, `NoChildrenForEphemerals`, and what every request can end with.
    pub async fn create(&self, path: &str, data: impl Into<Bytes>, mode: CreateMode) -> Result<(String, Stat), ClientError> {
        self.create_with_acl(path, data, mode, Acl::open_unsafe()).await
    }

    /// Creates a persistent znode without data (null, which is not the same as empty) and with an open ACL.
    ///
    /// # Errors
    /// As [`Client::create`].
    pub async fn create_null(&self, path: &str) -> Result<(), ClientError> {
        validate_path(path)?;
        let (mode, acl) = (CreateMode::Persistent, Acl::open_unsafe());
        let request = CreateRequest { path: self.below(path), data: None, acl, flags: mode.flags() };
        self.call::<_, Create2Response>(mode.op(), path, &request, None).await.map(drop)
    }

    /// Creates a znode with an ACL.
    ///
    /// # Errors
    /// As [`Client::create`], and `InvalidAcl`.
    pub async fn create_with_acl(
        &self,
        path: &str,
        data: impl Into<Bytes>,
        mode: CreateMode,
        acl: Vec<Acl>,
    ) -> Result<(String, Stat), ClientError> {
        // the number of a sequential node completes its name
        if mode.is_sequential() {
            validate_path(&format!("{path}1"))?
        } else {
            validate_path(path)?
        }
        let request = CreateRequest { path: self.below(path), data: Some(data.into()), acl, flags: mode.flags() };
        let answer: Create2Response = self.call(mode.op(), path, &request, None).await?;
        Ok((above(&self.shared.chroot, answer.path), answer.stat))
    }

    /// Creates a znode that goes when it was not changed for `ttl` and has no children; `mode` is one of those with a time to live.
    ///
    /// # Errors
    /// As [`Client::create`]; `Unimplemented` where the server has not switched extended types on.
    pub async fn create_with_ttl(
        &self,
        path: &str,
        data: impl Into<Bytes>,
        mode: CreateMode,
        ttl: Duration,
    ) -> Result<(String, Stat), ClientError> {
        if mode.is_sequential() {
            validate_path(&format!("{path}1"))?
        } else {
            validate_path(path)?
        }
        let ttl = i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX);
        let request = CreateTtlRequest {
            path: self.below(path),
            data: Some(data.into()),
            acl: Acl::open_unsafe(),
            flags: mode.flags(),
            ttl,
        };
        let answer: Create2Response = self.call(OpCode::CreateTtl, path, &request, None).await?;
        Ok((above(&self.shared.chroot, answer.path), answer.stat))
    }

    /// Deletes a znode that has `version` (`None`: any).
    ///
    /// # Errors
    /// `NoNode`, `BadVersion`, `NotEmpty`, and what every request can end with.
    pub async fn delete(&self, path: &str, version: Option<i32>) -> Result<(), ClientError> {
        validate_path(path)?;
        let request = DeleteRequest { path: self.below(path), version: version.unwrap_or(-1) };
        self.call_raw(OpCode::Delete, path, request.to_bytes(), None).await.map(drop)
    }

    /// The statistics of a znode; `None` where there is none.
    ///
    /// # Errors
    /// What every request can end with.
    pub async fn exists(&self, path: &str) -> Result<Option<Stat>, ClientError> {
        self.exists_inner(path, None).await
    }

    /// As [`Client::exists`], and arms a watch for the znode's creation, deletion or new data.
    ///
    /// # Errors
    /// What every request can end with; then no watch is armed.
    pub async fn watch_exists(&self, path: &str) -> Result<Option<Stat>, ClientError> {
        self.exists_inner(path, Some(WatchKind::Exists)).await
    }

    async fn exists_inner(&self, path: &str, watch: Option<WatchKind>) -> Result<Option<Stat>, ClientError> {
        match self.read::<StatResponse>(OpCode::Exists, path, watch).await {
            Ok(answer) => Ok(Some(answer.stat)),
            Err(error) if error.code() == Some(ErrorCode::NoNode) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Data and statistics of a znode; null data reads as empty.
    ///
    /// # Errors
    /// `NoNode`, and what every request can end with.
    pub async fn get_data(&self, path: &str) -> Result<(Bytes, Stat), ClientError> {
        let answer: GetDataResponse = self.read(OpCode::GetData, path, None).await?;
        Ok((answer.data.unwrap_or_default(), answer.stat))
    }

    /// As [`Client::get_data`], and arms a watch for the znode's deletion or new data.
    ///
    /// # Errors
    /// As [`Client::get_data`]; then no watch is armed.
    pub async fn watch_data(&self, path: &str) -> Result<(Bytes, Stat), ClientError> {
        let answer: GetDataResponse = self.read(OpCode::GetData, path, Some(WatchKind::Data)).await?;
        Ok((answer.data.unwrap_or_default(), answer.stat))
    }

    /// Sets the data of a znode that has `version` (`None`: any).
    ///
    /// # Errors
    /// `NoNode`, `BadVersion`, and what every request can end with.
    pub async fn set_data(&self, path: &str, data: impl Into<Bytes>, version: Option<i32>) -> Result<Stat, ClientError> {
        validate_path(path)?;
        let request = SetDataRequest { path: self.below(path), data: Some(data.into()), version: version.unwrap_or(-1) };
        self.call::<_, StatResponse>(OpCode::SetData, path, &request, None).await.map(|answer| answer.stat)
    }

    /// The names of a znode's children, in no order, and its statistics.
    ///
    /// # Errors
    /// `NoNode`, and what every request can end with.
    pub async fn get_children(&self, path: &str) -> Result<(Vec<String>, Stat), ClientError> {
        let answer: GetChildren2Response = self.read(OpCode::GetChildren2, path, None).await?;
        Ok((answer.children, answer.stat))
    }

    /// As [`Client::get_children`], and arms a watch for a new or deleted child and the znode's deletion.
    ///
    /// # Errors
    /// As [`Client::get_children`]; then no watch is armed.
    pub async fn watch_children(&self, path: &str) -> Result<(Vec<String>, Stat), ClientError> {
        let answer: GetChildren2Response = self.read(OpCode::GetChildren2, path, Some(WatchKind::Children)).await?;
        Ok((answer.children, answer.stat))
    }

    /// The ACL of a znode and its statistics.
    ///
    /// # Errors
    /// `NoNode`, `NoAuth`, and what every request can end with.
    pub async fn get_acl(&self, path: &str) -> Result<(Vec<Acl>, Stat), ClientError> {
        validate_path(path)?;
        let answer: GetAclResponse = self.call(OpCode::GetAcl, path, &PathRequest { path: self.below(path) }, None).await?;
        Ok((answer.acl, answer.stat))
    }

    /// Sets the ACL of a znode whose ACL has `version` (`None`: any).
    ///
    /// # Errors
    /// `NoNode`, `NoAuth`, `InvalidAcl`, `BadVersion`, and what every request can end with.
    pub async fn set_acl(&self, path: &str, acl: Vec<Acl>, version: Option<i32>) -> Result<Stat, ClientError> {
        validate_path(path)?;
        let request = SetAclRequest { path: self.below(path), acl, version: version.unwrap_or(-1) };
        self.call::<_, StatResponse>(OpCode::SetAcl, path, &request, None).await.map(|answer| answer.stat)
    }

    /// Does all operations or none; see [`OpResult`] and [`super::first_error`] for what a refused one leaves.
    ///
    /// # Errors
    /// What every request can end with; a refused operation is no error here.
    pub async fn multi(&self, ops: Vec<Op>) -> Result<Vec<OpResult>, ClientError> {
        let body = multi::encode(ops, &self.shared.chroot);
        let answer = self.call_raw(OpCode::Multi, "", body.into_bytes(), None).await?;
        Ok(multi::decode(&answer, &self.shared.chroot)?)
    }

    /// Adds a persistent watch; a recursive one fires for everything below `path` as well.
    ///
    /// # Errors
    /// What every request can end with.
    pub async fn add_watch(&self, path: &str, mode: AddWatchMode) -> Result<(), ClientError> {
        validate_path(path)?;
        let request = AddWatchRequest { path: self.below(path), mode: mode as i32 };
        self.call_raw(OpCode::AddWatch, path, request.to_bytes(), Some(WatchKind::Persistent(mode))).await.map(drop)
    }

    /// Proves an identity, now and after each reconnect.
    ///
    /// # Errors
    /// `AuthFailed`; the session is then of no more use.
    pub async fn add_auth(&self, scheme: &str, auth: impl Into<Bytes>) -> Result<(), ClientError> {
        let (reply, answer) = oneshot::channel();
        let packet = AuthPacket { auth_type: 0, scheme: scheme.to_owned(), auth: Some(auth.into()) };
        self.send(Command::Auth(packet, reply), "").await?;
        answer.await.unwrap_or_else(|_| Err(self.gone("")))
    }

    /// Sends any operation; `request` holds paths as the server knows them, chroot and all.
    ///
    /// # Errors
    /// What the server answers.
    pub async fn request<Q: Record, A: Record>(&self, op: OpCode, request: &Q) -> Result<A, ClientError> {
        self.call(op, "", request, None).await
    }

    /// Closes the session, which deletes its ephemeral znodes, and waits for the server's answer.
    pub async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.commands.send(Command::Close(done)).await.is_ok() {
            // an error says that the session's task has ended, which is as good
            let _ = closed.await;
        }
    }

    pub(super) async fn read<A: Record>(&self, op: OpCode, path: &str, watch: Option<WatchKind>) -> Result<A, ClientError> {
        validate_path(path)?;
        self.call(op, path, &PathWatchRequest { path: self.below(path), watch: watch.is_some() }, watch).await
    }

    pub(super) async fn call<Q: Record, A: Record>(
        &self,
        op: OpCode,
        path: &str,
        request: &Q,
        watch: Option<WatchKind>,
    ) -> Result<A, ClientError> {
        let answer = self.call_raw(op, path, request.to_bytes(), watch).await?;
        Ok(A::from_bytes(&answer)?)
    }

    pub(super) async fn call_raw(
        &self,
        op: OpCode,
        path: &str,
        body: Vec<u8>,
        watch: Option<WatchKind>,
    ) -> Result<Bytes, ClientError> {
        self.call_at(op, path, body, watch.map(|kind| (kind, self.below(path)))).await
    }

    /// As [`Client::call_raw`], with a watch at a path as the server knows it.
    pub(super) async fn call_at(
        &self,
        op: OpCode,
        path: &str,
        body: Vec<u8>,
        watch: Option<(WatchKind, String)>,
    ) -> Result<Bytes, ClientError> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Request(Request { op, body, watch, reply }), path).await?;
        match answer.await {
            Ok(Ok(body)) => Ok(body),
            Ok(Err(code)) => Err(ClientError::code_for(code, path)),
            Err(_) => Err(self.gone(path)),
        }
    }

    pub(super) async fn send(&self, command: Command, path: &str) -> Result<(), ClientError> {
        self.commands.send(command).await.map_err(|_| self.gone(path))
    }

    /// What a request ends with once the session's task has ended.
    pub(super) fn gone(&self, path: &str) -> ClientError {
        let code = if self.state() == KeeperState::AuthFailed { ErrorCode::AuthFailed } else { ErrorCode::SessionExpired };
        ClientError::code_for(code, path)
    }

    pub(super) fn below(&self, path: &str) -> String {
        below(&self.shared.chroot, path)
    }
}
