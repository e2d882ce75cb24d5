# Free ports, and questions to what listens on them. No curl, no ss: a fresh machine has neither.
# shellcheck shell=bash disable=SC2154

# Read from the kernel, not tried by connecting: that would miss a listener that refuses us. 0A is LISTEN.
port_taken() {
  local hex
  hex=$(printf ':%04X' "$1")
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$hex" '
    $4 == "0A" && substr($2, length($2) - 4) == port { taken = 1 } END { exit !taken }'
}

# Below the range from which the kernel takes ports for outgoing connections.
free_port() {
  local port attempt
  for ((attempt = 0; attempt < 200; attempt++)); do
    port=$((20000 + RANDOM % 12000))
    if ! port_taken "$port"; then echo "$port"; return; fi
  done
  die "found no free port between 20000 and 32000"
}

# port_of NAME: chosen once and remembered, so that a restart keeps the addresses that others were given.
# Only to be asked for a server that does not run: a port held by somebody else by then is chosen anew.
choose_port() {
  local file=$FINOPS_HOME/run/$1.port
  if [[ -s $file ]] && ! port_taken "$(cat "$file")"; then return; fi
  free_port >"$file.new" && mv "$file.new" "$file"
}
port_of() { cat "$FINOPS_HOME/run/$1.port"; }

# http_status PORT PATH [USER:PASSWORD]: prints the status code, or nothing where nobody answers.
http_status() (
  exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$1" || exit 0
  printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n' "$2" "$1" >&3
  if [[ -n ${3:-} ]]; then printf 'Authorization: Basic %s\r\n' "$(printf %s "$3" | base64 -w0)" >&3; fi
  printf '\r\n' >&3
  read -r -t 10 _ status _ <&3 || exit 0
  printf '%s' "$status"
)
