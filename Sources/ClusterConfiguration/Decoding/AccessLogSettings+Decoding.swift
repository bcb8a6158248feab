internal import Routing
internal import Settings

extension AccessLogSettings {
    package enum Key: String, SettingKey { case to, format }

    /// A destination alone, or a mapping.
    mutating func read(_ setting: Setting, _ inquiry: Inquiry) {
        if !setting.isMapping {
            if setting.isList {
                setting.error("\(setting.name) must be stderr, stdout, off, a path, or a mapping with \"to\" and \"format\", not a list")
            } else if let destination = Self.readDestination(setting, inquiry) {
                self.destination = destination
            }
            return
        }
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.to, into: &destination) { Self.readDestination($0, inquiry) }
        fields.read(.format, into: &format, AccessFormat.read)
        if fields.misses(.to) { setting.error("\(setting.name) goes nowhere; add \"to\": stderr, stdout, off or a path") }
    }

    // MARK: - Private

    private static func readDestination(_ setting: Setting, _ inquiry: Inquiry) -> LogSettings.Destination? {
        LogSettings.Destination.read(setting, formats: [AccessFormat.combined, .json].map(\.text), inquiry)
    }
}
