import Foundation
import Settings
import Testing

/// The YAML test suite, where it is present beside the package. Its cases are data of others: read, never copied.
@Suite("The YAML test suite")
struct ConformanceTests {
    private struct Case: Decodable {
        var id: String
        var name: String
        var fail: Bool
        var yaml: String
        var json: String?
    }

    /// `../shared/conformance` beside the package, or one folder further up where the package is checked out as a second worktree.
    private static let file: URL? = {
        let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardizedFileURL
        return ["../shared", "../../shared"].map { package.appending(path: $0 + "/conformance/yaml_suite.jsonl").standardizedFileURL }
            .first { FileManager.default.fileExists(atPath: $0.path) }
    }()
    private static let isPresent = file != nil

    private static func cases() throws -> [Case] {
        let file = try #require(file)
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Case.self, from: Data($0.utf8))
        }
    }

    /// What we refuse on purpose, whatever YAML says: a configuration has no use for it.
    private static let refusals = [
        "tags (", "a second document", "only one value can stand here", "a key must be a text", "the file is empty",
    ]

    /// libyaml reads YAML 1.1 with some of 1.2. By id, what it refuses although 1.2 allows it.
    private static let refusedByLibyaml: Set = [
        // A key, or both key and value, that are not there at all.
        "2JQS", "4ABK", "CFD4", "FRK4", "M2N8", "NHX8", "NKF9", "S3PD", "SM9W-1", "UKK6", "6M2F",
        // `:` or `?` at the start or end of a plain text, or of an anchor's name; anchors that are not ASCII.
        "2SXE", "58MP", "5T43", "8XYN", "DBG4", "HM87", "W5VH",
        // The `:` of a flow mapping on another line than its key, or a key of several lines.
        "4MUZ", "4MUZ-1", "4MUZ-2", "5MUD", "9SA2", "K3WX", "NJ66", "UT92",
        // Tabs as separation.
        "6BCT", "6CA3", "96NN", "96NN-1", "A2M4", "DK95", "Q5MG", "R4YG",
        // Directives that are not known, or of another version; `...` without a document.
        "2LFX", "6LVF", "BEC7", "HWV9", "QT73", "W4TN", "ZYU8-1", "ZYU8-2", "ZYU8-3",
    ]

    /// What it takes although 1.2 forbids it.
    private static let takenByLibyaml: Set = [
        // A block scalar's header or indentation, and flow content indented too little.
        "2G84-2", "2G84-3", "9C9N", "QB6E", "S98Z",
        // A comment without a space before it.
        "9JBA", "CVW2", "SU5Z", "X4QW",
        // Tabs where they look like indentation.
        "DK95-1", "DK95-2", "DK95-5", "DK95-7", "DK95-8", "Y79Y-2", "Y79Y-3",
        // A dash in a flow sequence.
        "G5U8", "YJV2",
        // Directives with too much behind them.
        "MUS6", "MUS6-2", "MUS6-3", "MUS6-4",
    ]

    /// What it takes for something else.
    private static let readOtherwise: Set = [
        // `?x` in a flow mapping is a key indicator; `:` ends an anchor's name.
        "652Z", "HM87-1", "Y2GN",
        // Spaces on the last line of a block scalar.
        "JEF9-2", "L24T-1",
    ]

    @Test("what must fail is refused, and the rest is what its JSON says, as far as libyaml goes", .enabled(if: isPresent))
    func suite() throws {
        let cases = try Self.cases()
        #expect(cases.count > 400)
        for sample in cases {
            let file = File(sample.yaml)
            let messages = file.reading.issues.map(\.message)
            #expect(file.root != nil || !messages.isEmpty, "\(sample.id) has neither a tree nor an error")
            if sample.fail {
                #expect(!messages.isEmpty || Self.takenByLibyaml.contains(sample.id), "\(sample.id) \(sample.name) is taken")
            } else if !messages.isEmpty {
                let isOurs = messages.contains { message in Self.refusals.contains { message.hasPrefix($0) } }
                #expect(isOurs || Self.refusedByLibyaml.contains(sample.id), "\(sample.id) \(sample.name): \(messages)")
            } else if let json = sample.json, let root = file.root {
                let value = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
                let difference = root.difference(from: value)
                #expect(difference == nil || Self.readOtherwise.contains(sample.id), "\(sample.id) \(sample.name): \(difference ?? "")")
            }
        }
    }
}

extension Node {
    /// How this is not what the JSON says; nil when it is.
    fileprivate func difference(from json: Any) -> String? {
        switch content {
        case .mapping(let entries):
            guard let object = json as? [String: Any] else { return "a mapping, not \(json)" }
            if Set(object.keys) != Set(entries.map(\.key)) { return "the keys \(entries.map(\.key)), not \(object.keys.sorted())" }
            return entries.lazy.compactMap { entry in object[entry.key].flatMap { entry.value.difference(from: $0) } }.first
        case .sequence(let nodes):
            guard let array = json as? [Any], array.count == nodes.count else { return "\(nodes.count) entries, not \(json)" }
            return zip(nodes, array).lazy.compactMap { $0.difference(from: $1) }.first
        case .scalar(let scalar): return scalar.isEqual(to: json) ? nil : "\(scalar.text.debugDescription), not \(json)"
        }
    }
}

extension Scalar {
    /// Numbers, booleans and null are plain texts to us: what they are is known to the key.
    fileprivate func isEqual(to json: Any) -> Bool {
        switch json {
        case let text as String: text == self.text
        case is NSNull: isNull
        case let number as NSNumber:
            style == .plain && (Double(text) == number.doubleValue || text == (number.boolValue ? "true" : "false"))
        default: false
        }
    }
}
