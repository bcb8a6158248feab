internal import ClusterConfiguration
internal import Kernel
internal import Supervision

/// What the processes of one revision of a group run.
struct Program {
    /// nil is this program itself.
    var command: Command?
    var settings: ProgramSettings
    var privatePorts: PrivatePorts
    var bind: PrivateAddress
    var proxyProtocol: ProxyProtocol?
    /// What must succeed before its first process starts.
    var beforeStart: Command?
    var life: LifeSettings
    /// Relative paths and working directories start here.
    var folder: String
    /// Whether built-in workers have private doors: not when every public listener is a unix socket.
    var hasPrivateDoors: Bool

    var isUserProgram: Bool { command != nil }
    var wantsPrivateDoors: Bool { !isUserProgram && hasPrivateDoors && privatePorts != .none }

    /// What is executed, and where, as an error is to name them.
    var name: String {
        switch command {
        case .arguments(let arguments): arguments.first ?? ""
        case .shell: "/bin/sh"
        case nil: "cluster-proxy"
        }
    }
    var directory: String { settings.workingDirectory ?? folder }
    /// Who its processes run as.
    var user: UInt32 { settings.user ?? Accounts.ownUser }
}

extension Program {
    /// Whether a variable of the master's is its own alone: a service manager's, of which there may be more one day, and where others serve.
    static func isMastersAlone(_ name: String) -> Bool { removed.contains(name) || removedPrefixes.contains { name.hasPrefix($0) } }

    private static let removed: Set<String> = [
        "NOTIFY_SOCKET", "NODE_CHANNEL_FD", "NODE_UNIQUE_ID", "NODE_CHANNEL_SERIALIZATION_MODE", "PORT", "HOST", "SOCKET",
    ]
    private static let removedPrefixes = ["LISTEN_", "WATCHDOG_"]

    /// `NAME=value` for a process in this slot; what comes later wins: the master's own, the configuration's, ours.
    func environment(of launch: Launch, place: ProcessPlace, _ circumstances: Circumstances) -> [String] {
        var variables = variables(place)
        variables["CLUSTER_SLOT"] = String(launch.slot)
        variables["CLUSTER_ID"] = String(launch.id.number)
        variables["CLUSTER_GENERATION"] = String(circumstances.generation)
        variables["CLUSTER_WORKERS"] = String(circumstances.count)
        variables["NODE_APP_INSTANCE"] = String(launch.slot)
        return variables.map { "\($0)=\($1)" }.sorted()
    }

    /// For what goes before its processes, which is nobody of the cluster: what would be of one process alone is left out.
    func environmentBeforeStart() -> [String] {
        var variables = variables(ProcessPlace(slot: 0, id: 0))
        for variable in settings.environment where ProcessTemplate.isOfProcess(variable.value) { variables[variable.name] = nil }
        return variables.map { "\($0)=\($1)" }.sorted()
    }

    private func variables(_ place: ProcessPlace) -> [String: String] {
        var variables: [String: String] = [:]
        for (name, value) in Environment.all() where !Self.isMastersAlone(name) { variables[name] = value }
        if let account = settings.account {
            variables["HOME"] = account.home ?? variables["HOME"]
            variables["USER"] = account.name ?? variables["USER"]
            variables["LOGNAME"] = account.name ?? variables["LOGNAME"]
        }
        for variable in settings.environment { variables[variable.name] = place.expand(variable.value) }
        if place.port > 0 {
            variables["PORT"] = String(place.port)
            variables["HOST"] = place.host
        }
        if let path = place.socket { variables["SOCKET"] = path }
        return variables
    }

    /// Where a program of that name is looked for: in the folders of its PATH, by its own account and from its own folder. A name with a slash is a path.
    func places(of name: String, at place: ProcessPlace) -> [String] {
        if name.contains("/") { return [name] }
        let path =
            settings.environment.last { $0.name == "PATH" }.map { place.expand($0.value) } ?? Environment.value(of: "PATH")
            ?? "/usr/local/bin:/usr/bin:/bin"
        // An empty one is the present folder (execvp(3)).
        return path.split(separator: ":", omittingEmptySubsequences: false).map { $0.isEmpty ? name : "\($0)/\(name)" }
    }

    /// The kernel ends processes of ours before the master when memory is short.
    static let oomScoreAdjustment = "200"

    /// Fills a spawn plan with what `user`, `umask` and their like say.
    func apply(to plan: inout SpawnPlan, inheriting openFiles: OpenFilesLimit) {
        plan.directory = directory
        plan.account = settings.account.map { ($0.user, $0.group, $0.groups) }
        plan.umask = settings.umask
        plan.nice = settings.nice
        plan.openFiles = settings.openFiles.map { OpenFilesLimit(soft: $0, hard: $0) } ?? openFiles
        plan.oomScoreAdjustment = Self.oomScoreAdjustment
    }
}

/// Where one incarnation serves, and what `{{…}}` in its command and environment stands for.
struct ProcessPlace {
    var slot: Int
    var id: Int
    /// 0 without a port.
    var port = 0
    var host = ""
    var socket: String?

    func expand(_ text: String) -> String {
        ProcessTemplate.expand(text, port: port, host: host, socket: socket ?? "", slot: slot, id: id)
    }
}
