#!/bin/bash
# @ABOUT@
echo "@NEEDS@" >&2
exit @CODE@
