#!/usr/bin/env bash
# Installs the given Debian packages so that no service of theirs is left running or enabled, and none of the
# machine's own is stopped. Needs root; prerequisites.sh starts it, through sudo where necessary.
set -euo pipefail

policy=/usr/sbin/policy-rc.d
saved=$policy.finops-saved
cluster=/etc/postgresql-common/createcluster.d/finops-no-cluster.conf

# An earlier run that was killed may have left our policy behind; the machine's own is then still the saved one.
forbid_starts() {
  if [[ -e $policy ]] && ! grep -q FinOps "$policy"; then mv "$policy" "$saved"; fi
  printf '#!/bin/sh\n# FinOps installs packages and wants none of their services.\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  # A drop-in, not createcluster.conf itself: that one belongs to the administrator.
  mkdir -p "${cluster%/*}"
  echo 'create_main_cluster = false' >"$cluster"
}

restore() {
  rm -f "$policy" "$cluster"
  if [[ -e $saved ]]; then mv "$saved" "$policy"; fi
}

# The links by which systemd and, where there is none, init start services.
enabled() {
  { find /etc/systemd/system/*.wants /etc/rc[2-5].d -name '*postgresql*' -o -name '*rabbitmq*' -o -name '*epmd*' || true; } 2>/dev/null | sort
}

# Packages enable their services for the next boot. Only what was not enabled before is switched off again.
disable_new() {
  local link name
  while read -r link; do
    name=${link##*/}
    case $link in
      '') ;;
      /etc/rc*) update-rc.d "${name#S[0-9][0-9]}" disable ;;
      *)
        if [[ -d /run/systemd/system ]]; then systemctl disable --now "$name"; fi
        rm -f "$link"
        ;;
    esac
  done < <(comm -13 <(echo "$1") <(enabled))
}

trap restore EXIT
trap 'exit 130' INT TERM HUP
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
before=$(enabled)
forbid_starts
apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 update
apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 install -y --no-install-recommends "$@"
disable_new "$before"
