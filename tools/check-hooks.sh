#!/usr/bin/env bash
# Tries the hooks as users have them: validate-manifest, and try-repo with pre-commit and prek on a throw-away project.
#
# Usage: tools/check-hooks.sh [--quick | --cold] PROGRAM
#   --quick: `hublint-system` with PROGRAM on PATH only.
#   --cold: builds from nothing and with optimisation, as for a user. Otherwise the wheel and the source-built hooks share
#   target/ci-release and do without optimisation: what is tested is the way, and that takes a quarter of the time.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
quick=false cold=false
case ${1:-} in --quick) quick=true; shift ;; --cold) cold=true; shift ;; esac
program=$(cd "$(dirname "${1:?usage: $0 [--quick | --cold] PROGRAM}")" && pwd)/$(basename "$1")
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
done
if $quick; then
  skip "wheel, and ids that are built (run tools/check-hooks.sh without --quick)"
  summary
  exit
fi
if $cold; then
  export CARGO_TARGET_DIR=$work/target
else
  export CARGO_TARGET_DIR=$root/target/ci-release CARGO_PROFILE_RELEASE_OPT_LEVEL=0
fi

# --- the wheel: built, installed where nothing else is, and found by the hooks in a local index ---
if tool maturin==1.16.0; then
  step "source package" bash -c "cd '$root/python' && '$bin/maturin' sdist --out '$work/dist'"
  began=$SECONDS
  if (cd "$root/python" && "$bin/maturin" build --release --locked --quiet --out "$work/dist"); then
    good "wheel ($((SECONDS - began)) s): $(cd "$work/dist" && du -h -- *.whl | tr '\t' ' ')"
    from_wheel() {
      python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-index "$work"/dist/*.whl &&
        [ "$("$work/venv/bin/hublint" --version)" = "hublint $(sed -n 's/^version = "\(.*\)"$/\1/p' "$root/Cargo.toml" | head -n 1)" ] &&
        "$work/venv/bin/python" -m pip check &&
        "$work/venv/bin/hublint" check "$root/examples/demo-fixed"
    }
    step "the wheel works in an empty environment" from_wheel
    # pip of pre-commit and uv of prek: both look into the folder.
    export PIP_FIND_LINKS=$work/dist UV_FIND_LINKS=$work/dist
    for runner in "${runners[@]+"${runners[@]}"}"; do
      reports "$runner try-repo hublint-wheel, local index" "$bin/$runner" try-repo "$hooks" hublint-wheel --all-files
      passes "$runner try-repo hublint-tokens-wheel, local index" "$bin/$runner" try-repo "$hooks" hublint-tokens-wheel --all-files
    done
  else
    bad "wheel"
  fi
else
  skip "wheel: maturin cannot be installed"
fi

# --- built from source: a bare clone as the repository, a configuration as in the README ---
git clone -q --bare "$hooks" "$work/hooks.git"
git -C "$work/hooks.git" -c tag.gpgsign=false tag v9 HEAD
cat > "$project/.pre-commit-config.yaml" <<YAML
repos:
  - repo: $work/hooks.git
    rev: v9
    hooks:
      - id: hublint
      - id: hublint-tokens
YAML
(cd "$project" && git add -A && commit configuration)
for runner in "${runners[@]+"${runners[@]}"}"; do
  reports "$runner run, built from a bare clone" "$bin/$runner" run --all-files
  reports "$runner run, the second time" "$bin/$runner" run --all-files
  refuses() {
    (cd "$project" && "$bin/$runner" install -q && echo >> app.py && git add app.py && ! commit "must not pass" && git reset -q --hard)
  }
  step "$runner install: the commit is refused" refuses
  (cd "$project" && "$bin/$runner" uninstall -q)
done
summary
