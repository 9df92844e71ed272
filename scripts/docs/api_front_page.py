#!/usr/bin/env python3
"""Writes the front page of the C++ reference from the module table of docs/architecture.md.

api_front_page.py FILE    for Doxygen, in its own format; a module is a namespace where it has one
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main():
    table = re.findall(r"^\| `(\w+)` \| (.*?) \| ?(.*?) ?\|$", (ROOT / "docs/architecture.md").read_text(), re.M)
    if len(table) < 10:
        sys.exit("docs/architecture.md: the table of modules is not where it was")
    text = ["/** \\mainpage Modules", "", "<table><tr><th>module<th>holds<th>may use"]
    briefs = []
    for module, holds, may_use in table:
        holds = re.sub(r"`<?(\w+?)(\.h)?>?`", r"\1", holds)
        name = f"faultwave::{module}"
        spaces = any(f"namespace {name} " in header.read_text() for header in (ROOT / "sim" / module).glob("*.hpp"))
        text.append(f"<tr><td>{'@ref ' + name + ' ' + chr(34) + module + chr(34) if spaces else module}"
                    f"<td>{holds}<td>{may_use}")
        if spaces:
            briefs += ["/**", f" * @namespace {name}", f" * @brief {holds[0].upper() + holds[1:]}.", " */"]
    text += ["</table>", "", "How they fit together: docs/architecture.md, \"Architecture\" on the site. */"]
    briefs += ["/**", " * @namespace faultwave", " * @brief Faultwave; module base has no namespace of its own.", " */"]
    Path(sys.argv[1]).write_text("\n".join(text + briefs) + "\n")


if __name__ == "__main__":
    main()
