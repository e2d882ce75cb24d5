# Background processes that we own: started detached, remembered by id and start time, stopped by id.
# shellcheck shell=bash disable=SC2154

# A process id alone may belong to somebody else by now; with the start time (field 22 of stat, after the
# name, which may hold spaces) and the boot it is unique.
identity() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
  read -ra stat <<<"${stat##*) }"
  if [[ ${stat[0]} == Z ]]; then return 1; fi
  echo "${stat[19]} $(</proc/sys/kernel/random/boot_id)"
}

pid_of() { cat "$FINOPS_HOME/$1.pid" 2>/dev/null; }

alive() {
  local pid now
  pid=$(pid_of "$1") && now=$(identity "$pid") && [[ $now == "$(cat "$FINOPS_HOME/run/$1.identity" 2>/dev/null)" ]]
}

# spawn NAME COMMAND…: detached from terminal, pipes and lock, output appended to the log of that name.
# Every COMMAND ends in exec, so that the id remembered is the server's own.
spawn() {
  local name=$1 pid
  shift
  (
    cd /
    if [[ -n ${lock:-} ]]; then exec {lock}>&-; fi
    # A shell's usual 1024 is a limit on connections; servers hold one file for each.
    ulimit -S -n 65536 2>/dev/null || ulimit -S -n "$(ulimit -H -n)"
    exec setsid "$@" </dev/null >>"$log/$name.log" 2>&1
  ) &
  pid=$!
  disown "$pid"
  identity "$pid" >"$FINOPS_HOME/run/$name.identity" || true
  echo "$pid" >"$FINOPS_HOME/$name.pid"
}

# await NAME SECONDS COMMAND…: until COMMAND says healthy; gives up early when the process is gone.
await() {
  local name=$1 seconds=$2
  shift 2
  healthy_or_gone() { "$@" || ! alive "$name"; }
  if eventually "$seconds" healthy_or_gone "$@" && alive "$name"; then return; fi
  if alive "$name"; then die_with_log "$log/$name.log" "$name was not healthy after $seconds s"; fi
  die_with_log "$log/$name.log" "$name stopped while starting"
}

# halt NAME SIGNAL SECONDS: asks first, then insists.
halt() {
  local pid
  if alive "$1"; then
    pid=$(pid_of "$1")
    kill "-$2" "$pid" 2>/dev/null || true
    gone() { ! alive "$1"; }
    if ! eventually "$3" gone "$1"; then
      say "$1 ($pid) did not stop within $3 s; killing it"
      kill -KILL "$pid" 2>/dev/null || true
      eventually 10 gone "$1" || die "$1 ($pid) cannot be killed"
    fi
    say "stopped $1"
  fi
  rm -f "$FINOPS_HOME/$1.pid" "$FINOPS_HOME/run/$1.identity"
}
