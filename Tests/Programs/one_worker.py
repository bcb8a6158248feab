"""A cluster of one worker in front of servers that this program makes up, and clients of it."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time


def listen(serve, listener=None):
    """A server whose connections are given to `serve`, each in a thread of its own; its port."""
    listener = listener or socket.create_server(("127.0.0.1", 0), backlog=512)

    def accept():
        while True:
            threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


@contextlib.contextmanager
def cluster(program, routes):
    """The port of a cluster with these routes, and the pid of its worker, for as long as it is wanted."""
    routes = f"workers: 1\nroutes:\n  - {{ path: /own, respond: own }}\n{routes}"
    with running(program, routes, "worker 0") as (port, worker):
        client = connect(port)
        ask(client, b"/own")
        read(client, is_whole)
        yield port, worker


@contextlib.contextmanager
def running(program, settings, process, *places):
    """The port of a cluster that listens at these places as well, and the pid of its process of this name, for as long as it is wanted."""
    with tempfile.TemporaryDirectory() as folder:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        with open(f"{folder}/cluster.yaml", "w") as file:
            file.write(f"listen: {json.dumps([f'127.0.0.1:{port}', *places])}\nadmin: {{ socket: off }}\n{settings}")
        master = subprocess.Popen([program, "--config", f"{folder}/cluster.yaml"], stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: connect(port).close() is None)
            yield port, wait_for(lambda: child(master.pid, process))
        finally:
            master.terminate()
            master.wait()


def wait_for(found):
    """What it finds, as soon as it finds anything."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            if what := found():
                return what
        time.sleep(0.02)
    raise TimeoutError("it does not come about")


def child(parent, name):
    found = subprocess.run(["pgrep", "-P", str(parent), "-f", name], capture_output=True, text=True).stdout.split()
    return int(found[0]) if found else None


def state(pid):
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]


@contextlib.contextmanager
def stopped(worker):
    """Whatever happens meanwhile is told to the worker at once."""
    os.kill(worker, signal.SIGSTOP)
    try:
        end = time.monotonic() + 10
        while state(worker) != "T":
            assert time.monotonic() < end, "the worker does not stop"
            time.sleep(0.001)
        yield
    finally:
        os.kill(worker, signal.SIGCONT)


def connect(port, narrow=False):
    client = socket.socket()
    if narrow:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 6000)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    client.settimeout(10)
    client.connect(("127.0.0.1", port))
    return client


def request(target, method=b"GET", body=b"", length=0):
    framing = b"Content-Length: %d\r\n" % length if method == b"POST" else b""
    return method + b" " + target + b" HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n" + body


def ask(client, *asked):
    client.sendall(request(*asked))


def answer(body, length=None):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


def sent_beside(sender, what):
    thread = threading.Thread(target=sender.sendall, args=[what])
    thread.start()
    return thread


def unread(end):
    """Bytes that it has sent and that nobody has acknowledged, tcp(7)."""
    return int.from_bytes(fcntl.ioctl(end, termios.TIOCOUTQ, bytes(4)), sys.byteorder)


def is_steady(end, moments=10):
    """Nobody takes what it sends."""
    seen = set()
    for _ in range(moments):
        seen.add(unread(end))
        time.sleep(0.01)
    return len(seen) == 1 and seen != {0}


def read(client, until=lambda got: False):
    """What comes until that is so, or its end, or nothing for long."""
    got = bytearray()
    try:
        while not until(got) and (some := client.recv(65536)):
            got += some
    except OSError:
        pass
    return bytes(got)


def is_whole(got):
    head, _, body = got.partition(b"\r\n\r\n")
    return b"Content-Length: %d" % len(body) in head
