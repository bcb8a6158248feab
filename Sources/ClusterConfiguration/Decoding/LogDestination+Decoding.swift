internal import Settings

extension LogSettings.Destination {
    /// `stderr`, `stdout`, `off`, else a path. `formats`: what lines can look like, which is said elsewhere.
    static func read(_ setting: Setting, formats: [String], _ inquiry: Inquiry) -> LogSettings.Destination? {
        let what = "stderr, stdout, off or a path"
        guard let text = setting.word(what) else { return nil }
        switch text {
        case "stderr": return .stderr
        case "stdout": return .stdout
        case "off": return .off
        // Nobody means a file of that name.
        case "", "true", "false", "on", "yes", "no": return setting.expected(what, not: text)
        case _ where text.utf8.contains(0): return setting.expected(what, not: text)
        case _ where formats.contains(text):
            return setting.fail(
                "\"\(text)\" is how lines look, not where they go; write {to: stderr, format: \(text)}, or \"./\(text)\" for a file of that name"
            )
        default: return readFile(setting, inquiry.absolute(text), inquiry)
        }
    }

    private static func readFile(_ setting: Setting, _ path: String, _ inquiry: Inquiry) -> LogSettings.Destination? {
        if let fault = inquiry.logFileFault(path) { return setting.fail(fault.message(about: path)) }
        return .file(path: path)
    }
}
