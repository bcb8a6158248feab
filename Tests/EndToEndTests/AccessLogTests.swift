import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("access log") struct AccessLogTests {
        private let upstream: Upstream

        init() throws { upstream = try Upstream() }

        private func configuration(_ access: String, workers: Int = 1, more: String = "", large: Int = 1) -> String {
            """
            port: <port>
            workers: \(workers)
            log: { access: \(access) }
            \(more)
            routes:
              - path: /own
                name: own
                respond: "own"
              - path: /large
                respond: "\(String(repeating: "x", count: large))"
              - path: /dead
                upstream: http://127.0.0.1:1
              - upstream: http://127.0.0.1:\(upstream.port)
            """
        }

        private static let json = "{ to: access.log, format: json }"

        private func start(_ access: String = json, workers: Int = 1, more: String = "", large: Int = 1) throws -> Cluster {
            try Cluster.start(configuration(access, workers: workers, more: more, large: large))
        }

        /// The objects of a log, once there are so many.
        private func entries(
            _ count: Int, of cluster: Cluster, in name: String = "access.log", file: String = #fileID, line: Int = #line
        ) throws -> [[String: Any]] {
            try eventually("\(count) lines", file: file, line: line) { lines(of: cluster, name).count >= count }
            return try lines(of: cluster, name).map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return try object ?? { throw Failure("\(line)") }()
            }
        }

        private func lines(of cluster: Cluster, _ name: String = "access.log") -> [Substring] {
            cluster.folder.text(of: name).split(separator: "\n")
        }

        // MARK: - What a line says

        @Test("own answers, forwarded ones, HEAD and errors have a line each, in their order")
        func kinds() throws {
            let cluster = try start()
            let client = try Connection(port: cluster.port)
            _ = try client.get("/own?a=b", headers: ["X-Request-Id: one", "User-Agent: u \"v\"", "Referer: r"])
            _ = try client.get("/x", headers: ["X-Request-Id: two"])
            try client.ask(method: "HEAD", "/own")
            _ = try client.response(to: "HEAD")
            try client.ask(method: "POST", "/digest", body: "abc")
            let digest = try client.response()
            let dead = try client.get("/dead")
            let silent = try client.get("/silent")
            try client.send("GET /bad HTTP/1.1\r\nHost: h\r\nBad : x\r\n\r\n")
            let bad = try client.response()
            let found = try entries(7, of: cluster)
            #expect(found.count == 7)
            #expect(found.map { $0["status"] as? Int } == [200, 200, 200, 200, 502, 502, 400])
            #expect(found.map { $0["target"] as? String } == ["/own?a=b", "/x", "/own", "/digest", "/dead", "/silent", "/bad"])
            #expect(found.map { $0["method"] as? String } == ["GET", "GET", "HEAD", "POST", "GET", "GET", "GET"])
            let sizes = [3, 3, 0] + [digest, dead, silent, bad].map(\.body.count)
            #expect(found.map { $0["body_bytes"] as? Int } == sizes)
            #expect(found.allSatisfy { ($0["bytes"] as? Int ?? 0) > ($0["body_bytes"] as? Int ?? 0) + 50 })
            #expect(found.allSatisfy { $0["end"] as? String == "complete" })
            #expect(found[0]["request_id"] as? String == "one" && found[1]["request_id"] as? String == "two")
            #expect(found[0]["route"] as? String == "own" && found[1]["route"] as? String == "/" && found[6]["route"] is NSNull)
            #expect(found[0]["user_agent"] as? String == "u \"v\"" && found[0]["referer"] as? String == "r")
            #expect(found[0]["upstream"] is NSNull && found[1]["upstream"] as? String == "127.0.0.1:\(upstream.port)")
            #expect(found[4]["upstream"] as? String == "127.0.0.1:1" && found[4]["error"] as? String == "no upstream could be reached")
            #expect(dead.text.hasSuffix("request id: \(found[4]["request_id"] as? String ?? "")\n"))
            #expect(silent.text.hasSuffix("request id: \(found[5]["request_id"] as? String ?? "")\n"))
            #expect(bad.text.hasSuffix("request id: \(found[6]["request_id"] as? String ?? "")\n"))
            #expect(found[6]["error"] as? String == "there is whitespace before a colon")
            let digested = "POST /digest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
            #expect(found[3]["request_bytes"] as? Int == digested.utf8.count)
            for entry in found { #expect(entry["client"] as? String == "127.0.0.1" && (entry["client_port"] as? Int ?? 0) > 0) }
            for entry in found[..<6] { #expect((entry["time_total"] as? Double ?? -1) >= 0) }
            #expect((found[1]["time_connect"] as? Double ?? -1) >= 0 && (found[1]["time_first_byte"] as? Double ?? -1) >= 0)
        }

        @Test("pipelined requests have their lines in their order, and one behind an answer that waits has its own")
        func pipelined() throws {
            let cluster = try start("{ to: access.log, format: '{{request.target}} {{response.status}} {{response.body_bytes}}' }")
            let client = try Connection(port: cluster.port)
            let targets = (0..<500).map { $0 % 50 == 7 ? "/slow?0.01" : "/own?\($0)" }
            try client.send(targets.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
            for _ in targets { #expect(try client.response().status == 200) }
            try eventually("500 lines") { lines(of: cluster).count == 500 }
            #expect(lines(of: cluster).map(String.init) == targets.map { $0.hasPrefix("/slow") ? "\($0) 200 4" : "\($0) 200 3" })
        }

        @Test("an answer that ends early says why, and how much of it went")
        func endings() throws {
            let cluster = try start(more: "timeouts: { header: 300ms, send: 300ms, body: 300ms }", large: 4_000_000)
            let gone = try Connection(port: cluster.port)
            try gone.ask("/hang")
            try eventually("the request has come") { upstream.count(of: "/hang") == 1 }
            gone.reset()
            var found = try entries(1, of: cluster)
            #expect(found[0]["status"] as? Int == 499 && found[0]["end"] as? String == "client_gone" && found[0]["bytes"] as? Int == 0)
            let cut = try Connection(port: cluster.port)
            try cut.ask("/cut-length")
            _ = try? cut.response()
            found = try entries(2, of: cluster)
            #expect(found[1]["status"] as? Int == 200 && found[1]["end"] as? String == "upstream_broke")
            #expect(found[1]["body_bytes"] as? Int == 4)
            for (index, target) in ["/large", "/bytes?1600"].enumerated() {
                let slow = try Connection(port: cluster.port, receiveBuffer: 4096)
                try slow.ask(target)
                found = try entries(3 + index, of: cluster)
                #expect(found[2 + index]["status"] as? Int == 200 && found[2 + index]["end"] as? String == "client_late", "\(target)")
                let bytes = found[2 + index]["bytes"] as? Int ?? 0
                #expect(bytes > 1000 && bytes < (index == 0 ? 4_000_000 : 1600 << 16), "\(target) \(bytes)")
            }
            let dripping = try Connection(port: cluster.port)
            try dripping.send("GET /drip HTTP/1.1\r\nHost: a\r\nX-")
            #expect(try dripping.response().status == 408)
            try dripping.send("rest")
            found = try entries(5, of: cluster)
            #expect(found[4]["status"] as? Int == 408 && found[4]["target"] as? String == "/drip")
            #expect(found[4]["end"] as? String == "complete")
            #expect((found[4]["time_head"] as? Double ?? 0) > 0.2)
            let body = try Connection(port: cluster.port)
            try body.send("POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            #expect(try body.response().status == 408)
            found = try entries(6, of: cluster)
            #expect(found[5]["status"] as? Int == 408 && found[5]["request_bytes"] as? Int == 57)
            // Who brings nothing has no line.
            let silent = try Connection(port: cluster.port)
            #expect(silent.isClosed(within: .seconds(5)))
            _ = try get("/own", port: cluster.port)
            #expect(try entries(7, of: cluster).count == 7)
        }

        @Test("an answer that timeouts.request cuts is its server's fault, and not the client's")
        func cutByTime() throws {
            let cluster = try start(more: "timeouts: { request: 400ms }")
            let client = try Connection(port: cluster.port)
            try client.ask("/events")
            _ = try? client.readAll()
            let found = try entries(1, of: cluster)
            #expect(found[0]["status"] as? Int == 200 && found[0]["end"] as? String == "upstream_late")
        }

        @Test("what goes on unread is counted as well: long bodies both ways, and a tunnel when it ends")
        func unread() throws {
            let cluster = try start()
            let client = try Connection(port: cluster.port)
            #expect(try client.get("/bytes?32").body.count == 32 << 16)
            try client.send("POST /digest HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n")
            for _ in 0..<30 { try client.send([UInt8](repeating: 1, count: 100_000)) }
            #expect(try client.response().text.hasPrefix("3000000 "))
            var found = try entries(2, of: cluster)
            #expect(found[0]["body_bytes"] as? Int == 32 << 16 && found[0]["end"] as? String == "complete")
            #expect(found[1]["request_bytes"] as? Int == 3_000_000 + 59)
            let (polite, rude) = (try Connection(port: cluster.port), try Connection(port: cluster.port))
            for tunnel in [polite, rude] {
                try tunnel.send("GET /tunnel HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
                #expect(try tunnel.response().status == 101)
                try tunnel.send("abc")
                #expect(try tunnel.read(9) == Array("hello abc".utf8))
            }
            try always(for: .milliseconds(100), "a tunnel that is open has no line") { lines(of: cluster).count == 2 }
            polite.shutdownWriting()
            #expect(String(decoding: try polite.readAll(), as: UTF8.self) == " 3 bytes")
            found = try entries(3, of: cluster)
            #expect(found[2]["status"] as? Int == 101 && found[2]["end"] as? String == "complete")
            #expect(found[2]["body_bytes"] as? Int == "hello abc 3 bytes".utf8.count)
            rude.reset()
            found = try entries(4, of: cluster)
            #expect(found[3]["status"] as? Int == 101 && found[3]["end"] as? String == "client_gone")
        }

        @Test("whatever bytes come, there is one line for each request, and both formats are read back", arguments: ["combined", "json"])
        func hostile(format: String) throws {
            let cluster = try start("{ to: access.log, format: \(format) }")
            let values: [[UInt8]] = [
                Array("\" 200 0 \"x\" \"y\"".utf8), Array("\\\" \\".utf8), [0xff, 0xfe, 0x80], Array("\u{2028}\u{85}\u{e9}".utf8),
                Array("a\tb".utf8), Array("{{time}} %d %s".utf8), [UInt8](repeating: 0x22, count: 20_000), [0xc0, 0xaf, 0xed, 0xa0, 0x80],
            ]
            for value in values {
                let client = try Connection(port: cluster.port)
                let head = Array("GET /own?\"'<>\\ HTTP/1.1\r\nHost: a\r\nConnection: close\r\nUser-Agent: ".utf8)
                try client.send(head + value + Array("\r\nReferer: ".utf8) + value.prefix(100) + Array("\r\n\r\n".utf8))
                #expect(try client.response().status == 200)
            }
            let malformed: [[UInt8]] = [
                [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x0a], Array("GET / HTTP/1.1\r\nHost: a\r\nX: \u{1b}[31m\r\n\r\n".utf8),
                Array("G\"ET / HTTP/1.1\r\n\r\n".utf8), Array("GET /\u{e9} HTTP/1.1\r\n\r\n".utf8),
                Array("GET / HTTP/1.1\nHost: a\n\n".utf8),
                Array("GET /\u{0}\r HTTP/1.1\r\n\r\n".utf8), [UInt8](repeating: 0x41, count: 70_000),
            ]
            for bytes in malformed {
                let client = try Connection(port: cluster.port)
                try client.send(bytes)
                #expect(try client.response().status >= 400)
            }
            let count = values.count + malformed.count
            try eventually("\(count) lines") { lines(of: cluster).count >= count }
            let program = """
                import json, re, sys
                text = rb'"((?:[^"\\\\]|\\\\x[0-9A-F]{2})*)"'
                pattern = re.compile(rb'^(\\S+) - - \\[([^]]+)\\] ' + text + rb' (\\d{3}) (\\d+) ' + text + b' ' + text + b'$')
                data = open(sys.argv[1], 'rb').read()
                assert data.endswith(b'\\n')
                lines = data[:-1].split(b'\\n')
                for line in lines:
                    assert not re.search(rb'[\\x00-\\x1f\\x7f]', line), line
                    assert len(line) < 4096, len(line)
                    if sys.argv[2] == 'json':
                        assert len(line.decode('utf-8').splitlines()) == 1, line
                        status = json.loads(line)['status']
                    else:
                        status = int(pattern.match(line).group(4))
                    print(status)
                """
            let reader = try Command(
                [Programs.python, "-c", program, cluster.folder["access.log"], format], in: cluster.folder, name: "reader")
            #expect(try reader.wait() == .code(0), "\(reader.standardError)")
            let statuses = reader.standardOutput.split(separator: "\n").compactMap { Int($0) }
            #expect(statuses.count == count)
            #expect(statuses.prefix(values.count).allSatisfy { $0 == 200 } && statuses.dropFirst(values.count).allSatisfy { $0 >= 400 })
        }

        // MARK: - Where it goes

        @Test("stdout and stderr get the lines as they are", arguments: ["stdout", "stderr"])
        func standard(stream: String) throws {
            let cluster = try start(stream, workers: 2)
            for _ in 0..<10 { _ = try get("/own", port: cluster.port) }
            let output = { stream == "stdout" ? cluster.command.standardOutput : cluster.log }
            try eventually("ten lines") { output().split(separator: "\n").count { $0.hasPrefix("127.0.0.1 - - [") } == 10 }
            if stream == "stdout" { #expect(output().split(separator: "\n").count == 10) }
        }

        @Test("several workers append to one file: one line for each request, none torn, and the bytes add up")
        func completeness() throws {
            let cluster = try start(workers: 4)
            let load = Load(port: cluster.port, target: "/own", keepAlive: 8, oneShot: 8, rate: 2000)
            try load.goOn(3000)
            let report = try load.stop()
            #expect(report.mishaps.isEmpty)
            let found = try entries(report.requests, of: cluster)
            #expect(found.count == report.requests)
            #expect(Set(found.compactMap { $0["request_id"] as? String }).count == report.requests)
            #expect(found.compactMap { $0["body_bytes"] as? Int }.reduce(0, +) == report.requests * 3)
            #expect(Set(found.compactMap { $0["worker"] as? Int }) == [0, 1, 2, 3])
        }

        @Test("rotation under load loses no line and tears none")
        func rotation() throws {
            let cluster = try start(workers: 3)
            let load = Load(port: cluster.port, target: "/own", keepAlive: 8, oneShot: 4, rate: 1500)
            var names = ["access.log"]
            for turn in 0..<4 {
                try load.goOn(300)
                let old = "access.\(turn)"
                try FileManager.default.moveItem(atPath: cluster.folder["access.log"], toPath: cluster.folder[old])
                names.append(old)
                cluster.send(SIGUSR1)
                try eventually("there is a new file") { cluster.folder.exists("access.log") }
                try load.goOn(100)
            }
            let report = try load.stop()
            #expect(report.mishaps.isEmpty)
            try eventually("every line is there") { names.map { lines(of: cluster, $0).count }.reduce(0, +) >= report.requests }
            let found = try names.flatMap { try entries(0, of: cluster, in: $0) }
            #expect(found.count == report.requests)
            #expect(Set(found.compactMap { $0["request_id"] as? String }).count == report.requests)
            #expect(names.allSatisfy { lines(of: cluster, $0).count > 50 })
        }

        @Test("a full disk loses lines, says how many, and nothing else; what is written is whole")
        func fullDisk() throws {
            let folder = try Folder()
            try FileManager.default.createDirectory(atPath: folder["small"], withIntermediateDirectories: false)
            let mount = try Command(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder["small"]], in: folder, name: "mount")
            guard try mount.wait() == .code(0) else { return }  // Not everybody may mount.
            defer { _ = try? Command(["umount", "-l", folder["small"]], in: folder, name: "umount").wait() }
            let cluster = try Cluster(configuration("{ to: small/access.log, format: json }", workers: 2), folder: folder)
            try cluster.waitUntilReady()
            try folder.write(String(repeating: "x", count: 50_000), to: "small/ballast")
            let clients = try (0..<4).map { _ in try Connection(port: cluster.port) }
            var sent = 0
            let agent = "User-Agent: " + String(repeating: "y", count: 1000)
            for _ in 0..<300 {
                for client in clients {
                    #expect(try client.get("/own", headers: [agent]).status == 200)
                    sent += 1
                }
            }
            let status = try FileManager.default.attributesOfItem(atPath: folder["small/access.log"])[.size] as? Int ?? 0
            #expect(status <= 65_536)
            try FileManager.default.removeItem(atPath: folder["small/ballast"])
            try cluster.waitForLog("access log: ENOSPC")
            // There is room again, but not for all that waits: so the file is emptied as it fills.
            var kept: [Data] = []
            try eventually(within: .seconds(20), "the loss is told, and the log goes on") {
                let handle = try FileHandle(forUpdating: URL(fileURLWithPath: folder["small/access.log"]))
                let data = try handle.readToEnd() ?? Data()
                if data.count > 30_000 {
                    kept += data.split(separator: 10)
                    try handle.truncate(atOffset: 0)
                }
                try handle.close()
                for client in clients { #expect(try client.get("/own", headers: ["X-Request-Id: after"]).status == 200) }
                return cluster.log.contains("lines lost") && folder.text(of: "small/access.log").contains("\"after\"")
            }
            for line in kept { #expect((try? JSONSerialization.jsonObject(with: line)) != nil) }
            #expect(kept.count > 0 && kept.count < sent)
        }

        @Test("a pipe that nobody reads stops nothing, and what is read later is whole")
        func nobodyReads() throws {
            let folder = try Folder()
            try folder.write(
                """
                import os, sys
                os.chdir(os.path.dirname(sys.argv[0]))
                reading, writing = os.pipe()
                if os.fork() == 0:
                    os.close(writing)
                    import time
                    while not os.path.exists('go'): time.sleep(0.01)
                    with open('read.log', 'wb', 0) as log:
                        while data := os.read(reading, 65536): log.write(data)
                    os._exit(0)
                os.close(reading)
                os.dup2(writing, 1)
                os.close(writing)
                os.execv(sys.argv[1], sys.argv[1:])
                """, to: "pipe.py")
            let cluster = try Cluster(
                configuration("{ to: stdout, format: json }", workers: 2), launcher: [Programs.python, folder["pipe.py"]], folder: folder)
            try cluster.waitUntilReady()
            let clients = try (0..<4).map { _ in try Connection(port: cluster.port) }
            for _ in 0..<800 { for client in clients { #expect(try client.get("/own").status == 200) } }
            let workers = try cluster.status().workers.map(\.process)
            let before = workers.map(\.processorTime)
            pause(.milliseconds(500))
            for (worker, before) in zip(workers, before) { #expect(worker.processorTime - before < .milliseconds(100)) }
            try folder.write("", to: "go")
            try eventually("the loss is told") { cluster.log.contains("lines lost") }
            #expect(try clients[0].get("/own", headers: ["X-Request-Id: after"]).status == 200)
            try eventually("the log goes on") { folder.text(of: "read.log").contains("\"after\"") }
            try eventually("every line is written or counted") {
                let lost = cluster.logLines.compactMap { $0.firstMatch(of: /access log: (\d+) lines? lost/).flatMap { Int($0.1) } }
                return folder.text(of: "read.log").split(separator: "\n").count + lost.reduce(0, +) == 3201
            }
            for line in folder.text(of: "read.log").split(separator: "\n") {
                #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil, "\(line)")
            }
        }

        // MARK: - Changes

        @Test("a reload changes format and place, and turns it off and on, for what ends after it")
        func reload() throws {
            let cluster = try start("combined.log", workers: 2)
            _ = try get("/own?1", port: cluster.port)
            try eventually("a line") { lines(of: cluster, "combined.log").count == 1 }
            let steps = [
                ("{ to: combined.log, format: json }", "combined.log", 2),
                ("{ to: other.log, format: '{{request.query}}' }", "other.log", 1), ("off", "other.log", 1),
                ("{ to: other.log, format: '{{request.query}} again' }", "other.log", 2),
            ]
            for (number, (access, file, count)) in steps.enumerated() {
                #expect(try cluster.reload(configuration(access, workers: 2)).result == "ok")
                _ = try get("/own?\(number + 2)", port: cluster.port)
                try eventually("\(count) lines in \(file)") { lines(of: cluster, file).count == count }
            }
            #expect(lines(of: cluster, "combined.log")[1].hasPrefix("{\"time\":"))
            #expect(lines(of: cluster, "other.log") == ["3", "5 again"])
            // A worker that starts now writes there as well.
            let worker = try cluster.worker(0)
            worker.process.send(SIGKILL)
            try cluster.waitForReplacement(of: worker)
            for _ in 0..<4 { _ = try get("/own?x", port: cluster.port) }
            try eventually("six lines") { lines(of: cluster, "other.log").count == 6 }
        }

        @Test("a path that cannot be opened fails a reload, and the old one goes on")
        func unwritable() throws {
            let other = try start("access.log")
            let result = try other.reload(configuration("nowhere/access.log"))
            #expect(result.result == "failed" && result.message.contains("there is no folder \"\(other.folder["nowhere"])\""))
            _ = try get("/own", port: other.port)
            try eventually("the old one goes on") { lines(of: other).count == 1 }
            let mode = try FileManager.default.attributesOfItem(atPath: other.folder["access.log"])[.posixPermissions] as? Int
            #expect(mode == 0o640)
        }

        @Test("workers of another user write to the file that the master has opened")
        func otherUser() throws {
            guard getuid() == 0 else { return }  // Only root can run workers as somebody else.
            let folder = try Folder()
            let text = configuration("access.log").replacingOccurrences(
                of: "workers: 1", with: "workers: { count: 1, user: nobody, working_directory: / }")
            let cluster = try Cluster(text, folder: folder)
            try cluster.waitUntilReady()
            _ = try get("/own", port: cluster.port)
            try eventually("a line") { lines(of: cluster).count == 1 }
            cluster.send(SIGUSR1)
            _ = try get("/own", port: cluster.port)
            try eventually("another") { lines(of: cluster).count == 2 }
        }

        @Test("what is written at the end is there at the end")
        func stop() throws {
            let cluster = try start()
            let client = try Connection(port: cluster.port)
            try client.ask("/slow?0.3")
            try eventually("the request has come") { upstream.count(of: "/slow?0.3") == 1 }
            cluster.send(SIGTERM)
            #expect(try client.response().text == "slow")
            #expect(try cluster.command.wait() == .code(0))
            #expect(try entries(1, of: cluster).map { $0["target"] as? String } == ["/slow?0.3"])
        }

        @Test("a reload of something else goes through where the folder of the open logs has gone, of new ones it does not")
        func folderHasGone() throws {
            let folder = try Folder()
            try FileManager.default.createDirectory(atPath: folder["logs"], withIntermediateDirectories: false)
            func text(_ says: String, access: String = "logs/access.log") -> String {
                "port: <port>\nworkers: 1\nlog: { to: <folder>/logs/cluster.log, access: \(access) }\nroutes: [{ respond: \(says) }]\n"
            }
            let cluster = try Cluster(text("one"), folder: folder)
            try cluster.waitUntilReady()
            try FileManager.default.removeItem(atPath: folder["logs"])
            #expect(try cluster.reload(text("two")).result == "ok")
            #expect(try get(port: cluster.port).text == "two")
            let refused = try cluster.reload(text("three", access: "logs/other.log"))
            #expect(refused.result == "failed" && refused.message.contains("there is no folder"), "\(refused.message)")
        }
    }
}
