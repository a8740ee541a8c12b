//! Requests as bytes, and replies as text in which nothing is left that two servers may do differently.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use kafkalab::engine::zookeeper::protocol::{
    Acl, AddWatchRequest, AuthPacket, CheckVersionRequest, CheckWatchesRequest, Create2Response, CreateRequest, CreateTtlRequest,
    DecodeError, DeleteRequest, GetAclResponse, GetAllChildrenNumberResponse, GetChildren2Response, GetChildrenResponse,
    GetDataResponse, GetEphemeralsResponse, Id, MultiHeader, OpCode, PathRequest, PathResponse, PathWatchRequest, Reader,
    ReconfigRequest, SetAclRequest, SetDataRequest, SetWatches, SetWatches2, Stat, StatResponse, WhoAmIResponse, Writer, perms,
};
use sha1::{Digest as _, Sha1};

use super::sequence::{AclKind, Op};

/// What the one who cleans up proves.
pub const CLEANER: &str = "cleaner:broom";

/// What a run calls its own, so that it can be told in the same words whatever the server.
pub struct Names {
    /// The run's znode.
    pub root: String,
    /// The last transaction before the run.
    pub base_zxid: i64,
    /// The ids of the run's sessions, in the order in which they were opened.
    pub sessions: Vec<i64>,
}

impl Op {
    /// The operation's number.
    pub fn code(&self) -> i32 {
        match self {
            Self::Create { op, .. }
            | Self::Read { op, .. }
            | Self::Path { op, .. }
            | Self::SetWatches { op, .. }
            | Self::Watches { op, .. }
            | Self::Bare(op) => op.code(),
            Self::Delete { .. } => OpCode::Delete.code(),
            Self::SetData { .. } => OpCode::SetData.code(),
            Self::SetAcl { .. } => OpCode::SetAcl.code(),
            Self::Check { .. } => OpCode::Check.code(),
            Self::Multi(_) => OpCode::Multi.code(),
            Self::MultiRead(_) => OpCode::MultiRead.code(),
            Self::AddWatch { .. } => OpCode::AddWatch.code(),
            Self::Auth { .. } => OpCode::Auth.code(),
            Self::Raw { code, .. } => *code,
        }
    }

    /// Appends the request's body.
    pub fn encode(&self, names: &Names, writer: &mut Writer) {
        let path = |path: &str| names.path(path);
        match self {
            Self::Create { op: OpCode::CreateTtl, path: at, data, acl, flags, ttl } => {
                let (flags, ttl) = (*flags, *ttl);
                writer.write(&CreateTtlRequest { path: path(at), data: bytes(*data), acl: acl.list(), flags, ttl });
            }
            Self::Create { path: at, data, acl, flags, .. } => {
                writer.write(&CreateRequest { path: path(at), data: bytes(*data), acl: acl.list(), flags: *flags });
            }
            Self::Delete { path: at, version } => {
                writer.write(&DeleteRequest { path: path(at), version: *version });
            }
            Self::SetData { path: at, data, version } => {
                writer.write(&SetDataRequest { path: path(at), data: bytes(*data), version: *version });
            }
            Self::SetAcl { path: at, acl, version } => {
                writer.write(&SetAclRequest { path: path(at), acl: acl.list(), version: *version });
            }
            Self::Check { path: at, version } => {
                writer.write(&CheckVersionRequest { path: path(at), version: *version });
            }
            Self::Read { path: at, watch, .. } => {
                writer.write(&PathWatchRequest { path: path(at), watch: *watch });
            }
            Self::Path { path: at, .. } => {
                writer.write(&PathRequest { path: path(at) });
            }
            Self::Multi(parts) | Self::MultiRead(parts) => {
                for part in parts {
                    writer.write(&MultiHeader { op: part.code(), done: false, err: -1 });
                    part.encode(names, writer);
                }
                writer.write(&MultiHeader::END);
            }
            Self::SetWatches { op, since, lists } => encode_set_watches(*op, names.base_zxid + since, lists, names, writer),
            Self::AddWatch { path: at, mode } => {
                writer.write(&AddWatchRequest { path: path(at), mode: *mode });
            }
            Self::Watches { path: at, kind, .. } => {
                writer.write(&CheckWatchesRequest { path: path(at), watcher_type: *kind });
            }
            Self::Auth { scheme, auth } => {
                writer.write(&AuthPacket { auth_type: 0, scheme: (*scheme).to_owned(), auth: bytes(Some(auth)) });
            }
            Self::Bare(OpCode::Reconfig) => {
                let nothing = String::new;
                let (joining_servers, leaving_servers, new_members) = (nothing(), nothing(), nothing());
                writer.write(&ReconfigRequest { joining_servers, leaving_servers, new_members, cur_config_id: -1 });
            }
            Self::Bare(_) => {}
            Self::Raw { body, .. } => {
                writer.write_raw(body);
            }
        }
    }
}

fn encode_set_watches(op: OpCode, since: i64, lists: &[Vec<String>; 5], names: &Names, writer: &mut Writer) {
    let [data, exist, child, persistent, recursive] =
        lists.each_ref().map(|list| list.iter().map(|path| names.path(path)).collect::<Vec<_>>());
    if op == OpCode::SetWatches {
        writer.write(&SetWatches { relative_zxid: since, data_watches: data, exist_watches: exist, child_watches: child });
    } else {
        writer.write(&SetWatches2 {
            relative_zxid: since,
            data_watches: data,
            exist_watches: exist,
            child_watches: child,
            persistent_watches: persistent,
            persistent_recursive_watches: recursive,
        });
    }
}

fn bytes(data: Option<&'static str>) -> Option<Bytes> {
    data.map(|data| Bytes::from_static(data.as_bytes()))
}

impl AclKind {
    fn list(self) -> Vec<Acl> {
        let entry = |perms, scheme: &str, id: &str| Acl { perms, id: Id { scheme: scheme.to_owned(), id: id.to_owned() } };
        let cleaner = || entry(perms::ALL, "digest", &digest(CLEANER));
        match self {
            Self::Open => Acl::open_unsafe(),
            Self::ReadOnly => vec![entry(perms::READ, "world", "anyone"), cleaner()],
            Self::Digest => vec![entry(perms::ALL, "digest", &digest("me:secret")), cleaner()],
            Self::Auth => vec![cleaner(), entry(perms::READ | perms::CREATE, "auth", "")],
            Self::Address => vec![entry(perms::ALL, "ip", "127.0.0.0/8"), cleaner()],
            Self::Elsewhere => vec![entry(perms::ALL, "ip", "10.0.0.1"), cleaner()],
            Self::Twice => [Acl::open_unsafe(), Acl::open_unsafe()].concat(),
            Self::Empty => Vec::new(),
            Self::UnknownScheme => vec![entry(perms::ALL, "none", "me")],
            Self::BadAddress => vec![entry(perms::ALL, "ip", "1.2.3.400/9")],
        }
    }
}

fn digest(secret: &str) -> String {
    let user = secret.split(':').next().unwrap_or_default();
    format!("{user}:{}", STANDARD.encode(Sha1::digest(secret)))
}

impl Names {
    /// The path that a sequence means.
    pub fn path(&self, path: &str) -> String {
        path.replacen('~', &self.root, 1)
    }

    /// The path as a sequence has it.
    pub fn shown(&self, path: &str) -> String {
        match path.strip_prefix(self.root.as_str()) {
            Some(rest) => format!("~{rest}"),
            None => path.to_owned(),
        }
    }

    /// A transaction's number, counted from the run's first.
    pub fn zxid(&self, zxid: i64) -> String {
        match zxid - self.base_zxid {
            _ if zxid <= 0 => zxid.to_string(),
            ..=0 => "before".to_owned(),
            after => format!("+{after}"),
        }
    }

    fn owner(&self, owner: i64) -> String {
        match self.sessions.iter().position(|session| *session == owner) {
            Some(at) => format!("session {at}"),
            None => owner.to_string(),
        }
    }

    fn stat(&self, stat: &Stat) -> String {
        let Stat { czxid, mzxid, pzxid, ctime, mtime, version, cversion, aversion, ephemeral_owner, data_length, num_children } =
            *stat;
        format!(
            "[c{} m{} p{} {} {} v{version} {cversion} {aversion} owner {} length {data_length} children {num_children}]",
            self.zxid(czxid),
            self.zxid(mzxid),
            self.zxid(pzxid),
            ctime != 0,
            mtime != 0,
            self.owner(ephemeral_owner)
        )
    }

    /// The body of a successful reply.
    pub fn body(&self, code: i32, body: &[u8]) -> String {
        let mut reader = Reader::new(body);
        let read = self.read_body(OpCode::from_code(code), &mut reader).unwrap_or_else(|error| format!("{error} in {body:02x?}"));
        if reader.remaining() > 0 { format!("{read} and {} bytes more", reader.remaining()) } else { read }
    }

    fn read_body(&self, op: Option<OpCode>, reader: &mut Reader<'_>) -> Result<String, DecodeError> {
        Ok(match op {
            Some(OpCode::Create | OpCode::Sync) => self.shown(&reader.read::<PathResponse>()?.path),
            Some(OpCode::Create2 | OpCode::CreateContainer | OpCode::CreateTtl) => {
                let Create2Response { path, stat } = reader.read()?;
                format!("{} {}", self.shown(&path), self.stat(&stat))
            }
            Some(OpCode::Exists | OpCode::SetData | OpCode::SetAcl) => self.stat(&reader.read::<StatResponse>()?.stat),
            Some(OpCode::GetData) => {
                let GetDataResponse { data, stat } = reader.read()?;
                format!("{data:?} {}", self.stat(&stat))
            }
            Some(OpCode::GetChildren) => self.sorted(reader.read::<GetChildrenResponse>()?.children),
            Some(OpCode::GetChildren2) => {
                let GetChildren2Response { children, stat } = reader.read()?;
                format!("{} {}", self.sorted(children), self.stat(&stat))
            }
            Some(OpCode::GetAcl) => {
                let GetAclResponse { acl, stat } = reader.read()?;
                let acl: Vec<String> = acl.iter().map(|acl| format!("{} {}:{}", acl.perms, acl.id.scheme, acl.id.id)).collect();
                format!("{acl:?} {}", self.stat(&stat))
            }
            Some(OpCode::GetEphemerals) => self.listed(&reader.read::<GetEphemeralsResponse>()?.ephemerals),
            Some(OpCode::GetAllChildrenNumber) => reader.read::<GetAllChildrenNumberResponse>()?.total_number.to_string(),
            Some(OpCode::WhoAmI) => {
                let infos = reader.read::<WhoAmIResponse>()?.client_info;
                self.sorted(infos.into_iter().map(|info| format!("{}:{}", info.auth_scheme, info.user)).collect())
            }
            Some(OpCode::Multi | OpCode::MultiRead) => {
                let mut parts = Vec::new();
                loop {
                    let header: MultiHeader = reader.read()?;
                    if header.done {
                        break format!("{parts:?} {header:?}");
                    }
                    let body = if header.op == -1 {
                        reader.read::<i32>()?.to_string()
                    } else {
                        self.read_body(OpCode::from_code(header.op), reader)?
                    };
                    parts.push(format!("{} {} {body}", header.op, header.err));
                }
            }
            Some(OpCode::AddWatch) => reader.read::<i32>()?.to_string(),
            _ => String::new(),
        })
    }

    /// Names in an order of their own: theirs is that of a hash table.
    fn sorted(&self, mut names: Vec<String>) -> String {
        names.sort();
        self.listed(&names)
    }

    fn listed(&self, names: &[String]) -> String {
        let names: Vec<String> = names.iter().map(|name| self.shown(name)).collect();
        format!("{names:?}")
    }
}
