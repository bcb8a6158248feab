internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// What the routes say, written into the bench's output.
extension Session {
    /// The answer to the request in the bench's head, which is not forwarded. There is room for it: whoever calls this has flushed.
    func appendAnswer(_ match: RouteTable.Match, _ bench: inout Workbench, keepsAlive: Bool) {
        switch match {
        case .plan(let index):
            switch bench.rules.table.plans[index] {
            case .respond(let plan):
                if plan.isStatic {
                    appendFixed(plan, &bench, keepsAlive: keepsAlive)
                } else {
                    appendRendered(plan, &bench, keepsAlive: keepsAlive)
                }
            case .file(let plan): appendFile(plan, &bench, keepsAlive: keepsAlive)
            case .forward: preconditionFailure("what is forwarded is answered by its exchange")
            }
        case .notFound: append(status: 404, "no route matches this request", &bench, keepsAlive: keepsAlive)
        case .malformedPath: append(status: 400, "the path is malformed", &bench, keepsAlive: keepsAlive)
        }
    }

    private func appendFixed(_ plan: RespondPlan, _ bench: inout Workbench, keepsAlive: Bool) {
        let isHead = bench.head.method == .head
        let minorVersion = bench.head.minorVersion
        let commonFields = bench.commonFields.bytes
        bench.output.withRoom { space in
            space.append(plan.head)
            space.append(commonFields)
            space.appendConnection(keepsAlive: keepsAlive, minorVersion: minorVersion)
            space.append("\r\n")
            if !isHead { space.append(plan.body) }
        }
    }

    /// An answer that repeats something of its request.
    private func appendRendered(_ plan: RespondPlan, _ bench: inout Workbench, keepsAlive: Bool) {
        bench.identify(client)
        let isWritten = render(
            plan, of: bench.head, in: bench.input, client: bench.clientText, id: bench.requestID, common: bench.commonFields,
            keepsAlive: keepsAlive, to: &bench.output)
        if !isWritten { append(status: 500, "the answer would be too large", &bench, keepsAlive: keepsAlive) }
    }

    /// False when the answer would be larger than any may be.
    private func render(
        _ plan: RespondPlan, of head: borrowing RequestHead, in input: borrowing Buffer, client text: borrowing Buffer,
        id: borrowing Buffer, common: CommonFields, keepsAlive: Bool, to output: inout Buffer
    ) -> Bool {
        let context = RequestContext(
            clientAddress: text.bytes, clientPort: client.port, requestID: id.bytes, unixSeconds: common.second)
        guard let size = plan.measure(head, input.bytes, context) else { return false }
        output.withRoom { space in
            plan.writeHead(head, input.bytes, context, size: size, to: &space)
            space.append(common.bytes)
            space.appendConnection(keepsAlive: keepsAlive, minorVersion: head.minorVersion)
            space.append("\r\n")
            if head.method != .head { plan.writeBody(head, input.bytes, context, to: &space) }
        }
        return true
    }

    /// A short answer of our own to the request in the bench's head.
    func append(status: Int, _ text: StaticString, _ bench: inout Workbench, keepsAlive: Bool) {
        append(
            status: status, text, to: bench.head.method, minorVersion: bench.head.minorVersion, &bench, keepsAlive: keepsAlive)
    }

    /// A short answer of our own.
    func append(
        status: Int, _ text: StaticString, to method: Method, minorVersion: UInt8, _ bench: inout Workbench, keepsAlive: Bool
    ) {
        let commonFields = bench.commonFields.bytes
        bench.output.withRoom { space in
            space.appendStatusLine(status)
            space.append(commonFields)
            space.append("Content-Type: text/plain; charset=utf-8\r\n")
            space.appendContentLength(text.utf8CodeUnitCount + 1)
            space.appendConnection(keepsAlive: keepsAlive, minorVersion: minorVersion)
            space.append("\r\n")
            if method == .head { return }
            space.append(text)
            space.append("\n")
        }
    }
}
