internal import HTTP1

/// The methods of routes that are not registered ones, compared byte by byte (RFC 9110 §9.1).
struct MethodNames: Sendable {
    private var names: [[UInt8]] = []

    mutating func append(_ name: String) { names.append(Array(name.utf8)) }

    var count: Int { names.count }

    func contains(_ name: RawSpan, for candidate: RouteCandidate) -> Bool {
        var index = Int(candidate.firstName)
        let end = index + Int(candidate.nameCount)
        while index < end {
            let own = names[index]
            if Scanner.equal(own.rawBytes, name) { return true }
            index += 1
        }
        return false
    }
}
