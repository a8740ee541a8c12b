#!/bin/bash
# @ABOUT@

if [ $# -lt 1 ]; then
  echo "USAGE: $0 zookeeper_host:port[/path] [-zk-tls-config-file file] [args...]"
  exit 1
fi

here=${0%/*}
[ "$here" != "$0" ] || here=.
exec "$here/kafka-run-class.sh" @CLASS@ -server "$@"
