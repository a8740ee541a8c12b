//! What Apache's broker answers to record batches good and bad.

use crate::Case;
use crate::batches::{RECORDED, answers};
use crate::support::{Pair, is_recording};
use crate::world::World;

pub const CASES: &[Case] = &[("apache_answers_batches_as_recorded", |world| world.block_on(recorded(world)))];

async fn recorded(world: &World) {
    let pair = Pair::start(world.bundled(), &world.jars().engine(), &[]).await;
    let found = answers(&pair).await.join("\n") + "\n";
    if is_recording() {
        let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apache/batch-answers.tsv");
        std::fs::write(fixture, &found).expect("the fixture is writable");
    } else {
        assert!(found == RECORDED, "expected:\n{RECORDED}\nfound:\n{found}");
    }
}
