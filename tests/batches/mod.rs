//! Record batches good and bad, and what a broker answers to each: recorded of Apache's, held against by the bundled one.

mod build;
mod cases;

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::produce_response::PartitionProduceResponse;
use kafka_protocol::messages::{ProduceRequest, ProduceResponse, TopicName};
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use regex::Regex;

use crate::support::{Pair, raw};

/// What Apache's broker answered.
pub const RECORDED: &str = include_str!("../../fixtures/apache/batch-answers.tsv");

/// Produce, in its last version without tagged fields.
const PRODUCE: (i16, i16) = (0, 8);

/// The answer to every case, a line each: its name, a tab, the answer.
pub async fn answers(pair: &Pair) -> Vec<String> {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", pair.bootstrap()).create().expect("a valid configuration");
    for (name, settings) in cases::TOPICS {
        let topic = NewTopic::new(name, 1, TopicReplication::Fixed(1));
        let topic = settings.iter().fold(topic, |topic, (key, value)| topic.set(key, value));
        let created = admin.create_topics(&[topic], &AdminOptions::new()).await.expect("the broker answers");
        assert!(matches!(created.as_slice(), [Ok(_)]), "{created:?}");
    }
    let mut answers = Vec::new();
    for case in cases::all() {
        answers.push(format!("{}\t{}", case.name, answer(pair.broker.port(), case.topic, case.bytes.into()).await));
    }
    answers
}

async fn answer(port: u16, topic: &str, batch: Bytes) -> String {
    let partition = PartitionProduceData::default().with_records(Some(batch));
    let name = TopicName(StrBytes::from_string(topic.to_owned()));
    let topic = TopicProduceData::default().with_name(name).with_partition_data(vec![partition]);
    let request = ProduceRequest::default().with_acks(-1).with_timeout_ms(10_000).with_topic_data(vec![topic]);
    let mut body = BytesMut::from(&raw::header(PRODUCE.0, PRODUCE.1)[..]);
    request.encode(&mut body, PRODUCE.1).expect("encodes");
    loop {
        let Some(answer) = raw::ask(port, &body).await else { return "closed".to_owned() };
        let mut answer = Bytes::from(answer).slice(4..);
        let answer = ProduceResponse::decode(&mut answer, PRODUCE.1).expect("a ProduceResponse");
        let answer = &answer.responses[0].partition_responses[0];
        // the topic was made, but its leader need not have heard of it yet
        if !matches!(answer.error_code, 3 | 6) {
            return shown(answer);
        }
    }
}

fn shown(answer: &PartitionProduceResponse) -> String {
    let records: Vec<String> = answer
        .record_errors
        .iter()
        .map(|error| format!("{}: {}", error.batch_index, error.batch_index_error_message.as_deref().unwrap_or("null")))
        .collect();
    let text = format!(
        "error {} offset {} time {} start {} records [{}] message {}",
        answer.error_code,
        answer.base_offset,
        answer.log_append_time_ms,
        answer.log_start_offset,
        records.join(", "),
        answer.error_message.as_deref().unwrap_or("null")
    );
    // times of this run; those of the batches are older
    let now = Regex::new(r"\b1[789]\d{11}\b").expect("a valid pattern");
    now.replace_all(&text.replace("1700000000000", "<THEN>"), "<NOW>").replace('\n', "\\n")
}
