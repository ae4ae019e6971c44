#!/usr/bin/env python3
"""Compares hublint's reading of specifiers with Python's `packaging`, which is what pip uses.

Run: cargo test --test versions -- --ignored --nocapture write_specifier_table > table.txt
     python3 tests/versions_against_packaging.py table.txt        (needs `pip install packaging`)

The table holds `specifier <tab> version <tab> 0|1` lines. Known differences, all deliberate, are left out by the test
that writes the table: pre-releases inside a `==2.*` family, where pip's answer depends on `--pre`.
"""
import sys

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

checked = wrong = 0
for line in open(sys.argv[1], encoding="utf-8"):
    parts = line.rstrip("\n").split("\t")
    if len(parts) != 3:
        continue
    specifier, version, ours = parts
    try:
        theirs = SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except InvalidSpecifier:
        print("packaging refuses", specifier)
        wrong += 1
        continue
    checked += 1
    if theirs != (ours == "1"):
        wrong += 1
        print(f"{specifier!r} with {version}: packaging {theirs}, hublint {ours}")
print(f"{checked} checked, {wrong} different")
sys.exit(1 if wrong or not checked else 0)
