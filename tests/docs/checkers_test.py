"""The checkers of the documentation find what is wrong, each on a small tree of its own."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

GONE = "docs/" + "gone.md"  # in two pieces: the checker reads this file, too
SCRIPTS = Path(__file__).resolve().parents[2] / "scripts" / "docs"


class Checkers(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.root = Path(holder.name)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def run_script(self, name, *arguments, **environment):
        result = subprocess.run([sys.executable, SCRIPTS / name, *map(str, arguments)], capture_output=True, text=True,
                                env={**os.environ, **environment})
        return result.returncode, result.stdout + result.stderr

    def links_of(self, page, menu="nav:\n  - Home: index.md\n"):
        self.write("docs/index.md", page)
        self.write("mkdocs.yml", menu)
        self.write("docs/cli.md" if "cli.md" in menu else "other.md", "# A `b` & c\n\n```\n# no heading\n```\n")
        return self.run_script("check_links.py", self.root)

    def test_good_links_pass(self):
        page = "[a](../other.md#a-b--c) `[b](nothing.md)` [c](https://example.org/x)\n\n```\n[d](nothing.md)\n```\n[e](#here)\n\n## Here\n"
        self.assertEqual(self.links_of(page), (0, "2 documents, 2 links, 0 problems\n"))

    def test_dead_links_are_named_with_file_and_line(self):
        for link, problem in (("nothing.md", "no such file: nothing.md"),
                              ("../other.md#b", "no such heading: ../other.md#b"),
                              ("../other.md#no-heading", "no such heading"),
                              ("#nowhere", "no such heading: #nowhere")):
            status, output = self.links_of(f"text\n\n[a]({link})\n")
            self.assertEqual(status, 1)
            self.assertIn(f"docs/index.md:3: {problem}", output)

    def test_a_heading_that_occurs_twice_is_no_target(self):
        status, output = self.links_of("[a](#x)\n\n## X\n\n## X\n")
        self.assertEqual(status, 1)
        self.assertIn("several headings", output)

    def test_pages_and_menu_belong_together(self):
        self.write("docs/" + "lost.md", "# Lost\n")
        self.assertIn("lost.md:1: is not in the menu", self.links_of("")[1])
        status, output = self.links_of("", "nav:\n  - Gone: gone.md\n  - Home: index.md\n  - Lost: lost.md\n")
        self.assertEqual(status, 1)
        self.assertIn("no such page: gone.md", output)

    def test_sources_mention_documents_that_exist(self):
        self.write("sim/a.cpp", f'// see docs/index.md\nfail("{GONE}");\n')
        status, output = self.links_of("")
        self.assertEqual(status, 1)
        self.assertIn("sim/a.cpp:2: no such file: " + GONE, output)
        self.assertNotIn("sim/a.cpp:1", output)

    def site(self, body):
        self.write("index.html", f"<html><head><link rel='canonical' href='https://example.org'></head>{body}</html>")
        return self.run_script("check_site.py", self.root)

    def test_a_good_site_passes(self):
        self.write("sub/page.html", "<h1 id='top-of-it'>x</h1><a href='../index.html'>b</a>")
        self.assertEqual(self.site("<a href='sub/page.html#top-of-it'>a</a> <a href='https://example.org'>c</a>")[0], 0)

    def test_sites_load_nothing_from_servers_and_have_no_dead_links(self):
        for body, problem in (("<script src='https://example.org/x.js'></script>", "loaded from a server"),
                              ("<img src='//example.org/x.png'>", "loaded from a server"),
                              ("<link rel='stylesheet' href='https://example.org/x.css'>", "loaded from a server"),
                              ("<a href='gone.html'>x</a>", "no such file: gone.html"),
                              ("<a href='#gone'>x</a>", "no such anchor: #gone")):
            status, output = self.site(body)
            self.assertEqual(status, 1, body)
            self.assertIn(problem, output)

    def test_style_sheets_load_nothing_from_servers(self):
        self.write("x.css", "@font-face { src: url('https://example.org/font.woff') }")
        status, output = self.site("")
        self.assertEqual(status, 1)
        self.assertIn("x.css: loaded from a server", output)

    def page(self, text):
        return self.write("page.md", text)

    def test_outputs_that_differ_are_shown(self):
        page = self.page("# Page\n\n```console\n$ echo a; echo b\na\nc\n```\n")
        status, output = self.run_script("run_commands.py", page)
        self.assertEqual(status, 1)
        self.assertIn("-c\n+b", output)

    def test_times_paths_and_left_out_lines_are_not_compared(self):
        page = self.page("```sh\n# file: a.sh\necho one; echo two; echo took 1.25 s in /tmp/x/y.z\n```\n\n"
                         "```console\n$ bash \\\n> a.sh\none\n...\ntook 9 s in /home/you/y.z\n```\n")
        self.assertEqual(self.run_script("run_commands.py", page)[0], 0)

    def test_update_writes_what_was_printed(self):
        page = self.page("```console\n$ echo new\nold\n$ echo same\nsame\n```\ntext\n")
        self.assertEqual(self.run_script("run_commands.py", page, "--update")[0], 0)
        self.assertEqual(page.read_text(), "```console\n$ echo new\nnew\n$ echo same\nsame\n```\ntext\n")

    def test_a_page_without_commands_is_an_error(self):
        self.assertNotEqual(self.run_script("run_commands.py", self.page("# Nothing\n"))[0], 0)


if __name__ == "__main__":
    unittest.main()
