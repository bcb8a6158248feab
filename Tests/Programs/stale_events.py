"""Events that come late, and servers that use it: a worker is stopped until much is ready at once.

    stale_events.py CLUSTER_PROXY excess   a server says more than its answer's length; the next client on that connection asks at the same moment
    stale_events.py CLUSTER_PROXY order    a server resets in the middle of an early answer, of which the client has not taken all that there is

Says what the client in question got.
"""

import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

program, case = sys.argv[1], sys.argv[2]
LENGTH = 200_000
COUNTED = b"".join(b"%07d\n" % number for number in range(LENGTH // 8))
OTHERS = 1500
rest_may_go, rest_is_out = threading.Event(), threading.Event()


def answer(body, length=None):
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


def serve(connection):
    try:
        while asked := connection.recv(65536):
            if b"/long" in asked:
                connection.sendall(answer(COUNTED[:-1000], LENGTH))
                rest_may_go.wait()
                connection.sendall(COUNTED[-1000:] + answer(b"stolen"))
                rest_is_out.set()
            elif b"/early" in asked:
                connection.sendall(answer(COUNTED[:65_000], LENGTH))
                time.sleep(0.3)
                connection.sendall(COUNTED[65_000:])
                time.sleep(0.5)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return connection.close()
            elif b"/first" in asked:
                connection.sendall(answer(b"-" * 60_000))
            else:
                connection.sendall(answer(b"good"))
    except OSError:
        pass


def accept(listener):
    while True:
        threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()


def connect(port, narrow=False):
    client = socket.socket()
    if narrow:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 6000)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    client.settimeout(10)
    client.connect(("127.0.0.1", port))
    return client


def ask(client, target, method=b"GET", body=b"", length=0):
    framing = b"Content-Length: %d\r\n" % length if method == b"POST" else b""
    client.sendall(method + b" " + target + b" HTTP/1.1\r\nHost: a\r\n" + framing + b"\r\n" + body)


def read(client, until=lambda got: False):
    got = b""
    try:
        while not until(got) and (some := client.recv(65536)):
            got += some
    except OSError:
        pass
    return got


def is_whole(got):
    head, _, body = got.partition(b"\r\n\r\n")
    return b"Content-Length: %d" % len(body) in head


def excess(port, worker):
    others = [connect(port) for _ in range(OTHERS)]
    for client in others:
        ask(client, b"/own")
        read(client, is_whole)
    first = connect(port)
    ask(first, b"/long")
    read(first, lambda got: len(got) > LENGTH - 1000)
    os.kill(worker, signal.SIGSTOP)
    rest_may_go.set()
    rest_is_out.wait()
    for number, client in enumerate(others):
        ask(client, b"/victim" if number == OTHERS * 2 // 3 else b"/own")
    os.kill(worker, signal.SIGCONT)
    return read(others[OTHERS * 2 // 3], is_whole).partition(b"\r\n\r\n")[2]


def order(port, worker):
    client = connect(port, narrow=True)
    ask(client, b"/first")
    time.sleep(0.5)
    ask(client, b"/early", b"POST", b"a" * 10, 30_000)
    time.sleep(1.5)
    got = client.recv(3000)
    time.sleep(0.1)
    client.sendall(b"b" * 10)
    time.sleep(0.2)
    client.settimeout(3)
    got += read(client)
    body = got.partition(b"-" * 60_000)[2].partition(b"\r\n\r\n")[2]
    return b"good" if body and COUNTED.startswith(body) else b"out of order"


with tempfile.TemporaryDirectory() as folder:
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with open(f"{folder}/cluster.yaml", "w") as file:
        file.write(f"""
listen: ["127.0.0.1:{port}"]
workers: 1
admin: {{ socket: off }}
routes:
  - {{ path: /own, respond: own }}
  - upstream: http://127.0.0.1:{listener.getsockname()[1]}
""")
    process = subprocess.Popen([program, "--config", f"{folder}/cluster.yaml"], stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 10
        while time.monotonic() < end:
            try:
                connect(port).close()
                break
            except OSError:
                time.sleep(0.02)
        client = connect(port)
        ask(client, b"/own")
        read(client, is_whole)
        found = subprocess.run(["pgrep", "-P", str(process.pid), "-f", "worker 0"], capture_output=True, text=True).stdout
        print({"excess": excess, "order": order}[case](port, int(found)).decode("latin-1"))
    finally:
        process.terminate()
        process.wait()
