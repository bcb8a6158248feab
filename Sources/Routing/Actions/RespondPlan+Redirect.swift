internal import HTTP1

/// A redirect is an answer whose one field of its own is a Location.
extension RespondPlan {
    package convenience init(_ redirect: Redirect, constants: WorkerConstants, routeName: String? = nil) {
        let reason = StatusCode.reason(redirect.status)
        var head = Rendering()
        head.append(text: "HTTP/1.1 \(redirect.status) \(reason)\r\nContent-Type: text/plain; charset=utf-8\r\nLocation: ")
        head.append(reference: redirect.target, constants: constants, routeName: routeName)
        head.append(text: "\r\n")
        var body = Rendering()
        body.append(text: "\(reason)\n")
        self.init(
            status: redirect.status, hasLength: true, needsHost: redirect.target.pieces.contains(.value(.requestHost)), head: head,
            body: body)
    }
}
