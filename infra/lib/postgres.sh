# A private PostgreSQL: own data, own port, loopback only, passwords only.
# shellcheck shell=bash disable=SC2154

start_postgres() {
  local place data
  if alive postgres && select_one; then return; fi
  halt postgres INT 30
  place=$(place_of postgres)
  data=$place/data
  if [[ ! -d $data ]]; then create_cluster "$place"; else same_version "$data"; fi
  clear_after_crash "$data"
  choose_port postgres
  as postgres tee "$place/postgres.conf" <"$root/infra/postgres.conf" >/dev/null
  hand_over postgres
  spawn postgres "${handing_over[@]}" "$postgres_bin/postgres" -D "$data" -c "config_file=$place/postgres.conf" \
    -c listen_addresses=127.0.0.1 -c "port=$(port_of postgres)" -c unix_socket_directories=
  await postgres 60 select_one
  create_database
  say "started PostgreSQL on 127.0.0.1:$(port_of postgres)"
}

# Smart shutdown would wait for clients; SIGINT is the fast one: it ends them, and ends cleanly.
stop_postgres() { halt postgres INT 60; }

# psql_as ROLE DATABASE ARGUMENT…
psql_as() {
  PGPASSWORD=$(secret "postgres-$1") PGCONNECT_TIMEOUT=5 "$postgres_bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 \
    -h 127.0.0.1 -p "$(port_of postgres)" -U "$1" -d "$2" "${@:3}"
}
select_one() { [[ $(psql_as postgres postgres -c 'select 1' 2>/dev/null) == 1 ]]; }

# Collation C: rows are ordered by their keys, ordinal, and indexes survive an upgrade of the C library.
# Made under another name and moved, so that a half-made cluster is never taken for a whole one.
create_cluster() {
  as postgres rm -rf "$1/data.new"
  secret postgres-postgres | as postgres sh -c 'umask 077; cat >"$0"' "$1/password"
  as postgres "$postgres_bin/initdb" -D "$1/data.new" --username=postgres --pwfile="$1/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --lc-ctype=C.UTF-8 --data-checksums --no-instructions </dev/null >>"$log/postgres.log" 2>&1 ||
    die_with_log "$log/postgres.log" "initdb failed"
  as postgres sh -c 'rm "$0/password"; mv "$0/data.new" "$0/data"' "$1"
}

# A newer PostgreSQL may have been installed since; it cannot read the data of an older one.
same_version() {
  local version
  version=$(as postgres cat "$1/PG_VERSION")
  if [[ $("$postgres_bin/postgres" --version) == *" $version."* ]]; then return; fi
  postgres_bin=/usr/lib/postgresql/$version/bin
  [[ -x $postgres_bin/postgres ]] || die "the data in $1 is of PostgreSQL $version: install postgresql-$version, or remove the data with infra/down --purge"
}

# After a kill -9 the lock file names a process id that may be somebody else's by now, and PostgreSQL would refuse
# to start; and its children, who work in the data directory, need a moment to notice. Both are settled here.
clear_after_crash() {
  if ! eventually 30 nobody_works_in "$1"; then
    die "a PostgreSQL that this script does not know already runs on $1: stop it first"
  fi
  as postgres rm -f "$1/postmaster.pid"
}
nobody_works_in() {
  as postgres sh -c 'for cwd in /proc/[0-9]*/cwd; do [ "$(readlink "$cwd")" != "$0" ] || exit 1; done' "$1"
}

# The password goes by the environment: an argument could be read in the list of processes.
create_database() {
  FINOPS_PASSWORD=$(secret postgres-finops) psql_as postgres postgres <<'SQL'
\getenv password FINOPS_PASSWORD
select 'create role finops login' where not exists (select from pg_roles where rolname = 'finops') \gexec
alter role finops password :'password';
select 'create database finops owner finops' where not exists (select from pg_database where datname = 'finops') \gexec
SQL
}

# postgres_connection ROLE DATABASE, as Npgsql wants it.
postgres_connection() {
  echo "Host=127.0.0.1;Port=$(port_of postgres);Database=$2;Username=$1;Password=$(secret "postgres-$1")"
}
