"""What requests and httpx get from an application, a line for each step. http_clients.py BASE HOST: `Host` is said to be the same everywhere."""
import asyncio, io, os, sys
import httpx, requests

base, host = sys.argv[1], sys.argv[2]
same = {"Host": host}
block = bytes(range(256)) * 4096


def pieces():
    for start in range(0, len(block), 10_000):
        yield block[start:start + 10_000]


async def pieces_later():
    for piece in pieces():
        await asyncio.sleep(0)
        yield piece


def say(library, step, answer):
    interesting = {name: answer.headers.get(name) for name in ("content-type", "location", "x-answer", "x-empty", "allow")}
    cookies = sorted(part.split(";")[0] for part in (answer.headers.get("set-cookie") or "").split(", "))
    print(library, step, answer.status_code, {name: value for name, value in interesting.items() if value is not None}, cookies, len(answer.content), repr(answer.text[:200]))


def steps(library, ask, stream_body):
    say(library, "get", ask("GET", "/"))
    say(library, "head", ask("HEAD", "/"))
    say(library, "options", ask("OPTIONS", "/"))
    say(library, "delete", ask("DELETE", "/"))
    say(library, "not there", ask("GET", "/nothing"))
    say(library, "not allowed", ask("PATCH", "/numbers"))
    say(library, "bytes", ask("POST", "/digest", data=block))
    say(library, "chunks", ask("PUT", "/digest", data=stream_body()))
    say(library, "empty body", ask("POST", "/digest", data=b""))
    say(library, "form", ask("POST", "/form", fields={"a": "1", "b": "ü &="}))
    say(library, "file", ask("POST", "/form", files={"upload": ("x.bin", io.BytesIO(block), "application/octet-stream")}))
    say(library, "stream", ask("GET", "/numbers"))
    say(library, "cookies", ask("GET", "/cookies"))
    say(library, "cookies again", ask("GET", "/cookies"))
    for status in (301, 302, 303, 307, 308):
        say(library, f"redirect {status}", ask("POST", f"/redirect?status={status}", data=b"abc"))
    for status in (200, 201, 204, 304, 400, 404, 418, 500, 503):
        say(library, f"status {status}", ask("GET", f"/status/{status}"))
    say(library, "fields", ask("GET", "/fields", headers={"X-Test": "one", "X-Test-Empty": "", "X-Test-Long": "x" * 4000}))
    say(library, "query", ask("GET", "/?a=b&c=%2F%20+&d=ü"))
    say(library, "path", ask("GET", "/nothing/%20a%C3%BC;b=c/~d"))


session = requests.Session()


def with_requests(method, path, headers={}, data=None, fields=None, files=None):
    return session.request(method, base + path, headers={**same, **headers}, data=fields or data, files=files, allow_redirects=False, timeout=20)


steps("requests", with_requests, pieces)
client = httpx.Client(timeout=20)


def with_httpx(method, path, headers={}, data=None, fields=None, files=None):
    return client.request(method, base + path, headers={**same, **headers}, content=data, data=fields, files=files)


steps("httpx", with_httpx, pieces)


async def many():
    """A hundred at once over a few kept connections."""
    async with httpx.AsyncClient(timeout=20, limits=httpx.Limits(max_connections=10)) as client:
        answers = await asyncio.gather(*[client.put(base + "/digest", headers=same, content=pieces_later() if turn % 2 else str(turn).encode()) for turn in range(100)])
        print("httpx many", [answer.status_code for answer in answers].count(200), len({answer.text for answer in answers}))


asyncio.run(many())
