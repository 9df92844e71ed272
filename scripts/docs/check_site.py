#!/usr/bin/env python3
"""Checks a built site, offline: links and anchors lead somewhere, and nothing is loaded from another server.

check_site.py SITE     exit status 1: something is wrong, one line each
"""

import functools
import html
import os
import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself; <a> and <link rel=canonical> wait for a reader.
FETCHED = {("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("link", "href"), ("use", "href"),
           ("object", "data"), ("embed", "src")}
ALWAYS_THERE = {"top", "__top"}
INERT_RELATIONS = {"canonical", "next", "prev", "alternate", "author", "license"}


TAG = re.compile(r"<(\w+)\s([^<>]*)>")
ATTRIBUTE = re.compile(r"([\w-]+)=(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
SCRIPT = re.compile(r"(<script\b[^>]*>).*?</script>|<!--.*?-->", re.S)


class Page:
    """Tags by pattern: a parser takes ten times as long over the thousand pages of the C++ reference."""

    def __init__(self, text):
        self.ids = set()
        self.links = []    # targets
        self.fetched = []
        for tag, attributes in TAG.findall(SCRIPT.sub(r"\1", text)):
            values = {name: html.unescape(a or b or c) for name, a, b, c in ATTRIBUTE.findall(attributes)}
            self.ids.update(values[name] for name in ("id", "name") if name in values)
            for name in ("href", "src", "data"):
                if name not in values:
                    continue
                inert = tag == "link" and INERT_RELATIONS & set(values.get("rel", "").split())
                if (tag, name) in FETCHED and not inert:
                    self.fetched.append(values[name])
                elif name == "href":
                    self.links.append(values[name])


def styles(path):
    return re.findall(r"(?:url\(|@import\s*)[\"']?([^\"')]+)", path.read_text())


def main():
    site = Path(sys.argv[1]).resolve()
    pages = {path: Page(path.read_text()) for path in site.rglob("*.html")}
    if not pages:
        sys.exit(f"{site}: no pages")
    problems = set()
    num_links = 0
    exists = functools.cache(Path.exists)

    def check(path, target, is_fetched):
        nonlocal num_links
        num_links += 1
        parts = urlsplit(target)
        if parts.scheme in {"data", "javascript", "mailto"}:
            return
        where = f"{path.relative_to(site)}: "
        if parts.scheme or parts.netloc:
            if is_fetched:
                problems.add(f"{where}loaded from a server: {target}")
            return
        there = path
        if parts.path:
            # The error page is served for any address: its links start at the root of the site.
            base = site if parts.path.startswith("/") else path.parent
            there = Path(os.path.normpath(base / unquote(parts.path).lstrip("/")))
        if there not in pages and there.is_dir():
            there = there / "index.html"
        if there not in pages and not exists(there):
            problems.add(f"{where}no such file: {target}")
        elif parts.fragment and there in pages and unquote(parts.fragment) not in pages[there].ids | ALWAYS_THERE:
            # Doxygen links to headings of lists that it does not write; its anchors are its own affair.
            if path.relative_to(site).parts[0] != "api":
                problems.add(f"{where}no such anchor: {target}")

    for path, page in pages.items():
        for target in page.links:
            check(path, target, False)
        for target in page.fetched:
            check(path, target, True)
    for path in site.rglob("*.css"):
        for target in styles(path):
            check(path, target, True)
    for problem in sorted(problems):
        print(problem)
    print(f"{len(pages)} pages, {num_links} links, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
