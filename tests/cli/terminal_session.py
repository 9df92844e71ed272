"""A program on a terminal of its own: what a user types, what the screen shows."""
import os
import pty
import re
import select
import signal
import time


class TerminalSession:
    """Runs `command` on a new pseudo terminal."""

    def __init__(self, command, environment):
        self.text = ''
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, environment)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def wait_for(self, pattern, seconds=60):
        """Reads until the regular expression occurs in what came since the last wait."""
        end = time.monotonic() + seconds
        while not re.search(pattern, self.text):
            ready, _, _ = select.select([self.terminal], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f'no {pattern!r} within {seconds} s in:\n{self.text}')
            try:
                data = os.read(self.terminal, 65536)
            except OSError:
                data = b''
            if not data:
                raise AssertionError(f'the program ended without {pattern!r}:\n{self.text}')
            self.text += re.sub(r'\x1b\[[0-9;?]*[A-Za-z]|\x07', '', data.decode(errors='replace'))
        found = re.search(pattern, self.text)
        shown, self.text = self.text[:found.end()], self.text[found.end():]
        return shown

    def close(self):
        """The exit status; a program that goes on is hung up on."""
        os.close(self.terminal)
        for _ in range(100):
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.1)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise AssertionError('the program does not end with its terminal')
