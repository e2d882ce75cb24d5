# What the machine must have, installed from the system's packages where it is missing.
# shellcheck shell=bash disable=SC2154,SC2034

postgres_min=15

# The newest server at or above the minimum; Debian keeps them side by side, outside PATH.
find_postgres() {
  local dir version best=0
  postgres_bin=
  for dir in /usr/lib/postgresql/*/bin "$(dirname -- "$(command -v postgres || echo /nowhere/postgres)")"; do
    if [[ ! -x $dir/postgres || ! -x $dir/initdb || ! -x $dir/psql ]]; then continue; fi
    version=$("$dir/postgres" --version | grep -oE '[0-9]+' | head -n 1)
    if ((version >= postgres_min && version > best)); then best=$version postgres_bin=$dir; fi
  done
  [[ -n $postgres_bin ]]
}

# Not the wrapper in /usr/sbin, which insists on the account and the directories of the system's own broker.
find_rabbitmq() {
  local dir
  rabbitmq_bin=
  for dir in /usr/lib/rabbitmq/bin "$(dirname -- "$(command -v rabbitmq-server || echo /nowhere/rabbitmq)")"; do
    if [[ -x $dir/rabbitmq-server ]]; then rabbitmq_bin=$dir; return; fi
  done
  return 1
}

find_chromium() { command -v chromium >/dev/null; }

ensure_dotnet() {
  command -v dotnet >/dev/null ||
    die "the .NET SDK is missing: install .NET 10 (https://dotnet.microsoft.com/download) so that 'dotnet' is on PATH"
}
ensure_chromium() { find_chromium || install_packages chromium; }

# ensure_servers [postgres] [rabbitmq]: in one installation, before anything is started.
ensure_servers() {
  local server missing=()
  declare -A package=([postgres]=postgresql [rabbitmq]=rabbitmq-server)
  for server in "$@"; do
    if ! "find_$server"; then missing+=("${package[$server]}"); fi
  done
  if ((${#missing[@]} > 0)); then install_packages "${missing[@]}"; fi
  for server in "$@"; do
    "find_$server" || die "the package ${package[$server]} of this release is too old: set ConnectionStrings__$server to a server of your own"
    if ((EUID == 0)) && ! id "$server" >/dev/null 2>&1; then
      die "there is no account '$server' to run it under: create it (adduser --system --group $server), or run this as an ordinary user"
    fi
  done
}

install_packages() {
  local installer=(bash "$root/infra/lib/install.sh")
  command -v apt-get >/dev/null || die "missing: $*; this system has no apt-get: install them, then run this again"
  if ((EUID != 0)); then
    if ! sudo -n true 2>/dev/null; then
      die "missing: $*; this user may not install them: run 'sudo apt-get install $*' once, then run this again"
    fi
    installer=(sudo -n "${installer[@]}")
  fi
  say "installing $* from the system's packages (log: $log/install.log)"
  "${installer[@]}" "$@" </dev/null >>"$log/install.log" 2>&1 || die_with_log "$log/install.log" "installing $* failed"
}
