"""What a client of websocket_server.py sees, a line for each case. websocket_cases.py PORT"""
import asyncio, hashlib, sys
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.frames import Opcode

base = f"ws://127.0.0.1:{sys.argv[1]}"
sizes = [0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537, 1_000_000, 16 << 20]


def open(path="/", **more):
    return connect(base + path, max_size=64 << 20, open_timeout=30, close_timeout=10, ping_interval=None, proxy=None, **more)


def bytes_of(size):
    return hashlib.shake_128(str(size).encode()).digest(size)


async def echoes(compression):
    async with open(compression=compression) as websocket:
        for size in sizes:
            data = bytes_of(size)
            await websocket.send(data)
            print("binary", compression, size, await websocket.recv() == data)
            text = "ü" * (size // 2)
            await websocket.send(text)
            print("text", compression, size, await websocket.recv() == text)


async def fragments():
    async with open("/fragments") as websocket:
        text = "".join(chr(200 + index % 500) for index in range(3000))
        await websocket.send(text)
        print("fragments down", await websocket.recv() == text)
    async with open() as websocket:
        data = bytes_of(100_000)
        await websocket.send(data[start:start + 1000] for start in range(0, len(data), 1000))
        print("fragments up", await websocket.recv() == data)
        # A control frame between two fragments.
        async def halves():
            yield data[:10]
            await (await websocket.ping(b"between"))
            yield data[10:]
        await websocket.send(halves())
        print("ping between fragments", await websocket.recv() == data)
        # Frames of one byte, and empty ones.
        await websocket.send([data[:1], b"", data[1:2], b"", b""])
        print("small fragments", await websocket.recv() == data[:2])


async def pings():
    async with open() as websocket:
        for payload in [b"", b"x", bytes_of(125)]:
            await (await websocket.ping(payload))
            print("ping", len(payload))
    async with open("/ping") as websocket:
        print("pinged", await websocket.recv())


async def closes():
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 3000, 4000, 4999]:
        async with open(f"/close/{code}") as websocket:
            await websocket.send("now")
            try:
                await websocket.recv()
            except ConnectionClosed as end:
                print("closed by the server", code, end.rcvd and end.rcvd.code, end.rcvd and end.rcvd.reason, end.rcvd_then_sent)
    for code in [1000, 1001, 1008, 1011, 3000, 4999]:
        async with open("/tell") as websocket:
            await websocket.close(code, "because ü")
        async with open("/told") as websocket:
            print("closed by the client", code, await websocket.recv())
    async with open("/drop") as websocket:
        await websocket.send("now")
        try:
            await websocket.recv()
        except ConnectionClosed as end:
            print("dropped", end.rcvd, end.sent)


async def handshakes():
    try:
        async with open("/refused"):
            print("not refused")
    except InvalidStatus as refusal:
        print("refused", refusal.response.status_code, refusal.response.body)
    async with open(subprotocols=["two", "three"]) as websocket:
        print("subprotocol", websocket.subprotocol, websocket.response.headers.get("Sec-WebSocket-Extensions") is not None)
    async with open(additional_headers={"Cookie": "a=b"}, origin="http://example.com", user_agent_header="x") as websocket:
        await websocket.send("x")
        print("with fields", await websocket.recv())


async def broken():
    """Frames that are none: the server's verdict reaches the client."""
    for name, frame in [("reserved bit", b"\xf1\x80\0\0\0\0"), ("reserved opcode", b"\x83\x80\0\0\0\0"), ("unmasked", b"\x81\x01x"),
                        ("long ping", b"\x89\xfe\0\x7e\0\0\0\0" + b"x" * 126), ("bad text", b"\x81\x82\0\0\0\0\xff\xff"), ("lone continuation", b"\x80\x80\0\0\0\0")]:
        async with open(compression=None) as websocket:
            websocket.transport.write(frame)
            try:
                await websocket.recv()
            except ConnectionClosed as end:
                print("broken", name, end.rcvd and end.rcvd.code)


async def one_of_many(index, all_there):
    async with open() as websocket:
        all_there[0] -= 1
        while all_there[0]:
            await asyncio.sleep(0.01)
        for turn in range(5):
            data = bytes_of(index * 100 + turn)
            await websocket.send(data)
            if await websocket.recv() != data:
                return False
    return True


async def many():
    all_there = [200]
    print("many", (await asyncio.gather(*[one_of_many(index, all_there) for index in range(200)])).count(True))


async def both_ways():
    async with open(compression=None) as websocket:
        async def write():
            for index in range(400):
                await websocket.send(bytes([index % 256]) * 20_000)
        writer = asyncio.create_task(write())
        count = 0
        for index in range(400):
            count += await websocket.recv() == bytes([index % 256]) * 20_000
        await writer
        print("both ways", count)
    async with open("/flood", compression=None) as websocket:
        await asyncio.sleep(0.3)
        print("flood", [await websocket.recv() == bytes([index]) * 50_000 for index in range(200)].count(True))


async def main():
    for case in [echoes(None), echoes("deflate"), fragments(), pings(), closes(), handshakes(), broken(), both_ways(), many()]:
        await asyncio.wait_for(case, 60)

asyncio.run(main())
