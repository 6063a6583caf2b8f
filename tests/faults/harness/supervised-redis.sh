#!/bin/sh
# A Redis as an init system keeps it: started again on its own files when it was killed, until it is told to stop.
# Every write is on disk before it is acknowledged: of a Redis that may lose the last second nothing can be promised.
redis=$(command -v redis-server || command -v valkey-server || echo "${0%/tests/*}/.cache/bin/redis-server")
trap 'ended=1; kill "$server" 2>/dev/null' TERM
while [ -z "$ended" ]; do
  "$redis" "$@" --appendfsync always &
  server=$!
  wait "$server"
done
wait
