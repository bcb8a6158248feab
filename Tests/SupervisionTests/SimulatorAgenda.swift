/// What is going to happen, by time; at the same time in the order in which it was planned. A binary heap.
struct SimulatorAgenda<Happening> {
    private struct Entry {
        var at: Int
        var number: Int
        var happening: Happening

        func isBefore(_ other: Entry) -> Bool { at == other.at ? number < other.number : at < other.at }
    }

    private var entries: [Entry] = []
    private var count = 0

    var nextTime: Int? { entries.first?.at }

    mutating func plan(_ happening: Happening, at time: Int) {
        entries.append(Entry(at: time, number: count, happening: happening))
        count += 1
        var child = entries.count - 1
        while child > 0, entries[child].isBefore(entries[(child - 1) / 2]) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func takeNext() -> Happening? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        if entries.isEmpty { return first.happening }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count && entries[child].isBefore(entries[least]) {
                least = child
            }
            if least == parent { return first.happening }
            entries.swapAt(parent, least)
            parent = least
        }
    }
}
