package struct StubIssue { package enum Severity { case error, warning }; package var severity: Severity; package func rendered(source: [UInt8]) -> String { "" } }
package struct Decoded { package var configuration: Configuration?; package var issues: [StubIssue]; package var usedEnvironment: [(name: String, value: String)] }
package struct Surroundings: Sendable { package init(folder: String, environment: @escaping @Sendable (String) -> String?, user: @escaping @Sendable (String) -> Account?, group: @escaping @Sendable (String) -> UInt32?, realDirectory: @escaping @Sendable (String) -> String?, readFile: @escaping @Sendable (String) -> [UInt8]?, cores: Int, isRoot: Bool, ephemeralPorts: ClosedRange<Int>?) {} }
extension Configuration { package static func decode(_ b: [UInt8], file: String, surroundings: Surroundings) -> Decoded { Decoded(issues: [], usedEnvironment: []) } }
package struct ConfigurationSnapshot { package init(file: String, bytes: [UInt8], folder: String, usedEnvironment: [(name: String, value: String)]) {}; package func encode() -> [UInt8] { [] }
 package init?(decoding: [UInt8]) { nil }; package func configuration() -> Configuration? { nil } }
package struct Difference { package init(from: Configuration, to: Configuration) {}; package var replacesWorkers: Bool { false } }
