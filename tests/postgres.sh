# A PostgreSQL for whoever is at the other end of the input, who is told its folder, with its socket, in a line. When that
# end has gone, however it went, nothing is left of it. The first argument is the folder with PostgreSQL's programs. With
# `durable` as the second it waits for its disk; else it writes nothing for good, because nothing is to survive. User and
# superuser is `bell`.
cd /
as=
if [ "$(id -u)" = 0 ]; then
  # PostgreSQL refuses to be root.
  user=nobody
  if id postgres >/dev/null 2>&1; then user=postgres; fi
  as="setpriv --reuid=$user --regid=$(id -g "$user") --clear-groups"
fi
folder=$($as mktemp -d "${TMPDIR:-/tmp}/bell-postgres-XXXXXX") || exit 1
settings="-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
if [ "$2" = durable ]; then settings=; fi
# What ends a run from the keyboard ends the wait below, and what comes after it is still done.
trap : INT TERM
$as "$1/initdb" -D "$folder/data" -A trust -U bell -E UTF8 --locale=C --no-sync >"$folder/initdb" 2>&1 &&
  $as "$1/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 120 start >/dev/null -o "-c listen_addresses= \
    -c unix_socket_directories=$folder -c max_connections=400 $settings" &&
  echo "$folder" && read -r nothing
$as "$1/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || tail -n 20 "$folder/initdb" "$folder/log" >&2
rm -rf "$folder"
