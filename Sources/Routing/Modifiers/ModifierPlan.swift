/// A route's modifiers, compiled.
package final class ModifierPlan: Sendable {
    /// nil where the target goes on as it was matched.
    package let target: TargetPlan?
    package let host: Host
    package let request: FieldEdits?
    package let response: FieldEdits?

    package enum Host: Equatable, Sendable {
        case preserve
        case upstream
        case value([UInt8])
    }

    /// nil for a route without modifiers.
    init?(_ route: borrowing Route, constants: WorkerConstants) {
        if route.modifiers.changeNothing { return nil }
        let modifiers = route.modifiers
        target = TargetPlan(modifiers.target, path: route.path, constants: constants, routeName: route.name)
        request = FieldEdits(modifiers.requestHeaders, constants: constants, routeName: route.name)
        response = FieldEdits(modifiers.responseHeaders, constants: constants, routeName: route.name)
        host =
            switch modifiers.hostHeader {
            case .preserve: .preserve
            case .upstream: .upstream
            case .value(let text): .value(Array(text.utf8))
            }
    }
}
