#!/bin/bash
# @ABOUT@

if [ $# -lt 1 ]; then
  echo "USAGE: $0 [-daemon] [-name servicename] [-loggc] classname [opts]"
  exit 1
fi

# the folder of this script, without starting another program
here=${BASH_SOURCE%/*}
[ "$here" != "$BASH_SOURCE" ] || here=.
base_dir=$here/..
export LOG_DIR=${LOG_DIR:-$base_dir/logs}

# what Java says of options that it does not take
no_machine() {
  echo "$1" >&2
  echo "Error: Could not create the Java Virtual Machine." >&2
  echo "Error: A fatal exception has occurred. Program will exit." >&2
  exit 1
}
no_start() {
  echo "Error occurred during initialization of VM"
  echo "$1"
  exit 1
}
no_class() {
  echo "Error: Could not find or load main class ${1//\//.}" >&2
  echo "Caused by: java.lang.ClassNotFoundException: ${1//\//.}" >&2
  exit 1
}

# size: such as 512M in bytes, nothing where it is no size
bytes() {
  local number=${1%[kKmMgGtT]} unit=${1##*[0-9]}
  size=
  [[ $1 =~ ^[0-9]{1,12}[kKmMgGtT]?$ ]] || return
  case $unit in
    k | K) size=$((10#$number << 10)) ;;
    m | M) size=$((10#$number << 20)) ;;
    g | G) size=$((10#$number << 30)) ;;
    t | T) size=$((10#$number << 40)) ;;
    *) size=$((10#$number)) ;;
  esac
}

first=0
most=
java_option() {
  case $1 in
    -Xmx*) bytes "${1#-Xmx}"; most=$size; [ "${most:-0}" -gt 0 ] || no_machine "Invalid maximum heap size: $1" ;;
    -Xms*) bytes "${1#-Xms}"; first=$size; [ -n "$first" ] || no_machine "Invalid initial heap size: $1" ;;
    -Xss*) bytes "${1#-Xss}"; [ -n "$size" ] || no_machine "Invalid thread stack size: $1" ;;
    -D* | -XX:* | -Xlog* | -Xloggc* | -agent* | -javaagent* | -verbose* | -server | -client | -ea* | -da* | -esa | --add-*) ;;
    -*) no_machine "Unrecognized option: $1" ;;
    *) no_class "$1" ;;
  esac
}

daemon=false
name=
own=()
while [ $# -gt 0 ]; do
  case $1 in
    -daemon) daemon=true ;;
    -name) name=$2; shift ;;
    -loggc) ;;
    -*) own+=("$1") ;;
    *) break ;;
  esac
  shift
done
run=run
$daemon && run=daemon
# only what logs to files makes the folder for them, and a server in the foreground does so itself
[ -z "$KAFKA_LOG4J_OPTS" ] || [ -d "$LOG_DIR" ] || { [ -n "$name" ] && ! $daemon; } || mkdir -p "$LOG_DIR"

checks() {
  for option in $KAFKA_HEAP_OPTS $KAFKA_JVM_PERFORMANCE_OPTS $KAFKA_JMX_OPTS $KAFKA_LOG4J_OPTS $KAFKA_OPTS "${own[@]}"; do
    java_option "$option"
  done
  [ -z "$most" ] || [ "$first" -le "$most" ] ||
    no_start "Initial heap size set to a larger value than the maximum heap size"
  [ -z "$most" ] || [ "$most" -ge 2097152 ] || no_start "Too small maximum heap"

  class=$1
  case $class in
    kafka.tools.EndToEndLatency | kafka.tools.ClusterTool | kafka.tools.JmxTool | kafka.tools.StreamsResetter)
      echo "WARNING: The 'kafka.tools' package is deprecated and will change to 'org.apache.kafka.tools' in the next major release."
      class=org.apache.kafka.tools.${class##*.} ;;
  esac
  case $class in
    @CLASSES@) ;;
    @ELSEWHERE@)
      echo "@NEEDS@" >&2
      exit 1 ;;
    *) no_class "$class" ;;
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
}

# a server is seen in the process table as Kafka's own is
run() {
  checks "$@"
  shift
  case $class in
    @SERVERS@)
      exec -a java "$program" $KAFKA_HEAP_OPTS "-Dkafka.logs.dir=$LOG_DIR" $KAFKA_LOG4J_OPTS -cp "$program" $KAFKA_OPTS "${own[@]}" \
        "$class" "$@" ;;
  esac
  exec -a "$class" "$program" "$@"
}

daemon() {
  if [ -z "$name" ]; then
    echo "$0: line 344: : No such file or directory" >&2
    exit
  fi
  (trap '' HUP; run "$@") > "$LOG_DIR/$name.out" 2>&1 < /dev/null &
}

$run "$@"
