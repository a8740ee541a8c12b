//! What a seed stands for: a sequence of connects, requests, reconnects and expiries.

use kafkalab::engine::zookeeper::protocol::OpCode;

use crate::support::random::Random;

/// Sessions that a sequence plays with at a time.
pub const SLOTS: usize = 3;
const STEPS: usize = 40;

/// One thing that happens; a path's `~` stands for the znode that a run has for itself.
#[derive(Clone, Debug)]
pub enum Step {
    /// A new session takes the place; `old` is a client older than 3.4.
    Open { slot: usize, old: bool },
    /// Requests sent at once, without waiting for replies in between.
    Requests { slot: usize, ops: Vec<Op> },
    /// The place's session is taken up by a new connection.
    Reattach { slot: usize, how: Reattach },
    /// The place's session dies because it is not heard of any more.
    Expire { slot: usize },
    /// A client comes that has seen a transaction which is still to come.
    Future,
}

/// How a session is taken up.
#[derive(Clone, Copy, Debug)]
pub enum Reattach {
    /// While its connection is still there.
    Moved,
    /// After its connection has gone.
    Dropped,
    /// With a password that is not its own.
    WrongPassword,
    /// One that never was.
    Unknown,
}

/// A request.
#[derive(Clone, Debug)]
pub enum Op {
    Create {
        op: OpCode,
        path: String,
        data: Option<&'static str>,
        acl: AclKind,
        flags: i32,
        ttl: i64,
    },
    Delete {
        path: String,
        version: i32,
    },
    SetData {
        path: String,
        data: Option<&'static str>,
        version: i32,
    },
    SetAcl {
        path: String,
        acl: AclKind,
        version: i32,
    },
    Check {
        path: String,
        version: i32,
    },
    /// exists, getData, getChildren, getChildren2
    Read {
        op: OpCode,
        path: String,
        watch: bool,
    },
    /// getACL, sync, getAllChildrenNumber, deleteContainer, getEphemerals
    Path {
        op: OpCode,
        path: String,
    },
    Multi(Vec<Op>),
    MultiRead(Vec<Op>),
    SetWatches {
        op: OpCode,
        since: i64,
        lists: [Vec<String>; 5],
    },
    AddWatch {
        path: String,
        mode: i32,
    },
    /// checkWatches, removeWatches
    Watches {
        op: OpCode,
        path: String,
        kind: i32,
    },
    Auth {
        scheme: &'static str,
        auth: &'static str,
    },
    /// whoAmI, ping, reconfig, closeSession
    Bare(OpCode),
    /// An operation that there is not, or a body that is none.
    Raw {
        code: i32,
        body: &'static [u8],
    },
}

/// Whom an ACL lets do something; the one who cleans up may always.
#[derive(Clone, Copy, Debug)]
pub enum AclKind {
    Open,
    ReadOnly,
    Digest,
    Auth,
    Address,
    Elsewhere,
    Twice,
    Empty,
    UnknownScheme,
    BadAddress,
}

/// The sequence of a seed.
pub fn sequence(seed: u64) -> Vec<Step> {
    let random = &mut Random::new(seed);
    let mut steps = vec![Step::Open { slot: 0, old: false }, Step::Open { slot: 1, old: random.one_in(10) }];
    let has_quota = random.one_in(4);
    if has_quota {
        steps.push(Step::Requests { slot: 0, ops: quota(random) });
    }
    let mut expiries = usize::from(random.one_in(3));
    for _ in 0..STEPS {
        let slot = random.below(SLOTS);
        steps.push(match random.below(30) {
            0 => Step::Open { slot, old: random.one_in(10) },
            1 | 2 => {
                let how = [Reattach::Moved, Reattach::Dropped, Reattach::Dropped, Reattach::WrongPassword, Reattach::Unknown];
                Step::Reattach { slot, how: random.of(&how) }
            }
            3 if expiries > 0 => {
                expiries -= 1;
                Step::Expire { slot }
            }
            4 if random.one_in(3) => Step::Future,
            5 if random.one_in(3) => Step::Requests { slot, ops: vec![Op::Bare(OpCode::CloseSession)] },
            6 => Step::Requests { slot, ops: vec![auth(random)] },
            7 if random.one_in(3) => Step::Requests { slot, ops: vec![raw(random)] },
            // Apache's server holds a request to the quota while those before it may still be under way
            8..=15 if !has_quota => {
                let count = 2 + random.below(5);
                Step::Requests { slot, ops: (0..count).map(|_| op(random)).collect() }
            }
            _ => Step::Requests { slot, ops: vec![op(random)] },
        });
    }
    steps
}

fn path(random: &mut Random) -> String {
    const USUAL: [&str; 12] =
        ["~/a", "~/b", "~/c", "~/a/x", "~/a/y", "~/b/x", "~/b/y", "~/a/x/p", "~/a/x/q", "~/c/x", "~/c/0000000001", "~"];
    const ODD: [&str; 16] = [
        "/",
        "/zookeeper",
        "/zookeeper/config",
        "/zookeeper/quota",
        "/zookeeper/none",
        "",
        "a",
        "~/a/",
        "~//a",
        "~/./a",
        "~/a/..",
        "~/\u{1}",
        "~/a\u{0}b",
        "~/한글",
        "~/😀",
        "/none/x",
    ];
    if random.one_in(20) { random.of(&ODD) } else { random.of(&USUAL) }.to_owned()
}

/// What sets a quota on `~/a`, one request after the other.
fn quota(random: &mut Random) -> Vec<Op> {
    const LIMITS: [&str; 4] = [
        "count=2,bytes=-1",
        "count=-1,bytes=8",
        "count=-1,bytes=-1;byteHardLimit=-1;countHardLimit=3",
        "count=1,bytes=-1;byteHardLimit=14;countHardLimit=-1",
    ];
    let (limits, stats) = (random.of(&LIMITS), "count=0,bytes=0");
    let node = |path: &str, data| {
        let path = format!("/zookeeper/quota~{path}");
        Op::Create { op: OpCode::Create, path, data: Some(data), acl: AclKind::Open, flags: 0, ttl: 0 }
    };
    vec![node("", ""), node("/a", ""), node("/a/zookeeper_limits", limits), node("/a/zookeeper_stats", stats)]
}

fn version(random: &mut Random) -> i32 {
    random.of(&[-1, -1, -1, 0, 1, 2, -2])
}

fn data(random: &mut Random) -> Option<&'static str> {
    random.of(&[Some("one"), Some("two and more"), Some(""), None])
}

fn acl(random: &mut Random) -> AclKind {
    use AclKind::{Address, Auth, BadAddress, Digest, Elsewhere, Empty, Open, ReadOnly, Twice, UnknownScheme};
    if random.one_in(4) {
        random.of(&[ReadOnly, Digest, Auth, Address, Elsewhere, Twice, Empty, UnknownScheme, BadAddress])
    } else {
        Open
    }
}

fn create(random: &mut Random) -> Op {
    let flags = random.of(&[0, 0, 0, 0, 1, 1, 2, 3, 3, 4, 5, 6, 7, -1]);
    let op = match random.below(12) {
        0 => random.of(&[OpCode::CreateContainer, OpCode::CreateTtl, OpCode::Create]),
        1..=5 => OpCode::Create2,
        _ => match flags {
            4 => OpCode::CreateContainer,
            5 | 6 => OpCode::CreateTtl,
            _ => OpCode::Create,
        },
    };
    let ttl = match (op, flags) {
        (OpCode::CreateTtl, 5 | 6) => random.of(&[100_000, 1_000_000, 0, -1, 0xff_ffff_ffff, 0x100_0000_0000]),
        // below 0 Apache's server does not survive it
        _ => random.of(&[0, 1000]),
    };
    Op::Create { op, path: path(random), data: data(random), acl: acl(random), flags, ttl }
}

fn write(random: &mut Random) -> Op {
    match random.below(10) {
        0..=4 => create(random),
        5 | 6 => Op::Delete { path: path(random), version: version(random) },
        _ => Op::SetData { path: path(random), data: data(random), version: version(random) },
    }
}

/// A part of a multi.
fn part(random: &mut Random) -> Op {
    if random.one_in(5) { Op::Check { path: path(random), version: version(random) } } else { write(random) }
}

fn read(random: &mut Random) -> Op {
    let op = random.of(&[OpCode::Exists, OpCode::GetData, OpCode::GetChildren, OpCode::GetChildren2]);
    let path = if random.one_in(8) { "/zookeeper/quota~/a/zookeeper_stats".to_owned() } else { path(random) };
    Op::Read { op, path, watch: random.one_in(2) }
}

fn op(random: &mut Random) -> Op {
    match random.below(40) {
        0..=15 => write(random),
        16..=24 => read(random),
        25 | 26 => {
            let path = random.of(&["~/a", "~/b", "~/a/x", "~/b/y", "~/none"]).to_owned();
            Op::SetAcl { path, acl: acl(random), version: version(random) }
        }
        27 | 28 => {
            let ops = [OpCode::GetAcl, OpCode::GetAcl, OpCode::Sync, OpCode::GetAllChildrenNumber, OpCode::GetEphemerals];
            Op::Path { op: random.of(&ops), path: path(random) }
        }
        29..=32 => {
            let count = random.below(5);
            Op::Multi((0..count).map(|_| part(random)).collect())
        }
        33 => {
            let count = random.below(4);
            let read = |random: &mut Random| {
                let op = random.of(&[OpCode::GetData, OpCode::GetChildren]);
                Op::Read { op, path: path(random), watch: random.one_in(3) }
            };
            Op::MultiRead((0..count).map(|_| read(random)).collect())
        }
        34 | 35 => Op::AddWatch { path: path(random), mode: random.of(&[0, 1, 0, 1, 2]) },
        36 => Op::Watches {
            op: random.of(&[OpCode::RemoveWatches, OpCode::CheckWatches]),
            path: path(random),
            kind: random.of(&[1, 2, 3, 3, 4]),
        },
        37 => set_watches(random),
        38 if random.one_in(3) => Op::Check { path: path(random), version: version(random) },
        38 => Op::Bare(random.of(&[OpCode::WhoAmI, OpCode::Ping, OpCode::Reconfig])),
        _ => Op::Path { op: OpCode::DeleteContainer, path: path(random) },
    }
}

fn set_watches(random: &mut Random) -> Op {
    let op = random.of(&[OpCode::SetWatches, OpCode::SetWatches2]);
    let mut list = || {
        let count = random.below(3);
        (0..count).map(|_| path(random)).collect()
    };
    let lists = [list(), list(), list(), list(), list()];
    Op::SetWatches { op, since: i64::try_from(random.below(30)).expect("small"), lists }
}

fn auth(random: &mut Random) -> Op {
    let (scheme, auth) = random.of(&[
        ("digest", "me:secret"),
        ("digest", "you:word"),
        ("digest", "me"),
        ("ip", ""),
        ("world", "anyone"),
        ("no", "x"),
    ]);
    // what fails costs the connection; not too often
    if matches!(scheme, "digest" | "ip") || random.one_in(3) { Op::Auth { scheme, auth } } else { Op::Bare(OpCode::WhoAmI) }
}

fn raw(random: &mut Random) -> Op {
    let code = random.of(&[1, 3, 5, 8, 14, 22, 101, 106, 4711, -7, 10, 99, 100, 102, 0, -1]);
    Op::Raw { code, body: random.of(&[&b""[..], b"\x7f\xff\xff\xff", b"\xff\xff\xff\xfe", b"\x00\x00\x00\x02/a\x02"]) }
}
