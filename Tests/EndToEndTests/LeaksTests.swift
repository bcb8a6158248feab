import TestSupport
import Testing

extension EndToEnd {
    /// However connections end, nothing of them stays.
    @Suite("leaks") struct LeaksTests {
        enum Kind: String, CaseIterable {
            case plain, aborted, silent, reset, halfClosed, garbage, cutUpload, resetDownload, cutAnswer, leftWaiting, refused, tunnel

            /// In proportion to what each costs.
            var count: Int {
                let many = Installed.isLong ? 10_000 : 1_000
                return switch self {
                case .plain, .aborted, .silent, .reset, .halfClosed, .garbage, .refused: many
                case .cutUpload, .resetDownload, .cutAnswer, .leftWaiting, .tunnel: many / 5
                }
            }
        }

        private let upstream: Upstream

        init() throws { upstream = try Upstream() }

        @Test("descriptors, memory and processes are after any number of connections what they were before", arguments: Kind.allCases)
        func leak(kind: Kind) throws {
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                routes:
                  - path: /own
                    respond: own
                  - upstream: http://127.0.0.1:\(upstream.port)
                """)
            let (worker, master) = (try cluster.worker(0), cluster.master)
            for _ in 0..<kind.count / 5 { try connect(kind, cluster.port) }
            _ = try get("/x", port: cluster.port)
            try eventually("the worker is at rest") { try cluster.worker(0).connectionsActive == 0 }
            let before = (worker.process.openFiles, master.openFiles)
            // How many there are at once is the machine's choice, and what those needed is kept for the next as many: a leak grows every time.
            var growth = Int.max
            for _ in 0..<3 where growth >= 1 << 20 {
                let before = (worker.process.residentBytes, master.residentBytes)
                for _ in 0..<kind.count { try connect(kind, cluster.port) }
                growth = max(worker.process.residentBytes - before.0, master.residentBytes - before.1)
            }
            #expect(growth < 1 << 20)
            #expect(try get("/own", port: cluster.port).text == "own")
            // Connections to the upstream that wait for the next exchange are not leaked: they end with it.
            try upstream.stop()
            try eventually("nothing is left open, but there is \(worker.process.descriptors)") {
                worker.process.openFiles <= before.0 && master.openFiles <= before.1
            }
            #expect(try cluster.worker(0).id == worker.id)
            #expect(cluster.processes.count == 3)
            #expect(worker.process.status("Threads") == "1")
        }

        // MARK: - Private

        private func connect(_ kind: Kind, _ port: Int) throws {
            let client = try Connection(port: port)
            switch kind {
            case .plain: _ = try client.get("/own", headers: ["Connection: close"])
            case .aborted: try client.send("GET /own HTTP/1.1\r\nHost: loc")
            case .silent: break
            case .reset:
                try client.ask("/x")
                client.reset()
            case .halfClosed:
                try client.ask("/x")
                client.shutdownWriting()
                #expect(try client.response().status == 200)
            case .garbage:
                try client.send([22, 3, 1, 0, 250, 1, 0, 0, 246, 3, 3] + [UInt8](repeating: 7, count: 200) + [13, 10, 13, 10])
                _ = try? client.readAll()
            case .cutUpload: try client.send("POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nabc")
            case .resetDownload:
                try client.ask("/bytes?64")
                _ = try client.readSome()
                client.reset()
            case .cutAnswer:
                try client.ask("/cut-length")
                _ = try? client.response()
            case .leftWaiting:
                try client.ask("/hang")
                client.reset()
            case .refused: _ = try client.get("/own", headers: ["X : y"])
            case .tunnel:
                try client.send("GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nabc")
                _ = try client.response()
                _ = try client.read(6)
            }
            client.close()
        }
    }
}
