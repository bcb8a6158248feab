import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("turns") struct TurnsTests {
        @Test("new connections go to three workers exactly in turn")
        func exact() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let first = try #require(try Int(get(port: cluster.port).text.dropFirst("worker ".count).prefix(1)))
            for turn in 1...30 {
                #expect(try get(port: cluster.port).text == "worker \((first + turn) % 3)\n", "turn \(turn)")
            }
            #expect(try cluster.stop() == .code(0))
        }

        @Test("a connection that is kept stays with its worker, and is counted once")
        func keepAlive() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let connection = try Connection(port: cluster.port)
            let first = try connection.get().text
            for _ in 0..<10 { #expect(try connection.get().text == first) }
            try eventually("eleven requests of one connection are counted") {
                let workers = try cluster.status().workers
                return workers.map(\.requestsTotal).reduce(0, +) == 11 && workers.map(\.connectionsTotal).reduce(0, +) == 1
            }
            #expect(try cluster.status().listeners.first?.connectionsAccepted == 1)
        }

        @Test("auto is as many workers as the processors that the master may use")
        func auto() throws {
            let text = Samples.threeWorkers.replacing("workers: 3", with: "workers: auto")
            let one = try Cluster.start(text, launcher: ["taskset", "-c", "0"])
            #expect(try one.status().workers.count == 1)
            let processors = try Command(["nproc"], in: one.folder, name: "nproc")
            _ = try processors.wait()
            let most = try #require(Int(processors.standardOutput.filter(\.isNumber)))
            let all = try Cluster.start(text)
            #expect((1...most).contains(try all.status().workers.count))
        }

        @Test("the private address of each worker answers as that worker")
        func privateAddresses() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let workers = try cluster.status().workers
            #expect(workers.map(\.slot) == [0, 1, 2])
            for worker in workers {
                let port = try #require(worker.privatePort)
                #expect(worker.privateAddress == "127.0.0.1:\(port)")
                #expect(try get(port: port).text == "worker \(worker.slot)\n")
            }
        }

        @Test("a private address stays the slot's when its worker is replaced")
        func privateAddressAfterDeath() throws {
            let cluster = try Cluster.start(Samples.threeWorkers)
            let worker = try cluster.worker(1)
            worker.process.send(SIGKILL)
            let next = try cluster.waitForReplacement(of: worker)
            #expect(next.privateAddress == worker.privateAddress)
            #expect(try get(port: try #require(next.privatePort)).text == "worker 1\n")
        }

        @Test("port N is served over both address families")
        func bothFamilies() throws {
            let cluster = try Cluster.start(Samples.builtIn(1))
            #expect(try Connection(port: cluster.port).get().text == "ok")
            #expect(try Connection(port6: cluster.port).get().text == "ok")
        }

        @Test("command workers are given connections exactly in turn as well")
        func commandWorkers() throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]", count: 3), files: Samples.serverFile)
            let first = try #require(try Int(get(port: cluster.port).text.dropFirst("worker ".count).prefix(1)))
            for turn in 1...12 { #expect(try get(port: cluster.port).text == "worker \((first + turn) % 3)\n", "turn \(turn)") }
        }

        @Test("from start to first answer", .tags(.information))
        func startTime() throws {
            let clock = ContinuousClock()
            let start = clock.now
            let cluster = try Cluster.start(Samples.builtIn(2), isReady: false)
            try eventually("somebody answers") { try get(port: cluster.port).status == 200 }
            print("start to first answer: \(clock.now - start)")
        }
    }
}

extension Tag {
    /// It prints a number, and judges none.
    @Tag static var information: Self
}
