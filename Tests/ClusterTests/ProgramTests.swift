import Testing

@testable import Cluster

struct ProgramTests {
    @Test(
        "what a service manager says to the master is not said to programs, nor where the master was to serve",
        arguments: [
            "NOTIFY_SOCKET", "LISTEN_FDS", "LISTEN_PIDFDID", "WATCHDOG_USEC", "WATCHDOG_ANYTHING", "NODE_CHANNEL_FD", "PORT", "HOST", "SOCKET",
        ])
    func removed(name: String) { #expect(Program.isMastersAlone(name)) }

    @Test("everything else is", arguments: ["PATH", "LISTEN", "LISTENER_X", "HOSTNAME", "PORTS", "SOCKET_PATH", "watchdog_usec", "NODE_ENV"])
    func kept(name: String) { #expect(!Program.isMastersAlone(name)) }
}
