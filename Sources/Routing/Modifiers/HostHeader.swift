internal import HTTP1
package import Settings

/// `host_header`: which Host an upstream gets.
package enum HostHeader: Equatable, Sendable {
    /// The client's.
    case preserve
    /// The server's own, as in its URL.
    case upstream
    /// A host, with a port or without.
    case value(String)

    package static func read(_ setting: Setting) -> HostHeader? {
        let what = "preserve, upstream, or a host like \"a.example.com\" or \"a.example.com:8080\""
        guard setting.isScalar else { return setting.expected(what) }
        guard let text = setting.text() else { return nil }
        switch text {
        case "preserve": return .preserve
        case "upstream": return .upstream
        default: return Authority.isGood(text) ? .value(text) : setting.expected(what, not: text)
        }
    }

    /// As it is written in a configuration.
    package var text: String {
        switch self {
        case .preserve: "preserve"
        case .upstream: "upstream"
        case .value(let text): text
        }
    }
}
