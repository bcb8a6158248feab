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
            switch bench.rules.table.routes[index].plan {
            case .respond(let plan):
                if plan.isStatic {
                    appendFixed(plan, &bench, keepsAlive: keepsAlive)
                } else {
                    appendRendered(plan, &bench, keepsAlive: keepsAlive)
                }
            case .file(let plan): appendFile(plan, &bench, keepsAlive: keepsAlive)
            case .forward: preconditionFailure("what is forwarded is answered by its exchange")
            }
        case .notFound: append(.noRoute, &bench, keepsAlive: keepsAlive)
        case .malformedPath: append(.pathMalformed, &bench, keepsAlive: keepsAlive)
        case .patternLimit: append(.patternLimit, &bench, keepsAlive: keepsAlive)
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
        if plan.needsHost, bench.head.host.isEmpty, bench.client.asked == nil {
            return append(.hostUnnamed, &bench, keepsAlive: keepsAlive)
        }
        bench.identify()
        bench.writeClient()
        let isWritten = render(
            plan, of: bench.head, in: bench.input, client: bench.client, bench.clientText, id: bench.requestID, common: bench.commonFields,
            bench.normaliser, keepsAlive: keepsAlive, to: &bench.output)
        if !isWritten { append(.answerTooLarge, &bench, keepsAlive: keepsAlive) }
    }

    /// False when the answer would be larger than any may be.
    private func render(
        _ plan: RespondPlan, of head: borrowing RequestHead, in input: borrowing Buffer, client: Client,
        _ text: borrowing Buffer, id: borrowing Buffer, common: CommonFields,
        _ normaliser: borrowing PathNormaliser, keepsAlive: Bool, to output: inout Buffer
    ) -> Bool {
        let context = RequestContext(
            clientAddress: text.bytes, clientPort: client.port, requestID: id.bytes, unixSeconds: common.second,
            isSecure: client.isSecure, asked: client.asked, matchedPath: normaliser.matched(head.path.of(input.bytes)))
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
}
