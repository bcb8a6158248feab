internal import Routing

package struct StubIssue {
    package enum Severity { case error, warning }; package var severity: Severity; package func rendered(source: [UInt8]) -> String { "" }
}
package struct Decoded {
    package var configuration: Configuration?; package var issues: [StubIssue]; package var usedEnvironment: [(name: String, value: String)]
}
package struct Surroundings: Sendable {
    package init(
        folder: String, environment: @escaping @Sendable (String) -> String?, user: @escaping @Sendable (String) -> Account?,
        group: @escaping @Sendable (String) -> UInt32?, realDirectory: @escaping @Sendable (String) -> String?,
        readFile: @escaping @Sendable (String) -> [UInt8]?, cores: Int, isRoot: Bool, ephemeralPorts: ClosedRange<Int>?
    ) {}
}
extension Configuration {
    package static func decode(_ b: [UInt8], file: String, surroundings: Surroundings) -> Decoded {
        var c = Configuration(); let text = String(decoding: b, as: UTF8.self)
        for raw in text.split(separator: "\n") {
            let line = raw.drop { $0 == " " }
            func v(_ k: String) -> String? { line.hasPrefix(k + ": ") ? String(line.dropFirst(k.count + 2)) : nil }
            if let p = v("port") {
                var l = ListenerSettings(address: .everywhere(port: Int(p) ?? 0)); l.deferAccept = .seconds(1); c.listeners = [l]
            }
            if let p = v("workers"), let n = Int(p) { c.workers.count = n }
            if let p = v("count"), let n = Int(p) { c.workers.count = n }
            if let p = v("command") {
                c.workers.command = .shell(p.replacing("[", with: "").replacing("]", with: "").replacing(",", with: ""));
                c.workers.privatePorts = .range(20000...29999); c.listeners[0].deferAccept = .zero
            }
            if let p = v("respond") {
                var t = Template(literal: ""); t.pieces = []
                let s = p.replacing("\"", with: "").replacing("\\n", with: "\n")
                let parts = s.split(separator: "{{worker.slot}}", omittingEmptySubsequences: false)
                for (i, x) in parts.enumerated() {
                    if i > 0 { t.pieces.append(.value(.workerSlot)) }; if !x.isEmpty { t.pieces.append(.text(String(x))) }
                }
                c.routes.append(Route(action: .respond(Respond(body: t))))
            }
            if let p = v("- path"), p != "/" { _ = p }
        }
        return Decoded(configuration: c, issues: [], usedEnvironment: [])
    }
}
package struct ConfigurationSnapshot {
    let bytes: [UInt8];
    package init(file: String, bytes: [UInt8], folder: String, usedEnvironment: [(name: String, value: String)]) { self.bytes = bytes };
    package func encode() -> [UInt8] { bytes }
    package init?(decoding: [UInt8]) { bytes = decoding };
    package func configuration() -> Configuration? {
        Configuration.decode(
            bytes, file: "",
            surroundings: Surroundings(
                folder: "", environment: { _ in nil }, user: { _ in nil }, group: { _ in nil }, realDirectory: { $0 },
                readFile: { _ in nil }, cores: 1, isRoot: false, ephemeralPorts: nil)
        ).configuration
    }
}
package struct Difference { package init(from: Configuration, to: Configuration) {}; package var replacesWorkers: Bool { false } }
