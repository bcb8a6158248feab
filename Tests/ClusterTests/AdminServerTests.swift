import Cluster
import Engine
import Foundation
import Kernel
import Supervision
import Testing

/// A small master: one loop around one admin server, which answers as it is told.
private struct SmallMaster: ~Copyable {
    var server: AdminServer
    var queue: EventQueue
    var now = 0
    var requests: [AdminRequest] = []

    init(_ path: String) throws {
        let queue = try EventQueue()
        let server = try AdminServer(path: path, mode: 0o600, configuration: "/srv/web.yaml", listenerKind: 7, clientKind: 8)
        let isWatched = server.start(in: queue)
        try #require(isWatched)
        self.server = server
        self.queue = queue
    }

    /// Until nothing happens any more; what was asked is in `requests`.
    mutating func turn() {
        while true {
            let count = queue.wait(milliseconds: 0)
            if count == 0 { return }
            for index in 0..<count { requests += server.handle(queue[index], in: queue, now: now) }
        }
    }

    /// Until it has so many clients. That one has gone is awaited, because programs that other tests start have a copy of every descriptor until they
    /// are what they are to be.
    mutating func turn(untilClientsAre count: Int) throws {
        let deadline = Clock.milliseconds + 20_000
        while server.clientCount != count, Clock.milliseconds < deadline {
            for index in 0..<queue.wait(milliseconds: 100) { requests += server.handle(queue[index], in: queue, now: now) }
        }
        try #require(server.clientCount == count)
    }

    mutating func answer(_ reply: AdminReply) {
        for request in requests { server.answer(request.client, reply, in: queue, now: now) }
        requests = []
    }

    mutating func wait(milliseconds: Int) {
        now += milliseconds
        server.tick(in: queue, now: now)
    }
}

/// A client without any manners, that waits for nothing but the end.
private struct BareClient: ~Copyable {
    let descriptor: Descriptor

    init(_ path: String) throws {
        switch Connecting(toPath: path) {
        case .connected(let descriptor): self.descriptor = descriptor
        case .pending(let descriptor): self.descriptor = descriptor
        case .failed(let error): throw error
        }
    }

    func send(_ text: String) { _ = Socket.send(descriptor.number, Array(text.utf8).span) }

    /// What is there now, and whether the server has closed.
    func receive(upTo limit: Int = .max) -> (text: String, isClosed: Bool) {
        var bytes: [UInt8] = []
        while bytes.count < limit {
            switch Socket.receive(descriptor.number, upTo: min(65_536, limit - bytes.count), appendingTo: &bytes) {
            case .moved: continue
            case .wouldBlock: return (String(decoding: bytes, as: UTF8.self), false)
            case .ended, .failed: return (String(decoding: bytes, as: UTF8.self), true)
            }
        }
        return (String(decoding: bytes, as: UTF8.self), false)
    }

    /// All that comes until the server closes; nil when it does not. Awaited for the same reason as the end of a client.
    func receiveToEnd() throws -> String? {
        let epoll = try Epoll()
        try #require(epoll.add(descriptor.number, .input, handle: 0) == 0)
        var batch = EventBatch(capacity: 1)
        var text = ""
        repeat {
            let next = receive()
            text += next.text
            if next.isClosed { return text }
        } while epoll.wait(into: &batch, milliseconds: 20_000) > 0
        return nil
    }
}

@Suite("The admin socket")
struct AdminServerTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder["admin.sock"]
    }

    @Test("a command becomes a request, and its answer closes the connection")
    func exchange() throws {
        var master = try SmallMaster(path)
        let client = try BareClient(path)
        client.send("scale 4 workers\n")
        master.turn()
        #expect(master.requests.map(\.command) == [.scale(.workers, count: 4)])
        #expect(client.receive() == ("", false))
        master.wait(milliseconds: 60_000)  // Whoever waits for the master is not late.
        master.answer(.ok("4 workers"))
        #expect(try client.receiveToEnd() == "ok 9\n4 workers")
        #expect(master.server.clientCount == 0)
    }

    @Test("a request may come byte by byte")
    func byteByByte() throws {
        var master = try SmallMaster(path)
        let client = try BareClient(path)
        for byte in "status\n" {
            #expect(master.requests.isEmpty)
            client.send(String(byte))
            master.turn()
        }
        #expect(master.requests.map(\.command) == [.status])
    }

    @Test("clients are answered in the order the master chooses, each its own")
    func severalAtOnce() throws {
        var master = try SmallMaster(path)
        let reload = try BareClient(path)
        reload.send("reload\n")
        master.turn()
        let waiting = master.requests
        master.requests = []
        let status = try BareClient(path)
        status.send("status\n")
        master.turn()
        master.answer(.ok("second"))
        #expect(status.receive().text == "ok 6\nsecond")
        #expect(reload.receive() == ("", false))
        master.requests = waiting
        master.answer(.failed("first"))
        #expect(reload.receive().text == "failed 5\nfirst")
    }

    @Test("an answer to a client that has gone, or whose place another has, goes nowhere")
    func goneClient() throws {
        var master = try SmallMaster(path)
        do {
            let client = try BareClient(path)
            client.send("reload\n")
            master.turn()
        }
        try master.turn(untilClientsAre: 0)
        let next = try BareClient(path)
        next.send("status\n")
        let old = master.requests
        master.requests = []
        master.turn()
        master.server.answer(try #require(old.first).client, .ok("late"), in: master.queue, now: 0)
        #expect(next.receive() == ("", false))
    }

    @Test("a client that only ends its writing still gets its answer")
    func halfClosed() throws {
        var master = try SmallMaster(path)
        let client = try BareClient(path)
        client.send("status\n")
        Socket.shutdownWriting(client.descriptor.number)
        master.turn()
        master.answer(.ok("x"))
        #expect(try client.receiveToEnd() == "ok 1\nx")
    }

    @Test(
        "what is no command is refused by name",
        arguments: ["dance", "", "scale", "scale x workers", "scale -1 workers", "scale 2", "restart ", "status now", "\u{1b}[2J"])
    func unknown(line: String) throws {
        var master = try SmallMaster(path)
        let client = try BareClient(path)
        client.send(line + "\n")
        master.turn()
        let answer = try #require(try client.receiveToEnd())
        #expect(answer.hasPrefix("failed ") && answer.contains("does not know the command: "))
        #expect(!answer.contains("\u{1b}"))
        #expect(master.requests.isEmpty)
    }

    @Test("a request that is too long is refused")
    func tooLong() throws {
        var master = try SmallMaster(path)
        let client = try BareClient(path)
        client.send(String(repeating: "x", count: 5000))
        master.turn()
        #expect(client.receive().text.contains("at most 4096 bytes"))
        #expect(master.server.clientCount == 0)
    }

    @Test("the seventeenth client is refused, and one is let in when another has gone")
    func tooMany() throws {
        var master = try SmallMaster(path)
        var clients: [Int32] = []
        for _ in 0..<AdminServer.mostClients { clients.append(try BareClient(path).release()) }
        master.turn()
        let extra = try BareClient(path)
        master.turn()
        #expect(extra.receive().text.contains("16 commands are under way"))
        Descriptor.close(clients.removeFirst())
        try master.turn(untilClientsAre: AdminServer.mostClients - 1)
        let next = try BareClient(path)
        next.send("status\n")
        master.turn()
        #expect(master.requests.count == 1)
        clients.forEach { Descriptor.close($0) }
    }

    @Test("a client that says nothing for ten seconds is closed")
    func silent() throws {
        var master = try SmallMaster(path)
        let client = try BareClient(path)
        client.send("sta")
        master.turn()
        master.wait(milliseconds: 9_999)
        #expect(!client.receive().isClosed)
        master.wait(milliseconds: 1)
        #expect(try client.receiveToEnd() == "")
    }

    @Test("a slow reader gets all of a large answer, and one that stops reading is closed")
    func slowReader() throws {
        var master = try SmallMaster(path)
        let slow = try BareClient(path)
        slow.send("status\n")
        let stopped = try BareClient(path)
        stopped.send("status\n")
        master.turn()
        let body = String(repeating: "0123456789", count: 300_000)
        master.answer(.ok(body))
        #expect(master.server.clientCount == 2)
        var text = ""
        for _ in 0..<2000 where text.utf8.count < body.utf8.count + 11 {
            text += slow.receive(upTo: 20_000).text
            master.wait(milliseconds: 100)
            master.turn()
        }
        #expect(text == "ok 3000000\n" + body)
        #expect(try stopped.receiveToEnd() != nil)
        #expect(master.server.clientCount == 0)
    }

    @Test("answers together are bounded")
    func tooLarge() throws {
        var master = try SmallMaster(path)
        let client = try BareClient(path)
        client.send("status\n")
        master.turn()
        master.answer(AdminReply(isOk: true, body: Array(repeating: 65, count: AdminReply.longest + 1)))
        #expect(client.receive().text == "failed 31\nthe answer is too large for now")
    }

    @Test("the connection of a stop lasts as long as the master")
    func stop() throws {
        let client: BareClient
        do {
            var master = try SmallMaster(path)
            client = try BareClient(path)
            client.send("stop\n")
            master.turn()
            master.answer(.stopping("stopping"))
            master.wait(milliseconds: 3_600_000)
            #expect(client.receive() == ("ok 8\nstopping", false))
        }
        #expect(try client.receiveToEnd() == "")
    }

    @Test("the socket's file has the mode that was asked for, and goes with the server")
    func file() throws {
        do {
            let master = try SmallMaster(path)
            #expect(try Files.status(of: path).mode == 0o600)
            try master.server.setMode(0o660)
            #expect(try Files.status(of: path).mode == 0o660)
            #expect(folder.names == ["admin.sock", "admin.sock.lock"])
        }
        #expect(folder.names == [])
    }

    @Test("a second master is refused with the first one's pid and configuration")
    func secondMaster() throws {
        let first = try SmallMaster(path)
        let failure = #expect(throws: AdminFailure.self) { _ = try SmallMaster(path) }
        #expect(failure == .held(socket: path, pid: Processes.ownID, configuration: "/srv/web.yaml"))
        #expect("\(try #require(failure))" == "another master, pid \(Processes.ownID), already runs /srv/web.yaml (it holds \(path))")
        #expect(first.server.path == path)
    }

    @Test("a stale socket is replaced")
    func stale() throws {
        do { _ = try Listener.bind(path: path) }
        #expect(folder.names == ["admin.sock"])
        var master = try SmallMaster(path)
        let client = try BareClient(path)
        client.send("status\n")
        master.turn()
        #expect(master.requests.count == 1)
    }

    @Test("another program's live socket, and a file that is no socket, are left alone")
    func notOurs() throws {
        do {
            let other = try Listener.bind(path: path)
            try other.listen(backlog: 1)
            #expect(throws: AdminFailure.taken(socket: path)) { _ = try SmallMaster(path) }
        }
        try Files.remove(path)
        _ = try Files.create(path)
        #expect(throws: AdminFailure.notOurs(path: path, "is no socket")) { _ = try SmallMaster(path) }
        #expect(folder.names == ["admin.sock"])
    }

    @Test("a socket that cannot be made says why")
    func cannotBind() throws {
        #expect(throws: AdminFailure.cannotBind(socket: folder["no/x.sock"], .noEntry)) { _ = try SmallMaster(folder["no/x.sock"]) }
        let long = folder[String(repeating: "x", count: 100)]
        #expect(throws: AdminFailure.cannotBind(socket: long, .nameTooLong)) { _ = try SmallMaster(long) }
        #expect(folder.names == [])
    }

    @Test("only the same user and root are trusted")
    func users() {
        #expect(AdminServer.isTrusted(peer: 1000, own: 1000))
        #expect(AdminServer.isTrusted(peer: 0, own: 1000))
        #expect(!AdminServer.isTrusted(peer: 1001, own: 1000))
        #expect(!AdminServer.isTrusted(peer: 1000, own: 0))
        #expect(!AdminServer.isTrusted(peer: nil, own: 1000))
    }

    @Test("root asks any master, others their own and one of root's")
    func whoIsAsked() {
        #expect(AdminClient.isTrusted(peer: 65534, own: 0) && AdminClient.isTrusted(peer: 0, own: 0))
        #expect(AdminClient.isTrusted(peer: 1000, own: 1000) && AdminClient.isTrusted(peer: 0, own: 1000))
        #expect(!AdminClient.isTrusted(peer: 1001, own: 1000) && !AdminClient.isTrusted(peer: nil, own: 1000))
    }
}

extension BareClient {
    fileprivate consuming func release() throws -> Int32 { try descriptor.duplicate().release() }
}

@Suite("The admin protocol")
struct AdminProtocolTests {
    @Test(
        "every command is read as it was written",
        arguments: [
            AdminCommand.status, .crashes(nil), .crashes(.app("web app")), .plan, .reload, .rollback(generation: nil),
            .rollback(generation: 7), .stop,
            .scale(.workers, count: 3), .scale(.app("my app"), count: 0), .restart(nil),
            .restart(.workers),
            .restart(.app("web")), .restart(.relays),
        ])
    func commands(command: AdminCommand) { #expect(AdminCommand(line: command.line) == command) }

    @Test("a reply may be cut anywhere, and is whole only at its end")
    func cut() {
        let bytes = AdminReply.failed("line 1\nline 2").bytes
        for count in 0..<bytes.count { #expect(AdminReply.read(Array(bytes.prefix(count))) == .needsMore) }
        #expect(AdminReply.read(bytes) == .reply(.failed("line 1\nline 2")))
    }

    @Test(
        "what another program says is no reply",
        arguments: ["HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n", "ok\n", "ok -1\n", "ok 999999999999\n"])
    func strange(text: String) { #expect(AdminReply.read(Array(text.utf8)) == .strange) }
}
