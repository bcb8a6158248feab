"""An application of others' making: uvicorn and starlette, with events and WebSockets. starlette_server.py PORT"""
import asyncio, hashlib, sys, time
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute


async def hello(request):
    return PlainTextResponse("hello")


async def digest(request):
    size, sha = 0, hashlib.sha256()
    async for piece in request.stream():
        size += len(piece)
        sha.update(piece)
    return JSONResponse({"size": size, "sha256": sha.hexdigest()})


async def form(request):
    async with request.form() as form:
        return JSONResponse({name: value if isinstance(value, str) else len(await value.read()) for name, value in form.items()})


async def events(request):
    async def write():
        for index in range(int(request.query_params.get("count", 5))):
            yield f"id: {index}\ndata: {time.monotonic()}\n\n"
            await asyncio.sleep(float(request.query_params.get("interval", 0.2)))

    return StreamingResponse(write(), media_type="text/event-stream")


async def numbers(request):
    async def write():
        for index in range(1000):
            yield f"{index}\n"

    return StreamingResponse(write(), media_type="text/plain")


async def cookies(request):
    response = JSONResponse(dict(request.cookies))
    response.set_cookie("one", "1")
    response.set_cookie("two", "2", path="/cookies")
    return response


async def redirect(request):
    return RedirectResponse("/", status_code=int(request.query_params.get("status", 307)))


async def status(request):
    return PlainTextResponse("" if request.path_params["code"] in (204, 304) else "text", status_code=request.path_params["code"])


async def fields(request):
    wanted = {name: value for name, value in request.headers.items() if name.startswith("x-test") or name in ("host", "accept", "authorization")}
    return JSONResponse(dict(sorted(wanted.items())), headers={"X-Answer": "a, b", "X-Empty": ""})


async def echo(websocket):
    await websocket.accept()
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return
        if message.get("text") is not None:
            await websocket.send_text(message["text"])
        else:
            await websocket.send_bytes(message["bytes"])


every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
application = Starlette(routes=[
    Route("/", hello, methods=every), Route("/digest", digest, methods=every), Route("/form", form, methods=["POST"]), Route("/events", events),
    Route("/numbers", numbers), Route("/cookies", cookies), Route("/redirect", redirect, methods=every), Route("/status/{code:int}", status),
    Route("/fields", fields, methods=every), WebSocketRoute("/echo", echo),
])

if __name__ == "__main__":
    uvicorn.run(application, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", ws_max_size=32 << 20)
