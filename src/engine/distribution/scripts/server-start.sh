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
exec "$(dirname "$0")/kafka-run-class.sh" $daemon -name @NAME@ -loggc @CLASS@ "$@"
