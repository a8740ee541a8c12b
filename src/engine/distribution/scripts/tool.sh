#!/bin/bash
# @ABOUT@
exec "$(dirname "$0")/kafka-run-class.sh" @CLASS@ "$@"
