"""WebSocket messages there and back (RFC 6455). frames.py serve PORT, or frames.py load PORT CONNECTIONS SECONDS"""

import base64
import hashlib
import select
import socket
import sys
import time

MESSAGE = bytes(range(64))
MASK = b"\x37\xfa\x21\x3d"
SENT = b"\x82" + bytes([0x80 | len(MESSAGE)]) + MASK + bytes(byte ^ MASK[index % 4] for index, byte in enumerate(MESSAGE))
ECHO = b"\x82" + bytes([len(MESSAGE)]) + MESSAGE
OFFER = (b"GET /frames HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + base64.b64encode(bytes(16)) + b"\r\n\r\n")


def acceptance(head):
    """§4.2.2: what proves that the server has read the key."""
    key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:")).split(b":")[1].strip()
    digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    return (b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "
            + base64.b64encode(digest) + b"\r\n\r\n")


def unmasked(payload, mask):
    size = len(payload)
    pattern = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pattern, "big")).to_bytes(size, "big")


def echoes(data):
    """The answers to all whole frames, which are short ones, and the rest."""
    answer = b""
    while len(data) >= 6 and len(data) >= 6 + (data[1] & 0x7F):
        end = 6 + (data[1] & 0x7F)
        payload = unmasked(data[6:end], data[2:6])
        answer += data[:1] + bytes([len(payload)]) + payload
        data = data[end:]
    return answer, data


def serve(port):
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    poll, clients, rest, switched = select.epoll(), {}, {}, set()
    poll.register(listener, select.EPOLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == listener.fileno():
                client = listener.accept()[0]
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                clients[client.fileno()], rest[client.fileno()] = client, b""
                poll.register(client, select.EPOLLIN)
                continue
            client = clients[descriptor]
            try:
                data = client.recv(65536)
            except OSError:
                data = b""
            if not data:
                poll.unregister(client)
                client.close()
                switched.discard(descriptor)
                del clients[descriptor], rest[descriptor]
                continue
            data = rest[descriptor] + data
            if descriptor in switched:
                answer, rest[descriptor] = echoes(data)
            elif b"\r\n\r\n" in data:
                answer, rest[descriptor] = acceptance(data), b""
                switched.add(descriptor)
            else:
                answer, rest[descriptor] = b"", data
            if answer:
                client.sendall(answer)


def opened(port):
    client = socket.create_connection(("127.0.0.1", port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(OFFER)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += client.recv(1)
    if not head.startswith(b"HTTP/1.1 101"):
        sys.exit(f"no WebSocket: {head!r}")
    return client


def load(port, connections, seconds):
    clients = {client.fileno(): client for client in (opened(port) for _ in range(connections))}
    poll, begun, taken, times, failed = select.epoll(), {}, dict.fromkeys(clients, b""), [], 0
    end = time.monotonic() + seconds
    for descriptor, client in clients.items():
        poll.register(client, select.EPOLLIN)
        begun[descriptor] = time.monotonic()
        client.sendall(SENT)
    while time.monotonic() < end and failed < connections:
        events, now = poll.poll(0.1), time.monotonic()
        for descriptor, _ in events:
            data = clients[descriptor].recv(4096)
            taken[descriptor] += data
            if not data or not ECHO.startswith(taken[descriptor]):
                poll.unregister(descriptor)
                failed += 1
            elif taken[descriptor] == ECHO:
                times.append(now - begun[descriptor])
                taken[descriptor], begun[descriptor] = b"", now
                clients[descriptor].sendall(SENT)
    times.sort()
    p99 = times[len(times) * 99 // 100] if times else 0
    # One there and one back.
    print("counted", 2 * len(times), (len(SENT) + len(ECHO)) * len(times), int(p99 * 1e6), failed)


if sys.argv[1] == "serve":
    serve(int(sys.argv[2]))
else:
    load(int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
