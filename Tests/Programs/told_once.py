"""What comes at once, and is told of once: a worker is stopped while more is sent than one read takes, or an end behind what a read takes.

    told_once.py CLUSTER_PROXY CASE   one of the functions below

Says "good" or "bad".
"""

import os
import socket
import struct
import sys
import tempfile
import threading

from one_worker import answer, ask, cluster, connect, is_steady, is_whole, listen, read, request, sent_beside, stopped, wait_for

program, case = sys.argv[1], sys.argv[2]
LARGE = bytes(range(256)) * 2048
may_answer, has_answered, asked, has_ended = (threading.Event() for _ in range(4))


def serve(connection):
    """Counts bodies, answers at large and at length, and ends or talks on behind its answer where it is asked to."""
    got = b""
    try:
        while some := connection.recv(65536):
            got += some
            head, end, body = got.partition(b"\r\n\r\n")
            if not end or b"POST" in head and len(body) < len(LARGE):
                continue
            got = b""
            if b"/never" in head:
                asked.set()
                connection.recv(1)
                return has_ended.set()
            if b"/ends" in head:
                asked.set()
                may_answer.wait()
                connection.sendall(answer(b"last"))
                connection.shutdown(socket.SHUT_RDWR)
                return has_answered.set()
            connection.sendall(answer(LARGE if b"/large" in head else b"%d" % len(body)))
            if b"/large/last" in head:
                connection.shutdown(socket.SHUT_RDWR)
                return has_answered.set()
    except OSError:
        pass


def serve_locally(connection):
    """Half of the answer comes with a descriptor, and the rest at the same moment; or the answer does, and what nobody has asked for."""
    try:
        while head := connection.recv(65536):
            asked.set()
            may_answer.wait()
            length = 4 if b"/more" in head else 8
            head = answer(b"four", length)
            socket.send_fds(connection, [head], [0])
            connection.sendall(b"four")
            has_answered.set()
    except OSError:
        pass


def kept(port, target=b"/own"):
    client = connect(port)
    ask(client, target)
    read(client, is_whole)
    return client


def content(got):
    return got.partition(b"\r\n\r\n")[2]


def end_behind_request(port, worker, target=b"/own", body=b"own"):
    client = kept(port)
    with stopped(worker):
        ask(client, target)
        client.shutdown(socket.SHUT_WR)
    # Until the end, which is not to be waited for.
    return content(read(client)) == body and client.recv(1) == b""


def end_behind_forwarded_request(port, worker):
    return end_behind_request(port, worker, b"/count", b"0")


def requests(port, worker, target=b"/own", count=4000):
    client = kept(port)
    with stopped(worker):
        sender = sent_beside(client, request(target) * count)
        wait_for(lambda: not sender.is_alive() or is_steady(client))
    got = read(client, lambda got: got.count(b"HTTP/1.1 200") == count and got.endswith(b"own" if target == b"/own" else b"0"))
    sender.join()
    return got.count(b"HTTP/1.1 200") == count


def forwarded_requests(port, worker):
    return requests(port, worker, b"/count", 1500)


def urgent_byte(port, worker):
    """A read stops where it is, whatever is behind it."""
    for target, body in [(b"/own", b"own"), (b"/count", b"0")]:
        client = kept(port)
        with stopped(worker):
            ask(client, target)
            client.send(b"!", socket.MSG_OOB)
            ask(client, target)
        got = read(client, lambda got: got.count(b"\r\n\r\n" + body) == 2)
        if got.count(b"HTTP/1.1 200") != 2:
            return False
    return True


def upload(port, worker):
    """A body that comes while nobody reads it, on a connection that has been told of once before."""
    client = kept(port, b"/count")
    with stopped(worker):
        sender = sent_beside(client, request(b"/count", b"POST", LARGE, len(LARGE)))
        wait_for(lambda: not sender.is_alive() or is_steady(client))
    got = read(client, is_whole)
    sender.join()
    return content(got) == b"%d" % len(LARGE)


def request_behind_upload(port, worker):
    """A long body that comes in pieces, each of which one read takes, and the next request with the last of them."""
    client = kept(port, b"/count")
    ask(client, b"/count", b"POST", b"", len(LARGE))
    for start in range(0, len(LARGE) - 4096, 4096):
        client.sendall(LARGE[start:start + 4096])
    with stopped(worker):
        client.sendall(LARGE[-4096:] + request(b"/own"))
    got = read(client, lambda got: got.endswith(b"\r\n\r\nown"))
    return got.count(b"HTTP/1.1 200") == 2 and b"\r\n\r\n%d" % len(LARGE) in got


def end_behind_long_answer(port, worker):
    """While its client takes nothing of it."""
    client = connect(port, narrow=True)
    ask(client, b"/large/last")
    if not has_answered.wait(10) or content(read(client, is_whole)) != LARGE:
        return False
    ask(client, b"/count")
    return content(read(client, is_whole)) == b"0"


def large_and_small(port, worker):
    client = kept(port, b"/count")
    for target, body in [(b"/large", LARGE), (b"/count", b"0")] * 20:
        ask(client, target)
        if content(read(client, is_whole)) != body:
            return False
    return True


def end_behind_answer(port, worker):
    """Of a kept connection: whoever would be given it next gets another one, whatever he asks."""
    client = kept(port, b"/count")
    ask(client, b"/ends")
    asked.wait(10)
    with stopped(worker):
        may_answer.set()
        has_answered.wait(10)
    if content(read(client, is_whole)) != b"last":
        return False
    ask(client, b"/count", b"POST", LARGE, len(LARGE))
    return content(read(client, is_whole)) == b"%d" % len(LARGE)


def reset_behind_forwarded_request(port, worker):
    """Nobody waits for the answer any more: the server is told at once."""
    client = kept(port, b"/count")
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with stopped(worker):
        ask(client, b"/never")
        client.close()
    return asked.wait(5) and has_ended.wait(5)


def descriptor(port, worker):
    """Along with half of an answer, and with the whole of one that has something behind it."""
    for target, bodies in [(b"/local/half", [b"fourfour"]), (b"/local/more", [b"four", b"four"])]:
        client = connect(port)
        for body in bodies:
            has_answered.clear()
            may_answer.clear()
            asked.clear()
            ask(client, target)
            asked.wait(10)
            with stopped(worker):
                may_answer.set()
                has_answered.wait(10)
            got = read(client, is_whole)
            if not is_whole(got) or content(got) != body:
                return False
    return True


CASES = {run.__name__: run for run in [
    end_behind_request, end_behind_forwarded_request, requests, forwarded_requests, urgent_byte, upload, request_behind_upload,
    large_and_small, end_behind_answer, end_behind_long_answer, reset_behind_forwarded_request, descriptor]}

with tempfile.TemporaryDirectory() as folder:
    local = os.path.join(folder, "server")
    listen(serve_locally, socket.create_server(local, family=socket.AF_UNIX))
    routes = f"  - {{ path: /local, upstream: 'http+unix:{local}' }}\n  - upstream: http://127.0.0.1:{listen(serve)}\n"
    with cluster(program, routes) as (port, worker):
        print("good" if CASES[case](port, worker) else "bad")
