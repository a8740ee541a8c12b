#!/bin/bash
# @ABOUT@

if [ $# -lt 1 ]; then
  echo "USAGE: $0 [-daemon] [-name servicename] [-loggc] classname [opts]"
  exit 1
fi

# the folder of this script, without starting another program
here=${0%/*}
[ "$here" != "$0" ] || here=.
base_dir=$here/..
export LOG_DIR=${LOG_DIR:-$base_dir/logs}
[ -d "$LOG_DIR" ] || mkdir -p "$LOG_DIR"

daemon=false
while [ $# -gt 0 ]; do
  case $1 in
    -daemon) daemon=true ;;
    -name) name=$2; shift ;;
    -loggc | -D* | -X*) ;;
    -*)
      echo "Unrecognized option: $1" >&2
      echo "Error: Could not create the Java Virtual Machine." >&2
      echo "Error: A fatal exception has occurred. Program will exit." >&2
      exit 1 ;;
    *) break ;;
  esac
  shift
done

class=$1
case $class in
  @CLASSES@) shift ;;
  *)
    echo "Error: Could not find or load main class $class" >&2
    echo "Caused by: java.lang.ClassNotFoundException: $class" >&2
    exit 1 ;;
esac

program=$base_dir/libs/kafkalab
if [ ! -x "$program" ]; then
  echo "@MISSING@" >&2
  exit 1
fi
if [ -r "$base_dir/libs/witness" ]; then
  KAFKALAB_WITNESS=$(<"$base_dir/libs/witness")
  export KAFKALAB_WITNESS
fi

if $daemon; then
  (trap '' HUP; exec -a "$class" "$program" "$@") > "$LOG_DIR/${name:-$class}.out" 2>&1 < /dev/null &
else
  exec -a "$class" "$program" "$@"
fi
