#!/usr/bin/env python3
"""Proves that findings in notebooks stand on the right physical line: check-notebooks.py HUBLINT FOLDER

For every finding in a notebook the bytes of the .ipynb between its start and end, decoded as JSON string content, must be
the text of that cell at the line and column that the finding names. Python's json decodes the cells. Exit code 1 when one
does not agree, or when there was nothing to look at.
"""
import json
import pathlib
import subprocess
import sys


def cells(notebook):
    sheets = notebook.get("worksheets")
    found = notebook.get("cells") if sheets is None else [cell for sheet in sheets for cell in sheet.get("cells", [])]
    return found or []


def text_of(cell):
    source = cell.get("source", cell.get("input", ""))
    return "".join(source) if isinstance(source, list) else source


def main():
    program, folder = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2])
    run = subprocess.run([program, "check", "--isolated", "--format", "json", "--exit-zero", "."], cwd=folder, capture_output=True, check=True)
    findings = [finding for finding in json.loads(run.stdout)["findings"] if finding["cell"]]
    root = subprocess.run(["git", "rev-parse", "--show-toplevel"], cwd=folder, capture_output=True, text=True)
    base = pathlib.Path(root.stdout.strip()) if root.returncode == 0 else folder
    loaded, checked, wrong = {}, 0, 0
    for finding in findings:
        path = base / finding["path"]
        if path not in loaded:
            raw = path.read_bytes().decode("utf-8")
            loaded[path] = (raw.replace("\r\n", "\n").replace("\r", "\n").split("\n"), cells(json.loads(raw)))
        lines, found = loaded[path]
        if "output" in finding["cell"] and finding["cell"]["output"]:
            continue
        start, end = finding["start"], finding["end"]
        raw = lines[start["line"] - 1][start["column"] - 1 : end["column"] - 1]
        cell_line = text_of(found[finding["cell"]["number"] - 1]).replace("\r\n", "\n").split("\n")[finding["cell"]["line"] - 1]
        checked += 1
        try:
            decoded = json.loads('"' + raw + '"')
        except json.JSONDecodeError:
            decoded = None
        if start["line"] != end["line"] or decoded is None or not decoded.strip() or decoded not in cell_line:
            wrong += 1
            print(f"{finding['path']}:{start['line']}:{start['column']} cell {finding['cell']['number']}: {raw!r} is not in {cell_line!r}")
    print(f"{checked} findings in {len(loaded)} notebooks: {checked - wrong} passed, {wrong} failed")
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
