# kafkalab sees which tools are run: while it runs, Java is started by a program that tells it when a tool starts and how it ends.
# Servers run as they always do. Read by kafka-run-class.sh.
if [ -S "$(cat "$(dirname "$0")/../libs/witness")" ] &&
  KAFKALAB_JAVA=$(command -v "${JAVA_HOME:+$JAVA_HOME/bin/}java"); then
  KAFKALAB_WITNESS=$(cat "$(dirname "$0")/../libs/witness")
  JAVA_HOME=$(cd "$(dirname "$0")/../.kafkalab/java" && pwd)
  export KAFKALAB_JAVA KAFKALAB_WITNESS JAVA_HOME
fi
