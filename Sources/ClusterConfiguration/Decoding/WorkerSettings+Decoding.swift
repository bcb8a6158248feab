internal import Balancing
package import Settings
internal import Supervision

extension WorkerSettings {
    /// The most workers there can be, built-in or not.
    static let most = 256

    package enum Key: String, SettingKey {
        case count, command, scheduling, relays
        case proxyProtocol = "proxy_protocol"
        case environment
        case environmentFile = "environment_file"
        case workingDirectory = "working_directory"
        case user, group, umask, nice
        case openFiles = "open_files"
        case privatePorts = "private_ports"
        case bind
        case restart, ready, health, stop, recycle

        package var section: (any SettingKey.Type)? {
            lifeSection
        }

        /// What has no meaning without a command.
        fileprivate var needsCommand: Bool {
            switch self {
            case .relays, .proxyProtocol, .bind: true
            default: false
            }
        }
    }

    /// `auto`, a number, or a mapping; nil is `auto`.
    mutating func read(_ setting: Setting?, _ inquiry: Inquiry) {
        count = min(inquiry.cores, Self.most)
        guard let setting else { return }
        guard setting.isMapping else {
            if let number = Self.readCount(setting, inquiry, or: "auto, or a mapping") { count = number }
            return
        }
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.count, into: &count) { Self.readCount($0, inquiry, or: "auto") }
        fields.read(.scheduling, into: &scheduling, Scheduling.read)
        readDoors(fields, inquiry)
        let names = ProcessTemplate.names(bind: bind)
        fields.read(.command, into: &command) { Command.read($0, names: names) }
        program.read(fields, names: names, inquiry)
        life.read(fields)
        refuseWhatNeedsCommand(fields)
        if scheduling == .kernel, fields.has(.command), let setting = fields[.scheduling] {
            setting.error(
                "\"kernel\" is for built-in workers: your program gets its connections in turn; take it out, or write round_robin")
        }
    }

    // MARK: - Private

    private static func readCount(_ setting: Setting, _ inquiry: Inquiry, or others: String) -> Int? {
        setting.isWord("auto") ? min(inquiry.cores, most) : setting.number(in: 1...most, or: others)
    }

    /// Where the processes are reached, and who moves the bytes.
    private mutating func readDoors(_ fields: Fields<Key>, _ inquiry: Inquiry) {
        let hasCommand = fields.has(.command)
        if hasCommand {
            privatePorts = .range(20000...29999)
            relays = max(1, inquiry.cores / 2)
        }
        fields.read(.bind, into: &bind, PrivateAddress.read)
        fields.read(.privatePorts, into: &privatePorts) { PrivatePorts.read($0, hasCommand: hasCommand) }
        if let setting = fields[.relays], !setting.isWord("auto"), let number = setting.number(in: 1...Self.most, or: "auto") {
            relays = number
        }
        if let setting = fields[.proxyProtocol], !setting.isWord("none") { proxyProtocol = setting.choice(ProxyProtocol.self) }
    }

    private func refuseWhatNeedsCommand(_ fields: Fields<Key>) {
        if fields.has(.command) { return }
        for key in Key.allCases where key.needsCommand && fields.has(key) {
            fields.reading.error(
                "\"\(key.rawValue)\" is for your own program: add \"command\", or take it out", at: fields.mark(of: key))
        }
    }
}

extension Command {
    /// A list is a program and its arguments; a text is for the shell.
    static func read(_ setting: Setting, names: [ProcessName]) -> Command? {
        if !setting.isList {
            guard setting.isScalar else { return setting.expected("a list like [node, server.js], or a text for the shell") }
            guard let text = ProcessTemplate.read(setting, names: names, isShell: true) else { return nil }
            return text.allSatisfy(\.isWhitespace) ? setting.expected("a program to run", not: text) : .shell(text)
        }
        guard let words = setting.list({ word in ProcessTemplate.read(word, names: names) }) else { return nil }
        guard let program = words.first, !program.isEmpty else { return setting.fail("\(setting.name) names no program") }
        warnOfShellVariables(setting, words, names)
        return .arguments(words)
    }

    /// A list has no shell that would fill `$PORT` in, unless it runs one.
    private static func warnOfShellVariables(_ setting: Setting, _ words: [String], _ names: [ProcessName]) {
        if words.contains(where: { $0.split(separator: "/").last?.hasSuffix("sh") == true }) { return }
        for name in names where words.contains("$\(name.variable)") {
            setting.warn("a list has no shell: \"$\(name.variable)\" stays as it is; write \"{{\(name.rawValue)}}\"")
        }
    }
}

extension PrivateAddress {
    static func read(_ setting: Setting) -> PrivateAddress? {
        guard let text = setting.text() else { return nil }
        if text == "unix" { return .unix }
        guard let literal = LiteralAddress(text) else {
            return setting.expected("a literal address like 127.0.0.1, or unix", not: text)
        }
        return .host(literal.text)
    }
}

extension PrivatePorts {
    /// `20000-29999`; for built-in workers `none`.
    static func read(_ setting: Setting, hasCommand: Bool) -> PrivatePorts? {
        let forms = hasCommand ? "a range like 20000-29999" : "none or auto"
        guard let text = setting.word(forms) else { return nil }
        if !hasCommand {
            switch text {
            case "none": return PrivatePorts.none
            case "auto": return .anyLoopbackPort
            default: return setting.expected("\(forms) for built-in workers (a range is for a \"command\")", not: text)
            }
        }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        guard ends.count == 2, !text.contains("+"), let first = Int(ends[0]), let last = Int(ends[1]), first >= 1024, last <= 65535,
            first <= last
        else {
            return setting.expected("\(forms), from 1024 to 65535", not: text)
        }
        return .range(first...last)
    }
}
