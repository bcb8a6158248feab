"""Serves WebSockets as their path says. websocket_server.py PORT"""
import asyncio, sys
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed


async def handle(websocket):
    path = websocket.request.path
    try:
        if path.startswith("/close/"):
            await websocket.recv()
            await websocket.close(int(path.split("/")[2]), "as asked")
        elif path == "/drop":
            await websocket.recv()
            websocket.transport.abort()
        elif path == "/fragments":
            text = await websocket.recv()
            await websocket.send(text[start:start + 7] for start in range(0, len(text), 7))
        elif path == "/ping":
            await (await websocket.ping(b"from the server"))
            await websocket.send("pong came")
            await websocket.wait_closed()
        elif path == "/tell":
            await websocket.wait_closed()
            told.append(f"{websocket.close_code} {websocket.close_reason}")
        elif path == "/told":
            for _ in range(100):
                if told: break
                await asyncio.sleep(0.02)
            await websocket.send(told.pop() if told else "nothing")
        elif path == "/flood":
            for index in range(200):
                await websocket.send(bytes([index]) * 50_000)
            await websocket.wait_closed()
        else:
            async for message in websocket:
                await websocket.send(message)
    except ConnectionClosed:
        pass


def refuse(connection, request):
    return connection.respond(403, "not you\n") if request.path == "/refused" else None


def choose(connection, offered):
    return next((name for name in offered if name in ("one", "two")), None)


told = []


async def main():
    async with serve(handle, "127.0.0.1", int(sys.argv[1]), max_size=64 << 20, process_request=refuse, select_subprotocol=choose, ping_interval=None) as server:
        await server.serve_forever()

asyncio.run(main())
