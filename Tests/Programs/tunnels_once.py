"""What comes at once through a tunnel, and is told of once: the process that moves it is stopped while it comes, in either direction.

    tunnels_once.py CLUSTER_PROXY KIND CASE   `upgraded`, a worker that has switched protocols, or `relayed`, to a command; one of the functions below

Says "good" or "bad".
"""

import base64
import hashlib
import os
import queue
import socket
import struct
import sys
import tempfile
import threading

from one_worker import is_steady, listen, read, running, sent_beside, stopped, unread, wait_for

LARGE = bytes(range(256)) * 4096
KEY = base64.b64encode(bytes(16)).decode()
ACCEPTED = base64.b64encode(hashlib.sha1(KEY.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()).decode()
UPGRADE = f"GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: {KEY}\r\n\r\n"
SWITCHED = f"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {ACCEPTED}\r\n\r\n"
servers = queue.Queue()


# The end of the tunnel that is not the client's


def hand_on(listener, place):
    """As a command: gives each connection to the program that looks on."""
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(place)
        while True:
            connection = listener.accept()[0]
            socket.send_fds(control, [b"x"], [connection.fileno()])
            connection.close()


def take(control):
    while some := socket.recv_fds(control, 1, 1)[1]:
        servers.put(socket.socket(fileno=some[0]))


def switch(connection):
    read(connection, lambda got: got.endswith(b"\r\n\r\n"))
    connection.sendall(SWITCHED.encode())
    servers.put(connection)


# Tunnels


class Tunnels:
    def __init__(self, mover, connect, greets):
        self.mover, self.connect, self.greets = mover, connect, greets

    def open(self, place=None):
        """Both ends, each of which has heard of the other."""
        client = self.connect(place)
        if self.greets:
            client.sendall(UPGRADE.encode())
            read(client, lambda got: got.endswith(b"\r\n\r\n"))
        client.sendall(b"hello")
        server = self.heard()
        server.sendall(b"hello")
        assert gets(client, b"hello")
        return client, server

    def heard(self):
        """The server's end; those of connections that were only to see whether anybody listens have nothing to say."""
        while True:  # Until there is none for so long.
            server = servers.get(timeout=10)
            server.settimeout(10)
            if gets(server, b"hello"):
                return server

    def both_ways(self, run):
        """Whether it is so from the client to the server, and from the server to the client."""
        return run(*self.open()) and run(*reversed(self.open()))


def gets(end, what):
    return read(end, lambda got: len(got) >= len(what)) == what


def is_over(end):
    try:
        return end.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


# What is to hold


def end_behind_bytes(tunnels):
    def run(one, other):
        with stopped(tunnels.mover):
            one.sendall(b"last")
            one.shutdown(socket.SHUT_WR)
        return gets(other, b"last") and is_over(other)
    return tunnels.both_ways(run)


def reset_behind_bytes(tunnels):
    def run(one, other):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with stopped(tunnels.mover):
            one.sendall(b"last")
            one.close()
        read(other, lambda got: got == b"last")
        return is_over(other)
    return tunnels.both_ways(run)


def more_than_a_read(tunnels):
    def run(one, other):
        with stopped(tunnels.mover):
            sender = sent_beside(one, LARGE)
            wait_for(lambda: unread(one) > 256 * 1024)
        good = gets(other, LARGE)
        sender.join()
        one.sendall(b"small")
        return good and gets(other, b"small")
    return tunnels.both_ways(run)


def urgent_byte(tunnels):
    """A read stops where it is, whatever is behind it."""
    def run(one, other):
        with stopped(tunnels.mover):
            one.sendall(b"one")
            one.send(b"!", socket.MSG_OOB)
            one.sendall(b"two")
        if not gets(other, b"onetwo"):
            return False
        with stopped(tunnels.mover):
            one.send(b"!", socket.MSG_OOB)
        one.sendall(b"three")
        return gets(other, b"three")
    return tunnels.both_ways(run)


def both_at_once(tunnels):
    one, other = tunnels.open()
    for what in [b"small", LARGE, b"small"]:
        with stopped(tunnels.mover):
            senders = [sent_beside(one, what), sent_beside(other, what)]
        if not (read_both(one, other, len(what)) == (what, what)):
            return False
        for sender in senders:
            sender.join()
    return True


def read_both(one, other, count):
    got = {}
    def keep(end):
        got[end] = read(end, lambda got: len(got) >= count)
    readers = [threading.Thread(target=keep, args=[end]) for end in [one, other]]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return got[one], got[other]


def reader_that_lags(tunnels):
    """What it was not given comes when it reads, and so does what comes after that, and the end."""
    def run(one, other):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        sender = sent_beside(one, LARGE * 24)
        wait_for(lambda: is_steady(one))
        if not gets(other, LARGE * 24):
            return False
        sender.join()
        one.sendall(b"small")
        if not gets(other, b"small"):
            return False
        with stopped(tunnels.mover):
            one.sendall(b"last")
            one.shutdown(socket.SHUT_WR)
        return gets(other, b"last") and is_over(other)
    return tunnels.both_ways(run)


def large_and_small(tunnels):
    def run(one, other):
        for what in [b"small", LARGE] * 10:
            sender = sent_beside(one, what)
            if not gets(other, what):
                return False
            sender.join()
        return True
    return tunnels.both_ways(run)


def descriptor(tunnels):
    """Along with bytes of a unix client: a read stops behind them."""
    one, other = tunnels.open(tunnels.place)
    for _ in range(3):
        with stopped(tunnels.mover):
            socket.send_fds(one, [b"four"], [0])
            one.sendall(b"more")
        if not gets(other, b"fourmore"):
            return False
    return True


CASES = {run.__name__: run for run in [
    end_behind_bytes, reset_behind_bytes, more_than_a_read, urgent_byte, both_at_once, reader_that_lags, large_and_small, descriptor]}


def connecting(port):
    def connect(place):
        client = socket.socket(socket.AF_UNIX if place else socket.AF_INET)
        client.settimeout(10)
        client.connect(place or ("127.0.0.1", port))
        return client
    return connect


def main(program, kind, case):
    with tempfile.TemporaryDirectory() as folder:
        place, control = f"{folder}/clients", f"{folder}/control"
        if kind == "upgraded":
            settings = f"workers: 1\nroutes:\n  - upstream: http://127.0.0.1:{listen(switch)}\n"
        else:
            listen(take, socket.create_server(control, family=socket.AF_UNIX))
            settings = f"workers: {{ count: 1, command: [{sys.executable}, {os.path.abspath(__file__)}, {control}] }}\n"
        with running(program, settings, "worker 0" if kind == "upgraded" else "relay 0", f"unix:{place}") as (port, mover):
            tunnels = Tunnels(mover, connecting(port), greets=kind == "upgraded")
            tunnels.place = place
            print("good" if CASES[case](tunnels) else "bad")


if len(sys.argv) == 2:
    hand_on(socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=128), sys.argv[1])
else:
    main(*sys.argv[1:])
