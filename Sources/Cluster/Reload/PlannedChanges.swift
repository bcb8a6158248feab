internal import ClusterConfiguration
internal import Supervision

/// What a file would change, as far as it can be known without a look at what runs. With ten thousand routes that takes a while.
struct PlannedChanges: Sendable {
    /// A group of processes, of now or of then.
    struct Group: Sendable {
        var name: GroupName
        /// How many the file wants; nil where it has no such group.
        var count: Int?
        var isReplaced: Bool
        /// Keys of its own, each with what it was and what it would be.
        var why: [Reason] = []
    }

    struct Reason: Sendable {
        var text: String
        var isCount: Bool
    }

    let warnings: [String]
    let difference: Difference
    let routes: RouteChanges
    /// The workers, the apps of now, and then those that are new.
    private(set) var groups: [Group]
    /// Of no group.
    private(set) var inPlace: [String] = []
    let atNextStart: [String]

    /// `socket` is that which the master was started with.
    init(from now: Configuration, to file: LoadedConfiguration, socket: AdminSettings.Socket) {
        var next = file.configuration
        // Where commands are taken stays for as long as the master runs.
        next.admin.socket = now.admin.socket
        warnings = file.warnings
        difference = Difference(from: now, to: next)
        routes = RouteChanges(from: now, to: next)
        groups = Self.groups(from: now, to: next, difference)
        atNextStart = Self.changes(ofSocket: socket, to: file.configuration.admin.socket)
        take(FieldChange.all(from: now, to: next))
    }

    // MARK: - Private

    private static func groups(from now: Configuration, to next: Configuration, _ difference: Difference) -> [Group] {
        var counts: [GroupName: Int] = [.workers: next.workers.count]
        for app in next.apps { counts[.app(app.name)] = app.instances }
        let known = Set(now.apps.map(\.name))
        let names = now.apps.map(\.name) + next.apps.map(\.name).filter { !known.contains($0) }
        let all: [GroupName] = [.workers] + names.map { .app($0) }
        return all.map { Group(name: $0, count: counts[$0], isReplaced: difference.replaces($0)) }
    }

    private static func changes(ofSocket old: AdminSettings.Socket, to new: AdminSettings.Socket) -> [String] {
        var (before, after) = (Configuration(), Configuration())
        (before.admin.socket, after.admin.socket) = (old, new)
        return FieldChange.all(from: before, to: after).map(\.text)
    }

    /// Each to its group.
    private mutating func take(_ changes: [FieldChange]) {
        let places = Dictionary(groups.enumerated().map { ($1.name, $0) }) { first, _ in first }
        for change in changes {
            if let place = change.group.flatMap({ places[$0] }) {
                groups[place].why.append(Reason(text: change.text, isCount: change.isCount))
            } else {
                inPlace.append(change.text)
            }
        }
    }
}

extension FieldChange {
    /// Whose processes follow it.
    fileprivate var group: GroupName? {
        if keys.first == "workers" { return .workers }
        return keys.first == "apps" && keys.count > 1 ? .app(keys[1]) : nil
    }

    /// Of its group's processes.
    fileprivate var isCount: Bool {
        keys == ["workers", "count"] || keys.first == "apps" && keys.count == 3 && keys[2] == "instances"
    }
}
