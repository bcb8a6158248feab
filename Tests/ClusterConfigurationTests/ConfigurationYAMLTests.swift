import ClusterConfiguration
import Testing

struct ConfigurationYAMLTests {
    @Test(arguments: Samples.all)
    func `what is printed is read as the same configuration`(text: String) throws {
        let configuration = try #require(Samples.machine.decode(text).configuration)
        let again = Machine().decode(configuration.yaml)
        #expect(again.configuration == configuration, "\(configuration.yaml)\n\(again.issues)")
    }

    @Test func `every default is in its place`() {
        let text = configuration("port: 8080\nroutes: [{respond: hi}]")?.yaml ?? ""
        for line in [
            "  - address: \"[::]:8080\"", "    backlog: 4096", "    defer_accept: 1s", "  count: 4", "  policy: always", "    jitter: 0.2",
            "  start_timeout: 30s", "  heartbeat_timeout: 30s", "  signal: TERM", "  surge: 1", "  idle: 1m", "  header_bytes: 32KiB",
            "  connections: auto",
            "  to: stderr", "  socket: default", "  mode: 0600", "      content_type: \"text/plain; charset=utf-8\"",
        ] { #expect(text.split(separator: "\n").contains(line[...]), "\(line)") }
    }
}
