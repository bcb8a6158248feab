internal import ClusterConfiguration

/// The configurations that have held, the newest last.
struct Generations {
    /// So many are kept.
    private static let most = 10

    struct Entry {
        var number: Int
        var loaded: LoadedConfiguration
    }

    private var entries: [Entry] = []

    mutating func append(_ loaded: LoadedConfiguration, as number: Int) {
        if entries.count == Self.most { entries.removeFirst() }
        entries.append(Entry(number: number, loaded: loaded))
    }

    /// What holds now.
    var newest: LoadedConfiguration? { entries.last?.loaded }

    /// That of a number, or with nil the one before the present one.
    func find(_ number: Int?, now: Int) -> Entry? {
        number.map { number in entries.last { $0.number == number } } ?? entries.last { $0.number < now }
    }

    /// Why there is none.
    func refusal(of number: Int?) -> String {
        guard let number else { return "there is no generation before this one" }
        let known = entries.map { String($0.number) }.joined(separator: ", ")
        return "generation \(number) is not kept; those that are: \(known)"
    }
}
