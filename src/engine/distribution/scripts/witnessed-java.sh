#!/bin/bash
# Java, by a program that tells kafkalab which tool it runs.
exec -a kafkalab "${0%/*}/../../program" witnessed-java "$KAFKALAB_JAVA" "$@"
