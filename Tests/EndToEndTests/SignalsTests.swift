import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("signals") struct SignalsTests {
        @Test("TERM, INT and QUIT let what is in flight finish, and the status is 0", arguments: [SIGTERM, SIGINT, SIGQUIT])
        func gracefully(signal: Int32) throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]"), files: Samples.serverFile)
            let client = try Connection(port: cluster.port)
            try client.ask("/slow?ms=500&note=begun", headers: ["Connection: close"])
            try eventually("the program has it") { cluster.folder.exists("begun") }
            cluster.send(signal)
            #expect(try client.response().text == "slow 0\n")
            #expect(try cluster.command.wait() == .code(0))
            #expect(cluster.processes.isEmpty)
        }

        @Test("built-in workers answer a request that is on its way when TERM comes, with close")
        func builtIn() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            let client = try Connection(port: cluster.port)
            #expect(try client.get().closes == false)
            cluster.send(SIGTERM)
            try eventually("nobody can connect any more") { (try? Connection(port: cluster.port)) == nil }
            // The worker hears of it a moment after the doors are closed.
            try eventually("its answers close") { try client.get().closes }
            #expect(client.isClosed(within: .seconds(5)))
            #expect(try cluster.command.wait() == .code(0))
        }

        @Test("at the end of stop.grace nothing looks whole that is not, who has no answer gets one, and all of them are logged")
        func endOfGrace() throws {
            let (slow, silent) = (try Server(mood: "drip-body?1"), try Server(mood: "silent"))
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                stop: {grace: 1s}
                log: {access: {to: ./access.log, format: "{{request.path}} {{response.status}} {{response.end}}"}}
                routes:
                  - {path: /silent, upstream: "\(silent.url)"}
                  - {path: /drip, upstream: "\(slow.url)"}
                """)
            let (cut, waiting) = (try Connection(port: cluster.port), try Connection(port: cluster.port))
            try cut.ask("/drip")
            try waiting.ask("/silent")
            #expect(try cut.head().status == 200)
            try eventually("both are under way") { silent.count(of: "/silent") == 1 }
            cluster.send(SIGTERM)
            #expect(try waiting.response().status == 504)
            #expect(throws: ConnectionFailure.reset) { try cut.readAll() }
            #expect(try cluster.command.wait() == .code(0))
            let lines = try String(contentsOfFile: cluster.folder["access.log"], encoding: .utf8).split(separator: "\n").sorted()
            #expect(lines == ["/drip 200 upstream_late", "/silent 504 complete"])
            #expect(cluster.log.contains("2 requests were cut off: stop.grace is over"))
        }

        @Test("a client that pauses in the middle of its last answer has it whole for as long as stop.grace allows")
        func pausedDownload() throws {
            let cluster = try Cluster.start(
                "port: <port>\nworkers: 1\nstop: {grace: 25s}\nlimits: {requests_per_connection: 1}\nroutes: [{files: {root: .}}]",
                files: ["large.txt": String(repeating: "0123456789abcdef", count: 1 << 20)])
            let client = try Connection(port: cluster.port, receiveBuffer: 4096)
            try client.ask("/large.txt")
            #expect(try client.head().status == 200)
            cluster.send(SIGTERM)
            // Longer than a drain lets those linger who have nothing to come.
            pause(.seconds(2))
            #expect(try client.readAll().count == 16 << 20)
            #expect(try cluster.command.wait() == .code(0))
        }

        @Test("who has been answered, and goes on sending what was refused, does not hold up a stop")
        func refusedUpload() throws {
            let cluster = try Cluster.start(
                "port: <port>\nworkers: 1\nstop: {grace: 25s}\nlimits: {body_bytes: 10}\nroutes: [{respond: own}]")
            let client = try Connection(port: cluster.port)
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
            #expect(try client.response().status == 413)
            cluster.send(SIGTERM)
            try eventually(within: .seconds(10), "it has stopped") {
                try? client.send("more")
                return cluster.command.poll() == .code(0)
            }
        }

        @Test("whoever was accepted before a stop is answered, by built-in workers and by programs", arguments: [false, true])
        func underLoad(isProgram: Bool) throws {
            let text = isProgram ? Samples.command("[node, server.js]", count: 2) : Samples.threeWorkers
            let cluster = try Cluster.start(text, files: Samples.serverFile)
            let load = Load(port: cluster.port, keepAlive: isProgram ? 0 : 8, oneShot: 16, rate: 400)
            try load.goOn(50)
            cluster.send(SIGTERM)
            #expect(try cluster.command.wait() == .code(0))
            let report = try load.stop()
            // Afterwards nobody can connect, which is no mishap; a kept connection ends between two requests.
            let lost = report.mishaps.filter { $0.failure != .refused && !$0.isReused }
            #expect(lost.isEmpty, "\(lost)")
        }

        @Test(
            "a second signal ends everything now, and the status says which",
            arguments: [(SIGTERM, SIGTERM), (SIGTERM, SIGINT), (SIGINT, SIGQUIT)])
        func second(first: Int32, second: Int32) throws {
            let cluster = try Cluster.start(
                Samples.command("[<python>, stubborn.py]", count: 2), files: ["stubborn.py": Programs.stubborn])
            cluster.send(first)
            try cluster.waitForLog("stopping")
            #expect(cluster.command.poll() == nil)
            // The same signal at once would be an echo of the first.
            if first == second { pause(.milliseconds(60)) }
            cluster.send(second)
            #expect(try cluster.command.wait() == .code(128 + Int(second)))
            #expect(cluster.processes.isEmpty)
        }

        @Test("the same signal twice at once, as timeout(1) sends it, is one graceful stop")
        func echo() throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]"), files: Samples.serverFile)
            let client = try Connection(port: cluster.port)
            try client.ask("/slow?ms=500&note=begun", headers: ["Connection: close"])
            try eventually("the program has it") { cluster.folder.exists("begun") }
            cluster.send(SIGTERM)
            try cluster.waitForLog("stopping")
            cluster.send(SIGTERM)
            #expect(try client.response().text == "slow 0\n")
            #expect(try cluster.command.wait() == .code(0))
        }

        @Test("a service manager's TERM to every process at once is a clean stop")
        func wholeGroup() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let idle = try Connection(port: cluster.port)
            _ = try idle.get()
            let master = cluster.master
            // Those that are no leader are hit first: what the master sees first is the worst case.
            for process in cluster.processes where process != master { process.send(SIGTERM) }
            master.send(SIGTERM)
            #expect(try cluster.command.wait() == .code(0))
            #expect(!cluster.log.contains("level=warning"))
            #expect(!cluster.log.contains("level=error"))
        }

        @Test("what users send to all processes of a name does no harm to built-in workers")
        func toWorkers() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let before = try cluster.status().workers.map(\.pid)
            for worker in try cluster.status().workers {
                for signal in [SIGHUP, SIGUSR1, SIGUSR2, SIGINT, SIGPIPE] { worker.process.send(signal) }
            }
            for _ in 0..<9 { #expect(try get(port: cluster.port).status == 200) }
            #expect(try cluster.status().workers.map(\.pid) == before)
        }

        @Test("a worker that is sent TERM by somebody else finishes and is replaced, and it is no crash")
        func termToWorker() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let load = Load(port: cluster.port)
            try load.goOn(20)
            let worker = try cluster.worker(1)
            worker.process.send(SIGTERM)
            let next = try cluster.waitForReplacement(of: worker)
            #expect(next.lastExit?.expected == true)
            try cluster.waitForLog("worker 1: ended by a signal from elsewhere")
            try load.goOn(20)
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
        }

        @Test("TTIN is one worker more, TTOU one less, and one always stays")
        func moreAndLess() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            cluster.send(SIGTTIN)
            try cluster.waitUntilReady(workers: 2)
            cluster.send(SIGTTIN)
            try cluster.waitUntilReady(workers: 3)
            for count in [2, 1] {
                cluster.send(SIGTTOU)
                try cluster.waitUntilReady(workers: count)
            }
            cluster.send(SIGTTOU)
            cluster.send(SIGWINCH)
            for _ in 0..<3 { #expect(try get(port: cluster.port).status == 200) }
            #expect(try cluster.waitUntilReady().workers.count == 1)
        }

        @Test("USR2 replaces every worker under load without a failure")
        func rollingRestart() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let before = try cluster.status().workers
            let load = Load(port: cluster.port)
            try load.goOn(20)
            cluster.send(SIGUSR2)
            try eventually(within: .seconds(20), "every worker is another one") {
                let now = try cluster.status().workers
                return zip(before, now).allSatisfy { $0.pid != $1.pid && $1.state == "ready" }
            }
            try cluster.waitForLog("restarted")
            try load.goOn(50)
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
            #expect(try cluster.status().workers.map(\.restarts) == [0, 0, 0])
        }

        @Test("USR2 replaces the user's programs under load without a failure")
        func rollingRestartOfPrograms() throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]", count: 2), files: Samples.serverFile)
            let before = try cluster.status().workers
            // The program closes kept connections when it likes: only new ones must never notice.
            let load = Load(port: cluster.port, keepAlive: 0, oneShot: 8, rate: 100)
            try load.goOn(20)
            cluster.send(SIGUSR2)
            try eventually(within: .seconds(20), "every worker is another one") {
                let now = try cluster.status().workers
                return zip(before, now).allSatisfy { $0.pid != $1.pid && $1.state == "ready" }
            }
            try load.goOn(20)
            let report = try load.stop()
            #expect(report.mishaps.isEmpty, "\(report.mishaps)")
        }

        @Test("a slot's totals do not go back while its old process still finishes what it has")
        func totals() throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]"), files: Samples.serverFile)
            for _ in 0..<5 { #expect(try get(port: cluster.port).status == 200) }
            let client = try Connection(port: cluster.port)
            try client.ask("/slow?ms=1000", headers: ["Connection: close"])
            let before = try cluster.worker(0)
            cluster.send(SIGUSR2)
            var total = before.connectionsTotal
            try eventually("the old process has gone") {
                let now = try cluster.worker(0).connectionsTotal
                #expect(now >= total)
                total = now
                return !before.process.isAlive
            }
            #expect(try client.response().text == "slow 0\n")
            #expect(try cluster.worker(0).connectionsTotal == 6)
        }

        @Test("HUP and TERM together: the last wish wins")
        func hupAndTerm() throws {
            let cluster = try Cluster.start(Samples.builtIn(2))
            cluster.send(SIGHUP)
            cluster.send(SIGTERM)
            #expect(try cluster.command.wait() == .code(0))
        }

        @Test("signals during the start are obeyed", arguments: [(SIGHUP, false), (SIGUSR1, false), (SIGUSR2, false), (SIGTERM, true)])
        func duringStart(signal: Int32, ends: Bool) throws {
            let cluster = try Cluster.start(Samples.builtIn(3), isReady: false)
            try cluster.waitForLog("starting")
            cluster.send(signal)
            if ends {
                #expect(try cluster.command.wait() == .code(0))
            } else {
                try cluster.waitUntilReady(workers: 3)
                #expect(try get(port: cluster.port).status == 200)
            }
        }
    }
}
