/// Exchanges that wait for a server, first in, first out; one that gives up leaves a gap.
struct WaitingLine {
    private var places: [Exchange?] = []
    /// Tickets: of the first who may still be there, and of the next to come.
    private var first = 0
    private var next = 0
    private(set) var count = 0

    /// Its ticket.
    mutating func append(_ exchange: Exchange) -> Int {
        if next - first == places.count { grow() }
        places[next % places.count] = exchange
        defer {
            next += 1
            count += 1
        }
        return next
    }

    /// Stays in the line.
    mutating func peek() -> Exchange? {
        while first < next {
            if let exchange = places[first % places.count] { return exchange }
            first += 1
        }
        return nil
    }

    mutating func remove(_ ticket: Int) {
        guard ticket >= first, ticket < next, places[ticket % places.count] != nil else { return }
        places[ticket % places.count] = nil
        count -= 1
    }

    private mutating func grow() {
        var larger = [Exchange?](repeating: nil, count: max(16, places.count * 2))
        for ticket in first..<next { larger[ticket % larger.count] = places[ticket % places.count] }
        places = larger
    }
}
