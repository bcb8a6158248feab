import Foundation

/// Programs of users, as they are written to a cluster's folder.
package enum Programs {
    /// The interpreter itself: a version manager's wrapper in front of it would be a process of its own for a while.
    package static let python: String = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "python3 -c 'import sys; print(sys.executable)'"]
        let pipe = Pipe()
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return "python3" }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let path = String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        return path.isEmpty ? "python3" : path
    }()

    /// A web server in node that can be asked to misbehave, and that ends in order on TERM. With `note` it writes down that it has a request, in a file
    /// of that name.
    package static let server = """
        const fs = require('fs'), http = require('http');
        const { PORT, SOCKET, CLUSTER_SLOT, CLUSTER_ID } = process.env;
        const server = http.createServer((request, response) => {
          const url = new URL(request.url, 'http://localhost');
          const number = (name) => Number(url.searchParams.get(name) || 0);
          const note = url.searchParams.get('note');
          if (note) fs.writeFileSync(note, '');
          switch (url.pathname) {
            case '/pid': return response.end(`${process.pid}\\n`);
            case '/environment': return response.end(JSON.stringify(process.env));
            case '/slow': return setTimeout(() => response.end(`slow ${CLUSTER_SLOT}\\n`), number('ms'));
            case '/exit':
              console.error('asked to exit');
              response.end('bye\\n', () => process.exit(number('code')));
              return;
            case '/log':
              console.log(url.searchParams.get('text'));
              return response.end('logged\\n');
            case '/length':
              let length = 0;
              request.on('data', (data) => { length += data.length; });
              return request.on('end', () => response.end(`${length}\\n`));
            default: return response.end(`worker ${CLUSTER_SLOT}\\n`);
          }
        });
        server.keepAliveTimeout = 60000;
        server.listen(SOCKET ? { path: SOCKET } : { port: Number(PORT), host: '127.0.0.1' });
        process.on('SIGTERM', () => { server.close(() => process.exit(0)); server.closeIdleConnections(); });
        """

    /// An app in node: what it is told to do, it does; what it was asked to do is written to a file.
    package static let app = """
        const fs = require('fs'), http = require('http');
        const { PORT, SOCKET, CLUSTER_SLOT, CLUSTER_ID, TEXT } = process.env;
        let hoard = [];
        const server = http.createServer((request, response) => {
          const url = new URL(request.url, 'http://localhost');
          const number = (name) => Number(url.searchParams.get(name) || 0);
          const note = url.searchParams.get('note');
          if (note) fs.appendFileSync(note, `${request.method} ${CLUSTER_ID}\\n`);
          switch (url.pathname) {
            case '/id': return response.end(CLUSTER_ID);
            case '/slot': return response.end(CLUSTER_SLOT);
            case '/text': return response.end(TEXT);
            case '/environment': return response.end(JSON.stringify(process.env));
            case '/head': return response.end(JSON.stringify([request.method, request.url, request.headers]));
            case '/slow': return setTimeout(() => response.end(`slow ${CLUSTER_ID}`), number('ms'));
            case '/die': return process.kill(process.pid, 'SIGKILL');
            // The first of all instances that is asked dies, whatever becomes of the request then.
            case '/die-once':
              try { fs.writeFileSync(url.searchParams.get('file'), '', { flag: 'wx' }); } catch { return response.end('lived'); }
              return process.kill(process.pid, 'SIGKILL');
            case '/hoard':
              hoard.push(Buffer.alloc(number('bytes'), 1));
              return response.end('more');
            default: return response.end(`instance ${CLUSTER_SLOT}`);
          }
        });
        server.on('upgrade', (request, socket) => {
          socket.write('HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n');
          socket.on('data', (data) => socket.write(data));
          socket.on('error', () => {});
          socket.on('end', () => socket.end());
        });
        server.keepAliveTimeout = 60000;
        server.listen(SOCKET ? { path: SOCKET } : { port: Number(PORT), host: '127.0.0.1' });
        process.on('SIGTERM', () => process.exit(0));
        """

    /// Sends back what it gets, and its end; in python, a thread for each connection.
    package static let echo = """
        import os, socket, threading
        listener = socket.create_server(('127.0.0.1', int(os.environ['PORT'])), backlog=512)
        def serve(connection):
            with connection:
                try:
                    while data := connection.recv(65536):
                        connection.sendall(data)
                    connection.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()
        """

    /// Reads everything, and only then says how much it was and its SHA-256.
    package static let digest = """
        import hashlib, os, socket, threading
        listener = socket.create_server(('127.0.0.1', int(os.environ['PORT'])), backlog=64)
        def serve(connection):
            with connection:
                digest, count = hashlib.sha256(), 0
                while data := connection.recv(65536):
                    digest.update(data)
                    count += len(data)
                connection.sendall(f'{count} {digest.hexdigest()}'.encode())
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()
        """

    /// Serves, and is deaf to TERM; so is its child.
    package static let stubborn = """
        import os, signal, socket, subprocess, sys
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, '-c', 'import time\\nwhile True: time.sleep(1)'])
        listener = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))
        while True:
            connection, _ = listener.accept()
            connection.sendall(b'stubborn')
            connection.close()
        """
}
