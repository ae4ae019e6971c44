#!/usr/bin/env python3
"""Hublint beside other tools, on the same source packages, in one run.

    cargo build --release && python3 benches/compare.py --write docs/benchmarks.md

Installs ruff, bandit, ripgrep and kingfisher from PyPI into target/compare/venv, unpacks source packages from PyPI, checks that
every tool did its work (counts), and only then times them: in pairs A B A B, after a warm-up, so that a busy machine
disturbs both alike. Figures are medians; what counts are the ratios. See benches/README.md. Standard library only.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = ROOT / "target" / "compare"

# Trees full of triggers, and trees of which hublint has nothing to say.
HEAVY = ["transformers==5.23.0", "diffusers==0.42.1", "mteb==2.26.24"]
PLAIN = ["sympy==1.14.0"]
TOOLS = ["ruff", "bandit", "ripgrep", "kingfisher-bin"]

# What a search tool would be asked: the literals of which one stands in most uses.
WORDS = [
    "from_pretrained", "load_dataset", "trust_remote_code", "hf_hub_download", "snapshot_download", "torch.load",
    "torch.hub", "pickle.load", "joblib.load", "weights_only", "allow_pickle", "read_pickle", "load_state_dict_from_url",
    "huggingface.co", "hf_", "HF_TOKEN", "use_safetensors", "load_model",
]

SMALL = """\
import torch
from transformers import AutoModel

model = AutoModel.from_pretrained("openai/clip-vit-base-patch32", trust_remote_code=True)
weights = torch.load("weights.bin", weights_only=False)
"""


class Run:
    """One process: wall and CPU seconds, peak memory in bytes, what it printed."""

    def __init__(self, command, folder=None):
        out = tempfile.TemporaryFile()
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        self.wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        self.code = process.returncode
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        out.seek(0)
        self.text = out.read()
        out.close()


def paired(first, second, pairs):
    """Median ratios first/second of wall and CPU over paired runs, and the medians of each."""
    Run(first), Run(second)
    runs = [(Run(first), Run(second)) for _ in range(pairs)]
    return {
        "wall": statistics.median(a.wall / b.wall for a, b in runs),
        "cpu": statistics.median(a.cpu / max(b.cpu, 1e-4) for a, b in runs),
        "walls": tuple(statistics.median(run[i].wall for run in runs) for i in (0, 1)),
        "cpus": tuple(statistics.median(run[i].cpu for run in runs) for i in (0, 1)),
        "memory": tuple(max(run[i].memory for run in runs) for i in (0, 1)),
        "least": tuple(min(run[i].wall for run in runs) for i in (0, 1)),
    }


def say(text):
    print(text, file=sys.stderr, flush=True)


def install():
    """The tools by name: path of the program, or None when it cannot be had."""
    venv = PLACE / "venv"
    programs = venv / ("Scripts" if os.name == "nt" else "bin")
    if not programs.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    found = {}
    for package in TOOLS:
        name = {"ripgrep": "rg", "kingfisher-bin": "kingfisher"}.get(package, package)
        if not (programs / name).exists():
            say(f"installing {package}")
            subprocess.run([programs / "pip", "install", "--quiet", package], check=False, stdout=sys.stderr)
        path = programs / name
        found[name] = str(path) if path.exists() else shutil.which(name)
        if not found[name]:
            say(f"{name}: cannot be had; its rows are left out")
    return found


def unpack(requirement, sources):
    """The folder of a source package, downloaded when it is not there."""
    name = requirement.split("==")[0]
    trees = PLACE / "trees"
    folder = trees / requirement.replace("==", "-")
    if folder.exists():
        return folder
    stem = requirement.replace("==", "-").replace("-", "_").lower()
    wanted = lambda path: path.name.lower().replace("-", "_").startswith(stem + ".tar")  # noqa: E731
    places = [pathlib.Path(sources)] if sources else []
    places.append(PLACE / "sources")
    archive = next((path for place in places if place.exists() for path in place.iterdir() if wanted(path)), None)
    if archive is None:
        say(f"downloading {requirement}")
        (PLACE / "sources").mkdir(parents=True, exist_ok=True)
        command = [PLACE / "venv" / "bin" / "pip", "download", "--quiet", "--no-deps", "--no-binary", name, requirement]
        subprocess.run([*command, "-d", PLACE / "sources"], check=True, stdout=sys.stderr)
        archive = next(path for path in (PLACE / "sources").iterdir() if wanted(path))
    trees.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=trees) as scratch, tarfile.open(archive) as tar:
        # The filter refuses links and paths that lead out of the folder.
        tar.extractall(scratch, filter="data")
        inner = next(pathlib.Path(scratch).iterdir())
        inner.rename(folder)
    return folder


class Tools:
    """The command lines."""

    def __init__(self, hublint, found):
        self.binary = str(hublint)
        self.found = found

    def hublint(self, tree, threads=None):
        more = ["--threads", str(threads)] if threads else []
        return [self.binary, "check", "--isolated", "--exit-zero", "--format", "json", *more, str(tree)]

    def ruff(self, tree):
        return [self.found["ruff"], "check", "--no-cache", "--isolated", "--exit-zero", "--select", "S", "--output-format", "json", str(tree)]

    def rg(self, tree):
        words = [word for literal in WORDS for word in ("-e", literal)]
        return [self.found["rg"], "--no-config", "--fixed-strings", "--count", *words, str(tree)]

    def bandit(self, tree):
        return [self.found["bandit"], "--quiet", "--exit-zero", "--format", "json", "--recursive", str(tree)]

    def kingfisher(self, tree):
        common = ["scan", "--quiet", "--no-validate", "--no-update-check", "--format", "json"]
        return [self.found["kingfisher"], *common, str(tree)]


def counts(tools, tree, empty=False):
    """What each tool found in a tree; stops when one did no work, because its time would mean nothing."""
    report = json.loads(Run(tools.hublint(tree)).text)
    found = {"files": report["statistics"]["files"], "bytes": report["statistics"]["bytes"], "hublint": len(report["findings"])}
    if tools.found.get("ruff"):
        found["ruff"] = len(json.loads(Run(tools.ruff(tree)).text or b"[]"))
    if tools.found.get("rg"):
        lines = Run(tools.rg(tree)).text.decode(errors="replace").splitlines()
        found["rg"] = sum(int(line.rsplit(":", 1)[1]) for line in lines if line.rsplit(":", 1)[-1].isdigit())
    python = sum(1 for _ in tree.rglob("*.py"))
    if found["files"] < python:
        sys.exit(f"{tree}: hublint looked at {found['files']} files, but there are {python} Python files")
    if not empty and not found["hublint"]:
        sys.exit(f"{tree}: hublint found nothing")
    if found.get("ruff") == 0:
        sys.exit(f"{tree}: ruff found nothing")
    return found


def copies(tree, times, folder):
    """`times` copies of a tree in a folder, by hard links."""
    target = folder / f"{times}x"
    for number in range(times):
        shutil.copytree(tree, target / str(number), copy_function=os.link, symlinks=True)
    return target


def machine():
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), model)
    except OSError:
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.system()} {platform.machine()}, {model}, {cores} cores"


def version(command):
    text = subprocess.run([command, "--version"], capture_output=True, text=True, check=False).stdout
    return (text.strip().splitlines() or ["?"])[0]


def verdict(value, budget):
    return f"{value:.2f} {'✓' if value <= budget else f'✗ (budget {budget:g})'}"


def compare(arguments):
    lines = []

    def out(text=""):
        print(text, flush=True)
        lines.append(text)

    found = install()
    tools = Tools(arguments.hublint, found)
    pairs = arguments.pairs
    heavy = [(name.split("==")[0], unpack(name, arguments.sources)) for name in (arguments.only or HEAVY)]
    plain = [(name.split("==")[0], unpack(name, arguments.sources)) for name in ([] if arguments.only else PLAIN)]
    for extra in arguments.tree:
        name, _, path = extra.partition("=")
        heavy.append((name, pathlib.Path(path).resolve()))

    out("# Benchmarks")
    out()
    out("Made by `" + " ".join(["python3 benches/compare.py", *sys.argv[1:]]) + "`; see benches/README.md.")
    out()
    load = f", load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else ""
    out(f"- {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC; {machine()}{load}; warm cache")
    out("- " + ", ".join([version(tools.binary), *(version(path) for path in found.values() if path)]))
    out(f"- medians of {pairs} paired runs (A B A B) after a warm-up; all rules, libraries and surfaces on; CPU is user and system time")
    out()

    out("## Whole trees")
    out()
    out("A ratio below 1 means that hublint needs less. Findings are of different kinds: they only show that the work was done.")
    out()
    out("| tree | files, MB | findings: hublint, ruff, rg lines | seconds wall (CPU): hublint | ruff | rg | wall / ruff | CPU / ruff | CPU / rg | peak MB: hublint, 8 threads | ruff |")
    out("|---|---|---|---|---|---|---|---|---|---|---|")
    for is_plain, (name, tree) in [*((False, row) for row in heavy), *((True, row) for row in plain)]:
        say(f"measuring {name}")
        have = counts(tools, tree, is_plain)
        ruff = paired(tools.hublint(tree), tools.ruff(tree), pairs) if found.get("ruff") else None
        rg = paired(tools.hublint(tree), tools.rg(tree), pairs) if found.get("rg") else None
        memory = max(Run(tools.hublint(tree, 8)).memory for _ in range(2)) / 1e6
        base = ruff or rg
        cells = [
            name + (" (nothing to find)" if is_plain else ""),
            f"{have['files']}, {have['bytes'] / 1e6:.0f}",
            f"{have['hublint']}, {have.get('ruff', '–')}, {have.get('rg', '–')}",
            f"{base['walls'][0]:.3f} ({base['cpus'][0]:.2f})" if base else "–",
            f"{ruff['walls'][1]:.3f} ({ruff['cpus'][1]:.2f})" if ruff else "–",
            f"{rg['walls'][1]:.3f} ({rg['cpus'][1]:.2f})" if rg else "–",
            verdict(ruff["wall"], 0.5) if ruff else "–",
            f"{ruff['cpu']:.2f}" if ruff else "–",
            verdict(rg["cpu"], 2 if is_plain else 4) if rg else "–",
            verdict(memory, 60),
            f"{ruff['memory'][1] / 1e6:.0f}" if ruff else "–",
        ]
        out("| " + " | ".join(cells) + " |")
    out()

    name, tree = heavy[-1] if arguments.only else heavy[1]
    with tempfile.TemporaryDirectory(dir=PLACE) as scratch:
        scratch = pathlib.Path(scratch)
        small = scratch / "small"
        small.mkdir()
        (small / "one.py").write_text(SMALL, encoding="utf-8")
        file = small / "one.py"
        report = json.loads(Run(tools.hublint(file)).text)
        if len(report["findings"]) < 2:
            sys.exit("hublint found nothing in the small file")
        out("## One small file, whole process")
        out()
        out("| tool | milliseconds wall | CPU | hublint / tool, wall |")
        out("|---|---|---|---|")
        shown = False
        for other, command in [("ruff", tools.ruff), ("rg", tools.rg), ("bandit", tools.bandit)]:
            if not found.get(other):
                continue
            made = paired(tools.hublint(file), command(file), max(pairs, 3 if other == "bandit" else 25))
            if not shown:
                out(f"| hublint | {made['walls'][0] * 1e3:.1f} | {made['cpus'][0] * 1e3:.1f} | |")
                shown = True
            ratio = verdict(made["wall"], 1) if other == "ruff" else f"{made['wall']:.3f}"
            out(f"| {other} | {made['walls'][1] * 1e3:.1f} | {made['cpus'][1] * 1e3:.1f} | {ratio} |")
        out()

        out(f"## Growth and threads ({name})")
        out()
        out("| copies | threads | seconds wall | CPU | CPU / (copies × 1x) | peak MB |")
        out("|---|---|---|---|---|---|")
        sizes = {times: copies(tree, times, scratch) for times in (1, 2, 4)}
        runs = {(times, threads): [] for times in sizes for threads in (1, 2)}
        for _ in range(max(3, pairs // 2)):
            for (times, threads), kept in runs.items():
                kept.append(Run(tools.hublint(sizes[times], threads)))
        middle = {key: statistics.median(run.cpu for run in kept) for key, kept in runs.items()}
        for (times, threads), kept in runs.items():
            growth = middle[times, threads] / (times * middle[1, threads])
            wall = statistics.median(run.wall for run in kept)
            peak = max(run.memory for run in kept) / 1e6
            shown_growth = verdict(growth, 1.1) if times > 1 else "1"
            out(f"| {times} | {threads} | {wall:.3f} | {middle[times, threads]:.2f} | {shown_growth} | {peak:.0f} |")
        out()

    if arguments.slow:
        out(f"## Slow tools ({name}, one run each)")
        out()
        out("| tool | seconds wall | CPU | CPU of the tool / hublint |")
        out("|---|---|---|---|")
        own = statistics.median(Run(tools.hublint(tree)).cpu for _ in range(3))
        for other, command in [("bandit", tools.bandit), ("kingfisher", tools.kingfisher)]:
            if found.get(other):
                run = Run(command(tree))
                if len(run.text) < 100:
                    say(f"{other}: printed nothing (exit {run.code}); left out")
                    continue
                out(f"| {other} | {run.wall:.2f} | {run.cpu:.2f} | {run.cpu / own:.0f} |")
        out()
    return "\n".join(lines).rstrip() + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hublint", default=ROOT / "target" / "release" / "hublint", type=pathlib.Path, help="the program (default: target/release/hublint)")
    parser.add_argument("--pairs", default=7, type=int, help="paired runs for each figure (default: 7)")
    parser.add_argument("--sources", help="folder with source packages (*.tar.gz) that need not be downloaded")
    parser.add_argument("--only", action="append", metavar="NAME==VERSION", help="these packages instead of the usual ones")
    parser.add_argument("--tree", action="append", default=[], metavar="NAME=FOLDER", help="a further tree, for example a clone of huggingface/notebooks")
    parser.add_argument("--slow", action="store_true", help="bandit and kingfisher on a whole tree, too (a minute or more)")
    parser.add_argument("--write", type=pathlib.Path, metavar="FILE", help="write the tables to a file as well")
    arguments = parser.parse_args()
    if not arguments.hublint.exists():
        sys.exit(f"{arguments.hublint} is not there: cargo build --release")
    arguments.hublint = arguments.hublint.resolve()
    if resource.getrlimit(resource.RLIMIT_CPU)[0] != resource.RLIM_INFINITY:
        say("a limit of CPU time is set; long runs may be ended by it")
    PLACE.mkdir(parents=True, exist_ok=True)
    text = compare(arguments)
    if arguments.write:
        arguments.write.write_text(text, encoding="utf-8")
        say(f"written to {arguments.write}")


if __name__ == "__main__":
    main()
