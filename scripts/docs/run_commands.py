#!/usr/bin/env python3
"""Runs the commands that a page of the documentation shows, and compares or replaces what it shows them to print.

run_commands.py PAGE.md            exit status 1: an output differs, with the difference
run_commands.py PAGE.md --update   writes the outputs of this run into the page

Commands are the lines that begin with `$ ` in blocks marked `console`. Those of a page run one after another in one new
folder, in which `configs`, `models` and `rtl` are those of the tree. `faultwave` is the program that $FAULTWAVE_PROGRAM
names, else the one in $PATH. Times, rates and absolute paths are masked; a line `...` stands for any lines. A block of any
language whose first line is a comment `file: NAME` is written to that file.
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```([\w-]+)\n(.*?)^```$", re.M | re.S)
FILE = re.compile(r"^(?:#|//|--) file: (\S+)\n")
TIMEOUT_SECONDS = 300


# Long campaigns say how far they are.
PROGRESS = re.compile(r"^\d+ of \d+ trials, ")


def masked(text):
    text = re.sub(r"\b\d+(\.\d+)? s\b", "T s", text)
    text = re.sub(r"\b\d+(\.\d+)? (trials|candidates)/s", r"R \2/s", text)
    text = re.sub(r"^(  (?:bit-parallel|Verilator|Icarus Verilog) .*?) +\d+\.\d\d$", r"\1 T", text, flags=re.M)
    text = re.sub(r"(?<![\w.])/[\w./-]*/", "PATH/", text)
    return [line.rstrip() for line in text.rstrip("\n").split("\n") if not PROGRESS.match(line)]


def matches(shown, printed):
    """Whether the lines agree; `...` among those shown stands for any number of lines."""
    if "..." not in shown:
        return shown == printed
    pattern = "\n".join("(?:.*\n)*?.*" if line == "..." else re.escape(line) for line in shown)
    return re.fullmatch(pattern, "\n".join(printed)) is not None


def commands_of(block):
    """[(command, shown output)]; a command goes on in lines that begin with "> "."""
    commands = []
    for line in block.split("\n")[:-1]:
        if line.startswith("$ "):
            commands.append([line[2:], ""])
        elif not commands:
            raise SystemExit(f"a block begins with output: {line}")
        elif line.startswith("> ") and not commands[-1][1]:
            commands[-1][0] += "\n" + line[2:]
        else:
            commands[-1][1] += line + "\n"
    return commands


def run(command, folder, environment):
    result = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_SECONDS)
    return result.stdout


def environment_of(folder):
    environment = {**os.environ, "FAULTWAVE_ROOT": str(ROOT), "NO_COLOR": "1"}
    environment.pop("FAULTWAVE_DATA", None)  # pages use what the tree ships
    if "FAULTWAVE_PROGRAM" in os.environ:
        programs = folder / ".bin"
        programs.mkdir()
        (programs / "faultwave").symlink_to(Path(os.environ["FAULTWAVE_PROGRAM"]).resolve())
        environment["PATH"] = f"{programs}:{environment['PATH']}"
    return environment


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page", type=Path)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    text = options.page.read_text()
    parts, end, num_commands, failures = [], 0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = environment_of(folder)
        for shared in ("configs", "models", "rtl"):
            (folder / shared).symlink_to(ROOT / shared)
        for match in BLOCK.finditer(text):
            language, body = match.groups()
            file = FILE.match(body)
            if file:
                (folder / file[1]).write_text(body)
            if language != "console":
                continue
            updated = ""
            for command, shown in commands_of(body):
                printed = run(command, folder, environment).replace(f"{folder}/", "").replace(str(ROOT), "/home/you/faultwave")
                num_commands += 1
                updated += "$ " + command.replace("\n", "\n> ") + "\n"
                if matches(masked(shown), masked(printed)):
                    updated += shown
                    continue
                lines = [line.rstrip() for line in printed.rstrip("\n").split("\n") if not PROGRESS.match(line)]
                updated += "\n".join(lines) + "\n" if printed else ""
                failures += 1
                if not options.update:
                    print(f"{options.page}: {command}")
                    print("\n".join(difflib.unified_diff(masked(shown), masked(printed), "shown", "printed", lineterm="")))
            parts += [text[end:match.start(2)], updated]
            end = match.end(2)
    if not num_commands:
        sys.exit(f"{options.page}: no commands")
    if options.update:
        options.page.write_text("".join(parts) + text[end:])
    print(f"{options.page}: {num_commands} commands, {failures} {'updated' if options.update else 'differ'}")
    return 1 if failures and not options.update else 0


if __name__ == "__main__":
    sys.exit(main())
