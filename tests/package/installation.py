"""An installed Faultwave, run as by a user who has never seen the sources."""
import os
import pathlib
import shutil
import subprocess


class Installation:
    """The installation below `prefix`; everything runs in `work` with a home of its own."""

    def __init__(self, prefix, work):
        self.prefix = pathlib.Path(prefix)
        self.work = pathlib.Path(work)
        self.data = self.prefix / 'share' / 'faultwave'
        home = self.work / 'home'
        home.mkdir(parents=True, exist_ok=True)
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(('FAULTWAVE_', 'XDG_')) and name != 'CMAKE_PREFIX_PATH'}
        self.environment.update(HOME=str(home), NO_COLOR='1',
                                PATH=f'{self.prefix / "bin"}:{os.environ["PATH"]}')

    def run(self, *command, status=0):
        """Output of a command (stdout, then stderr); AssertionError when it ends with another status."""
        done = subprocess.run([str(word) for word in command], cwd=self.work, env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=500)
        assert done.returncode == status, \
            f'{command}: exit status {done.returncode}, not {status}\n{done.stdout}\n{done.stderr}'
        return done.stdout + done.stderr

    def faultwave(self, *arguments, status=0):
        return self.run('faultwave', *arguments, status=status)

    def write(self, name, text):
        path = self.work / name
        path.write_text(text)
        return path


def check_own_program(installation):
    """The program on PATH is the installed one."""
    found = shutil.which('faultwave', path=installation.environment['PATH'])
    assert pathlib.Path(found).parent == installation.prefix / 'bin', found
