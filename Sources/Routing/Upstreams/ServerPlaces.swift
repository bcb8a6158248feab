internal import Settings

/// Where the servers of a list are in the file: each may be there once.
struct ServerPlaces {
    private var marks: [ServerAddress: Mark] = [:]

    /// False, with an error, when it is there already; `instead` is what may have been meant.
    mutating func add(_ address: ServerAddress, _ setting: Setting, instead: String) -> Bool {
        if let first = marks[address.place] {
            setting.error("this server is on line \(first.line) already; \(instead)")
            return false
        }
        marks[address.place] = setting.mark
        return true
    }
}
