import Glibc
import Kernel
import Testing

@Suite(.serialized) struct InheritedSocketsTests {
    /// Where the descriptors of a test stand side by side, out of the way of others.
    private static let first: Int32 = 900

    /// Three in a row: one that listens, one that does not, and one that is no socket.
    private func handOver(pid: String = "7", count: String? = "3", names: String? = "web:a b:web", ownID: Int32 = 7) throws
        -> InheritedSockets
    {
        let listening = try Listener.bind(.everyV4(port: 0))
        try listening.listen(backlog: 1)
        let bound = try Listener.bind(.everyV4(port: 0))
        let pipe = try Pipe()
        for (place, number) in [listening.descriptor.number, bound.descriptor.number, pipe.reading.number].enumerated() {
            #expect(dup2(number, Self.first + Int32(place)) >= 0)
        }
        return InheritedSockets(processID: pid, count: count, names: names, ownID: ownID, from: Self.first)
    }

    private func closeAll() { for place in 0..<3 { Descriptor.close(Self.first + Int32(place)) } }

    @Test func `each has the name that the manager says, and is looked at`() throws {
        let sockets = try handOver()
        defer { closeAll() }
        #expect(sockets.members.map(\.name) == ["web", "a b", "web"])
        #expect(sockets.members.map(\.isListening) == [true, false, false])
        #expect(sockets.named("web").count == 2 && sockets.named("other").isEmpty)
        for place in 0..<3 { #expect(fcntl(Self.first + Int32(place), F_GETFD) == FD_CLOEXEC) }
        #expect(fcntl(Self.first, F_GETFL) & O_NONBLOCK != 0)
    }

    @Test func `a copy ends, and the socket stays`() throws {
        let sockets = try handOver(names: nil)
        defer { closeAll() }
        let member = try #require(sockets.named("unknown").first)
        do {
            let copy = try member.open()
            #expect(try copy.localAddress().port > 0)
        }
        let again = try member.open()
        #expect(try again.localAddress().port > 0)
        #expect(throws: Errno.invalid) { _ = try again.localPath() }
    }

    @Test func `those of another process, none, and too many are none`() throws {
        #expect(try handOver(pid: "8").members.isEmpty)
        for count in [nil, "", "0", "-1", "x", "1025"] { #expect(try handOver(count: count).members.isEmpty) }
        closeAll()
        #expect(InheritedSockets(processID: "7", count: "2", names: "a:b", ownID: 7, from: Self.first).members.isEmpty)
        #expect(InheritedSockets.none.members.isEmpty)
    }

    @Test func `a path is known, and an abstract name`() throws {
        let folder = try TemporaryFolder()
        let listener = try Listener.bind(path: folder.path + "/a.sock")
        #expect(try listener.localPath() == folder.path + "/a.sock")
    }
}
