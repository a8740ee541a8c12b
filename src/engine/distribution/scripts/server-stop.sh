#!/bin/bash
# @ABOUT@

pids=()
for process in /proc/[0-9]*; do
  argv=()
  mapfile -d '' -t argv 2> /dev/null < "$process/cmdline" || continue
  if [ "${argv[0]##*/}" = java ]; then
    for argument in "${argv[@]:1}"; do
      [ "$argument" = @CLASS@ ] && pids+=("${process#/proc/}") && break
    done
  elif [ "${argv[0]}" = @CLASS@ ]; then
    pids+=("${process#/proc/}")
  fi
done

if [ ${#pids[@]} -eq 0 ]; then
  echo "No @WORD@ server to stop"
  exit 1
fi
kill -s "${SIGNAL:-TERM}" "${pids[@]}"
