"""MkDocs hooks: files outside docs/ that pages link to become pages of the site.

Links are written for a reader of the source tree (../configs/quickstart.yaml, ../models/README.md). Markdown files
become pages as they are, other texts pages that show them, folders pages that list what they hold. The C++
reference that Doxygen writes is linked in the menu; scripts/build_docs.sh puts it beside the pages.
"""

import posixpath
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from mkdocs.structure.files import File
from mkdocs.structure.nav import Link, Section

sys.path.insert(0, str(Path(__file__).parent))
import markdown_text  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = {".cpp": "cpp", ".hpp": "cpp", ".py": "python", ".sh": "sh", ".yaml": "yaml", ".json": "json",
             ".sv": "systemverilog", ".v": "verilog", ".js": "javascript", ".mjs": "javascript", ".txt": "cmake"}
HOME = "README.md"

made = None  # a folder for the pages that are made; vanishes with the process


def tree_path(source, target):
    """Path in the tree of what a page of the site links to; None for links to elsewhere."""
    path = target.partition("#")[0]
    if not path or "://" in path or path.startswith("mailto:"):
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(in_tree(source)), path))


def in_tree(source):
    """Where a page of the site stands in the tree."""
    return source if not (ROOT / "docs" / source).exists() else "docs/" + source


def site_source(path):
    """Where a path of the tree is on the site, as a source for MkDocs."""
    if path == HOME:
        return "index.md"
    if path.startswith("docs/"):
        return path[len("docs/"):]
    whole = ROOT / path
    if whole.is_dir():
        return path + "/index.md"
    return path if path.endswith((".md", ".png", ".svg")) else path + ".md"


def tracked(folder):
    """Files and folders of a folder, as far as git knows them; everything where there is no git."""
    try:
        names = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", folder], capture_output=True, text=True,
                               check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in (ROOT / folder).rglob("*") if path.is_file()]
    inside = [name[len(folder) + 1:] for name in names if name]
    return sorted({name.split("/")[0] + ("/" if "/" in name else "") for name in inside})


def page_text(path):
    """Markdown of the page that stands for a file or folder of the tree."""
    whole = ROOT / path
    if whole.is_dir():
        items = []
        for name in tracked(path):
            items.append(f"- [{name}]({name})" if (whole / name).suffix in LANGUAGES else f"- {name}")
        return f"# {path}/\n\n" + "\n".join(items) + "\n"
    language = "cmake" if whole.name == "CMakeLists.txt" else LANGUAGES.get(whole.suffix, "text")
    return f"# {path}\n\n~~~~~~{language}\n{whole.read_text()}\n~~~~~~\n"


def on_files(files, config):
    global made
    made = tempfile.TemporaryDirectory(prefix="faultwave-docs-")
    waiting = [file.src_path for file in files.documentation_pages()] + ["CONTRIBUTING.md", "CHANGELOG.md",
                                                                         "models/README.md"]
    known = {file.src_path for file in files}
    seen = set()
    while waiting:
        source = waiting.pop()
        if source not in known:
            known.add(source)
            files.append(new_file(source, config))
        elif source in seen:
            continue
        seen.add(source)
        if not source.endswith(".md"):
            continue
        for _, target in markdown_text.links(text_of(source)):
            path = tree_path(source, target)
            if path and not path.startswith("docs/") and (ROOT / path).exists():
                waiting.append(site_source(path))
    return files


def is_made(source):
    return not (ROOT / "docs" / source).exists() and not (ROOT / source).exists()


def text_of(source):
    for folder in (ROOT / "docs", ROOT, Path(made.name)):
        if (folder / source).exists():
            return (folder / source).read_text()
    raise FileNotFoundError(source)


def new_file(source, config):
    folder = ROOT
    if is_made(source):
        path = source[:-len("/index.md")] if source.endswith("/index.md") else source[:-len(".md")]
        folder = Path(made.name)
        (folder / source).parent.mkdir(parents=True, exist_ok=True)
        (folder / source).write_text(page_text(path))
    return File(source, str(folder), config["site_dir"], config["use_directory_urls"])


def on_page_markdown(markdown, page, config, files):
    source = page.file.src_path

    def change(target):
        path = tree_path(source, target)
        if not path or not (ROOT / path).exists():
            return target  # elsewhere, or wrong: MkDocs complains
        there = site_source(path)
        if files.get_file_from_path(there) is None:
            return target
        hash_sign, anchor = ("#", target.partition("#")[2]) if "#" in target else ("", "")
        return posixpath.relpath(there, posixpath.dirname(source) or ".") + hash_sign + anchor

    return plain_pipes(markdown_text.replace_links(markdown, change))


def plain_pipes(markdown):
    """Forges want pipes escaped in the code spans of tables, Python-Markdown shows the backslash."""
    return re.sub(r"^\|.*", lambda row: re.sub(r"`[^`]*`", lambda code: code[0].replace("\\|", "|"), row[0]), markdown,
                  flags=re.M)


def on_nav(nav, config, files):
    for item in nav.items:
        if isinstance(item, Section) and item.title == "Reference":
            item.children.append(Link("C++ modules", "api/index.html"))
    return nav
