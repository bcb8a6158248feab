package import Engine
internal import Kernel

/// Which client a request came from. An answer to one that has gone meanwhile goes nowhere.
package struct AdminClientID: Hashable, Sendable {
    let index: Int
    let generation: UInt32
}

/// A command, and who is to get its answer.
package struct AdminRequest: Equatable, Sendable {
    package let client: AdminClientID
    package let command: AdminCommand
}

/// The master's door for commands: a unix socket on which a client says one line and gets one answer.
///
/// Everything is bounded: clients, their requests, their time. A client whose command takes long waits; the loop goes on.
package final class AdminServer {
    package static let mostClients = 16
    /// For a request to be complete, and between two pieces of an answer that are taken, in milliseconds.
    package static let patience = 10_000

    package let path: String
    private let listenerKind: UInt8
    private let clientKind: UInt8
    private let lock: AdminLock
    private let listener: Listener
    /// Of the socket's file.
    private let inode: UInt64
    private var clients: [AdminConnection?]
    private var generation: UInt32 = 0
    /// How long nobody is accepted when there is no descriptor for another client, in milliseconds.
    private static let shortageDelay = 100
    /// Accepting goes on then.
    private var acceptsAgainAt: Int?

    /// Binds and listens. The kinds are those of the events that `handle` is to be given.
    package init(path: String, mode: Int, configuration: String, listenerKind: UInt8, clientKind: UInt8) throws(AdminFailure) {
        let lock = try AdminLock.take(besideSocket: path, configuration: configuration)
        do throws(AdminFailure) {
            listener = try Self.bind(path, mode)
        } catch {
            lock.remove()
            throw error
        }
        self.lock = lock
        inode = (try? Files.status(of: path, followingLinks: false).inode) ?? 0
        self.path = path
        self.listenerKind = listenerKind
        self.clientKind = clientKind
        clients = Array(repeating: nil, count: Self.mostClients)
    }

    /// Closes every connection and removes the socket.
    deinit {
        for case let client? in clients { Descriptor.close(client.number) }
        if let status = try? Files.status(of: path, followingLinks: false), status.inode == inode { try? Files.remove(path) }
        lock.remove()
    }

    /// Once. False: the kernel has no room for a watch.
    package func start(in queue: borrowing EventQueue) -> Bool {
        queue.watch(listener.descriptor.number, for: .input, as: Handle(kind: listenerKind))
    }

    /// Permissions of the socket's file.
    package func setMode(_ mode: Int) throws(AdminFailure) {
        do throws(Errno) { try Files.setMode(mode, of: path) } catch { throw .cannotBind(socket: path, error) }
    }

    /// An event of one of the two kinds. `now` in milliseconds of a clock that only goes forward.
    package func handle(_ event: Event, in queue: borrowing EventQueue, now: Int) -> [AdminRequest] {
        if event.handle.kind == listenerKind {
            accept(in: queue, now: now)
            return []
        }
        let index = event.handle.index
        guard index < clients.count, var client = clients[index], client.generation == event.handle.generation else { return [] }
        let command = client.handle(event.readiness, now: now)
        keep(client, at: index, in: queue)
        return command.map { [AdminRequest(client: AdminClientID(index: index, generation: client.generation), command: $0)] } ?? []
    }

    package func answer(_ id: AdminClientID, _ reply: AdminReply, in queue: borrowing EventQueue, now: Int) {
        guard var client = clients[id.index], client.generation == id.generation else { return }
        let fits = bytesWaiting + reply.body.count <= AdminReply.longest
        client.answer(fits ? reply : .failed("the answer is too large for now"), now: now)
        keep(client, at: id.index, in: queue)
    }

    /// Ends who is late. At least once a second.
    package func tick(in queue: borrowing EventQueue, now: Int) {
        for (index, client) in clients.enumerated() {
            if let client, client.deadline.map({ $0 <= now }) ?? false { close(client, at: index) }
        }
        if let at = acceptsAgainAt, at <= now {
            let isWatched = queue.change(listener.descriptor.number, to: .input, as: Handle(kind: listenerKind))
            acceptsAgainAt = isWatched ? nil : now + Self.shortageDelay
        }
    }

    package var clientCount: Int { clients.count { $0 != nil } }

    /// Whom commands are taken from: the same user, or root.
    package static func isTrusted(peer: UInt32?, own: UInt32) -> Bool { peer == own || peer == 0 }

    // MARK: - Private

    private var bytesWaiting: Int { clients.reduce(0) { $0 + ($1?.bytesWaiting ?? 0) } }

    /// The lock is ours: a socket that is there is stale, unless it is of a program that knows nothing of locks.
    private static func bind(_ path: String, _ mode: Int) throws(AdminFailure) -> Listener {
        if let status = try? Files.status(of: path, followingLinks: false) {
            if !status.isSocket { throw .notOurs(path: path, "is no socket") }
            if case .connected = Connecting(toPath: path) { throw .taken(socket: path) }
        }
        do throws(Errno) {
            do throws(Errno) { try Files.remove(path) } catch  where error == .noEntry {}
            let listener = try Listener.bind(path: path)
            // Nobody can connect before it listens, so that nobody does under other permissions.
            try Files.setMode(mode, of: path)
            try listener.listen(backlog: mostClients)
            return listener
        } catch {
            throw .cannotBind(socket: path, error)
        }
    }

    private func accept(in queue: borrowing EventQueue, now: Int) {
        for _ in 0..<Self.mostClients {
            switch listener.accept() {
            case .connection(let descriptor, from: _): admit(descriptor, in: queue, now: now)
            case .none: return
            case .failed(let error):
                if error.isShortage {
                    acceptsAgainAt = now + Self.shortageDelay
                    _ = queue.change(listener.descriptor.number, to: .none, as: Handle(kind: listenerKind))
                }
                return
            }
        }
    }

    private func admit(_ descriptor: consuming Descriptor, in queue: borrowing EventQueue, now: Int) {
        let peer = Socket.peerUser(descriptor.number)
        guard Self.isTrusted(peer: peer, own: Accounts.ownUser) else {
            return Self.refuse(descriptor, "this master takes commands from its own user and from root only")
        }
        guard let index = clients.firstIndex(where: { $0 == nil }) else {
            return Self.refuse(descriptor, "\(Self.mostClients) commands are under way already; try again")
        }
        generation &+= 1
        let handle = Handle(kind: clientKind, index: index, generation: generation)
        guard queue.watch(descriptor.number, for: .input, as: handle) else { return }
        clients[index] = AdminConnection(number: descriptor.release(), generation: generation, now: now)
    }

    /// A word on the way out; whether it arrives is not waited for.
    private static func refuse(_ descriptor: borrowing Descriptor, _ reason: String) {
        _ = Socket.send(descriptor.number, AdminReply.failed(reason).bytes.span)
    }

    private func keep(_ client: AdminConnection, at index: Int, in queue: borrowing EventQueue) {
        if client.isOver { return close(client, at: index) }
        let old = clients[index]?.interest
        clients[index] = client
        if client.interest != old {
            let handle = Handle(kind: clientKind, index: index, generation: client.generation)
            if !queue.change(client.number, to: client.interest, as: handle) { close(client, at: index) }
        }
    }

    private func close(_ client: AdminConnection, at index: Int) {
        Descriptor.close(client.number)
        clients[index] = nil
    }
}
