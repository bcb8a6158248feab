/// What is known of a server at the moment of a choice.
package struct Standing: BitwiseCopyable, Sendable {
    /// It may be asked: neither down, nor left out, nor full, nor asked already.
    package var isUsable = false
    /// Requests under way there.
    package var load = 0

    package init(isUsable: Bool = false, load: Int = 0) {
        self.isUsable = isUsable
        self.load = load
    }
}

/// What is always so of a server: its share, whether it is a backup, and what `hash` knows it by.
package struct Candidate: BitwiseCopyable, Equatable, Sendable {
    /// 1 or more.
    package var weight: Int
    package var isBackup: Bool
    /// The same for the same server in whichever upstream, process and generation.
    package var identity: UInt64

    package init(weight: Int = 1, isBackup: Bool = false, identity: UInt64 = 0) {
        self.weight = weight
        self.isBackup = isBackup
        self.identity = identity
    }
}
