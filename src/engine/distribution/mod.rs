//! Writes the folder `kafka_2.13-3.6.0/` that a learner works in.
