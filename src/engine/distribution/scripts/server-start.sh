#!/bin/bash
# @ABOUT@

if [ $# -lt 1 ]; then
  echo "USAGE: $0 @USAGE@"
  exit 1
fi

here=${0%/*}
[ "$here" != "$0" ] || here=.
export KAFKA_LOG4J_OPTS="${KAFKA_LOG4J_OPTS:--Dlog4j.configuration=file:$here/../config/log4j.properties}"
export KAFKA_HEAP_OPTS="${KAFKA_HEAP_OPTS:-@HEAP@}"
arguments=${EXTRA_ARGS-'-name @NAME@ -loggc'}
if [ "$1" = -daemon ]; then
  arguments="-daemon $arguments"
  shift
fi
# each word by itself, as Kafka's own script has it
exec "$here/kafka-run-class.sh" $arguments @CLASS@ "$@"
