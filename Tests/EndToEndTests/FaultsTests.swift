import TestSupport
import Testing

extension EndToEnd {
    /// Both sides break off wherever they can. Tests/Programs/faults.py is upstream and client at once, and knows what each of them may see.
    @Suite("faults") struct FaultsTests {
        private func run(_ suite: String, more: String = "") throws -> (cluster: Cluster, cases: Int) {
            let upstream = try FreePorts.take()
            let cluster = try Cluster.start("port: <port>\nworkers: 1\n\(more)\nroutes:\n  - upstream: http://127.0.0.1:\(upstream)")
            let worker = try cluster.worker(0)
            let before = worker.process.openFiles
            let run = try Run(
                [Programs.python, Installed.script("faults.py"), "\(cluster.port)", "\(upstream)", suite], in: cluster.folder,
                within: .seconds(170))
            #expect(run.isGood, "\(run.error)")
            let lines = run.output.split(separator: "\n")
            #expect(lines.count == 1, "\(lines.prefix(20).joined(separator: "\n"))")
            #expect(try cluster.worker(0).id == worker.id)
            try eventually("nothing is left open, but there is \(worker.process.descriptors)") {
                worker.process.openFiles <= before
            }
            return (cluster, lines.last.flatMap { Int($0) } ?? 0)
        }

        @Test("an upstream that closes or resets at any byte: what is not whole never looks whole, and the next request is fine")
        func upstreams() throws { #expect(try run("upstreams").cases > 1400) }

        @Test("an upstream that never comes to an end, says too much, or answers before it was asked everything")
        func misbehaviour() throws { #expect(try run("misbehaviour").cases == 33) }

        @Test("whatever an upstream says to Expect and whatever the client does then: the right answer, and no body is taken for a request")
        func expectations() throws { #expect(try run("expectations").cases == 12) }

        @Test("a client that closes, half-closes or resets at any byte, or sends one at a time: half a request is no request")
        func clients() throws { #expect(try run("clients").cases > 700) }

        @Test(
            "what is said behind an answer is nobody's, however much is ready at once, and no answer is out of order",
            arguments: ["excess", "order"])
        func lateEvents(of kind: String) throws {
            let run = try Run([Programs.python, Installed.script("stale_events.py"), Binary.path, kind], in: Folder())
            #expect(run.output == "good\n", "\(run.error)")
        }

        @Test(
            "what comes all at once is heard to its end, though it is more than one read takes or has an end, an urgent byte or a descriptor in it",
            arguments: [
                "end_behind_request", "end_behind_forwarded_request", "end_behind_answer", "end_behind_long_answer",
                "request_behind_upload",
                "requests", "forwarded_requests", "urgent_byte", "upload", "large_and_small",
                "reset_behind_forwarded_request", "descriptor",
            ])
        func atOnce(_ kind: String) throws {
            let run = try Run([Programs.python, Installed.script("told_once.py"), Binary.path, kind], in: Folder())
            #expect(run.output == "good\n", "\(run.error)")
        }

        @Test(
            "what comes all at once through a tunnel or a relay is heard to its end as well, in either direction",
            arguments: ["upgraded", "relayed"],
            [
                "end_behind_bytes", "reset_behind_bytes", "more_than_a_read", "urgent_byte",
                "both_at_once", "reader_that_lags", "large_and_small", "descriptor",
            ])
        func atOnce(through kind: String, _ what: String) throws {
            let run = try Run([Programs.python, Installed.script("tunnels_once.py"), Binary.path, kind, what], in: Folder())
            #expect(run.output == "good\n", "\(run.error)")
        }

        @Test("a long file goes out whole on a connection whose client was slow to take what came before")
        func slowThenFile() throws {
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                routes:
                  - path: /own
                    respond: "\(String(repeating: "x", count: 60_000))"
                  - path: /files
                    files: <folder>
                """, files: ["large": String(repeating: "0123456789abcde\n", count: 1 << 16)])
            let client = try Connection(port: cluster.port, receiveBuffer: 64 * 1024)
            try client.send(String(repeating: "GET /own HTTP/1.1\r\nHost: a\r\n\r\n", count: 200))
            for _ in 0..<200 { #expect(try client.response().body.count == 60_000) }
            for _ in 0..<3 { #expect(try client.get("/files/large").body.count == 1 << 20) }
        }

        @Test("a thousand pipelined requests are answered in order, however long each takes, with little memory")
        func pipelines() throws {
            let (cluster, cases) = try run("pipelines")
            #expect(cases == 2000)
            let worker = try cluster.worker(0).process
            #expect((Int(worker.status("VmHWM").split(separator: " ")[0]) ?? .max) < 64 * 1024)
        }
    }
}
