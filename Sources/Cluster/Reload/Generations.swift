internal import ClusterConfiguration

/// The configurations that have held, the newest last.
struct Generations {
    /// So many are kept.
    private static let most = 10

    /// As workers received it: decoded, routes with regular expressions take twenty times the room.
    struct Entry: Sendable {
        var number: Int
        var snapshot: [UInt8]
        /// What people were told of it.
        var warnings: [String]

        /// The same configuration again.
        func load() -> Result<LoadedConfiguration, ConfigurationFailure> {
            guard let configuration = ConfigurationSnapshot(decoding: snapshot)?.configuration() else {
                return .failure(.unreadable("generation \(number) cannot be read any more"))
            }
            return .success(LoadedConfiguration(configuration: configuration, warnings: warnings, snapshot: snapshot))
        }
    }

    private var entries: [Entry] = []

    mutating func append(_ loaded: LoadedConfiguration, as number: Int) {
        if entries.count == Self.most { entries.removeFirst() }
        entries.append(Entry(number: number, snapshot: loaded.snapshot, warnings: loaded.warnings))
    }

    /// The snapshot of what holds now.
    var newest: [UInt8]? { entries.last?.snapshot }

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
