#!/bin/sh
# Makes an environment of its own for the real LiteLLM proxy, which pins much of what it needs, and prints the line
# that lets tests/ingest/test_litellm_proxy.py find it. Only tests use it.
#
#   eval "$(.ci/litellm.sh [FOLDER])"
set -eu
folder=${1:-${TMPDIR:-/tmp}/stillwatch-litellm}
version=1.108.7
python=${PYTHON:-python3}

if ! "$folder/bin/python" -c "
import importlib.metadata as m, sys
sys.exit(m.version('litellm') != '$version')" 2>/dev/null; then
    "$python" -m venv "$folder" >&2
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "litellm[proxy]==$version" >&2
fi
echo "export STILLWATCH_LITELLM='$(cd "$folder" && pwd)/bin/litellm'"
