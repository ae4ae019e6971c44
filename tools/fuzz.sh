#!/usr/bin/env bash
# Fuzzes with libFuzzer and needs nothing but cargo (a stable toolchain), a C++ compiler and, for seeds, Python 3:
#   tools/fuzz.sh list | build | all SECONDS | TARGET SECONDS [OPTION OF LIBFUZZER]... | TARGET FILE...
# With SECONDS it fuzzes each target so long; with files it runs the target once over each (to look into a finding).
# FUZZ_SEEDS=FOLDER adds the files of a folder, an unpacked package say, to the seeds. FUZZ_OPTIONS: for every target of `all`.
# Everything lies in target/fuzz: build, seeds, corpus/TARGET (kept from run to run), findings/TARGET.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
home=$root/target/fuzz
host=$(rustc -vV | sed -n 's/^host: //p')
targets=$(sed -n 's/^    ("\([a-z]*\)", [a-z]*),$/\1/p' fuzz/src/lib.rs)
usage() { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }

build() {
  # What `cargo fuzz --sanitizer none` passes: the coverage that libFuzzer follows. `--target` keeps it out of build scripts.
  local coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters"
  coverage="$coverage -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares"
  (cd fuzz && RUSTFLAGS="$coverage" CARGO_TARGET_DIR="$home/build" \
    cargo build --release --locked --quiet --features targets --target "$host")
}
seeds() {
  if ! command -v python3 > /dev/null; then mkdir -p "$home/seeds"; touch "$home/seeds/words.dict"; return; fi
  # shellcheck disable=SC2086 # folders, separated by blanks
  python3 tools/fuzz-seeds.py "$home/seeds" ${FUZZ_SEEDS:-} > /dev/null
}
fuzz() { # TARGET SECONDS [OPTION]...
  local target=$1 seconds=$2 code=0
  shift 2
  mkdir -p "$home/corpus/$target" "$home/findings/$target" "$home/seeds/$target"
  # The stack of a thread of the program, not the larger one of a main thread. A slow input is a finding, as is a large one.
  (ulimit -s 2048
  "$home/build/$host/release/$target" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1500 -max_len=16384 \
    -dict="$home/seeds/words.dict" -artifact_prefix="$home/findings/$target/" -print_final_stats=1 "$@" \
    "$home/corpus/$target" "$home/seeds/$target") > "$home/$target.log" 2>&1 || code=$?
  printf '%-13s %s\n' "$target" "$(summary "$home/$target.log") exit=$code"
  if [ "$code" -ne 0 ]; then tail -n 25 "$home/$target.log"; fi
  return "$code"
}
summary() { # the last counts of libFuzzer
  grep -aoE '^#[0-9]+.* cov: [0-9]+ ft: [0-9]+ corp: [0-9]+' "$1" | tail -n 1 | tr '\t' ' ' | sed -E 's/^#([0-9]+).* (cov:.*)/executions: \1 \2/'
}

case ${1:-} in
  list) printf '%s\n' "$targets" ;;
  build) build && seeds ;;
  all)
    [ $# -eq 2 ] || usage
    build && seeds
    failed=0
    # shellcheck disable=SC2086 # options, separated by blanks
    for target in $targets; do fuzz "$target" "$2" ${FUZZ_OPTIONS:-} || failed=1; done
    exit "$failed"
    ;;
  "" | -*) usage ;;
  *)
    grep -qx "$1" <<< "$targets" || { echo "no target is called $1: $(tr '\n' ' ' <<< "$targets")" >&2; exit 2; }
    [ $# -ge 2 ] || usage
    build
    if [ -e "$2" ]; then
      target=$1
      shift
      (ulimit -s 2048; exec "$home/build/$host/release/$target" "$@")
    else
      seeds
      fuzz "$@"
    fi
    ;;
esac
