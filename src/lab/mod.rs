//! What a learner walks through: labs, terminals, checks, the coach, the runner.
