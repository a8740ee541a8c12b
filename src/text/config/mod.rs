//! What the rules about configuration files say.

pub mod client;
pub mod coordinator;
pub mod durability;
pub mod keys;
pub mod labels;
pub mod limits;
pub mod listeners;
pub mod storage;
pub mod syntax;
pub mod values;
