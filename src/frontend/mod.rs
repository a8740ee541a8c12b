//! What a learner sees.
