/// What a built-in process finds when it starts: descriptors 3 and up in a fixed order, the rest as text in one environment variable.
package struct Inheritance: Equatable, Sendable {
    package enum Role: String, Sendable { case worker, relay, guardian }

    /// The environment variable.
    package static let variable = "CLUSTER_PROXY_INHERITANCE"

    package static let control: Int32 = 3
    package static let connections: Int32 = 4
    /// Rung by the master once it has put connections into the queue; never read, and watched for each time that it is rung.
    package static let arrivals: Int32 = 5
    package static let scoreboard: Int32 = 6
    package static let board: Int32 = 7
    package static let snapshot: Int32 = 8
    /// Rung by whoever makes room at an instance that others wait for; never read, and watched for each time that it is rung.
    package static let bell: Int32 = 9
    /// Only when `hasPrivateListener`.
    package static let privateListener: Int32 = 10
    /// Of a guardian: the pipe of groups.
    package static let groups: Int32 = 3

    package var role: Role
    package var slot = 0
    package var incarnation = 0
    /// Of the scoreboard.
    package var seat = 0
    package var generation = 0
    package var hasPrivateListener = false
    /// Where the sockets of command workers and instances are that listen on a path; the guardian removes it in the end.
    package var socketFolder = ""

    package init(role: Role) { self.role = role }

    /// Where a program that listens on a path is reached.
    package static func socketPath(in folder: String, incarnation: Int) -> String { "\(folder)/\(incarnation)/socket" }

    /// `worker 2 7 1 1 1 /run/…`
    package var text: String {
        "\(role.rawValue) \(slot) \(incarnation) \(seat) \(generation) \(hasPrivateListener ? 1 : 0) \(socketFolder)"
    }

    /// nil when it was not written by us.
    package init?(text: String) {
        let words = text.split(separator: " ", maxSplits: 6, omittingEmptySubsequences: false)
        guard words.count == 7, let role = Role(rawValue: String(words[0])), let slot = Int(words[1]), let incarnation = Int(words[2]),
            let seat = Int(words[3]), (0..<Scoreboard.seats).contains(seat), let generation = Int(words[4])
        else { return nil }
        self.role = role
        self.slot = slot
        self.incarnation = incarnation
        self.seat = seat
        self.generation = generation
        hasPrivateListener = words[5] == "1"
        socketFolder = String(words[6])
    }
}
