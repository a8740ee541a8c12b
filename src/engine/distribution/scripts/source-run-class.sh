#!/bin/bash
# @ABOUT@

# the source has no jars until they are built, and its libs folder is not there
echo "Classpath is empty. Please build the project first e.g. by running './gradlew jar -PscalaVersion=@SCALA@'"
exit 1
