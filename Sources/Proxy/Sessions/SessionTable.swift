internal import Engine

/// The sessions of a worker by place. A place is used again, and so is the session in it; its generation tells old events from new ones.
struct SessionTable {
    private var sessions: [Session] = []
    private var free: [Int] = []
    /// Those that are open.
    private(set) var count = 0

    subscript(index: Int) -> Session { sessions[index] }

    /// nil when that connection is gone.
    subscript(handle: Handle) -> Session? {
        let session = sessions[handle.index]
        return session.generation == handle.generation && session.phase != .closed ? session : nil
    }

    /// How many there can be is the matter of the worker's headroom.
    mutating func open(_ socket: Int32, isLocal: Bool, port: Int?) -> Session {
        let session = free.popLast().map { sessions[$0] } ?? add()
        session.open(socket, isLocal: isLocal, port: port)
        count += 1
        return session
    }

    mutating func close(_ session: Session) {
        session.phase = .closed
        session.socket = -1
        free.append(session.index)
        count -= 1
    }

    /// All that are open, for the rare occasion.
    var all: [Session] { sessions.filter { $0.phase != .closed } }

    private mutating func add() -> Session {
        let session = Session(index: sessions.count)
        sessions.append(session)
        return session
    }
}
