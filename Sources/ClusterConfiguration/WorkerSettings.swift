package import Balancing
package import Supervision

/// The `workers` section.
package struct WorkerSettings: Equatable, Sendable {
    /// auto is resolved: 1…256.
    package var count = 1
    /// The user's program as the worker; nil is the built-in worker.
    package var command: Command?
    package var scheduling = Scheduling.roundRobin
    /// Only with a command; auto is resolved.
    package var relays = 1
    package var proxyProtocol: ProxyProtocol?
    /// How the program is run; without a command only `environment`, `user` and their like count.
    package var program = ProgramSettings()
    package var privatePorts = PrivatePorts.anyLoopbackPort
    package var bind = PrivateAddress.host("127.0.0.1")
    package var life = LifeSettings()

    package init() {}

    /// How long the loop of a built-in process sleeps at most, in milliseconds, so that it is never taken for one that does not turn.
    package var longestSleep: Int { min(1000, life.health.heartbeatTimeout.wholeMilliseconds / 4) }

    /// What a process that ends gives to its connections, and to those that have switched protocols.
    package var grace: Duration { life.stop.grace }
    package var upgradedGrace: Duration { life.stop.upgradedGrace }
}

/// A program and its arguments.
package enum Command: Hashable, Sendable {
    /// argv; each may hold `{{port}}` and its kin (process time).
    case arguments([String])
    /// For `/bin/sh -c`, unchanged but for `{{port}}` and its kin.
    case shell(String)
}

package enum ProxyProtocol: String, Sendable, CaseIterable {
    case v1, v2

    package var version: Int { self == .v1 ? 1 : 2 }
}

package enum PrivateAddress: Hashable, Sendable {
    /// A literal address.
    case host(String)
    /// A socket path, told to the program in `SOCKET`.
    case unix
}

/// Where private ports come from.
package enum PrivatePorts: Hashable, Sendable {
    case range(ClosedRange<Int>)
    /// Whatever loopback port the kernel gives (built-in workers).
    case anyLoopbackPort
    /// No private TCP door (built-in workers).
    case none

    /// `20000-29999`; nil of no range.
    package var rangeText: String? {
        guard case .range(let range) = self else { return nil }
        return "\(range.lowerBound)-\(range.upperBound)"
    }

    /// Why so many processes, and those beside them during a reload, cannot all have a port; nil where they can. `members` is how they are called.
    package func shortage(of count: Int, _ members: String, surge: Int) -> String? {
        guard case .range(let range) = self, let rangeText, range.count < count + surge else { return nil }
        return "\(rangeText) is too few for \(count) \(members) and \(surge) more during a reload"
    }
}

/// What a process is given before its program starts.
package struct ProgramSettings: Equatable, Sendable {
    /// In the order they apply: the environment file's, then the mapping's. Values may hold `{{port}}` and its kin.
    package var environment: [EnvironmentVariable] = []
    /// Absolute, links resolved; nil is the folder of the configuration file.
    package var workingDirectory: String?
    package var account: Account?
    /// 0…0o777
    package var umask: Int?
    /// -20…19, setpriority(2)
    package var nice: Int?
    /// RLIMIT_NOFILE, soft and hard.
    package var openFiles: Int?

    package init() {}

    /// Who a process runs as; nil is the master's own.
    package var user: UInt32? { account.flatMap { $0.user == .max ? nil : $0.user } }
}

package struct EnvironmentVariable: Hashable, Sendable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Who a process runs as, from `user` and `group`.
package struct Account: Hashable, Sendable {
    package var user: UInt32
    package var group: UInt32
    /// Supplementary groups, initgroups(3).
    package var groups: [UInt32]
    /// `USER` and `LOGNAME`; nil when only a group is given.
    package var name: String?
    package var home: String?

    package init(user: UInt32, group: UInt32, groups: [UInt32], name: String?, home: String?) {
        self.user = user
        self.group = group
        self.groups = groups
        self.name = name
        self.home = home
    }
}
