package import Settings

/// What an attempt has come to, as far as another server may be asked; the raw value is what the configuration says.
package enum RetryCondition: String, Sendable, CaseIterable {
    /// No connection came about: no byte was taken.
    case connect
    /// The connection ended before the answer began.
    case reset
    case status500 = "500"
    case status502 = "502"
    case status503 = "503"
    /// The server said so, or did not answer in time.
    case status504 = "504"

    /// nil for an answer that is nobody's failure.
    package init?(status: Int) {
        switch status {
        case 500: self = .status500
        case 502: self = .status502
        case 503: self = .status503
        case 504: self = .status504
        default: return nil
        }
    }
}

/// Some of the conditions.
package struct RetryConditions: Equatable, Sendable, BitwiseCopyable {
    private var bits: UInt8 = 0

    package init(_ conditions: [RetryCondition]) {
        for condition in conditions { bits |= Self.bit(condition) }
    }

    package func contains(_ condition: RetryCondition) -> Bool { bits & Self.bit(condition) != 0 }

    package var all: [RetryCondition] { RetryCondition.allCases.filter(contains) }

    private static func bit(_ condition: RetryCondition) -> UInt8 {
        switch condition {
        case .connect: 1
        case .reset: 2
        case .status500: 4
        case .status502: 8
        case .status503: 16
        case .status504: 32
        }
    }
}

/// Which methods are sent again after something may have come of them.
package enum RetryMethods: String, Sendable, CaseIterable, BitwiseCopyable {
    /// RFC 9110 §9.2.2
    case idempotent
    /// POST and its like as well: for services that know a request that comes twice.
    case all
}

/// When a request goes to another server.
package struct RetrySettings: Equatable, Sendable, BitwiseCopyable {
    package static let mostAttempts = 7

    /// After the first one, 0…7.
    package var attempts = 2
    /// The share of requests, in ten seconds, that may be sent once more after a server has had them.
    package var budget = 0.2
    package var conditions = RetryConditions([.connect, .reset, .status502, .status503, .status504])
    package var methods = RetryMethods.idempotent

    package init() {}

    /// With what a route says of it.
    package func changed(by change: RetryChange) -> RetrySettings {
        var settings = self
        settings.attempts = change.attempts ?? attempts
        settings.budget = change.budget ?? budget
        settings.conditions = change.conditions ?? conditions
        settings.methods = change.methods ?? methods
        return settings
    }
}

/// What is said in one place; the rest stays as it was.
package struct RetryChange: Equatable, Sendable, BitwiseCopyable {
    package var attempts: Int?
    package var budget: Double?
    package var conditions: RetryConditions?
    package var methods: RetryMethods?

    package init() {}
}

extension RetryChange: Section {
    package enum Key: String, SettingKey { case attempts, budget, on, methods }

    package mutating func read(_ setting: Setting) {
        guard let fields = setting.fields(Key.self) else { return }
        fields.read(.attempts, into: &attempts) { $0.number(in: 0...RetrySettings.mostAttempts) }
        fields.read(.budget, into: &budget) { $0.ratio() }
        fields.read(.on, into: &conditions) { setting in
            setting.list { $0.choice(RetryCondition.self) }.map(RetryConditions.init)
        }
        fields.read(.methods, into: &methods) { $0.choice(RetryMethods.self) }
    }
}
