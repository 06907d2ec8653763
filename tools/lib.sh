# Shared by the shell scripts in tools/. Sourced, not run.
# Leaves us in the project's root, with the project's own tools first on PATH.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
ROOT=$PWD
TOOLS=$ROOT/.tools
# shellcheck source=tools/versions.env
. "$ROOT/tools/versions.env"
export PATH="$TOOLS/bin:$ROOT/node_modules/.bin:$PATH"
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1

say() { printf '%s\n' "$*"; }
die() { printf 'doorward: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# at_least 1.95 1.95.0  → true when the second is not older than the first
at_least() {
  local IFS=. i
  # shellcheck disable=SC2206
  local want=($1) have=($2)
  for i in 0 1 2; do
    [ "${have[i]:-0}" -gt "${want[i]:-0}" ] && return 0
    [ "${have[i]:-0}" -lt "${want[i]:-0}" ] && return 1
  done
  return 0
}
