/// The `limits` section.
package struct Limits: Equatable, Sendable {
    /// A whole request head, 1 KiB…60 KiB (places in a head are 16 bits).
    package var headerBytes = 32 * 1024
    /// Header fields of a request, 1…256.
    package var headers = 100
    /// The request target, 64 bytes or more.
    package var targetBytes = 8 * 1024
    /// Of a request; 0 is unbounded.
    package var bodyBytes = 0
    /// Client connections of the whole cluster; nil follows from RLIMIT_NOFILE.
    package var connections: Int?
    /// Client connections of one address over the whole cluster, at most 65,534; 0 is unbounded.
    package var connectionsPerClient = 0
    /// Requests of one connection; the last of them is answered with `Connection: close`. 0 is unbounded.
    package var requestsPerConnection = 0

    package init() {}
}
