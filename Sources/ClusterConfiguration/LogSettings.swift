/// The `log` section.
package struct LogSettings: Equatable, Sendable {
    package enum Level: String, Sendable, CaseIterable { case debug, info, warning, error }
    /// `auto` is human (with colour) on a terminal, else logfmt.
    package enum Format: String, Sendable, CaseIterable { case auto, human, logfmt, json }
    package enum Destination: Hashable, Sendable {
        case stderr, stdout, off
        /// Absolute.
        case file(path: String)

        /// Of a file.
        package var path: String? { if case .file(let path) = self { path } else { nil } }
    }

    package var level = Level.info
    package var format = Format.auto
    package var destination = Destination.stderr
    package var access = AccessLogSettings()

    package init() {}
}

/// The `admin` section.
package struct AdminSettings: Equatable, Sendable {
    package enum Socket: Hashable, Sendable {
        /// Where it is follows from the configuration file's path.
        case standard
        /// Absolute.
        case path(String)
        case off
    }

    package var socket = Socket.standard
    /// Permissions of the socket's file.
    package var mode = 0o600

    package init() {}
}
