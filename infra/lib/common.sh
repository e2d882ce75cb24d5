# Sourced by every script of infra/: strict mode, where things are, and how we talk to the reader.
# shellcheck shell=bash
set -euo pipefail
shopt -s inherit_errexit

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
FINOPS_HOME=${FINOPS_HOME:-$root/.finops}
if [[ $FINOPS_HOME != /* ]]; then FINOPS_HOME=$PWD/$FINOPS_HOME; fi
FINOPS_HOME=$(realpath -m -- "$FINOPS_HOME")
export FINOPS_HOME
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# Batches of usage live for milliseconds. A first generation of 64 MiB lets them die young: a third more records per second in the
# same memory (docs/performance.md). The runtime takes this setting from the environment only.
export DOTNET_GCgen0size=${DOTNET_GCgen0size:-0x4000000}
log=$FINOPS_HOME/log

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# die_with_log FILE MESSAGE: the reader needs the server's own words, not only ours.
die_with_log() {
  tail -n "${FINOPS_LOG_LINES:-20}" -- "$1" >&2 || true
  die "$2 (log: $1)"
}

# Other accounts (that of PostgreSQL) must be able to pass through; what is secret has its own mode.
# The mark is what allows 'down --purge' to remove the directory: a mistyped FINOPS_HOME must not cost anybody his files.
make_home() {
  if [[ ! -e $FINOPS_HOME/.finops-home && -n $(ls -A -- "$FINOPS_HOME" 2>/dev/null) ]]; then
    die "FINOPS_HOME=$FINOPS_HOME holds other things: give it a directory of its own"
  fi
  mkdir -p "$FINOPS_HOME"
  touch "$FINOPS_HOME/.finops-home"
  mkdir -p "$log"
  (umask 077 && mkdir -p "$FINOPS_HOME/secrets" "$FINOPS_HOME/run")
  if ((EUID == 0)); then chmod 711 "$FINOPS_HOME"; else chmod 700 "$FINOPS_HOME"; fi
}

# One command at a time per home. Servers are started with the descriptor closed, or they would hold the lock.
lock_home() {
  exec {lock}>"$FINOPS_HOME/lock"
  if flock -n "$lock"; then return; fi
  say "waiting for another infra command on $FINOPS_HOME"
  flock -w 300 "$lock" || die "another infra command has held $FINOPS_HOME/lock for 300 s"
}

# secret NAME: generated once, kept for its owner's eyes; hexadecimal, so that no syntax needs quoting.
secret() {
  local file=$FINOPS_HOME/secrets/$1
  if [[ ! -s $file ]]; then
    (umask 077 && od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$file.new" && mv "$file.new" "$file")
  fi
  cat "$file"
}

# eventually SECONDS COMMAND…: true as soon as COMMAND is.
eventually() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    if ((SECONDS >= deadline)); then return 1; fi
    sleep 0.1
  done
}

# shellcheck source=ports.sh
source "$root/infra/lib/ports.sh"
# shellcheck source=process.sh
source "$root/infra/lib/process.sh"
# shellcheck source=accounts.sh
source "$root/infra/lib/accounts.sh"
# shellcheck source=prerequisites.sh
source "$root/infra/lib/prerequisites.sh"
# shellcheck source=postgres.sh
source "$root/infra/lib/postgres.sh"
# shellcheck source=rabbitmq.sh
source "$root/infra/lib/rabbitmq.sh"
# shellcheck source=host.sh
source "$root/infra/lib/host.sh"
