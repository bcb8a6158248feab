internal import CCares

/// The places of one service that are being looked up.
final class ServiceSearch {
    /// What one record says.
    private struct Target {
        var host: String
        var port: Int
        var priority: Int
        var weight: Int
    }

    private weak var resolver: Resolver?
    private let done: (Resolver.Outcome) -> Void
    private var found: [Resolver.Service] = []
    /// Targets whose addresses have not come.
    private var awaited = 0
    private var lastFailure = ""

    init(_ resolver: Resolver, _ done: @escaping (Resolver.Outcome) -> Void) {
        self.resolver = resolver
        self.done = done
    }

    /// The records have come, or will not.
    @unsafe func take(_ status: Int32, _ bytes: UnsafeMutablePointer<UInt8>?, _ count: Int32) {
        guard status == 0, let bytes = unsafe bytes else { return done(.failed(Resolver.text(of: status))) }
        var records: UnsafeMutablePointer<ares_srv_reply>?
        let parsed = unsafe ares_parse_srv_reply(bytes, count, &records)
        defer { if let records = unsafe records { unsafe ares_free_data(records) } }
        guard parsed == 0 else { return done(.failed(Resolver.text(of: parsed))) }
        var targets: [Target] = []
        var next = unsafe records
        while let record = unsafe next, targets.count < Resolver.mostTargets {
            // Safe: a text of the library's, which ends with a zero.
            if let host = unsafe record.pointee.host {
                unsafe targets.append(
                    Target(
                        host: String(cString: host), port: Int(record.pointee.port), priority: Int(record.pointee.priority),
                        weight: Int(record.pointee.weight)))
            }
            unsafe next = record.pointee.next
        }
        // RFC 2782: the root as the only target says that the service is not offered.
        targets.removeAll { $0.host.isEmpty || $0.host == "." }
        guard !targets.isEmpty, let resolver else { return done(.failed("the service is not offered")) }
        // One more than there are, until all of them are on their way: they may call back at once.
        awaited = targets.count + 1
        for target in targets {
            resolver.lookUp(target.host, port: target.port) { outcome in
                self.take(outcome, of: target)
                self.finishOne()
            }
        }
        finishOne()
    }

    private func take(_ outcome: Resolver.Outcome, of target: Target) {
        switch outcome {
        case .found(let addresses, _):
            for address in addresses where found.count < Resolver.mostServices && !found.contains(where: { $0.address == address }) {
                found.append(
                    Resolver.Service(address: address, priority: target.priority, weight: target.weight, target: target.host))
            }
        case .failed(let reason): lastFailure = reason
        case .services: break
        }
    }

    private func finishOne() {
        awaited -= 1
        if awaited == 0 { done(found.isEmpty ? .failed("none of its targets has an address: \(lastFailure)") : .services(found)) }
    }
}

extension Resolver {
    /// Of one service: more are not used.
    fileprivate static let mostTargets = 64
    package static let mostServices = 256

    static func text(of status: Int32) -> String {
        // Safe: the library's own constant text.
        unsafe String(cString: ares_strerror(status)).lowercased()
    }
}
