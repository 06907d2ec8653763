#!/usr/bin/env bash
# Installs what the project needs and nothing twice.
#
#   tools/setup.sh build    Rust for wasm32, wasm-bindgen, wasm-split, Trunk, the Node tools
#   tools/setup.sh check    the above and cargo-deny
#   tools/setup.sh bench    the first and Chromium
#   tools/setup.sh test     the first, Chromium with its driver, the independent Cognito server and clients
#
# A tool on PATH is used when it has exactly the pinned version (tools/versions.env); otherwise it is built into
# .tools/, in a temporary place first, so that an interrupted run leaves nothing half done. With nothing to do the
# script takes about a second. Long steps write to .tools/log/.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
WHAT=${1:-build}
mkdir -p "$TOOLS/bin" "$TOOLS/log"

# One setup at a time, when the system can lock.
if has flock; then exec 9>"$TOOLS/lock"; flock 9; fi

# ---------------------------------------------------------------------------------------------- what must be there
has cargo && has rustc || die "Rust is missing: install it with rustup (https://rustup.rs), version $RUST_MIN or newer, and try again."
rust_version=$(rustc --version | sed -E 's/^rustc ([0-9.]+).*/\1/')
at_least "$RUST_MIN" "$rust_version" || die "rustc $rust_version is too old: version $RUST_MIN or newer is needed (rustup update stable)."
has node || die "Node.js is missing: install version $NODE_MIN or newer (it builds and tests; the site itself does not use it) and try again."
node_version=$(node --version); node_version=${node_version#v}
at_least "$NODE_MIN" "$node_version" || die "Node.js $node_version is too old: version $NODE_MIN or newer is needed."
has npm || die "npm is missing: it comes with Node.js, on some systems as a package of its own; install it and try again."
has cc || has gcc || has clang || die "a C compiler is missing: install gcc or clang (Debian: apt-get install gcc; macOS: xcode-select --install)."

locked=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p;}' Cargo.lock 2>/dev/null || true)
if [ -n "$locked" ] && [ "$locked" != "$WASM_BINDGEN_VERSION" ]; then
  die "Cargo.lock has wasm-bindgen $locked, tools/versions.env has $WASM_BINDGEN_VERSION: they must be the same."
fi

# ------------------------------------------------------------------------------------------------ running long steps
# step NAME "what, usually how long" command...   one line before, one after; everything else goes to the log
step() {
  local name=$1 what=$2 log=$TOOLS/log/$1.log start=$SECONDS
  shift 2
  say "  → $what"
  if "$@" >"$log" 2>&1; then
    say "  ✓ $name ($((SECONDS - start)) s)"
  else
    printf 'doorward: %s failed: %s. The log is %s\n' "$name" "$(reason "$log")" "${log#"$ROOT"/}" >&2
    return 1
  fi
}
# The line of a log that most likely says why.
reason() {
  if grep -qiE 'could not resolve host|failed to lookup address|name resolution|network is unreachable|spurious network|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|failed to download|download of .* failed|could not connect|Unable to fetch' "$1"; then
    echo "its download server cannot be reached (is there a network?)"
  else
    grep -iE '^(error|E:|npm error|npm ERR!)' "$1" | head -1 | cut -c1-200 || true
  fi
}

# cargo_tool NAME BINARY VERSION "usual duration" extra cargo install arguments...
cargo_tool() {
  local crate=$1 version=$2 usual=$3 tmp=$TOOLS/tmp/$1
  shift 3
  rm -rf "$tmp"
  step "$crate" "building $crate $version, usually $usual on 2 cores" build_tool "$crate" "$version" "$tmp" "$@" || return 1
  mv -f "$tmp"/bin/* "$TOOLS/bin/"
  printf '%s\n' "$version" >"$TOOLS/bin/.$crate.version"
  rm -rf "$tmp"
}
# The tools' own release profiles (fat LTO) take three times as long to build and save us nothing.
# The tool's own lock file is preferred; where a version in it is gone from the registry, cargo resolves anew.
build_tool() {
  local crate=$1 version=$2 tmp=$3
  shift 3
  local common=(install "$crate" --version "=$version" --root "$tmp" --ignore-rust-version "$@")
  export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
  export CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_STRIP=symbols CARGO_TARGET_DIR=$TOOLS/tmp/target
  unset RUSTFLAGS
  cd "$TOOLS" # away from the project's own cargo configuration
  cargo "${common[@]}" --locked || { echo "--- again without --locked"; cargo "${common[@]}"; }
}
# Does the tool answer with exactly this version? The split tool has no --version: cargo's own record answers for it.
tool_is() {
  local binary=$1 crate=$2 version=$3 path
  path=$(command -v "$binary" 2>/dev/null) || return 1
  [ "$(cat "$TOOLS/bin/.$crate.version" 2>/dev/null)" = "$version" ] && [ "$path" = "$TOOLS/bin/$binary" ] && return 0
  if [ "$binary" = wasm-split-cli ]; then
    grep -q "^\"$crate $version " "$(dirname "$path")/../.crates.toml" 2>/dev/null
  else
    [[ " $("$binary" --version 2>/dev/null | head -1) " == *" $version "* ]]
  fi
}

# --------------------------------------------------------------------------------------------- Rust for the browser
# First way: rustup. Second way: Debian's own Rust, with std built from the source it brings.
# What was chosen is kept in .tools/rust.env, which the build reads.
rust_env=$TOOLS/rust.env
rust_key="$rust_version ${DOORWARD_RUST:-} $(command -v rustc)"
rust_for_wasm() {
  [ "$(sed -n 's/^# for //p' "$rust_env" 2>/dev/null)" = "$rust_key" ] && return 0
  local sysroot way='' std source
  sysroot=$(rustc --print sysroot)
  if [ "${DOORWARD_RUST:-}" != debian ]; then
    if [ ! -d "$sysroot/lib/rustlib/wasm32-unknown-unknown" ] && has rustup; then
      rustup target add wasm32-unknown-unknown >"$TOOLS/log/rustup.log" 2>&1 || true
    fi
    if [ ! -f "$sysroot/lib/rustlib/src/rust/library/std/Cargo.toml" ] && has rustup; then
      rustup component add rust-src >>"$TOOLS/log/rustup.log" 2>&1 || true
    fi
    [ -d "$sysroot/lib/rustlib/wasm32-unknown-unknown" ] && way=installed
  fi
  if [ -n "$way" ]; then
    std=prebuilt; source=no
    [ -f "$sysroot/lib/rustlib/src/rust/library/std/Cargo.toml" ] && source=yes
    if [ $source = yes ]; then
      say "  ✓ Rust for wasm32: the installed toolchain ($rust_version); the release build makes its own small std from source"
    else
      say "  ✓ Rust for wasm32: the installed toolchain ($rust_version); no std source to be had, so the release is built with the larger ready-made std"
    fi
    printf '# for %s\nWASM_STD=%s\nSTD_SOURCE=%s\n' "$rust_key" "$std" "$source" >"$rust_env"
    return 0
  fi
  has apt-get || die "Rust for wasm32 is missing and rustup could not add it: run 'rustup target add wasm32-unknown-unknown' where there is a network."
  apt_install rust-debian "installing Debian's Rust with the source of std, usually 1 minute" rustc-web cargo-web rust-web-src ||
    die "Rust for wasm32 could not be had: neither from rustup (.tools/log/rustup.log) nor from Debian (.tools/log/rust-debian.log)."
  mkdir -p "$TOOLS/debian"
  for tool in cargo rustc rustdoc; do ln -sf "/usr/bin/$tool" "$TOOLS/debian/$tool"; done
  local lld
  lld=$(find "$sysroot/lib/rustlib" -name rust-lld -type f 2>/dev/null | head -1)
  [ -n "$lld" ] || lld=$(command -v rust-lld || command -v wasm-ld || find /usr/bin /usr/lib/llvm-*/bin -name 'wasm-ld*' 2>/dev/null | sort -V | tail -1 || true)
  if [ -z "$lld" ]; then
    apt_install lld "installing a linker for wasm, usually half a minute" lld || die "no linker for wasm could be had (.tools/log/lld.log)."
    lld=$(command -v wasm-ld || find /usr/bin /usr/lib/llvm-*/bin -name 'wasm-ld*' 2>/dev/null | sort -V | tail -1)
  fi
  say "  ✓ Rust for wasm32: Debian's $(/usr/bin/rustc --version | cut -d' ' -f2), std built from source (rustup could not add the target)"
  printf '# for %s\nWASM_STD=source\nSTD_SOURCE=yes\nWASM_TOOLCHAIN=%s\nCARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=%s\n' \
    "$rust_key" "$TOOLS/debian" "$lld" >"$rust_env"
}

# ------------------------------------------------------------------------------------------------------- the others
apt_install() { # name, what, packages...
  local name=$1 what=$2 sudo=''
  shift 2
  [ "$(id -u)" = 0 ] || { has sudo && sudo='sudo'; }
  step "$name" "$what" apt_run "$sudo" "$@"
}
apt_run() {
  local sudo=$1
  shift
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get install -y --no-install-recommends "$@" </dev/null ||
    { $sudo apt-get update </dev/null && $sudo apt-get install -y --no-install-recommends "$@" </dev/null; }
}

node_key="$(cksum <package-lock.json) node $node_version"
node_tools() {
  [ "$(cat node_modules/.doorward 2>/dev/null)" = "$node_key" ] && return 0
  step npm "installing the Node tools from the lock file, usually 10 seconds" npm ci --no-audit --no-fund --fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 || return 1
  printf '%s\n' "$node_key" >node_modules/.doorward
}

find_chromium() {
  local c
  [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ] && return 0
  for c in chromium chromium-browser google-chrome google-chrome-stable; do has "$c" && return 0; done
  [ -x "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" ]
}
find_driver() { { [ -n "${CHROMEDRIVER:-}" ] && [ -x "$CHROMEDRIVER" ]; } || has chromedriver; }
browser() {
  find_chromium && { [ "$WHAT" != test ] || find_driver; } && return 0
  has apt-get || die "Chromium or its driver is missing: install both (macOS: brew install --cask chromium chromedriver), or set CHROMIUM and CHROMEDRIVER to them."
  apt_install chromium "installing Chromium and its driver, usually 1 minute" chromium chromium-driver fonts-liberation
}

# python_tools NAME "what it is"   the packages of tools/NAME/requirements.txt, in an environment of their own
python_version=$( (python3 --version || true) 2>&1)
python_tools() {
  local name=$1 what=$2 requirements=tools/$1/requirements.txt key
  key="$(cksum <"$requirements") $python_version"
  [ "$(cat "$TOOLS/$name/.doorward" 2>/dev/null)" = "$key" ] && return 0
  has python3 || die "Python 3 is missing: the tests need it for $what; install python3 and try again."
  rm -rf "${TOOLS:?}/$name"
  step "$name" "installing $what, for the tests, usually 1 minute" make_venv "$name" "$requirements" || return 1
  printf '%s\n' "$key" >"$TOOLS/$name/.doorward"
}
make_venv() {
  local place=$TOOLS/$1 requirements=$2
  if ! python3 -m venv "$place"; then
    # Debian keeps venv in a package of its own.
    rm -rf "$place"
    has apt-get || return 1
    local sudo=''
    [ "$(id -u)" = 0 ] || { has sudo && sudo=sudo; }
    apt_run "$sudo" python3-venv && python3 -m venv "$place" || return 1
  fi
  "$place/bin/pip" install --no-input --disable-pip-version-check -r "$requirements"
}

# ------------------------------------------------------------------------------------- two lanes: compile, download
compile_lane() {
  tool_is wasm-bindgen wasm-bindgen-cli "$WASM_BINDGEN_VERSION" ||
    cargo_tool wasm-bindgen-cli "$WASM_BINDGEN_VERSION" "2 minutes" || return 1
  tool_is wasm-split-cli wasm_split_cli_support "$WASM_SPLIT_VERSION" ||
    cargo_tool wasm_split_cli_support "$WASM_SPLIT_VERSION" "1 minute" --features build-binary || return 1
  tool_is trunk trunk "$TRUNK_VERSION" || cargo_tool trunk "$TRUNK_VERSION" "5 minutes" || return 1
  [ "$WHAT" != check ] || tool_is cargo-deny cargo-deny "$CARGO_DENY_VERSION" ||
    cargo_tool cargo-deny "$CARGO_DENY_VERSION" "4 minutes" || return 1
}
download_lane() {
  rust_for_wasm
  node_tools
  case $WHAT in bench | test) browser ;; esac
  [ "$WHAT" != test ] || python_tools ministack "ministack, an independent Cognito server" || return 1
  [ "$WHAT" != test ] || python_tools conformance "pycognito and botocore, clients of Cognito" || return 1
}

set -m # a process group for each lane, so that an interrupt, or a failure in the other, ends all of it
download_lane &
download=$!
{ compile_lane || { kill -TERM -$download 2>/dev/null || true; exit 1; }; } &
compile=$!
trap 'kill -TERM -$compile -$download 2>/dev/null || true; exit 130' INT TERM
failed=0
wait $download || { failed=1; kill -TERM -$compile 2>/dev/null || true; }
wait $compile || failed=1
trap - INT TERM
rm -rf "$TOOLS/tmp"
exit $failed
