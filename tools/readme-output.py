#!/usr/bin/env python3
"""Brings what the README shows up to date: real output of the program, as text and as a picture.

    python3 tools/readme-output.py PROGRAM [--check]

Between `<!-- output: ARGUMENTS -->` and `<!-- /output -->` stands what `PROGRAM ARGUMENTS` prints, wrapped at 110
characters. docs/img/demo.svg is the coloured text output on the demonstration project. With --check nothing is written, and the exit
code is 1 when something is out of date.
"""

import html
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PICTURE = ROOT / "docs" / "img" / "demo.svg"
BLOCK = re.compile(r"(<!-- output: (.+?) -->\n```text\n).*?(```\n<!-- /output -->)", re.DOTALL)
# What the picture shows: one frame of each kind, small enough to read.
SHOWN = "check examples/demo --min-level warning --color always"
LINE_HEIGHT, CHARACTER, MARGIN = 18, 8.0, 16
COLOURS = {30: "#484f58", 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea", 37: "#c9d1d9"}


def output(program: str, arguments: str) -> str:
    environment = {**os.environ, "COLUMNS": "100"}
    environment.pop("NO_COLOR", None)
    done = subprocess.run([program, *arguments.split()], cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")
    if done.returncode not in (0, 1):
        sys.exit(f"{arguments}: exit code {done.returncode}\n{done.stderr}")
    return done.stdout


def readme(program: str) -> str:
    def block(found: re.Match) -> str:
        lines = output(program, found[2]).splitlines()
        wrapped = [part for line in lines for part in (textwrap.wrap(line, 110, subsequent_indent="    ", break_on_hyphens=False) or [""])]
        return found[1] + "\n".join(wrapped) + "\n" + found[3]

    return BLOCK.sub(block, README.read_text(encoding="utf-8"))


def spans(line: str):
    """Pieces of a line with their style, from the colour codes in it."""
    colour, bold, dim = None, False, False
    line = re.sub(r"\x1b\]8;[^\x1b\x07]*(\x1b\\|\x07)", "", line)
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b["):
            for code in (int(number or 0) for number in part[2:-1].split(";")):
                if code == 0:
                    colour, bold, dim = None, False, False
                elif code == 1:
                    bold = True
                elif code == 2:
                    dim = True
                elif code == 39:
                    colour = None
                elif 30 <= code <= 37:
                    colour = COLOURS[code]
                elif 90 <= code <= 97:
                    colour = COLOURS[code - 60]
        elif part:
            yield part, colour, bold, dim


def picture(program: str) -> str:
    shown = SHOWN.removesuffix(" --color always")
    lines = [f"\x1b[1m$ hublint {shown}\x1b[0m", "", *output(program, SHOWN).rstrip("\n").split("\n")]
    widest = max(len(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines)
    width, height = int(widest * CHARACTER + 2 * MARGIN), len(lines) * LINE_HEIGHT + 2 * MARGIN
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        "<title>hublint on the demonstration project</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="13" fill="#c9d1d9">',
    ]
    for number, line in enumerate(lines):
        column, pieces = 0, []
        for text, colour, bold, dim in spans(line):
            style = (f' fill="{colour}"' if colour else "") + (' font-weight="bold"' if bold else "") + (' opacity="0.7"' if dim else "")
            # Every piece has its own place and length: no font of a viewer moves the columns.
            x, length = MARGIN + column * CHARACTER, len(text) * CHARACTER
            if text.strip():
                pieces.append(
                    f'<tspan x="{x:g}" textLength="{length:g}" xml:space="preserve"{style}>{html.escape(text, quote=False)}</tspan>'
                )
            column += len(text)
        if pieces:
            body.append(f'<text y="{MARGIN + (number + 1) * LINE_HEIGHT - 5}" xml:space="preserve">{"".join(pieces)}</text>')
    body += ["</g>", "</svg>", ""]
    return "\n".join(body)


def main() -> None:
    program, check = str(Path(sys.argv[1]).resolve()), "--check" in sys.argv[2:]
    stale = []
    for path, text in ((README, readme(program)), (PICTURE, picture(program))):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(path.relative_to(ROOT).as_posix())
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    print(("out of date: " if check else "written: ") + (", ".join(stale) or "nothing"))
    sys.exit(1 if check and stale else 0)


if __name__ == "__main__":
    main()
