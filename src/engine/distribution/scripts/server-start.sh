#!/bin/bash
# @ABOUT@

if [ $# -lt 1 ]; then
  echo "USAGE: $0 @USAGE@"
  exit 1
fi

daemon=
if [ "$1" = -daemon ]; then
  daemon=-daemon
  shift
fi
export KAFKA_HEAP_OPTS="${KAFKA_HEAP_OPTS:-@HEAP@}"
here=${0%/*}
[ "$here" != "$0" ] || here=.
exec "$here/kafka-run-class.sh" $daemon -name @NAME@ -loggc @CLASS@ "$@"
