#!/usr/bin/env python3
"""`faultwave init` by answers on a terminal. Usage: init_dialog_test.py PROGRAM SOURCE_DIR"""
import os
import pathlib
import subprocess
import sys
import tempfile

from terminal_session import TerminalSession


def main():
    program, source = sys.argv[1:]
    environment = dict(os.environ, FAULTWAVE_ROOT=source, NO_COLOR='1', TERM='xterm')
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        session = TerminalSession([program, 'init'], environment)
        for question, answer in [(r'run\) or many faults.*: ', 'campain'), (r"did you mean 'campaign'.*[\s\S]*: ", 'campaign'),
                                 (r'network.*: ', 'strokes_mpl'), (r"did you mean 'strokes_mlp'[\s\S]*: ", ''),
                                 (r'multiplier.*: ', 'fw8s_bw'), (r'preset.*: ', '128x128'),
                                 (r'mitigations.*: ', 'none, fap'), (r'file to write.*: ', 'mine.yaml')]:
            session.wait_for(question)
            session.type(answer + '\n')
        session.wait_for('mine.yaml: written')
        status = session.close()
        assert status in (0, -1), status
        text = pathlib.Path('mine.yaml').read_text()
        for part in ('network: strokes_mlp', 'netlist: fw8s_bw', 'number_format: int8', 'preset: 128x128',
                     'mitigations: [none, fap]', 'campaign:'):
            assert part in text, f'{part!r} is not in\n{text}'
        subprocess.run([program, 'campaign', 'mine.yaml', '--dry-run'], check=True, env=environment,
                       stdout=subprocess.DEVNULL)
        # Without a terminal nothing is asked.
        subprocess.run([program, 'init'], check=True, env=environment, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)
        assert 'preset: 16x16' in pathlib.Path('faultwave.yaml').read_text()
        print('the dialogue writes what was answered')


if __name__ == '__main__':
    main()
