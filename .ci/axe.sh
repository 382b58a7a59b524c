#!/bin/sh
# Gets axe-core (MPL-2.0, so it is not part of this repository) with npm, and prints the line that lets tests/console find it.
#
#   eval "$(.ci/axe.sh [FOLDER])"
set -eu
folder=${1:-${TMPDIR:-/tmp}/stillwatch-axe}
version=4.14.1

if [ ! -f "$folder/$version/package/axe.min.js" ]; then
    mkdir -p "$folder/$version"
    (cd "$folder/$version" && npm pack --silent "axe-core@$version" >&2 && tar xzf "axe-core-$version.tgz")
fi
echo "export STILLWATCH_AXE='$(cd "$folder" && pwd)/$version/package/axe.min.js'"
