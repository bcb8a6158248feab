package import Balancing
package import Routing
package import Supervision

/// An entry of `apps`: the user's own program behind HTTP, started so many times, and reached request by request.
package struct AppSettings: Equatable, Sendable {
    /// The most instances an app, and all apps together, can have.
    package static let most = 1024

    package var name: String
    /// auto is resolved: 0…1024. With none the app is there, and runs when it is scaled.
    package var instances = 1
    package var command: Command
    package var program = ProgramSettings()
    package var privatePorts = PrivatePorts.range(20000...29999)
    package var bind = PrivateAddress.host("127.0.0.1")
    /// What must succeed before the first instance starts, and again whenever what instances are started with is another.
    package var beforeStart: Command?
    package var life = LifeSettings()
    package var balance = BalancePolicy.leastRequests
    /// What `hash` looks at.
    package var hash: HashKey?
    /// At once on one instance, of all workers together; 0 is unbounded.
    package var maxRequestsEach = 0
    /// Of the whole cluster.
    package var queue = AppSettings.standardQueue
    package var retry = RetrySettings()

    package init(name: String, command: Command) {
        self.name = name
        self.command = command
    }

    package static var standardQueue: QueueSettings {
        var queue = QueueSettings()
        queue.length = 1000
        queue.timeout = .seconds(10)
        return queue
    }

    /// How the processes of an app of this name are called.
    package static func members(of name: String) -> String { "instances of \"\(name)\"" }

    /// What an app of this name is found by in shared memory.
    package static func identity(of name: String) -> UInt64 { UpstreamSettings.identity(ofApp: name) }

    /// As workers see it: an upstream whose servers are the instances that there are.
    package var upstream: UpstreamSettings {
        var upstream = UpstreamSettings(app: name, maxRequestsEach: maxRequestsEach)
        upstream.balance = balance
        upstream.hash = hash
        upstream.queue = queue
        upstream.retry = retry
        // Whether an instance serves is the master's to say.
        upstream.eject.failures = 0
        return upstream
    }
}
