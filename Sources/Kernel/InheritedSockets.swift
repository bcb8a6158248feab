internal import CLinux

/// Sockets that the service manager has opened and handed over at the start, sd_listen_fds(3). They are the manager's: they stay open until this process
/// ends, whoever accepts from copies of them meanwhile.
package struct InheritedSockets: Sendable {
    package struct Member: Sendable {
        /// What `FileDescriptorName=` says; several sockets may have one name.
        package let name: String
        /// Whether connections can be accepted from it.
        package let isListening: Bool
        fileprivate let number: Int32

        /// A copy that can be closed.
        package func open() throws(Errno) -> Listener { Listener(adopting: Int32(try cl_duplicate(number).checked())) }
    }

    package let members: [Member]

    /// SD_LISTEN_FDS_START.
    private static let first: Int32 = 3
    /// No manager hands over more.
    private static let most = 1024

    package static let none = InheritedSockets(processID: nil, count: nil, names: nil, ownID: 0)

    /// Those that LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say are for this process.
    package static func takeOver() -> InheritedSockets {
        InheritedSockets(
            processID: Environment.value(of: "LISTEN_PID"), count: Environment.value(of: "LISTEN_FDS"),
            names: Environment.value(of: "LISTEN_FDNAMES"), ownID: Processes.ownID)
    }

    /// From descriptor `first` on. Programs that are executed later do not get them.
    package init(processID: String?, count: String?, names: String?, ownID: Int32, from first: Int32 = first) {
        guard let processID, Int32(processID) == ownID, let count = count.flatMap({ Int($0) }), (1...Self.most).contains(count) else {
            members = []
            return
        }
        let names = names?.split(separator: ":", omittingEmptySubsequences: false).map(String.init) ?? []
        members = (0..<count).compactMap { place in
            let number = first + Int32(place)
            guard cl_close_on_exec(number) == 0 else { return nil }
            // As sd_listen_fds_with_names(3) calls those without one.
            let name = place < names.count && !names[place].isEmpty ? names[place] : "unknown"
            return Member(name: name, isListening: cl_adopt_listener(number) == 0, number: number)
        }
    }

    package func named(_ name: String) -> [Member] { members.filter { $0.name == name } }
}
