//! An asynchronous Kafka client, for the tools, the checks and the tests.
