#!/usr/bin/env python3
"""Tests build-names.py against a small fake Hub on loopback: `python3 tools/test_build_names.py`."""

import contextlib
import importlib.util
import io
import json
import tempfile
import threading
import unittest
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location("build_names", HERE / "build-names.py")
build_names = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(build_names)

REPOS = {
    "models": [
        ("openai/whisper-large-v3", 20_000_000),
        ("Qwen/Qwen2.5-7B-Instruct", 15_000_000),
        ("small-lab/quiet-model", 300),
        ("opnai/whisper-large-v3", 150_000),
        ("0penai/whisper", 12),
        ("mixtralai/Mixtral-8x7B", 900_000),
        ("bad owner/x", 5),
        ("gpt2", 9_000_000),
        ("Qwen/Qwen2.5-7B", 120_000),
    ],
    "datasets": [("small-lab/quiet-data", 250_000)],
    "spaces": [("small-lab/quiet-space", 0)],
}


class FakeHub(BaseHTTPRequestHandler):
    """Two repos a page; the next page is named by a Link header, as the Hub does it."""

    asked = []
    foreign_link = False

    def do_GET(self):
        FakeHub.asked.append(self.path)
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        repos = REPOS.get(url.path.removeprefix("/api/"))
        if repos is None:
            self.send_error(404)
            return
        start = int(query.get("cursor", ["0"])[0])
        body = json.dumps([{"id": name, "downloads": count} for name, count in repos[start : start + 2]]).encode()
        self.send_response(200)
        if start + 2 < len(repos):
            host = "http://elsewhere.invalid" if FakeHub.foreign_link else f"http://{self.headers['Host']}"
            self.send_header("Link", f'<{host}{url.path}?cursor={start + 2}>; rel="next"')
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class BuildNames(unittest.TestCase):
    def setUp(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), FakeHub)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        self.folder = tempfile.TemporaryDirectory()
        self.data, self.notes = Path(self.folder.name, "data"), Path(self.folder.name, "notes")
        self.notes.mkdir()
        Path(self.notes, "denied.txt").write_text("# no\nmixtralai\n")
        FakeHub.asked, FakeHub.foreign_link = [], False

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()
        self.folder.cleanup()

    def run_tool(self, *arguments):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = build_names.main(["--data", str(self.data), "--notes", str(self.notes), "--date", "2026-01-01", *arguments])
        return code, out.getvalue()

    def rows(self, name):
        return build_names.read_rows(self.data / name)

    def test_a_listing_is_read_page_by_page_and_look_alikes_wait(self):
        code, out = self.run_tool("--endpoint", self.endpoint)
        self.assertEqual(code, 1, out)
        self.assertEqual(sum(path.startswith("/api/models") for path in FakeHub.asked), 5)
        self.assertIn("not accepted: 0penai (1) looks like openai (10)", out)
        self.assertIn("not accepted: opnai (2) looks like openai (10)", out)
        self.assertEqual(self.rows("namespaces.tsv"), [["openai", "10"], ["Qwen", "10"], ["small-lab", "2"]])
        ids = [row[0] for row in self.rows("repos.tsv")]
        self.assertEqual(ids, ["openai/whisper-large-v3", "Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-7B-Instruct", "small-lab/quiet-data"])
        self.assertIn(["qwen"], self.rows("words.txt"))
        header = (self.data / "namespaces.tsv").read_text().splitlines()[:4]
        self.assertEqual(header[1:], ["# source: Hub listing, 10 repos", "# date: 2026-01-01", "# count: 3"])

    def test_what_was_accepted_by_hand_is_taken(self):
        Path(self.notes, "accepted.txt").write_text("opnai\n0penai\n")
        code, out = self.run_tool("--endpoint", self.endpoint)
        self.assertEqual((code, out), (0, ""))
        names = [row[0] for row in self.rows("namespaces.tsv")]
        self.assertIn("opnai", names)
        self.assertNotIn("mixtralai", names)

    def test_a_second_run_changes_nothing(self):
        self.run_tool("--endpoint", self.endpoint)
        before = {path.name: path.read_bytes() for path in self.data.iterdir()}
        self.run_tool("--endpoint", self.endpoint)
        self.assertEqual(before, {path.name: path.read_bytes() for path in self.data.iterdir()})

    def test_pages_and_kinds_are_bounded(self):
        self.run_tool("--endpoint", self.endpoint, "--pages", "2", "--kinds", "model")
        self.assertEqual(len(FakeHub.asked), 2)

    def test_a_link_to_another_host_is_not_followed(self):
        FakeHub.foreign_link = True
        code, out = self.run_tool("--endpoint", self.endpoint)
        self.assertEqual(code, 2)
        self.assertIn("another host", out)
        self.assertFalse((self.data / "namespaces.tsv").exists())

    def test_a_hub_that_fails_is_an_error(self):
        code, out = self.run_tool("--endpoint", self.endpoint + "/nothing")
        self.assertEqual(code, 2)
        self.assertIn("404", out)

    def test_check_finds_a_slip_that_got_in(self):
        self.data.mkdir()
        (self.data / "namespaces.tsv").write_text("openai\t50\nopnai\t1\nsmall-lab\t1\n")
        code, out = self.run_tool("--check")
        self.assertEqual(code, 1)
        self.assertEqual(out, "not accepted: opnai (1) looks like openai (50)\n")

    def test_harvested_files_are_merged(self):
        folder = Path(self.folder.name, "harvest")
        folder.mkdir()
        (folder / "namespaces.tsv").write_text("namespace\tdistinct_repos\tsources\nopenai\t5\t50\n")
        (folder / "repos.tsv").write_text("id\tkind\tsources\tevidence\nopenai/whisper-tiny\tmodel\t3\turl\nopenai/Rare\tmodel\t1\tq1\n")
        (folder / "canonical-ids.tsv").write_text("bare_id\tkind\thome\tevidence\tn\nimdb\tdataset\ta/imdb,b/imdb\tseen\t3\ngpt2\tmodel\topenai-community/gpt2\tseen\t3\n")
        code, out = self.run_tool("--harvest", str(folder))
        self.assertEqual((code, out), (0, ""))
        self.assertEqual(self.rows("repos.tsv"), [["openai/whisper-tiny", "m", "3"]])
        self.assertEqual(self.rows("bare-ids.tsv"), [["gpt2", "m", "openai-community/gpt2", "seen"], ["imdb", "d", "", "seen"]])

    def test_words_near_a_short_namespace(self):
        self.data.mkdir()
        (self.data / "namespaces.tsv").write_text("google\t50\nQwen\t50\n")
        words, names = Path(self.folder.name, "words.txt"), Path(self.folder.name, "names.txt")
        words.write_text("gwen\ngoggle\nhouse\n")
        names.write_text("OWEN 0.1\nGoogla 0.1\n")
        self.run_tool("--near-words", str(words), str(names))
        self.assertEqual(self.rows("near-words.txt"), [["googla"], ["gwen"], ["owen"]])

    def test_the_lists_of_this_repository_are_clean(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.assertEqual(build_names.main(["--check"]), 0, out.getvalue())


if __name__ == "__main__":
    unittest.main()
