/// One deadline for each place of a table, in a wheel of buckets.
///
/// Moving a deadline later is a plain store: its entry is looked at when the old deadline's bucket comes round, and put where it belongs then. So a
/// connection that lives on from request to request costs no list operation. Deadlines are met late by at most one tick.
package struct Timers {
    /// Milliseconds a bucket covers.
    package static let tick = 32
    /// A revolution is some 33 s; what is farther away is looked at once in each.
    private static let buckets = 1024
    private static let due = Int32(buckets)
    private static let nowhere = Int32(-1)

    private struct Entry {
        var deadline = Int.max
        var next = Timers.nowhere
        var previous = Timers.nowhere
        var bucket = Timers.nowhere
    }

    private var entries: [Entry] = []
    private var heads = [Int32](repeating: Timers.nowhere, count: Timers.buckets + 1)
    /// The last tick whose bucket was emptied.
    private var cursor: Int
    /// No bucket between the cursor and this tick has anything: a look goes on where the one before it came to.
    private var first = 0
    private var armed = 0

    package init(now: Int) { cursor = now / Timers.tick - 1 }

    /// Milliseconds until the next look is worth while, at most `limit`; 0 when something is due.
    package mutating func untilNext(now: Int, limit: Int) -> Int {
        if armed == 0 { return limit }
        if heads[Int(Timers.due)] >= 0 || hasPassed(cursor + 1, now) { return 0 }
        let last = cursor + min(Timers.buckets, limit / Timers.tick + 2)
        first = max(first, cursor + 1)
        while first <= last {
            if heads[first % Timers.buckets] >= 0 { return min(limit, max(0, (first + 1) * Timers.tick - now)) }
            first += 1
        }
        return limit
    }

    /// `deadline` in milliseconds of the same clock as `now`.
    package mutating func set(_ index: Int, deadline: Int) {
        while index >= entries.count { entries.append(Entry()) }
        let old = entries[index].deadline
        entries[index].deadline = deadline
        if entries[index].bucket >= 0 {
            if deadline >= old { return }
            unlink(index)
        }
        link(index)
    }

    /// nil when it has none.
    package func deadline(of index: Int) -> Int? {
        index < entries.count && entries[index].bucket >= 0 ? entries[index].deadline : nil
    }

    package mutating func cancel(_ index: Int) {
        if index >= entries.count || entries[index].bucket < 0 { return }
        unlink(index)
    }

    /// A place whose deadline has passed; it has none any more. nil when there is no other. Call until nil.
    package mutating func popExpired(now: Int) -> Int? {
        while true {
            let first = heads[Int(Timers.due)]
            if first >= 0 {
                let index = Int(first)
                unlink(index)
                if entries[index].deadline <= now { return index }
                link(index)
            } else if hasPassed(cursor + 1, now) {
                skipFarBehind(now)
                cursor += 1
                collect(bucket: cursor % Timers.buckets)
            } else {
                return nil
            }
        }
    }

    // MARK: - Private

    /// A bucket is looked at when its last millisecond has passed.
    private func hasPassed(_ tick: Int, _ now: Int) -> Bool { (tick + 1) * Timers.tick <= now }

    /// After a long sleep one revolution sees every bucket.
    private mutating func skipFarBehind(_ now: Int) {
        let target = now / Timers.tick
        if target - cursor > Timers.buckets + 1 { cursor = target - Timers.buckets - 1 }
    }

    /// Moves a whole bucket to the due list.
    private mutating func collect(bucket: Int) {
        while heads[bucket] >= 0 {
            let index = Int(heads[bucket])
            unlink(index)
            push(index, onto: Timers.due)
        }
    }

    private mutating func link(_ index: Int) {
        let next = cursor + 1
        let tick = max(entries[index].deadline / Timers.tick, next)
        // What is farther away than a revolution is met in this one.
        first = min(first, next + (tick - next) % Timers.buckets)
        push(index, onto: Int32(tick % Timers.buckets))
    }

    private mutating func push(_ index: Int, onto list: Int32) {
        let head = heads[Int(list)]
        entries[index].next = head
        entries[index].previous = Timers.nowhere
        entries[index].bucket = list
        if head >= 0 { entries[Int(head)].previous = Int32(index) }
        heads[Int(list)] = Int32(index)
        armed += 1
    }

    private mutating func unlink(_ index: Int) {
        let entry = entries[index]
        if entry.previous >= 0 { entries[Int(entry.previous)].next = entry.next } else { heads[Int(entry.bucket)] = entry.next }
        if entry.next >= 0 { entries[Int(entry.next)].previous = entry.previous }
        entries[index].bucket = Timers.nowhere
        armed -= 1
    }
}
