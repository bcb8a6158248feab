internal import Settings

/// The ports of the listeners, and where the file has them: those of a range are found without a look at the others.
struct PublicPorts {
    private let sorted: [(port: Int, mark: Mark)]

    init(_ listeners: [LocatedListener]) {
        sorted = listeners.compactMap { listener in listener.settings.address.port.map { ($0, listener.mark) } }
            .sorted { ($0.port, $0.mark) < ($1.port, $1.mark) }
    }

    func within(_ range: ClosedRange<Int>) -> ArraySlice<(port: Int, mark: Mark)> {
        sorted[place(of: range.lowerBound)..<place(of: range.upperBound + 1)]
    }

    // MARK: - Private

    /// Of the first that is not less.
    private func place(of port: Int) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle].port < port { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
