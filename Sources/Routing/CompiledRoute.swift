/// A route as a worker follows it: what is done with a request, and everything that is the route's own besides. What else a route has to say per
/// request gets a property here, nil or empty for the many that do not say it.
package struct CompiledRoute: Sendable {
    package let plan: Plan
    /// nil for a route that changes nothing.
    package let modifiers: ModifierPlan?

    init(_ route: borrowing Route, constants: WorkerConstants, upstreams: UpstreamNames) {
        plan = Plan(route, constants: constants, upstreams: upstreams)
        modifiers = ModifierPlan(route, constants: constants)
    }
}
