"""Events that come late, and servers that use it: a worker is stopped until much is ready at once.

    stale_events.py CLUSTER_PROXY excess   a server says more than its answer's length; the next client on that connection asks at the same moment
    stale_events.py CLUSTER_PROXY order    a server resets in the middle of an early answer, of which the client has not taken all that there is

Says what the client in question got.
"""

import socket
import struct
import sys
import threading
import time

from one_worker import answer, ask, cluster, connect, is_whole, listen, read, stopped

program, case = sys.argv[1], sys.argv[2]
LENGTH = 200_000
COUNTED = b"".join(b"%07d\n" % number for number in range(LENGTH // 8))
OTHERS = 1500
rest_may_go, rest_is_out = threading.Event(), threading.Event()


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


def excess(port, worker):
    others = [connect(port) for _ in range(OTHERS)]
    for client in others:
        ask(client, b"/own")
        read(client, is_whole)
    first = connect(port)
    ask(first, b"/long")
    read(first, lambda got: len(got) > LENGTH - 1000)
    with stopped(worker):
        rest_may_go.set()
        rest_is_out.wait()
        for number, client in enumerate(others):
            ask(client, b"/victim" if number == OTHERS * 2 // 3 else b"/own")
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


with cluster(program, f"  - upstream: http://127.0.0.1:{listen(serve)}\n") as (port, worker):
    print({"excess": excess, "order": order}[case](port, worker).decode("latin-1"))
