import ClusterConfiguration
import Control
import Engine
import Glibc
import Kernel
import Testing

@testable import Proxy

@Suite(.serialized) struct RelayTests {
    private static func settings(tunnel: Int = 60_000, send: Int = 60_000) -> RelaySettings {
        RelaySettings(tunnel: tunnel, send: send)
    }

    @Test("a client and the worker that was chosen for it talk to each other, and all is counted")
    func talk() throws {
        let relay = try RelayHarness(Self.settings())
        let worker = try relay.worker(slot: 0, seat: 10)
        #expect(try relay.nextReply() == .ready)
        let client = try relay.connect()
        let server = try worker.nextPeer()
        for turn in 0..<20 {
            try client.send("question \(turn)")
            #expect(try server.text("question \(turn)".utf8.count) == "question \(turn)")
            try server.send("answer \(turn)")
            #expect(try client.text("answer \(turn)".utf8.count) == "answer \(turn)")
        }
        #expect(relay.count(.taken, of: relay.seat) == 1)
        #expect(relay.count(.active, of: relay.seat) == 1)
        #expect(relay.count(.closed, of: 10) == 0)
        client.close()
        #expect(try server.rest().ending == .orderly)
        server.close()
        #expect(eventually { relay.count(.closed, of: 10) == 1 && relay.count(.closed, of: relay.seat) == 1 })
        #expect(eventually { relay.count(.active, of: relay.seat) == 0 })
        #expect(relay.count(.adopted, of: 10) == 0)
    }

    @Test("large streams arrive whole, both ways at once")
    func bulk() throws {
        let relay = try RelayHarness(Self.settings())
        let worker = try relay.worker(slot: 0, seat: 10)
        let client = try relay.connect()
        let server = try worker.nextPeer()
        let up = (0..<3_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let down = (0..<4_000_001).map { UInt8(truncatingIfNeeded: $0 &* 17 >> 5) }
        let (clientNumber, serverNumber) = (client.number, server.number)
        try Detached.run { sendAll(up, to: clientNumber) }
        try Detached.run { sendAll(down, to: serverNumber) }
        #expect(try client.receive(down.count) == down)
        #expect(try server.receive(up.count) == up)
    }

    @Test("a half-close is passed on, and the answer still comes")
    func halfClose() throws {
        let relay = try RelayHarness(Self.settings())
        let worker = try relay.worker(slot: 0, seat: 10)
        let client = try relay.connect()
        try client.send("all I have")
        client.finish()
        let server = try worker.nextPeer()
        let request = try server.rest()
        #expect(request.bytes == Array("all I have".utf8) && request.ending == .orderly)
        try server.send("here you are")
        server.finish()
        let answer = try client.rest()
        #expect(answer.bytes == Array("here you are".utf8) && answer.ending == .orderly)
        #expect(eventually { relay.count(.closed, of: 10) == 1 })
    }

    @Test("a program may speak first")
    func serverFirst() throws {
        let relay = try RelayHarness(Self.settings())
        let worker = try relay.worker(slot: 0, seat: 10)
        let client = try relay.connect()
        try worker.nextPeer().send("welcome")
        #expect(try client.text(7) == "welcome")
    }

    @Test("a reset is passed on as a reset, either way", arguments: [true, false])
    func reset(isClient: Bool) throws {
        let relay = try RelayHarness(Self.settings())
        let worker = try relay.worker(slot: 0, seat: 10)
        let client = try relay.connect()
        let server = try worker.nextPeer()
        try client.send("x")
        #expect(try server.text(1) == "x")
        (isClient ? client : server).reset()
        #expect(try (isClient ? server : client).rest().ending == .reset)
        #expect(eventually { relay.count(.closed, of: 10) == 1 })
    }

    @Test("a reader that is slow slows the writer down, and then gets everything")
    func slowReader() throws {
        let relay = try RelayHarness(Self.settings())
        let worker = try relay.worker(slot: 0, seat: 10)
        let client = try relay.connect()
        let server = try worker.nextPeer()
        var sent = 0
        let chunk = [UInt8](repeating: 9, count: 64 * 1024)
        var quiet = 0
        while quiet < 50, sent < 256 * 1024 * 1024 {
            if case .moved(let count) = Socket.send(server.number, chunk.span) {
                sent += count
                quiet = 0
            } else {
                quiet += 1
                var events = try EventQueue(batch: 1)
                _ = events.wait(milliseconds: 2)
            }
        }
        #expect(sent < 256 * 1024 * 1024, "what the sockets of this machine hold, and not everything")
        server.finish()
        client.finish()
        let answer = try client.rest()
        #expect(answer.bytes.count == sent && answer.ending == .orderly)
        #expect(eventually { relay.count(.closed, of: 10) == 1 })
    }

    @Test("a worker that refuses is passed over, and the one that takes its place is credited")
    func nextWorker() throws {
        let relay = try RelayHarness(Self.settings())
        let gone = try Listener.bind(.loopback)  // Bound, and not listening: whoever connects is refused.
        relay.board.set(0, to: .init(seat: 10, incarnation: 1, address: try gone.localAddress()))
        let worker = try relay.worker(slot: 2, seat: 12)
        let client = try relay.connect(slot: 0, seat: 10)
        let server = try worker.nextPeer()
        try client.send("hello")
        #expect(try server.text(5) == "hello")
        #expect(relay.count(.closed, of: 10) == 1)
        #expect(relay.count(.adopted, of: 12) == 1)
        client.close()
        server.close()
        #expect(eventually { relay.count(.closed, of: 12) == 1 })
        #expect(relay.count(.closed, of: 10) == 1)
    }

    @Test("a worker that dies before it has taken a byte is replaced by the next")
    func resetBeforeAByte() throws {
        let relay = try RelayHarness(Self.settings())
        let first = try relay.worker(slot: 0, seat: 10)
        let second = try relay.worker(slot: 1, seat: 11)
        let client = try relay.connect(slot: 0, seat: 10)
        try first.nextPeer().reset()
        let server = try second.nextPeer()
        try client.send("hello")
        #expect(try server.text(5) == "hello")
        try server.send("hi")
        #expect(try client.text(2) == "hi")
    }

    @Test("while no worker is there the client waits, bytes and all, and is served when one comes")
    func restartOfTheProgram() throws {
        let relay = try RelayHarness(Self.settings())
        let client = try relay.connect(slot: 0, seat: 10)
        try client.send("hello")
        #expect(eventually { relay.count(.active, of: relay.seat) == 1 })
        let worker = try relay.worker(slot: 0, seat: 11)
        let server = try worker.nextPeer()
        #expect(try server.text(5) == "hello")
        #expect(relay.count(.closed, of: 10) == 1 && relay.count(.adopted, of: 11) == 1)
    }

    @Test("a client that breaks off while it waits for a worker is let go at once")
    func clientGoneWhileWaiting() throws {
        let relay = try RelayHarness(Self.settings())
        let client = try relay.connect(slot: 0, seat: 10)
        #expect(eventually { relay.count(.active, of: relay.seat) == 1 })
        client.reset()
        #expect(eventually { relay.count(.closed, of: 10) == 1 })
    }

    @Test("a tunnel on which nothing moves ends in order, half-closed or not", arguments: [true, false])
    func idle(isHalfClosed: Bool) throws {
        let relay = try RelayHarness(Self.settings(tunnel: 100))
        let worker = try relay.worker(slot: 0, seat: 10)
        let client = try relay.connect()
        let server = try worker.nextPeer()
        if isHalfClosed { server.finish() }
        #expect(try client.rest().ending == .orderly)
        #expect(try server.rest().ending == .orderly)
        #expect(eventually { relay.count(.closed, of: 10) == 1 })
    }

    @Test("a client that takes nothing for the time that sending may take is reset")
    func sendTimeout() throws {
        let relay = try RelayHarness(Self.settings(send: 200))
        let worker = try relay.worker(slot: 0, seat: 10)
        let client = try relay.connect()
        let server = try worker.nextPeer()
        let number = server.number
        try Detached.run { sendAll([UInt8](repeating: 1, count: 64 * 1024 * 1024), to: number) }
        #expect(eventually { relay.count(.closed, of: 10) == 1 })
        #expect(try client.rest().ending == .reset)
        server.close()
    }

    @Test("the program is told its client's address first, where that is asked for")
    func proxyHeader() throws {
        let relay = try RelayHarness(Self.settings())
        let worker = try relay.worker(slot: 0, seat: 10, proxyProtocol: 1)
        let client = try relay.connect()
        try client.send("GET")
        client.finish()
        let told = String(decoding: try worker.nextPeer().rest().bytes, as: UTF8.self)
        #expect(told.hasPrefix("PROXY TCP4 127.0.0.1 127.0.0.1 "))
        #expect(told.hasSuffix("\r\nGET"))
    }

    @Test("each worker is told in its own way and looked for on its own host, whichever the master chose")
    func ownWays() throws {
        let relay = try RelayHarness(Self.settings())
        let host = try #require(SocketAddress(literal: "127.0.0.2", port: 0))
        let old = try relay.worker(slot: 0, seat: 10)
        let new = try relay.worker(slot: 1, seat: 11, host: host, proxyProtocol: 2)
        for slot in [1, 0, 1] {
            let client = try relay.connect(slot: slot, seat: 10 + slot)
            try client.send("hello, whoever you are")
            let server = try slot == 0 ? old.nextPeer() : new.nextPeer()
            let bytes = try server.receive(5)
            #expect(bytes == (slot == 0 ? Array("hello".utf8) : [0x0D, 0x0A, 0x0D, 0x0A, 0x00]))
        }
        // And where the chosen one has gone, in the way of the one that takes its place.
        relay.board.set(0, to: nil)
        let client = try relay.connect(slot: 0, seat: 10)
        try client.send("x")
        #expect(try new.nextPeer().receive(2) == [0x0D, 0x0A])
    }

    @Test("a worker that listens on a path is found there")
    func path() throws {
        let folder = "/tmp/relay-\(Processes.ownID)-\(Clock.microseconds)"
        try Files.makeDirectory(folder, mode: 0o700)
        try Files.makeDirectory("\(folder)/7", mode: 0o700)
        defer {
            unsafe rmdir("\(folder)/7")
            unsafe rmdir(folder)
        }
        let relay = try RelayHarness(Self.settings(), socketFolder: folder)
        let worker = try Listener.bind(path: "\(folder)/7/socket")
        try worker.listen(backlog: 8)
        relay.board.set(0, to: .init(seat: 10, incarnation: 7, address: nil))
        let client = try relay.connect()
        try client.send("hello")
        let server = try worker.nextPeer()
        #expect(try server.text(5) == "hello")
        try server.send("bye")
        server.close()
        let answer = try client.rest()
        #expect(answer.bytes == Array("bye".utf8) && answer.ending == .orderly)
        try Files.remove("\(folder)/7/socket")
    }

    @Test("new settings hold from the commit on, and a snapshot that cannot be read is refused")
    func reload() throws {
        let relay = try RelayHarness(Self.settings(), prepared: Self.settings(tunnel: 200))
        let worker = try relay.worker(slot: 0, seat: 10)
        #expect(try relay.nextReply() == .ready)
        relay.tell(.prepare(generation: 2))
        #expect(try relay.nextReply() == .refused(generation: 2), "it came without a snapshot")
        let snapshot = try SealedText(name: "snapshot", bytes: [1])
        relay.tell(.prepare(generation: 3), passing: snapshot.descriptor.number)
        #expect(try relay.nextReply() == .prepared(generation: 3))
        let before = try relay.connect()
        try before.send("x")
        let kept = try worker.nextPeer()
        #expect(try kept.text(1) == "x")
        relay.tell(.commit(generation: 3))
        relay.tell(.prepare(generation: 4))
        #expect(try relay.nextReply() == .refused(generation: 4), "so the commit has been heard")
        let after = try relay.connect()
        let closed = try worker.nextPeer()
        #expect(try after.rest().ending == .orderly, "nothing moved for the time of the new settings")
        #expect(try closed.rest().ending == .orderly)
        // The one that was there before has the time that it began with.
        try kept.send("y")
        #expect(try before.text(1) == "y")
    }

    @Test("a drain takes what is in the queue, lets tunnels go on, and is answered when none is left")
    func drain() throws {
        let relay = try RelayHarness(Self.settings())
        let worker = try relay.worker(slot: 0, seat: 10)
        #expect(try relay.nextReply() == .ready)
        let client = try relay.connect()
        let server = try worker.nextPeer()
        relay.tell(.drain)
        try client.send("still here")
        #expect(try server.text(10) == "still here")
        #expect(eventually { relay.count(.taken, of: relay.seat) == 1 })
        client.close()
        server.close()
        #expect(try relay.nextReply() == .drained)
    }

    @Test("without its master a relay leaves at once")
    func masterGone() throws {
        let relay = try RelayHarness(Self.settings())
        let worker = try relay.worker(slot: 0, seat: 10)
        #expect(try relay.nextReply() == .ready)
        let client = try relay.connect()
        let server = try worker.nextPeer()
        relay.hangUp()
        #expect(relay.status() == 0)
        _ = (client, server)
    }

    @Test("what there is no room for stays in the queue, the master is told, and it is taken when there is room again")
    func full() throws {
        let relay = try RelayHarness(Self.settings(), descriptors: 2 * Relay.descriptorsOfATunnel)
        let worker = try relay.worker(slot: 0, seat: 10)
        let clients = try (0..<4).map { _ in try relay.connect() }
        let first = [try worker.nextPeer(), try worker.nextPeer()]
        #expect(eventually { relay.count(.flags, of: relay.seat) == Int(Scoreboard.Flag.full) })
        #expect(relay.count(.taken, of: relay.seat) == 2)
        for server in first { try server.send("hi") }
        #expect(try clients[0].text(2) == "hi" && clients[1].text(2) == "hi")
        first.forEach { $0.reset() }
        let second = [try worker.nextPeer(), try worker.nextPeer()]
        for server in second { try server.send("hi") }
        #expect(try clients[2].text(2) == "hi")
        #expect(try clients[3].text(2) == "hi")
        clients.forEach { $0.close() }
        second.forEach { $0.close() }
        #expect(eventually { relay.count(.flags, of: relay.seat) == 0 })
        #expect(eventually { relay.count(.closed, of: relay.seat) == 4 })
    }

    @Test("fifty clients that are announced at once are served, more than one turn takes")
    func crowd() throws {
        let relay = try RelayHarness(Self.settings())
        let worker = try relay.worker(slot: 0, seat: 10)
        let clients = try (0..<50).map { _ in try relay.connectUnannounced() }
        relay.announceArrivals()
        let servers = try clients.map { _ in try worker.nextPeer() }
        for (number, server) in servers.enumerated() { try server.send([UInt8(number)]) }
        let heard = try clients.map { try $0.receive(1)[0] }
        #expect(Set(heard).count == 50)
        clients.forEach { $0.close() }
        servers.forEach { $0.close() }
        #expect(eventually { relay.count(.closed, of: 10) == 50 })
    }
}

/// On a thread of its own, with the other end in the test.
private func sendAll(_ bytes: [UInt8], to number: Int32) {
    var sent = 0
    while sent < bytes.count {
        switch Socket.send(number, Array(bytes[sent..<min(bytes.count, sent + 100_000)]).span) {
        case .moved(let count): sent += count
        case .wouldBlock: try? wait(for: number, .output)
        case .ended, .failed: return
        }
    }
}
