package import Routing

/// The `log.access` section: a line for each request.
package struct AccessLogSettings: Equatable, Sendable {
    package var destination = LogSettings.Destination.off
    package var format = AccessFormat.combined

    package init() {}
}
