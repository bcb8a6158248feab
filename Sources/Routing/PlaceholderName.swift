/// What a request-time `{{…}}` can say; the raw value is what is written.
enum PlaceholderName: String, CaseIterable {
    case requestMethod = "request.method"
    case requestPath = "request.path"
    case requestQuery = "request.query"
    case requestTarget = "request.target"
    case requestHost = "request.host"
    case requestScheme = "request.scheme"
    case requestID = "request.id"
    /// The name of a field stands in the place of NAME.
    case requestHeader = "request.header.NAME"
    case requestCookie = "request.cookie.NAME"
    case clientAddress = "client.address"
    case clientPort = "client.port"
    case workerSlot = "worker.slot"
    case workerID = "worker.id"
    case workerPID = "worker.pid"
    case clusterGeneration = "cluster.generation"
    case routeName = "route.name"
    case upstreamServer = "upstream.server"
    case time

    /// `request.header.` for those with a NAME.
    fileprivate var prefix: String? { rawValue.hasSuffix("NAME") ? String(rawValue.dropLast(4)) : nil }
}

extension Placeholder {
    /// nil when the text names nothing.
    init?(text: String) {
        if let name = OutcomeName(rawValue: text) {
            self = .outcome(name)
            return
        }
        for name in PlaceholderName.allCases {
            if let prefix = name.prefix {
                guard text.hasPrefix(prefix), text != name.rawValue else { continue }
                let argument = String(text.dropFirst(prefix.count))
                guard FieldSyntax.isToken(argument) else { return nil }
                self = name == .requestHeader ? .requestHeader(argument) : .requestCookie(argument)
                return
            }
            if text == name.rawValue {
                self = Self.plain(name)
                return
            }
        }
        return nil
    }

    /// As it is written, without the braces.
    package var text: String {
        switch self {
        case .requestHeader(let name): "request.header.\(name)"
        case .requestCookie(let name): "request.cookie.\(name)"
        case .outcome(let name): name.rawValue
        default: PlaceholderName.allCases.first { $0.prefix == nil && Self.plain($0) == self }?.rawValue ?? ""
        }
    }

    private static func plain(_ name: PlaceholderName) -> Placeholder {
        switch name {
        case .requestMethod: .requestMethod
        case .requestPath: .requestPath
        case .requestQuery: .requestQuery
        case .requestTarget: .requestTarget
        case .requestHost: .requestHost
        case .requestScheme: .requestScheme
        case .requestID: .requestID
        case .requestHeader: .requestHeader("")
        case .requestCookie: .requestCookie("")
        case .clientAddress: .clientAddress
        case .clientPort: .clientPort
        case .workerSlot: .workerSlot
        case .workerID: .workerID
        case .workerPID: .workerPID
        case .clusterGeneration: .clusterGeneration
        case .routeName: .routeName
        case .upstreamServer: .upstreamServer
        case .time: .time
        }
    }
}
