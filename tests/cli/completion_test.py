#!/usr/bin/env python3
"""Types into real shells and presses Tab. Usage: completion_test.py PROGRAM SOURCE_DIR"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from terminal_session import TerminalSession

PROMPT = 'ready> '
# Typed, followed by Tab; what must stand on the line or below it.
CASES = [
    ('faultwave camp', r'faultwave campaign '),
    ('faultwave ver', r'faultwave version '),
    ('faultwave netlist gen', r'faultwave netlist generate '),
    ('faultwave docs comp', r'faultwave docs completion '),
    ('faultwave run --dry', r'faultwave run --dry-run '),
    ('faultwave gemm --preload hid', r'--preload hidden '),
    ('faultwave gemm --preset tur', r'--preset turing '),
    ('faultwave query --format js', r'--format json '),
    ('faultwave sites fw8u_trunc8', r'fw8u_trunc8c'),
    ('faultwave netlist info fw8u_drum', r'fw8u_drum4 +fw8u_drum6|fw8u_drum6 +fw8u_drum4'),
    ('faultwave init --network strokes_l', r'--network strokes_lenet '),
    ('faultwave list mitig', r'faultwave list mitigations '),
    ('faultwave run my_con', r'faultwave run my_config\.yaml '),
    ('faultwave netlist generate --all --out-dir some_f', r'--out-dir some_folder/'),
]


def start(shell, folder, program, script):
    environment = dict(os.environ, PATH=f'{pathlib.Path(program).parent}:{os.environ["PATH"]}', TERM='dumb',
                       HOME=str(folder), PS1=PROMPT)
    environment.pop('PROMPT_COMMAND', None)
    if shell == 'bash':
        session = TerminalSession(['bash', '--norc', '--noprofile', '-i'], environment)
        session.wait_for(PROMPT)
        session.type(f'bind "set bell-style none"; bind "set show-all-if-ambiguous on"; source {script}; cd {folder}\n')
    else:
        session = TerminalSession(['zsh', '-f', '-i'], environment)
        session.type(f"PS1='{PROMPT}'; unsetopt zle_bracketed_paste; fpath=({script.parent} $fpath); "
                     f'autoload -Uz compinit; compinit -u -D; cd {folder}\n')
    session.type('echo begin-"of"-test\n')
    session.wait_for('begin-of-test')
    session.wait_for(PROMPT)
    return session


def check_shell(shell, program, folder):
    scripts = folder / 'scripts'
    scripts.mkdir(exist_ok=True)
    script = scripts / ('_faultwave' if shell == 'zsh' else 'faultwave')
    script.write_text(subprocess.run([program, 'docs', 'completion', shell], check=True, capture_output=True,
                                     text=True).stdout)
    subprocess.run([shell, '-n', str(script)], check=True)
    session = start(shell, folder, program, script)
    for typed, expected in CASES:
        session.type(typed + '\t\t')
        session.wait_for(expected, seconds=90)
        # Ctrl-U empties the line (in zsh, all of it).
        session.type('\x15\n')
        session.wait_for(PROMPT)
    session.close()
    print(f'{shell}: {len(CASES)} completions')


def main():
    program, source = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.environ['FAULTWAVE_ROOT'] = source
        (folder / 'my_config.yaml').write_text('')
        (folder / 'my_config.txt').write_text('')
        (folder / 'some_folder').mkdir()
        shells = [shell for shell in ('bash', 'zsh') if shutil.which(shell)]
        for shell in shells:
            check_shell(shell, program, folder)
        if 'zsh' not in shells:
            print('zsh is not here: its script was not tried')


if __name__ == '__main__':
    main()
