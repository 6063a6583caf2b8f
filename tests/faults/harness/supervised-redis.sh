#!/bin/sh
# A Redis as an init system keeps it: started again on its own files when it was killed, until it is told to stop.
# Every write is on disk before it is acknowledged: of a Redis that may lose the last second nothing can be promised.
# Where its folder has a file `power-fails`, its last transaction is cut in the middle first, as a host does that loses power.
redis=$(command -v redis-server || command -v valkey-server || echo "${0%/tests/*}/.cache/bin/redis-server")
folder=$6
trap 'ended=1; kill "$server" 2>/dev/null' TERM
while [ -z "$ended" ]; do
  "$redis" "$@" --appendfsync always &
  server=$!
  wait "$server"
  if rm "$folder/power-fails" 2>/dev/null; then
    written=$(ls "$folder"/appendonlydir/*.incr.aof)
    # Behind the record of an audit trace, and before the state that it leads to.
    record=$(grep -abo RPUSH "$written" | tail -1 | cut -d: -f1)
    state=$(tail -c "+$record" "$written" | grep -abo HSET | head -1 | cut -d: -f1)
    truncate -s $((record + state)) "$written"
  fi
done
wait
