internal import Engine
internal import Kernel

/// One connection of this worker to a server, from its connect to its one end; kept for the next connection after that.
///
/// It is busy with one exchange, or idle and in its server's stack.
final class UpstreamConnection {
    /// Its place in the worker's table.
    let index: Int
    /// One more with each connection that sat in this place.
    var generation: UInt32 = 0
    var socket: Int32 = -1
    var server: UpstreamServer?
    /// The turn of the loop in which it was kept last.
    var keptInTurn = 0
    /// The server's, when it was opened, or when its address was one of the server's last.
    var epoch = 0
    /// Where it leads to; nil where that is not for a name to say.
    var address: SocketAddress?
    /// nil while it is idle.
    var exchange: Exchange?
    /// The connect has not been decided.
    var isConnecting = false
    /// It has served an exchange before the present one: its server may be closing it at this moment.
    var isReused = false
    /// The one that began to wait before it, while it waits for an exchange.
    var idleBefore: UpstreamConnection?
    /// It is one of its server's idle connections.
    var isIdle = false
    /// It waits for an exchange although as many do as are to be kept.
    var isSurplus = false
    /// When it began to wait for an exchange.
    var idleSince = 0
    /// The turn of the loop in which the present exchange took it.
    var takenInTurn = 0
    /// It was looked at when the present exchange took it: what has come since is the answer, whatever event tells of it.
    var isKnownQuiet = false
    var watched: Readiness?
    var mayHoldMore = false
    var readsStopShort = false
    var flows = false

    init(index: Int) { self.index = index }

    var isOpen: Bool { socket >= 0 }

    var handle: Handle { Handle(kind: Worker.Source.upstream.rawValue, index: index, generation: generation) }
}

/// The upstream connections of a worker by place; what is free is used again, last freed first.
struct UpstreamConnectionTable {
    private var connections: [UpstreamConnection] = []
    private var free: [Int] = []

    subscript(index: Int) -> UpstreamConnection { connections[index] }

    /// nil when that connection is gone.
    subscript(handle: Handle) -> UpstreamConnection? {
        let connection = connections[handle.index]
        return connection.generation == handle.generation && connection.isOpen ? connection : nil
    }

    /// How many there can be is the matter of the worker's headroom.
    mutating func open(_ socket: Int32, to server: UpstreamServer) -> UpstreamConnection {
        let connection = free.popLast().map { connections[$0] } ?? add()
        connection.generation &+= 1
        connection.socket = socket
        connection.server = server
        server.note(connection)
        connection.isConnecting = false
        connection.isReused = false
        connection.beginUnwatched(isLocal: server.isLocal)
        return connection
    }

    mutating func close(_ connection: UpstreamConnection) {
        connection.socket = -1
        connection.server = nil
        connection.exchange = nil
        free.append(connection.index)
    }

    private mutating func add() -> UpstreamConnection {
        let connection = UpstreamConnection(index: connections.count)
        connections.append(connection)
        return connection
    }
}
