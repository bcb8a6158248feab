import Foundation

/// A server for a worker to forward to, in python, that does what the path of a request says, and writes down what it gets.
package final class Upstream: Sendable, RequestLog {
    package let port: Int
    private let folder: Folder
    private let command: Command

    package init(file: String = #fileID, line: Int = #line) throws {
        let port = try FreePorts.take()
        self.port = port
        folder = try Folder()
        try folder.write(Self.program, to: "upstream.py")
        command = try Command(
            [Programs.python, folder["upstream.py"], String(port), folder["upstream.sock"]], in: folder, name: "upstream")
        try eventually("the upstream listens", file: file, line: line) {
            (try? Connection(port: port)) != nil
        }
    }

    package func stop() throws {
        command.send(SIGKILL)
        try command.wait()
    }

    /// `connection method target size-of-body`, connections counted from 1, for each request, and `connection gone` where a client left while it waited.
    package var requests: [String] {
        command.standardOutput.split(separator: "\n").map(String.init)
    }

    /// Where it listens as well.
    package var path: String { folder["upstream.sock"] }

    private static let program = #"""
        import hashlib, itertools, os, socket, sys, threading, time

        def say(*words):  # In one piece: threads that print take turns within a line.
            os.write(1, (' '.join(map(str, words)) + '\n').encode())

        listener = socket.create_server(('127.0.0.1', int(sys.argv[1])), backlog=512)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        local = socket.socket(socket.AF_UNIX)
        local.bind(sys.argv[2])
        local.listen(64)
        block = hashlib.sha256(b'block').digest() * 2048

        def serve(number, connection):
            file = connection.makefile('rb')
            send = connection.sendall
            def answer(text, more=''):
                send(f'HTTP/1.1 200 OK\r\n{more}Content-Length: {len(text)}\r\n\r\n{"" if method == "HEAD" else text}'.encode())
            for turn in itertools.count():
                lines = []
                while (line := file.readline()) not in (b'\r\n', b''):
                    lines.append(line.decode('latin-1'))
                if line == b'' or not lines:
                    return
                method, target, _ = lines[0].split(' ')
                fields = {line.split(':')[0].lower(): line.split(':', 1)[1].strip() for line in lines[1:]}
                path = target.split('?')[0]
                if path == '/stale':
                    say(number, 'begun')
                if path == '/early':
                    send(b'HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge')
                if path == '/stuck':
                    time.sleep(60)
                if path == '/echo':
                    send(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
                if path == '/continue':
                    send(b'HTTP/1.1 100 Continue\r\n\r\n')
                size, digest = 0, hashlib.sha256()
                if 'content-length' in fields:
                    left = int(fields['content-length'])
                    while left and (data := file.read1(min(left, 65536))):
                        left, size = left - len(data), size + len(data)
                        digest.update(data)
                        if path == '/echo': send(b'%x\r\n%s\r\n' % (len(data), data))
                elif 'transfer-encoding' in fields:
                    while count := int(file.readline(), 16):
                        data = file.read(count)
                        size += len(data)
                        digest.update(data)
                        file.readline()
                    file.readline()
                say(number, method, target, size)
                if path == '/early':
                    return
                elif path == '/digest' or path == '/continue':
                    answer(f'{size} {digest.hexdigest()}')
                elif path == '/head':
                    answer(''.join(lines))
                elif path == '/bytes':
                    count = int(target.split('?')[1])
                    send(f'HTTP/1.1 200 OK\r\nContent-Length: {count * len(block)}\r\n\r\n'.encode())
                    for _ in range(count): send(block)
                elif path == '/chunks':
                    send(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
                    for _ in range(int(target.split('?')[1])): send(b'%x;a=b\r\n%s\r\n' % (len(block), block))
                    send(b'0\r\nX-Trailer: 1\r\n\r\n')
                elif path == '/echo':
                    send(b'0\r\n\r\n')
                elif path == '/204':
                    send(b'HTTP/1.1 204 No Content\r\n\r\n')
                elif path == '/304':
                    send(b'HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nETag: "x"\r\n\r\n')
                elif path == '/drip':
                    for byte in b'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndrip':
                        send(bytes([byte]))
                        time.sleep(0.001)
                elif path == '/stale' and turn > 0 or path == '/silent':
                    return
                elif path == '/cut-length':
                    send(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart')
                    return
                elif path == '/cut-chunks':
                    send(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n')
                    return
                elif path == '/until-close':
                    send(b'HTTP/1.1 200 OK\r\n\r\nuntil the end')
                    return
                elif path == '/hints':
                    send(b'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhints')
                elif path == '/hop':
                    answer('hop', 'Connection: X-Secret\r\nX-Secret: 1\r\nKeep-Alive: timeout=5\r\nProxy-Authenticate: Basic\r\nX-Open: 2\r\n')
                elif path == '/bad':
                    send(b'HTTP/1.1 200 OK\r\nX : y\r\nContent-Length: 0\r\n\r\n')
                elif path == '/switch':
                    send(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n')
                elif path == '/tunnel' and 'upgrade' in fields:
                    send(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\nhello ')
                    total = 0
                    try:
                        while data := file.read1(65536):
                            total += len(data)
                            send(data)
                        send(b' %d bytes' % total)
                        say(number, 'tunnel', total)
                    except OSError:
                        say(number, 'tunnel reset')
                    return
                elif path == '/talk' and 'upgrade' in fields:
                    send(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\n')
                    try:
                        for _ in range(3000):
                            send(b'.')
                            time.sleep(0.02)
                    except OSError:
                        say(number, 'talk gone')
                    return
                elif path == '/refuse' and 'upgrade' in fields:
                    send(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\nhello ')
                    file.read1(2048)
                    send(b'too large')
                    return
                elif path == '/drop' and 'upgrade' in fields:
                    send(b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: upgrade\r\n\r\nlast words')
                    return
                elif path == '/events':
                    send(b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n')
                    try:
                        for index in range(6000):
                            send(b'8\r\ndata: %d\n\r\n' % (index % 10))
                            time.sleep(0.02)
                    except OSError:
                        say(number, 'events gone')
                        return
                elif path == '/endless':
                    for _ in range(300): send(b'HTTP/1.1 103 Early Hints\r\n\r\n')
                elif path == '/hang':
                    try:
                        connection.recv(1)
                    except OSError:
                        pass
                    say(number, 'gone')
                    return
                elif path == '/slow':
                    time.sleep(float(target.split('?')[1]))
                    answer('slow')
                else:
                    answer(f'{number} {turn}')

        def guard(number, connection):
            with connection:
                try:
                    serve(number, connection)
                except OSError:
                    pass

        numbers = itertools.count()

        def accept(listener):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=guard, args=(next(numbers), connection), daemon=True).start()

        threading.Thread(target=accept, args=(local,), daemon=True).start()
        accept(listener)
        """#
}
