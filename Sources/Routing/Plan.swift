/// What a matched request is answered with: a closed set, compiled from the route's action.
package enum Plan: Sendable {
    case respond(RespondPlan)
    case forward(ForwardPlan)
    case file(FilePlan)

    package init(_ route: borrowing Route, constants: WorkerConstants, upstreams: UpstreamNames = UpstreamNames([])) {
        switch route.action {
        case .respond(let respond): self = .respond(RespondPlan(respond, constants: constants, routeName: route.name))
        case .redirect(let redirect): self = .respond(RespondPlan(redirect, constants: constants, routeName: route.name))
        case .upstream(let forward): self = .forward(ForwardPlan(forward, of: route, upstreams: upstreams))
        case .files(let folder): self = .file(FilePlan(folder, path: route.path, answers: route.modifiers.responseHeaders))
        }
    }
}
