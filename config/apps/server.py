"""A server of the standard library: one process, one port, nothing about clusters in it."""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hello(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        greeting = os.environ.get("GREETING", "Hello")
        body = f"{greeting}! I am worker {os.environ.get('CLUSTER_SLOT', '?')}, process {os.getpid()}\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    try:
        ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Hello).serve_forever()
    except KeyboardInterrupt:
        pass
