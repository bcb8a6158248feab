/// Upstreams and apps by their names, for the routes that name them. One may have the name of the other.
package struct UpstreamNames: Sendable {
    private var upstreams: [String: UpstreamSettings] = [:]
    private var apps: [String: UpstreamSettings] = [:]

    package init(_ all: [UpstreamSettings]) {
        for upstream in all {
            guard let name = upstream.name else { continue }
            if upstream.isApp { apps[name] = upstream } else { upstreams[name] = upstream }
        }
    }

    func upstream(_ name: String) -> UpstreamSettings? { upstreams[name] }

    func app(_ name: String) -> UpstreamSettings? { apps[name] }
}
