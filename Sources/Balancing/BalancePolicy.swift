package import Settings

/// How a server is chosen for a request; the raw value is what the configuration says.
package enum BalancePolicy: String, Sendable, CaseIterable {
    /// Smoothly in turn, by weight; exactly in turn where the weights are equal.
    case roundRobin = "round_robin"
    /// The server with the fewest requests for its weight; among equals, the next in turn.
    case leastRequests = "least_requests"
    /// The one of two, picked at random by weight, that has fewer requests for its weight.
    case randomTwo = "random_two"
    /// By something of the request: the same always goes to the same server, unless that has far more to do than its share.
    case hash

    package static func read(_ setting: Setting) -> BalancePolicy? { setting.choice(BalancePolicy.self) }
}
