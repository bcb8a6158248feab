/// What a server of ours in python writes down: a line `connection method target …` for each request, and `connection gone` where a client left while it
/// waited.
package protocol RequestLog {
    var requests: [String] { get }
}

extension RequestLog {
    /// How many requests there were for this target.
    package func count(of target: String) -> Int { requests.count { $0.split(separator: " ").dropFirst(2).first == Substring(target) } }

    /// Which connections they came on.
    package func connections(of target: String) -> Set<Substring> {
        Set(requests.map { $0.split(separator: " ") }.filter { $0.count > 2 && $0[2] == target }.map { $0[0] })
    }
}
