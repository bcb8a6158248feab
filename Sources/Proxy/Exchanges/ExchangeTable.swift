/// The exchanges of a worker; what is free is used again, last freed first.
struct ExchangeTable {
    /// Each has a table of fields: more than these are not kept for the next rush.
    private static let keptLimit = 1024

    private var free: [Exchange] = []

    /// Not more than there are sessions: each has one at most.
    mutating func take() -> Exchange { free.popLast() ?? Exchange() }

    mutating func giveBack(_ exchange: Exchange) { if free.count < Self.keptLimit { free.append(exchange) } }
}
