"""Draws docs/inventory.svg from the table of the sample project.

    COLUMNS=118 hublint inventory --color always tests/inventory/sample-project > table.txt   (in a copy with a root of its own)
    python tools/inventory-picture.py table.txt > docs/inventory.svg
"""

import re
import sys
from html import escape

COLOURS = {"1": "#ffffff", "2": "#7d8590", "31;1": "#ff7b72", "31": "#ff7b72", "33": "#e3b341", "36": "#76e3ea", "32": "#7ee787"}
WIDTH, HEIGHT, LEFT, TOP = 7.8, 19, 16, 44


def line(text: str, row: int) -> str:
    spans, column, colour = [], 0, "#c9d1d9"
    for part in re.split("(\x1b\\[[0-9;]*m)", text):
        if match := re.fullmatch("\x1b\\[([0-9;]*)m", part):
            colour = COLOURS.get(match[1], "#c9d1d9")
        elif part:
            if part.strip():
                spans.append(f'<tspan x="{LEFT + column * WIDTH:.1f}" fill="{colour}">{escape(part)}</tspan>')
            column += len(part)
    return f'<text y="{TOP + row * HEIGHT}" xml:space="preserve">{"".join(spans)}</text>'


def main() -> None:
    lines = ["$ hublint inventory", *open(sys.argv[1], encoding="utf-8").read().splitlines()]
    plain = [re.sub("\x1b\\[[0-9;]*m", "", text) for text in lines]
    width = int(LEFT * 2 + max(map(len, plain)) * WIDTH)
    height = int(TOP + len(lines) * HEIGHT)
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">')
    print("<title>hublint inventory: a table of models and datasets with risk, revision, pin, remote code and places</title>")
    print(f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>')
    for number, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        print(f'<circle cx="{20 + number * 18}" cy="18" r="5" fill="{colour}"/>')
    print('<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13">')
    for row, text in enumerate(lines):
        print(line(text, row))
    print("</g></svg>")


if __name__ == "__main__":
    main()
