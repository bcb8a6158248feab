package import Routing
package import Supervision

/// The whole file, checked, with every default in place.
package struct Configuration: Equatable, Sendable {
    package var listeners: [ListenerSettings] = []
    package var workers = WorkerSettings()
    /// In the order of the file.
    package var apps: [AppSettings] = []
    /// In the order of the file.
    package var upstreams: [UpstreamSettings] = []
    package var routes: [Route] = []
    package var trustedProxies = TrustedProxies()
    package var reload = ReloadSettings()
    package var timeouts = Timeouts()
    package var limits = Limits()
    package var log = LogSettings()
    package var admin = AdminSettings()

    package init() {}
}
