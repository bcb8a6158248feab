import Foundation
import TestSupport

/// An address where nobody accepts: its backlog is full.
final class BlackHole: Sendable {
    let port: Int
    private let folder: Folder
    private let command: Command

    init() throws {
        port = try FreePorts.take()
        folder = try Folder()
        let program = """
            import socket, time
            address = ('127.0.0.1', \(port))
            listener = socket.create_server(address, backlog=0)
            clients = [socket.socket() for _ in range(4)]
            for client in clients:
                client.setblocking(False)
                client.connect_ex(address)
            print('full', flush=True)
            time.sleep(120)
            """
        let command = try Command([Programs.python, "-c", program], in: folder, name: "full")
        self.command = command
        try eventually("its backlog is full") { command.standardOutput == "full\n" }
    }
}
