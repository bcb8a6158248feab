import Foundation

/// A server for upstreams, in python, with moods: what it does with every request until it is told otherwise.
package final class Server: Sendable, RequestLog {
    package let port: Int
    private let folder: Folder
    private let command: Command

    /// On a port of its own, or one that another has left.
    package init(port wanted: Int? = nil, mood: String = "ok", file: String = #fileID, line: Int = #line) throws {
        let port = try wanted ?? FreePorts.take()
        self.port = port
        folder = try Folder()
        try folder.write(Self.program, to: "server.py")
        command = try Command([Programs.python, folder["server.py"], String(port), mood], in: folder, name: "server")
        try eventually("the server listens", file: file, line: line) { (try? Connection(port: port)) != nil }
    }

    package var url: String { "http://127.0.0.1:\(port)" }
    /// As `status` calls it.
    package var name: String { "127.0.0.1:\(port)" }

    package func stop() throws {
        command.send(SIGKILL)
        try command.wait()
    }

    /// `ok`, a status (`503`), `reset`, `silent`, `sick` (only its probes fail), `drip-head?0.1`, `drip-body?0.1`, `idle?0.3` (closes idle connections),
    /// `promise?1` (says that it does), `garbage` (answers what is no HTTP), `bad-size` and `bad-trailer` (whose bodies are none), `wide` (with two hundred fields of 60 KiB).
    package func feel(_ mood: String) throws { _ = try get("/mood:\(mood)", port: port) }

    /// `connection method target` for each request, and `connection gone` where a client left while it waited.
    package var requests: [String] { command.standardOutput.split(separator: "\n").map(String.init) }

    private static let program = #"""
        import itertools, os, socket, struct, sys, threading, time

        def say(*words):  # In one piece: threads that print take turns within a line.
            os.write(1, (' '.join(map(str, words)) + '\n').encode())

        listener = socket.create_server(('127.0.0.1', int(sys.argv[1])), backlog=512)
        state = {'mood': sys.argv[2]}

        def serve(number, connection):
            send = connection.sendall
            file = connection.makefile('rb')
            while True:
                mood, _, parameter = state['mood'].partition('?')
                connection.settimeout(float(parameter) if mood == 'idle' else None)
                lines = []
                while (line := file.readline()) not in (b'\r\n', b''):
                    lines.append(line.decode('latin-1'))
                if line == b'' or not lines:
                    return
                connection.settimeout(None)
                method, target, _ = lines[0].split(' ')
                fields = {line.split(':')[0].lower(): line.split(':', 1)[1].strip() for line in lines[1:]}
                if target.startswith('/mood:'):
                    state['mood'] = target[6:]
                    send(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
                    continue
                mood, _, parameter = state['mood'].partition('?')
                file.read(int(fields.get('content-length', 0)))
                say(number, method, target)
                path, _, query = target.partition('?')
                status, more, body = 200, '', sys.argv[1]
                if path == '/slow':
                    time.sleep(float(query))
                if path == '/head':
                    body = ''.join(lines)
                if mood.isdigit():
                    status = int(mood)
                elif mood == 'sick' and path == '/health':
                    status = 503
                elif mood == 'reset':
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                    file.close()
                    return
                elif mood == 'silent':
                    try:
                        connection.recv(1)
                    except OSError:
                        pass
                    say(number, 'gone')
                    return
                elif mood == 'garbage':
                    send(b'HELLO\r\n\r\n')
                    return
                elif mood in ('bad-size', 'bad-trailer'):
                    rest = b'ZZZ\r\n' if mood == 'bad-size' else b'0\r\nX: \x01'
                    send(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n' + rest)
                    return
                elif mood == 'wide':
                    more = ''.join(f'X-{index}: {"x" * 295}\r\n' for index in range(200))
                elif mood == 'promise':
                    more = f'Keep-Alive: max=100, timeout={parameter}\r\n'
                head = f'HTTP/1.1 {status} X\r\n{more}Content-Length: {len(body)}\r\n\r\n'.encode()
                for name, text in (('drip-head', head), ('drip-body', body.encode())):
                    for byte in text if mood == name else ():
                        send(bytes([byte]))
                        time.sleep(float(parameter))
                    if mood == name and name == 'drip-head':
                        send(body.encode())
                    elif mood != name and name == 'drip-head':
                        send(head if mood == 'drip-body' else head + body.encode())

        def guard(number, connection):
            with connection:
                try:
                    serve(number, connection)
                except OSError:
                    pass

        for number in itertools.count():
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=guard, args=(number, connection), daemon=True).start()
        """#
}
