import Foundation
import Glibc
import TestSupport

/// A server behind a unix socket whose backlog is full: it accepts when it is told to, one after the other, and counts what it answers.
final class FullBacklog: Sendable {
    /// `full.py REQUESTS [PATH]`: so many on each connection. Without a path, that of `SOCKET`. Accepts from a SIGUSR1 on.
    static let program = """
        import os, signal, socket, sys
        path = os.environ.get('SOCKET') or sys.argv[2]
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(0)
        first = socket.socket(socket.AF_UNIX)
        first.connect(path)
        print('full', flush=True)
        signal.sigwait({signal.SIGUSR1})
        listener.accept()
        count = 0
        while True:
            client, _ = listener.accept()
            for left in range(int(sys.argv[1]), 0, -1):
                if b'\\r\\n\\r\\n' not in client.recv(4096):
                    break
                count += 1
                close = 'Connection: close\\r\\n' if left == 1 else ''
                client.sendall(f'HTTP/1.1 200 OK\\r\\n{close}Content-Length: {len(str(count))}\\r\\n\\r\\n{count}'.encode())
            client.close()
        """

    let path: String
    private let folder: Folder
    private let command: Command

    init(requestsEach: Int = 1) throws {
        folder = try Folder()
        path = folder["server.sock"]
        let command = try Command([Programs.python, "-c", Self.program, "\(requestsEach)", path], in: folder, name: "full")
        self.command = command
        try eventually("its backlog is full") { command.standardOutput == "full\n" }
    }

    func accept() { command.send(SIGUSR1) }
}
