internal import Routing

/// The connections to a server that wait for their next exchange. The last to come is the first to go: the others grow old and are closed.
///
/// Lists through the connections themselves, which are handed from one to the other: an array that belongs to an object is guarded at run time wherever
/// it is changed, and a reference that is copied is counted.
final class IdleConnections {
    /// Of those kept in this turn nobody can tell without a look whether they have more to say.
    private var fresh: UpstreamConnection?
    private var settled: UpstreamConnection?
    private var turn = 0
    private(set) var count = 0
    private var most = 64
    private var time = IdleTime(most: 60_000)
    /// How long those wait that a burst leaves beyond the number, in milliseconds.
    private static let burst = 250
    /// So many wait at most where fewer are to be kept.
    private static let mostOfBurst = 1024

    func adopt(_ settings: KeepaliveSettings) {
        most = settings.maxIdle
        time.adopt(most: settings.idle.milliseconds)
    }

    // MARK: - How many, and how long

    /// Those of a burst wait for the next request too, but not for long: who closes them at once opens as many again a moment later.
    var hasRoom: Bool { most > 0 && count < max(most, Self.mostOfBurst) }

    private var isFull: Bool { count >= most }

    /// How long the next one may wait, in milliseconds.
    var patience: Int { isFull ? min(time.limit, Self.burst) : time.limit }

    /// The server has closed one that had waited for so long.
    func hasClosed(_ connection: UpstreamConnection, after age: Int) { if !connection.isSurplus { time.learn(closedAfter: age) } }
    /// This one has waited for as long as it may, and the server has not closed it.
    func hasOutlasted(_ connection: UpstreamConnection) { if !connection.isSurplus { time.recover() } }
    /// The server says how long it waits, in seconds.
    func hasPromised(seconds: Int) { time.believe(seconds: seconds) }

    // MARK: - Which

    func append(_ connection: consuming UpstreamConnection) {
        settle(before: connection.keptInTurn)
        connection.isIdle = true
        connection.isSurplus = isFull
        connection.idleBefore = fresh.take()
        fresh = connection
        count += 1
    }

    /// One that was kept before this turn goes first.
    func popLast(inTurn turn: Int) -> UpstreamConnection? {
        settle(before: turn)
        if let connection = settled.take() {
            settled = connection.idleBefore.take()
            hasLeft(connection)
            return connection
        }
        guard let connection = fresh.take() else { return nil }
        fresh = connection.idleBefore.take()
        hasLeft(connection)
        return connection
    }

    /// Nothing changes where it is none of them.
    func remove(_ connection: UpstreamConnection) {
        if !connection.isIdle { return }
        if let first = fresh.take() { fresh = without(connection, first) }
        if let first = settled.take() { settled = without(connection, first) }
    }

    /// Whichever would go first.
    var next: UpstreamConnection? { settled ?? fresh }

    /// The last to come first.
    var all: [UpstreamConnection] { Self.list(from: fresh) + Self.list(from: settled) }

    // MARK: - Private

    /// Another turn has begun: what was kept in an earlier one has been looked at since.
    private func settle(before turn: Int) {
        if turn == self.turn { return }
        self.turn = turn
        // Turned over twice, so that the last to come goes on being first.
        var turned: UpstreamConnection?
        while let connection = fresh.take() {  // Every turn takes one out.
            fresh = connection.idleBefore.take()
            connection.idleBefore = turned.take()
            turned = connection
        }
        while let connection = turned.take() {  // As many again.
            turned = connection.idleBefore.take()
            connection.idleBefore = settled.take()
            settled = connection
        }
    }

    private func hasLeft(_ connection: UpstreamConnection) {
        connection.isIdle = false
        count -= 1
    }

    /// The list that begins with `first`, without this one.
    private func without(_ connection: UpstreamConnection, _ first: UpstreamConnection) -> UpstreamConnection? {
        if first === connection {
            hasLeft(connection)
            return first.idleBefore.take()
        }
        var place = first
        while let before = place.idleBefore {  // Every turn goes on to an older one.
            if before === connection {
                place.idleBefore = before.idleBefore.take()
                hasLeft(connection)
                break
            }
            place = before
        }
        return first
    }

    private static func list(from first: UpstreamConnection?) -> [UpstreamConnection] {
        var found: [UpstreamConnection] = []
        var place = first
        while let connection = place {  // Every turn goes on to an older one.
            found.append(connection)
            place = connection.idleBefore
        }
        return found
    }
}
