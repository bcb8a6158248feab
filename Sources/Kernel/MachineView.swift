/// What this machine says of its processes, and of the sockets that listen, at one moment: each part is read when the first asks for it, which takes milliseconds
/// on a busy machine, and serves all who ask until it is forgotten.
package final class MachineView {
    private var ports: ListeningPorts?
    private var paths: ListeningPaths?
    private var groups: ProcessGroups?

    package init() {}

    /// Who asks next looks anew.
    package func forget() { (ports, paths, groups) = (nil, nil, nil) }

    /// The inodes of the sockets that a connection to this address reaches.
    package func sockets(reachedAt address: SocketAddress) -> [String] { seenPorts.inodes(reachedAt: address) }

    /// Those that listen on this path.
    package func sockets(atPath path: String) -> [String] { seenPaths.inodes(path: path) }

    /// Whether a process of this group has one of these sockets; true as well where the machine hides that from us.
    package func isOwned(_ inodes: [String], byGroup group: Int32) -> Bool {
        !inodes.isEmpty && ListeningSockets.isOwned(inodes, by: members(ofGroup: group))
    }

    /// Where processes of this group listen.
    package func addresses(ofGroup group: Int32) -> [SocketAddress] {
        seenPorts.addresses(of: ListeningSockets.links(of: members(ofGroup: group)))
    }

    /// The numbers of the processes in a group.
    package func members(ofGroup group: Int32) -> [Int32] { seenGroups.members(of: group) }

    /// Resident memory of a group in bytes, as it is now; nil when nothing is left of it.
    package func memory(ofGroup group: Int32) -> Int? {
        let members = members(ofGroup: group)
        return members.isEmpty ? nil : members.reduce(0) { $0 + (Processes.residentMemory(of: $1) ?? 0) }
    }

    // MARK: - Private

    private var seenPorts: ListeningPorts { seen(&ports, ListeningPorts.init) }
    private var seenPaths: ListeningPaths { seen(&paths, ListeningPaths.init) }
    private var seenGroups: ProcessGroups { seen(&groups, ProcessGroups.init) }

    private func seen<Part>(_ part: inout Part?, _ look: () -> Part) -> Part {
        let known = part ?? look()
        part = known
        return known
    }
}
