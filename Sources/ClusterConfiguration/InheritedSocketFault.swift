/// Why there is nothing behind `systemd:NAME`.
package enum InheritedSocketFault: Equatable, Sendable {
    /// The names of those that were handed over.
    case missing(given: [String])
    case notListening

    func message(about name: String) -> String {
        switch self {
        case .missing(let given):
            let others = given.isEmpty ? "none was" : "only " + given.map { "\"\($0)\"" }.joined(separator: ", ")
            return
                "the service manager has handed over no socket \"\(name)\" at the start, \(others); write \"FileDescriptorName=\(name)\" in the .socket "
                + "unit, and start the service anew"
        case .notListening:
            return
                "the socket \"\(name)\" that the service manager has handed over takes no connections; its .socket unit needs \"ListenStream=\", and not "
                + "\"Accept=yes\""
        }
    }
}
