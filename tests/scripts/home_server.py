"""An HTTP server that stands in for the homes of the data sets, well or badly behaved.

The first folder of a request says how the file behind it is served, the rest is looked up in `files`.
"""

import http.server
import re
import threading
import time

HOLD_SECONDS = 120  # longer than any client waits


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        way, _, name = self.path.lstrip("/").partition("/")
        server = self.server
        content = server.files.get(name)
        start = self.range_start()
        with server.lock:
            seen = sum(1 for request in server.requests if request[:2] == (way, name))
            server.requests.append((way, name, start))
        if content is None or way == "missing":
            return self.send_error(404)
        getattr(self, "serve_" + way)(content, start, seen)

    def range_start(self):
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(found.group(1)) if found else 0

    def begin(self, total, start=0):
        if start >= total > 0:
            return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(total - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        self.end_headers()
        return True

    def hang_up(self):
        self.wfile.flush()
        self.close_connection = True

    def serve_good(self, content, start, seen):
        if self.begin(len(content), start):
            self.wfile.write(content[start:])

    def serve_truncated(self, content, start, seen):
        """A shorter file, announced as such."""
        self.serve_good(content[:len(content) * 2 // 3], start, seen)

    def serve_corrupted(self, content, start, seen):
        middle = len(content) // 2
        self.serve_good(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:], start, seen)

    def serve_dropped(self, content, start, seen):
        """The connection ends half-way, at first."""
        if seen > 0:
            return self.serve_good(content, start, seen)
        if self.begin(len(content), start):
            self.wfile.write(content[start:len(content) // 2])
            self.hang_up()

    def serve_rangeless(self, content, start, seen):
        """Half at first, and always from the start."""
        self.begin(len(content))
        self.wfile.write(content if seen > 0 else content[:len(content) // 2])
        if seen == 0:
            self.hang_up()

    def serve_stalled(self, content, start, seen):
        """Half, then nothing more."""
        if self.begin(len(content), start):
            self.wfile.write(content[start:len(content) // 2])
            self.wfile.flush()
            self.server.released.wait(HOLD_SECONDS)
            self.close_connection = True


class HomeServer(http.server.ThreadingHTTPServer):
    """`files`: content by name. `requests`: (way, name, first byte) of each one so far."""

    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files
        self.requests = []
        self.lock = threading.Lock()
        self.released = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # clients hang up on purpose

    def url(self, way):
        return f"http://127.0.0.1:{self.server_address[1]}/{way}"

    def wait_for_request(self, way):
        end = time.time() + HOLD_SECONDS
        while time.time() < end:
            with self.lock:
                if any(request[0] == way for request in self.requests):
                    return
            time.sleep(0.02)
        raise AssertionError(f"no request for {way}")

    def stop(self):
        self.released.set()
        self.shutdown()
        self.server_close()
