internal import Settings

extension ProgramSettings {
    /// The part of `workers`, or of an app, that says how a process is run.
    mutating func read<Key: ProgramKeys>(_ fields: Fields<Key>, names: [ProcessName], _ inquiry: Inquiry) {
        var variables = VariableList()
        if let setting = fields[.environmentFile] {
            Self.readEnvironmentFile(setting, into: &variables, names: names, inquiry)
        }
        if let setting = fields[.environment] {
            Self.readEnvironment(setting, into: &variables, names: names, isProgram: fields.has(.command))
        }
        environment = variables.list
        fields.read(.workingDirectory, into: &workingDirectory) { Self.readDirectory($0, inquiry) }
        readAccount(fields, inquiry)
        fields.read(.umask, into: &umask) { $0.mode() }
        fields.read(.nice, into: &nice) { $0.number(in: -20...19) }
        // Fewer would not let a runtime start.
        fields.read(.openFiles, into: &openFiles) { $0.number(in: 64...1_000_000_000) }
    }

    // MARK: - Environment

    private static func readEnvironment(_ setting: Setting, into variables: inout VariableList, names: [ProcessName], isProgram: Bool) {
        guard let entries = setting.entries() else { return }
        for entry in entries {
            guard EnvironmentVariable.isName(entry.key) else {
                setting.reading.error("\"\(entry.key.shortened)\" cannot be the name of a variable", at: entry.keyMark)
                continue
            }
            guard let value = ProcessTemplate.read(entry.value, names: names) else { continue }
            if isProgram, EnvironmentVariable.isOurs(entry.key) {
                setting.reading.warning("\"\(entry.key)\" is set by the master for each process; this value is not used", at: entry.keyMark)
            }
            variables.set(EnvironmentVariable(name: entry.key, value: value))
        }
    }

    private static func readEnvironmentFile(
        _ setting: Setting, into variables: inout VariableList, names: [ProcessName], _ inquiry: Inquiry
    ) {
        guard let name = setting.text() else { return }
        guard let bytes = inquiry.readFile(inquiry.absolute(name)) else {
            setting.error("the file \"\(name.shortened)\" cannot be read; its path starts at \(inquiry.folder)")
            return
        }
        let file = EnvironmentFile(bytes, named: name)
        for issue in file.issues { setting.reading.add(issue) }
        for entry in file.variables {
            if let problem = ProcessTemplate.problem(in: entry.variable.value, names: names) {
                setting.reading.add(file.issue(problem, at: entry.mark))
            }
            variables.set(entry.variable)
        }
    }

    // MARK: - Directory and account

    private static func readDirectory(_ setting: Setting, _ inquiry: Inquiry) -> String? {
        guard let path = setting.text() else { return nil }
        let absolute = inquiry.absolute(path)
        return inquiry.realDirectory(absolute) ?? setting.fail("there is no directory \"\(absolute)\"")
    }

    private mutating func readAccount<Key: ProgramKeys>(_ fields: Fields<Key>, _ inquiry: Inquiry) {
        if let setting = fields[.user], let name = setting.text() {
            account = inquiry.user(name)
            if account == nil {
                let hint = Int(name) == nil ? "" : "; write its name, not its number"
                setting.error("there is no user \"\(name.shortened)\"\(hint)")
            }
        }
        if let setting = fields[.group], let name = setting.text() {
            guard let group = inquiry.group(name) ?? UInt32(name) else {
                setting.error("there is no group \"\(name.shortened)\"")
                return
            }
            // setresuid(2) takes the highest number for `as it is`.
            account = account ?? Account(user: .max, group: group, groups: [group], name: nil, home: nil)
            account?.group = group
        }
    }
}

extension EnvironmentVariable {
    static func isName(_ name: String) -> Bool { !name.isEmpty && !name.contains("=") && !name.contains("\0") }

    /// Those that each process is given a value of its own for.
    static func isOurs(_ name: String) -> Bool {
        switch name {
        case "PORT", "HOST", "SOCKET", "CLUSTER_SLOT", "CLUSTER_ID", "CLUSTER_GENERATION", "CLUSTER_WORKERS", "NODE_APP_INSTANCE": true
        default: false
        }
    }
}
