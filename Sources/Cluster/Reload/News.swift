/// What somebody asks for, beside what is being prepared, or rolls.
enum News: Equatable, Sendable {
    /// It is remembered: nothing is to be given up for it, or it says what is wrong with it when its turn comes.
    case none
    case same
    case other

    /// Of two snapshots.
    init(_ wanted: [UInt8], beside present: [UInt8]) { self = wanted == present ? .same : .other }

    init(_ file: Result<LoadedConfiguration, ConfigurationFailure>, beside present: [UInt8]) {
        switch file {
        case .success(let loaded): self.init(loaded.snapshot, beside: present)
        case .failure: self = .none
        }
    }
}
