"""Many that are slow at once, beside a kernel that keeps little for them: in a network of its own (unshare --net).

    slow_peers.py CLUSTER_PROXY down CLIENTS BYTES      clients ask, and read so much only when all have asked
    slow_peers.py CLUSTER_PROXY up CLIENTS BYTES        clients send so much, and the server reads it only when all have sent
    slow_peers.py CLUSTER_PROXY streams CLIENTS BYTES   clients ask with a head of so much, and answers end only when all have begun

Says how many have had what was meant for them.
"""

import asyncio
import fcntl
import os
import resource
import socket
import struct
import subprocess
import sys
import tempfile

SET_FLAGS, SET_MTU, UP = 0x8914, 0x8922, 1
program, way, clients, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
body = os.urandom(size)
request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
if way == "streams":
    request = request[:-2] + b"Cookie: " + b"a" * size + b"\r\n\r\n"
    body = b"first, second"
upload = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % size + body
asked = 0


def narrow_the_network():
    """Segments as on a wire, and 16 KiB of buffer for each socket (tcp(7))."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SET_MTU, struct.pack("16si12x", b"lo", 1500))
        fcntl.ioctl(control, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))
    for name in ("tcp_wmem", "tcp_rmem"):
        with open(f"/proc/sys/net/ipv4/{name}", "w") as file:
            file.write("4096 16384 16384")


async def answer(reader, writer):
    """The same body, whichever way it goes."""
    global asked
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            asked += 1
            if way == "up":
                await until(lambda: asked == clients)
                isWhole = await reader.readexactly(size) == body
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + (b"whole" if isWhole else b"other"))
            elif way == "streams":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nfirst, ")
                await until(lambda: asked == clients)
                writer.write(b"second")
                writer.close()
                return
            else:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def connect(port):
    connection = socket.socket()
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    return connection


async def ask(connection):
    try:
        await asyncio.get_running_loop().sock_sendall(connection, upload if way == "up" else request)
    except ConnectionError:
        pass


async def read(connection):
    with connection:
        received = b""
        try:
            while more := await asyncio.get_running_loop().sock_recv(connection, 65536):
                received += more
        except ConnectionError:
            pass
        return received.partition(b"\r\n\r\n")[2] == (b"whole" if way == "up" else body)


async def until(condition):
    while not condition():
        await asyncio.sleep(0.01)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    narrow_the_network()
    await asyncio.start_server(answer, "127.0.0.1", 9000, backlog=2048, limit=8192)
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/cluster.yaml", "w") as file:
            file.write("port: 8000\nadmin: { socket: off }\nworkers: 1\nroutes:\n  - upstream: http://127.0.0.1:9000\n")
        proxy = subprocess.Popen([program, "--config", f"{folder}/cluster.yaml"])
        try:
            await until(lambda: listens(8000))
            connections = [await connect(8000) for _ in range(clients)]
            asking = asyncio.gather(*(ask(connection) for connection in connections))
            await until(lambda: asked == clients)
            good = await asyncio.gather(*(read(connection) for connection in connections))
            await asking
            print(sum(good), "of", clients)
        finally:
            proxy.terminate()
            proxy.wait()


asyncio.run(asyncio.wait_for(main(), 60))
