#!/usr/bin/env bash
# Tries the hooks as users have them: validate-manifest, and try-repo with pre-commit and prek on a throw-away project.
#
# Usage: tools/check-hooks.sh [--quick] PROGRAM
#   --quick: `hublint-system` with PROGRAM on PATH only. Without it also the source-built ids (one release build each for
#   pre-commit and prek) and the wheel-backed ids against a local index (one more).
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
quick=false
if [ "${1:-}" = --quick ]; then quick=true; shift; fi
program=$(cd "$(dirname "${1:?usage: $0 [--quick] PROGRAM}")" && pwd)/$(basename "$1")
# shellcheck source=tools/doors.sh
. "$root/tools/doors.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PRE_COMMIT_HOME=$work/pre-commit PREK_HOME=$work/prek
mkdir -p "$work/bin" "$work/project"
ln -s "$program" "$work/bin/hublint"
project=$work/project
commit() { git -c user.name=test -c user.email=test@example.invalid -c commit.gpgsign=false -c tag.gpgsign=false commit -qm "$1"; }
cp -R "$root/examples/demo/." "$project/"
mkdir "$project/vendored"
cp "$root/examples/demo/app.py" "$project/vendored/app.py"
printf 'exclude = ["/vendored/"]\n' > "$project/hublint.toml"
(cd "$project" && git init -q && git add -A && commit start)

# The hooks of what is committed here: try-repo of a work tree would copy target/ along.
hooks=$work/hooks
git -C "$root" rev-parse --git-dir > /dev/null
git clone -q "$root" "$hooks"
(cd "$root" && git ls-files -z | xargs -0 tar -cf -) | tar -xf - -C "$hooks"
(cd "$hooks" && git add -A && { git diff --cached --quiet || commit "work tree"; })

# reports NAME COMMAND... : the hook fails, finds what is there, and leaves out what the configuration leaves out.
reports() {
  local name=$1 log code=0 began=$SECONDS
  shift
  log=$(cd "$project" && PATH="$work/bin:$PATH" "$@" 2>&1) || code=$?
  if [ "$code" -eq 1 ] && grep -q 'typosquatted-repo' <<< "$log" && ! grep -q vendored <<< "$log"; then
    good "$name ($((SECONDS - began)) s)"
  else
    echo "$log" | tail -n 60
    bad "$name: exit code $code"
  fi
}
# passes NAME COMMAND... : the hook has nothing to say about the repaired twin.
passes() {
  local name=$1 log
  shift
  if log=$(cd "$project" && PATH="$work/bin:$PATH" "$@" 2>&1); then good "$name"; else echo "$log" | tail -n 60; bad "$name"; fi
}

runners=()
if tool pre-commit==4.7.0; then
  runners+=(pre-commit)
  step "pre-commit validate-manifest" "$bin/pre-commit" validate-manifest "$root/.pre-commit-hooks.yaml"
else
  skip "pre-commit cannot be installed"
fi
if tool prek==0.5.11; then
  runners+=(prek)
  step "prek validate-manifest" "$bin/prek" validate-manifest "$root/.pre-commit-hooks.yaml"
else
  skip "prek cannot be installed"
fi

for runner in "${runners[@]+"${runners[@]}"}"; do
  reports "$runner try-repo hublint-system" "$bin/$runner" try-repo "$hooks" hublint-system --all-files
  passes "$runner try-repo hublint-system on clean files" "$bin/$runner" try-repo "$hooks" hublint-system --files requirements.txt
  if $quick; then
    skip "$runner: ids built from source (run tools/check-hooks.sh without --quick)"
    continue
  fi
  reports "$runner try-repo hublint, built from source" "$bin/$runner" try-repo "$hooks" hublint --all-files
  passes "$runner try-repo hublint-tokens" "$bin/$runner" try-repo "$hooks" hublint-tokens --all-files
done

if ! $quick; then
  if tool maturin==1.16.0; then
    began=$SECONDS
    if (cd "$root/python" && "$bin/maturin" build --release --locked --quiet --out "$work/dist"); then
      good "wheel ($((SECONDS - began)) s): $(cd "$work/dist" && ls)"
      export PIP_FIND_LINKS=$work/dist PIP_NO_INDEX=
      for runner in "${runners[@]+"${runners[@]}"}"; do
        reports "$runner try-repo hublint-wheel, local index" "$bin/$runner" try-repo "$hooks" hublint-wheel --all-files
      done
    else
      bad "wheel"
    fi
  else
    skip "wheel: maturin cannot be installed"
  fi
fi
summary
