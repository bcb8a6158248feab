import Glibc
import Kernel
import Testing

/// What is found out of processes and of who listens, each time by a view of that moment.
@Suite struct MachineViewTests {
    @Test func `whose a listening port is, is found out without a connection`() throws {
        for host in ["127.0.0.1", "::1"] {
            let listener = try Listener.bind(#require(SocketAddress(literal: host, port: 0)))
            let address = try listener.localAddress()
            #expect(MachineView().sockets(reachedAt: address).isEmpty, "bound is not listening")
            try listener.listen(backlog: 1)
            let inodes = MachineView().sockets(reachedAt: address)
            #expect(inodes.count == 1)
            #expect(MachineView().isOwned(inodes, byGroup: getpgrp()))
            var other = try Child.spawn(SpawnPlan(program: .path("/bin/sleep"), arguments: ["sleep", "600"], environment: []))
            if case .some(let report) = other.takeReport() { #expect(isReadable(report.number), "until then it is a copy of this process") }
            #expect(!MachineView().isOwned(inodes, byGroup: other.pid))
            other.signal(SIGKILL)
            #expect(isReadable(other.descriptor.number))
            #expect(!MachineView().isOwned(inodes, byGroup: other.pid), "who is dead hides nothing")
            _ = other.reap()
            #expect(!MachineView().isOwned(inodes, byGroup: other.pid))
            #expect(!MachineView().isOwned([], byGroup: getpgrp()))
            let nobody = isNone(listener.accept())
            #expect(nobody)
        }
    }

    @Test(arguments: [
        // The first one listens; the others are who reaches it, and who does not.
        ("127.0.0.1", ["127.0.0.1", "0.0.0.0"], ["127.0.0.2", "::1"]), ("127.0.0.2", ["127.0.0.2"], ["127.0.0.1", "::1"]),
        ("0.0.0.0", ["127.0.0.1", "127.0.0.2", "0.0.0.0"], ["::1", "::"]), ("::1", ["::1", "::"], ["127.0.0.1", "0.0.0.0"]),
        ("::", ["::1", "::"], ["127.0.0.1", "0.0.0.0"]), ("both", ["::1", "::", "127.0.0.1", "0.0.0.0"], []),
    ])
    func `a listening port is the one that a connection reaches, on the address or on all`(
        _ host: String, reaches: [String], misses: [String]
    ) throws {
        let isBoth = host == "both"
        let listener = try Listener.bind(#require(SocketAddress(literal: isBoth ? "::" : host, port: 0)), dualStack: isBoth)
        try listener.listen(backlog: 8)
        let address = try listener.localAddress()
        #expect(MachineView().addresses(ofGroup: getpgrp()).contains(address))
        for other in reaches + misses {
            let address = try #require(SocketAddress(literal: other, port: address.port))
            #expect(MachineView().sockets(reachedAt: address).isEmpty == misses.contains(other), "\(other)")
            #expect(connects(to: address) == reaches.contains(other), "as the kernel has it: \(other)")
        }
    }

    private func connects(to address: SocketAddress) -> Bool {
        switch Connecting(to: address) {
        case .connected: return true
        case .pending(let descriptor):
            #expect(isWritable(descriptor.number))
            return Socket.connectFailure(descriptor.number) == nil
        case .failed: return false
        }
    }

    @Test func `the same for a path`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a socket"
        let listener = try Listener.bind(path: path)
        #expect(MachineView().sockets(atPath: path).isEmpty)
        try listener.listen(backlog: 1)
        #expect(MachineView().sockets(atPath: path).count == 1)
        #expect(MachineView().isOwned(MachineView().sockets(atPath: path), byGroup: getpgrp()))
        #expect(MachineView().sockets(atPath: path + "x").isEmpty)
    }

    private func isNone(_ accepted: consuming Accepted) -> Bool {
        if case .none = accepted { true } else { false }
    }

    @Test func `a process's memory is known while it lives`() throws {
        #expect(try #require(Processes.residentMemory(of: Processes.ownID)) > 1_000_000)
        #expect(Processes.residentMemory(of: .max) == nil)
        #expect(MachineView().members(ofGroup: getpgrp()).contains(Processes.ownID))
    }

    @Test func `one view serves all who ask, until it is forgotten`() throws {
        let folder = try TemporaryFolder()
        let view = MachineView()
        #expect(view.sockets(atPath: folder.path + "/a").isEmpty)
        let listener = try Listener.bind(#require(SocketAddress(literal: "127.0.0.1", port: 0)))
        let address = try listener.localAddress()
        #expect(view.sockets(reachedAt: address).isEmpty && view.addresses(ofGroup: getpgrp()).contains(address) == false)
        try listener.listen(backlog: 1)
        let path = try Listener.bind(path: folder.path + "/a")
        try path.listen(backlog: 1)
        let child = try Child.spawn(SpawnPlan(program: .path("/bin/sleep"), arguments: ["sleep", "600"], environment: []))
        #expect(view.sockets(reachedAt: address).isEmpty && view.sockets(atPath: folder.path + "/a").isEmpty)
        #expect(view.members(ofGroup: child.pid).isEmpty && view.memory(ofGroup: child.pid) == nil)
        view.forget()
        #expect(view.sockets(reachedAt: address).count == 1 && view.sockets(atPath: folder.path + "/a").count == 1)
        #expect(view.members(ofGroup: child.pid) == [child.pid])
        child.signalGroup(SIGKILL)
        #expect(isReadable(child.descriptor.number) && child.reap() != nil)
    }

    @Test func `the memory of a group is that of all its processes`() throws {
        let own = try #require(MachineView().memory(ofGroup: getpgrp()))
        #expect(own >= (Processes.residentMemory(of: Processes.ownID) ?? .max) / 2)
        #expect(MachineView().memory(ofGroup: .max) == nil)
    }
}
