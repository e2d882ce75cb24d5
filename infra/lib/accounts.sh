# Which account runs a server, and a place for its data that this account can reach.
# shellcheck shell=bash disable=SC2154

# PostgreSQL refuses to run as root, so root hands over; anybody else runs servers as himself.
# Not runuser: with no process in between, the id that we remember is the server's.
hand_over() {
  handing_over=(env LC_ALL=C.UTF-8)
  if ((EUID == 0)); then handing_over+=(setpriv "--reuid=$1" "--regid=$1" --init-groups --); fi
}

# as ACCOUNT COMMAND…, from a directory that every account may be in.
as() {
  hand_over "$1"
  (cd / && "${handing_over[@]}" "${@:2}")
}

# place_of ACCOUNT: a directory of its own. Below our home, unless that lies where the account may not go
# (a checkout under /root): then below /var/lib/finops, under a name made from the home's path.
place_of() {
  local account=$1 place=$FINOPS_HOME
  if ((EUID == 0)) && ! as "$account" test -x "$FINOPS_HOME"; then place=$(place_outside); fi
  if [[ ! -d $place/$account ]]; then
    mkdir -p "$place"
    install -d -m 700 "$place/$account"
    if ((EUID == 0)); then chown "$account:" "$place/$account"; fi
    if [[ $place != "$FINOPS_HOME" ]]; then say "$account cannot reach $FINOPS_HOME; its data is in $place/$account"; fi
  fi
  echo "$place/$account"
}

remove_places() {
  rm -rf -- "$FINOPS_HOME" "$(place_outside)"
  rmdir --ignore-fail-on-non-empty /var/lib/finops 2>/dev/null || true
}

place_outside() { echo "/var/lib/finops/$(printf %s "$FINOPS_HOME" | sha256sum | cut -c1-16)"; }
