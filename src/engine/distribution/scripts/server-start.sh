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
case $here in
  /*) folder=$here ;;
  .) folder=$PWD ;;
  *) folder=$PWD/${here#./} ;;
esac
# each word of the arguments by itself, as Kafka's own script has it
if [ -n "$BASH_VERSION" ] && [ -r "$folder/kafka-run-class.sh" ]; then
  # this shell goes on: to start another takes as long as to start the server
  . "$folder/kafka-run-class.sh" $arguments @CLASS@ "$@"
else
  exec "$here/kafka-run-class.sh" $arguments @CLASS@ "$@"
fi
