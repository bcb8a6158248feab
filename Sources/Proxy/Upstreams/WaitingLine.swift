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

    /// Who is first, or first behind that ticket; stays in the line.
    mutating func peek(behind ticket: Int? = nil) -> Exchange? {
        while first < next, places[first % places.count] == nil { first += 1 }
        var place = max(first, ticket.map { $0 + 1 } ?? first)
        while place < next {
            if let exchange = places[place % places.count] { return exchange }
            place += 1
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
