"""Upstreams and clients that break off at every place. faults.py PROXY-PORT UPSTREAM-PORT SUITE: a line for each thing that is wrong, and last the number of cases."""
import os, random, socket, struct, sys, threading, time

proxy, port, suite = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
is_long = "CLUSTER_PROXY_LONG_TESTS" in os.environ
cases = 0


def wrong(*words):
    print(*words, flush=True)


# The upstream: what it says to a target, how it ends (None goes on, "fin" closes, "reset" resets), and whether it says it before it reads the body.

scripts = {}
whole_requests = {}
ended = set()


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def read_request(connection, file):
    """method, target, whether the body came whole; None at the end."""
    line = file.readline()
    if not line.endswith(b"\r\n"):
        return None
    method, target, _ = line.decode().split(" ")
    fields = {}
    while (field := file.readline()) != b"\r\n":
        if not field.endswith(b"\r\n"):
            return None
        name, _, value = field.decode().partition(":")
        fields[name.lower()] = value.strip()
    if target == "/expect/100":
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    script = scripts.get(target)
    if script and script[2]:
        connection.sendall(script[0])
        if script[1]:
            return method, target, False
    if fields.get("transfer-encoding") == "chunked":
        while True:
            size = file.readline()
            if not size.endswith(b"\r\n"):
                return None
            if len(file.read(int(size, 16))) < int(size, 16) or file.readline() != b"\r\n":
                return None
            if int(size, 16) == 0:
                break
    else:
        length = int(fields.get("content-length", 0))
        if len(file.read(length)) < length:
            return None
    return method, target, True


def serve(connection):
    try:
        with connection, connection.makefile("rb") as file:
            while request := read_request(connection, file):
                method, target, is_whole = request
                whole_requests[target] = whole_requests.get(target, 0) + is_whole
                if target.startswith("/delay/"):
                    time.sleep(int(target.split("/")[2]) / 1000)
                answer, ending, was_early = scripts.get(target, (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(target), target.encode()), None, False))
                if not was_early:
                    connection.sendall(answer)
                if ending:
                    time.sleep(0.001)
                    file.close()
                    reset(connection) if ending == "reset" else connection.close()
                    ended.add(target)
                    return
    except OSError:
        pass


def accept(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection,), daemon=True).start()


listener = socket.create_server(("127.0.0.1", port), backlog=512)
threading.Thread(target=accept, args=(listener,), daemon=True).start()


# The client: a strict reader.

class Client:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", proxy), timeout=10)
        self.buffer = b""
        self.end = None

    def fill(self):
        try:
            data = self.socket.recv(1 << 18)
        except ConnectionResetError:
            self.end = "reset"
            return False
        except TimeoutError:
            self.end = "late"
            return False
        if not data:
            self.end = "fin"
        self.buffer += data
        return bool(data)

    def take(self, count):
        while len(self.buffer) < count and self.fill():
            pass
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def line(self):
        while b"\r\n" not in self.buffer and self.fill():
            pass
        text, found, self.buffer = self.buffer.partition(b"\r\n")
        return text if found else None

    def response(self, method="GET"):
        """status, whether it is whole, its content; interim ones are passed over."""
        while True:
            status_line = self.line()
            if status_line is None:
                return None, False, b""
            status, fields = int(status_line.split(b" ")[1]), {}
            while (field := self.line()) != b"":
                if field is None:
                    return status, False, b""
                name, _, value = field.decode("latin-1").partition(":")
                fields[name.lower()] = value.strip()
            if status >= 200:
                break
        self.closes = fields.get("connection") == "close"
        if method == "HEAD" or status in (204, 304):
            return status, True, b""
        if fields.get("transfer-encoding") == "chunked":
            content = b""
            while True:
                size = self.line()
                if size is None:
                    return status, False, content
                piece = self.take(int(size, 16))
                content += piece
                if len(piece) < int(size, 16) or self.line() != b"":
                    return status, False, content
                if int(size, 16) == 0:
                    return status, True, content
        if "content-length" in fields:
            length = int(fields["content-length"])
            content = self.take(length)
            return status, len(content) == length, content
        while self.fill():
            pass
        self.closes = True
        return status, self.end == "fin", self.buffer

    def ask(self, target, version="1.1", method="GET", more=""):
        self.socket.sendall(f"{method} {target} HTTP/{version}\r\nHost: a\r\n{more}\r\n".encode())
        return self.response(method)

    def close(self):
        self.socket.close()


def check_next(client, what):
    """The connection that goes on serves the next request, and so does a new one."""
    if client.end is None and not client.closes:
        if client.ask("/next") != (200, True, b"/next"):
            wrong(what, "the next request on the connection")
    client.close()
    if not is_long and cases % 4:
        return
    other = Client()
    if other.ask("/other") != (200, True, b"/other"):
        wrong(what, "the next connection")
    other.close()


# Upstreams that break off.

long_body = random.Random(1).randbytes(300_000)
chunks = b"".join(b"%x\r\n%s\r\n" % (len(long_body[start:start + 9_999]), long_body[start:start + 9_999]) for start in range(0, 300_000, 9_999)) + b"0\r\n\r\n"
every, some = None, 40
# name, head, what follows it, its content, whether the end of the connection is the end of the body, how many places.
messages = [
    ("a length", b"HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 10\r\n\r\n", b"0123456789", b"0123456789", False, every),
    ("a length of nothing", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b"", b"", False, every),
    ("chunks", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX: t\r\n\r\n", b"hello world", False, every),
    ("until the end", b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n", b"0123456789", b"0123456789", True, every),
    ("HTTP/1.0 with a length", b"HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\n", b"0123456789", b"0123456789", False, every),
    ("HTTP/1.0 until the end", b"HTTP/1.0 200 OK\r\n\r\n", b"0123456789", b"0123456789", True, every),
    ("no content", b"HTTP/1.1 204 No Content\r\nX: y\r\n\r\n", b"", b"", False, every),
    ("unchanged", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b"", b"", False, every),
    ("an interim one first", b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", b"hello", b"hello", False, every),
    ("a long body with a length", b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n", long_body, long_body, False, some),
    ("a long body in chunks", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunks, long_body, False, some),
    ("a long body until the end", b"HTTP/1.1 200 OK\r\n\r\n", long_body, long_body, True, some),
]


def upstreams_break_off():
    global cases
    for name, head, rest, content, ends_with_connection, limit in messages:
        text = head + rest
        places = range(len(text) + 1)
        if limit:
            places = sorted({len(head), len(head) + 1, len(text) - 1, len(text), *[len(head) + size + more for size in (4096, 16384, 65536, 262144) for more in (-1, 0, 1)],
                             *random.Random(2).sample(places, limit)})
        for ending in ("fin", "reset"):
            for version in ("1.1", "1.0"):
                # For clients of HTTP/1.0 some places will do: what differs is how a body without length goes on.
                for place in places if is_long or version == "1.1" else sorted({len(head), len(text), *random.Random(4).sample(list(places), 8)}):
                    cases += 1
                    target = f"/{name.replace(' ', '-')}/{ending}/{version}/{place}"
                    scripts[target] = (text[:place], ending, False)
                    what = f"{name}, {ending} at {place} of {len(text)}, HTTP/{version}:"
                    client = Client()
                    status, is_whole, body = client.ask(target, version)
                    expected = int(text[len(head) - len(head.split(b"\r\n\r\n")[-2]) - 4:].split(b" ")[1]) if place >= len(head) else 502
                    is_complete = place == len(text) or ends_with_connection and place >= len(head)
                    if client.end == "late":
                        wrong(what, "no answer in time")
                    elif place < len(head):
                        if (status, is_whole) != (502, True):
                            wrong(what, status, is_whole, body[:80])
                    elif ending == "fin" and is_complete:
                        if (status, is_whole) != (expected, True) or (body != content[:place - len(head)] if ends_with_connection else body != content):
                            wrong(what, status, is_whole, len(body))
                    elif is_whole and status != 502 and not (place == len(text) and body == content and not ends_with_connection):
                        wrong(what, status, "looks whole", len(body))
                    elif status == expected and body != content[:len(body)]:
                        wrong(what, "other content")
                    check_next(client, what)
                    del scripts[target]


# Upstreams that do something else.

def upstreams_misbehave():
    global cases
    odd = {
        "interim answers without end": (b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 100_000, None, False),
        "a head without end": (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000, None, False),
        "a field without end": (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1_000_000, None, False),
        "a status line without end": (b"HTTP/1.1 200 " + b"O" * 1_000_000, None, False),
        "chunk extensions without end": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;" + b"y" * 1_000_000, None, False),
        "trailers without end": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: y\r\n" * 100_000, None, False),
        "zeros": (bytes(1_000_000), None, False),
        "another protocol": (b"SSH-2.0-x\r\n", "fin", False),
        "line ends": (b"\r\n" * 10, None, False),
    }
    for name, script in odd.items():
        cases += 1
        target = "/" + name.replace(" ", "-")
        scripts[target] = script
        client = Client()
        status, is_whole, body = client.ask(target)
        if client.end == "late" or is_whole and status != 502:
            wrong(name, status, is_whole, client.end)
        check_next(client, name)
    # An answer and more than one: what nobody has asked for is nobody's.
    for extra in (b"X", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL", b"\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"):
        for together in (True, False):
            cases += 1
            target = f"/extra/{len(extra)}/{together}"
            scripts[target] = (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood" + (extra if together else b""), None, False)
            client = Client()
            if client.ask(target) != (200, True, b"good"):
                wrong("an answer with something behind it", extra)
            for turn in range(3):
                if client.ask(f"/after/{turn}") != (200, True, f"/after/{turn}".encode()):
                    wrong("after an answer with something behind it", extra)
            check_next(client, "extra")
    # Answers before the body, whole or in part: the client gets them, and nothing of the body is taken for a request.
    for status, ending in ((200, None), (413, "fin"), (413, "reset"), (401, None)):
        for framing in ("Content-Length: 60\r\n", "Transfer-Encoding: chunked\r\n"):
            for is_sent in (False, True):
                cases += 1
                target = f"/early/{status}/{ending}/{framing[0]}/{is_sent}"
                scripts[target] = (b"HTTP/1.1 %d Early\r\nContent-Length: 5\r\n\r\nearly" % status, ending, True)
                hidden = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n".ljust(60)
                body = hidden if framing[0] == "C" else b"3c\r\n" + hidden + b"\r\n0\r\n\r\n"
                client = Client()
                client.socket.sendall(f"POST {target} HTTP/1.1\r\nHost: a\r\n{framing}\r\n".encode() + (body if is_sent else b""))
                found = client.response()
                if found != (status, True, b"early") and not (ending == "reset" and found[0] == 502):
                    wrong("an early answer", target, found)
                if whole_requests.get("/hidden"):
                    wrong("the body was taken for a request", target)
                client.closes = True
                # A POST is not repeated when its kept connection turns out to be closed: the upstream has to have closed it before the next one.
                while ending and target not in ended:
                    time.sleep(0.001)
                check_next(client, target)


# Clients that break off.

requests = {
    "GET": b"GET %s HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n",
    "a length": b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789",
    "chunks": b"POST %s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: t\r\n\r\n",
    "absolute": b"GET http://a%s HTTP/1.1\r\nHost: b\r\n\r\n",
    "old": b"GET %s HTTP/1.0\r\n\r\n",
}


def clients_break_off():
    global cases
    for name, form in requests.items():
        for ending in ("half", "close", "reset"):
            size = len(form % b"/a/000")
            for place in range(size + 1):
                cases += 1
                target = f"/{ending[0]}/{place:03}"
                whole_requests.pop(target, None)
                client = Client()
                client.socket.sendall((form % target.encode())[:place])
                if ending == "half":
                    client.socket.shutdown(socket.SHUT_WR)
                    status, is_whole, body = client.response()
                    if place == size and (status, is_whole, body) != (200, True, target.encode()):
                        wrong(name, "half-closed at its end", status, is_whole)
                    if place < size and status not in (None, 400, 408):
                        wrong(name, f"half-closed at {place} of {size}:", status)
                    if client.end == "late":
                        wrong(name, f"half-closed at {place} of {size}: no end")
                elif ending == "reset":
                    reset(client.socket)
                client.close()
                if place % 8 == 0 or place > size - 8:
                    client.end, client.closes = "fin", True
                    check_next(client, f"{name} {ending} {place}")
                if place < size and whole_requests.get(target):
                    wrong(name, f"{ending} at {place} of {size}: the upstream got a whole request")
    # One byte at a time.
    for name, form in requests.items():
        cases += 1
        client = Client()
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in form % b"/slowly":
            client.socket.sendall(bytes([byte]))
            time.sleep(0.0003)
        if client.response() != (200, True, b"/slowly"):
            wrong(name, "one byte at a time")
        client.close()


def pipelines():
    """A thousand requests in one go, to upstreams that take their time, and some that the proxy refuses or answers itself at the end."""
    global cases
    for methods in (("GET",), ("GET", "POST")):
        chance = random.Random(3)
        client = Client()
        targets = [f"/delay/{chance.choice((0, 0, 0, 1, 3))}/{index}" for index in range(1000)]
        text = b""
        for index, target in enumerate(targets):
            method = methods[index % len(methods)]
            text += f"{method} {target} HTTP/1.1\r\nHost: a\r\n{'Content-Length: 5' if method == 'POST' else 'X: y'}\r\n\r\n{'hello' if method == 'POST' else ''}".encode()
        writer = threading.Thread(target=client.socket.sendall, args=(text,))
        writer.start()
        for target in targets:
            cases += 1
            found = client.response()
            if found != (200, True, target.encode()):
                wrong("pipelined", target, found)
                break
        writer.join()
        check_next(client, "after the pipeline")


def expectations():
    """Expect: 100-continue, by what the upstream says to it and what the client does about that."""
    global cases
    scripts["/expect/417"] = (b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n", "fin", True)
    scripts["/expect/200"] = (b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n/expect/200", None, True)
    hidden = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n".ljust(60)
    for said in ("100", "417", "200", "nothing"):
        target = f"/expect/{said}"
        good = (417, True, b"") if said == "417" else (200, True, target.encode())
        for does in ("sends", "waits", "leaves"):
            cases += 1
            whole_requests.clear()
            client = Client()
            client.socket.sendall(f"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: 60\r\nExpect: 100-continue\r\n\r\n".encode())
            if does == "sends":
                client.socket.sendall(hidden)
            else:
                client.socket.settimeout(0.4)
                client.fill()
                client.socket.settimeout(10)
                is_told = client.end is None
                client.end = None
                if is_told != (said != "nothing"):
                    wrong("expectation", said, does, "told:", client.buffer)
                if said == "100" and client.buffer != b"HTTP/1.1 100 Continue\r\n\r\n":
                    wrong("expectation", said, does, client.buffer)
                if does == "waits" and said in ("100", "nothing"):
                    client.socket.sendall(hidden)
            if does != "leaves" or said in ("417", "200"):
                found = client.response()
                if found != good:
                    wrong("expectation", said, does, found)
            client.close()
            client.closes = True
            time.sleep(0.05)
            if whole_requests.get("/hidden") or does == "leaves" and whole_requests.get(target):
                wrong("expectation", said, does, "the upstream got", whole_requests)
            check_next(client, f"expectation {said} {does}")


{"expectations": expectations, "upstreams": upstreams_break_off, "misbehaviour": upstreams_misbehave, "clients": clients_break_off, "pipelines": pipelines}[suite]()
print(cases)
