import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("relay") struct RelayTests {
        private static let megabyte = 1 << 20

        @Test("the tunnels of a relay that is killed are not counted any more")
        func countedNoMore() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", count: 2) + "\nlimits: { connections: 12 }\n", files: Samples.serverFile)
            for _ in 0..<3 {
                let clients = try (0..<10).map { _ in try Connection(port: cluster.port) }
                for client in clients { #expect(try client.get().status == 200) }
                let relay = try #require(try cluster.status().relays.first)
                relay.process.send(SIGKILL)
                try eventually("the relay is replaced") {
                    let now = try cluster.status().relays.first
                    return now?.id != relay.id && now?.state == "ready"
                }
                try eventually("nobody is counted") { try cluster.status().workers.allSatisfy { $0.connectionsActive == 0 } }
                withExtendedLifetime(clients) {}
            }
            #expect(try get(port: cluster.port).status == 200)
        }

        @Test("a hundred megabytes both ways past a slow reader: whole, in order, and in little memory")
        func large() throws {
            let cluster = try Cluster.start(Samples.command("[<python>, echo.py]"), files: Samples.echoFile)
            let block = (0..<Self.megabyte).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) }
            let client = try Connection(port: cluster.port, timeout: .seconds(30), receiveBuffer: 64 * 1024)
            let relays = try cluster.status().relays.map(\.process)
            let before = (relays + [cluster.master]).map(\.residentBytes)
            let writer = Writer(client.number, block, times: 100)
            // Nothing is read for a while: what is written has to wait where it is bounded.
            try eventually("the writer has come to a halt") { writer.isStuck }
            let after = (relays + [cluster.master]).map(\.residentBytes)
            for (old, new) in zip(before, after) { #expect(new - old < 16 << 20, "from \(old) to \(new) bytes") }
            for turn in 0..<100 {
                let got = try client.read(Self.megabyte)
                if got != block {
                    Issue.record("megabyte \(turn) differs")
                    break
                }
            }
            // The half-close went through the program and came back.
            #expect(try client.readAll().isEmpty)
            #expect(writer.problem == nil)
        }

        @Test("a half-close reaches the program, and its late answer reaches the client")
        func halfClose() throws {
            let cluster = try Cluster.start(Samples.command("[<python>, digest.py]"), files: ["digest.py": Programs.digest])
            let client = try Connection(port: cluster.port)
            try client.send("abc")
            client.shutdownWriting()
            let answer = String(decoding: try client.readAll(), as: UTF8.self)
            #expect(answer == "3 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        }

        @Test("a program that speaks first is heard before the client has said anything")
        func serverFirst() throws {
            let cluster = try Cluster.start(
                Samples.command("[<python>, stubborn.py]", "stop: { grace: 100ms }"), files: ["stubborn.py": Programs.stubborn])
            let client = try Connection(port: cluster.port)
            #expect(try client.readAll() == Array("stubborn".utf8))
        }

        @Test("a client that resets, or goes in the middle, does not stop the relay")
        func resets() throws {
            let cluster = try Cluster.start(Samples.command("[<python>, echo.py]", count: 2), files: Samples.echoFile)
            let before = try cluster.status().relays.map(\.pid)
            for turn in 0..<200 {
                let client = try Connection(port: cluster.port)
                try client.send([UInt8](repeating: 0x61, count: 100_000))
                if turn % 2 == 0 { client.reset() } else { client.close() }
            }
            let client = try Connection(port: cluster.port)
            try client.send("still there")
            #expect(try client.read(11) == Array("still there".utf8))
            #expect(try cluster.status().relays.map(\.pid) == before)
            client.close()
            try eventually("every tunnel has ended") { try cluster.status().workers.allSatisfy { $0.connectionsActive == 0 } }
        }

        @Test("when the chosen program is dying the next one is asked, and the client does not notice")
        func nextProgram() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", count: 2, "restart: { backoff: { initial: 300ms } }"), files: Samples.serverFile)
            let load = Load(port: cluster.port, keepAlive: 0, oneShot: 4, rate: 80)
            try load.goOn(10)
            var deaths: [Duration] = []
            for turn in 0..<4 {
                let worker = try cluster.worker(turn % 2)
                worker.process.send(SIGKILL)
                deaths.append(load.time)
                try cluster.waitForReplacement(of: worker)
            }
            try load.goOn(10)
            let report = try load.stop()
            // Only what the program had taken dies with it.
            let others = report.mishaps.filter { mishap in
                !deaths.contains { mishap.began <= $0 + .milliseconds(20) && mishap.failed >= $0 - .milliseconds(20) }
            }
            #expect(others.isEmpty, "\(others)")
        }

        @Test("the program is told its client's address where that is asked for")
        func proxyProtocol() throws {
            let program = """
                import os, socket
                listener = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))
                while True:
                    connection, _ = listener.accept()
                    data = b''
                    while b'x' not in data: data += connection.recv(200)
                    connection.sendall(data)
                    connection.close()
                """
            let cluster = try Cluster.start(
                Samples.command("[<python>, say.py]", "proxy_protocol: v1"), files: ["say.py": program])
            let client = try Connection(port: cluster.port)
            try client.send("x")
            let text = String(decoding: try client.readAll(), as: UTF8.self)
            #expect(text.hasPrefix("PROXY TCP4 127.0.0.1 127.0.0.1 "), "\(text)")
        }

        /// Says `wrong` where the client's address comes in another way than its environment says. Slot 2 may be told not to start.
        private static let particular = """
            import os, socket, sys
            if os.environ['CLUSTER_SLOT'] == os.environ.get('WITHOUT'): sys.exit(1)
            listener = socket.create_server((os.environ['HOST'], int(os.environ['PORT'])), backlog=64)
            while True:
                connection, _ = listener.accept()
                data = connection.recv(4096)
                told = 'v1' if data.startswith(b'PROXY') else 'v2' if data.startswith(bytes([13, 10])) else 'none'
                text = 'right' if told == os.environ['WANTED'] else 'wrong: ' + told
                while b'\\r\\n\\r\\n' not in data[-4:]: data = connection.recv(4096)
                head = f'HTTP/1.1 200 OK\\r\\nContent-Length: {len(text)}\\r\\nConnection: close\\r\\n\\r\\n'
                connection.sendall((head + text).encode())
                connection.close()
            """

        @Test("while proxy_protocol and bind change, and after that was taken back, each program gets what it was started for")
        func ownProtocol() throws {
            func text(_ wanted: String, _ more: String) -> String {
                let restart = "restart: { backoff: { initial: 1ms, max: 5ms }, crash_loop: { failures: 2 } }"
                return Samples.command(
                    "[<python>, particular.py]", count: 3, "environment: { WANTED: \(wanted) }\n\(restart)\n\(more)")
            }
            let cluster = try Cluster.start(text("v1", "proxy_protocol: v1"), files: ["particular.py": Self.particular])
            let load = Load(port: cluster.port, keepAlive: 0, oneShot: 6, rate: 100) { $0.text == "right" ? nil : $0.text }
            try load.goOn(10)
            let broken = text("v2, WITHOUT: \"2\"", "proxy_protocol: v2\nbind: 127.0.0.2")
            #expect(try cluster.reload(broken).result == "failed")
            try load.goOn(20)
            #expect(try cluster.reload(text("none", "bind: 127.0.0.3")).result == "ok")
            try load.goOn(20)
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
        }
    }
}

/// Writes the same block again and again, and then closes its direction, while the test reads.
private final class Writer: @unchecked Sendable {
    private let lock = NSLock()
    private var written = 0
    private var failure: String?
    private var lastLook = (written: -1, at: ContinuousClock.now)

    init(_ socket: Int32, _ block: [UInt8], times: Int) {
        let thread = Thread { [self] in
            for _ in 0..<times {
                var rest = block[...]
                while !rest.isEmpty {
                    let count = unsafe rest.withUnsafeBytes { unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                    if count <= 0 { return lock.withLock { failure = "errno \(errno) after \(written) bytes" } }
                    lock.withLock { written += count }
                    rest = rest.dropFirst(count)
                }
            }
            Glibc.shutdown(socket, Int32(SHUT_WR))
        }
        thread.start()
    }

    var problem: String? { lock.withLock { failure } }

    /// Nothing has moved for half a second.
    var isStuck: Bool {
        lock.withLock {
            if written != lastLook.written { lastLook = (written, .now) }
            return written > 0 && ContinuousClock.now - lastLook.at > .milliseconds(500)
        }
    }
}
