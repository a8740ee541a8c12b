#!/bin/bash
# @ABOUT@
here=${0%/*}
[ "$here" != "$0" ] || here=.
exec "$here/kafka-run-class.sh" @CLASS@ "$@"
