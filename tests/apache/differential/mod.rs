//! The bundled coordinator against ZooKeeper 3.8.2, request by request: seeded sequences go to both, and every reply and every event
//! must be the same. A sequence that tells them apart is made as short as it gets before it is shown.

mod peer;
mod sequence;
mod wire;

use kafkalab::engine::server::{Engine, Role, Server};
use kafkalab::engine::trial::Trial;

use crate::Case;
use crate::support::random::setting;
use crate::support::{DEADLINE, serving};
use crate::world::World;
use sequence::{Step, sequence};

pub const CASES: &[Case] = &[("zookeeper_answers_the_same", |world| world.block_on(answers_the_same(world)))];

/// How many seeds are played.
const SEEDS: &str = "KAFKALAB_SEEDS";
const SEEDS_DEFAULT: u64 = 30;
/// The first seed, to play one again.
const FIRST_SEED: &str = "KAFKALAB_FIRST_SEED";
/// How many shorter sequences are tried.
const SHRINKS_MAX: usize = 150;
/// What both servers are told beside Kafka's own file.
const LINES: [&str; 6] = [
    "tickTime=100",
    "minSessionTimeout=200",
    "maxSessionTimeout=60000",
    "forceSync=no",
    "extendedTypesEnabled=true",
    "enforceQuota=true",
];

async fn answers_the_same(world: &World) {
    let (first, count) = (setting(FIRST_SEED, 1), setting(SEEDS, SEEDS_DEFAULT));
    let mut pair = Pair::start(world).await;
    for seed in first..first + count {
        let steps = sequence(seed);
        // what happened by chance does not happen twice
        if pair.difference(&steps).await.is_some()
            && let Some(found) = pair.difference(&steps).await
        {
            let shorter = pair.shrink(steps).await;
            // what comes and goes is shown as it was found
            let difference = pair.difference(&shorter).await.unwrap_or_else(|| format!("not each time: {found}"));
            panic!(
                "seed {seed} tells them apart: {FIRST_SEED}={seed} {SEEDS}=1\n{}{difference}\nwhole, it was: {found}",
                shown(&shorter)
            );
        }
    }
}

fn shown(steps: &[Step]) -> String {
    steps.iter().map(|step| format!("{step:?}\n")).collect()
}

/// One server of each engine.
struct Pair<'a> {
    world: &'a World,
    // before the folders: servers must not outlive their data
    bundled: Server,
    apache: Server,
    _folders: [tempfile::TempDir; 2],
    runs: usize,
}

impl<'a> Pair<'a> {
    async fn start(world: &'a World) -> Self {
        let lines = LINES.map(|line| (Role::Coordinator, line));
        let start = async |engine: &dyn Engine| {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let trial = Trial::prepare(folder.path(), &lines).await.expect("two free ports");
            (serving(trial.start(engine, Role::Coordinator, DEADLINE).await), folder)
        };
        let (apache, folder) = start(&world.jars().engine()).await;
        let (bundled, other) = start(world.bundled()).await;
        Self { world, bundled, apache, _folders: [folder, other], runs: 0 }
    }

    /// Where the two differ.
    async fn difference(&mut self, steps: &[Step]) -> Option<String> {
        self.runs += 1;
        let root = format!("/run{}", self.runs);
        let (bundled, apache) =
            tokio::join!(peer::run(self.bundled.port(), &root, steps), peer::run(self.apache.port(), &root, steps));
        if bundled.len() < steps.len() || apache.len() < steps.len() {
            *self = Self::start(self.world).await;
        }
        let at = (0..steps.len()).find(|at| bundled.get(*at) != apache.get(*at))?;
        let said = |transcript: &[String]| transcript.get(at).cloned().unwrap_or_else(|| "  it is gone\n".to_owned());
        Some(format!("{:?}\nApache says:\n{}the bundled coordinator says:\n{}", steps[at], said(&apache), said(&bundled)))
    }

    /// The same sequence without the steps that do not matter.
    async fn shrink(&mut self, mut steps: Vec<Step>) -> Vec<Step> {
        let mut tries = 0;
        let mut chunk = steps.len() / 2;
        while chunk > 0 && tries < SHRINKS_MAX {
            let mut at = 0;
            while at < steps.len() && tries < SHRINKS_MAX {
                let mut shorter = steps.clone();
                shorter.drain(at..(at + chunk).min(steps.len()));
                tries += 1;
                if self.difference(&shorter).await.is_some() {
                    steps = shorter;
                } else {
                    at += chunk;
                }
            }
            chunk /= 2;
        }
        for at in 0..steps.len() {
            let mut drop = 0;
            while let Step::Requests { ops, .. } = &steps[at]
                && drop < ops.len()
                && ops.len() > 1
                && tries < SHRINKS_MAX
            {
                let mut shorter = steps.clone();
                if let Step::Requests { ops, .. } = &mut shorter[at] {
                    ops.remove(drop);
                }
                tries += 1;
                if self.difference(&shorter).await.is_some() {
                    steps = shorter;
                } else {
                    drop += 1;
                }
            }
        }
        steps
    }
}
