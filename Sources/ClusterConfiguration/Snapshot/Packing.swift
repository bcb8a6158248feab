/// Writes values one behind the other: numbers as eight bytes, or compact ones as as many groups of seven bits as they need (LEB128), everything else
/// as its length and its bytes.
struct Packer {
    private(set) var packed: [UInt8] = []

    mutating func append(_ number: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { packed.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    mutating func append(_ number: Int) { append(UInt64(bitPattern: Int64(number))) }

    mutating func append(byte: UInt8) { packed.append(byte) }

    /// From 0 on.
    mutating func append(compact number: Int) {
        var rest = UInt64(bitPattern: Int64(number))
        while rest >= 0x80 {
            packed.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        packed.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func append(compact text: String) {
        append(compact: text.utf8.count)
        packed += text.utf8
    }

    mutating func append(_ bytes: [UInt8]) {
        append(bytes.count)
        packed += bytes
    }

    mutating func append(_ text: String) { append(Array(text.utf8)) }

    mutating func append(_ answers: Answers) {
        append(answers.environment) { $0.append($1) }
        append(answers.users) { $0.append($1) }
        append(answers.groups) { $0.append(UInt64($1)) }
        append(answers.directories) { $0.append($1) }
        append(answers.files) { $0.append($1) }
        append(answers.cores)
        append(answers.isRoot ? 1 : 0)
        append(answers.ephemeralPorts) { packer, ports in
            packer.append(ports.lowerBound)
            packer.append(ports.upperBound)
        }
    }

    // MARK: - Private

    private mutating func append<Value>(_ value: Value?, _ write: (inout Packer, Value) -> Void) {
        append(value == nil ? 0 : 1)
        if let value { write(&self, value) }
    }

    /// Sorted, so that the same answers are the same bytes.
    private mutating func append<Value>(_ answers: [String: Value?], _ write: (inout Packer, Value) -> Void) {
        append(answers.count)
        for (question, answer) in answers.sorted(by: { $0.key < $1.key }) {
            append(question)
            append(answer, write)
        }
    }

    private mutating func append(_ account: Account) {
        append(UInt64(account.user))
        append(UInt64(account.group))
        append(account.groups.count)
        for group in account.groups { append(UInt64(group)) }
        append(account.name) { $0.append($1) }
        append(account.home) { $0.append($1) }
    }
}

/// Reads what a packer wrote; nil wherever the bytes are not that.
struct Unpacker {
    private let packed: [UInt8]
    private var index = 0

    init(_ packed: [UInt8]) { self.packed = packed }

    var isAtEnd: Bool { index == packed.count }

    /// Bytes that are still to be read.
    var left: Int { packed.count - index }

    mutating func byte() -> UInt8? {
        guard left >= 1 else { return nil }
        defer { index += 1 }
        return packed[index]
    }

    mutating func compact() -> Int? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            guard let byte = byte() else { return nil }
            number |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return Int(exactly: number) }
        }
        return nil
    }

    mutating func compactText() -> String? {
        guard let count = compact(), count <= left else { return nil }
        defer { index += count }
        return String(decoding: packed[index..<(index + count)], as: UTF8.self)
    }

    mutating func number() -> UInt64? {
        guard left >= 8 else { return nil }
        defer { index += 8 }
        return packed[index..<(index + 8)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    mutating func int() -> Int? { number().map { Int(Int64(bitPattern: $0)) } }

    mutating func bytes() -> [UInt8]? {
        guard let count = int(), count >= 0, count <= left else { return nil }
        defer { index += count }
        return Array(packed[index..<(index + count)])
    }

    mutating func text() -> String? { bytes().flatMap { String(validating: $0, as: UTF8.self) } }

    mutating func answers() -> Answers? {
        var answers = Answers()
        guard let environment = table({ $0.text() }), let users = table({ $0.account() }), let groups = table({ $0.small() }),
            let directories = table({ $0.text() }), let files = table({ $0.bytes() }), let cores = int(), let isRoot = int(),
            let ports = optional({ $0.range() })
        else { return nil }
        answers.environment = environment
        answers.users = users
        answers.groups = groups
        answers.directories = directories
        answers.files = files
        answers.cores = cores
        answers.isRoot = isRoot == 1
        answers.ephemeralPorts = ports
        return answers
    }

    // MARK: - Private

    private mutating func optional<Value>(_ read: (inout Unpacker) -> Value?) -> Value?? {
        switch number() {
        case 0: return .some(nil)
        case 1: return read(&self).map { .some($0) }
        default: return nil
        }
    }

    private mutating func table<Value>(_ read: (inout Unpacker) -> Value?) -> [String: Value?]? {
        guard let count = int(), count >= 0 else { return nil }
        var table: [String: Value?] = [:]
        for _ in 0..<count {
            guard let question = text(), let answer = optional(read) else { return nil }
            table[question] = .some(answer)
        }
        return table
    }

    private mutating func small() -> UInt32? { number().flatMap { UInt32(exactly: $0) } }

    private mutating func range() -> ClosedRange<Int>? {
        guard let first = int(), let last = int(), first <= last else { return nil }
        return first...last
    }

    private mutating func account() -> Account? {
        guard let user = small(), let group = small(), let count = int(), (0...1 << 16).contains(count) else { return nil }
        var groups: [UInt32] = []
        for _ in 0..<count {
            guard let group = small() else { return nil }
            groups.append(group)
        }
        guard let name = optional({ $0.text() }), let home = optional({ $0.text() }) else { return nil }
        return Account(user: user, group: group, groups: groups, name: name, home: home)
    }
}
