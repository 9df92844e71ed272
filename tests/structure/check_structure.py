#!/usr/bin/env python3
"""Checks the tree against the module table in docs/architecture.md.

A module may include only itself and what the table's third column allows, transitively closed.
<systemc> belongs to sim/systemc, Verilator's headers to sim/verilated, SQLite to sim/campaign, <mpi.h>
to sim/mpi, intrinsics and Highway to sim/bits. Usage: check_structure.py SOURCE_DIR
"""
import pathlib
import re
import sys

ONLY_IN = {
    r'systemc(\.h)?': 'systemc',
    r'verilated.*\.h': 'verilated',
    r'sqlite3\.h': 'campaign',
    r'mpi\.h': 'mpi',
    r'(hwy/.*|.*intrin\.h)': 'bits',
}


def read_table(path):
    """{module: set of directly allowed modules} from the rows `| `name` | ... | uses |`."""
    table = {}
    for line in path.read_text().splitlines():
        row = re.match(r'\| `(\w+)` \|[^|]*\|([^|]*)\|$', line)
        if row:
            uses = row.group(2).strip()
            table[row.group(1)] = uses if uses == 'all' else set(re.findall(r'\w+', uses))
    return table


def close(table):
    """Transitive closure; 'all' allows every module."""
    closed = {}

    def visit(name):
        if name not in closed:
            direct = set(table) if table[name] == 'all' else table[name]
            unknown = direct - set(table)
            if unknown:
                sys.exit(f'docs/architecture.md: {name} may use unknown modules {sorted(unknown)}')
            closed[name] = {name} | direct
            for other in direct - {name}:
                closed[name] |= visit(other)
        return closed[name]

    for name in table:
        visit(name)
    return closed


def violations(source):
    allowed = close(read_table(source / 'docs' / 'architecture.md'))
    if 'base' not in allowed or 'app' not in allowed:
        yield 'docs/architecture.md: the module table was not found'
        return
    for folder in sorted(p for p in (source / 'sim').iterdir() if p.is_dir()):
        module = folder.name
        files = sorted(f for f in folder.rglob('*') if f.suffix in ('.hpp', '.cpp'))
        if files and module not in allowed:
            yield f'sim/{module}: not in the module table of docs/architecture.md'
            continue
        for file in files:
            for number, line in enumerate(file.read_text().splitlines(), 1):
                include = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
                if not include:
                    continue
                where = f'{file.relative_to(source)}:{number}'
                target = include.group(2)
                for pattern, owner in ONLY_IN.items():
                    if re.fullmatch(pattern, target) and module != owner:
                        yield f'{where}: <{target}> belongs to sim/{owner}'
                if include.group(1) == '"' and '/' in target:
                    other = target.split('/')[0]
                    if other in allowed and other not in allowed[module]:
                        yield f'{where}: {module} may not use {other}'


def main():
    found = list(violations(pathlib.Path(sys.argv[1])))
    print('\n'.join(found) if found else 'module table holds')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
