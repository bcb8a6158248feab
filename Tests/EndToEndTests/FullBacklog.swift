import Foundation
import Glibc
import TestSupport

/// A server behind a unix socket whose backlog is full: it accepts when it is told to, one after the other.
final class FullBacklog: Sendable {
    let path: String
    private let folder: Folder
    private let command: Command

    init() throws {
        folder = try Folder()
        path = folder["server.sock"]
        let program = """
            import signal, socket
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
            listener = socket.socket(socket.AF_UNIX)
            listener.bind('\(path)')
            listener.listen(0)
            first = socket.socket(socket.AF_UNIX)
            first.connect('\(path)')
            print('full', flush=True)
            signal.sigwait({signal.SIGUSR1})
            listener.accept()
            while True:
                client, _ = listener.accept()
                while b'\\r\\n\\r\\n' not in client.recv(4096):
                    pass
                client.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nin')
                client.close()
            """
        let command = try Command([Programs.python, "-c", program], in: folder, name: "full")
        self.command = command
        try eventually("its backlog is full") { command.standardOutput == "full\n" }
    }

    func accept() { command.send(SIGUSR1) }
}
