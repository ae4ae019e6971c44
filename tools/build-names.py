#!/usr/bin/env python3
"""Rebuild the lists under rules/data/names from a Hub listing or from harvested files.

    tools/build-names.py --endpoint https://huggingface.co --pages 20        # merge the most downloaded repos
    tools/build-names.py --harvest FOLDER                                    # merge namespaces.tsv, repos.tsv, ...
    tools/build-names.py --check                                             # only the hygiene test

New data are merged into the lists that are there; nothing is ever dropped, except what tools/names/denied.txt names.
A new namespace that looks like a protected one is NOT taken: it is printed, and the exit code is 1, until somebody has
looked at it and has put it into tools/names/accepted.txt. Slips in famous code poison harvested lists otherwise.

Exit codes: 0 done, 1 done but some names wait to be accepted, 2 could not be done.
"""

import argparse
import datetime
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEGAL_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,41}")
LEGAL_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,95}")
CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
KINDS = {"model": "m", "dataset": "d", "space": "s"}
PROTECTED = 2
# Downloads of one month, summed over a namespace or of one repo, to the "number of projects" that the lists use.
WEIGHTS = [(10_000_000, 10), (1_000_000, 5), (100_000, 2), (0, 1)]
LEET = str.maketrans("034578926", "oeastbgzb")


def read_rows(path):
    """The rows of a list, without its header of `#` lines."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def skeletons(name):
    """Both readings of a namespace for the eye; the twin of src/names/skeleton.rs."""
    keys = set()
    for capital in "li":
        text = name.replace("1", capital).replace("I", capital).replace("|", "l").lower().translate(LEET)
        keys.add(re.sub("[-_.]", "", text.replace("rn", "m").replace("vv", "w").replace("cl", "d")))
    return keys


def one_edit(query, target):
    """The characters touched by the one insertion, deletion, substitution or swap between the two; else nothing."""
    if query == target or abs(len(query) - len(target)) > 1:
        return ""
    start = 0
    while start < min(len(query), len(target)) and query[start] == target[start]:
        start += 1
    end = 0
    while end < min(len(query), len(target)) - start and query[-1 - end] == target[-1 - end]:
        end += 1
    left, right = query[start : len(query) - end], target[start : len(target) - end]
    near = (len(left), len(right)) in {(1, 1), (1, 0), (0, 1)} or (len(left) == 2 and left == right[::-1])
    return left + right if near else ""


class Lists:
    """All lists in memory: merged, then written sorted."""

    def __init__(self, folder, notes):
        self.folder = folder
        self.namespaces = {row[0].lower(): (row[0], int(row[1])) for row in read_rows(folder / "namespaces.tsv")}
        self.repos = {row[0].lower(): (row[0], row[1], int(row[2])) for row in read_rows(folder / "repos.tsv")}
        self.bare = {row[0]: row for row in read_rows(folder / "bare-ids.tsv")}
        self.bad = {row[0]: row for row in read_rows(folder / "known-bad.tsv")}
        self.modelscope = {row[0] for row in read_rows(folder / "modelscope-namespaces.txt")}
        self.words = {row[0] for row in read_rows(folder / "words.txt")}
        self.near_words = {row[0] for row in read_rows(folder / "near-words.txt")}
        self.accepted = {row[0].lower() for row in read_rows(notes / "accepted.txt")}
        self.denied = {row[0].lower() for row in read_rows(notes / "denied.txt")}
        self.counts = Counter()
        self.new_namespaces = {}
        self.new_repos = {}

    def is_denied(self, repo):
        """Denied as a whole id or by its namespace."""
        repo = repo.lower()
        return repo in self.denied or repo.split("/")[0] in self.denied

    def offer_namespace(self, name, weight):
        """Takes a namespace seen somewhere; whether it stays is decided in `settle`."""
        if LEGAL_NAMESPACE.fullmatch(name) and not self.is_denied(name):
            shown, known = self.new_namespaces.get(name.lower(), (name, 0))
            self.new_namespaces[name.lower()] = (shown, max(known, weight))

    def offer_repo(self, repo, kind, weight):
        """Takes a `namespace/name`; every word of it counts for the vocabulary."""
        namespace, _, name = repo.partition("/")
        if not LEGAL_NAME.fullmatch(name) or self.is_denied(repo):
            return
        self.count_words(name, 1)
        shown, shown_kind, known = self.new_repos.get(repo.lower(), (repo, KINDS.get(kind, kind), 0))
        self.new_repos[repo.lower()] = (shown, shown_kind, max(known, weight))
        self.offer_namespace(namespace, 1)

    def count_words(self, name, weight):
        words = {word.lower() for word in re.findall("[A-Za-z]+", name)}
        for word in words | {word.lower() for word in CAMEL.findall(name)}:
            self.counts[word] += weight

    def look_alikes(self, only_new):
        """Namespaces that resemble a protected one with more sources and were not accepted by hand."""
        everything = {**self.namespaces, **{key: value for key, value in self.new_namespaces.items() if key not in self.namespaces}}
        by_skeleton, by_deletion = defaultdict(set), defaultdict(set)
        for key, (shown, weight) in everything.items():
            if weight < PROTECTED or len(key) < 4:
                continue
            for skeleton in skeletons(shown):
                by_skeleton[skeleton].add(key)
            for text in [key] + [key[:i] + key[i + 1 :] for i in range(len(key))]:
                by_deletion[text].add(key)
        found = []
        for key, (shown, weight) in sorted(everything.items()):
            if key in self.accepted or weight > 4 or (only_new and key in self.namespaces):
                continue
            targets = set().union(*(by_skeleton.get(skeleton, set()) for skeleton in skeletons(shown)))
            for text in [key] + [key[:i] + key[i + 1 :] for i in range(len(key))]:
                for target in by_deletion.get(text, set()):
                    touched = one_edit(key, target)
                    if re.fullmatch("[a-z-]*[a-z][a-z-]*", touched) and len(target) >= (6 if everything[target][1] < 5 else 4):
                        targets.add(target)
            targets = {target for target in targets if target != key and everything[target][1] > weight}
            if targets:
                best = max(targets, key=lambda target: (everything[target][1], target))
                found.append((shown, weight, everything[best][0], everything[best][1]))
        return found

    def settle(self):
        """Merges what was offered, without the look-alikes that nobody accepted; returns those."""
        waiting = self.look_alikes(only_new=True)
        refused = {shown.lower() for shown, *_ in waiting}
        for key, (shown, weight) in self.new_namespaces.items():
            if key not in refused:
                old_shown, old = self.namespaces.get(key, (shown, 0))
                self.namespaces[key] = (old_shown, max(old, weight))
        for key, (shown, kind, weight) in self.new_repos.items():
            keep = weight >= PROTECTED or key in self.accepted
            if keep and key.split("/")[0] not in refused:
                old_shown, old_kind, old = self.repos.get(key, (shown, kind, 0))
                self.repos[key] = (old_shown, old_kind, max(old, weight))
        self.words |= {word for word, count in self.counts.items() if count >= 2}
        return waiting

    def write(self, sources, date):
        """Writes every list, sorted by the bytes of its lower-case key: the program searches them in place."""
        self.write_one("namespaces.tsv", "namespace, projects", self.namespaces.values(), sources, date)
        self.write_one("repos.tsv", "id, kind, projects", self.repos.values(), sources, date)
        self.write_one("bare-ids.tsv", "bare id, kind, home, evidence of home", self.bare.values(), sources, date)
        self.write_one("known-bad.tsv", "id, scope, class, named by", self.bad.values(), sources, date)
        self.write_one("modelscope-namespaces.txt", "namespace", [[name] for name in self.modelscope], sources, date)
        self.write_one("words.txt", "word that occurs in at least two ids", [[word] for word in self.words], sources, date)
        self.write_one(
            "near-words.txt", "word or personal name near a protected namespace", [[word] for word in self.near_words], sources, date
        )

    def write_one(self, file, columns, rows, sources, date):
        rows = sorted((["" + str(cell) for cell in row] for row in rows), key=lambda row: (row[0].lower().encode(), row))
        old = self.folder / file
        if old.exists() and [list(row) for row in read_rows(old)] == rows:
            return
        header = [f"# {columns}; sorted; made by tools/build-names.py", f"# source: {sources}", f"# date: {date}", f"# count: {len(rows)}"]
        text = "\n".join(header + ["\t".join(row).rstrip("\t") for row in rows]) + "\n"
        old.write_text(text, encoding="utf-8", newline="\n")


def harvest(lists, folder):
    """Merges files of the harvested shape (a header row, tabs)."""

    def rows(name):
        path = folder / name
        return [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:]] if path.exists() else []

    for namespace, _repos, projects in (row[:3] for row in rows("namespaces.tsv")):
        lists.offer_namespace(namespace, int(projects))
    for repo, kind, projects in (row[:3] for row in rows("repos.tsv")):
        lists.offer_repo(repo, kind, int(projects))
    for row in rows("canonical-ids.tsv"):
        bare, kind, home, evidence = row[:4]
        lists.count_words(bare, 2)
        # Of several homes the first is the most frequent, which is not always the official one: only a sole home is offered.
        lists.bare[bare] = [bare, KINDS[kind], home if "," not in home else "", evidence]
    for row in rows("known-bad.tsv"):
        lists.bad[row[0]] = row[:4]
    path = folder / "modelscope-only-namespaces.txt"
    if path.exists():
        lists.modelscope |= set(path.read_text(encoding="utf-8").split())


def next_page(link):
    """The target of rel="next" in a Link header."""
    for part in (link or "").split(","):
        found = re.match(r'\s*<([^>]*)>\s*;.*rel="?next"?', part)
        if found:
            return found.group(1)
    return None


def from_hub(lists, endpoint, kinds, pages, page_size):
    """Merges the most downloaded repos of a Hub: GET /api/{kind}s, page after page by the Link header."""
    endpoint = endpoint.rstrip("/")
    host = urllib.parse.urlsplit(endpoint).netloc
    downloads, taken = Counter(), 0
    listed = []
    for kind in kinds:
        url = f"{endpoint}/api/{kind}s?sort=downloads&direction=-1&limit={page_size}"
        if kind == "space":
            url = f"{endpoint}/api/spaces?sort=likes&direction=-1&limit={page_size}"
        for _ in range(pages):
            request = urllib.request.Request(url, headers={"User-Agent": "hublint-build-names"})
            with urllib.request.urlopen(request, timeout=60) as answer:
                page = json.load(answer)
                link = next_page(answer.headers.get("Link"))
            for repo in page:
                name = repo.get("id") or repo.get("modelId") or ""
                if name.count("/") == 1:
                    listed.append((name, kind, int(repo.get("downloads") or 0)))
                    taken += 1
            if not link:
                break
            url = urllib.parse.urljoin(url, link)
            if urllib.parse.urlsplit(url).netloc != host:
                raise ValueError(f"the next page lies on another host: {url}")
    for name, kind, count in listed:
        downloads[name.split("/")[0].lower()] += count
        lists.offer_repo(name, kind, weight_of(count))
    for name, _kind, _count in listed:
        namespace = name.split("/")[0]
        lists.offer_namespace(namespace, weight_of(downloads[namespace.lower()]))
    return taken


def weight_of(downloads):
    return next(weight for least, weight in WEIGHTS if downloads >= least)


def near_words(lists, files):
    """Real words and personal names one edit from a protected namespace: `owen` is no slip of `Qwen`.

    Words and names excuse a neighbour of a short namespace, personal names alone a neighbour of a longer one.
    """
    short, long = defaultdict(set), defaultdict(set)
    for key, (_shown, weight) in lists.namespaces.items():
        if weight >= PROTECTED and len(key) >= 4:
            for text in [key] + [key[:i] + key[i + 1 :] for i in range(len(key))]:
                (short if len(key) <= 5 else long)[text].add(key)
    for file in files:
        personal = "names" in file.name
        for line in file.read_text(encoding="utf-8").splitlines():
            word = line.split()[0].lower() if line.split() else ""
            if not re.fullmatch("[a-z]{3,12}", word) or word in lists.namespaces:
                continue
            for table in [short, long] if personal else [short]:
                texts = [word] + [word[:i] + word[i + 1 :] for i in range(len(word))]
                if any(one_edit(word, target) for text in texts for target in table.get(text, ())):
                    lists.near_words.add(word)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT / "rules/data/names", help="folder of the lists")
    parser.add_argument("--notes", type=Path, default=ROOT / "tools/names", help="folder of accepted.txt and denied.txt")
    parser.add_argument("--harvest", type=Path, help="folder of harvested files to merge")
    parser.add_argument("--endpoint", help="base URL of a Hub whose listing is merged")
    parser.add_argument("--kinds", default="model,dataset,space", help="what is listed, by commas")
    parser.add_argument("--pages", type=int, default=20, help="at most so many pages a kind")
    parser.add_argument("--page-size", type=int, default=1000)
    parser.add_argument("--near-words", type=Path, nargs="*", default=[], help="word lists; those with `names` in the file name are personal names")
    parser.add_argument("--source", help="what the header says; default: from the other options")
    parser.add_argument("--date", default=datetime.date.today().isoformat())
    parser.add_argument("--check", action="store_true", help="only test the lists that are there")
    options = parser.parse_args(arguments)
    options.data.mkdir(parents=True, exist_ok=True)
    try:
        lists = Lists(options.data, options.notes)
        if options.check:
            waiting = lists.look_alikes(only_new=False)
            waiting += [(shown, 0, "denied", 0) for key, (shown, *_) in {**lists.namespaces, **lists.repos}.items() if lists.is_denied(key)]
        else:
            sources = []
            if options.harvest:
                harvest(lists, options.harvest)
                sources.append("ids in 127 public packages and repositories")
            if options.endpoint:
                count = from_hub(lists, options.endpoint, options.kinds.split(","), options.pages, options.page_size)
                sources.append(f"Hub listing, {count} repos")
            waiting = lists.settle()
            near_words(lists, options.near_words)
            lists.write(options.source or "; ".join(sources) or "hand", options.date)
    except (OSError, ValueError, urllib.error.URLError) as problem:
        print(f"build-names: {problem}", file=sys.stderr)
        return 2
    for shown, weight, target, target_weight in waiting:
        print(f"not accepted: {shown} ({weight}) looks like {target} ({target_weight})")
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main())
