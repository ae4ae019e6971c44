#!/usr/bin/env bash
# Finds the program for the action: a `hublint` on PATH, else a release by checksum, else a build of the action's own
# checkout. Writes kind (path, release or build), program, folder and key to GITHUB_OUTPUT.
set -euo pipefail

action=${HUBLINT_ACTION_PATH%/}
wanted=${HUBLINT_VERSION:-}
temporary=${RUNNER_TEMP:-${TMPDIR:-/tmp}}
suffix=""
case ${RUNNER_OS:-$(uname -s)} in
  Windows*) suffix=.exe temporary=${temporary//\\//} action=${action//\\//} ;;
esac

fail() { echo "::error title=hublint::$*"; exit 2; }
say() { printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"; }

if [ -n "$wanted" ] && ! [[ $wanted =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]]; then
  fail "the input version must be an exact version such as 1.2.3"
fi
own=$(sed -n 's/^version = "\([0-9A-Za-z.-]*\)"$/\1/p' "$action/Cargo.toml" | head -n 1)

if program=$(command -v hublint); then
  there=$("$program" --version | { read -r _ number _; echo "${number:-}"; })
  if [ -z "$wanted" ] || [ "$wanted" = "$there" ]; then
    echo "hublint $there from PATH: $program"
    say kind path
    say program "$program"
    exit 0
  fi
  echo "::notice title=hublint::hublint $there on PATH is not the version $wanted that is asked for"
fi

# The table has a line for each archive of each release: version, target, sha256.
case ${RUNNER_OS:-$(uname -s)}-${RUNNER_ARCH:-$(uname -m)} in
  Linux-X64 | Linux-x86_64) target=x86_64-unknown-linux-musl ;;
  Linux-ARM64 | Linux-aarch64) target=aarch64-unknown-linux-musl ;;
  macOS-ARM64 | Darwin-arm64) target=aarch64-apple-darwin ;;
  macOS-X64 | Darwin-x86_64) target=x86_64-apple-darwin ;;
  Windows-X64) target=x86_64-pc-windows-msvc ;;
  *) target=none ;;
esac
version=${wanted:-$own}
sum=$(awk -v version="$version" -v target="$target" '$1 == version && $2 == target { print $3 }' "$action/action/checksums.txt")
if [ -n "$sum" ]; then
  folder=$temporary/hublint-$version
  archive=$folder/hublint-$target.tar.gz
  mkdir -p "$folder"
  curl --fail --silent --show-error --location --retry 3 --proto '=https' --output "$archive" \
    "https://github.com/hublint/hublint/releases/download/v$version/hublint-$target.tar.gz" ||
    fail "the release $version for $target cannot be downloaded"
  if command -v sha256sum > /dev/null; then got=$(sha256sum "$archive"); else got=$(shasum -a 256 "$archive"); fi
  [ "${got%% *}" = "$sum" ] || fail "the release $version for $target does not have the checksum in action/checksums.txt"
  tar -xzf "$archive" -C "$folder"
  echo "hublint $version, release for $target, checksum as recorded"
  say kind release
  say program "$folder/hublint$suffix"
  exit 0
fi

if [ "$version" != "$own" ]; then
  fail "version $version is not known to this action: action/checksums.txt has no checksum for it on $target, and the checkout of the action is $own. Leave the input version empty, or use the action at the tag of that version"
fi

# What decides the binary: sources, rules, dependencies and the compiler.
command -v cargo > /dev/null || fail "no hublint on PATH, no release for $target, and no cargo to build one: install Rust, or put hublint on PATH"
digest() { if command -v sha256sum > /dev/null; then sha256sum; else shasum -a 256; fi; }
key=$(cd "$action" && { find src rules Cargo.toml Cargo.lock build.rs -type f -print | LC_ALL=C sort | while IFS= read -r file; do
  printf '%s\n' "$file"
  cat "$file"
done; rustc --version; } | digest)
folder=$temporary/hublint-build
echo "hublint $own is built from the action's own checkout, once: the result is cached"
say kind build
say folder "$folder"
say program "$folder/bin/hublint$suffix"
say key "hublint-${RUNNER_OS:-any}-${RUNNER_ARCH:-any}-${key%% *}"
