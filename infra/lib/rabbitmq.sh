# A private RabbitMQ: own node, own epmd, own cookie, loopback only, no guest account.
# shellcheck shell=bash disable=SC2154

start_rabbitmq() {
  local place port
  if alive rabbitmq && alive epmd && listener_ready; then return; fi
  halt rabbitmq TERM 60
  halt epmd TERM 10
  place=$(place_of rabbitmq)
  for port in amqp rabbitmq-management rabbitmq-distribution epmd; do choose_port "$port"; done
  write_settings "$place"
  broker_environment "$place"
  # Started by us and not by the broker, so that we know its id: a shared epmd would outlive what it serves.
  spawn epmd "${broker[@]}" epmd
  spawn rabbitmq "${broker[@]}" "$rabbitmq_bin/rabbitmq-server" -noinput
  await rabbitmq 120 listener_ready
  say "started RabbitMQ on 127.0.0.1:$(port_of amqp)"
}

# The Erlang machine answers SIGTERM with an orderly stop of the broker.
stop_rabbitmq() {
  halt rabbitmq TERM 60
  halt epmd TERM 10
}

# Asked of the broker itself, as our own user: settings are loaded, accounts work, AMQP is open.
listener_ready() {
  [[ $(http_status "$(port_of rabbitmq-management)" "/api/health/checks/port-listener/$(port_of amqp)" \
    "finops:$(secret rabbitmq-finops)") == 200 ]]
}

write_settings() {
  local definitions
  as rabbitmq mkdir -p "$1/data"
  { cat "$root/infra/rabbitmq.conf" && cat <<CONF; } | as rabbitmq tee "$1/rabbitmq.conf" >/dev/null
listeners.tcp.1 = 127.0.0.1:$(port_of amqp)
management.tcp.ip = 127.0.0.1
management.tcp.port = $(port_of rabbitmq-management)
load_definitions = $1/definitions.json
CONF
  as rabbitmq tee "$1/enabled_plugins" <"$root/infra/enabled_plugins" >/dev/null
  definitions=$(<"$root/infra/rabbitmq-definitions.json")
  definitions=${definitions//@FINOPS_RABBITMQ_PASSWORD@/$(secret rabbitmq-finops)}
  definitions=${definitions//@FINOPS_RABBITMQ_FLEET_PASSWORD@/$(secret rabbitmq-fleet)}
  as rabbitmq sh -c 'umask 077; cat >"$0"' "$1/definitions.json" <<<"$definitions"
  secret erlang-cookie | as rabbitmq sh -c 'umask 077; rm -f "$0"; cat >"$0"; chmod 400 "$0"' "$1/.erlang.cookie"
}

# Nothing of the system's own broker may leak in: not its rabbitmq-env.conf, nor the caller's variables.
# One node name for all: the epmd is private, so names cannot meet, and data survives a move of the home or a change
# of the machine's name.
broker_environment() {
  local distribution
  distribution=$(port_of rabbitmq-distribution)
  hand_over rabbitmq
  broker=(env -i "PATH=$PATH" LANG=C.UTF-8 "HOME=$1"
    ERL_EPMD_ADDRESS=127.0.0.1 "ERL_EPMD_PORT=$(port_of epmd)"
    "RABBITMQ_NODENAME=finops@localhost" "RABBITMQ_DIST_PORT=$distribution"
    "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-kernel inet_dist_use_interface {127,0,0,1}"
    RABBITMQ_CONF_ENV_FILE=/dev/null "RABBITMQ_CONFIG_FILE=$1/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE=/dev/null
    "RABBITMQ_ENABLED_PLUGINS_FILE=$1/enabled_plugins" "RABBITMQ_MNESIA_BASE=$1/data"
    "RABBITMQ_SCHEMA_DIR=$1/schema" "RABBITMQ_GENERATED_CONFIG_DIR=$1/config" "RABBITMQ_PID_FILE=$1/broker.pid"
    RABBITMQ_LOGS=- "RABBITMQ_LOG_BASE=$1" "ERL_CRASH_DUMP=$1/erl_crash.dump"
    # The start script then becomes the broker instead of waiting beside it; -noinput keeps the Erlang shell off.
    RABBITMQ_ALLOW_INPUT=1
    "${handing_over[@]}")
}

rabbitmq_uri() { echo "amqp://$1:$(secret "rabbitmq-$1")@127.0.0.1:$(port_of amqp)/"; }
rabbitmq_management_uri() { echo "http://finops:$(secret rabbitmq-finops)@127.0.0.1:$(port_of rabbitmq-management)"; }
