"""Opens pages of the built site in headless Chromium behind a proxy that notes what is asked for: nothing.

site_requests_test.py SITE      exit status 77: there is no Chromium
"""

import os
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

PAGES = ["index.html", "tutorial/first_hour.html", "gpu.html", "configuration.html", "api/index.html"]
# Loads an image from a server: the proxy must see that, else this test could not fail.
BAIT = "<html><body><img src='http://bait.example.org/x.png'></body></html>"
# The browser's own, whatever it shows.
BROWSERS_OWN = ("google.com", "googleapis.com", "gvt1.com", "gstatic.com", "chromium.org")


class Notes(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.requests.append(self.rfile.readline().decode(errors="replace").strip())
        self.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


class Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Notes)
        self.requests = []


def requests_of(browser, page):
    with Proxy() as proxy, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        result = subprocess.run(
            [browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-extensions", "--disable-background-networking", "--disable-component-update",
             f"--user-data-dir={profile}", f"--proxy-server=127.0.0.1:{proxy.server_address[1]}",
             "--virtual-time-budget=3000", "--dump-dom", page.resolve().as_uri()],
            capture_output=True, text=True, timeout=120)
        proxy.shutdown()
        if "</html>" not in result.stdout:
            sys.exit(f"{page}: Chromium shows nothing: {result.stderr[-500:]}")
        return [request for request in proxy.requests if not any(host in request for host in BROWSERS_OWN)]


def main():
    site = Path(sys.argv[1])
    browser = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    if not browser:
        print("there is no Chromium")
        sys.exit(77)
    if not (site / "index.html").exists():
        print(f"{site} has not been built")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        bait = Path(folder) / "bait.html"
        bait.write_text(BAIT)
        if not any("bait.example.org" in request for request in requests_of(browser, bait)):
            sys.exit("the proxy does not see the requests of pages")
    failed = False
    for name in PAGES:
        requests = requests_of(browser, site / name)
        print(f"{name}: {len(requests)} requests")
        for request in requests:
            print(f"  {request}")
            failed = True
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
