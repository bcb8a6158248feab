/// The connections to a server that wait for their next exchange. The last to come is the first to go: the others grow old and are closed.
///
/// A list through the connections themselves: an array that belongs to an object is guarded at run time wherever it is changed.
final class IdleConnections {
    private(set) var last: UpstreamConnection?
    private(set) var count = 0

    func append(_ connection: UpstreamConnection) {
        connection.idleBefore = last
        last = connection
        count += 1
    }

    /// One that was kept before this turn goes first: of those kept in it nobody can tell without a look whether they have more to say.
    func popLast(inTurn turn: Int) -> UpstreamConnection? {
        guard let last, last.keptInTurn == turn else { return popLast() }
        var place = last
        while let before = place.idleBefore {  // Every turn goes on to an older one.
            if before.keptInTurn != turn {
                remove(before, behind: place)
                return before
            }
            place = before
        }
        return popLast()
    }

    /// Nothing changes where it is none of them.
    func remove(_ connection: UpstreamConnection) {
        if last === connection { return _ = popLast() }
        var place = last
        while let after = place {  // Every turn goes on to an older one.
            if after.idleBefore === connection { return remove(connection, behind: after) }
            place = after.idleBefore
        }
    }

    /// The last to come first.
    var all: [UpstreamConnection] {
        var found: [UpstreamConnection] = []
        var place = last
        while let connection = place {  // Every turn goes on to an older one.
            found.append(connection)
            place = connection.idleBefore
        }
        return found
    }

    // MARK: - Private

    private func popLast() -> UpstreamConnection? {
        guard let connection = last else { return nil }
        last = connection.idleBefore
        connection.idleBefore = nil
        count -= 1
        return connection
    }

    private func remove(_ connection: UpstreamConnection, behind after: UpstreamConnection) {
        after.idleBefore = connection.idleBefore
        connection.idleBefore = nil
        count -= 1
    }
}
