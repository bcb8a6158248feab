internal import Engine

/// Sessions that are to be watched when they are still there after a moment, in the order in which they came. There are not more than sessions were
/// opened in that moment, since each stands here once at most.
struct UnwatchedLine {
    /// How long a client that goes may not be noticed, in milliseconds.
    private static let patience = 10

    private struct Entry {
        let handle: Handle
        let due: Int
    }

    private var entries: [Entry] = []
    private var first = 0

    mutating func append(_ handle: Handle, now: Int) {
        entries.append(Entry(handle: handle, due: now + Self.patience))
    }

    /// The first one, once it is due.
    mutating func next(now: Int) -> Handle? {
        guard first < entries.count, entries[first].due <= now else { return nil }
        defer { leaveFirst() }
        return entries[first].handle
    }

    /// Milliseconds until the first one is due, `limit` at most.
    func untilNext(now: Int, limit: Int) -> Int { first < entries.count ? min(limit, max(0, entries[first].due - now)) : limit }

    private mutating func leaveFirst() {
        first += 1
        // What is behind moves up seldom, and by less than has gone.
        guard first == entries.count || first >= 1024 && first * 2 > entries.count else { return }
        entries.removeFirst(first)
        first = 0
    }
}
