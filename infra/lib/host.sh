# The host: built when its sources are newer, started, asked whether it is ready.
# shellcheck shell=bash disable=SC2154

host_dir=$root/services/FinOps.Host/bin/Release/net10.0
host=$host_dir/FinOps.Host

# build WHAT: quiet, unless it fails. No build server is left behind to hold files and memory.
build() {
  ensure_dotnet
  mkdir -p "$log"
  if ! dotnet build "$root/$1" -c Release -nologo -v minimal -nodeReuse:false -p:UseSharedCompilation=false \
    </dev/null >"$log/build.log" 2>&1; then
    grep -E '(error|warning) [A-Z]+[0-9]+' "$log/build.log" | sort -u | sed -n 1,40p >&2 || tail -n 20 "$log/build.log" >&2
    die "$1 does not build"
  fi
}

# The time that counts is when the build began: what was saved meanwhile is not in it.
build_host() {
  if [[ -x $host && -e $host_dir/.built ]] && ! sources_newer; then return; fi
  say "building the host (log: $log/build.log)"
  touch "$FINOPS_HOME/run/build-began"
  build services/FinOps.Host/FinOps.Host.csproj
  mv "$FINOPS_HOME/run/build-began" "$host_dir/.built"
}
sources_newer() {
  [[ -n $(find "$root/contracts" "$root/services" "$root/infra/schema" "$root"/*.props "$root/global.json" \
    -type d \( -name bin -o -name obj -o -name node_modules \) -prune -o -type f -newer "$host_dir/.built" -print -quit 2>/dev/null) ]]
}

# What can be known before anything is started: that the port is free and the sources build. A host that runs is left
# alone, with the binaries it has.
prepare_host() {
  if alive host; then return; fi
  if port_taken "$http_port"; then
    die "port $http_port is taken by another process: choose another, for example FINOPS_PORT=$((http_port + 1)) infra/up"
  fi
  build_host
}

start_host() {
  if ! alive host; then
    halt host TERM 30
    make_keys
    # Serving never changes the tables by itself; whoever says 'up' wants them as this version needs them.
    # Exported in a subshell: what holds passwords must be neither an argument nor in our own environment.
    (
      export ASPNETCORE_URLS=http://127.0.0.1:$http_port DOTNET_gcServer=0
      export ConnectionStrings__postgres=$postgres ConnectionStrings__rabbitmq=$amqp
      export Credentials__File=$FINOPS_HOME/credentials.json Catalog__Path=$root/infra/catalog
      export Schema__Apply=${Schema__Apply:-true}
      spawn host env -C "$root" "$host" serve
    )
    echo "$http_port" >"$FINOPS_HOME/run/http.port"
    await host 120 host_ready
    say "started the host on 127.0.0.1:$http_port"
  else
    await host 120 host_ready
  fi
}
stop_host() { halt host TERM 30; }
host_ready() { [[ $(http_status "$http_port" /health/ready) == 200 ]]; }

make_keys() {
  "$host" keys init --directory "$FINOPS_HOME" --tenants acme,globex,initech,umbrella </dev/null >"$log/keys.log" 2>&1 ||
    die_with_log "$log/keys.log" "the keys could not be made"
}
operator_key() { sed -n 's/.*"operator" *: *"\([^"]*\)".*/\1/p' "$FINOPS_HOME/keys.json"; }

# It has no port to ask: its first line says that its options and addresses are good.
start_demo() {
  if alive demo; then return; fi
  : >"$log/demo.log"
  (
    export FINOPS_URL=http://127.0.0.1:$http_port ConnectionStrings__rabbitmq=$amqp DOTNET_gcServer=0
    FINOPS_KEY=$(operator_key) || die "cannot read the operator's key in $FINOPS_HOME/keys.json"
    export FINOPS_KEY
    spawn demo env -C "$root" "$host" demo
  )
  works_or_gone() { grep -q '^finops demo: the last' "$log/demo.log" || ! alive demo; }
  eventually 30 works_or_gone || true
  if ! grep -q '^finops demo: the last' "$log/demo.log"; then die_with_log "$log/demo.log" "the fleet emulator stopped while starting"; fi
  say "started the fleet emulator"
}
stop_demo() { halt demo TERM 30; }
