"""Clients that hold on to what a server has for them. slow.py PORT COUNT PATH

One half asks for PATH and takes a KiB of the answer each second, the other sends a byte of a head each second, all of them in turn
and spread over that second. Segments and windows are those of a far network, so that the kernel does not take the whole answer off
the server's hands.
Says `ready` when all are there, and how many the server has closed when it is told to end.
"""

import signal
import socket
import sys
import time

PORT, COUNT, PATH = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
# Of a second: all at once would hold up those who share a core with these clients, whoever the server is.
SHARES = 100
HEAD = b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: " + b"x" * 1000


def connected():
    client = socket.socket()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    client.connect(("127.0.0.1", PORT))
    return client


def step(client, turn, reads):
    """False when the server has gone."""
    try:
        if reads:
            return client.recv(1024) != b""
        return client.send(HEAD[turn:turn + 1]) == 1
    except BlockingIOError:
        return True
    except OSError:
        return False


def end(*_):
    print("lost", lost, flush=True)
    sys.exit()


lost = 0
signal.signal(signal.SIGTERM, end)
readers, writers = [], []
for index in range(COUNT):
    client = connected()
    reads = index % 2 == 0
    client.sendall(f"GET {PATH} HTTP/1.1\r\nHost: a\r\n\r\n".encode() if reads else HEAD[:20])
    if reads:
        client.recv(1)
    client.setblocking(False)
    (readers if reads else writers).append(client)
print("ready", flush=True)
begun = time.monotonic()
for turn in range(20, len(HEAD)):
    for share in range(SHARES):
        for group, reads in (readers, True), (writers, False):
            for index in range(share, len(group), SHARES):
                if group[index] and not step(group[index], turn, reads):
                    group[index] = None
                    lost += 1
        time.sleep(max(0.0, begun + (turn - 20) + (share + 1) / SHARES - time.monotonic()))
