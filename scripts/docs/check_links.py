#!/usr/bin/env python3
"""Checks the links of the Markdown files of the tree, offline: targets and anchors exist.

check_links.py [ROOT]

Also that sources, scripts and configurations mention only documents that exist, and that every page of docs/ is in the
menu of mkdocs.yml. Links to other servers are not followed. Exit status 1: something is wrong, one line each.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import markdown_text  # noqa: E402

SKIPPED = {"build", "out", "data", "node_modules", ".git"}
MENTIONING = {".cpp", ".hpp", ".py", ".sh", ".mjs", ".js", ".yaml", ".yml", ".txt", ".cmake", ".v", ".sv", ".lib"}
# A path of a document with, perhaps, an anchor; not as part of a longer path or of a pattern.
MENTION = re.compile(r"(?<![\w/.*-])((?:docs|models|bench|traces|examples)/[\w/-]+\.md)(#[\w-]+)?")


def files_of(root):
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        # Only top-level folders are skipped by name: models/data is ours.
        if relative.parts[0] not in SKIPPED and "node_modules" not in relative.parts and path.is_file():
            yield path


class Checker:
    def __init__(self, root):
        self.root = root
        self.anchors = {}
        self.problems = []
        self.num_links = 0

    def anchors_of(self, path):
        if path not in self.anchors:
            self.anchors[path] = markdown_text.anchors(path.read_text())
        return self.anchors[path]

    def complain(self, path, line, problem):
        self.problems.append(f"{path.relative_to(self.root)}:{line}: {problem}")

    def check(self, source, line, path, anchor, shown):
        self.num_links += 1
        if not path.exists():
            self.complain(source, line, f"no such file: {shown}")
        elif not path.resolve().is_relative_to(self.root):
            self.complain(source, line, f"leads out of the tree: {shown}")
        elif anchor and path.suffix == ".md":
            headings = self.anchors_of(path).get(anchor, [])
            if not headings:
                self.complain(source, line, f"no such heading: {shown}")
            elif len(headings) > 1:
                self.complain(source, line, f"several headings have this anchor: {shown}")

    def check_markdown(self, source):
        text = source.read_text()
        for offset, target in markdown_text.links(text):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            path, _, anchor = target.partition("#")
            self.check(source, text.count("\n", 0, offset) + 1, source.parent / path if path else source, anchor, target)

    def check_mentions(self, source):
        for number, line in enumerate(source.read_text(errors="replace").split("\n"), 1):
            for match in MENTION.finditer(line):
                self.check(source, number, self.root / match[1], (match[2] or "#")[1:], match[0])

    def check_menu(self):
        menu = self.root / "mkdocs.yml"
        named = re.findall(r":\s*([\w/-]+\.md)\s*$", menu.read_text(), re.M)
        for page in sorted((self.root / "docs").rglob("*.md")):
            if str(page.relative_to(self.root / "docs")) not in named:
                self.complain(page, 1, "is not in the menu of mkdocs.yml")
        for page in named:
            if not (self.root / "docs" / page).exists() and not (self.root / page).exists():
                self.complain(menu, 1, f"no such page: {page}")


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    checker = Checker(root)
    num_documents = 0
    for path in files_of(root):
        if path.suffix == ".md":
            num_documents += 1
            checker.check_markdown(path)
        elif path.suffix in MENTIONING or path.name == "CMakeLists.txt":
            checker.check_mentions(path)
    checker.check_menu()
    for problem in checker.problems:
        print(problem)
    print(f"{num_documents} documents, {checker.num_links} links, {len(checker.problems)} problems")
    return 1 if checker.problems else 0


if __name__ == "__main__":
    sys.exit(main())
